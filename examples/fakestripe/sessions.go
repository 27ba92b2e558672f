package fakestripe

import (
	"context"
	"slices"
	"strings"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/examples/fakestripe/internal/splice"
	"github.com/payintent/intents/examples/internal/form"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/webhook"
)

// session is what a reply shows of a session.
func (x *tx) session(s checkout.Session) webhook.Object {
	c, _ := get[customerRow](x, tableCustomers, s.Customer())
	return webhook.CheckoutSession{Flow: checkout.Flow{Session: s}, Payer: c.Customer, Now: x.at()}
}

// flow returns the session that the path names, with its intent.
func (x *tx) flow(r *request) (checkout.Flow, error) {
	f, ok := x.flowOf(r.vars[0])
	if !ok {
		return f, &notFoundError{form.Invalid("session", "resource_missing", "No such checkout.session: "+r.vars[0])}
	}
	return f, nil
}

// sessionID draws a session's id; Stripe's begins with a letter for the mode.
func (x *tx) sessionID(m checkout.Mode) string {
	letter := "a1"
	switch m {
	case checkout.Setup:
		letter = "c1"
	case checkout.Subscription:
		letter = "b1"
	case checkout.Payment:
	}
	return "cs_test_" + letter + x.s.ids.text(56)
}

func createSession(x *tx, r *request) (reply, error) {
	c, err := form.CreateSession(r.form.Without("allowed_payment_method_types"), r.version, x.price)
	if err != nil {
		return reply{}, err
	}
	in := form.NewReader(r.form)
	allowed := in.Types("allowed_payment_method_types")
	if err := in.Err(); err != nil {
		return reply{}, err
	}
	c.ID, c.Settings = x.sessionID(c.Mode), x.s.o.Settings
	if allowed != 0 {
		c.Settings.Types &= allowed
	}
	if customer, _ := c.Details.Get(checkout.KeyCustomer); customer != "" {
		if err := x.customerIs(customer); err != nil {
			return reply{}, err
		}
	}
	return x.openSession(c)
}

// openSession makes a session, and answers with it.
func (x *tx) openSession(c checkout.Create) (reply, error) {
	step, err := x.begun(c)
	if err != nil {
		return reply{}, err
	}
	return x.ok(x.session(step.After.Session))
}

func (x *tx) begun(c checkout.Create) (checkout.Step, error) {
	if c.UIMode == checkout.EmbeddedPage || c.UIMode == checkout.Elements {
		c.Details, _ = c.Details.With("client_secret", c.ID+"_secret_"+x.s.ids.text(40))
	}
	if x.s.o.PublicURL != "" {
		c.Details, _ = c.Details.With(checkout.KeyPageURL, x.s.o.PublicURL)
	}
	step, err := checkout.Open(c, x.now)
	if err != nil {
		return step, err
	}
	return x.keepStep(step)
}

func retrieveSession(x *tx, r *request) (reply, error) {
	f, err := x.flow(r)
	if err == nil {
		err = form.NewReader(r.form).Done()
	}
	if err != nil {
		return reply{}, err
	}
	return x.ok(x.session(f.Session))
}

// commandSession gives a session a command, and answers.
func (x *tx) commandSession(f checkout.Flow, c checkout.Command) (reply, error) {
	step, err := f.Apply(c, x.now)
	if err == nil {
		step, err = x.keepStep(step)
	}
	if err != nil {
		return reply{}, err
	}
	context := x.r.errorContext()
	if status, body, ok := webhook.Declined(step.Payment, context); ok {
		return reply{status: status, body: body}, nil
	}
	if status, body, ok := webhook.DeclinedSetup(step.Setup, context); ok {
		return reply{status: status, body: body}, nil
	}
	return x.ok(x.session(step.After.Session))
}

func updateSession(x *tx, r *request) (reply, error) {
	f, err := x.flow(r)
	if err != nil {
		return reply{}, err
	}
	u, err := form.UpdateSession(r.form, f.Session, x.price)
	if err != nil {
		return reply{}, err
	}
	return x.commandSession(f, u)
}

func expireSession(x *tx, r *request) (reply, error) {
	f, err := x.flow(r)
	if err == nil {
		err = form.NewReader(r.form).Done()
	}
	if err != nil {
		return reply{}, err
	}
	return x.commandSession(f, checkout.Expire{})
}

func listSessions(x *tx, r *request) (reply, error) {
	in := form.NewReader(r.form)
	p := readPage(in)
	customer, payment, link := in.Text("customer"), in.Text("payment_intent"), in.Text("payment_link")
	status, subscription, email := in.Text("status"), in.Text("subscription"), in.Text("customer_details[email]")
	in.Drop("customer_account")
	if known := checkout.Status(status); !slices.Contains(checkout.Statuses(), known) || known.Stripe() != known {
		in.Fail(form.Invalid("status", "", "Invalid status: must be one of complete, expired, or open"))
	}
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	if err := x.customerIs(customer); err != nil {
		return reply{}, err
	}
	return list(x, r, p, listing[checkout.Session]{
		table: tableSessions, noun: "checkout.session", url: r.path,
		created: func(s checkout.Session) intents.Time { return s.Created },
		keep: func(s checkout.Session) bool {
			entered, _ := s.Buyer.Get("email")
			return (customer == "" || s.Customer() == customer) && (payment == "" || s.PaymentIntent() == payment) && link == "" &&
				(status == "" || string(s.Status.Stripe()) == status) && (subscription == "" || s.Subscription == subscription) &&
				(email == "" || strings.EqualFold(entered, email))
		},
		render: func(x *tx, s checkout.Session) webhook.Object { return x.session(s) },
	})
}

// linesOf renders the list of a session's line items, or nil where there is none.
func (x *tx) linesOf(id string) []byte {
	s, ok := get[checkout.Session](x, tableSessions, id)
	if !ok {
		return nil
	}
	text := webhook.CheckoutSession{Flow: checkout.Flow{Session: s}, Expand: webhook.ExpandLineItems}.AppendJSON(nil, x.r.version)
	at, ok := splice.Find(text, "line_items")
	if !ok {
		return nil
	}
	return text[at.Start:at.End]
}

func listLineItems(x *tx, r *request) (reply, error) {
	f, err := x.flow(r)
	if err != nil {
		return reply{}, err
	}
	in := form.NewReader(r.form)
	p := readPage(in)
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	var ids []string
	var objects []webhook.Object
	text := x.linesOf(f.Session.ID)
	if at, ok := splice.Find(text, "data"); ok {
		data := text[at.Start:at.End]
		for _, e := range splice.Elements(data) {
			o := rendered(data[e.Start:e.End])
			ids, objects = append(ids, idOf(o)), append(objects, o)
		}
	}
	return pageOf(r, p, ids, objects, "line item")
}

// Pages: what the customer does.

// retrievePage is private to Stripe's page and the CLI's fixtures: it opens the page.
func retrievePage(x *tx, r *request) (reply, error) {
	f, err := x.flow(r)
	if err == nil {
		err = form.NewReader(r.form.Without("eid")).Done()
	}
	if err != nil {
		return reply{}, err
	}
	return x.ok(x.session(f.Session))
}

// confirmPage submits the page with a payment method.
func confirmPage(x *tx, r *request) (reply, error) {
	f, err := x.flow(r)
	if err != nil {
		return reply{}, err
	}
	with, err := x.methodData(r.form)
	if err != nil {
		return reply{}, err
	}
	in := form.NewReader(with)
	id, amount := in.Text("payment_method"), in.Integer("expected_amount")
	accepted := in.Text("consent[terms_of_service]") == "accepted"
	in.Drop("eid", "expected_payment_method_type", "guid", "muid", "sid", "version", "init_checksum", "js_checksum", "last_displayed_line_item_group_details", "return_url")
	buyer, err := buyerOf(in)
	if err == nil {
		err = in.Done()
	}
	if err != nil {
		return reply{}, err
	}
	c := checkout.Submit{Buyer: buyer, Accepted: accepted, ExpectedAmount: amount}
	if id != "" {
		pm, ok := x.method(id)
		if !ok {
			return reply{}, absent("PaymentMethod", id, "payment_method")
		}
		c.PaymentMethod = pm
	}
	x.pages = true
	return x.submit(f, c)
}

// buyerOf reads what the customer has entered.
func buyerOf(in *form.Reader) (intents.Pairs, error) {
	p := in.Carried(intents.DetailKeys{{Name: "customer_details["}}, "")
	var buyer intents.Pairs
	for key, value := range p.All() {
		rest := strings.TrimPrefix(key, "customer_details[")
		head, tail, _ := strings.Cut(rest, "]")
		var err error
		if buyer, err = buyer.With(head+tail, value); err != nil {
			return "", err
		}
	}
	return filled(buyer), nil
}

// submit is the button of the page. What the payment method says of its owner counts
// as entered, where nothing else was.
func (x *tx) submit(f checkout.Flow, c checkout.Submit) (reply, error) {
	for _, name := range []string{"email", "name", "phone"} {
		if v, _ := c.PaymentMethod.Details.Get("billing_details[" + name + "]"); v != "" {
			if _, entered := c.Buyer.Get(name); !entered {
				c.Buyer, _ = c.Buyer.With(name, v)
			}
		}
	}
	x.subscribing = c.PaymentMethod
	return x.commandSession(f, c)
}

// subscriber makes subscriptions, which are ids here and no more.
type subscriber struct{ x *tx }

// Start implements checkout.Subscriber: a card that would be declined is.
func (s subscriber) Start(ctx context.Context, session checkout.Session, _ intents.Deferred) (checkout.Command, error) {
	x := s.x
	total, trial := session.AmountTotal(), session.Detail("subscription_data[trial_period_days]")
	status := checkout.Paid
	if total == 0 || trial != "" {
		status = checkout.NoPaymentRequired
	}
	if !x.subscribing.IsZero() && !x.wouldPass(ctx, x.subscribing) {
		return checkout.Reopen{}, nil
	}
	return checkout.Complete{PaymentStatus: status, Subscription: x.s.ids.object("sub_", x.at()), Invoice: x.s.ids.object("in_", x.at())}, nil
}

// wouldPass asks the simulator whether a payment method can be charged.
func (x *tx) wouldPass(ctx context.Context, pm intents.PaymentMethod) bool {
	t, err := setupintent.Chain(setupintent.Intent{}, x.now, setupintent.Create{ID: "seti_trial", PaymentMethodTypes: intents.TypesOf(pm.Type)}, setupintent.Confirm{PaymentMethod: intents.PaymentMethod{ID: pm.ID, Type: pm.Type, Details: pm.Details}})
	if err != nil {
		return true // it can't be set up at all, and so says nothing
	}
	t, err = setupintent.Answer(ctx, setupintent.Simulator{}, t, x.now)
	return err == nil && t.After.LastSetupError == ""
}

var (
	_ paymentintent.Processor = payments{}
	_ setupintent.Processor   = setups{}
	_ checkout.Subscriber     = subscriber{}
)

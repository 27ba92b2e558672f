package fakestripe

import (
	"slices"

	"github.com/payintent/intents"
	"github.com/payintent/intents/examples/fakestripe/internal/splice"
	"github.com/payintent/intents/examples/internal/form"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/webhook"
)

// intent returns the PaymentIntent that the path names.
func (x *tx) intent(r *request) (paymentintent.Intent, error) {
	s, ok := get[paymentintent.Intent](x, tableIntents, r.vars[0])
	if !ok {
		return s, missing("payment_intent", r.vars[0], "intent")
	}
	return s, x.secret(r, s.Details, "PaymentIntent")
}

// secret holds the client_secret of a request with a publishable key to the intent's.
func (x *tx) secret(r *request, details intents.Pairs, noun string) error {
	given, ok := r.form.Get("client_secret")
	own, _ := details.Get("client_secret")
	switch {
	case !ok && !r.publishable:
		return nil
	case !ok:
		return form.Missing("client_secret")
	case given != own:
		return form.Invalid("client_secret", "", "The client_secret provided does not match the client_secret associated with the "+noun+".")
	}
	return nil
}

// clientKeys are what a client with a publishable key sees of an intent.
//
//nolint:gochecknoglobals // read-only data
var clientKeys = []string{
	"id", "object", "amount", "amount_details", "automatic_payment_methods", "canceled_at", "cancellation_reason", "capture_method", "client_secret",
	"confirmation_method", "created", "currency", "description", "last_payment_error", "last_setup_error", "livemode", "next_action", "payment_method",
	"payment_method_configuration_details", "payment_method_types", "processing", "receipt_email", "setup_future_usage", "shipping", "source", "status", "usage",
}

// view answers with an intent: whole, or what a client may see.
func (x *tx) view(o webhook.Object) (reply, error) {
	rep, err := x.ok(o)
	if x.r.publishable {
		rep.body = splice.Only(rep.body, func(key string) bool { return slices.Contains(clientKeys, key) })
	}
	return rep, err
}

// payment is what a reply shows of an intent.
func (x *tx) payment(s paymentintent.Intent) webhook.Object {
	return webhook.PaymentIntent{Intent: s, Now: x.at()}
}

// told answers with what a transition led to: the intent, or the error of a decline.
func (x *tx) told(t paymentintent.Transition) (reply, error) {
	x.confirmed(t.After.ID)
	c := x.r.errorContext()
	c.PaymentIntent.Now = x.at()
	if status, body, ok := webhook.Declined(t, c); ok {
		return reply{status: status, body: body}, nil
	}
	return x.view(x.payment(t.After))
}

func createPayment(x *tx, r *request) (reply, error) {
	f, err := x.methodData(r.form)
	if err != nil {
		return reply{}, err
	}
	create, confirm, err := form.CreatePaymentIntent(f.Without("allowed_payment_method_types").Without("excluded_payment_method_types"), r.version, x.method)
	if err != nil {
		return reply{}, err
	}
	create.ID = x.s.ids.object("pi_", x.at())
	create.Details, _ = create.Details.With("client_secret", create.ID+"_secret_"+x.s.ids.text(25))
	customer, _ := create.Details.Get(paymentintent.KeyCustomer)
	if err := x.customerIs(customer); err != nil {
		return reply{}, err
	}
	if create.Offered, err = x.s.offered(f, create.Currency); err != nil {
		return reply{}, err
	}
	switch {
	case create.PaymentMethodTypes != 0 || create.AutomaticPaymentMethods:
	case r.version.Before(intents.Version20230816):
		create.Offered = 0 // the card alone
	default:
		create.AutomaticPaymentMethods = true
	}
	cs := []paymentintent.Command{create}
	for _, c := range confirm {
		cs = append(cs, x.confirmation(c, create.PaymentMethod, customer))
	}
	t, err := x.applyPayment(paymentintent.Intent{}, cs...)
	if err != nil {
		return reply{}, err
	}
	return x.told(t)
}

// offered returns the payment method types that the account offers for a request.
func (s *Server) offered(f form.Form, c intents.Currency) (intents.PaymentMethodTypes, error) {
	in := form.NewReader(f)
	allowed, excluded := in.Types("allowed_payment_method_types"), in.Types("excluded_payment_method_types")
	if err := in.Err(); err != nil {
		return 0, err
	}
	var offered intents.PaymentMethodTypes
	for t := range s.o.Settings.Types.All() {
		if t.Traits().Supports(c) && (allowed == 0 || allowed.Has(t)) && !excluded.Has(t) {
			offered |= intents.TypesOf(t)
		}
	}
	if offered == 0 && (allowed != 0 || excluded != 0) {
		return 0, form.Invalid("allowed_payment_method_types", "", "No valid payment method types for this request. Please ensure that you have activated payment methods compatible with your chosen currency.")
	}
	return offered, nil
}

// confirmation completes a Confirm by what the store knows: the customer's default,
// and the intent's own payment method as it is now.
func (x *tx) confirmation(c paymentintent.Command, own intents.PaymentMethod, customer string) paymentintent.Command {
	confirm, ok := c.(paymentintent.Confirm)
	if !ok {
		return c
	}
	if now, ok := get[methodRow](x, tableMethods, own.ID); ok && confirm.PaymentMethod.IsZero() {
		confirm.PaymentMethod = now.PaymentMethod
	}
	confirm.CustomerDefault = x.defaultMethod(customer)
	confirm.Publishable = x.r.publishable
	return confirm
}

func retrievePayment(x *tx, r *request) (reply, error) {
	s, err := x.intent(r)
	if err == nil {
		err = form.NewReader(r.form.Without("client_secret")).Done()
	}
	if err != nil {
		return reply{}, err
	}
	return x.view(x.payment(s))
}

func updatePayment(x *tx, r *request) (reply, error) {
	s, err := x.intent(r)
	if err != nil {
		return reply{}, err
	}
	f, err := x.methodData(r.form.Without("allowed_payment_method_types").Without("excluded_payment_method_types"))
	if err != nil {
		return reply{}, err
	}
	u, err := form.UpdatePaymentIntent(f, s, x.method)
	if err != nil {
		return reply{}, err
	}
	if customer, ok := u.Details.Get(paymentintent.KeyCustomer); ok {
		if err := x.customerIs(customer); err != nil {
			return reply{}, err
		}
	}
	return x.commandPayment(s, u)
}

// commandPayment gives an intent that is there commands, and answers.
func (x *tx) commandPayment(s paymentintent.Intent, cs ...paymentintent.Command) (reply, error) {
	t, err := x.applyPayment(s, cs...)
	if err != nil {
		return reply{}, aboutPayment(s, err)
	}
	return x.told(t)
}

func confirmPayment(x *tx, r *request) (reply, error) {
	s, err := x.intent(r)
	if err != nil {
		return reply{}, err
	}
	f, err := x.methodData(r.form)
	if err != nil {
		return reply{}, err
	}
	cs, err := form.ConfirmPaymentIntent(f.Without("allowed_payment_method_types").Without("excluded_payment_method_types"), s, x.method)
	if err != nil {
		return reply{}, err
	}
	for i, c := range cs {
		cs[i] = x.confirmation(c, s.PaymentMethod, s.Customer())
	}
	return x.commandPayment(s, cs...)
}

func capturePayment(x *tx, r *request) (reply, error) {
	s, err := x.intent(r)
	if err != nil {
		return reply{}, err
	}
	c, err := form.CapturePaymentIntent(r.form, s)
	if err != nil {
		return reply{}, err
	}
	return x.commandPayment(s, c)
}

func cancelPayment(x *tx, r *request) (reply, error) {
	s, err := x.intent(r)
	if err != nil {
		return reply{}, err
	}
	c, err := form.CancelPaymentIntent(r.form)
	if err != nil {
		return reply{}, err
	}
	return x.commandPayment(s, c)
}

func incrementPayment(x *tx, r *request) (reply, error) {
	s, err := x.intent(r)
	if err != nil {
		return reply{}, err
	}
	c, err := form.IncrementPaymentIntent(r.form, s)
	if err != nil {
		return reply{}, err
	}
	return x.commandPayment(s, c)
}

func verifyPayment(x *tx, r *request) (reply, error) {
	s, err := x.intent(r)
	if err != nil {
		return reply{}, err
	}
	amounts, code, err := form.Microdeposits(r.form)
	if err != nil {
		return reply{}, err
	}
	return x.commandPayment(s, paymentintent.Simulator{Chooser: x.s.world}.Verify(amounts, code))
}

func applyBalance(x *tx, r *request) (reply, error) {
	s, err := x.intent(r)
	if err != nil {
		return reply{}, err
	}
	c, err := form.ApplyCustomerBalance(r.form, s)
	if err != nil {
		return reply{}, err
	}
	if has := x.cash(s.Customer(), s.Currency); c.Amount.Or(s.Amount-s.Funded) > has {
		return reply{}, aboutPayment(s, form.Invalid("amount", "amount_too_large", "The customer's cash balance is too small."))
	}
	return x.commandPayment(s, c)
}

func listPayments(x *tx, r *request) (reply, error) {
	in := form.NewReader(r.form)
	p := readPage(in)
	customer := in.Text("customer")
	in.Drop("customer_account")
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	if err := x.customerIs(customer); err != nil {
		return reply{}, err
	}
	return list(x, r, p, listing[paymentintent.Intent]{
		table: tableIntents, noun: "payment_intent", url: r.path,
		created: func(s paymentintent.Intent) intents.Time { return s.Created },
		keep:    func(s paymentintent.Intent) bool { return customer == "" || s.Customer() == customer },
		render:  func(x *tx, s paymentintent.Intent) webhook.Object { return x.payment(s) },
	})
}

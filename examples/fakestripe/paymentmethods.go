package fakestripe

import (
	"strconv"
	"strings"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/examples/fakestripe/internal/splice"
	"github.com/payintent/intents/examples/internal/form"
	"github.com/payintent/intents/internal/jsonenc"
	"github.com/payintent/intents/webhook"
)

// methodRow is a payment method, with what machines do not keep of it.
type methodRow struct {
	intents.PaymentMethod
	Created  intents.Time
	Metadata intents.Metadata
	// Redisplay is allow_redisplay, where it was given.
	Redisplay string
}

// told returns a payment method with all that the row knows of it, for its events.
func (m methodRow) told(pm intents.PaymentMethod) intents.PaymentMethod {
	add := func(key, value string) { pm.Details, _ = pm.Details.With(key, value) }
	add(webhook.KeyCreated, strconv.FormatInt(int64(m.Created), 10))
	if m.Redisplay != "" {
		add(webhook.KeyAllowRedisplay, m.Redisplay)
	}
	for key, value := range m.Metadata.All() {
		add("metadata["+key+"]", value)
	}
	return pm
}

// AppendJSON implements webhook.Object.
func (m methodRow) AppendJSON(b []byte, v intents.Version) []byte {
	start := len(b)
	b = webhook.PaymentMethod{PaymentMethod: m.PaymentMethod, Created: m.Created}.AppendJSON(b, v)
	if m.Metadata == "" && m.Redisplay == "" {
		return b
	}
	text := b[start:]
	if m.Metadata != "" {
		text = splice.Set(text, "metadata", m.Metadata.AppendJSON(nil))
	}
	if _, shown := splice.Find(text, "allow_redisplay"); shown && m.Redisplay != "" {
		text = splice.Set(text, "allow_redisplay", jsonenc.AppendJSONString(nil, m.Redisplay))
	}
	return append(b[:start:start], text...)
}

// method finds a payment method. A test id makes a new one each time, as with Stripe.
func (x *tx) method(id string) (intents.PaymentMethod, bool) {
	if row, ok := get[methodRow](x, tableMethods, id); ok {
		return row.PaymentMethod, true
	}
	m, ok := capture.FindTestMethod(id)
	if !ok || m.ID != id || m.Unusable != "" {
		return intents.PaymentMethod{}, false
	}
	row := methodRow{PaymentMethod: m.PaymentMethod(x.s.ids.object("pm_", x.at())), Created: x.at()}
	x.put(tableMethods, row.ID, row)
	return row.PaymentMethod, true
}

// keepMethod writes a payment method as a transition leaves it.
func (x *tx) keepMethod(pm intents.PaymentMethod) {
	if pm.ID == "" {
		return
	}
	row, ok := get[methodRow](x, tableMethods, pm.ID)
	if !ok {
		row.Created = x.at()
	}
	row.PaymentMethod = pm
	x.put(tableMethods, pm.ID, row)
}

// methodData makes a payment method of payment_method_data, or of a confirmation
// token, and puts its id in their place. What the request says itself goes before
// what the token says (SPEC-D).
func (x *tx) methodData(f form.Form) (form.Form, error) {
	if id, ok := f.Get("confirmation_token"); ok {
		token, ok := get[confirmationRow](x, tableConfirmable, id)
		if !ok {
			return nil, absent("confirmationtoken", id, "confirmation_token")
		}
		if err := token.usable(x.at()); err != nil {
			return nil, err
		}
		x.confirming = id
		f = f.Without("confirmation_token")
		if !f.Has("payment_method") && !f.Has("payment_method_data") {
			for _, p := range token.Method {
				f = append(f, form.Param{Key: "payment_method_data" + nest(p.Key), Value: p.Value})
			}
			if token.PaymentMethod != "" {
				f = append(f, form.Param{Key: "payment_method", Value: token.PaymentMethod})
			}
		}
		for _, p := range token.Carried {
			if name, _, _ := strings.Cut(p.Key, "["); !f.Has(name) {
				f = append(f, p)
			}
		}
	}
	if !f.Has("payment_method_data") {
		return f, nil
	}
	if f.Has("payment_method") {
		return nil, form.Invalid("payment_method_data", "parameters_exclusive", "You may only specify one of these parameters: payment_method, payment_method_data.")
	}
	row, err := x.newMethod(f.Below("payment_method_data"), "payment_method_data")
	if err != nil {
		return nil, err
	}
	return append(f.Without("payment_method_data"), form.Param{Key: "payment_method", Value: row.ID}), nil
}

// nest returns a key as it is within a map: a[b] is [a][b].
func nest(key string) string {
	head, tail, nested := strings.Cut(key, "[")
	if nested {
		return "[" + head + "][" + tail
	}
	return "[" + head + "]"
}

func createMethod(x *tx, r *request) (reply, error) {
	row, err := x.newMethod(r.form, "")
	if err != nil {
		return reply{}, err
	}
	return x.ok(row)
}

// newMethod makes a payment method of parameters, which are below a name.
func (x *tx) newMethod(f form.Form, below string) (methodRow, error) {
	in := form.NewReader(f)
	in.Drop("client_attribution_metadata", "payment_user_agent", "referrer", "guid", "muid", "sid", "time_on_page", "pasted_fields", "radar_options", "key")
	kind := in.Text("type")
	if kind == "" && f.Has("card") {
		kind = "card"
	}
	if kind == "" {
		return methodRow{}, form.Missing(under(below, "type"))
	}
	t, err := intents.ParsePaymentMethodType(kind)
	if err != nil {
		return methodRow{}, form.Invalid(under(below, "type"), "", "Invalid type: must be one of the payment method types that are modelled; got "+kind)
	}
	row := methodRow{Created: x.at(), Metadata: in.NewMetadata(), Redisplay: in.Text("allow_redisplay")}
	switch row.Redisplay {
	case "", "always", "limited", "unspecified":
	default:
		in.Fail(form.Invalid(under(below, "allow_redisplay"), "", "Invalid allow_redisplay: must be one of always, limited, or unspecified"))
	}
	billing := in.Carried(billingKeys, "")
	customer := in.Text("customer")
	row.PaymentMethod, err = x.instrument(in, t)
	if err == nil {
		err = in.Done()
	}
	if err != nil {
		return methodRow{}, err
	}
	row.ID = x.s.ids.object("pm_", x.at())
	row.Type = t
	row.Details = row.Details.Merge(filled(billing))
	if customer != "" {
		if err := x.customerIs(customer); err != nil {
			return methodRow{}, err
		}
		if row.PaymentMethod, err = row.Attach(customer); err != nil {
			return methodRow{}, err
		}
	}
	x.put(tableMethods, row.ID, row)
	return row, nil
}

// under returns a parameter's name below another's.
func under(below, name string) string {
	if below == "" {
		return name
	}
	return below + "[" + name + "]"
}

// billingKeys are what is known of whose payment method it is.
//
//nolint:gochecknoglobals // read-only data
var billingKeys = intents.DetailKeys{
	{Name: "billing_details[address][city]"},
	{Name: "billing_details[address][country]"},
	{Name: "billing_details[address][line1]"},
	{Name: "billing_details[address][line2]"},
	{Name: "billing_details[address][postal_code]"},
	{Name: "billing_details[address][state]"},
	{Name: "billing_details[email]"},
	{Name: "billing_details[name]"},
	{Name: "billing_details[phone]"},
	{Name: "billing_details[tax_id]"},
}

// filled returns the pairs without those that are empty.
func filled(p intents.Pairs) intents.Pairs {
	for key, value := range p.All() {
		if value == "" {
			p = p.Without(key)
		}
	}
	return p
}

// named returns the payment method that the path names.
func (x *tx) named(r *request) (methodRow, error) {
	id := r.vars[0]
	if _, ok := x.method(id); !ok {
		return methodRow{}, missing("PaymentMethod", id, "payment_method")
	}
	if row, ok := get[methodRow](x, tableMethods, id); ok {
		return row, nil
	}
	row, _ := x.changes[len(x.changes)-1].Value.(methodRow) // the one that a test id has made
	return row, nil
}

func retrieveMethod(x *tx, r *request) (reply, error) {
	row, err := x.named(r)
	if err == nil {
		err = form.NewReader(r.form).Done()
	}
	if err != nil {
		return reply{}, err
	}
	x.changes = nil // to look at a test id makes nothing
	return x.ok(row)
}

func updateMethod(x *tx, r *request) (reply, error) {
	row, err := x.named(r)
	if err != nil {
		return reply{}, err
	}
	before := row
	in := form.NewReader(r.form)
	metadata, err := row.Metadata.Merge(in.Metadata(row.Metadata))
	if err != nil {
		in.Fail(err)
	}
	row.Metadata = metadata
	if v := in.Text("allow_redisplay"); v != "" {
		row.Redisplay = v
	}
	update := in.Carried(billingKeys, row.Details)
	for _, name := range []string{"exp_month", "exp_year"} {
		if n := in.Integer("card[" + name + "]"); n.Given && row.Type == intents.Card {
			update, _ = update.With(name, in.Text("card["+name+"]"))
		}
	}
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	if row.Customer == "" {
		return reply{}, form.Invalid("", "", "You must save this PaymentMethod to a customer before you can update it.")
	}
	row.Details = filled(row.Details.Merge(update))
	x.put(tableMethods, row.ID, row)
	x.publish(webhook.FromPaymentMethod(before.told(before.PaymentMethod), row.told(row.PaymentMethod), x.now, x.options()...)...)
	return x.ok(row)
}

func attachMethod(x *tx, r *request) (reply, error) {
	row, err := x.named(r)
	if err != nil {
		return reply{}, err
	}
	in := form.NewReader(r.form)
	customer := in.Text("customer")
	in.Drop("customer_account")
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	if err := x.customerIs(customer); err != nil {
		return reply{}, err
	}
	before := row.PaymentMethod
	if row.PaymentMethod, err = before.Attach(customer); err != nil {
		return reply{}, err
	}
	if err := declinedAttach(before); before.Customer == "" && err != nil {
		return reply{}, err
	}
	x.put(tableMethods, row.ID, row)
	x.publish(webhook.FromPaymentMethod(row.told(before), row.told(row.PaymentMethod), x.now, x.options()...)...)
	return x.ok(row)
}

// declinedAttach refuses a card that its issuer does not let be saved (REC-06).
func declinedAttach(pm intents.PaymentMethod) error {
	b := capture.BehaviourOf(pm)
	if pm.Type != intents.Card || b.Code == "" || b.ChargeOnly || b.Blocked {
		return nil
	}
	decline := b.DeclineCode
	if decline == "" {
		decline = b.Code
	}
	e := cardError(b.Code, decline, intents.Failure{Code: b.Code, DeclineCode: b.DeclineCode}.Text(), "")
	e.emptyParam, e.adviceCode, e.networkCode = true, "try_again_later", "01"
	if b.Code == "expired_card" {
		e.emptyParam, e.param, e.adviceCode, e.networkCode = false, "exp_month", "confirm_card_data", "54"
	}
	return e
}

func detachMethod(x *tx, r *request) (reply, error) {
	row, err := x.named(r)
	if err == nil {
		err = form.NewReader(r.form).Done()
	}
	if err != nil {
		return reply{}, err
	}
	if row, err = x.detach(row); err != nil {
		return reply{}, err
	}
	return x.ok(row)
}

// detach takes a payment method from its customer.
func (x *tx) detach(row methodRow) (methodRow, error) {
	before := row.PaymentMethod
	after, err := before.Detach()
	if err != nil {
		return row, err
	}
	row.PaymentMethod = after
	x.put(tableMethods, row.ID, row)
	if c, ok := get[customerRow](x, tableCustomers, before.Customer); ok && !c.Deleted && c.DefaultPaymentMethod == row.ID {
		if c.Customer, err = c.SetDefault(intents.PaymentMethod{}); err != nil {
			return row, err
		}
		x.put(tableCustomers, c.ID, c)
	}
	x.publish(webhook.FromPaymentMethod(row.told(before), row.told(after), x.now, x.options()...)...)
	return row, nil
}

// listMethods lists the payment methods of a customer; without one, none (REC-06).
func listMethods(x *tx, r *request) (reply, error) {
	in := form.NewReader(r.form)
	p, keep := methodFilter(in)
	customer := in.Text("customer")
	in.Drop("customer_account")
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	if err := x.customerIs(customer); err != nil {
		return reply{}, err
	}
	return x.listMethods(r, p, customer, keep)
}

func methodFilter(in *form.Reader) (window, func(methodRow) bool) {
	p := readPage(in)
	kind, redisplay := in.Text("type"), in.Text("allow_redisplay")
	return p, func(m methodRow) bool {
		shown := m.Redisplay
		if shown == "" {
			shown = "unspecified"
		}
		return (kind == "" || m.Type.String() == kind) && (redisplay == "" || shown == redisplay)
	}
}

func (x *tx) listMethods(r *request, p window, customer string, keep func(methodRow) bool) (reply, error) {
	return list(x, r, p, listing[methodRow]{
		table: tableMethods, noun: "PaymentMethod", url: r.path,
		created: func(m methodRow) intents.Time { return m.Created },
		keep:    func(m methodRow) bool { return customer != "" && m.Customer == customer && keep(m) },
		render:  func(_ *tx, m methodRow) webhook.Object { return m },
	})
}

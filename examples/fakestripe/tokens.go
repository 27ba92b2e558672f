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

// tokenRow is a token of a card: it can be used once.
type tokenRow struct {
	ID            string
	PaymentMethod intents.PaymentMethod
	Created       intents.Time
	Used          bool
	IP            string
}

// AppendJSON implements webhook.Object.
func (t tokenRow) AppendJSON(b []byte, v intents.Version) []byte {
	method := webhook.PaymentMethod{PaymentMethod: t.PaymentMethod, Created: t.Created}.AppendJSON(nil, v)
	at, _ := splice.Find(method, "card")
	from := method[at.Start:at.End]
	card := []byte(`{"id":"card_` + strings.TrimPrefix(t.ID, "tok_") + `","object":"card","address_city":null,"address_country":null,"address_line1":null,"address_line1_check":null,` +
		`"address_line2":null,"address_state":null,"address_zip":null,"address_zip_check":null`)
	for _, key := range []string{"brand", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4"} {
		if at, ok := splice.Find(from, key); ok {
			value := from[at.Start:at.End]
			if key == "brand" { // a source's brand is a name
				value = jsonenc.AppendJSONString(nil, brandName(value))
			}
			card = append(card, `,"`+key+`":`...)
			card = append(card, value...)
		}
	}
	card = append(card, `,"cvc_check":"unchecked","dynamic_last4":null,"metadata":{},"name":null,"regulated_status":"unregulated","tokenization_method":null}`...)
	b = append(b, `{"id":`...)
	b = jsonenc.AppendJSONString(b, t.ID)
	b = append(b, `,"object":"token","card":`...)
	b = append(b, card...)
	b = append(b, `,"client_ip":null,"created":`...)
	b = strconv.AppendInt(b, int64(t.Created), 10)
	b = append(b, `,"livemode":false,"type":"card","used":`...)
	b = strconv.AppendBool(b, t.Used)
	return append(b, '}')
}

func brandName(value []byte) string {
	switch s, _ := splice.Text(value); s {
	case "visa":
		return "Visa"
	case "mastercard":
		return "MasterCard"
	case "amex":
		return "American Express"
	case "discover":
		return "Discover"
	case "diners":
		return "Diners Club"
	case "jcb":
		return "JCB"
	case "unionpay":
		return "UnionPay"
	}
	return "Unknown"
}

// testToken returns the test method that a test token names: tok_visa as pm_card_visa.
func testToken(id string) (capture.TestMethod, bool) {
	rest, ok := strings.CutPrefix(id, "tok_")
	if !ok {
		return capture.TestMethod{}, false
	}
	if m, ok := capture.FindTestMethod("pm_card_" + rest); ok {
		return m, true
	}
	return capture.FindTestMethod("pm_card_visa_" + rest)
}

// token uses a token up, and returns its payment method, without an id.
func (x *tx) token(id, param string) (tokenRow, error) {
	if m, ok := testToken(id); ok {
		return tokenRow{ID: id, PaymentMethod: m.PaymentMethod("")}, nil
	}
	row, ok := get[tokenRow](x, tableTokens, id)
	switch {
	case !ok:
		return row, absent("token", id, param)
	case row.Used:
		return row, form.Invalid(param, "token_already_used", "You cannot use a Stripe token more than once: "+id+".")
	}
	row.Used = true
	x.put(tableTokens, id, row)
	row.PaymentMethod.ID = ""
	return row, nil
}

func createToken(x *tx, r *request) (reply, error) {
	in := form.NewReader(r.form)
	if !r.form.Has("card") {
		in.Fail(form.Invalid("", "parameter_missing", "You must supply either a card, customer, PII data, bank account, or account to create a token."))
	}
	number, cvc := in.Needed("card[number]"), in.Text("card[cvc]")
	month, year := in.Integer("card[exp_month]"), in.Integer("card[exp_year]")
	for _, name := range []string{"name", "currency", "address_line1", "address_line2", "address_city", "address_state", "address_zip", "address_country", "networks"} {
		in.Drop("card[" + name + "]")
	}
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	pm, err := x.rawCard(number, month, year, cvc)
	if err != nil {
		return reply{}, err
	}
	row := tokenRow{ID: x.s.ids.object("tok_", x.at()), PaymentMethod: pm, Created: x.at()}
	row.PaymentMethod.ID = row.ID
	x.put(tableTokens, row.ID, row)
	return x.ok(row)
}

func retrieveToken(x *tx, r *request) (reply, error) {
	row, ok := get[tokenRow](x, tableTokens, r.vars[0])
	if !ok {
		return reply{}, missing("token", r.vars[0], "token")
	}
	if err := form.NewReader(r.form).Done(); err != nil {
		return reply{}, err
	}
	return x.ok(row)
}

// confirmationRow is a confirmation token: what a client has collected, for one confirmation.
type confirmationRow struct {
	ID      string
	Created intents.Time
	// Method are the parameters of the payment method that it makes, or else PaymentMethod
	// is the id of one that is there.
	Method        form.Form
	PaymentMethod string
	// Carried are the parameters of the confirmation that it brings.
	Carried form.Form
	Preview methodRow
	// Intent is the intent that it has confirmed, or empty.
	Intent string
}

// confirmationLife is how long a confirmation token can be used.
const confirmationLife = 12 * 60 * 60

// usable refuses a token that is used or too old. Stripe documents that, and not its
// words: those are INFERRED.
func (c confirmationRow) usable(now intents.Time) error {
	switch {
	case c.Intent != "":
		return form.Invalid("confirmation_token", "", "You cannot use a ConfirmationToken more than once: "+c.ID+" has been used to confirm "+c.Intent+".")
	case now-c.Created >= confirmationLife:
		return form.Invalid("confirmation_token", "", "This ConfirmationToken has expired: "+c.ID+".")
	}
	return nil
}

// confirmed writes which intent the request's confirmation token was used for.
func (x *tx) confirmed(intent string) {
	if row, ok := get[confirmationRow](x, tableConfirmable, x.confirming); ok {
		row.Intent = intent
		x.put(tableConfirmable, row.ID, row)
	}
}

// AppendJSON implements webhook.Object.
func (c confirmationRow) AppendJSON(b []byte, v intents.Version) []byte {
	text := func(key, value string) {
		b = append(b, key...)
		if value == "" {
			b = append(b, "null"...)
			return
		}
		b = jsonenc.AppendJSONString(b, value)
	}
	carried := func(name string) string {
		value, _ := c.Carried.Get(name)
		return value
	}
	text(`{"id":`, c.ID)
	b = append(b, `,"object":"confirmation_token","created":`...)
	b = strconv.AppendInt(b, int64(c.Created), 10)
	b = append(b, `,"expires_at":`...)
	b = strconv.AppendInt(b, int64(c.Created)+confirmationLife, 10)
	payment, setup := c.Intent, ""
	if strings.HasPrefix(c.Intent, "seti_") {
		payment, setup = "", c.Intent
	}
	text(`,"livemode":false,"mandate_data":null,"metadata":{},"payment_intent":`, payment)
	b = append(b, `,"payment_method_options":null,"payment_method_preview":`...)
	preview := splice.Only(c.Preview.AppendJSON(nil, v), func(key string) bool {
		return key != "id" && key != "object" && key != "created" && key != "livemode" && key != "metadata"
	})
	b = append(b, preview...)
	text(`,"return_url":`, carried("return_url"))
	text(`,"setup_future_usage":`, carried("setup_future_usage"))
	text(`,"setup_intent":`, setup)
	return append(b, `,"shipping":null,"use_stripe_sdk":true}`...)
}

func createConfirmationToken(x *tx, r *request) (reply, error) {
	in := form.NewReader(r.form)
	row := confirmationRow{ID: x.s.ids.object("ctoken_", x.at()), Created: x.at(), Method: r.form.Below("payment_method_data"), PaymentMethod: in.Text("payment_method")}
	in.Drop("payment_method_data", "payment_method_options")
	for _, name := range []string{"return_url", "setup_future_usage", "shipping", "mandate_data"} {
		in.Drop(name)
		row.Carried = append(row.Carried, r.form.Only(name)...)
	}
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	switch {
	case row.PaymentMethod != "" && len(row.Method) > 0:
		return reply{}, form.Invalid("payment_method_data", "parameters_exclusive", "You may only specify one of these parameters: payment_method, payment_method_data.")
	case row.PaymentMethod != "":
		pm, ok := x.method(row.PaymentMethod)
		if !ok {
			return reply{}, absent("PaymentMethod", row.PaymentMethod, "payment_method")
		}
		row.PaymentMethod = pm.ID
		row.Preview, _ = get[methodRow](x, tableMethods, pm.ID)
	case len(row.Method) == 0:
		return reply{}, form.Missing("payment_method_data")
	default:
		made, err := x.newMethod(row.Method, "payment_method_data")
		if err != nil {
			return reply{}, err
		}
		x.put(tableMethods, made.ID, nil) // it is made when the token is used
		row.Preview = made
	}
	x.put(tableConfirmable, row.ID, row)
	return x.ok(row)
}

func retrieveConfirmationToken(x *tx, r *request) (reply, error) {
	row, ok := get[confirmationRow](x, tableConfirmable, r.vars[0])
	if !ok {
		return reply{}, missing("confirmationtoken", r.vars[0], "confirmation_token")
	}
	if err := form.NewReader(r.form.Without("client_secret")).Done(); err != nil {
		return reply{}, err
	}
	return x.ok(row)
}

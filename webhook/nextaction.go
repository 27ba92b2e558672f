package webhook

import (
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/paymentintent"
)

// kind is the JSON type of a field of a next_action, and where its value comes
// from when the action does not have it.
type kind uint8

const (
	textOrNull   kind = iota // a string, or null
	link                     // a string, or the action's url
	linkOrNull               // a string, or null
	number                   // a number, or the time at which the action runs out
	numberOrNull             // the same, or null
	flagOrNull               // a boolean, or null
	object                   // an object whose fields follow, up to an end
	end
	nothing // null: an object that is not modelled
)

type field struct {
	name string
	kind kind
}

// actions are the members of Stripe's payment_intent_next_action by type, with
// their fields in order (SPEC-D). A type that is not here has the fields it was given.
//
//nolint:gochecknoglobals // read-only data
var actions = [...]struct {
	name   string
	fields []field
}{
	{"redirect_to_url", []field{{"return_url", textOrNull}, {"url", linkOrNull}}},
	{"alipay_handle_redirect", []field{{"native_data", textOrNull}, {"native_url", textOrNull}, {"return_url", textOrNull}, {"url", linkOrNull}}},
	{"blik_authorize", nil},
	{"boleto_display_details", []field{{"expires_at", numberOrNull}, {"hosted_voucher_url", linkOrNull}, {"number", textOrNull}, {"pdf", textOrNull}}},
	{"card_await_notification", []field{{"charge_attempt_at", numberOrNull}, {"customer_approval_required", flagOrNull}}},
	{"cashapp_handle_redirect_or_display_qr_code", []field{
		{"hosted_instructions_url", link},
		{"mobile_auth_url", link},
		{"qr_code", object},
		{"expires_at", number},
		{"image_url_png", link},
		{"image_url_svg", link},
		{"", end},
	}},
	{"klarna_display_qr_code", []field{{"data", link}, {"expires_at", numberOrNull}, {"image_url_png", link}, {"image_url_svg", link}}},
	{"konbini_display_details", []field{
		{"expires_at", number},
		{"hosted_voucher_url", linkOrNull},
		{"stores", object},
		{"familymart", nothing},
		{"lawson", nothing},
		{"ministop", nothing},
		{"seicomart", nothing},
		{"", end},
	}},
	{"multibanco_display_details", []field{{"entity", textOrNull}, {"expires_at", numberOrNull}, {"hosted_voucher_url", linkOrNull}, {"reference", textOrNull}}},
	{"oxxo_display_details", []field{{"expires_after", numberOrNull}, {"hosted_voucher_url", linkOrNull}, {"number", textOrNull}}},
	{"paynow_display_qr_code", []field{{"data", link}, {"hosted_instructions_url", linkOrNull}, {"image_url_png", link}, {"image_url_svg", link}}},
	{"pix_display_qr_code", []field{{"data", link}, {"expires_at", number}, {"hosted_instructions_url", link}, {"image_url_png", link}, {"image_url_svg", link}}},
	{"promptpay_display_qr_code", []field{{"data", link}, {"hosted_instructions_url", link}, {"image_url_png", link}, {"image_url_svg", link}}},
	{"swish_handle_redirect_or_display_qr_code", []field{
		{"hosted_instructions_url", link},
		{"qr_code", object},
		{"data", link},
		{"image_url_png", link},
		{"image_url_svg", link},
		{"", end},
	}},
	{"upi_handle_redirect_or_display_qr_code", []field{
		{"hosted_instructions_url", link},
		{"qr_code", object},
		{"expires_at", number},
		{"image_url_png", link},
		{"image_url_svg", link},
		{"", end},
	}},
	{"wechat_pay_display_qr_code", []field{{"data", link}, {"hosted_instructions_url", link}, {"image_data_url", link}, {"image_url_png", link}, {"image_url_svg", link}}},
}

// nextAction writes what the customer has to do, or null: its type and the member
// of that name, in alphabetical order.
func (o *out) nextAction(s *paymentintent.Intent) {
	if s.NextAction == "" {
		o.raw("null")
		return
	}
	name := s.NextAction.Type()
	shown := name
	if shown == "redirect_to_url" && o.undo.has(undoNames) {
		shown = "authorize_with_url"
	}
	o.raw("{")
	if shown > "type" {
		o.str(`"type":`, shown)
		o.raw(",")
	}
	o.str("", shown)
	o.raw(":")
	o.action(s, name)
	if shown <= "type" {
		o.str(`,"type":`, shown)
	}
	o.raw("}")
}

func (o *out) action(s *paymentintent.Intent, name string) {
	switch name {
	case "use_stripe_sdk":
		o.stripeSDK(s.NextAction)
		return
	case "verify_with_microdeposits":
		o.microdeposits(s.NextAction)
		return
	case "display_bank_transfer_instructions":
		o.bankTransfer(s)
		return
	}
	for i := range actions {
		if actions[i].name == name {
			o.fields(s, actions[i].fields)
			return
		}
	}
	o.loose(s.NextAction)
}

// fields writes the fields of a member. An object that is open holds those that
// follow, up to its end; in the action its keys are qr_code[data] and so on.
func (o *out) fields(s *paymentintent.Intent, fields []field) {
	in := ""
	o.raw("{")
	for _, f := range fields {
		if f.kind == end {
			in = ""
			o.raw("}")
			continue
		}
		if o.b[len(o.b)-1] != '{' {
			o.raw(",")
		}
		o.str("", f.name)
		o.raw(":")
		if f.kind == object {
			in = f.name
			o.raw("{")
			continue
		}
		key := f.name
		if in != "" {
			key = in + "[" + f.name + "]"
		}
		o.field(s, f.kind, key)
	}
	o.raw("}")
}

func (o *out) field(s *paymentintent.Intent, k kind, key string) {
	v, ok := s.NextAction.Get(key)
	switch k {
	case link, linkOrNull:
		if !ok {
			v, _ = s.NextAction.Get("url")
		}
		if k == link {
			o.str("", v)
			return
		}
		o.strOrNull("", v)
	case number, numberOrNull:
		switch {
		case escaped(v).isInt():
			o.raw(v)
		case k == number || s.Due != 0:
			o.int("", int64(s.Due))
		default:
			o.raw("null")
		}
	case flagOrNull:
		if v == "true" || v == "false" {
			o.raw(v)
			return
		}
		o.raw("null")
	case textOrNull:
		o.strOrNull("", v)
	case nothing, object, end:
		o.raw("null")
	}
}

// sdkKeys are those that the client of a redirect needs, in order.
//
//nolint:gochecknoglobals // read-only data
var sdkKeys = [...]string{"source", "stripe_js", "type"}

// stripeSDK writes what Stripe's own client reads: here, as recorded, a redirect
// that authenticates a source. What the action says itself goes before.
func (o *out) stripeSDK(a intents.NextAction) {
	o.raw("{")
	missing := sdkKeys[:]
	for k, v := range intents.Pairs(a).All() {
		for len(missing) > 0 && missing[0] < k {
			o.sdkKey(a, missing[0])
			missing = missing[1:]
		}
		if k == "type" { // the action's own
			continue
		}
		if len(missing) > 0 && missing[0] == k {
			missing = missing[1:]
		}
		o.looseKey(k)
		o.str("", v)
	}
	for _, key := range missing {
		o.sdkKey(a, key)
	}
	o.raw("}")
}

// sdkKey writes a key that the action does not have.
func (o *out) sdkKey(a intents.NextAction, key string) {
	source, _ := a.Get("source")
	o.looseKey(key)
	switch key {
	case "source":
		o.strOrNull("", source)
	case "stripe_js":
		o.raw(`"https://hooks.stripe.com/redirect/authenticate/`)
		o.inner(source)
		o.raw(`"`)
	case "type":
		o.raw(`"three_d_secure_redirect"`)
	}
}

// loose writes the fields of an action that is not modelled as they are.
func (o *out) loose(a intents.NextAction) {
	o.raw("{")
	for k, v := range intents.Pairs(a).All() {
		if k != "type" {
			o.looseKey(k)
			o.str("", v)
		}
	}
	o.raw("}")
}

// looseKey writes a key that is not known beforehand, behind a comma unless it is
// the first of its object.
func (o *out) looseKey(key string) {
	if o.b[len(o.b)-1] != '{' {
		o.raw(",")
	}
	o.str("", key)
	o.raw(":")
}

// microdeposits writes what waits for their verification. Stripe writes the day of
// their arrival as a time; a day in the form 2006-01-02 stands for its midnight, UTC.
func (o *out) microdeposits(a intents.NextAction) {
	day, _ := a.Get("arrival_date")
	o.raw(`{"arrival_date":`)
	if t, err := time.Parse(time.DateOnly, day); err == nil {
		o.int("", t.Unix())
	} else if escaped(day).isInt() {
		o.raw(day)
	} else {
		o.raw("0")
	}
	page, _ := a.Get("hosted_verification_url")
	o.str(`,"hosted_verification_url":`, page)
	how, _ := a.Get("microdeposit_type")
	o.strOrNull(`,"microdeposit_type":`, how)
	o.raw("}")
}

// bankTransfers are the types of bank transfer by currency (SPEC-D).
//
//nolint:gochecknoglobals // read-only data
var bankTransfers = [...]struct {
	currency intents.Currency
	name     string
}{{"eur", "eu_bank_transfer"}, {"gbp", "gb_bank_transfer"}, {"jpy", "jp_bank_transfer"}, {"mxn", "mx_bank_transfer"}}

func (o *out) bankTransfer(s *paymentintent.Intent) {
	o.int(`{"amount_remaining":`, s.Amount-s.Funded)
	o.str(`,"currency":`, string(s.Currency))
	o.raw(`,"financial_addresses":[]`)
	o.raw(`,"hosted_instructions_url":`)
	o.field(s, linkOrNull, "hosted_instructions_url")
	o.raw(`,"reference":`)
	o.field(s, textOrNull, "reference")
	name := "us_bank_transfer"
	for _, b := range bankTransfers {
		if b.currency == s.Currency {
			name = b.name
		}
	}
	o.str(`,"type":`, name)
	o.raw("}")
}

package webhook

import (
	"strings"

	"github.com/payintent/intents"
	"github.com/payintent/intents/paymentintent"
)

// option is what payment_method_options shows of a type where the caller said
// nothing: a key and its JSON.
type option struct {
	key, json string
	undo      undo // the change that added the key
	when      when
}

// when says which intents show an option.
type when uint8

const (
	always   when = iota
	enabled       // with automatic payment methods
	disabled      // without
	outside       // of a PaymentIntent, and not of a Checkout Session
)

// options are the defaults by type, in the alphabetical order in which Stripe
// writes them. Those of acss_debit, afterpay_clearpay, alipay, card, cashapp, klarna,
// link, us_bank_account and wechat_pay are recorded; the others show what the schema
// requires or allows to be null (SPEC-D).
//
//nolint:gochecknoglobals // read-only data
var options = [...]struct {
	method  intents.PaymentMethodType
	options []option
}{
	{intents.AcssDebit, []option{
		{"mandate_options", `{"interval_description":null,"payment_schedule":null,"transaction_type":null}`, 0, disabled},
		{"verification_method", `"automatic"`, 0, always},
	}},
	{intents.Affirm, nil},
	{intents.AfterpayClearpay, []option{{"reference", "null", 0, always}}},
	{intents.Alipay, nil},
	{intents.AmazonPay, nil},
	{intents.AuBecsDebit, nil},
	{intents.BacsDebit, nil},
	{intents.Bancontact, []option{{"preferred_language", `"en"`, 0, always}}},
	{intents.Blik, nil},
	{intents.Boleto, []option{{"expires_after_days", "3", 0, always}}},
	{intents.Card, []option{
		{"installments", "null", 0, always},
		{"mandate_options", "null", undoIntentKeys, always},
		{"network", "null", 0, always},
		{"request_three_d_secure", `"automatic"`, 0, always},
	}},
	{intents.CardPresent, []option{{"request_extended_authorization", "false", 0, always}, {"request_incremental_authorization_support", "false", 0, always}}},
	{intents.Cashapp, nil},
	{intents.Crypto, nil},
	{intents.CustomerBalance, []option{{"funding_type", "null", 0, always}}},
	{intents.Eps, nil},
	{intents.Ideal, nil},
	{intents.Klarna, []option{{"preferred_locale", "null", 0, always}}},
	{intents.Konbini, []option{
		{"confirmation_number", "null", 0, always},
		{"expires_after_days", "null", 0, always},
		{"expires_at", "null", 0, always},
		{"product_description", "null", 0, always},
	}},
	{intents.Link, []option{{"persistent_token", "null", 0, always}}},
	{intents.Mobilepay, nil},
	{intents.Multibanco, nil},
	{intents.NzBankAccount, nil},
	{intents.Oxxo, []option{{"expires_after_days", "3", 0, always}}},
	{intents.P24, nil},
	{intents.Paynow, nil},
	{intents.Paypal, []option{{"preferred_locale", "null", 0, always}, {"reference", "null", 0, always}}},
	{intents.Pix, []option{{"expires_after_seconds", "null", 0, always}, {"expires_at", "null", 0, always}}},
	{intents.Promptpay, nil},
	{intents.RevolutPay, nil},
	{intents.SepaDebit, nil},
	{intents.Swish, []option{{"reference", "null", 0, always}}},
	{intents.Upi, nil},
	{intents.USBankAccount, []option{
		{"financial_connections", `{"permissions":["payment_method"],"prefetch":[]}`, 0, enabled},
		{"mandate_options", "{}", 0, always},
		{"transaction_purpose", `"unspecified"`, undoTransactionPurpose, always},
		{"verification_method", `"automatic"`, 0, always},
	}},
	{intents.WechatPay, []option{{"app_id", "null", 0, always}, {"client", "null", 0, always}}},
}

// parts are the keys that Stripe shows of an object within the options, of which
// the caller gave some (SPEC-DS).
//
//nolint:gochecknoglobals // read-only data
var parts = [...]struct {
	path    string
	options []option
}{
	{inOptions + "acss_debit][mandate_options]", []option{
		{"interval_description", "null", 0, always},
		{"payment_schedule", "null", 0, always},
		{"transaction_type", "null", 0, always},
	}},
	{inOptions + "card][installments]", []option{{"available_plans", "null", 0, outside}, {"enabled", "false", 0, always}, {"plan", "null", 0, outside}}},
	{inOptions + "card][mandate_options]", []option{
		{"description", "null", 0, always},
		{"end_date", "null", 0, always},
		{"interval_count", "null", 0, always},
		{"supported_types", "null", 0, always},
	}},
	{inOptions + "customer_balance][bank_transfer]", []option{{"type", "null", 0, always}}},
	{inOptions + "us_bank_account][financial_connections]", []option{{"prefetch", "[]", 0, always}}},
}

// methodOptions writes payment_method_options: the defaults of the intent's types
// with what the caller asked for.
func (o *out) methodOptions(p *PaymentIntent, given group) {
	o.raw(`,"payment_method_options":`)
	if given == "" && p.PaymentMethodTypes == intents.TypesOf(intents.Card) && !o.undo.has(undoIntentKeys) {
		// What most intents show.
		o.raw(`{"card":{"installments":null,"mandate_options":null,"network":null,"request_three_d_secure":"automatic"}}`)
		return
	}
	hidden := enabled
	if p.Flags.Has(paymentintent.AutomaticPaymentMethods) {
		hidden = disabled
	}
	o.raw("{")
	for i := range options {
		m := &options[i]
		if !p.PaymentMethodTypes.Has(m.method) {
			continue
		}
		if o.b[len(o.b)-1] != '{' {
			o.raw(",")
		}
		name := m.method.String()
		o.str("", name)
		o.raw(":{")
		if given == "" {
			o.merged(m.options, hidden, "", "")
		} else {
			prefix := inOptions + name + "]["
			o.merged(m.options, hidden, given.below(prefix), prefix)
		}
		o.raw("}")
	}
	o.raw("}")
}

// merged writes the options of a type, those that the caller gave instead of the
// defaults of the same name.
func (o *out) merged(defaults []option, hidden when, given group, prefix string) {
	rest := string(given)
	for i := 0; i < len(defaults) || rest != ""; {
		name := ""
		if rest != "" {
			name = childName(rest, prefix)
		}
		if i < len(defaults) && (rest == "" || defaults[i].key < name) {
			if d := &defaults[i]; d.when != hidden && (d.when != outside || !o.inSession) && !o.undo.has(d.undo) {
				o.optionKey(d.key)
				o.raw(d.json)
			}
			i++
			continue
		}
		var child group
		var ok bool
		if child, rest, ok = cutChild(rest, prefix, name); !ok {
			continue
		}
		if i < len(defaults) && defaults[i].key == name {
			i++
		}
		o.optionKey(name)
		o.given(child, prefix, name)
	}
}

// given writes what the caller gave of one name: a value, or an object that is
// completed with its parts.
func (o *out) given(child group, prefix, name string) {
	path := prefix + name + "]"
	for i := range parts {
		if p := &parts[i]; p.path == path && strings.HasPrefix(string(child), path+"[") {
			o.raw("{")
			o.merged(p.options, enabled, child, path+"[")
			o.raw("}")
			return
		}
	}
	o.leaf(child, prefix, name)
}

func (o *out) optionKey(name string) {
	if o.b[len(o.b)-1] != '{' {
		o.raw(",")
	}
	o.b = escaped(name).appendJSON(o.b)
	o.raw(":")
}

package webhook

import (
	"strings"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// accounts are the payment method types that say something of an account, with the
// keys that a saved payment method shows and those that a charge shows, as Stripe's
// schema has them (SPEC-D: payment_method_… and payment_method_details_…). The
// values come from the payment method's details. A type that is not here shows {}.
//
// A key whose value is not known is null. Marks say otherwise: behind ! it is an
// empty string, for Stripe requires one; behind 0 it is a number, for the same reason;
// behind ? it is left out; behind # it is derived; behind @ it is the charge's. A key
// with = has what follows.
//
//nolint:gochecknoglobals // read-only data
var accounts = [...]struct {
	method         intents.PaymentMethodType
	saved, charged string
}{
	{
		intents.CardPresent,
		"brand brand_product cardholder_name country description 0exp_month 0exp_year #fingerprint funding issuer last4 networks offline preferred_locales read_method",
		"@amount_authorized brand brand_product @capture_before cardholder_name country description emv_auth_data 0exp_month 0exp_year #fingerprint funding generated_card incremental_authorization_supported=false issuer last4 network network_transaction_id offline overcapture_supported=false preferred_locales read_method receipt",
	},
	{intents.Link, "email", "country"},
	{intents.Cashapp, "buyer_id cashtag", "buyer_id cashtag transaction_id"},
	{intents.AmazonPay, "", "transaction_id"},
	{intents.Paypal, "country payer_email payer_id", "country payer_email payer_id payer_name seller_protection transaction_id"},
	{intents.RevolutPay, "", "transaction_id"},
	{intents.Mobilepay, "", "card"},
	{intents.Klarna, "dob", "payer_details payment_method_category preferred_locale"},
	{intents.Affirm, "", "transaction_id"},
	{intents.AfterpayClearpay, "", "order_id reference"},
	{intents.Alipay, "", "fingerprint transaction_id"},
	{intents.Ideal, "bank bic", "bank bic generated_sepa_debit generated_sepa_debit_mandate iban_last4 transaction_id verified_name"},
	{intents.Bancontact, "", "bank_code bank_name bic generated_sepa_debit generated_sepa_debit_mandate iban_last4 preferred_language verified_name"},
	{intents.Eps, "bank", "bank verified_name"},
	{intents.P24, "bank", "bank reference verified_name"},
	{intents.WechatPay, "", "fingerprint transaction_id"},
	{intents.Pix, "fingerprint", "bank_transaction_id fingerprint"},
	{intents.Paynow, "", "reference"},
	{intents.Promptpay, "", "reference"},
	{intents.Swish, "", "fingerprint payment_reference verified_phone_last4"},
	{intents.Blik, "buyer_id", "buyer_id"},
	{intents.Upi, "vpa", "vpa"},
	{intents.Oxxo, "", "number"},
	{intents.Boleto, "!tax_id", "!tax_id"},
	{intents.Konbini, "", "store"},
	{intents.Multibanco, "", "entity reference"},
	{
		intents.USBankAccount,
		`account_holder_type account_type bank_name financial_connections_account #fingerprint last4 networks={"preferred":"ach","supported":["ach"]} routing_number status_details={}`,
		"account_holder_type account_type bank_name #fingerprint last4 ?mandate payment_reference routing_number",
	},
	{
		intents.SepaDebit, `bank_code branch_code country #fingerprint generated_from={"charge":null,"setup_attempt":null} last4`,
		"bank_code branch_code country #fingerprint last4 mandate",
	},
	{intents.BacsDebit, "#fingerprint last4 sort_code", "#fingerprint last4 mandate sort_code"},
	{intents.AuBecsDebit, "bsb_number #fingerprint last4", "bsb_number #fingerprint last4 ?mandate"},
	{intents.AcssDebit, "bank_name #fingerprint institution_number last4 transit_number", "bank_name #fingerprint institution_number last4 ?mandate transit_number"},
	{intents.NzBankAccount, "account_holder_name !bank_code !bank_name !branch_code !last4 suffix", "account_holder_name !bank_code !bank_name !branch_code !last4 suffix"},
	{intents.Crypto, "", "?buyer_address ?network ?token_currency ?transaction_hash"},
}

// account writes the keys of a payment method that is no card. The mandate is that of
// the charge, which is nil for a saved payment method.
func (o *out) account(pm *intents.PaymentMethod, keys string, mandate escaped, c *Charge) {
	o.raw("{")
	comma := ""
	for spec := range strings.FieldsSeq(keys) {
		mark, key := byte(0), spec
		if strings.IndexByte("!0?#@", spec[0]) >= 0 {
			mark, key = spec[0], spec[1:]
		}
		key, literal, _ := strings.Cut(key, "=")
		v := group(pm.Details).get(key)
		if key == "mandate" && v == "" {
			v = mandate
		}
		if mark == '?' && v == "" || key == "capture_before" && c.Status != capture.StatusAuthorized {
			continue
		}
		o.raw(comma)
		comma = ","
		if mark == '#' {
			o.fingerprint(pm, v)
			continue
		}
		o.str("", key)
		o.raw(":")
		switch {
		case key == "amount_authorized":
			o.authorized("", c)
		case key == "capture_before":
			o.int("", int64(c.CaptureBefore))
		case literal != "":
			o.raw(literal)
		case mark == '0':
			o.number("", v)
		case mark == '!':
			o.b = v.appendJSON(o.b)
		default:
			o.param("", v)
		}
	}
	o.raw("}")
}

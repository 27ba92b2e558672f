package fakestripe

import (
	"strconv"
	"strings"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/examples/internal/form"
)

// accountKeys are the parameters of each type that describe an account, in Stripe's
// names: what is before the colon is kept, under the name behind it; a number is kept by
// its last four digits, and looked up among the test numbers.
//
//nolint:gochecknoglobals // read-only data
var accountKeys = [...]struct {
	method intents.PaymentMethodType
	keys   string
}{
	{intents.USBankAccount, "account_number:# routing_number account_holder_type account_type financial_connections_account"},
	{intents.SepaDebit, "iban:#"},
	{intents.BacsDebit, "account_number:# sort_code"},
	{intents.AuBecsDebit, "account_number:# bsb_number"},
	{intents.AcssDebit, "account_number:# institution_number transit_number"},
	{intents.NzBankAccount, "account_number:# account_holder_name bank_code branch_code suffix reference"},
	{intents.Ideal, "bank"},
	{intents.Eps, "bank"},
	{intents.P24, "bank"},
	{intents.Boleto, "tax_id"},
	{intents.Upi, "vpa mandate_options"},
	{intents.Klarna, "dob"},
}

func accountKeysOf(t intents.PaymentMethodType) string {
	for _, a := range accountKeys {
		if a.method == t {
			return a.keys
		}
	}
	return ""
}

// instrument reads what a payment method of a type is made of.
func (x *tx) instrument(in *form.Reader, t intents.PaymentMethodType) (intents.PaymentMethod, error) {
	if t == intents.Card {
		return x.card(in)
	}
	pm := intents.PaymentMethod{Type: t}
	name := t.String()
	number, details := "", intents.Pairs("")
	for spec := range strings.FieldsSeq(accountKeysOf(t)) {
		key, isNumber := strings.CutSuffix(spec, ":#")
		param := name + "[" + key + "]"
		v, ok := in.Take(param)
		if isNumber {
			if number = v; !ok || v == "" {
				in.Drop(name)
				return pm, form.Missing(param)
			}
			continue
		}
		if v != "" {
			details, _ = details.With(key, v) // a form holds text
		}
	}
	in.Drop(name)
	if number == "" {
		pm.Details = details
		return pm, nil
	}
	number = strings.ReplaceAll(number, " ", "")
	if m, ok := capture.FindTestMethod(number); ok && m.Type == t {
		if m.Unusable != "" {
			return pm, form.Invalid(name, m.Unusable, "The bank account provided can't be used: "+m.Unusable+".")
		}
		pm = m.PaymentMethod("")
	} else {
		details, _ = details.With("last4", number[max(0, len(number)-4):])
		if t == intents.SepaDebit && len(number) > 2 {
			details, _ = details.With("country", number[:2])
		}
		pm.Details = details
	}
	pm.Details = pm.Details.Merge(details)
	return pm, nil
}

// card reads card[token] or card[number] and what goes with it.
func (x *tx) card(in *form.Reader) (intents.PaymentMethod, error) {
	token, number := in.Text("card[token]"), in.Text("card[number]")
	month, year := in.Integer("card[exp_month]"), in.Integer("card[exp_year]")
	cvc := in.Text("card[cvc]")
	in.Drop("card[networks]")
	switch {
	case token != "":
		row, err := x.token(token, "card[token]")
		return row.PaymentMethod, err
	case number == "":
		return intents.PaymentMethod{}, form.Missing("card")
	}
	return x.rawCard(number, month, year, cvc)
}

// rawCard makes a payment method of a card number. Real numbers do not pass, as in
// Stripe's test mode.
func (x *tx) rawCard(number string, month, year intents.Optional[int64], cvc string) (intents.PaymentMethod, error) {
	number = strings.NewReplacer(" ", "", "-", "").Replace(number)
	m, known := capture.FindTestMethod(number)
	y := year.Value
	if y < 100 {
		y += 2000
	}
	const future = 50
	now := x.now
	switch {
	case !luhn(number) && !known:
		return intents.PaymentMethod{}, cardError("incorrect_number", "", "Your card number is incorrect.", "number")
	case !known || m.Type != intents.Card:
		return intents.PaymentMethod{}, cardError("card_declined", "test_mode_live_card", "Your card was declined. Your request was in test mode, but used a non test card. For a list of valid test cards, visit: https://stripe.com/docs/testing.", "")
	case !month.Given || month.Value < 1 || month.Value > 12:
		return intents.PaymentMethod{}, cardError("invalid_expiry_month", "", "Your card's expiration month is invalid.", "exp_month")
	case !year.Given || y < int64(now.Year()) || y > int64(now.Year())+future:
		return intents.PaymentMethod{}, cardError("invalid_expiry_year", "", "Your card's expiration year is invalid.", "exp_year")
	case y == int64(now.Year()) && month.Value < int64(now.Month()):
		return intents.PaymentMethod{}, cardError("invalid_expiry_month", "", "Your card's expiration month is invalid.", "exp_month")
	case cvc != "" && (strings.Trim(cvc, "0123456789") != "" || len(cvc) < 3 || len(cvc) > 4):
		return intents.PaymentMethod{}, cardError("invalid_cvc", "", "Your card's security code is invalid.", "cvc")
	}
	pm := m.PaymentMethod("")
	pm.Details, _ = pm.Details.With("exp_month", strconv.FormatInt(month.Value, 10))
	pm.Details, _ = pm.Details.With("exp_year", strconv.FormatInt(y, 10))
	return pm, nil
}

// luhn reports whether a number could be a card's.
func luhn(number string) bool {
	const shortest, longest = 12, 19
	if len(number) < shortest || len(number) > longest {
		return false
	}
	sum := 0
	for i := range len(number) {
		d := int(number[len(number)-1-i]) - '0'
		if d < 0 || d > 9 {
			return false
		}
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

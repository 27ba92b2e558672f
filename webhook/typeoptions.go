package webhook

import (
	"iter"
	"strings"

	"github.com/payintent/intents"
)

// setupOptions are what payment_method_options of a SetupIntent shows of a type beside
// what is given, where anything is given of it or not; or nil. Those of acss_debit,
// bancontact, ideal, klarna, link and sepa_debit are recorded as absent where nothing is,
// card's and us_bank_account's as they are here. The others are required beside what is
// given (SPEC-SDK).
func setupOptions(t intents.PaymentMethodType, given bool) []option {
	switch {
	case t == intents.Card:
		return setupCard[:]
	case t == intents.USBankAccount:
		return setupBank[:]
	case !given:
	case t == intents.AcssDebit:
		return setupKlarna[:1]
	case t == intents.Klarna:
		return setupKlarna[:]
	case t == intents.Paypal:
		return setupPaypal[:]
	}
	return nil
}

// sessionOptions are the same for a Checkout Session. Those of afterpay_clearpay,
// alipay, klarna and link are recorded as absent, and card's, us_bank_account's and
// wechat_pay's as they are here; those of boleto and oxxo are required (SPEC), and their
// value is that of a PaymentIntent (INFERRED), as are those that are required beside what
// is given (SPEC-SDK).
func sessionOptions(t intents.PaymentMethodType, given bool) []option {
	switch t { //nolint:exhaustive // the others show nothing
	case intents.Boleto, intents.Oxxo:
		return sessionVoucher[:]
	case intents.Card:
		return sessionCard[:]
	case intents.USBankAccount:
		return sessionBank[:]
	case intents.WechatPay:
		return sessionWechat[:]
	case intents.CustomerBalance, intents.Paypal, intents.Swish:
		if given {
			return intentOptions(t)
		}
	case intents.Konbini:
		if given {
			return sessionKonbini[:]
		}
	case intents.Pix:
		if given {
			return sessionPix[:]
		}
	}
	return nil
}

// intentOptions are those of a PaymentIntent.
func intentOptions(t intents.PaymentMethodType) []option {
	for i := range options {
		if options[i].method == t {
			return options[i].options
		}
	}
	return nil
}

//nolint:gochecknoglobals // read-only data
var (
	setupCard = [...]option{
		{"mandate_options", "null", undoSetupKeys, always},
		{"network", "null", undoSetupKeys, always},
		{"request_three_d_secure", `"automatic"`, 0, always},
	}
	setupBank      = [...]option{{"mandate_options", "{}", 0, always}, {"verification_method", `"automatic"`, 0, always}}
	setupKlarna    = [...]option{{"currency", "null", 0, always}, {"preferred_locale", "null", 0, always}}
	setupPaypal    = [...]option{{"billing_agreement_id", "null", 0, always}}
	sessionKonbini = [...]option{{"expires_after_days", "null", 0, always}}
	sessionPix     = [...]option{{"expires_after_seconds", "null", 0, always}}
	sessionCard    = [...]option{{"request_three_d_secure", `"automatic"`, 0, always}}
	sessionVoucher = [...]option{{"expires_after_days", "3", 0, always}}
	sessionBank    = [...]option{
		{"financial_connections", `{"permissions":["payment_method"],"prefetch":[]}`, 0, always},
		{"verification_method", `"automatic"`, 0, always},
	}
	sessionWechat = [...]option{{"app_id", "null", 0, always}, {"client", `"web"`, 0, always}}
)

// typeOptions writes payment_method_options: the defaults of the types with what the
// caller asked for. A type of which there is nothing to show is left out.
func (o *out) typeOptions(types intents.PaymentMethodTypes, given group, defaults func(t intents.PaymentMethodType, given bool) []option) {
	o.raw("{")
	for i := range options { // in the alphabetical order of the types
		t := options[i].method
		if !types.Has(t) {
			continue
		}
		prefix := inOptions + t.String() + "]["
		own := given.below(prefix)
		shown := defaults(t, own != "")
		if own == "" && shown == nil {
			continue
		}
		o.optionKey(t.String())
		o.raw("{")
		o.merged(shown, enabled, own, prefix)
		o.raw("}")
	}
	o.raw("}")
}

// groupOf returns the pairs whose keys begin with prefix.
func groupOf(p intents.Pairs, prefix string) group {
	for rest := string(p); ; {
		i := strings.Index(rest, prefix)
		if i < 0 {
			return ""
		}
		if i == 0 && len(rest) == len(p) || i > 0 && rest[i-1] == '&' {
			g, _ := cutGroup(rest[i:], prefix)
			return g
		}
		rest = rest[i+len(prefix):]
	}
}

// children yields the pairs of a group by their first name below a prefix.
func (g group) children(prefix string) iter.Seq[group] {
	return func(yield func(group) bool) {
		for rest := string(g); rest != ""; {
			child, behind, ok := cutChild(rest, prefix, childName(rest, prefix))
			if ok && !yield(child) {
				return
			}
			rest = behind
		}
	}
}

// value returns the value of the first pair of a group.
func (g group) value() escaped {
	pair, _, _ := strings.Cut(string(g), "&")
	_, v, _ := strings.Cut(pair, "=")
	return escaped(v)
}

// name returns the first name below a prefix of a group's keys.
func (g group) name(prefix string) escaped { return escaped(childName(string(g), prefix)) }

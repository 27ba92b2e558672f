package setupintent

import (
	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// kind says what a payment method type can be set up for.
type kind uint8

const (
	// settable: a SetupIntent takes it (SPEC, setup_attempt_payment_method_details; alipay
	// is only in the parameter single_use).
	settable kind = 1 << iota
	// consents: its customer consents to later charges with a mandate (SPEC, mandate_payment_method_details).
	consents
	// once: the consent may be to a single charge (SPEC, the parameter single_use).
	once
)

// kinds is the one table of what payment method types can be set up for. A card's
// mandate exists in India alone and was null in all recordings (REC-10).
//
//nolint:gochecknoglobals // read-only data
var kinds = [...]kind{
	intents.Card:          settable,
	intents.CardPresent:   settable,
	intents.Alipay:        settable | once,
	intents.AmazonPay:     settable | consents,
	intents.Bancontact:    settable | once,
	intents.Boleto:        settable | once,
	intents.Cashapp:       settable | consents,
	intents.Ideal:         settable | once,
	intents.Klarna:        settable | consents,
	intents.Link:          settable | consents | once,
	intents.Paypal:        settable | consents,
	intents.Pix:           settable | consents,
	intents.RevolutPay:    settable | consents,
	intents.Upi:           settable | consents,
	intents.AcssDebit:     settable | consents | once,
	intents.AuBecsDebit:   settable | consents | once,
	intents.BacsDebit:     settable | consents | once,
	intents.NzBankAccount: settable | consents,
	intents.SepaDebit:     settable | consents | once,
	intents.USBankAccount: settable | consents | once,
}

// kindOf returns what a type can be set up for: nothing where it is not in the table.
func kindOf(t intents.PaymentMethodType) kind {
	if int(t) >= len(kinds) {
		return 0
	}
	return kinds[t]
}

func (k kind) has(l kind) bool { return k&l == l }

// settableOf returns those of the types that can be set up.
func settableOf(types intents.PaymentMethodTypes) intents.PaymentMethodTypes {
	var some intents.PaymentMethodTypes
	for t := range types.All() {
		if kindOf(t).has(settable) {
			some |= intents.TypesOf(t)
		}
	}
	return some
}

// setUp returns what success makes of the intent's payment method: it becomes the
// customer's own, where there is a customer and its type can be used again, and it
// carries what it was set up for, so that issuers know it off-session (see
// capture.KeySetUp). One that was set up for off_session before stays so.
func (s *Intent) setUp() (intents.PaymentMethod, error) {
	pm := s.PaymentMethod
	if customer := s.Customer(); customer != "" && pm.Customer == "" && pm.Type.Traits().Reusable {
		attached, err := pm.Attach(customer)
		if err != nil {
			return pm, err
		}
		pm = attached
	}
	if was, _ := pm.Details.Get(capture.KeySetUp); was == string(OffSession) || was == string(s.Usage) {
		return pm, nil
	}
	details, err := pm.Details.With(capture.KeySetUp, string(s.Usage))
	if err != nil {
		return pm, err
	}
	pm.Details = details
	return pm, nil
}

// PaymentMethod returns the payment method as the transition leaves it, for the
// caller's store, and whether the transition has changed it: a success marks it
// with what it was set up for, and attaches it to the intent's customer. It is zero
// where the transition leaves none; a failure keeps the one that failed in
// LastSetupError.
func (t Transition) PaymentMethod() (pm intents.PaymentMethod, changed bool) {
	pm = t.After.PaymentMethod
	return pm, t.After.Status == succ && t.Before.Status != succ && pm != t.After.Attempt.PaymentMethod
}

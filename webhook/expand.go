package webhook

import (
	"strings"

	"github.com/payintent/intents"
)

// Expand says which ids of an object are rendered as the objects that they name:
// Stripe's parameter expand. Events expand nothing.
//
// What is expanded in an object that is itself expanded stands in the higher bits: see
// [Expand.Below]. Only what concerns a charge of a PaymentIntent stands beside it.
type Expand uint64

const (
	// ExpandLatestCharge renders latest_charge of a PaymentIntent as a charge.
	ExpandLatestCharge Expand = 1 << iota
	// ExpandPaymentMethod renders payment_method of a PaymentIntent as an object.
	ExpandPaymentMethod
	// ExpandBalanceTransaction renders balance_transaction of a charge as an object.
	ExpandBalanceTransaction
	// ExpandRefunds adds the list refunds to a charge.
	ExpandRefunds
	// ExpandPaymentIntent renders payment_intent of the charge of a PaymentIntent as an object.
	ExpandPaymentIntent
	// ExpandTransfer renders transfer of a charge as an object.
	ExpandTransfer
	// ExpandApplicationFee renders application_fee of a charge as an object.
	ExpandApplicationFee
	// ExpandCustomer renders customer as an object, where a Payer is given.
	ExpandCustomer
	// ExpandSetupIntent renders setup_intent of a Checkout Session as an object. What
	// it expands of the PaymentIntent of a session is ExpandPaymentIntent.
	ExpandSetupIntent
	// ExpandLatestAttempt renders latest_attempt of a SetupIntent as an object.
	ExpandLatestAttempt
	// ExpandMandate renders mandate and single_use_mandate of a SetupIntent as objects.
	ExpandMandate
	// ExpandLineItems adds the list line_items to a Checkout Session.
	ExpandLineItems
)

// levelBits are the bits of the expansions of one object.
const levelBits = 16

// Below returns what e means for an object that is in another: a Checkout Session with
// ExpandSetupIntent|ExpandPaymentMethod.Below() shows its SetupIntent, and that its
// payment method.
func (e Expand) Below() Expand { return e << levelBits }

// below returns what e says of the objects that are in this one.
func (e Expand) below() Expand { return e >> levelBits }

// Has reports whether e holds all of f.
func (e Expand) Has(f Expand) bool { return e&f == f }

// expansions are the paths that ParseExpand knows. Those of a charge begin with
// latest_charge in a PaymentIntent; those that are in another object are the other's.
//
//nolint:gochecknoglobals // read-only data
var expansions = [...]struct {
	object, path string
	expand       Expand
}{
	{"payment_intent", "latest_charge", ExpandLatestCharge},
	{"payment_intent", "payment_method", ExpandPaymentMethod},
	{"payment_intent", "latest_charge.payment_intent", ExpandLatestCharge | ExpandPaymentIntent},
	{"charge", "balance_transaction", ExpandBalanceTransaction},
	{"charge", "refunds", ExpandRefunds},
	{"charge", "transfer", ExpandTransfer},
	{"charge", "application_fee", ExpandApplicationFee},
	{"payment_intent", "customer", ExpandCustomer},
	{"setup_intent", "customer", ExpandCustomer},
	{"setup_intent", "latest_attempt", ExpandLatestAttempt},
	{"setup_intent", "mandate", ExpandMandate},
	{"setup_intent", "payment_method", ExpandPaymentMethod},
	{"setup_intent", "single_use_mandate", ExpandMandate},
	{"setup_attempt", "customer", ExpandCustomer},
	{"setup_attempt", "payment_method", ExpandPaymentMethod},
	{"mandate", "payment_method", ExpandPaymentMethod},
	{"checkout.session", "customer", ExpandCustomer},
	{"checkout.session", "line_items", ExpandLineItems},
	{"checkout.session", "payment_intent", ExpandPaymentIntent},
	{"checkout.session", "setup_intent", ExpandSetupIntent},
	{"payment_method", "customer", ExpandCustomer},
	{"customer", "invoice_settings.default_payment_method", ExpandPaymentMethod},
}

// nested are the objects that are in others, by their path.
//
//nolint:gochecknoglobals // read-only data
var nested = [...]struct{ object, path, in string }{
	{"checkout.session", "payment_intent.", "payment_intent"},
	{"checkout.session", "setup_intent.", "setup_intent"},
	{"setup_intent", "latest_attempt.", "setup_attempt"},
	{"setup_intent", "mandate.", "mandate"},
	{"setup_intent", "single_use_mandate.", "mandate"},
}

// ParseExpand returns what the paths of a request's expand[] mean for an object,
// by Stripe's name of its type: such as latest_charge.balance_transaction for a
// payment_intent. A path that can't be expanded gives an *intents.InvalidError.
func ParseExpand(object string, paths ...string) (Expand, error) {
	var all Expand
	for _, path := range paths {
		e, ok := expansion(object, path)
		if !ok {
			return 0, &intents.InvalidError{Param: "expand", Code: "", Message: "This property cannot be expanded (" + path + ")."}
		}
		all |= e
	}
	return all, nil
}

func expansion(object, path string) (Expand, bool) {
	for _, x := range expansions {
		if x.object == object && x.path == path {
			return x.expand, true
		}
	}
	if below, ok := strings.CutPrefix(path, "latest_charge."); ok && object == "payment_intent" {
		e, ok := expansion("charge", below)
		return e | ExpandLatestCharge, ok
	}
	for _, n := range nested {
		if below, ok := strings.CutPrefix(path, n.path); ok && object == n.object {
			outer, _ := expansion(object, strings.TrimSuffix(n.path, "."))
			e, ok := expansion(n.in, below)
			return outer | e.Below(), ok
		}
	}
	return 0, false
}

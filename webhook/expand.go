package webhook

import (
	"strings"

	"github.com/payintent/intents"
)

// Expand says which ids of an object are rendered as the objects that they name:
// Stripe's parameter expand. Events expand nothing.
type Expand uint8

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
)

// Has reports whether e holds all of f.
func (e Expand) Has(f Expand) bool { return e&f == f }

// expansions are the paths that ParseExpand knows. Those of a charge begin with
// latest_charge in a PaymentIntent.
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
}

// ParseExpand returns what the paths of a request's expand[] mean for an object,
// which is payment_intent or charge: such as latest_charge.balance_transaction. A path
// that can't be expanded gives an *intents.InvalidError.
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
	return 0, false
}

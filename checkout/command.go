package checkout

import (
	"fmt"

	"github.com/payintent/intents"
)

// Command is what a Session can be told: a request of the caller or the customer,
// a report of what became of its intent, or the word of time. The commands are
// the types of this package that have this interface's methods; nil and pointers
// to them are refused with an *intents.InvalidError.
//
//sumtype:decl
type Command interface {
	fmt.Stringer
	// Name returns the name that the table and errors use.
	Name() CommandName
	command() op
}

// CommandName names a sort of command, in the imperative.
type CommandName string

// Requests of the caller and the customer.

// Create makes a session. It is the only command that is handed an id.
type Create struct {
	// ID is the new session's id. It is required, and begins with cs_.
	ID string
	// Mode is required.
	Mode Mode
	// UIMode, where empty, is the hosted page.
	UIMode UIMode
	// APIVersion is that of the request; it picks the defaults, and when the
	// PaymentIntent is made.
	APIVersion intents.Version
	// Currency is required in setup mode with dynamic payment methods; in the other
	// modes it is that of the line items, and may be left out.
	Currency intents.Currency
	// LineItems are required in payment and subscription mode.
	LineItems LineItems
	// Shipping is what the delivery costs, in minor units.
	Shipping int64
	// PaymentMethodTypes, where empty, are chosen from Settings: dynamic payment methods.
	PaymentMethodTypes intents.PaymentMethodTypes
	// Settings are the account's; the zero Settings are the defaults of a new account.
	Settings Settings
	// CustomerCreation, where empty, is the default of APIVersion.
	CustomerCreation CustomerCreation
	// ExpiresAt, where 0, is a day after the creation.
	ExpiresAt intents.Time
	// Details are the other parameters in Stripe's names; see [DetailKeys].
	Details  intents.Pairs
	Metadata intents.Metadata
	// RecoveredFrom is the id of the expired session that this one copies; see [Recovered].
	RecoveredFrom string
	Livemode      bool
}

// Update changes what is given and leaves the rest.
type Update struct {
	// LineItems may change while the session is open, where it is not on the hosted page.
	LineItems intents.Optional[LineItems]
	// Shipping is in minor units, with the same limits as LineItems.
	Shipping intents.Optional[int64]
	// Details are merged: an empty value unsets its key.
	Details intents.Pairs
	// Metadata are merged: an empty value unsets its key.
	Metadata intents.Pairs
}

// Expire ends an open session before its time.
type Expire struct{}

// Submit is the customer's: pay, or save the payment method. It starts an attempt;
// its answer comes as a report: [Complete], [Reopen]. Where nothing is to be paid,
// it completes the session.
type Submit struct {
	// PaymentMethod is what the customer chose. It is not needed where nothing is paid.
	PaymentMethod intents.PaymentMethod
	// Buyer is what the customer entered, in the names of customer_details: email,
	// name, phone, address[city], …
	Buyer intents.Pairs
	// Accepted: the customer ticked the terms of service.
	Accepted bool
	// ExpectedAmount, where given, is the total that the page showed, in minor units.
	ExpectedAmount intents.Optional[int64]
}

// Recover asks whether an expired session can be recovered: it changes nothing.
// [Recovered] gives what the new session is made from.
type Recover struct{}

// Reports of what became of the session's intent, or of its subscription.

// Proceed reports that an attempt goes on after the customer's action.
type Proceed struct{}

// Reopen reports that the attempt came to nothing, or that the customer has to act.
type Reopen struct{}

// Complete reports that the customer is done.
type Complete struct {
	// PaymentStatus is what the payment has come to. In setup mode it is no_payment_required.
	PaymentStatus PaymentStatus
	// Subscription and Invoice are the ids of what the caller made, in subscription mode.
	Subscription, Invoice string
}

// ReportPaid reports that an outstanding payment arrived.
type ReportPaid struct {
	// Captured: it was held, and the merchant captured it. Stripe has no event of the session for that.
	Captured bool
}

// ReportFailed reports that an outstanding payment came to nothing.
type ReportFailed struct{}

// The word of time.

// Lapse is time's word that the session is over.
type Lapse struct{}

type op uint8

const (
	opCreate op = iota
	opUpdate
	opExpire
	opSubmit
	opRecover
	opProceed
	opReopen
	opComplete
	opPaid
	opFailed
	opLapse
	ops
)

// names are the commands in the order of their ops.
//
//nolint:gochecknoglobals // read-only data
var names = [ops]CommandName{
	"create", "update", "expire", "submit", "recover", "proceed", "reopen", "complete", "report_paid", "report_failed", "lapse",
}

func (o op) name() CommandName { return names[o] }

package paymentintent

import (
	"fmt"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// Command is what a PaymentIntent can be told: a request of the caller, a report
// of the outside world, or the word of time. The commands are the types of this
// package that have this interface's methods; nil and pointers to them are
// refused with an *intents.InvalidError.
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

// Requests of the caller.

// Create makes an intent. It is the only command that is handed an id.
type Create struct {
	// ID is the new intent's id. It is required.
	ID string
	// Amount is in minor units of Currency.
	Amount   int64
	Currency intents.Currency
	// APIVersion is that of the request; it picks the default capture method.
	APIVersion intents.Version
	// CaptureMethod, where empty, is [capture.DefaultMethod] of APIVersion.
	CaptureMethod capture.Method
	// ConfirmationMethod, where empty, is automatic.
	ConfirmationMethod ConfirmationMethod
	// PaymentMethodTypes, where empty, are those that are Offered.
	PaymentMethodTypes intents.PaymentMethodTypes
	// Offered are the types that the account's settings turn on; where empty, the card alone.
	Offered intents.PaymentMethodTypes
	// PaymentMethod may be none.
	PaymentMethod intents.PaymentMethod
	// Details are the other parameters in Stripe's names; see [DetailKeys].
	Details  intents.Pairs
	Metadata intents.Metadata
	// Owner is the id of the Checkout Session or invoice that the intent belongs to.
	Owner string
	// ConfirmLimit is how many confirmations the intent allows before it is
	// canceled; 0 means any number. Stripe has a limit and keeps it to itself.
	ConfirmLimit uint16
	// AutomaticPaymentMethods and NoRedirects are automatic_payment_methods[enabled]
	// and automatic_payment_methods[allow_redirects]=never.
	AutomaticPaymentMethods, NoRedirects bool
	Livemode                             bool
}

// Update changes what is given and leaves the rest.
type Update struct {
	// Amount is in minor units.
	Amount        intents.Optional[int64]
	Currency      intents.Optional[intents.Currency]
	CaptureMethod intents.Optional[capture.Method]
	// PaymentMethod, given as the zero value, is unset.
	PaymentMethod      intents.Optional[intents.PaymentMethod]
	PaymentMethodTypes intents.Optional[intents.PaymentMethodTypes]
	// Details are merged: an empty value unsets its key.
	Details intents.Pairs
	// Metadata are merged: an empty value unsets its key.
	Metadata intents.Pairs
}

// Confirm starts an attempt. Its answer comes as a report: [Approve], [Challenge],
// [Decline] or [Submit].
type Confirm struct {
	// PaymentMethod, where none, is the intent's own, or else CustomerDefault.
	PaymentMethod   intents.PaymentMethod
	CustomerDefault intents.PaymentMethod
	// CaptureMethod replaces the intent's where it is not empty.
	CaptureMethod capture.Method
	// Details are merged into the intent's, as with [Update].
	Details intents.Pairs
	// Owner is the id of the Checkout Session on whose page the customer confirms. An
	// intent that a session owns is confirmed there alone.
	Owner string
	// OffSession means: the customer is not there; nothing can be asked of them.
	OffSession bool
	// ErrorOnRequiresAction means: fail where the customer would be asked.
	ErrorOnRequiresAction bool
	// Publishable: the request comes from a client with the publishable key.
	Publishable bool
}

// Capture takes money that is held.
type Capture struct {
	// AmountToCapture is in minor units; where it is not given, all that is capturable.
	AmountToCapture intents.Optional[int64]
	// FinalCapture, where it is not given, is true: the rest of the hold is released.
	FinalCapture intents.Optional[bool]
	// Details are merged into the charge's: a fee, a transfer amount, a descriptor.
	Details  intents.Pairs
	Metadata intents.Pairs
}

// Cancel ends the intent. What is held is released.
type Cancel struct {
	// Reason is one that a caller may give, or none.
	Reason CancellationReason
	// Refused: the rail would not call a processing payment back (us_bank_account).
	Refused bool
}

// IncrementAuthorization raises the hold. Its outcome is the issuer's.
type IncrementAuthorization struct {
	// Amount is the new total in minor units.
	Amount   int64
	Details  intents.Pairs
	Metadata intents.Pairs
	// Declined: the issuer said no. All stays as it was, but for the number of tries.
	Declined bool
}

// ApplyCustomerBalance pays from the customer's cash balance.
type ApplyCustomerBalance struct {
	// Amount is in minor units; where it is not given, all that remains.
	Amount intents.Optional[int64]
	Terms  capture.Terms
}

// VerifyMicrodeposits tells what the customer saw on the account. Whether it is
// right is the outside world's to say.
type VerifyMicrodeposits struct {
	// Amounts or DescriptorCode is given, as the deposits were made.
	Amounts        [2]int64
	DescriptorCode string
	// Outcome is what the account's bank says to that.
	Outcome intents.Verification
	// AskIn and Cancelable are those of the [Submit] that follows, if they match.
	AskIn      time.Duration
	Cancelable bool
}

// Refund gives captured money back.
type Refund struct {
	// Amount is in minor units; 0 means all that is left.
	Amount int64
	Reason capture.RefundReason
	Flags  capture.RefundFlags
	// Pending: the rail takes its time; ReportRefund brings the outcome.
	Pending bool
}

// Reports of the outside world.

// Approve reports that the attempt was approved.
type Approve struct{ Terms capture.Terms }

// Challenge reports that the customer has to act. Off-session, or with
// error_on_requires_action, the attempt fails instead.
type Challenge struct {
	// NextAction is what the customer has to do.
	NextAction intents.NextAction
	// ExpiresIn is how long the customer has; 0 means for ever.
	ExpiresIn time.Duration
}

// Decline reports that the attempt was refused, or that a processing payment came back.
type Decline struct {
	Failure intents.Failure
	// NoCharge: the attempt never became a charge.
	NoCharge bool
}

// Submit reports that the rail of a delayed method has the payment.
type Submit struct {
	// AskIn is when its outcome is worth asking for.
	AskIn time.Duration
	// Cancelable: the payment can still be called back, where its type allows that.
	Cancelable bool
}

// Notify reports that a card payment waits for its pre-debit notification (India).
type Notify struct {
	// CompletesIn is when the notification period is over.
	CompletesIn time.Duration
}

// Authenticate reports that the customer did what next_action asked.
type Authenticate struct{}

// FailAction reports that the customer failed or refused to act.
type FailAction struct {
	// Failure, where zero, is payment_intent_authentication_failure.
	Failure intents.Failure
}

// Fund reports that money for this intent came into the customer's cash balance.
type Fund struct {
	// Amount is in minor units.
	Amount int64
	Terms  capture.Terms
}

// Collect reports that what was processing arrived.
type Collect struct{ Terms capture.Terms }

// Settle reports that the ledger entry of an asynchronous capture was written. It
// may come late, twice or out of order: only the first has an effect.
type Settle struct {
	// Fee in minor units and AvailableOn say what the ledger says. With a zero
	// AvailableOn, both come from the charge's pricing.
	Fee         int64
	AvailableOn intents.Time
}

// Postpone reports that there is no answer yet, and when to ask again.
type Postpone struct{ AskIn time.Duration }

// CloseWindow reports that a processing payment can't be called back any more.
type CloseWindow struct{}

// ReportRefund reports how a refund went on.
type ReportRefund struct {
	// Number counts the charge's refunds from zero.
	Number int
	Status capture.RefundStatus
}

// Dispute reports that the customer or the bank disputes the charge.
type Dispute struct {
	// Reason is Stripe's dispute reason, such as fraudulent.
	Reason string
}

// ReverseAuthorization reports that the bank let a hold go that was already
// given up. Nothing happens.
type ReverseAuthorization struct{}

// The word of time, and of owners.

// ExpireAuthorization is time's word that the hold is over.
type ExpireAuthorization struct{}

// ExpireAction is time's word that the customer did not act.
type ExpireAction struct{}

// Void is the owner's word that the intent is over: its session expired, its
// invoice was voided or failed.
type Void struct {
	// Reason is automatic, void_invoice or failed_invoice.
	Reason CancellationReason
}

type op uint8

const (
	opCreate op = iota
	opUpdate
	opConfirm
	opCapture
	opCancel
	opIncrement
	opApplyBalance
	opVerify
	opRefund
	opApprove
	opChallenge
	opDecline
	opSubmit
	opNotify
	opAuthenticate
	opFailAction
	opFund
	opCollect
	opSettle
	opPostpone
	opCloseWindow
	opReportRefund
	opDispute
	opReverse
	opExpireAuthorization
	opExpireAction
	opVoid
	ops
)

// names are the commands in the order of their ops.
//
//nolint:gochecknoglobals // read-only data
var names = [ops]CommandName{
	"create", "update", "confirm", "capture", "cancel", "increment_authorization", "apply_customer_balance", "verify_microdeposits", "refund",
	"approve", "challenge", "decline", "submit", "notify", "authenticate", "fail_action", "fund", "collect", "settle", "postpone", "close_window", "report_refund",
	"dispute", "reverse_authorization", "expire_authorization", "expire_action", "void",
}

func (o op) name() CommandName { return names[o] }

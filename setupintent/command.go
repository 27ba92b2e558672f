package setupintent

import (
	"fmt"
	"time"

	"github.com/payintent/intents"
)

// Command is what a SetupIntent can be told: a request of the caller, a report
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
	// APIVersion is that of the request; since 2026-09-30.endive it takes no PaymentMethodTypes.
	APIVersion intents.Version
	// Usage, where empty, is off_session. It can't be changed later.
	Usage Usage
	// PaymentMethodTypes, where empty, are those that are Offered.
	PaymentMethodTypes intents.PaymentMethodTypes
	// Offered are the types that the account's settings turn on; those that can't be
	// set up are left out. Where none is left, the card alone.
	Offered intents.PaymentMethodTypes
	// PaymentMethod may be none.
	PaymentMethod intents.PaymentMethod
	// Details are the other parameters in Stripe's names; see [DetailKeys].
	Details  intents.Pairs
	Metadata intents.Metadata
	// Owner is the id of the Checkout Session that the intent belongs to.
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
	// PaymentMethod, where none, is the intent's own. The customer's default is not
	// asked, other than with a PaymentIntent (REC-10).
	PaymentMethod intents.PaymentMethod
	// Details are merged into the intent's, as with [Update].
	Details intents.Pairs
	// Owner is the id of the Checkout Session on whose page the customer confirms. An
	// intent that a session owns is confirmed there alone.
	Owner string
	// ClientSecret, where given, has to be the intent's own.
	ClientSecret string
	// Publishable: the request comes from a client with the publishable key. It
	// needs a ClientSecret.
	Publishable bool
}

// Cancel ends the intent.
type Cancel struct {
	// Reason is one that a caller may give, or none.
	Reason CancellationReason
}

// VerifyMicrodeposits tells what the customer saw on the account. Whether it is
// right is the outside world's to say.
type VerifyMicrodeposits struct {
	// Amounts or DescriptorCode is given, as the deposits were made.
	Amounts        [2]int64
	DescriptorCode string
	// Outcome is what the account's bank says to that.
	Outcome intents.Verification
}

// Reports of the outside world.

// Approve reports that the payment method is set up.
type Approve struct{}

// Challenge reports that the customer has to act.
type Challenge struct {
	// NextAction is what the customer has to do.
	NextAction intents.NextAction
	// ExpiresIn is how long the customer has; 0 means for ever.
	ExpiresIn time.Duration
}

// Decline reports that the attempt was refused, or that what was processing came back.
type Decline struct{ Failure intents.Failure }

// Submit reports that the rail of a delayed method has the attempt.
type Submit struct {
	// AskIn is when its outcome is worth asking for.
	AskIn time.Duration
}

// Authenticate reports that the customer did what next_action asked.
type Authenticate struct{}

// FailAction reports that the customer failed or refused to act, or that the
// microdeposits could not be made.
type FailAction struct {
	// Failure, where zero, is setup_intent_authentication_failure, or
	// payment_method_microdeposit_failed where microdeposits were to be verified.
	Failure intents.Failure
}

// Collect reports that what was processing came through.
type Collect struct{}

// Postpone reports that there is no answer yet, and when to ask again.
type Postpone struct{ AskIn time.Duration }

// The word of time, and of owners.

// ExpireAction is time's word that the customer did not act.
type ExpireAction struct{}

// Void is the owner's word that the intent is over: its session expired.
type Void struct {
	// Owner, where given, has to be the id of the session that owns the intent.
	Owner string
	// Reason is one of Stripe's three, or none: which one an expired session gives is
	// not known (facts, U4).
	Reason CancellationReason
}

type op uint8

const (
	opCreate op = iota
	opUpdate
	opConfirm
	opCancel
	opVerify
	opApprove
	opChallenge
	opDecline
	opSubmit
	opAuthenticate
	opFailAction
	opCollect
	opPostpone
	opExpireAction
	opVoid
	ops
)

// names are the commands in the order of their ops.
//
//nolint:gochecknoglobals // read-only data
var names = [ops]CommandName{
	"create", "update", "confirm", "cancel", "verify_microdeposits",
	"approve", "challenge", "decline", "submit", "authenticate", "fail_action", "collect", "postpone",
	"expire_action", "void",
}

func (o op) name() CommandName { return names[o] }

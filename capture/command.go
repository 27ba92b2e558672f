package capture

import (
	"fmt"
	"time"

	"github.com/payintent/intents"
)

// Command is what a charge can be told. The commands are the types of this
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

type op uint8

const (
	opAuthorize op = iota
	opSubmit
	opDecline
	opCollect
	opCapture
	opSettle
	opIncrement
	opRelease
	opExpire
	opRefund
	opReportRefund
	opDispute
	ops
)

// Attempt is what a charge is made from.
type Attempt struct {
	// ID is the new charge's id.
	ID string `json:"id,omitzero"`
	// Amount is in minor units of Currency.
	Amount        int64                 `json:"amount,omitzero"`
	Currency      intents.Currency      `json:"currency,omitzero"`
	PaymentMethod intents.PaymentMethod `json:"payment_method,omitzero"`
	Details       intents.Pairs         `json:"details,omitzero"`
	Metadata      intents.Metadata      `json:"metadata,omitzero"`
}

// Terms are what the acquirer grants with an approval. The zero Terms are those
// of an ordinary card: no features, the window of the payment method type, a
// ledger entry that can be asked for at once, no fees.
type Terms struct {
	// Hold is how long a manual authorization lasts; 0 means the type's own window.
	Hold time.Duration `json:"hold,omitzero"`
	// SettleIn is how long the ledger entry of an asynchronous capture takes, at most [SLA].
	SettleIn time.Duration `json:"settle_in,omitzero"`
	// Maximum is the most that may be captured, in minor units; 0 means the amount.
	Maximum  int64    `json:"maximum_amount_capturable,omitzero"`
	Features Features `json:"features,omitzero"`
	Pricing  Pricing  `json:"pricing,omitzero"`
	// Outcome is what the issuer and the network said, in Stripe's field names.
	Outcome intents.Pairs `json:"outcome,omitzero"`
}

// Authorize reports that the issuer approved an attempt. What follows depends on
// Method: manual holds the money, automatic_async captures it,
// automatic captures it and writes the ledger.
type Authorize struct {
	Attempt
	Method Method `json:"capture_method,omitzero"`
	Terms  Terms  `json:"terms,omitzero"`
}

// Submit reports that the rail of a delayed method took an attempt, with its
// outcome to come. AskIn is when asking for it is worth while.
type Submit struct {
	Attempt
	AskIn time.Duration `json:"ask_in,omitzero"`
}

// Decline reports that the issuer or the rail refused: a new attempt, or one that
// was pending. Outcome has failure_code and failure_message.
type Decline struct {
	Attempt
	Outcome intents.Pairs `json:"outcome,omitzero"`
}

// Collect reports that the money of a pending charge arrived.
type Collect struct {
	Method Method `json:"capture_method,omitzero"`
	Terms  Terms  `json:"terms,omitzero"`
}

// Capture takes money that is held. With Final false, the rest stays held.
type Capture struct {
	// Amount is in minor units; 0 takes nothing and, when Final, releases the rest.
	Amount int64 `json:"amount,omitzero"`
	Final  bool  `json:"final,omitzero"`
	// Asked is when the capture was asked for, if its answer took its time; 0 means now.
	Asked intents.Time `json:"asked,omitzero"`
	// Details, where not empty, replace the charge's: a capture may name a fee or a descriptor.
	Details intents.Pairs `json:"details,omitzero"`
}

// Settle reports that the ledger entry of an asynchronous capture was written.
// It may come late, twice or out of order: only the first has an effect.
type Settle struct {
	// Fee in minor units and AvailableOn say what the ledger says. With a zero
	// AvailableOn, both come from the charge's Pricing.
	Fee         int64        `json:"fee,omitzero"`
	AvailableOn intents.Time `json:"available_on,omitzero"`
}

// Increment asks for a higher authorization and reports the issuer's answer.
type Increment struct {
	// Amount is the new total in minor units.
	Amount int64 `json:"amount,omitzero"`
	// Declined: the issuer said no. Only the number of tries changes.
	Declined bool `json:"declined,omitzero"`
}

// Release gives up what is held and not captured.
type Release struct{}

// Expire is time's word that the hold is over.
type Expire struct{}

// RefundCharge gives captured money back.
type RefundCharge struct {
	// Amount is in minor units; 0 means all that is left.
	Amount int64        `json:"amount,omitzero"`
	Reason RefundReason `json:"reason,omitzero"`
	Flags  RefundFlags  `json:"flags,omitzero"`
	// Pending: the rail takes its time; ReportRefund brings the outcome.
	Pending bool `json:"pending,omitzero"`
}

// ReportRefund reports how a refund went on.
type ReportRefund struct {
	// Number counts the charge's refunds from zero.
	Number int          `json:"number,omitzero"`
	Status RefundStatus `json:"status,omitzero"`
}

// Dispute reports that the customer or the bank disputes the charge.
type Dispute struct {
	// Reason is Stripe's dispute reason, such as fraudulent or product_not_received.
	Reason string `json:"reason,omitzero"`
}

func (Authorize) command() op    { return opAuthorize }
func (Submit) command() op       { return opSubmit }
func (Decline) command() op      { return opDecline }
func (Collect) command() op      { return opCollect }
func (Capture) command() op      { return opCapture }
func (Settle) command() op       { return opSettle }
func (Increment) command() op    { return opIncrement }
func (Release) command() op      { return opRelease }
func (Expire) command() op       { return opExpire }
func (RefundCharge) command() op { return opRefund }
func (ReportRefund) command() op { return opReportRefund }
func (Dispute) command() op      { return opDispute }

// Name implements Command.
func (Authorize) Name() CommandName { return opAuthorize.name() }

// Name implements Command.
func (Submit) Name() CommandName { return opSubmit.name() }

// Name implements Command.
func (Decline) Name() CommandName { return opDecline.name() }

// Name implements Command.
func (Collect) Name() CommandName { return opCollect.name() }

// Name implements Command.
func (Capture) Name() CommandName { return opCapture.name() }

// Name implements Command.
func (Settle) Name() CommandName { return opSettle.name() }

// Name implements Command.
func (Increment) Name() CommandName { return opIncrement.name() }

// Name implements Command.
func (Release) Name() CommandName { return opRelease.name() }

// Name implements Command.
func (Expire) Name() CommandName { return opExpire.name() }

// Name implements Command.
func (RefundCharge) Name() CommandName { return opRefund.name() }

// Name implements Command.
func (ReportRefund) Name() CommandName { return opReportRefund.name() }

// Name implements Command.
func (Dispute) Name() CommandName { return opDispute.name() }

// String implements fmt.Stringer.
func (a Authorize) String() string {
	return fmt.Sprintf("authorize %s amount=%d %s %s", a.ID, a.Amount, a.Currency, a.Method)
}

// String implements fmt.Stringer.
func (s Submit) String() string {
	return fmt.Sprintf("submit %s amount=%d %s", s.ID, s.Amount, s.Currency)
}

// String implements fmt.Stringer.
func (d Decline) String() string { return fmt.Sprintf("decline %s %s", d.ID, d.Outcome) }

// String implements fmt.Stringer.
func (k Collect) String() string { return fmt.Sprintf("collect %s", k.Method) }

// String implements fmt.Stringer.
func (k Capture) String() string { return fmt.Sprintf("capture amount=%d final=%t", k.Amount, k.Final) }

// String implements fmt.Stringer.
func (s Settle) String() string { return fmt.Sprintf("settle fee=%d", s.Fee) }

// String implements fmt.Stringer.
func (k Increment) String() string {
	return fmt.Sprintf("increment amount=%d declined=%t", k.Amount, k.Declined)
}

// String implements fmt.Stringer.
func (Release) String() string { return "release" }

// String implements fmt.Stringer.
func (Expire) String() string { return "expire" }

// String implements fmt.Stringer.
func (r RefundCharge) String() string {
	return fmt.Sprintf("refund amount=%d pending=%t", r.Amount, r.Pending)
}

// String implements fmt.Stringer.
func (r ReportRefund) String() string {
	return fmt.Sprintf("report_refund number=%d status=%s", r.Number, r.Status)
}

// String implements fmt.Stringer.
func (d Dispute) String() string { return "dispute reason=" + d.Reason }

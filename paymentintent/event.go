package paymentintent

import (
	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// Event is something that happened to a PaymentIntent: a fact, in the past
// participle. Folding an intent's events with [Evolve] gives the intent. Stored
// names never change. What Stripe would have told you of an event is the business
// of package webhook.
//
//sumtype:decl
type Event interface {
	// Name returns the stored name, such as payment_intent.confirmed.
	Name() string
	event()
}

// Created: the intent exists.
type Created struct {
	ID                 string                     `json:"id,omitzero"`
	At                 intents.Time               `json:"at,omitzero"`
	Amount             int64                      `json:"amount,omitzero"`
	Currency           intents.Currency           `json:"currency,omitzero"`
	CaptureMethod      capture.Method             `json:"capture_method,omitzero"`
	ConfirmationMethod ConfirmationMethod         `json:"confirmation_method,omitzero"`
	PaymentMethodTypes intents.PaymentMethodTypes `json:"payment_method_types,omitzero"`
	PaymentMethod      intents.PaymentMethod      `json:"payment_method,omitzero"`
	Details            intents.Pairs              `json:"details,omitzero"`
	Metadata           intents.Metadata           `json:"metadata,omitzero"`
	Owner              string                     `json:"owner,omitzero"`
	ConfirmLimit       uint16                     `json:"confirm_limit,omitzero"`
	Flags              Flags                      `json:"flags,omitzero"`
}

// Updated: the caller changed something; these are the values from now on.
type Updated struct {
	Status             Status                     `json:"status,omitzero"`
	Amount             int64                      `json:"amount,omitzero"`
	Currency           intents.Currency           `json:"currency,omitzero"`
	CaptureMethod      capture.Method             `json:"capture_method,omitzero"`
	PaymentMethodTypes intents.PaymentMethodTypes `json:"payment_method_types,omitzero"`
	PaymentMethod      intents.PaymentMethod      `json:"payment_method,omitzero"`
	Details            intents.Pairs              `json:"details,omitzero"`
	Metadata           intents.Metadata           `json:"metadata,omitzero"`
}

// Confirmed: an attempt is under way.
type Confirmed struct {
	At            intents.Time          `json:"at,omitzero"`
	PaymentMethod intents.PaymentMethod `json:"payment_method,omitzero"`
	CaptureMethod capture.Method        `json:"capture_method,omitzero"`
	Details       intents.Pairs         `json:"details,omitzero"`
	Flags         Flags                 `json:"flags,omitzero"`
}

// ActionRequired: the customer has to act, until Due where that is set.
type ActionRequired struct {
	At         intents.Time `json:"at,omitzero"`
	NextAction NextAction   `json:"next_action,omitzero"`
	Due        intents.Time `json:"due,omitzero"`
}

// ActionCompleted: the customer did what was asked. The attempt goes on, or waits
// for another confirmation where those are manual.
type ActionCompleted struct {
	At intents.Time `json:"at,omitzero"`
}

// Approved: the attempt made a charge that succeeded, held or captured.
type Approved struct {
	ChargeID string `json:"charge,omitzero"`
	capture.Approval
}

// AttemptFailed: the attempt, or the processing payment, came to nothing.
type AttemptFailed struct {
	At      intents.Time `json:"at,omitzero"`
	Failure Failure      `json:"failure"`
	// ChargeID is the failed charge's; empty if none was made.
	ChargeID string `json:"charge,omitzero"`
}

// Submitted: the rail has the payment; its outcome comes later.
type Submitted struct {
	ChargeID   string       `json:"charge,omitzero"`
	At         intents.Time `json:"at,omitzero"`
	Due        intents.Time `json:"due,omitzero"`
	Cancelable bool         `json:"cancelable,omitzero"`
}

// CustomerNotified: the payment waits for its pre-debit notification.
type CustomerNotified struct {
	At  intents.Time `json:"at,omitzero"`
	Due intents.Time `json:"due,omitzero"`
}

// Collected: the money of a processing payment arrived.
type Collected struct {
	capture.Approval
}

// BalanceApplied: the customer's cash balance paid the whole amount.
type BalanceApplied struct {
	ChargeID      string                `json:"charge,omitzero"`
	PaymentMethod intents.PaymentMethod `json:"payment_method,omitzero"`
	capture.Approval
}

// PartiallyFunded: the customer's cash balance paid a part.
type PartiallyFunded struct {
	At intents.Time `json:"at,omitzero"`
	// Funded is what it has paid so far, in minor units.
	Funded int64 `json:"funded,omitzero"`
}

// Captured: held money was taken.
type Captured struct {
	capture.Captured
	Metadata intents.Metadata `json:"metadata,omitzero"`
}

// CaptureSubmitted: a capture is under way that the method settles later.
type CaptureSubmitted struct {
	At       intents.Time     `json:"at,omitzero"`
	Amount   int64            `json:"amount,omitzero"`
	Details  intents.Pairs    `json:"details,omitzero"`
	Metadata intents.Metadata `json:"metadata,omitzero"`
}

// Settled: the ledger entry of an asynchronous capture was written.
type Settled struct {
	capture.Settled
}

// AuthorizationIncremented: the hold was raised.
type AuthorizationIncremented struct {
	At       intents.Time     `json:"at,omitzero"`
	Amount   int64            `json:"amount,omitzero"`
	Details  intents.Pairs    `json:"details,omitzero"`
	Metadata intents.Metadata `json:"metadata,omitzero"`
}

// IncrementDeclined: the issuer would not raise the hold.
type IncrementDeclined struct{}

// VerificationFailed: the microdeposits did not match.
type VerificationFailed struct{}

// Postponed: there is no answer yet.
type Postponed struct {
	// Due is when to ask again.
	Due intents.Time `json:"due,omitzero"`
}

// WindowClosed: the processing payment can't be called back any more.
type WindowClosed struct{}

// Canceled: the intent makes no more charges; what was held is released.
type Canceled struct {
	At     intents.Time       `json:"at,omitzero"`
	Reason CancellationReason `json:"reason,omitzero"`
}

// AuthorizationExpired: time ended the hold. The intent is canceled, or complete
// where a part had been captured.
type AuthorizationExpired struct {
	At intents.Time `json:"at,omitzero"`
}

// Refunded: captured money went back.
type Refunded struct {
	capture.Refunded
}

// RefundUpdated: a refund has another status.
type RefundUpdated struct {
	capture.RefundUpdated
}

// DisputeOpened: the charge is disputed.
type DisputeOpened struct {
	capture.DisputeOpened
}

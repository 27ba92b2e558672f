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

// Created means that the intent exists.
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

// Updated means that the caller changed something; these are the values from now on.
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

// Confirmed means that an attempt is under way.
type Confirmed struct {
	At            intents.Time          `json:"at,omitzero"`
	PaymentMethod intents.PaymentMethod `json:"payment_method,omitzero"`
	CaptureMethod capture.Method        `json:"capture_method,omitzero"`
	Details       intents.Pairs         `json:"details,omitzero"`
	Flags         Flags                 `json:"flags,omitzero"`
}

// ActionRequired means that the customer has to act, until Due where that is set.
type ActionRequired struct {
	At         intents.Time       `json:"at,omitzero"`
	NextAction intents.NextAction `json:"next_action,omitzero"`
	Due        intents.Time       `json:"due,omitzero"`
}

// ActionCompleted means that the customer did what was asked. The attempt goes on, or waits
// for another confirmation where those are manual.
type ActionCompleted struct {
	At intents.Time `json:"at,omitzero"`
}

// Approved means that the attempt made a charge that succeeded, held or captured.
type Approved struct {
	ChargeID string `json:"charge,omitzero"`
	capture.Approval
}

// AttemptFailed means that the attempt, or the processing payment, came to nothing.
type AttemptFailed struct {
	At      intents.Time    `json:"at,omitzero"`
	Failure intents.Failure `json:"failure"`
	// ChargeID is the failed charge's; empty if none was made.
	ChargeID string `json:"charge,omitzero"`
}

// Submitted means that the rail has the payment; its outcome comes later.
type Submitted struct {
	ChargeID   string       `json:"charge,omitzero"`
	At         intents.Time `json:"at,omitzero"`
	Due        intents.Time `json:"due,omitzero"`
	Cancelable bool         `json:"cancelable,omitzero"`
}

// CustomerNotified means that the payment waits for its pre-debit notification.
type CustomerNotified struct {
	At  intents.Time `json:"at,omitzero"`
	Due intents.Time `json:"due,omitzero"`
}

// Collected means that the money of a processing payment arrived.
type Collected struct {
	capture.Approval
}

// BalanceApplied means that the customer's cash balance paid the whole amount.
type BalanceApplied struct {
	ChargeID      string                `json:"charge,omitzero"`
	PaymentMethod intents.PaymentMethod `json:"payment_method,omitzero"`
	capture.Approval
}

// PartiallyFunded means that the customer's cash balance paid a part.
type PartiallyFunded struct {
	At intents.Time `json:"at,omitzero"`
	// Funded is what it has paid so far, in minor units.
	Funded int64 `json:"funded,omitzero"`
}

// Captured means that held money was taken.
type Captured struct {
	capture.Captured
	Metadata intents.Metadata `json:"metadata,omitzero"`
}

// CaptureSubmitted means that a capture is under way that the method settles later.
type CaptureSubmitted struct {
	At       intents.Time     `json:"at,omitzero"`
	Amount   int64            `json:"amount,omitzero"`
	Details  intents.Pairs    `json:"details,omitzero"`
	Metadata intents.Metadata `json:"metadata,omitzero"`
}

// Settled means that the ledger entry of an asynchronous capture was written.
type Settled struct {
	capture.Settled
}

// AuthorizationIncremented means that the hold was raised.
type AuthorizationIncremented struct {
	At       intents.Time     `json:"at,omitzero"`
	Amount   int64            `json:"amount,omitzero"`
	Details  intents.Pairs    `json:"details,omitzero"`
	Metadata intents.Metadata `json:"metadata,omitzero"`
}

// IncrementDeclined means that the issuer would not raise the hold.
type IncrementDeclined struct{}

// VerificationFailed means that the microdeposits did not match.
type VerificationFailed struct{}

// Postponed means that there is no answer yet.
type Postponed struct {
	// Due is when to ask again.
	Due intents.Time `json:"due,omitzero"`
}

// WindowClosed means that the processing payment can't be called back any more.
type WindowClosed struct{}

// Canceled means that the intent makes no more charges; what was held is released.
type Canceled struct {
	At     intents.Time       `json:"at,omitzero"`
	Reason CancellationReason `json:"reason,omitzero"`
}

// AuthorizationExpired means that time ended the hold. The intent is canceled, or complete
// where a part had been captured.
type AuthorizationExpired struct {
	At intents.Time `json:"at,omitzero"`
}

// Refunded means that captured money went back.
type Refunded struct {
	capture.Refunded
}

// RefundUpdated means that a refund has another status.
type RefundUpdated struct {
	capture.RefundUpdated
}

// DisputeOpened means that the charge is disputed.
type DisputeOpened struct {
	capture.DisputeOpened
}

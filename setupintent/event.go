package setupintent

import "github.com/payintent/intents"

// Event is something that happened to a SetupIntent: a fact, in the past
// participle. Folding an intent's events with [Evolve] gives the intent. Stored
// names never change. What Stripe would have told you of an event is the business
// of package webhook.
//
//sumtype:decl
type Event interface {
	// Name returns the stored name, such as setup_intent.confirmed.
	Name() string
	event()
}

// Created means that the intent exists.
type Created struct {
	ID                 string                     `json:"id,omitzero"`
	At                 intents.Time               `json:"at,omitzero"`
	Usage              Usage                      `json:"usage,omitzero"`
	PaymentMethodTypes intents.PaymentMethodTypes `json:"payment_method_types,omitzero"`
	PaymentMethod      intents.PaymentMethod      `json:"payment_method,omitzero"`
	Details            intents.Pairs              `json:"details,omitzero"`
	Metadata           intents.Metadata           `json:"metadata,omitzero"`
	Owner              string                     `json:"owner,omitzero"`
	ConfirmLimit       uint16                     `json:"confirm_limit,omitzero"`
	Flags              Flags                      `json:"flags,omitzero"`
}

// Updated means that the caller changed something; these are the values from now on.
// An attempt that waited for its customer is abandoned where the status changes.
type Updated struct {
	Status             Status                     `json:"status,omitzero"`
	PaymentMethodTypes intents.PaymentMethodTypes `json:"payment_method_types,omitzero"`
	PaymentMethod      intents.PaymentMethod      `json:"payment_method,omitzero"`
	Details            intents.Pairs              `json:"details,omitzero"`
	Metadata           intents.Metadata           `json:"metadata,omitzero"`
}

// Confirmed means that an attempt is under way. One that waited for its customer
// is abandoned.
type Confirmed struct {
	At intents.Time `json:"at,omitzero"`
	// AttemptID is the new attempt's.
	AttemptID     string                `json:"attempt,omitzero"`
	PaymentMethod intents.PaymentMethod `json:"payment_method,omitzero"`
	// Customer is the intent's at this time, for the attempt.
	Customer string        `json:"customer,omitzero"`
	Details  intents.Pairs `json:"details,omitzero"`
}

// ActionRequired means that the customer has to act, until Due where that is set.
type ActionRequired struct {
	At         intents.Time       `json:"at,omitzero"`
	NextAction intents.NextAction `json:"next_action,omitzero"`
	Due        intents.Time       `json:"due,omitzero"`
}

// ActionCompleted means that the customer did what was asked. The attempt goes on.
type ActionCompleted struct {
	At intents.Time `json:"at,omitzero"`
}

// SetUp is what success brings.
type SetUp struct {
	At intents.Time `json:"at,omitzero"`
	// PaymentMethod is the one that was tried, as it is from now on: attached to the
	// intent's customer, if there is one, and marked with what it was set up for.
	PaymentMethod intents.PaymentMethod `json:"payment_method,omitzero"`
	// Mandate is the id of the customer's consent, or empty where the type has none.
	Mandate          string `json:"mandate,omitzero"`
	MandateSingleUse bool   `json:"mandate_single_use,omitzero"`
}

// Approved means that the attempt succeeded.
type Approved struct {
	SetUp
}

// AttemptFailed means that the attempt, or what was processing, came to nothing.
type AttemptFailed struct {
	At      intents.Time    `json:"at,omitzero"`
	Failure intents.Failure `json:"failure"`
}

// Submitted means that the rail has the attempt; its outcome comes later.
type Submitted struct {
	At  intents.Time `json:"at,omitzero"`
	Due intents.Time `json:"due,omitzero"`
}

// Collected means that what was processing succeeded.
type Collected struct {
	SetUp
}

// VerificationFailed means that the microdeposits did not match.
type VerificationFailed struct {
	// Code is Stripe's for it: of a mismatch of amounts, or of the descriptor code.
	Code string `json:"code,omitzero"`
	// Left is how many tries remain.
	Left uint8 `json:"left,omitzero"`
}

// Postponed means that there is no answer yet.
type Postponed struct {
	// Due is when to ask again.
	Due intents.Time `json:"due,omitzero"`
}

// Canceled means that the intent makes no more attempts. One that waited for its
// customer is abandoned.
type Canceled struct {
	At     intents.Time       `json:"at,omitzero"`
	Reason CancellationReason `json:"reason,omitzero"`
}

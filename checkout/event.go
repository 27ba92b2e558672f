package checkout

import "github.com/payintent/intents"

// Event is something that happened to a Session: a fact, in the past participle.
// Folding a session's events with [Evolve] gives the session. Stored names never
// change. What Stripe would have told you of an event is the business of package
// webhook.
//
//sumtype:decl
type Event interface {
	// Name returns the stored name, such as checkout_session.completed.
	Name() string
	event()
}

// Created means that the session exists.
type Created struct { //nolint:recvcheck // what fills it in does so in place; all else is a value
	ID                 string                     `json:"id,omitzero"`
	At                 intents.Time               `json:"at,omitzero"`
	Mode               Mode                       `json:"mode,omitzero"`
	UIMode             UIMode                     `json:"ui_mode,omitzero"`
	Currency           intents.Currency           `json:"currency,omitzero"`
	ExpiresAt          intents.Time               `json:"expires_at,omitzero"`
	LineItems          LineItems                  `json:"line_items,omitzero"`
	Shipping           int64                      `json:"shipping,omitzero"`
	PaymentMethodTypes intents.PaymentMethodTypes `json:"payment_method_types,omitzero"`
	Wallets            Wallets                    `json:"wallets,omitzero"`
	CustomerCreation   CustomerCreation           `json:"customer_creation,omitzero"`
	Intent             string                     `json:"intent,omitzero"`
	Details            intents.Pairs              `json:"details,omitzero"`
	Metadata           intents.Metadata           `json:"metadata,omitzero"`
	RecoveredFrom      string                     `json:"recovered_from,omitzero"`
	Flags              Flags                      `json:"flags,omitzero"`
}

// Updated means that the caller changed something; these are the values from now on.
type Updated struct {
	LineItems LineItems        `json:"line_items,omitzero"`
	Shipping  int64            `json:"shipping,omitzero"`
	Details   intents.Pairs    `json:"details,omitzero"`
	Metadata  intents.Metadata `json:"metadata,omitzero"`
}

// Submitted means that an attempt is under way.
type Submitted struct {
	At intents.Time `json:"at,omitzero"`
	// Intent is the id of the intent that the attempt is made with; empty for a subscription.
	Intent string `json:"intent,omitzero"`
	// PaymentMethod is the one that was chosen, for a subscription; else the intent has it.
	PaymentMethod intents.PaymentMethod `json:"payment_method,omitzero"`
	Buyer         intents.Pairs         `json:"buyer,omitzero"`
}

// Proceeded means that the attempt goes on after the customer's action.
type Proceeded struct {
	At intents.Time `json:"at,omitzero"`
}

// Reopened means that the session waits for its customer again.
type Reopened struct{}

// Completed means that the customer is done.
type Completed struct {
	At            intents.Time  `json:"at,omitzero"`
	PaymentStatus PaymentStatus `json:"payment_status,omitzero"`
	// Buyer is what the customer entered.
	Buyer intents.Pairs `json:"buyer,omitzero"`
	// Free: nothing was to be paid, so the page's submission completed the session by itself.
	Free         bool   `json:"free,omitzero"`
	Subscription string `json:"subscription,omitzero"`
	Invoice      string `json:"invoice,omitzero"`
}

// PaymentArrived means that an outstanding payment is there.
type PaymentArrived struct {
	At       intents.Time `json:"at,omitzero"`
	Captured bool         `json:"captured,omitzero"`
}

// PaymentLost means that an outstanding payment came to nothing.
type PaymentLost struct {
	At intents.Time `json:"at,omitzero"`
}

// Expired means that the session takes no more customers.
type Expired struct {
	At intents.Time `json:"at,omitzero"`
}

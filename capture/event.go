package capture

import "github.com/payintent/intents"

// Event is something that happened to a charge: a fact, in the past participle.
// Folding a charge's events with [Evolve] gives the charge. Stored names never change.
//
//sumtype:decl
type Event interface {
	// Name returns the stored name, such as charge.authorized.
	Name() string
	event()
}

// Approval is what an approval settled for good: when, and on what terms. Times
// are in UTC; amounts are in minor units.
type Approval struct {
	Method Method `json:"capture_method,omitzero"`
	// Maximum is the most that may be captured.
	Maximum       int64         `json:"maximum_amount_capturable,omitzero"`
	At            intents.Time  `json:"at,omitzero"`
	CaptureBefore intents.Time  `json:"capture_before,omitzero"`
	SettleAfter   intents.Time  `json:"settle_after,omitzero"`
	Ledger        Ledger        `json:"ledger,omitzero"`
	Pricing       Pricing       `json:"pricing,omitzero"`
	Outcome       intents.Pairs `json:"outcome,omitzero"`
	Features      Features      `json:"features,omitzero"`
}

// Authorized means that the issuer approved. Stripe sends charge.succeeded.
type Authorized struct {
	Attempt
	Approval
}

// Submitted means that the rail has the attempt. Stripe sends charge.pending.
type Submitted struct {
	Attempt
	At          intents.Time `json:"at,omitzero"`
	SettleAfter intents.Time `json:"settle_after,omitzero"`
}

// Declined means that a new attempt was refused. Stripe sends charge.failed.
type Declined struct {
	Attempt
	At      intents.Time  `json:"at,omitzero"`
	Outcome intents.Pairs `json:"outcome,omitzero"`
}

// Failed means that a pending charge came back. Stripe sends charge.failed.
type Failed struct {
	At      intents.Time  `json:"at,omitzero"`
	Outcome intents.Pairs `json:"outcome,omitzero"`
}

// Collected means that the money of a pending charge arrived. Stripe sends charge.succeeded.
type Collected struct {
	Approval
}

// Captured means that held money was taken. Stripe sends charge.captured when it was the
// last of the hold, and charge.updated for each capture of a multicapture hold.
type Captured struct {
	At intents.Time `json:"at,omitzero"`
	// Amount was taken this time, in minor units; Total is the amount of the charge
	// afterwards, which overcapture raises.
	Amount  int64         `json:"amount,omitzero"`
	Total   int64         `json:"total,omitzero"`
	Final   bool          `json:"final,omitzero"`
	Ledger  Ledger        `json:"ledger,omitzero"`
	Details intents.Pairs `json:"details,omitzero"`
}

// Settled means that the ledger entry of an asynchronous capture was written. Stripe sends
// charge.updated, and on Connect application_fee.created and transfer.created.
type Settled struct {
	Ledger Ledger `json:"ledger,omitzero"`
}

// Incremented means that the hold was raised to Amount, in minor units.
type Incremented struct {
	Amount int64 `json:"amount,omitzero"`
}

// IncrementDeclined means that the issuer would not raise the hold. Nothing but the number of tries changed.
type IncrementDeclined struct{}

// Released means that what was held and not captured went back.
type Released struct{}

// Expired means that time ended the hold. Stripe sends charge.expired, or charge.captured
// where a part had been captured.
type Expired struct{}

// Refunded means that money went back. Stripe sends refund.created and charge.refunded.
type Refunded struct {
	Refund Refund `json:"refund"`
}

// RefundUpdated means that the n-th refund has another status. Stripe sends refund.updated
// or refund.failed.
type RefundUpdated struct {
	At     intents.Time `json:"at,omitzero"`
	Number int          `json:"number,omitzero"`
	Status RefundStatus `json:"status,omitzero"`
}

// DisputeOpened means that the charge is disputed. Stripe sends charge.dispute.created and
// charge.dispute.funds_withdrawn.
type DisputeOpened struct {
	At     intents.Time `json:"at,omitzero"`
	Reason string       `json:"reason,omitzero"`
}

func (Authorized) event()        {}
func (Submitted) event()         {}
func (Declined) event()          {}
func (Failed) event()            {}
func (Collected) event()         {}
func (Captured) event()          {}
func (Settled) event()           {}
func (Incremented) event()       {}
func (IncrementDeclined) event() {}
func (Released) event()          {}
func (Expired) event()           {}
func (Refunded) event()          {}
func (RefundUpdated) event()     {}
func (DisputeOpened) event()     {}

// Name implements Event.
func (Authorized) Name() string { return "charge.authorized" }

// Name implements Event.
func (Submitted) Name() string { return "charge.submitted" }

// Name implements Event.
func (Declined) Name() string { return "charge.declined" }

// Name implements Event.
func (Failed) Name() string { return "charge.failed" }

// Name implements Event.
func (Collected) Name() string { return "charge.collected" }

// Name implements Event.
func (Captured) Name() string { return "charge.captured" }

// Name implements Event.
func (Settled) Name() string { return "charge.settled" }

// Name implements Event.
func (Incremented) Name() string { return "charge.incremented" }

// Name implements Event.
func (IncrementDeclined) Name() string { return "charge.increment_declined" }

// Name implements Event.
func (Released) Name() string { return "charge.released" }

// Name implements Event.
func (Expired) Name() string { return "charge.expired" }

// Name implements Event.
func (Refunded) Name() string { return "charge.refunded" }

// Name implements Event.
func (RefundUpdated) Name() string { return "charge.refund_updated" }

// Name implements Event.
func (DisputeOpened) Name() string { return "charge.dispute_opened" }

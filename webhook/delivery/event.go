package delivery

import "github.com/payintent/intents"

// Event is something that happened to a delivery: a fact, in the past participle.
// Folding a delivery's events with [Evolve] gives the delivery. Stored names never
// change. None of them is a webhook event: Stripe tells nobody of deliveries.
//
//sumtype:decl
type Event interface {
	// Name returns the stored name, such as delivery.created.
	Name() string
	event()
}

// Created means that an event is on its way to an endpoint.
type Created struct {
	ID       string `json:"id,omitzero"`
	Endpoint string `json:"endpoint,omitzero"`
	// Event, Type, EventCreated and Livemode are what Body says of the event.
	Event        string       `json:"event,omitzero"`
	Type         string       `json:"type,omitzero"`
	EventCreated intents.Time `json:"event_created,omitzero"`
	Livemode     bool         `json:"livemode,omitzero"`
	Body         string       `json:"body,omitzero"`
	// At is when the delivery was created, and when its first attempt is due, in UTC.
	At intents.Time `json:"at,omitzero"`
}

// Attempted means that an automatic attempt began.
type Attempted struct {
	At intents.Time `json:"at,omitzero"`
}

// Resent means that a manual attempt began.
type Resent struct {
	At intents.Time `json:"at,omitzero"`
}

// Succeeded means that the attempt under way was answered with 2xx.
type Succeeded struct {
	At   intents.Time `json:"at,omitzero"`
	Code int          `json:"code,omitzero"`
}

// Failed means that the attempt under way was not answered with 2xx.
type Failed struct {
	At intents.Time `json:"at,omitzero"`
	// Code is the HTTP status, or 0 where no answer came.
	Code   int    `json:"code,omitzero"`
	Reason Reason `json:"reason,omitzero"`
	// Retry is when the next automatic attempt is due. It is 0 where this was the
	// last one, and for a manual attempt.
	Retry intents.Time `json:"retry,omitzero"`
}

// Abandoned means that the attempt under way was not made, since its endpoint is no more.
type Abandoned struct {
	At     intents.Time `json:"at,omitzero"`
	Reason Reason       `json:"reason,omitzero"`
}

func (Created) event()   {}
func (Attempted) event() {}
func (Resent) event()    {}
func (Succeeded) event() {}
func (Failed) event()    {}
func (Abandoned) event() {}

// Name implements Event.
func (Created) Name() string { return "delivery.created" }

// Name implements Event.
func (Attempted) Name() string { return "delivery.attempted" }

// Name implements Event.
func (Resent) Name() string { return "delivery.resent" }

// Name implements Event.
func (Succeeded) Name() string { return "delivery.succeeded" }

// Name implements Event.
func (Failed) Name() string { return "delivery.failed" }

// Name implements Event.
func (Abandoned) Name() string { return "delivery.abandoned" }

package idempotency

import "github.com/payintent/intents"

// Event is something that happened to a key: a fact, in the past participle. Folding a
// key's events with [Evolve] gives the record. Stored names never change.
//
//sumtype:decl
type Event interface {
	// Name returns the stored name, such as idempotency.begun.
	Name() string
	event()
}

// Begun means that a request is being executed: the first of the key, or the first
// since the key was new again.
type Begun struct {
	Scope   string       `json:"scope,omitzero"`
	Key     string       `json:"key,omitzero"`
	Request Request      `json:"request,omitzero"`
	At      intents.Time `json:"at,omitzero"`
}

// Finished means that the answer is stored.
type Finished struct {
	Answer Answer `json:"answer,omitzero"`
}

// Rejected means that the request was not executed; the key is new again.
type Rejected struct{}

// Pruned means that the key was kept long enough; it is new again.
type Pruned struct{}

func (Begun) event()    {}
func (Finished) event() {}
func (Rejected) event() {}
func (Pruned) event()   {}

// Name implements Event.
func (Begun) Name() string { return "idempotency.begun" }

// Name implements Event.
func (Finished) Name() string { return "idempotency.finished" }

// Name implements Event.
func (Rejected) Name() string { return "idempotency.rejected" }

// Name implements Event.
func (Pruned) Name() string { return "idempotency.pruned" }

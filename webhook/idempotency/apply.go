package idempotency

import (
	"slices"
	"time"

	"github.com/payintent/intents"
)

// PruneKey is the kind of work that a key owes the future, a timer: it was kept long enough.
const PruneKey intents.DeferredKind = "idempotency.prune"

// Transition is what one command did to a key: the unit of atomicity. Store After and
// schedule Deferred together or not at all.
type Transition struct {
	Before, After Record
	Events        []Event
	// Deferred is what After owes the future and Before did not.
	Deferred []intents.Deferred
}

// Execute reports whether the request of a [Begin] is to be executed now.
func (t Transition) Execute() bool {
	if len(t.Events) == 0 {
		return false
	}
	_, begun := t.Events[0].(Begun)
	return begun
}

// Replay returns the stored answer where the request of a [Begin] is not to be executed
// but answered as before, with [HeaderReplayed].
func (t Transition) Replay() (Answer, bool) {
	if len(t.Events) > 0 || t.After.Status != StatusCompleted {
		return Answer{}, false
	}
	return t.After.Answer, true
}

// Apply decides a command and folds its event. It refuses with an *intents.StateError
// or an *intents.InvalidError, and then the Transition is zero. A stored record that
// breaks an invariant is refused before anything else.
func Apply(r Record, cmd Command, now time.Time) (t Transition, err error) {
	if err := check(&r); err != nil {
		return Transition{}, err
	}
	e, err := decide(&r, cmd, intents.TimeOf(now))
	if err != nil {
		return Transition{}, err
	}
	t.Before, t.After = r, r
	if e == nil {
		return t, nil
	}
	fold(&t.After, e)
	t.Events = []Event{e}
	// The subject never changes, so the time tells whether the work is new.
	if at, owes := t.After.due(); owes {
		if was, _ := r.due(); was != at {
			t.Deferred = Pending(t.After)
		}
	}
	return t, nil
}

// Pending returns the work that a key owes the future: a function of its state, and
// never more than one piece.
func Pending(r Record) []intents.Deferred {
	if at, owes := r.due(); owes {
		return []intents.Deferred{{Kind: PruneKey, Subject: ID(r.Scope, r.Key), NotBefore: at}}
	}
	return nil
}

// due returns when the key is to be pruned, if it is kept.
func (r *Record) due() (at intents.Time, owes bool) {
	switch r.Status {
	case StatusExecuting, StatusCompleted:
		return r.Began.Add(Retention), true
	case StatusNone, StatusReleased:
	}
	return 0, false
}

// Resume says what a piece of work means for a key now. Work that the key no longer
// owes is not current: drop it. Else it comes with the command to apply.
func Resume(r Record, work intents.Deferred) (cmd Command, current bool) {
	if !slices.Contains(Pending(r), work) {
		return nil, false
	}
	return Prune{}, true
}

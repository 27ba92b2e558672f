package capture

import (
	"time"

	"github.com/payintent/intents"
)

// Kinds of work that a charge owes the future.
const (
	// SettleCharge is a job: ask for the ledger entry of an asynchronous capture.
	SettleCharge intents.DeferredKind = "charge.settle"
	// CollectCharge is a job: ask the rail what became of a pending charge.
	CollectCharge intents.DeferredKind = "charge.collect"
	// ExpireCharge is a timer: the hold is over.
	ExpireCharge intents.DeferredKind = "charge.expire"
)

// Transition is what one command did to a charge: the unit of atomicity. Store
// After, publish Events and schedule Deferred together or not at all.
type Transition struct {
	Before, After Charge
	Events        []Event
	// Deferred is what After owes the future and Before did not.
	Deferred []intents.Deferred
}

// Apply decides a command and folds its events. It refuses with an
// *intents.StateError or an *intents.InvalidError, and then the Transition is
// zero. A stored charge that breaks an invariant is refused before anything else.
func Apply(c Charge, cmd Command, now time.Time) (t Transition, err error) {
	if err := check(&c); err != nil {
		return Transition{}, err
	}
	e, err := decide(&c, cmd, intents.TimeOf(now))
	if err != nil {
		return Transition{}, err
	}
	t.Before, t.After = c, c
	if e == nil {
		return t, nil
	}
	Fold(&t.After, e)
	t.Events = []Event{e}
	if d, owes := t.After.Owes(); owes {
		if was, _ := c.Owes(); was != d {
			t.Deferred = []intents.Deferred{d}
		}
	}
	return t, nil
}

// Pending returns the work that a charge owes the future: a function of its state.
func Pending(c Charge) []intents.Deferred {
	if d, owes := c.Owes(); owes {
		return []intents.Deferred{d}
	}
	return nil
}

// Owes returns the one piece of work that a charge owes the future, if any. A
// charge never owes more than one.
func (c *Charge) Owes() (d intents.Deferred, owes bool) {
	switch c.Status {
	case StatusPending:
		return intents.Deferred{Kind: CollectCharge, Subject: c.ID, NotBefore: c.SettleAfter}, true
	case StatusAuthorized:
		return intents.Deferred{Kind: ExpireCharge, Subject: c.ID, NotBefore: c.CaptureBefore}, true
	case StatusCaptured:
		return intents.Deferred{Kind: SettleCharge, Subject: c.ID, NotBefore: c.SettleAfter}, true
	case StatusNone, StatusFailed, StatusSettled, StatusReleased, StatusExpired:
	}
	return intents.Deferred{}, false
}

// Resume says what a piece of work means for a charge now. Work that the charge
// no longer owes is not current: drop it. A timer comes with the command to
// apply. A job comes with none: ask the outside world and apply its report.
func Resume(c Charge, d intents.Deferred) (cmd Command, current bool) {
	owed, owes := c.Owes()
	if !owes || owed != d {
		return nil, false
	}
	if d.Kind == ExpireCharge {
		return Expire{}, true
	}
	return nil, true
}

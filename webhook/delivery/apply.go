package delivery

import (
	"context"
	"time"

	"github.com/payintent/intents"
)

// Kinds of work that a delivery owes the future.
const (
	// AttemptDelivery is a timer: the next automatic attempt is due.
	AttemptDelivery intents.DeferredKind = "delivery.attempt"
	// SendDelivery is a job: make the automatic attempt that is under way.
	SendDelivery intents.DeferredKind = "delivery.send"
	// ResendDelivery is a job: make the manual attempt that is under way.
	ResendDelivery intents.DeferredKind = "delivery.resend"
)

// Transition is what one command did to a delivery: the unit of atomicity. Store
// After and schedule Deferred together or not at all.
type Transition struct {
	Before, After Delivery
	Events        []Event
	// Deferred is what After owes the future and Before did not.
	Deferred []intents.Deferred
}

// Apply decides a command and folds its event. It refuses with an *intents.StateError
// or an *intents.InvalidError, and then the Transition is zero. A stored delivery that
// breaks an invariant is refused before anything else.
func Apply(d Delivery, cmd Command, now time.Time) (t Transition, err error) {
	if err := check(&d); err != nil {
		return Transition{}, err
	}
	e, err := decide(&d, cmd, intents.TimeOf(now))
	if err != nil {
		return Transition{}, err
	}
	t.Before, t.After = d, d
	fold(&t.After, e)
	t.Events = []Event{e}
	if work, owes := t.After.owes(); owes {
		if was, _ := d.owes(); was != work {
			t.Deferred = []intents.Deferred{work}
		}
	}
	return t, nil
}

// Pending returns the work that a delivery owes the future: a function of its state,
// and never more than one piece.
func Pending(d Delivery) []intents.Deferred {
	if work, owes := d.owes(); owes {
		return []intents.Deferred{work}
	}
	return nil
}

func (d *Delivery) owes() (work intents.Deferred, owes bool) {
	switch d.Status {
	case StatusPending:
		return intents.Deferred{Kind: AttemptDelivery, Subject: d.ID, NotBefore: d.Next}, true
	case StatusAttempting:
		return intents.Deferred{Kind: SendDelivery, Subject: d.ID, NotBefore: d.Began}, true
	case StatusResending:
		return intents.Deferred{Kind: ResendDelivery, Subject: d.ID, NotBefore: d.Began}, true
	case StatusNone, StatusSucceeded, StatusFailed, StatusAbandoned:
	}
	return intents.Deferred{}, false
}

// Resume says what a piece of work means for a delivery now. Work that the delivery no
// longer owes is not current: drop it. A timer comes with the command to apply. A job
// comes with none: ask a [Processor] and apply its report.
func Resume(d Delivery, work intents.Deferred) (cmd Command, current bool) {
	owed, owes := d.owes()
	if !owes || owed != work {
		return nil, false
	}
	if work.Kind == AttemptDelivery {
		return Attempt{}, true
	}
	return nil, true
}

// Processor is the outside world: it makes attempts. A [Sender] is one.
type Processor interface {
	// Report makes the attempt that is under way, work being SendDelivery or
	// ResendDelivery, and says what became of it: a [Respond], [Miss] or [Abandon]. Now
	// is the time that the attempt is signed with. It may be asked twice for the same
	// work, after a crash. An error means that nothing is known of the endpoint, and
	// that the work is to be done again.
	Report(ctx context.Context, d Delivery, work intents.Deferred, now time.Time) (Command, error)
}

// Work does a piece of deferred work: it drops what is stale, applies what is time's,
// and asks the processor to make an attempt. A transition without events means that
// there was nothing to do. It returns the processor's error, or that of [Apply].
func Work(ctx context.Context, p Processor, d Delivery, work intents.Deferred, now time.Time) (Transition, error) {
	cmd, current := Resume(d, work)
	if !current {
		return Transition{Before: d, After: d}, nil
	}
	if cmd == nil {
		if p == nil {
			return Transition{}, invalid("processor", "", "is nil")
		}
		var err error
		if cmd, err = p.Report(ctx, d, work, now); err != nil {
			return Transition{}, err
		}
	}
	return Apply(d, cmd, now)
}

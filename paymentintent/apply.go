package paymentintent

import (
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// Kinds of work that an intent owes the future.
const (
	// AnswerAttempt is a job: ask the processor about the attempt under way, and
	// apply its report. It is what a service does right after a confirmation, and
	// what saves the payment if the service dies before it does.
	AnswerAttempt intents.DeferredKind = "attempt.answer"
	// CollectPayment is a job: ask the rail what became of a processing payment.
	CollectPayment intents.DeferredKind = "payment.collect"
	// LapseAction is a timer: the customer did not act in time.
	LapseAction intents.DeferredKind = "action.lapse"
	// LapseAuthorization is a timer: the hold is over.
	LapseAuthorization intents.DeferredKind = "authorization.lapse"
	// SettleCapture is a job: ask for the ledger entry of an asynchronous capture.
	SettleCapture intents.DeferredKind = "capture.settle"
)

// Transition is what one command did, or several that were joined: the unit of
// atomicity. The caller has four duties. Store After, where the stored Version is
// still Before's. Publish Events. Schedule Deferred. Do all three or none.
type Transition struct {
	Before, After Intent
	Events        []Event
	// Deferred is what After owes the future and Before did not.
	Deferred []intents.Deferred
}

// Then joins two transitions, the second of which began where the first ended.
// The result is what one step would have been that did both.
func (t Transition) Then(next Transition) Transition {
	t.Events = append(t.Events[:len(t.Events):len(t.Events)], next.Events...)
	t.After = next.After
	t.Deferred = owed(&t.Before, &t.After)
	return t
}

// Apply decides a command and folds its events. It refuses with an
// *intents.StateError or an *intents.InvalidError, and then the Transition is
// zero. A stored state that breaks an invariant is refused before anything else.
func Apply(s Intent, c Command, now time.Time) (t Transition, err error) {
	if err := check(&s); err != nil {
		return Transition{}, err
	}
	e, err := decide(&s, c, intents.TimeOf(now))
	if err != nil {
		return Transition{}, err
	}
	t.Before, t.After = s, s
	if e == nil {
		return t, nil
	}
	fold(&t.After, e)
	t.Events = []Event{e}
	t.Deferred = owed(&t.Before, &t.After)
	return t, nil
}

// Chain applies commands one after another and joins their transitions: all of
// them or, where one is refused, none.
func Chain(s Intent, now time.Time, commands ...Command) (Transition, error) {
	t := Transition{Before: s, After: s}
	for _, c := range commands {
		next, err := Apply(t.After, c, now)
		if err != nil {
			return Transition{}, err
		}
		t = t.Then(next)
	}
	return t, nil
}

func owed(before, after *Intent) []intents.Deferred {
	d, owes := after.owes()
	if !owes {
		return nil
	}
	if was, had := before.owes(); had && was == d {
		return nil
	}
	return []intents.Deferred{d}
}

// Pending returns the work that an intent owes the future: a function of its
// state. It is one piece at most.
func Pending(s Intent) []intents.Deferred {
	if d, owes := s.owes(); owes {
		return []intents.Deferred{d}
	}
	return nil
}

func (s *Intent) owes() (d intents.Deferred, owes bool) {
	d.Subject = s.ID
	switch s.Status {
	case conf:
		d.Kind, d.NotBefore = AnswerAttempt, s.Due
	case ra:
		if s.Due == 0 {
			return intents.Deferred{}, false
		}
		d.Kind, d.NotBefore = LapseAction, s.Due
	case proc:
		d.Kind, d.NotBefore = CollectPayment, s.Due
	case rcap:
		d.Kind, d.NotBefore = LapseAuthorization, s.Charge.CaptureBefore
	case succ:
		if s.Charge.Status != capture.StatusCaptured {
			return intents.Deferred{}, false
		}
		d.Kind, d.NotBefore = SettleCapture, s.Charge.SettleAfter
	case none, rpm, rc, canc:
		return intents.Deferred{}, false
	default:
		return intents.Deferred{}, false
	}
	return d, true
}

// Resume says what a piece of work means for an intent now. Work that the intent
// no longer owes is not current: drop it. A timer comes with the command to apply.
// A job comes with none: ask the [Processor] and apply its report, as [Work] does.
func Resume(s Intent, d intents.Deferred) (c Command, current bool) {
	owed, owes := s.owes()
	if !owes || owed != d {
		return nil, false
	}
	switch d.Kind {
	case LapseAction:
		return ExpireAction{}, true
	case LapseAuthorization:
		return ExpireAuthorization{}, true
	}
	return nil, true
}

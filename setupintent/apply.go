package setupintent

import (
	"slices"
	"time"

	"github.com/payintent/intents"
)

// Kinds of work that an intent owes the future.
const (
	// AnswerAttempt is a job: ask the processor about the attempt under way, and
	// apply its report. It is what a service does right after a confirmation, and
	// what saves the payment if the service dies before it does.
	AnswerAttempt intents.DeferredKind = "attempt.answer"
	// CollectSetup is a job: ask the rail what became of a setup that is processing.
	CollectSetup intents.DeferredKind = "setup.collect"
	// LapseAction is a timer: the customer did not act in time.
	LapseAction intents.DeferredKind = "action.lapse"
)

// Transition is what one command did, or several that were joined: the unit of
// atomicity. The caller has four duties. Store After, where the stored Version is
// still Before's. Publish Events. Schedule Deferred. Do all three or none.
type Transition struct { //nolint:recvcheck // Next goes on in place; all else is a value
	Before, After Intent
	Events        []Event
	// Deferred is what After owes the future and Before did not.
	Deferred []intents.Deferred
}

// Then joins two transitions, the second of which began where the first ended.
// The result is what one step would have been that did both.
func (t Transition) Then(next Transition) Transition {
	joined := Transition{Before: t.Before, After: next.After, Events: slices.Concat(t.Events, next.Events)}
	joined.owe()
	return joined
}

// Attempts returns the attempts that the transition made or changed, in the order
// in which they were made, as it leaves them. One that was superseded is abandoned.
func (t Transition) Attempts() []Attempt {
	var list []Attempt
	note := func(a Attempt) {
		if n := len(list); n > 0 && list[n-1].ID == a.ID {
			list[n-1] = a
			return
		}
		list = append(list, a)
	}
	s := t.Before
	for _, e := range t.Events {
		was := s
		fold(&s, e)
		if was.abandon(); was.Attempt.ID != s.Attempt.ID && was.Attempt.Status == AttemptStatusAbandoned {
			note(was.Attempt)
		}
		note(s.Attempt)
	}
	return slices.DeleteFunc(list, func(a Attempt) bool { return a == t.Before.Attempt })
}

// Apply decides a command and folds its events. It refuses with an
// *intents.StateError or an *intents.InvalidError, and then the Transition is
// zero. A stored state that breaks an invariant is refused before anything else.
func Apply(s Intent, c Command, now time.Time) (t Transition, err error) {
	e, err := step(&s, c, now)
	if err != nil {
		return t, err
	}
	t.Before, t.After = s, s
	t.add(e)
	return t, nil
}

// step checks a state and decides a command.
func step(s *Intent, c Command, now time.Time) (Event, error) {
	if err := check(s); err != nil {
		return nil, err
	}
	return decide(s, c, intents.TimeOf(now))
}

// Next goes on from After, in place: Before becomes After, and the Events and
// Deferred of the step before are overwritten. It is [Apply] for loops that count
// nanoseconds, such as simulations. Where it refuses, t is as it was.
func (t *Transition) Next(c Command, now time.Time) error {
	e, err := step(&t.After, c, now)
	if err != nil {
		return err
	}
	t.Before = t.After
	t.Events, t.Deferred = t.Events[:0], t.Deferred[:0]
	t.add(e)
	return nil
}

// Chain applies commands one after another as one transition: all of them or,
// where one is refused, none.
func Chain(s Intent, now time.Time, commands ...Command) (t Transition, err error) {
	if err := check(&s); err != nil {
		return Transition{}, err
	}
	t.Before, t.After = s, s
	for _, c := range commands {
		e, err := decide(&t.After, c, intents.TimeOf(now))
		if err != nil {
			return Transition{}, err
		}
		t.add(e)
	}
	if len(t.Deferred) == 0 {
		t.Deferred = nil // as of one Apply, so that equal transitions are equal
	}
	return t, nil
}

// add folds an event into the transition, or nothing where there is none.
func (t *Transition) add(e Event) {
	if e == nil {
		return
	}
	fold(&t.After, e)
	if t.Events == nil {
		t.Events = []Event{e}
	} else {
		t.Events = append(t.Events, e)
	}
	t.owe()
}

// owe writes what After owes and Before did not.
func (t *Transition) owe() {
	t.Deferred = t.Deferred[:0]
	kind, at := t.After.owes()
	if kind == "" {
		return
	}
	if had, was := t.Before.owes(); had != kind || was != at {
		t.Deferred = append(t.Deferred, intents.Deferred{Kind: kind, Subject: t.After.ID, NotBefore: at})
	}
}

// Pending returns the work that an intent owes the future: a function of its
// state. It is one piece at most.
func Pending(s Intent) []intents.Deferred {
	if kind, at := s.owes(); kind != "" {
		return []intents.Deferred{{Kind: kind, Subject: s.ID, NotBefore: at}}
	}
	return nil
}

// owes returns what each status waits for, and when that is due; "" for nothing.
func (s *Intent) owes() (kind intents.DeferredKind, at intents.Time) {
	switch s.Status {
	case conf:
		return AnswerAttempt, s.Due
	case ra:
		if s.Due != 0 {
			return LapseAction, s.Due
		}
	case proc:
		return CollectSetup, s.Due
	case none, rpm, rc, succ, canc:
	}
	return "", 0
}

// Resume says what a piece of work means for an intent now. Work that the intent
// no longer owes is not current: drop it. A timer comes with the command to apply.
// A job comes with none: ask the [Processor] and apply its report, as [Work] does.
func Resume(s Intent, d intents.Deferred) (c Command, current bool) {
	if kind, at := s.owes(); kind == "" || d != (intents.Deferred{Kind: kind, Subject: s.ID, NotBefore: at}) {
		return nil, false
	}
	if d.Kind == LapseAction {
		return ExpireAction{}, true
	}
	return nil, true
}

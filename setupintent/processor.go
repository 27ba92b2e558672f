package setupintent

import (
	"context"
	"time"

	"github.com/payintent/intents"
)

// Processor is the outside world: an acquirer, or the [Simulator]. It answers jobs.
type Processor interface {
	// Report says what became of what s waits for, as a command to apply: for
	// [AnswerAttempt] an [Approve], [Challenge], [Decline] or [Submit], for
	// [CollectSetup] a [Collect] or [Decline]; or a [Postpone] where nothing is known
	// yet. It may be asked twice for the same job, after a crash: for an attempt,
	// s.AttemptKey() is the idempotency key to hand to the acquirer. An error means that
	// the question did not get through; nothing has changed.
	Report(ctx context.Context, s Intent, d intents.Deferred) (Command, error)
}

// Work does a piece of deferred work: it drops what is stale, applies what is
// time's, and asks the processor about the rest. A transition without events
// means that there was nothing to do.
func Work(ctx context.Context, p Processor, s Intent, d intents.Deferred, now time.Time) (Transition, error) {
	c, current := Resume(s, d)
	if !current {
		return Transition{Before: s, After: s}, nil
	}
	if c == nil {
		if p == nil {
			return Transition{}, invalid("processor", "", "nobody answers setups")
		}
		var err error
		if c, err = p.Report(ctx, s, d); err != nil {
			return Transition{}, err
		}
	}
	return Apply(s, c, now)
}

// Answer asks the processor about the attempt that a transition left under way,
// and joins its answer: Stripe's one step. A transition that left none comes back
// as it is. A service that must survive a crash saves the transition first, and
// then does the same by [Work].
func Answer(ctx context.Context, p Processor, t Transition, now time.Time) (Transition, error) {
	kind, at := t.After.owes()
	if kind != AnswerAttempt || intents.TimeOf(now) < at {
		return t, nil
	}
	d := intents.Deferred{Kind: kind, Subject: t.After.ID, NotBefore: at}
	next, err := Work(ctx, p, t.After, d, now)
	if err != nil {
		return Transition{}, err
	}
	return t.Then(next), nil
}

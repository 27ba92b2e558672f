package checkout

import (
	"context"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// Processor is the outside world of a flow: who answers what its session and its
// intent ask.
type Processor struct {
	Payment paymentintent.Processor
	Setup   setupintent.Processor
	// Subscription is needed in subscription mode alone.
	Subscription Subscriber
}

// Subscriber makes subscriptions.
type Subscriber interface {
	// Start makes the subscription of a session that its customer has submitted, and
	// says what became of it: a [Complete] with its id, or a [Reopen] where its first
	// payment was declined or its customer has to act. S.PaymentMethod is what the
	// customer chose. It may be asked twice about the same attempt, after a crash: s.ID
	// with s.Version is the idempotency key, which stays until the attempt is answered
	// and is another for the next attempt, even in the same second. An error means that
	// nothing is known yet.
	Start(ctx context.Context, s Session, d intents.Deferred) (Command, error)
}

// Work does a piece of deferred work of a flow: it drops what is stale, applies
// what is time's, and asks the processor about the rest. A step without events
// means that there was nothing to do.
func Work(ctx context.Context, p Processor, f Flow, d intents.Deferred, now time.Time) (Step, error) {
	switch d.Subject {
	case f.Session.ID:
		c, current := Resume(f.Session, d)
		if !current {
			return begin(f), nil
		}
		if c == nil {
			if p.Subscription == nil {
				return Step{}, invalid("processor", "", "nobody makes subscriptions")
			}
			var err error
			if c, err = p.Subscription.Start(ctx, f.Session, d); err != nil {
				return Step{}, err
			}
		}
		return f.Apply(c, now)
	case f.Payment.ID:
		c, current := paymentintent.Resume(f.Payment, d)
		if !current {
			return begin(f), nil
		}
		if c == nil {
			if p.Payment == nil {
				return Step{}, invalid("processor", "", "nobody answers payments")
			}
			var err error
			if c, err = p.Payment.Report(ctx, f.Payment, d); err != nil {
				return Step{}, err
			}
		}
		return f.ApplyPayment(c, now)
	case f.Setup.ID:
		c, current := setupintent.Resume(f.Setup, d)
		if !current {
			return begin(f), nil
		}
		if c == nil {
			if p.Setup == nil {
				return Step{}, invalid("processor", "", "nobody answers setups")
			}
			var err error
			if c, err = p.Setup.Report(ctx, f.Setup, d); err != nil {
				return Step{}, err
			}
		}
		return f.ApplySetup(c, now)
	}
	return begin(f), nil
}

// Answer asks the processor about the attempt that a step left under way, and joins
// its answer: Stripe's one step. A step that left none comes back as it is. A
// service that must survive a crash saves the step first, and then does the same
// by [Work].
func Answer(ctx context.Context, p Processor, t Step, now time.Time) (Step, error) {
	for _, d := range t.After.Pending() {
		if d.Kind != paymentintent.AnswerAttempt && d.Kind != StartSubscription || intents.TimeOf(now) < d.NotBefore {
			continue
		}
		next, err := Work(ctx, p, t.After, d, now)
		if err != nil {
			return Step{}, err
		}
		return t.Then(next), nil
	}
	return t, nil
}

package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/examples/internal/form"
	"github.com/payintent/intents/internal/ids"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/webhook"
)

// Kinds of work that are the story's own: people who act, and events on their way.
const (
	customerActs     intents.DeferredKind = "customer.act"
	merchantCaptures intents.DeferredKind = "merchant.capture"
	eventDelivered   intents.DeferredKind = "event.deliver"
)

// How long people take.
const (
	customerTakes = 20 * time.Second
	merchantTakes = time.Minute
)

// story is a payment and the world around it.
type story struct {
	options
	world  *capture.Virtual // clock, queue of work, and network
	sim    paymentintent.Simulator
	begun  time.Time
	pi     paymentintent.Intent
	events map[string]webhook.Event
	seen   map[string]bool // what the consumer has handled, by event id
	teller
}

// begin sends the request. A refused one is an error, and nothing has happened.
func begin(o options, out io.Writer) (*story, error) {
	dice := capture.Seeded(o.seed)
	s := &story{
		options: o, begun: time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC), sim: paymentintent.Simulator{Chooser: dice},
		events: map[string]webhook.Event{}, seen: map[string]bool{}, teller: newTeller(out, o),
	}
	s.world = capture.NewVirtual(s.begun)
	if o.faults {
		if err := s.world.Inject(capture.Faults{Late: 10 * time.Minute, Duplicate: 3, Reorder: 3}, dice); err != nil {
			return nil, err
		}
	}
	create, confirm, err := form.CreatePaymentIntent(o.form, o.version, capture.TestPaymentMethod)
	if err != nil {
		return nil, err
	}
	create.ID = ids.Derive("pi_", "quickstart", o.seed)
	if create.Details, err = create.Details.With("client_secret", create.ID+"_secret_"+ids.Derive("", create.ID, o.seed)+"Q"); err != nil {
		return nil, err
	}
	t, err := paymentintent.Chain(paymentintent.Intent{}, s.world.Now(), append([]paymentintent.Command{create}, confirm...)...)
	if err != nil {
		return nil, err
	}
	if t, err = paymentintent.Answer(context.Background(), s.sim, t, s.world.Now()); err != nil {
		return nil, err
	}
	s.request(o.form)
	s.reply(t)
	return s, s.commit(context.Background(), t)
}

// commit is what a service does with a transition: save, publish, schedule.
func (s *story) commit(ctx context.Context, t paymentintent.Transition) error {
	s.pi = t.After
	work := t.Deferred
	for _, e := range webhook.ForVersion(webhook.FromPaymentIntent(t), s.options.version) {
		s.events[e.ID] = e
		work = append(work, intents.Deferred{Kind: eventDelivered, Subject: e.ID, NotBefore: e.Created})
	}
	if t.Before.Status != t.After.Status {
		now := intents.TimeOf(s.world.Now())
		if t.After.Status == paymentintent.StatusRequiresAction {
			work = append(work, intents.Deferred{Kind: customerActs, Subject: s.pi.ID, NotBefore: now.Add(customerTakes)})
		}
		if t.After.Status == paymentintent.StatusRequiresCapture {
			work = append(work, intents.Deferred{Kind: merchantCaptures, Subject: s.pi.ID, NotBefore: now.Add(merchantTakes)})
		}
	}
	return s.world.Schedule(ctx, work...)
}

// patience is how many pieces of work a story may take. A payment that never comes
// to an end, such as pm_usBankAccount_processing, asks again for ever.
const patience = 60

// tell lets time pass until nothing is owed any more.
func (s *story) tell(ctx context.Context) error {
	for range patience {
		d, ok := s.world.Next()
		if !ok {
			break
		}
		if err := s.work(ctx, d); err != nil {
			return err
		}
	}
	s.balance(s.pi, s.world.Now())
	return nil
}

func (s *story) work(ctx context.Context, d intents.Deferred) error {
	now := s.world.Now()
	switch d.Kind {
	case eventDelivered:
		e := s.events[d.Subject]
		s.event(now.Sub(s.begun), e, now.Sub(e.Created.Time()), s.seen[e.ID])
		s.seen[e.ID] = true
		return nil
	case customerActs:
		c, waits := s.sim.Act(s.pi)
		if !waits {
			return nil // a late or second wake-up: the customer has acted
		}
		s.note(now.Sub(s.begun), "the customer: "+c.String())
		return s.apply(ctx, c)
	case merchantCaptures:
		if s.pi.Status != paymentintent.StatusRequiresCapture {
			return nil
		}
		s.note(now.Sub(s.begun), fmt.Sprintf("the merchant: POST /v1/payment_intents/%s/capture", s.pi.ID))
		return s.apply(ctx, paymentintent.Capture{})
	}
	t, err := paymentintent.Work(ctx, s.sim, s.pi, d, now)
	if err != nil {
		return err
	}
	return s.aftermath(ctx, t)
}

// apply applies a command of the people in the story, and asks for the answer
// where it started, or went on with, an attempt.
func (s *story) apply(ctx context.Context, c paymentintent.Command) error {
	t, err := paymentintent.Apply(s.pi, c, s.world.Now())
	if err != nil {
		return err
	}
	if t, err = paymentintent.Answer(ctx, s.sim, t, s.world.Now()); err != nil {
		return err
	}
	return s.aftermath(ctx, t)
}

// aftermath commits a transition, and what the world does by itself after it.
func (s *story) aftermath(ctx context.Context, t paymentintent.Transition) error {
	if err := s.commit(ctx, t); err != nil {
		return err
	}
	for _, c := range s.sim.Aftermath(s.pi) {
		t, err := paymentintent.Apply(s.pi, c, s.world.Now())
		if err != nil {
			return err
		}
		if err := s.commit(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

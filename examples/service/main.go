// Command service is the loop of the README as a program: load, apply, save,
// publish, schedule, all or none. Its acquirer's line goes dead between the saving
// of an attempt and its answer, its scheduler delivers late and twice, and no
// payment is lost or charged twice.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/webhook"
)

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Service is what a payment service is made of.
type Service struct {
	store    *store
	queue    *capture.Virtual // clock and scheduler in one
	acquirer paymentintent.Processor
}

// Handle applies one command to one payment, and asks the acquirer where that
// started an attempt.
func (svc *Service) Handle(ctx context.Context, id string, c paymentintent.Command) (paymentintent.Intent, error) {
	pi := svc.store.load(id)
	t, err := paymentintent.Apply(pi, c, svc.queue.Now())
	if err != nil {
		return pi, err // a refusal: nothing has changed
	}
	if err := svc.commit(ctx, t); err != nil {
		return pi, err
	}
	for _, d := range t.Deferred {
		if d.Kind == paymentintent.AnswerAttempt {
			return svc.Work(ctx, d) // a crash here loses nothing: d is scheduled
		}
	}
	return t.After, nil
}

// Work does one piece of deferred work.
func (svc *Service) Work(ctx context.Context, d intents.Deferred) (paymentintent.Intent, error) {
	pi := svc.store.load(d.Subject)
	t, err := paymentintent.Work(ctx, svc.acquirer, pi, d, svc.queue.Now())
	if err != nil {
		return pi, err
	}
	return t.After, svc.commit(ctx, t)
}

// commit saves the state, its wire events and its work. A database does the three
// in one transaction.
func (svc *Service) commit(ctx context.Context, t paymentintent.Transition) error {
	if err := svc.store.save(t.After, t.Before.Version); err != nil {
		return err
	}
	svc.store.outbox = append(svc.store.outbox, webhook.FromPaymentIntent(t)...)
	return svc.queue.Schedule(ctx, t.Deferred...)
}

// store keeps payments by id, and the events that are to be sent.
type store struct {
	payments map[string]paymentintent.Intent
	outbox   []webhook.Event
}

func (s *store) load(id string) paymentintent.Intent { return s.payments[id] }

var errConflict = errors.New("the payment has changed in between")

func (s *store) save(pi paymentintent.Intent, was uint64) error {
	if s.payments[pi.ID].Version != was {
		return errConflict
	}
	s.payments[pi.ID] = pi
	return nil
}

var errLineDead = errors.New("the line to the acquirer is dead")

// flaky is an acquirer whose line goes dead on the first question.
type flaky struct {
	paymentintent.Processor
	asked int
}

func (f *flaky) Report(ctx context.Context, pi paymentintent.Intent, d intents.Deferred) (paymentintent.Command, error) {
	if f.asked++; f.asked == 1 {
		return nil, errLineDead
	}
	return f.Processor.Report(ctx, pi, d)
}

func run(out io.Writer) error {
	ctx := context.Background()
	queue := capture.NewVirtual(time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC))
	dice := capture.Seeded(1)
	if err := queue.Inject(capture.Faults{Late: time.Minute, Duplicate: 2}, dice); err != nil {
		return err
	}
	svc := &Service{
		store:    &store{payments: map[string]paymentintent.Intent{}},
		queue:    queue,
		acquirer: &flaky{Processor: paymentintent.Simulator{Chooser: dice}},
	}
	visa, _ := capture.TestPaymentMethod("pm_card_visa")
	const id = "pi_3TGnEsQK2ZHS99Rk1DIz66Nj"
	if _, err := svc.Handle(ctx, id, paymentintent.Create{ID: id, Amount: 2000, Currency: "usd", PaymentMethod: visa}); err != nil {
		return err
	}
	pi, err := svc.Handle(ctx, id, paymentintent.Confirm{})
	fmt.Fprintf(out, "confirm: %s (%v)\n", pi.Status, err)
	if !errors.Is(err, errLineDead) {
		return fmt.Errorf("the line should have been dead: %w", err)
	}

	// The process that asked is gone. The queue holds what it owed.
	err = queue.Drain(ctx, 100, func(ctx context.Context, d intents.Deferred) error {
		before := svc.store.load(d.Subject)
		after, err := svc.Work(ctx, d)
		if err == nil {
			fmt.Fprintf(out, "%s: %s: %s/%s -> %s/%s\n", queue.Now().Format(time.TimeOnly), d.Kind, before.Status, before.Charge.Status, after.Status, after.Charge.Status)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, e := range svc.store.outbox {
		fmt.Fprintln(out, e.ID, e.Type)
	}
	return nil
}

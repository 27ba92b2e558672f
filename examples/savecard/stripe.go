package main

import (
	"context"
	"slices"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/examples/internal/form"
	"github.com/payintent/intents/internal/ids"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/webhook"
)

// eventDelivered is the story's own kind of work: an event on its way.
const eventDelivered intents.DeferredKind = "event.deliver"

// stripe is the side that the library models: sessions, intents, payment methods
// and customers in maps, and the world's clock. Its methods are the requests of
// the page. What a request changes it changes at its end, all at once, in commit.
type stripe struct {
	version   intents.Version
	world     *capture.Virtual
	issuers   checkout.Processor
	flows     map[string]checkout.Flow
	payments  map[string]paymentintent.Intent
	methods   map[string]intents.PaymentMethod
	customers map[string]intents.Customer
	events    map[string]webhook.Event
	drawn     uint64 // ids that were given out
}

func newStripe(begun time.Time, v intents.Version) *stripe {
	return &stripe{
		version: v, world: capture.NewVirtual(begun),
		issuers: checkout.Processor{Payment: paymentintent.Simulator{}, Setup: setupintent.Simulator{}},
		flows:   map[string]checkout.Flow{}, payments: map[string]paymentintent.Intent{}, methods: map[string]intents.PaymentMethod{},
		customers: map[string]intents.Customer{}, events: map[string]webhook.Event{},
	}
}

// id draws an id. A service would draw at random; a story is the same each time.
func (s *stripe) id(prefix string) string {
	s.drawn++
	return ids.Derive(prefix, "savecard", s.drawn)
}

// sessionID draws the id of a session: longer than all others, and its first
// letter tells the mode (facts, 2.13).
func (s *stripe) sessionID(m checkout.Mode) string {
	id := "a1"
	if m == checkout.Setup {
		id = "c1"
	}
	for len(id) < 58 {
		id += s.id("")
	}
	return "cs_test_" + id[:58]
}

// openSession is POST /v1/checkout/sessions.
func (s *stripe) openSession(f form.Form) (checkout.Session, error) {
	c, err := form.CreateSession(f, s.version, nil)
	if err != nil {
		return checkout.Session{}, err
	}
	c.ID = s.sessionID(c.Mode)
	step, err := checkout.Open(c, s.world.Now())
	if err != nil {
		return checkout.Session{}, err
	}
	return step.After.Session, s.commit(step)
}

// enter is what the page's card form does: it makes a payment method of a number.
func (s *stripe) enter(number string) intents.PaymentMethod {
	m, _ := capture.FindTestMethod(number)
	pm := m.PaymentMethod(s.id("pm_"))
	s.methods[pm.ID] = pm
	return pm
}

// submit is the page's button.
func (s *stripe) submit(ctx context.Context, session string, c checkout.Submit) (checkout.Flow, error) {
	step, err := s.flows[session].Apply(c, s.world.Now())
	if err != nil {
		return checkout.Flow{}, err
	}
	return s.answered(ctx, step)
}

// challenge is the bank's page: the customer passes the challenge or fails it.
func (s *stripe) challenge(ctx context.Context, session string, pass bool) (checkout.Flow, error) {
	f, now := s.flows[session], s.world.Now()
	var step checkout.Step
	var err error
	switch {
	case f.Session.Mode == checkout.Setup && pass:
		step, err = f.ApplySetup(setupintent.Authenticate{}, now)
	case f.Session.Mode == checkout.Setup:
		step, err = f.ApplySetup(setupintent.FailAction{}, now)
	case pass:
		step, err = f.ApplyPayment(paymentintent.Authenticate{}, now)
	default:
		step, err = f.ApplyPayment(paymentintent.FailAction{}, now)
	}
	if err != nil {
		return checkout.Flow{}, err
	}
	return s.answered(ctx, step)
}

// answered asks the issuers about an attempt that is under way.
func (s *stripe) answered(ctx context.Context, step checkout.Step) (checkout.Flow, error) {
	step, err := checkout.Answer(ctx, s.issuers, step, s.world.Now())
	if err != nil {
		return checkout.Flow{}, err
	}
	return step.After, s.commit(step)
}

// createCustomer is POST /v1/customers.
func (s *stripe) createCustomer(details intents.Pairs) (intents.Customer, error) {
	c, err := intents.NewCustomer(s.id("cus_")[:len("cus_")+14], details, "", s.world.Now())
	if err != nil {
		return intents.Customer{}, err
	}
	s.customers[c.ID] = c
	return c, s.publish(webhook.FromCustomer(intents.Customer{}, c, s.world.Now())...)
}

// attach is POST /v1/payment_methods/{id}/attach.
func (s *stripe) attach(pm, customer string) (intents.PaymentMethod, error) {
	before := s.methods[pm]
	after, err := before.Attach(customer)
	if err != nil {
		return intents.PaymentMethod{}, err
	}
	s.methods[pm] = after
	return after, s.publish(webhook.FromPaymentMethod(before, after, s.world.Now())...)
}

// createPayment is POST /v1/payment_intents.
func (s *stripe) createPayment(ctx context.Context, f form.Form) (paymentintent.Transition, error) {
	create, confirm, err := form.CreatePaymentIntent(f, s.version, func(id string) (intents.PaymentMethod, bool) {
		pm, ok := s.methods[id]
		return pm, ok
	})
	if err != nil {
		return paymentintent.Transition{}, err
	}
	create.ID = s.id("pi_")
	t, err := paymentintent.Chain(paymentintent.Intent{}, s.world.Now(), slices.Concat([]paymentintent.Command{create}, confirm)...)
	if err != nil {
		return paymentintent.Transition{}, err
	}
	if t, err = paymentintent.Answer(ctx, s.issuers.Payment, t, s.world.Now()); err != nil {
		return paymentintent.Transition{}, err
	}
	return t, s.commitPayment(t)
}

// cancelPayment is POST /v1/payment_intents/{id}/cancel.
func (s *stripe) cancelPayment(id string) (paymentintent.Intent, error) {
	t, err := paymentintent.Apply(s.payments[id], paymentintent.Cancel{Reason: paymentintent.Abandoned}, s.world.Now())
	if err != nil {
		return paymentintent.Intent{}, err
	}
	return t.After, s.commitPayment(t)
}

// commit is what a service does with a step: save, publish, schedule.
func (s *stripe) commit(step checkout.Step) error {
	s.flows[step.After.Session.ID] = step.After
	if c, made := step.Customer(); made {
		s.customers[c.ID] = c
	}
	s.keep(step.Payment.PaymentMethod())
	s.keep(step.Setup.PaymentMethod())
	if err := s.world.Schedule(context.Background(), step.Deferred...); err != nil {
		return err
	}
	return s.publish(webhook.FromCheckout(step)...)
}

func (s *stripe) commitPayment(t paymentintent.Transition) error {
	s.payments[t.After.ID] = t.After
	s.keep(t.PaymentMethod())
	if err := s.world.Schedule(context.Background(), t.Deferred...); err != nil {
		return err
	}
	return s.publish(webhook.FromPaymentIntent(t)...)
}

// keep saves a payment method as a transition left it.
func (s *stripe) keep(pm intents.PaymentMethod, changed bool) {
	if changed {
		s.methods[pm.ID] = pm
	}
}

// publish puts events on their way to the merchant's endpoint.
func (s *stripe) publish(events ...webhook.Event) error {
	for _, e := range webhook.ForVersion(events, s.version) {
		s.events[e.ID] = e
		if err := s.world.Schedule(context.Background(), intents.Deferred{Kind: eventDelivered, Subject: e.ID, NotBefore: e.Created}); err != nil {
			return err
		}
	}
	return nil
}

// work does a piece of deferred work that is due.
func (s *stripe) work(ctx context.Context, d intents.Deferred) error {
	for _, f := range s.flows {
		if d.Subject != f.Session.ID && d.Subject != f.Payment.ID && d.Subject != f.Setup.ID {
			continue
		}
		step, err := checkout.Work(ctx, s.issuers, f, d, s.world.Now())
		if err != nil {
			return err
		}
		return s.commit(step)
	}
	t, err := paymentintent.Work(ctx, s.issuers.Payment, s.payments[d.Subject], d, s.world.Now())
	if err != nil {
		return err
	}
	return s.commitPayment(t)
}

package fakestripe

import (
	"context"
	"strings"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/examples/fakestripe/internal/page"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/webhook"
)

// This file gives commands to intents and keeps what comes of it. The rules about
// statuses and money are the machines'; here are only rows, events and owed work.

// aftermath is work of the world's own: what follows a success by itself.
const aftermath intents.DeferredKind = "world.aftermath"

// aftermathIn is how long a refund takes that is not done at once.
const aftermathIn = 3 * time.Second

// ctx returns the context of the request, or of the queue.
func (x *tx) ctx() context.Context {
	if x.r != nil {
		return x.r.ctx
	}
	return x.s.queue.ctx
}

// processor is the outside world.
func (x *tx) processor() checkout.Processor {
	return checkout.Processor{
		Payment: payments{paymentintent.Simulator{Chooser: x.s.world, CashBalance: x.cash}, x.s}, Setup: setups{setupintent.Simulator{Chooser: x.s.world}, x.s},
		Subscription: subscriber{x},
	}
}

// payments is the simulator of payments, whose customers act on this server's pages.
type payments struct {
	paymentintent.Simulator
	s *Server
}

// Report implements paymentintent.Processor.
func (p payments) Report(ctx context.Context, s paymentintent.Intent, d intents.Deferred) (paymentintent.Command, error) {
	c, err := p.Simulator.Report(ctx, s, d)
	if ch, ok := c.(paymentintent.Challenge); ok {
		ch.NextAction = p.s.here(ch.NextAction)
		return ch, err
	}
	return c, err
}

// setups is the same of SetupIntents.
type setups struct {
	setupintent.Simulator
	s *Server
}

// Report implements setupintent.Processor.
func (p setups) Report(ctx context.Context, s setupintent.Intent, d intents.Deferred) (setupintent.Command, error) {
	c, err := p.Simulator.Report(ctx, s, d)
	if ch, ok := c.(setupintent.Challenge); ok {
		ch.NextAction = p.s.here(ch.NextAction)
		return ch, err
	}
	return c, err
}

// here returns an action with its pages on this server, where that can be reached.
func (s *Server) here(a intents.NextAction) intents.NextAction {
	if s.o.PublicURL == "" {
		return a
	}
	p := intents.Pairs(a)
	for key, value := range p.All() {
		for _, stripes := range []string{"https://hooks.stripe.com", "https://payments.stripe.com"} {
			if rest, ok := strings.CutPrefix(value, stripes); ok {
				p, _ = p.With(key, s.o.PublicURL+rest) // a URL is text
			}
		}
	}
	return intents.NextAction(p)
}

// applyPayment gives an intent commands, all or none, asks the world where that is due,
// and keeps what comes of it. An intent of a session is told through its session.
func (x *tx) applyPayment(s paymentintent.Intent, cs ...paymentintent.Command) (paymentintent.Transition, error) {
	if f, ok := x.flowOf(s.Owner); ok {
		step, err := x.flowPayment(f, cs...)
		return step.Payment, err
	}
	t, err := paymentintent.Chain(s, x.now, cs...)
	if err == nil {
		t, err = paymentintent.Answer(x.ctx(), x.processor().Payment, t, x.now)
	}
	if err != nil {
		return t, err
	}
	for c := range disputes(&t.After) {
		next, err := paymentintent.Apply(t.After, c, x.now)
		if err != nil {
			return t, err
		}
		t = t.Then(next)
	}
	x.keepPayment(&t)
	at := x.at()
	x.mark(func(m *page.Trail) { m.Payment(t, at) })
	x.owe(t.Deferred...)
	x.publish(webhook.FromPaymentIntent(t, x.options()...)...)
	return t, nil
}

// disputes yields the disputes that a test payment method is named for: they come
// with the success (REC-PI).
func disputes(s *paymentintent.Intent) func(yield func(paymentintent.Command) bool) {
	return func(yield func(paymentintent.Command) bool) {
		for _, c := range (paymentintent.Simulator{}).Aftermath(*s) {
			if d, ok := c.(paymentintent.Dispute); ok && !yield(d) {
				return
			}
		}
	}
}

// flowOf returns the session of an id with its intent.
func (x *tx) flowOf(session string) (checkout.Flow, bool) {
	if !strings.HasPrefix(session, "cs_") {
		return checkout.Flow{}, false
	}
	s, ok := get[checkout.Session](x, tableSessions, session)
	f := checkout.Flow{Session: s}
	f.Payment, _ = get[paymentintent.Intent](x, tableIntents, s.PaymentIntent())
	f.Setup, _ = get[setupintent.Intent](x, tableSetups, s.SetupIntent())
	return f, ok
}

// flowPayment gives the PaymentIntent of a session commands.
func (x *tx) flowPayment(f checkout.Flow, cs ...paymentintent.Command) (checkout.Step, error) {
	var step checkout.Step
	for i, c := range cs {
		next, err := f.ApplyPayment(c, x.now)
		if err != nil {
			return step, err
		}
		if f = next.After; i == 0 {
			step = next
			continue
		}
		step = step.Then(next)
	}
	return x.keepStep(step)
}

// keepStep asks the world about what a step left under way, and keeps the step.
func (x *tx) keepStep(step checkout.Step) (checkout.Step, error) {
	step, err := checkout.Answer(x.ctx(), x.processor(), step, x.now)
	if err != nil {
		return step, err
	}
	for c := range disputes(&step.After.Payment) {
		next, err := step.After.ApplyPayment(c, x.now)
		if err != nil {
			return step, err
		}
		step = step.Then(next)
	}
	x.put(tableSessions, step.After.Session.ID, step.After.Session)
	at := x.at()
	x.mark(func(m *page.Trail) { m.Step(step, at) })
	if c, made := step.Customer(); made {
		x.put(tableCustomers, c.ID, customerRow{Customer: c})
	}
	if step.After.Payment.ID != "" {
		x.keepPayment(&step.Payment)
	}
	if step.After.Setup.ID != "" {
		x.keepSetup(&step.Setup)
	}
	x.owe(step.Deferred...)
	options := x.options()
	if c, ok := get[customerRow](x, tableCustomers, step.After.Session.Customer()); ok {
		options = append(options, webhook.WithPayer(c.Customer))
	}
	x.publish(webhook.FromCheckout(step, options...)...)
	return step, nil
}

// keepPayment writes an intent, and what hangs on it, as a transition leaves it.
func (x *tx) keepPayment(t *paymentintent.Transition) {
	s := &t.After
	x.put(tableIntents, s.ID, *s)
	if s.Charge.ID != "" && s.Charge != t.Before.Charge {
		x.keepCharge(webhook.ChargeOf(*s))
	}
	if pm, changed := t.PaymentMethod(); changed {
		x.keepMethod(pm)
	}
	if spent := fundedBy(s) - fundedBy(&t.Before); spent > 0 {
		x.addCash(s.Customer(), s.Currency, -spent)
	}
	for _, c := range (paymentintent.Simulator{}).Aftermath(*s) {
		if _, later := c.(paymentintent.ReportRefund); later {
			x.owe(intents.Deferred{Kind: aftermath, Subject: s.ID, NotBefore: x.at().Add(aftermathIn)})
			break
		}
	}
}

// fundedBy returns what the customer's cash balance has paid of an intent.
func fundedBy(s *paymentintent.Intent) int64 {
	if !s.PaymentMethod.Type.Traits().Funded {
		return 0
	}
	return max(s.Funded, s.AmountReceived())
}

// aftermath lets the world go on with an intent: refunds come through, or come back.
func (x *tx) aftermath(id string) error {
	s, ok := get[paymentintent.Intent](x, tableIntents, id)
	if !ok {
		return nil
	}
	for _, c := range (paymentintent.Simulator{}).Aftermath(s) {
		if _, later := c.(paymentintent.ReportRefund); !later {
			continue
		}
		t, err := x.applyPayment(s, c)
		if err != nil {
			return err
		}
		s = t.After
	}
	return nil
}

// workPayment does a piece of work that an intent owes.
func (x *tx) workPayment(ctx context.Context, d intents.Deferred) error {
	s, ok := get[paymentintent.Intent](x, tableIntents, d.Subject)
	if !ok {
		return nil
	}
	c, current := paymentintent.Resume(s, d)
	if !current {
		return nil
	}
	if c == nil {
		var err error
		if c, err = x.processor().Payment.Report(ctx, s, d); err != nil {
			return err
		}
	}
	_, err := x.applyPayment(s, c)
	return err
}

// applySetup is applyPayment of a SetupIntent.
func (x *tx) applySetup(s setupintent.Intent, cs ...setupintent.Command) (setupintent.Transition, error) {
	if f, ok := x.flowOf(s.Owner); ok {
		var step checkout.Step
		for i, c := range cs {
			next, err := f.ApplySetup(c, x.now)
			if err != nil {
				return setupintent.Transition{}, err
			}
			if f = next.After; i == 0 {
				step = next
				continue
			}
			step = step.Then(next)
		}
		step, err := x.keepStep(step)
		return step.Setup, err
	}
	t, err := setupintent.Chain(s, x.now, cs...)
	if err == nil {
		t, err = setupintent.Answer(x.ctx(), x.processor().Setup, t, x.now)
	}
	if err != nil {
		return t, err
	}
	x.keepSetup(&t)
	at := x.at()
	x.mark(func(m *page.Trail) { m.Setup(t, at) })
	x.owe(t.Deferred...)
	x.publish(webhook.FromSetupIntent(t, x.options()...)...)
	return t, nil
}

// attemptRow is a SetupAttempt, and whose it is.
type attemptRow struct {
	setupintent.Attempt
	Intent string
}

// keepSetup writes a SetupIntent, and what hangs on it, as a transition leaves it.
func (x *tx) keepSetup(t *setupintent.Transition) {
	s := &t.After
	x.put(tableSetups, s.ID, *s)
	for _, a := range t.Attempts() {
		x.put(tableAttempts, a.ID, attemptRow{a, s.ID})
	}
	if s.Mandate != "" {
		x.put(tableMandates, s.Mandate, s.ID)
	}
	if pm, changed := t.PaymentMethod(); changed {
		x.keepMethod(pm)
	}
}

// workSetup does a piece of work that a SetupIntent owes.
func (x *tx) workSetup(ctx context.Context, d intents.Deferred) error {
	s, ok := get[setupintent.Intent](x, tableSetups, d.Subject)
	if !ok {
		return nil
	}
	c, current := setupintent.Resume(s, d)
	if !current {
		return nil
	}
	if c == nil {
		var err error
		if c, err = x.processor().Setup.Report(ctx, s, d); err != nil {
			return err
		}
	}
	_, err := x.applySetup(s, c)
	return err
}

// workSession does a piece of work that a session owes: its time is over.
func (x *tx) workSession(ctx context.Context, d intents.Deferred) error {
	f, ok := x.flowOf(d.Subject)
	if !ok {
		return nil
	}
	step, err := checkout.Work(ctx, x.processor(), f, d, x.now)
	if err != nil || len(step.Session.Events) == 0 {
		return err
	}
	_, err = x.keepStep(step)
	return err
}

package checkout_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/checkout/checkouttest"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// TestSimulation runs a shop with many customers in virtual time, over a queue that
// hands work out late, twice and in the wrong order, and over a service that crashes
// between an answer and its own store. Customers are declined, fail their challenge,
// go back, close the tab, pay twice and come after expiry. Then the actors stop and
// the queue drains: no session is open, nothing is pending, and no intent of a session
// that is over can be paid any more.
func TestSimulation(t *testing.T) {
	t.Run("seeded", func(t *testing.T) {
		total := newShop(capture.First{})
		for seed := range uint64(8) {
			s := newShop(capture.Seeded(seed))
			require.NoError(t, s.run(800), "seed %d", seed)
			total.add(s)
		}
		for _, kind := range []intents.DeferredKind{
			checkout.LapseSession, checkout.StartSubscription, paymentintent.AnswerAttempt, paymentintent.CollectPayment, setupintent.CollectSetup,
		} {
			require.NotZero(t, total.done[kind], kind)
		}
		for _, did := range []string{"declined", "failed 3ds", "passed 3ds", "went back", "closed the tab", "submitted twice", "came late", "was locked out", "recovered", "paid", "saved"} {
			require.NotZero(t, total.did[did], did)
		}
		require.NotZero(t, total.stale)
		require.NotZero(t, total.crashes)
		t.Logf("%d flows, work done %v, %d stale, %d crashes; customers %v; at the end %v", len(total.flows), total.done, total.stale, total.crashes, total.did, total.statuses())
	})
	t.Run("shrinking", rapid.MakeCheck(func(t *rapid.T) {
		require.NoError(t, newShop(coins{t}).run(rapid.IntRange(1, 25).Draw(t, "steps")))
	}))
	t.Run("exhaustive", func(t *testing.T) {
		runs, err := capture.Exhaustive(100_000, oneSession)
		require.NoError(t, err)
		require.Greater(t, runs, 50)
		t.Log(runs, "sequences of faults")
	})
}

// coins is a Chooser that rapid can shrink.
type coins struct{ t *rapid.T }

// IntN implements capture.Chooser.
func (c coins) IntN(n int) int { return rapid.IntRange(0, n-1).Draw(c.t, "choice") }

// oneSession is the life of one session whose card is declined as time runs out, with
// every fault there is in its timer and the answer it waits for.
func oneSession(c capture.Chooser) error {
	s := newShop(c)
	s.payments.Chooser = nil // the faults are what is tried out, not the delays
	if err := s.virtual.Inject(capture.Faults{Late: time.Hour, Grain: time.Hour, Duplicate: 2, Reorder: 1}, c); err != nil {
		return err
	}
	items, _ := checkout.NewLineItems(shirt())
	declined, _ := capture.TestPaymentMethod("pm_card_chargeDeclined")
	create := checkout.Create{ID: "cs_1", Mode: checkout.Payment, LineItems: items, Details: success, ExpiresAt: intents.TimeOf(start.Add(30 * time.Minute))}
	if err := s.open(create); err != nil {
		return err
	}
	if err := s.virtual.Run(context.Background(), start.Add(29*time.Minute), s.do); err != nil {
		return err
	}
	if err := s.give("cs_1", checkouttest.Command{Session: checkout.Submit{PaymentMethod: declined}}); err != nil {
		return err
	}
	if err := s.virtual.Drain(context.Background(), 20, s.do); err != nil {
		return err
	}
	f := s.flows["cs_1"].f
	if f.Session.Status != over || f.Payment.Status != paymentintent.StatusCanceled || s.virtual.Len() != 0 {
		return fmt.Errorf("it ends as %#v", f)
	}
	return nil
}

// shop is a service with its store, its queue and its customers.
type shop struct {
	choose   capture.Chooser
	virtual  *capture.Virtual
	payments paymentintent.Simulator
	setups   setupintent.Simulator
	ids      []string
	flows    map[string]*history
	done     map[intents.DeferredKind]int
	did      map[string]int
	stale    int
	crashes  int
	crashy   bool
}

func newShop(c capture.Chooser) *shop {
	return &shop{
		choose: c, virtual: capture.NewVirtual(start), flows: map[string]*history{}, done: map[intents.DeferredKind]int{}, did: map[string]int{},
		payments: paymentintent.Simulator{Chooser: c, CashBalance: func(string, intents.Currency) int64 { return 500 }}, setups: setupintent.Simulator{Chooser: c},
	}
}

func (s *shop) processor() checkout.Processor {
	return checkout.Processor{Payment: s.payments, Setup: s.setups, Subscription: merchant{}}
}

// errCrash is what a service returns that dies before it has stored.
var errCrash = errors.New("the service crashes")

// run lets the actors do so many things, and then drains.
func (s *shop) run(steps int) error {
	if err := s.virtual.Inject(capture.Faults{Late: 3 * time.Hour, Grain: 30 * time.Minute, Duplicate: 3, Reorder: 4}, s.choose); err != nil {
		return err
	}
	s.crashy = true
	for range steps {
		if err := s.act(); err != nil {
			return err
		}
	}
	s.crashy = false
	if err := s.virtual.Inject(capture.Faults{}, nil); err != nil {
		return err
	}
	if err := s.virtual.Drain(context.Background(), 100*steps+100, s.do); err != nil {
		return err
	}
	for id, h := range s.flows {
		f := h.f
		if st := f.Session.Status; !atRest(f) || st != done && st != over {
			return fmt.Errorf("%s is not at rest: %#v", id, f)
		}
		_, err := f.Apply(checkout.Submit{PaymentMethod: visa()}, s.virtual.Now())
		_, errPayment := f.ApplyPayment(paymentintent.Confirm{PaymentMethod: visa(), Owner: id}, s.virtual.Now())
		_, errSetup := f.ApplySetup(setupintent.Confirm{PaymentMethod: visa(), Owner: id}, s.virtual.Now())
		if err == nil || errPayment == nil || errSetup == nil {
			return fmt.Errorf("%s can still be paid: %#v", id, f)
		}
	}
	return nil
}

func visa() intents.PaymentMethod {
	pm, _ := capture.TestPaymentMethod("pm_card_visa")
	return pm
}

// act is one thing that somebody does: a customer comes, or goes on, the merchant
// changes, captures or expires something, or time passes.
func (s *shop) act() error {
	if len(s.ids) == 0 || s.choose.IntN(12) == 0 {
		return s.begin()
	}
	recent := s.ids[max(0, len(s.ids)-6):]
	id := recent[s.choose.IntN(len(recent))]
	f := s.flows[id].f
	switch s.choose.IntN(8) {
	case 0:
		return s.pass()
	case 1: // the merchant, or anybody at all
		c := checkouttest.Commands(f).Example(s.choose.IntN(1000))
		if _, ok := c.Session.(checkout.Create); ok { // it would have another id
			return nil
		}
		return s.give(id, c)
	case 2:
		if f.Payment.Status == paymentintent.StatusRequiresCapture {
			return s.give(id, checkouttest.Command{Payment: paymentintent.Capture{}})
		}
	}
	return s.customer(id, f)
}

// begin opens a session for somebody.
func (s *shop) begin() error {
	tb := nothing{}
	id := fmt.Sprintf("cs_%d", len(s.ids))
	named := func(c *checkout.Create) {
		c.ID = id
		c.ExpiresAt = intents.TimeOf(s.virtual.Now()).Add([]time.Duration{30 * time.Minute, 24 * time.Hour}[s.choose.IntN(2)])
	}
	c := []func() checkout.Create{
		func() checkout.Create { return create(tb, named) },
		func() checkout.Create { return create(tb, named, held) },
		func() checkout.Create { return create(tb, named, early, recoverable) },
		func() checkout.Create { return create(tb, named, onElements) },
		func() checkout.Create { return create(tb, named, free) },
		func() checkout.Create { return createSetup(tb, named) },
		func() checkout.Create { return createSetup(tb, named, recoverable) },
		func() checkout.Create { return createSubscription(tb, named) },
	}[s.choose.IntN(8)]()
	return s.open(c)
}

// nothing is a testing.TB for helpers that can't fail.
type nothing struct{ testing.TB }

// Helper implements testing.TB.
func (nothing) Helper() {}

func (s *shop) open(c checkout.Create) error {
	s.ids = append(s.ids, c.ID)
	s.flows[c.ID] = &history{}
	step, err := checkout.Open(c, s.virtual.Now())
	if err != nil {
		return fmt.Errorf("%s is not opened: %w", c.ID, err)
	}
	return s.commit(c.ID, checkouttest.Command{Session: c}, step)
}

// customer does one thing that a customer does.
func (s *shop) customer(id string, f checkout.Flow) error {
	switch f.Session.View(s.virtual.Now()) {
	case checkout.ViewExpired:
		s.did["came late"]++
		if s.choose.IntN(6) > 0 {
			return s.submit(id, f)
		}
		if c, err := checkout.Recovered(f.Session, fmt.Sprintf("cs_%d", len(s.ids)), s.virtual.Now()); err == nil {
			s.did["recovered"]++
			return s.open(c)
		}
	case checkout.ViewWaiting:
		s.did["was locked out"]++
	case checkout.ViewFinished:
		s.did["submitted twice"]++
	case checkout.ViewForm:
		switch s.choose.IntN(6) {
		case 0:
			s.did["went back"]++
			return nil
		case 1:
			s.did["closed the tab"]++
			return nil
		}
	case checkout.ViewNone:
	}
	if done, err := s.acted(id, f); done || err != nil {
		return err
	}
	return s.submit(id, f)
}

// acted lets a customer do what the intent asks, or fail to.
func (s *shop) acted(id string, f checkout.Flow) (bool, error) {
	fails := s.choose.IntN(4) == 0
	if c, ok := s.payments.Act(f.Payment); ok {
		s.did[map[bool]string{true: "failed 3ds", false: "passed 3ds"}[fails]]++
		if fails {
			c = paymentintent.FailAction{}
		}
		return true, s.give(id, checkouttest.Command{Payment: c})
	}
	if c, ok := s.setups.Act(f.Setup); ok {
		if fails {
			c = setupintent.FailAction{}
		}
		return true, s.give(id, checkouttest.Command{Setup: c})
	}
	return false, nil
}

// submit is Stripe's one step, or a submission whose answer the queue asks for.
func (s *shop) submit(id string, f checkout.Flow) error {
	methods := []string{
		"pm_card_visa", "pm_card_visa", "pm_card_chargeDeclined", "pm_card_threeDSecure2Required", "pm_card_threeDSecure2Required", "pm_usBankAccount_success",
		"pm_usBankAccount_insufficientFunds", "pm_usBankAccount_failMicrodeposits", "cashapp",
	}
	c := checkout.Submit{PaymentMethod: method(nothing{}, methods[s.choose.IntN(len(methods))]), Buyer: "email=jenny@example.com"}
	step, err := f.Apply(c, s.virtual.Now())
	if err != nil {
		return refused(err)
	}
	if s.choose.IntN(2) == 0 {
		if step, err = checkout.Answer(context.Background(), s.processor(), step, s.virtual.Now()); err != nil {
			return err
		}
	}
	return s.commit(id, checkouttest.Command{Session: c}, step)
}

// pass lets time go by.
func (s *shop) pass() error {
	by := []time.Duration{time.Second, time.Minute, 10 * time.Minute, time.Hour, 12 * time.Hour, 3 * 24 * time.Hour}[s.choose.IntN(6)]
	until := s.virtual.Now().Add(by)
	for {
		err := s.virtual.Run(context.Background(), until, s.do)
		if !errors.Is(err, errCrash) {
			return err
		}
		s.crashes++ // and starts again
	}
}

// do does a piece of deferred work.
func (s *shop) do(ctx context.Context, d intents.Deferred) error {
	if s.virtual.Now().Before(d.NotBefore.Time()) {
		return fmt.Errorf("%v comes early", d)
	}
	id := d.Subject
	for owner, h := range s.flows { // a store keeps an index
		if h.f.Payment.ID == d.Subject || h.f.Setup.ID == d.Subject {
			id = owner
		}
	}
	step, err := checkout.Work(ctx, s.processor(), s.flows[id].f, d, s.virtual.Now())
	if err != nil {
		return fmt.Errorf("%v: %w", d, err)
	}
	if step.Before == step.After {
		s.stale++
		return nil
	}
	if s.crashy && s.choose.IntN(8) == 7 {
		return errCrash
	}
	s.done[d.Kind]++
	return s.commit(id, checkouttest.Command{}, step)
}

// give gives a flow a command; a refusal is no fault of the shop's.
func (s *shop) give(id string, c checkouttest.Command) error {
	step, err := c.Apply(s.flows[id].f, s.virtual.Now())
	if err != nil {
		return refused(err)
	}
	return s.commit(id, c, step)
}

func refused(err error) error {
	if class, _, _ := refusal(err); class == "untyped" {
		return err
	}
	return nil
}

// commit does the duties, and audits.
func (s *shop) commit(id string, c checkouttest.Command, t checkout.Step) error {
	h := s.flows[id]
	if t.Before != h.f {
		return errors.New("somebody else has stored meanwhile")
	}
	h.f = t.After
	h.session, h.payment, h.setup = append(h.session, t.Session.Events...), append(h.payment, t.Payment.Events...), append(h.setup, t.Setup.Events...)
	replayed := checkout.Flow{
		Session: checkout.Replay(slices.Values(h.session)), Payment: paymentintent.Replay(slices.Values(h.payment)), Setup: setupintent.Replay(slices.Values(h.setup)),
	}
	if replayed != h.f {
		return fmt.Errorf("the events replay to %#v", replayed)
	}
	if err := errors.Join(checkStep(t), h.books.Post(t), h.books.Check(h.f)); err != nil {
		return fmt.Errorf("%v: %w", c, err)
	}
	for _, name := range told(t) {
		switch name {
		case "payment_intent.payment_failed", "setup_intent.setup_failed":
			s.did["declined"]++
		case "payment_intent.succeeded":
			s.did["paid"]++
		case "setup_intent.succeeded":
			s.did["saved"]++
		}
	}
	return s.virtual.Schedule(context.Background(), t.Deferred...)
}

func (s *shop) statuses() map[string]int {
	m := map[string]int{}
	for _, h := range s.flows {
		m[where(h.f)]++
	}
	return m
}

func (s *shop) add(o *shop) {
	for id, h := range o.flows {
		s.flows[fmt.Sprint(len(s.flows), id)] = h
	}
	for kind, n := range o.done {
		s.done[kind] += n
	}
	for what, n := range o.did {
		s.did[what] += n
	}
	s.stale += o.stale
	s.crashes += o.crashes
}

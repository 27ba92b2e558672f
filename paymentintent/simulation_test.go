package paymentintent_test

import (
	"cmp"
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
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/paymentintent/paymentintenttest"
)

// TestSimulation runs a shop with many payments in virtual time, over a queue that
// hands work out late, twice and in the wrong order, and over a service that
// crashes between the processor's answer and its own store. Then the actors stop
// and the queue drains: nothing may be held or owed any more.
func TestSimulation(t *testing.T) {
	t.Run("seeded", func(t *testing.T) {
		total := newShop(capture.First{})
		for seed := range uint64(8) {
			s := newShop(capture.Seeded(seed))
			require.NoError(t, s.run(600), "seed %d", seed)
			total.add(s)
		}
		for _, kind := range []intents.DeferredKind{
			paymentintent.AnswerAttempt, paymentintent.CollectPayment, paymentintent.LapseAction, paymentintent.LapseAuthorization, paymentintent.SettleCapture,
		} {
			require.NotZero(t, total.done[kind], kind)
		}
		require.NotZero(t, total.stale)
		require.NotZero(t, total.crashes)
		t.Logf("%d intents, work done %v, %d stale, %d crashes, at the end %v", len(total.intents), total.done, total.stale, total.crashes, total.statuses())
	})
	t.Run("shrinking", rapid.MakeCheck(func(t *rapid.T) {
		require.NoError(t, newShop(coins{t}).run(rapid.IntRange(1, 25).Draw(t, "steps")))
	}))
	t.Run("exhaustive", func(t *testing.T) {
		runs, err := capture.Exhaustive(100_000, oneCapture)
		require.NoError(t, err)
		require.Greater(t, runs, 50)
		t.Log(runs, "sequences of faults")
	})
}

// coins is a Chooser that rapid can shrink.
type coins struct{ t *rapid.T }

// IntN implements capture.Chooser.
func (c coins) IntN(n int) int { return rapid.IntRange(0, n-1).Draw(c.t, "choice") }

// oneCapture is the life of one asynchronous capture with every fault there is.
func oneCapture(c capture.Chooser) error {
	s := newShop(c)
	s.world.Chooser = nil // the faults are what is tried out, not the delays
	if err := s.virtual.Inject(capture.Faults{Late: time.Hour, Grain: time.Hour, Duplicate: 2, Reorder: 1}, c); err != nil {
		return err
	}
	visa, _ := capture.TestPaymentMethod("pm_card_visa")
	if err := errors.Join(s.order("pi_1", visa, capture.AutomaticAsync), s.give("pi_1", paymentintent.Confirm{})); err != nil {
		return err
	}
	if err := s.virtual.Drain(context.Background(), 20, s.do); err != nil {
		return err
	}
	if s.intents["pi_1"].s.Charge.Status != capture.StatusSettled || s.settled["pi_1"] != 1 || s.virtual.Len() != 0 {
		return fmt.Errorf("settled %d times: %#v", s.settled["pi_1"], s.intents["pi_1"].s)
	}
	return nil
}

// shop is a service with its store, its queue and its customers.
type shop struct {
	choose  capture.Chooser
	virtual *capture.Virtual
	world   paymentintent.Simulator
	ids     []string
	intents map[string]*history
	settled map[string]int
	done    map[intents.DeferredKind]int
	stale   int
	crashes int
	crashy  bool
}

func newShop(c capture.Chooser) *shop {
	return &shop{
		choose: c, virtual: capture.NewVirtual(start), intents: map[string]*history{}, settled: map[string]int{}, done: map[intents.DeferredKind]int{},
		world: paymentintent.Simulator{Chooser: c, CashBalance: func(customer string, _ intents.Currency) int64 { return int64(len(customer)) * 100 }},
	}
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
	for id, h := range s.intents {
		if !atRest(h.s) || s.settled[id] > 1 {
			return fmt.Errorf("%s is not at rest: %#v", id, h.s)
		}
	}
	return nil
}

// act is one thing that somebody does: a customer orders or acts, the merchant
// captures, cancels, refunds or changes something, the world does what it does by
// itself, or time passes.
func (s *shop) act() error {
	if len(s.ids) == 0 || s.choose.IntN(12) == 0 {
		methods := testMethods()
		return s.order(fmt.Sprintf("pi_%d", len(s.ids)), methods[s.choose.IntN(len(methods))],
			[]capture.Method{capture.AutomaticAsync, capture.Manual, capture.Automatic}[s.choose.IntN(3)])
	}
	id := s.ids[s.choose.IntN(len(s.ids))]
	pi := s.intents[id].s
	switch s.choose.IntN(6) {
	case 0:
		return s.pass()
	case 1:
		for _, c := range s.world.Aftermath(pi) {
			if err := s.give(id, c); err != nil {
				return err
			}
		}
		return nil
	case 2:
		c := paymentintenttest.Commands(pi).Example(s.choose.IntN(1000))
		if c.Name() == "create" { // it would have another id
			return nil
		}
		return s.give(id, c)
	}
	if c, ok := s.world.Act(pi); ok {
		return s.give(id, c)
	}
	switch pi.Status {
	case rpm:
		visa, _ := capture.TestPaymentMethod("pm_card_visa")
		return s.give(id, paymentintent.Confirm{PaymentMethod: visa})
	case rc:
		return s.confirm(id)
	case rcap:
		return s.give(id, []paymentintent.Command{paymentintent.Capture{}, paymentintent.Capture{AmountToCapture: some(700), FinalCapture: intents.Some(false)}}[s.choose.IntN(2)])
	case succ:
		return s.give(id, paymentintent.Refund{Amount: 100, Pending: s.choose.IntN(2) == 1})
	}
	return s.pass()
}

// testMethods are Stripe's, but for the debit that never comes to an end.
func testMethods() []intents.PaymentMethod {
	var methods []intents.PaymentMethod
	for _, m := range capture.TestMethods() {
		if !m.Never {
			methods = append(methods, m.PaymentMethod(cmp.Or(m.ID, "pm_"+m.Number)))
		}
	}
	for _, t := range []intents.PaymentMethodType{intents.Oxxo, intents.CustomerBalance, intents.Pix, intents.Link, intents.AcssDebit} {
		methods = append(methods, intents.PaymentMethod{ID: "pm_" + t.String(), Type: t})
	}
	return methods
}

func (s *shop) order(id string, pm intents.PaymentMethod, m capture.Method) error {
	s.ids = append(s.ids, id)
	s.intents[id] = &history{}
	if !pm.Type.Traits().ManualCapture && m == capture.Manual {
		m = capture.Automatic
	}
	if err := s.give(id, paymentintent.Create{
		ID: id, Amount: 2000, Currency: "usd", CaptureMethod: m, PaymentMethod: pm, PaymentMethodTypes: intents.TypesOf(intents.Card, pm.Type),
		Details: "customer=" + intents.Pairs("cus_12345678901234567890"[:4+s.choose.IntN(20)]),
	}); err != nil {
		return err
	}
	if s.intents[id].s.ID == "" {
		return fmt.Errorf("%s is not created, for %s", id, pm.ID)
	}
	return nil
}

// confirm is Stripe's one step, or a confirmation whose answer the queue asks for.
func (s *shop) confirm(id string) error {
	t, err := paymentintent.Apply(s.intents[id].s, paymentintent.Confirm{}, s.virtual.Now())
	if err != nil {
		return s.refused(err)
	}
	if s.choose.IntN(2) == 0 {
		if t, err = paymentintent.Answer(context.Background(), s.world, t, s.virtual.Now()); err != nil {
			return err
		}
	}
	return s.commit(id, t)
}

// pass lets time go by.
func (s *shop) pass() error {
	by := []time.Duration{time.Second, time.Hour, 24 * time.Hour, 10 * 24 * time.Hour}[s.choose.IntN(4)]
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
	t, err := paymentintent.Work(ctx, s.world, s.intents[d.Subject].s, d, s.virtual.Now())
	if err != nil {
		return fmt.Errorf("%v: %w", d, err)
	}
	if len(t.Events) == 0 {
		s.stale++
		return nil
	}
	if s.crashy && s.choose.IntN(8) == 7 {
		return errCrash
	}
	s.done[d.Kind]++
	return s.commit(d.Subject, t)
}

// give gives an intent a command; a refusal is no fault of the shop's.
func (s *shop) give(id string, c paymentintent.Command) error {
	t, err := paymentintent.Apply(s.intents[id].s, c, s.virtual.Now())
	if err != nil {
		return s.refused(err)
	}
	return s.commit(id, t)
}

func (s *shop) refused(err error) error {
	if class, _, _ := refusal(err); class == "untyped" {
		return err
	}
	return nil
}

// commit does the four duties, and audits.
func (s *shop) commit(id string, t paymentintent.Transition) error {
	h := s.intents[id]
	if t.Before != h.s {
		return errors.New("somebody else has stored meanwhile")
	}
	h.s = t.After
	h.events = append(h.events, t.Events...)
	for _, e := range t.Events {
		if _, ok := e.(paymentintent.Settled); ok {
			s.settled[id]++
		}
	}
	if replayed := paymentintent.Replay(slices.Values(h.events)); replayed != h.s {
		return fmt.Errorf("the events replay to %#v", replayed)
	}
	if err := errors.Join(paymentintent.Check(h.s), h.books.Post(t.Events...), h.books.Check(h.s)); err != nil {
		return err
	}
	return s.virtual.Schedule(context.Background(), t.Deferred...)
}

func (s *shop) statuses() map[paymentintent.Status]int {
	m := map[paymentintent.Status]int{}
	for _, h := range s.intents {
		m[h.s.Status]++
	}
	return m
}

func (s *shop) add(o *shop) {
	for id, h := range o.intents {
		s.intents[fmt.Sprint(len(s.intents), id)] = h
	}
	for kind, n := range o.done {
		s.done[kind] += n
	}
	s.stale += o.stale
	s.crashes += o.crashes
}

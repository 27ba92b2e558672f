package setupintent_test

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
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/setupintent/setupintenttest"
)

// TestSimulation runs a shop that saves many cards and accounts in virtual time, over a queue that
// hands work out late, twice and in the wrong order, and over a service that
// crashes between the processor's answer and its own store. Then the actors stop
// and the queue drains: nothing may be owed any more.
func TestSimulation(t *testing.T) {
	t.Run("seeded", func(t *testing.T) {
		total := newShop(capture.First{})
		for seed := range uint64(8) {
			s := newShop(capture.Seeded(seed))
			require.NoError(t, s.run(600), "seed %d", seed)
			total.add(s)
		}
		for _, kind := range []intents.DeferredKind{
			setupintent.AnswerAttempt, setupintent.CollectSetup, setupintent.LapseAction,
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
		runs, err := capture.Exhaustive(100_000, oneDebit)
		require.NoError(t, err)
		require.Greater(t, runs, 50)
		t.Log(runs, "sequences of faults")
	})
}

// coins is a Chooser that rapid can shrink.
type coins struct{ t *rapid.T }

// IntN implements capture.Chooser.
func (c coins) IntN(n int) int { return rapid.IntRange(0, n-1).Draw(c.t, "choice") }

// oneDebit is the life of one bank account with every fault there is.
func oneDebit(c capture.Chooser) error {
	s := newShop(c)
	s.world.Chooser = nil // the faults are what is tried out, not the delays
	if err := s.virtual.Inject(capture.Faults{Late: time.Hour, Grain: time.Hour, Duplicate: 2, Reorder: 1}, c); err != nil {
		return err
	}
	bank, _ := capture.TestPaymentMethod("pm_usBankAccount_success")
	if err := errors.Join(s.order("seti_1", bank, "customer=cus_1"), s.give("seti_1", setupintent.Confirm{})); err != nil {
		return err
	}
	if err := s.virtual.Drain(context.Background(), 20, s.do); err != nil {
		return err
	}
	h := s.intents["seti_1"]
	if h.s.Status != succ || h.s.Mandate == "" || h.s.PaymentMethod.Customer != "cus_1" || len(h.events) != 4 || s.virtual.Len() != 0 {
		return fmt.Errorf("after %d events: %#v", len(h.events), h.s)
	}
	return nil
}

// shop is a service with its store, its queue and its customers.
type shop struct {
	choose  capture.Chooser
	virtual *capture.Virtual
	world   setupintent.Simulator
	ids     []string
	intents map[string]*history
	done    map[intents.DeferredKind]int
	stale   int
	crashes int
	crashy  bool
}

func newShop(c capture.Chooser) *shop {
	return &shop{
		choose: c, virtual: capture.NewVirtual(start), intents: map[string]*history{}, done: map[intents.DeferredKind]int{},
		world: setupintent.Simulator{Chooser: c},
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
		if !atRest(h.s) || h.books.Open() && h.s.Status != ra {
			return fmt.Errorf("%s is not at rest: %#v", id, h.s)
		}
	}
	return nil
}

// act is one thing that somebody does: a customer comes or acts, the merchant
// confirms, cancels or changes something, or time passes.
func (s *shop) act() error {
	if len(s.ids) == 0 || s.choose.IntN(12) == 0 {
		methods := testMethods()
		return s.order(fmt.Sprintf("seti_%d", len(s.ids)), methods[s.choose.IntN(len(methods))], []intents.Pairs{"customer=cus_1", ""}[s.choose.IntN(2)])
	}
	id := s.ids[s.choose.IntN(len(s.ids))]
	seti := s.intents[id].s
	switch s.choose.IntN(6) {
	case 0:
		return s.pass()
	case 1:
		c := setupintenttest.Commands(seti).Example(s.choose.IntN(1000))
		if c.Name() == "create" { // it would have another id
			return nil
		}
		return s.give(id, c)
	}
	if c, ok := s.world.Act(seti); ok {
		return s.give(id, c)
	}
	switch seti.Status {
	case rpm:
		visa, _ := capture.TestPaymentMethod("pm_card_visa")
		return s.give(id, setupintent.Confirm{PaymentMethod: visa})
	case rc:
		return s.confirm(id)
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
	for _, t := range []intents.PaymentMethodType{intents.Boleto, intents.Pix, intents.Link, intents.AcssDebit, intents.CardPresent} {
		methods = append(methods, intents.PaymentMethod{ID: "pm_" + t.String(), Type: t})
	}
	return methods
}

func (s *shop) order(id string, pm intents.PaymentMethod, details intents.Pairs) error {
	s.ids = append(s.ids, id)
	s.intents[id] = &history{}
	if err := s.give(id, setupintent.Create{ID: id, PaymentMethod: pm, PaymentMethodTypes: intents.TypesOf(intents.Card, pm.Type), Details: details}); err != nil {
		return err
	}
	if s.intents[id].s.ID == "" {
		return fmt.Errorf("%s is not created, for %s", id, pm.ID)
	}
	return nil
}

// confirm is Stripe's one step, or a confirmation whose answer the queue asks for.
func (s *shop) confirm(id string) error {
	t, err := setupintent.Apply(s.intents[id].s, setupintent.Confirm{}, s.virtual.Now())
	if err != nil {
		return s.refused(err)
	}
	if s.choose.IntN(2) == 0 {
		if t, err = setupintent.Answer(context.Background(), s.world, t, s.virtual.Now()); err != nil {
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
	t, err := setupintent.Work(ctx, s.world, s.intents[d.Subject].s, d, s.virtual.Now())
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
func (s *shop) give(id string, c setupintent.Command) error {
	t, err := setupintent.Apply(s.intents[id].s, c, s.virtual.Now())
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
func (s *shop) commit(id string, t setupintent.Transition) error {
	h := s.intents[id]
	if t.Before != h.s {
		return errors.New("somebody else has stored meanwhile")
	}
	h.s = t.After
	h.events = append(h.events, t.Events...)
	if replayed := setupintent.Replay(slices.Values(h.events)); replayed != h.s {
		return fmt.Errorf("the events replay to %#v", replayed)
	}
	if err := errors.Join(setupintent.Check(h.s), h.books.Post(t.Events...), h.books.Check(h.s), checkAttempts(t)); err != nil {
		return err
	}
	return s.virtual.Schedule(context.Background(), t.Deferred...)
}

func (s *shop) statuses() map[setupintent.Status]int {
	m := map[setupintent.Status]int{}
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

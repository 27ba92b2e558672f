package checkout_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/checkout/checkouttest"
	"github.com/payintent/intents/internal/explore"
	"github.com/payintent/intents/internal/model"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/paymentintent"
)

// TestModel visits every state that a session and its intent can get into together,
// in a small world: three amounts, a card, a bank debit and a cash balance, and two
// instants, now and an hour later. It holds the invariants of section 2.14 of the
// facts in each of them and at each step, holds the arcs of the session that it saw,
// told to it or told by its intent, against those that the table declares, and asks
// whether every flow can still come to rest.
//
// The world is the real machines, seen through [model.ViewFlow], which forgets what
// no decision reads.
func TestModel(t *testing.T) {
	w := newWorld()
	r, err := explore.Run(w.config())
	require.NoError(t, err)
	require.NoError(t, checkArcs(declaredArcs(), w.arcs))
	for _, a := range checkout.Table() {
		require.ElementsMatch(t, a.Events, slices.Collect(maps.Keys(w.events[cell{a.From, a.Command}])), "events of %s in %s", a.Command, a.From)
	}
	require.NoError(t, r.NoTrap("no session is open and no work is owed", atRest, drains))

	var golden strings.Builder
	fmt.Fprintln(&golden, r)
	for _, a := range slices.SortedFunc(maps.Keys(w.arcs), func(a, b explore.Arc) int { return strings.Compare(a.String(), b.String()) }) {
		fmt.Fprintln(&golden, a)
	}
	fmt.Fprintln(&golden)
	for _, a := range r.Arcs {
		fmt.Fprintln(&golden, a)
	}
	script.Golden(t, "testdata/model.golden", []byte(golden.String()))
	t.Log(r)

	// The comparison of arcs is not vacuous: it notices each that is missing and one too many.
	declared := declaredArcs()
	for a := range declared {
		less := maps.Clone(declared)
		delete(less, a)
		require.ErrorContains(t, checkArcs(less, w.arcs), "observed but not declared: "+a.String())
	}
	extra := explore.Arc{From: "expired", Action: "submit", To: "confirming"}
	declared[extra] = true
	require.ErrorContains(t, checkArcs(declared, w.arcs), "declared but never observed: "+extra.String())
}

// checkArcs holds the arcs of the session that were seen against those declared.
func checkArcs(declared, observed map[explore.Arc]bool) error {
	var errs []error
	for a := range declared {
		if !observed[a] {
			errs = append(errs, fmt.Errorf("declared but never observed: %v", a))
		}
	}
	for a := range observed {
		if !declared[a] {
			errs = append(errs, fmt.Errorf("observed but not declared: %v", a))
		}
	}
	return errors.Join(errs...)
}

func declaredArcs() map[explore.Arc]bool {
	arcs := map[explore.Arc]bool{}
	for _, a := range checkout.Table() {
		for _, to := range a.To {
			arcs[explore.Arc{From: string(a.From), Action: string(a.Command), To: string(to)}] = true
		}
	}
	return arcs
}

// action is what is done to a flow.
type action = model.FlowCommand

// world is what a walk needs and notes.
type world struct {
	commands model.FlowCommands
	arcs     map[explore.Arc]bool     // of the session alone
	events   map[cell]map[string]bool // of the session, by what it was told
}

func newWorld() *world {
	return &world{commands: model.NewFlowCommands(), arcs: map[explore.Arc]bool{}, events: map[cell]map[string]bool{}}
}

func (w *world) config() explore.Config[checkout.Flow, action] {
	return explore.Config[checkout.Flow, action]{
		Initial:    []checkout.Flow{{}},
		Actions:    w.commands.For,
		Step:       w.step,
		Invariants: invariants(),
		Steps:      stepProperties(),
		Sometimes:  sometimes(),
		Label: func(f checkout.Flow) string {
			return strings.TrimSuffix(where(f)+" "+string(f.Payment.Status)+string(f.Setup.Status), " ")
		},
		Name: action.Name,
	}
}

// step gives a command to the machines, and holds the whole step to what is true of
// every step.
func (w *world) step(f checkout.Flow, a action) (checkout.Flow, bool, error) {
	t, err := a.Apply(f)
	if err != nil {
		if class, _, _ := refusal(err); class == "untyped" || t.After != (checkout.Flow{}) || t.Deferred != nil || t.Session.Events != nil {
			return f, false, fmt.Errorf("a refusal is untyped, or does something: %w", err)
		}
		return f, false, nil
	}
	if a == (action{}) {
		return t.After, t.After != f, nil
	}
	books := checkouttest.LedgerOf(t.Before)
	if err := errors.Join(checkStep(t), books.Post(t), books.Check(t.After)); err != nil {
		return f, false, err
	}
	w.note(t, a)
	return model.ViewFlow(t.After), true, nil
}

// note keeps the arcs of the session: what it was told itself, and what the
// transition of its intent told it.
func (w *world) note(t checkout.Step, a action) {
	s := t.Before.Session
	told := a.Session
	if told == nil {
		var err error
		if a.Payment != nil {
			told, err = checkout.React(s, t.Payment)
		} else {
			told, err = checkout.React(s, t.Setup)
		}
		if told == nil || err != nil {
			return
		}
	}
	at := cell{s.Status, told.Name()}
	w.arcs[explore.Arc{From: string(s.Status), Action: string(told.Name()), To: string(t.After.Session.Status)}] = true
	if w.events[at] == nil {
		w.events[at] = map[string]bool{}
	}
	for _, e := range t.Session.Events {
		w.events[at][e.Name()] = true
	}
}

// atRest reports whether a flow waits for nobody and nothing.
func atRest(f checkout.Flow) bool {
	return f.Session.Status != open && f.Session.Status != conf && len(f.Pending()) == 0 && f.Payment.Status != paymentintent.StatusRequiresCapture
}

// drains reports whether an action is one by which deferred work gets done: time,
// and the answers of the outside world.
func drains(a action) bool {
	switch a.Name() {
	case "wait", "lapse", "reopen", "payment approve", "payment decline", "payment collect", "payment settle", "payment expire_authorization", "payment expire_action",
		"setup approve", "setup decline", "setup collect", "setup expire_action":
		return true
	}
	return false
}

// sometimes are what must be possible, or the rest would prove nothing.
func sometimes() []explore.Sometimes[checkout.Flow] {
	is := func(name string, holds func(f *checkout.Flow, s *checkout.Session) bool) explore.Sometimes[checkout.Flow] {
		return explore.Sometimes[checkout.Flow]{Name: name, Holds: func(f checkout.Flow) bool { return holds(&f, &f.Session) }}
	}
	return []explore.Sometimes[checkout.Flow]{
		is("time is over and the timer has not run", func(_ *checkout.Flow, s *checkout.Session) bool {
			return s.Status == open && s.View(model.Start()) == checkout.ViewExpired
		}),
		is("time is over and an attempt is under way", func(_ *checkout.Flow, s *checkout.Session) bool {
			return s.Status == conf && !s.ExpiresAt.Time().After(model.Start())
		}),
		is("a payment is outstanding and its customer has to act", func(f *checkout.Flow, s *checkout.Session) bool {
			return s.PaymentStatus == checkout.Unpaid && s.Status == done && f.Payment.Status == paymentintent.StatusRequiresAction
		}),
		is("a payment came to nothing", func(_ *checkout.Flow, s *checkout.Session) bool { return s.Flags.Has(checkout.PaymentFailed) }),
		is("a hold was given up after completion", func(f *checkout.Flow, s *checkout.Session) bool {
			return s.Status == done && s.PaymentStatus == checkout.Unpaid && f.Payment.Status == paymentintent.StatusCanceled
		}),
		is("an order became free", func(f *checkout.Flow, s *checkout.Session) bool {
			return s.Status == done && s.PaymentStatus == checkout.NoPaymentRequired && f.Payment.Status == paymentintent.StatusCanceled
		}),
		is("a part of a hold is captured and the session is unpaid", func(f *checkout.Flow, s *checkout.Session) bool {
			return s.PaymentStatus == checkout.Unpaid && f.Payment.AmountReceived() > 0
		}),
		is("a part of a bank transfer came and the session is unpaid", func(f *checkout.Flow, s *checkout.Session) bool {
			return s.PaymentStatus == checkout.Unpaid && f.Payment.Funded > 0
		}),
		is("a setup failed after completion", func(f *checkout.Flow, s *checkout.Session) bool {
			return s.Mode == checkout.Setup && s.Status == done && f.Setup.LastSetupError != ""
		}),
	}
}

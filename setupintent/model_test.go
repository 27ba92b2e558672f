package setupintent_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/explore"
	"github.com/payintent/intents/internal/model"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/setupintent/setupintenttest"
)

// TestModel visits every state that an intent can get into, in a small world: two
// cards and a bank account, a customer or none, and two instants, now and an hour
// later. It holds the properties of section 1.15 of the facts in each of them and at
// each step, holds the arcs that it saw against those that the table declares, and
// asks whether every state can still come to rest.
//
// The world is the real machine, seen through [model.ViewSetup], which forgets what no
// decision reads.
func TestModel(t *testing.T) {
	w := newWorld(t)
	r, err := explore.Run(w.config())
	require.NoError(t, err)
	require.NoError(t, r.CheckArcs(declaredArcs()))
	for at, events := range w.events {
		require.ElementsMatch(t, arcOf(at.status, at.command).Events, slices.Collect(maps.Keys(events)), "events of %s in %s", at.command, at.status)
	}
	for _, a := range setupintent.Table() {
		require.Len(t, w.events[cell{a.From, a.Command}], len(a.Events), "events of %s in %s", a.Command, a.From)
	}
	require.NoError(t, r.NoTrap("no work is owed", atRest, drains))

	var golden strings.Builder
	fmt.Fprintln(&golden, r)
	for _, a := range r.Arcs {
		fmt.Fprintln(&golden, a)
	}
	script.Golden(t, "testdata/model.golden", []byte(golden.String()))
	t.Log(r)

	// The comparison of arcs is not vacuous: it notices each that is missing and one too many.
	declared := declaredArcs()
	for i := range declared {
		require.ErrorContains(t, r.CheckArcs(slices.Delete(slices.Clone(declared), i, i+1)), "observed but not declared")
	}
	extra := explore.Arc{From: "succeeded", Action: "cancel", To: "canceled"}
	require.ErrorContains(t, r.CheckArcs(append(declared, extra)), "declared but never observed: "+extra.String())
}

func declaredArcs() []explore.Arc {
	var arcs []explore.Arc
	for _, a := range setupintent.Table() {
		for _, to := range a.To {
			arcs = append(arcs, explore.Arc{From: string(a.From), Action: string(a.Command), To: string(to)})
		}
	}
	for _, s := range []setupintent.Status{"requires_action", "processing", "confirming"} {
		arcs = append(arcs, explore.Arc{From: string(s), Action: wait, To: string(s)})
	}
	return arcs
}

// now is the first of the instants of the small world, at which all commands are given.
var now = intents.TimeOf(start)

// wait is the name of the action by which an hour passes.
const wait = "wait"

// action is a command, or an hour that passes.
type action struct{ command setupintent.Command }

// String implements fmt.Stringer.
func (a action) String() string {
	if a.command == nil {
		return wait
	}
	return a.command.String()
}

// GoString implements fmt.GoStringer, for counter-examples.
func (a action) GoString() string { return fmt.Sprintf("%#v", a.command) }

func (a action) name() string {
	if a.command == nil {
		return wait
	}
	return string(a.command.Name())
}

// world is what a walk needs and notes.
type world struct {
	creates, commands []action
	events            map[cell]map[string]bool
}

func newWorld(tb testing.TB) *world {
	tb.Helper()
	w := &world{events: map[cell]map[string]bool{}}
	for _, c := range model.SetupCreates() {
		w.creates = append(w.creates, action{c})
	}
	for _, c := range slices.Concat(model.SetupRequests(), model.SetupReports(), model.SetupLate()) {
		w.commands = append(w.commands, action{c})
	}
	w.commands = append(w.commands, action{})
	return w
}

func (w *world) config() explore.Config[setupintent.Intent, action] {
	return explore.Config[setupintent.Intent, action]{
		Initial: []setupintent.Intent{{}},
		Actions: func(s setupintent.Intent) []action {
			if s.Status == setupintent.StatusNone {
				return append(w.creates, w.commands...)
			}
			return w.commands
		},
		Step:       w.step,
		Invariants: invariants(),
		Steps:      stepProperties(),
		Sometimes:  sometimes(),
		Label:      func(s setupintent.Intent) string { return string(s.Status) },
		Name:       action.name,
	}
}

// step gives a command to the machine, now, and holds the whole transition to what
// is true of every transition.
func (w *world) step(s setupintent.Intent, a action) (setupintent.Intent, bool, error) {
	if a.command == nil {
		next := model.PassSetup(s)
		return next, next != s, nil
	}
	t, err := setupintent.Apply(s, a.command, start)
	if err != nil {
		if t.Events != nil || t.Deferred != nil {
			return s, false, errors.New("S5: a refusal emits something")
		}
		if class, _, _ := refusal(err); class == "untyped" {
			return s, false, err
		}
		return s, false, nil
	}
	if err := checkTransition(t); err != nil {
		return s, false, err
	}
	at := cell{s.Status, a.command.Name()}
	if w.events[at] == nil {
		w.events[at] = map[string]bool{}
	}
	for _, e := range t.Events {
		w.events[at][e.Name()] = true
	}
	return model.ViewSetup(t.After), true, nil
}

// checkTransition holds what is true of every transition and needs more than its ends.
func checkTransition(t setupintent.Transition) error {
	if err := setupintent.Check(t.After); err != nil {
		return err
	}
	books := setupintenttest.LedgerOf(t.Before)
	if err := errors.Join(books.Post(t.Events...), books.Check(t.After)); err != nil {
		return err
	}
	const forLife = setupintent.Livemode | setupintent.AutomaticPaymentMethods | setupintent.NoRedirects
	if t.Before.Status != "" && (t.Before.Flags&forLife != t.After.Flags&forLife || t.Before.Usage != t.After.Usage || t.Before.Owner != t.After.Owner) {
		return errors.New("what was said at creation changes")
	}
	after := setupintent.Evolve(t.Before, t.Events[0])
	pending := setupintent.Pending(t.After)
	switch {
	case len(t.Events) != 1 || after != t.After:
		return errors.New("the transition is not its event")
	case len(pending) > 1:
		return errors.New("more than one piece of work is owed")
	case len(pending) == 1 && slices.Contains(setupintent.Pending(t.Before), pending[0]) != (t.Deferred == nil):
		return errors.New("the deferred work is not the new part of what is owed")
	}
	return errors.Join(checkAttempts(t), toldRight(t))
}

// checkAttempts holds what a transition says of its attempts and of its payment method.
func checkAttempts(t setupintent.Transition) error {
	attempts := t.Attempts()
	for _, a := range attempts {
		if a.ID != t.After.Attempt.ID && !a.Status.Over() {
			return errors.New("S7: an attempt before the newest is still open")
		}
		if a.ID == t.After.Attempt.ID && a != t.After.Attempt {
			return errors.New("S7: the newest attempt is not the intent's")
		}
	}
	changed := t.Before.Attempt != t.After.Attempt
	if changed != slices.Contains(attempts, t.After.Attempt) {
		return errors.New("S7: the newest attempt has changed, and is not among those that did")
	}
	if was := t.Before.Attempt; changed && was.ID != "" && was.ID != t.After.Attempt.ID && !was.Status.Over() &&
		!slices.ContainsFunc(attempts, func(a setupintent.Attempt) bool { return a.ID == was.ID && a.Status.Over() }) {
		return errors.New("S7: an attempt is superseded, and nobody hears of its end")
	}
	pm, _ := t.PaymentMethod()
	if pm != t.After.PaymentMethod || attached(t) && (t.After.Status != succ || pm.Customer != t.After.Customer()) {
		return errors.New("S6: a payment method is attached to somebody else")
	}
	return nil
}

// toldRight holds the properties that count Stripe's events.
func toldRight(t setupintent.Transition) error {
	told := told(t)
	is := func(name string) bool { return slices.Contains(told, name) }
	became := func(s setupintent.Status) bool { return t.Before.Status != s && t.After.Status == s }
	_, isUpdated := t.Events[0].(setupintent.Updated)
	_, isFailed := t.Events[0].(setupintent.AttemptFailed)
	switch {
	case isFailed && (t.After.Status != rpm || t.After.LastSetupError.PaymentMethod().ID != t.Before.PaymentMethod.ID || t.After.Attempt.Error != t.After.LastSetupError):
		return errors.New("S4: a failed attempt leads to requires_payment_method, and is remembered with its payment method")
	case is("setup_intent.created") != (t.Before.Status == ""):
		return errors.New("S10: setup_intent.created comes once, first")
	case is("setup_intent.succeeded") != became(succ):
		return errors.New("S10: setup_intent.succeeded comes exactly when the status becomes succeeded")
	case is("setup_intent.requires_action") != became(ra):
		return errors.New("S10: setup_intent.requires_action comes exactly when the status becomes requires_action")
	case is("setup_intent.setup_failed") != isFailed:
		return errors.New("S10: setup_intent.setup_failed comes with a failed attempt")
	case is("setup_intent.canceled") != became(canc):
		return errors.New("S10: setup_intent.canceled comes exactly when the status becomes canceled")
	case is("payment_method.attached") && told[0] != "payment_method.attached":
		return errors.New("S10: payment_method.attached comes before setup_intent.succeeded")
	case isUpdated && len(told) > 0:
		return errors.New("an update makes an event of Stripe's")
	}
	return nil
}

// atRest reports whether nothing is on its way or owed.
func atRest(s setupintent.Intent) bool { return len(setupintent.Pending(s)) == 0 }

// drains reports whether an action is one by which deferred work gets done: time,
// and the answers of the outside world.
func drains(a action) bool {
	switch a.name() {
	case wait, "approve", "decline", "submit", "collect", "expire_action":
		return true
	}
	return false
}

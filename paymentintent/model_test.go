package paymentintent_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/internal/explore"
	"github.com/payintent/intents/internal/model"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/paymentintent/paymentintenttest"
)

// TestModel visits every state that an intent can get into, in a small world:
// amounts of one to four, two cards, a bank debit and a cash balance, and two
// instants, now and an hour later. It holds the invariants of section 10 of the
// facts in each of them and at each step, holds the arcs that it saw against those
// that the table declares, and asks whether every state can still come to rest.
//
// The world is the real machine, seen through [model.View], which forgets what no
// decision reads.
func TestModel(t *testing.T) {
	w := newWorld(t)
	r, err := explore.Run(w.config())
	require.NoError(t, err)
	require.NoError(t, r.CheckArcs(declaredArcs()))
	for at, events := range w.events {
		require.ElementsMatch(t, arcOf(at.status, at.command).Events, slices.Collect(maps.Keys(events)), "events of %s in %s", at.command, at.status)
	}
	for _, a := range paymentintent.Table() {
		require.Len(t, w.events[cell{a.From, a.Command}], len(a.Events), "events of %s in %s", a.Command, a.From)
	}
	require.NoError(t, r.NoTrap("nothing is held and no work is owed", atRest, drains))

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
	for _, a := range paymentintent.Table() {
		for _, to := range a.To {
			arcs = append(arcs, explore.Arc{From: string(a.From), Action: string(a.Command), To: string(to)})
		}
	}
	for _, s := range []paymentintent.Status{"requires_action", "processing", "requires_capture", "succeeded", "confirming"} {
		arcs = append(arcs, explore.Arc{From: string(s), Action: wait, To: string(s)})
	}
	return arcs
}

// now is the instant at which all commands of the small world are given.
var now = intents.TimeOf(start)

// wait is the name of the action by which an hour passes.
const wait = "wait"

// action is a command, or an hour that passes.
type action struct{ command paymentintent.Command }

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
	for _, c := range model.Creates() {
		w.creates = append(w.creates, action{c})
	}
	for _, c := range slices.Concat(model.Requests(), model.Reports(), model.Late()) {
		w.commands = append(w.commands, action{c})
	}
	w.commands = append(w.commands, action{})
	return w
}

func some(n int64) intents.Optional[int64] { return intents.Some(n) }

func (w *world) config() explore.Config[paymentintent.Intent, action] {
	return explore.Config[paymentintent.Intent, action]{
		Initial: []paymentintent.Intent{{}},
		Actions: func(s paymentintent.Intent) []action {
			switch {
			case s.Status == paymentintent.StatusNone:
				return append(w.creates, w.commands...)
			case s.Charge.Refunds.Len() >= 2: // bounds the world: a refund that fails can be made again for ever
				return slices.DeleteFunc(slices.Clone(w.commands), func(a action) bool { return a.name() == "refund" })
			}
			return w.commands
		},
		Step:       w.step,
		Invariants: invariants(start),
		Steps:      stepProperties(),
		Sometimes:  sometimes(),
		Label:      func(s paymentintent.Intent) string { return string(s.Status) },
		Name:       action.name,
	}
}

// step gives a command to the machine, now, and holds the whole transition to what
// is true of every transition.
func (w *world) step(s paymentintent.Intent, a action) (paymentintent.Intent, bool, error) {
	if a.command == nil {
		next := model.Pass(s)
		return next, next != s, nil
	}
	t, err := paymentintent.Apply(s, a.command, start)
	if err != nil {
		if t.Events != nil || t.Deferred != nil {
			return s, false, errors.New("20: a refusal emits something")
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
	return model.View(t.After), true, nil
}

// checkTransition holds what is true of every transition and needs more than its ends.
func checkTransition(t paymentintent.Transition) error {
	if err := paymentintent.Check(t.After); err != nil {
		return err
	}
	books := paymentintenttest.LedgerOf(t.Before)
	if err := errors.Join(books.Post(t.Events...), books.Check(t.After)); err != nil {
		return err
	}
	if len(t.Events) == 0 {
		if t.Before != t.After || t.Deferred != nil {
			return errors.New("something changes without an event")
		}
		return nil
	}
	const forLife = paymentintent.Livemode | paymentintent.AutomaticPaymentMethods | paymentintent.NoRedirects | paymentintent.CryptoAtOnce
	if t.Before.Status != "" && t.Before.Flags&forLife != t.After.Flags&forLife {
		return errors.New("what was said at creation changes")
	}
	after := paymentintent.Evolve(t.Before, t.Events[0])
	pending := paymentintent.Pending(t.After)
	switch {
	case len(t.Events) > 1 || after != t.After:
		return errors.New("the transition is not its event")
	case len(pending) > 1:
		return errors.New("more than one piece of work is owed")
	case len(pending) == 1 && slices.Contains(paymentintent.Pending(t.Before), pending[0]) != (t.Deferred == nil):
		return errors.New("the deferred work is not the new part of what is owed")
	}
	return toldRight(t)
}

// toldRight holds the invariants that count Stripe's events.
func toldRight(t paymentintent.Transition) error {
	told := told(t)
	is := func(name string) bool { return slices.Contains(told, name) }
	became := func(s paymentintent.Status) bool { return t.Before.Status != s && t.After.Status == s }
	failed := t.After.Charge.Status == capture.StatusFailed && (t.Before.Charge.Status != capture.StatusFailed || t.Before.Charge.ID != t.After.Charge.ID)
	_, isCaptured := t.Events[0].(paymentintent.Captured)
	_, isUpdated := t.Events[0].(paymentintent.Updated)
	_, isFailed := t.Events[0].(paymentintent.AttemptFailed)
	switch {
	case isFailed && t.After.Status != paymentintent.StatusRequiresPaymentMethod:
		return errors.New("21: a failed attempt leaves requires_payment_method")
	case isFailed && failed && !is("charge.failed"):
		return errors.New("22: a charge fails and nobody is told")
	case is("payment_intent.created") != (t.Before.Status == ""):
		return errors.New("23: payment_intent.created comes once, first")
	case is("payment_intent.succeeded") != became(paymentintent.StatusSucceeded):
		return errors.New("24: payment_intent.succeeded comes exactly when the status becomes succeeded")
	case is("payment_intent.canceled") != became(paymentintent.StatusCanceled):
		return errors.New("23: payment_intent.canceled comes exactly when the status becomes canceled")
	case isCaptured && t.Before.Charge.Status != capture.StatusAuthorized:
		return errors.New("25: what was not held is captured")
	case isUpdated && len(told) > 0:
		return errors.New("30: an update makes an event of Stripe's")
	}
	return nil
}

// atRest reports whether nothing is held, on its way or owed.
func atRest(s paymentintent.Intent) bool {
	switch s.Charge.Status {
	case capture.StatusAuthorized, capture.StatusPending, capture.StatusCaptured:
		return false
	}
	return len(paymentintent.Pending(s)) == 0
}

// drains reports whether an action is one by which deferred work gets done: time,
// and the answers of the outside world.
func drains(a action) bool {
	switch a.name() {
	case wait, "approve", "decline", "submit", "collect", "settle", "expire_authorization", "expire_action":
		return true
	}
	return false
}

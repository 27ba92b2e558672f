package capture_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/capture/capturetest"
	"github.com/payintent/intents/internal/explore"
	"github.com/payintent/intents/internal/model"
	"github.com/payintent/intents/internal/script"
)

// world is a charge, and what its events told beside.
type world struct {
	Charge capture.Charge
	// Settled counts the settlements of an asynchronous capture.
	Settled int
}

// act is a command at a time.
type act = model.Action

// arc is a step as the table sees it: command, status before, status after, event.
type arc struct {
	from, to capture.Status
	command  capture.CommandName
	event    string
}

// tour is a walk over a world of charges, and what it saw.
type tour struct {
	model.Charges
	observed map[arc]bool
	refusals map[cell]*intents.StateError // what the table refuses, and how
}

// cell is a cell of the matrix.
type cell struct {
	status  capture.Status
	command capture.CommandName
}

func small() *tour { return &tour{Charges: model.Small()} }
func large() *tour { return &tour{Charges: model.Large()} }

func (m *tour) config() explore.Config[world, act] {
	m.observed, m.refusals = map[arc]bool{}, tableRefusals()
	return explore.Config[world, act]{
		Initial:    []world{{}},
		Actions:    func(w world) []act { return m.Actions(w.Charge) },
		Step:       m.step,
		Invariants: invariants(),
		Steps:      stepProperties(),
		Sometimes:  m.sometimes(),
		Label:      func(w world) string { return string(w.Charge.Status) },
		Name:       func(a act) string { return string(a.Command.Name()) },
		MaxStates:  1 << 14, // a counter that nothing bounds shows as this
	}
}

// step applies a command and looks at all of the transition. An error is a bug.
func (m *tour) step(w world, a act) (world, bool, error) {
	c := w.Charge
	t, err := capture.Apply(c, a.Command, a.Now)
	if err != nil {
		return w, false, m.refused(c, a, t, err)
	}
	after, event := c, ""
	for _, e := range t.Events {
		after, event = capture.Evolve(after, e), e.Name()
		if _, ok := e.(capture.Settled); ok {
			w.Settled++
		}
	}
	var owed []intents.Deferred
	for _, d := range capture.Pending(after) {
		if !slices.Contains(capture.Pending(c), d) {
			owed = append(owed, d)
		}
	}
	switch {
	case len(t.Events) > 1:
		return w, true, fmt.Errorf("%d events", len(t.Events))
	case event == "" && after != c:
		return w, true, errors.New("a change without an event")
	case t.Before != c || t.After != after:
		return w, true, errors.New("the transition is not what its events make: " + cmp.Diff(after, t.After))
	case !slices.Equal(t.Deferred, owed):
		return w, true, fmt.Errorf("deferred %v, want %v", t.Deferred, owed)
	}
	m.observed[arc{c.Status, after.Status, a.Command.Name(), event}] = true
	w.Charge = after
	return w, true, nil
}

// tableRefusals says how each cell that the table does not list has to be refused.
func tableRefusals() map[cell]*intents.StateError {
	legal, allowed := map[capture.Status][]string{}, map[capture.CommandName][]string{}
	for _, row := range capture.Table() {
		legal[row.From] = append(legal[row.From], string(row.Command))
		allowed[row.Command] = append(allowed[row.Command], string(row.From))
	}
	all := map[cell]*intents.StateError{}
	for _, s := range capture.Statuses() {
		for name, statuses := range allowed {
			if !slices.Contains(statuses, string(s)) {
				all[cell{s, name}] = &intents.StateError{Object: "charge", Command: string(name), Status: string(s), Allowed: statuses, Legal: legal[s]}
			}
		}
	}
	return all
}

// refused checks the class of a refusal: the table's, with all that it says, exactly where the
// table does not list the command.
func (m *tour) refused(c capture.Charge, a act, t capture.Transition, err error) error {
	want := m.refusals[cell{c.Status, a.Command.Name()}]
	switch err := err.(type) { //nolint:errorlint // neither is ever wrapped, and that is tested with it
	case *intents.StateError:
		if want == nil || err.Object != want.Object || err.Command != want.Command || err.Status != want.Status ||
			!slices.Equal(err.Allowed, want.Allowed) || !slices.Equal(err.Legal, want.Legal) {
			return errors.New("the refusal says: " + cmp.Diff(want, err))
		}
	case *intents.InvalidError:
		if want != nil || err.Param == "" || err.Message == "" || err.Code == intents.CodeCorruptState {
			return fmt.Errorf("listed: %t, refused with a code of %q: %w", want == nil, err.Code, err)
		}
	default:
		return fmt.Errorf("refused with a %T: %w", err, err)
	}
	if t.Events != nil || t.Deferred != nil || t.Before != (capture.Charge{}) || t.After != (capture.Charge{}) {
		return errors.New("a refusal with a transition")
	}
	return nil
}

// invariants are those of facts section 10 that are about the charge, and design's.
func invariants() []explore.Invariant[world] {
	holds := func(name string, ok func(c capture.Charge) bool) explore.Invariant[world] {
		return explore.Invariant[world]{Name: name, Check: func(w world) error {
			if !ok(w.Charge) {
				return errors.New("it does not")
			}
			return nil
		}}
	}
	return []explore.Invariant[world]{
		{Name: "Check holds", Check: func(w world) error { return errors.Join(capture.Check(w.Charge), capture.CheckFast(&w.Charge)) }},
		holds("money is conserved", func(c capture.Charge) bool {
			return c.AmountAuthorized == 0 || c.Amount == c.Capturable()+c.AmountCaptured+c.AmountReleased
		}),
		holds("amount_captured is at most the maximum", func(c capture.Charge) bool { return c.AmountCaptured <= c.Maximum }),
		holds("refunds are at most amount_captured", func(c capture.Charge) bool {
			return 0 <= c.AmountRefunded && c.AmountRefunded <= c.AmountCaptured && c.Refundable() == c.AmountCaptured-c.AmountRefunded
		}),
		holds("refunded means captured and all of it", func(c capture.Charge) bool {
			_, _, captured := c.Status.Stripe()
			return c.Refunded() == (captured && c.AmountRefunded == c.AmountCaptured)
		}),
		holds("captured implies paid; failed implies neither", func(c capture.Charge) bool {
			status, paid, captured := c.Status.Stripe()
			return (!captured || paid) && (status != "failed" || !paid && !captured)
		}),
		holds("only a hold is capturable", func(c capture.Charge) bool { return c.Capturable() == 0 || c.Status == capture.StatusAuthorized }),
		holds("capture_before is set exactly in a hold", func(c capture.Charge) bool { return (c.CaptureBefore != 0) == (c.Status == capture.StatusAuthorized) }),
		holds("a captured charge has no ledger entry, a settled one has", func(c capture.Charge) bool {
			_, posted := c.BalanceTransaction()
			return posted == (c.Status == capture.StatusSettled || c.Status == capture.StatusAuthorized && c.AmountCaptured > 0)
		}),
		holds("net = amount - fee", func(c capture.Charge) bool {
			b, posted := c.BalanceTransaction()
			return !posted || b.Amount == c.AmountCaptured && b.Net == b.Amount-b.Fee && 0 <= b.Fee && b.Fee <= b.Amount
		}),
		holds("an application fee and a transfer come with the entry, capped at the capture", func(c capture.Charge) bool {
			_, posted := c.BalanceTransaction()
			f, fee := c.ApplicationFee()
			t, transfer := c.Transfer()
			return fee == posted && transfer == posted && f.Amount <= c.AmountCaptured && t.Amount <= c.AmountCaptured &&
				0 <= f.AmountRefunded && f.AmountRefunded <= f.Amount && 0 <= t.AmountReversed && t.AmountReversed <= t.Amount
		}),
		holds("only holds, pending and captured charges owe work, one piece each", func(c capture.Charge) bool {
			want := 0
			switch c.Status {
			case capture.StatusPending, capture.StatusAuthorized, capture.StatusCaptured:
				want = 1
			}
			return len(capture.Pending(c)) == want
		}),
		{Name: "one settlement at most", Check: func(w world) error {
			if w.Settled > 1 || w.Settled == 1 && w.Charge.Status != capture.StatusSettled {
				return fmt.Errorf("%d in %s", w.Settled, w.Charge.Status)
			}
			return nil
		}},
	}
}

func stepProperties() []explore.StepProperty[world, act] {
	holds := func(name string, ok func(before, after capture.Charge, cmd capture.Command) bool) explore.StepProperty[world, act] {
		return explore.StepProperty[world, act]{Name: name, Check: func(before world, a act, after world) error {
			if !ok(before.Charge, after.Charge, a.Command) {
				return errors.New("it does not")
			}
			return nil
		}}
	}
	return []explore.StepProperty[world, act]{
		holds("the ledger entry is written once and never changes but for the amounts of a hold", func(before, after capture.Charge, _ capture.Command) bool {
			b, was := before.BalanceTransaction()
			a, is := after.BalanceTransaction()
			same := a.ID == b.ID && a.Created == b.Created && a.AvailableOn == b.AvailableOn
			return !was || is && same && (a == b || before.Status == capture.StatusAuthorized && a.Amount >= b.Amount && a.Fee >= b.Fee)
		}),
		holds("what was captured or released stays so", func(before, after capture.Charge, _ capture.Command) bool {
			return after.AmountCaptured >= before.AmountCaptured && after.AmountReleased >= before.AmountReleased
		}),
		holds("only a report brings a refund back", func(before, after capture.Charge, cmd capture.Command) bool {
			_, report := cmd.(capture.ReportRefund)
			return report || after.AmountRefunded >= before.AmountRefunded
		}),
		holds("a hold never grows longer", func(before, after capture.Charge, _ capture.Command) bool {
			return before.CaptureBefore == 0 || after.CaptureBefore == 0 || after.CaptureBefore == before.CaptureBefore
		}),
		holds("what a charge is never changes", func(before, after capture.Charge, _ capture.Command) bool {
			return before.Status == capture.StatusNone || after.ID == before.ID && after.Currency == before.Currency &&
				after.PaymentMethod == before.PaymentMethod && after.Created == before.Created
		}),
		holds("failed, released and expired are for ever", func(before, _ capture.Charge, _ capture.Command) bool {
			return before.Status != capture.StatusFailed && before.Status != capture.StatusReleased && before.Status != capture.StatusExpired
		}),
	}
}

// sometimes lists what must happen somewhere, so that what never happens is not vacuous.
func (m *tour) sometimes() []explore.Sometimes[world] {
	var ps []explore.Sometimes[world]
	for _, s := range capture.Statuses() {
		ps = append(ps, explore.Sometimes[world]{Name: fmt.Sprintf("status %q", s), Holds: func(w world) bool { return w.Charge.Status == s }})
	}
	if len(m.Terms) == 1 { // not all is granted
		return ps
	}
	can := func(name string, ok func(c capture.Charge) bool) {
		ps = append(ps, explore.Sometimes[world]{Name: name, Holds: func(w world) bool { return ok(w.Charge) }})
	}
	can("a refund ahead of the ledger", func(c capture.Charge) bool { return c.Status == capture.StatusCaptured && c.AmountRefunded > 0 })
	can("a dispute ahead of the ledger", func(c capture.Charge) bool {
		return c.Status == capture.StatusCaptured && c.Features.Has(capture.Disputed)
	})
	can("more captured than authorized", func(c capture.Charge) bool { return c.AmountCaptured > c.AmountAuthorized })
	can("a part released, a part captured", func(c capture.Charge) bool { return c.AmountReleased > 0 && c.AmountCaptured > 0 })
	can("all captured and still held", func(c capture.Charge) bool {
		return c.Status == capture.StatusAuthorized && c.AmountCaptured > 0 && c.Capturable() == 0
	})
	can("refunded while held", func(c capture.Charge) bool { return c.Status == capture.StatusAuthorized && c.AmountRefunded > 0 })
	can("refunded in full", capture.Charge.Refunded)
	can("a raised hold", func(c capture.Charge) bool { return c.AmountAuthorized > m.Amount })
	can("a fee of everything", func(c capture.Charge) bool { return c.Ledger.Fee > 0 && c.Ledger.Fee == c.AmountCaptured })
	return ps
}

// check walks and returns what does not hold.
func (m *tour) check() (*explore.Result[world, act], error) {
	r, err := explore.Run(m.config())
	if err != nil {
		return r, err
	}
	var declared []explore.Arc
	for _, row := range capture.Table() {
		for _, to := range row.To {
			declared = append(declared, explore.Arc{From: string(row.From), Action: string(row.Command), To: string(to)})
		}
	}
	decline := capture.Decline{}.Name()
	drains := func(a act) bool {
		name := a.Command.Name()
		return name == capture.Expire{}.Name() || name == capture.Settle{}.Name() || name == decline
	}
	resting := func(w world) bool { return len(capture.Pending(w.Charge)) == 0 }
	return r, errors.Join(r.CheckArcs(declared), m.checkEvents(), r.NoTrap("nothing is owed after draining", resting, drains),
		r.NoTrap("nothing is owed by time and settlement alone, but for what is pending", func(w world) bool {
			return resting(w) || w.Charge.Status == capture.StatusPending
		}, func(a act) bool { return drains(a) && a.Command.Name() != decline }))
}

// checkEvents compares the events that each row declares with those that were observed.
func (m *tour) checkEvents() error {
	declared, observed := map[string]bool{}, map[string]bool{}
	for _, row := range capture.Table() {
		events := row.Events
		if events == nil {
			events = []string{""}
		}
		for _, e := range events {
			declared[fmt.Sprintf("%s %s %s", row.From, row.Command, e)] = true
		}
	}
	for a := range m.observed {
		observed[fmt.Sprintf("%s %s %s", a.from, a.command, a.event)] = true
	}
	if d := cmp.Diff(declared, observed); d != "" {
		return errors.New("events, declared and observed: " + d)
	}
	return nil
}

// TestModel visits every charge of three cents that the commands can make, refunds
// and increments bounded, and checks all that should hold of each and of each step. The
// numbers are golden, so that a change that opens or closes a way shows.
func TestModel(t *testing.T) {
	m := large()
	r, err := m.check()
	require.NoError(t, err)
	var out strings.Builder
	fmt.Fprintln(&out, r)
	byStatus := map[capture.Status]int{}
	for w := range r.All() {
		byStatus[w.Charge.Status]++
	}
	for _, s := range slices.Sorted(maps.Keys(byStatus)) {
		fmt.Fprintf(&out, "%q %d\n", s, byStatus[s])
	}
	for _, a := range slices.SortedFunc(maps.Keys(m.observed), func(a, b arc) int { return strings.Compare(a.String(), b.String()) }) {
		fmt.Fprintln(&out, a)
	}
	script.Golden(t, "testdata/model.golden", []byte(out.String()))
}

func (a arc) String() string {
	return strings.TrimSpace(fmt.Sprintf("%q --%s--> %q %s", a.from, a.command, a.to, a.event))
}

// TestModelBooks: the books that are kept from the events alone agree with every charge
// of the model. They are no part of the state, so each charge is replayed along one path.
func TestModelBooks(t *testing.T) {
	m := small()
	type visit struct {
		w      world
		events []capture.Event
	}
	seen := map[world]bool{{}: true}
	queue := []visit{{}}
	for ; len(queue) > 0; queue = queue[1:] {
		v := queue[0]
		var books capturetest.Ledger
		require.NoError(t, books.Post(v.events...))
		require.NoError(t, books.Check(v.w.Charge))
		require.Equal(t, v.w.Settled, books.Settlements())
		require.Equal(t, v.w.Charge, capture.Replay(slices.Values(v.events)))
		for _, a := range m.Actions(v.w.Charge) {
			tr, err := capture.Apply(v.w.Charge, a.Command, a.Now)
			if err != nil {
				continue
			}
			next := world{tr.After, v.w.Settled}
			if len(tr.Events) > 0 && tr.Events[0].Name() == "charge.settled" {
				next.Settled++
			}
			if !seen[next] {
				seen[next] = true
				queue = append(queue, visit{next, append(slices.Clone(v.events), tr.Events...)})
			}
		}
	}
	require.Greater(t, len(seen), 100)
}

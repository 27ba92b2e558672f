package idempotency_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/explore"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/webhook/idempotency"
)

// world is a key, the day, and how often each request was executed since the key was
// new. Days are the only times; a key is kept for one of them.
type world struct {
	Record   idempotency.Record
	Day      int
	Executed int
}

type act struct {
	Command idempotency.Command
	Days    int // that pass before
}

type arc struct {
	from, to idempotency.Status
	command  idempotency.CommandName
	event    string
}

type model struct{ observed map[arc]bool }

func newModel() *model { return &model{observed: map[arc]bool{}} }

func (*model) actions(w world) []act {
	var as []act
	for _, c := range commands() {
		as = append(as, act{c, 0})
		if w.Day < 2 {
			as = append(as, act{c, 1})
		}
	}
	return as
}

func (m *model) step(w world, a act) (world, bool, error) {
	r := w.Record
	day := w.Day + a.Days
	t, err := idempotency.Apply(r, a.Command, after(time.Duration(day)*idempotency.Retention))
	listed := false
	for _, row := range idempotency.Table() {
		listed = listed || row.From == r.Status && row.Command == a.Command.Name()
	}
	if err != nil {
		return w, false, refused(t, err, listed)
	}
	after, event := r, ""
	for _, e := range t.Events {
		after, event = idempotency.Evolve(after, e), e.Name()
	}
	var owed []intents.Deferred
	for _, d := range idempotency.Pending(after) {
		if !slices.Contains(idempotency.Pending(r), d) {
			owed = append(owed, d)
		}
	}
	_, replay := t.Replay()
	isBegin := a.Command.Name() == "begin"
	switch {
	case !listed:
		return w, true, errors.New("the table does not list it")
	case len(t.Events) > 1 || t.Before != r || t.After != after || event == "" && after != r:
		return w, true, errors.New("the transition is not what its event makes: " + cmp.Diff(after, t.After))
	case !slices.Equal(t.Deferred, owed):
		return w, true, fmt.Errorf("deferred %v, want %v", t.Deferred, owed)
	case isBegin && t.Execute() == replay, !isBegin && (t.Execute() || replay):
		return w, true, errors.New("a request is either executed or replayed, and nothing else is")
	}
	m.observed[arc{r.Status, after.Status, a.Command.Name(), event}] = true
	w.Record, w.Day = after, day
	if t.Execute() {
		w.Executed = 1
	}
	if after.Status == idempotency.StatusReleased {
		w.Executed = 0
	}
	return w, true, nil
}

func refused(t idempotency.Transition, err error, listed bool) error {
	var state *intents.StateError
	var invalid *intents.InvalidError
	switch {
	case t.Events != nil || t.Deferred != nil || t.After != idempotency.Record{}:
		return errors.New("a refusal with a transition")
	case errors.As(err, &state) && !listed && (state.Code == idempotency.CodeInUse) == (state.Command == "begin"):
		return nil
	case errors.As(err, &invalid) && listed && invalid.Param != "" && invalid.Message != "" && invalid.Code != intents.CodeCorruptState:
		return nil
	}
	return fmt.Errorf("listed: %t, refused with %T: %w", listed, err, err)
}

func (m *model) check() (*explore.Result[world, act], error) {
	is := func(name string, ok func(w world) bool) explore.Invariant[world] {
		return explore.Invariant[world]{Name: name, Check: func(w world) error {
			if !ok(w) {
				return errors.New("it does not")
			}
			return nil
		}}
	}
	r, err := explore.Run(explore.Config[world, act]{
		Initial: []world{{}}, Actions: m.actions, Step: m.step,
		Invariants: []explore.Invariant[world]{
			{Name: "Check holds", Check: func(w world) error { return idempotency.Check(w.Record) }},
			is("work is owed while something is kept", func(w world) bool {
				kept := w.Record.Status == idempotency.StatusExecuting || w.Record.Status == idempotency.StatusCompleted
				return len(idempotency.Pending(w.Record)) == 1 == kept
			}),
			is("what is kept was executed, and what is new was not", func(w world) bool { return w.Executed == len(idempotency.Pending(w.Record)) }),
		},
		Steps: []explore.StepProperty[world, act]{{Name: "a stored answer stays as it is for a day", Check: func(b world, _ act, a world) error {
			if b.Record.Status == idempotency.StatusCompleted && a.Day == b.Day && b.Record.Began == intents.TimeOf(after(time.Duration(b.Day)*idempotency.Retention)) && a.Record != b.Record {
				return errors.New("it does not")
			}
			return nil
		}}},
		Label: func(w world) string { return string(w.Record.Status) },
		Name:  func(a act) string { return string(a.Command.Name()) },
	})
	if err != nil {
		return r, err
	}
	var declared []explore.Arc
	events, observed := map[string]bool{}, map[string]bool{}
	for _, row := range idempotency.Table() {
		for _, to := range row.To {
			declared = append(declared, explore.Arc{From: string(row.From), Action: string(row.Command), To: string(to)})
		}
		for _, e := range row.Events {
			events[fmt.Sprint(row.From, row.Command, e)] = true
		}
	}
	for a := range m.observed {
		if a.event != "" {
			observed[fmt.Sprint(a.from, a.command, a.event)] = true
		} else if a.from != idempotency.StatusCompleted || a.command != "begin" {
			err = fmt.Errorf("nothing happens in %v", a)
		}
	}
	if d := cmp.Diff(events, observed); d != "" {
		err = errors.New("events, declared and observed: " + d)
	}
	early := func(w world) bool { return w.Day == 2 && len(idempotency.Pending(w.Record)) > 0 } // the model's time ends here
	return r, errors.Join(err, r.CheckArcs(declared), r.NoTrap("nothing is owed once time has passed", func(w world) bool {
		return len(idempotency.Pending(w.Record)) == 0 || early(w)
	}, func(a act) bool { return a.Command == idempotency.Prune{} }))
}

// TestModel visits every key that the commands can make in three days. The numbers are golden.
func TestModel(t *testing.T) {
	m := newModel()
	r, err := m.check()
	require.NoError(t, err)
	var out strings.Builder
	fmt.Fprintln(&out, r)
	for _, a := range slices.SortedFunc(maps.Keys(m.observed), func(a, b arc) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) }) {
		fmt.Fprintln(&out, strings.TrimSpace(fmt.Sprintf("%q --%s--> %q %s", a.from, a.command, a.to, a.event)))
	}
	script.Golden(t, "testdata/model.golden", []byte(out.String()))
}

package delivery_test

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
	"github.com/payintent/intents/webhook/delivery"
)

// act is a command at a time.
type act struct {
	Command delivery.Command
	Now     time.Time
}

// arc is a step as the table sees it.
type arc struct {
	from, to delivery.Status
	command  delivery.CommandName
	event    string
}

// model walks over all deliveries that at most so many manual attempts lead to. Time
// is abstracted: attempts are made when they are due, a second early, or three days late.
type model struct {
	livemode bool
	resends  int
	observed map[arc]bool
}

func newModel(livemode bool, resends int) *model {
	return &model{livemode: livemode, resends: resends, observed: map[arc]bool{}}
}

func (m *model) actions(d delivery.Delivery) []act {
	due := next(d)
	as := []act{{create(m.livemode), due}, {delivery.Create{ID: "dlv_1", Endpoint: "we_1", Body: "{}"}, due}}
	for _, c := range commands()[1:] {
		if (c != delivery.Resend{}) || d.Resends < m.resends {
			as = append(as, act{c, due})
		}
	}
	as = append(as, act{delivery.Attempt{}, due.Add(-time.Second)})
	if d.Attempts <= 1 {
		as = append(as, act{delivery.Attempt{}, due.Add(73 * time.Hour)})
	}
	return append(as, act{delivery.Resend{}, start().Add(31 * 24 * time.Hour)})
}

// step applies a command and looks at all of the transition. An error is a bug.
func (m *model) step(d delivery.Delivery, a act) (delivery.Delivery, bool, error) {
	t, err := delivery.Apply(d, a.Command, a.Now)
	listed := slices.Contains(tableOf(d.Status), a.Command.Name())
	if err != nil {
		return d, false, refused(t, err, listed)
	}
	if len(t.Events) != 1 || t.Before != d {
		return d, true, fmt.Errorf("%d events", len(t.Events))
	}
	after := delivery.Evolve(d, t.Events[0])
	var owed []intents.Deferred
	for _, w := range delivery.Pending(after) {
		if !slices.Contains(delivery.Pending(d), w) {
			owed = append(owed, w)
		}
	}
	switch {
	case t.After != after:
		return d, true, errors.New("the transition is not what its event makes: " + cmp.Diff(after, t.After))
	case !slices.Equal(t.Deferred, owed):
		return d, true, fmt.Errorf("deferred %v, want %v", t.Deferred, owed)
	case !listed:
		return d, true, errors.New("the table does not list it")
	}
	m.observed[arc{d.Status, after.Status, a.Command.Name(), t.Events[0].Name()}] = true
	return after, true, nil
}

// tableOf is the law as the table says it, whoever flipped the compiled one.
func tableOf(s delivery.Status) []delivery.CommandName {
	var names []delivery.CommandName
	for _, a := range delivery.Table() {
		if a.From == s {
			names = append(names, a.Command)
		}
	}
	return names
}

// refused checks the class of a refusal: the table's exactly where the table does not
// list the command.
func refused(t delivery.Transition, err error, listed bool) error {
	var state *intents.StateError
	var invalid *intents.InvalidError
	switch {
	case t.Events != nil || t.Deferred != nil || t.Before != delivery.Delivery{} || t.After != delivery.Delivery{}:
		return errors.New("a refusal with a transition")
	case errors.As(err, &state) && !listed:
		return nil
	case errors.As(err, &invalid) && listed && invalid.Param != "" && invalid.Message != "" && invalid.Code != intents.CodeCorruptState:
		return nil
	}
	return fmt.Errorf("listed: %t, refused with %T: %w", listed, err, err)
}

func (m *model) config() explore.Config[delivery.Delivery, act] {
	return explore.Config[delivery.Delivery, act]{
		Initial: []delivery.Delivery{{}}, Actions: m.actions, Step: m.step, Invariants: invariants(), Steps: stepProperties(), Sometimes: sometimes(),
		Label: func(d delivery.Delivery) string { return string(d.Status) },
		Name:  func(a act) string { return string(a.Command.Name()) },
	}
}

func holds(ok bool) error {
	if !ok {
		return errors.New("it does not")
	}
	return nil
}

func invariants() []explore.Invariant[delivery.Delivery] {
	is := func(name string, ok func(d delivery.Delivery) bool) explore.Invariant[delivery.Delivery] {
		return explore.Invariant[delivery.Delivery]{Name: name, Check: func(d delivery.Delivery) error { return holds(ok(d)) }}
	}
	return []explore.Invariant[delivery.Delivery]{
		{Name: "Check holds", Check: func(d delivery.Delivery) error { return errors.Join(delivery.Check(d), delivery.CheckFast(&d)) }},
		is("work is owed exactly in pending, attempting and resending", func(d delivery.Delivery) bool {
			busy := d.Status == delivery.StatusPending || d.Status == delivery.StatusAttempting || d.Status == delivery.StatusResending
			return len(delivery.Pending(d)) == 1 == busy
		}),
		is("no retry is due more than three days after creation", func(d delivery.Delivery) bool {
			return d.Next <= d.Created.Add(72*time.Hour)
		}),
		is("pending_webhooks counts what no 2xx has answered", func(d delivery.Delivery) bool {
			pending := delivery.PendingWebhooks(d)
			return pending == 0 == (d.Status == "" || d.Answered != 0) && pending <= 1
		}),
		is("a success has an answer", func(d delivery.Delivery) bool { return d.Status != delivery.StatusSucceeded || d.Answered != 0 }),
		is("not one attempt too many", func(d delivery.Delivery) bool {
			return d.Attempts <= 1+delivery.ScheduleFor(d.Livemode).Retries
		}),
	}
}

func stepProperties() []explore.StepProperty[delivery.Delivery, act] {
	is := func(name string, ok func(before, after delivery.Delivery, c delivery.Command) bool) explore.StepProperty[delivery.Delivery, act] {
		return explore.StepProperty[delivery.Delivery, act]{Name: name, Check: func(before delivery.Delivery, a act, after delivery.Delivery) error {
			return holds(ok(before, after, a.Command))
		}}
	}
	return []explore.StepProperty[delivery.Delivery, act]{
		is("the body and what it says never change", func(b, a delivery.Delivery, _ delivery.Command) bool {
			return b.Status == "" || b.Body == a.Body && b.Event == a.Event && b.ID == a.ID && b.Endpoint == a.Endpoint && b.Created == a.Created
		}),
		is("a manual attempt changes nothing of the automatic ones", func(b, a delivery.Delivery, _ delivery.Command) bool {
			return b.Status != delivery.StatusResending || a.Status == b.Back && a.Next == b.Next && a.Attempts == b.Attempts && a.Resends == b.Resends+1
		}),
		is("what was answered stays so", func(b, a delivery.Delivery, _ delivery.Command) bool {
			return b.Answered == 0 || a.Answered == b.Answered
		}),
		is("each automatic retry waits longer than the last", func(b, a delivery.Delivery, _ delivery.Command) bool {
			return b.Status != delivery.StatusAttempting || a.Status != delivery.StatusPending || b.Attempts == 0 || a.Next-b.Began > b.Began-b.Last.At || b.Resends > 0 || b.Began > b.Created.Add(72*time.Hour)
		}),
		is("only an automatic attempt leaves pending, succeeded, failed or abandoned behind", func(b, a delivery.Delivery, c delivery.Command) bool {
			_, resend := c.(delivery.Resend)
			return !resend || a.Back == b.Status
		}),
	}
}

// sometimes lists what must happen somewhere, so that what never happens is not vacuous.
func sometimes() []explore.Sometimes[delivery.Delivery] {
	var ps []explore.Sometimes[delivery.Delivery]
	can := func(name string, ok func(d delivery.Delivery) bool) {
		ps = append(ps, explore.Sometimes[delivery.Delivery]{Name: name, Holds: ok})
	}
	for _, s := range delivery.Statuses() {
		can(fmt.Sprintf("status %q", s), func(d delivery.Delivery) bool { return d.Status == s })
	}
	can("answered, and still tried", func(d delivery.Delivery) bool { return d.Status == delivery.StatusPending && d.Answered != 0 })
	can("answered, and failed for good", func(d delivery.Delivery) bool { return d.Status == delivery.StatusFailed && d.Answered != 0 })
	can("too late for a retry", func(d delivery.Delivery) bool { return d.Status == delivery.StatusFailed && d.Attempts == 1 })
	can("the retries used up", func(d delivery.Delivery) bool {
		return d.Status == delivery.StatusFailed && d.Attempts == 1+delivery.ScheduleFor(d.Livemode).Retries
	})
	return ps
}

// check walks and returns what does not hold.
func (m *model) check() (*explore.Result[delivery.Delivery, act], error) {
	r, err := explore.Run(m.config())
	if err != nil {
		return r, err
	}
	var declared []explore.Arc
	events, observed := map[string]bool{}, map[string]bool{}
	for _, row := range delivery.Table() {
		for _, to := range row.To {
			declared = append(declared, explore.Arc{From: string(row.From), Action: string(row.Command), To: string(to)})
		}
		for _, e := range row.Events {
			events[fmt.Sprint(row.From, row.Command, e)] = true
		}
	}
	for a := range m.observed {
		observed[fmt.Sprint(a.from, a.command, a.event)] = true
	}
	if d := cmp.Diff(events, observed); d != "" {
		err = errors.New("events, declared and observed: " + d)
	}
	rest := func(d delivery.Delivery) bool { return len(delivery.Pending(d)) == 0 }
	return r, errors.Join(err, r.CheckArcs(declared), r.NoTrap("nothing is owed after draining, though nobody ever answers", rest, func(a act) bool {
		return a.Command == delivery.Attempt{} || a.Command == timeout
	}))
}

// TestModel visits every delivery that the commands can make, with two manual attempts in
// a sandbox and one in live mode. The numbers are golden.
func TestModel(t *testing.T) {
	var out strings.Builder
	for _, m := range []*model{newModel(false, 2), newModel(true, 1)} {
		r, err := m.check()
		require.NoError(t, err)
		fmt.Fprintf(&out, "livemode %t, manual attempts %d: %v\n", m.livemode, m.resends, r)
		byStatus := map[delivery.Status]int{}
		for d := range r.All() {
			byStatus[d.Status]++
		}
		for _, s := range slices.Sorted(maps.Keys(byStatus)) {
			fmt.Fprintf(&out, "%q %d\n", s, byStatus[s])
		}
		for _, a := range slices.SortedFunc(maps.Keys(m.observed), func(a, b arc) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) }) {
			fmt.Fprintf(&out, "%q --%s--> %q %s\n", a.from, a.command, a.to, a.event)
		}
	}
	script.Golden(t, "testdata/model.golden", []byte(out.String()))
}

package compare

import (
	"context"
	"errors"
	"testing"

	"github.com/looplab/fsm"
	"github.com/qmuntal/stateless"
)

// The life that the others move a bare string through, and nothing else: no
// amount, no charge, no event, no deferred work. Their tables hold these five
// arcs alone; ours holds all that a card payment can do.
const (
	created = "not yet created"
	ended   = "succeeded"
)

type arc struct{ name, from, to string }

var life = []arc{
	{"create", created, "requires_confirmation"},
	{"confirm", "requires_confirmation", "processing"},
	{"challenge", "processing", "requires_action"},
	{"authenticate", "requires_action", "requires_capture"},
	{"capture", "requires_capture", ended},
}

// The jobs, by which ours_test.go finds its side of each.
const (
	jobLife    = "life: create, confirm, challenge, authenticate, capture"
	jobAsync   = "asynchronous capture: the whole life, one task among 100000 pending"
	jobRefusal = "refusal: capture before create"
)

// lives are the groups about state machines.
func lives() []group {
	return []group{
		{name: jobLife, per: 1, unit: "life", theirs: []side{
			{"looplab/fsm, one machine reset", 3, looplabLife},
			{"looplab/fsm, a machine per payment", 0, looplabNewLife},
			{"qmuntal/stateless, one machine reset", 0, statelessLife},
			{"qmuntal/stateless, a machine per payment", 0, statelessNewLife},
		}},
		{name: jobAsync, per: 1, unit: "life", theirs: []side{
			{"looplab/fsm, five states of a bare string", 2, looplabLife},
		}},
		{name: jobRefusal, per: 1, unit: "refusal", theirs: []side{
			{"looplab/fsm", 1, looplabRefusal},
			{"qmuntal/stateless", 0, statelessRefusal},
		}},
	}
}

func newLooplab() *fsm.FSM {
	events := make(fsm.Events, len(life))
	for i, a := range life {
		events[i] = fsm.EventDesc{Name: a.name, Src: []string{a.from}, Dst: a.to}
	}
	return fsm.NewFSM(created, events, nil)
}

func looplabLife(b *testing.B) {
	ctx, machine := context.Background(), newLooplab()
	loop(b, func() {
		machine.SetState(created)
		liveLooplab(ctx, b, machine)
	})
}

// looplabNewLife makes a machine for each payment, as the library means it: its
// FSM holds table and state in one.
func looplabNewLife(b *testing.B) {
	ctx := context.Background()
	loop(b, func() { liveLooplab(ctx, b, newLooplab()) })
}

func liveLooplab(ctx context.Context, b *testing.B, machine *fsm.FSM) {
	b.Helper()
	for i := range life {
		if err := machine.Event(ctx, life[i].name); err != nil {
			b.Fatal(err)
		}
	}
	if machine.Current() != ended {
		b.Fatal(machine.Current())
	}
}

func looplabRefusal(b *testing.B) {
	ctx, machine := context.Background(), newLooplab()
	var last error
	loop(b, func() { last = machine.Event(ctx, "capture") })
	var refused fsm.InvalidEventError
	if !errors.As(last, &refused) || machine.Current() != created {
		b.Fatal(last, machine.Current())
	}
}

// newStateless returns a machine that keeps its state in the caller's variable.
// FiringImmediate is the cheaper of its two modes.
func newStateless(state *string) *stateless.StateMachine {
	machine := stateless.NewStateMachineWithExternalStorage(
		func(context.Context) (stateless.State, error) { return *state, nil },
		func(_ context.Context, s stateless.State) error {
			next, ok := s.(string)
			if !ok {
				return errors.New("not a string")
			}
			*state = next
			return nil
		}, stateless.FiringImmediate)
	for _, a := range life {
		machine.Configure(a.from).Permit(a.name, a.to)
	}
	return machine
}

func statelessLife(b *testing.B) {
	var state string
	ctx, machine := context.Background(), newStateless(&state)
	loop(b, func() {
		state = created
		liveStateless(ctx, b, machine)
	})
	if state != ended {
		b.Fatal(state)
	}
}

func statelessNewLife(b *testing.B) {
	var state string
	ctx := context.Background()
	loop(b, func() {
		state = created
		liveStateless(ctx, b, newStateless(&state))
	})
	if state != ended {
		b.Fatal(state)
	}
}

func liveStateless(ctx context.Context, b *testing.B, machine *stateless.StateMachine) {
	b.Helper()
	for i := range life {
		if err := machine.FireCtx(ctx, life[i].name); err != nil {
			b.Fatal(err)
		}
	}
}

func statelessRefusal(b *testing.B) {
	state := created
	ctx, machine := context.Background(), newStateless(&state)
	var last error
	loop(b, func() { last = machine.FireCtx(ctx, "capture") })
	if last == nil || state != created {
		b.Fatal(last, state)
	}
}

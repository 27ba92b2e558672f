package setupintent_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/internal/facts"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/setupintent/setupintenttest"
)

// TestTranscripts runs testdata/*.txt. A command line is the name of a command
// with its parameters in Stripe's spelling, or one of these:
//
//	new        begins another intent, at the start
//	at 1h      moves the time to an hour after the start
//	answer     asks the simulator about the attempt under way
//	act        lets the simulator's customer do what is asked
//	work       does the deferred work that is owed, when it is due; work again does the last piece once more
//	method     prints the payment method as the last step leaves it
//	attempts   prints the attempts that the last step made or changed
//	retrieve   reads what is stored
//	wait       lets time pass in which nobody does anything and nothing comes due: wait for=720h
//
// The output of a command is what it did: the status before and after, the
// events, the work that is owed now, the fields that changed; or the refusal with
// its parameter and code. Whatever the transcript is about, every step is also held
// to what must be true of all: see [player.did].
func TestTranscripts(t *testing.T) {
	script.Walk(t, "testdata", func(t *testing.T, path string) {
		t.Helper()
		play(t, path)
	})
}

// play runs a transcript and returns what its blocks did, in order.
func play(tb testing.TB, path string) []block {
	tb.Helper()
	p := newPlayer(tb, path)
	script.Run(tb, path, p.handle)
	return p.blocks
}

// block is what the commands of one block of a transcript did.
type block struct {
	facts.Block
	before setupintent.Intent
	steps  []step
}

// step is one command that was given to the machine.
type step struct {
	name setupintent.CommandName
	setupintent.Transition
	err error
}

// player plays a transcript.
type player struct {
	file   *facts.Blocks
	blocks []block

	now    time.Time
	s      setupintent.Intent
	events []setupintent.Event
	books  setupintenttest.Ledger
	last   intents.Deferred
	step   setupintent.Transition
}

func newPlayer(tb testing.TB, path string) *player {
	tb.Helper()
	return &player{file: facts.Open(tb, path), now: start}
}

func (p *player) handle(tb testing.TB, c script.Command) string {
	tb.Helper()
	if b, begins := p.file.Enter(tb, c); begins {
		p.blocks = append(p.blocks, block{Block: b, before: p.s})
	}
	var sim setupintent.Simulator
	switch c.Name {
	case "new":
		*p = player{file: p.file, blocks: p.blocks, now: start}
		p.blocks[len(p.blocks)-1].before = p.s
		return ""
	case "at":
		for offset := range c.All() {
			d, err := time.ParseDuration(offset)
			require.NoError(tb, err, c.Pos())
			require.False(tb, start.Add(d).Before(p.now), "%s: time does not run back", c.Pos())
			p.now = start.Add(d)
		}
		return ""
	case "method":
		return p.method()
	case "attempts":
		return p.attempts()
	case "retrieve":
		p.still(c.Name)
		return string(p.s.Status.Stripe())
	case "wait":
		d, _ := c.Duration("for")
		p.now = p.now.Add(d)
		for _, w := range setupintent.Pending(p.s) {
			require.True(tb, w.NotBefore.Time().After(p.now), "%s: %s comes due", c.Pos(), w.Kind)
		}
		p.still(c.Name)
		return string(p.s.Status)
	case "act":
		command, ok := sim.Act(p.s)
		require.True(tb, ok, "%s: the customer is not asked for anything", c.Pos())
		return p.apply(tb, command)
	case "answer":
		return p.answer(tb, sim)
	case "work":
		return p.work(tb, c, sim)
	}
	commands := parseCommand(tb, c)
	if len(commands) == 1 {
		return p.apply(tb, commands[0])
	}
	return p.chain(tb, commands)
}

// still notes a step that is none of the machine's: what is stored stays as it is.
func (p *player) still(name string) {
	b := &p.blocks[len(p.blocks)-1]
	b.steps = append(b.steps, step{setupintent.CommandName(name), setupintent.Transition{Before: p.s, After: p.s}, nil})
}

// apply gives a command to the machine.
func (p *player) apply(tb testing.TB, c setupintent.Command) string {
	tb.Helper()
	t, err := setupintent.Apply(p.s, c, p.now)
	return p.did(tb, []setupintent.Command{c}, t, err)
}

// chain gives several commands to the machine as one.
func (p *player) chain(tb testing.TB, commands []setupintent.Command) string {
	tb.Helper()
	t, err := setupintent.Chain(p.s, p.now, commands...)
	return p.did(tb, commands, t, err)
}

// answer asks the simulator about the attempt under way: by Work, for the block
// began with the confirmation. That both come to the same is a property test.
func (p *player) answer(tb testing.TB, sim setupintent.Simulator) string {
	tb.Helper()
	pending := setupintent.Pending(p.s)
	require.Len(tb, pending, 1)
	require.Equal(tb, setupintent.AnswerAttempt, pending[0].Kind)
	c, err := sim.Report(tb.Context(), p.s, pending[0])
	require.NoError(tb, err)
	return p.apply(tb, c)
}

// work does the work that is owed, as soon as it is due.
func (p *player) work(tb testing.TB, c script.Command, sim setupintent.Simulator) string {
	tb.Helper()
	if again, _ := c.Bool("again"); !again {
		pending := setupintent.Pending(p.s)
		require.Len(tb, pending, 1, c.Pos())
		p.last = pending[0]
		if at := p.last.NotBefore.Time(); at.After(p.now) {
			p.now = at
		}
	}
	var asked setupintent.Command
	t, err := setupintent.Work(tb.Context(), listen{sim, &asked}, p.s, p.last, p.now)
	if command, current := setupintent.Resume(p.s, p.last); current && command != nil {
		asked = command
	}
	head := fmt.Sprintf("%s at %s", p.last.Kind, instant(intents.TimeOf(p.now)))
	if asked == nil {
		require.NoError(tb, err)
		require.Equal(tb, setupintent.Transition{Before: p.s, After: p.s}, t, "stale work is a no-op")
		return head + ": stale\n"
	}
	return head + ": " + string(asked.Name()) + "\n" + p.did(tb, []setupintent.Command{asked}, t, err)
}

// listen hears what a processor answers.
type listen struct {
	setupintent.Processor
	said *setupintent.Command
}

// Report implements setupintent.Processor.
func (l listen) Report(ctx context.Context, s setupintent.Intent, d intents.Deferred) (setupintent.Command, error) {
	c, err := l.Processor.Report(ctx, s, d)
	*l.said = c
	return c, err
}

// did notes and prints what commands did, and holds it to what is true of every
// step: a refusal is typed and changes nothing; else the state is sound, the
// events replay to it, the books balance, and all that is stored comes back.
func (p *player) did(tb testing.TB, commands []setupintent.Command, t setupintent.Transition, err error) string {
	tb.Helper()
	for _, c := range commands {
		stored, err := setupintent.MarshalCommand(c)
		if err == nil {
			back, err := setupintent.UnmarshalCommand(stored)
			require.NoError(tb, err)
			require.Equal(tb, c, back)
		}
	}
	b := &p.blocks[len(p.blocks)-1]
	if err != nil {
		b.steps = append(b.steps, step{commands[len(commands)-1].Name(), setupintent.Transition{Before: p.s, After: p.s}, err})
		require.Equal(tb, setupintent.Transition{}, t)
		return printRefusal(tb, p.s, err)
	}
	require.Equal(tb, p.s, t.Before)
	require.NoError(tb, setupintent.Check(t.After))
	p.events = append(p.events, t.Events...)
	require.Equal(tb, t.After, setupintent.Replay(slices.Values(p.events)))
	require.NoError(tb, checkAttempts(t))
	require.NoError(tb, p.books.Post(t.Events...))
	require.NoError(tb, p.books.Check(t.After))
	requireStored(tb, t)
	p.note(b, commands, t)
	p.step = t
	p.s = t.After
	return printTransition(t)
}

// note keeps each command of a chain as a step of its own.
func (p *player) note(b *block, commands []setupintent.Command, t setupintent.Transition) {
	s := t.Before
	for _, c := range commands {
		one, err := setupintent.Apply(s, c, p.now)
		if err != nil {
			one = t
		}
		b.steps = append(b.steps, step{c.Name(), one, nil})
		s = one.After
	}
}

// requireStored holds that the JSON of a transition's parts comes back as it was.
func requireStored(tb testing.TB, t setupintent.Transition) {
	tb.Helper()
	stored, err := json.Marshal(t.After)
	require.NoError(tb, err)
	var back setupintent.Intent
	require.NoError(tb, json.Unmarshal(stored, &back))
	require.Equal(tb, t.After, back)
	for _, e := range t.Events {
		stored, err := setupintent.MarshalEvent(e)
		require.NoError(tb, err)
		back, err := setupintent.UnmarshalEvent(stored)
		require.NoError(tb, err)
		require.Equal(tb, e, back)
	}
}

func printTransition(t setupintent.Transition) string {
	var out strings.Builder
	if t.Before.Status == t.After.Status {
		fmt.Fprintf(&out, "%s\n", status(t.After.Status))
	} else {
		fmt.Fprintf(&out, "%s -> %s\n", status(t.Before.Status), status(t.After.Status))
	}
	for _, e := range t.Events {
		fmt.Fprintf(&out, "  event %s\n", e.Name())
	}
	for _, d := range t.Deferred {
		fmt.Fprintf(&out, "  owes %s at %s\n", d.Kind, instant(d.NotBefore))
	}
	for _, line := range printer.Changes(t.Before, t.After) {
		if !strings.HasPrefix(line, "status=") {
			fmt.Fprintf(&out, "  %s\n", line)
		}
	}
	return out.String()
}

func printRefusal(tb testing.TB, s setupintent.Intent, err error) string {
	tb.Helper()
	if state, ok := errors.AsType[*intents.StateError](err); ok {
		line := fmt.Sprintf("refused in %s: code=%s", status(s.Status), state.Code)
		if state.Param != "" {
			line += " param=" + state.Param
		}
		var allowed []string
		for _, s := range state.Allowed {
			allowed = append(allowed, status(setupintent.Status(s)))
		}
		if state.Message != "" {
			line += "\n  " + state.Message
		}
		return line + "\n  allowed in " + strings.Join(allowed, ", ") + "\n"
	}
	var invalid *intents.InvalidError
	require.ErrorAs(tb, err, &invalid, "a refusal is typed")
	return fmt.Sprintf("refused in %s: code=%s param=%s\n  %s\n", status(s.Status), invalid.Code, invalid.Param, invalid.Message)
}

func status(s setupintent.Status) string {
	if s == setupintent.StatusNone {
		return "(none)"
	}
	return string(s)
}

// method prints the payment method as the last step leaves it.
func (p *player) method() string {
	pm, _ := p.step.PaymentMethod()
	setUpFor, _ := pm.Details.Get(capture.KeySetUp)
	return fmt.Sprintf("id=%s customer=%s spent=%t set_up_for=%s attached=%t\n", pm.ID, pm.Customer, pm.Spent, setUpFor, attached(p.step))
}

// attempts prints the attempts that the last step made or changed.
func (p *player) attempts() string {
	var out strings.Builder
	for _, a := range p.step.Attempts() {
		fmt.Fprintf(&out, "%s %s %s", a.ID, a.Status, a.PaymentMethod.ID)
		if a.Error != "" {
			fmt.Fprintf(&out, " %s", a.Error.Code())
		}
		fmt.Fprintln(&out)
	}
	return out.String()
}

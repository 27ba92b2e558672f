package paymentintent_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/facts"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/paymentintent/paymentintenttest"
)

// TestTranscripts runs testdata/*.txt. A command line is the name of a command
// with its parameters in Stripe's spelling, or one of these:
//
//	new        begins another intent, at the start
//	at 1h      moves the time to an hour after the start
//	answer     asks the simulator about the attempt under way
//	act        lets the simulator's customer do what is asked
//	work       does the deferred work that is owed, when it is due; work again does the last piece once more
//	balance    sets the cash balance that the simulator's customers have
//	aftermath  does what the simulator's world does by itself
//	ledger     prints the objects that settlement made
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
	before paymentintent.Intent
	steps  []step
}

// step is one command that was given to the machine.
type step struct {
	name paymentintent.CommandName
	paymentintent.Transition
	err error
}

// player plays a transcript.
type player struct {
	file   *facts.Blocks
	blocks []block

	now    time.Time
	s      paymentintent.Intent
	events []paymentintent.Event
	books  paymentintenttest.Ledger
	last   intents.Deferred
	cash   int64
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
	sim := paymentintent.Simulator{CashBalance: func(string, intents.Currency) int64 { return p.cash }}
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
	case "balance":
		p.cash, _ = c.Int("amount")
		return ""
	case "ledger":
		return p.ledger()
	case "act":
		command, ok := sim.Act(p.s)
		require.True(tb, ok, "%s: the customer is not asked for anything", c.Pos())
		return p.apply(tb, command)
	case "aftermath":
		var out strings.Builder
		for _, command := range sim.Aftermath(p.s) {
			out.WriteString(p.apply(tb, command))
		}
		return out.String()
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

// apply gives a command to the machine.
func (p *player) apply(tb testing.TB, c paymentintent.Command) string {
	tb.Helper()
	t, err := paymentintent.Apply(p.s, c, p.now)
	return p.did(tb, []paymentintent.Command{c}, t, err)
}

// chain gives several commands to the machine as one.
func (p *player) chain(tb testing.TB, commands []paymentintent.Command) string {
	tb.Helper()
	t, err := paymentintent.Chain(p.s, p.now, commands...)
	return p.did(tb, commands, t, err)
}

// answer asks the simulator about the attempt under way: by Work, for the block
// began with the confirmation. That both come to the same is a property test.
func (p *player) answer(tb testing.TB, sim paymentintent.Simulator) string {
	tb.Helper()
	pending := paymentintent.Pending(p.s)
	require.Len(tb, pending, 1)
	require.Equal(tb, paymentintent.AnswerAttempt, pending[0].Kind)
	c, err := sim.Report(tb.Context(), p.s, pending[0])
	require.NoError(tb, err)
	return p.apply(tb, c)
}

// work does the work that is owed, as soon as it is due.
func (p *player) work(tb testing.TB, c script.Command, sim paymentintent.Simulator) string {
	tb.Helper()
	if again, _ := c.Bool("again"); !again {
		pending := paymentintent.Pending(p.s)
		require.Len(tb, pending, 1, c.Pos())
		p.last = pending[0]
		if at := p.last.NotBefore.Time(); at.After(p.now) {
			p.now = at
		}
	}
	var asked paymentintent.Command
	t, err := paymentintent.Work(tb.Context(), listen{sim, &asked}, p.s, p.last, p.now)
	if command, current := paymentintent.Resume(p.s, p.last); current && command != nil {
		asked = command
	}
	head := fmt.Sprintf("%s at %s", p.last.Kind, instant(intents.TimeOf(p.now)))
	if asked == nil {
		require.NoError(tb, err)
		require.Equal(tb, paymentintent.Transition{Before: p.s, After: p.s}, t, "stale work is a no-op")
		return head + ": stale\n"
	}
	return head + ": " + string(asked.Name()) + "\n" + p.did(tb, []paymentintent.Command{asked}, t, err)
}

// listen hears what a processor answers.
type listen struct {
	paymentintent.Processor
	said *paymentintent.Command
}

// Report implements paymentintent.Processor.
func (l listen) Report(ctx context.Context, s paymentintent.Intent, d intents.Deferred) (paymentintent.Command, error) {
	c, err := l.Processor.Report(ctx, s, d)
	*l.said = c
	return c, err
}

// did notes and prints what commands did, and holds it to what is true of every
// step: a refusal is typed and changes nothing; else the state is sound, the
// events replay to it, the books balance, and all that is stored comes back.
func (p *player) did(tb testing.TB, commands []paymentintent.Command, t paymentintent.Transition, err error) string {
	tb.Helper()
	for _, c := range commands {
		stored, err := paymentintent.MarshalCommand(c)
		if err == nil {
			back, err := paymentintent.UnmarshalCommand(stored)
			require.NoError(tb, err)
			require.Equal(tb, c, back)
		}
	}
	b := &p.blocks[len(p.blocks)-1]
	if err != nil {
		b.steps = append(b.steps, step{commands[len(commands)-1].Name(), paymentintent.Transition{Before: p.s, After: p.s}, err})
		require.Equal(tb, paymentintent.Transition{}, t)
		return printRefusal(tb, p.s, err)
	}
	require.Equal(tb, p.s, t.Before)
	require.NoError(tb, paymentintent.Check(t.After))
	p.events = append(p.events, t.Events...)
	require.Equal(tb, t.After, paymentintent.Replay(slices.Values(p.events)))
	require.NoError(tb, p.books.Post(t.Events...))
	require.NoError(tb, p.books.Check(t.After))
	requireStored(tb, t)
	p.note(b, commands, t)
	p.s = t.After
	return printTransition(t)
}

// note keeps each command of a chain as a step of its own.
func (p *player) note(b *block, commands []paymentintent.Command, t paymentintent.Transition) {
	s := t.Before
	for _, c := range commands {
		one, err := paymentintent.Apply(s, c, p.now)
		if err != nil {
			one = t
		}
		b.steps = append(b.steps, step{c.Name(), one, nil})
		s = one.After
	}
}

// requireStored holds that the JSON of a transition's parts comes back as it was.
func requireStored(tb testing.TB, t paymentintent.Transition) {
	tb.Helper()
	stored, err := json.Marshal(t.After)
	require.NoError(tb, err)
	var back paymentintent.Intent
	require.NoError(tb, json.Unmarshal(stored, &back))
	require.Equal(tb, t.After, back)
	for _, e := range t.Events {
		stored, err := paymentintent.MarshalEvent(e)
		require.NoError(tb, err)
		back, err := paymentintent.UnmarshalEvent(stored)
		require.NoError(tb, err)
		require.Equal(tb, e, back)
	}
}

func printTransition(t paymentintent.Transition) string {
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

func printRefusal(tb testing.TB, s paymentintent.Intent, err error) string {
	tb.Helper()
	if state, ok := errors.AsType[*intents.StateError](err); ok {
		line := fmt.Sprintf("refused in %s: code=%s", status(s.Status), state.Code)
		if state.Param != "" {
			line += " param=" + state.Param
		}
		var allowed []string
		for _, s := range state.Allowed {
			allowed = append(allowed, status(paymentintent.Status(s)))
		}
		return line + "\n  allowed in " + strings.Join(allowed, ", ") + "\n"
	}
	var invalid *intents.InvalidError
	require.ErrorAs(tb, err, &invalid, "a refusal is typed")
	return fmt.Sprintf("refused in %s: code=%s param=%s\n  %s\n", status(s.Status), invalid.Code, invalid.Param, invalid.Message)
}

func status(s paymentintent.Status) string {
	if s == paymentintent.StatusNone {
		return "(none)"
	}
	return string(s)
}

// ledger prints the objects that settlement made of the newest charge.
func (p *player) ledger() string {
	c := p.s.Charge
	lines := map[string]string{}
	if b, ok := c.BalanceTransaction(); ok {
		lines["balance_transaction"] = fmt.Sprintf("amount=%d fee=%d net=%d created=%s available_on=%s", b.Amount, b.Fee, b.Net, instant(b.Created), b.AvailableOn)
	}
	if f, ok := c.ApplicationFee(); ok {
		lines["application_fee"] = fmt.Sprintf("amount=%d amount_refunded=%d account=%s", f.Amount, f.AmountRefunded, f.Account)
	}
	if t, ok := c.Transfer(); ok {
		lines["transfer"] = fmt.Sprintf("amount=%d amount_reversed=%d destination=%s", t.Amount, t.AmountReversed, t.Destination)
	}
	kind, paid, captured := c.Status.Stripe()
	out := fmt.Sprintf("charge: status=%s paid=%t captured=%t refunded=%t\n", kind, paid, captured, c.Refunded())
	for _, name := range slices.Sorted(maps.Keys(lines)) {
		out += name + ": " + lines[name] + "\n"
	}
	return out
}

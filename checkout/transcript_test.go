package checkout_test

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
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/checkout/checkouttest"
	"github.com/payintent/intents/internal/facts"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// TestTranscripts runs testdata/*.txt. A command line is the name of a command to
// the flow's session with its parameters in Stripe's spelling, or one of these:
//
//	new            begins another flow, at the start
//	at 1h          moves the time to an hour after the start
//	payment …      gives the rest of the line to the PaymentIntent, setup … to the SetupIntent
//	session …      gives it to the session's machine alone, without its intent
//	answer         asks the simulators, or the merchant, about the attempt under way
//	merchant …     says what the merchant makes of subscriptions: a complete or a reopen
//	act            lets the simulators' customer do what is asked
//	work           does the work that is due first, when it is due; work again does the last piece once more
//	recovered      opens the recovery page: makes a copy of the expired session
//
// and these, with which a customer or a caller looks at a session and nothing happens:
//
//	page           shows the page
//	back           clicks its back link
//	close          closes the tab
//	redirect       leads on after completion
//	retrieve       shows what the session says of itself
//
// The output of a command is what it did: the statuses before and after, the
// events, the work that is owed now, the customer that was made, the fields that
// changed; or the refusal with its parameter and code. Whatever the transcript is
// about, every step is also held to what must be true of all: see [player.did].
func TestTranscripts(t *testing.T) {
	script.Walk(t, "testdata", func(t *testing.T, path string) {
		t.Helper()
		play(t, path)
	})
}

// play runs a transcript and returns what its blocks did, in order.
func play(tb testing.TB, path string) []block {
	tb.Helper()
	p := &player{file: facts.Open(tb, path), now: start}
	script.Run(tb, path, p.handle)
	return p.blocks
}

// block is what the commands of one block of a transcript did.
type block struct {
	facts.Block
	before checkout.Flow
	steps  []step
}

// step is one command that was given.
type step struct {
	name string // "submit", "payment authenticate", "page", …
	checkout.Step
	err error
}

// player plays a transcript.
type player struct {
	file   *facts.Blocks
	blocks []block

	now      time.Time
	f        checkout.Flow
	books    checkouttest.Ledger
	last     intents.Deferred
	merchant checkout.Command
	events   []checkout.Event
}

// Start implements checkout.Subscriber.
func (p *player) Start(context.Context, checkout.Session, intents.Deferred) (checkout.Command, error) {
	return p.merchant, nil
}

func (p *player) handle(tb testing.TB, c script.Command) string {
	tb.Helper()
	if b, begins := p.file.Enter(tb, c); begins {
		p.blocks = append(p.blocks, block{Block: b, before: p.f})
	}
	l := line{script.Line{Command: c, TB: tb}}
	switch c.Name {
	case "new":
		*p = player{file: p.file, blocks: p.blocks, now: start}
		p.blocks[len(p.blocks)-1].before = p.f
		return ""
	case "at":
		for offset := range c.All() {
			d, err := time.ParseDuration(offset)
			require.NoError(tb, err, c.Pos())
			require.False(tb, start.Add(d).Before(p.now), "%s: time does not run back", c.Pos())
			p.now = start.Add(d)
		}
		return ""
	case "payment":
		l = l.sub()
		t, err := p.f.ApplyPayment(l.payment(), p.now)
		return p.did(tb, "payment "+l.Name, t, err)
	case "setup":
		l = l.sub()
		t, err := p.f.ApplySetup(l.setup(), p.now)
		return p.did(tb, "setup "+l.Name, t, err)
	case "session":
		return p.alone(tb, l.sub())
	case "answer":
		return p.answer(tb)
	case "merchant":
		p.merchant, _ = l.sub().session()
		return ""
	case "act":
		return p.act(tb)
	case "work":
		return p.work(tb, l)
	case "recovered":
		return p.recovered(tb, l)
	case "page", "back", "close", "redirect", "retrieve":
		return p.look(tb, c.Name)
	}
	command, ok := l.session()
	require.True(tb, ok, "%s: unknown command %s", c.Pos(), c.Name)
	requireStored(tb, command)
	t, err := p.f.Apply(command, p.now)
	return p.did(tb, c.Name, t, err)
}

func (p *player) processor() checkout.Processor {
	return checkout.Processor{Payment: paymentintent.Simulator{}, Setup: setupintent.Simulator{}, Subscription: p}
}

// alone gives a command to the session's machine, without its intent: only what
// changes nothing can be told so, or the two would part.
func (p *player) alone(tb testing.TB, l line) string {
	tb.Helper()
	c, ok := l.session()
	require.True(tb, ok, l.Pos())
	t, err := checkout.Apply(p.f.Session, c, p.now)
	if err == nil {
		require.Equal(tb, checkout.Transition{Before: p.f.Session, After: p.f.Session}, t, l.Pos())
	}
	return p.did(tb, l.Name, checkout.Step{
		Before: p.f, After: p.f, Session: t,
		Payment: paymentintent.Transition{Before: p.f.Payment, After: p.f.Payment}, Setup: setupintent.Transition{Before: p.f.Setup, After: p.f.Setup},
	}, err)
}

// answer asks about the attempt under way: by Work, for the block began with the
// submission. That Answer comes to the same is a property test.
func (p *player) answer(tb testing.TB) string {
	tb.Helper()
	for _, d := range p.f.Pending() {
		if d.Kind == paymentintent.AnswerAttempt || d.Kind == checkout.StartSubscription {
			t, err := checkout.Work(tb.Context(), p.processor(), p.f, d, p.now)
			return p.did(tb, "answer", t, err)
		}
	}
	tb.Fatal("no attempt is under way")
	return ""
}

// act lets the customer do what is asked.
func (p *player) act(tb testing.TB) string {
	tb.Helper()
	if c, ok := (paymentintent.Simulator{}).Act(p.f.Payment); ok {
		t, err := p.f.ApplyPayment(c, p.now)
		return p.did(tb, "payment "+string(c.Name()), t, err)
	}
	c, ok := setupintent.Simulator{}.Act(p.f.Setup)
	require.True(tb, ok, "the customer is not asked for anything")
	t, err := p.f.ApplySetup(c, p.now)
	return p.did(tb, "setup "+string(c.Name()), t, err)
}

// work does the work that is due first, as soon as it is due.
func (p *player) work(tb testing.TB, l line) string {
	tb.Helper()
	if !l.Flag("again") {
		pending := p.f.Pending()
		require.NotEmpty(tb, pending, l.Pos())
		slices.SortStableFunc(pending, func(a, b intents.Deferred) int { return int(a.NotBefore - b.NotBefore) })
		p.last = pending[0]
		if at := p.last.NotBefore.Time(); at.After(p.now) {
			p.now = at
		}
	}
	stale := !slices.Contains(p.f.Pending(), p.last)
	t, err := checkout.Work(tb.Context(), p.processor(), p.f, p.last, p.now)
	head := fmt.Sprintf("%s at %s", p.last.Kind, instant(intents.TimeOf(p.now)))
	if stale {
		require.NoError(tb, err)
		require.Empty(tb, t.Session.Events)
		require.Equal(tb, p.f, t.After, "stale work is a no-op")
		p.did(tb, "work "+string(p.last.Kind), t, nil)
		return head + ": stale\n"
	}
	return head + "\n" + p.did(tb, "work "+string(p.last.Kind), t, err)
}

// recovered opens the recovery page.
func (p *player) recovered(tb testing.TB, l line) string {
	tb.Helper()
	c, err := checkout.Recovered(p.f.Session, l.Str("id"), p.now)
	if err != nil {
		return p.did(tb, "recovered", checkout.Step{}, err)
	}
	t, err := checkout.Open(c, p.now)
	if err == nil {
		p.f, p.events, p.books = checkout.Flow{}, nil, checkouttest.Ledger{}
		p.blocks[len(p.blocks)-1].before = p.f
	}
	return p.did(tb, "recovered", t, err)
}

// look shows what a customer or a caller sees. Nothing happens.
func (p *player) look(tb testing.TB, what string) string {
	tb.Helper()
	s := p.f.Session
	b := &p.blocks[len(p.blocks)-1]
	b.steps = append(b.steps, step{name: what, Step: checkout.Step{Before: p.f, After: p.f}})
	switch what {
	case "page":
		return fmt.Sprintf("page: %s\n", s.View(p.now))
	case "back":
		return fmt.Sprintf("browser: %s\n", s.CancelURL())
	case "close":
		return "browser: closed\n"
	case "redirect":
		require.Equal(tb, checkout.ViewFinished, s.View(p.now))
		return fmt.Sprintf("browser: %s\n", s.SuccessURL())
	}
	out := fmt.Sprintf("status=%s payment_status=%s amount_total=%d url=%s", s.Status.Stripe(), s.PaymentStatus, s.AmountTotal(), s.URL())
	for _, f := range []struct{ name, value string }{
		{"customer", s.Customer()},
		{"payment_intent", s.PaymentIntent()},
		{"setup_intent", s.SetupIntent()},
		{"subscription", s.Subscription},
		{"success_url", s.Detail(checkout.KeySuccessURL)},
		{"recovery_url", s.RecoveryURL()},
	} {
		if f.value != "" {
			out += fmt.Sprintf("\n  %s=%s", f.name, f.value)
		}
	}
	if at := s.RecoveryExpiresAt(); at != 0 {
		out += "\n  recovery_expires_at=" + instant(at)
	}
	return out + "\n"
}

// did notes and prints what a command did, and holds it to what is true of every
// step: a refusal is typed and changes nothing; else the flow is sound, the events
// replay to it, the books balance, and all that is stored comes back.
func (p *player) did(tb testing.TB, name string, t checkout.Step, err error) string {
	tb.Helper()
	b := &p.blocks[len(p.blocks)-1]
	if err != nil {
		b.steps = append(b.steps, step{name, checkout.Step{Before: p.f, After: p.f}, err})
		return printRefusal(tb, p.f, err)
	}
	b.steps = append(b.steps, step{name, t, nil})
	require.Equal(tb, p.f, t.Before)
	require.NoError(tb, checkStep(t))
	require.NoError(tb, p.books.Post(t))
	require.NoError(tb, p.books.Check(t.After))
	p.events = append(p.events, t.Session.Events...)
	require.Equal(tb, t.After.Session, checkout.Replay(slices.Values(p.events)))
	p.f = t.After
	return printStep(t)
}

// requireStored holds that the JSON of a command comes back as it was.
func requireStored(tb testing.TB, c checkout.Command) {
	tb.Helper()
	stored, err := checkout.MarshalCommand(c)
	if err != nil {
		return // what is no text or not canonical is refused
	}
	back, err := checkout.UnmarshalCommand(stored)
	require.NoError(tb, err)
	require.Equal(tb, c, back)
}

// stored checks that the JSON of a step's parts comes back as it was.
func stored(t checkout.Step) error {
	b, err := json.Marshal(t.After)
	if err != nil {
		return err
	}
	var f checkout.Flow
	if err := json.Unmarshal(b, &f); err != nil || f != t.After {
		return fmt.Errorf("the flow comes back as %#v: %w", f, err)
	}
	for _, e := range t.Session.Events {
		b, err := checkout.MarshalEvent(e)
		if err != nil {
			return err
		}
		if back, err := checkout.UnmarshalEvent(b); err != nil || back != e {
			return fmt.Errorf("%s comes back as %#v: %w", b, back, err)
		}
	}
	return nil
}

func printStep(t checkout.Step) string {
	var out strings.Builder
	if before, after := where(t.Before), where(t.After); before == after {
		fmt.Fprintf(&out, "%s\n", after)
	} else {
		fmt.Fprintf(&out, "%s -> %s\n", before, after)
	}
	for _, name := range eventNames(t) {
		fmt.Fprintf(&out, "  event %s\n", name)
	}
	for _, d := range t.Deferred {
		fmt.Fprintf(&out, "  owes %s at %s\n", d.Kind, instant(d.NotBefore))
	}
	if c, made := t.Customer(); made {
		fmt.Fprintf(&out, "  customer %s %s\n", c.ID, c.Details)
	}
	for _, line := range printer.Changes(t.Before.Session, t.After.Session) {
		if !strings.HasPrefix(line, "status=") && !strings.HasPrefix(line, "payment_status=") {
			fmt.Fprintf(&out, "  %s\n", line)
		}
	}
	for _, line := range append(printer.Changes(t.Before.Payment, t.After.Payment), printer.Changes(t.Before.Setup, t.After.Setup)...) {
		for _, told := range []string{"status=", "amount=", "customer", "details.customer", "last_", "charge=", "next_action.type=", "details.description", "metadata", "latest_attempt"} {
			if strings.HasPrefix(line, told) {
				fmt.Fprintf(&out, "    intent %s\n", line)
				break
			}
		}
	}
	return out.String()
}

// eventNames are the events of a step: first those of the intent, then those of the
// session, which reacts; except that the session comes first where it acts.
func eventNames(t checkout.Step) []string {
	var list []string
	for _, e := range t.Payment.Events {
		list = append(list, e.Name())
	}
	for _, e := range t.Setup.Events {
		list = append(list, e.Name())
	}
	for _, e := range t.Session.Events {
		list = append(list, e.Name())
	}
	return list
}

func printRefusal(tb testing.TB, f checkout.Flow, err error) string {
	tb.Helper()
	if state, ok := errors.AsType[*intents.StateError](err); ok {
		line := fmt.Sprintf("refused in %s: code=%s", where(f), state.Code)
		if state.Param != "" {
			line += " param=" + state.Param
		}
		return line + "\n  " + state.Error() + "\n"
	}
	var invalid *intents.InvalidError
	require.ErrorAs(tb, err, &invalid, "a refusal is typed")
	return fmt.Sprintf("refused in %s: code=%s param=%s\n  %s\n", where(f), invalid.Code, invalid.Param, invalid.Message)
}

// where prints the statuses of a flow's session.
func where(f checkout.Flow) string {
	if f.Session.Status == checkout.StatusNone {
		return "(none)"
	}
	return string(f.Session.Status) + ":" + string(f.Session.PaymentStatus)
}

package checkout_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/checkout/checkouttest"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// TestProperties holds what is true of all histories.
func TestProperties(t *testing.T) {
	t.Run("history", rapid.MakeCheck(checkHistory))
	t.Run("joined", rapid.MakeCheck(checkJoined))
	t.Run("session alone", rapid.MakeCheck(checkAlone))
	t.Run("deferred", rapid.MakeCheck(checkDeferred))
	t.Run("answered in one step or two", rapid.MakeCheck(checkAnswered))
	t.Run("command codec", rapid.MakeCheck(checkCommandCodec))
	t.Run("line items", rapid.MakeCheck(checkLineItems))
	t.Run("nil and pointers", rapid.MakeCheck(checkPointers))
	t.Run("recovered", rapid.MakeCheck(checkRecovered))
	t.Run("react", rapid.MakeCheck(checkReact))
}

// checkHistory plays a history: each refusal is typed and changes nothing, each step
// is sound, the events replay to the state, the books balance, no time lies ahead, and
// all that is stored comes back.
func checkHistory(t *rapid.T) {
	var h history
	for _, step := range checkouttest.Runs().Draw(t, "run") {
		if err := h.step(step); err != nil {
			t.Fatalf("%v at %v: %v\nin %#v", step.Command, step.At, err, h.f)
		}
	}
}

// history is a flow with what was said about it.
type history struct {
	f       checkout.Flow
	session []checkout.Event
	payment []paymentintent.Event
	setup   []setupintent.Event
	books   checkouttest.Ledger
}

func (h *history) step(step checkouttest.Step) error {
	t, err := step.Command.Apply(h.f, step.At)
	if err != nil {
		if class, _, _ := refusal(err); class == "untyped" {
			return err
		}
		if t.After != (checkout.Flow{}) || t.Before != (checkout.Flow{}) || t.Deferred != nil || t.Session.Events != nil || t.Payment.Events != nil || t.Setup.Events != nil {
			return errors.New("a refusal does something")
		}
		return nil
	}
	if t.Before != h.f {
		return errors.New("it began elsewhere")
	}
	if err := checkStep(t); err != nil {
		return err
	}
	for _, p := range stepProperties() {
		if err := p.Check(t.Before, action{}, t.After); err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
	}
	h.f = t.After
	h.session, h.payment, h.setup = append(h.session, t.Session.Events...), append(h.payment, t.Payment.Events...), append(h.setup, t.Setup.Events...)
	replayed := checkout.Flow{
		Session: checkout.Replay(slices.Values(h.session)), Payment: paymentintent.Replay(slices.Values(h.payment)), Setup: setupintent.Replay(slices.Values(h.setup)),
	}
	if replayed != h.f {
		return fmt.Errorf("the events replay to %#v", replayed)
	}
	if err := h.times(t, intents.TimeOf(step.At)); err != nil {
		return err
	}
	return errors.Join(h.books.Post(t), h.books.Check(h.f))
}

// times holds that no time lies ahead, that every event tells the time of its
// command, and that no work is owed in the past, but for an expiry that was put off.
func (h *history) times(t checkout.Step, at intents.Time) error {
	for _, stamp := range []intents.Time{h.f.Session.Created, h.f.Session.EndedAt, h.f.Session.SubmittedAt} {
		if stamp > at {
			return fmt.Errorf("a time lies ahead: %v", stamp)
		}
	}
	for _, e := range t.Session.Events {
		if told := reflect.ValueOf(e).FieldByName("At"); told.IsValid() && told.Interface() != any(at) {
			return fmt.Errorf("%s tells another time", e.Name())
		}
	}
	for _, d := range t.Deferred {
		if d.NotBefore < at && d.Kind != checkout.LapseSession {
			return fmt.Errorf("it owes %v", d)
		}
	}
	return nil
}

// checkJoined holds that steps that are joined are what one step would have been.
func checkJoined(t *rapid.T) {
	f := checkouttest.Flows().Draw(t, "flow")
	at := after(f)
	var steps []checkout.Step
	for range rapid.IntRange(2, 5).Draw(t, "n") {
		next, err := checkouttest.Commands(f).Draw(t, "command").Apply(f, at)
		if err != nil {
			continue
		}
		steps = append(steps, next)
		f = next.After
	}
	if len(steps) < 2 {
		return
	}
	joined, rest := steps[0], steps[len(steps)-1]
	for _, s := range steps[1:] {
		joined = joined.Then(s)
	}
	require.NoError(t, checkStep(joined))
	require.Equal(t, f, joined.After)
	// Joining is associative.
	for i := len(steps) - 2; i >= 0; i-- {
		rest = steps[i].Then(rest)
	}
	require.Equal(t, joined, rest)
	made := 0
	for _, s := range steps {
		if _, ok := s.Customer(); ok {
			made++
		}
	}
	_, ok := joined.Customer()
	require.Equal(t, made == 1, ok)
}

// checkAlone holds that Chain, Then, Next and one Apply after the other come to the
// same for the session's own machine.
func checkAlone(t *rapid.T) {
	f := checkouttest.Flows().Draw(t, "flow")
	s, at := f.Session, after(f)
	joined := checkout.Transition{Before: s, After: s}
	inPlace := joined
	var commands []checkout.Command
	for range rapid.IntRange(0, 4).Draw(t, "n") {
		c := checkouttest.Commands(checkout.Flow{Session: joined.After}).Draw(t, "command").Session
		commands = append(commands, c)
		next, err := checkout.Apply(joined.After, c, at)
		events, errDecide := checkout.Decide(joined.After, c, at)
		require.Equal(t, err, errDecide)
		require.Equal(t, next.Events, events)
		if err != nil {
			chained, errChain := checkout.Chain(s, at, commands...)
			require.Equal(t, err, errChain)
			require.Equal(t, checkout.Transition{}, chained, "all or nothing")
			before := inPlace
			require.Equal(t, err, inPlace.Next(c, at))
			require.Equal(t, before, inPlace, "a refusal leaves it as it was")
			return
		}
		require.NoError(t, inPlace.Next(c, at))
		require.Equal(t, [2]checkout.Session{next.Before, next.After}, [2]checkout.Session{inPlace.Before, inPlace.After})
		require.True(t, slices.Equal(next.Events, inPlace.Events))
		require.True(t, slices.Equal(next.Deferred, inPlace.Deferred))
		joined = joined.Then(next)
	}
	chained, err := checkout.Chain(s, at, commands...)
	require.NoError(t, err)
	require.Equal(t, joined, chained)
}

// after returns a time at which nothing that is in the flow is ahead.
func after(f checkout.Flow) time.Time {
	latest := time.Date(2025, time.November, 10, 18, 24, 43, 0, time.UTC)
	s := &f.Session
	for _, at := range []intents.Time{s.Created, s.EndedAt, s.SubmittedAt, f.Payment.Created, f.Payment.Charge.Created, f.Payment.Charge.Ledger.At, f.Setup.Created, f.Setup.Attempt.Created} {
		if at.Time().After(latest) {
			latest = at.Time()
		}
	}
	return latest
}

func outside() checkout.Processor {
	return checkout.Processor{Payment: paymentintent.Simulator{}, Setup: setupintent.Simulator{}, Subscription: merchant{}}
}

// merchant makes subscriptions: a declined card is declined.
type merchant struct{}

// checkDeferred holds that Pending and Work agree, that stale work is a no-op, and
// that work which comes late does what it would have done in time.
func checkDeferred(t *rapid.T) {
	f := checkouttest.Flows().Draw(t, "flow")
	pending := f.Pending()
	require.LessOrEqual(t, len(pending), 2)
	for _, d := range checkout.Pending(f.Session) {
		c, current := checkout.Resume(f.Session, d)
		require.True(t, current, "what is pending is current")
		require.Equal(t, d.Kind == checkout.LapseSession, c != nil, "timers come with their command, jobs with none")
	}
	for _, d := range pending {
		for _, other := range []intents.Deferred{
			{Kind: d.Kind, Subject: d.Subject, NotBefore: d.NotBefore + 1},
			{Kind: d.Kind, Subject: d.Subject + "x", NotBefore: d.NotBefore},
			{Kind: d.Kind + "x", Subject: d.Subject, NotBefore: d.NotBefore},
			{Kind: d.Kind, NotBefore: d.NotBefore},
		} {
			stale, err := checkout.Work(t.Context(), checkout.Processor{}, f, other, after(f))
			require.NoError(t, err)
			require.Equal(t, f, stale.Before)
			require.Equal(t, f, stale.After)
			require.Empty(t, stale.Session.Events)
			require.Empty(t, stale.Deferred)
		}
		due := d.NotBefore.Time()
		if last := after(f); last.After(due) {
			due = last
		}
		inTime, err := checkout.Work(t.Context(), outside(), f, d, due)
		require.NoError(t, err)
		require.NoError(t, checkStep(inTime))
		require.NotEqual(t, f, inTime.After, "current work does something")
		late, err := checkout.Work(t.Context(), outside(), f, d, due.Add(40*24*time.Hour))
		require.NoError(t, err)
		require.Equal(t, [2]any{inTime.After.Session.Status, inTime.After.Session.PaymentStatus}, [2]any{late.After.Session.Status, late.After.Session.PaymentStatus})
		require.Equal(t, eventNames(inTime), eventNames(late))
		again, err := checkout.Work(t.Context(), outside(), inTime.After, d, due.Add(time.Hour))
		require.NoError(t, err)
		require.Empty(t, eventNames(again), "twice is harmless")
	}
}

// checkAnswered holds that Answer is a submission and its answer, joined.
func checkAnswered(t *rapid.T) {
	f := checkouttest.Flows().Draw(t, "flow")
	at := after(f)
	c := checkouttest.Commands(f).Draw(t, "command")
	first, err := c.Apply(f, at)
	if err != nil {
		return
	}
	joined, err := checkout.Answer(t.Context(), outside(), first, at)
	require.NoError(t, err)
	require.NoError(t, checkStep(joined))
	i := slices.IndexFunc(first.After.Pending(), func(d intents.Deferred) bool {
		return (d.Kind == paymentintent.AnswerAttempt || d.Kind == checkout.StartSubscription) && d.NotBefore <= intents.TimeOf(at)
	})
	if i < 0 {
		require.Equal(t, first, joined)
		return
	}
	second, err := checkout.Work(t.Context(), outside(), first.After, first.After.Pending()[i], at)
	require.NoError(t, err)
	require.Equal(t, first.Then(second), joined)
}

// checkCommandCodec holds that a command comes back from its JSON, but for text
// that is none, which the machine refuses or does not keep.
func checkCommandCodec(t *rapid.T) {
	f := checkouttest.Flows().Draw(t, "flow")
	c := checkouttest.Commands(checkout.Flow{Session: f.Session}).Draw(t, "command").Session
	b, err := checkout.MarshalCommand(c)
	if err != nil {
		class, param, _ := refusal(err)
		require.Equal(t, "contents", class)
		require.Equal(t, "command", param)
	} else if back, err := checkout.UnmarshalCommand(b); err != nil {
		t.Fatalf("%s: %v", b, err)
	} else if c == back {
		return
	}
	if next, err := f.Apply(c, after(f)); err == nil {
		require.NoError(t, stored(next), "what can't be stored leaves no trace")
	}
}

// checkLineItems holds that lines come back from their list, its JSON and its parts,
// and that their sums are those of a calculator.
func checkLineItems(t *rapid.T) {
	amount := rapid.SampledFrom([]int64{0, 1, 50, 1099, 999_999_999_999})
	text := rapid.StringOf(rapid.RuneFrom([]rune("aé\n&=%+ ;\x00<\u2028")))
	var lines []checkout.LineItem
	var want checkout.Total
	for range rapid.IntRange(0, 5).Draw(t, "n") {
		line := checkout.LineItem{
			Price: text.Draw(t, "price"), Product: text.Draw(t, "product"), Name: "n" + text.Draw(t, "name"), Description: text.Draw(t, "description"), Currency: "usd",
			UnitAmount: amount.Draw(t, "unit_amount"), Quantity: rapid.SampledFrom([]int64{1, 2, 999_999}).Draw(t, "quantity"),
			Interval: rapid.SampledFrom([]string{"", "day", "year"}).Draw(t, "interval"), Tax: amount.Draw(t, "tax"),
		}
		if line.UnitAmount > 999_999_999_999/line.Quantity {
			line.Quantity = 1
		}
		line.Discount = rapid.SampledFrom([]int64{0, line.Subtotal(), line.Subtotal() / 2}).Draw(t, "discount")
		lines = append(lines, line)
		want.Subtotal += line.UnitAmount * line.Quantity
		want.Discount += line.Discount
		want.Tax += line.Tax
	}
	list, err := checkout.NewLineItems(lines...)
	require.NoError(t, err)
	require.NoError(t, list.Check())
	require.Equal(t, len(lines), list.Len())
	for n, line := range list.All() {
		require.Equal(t, lines[n], line)
	}
	for range list.All() {
		break // a loop that ends early
	}
	b, err := list.MarshalJSON()
	require.NoError(t, err)
	var back checkout.LineItems
	require.NoError(t, back.UnmarshalJSON(b))
	require.Equal(t, list, back)
	want.Shipping = rapid.SampledFrom([]int64{0, 500}).Draw(t, "shipping")
	want.Amount = want.Subtotal - want.Discount + want.Tax + want.Shipping
	s := checkout.Session{LineItems: list, Shipping: want.Shipping}
	require.Equal(t, want, s.Total())
	require.Equal(t, [2]int64{want.Subtotal, want.Amount}, [2]int64{s.AmountSubtotal(), s.AmountTotal()})
}

func checkPointers(t *rapid.T) {
	f := checkouttest.Flows().Draw(t, "flow")
	c := rapid.SampledFrom(zeroCommands()).Draw(t, "command")
	for _, bad := range []checkout.Command{nil, pointer(c), nilPointer(c)} {
		tr, err := checkout.Apply(f.Session, bad, after(f))
		require.Equal(t, checkout.Transition{}, tr)
		step, errFlow := f.Apply(bad, after(f))
		require.Equal(t, checkout.Step{}, step)
		require.Equal(t, err, errFlow)
		class, param, _ := refusal(err)
		require.Equal(t, "contents", class)
		require.Equal(t, "command", param)
	}
}

// checkRecovered holds that what can be recovered can be opened again, for the same
// money and the same payment methods, and that what can't be changes nothing.
func checkRecovered(t *rapid.T) {
	f := checkouttest.Flows().Draw(t, "flow")
	at := after(f)
	if rapid.Bool().Draw(t, "expired") {
		if ended, err := f.Apply(checkout.Expire{}, at); err == nil {
			f = ended.After
		}
	}
	c, err := checkout.Recovered(f.Session, "cs_test_recovered", at)
	possible := f.Session.Status == over && f.Session.Flags.Has(checkout.Recoverable) && f.Session.RecoveryExpiresAt() > intents.TimeOf(at)
	require.Equal(t, possible, err == nil, "%v", err)
	require.Equal(t, f.Session.Status == over && f.Session.Flags.Has(checkout.Recoverable), f.Session.RecoveryURL() != "")
	if err != nil {
		require.Equal(t, checkout.Create{}, c)
		return
	}
	again, err := checkout.Open(c, at)
	require.NoError(t, err)
	s, old := again.After.Session, f.Session
	require.Equal(t, old.ID, s.RecoveredFrom)
	require.Equal(t, open, s.Status)
	require.Equal(t,
		[]any{old.Mode, old.UIMode, old.Currency, old.LineItems, old.AmountTotal(), old.PaymentMethodTypes, old.Wallets, old.Metadata, old.Flags.Has(checkout.Dynamic | checkout.Livemode)},
		[]any{s.Mode, s.UIMode, s.Currency, s.LineItems, s.AmountTotal(), s.PaymentMethodTypes, s.Wallets, s.Metadata, s.Flags.Has(checkout.Dynamic | checkout.Livemode)})
}

// checkReact holds that React is what the flow did, that it refuses other sessions'
// intents, and that nothing is told twice.
func checkReact(t *rapid.T) {
	f := checkouttest.Flows().Draw(t, "flow")
	at := after(f)
	if f.Payment.ID == "" {
		return
	}
	next, err := f.ApplyPayment(checkouttest.Commands(f).Filter(func(c checkouttest.Command) bool { return c.Payment != nil }).Draw(t, "command").Payment, at)
	if err != nil {
		return
	}
	c, err := checkout.React(f.Session, next.Payment)
	require.NoError(t, err)
	if c == nil {
		require.Equal(t, f.Session, next.After.Session)
		return
	}
	told, err := checkout.Apply(f.Session, c, at)
	require.NoError(t, err)
	require.Equal(t, next.Session, told)
	c, err = checkout.React(next.After.Session, paymentintent.Transition{Before: next.After.Payment, After: next.After.Payment})
	require.NoError(t, err)
	require.Nil(t, c, "it was told")
	stranger := f.Session
	stranger.ID = "cs_2"
	_, err = checkout.React(stranger, next.Payment)
	class, param, _ := refusal(err)
	require.Equal(t, [2]string{"contents", "payment_intent"}, [2]string{class, param})
}

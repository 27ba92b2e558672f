package capture_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/capture/capturetest"
)

// TestProperties draws lives of charges, three legal commands to one arbitrary, amounts up to
// the greatest, and time that never runs back, and holds each step against what must be so.
func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c capture.Charge
		var events []capture.Event
		var books capturetest.Ledger
		var scheduled []intents.Deferred
		now := day(0)
		for _, step := range capturetest.Runs().Draw(t, "run") {
			if step.At.Before(now) {
				t.Fatal("time runs back")
			}
			now = step.At
			cmd := step.Command
			tr, err := capture.Apply(c, cmd, now)
			decided, errAgain := capture.Decide(c, cmd, now)
			checkCommandCodec(t, c.Status, cmd, err)
			if fmt.Sprintf("%#v", err) != fmt.Sprintf("%#v", errAgain) || !slices.Equal(decided, tr.Events) {
				t.Fatalf("Decide and Apply differ: %v %v, %v %v", decided, errAgain, tr.Events, err)
			}
			if err != nil {
				checkRefusal(t, tr, err)
				continue
			}
			if tr.Before != c {
				t.Fatal("not where it began")
			}
			opened := capturetest.LedgerOf(c)
			if err := errors.Join(books.Post(tr.Events...), opened.Post(tr.Events...), opened.Check(tr.After)); err != nil {
				t.Fatalf("%s: %v", cmd, err)
			}
			for _, e := range tr.Events {
				checkEventCodec(t, e)
			}
			events = append(events, tr.Events...)
			if again := capture.Replay(slices.Values(events)); again != tr.After {
				t.Fatalf("replay: %s", cmp.Diff(tr.After, again))
			}
			checkWork(t, tr, scheduled)
			scheduled = append(scheduled, tr.Deferred...)
			c = tr.After
			if err := errors.Join(capture.Check(c), books.Check(c)); err != nil {
				t.Fatalf("%s: %v", cmd, err)
			}
			checkCharge(t, c)
		}
		drain(t, c, intents.TimeOf(now))
	})
}

// checkRefusal: a refusal is one of two, says why, and is nothing else.
func checkRefusal(t *rapid.T, tr capture.Transition, err error) {
	var state *intents.StateError
	var invalid *intents.InvalidError
	switch {
	case errors.As(err, &state):
	case errors.As(err, &invalid) && invalid.Param != "" && invalid.Message != "" && invalid.Code != intents.CodeCorruptState:
	default:
		t.Fatalf("refused with %#v", err)
	}
	if !reflect.DeepEqual(tr, capture.Transition{}) {
		t.Fatalf("a refusal with a transition: %+v", tr)
	}
}

// checkWork: Pending, Resume and Deferred agree, and what is no longer owed is stale.
func checkWork(t *rapid.T, tr capture.Transition, scheduled []intents.Deferred) {
	before, after := capture.Pending(tr.Before), capture.Pending(tr.After)
	var news []intents.Deferred
	for _, d := range after {
		if !slices.Contains(before, d) {
			news = append(news, d)
		}
		if d.Subject != tr.After.ID || capture.CheckDeferred(d) != nil {
			t.Fatalf("odd work %+v", d)
		}
	}
	if !slices.Equal(news, tr.Deferred) {
		t.Fatalf("deferred %v, want %v", tr.Deferred, news)
	}
	for _, d := range append(slices.Clone(scheduled), tr.Deferred...) {
		cmd, current := capture.Resume(tr.After, d)
		if current != slices.Contains(after, d) || !current && cmd != nil {
			t.Fatalf("%+v: current %t, %v", d, current, cmd)
		}
		if cmd == nil {
			continue
		}
		// A timer works at its time and not a second before.
		if _, err := capture.Apply(tr.After, cmd, d.NotBefore.Time()); err != nil {
			t.Fatalf("%+v at its time: %v", d, err)
		}
		if _, err := capture.Apply(tr.After, cmd, (d.NotBefore - 1).Time()); err == nil {
			t.Fatalf("%+v is early", d)
		}
	}
}

// checkCharge: a stored charge comes back, and what settlement made adds up.
func checkCharge(t *rapid.T, c capture.Charge) {
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var again capture.Charge
	if err := json.Unmarshal(b, &again); err != nil || again != c {
		t.Fatalf("%v: %s", err, cmp.Diff(c, again))
	}
	if b, posted := c.BalanceTransaction(); posted && (b.Net != b.Amount-b.Fee || b.Net < 0 || b.Amount != c.AmountCaptured) {
		t.Fatalf("%+v", b)
	}
	f, fee := c.ApplicationFee()
	tr, transfer := c.Transfer()
	if fee && (f.Amount > c.AmountCaptured || f.AmountRefunded < 0 || f.AmountRefunded > f.Amount) ||
		transfer && (tr.Amount > c.AmountCaptured || tr.AmountReversed < 0 || tr.AmountReversed > tr.Amount) {
		t.Fatalf("%+v %+v", f, tr)
	}
}

func checkEventCodec(t *rapid.T, e capture.Event) {
	b, err := capture.MarshalEvent(e)
	if err != nil {
		t.Fatal(err)
	}
	again, err := capture.UnmarshalEvent(b)
	if err != nil || again != e {
		t.Fatalf("%s: %v: %s", b, err, cmp.Diff(e, again))
	}
}

// checkCommandCodec: what Apply accepts comes back from its stored form. What it refuses may have
// contents that have none.
func checkCommandCodec(t *rapid.T, s capture.Status, cmd capture.Command, refused error) {
	if d, ok := cmd.(capture.Decline); ok && s == capture.StatusPending {
		cmd = capture.Decline{Outcome: d.Outcome} // nobody looks at the rest
	}
	b, err := capture.MarshalCommand(cmd)
	if err != nil {
		if refused == nil {
			t.Fatal(err)
		}
		return
	}
	again, err := capture.UnmarshalCommand(b)
	if refused == nil && (err != nil || again != cmd) {
		t.Fatalf("%s: %v: %s", b, err, cmp.Diff(cmd, again))
	}
}

// drain does what is owed until nothing is: then nothing is held any more.
func drain(t *rapid.T, c capture.Charge, now intents.Time) {
	for range 3 {
		for _, d := range capture.Pending(c) {
			cmd, _ := capture.Resume(c, d)
			switch d.Kind {
			case capture.CollectCharge:
				cmd = capture.Collect{Method: capture.AutomaticAsync}
			case capture.SettleCharge:
				cmd = capture.Settle{}
			}
			now = max(now, d.NotBefore)
			tr, err := capture.Apply(c, cmd, now.Time())
			if err != nil {
				t.Fatal(err)
			}
			c = tr.After
		}
	}
	if len(capture.Pending(c)) > 0 || c.Capturable() > 0 {
		t.Fatalf("still held: %+v", c)
	}
}

// TestSettleAnyWay: a settlement that comes at any place among refunds and disputes, once or
// often, makes the same charge and exactly one Settled.
func TestSettleAnyWay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := intents.TimeOf(day(0))
		c := mustApply(t, capture.Charge{}, capture.Authorize{
			Attempt: attempt(2000), Method: capture.AutomaticAsync, Terms: capture.Terms{SettleIn: capture.SLA, Pricing: capture.TestPricing()},
		}, now)
		var others []capture.Command
		plain := c
		for range rapid.IntRange(0, 6).Draw(t, "others") {
			names := []capture.CommandName{"refund", "report_refund", "dispute"}
			cmd := capturetest.Commands(plain).Filter(func(cmd capture.Command) bool { return slices.Contains(names, cmd.Name()) }).Draw(t, "other")
			if tr, err := capture.Apply(plain, cmd, now.Time()); err == nil {
				plain = tr.After
				others = append(others, cmd)
			}
		}
		settle := capture.Settle{Fee: 7, AvailableOn: now + 86400}
		settledAt := now + intents.Time(rapid.Int64Range(0, 7200).Draw(t, "after"))
		want := mustApply(t, plain, settle, settledAt)

		settled := 0
		step := func(cmd capture.Command, at intents.Time) {
			tr, err := capture.Apply(c, cmd, at.Time())
			if err != nil {
				t.Fatalf("%s: %v", cmd, err)
			}
			for _, e := range tr.Events {
				if _, ok := e.(capture.Settled); ok {
					settled++
				}
			}
			c = tr.After
		}
		for _, cmd := range others {
			for range rapid.IntRange(0, 2).Draw(t, "settlements") {
				step(settle, settledAt)
			}
			step(cmd, now)
		}
		step(settle, settledAt)
		for range rapid.IntRange(0, 3).Draw(t, "late settlements") {
			step(capture.Settle{Fee: 9, AvailableOn: 1}, settledAt.Add(72*time.Hour))
		}
		if c != want || settled != 1 {
			t.Fatalf("%d settlements: %s", settled, cmp.Diff(want, c))
		}
	})
}

func mustApply(t *rapid.T, c capture.Charge, cmd capture.Command, at intents.Time) capture.Charge {
	tr, err := capture.Apply(c, cmd, at.Time())
	if err != nil {
		t.Fatalf("%s: %v", cmd, err)
	}
	return tr.After
}

// TestEvolveIsTotal: no event makes trouble in any charge, and what is no event changes nothing.
func TestEvolveIsTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := capturetest.Charges().Draw(t, "charge")
		var other capture.Charge
		for _, step := range capturetest.Runs().Draw(t, "run") {
			tr, err := capture.Apply(other, step.Command, step.At)
			if err != nil {
				continue
			}
			other = tr.After
			for _, e := range tr.Events {
				after := c
				capture.Fold(&after, e)
				if after != capture.Evolve(c, e) {
					t.Fatal("Fold and Evolve differ")
				}
			}
		}
		for _, e := range []capture.Event{nil, &capture.Released{}, (*capture.Settled)(nil)} {
			if capture.Evolve(c, e) != c {
				t.Fatalf("%T changed something", e)
			}
		}
	})
}

// TestChargeIsComparable: equal charges are equal keys.
func TestChargeIsComparable(t *testing.T) {
	c := apply(t, day(0), capture.Authorize{Attempt: attempt(2000), Method: capture.Automatic}, capture.RefundCharge{Amount: 1})
	again := apply(t, day(0), capture.Authorize{Attempt: attempt(2000), Method: capture.Automatic}, capture.RefundCharge{Amount: 1})
	require.Equal(t, 1, map[capture.Charge]int{c: 1}[again])
}

package delivery_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/payintent/intents"
	"github.com/payintent/intents/webhook/delivery"
)

// draw draws a command, three in four times one that is legal.
func draw(t *rapid.T, d delivery.Delivery) delivery.Command {
	all := []delivery.Command{
		create(rapid.Bool().Draw(t, "livemode")),
		delivery.Create{ID: "dlv_2", Endpoint: "", Body: "x"},
		delivery.Attempt{},
		delivery.Resend{},
		delivery.Respond{Code: rapid.SampledFrom([]int{-1, 0, 99, 100, 199, 200, 204, 299, 300, 399, 400, 500, 999, 1000}).Draw(t, "code")},
		delivery.Miss{Reason: rapid.SampledFrom([]delivery.Reason{"", delivery.ReasonTimeout, delivery.ReasonConnection, delivery.ReasonStatus}).Draw(t, "reason")},
		delivery.Abandon{Reason: rapid.SampledFrom([]delivery.Reason{"", delivery.ReasonDisabled, delivery.ReasonDeleted, delivery.ReasonRedirect}).Draw(t, "reason")},
	}
	if rapid.IntRange(0, 3).Draw(t, "legal") > 0 {
		all = slices.DeleteFunc(all, func(c delivery.Command) bool { return !slices.Contains(delivery.Legal(d.Status), c.Name()) })
	}
	return rapid.SampledFrom(all).Draw(t, "command")
}

// later draws a time not before now: around what is due, or much later.
func later(t *rapid.T, d delivery.Delivery, now intents.Time) intents.Time {
	times := []intents.Time{now, now + 1, now.Add(time.Hour), now.Add(80 * time.Hour)}
	for _, w := range delivery.Pending(d) {
		times = append(times, max(now, w.NotBefore-1), max(now, w.NotBefore), max(now, w.NotBefore+1))
	}
	return rapid.SampledFrom(times).Draw(t, "now")
}

// TestProperties draws lives of deliveries and holds each step against what must be so.
func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d delivery.Delivery
		var events []delivery.Event
		var scheduled []intents.Deferred
		now := intents.TimeOf(start())
		for range rapid.IntRange(0, 40).Draw(t, "steps") {
			now = later(t, d, now)
			c := draw(t, d)
			tr, err := delivery.Apply(d, c, now.Time())
			decided, errAgain := delivery.Decide(d, c, now.Time())
			if fmt.Sprintf("%#v", err) != fmt.Sprintf("%#v", errAgain) || !slices.Equal(decided, tr.Events) {
				t.Fatalf("Decide and Apply differ: %v %v, %v %v", decided, errAgain, tr.Events, err)
			}
			if err != nil {
				var state *intents.StateError
				var invalid *intents.InvalidError
				if !errors.As(err, &state) && !errors.As(err, &invalid) || !reflect.DeepEqual(tr, delivery.Transition{}) {
					t.Fatalf("refused with %#v, %+v", err, tr)
				}
				continue
			}
			events, scheduled = append(events, tr.Events...), append(scheduled, tr.Deferred...)
			d = tr.After
			roundTrip(t, d, c, tr.Events)
			if again := delivery.Replay(slices.Values(events)); again != d {
				t.Fatalf("replay: %s", cmp.Diff(d, again))
			}
			if err := delivery.Check(d); err != nil {
				t.Fatal(err)
			}
			checkWork(t, d, scheduled)
		}
	})
}

func roundTrip(t *rapid.T, d delivery.Delivery, c delivery.Command, events []delivery.Event) {
	b, err := json.Marshal(d)
	var again delivery.Delivery
	if err != nil || json.Unmarshal(b, &again) != nil || again != d {
		t.Fatalf("%s: %v", b, err)
	}
	b, err = delivery.MarshalCommand(c)
	if err != nil {
		t.Fatal(err)
	}
	if read, err := delivery.UnmarshalCommand(b); err != nil || read != c {
		t.Fatalf("%s: %v", b, err)
	}
	for _, e := range events {
		b, err := delivery.MarshalEvent(e)
		if err != nil {
			t.Fatal(err)
		}
		if read, err := delivery.UnmarshalEvent(b); err != nil || read != e {
			t.Fatalf("%s: %v", b, err)
		}
	}
}

// checkWork: Pending and Resume agree, a timer works at its time and not a second before.
func checkWork(t *rapid.T, d delivery.Delivery, scheduled []intents.Deferred) {
	pending := delivery.Pending(d)
	if len(pending) > 0 && !slices.Contains(scheduled, pending[0]) {
		t.Fatalf("nobody has scheduled %v", pending)
	}
	for _, w := range scheduled {
		c, current := delivery.Resume(d, w)
		if current != slices.Contains(pending, w) {
			t.Fatalf("%v: current %t", w, current)
		}
		if c == nil {
			continue
		}
		if _, err := delivery.Apply(d, c, w.NotBefore.Time()); err != nil {
			t.Fatalf("%v at its time: %v", w, err)
		}
		if _, err := delivery.Apply(d, c, (w.NotBefore - 1).Time()); err == nil {
			t.Fatalf("%v is early", w)
		}
	}
}

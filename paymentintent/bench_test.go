package paymentintent_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/paymentintent"
)

// BenchmarkRefused is a command that the status does not allow.
func BenchmarkRefused(b *testing.B) {
	s := must(b, paymentintent.Intent{}, create(b, "pm_card_visa"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := paymentintent.Apply(s, paymentintent.Capture{}, start); err == nil {
			b.Fatal("accepted")
		}
	}
}

// BenchmarkAccepted is a command that is accepted.
func BenchmarkAccepted(b *testing.B) {
	s := must(b, paymentintent.Intent{}, create(b, "pm_card_visa"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := paymentintent.Apply(s, paymentintent.Confirm{}, start); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLife is a payment with 3D Secure and manual capture: it is created,
// confirmed, challenged, authenticated, approved and captured.
func BenchmarkLife(b *testing.B) {
	commands := []paymentintent.Command{
		create(b, "pm_card_visa", manually), paymentintent.Confirm{}, challenge("use_stripe_sdk", 0), paymentintent.Authenticate{}, paymentintent.Approve{}, paymentintent.Capture{},
	}
	b.Run("Apply", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var s paymentintent.Intent
			for _, c := range commands {
				t, err := paymentintent.Apply(s, c, start)
				if err != nil {
					b.Fatal(err)
				}
				s = t.After
			}
		}
	})
	b.Run("Next", func(b *testing.B) {
		b.ReportAllocs()
		var t paymentintent.Transition
		for b.Loop() {
			t.After = paymentintent.Intent{}
			for _, c := range commands {
				if err := t.Next(c, start); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

// BenchmarkAsyncLife is a whole asynchronous capture: create and confirm in one
// step, the deferred work put among those of 10⁵ other payments that are pending,
// handed out when it is due, and done.
func BenchmarkAsyncLife(b *testing.B) {
	const others = 100_000
	v := capture.NewVirtual(start)
	for i := range others {
		due := intents.TimeOf(start.Add(365 * 24 * time.Hour)).Add(time.Duration(i) * time.Second)
		require.NoError(b, v.Schedule(b.Context(), intents.Deferred{Kind: paymentintent.SettleCapture, Subject: fmt.Sprint("pi_", i), NotBefore: due}))
	}
	commands := []paymentintent.Command{create(b, "pm_card_visa", later), paymentintent.Confirm{}}
	var sim paymentintent.Simulator
	b.ReportAllocs()
	for b.Loop() {
		t, err := paymentintent.Chain(paymentintent.Intent{}, v.Now(), commands...)
		if err != nil {
			b.Fatal(err)
		}
		if t, err = paymentintent.Answer(context.Background(), sim, t, v.Now()); err != nil {
			b.Fatal(err)
		}
		if err := v.Schedule(context.Background(), t.Deferred...); err != nil {
			b.Fatal(err)
		}
		d, _ := v.Next()
		t, err = paymentintent.Work(context.Background(), sim, t.After, d, v.Now())
		if err != nil || t.After.Charge.Status != capture.StatusSettled {
			b.Fatal(err, t.After.Charge.Status)
		}
	}
}

// BenchmarkReplay folds a history of 1,000 events.
func BenchmarkReplay(b *testing.B) {
	t, err := paymentintent.Chain(paymentintent.Intent{}, start, create(b, "pm_card_visa", manually), paymentintent.Confirm{},
		paymentintent.Approve{Terms: capture.Terms{Pricing: capture.TestPricing()}}, paymentintent.Capture{})
	require.NoError(b, err)
	events := t.Events
	for i := len(events); i < 1000; i++ {
		u, err := paymentintent.Apply(t.After, paymentintent.Update{Metadata: intents.Pairs(fmt.Sprint("order=", i))}, start)
		require.NoError(b, err)
		t, events = u, append(events, u.Events...)
	}
	b.ReportAllocs()
	for b.Loop() {
		if s := paymentintent.Replay(slices.Values(events)); s != t.After {
			b.Fatal("it replays to something else")
		}
	}
}

// BenchmarkEvolve folds one event.
func BenchmarkEvolve(b *testing.B) {
	s := must(b, paymentintent.Intent{}, create(b, "pm_card_visa", manually), paymentintent.Confirm{}, paymentintent.Approve{})
	events, err := paymentintent.Decide(s, paymentintent.Capture{}, start)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		s.Version = 3
		_ = paymentintent.Evolve(s, events[0])
	}
}

// BenchmarkStore writes an event as JSON and reads it back.
func BenchmarkStore(b *testing.B) {
	event := fullEvents(b)[0]
	b.ReportAllocs()
	for b.Loop() {
		stored, err := paymentintent.MarshalEvent(event)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := paymentintent.UnmarshalEvent(stored); err != nil {
			b.Fatal(err)
		}
	}
}

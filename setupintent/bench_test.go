package setupintent_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/setupintent"
)

// BenchmarkRefused is a command that the status does not allow.
func BenchmarkRefused(b *testing.B) {
	s := must(b, setupintent.Intent{}, create(b, "pm_card_visa"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := setupintent.Apply(s, setupintent.Collect{}, start); err == nil {
			b.Fatal("accepted")
		}
	}
}

// BenchmarkAccepted is a command that is accepted.
func BenchmarkAccepted(b *testing.B) {
	s := must(b, setupintent.Intent{}, create(b, "pm_card_visa"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := setupintent.Apply(s, setupintent.Confirm{}, start); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLife is a setup with 3D Secure: it is created, confirmed, challenged,
// authenticated and approved.
func BenchmarkLife(b *testing.B) {
	commands := []setupintent.Command{
		create(b, "pm_card_visa", forCustomer), setupintent.Confirm{}, challenge("use_stripe_sdk", 0), setupintent.Authenticate{}, setupintent.Approve{},
	}
	b.Run("Apply", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var s setupintent.Intent
			for _, c := range commands {
				t, err := setupintent.Apply(s, c, start)
				if err != nil {
					b.Fatal(err)
				}
				s = t.After
			}
		}
	})
	b.Run("Next", func(b *testing.B) {
		b.ReportAllocs()
		var t setupintent.Transition
		for b.Loop() {
			t.After = setupintent.Intent{}
			for _, c := range commands {
				if err := t.Next(c, start); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}

// BenchmarkReplay folds a history of 1,000 events.
func BenchmarkReplay(b *testing.B) {
	t, err := setupintent.Chain(setupintent.Intent{}, start, create(b, "pm_card_visa"), setupintent.Confirm{}, setupintent.Approve{})
	require.NoError(b, err)
	events := t.Events
	for len(events) < 1000 {
		u, err := setupintent.Apply(t.After, setupintent.Update{Metadata: intents.Pairs("order=1")}, start)
		require.NoError(b, err)
		t, events = u, append(events, u.Events...)
	}
	b.ReportAllocs()
	for b.Loop() {
		if s := setupintent.Replay(slices.Values(events)); s != t.After {
			b.Fatal("it replays to something else")
		}
	}
}

package capture_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// BenchmarkApply is one transition: accepted, refused by the table, refused by the
// command's contents, and harmless.
func BenchmarkApply(b *testing.B) {
	hold := apply(b, day(0), capture.Authorize{Attempt: attempt(2000), Method: capture.Manual})
	taken := apply(b, day(0), capture.Authorize{Attempt: attempt(2000), Method: capture.AutomaticAsync})
	settled := then(b, taken, day(0), capture.Settle{})
	now := day(1)
	for _, bm := range []struct {
		name   string
		charge capture.Charge
		cmd    capture.Command
		refuse bool
	}{
		{"authorize", capture.Charge{}, capture.Authorize{Attempt: attempt(2000), Method: capture.Manual}, false},
		{"capture", hold, capture.Capture{Amount: 2000, Final: true}, false},
		{"settle", taken, capture.Settle{}, false},
		{"settle twice", settled, capture.Settle{}, false},
		{"refund", settled, capture.RefundCharge{Amount: 500}, false},
		{"refused by the table", settled, capture.Capture{Amount: 2000, Final: true}, true},
		{"refused by its contents", hold, capture.Capture{Amount: 2001, Final: true}, true},
	} {
		b.Run(bm.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := capture.Apply(bm.charge, bm.cmd, now); (err != nil) != bm.refuse {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkDecide is the typed decision and the fold in place, as the machines
// that are made of charges use them.
func BenchmarkDecide(b *testing.B) {
	hold := apply(b, day(0), capture.Authorize{Attempt: attempt(2000), Method: capture.Manual})
	now := intents.TimeOf(day(1))
	cmd := capture.Capture{Amount: 2000, Final: true}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := cmd.Decide(&hold, now); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReplay replays a charge with so many events: a hold that is captured in
// fifty parts at most, so most are refunds that go back and forth.
func BenchmarkReplay(b *testing.B) {
	for _, n := range []int{10, 1000} {
		var events []capture.Event
		c := capture.Charge{}
		add := func(cmd capture.Command) {
			tr, err := capture.Apply(c, cmd, day(0))
			if err != nil {
				b.Fatal(err)
			}
			c, events = tr.After, append(events, tr.Events...)
		}
		add(capture.Authorize{Attempt: attempt(2000), Method: capture.Automatic})
		for i := 0; len(events) < n; i++ {
			if c.Refunds.Len() < 4 {
				add(capture.RefundCharge{Amount: 1, Pending: true})
				continue
			}
			events = append(events, capture.RefundUpdated{Number: i % 4, Status: capture.RefundSucceeded})
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if got := capture.Replay(slices.Values(events)); got.ID != c.ID {
					b.Fatal(got)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(events)), "ns/event")
		})
	}
}

// BenchmarkCodec stores an event and reads it again.
func BenchmarkCodec(b *testing.B) {
	events, err := capture.Decide(capture.Charge{}, capture.Authorize{Attempt: attempt(2000), Method: capture.AutomaticAsync}, day(0))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		data, err := capture.MarshalEvent(events[0])
		if err != nil {
			b.Fatal(err)
		}
		if _, err := capture.UnmarshalEvent(data); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCheck is the full check of a stored charge, and the part that Apply asks.
func BenchmarkCheck(b *testing.B) {
	c := apply(b, day(0), capture.Authorize{Attempt: attempt(2000), Method: capture.Automatic}, capture.RefundCharge{Amount: 1})
	b.Run("full", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := capture.Check(c); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("fast", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := capture.CheckFast(&c); err != nil {
				b.Fatal(err)
			}
		}
	})
}

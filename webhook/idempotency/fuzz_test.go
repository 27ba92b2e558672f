package idempotency_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/webhook/idempotency"
)

// FuzzCommands runs a script, in which one byte is a command and its upper bits a pause.
func FuzzCommands(f *testing.F) {
	f.Add([]byte{0, 6, 0, 1, 0xfb, 0})
	f.Add([]byte{0, 10, 1, 8, 0x81, 0xf1})
	f.Fuzz(func(t *testing.T, script []byte) {
		var r idempotency.Record
		var events []idempotency.Event
		now := start()
		all := commands()
		for _, b := range script[:min(len(script), 100)] {
			now = now.Add(time.Duration(b>>4) * 2 * time.Hour)
			tr, err := idempotency.Apply(r, all[int(b&15)%len(all)], now)
			var state *intents.StateError
			var invalid *intents.InvalidError
			if err != nil && !errors.As(err, &state) && !errors.As(err, &invalid) {
				t.Fatal(err)
			}
			if err != nil {
				continue
			}
			r, events = tr.After, append(events, tr.Events...)
			if err := idempotency.Check(r); err != nil {
				t.Fatal(err)
			}
		}
		if idempotency.Replay(slices.Values(events)) != r {
			t.Fatal("replay")
		}
	})
}

// FuzzUnmarshal: what can be read as an event or a command can be written and read again.
func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte(`{"type":"idempotency.begun","data":{"scope":"a","key":"k","request":{"endpoint":"POST /","digest":"0"},"at":1}}`))
	f.Add([]byte(`{"type":"begin","data":{"key":"k","request":{"endpoint":"POST /","digest":"0"}}}`))
	f.Add([]byte(`{"type":"finish","data":{"answer":{"code":500,"body":"é"}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if e, err := idempotency.UnmarshalEvent(data); err == nil {
			b, err := idempotency.MarshalEvent(e)
			again, errAgain := idempotency.UnmarshalEvent(b)
			if err != nil || errAgain != nil || again != e {
				t.Fatalf("%s: %v %v: %#v", b, err, errAgain, e)
			}
			idempotency.Evolve(idempotency.Record{}, e)
		}
		if c, err := idempotency.UnmarshalCommand(data); err == nil {
			b, err := idempotency.MarshalCommand(c)
			again, errAgain := idempotency.UnmarshalCommand(b)
			if err != nil || errAgain != nil || again != c {
				t.Fatalf("%s: %v %v: %#v", b, err, errAgain, c)
			}
			if tr, err := idempotency.Apply(idempotency.Record{}, c, start()); err == nil && idempotency.Check(tr.After) != nil {
				t.Fatalf("%s made a corrupt record", b)
			}
		}
	})
}

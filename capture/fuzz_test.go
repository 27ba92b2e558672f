package capture_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/capture/capturetest"
)

// FuzzRefunds: any string can stand where a list of refunds does. Nothing panics, and one that
// Check lets pass is made again from its refunds.
func FuzzRefunds(f *testing.F) {
	for _, s := range []string{
		"", "500,succeeded,,1767225600,0", "500,succeeded,,1767225600,0;300,pending,duplicate,1767225601,2", ";", ",,,,", "1,failed,,,0",
		"9223372036854775807,succeeded,,0,0;9223372036854775807,succeeded,,0,0", "-9223372036854775808,pending,,0,3;-1,pending,,0,3",
	} {
		f.Add(s, 0)
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		rs := capture.Refunds(s)
		c := apply(t, day(0), capture.Authorize{Attempt: attempt(2000), Method: capture.Automatic})
		c.Refunds = rs
		c.AmountRefunded = 1
		for _, cmd := range []capture.Command{capture.RefundCharge{Amount: 1}, capture.ReportRefund{Number: n, Status: capture.RefundFailed}} {
			if tr, err := capture.Apply(c, cmd, day(0)); err == nil && capture.Check(tr.After) != nil {
				t.Fatalf("%s of a corrupt list", cmd)
			}
		}
		capture.Evolve(c, capture.RefundUpdated{Number: n, Status: capture.RefundFailed})
		capture.Evolve(c, capture.Refunded{})
		fee, _ := c.ApplicationFee()
		tr, _ := c.Transfer()
		if fee.AmountRefunded < 0 || fee.AmountRefunded > fee.Amount || tr.AmountReversed < 0 || tr.AmountReversed > tr.Amount {
			t.Fatalf("%+v %+v", fee, tr)
		}
		if rs.Check() != nil {
			return
		}
		var list []capture.Refund
		for i, r := range rs.All() {
			if got, ok := rs.Get(i); !ok || got != r || i != len(list) {
				t.Fatalf("refund %d", i)
			}
			list = append(list, r)
		}
		if again := fold(list...).Refunds; again != rs || rs.Len() != len(list) {
			t.Fatalf("%q became %q", rs, again)
		}
	})
}

// FuzzCommands runs a script, in which one byte is a command, with contents that the
// bits above its kind choose, and holds the result against what must be so.
func FuzzCommands(f *testing.F) {
	f.Add([]byte{0x10, 0x05, 0x09, 0x0a})
	f.Add([]byte{0x20, 0x04, 0x14, 0x27, 0x07})
	f.Add([]byte{0x01, 0x0c, 0x03, 0x05, 0x09, 0x19, 0x2a, 0x0b})
	f.Add([]byte{0x62, 0x06, 0x16, 0x44, 0x09, 0x0d, 0x08})
	f.Fuzz(func(t *testing.T, script []byte) {
		var c capture.Charge
		var events []capture.Event
		var books capturetest.Ledger
		now := day(0)
		for _, b := range script[:min(len(script), 64)] {
			cmd, pause := scripted(&c, b)
			now = now.Add(pause)
			if cmd == nil {
				continue
			}
			tr, err := capture.Apply(c, cmd, now)
			var state *intents.StateError
			var invalid *intents.InvalidError
			if err != nil && !errors.As(err, &state) && !errors.As(err, &invalid) {
				t.Fatal(err)
			}
			if err != nil {
				continue
			}
			c, events = tr.After, append(events, tr.Events...)
			if err := errors.Join(books.Post(tr.Events...), capture.Check(c), books.Check(c)); err != nil {
				t.Fatalf("%s: %v", cmd, err)
			}
		}
		if capture.Replay(slices.Values(events)) != c {
			t.Fatal("replay")
		}
		data, err := json.Marshal(c)
		var again capture.Charge
		if err != nil || json.Unmarshal(data, &again) != nil || again != c {
			t.Fatalf("%s: %v", data, err)
		}
	})
}

// scripted reads a byte as a command, or as a pause.
func scripted(c *capture.Charge, b byte) (cmd capture.Command, pause time.Duration) {
	x := int64(b >> 4) // 0 to 15
	odd := x&1 == 1
	amounts := [...]int64{0, 1, 2, c.Capturable(), c.Capturable() + 1, c.Refundable(), c.Refundable() + 1, capture.Most}
	amount := amounts[x/2]
	terms := capture.Terms{Maximum: 0, Features: capture.Features(x), Pricing: capture.TestPricing()}
	method := [...]capture.Method{capture.Manual, capture.Automatic, capture.AutomaticAsync, capture.Manual}[x&3]
	switch b & 15 {
	case 0:
		return capture.Authorize{Attempt: attempt(1 + x*x*x), Method: method, Terms: terms}, 0
	case 1:
		return capture.Submit{Attempt: attempt(1 + x*x*x), AskIn: time.Duration(x) * time.Hour}, 0
	case 2:
		return capture.Authorize{Attempt: attempt(capture.Most - x), Method: capture.Manual, Terms: capture.Terms{Maximum: capture.Most, Features: capture.Features(x)}}, 0
	case 3:
		return capture.Collect{Method: method, Terms: terms}, 0
	case 4:
		return capture.Capture{Amount: amount, Final: odd}, 0
	case 5:
		return capture.Settle{Fee: x, AvailableOn: intents.Time(x)}, 0
	case 6:
		return capture.Increment{Amount: c.Amount + x - 1, Declined: odd}, 0
	case 7:
		return capture.Release{}, 0
	case 8:
		return capture.Expire{}, 0
	case 9:
		return capture.RefundCharge{Amount: amount, Pending: odd, Flags: capture.RefundFlags(x & 3)}, 0
	case 10:
		return capture.ReportRefund{Number: int(x & 3), Status: [...]capture.RefundStatus{"succeeded", "failed", "canceled", "pending"}[x/4]}, 0
	case 11:
		return capture.Dispute{Reason: "fraudulent"}, 0
	case 12:
		return nil, time.Duration(x) * 12 * time.Hour
	case 13:
		return nil, time.Duration(x) * time.Minute
	case 14:
		return capture.Decline{Attempt: attempt(x)}, 0
	}
	return capture.Authorize{Attempt: attempt(100), Method: capture.Manual, Terms: capture.Terms{Maximum: 100 + x, Features: capture.Features(x)}}, 0
}

// FuzzUnmarshal: what can be read as an event or a command can be written and read again.
func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte(`{"type":"charge.captured","data":{"amount":1500,"total":2000,"final":true,"ledger":{"at":1,"fee":2},"details":{"a":"b"}}}`))
	f.Add([]byte(`{"type":"charge.refunded","data":{"refund":{"amount":1,"status":"succeeded","flags":3}}}`))
	f.Add([]byte(`{"type":"authorize","data":{"id":"ch_1","amount":1,"payment_method":{"Type":"card"},"terms":{"hold":1}}}`))
	f.Add([]byte(`{"type":"settle","data":{"fee":1}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if e, err := capture.UnmarshalEvent(data); err == nil {
			b, err := capture.MarshalEvent(e)
			again, errAgain := capture.UnmarshalEvent(b)
			if err != nil || errAgain != nil || again != e {
				t.Fatalf("%s: %v %v: %#v", b, err, errAgain, e)
			}
			capture.Evolve(capture.Charge{}, e)
		}
		if c, err := capture.UnmarshalCommand(data); err == nil {
			b, err := capture.MarshalCommand(c)
			again, errAgain := capture.UnmarshalCommand(b)
			if err != nil || errAgain != nil || again != c {
				t.Fatalf("%s: %v %v: %#v", b, err, errAgain, c)
			}
			if tr, err := capture.Apply(capture.Charge{}, c, day(0)); err == nil && capture.Check(tr.After) != nil {
				t.Fatalf("%s made a corrupt charge", b)
			}
		}
	})
}

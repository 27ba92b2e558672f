package checkout_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/checkout/checkouttest"
	"github.com/payintent/intents/internal/model"
)

// FuzzCommands reads a script, one byte per command, and holds every invariant after
// each. Bytes above the commands let time pass.
func FuzzCommands(f *testing.F) {
	commands := everything(f)
	index := func(names ...string) (script []byte) {
		for _, name := range names {
			i := slices.IndexFunc(commands, func(c checkouttest.Command) bool { return strings.HasPrefix(c.String(), name) })
			if i < 0 {
				f.Fatalf("no command %s", name)
			}
			script = append(script, byte(i))
		}
		return script
	}
	f.Add(index("create "+csID+" mode=payment", "submit payment_method=pm_card_visa", "payment approve", "payment settle"))
	f.Add(index("create "+csID+" mode=setup", "submit payment_method=pm_card_visa", "setup approve"))
	f.Add(index("create "+csID+" mode=subscription", "submit payment_method=pm_card_visa", "complete payment_status=paid subscription=sub_1"))
	f.Add(append(index("create "+csID+" mode=payment", "submit payment_method=pm_usBankAccount_success", "payment submit"), 255, byte(len(commands)), index("lapse")[0]))
	f.Fuzz(func(t *testing.T, script []byte) {
		var h history
		now := start
		for _, b := range script[:min(len(script), 64)] {
			if int(b) >= len(commands) {
				now = now.Add(time.Duration(int(b)-len(commands)+1) * time.Hour)
				continue
			}
			if err := h.step(checkouttest.Step{Command: commands[b], At: now}); err != nil {
				t.Fatalf("%v: %v\nin %#v", commands[b], err, h.f)
			}
			for _, i := range invariants() {
				if err := i.Check(h.f); err != nil {
					t.Fatalf("%s: %v\nafter %v: %#v", i.Name, err, commands[b], h.f)
				}
			}
		}
	})
}

// everything is every command that the tests know, fewer than 250.
func everything(tb testing.TB) []checkouttest.Command {
	tb.Helper()
	var commands []checkouttest.Command
	for _, c := range append(variants(tb), create(tb, onElements), create(tb, held, recoverable), create(tb, early), create(tb, free), pay(tb, "pm_usBankAccount_success"), checkout.Submit{}) {
		commands = append(commands, checkouttest.Command{Session: c})
	}
	both := toldFlow(tb, create(tb), pay(tb, "pm_card_chargeDeclined"))
	for _, f := range []checkout.Flow{both, toldFlow(tb, createSetup(tb))} {
		for _, c := range model.NewFlowCommands().For(f) {
			if c.Payment != nil || c.Setup != nil {
				commands = append(commands, checkouttest.Command{Payment: c.Payment, Setup: c.Setup})
			}
		}
	}
	if len(commands) > 250 {
		tb.Fatal("too many commands for a byte: ", len(commands))
	}
	return commands
}

// FuzzDecodeEvent reads any bytes as an event. What is one comes back from its own
// JSON as it was, and can be folded into any session.
func FuzzDecodeEvent(f *testing.F) {
	for _, e := range append(zeroEvents(), fullEvents(f)...) {
		stored, err := checkout.MarshalEvent(e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(stored)
	}
	f.Add([]byte(`{"type":"checkout_session.submitted","data":{"buyer":{"email":"\ufffd\ud800"}}}`))
	var sessions []checkout.Session
	for _, list := range samples(f) {
		sessions = append(sessions, list...)
	}
	f.Fuzz(func(t *testing.T, stored []byte) {
		e, err := checkout.UnmarshalEvent(stored)
		if err != nil {
			if class, _, _ := refusal(err); class != "contents" || e != nil {
				t.Fatalf("%v, %v", e, err)
			}
			return
		}
		again, err := checkout.MarshalEvent(e)
		if err != nil {
			t.Fatalf("%#v can't be stored: %v", e, err)
		}
		back, err := checkout.UnmarshalEvent(again)
		if err != nil || back != e {
			t.Fatalf("%s comes back as %#v: %v", again, back, err)
		}
		for _, s := range sessions {
			after := checkout.Evolve(s, e)
			if after.Version != s.Version+1 {
				t.Fatalf("%#v leads to %#v", e, after)
			}
			_, _ = checkout.Check(after), after.AmountTotal() // whatever the event says, nothing panics
		}
	})
}

// FuzzDecodeCommand reads any bytes as a command. What is one comes back from its own
// JSON as it was, and is taken or refused with a typed error.
func FuzzDecodeCommand(f *testing.F) {
	for _, c := range append(variants(f), fullCommands(f)...) {
		stored, err := checkout.MarshalCommand(c)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(stored)
	}
	flows := []checkout.Flow{{}, toldFlow(f, create(f)), toldFlow(f, create(f, onElements), pay(f, "pm_card_chargeDeclined")), toldFlow(f, createSetup(f)), toldFlow(f, createSubscription(f))}
	f.Fuzz(func(t *testing.T, stored []byte) {
		c, err := checkout.UnmarshalCommand(stored)
		if err != nil {
			if class, _, _ := refusal(err); class != "contents" || c != nil {
				t.Fatalf("%v, %v", c, err)
			}
			return
		}
		again, err := checkout.MarshalCommand(c)
		if err != nil {
			t.Fatalf("%#v can't be stored: %v", c, err)
		}
		if back, err := checkout.UnmarshalCommand(again); err != nil || back != c {
			t.Fatalf("%s comes back as %#v: %v", again, back, err)
		}
		for _, flow := range flows {
			step, err := flow.Apply(c, start)
			if err != nil {
				if class, _, _ := refusal(err); class == "untyped" {
					t.Fatal(err)
				}
				continue
			}
			if err := checkStep(step); err != nil {
				t.Fatalf("%s: %v", again, err)
			}
		}
	})
}

// FuzzLineItems reads any text as a list of line items, as JSON and as it is stored.
// What is one is a list of lines that can be, and comes back as it was.
func FuzzLineItems(f *testing.F) {
	for _, l := range []checkout.LineItems{"", fullItems(f), items(f, shirt()), items(f, coffee(), shirt())} {
		f.Add(string(l))
		b, err := json.Marshal(l)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b))
	}
	f.Add("currency=usd&name=A&quantity=1&unit_amount=-1")
	f.Add("currency=usd&name=A&quantity=01&unit_amount=9223372036854775808\n\n")
	f.Add(`[{"name":"\ud800","currency":"usd","quantity":1}]`)
	f.Fuzz(func(t *testing.T, text string) {
		l := checkout.LineItems(text)
		_ = (&checkout.Session{LineItems: l}).Total() // whatever it is, nothing panics
		if l.Check() != nil {
			if _, err := json.Marshal(l); err == nil {
				t.Fatal("it is marshaled")
			}
			if err := json.Unmarshal([]byte(text), &l); err != nil {
				if l != checkout.LineItems(text) {
					t.Fatal("a failure changes the list")
				}
				return
			}
		}
		lines := make([]checkout.LineItem, 0, l.Len())
		for _, line := range l.All() {
			lines = append(lines, line)
			if line.Subtotal() < 0 || line.Amount() < 0 || line.Quantity < 1 || line.Currency.Check() != nil {
				t.Fatalf("%#v is no line", line)
			}
		}
		again, err := checkout.NewLineItems(lines...)
		if err != nil || again != l || again.Len() != len(lines) {
			t.Fatalf("%q comes back as %q: %v", l, again, err)
		}
		b, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		var back checkout.LineItems
		if err := json.Unmarshal(b, &back); err != nil || back != l {
			t.Fatalf("%s comes back as %q: %v", b, back, err)
		}
		if _, err := checkout.Open(checkout.Create{ID: "cs_1", Mode: checkout.Payment, LineItems: l, Details: success}, start); err != nil {
			if class, _, _ := refusal(err); class == "untyped" {
				t.Fatal(err)
			}
		}
	})
}

package setupintent_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payintent/intents/internal/model"
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/setupintent/setupintenttest"
)

// FuzzCommands reads a script, one byte per command, and holds every invariant
// after each. Bytes above the commands let time pass.
func FuzzCommands(f *testing.F) {
	commands := append(slices.Clone(variants(f)), model.SetupRequests()...)
	commands = append(append(commands, model.SetupReports()...), model.SetupLate()...)
	for _, c := range newWorld(f).creates {
		commands = append(commands, c.command)
	}
	index := func(names ...string) (script []byte) {
		for _, name := range names {
			i := slices.IndexFunc(commands, func(c setupintent.Command) bool { return strings.HasPrefix(c.String(), name) })
			if i < 0 {
				f.Fatalf("no command %s", name)
			}
			script = append(script, byte(i))
		}
		return script
	}
	f.Add(index("create "+setiID, "confirm payment_method=pm_card_visa", "approve", "update customer=cus_1"))
	f.Add(append(index("create "+setiID, "confirm payment_method=pm_usBankAccount_success", "submit ask_in=1h0m0s"), 255, byte(len(commands))))
	f.Fuzz(func(t *testing.T, script []byte) {
		var h history
		now := start
		for _, b := range script[:min(len(script), 64)] {
			if int(b) >= len(commands) {
				now = now.Add(time.Duration(int(b)-len(commands)+1) * time.Hour)
				continue
			}
			before := h.s
			if err := h.step(setupintenttest.Step{Command: commands[b], At: now}); err != nil {
				t.Fatalf("%v: %v\nin %#v", commands[b], err, h.s)
			}
			for _, i := range invariants() {
				if err := i.Check(h.s); err != nil {
					t.Fatalf("%s: %v\nafter %v: %#v", i.Name, err, commands[b], h.s)
				}
			}
			for _, p := range stepProperties() {
				if err := p.Check(before, action{commands[b]}, h.s); err != nil {
					t.Fatalf("%s: %v\nafter %v: %#v", p.Name, err, commands[b], h.s)
				}
			}
		}
	})
}

// FuzzDecodeEvent reads any bytes as an event. What is one comes back from its own
// JSON as it was, and can be folded into any intent.
func FuzzDecodeEvent(f *testing.F) {
	for _, e := range append(zeroEvents(), fullEvents(f)...) {
		stored, err := setupintent.MarshalEvent(e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(stored)
	}
	f.Add([]byte(`{"type":"setup_intent.canceled","data":{"reason":"\ufffd\ud800"}}`))
	var intents []setupintent.Intent
	for _, list := range samples(f) {
		intents = append(intents, list...)
	}
	f.Fuzz(func(t *testing.T, stored []byte) {
		e, err := setupintent.UnmarshalEvent(stored)
		if err != nil {
			if class, _, _ := refusal(err); class != "contents" || e != nil {
				t.Fatalf("%v, %v", e, err)
			}
			return
		}
		again, err := setupintent.MarshalEvent(e)
		if err != nil {
			t.Fatalf("%#v can't be stored: %v", e, err)
		}
		back, err := setupintent.UnmarshalEvent(again)
		if err != nil || back != e {
			t.Fatalf("%s comes back as %#v: %v", again, back, err)
		}
		for _, s := range intents {
			if after := setupintent.Evolve(s, e); after.Version != s.Version+1 {
				t.Fatalf("%#v leads to %#v", e, after)
			}
		}
	})
}

package webhook_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/webhook"
)

// FuzzVerify gives Verify any header. It may accept one only if the header holds
// the signature that the judge, which knows the secret, computes for its time.
func FuzzVerify(f *testing.F) {
	good := "v1=" + testHex
	for _, header := range []string{
		"", "t=1492774577," + good, good + ",t=1492774577", "t=1,t=1492774577," + good, "t=1492774577,v0=" + testHex,
		"t=+1492774577," + strings.ToUpper(good[3:]), "t=-1,v1=,", "t=9223372036854775807,v1=zz", "=,==,\x00", "t==", "v1=" + good,
	} {
		f.Add(header, []byte(testPayload), int64(testSigned))
	}
	f.Fuzz(func(t *testing.T, header string, payload []byte, now int64) {
		for _, secrets := range [][]string{{testSecret}, {"whsec_other", testSecret}, {"whsec_unknown"}} {
			for _, tolerance := range []time.Duration{0, webhook.AnyAge} {
				err := webhook.Verify(payload, header, time.Unix(now, 0), tolerance, secrets...)
				if err == nil && !holdsSignature(header, payload, secrets...) {
					t.Fatalf("accepted %q for %q under %q", header, payload, secrets)
				}
				if err != nil && strings.Contains(err.Error(), secrets[0]) {
					t.Fatalf("the error tells the secret: %v", err)
				}
			}
		}
	})
}

// holdsSignature reports whether header holds a v1 that fits payload, under one of
// the secrets, at one of its times.
func holdsSignature(header string, payload []byte, secrets ...string) bool {
	elements := strings.Split(header, ",")
	for _, e := range elements {
		value, isTime := strings.CutPrefix(e, "t=")
		at, err := strconv.ParseInt(value, 10, 64)
		if !isTime || err != nil {
			continue
		}
		for _, secret := range secrets {
			want := "v1=" + hmacHex(secret, at, payload)
			if slices.ContainsFunc(elements, func(e string) bool { return strings.EqualFold(e, want) }) {
				return true
			}
		}
	}
	return false
}

// FuzzDecode gives Decode any payload. What it accepts is what encoding/json reads
// too, and renders to a payload that decodes to the same event.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(payloadWith("id", `"evt_1"`)))
	f.Add([]byte(payloadWith("data", `{"object":{"a":[1,-2.5e3,"\u0000}"]},"previous_attributes":{}}`)))
	f.Add([]byte(payloadWith("x", `[[{"\"":[]}],true,null]`)))
	f.Add([]byte(payloadWith("created", `-0`)))
	f.Add([]byte("\t{\"\\u0069d\":\"\\ud800\"}"))
	f.Add([]byte(`{`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		e, err := webhook.Decode(payload)
		if err != nil {
			if e != (webhook.Event{}) {
				t.Fatalf("a refusal gave %#v", e)
			}
			return
		}
		agreesWithJSON(t, payload, e)
		again, err := webhook.Decode(e.Render(e.APIVersion))
		if err != nil {
			t.Fatalf("rendered %s: %v", e.Render(e.APIVersion), err)
		}
		if e.APIVersion == "" { // rendering names a version where there was none
			again.APIVersion = ""
		}
		if again != e {
			t.Fatalf("decoded %#v, then %#v", e, again)
		}
		if _, err := json.Marshal(e); err != nil {
			t.Fatal(err)
		}
	})
}

// agreesWithJSON reads payload with encoding/json into maps, which match names by case.
func agreesWithJSON(t *testing.T, payload []byte, e webhook.Event) {
	t.Helper()
	var top, data map[string]json.RawMessage
	if err := json.Unmarshal(payload, &top); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(top["data"], &data); err != nil {
		t.Fatal(err)
	}
	var id, eventType string
	var created intents.Time
	for name, into := range map[string]any{"id": &id, "type": &eventType, "created": &created} {
		if err := json.Unmarshal(top[name], into); err != nil {
			t.Fatal(name, err)
		}
	}
	if id != e.ID || eventType != e.Type || created != e.Created || webhook.Raw(data["object"]) != e.Object {
		t.Fatalf("%s gave %#v", payload, e)
	}
	if previous := string(data["previous_attributes"]); previous != e.Previous && previous != "null" {
		t.Fatalf("%s gave %#v", payload, e)
	}
}

// FuzzMux registers any three patterns and looks any type up. What is accepted
// as a pattern is found by it, as the oracle says.
func FuzzMux(f *testing.F) {
	f.Add("payment_intent.*", "payment_intent.succeeded", "*", "payment_intent.succeeded")
	f.Add("charge.*", "charge.dispute.*", "*", "charge.dispute.closed")
	f.Add("pay*", "*.x", "a.*.b", "a.x.b")
	f.Add("", "..", "a.*", "a.")
	f.Add("a..*", "*", "a.*", "a..b")
	f.Fuzz(func(t *testing.T, p1, p2, p3, eventType string) {
		var m webhook.Mux
		accepted := map[string]bool{}
		for _, p := range []string{p1, p2, p3} {
			err := m.Handle(p, named(p))
			if (err == nil) != (wellFormed(p) && !accepted[p]) {
				t.Fatalf("%q after %v: %v", p, accepted, err)
			}
			accepted[p] = accepted[p] || err == nil
		}
		maps.DeleteFunc(accepted, func(_ string, ok bool) bool { return !ok })
		want := bestPattern(slices.Collect(maps.Keys(accepted)), eventType)
		h, got := m.Handler(eventType)
		if got != want || want != "" && h != named(want) {
			t.Fatalf("%q among %v gave %q, not %q", eventType, accepted, got, want)
		}
	})
}

// wellFormed is the grammar of patterns, said in another way than the code does.
func wellFormed(pattern string) bool {
	if pattern == "*" {
		return true
	}
	name := strings.TrimSuffix(pattern, ".*")
	odd := func(r rune) bool { return r <= ' ' || r > '~' || r == '*' || 'A' <= r && r <= 'Z' }
	return name != "" && !strings.ContainsFunc(name, odd) && !slices.Contains(strings.Split(name, "."), "")
}

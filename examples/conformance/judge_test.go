package conformance

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/webhook"
)

// TestAlways holds the list of keys that are always sent against Stripe's artefacts:
// the OpenAPI of its SDKs, which requires each of them, and the recorded replies of the
// version nearest to it, which have each of them unless it is younger.
func TestAlways(t *testing.T) {
	s := theSpec(t)
	for name, keys := range s.listed {
		if s.schemas[name] == nil {
			t.Errorf("there is no schema %s", name)
			continue
		}
		for _, key := range keys {
			if slices.Contains(s.required[name], key) == slices.Contains(onlyNode[name], key) {
				t.Errorf("%s: whether the SDKs rely on %s", name, key)
			}
		}
	}
	for _, k := range kinds {
		if len(s.always[k.name]) == 0 {
			t.Errorf("nothing is said to be always in %s", k.name)
		}
	}
}

// onlyNode are keys that are always there by the types of stripe-node alone, where the
// OpenAPI lets them be absent: a deleted customer is of the same type there (NODE-23).
var onlyNode = map[string][]string{"customer": {"balance", "invoice_settings", "metadata"}}

// younger are keys that came after the newest recordings (webhook.Changes).
var younger = []string{"allowed_payment_method_types", "managed_payments"}

func TestAlwaysRecorded(t *testing.T) {
	body, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "recordings", "stripe-sandbox.json"))
	if err != nil {
		t.Skipf("the recorded replies are not here: %v", err)
	}
	var all []struct {
		Version  string         `json:"stripe_version"`
		Response map[string]any `json:"response"`
	}
	if err := json.Unmarshal(body, &all); err != nil {
		t.Fatal(err)
	}
	s, checked := theSpec(t), 0
	for _, r := range all {
		name, _ := r.Response["object"].(string)
		if r.Version != string(sdkVersion) || s.listed[name] == nil {
			continue
		}
		checked++
		for _, key := range s.listed[name] {
			_, ok := r.Response[key]
			if !ok && key == "client_secret" { // a scrubber took the key for a secret
				ok = true
			}
			if ok == slices.Contains(younger, key) {
				t.Errorf("%s: %s is recorded: %t", r.Response["id"], key, ok)
			}
		}
	}
	if checked == 0 {
		t.Error("nothing was recorded at " + sdkVersion)
	}
}

// TestBeyond says that what Stripe sends beyond its OpenAPI is not declared there,
// and that a list of it without use does not stay.
func TestBeyond(t *testing.T) {
	s := theSpec(t)
	for name, keys := range s.beyond {
		ref := s.schemas[name]
		if ref == nil && name != "RefundList" { // which is a part of charge
			t.Errorf("there is no schema %s", name)
		}
		for _, key := range keys {
			if ref != nil && ref.Value.Properties[key] != nil {
				t.Errorf("%s declares %s", name, key)
			}
		}
	}
	for name, keys := range s.beyond {
		for _, key := range keys {
			if !slices.ContainsFunc(richest(t), func(body string) bool { return strings.Contains(body, `"`+key+`":`) }) {
				t.Errorf("%s is not rendered with %s", name, key)
			}
		}
	}
}

// richest are intents that show much.
func richest(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, tr := range catalogue() {
		if tr.After.Status == paymentintent.StatusSucceeded && tr.After.Charge.Refunds.Len() > 0 {
			body := webhook.PaymentIntent{Intent: tr.After, Expand: everything}.AppendJSON(nil, specVersion)
			all = append(all, string(body))
		}
	}
	return all
}

// TestJudge plants one fault after the other in a body that is right, and says
// which of the questions notices.
func TestJudge(t *testing.T) {
	s := theSpec(t)
	k, _ := kindOf("payment_intent")
	all := richest(t)
	right := all[slices.IndexFunc(all, func(body string) bool { return strings.Contains(body, `"transfer":{`) })]
	for _, tc := range []struct{ name, old, replacement, noticed string }{
		{"nothing", "", "", ""},
		{"a type", `"amount":2000`, `"amount":"2000"`, "invalid sdk"},
		{"a status", `"status":"succeeded"`, `"status":"done"`, "invalid"},
		{"null", `"livemode":false`, `"livemode":null`, "invalid"},
		{"a key", `"canceled_at":null`, `"cancelled_at":null`, "undeclared missing"},
		{"a key deep inside", `"network_status":`, `"network_state":`, "undeclared missing lost"},
		{"a key of a list", `"has_more":`, `"has_many":`, "undeclared invalid"},
		{"a value deep inside", `"authorized"`, `7`, "invalid sdk"},
		{"an expanded object", `"object":"transfer"`, `"object":"transform"`, "invalid"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			body := right
			if tc.old != "" {
				if body = strings.Replace(right, tc.old, tc.replacement, 1); body == right {
					t.Fatalf("there is no %s in %s", tc.old, right)
				}
			}
			v := s.judge(k.name, decoded(t, []byte(body)))
			_, dropped, err := trip(k, []byte(body))
			for noticed, is := range map[string]bool{
				"invalid": len(v.invalid) > 0, "undeclared": len(v.undeclared) > 0, "missing": len(v.missing) > 0, "sdk": err != nil,
				"lost": dropped["charge.outcome.network_state"],
			} {
				if want := slices.Contains(strings.Fields(tc.noticed), noticed); is != want {
					t.Errorf("%s is noticed: %t; %v %v", noticed, is, v.problems(), err)
				}
			}
		})
	}
	// What comes back changed is lost.
	var c comparison
	for _, pair := range [][2]string{{`{"a":1}`, `{"a":2}`}, {`[1]`, `[]`}, {`"ch_1"`, `{"id":"ch_2"}`}, {`null`, `7`}, {`{"a":{"b":1}}`, `{"a":null}`}, {`true`, `false`}} {
		before := len(c.lost)
		c.compare("x", decoded(t, []byte(pair[0])), decoded(t, []byte(pair[1])))
		if len(c.lost) != before+1 {
			t.Errorf("%s became %s, and nothing was lost", pair[0], pair[1])
		}
	}
}

// TestChanged plants faults in what an event says changed.
func TestChanged(t *testing.T) {
	s := theSpec(t)
	body := webhook.Customer{Customer: payerOf("cus_1")}.AppendJSON(nil, specVersion)
	object, _ := decoded(t, body).(map[string]any)
	delete(object, "business_name")
	for previous, want := range map[string]int{
		`{}`: 0,
		`{"email":"a@example.com","metadata":{"plan":"x"},"shipping":{"phone":null}}`: 0,
		`{"business_name":"Shop"}`:                   0, // which may be absent
		`{"e_mail":"a@example.com"}`:                 1,
		`{"invoice_settings":{"default":"pm_1"}}`:    1,
		`{"address":{"town":"Wien","country":"AT"}}`: 1,
	} {
		changed, _ := decoded(t, []byte(previous)).(map[string]any)
		if problems := s.changed("customer", changed, object); len(problems) != want {
			t.Errorf("%s: %v", previous, problems)
		}
	}
	delete(object, "email")
	if problems := s.changed("customer", map[string]any{"email": "x"}, object); len(problems) != 1 {
		t.Errorf("%v", problems)
	}
}

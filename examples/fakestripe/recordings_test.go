package fakestripe_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/examples/fakestripe"
)

// recording is a request that Stripe's sandbox has answered.
type recording struct {
	Method, Path string
	Query, Form  [][2]string
	Version      string `json:"stripe_version"`
	Status       int
	Response     map[string]any
}

// TestRecordings makes the recorded requests that create something, and holds the
// answers against the recorded ones: the status, the keys, the JSON types, and of an
// error all that names it. The recordings are not in the module.
func TestRecordings(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "recordings", "stripe-sandbox.json"))
	if err != nil {
		t.Skip("the recordings are not here")
	}
	var all []recording
	require.NoError(t, json.Unmarshal(text, &all))
	replayed := 0
	for i, r := range all {
		if r.Method != http.MethodPost || strings.Contains(r.Path, "/capture") || r.Path == "/v1/refunds" {
			continue
		}
		replayed++
		t.Run(fmt.Sprintf("%d %s %s", i, r.Path, r.Version), func(t *testing.T) { replay(t, r) })
	}
	require.GreaterOrEqual(t, replayed, 13)
}

func replay(t *testing.T, r recording) {
	t.Helper()
	// The account of the recordings had more methods turned on than a new one.
	types := intents.TypesOf(intents.Card, intents.AfterpayClearpay, intents.Alipay, intents.Klarna, intents.Link, intents.USBankAccount, intents.WechatPay, intents.AcssDebit)
	c := newClient(t, fakestripe.Options{Settings: checkout.Settings{Types: types}})
	customer := c.post("/v1/customers", "email", "stripe@example.org").ok().id()
	method := "pm_card_visa"
	if r.Response["status"] == "requires_action" {
		method = "pm_card_threeDSecure2Required"
	}
	price := c.post("/v1/prices", "currency", "usd", "unit_amount", "1500", "product_data[name]", "Shirt").ok().id()
	var params []string
	for _, p := range r.Form {
		key, value := p[0], p[1]
		switch {
		case key == "customer":
			value = customer
		case key == "payment_method":
			value = c.saved(method, customer)
		case strings.HasSuffix(key, "[price]"):
			value = price
		}
		params = append(params, key, value)
	}
	got := c.at(r.Version).post(r.Path, params...)
	require.Equal(t, r.Status, got.status, got.body)
	if r.Status != http.StatusOK {
		want := r.Response["error"].(map[string]any)
		for _, key := range []string{"code", "type", "param", "doc_url"} {
			require.Equal(t, want[key], got.at("error."+key), key)
		}
		return
	}
	require.Equal(t, r.Response["status"], got.at("status"))
	sameShape(t, "", r.Response, got.json)
}

// open are the members whose contents depend on what an account has turned on, or that
// are as long as what is in them.
var open = []string{"payment_method_options", "payment_method_types", "metadata", "next_action", "payment_method_configuration_details", "branding_settings", "payment_method_details"}

func sameShape(t *testing.T, path string, want, got map[string]any) {
	t.Helper()
	known := map[string]any{}
	for key, v := range want { // the recordings hide what looks like a secret
		if strings.HasPrefix(key, "client_<") {
			key = "client_secret"
		}
		known[key] = v
	}
	require.Equal(t, slices.Sorted(maps.Keys(known)), slices.Sorted(maps.Keys(got)), "keys of %s", path)
	for key, w := range known {
		g := got[key]
		if slices.Contains(open, key) || w == nil || g == nil {
			continue
		}
		wm, isMap := w.(map[string]any)
		gm, gotMap := g.(map[string]any)
		if isMap && gotMap {
			sameShape(t, path+"."+key, wm, gm)
			continue
		}
		require.IsType(t, w, g, "%s.%s", path, key)
	}
}

// TestStory holds a whole story, requests and answers, to the byte: go test -update
// rewrites it.
func TestStory(t *testing.T) {
	c := newClient(t, fakestripe.Options{Seed: 42})
	var story strings.Builder
	tell := func(a answer, line string) answer {
		fmt.Fprintf(&story, "%s\n%d %s\n\n", line, a.status, a.body)
		return a
	}
	do := func(method, path string, params ...string) answer {
		return tell(c.do(method, path, params...), method+" "+path+" "+strings.Join(params, " "))
	}
	customer := do("POST", "/v1/customers", "email", "jenny@example.com", "name", "Jenny Rosen").id()
	pm := do("POST", "/v1/payment_methods", "type", "card", "card[token]", "tok_visa").id()
	do("POST", "/v1/payment_methods/"+pm+"/attach", "customer", customer)
	pi := do("POST", intentsPath, "amount", "2000", "currency", "usd", "customer", customer, "payment_method", pm, "confirm", "true", "expand[]", "latest_charge").id()
	do("POST", intentsPath, "amount", "2000", "currency", "usd", "payment_method", "pm_card_visa_chargeDeclined", "confirm", "true")
	c.advance(time.Hour)
	do("POST", "/v1/refunds", "payment_intent", pi, "amount", "500", "expand[]", "charge.balance_transaction")
	si := do("POST", setupsPath, "customer", customer, "payment_method", "pm_card_threeDSecure2Required", "confirm", "true", "return_url", "https://example.com").id()
	do("POST", setupsPath+"/"+si+"/cancel")
	session := do("POST", sessionsPath, shirt("customer", customer, "expand[]", "line_items")...).id()
	do("POST", "/v1/payment_pages/"+session+"/confirm", "payment_method", pm, "expected_amount", "2198")
	do("POST", "/v1/customers/"+customer, "invoice_settings[nope]", "x")
	do("GET", "/v1/charges", "limit", "1", "expand[]", "data.payment_intent")
	do("GET", "/v1/events", "limit", "100")
	golden := filepath.Join("testdata", "story.golden")
	if updating() {
		require.NoError(t, os.WriteFile(golden, []byte(story.String()), 0o600))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), story.String(), "go test ./examples/fakestripe -run TestStory -update rewrites it")
}

package fakestripe_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/examples/fakestripe"
	"github.com/payintent/intents/webhook"
)

// listener is an endpoint.
type listener struct {
	*httptest.Server
	mu     sync.Mutex
	got    []string // event ids, in the order in which they came
	types  []string
	fail   int // so many times it answers 500
	signed []string
}

const secret = "whsec_listener"

func listen(t *testing.T, s *fakestripe.Server, fail int) *listener {
	t.Helper()
	l := &listener{fail: fail}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		l.mu.Lock()
		defer l.mu.Unlock()
		header := req.Header.Get(webhook.SignatureHeader)
		var now time.Time
		if s != nil {
			now = s.Now()
		} else {
			now = time.Now()
		}
		e, err := webhook.Open(body, header, now, 0, secret)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		l.got, l.types, l.signed = append(l.got, e.ID), append(l.types, e.Type), append(l.signed, header)
		if l.fail > 0 {
			l.fail--
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	t.Cleanup(l.Close)
	return l
}

func (l *listener) seen() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.types...)
}

func TestForward(t *testing.T) {
	l := listen(t, nil, 0)
	c := newClient(t, fakestripe.Options{ForwardURL: l.URL, ForwardSecret: secret, Start: time.Now().UTC()})
	c.paid("pm_card_visa")
	c.idle()
	require.ElementsMatch(t, []string{"payment_intent.created", "charge.succeeded", "payment_intent.succeeded"}, l.seen())
	c.get("/v1/events", "delivery_success", "true").ok().is("data.2.type", "payment_intent.created", "data.0.pending_webhooks", 0)
}

// TestRetries is the acceptance of issue 5 over HTTP: two failures, then an answer.
func TestRetries(t *testing.T) {
	c, l := withEndpoint(t, 2)
	c.post(intentsPath, "amount", "900", "currency", "usd").ok()
	c.idle()
	require.Len(t, l.seen(), 1)
	c.get("/v1/events").ok().is("data.0.pending_webhooks", 1)
	c.get("/v1/events", "delivery_success", "false").ok().is("data.0.type", "payment_intent.created")
	c.advance(10 * time.Minute)
	require.Len(t, l.seen(), 2)
	c.advance(3 * time.Hour)
	require.Len(t, l.seen(), 3)
	require.Equal(t, []string{l.got[0], l.got[0], l.got[0]}, l.got, "one event")
	require.NotEqual(t, l.signed[0], l.signed[1], "each attempt is signed anew")
	c.get("/v1/events").ok().is("data.0.pending_webhooks", 0)
	c.advance(72 * time.Hour)
	require.Len(t, l.seen(), 3, "it was answered")
}

// withEndpoint returns a server that forwards to a listener in virtual time.
func withEndpoint(t *testing.T, fail int) (*client, *listener) {
	t.Helper()
	var l *listener
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) { l.Config.Handler.ServeHTTP(w, req) }))
	t.Cleanup(proxy.Close)
	c := newClient(t, fakestripe.Options{ForwardURL: proxy.URL, ForwardSecret: secret})
	l = listen(t, c.server, fail)
	return c, l
}

func TestEndpoints(t *testing.T) {
	c := newClient(t, options())
	made := c.post("/v1/webhook_endpoints", "url", "https://example.com/hook", "enabled_events[]", "charge.succeeded", "enabled_events[]", "charge.failed", "api_version", "2022-11-15", "metadata[a]", "b", "description", "d").ok().
		is("api_version", "2022-11-15", "livemode", false, "description", "d", "application", nil, "status", "enabled")
	require.Regexp(t, "^whsec_", made.text("secret"))
	path := "/v1/webhook_endpoints/" + made.id()
	require.NotContains(t, c.get(path).ok().json, "secret")
	c.post(path, "disabled", "true", "enabled_events[]", "*", "metadata", "").ok().is("status", "disabled", "enabled_events", []any{"*"}, "metadata", map[string]any{})
	c.post(path, "api_version", "2022-11-15").fails(400, "parameter_unknown", "api_version")
	c.get("/v1/webhook_endpoints").ok().is("data.0.id", made.id())
	c.post("/v1/webhook_endpoints", "url", "https://example.com").fails(400, "parameter_missing", "enabled_events")
	c.post("/v1/webhook_endpoints", "url", "nope", "enabled_events[]", "*").fails(400, "url_invalid", "url")
	c.do("DELETE", path).ok().is("deleted", true, "object", "webhook_endpoint")
	c.get(path).fails(404, nosuch, "webhook_endpoint")
	require.Empty(t, c.all("/v1/webhook_endpoints"))
}

// TestEndpointVersion sends an event in the version of the endpoint, and shows it in the account's.
func TestEndpointVersion(t *testing.T) {
	var bodies []string
	var mu sync.Mutex
	h := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		b, _ := io.ReadAll(req.Body)
		mu.Lock()
		defer mu.Unlock()
		bodies = append(bodies, string(b))
	}))
	t.Cleanup(h.Close)
	c := newClient(t, options())
	c.post("/v1/webhook_endpoints", "url", h.URL, "enabled_events[]", "payment_intent.succeeded", "api_version", "2022-08-01").ok()
	c.paid("pm_card_visa")
	c.idle()
	mu.Lock()
	defer mu.Unlock()
	require.Len(t, bodies, 1)
	require.Contains(t, bodies[0], `"api_version":"2022-08-01"`)
	require.Contains(t, bodies[0], `"charges":{"object":"list"`)
	c.at("2022-08-01").get("/v1/events", "type", "payment_intent.succeeded").ok().is("data.0.api_version", string(fakestripe.DefaultVersion), "data.0.data.object.charges", nil)
	c.get("/v1/events/evt_x").fails(404, nosuch, "id")
	id := c.get("/v1/events").text("data.0.id")
	c.get("/v1/events/"+id).ok().is("id", id)
}

func TestFaults(t *testing.T) {
	c, l := withEndpoint(t, 0)
	c.post("/__faults", "seed", "3", "duplicate", "1").ok()
	c.post(intentsPath, "amount", "900", "currency", "usd").ok()
	c.idle()
	require.Equal(t, []string{l.got[0], l.got[0]}, l.got, "the same event twice")
	c.post("/__faults", "drop", "1").ok()
	c.post(intentsPath, "amount", "901", "currency", "usd").ok()
	c.idle()
	require.Len(t, l.seen(), 2, "it was dropped")
	c.post("/__faults", "late", "3600").ok()
	c.advance(2 * time.Hour)
	require.Len(t, l.seen(), 3, "and tried again")

	c.post("/__faults", "rate_limit", "1").ok()
	c.get("/v1/customers").fails(429, "rate_limit", "")
	c.post("/__faults", "broken", "1").ok()
	require.Equal(t, 500, c.post("/v1/customers").status)
	c.post("/__faults", "lost", "1").ok()
	req, err := http.NewRequest(http.MethodPost, c.url+"/v1/customers", nil) //nolint:noctx // a test's own server
	require.NoError(t, err)
	req.SetBasicAuth(key, "")
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	require.Error(t, err, "nobody hears of it")
	c.post("/__faults").ok()
	require.Len(t, c.all("/v1/customers"), 1, "but it was done")
	c.post("/__faults", "drop", "-1").fails(400, "parameter_invalid_integer", "drop")
	c.post("/__faults", "nope", "1").fails(400, "parameter_unknown", "nope")
}

func TestControl(t *testing.T) {
	c := newClient(t, options())
	start := c.get("/__clock").ok().is("clock", "virtual", "pending", 0, "next", nil).at("now").(float64)
	c.post(intentsPath, "amount", "900", "currency", "usd", "payment_method", "pm_card_visa", "confirm", "true").ok()
	c.post("/__clock/advance", "next", "true").ok().is("done", 1, "pending", 0)
	require.Contains(t, c.events(), "charge.updated")
	c.advance(time.Hour)
	require.Greater(t, c.get("/__clock").at("now"), start+3600)
	c.post("/__clock/advance").fails(400, "parameters_exclusive", "seconds")
	c.post("/__clock/advance", "seconds", "-1").fails(400, "parameter_invalid_integer", "seconds")
	c.post("/__clock/advance", "seconds", "99999999999999").fails(400, "parameter_invalid_integer", "seconds")
	c.post("/__act", "intent", "pi_x").fails(404, nosuch, "intent")
	c.post("/__nope").fails(404, "", "")
	c.post("/__reset").ok().is("now", start, "pending", 0)
	require.Empty(t, c.all(intentsPath))
	require.Empty(t, c.all("/v1/events"))
}

// TestRealTime lets a ledger entry come by itself.
func TestRealTime(t *testing.T) {
	if testing.Short() {
		t.Skip("takes three seconds")
	}
	l := listen(t, nil, 0)
	c := newClient(t, fakestripe.Options{Clock: fakestripe.Real, ForwardURL: l.URL, ForwardSecret: secret})
	pi := c.post(intentsPath, "amount", "900", "currency", "usd", "payment_method", "pm_card_visa", "confirm", "true").ok()
	require.Eventually(t, func() bool {
		return c.get("/v1/charges/"+pi.text("latest_charge")).at("balance_transaction") != nil
	}, 10*time.Second, 50*time.Millisecond)
	require.Eventually(t, func() bool { return len(l.seen()) == 4 }, 10*time.Second, 20*time.Millisecond, "%v", l.seen())
	c.post("/__clock/advance", "seconds", "1").fails(400, "", "")
}

package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/examples/fakestripe"
	"github.com/stripe/stripe-go/v85"
)

// The tests of client_….go have stripe-go's typed client use examples/fakestripe. Each
// reply, of a success or an error, is held against the OpenAPI's schema for its route on
// its way to the client, and what the client has decoded against what was sent.

const secretKey = "sk_test_BQokikJOvBiI2HlWgH4olfQ2"

// shop is a server in virtual time, and stripe-go as its client.
type shop struct {
	*testing.T
	server *fakestripe.Server
	url    string
	// api is the typed client: it sends its own version, unless the shop has another.
	api *stripe.Client
	wire
	replies *replies
}

// wire is what lies between client and server.
type wire struct {
	version intents.Version
	next    http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if w.version != "" {
		r = r.Clone(r.Context())
		r.Header.Set("Stripe-Version", string(w.version))
	}
	return w.next.RoundTrip(r)
}

// open returns a shop whose client speaks a version, or its own where that is empty.
func open(t *testing.T, r *replies, version intents.Version) *shop {
	t.Helper()
	return openWith(t, r, version, fakestripe.Options{})
}

func openWith(t *testing.T, r *replies, version intents.Version, o fakestripe.Options) *shop {
	t.Helper()
	if o.Seed == 0 {
		o.Seed = 1
	}
	if o.Start.IsZero() {
		o.Start = time.Now() // so that stripe-go takes the signatures of webhooks
	}
	if o.Settings.Types == 0 {
		o.Settings.Types = intents.TypesOf(intents.Card, intents.Link, intents.USBankAccount, intents.SepaDebit, intents.CustomerBalance, intents.BacsDebit)
	}
	server, err := fakestripe.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(r.through(server))
	transport := &http.Transport{MaxIdleConnsPerHost: 32}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		h.Close()
		server.Close()
	})
	s := &shop{T: t, server: server, url: h.URL, wire: wire{version, transport}, replies: r}
	s.api = s.client(0)
	return s
}

// client returns a client that tries so often again.
func (s *shop) client(retries int64) *stripe.Client {
	return stripe.NewClient(secretKey, stripe.WithBackends(stripe.NewBackendsWithConfig(&stripe.BackendConfig{
		URL: new(s.url), HTTPClient: &http.Client{Transport: &s.wire}, MaxNetworkRetries: new(retries),
		LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull}, EnableTelemetry: new(false),
	})))
}

// advance moves the shop's time.
func (s *shop) advance(d time.Duration) {
	s.Helper()
	if _, err := s.server.Advance(context.Background(), d); err != nil {
		s.Fatal(err)
	}
}

// act plays the customer that an intent waits for.
func (s *shop) act(intent string, complete bool) {
	s.Helper()
	if err := s.server.Act(context.Background(), intent, complete); err != nil {
		s.Fatal(err)
	}
}

// is fails the test where a value is not the one that is wanted.
func is[T comparable](tb testing.TB, what string, got, want T) {
	tb.Helper()
	if got != want {
		tb.Errorf("%s: %v, want %v", what, got, want)
	}
}

// failure is what must panics with; play recovers it.
type failure struct {
	err   error
	place string
}

// must returns the value of a call that succeeds.
func must[T any](v T, err error) T {
	if err != nil {
		_, file, line, _ := runtime.Caller(1)
		panic(failure{err, fmt.Sprintf("%s:%d", filepath.Base(file), line)})
	}
	return v
}

// play runs a test in which calls must succeed.
func (s *shop) play(f func(s *shop)) {
	s.Helper()
	defer func() {
		switch p := recover().(type) {
		case nil:
		case failure:
			s.Fatalf("%s: %v", p.place, p.err)
		default:
			s.Errorf("%v\n%s", p, debug.Stack())
		}
	}()
	f(s)
}

// fails holds that a call has failed in Stripe's way, and returns the error.
func (s *shop) fails(err error, status int, code stripe.ErrorCode) *stripe.Error {
	s.Helper()
	e, ok := errors.AsType[*stripe.Error](err)
	if !ok {
		panic(failure{fmt.Errorf("no error of Stripe's: %w", err), "fails"})
	}
	if e.HTTPStatusCode != status || e.Code != code || e.Msg == "" || !strings.HasPrefix(e.RequestID, "req_") {
		s.Errorf("%d %q, want %d %q: %v", e.HTTPStatusCode, e.Code, status, code, e)
	}
	return e
}

// collect returns all of a list, page after page.
func collect[T any](list *stripe.V1List[T]) ([]T, error) {
	var all []T
	for v, err := range list.All(context.Background()) {
		if err != nil {
			return all, err
		}
		all = append(all, v)
	}
	return all, nil
}

var ctx = context.Background()

// acts are what is done in the shop, by name: each in a shop of its own.
var acts = []struct {
	name string
	play func(s *shop)
}{
	{"payment", payCard},
	{"hold", holdCard},
	{"microdeposits", payBank},
	{"cash", payCash},
	{"setup", setUp},
	{"setup bank", setUpBank},
	{"session", buy},
	{"session setup", saveAtCheckout},
	{"session expires", leaveCheckout},
	{"customer", keepCustomer},
	{"methods", keepMethods},
	{"tokens", useTokens},
	{"charge", chargeSource},
	{"refund", refundPayment},
	{"connect", splitPayment},
	{"dispute", disputePayment},
	{"catalogue", sell},
	{"endpoints", keepEndpoints},
	{"raw", oldCalls},
}

// typeless are the routes for which stripe-go has no method, and why.
var typeless = map[string]string{
	"GET /v1/payment_pages/{session}":               "private to the hosted page and to the fixtures of Stripe's CLI",
	"POST /v1/payment_pages/{session}/confirm":      "private to the hosted page and to the fixtures of Stripe's CLI",
	"POST /v1/confirmation_tokens":                  "a client's, as Stripe.js makes it; servers have the test helper",
	"GET /v1/charges/{charge}/refunds":              "of the refunds' older path; stripe-go has GET /v1/refunds",
	"POST /v1/test_helpers/charges/{charge}/expire": "of the fixtures of Stripe's CLI (charge.expired)",
	"POST /v1/charges/{charge}/refunds":             "of the refunds' older path; stripe-go has POST /v1/refunds",
}

// TestClient has stripe-go's typed client call every route of the server, at its own
// version and at the OpenAPI's.
func TestClient(t *testing.T) {
	for _, version := range []intents.Version{sdkVersion, specVersion} {
		r := newReplies(t)
		for _, a := range acts {
			t.Run(string(version)+" "+a.name, func(t *testing.T) {
				r.t = t
				open(t, r, version).play(a.play)
			})
		}
		r.t = t
		r.covered()
	}
}

// covered holds that each route was called with success by a method of stripe-go, or
// else by its path, where typeless says why.
func (r *replies) covered() {
	typed, raw := 0, 0
	for _, rt := range fakestripe.Routes() {
		name := rt[0] + " " + rt[1]
		switch why := typeless[name]; {
		case why == "" && r.typed[name] == 0:
			r.t.Errorf("%s: no method of stripe-go was used", name)
		case why != "" && r.typed[name] > 0:
			r.t.Errorf("%s: stripe-go has a method after all", name)
		case why != "" && r.raw[name] == 0:
			r.t.Errorf("%s: was not called", name)
		case why == "":
			typed++
		default:
			raw++
		}
	}
	calls := 0
	for _, n := range r.typed {
		calls += n
	}
	names := slices.Sorted(maps.Keys(typeless))
	for _, name := range names {
		if !slices.ContainsFunc(fakestripe.Routes(), func(rt [2]string) bool { return rt[0]+" "+rt[1] == name }) {
			r.t.Errorf("%s is no route", name)
		}
	}
	r.t.Logf("%d routes by stripe-go's methods in %d calls, %d by their path; %d refusals; %d replies of %d distinct shapes asked about, %d objects decoded and encoded again",
		typed, calls, raw, r.refused, r.total, len(r.asked), r.tripped)
}

// quiet is a logger for servers that are meant to break.
var quiet = slog.New(slog.DiscardHandler)

// untyped calls a route by its path.
func (s *shop) untyped(method, path, params string) []byte {
	s.Helper()
	status, body := s.send(method, path, params)
	if status != http.StatusOK {
		s.Fatalf("%s %s: %d\n%s", method, path, status, body)
	}
	return body
}

// send makes a request without stripe-go, as curl does.
func (s *shop) send(method, path, params string) (status int, body []byte) {
	s.Helper()
	req, err := http.NewRequestWithContext(ctx, method, s.url+path, strings.NewReader(params))
	if err != nil {
		s.Fatal(err)
	}
	req.SetBasicAuth(secretKey, "")
	if params != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	req.Header.Set("Stripe-Version", string(sdkVersion))
	req.Header.Set(rawMark, "1")
	resp, err := (&http.Client{Transport: &s.wire}).Do(req)
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if body, err = io.ReadAll(resp.Body); err != nil {
		s.Fatal(err)
	}
	return resp.StatusCode, body
}

package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/webhook"
	"github.com/payintent/intents/webhook/delivery"
)

// endpointsFunc is an Endpoints.
type endpointsFunc func(ctx context.Context, id string) (delivery.Endpoint, error)

func (f endpointsFunc) Endpoint(ctx context.Context, id string) (delivery.Endpoint, error) {
	return f(ctx, id)
}

func fixed(e delivery.Endpoint) delivery.Endpoints {
	return endpointsFunc(func(context.Context, string) (delivery.Endpoint, error) { return e, nil })
}

func sender(tb testing.TB, e delivery.Endpoints, o delivery.SenderOptions) *delivery.Sender {
	tb.Helper()
	s, err := delivery.NewSender(e, o)
	require.NoError(tb, err)
	return s
}

// tripper is a client's transport without a network.
type tripper func(req *http.Request) (*http.Response, error)

func (f tripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func answer(code int) *http.Response {
	return &http.Response{StatusCode: code, Header: http.Header{}, Body: http.NoBody}
}

func attempting(tb testing.TB) (delivery.Delivery, intents.Deferred) {
	tb.Helper()
	d := told(tb, delivery.Delivery{}, create(false), delivery.Attempt{})
	return d, delivery.Pending(d)[0]
}

func TestNewSenderRefuses(t *testing.T) {
	_, err := delivery.NewSender(nil, delivery.SenderOptions{})
	require.EqualError(t, err, "endpoints: is nil")
	_, err = delivery.NewSender(fixed(delivery.Endpoint{}), delivery.SenderOptions{Timeout: -1})
	require.EqualError(t, err, "timeout: is negative")
	_, err = delivery.NewSender(fixed(delivery.Endpoint{}), delivery.SenderOptions{Concurrency: -1})
	require.EqualError(t, err, "concurrency: is negative")
}

// TestSenderPosts looks at the request, and at what becomes of each answer.
func TestSenderPosts(t *testing.T) {
	d, work := attempting(t)
	for _, code := range []int{200, 201, 204, 299, 300, 301, 302, 303, 307, 308, 304, 400, 401, 404, 410, 429, 500, 503} {
		followed := false
		mux := http.NewServeMux()
		mux.HandleFunc("/elsewhere", func(http.ResponseWriter, *http.Request) { followed = true })
		mux.HandleFunc("POST /hook", func(w http.ResponseWriter, req *http.Request) {
			body, err := io.ReadAll(req.Body)
			if err != nil || string(body) != d.Body || req.ContentLength != int64(len(d.Body)) {
				t.Errorf("body %q, %v", body, err)
			}
			if err := webhook.Verify(body, req.Header.Get(webhook.SignatureHeader), after(5*time.Hour), time.Second, string(secret)); err != nil {
				t.Error(err)
			}
			if req.Header.Get("Content-Type") != "application/json; charset=utf-8" || req.Header.Get("User-Agent") != delivery.DefaultUserAgent {
				t.Error(req.Header)
			}
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(code)
		})
		server := httptest.NewServer(mux)
		e := endpoint(t, func(p *delivery.EndpointParams) { p.URL = server.URL + "/hook" })
		for _, client := range []*http.Client{nil, server.Client(), {CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}} {
			tr, err := delivery.Work(t.Context(), sender(t, fixed(e), delivery.SenderOptions{Client: client}), d, work, after(5*time.Hour))
			require.NoError(t, err)
			require.Equal(t, delivery.Outcome{At: intents.TimeOf(after(5 * time.Hour)), Code: code, Reason: tr.After.Last.Reason}, tr.After.Last)
			want, reason := delivery.StatusPending, delivery.ReasonStatus
			switch code / 100 {
			case 2:
				want, reason = delivery.StatusSucceeded, ""
			case 3:
				reason = delivery.ReasonRedirect
			}
			require.Equal(t, want, tr.After.Status, code)
			require.Equal(t, reason, tr.After.Last.Reason, code)
			require.False(t, followed)
		}
		server.Close()
	}
}

// TestSenderOutcomes: what is no answer, and what is no outcome at all.
func TestSenderOutcomes(t *testing.T) {
	d, work := attempting(t)
	e := endpoint(t, nil)
	disabled, err := e.Update(delivery.EndpointUpdate{Disabled: intents.Some(true)})
	require.NoError(t, err)
	other, live, corrupt := e, e, e
	other.ID, live.Livemode, corrupt.URL = "we_2", true, "x"
	away := errors.New("the store is away")
	for _, c := range []struct {
		name  string
		find  delivery.Endpoints
		reply error
		want  delivery.Command
	}{
		{"a broken connection", fixed(e), io.ErrUnexpectedEOF, delivery.Miss{Reason: delivery.ReasonConnection}},
		{"the client's own time-out", fixed(e), context.DeadlineExceeded, delivery.Miss{Reason: delivery.ReasonTimeout}},
		{"the network's time-out", fixed(e), timeoutError{}, delivery.Miss{Reason: delivery.ReasonTimeout}},
		{"disabled", fixed(disabled), nil, delivery.Abandon{Reason: delivery.ReasonDisabled}},
		{"deleted", fixed(delivery.Endpoint{}), nil, delivery.Abandon{Reason: delivery.ReasonDeleted}},
		{"another endpoint", fixed(other), nil, nil},
		{"of another mode", fixed(live), nil, nil},
		{"corrupt", fixed(corrupt), nil, nil},
		{"nobody knows", endpointsFunc(func(context.Context, string) (delivery.Endpoint, error) { return delivery.Endpoint{}, away }), nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := &http.Client{Transport: tripper(func(*http.Request) (*http.Response, error) { return nil, c.reply })}
			got, err := sender(t, c.find, delivery.SenderOptions{Client: client}).Report(t.Context(), d, work, start())
			require.Equal(t, c.want, got)
			require.Equal(t, c.want == nil, err != nil, "%v", err)
		})
	}
	s := sender(t, fixed(e), delivery.SenderOptions{Client: &http.Client{Transport: tripper(func(*http.Request) (*http.Response, error) { return answer(200), nil })}})
	pending := told(t, delivery.Delivery{}, create(false))
	_, err = s.Report(t.Context(), pending, delivery.Pending(pending)[0], start())
	require.EqualError(t, err, "work: the delivery does not owe this attempt", "a timer is not a job")
	_, err = s.Report(t.Context(), d, intents.Deferred{}, start())
	require.EqualError(t, err, "work: the delivery does not owe this attempt")
	_, err = s.Report(t.Context(), d, work, time.Time{})
	require.EqualError(t, err, "now: the time is not set, or after the year 9999")
	_, err = delivery.Work(t.Context(), nil, d, work, start())
	require.EqualError(t, err, "processor: is nil")
	tr, err := delivery.Work(t.Context(), nil, d, intents.Deferred{}, start())
	require.NoError(t, err)
	require.Equal(t, delivery.Transition{Before: d, After: d}, tr, "stale work is a no-op")
}

type timeoutError struct{}

func (timeoutError) Error() string { return "i/o timeout" }
func (timeoutError) Timeout() bool { return true }

// TestSenderTimesOut: after 20 seconds, or what it is told, an attempt is over. A context that
// ends is our own end and tells nothing of the endpoint.
func TestSenderTimesOut(t *testing.T) {
	d, work := attempting(t)
	hang := &http.Client{Transport: tripper(func(req *http.Request) (*http.Response, error) {
		<-req.Context().Done()
		return nil, req.Context().Err()
	})}
	for told, want := range map[time.Duration]time.Duration{0: 20 * time.Second, time.Minute: time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			s := sender(t, fixed(endpoint(t, nil)), delivery.SenderOptions{Client: hang, Timeout: told})
			began := time.Now()
			got, err := s.Report(t.Context(), d, work, start())
			require.NoError(t, err)
			require.Equal(t, timeout, got)
			require.Equal(t, want, time.Since(began))

			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err = s.Report(ctx, d, work, start())
			require.ErrorIs(t, err, context.DeadlineExceeded)
		})
	}
}

// TestSenderIsBounded: no more attempts are under way at once than were allowed, and who
// waits for a slot gives up with its context.
func TestSenderIsBounded(t *testing.T) {
	for told, want := range map[int]int32{0: delivery.DefaultConcurrency, 3: 3} {
		synctest.Test(t, func(t *testing.T) {
			var running, most, all atomic.Int32
			release := make(chan bool)
			s := sender(t, fixed(endpoint(t, nil)), delivery.SenderOptions{Concurrency: told, Timeout: time.Hour, Client: &http.Client{Transport: tripper(func(*http.Request) (*http.Response, error) {
				most.Store(max(most.Load(), running.Add(1)))
				<-release
				running.Add(-1)
				all.Add(1)
				return answer(200), nil
			})}})
			d, work := attempting(t)
			var wg sync.WaitGroup
			for range 40 {
				wg.Go(func() {
					if _, err := s.Report(t.Context(), d, work, start()); err != nil {
						t.Error(err)
					}
				})
			}
			synctest.Wait()
			require.Equal(t, want, running.Load())
			impatient, cancel := context.WithCancel(t.Context())
			cancel()
			_, err := s.Report(impatient, d, work, start())
			require.ErrorIs(t, err, context.Canceled)
			close(release)
			wg.Wait()
			require.Equal(t, want, most.Load())
			require.EqualValues(t, 40, all.Load())
		})
	}
}

// TestSenderSignsForEachSecret: while a secret is rolled over, a receiver that has either accepts.
func TestSenderSignsForEachSecret(t *testing.T) {
	d, work := attempting(t)
	var header string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		header = req.Header.Get(webhook.SignatureHeader)
	}))
	defer server.Close()
	e := endpoint(t, func(p *delivery.EndpointParams) { p.URL, p.Secret = server.URL, oldSecret })
	e, err := e.Roll(secret, time.Hour, start())
	require.NoError(t, err)
	for at, want := range map[time.Duration]int{0: 2, time.Hour: 1} {
		_, err = sender(t, fixed(e), delivery.SenderOptions{}).Report(t.Context(), d, work, after(at))
		require.NoError(t, err)
		require.Equal(t, want, strings.Count(header, "v1="), header)
		require.True(t, strings.HasPrefix(header, fmt.Sprintf("t=%d,", after(at).Unix())), header)
	}
}

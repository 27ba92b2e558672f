package delivery_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
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
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/webhook"
	"github.com/payintent/intents/webhook/delivery"
)

// handlerOf is a Mux with f for every type.
func handlerOf(tb testing.TB, f webhook.HandlerFunc) *webhook.Mux {
	tb.Helper()
	var mux webhook.Mux
	require.NoError(tb, mux.Handle("*", f))
	return &mux
}

func receiver(tb testing.TB, h webhook.Handler, change func(o *delivery.ReceiverOptions)) *delivery.Receiver {
	tb.Helper()
	o := delivery.ReceiverOptions{Secrets: []delivery.Secret{secret}, Clock: capture.NewVirtual(start())}
	if change != nil {
		change(&o)
	}
	r, err := delivery.NewReceiver(h, o)
	require.NoError(tb, err)
	return r
}

// request is a genuine delivery of a body.
func request(body []byte) *http.Request {
	req := httptest.NewRequest(http.MethodPost, "/hook", bytes.NewReader(body))
	req.Header.Set(webhook.SignatureHeader, webhook.Sign(body, intents.TimeOf(start()), string(secret)))
	return req
}

func serve(r http.Handler, req *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r.ServeHTTP(w, req)
	return w
}

func TestNewReceiverRefuses(t *testing.T) {
	h := webhook.HandlerFunc(func(context.Context, webhook.Event) error { return nil })
	for _, c := range []struct {
		param   string
		options delivery.ReceiverOptions
	}{
		{"secret", delivery.ReceiverOptions{}},
		{"secret", delivery.ReceiverOptions{Secrets: []delivery.Secret{secret, ""}}},
		{"tolerance", delivery.ReceiverOptions{Secrets: []delivery.Secret{secret}, Tolerance: -1}},
		{"max_body", delivery.ReceiverOptions{Secrets: []delivery.Secret{secret}, MaxBody: -1}},
	} {
		_, err := delivery.NewReceiver(h, c.options)
		var invalid *intents.InvalidError
		require.ErrorAs(t, err, &invalid)
		require.Equal(t, c.param, invalid.Param)
	}
	_, err := delivery.NewReceiver(nil, delivery.ReceiverOptions{Secrets: []delivery.Secret{secret}})
	require.EqualError(t, err, "handler: is nil")
}

func TestReceiverAnswers(t *testing.T) {
	body := event(false).Render("")
	sign := func(body []byte, at time.Time, s string) string { return webhook.Sign(body, intents.TimeOf(at), s) }
	with := func(body []byte, header string) *http.Request {
		req := request(body)
		req.Header.Set(webhook.SignatureHeader, header)
		return req
	}
	large := bytes.Repeat([]byte("x"), 4097)
	chunked := request(large)
	chunked.ContentLength, chunked.Body = -1, io.NopCloser(bytes.NewReader(large))
	broken := request(body)
	broken.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body[:10]), failing{}))
	get := request(body)
	get.Method = http.MethodGet
	unsigned := request(body)
	unsigned.Header.Del(webhook.SignatureHeader)
	for _, c := range []struct {
		name   string
		req    *http.Request
		status int
		calls  int
	}{
		{"genuine", request(body), 200, 1},
		{"of the old secret", with(body, sign(body, start(), string(oldSecret))), 200, 1},
		{"of one of two secrets", with(body, webhook.Sign(body, intents.TimeOf(start()), "whsec_x", string(secret))), 200, 1},
		{"get", get, 405, 0},
		{"declared too large", request(large), 413, 0},
		{"found too large", chunked, 413, 0},
		{"as large as may be, and no event", request(large[:4096]), 400, 0},
		{"broken off", broken, 400, 0},
		{"unsigned", unsigned, 400, 0},
		{"malformed", with(body, "t=1,v1"), 400, 0},
		{"of another secret", with(body, sign(body, start(), "whsec_x")), 400, 0},
		{"of another body", with(body, sign(body[1:], start(), string(secret))), 400, 0},
		{"too old", with(body, sign(body, after(-301*time.Second), string(secret))), 400, 0},
		{"signed, and no event", request([]byte(`{"object":"event"}`)), 400, 0},
		{"signed, and a thin event", request([]byte(`{"object":"v2.core.event"}`)), 400, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			calls := 0
			r := receiver(t, handlerOf(t, func(_ context.Context, e webhook.Event) error {
				calls++
				require.Equal(t, "evt_1", e.ID)
				return nil
			}), func(o *delivery.ReceiverOptions) {
				o.MaxBody, o.Secrets = 4096, append(o.Secrets, oldSecret)
			})
			w := serve(r, c.req)
			require.Equal(t, c.status, w.Code)
			require.Equal(t, c.calls, calls)
			if c.status == http.StatusMethodNotAllowed {
				require.Equal(t, http.MethodPost, w.Header().Get("Allow"))
			}
			if c.status == http.StatusOK {
				require.Empty(t, w.Body.String())
			} else {
				require.Equal(t, http.StatusText(c.status)+"\n", w.Body.String())
			}
		})
	}
}

// failing is a body that ends too early.
type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// TestReceiverMarksOnlySuccess: an event whose handler failed or panicked comes again
// and is handled then, once.
func TestReceiverMarksOnlySuccess(t *testing.T) {
	body := event(false).Render("")
	calls, effects := 0, 0
	r := receiver(t, handlerOf(t, func(context.Context, webhook.Event) error {
		switch calls++; calls {
		case 1:
			return errors.New("the database is away")
		case 2:
			panic("a bug")
		}
		effects++
		return nil
	}), nil)
	var got []int
	for range 5 {
		got = append(got, serve(r, request(body)).Code)
	}
	require.Equal(t, []int{500, 500, 200, 200, 200}, got)
	require.Equal(t, 3, calls)
	require.Equal(t, 1, effects)
}

// TestReceiverAtOnce: many deliveries of one event at once have the effect once, and
// nobody is told 2xx before it.
func TestReceiverAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var effects atomic.Int32
		r := receiver(t, handlerOf(t, func(context.Context, webhook.Event) error {
			time.Sleep(time.Minute) // virtual: this is a synctest bubble
			effects.Add(1)
			return nil
		}), nil)
		var wg sync.WaitGroup
		for range 30 {
			wg.Go(func() {
				w := serve(r, request(event(false).Render("")))
				if w.Code != http.StatusOK || effects.Load() != 1 {
					t.Error(w.Code, effects.Load())
				}
			})
		}
		wg.Wait()
		require.EqualValues(t, 1, effects.Load())
	})
}

// seenFunc is a Seen of the importer's own.
type seenFunc func(ctx context.Context, id string, handle func(context.Context) error) (bool, error)

func (f seenFunc) Once(ctx context.Context, id string, handle func(context.Context) error) (bool, error) {
	return f(ctx, id, handle)
}

// TestReceiverSeen: what an importer's Seen says becomes the answer.
func TestReceiverSeen(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name   string
		ctx    context.Context
		err    error
		status int
	}{
		{"seen", t.Context(), nil, 200},
		{"busy", t.Context(), errors.Join(delivery.ErrBusy), 503},
		{"the request ended", gone, context.Canceled, 503},
		{"the store is away", t.Context(), errors.New("no"), 500},
	} {
		r := receiver(t, handlerOf(t, func(context.Context, webhook.Event) error { t.Error("called"); return nil }), func(o *delivery.ReceiverOptions) {
			o.Seen = seenFunc(func(_ context.Context, id string, _ func(context.Context) error) (bool, error) {
				require.Equal(t, "evt_1", id)
				return c.err == nil, c.err
			})
		})
		require.Equal(t, c.status, serve(r, request(event(false).Render("")).WithContext(c.ctx)).Code, c.name)
	}
	require.EqualError(t, delivery.ErrBusy, "the event is being handled just now")
}

// noTime is a clock that was never set.
type noTime struct{}

func (noTime) Now() time.Time { return time.Time{} }

func TestReceiverWithoutTime(t *testing.T) {
	r := receiver(t, handlerOf(t, func(context.Context, webhook.Event) error { return nil }), func(o *delivery.ReceiverOptions) { o.Clock = noTime{} })
	require.Equal(t, 500, serve(r, request(event(false).Render(""))).Code)
	// Without a clock of its own it reads the wall clock, for which this signature is of another year.
	r = receiver(t, handlerOf(t, func(context.Context, webhook.Event) error { return nil }), func(o *delivery.ReceiverOptions) { o.Clock = nil })
	body := event(false).Render("")
	req := request(body)
	req.Header.Set(webhook.SignatureHeader, webhook.Sign(body, 1, string(secret)))
	require.Equal(t, 400, serve(r, req).Code)
}

// TestNothingSecretIsLogged sends and receives what can go well and wrong, and reads the logs.
func TestNothingSecretIsLogged(t *testing.T) {
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	calls := 0
	r := receiver(t, handlerOf(t, func(context.Context, webhook.Event) error {
		switch calls++; calls {
		case 1:
			return errors.New("the database is away")
		case 2:
			panic("a bug")
		}
		return nil
	}), func(o *delivery.ReceiverOptions) { o.Logger = logger })
	body := event(false).Render("")
	header := request(body).Header.Get(webhook.SignatureHeader)
	bad := request(body)
	bad.Header.Set(webhook.SignatureHeader, header+"0")
	for _, req := range []*http.Request{request(body), request(body), request(body), request(body), bad, request([]byte("{}"))} {
		serve(r, req)
	}
	server := httptest.NewServer(r)
	defer server.Close()
	to := strings.Replace(server.URL, "http://", "http://user:pa55@", 1) + "/?token=t0ken"
	e := endpoint(t, func(p *delivery.EndpointParams) { p.URL = to })
	dead := endpoint(t, func(p *delivery.EndpointParams) { p.URL = "http://user:pa55@127.0.0.1:1/?token=t0ken" })
	d := told(t, delivery.Delivery{}, create(false), delivery.Attempt{})
	for _, e := range []delivery.Endpoint{e, dead, {}, {ID: "we_1", Secret: secret, URL: to}} {
		s := sender(t, fixed(e), delivery.SenderOptions{Logger: logger})
		_, _ = delivery.Work(t.Context(), s, d, delivery.Pending(d)[0], start())
	}
	for _, want := range []string{"handled", "seen before", "failed", "panicked", "a bug", "the database is away", "no_valid_signature", "no_event", "respond code=200", "miss reason=connection", "endpoint_deleted", "webhook attempt not made", `"level":"ERROR"`} {
		require.Contains(t, log.String(), want)
	}
	signature := header[strings.Index(header, "v1=")+3:]
	for _, hidden := range []string{string(secret), "4242", signature, signature[:8], "v1=", "pa55", "t0ken", "ch_1"} {
		require.NotContains(t, log.String(), hidden)
	}
}

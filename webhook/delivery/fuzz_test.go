package delivery_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/webhook"
	"github.com/payintent/intents/webhook/delivery"
)

// FuzzCommands runs a script, in which one byte is a command and its top bit a pause, and
// holds the result against what must be so.
func FuzzCommands(f *testing.F) {
	f.Add([]byte{0, 2, 4, 0x82, 4, 0x82, 4, 0x82, 4})
	f.Add([]byte{1, 2, 3, 5, 3, 6, 5, 7})
	f.Add([]byte{1, 5, 8, 2, 9, 5, 3})
	f.Fuzz(func(t *testing.T, script []byte) {
		var d delivery.Delivery
		var events []delivery.Event
		now := start()
		for _, b := range script[:min(len(script), 100)] {
			if b&0x80 != 0 && next(d).After(now) {
				now = next(d)
			}
			now = now.Add(time.Duration(b>>4&7) * time.Minute)
			all := []delivery.Command{
				create(false), create(true), delivery.Attempt{}, ok200, err500, delivery.Resend{}, timeout, gone, delivery.Respond{Code: int(b) * 8}, delivery.Abandon{Reason: delivery.ReasonDeleted},
			}
			tr, err := delivery.Apply(d, all[int(b&15)%len(all)], now)
			var state *intents.StateError
			var invalid *intents.InvalidError
			if err != nil && !errors.As(err, &state) && !errors.As(err, &invalid) {
				t.Fatal(err)
			}
			if err != nil {
				continue
			}
			d, events = tr.After, append(events, tr.Events...)
			if err := delivery.Check(d); err != nil {
				t.Fatal(err)
			}
		}
		if delivery.Replay(slices.Values(events)) != d {
			t.Fatal("replay")
		}
	})
}

// FuzzUnmarshal: what can be read as an event or a command can be written and read again.
func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte(`{"type":"delivery.failed","data":{"at":1,"code":302,"reason":"redirect","retry":61}}`))
	f.Add([]byte(`{"type":"create","data":{"id":"dlv_1","endpoint":"we_1","body":"{}"}}`))
	f.Add([]byte(`{"type":"respond","data":{"code":200}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if e, err := delivery.UnmarshalEvent(data); err == nil {
			b, err := delivery.MarshalEvent(e)
			again, errAgain := delivery.UnmarshalEvent(b)
			if err != nil || errAgain != nil || again != e {
				t.Fatalf("%s: %v %v: %#v", b, err, errAgain, e)
			}
			delivery.Evolve(delivery.Delivery{}, e)
		}
		if c, err := delivery.UnmarshalCommand(data); err == nil {
			b, err := delivery.MarshalCommand(c)
			again, errAgain := delivery.UnmarshalCommand(b)
			if err != nil || errAgain != nil || again != c {
				t.Fatalf("%s: %v %v: %#v", b, err, errAgain, c)
			}
			if tr, err := delivery.Apply(delivery.Delivery{}, c, start()); err == nil && delivery.Check(tr.After) != nil {
				t.Fatalf("%s made a corrupt delivery", b)
			}
		}
	})
}

// FuzzEndpoint: what is taken as an endpoint can be stored, and fits what it names.
func FuzzEndpoint(f *testing.F) {
	f.Add("https://example.com/hook", "charge.*", "charge.updated", true)
	f.Add("http://[::1]:80", "*", "a.b", false)
	f.Add("https://u:p@h/?q#f", "a.*", "a.", false)
	f.Fuzz(func(t *testing.T, url, one, two string, livemode bool) {
		e, err := delivery.NewEndpoint(delivery.EndpointParams{ID: "we_1", Secret: secret, URL: url, EnabledEvents: []string{one, two}, Livemode: livemode}, start())
		var invalid *intents.InvalidError
		if err != nil {
			if !errors.As(err, &invalid) || e != (delivery.Endpoint{}) {
				t.Fatalf("%#v %#v", e, err)
			}
			return
		}
		if err := e.Check(); err != nil {
			t.Fatal(err)
		}
		if livemode && !strings.HasPrefix(strings.ToLower(url), "https:") {
			t.Fatalf("%q in live mode", url)
		}
		for _, name := range []string{one, two} {
			name, family := strings.CutSuffix(name, "*")
			if family {
				name += "x.y"
			}
			if !e.Wants(webhook.Event{Type: name, Livemode: livemode}) {
				t.Fatalf("%q does not fit %q", e.Events, name)
			}
		}
	})
}

// FuzzReceiver gives a Receiver any request. It calls the handler only for what the judge
// calls genuine, and answers every other with 4xx.
func FuzzReceiver(f *testing.F) {
	body := event(false).Render("")
	f.Add("POST", "t=1,v1=2", body, false)
	f.Add("POST", "", body, true)
	f.Add("PUT", "", body, true)
	f.Add("POST", "", []byte("{}"), true)
	f.Fuzz(func(t *testing.T, method, header string, body []byte, genuine bool) {
		called := false
		r, err := delivery.NewReceiver(webhook.HandlerFunc(func(context.Context, webhook.Event) error { called = true; return nil }),
			delivery.ReceiverOptions{Secrets: []delivery.Secret{secret}, Clock: fixedClock{}, MaxBody: 4096})
		if err != nil {
			t.Fatal(err)
		}
		req := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
		req.Method = method
		req.Header[webhook.SignatureHeader] = []string{header}
		if genuine {
			req.Header.Set(webhook.SignatureHeader, webhook.Sign(body, intents.TimeOf(start()), string(secret)))
		}
		w := httptest.NewRecorder()
		r.ServeHTTP(w, req)
		_, errOpen := webhook.Open(body, req.Header.Get(webhook.SignatureHeader), start(), 0, string(secret))
		want := method == http.MethodPost && len(body) <= 4096 && errOpen == nil
		if called != want || want != (w.Code == http.StatusOK) || !want && (w.Code < 400 || w.Code > 499) {
			t.Fatalf("called %t, want %t, status %d", called, want, w.Code)
		}
	})
}

// fixedClock stands at start.
type fixedClock struct{}

func (fixedClock) Now() time.Time { return start() }

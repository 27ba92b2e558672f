package fakestripe_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/payintent/intents/examples/fakestripe"
)

// direct serves a request without a network, and holds that it succeeds.
func direct(b *testing.B, s *fakestripe.Server, method, target, body string) string {
	b.Helper()
	req := httptest.NewRequest(method, target, strings.NewReader(body))
	req.SetBasicAuth(key, "")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, req)
	if w.Code != http.StatusOK {
		b.Fatal(w.Body)
	}
	return w.Body.String()
}

const payment = "amount=2000&currency=usd&payment_method=pm_card_visa&confirm=true"

// BenchmarkCreateConfirm makes a payment in one request.
func BenchmarkCreateConfirm(b *testing.B) {
	s := fakestripe.New(fakestripe.Options{Seed: 1})
	defer s.Close()
	b.ReportAllocs()
	for b.Loop() {
		direct(b, s, http.MethodPost, intentsPath, payment)
	}
}

// BenchmarkRetrieve looks a payment up.
func BenchmarkRetrieve(b *testing.B) {
	s := fakestripe.New(fakestripe.Options{Seed: 1})
	defer s.Close()
	body := direct(b, s, http.MethodPost, intentsPath, payment)
	id := body[len(`{"id":"`):strings.Index(body, `","object"`)]
	b.ReportAllocs()
	for b.Loop() {
		direct(b, s, http.MethodGet, intentsPath+"/"+id, "")
	}
}

// BenchmarkCreateConfirmHTTP makes a payment over a connection.
func BenchmarkCreateConfirmHTTP(b *testing.B) {
	c := newClient(b, options())
	for b.Loop() {
		req, err := http.NewRequest(http.MethodPost, c.url+intentsPath, strings.NewReader(payment)) //nolint:noctx // a benchmark's own server
		if err != nil {
			b.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.SetBasicAuth(key, "")
		if a := c.send(req); a.status != http.StatusOK {
			b.Fatal(a.body)
		}
	}
}

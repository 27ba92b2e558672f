package fakestripe_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/payintent/intents/examples/fakestripe"
)

// FuzzRequest sends any request: the answer is JSON, and never the server's own fault.
func FuzzRequest(f *testing.F) {
	f.Add("POST", "/v1/payment_intents", "amount=2000&currency=usd&payment_method=pm_card_visa&confirm=true&expand[]=latest_charge", "", "k")
	f.Add("GET", "/v1/payment_intents?limit=0&starting_after=x&expand[]=data.customer", "", "2019-01-01", "")
	f.Add("POST", "/v1/checkout/sessions", "mode=payment&success_url=x&line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=999999999999&line_items[0][quantity]=999999", "", "")
	f.Add("POST", "/v1/payment_methods", "type=card&card[number]=4242424242424242&card[exp_month]=-1&card[exp_year]=99999999999999999999", "", "")
	f.Add("POST", "/v1/customers", "metadata[%00]=%01&preferred_locales[]=x&shipping[address][line1]=&address=", "2026-10-28.endive", "")
	f.Add("POST", "/v1/payment_intents/PI/confirm", "payment_method_data[type]=sepa_debit&payment_method_data[sepa_debit][iban]=A", "", "")
	f.Add("POST", "/v1/payment_intents/PI/capture", "amount_to_capture=-9223372036854775808&final_capture=false", "", "")
	f.Add("POST", "/v1/setup_intents", "confirm=true&payment_method=pm_card_threeDSecure2Required&single_use[amount]=1&mandate_data[a]=b", "", "")
	f.Add("POST", "/v1/refunds", "payment_intent=PI&amount=1", "", "")
	f.Add("POST", "/v1/charges", "amount=100&currency=jpy&source=tok_visa&destination[account]=acct_1&application_fee_amount=1", "", "")
	f.Add("GET", "/v1/payment_intents/search?query=metadata[\"a\"]:\"b\" AND -amount>1", "", "", "")
	f.Add("GET", "/v1/events?created[gt]=-9223372036854775808&created[lt]=-9223372036854775808&types[]=*", "", "", "")
	f.Add("POST", "/__clock/advance", "seconds=99999", "", "")
	f.Add("POST", "/__faults", "seed=1&late=99&duplicate=0", "", "")
	f.Add("DELETE", "/v1/customers/CUS", "", "", "")
	f.Fuzz(func(t *testing.T, method, target, body, version, idempotency string) {
		s := fakestripe.New(fakestripe.Options{Seed: 1})
		defer s.Close()
		send := func(method, target, body string) *httptest.ResponseRecorder {
			u, err := url.Parse(target)
			if err != nil || u.Path == "" || u.Path[0] != '/' || u.Host != "" {
				t.Skip()
			}
			req := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
			req.Method, req.URL = method, u
			req.SetBasicAuth("sk_test_fuzz", "")
			req.Header.Set("Stripe-Version", version)
			req.Header.Set("Idempotency-Key", idempotency)
			w := httptest.NewRecorder()
			s.ServeHTTP(w, req)
			return w
		}
		if !strings.HasPrefix(target, "/v1/") && !strings.HasPrefix(target, "/__") || strings.HasPrefix(target, "/__faults") && strings.Contains(body+target, "broken") {
			t.Skip()
		}
		id := func(w *httptest.ResponseRecorder) string {
			var o struct{ ID string }
			_ = json.Unmarshal(w.Body.Bytes(), &o)
			return o.ID
		}
		wantVersion, wantKey := version, idempotency
		version, idempotency = "", ""
		intent := id(send(http.MethodPost, "/v1/payment_intents", "amount=2000&currency=usd&payment_method=pm_card_visa&capture_method=manual&confirm=true"))
		customer := id(send(http.MethodPost, "/v1/customers", ""))
		names := strings.NewReplacer("PI", intent, "CUS", customer)
		version, idempotency = wantVersion, wantKey
		for range 2 {
			w := send(method, names.Replace(target), names.Replace(body))
			if w.Code >= http.StatusInternalServerError {
				t.Fatalf("%s %s: %d %s", method, target, w.Code, w.Body)
			}
			if !json.Valid(w.Body.Bytes()) {
				t.Fatalf("%s %s: no JSON: %q", method, target, w.Body)
			}
		}
	})
}

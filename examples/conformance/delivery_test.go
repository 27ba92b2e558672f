package conformance

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/webhook"
	"github.com/payintent/intents/webhook/delivery"
	stripewebhook "github.com/stripe/stripe-go/v85/webhook"
)

// endpoints is the store of the deliveries: one endpoint.
type endpoints struct{ one delivery.Endpoint }

// Endpoint implements delivery.Endpoints.
func (e endpoints) Endpoint(context.Context, string) (delivery.Endpoint, error) {
	return e.one, nil
}

// receiver is an endpoint that is written with stripe-go: it fails twice, and then takes
// what ConstructEvent accepts under each of its secrets.
type receiver struct {
	t       *testing.T
	secrets []string
	answers []int
	headers []string
	events  []string
	bodies  map[string]bool
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		r.t.Error(err)
	}
	header := req.Header.Get("Stripe-Signature")
	for _, secret := range r.secrets {
		e, err := stripewebhook.ConstructEvent(body, header, secret)
		if err != nil {
			r.t.Errorf("stripe-go refuses a delivery: %v", err)
			continue
		}
		r.events = append(r.events, e.ID)
	}
	r.headers, r.bodies[string(body)] = append(r.headers, header), true
	w.WriteHeader(r.answers[min(len(r.headers), len(r.answers))-1])
}

// TestDelivery sends the events of a life to an endpoint that is written with stripe-go:
// each attempt, the retries among them, has the same body and a fresh signature that
// stripe-go accepts, under both secrets while one is rolled over.
func TestDelivery(t *testing.T) {
	now := time.Now() // which ConstructEvent asks too; a retry is made at once here, and signed a second later
	took := &receiver{t: t, secrets: []string{"whsec_new", "whsec_old"}, answers: []int{500, 302, 200}, bodies: map[string]bool{}}
	server := httptest.NewServer(took)
	defer server.Close()
	to, err := delivery.NewEndpoint(delivery.EndpointParams{ID: "we_1", Secret: "whsec_old", URL: server.URL, EnabledEvents: []string{"*"}, APIVersion: sdkVersion}, now)
	if err == nil {
		to, err = to.Roll("whsec_new", time.Hour, now)
	}
	if err != nil {
		t.Fatal(err)
	}
	sender, err := delivery.NewSender(endpoints{to}, delivery.SenderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	told := toldOnce()
	for _, e := range told {
		creates := delivery.Fan(e, to)
		if len(creates) != 1 {
			t.Fatalf("%s goes to %d endpoints", e.Type, len(creates))
		}
		took.headers, took.events = nil, nil
		clear(took.bodies)
		if status, attempts := deliver(t, sender, creates[0], now); status != delivery.StatusSucceeded || attempts != 3 {
			t.Errorf("%s: %s after %d attempts", e.Type, status, attempts)
		}
		headers := slices.Compact(slices.Sorted(slices.Values(took.headers)))
		if len(headers) != 3 || len(took.bodies) != 1 || len(took.events) != 6 || slices.ContainsFunc(took.events, func(id string) bool { return id != e.ID }) {
			t.Errorf("%s: %d signatures, %d bodies, events %v", e.Type, len(headers), len(took.bodies), took.events)
		}
	}
	t.Logf("%d events of as many types, three attempts each", len(told))
}

// deliver does all work of a delivery, each piece a second after the other.
func deliver(t *testing.T, sender *delivery.Sender, create delivery.Create, now time.Time) (status delivery.Status, attempts int) {
	t.Helper()
	tr, err := delivery.Apply(delivery.Delivery{}, create, now)
	if err != nil {
		t.Fatal(err)
	}
	d := tr.After
	for range 20 {
		pending := delivery.Pending(d)
		if len(pending) == 0 {
			break
		}
		at := now.Add(time.Duration(attempts) * time.Second)
		if tr, err = workNow(t, sender, d, pending[0], at); err != nil {
			t.Fatal(err)
		}
		if pending[0].Kind == delivery.SendDelivery {
			attempts++
		}
		d = tr.After
	}
	return d.Status, attempts
}

// workNow does a piece of work before its time, as if the clock had jumped.
func workNow(t *testing.T, sender *delivery.Sender, d delivery.Delivery, work intents.Deferred, at time.Time) (delivery.Transition, error) {
	t.Helper()
	if work.Kind == delivery.SendDelivery {
		return delivery.Work(t.Context(), sender, d, work, at)
	}
	due := work.NotBefore.Time()
	if due.Before(at) {
		due = at
	}
	return delivery.Work(t.Context(), sender, d, work, due)
}

// toldOnce returns one event of each type that is told of sessions, their intents,
// customers and payment methods.
func toldOnce() []webhook.Event {
	var all []webhook.Event
	seen := map[string]bool{}
	add := func(e webhook.Event) {
		if e.Account == "" && !e.Livemode && !seen[e.Type] && e.SentTo(sdkVersion) {
			seen[e.Type] = true
			all = append(all, e)
		}
	}
	setupEvents(add)
	sessionEvents(add)
	customerEvents(add)
	for _, step := range parties() {
		for _, e := range webhook.FromPaymentMethod(step.before.method, step.after.method, step.at) {
			add(e)
		}
	}
	return all
}

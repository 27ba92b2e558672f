package conformance

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v85"
	stripewebhook "github.com/stripe/stripe-go/v85/webhook"
)

// mailbox is an endpoint that takes events as stripe-go says that they are to be taken.
type mailbox struct {
	*httptest.Server
	mu     sync.Mutex
	secret string
	fail   int // so many times it answers 500
	events []stripe.Event
	errs   []error
	bodies [][]byte
}

func newMailbox(t *testing.T) *mailbox {
	t.Helper()
	m := new(mailbox)
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		m.mu.Lock()
		defer m.mu.Unlock()
		// The clock of the shop is virtual: its minutes are not ours.
		e, failed := stripewebhook.ConstructEventWithTolerance(body, req.Header.Get("Stripe-Signature"), m.secret, 1000*time.Hour)
		if err == nil {
			err = failed
		}
		m.events, m.bodies = append(m.events, e), append(m.bodies, body)
		if err != nil {
			m.errs = append(m.errs, err)
		}
		if m.fail > 0 {
			m.fail--
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	t.Cleanup(m.Close)
	return m
}

// seen returns the types of the events so far, in the order in which they came.
func (m *mailbox) seen() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var types []string
	for _, e := range m.events {
		types = append(types, string(e.Type))
	}
	return types
}

func keepEndpoints(s *shop) {
	api := s.api.V1WebhookEndpoints
	m := newMailbox(s.T)
	create := &stripe.WebhookEndpointCreateParams{URL: new(m.URL), EnabledEvents: []*string{new("payment_intent.succeeded"), new("charge.refunded")}, APIVersion: new(stripe.APIVersion), Description: new("d")}
	create.AddMetadata("a", "b")
	w := must(api.Create(ctx, create))
	is(s, "status", w.Status, "enabled")
	m.secret = w.Secret
	update := &stripe.WebhookEndpointUpdateParams{EnabledEvents: []*string{new("*")}, Description: new("e")}
	update.AddMetadata("a", "")
	must(api.Update(ctx, w.ID, update))
	w = must(api.Retrieve(ctx, w.ID, nil))
	is(s, "description", w.Description, "e")
	is(s, "secret", w.Secret, "")
	is(s, "events", w.EnabledEvents[0], "*")
	is(s, "endpoints", len(must(collect(api.List(ctx, nil)))), 1)

	m.fail = 1
	key := &stripe.PaymentIntentCreateParams{Amount: new(int64(2000)), Currency: usd, Confirm: yes, PaymentMethod: new("pm_card_visa"), PaymentMethodTypes: []*string{new("card")}}
	key.SetIdempotencyKey("my key")
	pi := must(s.api.V1PaymentIntents.Create(ctx, key))
	s.advance(time.Hour)
	types := m.seen()
	is(s, "deliveries", len(types), 5)
	for _, want := range []string{"payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "charge.updated"} {
		is(s, want, slices.Contains(types, want), true)
	}
	m.mu.Lock()
	for _, err := range m.errs {
		s.Error(err)
	}
	for i, e := range m.events {
		got := must(s.api.V1Events.Retrieve(ctx, e.ID, nil))
		is(s, "type", got.Type, e.Type)
		is(s, "pending", got.PendingWebhooks, 0)
		if e.Type == "payment_intent.succeeded" {
			is(s, "key", e.Request.IdempotencyKey, "my key")
			is(s, "carries", e.GetObjectValue("id"), pi.ID)
		}
		is(s, "version", bytes.Contains(m.bodies[i], []byte(`"api_version":"`+stripe.APIVersion+`"`)), true)
	}
	m.mu.Unlock()

	list := &stripe.EventListParams{Type: new("charge.succeeded")}
	is(s, "of a type", len(must(collect(s.api.V1Events.List(ctx, list)))), 1)
	list = &stripe.EventListParams{Types: []*string{new("charge.succeeded"), new("payment_intent.created")}}
	list.Limit = new(int64(1))
	is(s, "of types", len(must(collect(s.api.V1Events.List(ctx, list)))), 2)
	must(s.api.V1CheckoutSessions.Create(ctx, &stripe.CheckoutSessionCreateParams{Mode: new("setup"), Currency: usd, SuccessURL: new("https://example.com/")}))
	must(s.api.V1Customers.Create(ctx, &stripe.CustomerCreateParams{Email: new("jenny@example.com")}))
	is(s, "deleted", must(api.Delete(ctx, w.ID, nil)).Deleted, true)
	_, err := api.Retrieve(ctx, w.ID, nil)
	s.fails(err, 404, stripe.ErrorCodeResourceMissing)
	all := must(collect(s.api.V1Events.List(ctx, nil)))
	is(s, "events", len(all) >= 6, true)
}

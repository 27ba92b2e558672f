package conformance

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stripe/stripe-go/v85"
)

// TestClientsAtOnce has eight clients at once do what there is to do, each with a
// customer of its own, and holds that nothing is lost and nothing done twice.
func TestClientsAtOnce(t *testing.T) {
	const clients, turns = 8, 12
	r := newReplies(t)
	open(t, r, "").play(func(s *shop) {
		m := newMailbox(t)
		w := must(s.api.V1WebhookEndpoints.Create(ctx, &stripe.WebhookEndpointCreateParams{URL: new(m.URL), EnabledEvents: []*string{new("payment_intent.succeeded")}, APIVersion: new(stripe.APIVersion)}))
		m.secret = w.Secret
		var wg sync.WaitGroup
		for i := range clients {
			wg.Go(func() {
				s.play(func(s *shop) { s.busy(s.client(0), i, turns) })
			})
		}
		wg.Wait()
		s.advance(0)
		succeeded := clients * turns
		is(t, "payments", len(must(collect(s.api.V1PaymentIntents.List(ctx, nil)))), succeeded)
		is(t, "charges", len(must(collect(s.api.V1Charges.List(ctx, nil)))), succeeded)
		is(t, "refunds", len(must(collect(s.api.V1Refunds.List(ctx, nil)))), succeeded/3)
		events := must(collect(s.api.V1Events.List(ctx, &stripe.EventListParams{Type: new("payment_intent.succeeded")})))
		is(t, "events", len(events), succeeded)
		told := map[string]int{}
		m.mu.Lock()
		defer m.mu.Unlock()
		for _, e := range m.events {
			told[e.ID]++
		}
		is(t, "told of", len(told), succeeded)
		is(t, "delivered", len(m.events), succeeded)
		for _, err := range m.errs {
			t.Error(err)
		}
	})
}

// busy is what one of the clients does.
func (s *shop) busy(api *stripe.Client, i, turns int) {
	c := must(api.V1Customers.Create(ctx, &stripe.CustomerCreateParams{Name: new(fmt.Sprint("client ", i))}))
	pm := must(api.V1PaymentMethods.Attach(ctx, "pm_card_visa", &stripe.PaymentMethodAttachParams{Customer: new(c.ID)}))
	for turn := range turns {
		pi := must(api.V1PaymentIntents.Create(ctx, &stripe.PaymentIntentCreateParams{Amount: new(int64(1000 + turn)), Currency: usd, Customer: new(c.ID)}))
		pi = must(api.V1PaymentIntents.Confirm(ctx, pi.ID, &stripe.PaymentIntentConfirmParams{PaymentMethod: new(pm.ID), ReturnURL: new("https://example.com")}))
		if turn%3 == 0 {
			must(api.V1Refunds.Create(ctx, &stripe.RefundCreateParams{PaymentIntent: new(pi.ID)}))
		}
		is(s, "status", must(api.V1PaymentIntents.Retrieve(ctx, pi.ID, nil)).Status, stripe.PaymentIntentStatusSucceeded)
		is(s, "own payments", len(must(collect(api.V1PaymentIntents.List(ctx, &stripe.PaymentIntentListParams{Customer: new(c.ID)})))), turn+1)
		must(api.V1SetupIntents.Create(ctx, &stripe.SetupIntentCreateParams{Customer: new(c.ID)}))
	}
}

// TestOneKey has thirty creates at once under one key: they make one payment.
func TestOneKey(t *testing.T) {
	const n = 30
	r := newReplies(t)
	open(t, r, "").play(func(s *shop) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		ids, inUse := map[string]int{}, 0
		for range n {
			wg.Go(func() {
				params := &stripe.PaymentIntentCreateParams{Amount: new(int64(1000)), Currency: usd, Confirm: yes, PaymentMethod: new("pm_card_visa"), PaymentMethodTypes: []*string{new("card")}}
				params.SetIdempotencyKey("one key")
				pi, err := s.api.V1PaymentIntents.Create(ctx, params)
				mu.Lock()
				defer mu.Unlock()
				e, ok := errors.AsType[*stripe.Error](err)
				switch {
				case err == nil:
					ids[pi.ID]++
				case ok && e.HTTPStatusCode == 409 && e.Code == stripe.ErrorCodeIdempotencyKeyInUse:
					inUse++
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		is(t, "payments answered with", len(ids), 1)
		is(t, "payments", len(must(collect(s.api.V1PaymentIntents.List(ctx, nil)))), 1)
		is(t, "charges", len(must(collect(s.api.V1Charges.List(ctx, nil)))), 1)
		is(t, "events of success", len(must(collect(s.api.V1Events.List(ctx, &stripe.EventListParams{Type: new("charge.succeeded")})))), 1)
		t.Logf("of %d, %d were answered while the first was under way", n, inUse)
	})
}

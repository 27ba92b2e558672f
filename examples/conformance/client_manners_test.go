package conformance

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/payintent/intents/examples/fakestripe"
	"github.com/stripe/stripe-go/v85"
)

func TestClientErrors(t *testing.T) {
	r := newReplies(t)
	open(t, r, "").play(func(s *shop) {
		api := s.api.V1PaymentIntents
		_, err := api.Create(ctx, &stripe.PaymentIntentCreateParams{Currency: usd})
		e := s.fails(err, 400, stripe.ErrorCodeParameterMissing)
		is(t, "param", e.Param, "amount")
		is(t, "type", e.Type, stripe.ErrorTypeInvalidRequest)
		is(t, "log", strings.Contains(e.RequestLogURL, e.RequestID), true)
		_, err = api.Create(ctx, &stripe.PaymentIntentCreateParams{Amount: new(int64(1)), Currency: usd})
		s.fails(err, 400, stripe.ErrorCodeAmountTooSmall)
		_, err = api.Retrieve(ctx, "pi_x", nil)
		is(t, "param", s.fails(err, 404, stripe.ErrorCodeResourceMissing).Param, "intent")
		unknown := &stripe.PaymentIntentCreateParams{Amount: new(int64(1000)), Currency: usd}
		unknown.AddExtra("nope", "1")
		_, err = api.Create(ctx, unknown)
		is(t, "param", s.fails(err, 400, stripe.ErrorCodeParameterUnknown).Param, "nope")
		bad := &stripe.PaymentIntentRetrieveParams{}
		bad.AddExpand("amount")
		_, err = api.Retrieve(ctx, s.pay("pm_card_visa", 1000).ID, bad)
		s.fails(err, 400, none)
		both := &stripe.PaymentIntentListParams{}
		both.StartingAfter = new("pi_1")
		s.fails(api.List(ctx, both).Err(), 400, stripe.ErrorCodeResourceMissing)
		wrong := stripe.NewClient("sk_live_1", stripe.WithBackends(stripe.NewBackendsWithConfig(&stripe.BackendConfig{URL: new(s.url), LeveledLogger: &stripe.LeveledLogger{}})))
		_, err = wrong.V1Customers.Create(ctx, nil)
		s.fails(err, 401, none)

		for method, want := range map[string]struct {
			code    stripe.ErrorCode
			decline stripe.DeclineCode
		}{
			"pm_card_visa_chargeDeclined":           {stripe.ErrorCodeCardDeclined, stripe.DeclineCodeGenericDecline},
			"pm_card_visa_chargeDeclinedLostCard":   {stripe.ErrorCodeCardDeclined, stripe.DeclineCodeLostCard},
			"pm_card_visa_chargeDeclinedStolenCard": {stripe.ErrorCodeCardDeclined, stripe.DeclineCodeStolenCard},
			"pm_card_chargeDeclinedExpiredCard":     {stripe.ErrorCodeExpiredCard, ""},
			"pm_card_chargeDeclinedIncorrectCvc":    {stripe.ErrorCodeIncorrectCVC, ""},
			"pm_card_chargeDeclinedProcessingError": {stripe.ErrorCodeProcessingError, ""},
		} {
			_, err := api.Create(ctx, &stripe.PaymentIntentCreateParams{Amount: new(int64(1000)), Currency: usd, Confirm: yes, PaymentMethod: new(method), PaymentMethodTypes: []*string{new("card")}})
			e := s.fails(err, 402, want.code)
			is(t, method, e.DeclineCode, want.decline)
			is(t, method, e.PaymentIntent.LastPaymentError.Code, want.code)
			card, ok := errors.AsType[*stripe.CardError](e)
			is(t, "a card error", ok, true)
			if ok {
				is(t, method, card.DeclineCode, want.decline)
			}
		}
	})
}

func TestClientIdempotency(t *testing.T) {
	r := newReplies(t)
	open(t, r, "").play(func(s *shop) {
		api := s.api.V1PaymentIntents
		create := func(amount int64, method string) (*stripe.PaymentIntent, error) {
			params := &stripe.PaymentIntentCreateParams{Amount: new(amount), Currency: usd, Confirm: yes, PaymentMethod: new(method), PaymentMethodTypes: []*string{new("card")}}
			params.SetIdempotencyKey("key of " + method)
			return api.Create(ctx, params)
		}
		first := must(create(1000, "pm_card_visa"))
		again := must(create(1000, "pm_card_visa"))
		is(t, "the same", again.ID, first.ID)
		is(t, "byte for byte", string(again.LastResponse.RawJSON), string(first.LastResponse.RawJSON))
		is(t, "replayed", again.LastResponse.Header.Get("Idempotent-Replayed"), "true")
		is(t, "the first is not", first.LastResponse.Header.Get("Idempotent-Replayed"), "")
		is(t, "request", again.LastResponse.RequestID != first.LastResponse.RequestID, true)
		_, err := create(1001, "pm_card_visa")
		is(t, "type", s.fails(err, 400, none).Type, stripe.ErrorTypeIdempotency)

		_, err = create(1000, "pm_card_visa_chargeDeclined")
		declined := s.fails(err, 402, stripe.ErrorCodeCardDeclined)
		_, err = create(1000, "pm_card_visa_chargeDeclined")
		is(t, "the same decline", s.fails(err, 402, stripe.ErrorCodeCardDeclined).PaymentIntent.ID, declined.PaymentIntent.ID)
		_, err = create(1, "pm_card_mastercard")
		s.fails(err, 400, stripe.ErrorCodeAmountTooSmall)
		must(create(1000, "pm_card_mastercard")) // what was refused before it was executed is not kept
		s.advance(25 * time.Hour)
		is(t, "the key is new again", must(create(1001, "pm_card_visa")).ID != first.ID, true)
		is(t, "payments", len(must(collect(api.List(ctx, nil)))), 4)
	})
}

// counting counts requests, and their keys.
type counting struct {
	next http.RoundTripper
	n    atomic.Int32
	mu   sync.Mutex
	keys map[string]bool
	// before may answer in the place of the server.
	before func(n int32) *http.Response
}

func (c *counting) RoundTrip(r *http.Request) (*http.Response, error) {
	n := c.n.Add(1)
	c.mu.Lock()
	c.keys[r.Header.Get("Idempotency-Key")] = true
	c.mu.Unlock()
	resp, err := c.next.RoundTrip(r)
	if c.before != nil && err == nil {
		if other := c.before(n); other != nil {
			_ = resp.Body.Close()
			return other, nil
		}
	}
	return resp, err
}

// TestClientRetries holds what stripe-go tries again by itself, and that one key makes
// one payment of that: facts 6.4.
func TestClientRetries(t *testing.T) {
	for _, tc := range []struct {
		name   string
		faults fakestripe.Faults
		calls  int32
		status int // 0: it succeeds, or the connection is lost
	}{
		{"rate limit", fakestripe.Faults{RateLimit: 1}, 1, 429},
		{"server error", fakestripe.Faults{Broken: 1}, 1, 500},
		{"lost answers", fakestripe.Faults{Lost: 1}, 3, 0},
		{"none", fakestripe.Faults{}, 1, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newReplies(t)
			openWith(t, r, "", fakestripe.Options{Faults: tc.faults, Logger: quiet}).play(func(s *shop) {
				c := &counting{next: s.next, keys: map[string]bool{}}
				s.next = c
				_, err := s.client(2).V1Customers.Create(ctx, &stripe.CustomerCreateParams{Name: new("x")})
				is(t, "calls", c.n.Load(), tc.calls)
				is(t, "keys", len(c.keys), 1)
				stripes, ok := errors.AsType[*stripe.Error](err)
				switch {
				case tc.status != 0:
					is(t, "an error of Stripe's", ok, true)
					is(t, "status", stripes.HTTPStatusCode, tc.status)
				case (err != nil) != (tc.faults.Lost > 0), ok:
					t.Error(err)
				}
				if err := s.server.SetFaults(fakestripe.Faults{}); err != nil {
					t.Fatal(err)
				}
				want := 1
				if tc.status != 0 {
					want = 0
				}
				is(t, "customers", len(must(collect(s.api.V1Customers.List(ctx, nil)))), want)
			})
		})
	}
}

// TestClientLostAnswer loses the answer to the first try: the second gets it.
func TestClientLostAnswer(t *testing.T) {
	r := newReplies(t)
	open(t, r, "").play(func(s *shop) {
		c := &counting{next: s.next, keys: map[string]bool{}, before: func(n int32) *http.Response {
			if n > 1 {
				return nil
			}
			return &http.Response{StatusCode: http.StatusBadGateway, Header: http.Header{}, Body: http.NoBody}
		}}
		s.next = c
		pi := must(s.client(2).V1PaymentIntents.Create(ctx, &stripe.PaymentIntentCreateParams{
			Amount: new(int64(1000)), Currency: usd, Confirm: yes, PaymentMethod: new("pm_card_visa"), PaymentMethodTypes: []*string{new("card")},
		}))
		is(t, "calls", c.n.Load(), 2)
		is(t, "replayed", pi.LastResponse.Header.Get("Idempotent-Replayed"), "true")
		is(t, "charges", len(must(collect(s.api.V1Charges.List(ctx, nil)))), 1)
	})
}

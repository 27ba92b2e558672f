package fakestripe_test

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/examples/fakestripe"
)

func keyed(k string) map[string]string { return map[string]string{"Idempotency-Key": k} }

func TestIdempotency(t *testing.T) {
	c := newClient(t, options())
	pay := []string{"amount", "900", "currency", "usd", "payment_method", "pm_card_visa", "confirm", "true"}
	first := c.with(keyed("a"), http.MethodPost, intentsPath, pay...).ok()
	require.Empty(t, first.header.Get("Idempotent-Replayed"))
	again := c.with(keyed("a"), http.MethodPost, intentsPath, pay...).ok()
	require.Equal(t, first.body, again.body)
	require.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
	require.Equal(t, "a", again.header.Get("Idempotency-Key"))
	require.Len(t, c.all("/v1/charges"), 1)
	c.get("/v1/events").ok().is("data.0.request.idempotency_key", "a")
	c.with(keyed("a"), http.MethodPost, intentsPath, "amount", "901", "currency", "usd").fails(400, "", "").is("error.type", "idempotency_error")
	c.with(keyed("a"), http.MethodPost, "/v1/customers").fails(400, "", "").is("error.type", "idempotency_error")
	c.with(keyed("a"), http.MethodGet, "/v1/customers").ok()

	// A decline is stored, and so is a wrong status; what is wrong with the parameters is not.
	declined := c.with(keyed("b"), http.MethodPost, intentsPath, "amount", "900", "currency", "usd", "payment_method", "pm_card_visa_chargeDeclined", "confirm", "true").fails(402, "card_declined", "")
	again = c.with(keyed("b"), http.MethodPost, intentsPath, "amount", "900", "currency", "usd", "payment_method", "pm_card_visa_chargeDeclined", "confirm", "true")
	require.Equal(t, declined.body, again.body)
	late := intentsPath + "/" + first.id() + "/capture"
	refused := c.with(keyed("c"), http.MethodPost, late).fails(400, "payment_intent_unexpected_state", "")
	require.Equal(t, refused.body, c.with(keyed("c"), http.MethodPost, late).body)
	c.with(keyed("d"), http.MethodPost, intentsPath, "amount", "x", "currency", "usd").fails(400, "parameter_invalid_integer", "amount")
	c.with(keyed("d"), http.MethodPost, intentsPath, "amount", "900", "currency", "usd").ok()

	c.with(keyed(strings.Repeat("k", 256)), http.MethodPost, "/v1/customers").is("error.type", "invalid_request_error")
	c.advance(25 * time.Hour)
	fresh := c.with(keyed("a"), http.MethodPost, intentsPath, pay...).ok()
	require.NotEqual(t, first.id(), fresh.id(), "the key is new again after a day")
}

// TestIdempotencyConcurrent has thirty clients make the same payment at once.
func TestIdempotencyConcurrent(t *testing.T) {
	c := newClient(t, options())
	var wg sync.WaitGroup
	var paid, inUse atomic.Int32
	ids := make([]string, 30)
	for i := range ids {
		wg.Go(func() {
			a := c.with(keyed("same"), http.MethodPost, intentsPath, "amount", "900", "currency", "usd", "payment_method", "pm_card_visa", "confirm", "true")
			switch a.status {
			case http.StatusOK:
				paid.Add(1)
				ids[i] = a.id()
			case http.StatusConflict:
				inUse.Add(1)
				if a.text("error.code") != "idempotency_key_in_use" {
					t.Error(a.body)
				}
			default:
				t.Error(a.body)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 30, paid.Load()+inUse.Load())
	require.Positive(t, paid.Load())
	intents := c.all(intentsPath)
	require.Len(t, intents, 1)
	require.Len(t, c.all("/v1/charges"), 1)
	for _, id := range ids {
		if id != "" {
			require.Equal(t, intents[0]["id"], id)
		}
	}
}

// slow is a store that waits in the commit of a charge.
type slow struct {
	fakestripe.Store
	entered, leave chan struct{}
	once           sync.Once
}

func (s *slow) Commit(changes ...fakestripe.Change) error {
	for _, c := range changes {
		if c.Table == "charges" {
			s.once.Do(func() {
				close(s.entered)
				<-s.leave
			})
		}
	}
	return s.Store.Commit(changes...)
}

// TestIdempotencyInFlight asks again while the first request is under way.
func TestIdempotencyInFlight(t *testing.T) {
	store := &slow{Store: fakestripe.NewMemory(), entered: make(chan struct{}), leave: make(chan struct{})}
	c := newClient(t, fakestripe.Options{Store: store})
	pay := []string{"amount", "900", "currency", "usd", "payment_method", "pm_card_visa", "confirm", "true"}
	first := make(chan answer)
	go func() { first <- c.with(keyed("k"), http.MethodPost, intentsPath, pay...) }()
	<-store.entered
	c.with(keyed("k"), http.MethodPost, intentsPath, pay...).fails(409, "idempotency_key_in_use", "")
	close(store.leave)
	done := <-first
	require.Equal(t, done.ok().body, c.with(keyed("k"), http.MethodPost, intentsPath, pay...).ok().body)
}

// TestClients has eight clients at work at once, each on its own customer, and then
// looks whether the books are right.
func TestClients(t *testing.T) {
	c := newClient(t, options())
	h := listen(t, c.server, 0)
	c.post("/v1/webhook_endpoints", "url", h.URL, "enabled_events[]", "*").ok()
	const clients, payments = 8, 10
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			customer := c.customer()
			pm := c.saved("pm_card_visa", customer)
			for range payments {
				pi := c.post(intentsPath, "amount", "900", "currency", "usd", "customer", customer, "payment_method", pm, "confirm", "true").ok()
				c.get(intentsPath+"/"+pi.id(), "expand[]", "latest_charge").ok()
				c.post("/v1/refunds", "payment_intent", pi.id(), "amount", "100").ok()
				c.get("/v1/charges", "customer", customer).ok()
			}
		})
	}
	wg.Go(func() {
		for range 20 {
			c.advance(time.Second)
			c.get("/v1/events").ok()
		}
	})
	wg.Wait()
	c.advance(time.Hour)
	require.Len(t, c.all(intentsPath), clients*payments)
	for _, charge := range c.all("/v1/charges") {
		require.EqualValues(t, 100, charge["amount_refunded"])
		require.NotNil(t, charge["balance_transaction"])
	}
	require.Len(t, c.all("/v1/refunds"), clients*payments)
	require.Len(t, c.all("/v1/balance_transactions"), 2*clients*payments)
	seen := map[any]bool{}
	for _, e := range c.all("/v1/events") {
		require.False(t, seen[e["id"]], "an id of its own")
		seen[e["id"]] = true
	}
}

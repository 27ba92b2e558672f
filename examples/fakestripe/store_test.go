package fakestripe_test

import (
	"errors"
	"iter"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents/examples/fakestripe"
)

var errDown = errors.New("the store is down")

// down is a store whose commits and loads can fail.
type down struct {
	fakestripe.Store
	commits, loads bool
}

func (d *down) Commit(changes ...fakestripe.Change) error {
	if d.commits {
		return errDown
	}
	return d.Store.Commit(changes...)
}

func (d *down) Load(t fakestripe.Table, id string) (any, bool, error) {
	if d.loads {
		return nil, false, errDown
	}
	return d.Store.Load(t, id)
}

// TestAtomic has the commit of each kind of request fail: nothing of it is left.
func TestAtomic(t *testing.T) {
	store := &down{Store: fakestripe.NewMemory()}
	c := newClient(t, fakestripe.Options{Store: store})
	customer := c.customer()
	pm := c.saved("pm_card_visa", customer)
	held := c.post(intentsPath, "amount", "900", "currency", "usd", "payment_method", "pm_card_visa", "capture_method", "manual", "confirm", "true").ok()
	done := c.paid("pm_card_visa")
	session := c.post(sessionsPath, shirt()...).ok()
	before := snapshot(c)
	requests := [][]string{
		{intentsPath, "amount", "900", "currency", "usd", "payment_method", "pm_card_visa", "confirm", "true"},
		{intentsPath, "amount", "900", "currency", "usd", "payment_method", "pm_card_visa_chargeDeclined", "confirm", "true"},
		{intentsPath + "/" + held.id() + "/capture"},
		{intentsPath + "/" + held.id() + "/cancel"},
		{"/v1/refunds", "payment_intent", done.id()},
		{"/v1/payment_methods/" + pm + "/detach"},
		{"/v1/customers/" + customer, "name", "x"},
		{setupsPath, "payment_method", "pm_card_visa", "customer", customer, "confirm", "true"},
		{sessionsPath + "/" + session.id() + "/expire"},
		{"/v1/payment_pages/" + session.id() + "/confirm", "payment_method", "pm_card_visa"},
		{"/v1/webhook_endpoints", "url", "https://example.com", "enabled_events[]", "*"},
		{"/v1/test_helpers/customers/" + customer + "/fund_cash_balance", "amount", "5", "currency", "usd"},
	}
	for _, r := range requests {
		store.commits = true
		c.post(r[0], r[1:]...).fails(500, "", "").is("error.type", "api_error")
		store.commits = false
		require.Equal(t, before, snapshot(c), "%v", r)
	}
	// What could not be done then can be done now.
	for _, r := range requests[:1] {
		c.post(r[0], r[1:]...).ok()
	}
	store.loads = true
	c.get(intentsPath+"/"+done.id()).fails(500, "", "")
	c.post("/v1/customers/"+customer, "name", "x").fails(500, "", "")
}

// TestAtomicKey has a request with an idempotency key fail in its commit.
func TestAtomicKey(t *testing.T) {
	store := &down{Store: fakestripe.NewMemory()}
	c := newClient(t, fakestripe.Options{Store: store})
	store.commits = true
	c.with(keyed("k"), http.MethodPost, "/v1/customers").fails(500, "", "")
	store.commits = false
	c.with(keyed("k"), http.MethodPost, "/v1/customers").ok()
	require.Len(t, c.all("/v1/customers"), 1)
}

// TestAtomicWork has deferred work fail, and done later.
func TestAtomicWork(t *testing.T) {
	store := &down{Store: fakestripe.NewMemory()}
	c := newClient(t, fakestripe.Options{Store: store})
	pi := c.post(intentsPath, "amount", "900", "currency", "usd", "payment_method", "pm_card_visa", "confirm", "true").ok()
	store.commits = true
	require.Equal(t, 500, c.post("/__clock/advance", "seconds", "3600").status)
	c.get("/v1/charges/"+pi.text("latest_charge")).ok().is("balance_transaction", nil)
	store.commits = false
	c.advance(time.Hour)
	require.NotNil(t, c.get("/v1/charges/"+pi.text("latest_charge")).at("balance_transaction"))
}

// snapshot returns all lists.
func snapshot(c *client) map[string]any {
	all := map[string]any{}
	for _, path := range []string{
		intentsPath, setupsPath, sessionsPath, "/v1/charges", "/v1/refunds", "/v1/customers", "/v1/events", "/v1/balance_transactions", "/v1/webhook_endpoints",
	} {
		all[path] = c.all(path)
	}
	for _, customer := range c.all("/v1/customers") {
		id := customer["id"].(string)
		all[id] = c.all("/v1/customers/" + id + "/payment_methods")
		all[id+" cash"] = c.get("/v1/customers/" + id + "/cash_balance").json
	}
	return all
}

// TestRestart begins a second server on the store of a first one.
func TestRestart(t *testing.T) {
	store := fakestripe.NewMemory()
	c := newClient(t, fakestripe.Options{Store: store})
	pi := c.post(intentsPath, "amount", "900", "currency", "usd", "payment_method", "pm_card_visa", "confirm", "true").ok()
	c.post("/v1/webhook_endpoints", "url", "https://127.0.0.1:1/hook", "enabled_events[]", "payment_intent.created").ok()
	again := newClient(t, fakestripe.Options{Store: store, Seed: 2})
	again.get(intentsPath+"/"+pi.id()).ok().is("status", "succeeded")
	again.advance(time.Hour)
	require.NotNil(t, again.get("/v1/charges/"+pi.text("latest_charge")).at("balance_transaction"), "what was owed is remembered")
	require.Len(t, again.all("/v1/webhook_endpoints"), 1)
}

// TestMemory holds the default store against a list that is kept by hand.
func TestMemory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		store := fakestripe.NewMemory()
		var model []fakestripe.Row
		find := func(id string) int {
			for i, row := range model {
				if row.ID == id {
					return i
				}
			}
			return -1
		}
		collect := func(seq iter.Seq2[fakestripe.Row, error]) (rows []fakestripe.Row) {
			for row, err := range seq {
				require.NoError(t, err)
				rows = append(rows, row)
			}
			return rows
		}
		for range rapid.IntRange(0, 200).Draw(t, "steps") {
			id := rapid.StringMatching("[a-z]{1,2}").Draw(t, "id")
			i := find(id)
			if rapid.Bool().Draw(t, "delete") {
				require.NoError(t, store.Commit(fakestripe.Change{Table: "t", Row: fakestripe.Row{ID: id}}))
				if i >= 0 {
					model = append(model[:i:i], model[i+1:]...)
				}
				continue
			}
			row := fakestripe.Row{ID: id, Value: rapid.Int().Draw(t, "value")}
			require.NoError(t, store.Commit(fakestripe.Change{Table: "t", Row: row}))
			if i >= 0 {
				model[i] = row
			} else {
				model = append(model, row)
			}
		}
		require.Len(t, collect(store.Scan("t", "", false)), len(model))
		if len(model) == 0 {
			return
		}
		require.Equal(t, model, collect(store.Scan("t", "", false)))
		at := rapid.IntRange(0, len(model)-1).Draw(t, "cursor")
		older := collect(store.Scan("t", model[at].ID, true))
		require.Len(t, older, at)
		for i, row := range older {
			require.Equal(t, model[at-1-i], row)
		}
		v, ok, err := store.Load("t", model[at].ID)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, model[at].Value, v)
	})
}

package idempotency_test

import (
	"fmt"
	"net/url"
	"time"

	"github.com/payintent/intents/webhook"
	"github.com/payintent/intents/webhook/idempotency"
)

// A layer between HTTP and what is executed: three requests with one key.
func Example() {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	store := map[string]idempotency.Record{}
	serve := func(key string, params url.Values) (int, string) {
		id := idempotency.ID("acct_1/test", key)
		request := idempotency.NewRequest("POST", "/v1/refunds", params)
		t, err := idempotency.Apply(store[id], idempotency.Begin{Scope: "acct_1/test", Key: key, Request: request}, now)
		if err != nil {
			status, body := webhook.ErrorBody(err, webhook.ErrorContext{})
			return status, string(body)
		}
		if a, replay := t.Replay(); replay {
			return a.Code, a.Body + " (" + idempotency.HeaderReplayed + ")"
		}
		store[id] = t.After // and schedule t.Deferred; then execute
		answer := idempotency.Answer{Code: 200, Body: `{"id":"re_1"}`}
		if t, err = idempotency.Apply(t.After, idempotency.Finish{Answer: answer}, now); err != nil {
			return 500, ""
		}
		store[id] = t.After
		return answer.Code, answer.Body
	}
	fmt.Println(serve("key_1", url.Values{"charge": {"ch_1"}}))
	fmt.Println(serve("key_1", url.Values{"charge": {"ch_1"}}))
	fmt.Println(serve("key_1", url.Values{"charge": {"ch_2"}}))
	// Output:
	// 200 {"id":"re_1"}
	// 200 {"id":"re_1"} (Idempotent-Replayed)
	// 400 {"error":{"message":"Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than 'key_1' if you meant to execute a different request.","type":"idempotency_error"}}
}

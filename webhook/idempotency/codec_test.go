package idempotency_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/webhook"
	"github.com/payintent/intents/webhook/idempotency"
)

// TestStored holds the stored forms against a golden file, for they never change, and
// reads each of them again.
func TestStored(t *testing.T) {
	var out strings.Builder
	for _, e := range events() {
		b, err := idempotency.MarshalEvent(e)
		require.NoError(t, err)
		out.Write(append(b, '\n'))
		again, err := idempotency.UnmarshalEvent(b)
		require.NoError(t, err)
		require.Equal(t, e, again)
	}
	for _, c := range commands() {
		b, err := idempotency.MarshalCommand(c)
		require.NoError(t, err)
		out.Write(append(b, '\n'))
		again, err := idempotency.UnmarshalCommand(b)
		require.NoError(t, err)
		require.Equal(t, c, again)
	}
	for i, r := range records(t) {
		b, err := json.Marshal(r)
		require.NoError(t, err)
		out.WriteString(samples()[i].name + " " + string(b) + "\n")
		var again idempotency.Record
		require.NoError(t, json.Unmarshal(b, &again))
		require.Equal(t, r, again)
	}
	script.Golden(t, "testdata/stored.golden", []byte(out.String()))
}

func events() []idempotency.Event {
	return []idempotency.Event{
		idempotency.Begun{Scope: "acct_1/test", Key: "key_1", Request: asked("1"), At: intents.TimeOf(start())},
		idempotency.Finished(declined),
		idempotency.Rejected{},
		idempotency.Pruned{},
	}
}

// disguise satisfies Command and Event and is none of them.
type (
	disguise      struct{ idempotency.Reject }
	disguiseEvent struct{ idempotency.Rejected }
)

func TestNilAndPointers(t *testing.T) {
	r := told(t, idempotency.Record{}, begin("1"))
	for _, c := range []idempotency.Command{nil, (*idempotency.Reject)(nil), &idempotency.Reject{}, disguise{}} {
		_, err := idempotency.Apply(r, c, start())
		require.EqualError(t, err, "command: the command is nil or a pointer")
		_, err = idempotency.MarshalCommand(c)
		require.EqualError(t, err, "command: the command is nil or a pointer")
	}
	for _, e := range []idempotency.Event{nil, (*idempotency.Rejected)(nil), &idempotency.Rejected{}, disguiseEvent{}} {
		require.Equal(t, r, idempotency.Evolve(r, e))
		_, err := idempotency.MarshalEvent(e)
		require.EqualError(t, err, "event: the event is nil or a pointer")
	}
	for _, raw := range []string{"", "{", "null", `{"type":"x","data":{}}`, `{"type":"idempotency.begun","data":null}`, `{"type":"begin","data":{"key":1}}`} {
		var invalid *intents.InvalidError
		_, err := idempotency.UnmarshalEvent([]byte(raw))
		require.ErrorAs(t, err, &invalid, raw)
		_, err = idempotency.UnmarshalCommand([]byte(raw))
		require.ErrorAs(t, err, &invalid, raw)
	}
}

// TestCorruptRecords breaks one field after the other.
func TestCorruptRecords(t *testing.T) {
	byName := map[string]idempotency.Record{}
	for i, r := range records(t) {
		byName[samples()[i].name] = r
	}
	for _, c := range []struct {
		name, sample, param string
		change              func(r *idempotency.Record)
	}{
		{"contents without a status", "executing", "status", func(r *idempotency.Record) { r.Status = "" }},
		{"an unknown status", "executing", "status", func(r *idempotency.Record) { r.Status = "lost" }},
		{"no key", "executing", "key", func(r *idempotency.Record) { r.Key = "" }},
		{"a key too long", "executing", "key", func(r *idempotency.Record) { r.Key = strings.Repeat("x", 256) }},
		{"a key that is no text", "executing", "key", func(r *idempotency.Record) { r.Key = "\xff" }},
		{"a scope that is no text", "executing", "scope", func(r *idempotency.Record) { r.Scope = "\xff" }},
		{"no request", "executing", "request", func(r *idempotency.Record) { r.Request = idempotency.Request{} }},
		{"no digest", "completed", "request", func(r *idempotency.Record) { r.Request.Digest = "" }},
		{"an endpoint that is no text", "completed", "request", func(r *idempotency.Record) { r.Request.Endpoint = "\xff" }},
		{"never begun", "completed", "began", func(r *idempotency.Record) { r.Began = 0 }},
		{"begun too late to be kept", "completed", "began", func(r *idempotency.Record) { r.Began = 253402300799 }},
		{"an answer while executing", "executing", "answer", func(r *idempotency.Record) { r.Answer.Code = 200 }},
		{"no answer", "completed", "answer", func(r *idempotency.Record) { r.Answer = idempotency.Answer{} }},
		{"an answer that goes on", "completed", "answer", func(r *idempotency.Record) { r.Answer.Code = 103 }},
		{"a body that is no text", "completed", "answer", func(r *idempotency.Record) { r.Answer.Body = "\xff" }},
		{"released with a request", "released, pruned", "request", func(r *idempotency.Record) { r.Request = asked("1") }},
		{"released and begun", "released, rejected", "request", func(r *idempotency.Record) { r.Began = 1 }},
		{"released with an answer", "released, rejected", "answer", func(r *idempotency.Record) { r.Answer.Code = 200 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := byName[c.sample]
			require.NoError(t, idempotency.Check(r))
			c.change(&r)
			err := idempotency.Check(r)
			var invalid *intents.InvalidError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, intents.CodeCorruptState, invalid.Code)
			require.Equal(t, c.param, invalid.Param)
			tr, applied := idempotency.Apply(r, nil, time.Time{})
			require.Equal(t, err, applied, "before anything else")
			require.Zero(t, tr)
		})
	}
	for _, now := range []time.Time{{}, time.Unix(253402300799, 0)} {
		_, err := idempotency.Apply(idempotency.Record{}, begin("1"), now)
		require.EqualError(t, err, "now: the time is not set, or after the year 9999")
	}
}

// TestRequests: which requests are the same.
func TestRequests(t *testing.T) {
	r := func(method, path, query string) idempotency.Request {
		v, err := url.ParseQuery(query)
		require.NoError(t, err)
		return idempotency.NewRequest(method, path, v)
	}
	base := r("POST", "/v1/refunds", "amount=1&charge=ch_1&expand[]=a&expand[]=b")
	require.Equal(t, base, r("POST", "/v1/refunds", "charge=ch%5F1&expand[]=a&amount=1&expand[]=b"), "the order of keys and the encoding do not count")
	for _, other := range []idempotency.Request{
		r("POST", "/v1/refunds", "amount=2&charge=ch_1&expand[]=a&expand[]=b"), r("POST", "/v1/refunds", "amount=1&charge=ch_1"),
		r("POST", "/v1/refunds", "amount=1&charge=ch_1&expand[]=b&expand[]=a"), r("POST", "/v1/charges", "amount=1&charge=ch_1&expand[]=a&expand[]=b"),
		r("DELETE", "/v1/refunds", "amount=1&charge=ch_1&expand[]=a&expand[]=b"), r("POST", "/v1/refunds", "amount=1%26charge=ch_1&expand[]=a&expand[]=b"),
	} {
		require.NotEqual(t, base, other)
	}
	require.NotContains(t, base.Digest, "ch_1", "a digest tells no parameters")
	require.Len(t, base.Digest, 64)
	require.NotEqual(t, idempotency.ID("a/b", "c"), idempotency.ID("a", "b/c"))
	// 255 characters, not bytes.
	wide := begin("1")
	wide.Key = strings.Repeat("é", 255)
	told(t, idempotency.Record{}, wide)
	wide.Key += "x"
	_, err := idempotency.Apply(idempotency.Record{}, wide, start())
	require.EqualError(t, err, "idempotency_key: Invalid Idempotency-Key: it has more than 255 characters")
	_, err = idempotency.Apply(idempotency.Record{}, idempotency.Begin{Key: "k", Scope: "\xff", Request: base}, start())
	require.EqualError(t, err, "scope: it is not valid UTF-8")
}

// TestErrorBodies: Stripe's words for the two refusals (facts 5).
func TestErrorBodies(t *testing.T) {
	running, done := told(t, idempotency.Record{}, begin("1")), told(t, idempotency.Record{}, begin("1"), declined)
	for _, c := range []struct {
		record idempotency.Record
		cmd    idempotency.Begin
		status int
		body   string
	}{
		{
			running, begin("1"), http.StatusConflict,
			`{"error":{"code":"idempotency_key_in_use","doc_url":"https://stripe.com/docs/error-codes/idempotency-key-in-use","message":"There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): key_1. Please try again later.","type":"idempotency_error"}}`,
		},
		{
			done, begin("2"), http.StatusBadRequest,
			`{"error":{"message":"Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than 'key_1' if you meant to execute a different request.","type":"idempotency_error"}}`,
		},
		{
			idempotency.Record{},
			idempotency.Begin{Key: "", Request: asked("1")},
			http.StatusBadRequest,
			`{"error":{"message":"Invalid Idempotency-Key: it is empty","param":"idempotency_key","type":"invalid_request_error"}}`,
		},
	} {
		_, err := idempotency.Apply(c.record, c.cmd, start())
		status, body := webhook.ErrorBody(err, webhook.ErrorContext{})
		require.Equal(t, c.status, status)
		require.Equal(t, c.body, string(body))
	}
}

// TestAllocs is the budget: legality, folding and a replay allocate nothing.
func TestAllocs(t *testing.T) {
	running, done := told(t, idempotency.Record{}, begin("1")), told(t, idempotency.Record{}, begin("1"), ok200)
	var sink idempotency.Record
	for _, e := range events() {
		require.Zero(t, testing.AllocsPerRun(100, func() { sink = idempotency.Evolve(running, e) }), e.Name())
	}
	var again idempotency.Command = begin("1")
	var finish idempotency.Command = ok200
	now := start()
	require.Zero(t, testing.AllocsPerRun(100, func() {
		tr, err := idempotency.Apply(done, again, now)
		if a, replay := tr.Replay(); err != nil || !replay || a != ok200.Answer {
			t.Error(tr, err)
		}
	}), "replay")
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() {
		tr, _ := idempotency.Apply(running, finish, now)
		sink = tr.After
	}), 2.0, "finish: the event and its slice")
	_ = sink
}

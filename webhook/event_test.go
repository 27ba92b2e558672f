package webhook_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents"
	"github.com/payintent/intents/webhook"
)

// probe is an Object that tells which version it was asked for.
type probe struct{}

func (probe) AppendJSON(dst []byte, v intents.Version) []byte {
	return fmt.Appendf(dst, `{"rendered_at":%q}`, string(v))
}

func settledEvent() webhook.Event {
	return webhook.Event{
		ID: "evt_3SNw0AQCmQuvM3Po1XY7HqLz", Type: "charge.updated", APIVersion: intents.VersionDahlia,
		Created: 1761831297, PendingWebhooks: 1,
		Object:   webhook.Raw(`{"id":"ch_1","balance_transaction":"txn_1"}`),
		Previous: `{"balance_transaction":null}`,
	}
}

// paramOf returns the parameter that an *intents.InvalidError names.
func paramOf(t *testing.T, err error) string {
	t.Helper()
	var invalid *intents.InvalidError
	require.ErrorAs(t, err, &invalid)
	return invalid.Param
}

func TestEventEnvelope(t *testing.T) {
	background := settledEvent()
	requested := webhook.Event{
		ID: "evt_1", Type: "payment_intent.created", Created: 1, Account: "acct_1", Livemode: true,
		Request: webhook.Request{ID: "req_1", IdempotencyKey: `a "quoted" key, ü`},
		Object:  probe{},
	}
	for _, tc := range []struct {
		name  string
		event webhook.Event
		at    intents.Version
		want  string
	}{
		{
			"background, with previous attributes", background, intents.VersionDahlia,
			`{"id":"evt_3SNw0AQCmQuvM3Po1XY7HqLz","object":"event","api_version":"2026-03-25.dahlia","created":1761831297,` +
				`"data":{"object":{"id":"ch_1","balance_transaction":"txn_1"},"previous_attributes":{"balance_transaction":null}},` +
				`"livemode":false,"pending_webhooks":1,"request":{"id":null,"idempotency_key":null},"type":"charge.updated"}`,
		},
		{
			"connected account, live, by a request", requested, intents.Version20220801,
			`{"id":"evt_1","object":"event","account":"acct_1","api_version":"2022-08-01","created":1,` +
				`"data":{"object":{"rendered_at":"2022-08-01"}},"livemode":true,"pending_webhooks":0,` +
				`"request":{"id":"req_1","idempotency_key":"a \"quoted\" key, ü"},"type":"payment_intent.created"}`,
		},
		{
			"zero",
			webhook.Event{},
			"",
			`{"id":"","object":"event","api_version":"2026-10-28.endive","created":0,"data":{"object":null},` +
				`"livemode":false,"pending_webhooks":0,"request":{"id":null,"idempotency_key":null},"type":""}`,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := string(tc.event.Render(tc.at))
			require.Equal(t, tc.want, got)
			require.Equal(t, "before"+tc.want, string(tc.event.AppendJSON([]byte("before"), tc.at)), "append keeps what is there")
		})
	}
}

func TestEventVersion(t *testing.T) {
	const old, newer = intents.Version20220801, intents.VersionBasil
	for _, tc := range []struct {
		name             string
		object           webhook.Object
		own, asked, want intents.Version
	}{
		{"the asked one", probe{}, old, newer, newer},
		{"nothing asked", probe{}, old, "", intents.VersionLatest},
		{"a received object keeps its own", webhook.Raw(`{}`), old, newer, old},
		{"a received object without one", webhook.Raw(`{}`), "", newer, newer},
		{"no object", nil, old, newer, newer},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := webhook.Event{Object: tc.object, APIVersion: tc.own}
			var got struct {
				Version intents.Version `json:"api_version"`
				Data    struct {
					Object *struct {
						At intents.Version `json:"rendered_at"`
					} `json:"object"`
				} `json:"data"`
			}
			require.NoError(t, json.Unmarshal(e.Render(tc.asked), &got))
			require.Equal(t, tc.want, got.Version)
			if tc.object == (probe{}) {
				require.Equal(t, tc.want, got.Data.Object.At, "envelope and object agree")
			}
		})
	}
}

func TestEventJSON(t *testing.T) {
	e := settledEvent()
	b, err := json.Marshal(e)
	require.NoError(t, err)
	require.JSONEq(t, string(e.Render(e.APIVersion)), string(b))
	var back webhook.Event
	require.NoError(t, json.Unmarshal(b, &back))
	require.Empty(t, cmp.Diff(e, back))
	require.NoError(t, json.Unmarshal([]byte("null"), &back))
	require.Equal(t, e, back, "null changes nothing")
	require.Equal(t, "object", paramOf(t, json.Unmarshal([]byte(`{}`), &back)))
	require.Equal(t, e, back, "a refusal changes nothing")

	b, err = webhook.Event{Object: webhook.Raw("")}.MarshalJSON()
	require.NoError(t, err)
	require.Contains(t, string(b), `"data":{"object":null}`)

	b, err = webhook.Event{Object: probe{}}.MarshalJSON()
	require.NoError(t, err)
	require.Contains(t, string(b), `"rendered_at":"`+string(intents.VersionLatest)+`"`)

	for _, bad := range []string{"{", "[]", "1", `{"a":1}{`, " "} {
		_, err := webhook.Event{Object: webhook.Raw(bad)}.MarshalJSON()
		require.Equal(t, "data.object", paramOf(t, err), bad)
		_, err = webhook.Event{Previous: bad}.MarshalJSON()
		require.Equal(t, "data.previous_attributes", paramOf(t, err), bad)
	}
}

func TestEventIsComparable(t *testing.T) {
	e := settledEvent()
	decoded, err := webhook.Decode(e.Render(""))
	require.NoError(t, err)
	require.Len(t, map[webhook.Event]bool{e: true, decoded: true}, 1)
	decoded.Object = webhook.Raw(`{}`)
	require.Len(t, map[webhook.Event]bool{e: true, decoded: true}, 2)
}

// payloadWith returns a valid payload in which the field named has another value.
// An empty value takes the field out.
func payloadWith(field, value string) string {
	fields := [][2]string{
		{"id", `"evt_1"`},
		{"object", `"event"`},
		{"api_version", `"2022-11-15"`},
		{"created", "1"},
		{"data", `{"object":{"id":"pi_1"}}`},
		{"livemode", "false"},
		{"pending_webhooks", "2"},
		{"request", `{"id":"req_1","idempotency_key":null}`},
		{"type", `"payment_intent.created"`},
	}
	var parts []string
	found := false
	for _, f := range fields {
		if f[0] == field {
			found, f[1] = true, value
		}
		if f[1] != "" {
			parts = append(parts, `"`+f[0]+`" : `+f[1])
		}
	}
	if !found {
		parts = append(parts, `"`+field+`":`+value)
	}
	return "{\n  " + strings.Join(parts, ",\n  ") + "\n}\n"
}

func TestDecode(t *testing.T) {
	plain := webhook.Event{
		ID: "evt_1", Type: "payment_intent.created", APIVersion: "2022-11-15", Created: 1, PendingWebhooks: 2,
		Request: webhook.Request{ID: "req_1"}, Object: webhook.Raw(`{"id":"pi_1"}`),
	}
	with := func(change func(e *webhook.Event)) webhook.Event {
		e := plain
		change(&e)
		return e
	}
	for _, tc := range []struct {
		name, payload string
		want          webhook.Event
	}{
		{"plain", payloadWith("id", `"evt_1"`), plain},
		{"unknown type", payloadWith("type", `"moon.landed"`), with(func(e *webhook.Event) { e.Type = "moon.landed" })},
		{"unknown version", payloadWith("api_version", `"2020-08-27; beta=v4"`), with(func(e *webhook.Event) { e.APIVersion = "2020-08-27; beta=v4" })},
		{"null version", payloadWith("api_version", "null"), with(func(e *webhook.Event) { e.APIVersion = "" })},
		{"no version", payloadWith("api_version", ""), with(func(e *webhook.Event) { e.APIVersion = "" })},
		{"null request", payloadWith("request", "null"), with(func(e *webhook.Event) { e.Request = webhook.Request{} })},
		{"no request", payloadWith("request", ""), with(func(e *webhook.Event) { e.Request = webhook.Request{} })},
		{"account", payloadWith("account", `"acct_1"`), with(func(e *webhook.Event) { e.Account = "acct_1" })},
		{"live", payloadWith("livemode", "true"), with(func(e *webhook.Event) { e.Livemode = true })},
		{"unknown field", payloadWith("context", `[{"id":["}",{"id":3}]},-1.5e9]`), plain},
		{"a known name in another case is unknown", payloadWith("ID", `"evt_2"`), plain},
		{"a known name deeper down", payloadWith("extra", `{"id":"evt_2"}`), plain},
		{"escapes", payloadWith("id", `"evt_\u0031\"\\"`), with(func(e *webhook.Event) { e.ID = `evt_1"\` })},
		{"an escaped name", strings.Replace(payloadWith("id", `"evt_1"`), `"id"`, `"\u0069d"`, 1), plain},
		{
			"object kept to the byte", payloadWith("data", `{"previous_attributes":{ "a" : "}" },"object":{ "b":[{}, "\"" ] },"x":null}`),
			with(func(e *webhook.Event) { e.Object, e.Previous = webhook.Raw(`{ "b":[{}, "\"" ] }`), `{ "a" : "}" }` }),
		},
		{"null previous", payloadWith("data", `{"object":{"id":"pi_1"},"previous_attributes":null}`), plain},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := webhook.Decode([]byte(tc.payload))
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(tc.want, got))
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	twice := strings.Replace(payloadWith("id", `"evt_1"`), "{", `{"\u0069d":"evt_2",`, 1)
	for _, tc := range []struct{ name, payload, param, says string }{
		{"nothing", "", "payload", "at byte 0"},
		{"cut off", payloadWith("id", `"evt_1"`)[:40], "payload", "unexpected end"},
		{"more behind", payloadWith("id", `"evt_1"`) + "{}", "payload", "at byte"},
		{"not UTF-8", payloadWith("id", "\"\xff\""), "payload", "UTF-8"},
		{"byte order mark", "\ufeff" + payloadWith("id", `"evt_1"`), "payload", "not JSON"},
		{"array", "[]", "payload", "not an object"},
		{"null", "null", "payload", "not an object"},
		{"string", `"{}"`, "payload", "not an object"},
		{"empty object", "{}", "object", "missing"},
		{"no id", payloadWith("id", ""), "id", "missing"},
		{"empty id", payloadWith("id", `""`), "id", "empty"},
		{"number as id", payloadWith("id", "1"), "id", "not a string"},
		{"id twice", twice, "id", "twice"},
		{"no object", payloadWith("object", ""), "object", "missing"},
		{"another object", payloadWith("object", `"charge"`), "object", "not event"},
		{"thin event", payloadWith("object", `"v2.core.event"`), "object", "thin"},
		{"number as version", payloadWith("api_version", "1"), "api_version", "not a string"},
		{"object as account", payloadWith("account", `{"id":"acct_1"}`), "account", "not a string"},
		{"no created", payloadWith("created", ""), "created", "missing"},
		{"text as created", payloadWith("created", `"1"`), "created", "integer"},
		{"thin created", payloadWith("created", `"2026-01-01T00:00:00Z"`), "created", "integer"},
		{"fraction as created", payloadWith("created", "1.5"), "created", "integer"},
		{"exponent as created", payloadWith("created", "1e9"), "created", "integer"},
		{"created out of range", payloadWith("created", "9223372036854775808"), "created", "integer"},
		{"no data", payloadWith("data", ""), "data", "not an object"},
		{"null data", payloadWith("data", "null"), "data", "not an object"},
		{"empty data", payloadWith("data", "{}"), "data.object", "not an object"},
		{"null data.object", payloadWith("data", `{"object":null}`), "data.object", "not an object"},
		{"array as data.object", payloadWith("data", `{"object":[]}`), "data.object", "not an object"},
		{"data.object twice", payloadWith("data", `{"object":{},"object":{}}`), "data.object", "twice"},
		{"text as previous", payloadWith("data", `{"object":{},"previous_attributes":"a"}`), "data.previous_attributes", "not an object"},
		{"no livemode", payloadWith("livemode", ""), "livemode", "missing"},
		{"text as livemode", payloadWith("livemode", `"true"`), "livemode", "boolean"},
		{"number as livemode", payloadWith("livemode", "0"), "livemode", "boolean"},
		{"no pending_webhooks", payloadWith("pending_webhooks", ""), "pending_webhooks", "missing"},
		{"negative pending_webhooks", payloadWith("pending_webhooks", "-1"), "pending_webhooks", "negative"},
		{"text as request", payloadWith("request", `"req_1"`), "request", "not an object"},
		{"number as key", payloadWith("request", `{"idempotency_key":1}`), "request.idempotency_key", "not a string"},
		{"no type", payloadWith("type", ""), "type", "missing"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e, err := webhook.Decode([]byte(tc.payload))
			require.Equal(t, tc.param, paramOf(t, err))
			require.ErrorContains(t, err, tc.says)
			require.Equal(t, webhook.Event{}, e, "a refusal gives nothing")
		})
	}
}

func TestDecodeCopies(t *testing.T) {
	payload := settledEvent().Render("")
	e, err := webhook.Decode(payload)
	require.NoError(t, err)
	clear(payload)
	require.Empty(t, cmp.Diff(settledEvent(), e), "an event does not alias the buffer it came in")
}

// anyEvents draws events such as one could receive.
func anyEvents() *rapid.Generator[webhook.Event] {
	objects := rapid.MapOf(rapid.String(), rapid.SliceOf(rapid.String()))
	asJSON := func(v any) string {
		b, err := json.Marshal(v)
		if err != nil {
			return "{}"
		}
		return string(b)
	}
	return rapid.Custom(func(t *rapid.T) webhook.Event {
		e := webhook.Event{
			ID:              rapid.StringN(1, -1, -1).Draw(t, "id"),
			Type:            rapid.StringN(1, -1, -1).Draw(t, "type"),
			APIVersion:      intents.Version(rapid.StringN(1, -1, -1).Draw(t, "version")),
			Created:         intents.Time(rapid.Int64().Draw(t, "created")),
			Account:         rapid.String().Draw(t, "account"),
			Livemode:        rapid.Bool().Draw(t, "livemode"),
			PendingWebhooks: rapid.IntMin(0).Draw(t, "pending"),
			Request:         webhook.Request{ID: rapid.String().Draw(t, "request"), IdempotencyKey: rapid.String().Draw(t, "key")},
			Object:          webhook.Raw(asJSON(objects.Draw(t, "object"))),
		}
		if rapid.Bool().Draw(t, "has previous") {
			e.Previous = asJSON(objects.Draw(t, "previous"))
		}
		return e
	})
}

func TestEventProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := anyEvents().Draw(t, "event")
		payload := e.Render(intents.VersionBasil)
		decoded, err := webhook.Decode(payload)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(e, decoded), "what was rendered decodes to the same event")

		var indented bytes.Buffer
		require.NoError(t, json.Indent(&indented, payload, "", "  "))
		spaced, err := webhook.Decode(indented.Bytes())
		require.NoError(t, err)
		require.JSONEq(t, string(payload), string(spaced.Render("")), "white space means nothing")
	})
}

func TestEventAllocs(t *testing.T) {
	e := settledEvent()
	e.Request = webhook.Request{ID: "req_1", IdempotencyKey: "key-1"}
	buf := make([]byte, 0, 4096)
	require.Zero(t, testing.AllocsPerRun(100, func() { buf = e.AppendJSON(buf[:0], intents.VersionDahlia) }))
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() { buf = e.Render(intents.VersionDahlia) }), 1.0)
	require.NotEmpty(t, buf)

	decode := func() {
		if _, err := webhook.Decode(buf); err != nil {
			t.Error(err)
		}
	}
	// Seven, and under -race some more, since encoding/json's pool then forgets at random.
	require.LessOrEqual(t, testing.AllocsPerRun(100, decode), 12.0)
}

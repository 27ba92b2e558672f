package delivery_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/webhook/delivery"
)

func events() []delivery.Event {
	created := intents.TimeOf(start())
	return []delivery.Event{
		delivery.Created{ID: "dlv_1", Endpoint: "we_1", Event: "evt_1", Type: "charge.updated", EventCreated: created - 1, Livemode: true, Body: create(true).Body, At: created},
		delivery.Attempted{At: created},
		delivery.Resent{At: created},
		delivery.Succeeded{At: created, Code: 200},
		delivery.Failed{At: created, Code: 302, Reason: delivery.ReasonRedirect, Retry: created + 60},
		delivery.Abandoned{At: created, Reason: delivery.ReasonDeleted},
	}
}

// TestStored holds the stored forms against a golden file, for they never change, and
// reads each of them again.
func TestStored(t *testing.T) {
	var out strings.Builder
	for _, e := range events() {
		b, err := delivery.MarshalEvent(e)
		require.NoError(t, err)
		out.Write(append(b, '\n'))
		again, err := delivery.UnmarshalEvent(b)
		require.NoError(t, err)
		require.Equal(t, e, again)
	}
	for _, c := range commands() {
		b, err := delivery.MarshalCommand(c)
		require.NoError(t, err)
		out.Write(append(b, '\n'))
		again, err := delivery.UnmarshalCommand(b)
		require.NoError(t, err)
		require.Equal(t, c, again)
	}
	for i, d := range deliveries(t) {
		b, err := json.Marshal(d)
		require.NoError(t, err)
		out.WriteString(samples()[i].name + " " + string(b) + "\n")
		var again delivery.Delivery
		require.NoError(t, json.Unmarshal(b, &again))
		require.Equal(t, d, again)
	}
	script.Golden(t, "testdata/stored.golden", []byte(out.String()))
}

// disguise satisfies Command and Event and is none of them.
type (
	disguise      struct{ delivery.Attempt }
	disguiseEvent struct{ delivery.Attempted }
)

func TestNilAndPointers(t *testing.T) {
	d := told(t, delivery.Delivery{}, create(false))
	for _, c := range []delivery.Command{nil, (*delivery.Attempt)(nil), &delivery.Attempt{}, disguise{}} {
		_, err := delivery.Apply(d, c, start())
		require.EqualError(t, err, "command: the command is nil or a pointer")
		_, err = delivery.MarshalCommand(c)
		require.EqualError(t, err, "command: the command is nil or a pointer")
	}
	for _, e := range []delivery.Event{nil, (*delivery.Attempted)(nil), &delivery.Attempted{At: 1}, disguiseEvent{}} {
		require.Equal(t, d, delivery.Evolve(d, e))
		_, err := delivery.MarshalEvent(e)
		require.EqualError(t, err, "event: the event is nil or a pointer")
	}
}

func TestUnmarshalRefuses(t *testing.T) {
	for raw, param := range map[string]string{"": "event", "{": "event", "null": "type", `{"type":"x","data":{}}`: "type", `{"type":"delivery.attempted","data":null}`: "event", `{"type":"delivery.attempted","data":{"at":"x"}}`: "event"} {
		_, err := delivery.UnmarshalEvent([]byte(raw))
		var invalid *intents.InvalidError
		require.ErrorAs(t, err, &invalid, raw)
		require.Equal(t, param, invalid.Param, raw)
		_, err = delivery.UnmarshalCommand([]byte(strings.ReplaceAll(strings.ReplaceAll(raw, "delivery.attempted", "respond"), "at", "code")))
		require.ErrorAs(t, err, &invalid, raw)
	}
}

// TestRefusalOrder: a corrupt delivery first, then the time, the command, the table, and the contents.
func TestRefusalOrder(t *testing.T) {
	d := told(t, delivery.Delivery{}, create(false))
	corrupt := d
	corrupt.Attempts = -1
	var invalid *intents.InvalidError
	_, err := delivery.Apply(corrupt, nil, time.Time{})
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "attempts", invalid.Param)
	for _, now := range []time.Time{{}, time.Unix(-1, 0), time.Unix(253402300800, 0)} {
		_, err = delivery.Apply(d, nil, now)
		require.ErrorAs(t, err, &invalid)
		require.Equal(t, "now", invalid.Param)
	}
	var state *intents.StateError
	_, err = delivery.Apply(d, delivery.Create{}, start())
	require.ErrorAs(t, err, &state)
	events, again := delivery.Decide(d, delivery.Create{}, start())
	require.Equal(t, err, again)
	require.Empty(t, events)
}

// TestLastTime: near the end of time there is no retry that can't be written.
func TestLastTime(t *testing.T) {
	last := time.Unix(253402300799, 0)
	var d delivery.Delivery
	for _, c := range []delivery.Command{create(true), delivery.Attempt{}, err500} {
		tr, err := delivery.Apply(d, c, last)
		require.NoError(t, err)
		d = tr.After
		require.NoError(t, delivery.Check(d))
	}
	require.Equal(t, delivery.StatusFailed, d.Status)
}

// TestEventOfNoTime: without it nobody could tell how long it can be sent again.
func TestEventOfNoTime(t *testing.T) {
	for _, at := range []intents.Time{0, -1, 253402300800} {
		e := event(false)
		e.Created = at
		_, err := delivery.Apply(delivery.Delivery{}, delivery.Create{ID: "dlv_1", Endpoint: "we_1", Body: string(e.Render(""))}, start())
		require.EqualError(t, err, "body: it is an event of no known time")
	}
}

// TestCorruptDeliveries breaks one field after the other. Apply refuses what it can tell
// without reading the body; Check refuses all.
func TestCorruptDeliveries(t *testing.T) {
	byName := map[string]delivery.Delivery{}
	for i, d := range deliveries(t) {
		byName[samples()[i].name] = d
	}
	for _, c := range []struct {
		name, sample, param string
		applies             bool
		change              func(d *delivery.Delivery)
	}{
		{"contents without a status", "pending", "status", false, func(d *delivery.Delivery) { d.Status = "" }},
		{"an unknown status", "pending", "status", false, func(d *delivery.Delivery) { d.Status = "lost" }},
		{"no id", "pending", "id", false, func(d *delivery.Delivery) { d.ID = "" }},
		{"an id that is no text", "pending", "id", true, func(d *delivery.Delivery) { d.ID = "\xff" }},
		{"no endpoint", "pending", "endpoint", false, func(d *delivery.Delivery) { d.Endpoint = "" }},
		{"an endpoint that is no text", "pending", "endpoint", true, func(d *delivery.Delivery) { d.Endpoint = "\xff" }},
		{"no event", "pending", "event", false, func(d *delivery.Delivery) { d.Event = "" }},
		{"no type", "pending", "event", false, func(d *delivery.Delivery) { d.Type = "" }},
		{"no body", "pending", "event", false, func(d *delivery.Delivery) { d.Body = "" }},
		{"a body that is no event", "pending", "body", true, func(d *delivery.Delivery) { d.Body = "{}" }},
		{"another event", "pending", "body", true, func(d *delivery.Delivery) { d.Event = "evt_2" }},
		{"another type", "pending", "body", true, func(d *delivery.Delivery) { d.Type = "charge.failed" }},
		{"another mode", "pending", "body", true, func(d *delivery.Delivery) { d.Livemode = true }},
		{"another creation", "pending", "body", true, func(d *delivery.Delivery) { d.EventCreated++ }},
		{"no creation", "pending", "created", false, func(d *delivery.Delivery) { d.Created = 0 }},
		{"no creation of the event", "pending", "event_created", false, func(d *delivery.Delivery) { d.EventCreated = 0 }},
		{"too many attempts", "succeeded", "attempts", false, func(d *delivery.Delivery) { d.Attempts = 5 }},
		{"negative attempts", "succeeded", "attempts", false, func(d *delivery.Delivery) { d.Attempts = -1 }},
		{"negative resends", "succeeded", "resends", false, func(d *delivery.Delivery) { d.Resends = -1 }},
		{"an answer to nothing", "pending", "answered", false, func(d *delivery.Delivery) { d.Answered = 1 }},
		{"an answer before 1970", "succeeded", "answered", false, func(d *delivery.Delivery) { d.Answered = -1 }},
		{"a success without an answer", "succeeded", "answered", false, func(d *delivery.Delivery) { d.Answered = 0 }},
		{"an outcome of nothing", "pending", "last", false, func(d *delivery.Delivery) { d.Last.Code = 200 }},
		{"no outcome", "succeeded", "last", false, func(d *delivery.Delivery) { d.Last = delivery.Outcome{} }},
		{"under way since never", "attempting", "began", false, func(d *delivery.Delivery) { d.Began = 0 }},
		{"pending and under way", "pending", "began", false, func(d *delivery.Delivery) { d.Began = 1 }},
		{"pending for never", "pending", "next", false, func(d *delivery.Delivery) { d.Next = 0 }},
		{"attempting and due", "attempting", "next", false, func(d *delivery.Delivery) { d.Next = 1 }},
		{"failed and due", "failed", "next", false, func(d *delivery.Delivery) { d.Next = 1 }},
		{"failed without an attempt", "failed", "attempts", false, func(d *delivery.Delivery) { d.Attempts, d.Resends = 0, 1 }},
		{"back from nowhere", "pending", "back", false, func(d *delivery.Delivery) { d.Back = "failed" }},
		{"back to nowhere", "resending, failed", "back", false, func(d *delivery.Delivery) { d.Back = "" }},
		{"back to resending", "resending, failed", "back", false, func(d *delivery.Delivery) { d.Back = "resending" }},
		{"back to attempting", "resending, failed", "back", false, func(d *delivery.Delivery) { d.Back = "attempting" }},
		{"back to the unknown", "resending, failed", "back", false, func(d *delivery.Delivery) { d.Back = "lost" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := byName[c.sample]
			require.NoError(t, delivery.Check(d))
			c.change(&d)
			err := delivery.Check(d)
			var invalid *intents.InvalidError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, intents.CodeCorruptState, invalid.Code)
			require.Equal(t, c.param, invalid.Param)
			tr, applied := delivery.Apply(d, delivery.Resend{}, start())
			if c.applies {
				require.NoError(t, applied)
				return
			}
			require.Equal(t, err, applied)
			require.Zero(t, tr)
		})
	}
}

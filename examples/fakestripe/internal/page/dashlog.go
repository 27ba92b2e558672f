package page

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/payintent/intents"
	"github.com/payintent/intents/webhook"
	"github.com/payintent/intents/webhook/delivery"
)

// event is an event in a list.
type event struct {
	ID, Type, Object string
	Created          intents.Time
	Body, Previous   string // pretty JSON; Previous may be empty
	Request          string
	Deliveries       []shipment
}

// eventOf shows an event, in the shape of its API version.
func eventOf(e webhook.Event) event {
	body := e.Render(e.APIVersion)
	x := event{ID: e.ID, Type: e.Type, Created: e.Created, Body: pretty(body), Request: e.Request.ID}
	if e.Previous != "" {
		x.Previous = pretty([]byte(e.Previous))
	}
	var shape struct {
		Data struct {
			Object struct {
				ID string `json:"id"`
			} `json:"object"`
		} `json:"data"`
	}
	if json.Unmarshal(body, &shape) == nil {
		x.Object = shape.Data.Object.ID
	}
	return x
}

func pretty(b []byte) string {
	var out bytes.Buffer
	if json.Indent(&out, b, "", "  ") != nil {
		return string(b)
	}
	return out.String()
}

// eventList returns events with their deliveries.
func (d *desk) eventList(after string, n int, fits func(webhook.Event) bool) ([]event, string, error) {
	events, next, err := take(d.b.Events(), after, n, func(e webhook.Event) string { return e.ID }, fits)
	if err != nil || len(events) == 0 {
		return nil, "", err
	}
	shown := map[string]bool{}
	for _, e := range events {
		shown[e.ID] = true
	}
	sent, _, err := d.shipments("", maxSeen, func(x delivery.Delivery) bool { return shown[x.Event] })
	if err != nil {
		return nil, "", err
	}
	list := make([]event, 0, len(events))
	for _, e := range events {
		x := eventOf(e)
		for _, s := range sent {
			if s.Event == e.ID {
				x.Deliveries = append(x.Deliveries, s)
			}
		}
		list = append(list, x)
	}
	return list, next, nil
}

// events is the event log.
func (d *desk) events(w http.ResponseWriter, r *http.Request) {
	v, ok := d.list(w, r, "Events", "events")
	if !ok {
		return
	}
	var err error
	var next string
	about := about(v.Object)
	v.Events, next, err = d.eventList(r.URL.Query().Get("after"), many, func(e webhook.Event) bool {
		return (v.Type == "" || strings.Contains(e.Type, strings.Trim(v.Type, "*"))) && about(e)
	})
	if err != nil {
		d.fail(w, err)
		return
	}
	types, _, err := take(d.b.Events(), "", maxSeen, func(e webhook.Event) string { return e.ID }, anything)
	if err != nil {
		d.fail(w, err)
		return
	}
	for _, e := range types {
		if !slices.Contains(v.Types, e.Type) {
			v.Types = append(v.Types, e.Type)
		}
	}
	slices.Sort(v.Types)
	v.Older = older(r, next)
	d.write(w, http.StatusOK, "events", v.Nonce, v)
}

// about returns whether an event speaks of an object: also a charge's of its intent.
func about(id string) func(webhook.Event) bool {
	if id == "" {
		return func(webhook.Event) bool { return true }
	}
	quoted, _ := json.Marshal(id)
	return func(e webhook.Event) bool { return e.ID == id || bytes.Contains(e.Render(""), quoted) }
}

// shipment is a delivery in a list.
type shipment struct {
	ID, Event, Type, Endpoint, Status, Tone, Last, Next string
	Attempts, Resends                                   int
	Created                                             intents.Time
	Resendable                                          bool
}

func (d *desk) shipments(after string, n int, fits func(delivery.Delivery) bool) ([]shipment, string, error) {
	all, next, err := take(d.b.Deliveries(), after, n, func(x delivery.Delivery) string { return x.ID }, fits)
	if err != nil {
		return nil, "", err
	}
	now := d.b.Now()
	var list []shipment
	for _, x := range all {
		s := shipment{
			ID: x.ID, Event: x.Event, Type: x.Type, Endpoint: x.Endpoint, Status: string(x.Status), Tone: tone(string(x.Status)),
			Attempts: x.Attempts, Resends: x.Resends, Created: x.Created,
			Resendable: slices.Contains(delivery.Legal(x.Status), "resend"),
		}
		switch {
		case x.Last.Code != 0:
			s.Last = intText(int64(x.Last.Code)) + " " + http.StatusText(x.Last.Code)
		case x.Last.Reason != "":
			s.Last = words(string(x.Last.Reason))
		}
		if x.Next != 0 {
			s.Next = within(x.Next.Time().Sub(now))
		}
		list = append(list, s)
	}
	return list, next, nil
}

// deliveries lists deliveries.
func (d *desk) deliveries(w http.ResponseWriter, r *http.Request) {
	v, ok := d.list(w, r, "Deliveries", "deliveries")
	if !ok {
		return
	}
	var err error
	var next string
	v.Deliveries, next, err = d.shipments(r.URL.Query().Get("after"), many, func(x delivery.Delivery) bool {
		return (v.Type == "" || strings.Contains(x.Type, strings.Trim(v.Type, "*"))) && (v.Status == "" || string(x.Status) == v.Status) &&
			(v.Object == "" || x.Event == v.Object || x.Endpoint == v.Object || x.ID == v.Object)
	})
	if err != nil {
		d.fail(w, err)
		return
	}
	for _, s := range delivery.Statuses() {
		if s != "" {
			v.Statuses = append(v.Statuses, string(s))
		}
	}
	v.Older = older(r, next)
	d.write(w, http.StatusOK, "deliveries", v.Nonce, v)
}

package fakestripe

import (
	"slices"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/examples/fakestripe/internal/page"
	"github.com/payintent/intents/webhook"
	"github.com/payintent/intents/webhook/delivery"
)

// tx is what one request, or one piece of deferred work, sees and changes: the store
// as it is, and over it what was changed so far. Nothing is written before commit.
type tx struct {
	s       *Server
	r       *request // nil for deferred work
	now     time.Time
	changes []Change
	events  []webhook.Event
	work    []intents.Deferred
	marks   []func(*page.Trail)
	err     error // the store's
	// subscribing is the payment method that a customer has submitted in subscription mode.
	subscribing intents.PaymentMethod
	// confirming is the confirmation token that the request brings, or empty.
	confirming string
	// pages says that what is done is done on a page, and by no API request.
	pages bool
}

func (s *Server) tx(r *request) *tx { return &tx{s: s, r: r, now: s.Now()} }

func (x *tx) at() intents.Time { return intents.TimeOf(x.now) }

// get returns the value of a row, with what the transaction has done to it.
func get[T any](x *tx, t Table, id string) (value T, ok bool) {
	for _, c := range x.changes {
		if c.ID == id && c.Table == t {
			value, ok = c.Value.(T)
			return value, ok
		}
	}
	v, ok, err := x.s.store.Load(t, id)
	if err != nil {
		x.fail(err)
	}
	if !ok {
		return value, false
	}
	value, ok = v.(T)
	return value, ok
}

// put writes a row.
func (x *tx) put(t Table, id string, value any) {
	for i := range x.changes {
		if c := &x.changes[i]; c.ID == id && c.Table == t {
			c.Value = value
			return
		}
	}
	x.changes = append(x.changes, Change{t, Row{id, value}})
}

// each yields the values of a table, newest first, with those that the transaction
// has made or changed.
func each[T any](x *tx, t Table) func(yield func(string, T) bool) {
	return func(yield func(string, T) bool) {
		for _, c := range slices.Backward(x.changes) {
			if c.Table == t {
				if v, ok := c.Value.(T); ok && !yield(c.ID, v) {
					return
				}
			}
		}
		for row, err := range x.s.store.Scan(t, "", true) {
			if err != nil {
				x.fail(err)
				return
			}
			if x.touched(t, row.ID) {
				continue
			}
			if v, ok := row.Value.(T); ok && !yield(row.ID, v) {
				return
			}
		}
	}
}

func (x *tx) touched(t Table, id string) bool {
	for i := range x.changes {
		if x.changes[i].Table == t && x.changes[i].ID == id {
			return true
		}
	}
	return false
}

func (x *tx) fail(err error) {
	if x.err == nil {
		x.err = err
	}
}

// options complete the events of the transaction.
func (x *tx) options() []webhook.Option {
	o := []webhook.Option{webhook.WithAPIVersion(x.s.o.APIVersion)}
	if x.r != nil && !x.pages {
		o = append(o, webhook.WithRequest(webhook.Request{ID: x.r.id, IdempotencyKey: x.r.key}))
	}
	return o
}

func (x *tx) publish(events ...webhook.Event) { x.events = append(x.events, events...) }

// mark remembers where an object has been, once it is committed.
func (x *tx) mark(f func(*page.Trail)) { x.marks = append(x.marks, f) }

func (x *tx) owe(work ...intents.Deferred) { x.work = append(x.work, work...) }

// eventRow is an event, and the deliveries that it led to.
type eventRow struct {
	webhook.Event
	Deliveries []string
}

// commit writes everything, or nothing: rows, events and deliveries in one step of
// the store. What is owed is scheduled after that; a crash in between loses
// nothing, for what is owed is a function of what is stored.
func (x *tx) commit() error {
	if x.err != nil {
		return x.err
	}
	for _, e := range webhook.ForVersion(x.events, x.s.o.APIVersion) {
		row := eventRow{Event: e}
		for _, c := range delivery.Fan(e, x.wanting()...) {
			t, err := delivery.Apply(delivery.Delivery{}, c, x.now)
			if err != nil {
				return err
			}
			x.put(tableDeliveries, t.After.ID, t.After)
			x.owe(t.Deferred...)
			row.Deliveries = append(row.Deliveries, t.After.ID)
		}
		x.put(tableEvents, e.ID, row)
	}
	if err := capture.CheckDeferred(x.work...); err != nil {
		return err
	}
	if len(x.changes) > 0 {
		if err := x.s.store.Commit(x.changes...); err != nil {
			return err
		}
	}
	return x.s.queue.schedule(x.work...)
}

// wanting returns the endpoints, each at the version that it is sent events in.
func (x *tx) wanting() []delivery.Endpoint {
	list := make([]delivery.Endpoint, 0, len(x.s.endpoints))
	for _, row := range x.s.endpoints {
		list = append(list, row.Endpoint)
	}
	return list
}

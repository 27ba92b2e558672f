package webhook

import (
	"bytes"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/ids"
)

// FromCustomer returns what Stripe would have sent about a change of a customer:
// customer.created, customer.updated with the old values of what changed, or
// customer.deleted with the customer as it was, for which Stripe leaves out that it is
// deleted. The zero Customer stands for one that was not there. Where nothing that shows
// has changed there is no event.
//
// A customer counts no versions: two changes of one customer that are the same, to the
// second, have events with the same id.
func FromCustomer(before, after intents.Customer, now time.Time, options ...Option) []Event {
	kind, previous := "", ""
	switch {
	case before.ID == "" && after.ID != "":
		kind = "customer.created"
	case after.Deleted && !before.Deleted:
		kind = "customer.deleted"
		after.Deleted = false
	case before.ID == after.ID && before.Deleted == after.Deleted:
		if previous = previousOf(Customer{Customer: before}, Customer{Customer: after}); previous != "" {
			kind = "customer.updated"
		}
	}
	if kind == "" {
		return nil
	}
	return one(Event{Type: kind, Livemode: after.Livemode, Object: Customer{Customer: after}, Previous: previous}, after.ID, now, options)
}

// FromPaymentMethod returns what Stripe would have sent about a change of a payment
// method that no intent caused: payment_method.attached, payment_method.detached, with
// the customer that it had, or payment_method.updated, with the old values of what
// changed. To make a payment method has no event, nor has a change that does not show.
//
// What is said of ids in [FromCustomer] holds here too. The details can tell when it was
// made: see [KeyCreated].
func FromPaymentMethod(before, after intents.PaymentMethod, now time.Time, options ...Option) []Event {
	kind, previous := "", ""
	switch {
	case before.ID != after.ID || after.ID == "":
	case before.Customer == "" && after.Customer != "":
		kind = "payment_method.attached"
	case before.Customer != "" && after.Customer == "":
		kind = "payment_method.detached"
		o := out{}
		o.str(`{"customer":`, before.Customer)
		o.raw("}")
		previous = string(o.b)
	default:
		if previous = previousOf(PaymentMethod{PaymentMethod: before}, PaymentMethod{PaymentMethod: after}); previous != "" {
			kind = "payment_method.updated"
		}
	}
	if kind == "" {
		return nil
	}
	return one(Event{Type: kind, Object: PaymentMethod{PaymentMethod: after}, Previous: previous}, after.ID, now, options)
}

// one completes a single event. Its id is a digest of what happened to whom, and when.
func one(e Event, subject string, now time.Time, options []Option) []Event {
	e.Created = intents.TimeOf(now)
	x := digest(e.Type) ^ digest(string(e.Object.AppendJSON(nil, "")))*3 ^ digest(e.Previous)*5 ^ uint64(e.Created)*7 //nolint:gosec // mixed
	e.ID = ids.Derive("evt_", subject, x)
	for _, option := range options {
		option(&e)
	}
	return []Event{e}
}

// previousOf returns the old values of the keys in which two renderings of an object
// differ, or "" where they do not. Of an object within, only what changed in it is told;
// an array is told whole (facts 4.1). A key that was not there was null.
func previousOf(before, after Object) string {
	a, b := before.AppendJSON(nil, ""), after.AppendJSON(nil, "")
	if bytes.Equal(a, b) {
		return ""
	}
	return string(appendChanges(nil, a, b))
}

// appendChanges appends what of the JSON object a differs from b.
func appendChanges(dst, a, b []byte) []byte {
	dst = append(dst, '{')
	start := len(dst)
	add := func(key []byte) {
		if len(dst) > start {
			dst = append(dst, ',')
		}
		dst = append(append(dst, key...), ':')
	}
	for key, was := range members(a) {
		is, ok := memberOf(b, key)
		switch {
		case ok && bytes.Equal(was, is):
		case ok && was[0] == '{' && is[0] == '{':
			add(key)
			dst = appendChanges(dst, was, is)
		default:
			add(key)
			dst = append(dst, was...)
		}
	}
	for key := range members(b) {
		if _, ok := memberOf(a, key); !ok {
			add(key)
			dst = append(dst, "null"...)
		}
	}
	return append(dst, '}')
}

// members yields the members of a JSON object as they stand there, the keys quoted. It
// is for what this package rendered, which has no white space.
func members(b []byte) func(yield func(key, value []byte) bool) {
	return func(yield func(key, value []byte) bool) {
		for i := 1; i < len(b) && b[i] != '}'; {
			end := skipValue(b, i)
			key := b[i:end]
			i = end + len(":")
			end = skipValue(b, i)
			if !yield(key, b[i:end]) {
				return
			}
			if i = end; b[i] == ',' {
				i++
			}
		}
	}
}

func memberOf(b, key []byte) ([]byte, bool) {
	for k, v := range members(b) {
		if bytes.Equal(k, key) {
			return v, true
		}
	}
	return nil, false
}

package webhook

import (
	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/internal/ids"
	"github.com/payintent/intents/paymentintent"
)

// Option completes the envelope of each event that a translator makes.
type Option func(*Event)

// WithRequest names the API request that caused the events. Events that no
// request can cause, such as a settlement or the end of an authorization, show none
// all the same (OBS-WH).
func WithRequest(r Request) Option { return func(e *Event) { e.Request = r } }

// WithAccount names the connected account that the events come from.
func WithAccount(id string) Option { return func(e *Event) { e.Account = id } }

// WithAPIVersion says which version the events are rendered at where nobody asks
// for another: that of the endpoint, not of the request.
func WithAPIVersion(v intents.Version) Option { return func(e *Event) { e.APIVersion = v } }

// WithPendingWebhooks says how many endpoints have not yet accepted the events.
func WithPendingWebhooks(n int) Option { return func(e *Event) { e.PendingWebhooks = n } }

// FromPaymentIntent returns what Stripe would have sent about a transition, in
// Stripe's order (facts 1.4 and 4.2). Each event carries the object as it was after
// the domain event that it tells of. A transition that Stripe says nothing about, such
// as an update, makes none.
//
// The same transition makes the same events with the same ids, and two transitions
// that were joined make those of both. Nothing is rendered, and snapshots that
// events share are made once.
//
// Where the facts leave the order open: application_fee.created and then
// transfer.created follow what made them known, which is charge.updated after an
// asynchronous capture, and payment_intent.succeeded in all other cases.
func FromPaymentIntent(t paymentintent.Transition, options ...Option) []Event {
	tr := translator{subject: t.After.ID, livemode: t.After.Flags.Has(paymentintent.Livemode)}
	tr.grow(&t)
	s, n := t.Before, 0 // the state after the first n events
	for i, e := range t.Events {
		if wireEvents(e) == 0 {
			continue
		}
		for ; n < i; n++ {
			s = paymentintent.Evolve(s, t.Events[n])
		}
		was := outlineOf(&s.Charge)
		tr.begin(t.Before.Version + uint64(i) + 1) //nolint:gosec // an index
		if i == len(t.Events)-1 {
			tr.intentEvent(&t.After, &was, e)
			break
		}
		s, n = paymentintent.Evolve(s, e), n+1
		tr.intentEvent(&s, &was, e)
	}
	return tr.finish(options)
}

// wireEvents returns how many events Stripe mostly sends for a domain event: 0 where
// it never says anything.
func wireEvents(e paymentintent.Event) int {
	switch e.(type) {
	case paymentintent.Updated, paymentintent.Confirmed, paymentintent.ActionCompleted, paymentintent.IncrementDeclined,
		paymentintent.VerificationFailed, paymentintent.Postponed, paymentintent.WindowClosed:
		return 0
	case paymentintent.Created, paymentintent.Settled, paymentintent.ActionRequired, paymentintent.Canceled,
		paymentintent.CustomerNotified, paymentintent.CaptureSubmitted, paymentintent.PartiallyFunded, paymentintent.AuthorizationIncremented:
		return 1
	case paymentintent.Approved, paymentintent.BalanceApplied, paymentintent.Collected, paymentintent.AttemptFailed, paymentintent.Submitted,
		paymentintent.Captured, paymentintent.AuthorizationExpired, paymentintent.Refunded, paymentintent.RefundUpdated, paymentintent.DisputeOpened:
		return 2
	}
	return 0
}

// grow makes room for the events that a transition makes, at the first try.
func (tr *translator) grow(t *paymentintent.Transition) {
	n := 0
	for _, e := range t.Events {
		n += wireEvents(e)
	}
	if n == 0 {
		return
	}
	if c := &t.After.Charge; c.Ledger.At != 0 && t.Before.Charge.Ledger.At == 0 && c.Details != "" {
		n += 2 // the fee and the transfer of Connect
	}
	tr.events = make([]Event, 0, n)
}

// outline is what the translation of an event asks of the charge before it.
type outline struct {
	status                         capture.Status
	capturable, captured, released int64
	posted                         bool // the ledger entry was written
	refunds                        capture.Refunds
	captureBefore                  intents.Time
}

func outlineOf(c *capture.Charge) outline {
	return outline{
		status: c.Status, capturable: c.Capturable(), captured: c.AmountCaptured, released: c.AmountReleased,
		posted: c.Ledger.At != 0, refunds: c.Refunds, captureBefore: c.CaptureBefore,
	}
}

// translator makes events. It numbers them, so that their ids are a function of
// what happened, and fills in what their envelopes have in common.
type translator struct {
	events   []Event
	subject  string
	livemode bool
	// number tells the domain events of the subject apart, index those made of one.
	number, index uint64
	// at is when the domain event happened.
	at intents.Time
	// fallback is the time of a domain event that has none.
	fallback intents.Time
	// background: no request can have caused it; backgrounds has a bit for each event.
	background  bool
	backgrounds uint64
}

func (tr *translator) begin(number uint64) {
	tr.number, tr.index, tr.at, tr.background = number, 0, 0, false
}

// indexBits leave room for the events that one domain event makes.
const indexBits = 8

func (tr *translator) add(kind string, o Object, previous string, until intents.Version) {
	if tr.background {
		tr.backgrounds |= 1 << (len(tr.events) % 64) // no transition makes as many
	}
	tr.events = append(tr.events, Event{
		ID: ids.Derive("evt_", tr.subject, tr.number<<indexBits|tr.index), Type: kind, Created: tr.at,
		Livemode: tr.livemode, Object: o, Previous: previous, Until: until,
	})
	tr.index++
}

// finish applies the options and returns the events.
func (tr *translator) finish(options []Option) []Event {
	events := tr.events
	for i := range events {
		for _, option := range options {
			option(&events[i])
		}
		if events[i].Created == 0 {
			events[i].Created = tr.fallback
		}
		if tr.backgrounds&(1<<(i%64)) != 0 {
			events[i].Request = Request{}
		}
	}
	return events
}

// intentEvent makes the events of one domain event of an intent, which is now s.
func (tr *translator) intentEvent(s *paymentintent.Intent, was *outline, e paymentintent.Event) {
	switch e := e.(type) {
	case paymentintent.Created:
		tr.intent(s, e.At, "payment_intent.created")
	case paymentintent.ActionRequired:
		tr.intent(s, e.At, "payment_intent.requires_action")
	case paymentintent.Approved:
		tr.approved(s, e.At)
	case paymentintent.BalanceApplied:
		tr.approved(s, e.At)
	case paymentintent.Collected:
		tr.background = true
		tr.approved(s, e.At)
	case paymentintent.AttemptFailed:
		tr.failed(s, was, &e)
	case paymentintent.Submitted:
		tr.submitted(s, e.At)
	case paymentintent.CustomerNotified:
		tr.intent(s, e.At, "payment_intent.processing")
	case paymentintent.CaptureSubmitted:
		tr.intent(s, e.At, "payment_intent.processing")
	case paymentintent.PartiallyFunded:
		tr.intent(s, e.At, "payment_intent.partially_funded")
	case paymentintent.AuthorizationIncremented:
		tr.intent(s, e.At, "payment_intent.amount_capturable_updated")
	case paymentintent.Canceled:
		tr.canceled(s, was, e.At)
	case paymentintent.Captured, paymentintent.AuthorizationExpired, paymentintent.Settled,
		paymentintent.Refunded, paymentintent.RefundUpdated, paymentintent.DisputeOpened:
		tr.moneyEvent(s, was, e)
	case paymentintent.Updated, paymentintent.Confirmed, paymentintent.ActionCompleted, paymentintent.IncrementDeclined,
		paymentintent.VerificationFailed, paymentintent.Postponed, paymentintent.WindowClosed:
		// Stripe says nothing of these.
	}
}

// moneyEvent makes the events of what happens to an intent once there is money.
//
//nolint:gochecksumtype // intentEvent lists them all
func (tr *translator) moneyEvent(s *paymentintent.Intent, was *outline, e paymentintent.Event) {
	c := chargeOf(s, 0, 0)
	switch e := e.(type) {
	case paymentintent.Captured:
		tr.at, c.Now = e.At, e.At
		tr.captured(&c, s, was, &e.Captured)
	case paymentintent.AuthorizationExpired:
		tr.at, c.Now = e.At, e.At
		tr.expired(&c, s, was)
	case paymentintent.Settled:
		tr.settled(&c)
	case paymentintent.Refunded:
		tr.refunded(&c, &e.Refund)
	case paymentintent.RefundUpdated:
		tr.at, c.Now = e.At, e.At
		tr.refundUpdated(&c, was, &e.RefundUpdated)
	case paymentintent.DisputeOpened:
		c.Now = e.At
		tr.disputed(&c, &e.DisputeOpened)
	}
}

// intent makes an event about the intent.
func (tr *translator) intent(s *paymentintent.Intent, at intents.Time, kind string) {
	tr.at = at
	tr.add(kind, PaymentIntent{Intent: *s, Now: at}, "", "")
}

// submitted makes the events of a payment that the rail has. Their order is open
// (facts 4.2).
func (tr *translator) submitted(s *paymentintent.Intent, at intents.Time) {
	tr.intent(s, at, "payment_intent.processing")
	tr.add("charge.pending", chargeOf(s, at, 0), "", "")
}

// approved makes the events of a charge that succeeded, held or captured.
func (tr *translator) approved(s *paymentintent.Intent, at intents.Time) {
	tr.at = at
	c := chargeOf(s, at, 0)
	tr.add("charge.succeeded", c, "", "")
	if s.Status == paymentintent.StatusRequiresCapture {
		tr.intent(s, at, "payment_intent.amount_capturable_updated")
	} else {
		tr.intent(s, at, "payment_intent.succeeded")
	}
	if c.Ledger.At != 0 {
		fee, transfer := c.connects()
		tr.connected(&c, fee, transfer)
	}
}

// failed makes the events of an attempt that failed. A capture under way that came to
// nothing leaves a released charge, which did not fail.
func (tr *translator) failed(s *paymentintent.Intent, was *outline, e *paymentintent.AttemptFailed) {
	tr.at, tr.background = e.At, was.status == capture.StatusPending
	if e.ChargeID != "" {
		c := chargeOf(s, e.At, 0)
		if c.Status == capture.StatusFailed {
			tr.add("charge.failed", c, "", "")
		}
		tr.released(&c, was)
	}
	tr.intent(s, e.At, "payment_intent.payment_failed")
}

// canceled makes the events of a cancellation, which may give a hold back.
func (tr *translator) canceled(s *paymentintent.Intent, was *outline, at intents.Time) {
	tr.at = at
	if s.Charge.AmountReleased > was.released {
		c := chargeOf(s, at, 0)
		tr.released(&c, was)
	}
	tr.intent(s, at, "payment_intent.canceled")
}

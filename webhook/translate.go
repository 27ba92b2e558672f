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
// the domain event that it tells of, as a [Snapshot]. A transition that Stripe says
// nothing about, such as an update, makes none.
//
// The same transition makes equal events with the same ids, and two transitions
// that were joined make those of both. Nothing is rendered, and nothing of t is held
// on to.
//
// Where the facts leave the order open: application_fee.created and then
// transfer.created follow what made them known, which is charge.updated after an
// asynchronous capture, and payment_intent.succeeded in all other cases.
func FromPaymentIntent(t paymentintent.Transition, options ...Option) []Event {
	tr := translator{subject: t.After.ID, livemode: t.After.Flags.Has(paymentintent.Livemode)}
	if !tr.open(&t) {
		return nil
	}
	s, n := t.Before, 0 // the state after the first n events
	for i, e := range t.Events {
		if wireEvents(e) == 0 {
			continue
		}
		for ; n < i; n++ {
			s = paymentintent.Evolve(s, t.Events[n])
		}
		was := outlineOf(&s.Charge)
		tr.begin(t.Before.Version+uint64(i)+1, i+1)
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

// open makes room for the events of a transition, at the first try, and begins
// their story. It reports whether there is anything to tell.
func (tr *translator) open(t *paymentintent.Transition) bool {
	n := 0
	for _, e := range t.Events {
		n += wireEvents(e)
	}
	if n == 0 {
		return false
	}
	if c := &t.After.Charge; c.Ledger.At != 0 && t.Before.Charge.Ledger.At == 0 && c.Details != "" {
		n += 2 // the fee and the transfer of Connect
	}
	tr.events = make([]Event, 0, n)
	tr.story, tr.moments = tell(t)
	return true
}

// tell keeps of a transition what its snapshots will need, and no more, in one piece
// of memory for most. The domain events are copied, because
// [paymentintent.Transition.Next] writes over them.
func tell(t *paymentintent.Transition) (*story, []moment) {
	switch {
	case t.Before.Status == paymentintent.StatusNone:
		k := &struct {
			story   story
			moments [4]moment
			events  [4]paymentintent.Event
		}{}
		k.story.events = append(k.events[:0], t.Events...)
		return &k.story, k.moments[:0]
	case len(t.Events) == 1 && aboutCharge(t.Events[0]):
		k := &struct {
			story   story
			moments [4]moment
			events  [1]paymentintent.Event
			charge  Charge
		}{events: [1]paymentintent.Event(t.Events), charge: chargeOf(&t.After, 0, 0)}
		k.story.events, k.story.charge = k.events[:], &k.charge
		return &k.story, k.moments[:0]
	}
	k := &struct {
		story   story
		moments [4]moment
		events  [4]paymentintent.Event
		before  paymentintent.Intent
	}{before: t.Before}
	k.story.events, k.story.before = append(k.events[:0], t.Events...), &k.before
	return &k.story, k.moments[:0]
}

// aboutCharge reports whether an event moves the charge, and leaves the intent alone.
func aboutCharge(e paymentintent.Event) bool {
	switch e.(type) {
	case paymentintent.Settled, paymentintent.Refunded, paymentintent.RefundUpdated, paymentintent.DisputeOpened:
		return true
	case paymentintent.Created, paymentintent.Updated, paymentintent.Confirmed, paymentintent.ActionRequired, paymentintent.ActionCompleted,
		paymentintent.Approved, paymentintent.AttemptFailed, paymentintent.Submitted, paymentintent.CustomerNotified, paymentintent.Collected,
		paymentintent.BalanceApplied, paymentintent.PartiallyFunded, paymentintent.Captured, paymentintent.CaptureSubmitted,
		paymentintent.AuthorizationIncremented, paymentintent.IncrementDeclined, paymentintent.VerificationFailed, paymentintent.Postponed,
		paymentintent.WindowClosed, paymentintent.Canceled, paymentintent.AuthorizationExpired:
	}
	return false
}

// outline is what the translation of an event asks of the charge before it.
type outline struct {
	id                             string
	status                         capture.Status
	capturable, captured, released int64
	posted                         bool // the ledger entry was written
	refunds                        capture.Refunds
	captureBefore                  intents.Time
}

func outlineOf(c *capture.Charge) outline {
	return outline{
		id: c.ID, status: c.Status, capturable: c.Capturable(), captured: c.AmountCaptured, released: c.AmountReleased,
		posted: c.Ledger.At != 0, refunds: c.Refunds, captureBefore: c.CaptureBefore,
	}
}

// translator makes events. It numbers them, so that their ids are a function of
// what happened, and fills in what their envelopes have in common.
type translator struct {
	events  []Event
	subject string
	// story and moments are those of an intent's snapshots. Without a story the
	// objects are made at once, of the charge and the capture event it is after.
	story    *story
	moments  []moment
	charge   *Charge
	happened paymentintent.Event
	livemode bool
	// number tells the domain events of the subject apart, index those made of one; n
	// counts the domain events of the transition.
	number, index uint64
	n             int
	// at is when the domain event happened; fallback stands in for one that has no time.
	at, fallback intents.Time
	// background: no request can have caused it; backgrounds has a bit for each event.
	background  bool
	backgrounds uint64
}

func (tr *translator) begin(number uint64, n int) {
	tr.number, tr.index, tr.n, tr.at, tr.background = number, 0, n, 0, false
}

// indexBits leave room for the events that one domain event makes.
const indexBits = 8

func (tr *translator) add(kind string, p part, previous string, until intents.Version) {
	if tr.background {
		tr.backgrounds |= 1 << (len(tr.events) % 64) // no transition makes as many
	}
	tr.events = append(tr.events, Event{
		ID: ids.Derive("evt_", tr.subject, tr.number<<indexBits|tr.index), Type: kind, Created: tr.at,
		Livemode: tr.livemode, Object: tr.object(p), Previous: previous, Until: until,
	})
	tr.index++
}

func (tr *translator) object(p part) Object {
	if tr.story == nil {
		c := *tr.charge
		c.Now = tr.at
		return partOf(&c, p, tr.happened)
	}
	tr.moments = append(tr.moments, moment{story: tr.story, at: tr.at, n: int32(tr.n), part: p}) //nolint:gosec // an index
	return Snapshot{&tr.moments[len(tr.moments)-1]}
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
	c := &s.Charge
	switch e := e.(type) {
	case paymentintent.Created:
		tr.intent("payment_intent.created", e.At)
	case paymentintent.ActionRequired:
		tr.intent("payment_intent.requires_action", e.At)
	case paymentintent.Approved:
		tr.approved(s, was, e.At)
	case paymentintent.BalanceApplied:
		tr.approved(s, was, e.At)
	case paymentintent.Collected:
		tr.background = true
		tr.approved(s, was, e.At)
	case paymentintent.AttemptFailed:
		tr.failed(c, was, &e)
	case paymentintent.Submitted: // the order is open (facts 4.2)
		tr.at = e.At
		tr.attached(s, was)
		tr.intent("payment_intent.processing", e.At)
		tr.add("charge.pending", partCharge, "", "")
	case paymentintent.CustomerNotified:
		tr.intent("payment_intent.processing", e.At)
	case paymentintent.CaptureSubmitted:
		tr.intent("payment_intent.processing", e.At)
	case paymentintent.PartiallyFunded:
		tr.intent("payment_intent.partially_funded", e.At)
	case paymentintent.AuthorizationIncremented:
		tr.intent("payment_intent.amount_capturable_updated", e.At)
	case paymentintent.Canceled:
		tr.at = e.At
		tr.released(c, was)
		tr.intent("payment_intent.canceled", e.At)
	case paymentintent.Captured:
		tr.captured(c, was, &e.Captured)
	case paymentintent.AuthorizationExpired:
		tr.expired(c, was, e.At)
	case paymentintent.Settled:
		tr.settled(c)
	case paymentintent.Refunded:
		tr.refunded(c, &e.Refund)
	case paymentintent.RefundUpdated:
		tr.refundUpdated(was, &e.RefundUpdated)
	case paymentintent.DisputeOpened:
		tr.disputed(e.At)
	case paymentintent.Updated, paymentintent.Confirmed, paymentintent.ActionCompleted, paymentintent.IncrementDeclined,
		paymentintent.VerificationFailed, paymentintent.Postponed, paymentintent.WindowClosed:
		// Stripe says nothing of these.
	}
}

// intent makes an event about the intent.
func (tr *translator) intent(kind string, at intents.Time) {
	tr.at = at
	tr.add(kind, partIntent, "", "")
}

// attached makes the event of a payment method that the charge made the customer's own.
// That it goes before the intent's is INFERRED from the order of a SetupIntent's (REC-T).
func (tr *translator) attached(s *paymentintent.Intent, was *outline) {
	if s.Charge.ID == was.id || s.PaymentMethod.Customer != "" || find(s.Details, "setup_future_usage") == "" {
		return
	}
	t := paymentintent.Transition{After: *s}
	t.Before.Charge.ID = was.id
	if pm, _ := t.PaymentMethod(); pm.Customer != "" {
		tr.add("payment_method.attached", partMethod, "", "")
	}
}

// approved makes the events of a charge that succeeded, held or captured.
func (tr *translator) approved(s *paymentintent.Intent, was *outline, at intents.Time) {
	tr.at = at
	tr.add("charge.succeeded", partCharge, "", "")
	tr.attached(s, was)
	if s.Status == paymentintent.StatusRequiresCapture {
		tr.intent("payment_intent.amount_capturable_updated", at)
	} else {
		tr.intent("payment_intent.succeeded", at)
	}
	tr.connected(&s.Charge)
}

// failed makes the events of an attempt that failed. A capture under way that came to
// nothing leaves a released charge, which did not fail.
func (tr *translator) failed(c *capture.Charge, was *outline, e *paymentintent.AttemptFailed) {
	tr.at, tr.background = e.At, was.status == capture.StatusPending
	if e.ChargeID != "" {
		if c.Status == capture.StatusFailed {
			tr.add("charge.failed", partCharge, "", "")
		}
		tr.released(c, was)
	}
	tr.intent("payment_intent.payment_failed", e.At)
}

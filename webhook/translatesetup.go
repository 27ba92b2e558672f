package webhook

import (
	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/setupintent"
)

// WithPayer says who the customer of a session is, for the customer_details of its
// events: a session knows no more of a customer that it was given than the id.
func WithPayer(c intents.Customer) Option {
	return func(e *Event) {
		if o, ok := e.Value().(CheckoutSession); ok {
			o.Payer = c
			e.Object = o
		}
	}
}

// FromSetupIntent returns what Stripe would have sent about a transition of a
// SetupIntent, in Stripe's order (facts 1.4): setup_intent.created, .requires_action,
// .succeeded, .setup_failed and .canceled, and payment_method.attached before the
// success that attached it. Stripe says nothing of an update, nor of processing.
//
// Each event carries the object as it then was, as a [Snapshot]. The same transition
// makes equal events with the same ids, and two transitions that were joined make those
// of both.
func FromSetupIntent(t setupintent.Transition, options ...Option) []Event {
	n := 0
	for _, e := range t.Events {
		n += setupEvents(e)
	}
	if n == 0 {
		return nil
	}
	tr := translator{subject: t.After.ID, livemode: t.After.Flags.Has(setupintent.Livemode), events: make([]Event, 0, n)}
	k := &struct {
		story   story
		setup   setupStory
		moments [4]moment
		events  [4]setupintent.Event
	}{}
	k.setup.before, k.setup.events = t.Before, append(k.events[:0], t.Events...)
	k.story.setup = &k.setup
	tr.story, tr.moments = &k.story, k.moments[:0]
	for i, e := range t.Events {
		if setupEvents(e) > 0 {
			tr.begin(t.Before.Version+uint64(i)+1, i+1)
			tr.setupEvent(&k.setup, e)
		}
	}
	return tr.finish(options)
}

// setupEvents returns how many events Stripe sends for a domain event, at most.
func setupEvents(e setupintent.Event) int {
	switch e.(type) {
	case setupintent.Created, setupintent.ActionRequired, setupintent.AttemptFailed, setupintent.Canceled:
		return 1
	case setupintent.Approved, setupintent.Collected:
		return 2
	case setupintent.Updated, setupintent.Confirmed, setupintent.ActionCompleted, setupintent.Submitted, setupintent.VerificationFailed, setupintent.Postponed:
	}
	return 0
}

// setupEvent makes the events of one domain event of a SetupIntent.
func (tr *translator) setupEvent(t *setupStory, e setupintent.Event) {
	switch e := e.(type) {
	case setupintent.Created:
		tr.setup("setup_intent.created", e.At)
	case setupintent.ActionRequired:
		tr.setup("setup_intent.requires_action", e.At)
	case setupintent.Approved:
		tr.setUp(t, &e.SetUp)
	case setupintent.Collected:
		tr.background = true
		tr.setUp(t, &e.SetUp)
	case setupintent.AttemptFailed:
		before := t.state(int32(tr.n) - 1) //nolint:gosec // an index
		late := before.Status == setupintent.StatusRequiresAction && before.Due != 0 && e.At >= before.Due
		tr.background = before.Status == setupintent.StatusProcessing || late
		tr.setup("setup_intent.setup_failed", e.At)
	case setupintent.Canceled:
		tr.setup("setup_intent.canceled", e.At)
	case setupintent.Updated, setupintent.Confirmed, setupintent.ActionCompleted, setupintent.Submitted, setupintent.VerificationFailed, setupintent.Postponed:
		// Stripe says nothing of these.
	}
}

// setup makes an event about the SetupIntent.
func (tr *translator) setup(kind string, at intents.Time) {
	tr.at = at
	tr.add(kind, partSetup, "", "")
}

// setUp makes the events of a success.
func (tr *translator) setUp(t *setupStory, up *setupintent.SetUp) {
	tr.at = up.At
	if up.PaymentMethod.Customer != "" {
		if before := t.state(int32(tr.n) - 1); before.PaymentMethod.Customer == "" { //nolint:gosec // an index
			tr.add("payment_method.attached", partMethod, "", "")
		}
	}
	tr.setup("setup_intent.succeeded", up.At)
}

// FromCheckout returns what Stripe would have sent about a step of a Checkout Session
// and its intent: customer.created, where the step made the customer, then the events
// of the intent, and then checkout.session.completed, .expired, .async_payment_succeeded
// or .async_payment_failed. A session that is created or updated has no event, nor has
// an attempt that failed beyond those of the intent.
//
// That this is the order is a choice: Stripe promises none, and one was seen in which
// the session's completion goes before the intent's success (OBS-TRIGGER-ORDER).
//
// What the customer's browser or time caused shows no request (SEED-3): of what options
// name as the request, only what an API request to the session or its intent can cause
// shows it.
func FromCheckout(t checkout.Step, options ...Option) []Event {
	var events []Event
	if c, made := t.Customer(); made {
		events = FromCustomer(intents.Customer{}, c, c.Created.Time(), options...)
	}
	events = append(events, FromPaymentIntent(t.Payment, options...)...)
	events = append(events, FromSetupIntent(t.Setup, options...)...)
	if events != nil && onPage(&t.Session) {
		for i := range events {
			if !withSession(&t, &events[i]) {
				events[i].Request = Request{}
			}
		}
	}
	told := fromSession(&t.Session, options)
	if events == nil {
		return told
	}
	return append(events, told...)
}

// onPage reports whether what happened to a session is its customer's doing, or time's.
// Where nothing happened to one that is open, its intent saw an action fail.
func onPage(t *checkout.Transition) bool {
	s := t.Before
	if s.Status == checkout.StatusOpen && len(t.Events) == 0 {
		return true
	}
	for _, e := range t.Events {
		s = checkout.Evolve(s, e)
		switch e := e.(type) {
		case checkout.Submitted, checkout.Proceeded, checkout.Reopened, checkout.Completed, checkout.PaymentLost:
			return true
		case checkout.PaymentArrived:
			return !e.Captured
		case checkout.Expired:
			return e.At >= s.ExpiresAt
		case checkout.Created, checkout.Updated:
		}
	}
	return false
}

// withSession reports whether an event tells of an intent that the request made which
// made the session.
func withSession(t *checkout.Step, e *Event) bool {
	if t.Before.Session.Status != checkout.StatusNone {
		return false
	}
	early := t.After.Session.Mode == checkout.Setup || t.After.Session.Flags.Has(checkout.EarlyIntent)
	return early && (e.Type == "setup_intent.created" || e.Type == "payment_intent.created")
}

// fromSession makes the events of a session alone.
func fromSession(t *checkout.Transition, options []Option) []Event {
	n := 0
	for _, e := range t.Events {
		if sessionEvent(e) != "" {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	tr := translator{subject: t.After.ID, livemode: t.After.Flags.Has(checkout.Livemode), events: make([]Event, 0, n)}
	k := &struct {
		story   story
		session sessionStory
		moments [2]moment
		events  [4]checkout.Event
	}{}
	k.session.before, k.session.events = t.Before, append(k.events[:0], t.Events...)
	k.story.session = &k.session
	tr.story, tr.moments = &k.story, k.moments[:0]
	for i, e := range t.Events {
		kind := sessionEvent(e)
		if kind == "" {
			continue
		}
		tr.begin(t.Before.Version+uint64(i)+1, i+1)
		tr.at, tr.background = sessionTime(e), true
		if e, ok := e.(checkout.Expired); ok {
			tr.background = e.At >= t.After.ExpiresAt
		}
		tr.add(kind, partSession, "", "")
	}
	return tr.finish(options)
}

// sessionEvent returns the type of the event that Stripe sends for a domain event, or "".
// A capture that completes the payment of a held one has none: the merchant did it.
func sessionEvent(e checkout.Event) string {
	switch e := e.(type) {
	case checkout.Completed:
		return "checkout.session.completed"
	case checkout.Expired:
		return "checkout.session.expired"
	case checkout.PaymentLost:
		return "checkout.session.async_payment_failed"
	case checkout.PaymentArrived:
		if !e.Captured {
			return "checkout.session.async_payment_succeeded"
		}
	case checkout.Created, checkout.Updated, checkout.Submitted, checkout.Proceeded, checkout.Reopened:
	}
	return ""
}

func sessionTime(e checkout.Event) intents.Time {
	switch e := e.(type) {
	case checkout.Completed:
		return e.At
	case checkout.Expired:
		return e.At
	case checkout.PaymentLost:
		return e.At
	case checkout.PaymentArrived:
		return e.At
	case checkout.Created, checkout.Updated, checkout.Submitted, checkout.Proceeded, checkout.Reopened:
	}
	return 0
}

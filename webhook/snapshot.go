package webhook

import (
	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// Snapshot is the object of an event that [FromPaymentIntent], [FromSetupIntent] or
// [FromCheckout] made: the object as it was at the event. It is not made before somebody asks for it, by rendering it or by
// [Snapshot.Object]. Until then the events of one transition share what they were
// made from, so that telling costs little where nobody listens.
//
// Two Snapshots are the same with == only if they are of the same event of the same
// call. Equal compares the objects.
type Snapshot struct{ of *moment }

// moment is one event in a story.
type moment struct {
	story *story
	// at is when the event happened.
	at intents.Time
	// n is how many of the domain events had happened, and part what the event is about.
	n    int32
	part part
}

// part says which object an event is about.
type part uint8

const (
	partIntent part = iota
	partCharge
	partFee
	partTransfer
	partRefund
	partDispute
	partMethod // of the story's intent
	partSetup
	partSession
)

// story is what the events of one transition have in common: where it began, and
// what happened then. That is all, for the states follow from it.
type story struct {
	// before is nil where the transition creates the intent.
	before *paymentintent.Intent
	events []paymentintent.Event
	// charge is the charge after the only domain event, where all events are about it.
	// It is smaller than the intent that it is kept instead of.
	charge *Charge
	// setup or session is what the story is about, if not a PaymentIntent.
	setup   *setupStory
	session *sessionStory
}

// setupStory is where the story of a SetupIntent began, and what happened then.
type setupStory struct {
	before setupintent.Intent
	events []setupintent.Event
}

// state returns the intent after the first n domain events.
func (t *setupStory) state(n int32) setupintent.Intent {
	s := t.before
	for _, e := range t.events[:n] {
		s = setupintent.Evolve(s, e)
	}
	return s
}

// sessionStory is where the story of a Checkout Session began, and what happened then.
type sessionStory struct {
	before checkout.Session
	events []checkout.Event
}

// state returns the session after the first n domain events.
func (t *sessionStory) state(n int32) checkout.Session {
	s := t.before
	for _, e := range t.events[:n] {
		s = checkout.Evolve(s, e)
	}
	return s
}

// state returns the intent after the first n domain events.
func (t *story) state(n int32) (s paymentintent.Intent) {
	if t.before != nil {
		s = *t.before
	}
	for _, e := range t.events[:n] {
		s = paymentintent.Evolve(s, e)
	}
	return s
}

// chargeAt returns the charge of a moment.
func (m *moment) chargeAt() Charge {
	if m.story.charge != nil {
		c := *m.story.charge
		c.Now = m.at
		return c
	}
	s := m.story.state(m.n)
	return chargeOf(&s, m.at, 0)
}

// methodAt returns the payment method of a moment, as a success left it.
func (m *moment) methodAt() PaymentMethod {
	if t := m.story.setup; t != nil {
		s := t.state(m.n)
		return PaymentMethod{PaymentMethod: s.PaymentMethod, Created: s.Created, Livemode: s.Flags.Has(setupintent.Livemode)}
	}
	t := paymentintent.Transition{Before: m.story.state(m.n - 1), After: m.story.state(m.n)}
	pm, _ := t.PaymentMethod()
	return PaymentMethod{PaymentMethod: pm, Created: t.After.Created, Livemode: t.After.Flags.Has(paymentintent.Livemode)}
}

// Object returns the object: a [PaymentIntent], [Charge], [ApplicationFee], [Transfer],
// [Refund], [Dispute], [SetupIntent], [CheckoutSession] or [PaymentMethod], or nil for the
// zero Snapshot.
func (s Snapshot) Object() Object {
	m := s.of
	if m == nil {
		return nil
	}
	switch m.part {
	case partIntent:
		return PaymentIntent{Intent: m.story.state(m.n), Now: m.at}
	case partSetup:
		return SetupIntent{Intent: m.story.setup.state(m.n)}
	case partSession:
		return CheckoutSession{Flow: checkout.Flow{Session: m.story.session.state(m.n)}, Now: m.at}
	case partMethod:
		return m.methodAt()
	case partCharge, partFee, partTransfer, partRefund, partDispute:
	}
	c := m.chargeAt()
	return partOf(&c, m.part, m.story.events[m.n-1])
}

// partOf returns the object that an event about the charge shows.
func partOf(c *Charge, p part, e paymentintent.Event) Object {
	switch p {
	case partFee:
		return ApplicationFee{Of: *c}
	case partTransfer:
		return Transfer{Of: *c}
	case partRefund:
		number := c.Refunds.Len() - 1
		if u, ok := e.(paymentintent.RefundUpdated); ok {
			number = u.Number
		}
		return Refund{Of: *c, Number: number}
	case partDispute:
		d, _ := e.(paymentintent.DisputeOpened)
		return Dispute{Of: *c, At: d.At, Reason: d.Reason}
	case partIntent, partCharge, partMethod, partSetup, partSession:
	}
	return *c
}

// AppendJSON implements Object. The zero Snapshot renders as null.
func (s Snapshot) AppendJSON(dst []byte, v intents.Version) []byte {
	m := s.of
	if m == nil {
		return append(dst, "null"...)
	}
	o := out{b: dst, undo: undoing(v)}
	switch m.part {
	case partIntent:
		p := PaymentIntent{Intent: m.story.state(m.n), Now: m.at}
		o.paymentIntent(&p)
	case partCharge:
		c := m.chargeAt()
		o.charge(&c, nil)
	case partSetup:
		t := m.story.setup.state(m.n)
		o.setupIntent(&t, 0)
	case partSession:
		p := CheckoutSession{Flow: checkout.Flow{Session: m.story.session.state(m.n)}}
		o.session(&p)
	case partMethod:
		pm := m.methodAt()
		o.paymentMethod(&pm.PaymentMethod, pm.Created, pm.Livemode)
	case partFee, partTransfer, partRefund, partDispute:
		return s.Object().AppendJSON(dst, v)
	}
	return o.b
}

// MarshalJSON implements json.Marshaler, in the newest shape.
func (s Snapshot) MarshalJSON() ([]byte, error) { return s.AppendJSON(nil, ""), nil }

// Equal reports whether s and t are of the same object in the same state.
func (s Snapshot) Equal(t Snapshot) bool { return s == t || s.Object() == t.Object() }

// Value returns the event's object as a value that can be compared and looked into:
// what a [Snapshot] is of, such as a [Charge], and any other object as it is.
func (e Event) Value() Object {
	if s, ok := e.Object.(Snapshot); ok {
		return s.Object()
	}
	return e.Object
}

// Equal reports whether e and f say the same of the same object in the same state.
// Their objects have to be comparable, as all of this package are.
func (e Event) Equal(f Event) bool {
	a, b := e, f
	a.Object, b.Object = e.Value(), f.Value()
	return a == b
}

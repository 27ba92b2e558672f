package checkout

import (
	"slices"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// Flow is a session together with the intent that it owns: what a store keeps, and
// changes, as one. It is a comparable value; the zero Flow is not yet opened.
type Flow struct { //nolint:recvcheck // it is large, and what only reads it takes no copy
	Session Session `json:"session,omitzero"`
	// Payment is the session's PaymentIntent, in payment mode; zero before the first attempt.
	Payment paymentintent.Intent `json:"payment,omitzero"`
	// Setup is the session's SetupIntent, in setup mode.
	Setup setupintent.Intent `json:"setup,omitzero"`
}

// Step is what one command did to a flow, or several that were joined: the unit of
// atomicity. The caller has five duties. Store After, where the stored Session.Version
// and those of its intents are still Before's. Publish the Events of Session, Payment
// and Setup. Store what [Step.Customer] and the PaymentMethod of Payment or Setup
// return. Schedule Deferred. Do all or none.
type Step struct { //nolint:recvcheck // what makes it goes on in place; all else is a value
	Before, After Flow
	// Session, Payment and Setup are the transitions of the three; zero for one that there is not.
	Session Transition
	Payment paymentintent.Transition
	Setup   setupintent.Transition
	// Deferred is what After owes the future and Before did not.
	Deferred []intents.Deferred
}

// begin returns the step that does nothing.
func begin(f Flow) Step {
	return Step{
		Before: f, After: f,
		Session: Transition{Before: f.Session, After: f.Session},
		Payment: paymentintent.Transition{Before: f.Payment, After: f.Payment},
		Setup:   setupintent.Transition{Before: f.Setup, After: f.Setup},
	}
}

// Then joins two steps, the second of which began where the first ended.
func (t Step) Then(next Step) Step {
	joined := Step{
		Before: t.Before, Session: t.Session.Then(next.Session), Payment: t.Payment.Then(next.Payment), Setup: t.Setup.Then(next.Setup),
	}
	joined.end()
	return joined
}

// end sums up the three transitions.
func (t *Step) end() {
	t.After = Flow{Session: t.Session.After, Payment: t.Payment.After, Setup: t.Setup.After}
	t.Deferred = slices.Concat(t.Session.Deferred, t.Payment.Deferred, t.Setup.Deferred)
}

// session goes on with a command to the session.
func (t *Step) session(c Command, now time.Time) error {
	next, err := Apply(t.Session.After, c, now)
	if err == nil {
		t.Session = t.Session.Then(next)
	}
	return err
}

// payment goes on with commands to the PaymentIntent, and lets the session react.
func (t *Step) payment(now time.Time, cs ...paymentintent.Command) error {
	next, err := paymentintent.Chain(t.Payment.After, now, cs...)
	if err != nil {
		return err
	}
	t.Payment = t.Payment.Then(next)
	c, err := React(t.Session.After, next)
	if c == nil || err != nil {
		return err
	}
	return t.session(c, now)
}

// setup goes on with commands to the SetupIntent, and lets the session react.
func (t *Step) setup(now time.Time, cs ...setupintent.Command) error {
	next, err := setupintent.Chain(t.Setup.After, now, cs...)
	if err != nil {
		return err
	}
	t.Setup = t.Setup.Then(next)
	c, err := React(t.Session.After, next)
	if c == nil || err != nil {
		return err
	}
	return t.session(c, now)
}

// Customer returns the customer that the step made: where the session completed
// without one and makes one. Email, name and phone are what was entered on the page.
func (t Step) Customer() (c intents.Customer, made bool) {
	s := &t.After.Session
	if s.Status != done || t.Before.Session.Status == done {
		return intents.Customer{}, false
	}
	id := s.newCustomer()
	if id == "" {
		return intents.Customer{}, false
	}
	keys := intents.CustomerKeys()
	var details intents.Pairs
	for name, value := range s.Buyer.All() {
		one, _ := intents.PairsOf(name, value)
		merged, err := keys.Merge("Customer", details, one, intents.AtCreate)
		if err == nil { // else the page took what a customer has no room for
			details = merged
		}
	}
	c, _ = intents.NewCustomer(id, details, "", s.EndedAt.Time())
	c.Livemode = s.Flags.Has(Livemode)
	return c, true
}

// Open makes a session, with the intent that is made at once: a SetupIntent in
// setup mode, and before 2022-08-01 a PaymentIntent in payment mode.
func Open(c Create, now time.Time) (Step, error) { return Flow{}.Apply(c, now) }

// Apply gives the session a command, and its intent what follows from it: a
// submitted page confirms the intent, which is made first where there is none; an
// expired session ends it. What became of an intent is not told here but with
// [Flow.ApplyPayment] and [Flow.ApplySetup]: a report is taken for a subscription alone.
func (f Flow) Apply(c Command, now time.Time) (Step, error) {
	if err := f.check(); err != nil {
		return Step{}, err
	}
	if o, ok := opOf(c); ok && f.Session.Mode != Subscription && slices.Contains(reported[:], o.name()) {
		return Step{}, invalid("command", "", "what becomes of a session's intent is told to the intent")
	}
	t := begin(f)
	err := t.session(c, now)
	if err == nil {
		err = t.follow(c, now)
	}
	if err != nil {
		return Step{}, err
	}
	t.end()
	return t, nil
}

// follow tells the intent what follows from a command to the session.
func (t *Step) follow(c Command, now time.Time) error {
	s := &t.Session.After
	switch c := c.(type) {
	case Create:
		switch {
		case s.Intent == "":
		case s.Mode == Setup:
			return t.setup(now, s.setupCreate())
		default:
			return t.payment(now, s.paymentCreate())
		}
	case Submit:
		if s.Status != conf { // nothing was to be paid
			return t.giveUp(now)
		}
		switch s.Mode {
		case Payment:
			return t.payment(now, s.payAttempt(&t.Payment.After, c.PaymentMethod)...)
		case Setup:
			return t.setup(now, s.setupAttempt(&t.Setup.After, c.PaymentMethod)...)
		case Subscription:
		}
	case Update:
		if u, needed := s.payUpdate(&t.Payment.After, c.Details); needed {
			return nestedError(keyPaymentData, t.payment(now, u))
		}
	case Expire, Lapse:
		if s.Status == over && t.Session.Before.Status != over {
			return t.giveUp(now)
		}
	case Recover, Proceed, Reopen, Complete, ReportPaid, ReportFailed:
	}
	return nil
}

// giveUp ends the intent of a session that needs it no more: its time is over, or
// there is nothing left to pay.
func (t *Step) giveUp(now time.Time) error {
	switch {
	case t.Payment.After.ID != "":
		return t.payment(now, paymentintent.Void{Reason: paymentintent.Automatic})
	case t.Setup.After.ID != "":
		return t.setup(now, setupintent.Void{Owner: t.Session.After.ID})
	}
	return nil
}

// ApplyPayment gives the session's PaymentIntent a command, and the session what
// follows from it. What is the session's alone to tell it is refused: an attempt
// begins with [Submit], the amount is changed with [Update], the end is [Expire].
func (f Flow) ApplyPayment(c paymentintent.Command, now time.Time) (Step, error) {
	if err := f.check(); err != nil {
		return Step{}, err
	}
	if f.Payment.ID == "" {
		return Step{}, invalid("payment_intent", "resource_missing", "The Checkout Session has no PaymentIntent.")
	}
	if err := f.kept(c); err != nil {
		return Step{}, err
	}
	t := begin(f)
	if err := t.payment(now, c); err != nil {
		return Step{}, err
	}
	t.end()
	return t, nil
}

// ApplySetup gives the session's SetupIntent a command, and the session what
// follows from it. What is the session's alone to tell it is refused, as by [Flow.ApplyPayment].
func (f Flow) ApplySetup(c setupintent.Command, now time.Time) (Step, error) {
	if err := f.check(); err != nil {
		return Step{}, err
	}
	if f.Setup.ID == "" {
		return Step{}, invalid("setup_intent", "resource_missing", "The Checkout Session has no SetupIntent.")
	}
	if err := f.kept(c); err != nil {
		return Step{}, err
	}
	t := begin(f)
	if err := t.setup(now, c); err != nil {
		return Step{}, err
	}
	t.end()
	return t, nil
}

// Pending returns the work that a flow owes the future: its session's and its intent's.
func (f Flow) Pending() []intents.Deferred {
	return slices.Concat(Pending(f.Session), paymentintent.Pending(f.Payment), setupintent.Pending(f.Setup))
}

// check holds a flow together: the intent is the session's own.
func (f *Flow) check() error {
	s := &f.Session
	switch {
	case f.Payment.ID != s.PaymentIntent(), f.Payment.ID != "" && f.Payment.Owner != s.ID:
		return strange("payment_intent", f.Payment.ID, s.ID)
	case f.Setup.ID != s.SetupIntent(), f.Setup.ID != "" && f.Setup.Owner != s.ID:
		return strange("setup_intent", f.Setup.ID, s.ID)
	}
	return nil
}

// CheckFlow returns an *intents.InvalidError with code corrupt_state when the
// session or its intent breaks an invariant, or the two do not go together.
func CheckFlow(f Flow) error {
	s := &f.Session
	if err := Check(*s); err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return corrupt("intent", err.Error())
	}
	var o outcome
	switch s.Mode {
	case Payment:
		if err := paymentintent.Check(f.Payment); err != nil {
			return err
		}
		o = paymentOutcome(&f.Payment)
	case Setup:
		if err := setupintent.Check(f.Setup); err != nil {
			return err
		}
		o = setupOutcome(&f.Setup)
	case Subscription:
		return nil
	}
	ok := true
	switch s.Status {
	case open:
		ok = o == idle || o == acting
	case conf:
		ok = o == underWay
	case over:
		ok = o == idle && f.Payment.ID == "" && f.Setup.ID == "" || o == canceled
	case done:
		ok = s.Mode == Setup && o != canceled || s.Mode == Payment && (s.PaymentStatus == Paid) == (o == succeeded)
	case none:
	}
	switch {
	case !ok:
		return corrupt("status", "the session is "+string(s.Status)+", and its intent is not")
	case f.Payment.ID != "" && f.waits() && s.AmountTotal() > 0 && (f.Payment.Amount != s.AmountTotal() || f.Payment.Currency != s.Currency):
		return corrupt("amount", "the intent's is not the session's total")
	}
	return nil
}

// waits reports whether the session still waits for a payment, and so rules its intent.
func (f *Flow) waits() bool { return f.Session.Status == open || f.Session.Status == conf }

// instructs reports whether the customer has left the page with instructions, which
// hold for the intent as it is.
func (f *Flow) instructs() bool {
	return paymentOutcome(&f.Payment) == instructed || setupOutcome(&f.Setup) == instructed
}

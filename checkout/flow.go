package checkout

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// Flow is a session together with the intent that it owns: what a store keeps, and
// changes, as one. It is a comparable value; the zero Flow is not yet opened.
type Flow struct {
	Session Session `json:"session,omitzero"`
	// Payment is the session's PaymentIntent, in payment mode; zero before the first attempt.
	Payment paymentintent.Intent `json:"payment,omitzero"`
	// Setup is the session's SetupIntent, in setup mode.
	Setup setupintent.Intent `json:"setup,omitzero"`
}

// Step is what one command did to a flow, or several that were joined: the unit of
// atomicity. The caller has four duties. Store After. Publish the Events of
// Session, Payment and Setup. Schedule Deferred. Do all or none.
type Step struct {
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
	var details intents.Pairs
	for name, value := range s.Buyer.All() {
		if _, ok := intents.CustomerKeys().Find(name); ok {
			details, _ = details.With(name, value)
		}
	}
	c, err := intents.NewCustomer(id, details, "", s.EndedAt.Time())
	if err != nil { // what the page took and a customer has no room for
		c, _ = intents.NewCustomer(id, "", "", s.EndedAt.Time())
	}
	c.Livemode = s.Flags.Has(Livemode)
	return c, true
}

// Open makes a session, with the intent that is made at once: a SetupIntent in
// setup mode, and before 2022-08-01 a PaymentIntent in payment mode.
func Open(c Create, now time.Time) (Step, error) {
	t := begin(Flow{})
	if err := t.session(c, now); err != nil {
		return Step{}, err
	}
	s := &t.Session.After
	var err error
	switch {
	case s.Intent == "":
	case s.Mode == Setup:
		err = t.setup(now, s.setupCreate())
	case s.Mode == Payment:
		err = t.payment(now, s.paymentCreate())
	}
	if err != nil {
		return Step{}, err
	}
	t.end()
	return t, nil
}

// Apply gives the session a command, and its intent what follows from it: a
// submitted page confirms the intent, which is made first where there is none; an
// expired session ends it. What became of an intent is not told here but with
// [Flow.ApplyPayment] and [Flow.ApplySetup]: a report is taken for a subscription alone.
func (f Flow) Apply(c Command, now time.Time) (Step, error) {
	if err := f.check(); err != nil {
		return Step{}, err
	}
	if f.Session.Mode != Subscription {
		switch c.(type) {
		case Proceed, Reopen, Complete, ReportPaid, ReportFailed:
			return Step{}, invalid("command", "", "what becomes of a session's intent is told to the intent")
		}
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
	case Submit:
		if s.Status != conf { // nothing was to be paid
			return nil
		}
		switch s.Mode {
		case Payment:
			return t.payment(now, s.payAttempt(&t.Payment.After, c.PaymentMethod)...)
		case Setup:
			return t.setup(now, s.setupAttempt(&t.Setup.After, c.PaymentMethod)...)
		case Subscription:
		}
	case Update:
		if s.Mode == Payment && t.Payment.After.ID != "" && t.Payment.After.Amount != s.AmountTotal() && s.AmountTotal() > 0 {
			return t.payment(now, paymentintent.Update{Amount: intents.Some(s.AmountTotal())})
		}
	case Expire, Lapse:
		if s.Status != over || t.Session.Before.Status == over {
			return nil
		}
		if t.Payment.After.ID != "" && t.Payment.After.Status != paymentintent.StatusCanceled {
			return t.payment(now, paymentintent.Void{Reason: paymentintent.Automatic})
		}
		if t.Setup.After.ID != "" && t.Setup.After.Status != setupintent.StatusCanceled {
			return t.setup(now, setupintent.Void{Owner: s.ID})
		}
	case Create, Recover, Proceed, Reopen, Complete, ReportPaid, ReportFailed:
	}
	return nil
}

// ApplyPayment gives the session's PaymentIntent a command, and the session what
// follows from it.
func (f Flow) ApplyPayment(c paymentintent.Command, now time.Time) (Step, error) {
	if err := f.check(); err != nil {
		return Step{}, err
	}
	if f.Payment.ID == "" {
		return Step{}, invalid("payment_intent", "resource_missing", "The Checkout Session has no PaymentIntent.")
	}
	t := begin(f)
	if err := t.payment(now, c); err != nil {
		return Step{}, err
	}
	t.end()
	return t, nil
}

// ApplySetup gives the session's SetupIntent a command, and the session what
// follows from it.
func (f Flow) ApplySetup(c setupintent.Command, now time.Time) (Step, error) {
	if err := f.check(); err != nil {
		return Step{}, err
	}
	if f.Setup.ID == "" {
		return Step{}, invalid("setup_intent", "resource_missing", "The Checkout Session has no SetupIntent.")
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
	case f.Payment.ID != s.PaymentIntent() && (f.Payment.ID != "" || s.Status != open || s.Attempts > 0 || s.Flags.Has(EarlyIntent)),
		f.Payment.ID != "" && f.Payment.Owner != s.ID:
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
		ok = o == idle || o == acting || o == canceled
	case conf:
		ok = o == underWay
	case over:
		ok = o == idle && f.Payment.ID == "" && f.Setup.ID == "" || o == canceled
	case done:
		ok = s.Mode == Setup && o != canceled || (s.PaymentStatus == Paid) == (o == succeeded)
	case none:
	}
	if !ok {
		return corrupt("status", "the session is "+string(s.Status)+", and its intent is not")
	}
	return nil
}

// paymentCreate makes the session's PaymentIntent (facts 2.4 and 2.6).
func (s *Session) paymentCreate() paymentintent.Create {
	own, metadata := below(s.Details, keyPaymentData)
	method := capture.Method(detail(own, "capture_method"))
	own = own.Without("capture_method")
	if c := s.payer(); c != "" {
		own, _ = own.With(paymentintent.KeyCustomer, c)
	}
	return paymentintent.Create{
		ID: s.intentID(), Amount: s.AmountTotal(), Currency: s.Currency, CaptureMethod: method, PaymentMethodTypes: s.PaymentMethodTypes,
		Details: own.Merge(s.methodOptions()), Metadata: intents.Metadata(metadata), Owner: s.ID, Livemode: s.Flags.Has(Livemode),
	}
}

// setupCreate makes the session's SetupIntent.
func (s *Session) setupCreate() setupintent.Create {
	own, metadata := below(s.Details, keySetupData)
	if c := s.Detail(KeyCustomer); c != "" {
		own, _ = own.With(setupintent.KeyCustomer, c)
	}
	return setupintent.Create{
		ID: s.intentID(), PaymentMethodTypes: s.PaymentMethodTypes, Details: own.Merge(s.methodOptions()), Metadata: intents.Metadata(metadata),
		Owner: s.ID, Livemode: s.Flags.Has(Livemode),
	}
}

// methodOptions returns the parameters payment_method_options, which the intent has from its session.
func (s *Session) methodOptions() intents.Pairs {
	var options intents.Pairs
	for name, value := range s.Details.All() {
		if strings.HasPrefix(name, "payment_method_options[") {
			options, _ = options.With(name, value)
		}
	}
	return options
}

// payAttempt is what a submitted page tells the PaymentIntent.
func (s *Session) payAttempt(p *paymentintent.Intent, pm intents.PaymentMethod) []paymentintent.Command {
	var cs []paymentintent.Command
	if p.ID == "" {
		cs = append(cs, s.paymentCreate())
	} else if c := s.payer(); c != p.Customer() {
		details, _ := intents.PairsOf(paymentintent.KeyCustomer, c)
		cs = append(cs, paymentintent.Update{Details: details})
	}
	back, _ := intents.PairsOf(paymentintent.KeyReturnURL, s.page("/c/pay/"+s.ID))
	return append(cs, paymentintent.Confirm{PaymentMethod: pm, Details: back, Owner: s.ID})
}

// setupAttempt is what a submitted page tells the SetupIntent.
func (s *Session) setupAttempt(p *setupintent.Intent, pm intents.PaymentMethod) []setupintent.Command {
	var cs []setupintent.Command
	if c := s.payer(); c != p.Customer() {
		details, _ := intents.PairsOf(setupintent.KeyCustomer, c)
		cs = append(cs, setupintent.Update{Details: details})
	}
	back, _ := intents.PairsOf(setupintent.KeyReturnURL, s.page("/c/pay/"+s.ID))
	return append(cs, setupintent.Confirm{PaymentMethod: pm, Details: back, Owner: s.ID})
}

// checkIntent asks the machine of the intent whether it would take what the session
// would make it from, so that a parameter that is wrong is refused when it is
// given and not when the customer pays.
func checkIntent(e *Created) error {
	var s Session
	s.created(e)
	now := e.At.Time()
	var prefix string
	var err error
	switch s.Mode {
	case Payment:
		if s.AmountTotal() == 0 {
			return nil
		}
		prefix = keyPaymentData
		_, err = paymentintent.Apply(paymentintent.Intent{}, s.paymentCreate(), now)
	case Setup:
		prefix = keySetupData
		_, err = setupintent.Apply(setupintent.Intent{}, s.setupCreate(), now)
	case Subscription:
	}
	if bad, ok := err.(*intents.InvalidError); ok { //nolint:errorlint // the machines wrap nothing
		head, tail, nested := strings.Cut(bad.Param, "[")
		name := prefix + head + "]"
		if nested {
			name += "[" + tail
		}
		if _, given := s.Details.Get(name); given {
			bad.Param = name
		}
		return bad
	}
	return err
}

// Processor is the outside world of a flow: who answers what its session and its
// intent ask.
type Processor struct {
	Payment paymentintent.Processor
	Setup   setupintent.Processor
	// Subscription is needed in subscription mode alone.
	Subscription Subscriber
}

// Subscriber makes subscriptions.
type Subscriber interface {
	// Start makes the subscription of a session that its customer has submitted, and
	// says what became of it: a [Complete] with its id, or a [Reopen] where its first
	// payment was declined. It may be asked twice for the same session, after a crash:
	// d.Key() is the idempotency key. An error means that nothing is known yet.
	Start(ctx context.Context, s Session, d intents.Deferred) (Command, error)
}

// Work does a piece of deferred work of a flow: it drops what is stale, applies
// what is time's, and asks the processor about the rest. A step without events
// means that there was nothing to do.
func Work(ctx context.Context, p Processor, f Flow, d intents.Deferred, now time.Time) (Step, error) {
	switch d.Subject {
	case f.Session.ID:
		c, current := Resume(f.Session, d)
		if !current {
			return begin(f), nil
		}
		if c == nil {
			if p.Subscription == nil {
				return Step{}, invalid("processor", "", "nobody makes subscriptions")
			}
			var err error
			if c, err = p.Subscription.Start(ctx, f.Session, d); err != nil {
				return Step{}, err
			}
		}
		return f.Apply(c, now)
	case f.Payment.ID:
		c, current := paymentintent.Resume(f.Payment, d)
		if !current {
			return begin(f), nil
		}
		if c == nil {
			var err error
			if c, err = p.Payment.Report(ctx, f.Payment, d); err != nil {
				return Step{}, err
			}
		}
		return f.ApplyPayment(c, now)
	case f.Setup.ID:
		c, current := setupintent.Resume(f.Setup, d)
		if !current {
			return begin(f), nil
		}
		if c == nil {
			var err error
			if c, err = p.Setup.Report(ctx, f.Setup, d); err != nil {
				return Step{}, err
			}
		}
		return f.ApplySetup(c, now)
	}
	return begin(f), nil
}

// Answer asks the processor about the attempt that a step left under way, and joins
// its answer: Stripe's one step. A step that left none comes back as it is. A
// service that must survive a crash saves the step first, and then does the same
// by [Work].
func Answer(ctx context.Context, p Processor, t Step, now time.Time) (Step, error) {
	for _, d := range t.After.Pending() {
		if d.Kind != paymentintent.AnswerAttempt && d.Kind != StartSubscription || intents.TimeOf(now) < d.NotBefore {
			continue
		}
		next, err := Work(ctx, p, t.After, d, now)
		if err != nil {
			return Step{}, err
		}
		return t.Then(next), nil
	}
	return t, nil
}

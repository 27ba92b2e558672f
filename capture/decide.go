package capture

import (
	"time"
	"unicode/utf8"

	"github.com/payintent/intents"
)

const (
	// maxCaptures is Stripe's limit of captures per payment (DOC-multicapture).
	maxCaptures = 50
	// maxIncrements is Stripe's limit of tries, declined ones included (SPEC-D).
	maxIncrements = 10
)

// Decide returns the events that a command makes of a charge at a time: none
// where the command is harmless and has nothing to do. The time has to be set. Then
// it asks the table first, the command's contents second, and last the strings
// that are only carried. A refusal is an *intents.StateError or an *intents.InvalidError.
func Decide(c Charge, cmd Command, now time.Time) ([]Event, error) {
	e, err := decide(&c, cmd, intents.TimeOf(now))
	if e == nil || err != nil {
		return nil, err
	}
	return []Event{e}, nil
}

// decide returns the one event of a command, or nil: no command makes more.
func decide(c *Charge, cmd Command, now intents.Time) (Event, error) {
	if now <= 0 || now > lastTime {
		return nil, invalid("now", "", "the time is not set, or after the year 9999")
	}
	switch cmd := cmd.(type) {
	case Authorize:
		e, err := cmd.Decide(c, now)
		return carrying(e, err, &cmd.Attempt, cmd.Terms.Outcome)
	case Submit:
		e, err := cmd.Decide(c, now)
		return carrying(e, err, &cmd.Attempt, "")
	case Decline:
		if c.Status == StatusPending {
			e, err := cmd.Fail(c, now)
			return canonical(e, err, "outcome", cmd.Outcome)
		}
		e, err := cmd.Decide(c, now)
		return carrying(e, err, &cmd.Attempt, cmd.Outcome)
	case Collect:
		e, err := cmd.Decide(c, now)
		return canonical(e, err, "outcome", cmd.Terms.Outcome)
	case Capture:
		e, err := cmd.Decide(c, now)
		return canonical(e, err, "details", cmd.Details)
	case Settle:
		if e, due, err := cmd.Decide(c, now); !due || err != nil {
			return nil, err
		} else {
			return e, nil
		}
	case Increment:
		return cmd.Decide(c)
	case Release:
		return event(cmd.Decide(c))
	case Expire:
		return event(cmd.Decide(c, now))
	case RefundCharge:
		return event(cmd.Decide(c, now))
	case ReportRefund:
		return event(cmd.Decide(c, now))
	case Dispute:
		return event(cmd.Decide(c, now))
	default:
		return nil, invalid("command", "", nilOrPointer)
	}
}

func event[E Event](e E, err error) (Event, error) {
	if err != nil {
		return nil, err
	}
	return e, nil
}

// lastTime is the last second of the year 9999, after which RFC 3339 and JSON
// have no times and sums of times would overflow in the end.
const lastTime intents.Time = 253402300799

// carrying is event for a command that makes a charge. A decision does not read
// the strings that a charge only carries; here they are checked all the same, for
// what is stored has to come back. Machines that are made of charges check their own.
func carrying[E Event](e E, err error, a *Attempt, outcome intents.Pairs) (Event, error) {
	if err != nil {
		return nil, err
	}
	if field, why := a.carried(outcome); field != "" {
		return nil, invalid(field, "", why)
	}
	return e, nil
}

// canonical is event for a command that hands a charge other pairs to carry.
func canonical[E Event](e E, err error, param string, p intents.Pairs) (Event, error) {
	if err == nil && p.Check() != nil {
		err = invalid(param, "", notCanonical)
	}
	return event(e, err)
}

const (
	notCanonical = "it is not canonical"
	nilOrPointer = "the command is nil or a pointer"
)

// carried says which of the strings that a charge carries is not what it has to
// be, and why; or nothing.
func (a *Attempt) carried(outcome intents.Pairs) (field, why string) {
	pm := &a.PaymentMethod
	switch {
	case !utf8.ValidString(a.ID):
		return "id", "it is not valid UTF-8"
	case a.Currency.Check() != nil:
		return "currency", "it is unknown: " + string(a.Currency)
	case pm.Type != intents.NoPaymentMethodType && !pm.Type.Valid():
		return "payment_method", "its type is unknown"
	case !utf8.ValidString(pm.ID), !utf8.ValidString(pm.Customer):
		return "payment_method", "it is not valid UTF-8"
	case pm.Details.Check() != nil:
		return "payment_method", notCanonical
	case a.Details.Check() != nil:
		return "details", notCanonical
	case a.Metadata.Check() != nil:
		return "metadata", notCanonical
	case outcome.Check() != nil:
		return "outcome", notCanonical
	}
	return "", ""
}

func invalid(param, code, message string) error {
	return &intents.InvalidError{Param: param, Code: code, Message: message}
}

func (a *Attempt) check() error {
	switch {
	case a.ID == "":
		return invalid("id", "parameter_missing", "a charge needs an id")
	case a.Amount <= 0:
		return invalid("amount", "parameter_invalid_integer", "This value must be greater than or equal to 1.")
	case a.Amount > most:
		return invalid("amount", "amount_too_large", "the amount is too large")
	}
	return nil
}

func (t *Terms) check(m Method, amount int64) error {
	switch {
	case !m.Valid():
		return invalid("capture_method", "", "Invalid capture_method: "+string(m))
	case t.Hold < 0:
		return invalid("hold", "", "a hold can't be negative")
	case t.SettleIn < 0 || t.SettleIn > SLA:
		return invalid("settle_in", "", "the ledger is written within an hour")
	case t.Maximum != 0 && t.Maximum < amount || t.Maximum > most:
		return invalid("maximum_amount_capturable", "", "less than the amount can't be the most that is capturable")
	case t.Features&^granted != 0:
		return invalid("features", "", "an acquirer does not grant these features")
	case t.Pricing.check() != nil:
		return invalid("pricing", "", "the rate is 0 to 10000 basis points and nothing is negative")
	}
	return nil
}

// Approve checks the terms and turns them into what they mean from now on, for an
// amount in minor units.
func (t *Terms) Approve(m Method, amount int64, pm intents.PaymentMethodType, now intents.Time) (Approval, error) {
	if err := t.check(m, amount); err != nil {
		return Approval{}, err
	}
	a := Approval{Method: m, Maximum: max(amount, t.Maximum), At: now, Pricing: t.Pricing, Outcome: t.Outcome, Features: t.Features}
	switch m {
	case Automatic:
		a.Ledger = t.Pricing.entry(amount, now)
	case AutomaticAsync:
		a.SettleAfter = now.Add(t.SettleIn)
	case Manual:
		a.CaptureBefore = now.Add(t.hold(pm))
	}
	return a, nil
}

// hold returns how long a manual authorization lasts: what the acquirer says,
// else the window of the payment method type (DOC-hold).
func (t *Terms) hold(pm intents.PaymentMethodType) time.Duration {
	const day = 24 * time.Hour
	if t.Hold > 0 {
		return t.Hold
	}
	if days := pm.Traits().WindowDays; days > 0 {
		return time.Duration(days) * day
	}
	return 7 * day // the window of online cards
}

func (p Pricing) entry(amount int64, now intents.Time) Ledger {
	return Ledger{At: now, AvailableOn: p.AvailableOn(now), Fee: p.Fee(amount)}
}

// Decide returns what an approval makes of a charge. It is the typed form of the
// function [Decide], as each command's method of this name is, for machines that
// are made of charges. It only reads the charge.
func (a Authorize) Decide(c *Charge, now intents.Time) (Authorized, error) {
	if err := legal(c, opAuthorize); err != nil {
		return Authorized{}, err
	}
	if err := a.Attempt.check(); err != nil {
		return Authorized{}, err
	}
	approval, err := a.Terms.Approve(a.Method, a.Amount, a.PaymentMethod.Type, now)
	return Authorized{Attempt: a.Attempt, Approval: approval}, err
}

// Decide returns what a submission makes of a charge.
func (s Submit) Decide(c *Charge, now intents.Time) (Submitted, error) {
	if err := legal(c, opSubmit); err != nil {
		return Submitted{}, err
	}
	if err := s.Attempt.check(); err != nil {
		return Submitted{}, err
	}
	if s.AskIn < 0 {
		return Submitted{}, invalid("ask_in", "", "it can't be negative")
	}
	return Submitted{Attempt: s.Attempt, At: now, SettleAfter: now.Add(s.AskIn)}, nil
}

// Decide returns what the refusal of a new attempt makes of a charge.
func (d Decline) Decide(c *Charge, now intents.Time) (Declined, error) {
	if err := legal(c, opDecline); err != nil {
		return Declined{}, err
	}
	if err := d.Attempt.check(); err != nil {
		return Declined{}, err
	}
	return Declined{Attempt: d.Attempt, At: now, Outcome: d.Outcome}, nil
}

// Fail returns what the refusal of a pending charge makes of it.
func (d Decline) Fail(c *Charge, now intents.Time) (Failed, error) {
	if err := legal(c, opDecline); err != nil {
		return Failed{}, err
	}
	return Failed{At: now, Outcome: d.Outcome}, nil
}

// Decide returns what the arrival of the money makes of a pending charge.
func (k Collect) Decide(c *Charge, now intents.Time) (Collected, error) {
	if err := legal(c, opCollect); err != nil {
		return Collected{}, err
	}
	approval, err := k.Terms.Approve(k.Method, c.Amount, c.PaymentMethod.Type, now)
	return Collected{Approval: approval}, err
}

// Decide returns what a capture takes of a hold. The order of the checks is the
// recorded one: time, negative, zero, too large (REC-PI).
func (k Capture) Decide(c *Charge, now intents.Time) (Captured, error) {
	if err := legal(c, opCapture); err != nil {
		return Captured{}, err
	}
	held, asked := c.Capturable(), now
	if k.Asked != 0 {
		asked = k.Asked
	}
	switch {
	case asked >= c.CaptureBefore:
		return Captured{}, invalid("capture_before", "capture_charge_authorization_expired", "The authorization has expired and can't be captured any more.")
	case k.Amount < 0:
		return Captured{}, invalid("amount_to_capture", "", "Invalid non-negative integer")
	case k.Amount == 0 && (!k.Final || c.AmountCaptured == 0):
		return Captured{}, invalid("amount", "parameter_invalid_integer", "This value must be greater than or equal to 1.")
	case !k.Final && !c.Features.Has(Multicapture):
		return Captured{}, invalid("final_capture", "", "The payment can't be captured more than once: multicapture is not available.")
	case c.Captures >= maxCaptures:
		return Captured{}, invalid("amount_to_capture", "", "A payment can be captured 50 times at most.")
	case k.Amount > held && (!k.Final || k.Amount > c.Maximum-c.AmountCaptured):
		return Captured{}, invalid("amount_to_capture", "amount_too_large", "The payment could not be captured because the requested capture amount is greater than the amount you can capture for this charge.")
	}
	captured := c.AmountCaptured + k.Amount
	e := Captured{At: now, Amount: k.Amount, Total: max(c.Amount, captured), Final: k.Final, Details: k.Details}
	e.Ledger = c.Pricing.entry(captured, now)
	if c.Ledger.At != 0 { // the entry is written once; only its amounts grow
		e.Ledger.At, e.Ledger.AvailableOn = c.Ledger.At, c.Ledger.AvailableOn
	}
	return e, nil
}

// Decide returns what settlement makes of a captured charge; due is false where
// the ledger entry is there already.
func (s Settle) Decide(c *Charge, now intents.Time) (e Settled, due bool, err error) {
	if err := legal(c, opSettle); err != nil {
		return Settled{}, false, err
	}
	if c.Ledger.At != 0 {
		return Settled{}, false, nil
	}
	entry := c.Pricing.entry(c.AmountCaptured, now)
	if s.AvailableOn != 0 {
		entry.Fee, entry.AvailableOn = s.Fee, s.AvailableOn
	}
	if s.Fee < 0 || s.Fee > c.AmountCaptured {
		return Settled{}, false, invalid("fee", "", "a fee is neither negative nor more than was captured")
	}
	return Settled{Ledger: entry}, true, nil
}

// Decide returns what an increment makes of a hold.
func (k Increment) Decide(c *Charge) (Event, error) {
	if err := legal(c, opIncrement); err != nil {
		return nil, err
	}
	switch {
	case !c.Features.Has(Incremental):
		return nil, invalid("amount", "", "The authorization can't be incremented: incremental authorization is not available.")
	case c.AmountCaptured > 0:
		return nil, invalid("amount", "", "The authorization can't be incremented after a capture.")
	case c.Increments >= maxIncrements:
		return nil, invalid("amount", "", "An authorization can be incremented 10 times at most.")
	case k.Amount <= c.Amount:
		return nil, invalid("amount", "", "The new amount must be greater than the amount that is authorized.")
	case k.Amount > most:
		return nil, invalid("amount", "amount_too_large", "the amount is too large")
	case k.Declined:
		return IncrementDeclined{}, nil
	}
	return Incremented{Amount: k.Amount}, nil
}

// Decide returns what a release makes of a hold.
func (Release) Decide(c *Charge) (Released, error) { return Released{}, legal(c, opRelease) }

// Decide returns what time makes of a hold. Early is refused.
func (Expire) Decide(c *Charge, now intents.Time) (Expired, error) {
	if err := legal(c, opExpire); err != nil {
		return Expired{}, err
	}
	if now < c.CaptureBefore {
		return Expired{}, invalid("capture_before", "", "the authorization has not expired yet")
	}
	return Expired{}, nil
}

// Decide returns what a refund makes of a charge.
func (r RefundCharge) Decide(c *Charge, now intents.Time) (Refunded, error) {
	if err := legal(c, opRefund); err != nil {
		return Refunded{}, err
	}
	if err := c.checkRefunds(); err != nil {
		return Refunded{}, err
	}
	left := c.Refundable()
	amount := r.Amount
	if amount == 0 {
		amount = left
	}
	switch {
	case r.Amount < 0:
		return Refunded{}, invalid("amount", "parameter_invalid_integer", "This value must be greater than or equal to 1.")
	case c.AmountCaptured == 0:
		return Refunded{}, invalid("charge", "charge_not_refundable", "The charge has not been captured, so there is nothing to refund.")
	case left == 0:
		return Refunded{}, invalid("charge", "charge_already_refunded", "The charge has already been refunded.")
	case amount > left:
		return Refunded{}, invalid("amount", "amount_too_large", "The refund is greater than the unrefunded amount on the charge.")
	case !r.Reason.valid():
		return Refunded{}, invalid("reason", "", "Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer")
	case !r.Flags.valid():
		return Refunded{}, invalid("flags", "", "a refund does not do this")
	case c.Features.Has(Disputed):
		return Refunded{}, invalid("charge", "charge_disputed", "The charge is disputed and can't be refunded.")
	}
	if k := ConnectOf(c.Details); r.Flags&RefundApplicationFee != 0 && !k.HasFee {
		return Refunded{}, invalid("refund_application_fee", "", "The charge has no application fee.")
	} else if r.Flags&ReverseTransfer != 0 && k.Destination == "" {
		return Refunded{}, invalid("reverse_transfer", "", "The charge has no transfer.")
	}
	refund := Refund{Amount: amount, Status: RefundSucceeded, Reason: r.Reason, Created: now, Flags: r.Flags}
	if r.Pending {
		refund.Status = RefundPending
	}
	return Refunded{Refund: refund}, nil
}

// Decide returns how a refund goes on: pending may succeed, fail or be canceled,
// and what succeeded may still come back as failed.
func (r ReportRefund) Decide(c *Charge, now intents.Time) (RefundUpdated, error) {
	if err := legal(c, opReportRefund); err != nil {
		return RefundUpdated{}, err
	}
	if err := c.checkRefunds(); err != nil {
		return RefundUpdated{}, err
	}
	refund, ok := c.Refunds.Get(r.Number)
	switch {
	case !ok:
		return RefundUpdated{}, invalid("refund", "resource_missing", "No such refund")
	case !r.Status.valid() || r.Status == RefundPending:
		return RefundUpdated{}, invalid("status", "", "a refund goes on to succeeded, failed or canceled")
	case refund.Status == RefundPending, refund.Status == RefundSucceeded && r.Status == RefundFailed:
		return RefundUpdated{At: now, Number: r.Number, Status: r.Status}, nil
	}
	return RefundUpdated{}, invalid("status", "", "the refund is already "+string(refund.Status))
}

// Decide returns what a dispute makes of a charge.
func (d Dispute) Decide(c *Charge, now intents.Time) (DisputeOpened, error) {
	if err := legal(c, opDispute); err != nil {
		return DisputeOpened{}, err
	}
	switch {
	case c.Features.Has(Disputed):
		return DisputeOpened{}, invalid("charge", "charge_disputed", "The charge is disputed already.")
	case !utf8.ValidString(d.Reason):
		return DisputeOpened{}, invalid("reason", "", "it is not valid UTF-8")
	}
	return DisputeOpened{At: now, Reason: d.Reason}, nil
}

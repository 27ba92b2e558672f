package webhook

import (
	"strconv"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/paymentintent"
)

// WithLivemode says that the money of a charge is real, in the event and in its
// object. An intent knows that itself.
func WithLivemode() Option {
	return func(e *Event) {
		e.Livemode = true
		switch o := e.Object.(type) {
		case Charge:
			o.Livemode = true
			e.Object = o
		case Transfer:
			o.Of.Livemode = true
			e.Object = o
		case ApplicationFee:
			o.Of.Livemode = true
			e.Object = o
		case Refund:
			o.Of.Livemode = true
			e.Object = o
		case Dispute:
			o.Of.Livemode = true
			e.Object = o
		}
	}
}

// WithTime says when a transition happened whose domain event has no time of its
// own: that a charge which belongs to no intent was released. Without it such an event
// has the time when the charge was made.
func WithTime(at intents.Time) Option {
	return func(e *Event) {
		if e.Created == 0 {
			e.Created = at
		}
	}
}

// FromCharge returns what Stripe would have sent about a transition of a charge
// that belongs to no intent, in Stripe's order. For the charge of an intent
// use [FromPaymentIntent], which tells of both.
func FromCharge(t capture.Transition, options ...Option) []Event {
	tr := translator{subject: t.After.ID, fallback: t.After.Created}
	c := t.Before
	for _, e := range t.Events {
		was := outlineOf(&c)
		capture.Fold(&c, e)
		tr.begin(numberOf(&c, e))
		tr.chargeEvent(&Charge{Charge: c, ReleasedAt: c.Ledger.At}, &was, e)
	}
	return tr.finish(options)
}

// numberOf tells the domain events of one charge apart. A charge counts no versions;
// but each sort of event comes once, or is counted by the charge.
func numberOf(c *capture.Charge, e capture.Event) uint64 {
	const sortBits = 32
	sort := func(n uint64) uint64 { return n << sortBits }
	switch e := e.(type) {
	case capture.Authorized:
		return sort(1)
	case capture.Submitted:
		return sort(2)
	case capture.Declined:
		return sort(3)
	case capture.Failed:
		return sort(4)
	case capture.Collected:
		return sort(5)
	case capture.Captured:
		return sort(6) | uint64(c.Captures)
	case capture.Settled:
		return sort(7)
	case capture.Incremented:
		return sort(8) | uint64(c.Increments)
	case capture.IncrementDeclined:
		return sort(9) | uint64(c.Increments)
	case capture.Released:
		return sort(10)
	case capture.Expired:
		return sort(11)
	case capture.Refunded:
		return sort(12) | uint64(c.Refunds.Len()) //nolint:gosec // a length
	case capture.RefundUpdated: // succeeded and failed may both come
		return sort(13) | uint64(e.Number)<<1 | boolBit(e.Status == capture.RefundFailed) //nolint:gosec // counted from 0
	case capture.DisputeOpened:
		return sort(14)
	}
	return 0
}

func boolBit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// chargeEvent makes the events of one domain event of a charge, which is now c.
func (tr *translator) chargeEvent(c *Charge, was *outline, e capture.Event) {
	switch e := e.(type) {
	case capture.Authorized:
		tr.chargeSucceeded(c, e.At)
	case capture.Collected:
		tr.background = true
		tr.chargeSucceeded(c, e.At)
	case capture.Submitted:
		tr.at = e.At
		tr.add("charge.pending", *c, "", "")
	case capture.Declined:
		tr.at = e.At
		tr.add("charge.failed", *c, "", "")
	case capture.Failed:
		tr.at, tr.background = e.At, true
		tr.add("charge.failed", *c, "", "")
	case capture.Captured:
		tr.at = e.At
		tr.captured(c, nil, was, &e)
	case capture.Settled:
		tr.settled(c)
	case capture.Released:
		tr.released(c, was) // it has no time of its own
	case capture.Expired:
		tr.at = was.captureBefore
		tr.expired(c, nil, was)
	case capture.Refunded:
		tr.refunded(c, &e.Refund)
	case capture.RefundUpdated:
		tr.at = e.At
		tr.refundUpdated(c, was, &e)
	case capture.DisputeOpened:
		tr.disputed(c, &e)
	case capture.Incremented, capture.IncrementDeclined:
		// Stripe says nothing of these.
	}
}

func (tr *translator) chargeSucceeded(c *Charge, at intents.Time) {
	tr.at, c.Now = at, at
	tr.add("charge.succeeded", *c, "", "")
	fee, transfer := c.connects()
	tr.connected(c, fee, transfer)
}

// refundsOfHolds is the version since which what is released of a hold is no refund.
const refundsOfHolds = intents.VersionBasil

// released makes the event with which versions before 2025-03-31.basil tell that a
// hold, or a part of it, went back.
func (tr *translator) released(c *Charge, was *outline) {
	if c.AmountReleased > was.released {
		tr.add("charge.refunded", *c, "", refundsOfHolds)
	}
}

// captured makes the events of a capture. The intent of the charge, if any, is s. All
// but the only capture of a hold are told of as they come; the end of the hold
// is told of too (DOC-multicapture).
func (tr *translator) captured(c *Charge, s *paymentintent.Intent, was *outline, e *capture.Captured) {
	several := was.captured > 0 || !e.Final
	var intent Object
	if s != nil {
		intent = PaymentIntent{Intent: *s, Now: tr.at}
	}
	var charge Object = *c
	if several && e.Amount > 0 {
		tr.add("charge.updated", charge, previousOfCapture(c, was), "")
		if s != nil {
			tr.add("payment_intent.amount_capturable_updated", intent, `{"amount_capturable":`+strconv.FormatInt(was.capturable, 10)+`}`, "")
		}
	}
	if e.Final {
		tr.add("charge.captured", charge, `{"captured":false}`, "")
		if c.AmountReleased > was.released {
			tr.add("charge.refunded", charge, "", refundsOfHolds)
		}
		if s != nil {
			tr.add("payment_intent.succeeded", intent, "", "")
		}
	}
	if !was.posted {
		fee, transfer := c.connects()
		tr.connected(c, fee, transfer)
	}
}

// previousOfCapture returns what a capture of a part changed: the first one also
// writes the ledger entry.
func previousOfCapture(c *Charge, was *outline) string {
	amount := `{"amount_captured":` + strconv.FormatInt(was.captured, 10)
	if was.posted {
		return amount + "}"
	}
	return amount + "," + ledgerWritten(c.connects())[1:]
}

// ledgerWritten returns the previous attributes of a charge whose ledger entry was
// written: what was null before (SEED-1, OBS-WH).
func ledgerWritten(fee, transfer bool) string {
	switch {
	case fee && transfer:
		return `{"application_fee":null,"balance_transaction":null,"transfer":null}`
	case fee:
		return `{"application_fee":null,"balance_transaction":null}`
	case transfer:
		return `{"balance_transaction":null,"transfer":null}`
	}
	return `{"balance_transaction":null}`
}

// connects reports whether settlement makes an application fee and a transfer of
// the charge. It looks for their parameters, which is quicker than to make them.
func (c *Charge) connects() (fee, transfer bool) {
	if c.Details == "" {
		return false, false
	}
	amount := find(c.Details, capture.KeyFeeAmount)
	return amount.isInt() && amount != "0", find(c.Details, capture.KeyDestination) != ""
}

// connected makes the events of what settlement makes beside the ledger entry.
func (tr *translator) connected(c *Charge, fee, transfer bool) {
	if c.Ledger.At == 0 {
		return
	}
	if fee {
		tr.add("application_fee.created", ApplicationFee{Of: *c}, "", "")
	}
	if transfer {
		tr.add("transfer.created", Transfer{Of: *c}, "", "")
	}
}

// settled makes the events of an asynchronous capture whose ledger entry was written.
func (tr *translator) settled(c *Charge) {
	tr.at, tr.background = c.Ledger.At, true
	c.Now = tr.at
	fee, transfer := c.connects()
	tr.add("charge.updated", *c, ledgerWritten(fee, transfer), "")
	tr.connected(c, fee, transfer)
}

// expired makes the events of a hold that ran out. What was captured of it stays.
func (tr *translator) expired(c *Charge, s *paymentintent.Intent, was *outline) {
	tr.background = true
	if c.AmountCaptured > 0 {
		tr.add("charge.captured", *c, `{"captured":false}`, "")
	} else {
		tr.add("charge.expired", *c, "", "")
	}
	tr.released(c, was)
	switch {
	case s == nil:
	case c.AmountCaptured > 0:
		tr.intent(s, tr.at, "payment_intent.succeeded")
	default:
		tr.intent(s, tr.at, "payment_intent.canceled")
	}
}

// refunded makes the events of a refund. Its previous attributes are those of real
// bodies; the list refunds, which old bodies add, is left out.
func (tr *translator) refunded(c *Charge, r *capture.Refund) {
	tr.at, c.Now = r.Created, r.Created
	tr.add("refund.created", Refund{Of: *c, Number: c.Refunds.Len() - 1}, "", "")
	previous := ""
	if c.AmountReleased == 0 { // else old versions show another amount
		previous = `{"amount_refunded":` + strconv.FormatInt(c.AmountRefunded-r.Amount, 10)
		if c.Refunded() {
			previous += `,"refunded":false`
		}
		previous += "}"
	}
	tr.add("charge.refunded", *c, previous, "")
	fee, transfer := c.connects()
	if fee && r.Flags&capture.RefundApplicationFee != 0 {
		tr.add("application_fee.refunded", ApplicationFee{Of: *c}, "", "")
	}
	if transfer && r.Flags&capture.ReverseTransfer != 0 {
		tr.add("transfer.reversed", Transfer{Of: *c}, "", "")
	}
}

// refundUpdated makes the events of a refund that has another status.
func (tr *translator) refundUpdated(c *Charge, was *outline, e *capture.RefundUpdated) {
	old, _ := was.refunds.Get(e.Number)
	previous := `{"status":"` + string(old.Status) + `"}`
	var refund Object = Refund{Of: *c, Number: e.Number}
	if e.Status == capture.RefundFailed {
		tr.add("refund.failed", refund, "", "")
	} else {
		tr.add("refund.updated", refund, previous, "")
	}
	tr.add("charge.refund.updated", refund, previous, "")
}

// disputed makes the events of a dispute, which takes the money back at once.
func (tr *translator) disputed(c *Charge, e *capture.DisputeOpened) {
	tr.at, tr.background = e.At, true
	var dispute Object = Dispute{Of: *c, At: e.At, Reason: e.Reason}
	tr.add("charge.dispute.created", dispute, "", "")
	tr.add("charge.dispute.funds_withdrawn", dispute, "", "")
}

package webhook

import (
	"strconv"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/paymentintent"
)

// WithLivemode says that the money of a charge is real, or that a payment method pays
// with such, in the event and in its object. An intent knows that itself.
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
		case PaymentMethod:
			o.Livemode = true
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
// that belongs to no intent, in Stripe's order. The objects are values, such as a
// [Charge]. For the charge of an intent use [FromPaymentIntent], which tells of both.
func FromCharge(t capture.Transition, options ...Option) []Event {
	tr := translator{subject: t.After.ID, fallback: t.After.Created}
	c := t.Before
	for _, e := range t.Events {
		was := outlineOf(&c)
		capture.Fold(&c, e)
		tr.begin(numberOf(&c, e), 0)
		tr.charge = &Charge{Charge: c, ReleasedAt: releasedAt(&c, &was)}
		tr.chargeEvent(&c, &was, e)
	}
	return tr.finish(options)
}

// releasedAt returns when a hold went back, as well as a charge knows it: it has the
// time of a capture and the end of the hold, but not that of a release.
func releasedAt(c *capture.Charge, was *outline) intents.Time {
	switch {
	case c.Ledger.At != 0:
		return c.Ledger.At
	case c.Status == capture.StatusExpired:
		return was.captureBefore
	}
	return c.Created
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
func (tr *translator) chargeEvent(c *capture.Charge, was *outline, e capture.Event) {
	switch e := e.(type) {
	case capture.Authorized:
		tr.chargeEnters("charge.succeeded", e.At)
		tr.connected(c)
	case capture.Collected:
		tr.background = true
		tr.chargeEnters("charge.succeeded", e.At)
		tr.connected(c)
	case capture.Submitted:
		tr.chargeEnters("charge.pending", e.At)
	case capture.Declined:
		tr.chargeEnters("charge.failed", e.At)
	case capture.Failed:
		tr.background = true
		tr.chargeEnters("charge.failed", e.At)
	case capture.Captured:
		tr.captured(c, was, &e)
	case capture.Settled:
		tr.settled(c)
	case capture.Released:
		tr.released(c, was) // it has no time of its own
	case capture.Expired:
		tr.expired(c, was, was.captureBefore)
	case capture.Refunded:
		tr.refunded(c, &e.Refund)
	case capture.RefundUpdated:
		tr.happened = paymentintent.RefundUpdated{RefundUpdated: e}
		tr.refundUpdated(was, &e)
	case capture.DisputeOpened:
		tr.happened = paymentintent.DisputeOpened{DisputeOpened: e}
		tr.disputed(e.At)
	case capture.Incremented, capture.IncrementDeclined:
		// Stripe says nothing of these.
	}
}

func (tr *translator) chargeEnters(kind string, at intents.Time) {
	tr.at = at
	tr.add(kind, partCharge, "", "")
}

// refundsOfHolds is the version since which what is released of a hold is no refund.
const refundsOfHolds = intents.VersionBasil

// released makes the event with which versions before 2025-03-31.basil tell that a
// hold, or a part of it, went back.
func (tr *translator) released(c *capture.Charge, was *outline) {
	if c.AmountReleased > was.released {
		tr.add("charge.refunded", partCharge, "", refundsOfHolds)
	}
}

// captured makes the events of a capture. All but the only capture of a hold are told
// of as they come; the end of the hold is told of too (DOC-multicapture).
func (tr *translator) captured(c *capture.Charge, was *outline, e *capture.Captured) {
	tr.at = e.At
	if several := was.captured > 0 || !e.Final; several && e.Amount > 0 {
		tr.add("charge.updated", partCharge, previousOfCapture(c, was), "")
		tr.intentToo("payment_intent.amount_capturable_updated", `{"amount_capturable":`, was.capturable)
	}
	if e.Final {
		tr.add("charge.captured", partCharge, notCaptured, "")
		tr.released(c, was)
		tr.intentToo("payment_intent.succeeded", "", 0)
	}
	if !was.posted {
		tr.connected(c)
	}
}

// notCaptured are the previous attributes of a charge that was captured in the end.
const notCaptured = `{"captured":false}`

// intentToo makes an event about the intent, if the charge has one, with the previous
// attribute of a key that is not empty.
func (tr *translator) intentToo(kind, key string, was int64) {
	if tr.story == nil {
		return
	}
	previous := ""
	if key != "" {
		previous = key + strconv.FormatInt(was, 10) + "}"
	}
	tr.add(kind, partIntent, previous, "")
}

// previousOfCapture returns what a capture of a part changed: the first one also
// writes the ledger entry.
func previousOfCapture(c *capture.Charge, was *outline) string {
	amount := `{"amount_captured":` + strconv.FormatInt(was.captured, 10)
	if was.posted {
		return amount + "}"
	}
	return amount + "," + ledgerWritten(connects(c))[1:]
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
// a charge. It looks for their parameters, which is quicker than to make them.
func connects(c *capture.Charge) (fee, transfer bool) {
	if c.Details == "" {
		return false, false
	}
	amount := find(c.Details, capture.KeyFeeAmount)
	return amount.isInt() && amount != "0", find(c.Details, capture.KeyDestination) != ""
}

// connected makes the events of what settlement made beside the ledger entry.
func (tr *translator) connected(c *capture.Charge) {
	if c.Ledger.At == 0 {
		return
	}
	fee, transfer := connects(c)
	tr.made(fee, transfer)
}

func (tr *translator) made(fee, transfer bool) {
	if fee {
		tr.add("application_fee.created", partFee, "", "")
	}
	if transfer {
		tr.add("transfer.created", partTransfer, "", "")
	}
}

// settled makes the events of an asynchronous capture whose ledger entry was written.
func (tr *translator) settled(c *capture.Charge) {
	tr.at, tr.background = c.Ledger.At, true
	fee, transfer := connects(c)
	tr.add("charge.updated", partCharge, ledgerWritten(fee, transfer), "")
	tr.made(fee, transfer)
}

// expired makes the events of a hold that ran out. What was captured of it stays.
func (tr *translator) expired(c *capture.Charge, was *outline, at intents.Time) {
	tr.at, tr.background = at, true
	if c.AmountCaptured > 0 {
		tr.add("charge.captured", partCharge, notCaptured, "")
		tr.released(c, was)
		tr.intentToo("payment_intent.succeeded", "", 0)
		return
	}
	tr.add("charge.expired", partCharge, "", "")
	tr.released(c, was)
	tr.intentToo("payment_intent.canceled", "", 0)
}

// refunded makes the events of a refund. The previous attributes of the charge are
// those of real bodies; the list refunds, which old bodies add, is left out.
func (tr *translator) refunded(c *capture.Charge, r *capture.Refund) {
	tr.at = r.Created
	tr.add("refund.created", partRefund, "", "")
	previous := ""
	if c.AmountReleased == 0 { // else old versions show another amount
		previous = `{"amount_refunded":` + strconv.FormatInt(c.AmountRefunded-r.Amount, 10)
		if c.Refunded() {
			previous += `,"refunded":false`
		}
		previous += "}"
	}
	tr.add("charge.refunded", partCharge, previous, "")
	if c.Ledger.At == 0 {
		return
	}
	fee, transfer := connects(c)
	if fee && r.Flags&capture.RefundApplicationFee != 0 {
		tr.add("application_fee.refunded", partFee, "", "")
	}
	if transfer && r.Flags&capture.ReverseTransfer != 0 {
		tr.add("transfer.reversed", partTransfer, "", "")
	}
}

// refundUpdated makes the events of a refund that has another status.
func (tr *translator) refundUpdated(was *outline, e *capture.RefundUpdated) {
	tr.at = e.At
	old, _ := was.refunds.Get(e.Number)
	previous := `{"status":"` + string(old.Status) + `"}`
	if e.Status == capture.RefundFailed {
		tr.add("refund.failed", partRefund, "", "")
	} else {
		tr.add("refund.updated", partRefund, previous, "")
	}
	tr.add("charge.refund.updated", partRefund, previous, "")
}

// disputed makes the events of a dispute, which takes the money back at once.
func (tr *translator) disputed(at intents.Time) {
	tr.at, tr.background = at, true
	tr.add("charge.dispute.created", partDispute, "", "")
	tr.add("charge.dispute.funds_withdrawn", partDispute, "", "")
}

package webhook

import (
	"math/bits"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/internal/ids"
)

// BalanceTransaction is Stripe's object balance_transaction: the ledger entry of a
// charge. It renders as null until settlement has written it. Of.Now says whether it
// is available yet.
type BalanceTransaction struct {
	// Of is the charge whose money it is about.
	Of Charge
}

// Transfer is Stripe's object transfer: the one that settlement makes of a
// destination charge. It renders as null until then.
type Transfer struct {
	// Of is the charge whose money is transferred.
	Of Charge
}

// ApplicationFee is Stripe's object application_fee: the platform's share of a
// Connect charge. It renders as null until settlement has collected it.
type ApplicationFee struct {
	// Of is the charge that the fee is taken from.
	Of Charge
}

// AppendJSON implements Object.
func (b BalanceTransaction) AppendJSON(dst []byte, v intents.Version) []byte {
	o := out{b: dst, undo: undoing(v)}
	o.balanceTransaction(&b.Of)
	return o.b
}

// AppendJSON implements Object.
func (t Transfer) AppendJSON(dst []byte, v intents.Version) []byte {
	o := out{b: dst, undo: undoing(v)}
	o.transfer(&t.Of)
	return o.b
}

// AppendJSON implements Object.
func (f ApplicationFee) AppendJSON(dst []byte, v intents.Version) []byte {
	o := out{b: dst, undo: undoing(v)}
	o.applicationFee(&f.Of)
	return o.b
}

// MarshalJSON implements json.Marshaler, in the newest shape.
func (b BalanceTransaction) MarshalJSON() ([]byte, error) { return b.AppendJSON(nil, ""), nil }

// MarshalJSON implements json.Marshaler, in the newest shape.
func (t Transfer) MarshalJSON() ([]byte, error) { return t.AppendJSON(nil, ""), nil }

// MarshalJSON implements json.Marshaler, in the newest shape.
func (f ApplicationFee) MarshalJSON() ([]byte, error) { return f.AppendJSON(nil, ""), nil }

// entry is a ledger entry of any sort, as a balance transaction shows it. Its
// description is a caller's, or else the text.
type entry struct {
	id, source, kind, category string
	text                       string
	description                escaped
	amount, fee                int64
	currency                   intents.Currency
	created, availableOn, now  intents.Time
}

func (o *out) balanceTransaction(c *Charge) {
	b, ok := c.BalanceTransaction()
	if !ok {
		o.raw("null")
		return
	}
	d := readDetails(c.Details)
	e := entry{
		id: b.ID, source: b.Source, kind: "payment", category: "charge", description: d.description,
		amount: b.Amount, fee: b.Fee, currency: b.Currency, created: b.Created, availableOn: b.AvailableOn, now: c.Now,
	}
	if t := c.PaymentMethod.Type; t == intents.Card || t == intents.CardPresent || t == intents.Link {
		e.kind = "charge"
	}
	if o.undo.has(undoReleasedEntries) {
		e.amount += c.AmountReleased // the rest came back by an entry of its own
	}
	o.entry(&e)
}

func (o *out) entry(e *entry) {
	o.str(`{"id":`, e.id)
	o.int(`,"object":"balance_transaction","amount":`, e.amount)
	o.int(`,"available_on":`, int64(e.availableOn))
	if !o.undo.has(undoBalanceType) {
		o.raw(`,"balance_type":"payments"`)
	}
	o.int(`,"created":`, int64(e.created))
	o.str(`,"currency":`, string(e.currency))
	if e.text != "" {
		o.str(`,"description":`, e.text)
	} else {
		o.param(`,"description":`, e.description)
	}
	o.int(`,"exchange_rate":null,"fee":`, e.fee)
	o.raw(`,"fee_details":[`)
	if e.fee != 0 {
		o.int(`{"amount":`, e.fee)
		o.str(`,"application":null,"currency":`, string(e.currency))
		o.raw(`,"description":"Stripe processing fees","type":"stripe_fee"}`)
	}
	o.int(`],"net":`, e.amount-e.fee)
	o.str(`,"reporting_category":`, e.category)
	o.str(`,"source":`, e.source)
	o.choose(`,"status":`, max(e.now, e.created) >= e.availableOn, `"available"`, `"pending"`)
	o.str(`,"type":`, e.kind)
	o.raw("}")
}

// transactionID names the ledger entry of an object that is no charge.
func transactionID(of string) string { return ids.Derive("txn_", of, 0) }

func (o *out) transfer(c *Charge) {
	t, ok := c.Transfer()
	if !ok {
		o.raw("null")
		return
	}
	d := readDetails(c.Details)
	o.str(`{"id":`, t.ID)
	o.int(`,"object":"transfer","amount":`, t.Amount)
	o.int(`,"amount_reversed":`, t.AmountReversed)
	o.str(`,"balance_transaction":`, transactionID(t.ID))
	o.int(`,"created":`, int64(t.Created))
	o.str(`,"currency":`, string(t.Currency))
	o.str(`,"description":null,"destination":`, t.Destination)
	o.str(`,"destination_payment":`, t.DestinationPayment)
	o.bool(`,"livemode":`, c.Livemode)
	o.raw(`,"metadata":{},"reversals":{"object":"list","data":[`)
	n := o.reversals(c, &t)
	o.bool(`],"has_more":`, n > listed)
	o.raw(`,"url":"/v1/transfers/`)
	o.inner(t.ID)
	o.bool(`/reversals"},"reversed":`, t.AmountReversed == t.Amount)
	o.str(`,"source_transaction":`, t.SourceTransaction)
	o.raw(`,"source_type":"card"`)
	owner := c.PaymentIntent
	if owner == "" {
		owner = c.ID
	}
	o.transferGroupJSON(&d, owner)
	o.raw("}")
}

// listed is how many objects Stripe shows in a list within another object.
const listed = 10

// reversalID names what a refund took back of a transfer.
func reversalID(transfer string, refund int) string {
	return ids.Derive("trr_", transfer, uint64(refund)) //nolint:gosec // refunds are counted from 0
}

// reversals writes the newest reversals of a transfer, and returns how many there are.
func (o *out) reversals(c *Charge, t *capture.Transfer) (n int) {
	return o.shares(c, capture.ReverseTransfer, t.Amount, func(number int, r *capture.Refund, amount int64) {
		id := reversalID(t.ID, number)
		o.str(`{"id":`, id)
		o.int(`,"object":"transfer_reversal","amount":`, amount)
		o.str(`,"balance_transaction":`, transactionID(id))
		o.int(`,"created":`, int64(r.Created))
		o.str(`,"currency":`, string(c.Currency))
		o.str(`,"destination_payment_refund":`, ids.Derive("pyr_", id, 0))
		o.str(`,"metadata":{},"source_refund":`, capture.RefundID(c.ID, number))
		o.str(`,"transfer":`, t.ID)
		o.raw("}")
	})
}

// shares calls write for the newest of the refunds with a flag that count, each
// with its share of a whole, newest first. The shares add up to what all of them
// have of it, rounded down once. It returns how many such refunds there are.
func (o *out) shares(c *Charge, flag capture.RefundFlags, whole int64, write func(number int, r *capture.Refund, amount int64)) (n int) {
	type share struct {
		number int
		refund capture.Refund
		amount int64
	}
	var all []share
	var sum int64
	for number, r := range c.Refunds.All() {
		if r.Flags&flag == 0 || r.Status != capture.RefundPending && r.Status != capture.RefundSucceeded {
			continue
		}
		before := portion(whole, sum, c.AmountCaptured)
		sum += r.Amount
		all = append(all, share{number, r, portion(whole, sum, c.AmountCaptured) - before})
	}
	for i := len(all) - 1; i >= 0 && i >= len(all)-listed; i-- {
		if i < len(all)-1 {
			o.raw(",")
		}
		write(all[i].number, &all[i].refund, all[i].amount)
	}
	return len(all)
}

// portion returns whole*part/of, rounded down, as settlement reckons.
func portion(whole, part, of int64) int64 {
	if whole <= 0 || part <= 0 || of <= 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(whole), uint64(min(part, of)))
	q, _ := bits.Div64(hi, lo, uint64(of)) // hi < of, for min(part, of)/2^64 is
	return int64(q)                        //nolint:gosec // at most whole
}

func (o *out) applicationFee(c *Charge) {
	f, ok := c.ApplicationFee()
	if !ok {
		o.raw("null")
		return
	}
	charge, originating := f.Charge, ""
	if t, destined := c.Transfer(); destined {
		charge, originating = t.DestinationPayment, f.Charge
	}
	application := f.Application
	if application == "" {
		application = ids.Derive("ca_", f.Account, 0) // Stripe requires one
	}
	o.str(`{"id":`, f.ID)
	o.str(`,"object":"application_fee","account":`, f.Account)
	o.int(`,"amount":`, f.Amount)
	o.int(`,"amount_refunded":`, f.AmountRefunded)
	o.str(`,"application":`, application)
	o.str(`,"balance_transaction":`, transactionID(f.ID))
	o.str(`,"charge":`, charge)
	o.int(`,"created":`, int64(f.Created))
	o.str(`,"currency":`, string(f.Currency))
	if !o.undo.has(undoFeeSource) {
		o.str(`,"fee_source":{"charge":`, charge)
		o.raw(`,"type":"charge"}`)
	}
	o.bool(`,"livemode":`, c.Livemode)
	o.strOrNull(`,"originating_transaction":`, originating)
	o.bool(`,"refunded":`, f.AmountRefunded == f.Amount)
	o.raw(`,"refunds":{"object":"list","data":[`)
	n := o.feeRefunds(c, &f)
	o.bool(`],"has_more":`, n > listed)
	o.raw(`,"url":"/v1/application_fees/`)
	o.inner(f.ID)
	o.raw(`/refunds"}}`)
}

// feeRefunds writes the newest refunds of a fee, and returns how many there are.
func (o *out) feeRefunds(c *Charge, f *capture.ApplicationFee) (n int) {
	return o.shares(c, capture.RefundApplicationFee, f.Amount, func(number int, r *capture.Refund, amount int64) {
		id := ids.Derive("fr_", f.ID, uint64(number)) //nolint:gosec // refunds are counted from 0
		o.str(`{"id":`, id)
		o.int(`,"object":"fee_refund","amount":`, amount)
		o.str(`,"balance_transaction":`, transactionID(id))
		o.int(`,"created":`, int64(r.Created))
		o.str(`,"currency":`, string(c.Currency))
		o.str(`,"fee":`, f.ID)
		o.raw(`,"metadata":{}}`)
	})
}

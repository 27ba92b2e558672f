package webhook

import (
	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/internal/ids"
)

// Refund is Stripe's object refund. It renders as null where the charge has no such
// refund.
type Refund struct {
	// Of is the charge that was refunded.
	Of Charge
	// Number counts the charge's refunds from zero.
	Number int
}

// Dispute is Stripe's object dispute.
type Dispute struct {
	// Of is the disputed charge.
	Of Charge
	// At is when the dispute was opened, in UTC.
	At intents.Time
	// Reason is Stripe's, such as fraudulent. Empty stands for general.
	Reason string
}

// AppendJSON implements Object.
func (r Refund) AppendJSON(dst []byte, v intents.Version) []byte {
	o := out{b: dst, undo: undoing(v)}
	refund, ok := r.Of.Refunds.Get(r.Number)
	if !ok {
		return append(dst, "null"...)
	}
	o.refund(&r.Of, r.Number, &refund)
	return o.b
}

// MarshalJSON implements json.Marshaler, in the newest shape.
func (r Refund) MarshalJSON() ([]byte, error) { return r.AppendJSON(nil, ""), nil }

// AppendJSON implements Object. The dispute of the zero Charge renders as null.
func (d Dispute) AppendJSON(dst []byte, v intents.Version) []byte {
	o := out{b: dst, undo: undoing(v)}
	o.dispute(&d)
	return o.b
}

// MarshalJSON implements json.Marshaler, in the newest shape.
func (d Dispute) MarshalJSON() ([]byte, error) { return d.AppendJSON(nil, ""), nil }

// released is the number of the refund that versions before 2025-03-31.basil make
// of what is released of a hold. It is no refund of the machine's.
const released = -1

// reasonExpired is Stripe's reason of the refund that an expired hold became.
const reasonExpired capture.RefundReason = "expired_uncaptured_charge"

func (o *out) refund(c *Charge, number int, r *capture.Refund) {
	id := capture.RefundID(c.ID, number)
	d := readDetails(c.Details)
	o.str(`{"id":`, id)
	o.int(`,"object":"refund","amount":`, r.Amount)
	if c.Ledger.At == 0 {
		o.raw(`,"balance_transaction":null`) // it waits for that of the charge (INFERRED)
	} else {
		o.str(`,"balance_transaction":`, transactionID(id))
	}
	o.str(`,"charge":`, c.ID)
	o.int(`,"created":`, int64(r.Created))
	o.str(`,"currency":`, string(c.Currency))
	if !o.undo.has(undoRefundOwner) {
		o.param(`,"customer":`, d.customer)
		o.param(`,"customer_account":`, d.customerAccount)
	}
	if !o.undo.has(undoDestinationDetails) {
		o.destinationDetails(c.PaymentMethod.Type)
	}
	if r.Status == capture.RefundFailed {
		o.str(`,"failure_balance_transaction":`, ids.Derive("txn_", id, 1))
		o.raw(`,"failure_reason":"unknown"`)
	}
	o.strOrNull(`,"metadata":{},"payment_intent":`, c.PaymentIntent)
	if !o.undo.has(undoRefundOwner) {
		o.strOrNull(`,"payment_method":`, c.PaymentMethod.ID)
	}
	if r.Status == capture.RefundPending && !o.undo.has(undoPendingReason) {
		o.choose(`,"pending_reason":`, c.Ledger.At == 0, `"charge_pending"`, `"processing"`)
	}
	o.strOrNull(`,"reason":`, string(r.Reason))
	o.raw(`,"receipt_number":null,"source_transfer_reversal":null`)
	o.str(`,"status":`, string(r.Status))
	o.refundReversal(c, number, r)
	o.raw("}")
}

// refundReversal writes the id of what the refund took back of the transfer.
func (o *out) refundReversal(c *Charge, number int, r *capture.Refund) {
	if t, ok := c.Transfer(); ok && r.Flags&capture.ReverseTransfer != 0 {
		o.str(`,"transfer_reversal":`, reversalID(t.ID, number))
		return
	}
	o.raw(`,"transfer_reversal":null`)
}

// destinations are the ways back by payment method type, as Stripe names and shows
// them (SPEC-D; that of the card is recorded). Other types show none.
//
//nolint:gochecknoglobals // read-only data
var destinations = [...]struct {
	method       intents.PaymentMethodType
	name, member string
}{
	{intents.Card, "card", `{"reference_status":"pending","reference_type":"acquirer_reference_number","type":"refund"}`},
	{intents.Affirm, "affirm", "{}"},
	{intents.AfterpayClearpay, "afterpay_clearpay", "{}"},
	{intents.Alipay, "alipay", "{}"},
	{intents.AmazonPay, "amazon_pay", "{}"},
	{intents.Blik, "blik", `{"network_decline_code":null,"reference":null,"reference_status":null}`},
	{intents.Cashapp, "cashapp", "{}"},
	{intents.CustomerBalance, "customer_cash_balance", "{}"},
	{intents.Eps, "eps", "{}"},
	{intents.Klarna, "klarna", "{}"},
	{intents.Multibanco, "multibanco", `{"reference":null,"reference_status":null}`},
	{intents.P24, "p24", `{"reference":null,"reference_status":null}`},
	{intents.Paynow, "paynow", "{}"},
	{intents.Pix, "pix", "{}"},
	{intents.RevolutPay, "revolut", "{}"},
	{intents.Swish, "swish", `{"network_decline_code":null,"reference":null,"reference_status":null}`},
	{intents.USBankAccount, "us_bank_transfer", `{"reference":null,"reference_status":null}`},
	{intents.WechatPay, "wechat_pay", "{}"},
}

func (o *out) destinationDetails(t intents.PaymentMethodType) {
	for i := range destinations {
		x := &destinations[i]
		if x.method != t {
			continue
		}
		o.raw(`,"destination_details":{`)
		if x.name < "type" {
			o.str("", x.name)
			o.raw(":")
			o.raw(x.member)
			o.str(`,"type":`, x.name)
		} else {
			o.str(`"type":`, x.name)
			o.str(",", x.name)
			o.raw(":")
			o.raw(x.member)
		}
		o.raw("}")
		return
	}
}

// refunds writes the list of a charge's refunds, the newest first.
func (o *out) refunds(c *Charge) {
	o.raw(`,"refunds":{"object":"list","data":[`)
	total := c.Refunds.Len()
	last := max(0, total-listed)
	for n := total - 1; n >= last; n-- {
		if n < total-1 {
			o.raw(",")
		}
		if r, ok := c.Refunds.Get(n); ok {
			o.refund(c, n, &r)
		}
	}
	if o.undo.has(undoReleases) && c.AmountReleased > 0 {
		if total > 0 && total < listed {
			o.raw(",")
		}
		if total < listed {
			r := releaseOf(c)
			o.refund(c, released, &r)
		}
		total++
	}
	o.bool(`],"has_more":`, total > listed)
	o.int(`,"total_count":`, int64(total))
	o.raw(`,"url":"/v1/charges/`)
	o.inner(c.ID)
	o.raw(`/refunds"}`)
}

// releaseOf returns the refund that old versions make of what was released (OBS-EXP).
func releaseOf(c *Charge) capture.Refund {
	r := capture.Refund{Amount: c.AmountReleased, Status: capture.RefundSucceeded, Created: c.ReleasedAt}
	if c.Status == capture.StatusExpired {
		r.Reason = reasonExpired
	}
	return r
}

// evidence is what Stripe shows where the merchant has given none.
const evidence = `"access_activity_log":null,"billing_address":null,"cancellation_policy":null,"cancellation_policy_disclosure":null,"cancellation_rebuttal":null,` +
	`"customer_communication":null,"customer_email_address":null,"customer_name":null,"customer_purchase_ip":null,"customer_signature":null,` +
	`"duplicate_charge_documentation":null,"duplicate_charge_explanation":null,"duplicate_charge_id":null`

const moreEvidence = `,"product_description":null,"receipt":null,"refund_policy":null,"refund_policy_disclosure":null,"refund_refusal_explanation":null,` +
	`"service_date":null,"service_documentation":null,"shipping_address":null,"shipping_carrier":null,"shipping_date":null,"shipping_documentation":null,` +
	`"shipping_tracking_number":null,"uncategorized_file":null,"uncategorized_text":null}`

// respondBy is how many days the merchant has to answer a dispute. It depends on
// the network; a week at least (INFERRED).
const respondBy = 7

// dispute writes an open dispute. It is about all that has not been refunded, or, where
// nothing is left, about all that was captured (INFERRED).
func (o *out) dispute(d *Dispute) {
	const day = 24 * 60 * 60
	c := &d.Of
	if c.Status == capture.StatusNone {
		o.raw("null")
		return
	}
	id, amount := disputeID(c.ID), c.Refundable()
	if amount == 0 {
		amount = c.AmountCaptured
	}
	o.str(`{"id":`, id)
	o.int(`,"object":"dispute","amount":`, amount)
	o.raw(`,"balance_transactions":[`)
	o.entry(&entry{
		id: transactionID(id), source: id, kind: "adjustment", category: "dispute", text: "Chargeback withdrawal for " + c.ID,
		amount: -amount, currency: c.Currency, created: d.At, availableOn: d.At,
	})
	o.str(`],"charge":`, c.ID)
	o.int(`,"created":`, int64(d.At))
	o.str(`,"currency":`, string(c.Currency))
	if o.undo.has(undoEligibility) {
		o.raw(`,"evidence":{` + evidence + moreEvidence)
	} else {
		o.raw(`,"enhanced_eligibility_types":[],"evidence":{` + evidence + `,"enhanced_evidence":{}` + moreEvidence)
	}
	o.int(`,"evidence_details":{"due_by":`, int64(d.At)/day*day+(respondBy+1)*day-1)
	if !o.undo.has(undoEligibility) {
		o.raw(`,"enhanced_eligibility":{}`)
	}
	o.bool(`,"has_evidence":false,"past_due":false,"submission_count":0},"is_charge_refundable":false,"livemode":`, c.Livemode)
	o.strOrNull(`,"metadata":{},"payment_intent":`, c.PaymentIntent)
	o.disputeMethod(c)
	reason := d.Reason
	if reason == "" {
		reason = "general"
	}
	o.str(`,"reason":`, reason)
	o.raw(`,"status":"needs_response"}`)
}

// disputeMethod writes what the dispute knows of the payment method, where it is one
// of those that Stripe shows.
func (o *out) disputeMethod(c *Charge) {
	if o.undo.has(undoDisputeMethod) || c.PaymentMethod.Type != intents.Card {
		return
	}
	card := readCard(c.PaymentMethod.Details)
	if card.brand == "" {
		card.brand = unknown
	}
	network := card.network
	if network == "" {
		network = card.brand
	}
	o.param(`,"payment_method_details":{"card":{"brand":`, card.brand)
	if !o.undo.has(undoCaseType) {
		o.raw(`,"case_type":"chargeback"`)
	}
	if !o.undo.has(undoDisputeNetwork) {
		o.param(`,"network":`, network)
	}
	o.raw(`,"network_reason_code":null},"type":"card"}`)
}

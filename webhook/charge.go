package webhook

import (
	"strings"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/internal/ids"
	"github.com/payintent/intents/paymentintent"
)

// Charge is Stripe's object charge: the state of the machine and what a rendering
// needs beside it. It is a comparable value. [ChargeOf] takes it from an intent.
type Charge struct {
	capture.Charge
	// PaymentIntent is the id of the intent that made the charge, or empty.
	PaymentIntent string
	// ReleasedAt is when what was held and not captured went back, where that is
	// known. Only versions before 2025-03-31.basil show it, in a refund.
	ReleasedAt intents.Time
	// Now is the time of the rendering. Only an expanded balance transaction shows
	// it, in its status; the zero Now stands for the time when that was made.
	Now intents.Time
	// Expand says which ids are rendered as objects.
	Expand Expand
	// Livemode: the money is real.
	Livemode bool
	// Authenticated: the customer authenticated the payment.
	Authenticated bool
}

// ChargeOf returns the newest charge of an intent. It is the zero Charge where
// there is none.
func ChargeOf(s paymentintent.Intent) Charge { return chargeOf(&s, 0, 0) }

func chargeOf(s *paymentintent.Intent, now intents.Time, expand Expand) Charge {
	if s.Charges == 0 {
		return Charge{}
	}
	c := Charge{
		Charge: s.Charge, PaymentIntent: s.ID, ReleasedAt: s.CanceledAt, Now: now, Expand: expand,
		Livemode: s.Flags.Has(paymentintent.Livemode), Authenticated: s.Flags.Has(paymentintent.Authenticated),
	}
	if c.ReleasedAt == 0 {
		c.ReleasedAt = c.Ledger.At // a capture of a part releases the rest
	}
	return c
}

// AppendJSON implements Object. The zero Charge renders as null.
func (c Charge) AppendJSON(dst []byte, v intents.Version) []byte {
	o := out{b: dst, undo: undoing(v)}
	o.charge(&c, nil)
	return o.b
}

// MarshalJSON implements json.Marshaler, in the newest shape.
func (c Charge) MarshalJSON() ([]byte, error) { return c.AppendJSON(nil, ""), nil }

// charge writes a charge. The intent that it is rendered in, if any, can be
// expanded in it.
func (o *out) charge(c *Charge, in *PaymentIntent) {
	if c.Status == capture.StatusNone {
		o.raw("null")
		return
	}
	d, said := readDetails(c.Details), readOutcome(c)
	o.chargeMoney(c, &d)
	o.chargeParties(c, &d, &said)
	o.chargeOutcome(c, &said, in)
	o.raw(`,"payment_method_details":`)
	o.methodDetails(c, &d, &said)
	o.chargeEnd(c, &d)
}

// amountRefunded returns amount_refunded and refunded. Before 2025-03-31.basil what
// was released of a hold counted as refunded (DOC-basil-refund).
func (o *out) amountRefunded(c *Charge) (amount int64, refunded bool) {
	if o.undo.has(undoReleases) {
		amount = c.AmountRefunded + c.AmountReleased
		return amount, amount == c.Amount
	}
	return c.AmountRefunded, c.Refunded()
}

// chargeMoney writes the keys from id to currency.
func (o *out) chargeMoney(c *Charge, d *carried) {
	_, _, captured := c.Status.Stripe()
	amountRefunded, _ := o.amountRefunded(c)
	o.str(`{"id":`, c.ID)
	o.int(`,"object":"charge","amount":`, c.Amount)
	o.int(`,"amount_captured":`, c.AmountCaptured)
	o.int(`,"amount_refunded":`, amountRefunded)
	o.param(`,"application":`, d.application)
	o.raw(`,"application_fee":`)
	o.applicationFeeRef(c, d)
	o.paramInt(`,"application_fee_amount":`, d.applicationFee)
	o.raw(`,"balance_transaction":`)
	o.balanceTransactionRef(c)
	o.billingDetails(&c.PaymentMethod, !o.undo.has(undoTaxID))
	o.param(`,"calculated_statement_descriptor":`, d.descriptor)
	o.bool(`,"captured":`, captured)
	o.int(`,"created":`, int64(c.Created))
	o.str(`,"currency":`, string(c.Currency))
}

// applicationFeeRef writes the fee's id, or the fee, once settlement has collected it.
func (o *out) applicationFeeRef(c *Charge, d *carried) {
	if d.applicationFee == "" || c.Ledger.At == 0 {
		o.raw("null")
		return
	}
	fee, ok := c.ApplicationFee()
	switch {
	case !ok:
		o.raw("null")
	case c.Expand.Has(ExpandApplicationFee):
		o.applicationFee(c)
	default:
		o.str("", fee.ID)
	}
}

func (o *out) balanceTransactionRef(c *Charge) {
	b, ok := c.BalanceTransaction()
	switch {
	case !ok:
		o.raw("null")
	case c.Expand.Has(ExpandBalanceTransaction):
		o.balanceTransaction(c)
	default:
		o.str("", b.ID)
	}
}

// chargeParties writes the keys from customer to order.
func (o *out) chargeParties(c *Charge, d *carried, said *outcome) {
	o.param(`,"customer":`, d.customer)
	o.param(`,"description":`, d.description)
	o.param(`,"destination":`, d.destination)
	if c.Features.Has(capture.Disputed) {
		o.str(`,"dispute":`, disputeID(c.ID))
		o.raw(`,"disputed":true`)
	} else {
		o.raw(`,"dispute":null,"disputed":false`)
	}
	if !o.undo.has(undoChargeKeys) {
		o.raw(`,"failure_balance_transaction":null`)
	}
	o.param(`,"failure_code":`, said.failureCode)
	o.param(`,"failure_message":`, said.failureMessage)
	o.raw(`,"fraud_details":{}`)
	if o.undo.has(undoChargeInvoice) {
		o.raw(`,"invoice":null`)
	}
	o.bool(`,"livemode":`, c.Livemode)
	o.metadata(c.Metadata)
	o.param(`,"on_behalf_of":`, d.onBehalfOf)
	o.raw(`,"order":null`)
}

func disputeID(charge string) string { return ids.Derive("dp_", charge, 0) }

// normalRisk is the score below which Radar calls the risk normal.
const normalRisk = 65

// chargeOutcome writes the keys from outcome to payment_method.
func (o *out) chargeOutcome(c *Charge, said *outcome, in *PaymentIntent) {
	_, paid, _ := c.Status.Stripe()
	o.raw(`,"outcome":{`)
	if !o.undo.has(undoAdviceCode) {
		o.param(`"advice_code":`, said.adviceCode)
		o.raw(",")
	}
	if !o.undo.has(undoNetworkCodes) {
		o.param(`"network_advice_code":`, said.networkAdviceCode)
		o.param(`,"network_decline_code":`, said.networkDeclineCode)
		o.raw(",")
	}
	o.param(`"network_status":`, said.networkStatus)
	o.param(`,"reason":`, said.reason)
	o.param(`,"risk_level":`, said.riskLevel)
	switch {
	case said.riskScore.isInt():
		o.paramInt(`,"risk_score":`, said.riskScore)
	case said.riskLevel == "normal":
		o.int(`,"risk_score":`, int64(digest(c.ID)%normalRisk))
	}
	o.param(`,"seller_message":`, said.sellerMessage)
	o.param(`,"type":`, said.kind)
	o.bool(`},"paid":`, paid)
	if in != nil && in.Expand.Has(ExpandLatestCharge|ExpandPaymentIntent) {
		o.raw(`,"payment_intent":`)
		plain := *in
		plain.Expand = 0
		o.paymentIntent(&plain)
	} else {
		o.strOrNull(`,"payment_intent":`, c.PaymentIntent)
	}
	o.strOrNull(`,"payment_method":`, c.PaymentMethod.ID)
}

// chargeEnd writes the keys from radar_options on.
func (o *out) chargeEnd(c *Charge, d *carried) {
	status, paid, _ := c.Status.Stripe()
	_, refunded := o.amountRefunded(c)
	if !o.undo.has(undoChargeKeys) {
		o.raw(`,"radar_options":`)
		if d.radarOptions == "" {
			o.raw("{}")
		} else {
			o.tree(d.radarOptions, inRadarOptions)
		}
	}
	o.param(`,"receipt_email":`, d.receiptEmail)
	o.raw(`,"receipt_number":null`)
	if paid {
		o.raw(`,"receipt_url":"https://pay.stripe.com/receipts/payment/`)
		o.inner(c.ID)
		o.raw(`"`)
	} else {
		o.raw(`,"receipt_url":null`)
	}
	o.bool(`,"refunded":`, refunded)
	if o.undo.has(undoHideRefunds) || c.Expand.Has(ExpandRefunds) {
		o.refunds(c)
	}
	o.raw(`,"review":null`)
	o.shippingJSON(d.shipping)
	o.param(`,"source":null,"source_transfer":null,"statement_descriptor":`, d.descriptor)
	o.param(`,"statement_descriptor_suffix":`, d.descriptorSuffix)
	o.str(`,"status":`, status)
	o.transferRef(c)
	o.transferDataJSON(d, true)
	owner := c.PaymentIntent
	if owner == "" {
		owner = c.ID
	}
	o.transferGroupJSON(d, owner)
	o.raw("}")
}

// transferRef writes the transfer's id, or the transfer, once settlement has made
// it. Until then, and for any charge without a destination, the key is not there: it
// can't be null (SPEC-D, and so recorded; SEED-1 shows it as null).
func (o *out) transferRef(c *Charge) {
	t, ok := c.Transfer()
	switch {
	case !ok:
	case c.Expand.Has(ExpandTransfer):
		o.raw(`,"transfer":`)
		o.transfer(c)
	default:
		o.str(`,"transfer":`, t.ID)
	}
}

// outcome is what the issuer and the network said to a charge: Stripe's
// charge_outcome, and why it failed.
type outcome struct {
	adviceCode, networkAdviceCode, networkDeclineCode escaped
	networkStatus, reason, kind                       escaped
	riskLevel, riskScore, sellerMessage               escaped
	failureCode, failureMessage                       escaped
}

// readOutcome picks a charge's outcome out of its pairs and fills in what Stripe
// always says (recorded for an approved card; OBS-WH).
func readOutcome(c *Charge) (said outcome) {
	for rest := string(c.Outcome); rest != ""; {
		var pair string
		pair, rest, _ = strings.Cut(rest, "&")
		key, value, _ := strings.Cut(pair, "=")
		said.set(key, escaped(value))
	}
	failed := c.Status == capture.StatusFailed
	fill := func(v *escaped, ok, bad escaped) {
		if *v == "" && failed {
			*v = bad
		} else if *v == "" {
			*v = ok
		}
	}
	fill(&said.kind, "authorized", "issuer_declined")
	fill(&said.networkStatus, "approved_by_network", "declined_by_network")
	if said.sellerMessage == "" {
		said.sellerMessage = said.message(failed)
	}
	if said.riskLevel == "" {
		said.riskLevel = riskLevel(c.PaymentMethod.Type, said.kind)
	}
	return said
}

// message returns what Stripe tells the seller.
func (said *outcome) message(failed bool) escaped {
	switch {
	case !failed:
		return "Payment complete."
	case said.kind == "blocked":
		return "Stripe blocked this payment as too risky."
	case said.reason == "" || said.reason == "generic_decline":
		return "The bank did not return any further details with this decline."
	}
	return "The bank returned the decline code `" + said.reason + "`."
}

// riskLevel returns what Radar says where nobody says more: it assesses cards.
func riskLevel(t intents.PaymentMethodType, kind escaped) escaped {
	switch {
	case kind == "blocked":
		return "highest"
	case t == intents.Card || t == intents.Link:
		return "normal"
	}
	return "not_assessed"
}

func (said *outcome) set(key string, v escaped) {
	switch key {
	case "advice_code":
		said.adviceCode = v
	case "failure_code":
		said.failureCode = v
	case "failure_message":
		said.failureMessage = v
	case "network_advice_code":
		said.networkAdviceCode = v
	case "network_decline_code":
		said.networkDeclineCode = v
	case "network_status":
		said.networkStatus = v
	case "reason":
		said.reason = v
	case "risk_level":
		said.riskLevel = v
	case "risk_score":
		said.riskScore = v
	case "seller_message":
		said.sellerMessage = v
	case "type":
		said.kind = v
	}
}

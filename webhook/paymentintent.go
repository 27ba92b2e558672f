package webhook

import (
	"github.com/payintent/intents"
	"github.com/payintent/intents/paymentintent"
)

// PaymentIntent is Stripe's object payment_intent: the state of the machine and
// what a rendering needs beside it. It is a comparable value.
type PaymentIntent struct {
	paymentintent.Intent
	// Expand says which ids are rendered as objects.
	Expand Expand
	// Now is the time of the rendering. Only an expanded balance transaction shows
	// it, in its status; the zero Now stands for the time when that was made.
	Now intents.Time
	// Payer is the intent's customer, for [ExpandCustomer].
	Payer intents.Customer
}

// AppendJSON implements Object. The zero PaymentIntent renders as null.
func (p PaymentIntent) AppendJSON(dst []byte, v intents.Version) []byte {
	o := out{b: dst, undo: undoing(v), payer: p.Payer}
	o.paymentIntent(&p)
	return o.b
}

// MarshalJSON implements json.Marshaler, in the newest shape.
func (p PaymentIntent) MarshalJSON() ([]byte, error) { return p.AppendJSON(nil, ""), nil }

func (o *out) paymentIntent(p *PaymentIntent) {
	if p.Status == paymentintent.StatusNone {
		o.raw("null")
		return
	}
	c := readDetails(p.Details)
	if p.Charge.Captures > 0 {
		c.captured(p.Charge.Details)
	}
	o.intentMoney(p, &c)
	o.intentParties(p, &c)
	o.intentMethod(p, &c)
	o.intentEnd(p, &c)
}

// intentMoney writes the keys from id to currency.
func (o *out) intentMoney(p *PaymentIntent, c *carried) {
	o.str(`{"id":`, p.ID)
	o.raw(`,"object":"payment_intent"`)
	if !o.undo.has(undoAllowedTypes) {
		o.raw(`,"allowed_payment_method_types":null`)
	}
	if o.undo.has(undoNames) {
		o.methodTypes(`,"allowed_source_types":[`, p.PaymentMethodTypes)
	}
	o.int(`,"amount":`, p.Amount)
	o.int(`,"amount_capturable":`, p.AmountCapturable())
	if !o.undo.has(undoIntentKeys) {
		o.amountDetailsJSON(c.amountDetails)
	}
	o.int(`,"amount_received":`, p.AmountReceived())
	o.param(`,"application":`, c.application)
	o.paramInt(`,"application_fee_amount":`, c.applicationFee)
	if !o.undo.has(undoIntentKeys) {
		o.automaticMethods(p.Flags)
	}
	o.timeOrNull(`,"canceled_at":`, p.CanceledAt)
	if p.CancellationReason == paymentintent.Expired && o.undo.has(undoExpired) {
		o.raw(`,"cancellation_reason":"automatic"`)
	} else {
		o.strOrNull(`,"cancellation_reason":`, string(p.CancellationReason))
	}
	o.str(`,"capture_method":`, string(p.CaptureMethod))
	if o.undo.has(undoLatestCharge) {
		o.charges(p)
	}
	o.param(`,"client_secret":`, c.clientSecret)
	o.str(`,"confirmation_method":`, string(p.ConfirmationMethod))
	o.int(`,"created":`, int64(p.Created))
	o.str(`,"currency":`, string(p.Currency))
}

func (o *out) automaticMethods(f paymentintent.Flags) {
	switch {
	case !f.Has(paymentintent.AutomaticPaymentMethods):
		o.raw(`,"automatic_payment_methods":null`)
	case o.undo.has(undoAllowRedirects):
		o.raw(`,"automatic_payment_methods":{"enabled":true}`)
	case f.Has(paymentintent.NoRedirects):
		o.raw(`,"automatic_payment_methods":{"allow_redirects":"never","enabled":true}`)
	default:
		o.raw(`,"automatic_payment_methods":{"allow_redirects":"always","enabled":true}`)
	}
}

// charges writes the list that latest_charge replaced, newest first. The state
// holds the newest charge and counts the others.
func (o *out) charges(p *PaymentIntent) {
	o.raw(`,"charges":{"object":"list","data":[`)
	if p.Charges > 0 {
		c := chargeOf(&p.Intent, p.Now, p.Expand)
		o.charge(&c, p)
	}
	o.bool(`],"has_more":`, p.Charges > 1)
	o.int(`,"total_count":`, int64(p.Charges))
	o.raw(`,"url":"/v1/charges?payment_intent=`)
	o.inner(p.ID)
	o.raw(`"}`)
}

// intentParties writes the keys from customer to on_behalf_of.
func (o *out) intentParties(p *PaymentIntent, c *carried) {
	o.customerRef(`,"customer":`, c.customer, p.Expand)
	if !o.undo.has(undoIntentAccount) {
		o.param(`,"customer_account":`, c.customerAccount)
	}
	o.param(`,"description":`, c.description)
	if !o.undo.has(undoExcludedTypes) {
		o.raw(`,"excluded_payment_method_types":null`)
	}
	if o.undo.has(undoIntentInvoice) {
		o.intentInvoice(p)
	}
	o.raw(`,"last_payment_error":`)
	o.lastPaymentError(p)
	if !o.undo.has(undoLatestCharge) {
		o.latestCharge(p)
	}
	o.bool(`,"livemode":`, p.Flags.Has(paymentintent.Livemode))
	if !o.undo.has(undoManagedPayments) {
		o.raw(`,"managed_payments":{"enabled":false}`)
	}
	o.metadata(p.Metadata)
	if o.undo.has(undoNames) {
		o.raw(`,"next_source_action":`)
	} else {
		o.raw(`,"next_action":`)
	}
	o.nextAction(&p.Intent)
	o.param(`,"on_behalf_of":`, c.onBehalfOf)
}

// intentInvoice writes the invoice that owns the intent, or null.
func (o *out) intentInvoice(p *PaymentIntent) {
	if len(p.Owner) > 3 && p.Owner[:3] == "in_" {
		o.str(`,"invoice":`, p.Owner)
		return
	}
	o.raw(`,"invoice":null`)
}

func (o *out) latestCharge(p *PaymentIntent) {
	if !p.Expand.Has(ExpandLatestCharge) || p.Charges == 0 {
		o.strOrNull(`,"latest_charge":`, p.Charge.ID)
		return
	}
	o.raw(`,"latest_charge":`)
	c := chargeOf(&p.Intent, p.Now, p.Expand)
	o.charge(&c, p)
}

// intentMethod writes the keys from payment_details to processing.
func (o *out) intentMethod(p *PaymentIntent, c *carried) {
	if c.paymentDetails != "" && !o.undo.has(undoPaymentDetails) {
		o.param(`,"payment_details":{"customer_reference":`, c.paymentDetails.get("payment_details[customer_reference]"))
		o.param(`,"order_reference":`, c.paymentDetails.get("payment_details[order_reference]"))
		o.raw("}")
	}
	if p.Expand.Has(ExpandPaymentMethod) && p.PaymentMethod.ID != "" {
		o.raw(`,"payment_method":`)
		o.paymentMethod(&p.PaymentMethod, p.Created, p.Flags.Has(paymentintent.Livemode))
	} else {
		o.strOrNull(`,"payment_method":`, p.PaymentMethod.ID)
	}
	if !o.undo.has(undoConfigurationDetails) {
		o.raw(`,"payment_method_configuration_details":null`)
	}
	o.methodOptions(p, c.options)
	if !o.undo.has(undoNames) {
		o.methodTypes(`,"payment_method_types":[`, p.PaymentMethodTypes)
	}
	if !o.undo.has(undoPaymentRecord) {
		o.raw(`,"payment_record":null`)
	}
	if !o.undo.has(undoIntentKeys) {
		o.processing(p)
	}
}

func (o *out) methodTypes(key string, types intents.PaymentMethodTypes) {
	o.raw(key)
	comma := ""
	for t := range types.All() {
		o.str(comma, t.String())
		comma = ","
	}
	o.raw("]")
}

// highValue is the amount in minor units of inr above which the bank asks the
// customer to approve a recurring payment: 15,000 rupees (SPEC-D).
const highValue = 1500000

// processing is null but for a card that waits for its pre-debit notification
// (facts 1.8). Whether approval is asked for follows from the amount (INFERRED).
func (o *out) processing(p *PaymentIntent) {
	if p.Status != paymentintent.StatusProcessing || !p.Flags.Has(paymentintent.Notified) {
		o.raw(`,"processing":null`)
		return
	}
	o.bool(`,"processing":{"card":{"customer_notification":{"approval_requested":`, p.Currency == "inr" && p.Amount > highValue)
	o.timeOrNull(`,"completes_at":`, p.Due)
	o.raw(`}},"type":"card"}`)
}

// intentEnd writes the keys from receipt_email on.
func (o *out) intentEnd(p *PaymentIntent, c *carried) {
	o.param(`,"receipt_email":`, c.receiptEmail)
	o.param(`,"review":null,"setup_future_usage":`, c.setupFutureUsage)
	o.shippingJSON(c.shipping)
	o.param(`,"source":null,"statement_descriptor":`, c.descriptor)
	o.param(`,"statement_descriptor_suffix":`, c.descriptorSuffix)
	o.str(`,"status":`, o.intentStatus(p.Status.Stripe()))
	o.transferDataJSON(c, false)
	owner := ""
	if p.Charges > 0 {
		owner = p.ID
	}
	o.transferGroupJSON(c, owner)
	o.raw("}")
}

// intentStatus returns the name of a status, which was another before 2019-02-11.
func (o *out) intentStatus(s paymentintent.Status) string {
	if o.undo.has(undoNames) {
		if s == paymentintent.StatusRequiresPaymentMethod {
			return "requires_source"
		}
		if s == paymentintent.StatusRequiresAction {
			return "requires_source_action"
		}
	}
	return string(s)
}

// lastPaymentError writes the error of the last attempt in the shape of Stripe's
// api_errors, or null. It holds the whole payment method, and no payment_intent.
func (o *out) lastPaymentError(p *PaymentIntent) {
	e := p.LastPaymentError
	if e == "" {
		o.raw("null")
		return
	}
	pm := e.PaymentMethod()
	o.raw("{")
	if charge := e.Charge(); charge != "" {
		o.str(`"charge":`, charge)
		o.raw(",")
	}
	o.str(`"code":`, e.Code())
	if code := e.DeclineCode(); code != "" {
		o.str(`,"decline_code":`, code)
	}
	o.docURL(",", e.Code())
	o.str(`,"message":`, e.Message())
	if pm.ID != "" {
		o.raw(`,"payment_method":`)
		o.paymentMethod(&pm, p.Created, p.Flags.Has(paymentintent.Livemode))
		o.str(`,"payment_method_type":`, pm.Type.String())
	}
	o.str(`,"type":`, e.Type())
	o.raw("}")
}

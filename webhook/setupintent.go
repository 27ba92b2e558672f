package webhook

import (
	"github.com/payintent/intents"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// SetupIntent is Stripe's object setup_intent: the state of the machine and what a
// rendering needs beside it. It is a comparable value.
type SetupIntent struct {
	setupintent.Intent
	// Expand says which ids are rendered as objects.
	Expand Expand
	// Payer is the intent's customer, for [ExpandCustomer]. Another customer's is not
	// shown.
	Payer intents.Customer
}

// AppendJSON implements Object. The zero SetupIntent renders as null.
func (p SetupIntent) AppendJSON(dst []byte, v intents.Version) []byte {
	o := out{b: dst, undo: undoing(v), payer: p.Payer}
	o.setupIntent(&p.Intent, p.Expand)
	return o.b
}

// MarshalJSON implements json.Marshaler, in the newest shape.
func (p SetupIntent) MarshalJSON() ([]byte, error) { return p.AppendJSON(nil, ""), nil }

func (o *out) setupIntent(s *setupintent.Intent, expand Expand) {
	if s.Status == setupintent.StatusNone {
		o.raw("null")
		return
	}
	c := readDetails(s.Details)
	o.setupParties(s, &c, expand)
	o.setupState(s, &c, expand)
	o.setupMethod(s, &c, expand)
}

// setupParties writes the keys from id to flow_directions.
func (o *out) setupParties(s *setupintent.Intent, c *carried, expand Expand) {
	o.str(`{"id":`, s.ID)
	o.raw(`,"object":"setup_intent"`)
	if !o.undo.has(undoSetupAllowedTypes) {
		o.raw(`,"allowed_payment_method_types":null`)
	}
	if o.undo.has(undoSetupNames) {
		o.methodTypes(`,"allowed_source_types":[`, s.PaymentMethodTypes)
	}
	o.param(`,"application":`, c.application)
	o.boolIfGiven(`,"attach_to_self":`, find(s.Details, setupintent.KeyAttachToSelf))
	if !o.undo.has(undoSetupAutomatic) {
		switch {
		case !s.Flags.Has(setupintent.AutomaticPaymentMethods):
			o.raw(`,"automatic_payment_methods":null`)
		case s.Flags.Has(setupintent.NoRedirects):
			o.raw(`,"automatic_payment_methods":{"allow_redirects":"never","enabled":true}`)
		default:
			o.raw(`,"automatic_payment_methods":{"allow_redirects":"always","enabled":true}`)
		}
	}
	o.strOrNull(`,"cancellation_reason":`, string(s.CancellationReason))
	o.param(`,"client_secret":`, c.clientSecret)
	o.int(`,"created":`, int64(s.Created))
	o.customerRef(`,"customer":`, c.customer, expand)
	if !o.undo.has(undoSetupAccount) {
		o.param(`,"customer_account":`, c.customerAccount)
	}
	o.param(`,"description":`, c.description)
	if !o.undo.has(undoSetupExcluded) {
		o.raw(`,"excluded_payment_method_types":null`)
	}
	if !o.undo.has(undoSetupKeys) {
		o.list(`,"flow_directions":`, groupOf(s.Details, inFlowDirections), inFlowDirections)
	}
}

const inFlowDirections = "flow_directions["

// setupState writes the keys from last_setup_error to on_behalf_of.
func (o *out) setupState(s *setupintent.Intent, c *carried, expand Expand) {
	live := s.Flags.Has(setupintent.Livemode)
	o.raw(`,"last_setup_error":`)
	o.setupError(s.LastSetupError, s.Created, live)
	if !o.undo.has(undoSetupKeys) {
		if expand.Has(ExpandLatestAttempt) && s.Attempts > 0 {
			o.raw(`,"latest_attempt":`)
			a := attemptOf(s, expand.below())
			o.setupAttempt(&a)
		} else {
			o.strOrNull(`,"latest_attempt":`, s.Attempt.ID)
		}
	}
	o.bool(`,"livemode":`, live)
	if !o.undo.has(undoSetupManaged) {
		o.raw(`,"managed_payments":{"enabled":false}`)
	}
	o.mandateRef(`,"mandate":`, s, s.Mandate != "" && !s.MandateSingleUse, expand)
	o.metadata(s.Metadata)
	if o.undo.has(undoSetupNames) {
		o.raw(`,"next_source_action":`)
	} else {
		o.raw(`,"next_action":`)
	}
	// The actions of a SetupIntent are some of a PaymentIntent's, in the same shape.
	o.nextAction(&paymentintent.Intent{NextAction: s.NextAction, Due: s.Due})
	o.param(`,"on_behalf_of":`, c.onBehalfOf)
}

// setupMethod writes the keys from payment_method on.
func (o *out) setupMethod(s *setupintent.Intent, c *carried, expand Expand) {
	o.methodRef(`,"payment_method":`, &s.PaymentMethod, s, expand)
	if !o.undo.has(undoSetupConfiguration) {
		o.configuration(find(s.Details, "payment_method_configuration"))
	}
	o.raw(`,"payment_method_options":`)
	o.typeOptions(s.PaymentMethodTypes, c.options, setupOptions)
	if !o.undo.has(undoSetupNames) {
		o.methodTypes(`,"payment_method_types":[`, s.PaymentMethodTypes)
	}
	o.mandateRef(`,"single_use_mandate":`, s, s.MandateSingleUse, expand)
	o.str(`,"status":`, o.setupStatus(s.Status.Stripe()))
	o.str(`,"usage":`, string(s.Usage))
	o.raw("}")
}

// setupStatus returns the name of a status, which was another before 2019-02-11.
func (o *out) setupStatus(s setupintent.Status) string {
	if o.undo.has(undoSetupNames) {
		if s == setupintent.StatusRequiresPaymentMethod {
			return "requires_source"
		}
		if s == setupintent.StatusRequiresAction {
			return "requires_source_action"
		}
	}
	return string(s)
}

// methodRef writes the id of an intent's payment method, the payment method, or null.
func (o *out) methodRef(key string, pm *intents.PaymentMethod, s *setupintent.Intent, expand Expand) {
	if !expand.Has(ExpandPaymentMethod) || pm.ID == "" {
		o.strOrNull(key, pm.ID)
		return
	}
	o.raw(key)
	o.paymentMethod(pm, s.Created, s.Flags.Has(setupintent.Livemode))
}

// configuration writes which of the account's settings chose the payment methods,
// where the caller named them.
func (o *out) configuration(id escaped) {
	if id == "" {
		o.raw(`,"payment_method_configuration_details":null`)
		return
	}
	o.param(`,"payment_method_configuration_details":{"id":`, id)
	o.raw(`,"parent":null}`)
}

// customerRef writes the id of the customer, the customer where it is expanded and
// known, or null.
func (o *out) customerRef(key string, id escaped, expand Expand) {
	if !expand.Has(ExpandCustomer) || o.payer.ID == "" || id.text() != o.payer.ID {
		o.param(key, id)
		return
	}
	o.raw(key)
	c := o.payer
	o.customer(&c, nil, 0)
}

// issuerSaid is what the network says beside a decline, by decline code. It is
// recorded for these (REC-10); what it says to others is not known, and left out.
type issuerSaid struct{ advice, networkAdvice, networkDecline, param string }

func issuerOf(declineCode string) issuerSaid {
	switch declineCode {
	case "generic_decline":
		return issuerSaid{advice: "try_again_later", networkDecline: "01"}
	case "expired_card":
		return issuerSaid{advice: "confirm_card_data", networkAdvice: "03", networkDecline: "54", param: "exp_month"}
	}
	return issuerSaid{}
}

// setupError writes the error of an attempt in the shape of Stripe's api_errors, or
// null. Unlike a PaymentIntent's it does not name the type of the payment method (REC-10).
func (o *out) setupError(e intents.LastError, created intents.Time, livemode bool) {
	if e == "" {
		o.raw("null")
		return
	}
	pm, said := e.PaymentMethod(), issuerOf(e.DeclineCode())
	comma := ""
	o.raw("{")
	part := func(key, value string) {
		if value != "" {
			o.raw(comma)
			o.str(key, value)
			comma = ","
		}
	}
	if !o.undo.has(undoSetupAdvice) {
		part(`"advice_code":`, said.advice)
	}
	part(`"code":`, e.Code())
	part(`"decline_code":`, e.DeclineCode())
	if e.Code() != "" {
		o.docURL(",", e.Code())
	}
	part(`"message":`, e.Message())
	if !o.undo.has(undoSetupNetworkCodes) {
		part(`"network_advice_code":`, said.networkAdvice)
		part(`"network_decline_code":`, said.networkDecline)
	}
	part(`"param":`, said.param)
	if pm.ID != "" {
		o.raw(comma)
		o.raw(`"payment_method":`)
		o.paymentMethod(&pm, created, livemode)
		comma = ","
	}
	part(`"type":`, e.Type())
	o.raw("}")
}

// boolIfGiven writes a boolean, where the caller gave one.
func (o *out) boolIfGiven(key string, v escaped) {
	if v == "true" || v == "false" {
		o.raw(key)
		o.raw(string(v))
	}
}

// list writes the values of a group as an array of strings, or null where there are none.
func (o *out) list(key string, g group, prefix string) {
	if g == "" {
		o.null(key)
		return
	}
	o.raw(key)
	o.strings(g, prefix)
}

// strings writes the values of a group as an array of strings.
func (o *out) strings(g group, prefix string) {
	o.raw("[")
	comma := ""
	for child := range g.children(prefix) {
		o.raw(comma)
		o.b = child.value().appendJSON(o.b)
		comma = ","
	}
	o.raw("]")
}

package webhook

import (
	"github.com/payintent/intents"
	"github.com/payintent/intents/setupintent"
)

// Mandate is Stripe's object mandate: the customer's consent to later charges, which
// a SetupIntent that succeeded brought. It is a comparable value.
type Mandate struct {
	// Of is the intent.
	Of setupintent.Intent
	// Expand says which ids are rendered as objects.
	Expand Expand
}

// AppendJSON implements Object. The mandate of an intent that has none renders as null.
func (m Mandate) AppendJSON(dst []byte, v intents.Version) []byte {
	o := out{b: dst, undo: undoing(v)}
	o.mandate(&m.Of, m.Expand)
	return o.b
}

// MarshalJSON implements json.Marshaler, in the newest shape.
func (m Mandate) MarshalJSON() ([]byte, error) { return m.AppendJSON(nil, ""), nil }

// mandateRef writes the id of an intent's mandate, the mandate, or null.
func (o *out) mandateRef(key string, s *setupintent.Intent, has bool, expand Expand) {
	switch {
	case !has:
		o.null(key)
	case expand.Has(ExpandMandate):
		o.raw(key)
		o.mandate(s, expand.below())
	default:
		o.str(key, s.Mandate)
	}
}

const inAcceptance = "mandate_data[customer_acceptance]["

func (o *out) mandate(s *setupintent.Intent, expand Expand) {
	if s.Mandate == "" {
		o.raw("null")
		return
	}
	o.str(`{"id":`, s.Mandate)
	o.raw(`,"object":"mandate"`)
	o.acceptance(s)
	o.bool(`,"livemode":`, s.Flags.Has(setupintent.Livemode))
	if !s.MandateSingleUse {
		o.raw(`,"multi_use":{}`)
	}
	if on := find(s.Details, "on_behalf_of"); on != "" {
		o.param(`,"on_behalf_of":`, on)
	}
	o.methodRef(`,"payment_method":`, &s.PaymentMethod, s, expand)
	o.mandateDetails(s)
	if s.MandateSingleUse {
		o.paramInt(`,"single_use":{"amount":`, find(s.Details, setupintent.KeySingleUseAmount))
		o.param(`,"currency":`, find(s.Details, setupintent.KeySingleUseCurrency))
		o.raw("}")
	}
	o.choose(`,"status":"active","type":`, s.MandateSingleUse, `"single_use"}`, `"multi_use"}`)
}

// acceptance writes how the customer consented: as the caller said, or online at the
// time of the attempt.
func (o *out) acceptance(s *setupintent.Intent) {
	g := groupOf(s.Details, inAcceptance)
	if at := g.get(inAcceptance + "accepted_at]"); at.isInt() {
		o.paramInt(`,"customer_acceptance":{"accepted_at":`, at)
	} else {
		o.int(`,"customer_acceptance":{"accepted_at":`, int64(s.Attempt.Created))
	}
	if g.get(inAcceptance+"type]") == "offline" {
		o.raw(`,"offline":{},"type":"offline"}`)
		return
	}
	o.param(`,"online":{"ip_address":`, g.get(inAcceptance+"online][ip_address]"))
	o.param(`,"user_agent":`, g.get(inAcceptance+"online][user_agent]"))
	o.raw(`},"type":"online"}`)
}

// mandateDetails writes payment_method_details: what the schema requires or allows to
// be null (SPEC, mandate_payment_method_details). References are derived.
func (o *out) mandateDetails(s *setupintent.Intent) {
	t := s.PaymentMethod.Type
	name := t.String()
	o.raw(`,"payment_method_details":{`)
	if name > "type" {
		o.str(`"type":`, name)
		o.raw(",")
	}
	has := true
	switch t { //nolint:exhaustive // the others show {}
	case intents.AcssDebit:
		o.acssMandate(s)
	case intents.AuBecsDebit:
		o.raw(`"au_becs_debit":{"url":`)
		o.mandateURL(s)
		o.raw("}")
	case intents.BacsDebit:
		o.raw(`"bacs_debit":{"display_name":null,"network_status":"accepted"`)
		o.digits(`,"reference":`, digest(s.Mandate), 12)
		o.raw(`,"revocation_reason":null,"service_user_number":null,"url":`)
		o.mandateURL(s)
		o.raw("}")
	case intents.Alipay, intents.Bancontact, intents.Boleto, intents.Ideal: // they have no member
		has = false
	case intents.Paypal:
		o.raw(`"paypal":{"billing_agreement_id":null,"payer_id":null}`)
	case intents.SepaDebit:
		o.digits(`"sepa_debit":{"reference":`, digest(s.Mandate), 12)
		o.raw(`,"url":`)
		o.mandateURL(s)
		o.raw("}")
	case intents.Upi:
		o.raw(`"upi":{"amount":null,"amount_type":null,"description":null,"end_date":null}`)
	default:
		o.str("", name)
		o.raw(":{}")
	}
	if name <= "type" {
		if has {
			o.raw(",")
		}
		o.str(`"type":`, name)
	}
	o.raw("}")
}

func (o *out) acssMandate(s *setupintent.Intent) {
	const in = inOptions + "acss_debit][mandate_options]["
	g := groupOf(s.Details, in)
	o.param(`"acss_debit":{"interval_description":`, g.get(in+"interval_description]"))
	o.raw(`,"payment_schedule":`)
	o.paramOr(g.get(in+"payment_schedule]"), `"sporadic"`)
	o.raw(`,"transaction_type":`)
	o.paramOr(g.get(in+"transaction_type]"), `"personal"`)
	o.raw("}")
}

// mandateURL writes where the customer can read the mandate.
func (o *out) mandateURL(s *setupintent.Intent) {
	o.raw(`"https://payments.stripe.com/mandate/`)
	o.inner(s.Mandate)
	o.raw(`"`)
}

// paramOr writes the value of a pair as a string, or other JSON where it is empty.
func (o *out) paramOr(v escaped, other string) {
	if v == "" {
		o.raw(other)
		return
	}
	o.b = v.appendJSON(o.b)
}

package webhook

import (
	"github.com/payintent/intents"
	"github.com/payintent/intents/setupintent"
)

// SetupAttempt is Stripe's object setup_attempt: what one confirmation of a
// SetupIntent came to. It is a comparable value. [SetupAttemptOf] takes it from an
// intent.
type SetupAttempt struct {
	setupintent.Attempt
	// SetupIntent is the id of the intent that made the attempt.
	SetupIntent string
	// Expand says which ids are rendered as objects.
	Expand Expand
	// Payer is the attempt's customer, for [ExpandCustomer].
	Payer intents.Customer
	// Livemode: the payment method pays with real money.
	Livemode bool
}

// SetupAttemptOf returns the newest attempt of an intent, with its payment method as
// it is now. It is the zero SetupAttempt where there is none.
func SetupAttemptOf(s setupintent.Intent) SetupAttempt { return attemptOf(&s, 0) }

func attemptOf(s *setupintent.Intent, expand Expand) SetupAttempt {
	if s.Attempts == 0 {
		return SetupAttempt{}
	}
	a := SetupAttempt{Attempt: s.Attempt, SetupIntent: s.ID, Expand: expand, Livemode: s.Flags.Has(setupintent.Livemode)}
	if a.PaymentMethod.ID == s.PaymentMethod.ID {
		a.PaymentMethod = s.PaymentMethod
	}
	return a
}

// AppendJSON implements Object. The zero SetupAttempt renders as null.
func (a SetupAttempt) AppendJSON(dst []byte, v intents.Version) []byte {
	o := out{b: dst, undo: undoing(v), payer: a.Payer}
	o.setupAttempt(&a)
	return o.b
}

// MarshalJSON implements json.Marshaler, in the newest shape.
func (a SetupAttempt) MarshalJSON() ([]byte, error) { return a.AppendJSON(nil, ""), nil }

func (o *out) setupAttempt(a *SetupAttempt) {
	if a.Status == setupintent.AttemptStatusNone {
		o.raw("null")
		return
	}
	c := readDetails(a.Details)
	o.str(`{"id":`, a.ID)
	o.param(`,"object":"setup_attempt","application":`, c.application)
	o.boolIfGiven(`,"attach_to_self":`, find(a.Details, setupintent.KeyAttachToSelf))
	o.int(`,"created":`, int64(a.Created))
	if a.Expand.Has(ExpandCustomer) && a.Customer != "" && a.Customer == o.payer.ID {
		o.raw(`,"customer":`)
		payer := o.payer
		o.customer(&payer, nil, 0)
	} else {
		o.strOrNull(`,"customer":`, a.Customer)
	}
	if !o.undo.has(undoAttemptAccount) {
		o.param(`,"customer_account":`, c.customerAccount)
	}
	if !o.undo.has(undoAttemptKeys) {
		o.list(`,"flow_directions":`, groupOf(a.Details, inFlowDirections), inFlowDirections)
	}
	o.bool(`,"livemode":`, a.Livemode)
	o.param(`,"on_behalf_of":`, c.onBehalfOf)
	if a.Expand.Has(ExpandPaymentMethod) {
		o.raw(`,"payment_method":`)
		o.paymentMethod(&a.PaymentMethod, a.Created, a.Livemode)
	} else {
		o.str(`,"payment_method":`, a.PaymentMethod.ID)
	}
	o.raw(`,"payment_method_details":`)
	o.attemptDetails(a)
	o.raw(`,"setup_error":`)
	o.setupError(a.Error, a.Created, a.Livemode)
	o.str(`,"setup_intent":`, a.SetupIntent)
	o.str(`,"status":`, string(a.Status))
	o.str(`,"usage":`, string(a.Usage))
	o.raw("}")
}

// attempted are the keys that an attempt shows of a payment method that is no card, as
// in accounts (SPEC, setup_attempt_payment_method_details). A type that is not here
// shows {}.
//
//nolint:gochecknoglobals // read-only data
var attempted = [...]struct {
	method intents.PaymentMethodType
	keys   string
}{
	{intents.Bancontact, "bank_code bank_name bic generated_sepa_debit generated_sepa_debit_mandate iban_last4 preferred_language verified_name"},
	{intents.CardPresent, "generated_card offline"},
	{intents.Ideal, "bank bic generated_sepa_debit generated_sepa_debit_mandate iban_last4 verified_name"},
	{intents.Pix, "fingerprint"},
}

// attemptDetails writes payment_method_details.
func (o *out) attemptDetails(a *SetupAttempt) {
	name := a.PaymentMethod.Type.String()
	if a.PaymentMethod.Type == intents.Alipay { // it has no member (SPEC)
		o.raw(`{"type":"alipay"}`)
		return
	}
	o.raw("{")
	if name > "type" {
		o.str(`"type":`, name)
		o.raw(",")
	}
	o.str("", name)
	o.raw(":")
	if a.PaymentMethod.Type == intents.Card {
		o.attemptCard(a)
	} else {
		keys := ""
		for i := range attempted {
			if attempted[i].method == a.PaymentMethod.Type {
				keys = attempted[i].keys
			}
		}
		o.account(&a.PaymentMethod, keys, "", nil)
	}
	if name <= "type" {
		o.str(`,"type":`, name)
	}
	o.raw("}")
}

// attemptCard writes what an attempt shows of a card. Whether the customer
// authenticated is not told: the intent forgets it when the attempt is over.
func (o *out) attemptCard(a *SetupAttempt) {
	c := readCard(a.PaymentMethod.Details)
	check := c.cvcCheck
	switch {
	case check != "":
	case a.Error.Code() == "incorrect_cvc":
		check = "fail"
	case a.Status == setupintent.AttemptStatusSucceeded:
		check = "pass"
	}
	network := c.network
	if network == "" {
		network = c.brand
	}
	o.param(`{"brand":`, c.brand)
	o.param(`,"checks":{"address_line1_check":null,"address_postal_code_check":null,"cvc_check":`, check)
	o.param(`},"country":`, c.country)
	o.expiry(&c)
	o.raw(",")
	o.fingerprint(&a.PaymentMethod, c.fingerprint)
	o.param(`,"funding":`, c.funding)
	o.param(`,"last4":`, c.last4)
	o.param(`,"network":`, network)
	o.raw(`,"three_d_secure":null,"wallet":null}`)
}

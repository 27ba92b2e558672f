package paymentintent

import (
	"strings"

	"github.com/payintent/intents"
)

// Failure is why an attempt failed, in Stripe's codes.
type Failure struct {
	// Type is Stripe's error type; empty means card_error.
	Type string `json:"type,omitzero"`
	// Code is Stripe's error code, such as card_declined.
	Code string `json:"code,omitzero"`
	// DeclineCode is the issuer's reason, such as insufficient_funds.
	DeclineCode string `json:"decline_code,omitzero"`
	// Message, where empty, is the one that goes with the codes.
	Message string `json:"message,omitzero"`
	// Blocked: Radar stopped the payment; the issuer was not asked.
	Blocked bool `json:"blocked,omitzero"`
}

// Stripe's error codes and types that the machine itself gives.
const (
	codeAuthenticationRequired = "authentication_required"
	codeAuthenticationFailure  = "payment_intent_authentication_failure"
	codeAttemptExpired         = "payment_intent_payment_attempt_expired"
	codeUnexpectedState        = "payment_intent_unexpected_state"
	typeCardError              = "card_error"
	typeInvalidRequest         = "invalid_request_error"
)

// message returns what Stripe says to the failure (facts, section 6.6).
func (f Failure) message() string {
	if f.Message != "" {
		return f.Message
	}
	key := f.DeclineCode
	if f.Code != "card_declined" && f.Code != "" {
		key = f.Code
	}
	switch key {
	case "insufficient_funds":
		return "Your card has insufficient funds."
	case "expired_card":
		return "Your card has expired."
	case "incorrect_cvc":
		return "Your card's security code is incorrect."
	case "incorrect_number":
		return "Your card number is incorrect."
	case "processing_error":
		return "An error occurred while processing your card. Try again in a little bit."
	case codeAuthenticationRequired:
		return "Your card was declined. This transaction requires authentication."
	case codeAuthenticationFailure:
		return "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again."
	case codeAttemptExpired:
		return "The latest payment attempt of this PaymentIntent has expired. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again."
	case "account_closed":
		return "The customer's bank account has been closed."
	case "no_account":
		return "The customer's bank account could not be found."
	case "debit_not_authorized":
		return "The customer has notified their bank that this payment was unauthorized."
	}
	return "Your card was declined."
}

// outcome returns what the failed charge says: failure_code, failure_message and
// the fields of Stripe's charge_outcome.
func (f Failure) outcome() intents.Pairs {
	reason, kind, network := f.DeclineCode, "issuer_declined", "declined_by_network"
	if reason == "" {
		reason = f.Code
	}
	if f.Blocked {
		kind, network = "blocked", "not_sent_to_network"
	}
	p, _ := intents.PairsOf("failure_code", f.Code, "failure_message", f.message(), "network_status", network, "reason", reason, "type", kind)
	return p
}

func (f Failure) check(param string) error {
	for _, s := range []string{f.Type, f.Code, f.DeclineCode, f.Message} {
		if strings.ToValidUTF8(s, "") != s {
			return invalid(param, "", "a failure is told in valid UTF-8")
		}
	}
	if f.Code == "" {
		return invalid(param, "parameter_missing", "a failure needs a code")
	}
	return nil
}

// PaymentError is last_payment_error: an immutable value held as one canonical
// string. The empty PaymentError means that there is none.
type PaymentError intents.Pairs

func newPaymentError(f Failure, charge string, pm intents.PaymentMethod) PaymentError {
	kind := f.Type
	if kind == "" {
		kind = typeCardError
	}
	kv := []string{"type", kind, "code", f.Code, "message", f.message(), "payment_method", string(pm.Pack())}
	if f.DeclineCode != "" {
		kv = append(kv, "decline_code", f.DeclineCode)
	}
	if charge != "" {
		kv = append(kv, "charge", charge)
	}
	p, _ := intents.PairsOf(kv...)
	return PaymentError(p)
}

func (e PaymentError) get(key string) string {
	v, _ := intents.Pairs(e).Get(key)
	return v
}

// Type returns Stripe's error type, such as card_error.
func (e PaymentError) Type() string { return e.get("type") }

// Code returns Stripe's error code, such as card_declined.
func (e PaymentError) Code() string { return e.get("code") }

// DeclineCode returns the issuer's reason, or "".
func (e PaymentError) DeclineCode() string { return e.get("decline_code") }

// Message returns the text for people.
func (e PaymentError) Message() string { return e.get("message") }

// Charge returns the id of the failed charge, or "" if none was made.
func (e PaymentError) Charge() string { return e.get("charge") }

// PaymentMethod returns the payment method that failed.
func (e PaymentError) PaymentMethod() intents.PaymentMethod {
	return intents.UnpackPaymentMethod(intents.Pairs(e.get("payment_method")))
}

// MarshalJSON implements json.Marshaler.
func (e PaymentError) MarshalJSON() ([]byte, error) { return intents.Pairs(e).MarshalJSON() }

// UnmarshalJSON implements json.Unmarshaler.
func (e *PaymentError) UnmarshalJSON(b []byte) error { return (*intents.Pairs)(e).UnmarshalJSON(b) }

// NextAction is what the customer has to do: an immutable value held as one
// canonical string with Stripe's type and the fields of the member of that name.
// The empty NextAction means that there is none.
type NextAction intents.Pairs

// NewNextAction returns the action of a type with its fields, given as keys and
// values, such as "url", "https://…". Its error is that of [intents.PairsOf].
func NewNextAction(kind string, kv ...string) (NextAction, error) {
	p, err := intents.PairsOf(append([]string{"type", kind}, kv...)...)
	if err == nil && kind == "" {
		err = invalid("next_action[type]", "parameter_missing", "an action has a type")
	}
	if err != nil {
		return "", err
	}
	return NextAction(p), nil
}

// Type returns Stripe's type, such as redirect_to_url.
func (a NextAction) Type() string {
	v, _ := intents.Pairs(a).Get("type")
	return v
}

// Get returns a field of the action, such as url.
func (a NextAction) Get(key string) (string, bool) { return intents.Pairs(a).Get(key) }

// MarshalJSON implements json.Marshaler.
func (a NextAction) MarshalJSON() ([]byte, error) { return intents.Pairs(a).MarshalJSON() }

// UnmarshalJSON implements json.Unmarshaler.
func (a *NextAction) UnmarshalJSON(b []byte) error { return (*intents.Pairs)(a).UnmarshalJSON(b) }

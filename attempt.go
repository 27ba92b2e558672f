package intents

import "strings"

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

// Stripe's types of an error that a failure can have.
const (
	// TypeCardError is a failure that the customer may mend: the type of most.
	TypeCardError = "card_error"
	// TypeInvalidRequest is a failure of the customer's action, or of time.
	TypeInvalidRequest = "invalid_request_error"
)

// Text returns what Stripe says to the failure: Message, or what goes with its codes
// (REC-04, REC-10, REC-T; texts that were not recorded are this library's).
func (f Failure) Text() string {
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
	case "authentication_required":
		return "Your card was declined. This transaction requires authentication."
	case "payment_intent_authentication_failure":
		return "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again."
	case "payment_intent_payment_attempt_expired":
		return "The latest payment attempt of this PaymentIntent has expired. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again."
	case "setup_intent_authentication_failure":
		return "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this SetupIntent again."
	case "setup_intent_setup_attempt_expired":
		return "The latest attempt of this SetupIntent has expired. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this SetupIntent again."
	case "payment_method_microdeposit_failed":
		return "Microdeposits could not be sent to the account."
	case "payment_method_microdeposit_verification_attempts_exceeded":
		return "You have exceeded the number of allowed verification attempts."
	case "payment_method_microdeposit_verification_timeout":
		return "The microdeposits were not verified in time."
	case "account_closed":
		return "The customer's bank account has been closed."
	case "no_account":
		return "The customer's bank account could not be found."
	case "debit_not_authorized":
		return "The customer has notified their bank that this payment was unauthorized."
	}
	return "Your card was declined."
}

// Check refuses a failure that is not text or has no code, with an *InvalidError about param.
func (f Failure) Check(param string) error {
	for _, s := range []string{f.Type, f.Code, f.DeclineCode, f.Message} {
		if strings.ToValidUTF8(s, "") != s {
			return &InvalidError{Param: param, Message: "a failure is told in valid UTF-8"}
		}
	}
	if f.Code == "" {
		return &InvalidError{Param: param, Code: "parameter_missing", Message: "a failure needs a code"}
	}
	return nil
}

// LastError is last_payment_error or last_setup_error: an immutable value held as
// one canonical string. The empty LastError means that there is none.
type LastError Pairs

// NewLastError returns what an intent keeps of a failure: its codes, the payment
// method that failed, and the failed charge, or "" where none was made.
func NewLastError(f Failure, charge string, pm PaymentMethod) LastError {
	kind := f.Type
	if kind == "" {
		kind = TypeCardError
	}
	kv := []string{"type", kind, "code", f.Code, "message", f.Text(), "payment_method", string(pm.Pack())}
	if f.DeclineCode != "" {
		kv = append(kv, "decline_code", f.DeclineCode)
	}
	if charge != "" {
		kv = append(kv, "charge", charge)
	}
	p, _ := PairsOf(kv...)
	return LastError(p)
}

func (e LastError) get(key string) string {
	v, _ := Pairs(e).Get(key)
	return v
}

// Type returns Stripe's error type, such as card_error.
func (e LastError) Type() string { return e.get("type") }

// Code returns Stripe's error code, such as card_declined.
func (e LastError) Code() string { return e.get("code") }

// DeclineCode returns the issuer's reason, or "".
func (e LastError) DeclineCode() string { return e.get("decline_code") }

// Message returns the text for people.
func (e LastError) Message() string { return e.get("message") }

// Charge returns the id of the failed charge, or "" if none was made.
func (e LastError) Charge() string { return e.get("charge") }

// PaymentMethod returns the payment method that failed.
func (e LastError) PaymentMethod() PaymentMethod {
	return UnpackPaymentMethod(Pairs(e.get("payment_method")))
}

// MarshalJSON implements json.Marshaler.
func (e LastError) MarshalJSON() ([]byte, error) { return Pairs(e).MarshalJSON() }

// UnmarshalJSON implements json.Unmarshaler.
func (e *LastError) UnmarshalJSON(b []byte) error { return (*Pairs)(e).UnmarshalJSON(b) }

// NextAction is what the customer has to do: an immutable value held as one
// canonical string with Stripe's type and the fields of the member of that name.
// The empty NextAction means that there is none.
type NextAction Pairs

// NewNextAction returns the action of a type with its fields, given as keys and
// values, such as "url", "https://…". Its error is that of [PairsOf].
func NewNextAction(kind string, kv ...string) (NextAction, error) {
	p, err := PairsOf(append([]string{"type", kind}, kv...)...)
	if err == nil && kind == "" {
		err = &InvalidError{Param: "next_action[type]", Code: "parameter_missing", Message: "an action has a type"}
	}
	if err != nil {
		return "", err
	}
	return NextAction(p), nil
}

// Type returns Stripe's type, such as redirect_to_url.
func (a NextAction) Type() string {
	v, _ := Pairs(a).Get("type")
	return v
}

// Get returns a field of the action, such as url.
func (a NextAction) Get(key string) (string, bool) { return Pairs(a).Get(key) }

// MarshalJSON implements json.Marshaler.
func (a NextAction) MarshalJSON() ([]byte, error) { return Pairs(a).MarshalJSON() }

// UnmarshalJSON implements json.Unmarshaler.
func (a *NextAction) UnmarshalJSON(b []byte) error { return (*Pairs)(a).UnmarshalJSON(b) }

// Verification is the outcome of a try to verify microdeposits.
type Verification uint8

const (
	// Verified means: they match.
	Verified Verification = iota
	// Mismatched means: they do not. The intent counts the tries.
	Mismatched
	// Exhausted means: there were too many tries.
	Exhausted
	// TimedOut means: it is too late.
	TimedOut
)

package setupintent

import "github.com/payintent/intents"

// Stripe's error codes that the machine itself gives.
const (
	codeUnexpectedState       = "setup_intent_unexpected_state"
	codeInvalidState          = "intent_invalid_state"
	codeInvalidParameter      = "setup_intent_invalid_parameter"
	codeAuthenticationFailure = "setup_intent_authentication_failure"
	codeAttemptExpired        = "setup_intent_setup_attempt_expired"

	codeMicrodepositFailed  = "payment_method_microdeposit_failed"
	codeVerifications       = "payment_method_microdeposit_verification_attempts_exceeded"
	codeVerificationTimeout = "payment_method_microdeposit_verification_timeout"
	codeAmountsMismatch     = "payment_method_microdeposit_verification_amounts_mismatch"
	codeDescriptorMismatch  = "payment_method_microdeposit_verification_descriptor_code_mismatch"
	codeAmountsInvalid      = "payment_method_microdeposit_verification_amounts_invalid"
)

// failed returns the failure of the customer's action, or of time, with a code.
func failed(code string) intents.Failure {
	return intents.Failure{Type: intents.TypeInvalidRequest, Code: code}
}

// declinedBy returns what a card's issuer said with both codes: on SetupIntents the
// decline code falls back to the code (REC-10).
func declinedBy(f intents.Failure) intents.Failure {
	if f.DeclineCode == "" && (f.Type == "" || f.Type == intents.TypeCardError) {
		f.DeclineCode = f.Code
	}
	return f
}

func invalid(param, code, message string) error {
	return &intents.InvalidError{Param: param, Code: code, Message: message}
}

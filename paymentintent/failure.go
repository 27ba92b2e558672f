package paymentintent

import "github.com/payintent/intents"

// Stripe's error codes that the machine itself gives.
const (
	codeAuthenticationRequired = "authentication_required"
	codeAuthenticationFailure  = "payment_intent_authentication_failure"
	codeAttemptExpired         = "payment_intent_payment_attempt_expired"
	codeUnexpectedState        = "payment_intent_unexpected_state"
)

// outcomeOf returns what the failed charge says: failure_code, failure_message and
// the fields of Stripe's charge_outcome.
func outcomeOf(f intents.Failure) intents.Pairs {
	reason, kind, network := f.DeclineCode, "issuer_declined", "declined_by_network"
	if reason == "" {
		reason = f.Code
	}
	if f.Blocked {
		kind, network = "blocked", "not_sent_to_network"
	}
	p, _ := intents.PairsOf("failure_code", f.Code, "failure_message", f.Text(), "network_status", network, "reason", reason, "type", kind)
	return p
}

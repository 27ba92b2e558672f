package setupintent

import (
	"context"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/internal/simulate"
)

// Simulator is the outside world in a test: issuers, rails and customers that
// treat Stripe's test payment methods as Stripe documents. It implements
// [Processor] and keeps nothing: every delay is drawn through its Chooser.
type Simulator struct {
	// Chooser draws the delays; nil draws the shortest of each.
	Chooser capture.Chooser
}

// Report implements Processor.
func (m Simulator) Report(_ context.Context, s Intent, d intents.Deferred) (Command, error) {
	b := capture.BehaviourOf(s.PaymentMethod)
	switch d.Kind {
	case AnswerAttempt:
		return m.answer(&s, b), nil
	case CollectSetup:
		return m.collected(b), nil
	}
	return nil, invalid("kind", "", "no job is of the kind "+string(d.Kind))
}

// answer treats every setup as made with the customer there, who can be asked.
func (m Simulator) answer(s *Intent, b capture.Behaviour) Command {
	pm, traits := s.PaymentMethod, s.PaymentMethod.Type.Traits()
	authenticated := s.Flags.Has(Authenticated)
	switch {
	case traits.Microdeposits && (b.Unverified || s.verification() == "microdeposits"):
		return Challenge{NextAction: simulate.Microdeposits(s.ID, s.Due, "descriptor_code"), ExpiresIn: simulate.MicrodepositWindow}
	case asks(traits) != "" && !authenticated:
		return Challenge{NextAction: simulate.Action(s.ID, s.Details, asks(traits)), ExpiresIn: simulate.ActionWindow(asks(traits))}
	case b.Challenged(pm, false) && !authenticated:
		return Challenge{NextAction: simulate.ThreeDSecure(s.ID, s.Details)}
	case traits.Delayed:
		return Submit{AskIn: simulate.DebitDelay(m.Chooser, b)}
	case b.Code != "" && !b.ChargeOnly:
		return Decline{Failure: intents.Failure{Code: b.Code, DeclineCode: b.DeclineCode, Blocked: b.Blocked}}
	}
	return Approve{}
}

// asks returns the action that a type always asks of who sets it up: the one that it
// asks of who pays, where a SetupIntent has that (SPEC setup_intent_next_action); else
// a redirect, where the type redirects; else none, as a voucher that nobody has to pay.
func asks(t intents.Traits) string {
	switch t.Action {
	case "", "redirect_to_url", "cashapp_handle_redirect_or_display_qr_code", "upi_handle_redirect_or_display_qr_code", "pix_display_qr_code", "blik_authorize":
		return t.Action
	}
	if t.Redirect {
		return "redirect_to_url"
	}
	return ""
}

// verification returns what the caller wants of a bank account:
// payment_method_options[type][verification_method].
func (s *Intent) verification() string {
	return s.detail("payment_method_options[" + s.PaymentMethod.Type.String() + "][verification_method]")
}

func (m Simulator) collected(b capture.Behaviour) Command {
	switch {
	case b.Never:
		return Postpone{AskIn: 24 * time.Hour}
	case b.Code != "" && !b.ChargeOnly:
		return Decline{Failure: intents.Failure{Code: b.Code, DeclineCode: b.DeclineCode}}
	}
	return Collect{}
}

// Act plays the customer who does what is asked: it returns the command for an
// intent that waits for its customer, and false for any other.
func (m Simulator) Act(s Intent) (Command, bool) {
	if s.Status != ra {
		return nil, false
	}
	if s.NextAction.Type() != actionMicrodeposits {
		return Authenticate{}, true
	}
	if capture.BehaviourOf(s.PaymentMethod).Code == codeMicrodepositFailed {
		return FailAction{}, true
	}
	if kind, _ := s.NextAction.Get("microdeposit_type"); kind == "amounts" {
		return m.Verify([2]int64{32, 45}, ""), true
	}
	return m.Verify([2]int64{}, "SM11AA"), true
}

// Verify returns the verification of microdeposits with the outcome that Stripe's
// test values have: 32 and 45 or SM11AA match, 10 and 11 or SM33CC were tried too
// often, 40 and 41 or SM44DD are too late, all others do not match.
func (m Simulator) Verify(amounts [2]int64, code string) VerifyMicrodeposits {
	return VerifyMicrodeposits{Amounts: amounts, DescriptorCode: code, Outcome: simulate.Verification(amounts, code)}
}

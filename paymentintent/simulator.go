package paymentintent

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
	// CashBalance, where set, tells what a customer has in a currency, in minor units.
	CashBalance func(customer string, c intents.Currency) int64
}

// Report implements Processor.
func (m Simulator) Report(_ context.Context, s Intent, d intents.Deferred) (Command, error) {
	b := capture.BehaviourOf(s.PaymentMethod)
	switch d.Kind {
	case AnswerAttempt:
		return m.answer(&s, b), nil
	case CollectPayment:
		return m.collected(&s, b), nil
	case SettleCapture:
		return Settle{}, nil
	}
	return nil, invalid("kind", "", "no job is of the kind "+string(d.Kind))
}

func (m Simulator) answer(s *Intent, b capture.Behaviour) Command {
	pm, traits := s.PaymentMethod, s.PaymentMethod.Type.Traits()
	authenticated := s.Flags.Has(Authenticated)
	switch {
	case traits.Funded:
		return m.balance(s)
	case traits.Microdeposits && (b.Unverified || pm.Customer == "" && s.detail("payment_method_options["+pm.Type.String()+"][verification_method]") == "microdeposits") && !authenticated:
		return Challenge{NextAction: simulate.Microdeposits(s.ID, s.Due, "descriptor_code"), ExpiresIn: simulate.MicrodepositWindow}
	case traits.Action != "" && !authenticated:
		return Challenge{NextAction: simulate.Action(s.ID, s.Details, traits.Action), ExpiresIn: simulate.ActionWindow(traits.Action)}
	case b.Challenged(pm, s.Flags.Has(OffSession)) && !authenticated:
		return Challenge{NextAction: simulate.ThreeDSecure(s.ID, s.Details)}
	case s.delayed():
		return Submit{AskIn: simulate.DebitDelay(m.Chooser, b), Cancelable: true}
	case b.Code != "":
		return Decline{Failure: intents.Failure{Code: b.Code, DeclineCode: b.DeclineCode, Blocked: b.Blocked}}
	}
	return Approve{Terms: m.terms(s, b)}
}

func (m Simulator) collected(s *Intent, b capture.Behaviour) Command {
	switch {
	case s.Flags.Has(Capturing):
		return Collect{}
	case b.Never:
		return Postpone{AskIn: 24 * time.Hour}
	case b.Code != "":
		return Decline{Failure: intents.Failure{Code: b.Code, DeclineCode: b.DeclineCode}}
	}
	return Collect{Terms: m.terms(s, b)}
}

// terms are those of Stripe's sandbox. The ledger of an asynchronous capture was
// seen after two or three seconds in all transcripts; one draw in eight takes
// any time inside the hour that is promised.
func (m Simulator) terms(s *Intent, b capture.Behaviour) capture.Terms {
	in := simulate.Between(m.Chooser, 2*time.Second, 3*time.Second)
	if simulate.Draw(m.Chooser, 8) == 7 {
		in = simulate.Between(m.Chooser, 4*time.Second, capture.SLA)
	}
	t := capture.Terms{SettleIn: in, Features: b.Features &^ features, Pricing: capture.TestPricing()}
	if b.Features.Has(features) {
		s.grant(&t)
	}
	return t
}

// features are what a card that has them gives to those who ask.
const features = capture.Multicapture | capture.Incremental

// extendedHold is how long an extended authorization lasts, at most (DOC-extended).
const extendedHold = 30 * 24 * time.Hour

// grant gives what the caller asked of a card (facts, 2.3 to 2.5). Overcapture is a
// fifth of the amount: networks have limits from some 15 to 30 per cent.
func (s *Intent) grant(t *capture.Terms) {
	asked := func(feature string) bool {
		return s.detail("payment_method_options["+s.PaymentMethod.Type.String()+"][request_"+feature+"]") == "if_available"
	}
	if asked("multicapture") {
		t.Features |= capture.Multicapture
	}
	if asked("incremental_authorization") {
		t.Features |= capture.Incremental
	}
	if asked("overcapture") {
		t.Maximum = s.Amount + s.Amount/5
	}
	if asked("extended_authorization") {
		t.Features |= capture.Extended
		t.Hold = extendedHold
	}
}

func (m Simulator) balance(s *Intent) Command {
	var has int64
	if m.CashBalance != nil {
		has = m.CashBalance(s.Customer(), s.Currency)
	}
	if has >= s.Amount {
		return Approve{Terms: m.terms(s, capture.Behaviour{})}
	}
	return Challenge{NextAction: simulate.Action(s.ID, s.Details, "display_bank_transfer_instructions")}
}

// Act plays the customer who does what is asked: it returns the command for an
// intent that waits for its customer, and false for any other.
func (m Simulator) Act(s Intent) (Command, bool) {
	if s.Status != ra {
		return nil, false
	}
	b := capture.BehaviourOf(s.PaymentMethod)
	switch s.NextAction.Type() {
	case actionMicrodeposits:
		if b.Code == "payment_method_microdeposit_failed" {
			return FailAction{Failure: intents.Failure{Type: intents.TypeInvalidRequest, Code: b.Code}}, true
		}
		return m.Verify([2]int64{}, "SM11AA"), true
	case "display_bank_transfer_instructions":
		return Fund{Amount: s.Amount - s.Funded, Terms: m.terms(&s, b)}, true
	}
	return Authenticate{}, true
}

// Verify returns the verification of microdeposits with the outcome that Stripe's
// test values have: 32 and 45 or SM11AA match, 10 and 11 or SM33CC were tried too
// often, 40 and 41 or SM44DD are too late, all others do not match.
func (m Simulator) Verify(amounts [2]int64, code string) VerifyMicrodeposits {
	return VerifyMicrodeposits{
		Amounts: amounts, DescriptorCode: code, Outcome: simulate.Verification(amounts, code),
		AskIn: simulate.DebitDelay(m.Chooser, capture.Behaviour{}), Cancelable: true,
	}
}

// Aftermath returns what the outside world does by itself after a success: the
// dispute of a test method that is named so, and the outcome of its refunds.
func (m Simulator) Aftermath(s Intent) []Command {
	b := capture.BehaviourOf(s.PaymentMethod)
	var cs []Command
	if s.Status == succ && b.Dispute != "" && !s.Charge.Features.Has(capture.Disputed) {
		cs = append(cs, Dispute{Reason: b.Dispute})
	}
	for n, r := range s.Charge.Refunds.All() {
		switch {
		case b.RefundFails && r.Status == capture.RefundSucceeded:
			cs = append(cs, ReportRefund{Number: n, Status: capture.RefundFailed})
		case r.Status == capture.RefundPending:
			cs = append(cs, ReportRefund{Number: n, Status: capture.RefundSucceeded})
		}
	}
	return cs
}

package paymentintent

import (
	"context"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
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

func (m Simulator) draw(n int) int {
	if m.Chooser == nil {
		return 0
	}
	return m.Chooser.IntN(n)
}

// between draws a delay of whole seconds.
func (m Simulator) between(least, most time.Duration) time.Duration {
	return least + time.Duration(m.draw(int((most-least)/time.Second)+1))*time.Second
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
	case traits.Microdeposits && b.Unverified && !authenticated:
		return Challenge{NextAction: microdeposits(s), ExpiresIn: 10 * 24 * time.Hour}
	case traits.Action != "" && !authenticated:
		return Challenge{NextAction: action(s, traits.Action), ExpiresIn: actionWindow(traits.Action)}
	case b.Challenged(pm, s.Flags.Has(OffSession)) && !authenticated:
		return Challenge{NextAction: threeDSecure(s)}
	case s.delayed():
		return Submit{AskIn: m.debitDelay(b), Cancelable: true}
	case b.Code != "":
		return Decline{Failure: intents.Failure{Code: b.Code, DeclineCode: b.DeclineCode, Blocked: b.Blocked}}
	}
	return Approve{Terms: m.terms(b)}
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
	return Collect{Terms: m.terms(b)}
}

// terms are those of Stripe's sandbox. The ledger of an asynchronous capture was
// seen after two or three seconds in all transcripts; one draw in eight takes
// any time inside the hour that is promised.
func (m Simulator) terms(b capture.Behaviour) capture.Terms {
	in := m.between(2*time.Second, 3*time.Second)
	if m.draw(8) == 7 {
		in = m.between(4*time.Second, capture.SLA)
	}
	return capture.Terms{SettleIn: in, Features: b.Features, Pricing: capture.TestPricing()}
}

// debitDelay is how long a bank debit takes: days, or in the test methods that
// are named so at least three minutes.
func (m Simulator) debitDelay(b capture.Behaviour) time.Duration {
	if b.Slow {
		return m.between(3*time.Minute, 10*time.Minute)
	}
	return m.between(24*time.Hour, 4*24*time.Hour)
}

func (m Simulator) balance(s *Intent) Command {
	var has int64
	if m.CashBalance != nil {
		has = m.CashBalance(s.Customer(), s.Currency)
	}
	if has >= s.Amount {
		return Approve{Terms: m.terms(capture.Behaviour{})}
	}
	return Challenge{NextAction: action(s, "display_bank_transfer_instructions")}
}

// threeDSecure is the action of a card: a redirect where a return_url is given
// and the client is not said to use Stripe's SDK (OBS-AM, REC-T).
func threeDSecure(s *Intent) intents.NextAction {
	if s.detail(KeyReturnURL) != "" && s.detail("use_stripe_sdk") != "true" {
		return action(s, "redirect_to_url")
	}
	a, _ := intents.NewNextAction("use_stripe_sdk", "source", "payatt_"+s.ID)
	return a
}

func action(s *Intent, kind string) intents.NextAction {
	kv := []string{"url", "https://hooks.stripe.com/redirect/authenticate/" + s.ID}
	if u := s.detail(KeyReturnURL); u != "" {
		kv = append(kv, "return_url", u)
	}
	a, _ := intents.NewNextAction(kind, kv...)
	return a
}

func microdeposits(s *Intent) intents.NextAction {
	arrival := s.Due.Add(2 * 24 * time.Hour)
	a, _ := intents.NewNextAction(actionMicrodeposits, "arrival_date", arrival.Time().Format("2006-01-02"),
		"hosted_verification_url", "https://payments.stripe.com/microdeposit/"+s.ID, "microdeposit_type", "descriptor_code")
	return a
}

// actionWindow is how long a customer has: vouchers days, redirects and codes a
// day or an hour, all of them the simulation's own choice; a bank transfer and a 3DS
// challenge do not run out by themselves.
func actionWindow(kind string) time.Duration {
	switch kind {
	case "oxxo_display_details", "boleto_display_details", "konbini_display_details":
		return 3 * 24 * time.Hour
	case "multibanco_display_details":
		return 7 * 24 * time.Hour
	case "redirect_to_url":
		return 24 * time.Hour
	}
	return time.Hour
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
			return FailAction{Failure: intents.Failure{Type: intents.TypeInvalidRequest, Code: b.Code, Message: "Microdeposits could not be sent to the account."}}, true
		}
		return m.Verify([2]int64{}, "SM11AA"), true
	case "display_bank_transfer_instructions":
		return Fund{Amount: s.Amount - s.Funded, Terms: m.terms(b)}, true
	}
	return Authenticate{}, true
}

// Verify returns the verification of microdeposits with the outcome that Stripe's
// test values have: 32 and 45 or SM11AA match, 10 and 11 or SM33CC were tried too
// often, 40 and 41 or SM44DD are too late, all others do not match.
func (m Simulator) Verify(amounts [2]int64, code string) VerifyMicrodeposits {
	v := VerifyMicrodeposits{Amounts: amounts, DescriptorCode: code, Outcome: intents.Mismatched, AskIn: m.debitDelay(capture.Behaviour{}), Cancelable: true}
	if amounts[0] > amounts[1] {
		amounts[0], amounts[1] = amounts[1], amounts[0]
	}
	switch {
	case code == "SM11AA", amounts == [2]int64{32, 45}:
		v.Outcome = intents.Verified
	case code == "SM33CC", amounts == [2]int64{10, 11}:
		v.Outcome = intents.Exhausted
	case code == "SM44DD", amounts == [2]int64{40, 41}:
		v.Outcome = intents.TimedOut
	}
	return v
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

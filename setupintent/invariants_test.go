package setupintent_test

import (
	"errors"
	"strings"

	"github.com/payintent/intents/internal/explore"
	"github.com/payintent/intents/setupintent"
)

type (
	invariant    = explore.Invariant[setupintent.Intent]
	stepProperty = explore.StepProperty[setupintent.Intent, action]
)

// holds makes an invariant of a condition.
func holds(name string, is func(s *setupintent.Intent) bool) invariant {
	return invariant{Name: name, Check: func(s setupintent.Intent) error {
		if !is(&s) {
			return errors.New("it does not hold")
		}
		return nil
	}}
}

const (
	rpm  = setupintent.StatusRequiresPaymentMethod
	rc   = setupintent.StatusRequiresConfirmation
	conf = setupintent.StatusConfirming
	ra   = setupintent.StatusRequiresAction
	proc = setupintent.StatusProcessing
	succ = setupintent.StatusSucceeded
	canc = setupintent.StatusCanceled
)

// invariants are those of section 1.15 of the facts that concern one state, by their
// numbers there. S4, S5 and S10, which concern a step, are in [world.step],
// [checkAttempts] and [toldRight]; S7 is the ledger's too.
func invariants() []invariant {
	return []invariant{
		holds("S1: the status is one of six", func(s *setupintent.Intent) bool {
			switch s.Status.Stripe() {
			case "", rpm, rc, ra, proc, succ, canc:
				return true
			}
			return false
		}),
		holds("S2: next_action is set exactly in requires_action", func(s *setupintent.Intent) bool {
			return (s.NextAction.Type() != "") == (s.Status == ra)
		}),
		holds("S3: a cancellation_reason is set only in canceled", func(s *setupintent.Intent) bool {
			return s.CancellationReason == "" || s.Status == canc
		}),
		holds("S6: the payment method of a success is no other customer's", func(s *setupintent.Intent) bool {
			return s.Status != succ || s.PaymentMethod.Customer == "" || s.PaymentMethod.Customer == s.Customer()
		}),
		holds("S7: latest_attempt is null exactly if no attempt was made", func(s *setupintent.Intent) bool {
			return (s.LatestAttempt() == "") == (s.Attempts == 0)
		}),
		holds("S8: requires_payment_method has none, requires_confirmation has one", func(s *setupintent.Intent) bool {
			return (s.Status != rpm || s.PaymentMethod.IsZero()) && (s.Status != rc || s.PaymentMethod.ID != "")
		}),
		holds("S9: the client_secret begins with the id", func(s *setupintent.Intent) bool {
			secret, given := s.Details.Get(setupintent.KeyClientSecret)
			return !given || strings.HasPrefix(secret, s.ID+"_secret_")
		}),
		holds("last_setup_error stays until the next attempt", func(s *setupintent.Intent) bool {
			return s.LastSetupError == "" || s.Status == rpm || s.Status == rc || s.Status == canc
		}),
		holds("a card has no mandate, a bank account has one, and a single one only where it was asked for", func(s *setupintent.Intent) bool {
			_, single := s.Details.Get(setupintent.KeySingleUseAmount)
			bank := s.PaymentMethod.Type.Traits().Delayed
			return (s.Mandate != "") == (s.Status == succ && bank) && s.MandateSingleUse == (s.Mandate != "" && single)
		}),
		holds("an owned intent is neither confirmed nor canceled by another", refusesOthers),
		holds("succeeded and canceled refuse a second cancel and confirm", refuseAgain),
	}
}

func refuseAgain(s *setupintent.Intent) bool {
	if s.Status != succ && s.Status != canc {
		return true
	}
	for _, c := range []setupintent.Command{setupintent.Cancel{}, setupintent.Confirm{}} {
		_, err := setupintent.Apply(*s, c, start)
		if _, _, code := refusal(err); code != "setup_intent_unexpected_state" {
			return false
		}
	}
	return true
}

func refusesOthers(s *setupintent.Intent) bool {
	if s.Owner == "" {
		_, err := setupintent.Apply(*s, setupintent.Void{}, start)
		return err != nil
	}
	for _, c := range []setupintent.Command{setupintent.Cancel{}, setupintent.Confirm{}, setupintent.Confirm{Owner: "cs_2"}, setupintent.Void{Owner: "cs_2"}} {
		if _, err := setupintent.Apply(*s, c, start); err == nil {
			return false
		}
	}
	return true
}

// stepProperties are the properties that concern a state and the next.
func stepProperties() []stepProperty {
	property := func(name string, is func(before *setupintent.Intent, a action, after *setupintent.Intent) bool) stepProperty {
		return stepProperty{Name: name, Check: func(before setupintent.Intent, a action, after setupintent.Intent) error {
			if !is(&before, a, &after) {
				return errors.New("it does not hold")
			}
			return nil
		}}
	}
	return []stepProperty{
		property("S1: nothing leaves succeeded and canceled", func(before *setupintent.Intent, _ action, after *setupintent.Intent) bool {
			return before.Status != succ && before.Status != canc || after.Status == before.Status
		}),
		property("S6: success attaches to the customer what can be used again", func(before *setupintent.Intent, _ action, after *setupintent.Intent) bool {
			pm := after.PaymentMethod
			return before.Status == succ || after.Status != succ || !pm.Type.Traits().Reusable || pm.Customer == after.Customer() && !pm.Spent
		}),
		property("S9: the client_secret never changes", func(before *setupintent.Intent, _ action, after *setupintent.Intent) bool {
			was, _ := before.Details.Get(setupintent.KeyClientSecret)
			is, _ := after.Details.Get(setupintent.KeyClientSecret)
			return before.Status == "" || was == is
		}),
		property("a mandate never goes away", func(before *setupintent.Intent, _ action, after *setupintent.Intent) bool {
			return before.Mandate == "" || after.Mandate == before.Mandate
		}),
	}
}

// sometimes are what must be possible, or the rest would prove nothing.
func sometimes() []explore.Sometimes[setupintent.Intent] {
	is := func(name string, holds func(s *setupintent.Intent) bool) explore.Sometimes[setupintent.Intent] {
		return explore.Sometimes[setupintent.Intent]{Name: name, Holds: func(s setupintent.Intent) bool { return holds(&s) }}
	}
	return []explore.Sometimes[setupintent.Intent]{
		is("a payment method is set up without a customer", func(s *setupintent.Intent) bool { return s.Status == succ && s.PaymentMethod.Customer == "" }),
		is("one is set up for its customer", func(s *setupintent.Intent) bool { return s.Status == succ && s.PaymentMethod.Customer != "" }),
		is("a mandate is for a single use", func(s *setupintent.Intent) bool { return s.MandateSingleUse }),
		is("a mandate is for many", func(s *setupintent.Intent) bool { return s.Mandate != "" && !s.MandateSingleUse }),
		is("an attempt is abandoned", func(s *setupintent.Intent) bool {
			return s.Status == rc && s.Attempt.Status == setupintent.AttemptStatusAbandoned
		}),
		is("an attempt failed, and another payment method is there", func(s *setupintent.Intent) bool { return s.Status == rc && s.LastSetupError != "" }),
		is("one try is left", func(s *setupintent.Intent) bool { return s.Verifications == 9 }),
		is("an action is over and its timer has not run", func(s *setupintent.Intent) bool { return s.Status == ra && s.Due == now }),
		is("the customer has authenticated", func(s *setupintent.Intent) bool { return s.Flags.Has(setupintent.Authenticated) }),
	}
}

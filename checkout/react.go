package checkout

import (
	"github.com/payintent/intents"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// outcome is what an intent's status means for its session.
type outcome uint8

const (
	// idle: nothing is under way.
	idle outcome = iota
	underWay
	// acting: the customer has to act, on the page.
	acting
	// instructed: the customer has to act somewhere else, in their own time.
	instructed
	// onItsWay: the rail has it, or the money is held.
	onItsWay
	succeeded
	canceled
)

// offPage lists the actions that a customer does after leaving the page: a voucher
// is paid in a shop, a transfer made at a bank, microdeposits seen days later. The
// page is done with the customer who got them (INFERRED from DOC-FULFILL: sessions
// of delayed methods complete at once).
//
//nolint:gochecknoglobals // read-only data
var offPage = map[string]bool{
	"boleto_display_details": true, "display_bank_transfer_instructions": true, "konbini_display_details": true,
	"multibanco_display_details": true, "oxxo_display_details": true, "verify_with_microdeposits": true,
}

func action(a intents.NextAction) outcome {
	if offPage[a.Type()] {
		return instructed
	}
	return acting
}

func paymentOutcome(s *paymentintent.Intent) outcome {
	switch s.Status {
	case paymentintent.StatusConfirming:
		return underWay
	case paymentintent.StatusRequiresAction:
		return action(s.NextAction)
	case paymentintent.StatusProcessing, paymentintent.StatusRequiresCapture:
		return onItsWay
	case paymentintent.StatusSucceeded:
		return succeeded
	case paymentintent.StatusCanceled:
		return canceled
	case paymentintent.StatusNone, paymentintent.StatusRequiresPaymentMethod, paymentintent.StatusRequiresConfirmation:
	}
	return idle
}

func setupOutcome(s *setupintent.Intent) outcome {
	switch s.Status {
	case setupintent.StatusConfirming:
		return underWay
	case setupintent.StatusRequiresAction:
		return action(s.NextAction)
	case setupintent.StatusProcessing:
		return onItsWay
	case setupintent.StatusSucceeded:
		return succeeded
	case setupintent.StatusCanceled:
		return canceled
	case setupintent.StatusNone, setupintent.StatusRequiresPaymentMethod, setupintent.StatusRequiresConfirmation:
	}
	return idle
}

// React returns what a session is to be told of a transition of its intent, or nil
// where it does not concern the session. It is pure: same session, same
// transition, same command. An intent of another session is refused with an
// *intents.InvalidError.
func React[T paymentintent.Transition | setupintent.Transition](s Session, t T) (Command, error) {
	switch t := any(t).(type) {
	case paymentintent.Transition:
		if t.After.ID != s.PaymentIntent() || t.After.Owner != s.ID {
			return nil, strange("payment_intent", t.After.ID, s.ID)
		}
		captured := t.Before.Status == paymentintent.StatusRequiresCapture || t.Before.Flags.Has(paymentintent.Capturing)
		return react(&s, paymentOutcome(&t.After), captured), nil
	case setupintent.Transition:
		if t.After.ID != s.SetupIntent() || t.After.Owner != s.ID {
			return nil, strange("setup_intent", t.After.ID, s.ID)
		}
		return react(&s, setupOutcome(&t.After), false), nil
	}
	return nil, invalid("transition", "", "it is of no intent")
}

func strange(param, intent, session string) error {
	return invalid(param, "", "The intent "+intent+" does not belong to the Checkout Session "+session+".")
}

// react is the rule behind React: what a status of the session and an outcome of
// the intent come to.
func react(s *Session, o outcome, captured bool) Command {
	done := Complete{PaymentStatus: Unpaid}
	if s.Mode == Setup {
		done.PaymentStatus = NoPaymentRequired
	}
	switch {
	case s.outstanding() && o == succeeded:
		return ReportPaid{Captured: captured}
	case s.outstanding() && o == idle:
		return ReportFailed{}
	case s.Status != open && s.Status != conf:
		return nil
	}
	switch o {
	case succeeded:
		if s.Mode == Payment {
			done.PaymentStatus = Paid
		}
		return done
	case onItsWay:
		return done
	case instructed:
		if s.Status == conf {
			return done
		}
	case idle, acting, canceled:
		if s.Status == conf {
			return Reopen{}
		}
	case underWay:
		if s.Status == open {
			return Proceed{}
		}
	}
	return nil
}

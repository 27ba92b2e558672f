package paymentintent_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/internal/explore"
	"github.com/payintent/intents/paymentintent"
)

type (
	invariant    = explore.Invariant[paymentintent.Intent]
	stepProperty = explore.StepProperty[paymentintent.Intent, action]
)

// holds makes an invariant of a condition.
func holds(name string, is func(s *paymentintent.Intent) bool) invariant {
	return invariant{Name: name, Check: func(s paymentintent.Intent) error {
		if !is(&s) {
			return errors.New("it does not hold")
		}
		return nil
	}}
}

const (
	rpm  = paymentintent.StatusRequiresPaymentMethod
	rc   = paymentintent.StatusRequiresConfirmation
	conf = paymentintent.StatusConfirming
	ra   = paymentintent.StatusRequiresAction
	proc = paymentintent.StatusProcessing
	rcap = paymentintent.StatusRequiresCapture
	succ = paymentintent.StatusSucceeded
	canc = paymentintent.StatusCanceled
)

// invariants are those of section 10 of the facts that concern one state, by
// their numbers there. Number 2, the arcs, is [explore.Result.CheckArcs]'s; 11, one
// charge that takes money, is the ledger's; 20 to 25 and 30, which count events, are
// in [world.step] and [toldRight]. 18, 26, 33 and 34 are about the wire. Number 29
// looks at the state at a time.
func invariants(at time.Time) []invariant {
	return []invariant{
		holds("1: the status is one of seven", func(s *paymentintent.Intent) bool {
			switch s.Status.Stripe() {
			case "", rpm, rc, ra, proc, rcap, succ, canc:
				return true
			}
			return false
		}),
		holds("3: amount_capturable is 0 unless requires_capture", func(s *paymentintent.Intent) bool {
			return s.AmountCapturable() == 0 || s.Status == rcap
		}),
		holds("4: while held, received and capturable make up the amount", func(s *paymentintent.Intent) bool {
			return s.Status != rcap || s.AmountCapturable() >= 0 && s.AmountReceived()+s.AmountCapturable() == s.Amount
		}),
		holds("5: amount_received is more than 0 only in succeeded, with multicapture, or canceled after a part", func(s *paymentintent.Intent) bool {
			return s.AmountReceived() == 0 || s.Status == succ || (s.Status == rcap || s.Status == canc) && s.Charge.Features.Has(capture.Multicapture)
		}),
		holds("6: in succeeded, 0 < amount_received <= amount", func(s *paymentintent.Intent) bool {
			return s.Status != succ || 0 < s.AmountReceived() && s.AmountReceived() <= s.Amount
		}),
		holds("7: canceled_at is set exactly in canceled, and a reason only there", func(s *paymentintent.Intent) bool {
			return s.CanceledAt.IsZero() == (s.Status != canc) && (s.CancellationReason == "" || s.Status == canc)
		}),
		holds("8: next_action is set exactly in requires_action", func(s *paymentintent.Intent) bool {
			return (s.NextAction.Type() != "") == (s.Status == ra)
		}),
		holds("9: requires_payment_method has none, requires_confirmation has one", func(s *paymentintent.Intent) bool {
			return (s.Status != rpm || s.PaymentMethod.IsZero()) && (s.Status != rc || s.PaymentMethod.ID != "")
		}),
		holds("10: last_payment_error is set only in requires_payment_method and canceled", func(s *paymentintent.Intent) bool {
			return s.LastPaymentError == "" || s.Status == rpm || s.Status == canc
		}),
		holds("12: latest_charge is null exactly if no charge was made", func(s *paymentintent.Intent) bool {
			return (s.LatestCharge() == "") == (s.Charges == 0)
		}),
		holds("13: captured means paid, failed means neither", func(s *paymentintent.Intent) bool {
			kind, paid, captured := s.Charge.Status.Stripe()
			return (!captured || paid) && (kind != "failed" || !paid && !captured)
		}),
		holds("14: no more is captured than there is", func(s *paymentintent.Intent) bool {
			return s.Charge.AmountCaptured <= s.Charge.Amount && (s.Charge.AmountAuthorized == 0 || s.Charge.Amount <= s.Charge.Maximum)
		}),
		holds("15: refunds are at most what was captured, and refunded says when they are", func(s *paymentintent.Intent) bool {
			c := s.Charge
			_, _, captured := c.Status.Stripe()
			return c.AmountRefunded <= c.AmountCaptured && c.Refunded() == (captured && c.AmountRefunded == c.AmountCaptured)
		}),
		holds("19: the ledger of an asynchronous capture is due within the hour", func(s *paymentintent.Intent) bool {
			return s.Charge.Status != capture.StatusCaptured || s.Charge.SettleAfter <= s.Charge.Created.Add(capture.SLA) || s.PaymentMethod.Type != intents.Card
		}),
		holds("27: succeeded and canceled refuse a second cancel, capture and confirm", refuseAgain),
		{Name: "29: a hold that is over can end, as it should", Check: func(s paymentintent.Intent) error { return endsRight(s, at) }},
		holds("31: net is amount less fee, and the amount is what was captured", func(s *paymentintent.Intent) bool {
			b, ok := s.Charge.BalanceTransaction()
			return !ok || b.Net == b.Amount-b.Fee && b.Amount == s.AmountReceived() && b.Fee >= 0
		}),
		holds("32: the fee is at most what was captured, and no more is reversed than was transferred", func(s *paymentintent.Intent) bool {
			fee, _ := s.Charge.ApplicationFee()
			tr, _ := s.Charge.Transfer()
			return fee.Amount <= s.AmountReceived() && fee.AmountRefunded <= fee.Amount && tr.AmountReversed <= tr.Amount && tr.Amount <= s.AmountReceived()
		}),
	}
}

func refuseAgain(s *paymentintent.Intent) bool {
	if s.Status != succ && s.Status != canc {
		return true
	}
	for _, c := range []paymentintent.Command{paymentintent.Cancel{}, paymentintent.Capture{}, paymentintent.Confirm{}} {
		_, err := paymentintent.Apply(*s, c, start)
		if class, _, code := refusal(err); class != "status of payment_intent" || code != "payment_intent_unexpected_state" {
			return false
		}
	}
	return true
}

func endsRight(s paymentintent.Intent, at time.Time) error {
	if s.Status != rcap || s.Charge.CaptureBefore > intents.TimeOf(at) {
		return nil
	}
	want := canc
	if s.AmountReceived() > 0 {
		want = succ
	}
	t, err := paymentintent.Apply(s, paymentintent.ExpireAuthorization{}, at)
	if err != nil || t.After.Status != want {
		return fmt.Errorf("it ends in %q: %w", t.After.Status, err)
	}
	if _, err := paymentintent.Apply(s, paymentintent.Capture{}, at); err == nil {
		return errors.New("it can still be captured")
	}
	return nil
}

// stepProperties are the invariants that concern a state and the next.
func stepProperties() []stepProperty {
	property := func(name string, is func(before *paymentintent.Intent, a action, after *paymentintent.Intent) bool) stepProperty {
		return stepProperty{Name: name, Check: func(before paymentintent.Intent, a action, after paymentintent.Intent) error {
			if !is(&before, a, &after) {
				return errors.New("it does not hold")
			}
			return nil
		}}
	}
	return []stepProperty{
		property("1: nothing leaves succeeded and canceled", func(before *paymentintent.Intent, _ action, after *paymentintent.Intent) bool {
			return before.Status != succ && before.Status != canc || after.Status == before.Status
		}),
		property("5: what was received is never less", func(before *paymentintent.Intent, _ action, after *paymentintent.Intent) bool {
			return after.AmountReceived() >= before.AmountReceived()
		}),
		property("17: a balance transaction never changes its id or time, nor goes away", func(before *paymentintent.Intent, _ action, after *paymentintent.Intent) bool {
			was, had := before.Charge.BalanceTransaction()
			is, has := after.Charge.BalanceTransaction()
			return !had || has && is.ID == was.ID && is.Created == was.Created
		}),
		property("28: a refund, a dispute and a settlement leave the status alone", func(before *paymentintent.Intent, a action, after *paymentintent.Intent) bool {
			switch a.name() {
			case "refund", "report_refund", "dispute", "settle", wait:
				return before.Status == after.Status
			}
			return true
		}),
	}
}

// sometimes are what must be possible, or the rest would prove nothing.
func sometimes() []explore.Sometimes[paymentintent.Intent] {
	is := func(name string, holds func(s *paymentintent.Intent) bool) explore.Sometimes[paymentintent.Intent] {
		return explore.Sometimes[paymentintent.Intent]{Name: name, Holds: func(s paymentintent.Intent) bool { return holds(&s) }}
	}
	return []explore.Sometimes[paymentintent.Intent]{
		is("16: captured, and no balance transaction", func(s *paymentintent.Intent) bool {
			_, posted := s.Charge.BalanceTransaction()
			_, _, captured := s.Charge.Status.Stripe()
			return captured && !posted
		}),
		is("a part is captured and a part refunded while the rest is held", func(s *paymentintent.Intent) bool {
			return s.Status == rcap && s.AmountReceived() > 0 && s.Charge.AmountRefunded > 0
		}),
		is("more is captured than was authorized", func(s *paymentintent.Intent) bool {
			return s.Charge.AmountCaptured > s.Charge.AmountAuthorized && s.Charge.AmountAuthorized > 0
		}),
		is("a fee and a transfer are given back in part", func(s *paymentintent.Intent) bool {
			tr, _ := s.Charge.Transfer()
			return tr.AmountReversed > 0 && tr.AmountReversed < tr.Amount
		}),
		is("a hold is over and its timer has not run", func(s *paymentintent.Intent) bool { return s.Status == rcap && s.Charge.CaptureBefore == now }),
		is("a capture is under way", func(s *paymentintent.Intent) bool { return s.Flags.Has(paymentintent.Capturing) }),
		is("a part is funded", func(s *paymentintent.Intent) bool { return s.Status == ra && s.Funded > 0 }),
		is("all tries are used up", func(s *paymentintent.Intent) bool { return s.Verifications == 10 }),
		is("all increments are used up", func(s *paymentintent.Intent) bool { return s.Charge.Increments == 10 }),
	}
}

package checkout_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/internal/explore"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// checkStep holds what is true of every step of a flow: what it leads to is sound,
// it is what its events make of what was before, what it owes is the new part of
// what is pending, and Stripe's events of the session come when they should.
func checkStep(t checkout.Step) error {
	if err := checkout.CheckFlow(t.After); err != nil {
		return err
	}
	if t.Before != (checkout.Flow{Session: t.Session.Before, Payment: t.Payment.Before, Setup: t.Setup.Before}) ||
		t.After != (checkout.Flow{Session: t.Session.After, Payment: t.Payment.After, Setup: t.Setup.After}) {
		return errors.New("the step is not its three transitions")
	}
	folded := t.Before
	for _, e := range t.Session.Events {
		folded.Session = checkout.Evolve(folded.Session, e)
	}
	for _, e := range t.Payment.Events {
		folded.Payment = paymentintent.Evolve(folded.Payment, e)
	}
	for _, e := range t.Setup.Events {
		folded.Setup = setupintent.Evolve(folded.Setup, e)
	}
	if folded != t.After {
		return errors.New("the step is not its events")
	}
	if got := t.After.Session.Version - t.Before.Session.Version; got != uint64(len(t.Session.Events)) {
		return errors.New("the version does not count the events")
	}
	had := t.Before.Pending()
	owes := slices.DeleteFunc(t.After.Pending(), func(d intents.Deferred) bool { return slices.Contains(had, d) })
	if !slices.Equal(owes, t.Deferred) {
		return fmt.Errorf("it owes %v, not %v", t.Deferred, owes)
	}
	return errors.Join(toldRight(t), stored(t))
}

// toldRight holds the invariants that count Stripe's events (facts 2.14, C1).
func toldRight(t checkout.Step) error {
	told := toldBySession(t)
	was, is := t.Before.Session.Status, t.After.Session.Status
	count := func(name string) (n int) {
		for _, x := range told {
			if x == "checkout.session."+name {
				n++
			}
		}
		return n
	}
	became := func(s checkout.Status) int {
		if was != s && is == s {
			return 1
		}
		return 0
	}
	async := count("async_payment_succeeded") + count("async_payment_failed")
	switch {
	case count("completed") != became(done):
		return errors.New("C1: completed comes exactly when the status becomes complete")
	case count("expired") != became(over):
		return errors.New("C1: expired comes exactly when the status becomes expired")
	case async > 1, async == 1 && (is != done || was == done && (t.Before.Session.PaymentStatus != checkout.Unpaid || t.Before.Session.Flags.Has(checkout.PaymentFailed))):
		return errors.New("C1: at most one async event, only of a complete session whose payment is outstanding")
	}
	return nil
}

// toldBySession returns the events of Stripe about the session that a step stands
// for: a second, short reading of what package webhook translates in full.
func toldBySession(t checkout.Step) []string {
	var names []string
	for _, e := range t.Session.Events {
		switch e := e.(type) {
		case checkout.Completed:
			names = append(names, "checkout.session.completed")
		case checkout.Expired:
			names = append(names, "checkout.session.expired")
		case checkout.PaymentArrived:
			if !e.Captured {
				names = append(names, "checkout.session.async_payment_succeeded")
			}
		case checkout.PaymentLost:
			names = append(names, "checkout.session.async_payment_failed")
		case checkout.Created, checkout.Updated, checkout.Submitted, checkout.Proceeded, checkout.Reopened:
		}
	}
	return names
}

type (
	invariant    = explore.Invariant[checkout.Flow]
	stepProperty = explore.StepProperty[checkout.Flow, action]
)

// invariants are those of section 2.14 of the facts that concern one state, by their
// numbers there. C1 counts events, see [toldRight]; C9 and C11 are about several
// sessions, see [TestDerived].
func invariants() []invariant {
	holds := func(name string, is func(f *checkout.Flow, s *checkout.Session) bool) invariant {
		return invariant{Name: name, Check: func(f checkout.Flow) error {
			if !is(&f, &f.Session) {
				return errors.New("it does not hold")
			}
			return nil
		}}
	}
	return []invariant{
		{Name: "the flow is sound", Check: checkout.CheckFlow},
		holds("the status is one of three", func(_ *checkout.Flow, s *checkout.Session) bool {
			switch s.Status.Stripe() {
			case "", open, done, over:
				return true
			}
			return false
		}),
		holds("C2: there is a url exactly while it is open and hosted", func(_ *checkout.Flow, s *checkout.Session) bool {
			return (s.URL() != "") == (s.Status.Stripe() == open && s.UIMode == checkout.HostedPage)
		}),
		holds("C3: setup mode has neither payment_intent, subscription nor invoice, and no payment is required", func(_ *checkout.Flow, s *checkout.Session) bool {
			return s.Mode != checkout.Setup || s.PaymentIntent() == "" && s.Subscription == "" && s.Invoice == "" && s.PaymentStatus == checkout.NoPaymentRequired && s.SetupIntent() != ""
		}),
		holds("C4: payment mode has no setup_intent", func(_ *checkout.Flow, s *checkout.Session) bool {
			return s.Mode != checkout.Payment || s.SetupIntent() == ""
		}),
		holds("C4: paid, and only then, the intent of a complete session has succeeded", func(f *checkout.Flow, s *checkout.Session) bool {
			return s.Mode != checkout.Payment || (s.PaymentStatus == checkout.Paid) == (f.Payment.Status == paymentintent.StatusSucceeded)
		}),
		holds("C5: it lives from 30 minutes to a day", func(_ *checkout.Flow, s *checkout.Session) bool {
			life := s.ExpiresAt - s.Created
			return s.Status == "" || 1800 <= life && life <= 86400
		}),
		holds("C8: the total is what the line items and the shipping come to", func(_ *checkout.Flow, s *checkout.Session) bool {
			total := s.Shipping
			for _, line := range s.LineItems.All() {
				total += line.Amount()
			}
			return s.AmountTotal() == total
		}),
		holds("C10: success_url comes back as it was sent", func(_ *checkout.Flow, s *checkout.Session) bool {
			return s.Detail(checkout.KeySuccessURL) == "" || strings.Contains(s.Detail(checkout.KeySuccessURL), "{CHECKOUT_SESSION_ID}")
		}),
		holds("what is asked for is what the session is about", func(f *checkout.Flow, s *checkout.Session) bool {
			return f.Payment.ID == "" || s.Status.Stripe() != open || s.AmountTotal() == 0 || f.Payment.Amount == s.AmountTotal()
		}),
		holds("an expired session leaves nothing that can be paid", func(f *checkout.Flow, s *checkout.Session) bool {
			return s.Status != over || (f.Payment.ID == "" || f.Payment.Status == paymentintent.StatusCanceled) && (f.Setup.ID == "" || f.Setup.Status == setupintent.StatusCanceled)
		}),
		holds("a free order has no intent that can be paid", func(f *checkout.Flow, s *checkout.Session) bool {
			return s.Mode != checkout.Payment || s.Status != done || s.PaymentStatus != checkout.NoPaymentRequired || f.Payment.ID == "" || f.Payment.Status == paymentintent.StatusCanceled
		}),
		holds("complete and expired refuse to be submitted, expired and gone on with", refuseAgain),
	}
}

func refuseAgain(f *checkout.Flow, s *checkout.Session) bool {
	if s.Status != done && s.Status != over {
		return true
	}
	for _, c := range []checkout.Command{checkout.Submit{}, checkout.Expire{}, checkout.Proceed{}, checkout.Complete{}} {
		_, err := checkout.Apply(*s, c, start)
		if class, _, _ := refusal(err); class != "status of checkout.session" {
			return false
		}
	}
	_, err := f.Apply(checkout.Submit{}, start)
	return err != nil
}

// stepProperties are the invariants that concern a state and the next.
func stepProperties() []stepProperty {
	property := func(name string, is func(before, after *checkout.Flow) bool) stepProperty {
		return stepProperty{Name: name, Check: func(before checkout.Flow, _ action, after checkout.Flow) error {
			if !is(&before, &after) {
				return errors.New("it does not hold")
			}
			return nil
		}}
	}
	return []stepProperty{
		property("C6: nothing leaves complete and expired", func(before, after *checkout.Flow) bool {
			return before.Session.Status != done && before.Session.Status != over || after.Session.Status == before.Session.Status
		}),
		property("C6: payment_status changes once, from unpaid", func(before, after *checkout.Flow) bool {
			was, is := before.Session.PaymentStatus, after.Session.PaymentStatus
			return was == "" || was == is || was == checkout.Unpaid && after.Session.Status == done
		}),
		property("C7: an attempt that ends leaves the session as it was, but for what the customer entered and the intent", func(before, after *checkout.Flow) bool {
			s := before.Session
			if s.Status != conf || after.Session.Status != open {
				return true
			}
			s.Status, s.SubmittedAt, s.Version = open, 0, after.Session.Version
			return s == after.Session
		}),
		property("an intent, once made, is the session's for good", func(before, after *checkout.Flow) bool {
			return before.Session.Intent == "" || before.Session.Intent == after.Session.Intent
		}),
	}
}

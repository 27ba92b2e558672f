package checkouttest

import (
	"fmt"

	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/paymentintent/paymentintenttest"
)

// Ledger keeps the books of one flow from its events alone: how its session ended,
// what is still to be paid, and, by a [paymentintenttest.Ledger], where the money is. The
// zero Ledger has seen nothing. It is not for use by several goroutines at once.
type Ledger struct {
	payment paymentintenttest.Ledger

	total       int64 // of the line items, in minor units
	mode        checkout.Mode
	attempts    uint32
	underWay    bool // an attempt has begun and has not ended
	ended       bool
	expired     bool
	customers   int
	told        checkout.PaymentStatus // at completion, and after it
	outstanding bool                   // a payment is still to come
}

// LedgerError says what events can't be right.
type LedgerError struct {
	// Event is the stored name of the event that breaks the books, or empty where the books and a flow differ.
	Event string
	// Problem says what is wrong.
	Problem string
}

// Error implements error.
func (e *LedgerError) Error() string {
	if e.Event == "" {
		return "the books and the flow differ: " + e.Problem
	}
	return e.Event + ": " + e.Problem
}

// Completed reports whether the session was completed.
func (l *Ledger) Completed() bool { return l.ended && !l.expired }

// Expired reports whether the session expired.
func (l *Ledger) Expired() bool { return l.expired }

// Received returns what the merchant received, refunds not counted, in minor units.
func (l *Ledger) Received() int64 { return l.payment.Captured() }

// Outstanding reports whether a completed session still waits for its payment.
func (l *Ledger) Outstanding() bool { return l.outstanding }

// Customers returns how many customers the session made.
func (l *Ledger) Customers() int { return l.customers }

// Post enters what steps did, in order. It returns a *LedgerError for the first
// event that can't have happened, and then the books are of no use any more.
func (l *Ledger) Post(steps ...checkout.Step) error {
	for _, t := range steps {
		before := l.payment.Captured() + l.payment.Capturable()
		if err := l.payment.Post(t.Payment.Events...); err != nil {
			return err
		}
		if after := l.payment.Captured() + l.payment.Capturable(); l.expired && after > before {
			return &LedgerError{"payment_intent", "money is taken after the session expired"}
		}
		for _, e := range t.Session.Events {
			if problem := l.post(e); problem != "" {
				return &LedgerError{e.Name(), problem}
			}
		}
		if _, made := t.Customer(); made {
			l.customers++
		}
		switch {
		case l.customers > 1:
			return &LedgerError{"customer", "a second customer is made"}
		case l.customers == 1 && !l.Completed():
			return &LedgerError{"customer", "a customer is made before the session is complete"}
		}
	}
	return nil
}

func (l *Ledger) post(e checkout.Event) (problem string) {
	switch e := e.(type) {
	case checkout.Created:
		if l.mode != "" {
			return "it is created twice"
		}
		l.mode, l.total = e.Mode, sum(e.LineItems, e.Shipping)
	case checkout.Updated:
		total := sum(e.LineItems, e.Shipping)
		if (l.ended || l.underWay) && total != l.total {
			return "the total changes under an attempt, or after the end"
		}
		l.total = total
	case checkout.Submitted, checkout.Proceeded:
		if l.ended || l.underWay {
			return "an attempt begins after the end, or beside another"
		}
		l.underWay = true
		if _, ok := e.(checkout.Submitted); ok {
			l.attempts++
		}
	case checkout.Reopened:
		if !l.underWay {
			return "no attempt is under way"
		}
		l.underWay = false
	case checkout.Completed:
		return l.complete(&e)
	case checkout.PaymentArrived, checkout.PaymentLost:
		if !l.outstanding {
			return "no payment is outstanding"
		}
		l.outstanding = false
		if _, ok := e.(checkout.PaymentArrived); ok {
			l.told = checkout.Paid
		}
	case checkout.Expired:
		if l.ended || l.underWay {
			return "it ends twice, or under an attempt"
		}
		l.ended, l.expired = true, true
	}
	return ""
}

func (l *Ledger) complete(e *checkout.Completed) string {
	switch {
	case l.ended:
		return "it ends twice"
	case e.Free && (l.total != 0 || l.underWay || e.PaymentStatus != checkout.NoPaymentRequired):
		return "it is free, and something is to be paid"
	case l.mode == checkout.Setup && e.PaymentStatus != checkout.NoPaymentRequired:
		return "nothing is paid in setup mode"
	case l.mode == checkout.Payment && !e.Free && e.PaymentStatus == checkout.NoPaymentRequired:
		return "nothing is paid, and it is not free"
	}
	if e.Free {
		l.attempts++
	}
	l.ended, l.underWay, l.told = true, false, e.PaymentStatus
	l.outstanding = e.PaymentStatus == checkout.Unpaid
	return ""
}

// sum is what lines come to: a second reading of what the session sums up itself.
func sum(lines checkout.LineItems, shipping int64) int64 {
	for _, line := range lines.All() {
		shipping += line.UnitAmount*line.Quantity - line.Discount + line.Tax
	}
	return shipping
}

// Check returns a *LedgerError where a flow is another one than the books say.
func (l *Ledger) Check(f checkout.Flow) error {
	s := &f.Session
	if l.mode == checkout.Payment && f.Payment.ID != "" {
		if err := l.payment.Check(f.Payment); err != nil {
			return err
		}
	}
	for _, c := range []struct {
		what         string
		books, state any
	}{
		{"total", l.total, s.AmountTotal()},
		{"attempts", l.attempts, s.Attempts},
		{"under way", l.underWay, s.Status == checkout.StatusConfirming},
		{"expired", l.expired, s.Status == checkout.StatusExpired},
		{"completed", l.Completed(), s.Status == checkout.StatusComplete},
	} {
		if c.books != c.state {
			return &LedgerError{"", fmt.Sprintf("%s is %v by the books and %v by the flow", c.what, c.books, c.state)}
		}
	}
	if !l.Completed() {
		return nil
	}
	paid := f.Payment.Status == paymentintent.StatusSucceeded
	switch {
	case s.PaymentStatus != l.told:
		return &LedgerError{"", fmt.Sprintf("payment_status is %s by the books and %s by the flow", l.told, s.PaymentStatus)}
	case l.mode == checkout.Payment && (l.told == checkout.Paid) != paid:
		return &LedgerError{"", "it is paid, and its intent has not succeeded, or the reverse"}
	case l.mode == checkout.Payment && l.told == checkout.Paid && l.Received() <= 0:
		return &LedgerError{"", "it is paid, and nothing was received"}
	}
	return nil
}

// LedgerOf returns the books of a flow that was there before they were opened. What
// of its past can't be seen in it, such as attempts of a session that is over, is
// taken as the flow has it.
func LedgerOf(f checkout.Flow) Ledger {
	s := &f.Session
	l := Ledger{
		total: s.AmountTotal(), mode: s.Mode, attempts: s.Attempts, underWay: s.Status == checkout.StatusConfirming,
		ended: s.Status == checkout.StatusComplete || s.Status == checkout.StatusExpired, expired: s.Status == checkout.StatusExpired,
	}
	if f.Payment.ID != "" {
		l.payment = paymentintenttest.LedgerOf(f.Payment)
	}
	if s.Status == checkout.StatusComplete {
		l.told = s.PaymentStatus
		l.outstanding = s.PaymentStatus == checkout.Unpaid && !s.Flags.Has(checkout.PaymentFailed)
		if s.Detail(checkout.KeyCustomer) == "" && s.Customer() != "" {
			l.customers = 1
		}
	}
	return l
}

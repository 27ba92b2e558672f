package capturetest

import (
	"encoding/binary"
	"fmt"

	"github.com/payintent/intents/capture"
)

// Ledger keeps double-entry books of one charge, from its events alone. The zero
// Ledger is that of a charge which is not made yet. It knows nothing of the
// machine's code: that both come to the same amounts is what it proves. It is a
// comparable value; amounts are in minor units.
//
// Each posting moves money between the accounts, so their sum is always zero:
//
//	cardholder   where the money comes from and goes back to; never above zero
//	held         authorized, neither captured nor released
//	captured     taken, with no entry in the ledger yet
//	balance      what the merchant is owed: captured, less fees and refunds
//	fees         what the processing costs
type Ledger struct {
	cardholder, held, captured, balance, fees int64

	amount, authorized int64          // what was asked for, and what was approved
	taken, given       int64          // in all: captured, and released
	refunded           int64          // that has not come back
	entry              capture.Ledger // the entry that settlement wrote
	settlements        int            // the entries of asynchronous captures
	refunds            string         // the amounts of the refunds in eight bytes each; 0 for one that came back
}

const refundSize = 8

// LedgerError says that events, or a charge, do not conserve money.
type LedgerError struct {
	// Event is the stored name of the event that can't be posted; empty if the
	// books are closed well and it is the charge that says something else.
	Event string
	// Problem says what is wrong.
	Problem string
}

// Error implements error.
func (e *LedgerError) Error() string {
	if e.Event == "" {
		return "the books and the charge differ: " + e.Problem
	}
	return e.Event + ": " + e.Problem
}

// Authorized returns what was approved, increments and overcapture included.
func (l *Ledger) Authorized() int64 { return l.authorized }

// Capturable returns what is held.
func (l *Ledger) Capturable() int64 { return l.held }

// Captured returns what was captured. Refunds do not lower it.
func (l *Ledger) Captured() int64 { return l.taken }

// Released returns what was held and went back.
func (l *Ledger) Released() int64 { return l.given }

// Refunded returns what was refunded and has not come back.
func (l *Ledger) Refunded() int64 { return l.refunded }

// Fee returns what the processing cost.
func (l *Ledger) Fee() int64 { return l.fees }

// Settlements returns how many entries came later than their capture: one at most.
func (l *Ledger) Settlements() int { return l.settlements }

// Net returns what the ledger entry adds to the merchant's balance before
// refunds: amount less fee.
func (l *Ledger) Net() int64 {
	if l.entry.At == 0 {
		return 0
	}
	return l.taken - l.fees
}

// Post enters events, in their order. It returns a *[LedgerError] for the first
// that can't be: more is captured than was approved, more is refunded than was
// taken, an entry is written twice or changes, or the books do not balance.
func (l *Ledger) Post(events ...capture.Event) error {
	for _, e := range events {
		problem := l.post(e)
		if problem == "" {
			problem = l.balanced()
		}
		if problem != "" {
			return &LedgerError{Event: e.Name(), Problem: problem}
		}
	}
	return nil
}

func (l *Ledger) post(e capture.Event) (problem string) {
	switch e := e.(type) {
	case capture.Authorized:
		l.amount = e.Amount
		return l.approve(&e.Approval)
	case capture.Submitted:
		l.amount = e.Amount
	case capture.Declined:
		l.amount = e.Amount
	case capture.Collected:
		return l.approve(&e.Approval)
	case capture.Captured:
		return l.capture(&e)
	case capture.Settled:
		l.settlements++
		if l.settlements > 1 {
			return "it is settled twice"
		}
		return l.write(e.Ledger)
	case capture.Incremented:
		if e.Amount <= l.amount {
			return fmt.Sprintf("from %d to %d is no increment", l.amount, e.Amount)
		}
		l.move(&l.cardholder, &l.held, e.Amount-l.amount)
		l.amount, l.authorized = e.Amount, e.Amount
	case capture.Released, capture.Expired:
		l.release()
	case capture.Refunded:
		return l.refund(e.Refund)
	case capture.RefundUpdated:
		return l.refundUpdated(e.Number, e.Status)
	case capture.Failed, capture.IncrementDeclined, capture.DisputeOpened:
		// No money moves.
	}
	return ""
}

func (l *Ledger) move(from, to *int64, amount int64) {
	*from -= amount
	*to += amount
}

func (l *Ledger) approve(a *capture.Approval) string {
	l.authorized = l.amount
	l.move(&l.cardholder, &l.held, l.amount)
	if a.Method == capture.Manual {
		return ""
	}
	l.take(l.amount)
	if a.Method == capture.AutomaticAsync {
		return ""
	}
	return l.write(a.Ledger)
}

func (l *Ledger) take(amount int64) {
	l.move(&l.held, l.owner(), amount)
	l.taken += amount
}

// owner is the account that captured money is in.
func (l *Ledger) owner() *int64 {
	if l.entry.At == 0 {
		return &l.captured
	}
	return &l.balance
}

func (l *Ledger) capture(e *capture.Captured) string {
	if e.Amount < 0 {
		return fmt.Sprintf("a capture of %d", e.Amount)
	}
	if over := e.Amount - l.held; over > 0 { // overcapture
		l.move(&l.cardholder, &l.held, over)
		l.amount += over
		l.authorized += over
	}
	l.take(e.Amount)
	if e.Final {
		l.release()
	}
	return l.write(e.Ledger)
}

func (l *Ledger) release() {
	l.given += l.held
	l.move(&l.held, &l.cardholder, l.held)
}

// write enters a ledger entry. The fee of one that stands there may grow; its times stay.
func (l *Ledger) write(entry capture.Ledger) string {
	was := l.entry
	switch {
	case entry.At == 0:
		return "the ledger entry is empty"
	case entry.Fee < 0 || entry.Fee > l.taken:
		return fmt.Sprintf("a fee of %d on %d", entry.Fee, l.taken)
	case was.At != 0 && (was.At != entry.At || was.AvailableOn != entry.AvailableOn || was.Fee > entry.Fee):
		return fmt.Sprintf("the ledger entry %+v becomes %+v", was, entry)
	}
	l.entry = entry
	l.move(&l.captured, &l.balance, l.captured)
	l.move(&l.balance, &l.fees, entry.Fee-l.fees)
	return ""
}

func (l *Ledger) refund(r capture.Refund) string {
	switch {
	case r.Amount <= 0:
		return fmt.Sprintf("a refund of %d", r.Amount)
	case r.Status != capture.RefundPending && r.Status != capture.RefundSucceeded:
		return "a new refund is " + string(r.Status)
	}
	l.refunds += packed(r.Amount)
	l.refunded += r.Amount
	l.move(l.owner(), &l.cardholder, r.Amount)
	return ""
}

func (l *Ledger) refundUpdated(n int, status capture.RefundStatus) string {
	at := n * refundSize
	if n < 0 || at >= len(l.refunds) {
		return fmt.Sprintf("refund %d of %d went on", n, len(l.refunds)/refundSize)
	}
	amount := int64(binary.BigEndian.Uint64([]byte(l.refunds[at:]))) //nolint:gosec // packed put it there
	if status != capture.RefundFailed && status != capture.RefundCanceled {
		return ""
	}
	if amount == 0 {
		return fmt.Sprintf("refund %d came back twice", n)
	}
	l.refunds = l.refunds[:at] + packed(0) + l.refunds[at+refundSize:]
	l.refunded -= amount
	l.move(&l.cardholder, l.owner(), amount)
	return ""
}

func packed(amount int64) string {
	return string(binary.BigEndian.AppendUint64(nil, uint64(amount))) //nolint:gosec // the way back is in refundUpdated
}

// balanced says what is wrong with the books as a whole.
func (l *Ledger) balanced() string {
	switch {
	case l.cardholder+l.held+l.captured+l.balance+l.fees != 0:
		return fmt.Sprintf("the accounts do not add up: %+v", *l)
	case l.authorized != l.held+l.taken+l.given:
		return fmt.Sprintf("%d authorized is not %d held, %d captured and %d released", l.authorized, l.held, l.taken, l.given)
	case l.cardholder > 0:
		return fmt.Sprintf("the cardholder has %d more than before", l.cardholder)
	case l.held < 0 || l.refunded < 0 || l.refunded > l.taken:
		return fmt.Sprintf("%d held, %d captured, %d refunded", l.held, l.taken, l.refunded)
	}
	return ""
}

// Check compares the books with the amounts that the charge tells. It returns a
// *[LedgerError] that names the first that differs.
func (l *Ledger) Check(c capture.Charge) error {
	bt, _ := c.BalanceTransaction()
	for _, x := range []struct {
		name          string
		books, charge int64
	}{
		{"amount", l.amount, c.Amount},
		{"capturable", l.held, c.Capturable()},
		{"captured", l.taken, c.AmountCaptured},
		{"released", l.given, c.AmountReleased},
		{"refunded", l.refunded, c.AmountRefunded},
		{"number of refunds", int64(len(l.refunds) / refundSize), int64(c.Refunds.Len())},
		{"creation of the balance transaction", int64(l.entry.At), int64(bt.Created)},
		{"availability of the balance transaction", int64(l.entry.AvailableOn), int64(bt.AvailableOn)},
		{"fee", l.fees, bt.Fee},
		{"net", l.Net(), bt.Net},
	} {
		if x.books != x.charge {
			return &LedgerError{Problem: fmt.Sprintf("%s is %d by the books and %d by the charge", x.name, x.books, x.charge)}
		}
	}
	return nil
}

// LedgerOf opens books at a charge that is known to be right, for those who have
// no history of it: post the events of one transition and check its end.
func LedgerOf(c capture.Charge) Ledger {
	l := Ledger{
		held: c.Capturable(), amount: c.Amount, taken: c.AmountCaptured, given: c.AmountReleased,
		refunded: c.AmountRefunded, entry: c.Ledger, fees: c.Ledger.Fee,
	}
	for _, r := range c.Refunds.All() {
		amount := r.Amount
		if r.Status == capture.RefundFailed || r.Status == capture.RefundCanceled {
			amount = 0
		}
		l.refunds += packed(amount)
	}
	l.authorized = l.held + l.taken + l.given
	*l.owner() = l.taken - l.fees - l.refunded
	l.cardholder = -l.held - l.taken + l.refunded
	return l
}

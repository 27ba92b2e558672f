package paymentintenttest

import (
	"encoding/binary"
	"fmt"

	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/paymentintent"
)

// Ledger keeps double-entry books of one intent, from its events alone. The zero
// Ledger is that of an intent which is not created yet. It knows nothing of the
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

	amount             int64  // what the next charge is for
	charge             string // the newest charge
	pending            bool   // the newest charge waits for its rail
	posted             bool   // the newest charge has its ledger entry
	taken, given       int64  // in all: captured, and released
	refunded           int64  // that has not come back
	authorized, funded int64
	refunds            string // the amounts of the refunds in eight bytes each; 0 for one that came back
}

const refundSize = 8

// LedgerError says that events, or a state, do not conserve money.
type LedgerError struct {
	// Event is the stored name of the event that can't be posted; empty if the
	// books are closed well and it is the state that says something else.
	Event string
	// Problem says what is wrong.
	Problem string
}

// Error implements error.
func (e *LedgerError) Error() string {
	if e.Event == "" {
		return "the books and the intent differ: " + e.Problem
	}
	return e.Event + ": " + e.Problem
}

// Authorized returns what was approved of the newest charge, increments and
// overcapture included.
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

// Net returns what the ledger entry adds to the merchant's balance before
// refunds: amount less fee.
func (l *Ledger) Net() int64 {
	if !l.posted {
		return 0
	}
	return l.taken - l.fees
}

// Post enters events, in their order. It returns a *[LedgerError] for the first
// that can't be: money that was never authorized is captured, more is refunded
// than was taken, a settlement is posted twice, or the books do not balance.
func (l *Ledger) Post(events ...paymentintent.Event) error {
	for _, e := range events {
		if problem := l.post(e); problem != "" {
			return &LedgerError{Event: e.Name(), Problem: problem}
		}
		if problem := l.balanced(); problem != "" {
			return &LedgerError{Event: e.Name(), Problem: problem}
		}
	}
	return nil
}

func (l *Ledger) post(e paymentintent.Event) (problem string) {
	switch e := e.(type) {
	case paymentintent.Created:
		l.amount = e.Amount
	case paymentintent.Updated:
		return l.reprice(&e)
	case paymentintent.Approved:
		return l.open(e.ChargeID, &e.Approval)
	case paymentintent.Submitted:
		problem = l.begin(e.ChargeID)
		l.pending = true
	case paymentintent.Collected:
		if !l.pending {
			return "no charge is pending"
		}
		l.pending = false
		return l.approve(&e.Approval)
	case paymentintent.BalanceApplied:
		l.funded = 0
		return l.open(e.ChargeID, &e.Approval)
	case paymentintent.PartiallyFunded:
		if e.Funded <= l.funded || e.Funded >= l.amount {
			return "the part that is funded does not grow, or is the whole"
		}
		l.funded = e.Funded
	case paymentintent.Captured:
		return l.capture(&e.Captured)
	case paymentintent.Settled:
		return l.settle(e.Ledger)
	case paymentintent.AuthorizationIncremented:
		more := e.Amount - l.authorized
		if more <= 0 || l.taken > 0 {
			return "the hold is not raised"
		}
		l.authorize(more)
		l.amount = e.Amount
	case paymentintent.AttemptFailed:
		return l.fail(e.ChargeID)
	case paymentintent.Canceled, paymentintent.AuthorizationExpired:
		l.pending, l.funded = false, 0
		l.release()
	case paymentintent.Refunded:
		return l.refund(e.Refund)
	case paymentintent.RefundUpdated:
		return l.refundUpdated(e.Number, e.Status)
	case paymentintent.Confirmed, paymentintent.ActionCompleted:
		l.funded = 0
	case paymentintent.ActionRequired, paymentintent.CustomerNotified, paymentintent.CaptureSubmitted,
		paymentintent.IncrementDeclined, paymentintent.VerificationFailed, paymentintent.Postponed, paymentintent.WindowClosed,
		paymentintent.DisputeOpened: // no money moves
	}
	return problem
}

// move is the one way in which an account changes.
func (l *Ledger) move(from, to *int64, amount int64) {
	*from -= amount
	*to += amount
}

func (l *Ledger) authorize(amount int64) {
	l.authorized += amount
	l.move(&l.cardholder, &l.held, amount)
}

func (l *Ledger) take(amount int64) {
	l.taken += amount
	l.move(&l.held, &l.captured, amount)
}

func (l *Ledger) release() {
	l.given += l.held
	l.move(&l.held, &l.cardholder, l.held)
}

func (l *Ledger) reprice(e *paymentintent.Updated) string {
	if e.Amount != l.amount && (l.held > 0 || l.taken > 0 || l.pending) {
		return "the amount changes under a charge"
	}
	if e.Status != paymentintent.StatusRequiresAction {
		l.funded = 0 // an attempt that is void keeps nothing of the cash balance
	}
	l.amount = e.Amount
	return ""
}

// begin opens the books of a new charge, when those of the one before are closed.
func (l *Ledger) begin(charge string) string {
	switch {
	case charge == "" || charge == l.charge:
		return "a new charge has the id of the one before, or none"
	case l.held > 0 || l.pending:
		return "the charge before is still open"
	case l.taken > 0:
		return "a second charge takes money"
	}
	*l = Ledger{amount: l.amount, charge: charge, funded: l.funded}
	return ""
}

func (l *Ledger) open(charge string, a *capture.Approval) string {
	if problem := l.begin(charge); problem != "" {
		return problem
	}
	return l.approve(a)
}

func (l *Ledger) approve(a *capture.Approval) string {
	l.authorize(l.amount)
	switch a.Method {
	case capture.Manual:
		if a.Ledger != (capture.Ledger{}) {
			return "a hold has a ledger entry"
		}
	case capture.AutomaticAsync:
		l.take(l.amount)
		if a.Ledger != (capture.Ledger{}) {
			return "an asynchronous capture has its ledger entry at once"
		}
	case capture.Automatic:
		l.take(l.amount)
		return l.settle(a.Ledger)
	default:
		return "unknown capture method " + string(a.Method)
	}
	return ""
}

func (l *Ledger) capture(e *capture.Captured) string {
	if e.Amount < 0 || e.Amount == 0 && (!e.Final || l.taken == 0) {
		return "nothing is captured"
	}
	if over := e.Amount - l.held; over > 0 {
		if !e.Final {
			return "more is captured than is held"
		}
		l.authorize(over)
	}
	l.take(e.Amount)
	if e.Total != l.authorized {
		return fmt.Sprintf("the total is %d, not %d", e.Total, l.authorized)
	}
	l.amount = e.Total
	if e.Final {
		l.release()
	}
	if e.Ledger.At == 0 {
		return "a capture has no ledger entry"
	}
	return l.entry(e.Ledger)
}

// settle posts the one ledger entry of a charge.
func (l *Ledger) settle(entry capture.Ledger) string {
	switch {
	case l.posted:
		return "the ledger entry is posted twice"
	case entry.At == 0:
		return "the ledger entry is empty"
	}
	return l.entry(entry)
}

// entry moves what is captured to the balance. The fee is that of all captures together.
func (l *Ledger) entry(e capture.Ledger) string {
	if e.Fee < l.fees || e.Fee > l.taken {
		return "the fee shrinks, or is more than was captured"
	}
	l.posted = true
	l.move(&l.captured, &l.balance, l.captured)
	l.move(&l.balance, &l.fees, e.Fee-l.fees)
	return ""
}

func (l *Ledger) fail(charge string) string {
	l.funded = 0
	switch {
	case l.taken > 0:
		return "the attempt fails after money was taken"
	case charge == "" && !l.pending && l.held == 0:
		return ""
	case charge == l.charge && charge != "" && (l.pending || l.held > 0):
		l.pending = false
		l.release()
		return ""
	}
	return l.begin(charge)
}

// owner is the account that a refund is paid from and comes back to.
func (l *Ledger) owner() *int64 {
	if l.posted {
		return &l.balance
	}
	return &l.captured
}

func (l *Ledger) refund(r capture.Refund) string {
	l.refunds += packed(r.Amount)
	l.refunded += r.Amount
	l.move(l.owner(), &l.cardholder, r.Amount)
	if r.Amount <= 0 {
		return "nothing is refunded"
	}
	return ""
}

func (l *Ledger) refundUpdated(n int, status capture.RefundStatus) string {
	at := n * refundSize
	if n < 0 || at >= len(l.refunds) {
		return "no such refund"
	}
	amount := int64(binary.BigEndian.Uint64([]byte(l.refunds[at:]))) //nolint:gosec // packed from an int64
	switch {
	case amount == 0:
		return "the refund came back already"
	case status == capture.RefundSucceeded:
		return ""
	}
	l.refunds = l.refunds[:at] + packed(0) + l.refunds[at+refundSize:]
	l.refunded -= amount
	l.move(&l.cardholder, l.owner(), amount)
	return ""
}

func packed(amount int64) string {
	return string(binary.BigEndian.AppendUint64(nil, uint64(amount))) //nolint:gosec // unpacked into an int64 again
}

// balanced holds what is true of the books after every posting.
func (l *Ledger) balanced() string {
	switch {
	case l.cardholder+l.held+l.captured+l.balance+l.fees != 0:
		return "the accounts do not add up to zero"
	case l.authorized != l.held+l.taken+l.given:
		return fmt.Sprintf("authorized %d is not capturable %d + captured %d + released %d", l.authorized, l.held, l.taken, l.given)
	case l.refunded < 0 || l.refunded > l.taken:
		return fmt.Sprintf("refunded %d is more than captured %d", l.refunded, l.taken)
	case l.held < 0 || l.taken < 0 || l.given < 0 || l.fees < 0 || l.cardholder > 0:
		return "an account is below zero"
	case l.posted && l.balance != l.Net()-l.refunded:
		return fmt.Sprintf("the balance %d is not net %d less refunds %d", l.balance, l.Net(), l.refunded)
	}
	return ""
}

// Check compares the books with the amounts that the intent tells. It returns a
// *[LedgerError] that names the first that differs.
func (l *Ledger) Check(s paymentintent.Intent) error {
	c := s.Charge
	bt, posted := c.BalanceTransaction()
	failed := c.Status == capture.StatusFailed || c.Status == capture.StatusPending || c.Status == capture.StatusNone
	for _, x := range []struct {
		name         string
		books, state int64
	}{
		{"capturable", l.held, c.Capturable()},
		{"received", l.taken, s.AmountReceived()},
		{"released", l.given, c.AmountReleased},
		{"refunded", l.refunded, c.AmountRefunded},
		{"funded", l.funded, fundedBy(&s)},
		{"fee", l.fees, bt.Fee},
		{"net", l.Net(), bt.Net},
		{"amount of the balance transaction", bt.Amount, amountIf(posted, l.taken)},
		{"amount of the charge", l.authorized, amountIf(!failed, c.Amount)},
		{"amount", l.amount, s.Amount},
	} {
		if x.books != x.state {
			return &LedgerError{Problem: fmt.Sprintf("%s is %d by the books and %d by the intent", x.name, x.books, x.state)}
		}
	}
	switch {
	case posted != l.posted:
		return &LedgerError{Problem: "one of them has a balance transaction"}
	case s.LatestCharge() != l.charge:
		return &LedgerError{Problem: "the newest charge is " + l.charge + " by the books and " + s.LatestCharge() + " by the intent"}
	case l.pending != (c.Status == capture.StatusPending):
		return &LedgerError{Problem: "one of them waits for the rail"}
	}
	return nil
}

func amountIf(yes bool, amount int64) int64 {
	if yes {
		return amount
	}
	return 0
}

// fundedBy returns what the cash balance has paid of a payment that is not yet
// paid in full.
func fundedBy(s *paymentintent.Intent) int64 {
	if s.Status == paymentintent.StatusRequiresAction {
		return s.Funded
	}
	return 0
}

// LedgerOf opens books at a state that is known to be right, for those who have
// no history of it: post the events of one transition and check its end.
func LedgerOf(s paymentintent.Intent) Ledger {
	c := s.Charge
	bt, posted := c.BalanceTransaction()
	l := Ledger{
		amount: s.Amount, charge: c.ID, pending: c.Status == capture.StatusPending, posted: posted, funded: fundedBy(&s),
		held: c.Capturable(), taken: c.AmountCaptured, given: c.AmountReleased, refunded: c.AmountRefunded, fees: bt.Fee,
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

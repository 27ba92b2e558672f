package setupintenttest

import (
	"fmt"

	"github.com/payintent/intents"
	"github.com/payintent/intents/setupintent"
)

// Ledger keeps the books of the attempts of one intent, from its events alone. The
// zero Ledger is that of an intent which is not created yet. It knows nothing of
// the machine's code: that both come to the same is what it proves. It is a
// comparable value.
//
// Each attempt is opened once, by a confirmation that is executed, and comes to one
// end: it succeeds, fails or is abandoned. At most one succeeds, and it is the last
// (S7 of the facts).
type Ledger struct {
	made, failed, abandoned, succeeded int

	newest string                    // the id of the newest attempt
	status setupintent.AttemptStatus // and its status
	method string                    // the id of the payment method that it tries
	intent setupintent.Status        // the intent's own status, by its events
	tries  int                       // to verify microdeposits, that were wrong
}

// LedgerError says that events, or a state, do not account for the attempts.
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

// Made returns how many attempts were made.
func (l *Ledger) Made() int { return l.made }

// Failed returns how many attempts failed.
func (l *Ledger) Failed() int { return l.failed }

// Abandoned returns how many attempts were abandoned.
func (l *Ledger) Abandoned() int { return l.abandoned }

// Succeeded returns how many attempts succeeded: one at most.
func (l *Ledger) Succeeded() int { return l.succeeded }

// Open reports whether an attempt has not come to its end.
func (l *Ledger) Open() bool { return l.made > l.failed+l.abandoned+l.succeeded }

// Post enters events, in their order. It returns a *[LedgerError] for the first
// that can't be: an attempt that was never opened comes to an end, one has the id of
// the one before, something follows a success.
func (l *Ledger) Post(events ...setupintent.Event) error {
	for _, e := range events {
		if problem := l.post(e); problem != "" {
			return &LedgerError{Event: e.Name(), Problem: problem}
		}
	}
	return nil
}

func (l *Ledger) post(e setupintent.Event) (problem string) {
	if _, late := e.(setupintent.Updated); !late && (l.succeeded > 0 || l.intent == setupintent.StatusCanceled) {
		return "it comes after the end"
	}
	switch e := e.(type) {
	case setupintent.Created:
		if l.intent != setupintent.StatusNone {
			return "the intent is created twice"
		}
		l.intent = rests(e.PaymentMethod)
	case setupintent.Updated:
		if l.intent == setupintent.StatusRequiresAction && e.Status != l.intent {
			l.abandon()
		}
		l.intent = e.Status
	case setupintent.Confirmed:
		return l.open(&e)
	case setupintent.ActionRequired:
		return l.move(setupintent.StatusRequiresAction, setupintent.AttemptStatusRequiresAction, setupintent.AttemptStatusRequiresConfirmation)
	case setupintent.ActionCompleted:
		return l.move(setupintent.StatusConfirming, setupintent.AttemptStatusRequiresConfirmation, setupintent.AttemptStatusRequiresAction)
	case setupintent.Submitted:
		return l.move(setupintent.StatusProcessing, setupintent.AttemptStatusProcessing, setupintent.AttemptStatusRequiresConfirmation)
	case setupintent.Approved:
		return l.succeed(&e.SetUp)
	case setupintent.Collected:
		if l.status != setupintent.AttemptStatusProcessing {
			return "no attempt is processing"
		}
		return l.succeed(&e.SetUp)
	case setupintent.AttemptFailed:
		if !l.Open() {
			return "no attempt is open"
		}
		l.failed++
		l.intent, l.status, l.tries = setupintent.StatusRequiresPaymentMethod, setupintent.AttemptStatusFailed, 0
	case setupintent.VerificationFailed:
		if l.status != setupintent.AttemptStatusRequiresAction {
			return "no attempt waits for its customer"
		}
		l.tries++
	case setupintent.Canceled:
		l.abandon()
		l.intent = setupintent.StatusCanceled
	case setupintent.Postponed: // nothing moves
	}
	return problem
}

func rests(pm intents.PaymentMethod) setupintent.Status {
	if pm.IsZero() {
		return setupintent.StatusRequiresPaymentMethod
	}
	return setupintent.StatusRequiresConfirmation
}

func (l *Ledger) open(e *setupintent.Confirmed) (problem string) {
	switch {
	case e.AttemptID == "" || e.AttemptID == l.newest:
		return "a new attempt has the id of the one before, or none"
	case l.Open() && l.status != setupintent.AttemptStatusRequiresAction:
		return "the attempt before is still open"
	}
	l.abandon()
	l.made++
	l.newest, l.status, l.method = e.AttemptID, setupintent.AttemptStatusRequiresConfirmation, e.PaymentMethod.ID
	l.intent = setupintent.StatusConfirming
	return ""
}

// abandon ends an attempt that is open.
func (l *Ledger) abandon() {
	if l.Open() {
		l.abandoned++
		l.status = setupintent.AttemptStatusAbandoned
	}
	l.tries = 0
}

func (l *Ledger) move(to setupintent.Status, becomes, was setupintent.AttemptStatus) (problem string) {
	if l.status != was {
		return "no attempt is in " + string(was)
	}
	l.intent, l.status, l.tries = to, becomes, 0
	return ""
}

func (l *Ledger) succeed(e *setupintent.SetUp) (problem string) {
	switch {
	case !l.Open():
		return "no attempt is open"
	case e.PaymentMethod.ID != l.method:
		return "another payment method is set up than was tried"
	}
	l.succeeded++
	l.intent, l.status, l.tries = setupintent.StatusSucceeded, setupintent.AttemptStatusSucceeded, 0
	return ""
}

// Check closes the books: it returns a *[LedgerError] where a state says something else.
func (l *Ledger) Check(s setupintent.Intent) error {
	for _, c := range []struct{ what, books, intent string }{
		{"the status", string(l.intent), string(s.Status)},
		{"the number of attempts", fmt.Sprint(l.made), fmt.Sprint(s.Attempts)},
		{"the newest attempt", l.newest, s.LatestAttempt()},
		{"its status", string(l.status), string(s.Attempt.Status)},
		{"its payment method", l.method, s.Attempt.PaymentMethod.ID},
		{"the number of wrong tries", fmt.Sprint(l.tries), fmt.Sprint(s.Verifications)},
	} {
		if c.books != c.intent {
			return &LedgerError{Problem: c.what + " is " + c.books + " by the books and " + c.intent + " by the intent"}
		}
	}
	return nil
}

// LedgerOf opens books at a state, as if they had been kept from the beginning. How
// the attempts before the newest ended is no longer known: they count as failed.
func LedgerOf(s setupintent.Intent) Ledger {
	l := Ledger{
		made: int(s.Attempts), newest: s.LatestAttempt(), status: s.Attempt.Status, method: s.Attempt.PaymentMethod.ID,
		intent: s.Status, tries: int(s.Verifications),
	}
	l.failed = l.made
	switch s.Attempt.Status {
	case setupintent.AttemptStatusSucceeded:
		l.failed--
		l.succeeded++
	case setupintent.AttemptStatusAbandoned:
		l.failed--
		l.abandoned++
	case setupintent.AttemptStatusRequiresConfirmation, setupintent.AttemptStatusRequiresAction, setupintent.AttemptStatusProcessing:
		l.failed--
	case setupintent.AttemptStatusNone, setupintent.AttemptStatusFailed:
	}
	return l
}

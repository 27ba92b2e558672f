package paymentintent

import (
	"iter"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// Evolve returns the intent after an event. It never fails, and allocates nothing
// but for the error of a failed attempt and the list of refunds.
func Evolve(s Intent, e Event) Intent {
	fold(&s, e)
	return s
}

// Replay folds events into an intent, from the zero Intent.
func Replay(events iter.Seq[Event]) Intent {
	var s Intent
	for e := range events {
		fold(&s, e)
	}
	return s
}

func fold(s *Intent, e Event) {
	s.Version++
	switch e := e.(type) {
	case Created:
		s.created(&e)
	case Updated:
		s.updated(&e)
	case Confirmed:
		s.confirmed(&e)
	case ActionRequired:
		s.Status, s.NextAction, s.Due = ra, e.NextAction, e.Due
	case ActionCompleted:
		s.completed(e.At)
	case Approved:
		s.approved(e.ChargeID, &e.Approval)
	case AttemptFailed:
		s.failed(&e)
	case Submitted:
		s.submitted(&e)
	case CustomerNotified:
		s.Status, s.Due, s.Flags = proc, e.Due, s.Flags&^waits|Notified
	case Collected:
		capture.Fold(&s.Charge, capture.Collected{Approval: e.Approval})
		s.rest(succ)
	case BalanceApplied:
		s.PaymentMethod = e.PaymentMethod
		s.approved(e.ChargeID, &e.Approval)
		s.Funded = s.Amount
	case PartiallyFunded:
		s.Funded = e.Funded
	case Captured:
		s.captured(&e)
	case CaptureSubmitted:
		s.Status, s.Due, s.Flags = proc, e.At, s.Flags&^waits|Capturing
		s.Funded, s.Metadata = e.Amount, e.Metadata
		if e.Details != "" {
			s.Charge.Details = e.Details
		}
	case Settled:
		capture.Fold(&s.Charge, e.Settled)
	case AuthorizationIncremented:
		capture.Fold(&s.Charge, capture.Incremented{Amount: e.Amount})
		if e.Details != s.Details { // a fee or a descriptor that came with it is the charge's too
			s.Charge.Details = e.Details
		}
		s.Amount, s.Details, s.Metadata = e.Amount, e.Details, e.Metadata
	case IncrementDeclined:
		capture.Fold(&s.Charge, capture.IncrementDeclined{})
	case VerificationFailed:
		s.Verifications++
	case Postponed:
		s.Due = e.Due
	case WindowClosed:
		s.Flags &^= CancelWindow
	case Canceled:
		s.canceled(&e)
	case AuthorizationExpired:
		s.expired(e.At)
	case Refunded:
		capture.Fold(&s.Charge, e.Refunded)
	case RefundUpdated:
		capture.Fold(&s.Charge, e.RefundUpdated)
	case DisputeOpened:
		capture.Fold(&s.Charge, e.DisputeOpened)
	}
}

func (s *Intent) created(e *Created) {
	*s = Intent{
		ID: e.ID, Status: rpm, Version: s.Version, Created: e.At, Amount: e.Amount, Currency: e.Currency,
		CaptureMethod: e.CaptureMethod, ConfirmationMethod: e.ConfirmationMethod, PaymentMethodTypes: e.PaymentMethodTypes,
		PaymentMethod: e.PaymentMethod, Details: e.Details, Metadata: e.Metadata, Owner: e.Owner, ConfirmLimit: e.ConfirmLimit, Flags: e.Flags,
	}
	if e.PaymentMethod.ID != "" {
		s.Status = rc
	}
}

func (s *Intent) updated(e *Updated) {
	if e.Status != s.Status || e.PaymentMethod != s.PaymentMethod || e.Amount != s.Amount || e.Currency != s.Currency {
		s.Flags &^= Authenticated
	}
	if e.Status != s.Status {
		s.leave()
		s.Funded = 0 // what was applied of the cash balance is free again
	}
	s.Status, s.Amount, s.Currency, s.CaptureMethod = e.Status, e.Amount, e.Currency, e.CaptureMethod
	s.PaymentMethodTypes, s.PaymentMethod, s.Details, s.Metadata = e.PaymentMethodTypes, e.PaymentMethod, e.Details, e.Metadata
	s.LastPaymentError = ""
}

// leave clears what belongs to the status that the intent is in.
func (s *Intent) leave() {
	s.NextAction, s.Due, s.Verifications = "", 0, 0
	s.Flags &^= waits
}

// rest is where an approval leads: to requires_capture with a hold, else to done.
func (s *Intent) rest(done Status) {
	s.leave()
	s.Status, s.LastPaymentError = done, ""
	s.Flags &^= attempt
	if s.Charge.Status == capture.StatusAuthorized {
		s.Status = rcap
	}
}

func (s *Intent) confirmed(e *Confirmed) {
	s.leave()
	s.Status, s.Due, s.LastPaymentError, s.Funded = conf, e.At, "", 0
	s.PaymentMethod, s.CaptureMethod, s.Details = e.PaymentMethod, e.CaptureMethod, e.Details
	s.Flags = s.Flags&^(attempt|Authenticated) | e.Flags
	s.Confirms++
}

func (s *Intent) completed(at intents.Time) {
	s.leave()
	s.Flags |= Authenticated
	s.Status, s.Due, s.Funded = conf, at, 0 // the attempt asks for the whole amount
	if s.ConfirmationMethod == ConfirmManual {
		s.Status, s.Due = rc, 0
	}
}

func (s *Intent) approved(id string, a *capture.Approval) {
	capture.Fold(&s.Charge, capture.Authorized{Attempt: s.attempt(id), Approval: *a})
	s.Charges++
	s.rest(succ)
}

func (s *Intent) submitted(e *Submitted) {
	capture.Fold(&s.Charge, capture.Submitted{Attempt: s.attempt(e.ChargeID), At: e.At, SettleAfter: e.Due})
	s.leave()
	s.Status, s.Due = proc, e.Due
	s.Flags = s.Flags.with(CancelWindow, e.Cancelable)
	s.Charges++
}

func (s *Intent) failed(e *AttemptFailed) {
	switch {
	case e.ChargeID == "":
	case e.ChargeID == s.Charge.ID && s.Charge.Status == capture.StatusPending:
		capture.Fold(&s.Charge, capture.Failed{At: e.At, Outcome: outcomeOf(e.Failure)})
	case e.ChargeID == s.Charge.ID:
		capture.Fold(&s.Charge, capture.Released{})
	default:
		capture.Fold(&s.Charge, capture.Declined{Attempt: s.attempt(e.ChargeID), At: e.At, Outcome: outcomeOf(e.Failure)})
		s.Charges++
	}
	s.leave()
	s.Status, s.LastPaymentError = rpm, intents.NewLastError(e.Failure, e.ChargeID, s.PaymentMethod)
	s.PaymentMethod, s.Funded = intents.PaymentMethod{}, 0
	s.Flags &^= attempt | Authenticated
}

func (s *Intent) captured(e *Captured) {
	capture.Fold(&s.Charge, e.Captured)
	s.Amount, s.Metadata, s.Funded = e.Total, e.Metadata, 0
	s.rest(succ)
}

func (s *Intent) canceled(e *Canceled) {
	switch s.Charge.Status {
	case capture.StatusAuthorized:
		capture.Fold(&s.Charge, capture.Released{})
	case capture.StatusPending:
		capture.Fold(&s.Charge, capture.Failed{At: e.At, Outcome: outcomeOf(intents.Failure{Code: "payment_canceled", Message: "The payment was canceled."})})
	case capture.StatusNone, capture.StatusFailed, capture.StatusCaptured, capture.StatusSettled, capture.StatusReleased, capture.StatusExpired:
	}
	s.leave()
	s.Flags &^= attempt
	s.Status, s.CanceledAt, s.CancellationReason, s.Funded = canc, e.At, e.Reason, 0
}

func (s *Intent) expired(at intents.Time) {
	capture.Fold(&s.Charge, capture.Expired{})
	s.leave()
	if s.Charge.AmountCaptured > 0 {
		s.Status = succ
		return
	}
	s.Status, s.CanceledAt, s.CancellationReason = canc, at, Expired
}

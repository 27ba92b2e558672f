package setupintent

import (
	"iter"

	"github.com/payintent/intents"
)

// Evolve returns the intent after an event. It never fails, and allocates nothing
// but for the error of a failed attempt.
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
		s.leave()
		s.Status, s.NextAction, s.Due = ra, e.NextAction, e.Due
		s.Attempt.Status = AttemptStatusRequiresAction
	case ActionCompleted:
		s.leave()
		s.Status, s.Due, s.Flags = conf, e.At, s.Flags|Authenticated
		s.Attempt.Status = AttemptStatusRequiresConfirmation
	case Approved:
		s.succeeded(&e.SetUp)
	case AttemptFailed:
		s.failed(&e)
	case Submitted:
		s.leave()
		s.Status, s.Due = proc, e.Due
		s.Attempt.Status = AttemptStatusProcessing
	case Collected:
		s.succeeded(&e.SetUp)
	case VerificationFailed:
		s.Verifications++
	case Postponed:
		s.Due = e.Due
	case Canceled:
		s.abandon()
		s.leave()
		s.Status, s.CancellationReason = canc, e.Reason
	}
}

func (s *Intent) created(e *Created) {
	*s = Intent{
		ID: e.ID, Status: rpm, Version: s.Version, Created: e.At, Usage: e.Usage, PaymentMethodTypes: e.PaymentMethodTypes,
		PaymentMethod: e.PaymentMethod, Details: e.Details, Metadata: e.Metadata, Owner: e.Owner, ConfirmLimit: e.ConfirmLimit, Flags: e.Flags,
	}
	if e.PaymentMethod.ID != "" {
		s.Status = rc
	}
}

func (s *Intent) updated(e *Updated) {
	if e.Status != s.Status {
		s.abandon()
		s.leave()
	}
	s.Status, s.PaymentMethodTypes, s.PaymentMethod = e.Status, e.PaymentMethodTypes, e.PaymentMethod
	s.Details, s.Metadata = e.Details, e.Metadata
}

// leave clears what belongs to the status that the intent is in.
func (s *Intent) leave() {
	s.NextAction, s.Due, s.Verifications = "", 0, 0
	s.Flags &^= Authenticated
}

// abandon ends an attempt that has not come to an end by itself.
func (s *Intent) abandon() {
	if s.Attempt.Status != AttemptStatusNone && !s.Attempt.Status.Over() {
		s.Attempt.Status = AttemptStatusAbandoned
	}
}

func (s *Intent) confirmed(e *Confirmed) {
	s.leave()
	s.Status, s.Due, s.LastSetupError = conf, e.At, ""
	s.PaymentMethod, s.Details = e.PaymentMethod, e.Details
	s.Attempt = Attempt{
		ID: e.AttemptID, Created: e.At, Status: AttemptStatusRequiresConfirmation, PaymentMethod: e.PaymentMethod,
		Customer: e.Customer, Usage: s.Usage, Details: e.Details,
	}
	s.Attempts++
	s.Confirms++
}

func (s *Intent) succeeded(e *SetUp) {
	s.leave()
	s.Status, s.PaymentMethod, s.Mandate, s.MandateSingleUse = succ, e.PaymentMethod, e.Mandate, e.MandateSingleUse
	s.Attempt.Status = AttemptStatusSucceeded
}

func (s *Intent) failed(e *AttemptFailed) {
	s.leave()
	s.Status, s.LastSetupError = rpm, intents.NewLastError(e.Failure, "", s.PaymentMethod)
	s.Attempt.Status, s.Attempt.Error = AttemptStatusFailed, s.LastSetupError
	s.PaymentMethod = intents.PaymentMethod{}
}

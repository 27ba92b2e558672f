package checkout

import "iter"

// Evolve returns the session after an event. It never fails, and allocates nothing.
func Evolve(s Session, e Event) Session {
	fold(&s, e)
	return s
}

// Replay folds events into a session, from the zero Session.
func Replay(events iter.Seq[Event]) Session {
	var s Session
	for e := range events {
		fold(&s, e)
	}
	return s
}

func fold(s *Session, e Event) {
	s.Version++
	switch e := e.(type) {
	case Created:
		s.created(&e)
	case Updated:
		s.updated(&e)
	case Submitted:
		s.Status, s.SubmittedAt, s.Intent, s.PaymentMethod, s.Buyer = conf, e.At, e.Intent, e.PaymentMethod, e.Buyer
		s.Attempts++
	case Proceeded:
		s.Status, s.SubmittedAt = conf, e.At
	case Reopened:
		s.Status, s.SubmittedAt = open, 0
	case Completed:
		s.completed(&e)
	case PaymentArrived:
		s.PaymentStatus = Paid
	case PaymentLost:
		s.Flags |= PaymentFailed
	case Expired:
		s.Status, s.EndedAt = over, e.At
	}
}

func (s *Session) created(e *Created) {
	*s = Session{
		ID: e.ID, Status: open, PaymentStatus: Unpaid, Version: s.Version, Created: e.At, Mode: e.Mode, UIMode: e.UIMode, Currency: e.Currency,
		ExpiresAt: e.ExpiresAt, LineItems: e.LineItems, Shipping: e.Shipping, PaymentMethodTypes: e.PaymentMethodTypes, Wallets: e.Wallets,
		CustomerCreation: e.CustomerCreation, Intent: e.Intent, Details: e.Details, Metadata: e.Metadata,
		RecoveredFrom: e.RecoveredFrom, Flags: e.Flags,
	}
	if e.Mode == Setup {
		s.PaymentStatus = NoPaymentRequired
	}
}

func (s *Session) updated(e *Updated) {
	s.LineItems, s.Shipping, s.Details, s.Metadata = e.LineItems, e.Shipping, e.Details, e.Metadata
}

func (s *Session) completed(e *Completed) {
	if e.Free {
		s.Attempts++
	}
	s.Status, s.PaymentStatus, s.EndedAt, s.Buyer = done, e.PaymentStatus, e.At, e.Buyer
	s.SubmittedAt, s.Subscription, s.Invoice = 0, e.Subscription, e.Invoice
}

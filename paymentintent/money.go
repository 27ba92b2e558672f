package paymentintent

import (
	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/internal/ids"
)

// captureHold decides a capture. The charge knows what may be taken; the intent
// knows what is asked for when nothing is said.
func captureHold(s *Intent, c *Capture, now intents.Time) (Event, error) {
	details, err := mergeDetails(s.Charge.Details, c.Details, intents.AtCapture)
	if err != nil {
		return nil, err
	}
	metadata, err := s.Metadata.Merge(c.Metadata)
	if err != nil {
		return nil, err
	}
	request := capture.Capture{Amount: s.Charge.Capturable(), Final: c.FinalCapture.Or(true)}
	if c.AmountToCapture.Given {
		request.Amount = c.AmountToCapture.Value
	}
	if err := checkCaptureConnect(s, c.Details, details); err != nil {
		return nil, err
	}
	if c.Details != "" {
		request.Details = details
	}
	e, err := request.Decide(&s.Charge, now)
	switch {
	case err != nil:
		return nil, err
	case s.Charge.Features.Has(capture.AsyncCapture) && e.Final && s.Charge.AmountCaptured == 0:
		return CaptureSubmitted{At: now, Amount: e.Amount, Details: request.Details, Metadata: metadata}, nil
	}
	return Captured{Captured: e, Metadata: metadata}, nil
}

// checkCaptureConnect holds the Connect rules of a capture. A fee or a transfer
// amount that the first capture gave has to be given by all (DOC-multicapture).
func checkCaptureConnect(s *Intent, given, details intents.Pairs) error {
	if given == "" && s.Charge.Captures == 0 {
		return nil // nothing that was checked before has changed
	}
	for _, key := range [...]string{capture.KeyFeeAmount, capture.KeyTransferAmount} {
		if s.Charge.Captures == 0 {
			break
		}
		before, _ := s.Charge.Details.Get(key)
		if _, again := given.Get(key); before != s.detail(key) && !again {
			return invalid(key, "parameter_missing", "It was given on the first capture, so it has to be given on all.")
		}
	}
	return checkConnect(details, s.Charge.Maximum)
}

func increment(s *Intent, c IncrementAuthorization, now intents.Time) (Event, error) {
	e, err := capture.Increment{Amount: c.Amount, Declined: c.Declined}.Decide(&s.Charge)
	if err != nil {
		return nil, err
	}
	if _, declined := e.(capture.IncrementDeclined); declined {
		return IncrementDeclined{}, nil
	}
	if err := s.Currency.CheckCharge(c.Amount, "amount"); err != nil {
		return nil, err
	}
	inc := AuthorizationIncremented{At: now, Amount: c.Amount}
	if inc.Details, err = mergeDetails(s.Details, c.Details, intents.AtIncrement); err != nil {
		return nil, err
	}
	if inc.Metadata, err = s.Metadata.Merge(c.Metadata); err != nil {
		return nil, err
	}
	if err := checkConnect(inc.Details, c.Amount); err != nil {
		return nil, err
	}
	return inc, nil
}

// applyBalance pays from the cash balance. Outside of requires_action nothing
// less than all that remains is taken (INFERRED).
func applyBalance(s *Intent, c ApplyCustomerBalance, now intents.Time) (Event, error) {
	remaining := s.Amount - s.Funded
	amount := c.Amount.Or(remaining)
	switch {
	case s.Status != ra && amount > 0 && amount < remaining:
		return nil, invalid("amount", "amount_too_small", "The whole amount has to be applied before the payment is confirmed.")
	case amount > remaining:
		return nil, invalid("amount", "amount_too_large", "More than what remains of the payment can't be applied.")
	}
	pm := s.PaymentMethod
	if pm.IsZero() {
		pm = intents.PaymentMethod{ID: ids.Derive("pm_", s.ID, 0), Type: intents.CustomerBalance, Customer: s.Customer()}
		if err := checkMethod(&pm, s.PaymentMethodTypes); err != nil {
			return nil, err
		}
	}
	return fund(s, amount, c.Terms, pm, now)
}

func refund(s *Intent, c Refund, now intents.Time) (Event, error) {
	e, err := capture.RefundCharge{Amount: c.Amount, Reason: c.Reason, Flags: c.Flags, Pending: c.Pending}.Decide(&s.Charge, now)
	return event(Refunded{e}, err)
}

// collect decides what arrived: the money of a pending charge, the approval of a
// card that waited for its notification, or a capture that took its time.
func collect(s *Intent, c Collect, now intents.Time) (Event, error) {
	switch {
	case s.Flags.Has(Capturing):
		// It was asked for in time, or it would not be under way.
		e, err := capture.Capture{Amount: s.Funded, Final: true, Asked: s.Charge.CaptureBefore - 1}.Decide(&s.Charge, now)
		return event(Captured{Captured: e, Metadata: s.Metadata}, err)
	case s.Flags.Has(Notified):
		if now < s.Due {
			return nil, invalid("processing", "", "the customer notification is not over yet")
		}
		a, err := approval(s, &c.Terms, now)
		return event(Approved{ChargeID: s.chargeID(), Approval: a}, err)
	}
	if err := checkOutcome(&c.Terms); err != nil {
		return nil, err
	}
	e, err := capture.Collect{Method: s.EffectiveCaptureMethod(), Terms: c.Terms}.Decide(&s.Charge, now)
	return event(Collected{Approval: e.Approval}, err)
}

func settle(s *Intent, c Settle, now intents.Time) (Event, error) {
	e, due, err := capture.Settle{Fee: c.Fee, AvailableOn: c.AvailableOn}.Decide(&s.Charge, now)
	if !due || err != nil {
		return nil, err
	}
	return Settled{e}, nil
}

package paymentintent

import (
	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// PaymentMethod returns the payment method of the charge that the transition made,
// as the charge leaves it, for the caller's store, and whether it has changed. With
// a customer and setup_future_usage it becomes the customer's own, set up for that
// usage; else, where no customer has it, it is spent and can't pay again (OBS-MB). A
// failed attempt changes nothing (INFERRED).
func (t Transition) PaymentMethod() (pm intents.PaymentMethod, changed bool) {
	s := &t.After
	if s.Charge.ID == t.Before.Charge.ID || s.Charge.Status == capture.StatusFailed {
		return s.PaymentMethod, false
	}
	was := s.PaymentMethod
	pm = was
	usage, customer := s.detail("setup_future_usage"), s.Customer()
	if usage != "" && customer != "" && pm.Type.Traits().Reusable {
		if attached, err := pm.Attach(customer); err == nil {
			pm = attached
		}
		if had, _ := pm.Details.Get(capture.KeySetUp); had != "off_session" {
			pm.Details, _ = pm.Details.With(capture.KeySetUp, usage)
		}
	}
	if pm.Customer == "" {
		pm.Spent = true
	}
	return pm, pm != was
}

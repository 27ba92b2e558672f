package capture

import "iter"

// Evolve returns the charge after an event. It never fails and allocates nothing
// unless the event is about a refund.
func Evolve(c Charge, e Event) Charge {
	Fold(&c, e)
	return c
}

// Replay folds events into a charge, from the zero Charge.
func Replay(events iter.Seq[Event]) Charge {
	var c Charge
	for e := range events {
		Fold(&c, e)
	}
	return c
}

// Fold writes an event into a charge, in place: [Evolve] for machines that are made
// of charges.
func Fold(c *Charge, e Event) {
	switch e := e.(type) {
	case Authorized:
		c.authorized(&e)
	case Submitted:
		c.submitted(&e)
	case Declined:
		c.declined(&e)
	case Failed:
		c.failed(&e)
	case Collected:
		c.collected(&e)
	case Captured:
		c.captured(&e)
	case Settled:
		c.settled(&e)
	case Incremented:
		c.incremented(&e)
	case Refunded:
		c.refunded(&e)
	case RefundUpdated:
		c.refundUpdated(&e)
	case IncrementDeclined:
		c.Increments++
	case Released:
		c.close(StatusReleased)
	case Expired:
		c.close(StatusExpired)
	case DisputeOpened:
		c.Features |= Disputed
	}
}

func (a *Attempt) open(c *Charge) {
	c.ID, c.Amount, c.Currency = a.ID, a.Amount, a.Currency
	c.PaymentMethod, c.Details, c.Metadata = a.PaymentMethod, a.Details, a.Metadata
}

func (c *Charge) authorized(e *Authorized) {
	*c = Charge{Created: e.At}
	e.Attempt.open(c)
	c.approve(&e.Approval)
}

// approve is what every approval writes: the money is held, captured or settled.
func (c *Charge) approve(a *Approval) {
	c.Maximum, c.CaptureBefore, c.SettleAfter, c.Ledger = a.Maximum, a.CaptureBefore, a.SettleAfter, a.Ledger
	c.Pricing, c.Outcome, c.Features = a.Pricing, a.Outcome, a.Features
	c.AmountAuthorized = c.Amount
	switch a.Method {
	case Manual:
		c.Status = StatusAuthorized
		return
	case AutomaticAsync:
		c.Status = StatusCaptured
	case Automatic:
		c.Status = StatusSettled
	}
	c.AmountCaptured = c.Amount
}

func (c *Charge) submitted(e *Submitted) {
	*c = Charge{Status: StatusPending, Created: e.At, SettleAfter: e.SettleAfter}
	e.Attempt.open(c)
}

func (c *Charge) declined(e *Declined) {
	*c = Charge{Status: StatusFailed, Created: e.At, Outcome: e.Outcome}
	e.Attempt.open(c)
}

func (c *Charge) failed(e *Failed) {
	c.Status, c.Outcome, c.SettleAfter = StatusFailed, e.Outcome, 0
}

func (c *Charge) collected(e *Collected) { c.approve(&e.Approval) }

func (c *Charge) captured(e *Captured) {
	c.AmountCaptured += e.Amount
	c.Amount = e.Total
	c.Ledger = e.Ledger
	c.Captures++
	if e.Details != "" {
		c.Details = e.Details
	}
	if e.Final {
		c.close(StatusReleased)
	}
}

// close ends a hold: what is left is released, and what it becomes depends on
// whether anything was captured.
func (c *Charge) close(nothing Status) {
	c.AmountReleased = c.Amount - c.AmountCaptured
	c.CaptureBefore = 0
	c.Status = StatusSettled
	if c.AmountCaptured == 0 {
		c.Status = nothing
	}
}

func (c *Charge) settled(e *Settled) {
	c.Status, c.Ledger, c.SettleAfter = StatusSettled, e.Ledger, 0
}

func (c *Charge) incremented(e *Incremented) {
	c.Amount, c.AmountAuthorized, c.Maximum = e.Amount, e.Amount, max(e.Amount, c.Maximum)
	c.Increments++
}

func (c *Charge) refunded(e *Refunded) {
	c.Refunds = c.Refunds.with(e.Refund)
	c.AmountRefunded = c.Refunds.total()
}

func (c *Charge) refundUpdated(e *RefundUpdated) {
	c.Refunds = c.Refunds.set(e.Number, e.Status)
	c.AmountRefunded = c.Refunds.total()
}

package model

import (
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// Charges is a world of charges: all of so many cents that one increment and at
// most so many refunds lead to, on these terms. Time is two days: one on which a hold
// lasts, and its last.
type Charges struct {
	// Amount is what is charged, in minor units of usd.
	Amount int64
	// Refunds is how many refunds a charge may have.
	Refunds int
	// Terms are those on which a charge is approved.
	Terms []capture.Terms
}

// Small is the world that is walked for each mutant: one sort of hold, one refund.
func Small() Charges {
	return Charges{Amount: 2, Refunds: 1, Terms: []capture.Terms{{Features: capture.Multicapture | capture.Incremental, Pricing: price()}}}
}

// Large is the world that is walked once.
func Large() Charges {
	return Charges{Amount: 3, Refunds: 2, Terms: []capture.Terms{
		{Pricing: price()},
		{Maximum: 4, Features: capture.Incremental},
		{Maximum: 4, Features: capture.Multicapture, Pricing: price()},
		{Features: capture.Multicapture | capture.Incremental, Pricing: price()},
		{Maximum: 2}, // refused, as it is below the amount
	}}
}

// price takes all of the first cent and a half of the third.
func price() capture.Pricing { return capture.Pricing{BasisPoints: 2500, Fixed: 1} }

// Action is a command to a charge at a time.
type Action struct {
	// Command is what is asked.
	Command capture.Command
	// Now is when, in UTC.
	Now time.Time
}

func day(n int) time.Time { return time.Date(2026, 1, 1+n, 0, 0, 0, 0, time.UTC) }

// attempt is a destination charge of some cents on a card, with a fee.
func attempt(amount int64) capture.Attempt {
	visa, _ := capture.TestPaymentMethod("pm_card_visa")
	return capture.Attempt{
		ID: "ch_1", Amount: amount, Currency: "usd", PaymentMethod: visa,
		Details: "application_fee_amount=1&transfer_data[destination]=acct_1",
	}
}

// Actions has every command, with contents that are right, wrong, and at each limit.
// Those that make a charge are tried in full only where there is none.
func (m Charges) Actions(c capture.Charge) []Action {
	now, last := day(0), day(7)
	var as []Action
	add := func(now time.Time, cmds ...capture.Command) {
		for _, c := range cmds {
			as = append(as, Action{c, now})
		}
	}
	m.openings(&c, func(cmd capture.Command) { add(now, cmd) })
	for amount := int64(-1); amount <= m.Amount+2; amount++ {
		for _, final := range []bool{false, true} {
			add(now, capture.Capture{Amount: amount, Final: final})
		}
	}
	add(last, capture.Capture{Amount: 1, Final: true}, capture.Expire{}, capture.Release{})
	on := intents.TimeOf(day(2))
	add(now, capture.Release{}, capture.Expire{}, capture.Dispute{Reason: "fraudulent"},
		capture.Settle{}, capture.Settle{Fee: 1, AvailableOn: on}, capture.Settle{Fee: -1, AvailableOn: on}, capture.Settle{Fee: 6, AvailableOn: on})
	add(now, capture.Increment{Amount: c.Amount}, capture.Increment{Amount: c.Amount, Declined: true})
	if c.Increments == 0 {
		add(now, capture.Increment{Amount: c.Amount + 1}, capture.Increment{Amount: c.Amount + 1, Declined: true})
	}
	add(now, capture.RefundCharge{Amount: -1}, capture.RefundCharge{Amount: 6})
	if c.Refunds.Len() < m.Refunds {
		add(now, capture.RefundCharge{Amount: 1, Flags: capture.RefundApplicationFee | capture.ReverseTransfer})
	}
	if c.Refunds.Len() < m.Refunds && m.Refunds > 1 {
		add(now, capture.RefundCharge{}, capture.RefundCharge{Amount: 2, Pending: true, Reason: capture.Duplicate})
	}
	for n := -1; n <= c.Refunds.Len(); n++ {
		for _, s := range []capture.RefundStatus{capture.RefundPending, capture.RefundSucceeded, capture.RefundFailed, capture.RefundCanceled} {
			add(now, capture.ReportRefund{Number: n, Status: s})
		}
	}
	return as
}

// openings yields the commands that make a charge, or make something of a pending one.
func (m Charges) openings(c *capture.Charge, yield func(capture.Command)) {
	methods := []capture.Method{capture.Manual, capture.Automatic, capture.AutomaticAsync, "later"}
	terms := m.Terms
	if c.Status != capture.StatusNone && c.Status != capture.StatusPending {
		methods, terms = methods[:1], terms[:1]
	}
	for _, method := range methods {
		for _, t := range terms {
			yield(capture.Authorize{Attempt: attempt(m.Amount), Method: method, Terms: t})
			yield(capture.Collect{Method: method, Terms: t})
		}
	}
	for _, amount := range []int64{m.Amount, 0} {
		yield(capture.Submit{Attempt: attempt(amount)})
		yield(capture.Decline{Attempt: attempt(amount), Outcome: "failure_code=card_declined"})
	}
}

// All walks through the world, breadth first: it visits every charge, and yields
// every transition from there that changes something. It returns how many charges
// there are.
func (m Charges) All(yield func(capture.Transition)) (charges int) {
	seen := map[capture.Charge]bool{{}: true}
	queue := []capture.Charge{{}}
	for len(queue) > 0 {
		c := queue[0]
		queue = queue[1:]
		for _, a := range m.Actions(c) {
			t, err := capture.Apply(c, a.Command, a.Now)
			if err != nil || t.After == c {
				continue
			}
			yield(t)
			if !seen[t.After] {
				seen[t.After] = true
				queue = append(queue, t.After)
			}
		}
	}
	return len(seen)
}

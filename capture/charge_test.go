package capture_test

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// day returns the n-th day after the start of the year 2026.
func day(n int) time.Time { return time.Date(2026, 1, 1+n, 0, 0, 0, 0, time.UTC) }

var visa, _ = capture.TestPaymentMethod("pm_card_visa")

// attempt is a destination charge of some cents on a card, with a fee.
func attempt(amount int64) capture.Attempt {
	return capture.Attempt{
		ID: "ch_1", Amount: amount, Currency: "usd", PaymentMethod: visa,
		Details: "application_fee_amount=1&transfer_data[destination]=acct_1",
	}
}

// apply applies commands at a time, all of which have to be accepted.
func apply(tb testing.TB, now time.Time, cmds ...capture.Command) capture.Charge {
	tb.Helper()
	return then(tb, capture.Charge{}, now, cmds...)
}

func then(tb testing.TB, c capture.Charge, now time.Time, cmds ...capture.Command) capture.Charge {
	tb.Helper()
	for _, cmd := range cmds {
		t, err := capture.Apply(c, cmd, now)
		require.NoError(tb, err, "%s", cmd)
		c = t.After
	}
	return c
}

func TestBadAttempts(t *testing.T) {
	with := func(change func(a *capture.Attempt)) capture.Attempt {
		a := attempt(2000)
		change(&a)
		return a
	}
	for _, bad := range []struct {
		name, param, code string
		attempt           capture.Attempt
	}{
		{"no id", "id", "parameter_missing", with(func(a *capture.Attempt) { a.ID = "" })},
		{"an id that is no text", "id", "", with(func(a *capture.Attempt) { a.ID = "ch_\xff" })},
		{"zero", "amount", "parameter_invalid_integer", with(func(a *capture.Attempt) { a.Amount = 0 })},
		{"negative", "amount", "parameter_invalid_integer", with(func(a *capture.Attempt) { a.Amount = -1 })},
		{"the least number", "amount", "parameter_invalid_integer", with(func(a *capture.Attempt) { a.Amount = math.MinInt64 })},
		{"too large by one", "amount", "amount_too_large", with(func(a *capture.Attempt) { a.Amount = capture.Most + 1 })},
		{"the greatest number", "amount", "amount_too_large", with(func(a *capture.Attempt) { a.Amount = math.MaxInt64 })},
		{"no currency", "currency", "", with(func(a *capture.Attempt) { a.Currency = "" })},
		{"an unknown currency", "currency", "", with(func(a *capture.Attempt) { a.Currency = "xyz" })},
		{"an unknown type", "payment_method", "", with(func(a *capture.Attempt) { a.PaymentMethod.Type = 200 })},
		{"a payment method that is no text", "payment_method", "", with(func(a *capture.Attempt) { a.PaymentMethod.ID = "\xff" })},
		{"a customer that is no text", "payment_method", "", with(func(a *capture.Attempt) { a.PaymentMethod.Customer = "\xff" })},
		{"broken details of the payment method", "payment_method", "", with(func(a *capture.Attempt) { a.PaymentMethod.Details = "x" })},
		{"broken details", "details", "", with(func(a *capture.Attempt) { a.Details = "b=&a=" })},
		{"broken metadata", "metadata", "", with(func(a *capture.Attempt) { a.Metadata = "a=" })},
	} {
		refusals(t, []refusal{
			{bad.name + "/authorize", capture.Charge{}, capture.Authorize{Attempt: bad.attempt, Method: capture.Manual}, time.Time{}, bad.param, bad.code},
			{bad.name + "/submit", capture.Charge{}, capture.Submit{Attempt: bad.attempt}, time.Time{}, bad.param, bad.code},
			{bad.name + "/decline", capture.Charge{}, capture.Decline{Attempt: bad.attempt}, time.Time{}, bad.param, bad.code},
		})
	}
	refusals(t, []refusal{
		{"asked for in the past", capture.Charge{}, capture.Submit{Attempt: attempt(1), AskIn: -1}, time.Time{}, "ask_in", ""},
		{"a broken outcome", capture.Charge{}, capture.Decline{Attempt: attempt(1), Outcome: "x"}, time.Time{}, "outcome", ""},
		{"a broken outcome of a pending charge", apply(t, day(0), capture.Submit{Attempt: attempt(1)}), capture.Decline{Outcome: "x"}, time.Time{}, "outcome", ""},
	})
}

func TestBadTerms(t *testing.T) {
	pending := apply(t, day(0), capture.Submit{Attempt: attempt(2000)})
	for _, bad := range []struct {
		name, param string
		method      capture.Method
		terms       capture.Terms
	}{
		{"no method", "capture_method", "", capture.Terms{}},
		{"an unknown method", "capture_method", "later", capture.Terms{}},
		{"a negative hold", "hold", capture.Manual, capture.Terms{Hold: -1}},
		{"a ledger that was early", "settle_in", capture.AutomaticAsync, capture.Terms{SettleIn: -1}},
		{"a ledger beyond the hour", "settle_in", capture.AutomaticAsync, capture.Terms{SettleIn: capture.SLA + 1}},
		{"a maximum below the amount", "maximum_amount_capturable", capture.Manual, capture.Terms{Maximum: 1999}},
		{"a negative maximum", "maximum_amount_capturable", capture.Manual, capture.Terms{Maximum: -1}},
		{"a maximum too large by one", "maximum_amount_capturable", capture.Manual, capture.Terms{Maximum: capture.Most + 1}},
		{"a dispute granted", "features", capture.Manual, capture.Terms{Features: capture.Disputed}},
		{"an unknown feature", "features", capture.Manual, capture.Terms{Features: 1 << 7}},
		{"a negative rate", "pricing", capture.Automatic, capture.Terms{Pricing: capture.Pricing{BasisPoints: -1}}},
		{"more than all", "pricing", capture.Automatic, capture.Terms{Pricing: capture.Pricing{BasisPoints: 10001}}},
		{"a negative fee", "pricing", capture.Automatic, capture.Terms{Pricing: capture.Pricing{Fixed: -1}}},
		{"negative days", "pricing", capture.Automatic, capture.Terms{Pricing: capture.Pricing{Days: -1}}},
		{"a broken outcome", "outcome", capture.Automatic, capture.Terms{Outcome: "x"}},
	} {
		refusals(t, []refusal{
			{bad.name + "/authorize", capture.Charge{}, capture.Authorize{Attempt: attempt(2000), Method: bad.method, Terms: bad.terms}, time.Time{}, bad.param, ""},
			{bad.name + "/collect", pending, capture.Collect{Method: bad.method, Terms: bad.terms}, time.Time{}, bad.param, ""},
		})
	}
}

func TestGoodTermsAtTheirLimits(t *testing.T) {
	a := attempt(capture.Most)
	c := apply(t, day(0), capture.Authorize{Attempt: a, Method: capture.Manual, Terms: capture.Terms{
		Hold: 1, Maximum: capture.Most, Features: capture.Multicapture | capture.Incremental | capture.Extended | capture.AsyncCapture,
		Pricing: capture.Pricing{BasisPoints: 10000, Fixed: math.MaxInt64, Days: math.MaxInt32},
	}})
	require.Equal(t, capture.Most, c.Capturable())
	require.Equal(t, intents.TimeOf(day(0))+1, c.CaptureBefore, "a part of a second counts as one, so the hold is not over early")
	c = then(t, c, day(0), capture.Capture{Amount: capture.Most, Final: true})
	require.Equal(t, capture.Most, c.Ledger.Fee)
	c = then(t, c, day(0), capture.RefundCharge{Flags: capture.RefundApplicationFee | capture.ReverseTransfer})
	require.NoError(t, capture.Check(c))
	tr, ok := c.Transfer()
	require.True(t, ok)
	require.Equal(t, tr.Amount, tr.AmountReversed)

	a = attempt(1)
	c = apply(t, day(0), capture.Authorize{Attempt: a, Method: capture.AutomaticAsync, Terms: capture.Terms{SettleIn: capture.SLA, Maximum: 1}})
	require.Equal(t, intents.TimeOf(day(0)).Add(time.Hour), c.SettleAfter)
}

// TestHold: the window is the acquirer's, else the payment method type's, else a week.
func TestHold(t *testing.T) {
	for _, tc := range []struct {
		pm   intents.PaymentMethodType
		hold time.Duration
		want time.Time
	}{
		{intents.Card, 0, day(7)},
		{intents.CardPresent, 0, day(2)},
		{intents.Klarna, 0, day(28)},
		{intents.SepaDebit, 0, day(7)},
		{intents.NoPaymentMethodType, 0, day(7)},
		{intents.Card, 30 * 24 * time.Hour, day(30)},
		{intents.CardPresent, time.Hour, day(0).Add(time.Hour)},
	} {
		a := attempt(1)
		a.PaymentMethod = intents.PaymentMethod{ID: "pm_1", Type: tc.pm}
		c := apply(t, day(0), capture.Authorize{Attempt: a, Method: capture.Manual, Terms: capture.Terms{Hold: tc.hold}})
		require.Equal(t, tc.want, c.CaptureBefore.Time(), "%s, %s", tc.pm, tc.hold)
	}
}

func TestBadCaptures(t *testing.T) {
	const tooLarge = "amount_too_large"
	hold := apply(t, day(0), capture.Authorize{Attempt: attempt(2000), Method: capture.Manual})
	over := apply(t, day(0), capture.Authorize{Attempt: attempt(2000), Method: capture.Manual, Terms: capture.Terms{Maximum: 2300}})
	multi := apply(t, day(0), capture.Authorize{Attempt: attempt(2000), Method: capture.Manual, Terms: capture.Terms{Maximum: 2300, Features: capture.Multicapture}})
	part := then(t, multi, day(0), capture.Capture{Amount: 1500})
	all := then(t, multi, day(0), capture.Capture{Amount: 2000})
	fifty := multi
	for range 50 {
		fifty = then(t, fifty, day(0), capture.Capture{Amount: 1})
	}
	refusals(t, []refusal{
		{"above the hold", hold, capture.Capture{Amount: 2001, Final: true}, time.Time{}, "amount_to_capture", tooLarge},
		{"far above the hold", hold, capture.Capture{Amount: math.MaxInt64, Final: true}, time.Time{}, "amount_to_capture", tooLarge},
		{"above the maximum", over, capture.Capture{Amount: 2301, Final: true}, time.Time{}, "amount_to_capture", tooLarge},
		{"above the rest", part, capture.Capture{Amount: 501}, time.Time{}, "amount_to_capture", tooLarge},
		{"above the rest of the maximum", part, capture.Capture{Amount: 801, Final: true}, time.Time{}, "amount_to_capture", tooLarge},
		{"nothing is left", all, capture.Capture{Amount: 1}, time.Time{}, "amount_to_capture", tooLarge},
		{"zero", hold, capture.Capture{Final: true}, time.Time{}, "amount", "parameter_invalid_integer"},
		{"zero and not final", part, capture.Capture{}, time.Time{}, "amount", "parameter_invalid_integer"},
		{"negative", hold, capture.Capture{Amount: -1, Final: true}, time.Time{}, "amount_to_capture", ""},
		{"not final without multicapture", hold, capture.Capture{Amount: 1}, time.Time{}, "final_capture", ""},
		{"the fifty-first", fifty, capture.Capture{Amount: 1}, time.Time{}, "amount_to_capture", ""},
		{"at the deadline", hold, capture.Capture{Amount: 1, Final: true}, day(7), "capture_before", "capture_charge_authorization_expired"},
		{"after the deadline", hold, capture.Capture{Amount: -1}, day(8), "capture_before", "capture_charge_authorization_expired"},
		{"asked for at the deadline", hold, capture.Capture{Amount: 1, Final: true, Asked: hold.CaptureBefore}, time.Time{}, "capture_before", "capture_charge_authorization_expired"},
		{"broken details", hold, capture.Capture{Amount: 1, Final: true, Details: "x"}, time.Time{}, "details", ""},
	})
	// One less, one earlier: each is fine.
	require.Equal(t, int64(2300), then(t, over, day(0), capture.Capture{Amount: 2300, Final: true}).Amount)
	require.Equal(t, int64(2300), then(t, part, day(0), capture.Capture{Amount: 800, Final: true}).Amount)
	require.Equal(t, capture.StatusSettled, then(t, all, day(0), capture.Capture{Final: true}).Status)
	require.Equal(t, capture.StatusSettled, then(t, fifty, day(0), capture.Release{}).Status)
	require.Equal(t, capture.StatusSettled, then(t, hold, day(7).Add(-time.Second), capture.Capture{Amount: 1, Final: true}).Status)
	require.Equal(t, capture.StatusSettled, then(t, hold, day(9), capture.Capture{Amount: 1, Final: true, Asked: hold.CaptureBefore - 1}).Status)
}

func TestSecondCapture(t *testing.T) {
	c := apply(t, day(0), capture.Authorize{Attempt: attempt(2000), Method: capture.Manual}, capture.Capture{Amount: 2000, Final: true})
	tr, err := capture.Apply(c, capture.Capture{Amount: 2000, Final: true}, day(0))
	require.Zero(t, tr)
	require.Equal(t, &intents.StateError{
		Object: "charge", Command: "capture", Status: "settled",
		Allowed: []string{"authorized"},
		Legal:   []string{"settle", "refund", "report_refund", "dispute"},
	}, err)
	require.EqualError(t, err, "charge: capture is not allowed in status settled; it is allowed in authorized")
}

func TestBadIncrements(t *testing.T) {
	terms := capture.Terms{Features: capture.Incremental | capture.Multicapture}
	plain := apply(t, day(0), capture.Authorize{Attempt: attempt(2000), Method: capture.Manual, Terms: capture.Terms{Features: capture.Multicapture}})
	hold := apply(t, day(0), capture.Authorize{Attempt: attempt(2000), Method: capture.Manual, Terms: terms})
	part := then(t, hold, day(0), capture.Capture{Amount: 1})
	ten := hold
	for range 10 {
		ten = then(t, ten, day(0), capture.Increment{Amount: 2001, Declined: true})
	}
	require.Equal(t, hold.Capturable(), ten.Capturable())
	refusals(t, []refusal{
		{"not granted", plain, capture.Increment{Amount: 2001}, time.Time{}, "amount", ""},
		{"after a capture", part, capture.Increment{Amount: 2001}, time.Time{}, "amount", ""},
		{"the eleventh", ten, capture.Increment{Amount: 2001}, time.Time{}, "amount", ""},
		{"not greater", hold, capture.Increment{Amount: 2000}, time.Time{}, "amount", ""},
		{"not greater and declined", hold, capture.Increment{Amount: 2000, Declined: true}, time.Time{}, "amount", ""},
		{"too large by one", hold, capture.Increment{Amount: capture.Most + 1}, time.Time{}, "amount", "amount_too_large"},
	})
	require.Equal(t, capture.Most, then(t, hold, day(0), capture.Increment{Amount: capture.Most}).Capturable())
}

func TestBadSettlements(t *testing.T) {
	c := apply(t, day(0), capture.Authorize{Attempt: attempt(2000), Method: capture.AutomaticAsync})
	on := intents.TimeOf(day(2))
	refusals(t, []refusal{
		{"a negative fee", c, capture.Settle{Fee: -1, AvailableOn: on}, time.Time{}, "fee", ""},
		{"a fee above the capture", c, capture.Settle{Fee: 2001, AvailableOn: on}, time.Time{}, "fee", ""},
		{"a fee above the capture that does not count", c, capture.Settle{Fee: 2001}, time.Time{}, "fee", ""},
	})
	require.Equal(t, capture.Ledger{At: intents.TimeOf(day(1)), AvailableOn: on, Fee: 2000}, then(t, c, day(1), capture.Settle{Fee: 2000, AvailableOn: on}).Ledger)
	// Without a date the charge's own pricing counts, which is free here.
	require.Equal(t, capture.Ledger{At: intents.TimeOf(day(1)), AvailableOn: intents.TimeOf(day(1))}, then(t, c, day(1), capture.Settle{Fee: 7}).Ledger)
}

func TestBadRefunds(t *testing.T) {
	const invalidInteger = "parameter_invalid_integer"
	hold := apply(t, day(0), capture.Authorize{Attempt: attempt(2000), Method: capture.Manual, Terms: capture.Terms{Features: capture.Multicapture}})
	bare := attempt(2000)
	bare.Details = ""
	plain := apply(t, day(0), capture.Authorize{Attempt: bare, Method: capture.Automatic})
	c := apply(t, day(0), capture.Authorize{Attempt: attempt(2000), Method: capture.Automatic}, capture.RefundCharge{Amount: 1500})
	full := then(t, c, day(0), capture.RefundCharge{})
	disputed := then(t, c, day(0), capture.Dispute{})
	refusals(t, []refusal{
		{"too much", c, capture.RefundCharge{Amount: 501}, time.Time{}, "amount", "amount_too_large"},
		{"far too much", c, capture.RefundCharge{Amount: math.MaxInt64}, time.Time{}, "amount", "amount_too_large"},
		{"negative", c, capture.RefundCharge{Amount: -1}, time.Time{}, "amount", invalidInteger},
		{"negative, of nothing", hold, capture.RefundCharge{Amount: -1}, time.Time{}, "amount", invalidInteger},
		{"nothing is captured", hold, capture.RefundCharge{}, time.Time{}, "charge", "charge_not_refundable"},
		{"all is refunded", full, capture.RefundCharge{}, time.Time{}, "charge", "charge_already_refunded"},
		{"one more than all", full, capture.RefundCharge{Amount: 1}, time.Time{}, "charge", "charge_already_refunded"},
		{"an unknown reason", c, capture.RefundCharge{Amount: 1, Reason: "regret"}, time.Time{}, "reason", ""},
		{"an unknown flag", c, capture.RefundCharge{Amount: 1, Flags: 4}, time.Time{}, "flags", ""},
		{"disputed", disputed, capture.RefundCharge{Amount: 1}, time.Time{}, "charge", "charge_disputed"},
		{"no fee", plain, capture.RefundCharge{Amount: 1, Flags: capture.RefundApplicationFee}, time.Time{}, "refund_application_fee", ""},
		{"no transfer", plain, capture.RefundCharge{Amount: 1, Flags: capture.ReverseTransfer}, time.Time{}, "reverse_transfer", ""},
	})
	require.Equal(t, int64(2000), then(t, c, day(0), capture.RefundCharge{Amount: 500}).AmountRefunded)
	for _, r := range []capture.RefundReason{"", capture.Duplicate, capture.Fraudulent, capture.RequestedByCustomer} {
		got, ok := then(t, c, day(0), capture.RefundCharge{Amount: 1, Reason: r}).Refunds.Get(1)
		require.True(t, ok)
		require.Equal(t, r, got.Reason)
	}
}

func TestBadRefundReports(t *testing.T) {
	c := apply(t, day(0), capture.Authorize{Attempt: attempt(2000), Method: capture.Automatic},
		capture.RefundCharge{Amount: 1}, capture.RefundCharge{Amount: 2, Pending: true}, capture.RefundCharge{Amount: 3, Pending: true}, capture.RefundCharge{Amount: 4},
		capture.ReportRefund{Number: 2, Status: capture.RefundCanceled}, capture.ReportRefund{Number: 3, Status: capture.RefundFailed})
	report := func(n int, s capture.RefundStatus) capture.Command {
		return capture.ReportRefund{Number: n, Status: s}
	}
	refusals(t, []refusal{
		{"none has the number", c, report(4, capture.RefundFailed), time.Time{}, "refund", "resource_missing"},
		{"a negative number", c, report(-1, capture.RefundFailed), time.Time{}, "refund", "resource_missing"},
		{"no status", c, report(1, ""), time.Time{}, "status", ""},
		{"an unknown status", c, report(1, "lost"), time.Time{}, "status", ""},
		{"back to pending", c, report(1, capture.RefundPending), time.Time{}, "status", ""},
		{"succeeded again", c, report(0, capture.RefundSucceeded), time.Time{}, "status", ""},
		{"succeeded is not canceled", c, report(0, capture.RefundCanceled), time.Time{}, "status", ""},
		{"canceled is final", c, report(2, capture.RefundFailed), time.Time{}, "status", ""},
		{"failed is final", c, report(3, capture.RefundSucceeded), time.Time{}, "status", ""},
	})
	require.Equal(t, int64(3), c.AmountRefunded)
	for status, left := range map[capture.RefundStatus]int64{capture.RefundSucceeded: 3, capture.RefundFailed: 1, capture.RefundCanceled: 1} {
		require.Equal(t, left, then(t, c, day(0), report(1, status)).AmountRefunded, status)
	}
	require.Equal(t, int64(2), then(t, c, day(0), report(0, capture.RefundFailed)).AmountRefunded, "what succeeded may still come back")
}

func TestBadDisputesAndTime(t *testing.T) {
	c := apply(t, day(0), capture.Authorize{Attempt: attempt(2000), Method: capture.Automatic})
	hold := apply(t, day(0), capture.Authorize{Attempt: attempt(2000), Method: capture.Manual})
	fresh := capture.Authorize{Attempt: attempt(1), Method: capture.Automatic}
	refusals(t, []refusal{
		{"disputed already", then(t, c, day(0), capture.Dispute{}), capture.Dispute{}, time.Time{}, "charge", "charge_disputed"},
		{"a reason that is no text", c, capture.Dispute{Reason: "\xff"}, time.Time{}, "reason", ""},
		{"too early to expire", hold, capture.Expire{}, day(7).Add(-time.Second), "capture_before", ""},
		{"the epoch", capture.Charge{}, fresh, time.Unix(0, 0), "now", ""},
		{"before the epoch", capture.Charge{}, fresh, time.Unix(-1, 0), "now", ""},
		{"after the year 9999", capture.Charge{}, fresh, time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), "now", ""},
	})
	refusal{"no time", capture.Charge{}, fresh, time.Time{}, "now", ""}.test(t)
	first := apply(t, time.Unix(1, 0), fresh)
	require.Equal(t, intents.Time(1), first.Ledger.At)
	require.NoError(t, capture.Check(first))
	last := time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	require.Equal(t, intents.TimeOf(last), apply(t, last, fresh).Ledger.At)
}

// TestStripeStatus is the table of facts section 1.2.
func TestStripeStatus(t *testing.T) {
	for s, want := range map[capture.Status][3]any{
		capture.StatusPending:    {"pending", false, false},
		capture.StatusFailed:     {"failed", false, false},
		capture.StatusAuthorized: {"succeeded", true, false},
		capture.StatusCaptured:   {"succeeded", true, true},
		capture.StatusSettled:    {"succeeded", true, true},
		capture.StatusReleased:   {"succeeded", true, false},
		capture.StatusExpired:    {"succeeded", true, false},
		capture.StatusNone:       {"failed", false, false},
		"lost":                   {"failed", false, false},
	} {
		status, paid, captured := s.Stripe()
		require.Equal(t, want, [3]any{status, paid, captured}, "%q", s)
	}
}

func TestDefaultMethod(t *testing.T) {
	require.Equal(t, capture.Automatic, capture.DefaultMethod("2023-10-16"))
	require.Equal(t, capture.AutomaticAsync, capture.DefaultMethod("2024-04-10"))
	require.Equal(t, capture.AutomaticAsync, capture.DefaultMethod("2026-08-26.dahlia"))
	require.False(t, capture.Method("").Valid())
}

// TestRefunded: a charge is refunded only once nothing more can be captured.
func TestRefunded(t *testing.T) {
	c := apply(t, day(0), capture.Authorize{Attempt: attempt(3), Method: capture.Manual, Terms: capture.Terms{Features: capture.Multicapture}},
		capture.Capture{Amount: 2}, capture.RefundCharge{})
	require.Equal(t, int64(2), c.AmountRefunded)
	require.False(t, c.Refunded())
	c = then(t, c, day(0), capture.Capture{Final: true})
	require.True(t, c.Refunded())
	require.False(t, then(t, c, day(0), capture.ReportRefund{Status: capture.RefundFailed}).Refunded())
	require.False(t, capture.Charge{}.Refunded())
}

// TestResume: work that is still owed is current; a timer comes with its command, a job
// with none, and all other work is stale.
func TestResume(t *testing.T) {
	for _, s := range samples() {
		c := s.charge(t)
		pending := capture.Pending(c)
		require.LessOrEqual(t, len(pending), 1)
		for _, d := range pending {
			cmd, current := capture.Resume(c, d)
			require.True(t, current)
			require.Equal(t, d.Kind == capture.ExpireCharge, cmd != nil)
			if cmd != nil {
				require.Equal(t, capture.Expire{}, cmd)
			}
			for _, stale := range []intents.Deferred{
				{Kind: "charge.dance", Subject: d.Subject, NotBefore: d.NotBefore},
				{Kind: d.Kind, Subject: "ch_2", NotBefore: d.NotBefore},
				{Kind: d.Kind, Subject: d.Subject, NotBefore: d.NotBefore + 1},
				{},
			} {
				cmd, current = capture.Resume(c, stale)
				require.False(t, current)
				require.Nil(t, cmd)
			}
		}
		if len(pending) == 0 {
			_, current := capture.Resume(c, intents.Deferred{})
			require.False(t, current)
		}
	}
}

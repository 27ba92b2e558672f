package capture_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// TestCorruptCharges breaks one field after the other of a stored charge. Apply refuses what it can
// tell without reading the carried strings; Check refuses all.
func TestCorruptCharges(t *testing.T) {
	full := map[string]capture.Charge{}
	for _, s := range samples() {
		full[s.name] = s.charge(t)
	}
	const partly, refunded = "authorized, 1 captured", "settled, 1 refunded"
	for _, tc := range []struct {
		name, sample, param string
		applies             bool // Apply does not notice
		change              func(c *capture.Charge)
	}{
		{"an unknown status", "settled", "status", false, func(c *capture.Charge) { c.Status = "lost" }},
		{"a status without contents", "(none)", "id", false, func(c *capture.Charge) { c.Status = capture.StatusSettled }},
		{"contents without a status", "settled", "status", false, func(c *capture.Charge) { c.Status = "" }},
		{"an id without a status", "(none)", "status", false, func(c *capture.Charge) { c.ID = "ch_1" }},
		{"an amount without a status", "(none)", "status", false, func(c *capture.Charge) { c.Amount = 1 }},
		{"authorized without a status", "(none)", "status", false, func(c *capture.Charge) { c.AmountAuthorized = 1 }},
		{"captured without a status", "(none)", "status", false, func(c *capture.Charge) { c.AmountCaptured = 1 }},
		{"released without a status", "(none)", "status", false, func(c *capture.Charge) { c.AmountReleased = 1 }},
		{"refunded without a status", "(none)", "status", false, func(c *capture.Charge) { c.AmountRefunded = 1 }},
		{"a ledger entry without a status", "(none)", "status", false, func(c *capture.Charge) { c.Ledger.At = 1 }},
		{"metadata without a status", "(none)", "status", true, func(c *capture.Charge) { c.Metadata = "a=b" }},
		{"no id", "settled", "id", false, func(c *capture.Charge) { c.ID = "" }},
		{"an id that is no text", "settled", "id", true, func(c *capture.Charge) { c.ID = "\xff" }},
		{"no currency", "settled", "currency", true, func(c *capture.Charge) { c.Currency = "" }},
		{"another currency", "settled", "currency", true, func(c *capture.Charge) { c.Currency = "USD" }},
		{"no amount", "settled", "amount", false, func(c *capture.Charge) { c.Amount = 0 }},
		{"an amount too large", "settled", "amount", false, func(c *capture.Charge) { c.Amount = capture.Most + 1 }},
		{"nothing authorized", "settled", "amount_authorized", false, func(c *capture.Charge) { c.AmountAuthorized = 0 }},
		{"negative authorized", "settled", "amount_authorized", false, func(c *capture.Charge) { c.AmountAuthorized = -1 }},
		{"too much authorized", "settled", "amount_authorized", false, func(c *capture.Charge) { c.AmountAuthorized = 4 }},
		{"authorized while pending", "pending", "status", false, func(c *capture.Charge) { c.AmountAuthorized = 1 }},
		{"captured while pending", "pending", "status", false, func(c *capture.Charge) { c.AmountCaptured = 1 }},
		{"released after a failure", "failed", "status", false, func(c *capture.Charge) { c.AmountReleased = 1 }},
		{"an entry after a failure", "failed", "status", false, func(c *capture.Charge) { c.Ledger.At = 1 }},
		{"negative captured", "settled", "amount_captured", false, func(c *capture.Charge) { c.AmountCaptured = -1 }},
		{"too much captured", "settled", "amount_captured", false, func(c *capture.Charge) { c.AmountCaptured = 4 }},
		{"less captured than released", "settled", "status", false, func(c *capture.Charge) { c.AmountCaptured = 2 }},
		{"nothing captured", "captured", "status", false, func(c *capture.Charge) { c.AmountCaptured, c.AmountReleased = 0, 3 }},
		{"captured without multicapture", partly, "status", false, func(c *capture.Charge) { c.Features = 0 }},
		{"captured without an entry", partly, "status", false, func(c *capture.Charge) { c.Ledger = capture.Ledger{} }},
		{"captured and released", "released", "status", false, func(c *capture.Charge) { c.AmountCaptured, c.AmountReleased = 1, 2 }},
		{"captured and expired", "expired", "status", false, func(c *capture.Charge) { c.AmountCaptured = 1; c.AmountReleased = 2 }},
		{"negative released", "released", "amount_released", false, func(c *capture.Charge) { c.AmountReleased = -1 }},
		{"too much released", "released", "amount_released", false, func(c *capture.Charge) { c.AmountReleased = 4 }},
		{"too little released", "released", "status", false, func(c *capture.Charge) { c.AmountReleased = 2 }},
		{"more released than not captured", "settled", "amount_released", false, func(c *capture.Charge) { c.AmountReleased = 1 }},
		{"released while held", "authorized", "status", false, func(c *capture.Charge) { c.AmountReleased = 1 }},
		{"negative refunded", refunded, "amount_refunded", false, func(c *capture.Charge) { c.AmountRefunded = -1 }},
		{"too much refunded", refunded, "amount_refunded", false, func(c *capture.Charge) { c.AmountRefunded = 4 }},
		{"refunds that do not add up", refunded, "amount_refunded", true, func(c *capture.Charge) { c.AmountRefunded = 2 }},
		{"refunds that add up by overflow", refunded, "amount_refunded", true, func(c *capture.Charge) {
			const quarter = "4611686018427387904,succeeded,,1767225600,0"
			c.Refunds = capture.Refunds(strings.Join([]string{quarter, quarter, quarter, quarter, string(c.Refunds)}, ";"))
		}},
		{"no maximum", "authorized", "status", false, func(c *capture.Charge) { c.Maximum = 0 }},
		{"a negative maximum", "settled", "maximum_amount_capturable", false, func(c *capture.Charge) { c.Maximum = -1 }},
		{"a maximum too large", "authorized", "maximum_amount_capturable", false, func(c *capture.Charge) { c.Maximum = capture.Most + 1 }},
		{"a maximum below the amount", "settled", "maximum_amount_capturable", true, func(c *capture.Charge) { c.Maximum = 2 }},
		{"never created", "settled", "created", true, func(c *capture.Charge) { c.Created = 0 }},
		{"a hold without end", "authorized", "status", false, func(c *capture.Charge) { c.CaptureBefore = 0 }},
		{"the end of no hold", "released", "capture_before", true, func(c *capture.Charge) { c.CaptureBefore = 1 }},
		{"nothing to wait for", "settled", "settle_after", true, func(c *capture.Charge) { c.SettleAfter = 1 }},
		{"no entry", "settled", "status", false, func(c *capture.Charge) { c.Ledger = capture.Ledger{} }},
		{"an entry too early", "captured", "status", false, func(c *capture.Charge) { c.Ledger.At = 1 }},
		{"an entry for a release", "released", "status", false, func(c *capture.Charge) { c.Ledger.At = 1 }},
		{"half an entry", "captured", "balance_transaction", false, func(c *capture.Charge) { c.Ledger.AvailableOn = 1 }},
		{"a negative fee", "settled", "balance_transaction", false, func(c *capture.Charge) { c.Ledger.Fee = -1 }},
		{"a fee above the capture", "settled", "balance_transaction", false, func(c *capture.Charge) { c.Ledger.Fee = 4 }},
		{"a rate above all", "settled", "pricing", true, func(c *capture.Charge) { c.Pricing.BasisPoints = 10001 }},
		{"a negative rate", "settled", "pricing", true, func(c *capture.Charge) { c.Pricing.BasisPoints = -1 }},
		{"a negative price", "settled", "pricing", true, func(c *capture.Charge) { c.Pricing.Fixed = -1 }},
		{"negative days", "settled", "pricing", true, func(c *capture.Charge) { c.Pricing.Days = -1 }},
		{"an unknown type", "settled", "payment_method", true, func(c *capture.Charge) { c.PaymentMethod.Type = 200 }},
		{"a payment method that is no text", "settled", "payment_method", true, func(c *capture.Charge) { c.PaymentMethod.ID = "\xff" }},
		{"broken details of the payment method", "settled", "payment_method", true, func(c *capture.Charge) { c.PaymentMethod.Details = "x" }},
		{"broken details", "settled", "details", true, func(c *capture.Charge) { c.Details = "x" }},
		{"broken metadata", "settled", "metadata", true, func(c *capture.Charge) { c.Metadata = "x" }},
		{"a broken outcome", "settled", "outcome", true, func(c *capture.Charge) { c.Outcome = "x" }},
		{"broken refunds", refunded, "refunds", true, func(c *capture.Charge) { c.Refunds = "1" }},
		{"an unknown feature", "settled", "features", true, func(c *capture.Charge) { c.Features = 1 << 7 }},
		{"too many captures", "settled", "captures", true, func(c *capture.Charge) { c.Captures = 51 }},
		{"too many increments", "settled", "increments", true, func(c *capture.Charge) { c.Increments = 11 }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, ok := full[tc.sample]
			require.True(t, ok, "no such sample: %s", tc.sample)
			require.NoError(t, capture.Check(c))
			tc.change(&c)
			var invalid *intents.InvalidError
			require.ErrorAs(t, capture.Check(c), &invalid)
			require.Equal(t, intents.CodeCorruptState, invalid.Code)
			require.Equal(t, tc.param, invalid.Param)
			require.NotEmpty(t, invalid.Message)
			if tc.applies {
				require.NoError(t, capture.CheckFast(&c))
				return
			}
			for _, cmd := range append(commands(), nil) {
				tr, err := capture.Apply(c, cmd, day(0))
				require.Equal(t, capture.Check(c), err)
				require.Zero(t, tr)
			}
		})
	}
}

// TestCorruptStatus: the refusal says what stands there.
func TestCorruptStatus(t *testing.T) {
	c := apply(t, day(0), capture.Authorize{Attempt: attempt(3), Method: capture.Automatic})
	c.Status = "lost"
	require.EqualError(t, capture.Check(c), "status: it is unknown: lost (corrupt_state)")
}

// TestCorruptRefunds: what reads the list of refunds checks it first.
func TestCorruptRefunds(t *testing.T) {
	c := apply(t, day(0), capture.Authorize{Attempt: attempt(2000), Method: capture.Automatic}, capture.RefundCharge{Amount: 1})
	garbage, lost, total := c, c, c
	garbage.Refunds = "1,succeeded;"
	lost.Refunds = ""
	total.AmountRefunded = 0
	for _, cmd := range []capture.Command{capture.RefundCharge{Amount: 1}, capture.ReportRefund{Status: capture.RefundFailed}} {
		refusals(t, []refusal{
			{"garbage", garbage, cmd, time.Time{}, "refunds", intents.CodeCorruptState},
			{"lost", lost, cmd, time.Time{}, "amount_refunded", intents.CodeCorruptState},
			{"total", total, cmd, time.Time{}, "amount_refunded", intents.CodeCorruptState},
		})
	}
}

// TestCheckAcceptsExtremes: the greatest amounts are fine everywhere.
func TestCheckAcceptsExtremes(t *testing.T) {
	for _, s := range samples() {
		c := s.charge(t)
		require.NoError(t, capture.Check(c), s.name)
		require.NoError(t, capture.CheckFast(&c), s.name)
	}
	many := apply(t, day(0), capture.Authorize{Attempt: attempt(capture.Most), Method: capture.Manual, Terms: capture.Terms{Features: capture.Multicapture | capture.Incremental}})
	many.Captures, many.Increments = 50, 10
	require.NoError(t, capture.Check(many))
}

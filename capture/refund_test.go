package capture_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// fold makes the list of these refunds as the machine does.
func fold(rs ...capture.Refund) capture.Charge {
	var c capture.Charge
	for _, r := range rs {
		capture.Fold(&c, capture.Refunded{Refund: r})
	}
	return c
}

func TestRefundsList(t *testing.T) {
	rs := []capture.Refund{
		{Amount: 500, Status: capture.RefundSucceeded, Created: 1767225600},
		{Amount: 300, Status: capture.RefundPending, Reason: capture.Duplicate, Created: 1767225601, Flags: capture.ReverseTransfer},
		{Amount: 200, Status: capture.RefundFailed, Reason: capture.Fraudulent, Created: 1767225602, Flags: capture.RefundApplicationFee},
		{Amount: 100, Status: capture.RefundCanceled, Reason: capture.RequestedByCustomer, Created: 1767225603, Flags: 3},
	}
	c := fold(rs...)
	require.Equal(t, capture.Refunds("500,succeeded,,1767225600,0;300,pending,duplicate,1767225601,2;200,failed,fraudulent,1767225602,1;100,canceled,requested_by_customer,1767225603,3"), c.Refunds)
	require.NoError(t, c.Refunds.Check())
	require.Equal(t, int64(800), c.AmountRefunded, "what failed or was canceled does not count")
	require.Equal(t, 4, c.Refunds.Len())
	for n, want := range rs {
		got, ok := c.Refunds.Get(n)
		require.True(t, ok)
		require.Equal(t, want, got)
	}
	for _, n := range []int{-1, 4} {
		_, ok := c.Refunds.Get(n)
		require.False(t, ok)
	}
	var seen []capture.Refund
	for n, r := range c.Refunds.All() {
		require.Len(t, seen, n)
		seen = append(seen, r)
	}
	require.Equal(t, rs, seen)
	for range c.Refunds.All() {
		break
	}

	capture.Fold(&c, capture.RefundUpdated{Number: 1, Status: capture.RefundFailed})
	require.Equal(t, int64(500), c.AmountRefunded)
	capture.Fold(&c, capture.RefundUpdated{Number: 3, Status: capture.RefundSucceeded})
	require.Equal(t, int64(600), c.AmountRefunded)
	capture.Fold(&c, capture.RefundUpdated{Number: 4, Status: capture.RefundSucceeded})
	require.Equal(t, int64(600), c.AmountRefunded)
	require.NoError(t, c.Refunds.Check())

	var none capture.Refunds
	require.NoError(t, none.Check())
	require.Zero(t, none.Len())
	for range none.All() {
		require.Fail(t, "there are none")
	}
}

func TestCorruptRefundLists(t *testing.T) {
	const good = "500,succeeded,,1767225600,0"
	require.NoError(t, capture.Refunds(good).Check())
	for _, bad := range []capture.Refunds{
		";", good + ";", ";" + good, good + ";;" + good, "500", "500,succeeded,,1767225600", good + ",0",
		"+500,succeeded,,1767225600,0", "0500,succeeded,,1767225600,0", "x,succeeded,,1767225600,0",
		"0,succeeded,,1767225600,0", "-1,succeeded,,1767225600,0", "9223372036854775808,succeeded,,1767225600,0",
		"500,,,1767225600,0", "500,lost,,1767225600,0", "500,succeeded,regret,1767225600,0",
		"500,succeeded,,x,0", "500,succeeded,,,0", "500,succeeded,,+1,0",
		"500,succeeded,,1767225600,", "500,succeeded,,1767225600,4", "500,succeeded,,1767225600,256", "500,succeeded,,1767225600,-1",
		" " + good, good + " ",
	} {
		var invalid *intents.InvalidError
		require.ErrorAs(t, bad.Check(), &invalid, "%q", bad)
		require.Equal(t, "refunds", invalid.Param)
		require.Equal(t, intents.CodeCorruptState, invalid.Code)
		require.Equal(t, "the list is not canonical", invalid.Message)
	}
}

func TestRefundIDs(t *testing.T) {
	require.Equal(t, "re_3SRzp4KXBGcbgpbZUfdvaiw9", capture.RefundID("ch_3SRzp4KXBGcbgpbZ1EpWO6qC", 0))
	ids := map[string]bool{}
	for n := range 100 {
		ids[capture.RefundID("ch_1", n)] = true
	}
	require.Len(t, ids, 100)
}

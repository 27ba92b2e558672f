package capture_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// connect is a settled destination charge with a fee.
func connect(tb testing.TB, details intents.Pairs) capture.Charge {
	tb.Helper()
	a := attempt(2000)
	a.ID, a.Details = "ch_3SRzp4KXBGcbgpbZ1EpWO6qC", details
	return apply(tb, day(0), capture.Authorize{Attempt: a, Method: capture.Automatic, Terms: capture.Terms{Pricing: capture.TestPricing()}})
}

func TestSettledValues(t *testing.T) {
	const details = "application=ca_1&application_fee_amount=123&description=T-shirt&on_behalf_of=acct_2&transfer_data[destination]=acct_1&transfer_group=order_6735"
	c := connect(t, details)
	at, on := intents.TimeOf(day(0)), intents.TimeOf(day(7))
	b, ok := c.BalanceTransaction()
	require.True(t, ok)
	require.Empty(t, cmp.Diff(capture.BalanceTransaction{
		ID: "txn_3SRzp4KXBGcbgpbZuZ6vdOED", Source: c.ID, Amount: 2000, Fee: 88, Net: 1912, Currency: "usd",
		Created: at, AvailableOn: on, Description: "T-shirt",
	}, b))
	f, ok := c.ApplicationFee()
	require.True(t, ok)
	require.Empty(t, cmp.Diff(capture.ApplicationFee{
		ID: "fee_3SRzp4KXBGcbgpbZtfPtkXjd", Account: "acct_1", Application: "ca_1", Charge: c.ID,
		Amount: 123, Currency: "usd", Created: at,
	}, f))
	tr, ok := c.Transfer()
	require.True(t, ok)
	require.Empty(t, cmp.Diff(capture.Transfer{
		ID: "tr_3SRzp4KXBGcbgpbZhSzufzaL", Destination: "acct_1", DestinationPayment: "py_3SRzp4KXBGcbgpbZd673TuGa",
		SourceTransaction: c.ID, Group: "order_6735", Amount: 2000, Currency: "usd", Created: at,
	}, tr))

	require.False(t, b.Available(on-1))
	require.True(t, b.Available(on))
	require.True(t, b.Available(on+1))
}

// TestNothingBeforeSettlement: while the ledger is to come, all three are null.
func TestNothingBeforeSettlement(t *testing.T) {
	for _, s := range samples() {
		c := s.charge(t)
		_, b := c.BalanceTransaction()
		_, f := c.ApplicationFee()
		_, tr := c.Transfer()
		posted := c.Status == capture.StatusSettled || c.AmountCaptured > 0 && c.Status == capture.StatusAuthorized
		require.Equal(t, [3]bool{posted, posted, posted}, [3]bool{b, f, tr}, s.name)
	}
}

func TestConnectOf(t *testing.T) {
	for _, tc := range []struct {
		details intents.Pairs
		want    capture.Connect
	}{
		{"", capture.Connect{}},
		{"description=T-shirt", capture.Connect{}},
		{"application_fee_amount=0", capture.Connect{HasFee: true}},
		{"application_fee_amount=123&on_behalf_of=acct_2", capture.Connect{HasFee: true, FeeAmount: 123, OnBehalfOf: "acct_2"}},
		{"transfer_data[amount]=877&transfer_data[destination]=acct_1", capture.Connect{Destination: "acct_1", TransferAmount: 877}},
		{"application=ca_1&application_fee_amount=x", capture.Connect{Application: "ca_1", HasFee: true}},
	} {
		require.Equal(t, tc.want, capture.ConnectOf(tc.details), "%s", tc.details)
	}
}

func TestFeeAndTransferAmounts(t *testing.T) {
	type amounts struct {
		fee, transfer       int64
		hasFee, hasTransfer bool
		account             string
	}
	for _, tc := range []struct {
		details intents.Pairs
		want    amounts
	}{
		{"", amounts{}},
		{"transfer_data[destination]=acct_1", amounts{transfer: 2000, hasTransfer: true}},
		{"transfer_data[amount]=877&transfer_data[destination]=acct_1", amounts{transfer: 877, hasTransfer: true}},
		{"transfer_data[amount]=1&transfer_data[destination]=acct_1", amounts{transfer: 1, hasTransfer: true}},
		{"transfer_data[amount]=2001&transfer_data[destination]=acct_1", amounts{transfer: 2000, hasTransfer: true}},
		{"transfer_data[amount]=-5&transfer_data[destination]=acct_1", amounts{transfer: 2000, hasTransfer: true}},
		{"transfer_data[amount]=877", amounts{}},
		{"application_fee_amount=0&transfer_data[destination]=acct_1", amounts{transfer: 2000, hasTransfer: true}},
		{"application_fee_amount=-1", amounts{}},
		{"application_fee_amount=123&on_behalf_of=acct_2", amounts{fee: 123, hasFee: true, account: "acct_2"}},
		{"application_fee_amount=1&on_behalf_of=acct_2&transfer_data[destination]=acct_1", amounts{fee: 1, hasFee: true, account: "acct_1", transfer: 2000, hasTransfer: true}},
		{"application_fee_amount=2001", amounts{fee: 2000, hasFee: true}},
		{"application_fee_amount=99999999999999999999", amounts{fee: 2000, hasFee: true}},
	} {
		c := connect(t, tc.details)
		var got amounts
		f, ok := c.ApplicationFee()
		got.fee, got.hasFee, got.account = f.Amount, ok, f.Account
		tr, ok := c.Transfer()
		got.transfer, got.hasTransfer = tr.Amount, ok
		require.Equal(t, tc.want, got, "%s", tc.details)
	}
	tr, _ := connect(t, "transfer_data[destination]=acct_1").Transfer()
	require.Equal(t, "group_ch_3SRzp4KXBGcbgpbZ1EpWO6qC", tr.Group)
}

func TestPricing(t *testing.T) {
	for _, tc := range []struct {
		pricing     capture.Pricing
		amount, fee int64
	}{
		{capture.Pricing{}, 2000, 0},
		{capture.TestPricing(), 2000, 88},
		{capture.TestPricing(), 30, 30},
		{capture.TestPricing(), 31, 31},
		{capture.TestPricing(), 100, 33},
		{capture.Pricing{BasisPoints: 1}, 4999, 0},
		{capture.Pricing{BasisPoints: 1}, 5000, 1}, // half up
		{capture.Pricing{BasisPoints: 1}, 14999, 1},
		{capture.Pricing{BasisPoints: 1}, 15000, 2},
		{capture.Pricing{BasisPoints: 10000}, 7, 7},
		{capture.Pricing{BasisPoints: 10000, Fixed: 1}, 7, 7},
		{capture.Pricing{BasisPoints: 5000, Fixed: math.MaxInt64}, math.MaxInt64, math.MaxInt64},
		{capture.Pricing{Fixed: 5}, 0, 0},
		{capture.Pricing{Fixed: 5}, -1, 0},
		{capture.TestPricing(), -1000000, 0},
		{capture.Pricing{BasisPoints: -1, Fixed: -1}, 1000000, 0},   // no such pricing passes Check
		{capture.Pricing{BasisPoints: 20000, Fixed: 1}, 1000, 1000}, // nor does this
	} {
		require.Equal(t, tc.fee, tc.pricing.Fee(tc.amount), "%+v of %d", tc.pricing, tc.amount)
	}
	noon := intents.TimeOf(day(0)) + 12*60*60
	require.Equal(t, noon, capture.Pricing{}.AvailableOn(noon))
	require.Equal(t, intents.TimeOf(day(1)), capture.Pricing{Days: 1}.AvailableOn(noon))
	require.Equal(t, intents.TimeOf(day(7)), capture.TestPricing().AvailableOn(intents.TimeOf(day(0))))
	require.Equal(t, intents.TimeOf(day(7)), capture.TestPricing().AvailableOn(intents.TimeOf(day(1))-1))
}

// TestFeeOracle compares the fee with the same sum in numbers without end.
func TestFeeOracle(t *testing.T) {
	limits := []int64{0, 1, 4999, 5000, 9999, 10000, capture.Most - 1, capture.Most, math.MaxInt64}
	rapid.Check(t, func(t *rapid.T) {
		p := capture.Pricing{
			BasisPoints: rapid.OneOf(rapid.Int32Range(0, 10000), rapid.SampledFrom([]int32{0, 1, 9999, 10000})).Draw(t, "bp"),
			Fixed:       rapid.OneOf(rapid.Int64Range(0, math.MaxInt64), rapid.SampledFrom(limits)).Draw(t, "fixed"),
		}
		amount := rapid.OneOf(rapid.Int64Range(0, 1e6), rapid.Int64Range(0, math.MaxInt64), rapid.SampledFrom(limits)).Draw(t, "amount")
		want := big.NewInt(amount)
		want.Mul(want, big.NewInt(int64(p.BasisPoints)))
		want.Add(want, big.NewInt(5000))
		want.Div(want, big.NewInt(10000))
		want.Add(want, big.NewInt(p.Fixed))
		if whole := big.NewInt(amount); want.Cmp(whole) > 0 {
			want = whole
		}
		if got := p.Fee(amount); want.Cmp(big.NewInt(got)) != 0 {
			t.Fatalf("%+v of %d is %d, want %s", p, amount, got, want)
		}
	})
}

// TestShareOracle compares a share with the same quotient in numbers without end.
func TestShareOracle(t *testing.T) {
	number := func(high int64) *rapid.Generator[int64] {
		return rapid.OneOf(rapid.Int64Range(0, high), rapid.SampledFrom([]int64{0, min(1, high), high / 2, high}))
	}
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.OneOf(number(1000), number(capture.Most), number(math.MaxInt64)).Draw(t, "of")
		part := number(of).Draw(t, "part")
		whole := number(math.MaxInt64).Draw(t, "whole")
		want := new(big.Int)
		if of > 0 {
			want.Mul(big.NewInt(whole), big.NewInt(part))
			want.Div(want, big.NewInt(of))
		}
		got := capture.Share(whole, part, of)
		if want.Cmp(big.NewInt(got)) != 0 {
			t.Fatalf("%d*%d/%d is %d, want %s", whole, part, of, got, want)
		}
		if got > whole || part == of && of > 0 && got != whole {
			t.Fatalf("%d of %d/%d is %d", whole, part, of, got)
		}
	})
	// What no charge has gives nothing, and never more than the whole.
	require.Zero(t, capture.Share(-1, 1, 1))
	require.Zero(t, capture.Share(1, -1, 1))
	require.Zero(t, capture.Share(1, 1, -1))
	require.Zero(t, capture.Share(1, 1, 0))
	require.Equal(t, int64(5), capture.Share(5, 9, 3))
}

// TestFullRefundIsFull: however a charge is refunded in full, when each refund gives
// the fee and the transfer back, all of both is back, and never more on the way.
func TestFullRefundIsFull(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.OneOf(rapid.Int64Range(1, 5000), rapid.SampledFrom([]int64{1, 2, capture.Most - 1, capture.Most})).Draw(t, "amount")
		a := attempt(amount)
		a.Details, _ = a.Details.With(capture.KeyFeeAmount, big.NewInt(rapid.Int64Range(1, amount).Draw(t, "fee")).String())
		if rapid.Bool().Draw(t, "part") {
			a.Details, _ = a.Details.With(capture.KeyTransferAmount, big.NewInt(rapid.Int64Range(1, amount).Draw(t, "transfer")).String())
		}
		tr, err := capture.Apply(capture.Charge{}, capture.Authorize{Attempt: a, Method: capture.Automatic}, day(0))
		if err != nil {
			t.Fatal(err)
		}
		c := tr.After
		var lastFee, lastTransfer int64
		for !c.Refunded() {
			r := capture.RefundCharge{Flags: capture.RefundApplicationFee | capture.ReverseTransfer}
			if c.Refunds.Len() < 5 {
				r.Amount = rapid.Int64Range(1, c.Refundable()).Draw(t, "refund")
			}
			tr, err := capture.Apply(c, r, day(0))
			if err != nil {
				t.Fatal(err)
			}
			c = tr.After
			fee, _ := c.ApplicationFee()
			transfer, _ := c.Transfer()
			if fee.AmountRefunded < lastFee || fee.AmountRefunded > fee.Amount || transfer.AmountReversed < lastTransfer || transfer.AmountReversed > transfer.Amount {
				t.Fatalf("%+v %+v", fee, transfer)
			}
			lastFee, lastTransfer = fee.AmountRefunded, transfer.AmountReversed
		}
		fee, _ := c.ApplicationFee()
		transfer, _ := c.Transfer()
		if fee.AmountRefunded != fee.Amount || transfer.AmountReversed != transfer.Amount {
			t.Fatalf("refunded in full, yet %+v %+v", fee, transfer)
		}
	})
}

package capture

import (
	"math/bits"
	"strconv"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/ids"
)

// BalanceTransaction is the ledger entry of a captured charge: Stripe's object
// of that name. Amounts are in minor units; Net = Amount - Fee.
type BalanceTransaction struct {
	ID               string
	Source           string
	Amount, Fee, Net int64
	Currency         intents.Currency
	// Created is when settlement wrote it; AvailableOn is when it can be paid out.
	Created, AvailableOn intents.Time
	Description          string
}

// Available reports whether the money can be paid out at now: Stripe's status available.
func (b BalanceTransaction) Available(now intents.Time) bool { return now >= b.AvailableOn }

// Transfer moves the money of a destination charge to the connected account:
// Stripe's object of that name. Amounts are in minor units.
type Transfer struct {
	ID, Destination, DestinationPayment string
	SourceTransaction, Group            string
	Amount, AmountReversed              int64
	Currency                            intents.Currency
	Created                             intents.Time
}

// ApplicationFee is the platform's share of a Connect charge: Stripe's object of
// that name. Amounts are in minor units.
type ApplicationFee struct {
	ID, Account, Application, Charge string
	Amount, AmountRefunded           int64
	Currency                         intents.Currency
	Created                          intents.Time
}

// Connect is what a charge does on Stripe Connect, read from its details.
type Connect struct {
	// Destination is the connected account of a destination charge, or empty.
	Destination string
	// TransferAmount is transfer_data[amount], or 0: everything but the fee.
	TransferAmount int64
	// FeeAmount is application_fee_amount in minor units; HasFee tells 0 from none.
	FeeAmount int64
	HasFee    bool
	// OnBehalfOf and Application are the accounts of the same names, or empty.
	OnBehalfOf, Application string
}

// Keys of the details that settlement reads, in Stripe's parameter names.
const (
	KeyDestination    = "transfer_data[destination]"
	KeyTransferAmount = "transfer_data[amount]"
	KeyFeeAmount      = "application_fee_amount"
	KeyTransferGroup  = "transfer_group"
	KeyOnBehalfOf     = "on_behalf_of"
	KeyApplication    = "application"
	KeyDescription    = "description"
)

// ConnectOf reads the Connect parameters out of details.
func ConnectOf(details intents.Pairs) Connect {
	if details == "" {
		return Connect{}
	}
	var k Connect
	for key, value := range details.All() {
		switch key {
		case KeyDestination:
			k.Destination = value
		case KeyOnBehalfOf:
			k.OnBehalfOf = value
		case KeyApplication:
			k.Application = value
		case KeyTransferAmount:
			k.TransferAmount, _ = strconv.ParseInt(value, 10, 64)
		case KeyFeeAmount:
			k.FeeAmount, _ = strconv.ParseInt(value, 10, 64)
			k.HasFee = true
		}
	}
	return k
}

// BalanceTransaction returns the ledger entry, once settlement has written it.
func (c Charge) BalanceTransaction() (BalanceTransaction, bool) {
	if c.Ledger.At == 0 {
		return BalanceTransaction{}, false
	}
	description, _ := c.Details.Get(KeyDescription)
	return BalanceTransaction{
		ID: ids.Derive("txn_", c.ID, 0), Source: c.ID,
		Amount: c.AmountCaptured, Fee: c.Ledger.Fee, Net: c.AmountCaptured - c.Ledger.Fee, Currency: c.Currency,
		Created: c.Ledger.At, AvailableOn: c.Ledger.AvailableOn, Description: description,
	}, true
}

// ApplicationFee returns the platform's fee, once settlement has collected it. It
// is capped at what was captured.
func (c Charge) ApplicationFee() (ApplicationFee, bool) {
	k := ConnectOf(c.Details)
	if c.Ledger.At == 0 || !k.HasFee || k.FeeAmount <= 0 {
		return ApplicationFee{}, false
	}
	account := k.Destination
	if account == "" {
		account = k.OnBehalfOf
	}
	amount := min(k.FeeAmount, c.AmountCaptured)
	return ApplicationFee{
		ID: ids.Derive("fee_", c.ID, 0), Account: account, Application: k.Application, Charge: c.ID,
		Amount: amount, AmountRefunded: share(amount, c.Refunds.sum(RefundApplicationFee), c.AmountCaptured),
		Currency: c.Currency, Created: c.Ledger.At,
	}, true
}

// Transfer returns the transfer of a destination charge, once settlement has made
// it: transfer_data[amount] where that is given, else all that was captured less
// nothing, for the application fee is then taken from the connected account.
func (c Charge) Transfer() (Transfer, bool) {
	k := ConnectOf(c.Details)
	if c.Ledger.At == 0 || k.Destination == "" {
		return Transfer{}, false
	}
	amount := c.AmountCaptured
	if k.TransferAmount > 0 {
		amount = min(k.TransferAmount, amount)
	}
	group, _ := c.Details.Get(KeyTransferGroup)
	if group == "" {
		group = "group_" + c.ID
	}
	return Transfer{
		ID: ids.Derive("tr_", c.ID, 0), Destination: k.Destination, DestinationPayment: ids.Derive("py_", c.ID, 0),
		SourceTransaction: c.ID, Group: group,
		Amount: amount, AmountReversed: share(amount, c.Refunds.sum(ReverseTransfer), c.AmountCaptured),
		Currency: c.Currency, Created: c.Ledger.At,
	}, true
}

// share returns whole*part/of, rounded down: never more than whole. The product
// has 128 bits, for amounts near the limit.
func share(whole, part, of int64) int64 {
	if whole <= 0 || part <= 0 || of <= 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(whole), uint64(min(part, of)))
	q, _ := bits.Div64(hi, lo, uint64(of)) // hi < of, for min(part, of)/2^64 is
	return int64(q)                        //nolint:gosec // at most whole
}

package capture

import (
	"math"
	"time"

	"github.com/payintent/intents"
)

// SLA is how long after the confirmation of an asynchronous capture the ledger
// may take: charge.updated comes within the hour (SEED-1, DOC-async).
const SLA = time.Hour

// Status is where a charge is in its life. Stripe shows it in three fields,
// status, paid and captured; see [Status.Stripe].
type Status string

const (
	// StatusNone is the status of the zero Charge: no attempt was made.
	StatusNone Status = ""
	// StatusPending waits for the payment rail: a bank debit on its way.
	StatusPending Status = "pending"
	// StatusFailed is a declined attempt. It is final.
	StatusFailed Status = "failed"
	// StatusAuthorized holds money that can be captured, perhaps in parts.
	StatusAuthorized Status = "authorized"
	// StatusCaptured has its money taken and its ledger entry still to come.
	StatusCaptured Status = "captured"
	// StatusSettled has its ledger entry. Refunds and disputes happen here.
	StatusSettled Status = "settled"
	// StatusReleased gave its hold back on request. It is final.
	StatusReleased Status = "released"
	// StatusExpired gave its hold back because time ran out. It is final.
	StatusExpired Status = "expired"
)

// Stripe returns the three fields in which Stripe shows a status: a bare
// authorization has status succeeded and is paid, but not captured.
func (s Status) Stripe() (status string, paid, captured bool) {
	switch s {
	case StatusPending:
		return "pending", false, false
	case StatusAuthorized, StatusReleased, StatusExpired:
		return "succeeded", true, false
	case StatusCaptured, StatusSettled:
		return "succeeded", true, true
	case StatusNone, StatusFailed:
	}
	return "failed", false, false
}

// Features are what the acquirer granted with an authorization, and what has
// happened to a charge that its status does not tell.
type Features uint8

const (
	// Multicapture means: the hold can be captured in several parts.
	Multicapture Features = 1 << iota
	// Incremental means: the hold can be raised.
	Incremental
	// Extended means: the hold lasts longer than is usual.
	Extended
	// AsyncCapture means: a capture of the hold takes its time; see the intent's processing.
	AsyncCapture
	// Disputed means: the customer disputes the charge.
	Disputed

	granted = Multicapture | Incremental | Extended | AsyncCapture
)

// Has reports whether f holds all of g.
func (f Features) Has(g Features) bool { return f&g == g }

// Pricing is what a settlement costs: a rate and a fixed amount, and the days
// until the money is available. The zero Pricing is free and available at once.
type Pricing struct {
	// BasisPoints is the rate in hundredths of a percent.
	BasisPoints int32 `json:"basis_points,omitzero"`
	// Days is the time from settlement to availability; the day then begins at midnight UTC.
	Days int32 `json:"days,omitzero"`
	// Fixed is the fixed part in minor units.
	Fixed int64 `json:"fixed,omitzero"`
}

// TestPricing is what the recorded replies of Stripe's sandbox show: 2.9 % and
// 30 minor units, available after seven days.
func TestPricing() Pricing { return Pricing{BasisPoints: 290, Fixed: 30, Days: 7} }

// Fee returns the fee on an amount in minor units, rounded half up. It is never
// negative and never more than the amount.
func (p Pricing) Fee(amount int64) int64 {
	const whole = 10000
	if amount <= 0 {
		return 0
	}
	bp := max(0, min(int64(p.BasisPoints), whole))
	fee := amount/whole*bp + (amount%whole*bp+whole/2)/whole
	return fee + max(0, min(p.Fixed, amount-fee)) // in this order nothing overflows
}

// AvailableOn returns when money that settles at t is available.
func (p Pricing) AvailableOn(t intents.Time) intents.Time {
	const day = 24 * 60 * 60
	if p.Days == 0 {
		return t
	}
	return (t + intents.Time(p.Days)*day) / day * day
}

func (p Pricing) check() error {
	if p.BasisPoints < 0 || p.BasisPoints > 10000 || p.Fixed < 0 || p.Days < 0 {
		return corrupt("pricing", "the rate is 0 to 10000 basis points and nothing is negative")
	}
	return nil
}

// Charge is one attempt to take money: a comparable value. The zero Charge is
// not yet made. Amounts are in minor units of Currency.
type Charge struct { //nolint:recvcheck // the fold writes in place; questions are asked of values
	ID       string           `json:"id,omitzero"`
	Status   Status           `json:"status,omitzero"`
	Currency intents.Currency `json:"currency,omitzero"`
	// Amount is what the charge is for. Increments and overcapture raise it.
	Amount int64 `json:"amount,omitzero"`
	// AmountAuthorized is what the issuer approved. Overcapture does not raise it.
	AmountAuthorized int64 `json:"amount_authorized,omitzero"`
	AmountCaptured   int64 `json:"amount_captured,omitzero"`
	// AmountReleased went back to the cardholder without being captured.
	AmountReleased int64 `json:"amount_released,omitzero"`
	// AmountRefunded is the sum of the refunds that have not failed.
	AmountRefunded int64 `json:"amount_refunded,omitzero"`
	// Maximum is the most that a capture may take: more than Amount with overcapture.
	Maximum int64        `json:"maximum_amount_capturable,omitzero"`
	Created intents.Time `json:"created,omitzero"`
	// CaptureBefore ends the hold.
	CaptureBefore intents.Time `json:"capture_before,omitzero"`
	// SettleAfter is when the ledger entry of an asynchronous capture is due, or
	// when the outcome of a pending charge is worth asking for.
	SettleAfter intents.Time `json:"settle_after,omitzero"`
	// Ledger is the entry that settlement wrote. It is zero until then.
	Ledger        Ledger                `json:"ledger,omitzero"`
	Pricing       Pricing               `json:"pricing,omitzero"`
	PaymentMethod intents.PaymentMethod `json:"payment_method,omitzero"`
	// Details are carried from the intent in Stripe's parameter names, such as
	// description, customer, transfer_data[destination], application_fee_amount.
	Details  intents.Pairs    `json:"details,omitzero"`
	Metadata intents.Metadata `json:"metadata,omitzero"`
	// Outcome is what the issuer and the network said, in Stripe's field names,
	// with failure_code and failure_message for a failed charge.
	Outcome  intents.Pairs `json:"outcome,omitzero"`
	Refunds  Refunds       `json:"refunds,omitzero"`
	Features Features      `json:"features,omitzero"`
	// Captures and Increments count what was tried: at most 50 and 10.
	Captures   uint8 `json:"captures,omitzero"`
	Increments uint8 `json:"increments,omitzero"`
}

// Ledger is the entry that settlement writes: the base of the BalanceTransaction.
type Ledger struct {
	// At is when the entry was written.
	At intents.Time `json:"at,omitzero"`
	// AvailableOn is when the money can be paid out.
	AvailableOn intents.Time `json:"available_on,omitzero"`
	// Fee is the processing fee in minor units.
	Fee int64 `json:"fee,omitzero"`
}

// most is the greatest amount, in minor units, so that no sum of amounts overflows.
const most = math.MaxInt64 / 4

// Capturable returns what can still be captured of the hold, in minor units,
// before any overcapture.
func (c Charge) Capturable() int64 {
	if c.Status != StatusAuthorized {
		return 0
	}
	return c.Amount - c.AmountCaptured - c.AmountReleased
}

// Refundable returns what can still be refunded, in minor units.
func (c Charge) Refundable() int64 { return c.AmountCaptured - c.AmountRefunded }

// Refunded reports whether all that was captured has been refunded and no more
// can be captured (DOC-multicapture).
func (c Charge) Refunded() bool {
	_, _, captured := c.Status.Stripe()
	return captured && c.AmountRefunded == c.AmountCaptured
}

// Check returns an *intents.InvalidError with code corrupt_state that names the
// field when c breaks an invariant, in full: it also reads the carried strings.
func Check(c Charge) error {
	if err := check(&c); err != nil {
		return err
	}
	if c.Status == StatusNone {
		if c != (Charge{}) {
			return corrupt("status", "a charge that was never made has contents")
		}
		return nil
	}
	a := Attempt{ID: c.ID, Currency: c.Currency, PaymentMethod: c.PaymentMethod, Details: c.Details, Metadata: c.Metadata}
	if field, why := a.carried(c.Outcome); field != "" {
		return corrupt(field, why)
	}
	hold, waits := c.Status == StatusAuthorized, c.Status == StatusPending || c.Status == StatusCaptured
	switch {
	case c.Created <= 0:
		return corrupt("created", "it is not set")
	case c.CaptureBefore != 0 && !hold:
		return corrupt("capture_before", "it is set, yet nothing is held")
	case c.SettleAfter != 0 && !waits:
		return corrupt("settle_after", "it is set, yet nothing is due")
	case c.AmountAuthorized != 0 && c.Maximum < c.Amount:
		return corrupt("maximum_amount_capturable", "it is less than the amount")
	case c.Features&^(granted|Disputed) != 0:
		return corrupt("features", "some are unknown")
	case c.Captures > maxCaptures:
		return corrupt("captures", "they are too many")
	case c.Increments > maxIncrements:
		return corrupt("increments", "they are too many")
	}
	if err := c.checkRefunds(); err != nil {
		return err
	}
	return c.Pricing.check()
}

// checkRefunds holds the list of refunds against the amount. Only what is about
// refunds reads the list, so only that asks.
func (c *Charge) checkRefunds() error {
	if err := c.Refunds.Check(); err != nil {
		return err
	}
	if c.Refunds.total() != c.AmountRefunded {
		return corrupt("amount_refunded", "it is not the sum of the refunds")
	}
	return nil
}

// CheckFast is the part of [Check] that Apply asks of every state: it reads no
// carried string and costs nanoseconds.
func CheckFast(c *Charge) error { return check(c) }

// check holds the invariants that Apply asks of every state: those that need no
// reading of carried strings, and so cost nanoseconds.
func check(c *Charge) error {
	if c.Status == StatusNone {
		if c.ID != "" || c.Amount|c.AmountAuthorized|c.AmountCaptured|c.AmountReleased|c.AmountRefunded != 0 || c.Ledger.At != 0 {
			return corrupt("status", "a charge that was never made has contents")
		}
		return nil
	}
	if c.ID == "" {
		return corrupt("id", "it is empty")
	}
	switch {
	case c.Amount <= 0 || c.Amount > most:
		return corrupt("amount", "it is out of range")
	case c.Maximum < 0 || c.Maximum > most:
		return corrupt("maximum_amount_capturable", "it is out of range")
	case c.AmountAuthorized < 0 || c.AmountAuthorized > c.Amount:
		return corrupt("amount_authorized", "it is out of range")
	case c.AmountCaptured < 0 || c.AmountCaptured > c.Amount:
		return corrupt("amount_captured", "it is out of range")
	case c.AmountReleased < 0 || c.AmountReleased > c.Amount-c.AmountCaptured:
		return corrupt("amount_released", "it is out of range")
	case c.AmountRefunded < 0 || c.AmountRefunded > c.AmountCaptured:
		return corrupt("amount_refunded", "it is out of range")
	case c.Ledger == Ledger{} != (c.Ledger.At == 0), c.Ledger.Fee < 0, c.Ledger.Fee > c.AmountCaptured:
		return corrupt("balance_transaction", "it is half written")
	}
	return c.checkStatus()
}

// checkStatus holds the invariants that couple the status to the amounts:
// authorized = capturable + captured + released in every one of them.
func (c *Charge) checkStatus() error {
	captured, released, posted := c.AmountCaptured, c.AmountReleased, c.Ledger.At != 0
	switch c.Status {
	case StatusPending, StatusFailed:
		if c.AmountAuthorized != 0 || captured != 0 || released != 0 || posted {
			return corrupt("status", "nothing was approved, yet amounts are set")
		}
		return nil
	case StatusAuthorized:
		if c.Maximum < c.Amount || c.CaptureBefore == 0 || released != 0 || posted != (captured > 0) || c.Features&Multicapture == 0 && captured > 0 {
			return corrupt("status", "the hold does not add up")
		}
	case StatusCaptured, StatusSettled:
		if captured == 0 || captured+released != c.Amount || posted != (c.Status == StatusSettled) {
			return corrupt("status", "the capture does not add up")
		}
	case StatusReleased, StatusExpired:
		if captured != 0 || released != c.Amount || posted {
			return corrupt("status", "the release does not add up")
		}
	case StatusNone:
		return corrupt("status", "it is empty")
	default:
		return corrupt("status", "it is unknown: "+string(c.Status))
	}
	if c.AmountAuthorized == 0 {
		return corrupt("amount_authorized", "nothing was approved")
	}
	return nil
}

func corrupt(field, why string) error {
	return &intents.InvalidError{Param: field, Code: intents.CodeCorruptState, Message: why}
}

package intents

import (
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// Money is an amount of one currency. It is a comparable value; the zero Money is
// nothing in no currency. The amount may be negative, as in a ledger: whether it can be
// charged is for [Currency.CheckCharge] to say.
type Money struct {
	// Amount is in the currency's minor units, as Stripe sends it: 2000 is 20.00 USD, but 2000 JPY.
	Amount int64 `json:"amount"`
	// Currency is the ISO code in lower case.
	Currency Currency `json:"currency"`
}

// Add returns m+n. It returns an *InvalidError if the currencies differ, with the
// param currency, or if the sum does not fit an int64, with the param amount.
func (m Money) Add(n Money) (Money, error) {
	if m.Currency != n.Currency {
		return Money{}, mixed(m, n)
	}
	sum := m.Amount + n.Amount
	// A sum overflows only if both terms have the sign that the sum has not.
	if (m.Amount^sum)&(n.Amount^sum) < 0 {
		return Money{}, overflow(m, "+ "+n.String())
	}
	return Money{sum, m.Currency}, nil
}

// Sub returns m-n, which may be negative. Its errors are those of Add.
func (m Money) Sub(n Money) (Money, error) {
	if m.Currency != n.Currency {
		return Money{}, mixed(m, n)
	}
	diff := m.Amount - n.Amount
	if (m.Amount^n.Amount)&(m.Amount^diff) < 0 {
		return Money{}, overflow(m, "- "+n.String())
	}
	return Money{diff, m.Currency}, nil
}

// wholeInBasisPoints is one, in hundredths of a percent.
const wholeInBasisPoints = 10_000

// BasisPoints returns bp hundredths of a percent of m: 290 of 20.00 USD are 0.58 USD.
// It rounds once, at the end, to the nearest minor unit. A half goes away from zero:
// up for a positive amount, and the share of a refund cancels the share of its payment.
// The rounding is this library's choice (how Stripe rounds its fees is UNVERIFIED).
// It returns an *InvalidError with the param amount if the result does not fit an int64.
func (m Money) BasisPoints(bp int64) (Money, error) {
	hi, lo := bits.Mul64(magnitude(m.Amount), magnitude(bp))
	lo, carry := bits.Add64(lo, wholeInBasisPoints/2, 0)
	hi += carry
	if hi < wholeInBasisPoints { // else the quotient has more than 64 bits
		share, _ := bits.Div64(hi, lo, wholeInBasisPoints)
		negative := (m.Amount < 0) != (bp < 0)
		switch {
		case share <= math.MaxInt64 && negative:
			return Money{-int64(share), m.Currency}, nil
		case share <= math.MaxInt64:
			return Money{int64(share), m.Currency}, nil
		case share == -math.MinInt64 && negative:
			return Money{math.MinInt64, m.Currency}, nil
		}
	}
	return Money{}, overflow(m, "* "+strconv.FormatInt(bp, 10)+" basis points")
}

// String returns the amount with its decimals and the code in upper case: "20.00 USD",
// "500 JPY", "1.230 KWD". No currency is XXX, as in ISO 4217.
func (m Money) String() string {
	digits := strconv.FormatUint(magnitude(m.Amount), 10)
	if d := m.Currency.Decimals(); d > 0 {
		if short := d + 1 - len(digits); short > 0 {
			digits = strings.Repeat("0", short) + digits
		}
		digits = digits[:len(digits)-d] + "." + digits[len(digits)-d:]
	}
	sign := ""
	if m.Amount < 0 {
		sign = "-"
	}
	code := "XXX"
	if m.Currency != "" {
		code = strings.ToUpper(string(m.Currency))
	}
	return sign + digits + " " + code
}

// magnitude returns n without its sign, also for the least int64, which has no
// positive counterpart.
func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n) //nolint:gosec // to wrap round twice is the point
	}
	return uint64(n)
}

func mixed(m, n Money) error {
	return &InvalidError{
		Param: "currency", Code: "",
		Message: "can't reckon with two currencies: " + m.String() + " and " + n.String(),
	}
}

func overflow(m Money, what string) error {
	return &InvalidError{
		Param: "amount", Code: "",
		Message: "the amount does not fit 64 bits: " + m.String() + " " + what,
	}
}

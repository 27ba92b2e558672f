package capture

import (
	"iter"
	"math"
	"strconv"
	"strings"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/ids"
)

// RefundStatus is the status of a refund, as Stripe writes it.
type RefundStatus string

const (
	// RefundPending is on its way.
	RefundPending RefundStatus = "pending"
	// RefundSucceeded reached the customer, as far as is known.
	RefundSucceeded RefundStatus = "succeeded"
	// RefundFailed came back: the money is the merchant's again.
	RefundFailed RefundStatus = "failed"
	// RefundCanceled was taken back while pending.
	RefundCanceled RefundStatus = "canceled"
)

// counts reports whether a refund of this status lowers what can be refunded.
func (s RefundStatus) counts() bool { return s == RefundPending || s == RefundSucceeded }

func (s RefundStatus) valid() bool { return s.counts() || s == RefundFailed || s == RefundCanceled }

// RefundReason is why a refund was made: what a caller may give, as Stripe writes it.
type RefundReason string

const (
	// Duplicate is the caller's reason duplicate.
	Duplicate RefundReason = "duplicate"
	// Fraudulent is the caller's reason fraudulent.
	Fraudulent RefundReason = "fraudulent"
	// RequestedByCustomer is the caller's reason requested_by_customer.
	RequestedByCustomer RefundReason = "requested_by_customer"
)

func (r RefundReason) valid() bool {
	return r == "" || r == Duplicate || r == Fraudulent || r == RequestedByCustomer
}

// RefundFlags are what a refund does beside moving the money back.
type RefundFlags uint8

const (
	// RefundApplicationFee gives the same share of the application fee back.
	RefundApplicationFee RefundFlags = 1 << iota
	// ReverseTransfer takes the same share of the transfer back.
	ReverseTransfer
)

func (f RefundFlags) valid() bool { return f&^(RefundApplicationFee|ReverseTransfer) == 0 }

// Refund is money given back from a charge. Its id is derived from the charge's.
type Refund struct {
	// Amount is in minor units of the charge's currency.
	Amount  int64        `json:"amount,omitzero"`
	Status  RefundStatus `json:"status,omitzero"`
	Reason  RefundReason `json:"reason,omitzero"`
	Created intents.Time `json:"created,omitzero"`
	Flags   RefundFlags  `json:"flags,omitzero"`
}

// RefundID returns the id of the n-th refund of a charge, counted from zero.
func RefundID(charge string, n int) string {
	return ids.Derive("re_", charge, uint64(n)) //nolint:gosec // any number gives an id, and the same one each time
}

// Refunds is the list of a charge's refunds, oldest first: an immutable value
// held as one canonical string, so that a Charge stays comparable.
type Refunds string

// All yields the refunds with their numbers, oldest first.
func (rs Refunds) All() iter.Seq2[int, Refund] {
	return func(yield func(int, Refund) bool) {
		n := 0
		for line := range strings.SplitSeq(string(rs), ";") {
			if line == "" {
				return
			}
			r, _ := parseRefund(line)
			if !yield(n, r) {
				return
			}
			n++
		}
	}
}

// Len returns the number of refunds.
func (rs Refunds) Len() int {
	if rs == "" {
		return 0
	}
	return strings.Count(string(rs), ";") + 1
}

// Get returns the n-th refund, counted from zero.
func (rs Refunds) Get(n int) (Refund, bool) {
	for i, r := range rs.All() {
		if i == n {
			return r, true
		}
	}
	return Refund{}, false
}

// Check returns an *intents.InvalidError when the string is not canonical.
func (rs Refunds) Check() error {
	if rs == "" {
		return nil
	}
	var again Refunds
	for line := range strings.SplitSeq(string(rs), ";") {
		r, ok := parseRefund(line)
		if !ok || r.Amount <= 0 || !r.Status.valid() || !r.Reason.valid() || !r.Flags.valid() {
			return corrupt("refunds", "the list is not canonical")
		}
		again = again.with(r)
	}
	if again != rs {
		return corrupt("refunds", "the list is not canonical")
	}
	return nil
}

func (rs Refunds) total() int64 { return rs.sum(0) }

// sum adds the refunds that have all of the flags and have not failed. It stops
// at the greatest number, so that a corrupt list can't add up to a good one.
func (rs Refunds) sum(flags RefundFlags) int64 {
	var sum int64
	for _, r := range rs.All() {
		if r.Status.counts() && r.Flags&flags == flags {
			sum += min(r.Amount, math.MaxInt64-sum)
		}
	}
	return sum
}

func (rs Refunds) with(r Refund) Refunds {
	line := strconv.FormatInt(r.Amount, 10) + "," + string(r.Status) + "," + string(r.Reason) + "," +
		strconv.FormatInt(int64(r.Created), 10) + "," + strconv.Itoa(int(r.Flags))
	if rs == "" {
		return Refunds(line)
	}
	return rs + ";" + Refunds(line)
}

// set returns the list with the status of the n-th refund changed.
func (rs Refunds) set(n int, status RefundStatus) Refunds {
	var out Refunds
	for i, r := range rs.All() {
		if i == n {
			r.Status = status
		}
		out = out.with(r)
	}
	return out
}

func parseRefund(line string) (r Refund, ok bool) {
	f := strings.Split(line, ",")
	if len(f) != 5 {
		return Refund{}, false
	}
	amount, err1 := strconv.ParseInt(f[0], 10, 64)
	created, err2 := strconv.ParseInt(f[3], 10, 64)
	flags, err3 := strconv.ParseUint(f[4], 10, 8)
	r = Refund{Amount: amount, Status: RefundStatus(f[1]), Reason: RefundReason(f[2]), Created: intents.Time(created), Flags: RefundFlags(flags)}
	return r, err1 == nil && err2 == nil && err3 == nil
}

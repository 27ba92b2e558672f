package capturetest

import (
	"math"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// most is the greatest amount that a charge takes, in minor units.
const most = math.MaxInt64 / 4

// Step is a command and the time at which it is given, in UTC.
type Step struct {
	Command capture.Command
	At      time.Time
}

// maxSteps bounds the length of a run.
const maxSteps = 15

// start is when runs begin: 2026-01-01T00:00:00Z.
const start intents.Time = 1767225600

// Runs returns a generator of histories for one charge, which is not made yet. Any
// command may be refused. Times do not run back; they fall on deadlines, a second
// before and after them, and between.
func Runs() *rapid.Generator[[]Step] {
	return rapid.Custom(func(t *rapid.T) []Step {
		steps, _ := run(t)
		return steps
	})
}

// Charges returns a generator of charges that can come to be, the zero Charge
// among them: each is where a history leads to.
func Charges() *rapid.Generator[capture.Charge] {
	return rapid.Custom(func(t *rapid.T) capture.Charge {
		_, c := run(t)
		return c
	})
}

func run(t *rapid.T) ([]Step, capture.Charge) {
	var c capture.Charge
	var steps []Step
	now := start
	for range rapid.IntRange(0, maxSteps).Draw(t, "steps") {
		now = later(&c, now).Draw(t, "now")
		s := Step{Command: Commands(c).Draw(t, "command"), At: now.Time()}
		steps = append(steps, s)
		if tr, err := capture.Apply(c, s.Command, s.At); err == nil {
			c = tr.After
		}
	}
	return steps, c
}

// later generates times from now on: the same one, a little or much later, and those
// around the time at which the charge's deferred work is due.
func later(c *capture.Charge, now intents.Time) *rapid.Generator[intents.Time] {
	times := []intents.Time{now, now, now.Add(time.Second), now.Add(capture.SLA), now.Add(40 * 24 * time.Hour)}
	for _, d := range capture.Pending(*c) {
		for at := d.NotBefore - 1; at <= d.NotBefore+1; at++ {
			times = append(times, max(at, now))
		}
	}
	return rapid.SampledFrom(times)
}

// Commands returns a generator of commands for a charge. Three in four are legal in
// its status and have something to work on, as far as any have; the others are any
// command with any contents. Amounts are often at a limit, or one beside it. None is
// nil or a pointer.
func Commands(c capture.Charge) *rapid.Generator[capture.Command] {
	return rapid.Custom(func(t *rapid.T) capture.Command {
		fit := fitting(&c)
		if len(fit) > 0 && rapid.IntRange(0, 3).Draw(t, "legal") > 0 {
			return draw(t, &c, rapid.SampledFrom(fit).Draw(t, "name"), false)
		}
		return draw(t, &c, rapid.SampledFrom(names()).Draw(t, "name"), true)
	})
}

// fitting are the names of the commands that are legal and have something to work
// on. Those that lead on come several times, or most histories would be short.
func fitting(c *capture.Charge) []capture.CommandName {
	var fit []capture.CommandName
	for _, name := range capture.Legal(c.Status) {
		times := 1
		switch name {
		case capture.Authorize{}.Name():
			times = 6
		case capture.Capture{}.Name():
			times = 1 + 3*b2i(c.Features.Has(capture.Multicapture) && c.Capturable() > 1)
		case capture.Increment{}.Name():
			times = b2i(c.Features.Has(capture.Incremental) && c.AmountCaptured == 0)
		case capture.RefundCharge{}.Name():
			times = 2 * b2i(c.Refundable() > 0 && !c.Features.Has(capture.Disputed))
		case capture.ReportRefund{}.Name():
			times = 2 * b2i(c.Refunds.Len() > 0)
		case capture.Dispute{}.Name():
			times = b2i(!c.Features.Has(capture.Disputed))
		}
		fit = append(fit, slices.Repeat([]capture.CommandName{name}, times)...)
	}
	return fit
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// names are the names of all commands, each once.
func names() []capture.CommandName {
	var all []capture.CommandName
	seen := map[capture.CommandName]bool{}
	for _, a := range capture.Table() {
		if !seen[a.Command] {
			seen[a.Command] = true
			all = append(all, a.Command)
		}
	}
	return all
}

// draw draws a command of that name. A wild one may have contents that no charge takes.
func draw(t *rapid.T, c *capture.Charge, name capture.CommandName, wild bool) capture.Command {
	yes := func(label string) bool { return rapid.Bool().Draw(t, label) }
	switch name {
	case capture.Authorize{}.Name():
		a := attempt(t, wild)
		return capture.Authorize{Attempt: a, Method: method(t, wild), Terms: terms(t, a.Amount, wild)}
	case capture.Submit{}.Name():
		return capture.Submit{Attempt: attempt(t, wild), AskIn: duration(t, "ask_in", wild, 0, time.Minute, 5*24*time.Hour)}
	case capture.Decline{}.Name():
		return capture.Decline{Attempt: attempt(t, wild), Outcome: pairs(t, "outcome", wild, "failure_code", "card_declined", "failure_message", "Your card was declined.")}
	case capture.Collect{}.Name():
		return capture.Collect{Method: method(t, wild), Terms: terms(t, c.Amount, wild)}
	case capture.Capture{}.Name():
		k := capture.Capture{Final: yes("final")}
		if !wild {
			k.Final = !c.Features.Has(capture.Multicapture) || rapid.IntRange(0, 3).Draw(t, "last") == 3
		}
		high := c.Capturable()
		if k.Final {
			high = c.Maximum - c.AmountCaptured
		}
		k.Amount = amount(t, "amount", wild, 1, high)
		if wild {
			k.Asked = rapid.SampledFrom([]intents.Time{0, 0, start, c.CaptureBefore}).Draw(t, "asked")
			k.Details = pairs(t, "details", wild, capture.KeyFeeAmount, "1")
		}
		return k
	case capture.Settle{}.Name():
		return capture.Settle{
			Fee:         amount(t, "fee", wild, 0, c.AmountCaptured),
			AvailableOn: rapid.SampledFrom([]intents.Time{0, start.Add(7 * 24 * time.Hour)}).Draw(t, "available_on"),
		}
	case capture.Increment{}.Name():
		return capture.Increment{Amount: amount(t, "amount", wild, c.Amount+1, c.Amount+c.Amount/2), Declined: yes("declined")}
	case capture.Release{}.Name():
		return capture.Release{}
	case capture.Expire{}.Name():
		return capture.Expire{}
	case capture.RefundCharge{}.Name():
		return refund(t, c, wild)
	case capture.ReportRefund{}.Name():
		status := []capture.RefundStatus{capture.RefundSucceeded, capture.RefundFailed, capture.RefundCanceled}
		if wild {
			status = append(status, capture.RefundPending, "lost", "")
		}
		low, high := 0, max(0, c.Refunds.Len()-1)
		if wild {
			low, high = low-1, high+1
		}
		return capture.ReportRefund{Number: rapid.IntRange(low, high).Draw(t, "number"), Status: rapid.SampledFrom(status).Draw(t, "status")}
	}
	return capture.Dispute{Reason: rapid.SampledFrom([]string{"fraudulent", "product_not_received", ""}).Draw(t, "reason")}
}

func refund(t *rapid.T, c *capture.Charge, wild bool) capture.RefundCharge {
	reasons := []capture.RefundReason{"", capture.Duplicate, capture.Fraudulent, capture.RequestedByCustomer}
	flags := []capture.RefundFlags{0}
	connect := capture.ConnectOf(c.Details)
	if wild {
		reasons = append(reasons, "regret")
		flags = append(flags, 1, 2, 3, 4, math.MaxUint8)
	}
	if connect.HasFee {
		flags = append(flags, capture.RefundApplicationFee)
	}
	if connect.Destination != "" {
		flags = append(flags, capture.ReverseTransfer)
	}
	if connect.HasFee && connect.Destination != "" {
		flags = append(flags, capture.RefundApplicationFee|capture.ReverseTransfer)
	}
	return capture.RefundCharge{
		Amount:  amount(t, "amount", wild, 0, c.Refundable()),
		Reason:  rapid.SampledFrom(reasons).Draw(t, "reason"),
		Flags:   rapid.SampledFrom(flags).Draw(t, "flags"),
		Pending: rapid.Bool().Draw(t, "pending"),
	}
}

func attempt(t *rapid.T, wild bool) capture.Attempt {
	m := rapid.SampledFrom(capture.TestMethods()).Draw(t, "payment_method")
	a := capture.Attempt{
		ID:            rapid.SampledFrom([]string{"ch_1", "ch_3SRzp4KXBGcbgpbZ1EpWO6qC"}).Draw(t, "id"),
		Amount:        amount(t, "amount", wild, 1, rapid.SampledFrom([]int64{3, 2000, 99999999, most}).Draw(t, "limit")),
		Currency:      rapid.SampledFrom([]intents.Currency{"usd", "eur", "jpy"}).Draw(t, "currency"),
		PaymentMethod: m.PaymentMethod("pm_1"),
		Details: pairs(t, "details", wild,
			capture.KeyDestination, "acct_1", capture.KeyFeeAmount, "123", capture.KeyTransferAmount, "877", capture.KeyDescription, "50% off & more"),
		Metadata: intents.Metadata(pairs(t, "metadata", wild, "order", "6735")),
	}
	if wild && rapid.IntRange(0, 3).Draw(t, "odd") == 0 {
		switch rapid.IntRange(0, 3).Draw(t, "what") {
		case 0:
			a.ID = rapid.SampledFrom([]string{"", "\xff"}).Draw(t, "id")
		case 1:
			a.Currency = rapid.SampledFrom([]intents.Currency{"", "USD", "xyz"}).Draw(t, "currency")
		case 2:
			a.PaymentMethod.Type = math.MaxUint8
		case 3:
			a.PaymentMethod = intents.PaymentMethod{ID: "pm_\xff"}
		}
	}
	return a
}

func terms(t *rapid.T, amount int64, wild bool) capture.Terms {
	return capture.Terms{
		Hold:     duration(t, "hold", wild, 0, time.Hour, 30*24*time.Hour),
		SettleIn: duration(t, "settle_in", wild, 0, time.Second, capture.SLA),
		Maximum:  rapid.SampledFrom([]int64{0, 0, amount, min(amount, most/2) + amount/3}).Draw(t, "maximum"),
		Features: capture.Features(rapid.IntRange(0, 15+b2i(wild)).Draw(t, "features")), //nolint:gosec // small
		Pricing: rapid.SampledFrom([]capture.Pricing{
			{},
			capture.TestPricing(),
			{BasisPoints: 10000, Days: math.MaxInt32},
			{BasisPoints: 1, Fixed: math.MaxInt64},
			{BasisPoints: -1 * int32(b2i(wild))}, //nolint:gosec // 0 or 1
		}).Draw(t, "pricing"),
		Outcome: pairs(t, "outcome", wild, "network_status", "approved_by_network"),
	}
}

func method(t *rapid.T, wild bool) capture.Method {
	methods := []capture.Method{capture.Automatic, capture.AutomaticAsync, capture.Manual}
	if wild {
		methods = append(methods, "", "later")
	}
	return rapid.SampledFrom(methods).Draw(t, "capture_method")
}

// amount draws an amount between low and high, often one of the two. A wild one
// may lie outside, by one or by far.
func amount(t *rapid.T, label string, wild bool, low, high int64) int64 {
	low = max(0, low)
	high = max(low, high)
	edges := []int64{low, high, min(low+1, high), max(high-1, low)}
	if wild {
		edges = append(edges, -1, 0, low-1, high+1, most, most+1, math.MaxInt64, math.MinInt64)
	}
	if rapid.Bool().Draw(t, "edge") {
		return rapid.SampledFrom(edges).Draw(t, label)
	}
	return rapid.Int64Range(low, high).Draw(t, label)
}

func duration(t *rapid.T, label string, wild bool, good ...time.Duration) time.Duration {
	if wild {
		good = append(good, -1, math.MinInt64, math.MaxInt64)
	}
	return rapid.SampledFrom(good).Draw(t, label)
}

// pairs draws some of the pairs in kv. Wild ones may break the canonical form.
func pairs(t *rapid.T, label string, wild bool, kv ...string) intents.Pairs {
	if wild && rapid.IntRange(0, 7).Draw(t, label+" broken") == 0 {
		return rapid.SampledFrom([]intents.Pairs{"b=1&a=2", "a", "a=%", "\xff="}).Draw(t, label)
	}
	var some []string
	for pair := range slices.Chunk(kv, 2) {
		if rapid.Bool().Draw(t, label+" "+pair[0]) {
			some = append(some, pair...)
		}
	}
	p, _ := intents.PairsOf(some...) // the keys are different and all is ASCII
	return p
}

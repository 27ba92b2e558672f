package capturetest_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/capture/capturetest"
)

// TestRuns: the generated histories run forward in time, and the books agree with each.
func TestRuns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c capture.Charge
		var books capturetest.Ledger
		last := time.Time{}
		for _, step := range capturetest.Runs().Draw(t, "run") {
			if step.At.Before(last) || step.At.Location() != time.UTC {
				t.Fatal("time runs back, or is not in UTC")
			}
			last = step.At
			tr, err := capture.Apply(c, step.Command, step.At)
			if err != nil {
				continue
			}
			c = tr.After
			if err := errors.Join(books.Post(tr.Events...), capture.Check(c), books.Check(c)); err != nil {
				t.Fatal(err)
			}
		}
		if err := capture.Check(capturetest.Charges().Draw(t, "charge")); err != nil {
			t.Fatal(err)
		}
	})
}

// TestGeneratorsReachAll: the generators are worth something only if they come everywhere: to
// each status, each arc of the table, and each class of refusal.
func TestGeneratorsReachAll(t *testing.T) {
	statuses := map[capture.Status]int{}
	arcs := map[[2]string]int{}
	states, invalids, total := 0, map[string]int{}, 0
	runs := capturetest.Runs()
	for seed := range 4000 {
		c := capture.Charge{}
		for _, step := range runs.Example(seed) {
			require.NotNil(t, step.Command)
			total++
			tr, err := capture.Apply(c, step.Command, step.At)
			var state *intents.StateError
			var invalid *intents.InvalidError
			switch {
			case errors.As(err, &state):
				states++
			case errors.As(err, &invalid):
				invalids[invalid.Param]++
			default:
				arcs[[2]string{string(c.Status), string(step.Command.Name())}]++
				c = tr.After
				statuses[c.Status]++
			}
		}
	}
	for _, s := range capture.Statuses()[1:] {
		require.Positive(t, statuses[s], "never %s", s)
	}
	for _, a := range capture.Table() {
		require.Positive(t, arcs[[2]string{string(a.From), string(a.Command)}], "never %s in %q", a.Command, a.From)
	}
	require.Positive(t, states)
	for _, param := range []string{
		"id", "amount", "currency", "payment_method", "details", "metadata", "outcome", "capture_method", "hold", "settle_in", "features", "pricing",
		"ask_in", "fee", "amount_to_capture", "final_capture", "capture_before", "charge", "reason", "flags", "refund", "status",
	} {
		require.Positive(t, invalids[param], "nothing was wrong with %s", param)
	}
	accepted := 0
	for _, n := range arcs {
		accepted += n
	}
	require.Greater(t, accepted, total/4, "too much is refused")
}

// The events of small lives, for planting faults.
func authorized(m capture.Method, entry capture.Ledger) capture.Event {
	return capture.Authorized{Attempt: capture.Attempt{ID: "ch_1", Amount: 10}, Approval: capture.Approval{Method: m, Ledger: entry}}
}

func captured(amount int64, final bool, entry capture.Ledger) capture.Event {
	return capture.Captured{Amount: amount, Final: final, Ledger: entry}
}

func refunded(amount int64, status capture.RefundStatus) capture.Event {
	return capture.Refunded{Refund: capture.Refund{Amount: amount, Status: status}}
}

// TestLedgerNotices plants events that can't follow.
func TestLedgerNotices(t *testing.T) {
	entry := capture.Ledger{At: 5, AvailableOn: 6, Fee: 2}
	hold, taken, auto := authorized(capture.Manual, capture.Ledger{}), authorized(capture.AutomaticAsync, capture.Ledger{}), authorized(capture.Automatic, entry)
	part := captured(4, false, entry)
	for name, tc := range map[string]struct {
		events []capture.Event
		want   string
	}{
		"settled twice":            {[]capture.Event{taken, capture.Settled{Ledger: entry}, capture.Settled{Ledger: entry}}, "charge.settled: it is settled twice"},
		"an empty entry":           {[]capture.Event{taken, capture.Settled{}}, "charge.settled: the ledger entry is empty"},
		"an empty entry at once":   {[]capture.Event{authorized(capture.Automatic, capture.Ledger{})}, "the ledger entry is empty"},
		"a fee above the capture":  {[]capture.Event{taken, capture.Settled{Ledger: capture.Ledger{At: 5, Fee: 11}}}, "a fee of 11 on 10"},
		"a negative fee":           {[]capture.Event{taken, capture.Settled{Ledger: capture.Ledger{At: 5, Fee: -1}}}, "a fee of -1 on 10"},
		"an entry at another time": {[]capture.Event{hold, part, captured(1, false, capture.Ledger{At: 6, AvailableOn: 6, Fee: 2})}, "becomes"},
		"an entry on another day":  {[]capture.Event{hold, part, captured(1, false, capture.Ledger{At: 5, AvailableOn: 7, Fee: 2})}, "becomes"},
		"a fee that falls":         {[]capture.Event{hold, part, captured(1, false, capture.Ledger{At: 5, AvailableOn: 6, Fee: 1})}, "becomes"},
		"no increment":             {[]capture.Event{hold, capture.Incremented{Amount: 10}}, "from 10 to 10 is no increment"},
		"a refund above":           {[]capture.Event{auto, refunded(6, capture.RefundSucceeded), refunded(5, capture.RefundPending)}, "the cardholder has 1 more than before"},
		"a refund of nothing":      {[]capture.Event{auto, refunded(0, capture.RefundSucceeded)}, "a refund of 0"},
		"a refund that failed":     {[]capture.Event{auto, refunded(1, capture.RefundFailed)}, "a new refund is failed"},
		"a refund of a hold":       {[]capture.Event{hold, refunded(1, capture.RefundSucceeded)}, "10 held, 0 captured, 1 refunded"},
		"no such refund":           {[]capture.Event{auto, refunded(1, capture.RefundSucceeded), capture.RefundUpdated{Number: 1}}, "refund 1 of 1 went on"},
		"a negative number":        {[]capture.Event{auto, capture.RefundUpdated{Number: -1}}, "refund -1 of 0 went on"},
		"back twice": {[]capture.Event{
			auto, refunded(1, capture.RefundPending),
			capture.RefundUpdated{Status: capture.RefundCanceled},
			capture.RefundUpdated{Status: capture.RefundFailed},
		}, "refund 0 came back twice"},
		"a negative capture": {[]capture.Event{auto, captured(-1, false, entry)}, "a capture of -1"},
	} {
		t.Run(name, func(t *testing.T) {
			var books capturetest.Ledger
			last := len(tc.events) - 1
			require.NoError(t, books.Post(tc.events[:last]...))
			err := books.Post(tc.events[last])
			var wrong *capturetest.LedgerError
			require.ErrorAs(t, err, &wrong)
			require.Equal(t, tc.events[last].Name(), wrong.Event)
			require.ErrorContains(t, err, tc.want)
		})
	}
}

// TestLedgerChecks plants charges that say something else than their events.
func TestLedgerChecks(t *testing.T) {
	var books capturetest.Ledger
	var c capture.Charge
	for _, e := range []capture.Event{
		authorized(capture.Automatic, capture.Ledger{At: 5, AvailableOn: 6, Fee: 2}),
		refunded(3, capture.RefundSucceeded),
		capture.RefundUpdated{Status: capture.RefundFailed},
		refunded(2, capture.RefundPending),
	} {
		require.NoError(t, books.Post(e))
		capture.Fold(&c, e)
		require.NoError(t, books.Check(c))
	}
	require.Equal(t, books, capturetest.LedgerOf(c), "books can be opened at any charge")
	require.Equal(t, int64(8), books.Net())
	for name, change := range map[string]func(c *capture.Charge){
		"amount":                              func(c *capture.Charge) { c.Amount++ },
		"capturable":                          func(c *capture.Charge) { c.Status, c.AmountCaptured = capture.StatusAuthorized, 9 },
		"captured":                            func(c *capture.Charge) { c.AmountCaptured-- },
		"released":                            func(c *capture.Charge) { c.AmountReleased++ },
		"refunded":                            func(c *capture.Charge) { c.AmountRefunded-- },
		"number of refunds":                   func(c *capture.Charge) { c.Refunds = "" },
		"creation of the balance transaction": func(c *capture.Charge) { c.Ledger.At++ },
		"availability of the balance transaction": func(c *capture.Charge) { c.Ledger.AvailableOn++ },
		"fee": func(c *capture.Charge) { c.Ledger.Fee++ },
	} {
		wrong := c
		change(&wrong)
		var differs *capturetest.LedgerError
		err := books.Check(wrong)
		require.ErrorAs(t, err, &differs, name)
		require.Empty(t, differs.Event)
		require.ErrorContains(t, err, "differ: "+name+" is ")
	}
}

// TestLedgerBooks: how each event moves money.
func TestLedgerBooks(t *testing.T) {
	entry := capture.Ledger{At: 5, Fee: 1}
	hold := authorized(capture.Manual, capture.Ledger{})
	type sums struct{ authorized, capturable, captured, released, refunded, fee, net int64 }
	for name, tc := range map[string]struct {
		events []capture.Event
		want   sums
	}{
		"a decline": {[]capture.Event{capture.Declined{Attempt: capture.Attempt{Amount: 10}}}, sums{}},
		"a failure": {[]capture.Event{capture.Submitted{Attempt: capture.Attempt{Amount: 10}}, capture.Failed{}}, sums{}},
		"a hold":    {[]capture.Event{hold, capture.IncrementDeclined{}}, sums{authorized: 10, capturable: 10}},
		"increment": {[]capture.Event{hold, capture.Incremented{Amount: 12}}, sums{authorized: 12, capturable: 12}},
		"a part":    {[]capture.Event{hold, captured(4, false, entry)}, sums{10, 6, 4, 0, 0, 1, 3}},
		"the end":   {[]capture.Event{hold, captured(4, true, entry)}, sums{10, 0, 4, 6, 0, 1, 3}},
		"over":      {[]capture.Event{hold, captured(4, false, entry), captured(9, true, entry)}, sums{13, 0, 13, 0, 0, 1, 12}},
		"release":   {[]capture.Event{hold, capture.Released{}}, sums{authorized: 10, released: 10}},
		"expiry":    {[]capture.Event{hold, captured(4, false, entry), capture.Expired{}}, sums{10, 0, 4, 6, 0, 1, 3}},
		"collected": {[]capture.Event{capture.Submitted{Attempt: capture.Attempt{Amount: 10}}, capture.Collected{Approval: capture.Approval{Method: capture.AutomaticAsync}}}, sums{authorized: 10, captured: 10}},
		"refunds ahead of the ledger": {[]capture.Event{
			authorized(capture.AutomaticAsync, capture.Ledger{}), refunded(3, capture.RefundSucceeded), refunded(4, capture.RefundPending),
			capture.Settled{Ledger: entry},
			capture.RefundUpdated{Number: 1, Status: capture.RefundCanceled},
			capture.RefundUpdated{Status: capture.RefundSucceeded},
			capture.DisputeOpened{},
		}, sums{10, 0, 10, 0, 3, 1, 9}},
	} {
		t.Run(name, func(t *testing.T) {
			var books capturetest.Ledger
			require.NoError(t, books.Post(tc.events...))
			require.Equal(t, tc.want, sums{books.Authorized(), books.Capturable(), books.Captured(), books.Released(), books.Refunded(), books.Fee(), books.Net()})
		})
	}
}

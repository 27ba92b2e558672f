package paymentintenttest_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/paymentintent/paymentintenttest"
)

// TestGeneratorsReachEverything guards the property tests against being vacuous:
// the histories that are drawn lead to every status, take every arc's command and
// make every event, and about half of their commands are accepted.
func TestGeneratorsReachEverything(t *testing.T) {
	const examples = 3000
	statuses, commands, events := map[paymentintent.Status]int{}, map[paymentintent.CommandName]int{}, map[string]int{}
	steps, accepted := 0, 0
	gen := paymentintenttest.Runs()
	for seed := range examples {
		var s paymentintent.Intent
		var last time.Time
		for _, step := range gen.Example(seed) {
			require.False(t, step.At.Before(last), "time does not run back")
			last = step.At
			steps++
			next, err := paymentintent.Apply(s, step.Command, step.At)
			if err != nil {
				continue
			}
			accepted++
			commands[step.Command.Name()]++
			for _, e := range next.Events {
				events[e.Name()]++
			}
			s = next.After
			statuses[s.Status]++
		}
	}
	for _, s := range paymentintent.Statuses() {
		if s != paymentintent.StatusNone {
			require.NotZero(t, statuses[s], s)
		}
	}
	for _, a := range paymentintent.Table() {
		require.NotZero(t, commands[a.Command], a.Command)
		for _, e := range a.Events {
			require.NotZero(t, events[e], e)
		}
	}
	require.Greater(t, accepted*100, steps*40, "most of what is drawn is refused")
	t.Logf("%d of %d accepted; %v", accepted, steps, statuses)
}

func TestIntentsAreSound(t *testing.T) {
	gen := paymentintenttest.Intents()
	seen := map[paymentintent.Status]bool{}
	for seed := range 500 {
		s := gen.Example(seed)
		require.NoError(t, paymentintent.Check(s))
		seen[s.Status] = true
	}
	require.ElementsMatch(t, paymentintent.Statuses(), slices.Collect(maps.Keys(seen)))
}

// TestLedgerNotices feeds the books what can't be true.
func TestLedgerNotices(t *testing.T) {
	const at intents.Time = 1762799083
	entry := capture.Ledger{At: at, Fee: 88}
	created := paymentintent.Created{ID: "pi_1", Amount: 2000}
	held := paymentintent.Approved{ChargeID: "ch_1", Approval: capture.Approval{Method: capture.Manual}}
	taken := paymentintent.Approved{ChargeID: "ch_1", Approval: capture.Approval{Method: capture.AutomaticAsync}}
	settled := paymentintent.Settled{Settled: capture.Settled{Ledger: entry}}
	captured := func(amount, total, fee int64, final bool) paymentintent.Captured {
		return paymentintent.Captured{Captured: capture.Captured{Amount: amount, Total: total, Final: final, Ledger: capture.Ledger{At: at, Fee: fee}}}
	}
	refunded := func(amount int64) paymentintent.Refunded {
		return paymentintent.Refunded{Refunded: capture.Refunded{Refund: capture.Refund{Amount: amount}}}
	}
	updated := func(n int, status capture.RefundStatus) paymentintent.RefundUpdated {
		return paymentintent.RefundUpdated{RefundUpdated: capture.RefundUpdated{Number: n, Status: status}}
	}
	other := func(id string, m capture.Method) paymentintent.Approved {
		return paymentintent.Approved{ChargeID: id, Approval: capture.Approval{Method: m, Ledger: entry}}
	}
	submitted := paymentintent.Submitted{ChargeID: "ch_1"}
	for _, c := range []struct {
		want   string
		events []paymentintent.Event
	}{
		{"", []paymentintent.Event{taken, settled, refunded(500), updated(0, capture.RefundSucceeded), updated(0, capture.RefundFailed), refunded(2000)}},
		{"", []paymentintent.Event{held, captured(500, 2000, 10, false), captured(2000, 2500, 90, true)}},
		{"", []paymentintent.Event{submitted, paymentintent.AttemptFailed{ChargeID: "ch_1"}, other("ch_2", capture.Automatic)}},
		{"", []paymentintent.Event{held, paymentintent.Canceled{}}},
		{"payment_intent.settled: the ledger entry is posted twice", []paymentintent.Event{taken, settled, settled}},
		{"payment_intent.settled: the ledger entry is empty", []paymentintent.Event{taken, paymentintent.Settled{}}},
		{"payment_intent.settled: the fee shrinks, or is more than was captured", []paymentintent.Event{settled}},
		{"payment_intent.refunded: refunded 2001 is more than captured 2000", []paymentintent.Event{taken, settled, refunded(2001)}},
		{"payment_intent.refunded: refunded 1 is more than captured 0", []paymentintent.Event{held, refunded(1)}},
		{"payment_intent.refunded: nothing is refunded", []paymentintent.Event{taken, refunded(0)}},
		{"payment_intent.refund_updated: no such refund", []paymentintent.Event{taken, refunded(1), updated(1, capture.RefundFailed)}},
		{"payment_intent.refund_updated: no such refund", []paymentintent.Event{taken, refunded(1), updated(-1, capture.RefundFailed)}},
		{"payment_intent.refund_updated: the refund came back already", []paymentintent.Event{taken, refunded(1), updated(0, capture.RefundFailed), updated(0, capture.RefundSucceeded)}},
		{"payment_intent.approved: a new charge has the id of the one before, or none", []paymentintent.Event{paymentintent.AttemptFailed{ChargeID: "ch_1"}, held}},
		{"payment_intent.approved: a new charge has the id of the one before, or none", []paymentintent.Event{other("", capture.Automatic)}},
		{"payment_intent.approved: the charge before is still open", []paymentintent.Event{held, other("ch_2", capture.Automatic)}},
		{"payment_intent.approved: the charge before is still open", []paymentintent.Event{submitted, other("ch_2", capture.Automatic)}},
		{"payment_intent.approved: a second charge takes money", []paymentintent.Event{taken, other("ch_2", capture.Automatic)}},
		{"payment_intent.approved: a hold has a ledger entry", []paymentintent.Event{other("ch_1", capture.Manual)}},
		{"payment_intent.approved: an asynchronous capture has its ledger entry at once", []paymentintent.Event{other("ch_1", capture.AutomaticAsync)}},
		{"payment_intent.approved: unknown capture method never", []paymentintent.Event{other("ch_1", "never")}},
		{"payment_intent.submitted: the charge before is still open", []paymentintent.Event{held, paymentintent.Submitted{ChargeID: "ch_2"}}},
		{"payment_intent.collected: no charge is pending", []paymentintent.Event{held, paymentintent.Collected{}}},
		{"payment_intent.partially_funded: the part that is funded does not grow, or is the whole", []paymentintent.Event{paymentintent.PartiallyFunded{Funded: 2000}}},
		{"payment_intent.partially_funded: the part that is funded does not grow, or is the whole", []paymentintent.Event{paymentintent.PartiallyFunded{Funded: 5}, paymentintent.PartiallyFunded{Funded: 5}}},
		{"payment_intent.captured: nothing is captured", []paymentintent.Event{held, captured(0, 2000, 0, true)}},
		{"payment_intent.captured: nothing is captured", []paymentintent.Event{held, captured(500, 2000, 10, false), captured(0, 2000, 10, false)}},
		{"payment_intent.captured: nothing is captured", []paymentintent.Event{held, captured(-1, 2000, 0, true)}},
		{"payment_intent.captured: more is captured than is held", []paymentintent.Event{held, captured(2001, 2001, 0, false)}},
		{"payment_intent.captured: the total is 2000, not 2001", []paymentintent.Event{held, captured(2001, 2000, 0, true)}},
		{"payment_intent.captured: the fee shrinks, or is more than was captured", []paymentintent.Event{held, captured(500, 2000, 10, false), captured(500, 2000, 9, true)}},
		{"payment_intent.captured: the fee shrinks, or is more than was captured", []paymentintent.Event{held, captured(500, 2000, 501, true)}},
		{"payment_intent.captured: a capture has no ledger entry", []paymentintent.Event{held, paymentintent.Captured{Captured: capture.Captured{Amount: 1, Total: 2000}}}},
		{"payment_intent.authorization_incremented: the hold is not raised", []paymentintent.Event{held, paymentintent.AuthorizationIncremented{Amount: 2000}}},
		{"payment_intent.authorization_incremented: the hold is not raised", []paymentintent.Event{held, captured(500, 2000, 10, false), paymentintent.AuthorizationIncremented{Amount: 3000}}},
		{"payment_intent.updated: the amount changes under a charge", []paymentintent.Event{held, paymentintent.Updated{Amount: 1}}},
		{"payment_intent.updated: the amount changes under a charge", []paymentintent.Event{taken, paymentintent.Updated{Amount: 1}}},
		{"payment_intent.updated: the amount changes under a charge", []paymentintent.Event{submitted, paymentintent.Updated{Amount: 1}}},
		{"payment_intent.attempt_failed: the attempt fails after money was taken", []paymentintent.Event{taken, paymentintent.AttemptFailed{ChargeID: "ch_1"}}},
		{"payment_intent.attempt_failed: the charge before is still open", []paymentintent.Event{held, paymentintent.AttemptFailed{ChargeID: "ch_2"}}},
	} {
		var books paymentintenttest.Ledger
		err := books.Post(append([]paymentintent.Event{created}, c.events...)...)
		if c.want == "" {
			require.NoError(t, err)
			continue
		}
		require.EqualError(t, err, c.want)
	}
}

// TestLedgerReads holds the totals of books that have seen everything.
func TestLedgerReads(t *testing.T) {
	var books paymentintenttest.Ledger
	require.Zero(t, books.Net())
	require.NoError(t, books.Post(
		paymentintent.Created{ID: "pi_1", Amount: 2000},
		paymentintent.Approved{ChargeID: "ch_1", Approval: capture.Approval{Method: capture.Manual}},
		paymentintent.AuthorizationIncremented{Amount: 3000},
	))
	require.Equal(t, []int64{3000, 3000, 0, 0, 0, 0, 0}, totals(&books))
	require.NoError(t, books.Post(
		paymentintent.Captured{Captured: capture.Captured{Amount: 1000, Total: 3000, Ledger: capture.Ledger{At: 1, Fee: 30}}},
		paymentintent.Refunded{Refunded: capture.Refunded{Refund: capture.Refund{Amount: 200}}},
		paymentintent.Captured{Captured: capture.Captured{Amount: 500, Total: 3000, Final: true, Ledger: capture.Ledger{At: 1, Fee: 40}}},
	))
	require.Equal(t, []int64{3000, 0, 1500, 1500, 200, 40, 1460}, totals(&books))
}

func totals(b *paymentintenttest.Ledger) []int64 {
	return []int64{b.Authorized(), b.Capturable(), b.Captured(), b.Released(), b.Refunded(), b.Fee(), b.Net()}
}

// TestLedgerChecks changes each amount of a state behind the books' back.
func TestLedgerChecks(t *testing.T) {
	at := time.Date(2025, time.November, 10, 18, 24, 43, 0, time.UTC)
	visa, _ := capture.TestPaymentMethod("pm_card_visa")
	terms := capture.Terms{Features: capture.Multicapture, Pricing: capture.TestPricing()}
	tr, err := paymentintent.Chain(paymentintent.Intent{}, at,
		paymentintent.Create{ID: "pi_1", Amount: 2000, Currency: "usd", CaptureMethod: capture.Manual, PaymentMethod: visa}, paymentintent.Confirm{},
		paymentintent.Approve{Terms: terms}, paymentintent.Capture{AmountToCapture: intents.Some[int64](500), FinalCapture: intents.Some(false)},
		paymentintent.Refund{Amount: 100})
	require.NoError(t, err)
	var books paymentintenttest.Ledger
	require.NoError(t, books.Post(tr.Events...))
	require.NoError(t, books.Check(tr.After))
	require.Equal(t, books, paymentintenttest.LedgerOf(tr.After), "books that are opened late are the same")
	for want, change := range map[string]func(s *paymentintent.Intent){
		"capturable is 1500 by the books and 1499 by the intent":                              func(s *paymentintent.Intent) { s.Charge.AmountReleased++ },
		"received is 500 by the books and 501 by the intent":                                  func(s *paymentintent.Intent) { s.Charge.AmountCaptured++; s.Charge.Amount++ },
		"refunded is 100 by the books and 0 by the intent":                                    func(s *paymentintent.Intent) { s.Charge.AmountRefunded = 0 },
		"fee is 45 by the books and 46 by the intent":                                         func(s *paymentintent.Intent) { s.Charge.Ledger.Fee++ },
		"amount is 2000 by the books and 2001 by the intent":                                  func(s *paymentintent.Intent) { s.Amount++ },
		"the newest charge is " + tr.After.Charge.ID + " by the books and ch_2 by the intent": func(s *paymentintent.Intent) { s.Charge.ID = "ch_2" },
		"funded is 0 by the books and 7 by the intent": func(s *paymentintent.Intent) {
			s.Status, s.Funded = paymentintent.StatusRequiresAction, 7
		},
	} {
		s := tr.After
		change(&s)
		require.EqualError(t, books.Check(s), "the books and the intent differ: "+want)
	}
	require.Error(t, (&paymentintenttest.Ledger{}).Check(tr.After))
	pending, released := tr.After, tr.After
	pending.Charge, released.Charge = capture.Charge{ID: "ch_1", Status: capture.StatusPending}, capture.Charge{ID: "ch_1", Status: capture.StatusReleased, Amount: 5, AmountReleased: 5}
	empty := paymentintenttest.LedgerOf(released)
	require.EqualError(t, empty.Check(pending), "the books and the intent differ: released is 5 by the books and 0 by the intent")
	submitted := paymentintenttest.LedgerOf(pending)
	require.NoError(t, submitted.Check(pending))
	pending.Charge.Status = capture.StatusFailed
	require.EqualError(t, submitted.Check(pending), "the books and the intent differ: one of them waits for the rail")
}

// TestLedgerOfAnyState: books that are opened at any state agree with it, and go
// on as those that were kept from the beginning.
func TestLedgerOfAnyState(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s paymentintent.Intent
		var kept paymentintenttest.Ledger
		for _, step := range paymentintenttest.Runs().Draw(t, "run") {
			next, err := paymentintent.Apply(s, step.Command, step.At)
			if err != nil {
				continue
			}
			s = next.After
			require.NoError(t, kept.Post(next.Events...))
			opened := paymentintenttest.LedgerOf(s)
			require.NoError(t, opened.Check(s))
			require.NoError(t, kept.Check(s))
			require.Equal(t, kept, opened)
		}
	})
}

// A service keeps books beside its store, and has each transition audited.
func ExampleLedger() {
	visa, _ := capture.TestPaymentMethod("pm_card_visa")
	now := time.Date(2025, time.November, 10, 18, 24, 43, 0, time.UTC)
	var books paymentintenttest.Ledger
	var s paymentintent.Intent
	for _, c := range []paymentintent.Command{
		paymentintent.Create{ID: "pi_1", Amount: 2000, Currency: "usd", CaptureMethod: capture.Manual, PaymentMethod: visa},
		paymentintent.Confirm{},
		paymentintent.Approve{Terms: capture.Terms{Pricing: capture.TestPricing()}},
		paymentintent.Capture{AmountToCapture: intents.Some[int64](1500)},
	} {
		t, err := paymentintent.Apply(s, c, now)
		if err != nil {
			fmt.Println(err)
			return
		}
		s = t.After
		if err := books.Post(t.Events...); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: authorized %d = capturable %d + captured %d + released %d\n",
			c.Name(), books.Authorized(), books.Capturable(), books.Captured(), books.Released())
	}
	fmt.Println("fee", books.Fee(), "net", books.Net(), books.Check(s))
	// Output:
	// create: authorized 0 = capturable 0 + captured 0 + released 0
	// confirm: authorized 0 = capturable 0 + captured 0 + released 0
	// approve: authorized 2000 = capturable 2000 + captured 0 + released 0
	// capture: authorized 2000 = capturable 0 + captured 1500 + released 500
	// fee 74 net 1426 <nil>
}

// A property test of one's own: whatever happens, the status that is shown is one
// that Stripe has.
func ExampleRuns() {
	property := func(t *rapid.T) {
		var s paymentintent.Intent
		for _, step := range paymentintenttest.Runs().Draw(t, "run") {
			if next, err := paymentintent.Apply(s, step.Command, step.At); err == nil {
				s = next.After
			}
			if s.Status.Stripe() == paymentintent.StatusConfirming {
				t.Fatalf("%v after %v", s.Status, step.Command)
			}
		}
	}
	_ = rapid.MakeCheck(property) // t.Run("…", rapid.MakeCheck(property)) in a test
	fmt.Println(len(paymentintenttest.Runs().Example(1)) <= 24)
	// Output: true
}

package setupintenttest_test

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
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/setupintent/setupintenttest"
)

// TestGeneratorsReachEverything guards the property tests against being vacuous:
// the histories that are drawn lead to every status, take every arc's command and
// make every event, and about half of their commands are accepted.
func TestGeneratorsReachEverything(t *testing.T) {
	const examples = 3000
	statuses, commands, events := map[setupintent.Status]int{}, map[setupintent.CommandName]int{}, map[string]int{}
	steps, accepted, exceeded, single := 0, 0, 0, 0
	gen := setupintenttest.Runs()
	for seed := range examples {
		var s setupintent.Intent
		var last time.Time
		for _, step := range gen.Example(seed) {
			require.False(t, step.At.Before(last), "time does not run back")
			last = step.At
			steps++
			next, err := setupintent.Apply(s, step.Command, step.At)
			if err != nil {
				continue
			}
			accepted++
			commands[step.Command.Name()]++
			for _, e := range next.Events {
				events[e.Name()]++
				if f, ok := e.(setupintent.AttemptFailed); ok && f.Failure.Code == "payment_method_microdeposit_verification_attempts_exceeded" {
					exceeded++
				}
			}
			s = next.After
			statuses[s.Status]++
			if s.MandateSingleUse {
				single++
			}
		}
	}
	for _, s := range setupintent.Statuses() {
		if s != setupintent.StatusNone {
			require.NotZero(t, statuses[s], s)
		}
	}
	for _, a := range setupintent.Table() {
		require.NotZero(t, commands[a.Command], a.Command)
		for _, e := range a.Events {
			require.NotZero(t, events[e], e)
		}
	}
	require.NotZero(t, exceeded)
	require.NotZero(t, single)
	require.Greater(t, accepted*100, steps*40, "most of what is drawn is refused")
	t.Logf("%d of %d accepted; %v", accepted, steps, statuses)
}

func TestIntentsAreSound(t *testing.T) {
	gen := setupintenttest.Intents()
	seen := map[setupintent.Status]bool{}
	for seed := range 500 {
		s := gen.Example(seed)
		require.NoError(t, setupintent.Check(s))
		seen[s.Status] = true
	}
	require.ElementsMatch(t, setupintent.Statuses(), slices.Collect(maps.Keys(seen)))
}

// TestLedgerNotices feeds the books what can't be true.
func TestLedgerNotices(t *testing.T) {
	pm := intents.PaymentMethod{ID: "pm_1", Type: intents.Card}
	created := setupintent.Created{ID: "seti_1", PaymentMethod: pm}
	first, second := setupintent.Confirmed{AttemptID: "setatt_1", PaymentMethod: pm}, setupintent.Confirmed{AttemptID: "setatt_2", PaymentMethod: pm}
	asked, acted, failed := setupintent.ActionRequired{}, setupintent.ActionCompleted{}, setupintent.AttemptFailed{}
	approved := setupintent.Approved{SetUp: setupintent.SetUp{PaymentMethod: pm}}
	collected := setupintent.Collected(approved)
	for _, c := range []struct {
		want   string
		events []setupintent.Event
	}{
		{"", []setupintent.Event{first, failed, second, asked, acted, approved, setupintent.Updated{Status: setupintent.StatusSucceeded}}},
		{"", []setupintent.Event{first, asked, second, setupintent.Submitted{}, setupintent.Postponed{}, collected}},
		{"", []setupintent.Event{first, asked, setupintent.VerificationFailed{}, setupintent.Canceled{}}},
		{"setup_intent.created: the intent is created twice", []setupintent.Event{created}},
		{"setup_intent.confirmed: a new attempt has the id of the one before, or none", []setupintent.Event{first, failed, first}},
		{"setup_intent.confirmed: a new attempt has the id of the one before, or none", []setupintent.Event{setupintent.Confirmed{}}},
		{"setup_intent.confirmed: the attempt before is still open", []setupintent.Event{first, second}},
		{"setup_intent.confirmed: the attempt before is still open", []setupintent.Event{first, setupintent.Submitted{}, second}},
		{"setup_intent.approved: no attempt is open", []setupintent.Event{approved}},
		{"setup_intent.approved: no attempt is open", []setupintent.Event{first, failed, approved}},
		{"setup_intent.approved: another payment method is set up than was tried", []setupintent.Event{first, setupintent.Approved{}}},
		{"setup_intent.approved: it comes after the end", []setupintent.Event{first, approved, approved}},
		{"setup_intent.confirmed: it comes after the end", []setupintent.Event{setupintent.Canceled{}, first}},
		{"setup_intent.collected: no attempt is processing", []setupintent.Event{first, collected}},
		{"setup_intent.attempt_failed: no attempt is open", []setupintent.Event{first, failed, failed}},
		{"setup_intent.action_required: no attempt is in requires_confirmation", []setupintent.Event{asked}},
		{"setup_intent.action_completed: no attempt is in requires_action", []setupintent.Event{first, acted}},
		{"setup_intent.submitted: no attempt is in requires_confirmation", []setupintent.Event{first, asked, setupintent.Submitted{}}},
		{"setup_intent.verification_failed: no attempt waits for its customer", []setupintent.Event{first, setupintent.VerificationFailed{}}},
	} {
		var books setupintenttest.Ledger
		err := books.Post(append([]setupintent.Event{created}, c.events...)...)
		if c.want == "" {
			require.NoError(t, err)
			continue
		}
		require.EqualError(t, err, c.want)
	}
}

// TestLedgerReads holds the counts of books that have seen everything.
func TestLedgerReads(t *testing.T) {
	var books setupintenttest.Ledger
	pm := intents.PaymentMethod{ID: "pm_1", Type: intents.Card}
	counts := func() [4]int { return [4]int{books.Made(), books.Failed(), books.Abandoned(), books.Succeeded()} }
	require.NoError(t, books.Post(setupintent.Created{ID: "seti_1"}, setupintent.Confirmed{AttemptID: "setatt_1", PaymentMethod: pm}))
	require.Equal(t, [4]int{1, 0, 0, 0}, counts())
	require.True(t, books.Open())
	require.NoError(t, books.Post(setupintent.AttemptFailed{}, setupintent.Confirmed{AttemptID: "setatt_2", PaymentMethod: pm}, setupintent.ActionRequired{}))
	require.NoError(t, books.Post(setupintent.Updated{Status: setupintent.StatusRequiresConfirmation}))
	require.Equal(t, [4]int{2, 1, 1, 0}, counts())
	require.False(t, books.Open())
	require.NoError(t, books.Post(setupintent.Confirmed{AttemptID: "setatt_3", PaymentMethod: pm}, setupintent.Approved{SetUp: setupintent.SetUp{PaymentMethod: pm}}))
	require.Equal(t, [4]int{3, 1, 1, 1}, counts())
}

// TestLedgerChecks changes what the books know of a state behind their back.
func TestLedgerChecks(t *testing.T) {
	at := time.Date(2025, time.November, 10, 18, 24, 43, 0, time.UTC)
	visa, _ := capture.TestPaymentMethod("pm_card_visa")
	tr, err := setupintent.Chain(setupintent.Intent{}, at, setupintent.Create{ID: "seti_1"}, setupintent.Confirm{PaymentMethod: visa})
	require.NoError(t, err)
	var books setupintenttest.Ledger
	require.NoError(t, books.Post(tr.Events...))
	require.NoError(t, books.Check(tr.After))
	require.Equal(t, books, setupintenttest.LedgerOf(tr.After), "books that are opened late are the same")
	for want, change := range map[string]func(s *setupintent.Intent){
		"the status is confirming by the books and succeeded by the intent":                         func(s *setupintent.Intent) { s.Status = setupintent.StatusSucceeded },
		"the number of attempts is 1 by the books and 2 by the intent":                              func(s *setupintent.Intent) { s.Attempts = 2 },
		"the newest attempt is " + tr.After.Attempt.ID + " by the books and setatt_2 by the intent": func(s *setupintent.Intent) { s.Attempt.ID = "setatt_2" },
		"its status is requires_confirmation by the books and failed by the intent":                 func(s *setupintent.Intent) { s.Attempt.Status = setupintent.AttemptStatusFailed },
		"its payment method is pm_card_visa by the books and  by the intent":                        func(s *setupintent.Intent) { s.Attempt.PaymentMethod.ID = "" },
		"the number of wrong tries is 0 by the books and 7 by the intent":                           func(s *setupintent.Intent) { s.Verifications = 7 },
	} {
		s := tr.After
		change(&s)
		require.EqualError(t, books.Check(s), "the books and the intent differ: "+want)
	}
}

// TestLedgerOfAnyState: books that are opened at any state agree with it, and count
// as many attempts as those that were kept from the beginning.
func TestLedgerOfAnyState(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s setupintent.Intent
		var kept setupintenttest.Ledger
		for _, step := range setupintenttest.Runs().Draw(t, "run") {
			next, err := setupintent.Apply(s, step.Command, step.At)
			if err != nil {
				continue
			}
			s = next.After
			require.NoError(t, kept.Post(next.Events...))
			opened := setupintenttest.LedgerOf(s)
			require.NoError(t, opened.Check(s))
			require.NoError(t, kept.Check(s))
			require.Equal(t, kept.Made(), opened.Made())
			require.Equal(t, kept.Succeeded(), opened.Succeeded())
			require.Equal(t, kept.Open(), opened.Open())
		}
	})
}

// A service keeps books beside its store, and has each transition audited.
func ExampleLedger() {
	visa, _ := capture.TestPaymentMethod("pm_card_visa")
	now := time.Date(2025, time.November, 10, 18, 24, 43, 0, time.UTC)
	var books setupintenttest.Ledger
	var s setupintent.Intent
	for _, c := range []setupintent.Command{
		setupintent.Create{ID: "seti_1"},
		setupintent.Confirm{PaymentMethod: visa},
		setupintent.Decline{Failure: intents.Failure{Code: "card_declined"}},
		setupintent.Confirm{PaymentMethod: visa},
		setupintent.Approve{},
	} {
		t, err := setupintent.Apply(s, c, now)
		if err != nil {
			fmt.Println(err)
			return
		}
		s = t.After
		if err := books.Post(t.Events...); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: made %d, failed %d, succeeded %d\n", c.Name(), books.Made(), books.Failed(), books.Succeeded())
	}
	fmt.Println(books.Check(s))
	// Output:
	// create: made 0, failed 0, succeeded 0
	// confirm: made 1, failed 0, succeeded 0
	// decline: made 1, failed 1, succeeded 0
	// confirm: made 2, failed 1, succeeded 0
	// approve: made 2, failed 1, succeeded 1
	// <nil>
}

// A property test of one's own: whatever happens, the status that is shown is one
// that Stripe has.
func ExampleRuns() {
	property := func(t *rapid.T) {
		var s setupintent.Intent
		for _, step := range setupintenttest.Runs().Draw(t, "run") {
			if next, err := setupintent.Apply(s, step.Command, step.At); err == nil {
				s = next.After
			}
			if s.Status.Stripe() == setupintent.StatusConfirming {
				t.Fatalf("%v after %v", s.Status, step.Command)
			}
		}
	}
	_ = rapid.MakeCheck(property) // t.Run("…", rapid.MakeCheck(property)) in a test
	fmt.Println(len(setupintenttest.Runs().Example(1)) <= 24)
	// Output: true
}

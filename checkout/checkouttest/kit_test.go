package checkouttest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/checkout/checkouttest"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// TestGeneratorsReachEverything guards the property tests against being vacuous: the
// histories that are drawn lead to every status and payment status in every mode, give
// every command of the session that changes something, and make every event, and
// about half of their commands are accepted.
func TestGeneratorsReachEverything(t *testing.T) {
	const examples = 4000
	reached, commands, events := map[string]int{}, map[checkout.CommandName]int{}, map[string]int{}
	steps, accepted := 0, 0
	gen := checkouttest.Runs()
	for seed := range examples {
		var f checkout.Flow
		var last time.Time
		for _, step := range gen.Example(seed) {
			require.False(t, step.At.Before(last), "time does not run back")
			last = step.At
			steps++
			next, err := step.Command.Apply(f, step.At)
			if err != nil {
				continue
			}
			accepted++
			if c := step.Command.Session; c != nil {
				commands[c.Name()]++
			}
			for _, e := range next.Session.Events {
				events[e.Name()]++
			}
			f = next.After
			reached[fmt.Sprintf("%s %s:%s", f.Session.Mode, f.Session.Status, f.Session.PaymentStatus)]++
		}
	}
	for _, want := range []string{
		"payment open:unpaid", "payment confirming:unpaid", "payment complete:paid", "payment complete:unpaid", "payment complete:no_payment_required", "payment expired:unpaid",
		"setup open:no_payment_required", "setup confirming:no_payment_required", "setup complete:no_payment_required", "setup expired:no_payment_required",
		"subscription open:unpaid", "subscription confirming:unpaid", "subscription complete:paid", "subscription complete:unpaid",
		"subscription complete:no_payment_required", "subscription expired:unpaid",
	} {
		require.NotZero(t, reached[want], want)
		delete(reached, want)
	}
	require.Empty(t, reached, "and to no other")
	for _, a := range checkout.Table() {
		require.NotZero(t, commands[a.Command], a.Command)
		for _, e := range a.Events {
			require.NotZero(t, events[e], e)
		}
	}
	require.Greater(t, accepted*100, steps*40, "most of what is drawn is refused")
	t.Logf("%d of %d accepted; events %v", accepted, steps, events)
}

var start = time.Date(2025, time.November, 10, 18, 24, 43, 0, time.UTC)

func order(tb testing.TB, amount int64) checkout.LineItems {
	tb.Helper()
	items, err := checkout.NewLineItems(checkout.LineItem{Name: "T-shirt", Currency: "usd", UnitAmount: amount, Quantity: 1})
	require.NoError(tb, err)
	return items
}

// TestLedgerRefuses posts what can't have happened.
func TestLedgerRefuses(t *testing.T) {
	created := checkout.Created{Mode: checkout.Payment, LineItems: order(t, 1099)}
	free := checkout.Created{Mode: checkout.Payment, LineItems: order(t, 0)}
	setup := checkout.Created{Mode: checkout.Setup}
	submitted := checkout.Submitted{}
	done := func(s checkout.PaymentStatus) checkout.Event { return checkout.Completed{PaymentStatus: s} }
	const end = "checkout_session."
	for _, c := range []struct {
		want   string
		events []checkout.Event
	}{
		{"", []checkout.Event{created, submitted, checkout.Reopened{}, submitted, done(checkout.Paid)}},
		{"", []checkout.Event{created, submitted, done(checkout.Unpaid), checkout.PaymentArrived{}}},
		{"", []checkout.Event{created, submitted, done(checkout.Unpaid), checkout.PaymentLost{}}},
		{"", []checkout.Event{free, checkout.Completed{PaymentStatus: checkout.NoPaymentRequired, Free: true}}},
		{"", []checkout.Event{created, checkout.Updated{LineItems: order(t, 0)}, checkout.Completed{PaymentStatus: checkout.NoPaymentRequired, Free: true}}},
		{"", []checkout.Event{setup, submitted, done(checkout.NoPaymentRequired)}},
		{"", []checkout.Event{created, submitted, checkout.Reopened{}, checkout.Proceeded{}, done(checkout.Paid)}},
		{end + "created: it is created twice", []checkout.Event{created, created}},
		{end + "updated: the total changes under an attempt, or after the end", []checkout.Event{created, submitted, checkout.Updated{LineItems: order(t, 1)}}},
		{end + "updated: the total changes under an attempt, or after the end", []checkout.Event{created, checkout.Expired{}, checkout.Updated{}}},
		{end + "submitted: an attempt begins after the end, or beside another", []checkout.Event{created, submitted, submitted}},
		{end + "submitted: an attempt begins after the end, or beside another", []checkout.Event{created, checkout.Expired{}, submitted}},
		{end + "proceeded: an attempt begins after the end, or beside another", []checkout.Event{created, checkout.Proceeded{}, checkout.Proceeded{}}},
		{end + "reopened: no attempt is under way", []checkout.Event{created, checkout.Reopened{}}},
		{end + "expired: it ends twice, or under an attempt", []checkout.Event{created, submitted, checkout.Expired{}}},
		{end + "expired: it ends twice, or under an attempt", []checkout.Event{created, submitted, done(checkout.Paid), checkout.Expired{}}},
		{end + "completed: it ends twice", []checkout.Event{created, checkout.Expired{}, done(checkout.Paid)}},
		{end + "completed: it is free, and something is to be paid", []checkout.Event{created, checkout.Completed{PaymentStatus: checkout.NoPaymentRequired, Free: true}}},
		{end + "completed: it is free, and something is to be paid", []checkout.Event{free, checkout.Completed{PaymentStatus: checkout.Paid, Free: true}}},
		{end + "completed: nothing is paid in setup mode", []checkout.Event{setup, submitted, done(checkout.Paid)}},
		{end + "completed: nothing is paid, and it is not free", []checkout.Event{created, submitted, done(checkout.NoPaymentRequired)}},
		{end + "payment_arrived: no payment is outstanding", []checkout.Event{created, submitted, done(checkout.Paid), checkout.PaymentArrived{}}},
		{end + "payment_lost: no payment is outstanding", []checkout.Event{created, submitted, done(checkout.Unpaid), checkout.PaymentArrived{}, checkout.PaymentLost{}}},
		{end + "payment_arrived: no payment is outstanding", []checkout.Event{created, submitted, done(checkout.Unpaid), checkout.PaymentLost{}, checkout.PaymentArrived{}}},
	} {
		var books checkouttest.Ledger
		err := books.Post(checkout.Step{Session: checkout.Transition{Events: c.events}})
		if c.want == "" {
			require.NoError(t, err)
			continue
		}
		require.EqualError(t, err, c.want)
	}
	var books checkouttest.Ledger
	require.NoError(t, books.Post(checkout.Step{Session: checkout.Transition{Events: []checkout.Event{created, checkout.Expired{}}}}))
	err := books.Post(checkout.Step{Payment: paymentintent.Transition{Events: []paymentintent.Event{
		paymentintent.Created{ID: "pi_1", Amount: 1099}, paymentintent.Approved{ChargeID: "ch_1", Approval: capture.Approval{Method: capture.Manual}},
	}}})
	require.EqualError(t, err, "payment_intent: money is taken after the session expired")
}

// paid returns the steps of a session that was paid, from its creation on.
func paid(tb testing.TB, change func(*checkout.Create)) []checkout.Step {
	tb.Helper()
	c := checkout.Create{ID: "cs_1", Mode: checkout.Payment, LineItems: order(tb, 1099), Details: "success_url=x"}
	change(&c)
	visa, _ := capture.TestPaymentMethod("pm_card_visa")
	var steps []checkout.Step
	var f checkout.Flow
	for _, command := range []checkouttest.Command{{Session: c}, {Session: checkout.Submit{PaymentMethod: visa}}, {Payment: paymentintent.Approve{}}} {
		step, err := command.Apply(f, start)
		require.NoError(tb, err)
		steps, f = append(steps, step), step.After
	}
	return steps
}

// TestLedgerChecks changes each part of a flow behind the books' back.
func TestLedgerChecks(t *testing.T) {
	steps := paid(t, func(c *checkout.Create) { c.CustomerCreation = checkout.Always })
	f := steps[2].After
	var books checkouttest.Ledger
	require.NoError(t, books.Post(steps...))
	require.NoError(t, books.Check(f))
	require.Equal(t, []any{true, false, int64(1099), false, 1}, []any{books.Completed(), books.Expired(), books.Received(), books.Outstanding(), books.Customers()})
	require.EqualError(t, books.Post(steps[2]), "payment_intent.approved: a new charge has the id of the one before, or none")
	for want, change := range map[string]func(f *checkout.Flow){
		"total is 1099 by the books and 1 by the flow":                 func(f *checkout.Flow) { f.Session.LineItems = order(t, 1) },
		"attempts is 1 by the books and 2 by the flow":                 func(f *checkout.Flow) { f.Session.Attempts++ },
		"under way is false by the books and true by the flow":         func(f *checkout.Flow) { f.Session.Status = checkout.StatusConfirming },
		"expired is false by the books and true by the flow":           func(f *checkout.Flow) { f.Session.Status = checkout.StatusExpired },
		"completed is true by the books and false by the flow":         func(f *checkout.Flow) { f.Session.Status = checkout.StatusOpen },
		"payment_status is paid by the books and unpaid by the flow":   func(f *checkout.Flow) { f.Session.PaymentStatus = checkout.Unpaid },
		"it is paid, and its intent has not succeeded, or the reverse": func(f *checkout.Flow) { f.Payment = paymentintent.Intent{} },
	} {
		other := f
		change(&other)
		require.EqualError(t, books.Check(other), "the books and the flow differ: "+want)
	}
	other := f
	other.Payment.Charge.AmountCaptured--
	require.Error(t, books.Check(other), "money is the payment's books' to check")

	made := checkout.Step{Before: checkout.Flow{}, After: f}
	require.EqualError(t, books.Post(made), "customer: a second customer is made")
	var open checkouttest.Ledger
	require.EqualError(t, open.Post(made), "customer: a customer is made before the session is complete")
}

// TestLedgerOfAnyFlow: books that are opened at any flow agree with it, and go on as
// those that were kept from the beginning.
func TestLedgerOfAnyFlow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var f checkout.Flow
		var kept checkouttest.Ledger
		for _, step := range checkouttest.Runs().Draw(t, "run") {
			next, err := step.Command.Apply(f, step.At)
			if err != nil {
				continue
			}
			f = next.After
			require.NoError(t, kept.Post(next))
			opened := checkouttest.LedgerOf(f)
			require.NoError(t, opened.Check(f))
			require.NoError(t, kept.Check(f))
			require.Equal(t, kept, opened)
		}
	})
}

func TestCommandSays(t *testing.T) {
	for want, c := range map[string]checkouttest.Command{
		"expire":               {Session: checkout.Expire{}},
		"payment authenticate": {Payment: paymentintent.Authenticate{}},
		"setup authenticate":   {Setup: setupintent.Authenticate{}},
		"nothing":              {},
	} {
		require.Equal(t, want, c.String())
	}
	_, err := checkouttest.Command{}.Apply(checkout.Flow{}, start)
	require.Error(t, err)
}

// A service keeps books beside its store, and has each step audited.
func ExampleLedger() {
	visa, _ := capture.TestPaymentMethod("pm_card_visa")
	items, _ := checkout.NewLineItems(checkout.LineItem{Name: "T-shirt", Currency: "usd", UnitAmount: 1099, Quantity: 1})
	var books checkouttest.Ledger
	var f checkout.Flow
	for _, c := range []checkouttest.Command{
		{Session: checkout.Create{ID: "cs_1", Mode: checkout.Payment, LineItems: items, Details: "success_url=https://example.com"}},
		{Session: checkout.Submit{PaymentMethod: visa}},
		{Payment: paymentintent.Approve{}},
	} {
		step, err := c.Apply(f, start)
		if err != nil {
			fmt.Println(err)
			return
		}
		f = step.After
		if err := books.Post(step); err != nil {
			fmt.Println(err)
			return
		}
	}
	fmt.Println("completed", books.Completed(), "received", books.Received(), books.Check(f))
	// Output: completed true received 1099 <nil>
}

// A property test of one's own: whatever happens, nobody pays twice.
func ExampleRuns() {
	property := func(t *rapid.T) {
		var f checkout.Flow
		completed := 0
		for _, step := range checkouttest.Runs().Draw(t, "run") {
			next, err := step.Command.Apply(f, step.At)
			if err != nil {
				continue
			}
			f = next.After
			for _, e := range next.Session.Events {
				if _, ok := e.(checkout.Completed); ok {
					completed++
				}
			}
		}
		if completed > 1 {
			t.Fatalf("completed %d times", completed)
		}
	}
	_ = rapid.MakeCheck(property) // t.Run("…", rapid.MakeCheck(property)) in a test
	fmt.Println(len(checkouttest.Runs().Example(1)) <= 24)
	// Output: true
}

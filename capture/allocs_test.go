package capture_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// TestAllocs is the budget: legality, the invariants, and folding cost no allocation, but
// for folding refunds, which makes a longer string.
func TestAllocs(t *testing.T) {
	hold := apply(t, day(0), capture.Authorize{Attempt: attempt(2000), Method: capture.Manual, Terms: capture.Terms{Features: capture.Multicapture | capture.Incremental}})
	taken := apply(t, day(0), capture.Authorize{Attempt: attempt(2000), Method: capture.AutomaticAsync})
	now := intents.TimeOf(day(0))
	var sink capture.Charge
	zero := map[string]func(){
		"legality": func() {
			if capture.AskLaw(&hold, capture.Capture{}) != nil {
				t.Error("refused")
			}
		},
		"the invariants": func() {
			if capture.CheckFast(&hold) != nil {
				t.Error("refused")
			}
		},
		"what is owed": func() {
			if _, owes := hold.Owes(); !owes {
				t.Error("nothing")
			}
		},
		"a typed decision": func() {
			if _, err := (capture.Capture{Amount: 1, Final: true}).Decide(&hold, now); err != nil {
				t.Error(err)
			}
		},
	}
	for _, cmd := range []capture.Command{
		capture.Authorize{Attempt: attempt(1), Method: capture.Automatic}, capture.Submit{Attempt: attempt(1)}, capture.Decline{Attempt: attempt(1)},
	} {
		folds(t, zero, &sink, capture.Charge{}, cmd)
	}
	pending := apply(t, day(0), capture.Submit{Attempt: attempt(1)})
	folds(t, zero, &sink, pending, capture.Decline{})
	folds(t, zero, &sink, pending, capture.Collect{Method: capture.Automatic})
	for _, cmd := range []capture.Command{
		capture.Capture{Amount: 1500, Final: true},
		capture.Capture{Amount: 1},
		capture.Increment{Amount: 3000},
		capture.Increment{Amount: 3000, Declined: true},
		capture.Release{},
	} {
		folds(t, zero, &sink, hold, cmd)
	}
	folds(t, zero, &sink, taken, capture.Settle{})
	folds(t, zero, &sink, taken, capture.Dispute{})
	zero["fold expired"] = func() { sink = capture.Evolve(hold, capture.Expired{}) }
	for name, f := range zero {
		require.Zero(t, testing.AllocsPerRun(100, f), name)
	}

	// Apply: the event, the slice that holds it, and the slice of what is owed.
	for _, tc := range []struct {
		name   string
		budget float64
		charge capture.Charge
		cmd    capture.Command
	}{
		{"authorize", 3, capture.Charge{}, capture.Authorize{Attempt: attempt(2000), Method: capture.Manual}},
		{"capture", 2, hold, capture.Capture{Amount: 2000, Final: true}},
		{"settle", 2, taken, capture.Settle{}},
		{"settle twice", 0, then(t, taken, day(0), capture.Settle{}), capture.Settle{}},
		{"release", 1, hold, capture.Release{}},
		{"refused by the table", 1, taken, capture.Release{}},
		{"refused by its contents", 1, hold, capture.Capture{Amount: 2001, Final: true}},
	} {
		got := testing.AllocsPerRun(100, func() {
			tr, _ := capture.Apply(tc.charge, tc.cmd, day(0))
			sink = tr.After
		})
		require.LessOrEqual(t, got, tc.budget, tc.name)
	}
}

// folds adds the folding of the command's event, by Fold and by Evolve.
func folds(t *testing.T, fs map[string]func(), sink *capture.Charge, c capture.Charge, cmd capture.Command) {
	t.Helper()
	events, err := capture.Decide(c, cmd, day(0))
	require.NoError(t, err)
	require.Len(t, events, 1)
	e := events[0]
	fs["fold "+e.Name()+" "+cmd.String()] = func() {
		after := c
		capture.Fold(&after, e)
		*sink = after
	}
	fs["evolve "+e.Name()+" "+cmd.String()] = func() { *sink = capture.Evolve(c, e) }
}

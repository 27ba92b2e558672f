package capture_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// refusal is how a command is refused.
type refusal struct {
	name    string
	before  capture.Charge
	command capture.Command
	now     time.Time
	param   string
	code    string
}

func (r refusal) test(t *testing.T) {
	t.Helper()
	tr, err := capture.Apply(r.before, r.command, r.now)
	var invalid *intents.InvalidError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, r.param, invalid.Param)
	require.Equal(t, r.code, invalid.Code)
	require.NotEmpty(t, invalid.Message)
	require.Zero(t, tr, "a refusal changes nothing")
	events, again := capture.Decide(r.before, r.command, r.now)
	require.Equal(t, err, again)
	require.Empty(t, events)
}

func refusals(t *testing.T, rs []refusal) {
	t.Helper()
	for _, r := range rs {
		if r.now.IsZero() {
			r.now = day(0)
		}
		t.Run(r.name, r.test)
	}
}

// disguise satisfies Command and is none of the commands.
type disguise struct{ capture.Release }

func TestNilAndPointerCommands(t *testing.T) {
	hold := apply(t, day(0), capture.Authorize{Attempt: attempt(2000), Method: capture.Manual})
	for name, cmd := range map[string]capture.Command{
		"nil":             nil,
		"a nil pointer":   (*capture.Release)(nil),
		"a pointer":       &capture.Release{},
		"another pointer": &capture.Capture{Amount: 2000, Final: true},
		"a disguise":      disguise{},
	} {
		t.Run(name, refusal{name, hold, cmd, day(0), "command", ""}.test)
		_, err := capture.Apply(hold, cmd, day(0))
		require.EqualError(t, err, "command: the command is nil or a pointer")
	}
}

// TestTypedDecisions: the typed forms ask the table themselves, and say nothing with an error.
func TestTypedDecisions(t *testing.T) {
	now := intents.TimeOf(day(0))
	var state *intents.StateError
	hold := apply(t, day(0), capture.Authorize{Attempt: attempt(2000), Method: capture.Manual})
	failed, err := capture.Decline{Outcome: "a=b"}.Fail(&hold, now)
	require.ErrorAs(t, err, &state)
	require.Zero(t, failed)
	settled, due, err := capture.Settle{}.Decide(&hold, now)
	require.ErrorAs(t, err, &state)
	require.False(t, due)
	require.Zero(t, settled)
	taken := apply(t, day(0), capture.Authorize{Attempt: attempt(2000), Method: capture.AutomaticAsync})
	settled, due, err = capture.Settle{Fee: -1}.Decide(&taken, now)
	require.Error(t, err)
	require.False(t, due)
	require.Zero(t, settled)
	settled, due, err = capture.Settle{}.Decide(&taken, now)
	require.NoError(t, err)
	require.True(t, due)
	require.Equal(t, capture.Ledger{At: now, AvailableOn: now}, settled.Ledger)
	charge := capture.Evolve(taken, settled)
	_, due, err = capture.Settle{}.Decide(&charge, now)
	require.NoError(t, err)
	require.False(t, due)
}

// TestNotCanonical: what is carried and not canonical is told so.
func TestNotCanonical(t *testing.T) {
	const want = ": it is not canonical"
	hold := apply(t, day(0), capture.Authorize{Attempt: attempt(2000), Method: capture.Manual})
	for param, change := range map[string]func(a *capture.Authorize){
		"payment_method": func(a *capture.Authorize) { a.PaymentMethod.Details = "x" },
		"details":        func(a *capture.Authorize) { a.Details = "x" },
		"metadata":       func(a *capture.Authorize) { a.Metadata = "x" },
		"outcome":        func(a *capture.Authorize) { a.Terms.Outcome = "x" },
	} {
		cmd := capture.Authorize{Attempt: attempt(2000), Method: capture.Manual}
		change(&cmd)
		_, err := capture.Apply(capture.Charge{}, cmd, day(0))
		require.EqualError(t, err, param+want)
	}
	_, err := capture.Apply(hold, capture.Capture{Amount: 1, Final: true, Details: "x"}, day(0))
	require.EqualError(t, err, "details"+want)
}

// TestRefusalOrder: a corrupt charge first, then the time, the table, the contents, and last what is only carried.
func TestRefusalOrder(t *testing.T) {
	settled := apply(t, day(0), capture.Authorize{Attempt: attempt(2000), Method: capture.Automatic})
	corrupt := settled
	corrupt.AmountCaptured = -1
	var invalid *intents.InvalidError
	_, err := capture.Apply(corrupt, nil, time.Time{})
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "amount_captured", invalid.Param)
	_, err = capture.Apply(settled, nil, time.Time{})
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "now", invalid.Param)
	var state *intents.StateError
	_, err = capture.Apply(settled, capture.Authorize{Attempt: capture.Attempt{Details: "x"}}, day(0))
	require.ErrorAs(t, err, &state)
	_, err = capture.Apply(capture.Charge{}, capture.Authorize{Attempt: capture.Attempt{ID: "ch_1", Details: "x"}}, day(0))
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "amount", invalid.Param)
	_, err = capture.Apply(capture.Charge{}, capture.Authorize{Attempt: capture.Attempt{ID: "ch_1", Amount: 1, Details: "x"}, Method: "later"}, day(0))
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "capture_method", invalid.Param)
	_, err = capture.Apply(capture.Charge{}, capture.Authorize{Attempt: capture.Attempt{ID: "ch_1", Amount: 1, Currency: "usd", Details: "x"}, Method: capture.Manual}, day(0))
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "details", invalid.Param)
}

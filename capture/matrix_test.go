package capture_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/internal/script"
)

// sample is a charge in some status, by the commands that lead there.
type sample struct {
	name string
	path []capture.Command
}

// samples has a charge in each status, and holds of which a part was captured.
func samples() []sample {
	hold := capture.Authorize{Attempt: attempt(3), Method: capture.Manual}
	parts := hold
	parts.Terms.Features = capture.Multicapture | capture.Incremental
	async := capture.Authorize{Attempt: attempt(3), Method: capture.AutomaticAsync}
	return []sample{
		{"(none)", nil},
		{"pending", []capture.Command{capture.Submit{Attempt: attempt(3)}}},
		{"failed", []capture.Command{capture.Decline{Attempt: attempt(3)}}},
		{"authorized", []capture.Command{hold}},
		{"authorized, multicapture", []capture.Command{parts}},
		{"authorized, 1 captured", []capture.Command{parts, capture.Capture{Amount: 1}}},
		{"captured", []capture.Command{async}},
		{"captured, 1 refunded", []capture.Command{async, capture.RefundCharge{Amount: 1, Pending: true}}},
		{"settled", []capture.Command{async, capture.Settle{}}},
		{"settled, 1 refunded", []capture.Command{async, capture.Settle{}, capture.RefundCharge{Amount: 1, Pending: true}}},
		{"released", []capture.Command{hold, capture.Release{}}},
		{"expired", []capture.Command{hold, capture.Expire{}}},
	}
}

// charge returns the sample's charge. Time stands at day 0, but for expire.
func (s sample) charge(tb testing.TB) capture.Charge {
	tb.Helper()
	var c capture.Charge
	for _, cmd := range s.path {
		now := day(0)
		if cmd == (capture.Expire{}) {
			now = day(7)
		}
		tr, err := capture.Apply(c, cmd, now)
		require.NoError(tb, err, "%s: %s", s.name, cmd)
		c = tr.After
	}
	return c
}

// commands has one of each command, in the order of the table, with contents that
// most charges would take.
func commands() []capture.Command {
	return []capture.Command{
		capture.Authorize{Attempt: attempt(3), Method: capture.Manual},
		capture.Submit{Attempt: attempt(3)},
		capture.Decline{Attempt: attempt(3)},
		capture.Collect{Method: capture.Automatic},
		capture.Capture{Amount: 2, Final: true},
		capture.Settle{},
		capture.Increment{Amount: 4},
		capture.Release{},
		capture.Expire{},
		capture.RefundCharge{},
		capture.ReportRefund{Status: capture.RefundFailed},
		capture.Dispute{Reason: "fraudulent"},
	}
}

// verdict says in a line what a command does to a charge.
func verdict(c capture.Charge, cmd capture.Command, now intents.Time) string {
	tr, err := capture.Apply(c, cmd, now.Time())
	var state *intents.StateError
	var invalid *intents.InvalidError
	switch {
	case errors.As(err, &state):
		return "state"
	case errors.As(err, &invalid):
		return strings.TrimSpace("invalid " + invalid.Param + " " + invalid.Code)
	case err != nil:
		return "ERROR " + err.Error()
	}
	s := "-> " + string(tr.After.Status)
	for _, e := range tr.Events {
		s += "  " + e.Name()
	}
	for _, d := range tr.Deferred {
		s += fmt.Sprintf("  owes %s", d.Kind)
	}
	return s
}

// charges returns the charges of the samples, in their order.
func charges(tb testing.TB) []capture.Charge {
	tb.Helper()
	var cs []capture.Charge
	for _, s := range samples() {
		cs = append(cs, s.charge(tb))
	}
	return cs
}

// matrix is what each command does to each of the samples' charges: the arc, or
// the class of the refusal.
func matrix(tb testing.TB, charges []capture.Charge) string {
	tb.Helper()
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	for i, s := range samples() {
		c := charges[i]
		fmt.Fprintf(w, "%s\n", s.name)
		for _, cmd := range commands() {
			now := intents.TimeOf(day(0))
			if cmd == (capture.Expire{}) {
				now = intents.TimeOf(day(7))
			}
			fmt.Fprintf(w, "  %s\t%s\n", cmd.Name(), verdict(c, cmd, now))
		}
	}
	require.NoError(tb, w.Flush())
	return out.String()
}

// TestMatrix holds what every command does in every status against a golden file.
func TestMatrix(t *testing.T) {
	script.Golden(t, "testdata/matrix.golden", []byte(matrix(t, charges(t))))
}

// TestMatrixIsComplete: each status and each command has its place in the matrix.
func TestMatrixIsComplete(t *testing.T) {
	statuses := map[capture.Status]bool{}
	for _, s := range samples() {
		statuses[s.charge(t).Status] = true
	}
	for _, s := range capture.Statuses() {
		require.True(t, statuses[s], "no sample is %q", s)
	}
	require.Len(t, capture.Statuses(), len(statuses))
	names := map[capture.CommandName]bool{}
	for _, cmd := range commands() {
		names[cmd.Name()] = true
	}
	for _, a := range capture.Table() {
		require.True(t, names[a.Command], "no sample of %s", a.Command)
	}
	require.Len(t, commands(), len(names))
}

// TestLawAlone: the law alone refuses what the whole decision refuses for the status,
// in the same words.
func TestLawAlone(t *testing.T) {
	for _, s := range samples() {
		c := s.charge(t)
		for _, cmd := range commands() {
			_, err := capture.Apply(c, cmd, day(0))
			var want *intents.StateError
			if !errors.As(err, &want) {
				require.NoError(t, capture.AskLaw(&c, cmd), "%s: %s", s.name, cmd)
				continue
			}
			require.Equal(t, cmd.Name(), capture.CommandName(want.Command))
			require.Equal(t, err, capture.AskLaw(&c, cmd), "%s: %s", s.name, cmd)
		}
	}
}

// TestLegal: Legal and Table say the same, and nothing is legal in an unknown status.
func TestLegal(t *testing.T) {
	for _, s := range capture.Statuses() {
		var want []capture.CommandName
		for _, a := range capture.Table() {
			if a.From == s {
				want = append(want, a.Command)
			}
		}
		require.ElementsMatch(t, want, capture.Legal(s), "%q", s)
	}
	require.Nil(t, capture.Legal("lost"))
}

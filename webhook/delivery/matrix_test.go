package delivery_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/webhook/delivery"
)

// sample is a delivery in some status, by the commands that lead there.
type sample struct {
	name string
	path []delivery.Command
}

// samples has a delivery in each status, and a manual attempt for each to return to.
func samples() []sample {
	begun := []delivery.Command{create(false), delivery.Attempt{}}
	with := func(more ...delivery.Command) []delivery.Command {
		return append(append([]delivery.Command(nil), begun...), more...)
	}
	failed := with(err500, delivery.Attempt{}, timeout, delivery.Attempt{}, err500, delivery.Attempt{}, delivery.Respond{Code: 302})
	return []sample{
		{"(none)", nil},
		{"pending", begun[:1]},
		{"pending, 1 failed", with(err500)},
		{"attempting", begun},
		{"attempting, the last", with(err500, delivery.Attempt{}, timeout, delivery.Attempt{}, err500, delivery.Attempt{})},
		{"resending, pending", with(err500, delivery.Resend{})},
		{"resending, succeeded", with(ok200, delivery.Resend{})},
		{"resending, failed", append(append([]delivery.Command(nil), failed...), delivery.Resend{})},
		{"resending, abandoned", with(gone, delivery.Resend{})},
		{"succeeded", with(ok200)},
		{"failed", failed},
		{"abandoned", with(gone)},
	}
}

func deliveries(tb testing.TB) []delivery.Delivery {
	tb.Helper()
	var ds []delivery.Delivery
	for _, s := range samples() {
		d := told(tb, delivery.Delivery{}, s.path...)
		require.NoError(tb, delivery.Check(d), s.name)
		ds = append(ds, d)
	}
	return ds
}

// commands has each command, with contents that most deliveries would take, in the
// order of the table; a report has several forms.
func commands() []delivery.Command {
	return []delivery.Command{
		create(false),
		delivery.Attempt{},
		ok200,
		delivery.Respond{Code: 299},
		delivery.Respond{Code: 199},
		delivery.Respond{Code: 302},
		err500,
		delivery.Respond{},
		timeout,
		delivery.Miss{Reason: delivery.ReasonConnection},
		delivery.Miss{Reason: delivery.ReasonStatus},
		gone,
		delivery.Abandon{Reason: delivery.ReasonDeleted},
		delivery.Abandon{},
		delivery.Resend{},
	}
}

// verdict says in a line what a command does to a delivery.
func verdict(d delivery.Delivery, c delivery.Command) string {
	tr, err := delivery.Apply(d, c, next(d))
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
	for _, w := range tr.Deferred {
		s += fmt.Sprintf("  owes %s", w.Kind)
	}
	return s
}

func matrix(tb testing.TB, ds []delivery.Delivery) string {
	tb.Helper()
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	for i, s := range samples() {
		fmt.Fprintf(w, "%s\n", s.name)
		for _, c := range commands() {
			fmt.Fprintf(w, "  %s\t%s\n", c, verdict(ds[i], c))
		}
	}
	require.NoError(tb, w.Flush())
	return out.String()
}

// TestMatrix holds what every command does in every status against a golden file.
func TestMatrix(t *testing.T) {
	script.Golden(t, "testdata/matrix.golden", []byte(matrix(t, deliveries(t))))
}

// TestMatrixIsComplete: each status and each command has its place in the matrix.
func TestMatrixIsComplete(t *testing.T) {
	statuses := map[delivery.Status]bool{}
	for _, d := range deliveries(t) {
		statuses[d.Status] = true
	}
	for _, s := range delivery.Statuses() {
		require.True(t, statuses[s], "no sample is %q", s)
	}
	names := map[delivery.CommandName]bool{}
	for _, c := range commands() {
		names[c.Name()] = true
	}
	legal := map[delivery.CommandName]bool{}
	for _, a := range delivery.Table() {
		legal[a.Command] = true
		require.Contains(t, delivery.Legal(a.From), a.Command)
		require.NotEmpty(t, a.Doc)
	}
	require.Equal(t, legal, names)
	require.Nil(t, delivery.Legal("lost"))
}

// TestLawAlone: the law alone refuses what the whole decision refuses for the status,
// in the same words, and no other.
func TestLawAlone(t *testing.T) {
	for i, d := range deliveries(t) {
		for _, c := range commands() {
			_, err := delivery.Apply(d, c, next(d))
			var want *intents.StateError
			if !errors.As(err, &want) {
				require.NoError(t, delivery.AskLaw(&d, c), "%s: %s", samples()[i].name, c)
				continue
			}
			require.Equal(t, err, delivery.AskLaw(&d, c))
			require.Equal(t, "delivery", want.Object)
		}
	}
}

// TestMutants flips every cell of the compiled law, one at a time. The matrix and the
// model each have to notice. It is not parallel, for the law is one.
func TestMutants(t *testing.T) {
	ds := deliveries(t)
	want := matrix(t, ds)
	_, err := newModel(false, 1).check()
	require.NoError(t, err, "the model holds while nothing is flipped")
	names := []delivery.CommandName{"create", "attempt", "respond", "miss", "abandon", "resend"}
	for _, s := range delivery.Statuses() {
		for _, name := range names {
			t.Run(fmt.Sprintf("%s/%s", s, name), func(t *testing.T) {
				restore := delivery.FlipLaw(s, name)
				defer restore()
				_, err := newModel(false, 1).check()
				require.Error(t, err, "the model does not notice")
				require.NotEqual(t, want, matrix(t, ds), "the matrix does not notice")
			})
		}
	}
	require.Equal(t, want, matrix(t, ds), "all is as before")
}

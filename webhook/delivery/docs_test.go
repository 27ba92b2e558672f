package delivery_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/internal/table"
	"github.com/payintent/intents/webhook/delivery"
)

// machine describes the Delivery machine for printing. All is from Table, but for what
// the statuses wait for and where the commands come from.
func machine() table.Machine {
	m := table.Machine{Name: "delivery", Main: []string{"", "pending", "attempting", "succeeded"}, Thin: []string{"resend", "abandon"}}
	docs := map[delivery.Status]string{
		delivery.StatusPending:    "waits for the time of the next attempt",
		delivery.StatusAttempting: "waits for the endpoint's answer",
		delivery.StatusResending:  "waits for the answer to a manual attempt",
		delivery.StatusSucceeded:  "was answered with 2xx",
		delivery.StatusFailed:     "has no retry left",
		delivery.StatusAbandoned:  "lost its endpoint",
	}
	kinds := map[delivery.CommandName]table.Kind{"create": table.Request, "resend": table.Request, "attempt": table.Time}
	for _, a := range delivery.Table() {
		kind, ok := kinds[a.Command]
		if !ok {
			kind = table.Report
		}
		for _, to := range a.To {
			m.Arcs = append(m.Arcs, table.Arc{Command: string(a.Command), From: string(a.From), To: string(to), Events: a.Events, Doc: a.Doc, Kind: kind})
		}
	}
	for _, s := range delivery.Statuses()[1:] {
		m.Statuses = append(m.Statuses, table.Status{Name: string(s), Doc: docs[s], Initial: s == delivery.StatusPending})
	}
	return m
}

// printed is the table in the form of the package comment.
func printed(tb testing.TB) string {
	tb.Helper()
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	for _, s := range delivery.Statuses() {
		name := string(s)
		if s == delivery.StatusNone {
			name = "(none)"
		}
		fmt.Fprintf(w, "%s\n", name)
		for _, a := range delivery.Table() {
			if a.From != s {
				continue
			}
			to := make([]string, len(a.To))
			for i, s := range a.To {
				to[i] = string(s)
			}
			fmt.Fprintf(w, "  %s\t%s\t%s\n", a.Command, strings.Join(to, ", "), a.Doc)
		}
	}
	require.NoError(tb, w.Flush())
	return table.Indent(out.String())
}

// TestDocs: what the package comment and the diagram show is what the table says.
func TestDocs(t *testing.T) {
	m := machine()
	require.NoError(t, m.Check())
	for _, s := range m.Statuses {
		require.NotEmpty(t, s.Doc, s.Name)
	}
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	doc, err = table.ReplaceDoc(doc, "The table", printed(t))
	require.NoError(t, err)
	doc, err = table.ReplaceDoc(doc, "The matrix", table.Indent(m.MatrixByCommand()))
	require.NoError(t, err)
	script.Golden(t, "doc.go", doc)
	script.Golden(t, "testdata/diagram.golden", []byte(m.Mermaid()))
}

// TestSchedule: the steps are as ScheduleFor's comment says, and inside of Stripe's frame.
func TestSchedule(t *testing.T) {
	steps := func(livemode bool) (waits []time.Duration, sum time.Duration) {
		s := delivery.ScheduleFor(livemode)
		for n := 1; ; n++ {
			wait, again := s.After(n)
			if !again {
				return waits, sum
			}
			waits, sum = append(waits, wait), sum+wait
		}
	}
	waits, sum := steps(false)
	require.Equal(t, []time.Duration{10 * time.Minute, 40 * time.Minute, 160 * time.Minute}, waits)
	require.Equal(t, 3*time.Hour+30*time.Minute, sum)
	waits, sum = steps(true)
	require.Len(t, waits, 12)
	require.Equal(t, time.Minute, waits[0])
	require.Equal(t, 68*time.Hour+15*time.Minute, sum)
	require.Less(t, sum+13*delivery.DefaultTimeout, delivery.ScheduleFor(true).Window, "time-outs cost no retry")
	_, again := delivery.ScheduleFor(true).After(0)
	require.False(t, again)
}

// TestChoices: what docs/choices.md says of this package and of idempotency names
// places that are there.
func TestChoices(t *testing.T) {
	src, err := os.ReadFile("../../docs/choices.md")
	require.NoError(t, err)
	_, section, found := strings.Cut(string(src), "\n## Delivering webhooks and idempotency keys\n")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")
	rows := 0
	for line := range strings.Lines(section) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "| "), " | ")
		if len(cells) != 4 || cells[0] == "question" {
			continue
		}
		rows++
		place, names, ok := strings.Cut(cells[3], ": `")
		require.True(t, ok, line)
		code, err := os.ReadFile("../../" + place)
		require.NoError(t, err, line)
		for name := range strings.SplitSeq(strings.TrimSuffix(names, "`"), "`, `") {
			if !strings.Contains(string(code), name) { // require.Contains would print all the code
				t.Errorf("%s is not in %s", name, place)
			}
		}
	}
	require.GreaterOrEqual(t, rows, 10)
}

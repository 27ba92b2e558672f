package capture_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/internal/table"
)

// machine describes the Charge machine for printing. All is from Table, but for
// what the statuses wait for and where the commands come from.
func machine() table.Machine {
	m := table.Machine{Name: "charge", Main: []string{"", "authorized", "settled"}, Thin: []string{"decline", "release", "expire"}}
	docs := map[capture.Status]string{
		capture.StatusPending:    "the rail has the attempt; its outcome is to come",
		capture.StatusFailed:     "refused; for ever",
		capture.StatusAuthorized: "the money is held and can be captured",
		capture.StatusCaptured:   "the money is taken; the ledger entry is to come",
		capture.StatusSettled:    "the ledger entry is written",
		capture.StatusReleased:   "the hold was given back on request; for ever",
		capture.StatusExpired:    "the hold ran out; for ever",
	}
	kinds := map[capture.CommandName]table.Kind{
		"capture": table.Request, "increment": table.Request, "release": table.Request, "refund": table.Request,
		"expire": table.Time,
	}
	initial := map[capture.Status]bool{}
	for _, a := range capture.Table() {
		kind, ok := kinds[a.Command]
		if !ok {
			kind = table.Report
		}
		for _, to := range a.To {
			if a.From == capture.StatusNone {
				initial[to] = true
			}
			m.Arcs = append(m.Arcs, table.Arc{Command: string(a.Command), From: string(a.From), To: string(to), Events: a.Events, Doc: a.Doc, Kind: kind})
		}
	}
	for _, s := range capture.Statuses()[1:] {
		m.Statuses = append(m.Statuses, table.Status{Name: string(s), Doc: docs[s], Initial: initial[s], Terminal: len(capture.Legal(s)) == 0})
	}
	return m
}

// printed is the table in the form of the package comment.
func printed(tb testing.TB) string {
	tb.Helper()
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	for _, s := range capture.Statuses() {
		name := string(s)
		if s == capture.StatusNone {
			name = "(none)"
		}
		fmt.Fprintf(w, "%s\n", name)
		for _, a := range capture.Table() {
			if a.From != s {
				continue
			}
			to := make([]string, len(a.To))
			for i, s := range a.To {
				to[i] = string(s)
			}
			fmt.Fprintf(w, "  %s\t%s\t%s\n", a.Command, strings.Join(to, ", "), a.Doc)
		}
		if len(capture.Legal(s)) == 0 {
			fmt.Fprintf(w, "  nothing\n")
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

package idempotency_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/internal/table"
	"github.com/payintent/intents/webhook/idempotency"
)

// machine describes the machine of a key for printing. All is from Table, but for what
// the statuses wait for and where the commands come from.
func machine() table.Machine {
	m := table.Machine{Name: "idempotency_key", Main: []string{"", "executing", "completed"}, Thin: []string{"prune", "reject"}}
	docs := map[idempotency.Status]string{
		idempotency.StatusExecuting: "waits for the first request to end",
		idempotency.StatusCompleted: "has the answer, which is replayed",
		idempotency.StatusReleased:  "is new again",
	}
	kinds := map[idempotency.CommandName]table.Kind{"begin": table.Request, "prune": table.Time}
	for _, a := range idempotency.Table() {
		kind, ok := kinds[a.Command]
		if !ok {
			kind = table.Report
		}
		for _, to := range a.To {
			m.Arcs = append(m.Arcs, table.Arc{Command: string(a.Command), From: string(a.From), To: string(to), Events: a.Events, Doc: a.Doc, Kind: kind})
		}
	}
	for _, s := range idempotency.Statuses()[1:] {
		m.Statuses = append(m.Statuses, table.Status{Name: string(s), Doc: docs[s], Initial: s == idempotency.StatusExecuting})
	}
	return m
}

// printed is the table in the form of the package comment.
func printed(tb testing.TB) string {
	tb.Helper()
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	for _, s := range idempotency.Statuses() {
		name := string(s)
		if s == idempotency.StatusNone {
			name = "(none)"
		}
		fmt.Fprintf(w, "%s\n", name)
		for _, a := range idempotency.Table() {
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

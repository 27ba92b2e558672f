package checkout_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/internal/facts"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/internal/table"
)

// machine describes the Session machine for printing. All is from Table, but for
// what the statuses wait for and where the commands come from.
func machine() table.Machine {
	m := table.Machine{Name: "checkout_session", Thin: []string{"expire", "lapse"}, Main: []string{"", "open", "confirming", "complete"}}
	docs := map[checkout.Status]string{
		open: "waits for the customer",
		conf: "waits for the answer to an attempt under way; Stripe shows open",
		done: "is done with its customer; money may still be on its way",
		over: "takes no more customers",
	}
	initial := map[checkout.Status]bool{}
	for _, a := range checkout.Table() {
		for _, to := range a.To {
			if a.From == checkout.StatusNone {
				initial[to] = true
			}
			m.Arcs = append(m.Arcs, table.Arc{Command: string(a.Command), From: string(a.From), To: string(to), Events: a.Events, Doc: a.Doc, Kind: kindOf(a.Command)})
		}
	}
	for _, s := range checkout.Statuses()[1:] {
		m.Statuses = append(m.Statuses, table.Status{Name: string(s), Doc: docs[s], Initial: initial[s], Terminal: s == done || s == over})
	}
	return m
}

func kindOf(c checkout.CommandName) table.Kind {
	switch c {
	case "create", "update", "expire", "submit", "recover":
		return table.Request
	case "lapse":
		return table.Time
	}
	return table.Report
}

// printed is the table in the form of the package comment.
func printed(tb testing.TB) string {
	tb.Helper()
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	for _, s := range checkout.Statuses() {
		fmt.Fprintf(w, "%s\n", status(s))
		for _, a := range checkout.Table() {
			if a.From == s {
				to := make([]string, len(a.To))
				for i, t := range a.To {
					to[i] = string(t)
				}
				fmt.Fprintf(w, "  %s\t%s\t%s\n", a.Command, strings.Join(to, ", "), a.Doc)
			}
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

// TestTableIsWhole: each arc says where it leads and why, in the order of a life,
// and has a word for every event that it makes.
func TestTableIsWhole(t *testing.T) {
	require.Equal(t, []checkout.Status{"", open, conf, done, over}, checkout.Statuses())
	events := map[string]bool{}
	for _, e := range zeroEvents() {
		events[e.Name()] = true
	}
	seen := map[cell]bool{}
	for _, a := range checkout.Table() {
		at := cell{a.From, a.Command}
		require.False(t, seen[at], "twice: %v", at)
		seen[at] = true
		require.NotEmpty(t, a.To, at)
		require.NotEmpty(t, a.Doc, at)
		for _, e := range a.Events {
			require.True(t, events[e], e)
		}
	}
	var names []checkout.CommandName
	for _, c := range zeroCommands() {
		names = append(names, c.Name())
	}
	require.ElementsMatch(t, names, commandNames(), "every command is legal somewhere")
}

// TestChoices: each choice in docs/choices.md has a reason and a place, and the
// place is one that the code still has.
func TestChoices(t *testing.T) {
	require.Greater(t, facts.Choices(t, "../docs/choices.md", "checkout", "paymentintent", "."), 25)
}

package paymentintent_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/internal/facts"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/internal/table"
	"github.com/payintent/intents/paymentintent"
)

// machine describes the PaymentIntent machine for printing. All is from Table, but
// for what the statuses wait for and where the commands come from.
func machine() table.Machine {
	m := table.Machine{
		Name: "payment_intent", Thin: []string{"cancel", "void"},
		Main: []string{"", "requires_confirmation", "confirming", "requires_capture", "succeeded"},
	}
	docs := map[paymentintent.Status]string{
		rpm:  "waits for a payment method",
		rc:   "waits for its confirmation",
		conf: "waits for the answer to an attempt under way; Stripe shows processing",
		ra:   "waits for the customer",
		proc: "waits for the payment rail",
		rcap: "holds money that waits for its capture",
		succ: "is complete",
		canc: "makes no more charges",
	}
	initial := map[paymentintent.Status]bool{}
	for _, a := range paymentintent.Table() {
		for _, to := range a.To {
			if a.From == paymentintent.StatusNone {
				initial[to] = true
			}
			m.Arcs = append(m.Arcs, table.Arc{Command: string(a.Command), From: string(a.From), To: string(to), Events: a.Events, Doc: a.Doc, Kind: kindOf(a.Command)})
		}
	}
	for _, s := range paymentintent.Statuses()[1:] {
		m.Statuses = append(m.Statuses, table.Status{Name: string(s), Doc: docs[s], Initial: initial[s], Terminal: s == succ || s == canc})
	}
	return m
}

func kindOf(c paymentintent.CommandName) table.Kind {
	switch c {
	case "create", "update", "confirm", "capture", "cancel", "increment_authorization", "apply_customer_balance", "verify_microdeposits", "refund":
		return table.Request
	case "expire_authorization", "expire_action", "void":
		return table.Time
	}
	return table.Report
}

// printed is the table in the form of the package comment.
func printed(tb testing.TB) string {
	tb.Helper()
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	for _, s := range paymentintent.Statuses() {
		fmt.Fprintf(w, "%s\n", status(s))
		for _, a := range paymentintent.Table() {
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
	require.Equal(t, []paymentintent.Status{"", rpm, rc, conf, ra, proc, rcap, succ, canc}, paymentintent.Statuses())
	events := map[string]bool{}
	for _, e := range zeroEvents() {
		events[e.Name()] = true
	}
	seen := map[cell]bool{}
	for _, a := range paymentintent.Table() {
		at := cell{a.From, a.Command}
		require.False(t, seen[at], "twice: %v", at)
		seen[at] = true
		require.NotEmpty(t, a.To, at)
		require.NotEmpty(t, a.Doc, at)
		for _, e := range a.Events {
			require.True(t, events[e], e)
		}
	}
	require.ElementsMatch(t, namesOf(zeroCommands()), commandNames(), "every command is legal somewhere")
}

func namesOf(commands []paymentintent.Command) []paymentintent.CommandName {
	names := make([]paymentintent.CommandName, len(commands))
	for i, c := range commands {
		names[i] = c.Name()
	}
	return names
}

// TestChoices: each choice in docs/choices.md has a reason and a place, and the
// place is one that the code still has.
func TestChoices(t *testing.T) {
	n := facts.Choices(t, "../docs/choices.md", "paymentintent", "paymentintent", ".", "../capture", "../webhook", "../webhook/delivery", "../webhook/idempotency")
	require.Greater(t, n, 50)
}

package intents_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/internal/table"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/webhook"
)

// overview is the PaymentIntent's table as a picture: without what leaves the
// status as it is, and of the updates only the one that leads on.
func overview() table.Machine {
	m := table.Machine{
		Name: "payment_intent",
		Main: []string{"requires_payment_method", "requires_confirmation", "confirming", "requires_capture", "succeeded"},
		Thin: []string{"cancel", "void"},
	}
	time := []paymentintent.CommandName{"expire_authorization", "expire_action"}
	reports := []paymentintent.CommandName{"approve", "challenge", "decline", "submit", "notify", "authenticate", "fail_action", "fund", "collect"}
	initial := map[paymentintent.Status]bool{}
	for _, a := range paymentintent.Table() {
		kind := table.Request
		switch {
		case slices.Contains(time, a.Command):
			kind = table.Time
		case slices.Contains(reports, a.Command):
			kind = table.Report
		}
		for _, to := range a.To {
			if a.From == paymentintent.StatusNone {
				initial[to] = true
			}
			if to != a.From && (a.Command != "update" || a.From == paymentintent.StatusRequiresPaymentMethod) {
				m.Arcs = append(m.Arcs, table.Arc{Command: string(a.Command), From: string(a.From), To: string(to), Events: a.Events, Doc: a.Doc, Kind: kind})
			}
		}
	}
	final := []paymentintent.Status{paymentintent.StatusSucceeded, paymentintent.StatusCanceled}
	for _, s := range paymentintent.Statuses()[1:] {
		m.Statuses = append(m.Statuses, table.Status{Name: string(s), Initial: initial[s], Terminal: slices.Contains(final, s)})
	}
	return m
}

// drawing is the overview for the top of the README, without what is rare: owners
// who end an intent, cash balances, and too many confirmations.
func drawing() table.Machine {
	m := overview()
	m.Arcs = slices.DeleteFunc(m.Arcs, func(a table.Arc) bool {
		return a.Command == "void" || a.Command == "apply_customer_balance" || a.Command == "confirm" && a.To == "canceled"
	})
	return m
}

func versions() string {
	var b strings.Builder
	b.WriteString("| since | change | |\n|---|---|---|\n")
	for _, c := range webhook.Changes() {
		fmt.Fprintf(&b, "| %s | `%s` | %s |\n", c.Version, c.Name, c.Doc)
	}
	return b.String()
}

// TestReadme: what the README shows of tables and lists is what the code says. The
// drawings at its top are Graphviz's, of the DOT that is compared here:
//
//	dot -Tsvg docs/paymentintent-light.dot -o docs/paymentintent-light.svg
func TestReadme(t *testing.T) {
	m := overview()
	require.NoError(t, m.Check())
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for mark, body := range map[string]string{
		"diagram": table.Fence("mermaid", m.Mermaid()),
		"matrix":  table.Fence("text", m.MatrixByCommand()),
		"changes": versions(),
	} {
		readme, err = table.Replace(readme, mark, body)
		require.NoError(t, err)
	}
	script.Golden(t, "README.md", readme)
	script.Golden(t, "docs/paymentintent-light.dot", []byte(drawing().DOT(table.Light())))
	script.Golden(t, "docs/paymentintent-dark.dot", []byte(drawing().DOT(table.Dark())))
}

// TestPrinciples: the README and the package comment state the same principles.
func TestPrinciples(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	doc, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	words := strings.Join(strings.Fields(strings.ReplaceAll(string(doc), "//", " ")), " ")
	_, list, _ := strings.Cut(string(readme), "## Principles\n\n")
	list, _, _ = strings.Cut(list, "\n\n")
	lines := strings.Split(list, "\n")
	require.Len(t, lines, 7)
	for _, line := range lines {
		require.Contains(t, words, line)
	}
}

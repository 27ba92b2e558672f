package intents_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/internal/table"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/webhook"
)

// arc is one row of a machine's table, of any of them.
type arc struct {
	command, from string
	to, events    []string
	doc           string
}

func wireNames[S ~string](from []S) []string {
	to := make([]string, len(from))
	for i, s := range from {
		to[i] = string(s)
	}
	return to
}

// picture is a table as a picture: without what leaves the status as it is, and of
// the updates only the one that leads on. What is no report of the outside world and
// no word of time is a request.
func picture(m table.Machine, statuses []string, arcs []arc, reports, time, final []string) table.Machine {
	initial := map[string]bool{}
	for _, a := range arcs {
		kind := table.Request
		switch {
		case slices.Contains(time, a.command):
			kind = table.Time
		case slices.Contains(reports, a.command):
			kind = table.Report
		}
		for _, to := range a.to {
			if a.from == "" {
				initial[to] = true
			}
			if to != a.from && (a.command != "update" || a.from == "requires_payment_method") {
				m.Arcs = append(m.Arcs, table.Arc{Command: a.command, From: a.from, To: to, Events: a.events, Doc: a.doc, Kind: kind})
			}
		}
	}
	for _, s := range statuses[1:] {
		m.Statuses = append(m.Statuses, table.Status{Name: s, Initial: initial[s], Terminal: slices.Contains(final, s)})
	}
	return m
}

// overview is the PaymentIntent's table as a picture.
func overview() table.Machine {
	var arcs []arc
	for _, a := range paymentintent.Table() {
		arcs = append(arcs, arc{string(a.Command), string(a.From), wireNames(a.To), a.Events, a.Doc})
	}
	return picture(
		table.Machine{
			Name: "payment_intent", Thin: []string{"cancel", "void"},
			Main: []string{"requires_payment_method", "requires_confirmation", "confirming", "requires_capture", "succeeded"},
		},
		wireNames(paymentintent.Statuses()), arcs,
		[]string{"approve", "challenge", "decline", "submit", "notify", "authenticate", "fail_action", "fund", "collect"},
		[]string{"expire_authorization", "expire_action"}, []string{"succeeded", "canceled"},
	)
}

// setup is the SetupIntent's table as a picture.
func setup() table.Machine {
	var arcs []arc
	for _, a := range setupintent.Table() {
		arcs = append(arcs, arc{string(a.Command), string(a.From), wireNames(a.To), a.Events, a.Doc})
	}
	return picture(
		table.Machine{
			Name: "setup_intent", Thin: []string{"cancel", "void"},
			Main: []string{"requires_payment_method", "requires_confirmation", "confirming", "succeeded"},
		},
		wireNames(setupintent.Statuses()), arcs,
		[]string{"approve", "challenge", "decline", "submit", "authenticate", "fail_action", "collect"},
		[]string{"expire_action"}, []string{"succeeded", "canceled"},
	)
}

// session is the Checkout Session's table as a picture.
func session() table.Machine {
	var arcs []arc
	for _, a := range checkout.Table() {
		arcs = append(arcs, arc{string(a.Command), string(a.From), wireNames(a.To), a.Events, a.Doc})
	}
	return picture(
		table.Machine{Name: "checkout_session", Main: []string{"open", "confirming", "complete"}},
		wireNames(checkout.Statuses()), arcs,
		[]string{"proceed", "reopen", "complete", "report_paid", "report_failed"}, []string{"lapse"}, []string{"complete", "expired"},
	)
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
	payments, setups, sessions := overview(), setup(), session()
	for _, m := range []table.Machine{payments, setups, sessions} {
		require.NoError(t, m.Check())
	}
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for mark, body := range map[string]string{
		"diagram":         table.Fence("mermaid", payments.Mermaid()),
		"matrix":          table.Fence("text", payments.MatrixByCommand()),
		"setup-diagram":   table.Fence("mermaid", setups.Mermaid()),
		"session-diagram": table.Fence("mermaid", sessions.Mermaid()),
		"changes":         versions(),
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

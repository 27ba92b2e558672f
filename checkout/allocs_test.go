package checkout_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/checkout"
)

// budgets are how many allocations Apply may make for a command that is accepted: the
// event and the slices that hold it and the deferred work, ids and texts that are new,
// and what it takes to read the line items and, at creation and update, to ask the
// intent's machine.
var budgets = map[checkout.CommandName]float64{
	"create": 85, "update": 65, "submit": 10, "proceed": 2, "reopen": 2, "complete": 2, "expire": 2, "lapse": 2, "recover": 0, "report_paid": 2, "report_failed": 2,
}

const (
	statusBudget   = 4.0 // the error, and its text
	contentsBudget = 40.0
	runs           = 20
)

// TestAllocs holds the budget of allocations: none for the question of legality and
// for Evolve.
func TestAllocs(t *testing.T) {
	spent := map[checkout.CommandName]float64{}
	for _, list := range samples(t) {
		for _, s := range list {
			for _, c := range variants(t) {
				if legal := checkout.Legal1(&s, c); legal {
					require.Zero(t, testing.AllocsPerRun(runs, func() { checkout.Legal1(&s, c) }), "%v in %s", c, s.Status)
				}
				at := start
				if c.Name() == "lapse" {
					at = start.Add(24 * time.Hour)
				}
				tr, err := checkout.Apply(s, c, at)
				n := testing.AllocsPerRun(runs, func() { _, _ = checkout.Apply(s, c, at) })
				if err != nil {
					if class, _, _ := refusal(err); class == "contents" {
						require.LessOrEqual(t, n, contentsBudget, "%v: %v", c, err)
					} else {
						require.LessOrEqual(t, n, statusBudget, "%v: %v", c, err)
					}
					continue
				}
				spent[c.Name()] = max(spent[c.Name()], n)
				for _, e := range tr.Events {
					require.Zero(t, testing.AllocsPerRun(runs, func() { checkout.Evolve(s, e) }), "%T", e)
				}
			}
		}
	}
	require.Len(t, spent, len(zeroCommands()))
	t.Log(spent)
	for name, n := range spent {
		require.LessOrEqual(t, n, budgets[name], name)
	}
}

// TestFlowAllocs holds the budget of what a service does for each visit: open, submit,
// answer.
func TestFlowAllocs(t *testing.T) {
	c, visa, p := create(t), pay(t, "pm_card_visa"), outside()
	opened, err := checkout.Open(c, start)
	require.NoError(t, err)
	submitted, err := opened.After.Apply(visa, start)
	require.NoError(t, err)
	ctx := t.Context()
	for name, of := range map[string]struct {
		do     func()
		budget float64
	}{
		"open":    {func() { _, _ = checkout.Open(c, start) }, 90},
		"submit":  {func() { _, _ = opened.After.Apply(visa, start) }, 80},
		"answer":  {func() { _, _ = checkout.Answer(ctx, p, submitted, start) }, 40},
		"pending": {func() { _ = submitted.After.Pending() }, 3},
		"expire":  {func() { _, _ = opened.After.Apply(checkout.Expire{}, start) }, 6},
		"view":    {func() { _ = opened.After.Session.View(start) }, 0},
	} {
		n := testing.AllocsPerRun(runs, of.do)
		t.Logf("%s: %.0f", name, n)
		require.LessOrEqual(t, n, of.budget, name)
	}
}

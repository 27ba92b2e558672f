package setupintent_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/setupintent"
)

// budgets are how many allocations Apply may make for a command that is accepted:
// the event and the slices that hold it and the deferred work, ids and texts that
// are new.
var budgets = map[setupintent.CommandName]float64{
	"create": 3, "update": 3, "confirm": 4, "cancel": 3, "verify_microdeposits": 27, "approve": 6, "challenge": 4, "decline": 27, "submit": 3,
	"authenticate": 3, "fail_action": 27, "collect": 6, "postpone": 3, "expire_action": 27, "void": 3,
}

const (
	statusBudget   = 4.0  // the error, its text, and for a late update its list of statuses
	contentsBudget = 9.0  // the error and its text
	failureBudget  = 25.0 // texts of the error
	runs           = 20
)

// TestAllocs holds the budget of allocations: none for the question of legality
// and for Evolve, but for the error of a failed attempt.
func TestAllocs(t *testing.T) {
	spent := map[setupintent.CommandName]float64{}
	for _, list := range samples(t) {
		for _, s := range list {
			for _, c := range variants(t) {
				if legal := setupintent.Legal1(&s, c); legal {
					require.Zero(t, testing.AllocsPerRun(runs, func() { setupintent.Legal1(&s, c) }), "%v in %s", c, s.Status)
				}
				at := start
				if c.Name() == "expire_action" {
					at = start.Add(60 * 24 * time.Hour)
				}
				tr, err := setupintent.Apply(s, c, at)
				n := testing.AllocsPerRun(runs, func() { _, _ = setupintent.Apply(s, c, at) })
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
					evolveAllocs(t, s, e)
				}
			}
		}
	}
	require.Len(t, spent, len(zeroCommands()))
	for name, n := range spent {
		require.LessOrEqual(t, n, budgets[name], name)
	}
}

func evolveAllocs(t *testing.T, s setupintent.Intent, e setupintent.Event) {
	t.Helper()
	n := testing.AllocsPerRun(runs, func() { setupintent.Evolve(s, e) })
	if _, failed := e.(setupintent.AttemptFailed); failed {
		require.LessOrEqual(t, n, failureBudget)
		return
	}
	require.Zero(t, n, "%T", e)
}

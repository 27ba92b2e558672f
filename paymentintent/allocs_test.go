package paymentintent_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/paymentintent"
)

// budgets are how many allocations Apply may make for a command that is accepted:
// the event and the slices that hold it and the deferred work, ids and texts that
// are new, and what reading a list of refunds takes.
var budgets = map[paymentintent.CommandName]float64{
	"create": 2, "update": 2, "confirm": 3, "capture": 3, "cancel": 11, "increment_authorization": 3, "apply_customer_balance": 4, "verify_microdeposits": 4,
	"refund": 13, "approve": 4, "challenge": 27, "decline": 37, "submit": 4, "notify": 3, "authenticate": 3, "fail_action": 25, "fund": 3,
	"collect": 2, "settle": 2, "postpone": 3, "close_window": 1, "report_refund": 13, "dispute": 2, "reverse_authorization": 0,
	"expire_authorization": 2, "expire_action": 25, "void": 11,
}

const (
	statusBudget   = 2.0  // the error, and for a late update its list of statuses
	contentsBudget = 9.0  // the error, its text, and a look through the list of refunds
	failureBudget  = 34.0 // texts of the error and of the charge's outcome
	refundBudget   = 6.0
	runs           = 20
)

// TestAllocs holds the budget of allocations: none for the question of legality
// and for Evolve, but for the error of a failed attempt and the list of refunds.
func TestAllocs(t *testing.T) {
	spent := map[paymentintent.CommandName]float64{}
	for _, list := range samples(t) {
		for _, s := range list {
			for _, c := range variants(t) {
				if legal := paymentintent.Legal1(&s, c); legal {
					require.Zero(t, testing.AllocsPerRun(runs, func() { paymentintent.Legal1(&s, c) }), "%v in %s", c, s.Status)
				}
				at := start
				if name := c.Name(); name == "expire_action" || name == "expire_authorization" {
					at = start.Add(60 * 24 * time.Hour)
				}
				tr, err := paymentintent.Apply(s, c, at)
				n := testing.AllocsPerRun(runs, func() { _, _ = paymentintent.Apply(s, c, at) })
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

func evolveAllocs(t *testing.T, s paymentintent.Intent, e paymentintent.Event) {
	t.Helper()
	n := testing.AllocsPerRun(runs, func() { paymentintent.Evolve(s, e) })
	_, canceled := e.(paymentintent.Canceled)
	switch e.(type) {
	case paymentintent.AttemptFailed:
		require.LessOrEqual(t, n, failureBudget)
	case paymentintent.Refunded, paymentintent.RefundUpdated:
		require.LessOrEqual(t, n, refundBudget)
	default:
		if canceled && s.Charge.Status == capture.StatusPending {
			require.LessOrEqual(t, n, failureBudget, "a debit that is called back is a failed charge")
			return
		}
		require.Zero(t, n, "%T", e)
	}
}

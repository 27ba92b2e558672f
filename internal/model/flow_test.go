package model_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/internal/model"
)

// TestFlows says that the walk which keeps what the machines made meets as many
// views as the one that forgets, whose count is golden: so what a view forgets is
// indeed read by no decision.
func TestFlows(t *testing.T) {
	changes, statuses := 0, map[string]int{}
	views := model.Flows(func(step checkout.Step) {
		changes++
		if step.Before == step.After {
			t.Errorf("nothing changes from %v", step.Before)
		}
		statuses[string(step.After.Session.Mode)+" "+string(step.After.Session.Status)]++
	})
	require.Equal(t, 1391, views, "as checkout/testdata/model.golden has it")
	require.Greater(t, changes, views)
	require.Len(t, statuses, 12, "every status in every mode: %v", statuses)
}

func TestFlowCommand(t *testing.T) {
	names := map[string]bool{}
	for _, c := range model.NewFlowCommands().For(checkout.Flow{}) {
		names[c.Name()] = true
		require.NotEmpty(t, c.String())
	}
	require.True(t, names["wait"] && names["create"] && names["lapse"])
}

package model_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/internal/model"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// TestIntents says that the walk which keeps what the machine made meets as many
// views as the one that forgets, whose count is golden: so what a view forgets is
// indeed read by no decision.
func TestIntents(t *testing.T) {
	changes := 0
	views := model.Intents(func(tr paymentintent.Transition) {
		changes++
		if tr.Before == tr.After || len(tr.Events) > 1 {
			t.Errorf("%d events from %v", len(tr.Events), tr.Before)
		}
	})
	golden, err := os.ReadFile("../../paymentintent/testdata/model.golden")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(golden), fmt.Sprintf("%d states, ", views)), "%d views", views)
	require.Greater(t, changes, views)
}

// TestCharges says that the worlds of charges differ, and that no walk skips a change.
func TestCharges(t *testing.T) {
	count := func(m model.Charges) (charges, changes int) {
		charges = m.All(func(tr capture.Transition) {
			changes++
			require.NotEmpty(t, tr.Events)
		})
		return charges, changes
	}
	small, _ := count(model.Small())
	between := model.Large() // which is walked elsewhere, and takes its time
	between.Amount, between.Refunds = 2, 1
	large, changes := count(between)
	require.Greater(t, small, 100)
	require.Greater(t, large, 2*small)
	require.Greater(t, changes, large)
}

// TestSetupIntents says of the world of SetupIntents what [TestIntents] says of the other.
func TestSetupIntents(t *testing.T) {
	changes := 0
	views := model.SetupIntents(func(tr setupintent.Transition) {
		changes++
		if tr.Before == tr.After || len(tr.Events) > 1 {
			t.Errorf("%d events from %v", len(tr.Events), tr.Before)
		}
	})
	require.Equal(t, 1015, views, "as setupintent/testdata/model.golden has it")
	require.Greater(t, changes, views)
}

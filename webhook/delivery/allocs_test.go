package delivery_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/webhook/delivery"
)

// TestAllocs is the budget: legality, the invariants, folding and matching allocate
// nothing; applying allocates the event, its slice, and that of what is owed.
func TestAllocs(t *testing.T) {
	pending := told(t, delivery.Delivery{}, create(true))
	under := told(t, pending, delivery.Attempt{})
	e, err := endpoint(t, nil).Update(delivery.EndpointUpdate{EnabledEvents: []string{"charge.dispute.*", "charge.updated", "payment_intent.*"}})
	require.NoError(t, err)
	told := event(false)
	var sink delivery.Delivery
	for name, f := range map[string]func(){
		"legality":       func() { _ = delivery.AskLaw(&pending, delivery.Attempt{}) },
		"the invariants": func() { _ = delivery.CheckFast(&under) },
		"wants": func() {
			if !e.Wants(told) {
				t.Error("not wanted")
			}
		},
	} {
		require.Zero(t, testing.AllocsPerRun(100, f), name)
	}
	for _, ev := range events() {
		require.Zero(t, testing.AllocsPerRun(100, func() { sink = delivery.Evolve(under, ev) }), ev.Name())
	}
	for _, c := range []struct {
		name   string
		budget float64
		d      delivery.Delivery
		cmd    delivery.Command
	}{
		{"attempt", 3, pending, delivery.Attempt{}},
		{"answered", 2, under, ok200},
		{"failed", 3, under, err500},
		{"resend", 3, pending, delivery.Resend{}},
		{"refused by the table", 1, pending, ok200},
	} {
		got := testing.AllocsPerRun(100, func() {
			tr, _ := delivery.Apply(c.d, c.cmd, next(c.d))
			sink = tr.After
		})
		// next allocates the slice of Pending.
		require.LessOrEqual(t, got, c.budget+1, c.name)
	}
	_ = sink
}

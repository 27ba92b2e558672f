package law_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/law"
)

type (
	status  string
	command string
)

func door() *law.Law[status, command] {
	return law.Compile("door", []command{"open", "close", "lock"}, []law.Row[status, command]{
		{From: "open", Commands: []command{"close"}},
		{From: "closed", Commands: []command{"lock", "open"}},
		{From: "gone"},
	})
}

func TestLaw(t *testing.T) {
	l := door()
	require.Equal(t, []status{"open", "closed", "gone"}, l.Statuses())
	require.Equal(t, []command{"lock", "open"}, l.Legal(1), "in the table's order")
	require.Empty(t, l.Legal(2))
	require.Empty(t, l.Legal(-1))
	for c, want := range [][]bool{{false, true, false}, {true, false, false}, {false, true, false}} {
		for row := range want {
			require.Equal(t, want[row], l.Allows(row, uint8(c)), "command %d in row %d", c, row)
		}
		require.False(t, l.Allows(-1, uint8(c)))
	}
	require.Equal(t, &intents.StateError{Object: "door", Command: "lock", Status: "open", Allowed: []string{"closed"}, Legal: []string{"close"}}, l.Refusal(0, "open", 2))
	require.Equal(t, &intents.StateError{Object: "door", Command: "open", Status: "ajar", Allowed: []string{"closed"}}, l.Refusal(-1, "ajar", 0))
}

// TestLegalIsACopy hands out what a caller may change.
func TestLegalIsACopy(t *testing.T) {
	l := door()
	l.Legal(1)[0] = "open"
	require.Equal(t, []command{"lock", "open"}, l.Legal(1))
}

func TestFlip(t *testing.T) {
	l := door()
	l.Flip(2, "open")
	require.True(t, l.Allows(2, 0))
	require.False(t, l.Allows(2, 1), "the row's other cells are as they were")
	require.False(t, l.Allows(2, 2), "the row's other cells are as they were")
	require.False(t, l.Allows(0, 0), "the other rows are as they were")
	l.Flip(2, "open")
	require.False(t, l.Allows(2, 0))
}

func TestAllowsAllocatesNothing(t *testing.T) {
	l := door()
	require.Zero(t, testing.AllocsPerRun(100, func() { l.Allows(1, 2) }))
}

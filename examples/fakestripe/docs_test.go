package fakestripe_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/internal/facts"
)

// TestChoices holds the document of choices against the code.
func TestChoices(t *testing.T) {
	require.GreaterOrEqual(t, facts.Choices(t, "../../docs/choices.md", "fakestripe", "paymentintent", "."), 14)
}

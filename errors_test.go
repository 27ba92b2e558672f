package intents_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
)

func TestStateErrorText(t *testing.T) {
	full := intents.StateError{
		Object: "payment_intent", Command: "capture", Status: "canceled", Code: "payment_intent_unexpected_state",
		Allowed: []string{"requires_capture"}, Legal: []string{"update"},
	}
	require.EqualError(t, &full, "payment_intent: capture is not allowed in status canceled; it is allowed in requires_capture")

	two := full
	two.Allowed = []string{"requires_payment_method", "requires_confirmation"}
	require.ErrorContains(t, &two, "it is allowed in requires_payment_method, requires_confirmation")

	nowhere := full
	nowhere.Allowed = nil
	require.EqualError(t, &nowhere, "payment_intent: capture is not allowed in status canceled")

	unborn := full
	unborn.Status = ""
	require.ErrorContains(t, &unborn, "capture is not allowed in status not yet created")

	stripes := full
	stripes.Message = "This PaymentIntent could not be captured because it has a status of canceled."
	require.EqualError(t, &stripes, stripes.Message)
}

func TestInvalidErrorText(t *testing.T) {
	for _, tt := range []struct {
		err  intents.InvalidError
		want string
	}{
		{intents.InvalidError{Param: "amount", Code: "amount_too_small", Message: "Amount must be at least 0.50 USD"}, "amount: Amount must be at least 0.50 USD (amount_too_small)"},
		{intents.InvalidError{Param: "currency", Code: "", Message: "Invalid currency: zzz"}, "currency: Invalid currency: zzz"},
		{intents.InvalidError{Param: "", Code: intents.CodeCorruptState, Message: "not canonical"}, "not canonical (corrupt_state)"},
		{intents.InvalidError{Param: "", Code: "", Message: "wrong"}, "wrong"},
	} {
		require.EqualError(t, &tt.err, tt.want)
	}
}

// TestRefusalsAreNeverMixed: each is found through wrapping, and never as the other.
func TestRefusalsAreNeverMixed(t *testing.T) {
	var state *intents.StateError
	var invalid *intents.InvalidError

	err := fmt.Errorf("order 7: %w", &intents.StateError{Object: "charge", Command: "refund", Status: "failed"})
	require.ErrorAs(t, err, &state)
	require.Equal(t, "refund", state.Command)
	require.NotErrorAs(t, err, &invalid)

	err = fmt.Errorf("order 7: %w", &intents.InvalidError{Param: "amount", Code: "", Message: "wrong"})
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "amount", invalid.Param)
	require.NotErrorAs(t, err, &state)
}

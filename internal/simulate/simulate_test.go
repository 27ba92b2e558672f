package simulate_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/internal/simulate"
)

func TestDraws(t *testing.T) {
	require.Zero(t, simulate.Draw(nil, 8))
	require.Equal(t, 5, simulate.Draw(capture.Fixed(5), 8))
	require.Equal(t, time.Minute, simulate.Between(nil, time.Minute, time.Hour))
	require.Equal(t, 61*time.Second, simulate.Between(capture.Fixed(1), time.Minute, time.Hour))
	require.Equal(t, time.Hour, simulate.Between(capture.Fixed(59*60), time.Minute, time.Hour))
	require.Equal(t, 24*time.Hour, simulate.DebitDelay(nil, capture.Behaviour{}))
	require.Equal(t, 3*time.Minute, simulate.DebitDelay(nil, capture.Behaviour{Slow: true}))
}

// TestActions: what the customer is shown depends on what the client can do.
func TestActions(t *testing.T) {
	require.Equal(t, intents.NextAction("source=payatt_x&type=use_stripe_sdk"), simulate.ThreeDSecure("x", ""))
	require.Equal(t, "redirect_to_url", simulate.ThreeDSecure("x", "return_url=a").Type())
	require.Equal(t, "use_stripe_sdk", simulate.ThreeDSecure("x", "return_url=a&use_stripe_sdk=true").Type())
	back, _ := simulate.Action("x", "return_url=a", "blik_authorize").Get("return_url")
	require.Equal(t, "a", back)
	_, given := simulate.Action("x", "", "blik_authorize").Get("return_url")
	require.False(t, given)
	a := simulate.Microdeposits("x", intents.TimeOf(time.Date(2025, 11, 10, 23, 0, 0, 0, time.UTC)), "amounts")
	require.Equal(t, intents.NextAction("arrival_date=2025-11-12&hosted_verification_url=https://payments.stripe.com/microdeposit/x&microdeposit_type=amounts&type=verify_with_microdeposits"), a)
	for kind, want := range map[string]time.Duration{
		"oxxo_display_details": 72 * time.Hour, "multibanco_display_details": 168 * time.Hour, "redirect_to_url": 24 * time.Hour, "pix_display_qr_code": time.Hour,
	} {
		require.Equal(t, want, simulate.ActionWindow(kind), kind)
	}
}

func TestVerification(t *testing.T) {
	for _, c := range []struct {
		amounts [2]int64
		code    string
		want    intents.Verification
	}{
		{[2]int64{32, 45}, "", intents.Verified},
		{[2]int64{45, 32}, "", intents.Verified},
		{[2]int64{}, "SM11AA", intents.Verified},
		{[2]int64{11, 10}, "", intents.Exhausted},
		{[2]int64{}, "SM33CC", intents.Exhausted},
		{[2]int64{40, 41}, "", intents.TimedOut},
		{[2]int64{}, "SM44DD", intents.TimedOut},
		{[2]int64{32, 46}, "", intents.Mismatched},
		{[2]int64{}, "", intents.Mismatched},
	} {
		require.Equal(t, c.want, simulate.Verification(c.amounts, c.code), c)
	}
}

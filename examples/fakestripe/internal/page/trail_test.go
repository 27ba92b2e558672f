package page_test

import (
	"context"
	"strconv"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/examples/fakestripe/internal/page"
	"github.com/payintent/intents/paymentintent"
)

func TestTrail(t *testing.T) {
	var trail page.Trail
	require.Empty(t, trail.Path("pi_1"))
	card, _ := capture.TestPaymentMethod("pm_card_visa")
	tr, err := paymentintent.Chain(paymentintent.Intent{}, begun, paymentintent.Create{ID: "pi_1", Amount: 1000, Currency: "usd"}, paymentintent.Confirm{PaymentMethod: card})
	require.NoError(t, err)
	trail.Payment(tr, 7)
	require.Equal(t, []page.Mark{{Event: "payment_intent.created", Status: "requires_payment_method", At: 7}, {Event: "payment_intent.confirmed", Status: "confirming", At: 7}}, trail.Path("pi_1"))
	trail.Path("pi_1")[0].Status = "changed"
	require.Equal(t, "requires_payment_method", trail.Path("pi_1")[0].Status, "what is handed out is a copy")
	trail.Payment(paymentintent.Transition{Before: tr.After, After: tr.After}, 8)
	require.Len(t, trail.Path("pi_1"), 2)

	update, err := paymentintent.Apply(paymentintent.Intent{}, paymentintent.Create{ID: "pi_2", Amount: 1000, Currency: "usd"}, begun)
	require.NoError(t, err)
	trail.Payment(update, 9)
	for range 300 {
		next, err := paymentintent.Apply(update.After, paymentintent.Update{Metadata: "a=b"}, begun)
		require.NoError(t, err)
		trail.Payment(next, 9)
	}
	require.Len(t, trail.Path("pi_2"), 100, "the last steps are kept")
	for i := range 10_000 {
		c, err := paymentintent.Apply(paymentintent.Intent{}, paymentintent.Create{ID: "pi_x" + strconv.Itoa(i), Amount: 1000, Currency: "usd"}, begun)
		require.NoError(t, err)
		trail.Payment(c, 9)
	}
	require.Empty(t, trail.Path("pi_1"), "the oldest object is forgotten")
	require.Len(t, trail.Path("pi_x9999"), 1)
	trail.Reset()
	require.Empty(t, trail.Path("pi_x9999"))
}

func TestPulse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p page.Pulse
		done, cancel := context.WithCancel(t.Context())
		cancel()
		require.Equal(t, uint64(0), p.Wait(done, 0))
		require.Equal(t, uint64(0), p.Wait(t.Context(), 9), "any other number is answered at once")
		heard := make(chan uint64, 2)
		for range 2 {
			go func() { heard <- p.Wait(t.Context(), 0) }()
		}
		synctest.Wait()
		require.Empty(t, heard)
		p.Beat()
		require.Equal(t, uint64(1), <-heard)
		require.Equal(t, uint64(1), <-heard)
	})
}

package webhook_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/webhook"
)

// TestWireAllocs is the budget: a translation makes one slice, one story and an id
// for each event; a rendering into a buffer that is large enough makes nothing but the ids
// of what settlement made.
func TestWireAllocs(t *testing.T) {
	plain, connect := lifeOf(t, "asynchronous capture"), lifeOf(t, "asynchronous capture on Connect")
	translated := func(tr paymentintent.Transition) float64 {
		return testing.AllocsPerRun(100, func() { webhook.FromPaymentIntent(tr) })
	}
	require.LessOrEqual(t, translated(plain[0]), 5.0, "three events")
	require.LessOrEqual(t, translated(plain[1]), 3.0, "one event")
	require.LessOrEqual(t, translated(connect[1]), 5.0, "three events")
	require.Zero(t, translated(lifeOf(t, "nothing to tell")[1]), "nothing to tell costs nothing")

	dst := make([]byte, 0, 8192)
	rendered := func(o webhook.Object, v intents.Version) float64 {
		return testing.AllocsPerRun(100, func() { dst = o.AppendJSON(dst[:0], v) })
	}
	for _, v := range []intents.Version{"", intents.Version20220801} {
		require.Zero(t, rendered(webhook.PaymentIntent{Intent: plain[0].After}, v))
		require.Zero(t, rendered(webhook.ChargeOf(plain[0].After), v), "not settled yet")
		require.LessOrEqual(t, rendered(webhook.ChargeOf(plain[1].After), v), 1.0, "the id of the balance transaction")
	}
	event := webhook.FromPaymentIntent(plain[1])[0]
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() { event.Render("") }), 2.0, "the body, and that id")
}

// BenchmarkTranslate tells the whole life of an asynchronous capture, on Connect six
// events in two transitions.
func BenchmarkTranslate(b *testing.B) {
	for _, name := range []string{"asynchronous capture", "asynchronous capture on Connect"} {
		b.Run(name, func(b *testing.B) {
			all := lifeOf(b, name)[:2]
			b.ReportAllocs()
			for b.Loop() {
				for _, tr := range all {
					if webhook.FromPaymentIntent(tr) == nil {
						b.Fatal("nothing was told")
					}
				}
			}
		})
	}
}

// BenchmarkObject renders single objects into one buffer.
func BenchmarkObject(b *testing.B) {
	all := lifeOf(b, "asynchronous capture on Connect")
	s := all[1].After
	for _, tc := range []struct {
		name string
		o    webhook.Object
		v    intents.Version
	}{
		{"payment_intent", webhook.PaymentIntent{Intent: s}, ""},
		{"payment_intent, everything expanded", webhook.PaymentIntent{Intent: s, Expand: 0xff}, ""},
		{"payment_intent of 2022 with its charges", webhook.PaymentIntent{Intent: s}, intents.Version20220801},
		{"charge", webhook.ChargeOf(lifeOf(b, "asynchronous capture")[1].After), ""},
		{"charge on Connect", webhook.ChargeOf(s), ""},
		{"balance_transaction", webhook.BalanceTransaction{Of: webhook.ChargeOf(s)}, ""},
		{"transfer", webhook.Transfer{Of: webhook.ChargeOf(s)}, ""},
		{"application_fee", webhook.ApplicationFee{Of: webhook.ChargeOf(s)}, ""},
	} {
		b.Run(tc.name, func(b *testing.B) {
			dst := tc.o.AppendJSON(nil, tc.v)
			b.SetBytes(int64(len(dst)))
			b.ReportAllocs()
			for b.Loop() {
				dst = tc.o.AppendJSON(dst[:0], tc.v)
			}
		})
	}
}

// BenchmarkDeliver renders an event and signs it: what a delivery costs.
func BenchmarkDeliver(b *testing.B) {
	event := told(lifeOf(b, "asynchronous capture"))[3]
	b.SetBytes(int64(len(event.Render(""))))
	b.ReportAllocs()
	for b.Loop() {
		body := event.Render("")
		if webhook.Sign(body, event.Created, "whsec_test_secret") == "" {
			b.Fatal("not signed")
		}
	}
}

package paymentintent

import (
	"context"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

func TestSmoke(t *testing.T) {
	t.Log(unsafe.Sizeof(Intent{}), unsafe.Sizeof(capture.Charge{}), unsafe.Sizeof(Approved{}), unsafe.Sizeof(Created{}))
	now := time.Unix(1762799083, 0)
	pm, ok := capture.TestPaymentMethod("pm_card_visa")
	require.True(t, ok)
	tr, err := Chain(Intent{}, now, Create{ID: "pi_3SRzp4KXBGcbgpbZ1utYtuTe", Amount: 2000, Currency: "usd", PaymentMethod: pm}, Confirm{})
	require.NoError(t, err)
	tr, err = Answer(context.Background(), Simulator{}, tr, now)
	require.NoError(t, err)
	require.Equal(t, StatusSucceeded, tr.After.Status)
	require.Len(t, tr.Deferred, 1)
	require.NoError(t, Check(tr.After))
	tr2, err := Work(context.Background(), Simulator{}, tr.After, tr.Deferred[0], now.Add(time.Minute))
	require.NoError(t, err)
	t.Log(tr2.After.Charge.BalanceTransaction())
	require.Equal(t, capture.StatusSettled, tr2.After.Charge.Status)
}

var visa, _ = capture.TestPaymentMethod("pm_card_visa")

func life(b *testing.B, cs ...Command) {
	b.ReportAllocs()
	now := time.Unix(1762799083, 0)
	for b.Loop() {
		var s Intent
		for _, c := range cs {
			t, err := Apply(s, c, now)
			if err != nil {
				b.Fatal(err)
			}
			s = t.After
		}
	}
}

func BenchmarkLife(b *testing.B) {
	a, _ := NewNextAction("use_stripe_sdk")
	life(b, Create{ID: "pi_3SRzp4KXBGcbgpbZ1utYtuTe", Amount: 2000, Currency: "usd", CaptureMethod: "manual", PaymentMethod: visa}, Confirm{}, Challenge{NextAction: a}, Authenticate{}, Approve{}, Capture{})
}

func BenchmarkRefused(b *testing.B) {
	b.ReportAllocs()
	t, _ := Apply(Intent{}, Create{ID: "pi_3SRzp4KXBGcbgpbZ1utYtuTe", Amount: 2000, Currency: "usd", PaymentMethod: visa}, time.Unix(1762799083, 0))
	for b.Loop() {
		if _, err := Apply(t.After, Capture{}, time.Unix(1762799083, 0)); err == nil {
			b.Fatal()
		}
	}
}

var _ = intents.Card

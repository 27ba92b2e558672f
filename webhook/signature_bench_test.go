package webhook_test

import (
	"context"
	"strings"
	"testing"

	"github.com/payintent/intents"
	"github.com/payintent/intents/webhook"
)

const benchSecret = "whsec_5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH"

// snapshot stands for a rendered object as large as a charge.
func snapshot() webhook.Raw {
	return webhook.Raw(`{"id":"ch_1","metadata":{"key":"` + strings.Repeat("x", 2200) + `"}}`)
}

func benchEvent() webhook.Event {
	e := settledEvent()
	e.Object = snapshot()
	return e
}

func BenchmarkSign(b *testing.B) {
	payload := []byte(strings.Repeat("x", 2500))
	buf := make([]byte, 0, 256)
	b.SetBytes(int64(len(payload)))
	b.ReportAllocs()
	for b.Loop() {
		buf = webhook.AppendSignature(buf[:0], payload, testSigned, benchSecret)
	}
}

func BenchmarkVerify(b *testing.B) {
	payload := []byte(strings.Repeat("x", 2500))
	header := webhook.Sign(payload, testSigned, benchSecret)
	now := testSigned.Time()
	b.SetBytes(int64(len(payload)))
	b.ReportAllocs()
	for b.Loop() {
		if err := webhook.Verify(payload, header, now, 0, benchSecret); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEnvelope(b *testing.B) {
	for _, bb := range []struct {
		name   string
		object webhook.Object
	}{{"empty", webhook.Raw(`{}`)}, {"2.2KB", snapshot()}} {
		b.Run(bb.name, func(b *testing.B) {
			e := settledEvent()
			e.Object = bb.object
			buf := make([]byte, 0, 4096)
			b.ReportAllocs()
			for b.Loop() {
				buf = e.AppendJSON(buf[:0], intents.VersionDahlia)
			}
		})
	}
}

func BenchmarkRender(b *testing.B) {
	e := benchEvent()
	b.ReportAllocs()
	for b.Loop() {
		_ = e.Render(intents.VersionDahlia)
	}
}

func BenchmarkDecode(b *testing.B) {
	payload := benchEvent().Render("")
	b.SetBytes(int64(len(payload)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := webhook.Decode(payload); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMux(b *testing.B) {
	var m webhook.Mux
	nothing := func(context.Context, webhook.Event) error { return nil }
	for _, p := range []string{"payment_intent.succeeded", "payment_intent.*", "charge.*", "charge.dispute.*", "*"} {
		if err := m.HandleFunc(p, nothing); err != nil {
			b.Fatal(err)
		}
	}
	e := benchEvent()
	e.Type = "charge.dispute.closed"
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		if err := m.HandleEvent(ctx, e); err != nil {
			b.Fatal(err)
		}
	}
}

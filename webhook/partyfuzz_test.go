package webhook_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/webhook"
)

// FuzzParty renders setups, sessions, customers and payment methods whose carried
// strings are anything at all. What comes out is JSON all the same, and it ends; and what
// changed between two customers is a JSON object.
func FuzzParty(f *testing.F) {
	f.Add(string(everyDetail), string(delivered), "address[city]=Oslo&metadata[a]=b", "2022-08-01")
	f.Add("custom_fields[0]x=1&custom_fields[0][=2&custom_fields[0][type]=dropdown&custom_fields[", "tax_ids[0]=1&tax_ids[][=2", "metadata[", "2019-03-14")
	f.Add("mandate_data[customer_acceptance][type]=offline&single_use[amount]=x&payment_method_options[card][x", "shipping[", "preferred_locales[0][1]=2&=&&", "")
	f.Add("\xff[\xfe]=\x00", "%zz", "shipping_options[=%", "2018")
	saved, session := setupOf(f, "single use")[1].After, visitOf(f, "everything asked")[1].After
	f.Fuzz(func(t *testing.T, details, buyer, other, version string) {
		s, flow, v := saved, session, intents.Version(version)
		s.Details, s.Attempt.Details, s.PaymentMethod.Details = intents.Pairs(details), intents.Pairs(buyer), intents.Pairs(other)
		s.LastSetupError, s.Attempt.Error = intents.LastError(other), intents.LastError(details)
		flow.Session.Details, flow.Session.Buyer, flow.Session.LineItems = intents.Pairs(details), intents.Pairs(buyer), checkout.LineItems(other)
		a, b := payer(), payer()
		a.Details, b.Details = intents.Pairs(other), intents.Pairs(buyer)
		for _, o := range []webhook.Object{
			webhook.SetupIntent{Intent: s, Expand: ^webhook.Expand(0), Payer: a},
			webhook.SetupAttemptOf(s),
			webhook.Mandate{Of: s},
			webhook.CheckoutSession{Flow: flow, Expand: ^webhook.Expand(0), Payer: b},
			webhook.Customer{Customer: a},
			webhook.PaymentMethod{PaymentMethod: s.PaymentMethod},
		} {
			if body := o.AppendJSON(nil, v); !json.Valid(body) {
				t.Fatalf("%T: %s", o, body)
			}
		}
		for _, e := range webhook.FromCustomer(a, b, epoch) {
			if len(e.Previous) < len(`{"a":0}`) || e.Previous[0] != '{' || !json.Valid([]byte(e.Previous)) {
				t.Fatalf("previous attributes: %s", e.Previous)
			}
		}
		if status, body := webhook.ErrorBody(&intents.InvalidError{Message: buyer}, webhook.ErrorContext{SetupIntent: webhook.SetupIntent{Intent: s}, Version: v}); status != 400 || !json.Valid(body) {
			t.Fatalf("%d %s", status, body)
		}
	})
}

// TestPartyAllocs is the budget: a translation makes one slice, one story and an id for
// each event; a rendering into a buffer that is large enough makes nothing but derived
// ids, keys that are longer than most, and the address of the page.
func TestPartyAllocs(t *testing.T) {
	saved, visit := setupOf(t, "saved at once")[0], visitOf(t, "saved for a customer")
	translated := testing.AllocsPerRun(100, func() { webhook.FromSetupIntent(saved) })
	require.LessOrEqual(t, translated, 5.0, "three events")
	quiet := setupOf(t, "nothing to tell")[1]
	require.Zero(t, testing.AllocsPerRun(100, func() { webhook.FromSetupIntent(quiet) }), "nothing to tell costs nothing")
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() { webhook.FromCheckout(visit[1]) }), 9.0, "two events of the intent and one of the session")

	dst := make([]byte, 0, 16384)
	rendered := func(o webhook.Object, v intents.Version) float64 {
		return testing.AllocsPerRun(100, func() { dst = o.AppendJSON(dst[:0], v) })
	}
	for _, v := range []intents.Version{"", intents.Version20220801, "2019-03-14"} {
		require.Zero(t, rendered(webhook.SetupIntent{Intent: saved.After}, v))
		require.Zero(t, rendered(webhook.SetupAttemptOf(saved.After), v))
		require.Zero(t, rendered(webhook.Customer{Customer: payer()}, v))
		require.Zero(t, rendered(webhook.PaymentMethod{PaymentMethod: saved.After.PaymentMethod}, v))
		require.LessOrEqual(t, rendered(webhook.CheckoutSession{Flow: visit[0].After}, v), 6.0, "the page has an address")
		require.LessOrEqual(t, rendered(webhook.CheckoutSession{Flow: visit[1].After}, v), 4.0)
	}
}

// BenchmarkParty renders single objects into one buffer.
func BenchmarkParty(b *testing.B) {
	saved, visit := setupOf(b, "saved at once")[0], visitOf(b, "saved for a customer")
	for _, tc := range []struct {
		name string
		o    webhook.Object
		v    intents.Version
	}{
		{"setup_intent", webhook.SetupIntent{Intent: saved.After}, ""},
		{"setup_intent, everything expanded", webhook.SetupIntent{Intent: saved.After, Expand: ^webhook.Expand(0), Payer: payer()}, ""},
		{"checkout.session", webhook.CheckoutSession{Flow: visit[1].After}, ""},
		{"checkout.session of 2019", webhook.CheckoutSession{Flow: visit[1].After}, "2019-03-14"},
		{"customer", webhook.Customer{Customer: payer()}, ""},
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
	b.Run("tell of a visit", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if len(webhook.FromCheckout(visit[1])) != 3 {
				b.Fatal("nothing was told")
			}
		}
	})
	b.Run("tell of a customer", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if len(webhook.FromCustomer(intents.Customer{}, payer(), time.Unix(5, 0))) != 1 {
				b.Fatal("nothing was told")
			}
		}
	})
}

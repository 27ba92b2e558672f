package paymentintent_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/paymentintent"
)

// TestPaymentMethodAfterwards: what a charge leaves of its payment method.
func TestPaymentMethodAfterwards(t *testing.T) {
	for _, c := range []struct {
		name, method string
		details      intents.Pairs
		customer     string // the method's own, before
		answer       paymentintent.Command
		want         func(pm *intents.PaymentMethod)
	}{
		{name: "no customer: spent", method: "pm_card_visa", want: func(pm *intents.PaymentMethod) { pm.Spent = true }},
		{name: "a customer, but not saved: spent", method: "pm_card_visa", details: "customer=cus_1", want: func(pm *intents.PaymentMethod) { pm.Spent = true }},
		{name: "saved for nobody: spent", method: "pm_card_visa", details: "setup_future_usage=off_session", want: func(pm *intents.PaymentMethod) { pm.Spent = true }},
		{
			name: "saved", method: "pm_card_visa", details: "customer=cus_1&setup_future_usage=off_session",
			want: func(pm *intents.PaymentMethod) {
				pm.Customer = "cus_1"
				pm.Details, _ = pm.Details.With(capture.KeySetUp, "off_session")
			},
		},
		{
			name: "the customer's already, and set up now", method: "pm_card_visa", details: "customer=cus_1&setup_future_usage=on_session", customer: "cus_1",
			want: func(pm *intents.PaymentMethod) { pm.Details, _ = pm.Details.With(capture.KeySetUp, "on_session") },
		},
		{name: "the customer's already", method: "pm_card_visa", details: "customer=cus_1", customer: "cus_1"},
		{
			name: "a debit under way", method: "pm_usBankAccount_success", answer: paymentintent.Submit{},
			want: func(pm *intents.PaymentMethod) { pm.Spent = true },
		},
		{
			name: "declined: as it was", method: "pm_card_visa", details: "customer=cus_1&setup_future_usage=off_session",
			answer: paymentintent.Decline{Failure: intents.Failure{Code: "card_declined"}},
		},
		{
			name: "declined without a charge: as it was", method: "pm_card_visa",
			answer: paymentintent.Decline{Failure: intents.Failure{Code: "card_declined"}, NoCharge: true},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			pm, ok := capture.TestPaymentMethod(c.method)
			require.True(t, ok)
			pm.Customer = c.customer
			if c.answer == nil {
				c.answer = paymentintent.Approve{}
			}
			confirmed := must(t, paymentintent.Intent{}, create(t, "", func(create *paymentintent.Create) {
				create.PaymentMethod, create.PaymentMethodTypes, create.Details = pm, intents.TypesOf(pm.Type), c.details
			}), paymentintent.Confirm{})
			tr, err := paymentintent.Apply(confirmed, c.answer, start)
			require.NoError(t, err)
			want := pm
			if c.want != nil {
				c.want(&want)
			}
			got, changed := tr.PaymentMethod()
			require.Equal(t, want != pm, changed)
			if changed {
				require.Equal(t, want, got)
			}
			next, err := paymentintent.Apply(tr.After, paymentintent.Update{}, start)
			if err == nil {
				_, changed = next.PaymentMethod()
				require.False(t, changed, "a later transition changes nothing")
			}
		})
	}
}

// TestSetUpForOffSessionStays: a usage that is worth less does not replace it.
func TestSetUpForOffSessionStays(t *testing.T) {
	pm, ok := capture.TestPaymentMethod("pm_card_visa")
	require.True(t, ok)
	var err error
	pm.Customer = "cus_1"
	pm.Details, err = pm.Details.With(capture.KeySetUp, "off_session")
	require.NoError(t, err)
	confirmed := must(t, paymentintent.Intent{}, create(t, "", func(create *paymentintent.Create) {
		create.PaymentMethod, create.Details = pm, "customer=cus_1&setup_future_usage=on_session"
	}), paymentintent.Confirm{})
	tr, err := paymentintent.Apply(confirmed, paymentintent.Approve{}, start)
	require.NoError(t, err)
	got, changed := tr.PaymentMethod()
	require.False(t, changed)
	require.Equal(t, pm, got)
}

// TestAttemptKey: the same question has the same key, another question another.
func TestAttemptKey(t *testing.T) {
	decline := paymentintent.Decline{Failure: intents.Failure{Code: "card_declined"}}
	action, err := intents.NewNextAction("redirect_to_url")
	require.NoError(t, err)
	first := must(t, paymentintent.Intent{}, create(t, "pm_card_visa"), paymentintent.Confirm{})
	postponed := must(t, first, paymentintent.Postpone{AskIn: 1})
	require.Equal(t, first.AttemptKey(), postponed.AttemptKey(), "asked again")
	second := must(t, first, decline, paymentintent.Confirm{PaymentMethod: method(t, "pm_card_visa")})
	after := must(t, second, paymentintent.Challenge{NextAction: action}, paymentintent.Authenticate{})
	third := must(t, after, decline, paymentintent.Confirm{PaymentMethod: method(t, "pm_card_visa")})
	keys := map[string]bool{}
	for _, s := range []paymentintent.Intent{first, second, after, third} {
		require.Equal(t, paymentintent.StatusConfirming, s.Status)
		keys[s.AttemptKey()] = true
	}
	require.Len(t, keys, 4, "within one second")
	require.Equal(t, paymentintent.Pending(first)[0].Key(), paymentintent.Pending(third)[0].Key(), "which the work's own key does not tell apart")
}

// TestOffered: without payment_method_types an intent takes what the account offers.
func TestOffered(t *testing.T) {
	debit, card := intents.TypesOf(intents.SepaDebit), intents.TypesOf(intents.Card)
	for _, c := range []struct{ given, offered, want intents.PaymentMethodTypes }{
		{0, 0, card},
		{0, debit | card, debit | card},
		{card, debit, card},
	} {
		s := must(t, paymentintent.Intent{}, paymentintent.Create{ID: piID, Amount: 2000, Currency: "eur", PaymentMethodTypes: c.given, Offered: c.offered})
		require.Equal(t, c.want, s.PaymentMethodTypes)
	}
}

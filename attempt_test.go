package intents_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
)

// currenciesOf returns what a type says that it takes.
func currenciesOf(t intents.PaymentMethodType) map[intents.Currency]bool {
	all := map[intents.Currency]bool{}
	for c := range strings.FieldsSeq(t.Traits().Currencies) {
		all[intents.Currency(c)] = true
	}
	return all
}

func TestFailureText(t *testing.T) {
	for _, c := range []struct {
		f    intents.Failure
		want string
	}{
		{intents.Failure{Code: "card_declined", Message: "its own"}, "its own"},
		{intents.Failure{Code: "card_declined", DeclineCode: "generic_decline"}, "Your card was declined."},
		{intents.Failure{Code: "card_declined", DeclineCode: "insufficient_funds"}, "Your card has insufficient funds."},
		{intents.Failure{Code: "expired_card", DeclineCode: "expired_card"}, "Your card has expired."},
		{intents.Failure{DeclineCode: "incorrect_cvc"}, "Your card's security code is incorrect."},
		{intents.Failure{Code: "setup_intent_authentication_failure"}, "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this SetupIntent again."},
		{intents.Failure{Code: "setup_intent_setup_attempt_expired"}, "The latest attempt of this SetupIntent has expired. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this SetupIntent again."},
		{intents.Failure{Code: "payment_method_microdeposit_failed"}, "Microdeposits could not be sent to the account."},
		{intents.Failure{Code: "payment_method_microdeposit_verification_attempts_exceeded"}, "You have exceeded the number of allowed verification attempts."},
		{intents.Failure{Code: "payment_method_microdeposit_verification_timeout"}, "The microdeposits were not verified in time."},
		{intents.Failure{Code: "authentication_required", DeclineCode: "authentication_not_handled"}, "Your card was declined. This transaction requires authentication."},
	} {
		require.Equal(t, c.want, c.f.Text())
	}
}

func TestFailureCheck(t *testing.T) {
	require.NoError(t, intents.Failure{Code: "card_declined"}.Check("failure"))
	refused(t, intents.Failure{}.Check("failure"), "failure", "parameter_missing", "needs a code")
	for _, f := range []intents.Failure{
		{Code: "a\xff"}, {Code: "a", Type: "\xff"}, {Code: "a", DeclineCode: "\xff"}, {Code: "a", Message: "\xff"},
	} {
		refused(t, f.Check("failure"), "failure", "", "valid UTF-8")
	}
}

func TestLastError(t *testing.T) {
	pm := intents.PaymentMethod{ID: "pm_1", Type: intents.Card, Details: "last4=4242"}
	e := intents.NewLastError(intents.Failure{Code: "card_declined", DeclineCode: "insufficient_funds"}, "ch_1", pm)
	require.Equal(t, intents.TypeCardError, e.Type())
	require.Equal(t, "card_declined", e.Code())
	require.Equal(t, "insufficient_funds", e.DeclineCode())
	require.Equal(t, "Your card has insufficient funds.", e.Message())
	require.Equal(t, "ch_1", e.Charge())
	require.Equal(t, pm, e.PaymentMethod())

	raw, err := json.Marshal(e)
	require.NoError(t, err)
	var back intents.LastError
	require.NoError(t, json.Unmarshal(raw, &back))
	require.Equal(t, e, back)

	e = intents.NewLastError(intents.Failure{Type: intents.TypeInvalidRequest, Code: "x"}, "", pm)
	require.Equal(t, intents.TypeInvalidRequest, e.Type())
	require.Empty(t, e.Charge())
	require.Empty(t, e.DeclineCode())
}

func TestNextAction(t *testing.T) {
	a, err := intents.NewNextAction("redirect_to_url", "url", "https://example.com/?a=1&b=2")
	require.NoError(t, err)
	require.Equal(t, "redirect_to_url", a.Type())
	url, ok := a.Get("url")
	require.True(t, ok)
	require.Equal(t, "https://example.com/?a=1&b=2", url)
	_, ok = a.Get("return_url")
	require.False(t, ok)

	raw, err := json.Marshal(a)
	require.NoError(t, err)
	var back intents.NextAction
	require.NoError(t, json.Unmarshal(raw, &back))
	require.Equal(t, a, back)

	_, err = intents.NewNextAction("")
	refused(t, err, "next_action[type]", "parameter_missing", "an action has a type")
	_, err = intents.NewNextAction("x", "\xff", "1")
	require.Error(t, err)
	require.Empty(t, intents.NextAction("").Type())
}

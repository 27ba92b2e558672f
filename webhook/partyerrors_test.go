package webhook_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/webhook"
)

// fields returns the members of an error, decoded.
func fields(t *testing.T, body []byte) map[string]any {
	t.Helper()
	leaves(t, body)
	var reply struct{ Error map[string]any }
	require.NoError(t, json.Unmarshal(body, &reply))
	return reply.Error
}

// TestSetupErrors are the refusals in Stripe's own words (facts 1.5), with the intent inside.
func TestSetupErrors(t *testing.T) {
	const state = "setup_intent_unexpected_state"
	last := func(name string) setupintent.Intent {
		all := setupOf(t, name)
		return all[len(all)-1].After
	}
	fresh := setupOf(t, "abandoned")[0].After
	own := setup{"", []setupStep{tell(prepare(setting("")))}}.play(t)[0].After
	theirs := intents.PaymentMethod{ID: "pm_1", Type: intents.Card, Customer: "cus_2"}
	const missing = "You cannot confirm this SetupIntent because it's missing a payment method. You can either update the SetupIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken."
	for _, tc := range []struct {
		name                 string
		s                    setupintent.Intent
		command              setupintent.Command
		code, param, message string
	}{
		{"no method", fresh, setupintent.Confirm{}, state, "", missing},
		{"no method, and canceled", last("abandoned"), setupintent.Confirm{}, state, "", missing},
		{"confirm succeeded", last("saved at once"), setupintent.Confirm{}, state, "", "You cannot confirm this SetupIntent because it has already succeeded."},
		{"confirm canceled", last("too many confirmations"), usePM("pm_card_visa"), state, "", "You cannot confirm this SetupIntent because it has been canceled."},
		{"cancel succeeded", last("saved at once"), setupintent.Cancel{}, state, "", "You cannot cancel this SetupIntent because it has a status of succeeded. Only a SetupIntent with one of the following statuses may be canceled: `requires_payment_method`, `requires_confirmation`, or `requires_action`."},
		{"cancel twice", last("abandoned"), setupintent.Cancel{}, state, "", "You cannot cancel this SetupIntent because it is already canceled."},
		{"method after success", last("saved at once"), setupintent.Update{PaymentMethod: intents.Some(method("pm_card_visa"))}, state, "payment_method", "You cannot update this SetupIntent because it has already succeeded."},
		{"verify what is not asked", fresh, setupintent.VerifyMicrodeposits{DescriptorCode: "SM11AA"}, "intent_invalid_state", "", `This SetupIntent cannot be actioned on because it has a status of requires_payment_method. Only a SetupIntent with one of the following statuses may be actioned on: ["requires_action"].`},
		{"another customer's", fresh, setupintent.Confirm{PaymentMethod: theirs}, "", "payment_method", "The PaymentMethod pm_1 does not belong to the Customer you supplied " + payerID + ". Please use this PaymentMethod with the Customer that it belongs to instead."},
		{"a customer's without the customer", own, setupintent.Update{PaymentMethod: intents.Some(theirs)}, "", "payment_method", "The payment method supplied (pm_1) belongs to the Customer cus_2. Please include the Customer in the `customer` parameter on the SetupIntent."},
		{"a session's", visitOf(t, "saved for a customer")[0].After.Setup, usePM("pm_card_visa"), state, "", "You cannot confirm this SetupIntent because it belongs to a Checkout Session. The customer confirms it on the session's page."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := setupintent.Apply(tc.s, tc.command, epoch)
			require.Error(t, err)
			status, body := webhook.ErrorBody(fmt.Errorf("wrapped: %w", err), webhook.ErrorContext{SetupIntent: webhook.SetupIntent{Intent: tc.s}, RequestID: "req_1"})
			e := fields(t, body)
			require.Equal(t, 400, status)
			require.Equal(t, "invalid_request_error", e["type"])
			require.Equal(t, tc.message, e["message"])
			require.Equal(t, tc.code, text1(e, "code"))
			require.Equal(t, tc.param, text1(e, "param"))
			require.Equal(t, tc.s.ID, e["setup_intent"].(map[string]any)["id"])
			require.Equal(t, string(tc.s.Status), e["setup_intent"].(map[string]any)["status"])
			require.NotContains(t, e, "payment_intent")
			require.Equal(t, "https://dashboard.stripe.com/test/logs/req_1", e["request_log_url"])
		})
	}
	// A request to create has no intent yet, and its error has none (REC-10).
	_, err := setupintent.Apply(setupintent.Intent{}, setupintent.Create{ID: setupID, PaymentMethod: theirs}, epoch)
	status, body := webhook.ErrorBody(err, webhook.ErrorContext{})
	require.Equal(t, 400, status)
	require.Equal(t, map[string]any{
		"message": "The payment method supplied (pm_1) belongs to the Customer cus_2. Please include the Customer in the `customer` parameter on the SetupIntent.",
		"param":   "payment_method", "type": "invalid_request_error",
	}, fields(t, body))
	_, err = setupintent.Apply(setupintent.Intent{}, setupintent.Cancel{}, epoch)
	status, body = webhook.ErrorBody(err, webhook.ErrorContext{ID: "seti_x"})
	require.Equal(t, 404, status)
	e := fields(t, body)
	require.Equal(t, "No such setupintent: 'seti_x'", e["message"])
	require.Equal(t, "resource_missing", e["code"])
	require.Equal(t, "intent", e["param"])
}

func text1(m map[string]any, key string) string {
	s, _ := m[key].(string)
	return s
}

// TestSetupDeclined are the answers to requests that led to a decline, as recorded
// (facts 1.9, REC-10).
func TestSetupDeclined(t *testing.T) {
	tr := setupOf(t, "declined, then saved")[0]
	status, body, ok := webhook.DeclinedSetup(tr, webhook.ErrorContext{RequestID: "req_1", SetupIntent: webhook.SetupIntent{Expand: webhook.ExpandCustomer, Payer: payer()}})
	require.True(t, ok)
	require.Equal(t, 402, status)
	e := fields(t, body)
	inside := e["setup_intent"].(map[string]any)
	require.Equal(t, "requires_payment_method", inside["status"])
	require.Nil(t, inside["payment_method"], "the intent has lost it")
	require.Equal(t, tr.After.Attempt.ID, inside["latest_attempt"])
	require.Equal(t, "jenny@example.com", inside["customer"].(map[string]any)["email"])
	require.Equal(t, "pm_card_chargeDeclined", e["payment_method"].(map[string]any)["id"])
	last := inside["last_setup_error"].(map[string]any)
	require.Equal(t, e["payment_method"], last["payment_method"])
	for _, m := range []map[string]any{e, last} {
		delete(m, "payment_method")
		delete(m, "setup_intent")
		delete(m, "request_log_url")
		require.Equal(t, map[string]any{
			"advice_code": "try_again_later", "code": "card_declined", "decline_code": "generic_decline", "message": "Your card was declined.",
			"doc_url": "https://stripe.com/docs/error-codes/card-declined", "network_decline_code": "01", "type": "card_error",
		}, m)
	}

	_, body, _ = webhook.DeclinedSetup(setupOf(t, "expired card")[0], webhook.ErrorContext{})
	e = fields(t, body)
	for key, want := range map[string]string{
		"advice_code": "confirm_card_data", "code": "expired_card", "decline_code": "expired_card", "message": "Your card has expired.",
		"network_advice_code": "03", "network_decline_code": "54", "param": "exp_month",
	} {
		require.Equal(t, want, e[key])
		require.Equal(t, want, e["setup_intent"].(map[string]any)["last_setup_error"].(map[string]any)[key])
	}
	_, body, _ = webhook.DeclinedSetup(setupOf(t, "expired card")[0], webhook.ErrorContext{Version: "2024-06-20"})
	for _, key := range []string{"advice_code", "network_advice_code", "network_decline_code"} {
		require.NotContains(t, string(body), key)
	}

	status, body, ok = webhook.DeclinedSetup(setupOf(t, "microdeposits")[1], webhook.ErrorContext{})
	require.True(t, ok)
	require.Equal(t, 400, status)
	e = fields(t, body)
	require.Equal(t, "payment_method_microdeposit_verification_descriptor_code_mismatch", e["code"])
	require.Equal(t, "The descriptor code provided does not match the one that was sent to the bank account. You have 9 verification attempts remaining.", e["message"])
	require.Equal(t, "requires_action", e["setup_intent"].(map[string]any)["status"])
	status, body, ok = webhook.DeclinedSetup(setupOf(t, "microdeposits in vain")[1], webhook.ErrorContext{})
	require.True(t, ok)
	require.Equal(t, 400, status)
	require.Equal(t, "payment_method_microdeposit_verification_attempts_exceeded", fields(t, body)["code"])
	amounts := setupintent.Transition{After: setupOf(t, "microdeposits")[1].After, Events: []setupintent.Event{
		setupintent.VerificationFailed{Code: "payment_method_microdeposit_verification_amounts_mismatch", Left: 2},
	}}
	_, body, _ = webhook.DeclinedSetup(amounts, webhook.ErrorContext{})
	require.Equal(t, "The amounts provided do not match the amounts that were sent to the bank account. You have 2 verification attempts remaining.", fields(t, body)["message"])

	alone := setup{"", []setupStep{tell(prepare(), usePM("pm_card_visa")), tell(setupintent.Decline{Failure: intents.Failure{Code: "card_declined"}})}}.play(t)[1]
	_, _, ok = webhook.DeclinedSetup(alone, webhook.ErrorContext{})
	require.True(t, ok, "the answer may come in a transition of its own")
	for _, tr := range []setupintent.Transition{
		{},
		setupOf(t, "saved at once")[0], setupOf(t, "bank account that is closed")[1], setupOf(t, "3D Secure by redirect, failed")[1], setupOf(t, "microdeposits too late")[1],
		setupOf(t, "nothing to tell")[1],
	} {
		_, body, ok = webhook.DeclinedSetup(tr, webhook.ErrorContext{})
		require.False(t, ok)
		require.Nil(t, body)
	}
}

// TestOffSessionDeclined is the answer to a charge without the customer that needs them
// (facts 3.4): the intent inside, ready for another try.
func TestOffSessionDeclined(t *testing.T) {
	tr := lifeOf(t, "authentication required off-session")[0]
	status, body, ok := webhook.Declined(tr, webhook.ErrorContext{SetupIntent: webhook.SetupIntent{Intent: setupOf(t, "saved at once")[0].After}})
	require.True(t, ok)
	require.Equal(t, 402, status)
	e := fields(t, body)
	require.NotContains(t, e, "setup_intent")
	require.NotContains(t, e, "charge")
	inside := e["payment_intent"].(map[string]any)
	last := inside["last_payment_error"].(map[string]any)
	for _, m := range []map[string]any{e, last} {
		require.Equal(t, "card_error", m["type"])
		require.Equal(t, "authentication_required", m["code"])
		require.Equal(t, "authentication_required", m["decline_code"])
		require.Equal(t, "Your card was declined. This transaction requires authentication.", m["message"])
		require.Equal(t, "pm_card_authenticationRequired", m["payment_method"].(map[string]any)["id"])
	}
	require.Equal(t, "card", last["payment_method_type"])
	require.Equal(t, "requires_payment_method", inside["status"])
	for _, key := range []string{"payment_method", "next_action", "latest_charge"} {
		require.Contains(t, inside, key)
		require.Nil(t, inside[key], key)
	}
}

// TestSessionErrors are the refusals of a session: none has an object inside.
func TestSessionErrors(t *testing.T) {
	complete, over := visitOf(t, "paid")[1].After, visitOf(t, "nobody comes to save")[1].After
	open := visitOf(t, "paid")[0].After
	confirming, err := open.Apply(checkout.Submit{PaymentMethod: method("pm_card_visa")}, epoch)
	require.NoError(t, err)
	refused := func(f checkout.Flow, c checkout.Command) error {
		_, err := f.Apply(c, epoch.Add(time.Minute))
		require.Error(t, err)
		return err
	}
	opened := func(c checkout.Create) error {
		_, err := checkout.Open(c, epoch)
		require.Error(t, err)
		return err
	}
	for _, tc := range []struct {
		err                  error
		status               int
		code, param, message string
	}{
		{refused(complete, checkout.Expire{}), 400, "", "", "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of `complete`."},
		{refused(over, checkout.Expire{}), 400, "", "", "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of `expired`."},
		{refused(checkout.Flow{}, checkout.Expire{}), 404, "resource_missing", "session", "No such checkout.session: cs_x"},
		{refused(confirming.After, checkout.Expire{}), 429, "lock_timeout", "", "This Checkout Session can't be changed right now: an attempt to pay is under way. Try again later."},
		{opened(opens(checkout.Setup, "", func(c *checkout.Create) { c.Currency = "" })), 400, "parameter_missing", "currency", "Missing required param: currency. In `setup` mode with dynamic payment methods they depend on it."},
		{opened(opens(checkout.Payment, "", func(c *checkout.Create) { c.ExpiresAt = intents.TimeOf(epoch.Add(time.Minute)) })), 400, "", "expires_at", "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation."},
		{opened(opens(checkout.Payment, "x=1")), 400, "parameter_unknown", "x", "Received unknown parameter: x"},
	} {
		status, body := webhook.ErrorBody(tc.err, webhook.ErrorContext{ID: "cs_x"})
		e := fields(t, body)
		require.Equal(t, tc.status, status, tc.message)
		require.Equal(t, tc.message, e["message"])
		require.Equal(t, tc.code, text1(e, "code"))
		require.Equal(t, tc.param, text1(e, "param"))
		require.Equal(t, "invalid_request_error", e["type"])
		require.NotContains(t, e, "setup_intent")
	}
	// A command for which no text is known: the statuses are those that Stripe shows.
	err = &intents.StateError{Object: "checkout.session", Command: "recover", Status: "complete", Allowed: []string{"confirming", "open", "expired"}}
	_, body := webhook.ErrorBody(err, webhook.ErrorContext{})
	require.Equal(t, "You cannot call recover on this Checkout Session because it has a status of complete. You may only call it in one of the following statuses: open, expired.", fields(t, body)["message"])
}

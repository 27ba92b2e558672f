package webhook_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/webhook"
)

// errorBody is Stripe's error, as far as the tests look at it.
type errorBody struct {
	Type, Code, Message, Param, Charge string
	DeclineCode                        string `json:"decline_code"`
	DocURL                             string `json:"doc_url"`
	RequestLogURL                      string `json:"request_log_url"`
	PaymentIntent                      *struct {
		ID, Status    string
		PaymentMethod any `json:"payment_method"`
	} `json:"payment_intent"`
	PaymentMethod *struct{ ID, Type string } `json:"payment_method"`
}

func decodeError(t *testing.T, body []byte) errorBody {
	t.Helper()
	leaves(t, body)
	var reply struct{ Error errorBody }
	require.NoError(t, json.Unmarshal(body, &reply))
	return reply.Error
}

const editable = "requires_payment_method, requires_confirmation, requires_action"

// TestErrorBodies are the refusals with Stripe's own words (facts 2.6).
func TestErrorBodies(t *testing.T) {
	const state = "payment_intent_unexpected_state"
	last := func(name string) paymentintent.Intent {
		all := lifeOf(t, name)
		return all[len(all)-1].After
	}
	withCustomer := life{"customer", []step{ask(start(carrying("customer=cus_1")))}}.play(t)[0].After
	confirming := life{"confirming", []step{ask(start(), confirm("pm_card_visa"))}}.play(t)[0].After
	held, partly := lifeOf(t, "manual capture")[0].After, last("capture of a part")
	some := intents.Some[int64]
	for _, tc := range []struct {
		name    string
		s       paymentintent.Intent
		command paymentintent.Command
		code    string
		param   string
		message string
	}{
		{"capture before", last("nothing to tell"), paymentintent.Capture{}, state, "", "This PaymentIntent could not be captured because it has a status of processing. Only a PaymentIntent with one of the following statuses may be captured: requires_capture."},
		{"capture canceled", last("a hold that runs out"), paymentintent.Capture{}, state, "", "This PaymentIntent could not be captured because it has a status of canceled. Only a PaymentIntent with one of the following statuses may be captured: requires_capture."},
		{"capture again", last("manual capture"), paymentintent.Capture{}, state, "", "This PaymentIntent could not be captured because it has already been captured."},
		{"capture the rest", partly, paymentintent.Capture{}, state, "", "The remaining amount on this PaymentIntent could not be captured because the remainder of the authorized amount has been released."},
		{"capture too much", held, paymentintent.Capture{AmountToCapture: some(2001)}, "amount_too_large", "", "The payment could not be captured because the requested capture amount is greater than the amount you can capture for this charge."},
		{"capture nothing", held, paymentintent.Capture{AmountToCapture: some(0)}, "parameter_invalid_integer", "amount", "This value must be greater than or equal to 1."},
		{"capture less than nothing", held, paymentintent.Capture{AmountToCapture: some(-1)}, "", "amount_to_capture", "Invalid non-negative integer"},
		{"cancel succeeded", partly, paymentintent.Cancel{}, state, "", "You cannot cancel this PaymentIntent because it has a status of succeeded. Only a PaymentIntent with one of the following statuses may be canceled: requires_payment_method, requires_capture, requires_confirmation, requires_action, processing."},
		{"cancel canceled", last("canceled before"), paymentintent.Cancel{}, state, "", "You cannot cancel this PaymentIntent because it has a status of canceled. Only a PaymentIntent with one of the following statuses may be canceled: requires_payment_method, requires_capture, requires_confirmation, requires_action, processing."},
		{"confirm succeeded", partly, confirm("pm_card_visa"), state, "", "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed."},
		{"confirm processing", lifeOf(t, "bank debit")[0].After, paymentintent.Confirm{}, state, "", "You cannot confirm this PaymentIntent because it has a status of processing. Only a PaymentIntent with one of the following statuses may be confirmed: requires_confirmation, requires_action."},
		{"confirm twice at once", confirming, paymentintent.Confirm{}, state, "", "You cannot confirm this PaymentIntent because it has a status of processing. Only a PaymentIntent with one of the following statuses may be confirmed: requires_confirmation, requires_action."},
		{"confirm with nothing", last("declined, then paid"), paymentintent.Confirm{}, state, "", "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed."},
		{"confirm without a method", lifeOf(t, "declined, then paid")[0].After, paymentintent.Confirm{}, state, "", "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken."},
		{"confirm a customer's without a method", withCustomer, paymentintent.Confirm{}, state, "", "You cannot confirm this PaymentIntent because it's missing a payment method. To confirm the PaymentIntent with cus_1, specify a payment method attached to this customer along with the customer ID."},
		{"another customer's method", withCustomer, paymentintent.Confirm{PaymentMethod: intents.PaymentMethod{ID: "pm_1", Type: intents.Card, Customer: "cus_2"}}, "", "payment_method", "The PaymentMethod pm_1 does not belong to the Customer you supplied cus_1. Please use this PaymentMethod with the Customer that it belongs to instead."},
		{"a customer's method without the customer", lifeOf(t, "canceled before")[0].After, paymentintent.Confirm{PaymentMethod: intents.PaymentMethod{ID: "pm_1", Type: intents.Card, Customer: "cus_2"}}, "parameter_missing", "source", "The `payment_method` parameter supplied pm_1 belongs to the Customer cus_2. Please include the Customer in the `customer` parameter on the PaymentIntent."},
		{"update late", partly, paymentintent.Update{Amount: some(3000)}, state, "amount", "This PaymentIntent's amount could not be updated because it has a status of succeeded. You may only update the amount of a PaymentIntent with one of the following statuses: " + editable + "."},
		{"update the method late", held, paymentintent.Update{PaymentMethod: intents.Some(method("pm_card_visa"))}, state, "payment_method", "This PaymentIntent's payment_method could not be updated because it has a status of requires_capture. You may only update the payment_method of a PaymentIntent with one of the following statuses: " + editable + "."},
		{"update canceled", last("canceled before"), paymentintent.Update{}, state, "", "This PaymentIntent could not be updated because it has a status of canceled. Only a PaymentIntent with one of the following statuses may be updated: " + editable + "."},
		{"increment late", partly, paymentintent.IncrementAuthorization{Amount: 3000}, state, "", "This PaymentIntent's authorization could not be incremented because it has a status of succeeded. Only a PaymentIntent with one of the following statuses may be incremented: requires_capture."},
		{"verify what is not asked", held, paymentintent.VerifyMicrodeposits{DescriptorCode: "SM11AA"}, "intent_invalid_state", "", "You cannot call verify_microdeposits on this PaymentIntent because it has a status of requires_capture. You may only call it in one of the following statuses: requires_action."},
		{"refund what was never paid", lifeOf(t, "canceled before")[0].After, paymentintent.Refund{}, state, "", "This PaymentIntent (" + intentID + ") does not have a successful charge to refund."},
		{"unknown parameter", withCustomer, paymentintent.Update{Details: "amnt=1"}, "parameter_unknown", "amnt", "Received unknown parameter: amnt"},
		{"redirects without a way back", life{"ideal", []step{ask(start(of(intents.Ideal), func(c *paymentintent.Create) { c.Currency = "eur" }))}}.play(t)[0].After, typed(intents.Ideal).with(""), "", "", "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := paymentintent.Apply(tc.s, tc.command, epoch)
			require.Error(t, err)
			status, body := webhook.ErrorBody(fmt.Errorf("wrapped: %w", err), webhook.ErrorContext{PaymentIntent: webhook.PaymentIntent{Intent: tc.s}})
			e := decodeError(t, body)
			require.Equal(t, 400, status)
			require.Equal(t, "invalid_request_error", e.Type)
			require.Equal(t, tc.code, e.Code)
			require.Equal(t, tc.param, e.Param)
			require.Equal(t, tc.message, e.Message)
			require.Equal(t, intentID, e.PaymentIntent.ID)
			require.Equal(t, string(tc.s.Status.Stripe()), e.PaymentIntent.Status)
			require.Empty(t, e.RequestLogURL)
			if tc.code == state {
				require.Equal(t, "https://stripe.com/docs/error-codes/payment-intent-unexpected-state", e.DocURL)
			}
		})
	}
}

// TestErrorStatus are the HTTP statuses, and what the other bodies hold.
func TestErrorStatus(t *testing.T) {
	status, body := webhook.ErrorBody(nil, webhook.ErrorContext{})
	require.Equal(t, 200, status)
	require.Nil(t, body)

	missing := &intents.InvalidError{Param: "intent", Code: "resource_missing", Message: "No such payment_intent: 'pi_nope'"}
	held := webhook.PaymentIntent{Intent: lifeOf(t, "manual capture")[0].After}
	status, body = webhook.ErrorBody(missing, webhook.ErrorContext{PaymentIntent: held})
	require.Equal(t, 404, status)
	e := decodeError(t, body)
	require.Equal(t, "No such payment_intent: 'pi_nope'", e.Message)
	require.Equal(t, "intent", e.Param)
	require.Nil(t, e.PaymentIntent)

	_, err := paymentintent.Apply(paymentintent.Intent{}, paymentintent.Capture{}, epoch)
	status, body = webhook.ErrorBody(err, webhook.ErrorContext{})
	require.Equal(t, 404, status)
	require.Equal(t, "resource_missing", decodeError(t, body).Code)

	for _, err := range []error{errors.New("disk full, password=hunter2"), &intents.InvalidError{Param: "status", Code: intents.CodeCorruptState, Message: "secret"}} {
		status, body = webhook.ErrorBody(err, webhook.ErrorContext{PaymentIntent: held, RequestID: "req_1"})
		require.Equal(t, 500, status)
		e = decodeError(t, body)
		require.Equal(t, errorBody{Type: "api_error", Message: "An error occurred while processing the request.", RequestLogURL: "https://dashboard.stripe.com/test/logs/req_1"}, e)
	}

	_, err = capture.Apply(capture.Charge{}, capture.Capture{}, epoch)
	status, _ = webhook.ErrorBody(err, webhook.ErrorContext{})
	require.Equal(t, 404, status)
	_, err = capture.Apply(lifeOf(t, "manual capture")[1].After.Charge, capture.Capture{}, epoch)
	status, body = webhook.ErrorBody(err, webhook.ErrorContext{})
	require.Equal(t, 400, status)
	require.Equal(t, "You cannot call capture on this charge because it has a status of succeeded. You may only call it in one of the following statuses: succeeded.", decodeError(t, body).Message)
	status, body = webhook.ErrorBody(&intents.StateError{Object: "setup_intent", Command: "confirm", Status: "canceled", Message: "Stripe's words"}, webhook.ErrorContext{})
	require.Equal(t, 400, status)
	require.Equal(t, "Stripe's words", decodeError(t, body).Message)
}

// TestDeclined are the answers to requests that led to a decline.
func TestDeclined(t *testing.T) {
	for _, tc := range []struct {
		life                string
		step, status        int
		code, declineCode   string
		charge              bool
		message, kind       string
		paymentMethod, left string
	}{
		{"declined, then paid", 0, 402, "card_declined", "insufficient_funds", true, "Your card has insufficient funds.", "card_error", "pm_card_visa_chargeDeclinedInsufficientFunds", "requires_payment_method"},
		{"authentication required off-session", 0, 402, "authentication_required", "authentication_required", false, "Your card was declined. This transaction requires authentication.", "card_error", "pm_card_authenticationRequired", "requires_payment_method"},
		{"blocked", 0, 402, "card_declined", "fraudulent", true, "Your card was declined.", "card_error", "pm_card_chargeDeclinedFraudulent", "requires_payment_method"},
		{"increments", 2, 402, "card_declined", "generic_decline", false, "Your card was declined.", "card_error", "", "requires_capture"},
		{"microdeposits", 1, 400, "payment_method_microdeposit_verification_descriptor_code_mismatch", "", false, "The descriptor code provided does not match the one that was sent to the bank account.", "invalid_request_error", "", "requires_action"},
	} {
		t.Run(tc.life, func(t *testing.T) {
			tr := lifeOf(t, tc.life)[tc.step]
			status, body, ok := webhook.Declined(tr, webhook.ErrorContext{RequestID: "req_1"})
			require.True(t, ok)
			require.Equal(t, tc.status, status)
			e := decodeError(t, body)
			require.Equal(t, tc.code, e.Code)
			require.Equal(t, tc.declineCode, e.DeclineCode)
			require.Equal(t, tc.message, e.Message)
			require.Equal(t, tc.kind, e.Type)
			require.Equal(t, tc.left, e.PaymentIntent.Status)
			require.Empty(t, e.Param)
			if require.Equal(t, tc.charge, e.Charge != ""); tc.charge {
				require.Equal(t, tr.After.Charge.ID, e.Charge)
			}
			if tc.paymentMethod == "" {
				require.Nil(t, e.PaymentMethod)
			} else {
				require.Equal(t, tc.paymentMethod, e.PaymentMethod.ID)
				require.Nil(t, e.PaymentIntent.PaymentMethod, "the intent has lost it")
			}
		})
	}
	amounts := lifeOf(t, "microdeposits")[1]
	a, err := intents.NewNextAction("verify_with_microdeposits", "microdeposit_type", "amounts")
	require.NoError(t, err)
	amounts.After.NextAction = a
	_, body, _ := webhook.Declined(amounts, webhook.ErrorContext{})
	require.Equal(t, "payment_method_microdeposit_verification_amounts_mismatch", decodeError(t, body).Code)

	wrong := lifeOf(t, "declined, then paid")[0]
	wrong.After.LastPaymentError = intents.LastError("code=payment_intent_authentication_failure&message=m&type=invalid_request_error")
	status, _, ok := webhook.Declined(wrong, webhook.ErrorContext{})
	require.True(t, ok)
	require.Equal(t, 400, status)

	answered := life{"answered", []step{ask(start(), confirm("pm_card_visa")), ask(paymentintent.Decline{Failure: intents.Failure{Code: "card_declined"}})}}.play(t)[1]
	_, _, ok = webhook.Declined(answered, webhook.ErrorContext{})
	require.True(t, ok, "the answer may come in a transition of its own")

	for _, tr := range []paymentintent.Transition{
		{}, lifeOf(t, "asynchronous capture")[0], lifeOf(t, "3D Secure failed")[1], lifeOf(t, "bank debit failed")[1], lifeOf(t, "voucher that runs out")[1],
	} {
		_, body, ok := webhook.Declined(tr, webhook.ErrorContext{})
		require.False(t, ok)
		require.Nil(t, body)
	}
}

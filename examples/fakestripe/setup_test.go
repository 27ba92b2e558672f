package fakestripe_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const setupsPath = "/v1/setup_intents"

func TestSetupIntent(t *testing.T) {
	c := newClient(t, options())
	customer := c.customer()
	si := c.post(setupsPath, "customer", customer, "payment_method_types[]", "card", "usage", "off_session", "metadata[a]", "1").ok().
		is("status", "requires_payment_method", "latest_attempt", nil, "usage", "off_session")
	require.Regexp(t, "^"+si.id()+"_secret_[0-9A-Za-z]{31}$", si.text("client_secret"))
	path := setupsPath + "/" + si.id()
	c.post(path+"/confirm").fails(400, "setup_intent_unexpected_state", "").is("error.setup_intent.id", si.id())
	declined := c.post(path+"/confirm", "payment_method", "pm_card_visa_chargeDeclined").fails(402, "card_declined", "").
		is("error.setup_intent.status", "requires_payment_method", "error.setup_intent.payment_method", nil, "error.decline_code", "generic_decline")
	require.NotEmpty(t, declined.text("error.setup_intent.latest_attempt"))
	done := c.post(path+"/confirm", "payment_method", "pm_card_visa", "expand[]", "payment_method").ok().
		is("status", "succeeded", "payment_method.customer", customer, "last_setup_error", nil)
	attempts := c.get("/v1/setup_attempts", "setup_intent", si.id()).ok().is("data.0.id", done.text("latest_attempt"), "data.0.status", "succeeded", "data.1.status", "failed", "data.2", nil)
	require.Equal(t, declined.text("error.setup_intent.latest_attempt"), attempts.text("data.1.id"))
	c.get("/v1/setup_attempts").fails(400, "parameter_missing", "setup_intent")
	c.get("/v1/setup_attempts", "setup_intent", "seti_x").fails(400, nosuch, "setup_intent")

	c.post(path, "description", "late").ok().is("description", "late")
	c.post(path, "payment_method", "pm_card_visa").fails(400, "setup_intent_unexpected_state", "payment_method")
	c.post(path+"/cancel").fails(400, "setup_intent_unexpected_state", "")
	c.get(setupsPath+"/seti_x").fails(404, nosuch, "intent").is("error.message", "No such setupintent: 'seti_x'")
	require.Equal(t, []string{"customer.created", "setup_intent.created", "setup_intent.setup_failed", "payment_method.attached", "setup_intent.succeeded"}, c.events())
}

func TestSetupAuthentication(t *testing.T) {
	c := newClient(t, options())
	customer := c.customer()
	card := c.post("/v1/payment_methods", "type", "card", "card[number]", "4000002500003155", "card[exp_month]", "1", "card[exp_year]", "2030").ok().id()
	si := c.post(setupsPath, "customer", customer, "payment_method", card, "confirm", "true", "return_url", "https://example.com").ok().
		is("status", "requires_action", "next_action.type", "redirect_to_url")
	c.post("/__act", "intent", si.id()).ok()
	c.get(setupsPath+"/"+si.id()).ok().is("status", "succeeded")
	c.post(intentsPath, "amount", "999", "currency", "usd", "customer", customer, "payment_method", card, "off_session", "true", "confirm", "true").ok().is("status", "succeeded")

	failed := c.post(setupsPath, "payment_method", "pm_card_threeDSecure2Required", "confirm", "true").ok().is("status", "requires_action")
	c.post("/__act", "intent", failed.id(), "outcome", "fail").ok()
	c.get(setupsPath+"/"+failed.id()).ok().is("status", "requires_payment_method", "last_setup_error.code", "setup_intent_authentication_failure")
	c.post(setupsPath+"/"+failed.id()+"/cancel", "cancellation_reason", "abandoned").ok().is("status", "canceled")
	c.get(setupsPath, "customer", customer).ok().is("data.0.id", si.id(), "data.1", nil)
}

func TestSetupBank(t *testing.T) {
	c := newClient(t, options())
	customer := c.customer()
	si := c.post(setupsPath, "customer", customer, "payment_method_types[]", "us_bank_account", "payment_method_data[type]", "us_bank_account",
		"payment_method_data[us_bank_account][account_number]", "000123456789", "payment_method_data[us_bank_account][routing_number]", "110000000",
		"payment_method_data[us_bank_account][account_holder_type]", "individual", "payment_method_data[billing_details][name]", "Jenny Rosen",
		"payment_method_options[us_bank_account][verification_method]", "microdeposits",
		"mandate_data[customer_acceptance][type]", "online", "mandate_data[customer_acceptance][online][ip_address]", "127.0.0.1", "mandate_data[customer_acceptance][online][user_agent]", "curl",
		"confirm", "true").ok().is("status", "requires_action", "next_action.type", "verify_with_microdeposits")
	path := setupsPath + "/" + si.id() + "/verify_microdeposits"
	c.post(path, "descriptor_code", "SM00XX").fails(400, "payment_method_microdeposit_verification_descriptor_code_mismatch", "")
	done := c.post(path, "descriptor_code", "SM11AA").ok()
	c.advance(10 * 24 * 3600e9)
	done = c.get(setupsPath+"/"+done.id()).ok().is("status", "succeeded")
	c.get("/v1/mandates/"+done.text("mandate")).ok().is("object", "mandate", "status", "active")
	c.get("/v1/mandates/mandate_x").fails(404, nosuch, "mandate")
	c.post(path, "descriptor_code", "SM11AA").fails(400, "intent_invalid_state", "")
}

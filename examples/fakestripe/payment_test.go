package fakestripe_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/examples/fakestripe"
)

const intentsPath = "/v1/payment_intents"

func TestManualCapture(t *testing.T) {
	c := newClient(t, options())
	pi := c.post(intentsPath, "amount", "5000", "currency", "usd", "payment_method", "pm_card_visa", "capture_method", "manual", "confirm", "true").ok().
		is("status", "requires_capture", "amount_capturable", 5000, "amount_received", 0)
	require.True(t, strings.HasPrefix(pi.text("payment_method"), "pm_1"), "a test id makes a payment method of its own")
	charge := pi.text("latest_charge")
	c.get("/v1/charges/"+charge).ok().is("captured", false, "paid", true, "balance_transaction", nil)
	c.post(intentsPath+"/"+pi.id()+"/capture", "amount_to_capture", "6000").fails(400, "amount_too_large", "")
	c.post(intentsPath+"/"+pi.id()+"/capture", "amount_to_capture", "0").fails(400, "parameter_invalid_integer", "amount")
	c.post(intentsPath+"/"+pi.id()+"/capture", "amount_to_capture", "3000", "metadata[order]", "7").ok().
		is("status", "succeeded", "amount_received", 3000, "amount_capturable", 0, "metadata.order", "7")
	c.post(intentsPath+"/"+pi.id()+"/capture").fails(400, "payment_intent_unexpected_state", "").is("error.payment_intent.id", pi.id())
	c.get("/v1/charges/"+charge, "expand[]", "balance_transaction").ok().
		is("captured", true, "amount_captured", 3000, "balance_transaction.amount", 3000, "balance_transaction.source", charge)
	require.Equal(t, []string{"payment_intent.created", "charge.succeeded", "payment_intent.amount_capturable_updated", "charge.captured", "payment_intent.succeeded"}, c.events())
}

func TestAuthorizationExpires(t *testing.T) {
	c := newClient(t, options())
	pi := c.post(intentsPath, "amount", "5000", "currency", "usd", "payment_method", "pm_card_visa", "capture_method", "manual", "confirm", "true").ok()
	c.advance(8*24*time.Hour).is("next", nil)
	c.get(intentsPath+"/"+pi.id()).ok().is("status", "canceled", "cancellation_reason", "expired", "amount_capturable", 0)
	c.at("2024-04-10").get(intentsPath+"/"+pi.id()).ok().is("cancellation_reason", "automatic")
	require.Contains(t, c.events(), "charge.expired")
}

func TestAuthentication(t *testing.T) {
	c := newClient(t, fakestripe.Options{PublicURL: "http://127.0.0.1:12111"})
	begin := func(params ...string) answer {
		return c.post(intentsPath, append([]string{"amount", "900", "currency", "eur", "payment_method", "pm_card_threeDSecure2Required", "confirm", "true"}, params...)...).ok().
			is("status", "requires_action", "latest_charge", nil)
	}
	pi := begin().is("next_action.type", "use_stripe_sdk")
	c.post("/__act", "intent", pi.id()).ok()
	c.get(intentsPath+"/"+pi.id()).ok().is("status", "succeeded", "next_action", nil)
	c.post("/__act", "intent", pi.id()).fails(400, "", "")

	pi = begin("return_url", "https://example.com/back").is("next_action.type", "redirect_to_url", "next_action.redirect_to_url.return_url", "https://example.com/back")
	require.True(t, strings.HasPrefix(pi.text("next_action.redirect_to_url.url"), "http://127.0.0.1:12111/"), pi.body)
	c.post("/__act", "intent", pi.id(), "outcome", "fail").ok()
	c.get(intentsPath+"/"+pi.id()).ok().is("status", "requires_payment_method", "payment_method", nil, "last_payment_error.code", "payment_intent_authentication_failure")
	c.post(intentsPath+"/"+pi.id()+"/confirm", "payment_method", "pm_card_visa").ok().is("status", "succeeded", "last_payment_error", nil)

	c.post(intentsPath, "amount", "900", "currency", "eur", "payment_method", "pm_card_threeDSecure2Required", "confirm", "true", "error_on_requires_action", "true").
		fails(402, "authentication_required", "").is("error.decline_code", "authentication_not_handled")
}

func TestUpdate(t *testing.T) {
	c := newClient(t, options())
	pi := c.post(intentsPath, "amount", "1000", "currency", "usd", "metadata[a]", "1", "metadata[b]", "2", "shipping[name]", "Jenny", "shipping[address][line1]", "1 Street").ok().
		is("status", "requires_payment_method", "shipping.name", "Jenny")
	path := intentsPath + "/" + pi.id()
	c.post(path, "metadata[a]", "", "metadata[c]", "3", "amount", "1200", "description", "A shirt").ok().
		is("amount", 1200, "metadata", map[string]any{"b": "2", "c": "3"}, "description", "A shirt")
	c.post(path, "metadata", "", "shipping", "", "description", "").ok().is("metadata", map[string]any{}, "shipping", nil, "description", nil)
	c.post(path, "payment_method", "pm_card_visa").ok().is("status", "requires_confirmation")
	c.post(path, "payment_method", "").ok().is("status", "requires_payment_method", "payment_method", nil)
	c.post(path+"/cancel", "cancellation_reason", "duplicate").ok().is("status", "canceled", "cancellation_reason", "duplicate")
	c.post(path, "amount", "5").fails(400, "payment_intent_unexpected_state", "").is("error.payment_intent.status", "canceled")
	c.post(path+"/cancel").fails(400, "payment_intent_unexpected_state", "")
	require.Equal(t, []string{"payment_intent.created", "payment_intent.canceled"}, c.events(), "an update makes no event")
}

func TestDebit(t *testing.T) {
	c := newClient(t, options())
	customer := c.customer()
	debit := func(method string) answer {
		pm := c.saved(method, customer)
		return c.post(intentsPath, "amount", "7000", "currency", "usd", "customer", customer, "payment_method", pm, "payment_method_types[]", "us_bank_account", "confirm", "true").ok().
			is("status", "processing")
	}
	good, bad := debit("pm_usBankAccount_success"), debit("pm_usBankAccount_insufficientFunds")
	c.get("/v1/charges/"+good.text("latest_charge")).ok().is("status", "pending")
	c.advance(5 * 24 * time.Hour)
	c.get(intentsPath+"/"+good.id()).ok().is("status", "succeeded")
	c.get(intentsPath+"/"+bad.id()).ok().is("status", "requires_payment_method", "last_payment_error.code", "insufficient_funds")
	never := debit("pm_usBankAccount_processing")
	c.post(intentsPath+"/"+never.id()+"/cancel").ok().is("status", "canceled")
}

func TestMicrodeposits(t *testing.T) {
	c := newClient(t, options())
	pi := c.post(intentsPath, "amount", "7000", "currency", "usd", "payment_method", "pm_usBankAccount_failMicrodeposits", "payment_method_types[]", "us_bank_account", "confirm", "true").ok().
		is("status", "requires_action", "next_action.type", "verify_with_microdeposits")
	path := intentsPath + "/" + pi.id() + "/verify_microdeposits"
	c.post(path, "descriptor_code", "SM99ZZ").fails(400, "payment_method_microdeposit_verification_descriptor_code_mismatch", "")
	c.post(path, "amounts[]", "1").fails(400, "payment_method_microdeposit_verification_amounts_invalid", "amounts")
	c.post(path, "descriptor_code", "SM11AA").ok().is("status", "processing")
	c.post(path, "descriptor_code", "SM11AA").fails(400, "intent_invalid_state", "")
}

func TestCashBalance(t *testing.T) {
	c := newClient(t, options())
	customer := c.customer()
	pi := c.post(intentsPath, "amount", "20000", "currency", "jpy", "customer", customer, "payment_method_types[]", "customer_balance", "payment_method_data[type]", "customer_balance",
		"payment_method_options[customer_balance][funding_type]", "bank_transfer", "payment_method_options[customer_balance][bank_transfer][type]", "jp_bank_transfer", "confirm", "true").ok().
		is("status", "requires_action", "next_action.type", "display_bank_transfer_instructions")
	fund := "/v1/test_helpers/customers/" + customer + "/fund_cash_balance"
	c.post(fund, "amount", "15000", "currency", "jpy").ok().is("net_amount", 15000)
	c.get(intentsPath+"/"+pi.id()).ok().is("status", "requires_action", "next_action.display_bank_transfer_instructions.amount_remaining", 5000)
	c.post(fund, "amount", "6000", "currency", "jpy").ok()
	c.get(intentsPath+"/"+pi.id()).ok().is("status", "succeeded", "amount_received", 20000)
	c.get("/v1/customers/"+customer+"/cash_balance").ok().is("available.jpy", 1000)
	require.Contains(t, c.events(), "payment_intent.partially_funded")
	other := c.post(intentsPath, "amount", "800", "currency", "jpy", "customer", customer, "payment_method_types[]", "customer_balance").ok()
	c.post(intentsPath+"/"+other.id()+"/apply_customer_balance").ok().is("status", "succeeded")
	c.get("/v1/customers/"+customer, "expand[]", "cash_balance").ok().is("cash_balance.available.jpy", 200)
	third := c.post(intentsPath, "amount", "800", "currency", "jpy", "customer", customer, "payment_method_types[]", "customer_balance").ok()
	c.post(intentsPath+"/"+third.id()+"/apply_customer_balance").fails(400, "amount_too_large", "amount")
	c.post(fund, "amount", "0", "currency", "jpy").fails(400, "parameter_invalid_integer", "amount")
}

func TestMulticaptureAndIncrement(t *testing.T) {
	c := newClient(t, options())
	pi := c.post(intentsPath, "amount", "5000", "currency", "usd", "payment_method", "pm_card_visa", "capture_method", "manual", "confirm", "true",
		"payment_method_options[card][request_multicapture]", "if_available", "payment_method_options[card][request_incremental_authorization]", "if_available").ok()
	path := intentsPath + "/" + pi.id()
	c.post(path+"/increment_authorization", "amount", "6000").ok().is("amount", 6000, "amount_capturable", 6000)
	c.post(path+"/increment_authorization", "amount", "5").fails(400, "", "amount")
	c.post(path+"/capture", "amount_to_capture", "1000", "final_capture", "false").ok().is("status", "requires_capture", "amount_capturable", 5000, "amount_received", 1000)
	c.post(path+"/capture").ok().is("status", "succeeded", "amount_received", 6000)
}

func TestPublishableKey(t *testing.T) {
	c := newClient(t, options())
	pi := c.post(intentsPath, "amount", "5000", "currency", "usd").ok()
	secret := pi.text("client_secret")
	require.Regexp(t, "^"+pi.id()+"_secret_[0-9A-Za-z]{25}$", secret)
	shop := c.as("pk_test_123")
	path := intentsPath + "/" + pi.id()
	shop.get(path).fails(400, "parameter_missing", "client_secret")
	shop.get(path, "client_secret", secret+"x").fails(400, "", "client_secret")
	seen := shop.get(path, "client_secret", secret).ok().is("status", "requires_payment_method")
	for _, hidden := range []string{"metadata", "customer", "latest_charge", "amount_received", "transfer_data"} {
		require.NotContains(t, seen.json, hidden)
	}
	shop.get("/v1/customers").fails(401, "secret_key_required", "")
	shop.post(intentsPath, "amount", "1", "currency", "usd").fails(401, "secret_key_required", "")
	pm := shop.post("/v1/payment_methods", "type", "card", "card[number]", "4242 4242 4242 4242", "card[exp_month]", "12", "card[exp_year]", "34", "card[cvc]", "123").ok().is("card.exp_year", 2034)
	shop.post(path+"/confirm", "client_secret", secret, "payment_method", pm.id()).ok().is("status", "succeeded")
	manual := c.post(intentsPath, "amount", "5000", "currency", "usd", "confirmation_method", "manual", "payment_method", "pm_card_visa").ok()
	shop.post(intentsPath+"/"+manual.id()+"/confirm", "client_secret", manual.text("client_secret")).fails(400, "secret_key_required", "confirmation_method")
}

func TestReuse(t *testing.T) {
	c := newClient(t, options())
	pm := c.post("/v1/payment_methods", "type", "card", "card[token]", "tok_visa").ok().id()
	pay := func(params ...string) answer {
		return c.post(intentsPath, append([]string{"amount", "900", "currency", "usd", "payment_method", pm, "confirm", "true"}, params...)...)
	}
	pay().ok()
	require.Equal(t, 400, pay().status, "it paid without a customer")
	one, two := c.customer(), c.customer()
	pm = c.saved("pm_card_visa", one)
	pay().fails(400, "parameter_missing", "source")
	pay("customer", two).fails(400, "", "payment_method")
	pay("customer", one).ok()
	pay("customer", one).ok()
	pay("customer", "cus_nope").fails(400, nosuch, "customer")
	c.post("/v1/payment_methods/" + pm + "/detach").ok()
	require.Equal(t, 400, pay("customer", one).status, "it is detached")

	// An intent that was given a method before it was attached knows of it when it confirms.
	pm = c.post("/v1/payment_methods", "type", "card", "card[token]", "tok_visa").ok().id()
	pi := c.post(intentsPath, "amount", "900", "currency", "usd", "payment_method", pm, "customer", one).ok()
	c.saved(pm, one)
	c.post(intentsPath + "/" + pi.id() + "/confirm").ok()
	c.post(intentsPath, "amount", "900", "currency", "usd", "payment_method", pm, "customer", one, "confirm", "true").ok().is("status", "succeeded")
}

func TestSetupFutureUsage(t *testing.T) {
	c := newClient(t, options())
	customer := c.customer()
	pi := c.post(intentsPath, "amount", "900", "currency", "usd", "customer", customer, "setup_future_usage", "off_session", "payment_method", "pm_card_visa", "confirm", "true").ok()
	c.get("/v1/payment_methods/"+pi.text("payment_method")).ok().is("customer", customer)
	c.post(intentsPath, "amount", "950", "currency", "usd", "customer", customer, "payment_method", pi.text("payment_method"), "off_session", "true", "confirm", "true").ok().is("status", "succeeded")
	require.Contains(t, c.events(), "payment_method.attached")
}

func TestDefaultMethod(t *testing.T) {
	c := newClient(t, options())
	customer := c.customer()
	c.post(intentsPath, "amount", "900", "currency", "usd", "customer", customer, "confirm", "true").fails(400, "payment_intent_unexpected_state", "")
	require.Empty(t, c.all(intentsPath), "nothing is made by halves")
	pm := c.saved("pm_card_mastercard", customer)
	c.post("/v1/customers/"+customer, "invoice_settings[default_payment_method]", pm).ok().is("invoice_settings.default_payment_method", pm)
	c.post(intentsPath, "amount", "900", "currency", "usd", "customer", customer, "confirm", "true").ok().is("status", "succeeded", "payment_method", pm)
}

func TestVersions(t *testing.T) {
	c := newClient(t, options())
	c.at("2019-01-01").post(intentsPath, "amount", "900", "currency", "usd").ok().is("status", "requires_source")
	c.at("2022-08-01").post(intentsPath, "amount", "900", "currency", "usd", "payment_method", "pm_card_visa", "confirm", "true").ok().
		is("charges.total_count", 1, "capture_method", "automatic", "automatic_payment_methods", nil, "payment_method_types", []any{"card"})
	c.at("2026-03-25.dahlia").post(intentsPath, "amount", "900", "currency", "usd").ok().
		is("capture_method", "automatic_async", "automatic_payment_methods.enabled", true, "payment_method_types", []any{"card", "link"})
	c.at("2026-09-30.endive").post(intentsPath, "amount", "900", "currency", "usd", "payment_method_types[]", "card").
		fails(400, "payment_method_types_no_longer_supported", "payment_method_types")
	c.at("2026-09-30.endive").post(intentsPath, "amount", "900", "currency", "usd", "allowed_payment_method_types[]", "card").ok().is("payment_method_types", []any{"card"})
	a := c.at("2022-11-15").get("/v1/customers")
	require.Equal(t, "2022-11-15", a.header.Get("Stripe-Version"))
	require.Equal(t, 400, c.at("yesterday").get("/v1/customers").status)
}

func TestSearch(t *testing.T) {
	c := newClient(t, options())
	for _, amount := range []string{"100", "200", "300"} {
		c.post(intentsPath, "amount", amount, "currency", "usd", "metadata[order]", "o"+amount).ok()
	}
	search := func(query string, params ...string) answer {
		return c.get(intentsPath+"/search", append([]string{"query", query}, params...)...)
	}
	search(`metadata["order"]:"o200"`).ok().is("object", "search_result", "data.0.amount", 200, "data.1", nil, "has_more", false)
	search(`amount>100 AND status:"requires_payment_method"`, "limit", "1").ok().is("data.0.amount", 300, "has_more", true, "next_page", "1")
	search(`amount>100`, "limit", "1", "page", "1").ok().is("data.0.amount", 200, "has_more", false, "next_page", nil)
	search(`amount:100 OR amount:300`).ok().is("data.0.amount", 300, "data.1.amount", 100)
	search(`-amount>=200 currency:"usd"`).ok().is("data.0.amount", 100, "data.1", nil)
	for _, bad := range []string{"amount", `metadata["x":1`, "a:1 AND b:2 OR c:3", ":"} {
		search(bad).fails(400, "", "query")
	}
}

package fakestripe_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCustomer(t *testing.T) {
	c := newClient(t, options())
	made := c.post("/v1/customers", "email", "a@example.com", "name", "Six", "metadata[probe]", "s06", "address[city]", "Paris").ok().
		is("object", "customer", "name", "Six", "address.city", "Paris", "invoice_settings.default_payment_method", nil, "metadata.probe", "s06", "livemode", false)
	require.Regexp(t, "^cus_[0-9A-Za-z]{14}$", made.id())
	path := "/v1/customers/" + made.id()
	c.post(path, "name", "Six II", "email", "b@example.com").ok().is("name", "Six II")
	c.get("/v1/events", "type", "customer.updated").ok().is("data.0.data.previous_attributes", map[string]any{"name": "Six", "email": "a@example.com"})
	c.get("/v1/customers", "email", "b@example.com").ok().is("data.0.id", made.id(), "url", "/v1/customers")
	c.get("/v1/customers", "email", "a@example.com").ok().is("data.0", nil)
	c.get("/v1/customers/cus_nope").fails(404, nosuch, "id").is("error.message", "No such customer: 'cus_nope'")
	c.post("/v1/customers", "invoice_settings[nope]", "x").fails(400, "parameter_unknown", "invoice_settings[nope]").is("error.message", "Received unknown parameter: invoice_settings[nope]")

	pm := c.saved("pm_card_visa", made.id())
	c.post(path, "invoice_settings[default_payment_method]", pm).ok()
	c.get(path, "expand[]", "invoice_settings.default_payment_method").ok().is("invoice_settings.default_payment_method.card.last4", "4242")
	c.post(path, "invoice_settings[default_payment_method]", "").ok().is("invoice_settings.default_payment_method", nil)
	c.do("DELETE", path).ok().is("id", made.id(), "deleted", true, "object", "customer")
	c.get(path).ok().is("deleted", true)
	c.post(path, "name", "x").fails(404, nosuch, "id")
	c.do("DELETE", path).fails(404, nosuch, "id")
	c.get("/v1/payment_methods/"+pm).ok().is("customer", nil)
	require.Empty(t, c.all("/v1/customers"))
	require.Equal(t, []string{"customer.created", "customer.updated", "payment_method.attached"}, c.events()[:3])
	require.Contains(t, c.events(), "customer.deleted")

	source := c.post("/v1/customers", "source", "tok_visa").ok()
	require.NotNil(t, source.at("default_source"))
	c.post(intentsPath, "amount", "999", "currency", "usd", "customer", source.id(), "confirm", "true").ok().is("status", "succeeded")
}

func TestPaymentMethods(t *testing.T) {
	c := newClient(t, options())
	customer := c.customer()
	visa := c.post("/v1/payment_methods", "type", "card", "card[token]", "tok_visa").ok().
		is("card.brand", "visa", "card.checks.cvc_check", "unchecked", "customer", nil, "allow_redisplay", "unspecified", "metadata", map[string]any{}).id()
	declined := c.post("/v1/payment_methods", "type", "card", "card[token]", "tok_visa_chargeDeclined").ok().is("card.last4", "0002").id()
	c.post("/v1/payment_methods", "type", "klarna").ok().is("type", "klarna")
	attach := "/v1/payment_methods/" + visa + "/attach"
	c.post(attach).fails(400, "parameter_missing", "").is("error.message", "Must provide customer or customer_account.")
	c.post(attach, "customer", customer).ok().is("customer", customer, "card.checks.cvc_check", "pass")
	c.post(attach, "customer", customer).ok()
	c.post(attach, "customer", c.customer()).fails(400, "", "payment_method")
	c.post("/v1/payment_methods/"+declined+"/attach", "customer", customer).fails(402, "card_declined", "").
		is("error.decline_code", "generic_decline", "error.param", "", "error.type", "card_error", "error.advice_code", "try_again_later")
	c.get("/v1/customers/"+customer+"/payment_methods/"+declined).fails(404, "", "customer").is("error.message", "Invalid request")
	c.get("/v1/customers/"+customer+"/payment_methods/"+visa).ok().is("id", visa)
	c.get("/v1/payment_methods", "customer", "cus_nope").fails(400, nosuch, "customer")
	c.get("/v1/customers/cus_nope/payment_methods", "type", "card").fails(404, nosuch, "id")
	c.get("/v1/payment_methods", "customer", customer, "type", "card", "limit", "5").ok().is("data.0.id", visa, "data.1", nil, "url", "/v1/payment_methods")
	c.get("/v1/payment_methods", "limit", "3").ok().is("data", []any{})
	c.get("/v1/customers/"+customer+"/payment_methods").ok().is("data.0.id", visa, "url", "/v1/customers/"+customer+"/payment_methods")
	c.get("/v1/payment_methods/"+visa, "expand[]", "customer").ok().is("customer.id", customer)
	c.post("/v1/payment_methods/"+visa, "allow_redisplay", "limited", "billing_details[name]", "Six II", "metadata[a]", "b").ok().
		is("allow_redisplay", "limited", "billing_details.name", "Six II", "metadata.a", "b")
	c.get("/v1/payment_methods", "customer", customer, "allow_redisplay", "limited").ok().is("data.0.id", visa)
	c.get("/v1/payment_methods", "customer", customer, "allow_redisplay", "always").ok().is("data", []any{})
	c.post("/v1/payment_methods/"+visa+"/detach").ok().is("customer", nil)
	c.post("/v1/payment_methods/"+visa+"/detach").fails(400, "", "payment_method")
	c.post(attach, "customer", customer).fails(400, "", "payment_method")
	c.get("/v1/events", "type", "payment_method.detached").ok().is("data.0.data.previous_attributes.customer", customer)
	c.get("/v1/payment_methods/pm_x").fails(404, nosuch, "payment_method")
	one, two := c.get("/v1/payment_methods/pm_card_visa").ok(), c.get("/v1/payment_methods/pm_card_visa").ok()
	require.Equal(t, one.at("card"), two.at("card"))
}

func TestRawCards(t *testing.T) {
	c := newClient(t, options())
	enter := func(number, month, year, cvc string) answer {
		return c.post("/v1/payment_methods", "type", "card", "card[number]", number, "card[exp_month]", month, "card[exp_year]", year, "card[cvc]", cvc)
	}
	enter("4242424242424242", "8", "2030", "314").ok().is("card.exp_month", 8)
	enter("378282246310005", "8", "2030", "3141").ok().is("card.brand", "amex")
	enter("4242424242424241", "8", "2030", "314").fails(402, "incorrect_number", "number")
	enter("4111111111111111", "8", "2030", "314").fails(402, "card_declined", "").is("error.decline_code", "test_mode_live_card")
	enter("4242424242424242", "13", "2030", "314").fails(402, "invalid_expiry_month", "exp_month")
	enter("4242424242424242", "8", "2020", "314").fails(402, "invalid_expiry_year", "exp_year")
	enter("4242424242424242", "1", "2026", "314").fails(402, "invalid_expiry_month", "exp_month")
	enter("4242424242424242", "8", "2030", "31").fails(402, "invalid_cvc", "cvc")
	enter("", "8", "2030", "314").fails(400, "parameter_missing", "card")
	c.post("/v1/payment_methods", "type", "gold").fails(400, "", "type")
	c.post("/v1/payment_methods", "card[token]", "tok_nope").fails(400, nosuch, "card[token]")
	c.post("/v1/payment_methods", "type", "sepa_debit").fails(400, "parameter_missing", "sepa_debit[iban]")
	c.post("/v1/payment_methods", "type", "sepa_debit", "sepa_debit[iban]", "AT271904300000055555").fails(400, "sepa_debit_bank_not_supported", "sepa_debit")
	c.post("/v1/payment_methods", "type", "bacs_debit", "bacs_debit[account_number]", "00012345", "bacs_debit[sort_code]", "108800").ok().is("bacs_debit.last4", "2345", "bacs_debit.sort_code", "108800")
	require.Empty(t, c.all("/v1/events"))
}

func TestTokens(t *testing.T) {
	c := newClient(t, options())
	token := c.as("pk_test_1").post("/v1/tokens", "card[number]", "5555555555554444", "card[exp_month]", "1", "card[exp_year]", "2031", "card[cvc]", "123").ok().
		is("object", "token", "used", false, "card.brand", "MasterCard", "card.last4", "4444").id()
	c.post("/v1/payment_methods", "type", "card", "card[token]", token).ok().is("card.brand", "mastercard")
	c.get("/v1/tokens/"+token).ok().is("used", true)
	c.post("/v1/payment_methods", "type", "card", "card[token]", token).fails(400, "token_already_used", "card[token]")
	c.post("/v1/tokens").fails(400, "parameter_missing", "")
	c.get("/v1/tokens/tok_x").fails(404, nosuch, "token")

	ctoken := c.post("/v1/test_helpers/confirmation_tokens", "payment_method_data[type]", "card", "payment_method_data[card][token]", "tok_visa",
		"payment_method_data[billing_details][email]", "a@b.c", "return_url", "https://example.com").ok().
		is("payment_method_preview.card.last4", "4242", "payment_method_preview.billing_details.email", "a@b.c", "return_url", "https://example.com")
	c.get("/v1/confirmation_tokens/"+ctoken.id()).ok().is("id", ctoken.id())
	pi := c.post(intentsPath, "amount", "999", "currency", "usd", "confirm", "true", "confirmation_token", ctoken.id(), "expand[]", "payment_method").ok().is("status", "succeeded")
	pi.is("payment_method.billing_details.email", "a@b.c")
	c.post(intentsPath, "amount", "999", "currency", "usd", "confirm", "true", "confirmation_token", "ctoken_x").fails(400, nosuch, "confirmation_token")
	c.get("/v1/confirmation_tokens/"+ctoken.id()).ok().is("payment_intent", pi.id(), "setup_intent", nil)
	c.post(intentsPath, "amount", "999", "currency", "usd", "confirm", "true", "confirmation_token", ctoken.id()).fails(400, "", "confirmation_token")
	forSetup := c.post("/v1/test_helpers/confirmation_tokens", "payment_method_data[type]", "card", "payment_method_data[card][token]", "tok_chargeDeclined").ok()
	c.post(setupsPath, "confirm", "true", "confirmation_token", forSetup.id(), "return_url", "https://example.com").fails(402, "card_declined", "")
	require.Regexp(t, "^seti_", c.get("/v1/confirmation_tokens/"+forSetup.id()).ok().is("payment_intent", nil).text("setup_intent"))
	old := c.post("/v1/test_helpers/confirmation_tokens", "payment_method", "pm_card_visa").ok()
	c.advance(12 * time.Hour)
	c.post(intentsPath, "amount", "999", "currency", "usd", "confirm", "true", "confirmation_token", old.id()).fails(400, "", "confirmation_token")
	c.post("/v1/test_helpers/confirmation_tokens", "payment_method", "pm_card_visa").ok().is("payment_method_preview.card.last4", "4242")
	c.post("/v1/test_helpers/confirmation_tokens").fails(400, "parameter_missing", "payment_method_data")
}

func TestProducts(t *testing.T) {
	c := newClient(t, options())
	product := c.post("/v1/products", "name", "T-shirt", "metadata[a]", "b").ok().is("active", true, "default_price", nil)
	path := "/v1/products/" + product.id()
	price := c.post("/v1/prices", "currency", "usd", "unit_amount", "2000", "product", product.id(), "lookup_key", "shirt").ok().is("type", "one_time", "unit_amount_decimal", "2000")
	c.post(path, "default_price", price.id(), "description", "Cotton").ok().is("default_price", price.id(), "description", "Cotton")
	c.post(path, "default_price", "price_x").fails(400, nosuch, "default_price")
	c.get("/v1/prices", "lookup_keys[]", "shirt", "expand[]", "data.product").ok().is("data.0.product.name", "T-shirt", "data.1", nil)
	c.post("/v1/prices/"+price.id(), "active", "false", "nickname", "old").ok().is("active", false, "nickname", "old")
	c.post(sessionsPath, "mode", "payment", "success_url", success, "line_items[0][price]", price.id()).fails(400, nosuch, "line_items[0][price]")
	c.do("DELETE", path).fails(400, "", "id")
	other := c.post("/v1/products", "name", "Mug", "id", "mug").ok().is("id", "mug")
	c.post("/v1/products", "name", "Mug", "id", "mug").fails(400, "resource_already_exists", "id")
	c.do("DELETE", "/v1/products/"+other.id()).ok().is("deleted", true)
	c.get("/v1/products").ok().is("data.0.id", product.id(), "data.1", nil)
	c.post("/v1/prices", "currency", "usd", "unit_amount", "-1", "product", product.id()).fails(400, "parameter_invalid_integer", "unit_amount")
	c.post("/v1/prices", "currency", "usd", "unit_amount", "1").fails(400, "parameter_missing", "product")
	c.post("/v1/prices", "currency", "usd", "unit_amount", "1", "product_data[name]", "New").ok()
	c.get("/v1/prices/price_x").fails(404, nosuch, "price")
	c.get("/v1/products/prod_x").fails(404, nosuch, "id")
	require.Len(t, c.all("/v1/products"), 2)
}

package fakestripe_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/examples/fakestripe"
)

const (
	sessionsPath = "/v1/checkout/sessions"
	success      = "https://example.com/ok"
)

func shirt(params ...string) []string {
	return append([]string{
		"mode", "payment", "success_url", success, "line_items[0][price_data][currency]", "usd", "line_items[0][price_data][unit_amount]", "1099",
		"line_items[0][price_data][product_data][name]", "T-shirt", "line_items[0][quantity]", "2",
	}, params...)
}

func (c *client) page(session, method string, params ...string) answer {
	c.Helper()
	return c.post("/v1/payment_pages/"+session+"/confirm", append([]string{"payment_method", method}, params...)...)
}

func TestSessionPays(t *testing.T) {
	c := newClient(t, fakestripe.Options{PublicURL: "http://localhost:1"})
	s := c.post(sessionsPath, shirt("client_reference_id", "ref", "metadata[a]", "1", "expand[]", "line_items")...).ok().
		is("amount_total", 2198, "payment_intent", nil, "status", "open", "payment_status", "unpaid", "line_items.data.0.amount_total", 2198, "client_reference_id", "ref")
	require.Regexp(t, "^cs_test_a1[0-9A-Za-z]{56}$", s.id())
	require.Equal(t, "http://localhost:1/c/pay/"+s.id(), s.text("url"))
	c.get("/v1/payment_pages/"+s.id()).ok().is("id", s.id())
	c.get(sessionsPath+"/"+s.id()+"/line_items").ok().is("data.0.description", "T-shirt", "has_more", false, "url", sessionsPath+"/"+s.id()+"/line_items")

	declined := c.page(s.id(), "pm_card_visa_chargeDeclined").fails(402, "card_declined", "")
	intent := declined.text("error.payment_intent.id")
	c.get(sessionsPath+"/"+s.id()).ok().is("status", "open", "payment_intent", intent)
	c.post(intentsPath+"/"+intent+"/confirm", "payment_method", "pm_card_visa").fails(400, "payment_intent_unexpected_state", "")
	c.post(intentsPath+"/"+intent+"/cancel").fails(400, "payment_intent_unexpected_state", "")
	c.page(s.id(), "pm_card_visa", "expected_amount", "1").fails(400, "", "expected_amount")
	c.page(s.id(), "pm_card_visa", "expected_amount", "2198", "customer_details[email]", "a@example.com").ok().
		is("status", "complete", "payment_status", "paid", "payment_intent", intent, "url", nil, "customer_details.email", "a@example.com")
	require.Equal(t, 400, c.page(s.id(), "pm_card_visa").status)
	c.post(sessionsPath+"/"+s.id()+"/expire").fails(400, "", "").
		is("error.message", "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of `complete`.")
	require.Equal(t, 1, count(c.events(), "checkout.session.completed"))
	e := c.get("/v1/events", "type", "checkout.session.completed").ok().is("data.0.data.object.status", "complete", "data.0.request.id", nil)
	require.NotContains(t, e.at("data.0.data.object"), "line_items")
	c.get(sessionsPath, "status", "complete", "expand[]", "data.payment_intent.latest_charge").ok().is("data.0.payment_intent.latest_charge.amount", 2198)
	c.get(sessionsPath, "payment_intent", intent).ok().is("data.0.id", s.id())
	c.get(sessionsPath, "status", "open").ok().is("data.0", nil)
}

func count(list []string, s string) (n int) {
	for _, one := range list {
		if one == s {
			n++
		}
	}
	return n
}

func TestSessionExpires(t *testing.T) {
	c := newClient(t, options())
	byHand := c.post(sessionsPath, shirt()...).ok()
	c.post(sessionsPath+"/"+byHand.id()+"/expire").ok().is("status", "expired", "url", nil)
	byTime := c.post(sessionsPath, "mode", "setup", "currency", "usd", "success_url", success, "after_expiration[recovery][enabled]", "true").ok()
	c.advance(24 * time.Hour)
	c.get(sessionsPath+"/"+byTime.id()).ok().is("status", "expired")
	c.get(setupsPath+"/"+byTime.text("setup_intent")).ok().is("status", "canceled")
	require.Equal(t, 2, count(c.events(), "checkout.session.expired"))
	require.NotEmpty(t, c.get(sessionsPath+"/"+byTime.id()).text("after_expiration.recovery.url"))
}

func TestSessionDelayed(t *testing.T) {
	c := newClient(t, options())
	for _, iban := range []struct{ number, event, status string }{
		{"AT611904300234573201", "checkout.session.async_payment_succeeded", "paid"}, {"AT861904300235473202", "checkout.session.async_payment_failed", "unpaid"},
	} {
		s := c.post(sessionsPath, "mode", "payment", "success_url", success, "payment_method_types[]", "sepa_debit", "payment_intent_data[setup_future_usage]", "off_session",
			"line_items[0][price_data][currency]", "eur", "line_items[0][price_data][unit_amount]", "1500", "line_items[0][price_data][product_data][name]", "t-shirt", "line_items[0][quantity]", "2").ok()
		pm := c.post("/v1/payment_methods", "type", "sepa_debit", "sepa_debit[iban]", iban.number, "billing_details[email]", "s@example.com", "billing_details[name]", "Jenny").ok()
		c.page(s.id(), pm.id(), "expected_amount", "3000").ok().is("status", "complete", "payment_status", "unpaid", "customer_details.email", "s@example.com")
		c.advance(6 * 24 * time.Hour)
		c.get(sessionsPath+"/"+s.id()).ok().is("payment_status", iban.status)
		require.Equal(t, 1, count(c.events(), iban.event))
	}
}

func TestSessionRefuses(t *testing.T) {
	c := newClient(t, options())
	c.post(sessionsPath, "success_url", success).fails(400, "parameter_missing", "mode")
	c.post(sessionsPath, "mode", "setup", "success_url", success).fails(400, "parameter_missing", "currency")
	c.post(sessionsPath, shirt("expires_at", "1")...).fails(400, "", "expires_at")
	c.post(sessionsPath, shirt("customer", "cus_x")...).fails(400, nosuch, "customer")
	c.post(sessionsPath, shirt("line_items[1][price]", "price_x")...).fails(400, nosuch, "line_items[1][price]")
	c.post(sessionsPath, shirt("line_items[0][nope]", "1")...).fails(400, "parameter_unknown", "line_items[0][nope]")
	c.get(sessionsPath+"/cs_test_x").fails(404, nosuch, "session")
	c.page("cs_test_x", "pm_card_visa").fails(404, nosuch, "session")
	require.Empty(t, c.all(sessionsPath))
	require.Empty(t, c.all(setupsPath))
}

func TestSubscription(t *testing.T) {
	c := newClient(t, options())
	product := c.post("/v1/products", "name", "Pro plan", "default_price_data[currency]", "usd", "default_price_data[unit_amount]", "1900", "default_price_data[recurring][interval]", "month").ok()
	price := product.text("default_price")
	c.get("/v1/prices/"+price, "expand[]", "product").ok().is("type", "recurring", "product.name", "Pro plan", "recurring.interval", "month")
	s := c.post(sessionsPath, "mode", "subscription", "success_url", success, "line_items[0][price]", price).ok().is("amount_total", 1900, "mode", "subscription")
	done := c.page(s.id(), "pm_card_visa").ok().is("status", "complete", "payment_status", "paid")
	require.Regexp(t, "^sub_", done.text("subscription"))
	require.Regexp(t, "^cus_", done.text("customer"))
	c.get("/v1/customers/" + done.text("customer")).ok()
	again := c.post(sessionsPath, "mode", "subscription", "success_url", success, "line_items[0][price]", price).ok()
	c.page(again.id(), "pm_card_visa_chargeDeclined")
	c.get(sessionsPath+"/"+again.id()).ok().is("status", "open", "subscription", nil)
}

func TestEmbedded(t *testing.T) {
	c := newClient(t, options())
	s := c.post(sessionsPath, "mode", "payment", "ui_mode", "embedded_page", "return_url", success, "line_items[0][price_data][currency]", "usd",
		"line_items[0][price_data][unit_amount]", "1000", "line_items[0][price_data][product_data][name]", "x", "line_items[0][quantity]", "1").ok().is("url", nil)
	require.Contains(t, s.text("client_secret"), s.id()+"_secret_")
	lines := c.get(sessionsPath + "/" + s.id() + "/line_items").ok()
	c.post(sessionsPath+"/"+s.id(), "line_items[0][id]", lines.text("data.0.id"), "line_items[0][quantity]", "3", "metadata[a]", "b").ok().is("amount_total", 3000, "metadata.a", "b")
	c.at("2025-09-30.clover").get(sessionsPath+"/"+s.id()).ok().is("ui_mode", "embedded")
}

package fakestripe_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What stripe-go and the fixtures of Stripe's CLI found in examples/conformance.

func TestExpireCharge(t *testing.T) {
	c := newClient(t, options())
	expire := func(charge string) answer { return c.post("/v1/test_helpers/charges/" + charge + "/expire") }
	held := c.post(intentsPath, "amount", "2000", "currency", "usd", "payment_method", "pm_card_visa", "capture_method", "manual", "confirm", "true").ok().is("status", "requires_capture")
	charge := c.get("/v1/charges", "payment_intent", held.id()).ok().text("data.0.id")
	expire(charge).ok().is("id", charge, "captured", false, "amount_captured", 0)
	c.get(intentsPath+"/"+held.id()).ok().is("status", "canceled", "canceled_at", int(c.server.Now().Unix()))
	require.Equal(t, 1, count(c.events(), "charge.expired"))
	require.Equal(t, 400, expire(charge).status, "once")
	require.Equal(t, 400, expire(c.paid("pm_card_visa").text("latest_charge")).status, "it was captured")
	expire("ch_x").fails(404, nosuch, "id")

	alone := c.post("/v1/charges", "amount", "900", "currency", "usd", "source", "tok_visa", "capture", "false").ok()
	expire(alone.id()).ok().is("captured", false)
	c.post("/v1/charges/"+alone.id()+"/capture").fails(400, "charge_already_captured", "")
	require.Equal(t, 2, count(c.events(), "charge.expired"))
	declined := c.post(intentsPath, "amount", "5000", "currency", "usd", "payment_method", "pm_card_visa_chargeDeclined", "confirm", "true").fails(402, "card_declined", "")
	again := c.post(intentsPath+"/"+declined.text("error.payment_intent.id")+"/confirm", "payment_method", "pm_card_visa").ok()
	require.NotEqual(t, declined.text("error.charge"), again.text("latest_charge"))
	require.Equal(t, 400, expire(declined.text("error.charge")).status, "it has failed")
}

// TestMicrodepositsAsked: a caller may want an account verified that would do without.
func TestMicrodepositsAsked(t *testing.T) {
	c := newClient(t, options())
	pay := func(with ...string) answer {
		return c.post(intentsPath, append([]string{"amount", "7000", "currency", "usd", "payment_method_types[]", "us_bank_account", "confirm", "true"}, with...)...).ok()
	}
	pay("payment_method", "pm_usBankAccount_success").is("status", "processing")
	const method = "payment_method_options[us_bank_account][verification_method]"
	pi := pay("payment_method", "pm_usBankAccount_success", method, "microdeposits").is("status", "requires_action", "next_action.type", "verify_with_microdeposits")
	c.post(intentsPath+"/"+pi.id()+"/verify_microdeposits", "descriptor_code", "SM11AA").ok().is("status", "processing")
	customer := c.customer()
	saved := c.saved("pm_usBankAccount_success", customer)
	pay("payment_method", saved, "customer", customer, method, "microdeposits").is("status", "processing") // it was verified when it was saved
}

// TestFailingIBAN pays with the account of the trigger checkout.session.async_payment_failed.
func TestFailingIBAN(t *testing.T) {
	c := newClient(t, options())
	const iban = "IT60X0542811101000000123456"
	pm := c.post("/v1/payment_methods", "type", "sepa_debit", "sepa_debit[iban]", iban, "billing_details[email]", "s@example.com", "billing_details[name]", "Jenny").ok().
		is("sepa_debit.last4", iban[len(iban)-4:], "sepa_debit.country", "IT", "sepa_debit.bank_code", "05428")
	pi := c.post(intentsPath, "amount", "3000", "currency", "eur", "payment_method", pm.id(), "payment_method_types[]", "sepa_debit", "confirm", "true",
		"mandate_data[customer_acceptance][type]", "offline").ok().is("status", "processing")
	c.advance(14 * 24 * time.Hour)
	c.get(intentsPath+"/"+pi.id()).ok().is("status", "requires_payment_method")
}

func TestTransferGroup(t *testing.T) {
	c := newClient(t, options())
	for _, group := range []string{"g1", "g2"} {
		c.paid("pm_card_visa", "transfer_data[destination]", "acct_1ISuLNQK2ZHS99Rk", "transfer_group", group)
	}
	c.advance(time.Hour)
	require.Len(t, c.all("/v1/transfers"), 2)
	c.get("/v1/transfers", "transfer_group", "g1").ok().is("data.0.transfer_group", "g1", "data.1", nil)
	require.Empty(t, c.all("/v1/transfers", "transfer_group", "g3"))
}

// TestDeclared: the shapes that no renderer of package webhook makes are those of the OpenAPI.
func TestDeclared(t *testing.T) {
	c := newClient(t, options())
	token := c.post("/v1/tokens", "card[number]", "4242424242424242", "card[exp_month]", "1", "card[exp_year]", "2034").ok().is("card.regulated_status", "unregulated")
	require.NotContains(t, token.body, "wallet")
	require.NotContains(t, c.post("/v1/products", "name", "n").ok().json, "attributes")
	c.post("/v1/confirmation_tokens", "payment_method", "pm_card_visa").ok().is("metadata", map[string]any{})
}

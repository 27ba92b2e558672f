package fakestripe_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func (c *client) paid(method string, params ...string) answer {
	c.Helper()
	return c.post(intentsPath, append([]string{"amount", "5000", "currency", "usd", "payment_method", method, "confirm", "true", "capture_method", "automatic"}, params...)...).ok()
}

func TestRefunds(t *testing.T) {
	c := newClient(t, options())
	pi := c.paid("pm_card_visa")
	charge := pi.text("latest_charge")
	first := c.post("/v1/refunds", "charge", charge, "amount", "1500", "reason", "duplicate", "metadata[p]", "s05").ok().
		is("amount", 1500, "status", "succeeded", "metadata.p", "s05", "payment_intent", pi.id(), "charge", charge)
	c.post("/v1/refunds", "payment_intent", pi.id(), "amount", "9999").fails(400, "amount_too_large", "amount")
	second := c.post("/v1/refunds", "payment_intent", pi.id()).ok().is("amount", 3500)
	c.post("/v1/refunds", "charge", charge).fails(400, "charge_already_refunded", "")
	c.get("/v1/charges/"+charge, "expand[]", "refunds").ok().
		is("refunded", true, "amount_refunded", 5000, "refunds.data.0.id", second.id(), "refunds.data.1.id", first.id(), "refunds.data.1.metadata.p", "s05")
	c.get(intentsPath+"/"+pi.id(), "expand[]", "latest_charge.refunds.data.balance_transaction").ok().
		is("latest_charge.refunds.data.0.balance_transaction.amount", -3500, "latest_charge.refunds.data.1.balance_transaction.source", first.id(), "status", "succeeded")
	c.get("/v1/refunds", "charge", charge).ok().is("data.0.id", second.id(), "data.1.id", first.id())
	c.get("/v1/refunds", "payment_intent", pi.id(), "limit", "1").ok().is("has_more", true)
	c.get("/v1/charges/"+charge+"/refunds").ok().is("data.1.id", first.id())
	c.post("/v1/refunds/"+first.id(), "metadata[q]", "1").ok().is("metadata", map[string]any{"p": "s05", "q": "1"})
	c.get("/v1/refunds/"+first.id()).ok().is("metadata.q", "1")
	require.Equal(t, 400, c.post("/v1/refunds/"+first.id()+"/cancel").status)
	c.get("/v1/refunds/re_x").fails(404, nosuch, "id")
	c.post("/v1/refunds").fails(400, "parameter_missing", "")
	c.post("/v1/refunds", "charge", "ch_x").fails(400, nosuch, "charge")
	c.post("/v1/refunds", "charge", charge, "reason", "bored").fails(400, "", "reason")
	failed := c.post(intentsPath, "amount", "5000", "currency", "usd", "payment_method", "pm_card_visa_chargeDeclined", "confirm", "true").fails(402, "card_declined", "")
	require.Equal(t, 400, c.post("/v1/refunds", "charge", failed.text("error.charge")).status)
	require.Equal(t, 2, count(c.events(), "refund.created"))
	require.Equal(t, 2, count(c.events(), "charge.refunded"))
}

func TestRefundOutcomes(t *testing.T) {
	c := newClient(t, options())
	pending := c.post("/v1/refunds", "payment_intent", c.paid("pm_card_pendingRefund").id()).ok().is("status", "pending")
	failing := c.post("/v1/refunds", "payment_intent", c.paid("pm_card_refundFail").id()).ok().is("status", "succeeded")
	canceled := c.post("/v1/refunds", "payment_intent", c.paid("pm_card_pendingRefund").id()).ok()
	c.post("/v1/refunds/"+canceled.id()+"/cancel").ok().is("status", "canceled")
	c.post("/v1/refunds/"+canceled.id()+"/cancel").fails(400, "", "")
	expired := c.post("/v1/refunds", "payment_intent", c.paid("pm_card_pendingRefund").id()).ok()
	c.post("/v1/test_helpers/refunds/"+expired.id()+"/expire").ok().is("status", "failed")
	c.post("/v1/test_helpers/refunds/"+failing.id()+"/expire").fails(400, "", "")
	c.advance(time.Minute)
	c.get("/v1/refunds/"+pending.id()).ok().is("status", "succeeded")
	c.get("/v1/refunds/"+failing.id(), "expand[]", "failure_balance_transaction").ok().is("status", "failed", "failure_balance_transaction.amount", 5000)
	c.get("/v1/refunds/"+canceled.id()).ok().is("status", "canceled")
	require.Contains(t, c.events(), "refund.failed")
}

func TestConnect(t *testing.T) {
	c := newClient(t, options())
	pi := c.paid("pm_card_visa", "transfer_data[destination]", "acct_1SNw0AQCmQuvM3Po", "application_fee_amount", "200")
	charge := c.get("/v1/charges/"+pi.text("latest_charge"), "expand[]", "transfer.balance_transaction", "expand[]", "application_fee").ok().
		is("transfer.amount", 5000, "application_fee.amount", 200)
	c.get("/v1/transfers").ok().is("data.0.id", charge.text("transfer.id"), "data.0.destination", "acct_1SNw0AQCmQuvM3Po")
	c.get("/v1/transfers/"+charge.text("transfer.id")).ok().is("source_transaction", charge.id())
	c.get("/v1/transfers", "destination", "acct_other").ok().is("data", []any{})
	c.get("/v1/application_fees", "charge", charge.id()).ok().is("data.0.id", charge.text("application_fee.id"))
	c.get("/v1/application_fees/"+charge.text("application_fee.id")).ok().is("amount", 200)
	c.get("/v1/application_fees/fee_x").fails(404, nosuch, "id")
}

func TestLedger(t *testing.T) {
	c := newClient(t, options())
	pi := c.paid("pm_card_visa")
	refund := c.post("/v1/refunds", "payment_intent", pi.id(), "amount", "100").ok()
	c.get("/v1/balance_transactions").ok().is("data.0.source", refund.id(), "data.0.type", "refund", "data.0.net", -100, "data.1.source", pi.text("latest_charge"), "data.1.type", "charge", "data.2", nil)
	txn := c.get("/v1/balance_transactions", "source", pi.text("latest_charge"), "expand[]", "data.source").ok().is("data.0.source.object", "charge", "data.0.status", "pending")
	c.advance(8 * 24 * time.Hour)
	c.get("/v1/balance_transactions/"+txn.text("data.0.id")).ok().is("status", "available")
	c.get("/v1/balance_transactions/txn_x").fails(404, nosuch, "id")
}

func TestDisputes(t *testing.T) {
	c := newClient(t, options())
	pi := c.paid("pm_card_createDispute")
	charge := c.get("/v1/charges/"+pi.text("latest_charge")).ok().is("disputed", true)
	c.get("/v1/disputes", "charge", charge.id(), "expand[]", "data.charge").ok().is("data.0.reason", "fraudulent", "data.0.charge.id", charge.id())
	dispute := c.get("/v1/disputes").text("data.0.id")
	c.get("/v1/disputes/"+dispute).ok().is("payment_intent", pi.id())
	c.get("/v1/disputes/dp_x").fails(404, nosuch, "dispute")
	require.Contains(t, c.events(), "charge.dispute.created")
}

func TestDirectCharges(t *testing.T) {
	c := newClient(t, options())
	customer := c.customer()
	charge := c.post("/v1/charges", "amount", "900", "currency", "usd", "source", "tok_visa", "capture", "false", "description", "x", "customer", customer).ok().
		is("captured", false, "status", "succeeded", "payment_intent", nil, "customer", customer)
	c.post("/v1/charges/"+charge.id()+"/capture", "amount", "500").ok().is("captured", true, "amount_captured", 500)
	c.post("/v1/charges/"+charge.id()+"/capture").fails(400, "charge_already_captured", "")
	c.post("/v1/charges/"+charge.id()+"/refunds", "amount", "200").ok().is("amount", 200)
	declined := c.post("/v1/charges", "amount", "900", "currency", "usd", "source", "tok_chargeDeclined").fails(402, "card_declined", "")
	c.get("/v1/charges/"+declined.text("error.charge")).ok().is("status", "failed", "failure_code", "card_declined")
	c.post("/v1/charges", "amount", "900", "currency", "usd").fails(400, "parameter_missing", "")
	c.post("/v1/charges", "amount", "1", "currency", "usd", "source", "tok_visa").fails(400, "amount_too_small", "amount")
	held := c.post("/v1/charges", "amount", "900", "currency", "usd", "source", "tok_visa", "capture", "false").ok()
	c.advance(8 * 24 * time.Hour)
	c.get("/v1/charges/" + held.id()).ok()
	c.get("/v1/charges", "customer", customer).ok().is("data.0.id", charge.id(), "data.1", nil)
	require.Contains(t, c.events(), "charge.expired")

	pi := c.paid("pm_card_visa")
	c.post("/v1/charges/"+pi.text("latest_charge"), "metadata[updated_by]", "cli", "description", "y").ok().is("metadata.updated_by", "cli", "description", "y")
	c.get("/v1/events", "type", "charge.updated").ok().is("data.0.data.previous_attributes.description", nil, "data.0.data.object.metadata.updated_by", "cli")
	c.get("/v1/charges", "payment_intent", pi.id()).ok().is("data.0.metadata.updated_by", "cli")
	c.get("/v1/charges", "payment_intent", "pi_x").fails(400, nosuch, "payment_intent")
	c.get("/v1/charges/ch_x").fails(404, nosuch, "id")
}

package webhook_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/webhook"
)

// seedPayload is the event of the page on setup mode, of the API of 2019-03-14 (SEED-3).
const seedPayload = `{"id":"evt_1Ep24XHssDVaQm2PpwS19Yt0","object":"event","api_version":"2019-03-14","created":1561420781,"data":{"object":{` +
	`"id":"cs_test_MlZAaTXUMHjWZ7DcXjusJnDU4MxPalbtL5eYrmS2GKxqscDtpJq8QM0k","object":"checkout.session","billing_address_collection":null,"client_reference_id":null,` +
	`"customer":"","customer_email":null,"display_items":[],"mode":"setup","setup_intent":"seti_1EzVO3HssDVaQm2PJjXHmLlM","submit_type":null,"subscription":null,` +
	`"success_url":"https://example.com/success"}},"livemode":false,"pending_webhooks":1,"request":{"id":null,"idempotency_key":null},"type":"checkout.session.completed"}`

// TestSeedPayload renders a session in setup mode that completed as Stripe did in
// 2019, byte for byte: what is newer is undone, change by change.
func TestSeedPayload(t *testing.T) {
	if page, err := os.ReadFile(filepath.Join("..", "..", "shared", "seeds", "checkout-setup-mode.txt")); err == nil {
		_, sample, ok := strings.Cut(string(page), `{ "id": "evt_`)
		require.True(t, ok)
		var want, got any
		require.NoError(t, json.NewDecoder(strings.NewReader(`{ "id": "evt_`+sample)).Decode(&want))
		require.NoError(t, json.Unmarshal([]byte(seedPayload), &got))
		require.Equal(t, want, got, "it is the page's")
	}
	step := visit{"", opens(checkout.Setup, "", func(c *checkout.Create) {
		c.ID, c.Details = "cs_test_MlZAaTXUMHjWZ7DcXjusJnDU4MxPalbtL5eYrmS2GKxqscDtpJq8QM0k", "success_url=https://example.com/success"
	}), []move{submits("pm_card_visa", "")}}.play(t)[1]
	events := webhook.FromCheckout(step, someRequest, webhook.WithPendingWebhooks(1))
	last := events[len(events)-1]
	s := last.Value().(webhook.CheckoutSession)
	s.Session.Intent = "seti_1EzVO3HssDVaQm2PJjXHmLlM" // the page's; ours is derived
	last.ID, last.Created, last.Object = "evt_1Ep24XHssDVaQm2PpwS19Yt0", 1561420781, s
	require.Equal(t, seedPayload, string(last.Render("2019-03-14")))
	require.NotEqual(t, seedPayload, string(last.Render("2019-05-16")))
	decoded, err := webhook.Decode(last.Render("2019-03-14"))
	require.NoError(t, err)
	require.Equal(t, intents.Version("2019-03-14"), decoded.APIVersion)

	at := func(v intents.Version, o webhook.Object) []string { return leaves(t, o.AppendJSON(nil, v)) }
	s.Session.Details = given("cancel_url=https://example.com/cancel&success_url=https://example.com/success")
	require.Contains(t, at("2019-03-14", s), `cancel_url = "https://example.com/cancel"`, "of another copy of the sample")
	sold := webhook.CheckoutSession{Flow: visitOf(t, "intent made with the session")[0].After}
	require.Subset(t, at("2019-03-14", sold), []string{
		"display_items[0].amount = 1099", `display_items[0].custom.name = "T-shirt"`, "display_items[0].quantity = 1", `payment_intent = "` + sold.Payment.ID + `"`,
	})
	sold.Expand = webhook.ExpandLineItems
	require.Subset(t, at("2020-08-27", sold), []string{`payment_status = "unpaid"`, "line_items.data[0].amount_total = 1099", "shipping = null"})
}

// TestOldSessions are the differences that an integration meets, one by one.
func TestOldSessions(t *testing.T) {
	all := visitOf(t, "everything asked")
	sent := webhook.CheckoutSession{Flow: all[1].After}
	lines := func(v intents.Version, o webhook.Object) []string { return leaves(t, o.AppendJSON(nil, v)) }
	require.Contains(t, lines(intents.VersionBasil, sent), `collected_information.shipping_details.name = "Jenny Rosen"`)
	require.NotContains(t, strings.Join(lines(intents.VersionBasil, sent), "\n"), "\nshipping_details")
	require.Subset(t, lines("2025-02-24.acacia", sent), []string{`shipping_details.name = "Jenny Rosen"`, "shipping_details.carrier = null", `collected_information.shipping_details.name = "Jenny Rosen"`})
	require.NotContains(t, strings.Join(lines("2025-01-27.acacia", sent), "\n"), "collected_information")
	require.Contains(t, lines("2021-01-01", sent), `shipping.address.city = "San Francisco"`)
	for _, tc := range []struct{ visit, old, now string }{{"paid", "hosted", "hosted_page"}, {"embedded", "embedded", "embedded_page"}, {"own form", "custom", "elements"}} {
		s := webhook.CheckoutSession{Flow: visitOf(t, tc.visit)[0].After}
		require.Contains(t, lines("2026-02-25.clover", s), `ui_mode = "`+tc.old+`"`)
		require.Contains(t, lines(intents.VersionDahlia, s), `ui_mode = "`+tc.now+`"`)
	}
	waiting, failed := setupOf(t, "3D Secure by redirect, failed")[0].After, setupOf(t, "declined, then saved")[0].After
	require.Subset(t, lines("2018-11-08", webhook.SetupIntent{Intent: waiting}), []string{
		`status = "requires_source_action"`, `next_source_action.type = "authorize_with_url"`, `allowed_source_types[0] = "card"`,
	})
	require.Contains(t, lines("2018-11-08", webhook.SetupIntent{Intent: failed}), `status = "requires_source"`)
	require.Contains(t, lines(intents.Version20190211, webhook.SetupIntent{Intent: waiting}), `status = "requires_action"`)
	require.Subset(t, lines("2025-01-27.acacia", webhook.SetupIntent{Intent: failed}), []string{`last_setup_error.advice_code = "try_again_later"`, `last_setup_error.network_decline_code = "01"`})
	old := strings.Join(lines("2024-11-20.acacia", webhook.SetupIntent{Intent: failed}), "\n")
	require.NotContains(t, old, "advice_code")
	require.NotContains(t, old, "network_decline_code")
	require.Contains(t, old, `last_setup_error.decline_code = "generic_decline"`)
}

// partyDifferences are the places where a rendering differs from a recording, and why.
var partyDifferences = []struct{ path, why string }{
	{"payment_method_configuration_details", "the account's settings are not known"},
	{"cs_test_a1pqnykLpwIqifhuigHY5z8AB6RTQN4WcgboNotjBVLoF9nM611xBK1o4s.branding_settings.display_name", "the account's name is not known"},
	{"cs_test_c19IuEgPnzxTLYhR3V0C1A4v3mdUNlgB8GtHYCrJlHcRehbpiBVzfxYS3D.branding_settings.display_name", "the account's name is not known"},
}

// TestPartyRecordings renders the SetupIntents and Checkout Sessions that Stripe's
// sandbox was asked for, at the version in which it was asked, and holds the keys, the
// types and the values against its replies.
func TestPartyRecordings(t *testing.T) {
	all := recordings(t)
	session := func(mode checkout.Mode, customer string, types ...intents.PaymentMethodType) webhook.Object {
		jenny, err := intents.NewCustomer(customer, "email=stripe@example.org", "", epoch)
		require.NoError(t, err)
		c := opens(mode, "")
		c.PaymentMethodTypes, c.APIVersion = intents.TypesOf(types...), intents.VersionDahlia
		c.Details = given("cancel_url=http://localhost:3000/?stripe_checkout_session_id={CHECKOUT_SESSION_ID}&customer=" + customer +
			"&success_url=http://localhost:3000/?stripe_checkout_session_id={CHECKOUT_SESSION_ID}")
		if mode == checkout.Payment {
			c.LineItems, err = checkout.NewLineItems(checkout.LineItem{Price: "price_1ILVZaKXBGcbgpbZQ26kgXWG", Currency: "usd", UnitAmount: 1500, Quantity: 1})
			require.NoError(t, err)
		}
		return webhook.CheckoutSession{Flow: visit{"", c, nil}.play(t)[0].After, Payer: jenny}
	}
	intent := func(change ...func(*setupintent.Create)) webhook.Object {
		return webhook.SetupIntent{Intent: setup{"", []setupStep{tell(prepare(change...))}}.play(t)[0].After}
	}
	automatic := func(c *setupintent.Create) { c.AutomaticPaymentMethods = true }
	all2025 := []intents.PaymentMethodType{intents.Card, intents.Bancontact, intents.Ideal, intents.SepaDebit, intents.AcssDebit, intents.Klarna, intents.Link, intents.USBankAccount}
	used := map[string]bool{}
	for id, o := range map[string]webhook.Object{
		"seti_1HMNhGKXBGcbgpbZXdm2AUdb": intent(setting("client_secret=" + setupID + "_secret_x")),
		"seti_1SOMcRKXBGcbgpbZ4ZeBAzTL": intent(setting("client_secret="+setupID+"_secret_x&customer="+payerID), automatic),
		"cs_test_a1pqnykLpwIqifhuigHY5z8AB6RTQN4WcgboNotjBVLoF9nM611xBK1o4s": session(checkout.Payment, "cus_UFHpBbwhH1LAIi",
			intents.Card, intents.AfterpayClearpay, intents.Alipay, intents.Klarna, intents.Link, intents.USBankAccount, intents.WechatPay),
		"cs_test_c19IuEgPnzxTLYhR3V0C1A4v3mdUNlgB8GtHYCrJlHcRehbpiBVzfxYS3D": session(checkout.Setup, "cus_UFHxZJzXeBmqOm", intents.Card, intents.Klarna, intents.Link, intents.USBankAccount),
	} {
		i := slices.IndexFunc(all, func(r recording) bool { return r.Response["id"] == id })
		require.GreaterOrEqual(t, i, 0, "it is recorded")
		if s, ok := o.(webhook.SetupIntent); ok && s.Flags.Has(setupintent.AutomaticPaymentMethods) {
			s.PaymentMethodTypes = intents.TypesOf(all2025...) // the account's
			o = s
		}
		var got any
		require.NoError(t, json.Unmarshal(o.AppendJSON(nil, all[i].Version), &got))
		want := unscrubbed(any(all[i].Response)).(map[string]any)
		made, _ := want["created"].(float64)
		s := shapes{used: map[string]bool{}, made: made}
		s.compare(id, want, got)
		for _, d := range s.diffs {
			known := slices.IndexFunc(partyDifferences, func(known struct{ path, why string }) bool {
				path, _, _ := strings.Cut(d, ": ")
				return path == known.path || strings.HasSuffix(path, "."+known.path)
			})
			if known < 0 {
				t.Error(d)
				continue
			}
			used[partyDifferences[known].path] = true
		}
		for path := range s.used { // those that a PaymentIntent has too
			used[path] = true
		}
	}
	for _, d := range partyDifferences {
		require.True(t, used[d.path], "%s does not differ any more", d.path)
	}
}

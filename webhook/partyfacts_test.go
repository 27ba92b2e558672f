package webhook_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/webhook"
)

// specVersion is the one that the facts' tables of fields are of.
const specVersion intents.Version = "2026-08-26.dahlia"

// presence is the facts' column of the same name, by type (setup-checkout-webhook, 1.3,
// 1.10, 1.11, 2.2, 3.1 and 3.2): what is always there, and what may be.
var presence = map[string]struct{ always, maybe string }{
	"setup_intent": {
		"allowed_payment_method_types application automatic_payment_methods cancellation_reason client_secret created customer description " +
			"excluded_payment_method_types id last_setup_error latest_attempt livemode mandate metadata next_action object on_behalf_of payment_method " +
			"payment_method_configuration_details payment_method_options payment_method_types single_use_mandate status usage " +
			"customer_account flow_directions managed_payments", // the last three may be absent, and are recorded
		"attach_to_self",
	},
	"setup_attempt": {
		"application created customer customer_account flow_directions id livemode object on_behalf_of payment_method payment_method_details setup_error setup_intent status usage",
		"attach_to_self",
	},
	"mandate": {"customer_acceptance id livemode object payment_method payment_method_details status type", "multi_use on_behalf_of single_use"},
	"checkout.session": {
		"adaptive_pricing after_expiration allow_promotion_codes amount_subtotal amount_total automatic_tax billing_address_collection cancel_url client_reference_id " +
			"client_secret collected_information consent consent_collection created currency currency_conversion custom_fields custom_text customer customer_account " +
			"customer_creation customer_details customer_email discounts expires_at id integration_identifier invoice invoice_creation livemode locale managed_payments " +
			"metadata mode object origin_context payment_intent payment_link payment_method_collection payment_method_configuration_details payment_method_options " +
			"payment_method_types payment_status permissions recovered_from saved_payment_method_options setup_intent shipping_address_collection shipping_cost " +
			"shipping_options status submit_type subscription success_url total_details ui_mode url wallet_options " +
			"branding_settings phone_number_collection", // the last two may be absent, and are recorded
		"excluded_payment_method_types line_items name_collection optional_items redirect_on_completion return_url tax_id_collection",
	},
	"item": {
		"amount_discount amount_subtotal amount_tax amount_total currency id object adjustable_quantity description metadata price quantity", "",
	},
	"customer": {
		"balance created default_source description email id invoice_settings livemode metadata object shipping " +
			"address currency customer_account delinquent discount invoice_prefix name next_invoice_sequence phone preferred_locales tax_exempt test_clock", // recorded
		"business_name individual_name",
	},
	"payment_method": {"allow_redisplay billing_details created customer customer_account id livemode metadata object type", "card sepa_debit us_bank_account"},
}

// addParties adds what setups, visits and customers show, by type.
func addParties(t *testing.T, all map[string][]webhook.Object) {
	t.Helper()
	add := func(name string, o webhook.Object) { all[name] = append(all[name], o) }
	for _, l := range setups {
		for _, tr := range l.play(t) {
			add("setup_intent", webhook.SetupIntent{Intent: tr.After})
			if tr.After.Attempts > 0 {
				add("setup_attempt", webhook.SetupAttemptOf(tr.After))
			}
			if tr.After.Mandate != "" {
				add("mandate", webhook.Mandate{Of: tr.After})
			}
			add("payment_method", webhook.PaymentMethod{PaymentMethod: tr.After.PaymentMethod})
		}
	}
	for _, l := range visits {
		for _, s := range l.play(t) {
			add("checkout.session", webhook.CheckoutSession{Flow: s.After})
			for _, item := range webhook.LineItemsOf(s.After.Session) {
				add("item", item)
			}
		}
	}
	named, err := intents.NewCustomer("cus_1", given("address[city]=Oslo&business_name=B&individual_name=I&preferred_locales[0]=en&shipping[name]=N"), "", epoch)
	require.NoError(t, err)
	add("customer", webhook.Customer{Customer: payer()})
	add("customer", webhook.Customer{Customer: named})
}

// TestPresence holds what is there against the facts: all that is always there, and
// nothing that is not declared. What may be absent is seen both ways.
func TestPresence(t *testing.T) {
	all := map[string][]webhook.Object{}
	addParties(t, all)
	for _, s := range visitOf(t, "paid") {
		all["checkout.session"] = append(all["checkout.session"], webhook.CheckoutSession{Flow: s.After, Expand: webhook.ExpandLineItems})
	}
	for name, want := range presence {
		always, maybe := strings.Fields(want.always), strings.Fields(want.maybe)
		seen := map[string]int{}
		n := 0
		for _, o := range all[name] {
			body := o.AppendJSON(nil, specVersion)
			if string(body) == "null" {
				continue
			}
			n++
			var fields map[string]any
			require.NoError(t, json.Unmarshal(body, &fields))
			require.Equal(t, name, fields["object"])
			for _, key := range always {
				require.Contains(t, fields, key, name)
			}
			for _, key := range slices.Sorted(maps.Keys(fields)) {
				require.True(t, slices.Contains(always, key) || slices.Contains(maybe, key), "%s: %s is not declared", name, key)
				seen[key]++
			}
		}
		require.NotZero(t, n, name)
		for _, key := range maybe {
			require.True(t, 0 < seen[key] && seen[key] < n, "%s: %s is there %d of %d times", name, key, seen[key], n)
		}
	}
	require.Len(t, append(strings.Fields(presence["setup_intent"].always), strings.Fields(presence["setup_intent"].maybe)...), 29)
	// Of the 68 of a session only presentment_details is not modelled.
	require.Len(t, append(strings.Fields(presence["checkout.session"].always), strings.Fields(presence["checkout.session"].maybe)...), 67)
	session := visitOf(t, "paid")[0].After
	require.Contains(t, leaves(t, webhook.CheckoutSession{Flow: session}.AppendJSON(nil, "")), "allowed_payment_method_types = null", "one more since endive")
}

// TestReference are the values of facts 2.13, and those that the facts give of a
// session's two ends.
func TestReference(t *testing.T) {
	show := func(f checkout.Flow) []string {
		return leaves(t, webhook.CheckoutSession{Flow: f}.AppendJSON(nil, specVersion))
	}
	paid, saved := visitOf(t, "declined, then paid"), visitOf(t, "saved by the customer")
	require.Subset(t, show(paid[0].After), []string{
		"after_expiration = null", "amount_subtotal = 1099", "amount_total = 1099", "automatic_tax.enabled = false", "automatic_tax.liability = null", "automatic_tax.status = null",
		`currency = "usd"`, "custom_fields = []", "customer = null", `customer_creation = "if_required"`, "customer_details = null", "expires_at = 1762885582",
		"invoice_creation.enabled = false", "locale = null", "metadata = {}", "payment_intent = null", `payment_status = "unpaid"`, "phone_number_collection.enabled = false",
		"setup_intent = null", "shipping_options = []", `status = "open"`, "total_details.amount_tax = 0", `ui_mode = "hosted_page"`,
		`url = "https://checkout.stripe.com/c/pay/` + sessionID + `"`,
	})
	tried := show(paid[1].After)
	require.Subset(t, tried, []string{`payment_intent = "` + paid[1].After.Payment.ID + `"`, `status = "open"`, `payment_status = "unpaid"`})
	require.Subset(t, show(paid[3].After), []string{`status = "complete"`, `payment_status = "paid"`, "url = null", `success_url = "https://example.com/?id={CHECKOUT_SESSION_ID}"`})
	require.Subset(t, show(saved[1].After), []string{
		"total_details = null", `customer = "` + saved[1].After.Session.Customer() + `"`, `customer_creation = "always"`, "customer_details.address = null",
		`customer_details.email = "jenny@example.com"`, `customer_details.name = "Jenny Rosen"`, "customer_details.phone = null", "customer_details.tax_exempt = null",
		"customer_details.tax_ids = []", "discounts = null", "invoice_creation = null", "payment_intent = null", `payment_method_collection = "always"`,
		`payment_status = "no_payment_required"`, "saved_payment_method_options = null", `setup_intent = "` + saved[1].After.Setup.ID + `"`, `status = "complete"`, "url = null",
	})
	over := show(visitOf(t, "expired by the merchant")[2].After)
	require.Subset(t, over, []string{
		`status = "expired"`, "url = null", "after_expiration.recovery.enabled = true", `after_expiration.recovery.url = "https://checkout.stripe.com/r/` + sessionID + `"`,
		`customer_details.email = "jenny@example.com"`,
	})
	confirming, err := paid[0].After.Apply(checkout.Submit{PaymentMethod: method("pm_card_visa")}, epoch)
	require.NoError(t, err)
	require.Contains(t, show(confirming.After), `status = "open"`, "an attempt under way is not told")
}

// TestCardOfSetup is a card before and after: REC-10.
func TestCardOfSetup(t *testing.T) {
	card := func(pm intents.PaymentMethod) string {
		return text(t, webhook.PaymentMethod{PaymentMethod: pm}, "card", "checks", "cvc_check")
	}
	fresh := method("pm_card_visa")
	attached, err := fresh.Attach(payerID)
	require.NoError(t, err)
	detached, err := attached.Detach()
	require.NoError(t, err)
	told := fresh
	told.Details, err = fresh.Details.With("cvc_check", "fail")
	require.NoError(t, err)
	require.Equal(t, []string{"unchecked", "pass", "pass", "fail"}, []string{card(fresh), card(attached), card(detached), card(told)})
	shown := fresh
	shown.Details = fresh.Details.Merge(given("allow_redisplay=limited&created=1700000000&metadata[1]=one&metadata[a]=b \"c\""))
	require.Subset(t, leaves(t, webhook.PaymentMethod{PaymentMethod: shown, Created: 5}.AppendJSON(nil, "")), []string{
		`allow_redisplay = "limited"`, "created = 1700000000", `metadata.1 = "one"`, `metadata.a = "b "c""`,
	})
}

// TestSetupExpand says what the paths of a request's expand[] show.
func TestSetupExpand(t *testing.T) {
	saved, debit, once := setupOf(t, "saved at once")[0].After, setupOf(t, "bank account")[1].After, setupOf(t, "single use")[1].After
	session, sold := visitOf(t, "saved for a customer")[1].After, visitOf(t, "paid")[1].After
	attached, err := method("pm_card_visa").Attach(payerID)
	require.NoError(t, err)
	preferring, err := payer().SetDefault(attached)
	require.NoError(t, err)
	for _, tc := range []struct {
		object, path, want string
		of                 func(e webhook.Expand) webhook.Object
	}{
		{"setup_intent", "customer", `customer.email = "jenny@example.com"`, func(e webhook.Expand) webhook.Object {
			return webhook.SetupIntent{Intent: saved, Expand: e, Payer: payer()}
		}},
		{"setup_intent", "latest_attempt", `latest_attempt.payment_method = "pm_card_visa"`, func(e webhook.Expand) webhook.Object { return webhook.SetupIntent{Intent: saved, Expand: e} }},
		{"setup_intent", "latest_attempt.payment_method", `latest_attempt.payment_method.customer = "` + payerID + `"`, func(e webhook.Expand) webhook.Object { return webhook.SetupIntent{Intent: saved, Expand: e} }},
		{"setup_intent", "payment_method", `payment_method.card.last4 = "4242"`, func(e webhook.Expand) webhook.Object { return webhook.SetupIntent{Intent: saved, Expand: e} }},
		{"setup_intent", "mandate", `mandate.type = "multi_use"`, func(e webhook.Expand) webhook.Object { return webhook.SetupIntent{Intent: debit, Expand: e} }},
		{"setup_intent", "mandate.payment_method", `mandate.payment_method.type = "us_bank_account"`, func(e webhook.Expand) webhook.Object { return webhook.SetupIntent{Intent: debit, Expand: e} }},
		{"setup_intent", "single_use_mandate", "single_use_mandate.single_use.amount = 500", func(e webhook.Expand) webhook.Object { return webhook.SetupIntent{Intent: once, Expand: e} }},
		{"setup_attempt", "customer", `customer.name = "Jenny Rosen"`, func(e webhook.Expand) webhook.Object {
			a := webhook.SetupAttemptOf(saved)
			a.Expand, a.Payer = e, payer()
			return a
		}},
		{"setup_attempt", "payment_method", `payment_method.object = "payment_method"`, func(e webhook.Expand) webhook.Object {
			a := webhook.SetupAttemptOf(saved)
			a.Expand = e
			return a
		}},
		{"mandate", "payment_method", `payment_method.us_bank_account.last4 = "6789"`, func(e webhook.Expand) webhook.Object { return webhook.Mandate{Of: debit, Expand: e} }},
		{"checkout.session", "customer", `customer.metadata.plan = "gold"`, func(e webhook.Expand) webhook.Object {
			return webhook.CheckoutSession{Flow: session, Expand: e, Payer: payer()}
		}},
		{"checkout.session", "setup_intent", `setup_intent.payment_method = "pm_card_visa"`, func(e webhook.Expand) webhook.Object { return webhook.CheckoutSession{Flow: session, Expand: e} }},
		{"checkout.session", "setup_intent.payment_method", `setup_intent.payment_method.customer = "` + payerID + `"`, func(e webhook.Expand) webhook.Object { return webhook.CheckoutSession{Flow: session, Expand: e} }},
		{"checkout.session", "setup_intent.latest_attempt.payment_method", `setup_intent.latest_attempt.payment_method.type = "card"`, func(e webhook.Expand) webhook.Object { return webhook.CheckoutSession{Flow: session, Expand: e} }},
		{"checkout.session", "payment_intent.latest_charge.balance_transaction", "payment_intent.latest_charge.balance_transaction = null", func(e webhook.Expand) webhook.Object { return webhook.CheckoutSession{Flow: sold, Expand: e} }},
		{"checkout.session", "line_items", "line_items.data[0].price.unit_amount = 1099", func(e webhook.Expand) webhook.Object { return webhook.CheckoutSession{Flow: sold, Expand: e} }},
		{"payment_intent", "customer", `customer.invoice_prefix = "FAFY5YJ2"`, func(e webhook.Expand) webhook.Object {
			return webhook.PaymentIntent{Intent: sold.Payment, Expand: e, Payer: payer()}
		}},
		{"payment_method", "customer", `customer.object = "customer"`, func(e webhook.Expand) webhook.Object {
			return webhook.PaymentMethod{PaymentMethod: attached, Expand: e, Payer: payer()}
		}},
		{"customer", "invoice_settings.default_payment_method", `invoice_settings.default_payment_method.id = "pm_card_visa"`, func(e webhook.Expand) webhook.Object {
			return webhook.Customer{Customer: preferring, Expand: e, DefaultMethod: attached}
		}},
	} {
		e, err := webhook.ParseExpand(tc.object, tc.path)
		require.NoError(t, err, tc.path)
		require.Contains(t, leaves(t, tc.of(e).AppendJSON(nil, "")), tc.want, tc.path)
		if !strings.HasSuffix(tc.want, " = null") {
			require.NotContains(t, leaves(t, tc.of(0).AppendJSON(nil, "")), tc.want, tc.path)
		}
	}
	for _, bad := range [][2]string{
		{"setup_intent", "setup_intent"}, {"checkout.session", "setup_intent.x"}, {"checkout.session", "payment_method"}, {"customer", "x"}, {"setup_intent", "latest_attempt."}, {"mandate", ""},
	} {
		_, err := webhook.ParseExpand(bad[0], bad[1])
		require.Equal(t, "expand", paramOf(t, err))
	}
	// A customer who is another is not shown, nor an intent.
	other := payer()
	other.ID = "cus_2"
	require.Contains(t, leaves(t, webhook.SetupIntent{Intent: saved, Expand: webhook.ExpandCustomer, Payer: other}.AppendJSON(nil, "")), `customer = "`+payerID+`"`)
	session.Setup.ID = "seti_2"
	require.Contains(t, leaves(t, webhook.CheckoutSession{Flow: session, Expand: webhook.ExpandSetupIntent}.AppendJSON(nil, "")), `setup_intent = "`+session.Session.SetupIntent()+`"`)
	gone, err := payer().Delete()
	require.NoError(t, err)
	require.Contains(t, leaves(t, webhook.SetupIntent{Intent: saved, Expand: webhook.ExpandCustomer, Payer: gone}.AppendJSON(nil, "")), "customer.deleted = true")
	require.Equal(t, `{"id":"`+payerID+`","object":"customer","deleted":true}`, string(webhook.Customer{Customer: gone}.AppendJSON(nil, "")))
}

// TestManyLines shows the first page of the lines of a session.
func TestManyLines(t *testing.T) {
	var lines []checkout.LineItem
	for range 12 {
		lines = append(lines, checkout.LineItem{Name: "Sticker", Currency: "usd", UnitAmount: 100, Quantity: 1, Interval: "week"})
	}
	s := visitOf(t, "subscribed")[0].After
	var err error
	s.Session.LineItems, err = checkout.NewLineItems(lines...)
	require.NoError(t, err)
	all := leaves(t, webhook.CheckoutSession{Flow: s, Expand: webhook.ExpandLineItems}.AppendJSON(nil, ""))
	require.Subset(t, all, []string{"line_items.has_more = true", `line_items.data[9].price.recurring.interval = "week"`, `line_items.url = "/v1/checkout/sessions/` + sessionID + `/line_items"`})
	require.NotContains(t, strings.Join(all, "\n"), "line_items.data[10]")
	require.Len(t, webhook.LineItemsOf(s.Session), 12)
}

// TestNoParty renders what does not exist.
func TestNoParty(t *testing.T) {
	for _, o := range []webhook.Object{
		webhook.SetupIntent{},
		webhook.SetupAttempt{},
		webhook.SetupAttemptOf(setupintent.Intent{}),
		webhook.Mandate{},
		webhook.Customer{},
		webhook.CheckoutSession{},
		webhook.Mandate{Of: setupOf(t, "saved at once")[0].After},
	} {
		require.Equal(t, "xnull", string(o.AppendJSON([]byte("x"), "")), "%T", o)
	}
	require.Nil(t, webhook.FromSetupIntent(setupintent.Transition{}))
	require.Nil(t, webhook.FromCheckout(checkout.Step{}))
	for _, m := range []json.Marshaler{
		webhook.SetupIntent{}, webhook.SetupAttempt{}, webhook.Mandate{}, webhook.Customer{}, webhook.CheckoutSession{},
	} {
		b, err := m.MarshalJSON()
		require.NoError(t, err)
		require.Equal(t, "null", string(b), "%T", m)
	}
	b, err := webhook.LineItem{N: 1}.MarshalJSON()
	require.NoError(t, err)
	leaves(t, b)
}

// TestMandates shows the mandate of each type of payment method that has one, and of
// those that have no member of their own (SPEC, mandate_payment_method_details).
func TestMandates(t *testing.T) {
	s := setupOf(t, "bank account")[1].After
	for name, want := range map[string]string{
		"acss_debit":      `payment_method_details.acss_debit.payment_schedule = "sporadic"`,
		"amazon_pay":      "payment_method_details.amazon_pay = {}",
		"au_becs_debit":   `payment_method_details.au_becs_debit.url = "https://payments.stripe.com/mandate/` + s.Mandate + `"`,
		"bacs_debit":      `payment_method_details.bacs_debit.network_status = "accepted"`,
		"bancontact":      `payment_method_details.type = "bancontact"`,
		"ideal":           `payment_method_details.type = "ideal"`,
		"paypal":          "payment_method_details.paypal.payer_id = null",
		"sepa_debit":      `payment_method_details.sepa_debit.url = "https://payments.stripe.com/mandate/` + s.Mandate + `"`,
		"upi":             "payment_method_details.upi.amount = null",
		"us_bank_account": "payment_method_details.us_bank_account = {}",
	} {
		kind, err := intents.ParsePaymentMethodType(name)
		require.NoError(t, err)
		s.PaymentMethod.Type = kind
		all := leaves(t, webhook.Mandate{Of: s}.AppendJSON(nil, ""))
		require.Subset(t, all, []string{want, `payment_method_details.type = "` + name + `"`, `status = "active"`, `type = "multi_use"`, "multi_use = {}"})
	}
	accepted := func(details intents.Pairs) []string {
		s.Details = details
		return leaves(t, webhook.Mandate{Of: s}.AppendJSON(nil, ""))
	}
	require.Subset(t, accepted(""), []string{"customer_acceptance.accepted_at = 1762799182", `customer_acceptance.type = "online"`, "customer_acceptance.online.ip_address = null"})
	require.Subset(t, accepted(given("mandate_data[customer_acceptance][accepted_at]=7&mandate_data[customer_acceptance][type]=offline")), []string{
		"customer_acceptance.accepted_at = 7", "customer_acceptance.offline = {}", `customer_acceptance.type = "offline"`,
	})
	require.Contains(t, accepted(given("mandate_data[customer_acceptance][online][ip_address]=127.0.0.1&mandate_data[customer_acceptance][type]=online")), `customer_acceptance.online.ip_address = "127.0.0.1"`)
	s.PaymentMethod.Type = intents.AcssDebit
	require.Subset(t, accepted(given("payment_method_options[acss_debit][mandate_options][payment_schedule]=interval&payment_method_options[acss_debit][mandate_options][transaction_type]=business")), []string{
		`payment_method_details.acss_debit.payment_schedule = "interval"`, `payment_method_details.acss_debit.transaction_type = "business"`,
	})
}

// TestAsked shows what a caller asked for, in a session, a SetupIntent and a customer.
func TestAsked(t *testing.T) {
	f := visitOf(t, "paid")[0].After
	f.Session.PaymentMethodTypes = intents.TypesOf(intents.Boleto, intents.Card, intents.Klarna, intents.USBankAccount)
	for details, want := range map[string]string{
		"automatic_tax[enabled]=true":                                       `automatic_tax.liability.type = "self"`,
		"allow_promotion_codes=false":                                       "allow_promotion_codes = false",
		"consent_collection[payment_method_reuse_agreement][position]=auto": `consent_collection.payment_method_reuse_agreement.position = "auto"`,
		"discounts[0][promotion_code]=promo_1":                              `discounts[0].promotion_code = "promo_1"`,
		"invoice_creation[invoice_data][account_tax_ids][0]=txi_1":          `invoice_creation.invoice_data.account_tax_ids[0] = "txi_1"`,
		"managed_payments[enabled]=true":                                    "managed_payments.enabled = true",
		"optional_items[0][adjustable_quantity][enabled]=true&optional_items[0][adjustable_quantity][maximum]=9&optional_items[0][price]=p": "optional_items[0].adjustable_quantity.maximum = 9",
		"optional_items[0][price]=p&optional_items[1][price]=q":                                                                             `optional_items[1].price = "q"`,
		"payment_method_options[klarna][setup_future_usage]=none":                                                                           `payment_method_options.klarna.setup_future_usage = "none"`,
		"payment_method_configuration=pmc_1":                                                                                                `payment_method_configuration_details.id = "pmc_1"`,
		"shipping_options[0][shipping_rate]=shr_1&shipping_options[1][shipping_rate]=shr_2":                                                 `shipping_options[1].shipping_rate = "shr_2"`,
		"x=1": "payment_method_options.boleto.expires_after_days = 3",
	} {
		f.Session.Details = given(details)
		require.Contains(t, leaves(t, webhook.CheckoutSession{Flow: f}.AppendJSON(nil, "")), want, details)
	}
	f.Session.Details = given("shipping_options[0][shipping_rate]=shr_1")
	require.Contains(t, leaves(t, webhook.CheckoutSession{Flow: f}.AppendJSON(nil, "")), `shipping_cost.shipping_rate = "shr_1"`)
	f.Session.Details, f.Session.Shipping = "", 500
	require.Subset(t, leaves(t, webhook.CheckoutSession{Flow: f}.AppendJSON(nil, "")), []string{"shipping_cost.amount_total = 500", "shipping_cost.shipping_rate = null"})

	s := setupOf(t, "automatic")[0].After
	s.PaymentMethodTypes = intents.TypesOf(intents.AcssDebit, intents.Card)
	s.Details = given("payment_method_options[acss_debit][verification_method]=instant&payment_method_options[card][mandate_options][amount]=5&payment_method_options[card][request_three_d_secure]=any")
	require.Subset(t, leaves(t, webhook.SetupIntent{Intent: s}.AppendJSON(nil, "")), []string{
		`payment_method_options.acss_debit.verification_method = "instant"`, "payment_method_options.card.mandate_options.amount = 5",
		"payment_method_options.card.mandate_options.end_date = null", `payment_method_options.card.request_three_d_secure = "any"`, `automatic_payment_methods.allow_redirects = "always"`,
		`usage = "on_session"`, "livemode = true",
	})
	s.Flags |= setupintent.NoRedirects
	require.Contains(t, leaves(t, webhook.SetupIntent{Intent: s}.AppendJSON(nil, "")), `automatic_payment_methods.allow_redirects = "never"`)

	c := payer()
	c.Details = given("description=address[city] shipping[name]&email=a")
	require.Subset(t, leaves(t, webhook.Customer{Customer: c}.AppendJSON(nil, "")), []string{"address = null", "shipping = null", `description = "address[city] shipping[name]"`})

	wrong := setup{"", []setupStep{setUp(prepare(), usePM("pm_card_chargeDeclinedIncorrectCvc"))}}.play(t)[0].After
	require.Contains(t, leaves(t, webhook.SetupAttemptOf(wrong).AppendJSON(nil, "")), `payment_method_details.card.checks.cvc_check = "fail"`)
	require.Contains(t, leaves(t, webhook.SetupAttemptOf(setupOf(t, "saved with 3D Secure")[0].After).AppendJSON(nil, "")), "payment_method_details.card.checks.cvc_check = null")
	require.Contains(t, leaves(t, webhook.SetupAttemptOf(setupOf(t, "saved at once")[0].After).AppendJSON(nil, "")), `payment_method_details.card.checks.cvc_check = "pass"`)
}

// TestAttachedByPayment says when a PaymentIntent makes a payment method the customer's
// own: with setup_future_usage and a customer, as soon as there is a charge, and once.
func TestAttachedByPayment(t *testing.T) {
	const saving = "customer=" + payerID + "&setup_future_usage=off_session"
	told := func(steps ...step) string {
		var all []string
		for _, tr := range (life{"", steps}).play(t) {
			all = append(all, strings.Join(types(webhook.FromPaymentIntent(tr)), " "))
		}
		return strings.Join(all, " | ")
	}
	require.Equal(t, "payment_intent.created charge.succeeded payment_method.attached payment_intent.succeeded | charge.updated",
		told(pay(start(carrying(saving)), confirm("pm_card_visa")), owed(3*time.Second)))
	require.Equal(t, "payment_intent.created charge.succeeded payment_method.attached payment_intent.amount_capturable_updated | charge.captured payment_intent.succeeded",
		told(pay(start(manually, carrying(saving)), confirm("pm_card_visa")), ask(paymentintent.Capture{}).later(time.Hour)))
	require.Equal(t, "payment_intent.created payment_method.attached payment_intent.processing charge.pending | charge.succeeded payment_intent.succeeded",
		told(pay(start(of(intents.USBankAccount), carrying(saving)), confirm("pm_usBankAccount_success")), owed(4*day)))
	require.Equal(t, "payment_intent.created charge.failed payment_intent.payment_failed",
		told(pay(start(carrying(saving)), confirm("pm_card_chargeDeclined"))))
	theirs := method("pm_card_visa")
	theirs.Customer = payerID
	require.Equal(t, "payment_intent.created charge.succeeded payment_intent.succeeded",
		told(pay(start(carrying(saving)), paymentintent.Confirm{PaymentMethod: theirs})))
	require.Equal(t, "payment_intent.created charge.succeeded payment_intent.succeeded",
		told(pay(start(carrying("setup_future_usage=off_session")), confirm("pm_card_visa"))), "nobody to attach it to")
}

// TestGivenOptions says what stands beside an option that was given, of a type of which
// nothing stands there else (SPEC-SDK), and what a session leaves out of it.
func TestGivenOptions(t *testing.T) {
	f := visitOf(t, "paid")[0].After
	f.Session.PaymentMethodTypes = intents.TypesOf(intents.AcssDebit, intents.Card, intents.CustomerBalance, intents.Klarna, intents.Konbini, intents.Paypal, intents.Pix, intents.Swish)
	s := setupOf(t, "abandoned")[0].After
	s.PaymentMethodTypes = intents.TypesOf(intents.AcssDebit, intents.Klarna, intents.Paypal)
	options := func(o webhook.Object) (shown []string) {
		for _, line := range leaves(t, o.AppendJSON(nil, "")) {
			if rest, ok := strings.CutPrefix(line, "payment_method_options."); ok {
				shown = append(shown, rest)
			}
		}
		return shown
	}
	f.Session.Details = given("x=1")
	require.Equal(t, []string{`card.request_three_d_secure = "automatic"`}, options(webhook.CheckoutSession{Flow: f}))
	f.Session.Details = given("payment_method_options[card][installments][enabled]=true&payment_method_options[customer_balance][bank_transfer][type]=us_bank_transfer&" +
		"payment_method_options[konbini][setup_future_usage]=none&payment_method_options[paypal][capture_method]=manual&payment_method_options[pix][setup_future_usage]=none&" +
		"payment_method_options[swish][reference]=r")
	require.Equal(t, []string{
		"card.installments.enabled = true", `card.request_three_d_secure = "automatic"`, `customer_balance.bank_transfer.type = "us_bank_transfer"`, "customer_balance.funding_type = null",
		"konbini.expires_after_days = null", `konbini.setup_future_usage = "none"`, `paypal.capture_method = "manual"`, "paypal.preferred_locale = null", "paypal.reference = null",
		"pix.expires_after_seconds = null", `pix.setup_future_usage = "none"`, `swish.reference = "r"`,
	}, options(webhook.CheckoutSession{Flow: f}))
	require.Empty(t, options(webhook.SetupIntent{Intent: s}))
	s.Details = given("payment_method_options[acss_debit][verification_method]=instant&payment_method_options[klarna][preferred_locale]=de-AT&payment_method_options[paypal][x]=1")
	require.Equal(t, []string{
		"acss_debit.currency = null", `acss_debit.verification_method = "instant"`, "klarna.currency = null", `klarna.preferred_locale = "de-AT"`, "paypal.billing_agreement_id = null", `paypal.x = "1"`,
	}, options(webhook.SetupIntent{Intent: s}))

	// Alipay has no member in what tells of an attempt and of a mandate, and an invoice's
	// look has both keys (SPEC).
	s = setupOf(t, "single use")[1].After
	s.PaymentMethod.Type, s.Attempt.PaymentMethod.Type = intents.Alipay, intents.Alipay
	require.Contains(t, string(webhook.SetupAttemptOf(s).AppendJSON(nil, "")), `"payment_method_details":{"type":"alipay"}`)
	require.Contains(t, string(webhook.Mandate{Of: s}.AppendJSON(nil, "")), `"payment_method_details":{"type":"alipay"}`)
	f.Session.Details = given("invoice_creation[invoice_data][rendering_options][amount_tax_display]=exclude_tax")
	require.Subset(t, leaves(t, webhook.CheckoutSession{Flow: f}.AppendJSON(nil, "")), []string{
		`invoice_creation.invoice_data.rendering_options.amount_tax_display = "exclude_tax"`, "invoice_creation.invoice_data.rendering_options.template = null",
	})
}

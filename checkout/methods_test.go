package checkout_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/setupintent"
)

// TestDynamicMethods: what a page offers, by currency, settings and what the session
// wants of its payment methods.
func TestDynamicMethods(t *testing.T) {
	every := checkout.Settings{Types: all(), Wallets: checkout.ApplePay | checkout.GooglePay}
	line := func(currency intents.Currency) checkout.LineItems {
		l := shirt()
		l.Currency, l.UnitAmount = currency, 100_000
		return items(t, l)
	}
	const apple, both = "apple_pay", "apple_pay,google_pay"
	for name, c := range map[string]struct {
		settings checkout.Settings
		currency intents.Currency
		mode     checkout.Mode
		details  intents.Pairs
		types    string
		wallets  string
	}{
		"a new account, usd":             {checkout.Settings{}, "usd", checkout.Payment, "", "card link cashapp amazon_pay klarna", apple},
		"a new account, eur":             {checkout.Settings{}, "eur", checkout.Payment, "", "card link amazon_pay klarna ideal bancontact eps", apple},
		"a new account, jpy":             {checkout.Settings{}, "jpy", checkout.Payment, "", "card link amazon_pay", apple},
		"a new account, an odd currency": {checkout.Settings{}, "isk", checkout.Payment, "", "card link", apple},
		"a new account, saving, usd":     {checkout.Settings{}, "usd", checkout.Setup, "", "card link cashapp amazon_pay klarna", apple},
		"a new account, saving, eur":     {checkout.Settings{}, "eur", checkout.Setup, "", "card link amazon_pay klarna", apple},
		"everything, usd":                {every, "usd", checkout.Payment, "", "card link cashapp amazon_pay paypal klarna affirm afterpay_clearpay alipay wechat_pay pix us_bank_account acss_debit crypto", both},
		"everything, brl":                {every, "brl", checkout.Payment, "", "card link pix boleto", both},
		"everything, mxn, of a customer": {every, "mxn", checkout.Payment, "customer=cus_1", "card link oxxo customer_balance", both},
		"everything, mxn, of nobody":     {every, "mxn", checkout.Payment, "", "card link oxxo", both},
		"everything, pln, held":          {every, "pln", checkout.Payment, "payment_intent_data[capture_method]=manual", "card link paypal revolut_pay klarna", both},
		"everything, pln, for later":     {every, "pln", checkout.Payment, "payment_intent_data[setup_future_usage]=off_session", "card link paypal revolut_pay klarna", both},
		"everything, gbp, saving":        {every, "gbp", checkout.Setup, "", "card link amazon_pay paypal revolut_pay klarna bacs_debit", both},
		"everything, sek, a month":       {every, "sek", checkout.Subscription, "", "card link amazon_pay paypal revolut_pay klarna", both},
		"two are excluded":               {every, "brl", checkout.Payment, "excluded_payment_method_types[0]=pix&excluded_payment_method_types[1]=link", "card boleto", both},
		"cards are excluded":             {every, "brl", checkout.Payment, "excluded_payment_method_types[0]=card", "link pix boleto", ""},
		"no wallet is on":                {checkout.Settings{Types: intents.TypesOf(intents.Card), Wallets: checkout.NoWallets}, "usd", checkout.Payment, "", "card", ""},
		"tax, and no address":            {every, "isk", checkout.Payment, "automatic_tax[enabled]=true", "card link", apple},
		"tax, and an address":            {every, "isk", checkout.Payment, "automatic_tax[enabled]=true&shipping_address_collection[allowed_countries][0]=US", "card link", both},
		"no tax":                         {every, "isk", checkout.Payment, "automatic_tax[enabled]=false", "card link", both},
		"tax, saving":                    {every, "isk", checkout.Setup, "automatic_tax[enabled]=true", "card link", apple},
		"an address that only seems one": {every, "isk", checkout.Payment, "automatic_tax[enabled]=true&client_reference_id=shipping_address_collection[allowed_countries]", "card link", apple},
	} {
		create := checkout.Create{ID: csID, Mode: c.mode, Settings: c.settings, Details: intents.Pairs(success).Merge(c.details)}
		switch c.mode {
		case checkout.Setup:
			create.Currency = c.currency
		case checkout.Payment:
			create.LineItems = line(c.currency)
		case checkout.Subscription:
			l := coffee()
			l.Currency = c.currency
			create.LineItems = items(t, l)
		}
		step, err := checkout.Open(create, start)
		require.NoError(t, err, name)
		s := step.After.Session
		got := printer.Of(s)
		require.Equal(t, strings.ReplaceAll(c.types, " ", ","), got["payment_method_types"], name)
		require.Equal(t, c.wallets, got["wallets"], name)
		require.True(t, s.Flags.Has(checkout.Dynamic), name)
		if c.mode == checkout.Payment {
			continue
		}
		require.Equal(t, c.mode == checkout.Setup, step.After.Setup.PaymentMethodTypes == s.PaymentMethodTypes, "the intent offers what the page does")
	}
}

// TestExplicitMethods: types that are given stand, if they can be had; the settings
// say which wallets go with a card.
func TestExplicitMethods(t *testing.T) {
	open := func(types intents.PaymentMethodTypes, settings checkout.Settings, details intents.Pairs, mode checkout.Mode) (checkout.Session, error) {
		c := checkout.Create{ID: csID, Mode: mode, PaymentMethodTypes: types, Settings: settings, Details: intents.Pairs(success).Merge(details)}
		if mode == checkout.Payment {
			c.LineItems = items(t, shirt())
		}
		step, err := checkout.Open(c, start)
		return step.After.Session, err
	}
	google := checkout.Settings{Types: intents.TypesOf(intents.Ideal), Wallets: checkout.GooglePay}
	s, err := open(intents.TypesOf(intents.Card, intents.USBankAccount), google, "", checkout.Payment)
	require.NoError(t, err)
	require.Equal(t, checkout.GooglePay, s.Wallets, "whatever types the settings have")
	require.False(t, s.Flags.Has(checkout.Dynamic))
	s, err = open(intents.TypesOf(intents.USBankAccount), google, "", checkout.Payment)
	require.NoError(t, err)
	require.Zero(t, s.Wallets, "a wallet is a card")
	s, err = open(intents.TypesOf(intents.Card, intents.Link), checkout.Settings{}, "excluded_payment_method_types[0]=link", checkout.Payment)
	require.NoError(t, err)
	require.True(t, s.PaymentMethodTypes.Has(intents.Link), "what is given stands")

	for name, c := range map[string]struct {
		kind    intents.PaymentMethodType
		details intents.Pairs
		mode    checkout.Mode
		why     string
	}{
		"another currency": {intents.Ideal, "", checkout.Payment, "currency usd"},
		"a reader":         {intents.CardPresent, "", checkout.Payment, "reader"},
		"saved":            {intents.WechatPay, "", checkout.Setup, "saved"},
		"for later":        {intents.WechatPay, "payment_intent_data[setup_future_usage]=on_session", checkout.Payment, "saved"},
		"a balance":        {intents.CustomerBalance, "", checkout.Payment, "customer"},
		"held":             {intents.USBankAccount, "payment_intent_data[capture_method]=manual", checkout.Payment, "manual capture"},
	} {
		_, err := open(intents.TypesOf(c.kind), checkout.Settings{}, c.details, c.mode)
		class, param, _ := refusal(err)
		require.Equal(t, [2]string{"contents", "payment_method_types"}, [2]string{class, param}, name)
		require.ErrorContains(t, err, c.why, name)
	}
}

// TestOfferedMethodsWork: what a page offers, in any mode and currency, its intent takes.
func TestOfferedMethodsWork(t *testing.T) {
	tried := 0
	for _, currency := range []intents.Currency{"usd", "eur", "gbp", "brl", "mxn", "jpy", "cad", "aud", "nzd", "pln", "inr", "sek", "sgd", "thb", "huf"} {
		for _, details := range []intents.Pairs{"customer=cus_1", "customer=cus_1&payment_intent_data[capture_method]=manual", "payment_intent_data[setup_future_usage]=off_session"} {
			for _, mode := range []checkout.Mode{checkout.Payment, checkout.Setup} {
				c := checkout.Create{ID: csID, Mode: mode, Settings: checkout.Settings{Types: all()}, Details: intents.Pairs(success).Merge(details), Currency: currency}
				if mode == checkout.Payment {
					l := shirt()
					l.Currency, l.UnitAmount = currency, 100_000
					c.LineItems = items(t, l)
				} else {
					c.Details = intents.Pairs(success).Merge("customer=cus_1")
				}
				f := toldFlow(t, c)
				for kind := range f.Session.PaymentMethodTypes.All() {
					pm := intents.PaymentMethod{ID: "pm_" + kind.String(), Type: kind}
					_, err := f.Apply(checkout.Submit{PaymentMethod: pm}, start)
					require.NoError(t, err, "%s in %s mode, %s, %s", kind, mode, currency, details)
					tried++
				}
			}
		}
	}
	require.Greater(t, tried, 300)
	t.Log(tried, "payment methods were offered, and taken")
}

// TestIntentOfASession: what the intent is made from.
func TestIntentOfASession(t *testing.T) {
	f := toldFlow(t, create(t, with("customer=cus_1&payment_intent_data[description]=T-shirt&payment_intent_data[metadata][order]=6735&payment_intent_data[shipping][address][city]=Oslo&payment_method_options[card][request_three_d_secure]=any"),
		func(c *checkout.Create) { c.Metadata, c.Livemode = "kept=here", true }), pay(t, "pm_card_chargeDeclined"))
	p := f.Payment
	require.Equal(t, []any{csID, int64(1099), intents.Currency("usd"), intents.Metadata("order=6735"), f.Session.PaymentMethodTypes, "cus_1"},
		[]any{p.Owner, p.Amount, p.Currency, p.Metadata, p.PaymentMethodTypes, p.Customer()}, "the session's metadata stays on the session")
	for name, want := range map[string]string{
		"description": "T-shirt", "shipping[address][city]": "Oslo", "payment_method_options[card][request_three_d_secure]": "any", "return_url": "https://checkout.stripe.com/c/pay/" + csID,
	} {
		got, _ := p.Details.Get(name)
		require.Equal(t, want, got, name)
	}
	require.NotZero(t, p.Flags&1, "livemode")
	for version, want := range map[intents.Version]string{"2022-11-15": "automatic", "": "automatic_async"} {
		f := toldFlow(t, create(t, func(c *checkout.Create) { c.APIVersion = version }), pay(t, "pm_card_chargeDeclined"))
		require.Equal(t, want, string(f.Payment.CaptureMethod), "the default of the session's version, though the intent is made later")
	}
	setup := toldFlow(t, createSetup(t, with("payment_method_options[us_bank_account][verification_method]=microdeposits&setup_intent_data[description]=Card"))).Setup
	got, _ := setup.Details.Get("description")
	require.Equal(t, "Card", got)
	got, _ = setup.Details.Get("payment_method_options[us_bank_account][verification_method]")
	require.Equal(t, "microdeposits", got)
	require.Equal(t, setupintent.OffSession, setup.Usage)
}

// TestDetailKeys: the list is the caller's own copy, and each key is taken by one mode
// and page at least.
func TestDetailKeys(t *testing.T) {
	keys := checkout.DetailKeys()
	keys[0].Name = "changed"
	require.NotEqual(t, "changed", checkout.DetailKeys()[0].Name)
	for _, k := range checkout.DetailKeys() {
		if k.Stages&intents.AtCreate == 0 {
			continue
		}
		name, value := k.Name, "true"
		if strings.HasSuffix(name, "[") {
			name += "0]"
			switch k.Name {
			case "payment_intent_data[", "setup_intent_data[":
				name = k.Name + "description]"
			}
		}
		if len(k.Values) > 0 {
			value = k.Values[0]
		}
		taken := false
		pair, err := intents.PairsOf(name, value)
		require.NoError(t, err)
		for _, base := range []checkout.Create{create(t), createSetup(t), createSubscription(t, func(c *checkout.Create) { c.CustomerCreation = "" }), create(t, onElements), create(t, func(c *checkout.Create) {
			c.UIMode, c.Details = checkout.EmbeddedPage, "return_url=https://example.com"
		})} {
			base.Details = base.Details.Merge(pair)
			if step, err := checkout.Open(base, start); err == nil {
				taken = true
				require.Equal(t, value, step.After.Session.Detail(name))
			}
		}
		require.True(t, taken, fmt.Sprint(k))
	}
}

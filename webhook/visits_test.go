package webhook_test

import (
	"context"
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

const (
	setupID   = "seti_1SOMcRKXBGcbgpbZ4ZeBAzTL"
	sessionID = "cs_test_a1pqnykLpwIqifhuigHY5z8AB6RTQN4WcgboNotjBVLoF9nM611xBK1o4s"
	payerID   = "cus_TL2hLd7hoW2RBo"
)

// payer is the customer of those lives that have one.
func payer() intents.Customer {
	c, _ := intents.NewCustomer(payerID, "email=jenny@example.com&name=Jenny Rosen", "plan=gold", epoch)
	return c
}

// A setup is what happens to one SetupIntent, in steps.
type setup struct {
	name  string
	steps []setupStep
}

type setupStep struct {
	after             time.Duration
	commands          []setupintent.Command
	answer, work, act bool
}

func setUp(commands ...setupintent.Command) setupStep {
	return setupStep{commands: commands, answer: true}
}
func tell(commands ...setupintent.Command) setupStep { return setupStep{commands: commands} }
func (s setupStep) later(d time.Duration) setupStep  { s.after = d; return s }
func usePM(id string) setupintent.Confirm            { return setupintent.Confirm{PaymentMethod: method(id)} }

func usePMWith(id string, details intents.Pairs) setupintent.Confirm {
	return setupintent.Confirm{PaymentMethod: method(id), Details: details}
}

// prepare creates a SetupIntent of a customer.
func prepare(change ...func(*setupintent.Create)) setupintent.Create {
	c := setupintent.Create{ID: setupID, Details: "client_secret=" + setupID + "_secret_x&customer=" + payerID}
	for _, f := range change {
		f(&c)
	}
	return c
}

func setting(details intents.Pairs, types ...intents.PaymentMethodType) func(*setupintent.Create) {
	return func(c *setupintent.Create) {
		c.Details = details
		if types != nil {
			c.PaymentMethodTypes = intents.TypesOf(types...)
		}
	}
}

// setups tell of all that Stripe says of SetupIntents.
var setups = []setup{
	{"saved at once", []setupStep{setUp(prepare(), usePM("pm_card_visa"))}},
	{"saved without a customer", []setupStep{setUp(prepare(setting("")), usePM("pm_card_visa"))}},
	{"saved with 3D Secure", []setupStep{setUp(prepare(), usePM("pm_card_threeDSecure2Required")), {act: true, answer: true, after: time.Minute}}},
	{"3D Secure by redirect, failed", []setupStep{
		setUp(prepare(), usePMWith("pm_card_threeDSecure2Required", "return_url=https://example.com/")), tell(setupintent.FailAction{}).later(time.Minute),
	}},
	{"declined, then saved", []setupStep{setUp(prepare(), usePM("pm_card_chargeDeclined")), setUp(usePM("pm_card_visa")).later(time.Minute)}},
	{"expired card", []setupStep{setUp(prepare(), usePM("pm_card_chargeDeclinedExpiredCard"))}},
	{"abandoned", []setupStep{tell(prepare()), tell(setupintent.Cancel{Reason: setupintent.Abandoned}).later(time.Hour)}},
	{"bank account", []setupStep{
		setUp(prepare(setting("customer="+payerID, intents.USBankAccount)), usePM("pm_usBankAccount_success")), {work: true, after: 4 * day},
	}},
	{"bank account that is closed", []setupStep{
		setUp(prepare(setting("customer="+payerID, intents.USBankAccount)), usePM("pm_usBankAccount_accountClosed")), {work: true, after: 4 * day},
	}},
	{"single use", []setupStep{
		setUp(prepare(setting("on_behalf_of=acct_1&single_use[amount]=500&single_use[currency]=eur", intents.SepaDebit)), usePM("pm_sepaDebit_success_at")), {work: true, after: 4 * day},
	}},
	{"microdeposits", []setupStep{
		setUp(prepare(setting("customer="+payerID, intents.USBankAccount)), usePMWith("pm_usBankAccount_success", "payment_method_options[us_bank_account][verification_method]=microdeposits")),
		tell(setupintent.VerifyMicrodeposits{DescriptorCode: "SM99ZZ", Outcome: intents.Mismatched}).later(day),
		{act: true, after: day},
	}},
	{"microdeposits in vain", []setupStep{
		setUp(prepare(setting("", intents.USBankAccount)), usePM("pm_usBankAccount_failMicrodeposits")),
		tell(setupintent.VerifyMicrodeposits{DescriptorCode: "SM33CC", Outcome: intents.Exhausted}).later(day),
	}},
	{"microdeposits too late", []setupStep{setUp(prepare(setting("", intents.USBankAccount)), usePM("pm_usBankAccount_failMicrodeposits")), {work: true, after: 10 * day}}},
	{"too many confirmations", []setupStep{
		setUp(prepare(func(c *setupintent.Create) { c.ConfirmLimit = 1 }), usePM("pm_card_chargeDeclined")), tell(usePM("pm_card_visa")).later(time.Hour),
	}},
	{"nothing to tell", []setupStep{
		tell(prepare()), tell(setupintent.Update{Metadata: "order=1"}).later(time.Second), tell(usePM("pm_card_visa")).later(time.Second),
		tell(setupintent.Postpone{AskIn: time.Hour}).later(time.Second),
	}},
	{"own account", []setupStep{setUp(prepare(setting("attach_to_self=true&flow_directions[0]=inbound&flow_directions[1]=outbound&payment_method_configuration=pmc_1", intents.USBankAccount)), usePM("pm_usBankAccount_success"))}},
	{"automatic", []setupStep{tell(prepare(func(c *setupintent.Create) {
		c.AutomaticPaymentMethods = true
		c.Usage = setupintent.OnSession
		c.Livemode = true
	}))}},
}

// play returns the transitions of a setup.
func (l setup) play(tb testing.TB) []setupintent.Transition {
	tb.Helper()
	ctx, now, sim := context.Background(), epoch, setupintent.Simulator{}
	var all []setupintent.Transition
	var s setupintent.Intent
	for i, p := range l.steps {
		now = now.Add(p.after)
		commands := p.commands
		if p.act {
			c, ok := sim.Act(s)
			require.True(tb, ok, "%s, step %d: nobody is asked", l.name, i)
			commands = []setupintent.Command{c}
		}
		t, err := setupintent.Chain(s, now, commands...)
		require.NoError(tb, err, "%s, step %d", l.name, i)
		if p.answer {
			t, err = setupintent.Answer(ctx, sim, t, now)
			require.NoError(tb, err, "%s, step %d", l.name, i)
		}
		if p.work {
			for _, d := range setupintent.Pending(s) {
				t, err = setupintent.Work(ctx, sim, s, d, now)
				require.NoError(tb, err, "%s, step %d", l.name, i)
			}
			require.NotEmpty(tb, t.Events, "%s, step %d: nothing was owed", l.name, i)
		}
		require.NoError(tb, setupintent.Check(t.After), "%s, step %d", l.name, i)
		all = append(all, t)
		s = t.After
	}
	return all
}

func setupOf(tb testing.TB, name string) []setupintent.Transition {
	tb.Helper()
	for _, l := range setups {
		if l.name == name {
			return l.play(tb)
		}
	}
	tb.Fatalf("no setup is called %s", name)
	return nil
}

// A visit is what happens to one Checkout Session and its intent.
type visit struct {
	name   string
	create checkout.Create
	moves  []move
}

// A move is one step of a visit.
type move struct {
	after time.Duration
	do    func(testing.TB, checkout.Flow, time.Time) (checkout.Step, error)
}

func (m move) later(d time.Duration) move { m.after = d; return m }

// submits is the customer who pays, or saves, with a test payment method.
func submits(pm string, buyer intents.Pairs) move {
	return move{do: func(tb testing.TB, f checkout.Flow, now time.Time) (checkout.Step, error) {
		tb.Helper()
		t, err := f.Apply(checkout.Submit{PaymentMethod: method(pm), Buyer: buyer, Accepted: true}, now)
		require.NoError(tb, err)
		return checkout.Answer(context.Background(), world, t, now)
	}}
}

// authenticates is the customer who does what is asked.
func authenticates() move {
	return move{do: func(tb testing.TB, f checkout.Flow, now time.Time) (checkout.Step, error) {
		tb.Helper()
		var t checkout.Step
		var err error
		if c, ok := (setupintent.Simulator{}).Act(f.Setup); ok {
			t, err = f.ApplySetup(c, now)
		} else {
			c, ok := (paymentintent.Simulator{}).Act(f.Payment)
			require.True(tb, ok, "nobody is asked")
			t, err = f.ApplyPayment(c, now)
		}
		require.NoError(tb, err)
		return checkout.Answer(context.Background(), world, t, now)
	}}
}

// does is a command to the session.
func does(c checkout.Command) move {
	return move{do: func(_ testing.TB, f checkout.Flow, now time.Time) (checkout.Step, error) { return f.Apply(c, now) }}
}

// pays is a command to the session's PaymentIntent.
func pays(c paymentintent.Command) move {
	return move{do: func(_ testing.TB, f checkout.Flow, now time.Time) (checkout.Step, error) {
		return f.ApplyPayment(c, now)
	}}
}

// due does the first work that is owed.
func due(after time.Duration) move {
	return move{after: after, do: func(tb testing.TB, f checkout.Flow, now time.Time) (checkout.Step, error) {
		tb.Helper()
		owed := f.Pending()
		require.NotEmpty(tb, owed)
		return checkout.Work(context.Background(), world, f, owed[0], now)
	}}
}

// world answers what sessions and their intents ask.
var world = checkout.Processor{Payment: paymentintent.Simulator{}, Setup: setupintent.Simulator{}, Subscription: subscriber{}}

type subscriber struct{}

func (subscriber) Start(_ context.Context, _ checkout.Session, _ intents.Deferred) (checkout.Command, error) {
	return checkout.Complete{PaymentStatus: checkout.Paid, Subscription: "sub_1SOMcRKXBGcbgpbZ4ZeBAzTL", Invoice: "in_1SOMcRKXBGcbgpbZ4ZeBAzTL"}, nil
}

// opens creates a session that sells a T-shirt, or saves, or subscribes.
func opens(mode checkout.Mode, details intents.Pairs, change ...func(*checkout.Create)) checkout.Create {
	shirt := checkout.LineItem{Name: "T-shirt", Currency: "usd", UnitAmount: 1099, Quantity: 1}
	c := checkout.Create{ID: sessionID, Mode: mode, Details: given("success_url=https://example.com/?id={CHECKOUT_SESSION_ID}").Merge(details)}
	c.Settings.Types = intents.TypesOf(intents.Card, intents.Klarna, intents.Link, intents.USBankAccount, intents.WechatPay)
	switch mode {
	case checkout.Payment:
		c.LineItems, _ = checkout.NewLineItems(shirt)
	case checkout.Setup:
		c.Currency = "usd"
	case checkout.Subscription:
		shirt.Interval, shirt.Price = "month", "price_1PgafmB7WZ01zgkW6dKueIc5"
		c.LineItems, _ = checkout.NewLineItems(shirt)
	}
	for _, f := range change {
		f(&c)
	}
	return c
}

func always(c *checkout.Create) { c.CustomerCreation = checkout.Always }

// given returns pairs that are written as k=v&k=v, in any order and with nothing escaped.
func given(text string) intents.Pairs {
	var kv []string
	for pair := range strings.SplitSeq(text, "&") {
		k, v, _ := strings.Cut(pair, "=")
		kv = append(kv, k, v)
	}
	p, _ := intents.PairsOf(kv...)
	return p
}

var (
	jenny     = given("address[country]=US&address[postal_code]=94107&email=jenny@example.com&name=Jenny Rosen")
	delivered = jenny.Merge(given("shipping[address][city]=San Francisco&shipping[address][country]=US&shipping[name]=Jenny Rosen"))
	// everyDetail is what a caller can ask of a page that sells.
	everyDetail = given("adaptive_pricing[enabled]=false&after_expiration[recovery][allow_promotion_codes]=true&after_expiration[recovery][enabled]=true&" +
		"allow_promotion_codes=true&automatic_tax[enabled]=true&automatic_tax[liability][account]=acct_1&automatic_tax[liability][type]=account&billing_address_collection=required&" +
		"branding_settings[button_color]=#ff0000&branding_settings[display_name]=Shop&branding_settings[icon][file]=file_1&branding_settings[icon][type]=file&" +
		"cancel_url=https://example.com/cancel&client_reference_id=order-1&consent_collection[promotions]=auto&consent_collection[terms_of_service]=required&" +
		"custom_fields[0][dropdown][options][0][label]=Red&custom_fields[0][dropdown][options][0][value]=red&custom_fields[0][key]=colour&custom_fields[0][label][custom]=Colour&" +
		"custom_fields[0][label][type]=custom&custom_fields[0][type]=dropdown&custom_fields[1][key]=gift&custom_fields[1][label][custom]=Gift&custom_fields[1][label][type]=custom&" +
		"custom_fields[1][optional]=true&custom_fields[1][text][maximum_length]=20&custom_fields[1][type]=text&custom_fields[2][key]=size&custom_fields[2][label][custom]=Size&" +
		"custom_fields[2][label][type]=custom&custom_fields[2][numeric][minimum_length]=1&custom_fields[2][type]=numeric&custom_text[submit][message]=Thank you&" +
		"customer_email=jenny@example.com&excluded_payment_method_types[0]=klarna&integration_identifier=shop&invoice_creation[enabled]=true&invoice_creation[invoice_data][description]=Shirts&" +
		"invoice_creation[invoice_data][metadata][order]=1&locale=auto&managed_payments[enabled]=false&name_collection[business][enabled]=true&optional_items[0][price]=price_1&" +
		"optional_items[0][quantity]=2&origin_context=web&payment_method_configuration=pmc_1&payment_method_options[card][request_three_d_secure]=any&" +
		"permissions[update_shipping_details]=server_only&phone_number_collection[enabled]=true&saved_payment_method_options[allow_redisplay_filters][0]=limited&" +
		"saved_payment_method_options[payment_method_save]=enabled&shipping_address_collection[allowed_countries][0]=US&shipping_options[0][shipping_rate_data][display_name]=Post&" +
		"shipping_options[0][shipping_rate_data][fixed_amount][amount]=500&submit_type=pay&tax_id_collection[enabled]=true&wallet_options[link][display]=never")
)

// visits tell of all that Stripe says of Checkout Sessions.
var visits = []visit{
	{"saved by the customer", opens(checkout.Setup, "", always), []move{submits("pm_card_visa", jenny).later(time.Minute)}},
	{"saved for a customer", opens(checkout.Setup, "customer="+payerID), []move{submits("pm_card_visa", "").later(time.Minute)}},
	{"declined, then saved", opens(checkout.Setup, "customer="+payerID), []move{
		submits("pm_card_chargeDeclined", "").later(time.Minute), submits("pm_card_threeDSecure2Required", "").later(time.Minute), authenticates().later(time.Minute),
	}},
	{"bank account", opens(checkout.Setup, "customer="+payerID), []move{submits("pm_usBankAccount_success", "").later(time.Minute), due(4 * day)}},
	{"nobody comes to save", opens(checkout.Setup, ""), []move{due(day)}},
	{"paid", opens(checkout.Payment, "customer="+payerID), []move{submits("pm_card_visa", "").later(time.Minute)}},
	{"paid, and saved for later", opens(checkout.Payment, "payment_intent_data[setup_future_usage]=off_session", always), []move{submits("pm_card_visa", jenny).later(time.Minute)}},
	{"declined, then paid", opens(checkout.Payment, ""), []move{
		submits("pm_card_chargeDeclined", jenny).later(time.Minute), submits("pm_card_threeDSecure2Required", jenny).later(time.Minute), authenticates().later(time.Minute),
	}},
	{"bank debit", opens(checkout.Payment, ""), []move{submits("pm_usBankAccount_success", jenny).later(time.Minute), due(4 * day)}},
	{"bank debit that comes back", opens(checkout.Payment, ""), []move{submits("pm_usBankAccount_insufficientFunds", jenny).later(time.Minute), due(4 * day)}},
	{"a hold, captured by the merchant", opens(checkout.Payment, "payment_intent_data[capture_method]=manual"), []move{
		submits("pm_card_visa", jenny).later(time.Minute), pays(paymentintent.Capture{}).later(time.Hour),
	}},
	{"expired by the merchant", opens(checkout.Payment, "after_expiration[recovery][enabled]=true&customer_email=jenny@example.com"), []move{
		submits("pm_card_chargeDeclined", "").later(time.Minute), does(checkout.Expire{}).later(time.Minute),
	}},
	{"free", opens(checkout.Payment, "", func(c *checkout.Create) {
		c.LineItems, _ = checkout.NewLineItems(checkout.LineItem{Name: "Sticker", Currency: "usd", Quantity: 1})
	}), []move{submits("pm_card_visa", jenny).later(time.Minute)}},
	{"intent made with the session", opens(checkout.Payment, "", func(c *checkout.Create) { c.APIVersion = "2020-08-27" }), []move{submits("pm_card_visa", jenny).later(time.Minute)}},
	{"subscribed", opens(checkout.Subscription, ""), []move{submits("pm_card_visa", jenny).later(time.Minute)}},
	{"everything asked", opens(checkout.Payment, everyDetail, func(c *checkout.Create) {
		c.Shipping, c.Metadata, c.Livemode = 500, "order=1", true
		c.LineItems, _ = checkout.NewLineItems(
			checkout.LineItem{Name: "T-shirt", Description: "Cotton", Currency: "usd", UnitAmount: 1099, Quantity: 2, Discount: 98, Tax: 100},
			checkout.LineItem{Price: "price_1", Product: "prod_1", Name: "Socks", Currency: "usd", UnitAmount: 500, Quantity: 1},
		)
	}), []move{submits("pm_card_visa", delivered.Merge(given("custom_fields[colour]=red&phone=+15551234567&tax_ids[0][type]=eu_vat&tax_ids[0][value]=DE1"))).later(time.Minute)}},
	{"embedded", opens(checkout.Payment, "", func(c *checkout.Create) {
		c.UIMode, c.Details = checkout.EmbeddedPage, "client_secret="+sessionID+"_secret_x&return_url=https://example.com/"
	}), nil},
	{"own form", opens(checkout.Payment, "", func(c *checkout.Create) {
		c.UIMode, c.Details = checkout.Elements, "client_secret="+sessionID+"_secret_x&discounts[0][coupon]=SUMMER&return_url=https://example.com/"
	}), []move{does(checkout.Update{Metadata: "order=1"}).later(time.Second)}},
}

// play returns the steps of a visit, the first of which opens the session.
func (l visit) play(tb testing.TB) []checkout.Step {
	tb.Helper()
	now := epoch
	t, err := checkout.Open(l.create, now)
	require.NoError(tb, err, l.name)
	all := []checkout.Step{t}
	for i, m := range l.moves {
		now = now.Add(m.after)
		t, err = m.do(tb, t.After, now)
		require.NoError(tb, err, "%s, move %d", l.name, i)
		require.NoError(tb, checkout.CheckFlow(t.After), "%s, move %d", l.name, i)
		all = append(all, t)
	}
	return all
}

func visitOf(tb testing.TB, name string) []checkout.Step {
	tb.Helper()
	for _, l := range visits {
		if l.name == name {
			return l.play(tb)
		}
	}
	tb.Fatalf("no visit is called %s", name)
	return nil
}

// partyEvents are the events of customers and payment methods that no intent causes.
func partyEvents(tb testing.TB, options ...webhook.Option) []webhook.Event {
	tb.Helper()
	must := func(c intents.Customer, err error) intents.Customer { require.NoError(tb, err); return c }
	pm := method("pm_card_visa")
	attached, err := pm.Attach(payerID)
	require.NoError(tb, err)
	moved := attached
	moved.Details, err = attached.Details.With("billing_details[address][city]", "Oslo")
	require.NoError(tb, err)
	moved.Details, err = moved.Details.With("metadata[colour]", "red")
	require.NoError(tb, err)
	detached, err := moved.Detach()
	require.NoError(tb, err)
	c := payer()
	preferred := must(must(c.Update("name=&phone=555&preferred_locales[0]=en", "plan=&tier=1")).SetDefault(attached))
	var all []webhook.Event
	all = append(all, webhook.FromCustomer(intents.Customer{}, c, epoch, options...)...)
	all = append(all, webhook.FromPaymentMethod(pm, attached, epoch.Add(time.Minute), options...)...)
	all = append(all, webhook.FromPaymentMethod(attached, moved, epoch.Add(time.Hour), options...)...)
	all = append(all, webhook.FromCustomer(c, preferred, epoch.Add(2*time.Hour), options...)...)
	all = append(all, webhook.FromPaymentMethod(moved, detached, epoch.Add(3*time.Hour), options...)...)
	return append(all, webhook.FromCustomer(preferred, must(preferred.Delete()), epoch.Add(4*time.Hour), options...)...)
}

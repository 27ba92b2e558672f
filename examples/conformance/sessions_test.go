package conformance

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/internal/model"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/webhook"
)

// steps yields all that can happen to a Checkout Session and its intent: in the small
// world of their model checker, and with each payment method and parameter there is.
func steps(yield func(checkout.Step)) {
	model.Flows(yield)
	for _, t := range visits() {
		yield(t)
	}
}

// flow is a session with its intent, and whether it is the first of its view, and of its sort.
type flow struct {
	checkout.Flow
	ofView, ofSort bool
}

// sort is what the objects within a session depend on most.
type sort struct {
	checkout.Mode
	checkout.UIMode
	checkout.Status
	payment                   paymentintent.Status
	charge                    capture.Status
	setup                     setupintent.Status
	method                    intents.PaymentMethodType
	customer, saved, connects bool
}

func sortOf(f checkout.Flow) sort {
	s := &f.Session
	_, connects := webhook.ChargeOf(f.Payment).Transfer()
	return sort{
		s.Mode, s.UIMode, s.Status, f.Payment.Status, f.Payment.Charge.Status, f.Setup.Status, f.Payment.PaymentMethod.Type | f.Setup.PaymentMethod.Type,
		s.Customer() != "", f.Setup.Mandate != "", connects,
	}
}

// flowsOnce are the sessions that these steps lead to, each once.
var flowsOnce = sync.OnceValue(func() []flow {
	var all []flow
	seen, views, sorts := map[checkout.Flow]bool{}, map[checkout.Flow]bool{}, map[sort]bool{}
	steps(func(t checkout.Step) {
		if f := t.After; !seen[f] {
			view, sort := model.ViewFlow(f), sortOf(f)
			all = append(all, flow{f, !views[view], !sorts[sort]})
			seen[f], views[view], sorts[sort] = true, true, true
		}
	})
	return all
})

// sessionObjects are the sessions with nothing expanded, the first of each view with all
// that can be, and the first of each sort with each path that can be.
func sessionObjects(yield func(webhook.Object)) {
	expand := expandings("checkout.session")
	for _, f := range flowsOnce() {
		p := webhook.CheckoutSession{Flow: f.Flow, Payer: payerOf(f.Session.Customer())}
		for i, e := range expand {
			if i == 0 || f.ofSort || f.ofView && i == len(expand)-1 {
				p.Expand = e
				yield(p)
			}
		}
	}
}

func sessionEvents(yield func(webhook.Event)) {
	payer := webhook.WithPayer(payerOf("cus_1"))
	steps(func(t checkout.Step) {
		for _, e := range webhook.FromCheckout(t, someRequest, payer) {
			yield(e)
		}
	})
}

func lineItems(yield func(webhook.Object)) {
	seen := map[checkout.LineItems]bool{}
	for _, f := range flowsOnce() {
		if seen[f.Session.LineItems] {
			continue
		}
		seen[f.Session.LineItems] = true
		for _, i := range webhook.LineItemsOf(f.Session) {
			yield(i)
		}
	}
}

const (
	onPage   = "success_url=https://example.com/?id={CHECKOUT_SESSION_ID}"
	onSite   = "client_secret=cs_test_a1_secret_x&return_url=https://example.com/"
	entered  = "address[city]=Wien&address[country]=AT&email=jenny@example.com&name=Jenny Rosen&phone=%2B431"
	shipTo   = "&shipping[address][city]=Wien&shipping[address][country]=AT&shipping[name]=Jenny Rosen&shipping[phone]=%2B431"
	sizeDue  = "&custom_fields[colour]=red&custom_fields[gift]=For you&custom_fields[size]=7&tax_ids[0][type]=eu_vat&tax_ids[0][value]=ATU1"
	askForIt = "&custom_fields[0][dropdown][options][0][label]=Red&custom_fields[0][dropdown][options][0][value]=red&custom_fields[0][key]=colour" +
		"&custom_fields[0][label][custom]=Colour&custom_fields[0][label][type]=custom&custom_fields[0][type]=dropdown&custom_fields[1][key]=gift" +
		"&custom_fields[1][label][custom]=Gift&custom_fields[1][label][type]=custom&custom_fields[1][optional]=true&custom_fields[1][text][maximum_length]=20" +
		"&custom_fields[1][type]=text&custom_fields[2][key]=size&custom_fields[2][label][custom]=Size&custom_fields[2][label][type]=custom" +
		"&custom_fields[2][numeric][minimum_length]=1&custom_fields[2][type]=numeric&custom_text[after_submit][message]=Bye&custom_text[submit][message]=Thank you"
)

// sessionCarried are the parameters that a session only carries: those of any mode, and
// after them those of the modes that sell.
var sessionCarried = []struct {
	sells   bool
	details string
}{
	{false, "adaptive_pricing[enabled]=false&billing_address_collection=required&client_reference_id=order-1&integration_identifier=shop&locale=auto&origin_context=web"},
	{false, "after_expiration[recovery][allow_promotion_codes]=true&after_expiration[recovery][enabled]=true&allow_promotion_codes=true&cancel_url=https://example.com/cancel"},
	{false, "automatic_tax[enabled]=true&automatic_tax[liability][account]=acct_1&automatic_tax[liability][type]=account&customer_email=jenny@example.com"},
	{false, "automatic_tax[enabled]=true&managed_payments[enabled]=false&payment_method_configuration=pmc_1"},
	{false, "branding_settings[background_color]=%23000000&branding_settings[border_style]=pill&branding_settings[button_color]=%23ff0000&branding_settings[display_name]=Shop" +
		"&branding_settings[font_family]=inter&branding_settings[icon][file]=file_1&branding_settings[icon][type]=file&branding_settings[logo][type]=url&branding_settings[logo][url]=https://example.com/l"},
	{false, "consent_collection[payment_method_reuse_agreement][position]=auto&consent_collection[promotions]=auto&consent_collection[terms_of_service]=required" + askForIt},
	{false, "customer=cus_1&customer_update[address]=auto&excluded_payment_method_types[0]=klarna&excluded_payment_method_types[1]=link"},
	{false, "name_collection[business][enabled]=true&name_collection[individual][enabled]=true&name_collection[individual][optional]=true&permissions[update_shipping_details]=server_only"},
	{false, "phone_number_collection[enabled]=true&shipping_address_collection[allowed_countries][0]=AT&shipping_address_collection[allowed_countries][1]=US&tax_id_collection[enabled]=true&tax_id_collection[required]=if_supported"},
	{false, "payment_method_options[acss_debit][mandate_options][payment_schedule]=sporadic&payment_method_options[acss_debit][mandate_options][transaction_type]=personal" +
		"&payment_method_options[card][request_three_d_secure]=any&payment_method_options[us_bank_account][verification_method]=instant&wallet_options[link][display]=never"},
	{true, "discounts[0][coupon]=SUMMER&submit_type=book"},
	{true, "discounts[0][promotion_code]=promo_1&saved_payment_method_options[allow_redisplay_filters][0]=limited&saved_payment_method_options[allow_redisplay_filters][1]=always" +
		"&saved_payment_method_options[payment_method_remove]=enabled&saved_payment_method_options[payment_method_save]=enabled"},
	{true, "optional_items[0][adjustable_quantity][enabled]=true&optional_items[0][adjustable_quantity][maximum]=9&optional_items[0][adjustable_quantity][minimum]=1&optional_items[0][price]=price_1" +
		"&optional_items[0][quantity]=2&optional_items[1][price]=price_2&optional_items[1][quantity]=1&shipping_options[0][shipping_rate]=shr_1&submit_type=donate"},
	{true, "shipping_options[0][shipping_rate_data][display_name]=Post&shipping_options[0][shipping_rate_data][fixed_amount][amount]=500&shipping_options[0][shipping_rate_data][fixed_amount][currency]=usd" +
		"&shipping_options[1][shipping_rate]=shr_2"},
}

// ofMode are the parameters that belong to one mode.
var ofMode = map[checkout.Mode][]string{
	checkout.Payment: {
		"invoice_creation[enabled]=true&invoice_creation[invoice_data][account_tax_ids][0]=txi_1&invoice_creation[invoice_data][custom_fields][0][name]=PO&invoice_creation[invoice_data][custom_fields][0][value]=7" +
			"&invoice_creation[invoice_data][description]=Shirts&invoice_creation[invoice_data][footer]=f&invoice_creation[invoice_data][issuer][type]=self&invoice_creation[invoice_data][metadata][order]=1" +
			"&invoice_creation[invoice_data][rendering_options][amount_tax_display]=exclude_tax",
		"payment_intent_data[application_fee_amount]=10&payment_intent_data[capture_method]=manual&payment_intent_data[description]=d&payment_intent_data[metadata][order]=1&payment_intent_data[on_behalf_of]=acct_1" +
			"&payment_intent_data[receipt_email]=a@example.com&payment_intent_data[statement_descriptor_suffix]=X&payment_intent_data[transfer_data][destination]=acct_1&payment_intent_data[transfer_group]=g",
		"payment_intent_data[setup_future_usage]=off_session&payment_intent_data[shipping][address][city]=Wien&payment_intent_data[shipping][name]=N",
		"payment_method_options[boleto][expires_after_days]=5&payment_method_options[card][installments][enabled]=true&payment_method_options[card][request_multicapture]=if_available&payment_method_options[card][restrictions][brands_blocked][0]=mastercard" +
			"&payment_method_options[card][setup_future_usage]=on_session&payment_method_options[konbini][expires_after_days]=2&payment_method_options[wechat_pay][client]=web",
	},
	checkout.Setup: {
		"setup_intent_data[description]=d&setup_intent_data[metadata][order]=1&setup_intent_data[on_behalf_of]=acct_1",
		"payment_method_options[acss_debit][currency]=cad&payment_method_options[acss_debit][mandate_options][default_for][0]=invoice&payment_method_options[acss_debit][verification_method]=instant",
	},
	checkout.Subscription: {"payment_method_collection=if_required&subscription_data[description]=d"},
}

// sold are the orders of each mode; setup mode sells nothing.
var sold = map[checkout.Mode][]checkout.LineItem{
	checkout.Payment: {
		{Name: "T-shirt", Description: "Cotton", UnitAmount: 1099, Quantity: 2, Discount: 98, Tax: 100},
		{Price: "price_1", Product: "prod_1", Name: "Socks", UnitAmount: 500, Quantity: 1},
	},
	checkout.Subscription: {
		{Name: "Club", UnitAmount: 900, Quantity: 1, Interval: "month"},
		{Price: "price_2", Name: "Gift", UnitAmount: 0, Quantity: 1},
	},
}

// visits are what the small world leaves out: each payment method used on a page, in each
// mode and on each sort of page, each parameter that is carried, at an old version too.
var visits = sync.OnceValue(func() []checkout.Step {
	var all []checkout.Step
	pages := []checkout.Create{
		{UIMode: checkout.HostedPage, Details: onPage, CustomerCreation: checkout.Always},
		{UIMode: checkout.EmbeddedPage, Details: onSite + "&redirect_on_completion=if_required", Metadata: "order_id=6735"},
		{UIMode: checkout.Elements, Details: onSite, Livemode: true},
		{UIMode: checkout.HostedPage, Details: onPage, APIVersion: "2020-08-27"},
	}
	for _, mode := range []checkout.Mode{checkout.Payment, checkout.Setup, checkout.Subscription} {
		for i, c := range pages {
			for _, pm := range methods() {
				if i == 0 || pm.ID == "pm_2" { // all on one page, one of each type on the others
					all = append(all, visit(c, mode, pm)...)
				}
			}
		}
		for _, carried := range sessionCarried {
			if mode != checkout.Setup || !carried.sells {
				all = append(all, visitWith(mode, carried.details)...)
			}
		}
		for _, details := range ofMode[mode] {
			all = append(all, visitWith(mode, details)...)
		}
	}
	return all
})

// visitWith visits with parameters, on the page that takes them.
func visitWith(mode checkout.Mode, details string) []checkout.Step {
	visa, _ := testMethod("pm_card_visa")
	all := visit(checkout.Create{Details: sorted(onPage + "&" + details), Shipping: shippingOf(details)}, mode, visa)
	return append(all, visit(checkout.Create{UIMode: checkout.Elements, Details: sorted(onSite + "&" + details)}, mode, visa)...)
}

func shippingOf(details string) int64 {
	if strings.Contains(details, "shipping_rate_data") {
		return 500
	}
	return 0
}

// visit plays the visit of a customer who pays, or saves, with a payment method after a
// card that is declined, does what is asked, and waits until nothing is owed; and that of
// one who never comes. What the machine refuses does not happen.
func visit(c checkout.Create, mode checkout.Mode, pm intents.PaymentMethod) []checkout.Step {
	v := visitor{now: model.Start()}
	c.ID, c.Mode, c.Currency = "cs_test_a1pqnykLpwIqifhuigHY5z8AB6RTQN4WcgboNotjBVLoF9nM611xBK1o4s", mode, currencyOf(pm.Type)
	c.Details = sorted(string(c.Details))
	if lines := ordered(mode, c.Currency); lines != "" {
		c.LineItems = lines
	}
	if pm.Type != intents.Card {
		c.PaymentMethodTypes = intents.TypesOf(pm.Type)
	} else {
		c.Settings.Types = intents.TypesOf(intents.AcssDebit, intents.Boleto, intents.Card, intents.Klarna, intents.Konbini, intents.Link, intents.USBankAccount, intents.WechatPay)
	}
	if c.CustomerCreation != "" && mode == checkout.Subscription {
		c.CustomerCreation = ""
	}
	if !v.try(c) {
		return nil
	}
	opened := v.f
	v.try(checkout.Update{Metadata: "a=1"})
	v.submit(decliner())
	v.submit(pm)
	v.until()
	early := visitor{f: opened, now: model.Start().Add(time.Minute)}
	early.try(checkout.Expire{})
	late := visitor{f: opened, now: opened.Session.ExpiresAt.Time()}
	late.until()
	return append(append(v.all, early.all...), late.all...)
}

func ordered(mode checkout.Mode, currency intents.Currency) checkout.LineItems {
	lines := append([]checkout.LineItem(nil), sold[mode]...)
	for i := range lines {
		lines[i].Currency = currency
	}
	items, _ := checkout.NewLineItems(lines...) // they are in order
	return items
}

func decliner() intents.PaymentMethod {
	pm, _ := testMethod("pm_card_chargeDeclined")
	return pm
}

// visitor is one who visits.
type visitor struct {
	f   checkout.Flow
	now time.Time
	all []checkout.Step
}

// world answers what sessions and their intents ask.
var world = checkout.Processor{Payment: paymentintent.Simulator{}, Setup: setupintent.Simulator{}, Subscription: club{}}

type club struct{}

// Start implements checkout.Subscriber.
func (club) Start(_ context.Context, s checkout.Session, _ intents.Deferred) (checkout.Command, error) {
	if s.PaymentMethod.ID == decliner().ID {
		return checkout.Reopen{}, nil
	}
	return checkout.Complete{PaymentStatus: checkout.Paid, Subscription: "sub_1SOMcRKXBGcbgpbZ4ZeBAzTL", Invoice: "in_1SOMcRKXBGcbgpbZ4ZeBAzTL"}, nil
}

func (v *visitor) add(t checkout.Step, err error) bool {
	if err != nil || t.After == t.Before {
		return false
	}
	v.all, v.f, v.now = append(v.all, t), t.After, v.now.Add(time.Minute)
	return true
}

func (v *visitor) try(c checkout.Command) bool { return v.add(v.f.Apply(c, v.now)) }

// submit submits the page, and joins the answer to it, as Stripe does.
func (v *visitor) submit(pm intents.PaymentMethod) {
	t, err := v.f.Apply(checkout.Submit{PaymentMethod: pm, Buyer: sorted(entered + shipTo + sizeDue), Accepted: true}, v.now)
	if err == nil {
		t, err = checkout.Answer(context.Background(), world, t, v.now)
	}
	v.add(t, err)
}

// until does what is asked and owed until there is nothing more.
func (v *visitor) until() {
	for range 20 {
		if c, ok := (setupintent.Simulator{}).Act(v.f.Setup); ok && v.add(v.f.ApplySetup(c, v.now)) {
			continue
		}
		if c, ok := (paymentintent.Simulator{}).Act(v.f.Payment); ok && v.add(v.f.ApplyPayment(c, v.now)) {
			continue
		}
		if v.f.Payment.Status == paymentintent.StatusRequiresCapture && v.add(v.f.ApplyPayment(paymentintent.Capture{}, v.now)) {
			continue
		}
		did := false
		for _, d := range v.f.Pending() {
			if v.now.Before(d.NotBefore.Time()) {
				v.now = d.NotBefore.Time()
			}
			if did = v.add(checkout.Work(context.Background(), world, v.f, d, v.now)); did {
				break
			}
		}
		if !did {
			return
		}
	}
}

// TestVisits says that the visits are made: that each parameter is taken in some
// mode, that each mode and each page comes to its end, and that what is asked of the
// customer shows.
func TestVisits(t *testing.T) {
	ended, shown := map[string]bool{}, map[string]bool{}
	for _, step := range visits() {
		s := step.After.Session
		for name := range s.Details.All() {
			shown[name] = true
		}
		ended[string(s.Mode)+" "+string(s.UIMode)+" "+string(s.Status)] = true
		ended[string(s.Mode)+" "+string(s.PaymentStatus)] = true
	}
	for _, mode := range []checkout.Mode{checkout.Payment, checkout.Setup, checkout.Subscription} {
		for _, page := range []checkout.UIMode{checkout.HostedPage, checkout.EmbeddedPage, checkout.Elements} {
			for _, status := range []checkout.Status{checkout.StatusOpen, checkout.StatusComplete, checkout.StatusExpired} {
				if key := string(mode) + " " + string(page) + " " + string(status); !ended[key] {
					t.Errorf("no visit: %s", key)
				}
			}
		}
	}
	for _, end := range []string{"payment paid", "payment unpaid", "setup no_payment_required", "subscription paid"} {
		if !ended[end] {
			t.Errorf("no visit: %s", end)
		}
	}
	all := []string{onPage, onSite}
	for _, c := range sessionCarried {
		all = append(all, c.details)
	}
	for _, own := range ofMode {
		all = append(all, own...)
	}
	for _, details := range all {
		for name := range sorted(details).All() {
			if !shown[name] {
				t.Errorf("no session takes %s", name)
			}
		}
	}
}

package page_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/examples/fakestripe/internal/page"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

func items(tb testing.TB, lines ...checkout.LineItem) checkout.LineItems {
	tb.Helper()
	l, err := checkout.NewLineItems(lines...)
	require.NoError(tb, err)
	return l
}

func details(tb testing.TB, kv ...string) intents.Pairs {
	tb.Helper()
	p, err := intents.PairsOf(kv...)
	require.NoError(tb, err)
	return p
}

// shirt is a session about a T-shirt, to be paid by card.
func shirt(tb testing.TB) checkout.Create {
	tb.Helper()
	return checkout.Create{
		ID: "cs_test_shirt", Mode: checkout.Payment, PaymentMethodTypes: intents.TypesOf(intents.Card),
		LineItems: items(tb, checkout.LineItem{Name: "T-shirt", UnitAmount: 1099, Quantity: 1, Currency: "eur"}),
	}
}

func (w *world) flow(id string) checkout.Flow {
	f, ok, err := w.Flow(w.tb.Context(), id)
	require.True(w.tb, ok)
	require.NoError(w.tb, err)
	require.NoError(w.tb, checkout.CheckFlow(f))
	return f
}

// count returns how often an event was sent.
func (w *world) count(eventType string) int {
	n := 0
	for _, e := range w.events {
		if e.Type == eventType {
			n++
		}
	}
	return n
}

const thanks = "https://shop.example.com/thanks?session=cs_test_shirt"

// visit opens the page of a session in a world of its own.
func visit(t *testing.T, c checkout.Create) (*world, *browser) {
	t.Helper()
	w := newWorld(t)
	id := w.open(c)
	return w, open(t, page.NewCheckout(w), "/c/pay/"+id)
}

const goodCard, declinedCard, poorCard, secureCard = "fill=card:4242424242424242", "fill=card:4000000000000002", "fill=card:4000000000009995", "fill=card:4000000000003220"

func TestPay(t *testing.T) {
	w, b := visit(t, shirt(t))
	b.shows(200, "Pay shop.example.com", "€10.99", "T-shirt", "Total due", "Test mode", "Card number")
	b.press(goodCard).shows(200)
	require.Equal(t, "4242 4242 4242 4242", b.fields("/c/pay/cs_test_shirt").Get("number"))
	b.press("Pay €10.99")
	require.Equal(t, thanks, b.left, "the id is filled in")
	f := w.flow("cs_test_shirt")
	require.Equal(t, checkout.Paid, f.Session.PaymentStatus)
	require.Equal(t, paymentintent.StatusSucceeded, f.Payment.Status)
	require.Equal(t, 1, w.count("checkout.session.completed"))
	email, _ := f.Session.Buyer.Get("email")
	require.Equal(t, "jenny@example.com", email)
	billed, _ := f.Payment.PaymentMethod.Details.Get("billing_details[email]")
	require.Equal(t, email, billed)
	year, _ := f.Payment.PaymentMethod.Details.Get("exp_year")
	require.Equal(t, "2034", year)
	b.get("/c/pay/cs_test_shirt").shows(200, "Payment received", "€10.99")
	b.follow("Return to shop.example.com")
	require.Equal(t, thanks, b.left)
}

func TestSaveCard(t *testing.T) {
	w, b := visit(t, checkout.Create{ID: "cs_test_shirt", Mode: checkout.Setup, PaymentMethodTypes: intents.TypesOf(intents.Card), CustomerCreation: checkout.Always})
	b.shows(200, "Save your card", "Nothing is charged now")
	b.press(declinedCard).press("Save card").shows(402, "Your card was declined.")
	b.press(secureCard).press("Save card").shows(200, "Confirm it’s you", "Visa •••• 3220")
	b.press("Complete authentication")
	require.Equal(t, thanks, b.left)
	require.Equal(t, setupintent.StatusSucceeded, w.flow("cs_test_shirt").Setup.Status)
	require.Equal(t, 1, w.count("setup_intent.succeeded"))
	require.Equal(t, 1, w.count("customer.created"))
	b.get("/c/pay/cs_test_shirt").shows(200, "Your card is saved")
}

func TestSubscribe(t *testing.T) {
	w, b := visit(t, checkout.Create{
		ID: "cs_test_shirt", Mode: checkout.Subscription, PaymentMethodTypes: intents.TypesOf(intents.Card),
		LineItems: items(t, checkout.LineItem{Name: "Pro plan", UnitAmount: 1900, Quantity: 2, Currency: "usd", Interval: "month"}),
	})
	b.shows(200, "Subscribe to shop.example.com", "$38.00 per month", "Qty 2 · $19.00 each", "$38.00 / month")
	b.press(declinedCard).press("Subscribe").shows(402, "Your payment was declined.")
	b.press(goodCard).press("Subscribe")
	require.Equal(t, thanks, b.left)
	require.NotEmpty(t, w.flow("cs_test_shirt").Session.Subscription)
}

// TestDecline: a decline is told in place, the form keeps what was entered, and the
// same session takes the next card.
func TestDecline(t *testing.T) {
	w, b := visit(t, shirt(t))
	b.press(poorCard).press("Pay €10.99", "name", "Jørgen <Rosen>").shows(402, "Your card has insufficient funds.")
	require.Empty(t, b.left)
	alerts := b.find("div", "role", "alert")
	require.Len(t, alerts, 1)
	require.True(t, alerts[0].has("autofocus"), "a keyboard begins there")
	number := b.find("input", "aria-invalid", "true")
	require.Len(t, number, 1)
	require.Equal(t, "number", number[0].attr["name"])
	require.Equal(t, "number-error", number[0].attr["aria-describedby"])
	require.Equal(t, "4000 0000 0000 9995", number[0].attr["value"])
	require.Equal(t, "Jørgen <Rosen>", b.fields("/c/pay/cs_test_shirt").Get("name"))
	first := w.flow("cs_test_shirt").Payment
	require.Equal(t, paymentintent.StatusRequiresPaymentMethod, first.Status)

	b.get("/c/pay/cs_test_shirt").shows(200, "Your card has insufficient funds.")
	require.Equal(t, "jenny@example.com", b.fields("/c/pay/cs_test_shirt").Get("email"), "what was entered is not asked again")
	b.press(goodCard).press("Pay €10.99")
	require.Equal(t, thanks, b.left)
	require.Equal(t, first.ID, w.flow("cs_test_shirt").Payment.ID)
	require.Equal(t, 1, w.count("checkout.session.completed"))
	require.Equal(t, 1, w.count("payment_intent.payment_failed"))
}

func TestDeclineMarksTheField(t *testing.T) {
	for number, field := range map[string]string{"4000000000000069": "expiry", "4000000000000127": "cvc", "4000000000000119": "number", "4000000000000002": "number"} {
		_, b := visit(t, shirt(t))
		b.press("fill=card:" + number).press("Pay €10.99").shows(402)
		marked := b.find("input", "aria-invalid", "true")
		require.Len(t, marked, 1, number)
		require.Equal(t, field, marked[0].attr["name"], number)
	}
}

func TestChallenge(t *testing.T) {
	w, b := visit(t, shirt(t))
	b.press(secureCard).press("Pay €10.99").shows(200, "Confirm it’s you", "€10.99 to shop.example.com", "Visa •••• 3220")
	require.Equal(t, "/c/pay/cs_test_shirt/challenge", b.at)
	stale := *b
	b.press("Fail authentication").shows(200, "We are unable to authenticate your payment method.")
	require.Equal(t, "/c/pay/cs_test_shirt", b.at)
	require.Equal(t, "payment_intent_authentication_failure", w.flow("cs_test_shirt").Payment.LastPaymentError.Code())
	require.Len(t, b.find("div", "role", "alert"), 1)
	stale.press("Complete authentication").shows(200, "Pay shop.example.com") // another tab: nothing is asked any more

	b.press(secureCard).press("Pay €10.99").shows(200, "Confirm it’s you")
	b.follow("Pay in another way").shows(200, "Your bank still waits for you.")
	b.follow("Go on where you left off").press("Complete authentication")
	require.Equal(t, thanks, b.left)
	require.Equal(t, 2, w.count("payment_intent.requires_action"))
	require.Equal(t, 1, w.count("payment_intent.succeeded"))
	b.get("/c/pay/cs_test_shirt/challenge").shows(200, "Payment received")

	w, b = visit(t, shirt(t))
	b.press("fill=card:4000008260003178").press("Pay €10.99").press("Complete authentication").shows(200, "Your card has insufficient funds.")
	require.Equal(t, checkout.StatusOpen, w.flow("cs_test_shirt").Session.Status)
}

// TestTabClosed: what a customer does not see happens all the same.
func TestTabClosed(t *testing.T) {
	w, b := visit(t, shirt(t))
	w.listen()
	b.press(goodCard).press("Pay €10.99") // and the tab is closed before success_url is opened
	require.NoError(t, w.Advance(t.Context(), time.Minute))
	delivered := false
	for _, d := range w.deliveries {
		delivered = delivered || d.Type == "checkout.session.completed" && d.Answered != 0
	}
	require.True(t, delivered, "the webhook tells of it")

	w, _ = visit(t, shirt(t)) // a customer who closes the tab before paying
	require.NoError(t, w.Advance(t.Context(), 25*time.Hour))
	require.Equal(t, checkout.StatusExpired, w.flow("cs_test_shirt").Session.Status)
	require.Equal(t, 1, w.count("checkout.session.expired"))
	require.Equal(t, 0, w.count("payment_intent.created"))
}

func TestExpired(t *testing.T) {
	c := shirt(t)
	c.Details = details(t, "after_expiration[recovery][enabled]", "true")
	w, b := visit(t, c)
	b.press(goodCard)
	open(t, b.handler, "/r/cs_test_shirt").shows(200, "Pay shop.example.com") // it is not over yet
	require.NoError(t, w.Advance(t.Context(), 25*time.Hour))
	b.press("Pay €10.99").shows(410, "This page has expired", "You were not charged.")
	require.Empty(t, b.left)
	b.follow("Start again").shows(200, "Pay shop.example.com", "€10.99")
	again := strings.TrimPrefix(b.at, "/c/pay/")
	require.Equal(t, "cs_test_shirt", w.flow(again).Session.RecoveredFrom)
	b.press(goodCard).press("Pay €10.99")
	require.Equal(t, "https://shop.example.com/thanks?session="+again, b.left)

	before := w.commits
	head := httptest.NewRecorder()
	b.handler.ServeHTTP(head, httptest.NewRequestWithContext(t.Context(), http.MethodHead, "/r/cs_test_shirt", nil))
	ahead := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/r/cs_test_shirt", nil)
	ahead.Header.Set("Sec-Purpose", "prefetch;prerender")
	b.handler.ServeHTTP(httptest.NewRecorder(), ahead)
	require.Equal(t, http.StatusNoContent, head.Code)
	require.Equal(t, before, w.commits, "who only looks opens nothing")
	require.NoError(t, w.Advance(t.Context(), 31*24*time.Hour))
	b.get("/r/cs_test_shirt").shows(410, "This link can’t be used any more")

	w, b = visit(t, shirt(t)) // a session that nobody can recover, whose timer is late
	require.NoError(t, w.time.Advance(24*time.Hour))
	b.press(goodCard).shows(410, "This page has expired")
	b.get("/c/pay/cs_test_shirt").shows(410).follow("Back to shop.example.com")
	require.Equal(t, "https://shop.example.com/cart", b.left)
	require.NoError(t, w.Advance(t.Context(), time.Hour))
	b.get("/r/cs_test_shirt").shows(410, "can’t be used any more")
}

// TestTwice: a double press and a second tab make one payment.
func TestTwice(t *testing.T) {
	w, b := visit(t, shirt(t))
	b.press(goodCard)
	second := *b
	b.press("Pay €10.99")
	commits := w.commits
	second.press("Pay €10.99").shows(200, "Payment received", "It takes no second payment.")
	second.get("/c/pay/cs_test_shirt").press2(t, second.handler)
	require.Equal(t, commits, w.commits)

	w, b = visit(t, shirt(t))
	values := b.press(goodCard).fields("/c/pay/cs_test_shirt")
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			tab := browser{t: t, handler: b.handler}
			tab.post("/c/pay/cs_test_shirt", values)
		})
	}
	wait.Wait()
	require.Equal(t, 1, w.count("payment_intent.succeeded"))
	require.Equal(t, 1, w.count("checkout.session.completed"))
}

// press2 posts to a page that is done, with no form at all.
func (b *browser) press2(t *testing.T, h http.Handler) {
	t.Helper()
	tab := browser{t: t, handler: h}
	tab.post("/c/pay/cs_test_shirt", url.Values{}).shows(403)
}

func TestWaiting(t *testing.T) {
	w, b := visit(t, shirt(t))
	b.press(goodCard)
	card, _ := capture.TestPaymentMethod("pm_card_visa")
	step, err := w.flow("cs_test_shirt").Apply(checkout.Submit{PaymentMethod: card, Buyer: "email=a@b.c"}, w.Now())
	require.NoError(t, err)
	w.flows["cs_test_shirt"] = step.After // saved, and the issuer not yet asked
	b.press("Pay €10.99").shows(200, "Processing …")
	require.Len(t, b.find("meta", "http-equiv", "refresh"), 1)
}

func TestEmbedded(t *testing.T) {
	for _, mode := range []checkout.UIMode{checkout.EmbeddedPage, checkout.Elements} {
		c := shirt(t)
		c.UIMode = mode
		_, b := visit(t, c)
		b.shows(404, "This session has no page of its own", string(mode))
		b.get("/c/pay/cs_test_shirt/challenge").shows(404)
		b.get("/r/cs_test_shirt").shows(404)
	}
	_, b := visit(t, shirt(t))
	b.get("/c/pay/cs_test_other").shows(404, "This page does not exist")
	b.get("/elsewhere").shows(404, "There is nothing here")
}

// asking is a session that asks for all that can be asked for.
func asking(tb testing.TB) checkout.Create {
	tb.Helper()
	c := shirt(tb)
	c.Shipping = 595
	c.LineItems = items(tb, checkout.LineItem{Name: "T-shirt", UnitAmount: 2499, Quantity: 2, Currency: "usd", Tax: 412}, checkout.LineItem{Name: "Mug", UnitAmount: 1600, Quantity: 1, Currency: "usd", Discount: 400})
	c.PaymentMethodTypes = intents.TypesOf(intents.Card, intents.USBankAccount, intents.Klarna)
	c.Details = details(tb, "branding_settings[display_name]", "Northwind Outfitters", "branding_settings[button_color]", "#0F766E",
		"allow_promotion_codes", "true", "phone_number_collection[enabled]", "true", "billing_address_collection", "required",
		"consent_collection[terms_of_service]", "required", "submit_type", "book", "custom_text[submit][message]", "We ship on Mondays.",
		"shipping_options[0][shipping_rate_data][display_name]", "By bicycle",
		"shipping_address_collection[allowed_countries][0]", "US", "shipping_address_collection[allowed_countries][1]", "IM",
		"custom_fields[0][key]", "engraving", "custom_fields[0][type]", "text", "custom_fields[0][label][custom]", "Engraving", "custom_fields[0][optional]", "true",
		"custom_fields[1][key]", "size", "custom_fields[1][type]", "dropdown", "custom_fields[1][label][custom]", "Size",
		"custom_fields[1][dropdown][options][0][value]", "s", "custom_fields[1][dropdown][options][0][label]", "Small",
		"custom_fields[1][dropdown][options][1][value]", "l", "custom_fields[1][dropdown][options][1][label]", "Large",
		"custom_fields[2][key]", "badge", "custom_fields[2][type]", "numeric", "custom_fields[2][label][custom]", "Badge number")
	return c
}

// TestAsks: what a session asks for is on its page, and what is missing is told at its
// field, all at once.
func TestAsks(t *testing.T) {
	w, b := visit(t, asking(t))
	b.shows(200, "Northwind Outfitters", "$72.05", "Subtotal $65.98", "Discount −$4.00", "By bicycle $5.95", "Tax $4.12", "Shipping address", "United States IM Address", "Promotion code", "We ship on Mondays.")
	require.Contains(t, b.body, "--brand:#0f766e;--on-brand:#ffffff")
	action := "/c/pay/cs_test_shirt"
	wrong := func(fields ...string) map[string]string {
		t.Helper()
		b.press("Book for $72.05", fields...).shows(422)
		marked := map[string]string{}
		for _, x := range b.tags {
			if x.attr["aria-invalid"] == "true" {
				id := x.attr["name"]
				marked[id] = b.find("p", "id", id+"-error")[0].inner
			}
		}
		return marked
	}
	got := wrong()
	require.Subset(t, keys(got), []string{"email", "shipping_name", "shipping_line1", "billing_line1", "custom_size", "custom_badge", "number", "expiry", "cvc", "terms"})
	require.NotContains(t, keys(got), "custom_engraving")
	require.Len(t, b.find("div", "role", "alert"), 1)
	b.press(goodCard).shows(200)
	require.Equal(t, "US", b.fields(action).Get("shipping_country"))
	require.Equal(t, []string{"custom_badge", "custom_size", "terms"}, keys(wrong()), "the machine's refusal comes with the page's")
	got = wrong("custom_badge", "12a", "custom_size", "xl", "terms", "accepted", "phone", "", "email", "jenny")
	require.Equal(t, []string{"custom_badge", "custom_size", "email", "phone"}, keys(got))
	got = wrong("custom_badge", "12", "custom_size", "l", "phone", "+1 800 555 0175", "email", "jenny@example.com", "shipping_country", "DE")
	require.Equal(t, []string{"shipping_country"}, keys(got))
	require.Contains(t, got["shipping_country"], "DE")
	require.Zero(t, w.count("payment_intent.created"), "nothing was done")

	b.press("do=promo").shows(422, "Enter a code.")
	b.press("do=promo", "promo", "SUMMER").shows(422, "This code is invalid.")
	require.Equal(t, "l", b.fields(action).Get("custom_size"))
	b.press("Book for $72.05", "shipping_country", "IM", "terms", "accepted")
	require.Equal(t, thanks, b.left)
	s := w.flow("cs_test_shirt").Session
	for key, want := range map[string]string{
		"shipping[address][country]": "IM", "shipping[name]": "Jenny Rosen", "custom_fields[size]": "l", "custom_fields[badge]": "12",
		"phone": "+1 800 555 0175", "address[country]": "US", "address[line1]": "510 Townsend St", "terms_of_service": "accepted",
	} {
		got, _ := s.Buyer.Get(key)
		require.Equal(t, want, got, key)
	}
}

func keys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// TestCardForm: what the page itself sees to be wrong with a card.
func TestCardForm(t *testing.T) {
	_, b := visit(t, shirt(t))
	b.press(goodCard)
	for _, c := range []struct{ field, value, why string }{
		{"number", "", "Enter your card number."},
		{"number", "4242", "Your card number is incomplete."},
		{"number", "4242 4242 4242 4241", "Your card number is invalid."},
		{"number", "4242x", "Your card number is invalid."},
		{"number", "4111 1111 1111 1111", "used a non test card"},
		{"number", "000123456789", "incomplete"},
		{"expiry", "", "incomplete"},
		{"expiry", "13/34", "incomplete"},
		{"expiry", "1/2/3", "incomplete"},
		{"expiry", "08/26", "in the past"},
		{"expiry", "12 / 99", "invalid"},
		{"cvc", "12", "incomplete"},
		{"cvc", "12a", "incomplete"},
		{"email", "", "Enter your email address."},
		{"email", "a b@c", "such as name@example.com"},
		{"method", "sepa_debit", "Choose a way to pay."},
	} {
		tab := *b
		tab.press("Pay €10.99", c.field, c.value).shows(422, c.why)
	}
	for _, good := range []string{"0926", "09/26", "9 / 2026", "12/34"} {
		_, tab := visit(t, shirt(t))
		tab.press(goodCard).press("Pay €10.99", "expiry", good, "number", "4242-4242 42424242")
		require.Equal(t, thanks, tab.left, good)
	}
}

func TestAmountChanged(t *testing.T) {
	w, b := visit(t, shirt(t))
	b.press(goodCard).press("Pay €10.99", "amount", "1").shows(422, "The amount has changed")
	require.Equal(t, "1099", b.find("input", "name", "amount")[0].attr["value"])
	require.Empty(t, w.flow("cs_test_shirt").Payment.ID)
}

func TestFree(t *testing.T) {
	c := shirt(t)
	c.LineItems = items(t, checkout.LineItem{Name: "Sample", Quantity: 1, Currency: "jpy"})
	_, b := visit(t, c)
	b.shows(200, "¥0")
	require.Empty(t, b.find("input", "name", "number"))
	b.press("Complete order", "email", "jenny@example.com")
	require.Equal(t, thanks, b.left)
	b.get("/c/pay/cs_test_shirt").shows(200, "Your order is complete")
}

func TestCustomer(t *testing.T) {
	w := newWorld(t)
	c, err := intents.NewCustomer("cus_1", "email=jo@example.com&name=Jo", "", begun)
	require.NoError(t, err)
	w.customers["cus_1"] = c
	create := shirt(t)
	create.Details = "customer=cus_1"
	b := open(t, page.NewCheckout(w), "/c/pay/"+w.open(create)).shows(200)
	email := b.find("input", "name", "email")[0]
	require.Equal(t, "jo@example.com", email.attr["value"])
	require.True(t, email.has("readonly"))
	b.press(goodCard).press("Pay €10.99", "email", "thief@example.com")
	got, _ := w.flow("cs_test_shirt").Session.Buyer.Get("email")
	require.Equal(t, "jo@example.com", got, "a field that can't be changed is not")
}

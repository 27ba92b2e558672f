package page_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/examples/fakestripe/internal/page"
	"github.com/payintent/intents/paymentintent"
)

// TestMethods: a session of each payment method type is paid to its end on the page.
func TestMethods(t *testing.T) {
	for i := range 64 {
		pmt := intents.PaymentMethodType(i)
		if !pmt.Valid() || pmt == intents.CardPresent {
			continue
		}
		t.Run(pmt.String(), func(t *testing.T) {
			w := newWorld(t)
			c := shirt(t)
			c.PaymentMethodTypes = intents.TypesOf(pmt)
			currency := "eur"
			if have := strings.Fields(pmt.Traits().Currencies); len(have) > 0 {
				currency = have[0]
			}
			c.LineItems = items(t, checkout.LineItem{Name: "Thing", UnitAmount: 50_000, Quantity: 1, Currency: intents.Currency(currency)})
			who, err := intents.NewCustomer("cus_1", "email=jo@example.com", "", begun)
			require.NoError(t, err)
			w.customers["cus_1"] = who
			c.Details = "customer=cus_1"
			b := open(t, page.NewCheckout(w), "/c/pay/"+w.open(c)).shows(200)
			if fills := b.find("button", "name", "fill"); len(fills) > 0 {
				b.press("fill=" + fills[0].attr["value"]).shows(200)
			}
			b.press("Pay "+page.Money(50_000, intents.Currency(currency)), "email", "jo@example.com")
			for n := 0; b.left == "" || n == 0 && strings.Contains(b.at, "/challenge"); n++ { // what is asked is done
				require.Equal(t, "/c/pay/cs_test_shirt/challenge", b.at, b.text)
				require.Less(t, n, 3)
				require.NotEmpty(t, b.find("button", "value", "complete"), b.text)
				if n == 0 {
					b.play(t, w, pmt)
				}
				b.press("do=complete")
				if w.flow("cs_test_shirt").Payment.Status == paymentintent.StatusSucceeded {
					break
				}
			}
			require.NoError(t, w.Advance(t.Context(), 10*24*time.Hour))
			f := w.flow("cs_test_shirt")
			require.Equal(t, checkout.StatusComplete, f.Session.Status)
			require.Equal(t, checkout.Paid, f.Session.PaymentStatus, b.text)
			require.Equal(t, 1, w.count("payment_intent.succeeded"))
		})
	}
}

// play is what is true of every page that asks for an action.
func (b *browser) play(t *testing.T, w *world, pmt intents.PaymentMethodType) {
	t.Helper()
	b.shows(200, "Test mode")
	if w.flow("cs_test_shirt").Session.Status == checkout.StatusComplete { // a voucher, a transfer
		home := *b
		home.get("/c/pay/cs_test_shirt").shows(200, "One thing is left to do").follow("Show what to do")
		home.follow("Return to")
		require.Equal(t, thanks, home.left)
		return
	}
	if fail := b.find("button", "value", "fail"); len(fail) > 0 {
		tab := *b
		tab.press("do=fail").shows(200, "We are unable to authenticate your payment method.")
		tab.press("Pay "+page.Money(50_000, w.flow("cs_test_shirt").Session.Currency), "email", "jo@example.com").shows(200)
		b.get("/c/pay/cs_test_shirt/challenge")
	}
	require.NotEmpty(t, pmt.Traits().Action)
}

// TestMicrodeposits: the customer comes back days later, and errs at first.
func TestMicrodeposits(t *testing.T) {
	c := shirt(t)
	c.PaymentMethodTypes = intents.TypesOf(intents.USBankAccount)
	c.LineItems = items(t, checkout.LineItem{Name: "Thing", UnitAmount: 5000, Quantity: 1, Currency: "usd"})
	_, b := visit(t, c)
	b.shows(200, "The money is taken from your account in a few days.")
	b.press("Pay $50.00", "us_bank_account_routing_number", "11", "us_bank_account_account_number", "000777777772", "email", "jo@example.com").
		shows(422, "The routing number has 9 digits.", "use one of the test account numbers")
	b.press("fill=us_bank_account:000666666661").press("Pay $50.00").shows(200, "Verify your bank account", "US bank account •••• 6661", "SM11AA")
	require.Contains(t, b.at, "/challenge")

	w, b := visit(t, c)
	b.press("fill=us_bank_account:000666666661").press("Pay $50.00").press("Verify", "code", "SM99ZZ").shows(422, "That is not what was sent")
	require.Len(t, b.find("div", "role", "alert"), 1)
	b.press("Verify", "code", " sm11aa ").shows(200, "Your payment is on its way")
	require.Equal(t, paymentintent.StatusProcessing, w.flow("cs_test_shirt").Payment.Status)
	require.NoError(t, w.Advance(t.Context(), 10*24*time.Hour))
	b.get("/c/pay/cs_test_shirt").shows(200, "The payment did not arrive")
}

// TestTestNumbers: each test number fills in the form, and nothing that it fills in is
// wrong; what becomes of it then is what its label says.
func TestTestNumbers(t *testing.T) {
	types := intents.TypesOf(intents.Card, intents.USBankAccount, intents.SepaDebit)
	seen := 0
	for _, group := range page.TestsFor(types) {
		for _, one := range append(group.First, group.More...) {
			seen++
			kind, number, _ := strings.Cut(one.Fill, ":")
			m, ok := capture.FindTestMethod(number)
			require.True(t, ok, one.Fill)
			require.Equal(t, kind, m.Type.String())
			require.Equal(t, one.Label, page.Behaves(m))
			c := shirt(t)
			c.PaymentMethodTypes = intents.TypesOf(m.Type)
			if m.Type == intents.USBankAccount {
				c.LineItems = items(t, checkout.LineItem{Name: "T-shirt", UnitAmount: 1099, Quantity: 1, Currency: "usd"})
			}
			w, b := visit(t, c)
			b.press("fill=" + one.Fill).shows(200)
			b.press("Pay " + page.Money(1099, w.flow("cs_test_shirt").Session.Currency))
			label := strings.ToLower(one.Label)
			switch {
			case m.Unusable != "":
				b.shows(422)
				require.Contains(t, label, "refused")
			case strings.HasPrefix(b.at, "/c/pay/cs_test_shirt/challenge"):
				require.Regexp(t, "3d secure|microdeposits", label, one.Fill)
			case b.left == "":
				b.shows(402)
				require.Regexp(t, "declined|blocked", label, one.Fill)
			case m.Type == intents.Card:
				require.Regexp(t, "succeeds|disputed", label, one.Fill)
			}
		}
	}
	numbers := 0
	for _, m := range capture.TestMethods() {
		if m.Number != "" && types.Has(m.Type) {
			numbers++
		}
	}
	require.Equal(t, numbers, seen, "each number is there")
}

func TestLuhn(t *testing.T) {
	for _, m := range capture.TestMethods() {
		if m.Type == intents.Card && m.Number != "" {
			require.True(t, page.Luhn(m.Number), m.Number)
			last := (m.Number[len(m.Number)-1]-'0'+1)%10 + '0'
			require.False(t, page.Luhn(m.Number[:len(m.Number)-1]+string(last)), m.Number)
		}
	}
}

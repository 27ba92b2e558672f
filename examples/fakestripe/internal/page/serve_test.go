package page_test

import (
	"fmt"
	"net/http"
	"os"
	"testing"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/examples/fakestripe/internal/page"
)

func TestServe(t *testing.T) {
	addr := os.Getenv("PAGE_SERVE")
	if addr == "" {
		t.Skip()
	}
	w := newWorld(t)
	lines, _ := checkout.NewLineItems(checkout.LineItem{Name: "T-shirt, organic cotton", UnitAmount: 1099, Quantity: 1, Currency: "eur"})
	w.open(checkout.Create{ID: "cs_test_pay", Mode: checkout.Payment, LineItems: lines, PaymentMethodTypes: intents.TypesOf(intents.Card)})
	many, _ := checkout.NewLineItems(checkout.LineItem{Name: "T-shirt, organic cotton, forest green", UnitAmount: 2499, Quantity: 2, Currency: "usd", Tax: 412},
		checkout.LineItem{Name: "Enamel mug", UnitAmount: 1600, Quantity: 1, Currency: "usd", Discount: 400})
	w.open(checkout.Create{
		ID: "cs_test_full", Mode: checkout.Payment, LineItems: many, Shipping: 595,
		PaymentMethodTypes: intents.TypesOf(intents.Card, intents.USBankAccount, intents.Cashapp, intents.Klarna, intents.WechatPay),
		Details: must("branding_settings[display_name]", "Northwind Outfitters", "branding_settings[button_color]", "#0f766e", "allow_promotion_codes", "true", "phone_number_collection[enabled]", "true",
			"consent_collection[terms_of_service]", "required", "billing_address_collection", "required",
			"shipping_address_collection[allowed_countries][0]", "US", "shipping_address_collection[allowed_countries][1]", "CA",
			"custom_fields[0][key]", "engraving", "custom_fields[0][type]", "text", "custom_fields[0][label][custom]", "Engraving", "custom_fields[0][label][type]", "custom", "custom_fields[0][optional]", "true"),
	})
	w.open(checkout.Create{ID: "cs_test_setup", Mode: checkout.Setup, Details: must("success_url", "http://127.0.0.1:18080/thanks?s={CHECKOUT_SESSION_ID}"), Currency: "usd", PaymentMethodTypes: intents.TypesOf(intents.Card)})
	sub, _ := checkout.NewLineItems(checkout.LineItem{Name: "Pro plan", UnitAmount: 1900, Quantity: 1, Currency: "usd", Interval: "month"})
	w.open(checkout.Create{ID: "cs_test_sub", Mode: checkout.Subscription, LineItems: sub, PaymentMethodTypes: intents.TypesOf(intents.Card)})
	w.listen()
	w.pay(4200, "pm_card_visa")
	w.pay(990, "pm_card_visa_chargeDeclined")
	w.pay(7300, "pm_usBankAccount_success")
	w.Advance(t.Context(), 60e9)
	w.down = true
	w.pay(1250, "pm_card_threeDSecure2Required")
	w.Advance(t.Context(), 60e9)
	w.down = false
	fmt.Println("serving", addr)
	mux := http.NewServeMux()
	mux.Handle("/", page.Dashboard(w))
	mux.HandleFunc("/thanks", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "Thanks %s", r.URL) })
	mux.Handle("/empty/", http.StripPrefix("/empty", page.Dashboard(newWorld(t))))
	mux.Handle("/c/", page.Checkout(w))
	mux.Handle("/r/", page.Checkout(w))
	http.ListenAndServe(addr, mux)
}

func must(kv ...string) intents.Pairs {
	p, err := intents.PairsOf(kv...)
	if err != nil {
		panic(err)
	}
	return p
}

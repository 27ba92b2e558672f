package webhook_test

import (
	"context"
	"fmt"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/webhook"
)

// A customer saves a card on a Checkout page, and what Stripe would have told of it. The
// browser caused it all, so no event names a request.
func ExampleFromCheckout() {
	ctx, now := context.Background(), time.Date(2025, time.November, 10, 18, 26, 22, 0, time.UTC)
	visa, _ := capture.TestPaymentMethod("pm_card_visa")
	world := checkout.Processor{Setup: setupintent.Simulator{}}

	t, err := checkout.Open(checkout.Create{
		ID: "cs_test_c1", Mode: checkout.Setup, Currency: "usd", CustomerCreation: checkout.Always, Details: "success_url=https://example.com/success",
	}, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range webhook.FromCheckout(t, webhook.WithRequest(webhook.Request{ID: "req_1"})) {
		fmt.Println(e.Type, e.Request.ID)
	}
	if t, err = t.After.Apply(checkout.Submit{PaymentMethod: visa, Buyer: "email=jenny@example.com"}, now.Add(time.Minute)); err != nil {
		fmt.Println(err)
		return
	}
	if t, err = checkout.Answer(ctx, world, t, now.Add(time.Minute)); err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range webhook.FromCheckout(t, webhook.WithRequest(webhook.Request{ID: "req_1"})) {
		fmt.Println(e.Type)
		if s, ok := e.Value().(webhook.CheckoutSession); ok {
			fmt.Println("the session is", s.Session.Status, "and", s.Session.PaymentStatus)
		}
	}
	// Output:
	// setup_intent.created req_1
	// customer.created
	// payment_method.attached
	// setup_intent.succeeded
	// checkout.session.completed
	// the session is complete and no_payment_required
}

// A SetupIntent whose first card is declined.
func ExampleFromSetupIntent() {
	ctx, now := context.Background(), time.Date(2025, time.November, 10, 18, 26, 22, 0, time.UTC)
	declined, _ := capture.TestPaymentMethod("pm_card_chargeDeclined")
	t, err := setupintent.Chain(setupintent.Intent{}, now,
		setupintent.Create{ID: "seti_1SOMcRKXBGcbgpbZ4ZeBAzTL"},
		setupintent.Confirm{PaymentMethod: declined},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	if t, err = setupintent.Answer(ctx, setupintent.Simulator{}, t, now); err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range webhook.FromSetupIntent(t) {
		fmt.Println(e.Type)
	}
	status, _, _ := webhook.DeclinedSetup(t, webhook.ErrorContext{})
	fmt.Println(status)
	// Output:
	// setup_intent.created
	// setup_intent.setup_failed
	// 402
}

// A customer who is updated: the event says what it was before.
func ExampleFromCustomer() {
	now := time.Date(2025, time.November, 10, 18, 26, 22, 0, time.UTC)
	c, err := intents.NewCustomer("cus_NffrFeUfNV2Hib", "email=jenny@example.com&name=Jenny", "", now)
	if err != nil {
		fmt.Println(err)
		return
	}
	renamed, err := c.Update("name=Jenny Rosen", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range webhook.FromCustomer(c, renamed, now) {
		fmt.Println(e.Type, e.Previous)
	}
	// Output:
	// customer.updated {"name":"Jenny"}
}

// A payment method that is detached: the event says whose it was.
func ExampleFromPaymentMethod() {
	now := time.Date(2025, time.November, 10, 18, 26, 22, 0, time.UTC)
	visa, _ := capture.TestPaymentMethod("pm_card_visa")
	attached, err := visa.Attach("cus_NffrFeUfNV2Hib")
	if err != nil {
		fmt.Println(err)
		return
	}
	detached, err := attached.Detach()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range append(webhook.FromPaymentMethod(visa, attached, now), webhook.FromPaymentMethod(attached, detached, now)...) {
		fmt.Printf("%s %q\n", e.Type, e.Previous)
	}
	// Output:
	// payment_method.attached ""
	// payment_method.detached "{\"customer\":\"cus_NffrFeUfNV2Hib\"}"
}

// What is expanded in an object that is itself expanded stands in the higher bits.
func ExampleExpand_Below() {
	e, err := webhook.ParseExpand("checkout.session", "setup_intent.payment_method")
	fmt.Println(e == webhook.ExpandSetupIntent|webhook.ExpandPaymentMethod.Below(), err)
	// Output: true <nil>
}

package webhook_test

import (
	"context"
	"fmt"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/webhook"
)

// An asynchronous capture, and what Stripe would have told of it.
func ExampleFromPaymentIntent() {
	ctx, now := context.Background(), time.Date(2025, time.November, 10, 18, 26, 22, 0, time.UTC)
	visa, _ := capture.TestPaymentMethod("pm_card_visa")
	acquirer := paymentintent.Simulator{}

	t, err := paymentintent.Chain(paymentintent.Intent{}, now,
		paymentintent.Create{ID: "pi_3SRznGKXBGcbgpbZ1qL1s6n5", Amount: 2000, Currency: "usd"},
		paymentintent.Confirm{PaymentMethod: visa},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	if t, err = paymentintent.Answer(ctx, acquirer, t, now); err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range webhook.FromPaymentIntent(t, webhook.WithRequest(webhook.Request{ID: "req_1"})) {
		fmt.Println(e.Type, e.Request.ID)
	}

	later, err := paymentintent.Work(ctx, acquirer, t.After, t.Deferred[0], now.Add(3*time.Second))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, e := range webhook.FromPaymentIntent(later) {
		if c, ok := e.Value().(webhook.Charge); ok {
			fmt.Println(e.Type, e.Previous, "fee:", c.Ledger.Fee)
		}
	}
	// Output:
	// payment_intent.created req_1
	// charge.succeeded req_1
	// payment_intent.succeeded req_1
	// charge.updated {"balance_transaction":null} fee: 88
}

// An event is rendered for each endpoint, at the endpoint's version.
func ExampleEvent_Render() {
	e := webhook.Event{
		ID: "evt_1", Type: "payment_method.attached", Created: 1762799182,
		Object: webhook.PaymentMethod{PaymentMethod: intents.PaymentMethod{ID: "pm_1", Type: intents.Link, Customer: "cus_1"}},
	}
	for _, v := range []intents.Version{intents.VersionLatest, intents.Version20221115} {
		fmt.Println(len(e.Render(v)), "bytes at", v)
	}
	// Output:
	// 583 bytes at 2026-10-28.endive
	// 506 bytes at 2022-11-15
}

// What only old versions are told of is left out for new ones.
func ExampleForVersion() {
	now := time.Date(2025, time.November, 10, 18, 26, 22, 0, time.UTC)
	visa, _ := capture.TestPaymentMethod("pm_card_visa")
	held, err := paymentintent.Chain(paymentintent.Intent{}, now,
		paymentintent.Create{ID: "pi_3SRznGKXBGcbgpbZ1qL1s6n5", Amount: 2000, Currency: "usd", CaptureMethod: capture.Manual},
		paymentintent.Confirm{PaymentMethod: visa},
		paymentintent.Approve{},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	t, err := paymentintent.Apply(held.After, paymentintent.Cancel{Reason: paymentintent.Duplicate}, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	events := webhook.FromPaymentIntent(t)
	for _, v := range []intents.Version{"2024-06-20", intents.VersionBasil} {
		fmt.Println(v)
		for _, e := range webhook.ForVersion(events, v) {
			fmt.Println(" ", e.Type)
		}
	}
	// Output:
	// 2024-06-20
	//   charge.refunded
	//   payment_intent.canceled
	// 2025-03-31.basil
	//   payment_intent.canceled
}

// A refusal becomes Stripe's error.
func ExampleErrorBody() {
	_, err := paymentintent.Apply(paymentintent.Intent{}, paymentintent.Create{ID: "pi_1", Amount: 2000, Currency: "usd", CaptureMethod: "sometimes"}, time.Unix(1762799182, 0))
	status, body := webhook.ErrorBody(err, webhook.ErrorContext{})
	fmt.Println(status)
	fmt.Println(string(body))
	// Output:
	// 400
	// {"error":{"message":"Invalid capture_method: must be one of automatic, automatic_async, or manual","param":"capture_method","type":"invalid_request_error"}}
}

// The changes between API versions are a list, newest first.
func ExampleChanges() {
	for _, c := range webhook.Changes() {
		if c.Version == intents.Version20221115 && c.Object != "checkout.session" {
			fmt.Println(c.Version, c.Object, c.Name+":", c.Doc)
		}
	}
	// Output:
	// 2022-11-15 payment_intent latest_charge: The list charges is replaced by latest_charge.
	// 2022-11-15 charge refunds_not_expanded: The list refunds is there only when it is expanded.
}

// Versions has the same list by version, each change with its sentence.
func ExampleVersions() {
	for _, v := range webhook.Versions() {
		for _, c := range v.Changes {
			if c.Object == "charge" && v.Version.Before("2023-10-01") {
				fmt.Println(v.Version, c.Doc)
			}
		}
	}
	// Output:
	// 2023-08-16 The key payment_method_details.card.network_token is added.
	// 2022-11-15 The list refunds is there only when it is expanded.
	// 2022-08-01 The keys failure_balance_transaction, radar_options and payment_method_details.card.mandate are added.
}

// The paths of expand[] say what is rendered whole.
func ExampleParseExpand() {
	_, err := webhook.ParseExpand("payment_intent", "latest_charge.balance_transaction", "amount")
	fmt.Println(err)
	// Output: expand: This property cannot be expanded (amount).
}

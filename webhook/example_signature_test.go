package webhook_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/webhook"
)

func ExampleSign() {
	payload := []byte(`{"id":"evt_test","object":"event"}`)
	fmt.Println(webhook.Sign(payload, 1492774577, "whsec_test_secret"))
	// Output:
	// t=1492774577,v1=691252e266ce41cb94d709c84e9580d4172b117a510bbc81723f657d2cd5d215
}

// While a secret is rolled over, a delivery is signed with the new and the old one,
// and a receiver that knows either accepts it.
func ExampleSign_rolling() {
	payload := []byte(`{}`)
	header := webhook.Sign(payload, 1561420781, "whsec_new", "whsec_old")
	now := time.Unix(1561420781, 0)
	fmt.Println(webhook.Verify(payload, header, now, 0, "whsec_old"))
	fmt.Println(webhook.Verify(payload, header, now, 0, "whsec_new"))
	// Output:
	// <nil>
	// <nil>
}

func ExampleVerify() {
	payload := []byte(`{"id":"evt_test","object":"event"}`)
	const header = "t=1492774577,v1=691252e266ce41cb94d709c84e9580d4172b117a510bbc81723f657d2cd5d215"
	now := time.Unix(1492774577, 0)

	fmt.Println(webhook.Verify(payload, header, now, webhook.DefaultTolerance, "whsec_test_secret"))
	fmt.Println(webhook.Verify([]byte(`{"id":"evt_tesu"}`), header, now, webhook.DefaultTolerance, "whsec_test_secret"))

	err := webhook.Verify(payload, header, now.Add(time.Hour), webhook.DefaultTolerance, "whsec_test_secret")
	fmt.Println(err)
	fmt.Println(errors.Is(err, &webhook.SignatureError{Reason: webhook.ReasonTooOld}))
	// Output:
	// <nil>
	// Stripe-Signature: no signature fits the payload
	// Stripe-Signature: the timestamp 1492774577 is too old
	// true
}

func ExampleOpen() {
	sent := webhook.Event{
		ID: "evt_1", Type: "charge.updated", APIVersion: intents.VersionDahlia, Created: 1761831297,
		Object: webhook.Raw(`{"id":"ch_1"}`), Previous: `{"balance_transaction":null}`,
	}
	payload := sent.Render(intents.VersionDahlia)
	header := webhook.Sign(payload, 1761831300, "whsec_test_secret")

	received, err := webhook.Open(payload, header, time.Unix(1761831301, 0), 0, "whsec_test_secret")
	fmt.Println(err, received == sent)
	fmt.Println(received.Type, received.Object, received.Previous)
	// Output:
	// <nil> true
	// charge.updated {"id":"ch_1"} {"balance_transaction":null}
}

func ExampleMux() {
	say := func(what string) webhook.HandlerFunc {
		return func(_ context.Context, e webhook.Event) error {
			fmt.Println(what, e.Type)
			return nil
		}
	}
	var mux webhook.Mux
	if err := errors.Join(
		mux.Handle("payment_intent.succeeded", say("ship for")),
		mux.Handle("payment_intent.*", say("note")),
		mux.Handle("charge.dispute.*", say("argue about")),
		mux.Handle("pay*", say("never")),
	); err != nil {
		fmt.Println(err)
	}
	for _, eventType := range []string{
		"payment_intent.succeeded", "payment_intent.canceled", "charge.dispute.created", "charge.updated",
	} {
		if err := mux.HandleEvent(context.Background(), webhook.Event{Type: eventType}); err != nil {
			fmt.Println(err)
		}
	}
	_, pattern := mux.Handler("payment_intent.processing")
	fmt.Println(pattern)
	// Output:
	// pattern: "pay*" has a * that is not the whole last segment
	// ship for payment_intent.succeeded
	// note payment_intent.canceled
	// argue about charge.dispute.created
	// payment_intent.*
}

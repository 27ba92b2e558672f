package compare

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v85"
	"github.com/stripe/stripe-go/v85/webhook"
)

const (
	jobEvent = "event: render a payment_intent.succeeded and sign it"

	eventID      = "evt_3SRzp4KXBGcbgpbZ0aBcDeFg"
	eventSecret  = "whsec_for_the_benchmark"
	eventVersion = stripe.APIVersion
)

var eventTime = time.Unix(1_774_000_000, 0)

// intentJSON is a card payment that has succeeded, as the wire has it.
//
//go:embed testdata/payment_intent.json
var intentJSON []byte

// events are the groups about webhook events.
func events() []group {
	return []group{
		{name: jobEvent, per: 1, unit: "event", theirs: []side{
			{"stripe-go v85, typed encoding and its test signature", 3, func(b *testing.B) { stripeEvent(b, bareStripeIntent(b)) }},
			{"stripe-go v85, with customer, payment method and charge", 0, func(b *testing.B) { stripeEvent(b, stripeIntent(b)) }},
		}},
	}
}

// stripeIntent returns the payment in stripe-go's own type, as it decodes it.
func stripeIntent(tb testing.TB) *stripe.PaymentIntent {
	tb.Helper()
	var intent stripe.PaymentIntent
	if err := json.Unmarshal(intentJSON, &intent); err != nil {
		tb.Fatal(err)
	}
	if intent.LatestCharge == nil || intent.PaymentMethod == nil || intent.Customer == nil {
		tb.Fatal("the payment lacks what a payment has")
	}
	return &intent
}

// bareStripeIntent leaves out what the wire has as an id. For those stripe-go's
// types write an object with every field of it, which nobody would send: without
// them it does no more work than it has to, and a little less than ours.
func bareStripeIntent(tb testing.TB) *stripe.PaymentIntent {
	tb.Helper()
	intent := stripeIntent(tb)
	intent.LatestCharge, intent.PaymentMethod, intent.Customer = nil, nil, nil
	return intent
}

// signStripe renders the event and signs it.
func signStripe(tb testing.TB, intent *stripe.PaymentIntent) *webhook.SignedPayload {
	tb.Helper()
	object, err := json.Marshal(intent)
	if err != nil {
		tb.Fatal(err)
	}
	payload, err := json.Marshal(&stripe.Event{
		ID:         eventID,
		Object:     "event",
		APIVersion: eventVersion,
		Created:    eventTime.Unix(),
		Data:       &stripe.EventData{Raw: object},
		Request:    &stripe.EventRequest{ID: "req_4xKzLn2fWbTQvC", IdempotencyKey: "6f1b"},
		Type:       stripe.EventTypePaymentIntentSucceeded,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: payload, Secret: eventSecret, Timestamp: eventTime})
}

func stripeEvent(b *testing.B, intent *stripe.PaymentIntent) {
	loop(b, func() { signStripe(b, intent) })
}

// TestStripeEvent holds that the other side does the whole job.
func TestStripeEvent(t *testing.T) {
	signed := signStripe(t, bareStripeIntent(t))
	event, err := webhook.ConstructEventIgnoringTolerance(signed.Payload, signed.Header, eventSecret)
	if err != nil {
		t.Fatal(err)
	}
	var intent stripe.PaymentIntent
	if err := json.Unmarshal(event.Data.Raw, &intent); err != nil {
		t.Fatal(err)
	}
	if event.Type != stripe.EventTypePaymentIntentSucceeded || intent.ID == "" || intent.Status != stripe.PaymentIntentStatusSucceeded {
		t.Errorf("%s %s %s", event.Type, intent.ID, intent.Status)
	}
	if !bytes.Contains(signed.Payload, []byte(intent.ClientSecret)) {
		t.Error("the payload lacks the client secret")
	}
}

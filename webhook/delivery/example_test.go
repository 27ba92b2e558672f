package delivery_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/webhook"
	"github.com/payintent/intents/webhook/delivery"
)

// An event goes from a Sender to a Receiver, in virtual time. The handler fails at first.
func Example() {
	clock := capture.NewVirtual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	const secret = "whsec_test_secret"

	var mux webhook.Mux
	calls := 0
	_ = mux.HandleFunc("charge.*", func(_ context.Context, e webhook.Event) error {
		if calls++; calls == 1 {
			return fmt.Errorf("the database is away")
		}
		fmt.Println("handled", e.Type)
		return nil
	})
	receiver, err := delivery.NewReceiver(&mux, delivery.ReceiverOptions{Secrets: []delivery.Secret{secret}, Clock: clock})
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(receiver)
	defer server.Close()

	to, err := delivery.NewEndpoint(delivery.EndpointParams{ID: "we_1", Secret: secret, URL: server.URL, EnabledEvents: []string{"charge.*"}}, clock.Now())
	if err != nil {
		fmt.Println(err)
		return
	}
	sender, err := delivery.NewSender(store{to.ID: to}, delivery.SenderOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	event := webhook.Event{ID: "evt_1", Type: "charge.updated", Created: intents.TimeOf(clock.Now()), Object: webhook.Raw(`{"id":"ch_1"}`)}
	deliveries := map[string]delivery.Delivery{}
	commit := func(t delivery.Transition, err error) error { // a database does this in one transaction
		if err != nil {
			return err
		}
		deliveries[t.After.ID] = t.After
		return clock.Schedule(context.Background(), t.Deferred...)
	}
	for _, create := range delivery.Fan(event, to) {
		if err := commit(delivery.Apply(delivery.Delivery{}, create, clock.Now())); err != nil {
			fmt.Println(err)
		}
	}
	err = clock.Drain(context.Background(), 10, func(ctx context.Context, work intents.Deferred) error {
		t, err := delivery.Work(ctx, sender, deliveries[work.Subject], work, clock.Now())
		fmt.Println(clock.Now().Format(time.TimeOnly), work.Kind, t.After.Status)
		return commit(t, err)
	})
	fmt.Println(err)
	// Output:
	// 00:00:00 delivery.attempt attempting
	// 00:00:00 delivery.send pending
	// 00:10:00 delivery.attempt attempting
	// handled charge.updated
	// 00:10:00 delivery.send succeeded
	// <nil>
}

// store is the Endpoints of the example.
type store map[string]delivery.Endpoint

// Endpoint implements delivery.Endpoints.
func (s store) Endpoint(_ context.Context, id string) (delivery.Endpoint, error) { return s[id], nil }

func ExampleEndpoint_Roll() {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	e, err := delivery.NewEndpoint(delivery.EndpointParams{ID: "we_1", Secret: "whsec_old", URL: "https://example.com", EnabledEvents: []string{"*"}}, now)
	fmt.Println(err)
	e, err = e.Roll("whsec_new", time.Hour, now)
	fmt.Println(e.Secret, err)
	body := []byte("{}")
	for _, at := range []time.Time{now, now.Add(time.Hour)} {
		fmt.Println(webhook.Verify(body, e.Sign(body, at), at, 0, "whsec_old"))
	}
	// Output:
	// <nil>
	// whsec_*** <nil>
	// <nil>
	// Stripe-Signature: no signature fits the payload
}

func ExampleScheduleFor() {
	s := delivery.ScheduleFor(false)
	for attempt := 1; ; attempt++ {
		wait, again := s.After(attempt)
		if !again {
			break
		}
		fmt.Println(wait)
	}
	// Output:
	// 10m0s
	// 40m0s
	// 2h40m0s
}

package checkout_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// A customer saves a card: a session in setup mode, from the page to the payment
// method that can be charged later.
func Example() {
	now := time.Date(2026, time.September, 20, 12, 0, 0, 0, time.UTC)
	world := checkout.Processor{Setup: setupintent.Simulator{}}
	step, err := checkout.Open(checkout.Create{
		ID: "cs_test_1", Mode: checkout.Setup, Currency: "usd",
		Details: "customer=cus_1&success_url=https://example.com/success?session_id%3D{CHECKOUT_SESSION_ID}",
	}, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	s := step.After.Session // store step.After, publish the events, schedule step.Deferred, and:
	fmt.Println(s.Status, s.PaymentStatus, s.URL())

	visa, _ := capture.TestPaymentMethod("pm_card_visa")
	step, err = step.After.Apply(checkout.Submit{PaymentMethod: visa, Buyer: "email=jenny@example.com"}, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	step, err = checkout.Answer(context.Background(), world, step, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	s = step.After.Session
	saved, attached := step.Setup.PaymentMethod()
	fmt.Println(s.Status, s.PaymentStatus, s.SuccessURL())
	fmt.Println(saved.ID, "of", saved.Customer, attached)
	// Output:
	// open no_payment_required https://checkout.stripe.com/c/pay/cs_test_1
	// complete no_payment_required https://example.com/success?session_id=cs_test_1
	// pm_card_visa of cus_1 true
}

// order opens a session for one T-shirt.
func order(now time.Time) (checkout.Step, error) {
	items, err := checkout.NewLineItems(checkout.LineItem{Name: "T-shirt", Currency: "usd", UnitAmount: 1099, Quantity: 1})
	if err != nil {
		return checkout.Step{}, err
	}
	return checkout.Open(checkout.Create{ID: "cs_test_1", Mode: checkout.Payment, LineItems: items, Details: "success_url=https://example.com"}, now)
}

// A payment whose customer has to authenticate: the session is open until they have.
func ExampleFlow_ApplyPayment() {
	now := time.Date(2026, time.September, 20, 12, 0, 0, 0, time.UTC)
	world := checkout.Processor{Payment: paymentintent.Simulator{}}
	step, err := order(now)
	if err != nil {
		fmt.Println(err)
		return
	}
	card, _ := capture.TestPaymentMethod("pm_card_threeDSecure2Required")
	if step, err = step.After.Apply(checkout.Submit{PaymentMethod: card}, now); err != nil {
		fmt.Println(err)
		return
	}
	if step, err = checkout.Answer(context.Background(), world, step, now); err != nil {
		fmt.Println(err)
		return
	}
	f := step.After
	fmt.Println(f.Session.Status, f.Session.PaymentStatus, f.Payment.Status, f.Payment.NextAction.Type())

	if step, err = f.ApplyPayment(paymentintent.Authenticate{}, now); err != nil { // the customer passes the challenge
		fmt.Println(err)
		return
	}
	fmt.Println(step.After.Session.Status, "shown as", step.After.Session.Status.Stripe())
	if step, err = checkout.Answer(context.Background(), world, step, now); err != nil {
		fmt.Println(err)
		return
	}
	f = step.After
	fmt.Println(f.Session.Status, f.Session.PaymentStatus, f.Payment.AmountReceived())
	// Output:
	// open unpaid requires_action redirect_to_url
	// confirming shown as open
	// complete paid 1099
}

// A customer who never comes: the timer of the session is deferred work, which a
// scheduler brings when it is due, or later, or twice.
func ExampleWork() {
	ctx := context.Background()
	clock := capture.NewVirtual(time.Date(2026, time.September, 20, 12, 0, 0, 0, time.UTC))
	step, err := order(clock.Now())
	if err != nil {
		fmt.Println(err)
		return
	}
	f := step.After
	_ = clock.Schedule(ctx, step.Deferred...)
	_ = clock.Schedule(ctx, step.Deferred...) // twice is harmless
	_ = clock.Drain(ctx, 10, func(ctx context.Context, d intents.Deferred) error {
		step, err := checkout.Work(ctx, checkout.Processor{}, f, d, clock.Now())
		if err != nil {
			return err
		}
		f = step.After
		fmt.Println(d.Kind, clock.Now().Sub(f.Session.Created.Time()), len(step.Session.Events), f.Session.Status)
		return nil
	})
	// Output:
	// session.lapse 24h0m0s 1 expired
	// session.lapse 24h0m0s 0 expired
}

// A session is used once: who comes again, or too late, is refused with a typed error.
func ExampleFlow_Apply() {
	now := time.Date(2026, time.September, 20, 12, 0, 0, 0, time.UTC)
	step, err := order(now)
	if err != nil {
		fmt.Println(err)
		return
	}
	if step, err = step.After.Apply(checkout.Expire{}, now); err != nil {
		fmt.Println(err)
		return
	}
	_, err = step.After.Apply(checkout.Submit{}, now)
	if refused, ok := errors.AsType[*intents.StateError](err); ok {
		fmt.Println(refused.Status, "allowed in", refused.Allowed)
	}
	_, err = checkout.Open(checkout.Create{ID: "cs_test_2", Mode: checkout.Setup, Details: "success_url=https://example.com"}, now)
	if invalid, ok := errors.AsType[*intents.InvalidError](err); ok {
		fmt.Println(invalid.Param, invalid.Code)
	}
	// Output:
	// expired allowed in [open]
	// currency parameter_missing
}

// A customer comes back to a session that has expired: a new one copies it.
func ExampleRecovered() {
	now := time.Date(2026, time.September, 20, 12, 0, 0, 0, time.UTC)
	items, _ := checkout.NewLineItems(checkout.LineItem{Name: "T-shirt", Currency: "usd", UnitAmount: 1099, Quantity: 1})
	step, err := checkout.Open(checkout.Create{
		ID: "cs_test_1", Mode: checkout.Payment, LineItems: items, Details: "after_expiration[recovery][enabled]=true&success_url=https://example.com",
	}, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	if step, err = step.After.Apply(checkout.Expire{}, now); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(step.After.Session.RecoveryURL())
	again, err := checkout.Recovered(step.After.Session, "cs_test_2", now.Add(7*24*time.Hour))
	if err != nil {
		fmt.Println(err)
		return
	}
	if step, err = checkout.Open(again, now.Add(7*24*time.Hour)); err != nil {
		fmt.Println(err)
		return
	}
	s := step.After.Session
	fmt.Println(s.ID, s.Status, s.AmountTotal(), "recovered from", s.RecoveredFrom)
	// Output:
	// https://checkout.stripe.com/r/cs_test_1
	// cs_test_2 open 1099 recovered from cs_test_1
}

package paymentintent_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/paymentintent"
)

// An asynchronous capture from end to end, in virtual time: the payment succeeds
// at once, and its ledger entry comes a little later, as deferred work.
func Example() {
	ctx := context.Background()
	clock := capture.NewVirtual(time.Date(2025, time.November, 10, 18, 24, 43, 0, time.UTC))
	world := paymentintent.Simulator{}
	visa, _ := capture.TestPaymentMethod("pm_card_visa")

	t, err := paymentintent.Chain(paymentintent.Intent{}, clock.Now(),
		paymentintent.Create{ID: "pi_1", Amount: 2000, Currency: "usd", CaptureMethod: capture.AutomaticAsync, PaymentMethod: visa},
		paymentintent.Confirm{},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	t, err = paymentintent.Answer(ctx, world, t, clock.Now())
	if err != nil {
		fmt.Println(err)
		return
	}
	pi := t.After // store it, publish t.Events, and:
	_ = clock.Schedule(ctx, t.Deferred...)
	_, posted := pi.Charge.BalanceTransaction()
	fmt.Println(pi.Status, pi.AmountReceived(), "received; ledger entry:", posted)

	_ = clock.Drain(ctx, 10, func(ctx context.Context, d intents.Deferred) error {
		t, err := paymentintent.Work(ctx, world, pi, d, clock.Now())
		if err != nil {
			return err
		}
		pi = t.After
		entry, _ := pi.Charge.BalanceTransaction()
		fmt.Println(entry.Created.Sub(pi.Created), "later:", t.Events[0].Name(), "amount", entry.Amount, "fee", entry.Fee, "net", entry.Net)
		return nil
	})
	fmt.Println(pi.Status)
	// Output:
	// succeeded 2000 received; ledger entry: false
	// 2s later: payment_intent.settled amount 2000 fee 88 net 1912
	// succeeded
}

// A command leads on, or is refused with a typed error that says why.
func ExampleApply() {
	now := time.Date(2025, time.November, 10, 18, 24, 43, 0, time.UTC)
	t, err := paymentintent.Apply(paymentintent.Intent{}, paymentintent.Create{ID: "pi_1", Amount: 2000, Currency: "usd"}, now)
	fmt.Println(t.After.Status, t.Events[0].Name(), err)

	_, err = paymentintent.Apply(t.After, paymentintent.Capture{}, now)
	if refused, ok := errors.AsType[*intents.StateError](err); ok {
		fmt.Println(refused.Code, "allowed in", refused.Allowed)
	}
	_, err = paymentintent.Apply(paymentintent.Intent{}, paymentintent.Create{ID: "pi_2", Amount: 49, Currency: "usd"}, now)
	if invalid, ok := errors.AsType[*intents.InvalidError](err); ok {
		fmt.Println(invalid.Code, invalid.Param)
	}
	// Output:
	// requires_payment_method payment_intent.created <nil>
	// payment_intent_unexpected_state allowed in [requires_capture]
	// amount_too_small amount
}

// A confirmation and its answer, joined into Stripe's one step. A decline is no
// error: it is a transition, and the failure is in the state.
func ExampleAnswer() {
	ctx, now := context.Background(), time.Date(2025, time.November, 10, 18, 24, 43, 0, time.UTC)
	for _, id := range []string{"pm_card_visa", "pm_card_threeDSecure2Required", "pm_card_visa_chargeDeclinedInsufficientFunds", "pm_usBankAccount_success"} {
		pm, _ := capture.TestPaymentMethod(id)
		t, err := paymentintent.Chain(paymentintent.Intent{}, now, paymentintent.Create{
			ID: "pi_1", Amount: 2000, Currency: "usd", PaymentMethod: pm, PaymentMethodTypes: intents.TypesOf(intents.Card, intents.USBankAccount),
		}, paymentintent.Confirm{})
		if err != nil {
			fmt.Println(err)
			return
		}
		t, err = paymentintent.Answer(ctx, paymentintent.Simulator{}, t, now)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s %q\n", t.After.Status, t.After.LastPaymentError.DeclineCode())
	}
	// Output:
	// succeeded ""
	// requires_action ""
	// requires_payment_method "insufficient_funds"
	// processing ""
}

// A service that must survive a crash stores the confirmation before it asks, and
// asks by way of the deferred work. Work that comes again is stale, and nothing happens.
func ExampleWork() {
	ctx, now := context.Background(), time.Date(2025, time.November, 10, 18, 24, 43, 0, time.UTC)
	visa, _ := capture.TestPaymentMethod("pm_card_visa")
	t, _ := paymentintent.Chain(paymentintent.Intent{}, now,
		paymentintent.Create{ID: "pi_1", Amount: 2000, Currency: "usd", PaymentMethod: visa}, paymentintent.Confirm{})
	stored, queued := t.After, t.Deferred[0]
	fmt.Println(stored.Status, "shown as", stored.Status.Stripe(), "owes", queued.Kind)

	for range 2 {
		t, err := paymentintent.Work(ctx, paymentintent.Simulator{}, stored, queued, now)
		fmt.Println(len(t.Events), "event,", t.After.Status, err)
		stored = t.After
	}
	// Output:
	// confirming shown as processing owes attempt.answer
	// 1 event, succeeded <nil>
	// 0 event, succeeded <nil>
}

// Two transitions, one after the other, are one: what the first owed and the second
// did is not owed any more.
func ExampleTransition_Then() {
	now := time.Date(2025, time.November, 10, 18, 24, 43, 0, time.UTC)
	visa, _ := capture.TestPaymentMethod("pm_card_visa")
	created, _ := paymentintent.Apply(paymentintent.Intent{}, paymentintent.Create{ID: "pi_1", Amount: 2000, Currency: "usd", CaptureMethod: capture.Manual, PaymentMethod: visa}, now)
	confirmed, _ := paymentintent.Apply(created.After, paymentintent.Confirm{}, now)
	approved, _ := paymentintent.Apply(confirmed.After, paymentintent.Approve{}, now)
	t := confirmed.Then(approved)
	fmt.Println(t.Before.Status, "->", t.After.Status)
	for _, e := range t.Events {
		fmt.Println(e.Name())
	}
	for _, d := range t.Deferred {
		fmt.Println("owes", d.Kind, "at", d.NotBefore)
	}
	// Output:
	// requires_confirmation -> requires_capture
	// payment_intent.confirmed
	// payment_intent.approved
	// owes authorization.lapse at 2025-11-17T18:24:43Z
}

// An intent is the sum of its events, which can be stored as JSON.
func ExampleReplay() {
	now := time.Date(2025, time.November, 10, 18, 24, 43, 0, time.UTC)
	t, _ := paymentintent.Chain(paymentintent.Intent{}, now,
		paymentintent.Create{ID: "pi_1", Amount: 2000, Currency: "usd"}, paymentintent.Cancel{Reason: paymentintent.Abandoned})
	var journal [][]byte
	for _, e := range t.Events {
		stored, _ := paymentintent.MarshalEvent(e)
		journal = append(journal, stored)
	}
	fmt.Printf("%s\n", journal[1])
	s := paymentintent.Replay(func(yield func(paymentintent.Event) bool) {
		for _, stored := range journal {
			if e, err := paymentintent.UnmarshalEvent(stored); err != nil || !yield(e) {
				return
			}
		}
	})
	fmt.Println(s == t.After, s.Status)
	// Output:
	// {"type":"payment_intent.canceled","data":{"at":1762799083,"reason":"abandoned"}}
	// true canceled
}

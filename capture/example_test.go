package capture_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

func ExampleApply() {
	now := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	card, _ := capture.TestPaymentMethod("pm_card_visa")

	// The issuer approved: the money is held.
	t, err := capture.Apply(capture.Charge{}, capture.Authorize{
		Attempt: capture.Attempt{ID: "ch_1", Amount: 2000, Currency: "usd", PaymentMethod: card},
		Method:  capture.Manual,
	}, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(t.After.Status, t.Events[0].Name(), t.Deferred[0].Kind, t.Deferred[0].NotBefore)

	// A part of it is taken, and the rest goes back.
	t, err = capture.Apply(t.After, capture.Capture{Amount: 1500, Final: true}, now.Add(time.Hour))
	fmt.Println(t.After.Status, t.After.AmountCaptured, t.After.AmountReleased, err)

	// Twice is refused, and changes nothing.
	_, err = capture.Apply(t.After, capture.Capture{Amount: 1500, Final: true}, now.Add(time.Hour))
	var refused *intents.StateError
	fmt.Println(errors.As(err, &refused), err)
	// Output:
	// authorized charge.authorized charge.expire 2026-01-08T09:00:00Z
	// settled 1500 500 <nil>
	// true charge: capture is not allowed in status settled; it is allowed in authorized
}

func ExampleReplay() {
	card, _ := capture.TestPaymentMethod("pm_card_visa")
	now := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	var charge capture.Charge
	var log []capture.Event // what a service stores
	for _, cmd := range []capture.Command{
		capture.Authorize{Attempt: capture.Attempt{ID: "ch_1", Amount: 2000, Currency: "usd", PaymentMethod: card}, Method: capture.Automatic},
		capture.RefundCharge{Amount: 500, Reason: capture.RequestedByCustomer},
	} {
		t, err := capture.Apply(charge, cmd, now)
		if err != nil {
			fmt.Println(err)
			return
		}
		charge, log = t.After, append(log, t.Events...)
	}
	fmt.Println(capture.Replay(slices.Values(log)) == charge)
	// Output: true
}

func ExampleCharge_BalanceTransaction() {
	card, _ := capture.TestPaymentMethod("pm_card_visa")
	details, _ := intents.PairsOf(capture.KeyDestination, "acct_1", capture.KeyFeeAmount, "123")
	t, err := capture.Apply(capture.Charge{}, capture.Authorize{
		Attempt: capture.Attempt{ID: "ch_3SRzp4KXBGcbgpbZ1EpWO6qC", Amount: 2000, Currency: "usd", PaymentMethod: card, Details: details},
		Method:  capture.Automatic,
		Terms:   capture.Terms{Pricing: capture.TestPricing()},
	}, time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC))
	if err != nil {
		fmt.Println(err)
		return
	}
	charge := t.After
	b, _ := charge.BalanceTransaction()
	fmt.Printf("%s: %d - %d = %d, available on %s\n", b.ID, b.Amount, b.Fee, b.Net, b.AvailableOn)
	fee, _ := charge.ApplicationFee()
	fmt.Printf("%s: %d\n", fee.ID, fee.Amount)
	transfer, _ := charge.Transfer()
	fmt.Printf("%s: %d to %s\n", transfer.ID, transfer.Amount, transfer.Destination)
	// Output:
	// txn_3SRzp4KXBGcbgpbZuZ6vdOED: 2000 - 88 = 1912, available on 2026-01-08T00:00:00Z
	// fee_3SRzp4KXBGcbgpbZtfPtkXjd: 123
	// tr_3SRzp4KXBGcbgpbZhSzufzaL: 2000 to acct_1
}

func ExampleLegal() {
	fmt.Println(capture.Legal(capture.StatusCaptured))
	// Output: [settle refund report_refund dispute]
}

func ExampleResume() {
	card, _ := capture.TestPaymentMethod("pm_card_visa")
	now := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
	t, err := capture.Apply(capture.Charge{}, capture.Authorize{
		Attempt: capture.Attempt{ID: "ch_1", Amount: 2000, Currency: "usd", PaymentMethod: card}, Method: capture.Manual,
	}, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	timer := t.Deferred[0]
	cmd, current := capture.Resume(t.After, timer)
	fmt.Println(cmd, current)

	// Once the hold is captured, the timer is stale. Nobody has to cancel it.
	t, err = capture.Apply(t.After, capture.Capture{Amount: 2000, Final: true}, now)
	cmd, current = capture.Resume(t.After, timer)
	fmt.Println(cmd, current, err)
	// Output:
	// expire true
	// <nil> false <nil>
}

// An asynchronous capture in virtual time: the money is taken at once, the balance
// transaction is null, and the ledger comes within the hour. Its report comes twice.
func Example_asynchronousCapture() {
	ctx := context.Background()
	clock := capture.NewVirtual(time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC))
	if err := clock.Inject(capture.Faults{Duplicate: 1}, capture.Seeded(1)); err != nil {
		fmt.Println(err)
		return
	}
	var charge capture.Charge
	do := func(cmd capture.Command) error {
		t, err := capture.Apply(charge, cmd, clock.Now())
		if err != nil {
			return err
		}
		charge = t.After // store, publish, schedule: all or none
		_, posted := charge.BalanceTransaction()
		fmt.Println(clock.Now().Format(time.TimeOnly), charge.Status, len(t.Events), "events; ledger:", posted)
		return clock.Schedule(ctx, t.Deferred...)
	}

	card, _ := capture.TestPaymentMethod("pm_card_visa")
	err := do(capture.Authorize{
		Attempt: capture.Attempt{ID: "ch_1", Amount: 2000, Currency: "usd", PaymentMethod: card},
		Method:  capture.AutomaticAsync,
		Terms:   capture.Terms{SettleIn: 23 * time.Minute, Pricing: capture.TestPricing()},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = clock.Drain(ctx, 10, func(_ context.Context, work intents.Deferred) error {
		if _, current := capture.Resume(charge, work); !current {
			fmt.Println(clock.Now().Format(time.TimeOnly), work.Kind, "is stale")
			return nil
		}
		return do(capture.Settle{}) // ask the acquirer here, and apply its report
	})
	fmt.Println(err)
	// Output:
	// 09:00:00 captured 1 events; ledger: false
	// 09:23:00 settled 1 events; ledger: true
	// 09:23:00 charge.settle is stale
	// <nil>
}

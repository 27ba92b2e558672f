package compare

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/webhook"
)

// ours is our side of each job, by the name of the job.
var ours = map[string]func(*testing.B){
	jobLife:                ourLife,
	jobAsync:               ourAsync,
	jobRefusal:             ourRefusal,
	jobEvent:               ourEvent,
	jobSchedule(1_000):     func(b *testing.B) { virtualSchedule(b, 1_000) },
	jobSchedule(10_000):    func(b *testing.B) { virtualSchedule(b, 10_000) },
	jobSchedule(100_000):   func(b *testing.B) { virtualSchedule(b, 100_000) },
	jobSchedule(1_000_000): func(b *testing.B) { virtualSchedule(b, 1_000_000) },
}

var epoch = time.Unix(1_700_000_000, 0)

// tasks returns one task for each delay, each of another payment.
func tasks(n int) []intents.Deferred {
	all, start := make([]intents.Deferred, n), intents.TimeOf(epoch)
	for i, d := range delays(n) {
		all[i] = intents.Deferred{Kind: "charge.settle", Subject: fmt.Sprintf("ch_%024d", i), NotBefore: start.Add(d)}
	}
	return all
}

// virtualSchedule does what the others do, and looks at the order too: the
// others can't be asked for it, because each of their timers runs on its own.
func virtualSchedule(b *testing.B, n int) {
	ctx, all := context.Background(), tasks(n)
	end := epoch.Add(time.Duration(n) * time.Second)
	loop(b, func() {
		clock, fired, last := capture.NewVirtual(epoch), 0, intents.Time(0)
		for i := range all {
			if err := clock.Schedule(ctx, all[i:i+1]...); err != nil {
				b.Fatal(err)
			}
		}
		err := clock.Run(ctx, end, func(_ context.Context, work intents.Deferred) error {
			if work.NotBefore <= last {
				b.Fatalf("%s comes after %s", work.NotBefore, last)
			}
			last = work.NotBefore
			fired++
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		expect(b, fired, n)
	})
}

const ourID = "pi_3TGnEsQK2ZHS99Rk1DIz66Nj"

// visa is a payment method, with what a store would know of the card.
func visa(b *testing.B) intents.PaymentMethod {
	b.Helper()
	pm, ok := capture.TestPaymentMethod("pm_card_visa")
	if !ok {
		b.Fatal("no such test method")
	}
	return pm
}

// ourLife goes through six transitions where the others' strings go through five,
// because the answer of the issuer is one of its own. Each has its state, its event,
// and what it owes.
func ourLife(b *testing.B) {
	action, err := intents.NewNextAction("use_stripe_sdk")
	if err != nil {
		b.Fatal(err)
	}
	commands := []paymentintent.Command{
		paymentintent.Create{ID: ourID, Amount: 2000, Currency: "usd", CaptureMethod: capture.Manual, PaymentMethod: visa(b), Details: "customer=cus_1&description=T-shirt", Metadata: "order=6735"},
		paymentintent.Confirm{},
		paymentintent.Challenge{NextAction: action},
		paymentintent.Authenticate{},
		paymentintent.Approve{},
		paymentintent.Capture{},
	}
	var t paymentintent.Transition
	loop(b, func() {
		t.After = paymentintent.Intent{}
		for _, c := range commands {
			if err := t.Next(c, epoch); err != nil {
				b.Fatal(err)
			}
		}
	})
	if t.After.Status != paymentintent.StatusSucceeded || t.After.AmountReceived() != 2000 {
		b.Fatalf("%#v", t.After)
	}
}

// ourAsync is a destination charge with a fee: six wire events as structs, and one
// task among 100,000 that are pending.
func ourAsync(b *testing.B) {
	ctx := context.Background()
	queue := capture.NewVirtual(epoch)
	for i := range 100_000 {
		d := intents.Deferred{Kind: "charge.settle", Subject: fmt.Sprintf("ch_%024d", i), NotBefore: intents.TimeOf(epoch) + 1_000_000_000 + intents.Time(i)}
		if err := queue.Schedule(ctx, d); err != nil {
			b.Fatal(err)
		}
	}
	commands := []paymentintent.Command{
		paymentintent.Create{
			ID: ourID, Amount: 2000, Currency: "usd", CaptureMethod: capture.AutomaticAsync, PaymentMethod: visa(b),
			Details: "application_fee_amount=200&transfer_data[destination]=acct_1SNw0AQCmQuvM3Po", Metadata: "order=6735",
		},
		paymentintent.Confirm{},
		paymentintent.Approve{Terms: capture.Terms{SettleIn: 2 * time.Second, Pricing: capture.TestPricing()}},
	}
	loop(b, func() {
		t, err := paymentintent.Chain(paymentintent.Intent{}, queue.Now(), commands...)
		if err != nil {
			b.Fatal(err)
		}
		if err := queue.Schedule(ctx, t.Deferred...); err != nil {
			b.Fatal(err)
		}
		sent := len(webhook.FromPaymentIntent(t))
		work, _ := queue.Next()
		if _, current := paymentintent.Resume(t.After, work); !current {
			b.Fatalf("%v is not what %s owes", work, t.After.ID)
		}
		if t, err = paymentintent.Apply(t.After, paymentintent.Settle{}, queue.Now()); err != nil {
			b.Fatal(err)
		}
		if sent += len(webhook.FromPaymentIntent(t)); sent != 6 {
			b.Fatalf("%d events", sent)
		}
	})
}

func ourRefusal(b *testing.B) {
	s := paymentintent.Intent{}
	var last error
	loop(b, func() { _, last = paymentintent.Apply(s, paymentintent.Capture{}, epoch) })
	var refused *intents.StateError
	if !errors.As(last, &refused) || len(refused.Allowed) != 1 {
		b.Fatal(last)
	}
}

// ourEvent renders and signs the payment_intent.succeeded of a card payment.
func ourEvent(b *testing.B) {
	t, err := paymentintent.Chain(paymentintent.Intent{}, epoch,
		paymentintent.Create{ID: ourID, Amount: 2000, Currency: "usd", CaptureMethod: capture.AutomaticAsync, PaymentMethod: visa(b), Details: "customer=cus_1&description=T-shirt", Metadata: "order=6735"},
		paymentintent.Confirm{}, paymentintent.Approve{})
	if err != nil {
		b.Fatal(err)
	}
	all := webhook.FromPaymentIntent(t)
	e, at := all[len(all)-1], intents.TimeOf(epoch)
	var header string
	loop(b, func() { header = webhook.Sign(e.Render(intents.VersionDahlia), at, eventSecret) })
	if err := webhook.Verify(e.Render(intents.VersionDahlia), header, epoch, webhook.DefaultTolerance, eventSecret); err != nil || e.Type != "payment_intent.succeeded" {
		b.Fatal(e.Type, err)
	}
}

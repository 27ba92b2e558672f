package page

import (
	"context"
	"iter"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/webhook"
	"github.com/payintent/intents/webhook/delivery"
)

// Backend is the server behind all pages.
type Backend interface {
	Sessions
	Desk
}

// Sessions is what the hosted page asks of the server. Its methods may be called from
// many goroutines at once.
type Sessions interface {
	// Now returns the server's time, in UTC.
	Now() time.Time
	// Flow returns a session with its intent, or false where there is none.
	Flow(ctx context.Context, session string) (checkout.Flow, bool, error)
	// Payer returns the customer that a session was given, or false where it was given none.
	Payer(ctx context.Context, session string) (intents.Customer, bool, error)
	// NewID draws an id, such as pm_…, for what the customer enters.
	NewID(prefix string) string
	// Visit carries out what a customer does on a page, as one: it loads the flow, has
	// do decide, asks the processors about an attempt that do began, stores all that
	// changed, the payment method and the customer with it, and returns the flow as it
	// then is. An error of do comes back as it is, and then nothing has changed.
	Visit(ctx context.Context, session string, do func(f checkout.Flow, now time.Time) (checkout.Step, error)) (checkout.Flow, error)
	// Recover opens a copy of an expired session, as checkout.Recovered makes it, and
	// returns its id. It returns the machine's refusal.
	Recover(ctx context.Context, session string) (string, error)
}

// Desk is what the dashboard asks of the server. Its methods may be called from many
// goroutines at once, but none of them while one of its sequences is being read.
type Desk interface {
	// Now returns the server's time, in UTC.
	Now() time.Time
	// Virtual reports whether Advance and AdvanceToNext can move the time.
	Virtual() bool
	// Payments, Setups, Checkouts, Events and Deliveries yield what there is, newest first.
	Payments() iter.Seq2[paymentintent.Intent, error]
	Setups() iter.Seq2[setupintent.Intent, error]
	Checkouts() iter.Seq2[checkout.Session, error]
	Events() iter.Seq2[webhook.Event, error]
	Deliveries() iter.Seq2[delivery.Delivery, error]
	// Payment, Setup and Checkout return one by its id, or false where there is none.
	Payment(ctx context.Context, id string) (paymentintent.Intent, bool, error)
	Setup(ctx context.Context, id string) (setupintent.Intent, bool, error)
	Checkout(ctx context.Context, id string) (checkout.Session, bool, error)
	// Path returns the statuses that an object went through, oldest first, as far as
	// the server knows: see [Trail].
	Path(id string) []Mark
	// Pending returns the deferred work that is owed, the earliest first.
	Pending(ctx context.Context) ([]intents.Deferred, error)
	// ActPayment and ActSetup give an intent a command in the customer's name, ask the
	// processor about the attempt that goes on, and store it all.
	ActPayment(ctx context.Context, id string, c paymentintent.Command) error
	ActSetup(ctx context.Context, id string, c setupintent.Command) error
	// Resend sends a delivery again, at once.
	Resend(ctx context.Context, delivery string) error
	// Advance moves virtual time forward, and does what is due on the way.
	Advance(ctx context.Context, d time.Duration) error
	// AdvanceToNext moves virtual time to when the next work is due, and does it.
	AdvanceToNext(ctx context.Context) error
	// Wait returns the number of changes so far as soon as it is not since, or when the
	// context is done: see [Pulse].
	Wait(ctx context.Context, since uint64) uint64
}

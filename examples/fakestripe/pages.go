package fakestripe

import (
	"cmp"
	"context"
	"iter"
	"net/http"
	"slices"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/examples/fakestripe/internal/page"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/webhook"
	"github.com/payintent/intents/webhook/delivery"
	"github.com/payintent/intents/webhook/idempotency"
)

// backend is what the pages ask of the server.
type backend struct{ *Server }

var _ page.Backend = backend{}

// read runs a function that changes nothing.
func (b backend) read(ctx context.Context, f func(x *tx) error) error {
	b.mu.RLock()
	defer b.mu.RUnlock()
	x := b.tx(&request{ctx: ctx, version: b.o.APIVersion})
	if err := f(x); err != nil {
		return err
	}
	return x.err
}

// write runs a function that changes something, and commits that: on behalf of a
// customer, and of no API request.
func (b backend) write(ctx context.Context, f func(x *tx) error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	x := b.tx(&request{ctx: ctx, version: b.o.APIVersion})
	x.pages = true
	if err := f(x); err != nil {
		return err
	}
	if err := x.commit(); err != nil {
		return err
	}
	b.changed(x)
	return nil
}

// one reads a row.
func one[T any](ctx context.Context, b backend, t Table, id string) (v T, ok bool, err error) {
	err = b.read(ctx, func(x *tx) error {
		v, ok = get[T](x, t, id)
		return nil
	})
	return v, ok, err
}

// all yields the values of a table, newest first.
func all[T, U any](b backend, t Table, as func(T) U) iter.Seq2[U, error] {
	return func(yield func(U, error) bool) {
		b.mu.RLock()
		defer b.mu.RUnlock()
		for row, err := range b.store.Scan(t, "", true) {
			v, ok := row.Value.(T)
			if err == nil && !ok {
				continue
			}
			if !yield(as(v), err) {
				return
			}
		}
	}
}

func same[T any](v T) T { return v }

// Flow implements page.Sessions.
func (b backend) Flow(ctx context.Context, session string) (f checkout.Flow, ok bool, err error) {
	err = b.read(ctx, func(x *tx) error {
		f, ok = x.flowOf(session)
		return nil
	})
	return f, ok, err
}

// Payer implements page.Sessions.
func (b backend) Payer(ctx context.Context, session string) (c intents.Customer, ok bool, err error) {
	err = b.read(ctx, func(x *tx) error {
		f, _ := x.flowOf(session)
		row, has := get[customerRow](x, tableCustomers, f.Session.Detail(checkout.KeyCustomer))
		c, ok = row.Customer, has && !row.Deleted
		return nil
	})
	return c, ok, err
}

// NewID implements page.Sessions.
func (b backend) NewID(prefix string) string { return b.ids.object(prefix, intents.TimeOf(b.Now())) }

// Visit implements page.Sessions.
func (b backend) Visit(ctx context.Context, session string, do func(f checkout.Flow, now time.Time) (checkout.Step, error)) (f checkout.Flow, err error) {
	err = b.write(ctx, func(x *tx) error {
		was, ok := x.flowOf(session)
		if !ok {
			return missing("checkout.session", session, "session")
		}
		step, err := do(was, x.now)
		if err != nil {
			return err
		}
		for _, pm := range []intents.PaymentMethod{step.After.Payment.PaymentMethod, step.After.Setup.PaymentMethod} {
			if _, known := get[methodRow](x, tableMethods, pm.ID); !known {
				x.keepMethod(pm)
			}
		}
		step, err = x.keepStep(step)
		f = step.After
		return err
	})
	return f, err
}

// Recover implements page.Sessions.
func (b backend) Recover(ctx context.Context, session string) (id string, err error) {
	err = b.write(ctx, func(x *tx) error {
		f, ok := x.flowOf(session)
		if !ok {
			return missing("checkout.session", session, "session")
		}
		c, err := checkout.Recovered(f.Session, x.sessionID(f.Session.Mode), x.now)
		if err != nil {
			return err
		}
		step, err := x.begun(c)
		id = step.After.Session.ID
		return err
	})
	return id, err
}

// Virtual implements page.Desk.
func (b backend) Virtual() bool { return b.o.Clock == Virtual }

// Payments implements page.Desk.
func (b backend) Payments() iter.Seq2[paymentintent.Intent, error] {
	return all(b, tableIntents, same[paymentintent.Intent])
}

// Setups implements page.Desk.
func (b backend) Setups() iter.Seq2[setupintent.Intent, error] {
	return all(b, tableSetups, same[setupintent.Intent])
}

// Checkouts implements page.Desk.
func (b backend) Checkouts() iter.Seq2[checkout.Session, error] {
	return all(b, tableSessions, same[checkout.Session])
}

// Events implements page.Desk.
func (b backend) Events() iter.Seq2[webhook.Event, error] {
	return all(b, tableEvents, func(e eventRow) webhook.Event { return e.Event })
}

// Deliveries implements page.Desk.
func (b backend) Deliveries() iter.Seq2[delivery.Delivery, error] {
	return all(b, tableDeliveries, same[delivery.Delivery])
}

// Payment implements page.Desk.
func (b backend) Payment(ctx context.Context, id string) (paymentintent.Intent, bool, error) {
	return one[paymentintent.Intent](ctx, b, tableIntents, id)
}

// Setup implements page.Desk.
func (b backend) Setup(ctx context.Context, id string) (setupintent.Intent, bool, error) {
	return one[setupintent.Intent](ctx, b, tableSetups, id)
}

// Checkout implements page.Desk.
func (b backend) Checkout(ctx context.Context, id string) (checkout.Session, bool, error) {
	return one[checkout.Session](ctx, b, tableSessions, id)
}

// Path implements page.Desk.
func (b backend) Path(id string) []page.Mark { return b.trail.Path(id) }

// Pending implements page.Desk: what the stored objects owe, but for keys that are forgotten.
func (b backend) Pending(ctx context.Context) (work []intents.Deferred, err error) {
	err = b.read(ctx, func(x *tx) error {
		work = slices.DeleteFunc(x.pending(), func(d intents.Deferred) bool { return d.Kind == idempotency.PruneKey })
		return nil
	})
	slices.SortStableFunc(work, func(a, b intents.Deferred) int { return cmp.Compare(a.NotBefore, b.NotBefore) })
	return work, err
}

// pending returns the work that everything stored owes: it is a function of the store.
func (x *tx) pending() []intents.Deferred {
	var work []intents.Deferred
	owe := func(d ...intents.Deferred) { work = append(work, d...) }
	for _, v := range each[paymentintent.Intent](x, tableIntents) {
		owe(paymentintent.Pending(v)...)
	}
	for _, v := range each[setupintent.Intent](x, tableSetups) {
		owe(setupintent.Pending(v)...)
	}
	for _, v := range each[checkout.Session](x, tableSessions) {
		owe(checkout.Pending(v)...)
	}
	for _, v := range each[chargeRow](x, tableCharges) {
		if v.PaymentIntent == "" {
			owe(capture.Pending(v.Charge.Charge)...)
		}
	}
	for _, v := range each[delivery.Delivery](x, tableDeliveries) {
		owe(delivery.Pending(v)...)
	}
	for _, v := range each[idempotency.Record](x, tableKeys) {
		owe(idempotency.Pending(v)...)
	}
	return work
}

// ActPayment implements page.Desk.
func (b backend) ActPayment(ctx context.Context, id string, c paymentintent.Command) error {
	return b.write(ctx, func(x *tx) error {
		s, ok := get[paymentintent.Intent](x, tableIntents, id)
		if !ok {
			return missing("payment_intent", id, "intent")
		}
		_, err := x.applyPayment(s, c)
		return err
	})
}

// ActSetup implements page.Desk.
func (b backend) ActSetup(ctx context.Context, id string, c setupintent.Command) error {
	return b.write(ctx, func(x *tx) error {
		s, ok := get[setupintent.Intent](x, tableSetups, id)
		if !ok {
			return missing("setupintent", id, "intent")
		}
		_, err := x.applySetup(s, c)
		return err
	})
}

// Resend implements page.Desk.
func (b backend) Resend(_ context.Context, delivery string) error { return b.Server.Resend(delivery) }

// Advance implements page.Desk.
func (b backend) Advance(ctx context.Context, d time.Duration) error {
	_, err := b.Server.Advance(ctx, d)
	return err
}

// AdvanceToNext implements page.Desk.
func (b backend) AdvanceToNext(ctx context.Context) error {
	_, err := b.Server.AdvanceToNext(ctx)
	return err
}

// Wait implements page.Desk.
func (b backend) Wait(ctx context.Context, since uint64) uint64 { return b.pulse.Wait(ctx, since) }

// mount returns what is for people: the hosted pages, the pages of next_actions and
// the dashboard. What only looks like an API is answered as one.
func (s *Server) mount() http.Handler {
	b := backend{s}
	mux := http.NewServeMux()
	hosted, actions := page.Checkout(b), page.Actions(b)
	mux.Handle("/c/", hosted)
	mux.Handle("/r/", hosted)
	mux.Handle("/redirect/authenticate/", actions)
	mux.Handle("/microdeposit/", actions)
	mux.HandleFunc("/v2/", s.serveAPI)
	mux.Handle("/", page.Dashboard(b))
	return mux
}

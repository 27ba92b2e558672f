package page_test

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/examples/fakestripe/internal/page"
	"github.com/payintent/intents/internal/ids"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/webhook"
	"github.com/payintent/intents/webhook/delivery"
)

// begun is when the world's time begins.
var begun = time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)

// world is a server behind the pages, in memory: the machines, the simulators and
// virtual time, and nothing else.
type world struct {
	tb testing.TB
	page.Trail
	page.Pulse

	mu         sync.Mutex
	time       *capture.Virtual
	outside    checkout.Processor
	drawn      uint64
	flows      map[string]checkout.Flow
	payments   map[string]paymentintent.Intent
	setups     map[string]setupintent.Intent
	customers  map[string]intents.Customer
	order      []string // the ids of all objects, oldest first
	events     []webhook.Event
	endpoint   delivery.Endpoint
	deliveries []delivery.Delivery
	down       bool // the endpoint answers 500
	broken     error
	commits    int
}

var _ page.Backend = (*world)(nil)

func newWorld(tb testing.TB) *world {
	tb.Helper()
	return &world{
		tb: tb, time: capture.NewVirtual(begun),
		outside: checkout.Processor{Payment: paymentintent.Simulator{}, Setup: setupintent.Simulator{}, Subscription: subscriber{}},
		flows:   map[string]checkout.Flow{}, payments: map[string]paymentintent.Intent{}, setups: map[string]setupintent.Intent{}, customers: map[string]intents.Customer{},
	}
}

// subscriber starts every subscription but those of declined cards.
type subscriber struct{}

func (subscriber) Start(_ context.Context, s checkout.Session, _ intents.Deferred) (checkout.Command, error) {
	if capture.BehaviourOf(s.PaymentMethod).Code != "" {
		return checkout.Reopen{}, nil
	}
	return checkout.Complete{PaymentStatus: checkout.Paid, Subscription: ids.Derive("sub_", s.ID, 0), Invoice: ids.Derive("in_", s.ID, 0)}, nil
}

// listen has all events delivered to an endpoint.
func (w *world) listen() {
	w.tb.Helper()
	e, err := delivery.NewEndpoint(delivery.EndpointParams{ID: "we_1", URL: "https://example.com/hook", Secret: "whsec_0123456789abcdef", EnabledEvents: []string{"*"}}, w.Now())
	require.NoError(w.tb, err)
	w.endpoint = e
}

// open makes a session with an id of its own.
func (w *world) open(c checkout.Create) string {
	w.tb.Helper()
	if c.ID == "" {
		c.ID = w.NewID("cs_test_")
	}
	if c.UIMode == "" || c.UIMode == checkout.HostedPage {
		var err error
		if _, given := c.Details.Get("success_url"); !given {
			c.Details, err = c.Details.With("success_url", "https://shop.example.com/thanks?session={CHECKOUT_SESSION_ID}")
			require.NoError(w.tb, err)
		}
		if _, given := c.Details.Get("cancel_url"); !given {
			c.Details, err = c.Details.With("cancel_url", "https://shop.example.com/cart")
			require.NoError(w.tb, err)
		}
	}
	step, err := checkout.Open(c, w.Now())
	require.NoError(w.tb, err)
	w.mu.Lock()
	defer w.mu.Unlock()
	require.NoError(w.tb, w.commit(step))
	return c.ID
}

// pay makes a PaymentIntent without a session, and confirms it.
func (w *world) pay(amount int64, method string) string {
	w.tb.Helper()
	pm, ok := capture.TestPaymentMethod(method)
	require.True(w.tb, ok)
	id := w.NewID("pi_")
	t, err := paymentintent.Chain(paymentintent.Intent{}, w.Now(), paymentintent.Create{ID: id, Amount: amount, Currency: "usd", PaymentMethodTypes: intents.TypesOf(pm.Type)},
		paymentintent.Confirm{PaymentMethod: pm, Details: "return_url=https://shop.example.com/back"})
	require.NoError(w.tb, err)
	t, err = paymentintent.Answer(w.tb.Context(), w.outside.Payment, t, w.Now())
	require.NoError(w.tb, err)
	w.mu.Lock()
	defer w.mu.Unlock()
	require.NoError(w.tb, w.keep(t))
	return id
}

func (w *world) NewID(prefix string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drawn++
	return ids.Derive(prefix, "world", w.drawn)
}

func (w *world) Now() time.Time { return w.time.Now() }
func (w *world) Virtual() bool  { return true }

func (w *world) Flow(_ context.Context, session string) (checkout.Flow, bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f, ok := w.flows[session]
	return f, ok, w.broken
}

func (w *world) Payer(_ context.Context, session string) (intents.Customer, bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.flows[session]
	c, ok := w.customers[f.Session.Detail("customer")]
	return c, ok, nil
}

func (w *world) Visit(ctx context.Context, session string, do func(checkout.Flow, time.Time) (checkout.Step, error)) (checkout.Flow, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.broken != nil {
		return checkout.Flow{}, w.broken
	}
	step, err := do(w.flows[session], w.Now())
	if err == nil {
		step, err = checkout.Answer(ctx, w.outside, step, w.Now())
	}
	if err != nil {
		return checkout.Flow{}, err
	}
	return step.After, w.commit(step)
}

func (w *world) Recover(_ context.Context, session string) (string, error) {
	id := w.NewID("cs_test_")
	w.mu.Lock()
	defer w.mu.Unlock()
	c, err := checkout.Recovered(w.flows[session].Session, id, w.Now())
	if err != nil {
		return "", err
	}
	step, err := checkout.Open(c, w.Now())
	if err != nil {
		return "", err
	}
	return id, w.commit(step)
}

// commit keeps what a step changed.
func (w *world) commit(s checkout.Step) error {
	id := s.After.Session.ID
	for _, id := range []string{id, s.After.Payment.ID, s.After.Setup.ID} {
		w.made(id)
	}
	w.flows[id] = s.After
	w.Step(s, intents.TimeOf(w.Now()))
	return w.publish(webhook.FromCheckout(s), s.Deferred)
}

func (w *world) keep(t paymentintent.Transition) error {
	w.made(t.After.ID)
	w.payments[t.After.ID] = t.After
	w.Trail.Payment(t, intents.TimeOf(w.Now()))
	return w.publish(webhook.FromPaymentIntent(t), t.Deferred)
}

func (w *world) made(id string) {
	if id != "" && !slices.Contains(w.order, id) {
		w.order = append(w.order, id)
	}
}

func (w *world) publish(events []webhook.Event, work []intents.Deferred) error {
	w.commits++
	for _, e := range events {
		w.events = append(w.events, e)
		if w.endpoint.ID == "" {
			continue
		}
		for _, c := range delivery.Fan(e, w.endpoint) {
			t, err := delivery.Apply(delivery.Delivery{}, c, w.Now())
			if err != nil {
				return err
			}
			w.deliveries = append(w.deliveries, t.After)
			work = append(work, t.Deferred...)
		}
	}
	w.Beat()
	return w.time.Schedule(context.Background(), work...)
}

// work does a piece of deferred work.
func (w *world) work(ctx context.Context, d intents.Deferred) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p, ok := w.payments[d.Subject]; ok {
		t, err := paymentintent.Work(ctx, w.outside.Payment, p, d, w.Now())
		if err != nil || len(t.Events) == 0 {
			return err
		}
		return w.keep(t)
	}
	if strings.HasPrefix(d.Subject, "dlv_") {
		return w.deliver(ctx, d)
	}
	for _, f := range w.flows {
		if d.Subject != f.Session.ID && d.Subject != f.Payment.ID && d.Subject != f.Setup.ID {
			continue
		}
		step, err := checkout.Work(ctx, w.outside, f, d, w.Now())
		if err != nil || step.Before == step.After {
			return err
		}
		return w.commit(step)
	}
	return nil
}

func (w *world) deliver(ctx context.Context, d intents.Deferred) error {
	at := slices.IndexFunc(w.deliveries, func(x delivery.Delivery) bool { return x.ID == d.Subject })
	t, err := delivery.Work(ctx, w, w.deliveries[at], d, w.Now())
	if err != nil {
		return err
	}
	w.deliveries[at] = t.After
	w.Beat()
	return w.time.Schedule(ctx, t.Deferred...)
}

// Report implements delivery.Processor: the endpoint is up, or down.
func (w *world) Report(context.Context, delivery.Delivery, intents.Deferred, time.Time) (delivery.Command, error) {
	if w.down {
		return delivery.Respond{Code: 500}, nil
	}
	return delivery.Respond{Code: 200}, nil
}

func (w *world) Advance(ctx context.Context, d time.Duration) error {
	return w.time.Run(ctx, w.Now().Add(d), w.work)
}

func (w *world) AdvanceToNext(ctx context.Context) error {
	work, err := w.Pending(ctx)
	if err != nil || len(work) == 0 {
		return err
	}
	until := work[0].NotBefore.Time()
	if now := w.Now(); until.Before(now) {
		until = now
	}
	return w.time.Run(ctx, until, w.work)
}

func (w *world) Pending(context.Context) ([]intents.Deferred, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var work []intents.Deferred
	for _, f := range w.flows {
		work = append(work, f.Pending()...)
	}
	for _, p := range w.payments {
		work = append(work, paymentintent.Pending(p)...)
	}
	for _, d := range w.deliveries {
		work = append(work, delivery.Pending(d)...)
	}
	slices.SortFunc(work, func(a, b intents.Deferred) int {
		return cmp.Or(cmp.Compare(a.NotBefore, b.NotBefore), cmp.Compare(a.Key(), b.Key()))
	})
	return work, nil
}

func (w *world) Resend(_ context.Context, id string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := slices.IndexFunc(w.deliveries, func(x delivery.Delivery) bool { return x.ID == id })
	if at < 0 {
		return &intents.InvalidError{Param: "delivery", Code: "resource_missing", Message: "No such delivery: " + id}
	}
	t, err := delivery.Apply(w.deliveries[at], delivery.Resend{}, w.Now())
	if err != nil {
		return err
	}
	w.deliveries[at] = t.After
	w.Beat()
	return w.time.Schedule(context.Background(), t.Deferred...)
}

func (w *world) ActPayment(ctx context.Context, id string, c paymentintent.Command) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p, ok := w.payments[id]; ok {
		t, err := paymentintent.Apply(p, c, w.Now())
		if err == nil {
			t, err = paymentintent.Answer(ctx, w.outside.Payment, t, w.Now())
		}
		if err != nil {
			return err
		}
		return w.keep(t)
	}
	for _, f := range w.flows {
		if f.Payment.ID == id {
			step, err := f.ApplyPayment(c, w.Now())
			return w.answered(ctx, step, err)
		}
	}
	return errors.New("no such intent")
}

func (w *world) ActSetup(ctx context.Context, id string, c setupintent.Command) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range w.flows {
		if f.Setup.ID == id {
			step, err := f.ApplySetup(c, w.Now())
			return w.answered(ctx, step, err)
		}
	}
	return errors.New("no such intent")
}

func (w *world) answered(ctx context.Context, step checkout.Step, err error) error {
	if err == nil {
		step, err = checkout.Answer(ctx, w.outside, step, w.Now())
	}
	if err != nil {
		return err
	}
	return w.commit(step)
}

func (w *world) Payment(_ context.Context, id string) (paymentintent.Intent, bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p, ok := w.payments[id]; ok {
		return p, true, nil
	}
	for _, f := range w.flows {
		if f.Payment.ID == id && id != "" {
			return f.Payment, true, nil
		}
	}
	return paymentintent.Intent{}, false, nil
}

func (w *world) Setup(_ context.Context, id string) (setupintent.Intent, bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, f := range w.flows {
		if f.Setup.ID == id && id != "" {
			return f.Setup, true, nil
		}
	}
	return setupintent.Intent{}, false, nil
}

func (w *world) Checkout(_ context.Context, id string) (checkout.Session, bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f, ok := w.flows[id]
	return f.Session, ok, nil
}

// newest yields what find finds of all objects, newest first.
func newest[T any](w *world, find func(context.Context, string) (T, bool, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		w.mu.Lock()
		order := slices.Clone(w.order)
		w.mu.Unlock()
		for _, id := range slices.Backward(order) {
			if v, ok, err := find(context.Background(), id); ok && !yield(v, err) {
				return
			}
		}
	}
}

func (w *world) Payments() iter.Seq2[paymentintent.Intent, error] { return newest(w, w.Payment) }
func (w *world) Setups() iter.Seq2[setupintent.Intent, error]     { return newest(w, w.Setup) }
func (w *world) Checkouts() iter.Seq2[checkout.Session, error]    { return newest(w, w.Checkout) }

func backward[T any](w *world, all *[]T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		w.mu.Lock()
		list := slices.Clone(*all)
		w.mu.Unlock()
		for _, v := range slices.Backward(list) {
			if !yield(v, nil) {
				return
			}
		}
	}
}

func (w *world) Events() iter.Seq2[webhook.Event, error]         { return backward(w, &w.events) }
func (w *world) Deliveries() iter.Seq2[delivery.Delivery, error] { return backward(w, &w.deliveries) }

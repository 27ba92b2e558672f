package delivery_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/webhook"
	"github.com/payintent/intents/webhook/delivery"
)

// TestThreeAttempts is acceptance: a receiver that fails twice and then answers 200 sees three
// attempts at the scheduled virtual times, each with a valid signature of its own and the
// same body, and the handler's effect once.
func TestThreeAttempts(t *testing.T) {
	for livemode, want := range map[bool][]time.Duration{
		true:  {0, time.Minute, 3 * time.Minute},
		false: {0, 10 * time.Minute, 50 * time.Minute},
	} {
		clock := capture.NewVirtual(start())
		calls, effects := 0, 0
		r := receiver(t, handlerOf(t, func(_ context.Context, e webhook.Event) error {
			if calls++; calls < 3 {
				return errors.New("not yet")
			}
			effects++
			return nil
		}), func(o *delivery.ReceiverOptions) { o.Clock, o.Tolerance = clock, time.Second })
		var times []time.Duration
		headers, bodies := map[string]bool{}, map[string]bool{}
		serve := http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			times = append(times, clock.Now().Sub(start()))
			headers[req.Header.Get(webhook.SignatureHeader)] = true
			body, err := io.ReadAll(req.Body)
			if err != nil {
				t.Error(err)
			}
			bodies[string(body)] = true
			req.Body = io.NopCloser(bytes.NewReader(body))
			r.ServeHTTP(w, req)
		})
		server := httptest.NewTLSServer(serve)
		e := endpoint(t, func(p *delivery.EndpointParams) { p.URL, p.Livemode = server.URL, livemode })
		s := sender(t, fixed(e), delivery.SenderOptions{Client: server.Client()})

		creates := delivery.Fan(event(livemode), e)
		require.Len(t, creates, 1)
		var d delivery.Delivery
		commit := func(tr delivery.Transition, err error) error {
			if err != nil {
				return err
			}
			d = tr.After
			return clock.Schedule(t.Context(), tr.Deferred...)
		}
		require.NoError(t, commit(delivery.Apply(d, creates[0], clock.Now())))
		require.NoError(t, clock.Drain(t.Context(), 20, func(ctx context.Context, w intents.Deferred) error {
			return commit(delivery.Work(ctx, s, d, w, clock.Now()))
		}))
		server.Close()
		require.Equal(t, want, times)
		require.Len(t, headers, 3, "each signature is fresh")
		require.Equal(t, map[string]bool{d.Body: true}, bodies, "each body is the same")
		require.Equal(t, []int{3, 1}, []int{calls, effects})
		require.Equal(t, delivery.StatusSucceeded, d.Status)
		require.Equal(t, 3, d.Attempts)
		require.Zero(t, delivery.PendingWebhooks(d))
	}
}

// TestDisabledAndEnabledAgain: only what the endpoint is when the retry is due counts.
func TestDisabledAndEnabledAgain(t *testing.T) {
	e := endpoint(t, nil)
	asked := 0
	s := sender(t, endpointsFunc(func(context.Context, string) (delivery.Endpoint, error) { return e, nil }), delivery.SenderOptions{Client: &http.Client{Transport: tripper(func(*http.Request) (*http.Response, error) {
		asked++
		return answer(500), nil
	})}})
	var d delivery.Delivery
	tr, err := delivery.Apply(d, create(false), start())
	require.NoError(t, err)
	step := func(now time.Time) {
		t.Helper()
		for range 2 { // the timer, and the job
			tr, err = delivery.Work(t.Context(), s, tr.After, delivery.Pending(tr.After)[0], now)
			require.NoError(t, err)
		}
		d = tr.After
	}
	enable := func(yes bool) {
		e, err = e.Update(delivery.EndpointUpdate{Disabled: intents.Some(!yes)})
		require.NoError(t, err)
	}
	step(start())
	enable(false)
	enable(true)
	step(d.Next.Time())
	require.Equal(t, []any{delivery.StatusPending, 2, 2}, []any{d.Status, d.Attempts, asked})
	enable(false)
	step(d.Next.Time())
	require.Equal(t, []any{delivery.StatusAbandoned, delivery.ReasonDisabled, 2}, []any{d.Status, d.Last.Reason, asked})
	enable(true)
	require.Empty(t, delivery.Pending(d), "for good")
}

// TestSimulation sends events to two flaky endpoints in virtual time, over a queue that
// hands work out late, twice and in the wrong order, and a sender that crashes between the
// answer and its own store. Then the faults stop and the queue drains: nothing is owed any
// more, what was answered 2xx had its effect once, and what never was had none that counts.
func TestSimulation(t *testing.T) {
	t.Run("seeded", func(t *testing.T) {
		total := map[string]int{}
		for seed := range uint64(12) {
			w := newWorld(capture.Seeded(seed))
			require.NoError(t, w.run(150), "seed %d", seed)
			for k, n := range w.counts {
				total[k] += n
			}
		}
		for _, k := range []string{"succeeded", "failed", "abandoned", "stale", "crash", "resend", "again", "attempts"} {
			require.NotZero(t, total[k], k)
		}
		t.Log(total)
	})
	t.Run("shrinking", rapid.MakeCheck(func(t *rapid.T) {
		require.NoError(t, newWorld(coins{t}).run(rapid.IntRange(1, 12).Draw(t, "steps")))
	}))
	t.Run("exhaustive", func(t *testing.T) {
		runs, err := capture.Exhaustive(100_000, func(c capture.Chooser) error {
			w := newWorld(c)
			w.flaky = false
			return errors.Join(w.faults(capture.Faults{Late: time.Hour, Grain: time.Hour, Duplicate: 2, Reorder: 1}), w.emit(), w.settle())
		})
		require.NoError(t, err)
		require.Greater(t, runs, 10)
		t.Log(runs, "sequences of faults")
	})
}

// coins is a Chooser that rapid can shrink.
type coins struct{ t *rapid.T }

// IntN implements capture.Chooser.
func (c coins) IntN(n int) int { return rapid.IntRange(0, n-1).Draw(c.t, "choice") }

// world is a service that sends, with its store and its queue, and two that receive.
type world struct {
	choose     capture.Chooser
	clock      *capture.Virtual
	endpoints  map[string]delivery.Endpoint
	receivers  map[string]*delivery.Receiver
	effects    map[string]int // by endpoint and event
	answered   map[string]bool
	deliveries map[string]delivery.Delivery
	events     map[string][]delivery.Event
	sender     *delivery.Sender
	flaky      bool
	mu         sync.Mutex
	counts     map[string]int
}

var errCrash = errors.New("the service crashes")

func newWorld(c capture.Chooser) *world {
	w := &world{
		choose: c, clock: capture.NewVirtual(start()), flaky: true,
		endpoints: map[string]delivery.Endpoint{}, receivers: map[string]*delivery.Receiver{}, effects: map[string]int{}, answered: map[string]bool{},
		deliveries: map[string]delivery.Delivery{}, events: map[string][]delivery.Event{}, counts: map[string]int{},
	}
	for _, id := range []string{"we_1", "we_2"} {
		p := params()
		p.ID, p.URL = id, "https://example.com/"+id
		e, err := delivery.NewEndpoint(p, start())
		r, err2 := delivery.NewReceiver(webhook.HandlerFunc(func(_ context.Context, e webhook.Event) error { return w.react(id, e) }),
			delivery.ReceiverOptions{Secrets: []delivery.Secret{secret}, Clock: w.clock, Tolerance: time.Second})
		if err != nil || err2 != nil {
			panic(errors.Join(err, err2))
		}
		w.endpoints[id], w.receivers[id] = e, r
	}
	find := endpointsFunc(func(_ context.Context, id string) (delivery.Endpoint, error) { return w.endpoints[id], nil })
	s, err := delivery.NewSender(find, delivery.SenderOptions{Client: &http.Client{Transport: tripper(w.trip)}})
	if err != nil {
		panic(err)
	}
	w.sender = s
	return w
}

// chance is true one time in n, while the world is flaky.
func (w *world) chance(n int) bool { return w.flaky && w.choose.IntN(n) == n-1 }

// react is the handler of an endpoint: it fails, it panics, or it has its effect.
func (w *world) react(id string, e webhook.Event) error {
	switch {
	case w.chance(3):
		return errors.New("not now")
	case w.chance(6):
		panic("a bug")
	}
	w.effects[id+"/"+e.ID]++
	return nil
}

// trip carries a request to the receiver: the answer may be lost, and so may the request.
func (w *world) trip(req *http.Request) (*http.Response, error) {
	w.counts["attempts"]++
	if w.chance(4) {
		return nil, errors.New("connection refused")
	}
	id := req.URL.Path[1:]
	rec := httptest.NewRecorder()
	w.receivers[id].ServeHTTP(rec, req)
	if w.chance(5) {
		return nil, context.DeadlineExceeded // the answer comes too late
	}
	return rec.Result(), nil
}

func (w *world) faults(f capture.Faults) error { return w.clock.Inject(f, w.choose) }

// run lets things happen so many times, and then drains.
func (w *world) run(steps int) error {
	if err := w.faults(capture.Faults{Late: 30 * time.Minute, Grain: 10 * time.Minute, Duplicate: 3, Reorder: 3}); err != nil {
		return err
	}
	for range steps {
		if err := w.act(); err != nil {
			return err
		}
	}
	w.flaky = false
	if err := w.clock.Inject(capture.Faults{}, nil); err != nil {
		return err
	}
	return w.settle()
}

func (w *world) act() error {
	ids := make([]string, 0, len(w.deliveries))
	for id := range w.deliveries {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	switch w.choose.IntN(5) {
	case 0:
		return w.emit()
	case 1: // an endpoint goes away, or comes back
		if w.choose.IntN(4) == 3 {
			id := []string{"we_1", "we_2"}[w.choose.IntN(2)]
			e, err := w.endpoints[id].Update(delivery.EndpointUpdate{Disabled: intents.Some(w.endpoints[id].Status == delivery.EndpointEnabled)})
			w.endpoints[id] = e
			return err
		}
	case 2:
		if len(ids) > 0 {
			id := ids[w.choose.IntN(len(ids))]
			tr, err := delivery.Apply(w.deliveries[id], delivery.Resend{}, w.clock.Now())
			if err != nil {
				return nil //nolint:nilerr // a refusal is no fault
			}
			w.counts["resend"]++
			return w.commit(id, tr)
		}
	}
	return w.pass([]time.Duration{time.Minute, 15 * time.Minute, 3 * time.Hour}[w.choose.IntN(3)])
}

// emit sends an event to whoever wants it.
func (w *world) emit() error {
	e := event(false)
	e.ID = fmt.Sprintf("evt_%d", len(w.deliveries))
	e.Created = intents.TimeOf(w.clock.Now())
	for _, c := range delivery.Fan(e, w.endpoints["we_1"], w.endpoints["we_2"]) {
		tr, err := delivery.Apply(delivery.Delivery{}, c, w.clock.Now())
		if err != nil {
			return err
		}
		if err := w.commit(c.ID, tr); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) pass(by time.Duration) error {
	until := w.clock.Now().Add(by)
	for {
		err := w.clock.Run(context.Background(), until, w.do)
		if !errors.Is(err, errCrash) {
			return err
		}
		w.counts["crash"]++ // and starts again
	}
}

func (w *world) do(ctx context.Context, work intents.Deferred) error {
	d := w.deliveries[work.Subject]
	if w.clock.Now().Before(work.NotBefore.Time()) {
		return fmt.Errorf("%v comes early", work)
	}
	tr, err := delivery.Work(ctx, w.sender, d, work, w.clock.Now())
	if err != nil {
		return err
	}
	if len(tr.Events) == 0 {
		w.counts["stale"]++
		return nil
	}
	if w.chance(8) {
		return errCrash
	}
	return w.commit(work.Subject, tr)
}

// commit stores and schedules, and audits.
func (w *world) commit(id string, tr delivery.Transition) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if tr.Before != w.deliveries[id] {
		return errors.New("somebody else has stored meanwhile")
	}
	w.deliveries[id] = tr.After
	w.events[id] = append(w.events[id], tr.Events...)
	if replayed := delivery.Replay(slices.Values(w.events[id])); replayed != tr.After {
		return fmt.Errorf("the events replay to %#v", replayed)
	}
	if err := delivery.Check(tr.After); err != nil {
		return err
	}
	return w.clock.Schedule(context.Background(), tr.Deferred...)
}

// settle drains, and looks at what is left.
func (w *world) settle() error {
	if err := w.clock.Drain(context.Background(), 100_000, w.do); err != nil {
		return err
	}
	for id, d := range w.deliveries {
		w.counts[string(d.Status)]++
		effects := w.effects[d.Endpoint+"/"+d.Event]
		switch {
		case len(delivery.Pending(d)) > 0:
			return fmt.Errorf("%s still owes: %#v", id, d)
		case effects > 1:
			return fmt.Errorf("%s had its effect %d times", id, effects)
		case effects == 0 && d.Answered != 0:
			return fmt.Errorf("%s was answered before its effect", id)
		case d.Status == delivery.StatusSucceeded && d.Answered == 0:
			return fmt.Errorf("%s succeeded without an answer", id)
		}
		if effects == 1 && d.Attempts+d.Resends > 1 {
			w.counts["again"]++
		}
	}
	return nil
}

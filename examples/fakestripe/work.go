package fakestripe

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/webhook/delivery"
	"github.com/payintent/intents/webhook/idempotency"
)

// queue is time and the work that waits for it. Deliveries have a queue of their own,
// because only they come late and out of order when faults are wanted. Both clocks go together.
type queue struct {
	s      *Server
	ctx    context.Context //nolint:containedctx // ends with the server
	cancel context.CancelFunc

	// running is held by whoever does work, so that it is done once and in order.
	running sync.Mutex
	// mu guards the two queues against each other's moves.
	mu         sync.Mutex
	work, wire *capture.Virtual
	timer      *time.Timer // of real time
	alarmAt    time.Time
	kicked     bool
	wg         sync.WaitGroup
}

func newQueue(s *Server, start time.Time) *queue {
	q := &queue{s: s, work: capture.NewVirtual(start), wire: capture.NewVirtual(start)}
	q.ctx, q.cancel = context.WithCancel(context.Background())
	return q
}

func (q *queue) close() {
	q.cancel()
	q.mu.Lock()
	if q.timer != nil {
		q.timer.Stop()
	}
	q.mu.Unlock()
	q.wg.Wait()
}

func (q *queue) now() time.Time {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.work.Now()
}

// schedule takes work, and has what is due at once done soon.
func (q *queue) schedule(work ...intents.Deferred) error {
	for _, d := range work {
		queue := q.work
		if strings.HasPrefix(string(d.Kind), "delivery.") {
			queue = q.wire
		}
		if err := queue.Schedule(q.ctx, d); err != nil {
			return err
		}
	}
	now := intents.TimeOf(q.s.Now())
	switch {
	case slices.ContainsFunc(work, func(d intents.Deferred) bool { return d.NotBefore <= now }):
		q.kick()
	case len(work) > 0:
		q.alarm()
	}
	return nil
}

// next takes the next piece of work that is due by a time, and moves the clocks there.
func (q *queue) next(until time.Time) (intents.Deferred, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	first, second := q.work, q.wire
	at, ok := first.NextAt()
	if at2, ok2 := second.NextAt(); ok2 && (!ok || at2.Before(at)) {
		first, second, at, ok = second, first, at2, true
	}
	if !ok || at.After(until) {
		return intents.Deferred{}, false
	}
	d, ok := first.Next()
	_ = second.Advance(first.Now().Sub(second.Now())) // it is behind, never ahead
	return d, ok
}

// moveTo moves the clocks to a time, when nothing is due before it.
func (q *queue) moveTo(t time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, v := range []*capture.Virtual{q.work, q.wire} {
		if d := t.Sub(v.Now()); d > 0 {
			_ = v.Advance(d)
		}
	}
}

// nextAt returns when the next piece of work is due.
func (q *queue) nextAt() (time.Time, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	at, ok := q.work.NextAt()
	if at2, ok2 := q.wire.NextAt(); ok2 && (!ok || at2.Before(at)) {
		at, ok = at2, true
	}
	return at, ok
}

// limit is how many pieces of work one run does at most: a queue that fills itself is no queue.
const limit = 1_000_000

var errEndless = errors.New("work makes more work without end")

// run does the work that is due by a time, and returns how much there was.
func (q *queue) run(ctx context.Context, until time.Time) (done int, err error) {
	for done < limit {
		if err := ctx.Err(); err != nil {
			return done, err
		}
		d, ok := q.next(until)
		if !ok {
			return done, nil
		}
		if err := q.s.work(ctx, d); err != nil {
			q.s.log.Error("deferred work failed", "kind", d.Kind, "subject", d.Subject, "error", err)
			return done, errors.Join(err, q.again(d))
		}
		done++
	}
	return done, errEndless
}

// retryWork is how long, in real time, work that failed waits.
const retryWork = 5 * time.Second

// again gives back what failed, without doing it at once.
func (q *queue) again(d intents.Deferred) error {
	v := q.work
	if strings.HasPrefix(string(d.Kind), "delivery.") {
		v = q.wire
	}
	return v.Schedule(context.WithoutCancel(q.ctx), d)
}

// kick has a goroutine do what is due now, unless one is at it.
func (q *queue) kick() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.kicked || q.ctx.Err() != nil {
		return
	}
	q.kicked = true
	q.wg.Go(q.drain)
}

func (q *queue) drain() {
	q.running.Lock()
	defer q.running.Unlock()
	q.mu.Lock()
	q.kicked = false // what is scheduled from here on kicks again
	q.mu.Unlock()
	if _, err := q.run(q.ctx, q.s.Now()); err != nil {
		q.ring(time.Now().Add(retryWork))
		return
	}
	q.alarm()
}

// alarm wakes a server in real time when the next piece of work is due.
func (q *queue) alarm() {
	if at, ok := q.nextAt(); ok {
		q.ring(at)
	}
}

// ring has work done at a time, or before.
func (q *queue) ring(at time.Time) {
	if q.s.o.Clock != Real || q.ctx.Err() != nil {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	if q.timer != nil {
		if !at.Before(q.alarmAt) && now.Before(q.alarmAt) {
			return // it rings earlier
		}
		q.timer.Stop()
	}
	q.alarmAt = at
	q.timer = time.AfterFunc(max(at.Sub(now), time.Millisecond), q.kick)
}

// catchUp moves a server in real time to the wall clock's time, before a request sees it.
func (q *queue) catchUp() {
	if q.s.o.Clock != Real {
		return
	}
	if at, ok := q.nextAt(); ok && !at.After(time.Now()) {
		q.kick()
	}
}

// idle waits until nothing is being done that is due now.
func (q *queue) idle(ctx context.Context) error {
	q.running.Lock()
	defer q.running.Unlock()
	_, err := q.run(ctx, q.s.Now())
	return err
}

// Advance moves virtual time forward and does what is due on the way. It returns how
// much was done.
func (s *Server) Advance(ctx context.Context, d time.Duration) (done int, err error) {
	switch {
	case s.o.Clock != Virtual:
		return 0, errRealTime
	case d < 0:
		return 0, errBackwards
	}
	s.queue.running.Lock()
	defer s.queue.running.Unlock()
	until := s.Now().Add(d)
	done, err = s.queue.run(ctx, until)
	if err == nil {
		s.queue.moveTo(until)
	}
	return done, err
}

// AdvanceToNext moves virtual time to when the next piece of work is due, and does
// all that is due then.
func (s *Server) AdvanceToNext(ctx context.Context) (done int, err error) {
	if s.o.Clock != Virtual {
		return 0, errRealTime
	}
	s.queue.running.Lock()
	defer s.queue.running.Unlock()
	at, ok := s.queue.nextAt()
	if !ok {
		return 0, nil
	}
	return s.queue.run(ctx, at)
}

var (
	errRealTime  = invalidRequest(400, "The clock is real: it goes by itself.")
	errBackwards = invalidRequest(400, "Time does not run back.")
)

// work does a piece of deferred work: it is dropped where it is stale.
func (s *Server) work(ctx context.Context, d intents.Deferred) error {
	switch d.Kind {
	case delivery.SendDelivery, delivery.ResendDelivery:
		return s.sendWebhook(ctx, d)
	case idempotency.PruneKey:
		s.keys.Lock()
		defer s.keys.Unlock()
	}
	s.lock()
	defer s.mu.Unlock()
	x := s.tx(nil)
	if err := x.do(ctx, d); err != nil {
		return err
	}
	if err := x.commit(); err != nil {
		return err
	}
	s.changed(x)
	return nil
}

func (x *tx) do(ctx context.Context, d intents.Deferred) error {
	switch {
	case d.Kind == delivery.AttemptDelivery:
		return x.attemptDelivery(d)
	case d.Kind == idempotency.PruneKey:
		return x.pruneKey(d)
	case d.Kind == aftermath:
		return x.aftermath(d.Subject)
	case strings.HasPrefix(d.Subject, "pi_"):
		return x.workPayment(ctx, d)
	case strings.HasPrefix(d.Subject, "seti_"):
		return x.workSetup(ctx, d)
	case strings.HasPrefix(d.Subject, "cs_"):
		return x.workSession(ctx, d)
	case strings.HasPrefix(d.Subject, "ch_"):
		return x.workCharge(d)
	}
	return nil
}

// begin schedules what a store that was used before still owes.
func (s *Server) begin() error {
	x := s.tx(nil)
	x.owe(x.pending()...)
	s.loadEndpoints(x)
	if x.err != nil {
		return x.err
	}
	if err := s.forward(); err != nil {
		return err
	}
	return s.queue.schedule(x.work...)
}

package capturetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// Deliver is the handler to which a Scheduler under test hands work. It may be
// called at any time, from any goroutine. An error means that the work was not
// taken and has to come again.
type Deliver func(ctx context.Context, work intents.Deferred) error

// Harness is one Scheduler under test and the means to make its time pass.
type Harness struct {
	// Scheduler is what is tested. Nothing is pending in it.
	Scheduler capture.Scheduler
	// Clock is the clock that Scheduler goes by. Tests measure with it whether work is early.
	Clock capture.Clock
	// Advance moves Clock forward by d, or by more, and returns once everything that is
	// due by then has been handed out, as far as Scheduler is not late or
	// between two tries. d can be 0. What Deliver returns is for Scheduler
	// to deal with, so Advance returns an error only if it can't do its own work.
	//
	// For a table with a poller it sets the clock and polls once. For a Virtual
	// it is Run. For a scheduler on the wall clock it is a sleep in a
	// testing/synctest bubble.
	//
	// Only one goroutine at a time calls it, though others may be scheduling meanwhile.
	Advance func(d time.Duration) error
}

// Rule names a promise of capture.Scheduler, or of the Harness.
type Rule string

// The promises that are tested.
const (
	// RuleEarly means that no item is handed out before its NotBefore.
	RuleEarly Rule = "never early"
	// RuleLost means that each accepted item is handed out at least once.
	RuleLost Rule = "never lost"
	// RuleRetry means that an item that the handler did not take is handed out again.
	RuleRetry Rule = "again until taken"
	// RuleUnchanged means that what is handed out is what was scheduled.
	RuleUnchanged Rule = "unchanged"
	// RuleAtomic means that a call of Schedule that fails has scheduled nothing.
	RuleAtomic Rule = "all or nothing"
	// RuleRefuse means that bad work and a context that is done are refused, with the right error.
	RuleRefuse Rule = "bad input is refused"
	// RuleAccept means that good work is accepted.
	RuleAccept Rule = "good work is accepted"
	// RuleHarness means that the Harness does as its comments say.
	RuleHarness Rule = "the harness works"
)

// SchedulerError says which promise a Scheduler broke.
type SchedulerError struct {
	// Check is the name of the check that noticed, and of TestScheduler's subtest.
	Check string
	// Rule is the broken promise.
	Rule Rule
	// Work is the item in question, or zero.
	Work intents.Deferred
	// Detail says what happened.
	Detail string
}

// Error implements error.
func (e *SchedulerError) Error() string {
	s := fmt.Sprintf("%s: broken promise: %s: %s", e.Check, e.Rule, e.Detail)
	if e.Work != (intents.Deferred{}) {
		s += fmt.Sprintf(": %q", e.Work.Key())
	}
	return s
}

// TestScheduler tests a Scheduler, in a subtest for each check. Each subtest
// calls open for a fresh one. See CheckScheduler for what it takes for granted.
func TestScheduler(t *testing.T, open func(t *testing.T, deliver Deliver) Harness) {
	t.Helper()
	for _, c := range schedulerChecks() {
		t.Run(c.name, func(t *testing.T) {
			for _, err := range runSchedulerCheck(c, func(d Deliver) (Harness, error) { return open(t, d), nil }) {
				t.Error(err)
			}
		})
	}
}

// CheckScheduler does as TestScheduler does without subtests, so that it can
// run in a testing/synctest bubble. It returns nil or what errors.Join makes
// of *SchedulerError values, and of errors of open and of Advance.
//
// It calls open once for each check and moves the Clock of each Harness by
// some months at most. It gives an item up for lost when it has not come a
// month after it was due. It holds nothing against a Scheduler that is late,
// hands out twice or in any order, or merges equal items that are waiting.
// A deadlock it can't see: that is for the time limit of the test.
func CheckScheduler(open func(deliver Deliver) (Harness, error)) error {
	var errs []error
	for _, c := range schedulerChecks() {
		errs = append(errs, runSchedulerCheck(c, open)...)
	}
	return errors.Join(errs...)
}

// RapidChooser returns a Chooser that draws from t, so that rapid shrinks a
// failing simulation to the one with the fewest faults.
func RapidChooser(t *rapid.T) capture.Chooser { return rapidChooser{t} }

type rapidChooser struct{ t *rapid.T }

// IntN draws one of 0 … n-1, and 0 where that is the only choice.
func (c rapidChooser) IntN(n int) int {
	if n < 2 {
		return 0
	}
	return rapid.IntRange(0, n-1).Draw(c.t, "choice")
}

// patience is how long after the last due time an item may come; what comes
// later is taken for lost.
const patience = 30 * 24 * time.Hour

// schedulerRun is one check of one Scheduler, and the handler that it hands work to.
type schedulerRun struct {
	check string
	h     Harness
	base  intents.Time // the next whole second of the clock

	mu   sync.Mutex
	open bool
	work map[intents.Deferred]*schedulerWork
	hook func(work intents.Deferred) // called for each item that was taken
	errs []error
}

// schedulerWork is what is known of an item since it was last offered to the Scheduler.
type schedulerWork struct {
	accepted bool
	refused  bool
	handed   int
	taken    bool
	fail     int // how often more the handler will not take it
}

func runSchedulerCheck(c schedulerCheck, open func(Deliver) (Harness, error)) []error {
	r := &schedulerRun{check: c.name, hook: doNothing, work: map[intents.Deferred]*schedulerWork{}}
	h, err := open(r.deliver)
	if err != nil {
		return []error{fmt.Errorf("%s: open: %w", c.name, err)}
	}
	if h.Scheduler == nil || h.Clock == nil || h.Advance == nil {
		r.broken(RuleHarness, intents.Deferred{}, "a field of the Harness is nil")
		return r.errs
	}
	r.mu.Lock()
	r.h, r.open = h, true
	r.mu.Unlock()
	r.base = intents.TimeOf(h.Clock.Now()).Add(time.Second)
	err = c.run(r)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.errs = append(r.errs, fmt.Errorf("%s: %w", c.name, err))
	}
	return append([]error(nil), r.errs...)
}

// broken records a broken promise. The first few of a check say it all.
func (r *schedulerRun) broken(rule Rule, work intents.Deferred, detail string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.note(rule, work, detail)
}

func (r *schedulerRun) note(rule Rule, work intents.Deferred, detail string) {
	if len(r.errs) < 5 {
		r.errs = append(r.errs, &SchedulerError{Check: r.check, Rule: rule, Work: work, Detail: detail})
	}
}

var errNotTaken = errors.New("capturetest: the handler does not take the work this time")

// deliver is the Deliver of the check. As any handler would, it fails if its context is done.
func (r *schedulerRun) deliver(ctx context.Context, work intents.Deferred) error {
	r.mu.Lock()
	open, clock := r.open, r.h.Clock
	r.mu.Unlock()
	if !open {
		r.broken(RuleUnchanged, work, "handed out before anything was scheduled")
		return nil
	}
	now := clock.Now() // not under the mutex, because a clock may have its own
	if intents.TimeOf(now) < work.NotBefore {
		r.broken(RuleEarly, work, "handed out at "+now.UTC().Format(time.RFC3339Nano)+", before "+work.NotBefore.String())
	}
	if ctx == nil {
		r.broken(RuleHarness, work, "handed out with a nil context")
		return nil
	}
	hook, err := r.take(work, ctx.Err())
	if err == nil {
		hook(work)
	}
	return err
}

func doNothing(intents.Deferred) {}

// take decides whether the handler takes an item, and returns what it does
// then. With an error it does not take it.
func (r *schedulerRun) take(work intents.Deferred, failure error) (hook func(intents.Deferred), err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := r.work[work]
	switch {
	case w == nil:
		r.note(RuleUnchanged, work, "handed out, but never scheduled")
		return doNothing, nil
	case w.refused:
		r.note(RuleAtomic, work, "handed out, although Schedule failed")
		return doNothing, nil
	}
	w.handed++
	if failure != nil {
		return nil, failure
	}
	if w.fail > 0 {
		w.fail--
		return nil, errNotTaken
	}
	w.taken = true
	return r.hook, nil
}

// offer notes what is about to be scheduled, so that it can be handed out
// before Schedule returns.
func (r *schedulerRun) offer(work []intents.Deferred) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, d := range work {
		w := r.work[d]
		if w == nil {
			w = &schedulerWork{}
			r.work[d] = w
		}
		w.refused, w.handed, w.taken = false, 0, false
	}
}

// schedule schedules good work, which has to be accepted.
func (r *schedulerRun) schedule(ctx context.Context, work ...intents.Deferred) {
	r.offer(work)
	err := r.h.Scheduler.Schedule(ctx, work...)
	r.settleOffer(work, err)
	if err != nil {
		var first intents.Deferred
		if len(work) > 0 {
			first = work[0]
		}
		r.broken(RuleAccept, first, "Schedule failed: "+err.Error())
	}
}

// refuse schedules what has to be refused, and returns the error for a closer look.
func (r *schedulerRun) refuse(ctx context.Context, what string, work ...intents.Deferred) error {
	r.offer(work)
	err := r.h.Scheduler.Schedule(ctx, work...)
	if err == nil {
		r.broken(RuleRefuse, work[0], "Schedule accepted "+what)
	}
	r.settleOffer(work, err)
	return err
}

// settleOffer notes how a call of Schedule ended.
func (r *schedulerRun) settleOffer(work []intents.Deferred, err error) {
	r.mu.Lock()
	handed := false
	for _, d := range work {
		w := r.work[d]
		w.accepted, w.refused = err == nil, err != nil
		handed = handed || w.handed > 0
	}
	r.mu.Unlock()
	if handed && err != nil {
		r.broken(RuleAtomic, work[0], "handed out from a call of Schedule that failed")
	}
}

// failTimes makes the handler not take an item so many times.
func (r *schedulerRun) failTimes(work intents.Deferred, times int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := r.work[work]
	if w == nil {
		w = &schedulerWork{}
		r.work[work] = w
	}
	w.fail = times
}

func (r *schedulerRun) setHook(hook func(intents.Deferred)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.hook = hook
}

// advance moves the clock, and makes sure that it has moved.
func (r *schedulerRun) advance(d time.Duration) error {
	want := r.h.Clock.Now().Add(d)
	if err := r.h.Advance(d); err != nil {
		return fmt.Errorf("advance: %w", err)
	}
	if now := r.h.Clock.Now(); now.Before(want) {
		return &SchedulerError{
			Check: r.check, Rule: RuleHarness, Work: intents.Deferred{},
			Detail: "Advance did not move the clock far enough: it shows " + now.Format(time.RFC3339Nano) + " and not " + want.Format(time.RFC3339Nano),
		}
	}
	return nil
}

// missing returns an item that was accepted and due and not taken yet.
func (r *schedulerRun) missing() (work intents.Deferred, handed, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for d, w := range r.work {
		if w.accepted && !w.taken && d.NotBefore < r.base.Add(patience) {
			return d, w.handed > 0, true
		}
	}
	return intents.Deferred{}, false, false
}

// settle lets time pass until all that was accepted has been taken, in growing
// steps so that one that comes late and one that is tried again and again get their time.
func (r *schedulerRun) settle() error {
	step := time.Duration(0)
	for end := r.h.Clock.Now().Add(2 * patience); r.h.Clock.Now().Before(end); step = min(2*step+time.Second, 24*time.Hour) {
		if err := r.advance(step); err != nil {
			return err
		}
		if _, _, ok := r.missing(); !ok {
			return nil
		}
	}
	if work, handed, ok := r.missing(); ok && handed {
		r.broken(RuleRetry, work, "the handler did not take it, and it did not come again")
	} else if ok {
		r.broken(RuleLost, work, "accepted and never handed out")
	}
	return nil
}

// linger lets three days pass, for what should not come to come.
func (r *schedulerRun) linger() error {
	for range 3 {
		if err := r.advance(24 * time.Hour); err != nil {
			return err
		}
	}
	return nil
}

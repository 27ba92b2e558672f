package capturetest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// schedulerCheck tests one thing about a Scheduler that nothing was done with before.
// It records broken promises; it returns an error if it can't go on.
type schedulerCheck struct {
	name string
	run  func(r *schedulerRun) error
}

func schedulerChecks() []schedulerCheck {
	return []schedulerCheck{
		{"empty_call", checkEmptyCall},
		{"due_at_once", checkDueAtOnce},
		{"not_early", checkNotEarly},
		{"values", checkValues},
		{"reused_slice", checkReusedSlice},
		{"different_keys", checkDifferentKeys},
		{"equal_items", checkEqualItems},
		{"again_after_done", checkAgainAfterDone},
		{"again_while_doing", checkAgainWhileDoing},
		{"done_context", checkDoneContext},
		{"request_context", checkRequestContext},
		{"bad_work", checkBadWork},
		{"far_future", checkFarFuture},
		{"many", checkMany},
		{"concurrent", checkConcurrent},
		{"from_handler", checkFromHandler},
		{"retry", checkRetry},
	}
}

const kind intents.DeferredKind = "check.work"

func (r *schedulerRun) item(subject string, after time.Duration) intents.Deferred {
	return intents.Deferred{Kind: kind, Subject: subject, NotBefore: r.base.Add(after)}
}

func checkEmptyCall(r *schedulerRun) error {
	r.schedule(context.Background())
	r.schedule(context.Background(), []intents.Deferred{}...)
	return r.linger()
}

// checkDueAtOnce: what is past, now, or not set is due at once.
func checkDueAtOnce(r *schedulerRun) error {
	now := intents.TimeOf(r.h.Clock.Now())
	for i, t := range []intents.Time{0, 1, -1, math.MinInt64, now, now - 1, now - 1e6} {
		r.schedule(context.Background(), intents.Deferred{Kind: kind, Subject: fmt.Sprint("at_once_", i), NotBefore: t})
	}
	return r.settle()
}

// checkNotEarly stops the clock a millisecond before each item is due.
func checkNotEarly(r *schedulerRun) error {
	waits := []int{1, 2, 59, 61, 3599, 3661, 86399, 90061, 604801}
	for _, w := range waits {
		r.schedule(context.Background(), r.item(fmt.Sprint("wait_", w), time.Duration(w)*time.Second))
	}
	for _, w := range waits {
		before := (r.base + intents.Time(w)).Time().Add(-time.Millisecond)
		if err := r.advance(max(0, before.Sub(r.h.Clock.Now()))); err != nil {
			return err
		}
	}
	return r.settle()
}

// checkValues: what tends to break on its way through a database.
func checkValues(r *schedulerRun) error {
	subjects := []string{
		"pi_3MtwBwLkdIwHu7ix28a3tqPa", "x", " x ", "UPPER_lower", "a/b", "a'b", `a"b`, `a\b`, "a%b", "a_b", "a\tb\nc", "null", "0", "-1", "1e3", "true",
		"ä", "日本", "🙂", strings.Repeat("long", 64), "<&>", "$1", "?", "{}", "a,b;c",
	}
	for i, s := range subjects {
		r.schedule(context.Background(),
			intents.Deferred{Kind: kind, Subject: s, NotBefore: r.base + intents.Time(i)},
			intents.Deferred{Kind: "other.kind_of_work", Subject: s, NotBefore: 0})
	}
	return r.settle()
}

// checkReusedSlice: the caller's slice is the caller's again after the call.
func checkReusedSlice(r *schedulerRun) error {
	buf := make([]intents.Deferred, 3)
	for i := range 4 {
		for j := range buf {
			buf[j] = r.item(fmt.Sprintf("reused_%d_%d", i, j), time.Minute)
		}
		r.schedule(context.Background(), buf...)
		for j := range buf {
			buf[j] = r.item("overwritten", time.Minute)
		}
	}
	return r.settle()
}

// checkDifferentKeys: items that differ in one field only are different items.
func checkDifferentKeys(r *schedulerRun) error {
	var work []intents.Deferred
	for _, k := range []intents.DeferredKind{"check.work", "check.work2", "check"} {
		for _, s := range []string{"subject", "subject2", "Subject"} {
			for _, t := range []intents.Time{0, 1, r.base, r.base + 1, r.base + 60} {
				work = append(work, intents.Deferred{Kind: k, Subject: s, NotBefore: t})
			}
		}
	}
	r.schedule(context.Background(), work[:20]...)
	for _, d := range work[20:] {
		r.schedule(context.Background(), d)
	}
	return r.settle()
}

// checkEqualItems: equal items that wait may become one, but are no error.
func checkEqualItems(r *schedulerRun) error {
	a, b := r.item("equal", time.Minute), r.item("equal_too", time.Minute)
	r.schedule(context.Background(), a, a, b)
	r.schedule(context.Background(), b)
	r.schedule(context.Background(), a, r.item("unequal", time.Minute))
	return r.settle()
}

// checkAgainAfterDone: work that was done can be owed again.
func checkAgainAfterDone(r *schedulerRun) error {
	again := r.item("again", time.Minute)
	for range 3 {
		r.schedule(context.Background(), again)
		if err := r.settle(); err != nil {
			return err
		}
	}
	return nil
}

// checkAgainWhileDoing: work that is being done may have looked at the state
// already, so an equal item that is scheduled meanwhile is a new one.
func checkAgainWhileDoing(r *schedulerRun) error {
	again := r.item("again", time.Minute)
	var times atomic.Int32
	r.setHook(func(intents.Deferred) {
		if times.Add(1) <= 3 {
			r.schedule(context.Background(), again)
		}
	})
	r.schedule(context.Background(), again)
	return r.settle()
}

// checkDoneContext: nothing is scheduled for a caller who has gone.
func checkDoneContext(r *schedulerRun) error {
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	expired, cancel := context.WithDeadline(context.Background(), time.Unix(1, 0))
	defer cancel()
	for _, ctx := range []context.Context{canceled, expired} {
		name := ctx.Err().Error()
		err := r.refuse(ctx, "work with a context that is done",
			intents.Deferred{Kind: kind, Subject: "at once " + name, NotBefore: 0}, r.item("later "+name, time.Minute))
		if err != nil && !errors.Is(err, ctx.Err()) {
			r.broken(RuleRefuse, intents.Deferred{}, fmt.Sprintf("Schedule returned %q for a context that is done with %q", err, ctx.Err()))
		}
	}
	r.schedule(context.Background(), r.item("good", time.Minute))
	if err := r.settle(); err != nil {
		return err
	}
	return r.linger()
}

// checkRequestContext: work outlives the request that scheduled it.
func checkRequestContext(r *schedulerRun) error {
	ctx, cancel := context.WithCancel(context.Background())
	r.schedule(ctx, intents.Deferred{Kind: kind, Subject: "at_once", NotBefore: 0}, r.item("later", time.Hour))
	cancel()
	return r.settle()
}

// checkBadWork: one bad item among good ones, at each place of the call.
func checkBadWork(r *schedulerRun) error {
	bad := map[string]intents.Deferred{
		"kind":    {Kind: "", Subject: "no_kind", NotBefore: r.base},
		"subject": {Kind: "no.subject", Subject: "", NotBefore: r.base},
	}
	for param, d := range bad {
		for at := range 3 {
			work := make([]intents.Deferred, 3)
			for i := range work {
				work[i] = r.item(fmt.Sprintf("beside_bad_%s_%d_%d", param, at, i), 0)
			}
			work[at] = d
			err := r.refuse(context.Background(), "work without a "+param, work...)
			r.wantInvalid(err, param)
		}
	}
	r.schedule(context.Background(), r.item("good", time.Minute))
	if err := r.settle(); err != nil {
		return err
	}
	return r.linger()
}

// wantInvalid looks for an *intents.InvalidError about param. That there is an
// error at all is for the caller to say.
func (r *schedulerRun) wantInvalid(err error, param string) {
	if err == nil {
		return
	}
	invalid, ok := errors.AsType[*intents.InvalidError](err)
	if !ok {
		r.broken(RuleRefuse, intents.Deferred{}, fmt.Sprintf("Schedule returned a %T for bad work, not an *intents.InvalidError: %v", err, err))
	} else if invalid.Param == "" || !strings.Contains(strings.ToLower(invalid.Param), param) {
		r.broken(RuleRefuse, intents.Deferred{}, fmt.Sprintf("Schedule returned an *intents.InvalidError about the parameter %q, which should name the field %s", invalid.Param, param))
	}
}

// checkFarFuture: a time that overflows is refused or waits; it is not early.
func checkFarFuture(r *schedulerRun) error {
	const year = 365 * 24 * 3600
	for i, t := range []intents.Time{r.base + 100*year, r.base + 293*year, r.base + 1<<32, 1 << 40, math.MaxInt64 - 1, math.MaxInt64} {
		work := []intents.Deferred{{Kind: kind, Subject: fmt.Sprint("far_", i), NotBefore: t}}
		r.offer(work)
		err := r.h.Scheduler.Schedule(context.Background(), work...)
		r.settleOffer(work, err)
		r.wantInvalid(err, "before") // as in not_before
	}
	r.schedule(context.Background(), r.item("near", time.Minute))
	if err := r.settle(); err != nil {
		return err
	}
	return r.linger()
}

// checkMany: calls of all sizes, times in no order, many of them equal.
func checkMany(r *schedulerRun) error {
	choose := capture.Seeded(1)
	for size, n := 1, 0; n < 1000; size = size*3/2 + 1 {
		work := make([]intents.Deferred, size)
		for i := range work {
			work[i] = r.item(fmt.Sprint("many_", n), time.Duration(choose.IntN(500))*time.Minute)
			n++
		}
		r.schedule(context.Background(), work...)
	}
	for range 20 {
		if err := r.advance(20 * time.Minute); err != nil {
			return err
		}
	}
	return r.settle()
}

// checkConcurrent: several goroutines schedule while time passes.
func checkConcurrent(r *schedulerRun) error {
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 50 {
				after := time.Duration(i%7) * time.Second
				r.schedule(context.Background(), r.item(fmt.Sprintf("concurrent_%d_%d", g, i), after), r.item(fmt.Sprint("shared_", i), after))
			}
		})
	}
	var err error
	for i := 0; i < 10 && err == nil; i++ {
		err = r.advance(time.Second)
	}
	wg.Wait()
	if err != nil {
		return err
	}
	return r.settle()
}

// checkFromHandler: a handler schedules the next step, as a step of a payment does.
func checkFromHandler(r *schedulerRun) error {
	var steps atomic.Int32
	r.setHook(func(d intents.Deferred) {
		if strings.HasPrefix(d.Subject, "side_") || steps.Load() >= 5 {
			return
		}
		step := steps.Add(1)
		next := intents.TimeOf(r.h.Clock.Now()).Add(time.Minute)
		r.schedule(context.Background(),
			intents.Deferred{Kind: kind, Subject: fmt.Sprint("step_", step), NotBefore: next},
			intents.Deferred{Kind: kind, Subject: fmt.Sprint("side_", step), NotBefore: 0})
	})
	r.schedule(context.Background(), r.item("step_0", time.Minute))
	return r.settle()
}

// checkRetry: a handler may fail, and that is nobody else's trouble.
func checkRetry(r *schedulerRun) error {
	bad, good := r.item("fails_thrice", time.Minute), r.item("works", time.Minute)
	r.failTimes(bad, 3)
	r.schedule(context.Background(), bad, good, r.item("works_too", time.Hour))
	return r.settle()
}

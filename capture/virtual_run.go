package capture

import (
	"context"
	"math"
	"slices"
	"time"

	"github.com/payintent/intents"
)

// Run hands do all the work that is due up to and at until, also what do
// schedules meanwhile, each item at the time when it comes, and then sets the clock to until.
//
// It stops with do's error, or with ctx.Err() before the next item once ctx is
// done; the clock then stands where it is. An item that do did not take, because
// it returned an error or panicked, is handed back and comes first the next
// time. It returns an *intents.InvalidError, and does nothing, if until is before now or more than
// 292 years from the start, and for a nil ctx or do.
func (v *Virtual) Run(ctx context.Context, until time.Time, do func(context.Context, intents.Deferred) error) error {
	if err := virtualCheckRun(ctx, do); err != nil {
		return err
	}
	limit, err := v.until(until)
	if err != nil {
		return err
	}
	for {
		_, ok, err := v.step(ctx, limit, do)
		if err != nil || !ok {
			return err
		}
	}
}

// Drain hands do all the work that is pending, also what do schedules
// meanwhile, as Run does, until there is none. The clock stands at the last item's time then.
// Where work makes more work without end it stops with a *LimitError, after limit items.
// It returns an *intents.InvalidError for a limit below 1 and for a nil ctx or do.
func (v *Virtual) Drain(ctx context.Context, limit int, do func(context.Context, intents.Deferred) error) error {
	if err := virtualCheckRun(ctx, do); err != nil {
		return err
	}
	if limit < 1 {
		return virtualInvalid("limit", "must be at least 1")
	}
	var last intents.Deferred
	for range limit {
		work, ok, err := v.step(ctx, math.MaxInt64, do)
		if err != nil || !ok {
			return err
		}
		last = work
	}
	if pending := v.Len(); pending > 0 {
		return &LimitError{What: "Drain", Limit: limit, Pending: pending, Last: last}
	}
	return nil
}

func virtualCheckRun(ctx context.Context, do func(context.Context, intents.Deferred) error) error {
	if ctx == nil {
		return virtualInvalid("ctx", "is nil")
	}
	if do == nil {
		return virtualInvalid("do", "is nil")
	}
	return nil
}

// until returns the moment up to which Run runs.
func (v *Virtual) until(t time.Time) (int64, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	limit, ok := v.offset(t.Unix(), int64(t.Nanosecond()))
	if !ok {
		return 0, virtualInvalid("until", "is more than 292 years after the start of the clock")
	}
	if limit < v.now {
		return 0, virtualInvalid("until", "is before now, and time does not run back")
	}
	return limit, nil
}

// step hands out one item that is due up to limit. If there is none it is
// false, and the clock stands at limit, unless limit is the end of time.
func (v *Virtual) step(ctx context.Context, limit int64, do func(context.Context, intents.Deferred) error) (intents.Deferred, bool, error) {
	if err := ctx.Err(); err != nil {
		return intents.Deferred{}, false, err
	}
	it, ok := v.takeOrRest(limit)
	if !ok {
		return intents.Deferred{}, false, nil
	}
	return it.work, true, v.handOut(ctx, it, do)
}

// takeOrRest is one step under the mutex, so that nothing can be scheduled
// between the look that finds nothing and the move of the clock.
func (v *Virtual) takeOrRest(limit int64) (virtualItem, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	it, ok := v.take(limit)
	if !ok && limit < math.MaxInt64 {
		v.now = max(v.now, limit)
	}
	return it, ok
}

// handOut calls do, and takes the item back unless do took it.
func (v *Virtual) handOut(ctx context.Context, it virtualItem, do func(context.Context, intents.Deferred) error) error {
	taken := false
	defer func() {
		if !taken {
			v.putBack(it)
		}
	}()
	err := do(ctx, it.work)
	taken = err == nil
	return err
}

// putBack makes it the first item again, which none may overtake.
func (v *Virtual) putBack(it virtualItem) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.aside = slices.Insert(v.aside, 0, virtualAside{virtualItem: it, overtaken: math.MaxInt})
}

package capture

import (
	"context"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/payintent/intents"
)

// Virtual is a clock and the queue of work that waits for it, in one value that
// lives in memory: the Scheduler of tests and simulations. Its time stands still
// until Next, Run, Drain or Advance moves it, so a month passes as fast as its work can be done.
//
// Work comes in the order in which it is due, and work that is due at the same
// time in the order in which it was scheduled. Inject adds what a real queue
// does: late, duplicate and reordered work, but never early work, and none is lost.
//
// The zero Virtual begins at 1970-01-01T00:00:00Z. It can hold work that is due
// up to 292 years after its start, and costs at most 64 bytes for each item of a
// million; it keeps that memory for later use. All methods may be called from several goroutines at
// once, and by the functions that Run and Drain call.
type Virtual struct {
	mu          sync.Mutex // never held while foreign code runs, but for the Chooser
	start       int64      // seconds since 1970
	startNano   int64      // and nanoseconds
	now         int64      // nanoseconds since the start
	queue       virtualQueue
	aside       []virtualAside // items that left the queue and are pending still; due before all that are in it
	faults      Faults
	choose      Chooser
	faulty      []virtualItem // room for the items of one call of Schedule
	faultyDelay bool          // whether Schedule has to choose anything
}

// virtualAside is an item that others overtook, or that was handed back.
type virtualAside struct {
	virtualItem
	overtaken int
}

// Faults are what a Virtual does to the work in it. The zero Faults are none.
type Faults struct {
	// Late is the longest delay of an item after it is due. Each item's delay is drawn
	// from 0, Grain, 2×Grain and so on up to Late. Under Run, no item comes later than that.
	Late time.Duration
	// Grain is the unit of delays. Zero stands for one second, or for Late if
	// that is less. With Grain equal to Late, an item has a delay of either nothing or Late, which
	// keeps an exhaustive run short.
	Grain time.Duration
	// Duplicate says that one in so many items comes twice, each time with a
	// delay of its own: 0 means none, 1 all.
	Duplicate int
	// Reorder is how many items at most an item may overtake, and may be
	// overtaken by. Only items that are due already overtake each other, so
	// none becomes late by it.
	Reorder int
}

// NewVirtual returns a Virtual whose clock stands at start.
func NewVirtual(start time.Time) *Virtual {
	return &Virtual{start: start.Unix(), startNano: int64(start.Nanosecond())}
}

// Inject makes v treat work with these faults from now on, as choose decides.
// What is pending keeps the delays that it has. Inject(Faults{}, nil) ends all
// faults. It returns an *intents.InvalidError for negative faults,
// a Grain longer than Late, more delays than an int can count, and for faults without a Chooser.
//
// v calls choose with its mutex held, never twice at once. It must not call v.
func (v *Virtual) Inject(faults Faults, choose Chooser) error {
	if faults.Late > 0 && faults.Grain == 0 {
		faults.Grain = min(time.Second, faults.Late)
	}
	param := ""
	switch {
	case faults.Late < 0:
		param = "late"
	case faults.Grain < 0 || faults.Grain > faults.Late,
		faults.Grain > 0 && int64(faults.Late/faults.Grain) >= math.MaxInt:
		param = "grain"
	case faults.Duplicate < 0:
		param = "duplicate"
	case faults.Reorder < 0 || faults.Reorder == math.MaxInt:
		param = "reorder"
	case faults != Faults{} && choose == nil:
		return virtualInvalid("choose", "is nil, so nothing can decide on the faults")
	}
	if param != "" {
		return virtualInvalid(param, "out of range")
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.faults, v.choose = faults, choose
	v.faultyDelay = faults.Late > 0 || faults.Duplicate > 0
	return nil
}

// Now returns the time of the clock, in UTC.
func (v *Virtual) Now() time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.time(v.now)
}

// Schedule implements Scheduler. It keeps each item, also those with equal keys.
// It refuses with an *intents.InvalidError, whose Param is not_before, work
// that is due more than 292 years after the start.
func (v *Virtual) Schedule(ctx context.Context, work ...intents.Deferred) error {
	if ctx == nil {
		return virtualInvalid("ctx", "is nil")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := CheckDeferred(work...); err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for i := range work {
		if _, ok := v.due(work[i].NotBefore); !ok {
			return virtualInvalid("not_before", "is more than 292 years after the start of the clock")
		}
	}
	if v.faultyDelay {
		v.scheduleFaulty(work)
		return nil
	}
	for i := range work {
		due, _ := v.due(work[i].NotBefore)
		v.queue.push(&work[i], due)
	}
	return nil
}

// scheduleFaulty makes all choices before it adds the first item: if the
// Chooser panics, as those of property testers do to give up a run, then nothing was scheduled.
func (v *Virtual) scheduleFaulty(work []intents.Deferred) {
	v.faulty = v.faulty[:0]
	for i := range work {
		due, _ := v.due(work[i].NotBefore)
		v.faulty = append(v.faulty, virtualItem{work: work[i], due: v.delay(due)})
		if n := v.faults.Duplicate; n > 0 && v.draw(n) == n-1 {
			v.faulty = append(v.faulty, virtualItem{work: work[i], due: v.delay(due)})
		}
	}
	for i := range v.faulty {
		v.queue.push(&v.faulty[i].work, v.faulty[i].due)
	}
	clear(v.faulty)
}

// delay returns due, or a moment at most Late after it.
func (v *Virtual) delay(due int64) int64 {
	if v.faults.Late == 0 {
		return due
	}
	steps := v.draw(int(v.faults.Late/v.faults.Grain) + 1)
	late := int64(v.faults.Grain) * int64(steps)
	return due + min(late, math.MaxInt64-due)
}

// draw asks the Chooser, where there is something to choose.
func (v *Virtual) draw(n int) int {
	if n < 2 {
		return 0
	}
	return virtualInRange(v.choose.IntN(n), n)
}

// due returns when an item comes if nothing delays it. It is false for a time
// that the clock can't reach.
func (v *Virtual) due(notBefore intents.Time) (int64, bool) {
	if notBefore.IsZero() {
		return v.now, true
	}
	due, ok := v.offset(int64(notBefore), 0)
	return max(due, v.now), ok
}

// offset returns the nanoseconds from the start to a moment, negative for an
// earlier one. It is false for one more than 292 years later.
func (v *Virtual) offset(sec, nano int64) (int64, bool) {
	if sec < v.start {
		return -1, true
	}
	d := sec - v.start
	if d < 0 || d >= math.MaxInt64/int64(time.Second) { // below 0 where the difference overflows
		return 0, false
	}
	return d*int64(time.Second) + nano - v.startNano, true
}

func (v *Virtual) time(offset int64) time.Time {
	return time.Unix(v.start+offset/int64(time.Second), v.startNano+offset%int64(time.Second)).UTC()
}

// Len returns how many items are pending. Duplicates count, and so does an item
// that was handed back, but not one that Run or Drain is handing out just now.
func (v *Virtual) Len() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.queue.n + len(v.aside)
}

// NextAt returns the time that the clock will show when the next item comes,
// which is now if that is overdue. It is false if nothing is pending.
func (v *Virtual) NextAt() (time.Time, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case len(v.aside) > 0:
		return v.time(v.now), true
	case v.queue.n > 0:
		return v.time(max(v.now, v.queue.least())), true
	}
	return time.Time{}, false
}

// Next removes and returns the item that comes next, and moves the clock
// forward to the time when it is due; an overdue one comes at the time it is.
// It is false if nothing is pending. Whoever calls Next has taken the item, and schedules it again if the work fails.
func (v *Virtual) Next() (work intents.Deferred, ok bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	it, ok := v.take(math.MaxInt64)
	return it.work, ok
}

// take removes the next item that is due at limit or before.
func (v *Virtual) take(limit int64) (virtualItem, bool) {
	if len(v.aside) > 0 || v.faults.Reorder > 0 {
		return v.takeAny(limit)
	}
	if v.queue.n == 0 || v.queue.least() > limit {
		return virtualItem{}, false
	}
	it := v.queue.pop()
	v.now = max(v.now, it.due)
	return it, true
}

// takeAny chooses among the items that are due when the next one is. It sets as
// many of them aside as may overtake the first.
func (v *Virtual) takeAny(limit int64) (virtualItem, bool) {
	if len(v.aside) == 0 {
		if v.queue.n == 0 || v.queue.least() > limit {
			return virtualItem{}, false
		}
		v.now = max(v.now, v.queue.least())
	}
	for len(v.aside) <= v.faults.Reorder && v.queue.n > 0 && v.queue.least() <= min(v.now, limit) {
		v.aside = append(v.aside, virtualAside{virtualItem: v.queue.pop(), overtaken: 0})
	}
	i := 0
	if v.aside[0].overtaken < v.faults.Reorder {
		i = v.draw(min(len(v.aside), v.faults.Reorder+1))
	}
	for j := range i {
		v.aside[j].overtaken++
	}
	it := v.aside[i].virtualItem
	v.aside = slices.Delete(v.aside, i, i+1)
	return it, true
}

// Advance moves the clock forward by d and hands out nothing: what is due by
// then is overdue. It returns an *intents.InvalidError if d is
// negative or leads more than 292 years from the start.
func (v *Virtual) Advance(d time.Duration) error {
	if d < 0 {
		return virtualInvalid("d", "is negative, and time does not run back")
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if int64(d) > math.MaxInt64-v.now {
		return virtualInvalid("d", "leads more than 292 years from the start of the clock")
	}
	v.now += int64(d)
	return nil
}

func virtualInvalid(param, message string) error {
	return &intents.InvalidError{Param: param, Code: "", Message: message}
}

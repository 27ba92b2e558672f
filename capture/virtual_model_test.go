package capture_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// oracle is the simplest thing that keeps the promises: a list, sorted by due
// time before each look, with equal times in the order in which they came.
type oracle struct {
	now   time.Time
	items []oracleItem
}

type oracleItem struct {
	work intents.Deferred
	due  time.Time
}

func (o *oracle) schedule(items ...intents.Deferred) {
	for _, d := range items {
		due := o.now
		if t := time.Unix(int64(d.NotBefore), 0); d.NotBefore != 0 && t.After(due) {
			due = t
		}
		o.items = append(o.items, oracleItem{d, due.UTC()})
	}
	slices.SortStableFunc(o.items, func(a, b oracleItem) int { return a.due.Compare(b.due) })
}

func (o *oracle) next(until time.Time) (intents.Deferred, bool) {
	if len(o.items) == 0 || o.items[0].due.After(until) {
		return intents.Deferred{}, false
	}
	it := o.items[0]
	o.items = o.items[1:]
	if it.due.After(o.now) {
		o.now = it.due
	}
	return it.work, true
}

func drawItems(t *rapid.T, now time.Time, n *int) []intents.Deferred {
	items := make([]intents.Deferred, rapid.IntRange(0, 4).Draw(t, "items"))
	for i := range items {
		*n++
		// From near to far, so that all levels of the queue are in use; few different times, so that many are equal.
		unit := rapid.SampledFrom([]int64{0, 1, 60, 4096, 86400, 1 << 20, 1 << 26}).Draw(t, "unit")
		at := now.Unix() + unit*rapid.Int64Range(-1, 3).Draw(t, "units")
		items[i] = work("w"+strconv.Itoa(*n), intents.Time(at))
	}
	return items
}

func TestVirtualModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := rapid.SampledFrom([]time.Time{virtualStart, {}, time.Unix(0, 0).UTC(), time.Unix(-5, 999_999_999).UTC()}).Draw(t, "start")
		v, o, n := capture.NewVirtual(start), &oracle{now: start}, 0
		if rapid.Bool().Draw(t, "idle faults") {
			require.NoError(t, v.Inject(capture.Faults{Late: time.Hour, Duplicate: 2, Reorder: 3}, capture.First{}))
		}
		t.Repeat(map[string]func(*rapid.T){
			"schedule": func(t *rapid.T) {
				items := drawItems(t, o.now, &n)
				require.NoError(t, v.Schedule(context.Background(), items...))
				o.schedule(items...)
			},
			"next": func(t *rapid.T) {
				want, wantOK := o.next(time.Unix(1<<40, 0))
				got, ok := v.Next()
				require.Equal(t, wantOK, ok)
				require.Equal(t, want, got)
			},
			"advance": func(t *rapid.T) {
				d := time.Duration(rapid.SampledFrom([]int64{0, 1, 1e6, 1e9, 63e9, 86400e9}).Draw(t, "d"))
				require.NoError(t, v.Advance(d))
				o.now = o.now.Add(d)
			},
			"run": func(t *rapid.T) {
				until := o.now.Add(time.Duration(rapid.SampledFrom([]int64{0, 1, 1e9, 61e9, 86400e9, 1e15}).Draw(t, "for")))
				fail := rapid.IntRange(0, 5).Draw(t, "fail at") // 0 is never
				step, failure := 0, errors.New("not now")
				err := v.Run(context.Background(), until, func(ctx context.Context, got intents.Deferred) error {
					if step++; step == fail {
						return failure
					}
					want, ok := o.next(until)
					require.True(t, ok)
					require.Equal(t, want, got)
					require.Equal(t, o.now, v.Now())
					if step > 20 {
						return nil
					}
					items := drawItems(t, o.now, &n)
					o.schedule(items...)
					return v.Schedule(ctx, items...)
				})
				if err != nil {
					require.ErrorIs(t, err, failure)
					if due := o.items[0].due; due.After(o.now) {
						o.now = due // it came and was handed back
					}
					return
				}
				_, ok := o.next(until)
				require.False(t, ok)
				o.now = until
			},
			"": func(t *rapid.T) {
				require.Equal(t, o.now, v.Now())
				require.Equal(t, len(o.items), v.Len())
				require.NoError(t, v.CheckQueue())
				at, ok := v.NextAt()
				require.Equal(t, len(o.items) > 0, ok)
				if ok && o.items[0].due.After(o.now) {
					require.Equal(t, o.items[0].due, at)
				} else if ok {
					require.Equal(t, o.now, at)
				}
			},
		})
	})
}

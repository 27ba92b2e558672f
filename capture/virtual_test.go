package capture_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

var (
	_ capture.Clock     = capture.System{}
	_ capture.Clock     = (*capture.Virtual)(nil)
	_ capture.Scheduler = (*capture.Virtual)(nil)
)

// Not on a whole second, as few clocks are.
var virtualStart = time.Date(2026, 11, 28, 9, 30, 0, 123_456_789, time.UTC)

func work(subject string, notBefore intents.Time) intents.Deferred {
	return intents.Deferred{Kind: "test.work", Subject: subject, NotBefore: notBefore}
}

// in is work that is due so many seconds after the first whole second of the clock.
func in(seconds int, subject string) intents.Deferred {
	return work(subject, intents.TimeOf(virtualStart)+1+intents.Time(seconds))
}

func newVirtual(tb testing.TB, items ...intents.Deferred) *capture.Virtual {
	tb.Helper()
	v := capture.NewVirtual(virtualStart)
	require.NoError(tb, v.Schedule(tb.Context(), items...))
	return v
}

func take(subjects *[]string) func(context.Context, intents.Deferred) error {
	return func(_ context.Context, d intents.Deferred) error {
		*subjects = append(*subjects, d.Subject)
		return nil
	}
}

func TestSystem(t *testing.T) {
	before := time.Now()
	now := capture.System{}.Now()
	require.WithinRange(t, now, before, time.Now())
	require.Equal(t, time.UTC, now.Location())
}

func TestVirtualOrder(t *testing.T) {
	v := newVirtual(t, in(60, "b"), in(5, "a"), in(60, "c"), work("now", 0), in(-100, "past"), work("long ago", math.MinInt64), in(60, "d"))
	require.Equal(t, 7, v.Len())
	for _, want := range []struct {
		subject string
		at      time.Time
	}{
		{"now", virtualStart},
		{"past", virtualStart},
		{"long ago", virtualStart},
		{"a", virtualStart.Truncate(time.Second).Add(6 * time.Second)},
		{"b", virtualStart.Truncate(time.Second).Add(61 * time.Second)},
		{"c", virtualStart.Truncate(time.Second).Add(61 * time.Second)},
		{"d", virtualStart.Truncate(time.Second).Add(61 * time.Second)},
	} {
		at, ok := v.NextAt()
		require.True(t, ok)
		require.Equal(t, want.at, at)
		d, ok := v.Next()
		require.True(t, ok)
		require.Equal(t, want.subject, d.Subject)
		require.Equal(t, want.at, v.Now())
	}
	_, ok := v.Next()
	require.False(t, ok)
	_, ok = v.NextAt()
	require.False(t, ok)
	require.Zero(t, v.Len())
}

func TestVirtualZero(t *testing.T) {
	var v capture.Virtual
	require.Equal(t, time.Unix(0, 0).UTC(), v.Now())
	require.NoError(t, v.Schedule(t.Context(), work("b", 2), work("a", 1)))
	d, _ := v.Next()
	require.Equal(t, work("a", 1), d)
	require.Equal(t, time.Unix(1, 0).UTC(), v.Now())
}

// The zero NotBefore is no time, also where 1970 lies ahead.
func TestVirtualBefore1970(t *testing.T) {
	for _, start := range []time.Time{{}, time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC)} {
		v := capture.NewVirtual(start)
		require.NoError(t, v.Schedule(t.Context(), work("later", intents.TimeOf(start.Add(time.Hour))), work("unset", 0)))
		d, _ := v.Next()
		require.Equal(t, "unset", d.Subject)
		require.Equal(t, start, v.Now())
		v.Next()
		require.Equal(t, start.Add(time.Hour), v.Now())
	}
}

func TestVirtualNowIsUTC(t *testing.T) {
	v := capture.NewVirtual(virtualStart.In(time.FixedZone("", 7200)))
	require.Equal(t, virtualStart, v.Now())
	require.NoError(t, v.Advance(1500*time.Microsecond))
	require.Equal(t, virtualStart.Add(1500*time.Microsecond), v.Now())
	early := capture.NewVirtual(time.Date(1969, 12, 31, 23, 59, 59, 999_999_999, time.UTC))
	require.NoError(t, early.Advance(1))
	require.Equal(t, time.Unix(0, 0).UTC(), early.Now())
}

func TestVirtualAdvanceHandsOutNothing(t *testing.T) {
	v := newVirtual(t, in(1, "a"), in(2, "b"))
	require.NoError(t, v.Advance(time.Hour))
	require.Equal(t, 2, v.Len())
	late := virtualStart.Add(time.Hour)
	at, _ := v.NextAt()
	require.Equal(t, late, at, "an overdue item comes now")
	require.NoError(t, v.Schedule(t.Context(), in(0, "c")), "due earlier, but scheduled when the others were overdue")
	var got []string
	require.NoError(t, v.Run(t.Context(), late, take(&got)))
	require.Equal(t, []string{"a", "b", "c"}, got)
	require.Equal(t, late, v.Now())
}

func TestVirtualRun(t *testing.T) {
	v := newVirtual(t, in(10, "a"), in(20, "b"), in(31, "later"))
	until := in(30, "").NotBefore.Time()
	var got []string
	err := v.Run(t.Context(), until, func(ctx context.Context, d intents.Deferred) error {
		require.Equal(t, d.NotBefore.Time(), v.Now())
		got = append(got, d.Subject)
		if d.Subject == "a" {
			return v.Schedule(ctx, in(15, "a2"), in(30, "a3"), in(40, "a4"))
		}
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, []string{"a", "a2", "b", "a3"}, got)
	require.Equal(t, until, v.Now())
	require.Equal(t, 2, v.Len())

	require.NoError(t, v.Run(t.Context(), until.Add(time.Second-1), take(&got)))
	require.Equal(t, 2, v.Len(), "a nanosecond before it is due")
	require.NoError(t, v.Run(t.Context(), until.Add(time.Second), take(&got)))
	require.Equal(t, 1, v.Len())
	require.NoError(t, v.Run(t.Context(), v.Now(), take(&got)), "up to now is nothing new")
}

func TestVirtualRunHandsBack(t *testing.T) {
	v := newVirtual(t, in(10, "a"), in(20, "b"), in(20, "c"))
	until, at := in(60, "").NotBefore.Time(), in(20, "").NotBefore.Time()
	failure := errors.New("no")
	var got []string
	fails := func(_ context.Context, d intents.Deferred) error {
		got = append(got, d.Subject)
		if d.Subject == "b" && len(got) < 4 {
			return failure
		}
		return nil
	}
	for range 2 {
		require.ErrorIs(t, v.Run(t.Context(), until, fails), failure)
		require.Equal(t, at, v.Now(), "the clock stands where the work failed")
		require.Equal(t, 2, v.Len())
	}
	require.NoError(t, v.Run(t.Context(), until, fails))
	require.Equal(t, []string{"a", "b", "b", "b", "c"}, got)
	require.Equal(t, until, v.Now())
}

func TestVirtualRunHandsBackAfterPanic(t *testing.T) {
	v := newVirtual(t, in(10, "a"), in(20, "b"))
	require.Panics(t, func() {
		_ = v.Drain(t.Context(), 10, func(context.Context, intents.Deferred) error { panic("no") })
	})
	var got []string
	require.NoError(t, v.Drain(t.Context(), 10, take(&got)))
	require.Equal(t, []string{"a", "b"}, got)
}

func TestVirtualRunStopsWithItsContext(t *testing.T) {
	v := newVirtual(t, in(10, "a"), in(20, "b"))
	ctx, cancel := context.WithCancel(t.Context())
	var got []string
	stop := func(ctx context.Context, d intents.Deferred) error {
		cancel()
		return take(&got)(ctx, d)
	}
	require.ErrorIs(t, v.Run(ctx, in(60, "").NotBefore.Time(), stop), context.Canceled)
	require.Equal(t, []string{"a"}, got)
	require.Equal(t, in(10, "").NotBefore.Time(), v.Now())
	require.ErrorIs(t, v.Drain(ctx, 10, stop), context.Canceled)
	require.Equal(t, 1, v.Len())
}

func TestVirtualDrain(t *testing.T) {
	v := newVirtual(t, in(10, "0"))
	endless := func(ctx context.Context, d intents.Deferred) error {
		n, err := strconv.Atoi(d.Subject)
		require.NoError(t, err)
		return v.Schedule(ctx, in(20+n, strconv.Itoa(n+1)))
	}
	err := v.Drain(t.Context(), 100, endless)
	var limit *capture.LimitError
	require.ErrorAs(t, err, &limit)
	require.Equal(t, capture.LimitError{What: "Drain", Limit: 100, Pending: 1, Last: in(118, "99")}, *limit)
	require.EqualError(t, err, "Drain: not done after 100 steps, 1 items are pending, the last one done was "+in(118, "99").Key())

	var got []string
	require.NoError(t, v.Drain(t.Context(), 1, take(&got)), "a limit that is just enough")
	require.Equal(t, []string{"100"}, got)
	require.Equal(t, in(119, "").NotBefore.Time(), v.Now(), "the clock stands at the last item")
	require.NoError(t, v.Schedule(t.Context(), in(200, "101")))
	require.NoError(t, v.Drain(t.Context(), 10, take(&got)), "a limit that is more than enough")
	require.Equal(t, []string{"100", "101"}, got)
	require.Equal(t, in(200, "").NotBefore.Time(), v.Now(), "the clock stands at the last item")
}

// The function that Run calls may do all that its caller may.
func TestVirtualHandlerMayCallAll(t *testing.T) {
	v := newVirtual(t, in(10, "a"), in(20, "b"), in(30, "c"), in(40, "d"), in(99, "z"))
	var got []string
	err := v.Run(t.Context(), in(50, "").NotBefore.Time(), func(ctx context.Context, d intents.Deferred) error {
		got = append(got, d.Subject)
		switch d.Subject {
		case "a":
			next, ok := v.Next()
			require.True(t, ok)
			got = append(got, "next:"+next.Subject)
			require.Equal(t, 3, v.Len())
		case "c":
			require.NoError(t, v.Run(ctx, in(60, "").NotBefore.Time(), take(&got)))
		}
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, []string{"a", "next:b", "c", "d"}, got)
	require.Equal(t, in(60, "").NotBefore.Time(), v.Now(), "the clock never goes back")
}

func TestVirtualRefusals(t *testing.T) {
	do := func(context.Context, intents.Deferred) error { return nil }
	far := intents.TimeOf(virtualStart) + math.MaxInt64/1_000_000_000
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name, param string
		call        func(v *capture.Virtual) error
		message     string
	}{
		{"no kind", "kind", func(v *capture.Virtual) error {
			return v.Schedule(t.Context(), in(1, "x"), intents.Deferred{Subject: "s"})
		}, `kind: deferred work 1 for "s" does not say what to do`},
		{"no subject", "subject", func(v *capture.Virtual) error {
			return v.Schedule(t.Context(), in(1, "x"), intents.Deferred{Kind: "k"}, in(2, "y"))
		}, `subject: deferred work 1, "k", does not say which object owes it`},
		{"too far", "not_before", func(v *capture.Virtual) error { return v.Schedule(t.Context(), in(1, "x"), work("far", far)) }, "not_before: is more than 292 years after the start of the clock"},
		{"overflow", "not_before", func(v *capture.Virtual) error { return v.Schedule(t.Context(), work("far", math.MaxInt64)) }, "not_before: is more than 292 years"},
		{"no context", "ctx", func(v *capture.Virtual) error { return v.Schedule(nil, in(1, "x")) }, "ctx: is nil"}, //nolint:staticcheck // that is the test
		{"done context", "", func(v *capture.Virtual) error { return v.Schedule(canceled, in(1, "x")) }, ""},
		{"back", "d", func(v *capture.Virtual) error { return v.Advance(-1) }, "d: is negative"},
		{"past the end", "d", func(v *capture.Virtual) error { return errors.Join(v.Advance(1), v.Advance(math.MaxInt64)) }, "d: leads more than 292 years"},
		{"run back", "until", func(v *capture.Virtual) error { return v.Run(t.Context(), virtualStart.Add(-1), do) }, "until: is before now"},
		{"run to long ago", "until", func(v *capture.Virtual) error { return v.Run(t.Context(), time.Time{}, do) }, "until: is before now"},
		{"run past the end", "until", func(v *capture.Virtual) error { return v.Run(t.Context(), virtualStart.AddDate(293, 0, 0), do) }, "until: is more than 292 years"},
		{"run nothing", "do", func(v *capture.Virtual) error { return v.Run(t.Context(), virtualStart, nil) }, "do: is nil"},
		{"run without context", "ctx", func(v *capture.Virtual) error { return v.Run(nil, virtualStart, do) }, "ctx: is nil"}, //nolint:staticcheck // that is the test
		{"drain nothing", "do", func(v *capture.Virtual) error { return v.Drain(t.Context(), 1, nil) }, "do: is nil"},
		{"drain in no step", "limit", func(v *capture.Virtual) error { return v.Drain(t.Context(), 0, do) }, "limit: must be at least 1"},
		{"drain without context", "ctx", func(v *capture.Virtual) error { return v.Drain(nil, 1, do) }, "ctx: is nil"}, //nolint:staticcheck // that is the test
		{"late", "late", func(v *capture.Virtual) error { return v.Inject(capture.Faults{Late: -1}, capture.First{}) }, "late: out of range"},
		{"grain", "grain", func(v *capture.Virtual) error { return v.Inject(capture.Faults{Grain: -1}, capture.First{}) }, "grain: out of range"},
		{"coarse grain", "grain", func(v *capture.Virtual) error {
			return v.Inject(capture.Faults{Late: 1, Grain: 2}, capture.First{})
		}, "grain: out of range"},
		{"fine grain", "grain", func(v *capture.Virtual) error {
			return v.Inject(capture.Faults{Late: math.MaxInt64, Grain: 1}, capture.First{})
		}, "grain: out of range"},
		{"duplicate", "duplicate", func(v *capture.Virtual) error { return v.Inject(capture.Faults{Duplicate: -1}, capture.First{}) }, "duplicate: out of range"},
		{"reorder", "reorder", func(v *capture.Virtual) error { return v.Inject(capture.Faults{Reorder: -1}, capture.First{}) }, "reorder: out of range"},
		{"reorder all", "reorder", func(v *capture.Virtual) error {
			return v.Inject(capture.Faults{Reorder: math.MaxInt}, capture.First{})
		}, "reorder: out of range"},
		{"no chooser", "choose", func(v *capture.Virtual) error { return v.Inject(capture.Faults{Reorder: 1}, nil) }, "choose: is nil"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := newVirtual(t, in(5, "a"))
			start := v.Now()
			err := tt.call(v)
			if tt.param == "" {
				require.ErrorIs(t, err, context.Canceled)
			} else {
				var invalid *intents.InvalidError
				require.ErrorAs(t, err, &invalid)
				require.Equal(t, tt.param, invalid.Param)
				require.Contains(t, err.Error(), tt.message)
			}
			require.Equal(t, 1, v.Len())
			require.WithinRange(t, v.Now(), start, start.Add(1))
			d, _ := v.Next()
			require.Equal(t, in(5, "a"), d)
		})
	}
}

// The last second that the clock can reach is 9223372035 seconds after the start.
func TestVirtualHorizon(t *testing.T) {
	last := work("last", intents.TimeOf(virtualStart)+math.MaxInt64/1_000_000_000-1)
	v := newVirtual(t, last)
	require.NoError(t, v.Inject(capture.Faults{Late: math.MaxInt64, Grain: time.Hour}, lastChoice{}))
	require.NoError(t, v.Schedule(t.Context(), last), "a delay past the end of the clock is cut")
	for range 2 {
		d, ok := v.Next()
		require.True(t, ok)
		require.Equal(t, last, d)
		require.False(t, v.Now().Before(last.NotBefore.Time()))
	}
	end := virtualStart.Add(math.MaxInt64)
	require.Equal(t, end, v.Now())
	v = newVirtual(t)
	require.NoError(t, v.Advance(math.MaxInt64))
	require.Equal(t, end, v.Now())
}

// A Virtual takes as many delays as an int can count.
func TestVirtualManyDelays(t *testing.T) {
	for _, faults := range []capture.Faults{
		{Late: math.MaxInt64 - 1, Grain: 1},
		{Late: math.MaxInt64, Grain: 2},
		{Late: math.MaxInt64 / 7, Grain: 7},
		{Late: math.MaxInt64, Grain: math.MaxInt64},
	} {
		v := newVirtual(t)
		require.NoError(t, v.Inject(faults, lastChoice{}))
		require.NoError(t, v.Schedule(t.Context(), work("a", 0)))
		v.Next()
		require.Equal(t, faults.Late.Truncate(faults.Grain), v.Now().Sub(virtualStart))
	}
}

type lastChoice struct{}

func (lastChoice) IntN(n int) int { return n - 1 }

func TestVirtualConcurrent(t *testing.T) {
	const goroutines, each = 8, 200
	v := newVirtual(t)
	require.NoError(t, v.Inject(capture.Faults{Late: time.Minute, Duplicate: 5, Reorder: 3}, capture.Seeded(1)))
	var seen sync.Map
	do := func(_ context.Context, d intents.Deferred) error {
		if v.Now().Before(d.NotBefore.Time()) {
			return errors.New("early")
		}
		seen.Store(d.Subject, true)
		return nil
	}
	var wg sync.WaitGroup
	var failed atomic.Value
	for g := range goroutines {
		wg.Go(func() {
			for i := range each {
				err := v.Schedule(t.Context(), in(i%50, fmt.Sprintf("%d_%d", g, i)))
				if i%10 == 0 {
					until := v.Now().Add(time.Hour) // ahead of what the others may do to the clock
					err = errors.Join(err, v.Run(t.Context(), until, do), v.Advance(time.Millisecond))
				}
				if err != nil {
					var invalid *intents.InvalidError
					if !errors.As(err, &invalid) || invalid.Param != "until" { // another one was an hour faster
						failed.Store(err)
					}
				}
				v.NextAt()
			}
		})
	}
	wg.Wait()
	require.Nil(t, failed.Load())
	require.NoError(t, v.Drain(t.Context(), 10*goroutines*each, do))
	n := 0
	seen.Range(func(any, any) bool { n++; return true })
	require.Equal(t, goroutines*each, n)
}

// million is a schedule of n items with their subjects, spread over a week in no order.
func million(n int) []intents.Deferred {
	items, c := make([]intents.Deferred, n), capture.Seeded(42)
	for i := range items {
		items[i] = work("ch_"+strconv.Itoa(i), intents.TimeOf(virtualStart)+intents.Time(c.IntN(7*24*3600)))
	}
	return items
}

func heapAlloc() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// Also a queue that has grown by one item at a time costs no more than 64 bytes an item.
func TestVirtualMemory(t *testing.T) {
	const n = 1_000_000
	ctx, items := t.Context(), million(n)
	before := heapAlloc()
	v := capture.NewVirtual(virtualStart)
	for i := range items {
		if err := v.Schedule(ctx, items[i]); err != nil {
			t.Fatal(err)
		}
	}
	perItem := float64(heapAlloc()-before) / n
	t.Logf("%.1f bytes an item", perItem)
	require.LessOrEqual(t, perItem, 64.0)
	require.Greater(t, perItem, 40.0, "an item has 40 bytes, so the measurement is wrong")

	// And all come in due order, equal times in the order of their numbers.
	last, lastNumber := intents.Time(0), 0
	for range n {
		d, ok := v.Next()
		number, err := strconv.Atoi(strings.TrimPrefix(d.Subject, "ch_"))
		if !ok || err != nil || d.NotBefore < last || d.NotBefore == last && number <= lastNumber {
			t.Fatalf("%v came after number %d of %v", d, lastNumber, last)
		}
		last, lastNumber = d.NotBefore, number
	}
	require.Zero(t, v.Len())
	runtime.KeepAlive(items)
}

func TestVirtualAllocs(t *testing.T) {
	ctx := context.Background()
	v := newVirtual(t, million(10_000)...)
	step := func() {
		_ = v.Schedule(ctx, intents.Deferred{Kind: "test.near", Subject: "ch_near", NotBefore: intents.TimeOf(v.Now()) + 1})
		d, _ := v.Next()
		if d.Kind != "test.near" {
			d.NotBefore = intents.TimeOf(v.Now()) + 7*24*3600
			_ = v.Schedule(ctx, d)
			v.Next()
		}
	}
	for range 100_000 { // until each bucket has been in use once
		step()
	}
	thousand := func() {
		for range 1000 {
			step()
		}
	}
	require.Zero(t, testing.AllocsPerRun(100, thousand)) // the mean is rounded down, so it must be that of many

	do := func(context.Context, intents.Deferred) error { return nil }
	run := func() {
		_ = v.Schedule(ctx, intents.Deferred{Kind: "test.near", Subject: "ch_near", NotBefore: intents.TimeOf(v.Now()) + 1})
		_ = v.Run(ctx, v.Now().Add(time.Second), do)
	}
	require.Zero(t, testing.AllocsPerRun(1000, run))
}

// A Virtual keeps its memory, but not what was in it.
func TestVirtualLetsGo(t *testing.T) {
	v := newVirtual(t)
	require.NoError(t, v.Inject(capture.Faults{Duplicate: 2, Late: time.Minute, Reorder: 3}, capture.Seeded(1)))
	subjects, items := make([]weak.Pointer[byte], 500), make([]intents.Deferred, 500)
	for i := range subjects {
		subject := strings.Repeat("ch_"+strconv.Itoa(i), 20)
		subjects[i] = weak.Make(unsafe.StringData(subject))
		items[i] = in(i*i*i, subject)
	}
	require.NoError(t, v.Schedule(t.Context(), items...))
	clear(items)
	require.NoError(t, v.Drain(t.Context(), 1000, func(context.Context, intents.Deferred) error { return nil }))
	runtime.GC()
	kept := 0
	for i := range subjects {
		if subjects[i].Value() != nil {
			kept++
		}
	}
	require.LessOrEqual(t, kept, 2, "but for what this test's own stack may hold")
	runtime.KeepAlive(v)
}

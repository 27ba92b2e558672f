package capture_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/capture/capturetest"
)

// arrival is an item as it came, and how long after it was due.
type arrival struct {
	subject string
	late    time.Duration
}

// simulate schedules items in three waves, the last one from within a Run, runs
// for an hour, and returns what came. It fails on what no fault may do.
func simulate(faults capture.Faults, c capture.Chooser, perWave int) (came []arrival, err error) {
	ctx := context.Background()
	v := capture.NewVirtual(virtualStart)
	if err := v.Inject(faults, c); err != nil {
		return nil, err
	}
	dueAt := map[string]time.Time{}
	wave := func(name string, spread int) error {
		var items []intents.Deferred
		for i := range perWave {
			d := work(name+strconv.Itoa(i), intents.TimeOf(v.Now())+intents.Time(i*spread))
			dueAt[d.Subject] = d.NotBefore.Time()
			if v.Now().After(dueAt[d.Subject]) {
				dueAt[d.Subject] = v.Now()
			}
			items = append(items, d)
		}
		return v.Schedule(ctx, items...)
	}
	if err := errors.Join(wave("a", 0), wave("b", 1)); err != nil {
		return nil, err
	}
	err = v.Run(ctx, virtualStart.Add(time.Hour), func(_ context.Context, d intents.Deferred) error {
		late := v.Now().Sub(dueAt[d.Subject])
		if late < 0 {
			return fmt.Errorf("%s came %v early", d.Subject, -late)
		}
		if late > faults.Late {
			return fmt.Errorf("%s came %v late", d.Subject, late)
		}
		came = append(came, arrival{d.Subject, late})
		if len(came) == perWave {
			return wave("c", 0)
		}
		return nil
	})
	count := map[string]int{}
	for _, a := range came {
		count[a.subject]++
	}
	for subject := range dueAt {
		if n := count[subject]; n == 0 || n > 2 || n == 2 && faults.Duplicate == 0 || n == 1 && faults.Duplicate == 1 {
			err = errors.Join(err, fmt.Errorf("%s came %d times", subject, n))
		}
	}
	if v.Len() > 0 {
		err = errors.Join(err, fmt.Errorf("%d items are left", v.Len()))
	}
	return came, err
}

func TestVirtualFaultsRapid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		late := rapid.SampledFrom([]time.Duration{0, 1, time.Millisecond, time.Second, 90 * time.Second, 30 * time.Minute}).Draw(t, "late")
		grain := min(late, rapid.SampledFrom([]time.Duration{0, 1, time.Millisecond, 7 * time.Second}).Draw(t, "grain"))
		_, err := simulate(capture.Faults{
			Late: late, Grain: grain, Duplicate: rapid.IntRange(0, 4).Draw(t, "duplicate"), Reorder: rapid.IntRange(0, 4).Draw(t, "reorder"),
		}, capturetest.RapidChooser(t), rapid.IntRange(1, 6).Draw(t, "items"))
		require.NoError(t, err)
	})
}

// Each fault happens, and only where it was asked for.
func TestVirtualFaultsSeeded(t *testing.T) {
	for _, tt := range []struct {
		name                     string
		faults                   capture.Faults
		late, twice, disarranged bool
	}{
		{"none", capture.Faults{}, false, false, false},
		{"late", capture.Faults{Late: time.Minute}, true, false, true},
		{"duplicate", capture.Faults{Duplicate: 3}, false, true, false},
		{"reorder", capture.Faults{Reorder: 3}, false, false, true},
		{"all", capture.Faults{Late: 3 * time.Second, Grain: time.Millisecond, Duplicate: 3, Reorder: 3}, true, true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			late, twice, disarranged := false, false, false
			plain, err := simulate(capture.Faults{}, nil, 8)
			require.NoError(t, err)
			for seed := range uint64(200) {
				came, err := simulate(tt.faults, capture.Seeded(seed), 8)
				require.NoError(t, err, "seed %d", seed)
				again, err := simulate(tt.faults, capture.Seeded(seed), 8)
				require.NoError(t, err)
				require.Equal(t, came, again, "the same seed gives the same run")
				twice = twice || len(came) > len(plain)
				late = late || slices.ContainsFunc(came, func(a arrival) bool { return a.late > 0 })
				seen := map[string]bool{}
				first := slices.DeleteFunc(slices.Clone(came), func(a arrival) bool { was := seen[a.subject]; seen[a.subject] = true; return was })
				disarranged = disarranged || !slices.EqualFunc(first, plain, func(a, b arrival) bool { return a.subject == b.subject })
			}
			require.Equal(t, tt.late, late, "late")
			require.Equal(t, tt.twice, twice, "twice")
			require.Equal(t, tt.disarranged, disarranged, "in another order")
		})
	}
}

// Every choice that a Virtual can make for three items, with all faults: this many, and none breaks a promise.
func TestVirtualFaultsExhaustive(t *testing.T) {
	runs, err := capture.Exhaustive(100_000, func(c capture.Chooser) error {
		_, err := simulate(capture.Faults{Late: time.Minute, Grain: time.Minute, Duplicate: 2, Reorder: 1}, c, 1)
		return err
	})
	require.NoError(t, err)
	require.Equal(t, 1216, runs)
}

// With reordering, items that are due together come in every order in which
// none is overtaken by, and none overtakes, more than Reorder.
func TestVirtualReorder(t *testing.T) {
	for reorder, n := range map[int]int{0: 1, 1: 5, 2: 14, 3: 24, 9: 24} {
		var want []string
		orders("abcd", "", func(order string) {
			for i := range order {
				overtook, overtaken := 0, 0
				for j := range order {
					if j < i && order[j] > order[i] {
						overtaken++
					} else if j > i && order[j] < order[i] {
						overtook++
					}
				}
				if max(overtook, overtaken) > reorder {
					return
				}
			}
			want = append(want, order+"|later")
		})
		require.Len(t, want, n)

		came := map[string]bool{}
		_, err := capture.Exhaustive(1000, func(c capture.Chooser) error {
			v := newVirtual(t, in(1, "a"), in(1, "b"), in(1, "c"), in(1, "d"), in(2, "|later"))
			var got []string
			err := errors.Join(v.Inject(capture.Faults{Reorder: reorder}, c), v.Drain(t.Context(), 9, take(&got)))
			came[strings.Join(got, "")] = true
			return err
		})
		require.NoError(t, err)
		require.ElementsMatch(t, want, slices.Collect(maps.Keys(came)), "reorder %d", reorder)
	}
}

func orders(rest, order string, yield func(order string)) {
	if rest == "" {
		yield(order)
	}
	for i := range rest {
		orders(rest[:i]+rest[i+1:], order+rest[i:i+1], yield)
	}
}

// Also delays of single nanoseconds decide on the order, and equal ones leave it as it was.
func TestVirtualNanoseconds(t *testing.T) {
	const n = 200
	for _, late := range []time.Duration{1, 40, 2500, 150_000} {
		for seed := range uint64(5) {
			v, c := newVirtual(t), &recorder{Chooser: capture.Seeded(seed)}
			require.NoError(t, v.Inject(capture.Faults{Late: late, Grain: 1}, c))
			want := make([]string, n)
			for i := range want {
				want[i] = strconv.Itoa(i)
				require.NoError(t, v.Schedule(t.Context(), in(1, want[i])))
				require.NoError(t, v.CheckQueue())
			}
			delays := c.answers
			require.Len(t, delays, n)
			slices.SortStableFunc(want, func(a, b string) int {
				i, _ := strconv.Atoi(a)
				j, _ := strconv.Atoi(b)
				return delays[i] - delays[j]
			})
			var got []string
			for d, ok := v.Next(); ok; d, ok = v.Next() {
				got = append(got, d.Subject)
				i, err := strconv.Atoi(d.Subject)
				require.NoError(t, err)
				require.Equal(t, in(1, "").NotBefore.Time().Add(time.Duration(delays[i])), v.Now())
				require.NoError(t, v.CheckQueue())
			}
			require.Equal(t, want, got)
		}
	}
}

// recorder keeps the answers of a Chooser.
type recorder struct {
	capture.Chooser
	answers []int
}

func (r *recorder) IntN(n int) int {
	c := r.Chooser.IntN(n)
	r.answers = append(r.answers, c)
	return c
}

// What was handed back comes first, whatever the faults.
func TestVirtualReorderHandsBack(t *testing.T) {
	for seed := range uint64(50) {
		v := newVirtual(t, in(1, "a"), in(1, "b"), in(1, "c"), in(1, "d"), in(1, "e"))
		require.NoError(t, v.Inject(capture.Faults{Reorder: 4}, capture.Seeded(seed)))
		failed := ""
		failure := errors.New("no")
		fail := func(_ context.Context, d intents.Deferred) error {
			failed = d.Subject
			return failure
		}
		var got []string
		for range 5 {
			require.ErrorIs(t, v.Drain(t.Context(), 10, fail), failure)
			d, ok := v.Next()
			require.True(t, ok)
			require.Equal(t, failed, d.Subject)
			got = append(got, d.Subject)
		}
		slices.Sort(got)
		require.Equal(t, []string{"a", "b", "c", "d", "e"}, got)
		require.Zero(t, v.Len())
	}
}

// After Inject(Faults{}, nil) what others overtook comes in order, then the rest.
func TestVirtualFaultsEnd(t *testing.T) {
	v := newVirtual(t, in(1, "a"), in(1, "b"), in(1, "c"), in(1, "d"), in(9, "e"))
	require.NoError(t, v.Inject(capture.Faults{Reorder: 2, Duplicate: 1, Late: time.Hour}, capture.Fixed(2)))
	d, _ := v.Next()
	require.Equal(t, "c", d.Subject)
	require.NoError(t, v.Inject(capture.Faults{}, nil))
	require.NoError(t, v.Schedule(t.Context(), in(1, "f")))
	var got []string
	require.NoError(t, v.Drain(t.Context(), 10, take(&got)))
	require.Equal(t, []string{"a", "b", "d", "f", "e"}, got)
}

// A Chooser that gives up, as rapid's does, leaves nothing half done and no lock held.
func TestVirtualChooserPanics(t *testing.T) {
	v := newVirtual(t)
	require.NoError(t, v.Inject(capture.Faults{Late: time.Minute}, &panicChooser{calls: 2}))
	require.Panics(t, func() { _ = v.Schedule(t.Context(), in(1, "a"), in(2, "b"), in(3, "c")) })
	require.Zero(t, v.Len())
	require.NoError(t, v.Inject(capture.Faults{Late: time.Minute}, lawless{}))
	require.NoError(t, v.Schedule(t.Context(), in(1, "a")))
	v.Next()
	require.Equal(t, in(1, "").NotBefore.Time(), v.Now(), "an answer out of range means no fault")
}

type panicChooser struct{ calls int }

func (c *panicChooser) IntN(int) int {
	if c.calls--; c.calls == 0 {
		panic("give up")
	}
	return 0
}

// A Chooser is asked only where there is a choice, and fewer items may overtake
// once Inject has said so.
func TestVirtualReorderLess(t *testing.T) {
	v := newVirtual(t, in(1, "a"), in(1, "b"), in(1, "c"), in(1, "d"))
	require.NoError(t, v.Inject(capture.Faults{Reorder: 3}, capture.First{}))
	v.Next()
	require.NoError(t, v.Inject(capture.Faults{Reorder: 1}, lastChoice{}))
	var got []string
	require.NoError(t, v.Drain(t.Context(), 10, take(&got)))
	require.Equal(t, []string{"c", "b", "d"}, got)

	require.NoError(t, v.Inject(capture.Faults{Duplicate: 1, Reorder: 1}, &panicChooser{calls: 1}))
	require.NoError(t, v.Schedule(t.Context(), in(1, "a")), "all come twice, which is no choice")
	require.Panics(t, func() { v.Next() }, "two items are one")
	require.NoError(t, v.Inject(capture.Faults{Reorder: 1}, capture.First{}))
	v.Next()
	require.NoError(t, v.Inject(capture.Faults{Reorder: 1}, &panicChooser{calls: 1}))
	v.Next()
	require.Zero(t, v.Len())
}

type lawless struct{}

func (lawless) IntN(n int) int { return n }

package capture_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

var _ capture.Chooser = (*rand.Rand)(nil)

func TestSeededIsSplitMix64(t *testing.T) {
	// The first five outputs for the seed 1234567, from the reference
	// implementation in C; IntN(1<<62) shows the upper 62 bits of each.
	c := capture.Seeded(1234567)
	for _, want := range []uint64{6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821} {
		require.Equal(t, int(want>>2), c.IntN(1<<62))
	}
}

func TestSeeded(t *testing.T) {
	a, b, other := capture.Seeded(7), capture.Seeded(7), capture.Seeded(8)
	same := 0
	for i := range 1000 {
		n := i%97 + 1
		got := a.IntN(n)
		require.True(t, got >= 0 && got < n, "%d of %d", got, n)
		require.Equal(t, got, b.IntN(n))
		if n > 50 && got == other.IntN(n) {
			same++
		}
	}
	require.Less(t, same, 50)
	for n := 2; n < 10; n++ {
		seen := map[int]bool{}
		for range 200 {
			seen[a.IntN(n)] = true
		}
		require.Len(t, seen, n, "each answer comes")
	}
	for _, n := range []int{1, 0, -1, -1 << 63} {
		require.Zero(t, a.IntN(n))
	}
}

// With so large an n, a generator that throws no draw away gives two answers in
// three half as many draws again as the third.
func TestSeededIsUnbiased(t *testing.T) {
	c, count := capture.Seeded(1), [3]int{}
	for range 30_000 {
		count[c.IntN(3<<61)%3]++
	}
	for _, n := range count {
		require.InDelta(t, 10_000, n, 330) // four standard deviations
	}
}

func TestFirstAndFixed(t *testing.T) {
	require.Zero(t, capture.First{}.IntN(10))
	choices := []int{2, 0, 1, 9, -1, 4}
	c := capture.Fixed(choices...)
	choices[0] = 1 // the caller's again
	var got []int
	for range 8 {
		got = append(got, c.IntN(5))
	}
	require.Equal(t, []int{2, 0, 1, 0, 0, 4, 0, 0}, got, "what is out of range, and what comes after the end, is 0")
}

// A small tree: two answers, under the second three more, then two for all.
func walk(c capture.Chooser) []int {
	path := []int{c.IntN(2)}
	if path[0] == 1 {
		path = append(path, c.IntN(3), c.IntN(1), c.IntN(0))
	}
	return append(path, c.IntN(2))
}

func TestExhaustive(t *testing.T) {
	var paths []string
	runs, err := capture.Exhaustive(100, func(c capture.Chooser) error {
		paths = append(paths, fmt.Sprint(walk(c)))
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, 8, runs)
	require.Equal(t, []string{
		"[0 0]", "[0 1]",
		"[1 0 0 0 0]", "[1 0 0 0 1]", "[1 1 0 0 0]", "[1 1 0 0 1]", "[1 2 0 0 0]", "[1 2 0 0 1]",
	}, paths)

	runs, err = capture.Exhaustive(8, func(c capture.Chooser) error { walk(c); return nil })
	require.NoError(t, err, "a limit that is just enough")
	require.Equal(t, 8, runs)

	runs, err = capture.Exhaustive(1, func(capture.Chooser) error { return nil })
	require.NoError(t, err, "a run without choices is one run")
	require.Equal(t, 1, runs)
}

func TestExhaustiveStops(t *testing.T) {
	runs, err := capture.Exhaustive(7, func(c capture.Chooser) error { walk(c); return nil })
	var limit *capture.LimitError
	require.ErrorAs(t, err, &limit)
	require.Equal(t, capture.LimitError{What: "Exhaustive", Limit: 7}, *limit)
	require.EqualError(t, err, "Exhaustive: not done after 7 steps")
	require.Equal(t, 7, runs)

	failure := errors.New("it broke")
	breaks := func(c capture.Chooser) error {
		if path := walk(c); path[0] == 1 && path[1] == 2 {
			return failure
		}
		return nil
	}
	runs, err = capture.Exhaustive(100, breaks)
	require.Equal(t, 7, runs)
	require.ErrorIs(t, err, failure)
	require.EqualError(t, err, "with choices [1 2 0]: it broke")
	var choice *capture.ChoiceError
	require.ErrorAs(t, err, &choice)
	require.Equal(t, failure, breaks(capture.Fixed(1, 2, 0)))
}

func TestExhaustiveNoticesRunsThatChange(t *testing.T) {
	for name, run := range map[string]func(call int, c capture.Chooser){
		"other": func(call int, c capture.Chooser) { c.IntN(2 + call); c.IntN(2) },
		"fewer": func(call int, c capture.Chooser) {
			if call == 0 {
				c.IntN(2)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			call := 0
			runs, err := capture.Exhaustive(100, func(c capture.Chooser) error {
				run(call, c)
				call++
				return nil
			})
			var choice *capture.ChoiceError
			require.ErrorAs(t, err, &choice)
			require.ErrorContains(t, err, "the run is not repeatable")
			require.Equal(t, 2, runs)
		})
	}
}

func TestExhaustiveRefusals(t *testing.T) {
	var invalid *intents.InvalidError
	for _, limit := range []int{0, -1} {
		runs, err := capture.Exhaustive(limit, func(capture.Chooser) error { t.Fatal("called"); return nil })
		require.ErrorAs(t, err, &invalid)
		require.Equal(t, "limit", invalid.Param)
		require.EqualError(t, err, "limit: must be at least 1")
		require.Zero(t, runs)
	}
	runs, err := capture.Exhaustive(1, nil)
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "run", invalid.Param)
	require.EqualError(t, err, "run: is nil")
	require.Zero(t, runs)
}

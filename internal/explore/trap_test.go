package explore_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents/internal/explore"
)

func TestNoTrap(t *testing.T) {
	r, err := explore.Run(holds())
	require.NoError(t, err)
	nothingHeld := func(s hold) bool { return s.Held == 0 }
	release := func(a act) bool { return a.Do == "release" }
	require.NoError(t, r.NoTrap("nothing is held", nothingHeld, release))
	require.NoError(t, r.NoTrap("nothing is held", nothingHeld, nil))

	// Without the release, what is left of a hold by small captures can still be captured.
	byOne := func(a act) bool { return a == act{"capture", 1} }
	require.NoError(t, r.NoTrap("nothing is held", nothingHeld, byOne))
	// By twos it can't, unless two are left.
	byTwo := func(a act) bool { return a == act{"capture", 2} }
	require.EqualError(t, r.NoTrap("nothing is held", nothingHeld, byTwo), `nothing is held: out of reach in 2 of 9 states; a shortest path to one, of 1 steps:
	s0 := explore_test.hold{Status:"new", Held:0, Taken:0}
	s1 := step(s0, explore_test.act{Do:"authorize", Amount:3}) // authorize: new -> held
	// s1 is explore_test.hold{Status:"held", Held:3, Taken:0}`)

	// The initial state itself is a trap when nothing leads out of it.
	err = r.NoTrap("done", func(s hold) bool { return s.Status == "done" }, release)
	var trap *explore.TrapError[hold, act]
	require.ErrorAs(t, err, &trap)
	require.Equal(t, 1, trap.Trapped)
	require.Empty(t, trap.Trace.Actions)
	require.Equal(t, "done", trap.Name)
	require.Equal(t, 9, trap.States)
}

func TestNoTrapFindsAPlantedTrap(t *testing.T) {
	cfg := holds()
	cfg.Step = func(s hold, a act) (hold, bool, error) { // planted: what was captured in part is never released
		if a.Do == "release" && s.Taken == 2 || s.Taken == 2 && a.Do == "capture" {
			return s, false, nil
		}
		return holdStep(s, a)
	}
	r, err := explore.Run(cfg)
	require.NoError(t, err)
	err = r.NoTrap("nothing is held", func(s hold) bool { return s.Held == 0 }, nil)
	var trap *explore.TrapError[hold, act]
	require.ErrorAs(t, err, &trap)
	require.Equal(t, []act{{"authorize", 3}, {"capture", 2}}, trap.Trace.Actions)
	require.Equal(t, 1, trap.Trapped)
}

// TestNoTrapSeesEveryWay has several edges into one state: each saves where it comes from.
func TestNoTrapSeesEveryWay(t *testing.T) {
	next := map[int][]int{0: {1, 2, 3}, 1: {4}, 2: {4}, 3: {4}, 4: nil}
	r, err := explore.Run(explore.Config[int, int]{
		Initial: []int{0},
		Actions: func(s int) []int { return next[s] },
		Step:    func(_, a int) (int, bool, error) { return a, true, nil },
	})
	require.NoError(t, err)
	require.NoError(t, r.NoTrap("4", func(s int) bool { return s == 4 }, nil))
	require.EqualError(t, explore.ErrIncomplete, "explore: the walk was not complete")
}

func TestNoTrapWithAFaultyStep(t *testing.T) {
	fail, away := false, false
	r, err := explore.Run(explore.Config[int, int]{
		Initial: []int{0},
		Actions: func(int) []int { return []int{1} },
		Step: func(s, _ int) (int, bool, error) {
			if away {
				return 7, true, nil
			}
			return s, true, errorIf(fail, "late trouble")
		},
	})
	require.NoError(t, err)
	none := func(int) bool { return false }
	fail = true
	require.EqualError(t, r.NoTrap("x", none, nil), "late trouble")
	fail, away = false, true
	require.EqualError(t, r.NoTrap("x", none, nil), "explore: step is not a function: a second time 0 by 1 leads to 7")
}

// TestAgainstOracle compares the explorer on random graphs with the closure of
// the graph by Floyd and Warshall.
func TestAgainstOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "nodes")
		node := rapid.IntRange(0, n-1)
		next := make([][]int, n) // next[s][a] is -1 for a refusal
		for s := range next {
			next[s] = rapid.SliceOfN(rapid.IntRange(-1, n-1), 0, 3).Draw(t, "edges")
		}
		start, bad, goal := node.Draw(t, "start"), node.Draw(t, "bad"), node.Draw(t, "goal")
		drains := func(a int) bool { return a != 1 }
		cfg := explore.Config[int, int]{
			Initial: []int{start},
			Actions: func(s int) []int {
				as := make([]int, len(next[s]))
				for a := range as {
					as[a] = a
				}
				return as
			},
			Step: func(s, a int) (int, bool, error) {
				if next[s][a] < 0 {
					return s, false, nil
				}
				return next[s][a], true, nil
			},
		}

		all, drained := distances(next, nil), distances(next, drains)
		r, err := explore.Run(cfg)
		if err != nil {
			t.Fatal(err)
		}
		reachable, depth, trapped, nearest := 0, 0, 0, far
		for s, d := range all[start] {
			if d == far {
				continue
			}
			reachable++
			depth = max(depth, d)
			if drained[s][goal] == far {
				trapped++
				nearest = min(nearest, d)
			}
		}
		if r.States != reachable || r.Depth != depth {
			t.Fatalf("%v, want %d states and depth %d", r, reachable, depth)
		}
		err = r.NoTrap("goal", func(s int) bool { return s == goal }, drains)
		var trap *explore.TrapError[int, int]
		switch {
		case trapped == 0 && err != nil:
			t.Fatal(err)
		case trapped > 0 && (!errors.As(err, &trap) || trap.Trapped != trapped || len(trap.Trace.Actions) != nearest):
			t.Fatalf("%v, want %d trapped, the nearest after %d steps", err, trapped, nearest)
		}

		cfg.Invariants = []explore.Invariant[int]{{"not bad", func(s int) error { return errorIf(s == bad, "bad") }}}
		r, err = explore.Run(cfg)
		if all[start][bad] == far {
			if err != nil {
				t.Fatal(err)
			}
			return
		}
		trace := r.Violations[0].Trace
		if len(trace.Actions) != all[start][bad] || trace.States[len(trace.Actions)] != bad {
			t.Fatalf("%v, want %d steps to %d", err, all[start][bad], bad)
		}
		for i, a := range trace.Actions {
			if next[trace.States[i]][a] != trace.States[i+1] {
				t.Fatalf("the trace is not a path: %v", trace)
			}
		}
	})
}

const far = 1 << 20

func distances(next [][]int, allow func(int) bool) [][]int {
	d := make([][]int, len(next))
	for s := range d {
		d[s] = make([]int, len(next))
		for to := range d[s] {
			d[s][to] = far
		}
		for a, to := range next[s] {
			if to >= 0 && (allow == nil || allow(a)) {
				d[s][to] = 1
			}
		}
		d[s][s] = 0
	}
	for k := range d {
		for i := range d {
			for j := range d {
				d[i][j] = min(d[i][j], d[i][k]+d[k][j])
			}
		}
	}
	return d
}

// BenchmarkRun walks a grid of 10^6 states with 4 actions each.
func BenchmarkRun(b *testing.B) {
	const side = 1000
	for b.Loop() {
		b.ReportAllocs()
		r, err := explore.Run(explore.Config[[2]int, int]{
			Initial: [][2]int{{0, 0}},
			Actions: func([2]int) []int { return []int{-1, 1, -2, 2} },
			Step: func(s [2]int, a int) ([2]int, bool, error) {
				next := s
				next[max(a, -a)-1] += a / max(a, -a)
				if min(next[0], next[1]) < 0 || max(next[0], next[1]) == side {
					return s, false, nil
				}
				return next, true, nil
			},
		})
		if err != nil || r.States != side*side {
			b.Fatal(r, err)
		}
	}
}

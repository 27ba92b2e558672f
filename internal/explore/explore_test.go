package explore_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/internal/explore"
)

// hold is a toy payment: an authorization that is captured in parts and then released.
type hold struct {
	Status string
	Held   int
	Taken  int
}

// act is an action on a hold.
type act struct {
	Do     string
	Amount int
}

func (a act) String() string { return fmt.Sprintf("%s %d", a.Do, a.Amount) }

func holdActions(hold) []act {
	return []act{{"release", 0}, {"capture", 3}, {"capture", 2}, {"capture", 1}, {"authorize", 3}}
}

func holdStep(s hold, a act) (hold, bool, error) {
	switch {
	case a.Do == "authorize" && s.Status == "new":
		return hold{"held", a.Amount, 0}, true, nil
	case a.Do == "capture" && s.Status == "held" && a.Amount <= s.Held:
		return hold{"held", s.Held - a.Amount, s.Taken + a.Amount}, true, nil
	case a.Do == "release" && s.Status == "held":
		return hold{"done", 0, s.Taken}, true, nil
	}
	return s, false, nil
}

func holds() explore.Config[hold, act] {
	return explore.Config[hold, act]{
		Initial: []hold{{Status: "new"}},
		Actions: holdActions,
		Step:    holdStep,
		Label:   func(s hold) string { return s.Status },
		Name:    func(a act) string { return a.Do },
	}
}

func TestRunCounts(t *testing.T) {
	cfg := holds()
	cfg.Invariants = []explore.Invariant[hold]{{"never above the authorization", func(s hold) error {
		if s.Held+s.Taken > 3 {
			return errors.New("too much")
		}
		return nil
	}}}
	cfg.Sometimes = []explore.Sometimes[hold]{{"all is taken", func(s hold) bool { return s.Taken == 3 }}}
	r, err := explore.Run(cfg)
	require.NoError(t, err)
	// new; held with 3, 2, 1, 0 left; done with 0, 1, 2, 3 taken. From held: three,
	// two, one, no captures and the release.
	require.Equal(t, "9 states, 45 steps (11 accepted, 34 refused), depth 3, 3 arcs", r.String())
	require.Equal(t, []explore.Arc{
		{From: "held", Action: "capture", To: "held"},
		{From: "held", Action: "release", To: "done"},
		{From: "new", Action: "authorize", To: "held"},
	}, r.Arcs)
	require.Equal(t, []hold{
		{"new", 0, 0},
		{"held", 3, 0},
		{"done", 0, 0},
		{"held", 0, 3},
		{"held", 1, 2},
		{"held", 2, 1},
		{"done", 0, 3},
		{"done", 0, 2},
		{"done", 0, 1},
	}, slices.Collect(r.All()))
	require.Empty(t, r.Violations)
}

func TestRunIsDeterministic(t *testing.T) {
	first, err := explore.Run(holds())
	require.NoError(t, err)
	for range 10 {
		r, err := explore.Run(holds())
		require.NoError(t, err)
		require.Equal(t, slices.Collect(first.All()), slices.Collect(r.All()))
		require.Equal(t, first.Arcs, r.Arcs)
	}
}

func TestInvariantShortestPath(t *testing.T) {
	cfg := holds()
	cfg.Step = func(s hold, a act) (hold, bool, error) { // planted: a capture of 2 forgets the hold
		next, ok, err := holdStep(s, a)
		if ok && a.Do == "capture" && a.Amount == 2 {
			next.Held = s.Held
		}
		return next, ok, err
	}
	cfg.Invariants = []explore.Invariant[hold]{
		{"holds always", func(hold) error { return nil }},
		{"conserved", func(s hold) error {
			if s.Status == "held" && s.Held+s.Taken != 3 {
				return fmt.Errorf("held %d and taken %d, want 3 together", s.Held, s.Taken)
			}
			return nil
		}},
	}
	cfg.Sometimes = []explore.Sometimes[hold]{{"not judged after a breach", func(hold) bool { return false }}}
	r, err := explore.Run(cfg)
	require.EqualError(t, err, `invariant "conserved": held 3 and taken 2, want 3 together
breaches: 2; a shortest path to one, of 2 steps:
	s0 := explore_test.hold{Status:"new", Held:0, Taken:0}
	s1 := step(s0, explore_test.act{Do:"authorize", Amount:3}) // authorize: new -> held
	s2 := step(s1, explore_test.act{Do:"capture", Amount:2}) // capture: held -> held
	// s2 is explore_test.hold{Status:"held", Held:3, Taken:2}`)

	var v *explore.ViolationError[hold, act]
	require.ErrorAs(t, err, &v)
	require.Same(t, r.Violations[0], v)
	require.Equal(t, []act{{"authorize", 3}, {"capture", 2}}, v.Trace.Actions)
	require.Len(t, v.Trace.States, 3)
	require.ErrorIs(t, r.NoTrap("done", func(hold) bool { return true }, nil), explore.ErrIncomplete)
}

func TestBrokenStateIsNotLeft(t *testing.T) {
	calls := 0
	_, err := explore.Run(explore.Config[int, string]{
		Initial:    []int{0},
		Actions:    func(int) []string { return []string{"up"} },
		Step:       func(s int, _ string) (int, bool, error) { calls++; return s + 1, true, nil },
		Invariants: []explore.Invariant[int]{{"small", func(s int) error { return errorIf(s > 4, "big") }}},
		Sometimes:  []explore.Sometimes[int]{{"not judged, nor seen in a broken state", func(s int) bool { return s == 6 }}},
	})
	require.NotContains(t, err.Error(), "sometimes")
	require.ErrorContains(t, err, "breaches: 1; a shortest path to one, of 5 steps:")
	require.Equal(t, 2*5, calls)
}

func errorIf(bad bool, text string) error {
	if bad {
		return errors.New(text)
	}
	return nil
}

func TestEachPropertyIsReportedOnce(t *testing.T) {
	small := func(n int) func(int) error {
		return func(s int) error { return errorIf(s > n, fmt.Sprintf("above %d", n)) }
	}
	r, err := explore.Run(explore.Config[int, int]{
		Initial: []int{0, 1, 0},
		Actions: func(int) []int { return []int{2, 3} },
		Step:    func(s, a int) (int, bool, error) { return min(s+a, 9), true, nil },
		// Two of one name, to show that they are told apart.
		Invariants: []explore.Invariant[int]{{"small", small(3)}, {"small", small(2)}},
		Steps: []explore.StepProperty[int, int]{
			{"by two", func(before, a, after int) error { return errorIf(after-before == 3 && a == 3, "by three") }},
		},
	})
	require.Error(t, err)
	var got []string
	for _, v := range r.Violations {
		got = append(got, fmt.Sprintf("%s: %v x%d %v", v.Property, v.Cause, v.Count, v.Trace.Actions))
	}
	// From 0: 2 and 3 (breaks the second). From 1: 3 and 4 (breaks both). From 2: 4, 5.
	require.Equal(t, []string{
		`invariant "small": above 2 x3 [3]`,
		`step property "by two": by three x3 [3]`,
		`invariant "small": above 3 x2 [3]`,
	}, got)
	require.Equal(t, []int{1, 4}, r.Violations[2].Trace.States)
}

func TestStepProperty(t *testing.T) {
	cfg := holds()
	var seen []act
	cfg.Steps = []explore.StepProperty[hold, act]{{"no large capture", func(before hold, a act, after hold) error {
		seen = append(seen, a)
		return errorIf(a.Do == "capture" && after.Taken-before.Taken > 2, "three at once")
	}}}
	r, err := explore.Run(cfg)
	require.ErrorContains(t, err, `step property "no large capture": three at once`)
	require.Equal(t, []act{{"authorize", 3}, {"capture", 3}}, r.Violations[0].Trace.Actions)
	require.Equal(t, hold{"held", 0, 3}, r.Violations[0].Trace.States[2])
	require.Len(t, seen, r.Accepted, "asked once for each accepted step and for no refusal")
	require.Equal(t, 9, r.States, "a broken step property does not end the walk")
}

func TestSometimesVacuous(t *testing.T) {
	cfg := holds()
	cfg.Sometimes = []explore.Sometimes[hold]{
		{"taken in full", func(s hold) bool { return s.Taken == 3 }},
		{"taken twice over", func(s hold) bool { return s.Taken == 6 }},
	}
	_, err := explore.Run(cfg)
	require.EqualError(t, err, `sometimes "taken twice over": holds in none of 9 states`)
}

func TestBuiltInProperties(t *testing.T) {
	turn := 0
	for name, tc := range map[string]struct {
		step func(s hold, a act) (hold, bool, error)
		want string
	}{
		"step error": {
			func(s hold, a act) (hold, bool, error) {
				if s.Held == 1 && a.Do == "capture" {
					return s, false, errors.New("disk on fire")
				}
				return holdStep(s, a)
			}, `a step has no error: disk on fire
breaches: 3; a shortest path to one, of 3 steps:
	s0 := explore_test.hold{Status:"new", Held:0, Taken:0}
	s1 := step(s0, explore_test.act{Do:"authorize", Amount:3}) // authorize: new -> held
	s2 := step(s1, explore_test.act{Do:"capture", Amount:2}) // capture: held -> held
	step(s2, explore_test.act{Do:"capture", Amount:3})`,
		},
		"panic": {
			func(s hold, a act) (hold, bool, error) {
				if s.Status == "done" {
					panic("done already")
				}
				return holdStep(s, a)
			}, `a step has no error: panic: done already
breaches: 20; a shortest path to one, of 3 steps:
	s0 := explore_test.hold{Status:"new", Held:0, Taken:0}
	s1 := step(s0, explore_test.act{Do:"authorize", Amount:3}) // authorize: new -> held
	s2 := step(s1, explore_test.act{Do:"release", Amount:0}) // release: held -> done
	step(s2, explore_test.act{Do:"release", Amount:0})`,
		},
		"dirty refusal": {
			func(s hold, a act) (hold, bool, error) {
				next, ok, err := holdStep(s, a)
				if s.Status == "new" && a == (act{"capture", 1}) {
					next.Taken++
				}
				return next, ok, err
			}, `a refusal changes nothing: the state is another one
breaches: 1; a shortest path to one, of 1 steps:
	s0 := explore_test.hold{Status:"new", Held:0, Taken:0}
	s1 := step(s0, explore_test.act{Do:"capture", Amount:1}) // capture: new -> new
	// s1 is explore_test.hold{Status:"new", Held:0, Taken:1}`,
		},
		"not a function": {
			func(s hold, a act) (hold, bool, error) {
				next, ok, err := holdStep(s, a)
				if a.Do == "authorize" && ok {
					turn++
					next.Held = turn%2 + 1
				}
				return next, ok, err
			}, `a step is a function of state and action: a second time it gives explore_test.hold{Status:"held", Held:1, Taken:0} (accepted: true)
breaches: 1; a shortest path to one, of 1 steps:
	s0 := explore_test.hold{Status:"new", Held:0, Taken:0}
	s1 := step(s0, explore_test.act{Do:"authorize", Amount:3}) // authorize: new -> held
	// s1 is explore_test.hold{Status:"held", Held:2, Taken:0}`,
		},
		"accepted by turns": {
			func(s hold, a act) (hold, bool, error) {
				turn++
				return s, s.Status == "new" && a.Do == "capture" && turn%2 == 0, nil
			}, `a step is a function of state and action: a second time it gives explore_test.hold{Status:"new", Held:0, Taken:0} (accepted: true)
breaches: 3; a shortest path to one, of 1 steps:
	s0 := explore_test.hold{Status:"new", Held:0, Taken:0}
	s1 := step(s0, explore_test.act{Do:"capture", Amount:3}) // capture: new -> new
	// s1 is explore_test.hold{Status:"new", Held:0, Taken:0}`,
		},
		"fails the second time": {
			func(s hold, a act) (hold, bool, error) {
				turn++
				return s, false, errorIf(a.Do == "release" && turn%2 == 0, "worn out")
			}, `a step is a function of state and action: a second time it gives explore_test.hold{Status:"new", Held:0, Taken:0} (accepted: false)
worn out
breaches: 1; a shortest path to one, of 1 steps:
	s0 := explore_test.hold{Status:"new", Held:0, Taken:0}
	s1 := step(s0, explore_test.act{Do:"release", Amount:0}) // release: new -> new
	// s1 is explore_test.hold{Status:"new", Held:0, Taken:0}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			turn = 0
			cfg := holds()
			cfg.Step = tc.step
			r, err := explore.Run(cfg)
			require.EqualError(t, err, tc.want)
			require.LessOrEqual(t, r.Accepted+r.Refused, r.Steps)
		})
	}
}

func TestPanickingCheck(t *testing.T) {
	cfg := holds()
	cfg.Invariants = []explore.Invariant[hold]{{"fragile", func(s hold) error {
		if s.Taken == 3 {
			panic("three")
		}
		return nil
	}}}
	cfg.Steps = []explore.StepProperty[hold, act]{{"brittle", func(_ hold, a act, _ hold) error {
		if a.Do == "release" {
			panic("released")
		}
		return nil
	}}}
	r, err := explore.Run(cfg)
	require.ErrorContains(t, err, `invariant "fragile": panic: three`)
	require.ErrorContains(t, err, `step property "brittle": panic: released`)
	require.Len(t, r.Violations, 2)
}

func TestLimit(t *testing.T) {
	cfg := explore.Config[int, string]{
		Initial:   []int{0},
		Actions:   func(int) []string { return []string{"up", "stay"} },
		Step:      func(s int, a string) (int, bool, error) { return s + map[string]int{"up": 1}[a], true, nil },
		Sometimes: []explore.Sometimes[int]{{"not judged in part", func(s int) bool { return s == 1000 }}},
		MaxStates: 100,
	}
	r, err := explore.Run(cfg)
	require.EqualError(t, err, "explore: more than 100 states (depth 99); the next would be 100")
	var limit *explore.LimitError
	require.ErrorAs(t, err, &limit)
	require.Equal(t, 100, limit.Limit)
	require.Equal(t, 100, r.States)
	require.Equal(t, 99, r.Depth)
	require.ErrorIs(t, r.NoTrap("any", func(int) bool { return true }, nil), explore.ErrIncomplete)

	cfg.Step = func(s int, a string) (int, bool, error) { return min(s+map[string]int{"up": 1}[a], 99), true, nil }
	cfg.Sometimes = nil
	r, err = explore.Run(cfg)
	require.NoError(t, err, "as many states as the limit are allowed")
	require.Equal(t, 100, r.States)

	cfg.Initial, cfg.MaxStates = []int{1, 2, 3}, 2
	_, err = explore.Run(cfg)
	require.EqualError(t, err, "explore: more than 2 states (depth 0); the next would be 3")
}

func TestLimitNamesTheFirstStateAboveIt(t *testing.T) {
	_, err := explore.Run(explore.Config[int, int]{
		Initial:   []int{0},
		Actions:   func(int) []int { return []int{1, 2, 3, 4} },
		Step:      func(s, a int) (int, bool, error) { return s + a, true, nil },
		MaxStates: 3,
	})
	require.EqualError(t, err, "explore: more than 3 states (depth 1); the next would be 3")
}

// TestManyStates makes the index grow several times, and meets each state often.
func TestManyStates(t *testing.T) {
	r, err := explore.Run(explore.Config[int, int]{
		Initial:   []int{1}, // not 0, which an unused place holds
		Actions:   func(int) []int { return []int{1, 7, 50} },
		Step:      func(s, a int) (int, bool, error) { return (s + a) % 2000, true, nil },
		MaxStates: math.MaxInt32,
	})
	require.NoError(t, err)
	require.Equal(t, 2000, r.States)
	require.Len(t, slices.Compact(slices.Sorted(r.All())), 2000)
}

func TestLimitKeepsViolations(t *testing.T) {
	_, err := explore.Run(explore.Config[int, string]{
		Initial:   []int{0},
		Actions:   func(int) []string { return []string{"up"} },
		Step:      func(s int, _ string) (int, bool, error) { return s + 1, true, nil },
		Steps:     []explore.StepProperty[int, string]{{"below 7", func(_ int, _ string, s int) error { return errorIf(s >= 7, "seven") }}},
		MaxStates: 20,
	})
	require.ErrorContains(t, err, "breaches: 14; a shortest path to one, of 7 steps:")
	require.ErrorContains(t, err, "explore: more than 20 states")
}

func TestTraceByHand(t *testing.T) {
	var tr explore.Trace[int, string]
	require.Empty(t, tr.String())
	tr = explore.Trace[int, string]{States: []int{1, 2}, Actions: []string{"up"}}
	require.Equal(t, "\ts0 := 1\n\ts1 := step(s0, \"up\")\n\t// s1 is 2", tr.String())

	cfg := holds()
	cfg.Label = nil
	cfg.Steps = []explore.StepProperty[hold, act]{{"none", func(hold, act, hold) error { return errors.New("no") }}}
	_, err := explore.Run(cfg)
	require.ErrorContains(t, err, "Amount:3})\n\t// s1 is", "without Label there are no remarks")
}

func TestConfigErrors(t *testing.T) {
	for field, breakIt := range map[string]func(*explore.Config[hold, act]){
		"Initial":             func(c *explore.Config[hold, act]) { c.Initial = nil },
		"Actions":             func(c *explore.Config[hold, act]) { c.Actions = nil },
		"Step":                func(c *explore.Config[hold, act]) { c.Step = nil },
		"MaxStates":           func(c *explore.Config[hold, act]) { c.MaxStates = -1 },
		"Invariants[0].Check": func(c *explore.Config[hold, act]) { c.Invariants = make([]explore.Invariant[hold], 1) },
		"Steps[0].Check":      func(c *explore.Config[hold, act]) { c.Steps = make([]explore.StepProperty[hold, act], 1) },
		"Sometimes[0].Holds":  func(c *explore.Config[hold, act]) { c.Sometimes = make([]explore.Sometimes[hold], 1) },
	} {
		cfg := holds()
		breakIt(&cfg)
		r, err := explore.Run(cfg)
		var bad *explore.ConfigError
		require.ErrorAs(t, err, &bad, field)
		require.Equal(t, field, bad.Field)
		require.NotEmpty(t, bad.Problem)
		require.EqualError(t, err, "explore: "+bad.Field+" "+bad.Problem)
		require.Nil(t, r)
	}
	if math.MaxInt > math.MaxInt32 {
		cfg := holds()
		cfg.MaxStates = math.MaxInt
		_, err := explore.Run(cfg)
		require.EqualError(t, err, "explore: MaxStates is out of range")
	}
}

func TestCheckArcs(t *testing.T) {
	r, err := explore.Run(holds())
	require.NoError(t, err)
	declared := []explore.Arc{
		{From: "new", Action: "authorize", To: "held"},
		{From: "held", Action: "capture", To: "held"},
		{From: "held", Action: "release", To: "done"},
	}
	require.NoError(t, r.CheckArcs(declared))

	declared[2].To = "gone"
	require.EqualError(t, r.CheckArcs(declared), `declared but never observed: held --release--> gone
observed but not declared: held --release--> done
	s0 := explore_test.hold{Status:"new", Held:0, Taken:0}
	s1 := step(s0, explore_test.act{Do:"authorize", Amount:3}) // authorize: new -> held
	s2 := step(s1, explore_test.act{Do:"release", Amount:0}) // release: held -> done
	// s2 is explore_test.hold{Status:"done", Held:0, Taken:0}`)

	cfg := holds()
	cfg.Name = nil
	r, err = explore.Run(cfg)
	require.NoError(t, err)
	require.Contains(t, r.Arcs, explore.Arc{From: "held", Action: "capture 2", To: "held"})

	cfg.Label = nil
	r, err = explore.Run(cfg)
	require.NoError(t, err)
	require.Empty(t, r.Arcs)
	err = r.CheckArcs(nil)
	var bad *explore.ConfigError
	require.ErrorAs(t, err, &bad)
	require.EqualError(t, err, "explore: Label is nil, so no arcs were observed")
}

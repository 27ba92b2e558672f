// Package explore checks a machine by visiting every state that it can reach.
//
// The explorer walks breadth first over the real code, so there is no second
// model that could drift from it. It starts in the initial states, tries every
// action in every state it finds, and asks of each new state whether the
// invariants hold and of each step whether the step properties hold. Since a
// breadth-first walk meets every state by a shortest path, the first breach of a
// property that it meets is also the shortest counter-example there is, and it
// is printed as a short program.
//
// Three things are checked without being asked for, because a machine is a
// function that refuses cleanly: a step taken twice gives the same result, a
// refusal leaves the state as it was, and neither a step nor a check panics.
//
// Two more questions need the whole graph. A Sometimes property must hold in at
// least one reachable state, which guards the other checks against being vacuous.
// And [Result.NoTrap] asks whether every reachable state can still get to a goal.
//
// The walk is deterministic: the same machine gives the same states in the same
// order, the same counts and the same counter-examples, so all of them can be
// golden. A state costs its own size, its action and about 12 bytes.
package explore

import (
	"errors"
	"fmt"
	"math"
)

// DefaultMaxStates is the limit that a zero MaxStates stands for.
const DefaultMaxStates = 1 << 20

// Config describes a machine, with states S and actions A, and what must hold of it.
type Config[S comparable, A any] struct {
	// Initial lists the states to start from. There must be one at least.
	Initial []S
	// Actions lists what to try in a state, refusals included. It must be a
	// function: the same state gives the same list.
	Actions func(S) []A
	// Step tries one action. A refusal (accepted is false) returns the state it was
	// given. An error is not a refusal but a bug. Step runs at least twice for each
	// state and action.
	Step func(S, A) (next S, accepted bool, err error)
	// Invariants must hold in every reachable state.
	Invariants []Invariant[S]
	// Steps must hold of every accepted step.
	Steps []StepProperty[S, A]
	// Sometimes must each hold in one reachable state at least. They are judged
	// only when the walk was complete.
	Sometimes []Sometimes[S]
	// Label names the class of a state, such as its status, for Result.Arcs.
	// Without it no arcs are collected.
	Label func(S) string
	// Name names an action for Result.Arcs. Without it the name is fmt.Sprint of the action.
	Name func(A) string
	// MaxStates is the number of states above which the walk gives up with a
	// *LimitError. Zero means DefaultMaxStates.
	MaxStates int
}

// Invariant is a property of every reachable state.
type Invariant[S comparable] struct {
	// Name says what holds.
	Name string
	// Check returns nil where it holds, and else says what is wrong.
	Check func(S) error
}

// StepProperty is a property of every accepted step.
type StepProperty[S comparable, A any] struct {
	// Name says what holds.
	Name string
	// Check returns nil where it holds, and else says what is wrong.
	Check func(before S, action A, after S) error
}

// Sometimes is a property of at least one reachable state.
type Sometimes[S comparable] struct {
	// Name says what can happen.
	Name string
	// Holds reports whether it happens in a state.
	Holds func(S) bool
}

// ConfigError says that a Config can't be run.
type ConfigError struct {
	// Field is the field of Config that is wrong.
	Field string
	// Problem says what is wrong with it.
	Problem string
}

// Error implements error.
func (e *ConfigError) Error() string { return "explore: " + e.Field + " " + e.Problem }

// LimitError says that a machine has more states than its Config allows. What
// was found up to then stands; what was not found means nothing.
type LimitError struct {
	// Limit is the number of states that were allowed.
	Limit int
	// Depth is the number of steps to the deepest state that was visited.
	Depth int
	// State is the first state above the limit, as a Go literal. It often shows what grows.
	State string
}

// Error implements error.
func (e *LimitError) Error() string {
	return fmt.Sprintf("explore: more than %d states (depth %d); the next would be %s", e.Limit, e.Depth, e.State)
}

func (c *Config[S, A]) check() error {
	switch {
	case len(c.Initial) == 0:
		return &ConfigError{Field: "Initial", Problem: "is empty"}
	case c.Actions == nil:
		return &ConfigError{Field: "Actions", Problem: "is nil"}
	case c.Step == nil:
		return &ConfigError{Field: "Step", Problem: "is nil"}
	case c.MaxStates < 0 || c.MaxStates > math.MaxInt32:
		return &ConfigError{Field: "MaxStates", Problem: "is out of range"}
	}
	for i, p := range c.Invariants {
		if p.Check == nil {
			return &ConfigError{Field: fmt.Sprintf("Invariants[%d].Check", i), Problem: "is nil"}
		}
	}
	for i, p := range c.Steps {
		if p.Check == nil {
			return &ConfigError{Field: fmt.Sprintf("Steps[%d].Check", i), Problem: "is nil"}
		}
	}
	for i, p := range c.Sometimes {
		if p.Holds == nil {
			return &ConfigError{Field: fmt.Sprintf("Sometimes[%d].Holds", i), Problem: "is nil"}
		}
	}
	return nil
}

// Run visits every state that the machine can reach.
//
// The error is nil when all properties hold. Else it joins one *[ViolationError] for
// each property that does not, in the order in which they were met, and a
// *[LimitError] if the walk gave up. In both cases the result holds what was
// found. A config that can't be run gives a *[ConfigError] and no result.
//
// A state that breaks an invariant is not left again: what follows from a broken
// state says nothing.
func Run[S comparable, A any](cfg Config[S, A]) (*Result[S, A], error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	if cfg.MaxStates == 0 {
		cfg.MaxStates = DefaultMaxStates
	}
	w := &walk[S, A]{
		Result: &Result[S, A]{cfg: cfg, index: newIndex[S](), witness: map[Arc]witness[A]{}},
		found:  map[property]*ViolationError[S, A]{},
		broken: map[int32]bool{},
		seen:   make([]bool, len(cfg.Sometimes)),
	}
	var none A
	for _, s := range cfg.Initial {
		w.visit(s, -1, none)
	}
	for i := int32(0); int(i) < w.index.len() && w.limit == nil; i++ {
		if !w.broken[i] {
			w.expand(i)
		}
	}
	w.judgeSometimes()
	w.finish()
	errs := make([]error, 0, len(w.Violations)+1)
	for _, v := range w.Violations {
		errs = append(errs, v)
	}
	if w.limit != nil {
		errs = append(errs, w.limit)
	}
	return w.Result, errors.Join(errs...)
}

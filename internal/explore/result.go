package explore

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// Result is what a walk found. Its counts and arcs do not depend on chance, so
// a test can hold them golden.
type Result[S comparable, A any] struct {
	// States is the number of reachable states.
	States int
	// Steps is the number of actions tried, which is Accepted, Refused and those with an error.
	Steps int
	// Accepted is the number of steps that were accepted.
	Accepted int
	// Refused is the number of steps that were refused.
	Refused int
	// Depth is the number of steps to the state that is farthest from an initial one.
	Depth int
	// Arcs lists the accepted steps as seen through Label and Name, sorted, each once.
	Arcs []Arc
	// Violations lists the properties that do not hold, in the order in which they were met.
	Violations []*ViolationError[S, A]

	cfg      Config[S, A]
	index    index[S]
	parent   []int32 // per state: the state it was first reached from, or -1
	via      []A     // per state: the action it was first reached by
	witness  map[Arc]witness[A]
	complete bool
}

// Arc is a class of accepted steps.
type Arc struct {
	// From is the label of the state before.
	From string
	// Action is the name of the action.
	Action string
	// To is the label of the state after.
	To string
}

// String returns the arc as "from --action--> to".
func (a Arc) String() string { return a.From + " --" + a.Action + "--> " + a.To }

func compareArcs(a, b Arc) int {
	return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Action, b.Action), cmp.Compare(a.To, b.To))
}

// witness is the first step that showed an arc.
type witness[A any] struct {
	from   int32
	action A
}

// finish fills in what is known only at the end of a walk.
func (w *walk[S, A]) finish() {
	w.States = w.index.len()
	w.Depth = w.depth()
	w.complete = w.limit == nil && len(w.broken) == 0
	for arc := range w.witness {
		w.Arcs = append(w.Arcs, arc)
	}
	slices.SortFunc(w.Arcs, compareArcs)
}

// All returns the reachable states in breadth-first order.
func (r *Result[S, A]) All() iter.Seq[S] { return slices.Values(r.index.states) }

// String returns the counts in one line.
func (r *Result[S, A]) String() string {
	return fmt.Sprintf("%d states, %d steps (%d accepted, %d refused), depth %d, %d arcs",
		r.States, r.Steps, r.Accepted, r.Refused, r.Depth, len(r.Arcs))
}

// CheckArcs compares the arcs that a table declares with those that were
// observed. The error names each declared arc that no step showed, and each
// observed arc that is not declared together with a shortest path to it.
func (r *Result[S, A]) CheckArcs(declared []Arc) error {
	if r.cfg.Label == nil {
		return &ConfigError{Field: "Label", Problem: "is nil, so no arcs were observed"}
	}
	var errs []error
	for _, arc := range slices.SortedFunc(slices.Values(declared), compareArcs) {
		if _, ok := r.witness[arc]; !ok {
			errs = append(errs, fmt.Errorf("declared but never observed: %v", arc))
		}
	}
	for _, arc := range r.Arcs {
		if !slices.Contains(declared, arc) {
			w := r.witness[arc]
			next, _, _ := r.step(r.index.state(w.from), w.action)
			errs = append(errs, fmt.Errorf("observed but not declared: %v\n%v", arc, r.trace(w.from).then(w.action, next)))
		}
	}
	return errors.Join(errs...)
}

// depth is the number of steps to the state found last. In a breadth-first walk
// none is deeper.
func (r *Result[S, A]) depth() int {
	n := 0
	for i := len(r.parent) - 1; r.parent[i] >= 0; i = int(r.parent[i]) {
		n++
	}
	return n
}

// trace returns the path by which the state at i was first reached.
func (r *Result[S, A]) trace(i int32) Trace[S, A] {
	t := Trace[S, A]{cfg: &r.cfg}
	for ; i >= 0; i = r.parent[i] {
		t.States = append(t.States, r.index.state(i))
		if r.parent[i] >= 0 {
			t.Actions = append(t.Actions, r.via[i])
		}
	}
	slices.Reverse(t.States)
	slices.Reverse(t.Actions)
	return t
}

// ViolationError says that a property does not hold, with a shortest path to a breach.
type ViolationError[S comparable, A any] struct {
	// Property is the kind and the name of what does not hold.
	Property string
	// Cause says what is wrong, in the words of the property's Check.
	Cause error
	// Trace is a shortest path to the breach. It is empty for a Sometimes property.
	Trace Trace[S, A]
	// Count is the number of breaches that were found.
	Count int
}

// Error returns the property, the cause and the path as a script.
func (v *ViolationError[S, A]) Error() string {
	s := fmt.Sprintf("%s: %v", v.Property, v.Cause)
	if len(v.Trace.States) == 0 {
		return s
	}
	return fmt.Sprintf("%s\nbreaches: %d; a shortest path to one, of %d steps:\n%v", s, v.Count, len(v.Trace.Actions), v.Trace)
}

// Unwrap returns the cause.
func (v *ViolationError[S, A]) Unwrap() error { return v.Cause }

// Trace is a path through the machine.
type Trace[S comparable, A any] struct {
	// States holds the initial state and then the state after each action. If the
	// last action has no state after it, because of an error, it is one shorter.
	States []S
	// Actions holds the actions in order.
	Actions []A

	cfg *Config[S, A]
}

// then returns t with one more action and the state after it, if there is one.
func (t Trace[S, A]) then(a A, after ...S) Trace[S, A] {
	t.Actions = append(t.Actions, a)
	t.States = append(t.States, after...)
	return t
}

// String returns the path as an indented script: Go literals of the first state,
// of each action and of the last state, with the labels between as comments.
func (t Trace[S, A]) String() string {
	if len(t.States) == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\ts0 := %#v\n", t.States[0])
	for i, a := range t.Actions {
		if i+1 == len(t.States) {
			fmt.Fprintf(&b, "\tstep(s%d, %#v)", i, a)
			return b.String()
		}
		fmt.Fprintf(&b, "\ts%d := step(s%d, %#v)", i+1, i, a)
		if t.cfg != nil && t.cfg.Label != nil {
			fmt.Fprintf(&b, " // %s: %s -> %s", t.cfg.name(a), t.cfg.Label(t.States[i]), t.cfg.Label(t.States[i+1]))
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "\t// s%d is %#v", len(t.Actions), t.States[len(t.States)-1])
	return b.String()
}

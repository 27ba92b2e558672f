package explore

import (
	"errors"
	"fmt"
)

// TrapError says that a machine can get into a state from which no goal is in reach.
type TrapError[S comparable, A any] struct {
	// Name says what the goal is.
	Name string
	// Trace is a shortest path to a trapped state.
	Trace Trace[S, A]
	// Trapped is the number of reachable states from which no goal is in reach.
	Trapped int
	// States is the number of reachable states.
	States int
}

// Error returns the number of trapped states and the path to one as a script.
func (e *TrapError[S, A]) Error() string {
	return fmt.Sprintf("%s: out of reach in %d of %d states; a shortest path to one, of %d steps:\n%v",
		e.Name, e.Trapped, e.States, len(e.Trace.Actions), e.Trace)
}

// ErrIncomplete refuses a question about all reachable states when the walk did
// not visit all, because of its limit or of a broken invariant.
var ErrIncomplete = errors.New("explore: the walk was not complete")

// NoTrap checks that from every reachable state a goal can be reached by
// draining actions alone: those of Actions that drain picks, or all if drain is
// nil. A state that is a goal has reached it. The name says what the goal is. The
// error is a *[TrapError] if there is a trap, and [ErrIncomplete] if the walk
// did not visit every state.
//
// The draining steps are taken again rather than kept from the walk: most
// machines are asked this question never or once, and edges outnumber states.
func (r *Result[S, A]) NoTrap(name string, goal func(S) bool, drain func(A) bool) error {
	if !r.complete {
		return ErrIncomplete
	}
	g, err := r.drainGraph(drain)
	if err != nil {
		return err
	}
	saved := make([]bool, r.States)
	var queue []int32
	for i, s := range r.index.states {
		if goal(s) {
			saved[i] = true
			queue = append(queue, int32(i))
		}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		for _, i := range g.before(queue[0]) {
			if !saved[i] {
				saved[i] = true
				queue = append(queue, i)
			}
		}
	}
	trap := &TrapError[S, A]{Name: name, States: r.States}
	for i, ok := range saved {
		if ok {
			continue
		}
		if trap.Trapped == 0 {
			trap.Trace = r.trace(int32(i))
		}
		trap.Trapped++
	}
	if trap.Trapped == 0 {
		return nil
	}
	return trap
}

// reverse holds the edges of a graph by the state that they lead to: those into
// i are from[start[i]:start[i+1]].
type reverse struct {
	start, from []int32
}

func (g reverse) before(i int32) []int32 { return g.from[g.start[i]:g.start[i+1]] }

// drainGraph takes every draining step once more.
func (r *Result[S, A]) drainGraph(drain func(A) bool) (reverse, error) {
	type edge struct{ from, to int32 }
	var edges []edge
	for i, s := range r.index.states {
		for _, a := range r.cfg.Actions(s) {
			if drain != nil && !drain(a) {
				continue
			}
			next, accepted, err := r.step(s, a)
			if err != nil {
				return reverse{}, err
			}
			if !accepted {
				continue
			}
			to, ok := r.index.find(next)
			if !ok {
				return reverse{}, fmt.Errorf("explore: step is not a function: a second time %#v by %#v leads to %#v", s, a, next)
			}
			edges = append(edges, edge{from: int32(i), to: to})
		}
	}
	g := reverse{start: make([]int32, r.States+1), from: make([]int32, len(edges))}
	for _, e := range edges {
		g.start[e.to+1]++
	}
	for i := range r.States {
		g.start[i+1] += g.start[i]
	}
	free := append([]int32(nil), g.start...)
	for _, e := range edges {
		g.from[free[e.to]] = e.from
		free[e.to]++
	}
	return g, nil
}

package explore

import (
	"errors"
	"fmt"
)

// walk is the state of one Run: the result so far and what only the walk needs.
type walk[S comparable, A any] struct {
	*Result[S, A]
	found  map[property]*ViolationError[S, A]
	broken map[int32]bool
	seen   []bool
	limit  *LimitError
}

// property identifies what was violated. The name alone would not do: nothing
// keeps two properties from having the same one.
type property struct {
	kind string
	i    int
}

const (
	invariant    = "invariant"
	stepProperty = "step property"
	sometimes    = "sometimes"
	stepError    = "a step has no error"
	pure         = "a step is a function of state and action"
	refusal      = "a refusal changes nothing"
)

// visit takes in s, which was reached from parent by a. If it is new, it is checked.
func (w *walk[S, A]) visit(s S, parent int32, a A) {
	if _, ok := w.index.find(s); ok {
		return
	}
	if w.index.len() >= w.cfg.MaxStates {
		if w.limit == nil {
			w.limit = &LimitError{Limit: w.cfg.MaxStates, Depth: w.depth(), State: fmt.Sprintf("%#v", s)}
		}
		return
	}
	i := w.index.add(s)
	w.parent = append(w.parent, parent)
	w.via = append(w.via, a)
	for k, p := range w.cfg.Invariants {
		if err := protect(func() error { return p.Check(s) }); err != nil {
			w.broken[i] = true
			w.violate(property{invariant, k}, p.Name, err, func() Trace[S, A] { return w.trace(i) })
		}
	}
	for k, p := range w.cfg.Sometimes {
		if !w.seen[k] && !w.broken[i] {
			w.seen[k] = p.Holds(s)
		}
	}
}

// expand tries every action in the state at i.
func (w *walk[S, A]) expand(i int32) {
	s := w.index.state(i)
	for _, a := range w.cfg.Actions(s) {
		next, accepted, err := w.step(s, a)
		again, acceptedAgain, errAgain := w.step(s, a)
		w.Steps++
		ahead := func(after ...S) func() Trace[S, A] {
			return func() Trace[S, A] { return w.trace(i).then(a, after...) }
		}
		if next != again || accepted != acceptedAgain || (err == nil) != (errAgain == nil) {
			w.violate(property{kind: pure}, "", errors.Join(
				fmt.Errorf("a second time it gives %#v (accepted: %t)", again, acceptedAgain), errAgain), ahead(next))
		}
		switch {
		case err != nil:
			w.violate(property{kind: stepError}, "", err, ahead())
		case !accepted:
			w.Refused++
			if next != s {
				w.violate(property{kind: refusal}, "", errors.New("the state is another one"), ahead(next))
			}
		default:
			w.accept(i, a, next)
			for k, p := range w.cfg.Steps {
				if err := protect(func() error { return p.Check(s, a, next) }); err != nil {
					w.violate(property{stepProperty, k}, p.Name, err, ahead(next))
				}
			}
		}
	}
}

// accept notes a step and the state it leads to.
func (w *walk[S, A]) accept(i int32, a A, next S) {
	w.Accepted++
	w.visit(next, i, a)
	if w.cfg.Label == nil {
		return
	}
	arc := Arc{From: w.cfg.Label(w.index.state(i)), Action: w.cfg.name(a), To: w.cfg.Label(next)}
	if _, ok := w.witness[arc]; !ok {
		w.witness[arc] = witness[A]{from: i, action: a}
	}
}

// violate records the first breach of a property, by the trace that leads to it,
// and counts the others.
func (w *walk[S, A]) violate(p property, name string, cause error, trace func() Trace[S, A]) {
	v := w.found[p]
	if v == nil {
		if name != "" {
			name = fmt.Sprintf("%s %q", p.kind, name)
		} else {
			name = p.kind
		}
		v = &ViolationError[S, A]{Property: name, Cause: cause, Trace: trace()}
		w.found[p] = v
		w.Violations = append(w.Violations, v)
	}
	v.Count++
}

// judgeSometimes is for a complete walk only. In another, what is missing may
// be behind the states that were not visited.
func (w *walk[S, A]) judgeSometimes() {
	if w.limit != nil || len(w.broken) > 0 {
		return
	}
	for k, p := range w.cfg.Sometimes {
		if !w.seen[k] {
			err := fmt.Errorf("holds in none of %d states", w.index.len())
			w.violate(property{sometimes, k}, p.Name, err, func() Trace[S, A] { return Trace[S, A]{} })
		}
	}
}

// step is Step with a panic turned into an error.
func (r *Result[S, A]) step(s S, a A) (next S, accepted bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return r.cfg.Step(s, a)
}

// protect is f with a panic turned into an error.
func protect(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return f()
}

func (c *Config[S, A]) name(a A) string {
	if c.Name != nil {
		return c.Name(a)
	}
	return fmt.Sprint(a)
}

package capture

import (
	"errors"
	"fmt"
	"math/bits"

	"github.com/payintent/intents"
)

// Chooser makes the choices of a simulation. IntN returns one of 0, 1, … n-1.
// Choice 0 is always the plain one: no fault, no delay.
//
// The *Rand of math/rand/v2 is a Chooser, as are Seeded, First, Fixed and the
// one that Exhaustive passes, so one harness can run under a seed, under a
// property tester that shrinks, and through every possible sequence of choices.
//
// An answer outside of the range counts as 0.
type Chooser interface {
	IntN(n int) int
}

// First is the Chooser that always answers 0: no faults and no delays.
type First struct{}

// IntN returns 0.
func (First) IntN(int) int { return 0 }

// Fixed returns a Chooser that gives these answers in turn and 0 after the
// last. Where there is only one answer it gives that and uses none up, so
// Fixed(e.Choices...) repeats the run of a ChoiceError. It is not for use by
// several goroutines at once.
func Fixed(choices ...int) Chooser { return &virtualFixed{left: append([]int(nil), choices...)} }

type virtualFixed struct{ left []int }

// IntN takes the next answer.
func (f *virtualFixed) IntN(n int) int {
	if n < 2 || len(f.left) == 0 {
		return 0
	}
	c := f.left[0]
	f.left = f.left[1:]
	return virtualInRange(c, n)
}

// Seeded returns a Chooser whose answers depend on nothing but seed: they are
// the same on every machine and in every release of Go. Each of the n answers is equally likely.
// For n below 2 it answers 0. It is not for secrets, and not for use by several goroutines at once.
func Seeded(seed uint64) Chooser { return &virtualSeeded{state: seed} }

// virtualSeeded is SplitMix64 (Steele, Lea and Flood, "Fast splittable
// pseudorandom number generators", 2014). The core may not import math/rand,
// and a generator of our own cannot change under the golden files.
type virtualSeeded struct{ state uint64 }

func (s *virtualSeeded) next() uint64 {
	s.state += 0x9e3779b97f4a7c15
	z := s.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// IntN multiplies a draw by n and takes the upper word. Draws whose lower word
// falls below 2^64 mod n are thrown away, so that no answer has more draws
// than another (Lemire, "Fast random integer generation in an interval", 2019).
func (s *virtualSeeded) IntN(n int) int {
	if n < 2 {
		return 0
	}
	bound := uint64(n)
	hi, lo := bits.Mul64(s.next(), bound)
	if lo < bound {
		for least := -bound % bound; lo < least; {
			hi, lo = bits.Mul64(s.next(), bound)
		}
	}
	return int(hi) //nolint:gosec // hi is below n, which is an int
}

// virtualInRange returns c, or 0 where it is no legal choice among n.
func virtualInRange(c, n int) int {
	if c < 0 || c >= n {
		return 0
	}
	return c
}

// Exhaustive calls run once for each sequence of choices that it can make, in
// lexical order, beginning with 0 for each, and returns how often it called it.
// A run must ask the same questions when it is given the same answers, and must come to an end.
//
// It stops with a *ChoiceError, which unwraps to run's error, when run fails;
// with a *ChoiceError when a run asks other questions than the one before it
// did; with a *LimitError when limit runs were not enough; and with an
// *intents.InvalidError for a limit below 1 or a nil run.
func Exhaustive(limit int, run func(c Chooser) error) (runs int, err error) {
	if limit < 1 {
		return 0, &intents.InvalidError{Param: "limit", Code: "", Message: "must be at least 1"}
	}
	if run == nil {
		return 0, &intents.InvalidError{Param: "run", Code: "", Message: "is nil"}
	}
	for path := (&virtualPath{}); ; runs++ {
		if runs == limit {
			return runs, &LimitError{What: "Exhaustive", Limit: limit, Pending: 0, Last: intents.Deferred{}}
		}
		path.depth, path.err = 0, nil
		err := run(path)
		if err == nil {
			err = path.check()
		}
		if err != nil {
			return runs + 1, &ChoiceError{Choices: path.choices(), Err: err}
		}
		if !path.advance() {
			return runs + 1, nil
		}
	}
}

// virtualPath is one way down the tree of choices: what was chosen at each
// depth, and among how many.
type virtualPath struct {
	chosen, among []int
	depth         int
	err           error
}

// IntN repeats the path as far as it is laid down, and then goes on with 0.
func (p *virtualPath) IntN(n int) int {
	if n < 2 {
		return 0
	}
	if p.depth == len(p.chosen) {
		p.chosen = append(p.chosen, 0)
		p.among = append(p.among, n)
	}
	if p.among[p.depth] != n && p.err == nil {
		p.err = fmt.Errorf("the run is not repeatable: choice %d was among %d and is now among %d", p.depth, p.among[p.depth], n)
	}
	c := p.chosen[p.depth]
	p.depth++
	return virtualInRange(c, n)
}

// check says whether the run that has just ended followed the path to its end.
func (p *virtualPath) check() error {
	if p.err == nil && p.depth < len(p.chosen) {
		return errors.New("the run is not repeatable: it made fewer choices than it did before")
	}
	return p.err
}

// advance lays down the next path, and returns false after the last.
func (p *virtualPath) advance() bool {
	for last := len(p.chosen) - 1; last >= 0; last-- {
		if p.chosen[last]+1 < p.among[last] {
			p.chosen[last]++
			return true
		}
		p.chosen, p.among = p.chosen[:last], p.among[:last]
	}
	return false
}

func (p *virtualPath) choices() []int {
	return append([]int(nil), p.chosen[:min(p.depth, len(p.chosen))]...)
}

// ChoiceError says which choices made a run fail. Fixed(Choices...) repeats it.
type ChoiceError struct {
	// Choices are the answers that the run was given, but for those with only one answer.
	Choices []int
	// Err is what the run returned.
	Err error
}

// Error implements error.
func (e *ChoiceError) Error() string { return fmt.Sprintf("with choices %v: %v", e.Choices, e.Err) }

// Unwrap returns Err.
func (e *ChoiceError) Unwrap() error { return e.Err }

// LimitError says that a loop was stopped before it had come to its end.
type LimitError struct {
	// What is the function that stopped, Drain or Exhaustive.
	What string
	// Limit is how many steps it was allowed.
	Limit int
	// Pending is how many items Drain left.
	Pending int
	// Last is the last item that Drain handed out. When work makes more work
	// without end, it is a part of that.
	Last intents.Deferred
}

// Error implements error.
func (e *LimitError) Error() string {
	s := fmt.Sprintf("%s: not done after %d steps", e.What, e.Limit)
	if e.Pending > 0 {
		s += fmt.Sprintf(", %d items are pending, the last one done was %s", e.Pending, e.Last.Key())
	}
	return s
}

// Package compare measures this library against others that do a part of its
// work: state machines (looplab/fsm, qmuntal/stateless), clocks that a test can
// turn (jonboulle/clockwork, coder/quartz, time.AfterFunc in a testing/synctest
// bubble) and stripe-go's encoding and signing of events.
//
// It holds only tests and benchmarks. TestRatios is the command that prints the
// table of ratios; the README says how to run it.
//
// Costs are CPU time of the whole process, the garbage collector's included, and
// not time on the wall: a library that hands its work to another goroutine pays
// for it all the same, and a busy neighbour on the machine does not count.
package compare

// Package checkouttest helps to test services that are built on package checkout.
// It has generators for property tests with pgregory.net/rapid, and books that are
// kept apart from the machines.
//
// [Commands] draws a command for a flow, to its session or to its intent: three
// times in four one that is legal in the status, else any. [Runs] draws whole
// histories with their times, and [Flows] the flows that such histories lead to, so
// each of them is one that can happen.
//
// A [Ledger] keeps books of one flow from its events alone. It tells whether a
// session ends once, whether what is told of its payment is true, and whether the
// events conserve money.
package checkouttest

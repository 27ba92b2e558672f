// Package paymentintenttest helps to test services that are built on package
// paymentintent. It has generators for property tests with pgregory.net/rapid,
// and books that are kept apart from the machine.
//
// [Commands] draws a command for an intent: three times in four one that is legal
// in its status, else any. Amounts are drawn at the limits, for that is where
// faults are: -1, 0, 1, the most that is possible, and one more and one less.
// [Runs] draws whole histories with their times, and [Intents] the intents that
// such histories lead to, so each of them is one that can happen.
//
// A [Ledger] keeps double-entry books of one intent from its events alone, and
// tells whether the events, and the state that they led to, conserve money.
package paymentintenttest

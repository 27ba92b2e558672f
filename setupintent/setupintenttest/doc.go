// Package setupintenttest helps to test services that are built on package
// setupintent. It has generators for property tests with pgregory.net/rapid, and
// books that are kept apart from the machine.
//
// [Commands] draws a command for an intent: three times in four one that is legal
// in its status, else any. [Runs] draws whole histories with their times, and
// [Intents] the intents that such histories lead to, so each of them is one that
// can happen.
//
// A [Ledger] keeps the books of an intent's attempts from its events alone, and
// tells whether the events, and the state that they led to, account for each.
package setupintenttest

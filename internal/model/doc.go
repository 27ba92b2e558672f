// Package model is the small worlds in which the machines are checked.
//
// A machine has too many states to visit: amounts, times and ids are numbers. In a
// small world they are few. Amounts are some cents, there are two instants, and
// what no decision reads is forgotten, so that finitely many states are left and
// every one of them can be visited. The tests of a machine hold its invariants in
// all of them; those of what is built upon it, such as the renderings of package
// webhook, ask the same states, and no samples.
//
// A world says what to try in a state ([Charges.Actions], [Commands]) and, where
// states have to be taken together, what they have in common ([View]). A walk
// ([Intents], [Charges.All]) visits one state of each class, as the machine made
// it, and yields each transition that it can make from there.
package model

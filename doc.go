// Package intents is the vocabulary of embeddable payment state machines with the
// semantics that Stripe documents: money, metadata, payment methods, deferred
// work, and the two ways to say no.
//
// The machines are in the packages below it. Package
// [github.com/payintent/intents/paymentintent] is the life of a payment, package
// [github.com/payintent/intents/setupintent] the way of a payment method to where it
// can be charged later, package [github.com/payintent/intents/checkout] a customer's
// visit to a payment page, which owns one of the two, and package
// [github.com/payintent/intents/capture] the life of a charge, with clocks and
// schedulers. Package [github.com/payintent/intents/webhook] is what Stripe would
// have told you about them.
//
// # Principles
//
//  1. A machine is a function. Same state, same command, same time: same transition.
//  2. A machine does nothing. It says what happened and what is owed; the caller does it.
//  3. The table is the law. What it does not allow is refused; what it allows can
//     happen, and a model checker proves both.
//  4. Time is told. Nothing in a machine reads a clock, draws an id, starts a
//     goroutine or does I/O.
//  5. Late is normal, early is refused, twice is harmless.
//  6. A refusal changes nothing and names its reason.
//  7. Money is conserved: authorized = capturable + captured + released, in every
//     reachable state.
//
// # Values
//
// Every state is a comparable value: it can be copied, compared with ==, used as a
// map key, printed as a Go literal and stored as JSON. What a machine carries and
// does not read is held in small immutable values that are strings underneath:
// [Metadata], [Pairs]. Amounts are whole numbers of the currency's minor unit, and
// instants are whole seconds in UTC, as on Stripe's wire: [Money], [Time].
//
// # Refusals
//
// A command is refused with a *[StateError] where the status does not allow it, or
// with an *[InvalidError] where its contents are wrong. The order is fixed: a
// corrupt state, then the status, then the contents. A decline is neither: it is a
// transition, and the failure is in the state.
package intents

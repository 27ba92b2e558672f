// Package capture is the Charge machine: one attempt to take money, from the
// issuer's word to the ledger. The other machines are made of charges, and a
// service may use one alone.
//
// # A charge
//
// A [Charge] is a value. It begins with the first word of the outside world about it:
// the issuer approved ([Authorize]), the rail of a slow method took it ([Submit]), or
// somebody refused ([Decline]). The machine does not know whether a card is good, and it
// reads no clock: outcomes and times are told. [Apply] takes a charge, a command and
// a time, and returns a [Transition], or a refusal that changes nothing:
//
//	t, err := capture.Apply(charge, capture.Capture{Amount: 1500, Final: true}, clock.Now())
//
// An [*intents.StateError] says that the status is wrong for the command, and an
// [*intents.InvalidError] that the command's contents are wrong, or that the stored
// charge is corrupt. Nothing panics.
//
// Whoever applies has four duties: store After, publish Events, schedule Deferred,
// and do all of that or none of it. [Replay] makes the charge from its events again;
// [MarshalEvent] and [MarshalCommand] give their stored form, and a charge is ordinary JSON.
//
// Money is conserved. In every status that an approval led to, Amount is what can be
// captured, what was captured and what was released, and refunds never exceed what was captured.
//
// # Capture methods
//
// Where an approval leads is the choice of the [Method], and the only one it makes.
// Manual holds the money: it waits for its capture until capture_before. Automatic takes it
// and writes the ledger in the same step. AutomaticAsync takes it too, and the
// ledger comes later. Since API version 2024-04-10 that is Stripe's default; see [DefaultMethod].
//
// Captured and settled look alike to Stripe's callers, status succeeded and captured
// true, but for balance_transaction, which is null in the first; so are application_fee and
// transfer on Connect. That is all there is to an asynchronous capture.
//
// # Settlement
//
// Settlement writes the ledger entry: the [BalanceTransaction], and on Connect the
// [ApplicationFee] and the [Transfer]. They are functions of a settled charge and not
// objects of their own, so a charge and its ledger can't disagree. The entry is written once. A
// multicapture hold writes it with its first part; from then on its amounts grow and its times stay.
//
// For an asynchronous capture this is deferred work, due within the hour ([SLA]). A
// deferred settlement may come late, twice, or out of order with refunds: the first
// report makes the one [Settled], and any other finds nothing to do.
//
// # Time and deferred work
//
// A charge owes at most one piece of work, which [Pending] derives from its state.
// Two are jobs that ask the outside world and apply its report: [SettleCharge], and
// [CollectCharge] for a pending charge. One is a timer, [ExpireCharge], that ends a hold.
// [Resume] tells what work means now; work that is no longer owed is dropped. Early
// is refused, late is normal: a capture at or after capture_before is refused even if the
// timer never ran.
//
// A [Scheduler] keeps such work and hands it out at least once, never early,
// perhaps late, twice, or out of order. A [Clock] says what time it is. Only drivers have them. [System]
// is the wall clock, and [Virtual] is clock and scheduler of tests and simulations, with
// those faults at will, drawn by a [Chooser].
//
// # Test payment methods
//
// [TestMethods] are Stripe's: pm_card_visa, 4000000000000002 and so on, with the
// [Behaviour] that a simulated processor gives each.
//
// # The table
//
//	(none)
//	  authorize  authorized, captured, settled  the issuer approves; manual holds, automatic_async captures, automatic settles
//	  submit     pending                        the rail of a delayed method takes the attempt
//	  decline    failed                         the issuer or the rail refuses
//	pending
//	  decline  failed                         the debit comes back, or is called back
//	  collect  authorized, captured, settled  the money arrives
//	failed
//	  nothing
//	authorized
//	  capture        authorized, settled  takes all or a part; only multicapture comes back for more
//	  increment      authorized           raises the hold, before the first capture, at most ten tries
//	  release        released, settled    gives the rest of the hold back
//	  expire         expired, settled     time gives the rest of the hold back
//	  refund         authorized           gives back what multicapture has captured
//	  report_refund  authorized           a refund goes on or comes back
//	captured
//	  settle         settled   the ledger entry is written
//	  refund         captured  gives captured money back, ahead of the ledger
//	  report_refund  captured  a refund goes on or comes back
//	  dispute        captured  the customer or the bank disputes
//	settled
//	  settle         settled  twice is harmless: nothing happens
//	  refund         settled  gives captured money back
//	  report_refund  settled  a refund goes on or comes back
//	  dispute        settled  the customer or the bank disputes
//	released
//	  nothing
//	expired
//	  nothing
//
// # The matrix
//
//	               (none)      pending     failed  authorized  captured  settled  released  expired
//	authorize      authorized  ·           ·       ·           ·         ·        ·         ·
//	               captured
//	               settled
//	submit         pending     ·           ·       ·           ·         ·        ·         ·
//	decline        failed      failed      ·       ·           ·         ·        ·         ·
//	collect        ·           authorized  ·       ·           ·         ·        ·         ·
//	                           captured
//	                           settled
//	capture        ·           ·           ·       authorized  ·         ·        ·         ·
//	                                               settled
//	increment      ·           ·           ·       authorized  ·         ·        ·         ·
//	release        ·           ·           ·       released    ·         ·        ·         ·
//	                                               settled
//	expire         ·           ·           ·       expired     ·         ·        ·         ·
//	                                               settled
//	refund         ·           ·           ·       authorized  captured  settled  ·         ·
//	report_refund  ·           ·           ·       authorized  captured  settled  ·         ·
//	settle         ·           ·           ·       ·           settled   settled  ·         ·
//	dispute        ·           ·           ·       ·           captured  settled  ·         ·
package capture

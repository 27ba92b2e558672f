// Package paymentintent is the PaymentIntent machine: one payment through any number
// of attempts, with the semantics that Stripe documents.
//
// # An intent
//
// An [Intent] is a comparable value: store it, compare it with ==, print it, replay it
// from its events with [Replay]. A [Command] is what it can be told: a request of the
// caller ([Create], [Update], [Confirm], [Capture], [Cancel], …), a report of the outside world
// ([Approve], [Challenge], [Decline], [Submit], …), or the word of time ([ExpireAuthorization],
// [ExpireAction]). [Apply] takes an intent, a command and a time, and returns a
// [Transition] or a refusal:
//
//	t, err := paymentintent.Apply(intent, paymentintent.Confirm{}, clock.Now())
//
// A refusal changes nothing. An [*intents.StateError] says that the status is wrong for
// the command, and an [*intents.InvalidError] that the command's contents are wrong, that
// no time was given, or that the stored intent is corrupt. A decline is neither: it is a
// transition, and the failure is in the state. Nothing panics. Whoever applies has four
// duties: store After where the stored version is still Before's, publish Events, schedule
// Deferred, and do all of that or none of it.
//
// # A life
//
// An intent begins in requires_payment_method, or with a payment method in
// requires_confirmation. [Confirm] starts an attempt and leads to confirming, which is
// this library's own: the attempt is under way and its answer is not in, so a service
// can save that it is about to ask before it asks. [Answer] asks a [Processor] and
// joins confirmation and answer into Stripe's one step; [Status.Stripe] is what to show.
//
// The answer leads on. Approved, the money is taken (succeeded) or held (requires_capture), as
// the capture method says. Challenged, the customer has to act (requires_action), and then
// the attempt goes on, or waits for another confirmation where those are manual. Submitted, a
// bank debit is on its way (processing) and comes through or comes back. Declined, the
// intent goes back to requires_payment_method without its payment method, and can be tried
// again: a failed attempt is not the end of a payment. Succeeded and canceled are.
//
// Each attempt that gets far enough makes a charge, in package capture; the intent
// carries the newest as [Intent.Charge], and [Check] holds the two to each other. With
// capture_method automatic_async, a payment succeeds at once and its ledger entry comes
// within the hour, as [Settle]. After success only the charge moves: refunds and
// disputes leave the status alone.
//
// # Time and deferred work
//
// An intent owes at most one piece of work, which [Pending] derives from its state: an
// answer to ask for ([AnswerAttempt]), the outcome of a debit ([CollectPayment]) or the entry
// of an asynchronous capture ([SettleCapture]); or a deadline, of a hold
// ([LapseAuthorization]) or of the customer's chance to act ([LapseAction]). [Work] does a
// piece, and drops it where it is stale. Early is refused, late is normal, twice is
// harmless. Deadlines bind even if their timer never ran.
//
// # The outside world
//
// The machine never decides whether a card is good: outcomes are reports. A [Processor]
// gives them, which is an acquirer in production. In tests the [Simulator] treats Stripe's
// test payment methods as Stripe documents, and plays the customer too.
// Package paymentintenttest has generators and books for property tests.
//
// What Stripe would have sent of a transition is the business of package webhook. The
// picture of the machine is in the README; what is not modelled, and what was decided where
// the facts are open, is in docs/not-modelled.md and docs/choices.md.
//
// # The table
//
//	(none)
//	  create  requires_payment_method, requires_confirmation  with a payment method it waits for its confirmation
//	requires_payment_method
//	  update                  requires_payment_method, requires_confirmation  a payment method leads on
//	  confirm                 confirming, canceled                            with a payment method; too many confirmations cancel
//	  apply_customer_balance  succeeded                                       pays the whole amount from the cash balance
//	  cancel                  canceled                                        unless a Checkout Session owns it
//	  void                    canceled                                        its session or invoice is over
//	requires_confirmation
//	  update                  requires_confirmation, requires_payment_method  without a payment method it goes back
//	  confirm                 confirming, canceled                            starts an attempt; too many confirmations cancel
//	  apply_customer_balance  succeeded                                       pays the whole amount from the cash balance
//	  cancel                  canceled                                        unless a Checkout Session owns it
//	  void                    canceled                                        its session or invoice is over
//	confirming
//	  approve    requires_capture, succeeded               manual holds the money, the other capture methods take it
//	  challenge  requires_action, requires_payment_method  the customer has to act; off-session that is a failure
//	  decline    requires_payment_method                   the issuer, the rail or Radar refuses
//	  submit     processing                                the rail of a delayed method has it
//	  postpone   confirming                                there is no answer yet
//	  notify     processing                                an Indian card waits for its pre-debit notification
//	requires_action
//	  update                  requires_action, requires_confirmation, requires_payment_method  a new amount or payment method voids the authentication
//	  confirm                 confirming, canceled                                             starts over
//	  authenticate            confirming, requires_confirmation                                the attempt goes on; manual confirmation wants another confirm
//	  fail_action             requires_payment_method                                          the customer failed or refused
//	  expire_action           requires_payment_method                                          the customer did not act in time
//	  verify_microdeposits    processing, requires_action                                      the deposits match, or the customer may try again
//	  fund                    requires_action, succeeded                                       a bank transfer arrives, in whole or in part
//	  apply_customer_balance  requires_action, succeeded                                       pays from the cash balance, in whole or in part
//	  cancel                  canceled                                                         unless a Checkout Session owns it
//	  void                    canceled                                                         its session or invoice is over
//	processing
//	  update        processing                   what no rail has seen: metadata, description
//	  collect       succeeded, requires_capture  the money arrives; after a notification manual holds it
//	  decline       requires_payment_method      the payment comes back
//	  postpone      processing                   there is no answer yet
//	  close_window  processing                   it can't be called back any more
//	  cancel        canceled                     us_bank_account inside its window
//	  void          canceled                     its invoice was voided
//	requires_capture
//	  update                   requires_capture                         what no network has seen: metadata, description
//	  capture                  succeeded, requires_capture, processing  takes all or a part; multicapture may come back; some methods settle it later
//	  increment_authorization  requires_capture                         raises the hold
//	  cancel                   canceled                                 releases the hold
//	  void                     canceled                                 its invoice was voided
//	  expire_authorization     canceled, succeeded                      time releases the hold; a part that was captured stays
//	  refund                   requires_capture                         gives back what multicapture has captured
//	  report_refund            requires_capture                         a refund goes on or comes back
//	succeeded
//	  update         succeeded  metadata, description
//	  settle         succeeded  the ledger entry of an asynchronous capture; twice is harmless
//	  refund         succeeded  in whole or in part; the status stays
//	  report_refund  succeeded  a refund goes on or comes back
//	  dispute        succeeded  the status stays
//	canceled
//	  reverse_authorization  canceled  the bank lets a hold go that was given up: nothing happens
//
// # The matrix
//
//	                         (none)                   requires_payment_method  requires_confirmation    confirming               requires_action          processing               requires_capture  succeeded  canceled
//	create                   requires_payment_method  ·                        ·                        ·                        ·                        ·                        ·                 ·          ·
//	                         requires_confirmation
//	update                   ·                        requires_payment_method  requires_confirmation    ·                        requires_action          processing               requires_capture  succeeded  ·
//	                                                  requires_confirmation    requires_payment_method                           requires_confirmation
//	                                                                                                                             requires_payment_method
//	confirm                  ·                        confirming               confirming               ·                        confirming               ·                        ·                 ·          ·
//	                                                  canceled                 canceled                                          canceled
//	apply_customer_balance   ·                        succeeded                succeeded                ·                        requires_action          ·                        ·                 ·          ·
//	                                                                                                                             succeeded
//	cancel                   ·                        canceled                 canceled                 ·                        canceled                 canceled                 canceled          ·          ·
//	void                     ·                        canceled                 canceled                 ·                        canceled                 canceled                 canceled          ·          ·
//	approve                  ·                        ·                        ·                        requires_capture         ·                        ·                        ·                 ·          ·
//	                                                                                                    succeeded
//	challenge                ·                        ·                        ·                        requires_action          ·                        ·                        ·                 ·          ·
//	                                                                                                    requires_payment_method
//	decline                  ·                        ·                        ·                        requires_payment_method  ·                        requires_payment_method  ·                 ·          ·
//	submit                   ·                        ·                        ·                        processing               ·                        ·                        ·                 ·          ·
//	postpone                 ·                        ·                        ·                        confirming               ·                        processing               ·                 ·          ·
//	notify                   ·                        ·                        ·                        processing               ·                        ·                        ·                 ·          ·
//	authenticate             ·                        ·                        ·                        ·                        confirming               ·                        ·                 ·          ·
//	                                                                                                                             requires_confirmation
//	fail_action              ·                        ·                        ·                        ·                        requires_payment_method  ·                        ·                 ·          ·
//	expire_action            ·                        ·                        ·                        ·                        requires_payment_method  ·                        ·                 ·          ·
//	verify_microdeposits     ·                        ·                        ·                        ·                        processing               ·                        ·                 ·          ·
//	                                                                                                                             requires_action
//	fund                     ·                        ·                        ·                        ·                        requires_action          ·                        ·                 ·          ·
//	                                                                                                                             succeeded
//	collect                  ·                        ·                        ·                        ·                        ·                        succeeded                ·                 ·          ·
//	                                                                                                                                                      requires_capture
//	close_window             ·                        ·                        ·                        ·                        ·                        processing               ·                 ·          ·
//	capture                  ·                        ·                        ·                        ·                        ·                        ·                        succeeded         ·          ·
//	                                                                                                                                                                               requires_capture
//	                                                                                                                                                                               processing
//	increment_authorization  ·                        ·                        ·                        ·                        ·                        ·                        requires_capture  ·          ·
//	expire_authorization     ·                        ·                        ·                        ·                        ·                        ·                        canceled          ·          ·
//	                                                                                                                                                                               succeeded
//	refund                   ·                        ·                        ·                        ·                        ·                        ·                        requires_capture  succeeded  ·
//	report_refund            ·                        ·                        ·                        ·                        ·                        ·                        requires_capture  succeeded  ·
//	settle                   ·                        ·                        ·                        ·                        ·                        ·                        ·                 succeeded  ·
//	dispute                  ·                        ·                        ·                        ·                        ·                        ·                        ·                 succeeded  ·
//	reverse_authorization    ·                        ·                        ·                        ·                        ·                        ·                        ·                 ·          canceled
package paymentintent

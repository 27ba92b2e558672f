// Package setupintent is the SetupIntent machine: one payment method on its way to
// where it can be charged later, with the semantics that Stripe documents. It is the
// twin of package paymentintent, with the same files and the same functions.
//
// # An intent
//
// An [Intent] is a comparable value: store it, compare it with ==, print it, replay it
// from its events with [Replay]. A [Command] is what it can be told: a request of the
// caller ([Create], [Update], [Confirm], [Cancel], [VerifyMicrodeposits]), a report of
// the outside world ([Approve], [Challenge], [Decline], [Submit], …), or the word of time
// ([ExpireAction]) or of its owner ([Void]). [Apply] takes an intent, a command and a
// time, and returns a [Transition] or a refusal:
//
//	t, err := setupintent.Apply(intent, setupintent.Confirm{PaymentMethod: pm}, clock.Now())
//
// A refusal changes nothing. An [*intents.StateError] says that the status is wrong for
// the command, and an [*intents.InvalidError] that the command's contents are wrong, that
// no time was given, or that the stored intent is corrupt. A decline is neither: it is a
// transition, and the failure is in the state. Nothing panics. Whoever applies has five
// duties: store After where the stored version is still Before's, store the payment method
// that [Transition.PaymentMethod] returns and the attempts of [Transition.Attempts], publish
// Events, schedule Deferred, and do all of that or none of it.
//
// # A life
//
// An intent begins in requires_payment_method, or with a payment method in
// requires_confirmation. [Confirm] starts an attempt and leads to confirming, which is
// this library's own: the attempt is under way and its answer is not in. [Answer] asks a
// [Processor] and joins confirmation and answer into Stripe's one step; [Status.Stripe] is
// what to show.
//
// The answer leads on. Approved, the payment method is set up (succeeded). Challenged, the
// customer has to act (requires_action): authenticate, or tell the microdeposits that
// came to the account. Submitted, a delayed method is on its way (processing). Declined,
// the intent goes back to requires_payment_method without its payment method, and can be
// tried again. Succeeded and canceled are final.
//
// Success attaches the payment method to the intent's customer, if there is one, and marks
// it with what it was set up for, so that issuers know it when it is charged off-session.
// Without a customer it stays as it is, and can be attached later: setting it up does not
// spend it. Types with a mandate get one; with single_use it is for one charge.
//
// # Attempts
//
// Each confirmation that is executed makes a SetupAttempt. The intent carries the newest
// as [Intent.Attempt], and [Check] holds the two to each other. One that waits for its
// customer when something else is asked for is abandoned; [Transition.Attempts] has
// those as well. Refused confirmations make none.
//
// # Time and deferred work
//
// An intent owes at most one piece of work, which [Pending] derives from its state: an
// answer to ask for ([AnswerAttempt]), the outcome of a delayed method ([CollectSetup]),
// or the end of the customer's chance to act ([LapseAction]). [Work] does a piece, and
// drops it where it is stale. Early is refused, late is normal, twice is harmless.
// Deadlines bind even if their timer never ran.
//
// # The outside world
//
// The machine never decides whether a card is good: outcomes are reports. A [Processor]
// gives them. In tests the [Simulator] treats Stripe's test payment methods as Stripe
// documents, and plays the customer too. Package setupintenttest has generators and
// books for property tests.
//
// What is not modelled, and what was decided where the facts are open, is in
// docs/not-modelled.md and docs/choices.md.
//
// # The table
//
//	(none)
//	  create  requires_payment_method, requires_confirmation  with a payment method it waits for its confirmation
//	requires_payment_method
//	  update   requires_payment_method, requires_confirmation  a payment method leads on
//	  confirm  confirming, canceled                            with a payment method; too many confirmations cancel
//	  cancel   canceled                                        unless a Checkout Session owns it
//	  void     canceled                                        its session is over
//	requires_confirmation
//	  update   requires_confirmation, requires_payment_method  without a payment method it goes back
//	  confirm  confirming, canceled                            starts an attempt; too many confirmations cancel
//	  cancel   canceled                                        unless a Checkout Session owns it
//	  void     canceled                                        its session is over
//	confirming
//	  approve    succeeded                the payment method is set up
//	  challenge  requires_action          the customer has to act
//	  decline    requires_payment_method  the issuer, the rail or Radar refuses
//	  submit     processing               the rail of a delayed method has it
//	  postpone   confirming               there is no answer yet
//	requires_action
//	  update                requires_action, requires_confirmation, requires_payment_method  another payment method abandons the attempt
//	  confirm               confirming, canceled                                             starts over; the attempt is abandoned
//	  authenticate          confirming                                                       the attempt goes on
//	  fail_action           requires_payment_method                                          the customer failed or refused, or no microdeposits could be made
//	  expire_action         requires_payment_method                                          the customer did not act in time
//	  verify_microdeposits  succeeded, requires_action, requires_payment_method              the deposits match, or the customer may try again, or no more
//	  cancel                canceled                                                         unless a Checkout Session owns it
//	  void                  canceled                                                         its session is over
//	processing
//	  update    processing               what no rail has seen: metadata, description, customer
//	  collect   succeeded                the payment method is set up
//	  decline   requires_payment_method  the rail refuses
//	  postpone  processing               there is no answer yet
//	succeeded
//	  update  succeeded  metadata, description, customer
//	canceled
//
// # The matrix
//
//	                      (none)                   requires_payment_method  requires_confirmation    confirming               requires_action          processing               succeeded  canceled
//	create                requires_payment_method  ·                        ·                        ·                        ·                        ·                        ·          ·
//	                      requires_confirmation
//	update                ·                        requires_payment_method  requires_confirmation    ·                        requires_action          processing               succeeded  ·
//	                                               requires_confirmation    requires_payment_method                           requires_confirmation
//	                                                                                                                          requires_payment_method
//	confirm               ·                        confirming               confirming               ·                        confirming               ·                        ·          ·
//	                                               canceled                 canceled                                          canceled
//	cancel                ·                        canceled                 canceled                 ·                        canceled                 ·                        ·          ·
//	void                  ·                        canceled                 canceled                 ·                        canceled                 ·                        ·          ·
//	approve               ·                        ·                        ·                        succeeded                ·                        ·                        ·          ·
//	challenge             ·                        ·                        ·                        requires_action          ·                        ·                        ·          ·
//	decline               ·                        ·                        ·                        requires_payment_method  ·                        requires_payment_method  ·          ·
//	submit                ·                        ·                        ·                        processing               ·                        ·                        ·          ·
//	postpone              ·                        ·                        ·                        confirming               ·                        processing               ·          ·
//	authenticate          ·                        ·                        ·                        ·                        confirming               ·                        ·          ·
//	fail_action           ·                        ·                        ·                        ·                        requires_payment_method  ·                        ·          ·
//	expire_action         ·                        ·                        ·                        ·                        requires_payment_method  ·                        ·          ·
//	verify_microdeposits  ·                        ·                        ·                        ·                        succeeded                ·                        ·          ·
//	                                                                                                                          requires_action
//	                                                                                                                          requires_payment_method
//	collect               ·                        ·                        ·                        ·                        ·                        succeeded                ·          ·
package setupintent

// Package checkout is the Checkout Session machine: one visit of a customer to a
// payment page, with the semantics that Stripe documents, and the flow of a session
// and its intent as one.
//
// # A session
//
// A [Session] is a comparable value: store it, compare it with ==, print it, replay it
// from its events with [Replay]. A [Command] is what it can be told: a request of the
// caller or the customer ([Create], [Update], [Expire], [Submit], [Recover]), a report
// of what became of its intent ([Proceed], [Reopen], [Complete], [ReportPaid],
// [ReportFailed]), or the word of time ([Lapse]). [Apply] takes a session, a command and
// a time, and returns a [Transition] or a refusal.
//
// A refusal changes nothing. An [*intents.StateError] says that the status is wrong for
// the command, and an [*intents.InvalidError] that the command's contents are wrong, that
// no time was given, or that what is stored is corrupt. A customer who is declined is
// neither: that is a transition, and the session stays open. Nothing panics.
//
// # A flow
//
// A session owns an intent, which does the work: a SetupIntent that is made with it, or a
// PaymentIntent that is made by the first attempt (before 2022-08-01 with the session). A
// [Flow] is the two together, and what a store keeps. [Open] makes one, [Flow.Apply]
// tells the session something and its intent what follows from it, [Flow.ApplyPayment] and
// [Flow.ApplySetup] tell the intent something and the session what follows from that. The
// bridge is one pure function, [React]. All three return a [Step]:
//
//	step, err := flow.Apply(checkout.Submit{PaymentMethod: pm}, clock.Now())
//	step, err = checkout.Answer(ctx, processor, step, clock.Now())
//
// Whoever applies has five duties: store After where the stored version is still Before's,
// publish the events of the three transitions, store the customer that [Step.Customer]
// returns and the payment method of the intent's transition, schedule Deferred, and do all
// of that or none of it.
//
// # A life
//
// A session begins open, and waits for its customer. [Submit] starts an attempt and leads
// to confirming, which is this library's own: the attempt is under way and its answer is
// not in. [Answer] asks a [Processor] and joins submission and answer into Stripe's one
// step; [Status.Stripe] is what to show. Meanwhile the session is locked: a second tab, a
// second click and the clock find it so.
//
// The answer leads on. Paid, held, on its way, or saved, the session is complete, and its
// payment status says whether the money is there. A delayed payment arrives later
// ([ReportPaid]) or is lost ([ReportFailed]). Declined, or challenged, the session is open
// again, with the same intent, for the customer to act or to try something else. An order
// of nothing is complete at once, and has no intent. Time, or the caller, expires a session
// that nobody finished, and its intent with it; an expired session can be recovered, by a
// copy that [Recovered] describes. Complete and expired are final.
//
// In subscription mode the caller brings the subscription: a [Subscriber] makes it when
// the page is submitted, as deferred work that survives a crash, and says what became of
// it.
//
// Opening the page, leaving it by its back link, closing the tab and being sent on are no
// commands, for they change nothing. [Session.View], [Session.CancelURL] and
// [Session.SuccessURL] say what the customer sees.
//
// # Time and deferred work
//
// A flow owes what its session and its intent owe, at most one piece each: [Flow.Pending]
// derives it. The session's own is the timer of its expiry ([LapseSession]) or the
// subscription to make ([StartSubscription]). [Work] does a piece, and drops it where it
// is stale. Early is refused, late is normal, twice is harmless. The deadline binds even
// if its timer never ran: an open session whose time is over takes nothing more.
//
// What Stripe would have sent of a step is the business of package webhook. Package
// checkouttest has generators and books for property tests. What is not modelled, and what
// was decided where the facts are open, is in docs/not-modelled.md and docs/choices.md.
//
// # The table
//
//	(none)
//	  create  open  the page is there; a SetupIntent is made with it
//	open
//	  update    open                  metadata; line items where the page is the merchant's
//	  submit    confirming, complete  starts an attempt; where nothing is paid, completes
//	  proceed   confirming            the attempt goes on after the customer's action
//	  complete  complete              the intent succeeded without another attempt
//	  expire    expired               the caller ends it
//	  lapse     expired               time ends it
//	confirming
//	  reopen    open      the attempt failed, or the customer has to act
//	  complete  complete  the payment is made, on its way, or not needed
//	complete
//	  update         complete  metadata
//	  report_paid    complete  an outstanding payment arrives; twice is harmless
//	  report_failed  complete  an outstanding payment comes to nothing; twice is harmless
//	  lapse          complete  its time does not matter any more: nothing happens
//	expired
//	  update         expired  metadata
//	  recover        expired  a new session may copy it: nothing happens to this one
//	  report_paid    expired  nothing is outstanding: nothing happens
//	  report_failed  expired  nothing is outstanding: nothing happens
//	  lapse          expired  it is over already: nothing happens
//
// # The matrix
//
//	               (none)  open        confirming  complete  expired
//	create         open    ·           ·           ·         ·
//	update         ·       open        ·           complete  expired
//	submit         ·       confirming  ·           ·         ·
//	                       complete
//	proceed        ·       confirming  ·           ·         ·
//	complete       ·       complete    complete    ·         ·
//	expire         ·       expired     ·           ·         ·
//	lapse          ·       expired     ·           complete  expired
//	reopen         ·       ·           open        ·         ·
//	report_paid    ·       ·           ·           complete  expired
//	report_failed  ·       ·           ·           complete  expired
//	recover        ·       ·           ·           ·         expired
package checkout

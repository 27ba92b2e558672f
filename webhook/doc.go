// Package webhook says what Stripe would have told you.
//
// A machine's own events say what happened to it, and suffice to replay it. An
// [Event] of this package is something else: what Stripe sends to a webhook
// endpoint. It is coarse, it carries the whole object as it then was, and it is
// rendered in the API version of the endpoint. [FromPaymentIntent], [FromSetupIntent],
// [FromCheckout] and [FromCharge] turn a transition into such events, in Stripe's
// order, without rendering anything, and [FromCustomer] and [FromPaymentMethod] a
// change of a value; [Event.Render] makes the body, [Sign] the header.
//
// # Objects
//
// [PaymentIntent], [Charge], [BalanceTransaction], [Transfer], [ApplicationFee],
// [Refund], [Dispute], [SetupIntent], [SetupAttempt], [Mandate], [CheckoutSession],
// [LineItem], [Customer] and [PaymentMethod] are Stripe's objects: the state of a
// machine together with what a rendering needs beside it. They are comparable
// values. Each is an [Object], so the body of a reply and data.object of an event
// come from the same renderer and can't differ. Keys stand in alphabetical order
// behind id and object, as Stripe writes them.
//
// The object of an event that a transition of an intent or a session made is a [Snapshot]: it becomes
// one of these when somebody asks, by rendering it or by [Event.Value]. So to tell
// of a transition costs little where nobody listens.
//
// What this library does not model it renders as Stripe does where there is
// nothing to say: null, or the value of an account without settings. What Stripe
// draws at random, such as an authorization code, is derived from the id, so that
// the same state has the same bytes.
//
// # Versions
//
// There is one shape, the newest. What an older version shows differently is a
// dated, named [Change]; [Changes] lists them, and [Versions] their dates. To render at a version is to
// render the newest shape with the changes undone that are newer. A key that
// Stripe added without a break is a change too: a rendering at an old version has
// the keys that bodies had when that version was new, as recorded.
//
// An event that only old versions know has [Event.Until]; [ForVersion] leaves out
// what an endpoint of some version is not sent.
//
// # Errors
//
// [ErrorBody] turns a refusal into Stripe's error, [Declined] and [DeclinedSetup] a
// transition in which an attempt failed. All return the HTTP status and the body.
package webhook

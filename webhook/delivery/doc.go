// Package delivery takes webhook events to their endpoints, and receives them there.
//
// An [Endpoint] says who is sent what, and [Endpoint.Wants] whether it is to be sent an
// event. A [Delivery] is a machine: one event on its way to one endpoint, with attempts,
// retries and manual attempts. [Fan] makes the deliveries of an event. A [Sender] makes
// the attempts over HTTP, and a [Receiver] is the http.Handler at the other end. The two
// halves need each other only in tests.
//
// # Sending
//
// [Apply] takes a delivery, a command and a time, and returns a [Transition], or a
// refusal that changes nothing. Whoever applies stores After and schedules Deferred,
// both or neither, in any capture.Scheduler. When work is due, [Work] does it:
//
//	t, err := delivery.Work(ctx, sender, d, work, clock.Now())
//
// The timer delivery.attempt begins an attempt, and the job delivery.send makes it. In
// between the attempt is stored as a status, attempting, so that a crash loses nothing:
// the job is there still, and posts again. Delivery is at least once (DOC-WH).
//
// Every attempt sends the same event id and the same body, to the byte, with a new
// timestamp and new signatures: one for each secret that is valid. Any 2xx is a
// success. Anything else is a failure, redirects, time-outs and connections that break
// among them, and is tried again as [ScheduleFor] says. An endpoint that is disabled or
// deleted when an attempt is due ends the delivery for good.
//
// [Resend] is a manual attempt, up to 30 days after the event was created. It stands beside
// the automatic ones: a 2xx to it does not stop them (DOC-WH), but [PendingWebhooks]
// counts it as an answer.
//
// # Receiving
//
// A [Receiver] answers 2xx only after the handler has returned nil. It keeps duplicates
// away by event id, through a [Seen], which remembers an event only when it was handled;
// of two deliveries at once one waits for the other.
//
// # Secrets
//
// Neither half logs a secret, a signature, a body or a URL. A [Secret] prints as
// whsec_*** and logs so too; only encoding/json writes it, for storage.
//
// # The table
//
//	(none)
//	  create  pending  an event is to go to an endpoint; the first attempt is due at once
//	pending
//	  attempt  attempting  the next automatic attempt is due
//	  resend   resending   somebody asks for an attempt ahead of time
//	attempting
//	  respond  succeeded, pending, failed  2xx is a success; anything else is tried again, until no retry is left
//	  miss     pending, failed             no answer came
//	  abandon  abandoned                   the endpoint is disabled or deleted, which ends the delivery for good
//	resending
//	  respond  pending, succeeded, failed, abandoned  back to where it was, whatever the answer
//	  miss     pending, succeeded, failed, abandoned  back to where it was
//	  abandon  pending, succeeded, failed, abandoned  back to where it was: only an attempt that is due ends a delivery
//	succeeded
//	  resend  resending  somebody asks for it once more
//	failed
//	  resend  resending  somebody asks for it after all
//	abandoned
//	  resend  resending  somebody asks for it; the endpoint may be there again
//
// # The matrix
//
//	         (none)   pending     attempting  resending  succeeded  failed     abandoned
//	create   pending  ·           ·           ·          ·          ·          ·
//	attempt  ·        attempting  ·           ·          ·          ·          ·
//	resend   ·        resending   ·           ·          resending  resending  resending
//	respond  ·        ·           succeeded   pending    ·          ·          ·
//	                              pending     succeeded
//	                              failed      failed
//	                                          abandoned
//	miss     ·        ·           pending     pending    ·          ·          ·
//	                              failed      succeeded
//	                                          failed
//	                                          abandoned
//	abandon  ·        ·           abandoned   pending    ·          ·          ·
//	                                          succeeded
//	                                          failed
//	                                          abandoned
package delivery

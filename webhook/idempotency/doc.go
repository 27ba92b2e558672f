// Package idempotency is Stripe's Idempotency-Key as a value machine, for any HTTP layer.
//
// A [Record] is one key in one scope. Load it, the zero Record where there is none, tell
// it of the request with [Begin], and store what comes back before anything else is done,
// so that of several requests at once one wins:
//
//	t, err := idempotency.Apply(record, idempotency.Begin{Scope: account, Key: key, Request: request}, clock.Now())
//
// There are three outcomes. An error: another request with the key is running, or the key
// belongs to another request; webhook.ErrorBody makes Stripe's body of it. An answer in
// [Transition.Replay]: send it, byte for byte, with [HeaderReplayed]. Or [Transition.Execute]:
// execute the request, and then tell the key [Finish] with the answer, whatever its
// status, in the same database transaction as the effect where that is possible; or
// [Reject] if nothing was executed.
//
// A key is kept for a day from its first use ([Retention]), which is deferred work:
// schedule what a transition owes, and apply what [Resume] says when it is due.
//
// # The table
//
//	(none)
//	  begin  executing  the first request with the key is to be executed
//	executing
//	  finish  completed  the answer is stored, whatever its status
//	  reject  released   nothing was executed, so nothing is stored
//	  prune   released   nobody has finished it in a day
//	completed
//	  begin  completed, executing  the answer is replayed, and nothing happens; after a day the key is new
//	  prune  released              it was kept for a day
//	released
//	  begin  executing  the key is new again
//
// # The matrix
//
//	        (none)     executing  completed  released
//	begin   executing  ·          completed  executing
//	                              executing
//	finish  ·          completed  ·          ·
//	reject  ·          released   ·          ·
//	prune   ·          released   released   ·
package idempotency

package idempotency

import "iter"

// Evolve returns the record after an event. It never fails and allocates nothing.
func Evolve(r Record, e Event) Record {
	fold(&r, e)
	return r
}

// Replay folds events into a record, from the zero Record. What replays an answer is
// [Transition.Replay].
func Replay(events iter.Seq[Event]) Record {
	var r Record
	for e := range events {
		fold(&r, e)
	}
	return r
}

func fold(r *Record, e Event) {
	switch e := e.(type) {
	case Begun:
		*r = Record{Scope: e.Scope, Key: e.Key, Status: StatusExecuting, Request: e.Request, Began: e.At}
	case Finished:
		r.Status, r.Answer = StatusCompleted, e.Answer
	case Rejected, Pruned:
		*r = Record{Scope: r.Scope, Key: r.Key, Status: StatusReleased}
	}
}

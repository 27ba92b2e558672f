package intents

import "strconv"

// DeferredKind names a sort of deferred work, as noun.verb. Stored names never change.
type DeferredKind string

// Deferred is work that a state owes the future. It carries no payload, because
// all that it needs is in the state, and it is never canceled: work that the
// state no longer owes is stale, and doing stale work is a no-op. So a database
// row, a queue job or a workflow timer can hold one for as long as it likes.
type Deferred struct {
	// Kind says what to do.
	Kind DeferredKind
	// Subject is the id of the object that owes the work.
	Subject string
	// NotBefore is the earliest instant at which the work may be done. Later is normal.
	NotBefore Time
}

// Key identifies the work: the same debt has the same key each time it is
// scheduled, so a queue can use it to keep one copy of what is pending. What was done
// can be owed again under the same key, within the same second: a queue must not
// remember keys beyond that, and an acquirer is given another key, such as
// paymentintent's AttemptKey.
func (d Deferred) Key() string {
	return d.Subject + "/" + string(d.Kind) + "/" + strconv.FormatInt(int64(d.NotBefore), 10)
}

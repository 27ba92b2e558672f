package idempotency

import (
	"time"
	"unicode/utf8"

	"github.com/payintent/intents"
)

// Codes of refusals. webhook.ErrorBody knows both.
const (
	// CodeInUse is Stripe's code for a key whose first request is running: HTTP 409.
	CodeInUse = "idempotency_key_in_use"
	// CodeOtherRequest is the code of the *intents.InvalidError for a key that was first
	// used for another request. It is this library's own: Stripe answers with HTTP 400,
	// type idempotency_error and no code.
	CodeOtherRequest = "idempotency_key_other_request"
)

// Decide returns the events that a command makes of a record at a time: none where the
// stored answer is to be replayed. The time has to be set. Then it asks the table, and
// then the command's contents. A refusal is an *intents.StateError or an *intents.InvalidError.
func Decide(r Record, cmd Command, now time.Time) ([]Event, error) {
	e, err := decide(&r, cmd, intents.TimeOf(now))
	if e == nil || err != nil {
		return nil, err
	}
	return []Event{e}, nil
}

// decide returns the one event of a command, or nil: no command makes more.
func decide(r *Record, cmd Command, now intents.Time) (Event, error) {
	if now <= 0 || now > lastTime {
		return nil, invalid("now", "", "the time is not set, or after the year 9999")
	}
	switch cmd.(type) {
	case Begin, Finish, Reject, Prune:
	default:
		return nil, invalid("command", "", nilOrPointer)
	}
	if err := legal(r, cmd.command()); err != nil {
		return nil, err
	}
	switch cmd := cmd.(type) {
	case Begin:
		return r.begin(cmd, now)
	case Finish:
		if why := cmd.Answer.check(); why != "" {
			return nil, invalid("answer", "", why)
		}
		return Finished(cmd), nil
	case Reject:
		return Rejected{}, nil
	case Prune:
		if now < r.Began.Add(Retention) {
			return nil, invalid("began", "", "a key is kept for 24 hours")
		}
		return Pruned{}, nil
	}
	return nil, invalid("command", "", nilOrPointer)
}

const nilOrPointer = "the command is nil or a pointer"

func (r *Record) begin(b Begin, now intents.Time) (Event, error) {
	if why := badKey(b.Key); why != "" {
		return nil, invalid("idempotency_key", "", "Invalid Idempotency-Key: "+why)
	}
	if !utf8.ValidString(b.Scope) {
		return nil, invalid("scope", "", "it is not valid UTF-8")
	}
	if r.Status != StatusNone && (b.Key != r.Key || b.Scope != r.Scope) {
		return nil, invalid("key", "", "the record is another key's")
	}
	if why := b.Request.check(); why != "" {
		return nil, invalid("request", "", why)
	}
	kept := r.Status == StatusCompleted && now < r.Began.Add(Retention)
	switch {
	case kept && b.Request == r.Request:
		return nil, nil //nolint:nilnil // the answer is there, and nothing happens
	case kept:
		return nil, invalid("idempotency_key", CodeOtherRequest,
			"Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '"+
				r.Key+"' if you meant to execute a different request.")
	}
	return Begun{Scope: b.Scope, Key: b.Key, Request: b.Request, At: now}, nil
}

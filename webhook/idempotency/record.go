package idempotency

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"time"
	"unicode/utf8"

	"github.com/payintent/intents"
)

// Status is where a key is in its life. The names are this library's.
type Status string

const (
	// StatusNone is the status of the zero Record: the key was never used.
	StatusNone Status = ""
	// StatusExecuting has its first request running.
	StatusExecuting Status = "executing"
	// StatusCompleted has the answer of its first request, which is replayed.
	StatusCompleted Status = "completed"
	// StatusReleased is new again: the request was rejected before it was executed, or
	// time has pruned the key. The row may be deleted.
	StatusReleased Status = "released"
)

// Retention is how long a key is kept from its first use: at least 24 hours (DOC-IDEM).
const Retention = 24 * time.Hour

// MaxKey is how many characters a key may have (DOC-IDEM); counted in Unicode code
// points, which is INFERRED.
const MaxKey = 255

// The headers of Stripe's interface.
const (
	// HeaderKey carries the key of a POST. GET and DELETE ignore it (DOC-IDEM).
	HeaderKey = "Idempotency-Key"
	// HeaderReplayed is "true" in an answer that was stored (OBS-IDEM-MSG).
	HeaderReplayed = "Idempotent-Replayed"
)

// Request identifies what a request asks for: two are the same exactly if they are ==.
// It holds no parameters, which may be card numbers.
type Request struct {
	// Endpoint is method and path, such as "POST /v1/refunds".
	Endpoint string `json:"endpoint,omitzero"`
	// Digest is the SHA-256 of the parameters, in hex.
	Digest string `json:"digest,omitzero"`
}

// NewRequest returns the Request of a method, a path and the decoded parameters. The
// order of keys does not count, that of several values of one key does; expand is a
// parameter as any other. Stripe's canonical form is UNVERIFIED (facts 5).
func NewRequest(method, path string, params url.Values) Request {
	sum := sha256.Sum256([]byte(params.Encode()))
	return Request{Endpoint: method + " " + path, Digest: hex.EncodeToString(sum[:])}
}

// Record is a key and what became of its first request: a comparable value. The zero
// Record is a key that was never used. Times are in UTC.
type Record struct {
	// Scope is whose key it is: the caller's part, such as "acct_1/test". Keys of
	// different scopes have nothing to do with each other.
	Scope  string `json:"scope,omitzero"`
	Key    string `json:"key,omitzero"`
	Status Status `json:"status,omitzero"`
	// Request is the first request. It is zero where the key is released.
	Request Request `json:"request,omitzero"`
	// Began is when the first request came, from which the retention counts.
	Began intents.Time `json:"began,omitzero"`
	// Answer is the stored answer of a completed request.
	Answer Answer `json:"answer,omitzero"`
}

// Answer is an HTTP answer that is replayed byte for byte.
type Answer struct {
	// Code is the HTTP status: any, 402 and 500 included (DOC-IDEM).
	Code int `json:"code,omitzero"`
	// Body is UTF-8, as JSON is.
	Body string `json:"body,omitzero"`
}

// ID identifies a key in its scope: the subject of its deferred work.
func ID(scope, key string) string { return url.PathEscape(scope) + "/" + key }

// lastTime is the last second of the year 9999 less the retention, so that no sum overflows.
const lastTime = intents.Time(253402300799 - int64(Retention/time.Second))

// Check returns an *intents.InvalidError with code corrupt_state that names the field when r
// breaks an invariant.
func Check(r Record) error { return check(&r) }

func check(r *Record) error {
	if r.Status == StatusNone {
		if *r != (Record{}) {
			return corrupt("status", "a key that was never used has contents")
		}
		return nil
	}
	if badKey(r.Key) != "" {
		return corrupt("key", badKey(r.Key))
	}
	if !utf8.ValidString(r.Scope) {
		return corrupt("scope", "it is not valid UTF-8")
	}
	switch r.Status {
	case StatusExecuting, StatusCompleted:
		if r.Request.check() != "" {
			return corrupt("request", r.Request.check())
		}
		if r.Began <= 0 || r.Began > lastTime {
			return corrupt("began", "it is out of range")
		}
	case StatusReleased:
		if r.Request != (Request{}) || r.Began != 0 {
			return corrupt("request", "a released key has one")
		}
	case StatusNone:
		return corrupt("status", "it is empty")
	default:
		return corrupt("status", "it is unknown: "+string(r.Status))
	}
	if r.Status == StatusCompleted {
		if why := r.Answer.check(); why != "" {
			return corrupt("answer", why)
		}
	} else if r.Answer != (Answer{}) {
		return corrupt("answer", "only a completed request has one")
	}
	return nil
}

func badKey(key string) string {
	switch {
	case key == "":
		return "it is empty"
	case !utf8.ValidString(key):
		return "it is not valid UTF-8"
	case utf8.RuneCountInString(key) > MaxKey:
		return "it has more than 255 characters"
	}
	return ""
}

func (r *Request) check() string {
	switch {
	case r.Endpoint == "" || r.Digest == "":
		return "it does not say what is asked for"
	case !utf8.ValidString(r.Endpoint) || !utf8.ValidString(r.Digest):
		return "it is not valid UTF-8"
	}
	return ""
}

func (a *Answer) check() string {
	const least, most = 200, 599
	switch {
	case a.Code < least || a.Code > most:
		return "it has no final HTTP status"
	case !utf8.ValidString(a.Body):
		return "its body is not valid UTF-8"
	}
	return ""
}

func corrupt(field, why string) error {
	return &intents.InvalidError{Param: field, Code: intents.CodeCorruptState, Message: why}
}

func invalid(param, code, message string) error {
	return &intents.InvalidError{Param: param, Code: code, Message: message}
}

package delivery

import (
	"time"
	"unicode/utf8"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/ids"
	"github.com/payintent/intents/webhook"
)

// Status is where a delivery is in its life. Stripe has no object for it; the names
// are this library's.
type Status string

const (
	// StatusNone is the status of the zero Delivery.
	StatusNone Status = ""
	// StatusPending waits for the time of its next automatic attempt.
	StatusPending Status = "pending"
	// StatusAttempting has an automatic attempt under way.
	StatusAttempting Status = "attempting"
	// StatusResending has a manual attempt under way.
	StatusResending Status = "resending"
	// StatusSucceeded was answered with 2xx: no automatic attempt follows.
	StatusSucceeded Status = "succeeded"
	// StatusFailed has no retry left.
	StatusFailed Status = "failed"
	// StatusAbandoned found its endpoint disabled or deleted when an attempt was due.
	StatusAbandoned Status = "abandoned"
)

// Reason says why an attempt failed, or why there was none.
type Reason string

const (
	// ReasonStatus means that the endpoint answered, and not with 2xx.
	ReasonStatus Reason = "status"
	// ReasonRedirect means that it answered with 3xx, which is not followed (DOC-WH).
	ReasonRedirect Reason = "redirect"
	// ReasonTimeout means that no answer came in time.
	ReasonTimeout Reason = "timeout"
	// ReasonConnection means that there was no connection, no TLS, or no whole answer.
	ReasonConnection Reason = "connection"
	// ReasonDisabled means that the endpoint was disabled when the attempt was due.
	ReasonDisabled Reason = "endpoint_disabled"
	// ReasonDeleted means that the endpoint was deleted by then.
	ReasonDeleted Reason = "endpoint_deleted"
)

// Outcome is what became of an attempt.
type Outcome struct {
	// At is when it ended, in UTC.
	At intents.Time `json:"at,omitzero"`
	// Code is the HTTP status of the answer, or 0 where none came.
	Code int `json:"code,omitzero"`
	// Reason is empty for a success.
	Reason Reason `json:"reason,omitzero"`
}

// Delivery is one event on its way to one endpoint: a comparable value. The zero
// Delivery is not yet created. Times are in UTC.
type Delivery struct {
	ID     string `json:"id,omitzero"`
	Status Status `json:"status,omitzero"`
	// Endpoint is the id of the endpoint, such as we_….
	Endpoint string `json:"endpoint,omitzero"`
	// Event, Type, EventCreated and Livemode are what Body says of the event.
	Event        string       `json:"event,omitzero"`
	Type         string       `json:"type,omitzero"`
	EventCreated intents.Time `json:"event_created,omitzero"`
	Livemode     bool         `json:"livemode,omitzero"`
	// Body is what every attempt sends, to the byte.
	Body    string       `json:"body,omitzero"`
	Created intents.Time `json:"created,omitzero"`
	// Next is when the next automatic attempt is due, or 0 where none is to come.
	Next intents.Time `json:"next,omitzero"`
	// Began is when the attempt under way began, or 0 where none is.
	Began intents.Time `json:"began,omitzero"`
	// Back is the status that a manual attempt returns to.
	Back Status `json:"back,omitzero"`
	// Answered is when the endpoint first answered 2xx, to whichever attempt, or 0.
	Answered intents.Time `json:"answered,omitzero"`
	// Attempts counts the automatic attempts that have ended, Resends the manual ones.
	Attempts int `json:"attempts,omitzero"`
	Resends  int `json:"resends,omitzero"`
	// Last is the outcome of the attempt that ended last.
	Last Outcome `json:"last,omitzero"`
}

// ID returns the id of the delivery of an event to an endpoint. It is derived, so
// that an event which is handed out twice makes one delivery.
func ID(event, endpoint string) string { return ids.Derive("dlv_", event+"/"+endpoint, 0) }

// Fan returns what creates the deliveries of an event: one command for each endpoint
// that wants it, in their order, with the body in the endpoint's API version. The
// body's pending_webhooks is how many they are: none of them has answered yet (facts 4.1).
func Fan(e webhook.Event, endpoints ...Endpoint) []Create {
	var creates []Create
	for i := range endpoints {
		if endpoints[i].Wants(e) {
			creates = append(creates, Create{ID: ID(e.ID, endpoints[i].ID), Endpoint: endpoints[i].ID})
		}
	}
	e.PendingWebhooks = len(creates)
	n := 0
	for i := range endpoints {
		if endpoints[i].Wants(e) {
			creates[n].Body = string(e.Render(endpoints[i].APIVersion))
			n++
		}
	}
	return creates
}

// PendingWebhooks counts the deliveries, all of one event, that no 2xx has answered
// yet: Stripe's pending_webhooks. A 2xx to a manual attempt counts as an answer.
func PendingWebhooks(deliveries ...Delivery) int {
	n := 0
	for i := range deliveries {
		if deliveries[i].Status != StatusNone && deliveries[i].Answered == 0 {
			n++
		}
	}
	return n
}

// success reports whether an HTTP status is one: any 2xx (DOC-WH).
func success(code int) bool { return code/100 == 2 }

// reasonOf says why an answer that is no success failed.
func reasonOf(code int) Reason {
	if code/100 == 3 {
		return ReasonRedirect
	}
	return ReasonStatus
}

// ResendWindow is how long after an event's creation it can be sent again by hand:
// 30 days with the CLI; the Dashboard offers it for 15 (DOC-WH).
const ResendWindow = 30 * 24 * time.Hour

// lastTime is the last second of the year 9999, after which RFC 3339 and JSON have no
// times and sums of times would overflow in the end.
const lastTime intents.Time = 253402300799

// Check returns an *intents.InvalidError with code corrupt_state that names the field
// when d breaks an invariant, in full: it also reads the body.
func Check(d Delivery) error {
	if err := check(&d); err != nil || d.Status == StatusNone {
		return err
	}
	e, err := webhook.Decode([]byte(d.Body))
	switch {
	case err != nil:
		return corrupt("body", "it is no event: "+err.Error())
	case e.ID != d.Event || e.Type != d.Type || e.Created != d.EventCreated || e.Livemode != d.Livemode:
		return corrupt("body", "it is another event")
	case !utf8.ValidString(d.ID):
		return corrupt("id", "it is not valid UTF-8")
	case !utf8.ValidString(d.Endpoint):
		return corrupt("endpoint", "it is not valid UTF-8")
	}
	return nil
}

// check holds the invariants that Apply asks of every state: those that do not read
// the body, and so cost nanoseconds.
func check(d *Delivery) error {
	if d.Status == StatusNone {
		if *d != (Delivery{}) {
			return corrupt("status", "a delivery that was never created has contents")
		}
		return nil
	}
	switch {
	case d.ID == "":
		return corrupt("id", "it is empty")
	case d.Endpoint == "":
		return corrupt("endpoint", "it is empty")
	case d.Event == "" || d.Type == "" || d.Body == "":
		return corrupt("event", "it is empty")
	case d.Created <= 0 || d.Created > lastTime:
		return corrupt("created", "it is out of range")
	case d.EventCreated <= 0 || d.EventCreated > lastTime:
		return corrupt("event_created", "it is out of range")
	case d.Attempts < 0 || d.Attempts > ScheduleFor(d.Livemode).Retries+1:
		return corrupt("attempts", "it is out of range")
	case d.Resends < 0:
		return corrupt("resends", "it is negative")
	case d.Answered < 0 || d.Answered > lastTime || d.Answered != 0 && d.Attempts+d.Resends == 0:
		return corrupt("answered", "nothing was sent, or it is out of range")
	case d.Last == (Outcome{}) != (d.Attempts+d.Resends == 0):
		return corrupt("last", "it does not fit the number of attempts")
	}
	return d.checkStatus()
}

// checkStatus holds the invariants that couple the status to the times.
func (d *Delivery) checkStatus() error {
	switch d.Status {
	case StatusAttempting, StatusResending:
		if d.Began <= 0 || d.Began > lastTime {
			return corrupt("began", "an attempt is under way since a time out of range")
		}
	case StatusPending, StatusSucceeded, StatusFailed, StatusAbandoned:
		if d.Began != 0 {
			return corrupt("began", "no attempt is under way")
		}
	case StatusNone:
		return corrupt("status", "it is empty")
	default:
		return corrupt("status", "it is unknown: "+string(d.Status))
	}
	resting := d.Status
	if d.Status == StatusResending {
		resting = d.Back
	}
	return d.checkResting(resting)
}

// checkResting holds what is so in a status, and while a manual attempt will return to it.
func (d *Delivery) checkResting(s Status) error {
	resends := d.Status == StatusResending
	if !resends && d.Back != "" {
		return corrupt("back", "no manual attempt is under way")
	}
	switch s {
	case StatusPending:
		if d.Next <= 0 || d.Next > lastTime {
			return corrupt("next", "it is out of range")
		}
		return nil
	case StatusSucceeded:
		if d.Answered == 0 || d.Attempts == 0 {
			return corrupt("answered", "nobody has answered")
		}
	case StatusFailed, StatusAbandoned:
		if d.Attempts == 0 {
			return corrupt("attempts", "no attempt has ended")
		}
	case StatusAttempting:
		if resends {
			return corrupt("back", "a manual attempt can't return there")
		}
	case StatusNone, StatusResending:
		return corrupt("back", "a manual attempt can't return there")
	default:
		return corrupt("back", "it is unknown: "+string(s))
	}
	if d.Next != 0 {
		return corrupt("next", "no automatic attempt is to come")
	}
	return nil
}

func corrupt(field, why string) error {
	return &intents.InvalidError{Param: field, Code: intents.CodeCorruptState, Message: why}
}

func invalid(param, code, message string) error {
	return &intents.InvalidError{Param: param, Code: code, Message: message}
}

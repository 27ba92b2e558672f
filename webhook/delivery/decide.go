package delivery

import (
	"time"
	"unicode/utf8"

	"github.com/payintent/intents"
	"github.com/payintent/intents/webhook"
)

// Decide returns the event that a command makes of a delivery at a time. The time has
// to be set. Then it asks the table, and then the command's contents. A refusal is an
// *intents.StateError or an *intents.InvalidError.
func Decide(d Delivery, cmd Command, now time.Time) ([]Event, error) {
	e, err := decide(&d, cmd, intents.TimeOf(now))
	if err != nil {
		return nil, err
	}
	return []Event{e}, nil
}

// decide returns the one event of a command: none makes more, and none makes less.
func decide(d *Delivery, cmd Command, now intents.Time) (Event, error) {
	if now <= 0 || now > lastTime {
		return nil, invalid("now", "", "the time is not set, or after the year 9999")
	}
	switch cmd.(type) {
	case Create, Attempt, Respond, Miss, Abandon, Resend:
	default:
		return nil, invalid("command", "", nilOrPointer)
	}
	if err := legal(d, cmd.command()); err != nil {
		return nil, err
	}
	switch cmd := cmd.(type) {
	case Create:
		return create(cmd, now)
	case Attempt:
		if now < d.Next {
			return nil, invalid("next", "", "the next attempt is not due yet")
		}
		return Attempted{At: now}, nil
	case Respond:
		return d.respond(cmd, now)
	case Miss:
		if cmd.Reason != ReasonTimeout && cmd.Reason != ReasonConnection {
			return nil, invalid("reason", "", "an answer is missed for timeout or connection, not for "+string(cmd.Reason))
		}
		return d.failed(0, cmd.Reason, now), nil
	case Abandon:
		if cmd.Reason != ReasonDisabled && cmd.Reason != ReasonDeleted {
			return nil, invalid("reason", "", "a delivery is abandoned for endpoint_disabled or endpoint_deleted, not for "+string(cmd.Reason))
		}
		return Abandoned{At: now, Reason: cmd.Reason}, nil
	case Resend:
		if now > d.EventCreated.Add(ResendWindow) {
			return nil, invalid("event", "", "The event is more than 30 days old and can't be sent again.")
		}
		return Resent{At: now}, nil
	}
	return nil, invalid("command", "", nilOrPointer)
}

const nilOrPointer = "the command is nil or a pointer"

// create reads the body, which has to be an event: what is sent has to make sense to
// whoever gets it, and the retry schedule depends on livemode.
func create(c Create, now intents.Time) (Event, error) {
	switch {
	case c.ID == "" || !utf8.ValidString(c.ID):
		return nil, invalid("id", "parameter_missing", "a delivery needs an id, in UTF-8")
	case c.Endpoint == "" || !utf8.ValidString(c.Endpoint):
		return nil, invalid("endpoint", "parameter_missing", "a delivery needs the id of an endpoint, in UTF-8")
	}
	e, err := webhook.Decode([]byte(c.Body))
	if err != nil {
		return nil, invalid("body", "", "it is no event: "+err.Error())
	}
	if e.Created <= 0 || e.Created > lastTime {
		return nil, invalid("body", "", "it is an event of no known time")
	}
	return Created{
		ID: c.ID, Endpoint: c.Endpoint, Event: e.ID, Type: e.Type, EventCreated: e.Created, Livemode: e.Livemode,
		Body: c.Body, At: now,
	}, nil
}

func (d *Delivery) respond(r Respond, now intents.Time) (Event, error) {
	const least, most = 100, 999 // three digits (RFC 9110)
	if r.Code < least || r.Code > most {
		return nil, invalid("code", "", "it is no HTTP status")
	}
	if success(r.Code) {
		return Succeeded{At: now, Code: r.Code}, nil
	}
	return d.failed(r.Code, reasonOf(r.Code), now), nil
}

// failed says when the attempt under way is made again, if ever. A manual attempt is not.
func (d *Delivery) failed(code int, why Reason, now intents.Time) Failed {
	e := Failed{At: now, Code: code, Reason: why}
	if d.Status != StatusAttempting {
		return e
	}
	s := ScheduleFor(d.Livemode)
	wait, again := s.After(d.Attempts + 1)
	if retry := now.Add(wait); again && retry <= d.Created.Add(s.Window) && retry <= lastTime {
		e.Retry = retry
	}
	return e
}

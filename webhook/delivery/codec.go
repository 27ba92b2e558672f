package delivery

import (
	"encoding/json"

	"github.com/payintent/intents/internal/stored"
)

// MarshalEvent returns the stored JSON of an event, {"type": "delivery.attempted", "data": {…}}.
// Its names never change. It refuses nil and pointers with an *intents.InvalidError
// about the parameter event.
func MarshalEvent(e Event) ([]byte, error) {
	switch e.(type) {
	case Created, Attempted, Resent, Succeeded, Failed, Abandoned:
		return stored.Write("event", e.Name(), e)
	default:
		return nil, invalid("event", "", "the event is nil or a pointer")
	}
}

// UnmarshalEvent returns the event of a stored JSON. What is none is refused with an
// *intents.InvalidError: about the parameter type where it names no event of this
// package, else about the parameter event.
func UnmarshalEvent(data []byte) (Event, error) {
	return stored.Read("event", data, eventReaders[:])
}

// MarshalCommand returns the stored JSON of a command, for a queue or a log. It
// refuses nil and pointers with an *intents.InvalidError about the parameter command.
func MarshalCommand(c Command) ([]byte, error) {
	switch c.(type) {
	case Create, Attempt, Respond, Miss, Abandon, Resend:
		return stored.Write("command", string(c.Name()), c)
	default:
		return nil, invalid("command", "", nilOrPointer)
	}
}

// UnmarshalCommand returns the command of a stored JSON. Its errors are those of
// [UnmarshalEvent], about the parameters type and command.
func UnmarshalCommand(data []byte) (Command, error) {
	return stored.Read("command", data, commandReaders[:])
}

func readEvent[E Event](data []byte) (Event, error) {
	var e E
	err := json.Unmarshal(data, &e)
	return e, err
}

func readCommand[C Command](data []byte) (Command, error) {
	var c C
	err := json.Unmarshal(data, &c)
	return c, err
}

// eventReaders are the events by their stored names.
//
//nolint:gochecknoglobals // read-only data
var eventReaders = [...]stored.Reader[Event]{
	{Name: "delivery.created", Read: readEvent[Created]},
	{Name: "delivery.attempted", Read: readEvent[Attempted]},
	{Name: "delivery.resent", Read: readEvent[Resent]},
	{Name: "delivery.succeeded", Read: readEvent[Succeeded]},
	{Name: "delivery.failed", Read: readEvent[Failed]},
	{Name: "delivery.abandoned", Read: readEvent[Abandoned]},
}

// commandReaders are the commands by their stored names.
//
//nolint:gochecknoglobals // read-only data
var commandReaders = [...]stored.Reader[Command]{
	{Name: "create", Read: readCommand[Create]},
	{Name: "attempt", Read: readCommand[Attempt]},
	{Name: "respond", Read: readCommand[Respond]},
	{Name: "miss", Read: readCommand[Miss]},
	{Name: "abandon", Read: readCommand[Abandon]},
	{Name: "resend", Read: readCommand[Resend]},
}

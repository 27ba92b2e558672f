package capture

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// stored is the stored form of an event or a command.
type stored[Data any] struct {
	Type string `json:"type"`
	Data Data   `json:"data"`
}

// MarshalEvent returns the stored form of an event, {"type":"charge.settled","data":{…}}.
// Its names never change. A nil event, a pointer to one, and one that carries pairs
// which are not canonical are refused with an *intents.InvalidError.
func MarshalEvent(e Event) ([]byte, error) {
	switch e := e.(type) {
	case Authorized, Submitted, Declined, Failed, Collected, Captured, Settled, Incremented, IncrementDeclined,
		Released, Expired, Refunded, RefundUpdated, DisputeOpened:
		return encode("event", stored[Event]{e.Name(), e})
	default:
		return nil, invalid("event", "", "the event is nil or a pointer")
	}
}

// UnmarshalEvent returns the event that [MarshalEvent] stored. What is not the stored
// form of an event is refused with an *intents.InvalidError about type, where no event has that
// name, or else about event. Fields that it does not know are left out, so that an older
// release reads what a newer one wrote; what can't be left out gets a new name.
func UnmarshalEvent(data []byte) (Event, error) {
	s, err := decode[stored[json.RawMessage]]("event", data)
	if err != nil {
		return nil, err
	}
	switch s.Type {
	case Authorized{}.Name():
		return event(decode[Authorized]("event", s.Data))
	case Submitted{}.Name():
		return event(decode[Submitted]("event", s.Data))
	case Declined{}.Name():
		return event(decode[Declined]("event", s.Data))
	case Failed{}.Name():
		return event(decode[Failed]("event", s.Data))
	case Collected{}.Name():
		return event(decode[Collected]("event", s.Data))
	case Captured{}.Name():
		return event(decode[Captured]("event", s.Data))
	case Settled{}.Name():
		return event(decode[Settled]("event", s.Data))
	case Incremented{}.Name():
		return event(decode[Incremented]("event", s.Data))
	case IncrementDeclined{}.Name():
		return event(decode[IncrementDeclined]("event", s.Data))
	case Released{}.Name():
		return event(decode[Released]("event", s.Data))
	case Expired{}.Name():
		return event(decode[Expired]("event", s.Data))
	case Refunded{}.Name():
		return event(decode[Refunded]("event", s.Data))
	case RefundUpdated{}.Name():
		return event(decode[RefundUpdated]("event", s.Data))
	case DisputeOpened{}.Name():
		return event(decode[DisputeOpened]("event", s.Data))
	}
	return nil, invalid("type", "", "no event has the name "+strconv.Quote(s.Type))
}

// MarshalCommand returns the stored form of a command, {"type":"capture","data":{…}}, for
// a queue or a log. Its names never change. A nil command, a pointer to one, and one
// that carries pairs which are not canonical are refused with an *intents.InvalidError.
func MarshalCommand(c Command) ([]byte, error) {
	switch c := c.(type) {
	case Authorize, Submit, Decline, Collect, Capture, Settle, Increment, Release, Expire, RefundCharge, ReportRefund, Dispute:
		return encode("command", stored[Command]{string(c.Name()), c})
	default:
		return nil, invalid("command", "", nilOrPointer)
	}
}

// UnmarshalCommand returns the command that [MarshalCommand] stored. What is not
// the stored form of a command is refused with an *intents.InvalidError about type, where
// no command has that name, or else about command.
func UnmarshalCommand(data []byte) (Command, error) {
	s, err := decode[stored[json.RawMessage]]("command", data)
	if err != nil {
		return nil, err
	}
	switch CommandName(s.Type) {
	case opAuthorize.name():
		return command(decode[Authorize]("command", s.Data))
	case opSubmit.name():
		return command(decode[Submit]("command", s.Data))
	case opDecline.name():
		return command(decode[Decline]("command", s.Data))
	case opCollect.name():
		return command(decode[Collect]("command", s.Data))
	case opCapture.name():
		return command(decode[Capture]("command", s.Data))
	case opSettle.name():
		return command(decode[Settle]("command", s.Data))
	case opIncrement.name():
		return command(decode[Increment]("command", s.Data))
	case opRelease.name():
		return command(decode[Release]("command", s.Data))
	case opExpire.name():
		return command(decode[Expire]("command", s.Data))
	case opRefund.name():
		return command(decode[RefundCharge]("command", s.Data))
	case opReportRefund.name():
		return command(decode[ReportRefund]("command", s.Data))
	case opDispute.name():
		return command(decode[Dispute]("command", s.Data))
	}
	return nil, invalid("type", "", "no command has the name "+strconv.Quote(s.Type))
}

func command[C Command](c C, err error) (Command, error) {
	if err != nil {
		return nil, err
	}
	return c, nil
}

func encode(param string, v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil { // only pairs can refuse, and say why
		return nil, invalid(param, "", err.Error())
	}
	return b, nil
}

// decode reads one JSON object and nothing after it.
func decode[T any](param string, data []byte) (v T, err error) {
	var none T
	if !utf8.Valid(data) { // the decoder would put U+FFFD for each bad byte without a word
		return none, invalid(param, "", "it is not valid UTF-8")
	}
	if !bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{")) { // null would decode to nothing
		return none, invalid(param, "", "it is not the stored form: it is no object")
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return none, invalid(param, "", "it is not the stored form: "+err.Error())
	}
	return v, nil
}

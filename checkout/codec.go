package checkout

import (
	"encoding/json"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/stored"
)

// Stored JSON. An event or a command is an object with its stored name and its
// contents, {"type": "checkout_session.completed", "data": {…}}. What is not set is
// left out. Names never change; a reader takes fields that it does not know, so an
// older release reads what a newer one wrote, as far as it can. A Session needs
// no codec: package encoding/json does it.

// MarshalEvent returns the stored JSON of an event. It refuses nil and pointers,
// and pairs that are not canonical, with an *intents.InvalidError about the
// parameter event; what [Decide] returned it never refuses.
func MarshalEvent(e Event) ([]byte, error) {
	switch e.(type) {
	case Created, Updated, Submitted, Proceeded, Reopened, Completed, PaymentArrived, PaymentLost, Expired:
		return stored.Write("event", e.Name(), e)
	default:
		return nil, invalid("event", "", "the event is nil or a pointer")
	}
}

// UnmarshalEvent returns the event of a stored JSON. What is none is refused with
// an *intents.InvalidError: about the parameter type where it names no event of
// this package, else about the parameter event.
func UnmarshalEvent(data []byte) (Event, error) {
	return stored.Read("event", data, eventReaders[:])
}

// MarshalCommand returns the stored JSON of a command. It refuses nil and
// pointers, and pairs that are not canonical, with an *intents.InvalidError about
// the parameter command.
func MarshalCommand(c Command) ([]byte, error) {
	if _, ok := opOf(c); !ok {
		return nil, invalid("command", "", nilOrPointer)
	}
	return stored.Write("command", string(c.Name()), commandData(c))
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

// eventReaders are the events by their stored names.
//
//nolint:gochecknoglobals // read-only data
var eventReaders = [...]stored.Reader[Event]{
	{Name: evPre + "created", Read: readEvent[Created]},
	{Name: evPre + "updated", Read: readEvent[Updated]},
	{Name: evPre + "submitted", Read: readEvent[Submitted]},
	{Name: evPre + "proceeded", Read: readEvent[Proceeded]},
	{Name: evPre + "reopened", Read: readEvent[Reopened]},
	{Name: evPre + "completed", Read: readEvent[Completed]},
	{Name: evPre + "payment_arrived", Read: readEvent[PaymentArrived]},
	{Name: evPre + "payment_lost", Read: readEvent[PaymentLost]},
	{Name: evPre + "expired", Read: readEvent[Expired]},
}

// readCommand reads a command by the type of its stored form.
func readCommand[D interface{ load() Command }](data []byte) (Command, error) {
	var d D
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, err
	}
	return d.load(), nil
}

// bare reads a command that has no contents.
func bare[C Command]([]byte) (Command, error) {
	var c C
	return c, nil
}

// commandReaders are the commands by their stored names.
//
//nolint:gochecknoglobals // read-only data
var commandReaders = [...]stored.Reader[Command]{
	{Name: "create", Read: readCommand[createData]},
	{Name: "update", Read: readCommand[updateData]},
	{Name: "expire", Read: bare[Expire]},
	{Name: "submit", Read: readCommand[submitData]},
	{Name: "recover", Read: bare[Recover]},
	{Name: "proceed", Read: bare[Proceed]},
	{Name: "reopen", Read: bare[Reopen]},
	{Name: "complete", Read: readCommand[completeData]},
	{Name: "report_paid", Read: readCommand[paidData]},
	{Name: "report_failed", Read: bare[ReportFailed]},
	{Name: "lapse", Read: bare[Lapse]},
}

// commandData returns the stored form of a command's contents.
func commandData(c Command) any {
	switch c := c.(type) {
	case Create:
		return createData(c)
	case Update:
		return updateData{stored.Optional(c.LineItems), stored.Optional(c.Shipping), c.Details, c.Metadata}
	case Submit:
		return submitData{c.PaymentMethod, c.Buyer, c.Accepted, stored.Optional(c.ExpectedAmount)}
	case Complete:
		return completeData(c)
	case ReportPaid:
		return paidData(c)
	case Expire, Recover, Proceed, Reopen, ReportFailed, Lapse:
	}
	return struct{}{}
}

// The stored forms of the commands. A form converts from and to its command, so
// that the compiler keeps their fields in step; those with optional parameters
// write them as pointers.

type createData struct {
	ID                 string                     `json:"id,omitzero"`
	Mode               Mode                       `json:"mode,omitzero"`
	UIMode             UIMode                     `json:"ui_mode,omitzero"`
	APIVersion         intents.Version            `json:"api_version,omitzero"`
	Currency           intents.Currency           `json:"currency,omitzero"`
	LineItems          LineItems                  `json:"line_items,omitzero"`
	Shipping           int64                      `json:"shipping,omitzero"`
	PaymentMethodTypes intents.PaymentMethodTypes `json:"payment_method_types,omitzero"`
	Settings           Settings                   `json:"settings,omitzero"`
	CustomerCreation   CustomerCreation           `json:"customer_creation,omitzero"`
	ExpiresAt          intents.Time               `json:"expires_at,omitzero"`
	Details            intents.Pairs              `json:"details,omitzero"`
	Metadata           intents.Metadata           `json:"metadata,omitzero"`
	RecoveredFrom      string                     `json:"recovered_from,omitzero"`
	Livemode           bool                       `json:"livemode,omitzero"`
}

type updateData struct {
	LineItems *LineItems    `json:"line_items,omitempty"`
	Shipping  *int64        `json:"shipping,omitempty"`
	Details   intents.Pairs `json:"details,omitzero"`
	Metadata  intents.Pairs `json:"metadata,omitzero"`
}

type submitData struct {
	PaymentMethod  intents.PaymentMethod `json:"payment_method,omitzero"`
	Buyer          intents.Pairs         `json:"buyer,omitzero"`
	Accepted       bool                  `json:"accepted,omitzero"`
	ExpectedAmount *int64                `json:"expected_amount,omitempty"`
}

type completeData struct {
	PaymentStatus PaymentStatus `json:"payment_status,omitzero"`
	Subscription  string        `json:"subscription,omitzero"`
	Invoice       string        `json:"invoice,omitzero"`
}

type paidData struct {
	Captured bool `json:"captured,omitzero"`
}

func (d createData) load() Command { return Create(d) }

func (d updateData) load() Command {
	return Update{LineItems: stored.Given(d.LineItems), Shipping: stored.Given(d.Shipping), Details: d.Details, Metadata: d.Metadata}
}

func (d submitData) load() Command {
	return Submit{PaymentMethod: d.PaymentMethod, Buyer: d.Buyer, Accepted: d.Accepted, ExpectedAmount: stored.Given(d.ExpectedAmount)}
}

func (d completeData) load() Command { return Complete(d) }

func (d paidData) load() Command { return ReportPaid(d) }

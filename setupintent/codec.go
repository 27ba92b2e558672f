package setupintent

import (
	"encoding/json"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/stored"
)

// Stored JSON. An event or a command is an object with its stored name and its
// contents, {"type": "setup_intent.confirmed", "data": {…}}. What is not set is
// left out. Names never change; a reader takes fields that it does not know, so an
// older release reads what a newer one wrote, as far as it can. An Intent needs
// no codec: package encoding/json does it.

// MarshalEvent returns the stored JSON of an event. It refuses nil and pointers,
// and pairs that are not canonical, with an *intents.InvalidError about the
// parameter event; what [Decide] returned it never refuses.
func MarshalEvent(e Event) ([]byte, error) {
	switch e.(type) {
	case Created, Updated, Confirmed, ActionRequired, ActionCompleted, Approved, AttemptFailed, Submitted, Collected,
		VerificationFailed, Postponed, Canceled:
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
// the parameter command. Durations are in nanoseconds.
func MarshalCommand(c Command) ([]byte, error) {
	if _, ok := opOf(c); !ok {
		return nil, invalid("command", "", "the command is nil or a pointer")
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
	{Name: "setup_intent.created", Read: readEvent[Created]},
	{Name: "setup_intent.updated", Read: readEvent[Updated]},
	{Name: "setup_intent.confirmed", Read: readEvent[Confirmed]},
	{Name: "setup_intent.action_required", Read: readEvent[ActionRequired]},
	{Name: "setup_intent.action_completed", Read: readEvent[ActionCompleted]},
	{Name: "setup_intent.approved", Read: readEvent[Approved]},
	{Name: "setup_intent.attempt_failed", Read: readEvent[AttemptFailed]},
	{Name: "setup_intent.submitted", Read: readEvent[Submitted]},
	{Name: "setup_intent.collected", Read: readEvent[Collected]},
	{Name: "setup_intent.verification_failed", Read: readEvent[VerificationFailed]},
	{Name: "setup_intent.postponed", Read: readEvent[Postponed]},
	{Name: "setup_intent.canceled", Read: readEvent[Canceled]},
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
	{Name: "confirm", Read: readCommand[confirmData]},
	{Name: "cancel", Read: readCommand[cancelData]},
	{Name: "verify_microdeposits", Read: readCommand[verifyData]},
	{Name: "approve", Read: bare[Approve]},
	{Name: "challenge", Read: readCommand[challengeData]},
	{Name: "decline", Read: readCommand[declineData]},
	{Name: "submit", Read: readCommand[submitData]},
	{Name: "authenticate", Read: bare[Authenticate]},
	{Name: "fail_action", Read: readCommand[failData]},
	{Name: "collect", Read: bare[Collect]},
	{Name: "postpone", Read: readCommand[postponeData]},
	{Name: "expire_action", Read: bare[ExpireAction]},
	{Name: "void", Read: readCommand[voidData]},
}

// commandData returns the stored form of a command's contents.
func commandData(c Command) any {
	switch c := c.(type) {
	case Create:
		return createData(c)
	case Update:
		return updateData{stored.Optional(c.PaymentMethod), stored.Optional(c.PaymentMethodTypes), c.Details, c.Metadata}
	case Confirm:
		return confirmData(c)
	case Cancel:
		return cancelData(c)
	case VerifyMicrodeposits:
		return verifyData(c)
	case Challenge:
		return challengeData(c)
	case Decline:
		return declineData(c)
	case Submit:
		return submitData(c)
	case FailAction:
		return failData(c)
	case Postpone:
		return postponeData(c)
	case Void:
		return voidData(c)
	case Approve, Authenticate, Collect, ExpireAction:
	}
	return struct{}{}
}

// The stored forms of the commands. A form converts from and to its command, so
// that the compiler keeps their fields in step; those with optional parameters
// write them as pointers.

type createData struct {
	ID                      string                     `json:"id,omitzero"`
	APIVersion              intents.Version            `json:"api_version,omitzero"`
	Usage                   Usage                      `json:"usage,omitzero"`
	PaymentMethodTypes      intents.PaymentMethodTypes `json:"payment_method_types,omitzero"`
	Offered                 intents.PaymentMethodTypes `json:"offered,omitzero"`
	PaymentMethod           intents.PaymentMethod      `json:"payment_method,omitzero"`
	Details                 intents.Pairs              `json:"details,omitzero"`
	Metadata                intents.Metadata           `json:"metadata,omitzero"`
	Owner                   string                     `json:"owner,omitzero"`
	ConfirmLimit            uint16                     `json:"confirm_limit,omitzero"`
	AutomaticPaymentMethods bool                       `json:"automatic_payment_methods,omitzero"`
	NoRedirects             bool                       `json:"no_redirects,omitzero"`
	Livemode                bool                       `json:"livemode,omitzero"`
}

type updateData struct {
	PaymentMethod      *intents.PaymentMethod      `json:"payment_method,omitempty"`
	PaymentMethodTypes *intents.PaymentMethodTypes `json:"payment_method_types,omitempty"`
	Details            intents.Pairs               `json:"details,omitzero"`
	Metadata           intents.Pairs               `json:"metadata,omitzero"`
}

type confirmData struct {
	PaymentMethod intents.PaymentMethod `json:"payment_method,omitzero"`
	Details       intents.Pairs         `json:"details,omitzero"`
	Owner         string                `json:"owner,omitzero"`
	ClientSecret  string                `json:"client_secret,omitzero"`
	Publishable   bool                  `json:"publishable,omitzero"`
}

type cancelData struct {
	Reason CancellationReason `json:"reason,omitzero"`
}

type verifyData struct {
	Amounts        [2]int64             `json:"amounts,omitzero"`
	DescriptorCode string               `json:"descriptor_code,omitzero"`
	Outcome        intents.Verification `json:"outcome,omitzero"`
}

type challengeData struct {
	NextAction intents.NextAction `json:"next_action,omitzero"`
	ExpiresIn  time.Duration      `json:"expires_in,omitzero"`
}

type declineData struct {
	Failure intents.Failure `json:"failure,omitzero"`
}

type submitData struct {
	AskIn time.Duration `json:"ask_in,omitzero"`
}

type failData struct {
	Failure intents.Failure `json:"failure,omitzero"`
}

type postponeData struct {
	AskIn time.Duration `json:"ask_in,omitzero"`
}

type voidData struct {
	Owner  string             `json:"owner,omitzero"`
	Reason CancellationReason `json:"reason,omitzero"`
}

func (d createData) load() Command { return Create(d) }
func (d updateData) load() Command {
	return Update{
		PaymentMethod: stored.Given(d.PaymentMethod), PaymentMethodTypes: stored.Given(d.PaymentMethodTypes),
		Details: d.Details, Metadata: d.Metadata,
	}
}
func (d confirmData) load() Command   { return Confirm(d) }
func (d cancelData) load() Command    { return Cancel(d) }
func (d verifyData) load() Command    { return VerifyMicrodeposits(d) }
func (d challengeData) load() Command { return Challenge(d) }
func (d declineData) load() Command   { return Decline(d) }
func (d submitData) load() Command    { return Submit(d) }
func (d failData) load() Command      { return FailAction(d) }
func (d postponeData) load() Command  { return Postpone(d) }
func (d voidData) load() Command      { return Void(d) }

package paymentintent

import (
	"encoding/json"
	"time"
	"unicode/utf8"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// Stored JSON. An event or a command is an object with its stored name and its
// contents, {"type": "payment_intent.captured", "data": {…}}. What is not set is
// left out. Names never change; a reader takes fields that it does not know, so an
// older release reads what a newer one wrote, as far as it can. An Intent needs
// no codec: package encoding/json does it.

// record is what is stored.
type record struct {
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

// MarshalEvent returns the stored JSON of an event. It refuses nil and pointers,
// and pairs that are not canonical, with an *intents.InvalidError about the
// parameter event; what [Decide] returned it never refuses.
func MarshalEvent(e Event) ([]byte, error) {
	switch e.(type) {
	case Created, Updated, Confirmed, ActionRequired, ActionCompleted, Approved, AttemptFailed, Submitted, CustomerNotified,
		Collected, BalanceApplied, PartiallyFunded, Captured, CaptureSubmitted, Settled, AuthorizationIncremented, IncrementDeclined,
		VerificationFailed, Postponed, WindowClosed, Canceled, AuthorizationExpired, Refunded, RefundUpdated, DisputeOpened:
		return store("event", e.Name(), e)
	default:
		return nil, invalid("event", "", "the event is nil or a pointer")
	}
}

// UnmarshalEvent returns the event of a stored JSON. What is none is refused with
// an *intents.InvalidError: about the parameter type where it names no event of
// this package, else about the parameter event.
func UnmarshalEvent(stored []byte) (Event, error) {
	return load("event", stored, eventReaders[:])
}

// MarshalCommand returns the stored JSON of a command. It refuses nil and
// pointers, and pairs that are not canonical, with an *intents.InvalidError about
// the parameter command. Durations are in nanoseconds.
func MarshalCommand(c Command) ([]byte, error) {
	if _, ok := opOf(c); !ok {
		return nil, invalid("command", "", "the command is nil or a pointer")
	}
	return store("command", string(c.Name()), commandData(c))
}

// UnmarshalCommand returns the command of a stored JSON. Its errors are those of
// [UnmarshalEvent], about the parameters type and command.
func UnmarshalCommand(stored []byte) (Command, error) {
	return load("command", stored, commandReaders[:])
}

func store(param, name string, data any) ([]byte, error) {
	raw, err := json.Marshal(data)
	if err == nil {
		raw, err = json.Marshal(record{Type: name, Data: raw})
	}
	if err != nil {
		return nil, invalid(param, "", err.Error())
	}
	return raw, nil
}

// reader reads the contents of what has a stored name.
type reader[T any] struct {
	name string
	read func(data []byte) (T, error)
}

func load[T any](param string, stored []byte, readers []reader[T]) (T, error) {
	var none T
	// The decoder would put U+FFFD for each bad byte without a word.
	if !utf8.Valid(stored) {
		return none, invalid(param, "", notText)
	}
	var r record
	if err := json.Unmarshal(stored, &r); err != nil {
		return none, invalid(param, "", err.Error())
	}
	for i := range readers {
		if readers[i].name != r.Type {
			continue
		}
		if len(r.Data) == 0 || r.Data[0] != '{' {
			return none, invalid(param, "", "data is not an object")
		}
		v, err := readers[i].read(r.Data)
		if err != nil {
			return none, invalid(param, "", err.Error())
		}
		return v, nil
	}
	return none, invalid("type", "", "unknown "+param+": "+r.Type)
}

func readEvent[E Event](data []byte) (Event, error) {
	var e E
	err := json.Unmarshal(data, &e)
	return e, err
}

// eventReaders are the events by their stored names.
//
//nolint:gochecknoglobals // read-only data
var eventReaders = [...]reader[Event]{
	{"payment_intent.created", readEvent[Created]},
	{"payment_intent.updated", readEvent[Updated]},
	{"payment_intent.confirmed", readEvent[Confirmed]},
	{"payment_intent.action_required", readEvent[ActionRequired]},
	{"payment_intent.action_completed", readEvent[ActionCompleted]},
	{"payment_intent.approved", readEvent[Approved]},
	{"payment_intent.attempt_failed", readEvent[AttemptFailed]},
	{"payment_intent.submitted", readEvent[Submitted]},
	{"payment_intent.customer_notified", readEvent[CustomerNotified]},
	{"payment_intent.collected", readEvent[Collected]},
	{"payment_intent.balance_applied", readEvent[BalanceApplied]},
	{"payment_intent.partially_funded", readEvent[PartiallyFunded]},
	{"payment_intent.captured", readEvent[Captured]},
	{"payment_intent.capture_submitted", readEvent[CaptureSubmitted]},
	{"payment_intent.settled", readEvent[Settled]},
	{"payment_intent.authorization_incremented", readEvent[AuthorizationIncremented]},
	{"payment_intent.increment_declined", readEvent[IncrementDeclined]},
	{"payment_intent.verification_failed", readEvent[VerificationFailed]},
	{"payment_intent.postponed", readEvent[Postponed]},
	{"payment_intent.window_closed", readEvent[WindowClosed]},
	{"payment_intent.canceled", readEvent[Canceled]},
	{"payment_intent.authorization_expired", readEvent[AuthorizationExpired]},
	{"payment_intent.refunded", readEvent[Refunded]},
	{"payment_intent.refund_updated", readEvent[RefundUpdated]},
	{"payment_intent.dispute_opened", readEvent[DisputeOpened]},
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
var commandReaders = [...]reader[Command]{
	{"create", readCommand[createData]},
	{"update", readCommand[updateData]},
	{"confirm", readCommand[confirmData]},
	{"capture", readCommand[captureData]},
	{"cancel", readCommand[cancelData]},
	{"increment_authorization", readCommand[incrementData]},
	{"apply_customer_balance", readCommand[applyData]},
	{"verify_microdeposits", readCommand[verifyData]},
	{"refund", readCommand[refundData]},
	{"approve", readCommand[termsData]},
	{"challenge", readCommand[challengeData]},
	{"decline", readCommand[declineData]},
	{"submit", readCommand[submitData]},
	{"notify", readCommand[notifyData]},
	{"authenticate", bare[Authenticate]},
	{"fail_action", readCommand[failData]},
	{"fund", readCommand[fundData]},
	{"collect", readCommand[collectData]},
	{"settle", readCommand[settleData]},
	{"postpone", readCommand[postponeData]},
	{"close_window", bare[CloseWindow]},
	{"report_refund", readCommand[reportData]},
	{"dispute", readCommand[disputeData]},
	{"reverse_authorization", bare[ReverseAuthorization]},
	{"expire_authorization", bare[ExpireAuthorization]},
	{"expire_action", bare[ExpireAction]},
	{"void", readCommand[voidData]},
}

// commandData returns the stored form of a command's contents.
func commandData(c Command) any {
	switch c := c.(type) {
	case Create:
		return createData(c)
	case Update:
		return updateDataOf(&c)
	case Confirm:
		return confirmData(c)
	case Capture:
		return captureData{optional(c.AmountToCapture), optional(c.FinalCapture), c.Details, c.Metadata}
	case Cancel:
		return cancelData(c)
	case IncrementAuthorization:
		return incrementData(c)
	case ApplyCustomerBalance:
		return applyData{optional(c.Amount), c.Terms}
	case VerifyMicrodeposits:
		return verifyData(c)
	case Refund:
		return refundData(c)
	case Approve:
		return termsData(c)
	case Challenge:
		return challengeData(c)
	case Decline:
		return declineData(c)
	case Submit:
		return submitData(c)
	case Notify:
		return notifyData(c)
	case FailAction:
		return failData(c)
	case Fund:
		return fundData(c)
	case Collect:
		return collectData(c)
	case Settle:
		return settleData(c)
	case Postpone:
		return postponeData(c)
	case ReportRefund:
		return reportData(c)
	case Dispute:
		return disputeData(c)
	case Void:
		return voidData(c)
	case Authenticate, CloseWindow, ReverseAuthorization, ExpireAuthorization, ExpireAction:
	}
	return struct{}{}
}

// The stored forms of the commands. A form converts from and to its command, so
// that the compiler keeps their fields in step; those with optional parameters
// write them as pointers.

func optional[T comparable](o intents.Optional[T]) *T {
	if !o.Given {
		return nil
	}
	return &o.Value
}

func given[T comparable](v *T) intents.Optional[T] {
	if v == nil {
		return intents.Optional[T]{}
	}
	return intents.Some(*v)
}

type createData struct {
	ID                      string                     `json:"id,omitzero"`
	Amount                  int64                      `json:"amount,omitzero"`
	Currency                intents.Currency           `json:"currency,omitzero"`
	APIVersion              intents.Version            `json:"api_version,omitzero"`
	CaptureMethod           capture.Method             `json:"capture_method,omitzero"`
	ConfirmationMethod      ConfirmationMethod         `json:"confirmation_method,omitzero"`
	PaymentMethodTypes      intents.PaymentMethodTypes `json:"payment_method_types,omitzero"`
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
	Amount             *int64                      `json:"amount,omitempty"`
	Currency           *intents.Currency           `json:"currency,omitempty"`
	CaptureMethod      *capture.Method             `json:"capture_method,omitempty"`
	PaymentMethod      *intents.PaymentMethod      `json:"payment_method,omitempty"`
	PaymentMethodTypes *intents.PaymentMethodTypes `json:"payment_method_types,omitempty"`
	Details            intents.Pairs               `json:"details,omitzero"`
	Metadata           intents.Pairs               `json:"metadata,omitzero"`
}

func updateDataOf(c *Update) updateData {
	return updateData{
		optional(c.Amount), optional(c.Currency), optional(c.CaptureMethod), optional(c.PaymentMethod), optional(c.PaymentMethodTypes),
		c.Details, c.Metadata,
	}
}

type confirmData struct {
	PaymentMethod         intents.PaymentMethod `json:"payment_method,omitzero"`
	CustomerDefault       intents.PaymentMethod `json:"customer_default,omitzero"`
	CaptureMethod         capture.Method        `json:"capture_method,omitzero"`
	Details               intents.Pairs         `json:"details,omitzero"`
	OffSession            bool                  `json:"off_session,omitzero"`
	ErrorOnRequiresAction bool                  `json:"error_on_requires_action,omitzero"`
	Publishable           bool                  `json:"publishable,omitzero"`
}

type captureData struct {
	AmountToCapture *int64        `json:"amount_to_capture,omitempty"`
	FinalCapture    *bool         `json:"final_capture,omitempty"`
	Details         intents.Pairs `json:"details,omitzero"`
	Metadata        intents.Pairs `json:"metadata,omitzero"`
}

type cancelData struct {
	Reason  CancellationReason `json:"reason,omitzero"`
	Refused bool               `json:"refused,omitzero"`
}

type incrementData struct {
	Amount   int64         `json:"amount,omitzero"`
	Details  intents.Pairs `json:"details,omitzero"`
	Metadata intents.Pairs `json:"metadata,omitzero"`
	Declined bool          `json:"declined,omitzero"`
}

type applyData struct {
	Amount *int64        `json:"amount,omitempty"`
	Terms  capture.Terms `json:"terms,omitzero"`
}

type verifyData struct {
	Amounts        [2]int64      `json:"amounts,omitzero"`
	DescriptorCode string        `json:"descriptor_code,omitzero"`
	Outcome        Verification  `json:"outcome,omitzero"`
	AskIn          time.Duration `json:"ask_in,omitzero"`
	Cancelable     bool          `json:"cancelable,omitzero"`
}

type refundData struct {
	Amount  int64                `json:"amount,omitzero"`
	Reason  capture.RefundReason `json:"reason,omitzero"`
	Flags   capture.RefundFlags  `json:"flags,omitzero"`
	Pending bool                 `json:"pending,omitzero"`
}

type termsData struct {
	Terms capture.Terms `json:"terms,omitzero"`
}

type collectData struct {
	Terms capture.Terms `json:"terms,omitzero"`
}

type challengeData struct {
	NextAction NextAction    `json:"next_action,omitzero"`
	ExpiresIn  time.Duration `json:"expires_in,omitzero"`
}

type declineData struct {
	Failure  Failure `json:"failure,omitzero"`
	NoCharge bool    `json:"no_charge,omitzero"`
}

type submitData struct {
	AskIn      time.Duration `json:"ask_in,omitzero"`
	Cancelable bool          `json:"cancelable,omitzero"`
}

type notifyData struct {
	CompletesIn time.Duration `json:"completes_in,omitzero"`
}

type failData struct {
	Failure Failure `json:"failure,omitzero"`
}

type fundData struct {
	Amount int64         `json:"amount,omitzero"`
	Terms  capture.Terms `json:"terms,omitzero"`
}

type settleData struct {
	Fee         int64        `json:"fee,omitzero"`
	AvailableOn intents.Time `json:"available_on,omitzero"`
}

type postponeData struct {
	AskIn time.Duration `json:"ask_in,omitzero"`
}

type reportData struct {
	Number int                  `json:"number,omitzero"`
	Status capture.RefundStatus `json:"status,omitzero"`
}

type disputeData struct {
	Reason string `json:"reason,omitzero"`
}

type voidData struct {
	Reason CancellationReason `json:"reason,omitzero"`
}

func (d createData) load() Command  { return Create(d) }
func (d confirmData) load() Command { return Confirm(d) }
func (d updateData) load() Command {
	return Update{
		Amount: given(d.Amount), Currency: given(d.Currency), CaptureMethod: given(d.CaptureMethod), PaymentMethod: given(d.PaymentMethod),
		PaymentMethodTypes: given(d.PaymentMethodTypes), Details: d.Details, Metadata: d.Metadata,
	}
}

func (d captureData) load() Command {
	return Capture{AmountToCapture: given(d.AmountToCapture), FinalCapture: given(d.FinalCapture), Details: d.Details, Metadata: d.Metadata}
}
func (d cancelData) load() Command    { return Cancel(d) }
func (d incrementData) load() Command { return IncrementAuthorization(d) }
func (d applyData) load() Command {
	return ApplyCustomerBalance{Amount: given(d.Amount), Terms: d.Terms}
}
func (d verifyData) load() Command    { return VerifyMicrodeposits(d) }
func (d refundData) load() Command    { return Refund(d) }
func (d termsData) load() Command     { return Approve(d) }
func (d collectData) load() Command   { return Collect(d) }
func (d challengeData) load() Command { return Challenge(d) }
func (d declineData) load() Command   { return Decline(d) }
func (d submitData) load() Command    { return Submit(d) }
func (d notifyData) load() Command    { return Notify(d) }
func (d failData) load() Command      { return FailAction(d) }
func (d fundData) load() Command      { return Fund(d) }
func (d settleData) load() Command    { return Settle(d) }
func (d postponeData) load() Command  { return Postpone(d) }
func (d reportData) load() Command    { return ReportRefund(d) }
func (d disputeData) load() Command   { return Dispute(d) }
func (d voidData) load() Command      { return Void(d) }

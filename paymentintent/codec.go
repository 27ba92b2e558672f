package paymentintent

import (
	"encoding/json"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/internal/stored"
)

// Stored JSON. An event or a command is an object with its stored name and its
// contents, {"type": "payment_intent.captured", "data": {…}}. What is not set is
// left out. Names never change; a reader takes fields that it does not know, so an
// older release reads what a newer one wrote, as far as it can. An Intent needs
// no codec: package encoding/json does it.

// MarshalEvent returns the stored JSON of an event. It refuses nil and pointers,
// and pairs that are not canonical, with an *intents.InvalidError about the
// parameter event; what [Decide] returned it never refuses.
func MarshalEvent(e Event) ([]byte, error) {
	switch e.(type) {
	case Created, Updated, Confirmed, ActionRequired, ActionCompleted, Approved, AttemptFailed, Submitted, CustomerNotified,
		Collected, BalanceApplied, PartiallyFunded, Captured, CaptureSubmitted, Settled, AuthorizationIncremented, IncrementDeclined,
		VerificationFailed, Postponed, WindowClosed, Canceled, AuthorizationExpired, Refunded, RefundUpdated, DisputeOpened:
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
	{Name: "payment_intent.created", Read: readEvent[Created]},
	{Name: "payment_intent.updated", Read: readEvent[Updated]},
	{Name: "payment_intent.confirmed", Read: readEvent[Confirmed]},
	{Name: "payment_intent.action_required", Read: readEvent[ActionRequired]},
	{Name: "payment_intent.action_completed", Read: readEvent[ActionCompleted]},
	{Name: "payment_intent.approved", Read: readEvent[Approved]},
	{Name: "payment_intent.attempt_failed", Read: readEvent[AttemptFailed]},
	{Name: "payment_intent.submitted", Read: readEvent[Submitted]},
	{Name: "payment_intent.customer_notified", Read: readEvent[CustomerNotified]},
	{Name: "payment_intent.collected", Read: readEvent[Collected]},
	{Name: "payment_intent.balance_applied", Read: readEvent[BalanceApplied]},
	{Name: "payment_intent.partially_funded", Read: readEvent[PartiallyFunded]},
	{Name: "payment_intent.captured", Read: readEvent[Captured]},
	{Name: "payment_intent.capture_submitted", Read: readEvent[CaptureSubmitted]},
	{Name: "payment_intent.settled", Read: readEvent[Settled]},
	{Name: "payment_intent.authorization_incremented", Read: readEvent[AuthorizationIncremented]},
	{Name: "payment_intent.increment_declined", Read: readEvent[IncrementDeclined]},
	{Name: "payment_intent.verification_failed", Read: readEvent[VerificationFailed]},
	{Name: "payment_intent.postponed", Read: readEvent[Postponed]},
	{Name: "payment_intent.window_closed", Read: readEvent[WindowClosed]},
	{Name: "payment_intent.canceled", Read: readEvent[Canceled]},
	{Name: "payment_intent.authorization_expired", Read: readEvent[AuthorizationExpired]},
	{Name: "payment_intent.refunded", Read: readEvent[Refunded]},
	{Name: "payment_intent.refund_updated", Read: readEvent[RefundUpdated]},
	{Name: "payment_intent.dispute_opened", Read: readEvent[DisputeOpened]},
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
	{Name: "capture", Read: readCommand[captureData]},
	{Name: "cancel", Read: readCommand[cancelData]},
	{Name: "increment_authorization", Read: readCommand[incrementData]},
	{Name: "apply_customer_balance", Read: readCommand[applyData]},
	{Name: "verify_microdeposits", Read: readCommand[verifyData]},
	{Name: "refund", Read: readCommand[refundData]},
	{Name: "approve", Read: readCommand[termsData]},
	{Name: "challenge", Read: readCommand[challengeData]},
	{Name: "decline", Read: readCommand[declineData]},
	{Name: "submit", Read: readCommand[submitData]},
	{Name: "notify", Read: readCommand[notifyData]},
	{Name: "authenticate", Read: bare[Authenticate]},
	{Name: "fail_action", Read: readCommand[failData]},
	{Name: "fund", Read: readCommand[fundData]},
	{Name: "collect", Read: readCommand[collectData]},
	{Name: "settle", Read: readCommand[settleData]},
	{Name: "postpone", Read: readCommand[postponeData]},
	{Name: "close_window", Read: bare[CloseWindow]},
	{Name: "report_refund", Read: readCommand[reportData]},
	{Name: "dispute", Read: readCommand[disputeData]},
	{Name: "reverse_authorization", Read: bare[ReverseAuthorization]},
	{Name: "expire_authorization", Read: bare[ExpireAuthorization]},
	{Name: "expire_action", Read: bare[ExpireAction]},
	{Name: "void", Read: readCommand[voidData]},
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
		return captureData{stored.Optional(c.AmountToCapture), stored.Optional(c.FinalCapture), c.Details, c.Metadata}
	case Cancel:
		return cancelData(c)
	case IncrementAuthorization:
		return incrementData(c)
	case ApplyCustomerBalance:
		return applyData{stored.Optional(c.Amount), c.Terms}
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

type createData struct {
	ID                      string                     `json:"id,omitzero"`
	Amount                  int64                      `json:"amount,omitzero"`
	Currency                intents.Currency           `json:"currency,omitzero"`
	APIVersion              intents.Version            `json:"api_version,omitzero"`
	CaptureMethod           capture.Method             `json:"capture_method,omitzero"`
	ConfirmationMethod      ConfirmationMethod         `json:"confirmation_method,omitzero"`
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
		stored.Optional(c.Amount), stored.Optional(c.Currency), stored.Optional(c.CaptureMethod), stored.Optional(c.PaymentMethod), stored.Optional(c.PaymentMethodTypes),
		c.Details, c.Metadata,
	}
}

type confirmData struct {
	PaymentMethod         intents.PaymentMethod `json:"payment_method,omitzero"`
	CustomerDefault       intents.PaymentMethod `json:"customer_default,omitzero"`
	CaptureMethod         capture.Method        `json:"capture_method,omitzero"`
	Details               intents.Pairs         `json:"details,omitzero"`
	Owner                 string                `json:"owner,omitzero"`
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
	Amounts        [2]int64             `json:"amounts,omitzero"`
	DescriptorCode string               `json:"descriptor_code,omitzero"`
	Outcome        intents.Verification `json:"outcome,omitzero"`
	AskIn          time.Duration        `json:"ask_in,omitzero"`
	Cancelable     bool                 `json:"cancelable,omitzero"`
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
	NextAction intents.NextAction `json:"next_action,omitzero"`
	ExpiresIn  time.Duration      `json:"expires_in,omitzero"`
}

type declineData struct {
	Failure  intents.Failure `json:"failure,omitzero"`
	NoCharge bool            `json:"no_charge,omitzero"`
}

type submitData struct {
	AskIn      time.Duration `json:"ask_in,omitzero"`
	Cancelable bool          `json:"cancelable,omitzero"`
}

type notifyData struct {
	CompletesIn time.Duration `json:"completes_in,omitzero"`
}

type failData struct {
	Failure intents.Failure `json:"failure,omitzero"`
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
		Amount: stored.Given(d.Amount), Currency: stored.Given(d.Currency), CaptureMethod: stored.Given(d.CaptureMethod), PaymentMethod: stored.Given(d.PaymentMethod),
		PaymentMethodTypes: stored.Given(d.PaymentMethodTypes), Details: d.Details, Metadata: d.Metadata,
	}
}

func (d captureData) load() Command {
	return Capture{AmountToCapture: stored.Given(d.AmountToCapture), FinalCapture: stored.Given(d.FinalCapture), Details: d.Details, Metadata: d.Metadata}
}
func (d cancelData) load() Command    { return Cancel(d) }
func (d incrementData) load() Command { return IncrementAuthorization(d) }
func (d applyData) load() Command {
	return ApplyCustomerBalance{Amount: stored.Given(d.Amount), Terms: d.Terms}
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

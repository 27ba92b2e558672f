package paymentintent

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// Status is where a PaymentIntent is in its life, as Stripe writes it.
type Status string

const (
	// StatusNone is the status of the zero Intent: not yet created.
	StatusNone Status = ""
	// StatusRequiresPaymentMethod has no usable payment method: the first status, and the one after every failed attempt.
	StatusRequiresPaymentMethod Status = "requires_payment_method"
	// StatusRequiresConfirmation has a payment method and waits for its confirmation.
	StatusRequiresConfirmation Status = "requires_confirmation"
	// StatusConfirming has an attempt under way whose answer is not in yet. It is
	// this library's own: see the theory of operation in table.go and [Status.Stripe].
	StatusConfirming Status = "confirming"
	// StatusRequiresAction waits for the customer.
	StatusRequiresAction Status = "requires_action"
	// StatusProcessing waits for the payment rail.
	StatusProcessing Status = "processing"
	// StatusRequiresCapture holds money that waits for its capture.
	StatusRequiresCapture Status = "requires_capture"
	// StatusSucceeded is complete. It is final.
	StatusSucceeded Status = "succeeded"
	// StatusCanceled makes no more charges. It is final.
	StatusCanceled Status = "canceled"
)

// Stripe returns the status as Stripe shows it: one of seven. An attempt whose
// answer is not in shows as processing, which is what Stripe calls an attempt in
// flight; Stripe itself answers in one step and shows no status in between.
func (s Status) Stripe() Status {
	if s == StatusConfirming {
		return StatusProcessing
	}
	return s
}

// ConfirmationMethod says who may confirm, and what follows an action.
type ConfirmationMethod string

const (
	// ConfirmAutomatic goes on by itself after the customer's action.
	ConfirmAutomatic ConfirmationMethod = "automatic"
	// ConfirmManual wants every confirmation from the server, also the one after an action.
	ConfirmManual ConfirmationMethod = "manual"
)

// CancellationReason is why an intent was canceled, as Stripe writes it.
type CancellationReason string

const (
	// Duplicate may be given by a caller.
	Duplicate CancellationReason = "duplicate"
	// Fraudulent may be given by a caller.
	Fraudulent CancellationReason = "fraudulent"
	// RequestedByCustomer may be given by a caller.
	RequestedByCustomer CancellationReason = "requested_by_customer"
	// Abandoned may be given by a caller.
	Abandoned CancellationReason = "abandoned"
	// Automatic is the system's: a session expired, or too many confirmations.
	Automatic CancellationReason = "automatic"
	// Expired is the system's: the authorization ran out. Versions before
	// 2025-03-31.basil show it as automatic.
	Expired CancellationReason = "expired"
	// FailedInvoice is the system's: the invoice that owns the intent failed.
	FailedInvoice CancellationReason = "failed_invoice"
	// VoidInvoice is the system's: the invoice that owns the intent was voided.
	VoidInvoice CancellationReason = "void_invoice"
)

// Callers reports whether a caller may give the reason.
func (r CancellationReason) Callers() bool {
	return r == "" || r == Duplicate || r == Fraudulent || r == RequestedByCustomer || r == Abandoned
}

// Flags are the yes-or-no facts about an intent.
type Flags uint16

const (
	// Livemode means: real money.
	Livemode Flags = 1 << iota
	// AutomaticPaymentMethods means: automatic_payment_methods[enabled] was given.
	AutomaticPaymentMethods
	// NoRedirects means: automatic_payment_methods[allow_redirects]=never was given.
	NoRedirects
	// OffSession means: the attempt is made without the customer.
	OffSession
	// ErrorOnRequiresAction means: the attempt fails where it would need the customer.
	ErrorOnRequiresAction
	// Authenticated means: the customer did what the attempt asked, so it need not ask again.
	Authenticated
	// CryptoAtOnce means: API versions before 2025-09-30.clover, where a crypto payment
	// never passes through processing.
	CryptoAtOnce
	// Notified means: processing waits for the customer notification of an Indian card mandate.
	Notified
	// Capturing means: processing waits for a capture that the method settles later.
	Capturing
	// CancelWindow means: processing may still be canceled.
	CancelWindow

	attempt = OffSession | ErrorOnRequiresAction
	waits   = Notified | Capturing | CancelWindow
)

// Has reports whether f holds all of g.
func (f Flags) Has(g Flags) bool { return f&g == g }

func (f Flags) with(g Flags, on bool) Flags {
	if on {
		return f | g
	}
	return f &^ g
}

// Intent is a PaymentIntent: the life of one payment, through any number of
// attempts. It is a comparable value; the zero Intent is not yet created. Amounts
// are in minor units of Currency.
type Intent struct {
	ID     string `json:"id,omitzero"`
	Status Status `json:"status,omitzero"`
	// Version counts the events that made this state.
	Version  uint64           `json:"version,omitzero"`
	Created  intents.Time     `json:"created,omitzero"`
	Amount   int64            `json:"amount,omitzero"`
	Currency intents.Currency `json:"currency,omitzero"`
	// CaptureMethod is the intent's own; an option of the payment method's type may
	// override it, see [Intent.EffectiveCaptureMethod].
	CaptureMethod      capture.Method             `json:"capture_method,omitzero"`
	ConfirmationMethod ConfirmationMethod         `json:"confirmation_method,omitzero"`
	PaymentMethodTypes intents.PaymentMethodTypes `json:"payment_method_types,omitzero"`
	PaymentMethod      intents.PaymentMethod      `json:"payment_method,omitzero"`
	NextAction         intents.NextAction         `json:"next_action,omitzero"`
	LastPaymentError   intents.LastError          `json:"last_payment_error,omitzero"`
	CanceledAt         intents.Time               `json:"canceled_at,omitzero"`
	CancellationReason CancellationReason         `json:"cancellation_reason,omitzero"`
	// Due is when what the status waits for is worth asking about, or, for an
	// action that runs out, when it does.
	Due intents.Time `json:"due,omitzero"`
	// Details are what the caller set and no status depends on, in Stripe's
	// parameter names: customer, description, shipping[name], …
	Details  intents.Pairs    `json:"details,omitzero"`
	Metadata intents.Metadata `json:"metadata,omitzero"`
	// Owner is the id of the Checkout Session or invoice that the intent belongs to, or empty.
	Owner string `json:"owner,omitzero"`
	// Funded is what the customer's cash balance has paid so far, or, while
	// Capturing, what is being captured.
	Funded int64 `json:"funded,omitzero"`
	// Charge is the newest attempt, Stripe's latest_charge; zero if none was made.
	Charge capture.Charge `json:"charge,omitzero"`
	// Charges counts the charges that were made, and so names the next one.
	Charges uint32 `json:"charges,omitzero"`
	// Confirms counts the confirmations; ConfirmLimit, where not 0, is how many there may be.
	Confirms     uint16 `json:"confirms,omitzero"`
	ConfirmLimit uint16 `json:"confirm_limit,omitzero"`
	Flags        Flags  `json:"flags,omitzero"`
	// Verifications counts the failed tries to verify microdeposits.
	Verifications uint8 `json:"verifications,omitzero"`
}

// AmountCapturable returns what can be captured, in minor units: not 0 only in requires_capture.
func (s *Intent) AmountCapturable() int64 {
	if s.Status != StatusRequiresCapture {
		return 0
	}
	return s.Charge.Capturable()
}

// AmountReceived returns what was captured, in minor units. Refunds do not lower it.
func (s *Intent) AmountReceived() int64 { return s.Charge.AmountCaptured }

// LatestCharge returns the id of the newest charge, or "" if none was made.
func (s *Intent) LatestCharge() string { return s.Charge.ID }

// AttemptKey names the question that an attempt under way puts to the outside world:
// it is the same each time it is put, after a crash or a [Postpone], and another for
// the next attempt, and for the same attempt after the customer's action. An acquirer
// takes it as the idempotency key. The key of the deferred work would not do, for two
// attempts can begin within one second.
func (s *Intent) AttemptKey() string {
	key := s.ID + "/" + strconv.FormatUint(uint64(s.Confirms), 10)
	if s.Flags.Has(Authenticated) {
		key += "/authenticated"
	}
	return key
}

// Customer returns the id of the customer, or "".
func (s *Intent) Customer() string { return s.detail(KeyCustomer) }

func (s *Intent) detail(key string) string { return detail(s.Details, key) }

func detail(details intents.Pairs, key string) string {
	if details == "" {
		return ""
	}
	v, _ := details.Get(key)
	return v
}

// EffectiveCaptureMethod returns the capture method of an attempt with the
// present payment method: payment_method_options[type][capture_method] goes
// before the intent's own (SPEC-D).
func (s *Intent) EffectiveCaptureMethod() capture.Method {
	return effectiveMethod(s.CaptureMethod, s.PaymentMethod.Type, s.Details)
}

func effectiveMethod(m capture.Method, t intents.PaymentMethodType, details intents.Pairs) capture.Method {
	const options = "payment_method_options["
	if strings.Contains(string(details), options) && t.Valid() && detail(details, options+t.String()+"][capture_method]") == string(capture.Manual) {
		return capture.Manual
	}
	return m
}

// Check returns an *intents.InvalidError with code corrupt_state that names the
// field when s breaks an invariant, in full: it also reads the carried strings.
func Check(s Intent) error {
	if err := check(&s); err != nil {
		return err
	}
	if s.Status == StatusNone {
		if s != (Intent{}) {
			return corrupt("status", "an intent that was never created has contents")
		}
		return nil
	}
	if field, why := s.carried(); field != "" {
		return corrupt(field, why)
	}
	return capture.Check(s.Charge)
}

// carried says which of the fields that no decision reads is not what it has to
// be, and why; or nothing.
func (s *Intent) carried() (field, why string) {
	const notCanonical = "it is not canonical"
	pm := &s.PaymentMethod
	switch {
	case !utf8.ValidString(s.ID):
		return "id", notText
	case s.Created <= 0:
		return "created", "it is not set"
	case s.Currency.Check() != nil:
		return "currency", "it is unknown: " + string(s.Currency)
	case s.PaymentMethodTypes == 0 || s.PaymentMethodTypes.Check() != nil:
		return "payment_method_types", "one is needed, and all are known"
	case (pm.ID != "") != pm.Type.Valid():
		return "payment_method", "it has an id and a type that is known, or neither"
	case !utf8.ValidString(pm.ID) || !utf8.ValidString(pm.Customer):
		return "payment_method", notText
	case pm.Details.Check() != nil:
		return "payment_method", notCanonical
	case s.Details.Check() != nil:
		return "details", notCanonical
	case s.Metadata.Check() != nil:
		return "metadata", notCanonical
	case intents.Pairs(s.NextAction).Check() != nil:
		return "next_action", notCanonical
	case intents.Pairs(s.LastPaymentError).Check() != nil:
		return "last_payment_error", notCanonical
	case s.LastPaymentError != "" && s.Status != rpm && s.Status != canc:
		return "last_payment_error", "it is set only after a failed attempt"
	case !utf8.ValidString(s.Owner):
		return "owner", notText
	case s.Due <= 0 && (s.Status == conf || s.Status == proc):
		return "due", "it is not set"
	}
	return "", ""
}

// check holds the invariants that Apply asks of every state: those that need no
// reading of carried strings, and so cost nanoseconds.
func check(s *Intent) error {
	if s.Status == StatusNone {
		if s.ID != "" || s.Version != 0 || s.Amount != 0 || s.Charges != 0 || s.Charge.Status != capture.StatusNone {
			return corrupt("status", "an intent that was never created has contents")
		}
		return nil
	}
	switch {
	case s.ID == "":
		return corrupt("id", "it is empty")
	case s.Amount <= 0 || s.Amount > maxAmount:
		return corrupt("amount", "it is out of range")
	case !s.CaptureMethod.Valid():
		return corrupt("capture_method", "it is unknown: "+string(s.CaptureMethod))
	case s.ConfirmationMethod != ConfirmAutomatic && s.ConfirmationMethod != ConfirmManual:
		return corrupt("confirmation_method", "it is unknown: "+string(s.ConfirmationMethod))
	case s.Funded < 0 || s.Funded > s.Amount && s.Flags&Capturing == 0:
		return corrupt("funded", "it is out of range")
	case (s.CanceledAt != 0) != (s.Status == StatusCanceled):
		return corrupt("canceled_at", "it is set exactly in canceled")
	case s.CancellationReason != "" && s.Status != StatusCanceled:
		return corrupt("cancellation_reason", "it is set only in canceled")
	case (s.NextAction != "") != (s.Status == StatusRequiresAction):
		return corrupt("next_action", "it is set exactly in requires_action")
	case (s.Charges > 0) != (s.Charge.Status != capture.StatusNone):
		return corrupt("latest_charge", "it is the newest of the charges")
	}
	if err := checkStatus(s); err != nil {
		return err
	}
	return capture.CheckFast(&s.Charge)
}

// checkStatus holds the invariants that couple the status to the payment method
// and to the newest charge.
func checkStatus(s *Intent) error {
	charge := s.Charge.Status
	none := charge == capture.StatusNone || charge == capture.StatusFailed
	var ok bool
	switch s.Status {
	case StatusRequiresPaymentMethod:
		if s.PaymentMethod != (intents.PaymentMethod{}) {
			return corrupt("payment_method", "it is set, yet one is required")
		}
		ok = none || charge == capture.StatusReleased
	case StatusRequiresConfirmation, StatusConfirming, StatusRequiresAction:
		ok = none || charge == capture.StatusReleased
	case StatusProcessing:
		switch {
		case s.Flags&Capturing != 0:
			ok = charge == capture.StatusAuthorized
		case s.Flags&Notified != 0:
			ok = none || charge == capture.StatusReleased
		default:
			ok = charge == capture.StatusPending
		}
	case StatusRequiresCapture:
		ok = charge == capture.StatusAuthorized && s.Charge.Amount == s.Amount
	case StatusSucceeded:
		ok = (charge == capture.StatusCaptured || charge == capture.StatusSettled) && s.Charge.Amount == s.Amount
	case StatusCanceled:
		ok = charge != capture.StatusPending && charge != capture.StatusAuthorized && charge != capture.StatusCaptured
	case StatusNone:
		return corrupt("status", "it is empty")
	default:
		return corrupt("status", "it is unknown: "+string(s.Status))
	}
	if !ok {
		return corrupt("latest_charge", "its status "+string(charge)+" does not go with "+string(s.Status))
	}
	if s.PaymentMethod.ID == "" && s.Status != StatusRequiresPaymentMethod && s.Status != StatusCanceled {
		return corrupt("payment_method", "none is set")
	}
	return nil
}

func corrupt(field, why string) error {
	return &intents.InvalidError{Param: field, Code: intents.CodeCorruptState, Message: why}
}

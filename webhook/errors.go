package webhook

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// ErrorContext is what an error body shows beside the error.
type ErrorContext struct {
	// PaymentIntent is the intent that the request was about, or zero. Stripe's
	// errors about an intent carry it whole (REC-PI, OBS-ERR).
	PaymentIntent PaymentIntent
	// SetupIntent is the same for a request about a SetupIntent. A request to create one
	// has none, and neither has its error (facts 1.5).
	SetupIntent SetupIntent
	// ID is what the request named where there is no such object, for the error that says so.
	ID string
	// Version is the API version of the request. Empty stands for intents.VersionLatest.
	Version intents.Version
	// RequestID is the id of the request, for request_log_url; empty leaves that out.
	RequestID string
}

// Stripe's error types and the codes that are decided here.
const (
	typeAPI         = "api_error"
	typeCard        = "card_error"
	typeIdempotency = "idempotency_error"
	typeInvalid     = "invalid_request_error"

	codeUnexpectedState = "payment_intent_unexpected_state"
	codeSetupState      = "setup_intent_unexpected_state"
	codeMissing         = "resource_missing"
	codeLocked          = "lock_timeout"
	// The refusals of package idempotency, which this one does not import.
	codeKeyInUse   = "idempotency_key_in_use"
	codeKeyOfOther = "idempotency_key_other_request"
)

// failure is Stripe's error object (facts 6.1).
type failure struct {
	status                                          int
	kind, code, declineCode, message, param, charge string
	said                                            issuerSaid
	method                                          *intents.PaymentMethod
	bare                                            bool // without the intent
}

// ErrorBody returns the HTTP status and the body with which Stripe answers a
// request that was refused with err: 400 for an *intents.StateError or
// *intents.InvalidError, also where err wraps one, and 404 where its code is
// resource_missing, 409 where it is idempotency_key_in_use, and 429 where it is
// lock_timeout. A stored state that is corrupt, and any other error, is the server's
// fault: 500, and the body does not say more. For nil it returns 200 and no body. A
// decline is no error, see [Declined] and [DeclinedSetup].
func ErrorBody(err error, c ErrorContext) (status int, body []byte) {
	if err == nil {
		return http.StatusOK, nil
	}
	var state *intents.StateError
	var invalid *intents.InvalidError
	f := failure{status: http.StatusInternalServerError, kind: typeAPI, message: "An error occurred while processing the request.", bare: true}
	switch {
	case errors.As(err, &state):
		f = stateFailure(state, &c)
	case errors.As(err, &invalid) && invalid.Code != intents.CodeCorruptState:
		f = invalidFailure(invalid, &c.PaymentIntent)
	}
	return f.status, f.body(&c)
}

// Declined returns the HTTP status and the body with which Stripe answers a request
// that led to a transition in which something was declined: 402 for an attempt that
// failed during its confirmation and for an increment that the issuer refused, 400 for
// microdeposits that do not match. The transition stands all the same: the state has
// changed, and its events are sent. For any other transition ok is false.
//
// The intent in the body is the transition's; of c, only its Expand and Now count.
func Declined(t paymentintent.Transition, c ErrorContext) (status int, body []byte, ok bool) {
	if len(t.Events) == 0 {
		return 0, nil, false
	}
	c.PaymentIntent.Intent, c.SetupIntent = t.After, SetupIntent{}
	last := t.Events[len(t.Events)-1]
	if _, failed := last.(paymentintent.AttemptFailed); failed && confirming(&t) {
		f := attemptFailed(t.After.LastPaymentError)
		return f.status, f.body(&c), true
	}
	if _, declined := last.(paymentintent.IncrementDeclined); declined {
		f := failure{status: http.StatusPaymentRequired, kind: typeCard, code: "card_declined", declineCode: "generic_decline", message: "Your card was declined."}
		return f.status, f.body(&c), true
	}
	if _, wrong := last.(paymentintent.VerificationFailed); wrong {
		f := mismatch(&t.After)
		return f.status, f.body(&c), true
	}
	return 0, nil, false
}

// DeclinedSetup returns what [Declined] does of a transition of a SetupIntent: 402 for
// an attempt that was declined during its confirmation, with the payment method and the
// intent, which has lost it (REC-10); and 400 for microdeposits that do not match, also
// where that was the last try.
//
// The intent in the body is the transition's; of c.SetupIntent, only Expand and Payer count.
func DeclinedSetup(t setupintent.Transition, c ErrorContext) (status int, body []byte, ok bool) {
	if len(t.Events) == 0 {
		return 0, nil, false
	}
	c.PaymentIntent, c.SetupIntent.Intent = PaymentIntent{}, t.After
	last := t.Events[len(t.Events)-1]
	if e, failed := last.(setupintent.AttemptFailed); failed && (e.Failure.Code == codeExhausted || confirmingSetup(&t)) {
		f := attemptFailed(t.After.LastSetupError)
		f.said = issuerOf(f.declineCode)
		f.param = f.said.param
		return f.status, f.body(&c), true
	}
	if e, wrong := last.(setupintent.VerificationFailed); wrong {
		f := failure{
			status: http.StatusBadRequest, kind: typeInvalid, code: e.Code,
			message: mismatched(e.Code == codeDescriptor) + " You have " + strconv.Itoa(int(e.Left)) + " verification attempts remaining.",
		}
		return f.status, f.body(&c), true
	}
	return 0, nil, false
}

// confirmingSetup reports whether a transition answers a confirmation.
func confirmingSetup(t *setupintent.Transition) bool {
	return t.Before.Status == setupintent.StatusConfirming || slices.ContainsFunc(t.Events, func(e setupintent.Event) bool {
		_, ok := e.(setupintent.Confirmed)
		return ok
	})
}

// attemptFailed is the error of an attempt that failed during its confirmation.
func attemptFailed(e intents.LastError) failure {
	pm := e.PaymentMethod()
	f := failure{
		status: http.StatusPaymentRequired, kind: e.Type(), code: e.Code(), declineCode: e.DeclineCode(),
		message: e.Message(), charge: e.Charge(), method: &pm,
	}
	if f.kind == typeInvalid {
		f.status = http.StatusBadRequest
	}
	return f
}

// confirming reports whether a transition answers a confirmation.
func confirming(t *paymentintent.Transition) bool {
	return t.Before.Status == paymentintent.StatusConfirming || slices.ContainsFunc(t.Events, func(e paymentintent.Event) bool {
		_, ok := e.(paymentintent.Confirmed)
		return ok
	})
}

// Codes of microdeposits that were told wrong.
const (
	codeAmounts    = "payment_method_microdeposit_verification_amounts_mismatch"
	codeDescriptor = "payment_method_microdeposit_verification_descriptor_code_mismatch"
	codeExhausted  = "payment_method_microdeposit_verification_attempts_exceeded"
)

// mismatched says in words that microdeposits were told wrong (INFERRED).
func mismatched(descriptor bool) string {
	if descriptor {
		return "The descriptor code provided does not match the one that was sent to the bank account."
	}
	return "The amounts provided do not match the amounts that were sent to the bank account."
}

// mismatch is the error of microdeposits that were told wrong (DOC-error-codes).
func mismatch(s *paymentintent.Intent) failure {
	how, _ := s.NextAction.Get("microdeposit_type")
	f := failure{status: http.StatusBadRequest, kind: typeInvalid, code: codeAmounts, message: mismatched(how == "descriptor_code")}
	if how == "descriptor_code" {
		f.code = codeDescriptor
	}
	return f
}

// notParameters are what this library's errors name, and Stripe's do not: the code
// that makes it so, or * for any (facts 2.6).
//
//nolint:gochecknoglobals // read-only data
var notParameters = [...]struct{ param, code string }{
	{"amount_to_capture", "amount_too_large"},
	{"capture_before", "*"},
	{"intent", codeSetupState},
	{"intent", codeUnexpectedState},
	{"next_action", "*"},
	{"owner", "*"},
	{"payment_method", codeSetupState},
	{"payment_method", codeUnexpectedState},
	{"processing", "*"},
	{"return_url", ""},
}

func invalidFailure(e *intents.InvalidError, p *PaymentIntent) failure {
	f := failure{status: http.StatusBadRequest, kind: typeInvalid, code: e.Code, param: e.Param, message: e.Message}
	switch e.Code {
	case codeMissing:
		f.status, f.bare = http.StatusNotFound, true
	case codeKeyOfOther: // Stripe sends neither code nor param (facts 5)
		f.kind, f.code, f.param, f.bare = typeIdempotency, "", "", true
	}
	for _, n := range notParameters {
		if n.param == e.Param && (n.code == "*" || n.code == e.Code) {
			f.param = ""
		}
	}
	const missing = "You cannot confirm this PaymentIntent because it's missing a payment method."
	if customer := p.Customer(); customer != "" && e.Code == codeUnexpectedState && strings.HasPrefix(e.Message, missing) {
		f.message = missing + " To confirm the PaymentIntent with " + customer + ", specify a payment method attached to this customer along with the customer ID."
	}
	return f
}

// stateFailure says in Stripe's words why a command is refused in a status (facts 2.6).
func stateFailure(e *intents.StateError, c *ErrorContext) failure {
	p := &c.PaymentIntent
	f := failure{status: http.StatusBadRequest, kind: typeInvalid, code: e.Code, param: e.Param, message: e.Message}
	switch {
	case e.Code == codeKeyInUse: // its type is quoted both ways (facts 5); this is the more frequent one
		f.status, f.kind, f.bare = http.StatusConflict, typeIdempotency, true
	case e.Code == codeLocked:
		f.status, f.bare = http.StatusTooManyRequests, true
	case e.Message != "":
	case e.Status == "":
		f.status, f.code, f.param, f.bare = http.StatusNotFound, codeMissing, pathParameter(e.Object), true
		f.message = noSuch(e.Object, c.ID)
	case e.Object == "payment_intent":
		f.message = intentMessage(e, p)
	default:
		f.message = otherMessage(e)
	}
	return f
}

// noSuch says that there is no object of that id. A SetupIntent is one word (REC-P10),
// and the id of a session is not quoted (facts 2.1).
func noSuch(object, id string) string {
	switch object {
	case "setup_intent":
		object = "setupintent"
	case "checkout.session":
		return "No such checkout.session: " + id
	}
	return "No such " + object + ": '" + id + "'"
}

// pathParameter returns the name of the parameter in the path of a request about an
// object (SPEC).
func pathParameter(object string) string {
	switch object {
	case "checkout.session":
		return "session"
	case "charge":
		return "id" // facts 6.3: of customers and charges too
	}
	return "intent"
}

// cancelable, confirmable and editable are the lists in Stripe's messages, in
// Stripe's order. Those seen in 2026 also name statuses that no API shows (facts 1.1).
const (
	cancelable  = "requires_payment_method, requires_capture, requires_confirmation, requires_action, processing"
	confirmable = "requires_confirmation, requires_action"
	editable    = "requires_payment_method, requires_confirmation, requires_action"
	capturable  = "requires_capture"
)

func intentMessage(e *intents.StateError, p *PaymentIntent) string {
	status := paymentintent.Status(e.Status).Stripe()
	because := " because it has a status of " + string(status) + ". "
	only := "Only a PaymentIntent with one of the following statuses may be "
	succeeded := status == paymentintent.StatusSucceeded
	switch e.Command {
	case "capture":
		switch {
		case succeeded && p.Charge.AmountReleased > 0:
			return "The remaining amount on this PaymentIntent could not be captured because the remainder of the authorized amount has been released."
		case succeeded:
			return "This PaymentIntent could not be captured because it has already been captured."
		}
		return "This PaymentIntent could not be captured" + because + only + "captured: " + capturable + "."
	case "cancel":
		return "You cannot cancel this PaymentIntent" + because + only + "canceled: " + cancelable + "."
	case "confirm":
		if succeeded {
			return "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed."
		}
		return "You cannot confirm this PaymentIntent" + because + only + "confirmed: " + confirmable + "."
	case "update":
		if e.Param == "" {
			return "This PaymentIntent could not be updated" + because + only + "updated: " + editable + "."
		}
		return "This PaymentIntent's " + e.Param + " could not be updated" + because +
			"You may only update the " + e.Param + " of a PaymentIntent with one of the following statuses: " + editable + "."
	case "increment_authorization":
		return "This PaymentIntent's authorization could not be incremented" + because + only + "incremented: " + capturable + "."
	case "refund":
		return "This PaymentIntent (" + p.ID + ") does not have a successful charge to refund."
	}
	return otherMessage(e)
}

// otherMessage refuses a command for which no text of Stripe's is known. The
// statuses are those that Stripe shows.
func otherMessage(e *intents.StateError) string {
	shown := func(status string) string {
		switch e.Object {
		case "charge":
			s, _, _ := capture.Status(status).Stripe()
			return s
		case "checkout.session":
			return string(checkout.Status(status).Stripe())
		}
		return string(paymentintent.Status(status).Stripe()) // a SetupIntent's are the same
	}
	var allowed []string
	for _, s := range e.Allowed {
		if s = shown(s); s != "" && !slices.Contains(allowed, s) {
			allowed = append(allowed, s)
		}
	}
	m := "You cannot call " + e.Command + " on this " + nounOf(e.Object) + " because it has a status of " + shown(e.Status) + "."
	if len(allowed) > 0 {
		m += " You may only call it in one of the following statuses: " + strings.Join(allowed, ", ") + "."
	}
	return m
}

// nounOf returns what Stripe's texts call an object.
func nounOf(object string) string {
	switch object {
	case "payment_intent":
		return "PaymentIntent"
	case "setup_intent":
		return "SetupIntent"
	case "checkout.session", "checkout_session":
		return "Checkout Session"
	}
	return object
}

// body writes {"error": {…}}, its keys in alphabetical order.
func (f *failure) body(c *ErrorContext) []byte {
	o := out{b: make([]byte, 0, envelopeSize+objectSize), undo: undoing(c.Version)}
	p, s := &c.PaymentIntent, &c.SetupIntent
	created, livemode := p.Created, p.Flags.Has(paymentintent.Livemode)
	if s.Status != setupintent.StatusNone {
		created, livemode = s.Created, s.Flags.Has(setupintent.Livemode)
	}
	o.payer = p.Payer
	o.raw(`{"error":{`)
	if f.said.advice != "" && !o.undo.has(undoSetupAdvice) {
		o.str(`"advice_code":`, f.said.advice)
		o.raw(",")
	}
	if f.charge != "" {
		o.str(`"charge":`, f.charge)
		o.raw(",")
	}
	if f.code != "" {
		o.str(`"code":`, f.code)
		o.raw(",")
	}
	if f.declineCode != "" {
		o.str(`"decline_code":`, f.declineCode)
		o.raw(",")
	}
	if f.code != "" {
		o.docURL("", f.code)
		o.raw(",")
	}
	o.str(`"message":`, f.message)
	if !o.undo.has(undoSetupNetworkCodes) {
		if f.said.networkAdvice != "" {
			o.str(`,"network_advice_code":`, f.said.networkAdvice)
		}
		if f.said.networkDecline != "" {
			o.str(`,"network_decline_code":`, f.said.networkDecline)
		}
	}
	if f.param != "" {
		o.str(`,"param":`, f.param)
	}
	if !f.bare && p.Status != paymentintent.StatusNone {
		o.raw(`,"payment_intent":`)
		o.paymentIntent(p)
	}
	if f.method != nil && f.method.ID != "" {
		o.raw(`,"payment_method":`)
		o.paymentMethod(f.method, created, livemode)
	}
	if c.RequestID != "" {
		o.choose(`,"request_log_url":"https://dashboard.stripe.com/`, livemode, "logs/", "test/logs/")
		o.inner(c.RequestID)
		o.raw(`"`)
	}
	if !f.bare && s.Status != setupintent.StatusNone {
		o.payer = s.Payer
		o.raw(`,"setup_intent":`)
		o.setupIntent(&s.Intent, s.Expand)
	}
	o.str(`,"type":`, f.kind)
	o.raw("}}")
	return o.b
}

// docURL writes where Stripe explains a code, in the form of live bodies (OBS-ERR).
func (o *out) docURL(comma, code string) {
	o.raw(comma)
	o.raw(`"doc_url":"https://stripe.com/docs/error-codes/`)
	start := len(o.b)
	o.inner(code)
	for i := start; i < len(o.b); i++ {
		if o.b[i] == '_' {
			o.b[i] = '-'
		}
	}
	o.raw(`"`)
}

package fakestripe

import (
	"errors"
	"net/http"
	"strings"

	"github.com/payintent/intents"
	"github.com/payintent/intents/examples/internal/form"
	"github.com/payintent/intents/internal/jsonenc"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/webhook"
)

// apiError is an error of the HTTP face itself, which no machine knows: a wrong key,
// an unknown URL, a card number that is none.
type apiError struct {
	status                       int
	kind, code, decline, message string
	param                        string
	adviceCode, networkCode      string
	emptyParam                   bool   // "param":"", as REC-06 has it
	retry                        string // Stripe-Should-Retry
}

func (e *apiError) Error() string { return e.message }

// body writes Stripe's error JSON, its keys in alphabetical order.
func (e *apiError) body(requestID string) []byte {
	b := []byte(`{"error":{`)
	add := func(key, value string) {
		if value == "" {
			return
		}
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = append(jsonenc.AppendJSONString(b, key), ':')
		b = jsonenc.AppendJSONString(b, value)
	}
	add("advice_code", e.adviceCode)
	add("code", e.code)
	add("decline_code", e.decline)
	if e.code != "" {
		add("doc_url", "https://stripe.com/docs/error-codes/"+strings.ReplaceAll(e.code, "_", "-"))
	}
	add("message", e.message)
	add("network_decline_code", e.networkCode)
	if e.emptyParam {
		b = append(b, `,"param":""`...)
	}
	add("param", e.param)
	if requestID != "" {
		add("request_log_url", "https://dashboard.stripe.com/test/logs/"+requestID)
	}
	add("type", e.kind)
	return append(b, "}}"...)
}

const typeInvalid = "invalid_request_error"

func invalidRequest(status int, message string) *apiError {
	return &apiError{status: status, kind: typeInvalid, message: message}
}

// cardError is a 402 that no intent is about.
func cardError(code, decline, message, param string) *apiError {
	return &apiError{status: http.StatusPaymentRequired, kind: "card_error", code: code, decline: decline, message: message, param: param}
}

// missing is the 404 about an id in the path (facts 6.3).
func missing(noun, id, param string) error {
	return &notFoundError{form.Invalid(param, "resource_missing", "No such "+noun+": '"+id+"'")}
}

// absent is the 400 about an id in the body or the query.
func absent(noun, id, param string) error {
	return form.Invalid(param, "resource_missing", "No such "+noun+": '"+id+"'")
}

// notFoundError marks an error about an id in the path.
type notFoundError struct{ error }

func (e *notFoundError) Unwrap() error { return e.error }

// withinError is an error about an intent, which Stripe's error carries whole.
type withinError struct {
	error
	payment paymentintent.Intent
	setup   setupintent.Intent
}

func (e *withinError) Unwrap() error { return e.error }

// aboutPayment and aboutSetup give an error its intent; nil stays nil.
func aboutPayment(s paymentintent.Intent, err error) error {
	if err == nil {
		return nil
	}
	return &withinError{error: err, payment: s}
}

func aboutSetup(s setupintent.Intent, err error) error {
	if err == nil {
		return nil
	}
	return &withinError{error: err, setup: s}
}

// refusal returns the answer to a request that was refused.
func (s *Server) refusal(r *request, err error) reply {
	if own, ok := errors.AsType[*apiError](err); ok {
		rep := reply{status: own.status, body: own.body(r.id)}
		if own.retry != "" {
			rep.header = append(rep.header, [2]string{"Stripe-Should-Retry", own.retry})
		}
		return rep
	}
	c := r.errorContext()
	if w, ok := errors.AsType[*withinError](err); ok {
		c.PaymentIntent = webhook.PaymentIntent{Intent: w.payment, Now: intents.TimeOf(s.Now())}
		withSetup(&c, w.setup)
	}
	status, body := webhook.ErrorBody(err, c)
	if _, gone := errors.AsType[*notFoundError](err); status == http.StatusNotFound && !gone {
		status = http.StatusBadRequest
	}
	if status >= http.StatusInternalServerError {
		s.log.Error("request failed", "request", r.id, "method", r.method, "path", r.path, "error", err)
	}
	return reply{status: status, body: body}
}

// executed reports whether a request that was refused had begun to be executed, so
// that its answer is kept under its idempotency key (facts 5): what is wrong with
// its parameters comes before that, what is wrong with a status does not.
func executed(err error) bool {
	if own, ok := errors.AsType[*apiError](err); ok {
		return own.status == http.StatusPaymentRequired
	}
	if invalid, ok := errors.AsType[*intents.InvalidError](err); ok {
		return strings.HasSuffix(invalid.Code, "_unexpected_state") || invalid.Code == "intent_invalid_state"
	}
	return true // a status that does not allow it, or the server's own fault
}

// asPrice gives an error about a line item the names of a price's parameters.
func asPrice(err error) error {
	e, ok := errors.AsType[*intents.InvalidError](err)
	if !ok {
		return err
	}
	_, rest, ok := strings.Cut(e.Param, "[price_data][")
	if !ok {
		return err
	}
	head, tail, _ := strings.Cut(rest, "]")
	return form.Invalid(head+tail, e.Code, e.Message)
}

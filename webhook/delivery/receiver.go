package delivery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/webhook"
)

// ReceiverOptions are what a Receiver can be told. Secrets are required; what else is
// zero is the default.
type ReceiverOptions struct {
	// Secrets are those of the endpoint: two while one is rolled over.
	Secrets []Secret
	// Tolerance is how old a signature may be; 0 stands for webhook.DefaultTolerance.
	Tolerance time.Duration
	// MaxBody is how many bytes a body may have; 0 stands for DefaultMaxBody.
	MaxBody int64
	// Clock tells the time; nil stands for capture.System.
	Clock capture.Clock
	// Seen remembers what was handled; nil stands for a Memory. Who runs several
	// processes, or restarts, brings one that they share.
	Seen Seen
	// Logger is told of each request. Nil stands for nobody.
	Logger *slog.Logger
}

// DefaultMaxBody is how many bytes a body may have: 1 MiB. Stripe names no limit.
const DefaultMaxBody = 1 << 20

// Receiver is the http.Handler of a webhook endpoint. It verifies, keeps duplicates
// away, and lets a handler, such as a webhook.Mux, react. What it answers:
//
//	200  the handler returned nil, now or at an earlier delivery of the same event
//	400  the signature does not fit, or the body is no event
//	405  the method is not POST
//	413  the body is too large
//	500  the handler failed or panicked; the event is not marked as seen
//	503  the event is being handled just now, or the request ended meanwhile
//
// Whatever is not 2xx brings the event again. A receiver without a valid secret can't
// be made. Bodies of answers tell a stranger nothing.
type Receiver struct {
	handler   webhook.Handler
	secrets   []string
	tolerance time.Duration
	maxBody   int64
	clock     capture.Clock
	seen      Seen
	logger    *slog.Logger
}

// NewReceiver returns a Receiver. It returns an *intents.InvalidError that names handler
// if that is nil, secret if there is none or a malformed one, and tolerance or max_body
// if that is negative.
func NewReceiver(h webhook.Handler, o ReceiverOptions) (*Receiver, error) {
	switch {
	case h == nil:
		return nil, invalid("handler", "", "is nil")
	case len(o.Secrets) == 0:
		return nil, invalid("secret", "", "there is none")
	case o.Tolerance < 0:
		return nil, invalid("tolerance", "", "is negative")
	case o.MaxBody < 0:
		return nil, invalid("max_body", "", "is negative")
	}
	r := &Receiver{handler: h, tolerance: o.Tolerance, maxBody: o.MaxBody, clock: o.Clock, seen: o.Seen, logger: loggerOr(o.Logger)}
	for _, s := range o.Secrets {
		if !s.valid() {
			return nil, invalid("secret", "", "a secret is whsec_ and at least one character of printable ASCII")
		}
		r.secrets = append(r.secrets, string(s))
	}
	if r.maxBody == 0 {
		r.maxBody = DefaultMaxBody
	}
	if r.clock == nil {
		r.clock = capture.System{}
	}
	if r.seen == nil {
		r.seen = &Memory{}
	}
	return r, nil
}

// ServeHTTP implements http.Handler.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		r.refuse(w, req, http.StatusMethodNotAllowed, "method")
		return
	}
	body, err := r.read(w, req)
	if err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			r.refuse(w, req, http.StatusRequestEntityTooLarge, "too_large")
			return
		}
		r.refuse(w, req, http.StatusBadRequest, "unreadable")
		return
	}
	e, err := webhook.Open(body, req.Header.Get(webhook.SignatureHeader), r.clock.Now(), r.tolerance, r.secrets...)
	if err != nil {
		status, reason := verdict(err)
		r.refuse(w, req, status, reason)
		return
	}
	again, err := r.seen.Once(req.Context(), e.ID, func(ctx context.Context) error { return r.handle(ctx, e) })
	r.answer(w, req, &e, again, err)
}

// read reads the body, or fails where it is too large.
func (r *Receiver) read(w http.ResponseWriter, req *http.Request) ([]byte, error) {
	if req.ContentLength > r.maxBody {
		return nil, &http.MaxBytesError{Limit: r.maxBody}
	}
	return io.ReadAll(http.MaxBytesReader(w, req.Body, r.maxBody))
}

// verdict says how a body is refused that Open refused. The words are for the log.
func verdict(err error) (status int, reason string) {
	var signature *webhook.SignatureError
	var malformed *intents.InvalidError
	switch {
	case errors.As(err, &signature):
		return http.StatusBadRequest, string(signature.Reason)
	case errors.As(err, &malformed) && malformed.Param == "now":
		return http.StatusInternalServerError, "no_time"
	}
	return http.StatusBadRequest, "no_event"
}

// panicError is a panic of a handler as an error.
type panicError struct{ value any }

// Error implements error.
func (e *panicError) Error() string { return fmt.Sprintf("the handler panicked: %v", e.value) }

// handle calls the handler, and turns its panic into an error, so that an event whose
// handler panicked is not marked as seen, whoever implements Seen.
func (r *Receiver) handle(ctx context.Context, e webhook.Event) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &panicError{value: p}
		}
	}()
	return r.handler.HandleEvent(ctx, e)
}

// answer tells the sender what became of a genuine event.
func (r *Receiver) answer(w http.ResponseWriter, req *http.Request, e *webhook.Event, again bool, err error) {
	status, level, what := http.StatusOK, slog.LevelInfo, "handled"
	var panicked *panicError
	switch {
	case err == nil && again:
		what = "seen before"
	case err == nil:
	case errors.As(err, &panicked):
		status, level, what = http.StatusInternalServerError, slog.LevelError, "panicked"
	case errors.Is(err, ErrBusy), req.Context().Err() != nil:
		status, level, what = http.StatusServiceUnavailable, slog.LevelWarn, "busy"
	default:
		status, level, what = http.StatusInternalServerError, slog.LevelError, "failed"
	}
	logged := []slog.Attr{slog.String("event", e.ID), slog.String("type", e.Type), slog.Int("status", status), slog.String("outcome", what)}
	if err != nil {
		logged = append(logged, slog.String("error", err.Error()))
	}
	r.logger.LogAttrs(req.Context(), level, "webhook event", logged...)
	if status == http.StatusOK {
		w.WriteHeader(status)
		return
	}
	http.Error(w, http.StatusText(status), status)
}

// refuse answers a request of which nothing is believed. The log has the reason, and
// nothing that the request says.
func (r *Receiver) refuse(w http.ResponseWriter, req *http.Request, status int, reason string) {
	r.logger.LogAttrs(req.Context(), slog.LevelWarn, "webhook refused", slog.Int("status", status), slog.String("reason", reason))
	http.Error(w, http.StatusText(status), status)
}

package delivery

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/webhook"
)

// Endpoints finds endpoints.
type Endpoints interface {
	// Endpoint returns the endpoint of an id as it is now, and the zero Endpoint where
	// it was deleted. An error means that nobody knows; the work is done again.
	Endpoint(ctx context.Context, id string) (Endpoint, error)
}

// SenderOptions are what a Sender can be told. The zero SenderOptions are the defaults.
type SenderOptions struct {
	// Client posts. Nil stands for one of its own. Whatever its CheckRedirect, redirects
	// are not followed (DOC-WH). Who sends to URLs that strangers chose should bring
	// a client that does not dial private addresses.
	Client *http.Client
	// Timeout is how long an attempt may take; 0 stands for DefaultTimeout.
	Timeout time.Duration
	// Concurrency is how many attempts may be under way at once; 0 stands for DefaultConcurrency.
	Concurrency int
	// Logger is told of each attempt. Nil stands for nobody.
	Logger *slog.Logger
	// UserAgent is sent with each attempt; empty stands for DefaultUserAgent.
	UserAgent string
}

// Defaults of a Sender.
const (
	// DefaultTimeout is how long an attempt may take. Stripe publishes no number (facts 4.2).
	DefaultTimeout = 20 * time.Second
	// DefaultConcurrency is how many attempts may be under way at once.
	DefaultConcurrency = 16
	// DefaultUserAgent is the header User-Agent of an attempt.
	DefaultUserAgent = "payintent-webhook/1 (+https://github.com/payintent/intents)"
)

// Sender is the [Processor] that posts with net/http. Its methods may be called from
// many goroutines at once; it starts none itself. It must not be copied.
type Sender struct {
	endpoints Endpoints
	client    http.Client
	timeout   time.Duration
	slots     chan struct{}
	logger    *slog.Logger
	userAgent string
}

// NewSender returns a Sender. It returns an *intents.InvalidError that names endpoints
// if that is nil, and timeout or concurrency if that is negative.
func NewSender(endpoints Endpoints, o SenderOptions) (*Sender, error) {
	switch {
	case endpoints == nil:
		return nil, invalid("endpoints", "", "is nil")
	case o.Timeout < 0:
		return nil, invalid("timeout", "", "is negative")
	case o.Concurrency < 0:
		return nil, invalid("concurrency", "", "is negative")
	}
	s := &Sender{endpoints: endpoints, timeout: o.Timeout, logger: loggerOr(o.Logger), userAgent: o.UserAgent}
	if o.Client != nil {
		s.client = *o.Client
	}
	s.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if s.timeout == 0 {
		s.timeout = DefaultTimeout
	}
	if s.userAgent == "" {
		s.userAgent = DefaultUserAgent
	}
	slots := o.Concurrency
	if slots == 0 {
		slots = DefaultConcurrency
	}
	s.slots = make(chan struct{}, slots)
	return s, nil
}

func loggerOr(l *slog.Logger) *slog.Logger {
	if l == nil {
		return slog.New(slog.DiscardHandler)
	}
	return l
}

// Report implements [Processor]: it looks the endpoint up, signs the body anew with now,
// and posts it. It waits for a free slot first. It returns an error, and tells nothing,
// where ctx is done, where the endpoint can't be looked up or is corrupt, and for work
// that is none of its jobs.
func (s *Sender) Report(ctx context.Context, d Delivery, work intents.Deferred, now time.Time) (Command, error) {
	if cmd, current := Resume(d, work); !current || cmd != nil {
		return nil, invalid("work", "", "the delivery does not owe this attempt")
	}
	if at := intents.TimeOf(now); at <= 0 || at > lastTime {
		return nil, invalid("now", "", "the time is not set, or after the year 9999")
	}
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	e, err := s.endpoints.Endpoint(ctx, d.Endpoint)
	if err != nil {
		return nil, err
	}
	cmd, err := s.attempt(ctx, &d, &e, now)
	if err != nil {
		s.logger.LogAttrs(ctx, slog.LevelWarn, "webhook attempt not made", attrs(&d)...)
		return nil, err
	}
	s.logger.LogAttrs(ctx, level(cmd), "webhook attempt", append(attrs(&d), slog.String("outcome", cmd.String()))...)
	return cmd, nil
}

// attempt says what became of one attempt.
func (s *Sender) attempt(ctx context.Context, d *Delivery, e *Endpoint, now time.Time) (Command, error) {
	if *e == (Endpoint{}) {
		return Abandon{Reason: ReasonDeleted}, nil
	}
	if err := e.Check(); err != nil {
		return nil, err
	}
	if e.ID != d.Endpoint || e.Livemode != d.Livemode {
		return nil, corrupt("endpoint", "it is not the delivery's")
	}
	if e.Status != EndpointEnabled {
		return Abandon{Reason: ReasonDisabled}, nil
	}
	within, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	code, err := s.post(within, e, d.Body, now)
	switch {
	case err == nil:
		return Respond{Code: code}, nil
	case ctx.Err() != nil: // our own end, not the endpoint's
		return nil, ctx.Err()
	case timedOut(err):
		return Miss{Reason: ReasonTimeout}, nil
	}
	return Miss{Reason: ReasonConnection}, nil
}

func timedOut(err error) bool {
	var t interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &t) && t.Timeout()
}

// post makes the request and returns the HTTP status. The answer's body means nothing;
// a little of it is read, so that the connection can be used again.
func (s *Sender) post(ctx context.Context, e *Endpoint, body string, now time.Time) (code int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL, strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("User-Agent", s.userAgent)
	req.Header.Set(webhook.SignatureHeader, e.Sign([]byte(body), now))
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, err
	}
	const enough = 64 << 10
	_, _ = io.CopyN(io.Discard, resp.Body, enough)
	_ = resp.Body.Close()
	return resp.StatusCode, nil
}

// attrs are what is logged of a delivery: no URL, body, signature or secret.
func attrs(d *Delivery) []slog.Attr {
	const room = 6
	return append(make([]slog.Attr, 0, room),
		slog.String("delivery", d.ID), slog.String("event", d.Event), slog.String("type", d.Type), slog.String("endpoint", d.Endpoint),
		slog.Bool("manual", d.Status == StatusResending))
}

func level(c Command) slog.Level {
	if r, ok := c.(Respond); ok && success(r.Code) {
		return slog.LevelInfo
	}
	return slog.LevelWarn
}

package fakestripe

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/examples/internal/form"
)

// Faults are what goes wrong on purpose. Each number but Reorder says that one in so
// many has the fault: 0 none, 1 all. The zero Faults are none.
type Faults struct {
	// Seed decides which.
	Seed uint64
	// Late is the longest delay of a delivery; Reorder is how many others it may overtake.
	Late    time.Duration
	Reorder int
	// Duplicate posts a delivery twice; Drop does not post it, and lets it be tried again.
	Duplicate, Drop int
	// RateLimit answers 429 and Broken 500, both without doing anything; Lost does what
	// is asked, and closes the connection instead of answering.
	RateLimit, Broken, Lost int
}

func (f Faults) check() error {
	for _, n := range []struct {
		name  string
		value int
	}{{"reorder", f.Reorder}, {"duplicate", f.Duplicate}, {"drop", f.Drop}, {"rate_limit", f.RateLimit}, {"broken", f.Broken}, {"lost", f.Lost}} {
		if n.value < 0 {
			return form.Invalid(n.name, "parameter_invalid_integer", "This value must be greater than or equal to 0.")
		}
	}
	if f.Late < 0 || f.Late > 365*24*time.Hour {
		return form.Invalid("late", "parameter_invalid_integer", "This value must be between 0 and the seconds of a year.")
	}
	return nil
}

// faulty draws faults.
type faulty struct {
	mu   sync.Mutex
	f    Faults
	dice capture.Chooser
}

func (f *faulty) set(to Faults) error {
	if err := to.check(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.f, f.dice = to, capture.Seeded(to.Seed)
	return nil
}

// IntN implements capture.Chooser for the queue of deliveries.
func (f *faulty) IntN(n int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.dice.IntN(n)
}

func (f *faulty) oneIn(n func(Faults) int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	odds := n(f.f)
	return odds > 0 && f.dice.IntN(odds) == 0
}

// fault is what befalls a request.
type fault uint8

const (
	noFault fault = iota
	tooMany
	broken
	loseAnswer
)

func (f *faulty) draw() fault {
	switch {
	case f.oneIn(func(f Faults) int { return f.RateLimit }):
		return tooMany
	case f.oneIn(func(f Faults) int { return f.Broken }):
		return broken
	case f.oneIn(func(f Faults) int { return f.Lost }):
		return loseAnswer
	}
	return noFault
}

func (f fault) refusal() error {
	switch f {
	case tooMany:
		return &apiError{
			status: http.StatusTooManyRequests, kind: typeInvalid, code: "rate_limit", retry: "true",
			message: "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.",
		}
	case broken:
		return &apiError{status: http.StatusInternalServerError, kind: "api_error", retry: "true", message: "An unknown error occurred"}
	case noFault, loseAnswer:
	}
	return nil
}

// SetFaults replaces the faults.
func (s *Server) SetFaults(f Faults) error {
	if err := s.faults.set(f); err != nil {
		return err
	}
	// A Virtual duplicates work, which the machines drop; what is to come twice is the post.
	return s.queue.wire.Inject(capture.Faults{Late: f.Late, Reorder: f.Reorder}, &s.faults)
}

// wire posts webhooks with the faults that are wanted.
type wire struct {
	s    *Server
	next http.RoundTripper
}

var errDropped = errors.New("dropped on purpose")

// RoundTrip implements http.RoundTripper.
func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	next := w.next
	if next == nil {
		next = http.DefaultTransport
	}
	if w.s.faults.oneIn(func(f Faults) int { return f.Drop }) {
		return nil, errDropped
	}
	if w.s.faults.oneIn(func(f Faults) int { return f.Duplicate }) && req.GetBody != nil {
		twin := req.Clone(req.Context())
		if body, err := req.GetBody(); err == nil {
			twin.Body = body
			if resp, err := next.RoundTrip(twin); err == nil {
				_, _ = io.CopyN(io.Discard, resp.Body, maxBody)
				_ = resp.Body.Close()
			}
		}
	}
	return next.RoundTrip(req)
}

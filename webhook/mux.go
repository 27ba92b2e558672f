package webhook

import (
	"context"
	"strconv"
	"strings"
	"sync"
)

// Handler reacts to an event.
type Handler interface {
	// HandleEvent reacts to e. An error means that e was not handled and should be
	// delivered again: a service answers Stripe with 2xx only when it is nil.
	// Deliveries come twice, late and in any order (DOC-WH), so a second call
	// with the same e.ID has to be harmless.
	HandleEvent(ctx context.Context, e Event) error
}

// HandlerFunc is a function as a Handler.
type HandlerFunc func(ctx context.Context, e Event) error

// HandleEvent calls f. A nil f returns an *intents.InvalidError that names handler.
func (f HandlerFunc) HandleEvent(ctx context.Context, e Event) error {
	if f == nil {
		return invalid("handler", "is nil")
	}
	return f(ctx, e)
}

// Mux hands each event to the handler whose pattern fits its type best, as
// http.ServeMux does with requests. There are three sorts of pattern:
//
//	payment_intent.succeeded  this type alone
//	charge.*                  every type that begins with "charge."
//	*                         every type
//
// The most specific one wins: a type beats a wildcard, and of two wildcards the
// longer wins. So charge.dispute.* beats charge.*, which beats *; the order of
// registration does not matter. A handler is called for an event once.
//
// An event that no pattern fits is not an error, since an endpoint gets every type
// that it is subscribed to, often all of them, and Stripe adds new ones.
// HandleEvent returns nil then and the service answers 2xx; an error would only
// bring the event back. Who wants to hear of such events registers *.
//
// The zero Mux is ready to use and has no patterns. A Mux is a Handler, so one
// can be registered in another. Its methods may be called from many goroutines at once.
// It must not be copied after first use.
type Mux struct {
	mu       sync.RWMutex
	exact    map[string]Handler // by type
	families map[string]family  // wildcards by what comes before ".*"
	longest  int                // the length of the longest key of families
	rest     Handler            // for *
}

// A family is a wildcard with its handler. The pattern is kept so that a lookup
// need not build it.
type family struct {
	pattern string
	handler Handler
}

// Handle registers h for pattern. Unlike http.ServeMux it does not panic: it returns
// an *intents.InvalidError and changes nothing. The error names pattern if that is
// malformed or taken, and handler if h is nil.
//
// A pattern is made of segments with a dot between them, and only the last one can
// be *, which has to be a whole segment. Capital letters, spaces and what is not
// ASCII are refused: no type of Stripe has them, so the handler would wait for ever.
func (m *Mux) Handle(pattern string, h Handler) error {
	if m == nil {
		return invalid("mux", "is nil")
	}
	if err := checkPattern(pattern); err != nil {
		return err
	}
	if f, isFunc := h.(HandlerFunc); h == nil || isFunc && f == nil {
		return invalid("handler", "for "+pattern+" is nil")
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.taken(pattern) {
		return invalid("pattern", pattern+" already has a handler")
	}
	if pattern == "*" {
		m.rest = h
		return nil
	}
	if prefix, ok := strings.CutSuffix(pattern, ".*"); ok {
		if m.families == nil {
			m.families = make(map[string]family)
		}
		m.families[prefix] = family{pattern: pattern, handler: h}
		m.longest = max(m.longest, len(prefix))
		return nil
	}
	if m.exact == nil {
		m.exact = make(map[string]Handler)
	}
	m.exact[pattern] = h
	return nil
}

// HandleFunc registers f for pattern. It returns the errors of Handle.
func (m *Mux) HandleFunc(pattern string, f func(ctx context.Context, e Event) error) error {
	return m.Handle(pattern, HandlerFunc(f))
}

// Handler returns the handler for events of a type, and the pattern that it was
// registered with. When no pattern fits, the pattern is empty and the handler one
// that does nothing; it is never nil. Handler allocates nothing.
func (m *Mux) Handler(eventType string) (h Handler, pattern string) {
	if m == nil {
		return HandlerFunc(ignore), ""
	}
	m.mu.RLock()
	defer m.mu.RUnlock()
	if h, ok := m.exact[eventType]; ok {
		return h, eventType
	}
	// No key is longer than m.longest, so a type that is all dots costs no more.
	for prefix := eventType; len(m.families) > 0; {
		dot := strings.LastIndexByte(prefix[:min(len(prefix), m.longest+1)], '.')
		if dot < 0 {
			break
		}
		prefix = prefix[:dot]
		if f, ok := m.families[prefix]; ok {
			return f.handler, f.pattern
		}
	}
	if m.rest != nil {
		return m.rest, "*"
	}
	return HandlerFunc(ignore), ""
}

// HandleEvent calls the handler for e.Type and returns its error. It returns nil when
// there is none.
func (m *Mux) HandleEvent(ctx context.Context, e Event) error {
	h, _ := m.Handler(e.Type)
	return h.HandleEvent(ctx, e)
}

// taken reports whether pattern has a handler. The caller holds m.mu.
func (m *Mux) taken(pattern string) bool {
	if pattern == "*" {
		return m.rest != nil
	}
	if prefix, ok := strings.CutSuffix(pattern, ".*"); ok {
		_, taken := m.families[prefix]
		return taken
	}
	_, taken := m.exact[pattern]
	return taken
}

func ignore(context.Context, Event) error { return nil }

func checkPattern(pattern string) error {
	for rest, more := pattern, true; more; {
		var segment string
		segment, rest, more = strings.Cut(rest, ".")
		if problem := checkSegment(segment, !more); problem != "" {
			return invalid("pattern", strconv.Quote(pattern)+" "+problem)
		}
	}
	return nil
}

// checkSegment says what is wrong with a segment of a pattern, or nothing.
func checkSegment(segment string, last bool) string {
	switch {
	case segment == "":
		return "has an empty segment"
	case segment == "*" && last:
		return ""
	case strings.Contains(segment, "*"):
		return "has a * that is not the whole last segment"
	}
	for _, c := range []byte(segment) {
		if c <= ' ' || c > '~' || c >= 'A' && c <= 'Z' {
			return "has a character that no event type has"
		}
	}
	return ""
}

package delivery

import (
	"fmt"
	"iter"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/payintent/intents"
	"github.com/payintent/intents/webhook"
)

// EndpointStatus says whether an endpoint is sent events.
type EndpointStatus string

const (
	// EndpointEnabled is sent the events that it wants.
	EndpointEnabled EndpointStatus = "enabled"
	// EndpointDisabled is sent nothing.
	EndpointDisabled EndpointStatus = "disabled"
)

// Secret is a signing secret, with its whsec_. It prints as whsec_*** with every verb but
// a misplaced %w, which go vet refuses, and in logs; convert it to a string to use it.
type Secret string

const (
	secretPrefix = "whsec_"
	hidden       = "whsec_***"
)

// Format implements fmt.Formatter. It never writes the secret.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(hidden)) }

// LogValue implements slog.LogValuer. It never returns the secret.
func (Secret) LogValue() slog.Value { return slog.StringValue(hidden) }

// RollWindow is the longest time that an old secret stays valid (DOC-WH).
const RollWindow = 24 * time.Hour

// EnabledEvents are the types that an endpoint is sent: sorted names with a comma
// between them, or "*" alone. The empty EnabledEvents fit nothing.
type EnabledEvents string

// All yields the names, sorted.
func (e EnabledEvents) All() iter.Seq[string] {
	if e == "" {
		return func(func(string) bool) {}
	}
	return strings.SplitSeq(string(e), ",")
}

// Fits reports whether events of a type are among them: by name, by "*", or by a
// family such as charge.*, which has all types that begin with "charge.". Families are
// this library's extension; Stripe has names and "*" (facts 4.5). It allocates nothing.
func (e EnabledEvents) Fits(eventType string) bool {
	for rest, more := string(e), e != ""; more; {
		var name string
		name, rest, more = strings.Cut(rest, ",")
		family, isFamily := strings.CutSuffix(name, "*")
		if name == eventType || isFamily && strings.HasPrefix(eventType, family) {
			return true
		}
	}
	return false
}

// Endpoint is where events are sent: Stripe's webhook_endpoint (facts 4.5). It is a
// comparable value, and the zero Endpoint is none, or one that was deleted. Times are in UTC.
//
// It holds secrets. They hide from fmt and slog, but not from encoding/json, for an
// endpoint has to be stored.
type Endpoint struct { //nolint:recvcheck // what checks it does not copy it; the rest is asked of values
	ID     string         `json:"id,omitzero"`
	Status EndpointStatus `json:"status,omitzero"`
	URL    string         `json:"url,omitzero"`
	// APIVersion is what bodies are rendered at. Empty stands for the account's
	// default, which here is intents.VersionLatest. It never changes.
	APIVersion  intents.Version  `json:"api_version,omitzero"`
	Events      EnabledEvents    `json:"enabled_events,omitzero"`
	Description string           `json:"description,omitzero"`
	Metadata    intents.Metadata `json:"metadata,omitzero"`
	Created     intents.Time     `json:"created,omitzero"`
	// Secret signs. OldSecret signs too, until OldUntil; both are empty unless a
	// secret was rolled over.
	Secret    Secret       `json:"secret,omitzero"`
	OldSecret Secret       `json:"old_secret,omitzero"`
	OldUntil  intents.Time `json:"old_until,omitzero"`
	// Livemode and Connect never change. A Connect endpoint is sent the events of
	// connected accounts and no others.
	Livemode bool `json:"livemode,omitzero"`
	Connect  bool `json:"connect,omitzero"`
}

// LogValue implements slog.LogValuer: id and status, for a URL may hold a secret too.
func (e Endpoint) LogValue() slog.Value {
	return slog.GroupValue(slog.String("id", e.ID), slog.String("status", string(e.Status)))
}

// EndpointParams are what an endpoint is created with. ID and Secret are the caller's
// part: this library draws nothing.
type EndpointParams struct {
	ID            string
	Secret        Secret
	URL           string
	EnabledEvents []string
	APIVersion    intents.Version
	Description   string
	Metadata      intents.Metadata
	Livemode      bool
	Connect       bool
}

// EndpointUpdate changes what is given. The API version and connect can't be changed (NODE-23).
type EndpointUpdate struct {
	URL intents.Optional[string]
	// EnabledEvents replace the endpoint's own, where there are any.
	EnabledEvents []string
	Disabled      intents.Optional[bool]
	Description   intents.Optional[string]
	// Metadata is merged: an empty value unsets its key.
	Metadata intents.Pairs
}

// NewEndpoint returns an enabled endpoint. It returns an *intents.InvalidError that names
// the parameter: a missing or malformed id, secret, url or enabled_events, an http URL
// in live mode, an unknown form of api_version, or metadata beyond the limits.
func NewEndpoint(p EndpointParams, now time.Time) (Endpoint, error) {
	events, err := enabledEvents(p.EnabledEvents)
	if err != nil {
		return Endpoint{}, err
	}
	e := Endpoint{
		ID: p.ID, Status: EndpointEnabled, URL: p.URL, APIVersion: p.APIVersion, Events: events, Description: p.Description,
		Metadata: p.Metadata, Created: intents.TimeOf(now), Secret: p.Secret, Livemode: p.Livemode, Connect: p.Connect,
	}
	if e.Created <= 0 || e.Created > lastTime {
		return Endpoint{}, invalid("now", "", "the time is not set, or after the year 9999")
	}
	if err := e.check(); err != nil {
		return Endpoint{}, err
	}
	return e, nil
}

// Update returns the endpoint with what u gives. Its errors are those of NewEndpoint;
// with one, the endpoint comes back as it was.
func (e Endpoint) Update(u EndpointUpdate) (Endpoint, error) {
	after := e
	after.URL = u.URL.Or(e.URL)
	after.Description = u.Description.Or(e.Description)
	if len(u.EnabledEvents) > 0 {
		events, err := enabledEvents(u.EnabledEvents)
		if err != nil {
			return e, err
		}
		after.Events = events
	}
	if u.Disabled.Given {
		after.Status = EndpointEnabled
		if u.Disabled.Value {
			after.Status = EndpointDisabled
		}
	}
	var err error
	if after.Metadata, err = e.Metadata.Merge(u.Metadata); err != nil {
		return e, err
	}
	if err := after.check(); err != nil {
		return e, err
	}
	return after, nil
}

// Roll returns the endpoint with a new secret, while the old one stays valid for so long:
// nothing to 24 hours (DOC-WH). The old one of an earlier roll is dropped at once, so
// there are never more than two. It returns an *intents.InvalidError that names secret,
// keep or now.
func (e Endpoint) Roll(secret Secret, keep time.Duration, now time.Time) (Endpoint, error) {
	at := intents.TimeOf(now)
	after := e
	after.Secret, after.OldSecret, after.OldUntil = secret, "", 0
	switch {
	case at <= 0 || at > lastTime-intents.Time(RollWindow/time.Second):
		return e, invalid("now", "", "the time is not set, or after the year 9999")
	case keep < 0 || keep > RollWindow:
		return e, invalid("keep", "", "an old secret stays valid for 24 hours at most")
	case secret == e.Secret:
		return e, invalid("secret", "", "the new secret is the old one")
	case keep > 0:
		after.OldSecret, after.OldUntil = e.Secret, at.Add(keep)
	}
	if err := after.check(); err != nil {
		return e, err
	}
	return after, nil
}

// Sign returns the Stripe-Signature header for a body that is sent now: one v1 for each
// secret that is valid then, the newest first (DOC-WH).
func (e Endpoint) Sign(body []byte, now time.Time) string {
	at := intents.TimeOf(now)
	if e.OldSecret != "" && at < e.OldUntil {
		return webhook.Sign(body, at, string(e.Secret), string(e.OldSecret))
	}
	return webhook.Sign(body, at, string(e.Secret))
}

// Wants reports whether the endpoint is to be sent an event: it is enabled, lists the
// type, is of the event's mode, and is a Connect endpoint exactly if the event comes
// from a connected account (facts 4.5). An event that Stripe does not send at the
// endpoint's API version it is not sent. Wants allocates nothing.
func (e Endpoint) Wants(event webhook.Event) bool {
	return e.Status == EndpointEnabled && e.Livemode == event.Livemode && e.Connect == (event.Account != "") &&
		e.Events.Fits(event.Type) && event.SentTo(e.APIVersion)
}

// Check returns an *intents.InvalidError with code corrupt_state that names the field when a
// stored endpoint is not one that could have been made. The zero Endpoint is none, and fine.
func (e Endpoint) Check() error {
	if e == (Endpoint{}) {
		return nil
	}
	if err := e.check(); err != nil {
		return corrupt(err.Param, err.Message)
	}
	events, err := enabledEvents(slices.Collect(e.Events.All()))
	switch {
	case e.Status != EndpointEnabled && e.Status != EndpointDisabled:
		return corrupt("status", "it is unknown: "+string(e.Status))
	case err != nil || events != e.Events:
		return corrupt("enabled_events", "they are not canonical")
	case e.Created <= 0 || e.Created > lastTime:
		return corrupt("created", "it is out of range")
	case (e.OldSecret != "") != (e.OldUntil != 0):
		return corrupt("old_until", "it is set exactly with an old secret")
	}
	return nil
}

func (e *Endpoint) check() *intents.InvalidError {
	problem := func(param, code, message string) *intents.InvalidError {
		return &intents.InvalidError{Param: param, Code: code, Message: message}
	}
	switch {
	case e.ID == "" || !utf8.ValidString(e.ID):
		return problem("id", "parameter_missing", "an endpoint needs an id, in UTF-8")
	case !e.Secret.valid(), e.OldSecret != "" && !e.OldSecret.valid():
		return problem("secret", "", "a secret is whsec_ and at least one character of printable ASCII")
	case e.URL == "":
		return problem("url", "parameter_missing", "Missing required param: url.")
	case e.Events == "":
		return problem("enabled_events", "parameter_missing", "Missing required param: enabled_events.")
	case e.APIVersion.Check() != nil:
		return problem("api_version", "", "Invalid API version: "+strconv.Quote(string(e.APIVersion)))
	case !utf8.ValidString(e.Description):
		return problem("description", "", "it is not valid UTF-8")
	case e.Metadata.Check() != nil:
		return problem("metadata", "", "it is not canonical, or beyond the limits")
	}
	return checkURL(e.URL, e.Livemode)
}

func (s Secret) valid() bool {
	rest, ok := strings.CutPrefix(string(s), secretPrefix)
	return ok && rest != "" && !strings.ContainsFunc(rest, func(r rune) bool { return r <= ' ' || r > '~' })
}

// checkURL takes https anywhere, and http outside of live mode (DOC-WH). The message
// does not repeat the URL, which may hold a password.
func checkURL(text string, livemode bool) *intents.InvalidError {
	u, err := url.Parse(text)
	why := ""
	switch {
	case err != nil || !utf8.ValidString(text) || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https":
		why = "Invalid URL: An explicit scheme (such as https) must be provided."
	case livemode && u.Scheme != "https":
		why = "Invalid URL: URL must begin with https in live mode."
	default:
		return nil
	}
	return &intents.InvalidError{Param: "url", Code: "url_invalid", Message: why}
}

// enabledEvents returns names as EnabledEvents: sorted, each once.
func enabledEvents(list []string) (EnabledEvents, error) {
	if len(list) == 0 {
		return "", invalid("enabled_events", "parameter_missing", "Missing required param: enabled_events.")
	}
	for i, name := range list {
		if !validName(name) {
			return "", invalid("enabled_events["+strconv.Itoa(i)+"]", "", "Invalid enabled_events: "+strconv.Quote(name)+" is no event type, family of types, or *.")
		}
	}
	sorted := slices.Compact(slices.Sorted(slices.Values(list)))
	if len(sorted) > 1 && sorted[0] == "*" { // it sorts before every name
		return "", invalid("enabled_events", "", "Invalid enabled_events: * can't be listed with other event types.")
	}
	return EnabledEvents(strings.Join(sorted, ",")), nil
}

// validName reports whether a name is *, a type such as charge.dispute.closed, or a
// family such as charge.dispute.*. Which types there are Stripe decides.
func validName(name string) bool {
	if name == "*" {
		return true
	}
	segments := 0
	for segment := range strings.SplitSeq(strings.TrimSuffix(name, ".*"), ".") {
		segments++
		odd := func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9') }
		if segment == "" || strings.ContainsFunc(segment, odd) {
			return false
		}
	}
	return segments > 1 || strings.HasSuffix(name, ".*")
}

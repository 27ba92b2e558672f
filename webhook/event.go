package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/jsonenc"
)

// Event is one notification: that something of a Type happened at Created, with
// a snapshot of the object as it then was. It is a value. Two Events compare
// with == as long as their Objects do, which a Raw does; Equal looks into a
// Snapshot too.
//
// The zero Event is no event: it renders as JSON, but Decode refuses that.
type Event struct {
	// ID names the event. A delivery that is repeated has the same ID, so a
	// receiver tells duplicates by it (DOC-WH).
	ID string
	// Type says what happened, such as payment_intent.succeeded.
	Type string
	// APIVersion is the version that Object was rendered at (for a received
	// event), or is to be rendered at where nobody asks for another. It never
	// changes. Empty stands for intents.VersionLatest, or for a received null.
	APIVersion intents.Version
	// Created is when it happened, not when it was delivered. Many events share
	// a second, so Created does not order them (facts 4.3, OBS-WH).
	Created intents.Time
	// Account is the connected account that the event comes from. It is empty,
	// and absent on the wire, unless the event is about a connected account.
	Account string
	// Livemode is true for real money and false in a sandbox.
	Livemode bool
	// PendingWebhooks counts the endpoints that had not yet accepted the event
	// when it was rendered.
	PendingWebhooks int
	// Request is the API request that caused the event.
	Request Request
	// Object is the snapshot, data.object on the wire. Nil renders as null.
	Object Object
	// Previous is data.previous_attributes, a JSON object that holds the old
	// values of the changed keys. Empty leaves the key out. Stripe documents it
	// for *.updated events and sends it with some others (facts 4.3, DOC-multicapture).
	Previous string
	// Until is the first API version at which Stripe no longer sends the event, or
	// empty for one that it sends at every version. It is not on the wire. See SentTo.
	Until intents.Version
}

// Request identifies the API request that caused an event. Both fields are empty,
// and null on the wire, when none did: time passed, or a background job ended (OBS-WH).
type Request struct {
	// ID is the id of the request, such as req_4xKzLn2fWbTQvC.
	ID string
	// IdempotencyKey is the key that the caller sent with the request.
	IdempotencyKey string
}

// Object is a snapshot that can be rendered at an API version.
type Object interface {
	// AppendJSON appends the object as JSON, in the shape of version v, to dst
	// and returns the longer slice. The empty v stands for intents.VersionLatest.
	AppendJSON(dst []byte, v intents.Version) []byte
}

// Raw is an Object that was received: JSON as it came, rendered as it is at
// every version. It is a string so that it compares with ==.
type Raw string

// AppendJSON appends r to dst. An empty Raw renders as null.
func (r Raw) AppendJSON(dst []byte, _ intents.Version) []byte {
	if r == "" {
		return append(dst, "null"...)
	}
	return append(dst, r...)
}

// AppendJSON appends Stripe's envelope around e, with the object in the shape of
// version v, to dst and returns the longer slice. The empty v stands for
// intents.VersionLatest.
//
// A Raw object has the shape it came in, whatever v is. So its envelope names
// e.APIVersion where that is set, as Stripe answers with the first rendering of
// an event whatever version one asks for (setup-checkout-webhook facts 4.1).
//
// AppendJSON allocates nothing beyond what dst lacks in capacity and what the
// Object itself needs. It trusts a Raw and Previous to be JSON; MarshalJSON looks.
func (e Event) AppendJSON(dst []byte, v intents.Version) []byte {
	v = e.versionFor(v)
	dst = append(dst, `{"id":`...)
	dst = jsonenc.AppendJSONString(dst, e.ID)
	dst = append(dst, `,"object":"event"`...)
	if e.Account != "" {
		dst = append(dst, `,"account":`...)
		dst = jsonenc.AppendJSONString(dst, e.Account)
	}
	dst = append(dst, `,"api_version":`...)
	dst = jsonenc.AppendJSONString(dst, string(v))
	dst = append(dst, `,"created":`...)
	dst = strconv.AppendInt(dst, int64(e.Created), 10)
	dst = append(dst, `,"data":{"object":`...)
	if e.Object == nil {
		dst = append(dst, "null"...)
	} else {
		dst = e.Object.AppendJSON(dst, v)
	}
	if e.Previous != "" {
		dst = append(dst, `,"previous_attributes":`...)
		dst = append(dst, e.Previous...)
	}
	dst = append(dst, `},"livemode":`...)
	dst = strconv.AppendBool(dst, e.Livemode)
	dst = append(dst, `,"pending_webhooks":`...)
	dst = strconv.AppendInt(dst, int64(e.PendingWebhooks), 10)
	dst = append(dst, `,"request":{"id":`...)
	dst = appendStringOrNull(dst, e.Request.ID)
	dst = append(dst, `,"idempotency_key":`...)
	dst = appendStringOrNull(dst, e.Request.IdempotencyKey)
	dst = append(dst, `},"type":`...)
	dst = jsonenc.AppendJSONString(dst, e.Type)
	return append(dst, '}')
}

// Render returns the body of the webhook request that tells of e: AppendJSON
// into a buffer of its own.
func (e Event) Render(v intents.Version) []byte {
	return e.AppendJSON(make([]byte, 0, e.sizeHint()), v)
}

// MarshalJSON returns e rendered at e.APIVersion, or at intents.VersionLatest
// where that is empty. It returns an *intents.InvalidError that names
// data.previous_attributes, or data.object of a Raw, if that is not a JSON object.
func (e Event) MarshalJSON() ([]byte, error) {
	if e.Previous != "" {
		if err := checkObject("data.previous_attributes", e.Previous); err != nil {
			return nil, err
		}
	}
	if raw, ok := e.Object.(Raw); ok && raw != "" {
		if err := checkObject("data.object", string(raw)); err != nil {
			return nil, err
		}
	}
	return e.Render(e.APIVersion), nil
}

// versionFor returns the version that a rendering of e at v has. Raw bytes can't
// be rendered anew, and api_version has to say what they are.
func (e Event) versionFor(v intents.Version) intents.Version {
	if _, ok := e.Object.(Raw); ok && e.APIVersion != "" {
		return e.APIVersion
	}
	if v == "" {
		return intents.VersionLatest
	}
	return v
}

// envelopeSize is more than an envelope takes besides its strings, and
// objectSize more than most snapshots take.
const (
	envelopeSize = 320
	objectSize   = 3584
)

// sizeHint returns a capacity that one rendering of e seldom exceeds.
func (e Event) sizeHint() int {
	n := envelopeSize + len(e.ID) + len(e.Type) + len(e.Account) + len(e.Previous) +
		len(e.Request.ID) + len(e.Request.IdempotencyKey)
	if raw, ok := e.Object.(Raw); ok {
		return n + len(raw)
	}
	return n + objectSize
}

func appendStringOrNull(dst []byte, s string) []byte {
	if s == "" {
		return append(dst, "null"...)
	}
	return jsonenc.AppendJSONString(dst, s)
}

// Decode reads the body of a webhook request. The Object is a Raw copy of
// data.object. Decode trusts nothing, but a body that was not verified may well
// say what is not so: see Open.
//
// It returns an *intents.InvalidError that names the wrong part when the payload is
// not UTF-8 or not JSON; when a field that Stripe's schema requires (id, object,
// created, data.object, livemode, pending_webhooks, type) is missing or null; when
// a field has another JSON type than it should; when object is not "event", as in
// a thin event; and when a field that it reads is there twice, since two readers
// could then read two things. Field names match by case, unlike in encoding/json.
//
// It accepts what may grow: unknown fields and any type, API version and contents
// of data.object (facts section 10, invariant 34). Data.previous_attributes and
// request may be null or missing; a null or missing api_version gives "".
func Decode(payload []byte) (Event, error) {
	if !utf8.Valid(payload) {
		return Event{}, invalid("payload", "is not valid UTF-8")
	}
	if !json.Valid(payload) {
		return Event{}, syntaxError(payload)
	}
	const (
		id = iota
		object
		account
		apiVersion
		created
		data
		livemode
		pending
		request
		typ
	)
	m := [...]member{
		id: {path: "id"}, object: {path: "object"}, account: {path: "account"}, apiVersion: {path: "api_version"},
		created: {path: "created"}, data: {path: "data"}, livemode: {path: "livemode"},
		pending: {path: "pending_webhooks"}, request: {path: "request"}, typ: {path: "type"},
	}
	r := reader{err: nil}
	r.pick(member{path: "payload", raw: bytes.TrimSpace(payload)}, m[:])
	r.kind(m[object])
	n := r.integer(m[pending], strconv.IntSize)
	if n < 0 {
		r.fail("pending_webhooks", "is negative")
	}
	e := Event{
		ID:              r.required(m[id]),
		Type:            r.required(m[typ]),
		APIVersion:      intents.Version(r.optional(m[apiVersion])),
		Created:         intents.Time(r.integer(m[created], 64)),
		Account:         r.optional(m[account]),
		Livemode:        r.boolean(m[livemode]),
		PendingWebhooks: int(n),
		Request:         r.request(m[request]),
		Object:          nil,
		Previous:        "",
		Until:           "",
	}
	e.Object, e.Previous = r.data(m[data])
	if r.err != nil {
		return Event{}, r.err
	}
	return e, nil
}

// UnmarshalJSON is Decode for encoding/json. As usual there, null changes nothing.
func (e *Event) UnmarshalJSON(payload []byte) error {
	if string(payload) == "null" {
		return nil
	}
	decoded, err := Decode(payload)
	if err != nil {
		return err
	}
	*e = decoded
	return nil
}

// A member is a field of a JSON object: its path from the top and its value as
// it stands there. The value is nil when the field is missing.
type member struct {
	path string
	raw  []byte
}

// name returns the last part of the path.
func (m member) name() string { return m.path[strings.LastIndexByte(m.path, '.')+1:] }

func (m member) isNull() bool { return len(m.raw) == 0 || m.raw[0] == 'n' }

// A reader takes members of a payload apart that is known to be valid JSON. It keeps
// its first error, so that callers need not look after each step.
type reader struct{ err error }

func (r *reader) fail(param, message string) {
	if r.err == nil {
		r.err = invalid(param, message)
	}
}

// kind checks the field object, which tells an event from other things.
func (r *reader) kind(m member) {
	switch kind := r.required(m); kind {
	case "event":
	case "v2.core.event":
		r.fail(m.path, "is a thin event, which holds no snapshot: retrieve the event by its id")
	default:
		r.fail(m.path, "is not event")
	}
}

func (r *reader) data(m member) (Object, string) {
	in := [...]member{{path: "data.object"}, {path: "data.previous_attributes"}}
	r.pick(m, in[:])
	if r.err == nil && (in[0].isNull() || in[0].raw[0] != '{') {
		r.fail(in[0].path, "is not an object")
	}
	if in[1].isNull() {
		return Raw(in[0].raw), ""
	}
	if in[1].raw[0] != '{' {
		r.fail(in[1].path, "is not an object")
	}
	return Raw(in[0].raw), string(in[1].raw)
}

func (r *reader) request(m member) Request {
	if m.isNull() {
		return Request{}
	}
	in := [...]member{{path: "request.id"}, {path: "request.idempotency_key"}}
	r.pick(m, in[:])
	return Request{ID: r.optional(in[0]), IdempotencyKey: r.optional(in[1])}
}

// required returns a string that has to be there and not empty.
func (r *reader) required(m member) string {
	s := r.optional(m)
	if s == "" {
		r.fail(m.path, "is missing or empty")
	}
	return s
}

// optional returns a string, or "" when it is null or missing.
func (r *reader) optional(m member) string {
	if m.isNull() {
		return ""
	}
	if m.raw[0] != '"' {
		r.fail(m.path, "is not a string")
		return ""
	}
	return text(m.raw)
}

func (r *reader) integer(m member, bits int) int64 {
	if m.isNull() {
		r.fail(m.path, "is missing")
		return 0
	}
	// What strconv takes and JSON does not, such as +1, the payload can't hold.
	n, err := strconv.ParseInt(string(m.raw), 10, bits)
	if err != nil {
		r.fail(m.path, "is not an integer in range")
		return 0
	}
	return n
}

func (r *reader) boolean(m member) bool {
	switch {
	case m.isNull():
		r.fail(m.path, "is missing")
	case m.raw[0] != 't' && m.raw[0] != 'f':
		r.fail(m.path, "is not a boolean")
	}
	return len(m.raw) > 0 && m.raw[0] == 't'
}

// pick finds the wanted fields of the object of and leaves the others alone.
func (r *reader) pick(of member, want []member) {
	if of.isNull() || of.raw[0] != '{' {
		r.fail(of.path, "is not an object")
		return
	}
	b := of.raw
	for i := skipSpace(b, 1); b[i] != '}'; {
		end := skipValue(b, i)
		key := b[i+1 : end-1]
		if bytes.IndexByte(key, '\\') >= 0 {
			key = []byte(text(b[i:end]))
		}
		i = skipSpace(b, skipSpace(b, end)+len(":"))
		end = skipValue(b, i)
		for j := range want {
			if want[j].name() != string(key) {
				continue
			}
			if want[j].raw != nil {
				r.fail(want[j].path, "is there twice")
			}
			want[j].raw = b[i:end]
		}
		if i = skipSpace(b, end); b[i] == ',' {
			i = skipSpace(b, i+1)
		}
	}
}

// text returns what the JSON string quoted says. It copies, so that an id that is
// kept does not keep the whole payload.
func text(quoted []byte) string {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1])
	}
	var s string
	if err := json.Unmarshal(quoted, &s); err != nil { // the payload is valid, so it can't fail
		return ""
	}
	return s
}

// skipSpace returns the index of the first byte of b from i on that is not JSON white space.
func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// skipValue returns the index behind the value of valid JSON that begins at b[i].
func skipValue(b []byte, i int) int {
	switch b[i] {
	case '"':
		return skipString(b, i)
	case '{', '[':
		return skipNested(b, i)
	}
	for i < len(b) && !endsScalar(b[i]) {
		i++
	}
	return i
}

// skipNested returns the index behind the object or array that begins at b[i]. It
// counts, since payloads may nest as deep as their sender likes.
func skipNested(b []byte, i int) int {
	for depth := 0; i < len(b); {
		switch b[i] {
		case '"':
			i = skipString(b, i)
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		if i++; depth == 0 {
			return i
		}
	}
	return i
}

// skipString returns the index behind the string that begins at b[i].
func skipString(b []byte, i int) int {
	for i++; i < len(b) && b[i] != '"'; i++ {
		if b[i] == '\\' {
			i++
		}
	}
	return i + 1
}

func endsScalar(c byte) bool {
	switch c {
	case ',', '}', ']', ' ', '\n', '\t', '\r':
		return true
	}
	return false
}

// checkObject returns an *intents.InvalidError that names param unless s is a JSON object.
func checkObject(param, s string) error {
	if b := []byte(s); !json.Valid(b) || bytes.TrimSpace(b)[0] != '{' {
		return invalid(param, "is not a JSON object")
	}
	return nil
}

func invalid(param, message string) *intents.InvalidError {
	return &intents.InvalidError{Param: param, Code: "", Message: message}
}

// syntaxError says where payload stops to be JSON.
func syntaxError(payload []byte) error {
	message := "is not JSON"
	var value json.RawMessage
	var syntax *json.SyntaxError
	if err := json.Unmarshal(payload, &value); errors.As(err, &syntax) {
		message += ": " + syntax.Error() + " at byte " + strconv.FormatInt(syntax.Offset, 10)
	}
	return invalid("payload", message)
}

package webhook

import (
	"strconv"
	"strings"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/jsonenc"
)

// out is JSON that is being written, at one version. Keys are given with their
// comma and colon, as in `,"amount":`, so that writing one is a single copy.
//
// A rendering is a row of appends, and no value passes through an interface or a
// map: an event is rendered for each endpoint, so this is where the time goes.
type out struct {
	b    []byte
	undo undone
	// payer is shown in the place of its id, where that is expanded.
	payer intents.Customer
	// methods: payment methods show their customer whole.
	methods bool
	// inSession: the payment_method_options are those of a Checkout Session.
	inSession bool
}

func (o *out) raw(s string) { o.b = append(o.b, s...) }

// str writes a string.
func (o *out) str(key, s string) {
	o.b = append(o.b, key...)
	o.b = jsonenc.AppendJSONString(o.b, s)
}

// strOrNull writes a string, or null for an empty one.
func (o *out) strOrNull(key, s string) {
	o.b = append(o.b, key...)
	o.b = appendStringOrNull(o.b, s)
}

func (o *out) int(key string, n int64) {
	o.b = append(o.b, key...)
	o.b = strconv.AppendInt(o.b, n, 10)
}

// timeOrNull writes a time in seconds, or null where it is not set.
func (o *out) timeOrNull(key string, t intents.Time) {
	if t == 0 {
		o.null(key)
		return
	}
	o.int(key, int64(t))
}

func (o *out) bool(key string, v bool) {
	o.b = append(o.b, key...)
	o.b = strconv.AppendBool(o.b, v)
}

// choose writes one of two pieces of JSON.
func (o *out) choose(key string, v bool, yes, no string) {
	o.b = append(o.b, key...)
	if v {
		o.b = append(o.b, yes...)
	} else {
		o.b = append(o.b, no...)
	}
}

func (o *out) null(key string) {
	o.b = append(o.b, key...)
	o.b = append(o.b, "null"...)
}

func (o *out) metadata(m intents.Metadata) {
	o.b = append(o.b, `,"metadata":`...)
	if m == "" {
		o.b = append(o.b, "{}"...)
		return
	}
	o.b = m.AppendJSON(o.b)
}

// param writes the value of a pair as a string, or null where it is empty.
func (o *out) param(key string, v escaped) {
	o.b = append(o.b, key...)
	if v == "" {
		o.b = append(o.b, "null"...)
		return
	}
	o.b = v.appendJSON(o.b)
}

// paramInt writes the value of a pair as a number, or null where it is no number.
func (o *out) paramInt(key string, v escaped) {
	if !v.isInt() {
		o.null(key)
		return
	}
	o.b = append(o.b, key...)
	o.b = append(o.b, v...)
}

// inner writes a string without its quotes, as a part of a longer one.
func (o *out) inner(s string) {
	start := len(o.b)
	o.b = jsonenc.AppendJSONString(o.b, s)
	n := copy(o.b[start:], o.b[start+1:len(o.b)-1])
	o.b = o.b[:start+n]
}

// escaped is a value of a pair as the canonical form writes it: see intents.Pairs.
// To render one straight from there saves the copy that Pairs.Get makes of it.
type escaped string

// appendJSON appends the value as a JSON string.
func (e escaped) appendJSON(dst []byte) []byte {
	if strings.IndexByte(string(e), '%') < 0 {
		return jsonenc.AppendJSONString(dst, string(e))
	}
	return jsonenc.AppendJSONString(dst, e.text())
}

// text returns what the value stands for.
func (e escaped) text() string {
	v, _ := intents.Pairs("v=" + e).Get("v")
	return v
}

// isInt reports whether the value is a number that JSON can hold: digits without
// a zero in front.
func (e escaped) isInt() bool {
	digits := e
	if len(digits) > 1 && digits[0] == '-' {
		digits = digits[1:]
	}
	if digits == "" || len(digits) > 18 || digits[0] == '0' && len(e) > 1 {
		return false
	}
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return false
		}
	}
	return true
}

// group is a part of canonical pairs whose keys all begin alike, such as all of
// shipping[…].
type group string

// get returns the value of a key, which is given in full and needs no escape.
func (g group) get(key string) escaped {
	for rest := string(g); rest != ""; {
		var pair string
		pair, rest, _ = strings.Cut(rest, "&")
		if len(pair) > len(key) && pair[len(key)] == '=' && pair[:len(key)] == key {
			return escaped(pair[len(key)+1:])
		}
	}
	return ""
}

// find returns the value of a key of canonical pairs; the key needs no escape. It
// looks for one key faster than a walk through all of them.
func find(p intents.Pairs, key string) escaped {
	for rest := string(p); ; {
		i := strings.Index(rest, key)
		if i < 0 {
			return ""
		}
		end := i + len(key)
		if (i == 0 && len(rest) == len(p) || i > 0 && rest[i-1] == '&') && end < len(rest) && rest[end] == '=' {
			value, _, _ := strings.Cut(rest[end+1:], "&")
			return escaped(value)
		}
		rest = rest[end:]
	}
}

// cutGroup returns the pairs at the beginning of canonical pairs whose keys begin
// with prefix, and what is behind them.
func cutGroup(pairs, prefix string) (g group, rest string) {
	end := 0
	for end < len(pairs) && strings.HasPrefix(pairs[end:], prefix) {
		i := strings.IndexByte(pairs[end:], '&')
		if i < 0 {
			return group(pairs), ""
		}
		end += i + 1
	}
	if end == 0 {
		return "", pairs
	}
	return group(pairs[:end-1]), pairs[end:]
}

// tree writes pairs whose keys begin with prefix as the JSON object that form
// encoding means: a[b][c]=d is {"b":{"c":"d"}}. Keys that are empty or numbers make
// an array. The values are strings, but for those whose names mean something else.
// What is not well formed is left out.
func (o *out) tree(g group, prefix string) {
	open, end := byte('{'), byte('}')
	if isIndex(childName(string(g), prefix)) {
		open, end = '[', ']'
	}
	o.b = append(o.b, open)
	for rest := string(g); rest != ""; {
		var child group
		var ok bool
		name := childName(rest, prefix)
		if child, rest, ok = cutChild(rest, prefix, name); !ok {
			continue
		}
		if o.b[len(o.b)-1] != open {
			o.b = append(o.b, ',')
		}
		if open == '{' {
			o.b = escaped(name).appendJSON(o.b)
			o.b = append(o.b, ':')
		}
		o.leaf(child, prefix, name)
	}
	o.b = append(o.b, end)
}

// deepest bounds what is nested: a longer prefix is no parameter of Stripe's.
const deepest = 256

// leaf writes a value of a tree: a scalar, or what is below it.
func (o *out) leaf(child group, prefix, name string) {
	path := prefix + name + "]"
	pair, _, _ := strings.Cut(string(child), "&")
	if strings.HasPrefix(pair, path+"[") && len(path) < deepest {
		o.tree(child, path+"[")
		return
	}
	_, value, _ := strings.Cut(pair, "=")
	o.scalar(name, escaped(value))
}

// scalar writes a value whose type its name tells.
func (o *out) scalar(name string, v escaped) {
	switch name {
	case "amount", "count", "end_date", "expires_after_days", "expires_after_seconds", "expires_at", "interval_count", "start_date":
		if v.isInt() {
			o.b = append(o.b, v...)
			return
		}
	case "enabled", "require_cvc_recollection", "request_extended_authorization_support", "request_incremental_authorization_support":
		if v == "true" || v == "false" {
			o.b = append(o.b, v...)
			return
		}
	}
	o.b = v.appendJSON(o.b)
}

// childName returns the first name below a prefix: b of a[b][c]=d below "a[".
func childName(pairs, prefix string) string {
	key, _, _ := strings.Cut(pairs, "=")
	name, _, _ := strings.Cut(strings.TrimPrefix(key, prefix), "]")
	return name
}

// cutChild returns the pairs of one name below a prefix, and what is behind them; ok
// is false where they are not well formed. It takes one pair at least, so that loops
// over it end.
func cutChild(pairs, prefix, name string) (g group, rest string, ok bool) {
	path := prefix + name + "]"
	g, rest = cutGroup(pairs, path)
	if g == "" {
		_, rest, _ = strings.Cut(pairs, "&")
		return "", rest, false
	}
	return g, rest, len(g) > len(path) && (g[len(path)] == '=' || g[len(path)] == '[')
}

func isIndex(name string) bool {
	return name == "" || escaped(name).isInt()
}

// digest mixes an id into a number that spreads well (FNV-1a). What Stripe draws at
// random is derived from it, so that the same state renders to the same bytes.
func digest(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// digits writes a string of n digits.
func (o *out) digits(key string, x uint64, n int) {
	o.b = append(o.b, key...)
	o.b = append(o.b, '"')
	for range n {
		o.b = append(o.b, '0'+byte(x%10))
		x = x/10 ^ x<<7
	}
	o.b = append(o.b, '"')
}

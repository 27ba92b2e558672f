package intents

import (
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/payintent/intents/internal/jsonenc"
)

// Pairs is an immutable map from string to string, held as one canonical string in the
// form encoding in which Stripe takes its parameters: "brand=visa&last4=4242".
// The empty Pairs holds nothing. A key with an empty value is there; a missing key is not.
//
// Because it is a string, a state that holds one stays comparable and copies for
// nothing, == is equality, it can key a map, %#v prints a Go literal, and a
// database column can hold it. In JSON it is an ordinary object.
//
// The canonical form is valid UTF-8, sorted by key, byte by byte, and escapes, as % and
// two upper-case hexadecimal digits, what a form parser would misread and nothing else:
// control bytes and % & = + ; (the last because of net/url). So equal maps have equal strings.
//
// A string converted to Pairs may break that form; [Pairs.Check] says so. The other
// methods then return something, without a panic, and promise no more.
type Pairs string

// NewPairs returns the pairs of m. It returns an *InvalidError with the key as param if
// a key or a value is not valid UTF-8.
func NewPairs(m map[string]string) (Pairs, error) {
	keys := slices.Sorted(maps.Keys(m))
	for _, key := range keys {
		if err := checkText(key, m[key]); err != nil {
			return "", err
		}
	}
	return joinPairs(keys, m), nil
}

// joinPairs makes pairs of the sorted keys of m. All is valid UTF-8.
func joinPairs(keys []string, m map[string]string) Pairs {
	size := 0
	for _, key := range keys {
		size += len(key) + len(m[key]) + len("=&")
	}
	var b strings.Builder
	b.Grow(size)
	for i, key := range keys {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(escape(key))
		b.WriteByte('=')
		b.WriteString(escape(m[key]))
	}
	return Pairs(b.String())
}

// onePair makes pairs of one key. All is valid UTF-8.
func onePair(key, value string) Pairs { return Pairs(escape(key) + "=" + escape(value)) }

// PairsOf returns the pairs of kv, which holds a key, its value, the next key, and so
// on. It returns an *InvalidError if the last key has no value, if a key comes twice, or if
// something is not valid UTF-8, with that key as param.
func PairsOf(kv ...string) (Pairs, error) {
	m := make(map[string]string, len(kv)/2)
	for pair := range slices.Chunk(kv, 2) {
		if len(pair) < 2 {
			return "", &InvalidError{Param: printable(pair[0]), Code: "", Message: "a key without a value"}
		}
		if _, twice := m[pair[0]]; twice {
			return "", &InvalidError{Param: printable(pair[0]), Code: "", Message: "the key comes twice"}
		}
		m[pair[0]] = pair[1]
	}
	return NewPairs(m)
}

// Get returns the value of key and whether p holds key. It allocates only where
// the key or the value has something escaped.
func (p Pairs) Get(key string) (value string, ok bool) {
	// A text has one canonical escape, so the escaped keys can be compared.
	want := escape(key)
	for rest := string(p); rest != ""; {
		end := strings.IndexByte(rest, '&')
		pair := rest
		if end >= 0 {
			pair, rest = rest[:end], rest[end+1:]
		} else {
			rest = ""
		}
		if len(pair) > len(want) && pair[len(want)] == '=' && pair[:len(want)] == want {
			return unescape(pair[len(want)+1:]), true
		}
	}
	return "", false
}

// All yields the keys and values of p, sorted by key.
func (p Pairs) All() iter.Seq2[string, string] {
	return func(yield func(key, value string) bool) {
		for rest := string(p); rest != ""; {
			var k, v string
			k, v, rest = next(rest)
			if !yield(unescape(k), unescape(v)) {
				return
			}
		}
	}
}

// Len returns the number of keys in p.
func (p Pairs) Len() int {
	if p == "" {
		return 0
	}
	return 1 + strings.Count(string(p), "&")
}

// With returns p with value as the value of key. It returns an *InvalidError with the
// key as param if one of the two is not valid UTF-8.
func (p Pairs) With(key, value string) (Pairs, error) {
	if err := checkText(key, value); err != nil {
		return "", err
	}
	return p.Merge(onePair(key, value)), nil
}

// Without returns p without key. It is p where p has no such key.
func (p Pairs) Without(key string) Pairs {
	want := escape(key)
	for rest := string(p); rest != ""; {
		at := len(p) - len(rest)
		var k string
		k, _, rest = next(rest)
		switch {
		case k != want:
		case rest == "":
			return p[:max(at-len("&"), 0)]
		default:
			return p[:at] + Pairs(rest)
		}
	}
	return p
}

// Merge returns the keys of both, with the values of update where both have a key.
func (p Pairs) Merge(update Pairs) Pairs {
	if p == "" {
		return update
	}
	if update == "" {
		return p
	}
	var b strings.Builder
	b.Grow(len(p) + len("&") + len(update))
	put := func(pairs string) {
		if b.Len() > 0 && pairs != "" {
			b.WriteByte('&')
		}
		b.WriteString(pairs)
	}
	old, upd := string(p), string(update)
	for old != "" && upd != "" {
		oldKey, _, oldRest := next(old)
		updKey, _, updRest := next(upd)
		order := compareKeys(oldKey, updKey)
		if order < 0 {
			put(first(old))
		} else {
			put(first(upd))
			upd = updRest
		}
		if order <= 0 {
			old = oldRest
		}
	}
	put(old)
	put(upd)
	return Pairs(b.String())
}

// Check returns an *InvalidError with the code CodeCorruptState unless p is in the
// canonical form, as every Pairs is that came from this package's functions.
func (p Pairs) Check() error {
	what := p.flaw()
	if what == "" {
		return nil
	}
	return &InvalidError{Param: "", Code: CodeCorruptState, Message: "not canonical pairs: " + what}
}

// plain reports whether p is canonical in the way that nearly all pairs are: ASCII
// with nothing escaped and sorted keys. It looks at each byte once, and it is what
// makes checks cheap.
func (p Pairs) plain() bool {
	last, key, start, inValue, first := "", "", 0, false, true
	for i := range len(p) {
		switch class[p[i]] {
		case classText:
		case classEquals:
			if inValue {
				return false
			}
			if key = string(p[start:i]); !first && key <= last {
				return false
			}
			inValue, first = true, false
		case classAnd:
			if !inValue {
				return false
			}
			last, start, inValue = key, i+1, false
		default:
			return false
		}
	}
	return inValue || p == ""
}

// The classes of bytes that plain tells apart.
const (
	classOther = iota
	classText
	classEquals
	classAnd
)

//nolint:gochecknoglobals // read-only data, from mustEscape
var class = func() (c [256]byte) {
	for i := range 0x80 {
		if !mustEscape(byte(i)) {
			c[i] = classText
		}
	}
	c['='], c['&'] = classEquals, classAnd
	return c
}()

// flaw says in what p differs from the canonical form, or is empty.
func (p Pairs) flaw() string {
	if p.plain() {
		return ""
	}
	if !utf8.ValidString(string(p)) {
		return "not valid UTF-8"
	}
	last := ""
	for rest := string(p); rest != ""; {
		pair, at := first(rest), len(p)-len(rest)
		var k, v string
		k, v, rest = next(rest)
		switch {
		case len(pair) == len(k):
			return "a key without ="
		case !canonical(k) || !canonical(v):
			return "what must be escaped is not, or what must not be is"
		case at > 0 && compareKeys(last, k) >= 0:
			return "keys are not sorted, or one comes twice"
		}
		last = k
	}
	if strings.HasSuffix(string(p), "&") {
		return "a & behind the last pair"
	}
	return ""
}

// AppendJSON appends p to dst as a JSON object of strings, sorted by key, and returns
// the longer slice. Nothing is escaped for HTML. It does not check p, but what it
// appends is valid JSON for any p.
func (p Pairs) AppendJSON(dst []byte) []byte {
	dst = append(dst, '{')
	comma := false
	for k, v := range p.All() {
		if comma {
			dst = append(dst, ',')
		}
		comma = true
		dst = jsonenc.AppendJSONString(dst, k)
		dst = append(dst, ':')
		dst = jsonenc.AppendJSONString(dst, v)
	}
	return append(dst, '}')
}

// MarshalJSON returns p as a JSON object of strings. It returns the error of Check.
func (p Pairs) MarshalJSON() ([]byte, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	return p.AppendJSON(nil), nil
}

// UnmarshalJSON sets p to the pairs of a JSON object of strings; null is an empty one. Of a
// key that comes twice the last value holds, as in encoding/json. It returns an
// *InvalidError, and leaves p alone, if data is something else or not valid UTF-8.
func (p *Pairs) UnmarshalJSON(data []byte) error {
	m, err := decodeObject("", data)
	if err != nil {
		return err
	}
	*p = joinPairs(slices.Sorted(maps.Keys(m)), m)
	return nil
}

// decodeObject reads a JSON object whose values are strings. What it returns is valid
// UTF-8. Its errors are about param.
func decodeObject(param string, data []byte) (map[string]string, error) {
	invalid := func(why string) error {
		return &InvalidError{Param: param, Code: "", Message: "not a JSON object of strings: " + why}
	}
	// The decoder would put U+FFFD for each bad byte without a word.
	if !utf8.Valid(data) {
		return nil, invalid("not valid UTF-8")
	}
	// Pointers, because null would decode into a string as "", which is another value.
	var values map[string]*string
	if err := json.Unmarshal(data, &values); err != nil {
		return nil, invalid(err.Error())
	}
	m := make(map[string]string, len(values))
	for key, value := range values {
		if value == nil {
			return nil, invalid("a value is null")
		}
		m[key] = *value
	}
	return m, nil
}

// next splits pairs, which is not empty, into its first key and value, both still
// escaped, and what follows the &. It shortens any string, so loops over it end.
func next(pairs string) (key, value, rest string) {
	pair, rest, _ := strings.Cut(pairs, "&")
	key, value, _ = strings.Cut(pair, "=")
	return key, value, rest
}

// first returns the first key of pairs with its value.
func first(pairs string) string {
	pair, _, _ := strings.Cut(pairs, "&")
	return pair
}

// compareKeys orders two escaped keys by what they stand for: a % is less than a 0, but
// the = that it escapes is not.
func compareKeys(a, b string) int { return strings.Compare(unescape(a), unescape(b)) }

// mustEscape reports whether c is written as an escape in the canonical form.
func mustEscape(c byte) bool {
	switch c {
	case '%', '&', '=', '+', ';', 0x7f:
		return true
	default:
		return c < ' '
	}
}

const upperHex = "0123456789ABCDEF"

// escape returns s in the canonical form. It allocates only if there is something to escape.
func escape(s string) string {
	n := 0
	for i := range len(s) {
		if c := s[i]; class[c] != classText && mustEscape(c) {
			n++
		}
	}
	if n == 0 {
		return s
	}
	b := make([]byte, 0, len(s)+2*n)
	for i := range len(s) {
		c := s[i]
		if mustEscape(c) {
			b = append(b, '%', upperHex[c>>4], upperHex[c&0xf])
		} else {
			b = append(b, c)
		}
	}
	return string(b)
}

// unescape returns what s stands for. It allocates only if something is escaped. A
// % without two upper-case digits stands for itself.
func unescape(s string) string {
	i := strings.IndexByte(s, '%')
	if i < 0 {
		return s
	}
	b := make([]byte, i, len(s))
	copy(b, s)
	for i < len(s) {
		c, size := unescapeAt(s, i)
		b = append(b, c)
		i += size
	}
	return string(b)
}

// unescapeAt returns the byte that s has at i, and how long it is written there: 3 if escaped, else 1.
func unescapeAt(s string, i int) (c byte, size int) {
	if s[i] != '%' || len(s)-i < len("%00") {
		return s[i], 1
	}
	high, low := nibble(s[i+1]), nibble(s[i+2])
	if high > 0xf || low > 0xf {
		return s[i], 1
	}
	return high<<4 | low, 3
}

// nibble returns the value of an upper-case hexadecimal digit, or more than 15.
func nibble(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	default:
		return 0xff
	}
}

// canonical reports whether in s is escaped what must be and nothing else.
func canonical(s string) bool {
	for i := 0; i < len(s); {
		c, size := unescapeAt(s, i)
		if mustEscape(c) != (size > 1) {
			return false
		}
		i += size
	}
	return true
}

// checkText refuses a key or a value that is not valid UTF-8: JSON could not hold it.
func checkText(key, value string) error {
	switch {
	case !utf8.ValidString(key):
		return &InvalidError{Param: printable(key), Code: "", Message: "the key is not valid UTF-8"}
	case !utf8.ValidString(value):
		return &InvalidError{Param: key, Code: "", Message: "the value is not valid UTF-8"}
	}
	return nil
}

// printable makes s fit for an error that will be sent as JSON.
func printable(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

package intents

import (
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Metadata is what a caller notes down on an object: an immutable map from string to
// string within Stripe's limits (DOC-META). It has at most 50 keys; a key has 1 to 40
// characters and no square bracket, a value has 1 to 500 characters. Characters are
// Unicode code points (INFERRED). The empty Metadata holds nothing.
//
// There is no empty value: to Stripe that means to unset the key, and so it does here.
//
// It is a comparable string in the canonical form of [Pairs], such as "order_id=6735", and
// in JSON an ordinary object. A string converted to Metadata may break the form or a
// limit; [Metadata.Check] says so.
type Metadata string

// Stripe's limits for metadata.
const (
	maxMetadataKeys  = 50
	maxMetadataKey   = 40
	maxMetadataValue = 500
)

// NewMetadata returns the metadata of m, in which an empty value counts as not there.
// It returns an *InvalidError if m breaks a limit or is not valid UTF-8, about the first
// such key in sorted order. Its param is "metadata[key]", or "metadata" if there are too
// many keys; it has no code, as Stripe sends none.
func NewMetadata(m map[string]string) (Metadata, error) {
	keys := slices.Sorted(maps.Keys(m))
	for _, key := range keys {
		if err := checkEntry(key, m[key]); err != nil {
			return "", err
		}
	}
	return limited(joinPairs(keys, m))
}

// Get returns the value of key and whether m holds key. It allocates only where
// the key or the value has something escaped.
func (m Metadata) Get(key string) (value string, ok bool) { return Pairs(m).Get(key) }

// All yields the keys and values of m, sorted by key.
func (m Metadata) All() iter.Seq2[string, string] { return Pairs(m).All() }

// Len returns the number of keys in m.
func (m Metadata) Len() int { return Pairs(m).Len() }

// With returns m with value as the value of key, or without key if value is empty. Its
// errors are those of NewMetadata.
func (m Metadata) With(key, value string) (Metadata, error) {
	if err := checkEntry(key, value); err != nil {
		return "", err
	}
	return limited(Pairs(m).Merge(onePair(key, value)))
}

// Without returns m without key. It is m where m has no such key.
func (m Metadata) Without(key string) Metadata { return Metadata(Pairs(m).Without(key)) }

// Merge returns m after an update, as Stripe does it (DOC-META): a key with an empty
// value is unset, any other key is set, and the keys that update does not name stay. The
// limit of 50 keys is on the result. The update is Pairs because Metadata holds no empty
// value. (metadata= on the wire clears everything; that is the empty Metadata.)
//
// Its errors are those of NewMetadata; an update that is not canonical is refused too,
// with the param metadata.
func (m Metadata) Merge(update Pairs) (Metadata, error) {
	if flaw := update.flaw(); flaw != "" {
		return "", badMetadata("", "not canonical pairs: "+flaw)
	}
	for key, value := range update.All() {
		if err := checkEntry(key, value); err != nil {
			return "", err
		}
	}
	return limited(Pairs(m).Merge(update))
}

// Check returns an *InvalidError with the param metadata and the code CodeCorruptState
// unless m is in the canonical form of Pairs and within the limits.
func (m Metadata) Check() error {
	flaw := Pairs(m).flaw()
	if flaw == "" && m.Len() > maxMetadataKeys {
		flaw = "more than 50 keys"
	}
	if flaw == "" {
		for key, value := range m.All() {
			if value == "" {
				flaw = "an empty value"
				break
			}
			if flaw = entryFlaw(key, value); flaw != "" {
				break
			}
		}
	}
	if flaw == "" {
		return nil
	}
	return &InvalidError{Param: "metadata", Code: CodeCorruptState, Message: flaw}
}

// AppendJSON appends m to dst as a JSON object of strings, sorted by key, and returns
// the longer slice. Nothing is escaped for HTML. It does not check m, but what it
// appends is valid JSON for any m.
func (m Metadata) AppendJSON(dst []byte) []byte { return Pairs(m).AppendJSON(dst) }

// MarshalJSON returns m as a JSON object of strings. It returns the error of Check.
func (m Metadata) MarshalJSON() ([]byte, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	return m.AppendJSON(nil), nil
}

// UnmarshalJSON sets m to the metadata of a JSON object of strings; null is an empty one, and
// an empty value counts as not there. Of a key that comes twice the last value holds. It
// returns an *InvalidError, and leaves m alone, if data is something else or breaks a limit.
func (m *Metadata) UnmarshalJSON(data []byte) error {
	values, err := decodeObject("metadata", data)
	if err != nil {
		return err
	}
	metadata, err := NewMetadata(values)
	if err != nil {
		return err
	}
	*m = metadata
	return nil
}

// limited makes metadata of pairs whose keys and values are fine: it drops the
// empty values and counts the keys.
func limited(pairs Pairs) (Metadata, error) {
	pairs = nonEmpty(pairs)
	if n := pairs.Len(); n > maxMetadataKeys {
		return "", badMetadata("", "Metadata can have up to 50 keys, but you've set "+strconv.Itoa(n)+".")
	}
	return Metadata(pairs), nil
}

// nonEmpty returns the pairs that have a value. It is the same string where all have.
func nonEmpty(pairs Pairs) Pairs {
	if !strings.HasSuffix(string(pairs), "=") && !strings.Contains(string(pairs), "=&") {
		return pairs
	}
	var b strings.Builder
	b.Grow(len(pairs))
	for rest := string(pairs); rest != ""; {
		pair := first(rest)
		_, _, rest = next(rest)
		if strings.HasSuffix(pair, "=") {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(pair)
	}
	return Pairs(b.String())
}

// checkEntry refuses a key or a value that Stripe refuses. The value may be empty.
func checkEntry(key, value string) error {
	if flaw := entryFlaw(key, value); flaw != "" {
		return badMetadata("["+printable(key)+"]", flaw)
	}
	return nil
}

// entryFlaw says what is wrong with a key and its value, or is empty. The texts about
// lengths begin as Stripe's do (seen in published error bodies of 2025 and 2026).
func entryFlaw(key, value string) string {
	keyLen, valueLen := utf8.RuneCountInString(key), utf8.RuneCountInString(value)
	switch {
	case key == "":
		return "Metadata keys can't be empty."
	case keyLen > maxMetadataKey:
		return "Metadata keys can have up to 40 characters, but you passed in a key that is " + strconv.Itoa(keyLen) + " characters."
	case strings.ContainsAny(key, "[]"):
		return "Metadata keys can't contain square brackets."
	case valueLen > maxMetadataValue:
		return "Metadata values can have up to 500 characters, but you passed in a value that is " + strconv.Itoa(valueLen) + " characters."
	case !utf8.ValidString(key):
		return "The key is not valid UTF-8."
	case !utf8.ValidString(value):
		return "The value is not valid UTF-8."
	default:
		return ""
	}
}

func badMetadata(at, message string) error {
	return &InvalidError{Param: "metadata" + at, Code: "", Message: message}
}

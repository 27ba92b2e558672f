// Package splice changes single members of JSON objects in place, as text: their
// other members keep their order and their bytes. It trusts what it is given to be
// JSON that was rendered here, and does nothing where it is not.
package splice

import (
	"strings"

	"github.com/payintent/intents/internal/jsonenc"
)

// Value is where the value of a member stands in a text: text[Start:End].
type Value struct{ Start, End int }

// Find returns where the value of a member of the object in text begins and ends.
func Find(text []byte, key string) (Value, bool) {
	for m := range members(text) {
		if m.key == key {
			return m.value, true
		}
	}
	return Value{}, false
}

// Replace returns text with another value in the place of one.
func Replace(text []byte, v Value, with []byte) []byte {
	out := make([]byte, 0, len(text)-(v.End-v.Start)+len(with))
	out = append(out, text[:v.Start]...)
	out = append(out, with...)
	return append(out, text[v.End:]...)
}

// Set returns the object with a member's value replaced, or, where it has no such
// member, with one added in its place in the alphabet behind id and object.
func Set(text []byte, key string, value []byte) []byte {
	at := -1
	for m := range members(text) {
		if m.key == key {
			return Replace(text, m.value, value)
		}
		if at < 0 && m.key != "id" && m.key != "object" && m.key > key {
			at = m.start
		}
	}
	member := append(jsonenc.AppendJSONString(nil, key), ':')
	member = append(member, value...)
	if at >= 0 {
		return Replace(text, Value{at, at}, append(member, ','))
	}
	end := len(text) - 1
	if end < 1 || text[end] != '}' {
		return text
	}
	if text[end-1] != '{' {
		member = append([]byte{','}, member...)
	}
	return Replace(text, Value{end, end}, member)
}

// Only returns the object with the members of some names alone.
func Only(text []byte, keep func(key string) bool) []byte {
	out := []byte{'{'}
	for m := range members(text) {
		if !keep(m.key) {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(out, text[m.start:m.value.End]...)
	}
	return append(out, '}')
}

// Elements returns where the elements of the array in text stand.
func Elements(text []byte) []Value {
	if len(text) < 2 || text[0] != '[' {
		return nil
	}
	var list []Value
	for i := 1; i < len(text) && text[i] != ']'; {
		end := skip(text, i)
		if end <= i {
			return nil
		}
		list = append(list, Value{i, end})
		i = end
		if i < len(text) && text[i] == ',' {
			i++
		}
	}
	return list
}

// Text returns the string that a value is; false where it is none, or has escapes.
func Text(value []byte) (string, bool) {
	if len(value) < 2 || value[0] != '"' || strings.IndexByte(string(value), '\\') >= 0 {
		return "", false
	}
	return string(value[1 : len(value)-1]), true
}

type member struct {
	start int
	key   string
	value Value
}

// members yields the members of the object that text is.
func members(text []byte) func(yield func(member) bool) {
	return func(yield func(member) bool) {
		if len(text) < 2 || text[0] != '{' {
			return
		}
		for i := 1; i < len(text) && text[i] == '"'; {
			end := skip(text, i)
			if end <= i || end >= len(text) || text[end] != ':' {
				return
			}
			v := Value{end + 1, skip(text, end+1)}
			if v.End <= v.Start || !yield(member{i, string(text[i+1 : end-1]), v}) {
				return
			}
			i = v.End
			if i < len(text) && text[i] == ',' {
				i++
			}
		}
	}
}

// skip returns the end of the value that begins at i.
func skip(text []byte, i int) int {
	depth := 0
	for ; i < len(text); i++ {
		switch text[i] {
		case '"':
			if i = closing(text, i); depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth < 0 {
				return i
			}
			if depth == 0 {
				return i + 1
			}
		case ',':
			if depth == 0 {
				return i
			}
		}
	}
	return i
}

// closing returns where the string that opens at i is closed.
func closing(text []byte, i int) int {
	for i++; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(text) - 1
}

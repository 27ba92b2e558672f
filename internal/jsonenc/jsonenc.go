// Package jsonenc appends JSON strings to a byte slice.
//
// It gives byte for byte what an encoding/json Encoder with SetEscapeHTML(false)
// gives, without reflection and without an allocation of its own. Almost every
// string of a payment (ids, statuses, codes) has nothing to escape, so the work
// is one scan and one copy.
package jsonenc

import "unicode/utf8"

// AppendJSONString appends s to dst as a JSON string, quotes included, and returns
// the longer slice. It escapes the quote, the backslash, control characters, and
// U+2028 and U+2029, which JavaScript would take for line ends. Each byte that is
// not valid UTF-8 becomes \ufffd. HTML characters stay as they are.
func AppendJSONString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	i := plain(s, 0)
	if i == len(s) {
		dst = append(dst, s...)
		return append(dst, '"')
	}
	start := 0
	for i < len(s) {
		escaped, size := escapeAt(s, i)
		if escaped == "" {
			i = plain(s, i+size)
			continue
		}
		dst = append(dst, s[start:i]...)
		dst = append(dst, escaped...)
		if escaped == unicodeEscape {
			const hex = "0123456789abcdef"
			dst = append(dst, hex[s[i]>>4], hex[s[i]&0xf])
		}
		start = i + size
		i = plain(s, start)
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

// unicodeEscape begins the escape of a control character that has no letter of
// its own; its two hexadecimal digits follow.
const unicodeEscape = `\u00`

// plain returns the index of the first byte of s from i on that is not printable
// ASCII, or is a quote or a backslash, or len(s).
func plain(s string, i int) int {
	// Eight bytes at a time: a byte that must be looked at leaves its high bit set.
	const (
		ones  = 0x0101010101010101
		highs = 0x8080808080808080
	)
	for ; i+8 <= len(s); i += 8 {
		w := uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
			uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
		quote := w ^ ones*'"'
		backslash := w ^ ones*'\\'
		// A borrow can set a bit too many behind a byte that has one rightly, never
		// one too few, and the loop below looks at each byte of such a word anyway.
		if (w|(w-ones*0x20)|(quote-ones)|(backslash-ones))&highs != 0 {
			break
		}
	}
	for ; i < len(s); i++ {
		if c := s[i]; c < 0x20 || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			break
		}
	}
	return i
}

// escapeAt returns how the character at s[i] is escaped, or "" where it stays as
// it is, and its length in s.
func escapeAt(s string, i int) (escaped string, size int) {
	switch c := s[i]; {
	case c == '"':
		return `\"`, 1
	case c == '\\':
		return `\\`, 1
	case c == '\b':
		return `\b`, 1
	case c == '\f':
		return `\f`, 1
	case c == '\n':
		return `\n`, 1
	case c == '\r':
		return `\r`, 1
	case c == '\t':
		return `\t`, 1
	case c < 0x20:
		return unicodeEscape, 1
	}
	r, size := utf8.DecodeRuneInString(s[i:])
	switch {
	case r == utf8.RuneError && size == 1:
		return `\ufffd`, 1
	case r == '\u2028':
		return `\u2028`, size
	case r == '\u2029':
		return `\u2029`, size
	}
	return "", size
}

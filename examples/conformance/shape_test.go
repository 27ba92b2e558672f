package conformance

import (
	"testing"
)

// idLength is how long the part of an id behind its prefix is at least.
const idLength = 14

// shape returns JSON without what makes no difference to its shape: numbers, the ids
// behind their prefix, and strings of digits. Stripe's schemas bound no number, and
// no id by more than its length; so of all values of a shape only one needs to be
// looked at. Words, such as a status, do count.
//
// It appends to dst, since it is called for each rendering there is.
func shape(dst, body []byte) []byte {
	for i := 0; i < len(body); {
		switch c := body[i]; {
		case c == '"':
			end := i + 1
			for ; body[end] != '"'; end++ {
				if body[end] == '\\' {
					end++
				}
			}
			dst = text(dst, body[i:end+1])
			i = end + 1
		case '0' <= c && c <= '9':
			for ; i < len(body) && '0' <= body[i] && body[i] <= '9'; i++ {
			}
			dst = append(dst, '0')
		default:
			dst = append(dst, c)
			i++
		}
	}
	return dst
}

// text appends a quoted string, with x for each id in it and 0 for one of digits.
func text(dst, quoted []byte) []byte {
	digits, id := len(quoted) > len(`"12345"`), -1
	for i, c := range quoted {
		digits = digits && ('0' <= c && c <= '9' || c == '"')
		dst = append(dst, c)
		switch {
		case c == '_':
			id = len(dst)
		case 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9':
			continue
		case id >= 0:
			if len(dst)-1-id >= idLength {
				dst = append(dst[:id], 'x', c)
			}
			id = -1
		}
		if i == len(quoted)-1 && digits {
			dst = append(dst[:len(dst)-len(quoted)], `"0"`...)
		}
	}
	return dst
}

func TestShape(t *testing.T) {
	for _, tc := range [][2]string{
		{`{"a":-12,"b":[3,45],"c":1.5}`, `{"a":-0,"b":[0,0],"c":0.0}`},
		{`{"id":"ch_3SRzp4KXBGcbgpbZ1EpWO6qC"}`, `{"id":"ch_x"}`},
		{`"/v1/charges/ch_3SRzp4KXBGcbgpbZ1EpWO6qC/refunds"`, `"/v1/charges/ch_x/refunds"`},
		{`["123456","02","2.2.0","12345"]`, `["0","02","2.2.0","12345"]`},
		{`"requires_payment_method"`, `"requires_payment_method"`},
		{`"a \"b_3SRzp4KXBGcbgpbZ1EpWO6qC\" c"`, `"a \"b_x\" c"`},
		{`{"data":[],"x":null,"y":true}`, `{"data":[],"x":null,"y":true}`},
	} {
		if got := string(shape(nil, []byte(tc[0]))); got != tc[1] {
			t.Errorf("%s: %s, want %s", tc[0], got, tc[1])
		}
	}
}

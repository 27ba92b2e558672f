package jsonenc_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents/internal/jsonenc"
)

// reference is what encoding/json makes of s when it does not write for HTML.
func reference(t interface{ Fatal(...any) }, s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func TestAppendJSONString(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", `""`},
		{"pi_3PqT5VGfqzB8K0vF0iSmYxk2", `"pi_3PqT5VGfqzB8K0vF0iSmYxk2"`},
		{`say "hi" to C:\`, `"say \"hi\" to C:\\"`},
		{"\b\f\n\r\t", `"\b\f\n\r\t"`},
		{"\x00\x01\x1f\x7f", "\"\\u0000\\u0001\\u001f\x7f\""},
		{"<b>&amp;</b>", `"<b>&amp;</b>"`},
		{"Zürich ¥ 東京 😀", `"Zürich ¥ 東京 😀"`},
		{"a\u2028b\u2029c", `"a\u2028b\u2029c"`},
		{"\ufffd", "\"\ufffd\""},
		{"a\xffb\xc3", `"a\ufffdb\ufffd"`},
		{"\xed\xa0\x80", `"\ufffd\ufffd\ufffd"`}, // a surrogate is not UTF-8
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			require.Equal(t, tt.want, string(jsonenc.AppendJSONString(nil, tt.in)))
			require.Equal(t, tt.want, reference(t, tt.in))
		})
	}
}

// TestEveryByteAtEveryPlace puts each byte at each place of a long string, so that
// each lane of the eight-byte scan and its tail meets each byte.
func TestEveryByteAtEveryPlace(t *testing.T) {
	for c := range 256 {
		for at := range 19 {
			s := strings.Repeat("x", at) + string([]byte{byte(c)}) + strings.Repeat("y", 18-at)
			if got, want := string(jsonenc.AppendJSONString(nil, s)), reference(t, s); got != want {
				t.Fatalf("byte %#x at %d: %s, want %s", c, at, got, want)
			}
		}
	}
}

func TestAppendsBehindWhatIsThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.SliceOf(rapid.Byte()).Draw(t, "prefix")
		s := string(rapid.SliceOf(rapid.Byte()).Draw(t, "s"))
		got := jsonenc.AppendJSONString(bytes.Clone(prefix), s)
		require.Equal(t, string(prefix)+reference(t, s), string(got))
	})
}

func TestAllocs(t *testing.T) {
	dst := make([]byte, 0, 256)
	for _, s := range []string{"requires_capture", "a \"b\" \n \x01 ü \u2028 \xff"} {
		require.Zero(t, testing.AllocsPerRun(100, func() { dst = jsonenc.AppendJSONString(dst[:0], s) }), s)
	}
}

func FuzzJSONString(f *testing.F) {
	for _, s := range []string{"", "pi_123", "\"\\\n\x00\x7f", "ü\u2028\xff\xed\xa0\x80", "12345678\"", "1234567é9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := jsonenc.AppendJSONString(nil, s)
		if want := reference(t, s); string(got) != want {
			t.Fatalf("%q: %s, want %s", s, got, want)
		}
		var back string
		if err := json.Unmarshal(got, &back); err != nil {
			t.Fatalf("%q: %s is not JSON: %v", s, got, err)
		}
		if back != string([]rune(s)) { // []rune turns each bad byte into U+FFFD
			t.Fatalf("%q came back as %q", s, back)
		}
	})
}

func BenchmarkAppendJSONString(b *testing.B) {
	dst := make([]byte, 0, 1024)
	for name, s := range map[string]string{
		"status": "requires_capture",
		"id":     "pi_3PqT5VGfqzB8K0vF0iSmYxk2",
		"url":    "https://pay.stripe.com/receipts/payment/CAcaFwoVYWNjdF8xS0V3c0FMZTVKTG5tZEhvKJ_Zg7cGMgZ",
		"text":   "Café \"Zur Post\"\nZürich",
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				dst = jsonenc.AppendJSONString(dst[:0], s)
			}
		})
	}
}

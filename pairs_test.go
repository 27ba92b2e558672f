package intents_test

import (
	"bytes"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents"
)

func TestPairsCanonicalForm(t *testing.T) {
	tests := []struct {
		in   map[string]string
		want intents.Pairs
	}{
		{nil, ""},
		{map[string]string{}, ""},
		{map[string]string{"last4": "4242", "brand": "visa"}, "brand=visa&last4=4242"},
		{map[string]string{"a": ""}, "a="},
		{map[string]string{"": ""}, "="},
		{map[string]string{"": "x", "a": "y"}, "=x&a=y"},
		{map[string]string{"50%": "a&b=c"}, "50%25=a%26b%3Dc"},
		{map[string]string{"phone": "+49 30 1;2"}, "phone=%2B49 30 1%3B2"},
		{map[string]string{"lines": "a\r\n\x00\x1f\x7f"}, "lines=a%0D%0A%00%1F%7F"},
		{map[string]string{"Ü": "¥ 東京 /?#[]\"\\'"}, "Ü=¥ 東京 /?#[]\"\\'"},
		// Sorted by the keys themselves: 0 < =, though %3D < 0. A key sorts before what it begins.
		{map[string]string{"=": "1", "0": "2"}, "0=2&%3D=1"},
		{map[string]string{"a": "1", "ab": "2", "a!": "3"}, "a=1&a!=3&ab=2"},
		{map[string]string{"B": "1", "a": "2", "é": "3", "z": "4"}, "B=1&a=2&z=4&é=3"},
	}
	for _, tt := range tests {
		got, err := intents.NewPairs(tt.in)
		require.NoError(t, err)
		require.Equal(t, tt.want, got)
		require.NoError(t, got.Check())
		require.Equal(t, len(tt.in), got.Len())
		require.Len(t, maps.Collect(got.All()), len(tt.in))
		for key, value := range tt.in {
			have, ok := got.Get(key)
			require.True(t, ok, key)
			require.Equal(t, value, have)
		}
	}
}

func TestPairsOf(t *testing.T) {
	got, err := intents.PairsOf("last4", "4242", "brand", "visa")
	require.NoError(t, err)
	require.EqualValues(t, "brand=visa&last4=4242", got)

	got, err = intents.PairsOf()
	require.NoError(t, err)
	require.Empty(t, got)

	for _, tt := range []struct {
		kv    []string
		param string
		says  string
	}{
		{[]string{"a"}, "a", "a key without a value"},
		{[]string{"a", "1", "b"}, "b", "a key without a value"},
		{[]string{"a", "1", "a", "1"}, "a", "the key comes twice"},
		{[]string{"a", "\xff"}, "a", "the value is not valid UTF-8"},
		{[]string{"k\xff", "a"}, "k\ufffd", "the key is not valid UTF-8"},
		{[]string{"k\xff"}, "k\ufffd", "a key without a value"},
	} {
		got, err := intents.PairsOf(tt.kv...)
		require.Empty(t, got)
		require.Equal(t, &intents.InvalidError{Param: tt.param, Code: "", Message: tt.says}, err)
	}
}

func TestPairsGet(t *testing.T) {
	const p intents.Pairs = "=nothing&a=&a%26b=c%3Dd&aa=2"
	require.NoError(t, p.Check())
	for _, tt := range []struct {
		key, value string
		ok         bool
	}{
		{"", "nothing", true},
		{"a", "", true},
		{"a&b", "c=d", true},
		{"aa", "2", true},
		{"aaa", "", false},
		{"b", "", false},
		{"a%26b", "", false}, // keys are given as they are, not escaped
		{"\xff", "", false},
	} {
		value, ok := p.Get(tt.key)
		require.Equal(t, tt.ok, ok, tt.key)
		require.Equal(t, tt.value, value, tt.key)
	}
	_, ok := intents.Pairs("").Get("")
	require.False(t, ok, "the empty Pairs has no empty key")
}

func TestPairsWithAndWithout(t *testing.T) {
	p := intents.Pairs("")
	for _, kv := range [][2]string{{"m", "1"}, {"z", "2"}, {"a", "3"}, {"m", "4"}, {"k&", "+"}, {"", "6"}} {
		var err error
		p, err = p.With(kv[0], kv[1])
		require.NoError(t, err)
		require.NoError(t, p.Check())
	}
	require.EqualValues(t, "=6&a=3&k%26=%2B&m=4&z=2", p)

	require.EqualValues(t, "a=3&k%26=%2B&m=4&z=2", p.Without(""))
	require.EqualValues(t, "=6&a=3&m=4&z=2", p.Without("k&"))
	require.EqualValues(t, "=6&a=3&k%26=%2B&m=4", p.Without("z"))
	require.Equal(t, p, p.Without("y"))
	require.Empty(t, intents.Pairs("a=3").Without("a"))
	require.Empty(t, intents.Pairs("").Without(""))

	for _, kv := range [][2]string{{"k", "\xff"}, {"\xff", "v"}} {
		got, err := p.With(kv[0], kv[1])
		require.Empty(t, got)
		requireInvalid(t, err, strings.ToValidUTF8(kv[0], "\ufffd"), "")
	}
}

func TestPairsMerge(t *testing.T) {
	for _, tt := range []struct{ p, update, want intents.Pairs }{
		{"", "", ""},
		{"a=1", "", "a=1"},
		{"", "a=1", "a=1"},
		{"a=1", "a=2", "a=2"},
		{"a=1&c=3", "b=2&d=4", "a=1&b=2&c=3&d=4"},
		{"b=2&d=4", "a=1&c=3", "a=1&b=2&c=3&d=4"},
		{"a=1&b=2&c=3", "b=&c=4", "a=1&b=&c=4"},
		{"0=1", "%3D=2", "0=1&%3D=2"},
		{"%3D=2", "0=1&%3D=3", "0=1&%3D=3"},
		{"=1", "a=2", "=1&a=2"},
	} {
		got := tt.p.Merge(tt.update)
		require.Equal(t, tt.want, got, "%s + %s", tt.p, tt.update)
		require.NoError(t, got.Check())
	}
}

func TestPairsCheckRefuses(t *testing.T) {
	for _, p := range []intents.Pairs{
		"a", "a=1&b", "&", "a=1&", "&a=1", "a=1&&b=2", // form
		"b=1&a=2", "a=1&a=2", "a=1&a=1", "%3D=1&0=2", "=1&=1", // order
		"a=1=2", "a=1+2", "a=1;2", "a=\n", "a\x7f=1", "a=\x00", // not escaped
		"a=%41", "a=%2f", "a=%3d", "%20=1", "a=%C3%A9", "a=é%C3", // escaped without need
		"a=%", "a=%2", "a=%ZZ", "a=100%&b=1", // half escaped
		"a=\xff", "\xff=a", // not UTF-8
	} {
		requireInvalid(t, p.Check(), "", intents.CodeCorruptState)
		data, err := json.Marshal(p)
		require.Error(t, err, "%q", p)
		require.Nil(t, data)
	}
}

func TestPairsJSON(t *testing.T) {
	tests := []struct {
		p    intents.Pairs
		want string
	}{
		{"", `{}`},
		{"brand=visa&last4=4242", `{"brand":"visa","last4":"4242"}`},
		{"a=&b%22=<%26>", ""}, // %22 needs no escape, so it is not canonical
		{"q=\"\\%0A%00", `{"q":"\"\\\n\u0000"}`},
		{"url=https://a/?x%3D1%26y%3D2", `{"url":"https://a/?x=1&y=2"}`},
		{"html=<b>", `{"html":"<b>"}`},
	}
	for _, tt := range tests {
		if tt.want == "" {
			require.Error(t, tt.p.Check())
			continue
		}
		require.Equal(t, tt.want, string(tt.p.AppendJSON(nil)))
		require.Equal(t, "x:"+tt.want, string(tt.p.AppendJSON([]byte("x:"))))
		var back intents.Pairs
		require.NoError(t, json.Unmarshal([]byte(tt.want), &back))
		require.Equal(t, tt.p, back)
	}

	// As part of a state.
	type state struct {
		Card intents.Pairs `json:"card"`
	}
	data, err := json.Marshal(state{Card: "brand=visa"})
	require.NoError(t, err)
	want := `{"card":{"brand":"visa"}}`
	require.Equal(t, want, string(data))
	var back state
	require.NoError(t, json.Unmarshal([]byte(`{"card":{"b":"2","a":"\u00e9","b":"3"}}`), &back))
	require.EqualValues(t, "a=é&b=3", back.Card)
	require.NoError(t, json.Unmarshal([]byte(`{"card":null}`), &back))
	require.Empty(t, back.Card)
}

func TestPairsUnmarshalRefuses(t *testing.T) {
	for _, data := range []string{
		``, `x`, `1`, `"a=1"`, `[]`, `{"a":1}`, `{"a":null}`, `{"a":{}}`, `{"a":["1"]}`, `{"a":true}`, `{"a":"1"`, `{"a":"1"} {}`, "{\"a\":\"\xff\"}",
	} {
		p := intents.Pairs("old=1")
		requireInvalid(t, p.UnmarshalJSON([]byte(data)), "", "")
		require.EqualValues(t, "old=1", p, "a refusal changes nothing")
		m := intents.Metadata("old=1")
		requireInvalid(t, m.UnmarshalJSON([]byte(data)), "metadata", "")
		require.EqualValues(t, "old=1", m, "a refusal changes nothing")
	}
}

// TestPairsIsAValue shows what being a string is for.
func TestPairsIsAValue(t *testing.T) {
	a, err := intents.PairsOf("x", "1", "y", "2")
	require.NoError(t, err)
	b, err := intents.PairsOf("y", "2", "x", "1")
	require.NoError(t, err)
	require.Equal(t, a, b)
	require.Equal(t, 1, map[intents.Pairs]int{a: 1}[b])
	require.Equal(t, `"x=1&y=2"`, fmt.Sprintf("%#v", a))

	column, err := driver.DefaultParameterConverter.ConvertValue(a)
	require.NoError(t, err)
	require.Equal(t, "x=1&y=2", column)
	var scanned sql.Null[intents.Pairs]
	require.NoError(t, scanned.Scan(column))
	require.Equal(t, a, scanned.V)
}

func TestPairsAllStops(t *testing.T) {
	var keys []string
	for key := range intents.Pairs("a=1&b=2&c=3").All() {
		keys = append(keys, key)
		if key == "b" {
			break
		}
	}
	require.Equal(t, []string{"a", "b"}, keys)
}

// texts draws strings full of what is escaped, split or compared.
func texts() *rapid.Generator[string] {
	return rapid.StringOfN(rapid.OneOf(
		rapid.SampledFrom([]rune("%&=+;\x00\n\x7f 0123ABFab\"\\é東\u2028")), rapid.Rune(),
	), 0, 8, -1)
}

func textMaps() *rapid.Generator[map[string]string] {
	return rapid.MapOfN(texts(), texts(), 0, 8)
}

func TestPairsProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := textMaps().Draw(t, "m")
		p, err := intents.NewPairs(m)
		require.NoError(t, err)
		require.NoError(t, p.Check())

		// Map to Pairs and back, by each way of reading.
		require.Equal(t, m, maps.Collect(p.All()))
		require.Equal(t, len(m), p.Len())
		keys := []string{}
		for key := range p.All() {
			keys = append(keys, key)
		}
		require.True(t, slices.IsSorted(keys))
		for key, value := range m {
			got, ok := p.Get(key)
			require.True(t, ok)
			require.Equal(t, value, got)
		}
		probe := texts().Draw(t, "probe")
		got, ok := p.Get(probe)
		want, has := m[probe]
		require.Equal(t, has, ok)
		require.Equal(t, want, got)

		// Any form parser reads it.
		form, err := url.ParseQuery(string(p))
		require.NoError(t, err)
		require.Len(t, form, len(m))
		for key, value := range m {
			require.Equal(t, []string{value}, form[key])
		}

		// One map, one string, however it was made.
		q := intents.Pairs("")
		for _, key := range rapid.Permutation(keys).Draw(t, "order") {
			q, err = q.With(key, m[key])
			require.NoError(t, err)
		}
		require.Equal(t, p, q)
		other := textMaps().Draw(t, "other")
		o, err := intents.NewPairs(other)
		require.NoError(t, err)
		require.Equal(t, maps.Equal(m, other), p == o)

		// Pairs to JSON and back.
		data, err := json.Marshal(p)
		require.NoError(t, err)
		var plain map[string]string
		require.NoError(t, json.Unmarshal(data, &plain))
		require.Equal(t, m, plain)
		var back intents.Pairs
		require.NoError(t, json.Unmarshal(data, &back))
		require.Equal(t, p, back)
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		require.NoError(t, enc.Encode(m))
		require.Equal(t, strings.TrimSuffix(b.String(), "\n"), string(p.AppendJSON(nil)), "encoding/json writes a map the same way")
	})
}

func TestPairsMergeLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) (map[string]string, intents.Pairs) {
			m := rapid.MapOfN(rapid.OneOf(texts(), rapid.SampledFrom([]string{"a", "b", "=", "0", ""})), texts(), 0, 8).Draw(t, name)
			p, err := intents.NewPairs(m)
			require.NoError(t, err)
			return m, p
		}
		ma, a := draw("a")
		mb, b := draw("b")
		_, c := draw("c")

		union := maps.Clone(ma)
		maps.Copy(union, mb)
		got := a.Merge(b)
		require.NoError(t, got.Check())
		require.Equal(t, union, maps.Collect(got.All()))

		require.Equal(t, a, a.Merge(a), "idempotent")
		require.Equal(t, a.Merge(b), a.Merge(b).Merge(b), "an update twice is an update once")
		require.Equal(t, a.Merge(b).Merge(c), a.Merge(b.Merge(c)), "associative")
		require.Equal(t, a, a.Merge("").Merge(""), "the empty Pairs is neutral")
		require.Equal(t, a, intents.Pairs("").Merge(a))

		// Without undoes With.
		key := rapid.OneOf(texts(), rapid.SampledFrom([]string{"a", "b", "=", ""})).Draw(t, "key")
		with, err := a.With(key, "x")
		require.NoError(t, err)
		require.Equal(t, a.Without(key), with.Without(key))
		require.NoError(t, with.Without(key).Check())
		_, ok := with.Without(key).Get(key)
		require.False(t, ok)
	})
}

func TestPairsAllocs(t *testing.T) {
	const p intents.Pairs = "brand=visa&exp_month=12&exp_year=2030&last4=4242"
	none := map[string]func(){
		"Get": func() {
			if v, ok := p.Get("last4"); !ok || v != "4242" {
				t.Fatal(v)
			}
		},
		"no Get": func() {
			if v, ok := p.Get("network"); ok {
				t.Fatal(v)
			}
		},
		"Len":     func() { _ = p.Len() },
		"Without": func() { _ = p.Without("network") },
		"Check": func() {
			if err := p.Check(); err != nil {
				t.Fatal(err)
			}
		},
		"All": func() {
			n := 0
			for _, v := range p.All() {
				n += len(v)
			}
			if n != len("visa1220304242") {
				t.Fatal(n)
			}
		},
	}
	for name, f := range none {
		require.Zero(t, testing.AllocsPerRun(100, f), name)
	}
	dst := make([]byte, 0, 256)
	require.Zero(t, testing.AllocsPerRun(100, func() { dst = p.AppendJSON(dst[:0]) }))
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() { _ = p.Merge("network=visa") }), 1.0, "one string")
}

// FuzzPairs gives the readers any string and any JSON. Nothing may panic, and what
// passes Check must be exactly what the constructor makes of what it holds.
func FuzzPairs(f *testing.F) {
	for _, s := range []string{
		"", "a=1&b=2", "=", "&", "a", "a=%26&b%3D=%0A", "a=%4", "%", "b=1&a=2", "a=1&a=2", "0=1&%3D=2", "a=\xff", `{"a":"1"}`, `{"a":"\ud800"}`, `null`,
	} {
		f.Add(s, "a", s)
	}
	f.Fuzz(func(t *testing.T, s, key, update string) {
		p := intents.Pairs(s)
		m := maps.Collect(p.All())
		value, ok := p.Get(key)
		without := p.Without(key)
		merged := p.Merge(intents.Pairs(update))
		if data := p.AppendJSON(nil); !json.Valid(data) {
			t.Fatalf("%q: invalid JSON %s", s, data)
		}
		if p.Check() == nil {
			again, err := intents.NewPairs(m)
			if err != nil || again != p {
				t.Fatalf("%q passes Check, but holds %q: %q, %v", s, m, again, err)
			}
			if want, has := m[key]; has != ok || want != value || p.Len() != len(m) {
				t.Fatalf("%q: Get(%q) = %q, %v, Len = %d", s, key, value, ok, p.Len())
			}
			if _, still := without.Get(key); still || without.Check() != nil {
				t.Fatalf("%q without %q is %q", s, key, without)
			}
			if intents.Pairs(update).Check() == nil && merged.Check() != nil {
				t.Fatalf("%q + %q is %q", s, update, merged)
			}
		}
		var back intents.Pairs
		if err := back.UnmarshalJSON([]byte(s)); err == nil {
			if err := back.Check(); err != nil || !json.Valid([]byte(s)) {
				t.Fatalf("%q decodes to %q: %v", s, back, err)
			}
		} else if back != "" {
			t.Fatalf("%q is refused and changed to %q", s, back)
		}
		fuzzMetadata(t, s, key, update)
	})
}

func fuzzMetadata(t *testing.T, s, key, update string) {
	t.Helper()
	md := intents.Metadata(s)
	if data := md.AppendJSON(nil); !json.Valid(data) {
		t.Fatalf("%q: invalid JSON %s", s, data)
	}
	merged, err := md.Merge(intents.Pairs(update))
	if md.Check() != nil {
		return
	}
	again, renewed := intents.NewMetadata(maps.Collect(md.All()))
	if renewed != nil || again != md {
		t.Fatalf("%q passes Check, but is made again as %q: %v", s, again, renewed)
	}
	if err == nil && merged.Check() != nil {
		t.Fatalf("%q + %q is %q: %v", s, update, merged, merged.Check())
	}
	if with, err := md.With(key, update); err == nil && (with.Check() != nil || !utf8.ValidString(key+update)) {
		t.Fatalf("%q with %q=%q is %q", s, key, update, with)
	}
}

func BenchmarkPairs(b *testing.B) {
	const p intents.Pairs = "brand=visa&exp_month=12&exp_year=2030&last4=4242"
	b.Run("Get", func(b *testing.B) {
		for b.Loop() {
			_, _ = p.Get("last4")
		}
	})
	b.Run("Check", func(b *testing.B) {
		for b.Loop() {
			_ = p.Check()
		}
	})
	b.Run("Merge", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = p.Merge("network=visa")
		}
	})
	b.Run("AppendJSON", func(b *testing.B) {
		dst := make([]byte, 0, 256)
		for b.Loop() {
			dst = p.AppendJSON(dst[:0])
		}
	})
}

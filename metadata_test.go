package intents_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents"
)

// numbered returns n keys, k00 and so on.
func numbered(n int) map[string]string {
	m := make(map[string]string, n)
	for i := range n {
		m[fmt.Sprintf("k%02d", i)] = "v"
	}
	return m
}

func TestNewMetadata(t *testing.T) {
	tests := []struct {
		name string
		in   map[string]string
		want intents.Metadata
	}{
		{"none", nil, ""},
		{"one", map[string]string{"order_id": "6735"}, "order_id=6735"},
		{"sorted", map[string]string{"b": "2", "a": "1", "c": "3"}, "a=1&b=2&c=3"},
		{"an empty value is not there", map[string]string{"b": "", "a": "1", "c": ""}, "a=1"},
		{"only empty values", map[string]string{"b": "", "a": ""}, ""},
		{"longest key and value", map[string]string{strings.Repeat("k", 40): strings.Repeat("v", 500)}, intents.Metadata(strings.Repeat("k", 40) + "=" + strings.Repeat("v", 500))},
		{"characters are not bytes", map[string]string{strings.Repeat("東", 40): strings.Repeat("😀", 500)}, intents.Metadata(strings.Repeat("東", 40) + "=" + strings.Repeat("😀", 500))},
		{"nor escapes", map[string]string{strings.Repeat("&", 40): strings.Repeat("%", 500)}, intents.Metadata(strings.Repeat("%26", 40) + "=" + strings.Repeat("%25", 500))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := intents.NewMetadata(tt.in)
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
			require.NoError(t, got.Check())
		})
	}
	full, err := intents.NewMetadata(numbered(50))
	require.NoError(t, err)
	require.Equal(t, 50, full.Len())
	require.NoError(t, full.Check())
}

// bad lists what Stripe refuses in one entry. An entry of an update is held to the same.
func bad() map[string]struct{ key, value, param, says string } {
	long, tooLong := strings.Repeat("é", 41), strings.Repeat("é", 501)
	return map[string]struct{ key, value, param, says string }{
		"empty key":            {"", "v", "metadata[]", "Metadata keys can't be empty."},
		"long key":             {long, "v", "metadata[" + long + "]", "Metadata keys can have up to 40 characters, but you passed in a key that is 41 characters."},
		"long key, unset":      {long, "", "metadata[" + long + "]", "Metadata keys can have up to 40 characters, but you passed in a key that is 41 characters."},
		"opening bracket":      {"a[", "v", "metadata[a[]", "Metadata keys can't contain square brackets."},
		"closing bracket":      {"a]b", "v", "metadata[a]b]", "Metadata keys can't contain square brackets."},
		"long value":           {"a", tooLong, "metadata[a]", "Metadata values can have up to 500 characters, but you passed in a value that is 501 characters."},
		"key not UTF-8":        {"a\xff", "v", "metadata[a\ufffd]", "The key is not valid UTF-8."},
		"value not UTF-8":      {"a", "v\xff", "metadata[a]", "The value is not valid UTF-8."},
		"key of all the wrong": {"[\xff", "", "metadata[[\ufffd]", "Metadata keys can't contain square brackets."},
	}
}

func TestMetadataRefusesEntries(t *testing.T) {
	for name, tt := range bad() {
		t.Run(name, func(t *testing.T) {
			want := &intents.InvalidError{Param: tt.param, Code: "", Message: tt.says}
			got, err := intents.NewMetadata(map[string]string{"ok": "1", tt.key: tt.value})
			require.Equal(t, want, err)
			require.Empty(t, got)
			got, err = intents.Metadata("ok=1").With(tt.key, tt.value)
			require.Equal(t, want, err)
			require.Empty(t, got)
			if !utf8.ValidString(tt.key + tt.value) {
				return // no Pairs hold it
			}
			update, err := intents.PairsOf(tt.key, tt.value)
			require.NoError(t, err)
			got, err = intents.Metadata("ok=1").Merge(update)
			require.Equal(t, want, err)
			require.Empty(t, got)
			data, err := json.Marshal(map[string]string{tt.key: tt.value})
			require.NoError(t, err)
			require.Equal(t, want, got.UnmarshalJSON(data))
		})
	}
	_, err := intents.NewMetadata(map[string]string{"z[": "", "b]": "", "m": ""})
	requireInvalid(t, err, "metadata[b]]", "") // the first in sorted order, each time
}

func TestMetadataRefusesTooManyKeys(t *testing.T) {
	want := &intents.InvalidError{Param: "metadata", Code: "", Message: "Metadata can have up to 50 keys, but you've set 51."}
	_, err := intents.NewMetadata(numbered(51))
	require.Equal(t, want, err)

	full, err := intents.NewMetadata(numbered(50))
	require.NoError(t, err)
	_, err = full.With("one_more", "v")
	require.Equal(t, want, err)
	_, err = full.Merge("one_more=v")
	require.Equal(t, want, err)

	// What counts is the result: exchange a key, change a value, drop what is not there.
	for _, update := range []intents.Pairs{"k00=&one_more=v", "k00=w", "k00=&k01=&x=1&y=2", "absent="} {
		got, err := full.Merge(update)
		require.NoError(t, err, update)
		require.Equal(t, 50, got.Len())
		require.NoError(t, got.Check())
	}
}

func TestMetadataMerge(t *testing.T) {
	for _, tt := range []struct {
		m      intents.Metadata
		update intents.Pairs
		want   intents.Metadata
	}{
		{"", "", ""},
		{"a=1", "", "a=1"},
		{"a=1", "b=2", "a=1&b=2"},
		{"a=1&b=2", "a=3", "a=3&b=2"},
		{"a=1&b=2&c=3", "b=", "a=1&c=3"},
		{"a=1&b=2&c=3", "a=&c=", "b=2"},
		{"a=1", "a=", ""},
		{"a=1", "b=", "a=1"},
		{"", "a=&b=&c=1&d=", "c=1"},
		{"a=%3D", "b=x%3D", "a=%3D&b=x%3D"}, // a value that ends in = is not empty
		{"a=%3D", "a=", ""},
	} {
		got, err := tt.m.Merge(tt.update)
		require.NoError(t, err)
		require.Equal(t, tt.want, got, "%s + %s", tt.m, tt.update)
	}
	_, err := intents.Metadata("a=1").Merge("b=1&a=2")
	requireInvalid(t, err, "metadata", "")
	require.ErrorContains(t, err, "not canonical")
}

func TestMetadataWithAndWithout(t *testing.T) {
	m, err := intents.Metadata("").With("b", "2")
	require.NoError(t, err)
	m, err = m.With("a", "1")
	require.NoError(t, err)
	require.EqualValues(t, "a=1&b=2", m)
	value, ok := m.Get("b")
	require.True(t, ok)
	require.Equal(t, "2", value)
	require.EqualValues(t, "b=2", m.Without("a"))
	require.Equal(t, m, m.Without("c"))
	unset, err := m.With("a", "")
	require.NoError(t, err)
	require.EqualValues(t, "b=2", unset)
}

func TestMetadataCheckRefuses(t *testing.T) {
	over, err := intents.NewPairs(numbered(51))
	require.NoError(t, err)
	cases := map[string]intents.Metadata{
		"unsorted":      "b=1&a=2",
		"no value":      "a",
		"not UTF-8":     "a=\xff",
		"empty value":   "a=1&b=",
		"too many keys": intents.Metadata(over),
	}
	for name, tt := range bad() {
		p, err := intents.PairsOf(tt.key, tt.value)
		if err == nil {
			cases[name] = intents.Metadata(p)
		}
	}
	require.Len(t, cases, 11)
	for name, m := range cases {
		requireInvalid(t, m.Check(), "metadata", intents.CodeCorruptState)
		data, err := json.Marshal(m)
		require.Error(t, err, name)
		require.Nil(t, data)
	}
}

func TestMetadataJSON(t *testing.T) {
	m, err := intents.NewMetadata(map[string]string{"order_id": "6735", "note": "a \"b\" <c> & d"})
	require.NoError(t, err)
	want := `{"note":"a \"b\" <c> & d","order_id":"6735"}`
	require.Equal(t, want, string(m.AppendJSON(nil)))
	require.Equal(t, `{}`, string(intents.Metadata("").AppendJSON(nil)))
	data, err := json.Marshal(m)
	require.NoError(t, err)
	var back intents.Metadata
	require.NoError(t, json.Unmarshal(data, &back))
	require.Equal(t, m, back)
	require.NoError(t, json.Unmarshal([]byte(`{"a":"1","b":""}`), &back))
	require.EqualValues(t, "a=1", back)
	require.NoError(t, json.Unmarshal([]byte(`null`), &back))
	require.Empty(t, back)
}

// metadataKeys draws few keys, so that updates meet what is there.
func metadataKeys() *rapid.Generator[string] {
	return rapid.OneOf(rapid.StringMatching(`[a-d=&]`), rapid.StringMatching(`[a-z_]{1,8}`))
}

// TestMetadataProperties holds Merge to Stripe's rule, told with plain maps.
func TestMetadataProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.OneOf(rapid.Just(""), texts())
		m := rapid.MapOfN(metadataKeys(), values, 0, 12).Draw(t, "m")
		update := rapid.MapOfN(metadataKeys(), values, 0, 12).Draw(t, "update")
		stored, err := intents.NewMetadata(m)
		require.NoError(t, err)
		pairs, err := intents.NewPairs(update)
		require.NoError(t, err)

		want := maps.Clone(m)
		maps.Copy(want, update)
		maps.DeleteFunc(want, func(_, value string) bool { return value == "" })
		got, err := stored.Merge(pairs)
		require.NoError(t, err)
		require.NoError(t, got.Check())
		require.Equal(t, want, maps.Collect(got.All()))

		// The same update again changes nothing, and one key at a time comes to the same.
		again, err := got.Merge(pairs)
		require.NoError(t, err)
		require.Equal(t, got, again)
		step := stored
		for key, value := range pairs.All() {
			step, err = step.With(key, value)
			require.NoError(t, err)
		}
		require.Equal(t, got, step)

		// Creation is an update of nothing.
		created, err := intents.NewMetadata(update)
		require.NoError(t, err)
		merged, err := intents.Metadata("").Merge(pairs)
		require.NoError(t, err)
		require.Equal(t, created, merged)

		data, err := json.Marshal(got)
		require.NoError(t, err)
		var back intents.Metadata
		require.NoError(t, json.Unmarshal(data, &back))
		require.Equal(t, got, back)
	})
}

func TestMetadataAllocs(t *testing.T) {
	const m intents.Metadata = "customer=Ms Smith&order_id=6735"
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if err := m.Check(); err != nil {
			t.Fatal(err)
		}
		if v, ok := m.Get("order_id"); !ok || v != "6735" || m.Len() != 2 {
			t.Fatal(v)
		}
	}))
	dst := make([]byte, 0, 128)
	require.Zero(t, testing.AllocsPerRun(100, func() { dst = m.AppendJSON(dst[:0]) }))
}

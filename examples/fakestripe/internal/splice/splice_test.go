package splice

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSplice(t *testing.T) {
	const text = `{"id":"x","object":"o","a":{"b":[1,{"c":"}\""}]},"list":["p","q",{}],"n":null,"z":-1}`
	get := func(key string) string {
		v, ok := Find([]byte(text), key)
		require.True(t, ok, key)
		return text[v.Start:v.End]
	}
	require.Equal(t, `"x"`, get("id"))
	require.Equal(t, `{"b":[1,{"c":"}\""}]}`, get("a"))
	require.Equal(t, "null", get("n"))
	require.Equal(t, "-1", get("z"))
	_, ok := Find([]byte(text), "b")
	require.False(t, ok, "another object's")
	require.Equal(t, `{"id":"x","object":"o","b":1,"c":2}`, string(Set([]byte(`{"id":"x","object":"o","c":2}`), "b", []byte("1"))))
	require.Equal(t, `{"id":"x","d":1}`, string(Set([]byte(`{"id":"x"}`), "d", []byte("1"))))
	require.Equal(t, `{"a":1}`, string(Set([]byte(`{}`), "a", []byte("1"))))
	require.Equal(t, `{"a":2}`, string(Set([]byte(`{"a":1}`), "a", []byte("2"))))
	require.Equal(t, `{"id":"x","n":null}`, string(Only([]byte(text), func(k string) bool { return k == "id" || k == "n" })))
	list := []byte(get("list"))
	elements := Elements(list)
	require.Len(t, elements, 3)
	require.Equal(t, `{}`, string(list[elements[2].Start:elements[2].End]))
	require.Empty(t, Elements([]byte("[]")))
	s, ok := Text([]byte(`"abc"`))
	require.True(t, ok)
	require.Equal(t, "abc", s)
	_, ok = Text([]byte(`"a\n"`))
	require.False(t, ok)
}

// TestAgrees holds Find, Set and Only against encoding/json.
func TestAgrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(
			rapid.Just[any](nil), rapid.Map(rapid.String(), func(s string) any { return s }), rapid.Map(rapid.IntRange(-9, 9), func(n int) any { return n }),
			rapid.Map(rapid.SliceOfN(rapid.String(), 0, 3), func(s []string) any { return s }),
			rapid.Map(rapid.MapOfN(rapid.StringMatching("[a-z\\]\\[{},:]{1,3}"), rapid.String(), 0, 3), func(m map[string]string) any { return m }),
		)
		m := rapid.MapOfN(rapid.StringMatching("[a-z]{1,2}"), value, 0, 6).Draw(t, "object")
		text, err := json.Marshal(m)
		require.NoError(t, err)
		key := rapid.StringMatching("[a-z]{1,2}").Draw(t, "key")
		v, ok := Find(text, key)
		want, has := m[key]
		require.Equal(t, has, ok)
		if ok {
			one, err := json.Marshal(want)
			require.NoError(t, err)
			require.Equal(t, string(one), string(text[v.Start:v.End]))
		}
		m[key] = 7
		after, err := json.Marshal(m)
		require.NoError(t, err)
		require.JSONEq(t, string(after), string(Set(text, key, []byte("7"))))
		require.JSONEq(t, string(after), string(Only(after, func(string) bool { return true })))
	})
}

func FuzzSplice(f *testing.F) {
	f.Add([]byte(`{"a":[1,2,{"b":"\\"}]}`), "a")
	f.Add([]byte(`{"a"`), "a")
	f.Fuzz(func(t *testing.T, text []byte, key string) {
		if v, ok := Find(text, key); ok {
			_ = Elements(text[v.Start:v.End])
			_, _ = Text(text[v.Start:v.End])
		}
		if out := Set(text, key, []byte("1")); json.Valid(text) && !json.Valid(out) {
			t.Fatalf("%q became %q", text, out)
		}
		_ = Only(text, func(string) bool { return true })
	})
}

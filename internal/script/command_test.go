package script

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// command parses one line and returns it with a recorder behind it.
func command(t *testing.T, line string) (Command, *recorder) {
	t.Helper()
	f, err := parse("t.txt", line+"\n----\n")
	require.NoError(t, err)
	r := &recorder{}
	c := f.blocks[0].commands[0]
	c.t = r
	return c, r
}

func unread(c Command) (keys []string) {
	for _, a := range c.Args {
		if !a.read {
			keys = append(keys, a.Key)
		}
	}
	return keys
}

func TestCommand(t *testing.T) {
	c, _ := command(t, `confirm pm=pm_card_visa	d="a \"b\"=c" amount=-20 off on=true not=false in=1h30m x[]=1 x[]=2 m[a]=1 m[b]="" m[b][c]=3 m[]=4 n=`)
	require.Equal(t, "confirm", c.Name)
	require.Equal(t, "t.txt:1", c.Pos())
	require.Equal(t, Arg{Key: "pm", Value: "pm_card_visa"}, c.Args[0])
	require.Equal(t, Arg{Key: "off", Bare: true}, c.Args[3])
	require.Len(t, unread(c), len(c.Args))

	s, ok := c.String("d")
	require.True(t, ok)
	require.Equal(t, `a "b"=c`, s)
	s, ok = c.String("n")
	require.True(t, ok)
	require.Empty(t, s)
	_, ok = c.String("nothing")
	require.False(t, ok)
	n, ok := c.Int("amount")
	require.True(t, ok)
	require.Equal(t, int64(-20), n)
	_, ok = c.Int("nothing")
	require.False(t, ok)
	for key, want := range map[string]bool{"off": true, "on": true, "not": false} {
		b, ok := c.Bool(key)
		require.True(t, ok)
		require.Equal(t, want, b)
	}
	_, ok = c.Bool("nothing")
	require.False(t, ok)
	d, ok := c.Duration("in")
	require.True(t, ok)
	require.Equal(t, 90*time.Minute, d)
	_, ok = c.Duration("nothing")
	require.False(t, ok)
	require.Equal(t, []string{"pm", "x[]", "x[]", "m[a]", "m[b]", "m[b][c]", "m[]"}, unread(c))
	require.Equal(t, []string{"1", "2"}, c.Strings("x[]"))
	require.Nil(t, c.Strings("y[]"))
	require.Equal(t, map[string]string{"a": "1", "b": ""}, c.Map("m"))
	require.Nil(t, c.Map("pm"))
	require.Equal(t, []string{"pm", "m[b][c]", "m[]"}, unread(c))
	require.Equal(t, map[string]string{"c": "3"}, c.Map("m[b]"))

	for range c.All() {
		break
	}
	require.Equal(t, []string{"m[]"}, unread(c), "the loop came to the first argument alone")
}

func TestCommandBadValues(t *testing.T) {
	for _, tc := range []struct {
		line, want string
		get        func(Command)
	}{
		{"a n=1.5", "n=1.5 is not an integer", func(c Command) { c.Int("n") }},
		{"a n", "n has no value", func(c Command) { c.Int("n") }},
		{"a n=yes", "n=yes is neither true nor false", func(c Command) { c.Bool("n") }},
		{"a n=", "n= is neither true nor false", func(c Command) { c.Bool("n") }},
		{"a n=1", "n=1 is not a duration", func(c Command) { c.Duration("n") }},
		{"a n", "n has no value", func(c Command) { c.Duration("n") }},
		{"a n", "n has no value", func(c Command) { c.String("n") }},
		{"a n[]", "n[] has no value", func(c Command) { c.Strings("n[]") }},
		{"a n[k]", "n[k] has no value", func(c Command) { c.Map("n") }},
	} {
		c, r := command(t, tc.line)
		record(func(testing.TB) { tc.get(c) })
		require.Equal(t, []string{"t.txt:1: a: " + tc.want}, r.log, tc.line)
	}
}

package script

import (
	"fmt"
	"iter"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Command is one command line of a transcript, as [Run] hands it to a handler.
// Its methods mark the arguments that they return as read.
type Command struct {
	// Name is the first word of the line.
	Name string
	// Args are the arguments in order. To look at them here does not mark them as read.
	Args []Arg
	// File is the path of the transcript.
	File string
	// Line is the number of the line, from 1.
	Line int

	t testing.TB
}

// Arg is one argument of a command.
type Arg struct {
	// Key is the part before the equals sign.
	Key string
	// Value is the part after it, without quotes.
	Value string
	// Bare reports that there was no equals sign.
	Bare bool

	read bool
}

// Pos returns the place of the command as file:line.
func (c Command) Pos() string { return c.File + ":" + strconv.Itoa(c.Line) }

// Fatalf ends the test with a message that names the place of the command.
func (c Command) Fatalf(format string, args ...any) {
	c.t.Helper()
	c.t.Fatalf("%s: %s: %s", c.Pos(), c.Name, fmt.Sprintf(format, args...))
}

// find returns the argument of that key, which it marks as read, or nil.
func (c Command) find(key string) *Arg {
	for i := range c.Args {
		if a := &c.Args[i]; a.Key == key {
			a.read = true
			return a
		}
	}
	return nil
}

// String returns the value of an argument, and whether the command has it. A
// bare argument ends the test.
func (c Command) String(key string) (string, bool) {
	c.t.Helper()
	a := c.find(key)
	if a == nil {
		return "", false
	}
	if a.Bare {
		c.Fatalf("%s has no value", key)
	}
	return a.Value, true
}

// Strings returns the values of an argument that may come several times, such as
// expand[], in order.
func (c Command) Strings(key string) []string {
	c.t.Helper()
	var values []string
	for i := range c.Args {
		if a := &c.Args[i]; a.Key == key {
			if a.Bare {
				c.Fatalf("%s has no value", key)
			}
			a.read = true
			values = append(values, a.Value)
		}
	}
	return values
}

// Int returns an argument as an integer, and whether the command has it. Another
// sort of value ends the test.
func (c Command) Int(key string) (int64, bool) {
	c.t.Helper()
	s, ok := c.String(key)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		c.Fatalf("%s=%s is not an integer", key, s)
	}
	return n, true
}

// Bool returns an argument as a truth value, and whether the command has it. The
// values are true and false, and a bare argument is true; another value ends the test.
func (c Command) Bool(key string) (value, ok bool) {
	c.t.Helper()
	a := c.find(key)
	if a == nil {
		return false, false
	}
	if !a.Bare && a.Value != "true" && a.Value != "false" {
		c.Fatalf("%s=%s is neither true nor false", key, a.Value)
	}
	return a.Bare || a.Value == "true", true
}

// Duration returns an argument in the form of [time.ParseDuration], such as
// 1h30m, and whether the command has it. Another sort of value ends the test.
func (c Command) Duration(key string) (time.Duration, bool) {
	c.t.Helper()
	s, ok := c.String(key)
	if !ok {
		return 0, false
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		c.Fatalf("%s=%s is not a duration", key, s)
	}
	return d, true
}

// Map returns the arguments key[a]=x, key[b]=y as a map from a to x and b to y,
// or nil if there are none. Arguments that are nested deeper, such as
// key[a][b]=z, belong to key[a], and key[]=x belongs to Strings.
func (c Command) Map(key string) map[string]string {
	c.t.Helper()
	var m map[string]string
	for i := range c.Args {
		a := &c.Args[i]
		inner, ok := strings.CutPrefix(a.Key, key+"[")
		inner, closed := strings.CutSuffix(inner, "]")
		if !ok || !closed || inner == "" || strings.ContainsAny(inner, "[]") {
			continue
		}
		if a.Bare {
			c.Fatalf("%s has no value", a.Key)
		}
		if m == nil {
			m = map[string]string{}
		}
		a.read = true
		m[inner] = a.Value
	}
	return m
}

// All returns the keys and values of all arguments in order, for a handler that
// looks at each and refuses those it doesn't know. A bare argument has the value
// true. An argument counts as read when the loop comes to it.
func (c Command) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for i := range c.Args {
			a := &c.Args[i]
			a.read = true
			v := a.Value
			if a.Bare {
				v = "true"
			}
			if !yield(a.Key, v) {
				return
			}
		}
	}
}

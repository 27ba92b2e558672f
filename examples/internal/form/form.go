// Package form turns the parameters of Stripe's HTTP interface, in the form
// encoding that curl -d sends, into commands. It knows the spelling of parameters
// and the type of each; every rule about what may be done is the machine's.
package form

import (
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// Form is a decoded body: parameters in the order in which they came.
type Form []Param

// Param is one key and its value, such as metadata[order] and 6735.
type Param struct{ Key, Value string }

// Limits of a form: more is no request that Stripe's clients make.
const (
	maxParams = 5000
	maxDepth  = 12
)

// Parse decodes parts of a form-encoded body, such as the arguments of curl's -d.
// What is not form-encoded UTF-8, or is nested too deep, is refused.
func Parse(parts ...string) (Form, error) {
	var f Form
	for _, part := range parts {
		if f == nil && part != "" {
			f = make(Form, 0, strings.Count(part, "&")+1)
		}
		for pair := range strings.SplitSeq(part, "&") {
			if pair == "" {
				continue
			}
			k, v, _ := strings.Cut(pair, "=")
			key, err1 := url.QueryUnescape(k)
			value, err2 := url.QueryUnescape(v)
			if err1 != nil || err2 != nil || !wellFormed(key) || !utf8.ValidString(value) {
				return nil, Invalid(printable(k), "", "Invalid form encoding: "+printable(pair))
			}
			if f = append(f, Param{key, value}); len(f) > maxParams {
				return nil, Invalid("", "", "Invalid request: too many parameters.")
			}
		}
	}
	return f, nil
}

// wellFormed reports whether a key is a name with brackets behind it: a, a[b], a[].
func wellFormed(key string) bool {
	name, rest, nested := strings.Cut(key, "[")
	if name == "" || strings.Contains(name, "]") || !utf8.ValidString(key) || strings.Count(key, "[") > maxDepth {
		return false
	}
	for nested {
		inner, after, closed := strings.Cut(rest, "]")
		if !closed || strings.Contains(inner, "[") {
			return false
		}
		if after == "" {
			return true
		}
		if after[0] != '[' {
			return false
		}
		rest = after[1:]
	}
	return true
}

// printable returns the beginning of a text that may be anything.
func printable(s string) string {
	const enough = 100
	s = strings.ToValidUTF8(s[:min(len(s), enough)], "\uFFFD")
	return s
}

// Set returns the form with a parameter replaced, or added where it was not.
func (f Form) Set(key, value string) Form {
	i := slices.IndexFunc(f, func(p Param) bool { return p.Key == key })
	f = slices.Clone(f)
	if i < 0 {
		return append(f, Param{key, value})
	}
	f[i].Value = value
	return f
}

// Without returns the form without the parameters of a name, lists and maps of it
// included.
func (f Form) Without(name string) Form {
	return slices.DeleteFunc(slices.Clone(f), func(p Param) bool { return p.of(name) })
}

// Only returns the parameters of a name, lists and maps of it included.
func (f Form) Only(name string) Form {
	return slices.DeleteFunc(slices.Clone(f), func(p Param) bool { return !p.of(name) })
}

// Has reports whether there is a parameter of a name, or a list or map of it.
func (f Form) Has(name string) bool {
	return slices.ContainsFunc(f, func(p Param) bool { return p.of(name) })
}

// Below returns the parameters of a map as a form of their own: of a[b][c]=d below
// a, b[c]=d.
func (f Form) Below(name string) Form {
	var below Form
	for _, p := range f {
		rest, ok := strings.CutPrefix(p.Key, name+"[")
		if !ok {
			continue
		}
		head, tail, _ := strings.Cut(rest, "]")
		below = append(below, Param{head + tail, p.Value})
	}
	return below
}

// of reports whether a parameter is of a name.
func (p Param) of(name string) bool {
	return strings.HasPrefix(p.Key, name) && (len(p.Key) == len(name) || p.Key[len(name)] == '[')
}

// Get returns the last value of a parameter.
func (f Form) Get(key string) (string, bool) {
	for _, p := range slices.Backward(f) {
		if p.Key == key {
			return p.Value, true
		}
	}
	return "", false
}

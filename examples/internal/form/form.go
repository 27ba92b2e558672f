// Package form turns the parameters of Stripe's HTTP interface, in the form
// encoding that curl -d sends, into commands. It knows the spelling of parameters
// and the type of each; every rule about what may be done is the machine's.
package form

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/payintent/intents"
)

// Form is a decoded body: parameters in the order in which they came.
type Form []Param

// Param is one key and its value, such as metadata[order] and 6735.
type Param struct{ Key, Value string }

// Parse decodes parts of a form-encoded body, such as the arguments of curl's -d.
func Parse(parts ...string) (Form, error) {
	var f Form
	for _, part := range parts {
		for pair := range strings.SplitSeq(part, "&") {
			if pair == "" {
				continue
			}
			k, v, _ := strings.Cut(pair, "=")
			key, err1 := url.QueryUnescape(k)
			value, err2 := url.QueryUnescape(v)
			if err1 != nil || err2 != nil || key == "" {
				return nil, invalid(k, "", "Invalid form encoding: "+pair)
			}
			f = append(f, Param{key, value})
		}
	}
	return f, nil
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
	return slices.DeleteFunc(slices.Clone(f), func(p Param) bool { return p.Key == name || strings.HasPrefix(p.Key, name+"[") })
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

// reader takes parameters out of a form, one name after the other, and remembers
// the first error. What is left at the end was not known.
type reader struct {
	rest Form
	err  error
}

func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *reader) take(key string) (string, bool) {
	v, ok := r.rest.Get(key)
	r.rest = slices.DeleteFunc(slices.Clone(r.rest), func(p Param) bool { return p.Key == key })
	return v, ok
}

func (r *reader) text(key string) string {
	v, _ := r.take(key)
	return v
}

func (r *reader) integer(key string) intents.Optional[int64] {
	v, ok := r.take(key)
	if !ok {
		return intents.Optional[int64]{}
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		r.fail(invalid(key, "parameter_invalid_integer", "Invalid integer: "+v))
	}
	return intents.Some(n)
}

func (r *reader) required(key string) int64 {
	n := r.integer(key)
	if !n.Given {
		r.fail(missing(key))
	}
	return n.Value
}

func (r *reader) boolean(key string) intents.Optional[bool] {
	v, ok := r.take(key)
	switch {
	case !ok || v == "":
		return intents.Optional[bool]{}
	case v == "true" || v == "false":
		return intents.Some(v == "true")
	}
	r.fail(invalid(key, "", "Invalid boolean: "+v))
	return intents.Optional[bool]{}
}

// list takes name[], name[0], name[1], …
func (r *reader) list(name string) []string {
	var vs []string
	r.rest = slices.DeleteFunc(slices.Clone(r.rest), func(p Param) bool {
		index, ok := strings.CutPrefix(p.Key, name+"[")
		if !ok || !strings.HasSuffix(index, "]") || strings.Trim(index, "0123456789") != "]" {
			return false
		}
		vs = append(vs, p.Value)
		return true
	})
	return vs
}

// pairs takes name[key] for all keys.
func (r *reader) pairs(name string) intents.Pairs {
	m := map[string]string{}
	r.rest = slices.DeleteFunc(slices.Clone(r.rest), func(p Param) bool {
		key, ok := strings.CutPrefix(p.Key, name+"[")
		if !ok || !strings.HasSuffix(key, "]") || strings.Count(key, "[") > 0 {
			return false
		}
		m[strings.TrimSuffix(key, "]")] = p.Value
		return true
	})
	p, err := intents.NewPairs(m)
	if err != nil {
		r.fail(err)
	}
	return p
}

// done returns the first error, or one about the parameters that nobody took.
func (r *reader) done() error {
	if r.err != nil {
		return r.err
	}
	var unknown []string
	for _, p := range r.rest {
		name, _, _ := strings.Cut(p.Key, "[")
		if !slices.Contains(unknown, name) {
			unknown = append(unknown, name)
		}
	}
	switch len(unknown) {
	case 0:
		return nil
	case 1:
		return invalid(unknown[0], "parameter_unknown", "Received unknown parameter: "+unknown[0])
	}
	return invalid(unknown[0], "parameter_unknown", "Received unknown parameters: "+strings.Join(unknown, ", "))
}

func invalid(param, code, message string) error {
	return &intents.InvalidError{Param: param, Code: code, Message: message}
}

func missing(param string) error {
	return invalid(param, "parameter_missing", "Missing required param: "+param+".")
}

// Only returns the parameters of a name, lists and maps of it included.
func (f Form) Only(name string) Form {
	return slices.DeleteFunc(slices.Clone(f), func(p Param) bool { return p.Key != name && !strings.HasPrefix(p.Key, name+"[") })
}

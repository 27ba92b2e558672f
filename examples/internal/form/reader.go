package form

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
)

// Reader takes parameters out of a form, one name after the other, and remembers
// the first error. What is left at the end was not known. The zero Reader reads
// the empty form.
type Reader struct {
	form  Form
	taken []bool
	asked []string // the names that were asked for
	err   error
	// lineOf finds a line item that a session has, by its id.
	lineOf func(id string) (checkout.LineItem, bool)
}

// NewReader returns a Reader of a form, which it leaves alone.
func NewReader(f Form) *Reader { return &Reader{form: f, taken: make([]bool, len(f))} }

// Fail remembers an error, if it is the first.
func (r *Reader) Fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// Take returns the last value of a parameter, and whether it was given.
func (r *Reader) Take(key string) (value string, given bool) {
	r.asked = append(r.asked, key)
	for i := range r.form {
		if r.form[i].Key == key {
			value, given, r.taken[i] = r.form[i].Value, true, true
		}
	}
	return value, given
}

// Text returns the last value of a parameter, or "".
func (r *Reader) Text(key string) string {
	v, _ := r.Take(key)
	return v
}

// Optional returns the last value of a parameter that may be left out. The empty
// value, which unsets, is not the same.
func (r *Reader) Optional(key string) intents.Optional[string] {
	v, ok := r.Take(key)
	if !ok {
		return intents.Optional[string]{}
	}
	return intents.Some(v)
}

// Needed returns the value of a parameter that has to be given and not empty.
func (r *Reader) Needed(key string) string {
	v, ok := r.Take(key)
	switch {
	case !ok:
		r.Fail(Missing(key))
	case v == "":
		r.Fail(empty(key))
	}
	return v
}

// Integer returns a whole number that may be left out.
func (r *Reader) Integer(key string) intents.Optional[int64] {
	v, ok := r.Take(key)
	switch {
	case !ok:
		return intents.Optional[int64]{}
	case v == "":
		r.Fail(empty(key))
		return intents.Optional[int64]{}
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		r.Fail(Invalid(key, "parameter_invalid_integer", "Invalid integer: "+v))
	}
	return intents.Some(n)
}

// Required returns a whole number that has to be given.
func (r *Reader) Required(key string) int64 {
	n := r.Integer(key)
	if !n.Given {
		r.Fail(Missing(key)) // an empty one has failed already
	}
	return n.Value
}

// Boolean returns true or false, which may be left out.
func (r *Reader) Boolean(key string) intents.Optional[bool] {
	v, ok := r.Take(key)
	switch {
	case !ok || v == "":
		return intents.Optional[bool]{}
	case v == "true" || v == "false":
		return intents.Some(v == "true")
	}
	r.Fail(Invalid(key, "", "Invalid boolean: "+v))
	return intents.Optional[bool]{}
}

// List returns name[], name[0], name[1], … in the order in which they came.
func (r *Reader) List(name string) []string {
	r.asked = append(r.asked, name+"[")
	var vs []string
	for i := range r.form {
		index, ok := strings.CutPrefix(r.form[i].Key, name+"[")
		if !ok || !strings.HasSuffix(index, "]") || strings.Trim(index, "0123456789") != "]" {
			continue
		}
		vs, r.taken[i] = append(vs, r.form[i].Value), true
	}
	return vs
}

// Map returns name[key] for all keys. An empty map, name=, is told apart.
func (r *Reader) Map(name string) (m map[string]string, cleared bool) {
	r.asked = append(r.asked, name+"[")
	m = map[string]string{}
	for i := range r.form {
		p := &r.form[i]
		if p.Key == name {
			r.taken[i] = true
			if p.Value != "" {
				r.Fail(Invalid(name, "", "Invalid object"))
			}
			cleared = true
			continue
		}
		key, ok := strings.CutPrefix(p.Key, name+"[")
		if !ok || !strings.HasSuffix(key, "]") || strings.Contains(key, "[") {
			continue
		}
		m[strings.TrimSuffix(key, "]")], r.taken[i] = p.Value, true
	}
	return m, cleared
}

// Metadata returns what a request makes of metadata: a key with an empty value is
// unset, and metadata= unsets all that there is (DOC-META).
func (r *Reader) Metadata(have intents.Metadata) intents.Pairs {
	m, cleared := r.Map("metadata")
	if cleared {
		for key := range have.All() {
			if _, again := m[key]; !again {
				m[key] = ""
			}
		}
	}
	p, err := intents.NewPairs(m)
	if err != nil {
		r.Fail(err)
	}
	return p
}

// NewMetadata returns the metadata of an object that is created.
func (r *Reader) NewMetadata() intents.Metadata {
	m, err := intents.Metadata("").Merge(r.Metadata(""))
	if err != nil {
		r.Fail(err)
	}
	return m
}

// own are the details that this library carries in the same way as parameters, and
// that no request may give.
//
//nolint:gochecknoglobals // read-only data
var own = []string{"application", "client_secret", "page_url"}

// Carried takes the parameters that an object carries, as details that are merged
// into those that it has: name= unsets all of name[…], and name[] is counted.
func (r *Reader) Carried(keys intents.DetailKeys, have intents.Pairs) intents.Pairs {
	p, err := intents.NewPairs(r.carried(keys, have, func(*intents.DetailKey) bool { return true }))
	if err != nil {
		r.Fail(err)
	}
	return p
}

func (r *Reader) carried(keys intents.DetailKeys, have intents.Pairs, wanted func(*intents.DetailKey) bool) map[string]string {
	m := map[string]string{}
	for i := range r.form {
		p := &r.form[i]
		if r.taken[i] || slices.Contains(own, p.Key) {
			continue
		}
		if k, ok := keys.Find(p.Key); ok && wanted(k) {
			r.taken[i] = true
			m[counted(p.Key, m)] = p.Value
			continue
		}
		if k, ok := keys.Find(p.Key + "["); ok && strings.HasSuffix(k.Name, "[") && wanted(k) {
			r.taken[i] = true
			if p.Value != "" {
				r.Fail(Invalid(p.Key, "", "Invalid object"))
			}
			for name := range have.All() {
				if strings.HasPrefix(name, p.Key+"[") {
					m[name] = ""
				}
			}
		}
	}
	return m
}

// counted returns the key with [] at its end replaced by the next number.
func counted(key string, m map[string]string) string {
	name, ok := strings.CutSuffix(key, "[]")
	if !ok {
		return key
	}
	for n := 0; ; n++ {
		indexed := name + "[" + strconv.Itoa(n) + "]"
		if _, taken := m[indexed]; !taken {
			return indexed
		}
	}
}

// Types returns a list of payment method types.
func (r *Reader) Types(name string) intents.PaymentMethodTypes {
	var types []intents.PaymentMethodType
	for _, one := range r.List(name) {
		t, err := intents.ParsePaymentMethodType(one)
		if err != nil {
			r.Fail(about(name, err))
		}
		types = append(types, t)
	}
	return intents.TypesOf(types...)
}

// Currency returns a currency, which may be in upper case; "" where it was not given
// and need not be.
func (r *Reader) Currency(needed bool) intents.Currency {
	const key = "currency"
	v, ok := r.Take(key)
	switch {
	case !ok && !needed:
		return ""
	case !ok:
		r.Fail(Missing(key))
		return ""
	}
	c, err := intents.ParseCurrency(v)
	if err != nil {
		r.Fail(about(key, err))
	}
	return c
}

// Err returns the first error so far.
func (r *Reader) Err() error { return r.err }

// Drop takes parameters that are known and that nothing here depends on.
func (r *Reader) Drop(names ...string) {
	for _, name := range names {
		r.asked = append(r.asked, name+"[")
		for i := range r.form {
			if p := r.form[i].Key; p == name || strings.HasPrefix(p, name+"[") {
				r.taken[i] = true
			}
		}
	}
}

// Done returns the first error, or one about the parameters that nobody took, in
// Stripe's words (OBS-ERR, REC-09).
func (r *Reader) Done() error {
	if r.err != nil {
		return r.err
	}
	var unknown []string
	for i := range r.form {
		if r.taken[i] {
			continue
		}
		key := r.form[i].Key
		if base, _, nested := strings.Cut(key, "["); nested && slices.Contains(r.asked, base) {
			return Invalid(base, "", "Invalid string: {…}")
		}
		if slices.ContainsFunc(r.asked, func(a string) bool { return strings.HasPrefix(a, key+"[") }) {
			return Invalid(key, "", "Invalid object")
		}
		if name := r.unknown(key); !slices.Contains(unknown, name) {
			unknown = append(unknown, name)
		}
	}
	switch len(unknown) {
	case 0:
		return nil
	case 1:
		return Invalid(unknown[0], "parameter_unknown", "Received unknown parameter: "+unknown[0])
	}
	return Invalid(unknown[0], "parameter_unknown", "Received unknown parameters: "+strings.Join(unknown, ", "))
}

// unknown returns the part of a key that is not known, and what leads to it: the key
// up to the first name that nobody asked for.
func (r *Reader) unknown(key string) string {
	end := strings.IndexByte(key, '[')
	for end >= 0 && slices.ContainsFunc(r.asked, func(a string) bool { return strings.HasPrefix(a, key[:end+1]) }) {
		next := strings.IndexByte(key[end+1:], '[')
		if next < 0 {
			return key
		}
		end += 1 + next
	}
	if end < 0 {
		return key
	}
	return key[:end]
}

// Invalid returns an *intents.InvalidError.
func Invalid(param, code, message string) error {
	return &intents.InvalidError{Param: param, Code: code, Message: message}
}

// Missing returns the error about a parameter that has to be given.
func Missing(param string) error {
	return Invalid(param, "parameter_missing", "Missing required param: "+param+".")
}

func empty(param string) error {
	return Invalid(param, "parameter_invalid_empty", "You passed an empty string for '"+param+"'. We assume empty values are an attempt to unset a parameter; however '"+param+
		"' cannot be unset. You should remove '"+param+"' from your request or supply a non-empty value.")
}

// about gives an error of a machine the name of the parameter that it is about.
func about(param string, err error) error {
	if e, ok := errors.AsType[*intents.InvalidError](err); ok {
		return Invalid(param, e.Code, e.Message)
	}
	return err
}

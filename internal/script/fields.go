package script

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/payintent/intents"
)

// Fields prints the states of a machine, for people: the fields that are set, by
// their stored names. Times count from a start, and pairs are taken apart.
type Fields struct {
	// Start is when the transcript begins, in UTC.
	Start time.Time
	// Own, where set, prints what the machine alone knows: it reports whether it did.
	Own func(add func(name, value string), name string, v any) bool
}

// Of returns the fields of a state.
func (f Fields) Of(state any) map[string]string {
	m := map[string]string{}
	f.add(m, "", reflect.ValueOf(state))
	delete(m, "version") // counts the events, which are shown
	return m
}

// Changes returns the lines that say which fields differ.
func (f Fields) Changes(before, after any) []string {
	was, is := f.Of(before), f.Of(after)
	var lines []string
	for name, v := range is {
		if before, ok := was[name]; !ok || before != v {
			lines = append(lines, name+"="+v)
		}
	}
	for name := range was {
		if _, ok := is[name]; ok {
			continue
		}
		// Of a part that is gone as a whole, that is enough to say.
		if part, _, ok := strings.Cut(name, "."); ok && !has(is, part+".") {
			name = part
		}
		lines = append(lines, name+" unset")
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

// Instant returns a time counted from the start.
func (f Fields) Instant(t intents.Time) string {
	return "+" + t.Time().Sub(f.Start.Truncate(time.Second)).String()
}

func has(m map[string]string, prefix string) bool {
	for name := range m {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

func (f Fields) add(m map[string]string, name string, v reflect.Value) {
	if v.IsZero() {
		return
	}
	if f.Own != nil && name != "" && f.Own(func(name, value string) { m[name] = value }, name, v.Interface()) {
		return
	}
	switch x := v.Interface().(type) {
	case intents.Time:
		m[name] = f.Instant(x)
	case intents.Pairs:
		addPairs(m, name, x)
	case intents.Metadata:
		addPairs(m, name, intents.Pairs(x))
	case intents.NextAction:
		addPairs(m, name, intents.Pairs(x))
	case intents.LastError:
		e, _ := intents.Pairs(x).With("payment_method", x.PaymentMethod().ID)
		addPairs(m, name, e)
	case intents.PaymentMethod:
		m[name] = x.ID
		if x.Customer != "" {
			m[name] += " of " + x.Customer
		}
	case intents.PaymentMethodTypes:
		var types []string
		for t := range x.All() {
			types = append(types, t.String())
		}
		m[name] = strings.Join(types, ",")
	default:
		if v.Kind() != reflect.Struct {
			m[name] = fmt.Sprint(x)
			return
		}
		for i := range v.NumField() {
			tag, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			if name != "" {
				tag = name + "." + tag
			}
			f.add(m, tag, v.Field(i))
		}
	}
}

func addPairs(m map[string]string, name string, p intents.Pairs) {
	for k, v := range p.All() {
		m[name+"."+k] = v
	}
}

// Bits returns the names of the bits that are set, the lowest first.
func Bits(x uint64, names ...string) string {
	var on []string
	for i, name := range names {
		if x&(1<<i) != 0 {
			on = append(on, name)
			x &^= 1 << i
		}
	}
	if x != 0 {
		on = append(on, fmt.Sprintf("%#x", x))
	}
	return strings.Join(on, ",")
}

// Unset returns the names of the fields that are not set in a state or in its
// parts, so that a test of all fields sees a new one.
func Unset(state any) []string {
	var names []string
	v := reflect.ValueOf(state)
	for i := range v.NumField() {
		field := v.Type().String() + "." + v.Type().Field(i).Name
		switch {
		case v.Field(i).IsZero():
			names = append(names, field)
		case v.Field(i).Kind() == reflect.Struct:
			names = append(names, Unset(v.Field(i).Interface())...)
		}
	}
	return names
}

package paymentintent_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/paymentintent"
)

// fields returns the fields of an intent that are set, by their stored names, in a
// form for people: times count from the start, pairs are taken apart.
func fields(s paymentintent.Intent) map[string]string {
	m := map[string]string{}
	addFields(m, "", reflect.ValueOf(s))
	delete(m, "version") // counts the events, which are shown
	return m
}

// changes returns the lines that say which fields differ.
func changes(before, after paymentintent.Intent) []string {
	was, is := fields(before), fields(after)
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

func has(m map[string]string, prefix string) bool {
	for name := range m {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

func addFields(m map[string]string, name string, v reflect.Value) {
	if v.IsZero() {
		return
	}
	switch x := v.Interface().(type) {
	case intents.Time:
		m[name] = instant(x)
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
	case paymentintent.Flags:
		m[name] = bits(uint64(x), "livemode", "automatic_payment_methods", "no_redirects", "off_session", "error_on_requires_action",
			"authenticated", "crypto_at_once", "notified", "capturing", "cancel_window")
	case capture.Refunds:
		for n, r := range x.All() {
			m[fmt.Sprintf("%s.%d", name, n)] = fmt.Sprintf("%d %s", r.Amount, r.Status)
		}
	case capture.Features:
		m[name] = bits(uint64(x), "multicapture", "incremental", "extended", "async_capture", "disputed")
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
			addFields(m, tag, v.Field(i))
		}
	}
}

func addPairs(m map[string]string, name string, p intents.Pairs) {
	for k, v := range p.All() {
		m[name+"."+k] = v
	}
}

func bits(x uint64, names ...string) string {
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

// instant is a time counted from the start.
func instant(t intents.Time) string { return "+" + t.Time().Sub(start.Truncate(time.Second)).String() }

// requireNoZero holds that a value has every field set, so that a test of all
// fields sees a new one.
func requireNoZero(tb testing.TB, x any) {
	tb.Helper()
	v := reflect.ValueOf(x)
	for i := range v.NumField() {
		require.False(tb, v.Field(i).IsZero(), "%s.%s", v.Type(), v.Type().Field(i).Name)
		if v.Field(i).Kind() == reflect.Struct {
			requireNoZero(tb, v.Field(i).Interface())
		}
	}
}

package setupintent_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/setupintent"
)

// printer prints intents for people.
var printer = script.Fields{Start: start, Own: func(add func(name, value string), name string, v any) bool {
	f, ok := v.(setupintent.Flags)
	if ok {
		add(name, script.Bits(uint64(f), "livemode", "automatic_payment_methods", "no_redirects", "authenticated"))
	}
	return ok
}}

// instant is a time counted from the start.
func instant(t intents.Time) string { return printer.Instant(t) }

// requireNoZero holds that a value has every field set, so that a test of all
// fields sees a new one.
func requireNoZero(tb testing.TB, x any) {
	tb.Helper()
	require.Empty(tb, script.Unset(x))
}

package paymentintent_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/paymentintent"
)

// printer prints intents for people.
var printer = script.Fields{Start: start, Own: func(add func(name, value string), name string, v any) bool {
	switch x := v.(type) {
	case paymentintent.Flags:
		add(name, script.Bits(uint64(x), "livemode", "automatic_payment_methods", "no_redirects", "off_session", "error_on_requires_action",
			"authenticated", "crypto_at_once", "notified", "capturing", "cancel_window"))
	case capture.Refunds:
		for n, r := range x.All() {
			add(fmt.Sprintf("%s.%d", name, n), fmt.Sprintf("%d %s", r.Amount, r.Status))
		}
	case capture.Features:
		add(name, script.Bits(uint64(x), "multicapture", "incremental", "extended", "async_capture", "disputed"))
	default:
		return false
	}
	return true
}}

// instant is a time counted from the start.
func instant(t intents.Time) string { return printer.Instant(t) }

// requireNoZero holds that a value has every field set, so that a test of all
// fields sees a new one.
func requireNoZero(tb testing.TB, x any) {
	tb.Helper()
	require.Empty(tb, script.Unset(x))
}

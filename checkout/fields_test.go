package checkout_test

import (
	"fmt"
	"strings"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// printer prints flows for people: the session in full, of the intent what the
// session is about.
var printer = script.Fields{Start: start, Own: func(add func(name, value string), name string, v any) bool {
	switch x := v.(type) {
	case checkout.Flags:
		add(name, script.Bits(uint64(x), "livemode", "dynamic", "early_intent", "recoverable", "payment_failed"))
	case checkout.Wallets:
		add(name, script.Bits(uint64(x), "apple_pay", "google_pay", "no_wallets"))
	case checkout.LineItems:
		for n, line := range x.All() {
			text := fmt.Sprintf("%s %d x %d", line.Price+line.Name, line.Quantity, line.UnitAmount)
			for _, part := range []struct {
				name string
				n    int64
			}{{"discount", line.Discount}, {"tax", line.Tax}} {
				if part.n != 0 {
					text += fmt.Sprintf(" %s %d", part.name, part.n)
				}
			}
			add(fmt.Sprintf("%s.%d", name, n), strings.TrimSuffix(text+" a "+line.Interval, " a "))
		}
	case paymentintent.Flags, setupintent.Flags:
		add(name, fmt.Sprintf("%#x", x))
	case capture.Charge:
		add(name, fmt.Sprintf("%s %d", x.Status, x.Amount))
	case setupintent.Attempt:
		add(name, string(x.Status))
	default:
		return false
	}
	return true
}}

// instant is a time counted from the start.
func instant(t intents.Time) string { return printer.Instant(t) }

package capture

import "github.com/payintent/intents"

// Method says when an approved payment is captured: Stripe's capture_method.
type Method string

const (
	// Automatic captures at once and writes the ledger at once.
	Automatic Method = "automatic"
	// AutomaticAsync captures at once and writes the ledger within the hour.
	AutomaticAsync Method = "automatic_async"
	// Manual holds the money until a capture.
	Manual Method = "manual"
)

// DefaultMethod returns the capture method of a PaymentIntent whose creator
// names none: automatic_async since API version 2024-04-10, automatic before
// (DOC-2024-04-10). It follows the version of the request that creates (INFERRED).
func DefaultMethod(v intents.Version) Method {
	if v.Before(intents.Version20240410) {
		return Automatic
	}
	return AutomaticAsync
}

// Valid reports whether m is one of the three methods.
func (m Method) Valid() bool { return m == Automatic || m == AutomaticAsync || m == Manual }

package intents

// Optional is a parameter that may be left out. The zero Optional is left out,
// which is not the same as being set to a zero value.
type Optional[T comparable] struct {
	// Value counts only where Given is true.
	Value T
	Given bool
}

// Some returns a parameter that is given, with its value.
func Some[T comparable](v T) Optional[T] { return Optional[T]{Value: v, Given: true} }

// Or returns the value where it is given, else the fallback.
func (o Optional[T]) Or(fallback T) T {
	if o.Given {
		return o.Value
	}
	return fallback
}

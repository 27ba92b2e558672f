// Package stored writes and reads the stored form of a machine's commands and
// events: an object with the stored name and the contents, {"type": "x", "data": {…}}.
// What is not set is left out. A reader takes fields that it does not know, so an
// older release reads what a newer one wrote, as far as it can.
package stored

import (
	"encoding/json"
	"unicode/utf8"

	"github.com/payintent/intents"
)

// record is what is stored.
type record struct {
	Type string          `json:"type"`
	Data json.RawMessage `json:"data"`
}

// Write returns the stored form of data under a name. Its error is an
// *intents.InvalidError about param.
func Write(param, name string, data any) ([]byte, error) {
	raw, err := json.Marshal(data)
	if err == nil {
		raw, err = json.Marshal(record{Type: name, Data: raw})
	}
	if err != nil {
		return nil, invalid(param, err.Error())
	}
	return raw, nil
}

// Reader reads the contents of what has a stored name.
type Reader[T any] struct {
	Name string
	Read func(data []byte) (T, error)
}

// Read returns what is stored, read by the reader of its name. What is none is
// refused with an *intents.InvalidError: about the parameter type where no reader
// has its name, else about param.
func Read[T any](param string, stored []byte, readers []Reader[T]) (T, error) {
	var none T
	// The decoder would put U+FFFD for each bad byte without a word.
	if !utf8.Valid(stored) {
		return none, invalid(param, "it is not valid UTF-8")
	}
	var r record
	if err := json.Unmarshal(stored, &r); err != nil {
		return none, invalid(param, err.Error())
	}
	for i := range readers {
		if readers[i].Name != r.Type {
			continue
		}
		if len(r.Data) == 0 || r.Data[0] != '{' {
			return none, invalid(param, "data is not an object")
		}
		v, err := readers[i].Read(r.Data)
		if err != nil {
			return none, invalid(param, err.Error())
		}
		return v, nil
	}
	return none, invalid("type", "unknown "+param+": "+r.Type)
}

// Optional returns an optional parameter as the stored forms have it: nil where it
// is not given.
func Optional[T comparable](o intents.Optional[T]) *T {
	if !o.Given {
		return nil
	}
	return &o.Value
}

// Given returns the optional parameter of a stored form.
func Given[T comparable](v *T) intents.Optional[T] {
	if v == nil {
		return intents.Optional[T]{}
	}
	return intents.Some(*v)
}

func invalid(param, message string) error {
	return &intents.InvalidError{Param: param, Message: message}
}

package intents

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Stage is a set of the requests that take a parameter.
type Stage uint8

// The stages, in the order of an object's life.
const (
	// AtCreate is the request that creates.
	AtCreate Stage = 1 << iota
	// AtUpdate is a request that updates.
	AtUpdate
	// AtConfirm is a request that confirms, or one that creates and confirms.
	AtConfirm
	// AtCapture is a request that captures.
	AtCapture
	// AtIncrement is a request that raises a hold.
	AtIncrement
	// Late is an update when there is no going back, as of an intent that has succeeded.
	Late
)

// DetailKey is one of the parameters that an object carries for its caller and
// that no status depends on.
type DetailKey struct {
	// Name is Stripe's. Where it ends in "[", it stands for all keys that begin so.
	Name string
	// Max is the greatest length in characters; 0 means any.
	Max int
	// Integer: the value is a whole number that is not negative.
	Integer bool
	// Fixed: once it is set it can't be changed.
	Fixed bool
	// Values, where not empty, are those allowed.
	Values []string
	// Stages are the requests that take it.
	Stages Stage
}

// OnCreate reports whether a request that creates takes the parameter even when
// it does not confirm.
func (k DetailKey) OnCreate() bool { return k.Stages&AtCreate != 0 }

// DetailKeys are the parameters that a kind of object carries.
type DetailKeys []DetailKey

// Find returns the key that a parameter goes by.
func (ks DetailKeys) Find(name string) (*DetailKey, bool) {
	if name == "" {
		return nil, false
	}
	for i := range ks {
		k := &ks[i]
		if k.Name[0] != name[0] {
			continue
		}
		if k.Name == name || strings.HasSuffix(k.Name, "[") && strings.HasPrefix(name, k.Name) {
			return k, true
		}
	}
	return nil, false
}

// Merge returns the details after a request at a stage has set some. An empty
// value unsets its key. Object is the kind of object in words, such as
// PaymentIntent. What the stage does not take is refused with an *InvalidError
// that names the parameter.
func (ks DetailKeys) Merge(object string, have, update Pairs, at Stage) (Pairs, error) {
	if update == "" {
		return have, nil
	}
	if err := update.Check(); err != nil {
		return "", &InvalidError{Param: "details", Message: "the details are not in canonical form: " + string(update)}
	}
	for name, value := range update.All() {
		if err := ks.check(object, have, name, value, at); err != nil {
			return "", err
		}
		if value != "" {
			continue
		}
		have, update = have.Without(name), update.Without(name)
	}
	if have == "" {
		return update, nil
	}
	return have.Merge(update), nil
}

func (ks DetailKeys) check(object string, have Pairs, name, value string, at Stage) error {
	k, ok := ks.Find(name)
	switch {
	case !ok:
		return &InvalidError{Param: name, Code: "parameter_unknown", Message: "Received unknown parameter: " + name}
	case k.Stages&at == 0 && at == AtCreate && k.Stages&AtConfirm != 0:
		return &InvalidError{Param: name, Message: "The parameter `" + name + "` cannot be passed when creating a " + object + " unless `confirm` is set to true."}
	case k.Stages&at == 0:
		return &InvalidError{Param: name, Code: "parameter_unknown", Message: "Received unknown parameter: " + name}
	case value == "":
		return nil
	case k.Max > 0 && utf8.RuneCountInString(value) > k.Max:
		return &InvalidError{Param: name, Message: "Invalid string: must be at most " + strconv.Itoa(k.Max) + " characters"}
	}
	if k.Integer {
		if n, err := strconv.ParseInt(value, 10, 64); err != nil || n < 0 || strconv.FormatInt(n, 10) != value {
			return &InvalidError{Param: name, Code: "parameter_invalid_integer", Message: "Invalid integer: " + value}
		}
	}
	if len(k.Values) > 0 && !slices.Contains(k.Values, value) {
		return &InvalidError{Param: name, Message: "Invalid " + name + ": must be one of " + strings.Join(k.Values, ", ")}
	}
	if was, set := have.Get(name); k.Fixed && set && was != value {
		return &InvalidError{Param: name, Message: "The " + name + " can't be changed once it is set."}
	}
	return nil
}

package script

import (
	"strings"
	"testing"
	"time"

	"github.com/payintent/intents"
)

// Line reads the arguments of a command line that is a command to a machine: its
// parameters have Stripe's names. What is not given reads as zero.
type Line struct {
	Command
	TB testing.TB
}

// Str returns a string.
func (l Line) Str(key string) string {
	v, _ := l.String(key)
	return v
}

// Num returns an integer.
func (l Line) Num(key string) int64 {
	v, _ := l.Int(key)
	return v
}

// Dur returns a duration.
func (l Line) Dur(key string) time.Duration {
	v, _ := l.Duration(key)
	return v
}

// Flag returns a yes or no.
func (l Line) Flag(key string) bool {
	v, _ := l.Bool(key)
	return v
}

// Pairs returns the parameters of the form key[name]=value.
func (l Line) Pairs(key string) intents.Pairs {
	l.TB.Helper()
	p, err := intents.NewPairs(l.Map(key))
	if err != nil {
		l.Fatalf("%v", err)
	}
	return p
}

// Metadata returns the parameters of the form metadata[name]=value.
func (l Line) Metadata() intents.Metadata {
	l.TB.Helper()
	m, err := intents.NewMetadata(l.Map("metadata"))
	if err != nil {
		l.Fatalf("%v", err)
	}
	return m
}

// Types returns payment_method_types, a list with commas.
func (l Line) Types() intents.PaymentMethodTypes {
	l.TB.Helper()
	var ts []intents.PaymentMethodType
	for name := range strings.SplitSeq(l.Str("payment_method_types"), ",") {
		if name == "" {
			continue
		}
		t, err := intents.ParsePaymentMethodType(name)
		if err != nil {
			l.Fatalf("%v", err)
		}
		ts = append(ts, t)
	}
	return intents.TypesOf(ts...)
}

// Method returns the payment method of an argument: an id that find knows, then
// perhaps @ and its customer, or !spent.
func (l Line) Method(key string, find func(tb testing.TB, id string) intents.PaymentMethod) intents.PaymentMethod {
	l.TB.Helper()
	v := l.Str(key)
	if v == "" {
		return intents.PaymentMethod{}
	}
	id, spent := strings.CutSuffix(v, "!spent")
	id, customer, _ := strings.Cut(id, "@")
	pm := find(l.TB, id)
	pm.Spent, pm.Customer = spent, customer
	return pm
}

// Failure returns what went wrong.
func (l Line) Failure() intents.Failure {
	return intents.Failure{
		Type: l.Str("type"), Code: l.Str("code"), DeclineCode: l.Str("decline_code"), Message: l.Str("message"), Blocked: l.Flag("blocked"),
	}
}

// NextAction returns what the customer has to do: type and field[name]=value. With no
// type it is none.
func (l Line) NextAction() intents.NextAction {
	l.TB.Helper()
	var kv []string
	for k, v := range l.Map("field") {
		kv = append(kv, k, v)
	}
	a, err := intents.NewNextAction(l.Str("type"), kv...)
	if err != nil && l.Str("type") != "" {
		l.Fatalf("%v", err)
	}
	return a
}

// Amounts returns two amounts of microdeposits: amounts=32,45.
func (l Line) Amounts() (amounts [2]int64) {
	for i, s := range strings.SplitN(l.Str("amounts"), ",", len(amounts)) {
		for _, digit := range s {
			amounts[i] = amounts[i]*10 + int64(digit-'0')
		}
	}
	return amounts
}

// Rest takes all parameters that are not among the named as details.
func (l Line) Rest(named map[string]bool) intents.Pairs {
	l.TB.Helper()
	var kv []string
	for _, a := range l.Args {
		if named[a.Key] || strings.HasPrefix(a.Key, "metadata[") {
			continue
		}
		kv = append(kv, a.Key, l.Str(a.Key))
	}
	p, err := intents.PairsOf(kv...)
	if err != nil {
		l.Fatalf("%v", err)
	}
	return p
}

// Optional returns a parameter that may have been left out.
func Optional[T comparable](v T, given bool) intents.Optional[T] {
	if !given {
		return intents.Optional[T]{}
	}
	return intents.Some(v)
}

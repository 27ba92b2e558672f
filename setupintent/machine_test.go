package setupintent_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/setupintent"
)

// start is when every test begins: the time of the recorded payments of package paymentintent.
var start = time.Date(2025, time.November, 10, 18, 24, 43, 0, time.UTC)

const setiID = "seti_1SRzp4KXBGcbgpbZ1utYtuTe"

// method returns the payment method of a test id, or of the name of a type.
func method(tb testing.TB, id string) intents.PaymentMethod {
	tb.Helper()
	if pm, ok := capture.TestPaymentMethod(id); ok {
		return pm
	}
	kind, err := intents.ParsePaymentMethodType(strings.TrimPrefix(id, "pm_"))
	require.NoError(tb, err, id)
	return intents.PaymentMethod{ID: "pm_" + kind.String(), Type: kind}
}

// must applies commands at the start and returns where they lead.
func must(tb testing.TB, s setupintent.Intent, commands ...setupintent.Command) setupintent.Intent {
	tb.Helper()
	t, err := setupintent.Chain(s, start, commands...)
	require.NoError(tb, err)
	require.NoError(tb, setupintent.Check(t.After))
	return t.After
}

// refusal returns the parts of a refusal that callers branch on: its class, the
// parameter and the code. The message is not among them.
func refusal(err error) (class, param, code string) {
	var state *intents.StateError
	var invalid *intents.InvalidError
	switch {
	case errors.As(err, &state):
		return "status of " + state.Object, state.Param, state.Code
	case errors.As(err, &invalid):
		return "contents", invalid.Param, invalid.Code
	}
	return "untyped", "", err.Error()
}

// commandNames are all commands, in the order of the table.
func commandNames() []setupintent.CommandName {
	var names []setupintent.CommandName
	for _, a := range setupintent.Table() {
		if !slices.Contains(names, a.Command) {
			names = append(names, a.Command)
		}
	}
	return names
}

// zeroCommands are one command of each sort, with nothing in it.
func zeroCommands() []setupintent.Command {
	return []setupintent.Command{
		setupintent.Create{},
		setupintent.Update{},
		setupintent.Confirm{},
		setupintent.Cancel{},
		setupintent.VerifyMicrodeposits{},
		setupintent.Approve{},
		setupintent.Challenge{},
		setupintent.Decline{},
		setupintent.Submit{},
		setupintent.Authenticate{},
		setupintent.FailAction{},
		setupintent.Collect{},
		setupintent.Postpone{},
		setupintent.ExpireAction{},
		setupintent.Void{},
	}
}

// zeroEvents are one event of each sort, with nothing in it.
func zeroEvents() []setupintent.Event {
	return []setupintent.Event{
		setupintent.Created{},
		setupintent.Updated{},
		setupintent.Confirmed{},
		setupintent.ActionRequired{},
		setupintent.ActionCompleted{},
		setupintent.Approved{},
		setupintent.AttemptFailed{},
		setupintent.Submitted{},
		setupintent.Collected{},
		setupintent.VerificationFailed{},
		setupintent.Postponed{},
		setupintent.Canceled{},
	}
}

// pointer returns a pointer to a copy of a command or event, as the interface.
func pointer[T any](v T) T {
	p := reflect.New(reflect.TypeOf(v))
	p.Elem().Set(reflect.ValueOf(v))
	return p.Interface().(T)
}

// nilPointer returns a nil pointer to the type of a command or event, as the interface.
func nilPointer[T any](v T) T {
	return reflect.Zero(reflect.PointerTo(reflect.TypeOf(v))).Interface().(T)
}

// attached reports whether a transition made the payment method the customer's own.
func attached(t setupintent.Transition) bool {
	pm, changed := t.PaymentMethod()
	return changed && pm.Customer != "" && t.After.Attempt.PaymentMethod.Customer == ""
}

package paymentintent_test

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
	"github.com/payintent/intents/paymentintent"
)

// start is when every test begins: the time of the recorded payments.
var start = time.Date(2025, time.November, 10, 18, 24, 43, 0, time.UTC)

const piID = "pi_3SRzp4KXBGcbgpbZ1utYtuTe"

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
func must(tb testing.TB, s paymentintent.Intent, commands ...paymentintent.Command) paymentintent.Intent {
	tb.Helper()
	t, err := paymentintent.Chain(s, start, commands...)
	require.NoError(tb, err)
	require.NoError(tb, paymentintent.Check(t.After))
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
func commandNames() []paymentintent.CommandName {
	var names []paymentintent.CommandName
	for _, a := range paymentintent.Table() {
		if !slices.Contains(names, a.Command) {
			names = append(names, a.Command)
		}
	}
	return names
}

// zeroCommands are one command of each sort, with nothing in it.
func zeroCommands() []paymentintent.Command {
	return []paymentintent.Command{
		paymentintent.Create{},
		paymentintent.Update{},
		paymentintent.Confirm{},
		paymentintent.Capture{},
		paymentintent.Cancel{},
		paymentintent.IncrementAuthorization{},
		paymentintent.ApplyCustomerBalance{},
		paymentintent.VerifyMicrodeposits{},
		paymentintent.Refund{},
		paymentintent.Approve{},
		paymentintent.Challenge{},
		paymentintent.Decline{},
		paymentintent.Submit{},
		paymentintent.Notify{},
		paymentintent.Authenticate{},
		paymentintent.FailAction{},
		paymentintent.Fund{},
		paymentintent.Collect{},
		paymentintent.Settle{},
		paymentintent.Postpone{},
		paymentintent.CloseWindow{},
		paymentintent.ReportRefund{},
		paymentintent.Dispute{},
		paymentintent.ReverseAuthorization{},
		paymentintent.ExpireAuthorization{},
		paymentintent.ExpireAction{},
		paymentintent.Void{},
	}
}

// zeroEvents are one event of each sort, with nothing in it.
func zeroEvents() []paymentintent.Event {
	return []paymentintent.Event{
		paymentintent.Created{},
		paymentintent.Updated{},
		paymentintent.Confirmed{},
		paymentintent.ActionRequired{},
		paymentintent.ActionCompleted{},
		paymentintent.Approved{},
		paymentintent.AttemptFailed{},
		paymentintent.Submitted{},
		paymentintent.CustomerNotified{},
		paymentintent.Collected{},
		paymentintent.BalanceApplied{},
		paymentintent.PartiallyFunded{},
		paymentintent.Captured{},
		paymentintent.CaptureSubmitted{},
		paymentintent.Settled{},
		paymentintent.AuthorizationIncremented{},
		paymentintent.IncrementDeclined{},
		paymentintent.VerificationFailed{},
		paymentintent.Postponed{},
		paymentintent.WindowClosed{},
		paymentintent.Canceled{},
		paymentintent.AuthorizationExpired{},
		paymentintent.Refunded{},
		paymentintent.RefundUpdated{},
		paymentintent.DisputeOpened{},
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

package checkout_test

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
	"github.com/payintent/intents/checkout"
)

// start is when every test begins.
var start = time.Date(2026, time.September, 20, 12, 0, 0, 0, time.UTC)

const (
	csID    = "cs_test_a1MlZAaTXUMHjWZ7DcXjusJnDU4MxPalbtL5eYrmS2GKxqscDtpJq8QM0k"
	success = "success_url=https://example.com/success?session_id%3D{CHECKOUT_SESSION_ID}"

	open = checkout.StatusOpen
	conf = checkout.StatusConfirming
	done = checkout.StatusComplete
	over = checkout.StatusExpired
)

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

func items(tb testing.TB, lines ...checkout.LineItem) checkout.LineItems {
	tb.Helper()
	l, err := checkout.NewLineItems(lines...)
	require.NoError(tb, err)
	return l
}

// shirt is the order of the seed page: one T-shirt.
func shirt() checkout.LineItem {
	return checkout.LineItem{Name: "T-shirt", Currency: "usd", UnitAmount: 1099, Quantity: 1}
}

func coffee() checkout.LineItem {
	return checkout.LineItem{Price: "price_coffee", Currency: "usd", UnitAmount: 1500, Quantity: 1, Interval: "month"}
}

// methods are the types that the samples offer.
func methods() intents.PaymentMethodTypes {
	return intents.TypesOf(intents.Card, intents.USBankAccount, intents.Cashapp)
}

// create is a Create in payment mode that most samples begin with.
func create(tb testing.TB, change ...func(*checkout.Create)) checkout.Create {
	tb.Helper()
	c := checkout.Create{ID: csID, Mode: checkout.Payment, LineItems: items(tb, shirt()), Details: success, Settings: checkout.Settings{Types: methods()}}
	for _, f := range change {
		f(&c)
	}
	return c
}

// createSetup is the Create of the seed page: a card is saved.
func createSetup(tb testing.TB, change ...func(*checkout.Create)) checkout.Create {
	tb.Helper()
	c := checkout.Create{ID: csID, Mode: checkout.Setup, Currency: "usd", Details: "customer=cus_1&" + success, Settings: checkout.Settings{Types: methods()}}
	for _, f := range change {
		f(&c)
	}
	return c
}

func createSubscription(tb testing.TB, change ...func(*checkout.Create)) checkout.Create {
	tb.Helper()
	c := create(tb)
	c.Mode, c.LineItems = checkout.Subscription, items(tb, coffee())
	for _, f := range change {
		f(&c)
	}
	return c
}

func free(c *checkout.Create) {
	line := checkout.LineItem{Name: "Sample", Currency: "usd", Quantity: 1}
	c.LineItems, _ = checkout.NewLineItems(line)
}

func recoverable(c *checkout.Create) {
	c.Details = c.Details.Merge("after_expiration[recovery][enabled]=true")
}

func onElements(c *checkout.Create) {
	c.UIMode = checkout.Elements
	c.Details = c.Details.Without(checkout.KeySuccessURL).Merge("return_url=https://example.com/return")
}

func held(c *checkout.Create) {
	c.Details = c.Details.Merge("payment_intent_data[capture_method]=manual")
}
func early(c *checkout.Create) { c.APIVersion = "2020-08-27" }

// with merges details.
func with(details intents.Pairs) func(*checkout.Create) {
	return func(c *checkout.Create) { c.Details = c.Details.Merge(details) }
}

// pay is a Submit with a payment method.
func pay(tb testing.TB, pm string) checkout.Submit {
	tb.Helper()
	return checkout.Submit{PaymentMethod: method(tb, pm), Buyer: "email=jenny@example.com&name=Jenny Rosen"}
}

// must gives commands to a session at the start and returns where they lead.
func must(tb testing.TB, s checkout.Session, commands ...checkout.Command) checkout.Session {
	tb.Helper()
	t, err := checkout.Chain(s, start, commands...)
	require.NoError(tb, err)
	require.NoError(tb, checkout.Check(t.After))
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
	case err == nil:
		return "none", "", ""
	}
	return "untyped", "", err.Error()
}

// commandNames are all commands, in the order of the table.
func commandNames() []checkout.CommandName {
	var names []checkout.CommandName
	for _, a := range checkout.Table() {
		if !slices.Contains(names, a.Command) {
			names = append(names, a.Command)
		}
	}
	return names
}

// zeroCommands are one command of each sort, with nothing in it.
func zeroCommands() []checkout.Command {
	return []checkout.Command{
		checkout.Create{},
		checkout.Update{},
		checkout.Expire{},
		checkout.Submit{},
		checkout.Recover{},
		checkout.Proceed{},
		checkout.Reopen{},
		checkout.Complete{},
		checkout.ReportPaid{},
		checkout.ReportFailed{},
		checkout.Lapse{},
	}
}

// zeroEvents are one event of each sort, with nothing in it.
func zeroEvents() []checkout.Event {
	return []checkout.Event{
		checkout.Created{},
		checkout.Updated{},
		checkout.Submitted{},
		checkout.Proceeded{},
		checkout.Reopened{},
		checkout.Completed{},
		checkout.PaymentArrived{},
		checkout.PaymentLost{},
		checkout.Expired{},
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

package checkout_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/internal/script"
)

// TestStoredNames holds the stored form of every event and command against a golden
// file: it must not change, for old rows are read by new releases. A new line is
// fine, a changed line is a mistake.
func TestStoredNames(t *testing.T) {
	var golden strings.Builder
	for _, e := range append(zeroEvents(), fullEvents(t)...) {
		stored, err := checkout.MarshalEvent(e)
		require.NoError(t, err)
		back, err := checkout.UnmarshalEvent(stored)
		require.NoError(t, err)
		require.Equal(t, e, back)
		fmt.Fprintf(&golden, "%s\n", stored)
	}
	for _, c := range append(zeroCommands(), fullCommands(t)...) {
		stored, err := checkout.MarshalCommand(c)
		require.NoError(t, err)
		back, err := checkout.UnmarshalCommand(stored)
		require.NoError(t, err)
		require.Equal(t, c, back)
		fmt.Fprintf(&golden, "%s\n", stored)
	}
	stored, err := json.Marshal(fullSession(t))
	require.NoError(t, err)
	var back checkout.Session
	require.NoError(t, json.Unmarshal(stored, &back))
	require.Equal(t, fullSession(t), back)
	fmt.Fprintf(&golden, "%s\n", stored)
	script.Golden(t, "testdata/stored.golden", []byte(golden.String()))
}

// TestStoredFlow: a flow is stored as its session and its intent; none is left out.
func TestStoredFlow(t *testing.T) {
	for _, f := range []checkout.Flow{{}, toldFlow(t, create(t), pay(t, "pm_card_visa")), toldFlow(t, createSetup(t)), toldFlow(t, createSubscription(t))} {
		stored, err := json.Marshal(f)
		require.NoError(t, err)
		var back checkout.Flow
		require.NoError(t, json.Unmarshal(stored, &back))
		require.Equal(t, f, back)
		require.Equal(t, f.Payment.ID != "", strings.Contains(string(stored), `"payment":`))
		require.Equal(t, f.Setup.ID != "", strings.Contains(string(stored), `"setup":`))
	}
}

// TestStoredForms looks at names and errors of the codec one by one.
func TestStoredForms(t *testing.T) {
	for stored, want := range map[string]string{
		``:     "event: unexpected end of JSON input",
		`null`: "type: unknown event: ",
		`{}`:   "type: unknown event: ",
		`[]`:   "event: json: cannot unmarshal array into Go value of type stored.record",
		`{"type":"checkout_session.invented","data":{}}`:                     "type: unknown event: checkout_session.invented",
		`{"type":"submit","data":{}}`:                                        "type: unknown event: submit",
		`{"type":"checkout_session.expired"}`:                                "event: data is not an object",
		`{"type":"checkout_session.expired","data":{"at":"x"}}`:              "event: json: cannot unmarshal string into Go struct field Expired.at of type intents.Time",
		`{"type":"checkout_session.expired","data":{}} {}`:                   "event: invalid character '{' after top-level value",
		"{\"type\":\"checkout_session.expired\",\"data\":{\"at\":\"\xff\"}}": "event: it is not valid UTF-8",
		`{"type":"checkout_session.created","data":{"line_items":[{}]}}`:     "event: line_items[0][price_data][currency]: Invalid currency: ",
	} {
		e, err := checkout.UnmarshalEvent([]byte(stored))
		require.Nil(t, e)
		require.EqualError(t, err, want, stored)
		class, _, _ := refusal(err)
		require.Equal(t, "contents", class)
	}
	for stored, want := range map[string]string{
		`{"type":"checkout_session.expired","data":{}}`:  "type: unknown command: checkout_session.expired",
		`{"type":"expire","data":1}`:                     "command: data is not an object",
		`{"type":"submit","data":{"accepted":"yes"}}`:    "command: json: cannot unmarshal string into Go struct field submitData.accepted of type bool",
		`{"type":"update","data":{"line_items":"none"}}`: "command: line_items: json: cannot unmarshal string into Go value of type []checkout.LineItem",
	} {
		c, err := checkout.UnmarshalCommand([]byte(stored))
		require.Nil(t, c)
		require.EqualError(t, err, want, stored)
	}
	e, err := checkout.UnmarshalEvent([]byte(`{"type":"checkout_session.expired","data":{"at":1,"by":"a later release"},"seen":true}`))
	require.NoError(t, err)
	require.Equal(t, checkout.Expired{At: 1}, e, "what is not known is passed over")
}

func TestStoreRefuses(t *testing.T) {
	for _, e := range append(zeroEvents(), nil) {
		bad := []checkout.Event{nil}
		if e != nil {
			bad = append(bad, pointer(e), nilPointer(e))
		}
		for _, b := range bad {
			_, err := checkout.MarshalEvent(b)
			require.EqualError(t, err, "event: the event is nil or a pointer")
		}
	}
	for _, c := range zeroCommands() {
		for _, b := range []checkout.Command{nil, pointer(c), nilPointer(c)} {
			_, err := checkout.MarshalCommand(b)
			require.EqualError(t, err, "command: the command is nil or a pointer")
		}
	}
	for _, e := range []checkout.Event{checkout.Updated{Details: "b=1&a=2"}, checkout.Updated{LineItems: "x"}, checkout.Submitted{Buyer: "x"}} {
		_, err := checkout.MarshalEvent(e)
		class, param, _ := refusal(err)
		require.Equal(t, [2]string{"contents", "event"}, [2]string{class, param})
	}
	for _, c := range []checkout.Command{checkout.Update{Details: "b=1&a=2"}, checkout.Create{LineItems: "x"}, checkout.Submit{Buyer: "x"}} {
		_, err := checkout.MarshalCommand(c)
		class, param, _ := refusal(err)
		require.Equal(t, [2]string{"contents", "command"}, [2]string{class, param})
	}
}

func fullMethod() intents.PaymentMethod {
	return intents.PaymentMethod{ID: "pm_1", Type: intents.USBankAccount, Spent: true, Customer: "cus_1", Details: "bank_name=A %26 B&last4=6789"}
}

func fullItems(tb testing.TB) checkout.LineItems {
	tb.Helper()
	full := checkout.LineItem{
		Price: "price_1", Product: "prod_1", Name: "A & B\n<é>", Description: "=\u2028", Currency: "usd", UnitAmount: 1099, Quantity: 2, Interval: "year", Discount: 3, Tax: 4,
	}
	require.Empty(tb, script.Unset(full))
	return items(tb, full, shirt())
}

func fullSettings() checkout.Settings {
	return checkout.Settings{Types: intents.TypesOf(intents.Card, intents.Crypto), Wallets: checkout.ApplePay | checkout.GooglePay}
}

// fullEvents are the events that carry something, with all of it set.
func fullEvents(tb testing.TB) []checkout.Event {
	tb.Helper()
	events := []checkout.Event{
		checkout.Created{
			ID: csID, At: 1, Mode: checkout.Payment, UIMode: checkout.HostedPage, Currency: "usd", ExpiresAt: 2, LineItems: fullItems(tb), Shipping: 3,
			PaymentMethodTypes: intents.TypesOf(intents.Card), Wallets: checkout.ApplePay, CustomerCreation: checkout.Always, Intent: "pi_1", Details: success, Metadata: "order=6735",
			RecoveredFrom: "cs_0", Flags: checkout.Livemode | checkout.Recoverable,
		},
		checkout.Updated{LineItems: fullItems(tb), Shipping: 1, Details: success, Metadata: "order=6735"},
		checkout.Submitted{At: 1, Intent: "pi_1", PaymentMethod: fullMethod(), Buyer: "email=a%26b"},
		checkout.Proceeded{At: 1},
		checkout.Completed{At: 1, PaymentStatus: checkout.Paid, Buyer: "email=a%26b", Free: true, Subscription: "sub_1", Invoice: "in_1"},
		checkout.PaymentArrived{At: 1, Captured: true},
		checkout.PaymentLost{At: 1},
		checkout.Expired{At: 1},
	}
	for _, e := range events {
		require.Empty(tb, script.Unset(e))
	}
	return events
}

// fullCommands are the commands that carry something, with all of it set.
func fullCommands(tb testing.TB) []checkout.Command {
	tb.Helper()
	commands := []checkout.Command{
		checkout.Create{
			ID: csID, Mode: checkout.Payment, UIMode: checkout.Elements, APIVersion: "2022-11-15", Currency: "usd", LineItems: fullItems(tb), Shipping: 1,
			PaymentMethodTypes: intents.TypesOf(intents.Card), Settings: fullSettings(), CustomerCreation: checkout.IfRequired, ExpiresAt: 2, Details: success, Metadata: "a=b",
			RecoveredFrom: "cs_0", Livemode: true,
		},
		checkout.Update{LineItems: intents.Some(fullItems(tb)), Shipping: intents.Some[int64](1), Details: "customer=", Metadata: "a="},
		checkout.Submit{PaymentMethod: fullMethod(), Buyer: "email=a%26b", Accepted: true, ExpectedAmount: intents.Some[int64](1)},
		checkout.Complete{PaymentStatus: checkout.Unpaid, Subscription: "sub_1", Invoice: "in_1"},
		checkout.ReportPaid{Captured: true},
	}
	for _, c := range commands {
		require.Empty(tb, script.Unset(c))
	}
	return append(commands,
		checkout.Update{LineItems: intents.Some(checkout.LineItems("")), Shipping: intents.Some[int64](0)},
		checkout.Submit{ExpectedAmount: intents.Some[int64](0)})
}

// fullSession has every field set; it is no state that can come to be.
func fullSession(tb testing.TB) checkout.Session {
	tb.Helper()
	s := checkout.Session{
		ID: csID, Status: done, PaymentStatus: checkout.Paid, Version: 1<<64 - 1, Created: 1, Mode: checkout.Subscription, UIMode: checkout.HostedPage, Currency: "usd",
		ExpiresAt: 2, EndedAt: 3, LineItems: fullItems(tb), Shipping: 4, PaymentMethodTypes: intents.TypesOf(intents.Card, intents.Crypto), Wallets: checkout.GooglePay,
		CustomerCreation: checkout.Always, Intent: "pi_1", Subscription: "sub_1", Invoice: "in_1", SubmittedAt: 5, PaymentMethod: fullMethod(), Attempts: 6,
		Buyer: "email=a%26b", Details: success, Metadata: "order=6735", RecoveredFrom: "cs_0", Flags: 1<<5 - 1,
	}
	require.Empty(tb, script.Unset(s))
	return s
}

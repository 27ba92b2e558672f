package setupintent_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/setupintent"
)

// TestStoredNames holds the stored names, and the stored form of everything that
// can be set. Neither may ever change: what is in somebody's database has to be
// read. A new field is a new line; a changed line is a mistake.
func TestStoredNames(t *testing.T) {
	var golden strings.Builder
	for _, e := range append(zeroEvents(), fullEvents(t)...) {
		stored, err := setupintent.MarshalEvent(e)
		require.NoError(t, err)
		back, err := setupintent.UnmarshalEvent(stored)
		require.NoError(t, err)
		require.Equal(t, e, back)
		fmt.Fprintf(&golden, "%s\n", stored)
	}
	for _, c := range append(zeroCommands(), fullCommands(t)...) {
		stored, err := setupintent.MarshalCommand(c)
		require.NoError(t, err)
		back, err := setupintent.UnmarshalCommand(stored)
		require.NoError(t, err)
		require.Equal(t, c, back)
		fmt.Fprintf(&golden, "%s\n", stored)
	}
	stored, err := json.Marshal(fullIntent(t))
	require.NoError(t, err)
	var back setupintent.Intent
	require.NoError(t, json.Unmarshal(stored, &back))
	require.Equal(t, fullIntent(t), back)
	fmt.Fprintf(&golden, "%s\n", stored)
	script.Golden(t, "testdata/stored.golden", []byte(golden.String()))
}

// TestStoredForms looks at names and errors of the codec one by one.
func TestStoredForms(t *testing.T) {
	for stored, want := range map[string]string{
		``:     "event: unexpected end of JSON input",
		`null`: "type: unknown event: ",
		`{}`:   "type: unknown event: ",
		`[]`:   "event: json: cannot unmarshal array into Go value of type stored.record",
		`{"type":"setup_intent.invented","data":{}}`:                      "type: unknown event: setup_intent.invented",
		`{"type":"confirm","data":{}}`:                                    "type: unknown event: confirm",
		`{"type":"setup_intent.canceled"}`:                                "event: data is not an object",
		`{"type":"setup_intent.canceled","data":null}`:                    "event: data is not an object",
		`{"type":"setup_intent.canceled","data":{"at":"x"}}`:              "event: json: cannot unmarshal string into Go struct field Canceled.at of type intents.Time",
		`{"type":"setup_intent.canceled","data":{}} {}`:                   "event: invalid character '{' after top-level value",
		"{\"type\":\"setup_intent.canceled\",\"data\":{\"at\":\"\xff\"}}": "event: it is not valid UTF-8",
	} {
		e, err := setupintent.UnmarshalEvent([]byte(stored))
		require.Nil(t, e)
		require.EqualError(t, err, want, stored)
		class, _, _ := refusal(err)
		require.Equal(t, "contents", class)
	}
	for stored, want := range map[string]string{
		`{"type":"setup_intent.canceled","data":{}}`: "type: unknown command: setup_intent.canceled",
		`{"type":"authenticate","data":1}`:           "command: data is not an object",
		`{"type":"submit","data":{"ask_in":"1h"}}`:   "command: json: cannot unmarshal string into Go struct field submitData.ask_in of type time.Duration",
	} {
		c, err := setupintent.UnmarshalCommand([]byte(stored))
		require.Nil(t, c)
		require.EqualError(t, err, want, stored)
	}
	e, err := setupintent.UnmarshalEvent([]byte(`{"type":"setup_intent.canceled","data":{"reason":"abandoned","by":"a later release"},"seen":true}`))
	require.NoError(t, err)
	require.Equal(t, setupintent.Canceled{Reason: setupintent.Abandoned}, e, "what is not known is passed over")
}

func TestStoreRefuses(t *testing.T) {
	for _, e := range append(zeroEvents(), nil) {
		bad := []setupintent.Event{nil}
		if e != nil {
			bad = append(bad, pointer(e), nilPointer(e))
		}
		for _, b := range bad {
			_, err := setupintent.MarshalEvent(b)
			require.EqualError(t, err, "event: the event is nil or a pointer")
		}
	}
	for _, c := range zeroCommands() {
		for _, b := range []setupintent.Command{nil, pointer(c), nilPointer(c)} {
			_, err := setupintent.MarshalCommand(b)
			require.EqualError(t, err, "command: the command is nil or a pointer")
		}
	}
	_, err := setupintent.MarshalEvent(setupintent.Updated{Details: "b=1&a=2"})
	class, param, _ := refusal(err)
	require.Equal(t, [2]string{"contents", "event"}, [2]string{class, param})
	_, err = setupintent.MarshalCommand(setupintent.Update{Details: "b=1&a=2"})
	class, param, _ = refusal(err)
	require.Equal(t, [2]string{"contents", "command"}, [2]string{class, param})
}

func fullMethod() intents.PaymentMethod {
	return intents.PaymentMethod{ID: "pm_1", Type: intents.USBankAccount, Spent: true, Customer: "cus_1", Details: "bank_name=A %26 B&last4=6789"}
}

func fullFailure() intents.Failure {
	return intents.Failure{Type: "api_error", Code: "card_declined", DeclineCode: "do_not_honor", Message: "No <b>&\u2028 é", Blocked: true}
}

func fullAction(tb testing.TB) intents.NextAction {
	tb.Helper()
	a, err := intents.NewNextAction("redirect_to_url", "url", "https://example.com/?a=b&c=d")
	require.NoError(tb, err)
	return a
}

// fullEvents are the events that carry something, with all of it set.
func fullEvents(tb testing.TB) []setupintent.Event {
	tb.Helper()
	pm, types := fullMethod(), intents.TypesOf(intents.Card, intents.Link)
	up := setupintent.SetUp{At: 1, PaymentMethod: pm, Mandate: "mandate_1", MandateSingleUse: true}
	return []setupintent.Event{
		setupintent.Created{
			ID: setiID, At: 1, Usage: setupintent.OnSession, PaymentMethodTypes: types, PaymentMethod: pm, Details: "customer=cus_1&description=a %26 b",
			Metadata: "order=6735", Owner: "cs_1", ConfirmLimit: 7, Flags: setupintent.Livemode | setupintent.NoRedirects,
		},
		setupintent.Updated{Status: rc, PaymentMethodTypes: types, PaymentMethod: pm, Details: "customer=cus_1", Metadata: "order=6735"},
		setupintent.Confirmed{At: 1, AttemptID: "setatt_1", PaymentMethod: pm, Customer: "cus_1", Details: "customer=cus_1"},
		setupintent.ActionRequired{At: 1, NextAction: fullAction(tb), Due: 2},
		setupintent.ActionCompleted{At: 1},
		setupintent.Approved{SetUp: up},
		setupintent.AttemptFailed{At: 1, Failure: fullFailure()},
		setupintent.Submitted{At: 1, Due: 2},
		setupintent.Collected{SetUp: up},
		setupintent.VerificationFailed{Code: "payment_method_microdeposit_verification_amounts_mismatch", Left: 2},
		setupintent.Postponed{Due: 1},
		setupintent.Canceled{At: 1, Reason: setupintent.Abandoned},
	}
}

// fullCommands are the commands that carry something, with all of it set.
func fullCommands(tb testing.TB) []setupintent.Command {
	tb.Helper()
	pm, types := fullMethod(), intents.TypesOf(intents.Card, intents.Link)
	return []setupintent.Command{
		setupintent.Create{
			ID: setiID, APIVersion: "2022-11-15", Usage: setupintent.OnSession, PaymentMethodTypes: types, PaymentMethod: pm, Details: "customer=cus_1", Metadata: "a=b",
			Owner: "cs_1", ConfirmLimit: 7, AutomaticPaymentMethods: true, NoRedirects: true, Livemode: true,
		},
		setupintent.Update{PaymentMethod: intents.Some(pm), PaymentMethodTypes: intents.Some(types), Details: "description=", Metadata: "a="},
		setupintent.Update{PaymentMethod: intents.Some(intents.PaymentMethod{}), PaymentMethodTypes: intents.Some[intents.PaymentMethodTypes](0)},
		setupintent.Confirm{PaymentMethod: pm, Details: "return_url=https://example.com", Owner: "cs_1", ClientSecret: setiID + "_secret_1", Publishable: true},
		setupintent.Cancel{Reason: setupintent.Abandoned},
		setupintent.VerifyMicrodeposits{Amounts: [2]int64{32, 45}, DescriptorCode: "SM11AA", Outcome: intents.TimedOut},
		setupintent.Challenge{NextAction: fullAction(tb), ExpiresIn: time.Hour},
		setupintent.Decline{Failure: fullFailure()},
		setupintent.Submit{AskIn: time.Hour},
		setupintent.FailAction{Failure: fullFailure()},
		setupintent.Postpone{AskIn: time.Hour},
		setupintent.Void{Owner: "cs_1", Reason: setupintent.Duplicate},
	}
}

// fullIntent has every field set; it is no state that can come to be.
func fullIntent(tb testing.TB) setupintent.Intent {
	tb.Helper()
	s := setupintent.Intent{
		ID: setiID, Status: ra, Version: 1<<64 - 1, Created: 1, Usage: setupintent.OnSession, PaymentMethodTypes: intents.TypesOf(intents.Card, intents.Link),
		PaymentMethod: fullMethod(), NextAction: fullAction(tb), LastSetupError: "code=card_declined&message=No %26 never",
		CancellationReason: setupintent.Abandoned, Due: 4, Details: "customer=cus_1&description=a %26 b", Metadata: "order=6735", Owner: "cs_1",
		Attempts: 6, Mandate: "mandate_1", MandateSingleUse: true, Confirms: 7, ConfirmLimit: 8, Flags: 1<<4 - 1, Verifications: 9,
		Attempt: setupintent.Attempt{
			ID: "setatt_1", Created: 10, Status: setupintent.AttemptStatusFailed, PaymentMethod: fullMethod(), Customer: "cus_1", Usage: setupintent.OffSession,
			Details: "customer=cus_1", Error: "code=card_declined",
		},
	}
	requireNoZero(tb, s)
	return s
}

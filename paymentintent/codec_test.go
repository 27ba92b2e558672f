package paymentintent_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/paymentintent"
)

// TestStoredNames holds the stored names, and the stored form of everything that
// can be set. Neither may ever change: what is in somebody's database has to be
// read. A new field is a new line; a changed line is a mistake.
func TestStoredNames(t *testing.T) {
	var golden strings.Builder
	for _, e := range append(zeroEvents(), fullEvents(t)...) {
		stored, err := paymentintent.MarshalEvent(e)
		require.NoError(t, err)
		back, err := paymentintent.UnmarshalEvent(stored)
		require.NoError(t, err)
		require.Equal(t, e, back)
		fmt.Fprintf(&golden, "%s\n", stored)
	}
	for _, c := range append(zeroCommands(), fullCommands(t)...) {
		stored, err := paymentintent.MarshalCommand(c)
		require.NoError(t, err)
		back, err := paymentintent.UnmarshalCommand(stored)
		require.NoError(t, err)
		require.Equal(t, c, back)
		fmt.Fprintf(&golden, "%s\n", stored)
	}
	stored, err := json.Marshal(fullIntent(t))
	require.NoError(t, err)
	var back paymentintent.Intent
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
		`{"type":"payment_intent.invented","data":{}}`:                      "type: unknown event: payment_intent.invented",
		`{"type":"confirm","data":{}}`:                                      "type: unknown event: confirm",
		`{"type":"payment_intent.canceled"}`:                                "event: data is not an object",
		`{"type":"payment_intent.canceled","data":null}`:                    "event: data is not an object",
		`{"type":"payment_intent.canceled","data":{"at":"x"}}`:              "event: json: cannot unmarshal string into Go struct field Canceled.at of type intents.Time",
		`{"type":"payment_intent.canceled","data":{}} {}`:                   "event: invalid character '{' after top-level value",
		"{\"type\":\"payment_intent.canceled\",\"data\":{\"at\":\"\xff\"}}": "event: it is not valid UTF-8",
	} {
		e, err := paymentintent.UnmarshalEvent([]byte(stored))
		require.Nil(t, e)
		require.EqualError(t, err, want, stored)
		class, _, _ := refusal(err)
		require.Equal(t, "contents", class)
	}
	for stored, want := range map[string]string{
		`{"type":"payment_intent.canceled","data":{}}`: "type: unknown command: payment_intent.canceled",
		`{"type":"authenticate","data":1}`:             "command: data is not an object",
		`{"type":"submit","data":{"ask_in":"1h"}}`:     "command: json: cannot unmarshal string into Go struct field submitData.ask_in of type time.Duration",
	} {
		c, err := paymentintent.UnmarshalCommand([]byte(stored))
		require.Nil(t, c)
		require.EqualError(t, err, want, stored)
	}
	e, err := paymentintent.UnmarshalEvent([]byte(`{"type":"payment_intent.canceled","data":{"reason":"abandoned","by":"a later release"},"seen":true}`))
	require.NoError(t, err)
	require.Equal(t, paymentintent.Canceled{Reason: paymentintent.Abandoned}, e, "what is not known is passed over")
}

func TestStoreRefuses(t *testing.T) {
	for _, e := range append(zeroEvents(), nil) {
		bad := []paymentintent.Event{nil}
		if e != nil {
			bad = append(bad, pointer(e), nilPointer(e))
		}
		for _, b := range bad {
			_, err := paymentintent.MarshalEvent(b)
			require.EqualError(t, err, "event: the event is nil or a pointer")
		}
	}
	for _, c := range zeroCommands() {
		for _, b := range []paymentintent.Command{nil, pointer(c), nilPointer(c)} {
			_, err := paymentintent.MarshalCommand(b)
			require.EqualError(t, err, "command: the command is nil or a pointer")
		}
	}
	_, err := paymentintent.MarshalEvent(paymentintent.Updated{Details: "b=1&a=2"})
	class, param, _ := refusal(err)
	require.Equal(t, [2]string{"contents", "event"}, [2]string{class, param})
	_, err = paymentintent.MarshalCommand(paymentintent.Update{Details: "b=1&a=2"})
	class, param, _ = refusal(err)
	require.Equal(t, [2]string{"contents", "command"}, [2]string{class, param})
}

func fullMethod() intents.PaymentMethod {
	return intents.PaymentMethod{ID: "pm_1", Type: intents.USBankAccount, Spent: true, Customer: "cus_1", Details: "bank_name=A %26 B&last4=6789"}
}

func fullTerms() capture.Terms {
	return capture.Terms{
		Hold: time.Hour, SettleIn: time.Second, Maximum: 2300, Features: capture.Multicapture | capture.Extended,
		Pricing: capture.TestPricing(), Outcome: "risk_level=normal",
	}
}

func fullApproval() capture.Approval {
	return capture.Approval{
		Method: capture.Manual, Maximum: 2300, At: 1, CaptureBefore: 2, SettleAfter: 3, Ledger: capture.Ledger{At: 4, AvailableOn: 5, Fee: 6},
		Pricing: capture.TestPricing(), Outcome: "risk_level=normal", Features: capture.Incremental,
	}
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
func fullEvents(tb testing.TB) []paymentintent.Event {
	tb.Helper()
	pm, types := fullMethod(), intents.TypesOf(intents.Card, intents.Crypto)
	return []paymentintent.Event{
		paymentintent.Created{
			ID: piID, At: 1, Amount: 2, Currency: "usd", CaptureMethod: capture.Manual, ConfirmationMethod: paymentintent.ConfirmManual, PaymentMethodTypes: types,
			PaymentMethod: pm, Details: "customer=cus_1&description=a %26 b", Metadata: "order=6735", Owner: "cs_1", ConfirmLimit: 7, Flags: paymentintent.Livemode | paymentintent.CryptoAtOnce,
		},
		paymentintent.Updated{
			Status: rc, Amount: 2, Currency: "usd", CaptureMethod: capture.Manual, PaymentMethodTypes: types, PaymentMethod: pm,
			Details: "customer=cus_1", Metadata: "order=6735",
		},
		paymentintent.Confirmed{At: 1, PaymentMethod: pm, CaptureMethod: capture.Manual, Details: "customer=cus_1", Flags: paymentintent.OffSession},
		paymentintent.ActionRequired{NextAction: fullAction(tb), Due: 1},
		paymentintent.ActionCompleted{At: 1},
		paymentintent.Approved{ChargeID: "ch_1", Approval: fullApproval()},
		paymentintent.AttemptFailed{At: 1, Failure: fullFailure(), ChargeID: "ch_1"},
		paymentintent.Submitted{ChargeID: "ch_1", At: 1, Due: 2, Cancelable: true},
		paymentintent.CustomerNotified{Due: 1},
		paymentintent.Collected{Approval: fullApproval()},
		paymentintent.BalanceApplied{ChargeID: "ch_1", PaymentMethod: pm, Approval: fullApproval()},
		paymentintent.PartiallyFunded{Funded: 1},
		paymentintent.Captured{
			Captured: capture.Captured{Amount: 1, Total: 2, Final: true, Ledger: capture.Ledger{At: 3, AvailableOn: 4, Fee: 5}, Details: "statement_descriptor=A"}, Metadata: "a=b",
		},
		paymentintent.CaptureSubmitted{At: 1, Amount: 2, Details: "statement_descriptor=A", Metadata: "a=b"},
		paymentintent.Settled{Settled: capture.Settled{Ledger: capture.Ledger{At: 3, AvailableOn: 4, Fee: 5}}},
		paymentintent.AuthorizationIncremented{Amount: 1, Details: "description=A", Metadata: "a=b"},
		paymentintent.Postponed{Due: 1},
		paymentintent.Canceled{At: 1, Reason: paymentintent.Abandoned},
		paymentintent.AuthorizationExpired{At: 1},
		paymentintent.Refunded{Refunded: capture.Refunded{Refund: capture.Refund{Amount: 1, Status: capture.RefundPending, Reason: capture.Duplicate, Created: 2, Flags: capture.ReverseTransfer}}},
		paymentintent.RefundUpdated{RefundUpdated: capture.RefundUpdated{Number: 1, Status: capture.RefundFailed}},
		paymentintent.DisputeOpened{DisputeOpened: capture.DisputeOpened{At: 1, Reason: "fraudulent"}},
	}
}

// fullCommands are the commands that carry something, with all of it set.
func fullCommands(tb testing.TB) []paymentintent.Command {
	tb.Helper()
	pm, types := fullMethod(), intents.TypesOf(intents.Card, intents.Crypto)
	return []paymentintent.Command{
		paymentintent.Create{
			ID: piID, Amount: 2000, Currency: "usd", APIVersion: "2022-11-15", CaptureMethod: capture.Manual, ConfirmationMethod: paymentintent.ConfirmManual,
			PaymentMethodTypes: types, PaymentMethod: pm, Details: "customer=cus_1", Metadata: "a=b", Owner: "cs_1", ConfirmLimit: 7,
			AutomaticPaymentMethods: true, NoRedirects: true, Livemode: true,
		},
		paymentintent.Update{
			Amount: some(1), Currency: intents.Some[intents.Currency]("eur"), CaptureMethod: intents.Some(capture.Manual), PaymentMethod: intents.Some(pm),
			PaymentMethodTypes: intents.Some(types), Details: "description=", Metadata: "a=",
		},
		paymentintent.Update{Amount: some(0), PaymentMethod: intents.Some(intents.PaymentMethod{}), PaymentMethodTypes: intents.Some[intents.PaymentMethodTypes](0)},
		paymentintent.Confirm{
			PaymentMethod: pm, CustomerDefault: pm, CaptureMethod: capture.Manual, Details: "return_url=https://example.com", OffSession: true, ErrorOnRequiresAction: true, Publishable: true,
		},
		paymentintent.Capture{AmountToCapture: some(0), FinalCapture: intents.Some(false), Details: "description=A", Metadata: "a=b"},
		paymentintent.Cancel{Reason: paymentintent.Abandoned, Refused: true},
		paymentintent.IncrementAuthorization{Amount: 1, Details: "description=A", Metadata: "a=b", Declined: true},
		paymentintent.ApplyCustomerBalance{Amount: some(0), Terms: fullTerms()},
		paymentintent.VerifyMicrodeposits{Amounts: [2]int64{32, 45}, DescriptorCode: "SM11AA", Outcome: intents.TimedOut, AskIn: time.Hour, Cancelable: true},
		paymentintent.Refund{Amount: 1, Reason: capture.Duplicate, Flags: capture.RefundApplicationFee, Pending: true},
		paymentintent.Approve{Terms: fullTerms()},
		paymentintent.Challenge{NextAction: fullAction(tb), ExpiresIn: time.Hour},
		paymentintent.Decline{Failure: fullFailure(), NoCharge: true},
		paymentintent.Submit{AskIn: time.Hour, Cancelable: true},
		paymentintent.Notify{CompletesIn: time.Hour},
		paymentintent.FailAction{Failure: fullFailure()},
		paymentintent.Fund{Amount: 1, Terms: fullTerms()},
		paymentintent.Collect{Terms: fullTerms()},
		paymentintent.Settle{Fee: 1, AvailableOn: 2},
		paymentintent.Postpone{AskIn: time.Hour},
		paymentintent.ReportRefund{Number: 1, Status: capture.RefundFailed},
		paymentintent.Dispute{Reason: "fraudulent"},
		paymentintent.Void{Reason: paymentintent.VoidInvoice},
	}
}

// fullIntent has every field set; it is no state that can come to be.
func fullIntent(tb testing.TB) paymentintent.Intent {
	tb.Helper()
	s := paymentintent.Intent{
		ID: piID, Status: ra, Version: 1<<64 - 1, Created: 1, Amount: 2, Currency: "usd", CaptureMethod: capture.Manual, ConfirmationMethod: paymentintent.ConfirmManual,
		PaymentMethodTypes: intents.TypesOf(intents.Card, intents.Crypto), PaymentMethod: fullMethod(), NextAction: fullAction(tb),
		LastPaymentError: "code=card_declined&message=No %26 never", CanceledAt: 3, CancellationReason: paymentintent.Abandoned, Due: 4,
		Details: "customer=cus_1&description=a %26 b", Metadata: "order=6735", Owner: "cs_1", Funded: 5, Charges: 6, Confirms: 7, ConfirmLimit: 8, Flags: 1<<10 - 1, Verifications: 9,
		Charge: capture.Charge{
			ID: "ch_1", Status: capture.StatusSettled, Currency: "usd", Amount: 1, AmountAuthorized: 2, AmountCaptured: 3, AmountReleased: 4, AmountRefunded: 5, Maximum: 6,
			Created: 7, CaptureBefore: 8, SettleAfter: 9, Ledger: capture.Ledger{At: 10, AvailableOn: 11, Fee: 12}, Pricing: capture.TestPricing(), PaymentMethod: fullMethod(),
			Details: "description=A", Metadata: "a=b", Outcome: "type=authorized", Refunds: "1,pending,duplicate,2,3", Features: capture.Disputed, Captures: 13, Increments: 14,
		},
	}
	requireNoZero(tb, s)
	return s
}

package paymentintent_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/paymentintent/paymentintenttest"
)

// TestEventsTellTheirTime: every event that has a time has that of its command.
func TestEventsTellTheirTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s paymentintent.Intent
		now := start
		for range 12 {
			now = now.Add(time.Duration(rapid.IntRange(1, 100_000).Draw(t, "seconds")) * time.Second)
			tr, err := paymentintent.Apply(s, paymentintenttest.Commands(s).Draw(t, "command"), now)
			if err != nil {
				continue
			}
			for _, e := range tr.Events {
				if at := reflect.ValueOf(e).FieldByName("At"); at.IsValid() {
					require.Equal(t, intents.TimeOf(now), at.Interface(), "%T", e)
				}
			}
			s = tr.After
		}
	})
}

func TestUpdateKeepsWhatItSets(t *testing.T) {
	types := intents.TypesOf(intents.Card, intents.Link)
	s := must(t, paymentintent.Intent{}, create(t, "pm_card_visa"), paymentintent.Update{PaymentMethodTypes: intents.Some(types), CaptureMethod: intents.Some(capture.Manual)})
	require.Equal(t, types, s.PaymentMethodTypes)
	require.Equal(t, capture.Manual, s.CaptureMethod)
}

func TestLateUpdateIsRefusedInFull(t *testing.T) {
	s := must(t, paymentintent.Intent{}, create(t, "pm_card_visa"), paymentintent.Confirm{}, paymentintent.Approve{})
	_, err := paymentintent.Apply(s, paymentintent.Update{Currency: intents.Some(intents.Currency("eur"))}, start)
	require.Equal(t, &intents.StateError{
		Object: "payment_intent", Command: "update", Status: "succeeded", Code: "payment_intent_unexpected_state", Param: "currency",
		Allowed: []string{"requires_payment_method", "requires_confirmation", "requires_action"},
		Legal:   []string{"update", "settle", "refund", "report_refund", "dispute"},
	}, err)
}

func TestLivemodeStays(t *testing.T) {
	live := func(c *paymentintent.Create) { c.Livemode = true }
	for _, s := range []paymentintent.Intent{
		must(t, paymentintent.Intent{}, create(t, "pm_card_visa", live), paymentintent.Confirm{}, paymentintent.Notify{CompletesIn: time.Hour}),
		must(t, paymentintent.Intent{}, create(t, "pm_card_visa", live, manually), paymentintent.Confirm{},
			paymentintent.Approve{Terms: capture.Terms{Features: capture.AsyncCapture}}, paymentintent.Capture{}),
		must(t, paymentintent.Intent{}, create(t, "pm_card_visa", live), paymentintent.Cancel{}),
	} {
		require.True(t, s.Flags.Has(paymentintent.Livemode), s.Status)
	}
}

// TestReturnURL: automatic payment methods that might redirect want one, those that
// can't do not.
func TestReturnURL(t *testing.T) {
	confirmed := func(automatic, never bool) error {
		s := must(t, paymentintent.Intent{}, create(t, "pm_card_visa"))
		s.PaymentMethodTypes = intents.TypesOf(intents.Card, intents.Ideal)
		if automatic {
			s.Flags |= paymentintent.AutomaticPaymentMethods
		}
		if never {
			s.Flags |= paymentintent.NoRedirects
		}
		_, err := paymentintent.Apply(s, paymentintent.Confirm{}, start)
		return err
	}
	require.ErrorContains(t, confirmed(true, false), "return_url")
	require.NoError(t, confirmed(true, true))
	require.NoError(t, confirmed(false, false))
	require.NoError(t, confirmed(false, true))
}

// TestNextForgetsTheStepBefore: a step that does nothing says and owes nothing.
func TestNextForgetsTheStepBefore(t *testing.T) {
	var tr paymentintent.Transition
	for _, c := range []paymentintent.Command{create(t, "pm_card_visa", later), paymentintent.Confirm{}, paymentintent.Approve{}} {
		require.NoError(t, tr.Next(c, start))
	}
	require.NotEmpty(t, tr.Events)
	require.NotEmpty(t, tr.Deferred)
	require.NoError(t, tr.Next(paymentintent.Settle{}, start.Add(time.Hour)))
	require.NoError(t, tr.Next(paymentintent.Settle{}, start.Add(time.Hour)))
	require.Empty(t, tr.Events)
	require.Empty(t, tr.Deferred)
	require.Equal(t, tr.Before, tr.After)

	before := tr
	require.Error(t, tr.Next(paymentintent.Confirm{}, start))
	require.Equal(t, before, tr, "a refusal leaves it as it was")
}

func TestNoCommandIsNamed(t *testing.T) {
	_, err := paymentintent.Apply(paymentintent.Intent{}, nil, start)
	require.Equal(t, &intents.InvalidError{Param: "command", Message: "the command is nil or a pointer"}, err)
	_, err = paymentintent.Apply(paymentintent.Intent{}, paymentintent.Create{}, time.Time{})
	require.Equal(t, &intents.InvalidError{Param: "now", Message: "the time is not set, or after the year 9999"}, err)
}

// TestIncrementLeavesTheChargeAlone: what was changed on the intent alone stays there,
// unless the increment brings something of its own.
func TestIncrementLeavesTheChargeAlone(t *testing.T) {
	hold := must(t, paymentintent.Intent{}, create(t, "pm_card_visa", manually), paymentintent.Confirm{}, paymentintent.Approve{Terms: capture.Terms{Features: capture.Incremental}})
	s := must(t, hold, paymentintent.Update{Details: "description=Later"}, paymentintent.IncrementAuthorization{Amount: 3000})
	require.Empty(t, s.Charge.Details)
	require.Equal(t, intents.Pairs("description=Later"), s.Details)
	s = must(t, s, paymentintent.IncrementAuthorization{Amount: 4000, Details: "application_fee_amount=1"})
	require.Equal(t, intents.Pairs("application_fee_amount=1&description=Later"), s.Charge.Details)
}

// TestAuthenticationSurvives: an update of something else does not void it.
func TestAuthenticationSurvives(t *testing.T) {
	s := must(t, paymentintent.Intent{}, create(t, "pm_card_visa", byHand), paymentintent.Confirm{}, challenge("use_stripe_sdk", 0), paymentintent.Authenticate{})
	require.True(t, s.Flags.Has(paymentintent.Authenticated))
	require.True(t, must(t, s, paymentintent.Update{Metadata: "a=b", Details: "description=A"}).Flags.Has(paymentintent.Authenticated))
	for _, c := range []paymentintent.Update{
		{Amount: some(1000)}, {Currency: intents.Some[intents.Currency]("eur")}, {PaymentMethod: intents.Some(method(t, "pm_card_amex"))}, {PaymentMethod: intents.Some(intents.PaymentMethod{})},
	} {
		require.False(t, must(t, s, c).Flags.Has(paymentintent.Authenticated), c)
	}
	require.True(t, must(t, s, paymentintent.Confirm{}).Flags.Has(paymentintent.Authenticated))
	require.False(t, must(t, s, confirmWith(t, "pm_card_amex")).Flags.Has(paymentintent.Authenticated))
}

// TestAttemptEnds: what was said of an attempt is forgotten with it, however it ends.
func TestAttemptEnds(t *testing.T) {
	offSession := must(t, paymentintent.Intent{}, create(t, "pm_card_visa", ofInvoice), paymentintent.Confirm{OffSession: true, ErrorOnRequiresAction: true})
	require.Equal(t, paymentintent.OffSession|paymentintent.ErrorOnRequiresAction, offSession.Flags)
	for _, end := range [][]paymentintent.Command{
		{paymentintent.Approve{}},
		{declined()},
		{challenge("use_stripe_sdk", 0)},
		{paymentintent.Notify{CompletesIn: time.Hour}, paymentintent.Void{Reason: paymentintent.VoidInvoice}},
		{paymentintent.Notify{CompletesIn: time.Hour}, declined()},
	} {
		require.Zero(t, must(t, offSession, end...).Flags, end)
	}
}

// TestNextOnAnotherIntent: a Transition that is used again for another intent says
// nothing of the one before, even where nothing happens.
func TestNextOnAnotherIntent(t *testing.T) {
	settled := must(t, paymentintent.Intent{}, create(t, "pm_card_visa"), paymentintent.Confirm{}, paymentintent.Approve{})
	tr, err := paymentintent.Apply(must(t, paymentintent.Intent{}, create(t, "pm_card_visa")), paymentintent.Confirm{}, start)
	require.NoError(t, err)
	require.NotEmpty(t, tr.Deferred)
	tr.After = settled
	require.NoError(t, tr.Next(paymentintent.Settle{}, start))
	require.Empty(t, tr.Deferred)
	require.Empty(t, tr.Events)
}

// TestPostponeSooner: but for a notification, asking again sooner is fine.
func TestPostponeSooner(t *testing.T) {
	debit := must(t, paymentintent.Intent{}, create(t, "pm_usBankAccount_success"), paymentintent.Confirm{}, paymentintent.Submit{AskIn: 72 * time.Hour}, paymentintent.Postpone{AskIn: time.Hour})
	require.Equal(t, intents.TimeOf(start.Add(time.Hour)), debit.Due)
}

// TestTypesAreNotSentToEndive: an intent of a version that knows no payment_method_types has the card.
func TestTypesAreNotSentToEndive(t *testing.T) {
	for _, v := range []intents.Version{intents.VersionEndive, intents.VersionLatest} {
		c := paymentintent.Create{ID: piID, Amount: 2000, Currency: "usd", APIVersion: v}
		require.Equal(t, intents.TypesOf(intents.Card), must(t, paymentintent.Intent{}, c).PaymentMethodTypes)
		c.PaymentMethodTypes = intents.TypesOf(intents.Card)
		_, err := paymentintent.Apply(paymentintent.Intent{}, c, start)
		_, param, code := refusal(err)
		require.Equal(t, [2]string{"payment_method_types", "payment_method_types_no_longer_supported"}, [2]string{param, code})
	}
	automatic := paymentintent.Create{ID: piID, Amount: 2000, Currency: "usd", AutomaticPaymentMethods: true}
	require.True(t, must(t, paymentintent.Intent{}, automatic).Flags.Has(paymentintent.AutomaticPaymentMethods))
}

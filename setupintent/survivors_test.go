package setupintent_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/setupintent/setupintenttest"
)

// TestEventsTellTheirTime: every event that has a time has that of its command.
func TestEventsTellTheirTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s setupintent.Intent
		now := start
		for range 12 {
			now = now.Add(time.Duration(rapid.IntRange(1, 100_000).Draw(t, "seconds")) * time.Second)
			tr, err := setupintent.Apply(s, setupintenttest.Commands(s).Draw(t, "command"), now)
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
	s := must(t, setupintent.Intent{}, create(t, "pm_card_visa"), setupintent.Update{PaymentMethodTypes: intents.Some(types)})
	require.Equal(t, types, s.PaymentMethodTypes)
}

func TestLateUpdateIsRefusedInFull(t *testing.T) {
	s := must(t, setupintent.Intent{}, create(t, "pm_card_visa"), setupintent.Confirm{}, setupintent.Approve{})
	_, err := setupintent.Apply(s, setupintent.Update{PaymentMethod: intents.Some(method(t, "pm_card_amex"))}, start)
	require.Equal(t, &intents.StateError{
		Object: "setup_intent", Command: "update", Status: "succeeded", Code: "setup_intent_unexpected_state", Param: "payment_method",
		Allowed: []string{"requires_payment_method", "requires_confirmation", "requires_action"}, Legal: []string{"update"},
		Message: "You cannot update this SetupIntent because it has already succeeded.",
	}, err)
}

// TestSetUpFor: success marks what the method was set up for, and a later on-session
// setup does not take back what an off-session one has given.
func TestSetUpFor(t *testing.T) {
	setUp := func(pm intents.PaymentMethod, usage setupintent.Usage) intents.PaymentMethod {
		tr, err := setupintent.Chain(setupintent.Intent{}, start,
			setupintent.Create{ID: setiID, Usage: usage, PaymentMethod: pm, Details: "customer=cus_1"}, setupintent.Confirm{}, setupintent.Approve{})
		require.NoError(t, err)
		got, changed := tr.PaymentMethod()
		require.Equal(t, got != pm, changed)
		require.Equal(t, pm.Customer == "", attached(tr))
		require.Equal(t, "cus_1", got.Customer)
		require.False(t, got.Spent)
		return got
	}
	what := func(pm intents.PaymentMethod) string {
		v, _ := pm.Details.Get(capture.KeySetUp)
		return v
	}
	visa := method(t, "pm_card_visa")
	on := setUp(visa, setupintent.OnSession)
	require.Equal(t, "on_session", what(on))
	both := setUp(on, setupintent.OffSession)
	require.Equal(t, "off_session", what(both))
	require.Equal(t, both, setUp(both, setupintent.OnSession))
	require.Equal(t, "off_session", what(setUp(visa, "")))
	brand, _ := both.Details.Get("brand")
	require.Equal(t, "visa", brand, "what was known of it stays")
}

// TestNotSpent: a payment method that is set up without a customer can be attached
// later (SEED-3), other than one that has paid.
func TestNotSpent(t *testing.T) {
	tr, err := setupintent.Chain(setupintent.Intent{}, start, create(t, "pm_card_visa"), setupintent.Confirm{}, setupintent.Approve{})
	require.NoError(t, err)
	pm, changed := tr.PaymentMethod()
	require.True(t, changed, "it is set up, and has to be stored")
	require.False(t, attached(tr))
	pm, err = pm.Attach("cus_9")
	require.NoError(t, err)
	require.Equal(t, "cus_9", pm.Customer)
}

// TestPaymentMethodOf reads the payment method of transitions that set nothing up.
func TestPaymentMethodOf(t *testing.T) {
	s := must(t, setupintent.Intent{}, create(t, "pm_card_visa", forCustomer))
	failed, err := setupintent.Chain(s, start, setupintent.Confirm{}, declined())
	require.NoError(t, err)
	pm, changed := failed.PaymentMethod()
	require.True(t, pm.IsZero())
	require.False(t, changed)
	done := must(t, s, setupintent.Confirm{}, setupintent.Approve{})
	later, err := setupintent.Apply(done, setupintent.Update{Metadata: "a=b"}, start)
	require.NoError(t, err)
	pm, changed = later.PaymentMethod()
	require.Equal(t, done.PaymentMethod, pm)
	require.False(t, changed, "it was attached before")
	require.Empty(t, later.Attempts())
}

// TestAttemptIsOfItsTime: an attempt keeps what the intent was at its confirmation.
func TestAttemptIsOfItsTime(t *testing.T) {
	s := must(t, setupintent.Intent{}, create(t, "pm_usBankAccount_success", forCustomer, onSession), setupintent.Confirm{}, setupintent.Submit{},
		setupintent.Update{Details: "customer=cus_2&description=Later"}, setupintent.Collect{})
	require.Equal(t, setupintent.Attempt{
		ID: s.Attempt.ID, Created: intents.TimeOf(start), Status: setupintent.AttemptStatusSucceeded, PaymentMethod: method(t, "pm_usBankAccount_success"),
		Customer: "cus_1", Usage: setupintent.OnSession, Details: "customer=cus_1",
	}, s.Attempt)
	require.Equal(t, "cus_2", s.PaymentMethod.Customer)
	require.Equal(t, "cus_2", s.Customer())
	require.Equal(t, s.Attempt.ID, s.LatestAttempt())
}

// TestAuthenticationEnds: what the customer did counts for the attempt it was made for.
func TestAuthenticationEnds(t *testing.T) {
	s := must(t, setupintent.Intent{}, create(t, "pm_usBankAccount_success"), setupintent.Confirm{}, challenge("redirect_to_url", 0), setupintent.Authenticate{})
	require.True(t, s.Flags.Has(setupintent.Authenticated))
	require.True(t, must(t, s, setupintent.Postpone{AskIn: time.Hour}).Flags.Has(setupintent.Authenticated))
	for _, end := range [][]setupintent.Command{
		{setupintent.Approve{}},
		{declined()},
		{setupintent.Submit{}},
		{challenge("use_stripe_sdk", 0)},
		{challenge("use_stripe_sdk", 0), setupintent.Confirm{}},
		{challenge("use_stripe_sdk", 0), setupintent.Cancel{}},
	} {
		require.Zero(t, must(t, s, end...).Flags, end)
	}
}

// TestTries holds how many are left, for each kind of microdeposits, and where nobody said which.
func TestTries(t *testing.T) {
	code := setupintent.VerifyMicrodeposits{DescriptorCode: "SM99ZZ", Outcome: intents.Mismatched}
	amounts := setupintent.VerifyMicrodeposits{Amounts: [2]int64{1, 1}, Outcome: intents.Mismatched}
	waiting := must(t, setupintent.Intent{}, create(t, "pm_usBankAccount_success"), setupintent.Confirm{}, challenge("verify_with_microdeposits", 0))
	for _, c := range []struct {
		try  setupintent.VerifyMicrodeposits
		most int
		code string
	}{
		{code, 10, "payment_method_microdeposit_verification_descriptor_code_mismatch"},
		{amounts, 3, "payment_method_microdeposit_verification_amounts_mismatch"},
	} {
		s := waiting
		for left := c.most - 1; left > 0; left-- {
			tr, err := setupintent.Apply(s, c.try, start)
			require.NoError(t, err)
			require.Equal(t, []setupintent.Event{setupintent.VerificationFailed{Code: c.code, Left: uint8(left)}}, tr.Events)
			s = tr.After
		}
		s = must(t, s, c.try)
		require.Equal(t, rpm, s.Status)
		require.Equal(t, "payment_method_microdeposit_verification_attempts_exceeded", s.LastSetupError.Code())
	}
	mixed := must(t, waiting, code, code, code, code, amounts)
	require.Equal(t, rpm, mixed.Status, "four tries are more than amounts have")
}

// TestLivemodeStays as the other facts of creation do.
func TestLivemodeStays(t *testing.T) {
	live := func(c *setupintent.Create) { c.Livemode, c.NoRedirects = true, true }
	s := must(t, setupintent.Intent{}, create(t, "pm_card_visa", live), setupintent.Confirm{}, challenge("use_stripe_sdk", 0), setupintent.Authenticate{}, declined())
	require.Equal(t, setupintent.Livemode|setupintent.NoRedirects, s.Flags)
}

// TestReturnURL: automatic payment methods that might redirect want one, those that
// can't do not.
func TestReturnURL(t *testing.T) {
	confirmed := func(automatic, never bool) error {
		s := must(t, setupintent.Intent{}, create(t, "pm_card_visa"))
		s.PaymentMethodTypes = intents.TypesOf(intents.Card, intents.Ideal)
		if automatic {
			s.Flags |= setupintent.AutomaticPaymentMethods
		}
		if never {
			s.Flags |= setupintent.NoRedirects
		}
		_, err := setupintent.Apply(s, setupintent.Confirm{}, start)
		return err
	}
	require.ErrorContains(t, confirmed(true, false), "return_url")
	require.NoError(t, confirmed(true, true))
	require.NoError(t, confirmed(false, false))
	require.NoError(t, confirmed(false, true))
}

// TestNextForgetsTheStepBefore: a step says and owes what is its own.
func TestNextForgetsTheStepBefore(t *testing.T) {
	var tr setupintent.Transition
	for _, c := range []setupintent.Command{create(t, "pm_card_visa"), setupintent.Confirm{}} {
		require.NoError(t, tr.Next(c, start))
	}
	require.NotEmpty(t, tr.Deferred)
	require.NoError(t, tr.Next(setupintent.Approve{}, start))
	require.Len(t, tr.Events, 1)
	require.Empty(t, tr.Deferred)
	before := tr
	require.Error(t, tr.Next(setupintent.Confirm{}, start))
	require.Equal(t, before, tr, "a refusal leaves it as it was")
}

// TestTypesAreNotSentToEndive: an intent of a version that knows no payment_method_types has the card.
func TestTypesAreNotSentToEndive(t *testing.T) {
	for _, v := range []intents.Version{intents.VersionEndive, intents.VersionLatest} {
		c := setupintent.Create{ID: setiID, APIVersion: v}
		require.Equal(t, intents.TypesOf(intents.Card), must(t, setupintent.Intent{}, c).PaymentMethodTypes)
		c.PaymentMethodTypes = intents.TypesOf(intents.Card)
		_, err := setupintent.Apply(setupintent.Intent{}, c, start)
		_, param, code := refusal(err)
		require.Equal(t, [2]string{"payment_method_types", "parameter_unknown"}, [2]string{param, code})
	}
}

// TestLeast: the least that is more than nothing counts.
func TestLeast(t *testing.T) {
	s := samples(t)
	second := intents.TimeOf(start) + 1
	require.Equal(t, second, must(t, s[conf][0], challenge("redirect_to_url", 1)).Due)
	require.Equal(t, second, must(t, s[conf][0], setupintent.Postpone{AskIn: 1}).Due)
	require.Equal(t, intents.TimeOf(start), must(t, s[conf][1], setupintent.Submit{}).Due)
}

// TestAttemptKey: the same question has the same key, another question another.
func TestAttemptKey(t *testing.T) {
	action, err := intents.NewNextAction("redirect_to_url")
	require.NoError(t, err)
	first := must(t, setupintent.Intent{}, create(t, "pm_card_visa"), setupintent.Confirm{})
	postponed := must(t, first, setupintent.Postpone{AskIn: 1})
	require.Equal(t, first.AttemptKey(), postponed.AttemptKey(), "asked again")
	second := must(t, first, declined(), setupintent.Confirm{PaymentMethod: method(t, "pm_card_visa")})
	after := must(t, second, setupintent.Challenge{NextAction: action}, setupintent.Authenticate{})
	keys := map[string]bool{first.AttemptKey(): true, second.AttemptKey(): true, after.AttemptKey(): true}
	require.Len(t, keys, 3, "within one second")
}

// TestOffered: without payment_method_types an intent takes what the account offers,
// as far as it can be set up; and nothing else.
func TestOffered(t *testing.T) {
	for _, c := range []struct {
		name                 string
		given, offered, want intents.PaymentMethodTypes
	}{
		{"neither", 0, 0, intents.TypesOf(intents.Card)},
		{"offered", 0, intents.TypesOf(intents.Card, intents.Link, intents.SepaDebit), intents.TypesOf(intents.Card, intents.Link, intents.SepaDebit)},
		{"what can't be set up is left out", 0, intents.TypesOf(intents.Link, intents.Oxxo), intents.TypesOf(intents.Link)},
		{"nothing is left", 0, intents.TypesOf(intents.Oxxo), intents.TypesOf(intents.Card)},
		{"given goes before", intents.TypesOf(intents.SepaDebit), intents.TypesOf(intents.Card), intents.TypesOf(intents.SepaDebit)},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := must(t, setupintent.Intent{}, setupintent.Create{ID: setiID, PaymentMethodTypes: c.given, Offered: c.offered})
			require.Equal(t, c.want, s.PaymentMethodTypes)
		})
	}
}

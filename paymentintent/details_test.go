package paymentintent_test

import (
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

// TestDetailKeys tries each carried parameter on every request that could take it,
// early and late, and holds what is taken against a golden file: the table of
// section 1.11 of the facts.
func TestDetailKeys(t *testing.T) {
	early := must(t, paymentintent.Intent{}, create(t, "pm_card_visa", func(c *paymentintent.Create) { c.Details = "transfer_data[destination]=acct_1" }))
	hold := must(t, early, paymentintent.Confirm{CaptureMethod: capture.Manual}, paymentintent.Approve{Terms: capture.Terms{Features: capture.Incremental}})
	done := must(t, hold, paymentintent.Capture{})
	debit := must(t, paymentintent.Intent{}, create(t, "pm_usBankAccount_success"), paymentintent.Confirm{}, paymentintent.Submit{})
	var golden strings.Builder
	for _, k := range paymentintent.DetailKeys() {
		name := k.Name
		if strings.HasSuffix(name, "[") {
			name += "a]"
		}
		value := "1"
		if len(k.Values) > 0 {
			value = k.Values[0]
		}
		d, err := intents.PairsOf(name, value)
		require.NoError(t, err)
		var taken []string
		for _, c := range []struct {
			where   string
			in      paymentintent.Intent
			command paymentintent.Command
		}{
			{"create", paymentintent.Intent{}, create(t, "", func(c *paymentintent.Create) {
				c.Details = intents.Pairs("transfer_data[destination]=acct_1").Merge(d)
			})},
			{"update", early, paymentintent.Update{Details: d}},
			{"update-processing", debit, paymentintent.Update{Details: d}},
			{"update-held", hold, paymentintent.Update{Details: d}},
			{"update-succeeded", done, paymentintent.Update{Details: d}},
			{"confirm", early, paymentintent.Confirm{Details: d}},
			{"capture", hold, paymentintent.Capture{Details: d}},
			{"increment", hold, paymentintent.IncrementAuthorization{Amount: 3000, Details: d}},
		} {
			next, err := paymentintent.Apply(c.in, c.command, start)
			if err != nil {
				class, param, _ := refusal(err)
				require.Equal(t, name, param)
				require.Equal(t, strings.HasPrefix(c.where, "update-") && class != "contents", class == "status of payment_intent")
				continue
			}
			got, _ := next.After.Details.Get(name)
			onCharge, _ := next.After.Charge.Details.Get(name)
			require.True(t, got == value || onCharge == value, "%s is taken by %s and not kept", name, c.where)
			taken = append(taken, c.where)
		}
		require.Equal(t, len(taken) > 0 && taken[0] == "create", k.OnCreate())
		fmt.Fprintf(&golden, "%-30s max=%d integer=%t values=%v: %s\n", k.Name, k.Max, k.Integer, k.Values, strings.Join(taken, " "))
	}
	script.Golden(t, "testdata/details.golden", []byte(golden.String()))
}

// TestDetailsMerge holds how details are set, replaced and unset, and their limits.
func TestDetailsMerge(t *testing.T) {
	s := must(t, paymentintent.Intent{}, create(t, "", func(c *paymentintent.Create) {
		c.Details = "description=A&transfer_data[destination]=acct_1&transfer_group=g"
	}))
	update := func(d intents.Pairs) (intents.Pairs, error) {
		tr, err := paymentintent.Apply(s, paymentintent.Update{Details: d}, start)
		return tr.After.Details, err
	}
	for in, want := range map[intents.Pairs]intents.Pairs{
		"":                            "description=A&transfer_data[destination]=acct_1&transfer_group=g",
		"description=":                "transfer_data[destination]=acct_1&transfer_group=g",
		"description=B":               "description=B&transfer_data[destination]=acct_1&transfer_group=g",
		"customer=c&description=":     "customer=c&transfer_data[destination]=acct_1&transfer_group=g",
		"transfer_group=":             "description=A&transfer_data[destination]=acct_1",
		"transfer_group=g":            "description=A&transfer_data[destination]=acct_1&transfer_group=g",
		"transfer_data[amount]=2000":  "description=A&transfer_data[amount]=2000&transfer_data[destination]=acct_1&transfer_group=g",
		"application_fee_amount=2000": "application_fee_amount=2000&description=A&transfer_data[destination]=acct_1&transfer_group=g",
		"application_fee_amount=0":    "application_fee_amount=0&description=A&transfer_data[destination]=acct_1&transfer_group=g",
		"statement_descriptor=1234567890123456789012": "description=A&statement_descriptor=1234567890123456789012&transfer_data[destination]=acct_1&transfer_group=g",
		"statement_descriptor=ééééééééééééééééééééé1": "description=A&statement_descriptor=ééééééééééééééééééééé1&transfer_data[destination]=acct_1&transfer_group=g",
		"setup_future_usage=on_session":               "description=A&setup_future_usage=on_session&transfer_data[destination]=acct_1&transfer_group=g",
	} {
		got, err := update(in)
		require.NoError(t, err, in)
		require.Equal(t, want, got, in)
	}
	for in, want := range map[intents.Pairs][2]string{
		"a":                           {"details", ""},
		"colour=red":                  {"colour", "parameter_unknown"},
		"colour=":                     {"colour", "parameter_unknown"},
		"on_behalf_of=acct_2":         {"on_behalf_of", "parameter_unknown"},
		"transfer_data[colour]=red":   {"transfer_data[colour]", "parameter_unknown"},
		"amount_details=x":            {"amount_details", "parameter_unknown"},
		"application_fee_amount=2001": {"application_fee_amount", "amount_too_large"},
		"application_fee_amount=-1":   {"application_fee_amount", "parameter_invalid_integer"},
		"application_fee_amount=1.5":  {"application_fee_amount", "parameter_invalid_integer"},
		"application_fee_amount=01":   {"application_fee_amount", "parameter_invalid_integer"},
		"transfer_data[amount]=2001":  {"transfer_data[amount]", "amount_too_large"},
		"application_fee_amount=0&transfer_data[amount]=1": {"transfer_data[amount]", "parameters_exclusive"},
		"transfer_group=h": {"transfer_group", ""},
		"statement_descriptor=12345678901234567890123":             {"statement_descriptor", ""},
		"statement_descriptor_suffix=12345678901234567890123":      {"statement_descriptor_suffix", ""},
		"setup_future_usage=never":                                 {"setup_future_usage", ""},
		intents.Pairs("description=" + strings.Repeat("x", 40001)): {"description", ""},
	} {
		_, err := update(in)
		class, param, code := refusal(err)
		require.Equal(t, [3]string{"contents", want[0], want[1]}, [3]string{class, param, code}, in)
	}
	_, err := update(intents.Pairs("description=" + strings.Repeat("x", 40000)))
	require.NoError(t, err)
}

// TestDetailKeysAreACopy: what is read can't be changed by who reads it.
func TestDetailKeysAreACopy(t *testing.T) {
	keys := paymentintent.DetailKeys()
	keys[0].Name = "x"
	require.NotEqual(t, "x", paymentintent.DetailKeys()[0].Name)
}

// TestStrings holds what a command says of itself.
func TestStrings(t *testing.T) {
	var golden strings.Builder
	commands := append(zeroCommands(), fullCommands(t)...)
	for _, c := range append(commands, paymentintent.Confirm{OffSession: true}, paymentintent.Confirm{ErrorOnRequiresAction: true}) {
		fmt.Fprintln(&golden, c)
	}
	script.Golden(t, "testdata/strings.golden", []byte(golden.String()))
}

// TestMessages holds what Stripe says to each failure, and what a charge tells.
func TestMessages(t *testing.T) {
	confirmed := must(t, paymentintent.Intent{}, create(t, "pm_card_visa"), paymentintent.Confirm{})
	var golden strings.Builder
	for _, f := range []intents.Failure{
		{Code: "card_declined", DeclineCode: "insufficient_funds"},
		{Code: "card_declined", DeclineCode: "expired_card"},
		{Code: "card_declined"},
		{Code: "card_declined", DeclineCode: "lost_card"},
		{Code: "expired_card"},
		{Code: "incorrect_cvc"},
		{Code: "incorrect_number"},
		{Code: "processing_error", DeclineCode: "insufficient_funds"},
		{Code: "authentication_required", DeclineCode: "authentication_required"},
		{Code: "payment_intent_authentication_failure"},
		{Code: "payment_intent_payment_attempt_expired"},
		{Code: "account_closed"},
		{Code: "no_account"},
		{Code: "debit_not_authorized"},
		{Code: "insufficient_funds"},
		{Code: "card_declined", DeclineCode: "fraudulent", Blocked: true},
		{Type: "api_error", Code: "card_declined", Message: "Say it yourself."},
	} {
		s := must(t, confirmed, paymentintent.Decline{Failure: f})
		fmt.Fprintf(&golden, "%+v\n    %v\n    %v\n", f, s.Charge.Outcome, intents.Pairs(s.LastPaymentError).Without("payment_method"))
	}
	script.Golden(t, "testdata/messages.golden", []byte(golden.String()))
}

// TestPaymentError reads a last_payment_error part by part.
func TestPaymentError(t *testing.T) {
	visa := method(t, "pm_card_visa")
	s := must(t, paymentintent.Intent{}, create(t, "pm_card_visa"), paymentintent.Confirm{}, paymentintent.Decline{Failure: intents.Failure{Code: "card_declined", DeclineCode: "lost_card"}})
	e := s.LastPaymentError
	require.Equal(t, []string{"card_error", "card_declined", "lost_card", "Your card was declined.", s.LatestCharge()},
		[]string{e.Type(), e.Code(), e.DeclineCode(), e.Message(), e.Charge()})
	require.Equal(t, visa, e.PaymentMethod())
	var none intents.LastError
	require.Equal(t, []string{"", "", "", "", ""}, []string{none.Type(), none.Code(), none.DeclineCode(), none.Message(), none.Charge()})
	require.True(t, none.PaymentMethod().IsZero())
}

func TestNextAction(t *testing.T) {
	a, err := intents.NewNextAction("redirect_to_url", "url", "https://example.com")
	require.NoError(t, err)
	require.Equal(t, "redirect_to_url", a.Type())
	url, ok := a.Get("url")
	require.True(t, ok)
	require.Equal(t, "https://example.com", url)
	_, ok = a.Get("colour")
	require.False(t, ok)
	for _, kv := range [][]string{{""}, {"x", "y"}, {"x", "y", "\xff"}, {"x", "type", "z"}} {
		a, err := intents.NewNextAction(kv[0], kv[1:]...)
		require.Error(t, err, kv)
		require.Empty(t, a)
	}
	_, err = intents.NewNextAction("")
	class, param, code := refusal(err)
	require.Equal(t, [3]string{"contents", "next_action[type]", "parameter_missing"}, [3]string{class, param, code})
}

// TestStripeStatus: the library's own status shows as one of Stripe's.
func TestStripeStatus(t *testing.T) {
	for _, s := range paymentintent.Statuses() {
		if s == conf {
			require.Equal(t, proc, s.Stripe())
		} else {
			require.Equal(t, s, s.Stripe())
		}
	}
}

func TestReasons(t *testing.T) {
	for r, callers := range map[paymentintent.CancellationReason]bool{
		"": true, paymentintent.Duplicate: true, paymentintent.Fraudulent: true, paymentintent.RequestedByCustomer: true, paymentintent.Abandoned: true,
		paymentintent.Automatic: false, paymentintent.Expired: false, paymentintent.FailedInvoice: false, paymentintent.VoidInvoice: false, "bored": false,
	} {
		require.Equal(t, callers, r.Callers(), r)
		_, err := paymentintent.Apply(must(t, paymentintent.Intent{}, create(t, "")), paymentintent.Cancel{Reason: r}, start)
		require.Equal(t, callers, err == nil, r)
	}
}

func TestFlags(t *testing.T) {
	f := paymentintent.Livemode | paymentintent.OffSession
	require.True(t, f.Has(paymentintent.Livemode))
	require.True(t, f.Has(f))
	require.False(t, f.Has(paymentintent.Livemode|paymentintent.Notified))
	s := must(t, paymentintent.Intent{}, paymentintent.Create{
		ID: piID, Amount: 2000, Currency: "usd", AutomaticPaymentMethods: true, NoRedirects: true, Livemode: true, APIVersion: "2022-08-01",
	})
	require.Equal(t, paymentintent.Livemode|paymentintent.AutomaticPaymentMethods|paymentintent.NoRedirects|paymentintent.CryptoAtOnce, s.Flags)
	plain := must(t, paymentintent.Intent{}, paymentintent.Create{ID: piID, Amount: 2000, Currency: "usd"})
	require.Zero(t, plain.Flags)
	require.Equal(t, intents.TypesOf(intents.Card), plain.PaymentMethodTypes)
}

// TestEffectiveCaptureMethod: the option of the payment method's type goes before
// the intent's own, for that type alone.
func TestEffectiveCaptureMethod(t *testing.T) {
	s := must(t, paymentintent.Intent{}, create(t, "pm_card_visa", func(c *paymentintent.Create) { c.Details = "payment_method_options[card][capture_method]=manual" }))
	require.Equal(t, capture.Manual, s.EffectiveCaptureMethod())
	s.PaymentMethod = method(t, "pm_usBankAccount_success")
	require.Equal(t, capture.Automatic, s.EffectiveCaptureMethod())
	s.PaymentMethod = intents.PaymentMethod{}
	require.Equal(t, capture.Automatic, s.EffectiveCaptureMethod())
	s = must(t, paymentintent.Intent{}, create(t, "pm_card_visa", func(c *paymentintent.Create) { c.Details = "payment_method_options[card][capture_method]=automatic" }))
	require.Equal(t, capture.Automatic, s.EffectiveCaptureMethod())
}

// TestAmounts reads the amounts of an intent in each status that has some.
func TestAmounts(t *testing.T) {
	hold := must(t, paymentintent.Intent{}, create(t, "pm_card_visa", manually, func(c *paymentintent.Create) { c.Details = "customer=cus_1" }), paymentintent.Confirm{},
		paymentintent.Approve{Terms: capture.Terms{Features: capture.Multicapture | capture.AsyncCapture}})
	require.Equal(t, int64(2000), hold.AmountCapturable())
	require.Zero(t, hold.AmountReceived())
	require.Equal(t, "cus_1", hold.Customer())
	underWay := must(t, hold, paymentintent.Capture{AmountToCapture: some(700)})
	require.Zero(t, underWay.AmountCapturable())
	part := must(t, hold, paymentintent.Capture{AmountToCapture: some(700), FinalCapture: intents.Some(false)})
	require.Equal(t, int64(1300), part.AmountCapturable())
	require.Equal(t, int64(700), part.AmountReceived())
	done := must(t, part, paymentintent.Capture{AmountToCapture: some(100)}, paymentintent.Refund{Amount: 50})
	require.Zero(t, done.AmountCapturable())
	require.Equal(t, int64(800), done.AmountReceived())
	_, err := paymentintent.Apply(part, paymentintent.Capture{}, start.Add(8*24*time.Hour))
	require.Error(t, err)
}

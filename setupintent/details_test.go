package setupintent_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/setupintent"
)

// TestDetailKeys tries each carried parameter on every request that could take it,
// early and late, and holds what is taken against a golden file: the table of
// section 1.14 of the facts.
func TestDetailKeys(t *testing.T) {
	early := must(t, setupintent.Intent{}, create(t, "pm_card_visa"))
	done := must(t, early, setupintent.Confirm{}, setupintent.Approve{})
	debit := must(t, setupintent.Intent{}, create(t, "pm_usBankAccount_success"), setupintent.Confirm{}, setupintent.Submit{})
	single := intents.Pairs("single_use[amount]=1&single_use[currency]=usd")
	var golden strings.Builder
	for _, k := range setupintent.DetailKeys() {
		name := k.Name
		if strings.HasSuffix(name, "[") {
			name += "a]"
		}
		value := "1"
		switch {
		case len(k.Values) > 0:
			value = k.Values[0]
		case name == setupintent.KeyClientSecret:
			value = setiID + "_secret_1"
		case name == setupintent.KeySingleUseCurrency:
			value = "usd"
		}
		d, err := intents.PairsOf(name, value)
		require.NoError(t, err)
		begin := d
		if strings.HasPrefix(name, "single_use") {
			begin = single.Merge(d) // one of the two alone is refused
		}
		var taken []string
		for _, c := range []struct {
			where   string
			in      setupintent.Intent
			command setupintent.Command
		}{
			{"create", setupintent.Intent{}, create(t, "", func(c *setupintent.Create) { c.Details = begin })},
			{"update", early, setupintent.Update{Details: d}},
			{"update-processing", debit, setupintent.Update{Details: d}},
			{"update-succeeded", done, setupintent.Update{Details: d}},
			{"confirm", early, setupintent.Confirm{Details: d}},
		} {
			next, err := setupintent.Apply(c.in, c.command, start)
			if err != nil {
				class, param, _ := refusal(err)
				require.Equal(t, name, param)
				require.Equal(t, strings.HasPrefix(c.where, "update-") && class != "contents", class == "status of setup_intent")
				continue
			}
			got, _ := next.After.Details.Get(name)
			require.Equal(t, value, got, "%s is taken by %s and not kept", name, c.where)
			taken = append(taken, c.where)
		}
		require.Equal(t, len(taken) > 0 && taken[0] == "create", k.OnCreate())
		fmt.Fprintf(&golden, "%-30s max=%d integer=%t values=%v: %s\n", k.Name, k.Max, k.Integer, k.Values, strings.Join(taken, " "))
	}
	script.Golden(t, "testdata/details.golden", []byte(golden.String()))
}

// TestDetailsMerge holds how details are set, replaced and unset, and their limits.
func TestDetailsMerge(t *testing.T) {
	s := must(t, setupintent.Intent{}, create(t, "", func(c *setupintent.Create) { c.Details = "customer=cus_1&description=A" }))
	update := func(d intents.Pairs) (intents.Pairs, error) {
		tr, err := setupintent.Apply(s, setupintent.Update{Details: d}, start)
		return tr.After.Details, err
	}
	for in, want := range map[intents.Pairs]intents.Pairs{
		"":                              "customer=cus_1&description=A",
		"description=":                  "customer=cus_1",
		"customer=cus_2&description=B":  "customer=cus_2&description=B",
		"attach_to_self=true&customer=": "attach_to_self=true&description=A",
		"attach_to_self=false":          "attach_to_self=false&customer=cus_1&description=A",
	} {
		got, err := update(in)
		require.NoError(t, err, in)
		require.Equal(t, want, got, in)
	}
	for in, want := range map[intents.Pairs][2]string{
		"a":                                  {"details", ""},
		"colour=red":                         {"colour", "parameter_unknown"},
		"on_behalf_of=acct_2":                {"on_behalf_of", "parameter_unknown"},
		"single_use[amount]=1":               {"single_use[amount]", "parameter_unknown"},
		"attach_to_self=true":                {"attach_to_self", "parameters_exclusive"},
		"attach_to_self=perhaps":             {"attach_to_self", ""},
		"flow_directions[0]=up":              {"flow_directions[0]", ""},
		"client_secret=" + setiID + "_other": {"client_secret", "parameter_unknown"},
		intents.Pairs("description=" + strings.Repeat("x", 1001)):                 {"description", ""},
		intents.Pairs("payment_method_configuration=" + strings.Repeat("x", 101)): {"payment_method_configuration", ""},
	} {
		_, err := update(in)
		class, param, code := refusal(err)
		require.Equal(t, [3]string{"contents", want[0], want[1]}, [3]string{class, param, code}, in)
	}
	_, err := update(intents.Pairs("description=" + strings.Repeat("x", 1000)))
	require.NoError(t, err)
}

// TestDetailKeysAreACopy: what is read can't be changed by who reads it.
func TestDetailKeysAreACopy(t *testing.T) {
	keys := setupintent.DetailKeys()
	keys[0].Name = "x"
	require.NotEqual(t, "x", setupintent.DetailKeys()[0].Name)
}

// TestStrings holds what a command says of itself.
func TestStrings(t *testing.T) {
	var golden strings.Builder
	for _, c := range append(zeroCommands(), fullCommands(t)...) {
		fmt.Fprintln(&golden, c)
	}
	script.Golden(t, "testdata/strings.golden", []byte(golden.String()))
}

// TestMessages holds what is said to each failure, in the intent and in the attempt.
func TestMessages(t *testing.T) {
	confirmed := must(t, setupintent.Intent{}, create(t, "pm_card_visa"), setupintent.Confirm{})
	var golden strings.Builder
	tell := func(what any, s setupintent.Intent) {
		fmt.Fprintf(&golden, "%+v\n    %v\n", what, intents.Pairs(s.LastSetupError).Without("payment_method"))
		require.Equal(t, s.LastSetupError, s.Attempt.Error)
		require.Equal(t, confirmed.PaymentMethod.ID != "", s.LastSetupError.PaymentMethod().ID != "")
	}
	for _, f := range []intents.Failure{
		{Code: "card_declined", DeclineCode: "insufficient_funds"},
		{Code: "card_declined"},
		{Code: "expired_card"},
		{Code: "incorrect_cvc"},
		{Type: intents.TypeCardError, Code: "processing_error"},
		{Type: intents.TypeInvalidRequest, Code: "setup_intent_mandate_invalid"},
		{Code: "account_closed"},
		{Code: "card_declined", DeclineCode: "fraudulent", Blocked: true},
		{Type: "api_error", Code: "card_declined", Message: "Say it yourself."},
	} {
		tell(f, must(t, confirmed, setupintent.Decline{Failure: f}))
	}
	tell("fail_action", must(t, confirmed, challenge("use_stripe_sdk", 0), setupintent.FailAction{}))
	tell("fail_action with a reason", must(t, confirmed, challenge("use_stripe_sdk", 0), setupintent.FailAction{Failure: because("expired_card")}))
	script.Golden(t, "testdata/messages.golden", []byte(golden.String()))
}

// TestStripeStatus: the library's own status shows as one of Stripe's.
func TestStripeStatus(t *testing.T) {
	for _, s := range setupintent.Statuses() {
		if s == conf {
			require.Equal(t, proc, s.Stripe())
		} else {
			require.Equal(t, s, s.Stripe())
		}
	}
}

func TestReasons(t *testing.T) {
	for r, callers := range map[setupintent.CancellationReason]bool{
		"": true, setupintent.Duplicate: true, setupintent.RequestedByCustomer: true, setupintent.Abandoned: true, "fraudulent": false, "automatic": false, "bored": false,
	} {
		require.Equal(t, callers, r.Callers(), r)
		_, err := setupintent.Apply(must(t, setupintent.Intent{}, create(t, "")), setupintent.Cancel{Reason: r}, start)
		require.Equal(t, callers, err == nil, r)
		_, err = setupintent.Apply(must(t, setupintent.Intent{}, create(t, "", ofSession)), setupintent.Void{Reason: r}, start)
		require.Equal(t, callers, err == nil, r)
	}
}

func TestFlags(t *testing.T) {
	f := setupintent.Livemode | setupintent.NoRedirects
	require.True(t, f.Has(setupintent.Livemode))
	require.True(t, f.Has(f))
	require.False(t, f.Has(setupintent.Livemode|setupintent.Authenticated))
	s := must(t, setupintent.Intent{}, setupintent.Create{ID: setiID, AutomaticPaymentMethods: true, NoRedirects: true, Livemode: true})
	require.Equal(t, setupintent.Livemode|setupintent.AutomaticPaymentMethods|setupintent.NoRedirects, s.Flags)
	plain := must(t, setupintent.Intent{}, setupintent.Create{ID: setiID})
	require.Zero(t, plain.Flags)
	require.Equal(t, intents.TypesOf(intents.Card), plain.PaymentMethodTypes)
	require.Equal(t, setupintent.OffSession, plain.Usage)
}

// TestKinds holds which types can be set up and have mandates, by what becomes of them.
func TestKinds(t *testing.T) {
	var golden strings.Builder
	outcome := func(pm intents.PaymentMethod, details intents.Pairs) string {
		c := setupintent.Create{ID: setiID, PaymentMethod: pm, PaymentMethodTypes: intents.TypesOf(pm.Type), Details: details, NoRedirects: true}
		tr, err := setupintent.Chain(setupintent.Intent{}, start, c, setupintent.Confirm{}, setupintent.Approve{})
		if err != nil {
			_, param, code := refusal(err)
			return "refused: " + param + " " + code
		}
		return fmt.Sprintf("mandate=%t single_use=%t attached=%t", tr.After.Mandate != "", tr.After.MandateSingleUse, attached(tr))
	}
	for kind := intents.Card; kind.Valid(); kind++ {
		pm := intents.PaymentMethod{ID: "pm_1", Type: kind}
		fmt.Fprintf(&golden, "%-20s %s\n%-20s %s\n", kind, outcome(pm, "customer=cus_1"), "", outcome(pm, "customer=cus_1&single_use[amount]=1&single_use[currency]=eur"))
	}
	script.Golden(t, "testdata/kinds.golden", []byte(golden.String()))
}

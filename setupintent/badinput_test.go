package setupintent_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/setupintent"
)

// TestBadInput gives the machine what it must refuse: each with its class of
// refusal, its parameter and its code, and nothing changes.
func TestBadInput(t *testing.T) {
	const badText = "\xff"
	s := samples(t)
	change := func(f func(c *setupintent.Create)) setupintent.Command { return create(t, "pm_card_visa", f) }
	method := func(f func(pm *intents.PaymentMethod)) setupintent.Confirm {
		c := confirmWith(t, "pm_card_visa")
		f(&c.PaymentMethod)
		return c
	}
	const contents, state = "contents", "status of setup_intent"
	told := map[string]string{}
	for name, c := range map[string]struct {
		in                 setupintent.Intent
		command            setupintent.Command
		class, param, code string
	}{
		"no id":                  {s[""][0], change(func(c *setupintent.Create) { c.ID = "" }), contents, "id", "parameter_missing"},
		"id that is no text":     {s[""][0], change(func(c *setupintent.Create) { c.ID = badText }), contents, "id", ""},
		"owner that is no text":  {s[""][0], change(func(c *setupintent.Create) { c.Owner = badText }), contents, "owner", ""},
		"unknown version":        {s[""][0], change(func(c *setupintent.Create) { c.APIVersion = "yesterday" }), contents, "Stripe-Version", ""},
		"unknown usage":          {s[""][0], change(func(c *setupintent.Create) { c.Usage = "x" }), contents, "usage", ""},
		"unknown type":           {s[""][0], change(func(c *setupintent.Create) { c.PaymentMethodTypes = 1 << 63 }), contents, "payment_method_types", ""},
		"types and automatic":    {s[""][0], change(func(c *setupintent.Create) { c.AutomaticPaymentMethods = true }), contents, "payment_method_types", "parameters_exclusive"},
		"metadata too long":      {s[""][0], change(func(c *setupintent.Create) { c.Metadata = "=" }), contents, "metadata", ""},
		"details not canonical":  {s[""][0], change(func(c *setupintent.Create) { c.Details = "b=1&a=2" }), contents, "details", ""},
		"method without id":      {s[""][0], change(func(c *setupintent.Create) { c.PaymentMethod.ID = "" }), contents, "payment_method", "parameter_missing"},
		"method without type":    {s[""][0], change(func(c *setupintent.Create) { c.PaymentMethod.Type = 0 }), contents, "payment_method", "parameter_missing"},
		"method of no type":      {s[""][0], change(func(c *setupintent.Create) { c.PaymentMethod.Type = 200 }), contents, "payment_method", "parameter_missing"},
		"method's id no text":    {s[""][0], change(func(c *setupintent.Create) { c.PaymentMethod.ID = badText }), contents, "payment_method", ""},
		"method's customer":      {s[""][0], change(func(c *setupintent.Create) { c.PaymentMethod.Customer = badText }), contents, "payment_method", ""},
		"method's details":       {s[""][0], change(func(c *setupintent.Create) { c.PaymentMethod.Details = "x" }), contents, "payment_method", ""},
		"confirm with no id":     {s[rpm][0], method(func(pm *intents.PaymentMethod) { pm.ID = "" }), contents, "payment_method", "parameter_missing"},
		"confirm with another":   {s[rpm][0], method(func(pm *intents.PaymentMethod) { pm.Type = intents.Klarna }), contents, "payment_method", "setup_intent_invalid_parameter"},
		"confirm with spent":     {s[rpm][0], method(func(pm *intents.PaymentMethod) { pm.Spent = true }), contents, "payment_method", ""},
		"confirm with details":   {s[rc][0], setupintent.Confirm{Details: "b=1&a=2"}, contents, "details", ""},
		"confirm, early key":     {s[rc][0], setupintent.Confirm{Details: "on_behalf_of=a"}, contents, "on_behalf_of", "parameter_unknown"},
		"update with metadata":   {s[rc][0], setupintent.Update{Metadata: "x"}, contents, "metadata", ""},
		"update to no types":     {s[rc][0], setupintent.Update{PaymentMethodTypes: intents.Some[intents.PaymentMethodTypes](0)}, contents, "payment_method_types", ""},
		"update to bad types":    {s[rc][0], setupintent.Update{PaymentMethodTypes: intents.Some[intents.PaymentMethodTypes](1)}, contents, "payment_method_types", ""},
		"update takes the type":  {s[rc][0], setupintent.Update{PaymentMethodTypes: intents.Some(intents.TypesOf(intents.Link))}, contents, "payment_method", "setup_intent_invalid_parameter"},
		"late update of a key":   {s[proc][0], setupintent.Update{Details: "attach_to_self=true"}, state, "attach_to_self", "setup_intent_unexpected_state"},
		"late, another's key":    {s[proc][0], setupintent.Update{Details: "return_url=a"}, contents, "return_url", "parameter_unknown"},
		"late, unknown key":      {s[proc][0], setupintent.Update{Details: "colour=red"}, contents, "colour", "parameter_unknown"},
		"late types":             {s[succ][0], setupintent.Update{PaymentMethodTypes: intents.Some(intents.TypesOf(intents.Link))}, state, "payment_method_types", "setup_intent_unexpected_state"},
		"challenge with nothing": {s[conf][0], setupintent.Challenge{}, contents, "next_action", "parameter_missing"},
		"challenge not text":     {s[conf][0], setupintent.Challenge{NextAction: "type=a&b=\xff"}, contents, "next_action", ""},
		"challenge backwards":    {s[conf][0], challenge("use_stripe_sdk", -1), contents, "expires_in", ""},
		"deposits of a card":     {s[conf][0], challenge("verify_with_microdeposits", 0), contents, "next_action", "setup_intent_invalid_parameter"},
		"decline without code":   {s[conf][0], setupintent.Decline{}, contents, "failure", "parameter_missing"},
		"decline in no text":     {s[conf][0], setupintent.Decline{Failure: because(badText)}, contents, "failure", ""},
		"submit of a card":       {s[conf][0], setupintent.Submit{}, contents, "payment_method", "setup_intent_invalid_parameter"},
		"submit backwards":       {s[conf][1], setupintent.Submit{AskIn: -1}, contents, "ask_in", ""},
		"postpone to now":        {s[conf][0], setupintent.Postpone{}, contents, "ask_in", ""},
		"fail in no text":        {s[ra][0], setupintent.FailAction{Failure: because(badText)}, contents, "failure", ""},
		"code that is no text":   {s[ra][3], setupintent.VerifyMicrodeposits{DescriptorCode: badText}, contents, "descriptor_code", ""},
		"unknown outcome":        {s[ra][3], setupintent.VerifyMicrodeposits{DescriptorCode: "a", Outcome: 9}, contents, "outcome", ""},
		"amount below zero":      {s[ra][3], setupintent.VerifyMicrodeposits{Amounts: [2]int64{-1, 1}}, contents, "amounts", "payment_method_microdeposit_verification_amounts_invalid"},
		"expires never":          {s[ra][0], setupintent.ExpireAction{}, contents, "next_action", ""},
		"void of nobody's":       {s[rc][0], setupintent.Void{}, contents, "owner", ""},
		"void of another's":      {s[rc][2], setupintent.Void{Owner: "cs_2"}, contents, "owner", ""},
		"confirm of another's":   {s[rc][2], setupintent.Confirm{Owner: "cs_2"}, contents, "owner", "setup_intent_unexpected_state"},
		"confirm by the API":     {s[rc][2], setupintent.Confirm{}, contents, "intent", "setup_intent_unexpected_state"},
	} {
		tr, err := setupintent.Apply(c.in, c.command, start)
		require.Equal(t, setupintent.Transition{}, tr, name)
		class, param, code := refusal(err)
		require.Equal(t, [3]string{c.class, c.param, c.code}, [3]string{class, param, code}, name)
		told[name] = err.Error()
	}
	goldenTexts(t, "testdata/badinput.golden", told)
}

// goldenTexts holds what is told against a golden file. Texts are for people, and
// may change; that they say something is what is tested.
func goldenTexts(tb testing.TB, path string, told map[string]string) {
	tb.Helper()
	var golden strings.Builder
	for _, name := range slices.Sorted(maps.Keys(told)) {
		fmt.Fprintf(&golden, "%s: %q\n", name, told[name])
	}
	script.Golden(tb, path, []byte(golden.String()))
}

// TestRefusalTexts holds the texts that were recorded (facts, 1.5), byte for byte.
func TestRefusalTexts(t *testing.T) {
	s := samples(t)
	free := must(t, setupintent.Intent{}, create(t, ""))
	theirs := confirmWith(t, "pm_card_visa")
	theirs.PaymentMethod.ID, theirs.PaymentMethod.Customer = "pm_1", "cus_2"
	verify := setupintent.VerifyMicrodeposits{DescriptorCode: "SM11AA"}
	set := setupintent.Update{PaymentMethod: intents.Some(method(t, "pm_card_visa"))}
	for _, c := range []struct {
		in      setupintent.Intent
		command setupintent.Command
		want    string
	}{
		{free, setupintent.Confirm{}, "You cannot confirm this SetupIntent because it's missing a payment method. You can either update the SetupIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken."},
		{s[succ][0], setupintent.Confirm{}, "You cannot confirm this SetupIntent because it has already succeeded."},
		{s[canc][0], setupintent.Confirm{}, "You cannot confirm this SetupIntent because it has been canceled."},
		{s[succ][0], setupintent.Cancel{}, "You cannot cancel this SetupIntent because it has a status of succeeded. Only a SetupIntent with one of the following statuses may be canceled: `requires_payment_method`, `requires_confirmation`, or `requires_action`."},
		{s[canc][0], setupintent.Cancel{}, "You cannot cancel this SetupIntent because it is already canceled."},
		{s[succ][0], set, "You cannot update this SetupIntent because it has already succeeded."},
		{s[rc][0], verify, `This SetupIntent cannot be actioned on because it has a status of requires_confirmation. Only a SetupIntent with one of the following statuses may be actioned on: ["requires_action"].`},
		{s[conf][0], verify, `This SetupIntent cannot be actioned on because it has a status of processing. Only a SetupIntent with one of the following statuses may be actioned on: ["requires_action"].`},
		{must(t, free, setupintent.Update{Details: "customer=cus_1"}), theirs, "The PaymentMethod pm_1 does not belong to the Customer you supplied cus_1. Please use this PaymentMethod with the Customer that it belongs to instead."},
		{free, theirs, "The payment method supplied (pm_1) belongs to the Customer cus_2. Please include the Customer in the `customer` parameter on the SetupIntent."},
	} {
		_, err := setupintent.Apply(c.in, c.command, start)
		switch err := err.(type) { //nolint:errorlint // the refusals are what they are
		case *intents.StateError:
			require.Equal(t, c.want, err.Message)
		case *intents.InvalidError:
			require.Equal(t, c.want, err.Message)
		default:
			t.Errorf("%v: %v", c.command, err)
		}
	}
	_, err := setupintent.Apply(setupintent.Intent{}, setupintent.Confirm{}, start)
	require.EqualError(t, err, "setup_intent: confirm is not allowed in status not yet created; it is allowed in requires_payment_method, requires_confirmation, requires_action")
}

// TestOrderOfRefusals: a confirmation is told of its parameters, of a payment method
// that is missing, and of one that is another's, before it is told of the status
// (facts, 1.5); of all else after that.
func TestOrderOfRefusals(t *testing.T) {
	theirs := confirmWith(t, "pm_card_visa")
	theirs.PaymentMethod.Customer = "cus_2"
	spent := confirmWith(t, "pm_card_visa")
	spent.PaymentMethod.Spent = true
	for status, list := range samples(t) {
		for _, s := range list {
			inLaw := slices.Contains(setupintent.Legal(status), "confirm")
			refused := func(c setupintent.Confirm) (class, param string) {
				_, err := setupintent.Apply(s, c, start)
				class, param, _ = refusal(err)
				return class, param
			}
			class, param := refused(setupintent.Confirm{Details: "colour=red", PaymentMethod: theirs.PaymentMethod})
			if status == setupintent.StatusNone {
				require.Equal(t, "status of setup_intent", class)
				continue
			}
			require.Equal(t, [2]string{"contents", "colour"}, [2]string{class, param}, status)
			class, param = refused(theirs)
			require.Equal(t, [2]string{"contents", "payment_method"}, [2]string{class, param}, status)
			if s.PaymentMethod.IsZero() {
				class, param = refused(setupintent.Confirm{})
				require.Equal(t, [2]string{"contents", "payment_method"}, [2]string{class, param}, status)
			}
			class, _ = refused(spent)
			require.Equal(t, inLaw, class == "contents", "%s: what else is wrong comes after the status", status)
		}
	}
}

// TestDeadlines: what comes after its deadline is refused, even if no timer ran, and
// what comes before it is not.
func TestDeadlines(t *testing.T) {
	redirect := must(t, setupintent.Intent{}, create(t, "pm_card_visa"), setupintent.Confirm{}, challenge("redirect_to_url", time.Hour))
	deposits := must(t, setupintent.Intent{}, create(t, "pm_usBankAccount_success"), setupintent.Confirm{}, challenge("verify_with_microdeposits", time.Hour))
	for _, c := range []struct {
		in          setupintent.Intent
		command     setupintent.Command
		early       bool // refused before the deadline, and not after it
		param, code string
	}{
		{redirect, setupintent.Authenticate{}, false, "next_action", "setup_intent_setup_attempt_expired"},
		{deposits, setupintent.VerifyMicrodeposits{DescriptorCode: "a"}, false, "amounts", "payment_method_microdeposit_verification_timeout"},
		{redirect, setupintent.ExpireAction{}, true, "next_action", ""},
		{deposits, setupintent.ExpireAction{}, true, "next_action", ""},
	} {
		for _, at := range []time.Duration{time.Hour - time.Second, time.Hour, time.Hour + time.Second} {
			_, err := setupintent.Apply(c.in, c.command, start.Add(at))
			if c.early != (at < time.Hour) {
				require.NoError(t, err, "%v at %v", c.command, at)
				continue
			}
			class, param, code := refusal(err)
			require.Equal(t, [3]string{"contents", c.param, c.code}, [3]string{class, param, code}, "%v at %v", c.command, at)
		}
	}
}

// TestTimeIsTold: a time that is not set, or that no calendar has, is refused
// before anything else.
func TestTimeIsTold(t *testing.T) {
	s := samples(t)[rc][0]
	for _, at := range []time.Time{{}, time.Unix(0, 0), time.Unix(-1, 0), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)} {
		for _, c := range append(zeroCommands(), nil) {
			tr, err := setupintent.Apply(s, c, at)
			require.Equal(t, setupintent.Transition{}, tr)
			class, param, code := refusal(err)
			require.Equal(t, [3]string{"contents", "now", ""}, [3]string{class, param, code})
		}
	}
	for _, at := range []time.Time{time.Unix(1, 0), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)} {
		_, err := setupintent.Apply(s, setupintent.Cancel{}, at)
		require.NoError(t, err)
	}
}

// TestPointers: nil and pointer commands are refused in every status, by every way in.
func TestPointers(t *testing.T) {
	for _, list := range samples(t) {
		for _, c := range zeroCommands() {
			for _, bad := range []setupintent.Command{nil, pointer(c), nilPointer(c)} {
				_, err := setupintent.Apply(list[0], bad, start)
				_, errDecide := setupintent.Decide(list[0], bad, start)
				_, errChain := setupintent.Chain(list[0], start, bad)
				for _, err := range []error{err, errDecide, errChain} {
					require.Equal(t, &intents.InvalidError{Param: "command", Code: "", Message: "the command is nil or a pointer"}, err)
				}
			}
		}
	}
}

// TestUnknownEvents: Evolve never fails. What it does not know changes the version alone.
func TestUnknownEvents(t *testing.T) {
	for _, list := range samples(t) {
		for _, s := range list {
			want := s
			want.Version++
			require.Equal(t, want, setupintent.Evolve(s, nil))
			for _, e := range zeroEvents() {
				require.Equal(t, want, setupintent.Evolve(s, pointer(e)))
				require.Equal(t, want, setupintent.Evolve(s, nilPointer(e)))
				require.Equal(t, want.Version, setupintent.Evolve(s, e).Version, "and it takes any event in any state: %T", e)
			}
		}
	}
}

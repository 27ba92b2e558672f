package paymentintent_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/paymentintent"
)

// TestBadInput gives the machine what it must refuse: each with its class of
// refusal, its parameter and its code, and nothing changes.
func TestBadInput(t *testing.T) {
	const badText = "\xff"
	s := samples(t)
	visa := method(t, "pm_card_visa")
	change := func(f func(c *paymentintent.Create)) paymentintent.Command { return create(t, "pm_card_visa", f) }
	with := func(f func(pm *intents.PaymentMethod)) intents.PaymentMethod {
		pm := visa
		f(&pm)
		return pm
	}
	terms := func(f func(t *capture.Terms)) paymentintent.Command {
		var x capture.Terms
		f(&x)
		return paymentintent.Approve{Terms: x}
	}
	const contents, state = "contents", "status of payment_intent"
	told := map[string]string{}
	for name, c := range map[string]struct {
		in                 paymentintent.Intent
		command            paymentintent.Command
		class, param, code string
	}{
		"amount of zero":        {s[""][0], change(func(c *paymentintent.Create) { c.Amount = 0 }), contents, "amount", "parameter_invalid_integer"},
		"amount below zero":     {s[""][0], change(func(c *paymentintent.Create) { c.Amount = -1 }), contents, "amount", "parameter_invalid_integer"},
		"amount below minimum":  {s[""][0], change(func(c *paymentintent.Create) { c.Amount = 49 }), contents, "amount", "amount_too_small"},
		"amount above maximum":  {s[""][0], change(func(c *paymentintent.Create) { c.Amount = 1e8 }), contents, "amount", "amount_too_large"},
		"unknown currency":      {s[""][0], change(func(c *paymentintent.Create) { c.Currency = "xxx" }), contents, "currency", ""},
		"no currency":           {s[""][0], change(func(c *paymentintent.Create) { c.Currency = "" }), contents, "currency", ""},
		"no id":                 {s[""][0], change(func(c *paymentintent.Create) { c.ID = "" }), contents, "id", "parameter_missing"},
		"id that is no text":    {s[""][0], change(func(c *paymentintent.Create) { c.ID = badText }), contents, "id", ""},
		"owner that is no text": {s[""][0], change(func(c *paymentintent.Create) { c.Owner = badText }), contents, "owner", ""},
		"unknown type":          {s[""][0], change(func(c *paymentintent.Create) { c.PaymentMethodTypes = 1 << 63 }), contents, "payment_method_types", ""},
		"metadata too long":     {s[""][0], change(func(c *paymentintent.Create) { c.Metadata = "=" }), contents, "metadata", ""},
		"details not canonical": {s[""][0], change(func(c *paymentintent.Create) { c.Details = "b=1&a=2" }), contents, "details", ""},
		"method without id":     {s[""][0], change(func(c *paymentintent.Create) { c.PaymentMethod.ID = "" }), contents, "payment_method", "parameter_missing"},
		"method without type":   {s[""][0], change(func(c *paymentintent.Create) { c.PaymentMethod.Type = 0 }), contents, "payment_method", "parameter_missing"},
		"method of no type":     {s[""][0], change(func(c *paymentintent.Create) { c.PaymentMethod.Type = 200 }), contents, "payment_method", "parameter_missing"},
		"method's id no text":   {s[""][0], change(func(c *paymentintent.Create) { c.PaymentMethod.ID = badText }), contents, "payment_method", ""},
		"method's customer":     {s[""][0], change(func(c *paymentintent.Create) { c.PaymentMethod.Customer = badText }), contents, "payment_method", ""},
		"method's details":      {s[""][0], change(func(c *paymentintent.Create) { c.PaymentMethod.Details = "x" }), contents, "payment_method", ""},
		"updated types":         {s[rpm][0], paymentintent.Update{PaymentMethodTypes: intents.Some[intents.PaymentMethodTypes](1 << 63)}, contents, "payment_method_types", ""},
		"updated method":        {s[rpm][0], paymentintent.Update{PaymentMethod: intents.Some(with(func(pm *intents.PaymentMethod) { pm.ID = badText }))}, contents, "payment_method", ""},
		"updated metadata":      {s[rpm][0], paymentintent.Update{Metadata: "a"}, contents, "metadata", ""},
		"types without method":  {s[rc][0], paymentintent.Update{PaymentMethodTypes: intents.Some(intents.TypesOf(intents.Ideal))}, contents, "payment_method", "payment_intent_incompatible_payment_method"},

		"confirm without a payment method": {s[rpm][0], paymentintent.Confirm{}, contents, "payment_method", "payment_intent_unexpected_state"},
		"confirm with text that is none":   {s[rpm][0], paymentintent.Confirm{PaymentMethod: with(func(pm *intents.PaymentMethod) { pm.Customer = badText })}, contents, "payment_method", ""},
		"confirm with a stranger":          {s[rpm][0], paymentintent.Confirm{PaymentMethod: method(t, "oxxo")}, contents, "payment_method", "payment_intent_incompatible_payment_method"},
		"confirm with nonsense":            {s[rc][0], paymentintent.Confirm{Details: "b=1&a=2"}, contents, "details", ""},
		"cancel after success":             {s[succ][0], paymentintent.Cancel{}, state, "", "payment_intent_unexpected_state"},
		"a second capture":                 {s[succ][0], paymentintent.Capture{}, state, "", "payment_intent_unexpected_state"},
		"capture above the capturable":     {s[rcap][0], paymentintent.Capture{AmountToCapture: some(2001)}, contents, "amount_to_capture", "amount_too_large"},
		"capture below zero":               {s[rcap][0], paymentintent.Capture{AmountToCapture: some(-1)}, contents, "amount_to_capture", ""},
		"capture of zero":                  {s[rcap][0], paymentintent.Capture{AmountToCapture: some(0)}, contents, "amount", "parameter_invalid_integer"},
		"increment above all limits":       {s[rcap][0], paymentintent.IncrementAuthorization{Amount: 1 << 62}, contents, "amount", "amount_too_large"},
		"refund above what was captured":   {s[succ][0], paymentintent.Refund{Amount: 2001}, contents, "amount", "amount_too_large"},

		"approval with nonsense":       {s[conf][0], terms(func(t *capture.Terms) { t.Outcome = "x" }), contents, "outcome", ""},
		"approval above all limits":    {s[conf][0], terms(func(t *capture.Terms) { t.Maximum = 1 << 62 }), contents, "maximum_amount_capturable", ""},
		"approval with other features": {s[conf][0], terms(func(t *capture.Terms) { t.Features = capture.Disputed }), contents, "features", ""},
		"approval below zero":          {s[conf][0], terms(func(t *capture.Terms) { t.Pricing.Fixed = -1 }), contents, "pricing", ""},
		"challenge with nonsense":      {s[conf][0], paymentintent.Challenge{NextAction: "type=x&a"}, contents, "next_action", ""},
		"challenge without a type":     {s[conf][0], paymentintent.Challenge{NextAction: "url=x"}, contents, "next_action", "parameter_missing"},
		"microdeposits of a card":      {s[conf][0], challenge("verify_with_microdeposits", 0), contents, "next_action", "payment_intent_incompatible_payment_method"},
		"failure's type no text":       {s[conf][0], paymentintent.Decline{Failure: intents.Failure{Code: "a", Type: badText}}, contents, "failure", ""},
		"failure's code no text":       {s[conf][0], paymentintent.Decline{Failure: because(badText)}, contents, "failure", ""},
		"decline code no text":         {s[conf][0], paymentintent.Decline{Failure: intents.Failure{Code: "a", DeclineCode: badText}}, contents, "failure", ""},
		"message no text":              {s[ra][0], paymentintent.FailAction{Failure: intents.Failure{Code: "a", Message: badText}}, contents, "failure", ""},
		"failure without a code":       {s[ra][0], paymentintent.FailAction{Failure: intents.Failure{Message: "a"}}, contents, "failure", "parameter_missing"},
		"unknown outcome":              {s[ra][3], paymentintent.VerifyMicrodeposits{DescriptorCode: "a", Outcome: 4}, contents, "outcome", ""},
		"collected with nonsense":      {s[proc][0], paymentintent.Collect{Terms: capture.Terms{Outcome: "x"}}, contents, "outcome", ""},
		"funded on bad terms":          {s[ra][4], paymentintent.Fund{Amount: 2000, Terms: capture.Terms{Hold: -1}}, contents, "hold", ""},
		"one amount of two":            {s[ra][3], paymentintent.VerifyMicrodeposits{Amounts: [2]int64{32, 0}}, contents, "amounts", "payment_method_microdeposit_verification_amounts_invalid"},
		"transfer amount of one":       {s[""][0], change(func(c *paymentintent.Create) { c.Details = "transfer_data[amount]=1" }), contents, "transfer_data[destination]", "parameter_missing"},
		"transfer and fee of one": {s[""][0], change(func(c *paymentintent.Create) {
			c.Details = "application_fee_amount=0&transfer_data[amount]=1&transfer_data[destination]=a"
		}), contents, "transfer_data[amount]", "parameters_exclusive"},
		"late update of an early key":  {s[proc][0], paymentintent.Update{Details: "customer=cus_1"}, state, "customer", "payment_intent_unexpected_state"},
		"late update of another's key": {s[proc][0], paymentintent.Update{Details: "return_url=a"}, contents, "return_url", "parameter_unknown"},
		"late update of an unknown":    {s[proc][0], paymentintent.Update{Details: "colour=red"}, contents, "colour", "parameter_unknown"},
		"disputed with nonsense":       {s[succ][0], paymentintent.Dispute{Reason: badText}, contents, "reason", ""},
		"refund for another reason":    {s[succ][0], paymentintent.Refund{Reason: "x"}, contents, "reason", ""},
	} {
		tr, err := paymentintent.Apply(c.in, c.command, start)
		require.Equal(t, paymentintent.Transition{}, tr, name)
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

// TestDeadlines: what comes after its deadline is refused, even if no timer ran, and
// what comes before it is not.
func TestDeadlines(t *testing.T) {
	hold := must(t, paymentintent.Intent{}, create(t, "pm_card_visa", manually), paymentintent.Confirm{}, paymentintent.Approve{Terms: capture.Terms{Hold: time.Hour}})
	redirect := must(t, paymentintent.Intent{}, create(t, "pm_card_visa"), paymentintent.Confirm{}, challenge("redirect_to_url", time.Hour))
	deposits := must(t, paymentintent.Intent{}, create(t, "pm_usBankAccount_success"), paymentintent.Confirm{}, challenge("verify_with_microdeposits", time.Hour))
	transfer := must(t, paymentintent.Intent{}, create(t, "pm_customer_balance"), paymentintent.Confirm{}, challenge("display_bank_transfer_instructions", time.Hour))
	notified := must(t, paymentintent.Intent{}, create(t, "pm_card_visa"), paymentintent.Confirm{}, paymentintent.Notify{CompletesIn: time.Hour})
	for _, c := range []struct {
		in          paymentintent.Intent
		command     paymentintent.Command
		early       bool // refused before the deadline, and not after it
		param, code string
	}{
		{hold, paymentintent.Capture{}, false, "capture_before", "capture_charge_authorization_expired"},
		{redirect, paymentintent.Authenticate{}, false, "next_action", "payment_intent_payment_attempt_expired"},
		{deposits, paymentintent.VerifyMicrodeposits{DescriptorCode: "a"}, false, "amounts", "payment_method_microdeposit_verification_timeout"},
		{transfer, paymentintent.Fund{Amount: 2000}, false, "next_action", "payment_intent_payment_attempt_expired"},
		{transfer, paymentintent.Fund{Amount: 1}, false, "next_action", "payment_intent_payment_attempt_expired"},
		{hold, paymentintent.ExpireAuthorization{}, true, "capture_before", ""},
		{redirect, paymentintent.ExpireAction{}, true, "next_action", ""},
		{notified, paymentintent.Collect{}, true, "processing", ""},
	} {
		for _, at := range []time.Duration{time.Hour - time.Second, time.Hour, time.Hour + time.Second} {
			_, err := paymentintent.Apply(c.in, c.command, start.Add(at))
			if c.early != (at < time.Hour) {
				require.NoError(t, err, "%v at %v", c.command, at)
				continue
			}
			class, param, code := refusal(err)
			require.Equal(t, [3]string{"contents", c.param, c.code}, [3]string{class, param, code}, "%v at %v", c.command, at)
		}
	}
}

// TestTimeIsToldOnce: a time that is not set, or that no calendar has, is refused
// before anything else.
func TestTimeIsTold(t *testing.T) {
	s := samples(t)[rc][0]
	for _, at := range []time.Time{{}, time.Unix(0, 0), time.Unix(-1, 0), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)} {
		for _, c := range append(zeroCommands(), nil) {
			tr, err := paymentintent.Apply(s, c, at)
			require.Equal(t, paymentintent.Transition{}, tr)
			class, param, code := refusal(err)
			require.Equal(t, [3]string{"contents", "now", ""}, [3]string{class, param, code})
		}
	}
	for _, at := range []time.Time{time.Unix(1, 0), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)} {
		_, err := paymentintent.Apply(s, paymentintent.Cancel{}, at)
		require.NoError(t, err)
	}
}

// TestPointers: nil and pointer commands are refused in every status, by every way in.
func TestPointers(t *testing.T) {
	for _, list := range samples(t) {
		for _, c := range zeroCommands() {
			for _, bad := range []paymentintent.Command{nil, pointer(c), nilPointer(c)} {
				_, err := paymentintent.Apply(list[0], bad, start)
				_, errDecide := paymentintent.Decide(list[0], bad, start)
				_, errChain := paymentintent.Chain(list[0], start, bad)
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
			require.Equal(t, want, paymentintent.Evolve(s, nil))
			for _, e := range zeroEvents() {
				require.Equal(t, want, paymentintent.Evolve(s, pointer(e)))
				require.Equal(t, want, paymentintent.Evolve(s, nilPointer(e)))
				require.Equal(t, want.Version, paymentintent.Evolve(s, e).Version, "and it takes any event in any state: %T", e)
			}
		}
	}
}

// TestCorruptState breaks each field of a state, and names it. What Apply looks at
// is refused by Apply, before anything else; the rest by Check alone.
func TestCorruptState(t *testing.T) {
	s := samples(t)
	type change = func(s *paymentintent.Intent)
	var texts strings.Builder
	for _, c := range []struct {
		in     paymentintent.Intent
		change change
		field  string
		fast   bool
	}{
		{s[""][0], func(s *paymentintent.Intent) { s.Amount = 1 }, "status", true},
		{s[""][0], func(s *paymentintent.Intent) { s.ID = "pi_1" }, "status", true},
		{s[""][0], func(s *paymentintent.Intent) { s.Version = 1 }, "status", true},
		{s[""][0], func(s *paymentintent.Intent) { s.Charges = 1 }, "status", true},
		{s[""][0], func(s *paymentintent.Intent) { s.Charge.Status = capture.StatusFailed }, "status", true},
		{s[""][0], func(s *paymentintent.Intent) { s.ID = "pi_1" }, "status", true},
		{s[""][0], func(s *paymentintent.Intent) { s.Version = 1 }, "status", true},
		{s[""][0], func(s *paymentintent.Intent) { s.Charges = 1 }, "status", true},
		{s[""][0], func(s *paymentintent.Intent) { s.Charge.Status = capture.StatusFailed }, "status", true},
		{s[""][0], func(s *paymentintent.Intent) { s.Due = 1 }, "status", false},
		{s[rpm][0], func(s *paymentintent.Intent) { s.Status = "" }, "status", true},
		{s[rpm][0], func(s *paymentintent.Intent) { s.Status = "requires_patience" }, "status", true},
		{s[rpm][0], func(s *paymentintent.Intent) { s.ID = "" }, "id", true},
		{s[rpm][0], func(s *paymentintent.Intent) { s.Amount = 0 }, "amount", true},
		{s[rpm][0], func(s *paymentintent.Intent) { s.Amount = -1 }, "amount", true},
		{s[rpm][0], func(s *paymentintent.Intent) { s.Amount = 1<<61 + 1 }, "amount", true},
		{s[rpm][0], func(s *paymentintent.Intent) { s.CaptureMethod = "" }, "capture_method", true},
		{s[rpm][0], func(s *paymentintent.Intent) { s.ConfirmationMethod = "" }, "confirmation_method", true},
		{s[rpm][0], func(s *paymentintent.Intent) { s.Funded = -1 }, "funded", true},
		{s[ra][0], func(s *paymentintent.Intent) { s.Funded = 2001 }, "funded", true},
		{s[rpm][0], func(s *paymentintent.Intent) { s.CanceledAt = 1 }, "canceled_at", true},
		{s[canc][0], func(s *paymentintent.Intent) { s.CanceledAt = 0 }, "canceled_at", true},
		{s[succ][0], func(s *paymentintent.Intent) { s.CancellationReason = paymentintent.Abandoned }, "cancellation_reason", true},
		{s[rc][0], func(s *paymentintent.Intent) { s.NextAction = "type=a" }, "next_action", true},
		{s[ra][0], func(s *paymentintent.Intent) { s.NextAction = "" }, "next_action", true},
		{s[rpm][0], func(s *paymentintent.Intent) { s.Charges = 1 }, "latest_charge", true},
		{s[succ][0], func(s *paymentintent.Intent) { s.Charges = 0 }, "latest_charge", true},
		{s[rpm][0], func(s *paymentintent.Intent) { s.PaymentMethod = method(t, "pm_card_visa") }, "payment_method", true},
		{s[rc][0], func(s *paymentintent.Intent) { s.PaymentMethod = intents.PaymentMethod{} }, "payment_method", true},
		{s[conf][0], func(s *paymentintent.Intent) { s.PaymentMethod.ID = "" }, "payment_method", true},
		{s[ra][0], func(s *paymentintent.Intent) { s.PaymentMethod.ID = "" }, "payment_method", true},
		{s[proc][0], func(s *paymentintent.Intent) { s.PaymentMethod.ID = "" }, "payment_method", true},
		{s[rcap][0], func(s *paymentintent.Intent) { s.PaymentMethod.ID = "" }, "payment_method", true},
		{s[succ][0], func(s *paymentintent.Intent) { s.PaymentMethod.ID = "" }, "payment_method", true},
		{s[rcap][0], func(s *paymentintent.Intent) { s.Status = proc }, "latest_charge", true},
		{s[rcap][0], func(s *paymentintent.Intent) { s.Status = rc }, "latest_charge", true},
		{s[rcap][0], func(s *paymentintent.Intent) { s.Status = conf }, "latest_charge", true},
		{s[rcap][0], func(s *paymentintent.Intent) { s.Status = succ }, "latest_charge", true},
		{s[rcap][0], func(s *paymentintent.Intent) { s.Status, s.CanceledAt = canc, 1 }, "latest_charge", true},
		{s[rcap][0], func(s *paymentintent.Intent) { s.Amount++ }, "latest_charge", true},
		{s[succ][0], func(s *paymentintent.Intent) { s.Status = rcap }, "latest_charge", true},
		{s[succ][0], func(s *paymentintent.Intent) { s.Status = proc }, "latest_charge", true},
		{s[succ][0], func(s *paymentintent.Intent) { s.Amount++ }, "latest_charge", true},
		{s[succ][0], func(s *paymentintent.Intent) { s.Status, s.PaymentMethod = rpm, intents.PaymentMethod{} }, "latest_charge", true},
		{s[proc][0], func(s *paymentintent.Intent) { s.Status = succ }, "latest_charge", true},
		{s[proc][0], func(s *paymentintent.Intent) { s.Status, s.CanceledAt = canc, 1 }, "latest_charge", true},
		{s[proc][0], func(s *paymentintent.Intent) { s.Flags |= paymentintent.Capturing }, "latest_charge", true},
		{s[proc][0], func(s *paymentintent.Intent) { s.Flags |= paymentintent.Notified }, "latest_charge", true},
		{s[proc][2], func(s *paymentintent.Intent) { s.Flags &^= paymentintent.Notified }, "latest_charge", true},
		{s[succ][0], func(s *paymentintent.Intent) { s.Charge.AmountRefunded = 5000 }, "amount_refunded", true},
		{s[succ][0], func(s *paymentintent.Intent) { s.Charge.Ledger.Fee = -1 }, "balance_transaction", true},
		{captured(t), func(s *paymentintent.Intent) { s.Status, s.CanceledAt = canc, 1 }, "latest_charge", true},

		{s[""][0], func(s *paymentintent.Intent) { s.Owner = "in_1" }, "status", false},
		{s[rpm][0], func(s *paymentintent.Intent) { s.ID = "\xff" }, "id", false},
		{s[rpm][0], func(s *paymentintent.Intent) { s.Created = 0 }, "created", false},
		{s[rpm][0], func(s *paymentintent.Intent) { s.Currency = "xxx" }, "currency", false},
		{s[rpm][0], func(s *paymentintent.Intent) { s.PaymentMethodTypes = 0 }, "payment_method_types", false},
		{s[rpm][0], func(s *paymentintent.Intent) { s.PaymentMethodTypes = 1 }, "payment_method_types", false},
		{s[rc][0], func(s *paymentintent.Intent) { s.PaymentMethod.Type = 0 }, "payment_method", false},
		{s[canc][0], func(s *paymentintent.Intent) { s.PaymentMethod.ID = "" }, "payment_method", false},
		{s[rc][0], func(s *paymentintent.Intent) { s.PaymentMethod.ID = "\xff" }, "payment_method", false},
		{s[rc][0], func(s *paymentintent.Intent) { s.PaymentMethod.Customer = "\xff" }, "payment_method", false},
		{s[rc][0], func(s *paymentintent.Intent) { s.PaymentMethod.Details = "x" }, "payment_method", false},
		{s[rpm][0], func(s *paymentintent.Intent) { s.Details = "x" }, "details", false},
		{s[rpm][0], func(s *paymentintent.Intent) { s.Metadata = "x" }, "metadata", false},
		{s[ra][0], func(s *paymentintent.Intent) { s.NextAction = "x" }, "next_action", false},
		{s[rpm][0], func(s *paymentintent.Intent) { s.LastPaymentError = "x" }, "last_payment_error", false},
		{s[rc][0], func(s *paymentintent.Intent) { s.LastPaymentError = "code=a" }, "last_payment_error", false},
		{s[rpm][0], func(s *paymentintent.Intent) { s.Owner = "\xff" }, "owner", false},
		{s[conf][0], func(s *paymentintent.Intent) { s.Due = 0 }, "due", false},
		{s[proc][0], func(s *paymentintent.Intent) { s.Due = 0 }, "due", false},
		{s[succ][0], func(s *paymentintent.Intent) { s.Charge.Metadata = "x" }, "metadata", false},
	} {
		broken := c.in
		require.NoError(t, paymentintent.Check(broken))
		c.change(&broken)
		fmt.Fprintln(&texts, paymentintent.Check(broken))
		class, param, code := refusal(paymentintent.Check(broken))
		require.Equal(t, [3]string{"contents", c.field, "corrupt_state"}, [3]string{class, param, code}, "%#v", broken)
		_, err := paymentintent.Apply(broken, nil, time.Time{})
		_, errChain := paymentintent.Chain(broken, time.Time{}, nil)
		require.Equal(t, err, errChain)
		_, param, code = refusal(err)
		if c.fast {
			require.Equal(t, [2]string{c.field, "corrupt_state"}, [2]string{param, code}, "before anything else")
		} else {
			require.Equal(t, "now", param, "Apply reads no carried string")
		}
	}
	script.Golden(t, "testdata/corrupt.golden", []byte(texts.String()))
	for _, list := range s {
		for _, good := range list {
			require.NoError(t, paymentintent.Check(good))
		}
	}

	// At the limit it is good.
	limit := s[rpm][0]
	limit.Amount, limit.Created = 1<<61-1, 1
	require.NoError(t, paymentintent.Check(limit))
	limit = s[proc][0]
	limit.Due = 1
	require.NoError(t, paymentintent.Check(limit))
}

// TestLeast: the least that is more than nothing counts.
func TestLeast(t *testing.T) {
	s := samples(t)
	second := intents.TimeOf(start) + 1
	require.Equal(t, second, must(t, s[conf][0], challenge("redirect_to_url", 1)).Due)
	require.Equal(t, second, must(t, s[conf][0], paymentintent.Notify{CompletesIn: 1}).Due)
	require.Equal(t, second, must(t, s[conf][0], paymentintent.Postpone{AskIn: 1}).Due)
	require.Equal(t, uint8(1), must(t, s[ra][3], paymentintent.VerifyMicrodeposits{Amounts: [2]int64{1, 1}, Outcome: intents.Mismatched}).Verifications)
}

func captured(tb testing.TB) paymentintent.Intent {
	tb.Helper()
	return must(tb, paymentintent.Intent{}, create(tb, "pm_card_visa", later), paymentintent.Confirm{}, paymentintent.Approve{})
}

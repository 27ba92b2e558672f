package setupintent_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/setupintent"
)

// TestMatrix gives every command, in several forms, to samples of every status,
// and holds what it observes against a golden file and against the table: where
// each command leads, or for what it is refused.
func TestMatrix(t *testing.T) {
	m := observe(samples(t), variants(t))
	script.Golden(t, "testdata/matrix.golden", []byte(m.String()))
	for _, s := range setupintent.Statuses() {
		legal := setupintent.Legal(s)
		for _, name := range commandNames() {
			got := m[cell{s, name}]
			arc := arcOf(s, name)
			require.Equal(t, slices.Contains(legal, name), arc != nil, "Legal is the table's: %s in %s", name, s)
			if arc == nil {
				require.Empty(t, got.to, "%s in %s", name, s)
				require.Contains(t, got.refused, "status of setup_intent", "%s in %s", name, s)
				if name != "confirm" { // what is wrong with its payment method comes first
					require.Len(t, got.refused, 1, "%s in %s", name, s)
				}
				continue
			}
			if name != "update" { // late in a life, what may be updated is a matter of the status too
				require.NotContains(t, got.refused, "status of setup_intent", "%s in %s is legal, but not in each sample", name, s)
			}
			require.ElementsMatch(t, arc.To, got.to, "%s in %s", name, s)
			require.ElementsMatch(t, arc.Events, got.events, "%s in %s", name, s)
		}
	}
}

// TestRefusalsTellTheTable holds the lists in a StateError against the table.
func TestRefusalsTellTheTable(t *testing.T) {
	samples := samples(t)
	for _, c := range zeroCommands() {
		var allowed []string
		for _, a := range setupintent.Table() {
			if a.Command == c.Name() {
				allowed = append(allowed, string(a.From))
			}
		}
		for _, s := range setupintent.Statuses() {
			if arcOf(s, c.Name()) != nil {
				continue
			}
			in := samples[s][0]
			if in.PaymentMethod.IsZero() && s == canc {
				in = samples[s][1] // one that has no payment method is refused for that, see TestOrderOfRefusals
			}
			_, err := setupintent.Apply(in, c, start)
			var refused *intents.StateError
			require.ErrorAs(t, err, &refused)
			var legal []string
			for _, name := range setupintent.Legal(s) {
				legal = append(legal, string(name))
			}
			code := "setup_intent_unexpected_state"
			require.Equal(t, s != setupintent.StatusNone && slices.Contains([]string{"update", "confirm", "cancel", "verify_microdeposits"}, string(c.Name())), refused.Message != "")
			refused.Message = "" // see TestRefusalTexts
			if c.Name() == "verify_microdeposits" {
				code = "intent_invalid_state"
			}
			require.Equal(t, &intents.StateError{
				Object: "setup_intent", Command: string(c.Name()), Status: string(s), Code: code, Allowed: allowed, Legal: legal,
			}, refused)
		}
	}
	require.Empty(t, setupintent.Legal("unheard_of"))
}

func TestUnknownStatus(t *testing.T) {
	s := samples(t)[setupintent.StatusRequiresConfirmation][0]
	s.Status = "requires_patience"
	for _, c := range zeroCommands() {
		_, err := setupintent.Decide(s, c, start)
		var refused *intents.StateError
		require.ErrorAs(t, err, &refused)
		require.Empty(t, refused.Legal)
	}
	require.Empty(t, setupintent.Pending(s))
}

type cell struct {
	status  setupintent.Status
	command setupintent.CommandName
}

// seen is what a command was seen to do in a status.
type seen struct {
	to      []setupintent.Status
	events  []string
	refused []string // the classes of refusal
}

type matrix map[cell]seen

// String returns the matrix for a golden file.
func (m matrix) String() string {
	var out strings.Builder
	for _, s := range setupintent.Statuses() {
		fmt.Fprintf(&out, "%s\n", status(s))
		for _, name := range commandNames() {
			c := m[cell{s, name}]
			text := "refused: " + strings.Join(c.refused, ", ")
			if len(c.to) > 0 {
				names := make([]string, len(c.to))
				for i, to := range c.to {
					names[i] = string(to)
				}
				text = strings.Join(names, " ")
			}
			fmt.Fprintf(&out, "    %-24s %s\n", name, text)
		}
	}
	return out.String()
}

// observe gives all commands to all samples, now and when every deadline is over.
func observe(samples map[setupintent.Status][]setupintent.Intent, commands []setupintent.Command) matrix {
	m := matrix{}
	for s, list := range samples {
		for _, before := range list {
			for _, c := range commands {
				at := cell{s, c.Name()}
				x := m[at]
				for _, now := range []time.Time{start, start.Add(60 * 24 * time.Hour)} {
					x.add(setupintent.Apply(before, c, now))
				}
				m[at] = x
			}
		}
	}
	for at, x := range m {
		slices.Sort(x.to)
		slices.Sort(x.events)
		slices.Sort(x.refused)
		m[at] = x
	}
	return m
}

func (x *seen) add(t setupintent.Transition, err error) {
	if err != nil {
		class, _, _ := refusal(err)
		add(&x.refused, class)
		return
	}
	add(&x.to, t.After.Status)
	for _, e := range t.Events {
		add(&x.events, e.Name())
	}
}

func add[T comparable](list *[]T, v T) {
	if !slices.Contains(*list, v) {
		*list = append(*list, v)
	}
}

func arcOf(s setupintent.Status, c setupintent.CommandName) *setupintent.Arc {
	for _, a := range setupintent.Table() {
		if a.From == s && a.Command == c {
			return &a
		}
	}
	return nil
}

// create is a Create that most samples begin with.
func create(tb testing.TB, pm string, change ...func(*setupintent.Create)) setupintent.Create {
	tb.Helper()
	c := setupintent.Create{ID: setiID, PaymentMethodTypes: intents.TypesOf(intents.Card, intents.USBankAccount, intents.SepaDebit, intents.AcssDebit)}
	if pm != "" {
		c.PaymentMethod = method(tb, pm)
	}
	for _, f := range change {
		f(&c)
	}
	return c
}

func forCustomer(c *setupintent.Create) { c.Details = "customer=cus_1" }
func onSession(c *setupintent.Create)   { c.Usage = setupintent.OnSession }
func once(c *setupintent.Create)        { c.ConfirmLimit = 1 }
func ofSession(c *setupintent.Create)   { c.Owner = "cs_1" }
func declined() setupintent.Command {
	return setupintent.Decline{Failure: because("card_declined")}
}
func because(c string) intents.Failure { return intents.Failure{Code: c} }

func challenge(kind string, in time.Duration) setupintent.Command {
	a, _ := intents.NewNextAction(kind)
	return setupintent.Challenge{NextAction: a, ExpiresIn: in}
}

// samples are intents of every status, with all that makes a difference.
func samples(tb testing.TB) map[setupintent.Status][]setupintent.Intent {
	tb.Helper()
	const visa, bank = "pm_card_visa", "pm_usBankAccount_success"
	confirm, asked := setupintent.Confirm{}, challenge("use_stripe_sdk", 0)
	m := map[setupintent.Status][]setupintent.Intent{"": {{}}}
	for _, commands := range [][]setupintent.Command{
		{create(tb, "")},
		{create(tb, "", once), confirmWith(tb, visa), declined()},
		{create(tb, "", ofSession)},
		{create(tb, visa)},
		{create(tb, visa, once), confirm, declined(), setupintent.Update{PaymentMethod: intents.Some(method(tb, visa))}},
		{create(tb, visa, ofSession)},
		{create(tb, visa, forCustomer), confirm},
		{create(tb, bank), confirm},
		{create(tb, visa), confirm, asked, setupintent.Authenticate{}},
		{create(tb, visa), confirm, asked},
		{create(tb, visa, once), confirm, asked},
		{create(tb, visa, ofSession), setupintent.Confirm{Owner: "cs_1"}, challenge("redirect_to_url", time.Hour)},
		{create(tb, bank, forCustomer), confirm, challenge("verify_with_microdeposits", time.Hour)},
		{create(tb, bank), confirm, setupintent.Submit{AskIn: time.Hour}},
		{create(tb, visa, forCustomer, onSession), confirm, setupintent.Approve{}},
		{create(tb, bank), confirm, setupintent.Submit{}, setupintent.Collect{}},
		{create(tb, visa), setupintent.Cancel{}},
		{create(tb, visa), confirm, asked, setupintent.Cancel{Reason: setupintent.Abandoned}},
		{create(tb, ""), setupintent.Cancel{}},
	} {
		s := must(tb, setupintent.Intent{}, commands...)
		m[s.Status] = append(m[s.Status], s)
	}
	require.Len(tb, m, len(setupintent.Statuses()))
	return m
}

func confirmWith(tb testing.TB, pm string) setupintent.Confirm {
	tb.Helper()
	return setupintent.Confirm{PaymentMethod: method(tb, pm)}
}

// variants are all commands in the forms that lead to different ends.
func variants(tb testing.TB) []setupintent.Command {
	tb.Helper()
	owned := confirmWith(tb, "pm_card_visa")
	owned.Owner = "cs_1"
	return append(zeroCommands(),
		create(tb, ""), create(tb, "pm_card_visa"), confirmWith(tb, "pm_card_visa"), owned,
		setupintent.Update{PaymentMethod: intents.Some(method(tb, "pm_card_amex"))},
		setupintent.Update{PaymentMethod: intents.Some(intents.PaymentMethod{})},
		setupintent.Update{Details: "description=A"},
		setupintent.VerifyMicrodeposits{DescriptorCode: "SM11AA"}, setupintent.VerifyMicrodeposits{DescriptorCode: "SM99ZZ", Outcome: intents.Mismatched},
		setupintent.VerifyMicrodeposits{DescriptorCode: "SM33CC", Outcome: intents.Exhausted},
		challenge("use_stripe_sdk", 0), declined(), setupintent.Submit{AskIn: time.Hour}, setupintent.Postpone{AskIn: time.Hour}, setupintent.Void{Owner: "cs_1"},
	)
}

// TestMutants flips every cell of the law, one at a time, and asks whether the
// matrix would notice. That the model notices what the matrix can't, such as a
// target that is never reached, is [TestModel]'s affair.
func TestMutants(t *testing.T) {
	samples, commands := samples(t), variants(t)
	want := observe(samples, commands).String()
	n := 0
	for _, s := range setupintent.Statuses() {
		for _, name := range commandNames() {
			restore := setupintent.FlipLaw(s, name)
			got := try(func() string { return observe(samples, commands).String() })
			restore()
			require.NotEqual(t, want, got, "%s in %s", name, s)
			n++
		}
	}
	require.Equal(t, want, observe(samples, commands).String(), "the law is as it was")
	t.Logf("%d mutants, all noticed", n)
}

// try runs what may panic when the law is broken: that is noticed as well.
func try(f func() string) (out string) {
	defer func() {
		if p := recover(); p != nil {
			out = fmt.Sprint("panic: ", p)
		}
	}()
	return f()
}

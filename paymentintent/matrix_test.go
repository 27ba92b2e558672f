package paymentintent_test

import (
	"fmt"
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

// TestMatrix gives every command, in several forms, to samples of every status,
// and holds what it observes against a golden file and against the table: where
// each command leads, or for what it is refused.
func TestMatrix(t *testing.T) {
	m := observe(samples(t), variants(t))
	script.Golden(t, "testdata/matrix.golden", []byte(m.String()))
	for _, s := range paymentintent.Statuses() {
		legal := paymentintent.Legal(s)
		for _, name := range commandNames() {
			got := m[cell{s, name}]
			arc := arcOf(s, name)
			require.Equal(t, slices.Contains(legal, name), arc != nil, "Legal is the table's: %s in %s", name, s)
			if arc == nil {
				require.Equal(t, seen{refused: []string{"status of payment_intent"}}, got, "%s in %s", name, s)
				continue
			}
			if name != "update" { // late in a life, what may be updated is a matter of the status too
				require.NotContains(t, got.refused, "status of payment_intent", "%s in %s is legal, but not in each sample", name, s)
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
		for _, a := range paymentintent.Table() {
			if a.Command == c.Name() {
				allowed = append(allowed, string(a.From))
			}
		}
		for _, s := range paymentintent.Statuses() {
			if arcOf(s, c.Name()) != nil {
				continue
			}
			_, err := paymentintent.Apply(samples[s][0], c, start)
			var refused *intents.StateError
			require.ErrorAs(t, err, &refused)
			var legal []string
			for _, name := range paymentintent.Legal(s) {
				legal = append(legal, string(name))
			}
			code := "payment_intent_unexpected_state"
			if c.Name() == "verify_microdeposits" {
				code = "intent_invalid_state"
			}
			require.Equal(t, &intents.StateError{
				Object: "payment_intent", Command: string(c.Name()), Status: string(s), Code: code, Allowed: allowed, Legal: legal,
			}, refused)
		}
	}
	require.Empty(t, paymentintent.Legal("unheard_of"))
}

func TestUnknownStatus(t *testing.T) {
	s := samples(t)[paymentintent.StatusRequiresConfirmation][0]
	s.Status = "requires_patience"
	for _, c := range zeroCommands() {
		_, err := paymentintent.Decide(s, c, start)
		var refused *intents.StateError
		require.ErrorAs(t, err, &refused)
		require.Empty(t, refused.Legal)
	}
	require.Empty(t, paymentintent.Pending(s))
}

type cell struct {
	status  paymentintent.Status
	command paymentintent.CommandName
}

// seen is what a command was seen to do in a status.
type seen struct {
	to      []paymentintent.Status
	events  []string
	refused []string // the classes of refusal
}

type matrix map[cell]seen

// String returns the matrix for a golden file.
func (m matrix) String() string {
	var out strings.Builder
	for _, s := range paymentintent.Statuses() {
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
func observe(samples map[paymentintent.Status][]paymentintent.Intent, commands []paymentintent.Command) matrix {
	m := matrix{}
	for s, list := range samples {
		for _, before := range list {
			for _, c := range commands {
				at := cell{s, c.Name()}
				x := m[at]
				for _, now := range []time.Time{start, start.Add(60 * 24 * time.Hour)} {
					x.add(paymentintent.Apply(before, c, now))
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

func (x *seen) add(t paymentintent.Transition, err error) {
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

func arcOf(s paymentintent.Status, c paymentintent.CommandName) *paymentintent.Arc {
	for _, a := range paymentintent.Table() {
		if a.From == s && a.Command == c {
			return &a
		}
	}
	return nil
}

// create is a Create that most samples begin with.
func create(tb testing.TB, pm string, change ...func(*paymentintent.Create)) paymentintent.Create {
	tb.Helper()
	c := paymentintent.Create{
		ID: piID, Amount: 2000, Currency: "usd", CaptureMethod: capture.Automatic,
		PaymentMethodTypes: intents.TypesOf(intents.Card, intents.USBankAccount, intents.SepaDebit, intents.CustomerBalance),
	}
	if pm != "" {
		c.PaymentMethod = method(tb, pm)
	}
	for _, f := range change {
		f(&c)
	}
	return c
}

func manually(c *paymentintent.Create)  { c.CaptureMethod = capture.Manual }
func later(c *paymentintent.Create)     { c.CaptureMethod = capture.AutomaticAsync }
func byHand(c *paymentintent.Create)    { c.ConfirmationMethod = paymentintent.ConfirmManual }
func once(c *paymentintent.Create)      { c.ConfirmLimit = 1 }
func ofInvoice(c *paymentintent.Create) { c.Owner = "in_1" }
func declined() paymentintent.Command {
	return paymentintent.Decline{Failure: because("card_declined")}
}
func because(c string) intents.Failure { return intents.Failure{Code: c} }

func challenge(kind string, in time.Duration) paymentintent.Command {
	a, _ := intents.NewNextAction(kind)
	return paymentintent.Challenge{NextAction: a, ExpiresIn: in}
}

// samples are intents of every status, with all that makes a difference.
func samples(tb testing.TB) map[paymentintent.Status][]paymentintent.Intent {
	tb.Helper()
	const visa, bank, cash = "pm_card_visa", "pm_usBankAccount_success", "pm_customer_balance"
	confirm, asked := paymentintent.Confirm{}, challenge("use_stripe_sdk", 0)
	granted := paymentintent.Approve{Terms: capture.Terms{Features: capture.Multicapture | capture.Incremental, Pricing: capture.TestPricing()}}
	part := paymentintent.Capture{AmountToCapture: intents.Some[int64](500), FinalCapture: intents.Some(false)}
	slow := paymentintent.Approve{Terms: capture.Terms{Features: capture.AsyncCapture}}
	m := map[paymentintent.Status][]paymentintent.Intent{"": {{}}}
	for _, commands := range [][]paymentintent.Command{
		{create(tb, "")},
		{create(tb, "", once), confirmWith(tb, visa), declined()},
		{create(tb, "", ofInvoice)},
		{create(tb, visa)},
		{create(tb, cash)},
		{create(tb, visa, once, byHand), confirm, asked, paymentintent.Authenticate{}},
		{create(tb, visa, ofInvoice)},
		{create(tb, visa), confirm},
		{create(tb, visa, manually), confirm},
		{create(tb, visa), paymentintent.Confirm{OffSession: true}},
		{create(tb, bank), confirm},
		{create(tb, visa), confirm, asked},
		{create(tb, visa, byHand, once, ofInvoice), confirm, asked},
		{create(tb, visa), confirm, challenge("redirect_to_url", time.Hour)},
		{create(tb, bank), confirm, challenge("verify_with_microdeposits", time.Hour)},
		{create(tb, cash), confirm, challenge("display_bank_transfer_instructions", 0)},
		{create(tb, bank), confirm, paymentintent.Submit{AskIn: time.Hour, Cancelable: true}},
		{create(tb, bank, ofInvoice), confirm, paymentintent.Submit{}},
		{create(tb, visa), confirm, paymentintent.Notify{CompletesIn: time.Hour}},
		{create(tb, visa, manually), confirm, paymentintent.Notify{CompletesIn: time.Hour}},
		{create(tb, visa, manually), confirm, slow, paymentintent.Capture{}},
		{create(tb, visa, manually), confirm, granted},
		{create(tb, visa, manually), confirm, granted, part},
		{create(tb, visa, manually), confirm, granted, part, paymentintent.Refund{Pending: true}},
		{create(tb, visa, manually, ofInvoice), confirm, slow},
		{create(tb, visa, later), confirm, granted},
		{create(tb, visa), confirm, granted, paymentintent.Refund{Amount: 500, Pending: true}},
		{create(tb, visa), paymentintent.Cancel{}},
	} {
		s := must(tb, paymentintent.Intent{}, commands...)
		m[s.Status] = append(m[s.Status], s)
	}
	require.Len(tb, m, len(paymentintent.Statuses()))
	return m
}

func confirmWith(tb testing.TB, pm string) paymentintent.Confirm {
	tb.Helper()
	return paymentintent.Confirm{PaymentMethod: method(tb, pm)}
}

// variants are all commands in the forms that lead to different ends.
func variants(tb testing.TB) []paymentintent.Command {
	tb.Helper()
	code := paymentintent.VerifyMicrodeposits{DescriptorCode: "SM11AA"}
	wrong := paymentintent.VerifyMicrodeposits{DescriptorCode: "SM99ZZ", Outcome: intents.Mismatched}
	return append(zeroCommands(),
		create(tb, ""), create(tb, "pm_card_visa"), confirmWith(tb, "pm_card_visa"),
		paymentintent.Update{PaymentMethod: intents.Some(method(tb, "pm_card_visa"))},
		paymentintent.Update{PaymentMethod: intents.Some(intents.PaymentMethod{})},
		paymentintent.Update{Amount: intents.Some[int64](1000)},
		paymentintent.Capture{AmountToCapture: intents.Some[int64](100), FinalCapture: intents.Some(false)},
		paymentintent.IncrementAuthorization{Amount: 3000}, paymentintent.IncrementAuthorization{Amount: 3000, Declined: true},
		paymentintent.ApplyCustomerBalance{Amount: intents.Some[int64](100)}, paymentintent.Fund{Amount: 100}, paymentintent.Fund{Amount: 2000},
		code, wrong, challenge("use_stripe_sdk", 0), declined(), paymentintent.Submit{Cancelable: true},
		paymentintent.Notify{CompletesIn: time.Hour}, paymentintent.Postpone{AskIn: time.Hour},
		paymentintent.ReportRefund{Status: capture.RefundSucceeded}, paymentintent.Void{Reason: paymentintent.VoidInvoice},
	)
}

// TestMutants flips every cell of the law, one at a time, and asks whether the
// matrix would notice. That the model notices what the matrix can't, such as a
// target that is never reached, is [TestModel]'s affair.
func TestMutants(t *testing.T) {
	samples, commands := samples(t), variants(t)
	want := observe(samples, commands).String()
	n := 0
	for _, s := range paymentintent.Statuses() {
		for _, name := range commandNames() {
			restore := paymentintent.FlipLaw(s, name)
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

package paymentintent_test

import (
	"context"
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

// TestSimulator tells what becomes of a payment with each of Stripe's test payment
// methods, and with a method of each type, on-session and off-session, with a
// customer who does what is asked. The outcomes are those of section 8 of the facts.
func TestSimulator(t *testing.T) {
	var golden strings.Builder
	for _, m := range capture.TestMethods() {
		id := m.ID
		if id == "" {
			id = "pm_" + m.Number
		}
		pm := m.PaymentMethod(id)
		fmt.Fprintf(&golden, "%-55s %s\n%-55s %s\n", id, live(t, pm, false), "  off-session", live(t, pm, true))
	}
	for kind := intents.Card; kind.Valid(); kind++ {
		pm := intents.PaymentMethod{ID: "pm_" + kind.String(), Type: kind}
		fmt.Fprintf(&golden, "%-55s %s\n", kind, live(t, pm, false))
	}
	script.Golden(t, "testdata/simulator.golden", []byte(golden.String()))
}

// live returns the life of a payment in one line.
func live(tb testing.TB, pm intents.PaymentMethod, offSession bool) string {
	tb.Helper()
	sim := paymentintent.Simulator{}
	c := paymentintent.Create{
		ID: piID, Amount: 2000, Currency: "usd", PaymentMethod: pm, PaymentMethodTypes: intents.TypesOf(pm.Type), Details: "customer=cus_1",
	}
	steps := []string{}
	s := must(tb, paymentintent.Intent{}, c)
	now := start
	told := func(t paymentintent.Transition, err error) {
		tb.Helper()
		require.NoError(tb, err)
		s = t.After
		step := string(s.Status)
		switch {
		case s.Status == ra:
			step += " (" + s.NextAction.Type() + ")"
		case s.LastPaymentError != "":
			step += " (" + s.LastPaymentError.Code() + " " + s.LastPaymentError.DeclineCode() + ")"
		case s.Charge.Features.Has(capture.Disputed):
			step += " (disputed)"
		}
		for _, d := range t.Deferred {
			step += " +" + d.NotBefore.Time().Sub(now).String()
		}
		steps = append(steps, step)
	}
	t, err := paymentintent.Apply(s, paymentintent.Confirm{OffSession: offSession, Details: "return_url=https://example.com"}, now)
	if err != nil {
		_, param, code := refusal(err)
		return "refused: " + param + " " + code
	}
	told(paymentintent.Answer(tb.Context(), sim, t, now))
	for range 6 {
		pending := paymentintent.Pending(s)
		if c, ok := sim.Act(s); ok {
			t, err := paymentintent.Apply(s, c, now)
			require.NoError(tb, err)
			told(paymentintent.Answer(tb.Context(), sim, t, now))
		} else if len(pending) > 0 {
			now = pending[0].NotBefore.Time()
			told(paymentintent.Work(tb.Context(), sim, s, pending[0], now))
		}
	}
	for _, c := range sim.Aftermath(s) {
		told(paymentintent.Apply(s, c, now))
	}
	return strings.Join(steps, ", ")
}

// TestSimulatorDraws holds the delays to their bounds, and the draws to being used.
func TestSimulatorDraws(t *testing.T) {
	confirmed := must(t, paymentintent.Intent{}, create(t, "pm_card_visa", later), paymentintent.Confirm{})
	debit := must(t, paymentintent.Intent{}, create(t, "pm_usBankAccount_success"), paymentintent.Confirm{})
	slow := must(t, paymentintent.Intent{}, create(t, "pm_sepaDebit_successDelayed_at"), paymentintent.Confirm{})
	delays := func(s paymentintent.Intent) (least, most time.Duration) {
		least = 1 << 62
		for seed := range uint64(4000) {
			c, err := paymentintent.Simulator{Chooser: capture.Seeded(seed)}.Report(t.Context(), s, paymentintent.Pending(s)[0])
			require.NoError(t, err)
			var d time.Duration
			switch c := c.(type) {
			case paymentintent.Approve:
				d = c.Terms.SettleIn
			case paymentintent.Submit:
				d = c.AskIn
			}
			require.Zero(t, d%time.Second)
			least, most = min(least, d), max(most, d)
		}
		return least, most
	}
	least, most := delays(confirmed)
	require.Equal(t, 2*time.Second, least)
	require.Greater(t, most, 59*time.Minute)
	require.LessOrEqual(t, most, time.Hour)
	least, most = delays(debit)
	require.Less(t, least, 24*time.Hour+10*time.Minute)
	require.GreaterOrEqual(t, least, 24*time.Hour)
	require.Greater(t, most, 95*time.Hour)
	require.LessOrEqual(t, most, 96*time.Hour)
	least, most = delays(slow)
	require.Equal(t, 3*time.Minute, least)
	require.Equal(t, 10*time.Minute, most)

	for _, c := range []struct {
		choices []int
		want    time.Duration
	}{
		{nil, 2 * time.Second},
		{[]int{1}, 3 * time.Second},
		{[]int{2}, 2 * time.Second}, // out of range, so the first
		{[]int{1, 6}, 3 * time.Second},
		{[]int{1, 7}, 4 * time.Second},
		{[]int{1, 7, 3596}, time.Hour},
	} {
		got, err := paymentintent.Simulator{Chooser: capture.Fixed(c.choices...)}.Report(t.Context(), confirmed, paymentintent.Pending(confirmed)[0])
		require.NoError(t, err)
		require.Equal(t, c.want, got.(paymentintent.Approve).Terms.SettleIn)
		require.Equal(t, capture.TestPricing(), got.(paymentintent.Approve).Terms.Pricing)
	}
}

// asks notes how many answers each question of the simulator's has.
type asks struct{ n []int }

// IntN implements capture.Chooser.
func (a *asks) IntN(n int) int {
	a.n = append(a.n, n)
	return n - 1
}

// TestSimulatorAsks: one ledger entry in eight takes its time.
func TestSimulatorAsks(t *testing.T) {
	confirmed := must(t, paymentintent.Intent{}, create(t, "pm_card_visa", later), paymentintent.Confirm{})
	var a asks
	_, err := paymentintent.Simulator{Chooser: &a}.Report(t.Context(), confirmed, paymentintent.Pending(confirmed)[0])
	require.NoError(t, err)
	require.Equal(t, []int{2, 8, 3597}, a.n)
}

// TestSimulatorActions: what the customer is shown depends on what the client can do.
func TestSimulatorActions(t *testing.T) {
	shown := func(pm string, details intents.Pairs, at time.Time) intents.NextAction {
		s := must(t, paymentintent.Intent{}, create(t, pm))
		tr, err := paymentintent.Apply(s, paymentintent.Confirm{Details: details}, at)
		require.NoError(t, err)
		tr, err = paymentintent.Answer(t.Context(), paymentintent.Simulator{}, tr, at)
		require.NoError(t, err)
		return tr.After.NextAction
	}
	const secure = "pm_card_threeDSecure2Required"
	require.Equal(t, intents.NextAction("source=payatt_"+piID+"&type=use_stripe_sdk"), shown(secure, "", start))
	require.Equal(t, intents.NextAction("source=payatt_"+piID+"&type=use_stripe_sdk"), shown(secure, "return_url=https://a&use_stripe_sdk=true", start))
	require.Equal(t, intents.NextAction("return_url=https://a&type=redirect_to_url&url=https://hooks.stripe.com/redirect/authenticate/"+piID), shown(secure, "return_url=https://a", start))
	require.Equal(t, "redirect_to_url", shown(secure, "return_url=https://a&use_stripe_sdk=false", start).Type())
	late := time.Date(2025, time.November, 10, 23, 59, 59, 0, time.UTC)
	arrival, _ := shown("pm_usBankAccount_failMicrodeposits", "", late).Get("arrival_date")
	require.Equal(t, "2025-11-12", arrival)
}

func TestSimulatorRefuses(t *testing.T) {
	s := must(t, paymentintent.Intent{}, create(t, "pm_card_visa"))
	_, err := paymentintent.Simulator{}.Report(t.Context(), s, intents.Deferred{Kind: "tea.make"})
	require.Equal(t, &intents.InvalidError{Param: "kind", Code: "", Message: "no job is of the kind tea.make"}, err)
	for status, list := range samples(t) {
		for _, s := range list {
			_, acts := paymentintent.Simulator{}.Act(s)
			require.Equal(t, status == ra, acts)
		}
	}
}

// TestAct plays the customer.
func TestAct(t *testing.T) {
	asked := func(pm, kind string) paymentintent.Intent {
		return must(t, paymentintent.Intent{}, create(t, pm), paymentintent.Confirm{}, challenge(kind, 0))
	}
	act := func(s paymentintent.Intent) paymentintent.Command {
		c, ok := paymentintent.Simulator{}.Act(s)
		require.True(t, ok)
		return c
	}
	require.Equal(t, paymentintent.Authenticate{}, act(asked("pm_card_visa", "use_stripe_sdk")))
	require.Equal(t, paymentintent.FailAction{
		Failure: intents.Failure{Type: "invalid_request_error", Code: "payment_method_microdeposit_failed"},
	}, act(asked("pm_usBankAccount_failMicrodeposits", "verify_with_microdeposits")))
	require.Equal(t, paymentintent.Simulator{}.Verify([2]int64{}, "SM11AA"), act(asked("pm_usBankAccount_success", "verify_with_microdeposits")))
	half := must(t, asked("pm_customer_balance", "display_bank_transfer_instructions"), paymentintent.Fund{Amount: 500})
	require.Equal(t, int64(1500), act(half).(paymentintent.Fund).Amount)
	require.Equal(t, capture.TestPricing(), act(half).(paymentintent.Fund).Terms.Pricing)
}

// TestVerify holds Stripe's test values for microdeposits.
func TestVerify(t *testing.T) {
	for _, c := range []struct {
		amounts [2]int64
		code    string
		want    intents.Verification
	}{
		{[2]int64{32, 45}, "", intents.Verified},
		{[2]int64{45, 32}, "", intents.Verified},
		{[2]int64{}, "SM11AA", intents.Verified},
		{[2]int64{10, 11}, "", intents.Exhausted},
		{[2]int64{11, 10}, "", intents.Exhausted},
		{[2]int64{}, "SM33CC", intents.Exhausted},
		{[2]int64{40, 41}, "", intents.TimedOut},
		{[2]int64{}, "SM44DD", intents.TimedOut},
		{[2]int64{}, "SM99ZZ", intents.Mismatched},
		{[2]int64{1, 1}, "", intents.Mismatched},
	} {
		require.Equal(t, paymentintent.VerifyMicrodeposits{
			Amounts: c.amounts, DescriptorCode: c.code, Outcome: c.want, AskIn: 24 * time.Hour, Cancelable: true,
		}, paymentintent.Simulator{}.Verify(c.amounts, c.code))
	}
}

// TestAftermath: disputes and the outcomes of refunds come by themselves, once.
func TestAftermath(t *testing.T) {
	paid := func(pm string, more ...paymentintent.Command) paymentintent.Intent {
		s := must(t, paymentintent.Intent{}, create(t, pm), paymentintent.Confirm{}, paymentintent.Approve{})
		return must(t, s, more...)
	}
	aftermath := func(s paymentintent.Intent) []paymentintent.Command { return paymentintent.Simulator{}.Aftermath(s) }
	require.Empty(t, aftermath(paid("pm_card_visa")))
	require.Empty(t, aftermath(paid("pm_card_visa", paymentintent.Refund{Amount: 1})))
	require.Equal(t, []paymentintent.Command{paymentintent.Dispute{Reason: "product_not_received"}}, aftermath(paid("pm_card_createDisputeProductNotReceived")))
	require.Empty(t, aftermath(paid("pm_card_createDispute", paymentintent.Dispute{Reason: "fraudulent"})))
	require.Equal(t, []paymentintent.Command{paymentintent.ReportRefund{Number: 1, Status: capture.RefundSucceeded}},
		aftermath(paid("pm_card_visa", paymentintent.Refund{Amount: 1}, paymentintent.Refund{Amount: 2, Pending: true})))
	require.Equal(t, []paymentintent.Command{paymentintent.ReportRefund{Status: capture.RefundFailed}}, aftermath(paid("pm_card_refundFail", paymentintent.Refund{Amount: 1})))
	require.Equal(t, []paymentintent.Command{paymentintent.ReportRefund{Number: 0, Status: capture.RefundFailed}, paymentintent.ReportRefund{Number: 1, Status: capture.RefundFailed}},
		aftermath(paid("pm_card_refundFail", paymentintent.Refund{Amount: 1}, paymentintent.Refund{Amount: 1})))
	require.Empty(t, aftermath(must(t, paymentintent.Intent{}, create(t, "pm_card_createDispute", manually), paymentintent.Confirm{}, paymentintent.Approve{})), "a hold is not disputed")
}

// fails is a Processor that can't be reached.
type fails struct{ err error }

// TestProcessorFails: an error of the processor's changes nothing and comes through.
func TestProcessorFails(t *testing.T) {
	s := must(t, paymentintent.Intent{}, create(t, "pm_card_visa"))
	confirmed, err := paymentintent.Apply(s, paymentintent.Confirm{}, start)
	require.NoError(t, err)
	out := fails{fmt.Errorf("no line to the acquirer")}
	none, err := paymentintent.Answer(t.Context(), out, confirmed, start)
	require.ErrorIs(t, err, out.err)
	require.Equal(t, paymentintent.Transition{}, none)
	none, err = paymentintent.Work(t.Context(), out, confirmed.After, confirmed.Deferred[0], start)
	require.ErrorIs(t, err, out.err)
	require.Equal(t, paymentintent.Transition{}, none)

	// There is none.
	_, err = paymentintent.Work(t.Context(), nil, confirmed.After, confirmed.Deferred[0], start)
	_, param, _ := refusal(err)
	require.Equal(t, "processor", param)

	// It says something that can't be said.
	mute := fails{nil}
	_, err = paymentintent.Work(t.Context(), mute, confirmed.After, confirmed.Deferred[0], start)
	require.EqualError(t, err, "command: the command is nil or a pointer")

	// Nothing is under way, or not yet due: it is not asked.
	created, err := paymentintent.Apply(paymentintent.Intent{}, create(t, ""), start)
	require.NoError(t, err)
	same, err := paymentintent.Answer(t.Context(), out, created, start)
	require.NoError(t, err)
	require.Equal(t, created, same)
	postponed, err := paymentintent.Apply(confirmed.After, paymentintent.Postpone{AskIn: time.Minute}, start)
	require.NoError(t, err)
	same, err = paymentintent.Answer(t.Context(), out, postponed, start.Add(59*time.Second))
	require.NoError(t, err)
	require.Equal(t, postponed, same)
	_, err = paymentintent.Answer(t.Context(), out, postponed, start.Add(time.Minute))
	require.ErrorIs(t, err, out.err)
	hold, err := paymentintent.Chain(s, start, paymentintent.Confirm{CaptureMethod: capture.Manual}, paymentintent.Approve{})
	require.NoError(t, err)
	same, err = paymentintent.Answer(t.Context(), out, hold, start.Add(400*24*time.Hour))
	require.NoError(t, err)
	require.Equal(t, hold, same, "it answers attempts, and does no other work")
}

// Report implements paymentintent.Processor.
func (f fails) Report(context.Context, paymentintent.Intent, intents.Deferred) (paymentintent.Command, error) {
	return nil, f.err
}

// TestSimulatorGrants: a card gives what was asked of it, and nothing else.
func TestSimulatorGrants(t *testing.T) {
	const ask = "payment_method_options[card][request_"
	all := intents.Pairs(ask + "extended_authorization]=if_available&" + ask + "incremental_authorization]=if_available&" +
		ask + "multicapture]=if_available&" + ask + "overcapture]=if_available")
	for _, c := range []struct {
		name, method string
		details      intents.Pairs
		features     capture.Features
		maximum      int64
		hold         time.Duration
	}{
		{"nothing asked", "pm_card_visa", "", 0, 2000, 7 * 24 * time.Hour},
		{"never", "pm_card_visa", ask + "multicapture]=never", 0, 2000, 7 * 24 * time.Hour},
		{"multicapture", "pm_card_visa", ask + "multicapture]=if_available", capture.Multicapture, 2000, 7 * 24 * time.Hour},
		{"incremental", "pm_card_visa", ask + "incremental_authorization]=if_available", capture.Incremental, 2000, 7 * 24 * time.Hour},
		{"overcapture", "pm_card_visa", ask + "overcapture]=if_available", 0, 2400, 7 * 24 * time.Hour},
		{"extended", "pm_card_visa", ask + "extended_authorization]=if_available", capture.Extended, 2000, 30 * 24 * time.Hour},
		{"all", "pm_card_visa", all, capture.Multicapture | capture.Incremental | capture.Extended, 2400, 30 * 24 * time.Hour},
		{"a card without them", "pm_card_credit_disableEnterpriseCardFeatures", all, 0, 2000, 7 * 24 * time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			confirmed := must(t, paymentintent.Intent{}, create(t, c.method, func(create *paymentintent.Create) {
				create.CaptureMethod, create.Details = capture.Manual, c.details
			}), paymentintent.Confirm{})
			command, err := paymentintent.Simulator{}.Report(t.Context(), confirmed, paymentintent.Pending(confirmed)[0])
			require.NoError(t, err)
			held := must(t, confirmed, command)
			require.Equal(t, paymentintent.StatusRequiresCapture, held.Status)
			require.Equal(t, c.features, held.Charge.Features)
			require.Equal(t, c.maximum, held.Charge.Maximum)
			require.Equal(t, intents.TimeOf(start.Add(c.hold)), held.Charge.CaptureBefore)
		})
	}
}

// TestMicrodepositsAreNotAuthenticated: what was seen on the account has to be told.
func TestMicrodepositsAreNotAuthenticated(t *testing.T) {
	action, err := intents.NewNextAction("verify_with_microdeposits", "microdeposit_type", "amounts")
	require.NoError(t, err)
	waiting := must(t, paymentintent.Intent{}, create(t, "pm_usBankAccount_success"), paymentintent.Confirm{}, paymentintent.Challenge{NextAction: action})
	got, err := paymentintent.Apply(waiting, paymentintent.Authenticate{}, start)
	require.Zero(t, got)
	class, param, _ := refusal(err)
	require.Equal(t, "contents", class)
	require.Equal(t, "next_action", param)
}

package setupintent_test

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
	"github.com/payintent/intents/setupintent"
)

// TestSimulator tells what becomes of each of Stripe's test payment methods, and of
// a method of each type, when it is set up by a customer who does what is asked; and
// then, of the cards that can be challenged, whether an issuer still asks for an
// authentication off-session. The outcomes are those of section 7 of the facts.
func TestSimulator(t *testing.T) {
	var golden strings.Builder
	for _, m := range capture.TestMethods() {
		id := m.ID
		if id == "" {
			id = "pm_" + m.Number
		}
		fmt.Fprintf(&golden, "%-60s %s\n", id, live(t, m.PaymentMethod(id)))
	}
	for kind := intents.Card; kind.Valid(); kind++ {
		fmt.Fprintf(&golden, "%-60s %s\n", kind, live(t, intents.PaymentMethod{ID: "pm_" + kind.String(), Type: kind}))
	}
	script.Golden(t, "testdata/simulator.golden", []byte(golden.String()))
}

// live returns the life of a setup in one line.
func live(tb testing.TB, pm intents.PaymentMethod) string {
	tb.Helper()
	sim := setupintent.Simulator{}
	c, err := setupintent.Apply(setupintent.Intent{}, setupintent.Create{ID: setiID, PaymentMethod: pm, PaymentMethodTypes: intents.TypesOf(pm.Type), Details: "customer=cus_1"}, start)
	if err != nil {
		_, param, code := refusal(err)
		return "refused: " + param + " " + code
	}
	steps := []string{}
	s := c.After
	now := start
	told := func(t setupintent.Transition, err error) {
		tb.Helper()
		require.NoError(tb, err)
		s = t.After
		step := string(s.Status)
		switch {
		case s.Status == ra:
			step += " (" + s.NextAction.Type() + ")"
		case s.LastSetupError != "":
			step += " (" + s.LastSetupError.Code() + " " + s.LastSetupError.DeclineCode() + ")"
		case s.Mandate != "":
			step += " (mandate)"
		}
		for _, d := range t.Deferred {
			step += " +" + d.NotBefore.Time().Sub(now).String()
		}
		steps = append(steps, step)
	}
	t, err := setupintent.Apply(s, setupintent.Confirm{Details: "return_url=https://example.com"}, now)
	require.NoError(tb, err)
	told(setupintent.Answer(tb.Context(), sim, t, now))
	for range 4 {
		pending := setupintent.Pending(s)
		if c, ok := sim.Act(s); ok {
			t, err := setupintent.Apply(s, c, now)
			require.NoError(tb, err)
			told(setupintent.Answer(tb.Context(), sim, t, now))
		} else if len(pending) > 0 {
			now = pending[0].NotBefore.Time()
			told(setupintent.Work(tb.Context(), sim, s, pending[0], now))
		}
	}
	if b := capture.BehaviourOf(pm); s.Status == succ && b.Challenge != capture.ChallengeNever {
		steps = append(steps, fmt.Sprintf("challenged off-session before %t and after %t", b.Challenged(pm, true), b.Challenged(s.PaymentMethod, true)))
	}
	return strings.Join(steps, ", ")
}

// TestSimulatorDraws holds the delays to their bounds, and the draws to being used.
func TestSimulatorDraws(t *testing.T) {
	for pm, bounds := range map[string][2]time.Duration{
		"pm_usBankAccount_success":       {24 * time.Hour, 96 * time.Hour},
		"pm_sepaDebit_successDelayed_at": {3 * time.Minute, 10 * time.Minute},
	} {
		s := must(t, setupintent.Intent{}, create(t, pm), setupintent.Confirm{})
		var least, most time.Duration = 1 << 62, 0
		for seed := range uint64(4000) {
			c, err := setupintent.Simulator{Chooser: capture.Seeded(seed)}.Report(t.Context(), s, setupintent.Pending(s)[0])
			require.NoError(t, err)
			d := c.(setupintent.Submit).AskIn
			require.Zero(t, d%time.Second)
			least, most = min(least, d), max(most, d)
		}
		require.GreaterOrEqual(t, least, bounds[0])
		require.Less(t, least, bounds[0]+10*time.Minute)
		require.LessOrEqual(t, most, bounds[1])
		require.Greater(t, most, bounds[1]-10*time.Minute)
	}
}

// TestSimulatorWaits: a setup that never comes to an end is asked about day by day.
func TestSimulatorWaits(t *testing.T) {
	s := must(t, setupintent.Intent{}, create(t, "pm_usBankAccount_processing"), setupintent.Confirm{}, setupintent.Submit{})
	c, err := setupintent.Simulator{}.Report(t.Context(), s, setupintent.Pending(s)[0])
	require.NoError(t, err)
	require.Equal(t, setupintent.Postpone{AskIn: 24 * time.Hour}, c)
}

// TestSimulatorActions: what the customer is shown depends on what the client can do.
func TestSimulatorActions(t *testing.T) {
	shown := func(pm string, details intents.Pairs, at time.Time) intents.NextAction {
		s := must(t, setupintent.Intent{}, create(t, pm))
		tr, err := setupintent.Apply(s, setupintent.Confirm{Details: details}, at)
		require.NoError(t, err)
		tr, err = setupintent.Answer(t.Context(), setupintent.Simulator{}, tr, at)
		require.NoError(t, err)
		return tr.After.NextAction
	}
	const secure = "pm_card_threeDSecure2Required"
	require.Equal(t, intents.NextAction("source=payatt_"+setiID+"&type=use_stripe_sdk"), shown(secure, "", start))
	require.Equal(t, intents.NextAction("source=payatt_"+setiID+"&type=use_stripe_sdk"), shown(secure, "return_url=https://a&use_stripe_sdk=true", start))
	require.Equal(t, intents.NextAction("return_url=https://a&type=redirect_to_url&url=https://hooks.stripe.com/redirect/authenticate/"+setiID), shown(secure, "return_url=https://a", start))
	require.Equal(t, "redirect_to_url", shown(secure, "return_url=https://a&use_stripe_sdk=false", start).Type())
	late := time.Date(2025, time.November, 10, 23, 59, 59, 0, time.UTC)
	arrival, _ := shown("pm_usBankAccount_failMicrodeposits", "", late).Get("arrival_date")
	require.Equal(t, "2025-11-12", arrival)
}

func TestSimulatorRefuses(t *testing.T) {
	s := must(t, setupintent.Intent{}, create(t, "pm_card_visa"))
	_, err := setupintent.Simulator{}.Report(t.Context(), s, intents.Deferred{Kind: "tea.make"})
	require.Equal(t, &intents.InvalidError{Param: "kind", Code: "", Message: "no job is of the kind tea.make"}, err)
	for status, list := range samples(t) {
		for _, s := range list {
			_, acts := setupintent.Simulator{}.Act(s)
			require.Equal(t, status == ra, acts)
		}
	}
}

// TestAct plays the customer.
func TestAct(t *testing.T) {
	asked := func(pm, kind string) setupintent.Intent {
		return must(t, setupintent.Intent{}, create(t, pm), setupintent.Confirm{}, challenge(kind, 0))
	}
	act := func(s setupintent.Intent) setupintent.Command {
		c, ok := setupintent.Simulator{}.Act(s)
		require.True(t, ok)
		return c
	}
	require.Equal(t, setupintent.Authenticate{}, act(asked("pm_card_visa", "use_stripe_sdk")))
	require.Equal(t, setupintent.FailAction{}, act(asked("pm_usBankAccount_failMicrodeposits", "verify_with_microdeposits")))
	require.Equal(t, setupintent.Simulator{}.Verify([2]int64{}, "SM11AA"), act(asked("pm_usBankAccount_success", "verify_with_microdeposits")))
	amounts := asked("pm_usBankAccount_success", "verify_with_microdeposits")
	amounts.NextAction = "microdeposit_type=amounts&type=verify_with_microdeposits"
	require.Equal(t, setupintent.Simulator{}.Verify([2]int64{32, 45}, ""), act(amounts))
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
		require.Equal(t, setupintent.VerifyMicrodeposits{
			Amounts: c.amounts, DescriptorCode: c.code, Outcome: c.want,
		}, setupintent.Simulator{}.Verify(c.amounts, c.code))
	}
}

// fails is a Processor that can't be reached.
type fails struct{ err error }

// TestProcessorFails: an error of the processor's changes nothing and comes through.
func TestProcessorFails(t *testing.T) {
	s := must(t, setupintent.Intent{}, create(t, "pm_card_visa"))
	confirmed, err := setupintent.Apply(s, setupintent.Confirm{}, start)
	require.NoError(t, err)
	out := fails{fmt.Errorf("no line to the acquirer")}
	none, err := setupintent.Answer(t.Context(), out, confirmed, start)
	require.ErrorIs(t, err, out.err)
	require.Equal(t, setupintent.Transition{}, none)
	none, err = setupintent.Work(t.Context(), out, confirmed.After, confirmed.Deferred[0], start)
	require.ErrorIs(t, err, out.err)
	require.Equal(t, setupintent.Transition{}, none)

	// There is none.
	_, err = setupintent.Work(t.Context(), nil, confirmed.After, confirmed.Deferred[0], start)
	_, param, _ := refusal(err)
	require.Equal(t, "processor", param)

	// It says something that can't be said.
	mute := fails{nil}
	_, err = setupintent.Work(t.Context(), mute, confirmed.After, confirmed.Deferred[0], start)
	require.EqualError(t, err, "command: the command is nil or a pointer")

	// Nothing is under way, or not yet due: it is not asked.
	created, err := setupintent.Apply(setupintent.Intent{}, create(t, ""), start)
	require.NoError(t, err)
	same, err := setupintent.Answer(t.Context(), out, created, start)
	require.NoError(t, err)
	require.Equal(t, created, same)
	postponed, err := setupintent.Apply(confirmed.After, setupintent.Postpone{AskIn: time.Minute}, start)
	require.NoError(t, err)
	same, err = setupintent.Answer(t.Context(), out, postponed, start.Add(59*time.Second))
	require.NoError(t, err)
	require.Equal(t, postponed, same)
	_, err = setupintent.Answer(t.Context(), out, postponed, start.Add(time.Minute))
	require.ErrorIs(t, err, out.err)
	done, err := setupintent.Chain(s, start, setupintent.Confirm{}, challenge("redirect_to_url", time.Hour))
	require.NoError(t, err)
	same, err = setupintent.Answer(t.Context(), out, done, start.Add(400*24*time.Hour))
	require.NoError(t, err)
	require.Equal(t, done, same, "it answers attempts, and does no other work")
}

// Report implements setupintent.Processor.
func (f fails) Report(context.Context, setupintent.Intent, intents.Deferred) (setupintent.Command, error) {
	return nil, f.err
}

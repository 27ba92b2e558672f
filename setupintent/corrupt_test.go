package setupintent_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/setupintent"
)

// TestCorruptState breaks each field of a state, and names it. What Apply looks at
// is refused by Apply, before anything else; the rest by Check alone.
func TestCorruptState(t *testing.T) {
	s := samples(t)
	failed := s[rpm][1]
	type change = func(s *setupintent.Intent)
	var texts strings.Builder
	for _, c := range []struct {
		in     setupintent.Intent
		change change
		field  string
		fast   bool
	}{
		{s[""][0], func(s *setupintent.Intent) { s.ID = "seti_1" }, "status", true},
		{s[""][0], func(s *setupintent.Intent) { s.Version = 1 }, "status", true},
		{s[""][0], func(s *setupintent.Intent) { s.Attempts = 1 }, "status", true},
		{s[""][0], func(s *setupintent.Intent) { s.Attempt.Status = setupintent.AttemptStatusFailed }, "status", true},
		{s[rpm][0], func(s *setupintent.Intent) { s.Status = "" }, "status", true},
		{s[rpm][0], func(s *setupintent.Intent) { s.Status = "requires_patience" }, "status", true},
		{s[rpm][0], func(s *setupintent.Intent) { s.ID = "" }, "id", true},
		{s[rpm][0], func(s *setupintent.Intent) { s.Usage = "" }, "usage", true},
		{s[succ][0], func(s *setupintent.Intent) { s.CancellationReason = setupintent.Abandoned }, "cancellation_reason", true},
		{s[canc][0], func(s *setupintent.Intent) { s.CancellationReason = "bored" }, "cancellation_reason", true},
		{s[rc][0], func(s *setupintent.Intent) { s.NextAction = "type=a" }, "next_action", true},
		{s[ra][0], func(s *setupintent.Intent) { s.NextAction = "" }, "next_action", true},
		{s[rpm][0], func(s *setupintent.Intent) { s.Attempts, s.Confirms = 1, 1 }, "latest_attempt", true},
		{s[succ][0], func(s *setupintent.Intent) { s.Attempts, s.Confirms = 0, 0 }, "latest_attempt", true},
		{s[succ][0], func(s *setupintent.Intent) { s.Confirms++ }, "confirms", true},
		{s[rpm][0], func(s *setupintent.Intent) { s.Mandate = "mandate_1" }, "mandate", true},
		{s[succ][0], func(s *setupintent.Intent) { s.MandateSingleUse = true }, "mandate", true},
		{s[rc][0], func(s *setupintent.Intent) { s.Verifications = 1 }, "verifications", true},
		{s[rpm][0], func(s *setupintent.Intent) { s.PaymentMethod = method(t, "pm_card_visa") }, "payment_method", true},
		{s[rc][0], func(s *setupintent.Intent) { s.PaymentMethod = intents.PaymentMethod{} }, "payment_method", true},
		{s[conf][0], func(s *setupintent.Intent) { s.PaymentMethod.ID = "" }, "payment_method", true},
		{s[ra][0], func(s *setupintent.Intent) { s.PaymentMethod.ID = "" }, "payment_method", true},
		{s[proc][0], func(s *setupintent.Intent) { s.PaymentMethod.ID = "" }, "payment_method", true},
		{s[succ][0], func(s *setupintent.Intent) { s.PaymentMethod.ID = "" }, "payment_method", true},
		{s[proc][0], func(s *setupintent.Intent) { s.Status = conf }, "latest_attempt", true},
		{s[conf][0], func(s *setupintent.Intent) { s.Status = proc }, "latest_attempt", true},
		{s[conf][0], func(s *setupintent.Intent) { s.Status = rc }, "latest_attempt", true},
		{s[conf][0], func(s *setupintent.Intent) { s.Status = canc }, "latest_attempt", true},
		{s[conf][0], func(s *setupintent.Intent) { s.Status = succ }, "latest_attempt", true},
		{s[conf][0], func(s *setupintent.Intent) { s.Status, s.NextAction = ra, "type=a" }, "latest_attempt", true},
		{s[conf][0], func(s *setupintent.Intent) { s.Status, s.PaymentMethod = rpm, intents.PaymentMethod{} }, "latest_attempt", true},

		{s[""][0], func(s *setupintent.Intent) { s.Due = 1 }, "status", false},
		{s[""][0], func(s *setupintent.Intent) { s.Owner = "cs_1" }, "status", false},
		{s[rpm][0], func(s *setupintent.Intent) { s.ID = "\xff" }, "id", false},
		{s[rpm][0], func(s *setupintent.Intent) { s.Created = 0 }, "created", false},
		{s[rpm][0], func(s *setupintent.Intent) { s.PaymentMethodTypes = 0 }, "payment_method_types", false},
		{s[rpm][0], func(s *setupintent.Intent) { s.PaymentMethodTypes = 1 }, "payment_method_types", false},
		{s[rc][0], func(s *setupintent.Intent) { s.PaymentMethod.Type = 0 }, "payment_method", false},
		{s[canc][0], func(s *setupintent.Intent) { s.PaymentMethod.ID = "" }, "payment_method", false},
		{s[rc][0], func(s *setupintent.Intent) { s.PaymentMethod.ID = "\xff" }, "payment_method", false},
		{s[rc][0], func(s *setupintent.Intent) { s.PaymentMethod.Customer = "\xff" }, "payment_method", false},
		{s[rc][0], func(s *setupintent.Intent) { s.PaymentMethod.Details = "x" }, "payment_method", false},
		{s[succ][0], func(s *setupintent.Intent) { s.PaymentMethod.Customer = "cus_2" }, "payment_method", false},
		{s[rpm][0], func(s *setupintent.Intent) { s.Details = "x" }, "details", false},
		{s[rpm][0], func(s *setupintent.Intent) { s.Metadata = "x" }, "metadata", false},
		{s[ra][0], func(s *setupintent.Intent) { s.NextAction = "x" }, "next_action", false},
		{s[rpm][0], func(s *setupintent.Intent) { s.LastSetupError = "x" }, "last_setup_error", false},
		{s[succ][0], func(s *setupintent.Intent) { s.LastSetupError = "code=a" }, "last_setup_error", false},
		{s[rpm][0], func(s *setupintent.Intent) { s.Owner = "\xff" }, "owner", false},
		{s[succ][1], func(s *setupintent.Intent) { s.Mandate = "\xff" }, "mandate", false},
		{s[conf][0], func(s *setupintent.Intent) { s.Due = 0 }, "due", false},
		{s[proc][0], func(s *setupintent.Intent) { s.Due = 0 }, "due", false},
		{s[rpm][0], func(s *setupintent.Intent) { s.Attempt.ID = "setatt_1" }, "latest_attempt", false},
		{failed, func(s *setupintent.Intent) { s.Attempt.ID = "" }, "latest_attempt", false},
		{failed, func(s *setupintent.Intent) { s.Attempt.ID = "\xff" }, "latest_attempt", false},
		{failed, func(s *setupintent.Intent) { s.Attempt.Customer = "\xff" }, "latest_attempt", false},
		{failed, func(s *setupintent.Intent) { s.Attempt.Created = 0 }, "latest_attempt", false},
		{failed, func(s *setupintent.Intent) { s.Attempt.Usage = "" }, "latest_attempt", false},
		{failed, func(s *setupintent.Intent) { s.Attempt.Details = "x" }, "latest_attempt", false},
		{failed, func(s *setupintent.Intent) { s.Attempt.Error = "x" }, "latest_attempt", false},
		{failed, func(s *setupintent.Intent) { s.Attempt.Error = "" }, "latest_attempt", false},
		{failed, func(s *setupintent.Intent) { s.Attempt.PaymentMethod = intents.PaymentMethod{} }, "latest_attempt", false},
		{failed, func(s *setupintent.Intent) { s.Attempt.PaymentMethod.Type = 0 }, "latest_attempt", false},
		{s[succ][0], func(s *setupintent.Intent) { s.Attempt.Error = "code=a" }, "latest_attempt", false},
	} {
		broken := c.in
		require.NoError(t, setupintent.Check(broken))
		c.change(&broken)
		fmt.Fprintln(&texts, setupintent.Check(broken))
		class, param, code := refusal(setupintent.Check(broken))
		require.Equal(t, [3]string{"contents", c.field, "corrupt_state"}, [3]string{class, param, code}, "%#v", broken)
		_, err := setupintent.Apply(broken, nil, time.Time{})
		_, errChain := setupintent.Chain(broken, time.Time{}, nil)
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
			require.NoError(t, setupintent.Check(good))
		}
	}
}

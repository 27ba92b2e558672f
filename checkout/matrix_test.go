package checkout_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/internal/script"
)

// TestMatrix gives every command, in several forms, to samples of every status,
// and holds what it observes against a golden file and against the table: where
// each command leads, or for what it is refused.
func TestMatrix(t *testing.T) {
	m := observe(samples(t), variants(t))
	script.Golden(t, "testdata/matrix.golden", []byte(m.String()))
	for _, s := range checkout.Statuses() {
		legal := checkout.Legal(s)
		for _, name := range commandNames() {
			got := m[cell{s, name}]
			arc := arcOf(s, name)
			require.Equal(t, slices.Contains(legal, name), arc != nil, "Legal is the table's: %s in %s", name, s)
			if arc == nil {
				require.Equal(t, seen{refused: []string{"status of checkout.session"}}, got, "%s in %s", name, s)
				continue
			}
			if name != "update" { // line items can be updated only while it is open
				require.NotContains(t, got.refused, "status of checkout.session", "%s in %s is legal, but not in each sample", name, s)
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
		for _, a := range checkout.Table() {
			if a.Command == c.Name() {
				allowed = append(allowed, string(a.From))
			}
		}
		for _, s := range checkout.Statuses() {
			if arcOf(s, c.Name()) != nil {
				continue
			}
			_, err := checkout.Apply(samples[s][0], c, start)
			var refused *intents.StateError
			require.ErrorAs(t, err, &refused)
			var legal []string
			for _, name := range checkout.Legal(s) {
				legal = append(legal, string(name))
			}
			code := ""
			if s == conf {
				code = "lock_timeout"
			}
			require.Equal(t, &intents.StateError{
				Object: "checkout.session", Command: string(c.Name()), Status: string(s), Code: code, Allowed: allowed, Legal: legal, Message: refused.Message,
			}, refused)
			require.NotContains(t, refused.Message, "confirming", "what is open to everybody else is not told otherwise")
		}
	}
	require.Empty(t, checkout.Legal("unheard_of"))
}

func TestUnknownStatus(t *testing.T) {
	s := samples(t)[open][0]
	s.Status = "patient"
	for _, c := range zeroCommands() {
		_, err := checkout.Decide(s, c, start)
		var refused *intents.StateError
		require.ErrorAs(t, err, &refused)
		require.Empty(t, refused.Legal)
	}
	require.Empty(t, checkout.Pending(s))
	require.Equal(t, checkout.ViewNone, s.View(start))
}

type cell struct {
	status  checkout.Status
	command checkout.CommandName
}

// seen is what a command was seen to do in a status.
type seen struct {
	to      []checkout.Status
	events  []string
	refused []string // the classes of refusal
}

type matrix map[cell]seen

// String returns the matrix for a golden file.
func (m matrix) String() string {
	var out strings.Builder
	for _, s := range checkout.Statuses() {
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

func status(s checkout.Status) string {
	if s == checkout.StatusNone {
		return "(none)"
	}
	return string(s)
}

// observe gives all commands to all samples, now, and when time is over.
func observe(samples map[checkout.Status][]checkout.Session, commands []checkout.Command) matrix {
	m := matrix{}
	for s, list := range samples {
		for _, before := range list {
			for _, c := range commands {
				at := cell{s, c.Name()}
				x := m[at]
				for _, now := range []time.Time{start, start.Add(24 * time.Hour)} {
					x.add(checkout.Apply(before, c, now))
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

func (x *seen) add(t checkout.Transition, err error) {
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

func arcOf(s checkout.Status, c checkout.CommandName) *checkout.Arc {
	for _, a := range checkout.Table() {
		if a.From == s && a.Command == c {
			return &a
		}
	}
	return nil
}

func completed(s checkout.PaymentStatus) checkout.Command { return checkout.Complete{PaymentStatus: s} }

func subscribed(s checkout.PaymentStatus) checkout.Command {
	return checkout.Complete{PaymentStatus: s, Subscription: "sub_1", Invoice: "in_1"}
}

// samples are sessions of every status, with all that makes a difference.
func samples(tb testing.TB) map[checkout.Status][]checkout.Session {
	tb.Helper()
	visa := pay(tb, "pm_card_visa")
	m := map[checkout.Status][]checkout.Session{"": {{}}}
	for _, commands := range [][]checkout.Command{
		{create(tb)},
		{create(tb, free)},
		{create(tb, early)},
		{create(tb, onElements)},
		{createSetup(tb)},
		{createSubscription(tb)},
		{create(tb), visa, checkout.Reopen{}},
		{create(tb), visa},
		{createSetup(tb), visa},
		{createSubscription(tb), visa},
		{create(tb), visa, checkout.Reopen{}, checkout.Proceed{}},
		{create(tb), visa, completed(checkout.Paid)},
		{create(tb), visa, completed(checkout.Unpaid)},
		{create(tb), visa, completed(checkout.Unpaid), checkout.ReportFailed{}},
		{create(tb, free), checkout.Submit{}},
		{createSetup(tb), visa, completed(checkout.NoPaymentRequired)},
		{createSubscription(tb), visa, subscribed(checkout.Unpaid)},
		{create(tb, recoverable), checkout.Expire{}},
		{create(tb, early, recoverable), checkout.Expire{}},
		{createSetup(tb, recoverable), checkout.Expire{}},
	} {
		s := must(tb, checkout.Session{}, commands...)
		m[s.Status] = append(m[s.Status], s)
	}
	require.Len(tb, m, len(checkout.Statuses()))
	return m
}

// variants are all commands in the forms that lead to different ends.
func variants(tb testing.TB) []checkout.Command {
	tb.Helper()
	return append(zeroCommands(),
		create(tb), createSetup(tb), createSubscription(tb), pay(tb, "pm_card_visa"), checkout.Update{Metadata: "order=6735"},
		checkout.Update{LineItems: intents.Some(items(tb, shirt(), shirt()))}, checkout.Update{Shipping: intents.Some[int64](5)},
		completed(checkout.Paid), completed(checkout.Unpaid), completed(checkout.NoPaymentRequired), subscribed(checkout.Paid), subscribed(checkout.Unpaid),
		checkout.ReportPaid{Captured: true},
	)
}

// TestMutants flips every cell of the law, one at a time, and asks whether the
// matrix would notice. That the model notices what the matrix can't, such as a
// target that is never reached, is [TestModel]'s affair.
func TestMutants(t *testing.T) {
	samples, commands := samples(t), variants(t)
	want := observe(samples, commands).String()
	n := 0
	for _, s := range checkout.Statuses() {
		for _, name := range commandNames() {
			restore := checkout.FlipLaw(s, name)
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

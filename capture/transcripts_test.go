package capture_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/internal/script"
)

// teller runs the transcripts: one charge, one clock.
type teller struct {
	charge capture.Charge
	now    time.Time
	work   []intents.Deferred // all that was ever scheduled
}

// TestTranscripts tells lives of charges. A command line is a command of the machine, or
//
//	advance by=1h       moves the clock
//	work                does what was ever scheduled, and says what is stale
//	show                prints what settlement made, and the refunds
//	new                 begins again, the clock too
//
// What is printed is the whole of a transition: the statuses, the event, each
// field that changed, and what is owed. What is not printed has not happened.
func TestTranscripts(t *testing.T) {
	script.Walk(t, "testdata", func(t *testing.T, path string) {
		t.Helper()
		tell := &teller{now: day(0)}
		script.Run(t, path, tell.handle)
	})
}

func (s *teller) handle(tb testing.TB, c script.Command) string {
	tb.Helper()
	switch c.Name {
	case "new":
		*s = teller{now: day(0)}
		return ""
	case "advance":
		by, _ := c.Duration("by")
		s.now = s.now.Add(by)
		return "it is " + s.now.Format(time.RFC3339)
	case "work":
		return s.resume(tb)
	case "show":
		return s.show()
	}
	cmd := command(c)
	if cmd == nil {
		c.Fatalf("no such command")
	}
	return s.apply(tb, cmd)
}

// resume does all deferred work that was ever scheduled, due or not. A job has to be
// reported by the transcript.
func (s *teller) resume(tb testing.TB) string {
	tb.Helper()
	var out strings.Builder
	for _, d := range s.work {
		cmd, current := capture.Resume(s.charge, d)
		switch {
		case !current:
			fmt.Fprintf(&out, "%s is stale\n", d.Kind)
		case cmd == nil:
			fmt.Fprintf(&out, "%s asks the outside world\n", d.Kind)
		default:
			fmt.Fprintf(&out, "%s applies %s\n%s", d.Kind, cmd, s.apply(tb, cmd))
		}
	}
	return out.String()
}

func (s *teller) apply(tb testing.TB, cmd capture.Command) string {
	tb.Helper()
	tr, err := capture.Apply(s.charge, cmd, s.now)
	var state *intents.StateError
	var invalid *intents.InvalidError
	switch {
	case errors.As(err, &state):
		legal := strings.Join(state.Legal, ", ")
		if legal == "" {
			legal = "nothing"
		}
		return fmt.Sprintf("refused: %v; legal here: %s", err, legal)
	case errors.As(err, &invalid):
		return fmt.Sprintf("refused: %v", err)
	case err != nil:
		tb.Fatal(err)
	}
	if err := capture.Check(tr.After); err != nil {
		tb.Errorf("%s: %v", cmd, err)
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%s -> %s\n", status(tr.Before), status(tr.After))
	for _, e := range tr.Events {
		fmt.Fprintf(&out, "event %s %s\n", e.Name(), compact(tb, fields(tb, e)))
	}
	before, after := fields(tb, tr.Before), fields(tb, tr.After)
	for _, k := range slices.Sorted(maps.Keys(union(before, after))) {
		if b, a := string(before[k]), string(after[k]); b != a && k != "status" {
			fmt.Fprintf(&out, "  %s: %s\n", k, strings.TrimSpace(strings.TrimPrefix(b+" -> "+a, " -> ")))
		}
	}
	if tr.Before == tr.After {
		out.WriteString("  nothing changed\n")
	}
	for _, d := range tr.Deferred {
		fmt.Fprintf(&out, "owes %s, not before %s\n", d.Kind, d.NotBefore)
	}
	s.charge, s.work = tr.After, append(s.work, tr.Deferred...)
	return out.String()
}

func status(c capture.Charge) string {
	if c.Status == capture.StatusNone {
		return "(none)"
	}
	return string(c.Status)
}

// fields are the JSON fields of a value. A payment method is shortened to its id.
func fields(tb testing.TB, v any) map[string]json.RawMessage {
	tb.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	var m map[string]json.RawMessage
	if err := json.Unmarshal(b, &m); err != nil {
		tb.Fatal(err)
	}
	if _, ok := m["payment_method"]; ok {
		m["payment_method"] = json.RawMessage(`"…"`)
	}
	return m
}

func compact(tb testing.TB, m map[string]json.RawMessage) string {
	tb.Helper()
	b, err := json.Marshal(m)
	if err != nil {
		tb.Fatal(err)
	}
	return string(b)
}

func union[K comparable, V any](a, b map[K]V) map[K]V {
	u := maps.Clone(a)
	if u == nil {
		u = map[K]V{}
	}
	maps.Copy(u, b)
	return u
}

func (s *teller) show() string {
	var out strings.Builder
	c := s.charge
	stripe, paid, captured := c.Status.Stripe()
	fmt.Fprintf(&out, "status %s, paid %t, captured %t, refunded %t\n", stripe, paid, captured, c.Refunded())
	if b, ok := c.BalanceTransaction(); ok {
		fmt.Fprintf(&out, "balance_transaction %s: %d - %d = %d %s, created %s, available on %s, available now %t\n",
			b.ID, b.Amount, b.Fee, b.Net, b.Currency, b.Created, b.AvailableOn, b.Available(intents.TimeOf(s.now)))
	} else {
		out.WriteString("balance_transaction null\n")
	}
	if f, ok := c.ApplicationFee(); ok {
		fmt.Fprintf(&out, "application_fee %s: %d from %s, refunded %d\n", f.ID, f.Amount, f.Account, f.AmountRefunded)
	}
	if tr, ok := c.Transfer(); ok {
		fmt.Fprintf(&out, "transfer %s: %d to %s (%s), reversed %d, group %s\n", tr.ID, tr.Amount, tr.Destination, tr.DestinationPayment, tr.AmountReversed, tr.Group)
	}
	for n, r := range c.Refunds.All() {
		fmt.Fprintln(&out, strings.TrimSpace(fmt.Sprintf("refund %s: %d %s %s", capture.RefundID(c.ID, n), r.Amount, r.Status, r.Reason)))
	}
	return out.String()
}

// command reads a command line as a command of the machine.
func command(c script.Command) capture.Command {
	switch capture.CommandName(c.Name) {
	case "authorize":
		a := attemptOf(c)
		return capture.Authorize{Attempt: a, Method: methodOf(c), Terms: termsOf(c)}
	case "submit":
		in, _ := c.Duration("ask_in")
		return capture.Submit{Attempt: attemptOf(c), AskIn: in}
	case "decline":
		return capture.Decline{Attempt: attemptOf(c), Outcome: pairsOf(c, "outcome")}
	case "collect":
		return capture.Collect{Method: methodOf(c), Terms: termsOf(c)}
	case "capture":
		k := capture.Capture{Final: true, Details: detailsOf(c)}
		k.Amount, _ = c.Int("amount")
		if final, ok := c.Bool("final"); ok {
			k.Final = final
		}
		return k
	case "settle":
		var k capture.Settle
		k.Fee, _ = c.Int("fee")
		if on, ok := c.Duration("available_in"); ok {
			k.AvailableOn = intents.TimeOf(day(0)).Add(on)
		}
		return k
	case "increment":
		var k capture.Increment
		k.Amount, _ = c.Int("amount")
		k.Declined, _ = c.Bool("declined")
		return k
	case "release":
		return capture.Release{}
	case "expire":
		return capture.Expire{}
	case "refund":
		return refundOf(c)
	case "report_refund":
		number, _ := c.Int("number")
		status, _ := c.String("status")
		return capture.ReportRefund{Number: int(number), Status: capture.RefundStatus(status)}
	case "dispute":
		reason, _ := c.String("reason")
		return capture.Dispute{Reason: reason}
	}
	return nil
}

func refundOf(c script.Command) capture.RefundCharge {
	var k capture.RefundCharge
	k.Amount, _ = c.Int("amount")
	k.Pending, _ = c.Bool("pending")
	reason, _ := c.String("reason")
	k.Reason = capture.RefundReason(reason)
	if yes, _ := c.Bool("refund_application_fee"); yes {
		k.Flags |= capture.RefundApplicationFee
	}
	if yes, _ := c.Bool("reverse_transfer"); yes {
		k.Flags |= capture.ReverseTransfer
	}
	return k
}

func attemptOf(c script.Command) capture.Attempt {
	a := capture.Attempt{ID: "ch_3SRzp4KXBGcbgpbZ1EpWO6qC", Amount: 2000, Currency: "usd", PaymentMethod: visa}
	if id, ok := c.String("id"); ok {
		a.ID = id
	}
	if amount, ok := c.Int("amount"); ok {
		a.Amount = amount
	}
	if currency, ok := c.String("currency"); ok {
		a.Currency = intents.Currency(currency)
	}
	if id, ok := c.String("payment_method"); ok {
		pm, found := capture.TestPaymentMethod(id)
		if !found {
			c.Fatalf("no test payment method %s", id)
		}
		a.PaymentMethod = pm
	}
	a.Details = detailsOf(c)
	a.Metadata = intents.Metadata(pairsOf(c, "metadata"))
	return a
}

func methodOf(c script.Command) capture.Method {
	m, _ := c.String("capture_method")
	return capture.Method(m)
}

func termsOf(c script.Command) capture.Terms {
	t := capture.Terms{Pricing: capture.TestPricing(), Outcome: pairsOf(c, "outcome")}
	t.Hold, _ = c.Duration("hold")
	t.SettleIn, _ = c.Duration("settle_in")
	t.Maximum, _ = c.Int("maximum")
	for key, f := range map[string]capture.Features{
		"multicapture": capture.Multicapture, "incremental": capture.Incremental, "extended": capture.Extended, "async_capture": capture.AsyncCapture,
	} {
		if yes, _ := c.Bool(key); yes {
			t.Features |= f
		}
	}
	return t
}

func pairsOf(c script.Command, key string) intents.Pairs {
	p, err := intents.NewPairs(c.Map(key))
	if err != nil {
		c.Fatalf("%v", err)
	}
	return p
}

func detailsOf(c script.Command) intents.Pairs {
	details := map[string]string{}
	for _, key := range []string{
		capture.KeyDestination, capture.KeyTransferAmount, capture.KeyFeeAmount, capture.KeyTransferGroup,
		capture.KeyOnBehalfOf, capture.KeyApplication, capture.KeyDescription, "statement_descriptor",
	} {
		if v, ok := c.String(key); ok {
			details[key] = v
		}
	}
	p, err := intents.NewPairs(details)
	if err != nil {
		c.Fatalf("%v", err)
	}
	return p
}

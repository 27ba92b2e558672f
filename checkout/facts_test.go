package checkout_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/internal/facts"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// TestFacts holds the machine against the facts, row by row. Each row of the CSV
// (the number of a row is that of its line) is covered by a block of a transcript
// that names it, or is listed with a reason in docs/not-modelled.md. A block that
// names a row must do what the row says: begin in its statuses, do what triggers it,
// end in its statuses or with its error, and tell of what Stripe would have sent.
func TestFacts(t *testing.T) {
	facts.Hold(t, facts.Table{
		File: "testdata/facts/checkout-transitions.csv", Golden: "testdata/facts/coverage.golden",
		Shared:      "../../shared/facts/checkout-transitions.csv",
		NotModelled: "../docs/not-modelled.md", Section: "Rows of `checkout`", Least: 95,
	}, func(t *testing.T, path string) []block {
		t.Helper()
		return play(t, path)
	}, func(b block) facts.Block { return b.Block }, checkRow)
}

// commandsOf are the lines of a transcript for a trigger of the facts.
var commandsOf = map[string][]string{
	"create": {"create"}, "update": {"update"}, "retrieve": {"retrieve"}, "expire": {"expire"}, "recovery_url_opened": {"recovered"},
	"customer_opens_page": {"page"}, "customer_clicks_cancel": {"back"}, "customer_closes_tab": {"close"}, "redirect": {"redirect"},
	"customer_submits": {"submit"}, "customer_3ds_ok": {"payment authenticate", "setup authenticate"},
	"customer_3ds_failed": {"payment fail_action", "setup fail_action"}, "capture": {"payment capture"},
	"settlement_succeeded":     {"work payment.collect", "payment collect", "report_paid"},
	"settlement_failed":        {"work payment.collect", "payment decline", "report_failed"},
	"clock_reaches_expires_at": {"work session.lapse", "lapse"}, "intent_cancel": {"payment cancel", "setup cancel"},
}

// besides are events that rows do not list, for they list those that matter: what
// becomes of an intent when its session ends is INFERRED (U4), and a pending charge
// comes with every payment that is processing.
var besides = []string{"payment_intent.canceled", "setup_intent.canceled", "charge.pending"}

func checkRow(r facts.Row, b block) error {
	if len(b.steps) == 0 {
		return errors.New("the block does nothing")
	}
	first, last := b.steps[0], b.steps[len(b.steps)-1]
	if got := shown(b.before); got != r.From {
		return fmt.Errorf("it begins in %s", got)
	}
	if !slices.Contains(commandsOf[r.Trigger], first.name) {
		return fmt.Errorf("its first command is %s", first.name)
	}
	for _, s := range b.steps[:len(b.steps)-1] {
		if s.err != nil {
			return fmt.Errorf("%s is refused: %w", s.name, s.err)
		}
	}
	if err := checkGuard(r, b); err != nil {
		return err
	}
	if isError(r) {
		return checkError(r, last)
	}
	if late := strings.HasPrefix(r.From, "complete") || strings.HasPrefix(r.From, "expired"); last.err != nil && (r.Trigger != "customer_submits" || !late) {
		return fmt.Errorf("it is refused: %w", last.err)
	}
	if got := shown(last.After); got != r.To {
		return fmt.Errorf("it ends in %s", got)
	}
	return checkTold(r, b)
}

// shown are a session's statuses as the facts write them.
func shown(f checkout.Flow) string {
	if f.Session.Status == checkout.StatusNone {
		return "(none)"
	}
	return string(f.Session.Status.Stripe()) + ":" + string(f.Session.PaymentStatus)
}

func isError(r facts.Row) bool {
	return strings.HasPrefix(r.To, "error:") || len(r.Events) == 1 && strings.HasPrefix(r.Events[0], "error:")
}

var errorPattern = regexp.MustCompile(`error:400(?::([a-z_]+))?(?: \(param=([a-z_]+)\))?`)

// checkError holds the error that the row tells against the refusal.
func checkError(r facts.Row, last step) error {
	m := errorPattern.FindStringSubmatch(r.To + " " + strings.Join(r.Events, " "))
	class, param, code := refusal(last.err)
	switch {
	case m == nil || last.err == nil || class == "untyped":
		return fmt.Errorf("it is not refused as it should be: %w", last.err)
	case m[1] != "" && m[1] != code:
		return fmt.Errorf("its code is %q", code)
	case m[2] != "" && m[2] != param:
		return fmt.Errorf("its param is %q", param)
	case !strings.HasPrefix(r.To, "error:") && shown(last.After) != r.To:
		return fmt.Errorf("it ends in %s", shown(last.After))
	}
	return nil
}

// checkGuard holds what the guard of a row says of the session against the session
// that the block ends with: its mode above all.
func checkGuard(r facts.Row, b block) error {
	s := b.steps[len(b.steps)-1].After.Session
	if isError(r) {
		return nil // there may be no session
	}
	for _, mode := range []checkout.Mode{checkout.Payment, checkout.Setup, checkout.Subscription} {
		if strings.Contains(r.Guard, "mode="+string(mode)) && s.Mode != mode {
			return fmt.Errorf("its mode is %s", s.Mode)
		}
	}
	manual := s.Detail("payment_intent_data[capture_method]") == "manual"
	switch {
	case strings.Contains(r.Guard, "amount_total=0") && s.AmountTotal() != 0, strings.Contains(r.Guard, "amount_total>0") && s.AmountTotal() == 0:
		return fmt.Errorf("its total is %d", s.AmountTotal())
	case strings.Contains(r.Guard, "manual") != manual:
		return errors.New("one of them captures manually")
	case strings.Contains(r.Guard, "version<2022-08-01") != s.Flags.Has(checkout.EarlyIntent) && strings.Contains(r.Guard, "version"):
		return errors.New("it is of another version")
	case strings.Contains(r.Guard, "recovery") && s.RecoveredFrom == "":
		return errors.New("it is recovered from nothing")
	}
	return nil
}

// checkTold holds what Stripe would have sent against the domain events. The order
// is not guaranteed (OBS-TRIGGER-ORDER), so it is none of a row's.
func checkTold(r facts.Row, b block) error {
	var want []string
	for _, e := range r.Events {
		name, _, _ := strings.Cut(e, "(")
		if name = strings.TrimSpace(name); name != "" && !strings.HasSuffix(name, " or none") {
			want = append(want, name)
		}
	}
	var got []string
	for _, s := range b.steps {
		got = append(got, told(s.Step)...)
	}
	for _, name := range want {
		if !slices.Contains(got, name) {
			return fmt.Errorf("the events tell %v, and not %s", got, name)
		}
	}
	for _, name := range got {
		if !slices.Contains(want, name) && !slices.Contains(besides, name) {
			return fmt.Errorf("the events tell of %s as well", name)
		}
	}
	return nil
}

// told returns the events of Stripe that a step stands for.
func told(t checkout.Step) []string {
	var names []string
	for _, e := range t.Payment.Events {
		names = append(names, toldByPayment(t.Payment, e)...)
	}
	for _, e := range t.Setup.Events {
		switch e.(type) {
		case setupintent.Created:
			names = append(names, "setup_intent.created")
		case setupintent.ActionRequired:
			names = append(names, "setup_intent.requires_action")
		case setupintent.Approved, setupintent.Collected:
			names = append(names, "setup_intent.succeeded")
		case setupintent.AttemptFailed:
			names = append(names, "setup_intent.setup_failed")
		case setupintent.Canceled:
			names = append(names, "setup_intent.canceled")
		}
	}
	if pm, changed := t.Setup.PaymentMethod(); changed && pm.Customer != "" && t.Setup.After.Attempt.PaymentMethod.Customer == "" {
		names = append(names, "payment_method.attached")
	}
	if _, made := t.Customer(); made {
		names = append(names, "customer.created")
	}
	for _, e := range t.Session.Events {
		if c, ok := e.(checkout.Completed); ok && c.Subscription != "" {
			names = append(names, "customer.subscription.created")
			if c.PaymentStatus == checkout.Paid && c.Invoice != "" {
				names = append(names, "invoice.paid")
			}
		}
	}
	return append(names, toldBySession(t)...)
}

func toldByPayment(t paymentintent.Transition, e paymentintent.Event) []string {
	switch e := e.(type) {
	case paymentintent.Created:
		return []string{"payment_intent.created"}
	case paymentintent.ActionRequired:
		return []string{"payment_intent.requires_action"}
	case paymentintent.Approved, paymentintent.BalanceApplied:
		if t.After.Status == paymentintent.StatusRequiresCapture {
			return []string{"charge.succeeded", "payment_intent.amount_capturable_updated"}
		}
		return []string{"charge.succeeded", "payment_intent.succeeded"}
	case paymentintent.Collected:
		return []string{"payment_intent.succeeded"}
	case paymentintent.AttemptFailed:
		if e.ChargeID != "" {
			return []string{"charge.failed", "payment_intent.payment_failed"}
		}
		return []string{"payment_intent.payment_failed"}
	case paymentintent.Submitted:
		return []string{"payment_intent.processing", "charge.pending"}
	case paymentintent.Captured:
		return []string{"charge.captured", "payment_intent.succeeded"}
	case paymentintent.Canceled:
		return []string{"payment_intent.canceled"}
	}
	return nil
}

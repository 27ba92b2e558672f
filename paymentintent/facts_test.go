package paymentintent_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/payintent/intents/internal/facts"
	"github.com/payintent/intents/paymentintent"
)

// TestFacts holds the machine against the facts, row by row. Each row of the CSV
// (the number of a row is that of its line) is covered by a block of a transcript
// that names it, or is listed with a reason in docs/not-modelled.md. A block that
// names a row must do what the row says: begin in its status, give its command,
// end in its status or with its error, and tell of what Stripe would have sent.
func TestFacts(t *testing.T) {
	facts.Hold(t, facts.Table{
		File: "testdata/facts/paymentintent-transitions.csv", Golden: "testdata/facts/coverage.golden",
		Shared:      "../../shared/facts/paymentintent-transitions.csv",
		NotModelled: "../docs/not-modelled.md", Section: "Rows", Least: 95,
	}, func(t *testing.T, path string) []block {
		t.Helper()
		return play(t, path)
	}, func(b block) facts.Block { return b.Block }, checkRow)
}

// commandsOf are the commands of the machine for a trigger of the facts.
var commandsOf = map[string][]paymentintent.CommandName{
	"create": {"create"}, "update": {"update"}, "confirm": {"confirm"}, "capture": {"capture"}, "cancel": {"cancel"}, "refund": {"refund"},
	"increment_authorization": {"increment_authorization"}, "apply_customer_balance": {"apply_customer_balance"}, "verify_microdeposits": {"verify_microdeposits"},
	"action_completed": {"authenticate"}, "action_failed": {"fail_action"}, "action_expired": {"expire_action"},
	"microdeposit_verification_failed": {"fail_action"}, "cash_balance_funded": {"fund"},
	"settlement_succeeded": {"collect"}, "settlement_failed": {"decline"}, "authorization_expired": {"expire_authorization"},
	"checkout_session_expired": {"void"}, "invoice_voided": {"void"}, "invoice_failed": {"void"},
	"background_capture_done": {"settle"}, "dispute_opened": {"dispute"}, "late_authorization_reversal": {"reverse_authorization"},
}

// row is a row of the facts: what Stripe does.
type row struct{ facts.Row }

// Exceptions to what a block must show.
const (
	// rowCreateConfirm creates and confirms: its status is the one between the two.
	rowCreateConfirm = 4
	// rowCancelBeforeBasil and rowExpiryBeforeBasil differ from the rows above them
	// only in what package webhook renders for older API versions: a Refund object.
	rowCancelBeforeBasil, rowExpiryBeforeBasil = 151, 163
)

func checkRow(of facts.Row, b block) error {
	r := row{of}
	if len(b.steps) == 0 {
		return errors.New("the block does nothing")
	}
	first, last := b.steps[0], b.steps[len(b.steps)-1]
	if got := status(b.before.Status); got != r.From {
		return fmt.Errorf("it begins in %s", got)
	}
	if r.From == "(none)" && last.err != nil && last.name == "confirm" {
		first.name = "create" // a create with confirm=true that was refused as a whole
	}
	if !slices.Contains(commandsOf[r.Trigger], first.name) {
		return fmt.Errorf("its first command is %s", first.name)
	}
	for _, s := range b.steps[:len(b.steps)-1] {
		if s.err != nil {
			return fmt.Errorf("%s is refused on the way: %w", s.name, s.err)
		}
	}
	return errors.Join(r.checkStatus(b, last), r.checkError(last), r.checkTold(b, last), r.checkNamed(last))
}

func (r row) checkStatus(b block, last step) error {
	got := status(last.After.Status)
	if r.Line == rowCreateConfirm {
		got = status(b.steps[0].After.Status)
	}
	if got != r.To {
		return fmt.Errorf("it ends in %s", got)
	}
	return nil
}

// checkError holds the error that the row tells against the refusal or the failure.
func (r row) checkError(last step) error {
	http, codes := "", []string(nil)
	for _, e := range r.Events {
		if rest, ok := strings.CutPrefix(e, "error:"); ok {
			http, rest, _ = strings.Cut(rest, ":")
			codes = strings.Split(rest, "|")
		}
	}
	code, failed := failure(last)
	switch {
	case codes == nil && (last.err != nil || failed && r.Trigger == "confirm"):
		return fmt.Errorf("it fails with %q", code)
	case codes == nil:
		return nil
	case last.err == nil && !failed:
		return errors.New("it does not fail")
	case last.err != nil && http != "400":
		return fmt.Errorf("it is refused, not failed: %w", last.err)
	case slices.Contains(codes, "?"), code == "" && slices.Contains(codes, "-"), code != "" && slices.Contains(codes, code):
		return nil
	}
	return fmt.Errorf("its code is %q", code)
}

// failure returns the code with which Stripe would answer: that of a refusal, or
// of what went wrong outside, which is no refusal but is remembered.
func failure(s step) (code string, failed bool) {
	if s.err != nil {
		_, _, code = refusal(s.err)
		return code, true
	}
	for _, e := range s.Events {
		switch e.(type) {
		case paymentintent.AttemptFailed:
			return s.After.LastPaymentError.Code(), true
		case paymentintent.IncrementDeclined:
			return "card_declined", true
		case paymentintent.VerificationFailed:
			kind, _ := s.Before.NextAction.Get("microdeposit_type")
			if kind == "amounts" {
				kind = "amounts_mismatch"
			} else {
				kind = "descriptor_code_mismatch"
			}
			return "payment_method_microdeposit_verification_" + kind, true
		}
	}
	return "", false
}

// checkTold holds what Stripe would have sent against the domain events, in order.
func (r row) checkTold(b block, last step) error {
	var want, maybe []string
	owes := false
	for _, e := range r.Events {
		name, condition, conditional := strings.Cut(e, "?")
		name, async := strings.CutSuffix(strings.SplitN(name, ":", 2)[0], "@async")
		switch {
		case name == "error", r.Line == rowCancelBeforeBasil && name == "charge.refunded", r.Line == rowExpiryBeforeBasil && name == "charge.refunded":
		case async && name == "charge.updated":
			owes = true
		case conditional && condition != "", async:
			maybe = append(maybe, name)
		default:
			want = append(want, name)
		}
	}
	var got []string
	for _, s := range b.steps {
		for _, name := range told(s.Transition) {
			if r.Line == rowCreateConfirm && name != "payment_intent.created" {
				continue
			}
			if !slices.Contains(maybe, name) {
				got = append(got, name)
			}
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		return fmt.Errorf("the events tell %v, not %v", got, want)
	}
	pending := paymentintent.Pending(last.After)
	if owes && (len(pending) != 1 || pending[0].Kind != paymentintent.SettleCapture) {
		return errors.New("it owes no settlement")
	}
	return nil
}

// told returns the events of Stripe that a transition stands for: a second,
// short reading of what package webhook translates in full.
func told(t paymentintent.Transition) []string {
	var names []string
	for _, e := range t.Events {
		names = append(names, toldBy(t, e)...)
	}
	return names
}

func toldBy(t paymentintent.Transition, e paymentintent.Event) []string {
	charge := t.After.Charge
	switch e := e.(type) {
	case paymentintent.Created:
		return []string{"payment_intent.created"}
	case paymentintent.ActionRequired:
		return []string{"payment_intent.requires_action"}
	case paymentintent.Approved, paymentintent.Collected, paymentintent.BalanceApplied:
		if t.After.Status == paymentintent.StatusRequiresCapture {
			return []string{"charge.succeeded", "payment_intent.amount_capturable_updated"}
		}
		return []string{"charge.succeeded", "payment_intent.succeeded"}
	case paymentintent.AttemptFailed:
		if e.ChargeID != "" {
			return []string{"charge.failed", "payment_intent.payment_failed"}
		}
		return []string{"payment_intent.payment_failed"}
	case paymentintent.Submitted:
		return []string{"payment_intent.processing", "charge.pending"}
	case paymentintent.CustomerNotified, paymentintent.CaptureSubmitted:
		return []string{"payment_intent.processing"}
	case paymentintent.PartiallyFunded:
		return []string{"payment_intent.partially_funded"}
	case paymentintent.Captured:
		var names []string
		if e.Amount > 0 && (!e.Final || charge.Captures > 1) {
			names = []string{"charge.updated", "payment_intent.amount_capturable_updated"}
		}
		if e.Final {
			names = append(names, "charge.captured", "payment_intent.succeeded")
		}
		return names
	case paymentintent.Settled:
		names := []string{"charge.updated"}
		if _, ok := charge.ApplicationFee(); ok {
			names = append(names, "application_fee.created")
		}
		if _, ok := charge.Transfer(); ok {
			names = append(names, "transfer.created")
		}
		return names
	case paymentintent.AuthorizationIncremented:
		return []string{"payment_intent.amount_capturable_updated"}
	case paymentintent.Canceled:
		return []string{"payment_intent.canceled"}
	case paymentintent.AuthorizationExpired:
		if t.After.Status == paymentintent.StatusSucceeded {
			return []string{"charge.captured", "payment_intent.succeeded"}
		}
		return []string{"charge.expired", "payment_intent.canceled"}
	case paymentintent.Refunded:
		return []string{"refund.created", "charge.refunded"}
	case paymentintent.DisputeOpened:
		return []string{"charge.dispute.created", "charge.dispute.funds_withdrawn"}
	}
	return nil
}

var namedValue = regexp.MustCompile(`(param|decline_code|cancellation_reason|last_payment_error\.code|capture_method|confirmation_method)=([a-z_]+)`)

// checkNamed holds values that a row names in passing.
func (r row) checkNamed(last step) error {
	if r.Line == rowExpiryBeforeBasil {
		return nil
	}
	for _, m := range namedValue.FindAllStringSubmatch(r.Guard+" "+r.Source, -1) {
		var got string
		switch m[1] {
		case "param":
			_, got, _ = refusal(last.err)
		case "decline_code":
			got = last.After.LastPaymentError.DeclineCode()
		case "cancellation_reason":
			got = string(last.After.CancellationReason)
		case "capture_method":
			got = string(last.After.EffectiveCaptureMethod())
		case "confirmation_method":
			got = string(last.After.ConfirmationMethod)
		default:
			got = last.After.LastPaymentError.Code()
		}
		if got != m[2] {
			return fmt.Errorf("its %s is %q", m[1], got)
		}
	}
	return nil
}

package setupintent_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/payintent/intents/internal/facts"
	"github.com/payintent/intents/setupintent"
)

// TestFacts holds the machine against the facts, row by row. Each row of the CSV
// (the number of a row is that of its line) is covered by a block of a transcript
// that names it, or is listed with a reason in docs/not-modelled.md. A block that
// names a row must do what the row says: begin in its status, give its command,
// end in its status or with its error, and tell of what Stripe would have sent.
func TestFacts(t *testing.T) {
	facts.Hold(t, facts.Table{
		File: "testdata/facts/setupintent-transitions.csv", Golden: "testdata/facts/coverage.golden",
		Shared:      "../../shared/facts/setupintent-transitions.csv",
		NotModelled: "../docs/not-modelled.md", Section: "Rows of the SetupIntent", Least: 95,
	}, func(t *testing.T, path string) []block {
		t.Helper()
		return play(t, path)
	}, func(b block) facts.Block { return b.Block }, checkRow)
}

// commandsOf are the commands of the machine for a trigger of the facts. Retrieve and
// wait are the transcripts' own: reading, and doing nothing.
var commandsOf = map[string]setupintent.CommandName{
	"create": "create", "update": "update", "confirm": "confirm", "cancel": "cancel", "verify_microdeposits": "verify_microdeposits", "retrieve": "retrieve",
	"action_completed": "authenticate", "action_failed": "fail_action", "action_expired": "expire_action", "action_abandoned": "wait",
	"microdeposit_failed": "fail_action", "microdeposit_timeout": "expire_action",
	"settlement_succeeded": "collect", "settlement_failed": "decline", "checkout_session_expired": "void",
}

// row is a row of the facts: what Stripe does.
type row struct{ facts.Row }

// rowCreateConfirm creates and confirms: its status is the one between the two.
const rowCreateConfirm = 4

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
	if commandsOf[r.Trigger] != first.name {
		return fmt.Errorf("its first command is %s", first.name)
	}
	for _, s := range b.steps[:len(b.steps)-1] {
		if s.err != nil {
			return fmt.Errorf("%s is refused on the way: %w", s.name, s.err)
		}
	}
	return errors.Join(r.checkStatus(b, last), r.checkError(last), r.checkTold(b), r.checkNamed(last))
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

// tell is what a row says that Stripe tells: an event, or an error with its HTTP
// status and its code, and what stands in parentheses.
type tell struct{ event, http, code, note string }

func (r row) tells() []tell {
	var list []tell
	for _, e := range r.Events {
		e, note, _ := strings.Cut(e, "(")
		t := tell{event: strings.TrimSpace(e), note: strings.TrimSuffix(note, ")")}
		if rest, ok := strings.CutPrefix(t.event, "error:"); ok {
			t.event = "error"
			t.http, t.code, _ = strings.Cut(rest, ":")
		}
		if t.event != "" { // it is (none)
			list = append(list, t)
		}
	}
	return list
}

// checkError holds the error that the row tells against the refusal or the failure.
func (r row) checkError(last step) error {
	i := slices.IndexFunc(r.tells(), func(t tell) bool { return t.event == "error" })
	code, failed := failure(last)
	if i < 0 {
		if last.err != nil || failed && r.Trigger == "confirm" {
			return fmt.Errorf("it fails with %q", code)
		}
		return nil
	}
	t := r.tells()[i]
	switch {
	case last.err == nil && !failed:
		return errors.New("it does not fail")
	case t.http == "402":
		// S4: the payment method is cleared, and the error remembers it.
		s := last.After
		if last.err != nil || !s.PaymentMethod.IsZero() || s.LastSetupError.PaymentMethod().ID != s.Attempt.PaymentMethod.ID {
			return errors.New("it is no failure of the attempt")
		}
		if others, ok := strings.CutPrefix(t.note, "or "); ok && slices.Contains(strings.Split(others, ", "), code) {
			return nil
		}
	case strings.HasPrefix(t.note, "no code"):
		if code != "" {
			return fmt.Errorf("its code is %q", code)
		}
		return nil
	case t.note != "" && !strings.Contains(last.err.Error(), t.note):
		return fmt.Errorf("it does not say %q: %w", t.note, last.err)
	}
	if t.code != "" && t.code != code {
		return fmt.Errorf("its code is %q", code)
	}
	return nil
}

// failure returns the code with which Stripe would answer: that of a refusal, or
// of what went wrong outside, which is no refusal but is remembered.
func failure(s step) (code string, failed bool) {
	if s.err != nil {
		_, _, code = refusal(s.err)
		return code, true
	}
	for _, e := range s.Events {
		switch e := e.(type) {
		case setupintent.AttemptFailed:
			return s.After.LastSetupError.Code(), true
		case setupintent.VerificationFailed:
			return e.Code, true
		}
	}
	return "", false
}

// checkTold holds what Stripe would have sent against the domain events, in order.
func (r row) checkTold(b block) error {
	var want, got []string
	for _, t := range r.tells() {
		if t.event != "error" {
			want = append(want, t.event)
		}
	}
	for i, s := range b.steps {
		if r.Line == rowCreateConfirm && i > 0 {
			break
		}
		got = append(got, told(s.Transition)...)
	}
	if !slices.Equal(want, got) {
		return fmt.Errorf("the events tell %v, not %v", got, want)
	}
	return nil
}

// told returns the events of Stripe that a transition of one event stands for: a
// second, short reading of what package webhook translates in full. There is none
// for an update, and none for processing (facts, 1.4).
func told(t setupintent.Transition) []string {
	var names []string
	for _, e := range t.Events {
		switch e.(type) {
		case setupintent.Created:
			names = append(names, "setup_intent.created")
		case setupintent.ActionRequired:
			names = append(names, "setup_intent.requires_action")
		case setupintent.Approved, setupintent.Collected:
			if attached(t) {
				names = append(names, "payment_method.attached")
			}
			names = append(names, "setup_intent.succeeded")
		case setupintent.AttemptFailed:
			names = append(names, "setup_intent.setup_failed")
		case setupintent.Canceled:
			names = append(names, "setup_intent.canceled")
		}
	}
	return names
}

var namedValue = regexp.MustCompile(`(param|last_setup_error\.code|next_action\.type)=([a-z_]+)`)

// checkNamed holds values that a row names in passing.
func (r row) checkNamed(last step) error {
	for _, m := range namedValue.FindAllStringSubmatch(r.Guard+" "+strings.Join(r.Events, " "), -1) {
		var got string
		switch m[1] {
		case "param":
			_, got, _ = refusal(last.err)
		case "next_action.type":
			got = last.After.NextAction.Type()
		default:
			got = last.After.LastSetupError.Code()
		}
		if got != m[2] {
			return fmt.Errorf("its %s is %q", m[1], got)
		}
	}
	return nil
}

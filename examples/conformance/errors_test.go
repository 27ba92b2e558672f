package conformance

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/internal/model"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/webhook"
	"github.com/stripe/stripe-go/v85"
)

const requestID = "req_4xKzLn2fWbTQvC"

// refusals are the bodies of refusals and declines, one for each that says the same.
type refusals struct {
	j        *judge
	c        *counts
	said     map[string]bool
	statuses map[int]int
}

// reply is the body of an error, as stripe-go reads it.
type reply struct {
	Error *stripe.Error `json:"error"`
}

var errorKind = kind{name: "error", sdk: func() any { return new(reply) }}

func newRefusals(t *testing.T) *refusals {
	t.Helper()
	j := newJudge(t)
	return &refusals{j: j, c: j.of("error"), said: map[string]bool{}, statuses: map[int]int{}}
}

// judge asks the spec and stripe-go about a body, and returns what stripe-go reads.
func (r *refusals) judge(status int, body []byte) stripe.Error {
	t := r.j.t
	t.Helper()
	r.c.objects++
	r.statuses[status]++
	r.j.valid(r.c, "error", body)
	r.j.survives(r.c, errorKind, body)
	var read reply
	if err := json.Unmarshal(body, &read); err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	if read.Error == nil || read.Error.Type == "" || read.Error.Msg == "" || status < 400 || status >= 500 {
		t.Fatalf("%d: stripe-go reads another error: %v\n%s", status, read.Error, body)
	}
	return *read.Error
}

// first reports whether nothing has said this yet.
func (r *refusals) first(what ...string) bool {
	key := strings.Join(what, " ")
	if r.said[key] {
		return false
	}
	r.said[key] = true
	return true
}

func (r *refusals) sum() {
	r.j.t.Logf("%d error bodies, %d distinct shapes, by status %v: %d invalid, %d undeclared, %d missing, %d lost",
		r.c.objects, r.c.shapes, r.statuses, r.c.invalid, r.c.undeclared, r.c.missing, r.c.lost)
}

// TestErrors asks about the body of every refusal and every decline that the world of
// PaymentIntents knows.
func TestErrors(t *testing.T) {
	r := newRefusals(t)
	commands, start := model.NewCommands(), model.Start()
	for _, s := range intentsOnce() {
		context := webhook.ErrorContext{PaymentIntent: webhook.PaymentIntent{Intent: s}, Version: specVersion, RequestID: requestID}
		for _, command := range commands.For(s) {
			if command == nil {
				continue
			}
			tr, err := paymentintent.Apply(s, command, start)
			if err == nil {
				if len(tr.Events) == 0 || r.said[string(s.Status)+" "+tr.Events[0].Name()+" "+tr.After.LastPaymentError.Code()] {
					continue
				}
				if status, body, ok := webhook.Declined(tr, context); ok && r.first(string(s.Status), tr.Events[0].Name(), tr.After.LastPaymentError.Code()) {
					r.judge(status, body)
				}
				continue
			}
			if r.first(string(s.Status), string(command.Name()), err.Error()) {
				status, body := webhook.ErrorBody(err, context)
				r.judge(status, body)
			}
		}
	}
	if _, body := webhook.ErrorBody(errors.New("a fault of the server"), webhook.ErrorContext{}); !json.Valid(body) {
		t.Errorf("%s", body)
	}
	r.sum()
}

// TestSetupErrors asks about those of SetupIntents: a refusal has the intent inside as it
// was, unless there is none; a decline has it as it is now, without its payment method,
// which stands beside it (facts 1.5 and 1.9).
func TestSetupErrors(t *testing.T) {
	r := newRefusals(t)
	commands, start := model.NewSetupCommands(), model.Start()
	codes := map[string]int{}
	refused := func(s setupintent.Intent, c setupintent.Command, err error) {
		if !r.first(string(s.Status), string(c.Name()), err.Error()) {
			return
		}
		status, body := webhook.ErrorBody(err, webhook.ErrorContext{SetupIntent: webhook.SetupIntent{Intent: s}, ID: s.ID, Version: specVersion, RequestID: requestID})
		e := r.judge(status, body)
		codes[string(e.Code)]++
		switch inside := e.SetupIntent; {
		case e.PaymentIntent != nil, (inside != nil) != (s.ID != ""), status == 404 && s.ID != "":
			t.Errorf("%d: what is inside\n%s", status, body)
		case inside != nil && (inside.ID != s.ID || string(inside.Status) != string(s.Status.Stripe())):
			t.Errorf("another intent is inside\n%s", body)
		}
	}
	declined := func(tr setupintent.Transition) {
		status, body, ok := webhook.DeclinedSetup(tr, webhook.ErrorContext{Version: specVersion, RequestID: requestID})
		if !ok || !r.first(string(tr.Before.Status), tr.Events[len(tr.Events)-1].Name(), tr.After.LastSetupError.Code(), tr.After.LastSetupError.DeclineCode()) {
			return
		}
		e := r.judge(status, body)
		codes[string(e.Code)]++
		if e.SetupIntent == nil || e.SetupIntent.ID != tr.After.ID || e.PaymentIntent != nil {
			t.Errorf("%d: another intent is inside\n%s", status, body)
			return
		}
		if now := e.SetupIntent; status == 402 && (now.Status != stripe.SetupIntentStatusRequiresPaymentMethod || now.PaymentMethod != nil ||
			e.PaymentMethod == nil || e.PaymentMethod.ID != tr.After.Attempt.PaymentMethod.ID || now.LastSetupError == nil || now.LastSetupError.Code != e.Code) {
			t.Errorf("the decline does not show\n%s", body)
		}
	}
	for _, s := range append(setupsOnce(), setup{first: true}) {
		if !s.first {
			continue
		}
		for _, command := range commands.For(s.Intent) {
			if command == nil {
				continue
			}
			tr, err := setupintent.Apply(s.Intent, command, start)
			if err != nil {
				refused(s.Intent, command, err)
			} else {
				declined(tr)
			}
		}
	}
	for _, tr := range preparations() {
		declined(tr)
	}
	for _, code := range []string{"", "card_declined", "expired_card", "intent_invalid_state", "resource_missing", "setup_intent_unexpected_state"} {
		if codes[code] == 0 {
			t.Errorf("nothing is answered with the code %q", code)
		}
	}
	if r.statuses[400] == 0 || r.statuses[402] == 0 || r.statuses[404] == 0 {
		t.Errorf("answers by status: %v", r.statuses)
	}
	r.sum()
}

// TestSessionErrors asks about those of Checkout Sessions, and of requests to the intents
// that they own: the error of a session has nothing inside.
func TestSessionErrors(t *testing.T) {
	r := newRefusals(t)
	commands := model.NewFlowCommands()
	for _, f := range append(flowsOnce(), flow{ofSort: true}) {
		if !f.ofSort {
			continue
		}
		for _, command := range commands.For(f.Flow) {
			_, err := command.Apply(f.Flow)
			if err == nil || !r.first(string(f.Session.Status), string(f.Payment.Status), string(f.Setup.Status), command.Name(), err.Error()) {
				continue
			}
			context := webhook.ErrorContext{ID: f.Session.ID, Version: specVersion, RequestID: requestID}
			switch {
			case command.Payment != nil:
				context.PaymentIntent.Intent = f.Payment
			case command.Setup != nil:
				context.SetupIntent.Intent = f.Setup
			}
			status, body := webhook.ErrorBody(err, context)
			e := r.judge(status, body)
			if (e.PaymentIntent != nil) != (command.Payment != nil) || (e.SetupIntent != nil) != (command.Setup != nil) {
				t.Errorf("%d to %s: what is inside\n%s", status, command, body)
			}
		}
	}
	r.others()
	r.sum()
}

// others are refusals of what no walk tries: parameters of a session that are wrong, and
// of customers and payment methods.
func (r *refusals) others() {
	t, start := r.j.t, model.Start()
	t.Helper()
	visa, _ := testMethod("pm_card_visa")
	owned, _ := visa.Attach("cus_1")
	dead, _ := owned.Detach()
	_, noMode := checkout.Open(checkout.Create{ID: "cs_1"}, start)
	_, noCurrency := checkout.Open(checkout.Create{ID: "cs_1", Mode: checkout.Setup, Details: onPage}, start)
	_, soon := checkout.Open(checkout.Create{ID: "cs_1", Mode: checkout.Setup, Currency: "usd", Details: onPage, ExpiresAt: intents.TimeOf(start)}, start)
	_, nobody := owned.Attach("")
	_, another := owned.Attach("cus_2")
	_, again := dead.Attach("cus_1")
	_, loose := visa.Detach()
	_, gone := intents.Customer{ID: "cus_1", Deleted: true}.Update("", "")
	_, unknown := intents.NewCustomer("cus_1", "shoe_size=42", "", start)
	_, notHers := intents.Customer{ID: "cus_1"}.SetDefault(visa)
	for i, err := range []error{noMode, noCurrency, soon, nobody, another, again, loose, gone, unknown, notHers} {
		if err == nil {
			t.Errorf("%d is not refused", i)
			continue
		}
		status, body := webhook.ErrorBody(err, webhook.ErrorContext{Version: specVersion, RequestID: requestID})
		if e := r.judge(status, body); e.PaymentIntent != nil || e.SetupIntent != nil {
			t.Errorf("%d: what is inside\n%s", status, body)
		}
	}
}

package conformance

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/payintent/intents/internal/model"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/webhook"
	"github.com/stripe/stripe-go/v85"
)

// TestErrors asks the spec and stripe-go about the body of every refusal and every
// decline that the world of intents knows: about one intent for each that says the
// same.
func TestErrors(t *testing.T) {
	j := newJudge(t)
	c := j.of("error")
	said := map[string]bool{}
	judge := func(key string, status int, body []byte) {
		c.objects++
		said[key] = true
		j.valid(c, "error", body)
		var reply struct {
			Error *stripe.Error `json:"error"`
		}
		if err := json.Unmarshal(body, &reply); err != nil {
			t.Fatalf("%v\n%s", err, body)
		}
		if reply.Error == nil || reply.Error.Type == "" || reply.Error.Msg == "" || status < 400 || status >= 500 {
			t.Errorf("%d: stripe-go reads another error: %v\n%s", status, reply.Error, body)
		}
	}
	commands, start := model.NewCommands(), model.Start()
	for _, s := range intentsOnce() {
		context := webhook.ErrorContext{PaymentIntent: webhook.PaymentIntent{Intent: s}, Version: specVersion, RequestID: "req_4xKzLn2fWbTQvC"}
		for _, command := range commands.For(s) {
			if command == nil {
				continue
			}
			tr, err := paymentintent.Apply(s, command, start)
			if err == nil {
				if len(tr.Events) == 0 {
					continue
				}
				key := string(s.Status) + tr.Events[0].Name() + tr.After.LastPaymentError.Code()
				if status, body, ok := webhook.Declined(tr, context); ok && !said[key] {
					judge(key, status, body)
				}
				continue
			}
			key := string(s.Status) + string(command.Name()) + err.Error()
			if said[key] {
				continue
			}
			status, body := webhook.ErrorBody(err, context)
			judge(key, status, body)
		}
	}
	if _, body := webhook.ErrorBody(errors.New("a fault of the server"), webhook.ErrorContext{}); !json.Valid(body) {
		t.Errorf("%s", body)
	}
	t.Logf("%d error bodies, %d distinct shapes, %d invalid, %d undeclared", c.objects, c.shapes, c.invalid, c.undeclared)
}

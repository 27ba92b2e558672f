package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/examples/internal/form"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/webhook"
)

// teller prints the story: for people, or one event a line.
type teller struct {
	out     io.Writer
	version intents.Version
	lines   bool              // one event a line and nothing else
	faults  bool              // say how late a delivery is
	last    map[string]string // the status that was told last, by object
}

func newTeller(out io.Writer, o options) teller {
	return teller{out: out, version: o.version, lines: o.json, faults: o.faults, last: map[string]string{}}
}

func (t *teller) say(format string, args ...any) {
	if !t.lines {
		fmt.Fprintf(t.out, format+"\n", args...)
	}
}

func (t *teller) request(f form.Form) {
	var b strings.Builder
	b.WriteString("POST /v1/payment_intents    Stripe-Version: " + string(t.version))
	for _, p := range f {
		b.WriteString("\n  -d " + p.Key + "=" + p.Value)
	}
	t.say("%s\n", b.String())
}

// reply prints what the API replies: the PaymentIntent with its charge expanded, or
// the error that has it inside.
func (t *teller) reply(tr paymentintent.Transition) {
	status, body := 200, webhook.PaymentIntent{Intent: tr.After, Expand: webhook.ExpandLatestCharge}.AppendJSON(nil, t.version)
	if code, failure, failed := webhook.Declined(tr, webhook.ErrorContext{Version: t.version}); failed {
		status, body = code, failure
	}
	t.say("HTTP %d", status)
	t.say("%s\n", marked(body, tr.After.Charge))
}

// interesting are the keys that a reader of the page looks for.
//
//nolint:gochecknoglobals // read-only data
var interesting = map[string]bool{
	"error": true, "code": true, "decline_code": true, "message": true, "type": true, "payment_intent": true,
	"id": true, "object": true, "amount": true, "amount_capturable": true, "amount_received": true, "amount_captured": true, "capture_method": true,
	"captured": true, "charges": true, "data": true, "currency": true, "last_payment_error": true, "latest_charge": true, "next_action": true, "paid": true,
	"status": true, "balance_transaction": true, "application_fee": true, "application_fee_amount": true, "transfer": true, "next_source_action": true,
}

// marked returns an object as indented JSON, without the keys that are not
// interesting, and with the nulls marked that an asynchronous capture leaves.
func marked(body []byte, charge capture.Charge) string {
	var whole any
	if err := json.Unmarshal(body, &whole); err != nil {
		return string(body)
	}
	text, err := json.MarshalIndent(trim(whole), "", "  ")
	if err != nil {
		return string(body)
	}
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if strings.TrimSuffix(value, ",") != "null" {
			continue
		}
		connect := capture.ConnectOf(charge.Details)
		switch {
		case charge.Status != capture.StatusCaptured:
		case key == `"balance_transaction"`:
			lines[i] += "   <- null until charge.updated: the ledger entry is written in the background"
		case key == `"application_fee"` && connect.HasFee && connect.Destination != "":
			lines[i] += "   <- null until charge.updated; transfer is not there until then"
		case key == `"application_fee"` && connect.HasFee:
			lines[i] += "   <- null until charge.updated"
		}
	}
	return strings.Join(lines, "\n")
}

func trim(v any) any {
	switch v := v.(type) {
	case map[string]any:
		maps.DeleteFunc(v, func(key string, _ any) bool { return !interesting[key] })
		for key, value := range v {
			if key != "next_action" && key != "next_source_action" {
				v[key] = trim(value)
			}
		}
	case []any:
		for i := range v {
			v[i] = trim(v[i])
		}
	}
	return v
}

func (t *teller) note(after time.Duration, what string) { t.say("%-12s %s", since(after), what) }

// event prints a delivery: the event's type, the status of its object before and
// after, and what else it says.
func (t *teller) event(after time.Duration, e webhook.Event, late time.Duration, again bool) {
	body := e.Render(t.version)
	if t.lines {
		fmt.Fprintln(t.out, string(body))
		return
	}
	var got struct {
		Type string
		Data struct {
			Object   map[string]any
			Previous json.RawMessage `json:"previous_attributes"`
		}
	}
	if err := json.Unmarshal(body, &got); err != nil {
		t.say("%-12s %s: %v", since(after), e.Type, err)
		return
	}
	id, _ := got.Data.Object["id"].(string)
	line := fmt.Sprintf("%-12s %-42s %s", since(after), got.Type, t.path(id, got.Data.Object))
	if ledger, has := got.Data.Object["balance_transaction"]; has && got.Data.Object["object"] == "charge" {
		line += fmt.Sprintf("  balance_transaction=%v", orNull(ledger))
	}
	if got.Data.Previous != nil {
		line += "  previous_attributes=" + compact(got.Data.Previous)
	}
	if t.faults && late > 0 {
		line += fmt.Sprintf("  (%s late)", late)
	}
	if again {
		line += "  (a duplicate: handled already)"
	}
	t.say("%s", strings.TrimRight(line, " "))
}

// path returns the status of an object before and after, as this consumer saw it.
func (t *teller) path(id string, object map[string]any) string {
	status, ok := object["status"].(string)
	if !ok {
		return fmt.Sprintf("amount=%v", object["amount"])
	}
	before, known := t.last[id]
	if !known {
		before = "-"
	}
	t.last[id] = status
	if captured, ok := object["captured"].(bool); ok && !captured && status == "succeeded" {
		status += " (not captured)"
	}
	return before + " -> " + status
}

// balance prints what the merchant has in the end.
func (t *teller) balance(pi paymentintent.Intent, now time.Time) {
	money := func(amount int64) string { return intents.Money{Amount: amount, Currency: pi.Currency}.String() }
	t.say("")
	b, posted := pi.Charge.BalanceTransaction()
	if !posted {
		t.say("balance: nothing; the payment is %s", pi.Status.Stripe())
		return
	}
	state := "pending until " + b.AvailableOn.String()
	if b.Available(intents.TimeOf(now)) {
		state = "available since " + b.AvailableOn.String()
	}
	t.say("balance: %s captured - %s fee = %s net, %s (%s)", money(b.Amount), money(b.Fee), money(b.Net), state, b.ID)
	if tr, ok := pi.Charge.Transfer(); ok {
		t.say("         %s transferred to %s (%s)", money(tr.Amount), tr.Destination, tr.ID)
	}
	if fee, ok := pi.Charge.ApplicationFee(); ok {
		t.say("         %s application fee from %s (%s)", money(fee.Amount), fee.Account, fee.ID)
	}
	if held := pi.Charge.AmountReleased; held > 0 {
		t.say("         %s released to the cardholder", money(held))
	}
	if pi.Charge.Features.Has(capture.Disputed) {
		t.say("         the customer disputes the charge")
	}
}

// refused prints Stripe's error and returns the exit status: 1 for a request that
// is refused. Any other error is the program's, and has none of Stripe's.
func refused(out io.Writer, v intents.Version, err error) (int, error) {
	var state *intents.StateError
	var invalid *intents.InvalidError
	if !errors.As(err, &state) && !errors.As(err, &invalid) {
		return 2, err
	}
	_, body := webhook.ErrorBody(err, webhook.ErrorContext{Version: v})
	var b bytes.Buffer
	if err := json.Indent(&b, body, "", "  "); err != nil {
		return 2, err
	}
	fmt.Fprintln(out, b.String())
	return 1, nil
}

func since(d time.Duration) string {
	const day = 24 * time.Hour
	if d < day {
		return "+" + d.String()
	}
	return fmt.Sprintf("+%dd%s", d/day, d%day)
}

func orNull(v any) any {
	if v == nil {
		return "null"
	}
	return v
}

func compact(raw json.RawMessage) string {
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		return string(raw)
	}
	var b strings.Builder
	for i, key := range slices.Sorted(maps.Keys(m)) {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s: %v", key, orNull(m[key]))
	}
	return "{" + b.String() + "}"
}

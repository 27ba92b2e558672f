package delivery_test

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
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/webhook/delivery"
)

// teller runs the transcripts: one delivery, one clock.
type teller struct {
	delivery delivery.Delivery
	now      time.Time
	work     []intents.Deferred // all that was ever scheduled
}

// TestTranscripts tells lives of deliveries. A command line is a command of the machine, or
//
//	advance by=1h       moves the clock
//	due                 moves the clock to the time of what is owed, and applies a timer
//	stale               says of all that was ever scheduled what is still current
//	new                 begins again, the clock too
//
// What is printed is the whole of a transition. What is not printed has not happened.
func TestTranscripts(t *testing.T) {
	script.Walk(t, "testdata", func(t *testing.T, path string) {
		t.Helper()
		tell := &teller{now: start()}
		script.Run(t, path, tell.handle)
	})
}

func (s *teller) handle(tb testing.TB, c script.Command) string {
	tb.Helper()
	switch c.Name {
	case "new":
		*s = teller{now: start()}
		return ""
	case "advance":
		by, _ := c.Duration("by")
		s.now = s.now.Add(by)
		return "it is " + s.now.Format(time.RFC3339)
	case "due":
		return s.due(tb)
	case "stale":
		var out strings.Builder
		for _, w := range s.work {
			_, current := delivery.Resume(s.delivery, w)
			fmt.Fprintf(&out, "%s %s: current %t\n", w.Kind, w.NotBefore, current)
		}
		return out.String()
	}
	cmd := command(c)
	if cmd == nil {
		c.Fatalf("no such command")
	}
	return s.apply(tb, cmd)
}

func (s *teller) due(tb testing.TB) string {
	tb.Helper()
	owed := delivery.Pending(s.delivery)
	if len(owed) == 0 {
		return "nothing is owed"
	}
	if at := owed[0].NotBefore.Time(); at.After(s.now) {
		s.now = at
	}
	cmd, _ := delivery.Resume(s.delivery, owed[0])
	if cmd == nil {
		return fmt.Sprintf("it is %s, and %s asks the endpoint", s.now.Format(time.RFC3339), owed[0].Kind)
	}
	return fmt.Sprintf("it is %s\n%s", s.now.Format(time.RFC3339), s.apply(tb, cmd))
}

func (s *teller) apply(tb testing.TB, cmd delivery.Command) string {
	tb.Helper()
	tr, err := delivery.Apply(s.delivery, cmd, s.now)
	if state, ok := errors.AsType[*intents.StateError](err); ok {
		return fmt.Sprintf("refused: %v; legal here: %s", err, strings.Join(state.Legal, ", "))
	}
	if err != nil {
		return fmt.Sprintf("refused: %v", err)
	}
	if err := delivery.Check(tr.After); err != nil {
		tb.Errorf("%s: %v", cmd, err)
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%s -> %s\n", cmpOr(tr.Before.Status), cmpOr(tr.After.Status))
	for _, e := range tr.Events {
		fmt.Fprintf(&out, "event %s\n", e.Name())
	}
	before, after := fields(tb, tr.Before), fields(tb, tr.After)
	all := maps.Clone(before)
	maps.Copy(all, after)
	for _, k := range slices.Sorted(maps.Keys(all)) {
		if b, a := string(before[k]), string(after[k]); b != a && k != "status" {
			fmt.Fprintf(&out, "  %s: %s\n", k, strings.TrimSpace(strings.TrimPrefix(b+" -> "+a, " -> ")))
		}
	}
	for _, w := range tr.Deferred {
		fmt.Fprintf(&out, "owes %s, not before %s\n", w.Kind, w.NotBefore)
	}
	s.delivery, s.work = tr.After, append(s.work, tr.Deferred...)
	return out.String()
}

func cmpOr(s delivery.Status) string {
	if s == delivery.StatusNone {
		return "(none)"
	}
	return string(s)
}

// fields are the JSON fields of a delivery, its times readable.
func fields(tb testing.TB, d delivery.Delivery) map[string]json.RawMessage {
	tb.Helper()
	b, err := json.Marshal(d)
	if err != nil {
		tb.Fatal(err)
	}
	var m map[string]json.RawMessage
	if err := json.Unmarshal(b, &m); err != nil {
		tb.Fatal(err)
	}
	if d.Body != "" {
		m["body"] = json.RawMessage(`"…"`)
	}
	for key, at := range map[string]intents.Time{"next": d.Next, "began": d.Began, "answered": d.Answered, "created": d.Created, "event_created": d.EventCreated} {
		if at != 0 {
			m[key] = json.RawMessage(at.String())
		}
	}
	return m
}

// command reads a command line as a command of the machine.
func command(c script.Command) delivery.Command {
	reason, _ := c.String("reason")
	switch delivery.CommandName(c.Name) {
	case "create":
		live, _ := c.Bool("livemode")
		cmd := create(live)
		if body, ok := c.String("body"); ok {
			cmd.Body = body
		}
		if id, ok := c.String("id"); ok {
			cmd.ID = id
		}
		if id, ok := c.String("endpoint"); ok {
			cmd.Endpoint = id
		}
		return cmd
	case "attempt":
		return delivery.Attempt{}
	case "respond":
		code, _ := c.Int("code")
		return delivery.Respond{Code: int(code)}
	case "miss":
		return delivery.Miss{Reason: delivery.Reason(reason)}
	case "abandon":
		return delivery.Abandon{Reason: delivery.Reason(reason)}
	case "resend":
		return delivery.Resend{}
	}
	return nil
}

package idempotency_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/webhook/idempotency"
)

// teller runs the transcripts: one key, one clock.
type teller struct {
	record idempotency.Record
	now    time.Time
}

// TestTranscripts tells lives of keys. A command line is a command of the machine,
// advance by=1h, or due, which does what is owed when it is due.
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
	case "advance":
		by, _ := c.Duration("by")
		s.now = s.now.Add(by)
		return "it is " + s.now.Format(time.RFC3339)
	case "due":
		for _, w := range idempotency.Pending(s.record) {
			s.now = w.NotBefore.Time()
			cmd, _ := idempotency.Resume(s.record, w)
			return fmt.Sprintf("it is %s: %s\n%s", s.now.Format(time.RFC3339), cmd, s.apply(cmd))
		}
		return "nothing is owed"
	case "begin":
		amount, _ := c.String("amount")
		b := begin(amount)
		if key, ok := c.String("key"); ok {
			b.Key = key
		}
		return s.apply(b)
	case "finish":
		code, _ := c.Int("code")
		body, _ := c.String("body")
		return s.apply(idempotency.Finish{Answer: idempotency.Answer{Code: int(code), Body: body}})
	case "reject":
		return s.apply(idempotency.Reject{})
	}
	c.Fatalf("no such command")
	return ""
}

func (s *teller) apply(cmd idempotency.Command) string {
	tr, err := idempotency.Apply(s.record, cmd, s.now)
	if state, ok := errors.AsType[*intents.StateError](err); ok {
		return fmt.Sprintf("refused: %v; legal here: %s", err, strings.Join(state.Legal, ", "))
	}
	if err != nil {
		return fmt.Sprintf("refused: %v", err)
	}
	var out strings.Builder
	name := func(st idempotency.Status) string {
		if st == idempotency.StatusNone {
			return "(none)"
		}
		return string(st)
	}
	fmt.Fprintf(&out, "%s -> %s\n", name(tr.Before.Status), name(tr.After.Status))
	for _, e := range tr.Events {
		fmt.Fprintf(&out, "event %s\n", e.Name())
	}
	if tr.Execute() {
		out.WriteString("execute it\n")
	}
	if a, replay := tr.Replay(); replay {
		fmt.Fprintf(&out, "replay %d %s\n", a.Code, a.Body)
	}
	for _, w := range tr.Deferred {
		fmt.Fprintf(&out, "owes %s of %s, not before %s\n", w.Kind, w.Subject, w.NotBefore)
	}
	s.record = tr.After
	return out.String()
}

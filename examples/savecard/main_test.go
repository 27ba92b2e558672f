package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/internal/script"
)

func hear(t *testing.T, args ...string) (code int, out string) {
	t.Helper()
	var b, errs bytes.Buffer
	code, err := run(t.Context(), args, &b, &errs)
	if code == 0 {
		require.NoError(t, err)
	}
	return code, b.String()
}

// TestStories compares whole stories: silence counts too.
func TestStories(t *testing.T) {
	for name, args := range map[string][]string{
		"pays":       nil,
		"declined":   {"-customer", "declined"},
		"3ds":        {"-customer", "3ds"},
		"fails-3ds":  {"-customer", "fails-3ds"},
		"abandons":   {"-customer", "abandons"},
		"closes-tab": {"-customer", "closes-tab"},
		"known":      {"-known"},
		"2019":       {"-known", "-customer", "closes-tab", "-api-version", "2019-03-14"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out := hear(t, args...)
			require.Equal(t, 0, code)
			script.Golden(t, "testdata/"+name+".golden", []byte(out))
		})
	}
}

// happened are the events that the endpoint saw, without the ids.
func happened(out string) []string {
	var events []string
	for line := range strings.Lines(out) {
		if words := strings.Fields(line); len(words) > 4 && words[2] == endpoint {
			events = append(events, strings.Join(append(words[3:4], words[5:]...), " "))
		}
	}
	return events
}

// TestEnds holds what the facts say of each customer (section 7) against the first
// session's events.
func TestEnds(t *testing.T) {
	const done, saved = "checkout.session.completed complete no_payment_required", "setup_intent.succeeded succeeded"
	created, asked := "setup_intent.created requires_payment_method", "setup_intent.requires_action requires_action"
	failed := "setup_intent.setup_failed requires_payment_method"
	for name, want := range map[string][]string{
		"pays":       {created, saved, done},
		"declined":   {created, failed, saved, done},
		"3ds":        {created, asked, saved, done},
		"fails-3ds":  {created, asked, failed, saved, done},
		"closes-tab": {created, saved, done},
		"abandons":   {created, "setup_intent.canceled canceled", "checkout.session.expired expired no_payment_required"},
	} {
		t.Run(name, func(t *testing.T) {
			_, out := hear(t, "-customer", name)
			events := happened(out)
			require.GreaterOrEqual(t, len(events), len(want))
			require.Equal(t, want, events[:len(want)])
			if name == "abandons" {
				require.Len(t, events, len(want), "nothing more comes")
				return
			}
			require.Contains(t, out, "the one that failed: canceled", "the story comes to its end")
			require.Equal(t, 1, strings.Count(out, "HTTP 402"), "the bank wants its customer back once")
		})
	}
}

func TestWrongFlags(t *testing.T) {
	for _, args := range [][]string{{"-nonsense"}, {"-customer", "nobody"}, {"-api-version", "yesterday"}, {"word"}} {
		code, out := hear(t, args...)
		require.Equal(t, 2, code, args)
		require.Empty(t, out)
	}
	code, _ := hear(t, "-h")
	require.Equal(t, 0, code)
}

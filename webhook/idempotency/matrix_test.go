package idempotency_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/webhook/idempotency"
)

// start is 2026-01-01T00:00:00Z.
func start() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }

func after(d time.Duration) time.Time { return start().Add(d) }

// asked is a request for so much.
func asked(amount string) idempotency.Request {
	return idempotency.NewRequest("POST", "/v1/refunds", url.Values{"amount": {amount}, "charge": {"ch_1"}})
}

func begin(amount string) idempotency.Begin {
	return idempotency.Begin{Scope: "acct_1/test", Key: "key_1", Request: asked(amount)}
}

var (
	ok200    = idempotency.Finish{Answer: idempotency.Answer{Code: 200, Body: `{"id":"re_1"}`}}
	declined = idempotency.Finish{Answer: idempotency.Answer{Code: 402, Body: `{"error":{}}`}}
)

// told gives a key commands, a prune a day late.
func told(tb testing.TB, r idempotency.Record, cmds ...idempotency.Command) idempotency.Record {
	tb.Helper()
	for _, c := range cmds {
		now := start()
		if c == (idempotency.Prune{}) {
			now = after(idempotency.Retention)
		}
		t, err := idempotency.Apply(r, c, now)
		require.NoError(tb, err, c.String())
		r = t.After
	}
	return r
}

type sample struct {
	name string
	path []idempotency.Command
}

func samples() []sample {
	return []sample{
		{"(none)", nil},
		{"executing", []idempotency.Command{begin("1")}},
		{"completed", []idempotency.Command{begin("1"), ok200}},
		{"completed, 402", []idempotency.Command{begin("1"), declined}},
		{"released, rejected", []idempotency.Command{begin("1"), idempotency.Reject{}}},
		{"released, pruned", []idempotency.Command{begin("1"), ok200, idempotency.Prune{}}},
	}
}

func records(tb testing.TB) []idempotency.Record {
	tb.Helper()
	var rs []idempotency.Record
	for _, s := range samples() {
		r := told(tb, idempotency.Record{}, s.path...)
		require.NoError(tb, idempotency.Check(r), s.name)
		rs = append(rs, r)
	}
	return rs
}

// commands has each command with contents that are right and wrong.
func commands() []idempotency.Command {
	other := begin("1")
	other.Key = "key_2"
	foreign := begin("1")
	foreign.Scope = "acct_2/test"
	long := begin("1")
	long.Key = strings.Repeat("x", 256)
	return []idempotency.Command{
		begin("1"), begin("2"), other, foreign, long,
		idempotency.Begin{Key: "key_1", Scope: "acct_1/test"},
		ok200, declined,
		idempotency.Finish{Answer: idempotency.Answer{Code: 500}},
		idempotency.Finish{},
		idempotency.Reject{},
		idempotency.Prune{},
	}
}

// verdict says in a line what a command does to a key.
func verdict(r idempotency.Record, c idempotency.Command, now time.Time) string {
	tr, err := idempotency.Apply(r, c, now)
	var state *intents.StateError
	var invalid *intents.InvalidError
	switch {
	case errors.As(err, &state):
		return strings.TrimSpace("state " + state.Code)
	case errors.As(err, &invalid):
		return strings.TrimSpace("invalid " + invalid.Param + " " + invalid.Code)
	case err != nil:
		return "ERROR " + err.Error()
	}
	s := "-> " + string(tr.After.Status)
	for _, e := range tr.Events {
		s += "  " + e.Name()
	}
	if a, replay := tr.Replay(); replay {
		s += fmt.Sprintf("  replays %d", a.Code)
	}
	if tr.Execute() {
		s += "  execute"
	}
	for _, w := range tr.Deferred {
		s += fmt.Sprintf("  owes %s", w.Kind)
	}
	return s
}

func matrix(tb testing.TB, rs []idempotency.Record) string {
	tb.Helper()
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	for i, s := range samples() {
		for _, at := range []time.Duration{0, idempotency.Retention - time.Second, idempotency.Retention} {
			fmt.Fprintf(w, "%s, after %s\n", s.name, at)
			for _, c := range commands() {
				fmt.Fprintf(w, "  %.60s\t%s\n", c, verdict(rs[i], c, after(at)))
			}
		}
	}
	require.NoError(tb, w.Flush())
	return out.String()
}

// TestMatrix holds what every command does in every status against a golden file.
func TestMatrix(t *testing.T) {
	script.Golden(t, "testdata/matrix.golden", []byte(matrix(t, records(t))))
}

// TestMatrixIsComplete: each status and each command has its place in the matrix, and the
// law alone refuses what the decision refuses for the status.
func TestMatrixIsComplete(t *testing.T) {
	statuses, names, legal := map[idempotency.Status]bool{}, map[idempotency.CommandName]bool{}, map[idempotency.CommandName]bool{}
	for _, r := range records(t) {
		statuses[r.Status] = true
		for _, c := range commands() {
			names[c.Name()] = true
			_, err := idempotency.Apply(r, c, start())
			if state, ok := errors.AsType[*intents.StateError](err); ok {
				require.Equal(t, err, idempotency.AskLaw(&r, c))
				require.Equal(t, "idempotency_key", state.Object)
			} else {
				require.NoError(t, idempotency.AskLaw(&r, c))
			}
		}
	}
	require.Len(t, idempotency.Statuses(), len(statuses))
	for _, a := range idempotency.Table() {
		legal[a.Command] = true
		require.Contains(t, idempotency.Legal(a.From), a.Command)
	}
	require.Equal(t, legal, names)
	require.Nil(t, idempotency.Legal("lost"))
	_, err := idempotency.Decide(idempotency.Record{Status: "lost"}, begin("1"), start())
	require.EqualError(t, err, "idempotency_key: begin is not allowed in status lost; it is allowed in , completed, released")
}

// TestMutants flips every cell of the compiled law, one at a time. The matrix and the
// model each have to notice.
func TestMutants(t *testing.T) {
	rs := records(t)
	want := matrix(t, rs)
	for _, s := range idempotency.Statuses() {
		for _, name := range []idempotency.CommandName{"begin", "finish", "reject", "prune"} {
			t.Run(fmt.Sprintf("%s/%s", s, name), func(t *testing.T) {
				restore := idempotency.FlipLaw(s, name)
				defer restore()
				_, err := newModel().check()
				require.Error(t, err, "the model does not notice")
				require.NotEqual(t, want, matrix(t, rs), "the matrix does not notice")
			})
		}
	}
	require.Equal(t, want, matrix(t, rs), "all is as before")
	_, err := newModel().check()
	require.NoError(t, err)
}

package webhook_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents/webhook"
)

var errHandled = errors.New("handled by")

// named is a Handler that can be told from others.
type named string

func (n named) Error() string                                        { return string(n) }
func (n named) HandleEvent(_ context.Context, _ webhook.Event) error { return n }
func handleWith(m *webhook.Mux, eventType string) error {
	return m.HandleEvent(context.Background(), webhook.Event{Type: eventType})
}
func failingHandler(_ context.Context, _ webhook.Event) error { return errHandled }

// bestPattern is the oracle: it looks at every pattern and knows no tables.
func bestPattern(patterns []string, eventType string) string {
	best, bestRank := "", -1
	for _, p := range patterns {
		rank := -1
		prefix, wild := strings.CutSuffix(p, "*")
		switch {
		case p == eventType && !wild:
			rank = 1 << 30
		case wild && strings.HasPrefix(eventType, prefix):
			rank = len(prefix)
		}
		if rank > bestRank {
			best, bestRank = p, rank
		}
	}
	return best
}

func TestMux(t *testing.T) {
	patterns := []string{
		"*", "charge.*", "charge.dispute.*", "charge.dispute.created", "charge.succeeded",
		"payment_intent.*", "payment_intent.succeeded", "ping", "a.b.c.d.e.*", "v2.core.account[requirements].updated",
	}
	table := []struct{ eventType, want string }{
		{"payment_intent.succeeded", "payment_intent.succeeded"},
		{"payment_intent.canceled", "payment_intent.*"},
		{"payment_intent.a.b.c", "payment_intent.*"},
		{"payment_intent", "*"},
		{"payment_intents.succeeded", "*"},
		{"charge.succeeded", "charge.succeeded"},
		{"charge.succeeded.twice", "charge.*"},
		{"charge.refund.updated", "charge.*"},
		{"charge.dispute", "charge.*"},
		{"charge.dispute.created", "charge.dispute.created"},
		{"charge.dispute.closed", "charge.dispute.*"},
		{"charge.disputed.closed", "charge.*"},
		{"charge.", "charge.*"},
		{"charge..x", "charge.*"},
		{".charge.succeeded", "*"},
		{"charge.*", "charge.*"},
		{"Charge.succeeded", "*"},
		{"ping", "ping"},
		{"ping.pong", "*"},
		{"a.b.c.d.e.f.g", "a.b.c.d.e.*"},
		{"a.b.c.d", "*"},
		{"v2.core.account[requirements].updated", "v2.core.account[requirements].updated"},
		{"moon.landed", "*"},
		{"*", "*"},
		{"", "*"},
		{strings.Repeat(".", 1<<16), "*"},
	}
	for _, reversed := range []bool{false, true} {
		var m webhook.Mux
		for _, p := range patterns {
			require.NoError(t, m.Handle(p, named(p)))
		}
		slices.Reverse(patterns)
		for _, tc := range table {
			h, pattern := m.Handler(tc.eventType)
			require.Equal(t, tc.want, pattern, "%q reversed=%t", tc.eventType, reversed)
			require.Equal(t, named(tc.want), h)
			require.Equal(t, tc.want, bestPattern(patterns, tc.eventType), "the oracle on %q", tc.eventType)
			require.Equal(t, named(tc.want), handleWith(&m, tc.eventType))
		}
	}
}

func TestMuxWithoutMatch(t *testing.T) {
	var m webhook.Mux
	nothing := func() {
		h, pattern := m.Handler("payment_intent.created")
		require.Empty(t, pattern)
		require.NotNil(t, h)
		require.NoError(t, h.HandleEvent(context.Background(), webhook.Event{}))
		require.NoError(t, handleWith(&m, "payment_intent.created"))
		require.NoError(t, handleWith(&m, ""))
	}
	nothing()
	require.NoError(t, m.Handle("charge.*", named("charge.*")))
	nothing()
	require.NoError(t, m.HandleFunc("*", failingHandler))
	require.ErrorIs(t, handleWith(&m, "payment_intent.created"), errHandled, "* hears of the rest")
}

func TestMuxPassesOn(t *testing.T) {
	type key struct{}
	ctx := context.WithValue(context.Background(), key{}, "value")
	want := settledEvent()
	calls := 0
	var inner, outer webhook.Mux
	require.NoError(t, inner.HandleFunc("charge.updated", func(ctx context.Context, e webhook.Event) error {
		calls++
		require.Equal(t, "value", ctx.Value(key{}))
		require.Equal(t, want, e)
		return errHandled
	}))
	require.NoError(t, outer.Handle("charge.*", &inner))
	require.NoError(t, outer.HandleFunc("*", failingHandler))
	require.ErrorIs(t, outer.HandleEvent(ctx, want), errHandled)
	require.Equal(t, 1, calls, "only the best match is called")
}

func TestMuxRefuses(t *testing.T) {
	var m webhook.Mux
	require.NoError(t, m.Handle("charge.*", named("first")))
	require.NoError(t, m.Handle("charge.updated", named("first")))
	require.NoError(t, m.Handle("*", named("first")))
	for _, pattern := range []string{
		"", "pay*", "*.x", "a.*.b", "**", "a.**", "*.*", "a.*b", "a.b*", ".", ".*", "a.", ".a", "a..b", "a..*", "*.", "*a",
		" ", "a b", "a.b ", " a.b", "a\n", "a\x00", "Charge.updated", "charge.Updated", "zahlung.erhöht", "a\xff",
		"charge.*", "charge.updated", "*",
	} {
		err := m.Handle(pattern, named("second"))
		require.Equal(t, "pattern", paramOf(t, err), "%q", pattern)
		require.Equal(t, "pattern", paramOf(t, m.HandleFunc(pattern, failingHandler)), "%q", pattern)
	}
	for _, eventType := range []string{"charge.updated", "charge.other", "other", "", "a b", "Charge.updated"} {
		require.Equal(t, named("first"), handleWith(&m, eventType), "a refusal changes nothing")
	}

	require.Equal(t, "handler", paramOf(t, m.Handle("ping", nil)))
	require.Equal(t, "handler", paramOf(t, m.Handle("ping", webhook.HandlerFunc(nil))))
	require.Equal(t, "handler", paramOf(t, m.HandleFunc("ping", nil)))
	require.Equal(t, "handler", paramOf(t, webhook.HandlerFunc(nil).HandleEvent(context.Background(), webhook.Event{})))
	require.NoError(t, m.Handle("ping", named("ping")), "a refused registration does not take the pattern")

	var none *webhook.Mux
	require.Equal(t, "mux", paramOf(t, none.Handle("ping", named("ping"))))
	require.NoError(t, handleWith(none, "ping"))
}

func TestMuxProperties(t *testing.T) {
	// Few letters, so that types and patterns meet.
	types := rapid.StringMatching(`[ab]{1,2}(\.[ab]{1,2}){0,4}`)
	patterns := rapid.OneOf(types, rapid.Map(types, func(s string) string { return s + ".*" }), rapid.Just("*"))
	rapid.Check(t, func(t *rapid.T) {
		var m webhook.Mux
		var registered []string
		for _, p := range rapid.SliceOfN(patterns, 0, 12).Draw(t, "patterns") {
			err := m.Handle(p, named(p))
			if slices.Contains(registered, p) {
				require.Error(t, err)
				continue
			}
			require.NoError(t, err)
			registered = append(registered, p)
		}
		eventType := types.Draw(t, "type")
		want := bestPattern(registered, eventType)
		h, got := m.Handler(eventType)
		require.Equal(t, want, got)
		if want != "" {
			require.Equal(t, named(want), h)
		}
	})
}

func TestMuxConcurrently(t *testing.T) {
	var m webhook.Mux
	var wg sync.WaitGroup
	for _, p := range []string{"charge.updated", "charge.*", "charge.dispute.*", "*"} {
		for range 4 {
			wg.Go(func() { _ = m.Handle(p, named(p)) }) // three of four are refused
			wg.Go(func() { _ = handleWith(&m, "charge.dispute.closed") })
		}
	}
	wg.Wait()
	require.Equal(t, named("charge.dispute.*"), handleWith(&m, "charge.dispute.closed"))
}

// A handler may register another: the lock is not held while it runs.
func TestMuxHandlerRegisters(t *testing.T) {
	var m webhook.Mux
	require.NoError(t, m.HandleFunc("a", func(context.Context, webhook.Event) error { return m.Handle("b", named("b")) }))
	require.NoError(t, handleWith(&m, "a"))
	require.Equal(t, named("b"), handleWith(&m, "b"))
}

func TestMuxAllocs(t *testing.T) {
	var m webhook.Mux
	calls := 0
	count := func(context.Context, webhook.Event) error { calls++; return nil }
	for _, p := range []string{"charge.updated", "charge.*", "charge.dispute.*"} {
		require.NoError(t, m.HandleFunc(p, count))
	}
	ctx := context.Background()
	e := settledEvent()
	for _, eventType := range []string{"charge.updated", "charge.expired", "charge.dispute.closed", "moon.landed"} {
		e.Type = eventType
		require.Zero(t, testing.AllocsPerRun(100, func() { _, _ = m.Handler(eventType) }), eventType)
		require.Zero(t, testing.AllocsPerRun(100, func() { _ = m.HandleEvent(ctx, e) }), eventType)
	}
	require.Positive(t, calls)
}

package idempotency_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/webhook/idempotency"
)

// TestProperties draws lives of keys and holds each step against what must be so.
func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r idempotency.Record
		var events []idempotency.Event
		var scheduled []intents.Deferred
		now := start()
		for range rapid.IntRange(0, 25).Draw(t, "steps") {
			now = now.Add(rapid.SampledFrom([]time.Duration{0, 0, time.Second, time.Hour, idempotency.Retention - time.Second, idempotency.Retention}).Draw(t, "after"))
			all := commands()
			if rapid.IntRange(0, 3).Draw(t, "legal") > 0 {
				all = slices.DeleteFunc(all, func(c idempotency.Command) bool { return !slices.Contains(idempotency.Legal(r.Status), c.Name()) })
			}
			c := rapid.SampledFrom(all).Draw(t, "command")
			tr, err := idempotency.Apply(r, c, now)
			decided, errAgain := idempotency.Decide(r, c, now)
			if fmt.Sprintf("%#v", err) != fmt.Sprintf("%#v", errAgain) || !slices.Equal(decided, tr.Events) {
				t.Fatalf("Decide and Apply differ: %v %v, %v %v", decided, errAgain, tr.Events, err)
			}
			if err != nil {
				var state *intents.StateError
				var invalid *intents.InvalidError
				if !errors.As(err, &state) && !errors.As(err, &invalid) || !reflect.DeepEqual(tr, idempotency.Transition{}) {
					t.Fatalf("refused with %#v, %+v", err, tr)
				}
				continue
			}
			if a, replay := tr.Replay(); replay && (a != r.Answer || tr.After != r || !now.Before(r.Began.Add(idempotency.Retention).Time())) {
				t.Fatalf("replayed %+v of %+v", a, r)
			}
			events, scheduled, r = append(events, tr.Events...), append(scheduled, tr.Deferred...), tr.After
			if again := idempotency.Replay(slices.Values(events)); again != r {
				t.Fatalf("replay: %s", cmp.Diff(r, again))
			}
			stored(t, r, c, tr.Events)
			for _, w := range scheduled {
				c, current := idempotency.Resume(r, w)
				if current != slices.Contains(idempotency.Pending(r), w) || current != (c == idempotency.Prune{}) {
					t.Fatalf("%v: current %t", w, current)
				}
			}
		}
	})
}

func stored(t *rapid.T, r idempotency.Record, c idempotency.Command, events []idempotency.Event) {
	b, err := json.Marshal(r)
	var again idempotency.Record
	if err != nil || json.Unmarshal(b, &again) != nil || again != r || idempotency.Check(r) != nil {
		t.Fatalf("%s: %v", b, err)
	}
	if b, err = idempotency.MarshalCommand(c); err != nil {
		t.Fatal(err)
	}
	if read, err := idempotency.UnmarshalCommand(b); err != nil || read != c {
		t.Fatalf("%s: %v", b, err)
	}
	for _, e := range events {
		if b, err = idempotency.MarshalEvent(e); err != nil {
			t.Fatal(err)
		}
		if read, err := idempotency.UnmarshalEvent(b); err != nil || read != e {
			t.Fatalf("%s: %v", b, err)
		}
	}
}

// shop is an HTTP layer: a store of keys under a lock, and effects that are counted.
type shop struct {
	mu      sync.Mutex
	clock   *capture.Virtual
	records map[string]idempotency.Record
	effects map[string]int
}

// request does what a layer does with a request, and returns the HTTP status.
func (s *shop) request(key, amount string, execute func() (idempotency.Answer, bool)) (idempotency.Answer, error) {
	b := begin(amount)
	b.Key = key
	tr, err := s.apply(key, b)
	if err != nil {
		return idempotency.Answer{}, err
	}
	if a, replay := tr.Replay(); replay {
		return a, nil
	}
	a, executed := execute()
	if !executed {
		_, err = s.apply(key, idempotency.Reject{})
		return a, err
	}
	_, err = s.apply(key, idempotency.Finish{Answer: a})
	return a, err
}

func (s *shop) apply(key string, c idempotency.Command) (idempotency.Transition, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tr, err := idempotency.Apply(s.records[key], c, s.clock.Now())
	if err != nil {
		return tr, err
	}
	s.records[key] = tr.After
	return tr, s.clock.Schedule(context.Background(), tr.Deferred...)
}

// TestAtOnce: of thirty requests at once with one key one is executed; the others are
// turned away or get its answer, and afterwards each gets it.
func TestAtOnce(t *testing.T) {
	s := &shop{clock: capture.NewVirtual(start()), records: map[string]idempotency.Record{}}
	var wg sync.WaitGroup
	var mu sync.Mutex
	executed, same, away := 0, 0, 0
	want := idempotency.Answer{Code: 402, Body: "declined"}
	for range 30 {
		wg.Go(func() {
			a, err := s.request("key_1", "1", func() (idempotency.Answer, bool) {
				mu.Lock()
				defer mu.Unlock()
				executed++
				return want, true
			})
			mu.Lock()
			defer mu.Unlock()
			var state *intents.StateError
			switch {
			case err == nil && a == want:
				same++
			case errors.As(err, &state) && state.Code == idempotency.CodeInUse:
				away++
			default:
				t.Error(a, err)
			}
		})
	}
	wg.Wait()
	require.Equal(t, 1, executed)
	require.Equal(t, 30, same+away)
	a, err := s.request("key_1", "1", nil)
	require.NoError(t, err)
	require.Equal(t, want, a)
}

// TestSimulation lets clients repeat requests under a queue that prunes late and twice, and
// a service that dies while it executes. Nothing is executed twice within a day, and once
// the queue has drained no key is kept.
func TestSimulation(t *testing.T) {
	executed, replayed, turned, pruned, stale, died := 0, 0, 0, 0, 0, 0
	for seed := range uint64(20) {
		c := capture.Seeded(seed)
		s := &shop{clock: capture.NewVirtual(start()), records: map[string]idempotency.Record{}, effects: map[string]int{}}
		require.NoError(t, s.clock.Inject(capture.Faults{Late: 3 * time.Hour, Grain: time.Hour, Duplicate: 3, Reorder: 3}, c))
		ids := map[string]string{}
		last := map[string]time.Time{}
		do := func(_ context.Context, w intents.Deferred) error {
			key := ids[w.Subject]
			cmd, current := idempotency.Resume(s.records[key], w)
			if !current {
				stale++
				return nil
			}
			pruned++
			_, err := s.apply(key, cmd)
			return err
		}
		for range 200 {
			key, amount := fmt.Sprintf("key_%d", c.IntN(6)), fmt.Sprint(c.IntN(2))
			ids[idempotency.ID("acct_1/test", key)] = key
			now := s.clock.Now()
			if c.IntN(12) == 11 { // dies while it executes
				b := begin(amount)
				b.Key = key
				if tr, err := s.apply(key, b); err == nil && tr.Execute() {
					died++
					last[key] = now
				}
				continue
			}
			a, err := s.request(key, amount, func() (idempotency.Answer, bool) {
				if c.IntN(5) == 4 {
					return idempotency.Answer{Code: 400}, false
				}
				executed++
				at, again := last[key]
				require.False(t, again && now.Sub(at) < idempotency.Retention, "%s twice in a day", key)
				last[key] = now
				return idempotency.Answer{Code: 200 + 300*c.IntN(2), Body: key + amount + now.String()}, true
			})
			switch {
			case err != nil:
				turned++
			case a.Code != 400 && a.Body != key+amount+now.String():
				require.Contains(t, a.Body, key+amount)
				replayed++
			}
			require.NoError(t, s.clock.Run(t.Context(), now.Add([]time.Duration{0, time.Minute, 5 * time.Hour}[c.IntN(3)]), do))
		}
		require.NoError(t, s.clock.Inject(capture.Faults{}, nil))
		require.NoError(t, s.clock.Drain(t.Context(), 1000, do))
		for key, r := range s.records {
			require.Equal(t, idempotency.StatusReleased, r.Status, key)
		}
	}
	for name, n := range map[string]int{"executed": executed, "replayed": replayed, "turned away": turned, "pruned": pruned, "stale": stale, "died": died} {
		require.NotZero(t, n, name)
	}
	t.Log(executed, replayed, turned, pruned, stale, died)
}

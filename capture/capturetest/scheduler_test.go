package capturetest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/capture/capturetest"
)

var start = time.Date(2026, 11, 28, 9, 30, 0, 123_000_000, time.UTC)

func openVirtual(v *capture.Virtual, deliver capturetest.Deliver) capturetest.Harness {
	return capturetest.Harness{Scheduler: v, Clock: v, Advance: func(d time.Duration) error {
		return v.Run(context.Background(), v.Now().Add(d), func(ctx context.Context, work intents.Deferred) error {
			if deliver(ctx, work) != nil {
				return v.Schedule(ctx, work) // once more
			}
			return nil
		})
	}}
}

// The test of a durable queue hands the kit its queue, the clock that the queue
// goes by, and one turn of its poller.
func ExampleTestScheduler() {
	var t *testing.T // in func TestQueue(t *testing.T)
	capturetest.TestScheduler(t, func(_ *testing.T, deliver capturetest.Deliver) capturetest.Harness {
		q := newTable("", deliver) // and t.Cleanup to drop what it made
		return capturetest.Harness{
			Scheduler: q,
			Clock:     q,
			Advance: func(d time.Duration) error {
				q.forward(d)
				return q.poll(context.Background())
			},
		}
	})
}

func ExampleCheckScheduler() {
	err := capturetest.CheckScheduler(func(deliver capturetest.Deliver) (capturetest.Harness, error) {
		v := capture.NewVirtual(time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC))
		return capturetest.Harness{
			Scheduler: v,
			Clock:     v,
			Advance: func(d time.Duration) error {
				return v.Run(context.Background(), v.Now().Add(d), func(ctx context.Context, work intents.Deferred) error {
					if err := deliver(ctx, work); err != nil {
						return v.Schedule(ctx, work) // it was not taken, so it comes again
					}
					return nil
				})
			},
		}, nil
	})
	fmt.Println(err)
	// Output: <nil>
}

func TestVirtual(t *testing.T) {
	capturetest.TestScheduler(t, func(_ *testing.T, deliver capturetest.Deliver) capturetest.Harness {
		return openVirtual(capture.NewVirtual(start), deliver)
	})
}

// A Virtual whose handler fails keeps the item by itself.
func TestVirtualHandsBack(t *testing.T) {
	capturetest.TestScheduler(t, func(_ *testing.T, deliver capturetest.Deliver) capturetest.Harness {
		v := capture.NewVirtual(start)
		return capturetest.Harness{Scheduler: v, Clock: v, Advance: func(d time.Duration) error {
			until := v.Now().Add(d)
			for range 100 {
				if v.Run(context.Background(), until, deliver) == nil {
					return nil
				}
			}
			return errors.New("the handler fails without end")
		}}
	})
}

func TestVirtualWithFaults(t *testing.T) {
	faults := capture.Faults{Late: 3 * 24 * time.Hour, Grain: time.Millisecond, Duplicate: 3, Reorder: 7}
	for seed := range uint64(20) {
		err := capturetest.CheckScheduler(func(deliver capturetest.Deliver) (capturetest.Harness, error) {
			v := capture.NewVirtual(start)
			return openVirtual(v, deliver), v.Inject(faults, capture.Seeded(seed))
		})
		require.NoError(t, err, "seed %d", seed)
	}
}

// A scheduler on the wall clock, in a bubble: not a line of it is shared with Virtual.
func TestWallClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := capturetest.CheckScheduler(func(deliver capturetest.Deliver) (capturetest.Harness, error) {
			s := &timers{deliver: deliver}
			return capturetest.Harness{Scheduler: s, Clock: capture.System{}, Advance: func(d time.Duration) error {
				time.Sleep(d)
				synctest.Wait()
				return nil
			}}, nil
		})
		require.NoError(t, err)
		time.Sleep(200 * 365 * 24 * time.Hour) // the checks are over, and a bubble ends with its timers
	})
}

// timers has a time.AfterFunc for each item, and a goroutine for each handler.
type timers struct{ deliver capturetest.Deliver }

func (s *timers) Schedule(ctx context.Context, work ...intents.Deferred) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := capture.CheckDeferred(work...); err != nil {
		return err
	}
	now := intents.TimeOf(time.Now())
	for _, d := range work {
		if d.NotBefore-now > 100*365*24*3600 && d.NotBefore > now {
			return &intents.InvalidError{Param: "NotBefore", Code: "", Message: "is too far in the future"}
		}
	}
	for _, d := range work {
		wait := time.Duration(0)
		if d.NotBefore > now {
			wait = time.Until(d.NotBefore.Time())
		}
		time.AfterFunc(wait, func() { s.try(d) })
	}
	return nil
}

func (s *timers) try(d intents.Deferred) {
	if s.deliver(context.Background(), d) != nil {
		time.AfterFunc(time.Hour, func() { s.try(d) })
	}
}

func checkTable(flaw string) error {
	return capturetest.CheckScheduler(func(deliver capturetest.Deliver) (capturetest.Harness, error) {
		q := newTable(flaw, deliver)
		return capturetest.Harness{Scheduler: q, Clock: q, Advance: func(d time.Duration) error {
			q.forward(d)
			return q.poll(context.Background())
		}}, nil
	})
}

// What the kit has to say about each flaw: at least this, in this check.
var flaws = []struct {
	flaw, check string
	rule        capturetest.Rule
}{
	{"early", "not_early", capturetest.RuleEarly},
	{"rounds", "not_early", capturetest.RuleEarly},
	{"milliseconds", "not_early", capturetest.RuleEarly},
	{"overflow", "far_future", capturetest.RuleEarly},
	{"int32", "far_future", capturetest.RuleEarly},
	{"unset", "due_at_once", capturetest.RuleLost},
	{"loses", "many", capturetest.RuleLost},
	{"no retry", "retry", capturetest.RuleRetry},
	{"request context", "request_context", capturetest.RuleRetry},
	{"half", "bad_work", capturetest.RuleAtomic},
	{"canceled after", "done_context", capturetest.RuleAtomic},
	{"no context", "done_context", capturetest.RuleRefuse},
	{"swallows", "done_context", capturetest.RuleRefuse},
	{"other context error", "done_context", capturetest.RuleRefuse},
	{"accepts bad", "bad_work", capturetest.RuleRefuse},
	{"other error", "bad_work", capturetest.RuleRefuse},
	{"other param", "bad_work", capturetest.RuleRefuse},
	{"trims", "values", capturetest.RuleUnchanged},
	{"varchar", "values", capturetest.RuleUnchanged},
	{"minute column", "not_early", capturetest.RuleUnchanged},
	{"keeps the slice", "reused_slice", capturetest.RuleUnchanged},
	{"key of subject", "different_keys", capturetest.RuleLost},
	{"key of kind", "different_keys", capturetest.RuleLost},
	{"key forever", "again_after_done", capturetest.RuleLost},
	{"key while doing", "again_while_doing", capturetest.RuleLost},
	{"refuses equal", "equal_items", capturetest.RuleAccept},
	{"refuses none", "empty_call", capturetest.RuleAccept},
	{"lost update", "concurrent", capturetest.RuleLost},
	{"overwrites", "from_handler", capturetest.RuleLost},
	{"invents", "empty_call", capturetest.RuleUnchanged},
	{"leftover", "empty_call", capturetest.RuleUnchanged},
	{"nil context", "retry", capturetest.RuleHarness},
	{"stopped clock", "empty_call", capturetest.RuleHarness},
}

func TestTable(t *testing.T) { require.NoError(t, checkTable("")) }

// The kit is worth what it finds: every flaw, and every check finds one.
func TestFlawsAreFound(t *testing.T) {
	idle, rules := map[string]bool{}, map[capturetest.Rule]bool{}
	for _, err := range each(t, checkTable("stopped clock")) { // no check gets past that
		idle[err.Check] = true
	}
	for _, f := range flaws {
		t.Run(f.flaw, func(t *testing.T) {
			var found []string
			for _, err := range each(t, checkTable(f.flaw)) {
				found = append(found, err.Check+": "+string(err.Rule))
				require.NotEmpty(t, err.Detail)
			}
			require.Contains(t, found, f.check+": "+string(f.rule))
			rules[f.rule] = true
			delete(idle, f.check)
		})
	}
	require.Empty(t, idle, "checks that find no flaw")
	require.Len(t, rules, 8, "each rule must have a flaw that breaks it")
}

// each returns the broken promises in what CheckScheduler returned.
func each(t *testing.T, err error) (broken []*capturetest.SchedulerError) {
	t.Helper()
	joined, ok := err.(interface{ Unwrap() []error })
	require.True(t, ok, "%v", err)
	for _, err := range joined.Unwrap() {
		var e *capturetest.SchedulerError
		require.ErrorAs(t, err, &e)
		broken = append(broken, e)
	}
	return broken
}

func TestHarnessFailures(t *testing.T) {
	refused := errors.New("no database")
	require.ErrorIs(t, capturetest.CheckScheduler(func(capturetest.Deliver) (capturetest.Harness, error) {
		return capturetest.Harness{}, refused
	}), refused)
	require.ErrorContains(t, capturetest.CheckScheduler(func(capturetest.Deliver) (capturetest.Harness, error) {
		return capturetest.Harness{}, nil
	}), "a field of the Harness is nil")
	require.ErrorContains(t, checkTable("broken poll"), "advance: connection refused")
}

// TestScheduler itself must fail for a flaw, and that takes another process.
func TestSchedulerFails(t *testing.T) {
	const env = "CAPTURETEST_FLAW"
	if flaw, ok := os.LookupEnv(env); ok {
		capturetest.TestScheduler(t, func(_ *testing.T, deliver capturetest.Deliver) capturetest.Harness {
			q := newTable(flaw, deliver)
			return capturetest.Harness{Scheduler: q, Clock: q, Advance: func(d time.Duration) error {
				q.forward(d)
				return q.poll(context.Background())
			}}
		})
		return
	}
	self, err := os.Executable()
	require.NoError(t, err)
	for flaw, fails := range map[string]bool{"": false, "early": true} {
		cmd := exec.CommandContext(t.Context(), self, "-test.run=^TestSchedulerFails$", "-test.v")
		cmd.Env = append(os.Environ(), env+"="+flaw)
		out, err := cmd.CombinedOutput()
		require.Contains(t, string(out), "TestSchedulerFails/not_early")
		if !fails {
			require.NoError(t, err, "%s", out)
			continue
		}
		require.Error(t, err)
		require.Contains(t, string(out), "--- FAIL: TestSchedulerFails/not_early")
		require.Contains(t, string(out), "not_early: broken promise: never early: handed out at 2026-11-28T09:30:01.999Z, before 2026-11-28T09:30:02Z")
	}
}

func TestRapidChooser(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := capturetest.RapidChooser(t)
		n := rapid.IntRange(-3, 100).Draw(t, "n")
		got := c.IntN(n)
		require.GreaterOrEqual(t, got, 0)
		require.Less(t, got, max(n, 1))
	})
}

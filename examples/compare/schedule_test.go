package compare

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/quartz"
	"github.com/jonboulle/clockwork"
)

// sizes are the numbers of pending timers. Clockwork sorts all of them for each
// new one and quartz walks all of them for each that fires, so both end at quadratic.
var sizes = []int{1_000, 10_000, 100_000, 1_000_000}

const quadratic = 10_000

func jobSchedule(n int) string { return fmt.Sprintf("schedule: %d timers until all have fired", n) }

// schedules are the groups about timers. A bubble needs a *testing.T; without
// one, as under go test -bench, its side is left out.
func schedules(t *testing.T) []group {
	var groups []group
	for _, n := range sizes {
		g := group{name: jobSchedule(n), per: n, unit: "timer"}
		var clockworkAim, quartzAim, bubbleAim float64
		switch n {
		case 10_000:
			clockworkAim, quartzAim = 100, 100
		case 1_000_000:
			bubbleAim = 4
		}
		if n <= quadratic {
			g.theirs = append(g.theirs,
				side{"jonboulle/clockwork", clockworkAim, func(b *testing.B) { clockworkSchedule(b, n) }},
				side{"coder/quartz", quartzAim, func(b *testing.B) { quartzSchedule(b, n) }})
		}
		if t != nil {
			g.theirs = append(g.theirs, side{"time.AfterFunc in a synctest bubble", bubbleAim, func(b *testing.B) { bubbleSchedule(t, b, n) }})
		}
		groups = append(groups, g)
	}
	return groups
}

// delays returns the seconds 1 to n, each once, shuffled: no two timers fall
// together, and neither order nor its reverse helps anyone. They are the same in every run.
func delays(n int) []time.Duration {
	all := make([]time.Duration, n)
	for i, s := range rand.New(rand.NewPCG(1, 2)).Perm(n) {
		all[i] = time.Duration(s+1) * time.Second
	}
	return all
}

func clockworkSchedule(b *testing.B, n int) {
	due, end := delays(n), time.Duration(n)*time.Second
	loop(b, func() {
		var wg sync.WaitGroup
		var fired atomic.Int64
		clock := clockwork.NewFakeClockAt(time.Unix(1_700_000_000, 0))
		wg.Add(n)
		for _, d := range due {
			clock.AfterFunc(d, func() { fired.Add(1); wg.Done() })
		}
		clock.Advance(end)
		wg.Wait() // it starts a goroutine for each
		expect(b, int(fired.Load()), n)
	})
}

func quartzSchedule(b *testing.B, n int) {
	ctx, due := context.Background(), delays(n)
	loop(b, func() {
		var fired atomic.Int64
		clock := quartz.NewMock(b).WithLogger(quartz.NoOpLogger)
		for _, d := range due {
			clock.AfterFunc(d, func() { fired.Add(1) })
		}
		for range n {
			_, w := clock.AdvanceNext()
			w.MustWait(ctx)
		}
		expect(b, int(fired.Load()), n)
	})
}

func bubbleSchedule(t *testing.T, b *testing.B, n int) {
	b.Helper()
	due, end := delays(n), time.Duration(n+1)*time.Second
	loop(b, func() {
		synctest.Test(t, func(t *testing.T) {
			var fired atomic.Int64
			for _, d := range due {
				time.AfterFunc(d, func() { fired.Add(1) })
			}
			time.Sleep(end)
			expect(t, int(fired.Load()), n)
		})
	})
}

// expect fails unless exactly n have fired.
func expect(tb testing.TB, fired, n int) {
	tb.Helper()
	if fired != n {
		tb.Fatalf("%d of %d timers have fired", fired, n)
	}
}

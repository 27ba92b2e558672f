package capture_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

var benchmarkSizes = []int{1e3, 1e5, 1e6}

// BenchmarkVirtual schedules n items one by one, spread over a week in no
// order, and runs until all have fired.
func BenchmarkVirtual(b *testing.B) {
	for _, n := range benchmarkSizes {
		b.Run(fmt.Sprintf("%.0e", float64(n)), func(b *testing.B) {
			ctx, items := context.Background(), million(n)
			fired := 0
			fire := func(context.Context, intents.Deferred) error { fired++; return nil }
			for b.Loop() {
				v := capture.NewVirtual(virtualStart)
				for i := range items {
					if err := v.Schedule(ctx, items[i]); err != nil {
						b.Fatal(err)
					}
				}
				if err := v.Drain(ctx, n, fire); err != nil {
					b.Fatal(err)
				}
			}
			perTask(b, fired)
			before := heapAlloc()
			v := newVirtual(b)
			for i := range items {
				if err := v.Schedule(ctx, items[i]); err != nil {
					b.Fatal(err)
				}
			}
			bytes := heapAlloc() - before
			b.ReportMetric(float64(bytes)/float64(v.Len()), "B/task")
			runtime.KeepAlive(items)
		})
	}
}

// BenchmarkAfterFunc does the same with a time.AfterFunc for each item in a
// testing/synctest bubble, which is the standard library's virtual time.
func BenchmarkAfterFunc(b *testing.B) {
	for _, n := range benchmarkSizes {
		b.Run(fmt.Sprintf("%.0e", float64(n)), func(b *testing.B) {
			items := million(n)
			var fired atomic.Int64
			for b.Loop() {
				inBubble(b, func() {
					start := intents.TimeOf(virtualStart)
					for i := range items {
						time.AfterFunc(items[i].NotBefore.Sub(start), func() { fired.Add(1) })
					}
					time.Sleep(8 * 24 * time.Hour)
					synctest.Wait()
				})
			}
			require.Equal(b, int64(b.N*n), fired.Load())
			perTask(b, b.N*n)
		})
	}
}

// perTask reports the time of a task. The time of a whole run says nothing that
// this does not say.
func perTask(b *testing.B, tasks int) {
	b.Helper()
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(tasks), "ns/task")
	b.ReportMetric(0, "ns/op")
}

// inBubble runs f in a synctest bubble, which takes a *testing.T and not a *testing.B.
func inBubble(b *testing.B, f func()) {
	b.Helper()
	stdout := os.Stdout
	os.Stdout = nil // testing.RunTests has something to say about each test
	defer func() { os.Stdout = stdout }()
	ok := testing.RunTests(func(string, string) (bool, error) { return true, nil }, []testing.InternalTest{{
		Name: "bubble",
		F: func(t *testing.T) {
			t.Helper()
			synctest.Test(t, func(*testing.T) { f() })
		},
	}})
	if !ok {
		b.Fatal("the bubble failed")
	}
}

// BenchmarkVirtualOneAmong1e5 schedules one item for the next second and takes
// what comes next, with 100,000 items of the coming week pending. Those that
// come meanwhile are scheduled again, a week ahead.
func BenchmarkVirtualOneAmong1e5(b *testing.B) {
	ctx := context.Background()
	v := newVirtual(b, million(1e5)...)
	now := intents.TimeOf(v.Now())
	for b.Loop() {
		if err := v.Schedule(ctx, intents.Deferred{Kind: "charge.settle", Subject: "ch_near", NotBefore: now + 1}); err != nil {
			b.Fatal(err)
		}
		d, _ := v.Next()
		now = max(now, d.NotBefore)
		if d.Kind != "charge.settle" {
			d.NotBefore = now + 7*24*3600
			if err := v.Schedule(ctx, d); err != nil {
				b.Fatal(err)
			}
		}
	}
	require.GreaterOrEqual(b, v.Len(), 100_000)
	b.ReportAllocs()
}

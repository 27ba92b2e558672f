package compare

import (
	"slices"
	"testing"
)

// cpuMetric is the name under which a side reports its cost.
const cpuMetric = "cpu-ns/op"

// side is one library's way to do a job.
type side struct {
	name string
	// aim is the least ratio of its cost to ours, or 0 where none is set.
	aim   float64
	bench func(b *testing.B)
}

// group is one job that several libraries do.
type group struct {
	name string
	// per is the number of units of work in one operation, and unit their name.
	per  int
	unit string
	// theirs are the others' sides. Ours is found by the group's name.
	theirs []side
}

// sample is what one run of a side costs for each unit of work.
type sample struct{ ns, bytes, allocs float64 }

// loop runs op until the benchmark has seen enough and reports the CPU time.
func loop(b *testing.B, op func()) {
	b.Helper()
	b.ReportAllocs()
	start := cpuTime()
	for b.Loop() {
		op()
	}
	b.ReportMetric(float64(cpuTime()-start)/float64(b.N), cpuMetric)
}

// measure runs one side once.
func measure(t *testing.T, g group, s side) sample {
	t.Helper()
	r := testing.Benchmark(s.bench)
	cpu, ok := r.Extra[cpuMetric]
	if !ok || cpu <= 0 {
		t.Fatalf("%s: %s has not run to its end", g.name, s.name)
	}
	per := float64(g.per)
	return sample{
		ns:     cpu / per,
		bytes:  float64(r.MemBytes) / float64(r.N) / per,
		allocs: float64(r.MemAllocs) / float64(r.N) / per,
	}
}

// median returns the middle of the values, or the lower of the two middle ones.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[(len(sorted)-1)/2]
}

package compare

import (
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
)

var (
	ratios = flag.Bool("ratios", false, "run TestRatios: measure all sides and print the table of ratios")
	strict = flag.Bool("strict", false, "let TestRatios fail where an aim is missed")
	rounds = flag.Int("rounds", 5, "how often TestRatios runs every side")
)

// groups returns all jobs, cheap ones first. Without a t those that need one are left out.
func groups(t *testing.T) []group {
	return slices.Concat(lives(), events(), schedules(t))
}

// TestOurs holds that every side of ours has a job.
func TestOurs(t *testing.T) {
	for name := range ours {
		if !slices.ContainsFunc(groups(t), func(g group) bool { return g.name == name }) {
			t.Errorf("there is no job %q", name)
		}
	}
}

// result is what a group's rounds gave, by side; ours is the first.
type result struct {
	group   group
	samples [][]sample
}

// TestRatios runs every side of every job in one process, the sides of a job one
// after the other and in turn the other way round, so that what slows the machine
// down slows down both. It prints the medians and, with -strict, fails
// where an aim is missed.
func TestRatios(t *testing.T) {
	if !*ratios {
		t.Skip("takes minutes: run it with -ratios")
	}
	quickBenchmarks(t)
	var missed []string
	header(os.Stdout)
	for _, g := range groups(t) {
		bench, ok := ours[g.name]
		if !ok {
			missed = append(missed, g.name+": no side of ours")
		}
		r := result{group: g, samples: make([][]sample, len(g.theirs)+1)}
		for round := range *rounds {
			for i := range r.samples {
				if round%2 == 1 {
					i = len(r.samples) - 1 - i
				}
				s := side{name: "ours", bench: bench}
				if i > 0 {
					s = g.theirs[i-1]
				}
				if s.bench != nil {
					r.samples[i] = append(r.samples[i], measure(t, g, s))
				}
			}
		}
		missed = append(missed, r.print(os.Stdout)...)
	}
	for _, m := range missed {
		t.Log("missed: " + m)
	}
	if *strict && len(missed) > 0 {
		t.Errorf("%d aims are missed", len(missed))
	}
}

// quickBenchmarks shortens a benchmark's second unless the caller has set it.
func quickBenchmarks(t *testing.T) {
	t.Helper()
	const name = "test.benchtime"
	if f := flag.Lookup(name); f == nil || f.Value.String() != f.DefValue {
		return
	}
	if err := flag.Set(name, "200ms"); err != nil {
		t.Fatal(err)
	}
}

func header(w io.Writer) {
	fmt.Fprintf(w, "CPU time for each unit of work, median of %d rounds; %s, %s/%s, GOMAXPROCS=%d.\n\n",
		*rounds, runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0))
	fmt.Fprintln(w, "| job | side | CPU | bytes | allocs | ratio to ours | aim |")
	fmt.Fprintln(w, "| --- | --- | ---: | ---: | ---: | ---: | ---: |")
}

// print writes the group's rows and returns the aims that it misses.
func (r result) print(w io.Writer) (missed []string) {
	for i, samples := range r.samples {
		if len(samples) == 0 {
			continue
		}
		name, aim, ratio, want := "**intents**", 0.0, "", ""
		if i > 0 {
			name, aim = r.group.theirs[i-1].name, r.group.theirs[i-1].aim
		}
		if i > 0 && len(r.samples[0]) > 0 {
			got := r.ratio(i)
			ratio = fmt.Sprintf("%.3g", got)
			if got >= 100 {
				ratio = fmt.Sprintf("%.0f", got)
			}
			if got < aim {
				missed = append(missed, fmt.Sprintf("%s: %s costs %s times ours, the aim is %g", r.group.name, name, ratio, aim))
			}
		}
		if aim > 0 {
			want = fmt.Sprintf("≥ %g", aim)
		}
		job := ""
		if i == 0 || i == 1 && len(r.samples[0]) == 0 {
			job = r.group.name
		}
		fmt.Fprintf(w, "| %s | %s | %s/%s | %.0f | %.2g | %s | %s |\n", job, name,
			duration(middle(samples, func(s sample) float64 { return s.ns })), r.group.unit,
			middle(samples, func(s sample) float64 { return s.bytes }),
			middle(samples, func(s sample) float64 { return s.allocs }), ratio, want)
	}
	return missed
}

// ratio returns the median of the ratios of side i to ours, each taken within one round.
func (r result) ratio(i int) float64 {
	var all []float64
	for round, s := range r.samples[i] {
		all = append(all, s.ns/r.samples[0][round].ns)
	}
	return median(all)
}

func middle(samples []sample, field func(sample) float64) float64 {
	var all []float64
	for _, s := range samples {
		all = append(all, field(s))
	}
	return median(all)
}

// duration writes nanoseconds with three figures.
func duration(ns float64) string {
	switch {
	case ns < 1e3:
		return fmt.Sprintf("%.3g ns", ns)
	case ns < 1e6:
		return fmt.Sprintf("%.3g µs", ns/1e3)
	default:
		return fmt.Sprintf("%.3g ms", ns/1e6)
	}
}

// BenchmarkAll runs the sides on their own, for a profile or a look at one.
func BenchmarkAll(b *testing.B) {
	for _, g := range groups(nil) {
		name, _, _ := strings.Cut(g.name, ":")
		if g.per > 1 {
			name = fmt.Sprintf("%s-%d", name, g.per)
		}
		b.Run(name, func(b *testing.B) {
			if bench, ok := ours[g.name]; ok {
				b.Run("intents", bench)
			}
			for _, s := range g.theirs {
				b.Run(s.name, s.bench)
			}
		})
	}
}

package checkouttest

import (
	"time"

	"pgregory.net/rapid"

	"github.com/payintent/intents/checkout"
)

// Step is a command and the time at which it is given, in UTC.
type Step struct {
	Command Command
	At      time.Time
}

// maxSteps bounds the length of a run.
const maxSteps = 24

// Runs returns a generator of histories for one flow, which does not exist yet. The
// first command is a checkout.Create; it and any other may be refused. Times do not
// run back; they fall on deadlines, a second before and after them, and between.
func Runs() *rapid.Generator[[]Step] {
	return rapid.Custom(func(t *rapid.T) []Step {
		steps, _ := run(t)
		return steps
	})
}

// Flows returns a generator of flows that can come to be, the zero Flow among them:
// each is where a history leads to.
func Flows() *rapid.Generator[checkout.Flow] {
	return rapid.Custom(func(t *rapid.T) checkout.Flow {
		_, f := run(t)
		return f
	})
}

func run(t *rapid.T) ([]Step, checkout.Flow) {
	var f checkout.Flow
	now := time.Date(2025, time.November, 10, 18, 24, 43, 0, time.UTC)
	steps := make([]Step, 0, maxSteps)
	for range rapid.SampledFrom([]int{maxSteps, maxSteps / 2, maxSteps / 4, 1, 0}).Draw(t, "steps") {
		now = pass(t, &f, now)
		c := Commands(f).Draw(t, "step")
		steps = append(steps, Step{Command: c, At: now})
		if next, err := c.Apply(f, now); err == nil {
			f = next.After
		}
		if f.Session.Status == checkout.StatusExpired && rapid.Bool().Draw(t, "enough") {
			break
		}
	}
	return steps, f
}

// pass draws how much time goes by: mostly little or none.
func pass(t *rapid.T, f *checkout.Flow, now time.Time) time.Time {
	d := drawer{t: t, f: f, s: &f.Session}
	switch {
	case d.chance("any time passes", 3):
		return now.Add(rapid.SampledFrom([]time.Duration{time.Millisecond, time.Second, time.Hour, 24 * time.Hour}).Draw(t, "by"))
	case d.chance("time passes", 3):
		for _, d := range f.Pending() {
			off := rapid.SampledFrom([]time.Duration{0, -time.Second, time.Second}).Draw(t, "off")
			if at := d.NotBefore.Time().Add(off); at.After(now) {
				return at
			}
		}
	}
	return now
}

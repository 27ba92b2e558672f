package setupintenttest

import (
	"time"

	"pgregory.net/rapid"

	"github.com/payintent/intents/setupintent"
)

// Step is a command and the time at which it is given, in UTC.
type Step struct {
	Command setupintent.Command
	At      time.Time
}

// maxSteps bounds the length of a run.
const maxSteps = 24

// Runs returns a generator of histories for one intent, which does not exist yet.
// The first command is a Create; it and any other may be refused. Times do not
// run back; they fall on deadlines, a second before and after them, and between.
func Runs() *rapid.Generator[[]Step] {
	return rapid.Custom(func(t *rapid.T) []Step {
		steps, _ := run(t)
		return steps
	})
}

// Intents returns a generator of intents that can come to be, the zero Intent
// among them: each is where a history leads to.
func Intents() *rapid.Generator[setupintent.Intent] {
	return rapid.Custom(func(t *rapid.T) setupintent.Intent {
		_, s := run(t)
		return s
	})
}

func run(t *rapid.T) ([]Step, setupintent.Intent) {
	var s setupintent.Intent
	now := time.Date(2025, time.November, 10, 18, 24, 43, 0, time.UTC)
	steps := make([]Step, 0, maxSteps)
	for range rapid.SampledFrom([]int{maxSteps, maxSteps / 2, maxSteps / 4, 1, 0}).Draw(t, "steps") {
		now = pass(t, &s, now)
		c := Commands(s).Draw(t, "step")
		steps = append(steps, Step{Command: c, At: now})
		if next, err := setupintent.Apply(s, c, now); err == nil {
			s = next.After
		}
		if s.Status == setupintent.StatusCanceled && rapid.Bool().Draw(t, "enough") {
			break
		}
	}
	return steps, s
}

// pass draws how much time goes by: mostly little or none.
func pass(t *rapid.T, s *setupintent.Intent, now time.Time) time.Time {
	d := drawer{t: t, s: s}
	switch {
	case d.chance("any time passes", 3):
		return now.Add(rapid.SampledFrom([]time.Duration{time.Millisecond, time.Second, time.Hour, 30 * 24 * time.Hour}).Draw(t, "by"))
	case d.chance("time passes", 2):
		for _, d := range setupintent.Pending(*s) {
			off := rapid.SampledFrom([]time.Duration{0, -time.Second, time.Second}).Draw(t, "off")
			if at := d.NotBefore.Time().Add(off); at.After(now) {
				return at
			}
		}
	}
	return now
}

package delivery

import "time"

// Schedule says when an attempt that failed is tried again: after First, then each
// time Factor times as long after, Retries times, and never more than Window after
// the delivery was created.
type Schedule struct {
	First   time.Duration
	Factor  int
	Retries int
	Window  time.Duration
}

// ScheduleFor returns the schedule of automatic retries.
//
// Stripe documents its frame and not its steps (DOC-WH): in live mode up to three days
// with exponential backoff, in a sandbox three retries over a few hours. The steps
// here are this library's choice, UNVERIFIED, and this is the one place that has them: live
// after a minute, doubled twelve times, so that the last retry comes 68 hours and a
// quarter after the first attempt; in a sandbox after 10, 40 and 160 minutes.
func ScheduleFor(livemode bool) Schedule {
	const window = 72 * time.Hour
	if livemode {
		return Schedule{First: time.Minute, Factor: 2, Retries: 12, Window: window}
	}
	return Schedule{First: 10 * time.Minute, Factor: 4, Retries: 3, Window: window}
}

// After returns how long after its failure the attempt of that number, the first
// being 1, is tried again. It is false where that was the last.
func (s Schedule) After(attempt int) (wait time.Duration, again bool) {
	if attempt < 1 || attempt > s.Retries {
		return 0, false
	}
	wait = s.First
	for range attempt - 1 {
		wait *= time.Duration(s.Factor)
	}
	return wait, true
}

package capture

import (
	"context"
	"strconv"
	"time"

	"github.com/payintent/intents"
)

// Clock tells the time. Only drivers have one: a machine is told the time with
// each command. Now is in UTC, never goes back, and is at least as fine as a
// millisecond, while an intents.Time is cut to whole seconds.
type Clock interface {
	Now() time.Time
}

// Scheduler keeps deferred work until its time has come and then hands it to
// whoever does it. A database table, a job queue and a Virtual can each be one.
// How work is handed out is the implementation's own affair; what callers and
// handlers may rely on is this:
//
//   - Each accepted item is handed out at least once, and again until a handler
//     has taken it without an error. It may come late, it may come twice, and
//     items may come in any order.
//   - No item is handed out before its NotBefore. One whose NotBefore is past or
//     not set is due at once.
//   - An item is handed out as it was scheduled: every field has the same value.
//   - Schedule takes all of its items or none. It takes none when it returns an
//     error, which is ctx.Err() when ctx is done, and an *intents.InvalidError
//     for work that CheckDeferred refuses or that is due at a time which the
//     implementation can't represent. Once it has returned nil, ctx no longer matters.
//   - An item may be merged with a waiting item of the same Key. It may not be
//     merged with one that was handed out before, or is being handed out just
//     now: whoever does that work may have looked at the state already.
//   - Schedule may be called from several goroutines, and by a handler.
//
// capturetest.TestScheduler tests an implementation for all of this.
type Scheduler interface {
	Schedule(ctx context.Context, work ...intents.Deferred) error
}

// System is the wall clock.
type System struct{}

// Now returns the current time in UTC.
func (System) Now() time.Time {
	return time.Now().UTC() //nolint:forbidigo // the one place that reads the wall clock; whoever wants another clock passes one
}

// CheckDeferred returns an *intents.InvalidError for the first item that no
// Scheduler accepts, with Param kind or subject for the field that is empty.
func CheckDeferred(work ...intents.Deferred) error {
	for i := range work {
		if work[i].Kind == "" {
			return &intents.InvalidError{
				Param: "kind", Code: "",
				Message: "deferred work " + strconv.Itoa(i) + " for " + strconv.Quote(work[i].Subject) + " does not say what to do",
			}
		}
		if work[i].Subject == "" {
			return &intents.InvalidError{
				Param: "subject", Code: "",
				Message: "deferred work " + strconv.Itoa(i) + ", " + strconv.Quote(string(work[i].Kind)) + ", does not say which object owes it",
			}
		}
	}
	return nil
}

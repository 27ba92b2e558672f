package intents

import (
	"math"
	"time"
)

// Time is an instant in whole seconds since the Unix epoch, in UTC, as Stripe
// writes every timestamp. The zero Time means "not set". It orders with < and
// compares with ==, which a time.Time does not, so a state that holds one stays
// a comparable value.
type Time int64

// TimeOf returns t cut to the second before it. The zero time.Time gives the zero Time.
func TimeOf(t time.Time) Time {
	if t.IsZero() {
		return 0
	}
	return Time(t.Unix())
}

// Time returns t as a time.Time in UTC. The zero Time gives the zero time.Time.
func (t Time) Time() time.Time {
	if t == 0 {
		return time.Time{}
	}
	return time.Unix(int64(t), 0).UTC()
}

// Add returns t+d, with d rounded up to a whole second so that a deadline is never early.
func (t Time) Add(d time.Duration) Time {
	s := Time(d / time.Second)
	if d%time.Second > 0 {
		s++
	}
	return t + s
}

// Sub returns t-u, or the nearest Duration where that is more than one can hold.
func (t Time) Sub(u Time) time.Duration {
	const most = Time(math.MaxInt64 / int64(time.Second))
	return time.Duration(max(-most, min(most, t-u))) * time.Second
}

// IsZero reports whether t is not set.
func (t Time) IsZero() bool { return t == 0 }

// String returns t in the form of RFC 3339, or "never" for the zero Time.
func (t Time) String() string {
	if t == 0 {
		return "never"
	}
	return t.Time().Format(time.RFC3339)
}

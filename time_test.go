package intents_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents"
)

func TestTimeOf(t *testing.T) {
	tokyo := time.FixedZone("JST", 9*60*60)
	tests := []struct {
		in   time.Time
		want intents.Time
	}{
		{time.Time{}, 0},
		{time.Unix(1761825600, 0), 1761825600},
		{time.Unix(1761825600, 999_999_999), 1761825600},
		{time.Unix(-2, 1), -2}, // the second before, also before 1970
		{time.Date(2025, 10, 30, 21, 0, 0, 0, tokyo), 1761825600},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, intents.TimeOf(tt.in))
	}
}

func TestTimeZero(t *testing.T) {
	var never intents.Time
	require.True(t, never.IsZero())
	require.True(t, never.Time().IsZero())
	require.Equal(t, "never", never.String())
	require.False(t, intents.Time(1).IsZero())
	require.Equal(t, time.Unix(1, 0).UTC(), intents.Time(1).Time())
}

func TestTimeString(t *testing.T) {
	require.Equal(t, "2025-10-30T12:00:00Z", intents.Time(1761825600).String())
	require.Equal(t, time.UTC, intents.Time(1761825600).Time().Location())
}

func TestTimeAdd(t *testing.T) {
	const at intents.Time = 1_000_000
	tests := []struct {
		d    time.Duration
		want intents.Time
	}{
		{0, at},
		{time.Nanosecond, at + 1},
		{time.Second, at + 1},
		{time.Second + 1, at + 2},
		{7 * 24 * time.Hour, at + 604_800},
		{-time.Nanosecond, at},
		{-time.Second, at - 1},
		{-time.Second - 1, at - 1},
		{math.MaxInt64, at + 9_223_372_037},
		{math.MinInt64, at - 9_223_372_036},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, at.Add(tt.d), tt.d)
	}
}

func TestTimeJSON(t *testing.T) {
	data, err := json.Marshal(intents.Time(1761825600))
	require.NoError(t, err)
	require.Equal(t, "1761825600", string(data), "a number, as on Stripe's wire")
}

// seconds draws instants whose differences fit a time.Duration.
func seconds() *rapid.Generator[int64] {
	return rapid.Int64Range(-4_000_000_000, 4_000_000_000)
}

func TestTimeProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := intents.Time(seconds().Draw(t, "a")), intents.Time(seconds().Draw(t, "b"))
		d := time.Duration(rapid.Int64().Draw(t, "d"))

		require.Equal(t, a, intents.TimeOf(a.Time()), "to a time.Time and back")
		require.Equal(t, a, b.Add(a.Sub(b)), "Add undoes Sub")
		if a != 0 && b != 0 {
			require.Equal(t, a.Time().Sub(b.Time()), a.Sub(b))
			require.Equal(t, a < b, a.Time().Before(b.Time()), "< is the order of time")
		}
		// Never early, and less than a second late.
		start := time.Unix(int64(a), 0)
		late := time.Unix(int64(a.Add(d)), 0).Sub(start.Add(d))
		require.True(t, late >= 0 && late < time.Second, late)
		nanos := time.Unix(int64(a), rapid.Int64Range(0, 999_999_999).Draw(t, "ns"))
		require.Equal(t, a, intents.TimeOf(nanos))
	})
}

func TestTimeAllocs(t *testing.T) {
	var now intents.Time = 1761825600
	require.Zero(t, testing.AllocsPerRun(100, func() {
		now = intents.TimeOf(now.Time()).Add(time.Second)
		if now.Sub(1) == 0 || now.IsZero() {
			t.Fatal(now)
		}
	}))
}

func TestTimeSubDoesNotWrap(t *testing.T) {
	require.Positive(t, intents.Time(20e9).Sub(0))
	require.Negative(t, intents.Time(0).Sub(20e9))
	require.Equal(t, 90*time.Second, intents.Time(100).Sub(10))
}

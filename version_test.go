package intents_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents"
)

// known lists the package's versions, oldest first.
func known() []intents.Version {
	return []intents.Version{
		intents.Version20190211, intents.Version20220801, intents.Version20221115, intents.Version20240410,
		intents.VersionBasil, intents.VersionClover, intents.VersionDahlia, intents.VersionEndive, intents.VersionLatest,
	}
}

func TestVersionsAreInOrder(t *testing.T) {
	list := known()
	for i, v := range list {
		require.NoError(t, v.Check())
		for j, w := range list {
			require.Equal(t, i < j, v.Before(w), "%s before %s", v, w)
		}
	}
}

func TestVersionBefore(t *testing.T) {
	for _, tt := range []struct {
		v, w intents.Version
		want bool
	}{
		{"2022-08-01", "2022-11-15", true},
		{"2022-11-15", "2022-08-01", false},
		{"2022-11-15", "2022-11-15", false},
		{"2024-09-30.acacia", "2025-03-31.basil", true},
		{"2025-03-31.basil", "2024-09-30.acacia", false},
		{"2025-03-31", "2025-03-31.basil", false}, // the name does not count
		{"2025-03-31.basil", "2025-03-31", false},
		{"2026-08-26.preview", "2026-08-26.dahlia", false},
		{"", intents.VersionLatest, false}, // the empty Version is the latest
		{intents.VersionLatest, "", false},
		{intents.VersionEndive, "", true},
		{"", "2099-01-01", true},
		{"", "", false},
		{"2022", "2022-11-15", true}, // malformed, but no panic
	} {
		require.Equal(t, tt.want, tt.v.Before(tt.w), "%q before %q", tt.v, tt.w)
	}
}

func TestVersionCheck(t *testing.T) {
	for _, v := range []intents.Version{"", "2011-01-01", "2019-02-11", "2024-09-30.acacia", "2026-08-26.preview", "2026-10-28.a"} {
		require.NoError(t, v.Check(), v)
	}
	for _, v := range []intents.Version{
		"2", "2022-11-1", "2022-11-155", "2022/11/15", "22-11-2015", "20a2-11-15", "2022-11-1x", "2022-11-15 ", "x2022-11-15", " 2022-11-15",
		"2022-11-15.", "2022-11-15basil", "2025-03-31.Basil", "2025-03-31.basil2", "2025-03-31.ba sil", "2025-03-31-basil", "2025-03-31.basil\n",
		"latest", "2022-11-15.b\u00e4sil", "２０２２-11-15",
	} {
		requireInvalid(t, v.Check(), "Stripe-Version", "")
		require.ErrorContains(t, v.Check(), "invalid API version: "+string(v))
	}
}

// TestVersionProperties: Before is a strict order, also among what Check refuses.
func TestVersionProperties(t *testing.T) {
	versions := rapid.OneOf(
		rapid.SampledFrom(append(known(), "")),
		rapid.Map(rapid.StringMatching(`20[0-2][0-9]-[01][0-9]-[0-3][0-9](\.[a-z]{1,8})?`), func(s string) intents.Version { return intents.Version(s) }),
		rapid.Map(rapid.String(), func(s string) intents.Version { return intents.Version(s) }),
	)
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(versions, 3, 3).Draw(t, "versions")
		a, b, c := list[0], list[1], list[2]
		require.False(t, a.Before(a))
		require.False(t, a.Before(b) && b.Before(a))
		if a.Before(b) && b.Before(c) {
			require.True(t, a.Before(c))
		}
		if !a.Before(b) && !b.Before(a) && !b.Before(c) && !c.Before(b) {
			require.False(t, a.Before(c) || c.Before(a), "a tie carries over")
		}
	})
}

func TestVersionCheckRefusesMoreThanOneName(t *testing.T) {
	for _, v := range []intents.Version{"2022-11-15.", "2022-11-15..", "2022-11-15.basil.", "2022-11-15.a.b", "2022-11-15.Basil", "2022-11-15basil"} {
		require.Error(t, v.Check(), v)
	}
	for _, v := range []intents.Version{"", "2022-11-15", "2025-03-31.basil"} {
		require.NoError(t, v.Check(), v)
	}
}

package ids

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDeriveSharesTheCore(t *testing.T) {
	id := Derive("ch_", "pi_3SRzp4KXBGcbgpbZ1utYtuTe", 1)
	require.Regexp(t, `^ch_3SRzp4KXBGcbgpbZ[0-9A-Za-z]{8}$`, id)
	require.Equal(t, id, Derive("ch_", "pi_3SRzp4KXBGcbgpbZ1utYtuTe", 1), "a function")
	require.NotEqual(t, id, Derive("ch_", "pi_3SRzp4KXBGcbgpbZ1utYtuTe", 2))
}

func TestDeriveDigestsShortSubjects(t *testing.T) {
	require.Regexp(t, `^ch_[0-9A-Za-z]{24}$`, Derive("ch_", "pi_123", 1))
	require.Regexp(t, `^evt_[0-9A-Za-z]{24}$`, Derive("evt_", "", 0))
}

func TestDeriveDoesNotCollide(t *testing.T) {
	seen := map[string]string{}
	for i := range 20000 {
		for _, subject := range []string{"pi_" + strconv.Itoa(i), "pi_3SRzp4KXBGcbgpbZ1utY" + strconv.Itoa(10000 + i)[:4]} {
			for n := range 4 {
				for _, prefix := range []string{"ch_", "evt_"} {
					id, from := Derive(prefix, subject, uint64(n)), prefix+subject+"/"+strconv.Itoa(n)
					if was, ok := seen[id]; ok && was != from {
						t.Fatalf("%s stands for %s and for %s", id, was, from)
					}
					seen[id] = from
				}
			}
		}
	}
}

func TestDeriveAllocatesTheIDOnly(t *testing.T) {
	require.Equal(t, 1.0, testing.AllocsPerRun(100, func() { _ = Derive("ch_", "pi_3SRzp4KXBGcbgpbZ1utYtuTe", 7) }))
}

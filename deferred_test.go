package intents_test

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents"
)

func TestDeferredKey(t *testing.T) {
	d := intents.Deferred{Kind: "charge.settle", Subject: "ch_1", NotBefore: 1761825600}
	require.Equal(t, "ch_1/charge.settle/1761825600", d.Key())
	require.Equal(t, "//0", intents.Deferred{}.Key())
	require.Equal(t, "pi_1/authorization.lapse/-1", intents.Deferred{Kind: "authorization.lapse", Subject: "pi_1", NotBefore: -1}.Key())
}

// TestDeferredKeyTellsApart: two debts have one key if and only if they are one debt.
// Ids and kinds hold no slash.
func TestDeferredKeyTellsApart(t *testing.T) {
	debts := rapid.Custom(func(t *rapid.T) intents.Deferred {
		return intents.Deferred{
			Kind:      intents.DeferredKind(rapid.StringMatching(`[ab]{1,2}\.[ab]`).Draw(t, "kind")),
			Subject:   rapid.StringMatching(`(ch|pi)_[0-9]{1,2}`).Draw(t, "subject"),
			NotBefore: intents.Time(rapid.Int64Range(-12, 12).Draw(t, "not before")),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := debts.Draw(t, "a"), debts.Draw(t, "b")
		require.Equal(t, a == b, a.Key() == b.Key(), "%v %v", a, b)
	})
}

// TestDeferredSize: a queue holds a million of these.
func TestDeferredSize(t *testing.T) {
	require.LessOrEqual(t, unsafe.Sizeof(intents.Deferred{}), uintptr(40))
}

package script

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestCompare checks that an edit makes b of a and that none is shorter.
func TestCompare(t *testing.T) {
	text := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 8)
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		var gotA, gotB []string
		changes := 0
		for _, e := range compare(a, b) {
			if e.op != '+' {
				gotA = append(gotA, e.text)
			}
			if e.op != '-' {
				gotB = append(gotB, e.text)
			}
			if e.op != ' ' {
				changes++
			}
		}
		if strings.Join(gotA, " ") != strings.Join(a, " ") || strings.Join(gotB, " ") != strings.Join(b, " ") {
			t.Fatalf("made %v of %v", gotB, gotA)
		}
		if want := distance(a, b); changes != want {
			t.Fatalf("%d changes, want %d", changes, want)
		}
	})
}

// distance is the plain recursive definition of what compare computes.
func distance(a, b []string) int {
	switch {
	case len(a) == 0 || len(b) == 0:
		return len(a) + len(b)
	case a[0] == b[0]:
		return distance(a[1:], b[1:])
	}
	return 1 + min(distance(a[1:], b), distance(a, b[1:]))
}

func TestCompareGivesUpOnLargeTexts(t *testing.T) {
	var a, b []string
	for i := range 3000 {
		a, b = append(a, fmt.Sprint("a", i)), append(b, fmt.Sprint("b", i))
	}
	edits := compare(append(a, "end"), append(b, "end"))
	require.Len(t, edits, 6001)
	require.Equal(t, edit{'-', "a2999"}, edits[2999])
	require.Equal(t, edit{'+', "b0"}, edits[3000])
	require.Equal(t, edit{' ', "end"}, edits[6000])
}

func TestDiff(t *testing.T) {
	d, line := diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "0\n1\n2\n3\n4\n5\n6\n7\n9\n10\n", 100)
	require.Equal(t, "+ 0\n  1\n  2\n  3\n  ... line 104\n  5\n  6\n  7\n- 8\n  9\n+ 10", d)
	require.Equal(t, 100, line)
	d, line = diff("", "x", 7)
	require.Equal(t, "+ x (no end of line)", d)
	require.Equal(t, 7, line)
	_, line = diff("a\nb\n", "a\nb\nc\n", 7)
	require.Equal(t, 9, line)
}

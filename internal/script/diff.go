package script

import (
	"fmt"
	"slices"
	"strings"
)

// diff compares two texts line by line. It returns the lines that differ with
// three lines around them, and the number of the first line of want that
// differs, when want begins at the line first of its file.
func diff(want, got string, first int) (text string, line int) {
	edits := compare(lines(want), lines(got))
	near := make([]bool, len(edits))
	line = 0
	n := first
	for i, e := range edits {
		if e.op != ' ' {
			if line == 0 {
				line = n
			}
			for k := max(0, i-3); k <= min(len(edits)-1, i+3); k++ {
				near[k] = true
			}
		}
		if e.op != '+' {
			n++
		}
	}
	var out strings.Builder
	n = first
	for i, e := range edits {
		if near[i] {
			if i > 0 && !near[i-1] {
				fmt.Fprintf(&out, "  ... line %d\n", n)
			}
			fmt.Fprintf(&out, "%c %s\n", e.op, e.text)
		}
		if e.op != '+' {
			n++
		}
	}
	return strings.TrimSuffix(out.String(), "\n"), line
}

// lines splits s. An end of line that is missing at the end shows.
func lines(s string) []string {
	if s == "" {
		return nil
	}
	l := strings.Split(s, "\n")
	if l[len(l)-1] == "" {
		return l[:len(l)-1]
	}
	l[len(l)-1] += " (no end of line)"
	return l
}

// edit is a line that is common to both texts (' '), only in the first ('-') or
// only in the second ('+').
type edit struct {
	op   byte
	text string
}

// maxCells bounds the table of compare, which grows with the product of the lengths.
const maxCells = 1 << 22

// compare returns a shortest edit of a into b by lines, by the longest common
// subsequence. Texts that differ all over are not worth that: they are shown
// one after the other.
func compare(a, b []string) []edit {
	var edits, end []edit
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		edits = append(edits, edit{' ', a[0]})
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		end = append(end, edit{' ', a[len(a)-1]})
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	// common[i][j] is the length of the longest common subsequence of a[i:] and b[j:].
	var common [][]int32
	if (len(a)+1)*(len(b)+1) <= maxCells {
		common = make([][]int32, len(a)+1)
		for i := len(a); i >= 0; i-- {
			common[i] = make([]int32, len(b)+1)
			for j := len(b) - 1; j >= 0 && i < len(a); j-- {
				if a[i] == b[j] {
					common[i][j] = common[i+1][j+1] + 1
				} else {
					common[i][j] = max(common[i+1][j], common[i][j+1])
				}
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case common != nil && i < len(a) && j < len(b) && a[i] == b[j]:
			edits = append(edits, edit{' ', a[i]})
			i, j = i+1, j+1
		case i < len(a) && (common == nil || j == len(b) || common[i+1][j] >= common[i][j+1]):
			edits = append(edits, edit{'-', a[i]})
			i++
		default:
			edits = append(edits, edit{'+', b[j]})
			j++
		}
	}
	slices.Reverse(end)
	return append(edits, end...)
}

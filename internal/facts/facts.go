// Package facts holds machines against the tables of facts about Stripe, row by
// row, and what the documents say against the code.
//
// A table of facts is a CSV file: from, trigger, guard, to, events, source. The
// number of a row is that of its line. A block of a transcript says in a comment
// which rows it covers,
//
//	# covers: row=17 row=18
//
// and then must do what these rows say. A row that no block covers is listed, with
// its reason, in a document.
package facts

import (
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/payintent/intents/internal/script"
)

// Row is a row of a table of facts: what Stripe does.
type Row struct {
	Line                             int // of the file
	From, Trigger, Guard, To, Source string
	Events                           []string
}

// Table is where a table of facts is, and what has to be true of it.
type Table struct {
	// File is the package's copy, and Golden the file that says what covers each row.
	File, Golden string
	// Shared is the original, which need not be there.
	Shared string
	// NotModelled is the document, and Section the heading in it, below which rows
	// are listed that no transcript covers.
	NotModelled, Section string
	// Least is how many percent of the rows have to be covered.
	Least int
}

// Block is the place of a block of a transcript, and the rows that it covers.
type Block struct {
	File string
	Line int // of the first command
	Rows []int
}

// Hold holds a machine against a table. Play plays a transcript and returns what its
// blocks did, place says where such a block is, and check says why it does something
// else than a row, or nothing.
func Hold[B any](t *testing.T, table Table, play func(t *testing.T, path string) []B, place func(B) Block, check func(Row, B) error) {
	t.Helper()
	rows := table.read(t)
	covered := map[int][]string{}
	script.Walk(t, "testdata", func(t *testing.T, path string) {
		t.Helper()
		for _, b := range play(t, path) {
			at := place(b)
			for _, n := range at.Rows {
				r, ok := rows[n]
				if !ok {
					t.Fatalf("%s:%d covers row %d, which is none", at.File, at.Line, n)
				}
				if err := check(r, b); err != nil {
					t.Errorf("%s:%d does not do what row %d says: %v: %+v", at.File, at.Line, n, err, r)
				}
				if !slices.Contains(covered[n], at.File) {
					covered[n] = append(covered[n], at.File)
				}
			}
		}
	})
	if t.Failed() {
		return // what is not covered now means nothing
	}
	listed := table.notModelled(t)
	for n := range listed {
		if _, ok := rows[n]; !ok {
			t.Errorf("%s lists row %d, which is none", table.NotModelled, n)
		}
	}
	script.Golden(t, table.Golden, []byte(coverage(t, rows, covered, listed)))
	t.Logf("%d rows: %d covered by transcripts, %d listed as not modelled", len(rows), len(covered), len(listed))
	if len(covered)*100 < len(rows)*table.Least {
		t.Errorf("less than %d percent are covered", table.Least)
	}
}

// coverage says what covers each row, for people, and finds those that nothing does.
func coverage(tb testing.TB, rows map[int]Row, covered map[int][]string, listed map[int]bool) string {
	tb.Helper()
	var out strings.Builder
	for _, n := range slices.Sorted(maps.Keys(rows)) {
		r := rows[n]
		where := strings.Join(covered[n], " ")
		switch {
		case where == "" && !listed[n]:
			tb.Errorf("row %d is neither covered nor listed: %+v", n, r)
		case where != "" && listed[n]:
			tb.Errorf("row %d is both covered and listed", n)
		case where == "":
			where = "not modelled"
		}
		fmt.Fprintf(&out, "%3d  %-24s %-32s -> %-24s  %s\n", n, r.From, r.Trigger, r.To, where)
	}
	return out.String()
}

// read returns the rows by their lines, and holds the copy against the original.
func (table Table) read(tb testing.TB) map[int]Row {
	tb.Helper()
	own, err := os.ReadFile(filepath.FromSlash(table.File))
	if err != nil {
		tb.Fatal(err)
	}
	shared, err := os.ReadFile(filepath.FromSlash(table.Shared))
	switch {
	case err == nil && string(shared) != string(own):
		tb.Fatal("the copy of the facts is out of step: ", table.File)
	case err != nil && !errors.Is(err, os.ErrNotExist):
		tb.Fatal(err)
	}
	r := csv.NewReader(strings.NewReader(string(own)))
	records, err := r.ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	rows := map[int]Row{}
	for i, record := range records {
		if i == 0 || len(record) != 6 {
			continue
		}
		// No field of a table has a line break in it, so that the record is the line.
		rows[i+1] = Row{i + 1, record[0], record[1], record[2], record[3], record[5], events(record[4])}
	}
	if n := strings.Count(strings.TrimSpace(string(own)), "\n"); n != len(rows) {
		tb.Fatalf("%s has %d lines below its head and %d rows", table.File, n, len(rows))
	}
	return rows
}

// events splits a list at its semicolons, but for those in parentheses.
func events(list string) []string {
	depth := 0
	return strings.FieldsFunc(list, func(c rune) bool {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		}
		return c == ';' && depth == 0
	})
}

// notModelled returns the rows that the document lists below the table's section:
// the first column of its tables, where that is a number. A reason has to stand
// beside it.
func (table Table) notModelled(tb testing.TB) map[int]bool {
	tb.Helper()
	rows := map[int]bool{}
	section := ""
	for line, cells := range cellsOf(tb, table.NotModelled) {
		if heading, ok := strings.CutPrefix(line, "## "); ok {
			section = heading
			continue
		}
		if len(cells) < 4 || section != table.Section {
			continue
		}
		n, err := strconv.Atoi(cells[1])
		switch {
		case err != nil:
			continue
		case len(cells[len(cells)-2]) <= 20:
			tb.Errorf("row %d is listed without a reason", n)
		case rows[n]:
			tb.Errorf("row %d is listed twice", n)
		}
		rows[n] = true
	}
	return rows
}

// cellsOf yields the lines of a document, and the cells of those that belong to a table.
func cellsOf(tb testing.TB, path string) func(yield func(line string, cells []string) bool) {
	tb.Helper()
	src, err := os.ReadFile(filepath.FromSlash(path))
	if err != nil {
		tb.Fatal(err)
	}
	return func(yield func(string, []string) bool) {
		for line := range strings.Lines(string(src)) {
			line = strings.TrimSpace(line)
			cells := strings.Split(line, "|")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			if !yield(line, cells) {
				return
			}
		}
	}
}

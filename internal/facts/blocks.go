package facts

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/payintent/intents/internal/script"
)

// Blocks tells the blocks of one transcript apart while it is played.
type Blocks struct {
	lines []string
	last  int // the line of the first command of the block that is played
}

// Open reads a transcript.
func Open(tb testing.TB, path string) *Blocks {
	tb.Helper()
	src, err := os.ReadFile(path) //nolint:gosec // a test names its own file
	if err != nil {
		tb.Fatal(err)
	}
	return &Blocks{lines: strings.Split(string(src), "\n")}
}

// Enter returns the block that a command begins, with the rows that its comments say
// it covers, or false for a command of the block that is played already.
func (bs *Blocks) Enter(tb testing.TB, c script.Command) (Block, bool) {
	tb.Helper()
	from := c.Line - 1 // of the command in lines, and then of what stands above it
	for from > 0 && bs.lines[from-1] != "" && !strings.HasPrefix(bs.lines[from-1], "----") {
		from--
	}
	if bs.last >= from+1 {
		return Block{}, false
	}
	bs.last = c.Line
	b := Block{File: filepath.Base(c.File), Line: c.Line}
	for _, line := range bs.lines[from : c.Line-1] {
		list, ok := strings.CutPrefix(line, "# covers:")
		if !ok {
			continue
		}
		for tag := range strings.FieldsSeq(list) {
			n, err := strconv.Atoi(strings.TrimPrefix(tag, "row="))
			if err != nil {
				tb.Fatalf("%s: %s is not row=number", c.Pos(), tag)
			}
			b.Rows = append(b.Rows, n)
		}
	}
	return b, true
}

package facts

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Choices holds the document of choices against the code of a package: each row of a
// table has a question, a decision, a reason and a place, and the place is one that
// the code in the folders still has. The rows are those below headings that name the
// package in backquotes; those below headings that name none are first's. It returns
// how many there are.
func Choices(tb testing.TB, path, pkg, first string, folders ...string) int {
	tb.Helper()
	code := codeIn(tb, folders)
	n, of := 0, first
	for line, cells := range cellsOf(tb, path) {
		if heading, ok := strings.CutPrefix(line, "## "); ok {
			of = first
			if parts := strings.SplitN(heading, "`", 3); len(parts) == 3 {
				of = parts[1]
			}
			continue
		}
		if of != pkg || len(cells) < 2 || strings.HasPrefix(line, "| question") || strings.HasPrefix(line, "|--") || strings.HasPrefix(line, "| --") {
			continue
		}
		n++
		if len(cells) != 6 || cells[1] == "" || cells[2] == "" || cells[3] == "" {
			tb.Errorf("it takes a question, a decision, a reason and a place: %s", line)
			continue
		}
		names := strings.Split(cells[4], "`")
		if len(names) < 3 && !strings.HasPrefix(cells[4], "same") && !strings.HasPrefix(cells[4], "traits") {
			tb.Errorf("it names no place: %s", line)
		}
		for i := 1; i < len(names); i += 2 {
			name := names[i][strings.LastIndexByte(names[i], '.')+1:]
			if name == "go" {
				name = names[i]
			}
			if !strings.Contains(code, name) {
				tb.Errorf("%s is no more: %s", name, line)
			}
		}
	}
	return n
}

// codeIn returns the code of folders, and the names of its files.
func codeIn(tb testing.TB, folders []string) string {
	tb.Helper()
	var code strings.Builder
	for _, dir := range folders {
		files, err := os.ReadDir(filepath.FromSlash(dir))
		if err != nil {
			tb.Fatal(err)
		}
		for _, f := range files {
			name := f.Name()
			if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				continue
			}
			body, err := os.ReadFile(filepath.Join(filepath.FromSlash(dir), name)) //nolint:gosec // a test names its own folders
			if err != nil {
				tb.Fatal(err)
			}
			code.WriteString(name + "\n" + string(body))
		}
	}
	return code.String()
}

package facts

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/internal/script"
)

// recorder is a testing.TB that takes failures down instead of failing.
type recorder struct {
	testing.TB
	log []string
}

// fatal is what a recorder panics with.
type fatal struct{}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.log = append(r.log, fmt.Sprintf(format, args...))
}

func (r *recorder) Error(args ...any) { r.log = append(r.log, fmt.Sprint(args...)) }

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	panic(fatal{})
}

func (r *recorder) Fatal(args ...any) {
	r.Error(args...)
	panic(fatal{})
}

// failures returns what f has to say against something.
func failures(f func(r *recorder)) (log []string) {
	r := &recorder{}
	defer func() {
		if p := recover(); p != nil && p != any(fatal{}) {
			panic(p)
		}
		log = r.log
	}()
	f(r)
	return r.log
}

func file(t *testing.T, name, contents string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(contents), 0o600))
	return path
}

const head = "from,trigger,guard,to,events,source\n"

func TestRead(t *testing.T) {
	table := Table{File: file(t, "a.csv", head+"(none),create,\"a, b\",here,one (a;b);two,X\nhere,go,,there,(none: no; such),Y\n"), Shared: "testdata/none.csv"}
	require.Equal(t, map[int]Row{
		2: {2, "(none)", "create", "a, b", "here", "X", []string{"one (a;b)", "two"}},
		3: {3, "here", "go", "", "there", "Y", []string{"(none: no; such)"}},
	}, table.read(t))

	table.Shared = file(t, "b.csv", head)
	require.Len(t, failures(func(r *recorder) { table.read(r) }), 1, "out of step")
	table.File = file(t, "c.csv", head+"\"two\nlines\",a,b,c,d,e\n")
	table.Shared = table.File
	require.Len(t, failures(func(r *recorder) { table.read(r) }), 1, "lines and rows differ")
	table.File = "testdata/none.csv"
	require.Len(t, failures(func(r *recorder) { table.read(r) }), 1, "no file")
}

func TestNotModelled(t *testing.T) {
	doc := `# What
## Rows
| row | from | reason |
|---|---|---|
| 2 | here | for this reason, which is long enough |
| many | here | for this reason, which is long enough |
## Other rows
| 3 | here | for this reason, which is long enough |
`
	table := Table{NotModelled: file(t, "a.md", doc), Section: "Rows"}
	require.Equal(t, map[int]bool{2: true}, table.notModelled(t))
	table.Section = "Other rows"
	require.Equal(t, map[int]bool{3: true}, table.notModelled(t))
	table.NotModelled = file(t, "b.md", doc+"| 3 | here | for this reason, which is long enough |\n| 4 | here | because |\n")
	require.Equal(t, []string{"row 3 is listed twice", "row 4 is listed without a reason"}, failures(func(r *recorder) { table.notModelled(r) }))
}

func TestCoverage(t *testing.T) {
	rows := map[int]Row{2: {Line: 2, From: "a", Trigger: "b", To: "c"}, 3: {Line: 3}, 4: {Line: 4}}
	got := coverage(t, rows, map[int][]string{2: {"x.txt", "y.txt"}, 3: {"x.txt"}}, map[int]bool{4: true})
	require.Equal(t, 3, strings.Count(got, "\n"))
	require.Contains(t, got, "x.txt y.txt\n")
	require.Contains(t, got, "not modelled\n")
	require.Len(t, failures(func(r *recorder) {
		coverage(r, rows, map[int][]string{2: {"x.txt"}}, map[int]bool{2: true, 3: true})
	}), 2, "one is both, one is neither")
}

func TestBlocks(t *testing.T) {
	path := file(t, "a.txt", "# A story.\n\n# covers: row=2 row=3\n# covers: row=5\ngo\nagain\n----\nwell\n\nstop\n----\n")
	blocks := Open(t, path)
	var got []Block
	script.Run(t, path, func(tb testing.TB, c script.Command) string {
		tb.Helper()
		if b, begins := blocks.Enter(tb, c); begins {
			got = append(got, b)
		}
		return map[string]string{"go": "well"}[c.Name]
	})
	require.Equal(t, []Block{{"a.txt", 5, []int{2, 3, 5}}, {"a.txt", 10, nil}}, got)

	bad := Open(t, file(t, "b.txt", "# covers: row=two\ngo\n----\n"))
	require.Len(t, failures(func(r *recorder) { bad.Enter(r, script.Command{Name: "go", File: "b.txt", Line: 2}) }), 1)
}

func TestChoices(t *testing.T) {
	code := filepath.Dir(file(t, "a.go", "package a\n\nfunc choose() {}\n"))
	const first, second = "## One\n| question | decision | reason | where |\n|---|---|---|---|\n| a | b | c | `choose`, `a.go` |\n| a | b | c | same |\n", "## The `b` machine\n| a | b | c | `gone` |\n"
	doc := file(t, "choices.md", first+second)
	require.Equal(t, 2, Choices(t, doc, "a", "a", code))
	require.Equal(t, []string{"gone is no more: | a | b | c | `gone` |"}, failures(func(r *recorder) { Choices(r, doc, "b", "a", code) }))
	for _, row := range []string{"| a | b |  | `choose` |", "| a | b | c |", "| a | b | c | somewhere |"} {
		doc := file(t, "choices.md", first+row+"\n")
		require.Len(t, failures(func(r *recorder) { Choices(r, doc, "a", "a", code) }), 1, row)
	}
	require.Len(t, failures(func(r *recorder) { Choices(r, doc, "a", "a", "testdata/none") }), 1)
}

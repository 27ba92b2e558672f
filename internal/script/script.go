// Package script runs transcript tests: text files in which command lines are
// followed by what they are expected to print.
//
// A file is a row of blocks that run in order, with one state behind them:
//
//	# A hold that nobody captures lapses.
//	# covers: row=17
//
//	create amount=2000 description="two words" metadata[order]=6735
//	confirm payment_method=pm_card_visa off_session
//	----
//	requires_payment_method -> requires_capture
//
//	advance by=168h
//	----
//	requires_capture -> canceled
//
// A block is one or more command lines, the rule ----, and the expected output
// up to a blank line or the end of the file. Output that has blank lines in it
// stands between two double rules instead:
//
//	print
//	----
//	----
//	one
//
//	two
//	----
//	----
//
// The output of a block is that of its commands, one after the other. Lines that
// begin with # are comments, except in output. A blank line must not come
// between a command and its rule.
//
// A command line is a name and its arguments. An argument is key=value,
// key="a value in the quotes of Go", or a bare key, which stands for true. A key
// may come twice only if it ends in [].
//
// The handler must read each argument of a command: one that it did not read is
// a failure, so that a misspelt key can't hide. With the flag -update the
// expected output is rewritten in place, and every other byte stays.
//
// The form follows the data-driven tests of CockroachDB and etcd's raft.
package script

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A flag must exist before the flags are parsed, so before any test runs.
var _ = updateFlag()

// updateFlag returns the flag -update, which it registers if nobody has yet.
func updateFlag() *flag.Flag {
	const name = "update"
	if flag.Lookup(name) == nil {
		flag.Bool(name, false, "rewrite transcripts and golden files with the actual output")
	}
	return flag.Lookup(name)
}

// Update reports whether the test binary runs with -update.
//
// The flag belongs to this package. A test package that needs it calls Update
// and does not register a flag of that name, which would panic.
func Update() bool { return updateFlag().Value.String() == "true" }

// Run runs the transcript at path. It calls handle for each command, in order,
// and compares what the commands of a block print with what the file expects. A
// missing end of line is added to what handle returns.
//
// Every block that differs is an error of tb that shows the difference with file
// and line. With -update the file is rewritten instead, unless tb has failed.
func Run(tb testing.TB, path string, handle func(tb testing.TB, c Command) string) {
	tb.Helper()
	src, err := os.ReadFile(path) //nolint:gosec // a test names its own file
	if err != nil {
		tb.Fatal(err)
	}
	f, err := parse(path, string(src))
	if err != nil {
		tb.Fatal(err)
	}
	if len(f.blocks) == 0 {
		tb.Fatalf("%s: no commands", path)
	}
	actual := make([]string, len(f.blocks))
	for i, b := range f.blocks {
		actual[i] = b.run(tb, handle)
		if actual[i] == b.want || Update() {
			continue
		}
		d, line := diff(b.want, actual[i], b.wantLine)
		tb.Errorf("%s:%d: the output differs (- expected, + actual; -update accepts it)\n%s", path, line, d)
	}
	if !Update() || tb.Failed() {
		return
	}
	out, err := f.render(actual)
	if err != nil {
		tb.Fatal(err)
	}
	write(tb, path, src, []byte(out))
}

// run returns what the commands of a block print.
func (b *block) run(tb testing.TB, handle func(tb testing.TB, c Command) string) string {
	tb.Helper()
	var out strings.Builder
	for _, c := range b.commands {
		c.t = tb
		s := handle(tb, c)
		out.WriteString(s)
		if s != "" && !strings.HasSuffix(s, "\n") {
			out.WriteByte('\n')
		}
		for _, a := range c.Args {
			if !a.read {
				tb.Errorf("%s: %s: nothing read the argument %s", c.Pos(), c.Name, a.Key)
			}
		}
	}
	return out.String()
}

// Walk calls f in a subtest for each *.txt file below dir, in lexical order. A
// subtest has the name of the file, from dir on and without .txt. To find none is
// a failure.
func Walk(t *testing.T, dir string, f func(t *testing.T, path string)) {
	t.Helper()
	names, err := transcripts(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) { f(t, filepath.Join(dir, name+".txt")) })
	}
}

// transcripts returns the names of the transcripts below dir, with slashes.
func transcripts(dir string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if name, ok := strings.CutSuffix(path, ".txt"); ok && err == nil && !e.IsDir() {
			name, err = filepath.Rel(dir, name)
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	if err == nil && names == nil {
		err = fmt.Errorf("%s: no transcripts", dir)
	}
	return names, err
}

// Golden compares got with the file at path. A difference is an error of tb that
// shows it with file and line. With -update the file is written instead, and its
// directories with it.
//
// It serves for generated parts of other files too: read the file, replace the
// part, and call Golden with the whole.
func Golden(tb testing.TB, path string, got []byte) {
	tb.Helper()
	want, err := os.ReadFile(path) //nolint:gosec // a test names its own file
	switch {
	case Update() && (err == nil || errors.Is(err, os.ErrNotExist)):
		write(tb, path, want, got)
	case errors.Is(err, os.ErrNotExist):
		tb.Fatalf("%v (-update writes it)", err)
	case err != nil:
		tb.Fatal(err)
	case string(want) != string(got):
		d, line := diff(string(want), string(got), 1)
		tb.Errorf("%s:%d: the file differs (- expected, + actual; -update accepts it)\n%s", path, line, d)
	}
}

// write replaces the file at path, if there is something to change in it.
func write(tb testing.TB, path string, before, after []byte) {
	tb.Helper()
	if before != nil && string(before) == string(after) {
		return
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // a part of the source tree, for all to read
		tb.Fatal(err)
	}
	if err := os.WriteFile(path, after, 0o644); err != nil { //nolint:gosec // a source file, for all to read
		tb.Fatal(err)
	}
	tb.Logf("%s: rewritten", path)
}

// Tags collects the tags of a transcript, the lines of the form
//
//	# covers: key=value other="another value"
//
// in its comments. They say which facts the transcript is about, so that a test
// can check that each fact has one. The values of a key come in the order of the
// file. A file that can't be read or parsed is an error that names the line.
func Tags(path string) (map[string][]string, error) {
	src, err := os.ReadFile(path) //nolint:gosec // a test names its own file
	if err != nil {
		return nil, err
	}
	f, err := parse(path, string(src))
	if err != nil {
		return nil, err
	}
	tags := map[string][]string{}
	for _, a := range f.tags {
		tags[a.Key] = append(tags[a.Key], a.Value)
	}
	return tags, nil
}

// SyntaxError says that a transcript is malformed.
type SyntaxError struct {
	// File is the path of the transcript.
	File string
	// Line counts from 1.
	Line int
	// Problem says what is wrong.
	Problem string
}

// Error implements error.
func (e *SyntaxError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Problem) }

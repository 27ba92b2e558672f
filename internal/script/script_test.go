package script

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// counter is a handler with a running total.
func counter() func(testing.TB, Command) string {
	total := int64(0)
	return func(_ testing.TB, c Command) string {
		switch c.Name {
		case "add":
			n, _ := c.Int("n")
			total += n
			return fmt.Sprint(total)
		case "quiet":
			return ""
		case "lines":
			return "one\n\n# not a comment\nthree\n"
		case "print":
			var out strings.Builder
			for k, v := range c.All() {
				fmt.Fprintf(&out, "%s %q\n", k, v)
			}
			return out.String()
		}
		c.Fatalf("unknown command")
		return ""
	}
}

func TestWalk(t *testing.T) {
	var ran []string
	Walk(t, "testdata/walk", func(t *testing.T, path string) {
		t.Helper()
		ran = append(ran, t.Name()+" "+filepath.ToSlash(path))
		Run(t, path, counter())
	})
	require.Equal(t, []string{
		"TestWalk/counter testdata/walk/counter.txt",
		"TestWalk/nested/again testdata/walk/nested/again.txt",
	}, ran)
}

// recorder is a testing.TB that takes failures down instead of failing.
type recorder struct {
	testing.TB

	log    []string
	logged []string
	failed bool
}

func (r *recorder) Helper()      {}
func (r *recorder) Failed() bool { return r.failed }
func (r *recorder) Logf(format string, args ...any) {
	r.logged = append(r.logged, fmt.Sprintf(format, args...))
}

func (r *recorder) Errorf(format string, args ...any) {
	r.log, r.failed = append(r.log, fmt.Sprintf(format, args...)), true
}

func (r *recorder) Fatal(args ...any) {
	r.Errorf("%s", fmt.Sprint(args...))
	runtime.Goexit()
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

// record runs f as a test would and returns its failures.
func record(f func(tb testing.TB)) *recorder {
	r := &recorder{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(r)
	}()
	<-done
	return r
}

// setUpdate sets the flag for the length of a test.
func setUpdate(t *testing.T, on bool) {
	t.Helper()
	was := Update()
	require.NoError(t, flag.Set("update", fmt.Sprint(on)))
	t.Cleanup(func() { require.NoError(t, flag.Set("update", fmt.Sprint(was))) })
}

// transcript writes a file and returns its path.
func transcript(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "t.txt")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func runCounter(path string) *recorder {
	return record(func(tb testing.TB) {
		tb.Helper()
		Run(tb, path, counter())
	})
}

func TestRunReportsEachDifference(t *testing.T) {
	setUpdate(t, false)
	text := "# head\nadd n=1\n----\n1\n\nadd n=1\n----\n3\n\nlines\n----\n----\none\n\n# a comment\nthree\n----\n----\n\nadd n=0\n----\n"
	path := transcript(t, text)
	r := runCounter(path)
	require.Equal(t, []string{
		path + ":8: the output differs (- expected, + actual; -update accepts it)\n- 3\n+ 2",
		path + ":15: the output differs (- expected, + actual; -update accepts it)\n  one\n  \n- # a comment\n+ # not a comment\n  three",
		path + ":22: the output differs (- expected, + actual; -update accepts it)\n+ 2",
	}, r.log)
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, text, string(after), "without the flag the file stays")
}

func TestRunRefusesUnreadArguments(t *testing.T) {
	setUpdate(t, false)
	path := transcript(t, "\nadd n=1 m=2 quickly\n----\n1\n")
	want := []string{
		path + ":2: add: nothing read the argument m",
		path + ":2: add: nothing read the argument quickly",
	}
	require.Equal(t, want, runCounter(path).log)

	setUpdate(t, true)
	path = transcript(t, "\nadd n=1 m=2 quickly\n----\n7\n")
	require.Len(t, runCounter(path).log, 2, "with -update too")
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(after), "7", "a test that failed rewrites nothing")
}

func TestRunEndsWithFatalf(t *testing.T) {
	setUpdate(t, false)
	path := transcript(t, "add n=1\n----\n1\n\njump\n----\n\nadd n=1\n----\n9\n")
	require.Equal(t, []string{path + ":5: jump: unknown command"}, runCounter(path).log)
}

func TestRunUpdate(t *testing.T) {
	setUpdate(t, true)
	for name, tc := range map[string]struct{ before, after string }{
		"comments and spacing stay": {
			"# one\n\n\n  add   n=1\n# two\nadd n=1\n----\n9\n\n\n\n# three\nadd n=0\n ----\n8\n\n# end",
			"# one\n\n\n  add   n=1\n# two\nadd n=1\n----\n1\n2\n\n\n\n# three\nadd n=0\n----\n2\n\n# end",
		},
		"new double rule": {
			"lines\n----\n\nadd n=1\n----\n",
			"lines\n----\n----\none\n\n# not a comment\nthree\n----\n----\n\nadd n=1\n----\n1\n",
		},
		"double rule becomes single before a command": {
			"add n=1\n----\n----\n2\n\n3\n----\n----\nadd n=1\n----\n2\n",
			"add n=1\n----\n1\n\nadd n=1\n----\n2\n",
		},
		"double rule becomes single before a blank line": {
			"add n=1\n----\n----\n2\n----\n----\n\nadd n=1\n----\n2\n",
			"add n=1\n----\n1\n\nadd n=1\n----\n2\n",
		},
		"a needless double rule stays": {
			"add n=1\n----\n----\n1\n----\n----\nquiet\n----\n----\n----\n----\n",
			"add n=1\n----\n----\n1\n----\n----\nquiet\n----\n----\n----\n----\n",
		},
		"output goes": {
			"quiet\n----\n1\n\nquiet\n----\n2",
			"quiet\n----\n\nquiet\n----\n",
		},
		"no end of line": {
			"add n=1\n----\n1",
			"add n=1\n----\n1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := transcript(t, tc.before)
			r := runCounter(path)
			require.Empty(t, r.log)
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, tc.after, string(after))
			require.Equal(t, tc.before != tc.after, len(r.logged) == 1, "a rewrite is logged: %v", r.logged)

			setUpdate(t, false)
			require.Empty(t, runCounter(path).log, "what was written passes")
		})
	}
}

func TestRunUpdateRefusesWhatTheFormatCannotHold(t *testing.T) {
	setUpdate(t, true)
	for output, problem := range map[string]string{
		"a\r\n":                "the output has a carriage return",
		"\n----\n----\n":       "the output has blank lines and a double rule, or a rule at its end",
		"a\n\n----\n":          "the output has blank lines and a double rule, or a rule at its end",
		"----\na\n----":        "the output has blank lines and a double rule, or a rule at its end",
		"a\n\n----\n----\nb\n": "the output has blank lines and a double rule, or a rule at its end",
	} {
		path := transcript(t, "print\n----\n")
		r := record(func(tb testing.TB) {
			tb.Helper()
			Run(tb, path, func(testing.TB, Command) string { return output })
		})
		require.Equal(t, []string{path + ":2: " + problem}, r.log, "%q", output)
	}
}

// TestUpdateRoundTrip writes any outputs that the format can hold and reads them back.
func TestUpdateRoundTrip(t *testing.T) {
	line := rapid.SampledFrom([]string{"", " ", "a", "# b", "----", "-----", "x=1", "\t----"})
	output := rapid.Custom(func(t *rapid.T) string {
		l := rapid.SliceOfN(line, 0, 5).Draw(t, "lines")
		if len(l) == 0 {
			return ""
		}
		return strings.Join(l, "\n") + "\n"
	})
	rapid.Check(t, func(t *rapid.T) {
		const start = "# head\none\n----\nx\n\n# between\ntwo\n----\n----\ny\n----\n----\nthree\n----\n"
		outputs := rapid.SliceOfN(output, 3, 3).Draw(t, "outputs")
		f, err := parse("t.txt", start)
		if err != nil {
			t.Fatal(err)
		}
		text, err := f.render(outputs)
		if err != nil {
			t.Skip(err)
		}
		again, err := parse("t.txt", text)
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		if len(again.blocks) != 3 {
			t.Fatalf("%d blocks in\n%s", len(again.blocks), text)
		}
		for i, b := range again.blocks {
			if b.want != outputs[i] {
				t.Fatalf("block %d has %q, want %q, in\n%s", i, b.want, outputs[i], text)
			}
		}
		if !strings.Contains(text, "# head\none\n") || !strings.Contains(text, "\n# between\ntwo\n") {
			t.Fatalf("lost a comment:\n%s", text)
		}
	})
}

func TestSyntaxErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                              ": no commands",
		"# only a comment\n":            ": no commands",
		"a\n":                           ":1: a command without a rule ----",
		"a\n\n----\n":                   ":2: a blank line between a command and its rule ----",
		"a\n----\nx\n\n----\n":          ":5: a rule without commands",
		"a\n----\n----\nx\n\n":          ":5: output without its closing double rule",
		"a\n----\n----\nx\n----\n":      ":5: output without its closing double rule",
		"a\n----\nx\r\n":                ":3: a carriage return",
		"=a\n----\n":                    ":1: not the name of a command: =a",
		"a=b\n----\n":                   ":1: not the name of a command: a=b",
		" # a\n----\n":                  ":1: not the name of a command: #",
		"a x=1 x=2\n----\n":             ":1: the argument x comes twice",
		"a\n# c\na =1\n----\n":          ":3: not a key: =1",
		"a x\"y=1\n----\n":              ":1: not a key: x\"y=1",
		"a x=\"1\n----\n":               ":1: not a value of x: \"1",
		"a x=\"1\"2\n----\n":            ":1: not a value of x: \"1\"2",
		"a x=1\"2\n----\n":              ":1: not a value of x: 1\"2",
		"# covers: row\na\n----\n":      ":1: the tag row has no value",
		"# covers:\na\n----\n":          ":1: no tags",
		"a\n----\n\n#covers: x=\"\n":    ":4: not a value of x: \"",
		"a\n----\n1\n\nb\n----\n2\n\nc": ":9: a command without a rule ----",
	} {
		path := transcript(t, text)
		r := runCounter(path)
		require.Equal(t, []string{path + want}, r.log, "%q", text)
		if !strings.HasPrefix(want, ": ") {
			_, err := Tags(path)
			var syntax *SyntaxError
			require.ErrorAs(t, err, &syntax)
			require.Equal(t, path, syntax.File)
			require.Equal(t, path+want, syntax.Error())
		}
	}
	require.ErrorIs(t, func() error { _, err := Tags("testdata/none.txt"); return err }(), fs.ErrNotExist)
	require.Contains(t, runCounter("testdata/none.txt").log[0], "testdata/none.txt")
}

func TestTags(t *testing.T) {
	tags, err := Tags("testdata/walk/counter.txt")
	require.NoError(t, err)
	require.Equal(t, map[string][]string{"row": {"1", "2", "3"}, "source": {"two words"}}, tags)

	tags, err = Tags(transcript(t, "a\n----\n# covers: no=tag\n\n#covers: a=1 b=2\n"))
	require.NoError(t, err)
	require.Equal(t, map[string][]string{"a": {"1"}, "b": {"2"}}, tags, "output holds no tags")
}

func TestGolden(t *testing.T) {
	setUpdate(t, false)
	path := filepath.Join(t.TempDir(), "deep", "x.golden")
	golden := func(got string) []string {
		return record(func(tb testing.TB) {
			tb.Helper()
			Golden(tb, path, []byte(got))
		}).log
	}
	missing := golden("a\n")
	require.Len(t, missing, 1)
	require.Contains(t, missing[0], "(-update writes it)")
	_, err := os.Stat(path)
	require.ErrorIs(t, err, fs.ErrNotExist)

	setUpdate(t, true)
	require.Empty(t, golden("1\n2\n3\n4\n5\n6\n"))
	setUpdate(t, false)
	require.Empty(t, golden("1\n2\n3\n4\n5\n6\n"))
	require.Equal(t, []string{
		path + ":6: the file differs (- expected, + actual; -update accepts it)\n  ... line 3\n  3\n  4\n  5\n- 6\n+ 7",
	}, golden("1\n2\n3\n4\n5\n7\n"))
	require.Equal(t, []string{
		path + ":6: the file differs (- expected, + actual; -update accepts it)\n  ... line 3\n  3\n  4\n  5\n- 6\n+ 6 (no end of line)",
	}, golden("1\n2\n3\n4\n5\n6"))

	path = t.TempDir() // not a file
	require.Len(t, golden("x"), 1)
	setUpdate(t, true)
	require.Len(t, golden("x"), 1)
}

func TestUpdateFlag(t *testing.T) {
	f := flag.Lookup("update")
	require.NotNil(t, f)
	require.Same(t, f, updateFlag(), "a second registration would panic")
	setUpdate(t, false)
	require.False(t, Update())
	setUpdate(t, true)
	require.True(t, Update())
}

func TestWalkFindsNothing(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "a.txt"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "b.md"), nil, 0o600))
	_, err := transcripts(dir)
	require.EqualError(t, err, dir+": no transcripts")
	_, err = transcripts(filepath.Join(dir, "none"))
	require.ErrorIs(t, err, fs.ErrNotExist)
}

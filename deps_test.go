package intents_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

const modulePath = "github.com/payintent/intents"

// lattice says which package may import which, in a form like that of Go's own
// go/build/deps_test.go: "a, b < c, d < e" lets c and d import a and b, and e
// import c and d. Lines end in semicolons. A name in capitals is a set: it stands
// for all that is to the left of it. "." is the root package; a package of this
// module goes by its folder with ./ in front, any other by its import path.
//
// Below a package lie its own packages of this module too: who may import
// ./checkout may import ./capture. What comes from outside the module is not
// inherited: ./capture may hold a lock, and ./paymentintent may not.
//
// Imports are refused unless listed, so that a new one is a decision. What the
// core has no line for is not to be had there: os, net, log, math/rand, testing.
const lattice = `
	# Values in, values out.
	bytes, cmp, encoding, encoding/base64, encoding/binary, encoding/hex,
	encoding/json, errors, fmt, hash, hash/fnv, io, iter, maps, math, math/big,
	math/bits, slices, sort, strconv, strings, time, unicode, unicode/utf8
	< PURE;

	# What a driver needs beside: a lock and a context.
	context, container/heap, sync, sync/atomic < DRIVER;

	# What a test needs beside, and what a program may do.
	flag, go/format, hash/maphash, os, path, path/filepath, reflect, regexp, runtime, testing < TEST;
	bufio, embed, flag, html/template, io/fs, log, log/slog, math/rand/v2, net, net/http,
	net/http/httptest, net/url, os, os/signal, path, path/filepath, syscall, text/tabwriter,
	text/template
	< PROGRAM;

	# The vocabulary and its leaves.
	PURE < ./internal/ids, ./internal/jsonenc, ./internal/table;
	PURE, ./internal/ids, ./internal/jsonenc < .;

	PURE, . < ./internal/law, ./internal/stored;

	# The machines, each above those that it knows.
	PURE, DRIVER, ., ./internal/table, ./internal/law, ./internal/stored < ./capture;
	PURE, ./capture < ./internal/simulate; # what the simulators have in common
	PURE, context, ./internal/simulate < ./paymentintent, ./setupintent; # the processor of a driver takes a context
	PURE, context, ./paymentintent, ./setupintent < ./checkout;

	# The wire: Stripe's envelope, the signature, the handler.
	crypto/hmac, crypto/sha256, crypto/subtle, net/http, net/url < WIRE;
	PURE, DRIVER, WIRE, ./checkout < ./webhook;
	PURE, DRIVER, WIRE, log/slog, ./webhook < ./webhook/delivery; # Sender and Receiver are HTTP's two ends
	PURE, crypto/sha256, net/url, ./internal/law, ./internal/stored < ./webhook/idempotency;

	# The harness of the tests, which no machine imports.
	PURE, DRIVER, TEST, ., ./internal/table < ./internal/explore, ./internal/script;
	PURE, TEST, encoding/csv, ./internal/script < ./internal/facts;
	PURE, ./capture, ./paymentintent, ./setupintent, ./checkout < ./internal/model;

	# The kits that importers test with. They alone import rapid.
	PURE, DRIVER, TEST, pgregory.net/rapid < KIT;
	KIT, ./capture < ./capture/capturetest;
	KIT, ./paymentintent, ./capture/capturetest < ./paymentintent/paymentintenttest;
	KIT, ./setupintent, ./capture/capturetest < ./setupintent/setupintenttest;
	KIT, ./checkout, ./paymentintent/paymentintenttest, ./setupintent/setupintenttest < ./checkout/checkouttest;

	# The programs.
	PURE, net/url, ./checkout < ./examples/internal/form;
	PURE, DRIVER, PROGRAM, ./webhook, ./examples/internal/form < ./examples/quickstart, ./examples/savecard, ./examples/service;
	PURE, DRIVER, PROGRAM, crypto/hmac, crypto/rand, crypto/sha256, ./webhook/delivery < ./examples/fakestripe/internal/page;
	PURE, ./internal/jsonenc < ./examples/fakestripe/internal/splice;
	PURE, DRIVER, PROGRAM, crypto/rand, runtime, runtime/debug, ./webhook/delivery, ./webhook/idempotency, ./examples/internal/form,
	./examples/fakestripe/internal/page, ./examples/fakestripe/internal/splice < ./examples/fakestripe < ./examples/fakestripe/cmd/fakestripe;
	PURE, DRIVER, PROGRAM < ./examples/fakestripe/cmd/fakestripe;
`

// testOnly lists what a _test.go file may import from outside this module and
// the standard library.
const testOnly = `github.com/google/go-cmp/cmp github.com/stretchr/testify/assert github.com/stretchr/testify/require pgregory.net/rapid`

// TestDeps holds the tree against the lattice.
func TestDeps(t *testing.T) {
	problems, packages, err := checkDeps(os.DirFS("."), lattice)
	require.NoError(t, err)
	require.Contains(t, packages, ".", "the walk has seen the tree")
	for _, p := range problems {
		t.Error(p)
	}
}

// TestDepsCatches plants one bad import after the other.
func TestDepsCatches(t *testing.T) {
	const rules = `errors, time < PURE; PURE < .; PURE, sync, . < ./capture; PURE, ./capture < ./paymentintent;
		testing, pgregory.net/rapid, ./capture < ./capture/capturetest;`
	good := map[string]string{
		"intents.go":                  `import "errors"`,
		"intents_test.go":             `import ("os"; "github.com/stretchr/testify/require"; "` + modulePath + `/capture")`,
		"capture/charge.go":           `import ("sync"; "time"; "` + modulePath + `")`,
		"capture/capturetest/kit.go":  `import ("pgregory.net/rapid"; "testing"; "` + modulePath + `/capture")`,
		"paymentintent/intent.go":     `import ("` + modulePath + `"; "` + modulePath + `/capture")`,
		"paymentintent/testdata/x.go": `import "os"`,
		"examples/compare/go.mod":     `module other`,
		"examples/compare/x.go":       `import "github.com/looplab/fsm"`,
		".hidden/x.go":                `import "os"`,
	}
	for _, c := range []struct{ name, file, body, want string }{
		{"good", "", "", ""},
		{"io", "capture/charge.go", `import "os"`, `./capture may not import os`},
		{"up", "capture/charge.go", `import "` + modulePath + `/paymentintent"`, `./capture may not import ./paymentintent`},
		{"root up", "intents.go", `import "` + modulePath + `/capture"`, `. may not import ./capture`},
		{"lock in a machine", "paymentintent/intent.go", `import "sync"`, `./paymentintent may not import sync`},
		{"kit in core", "paymentintent/intent.go", `import "` + modulePath + `/capture/capturetest"`, `./paymentintent may not import ./capture/capturetest`},
		{"rapid in core", "capture/charge.go", `import "pgregory.net/rapid"`, `./capture may not import pgregory.net/rapid`},
		{"testify in kit", "capture/capturetest/kit.go", `import "github.com/stretchr/testify/require"`, `./capture/capturetest may not import github.com/stretchr/testify/require`},
		{"stranger in test", "capture/x_test.go", `import "github.com/looplab/fsm"`, `capture/x_test.go: a test may not import github.com/looplab/fsm`},
		{"sibling of the module", "intents_test.go", `import "` + modulePath + `x"`, `intents_test.go: a test may not import ` + modulePath + `x`},
		{"cgo", "intents.go", `import "C"`, `. may not import C`},
		{"build tag", "capture/plan9.go", "//go:build plan9\n\n" + `import "os"`, `./capture may not import os`},
		{"unlisted", "webhook/event.go", ``, `./webhook is not in the lattice`},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree := fstest.MapFS{}
			for name, body := range good {
				tree[name] = &fstest.MapFile{Data: []byte(source(name, body))}
			}
			if c.file != "" {
				tree[c.file] = &fstest.MapFile{Data: []byte(source(c.file, c.body))}
			}
			problems, packages, err := checkDeps(tree, rules)
			require.NoError(t, err)
			require.Subset(t, packages, []string{".", "./capture", "./capture/capturetest", "./paymentintent"})
			if c.want == "" {
				require.Empty(t, problems)
				return
			}
			require.Len(t, problems, 1)
			require.Contains(t, problems[0], c.want)
		})
	}
}

// TestLattice holds the lattice's own notation to account.
func TestLattice(t *testing.T) {
	for name, rules := range map[string]string{
		"cycle":         `errors < a; a < b; b < a;`,
		"undefined set": `NOWHERE < a;`,
		"empty name":    `errors, < a;`,
		"no arrow":      `errors;`,
		"space":         `errors fmt < a;`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseLattice(rules)
			require.Error(t, err)
		})
	}
	may, err := parseLattice(`a, b < SET; SET < ./c < ./d < ./e;`)
	require.NoError(t, err)
	require.Equal(t, []string{"SET", "a", "b"}, may["./c"])
	require.Equal(t, []string{"./c"}, may["./d"])
	require.Equal(t, []string{"./c", "./d"}, may["./e"])
}

func source(name, body string) string {
	if !strings.HasSuffix(name, ".go") {
		return body
	}
	if tag, rest, ok := strings.Cut(body, "\n\n"); ok {
		return tag + "\n\npackage p\n" + rest + "\n"
	}
	return "package p\n" + body + "\n"
}

// checkDeps reads the imports of all Go files under root, whatever their build
// tags, and returns what the rules forbid and which packages it has seen.
func checkDeps(root fs.FS, rules string) (problems, packages []string, err error) {
	may, err := parseLattice(rules)
	if err != nil {
		return nil, nil, err
	}
	err = fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skipDir(root, name)
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		imports, err := importsOf(root, name)
		if err != nil {
			return err
		}
		if strings.HasSuffix(name, "_test.go") {
			for _, imp := range imports {
				if !isStd(imp) && !strings.HasPrefix(imp, ".") && !slices.Contains(strings.Fields(testOnly), imp) {
					problems = append(problems, fmt.Sprintf("%s: a test may not import %s", name, imp))
				}
			}
			return nil
		}
		pkg := local(path.Dir(name))
		if !slices.Contains(packages, pkg) {
			packages = append(packages, pkg)
		}
		allowed, listed := may[pkg]
		if !listed {
			problems = append(problems, fmt.Sprintf("%s: package %s is not in the lattice", name, pkg))
			return nil
		}
		for _, imp := range imports {
			if !slices.Contains(allowed, imp) {
				problems = append(problems, fmt.Sprintf("%s: package %s may not import %s", name, pkg, imp))
			}
		}
		return nil
	})
	return problems, packages, err
}

// skipDir leaves out what the go command leaves out of ./... too.
func skipDir(root fs.FS, name string) error {
	if name == "." {
		return nil
	}
	base := path.Base(name)
	_, err := fs.Stat(root, path.Join(name, "go.mod"))
	if err == nil || base == "testdata" || base == "vendor" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return fs.SkipDir
	}
	return nil
}

// importsOf returns the imports of one file in the notation of the lattice.
func importsOf(root fs.FS, name string) ([]string, error) {
	src, err := fs.ReadFile(root, name)
	if err != nil {
		return nil, err
	}
	file, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	var imports []string
	for _, spec := range file.Imports {
		imp, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		if rest, ok := strings.CutPrefix(imp, modulePath); ok && (rest == "" || rest[0] == '/') {
			imp = local(strings.TrimPrefix(rest, "/"))
		}
		imports = append(imports, imp)
	}
	return imports, nil
}

// local returns the lattice's name of the package in a folder of this module.
func local(dir string) string {
	if dir == "" || dir == "." {
		return "."
	}
	return "./" + dir
}

// isStd reports whether imp is of the standard library: there, the first element has no dot.
func isStd(imp string) bool {
	first, _, _ := strings.Cut(imp, "/")
	return !strings.Contains(first, ".") && imp != "C"
}

// parseLattice returns, for each name on the right of a <, all names that it may import, sorted.
func parseLattice(rules string) (map[string][]string, error) {
	direct := map[string][]string{}
	used := map[string]bool{}
	var text strings.Builder
	for line := range strings.Lines(rules) {
		line, _, _ = strings.Cut(line, "#")
		text.WriteString(line)
	}
	for rule := range strings.SplitSeq(strings.TrimSpace(text.String()), ";") {
		if strings.TrimSpace(rule) == "" {
			continue
		}
		var left []string
		for i, side := range strings.Split(rule, "<") {
			var names []string
			for name := range strings.SplitSeq(side, ",") {
				name = strings.TrimSpace(name)
				if name == "" || strings.ContainsAny(name, " \t\n") {
					return nil, fmt.Errorf("lattice: bad name %q in %q", name, rule)
				}
				names = append(names, name)
				used[name] = true
				if i > 0 {
					direct[name] = append(direct[name], left...)
				}
			}
			left = names
		}
		if !strings.Contains(rule, "<") {
			return nil, fmt.Errorf("lattice: no < in %q", rule)
		}
	}
	for name := range used {
		if _, ok := direct[name]; !ok && isSet(name) {
			return nil, fmt.Errorf("lattice: set %s is not defined", name)
		}
	}
	return closure(direct)
}

func isSet(name string) bool { return name != "." && name == strings.ToUpper(name) }

// closure adds to each name what lies below its names in turn.
func closure(direct map[string][]string) (map[string][]string, error) {
	all := map[string][]string{}
	var visit func(name string, above []string) ([]string, error)
	visit = func(name string, above []string) ([]string, error) {
		if slices.Contains(above, name) {
			return nil, fmt.Errorf("lattice: cycle through %s", name)
		}
		if done, ok := all[name]; ok {
			return done, nil
		}
		var names []string
		for _, below := range direct[name] {
			more, err := visit(below, append(above, name))
			if err != nil {
				return nil, err
			}
			names = append(names, below)
			for _, n := range more {
				if isSet(below) || strings.HasPrefix(n, ".") {
					names = append(names, n)
				}
			}
		}
		slices.Sort(names)
		all[name] = slices.Compact(names)
		return all[name], nil
	}
	for name := range direct {
		if _, err := visit(name, nil); err != nil {
			return nil, err
		}
	}
	return all, nil
}

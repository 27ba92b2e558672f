package intents_test

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/doc"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// TestDocLinks reads the comments of every package as pkg.go.dev does: each
// exported name has one, and each [link] in one leads somewhere.
func TestDocLinks(t *testing.T) {
	problems, packages, err := checkDocs(os.DirFS("."))
	require.NoError(t, err)
	require.Positive(t, packages, "the walk has seen the tree")
	for _, p := range problems {
		t.Error(p)
	}
}

// TestDocLinksCatches plants one bad comment after the other in package b, which imports package a.
func TestDocLinksCatches(t *testing.T) {
	const a = "// Package a is fine.\npackage a\n\n// T is a type.\ntype T struct{}\n\n// M is a method.\nfunc (T) M() {}\n"
	const head = "// Package b is fine.\npackage b\n\nimport (\n\"errors\"\n\"strings\"\n\"" + modulePath + "/a\"\n)\n\n// V holds.\nvar V = errors.New(strings.ToUpper(\"\"))\n\n// U is [a.T].\ntype U a.T\n\n"
	for _, c := range []struct{ name, body, want string }{
		{"good", "// F uses [V], [U], [a.T], [*a.T], [a.T.M], [errors.Is] and [strings.Builder.Len]; x[i], [sic], []byte and [Stripe] are text.\n//\n// [Stripe]: https://example.com\nfunc F() {}", ""},
		{"no comment", "func F() {}", "b.F has no comment"},
		{"no comment on a method", "func (U) F() {}", "b.U.F has no comment"},
		{"no comment on a type", "type X struct{}", "b.X has no comment"},
		{"no comment on a constant", "const X = 1", "b.X has no comment"},
		{"local link", "// F uses [Missing].\nfunc F() {}", "[Missing] leads nowhere"},
		{"method link", "// F uses [U.Missing].\nfunc F() {}", "[U.Missing] leads nowhere"},
		{"package link", "// F uses [a.Missing].\nfunc F() {}", "[a.Missing] leads nowhere"},
		{"method of a package", "// F uses [a.T.Missing].\nfunc F() {}", "[a.T.Missing] leads nowhere"},
		{"standard library", "// F uses [errors.Missing].\nfunc F() {}", "[errors.Missing] leads nowhere"},
		{"not imported", "// F uses [capture.Charge].\nfunc F() {}", "[capture.Charge] leads nowhere"},
		{"field", "// F is fine.\ntype F struct {\n// X is [Missing].\nX int }", "[Missing] leads nowhere"},
		{"in a list", "// F lists:\n//   - one [Missing]\nfunc F() {}", "[Missing] leads nowhere"},
	} {
		t.Run(c.name, func(t *testing.T) {
			problems, packages, err := checkDocs(fstest.MapFS{
				"a/a.go":      {Data: []byte(a)},
				"b/b.go":      {Data: []byte(head + c.body + "\n")},
				"b/b_test.go": {Data: []byte("package b\n\nfunc Helper() {}\n")},
			})
			require.NoError(t, err)
			require.Equal(t, 2, packages)
			if c.want == "" {
				require.Empty(t, problems)
				return
			}
			require.Len(t, problems, 1)
			require.Contains(t, problems[0], c.want)
		})
	}
	problems, _, err := checkDocs(fstest.MapFS{"c/c.go": {Data: []byte("package c\n")}})
	require.NoError(t, err)
	require.Equal(t, []string{"./c: package c has no comment"}, problems)
}

// docs are the parsed packages by import path.
type docs struct {
	fset  *token.FileSet
	files map[string][]*ast.File
	pkgs  map[string]*doc.Package
}

// checkDocs returns what is wrong with the comments of the packages under root and how many there are.
func checkDocs(root fs.FS) (problems []string, packages int, err error) {
	d := docs{token.NewFileSet(), map[string][]*ast.File{}, map[string]*doc.Package{}}
	err = fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return skipDir(root, name)
		}
		if path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		src, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		return d.parse(path.Join(modulePath, path.Dir(name)), name, src)
	})
	if err != nil {
		return nil, 0, err
	}
	paths := make([]string, 0, len(d.files))
	for importPath := range d.files {
		paths = append(paths, importPath)
	}
	slices.Sort(paths)
	for _, importPath := range paths {
		found, err := d.check(importPath)
		if err != nil {
			return nil, 0, err
		}
		problems = append(problems, found...)
	}
	return problems, len(paths), nil
}

func (d docs) parse(importPath, name string, src any) error {
	file, err := parser.ParseFile(d.fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	d.files[importPath] = append(d.files[importPath], file)
	return nil
}

// load returns the package as go doc sees it; it finds the standard library's on disk.
func (d docs) load(importPath string) (*doc.Package, error) {
	if pkg, ok := d.pkgs[importPath]; ok {
		return pkg, nil
	}
	if _, ok := d.files[importPath]; !ok {
		found, err := build.Import(importPath, "", 0)
		if err != nil {
			return nil, err
		}
		for _, name := range found.GoFiles {
			if err := d.parse(importPath, filepath.Join(found.Dir, name), nil); err != nil {
				return nil, err
			}
		}
	}
	pkg, err := doc.NewFromFiles(d.fset, d.files[importPath], importPath, doc.PreserveAST)
	d.pkgs[importPath] = pkg
	return pkg, err
}

// check reads every comment of one package.
func (d docs) check(importPath string) (problems []string, err error) {
	files := d.files[importPath]
	pkg, err := d.load(importPath)
	if err != nil {
		return nil, err
	}
	if pkg.Doc == "" && pkg.Name != "main" {
		problems = append(problems, fmt.Sprintf("%s: package %s has no comment", local(strings.TrimPrefix(strings.TrimPrefix(importPath, modulePath), "/")), pkg.Name))
	}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			for _, name := range undocumented(n) {
				problems = append(problems, fmt.Sprintf("%s: %s.%s has no comment", d.fset.Position(n.Pos()), pkg.Name, name))
			}
			if group, ok := n.(*ast.CommentGroup); ok {
				for _, link := range d.brokenLinks(pkg, group.Text()) {
					problems = append(problems, fmt.Sprintf("%s: [%s] leads nowhere", d.fset.Position(n.Pos()), link))
				}
			}
			_, body := n.(*ast.BlockStmt)
			return !body
		})
	}
	return problems, nil
}

// undocumented returns the exported names that a top-level declaration leaves
// without a comment. The comment of a group serves its constants and variables.
func undocumented(n ast.Node) (names []string) {
	switch n := n.(type) {
	case *ast.FuncDecl:
		if n.Doc == nil && n.Name.IsExported() {
			name := n.Name.Name
			if recv := receiver(n); recv != "" {
				if !ast.IsExported(recv) {
					return nil
				}
				name = recv + "." + name
			}
			return []string{name}
		}
	case *ast.GenDecl:
		for _, spec := range n.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && s.Doc == nil && (n.Doc == nil || len(n.Specs) > 1) {
					names = append(names, s.Name.Name)
				}
			case *ast.ValueSpec:
				for _, name := range s.Names {
					if name.IsExported() && s.Doc == nil && s.Comment == nil && n.Doc == nil {
						names = append(names, name.Name)
					}
				}
			}
		}
	}
	return names
}

// receiver returns the name of the type that f is a method of, or an empty string.
func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	x := f.Recv.List[0].Type
	for {
		switch t := x.(type) {
		case *ast.StarExpr:
			x = t.X
		case *ast.IndexExpr:
			x = t.X
		case *ast.IndexListExpr:
			x = t.X
		case *ast.Ident:
			return t.Name
		default:
			return ""
		}
	}
}

// linkLike finds, in what is left as plain text, what was meant as a link: a
// capital letter first or a dot inside, so that [sic] and x[i] stay text.
var linkLike = regexp.MustCompile(`(?:^|[^\w\]])\[\*?([A-Z]\w*(?:\.\w+)*|\w+(?:\.\w+)+)\]`)

// brokenLinks returns the links of one comment that lead nowhere.
func (d docs) brokenLinks(pkg *doc.Package, text string) (broken []string) {
	var visit func(nodes []comment.Text)
	visit = func(nodes []comment.Text) {
		for _, node := range nodes {
			switch n := node.(type) {
			case comment.Plain:
				for _, m := range linkLike.FindAllStringSubmatch(string(n), -1) {
					broken = append(broken, m[1])
				}
			case *comment.Link:
				visit(n.Text)
			case *comment.DocLink:
				if !d.resolves(pkg, n) {
					name := strings.TrimPrefix(n.Recv+"."+n.Name, ".")
					broken = append(broken, path.Base(n.ImportPath)+"."+name)
				}
			}
		}
	}
	for block := range blocks(pkg.Parser().Parse(text).Content) {
		visit(block)
	}
	return broken
}

// resolves reports whether a link to another package has an end. The parser has
// looked up those within the package already.
func (d docs) resolves(from *doc.Package, link *comment.DocLink) bool {
	if link.ImportPath == "" || link.ImportPath == from.ImportPath {
		return true
	}
	to, err := d.load(link.ImportPath)
	if err != nil {
		return false
	}
	if link.Name == "" {
		return true
	}
	parsed := to.Parser().Parse("[" + strings.TrimPrefix(link.Recv+"."+link.Name, ".") + "]")
	for block := range blocks(parsed.Content) {
		if _, ok := block[0].(*comment.DocLink); ok {
			return true
		}
	}
	return false
}

// blocks yields the text of paragraphs, headings and list items, and leaves out code.
func blocks(content []comment.Block) iter.Seq[[]comment.Text] {
	return func(yield func([]comment.Text) bool) {
		for _, block := range content {
			switch b := block.(type) {
			case *comment.Paragraph:
				if !yield(b.Text) {
					return
				}
			case *comment.Heading:
				if !yield(b.Text) {
					return
				}
			case *comment.List:
				for _, item := range b.Items {
					for text := range blocks(item.Content) {
						if !yield(text) {
							return
						}
					}
				}
			}
		}
	}
}

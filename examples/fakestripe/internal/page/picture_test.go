package page_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/examples/fakestripe/internal/page"
	"github.com/payintent/intents/internal/facts"
	"github.com/payintent/intents/internal/script"
)

// dot describes the picture of a machine to Graphviz, which draws it where the tests
// run with -update. An edge that runs backward is written forward, so that it does not
// pull the statuses out of their order.
func dot(m page.Machine) string {
	var b strings.Builder
	b.WriteString("digraph {\nrankdir=LR nodesep=0.28 ranksep=0.8 bgcolor=transparent forcelabels=true\n" +
		"node [shape=box style=rounded fontname=Helvetica fontsize=13 height=0.42 margin=\"0.16,0.06\"]\nedge [fontname=Helvetica fontsize=10 arrowsize=0.7]\n")
	for _, s := range m.Statuses {
		shape := fmt.Sprintf("label=%q", s)
		if s == "" {
			shape = `shape=circle width=0.16 height=0.16 fixedsize=true label=""`
		}
		class := "node " + page.NodeClass(s)
		if slices.Contains(m.Final, s) {
			class = "node final " + page.NodeClass(s)
		}
		fmt.Fprintf(&b, "%q [%s class=%q]\n", s, shape, class)
	}
	for _, e := range page.Edges(m) {
		from, to, back := e.From, e.To, ""
		if slices.Index(m.Statuses, from) > slices.Index(m.Statuses, to) {
			from, to, back = to, from, " dir=back"
		}
		fmt.Fprintf(&b, "%q -> %q [xlabel=%q class=%q%s]\n", from, to, strings.Join(e.Commands, "\n"), "edge "+page.EdgeClass(e.From, e.To), back)
	}
	return b.String() + "}\n"
}

var (
	prolog     = regexp.MustCompile(`(?s)^.*?<svg[^>]*viewBox="([^"]*)"[^>]*>`)
	comments   = regexp.MustCompile(`(?s)<!--.*?-->\n?`)
	attributes = regexp.MustCompile(` (?:id|fill|stroke|font-family|font-size|text-anchor|stroke-width)="[^"]*"`)
	titles     = regexp.MustCompile(`<title>[^<]*</title>\n?`)
	classes    = regexp.MustCompile(`class="(node|edge) (?:node|edge) `)
	decimals   = regexp.MustCompile(`(\d\.\d)\d+`)
)

// draw has Graphviz draw a machine, and takes out of the drawing what the page styles.
func draw(t *testing.T, m page.Machine) []byte {
	t.Helper()
	c := exec.CommandContext(t.Context(), "dot", "-Tsvg")
	c.Stdin = strings.NewReader(dot(m))
	out, err := c.Output()
	require.NoError(t, err, "-update draws the pictures, and needs Graphviz")
	view := prolog.FindSubmatch(out)
	require.NotNil(t, view)
	s := bytes.ReplaceAll(comments.ReplaceAll(prolog.ReplaceAll(out, nil), nil), []byte("&#45;"), []byte("-"))
	for _, x := range []*regexp.Regexp{attributes, titles} {
		s = x.ReplaceAll(s, nil)
	}
	s = decimals.ReplaceAll(classes.ReplaceAll(s, []byte(`class="$1 `)), []byte("$1"))
	size := strings.Fields(string(view[1]))
	head := fmt.Sprintf("<svg class=\"machine\" xmlns=\"http://www.w3.org/2000/svg\" width=%q height=%q viewBox=%q role=\"img\" aria-label=\"The machine of a %s, with the way of this one marked\">\n", size[2], size[3], view[1], m.Object)
	return append([]byte(head), bytes.TrimSpace(s)...)
}

// part is what a drawing shows of a status or a line.
type part struct {
	class string
	texts []string
}

// parts reads a drawing.
func parts(t *testing.T, svg string) []part {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(svg))
	var all []part
	inText := false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		switch x := token.(type) {
		case xml.StartElement:
			inText = x.Name.Local == "text"
			for _, a := range x.Attr {
				if a.Name.Local == "class" && x.Name.Local == "g" && a.Value != "graph" {
					all = append(all, part{class: a.Value})
				}
				require.NotContains(t, []string{"style", "onload", "href"}, a.Name.Local, "the page's policy allows none of it")
			}
		case xml.EndElement:
			inText = false
		case xml.CharData:
			if inText {
				last := &all[len(all)-1]
				last.texts = append(last.texts, string(x))
			}
		}
	}
}

// TestPicture: the pictures show what the tables say, each status and each line, no more and no less.
func TestPicture(t *testing.T) {
	for _, m := range page.Machines() {
		t.Run(m.Object, func(t *testing.T) {
			file := "asset/" + m.File
			if script.Update() {
				require.NoError(t, os.WriteFile(file, append(draw(t, m), '\n'), 0o644))
			}
			svg, err := os.ReadFile(file)
			require.NoError(t, err)
			var want []part
			for _, s := range m.Statuses {
				p := part{class: "node " + page.NodeClass(s)}
				if slices.Contains(m.Final, s) {
					p.class = "node final " + page.NodeClass(s)
				}
				if s != "" {
					p.texts = []string{s}
				}
				want = append(want, p)
			}
			for _, e := range page.Edges(m) {
				want = append(want, part{"edge " + page.EdgeClass(e.From, e.To), e.Commands})
			}
			require.ElementsMatch(t, want, parts(t, string(svg)), "the picture is stale: -update draws it anew, and needs Graphviz")
			require.Less(t, len(svg), 40<<10)
		})
	}
}

// TestPictureMarks: the way of an object is marked, and nothing else.
func TestPictureMarks(t *testing.T) {
	m := page.Machines()[0]
	marked := func(path ...string) []string {
		var marks []page.Mark
		for _, s := range path {
			marks = append(marks, page.Mark{Status: s})
		}
		var on []string
		for _, p := range parts(t, string(page.Picture(m, marks))) {
			if strings.HasSuffix(p.class, " on") || strings.HasSuffix(p.class, " now") {
				on = append(on, p.class)
			}
		}
		return on
	}
	require.Empty(t, marked())
	require.ElementsMatch(t, []string{
		"node s-none on", "node s-requires_payment_method on", "node s-confirming on", "node final s-succeeded now",
		"edge s-none--s-requires_payment_method on", "edge s-requires_payment_method--s-confirming on", "edge s-confirming--s-succeeded on",
	},
		marked("requires_payment_method", "requires_payment_method", "confirming", "succeeded"))
	require.ElementsMatch(t, []string{
		"node s-none on", "node s-requires_payment_method now", "node s-confirming on",
		"edge s-none--s-requires_payment_method on", "edge s-requires_payment_method--s-confirming on", "edge s-confirming--s-requires_payment_method on",
	},
		marked("requires_payment_method", "confirming", "requires_payment_method"))
	require.ElementsMatch(t, []string{"node s-none on", "node s-processing now"}, marked("processing"), "a way whose beginning is forgotten has no line from nowhere")
}

// TestChoices: what docs/choices.md says of the pages is still so.
func TestChoices(t *testing.T) {
	require.GreaterOrEqual(t, facts.Choices(t, "../../../../docs/choices.md", "fakestripe/internal/page", "paymentintent", "."), 8)
}

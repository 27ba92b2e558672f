package table

import (
	"fmt"
	"slices"
	"strings"
)

// Palette holds the colours of a drawing in the notation of SVG, such as #24292f.
type Palette struct {
	// Text is for names.
	Text string
	// Muted is for thin edges and their labels.
	Muted string
	// Fill and Border are for boxes.
	Fill, Border string
	// Initial and Terminal fill the boxes of such statuses; Terminal comes first.
	Initial, Terminal string
	// Request, Report and Time are for the edges of a kind.
	Request, Report, Time string
}

// Light returns colours for a white page.
func Light() Palette {
	return Palette{
		Text: "#1f2328", Muted: "#6e7781", Fill: "#f6f8fa", Border: "#57606a",
		Initial: "#ddf4ff", Terminal: "#dafbe1",
		Request: "#1f2328", Report: "#0969da", Time: "#9a6700",
	}
}

// Dark returns colours for a black page.
func Dark() Palette {
	return Palette{
		Text: "#e6edf3", Muted: "#8b949e", Fill: "#161b22", Border: "#8b949e",
		Initial: "#0c2d6b", Terminal: "#033a16",
		Request: "#e6edf3", Report: "#58a6ff", Time: "#d29922",
	}
}

// edge returns the colour for the edges of a kind.
func (p Palette) edge(k Kind) string {
	switch k {
	case Report:
		return p.Report
	case Time:
		return p.Time
	case Request:
		return p.Request
	}
	return p.Text
}

// DOT returns the machine as a Graphviz digraph, from left to right.
//
// The main path is heavy and straight. An edge that runs backward in the order of
// Statuses is written forward and drawn dashed with its arrow at the tail: so it
// does not pull the statuses out of their order. Parallel arcs of one kind are one
// edge. The colour of an edge shows its kind.
func (m Machine) DOT(p Palette) string {
	var out strings.Builder
	fmt.Fprintf(&out, "digraph %s {\n", quote(m.Name))
	out.WriteString("\trankdir=LR bgcolor=transparent nodesep=0.4 ranksep=0.6\n")
	fmt.Fprintf(&out, "\tnode [shape=box style=\"rounded,filled\" fontname=\"Helvetica\" fontsize=12 fontcolor=%s fillcolor=%s color=%s]\n",
		quote(p.Text), quote(p.Fill), quote(p.Border))
	out.WriteString("\tedge [fontname=\"Helvetica\" fontsize=10 arrowsize=0.7]\n\n")
	for _, s := range m.statuses() {
		fmt.Fprintf(&out, "\t%s%s\n", quote(s), attributes(m.dotNode(s, p)))
	}
	out.WriteByte('\n')
	edges := m.edges(func(a Arc) edge {
		return edge{from: a.From, to: a.To, kind: a.Kind, thin: slices.Contains(m.Thin, a.Command)}
	})
	for _, e := range edges {
		from, to := e.from, e.to
		if m.backward(e) {
			from, to = to, from
		}
		fmt.Fprintf(&out, "\t%s -> %s%s\n", quote(from), quote(to), attributes(m.dotEdge(e, p)))
	}
	out.WriteString("}\n")
	return out.String()
}

func (m Machine) dotNode(name string, p Palette) []string {
	var as []string
	if slices.Contains(m.Main, name) {
		as = append(as, "group=main")
	}
	if name == "" {
		return append(as, "shape=circle", "width=0.15", `label=""`, "fillcolor="+quote(p.Text), `tooltip="not yet created"`)
	}
	s := m.Statuses[m.status(name)]
	switch {
	case s.Terminal:
		as = append(as, "fillcolor="+quote(p.Terminal), "penwidth=2")
	case s.Initial:
		as = append(as, "fillcolor="+quote(p.Initial))
	}
	if s.Doc != "" {
		as = append(as, "tooltip="+quote(s.Doc))
	}
	return as
}

func (m Machine) dotEdge(e edge, p Palette) []string {
	color := p.edge(e.kind)
	if e.thin {
		color = p.Muted
	}
	as := []string{"label=" + quote(strings.Join(e.labels, "\n")), "color=" + quote(color), "fontcolor=" + quote(color)}
	if m.main(e) {
		as = append(as, "weight=8", "penwidth=2")
	}
	if e.thin {
		as = append(as, "penwidth=0.5")
	}
	if m.backward(e) {
		as = append(as, "dir=back", "style=dashed")
	}
	return as
}

// backward reports whether an edge leads to an earlier status.
func (m Machine) backward(e edge) bool { return m.status(e.to) < m.status(e.from) }

// main reports whether an edge is a step of the main path.
func (m Machine) main(e edge) bool {
	for i := 1; i < len(m.Main); i++ {
		if e.from == m.Main[i-1] && e.to == m.Main[i] {
			return true
		}
	}
	return false
}

func attributes(as []string) string {
	if len(as) == 0 {
		return ""
	}
	return " [" + strings.Join(as, " ") + "]"
}

// quote returns text as a string of the DOT language, in which a backslash
// followed by n is a new line.
func quote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(text) + `"`
}

package table

import (
	"fmt"
	"slices"
	"strings"
)

// Mermaid returns the machine as a Mermaid stateDiagram-v2, from the top down.
// Parallel arcs are one arrow with a label of several lines. Arcs that an overview
// should not show are left out by the caller, who prints a Machine without them.
func (m Machine) Mermaid() string {
	ids := m.mermaidIDs()
	var out strings.Builder
	out.WriteString("stateDiagram-v2\n    direction TB\n")
	for _, s := range m.Statuses {
		if id := ids[s.Name]; id != s.Name && s.Name != "" {
			fmt.Fprintf(&out, "    state \"%s\" as %s\n", mermaidText(s.Name), id)
		}
	}
	edges := m.edges(func(a Arc) edge { return edge{from: a.From, to: a.To} })
	m.mermaidStarts(&out, ids, edges)
	for _, e := range edges {
		labels := make([]string, len(e.labels))
		for i, l := range e.labels {
			labels[i] = mermaidText(l)
		}
		fmt.Fprintf(&out, "    %s --> %s : %s\n", ids[e.from], ids[e.to], strings.Join(labels, "<br/>"))
	}
	for _, s := range m.Statuses {
		if s.Terminal {
			fmt.Fprintf(&out, "    %s --> [*]\n", ids[s.Name])
		}
	}
	for _, s := range m.Statuses {
		if s.Note != "" && s.Name != "" {
			fmt.Fprintf(&out, "    note right of %s : %s\n", ids[s.Name], mermaidText(s.Note))
		}
	}
	m.mermaidClass(&out, ids, "initial", "font-weight:bold", func(s Status) bool { return s.Initial })
	m.mermaidClass(&out, ids, "terminal", "stroke-width:3px", func(s Status) bool { return s.Terminal })
	return out.String()
}

// mermaidStarts draws the start of initial statuses to which no arc leads from
// the status before creation.
func (m Machine) mermaidStarts(out *strings.Builder, ids map[string]string, edges []edge) {
	for _, s := range m.Statuses {
		created := func(e edge) bool { return e.from == "" && e.to == s.Name }
		if s.Initial && s.Name != "" && !slices.ContainsFunc(edges, created) {
			fmt.Fprintf(out, "    [*] --> %s\n", ids[s.Name])
		}
	}
}

// mermaidClass defines a class and puts statuses in it. It sets no colours, so
// that it goes with a light and a dark page.
func (m Machine) mermaidClass(out *strings.Builder, ids map[string]string, class, style string, in func(Status) bool) {
	var members []string
	for _, s := range m.Statuses {
		if in(s) && s.Name != "" {
			members = append(members, ids[s.Name])
		}
	}
	if members != nil {
		fmt.Fprintf(out, "    classDef %s %s\n    class %s %s\n", class, style, strings.Join(members, ","), class)
	}
}

// mermaidIDs gives each status an id that Mermaid can parse. It is the name where
// that will do, and else s, the position of the status, and what is left of the name.
func (m Machine) mermaidIDs() map[string]string {
	ids := map[string]string{"": "[*]"}
	for i, s := range m.Statuses {
		if s.Name == "" {
			continue
		}
		id := strings.Map(func(r rune) rune {
			if isDigit(r) || r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
				return r
			}
			return '_'
		}, s.Name)
		if id != s.Name || isReserved(id) {
			id = fmt.Sprintf("s%d_%s", i, id)
		}
		ids[s.Name] = id
	}
	return ids
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

// isReserved reports whether an id is a word of the language, or begins with a
// digit, or looks like one that mermaidIDs makes.
func isReserved(id string) bool {
	switch strings.ToLower(id) {
	case "accdescr", "acctitle", "as", "class", "classdef", "click", "default", "direction", "end", "hide", "href",
		"note", "root_end", "root_start", "scale", "state", "statediagram", "style":
		return true
	}
	return isDigit(rune(id[0])) || len(id) > 1 && id[0] == 's' && isDigit(rune(id[1]))
}

// mermaidText returns text for a label. What has a meaning in Mermaid, Markdown or
// HTML becomes a numeric entity, which Mermaid writes without an ampersand.
func mermaidText(text string) string {
	var out strings.Builder
	for _, r := range strings.Join(strings.Fields(text), " ") {
		if strings.ContainsRune("#;:\"<>&%\\`*$", r) {
			fmt.Fprintf(&out, "#%d;", r)
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}

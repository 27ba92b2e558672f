package table

import "strings"

// Markdown returns the arcs as a Markdown table, a row per arc.
func (m Machine) Markdown() string {
	var out strings.Builder
	out.WriteString("| From | Command | Kind | To | Events | When |\n|---|---|---|---|---|---|\n")
	for _, a := range m.Arcs {
		events := make([]string, len(a.Events))
		for i, e := range a.Events {
			events[i] = code(e)
		}
		row(&out, statusCell(a.From), code(a.Command), escape(string(a.Kind)), statusCell(a.To), strings.Join(events, ", "), escape(a.Doc))
	}
	return out.String()
}

// StatusMarkdown returns the statuses as a Markdown table, a row per status.
func (m Machine) StatusMarkdown() string {
	var out strings.Builder
	out.WriteString("| Status | | Meaning |\n|---|---|---|\n")
	for _, s := range m.Statuses {
		var place []string
		if s.Initial {
			place = append(place, "initial")
		}
		if s.Terminal {
			place = append(place, "terminal")
		}
		row(&out, statusCell(s.Name), strings.Join(place, ", "), escape(s.Doc))
	}
	return out.String()
}

func row(out *strings.Builder, cells ...string) {
	for _, c := range cells {
		out.WriteString("|")
		if c != "" {
			out.WriteString(" " + c)
		}
		out.WriteString(" ")
	}
	out.WriteString("|\n")
}

func statusCell(name string) string {
	if name == "" {
		return none
	}
	return code(name)
}

// code returns a name as a code span in a table. A code span takes no escapes
// but that of the bar, and no backtick in single backticks.
func code(name string) string {
	if strings.ContainsAny(name, "`\n") {
		return escape(name)
	}
	return "`" + strings.ReplaceAll(name, "|", `\|`) + "`"
}

// escape returns prose for a table cell. Its Markdown stays, but it can't leave the cell.
func escape(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	return strings.ReplaceAll(text, "|", `\|`)
}

// Fence returns text as a Markdown code block in a language, such as mermaid.
// The fence is longer than any row of backticks in the text.
func Fence(language, text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + language + "\n" + strings.TrimSuffix(text, "\n") + "\n" + fence + "\n"
}

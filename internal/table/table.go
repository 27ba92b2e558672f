// Package table prints the table of a machine: as Markdown, as a matrix in plain
// text, as a Mermaid diagram and as a Graphviz drawing. It also puts what was
// printed into its place in a README or a doc comment.
//
// A machine package describes its table in the neutral terms of [Machine]. All
// that is printed comes from there, in the order that is given there, so a test
// can hold the printed form and the table equal.
package table

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Machine describes a machine.
type Machine struct {
	// Name is the name of the object, such as payment_intent.
	Name string
	// Statuses are in the order of a life: an arc from a later one to an earlier one runs backward.
	Statuses []Status
	// Arcs are the rows of the table.
	Arcs []Arc
	// Main is the path that a reader should see first, as a list of statuses. It may
	// begin with the empty status. It may be empty.
	Main []string
	// Thin lists commands that are drawn thin, such as cancel.
	Thin []string
}

// Status is a status of the object.
type Status struct {
	// Name is the value on the wire. Only the status before creation has an empty
	// name, and that one need not be listed.
	Name string
	// Doc says in one line what the status waits for.
	Doc string
	// Note is a remark beside the status in the Mermaid diagram, or empty.
	Note string
	// Terminal reports that the life ends here.
	Terminal bool
	// Initial reports that an object can be created in this status.
	Initial bool
}

// Arc is a row of the table: a command that leads from one status to another.
type Arc struct {
	// Command is the name of the command.
	Command string
	// From is the status before. It is empty for a command that creates the object.
	From string
	// To is the status after. It may be the one before.
	To string
	// Events are the names of the emitted events, in order.
	Events []string
	// Doc says in one line when the command takes this arc.
	Doc string
	// Kind says where the command comes from.
	Kind Kind
}

// Kind says where a command comes from.
type Kind string

const (
	// Request is what a caller asks for.
	Request Kind = "request"
	// Report is what the outside world tells, such as the answer of a bank.
	Report Kind = "report"
	// Time is what the passing of time does.
	Time Kind = "time"
)

// none is how the status before creation is printed.
const none = "(none)"

// DefinitionError says that a Machine contradicts itself.
type DefinitionError struct {
	// Machine is the name of the machine.
	Machine string
	// Field is the part that is wrong, such as Arcs[3].To.
	Field string
	// Problem says what is wrong with it.
	Problem string
}

// Error implements error.
func (e *DefinitionError) Error() string {
	return fmt.Sprintf("table: %s: %s %s", e.Machine, e.Field, e.Problem)
}

// Check returns a *[DefinitionError] unless the machine is well described: each
// status that is named is listed once, nothing leaves a terminal status for
// another one, arcs that create lead to initial statuses, and the main path
// follows arcs. What the other methods print is sensible only then.
func (m Machine) Check() error {
	for i, s := range m.Statuses {
		if m.status(s.Name) != i {
			return m.fail(fmt.Sprintf("Statuses[%d].Name", i), "is listed twice: "+s.Name)
		}
		if s.Name == "" && i > 0 {
			return m.fail(fmt.Sprintf("Statuses[%d].Name", i), "is empty, which only the first may be")
		}
	}
	for i, a := range m.Arcs {
		if field, problem := m.checkArc(a); field != "" {
			return m.fail(fmt.Sprintf("Arcs[%d].%s", i, field), problem)
		}
	}
	for i, to := range m.Main {
		if to != "" && m.status(to) < 0 {
			return m.fail(fmt.Sprintf("Main[%d]", i), "is not a status: "+to)
		}
		follows := func(a Arc) bool { return a.From == m.Main[i-1] && a.To == to }
		if i > 0 && !slices.ContainsFunc(m.Arcs, follows) {
			return m.fail(fmt.Sprintf("Main[%d]", i), "does not follow an arc: "+name(m.Main[i-1])+" to "+name(to))
		}
	}
	for i, c := range m.Thin {
		if !slices.Contains(m.commands(), c) {
			return m.fail(fmt.Sprintf("Thin[%d]", i), "is not a command: "+c)
		}
	}
	return nil
}

func (m Machine) checkArc(a Arc) (field, problem string) {
	from, to := m.status(a.From), m.status(a.To)
	switch {
	case a.Command == "":
		return "Command", "is empty"
	case a.From != "" && from < 0:
		return "From", "is not a status: " + a.From
	case a.To == "" || to < 0:
		return "To", "is not a status: " + name(a.To)
	case a.Kind != Request && a.Kind != Report && a.Kind != Time:
		return "Kind", "is not a kind: " + string(a.Kind)
	case a.From == "" && !m.Statuses[to].Initial:
		return "To", "is not an initial status: " + a.To
	case a.From != "" && m.Statuses[from].Terminal && a.From != a.To:
		return "From", "is a terminal status: " + a.From
	}
	return "", ""
}

func (m Machine) fail(field, problem string) error {
	return &DefinitionError{Machine: m.Name, Field: field, Problem: problem}
}

// status returns the position of the status of that name, or -1.
func (m Machine) status(name string) int {
	return slices.IndexFunc(m.Statuses, func(s Status) bool { return s.Name == name })
}

// statuses returns the names of all statuses, that before creation included if
// an arc leaves it.
func (m Machine) statuses() []string {
	var names []string
	creates := func(a Arc) bool { return a.From == "" }
	if m.status("") < 0 && slices.ContainsFunc(m.Arcs, creates) {
		names = append(names, "")
	}
	for _, s := range m.Statuses {
		names = append(names, s.Name)
	}
	return names
}

// commands returns the names of all commands in the order of their first arc.
func (m Machine) commands() []string {
	var names []string
	for _, a := range m.Arcs {
		if !slices.Contains(names, a.Command) {
			names = append(names, a.Command)
		}
	}
	return names
}

// edge is a line of a diagram: the arcs that are drawn as one.
type edge struct {
	from, to string
	kind     Kind // empty where arcs of several kinds are drawn as one
	thin     bool
	labels   []string
}

// edges merges the arcs that of makes one edge of. Edges and their labels come in
// the order of the arcs.
func (m Machine) edges(of func(Arc) edge) []edge {
	var edges []edge
	for _, a := range m.Arcs {
		e := of(a)
		same := func(o edge) bool {
			return o.from == e.from && o.to == e.to && o.kind == e.kind && o.thin == e.thin
		}
		i := slices.IndexFunc(edges, same)
		if i < 0 {
			i, edges = len(edges), append(edges, e)
		}
		if !slices.Contains(edges[i].labels, a.Command) {
			edges[i].labels = append(edges[i].labels, a.Command)
		}
	}
	return edges
}

func name(status string) string {
	if status == "" {
		return none
	}
	return status
}

// Matrix returns the machine as plain text with a row per status and a column per
// command. A cell holds the statuses to which the command leads, one below the
// other, or a dot where the command is refused.
func (m Machine) Matrix() string {
	return m.grid(m.statuses(), m.commands(), m.targets)
}

// MatrixByCommand is Matrix with a row per command and a column per status. It
// is the narrower one for a machine with many commands.
func (m Machine) MatrixByCommand() string {
	return m.grid(m.commands(), m.statuses(), func(row, column string) []string { return m.targets(column, row) })
}

func (m Machine) targets(from, command string) []string {
	var to []string
	for _, a := range m.Arcs {
		if a.From == from && a.Command == command && !slices.Contains(to, a.To) {
			to = append(to, a.To)
		}
	}
	if to == nil {
		return []string{"·"}
	}
	return to
}

// grid prints a table of cells that may have several lines.
func (m Machine) grid(rows, columns []string, cell func(row, column string) []string) string {
	lines := [][]string{{""}}
	for _, c := range columns {
		lines[0] = append(lines[0], name(c))
	}
	for _, r := range rows {
		first := len(lines)
		lines = append(lines, make([]string, len(columns)+1))
		lines[first][0] = name(r)
		for i, c := range columns {
			for k, text := range cell(r, c) {
				if first+k == len(lines) {
					lines = append(lines, make([]string, len(columns)+1))
				}
				lines[first+k][i+1] = text
			}
		}
	}
	return align(lines)
}

// align prints lines with columns of equal width and no space at the ends.
func align(lines [][]string) string {
	width := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, text := range line {
			width[i] = max(width[i], utf8.RuneCountInString(text))
		}
	}
	var out strings.Builder
	for _, line := range lines {
		var row strings.Builder
		for i, text := range line {
			row.WriteString(text)
			row.WriteString(strings.Repeat(" ", width[i]-utf8.RuneCountInString(text)+2))
		}
		out.WriteString(strings.TrimRight(row.String(), " "))
		out.WriteByte('\n')
	}
	return out.String()
}

// Indent puts a tab before each line that is not empty. So a Go doc comment shows
// the text as it is.
func Indent(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			out.WriteByte('\t')
		}
		out.WriteString(line)
	}
	return out.String()
}

package table_test

import (
	"go/format"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/internal/table"
)

// parcel is a machine with all that a diagram has to cope with: creation into two
// statuses, a backward arc, a loop, parallel arcs of one and of two kinds, one
// command with two targets, and a way out of everywhere.
func parcel() table.Machine {
	return table.Machine{
		Name: "parcel",
		Statuses: []table.Status{
			{Name: "requires_address", Doc: "waits for an address", Initial: true},
			{Name: "ready", Doc: "waits for a courier | or a change", Initial: true},
			{Name: "in_transit", Doc: "is on its way", Note: "the courier's turn: no change"},
			{Name: "delivered", Doc: "has arrived", Terminal: true},
			{Name: "canceled", Doc: "will never arrive", Terminal: true},
		},
		Arcs: []table.Arc{
			{Command: "create", To: "requires_address", Events: []string{"parcel.created"}, Doc: "no address is given", Kind: table.Request},
			{Command: "create", To: "ready", Events: []string{"parcel.created", "parcel.ready"}, Doc: "an address is given", Kind: table.Request},
			{Command: "update", From: "requires_address", To: "ready", Events: []string{"parcel.ready"}, Doc: "the address is given", Kind: table.Request},
			{Command: "update", From: "ready", To: "ready", Doc: "the address changes", Kind: table.Request},
			{Command: "update", From: "ready", To: "requires_address", Doc: "the address is taken away", Kind: table.Request},
			{Command: "ship", From: "ready", To: "in_transit", Events: []string{"parcel.shipped"}, Doc: "a courier takes it", Kind: table.Request},
			{Command: "pick_up", From: "ready", To: "in_transit", Events: []string{"parcel.shipped"}, Doc: "a courier has taken it", Kind: table.Report},
			{Command: "arrive", From: "in_transit", To: "delivered", Events: []string{"parcel.delivered"}, Doc: "it was handed over", Kind: table.Report},
			{Command: "leave", From: "in_transit", To: "delivered", Events: []string{"parcel.delivered"}, Doc: "it was left at the door", Kind: table.Report},
			{Command: "return", From: "in_transit", To: "ready", Events: []string{"parcel.returned"}, Doc: "nobody was in", Kind: table.Report},
			{Command: "cancel", From: "requires_address", To: "canceled", Events: []string{"parcel.canceled"}, Doc: "on request", Kind: table.Request},
			{Command: "cancel", From: "ready", To: "canceled", Events: []string{"parcel.canceled"}, Doc: "on request", Kind: table.Request},
			{Command: "lapse", From: "requires_address", To: "canceled", Events: []string{"parcel.canceled"}, Doc: "a week is over", Kind: table.Time},
		},
		Main: []string{"", "requires_address", "ready", "in_transit", "delivered"},
		Thin: []string{"cancel"},
	}
}

// odd is a machine whose names and remarks try to break out of each notation.
func odd() table.Machine {
	return table.Machine{
		Name: `a "machine" \ {`,
		Statuses: []table.Status{
			{Name: "", Doc: "before"},
			{Name: "end", Doc: "a word | of\nMermaid", Note: "end note\n[*] --> x; %% <b>\"#35;\" `y` {z}"},
			{Name: "s1_end", Note: "looks like a made id"},
			{Name: "on hold: (7)", Initial: true},
			{Name: "on-hold: (7)", Terminal: true},
			{Name: "2nd", Doc: `ends in \`},
			{Name: "状態"},
			{Name: "a|b`c", Terminal: true, Initial: true},
		},
		Arcs: []table.Arc{
			{Command: `say "hi"; \n`, From: "", To: "on hold: (7)", Kind: table.Request, Doc: "a | b\n\nc"},
			{Command: "a:b", From: "on hold: (7)", To: "end", Events: []string{"x|y"}, Kind: table.Report},
			{Command: "#1", From: "on hold: (7)", To: "end", Kind: table.Time},
			{Command: "--> x", From: "end", To: "s1_end", Kind: table.Request},
			{Command: "<br/>", From: "s1_end", To: "2nd", Kind: table.Request},
			{Command: "%% no comment", From: "2nd", To: "状態", Kind: table.Request},
			{Command: "état", From: "状態", To: "on-hold: (7)", Kind: table.Request},
			{Command: "state", From: "状態", To: "a|b`c", Kind: table.Request},
		},
	}
}

// TestGolden holds what is printed. Each Mermaid and DOT file under testdata was
// read by the real parsers when it was accepted.
func TestGolden(t *testing.T) {
	for name, m := range map[string]table.Machine{"parcel": parcel(), "odd": odd()} {
		require.NoError(t, m.Check())
		for file, got := range map[string]string{
			"arcs.md":        m.Markdown(),
			"statuses.md":    m.StatusMarkdown(),
			"matrix.txt":     m.Matrix(),
			"by-command.txt": m.MatrixByCommand(),
			"diagram.mmd":    m.Mermaid(),
			"light.dot":      m.DOT(table.Light()),
			"dark.dot":       m.DOT(table.Dark()),
		} {
			t.Run(name+"/"+file, func(t *testing.T) {
				script.Golden(t, filepath.Join("testdata", name, file), []byte(got))
			})
		}
	}
}

func TestPrintIsDeterministic(t *testing.T) {
	m := parcel()
	for range 20 {
		require.Equal(t, parcel().Mermaid(), m.Mermaid())
		require.Equal(t, parcel().DOT(table.Light()), m.DOT(table.Light()))
		require.Equal(t, parcel().Matrix(), m.Matrix())
	}
}

// TestMermaidKeepsEveryArc reads the diagram back.
func TestMermaidKeepsEveryArc(t *testing.T) {
	got := map[string][]string{}
	for line := range strings.Lines(parcel().Mermaid()) {
		if arrow, label, ok := strings.Cut(strings.TrimSpace(line), " : "); ok && strings.Contains(arrow, "-->") {
			require.NotContains(t, got, arrow, "parallel arcs are one arrow")
			got[arrow] = strings.Split(label, "<br/>")
		}
	}
	arcs := 0
	for _, a := range parcel().Arcs {
		from := a.From
		if from == "" {
			from = "[*]"
		}
		require.Contains(t, got[from+" --> "+a.To], a.Command)
	}
	for _, labels := range got {
		arcs += len(labels)
	}
	require.Len(t, parcel().Arcs, arcs)
}

// TestMermaidReserved names the words that Mermaid's parser was seen to refuse as
// ids, or to take for something else, and a few that it takes.
func TestMermaidReserved(t *testing.T) {
	diagram := func(status string) string {
		return table.Machine{Statuses: []table.Status{{Name: status, Initial: true}}}.Mermaid()
	}
	for _, word := range []string{
		"accDescr", "accTitle", "class", "classDef", "click", "default", "href", "note", "Note",
		"root_end", "root_start", "scale", "state", "stateDiagram", "style", "3ds", "s0_style",
	} {
		require.Contains(t, diagram(word), "    state \""+word+"\" as s0_"+word+"\n    [*] --> s0_"+word+"\n")
	}
	for _, word := range []string{"succeeded", "open", "fork", "state_x", "s", "_0"} {
		require.Contains(t, diagram(word), "direction TB\n    [*] --> "+word+"\n")
	}
}

// TestMatrixKeepsEveryArc reads the two matrices back: they say the same, and it is the table.
func TestMatrixKeepsEveryArc(t *testing.T) {
	m := parcel()
	arcs := map[[3]string]bool{}
	for _, a := range m.Arcs {
		from := a.From
		if from == "" {
			from = "(none)"
		}
		arcs[[3]string{from, a.Command, a.To}] = true
	}
	require.Equal(t, arcs, cells(m.Matrix()))
	turned := map[[3]string]bool{}
	for c := range cells(m.MatrixByCommand()) {
		turned[[3]string{c[1], c[0], c[2]}] = true
	}
	require.Equal(t, arcs, turned)
}

// cells returns row, column and text of each cell that is not a dot, by the
// places at which the columns begin.
func cells(matrix string) map[[3]string]bool {
	lines := strings.Split(strings.TrimSuffix(matrix, "\n"), "\n")
	var starts []int
	for i, r := range lines[0] {
		if r != ' ' && (i == 0 || lines[0][i-1] == ' ') {
			starts = append(starts, i)
		}
	}
	out := map[[3]string]bool{}
	row := ""
	for _, line := range lines[1:] {
		runes := []rune(line)
		at := func(start int) string {
			if start >= len(runes) {
				return ""
			}
			text, _, _ := strings.Cut(string(runes[start:]), " ")
			return text
		}
		if at(0) != "" {
			row = at(0)
		}
		for _, s := range starts {
			if text := at(s); text != "" && text != "·" {
				out[[3]string{row, strings.Fields(lines[0][s:])[0], text}] = true
			}
		}
	}
	return out
}

func TestMatrixHasNoSpaceAtLineEnds(t *testing.T) {
	for line := range strings.Lines(parcel().Matrix() + parcel().MatrixByCommand()) {
		require.Equal(t, strings.TrimRight(line, " \n")+"\n", line)
	}
}

func TestCheck(t *testing.T) {
	for want, breakIt := range map[string]func(*table.Machine){
		"table: parcel: Statuses[4].Name is listed twice: ready":                      func(m *table.Machine) { m.Statuses[4].Name = "ready" },
		"table: parcel: Statuses[1].Name is empty, which only the first may be":       func(m *table.Machine) { m.Statuses[1].Name = "" },
		"table: parcel: Arcs[0].Command is empty":                                     func(m *table.Machine) { m.Arcs[0].Command = "" },
		"table: parcel: Arcs[2].From is not a status: nowhere":                        func(m *table.Machine) { m.Arcs[2].From = "nowhere" },
		"table: parcel: Arcs[2].To is not a status: nowhere":                          func(m *table.Machine) { m.Arcs[2].To = "nowhere" },
		"table: parcel: Arcs[2].To is not a status: (none)":                           func(m *table.Machine) { m.Arcs[2].To = "" },
		"table: parcel: Arcs[3].Kind is not a kind: ":                                 func(m *table.Machine) { m.Arcs[3].Kind = "" },
		"table: parcel: Arcs[1].To is not an initial status: ready":                   func(m *table.Machine) { m.Statuses[1].Initial = false },
		"table: parcel: Arcs[7].From is a terminal status: in_transit":                func(m *table.Machine) { m.Statuses[2].Terminal = true },
		"table: parcel: Main[4] is not a status: lost":                                func(m *table.Machine) { m.Main[4] = "lost" },
		"table: parcel: Main[2] does not follow an arc: requires_address to canceled": nil,
		"table: parcel: Main[1] does not follow an arc: (none) to in_transit":         func(m *table.Machine) { m.Main[1] = "in_transit" },
		"table: parcel: Thin[0] is not a command: explode":                            func(m *table.Machine) { m.Thin[0] = "explode" },
	} {
		m := parcel()
		if breakIt == nil {
			m.Main = []string{"", "requires_address", "canceled"}
			m.Arcs = m.Arcs[:10] // without the arcs to canceled
			m.Thin = nil
		} else {
			breakIt(&m)
		}
		err := m.Check()
		require.EqualError(t, err, want)
		var bad *table.DefinitionError
		require.ErrorAs(t, err, &bad)
	}
	m := parcel()
	m.Arcs = append(m.Arcs, table.Arc{Command: "update", From: "delivered", To: "delivered", Kind: table.Request})
	require.NoError(t, m.Check(), "a terminal status may have loops")
	m.Main = []string{"ready", "delivered"}
	require.Error(t, m.Check())
	require.NoError(t, table.Machine{}.Check())
}

// TestPrintUnchecked shows that nothing panics on a machine that Check refuses.
func TestPrintUnchecked(t *testing.T) {
	m := table.Machine{
		Arcs: []table.Arc{{}, {Command: "x", From: "a", To: "b"}},
		Main: []string{"c"},
	}
	require.Error(t, m.Check())
	for _, s := range []string{m.Markdown(), m.StatusMarkdown(), m.Matrix(), m.MatrixByCommand(), m.Mermaid(), m.DOT(table.Palette{})} {
		require.NotEmpty(t, s)
	}
}

func TestFence(t *testing.T) {
	require.Equal(t, "```mermaid\nx\n```\n", table.Fence("mermaid", "x\n"))
	require.Equal(t, "```\nx\n```\n", table.Fence("", "x"))
	require.Equal(t, "`````go\n````\n`````\n", table.Fence("go", "````"))
}

func TestIndent(t *testing.T) {
	require.Equal(t, "\ta\n\n\t b", table.Indent("a\n\n b"))
}

const readme = "# A\n\n<!-- begin:x -->\nold\n<!-- end:x -->\n\n  <!-- begin:y -->\n<!-- end:y -->\nend"

func TestReplace(t *testing.T) {
	got, err := table.Replace([]byte(readme), "x", "new\nlines")
	require.NoError(t, err)
	require.Equal(t, "# A\n\n<!-- begin:x -->\nnew\nlines\n<!-- end:x -->\n\n  <!-- begin:y -->\n<!-- end:y -->\nend", string(got))

	again, err := table.Replace(got, "x", "new\nlines\n")
	require.NoError(t, err)
	require.Equal(t, string(got), string(again), "a second time changes nothing")

	got, err = table.Replace(got, "x", "")
	require.NoError(t, err)
	require.Contains(t, string(got), "<!-- begin:x -->\n<!-- end:x -->\n")

	got, err = table.Replace([]byte("<!-- begin:x -->\r\n<!-- end:x -->"), "x", "b")
	require.NoError(t, err)
	require.Equal(t, "<!-- begin:x -->\r\nb\n<!-- end:x -->", string(got))
}

func TestReplaceErrors(t *testing.T) {
	for _, tc := range []struct{ file, body, want string }{
		{"", "", `table: mark "x" is missing: <!-- begin:x -->`},
		{"<!-- begin:x -->\n", "", `table: mark "x" is missing: <!-- end:x -->`},
		{"<!-- end:x -->\n<!-- begin:x -->\n", "", `table: mark "x" ends before it begins`},
		{readme + "\n" + readme, "", `table: mark "x" stands there twice: <!-- begin:x -->`},
		{readme + "\n<!-- end:x -->\n", "", `table: mark "x" stands there twice: <!-- end:x -->`},
		{readme, "a\n<!-- end:x -->\n", `table: mark "x" is in its own body`},
		{readme, "\n <!-- begin:x -->", `table: mark "x" is in its own body`},
	} {
		_, err := table.Replace([]byte(tc.file), "x", tc.body)
		require.EqualError(t, err, tc.want)
		var bad *table.MarkError
		require.ErrorAs(t, err, &bad)
	}
}

const doc = `// Package p is about parcels.
//
// # Table
//
// old text
//
//	old code
//
// # More
//
// The rest.
package p

// F is a function.
//
// # Last
//go:noinline
func F() {}
`

func TestReplaceDoc(t *testing.T) {
	body := "Each row is a status.\n\n" + table.Indent(parcel().Matrix())
	got, err := table.ReplaceDoc([]byte(doc), "Table", body)
	require.NoError(t, err)
	script.Golden(t, filepath.Join("testdata", "parcel", "doc.go.golden"), got)

	again, err := table.ReplaceDoc(got, "Table", body)
	require.NoError(t, err)
	require.Equal(t, string(got), string(again), "a second time changes nothing")

	got, err = table.ReplaceDoc(got, "More", "At the\nend.\n")
	require.NoError(t, err)
	require.Contains(t, string(got), "// # More\n//\n// At the\n// end.\npackage p\n")

	got, err = table.ReplaceDoc(got, "Last", "x")
	require.NoError(t, err)
	require.Contains(t, string(got), "// # Last\n//\n// x\n//\n//go:noinline\nfunc F() {}\n", "a directive is no text")

	formatted, err := format.Source(got)
	require.NoError(t, err)
	require.Equal(t, string(formatted), string(got), "gofmt has nothing to do")

	got, err = table.ReplaceDoc([]byte(doc), "Table", "\n")
	require.NoError(t, err)
	require.Contains(t, string(got), "// # Table\n//\n// # More\n")

	got, err = table.ReplaceDoc([]byte("// # Table"), "Table", "x")
	require.NoError(t, err)
	require.Equal(t, "// # Table\n//\n// x\n", string(got))
}

func TestReplaceDocErrors(t *testing.T) {
	for _, tc := range []struct{ file, body, want string }{
		{"package p\n", "", `table: mark "Table" is missing: // # Table`},
		{doc + doc, "", `table: mark "Table" stands there twice: // # Table`},
		{doc, "a\n\n# Other\n", `table: mark "Table" has another heading in its body: // # Other`},
	} {
		_, err := table.ReplaceDoc([]byte(tc.file), "Table", tc.body)
		require.EqualError(t, err, tc.want)
	}
}

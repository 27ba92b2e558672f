package table

import (
	"fmt"
	"strings"
)

// MarkError says that a generated part has no place in a file.
type MarkError struct {
	// Mark is the mark or the heading of the part.
	Mark string
	// Problem says what is wrong with it.
	Problem string
}

// Error implements error.
func (e *MarkError) Error() string { return fmt.Sprintf("table: mark %q %s", e.Mark, e.Problem) }

// Replace returns a Markdown file with body between the lines
//
//	<!-- begin:mark -->
//	<!-- end:mark -->
//
// in place of what stands there. All else stays byte for byte. The error is a
// *[MarkError] unless each of the two lines stands there once, in this order, and
// if the body holds one of them.
//
// To check a part, compare the result with the file; to update it, write the result.
func Replace(file []byte, mark, body string) ([]byte, error) {
	begin, end := "<!-- begin:"+mark+" -->", "<!-- end:"+mark+" -->"
	for line := range strings.Lines(body) {
		if text := strings.TrimSpace(line); text == begin || text == end {
			return nil, &MarkError{Mark: mark, Problem: "is in its own body"}
		}
	}
	lines := strings.SplitAfter(string(file), "\n")
	from, err := find(lines, mark, begin)
	if err != nil {
		return nil, err
	}
	to, err := find(lines, mark, end)
	if err != nil {
		return nil, err
	}
	if to < from {
		return nil, &MarkError{Mark: mark, Problem: "ends before it begins"}
	}
	if body != "" && !strings.HasSuffix(body, "\n") {
		body += "\n"
	}
	return join(lines[:from+1], body, lines[to:]), nil
}

// ReplaceDoc returns a Go file with body below the heading
//
//	// # Heading
//
// in a comment that begins at the left margin, in place of what stands there up
// to the next heading or the end of the comment. So godoc shows a section of that
// name, and no marks. All else stays byte for byte. The body comes without slashes;
// a line that begins with a tab is preformatted, as [Indent] makes it. If the body
// is as gofmt would have it, so is the result.
//
// The error is a *[MarkError] unless the heading stands there once, and if the
// body has a heading of its own, at which the next replacement would end.
func ReplaceDoc(file []byte, heading, body string) ([]byte, error) {
	lines := strings.SplitAfter(string(file), "\n")
	if end := len(lines) - 1; lines[end] != "" { // the file ends without an end of line
		lines[end] += "\n"
	}
	from, err := find(lines, heading, headingStart+heading)
	if err != nil {
		return nil, err
	}
	to := from + 1
	for to < len(lines) && isText(lines[to]) && !strings.HasPrefix(lines[to], headingStart) {
		to++
	}
	comment := ""
	if body = strings.Trim(body, "\n"); body != "" {
		comment = "//\n"
	}
	for line := range strings.Lines(body) {
		line = strings.TrimRight(line, " \t\n")
		if line != "" && line[0] != '\t' {
			line = " " + line
		}
		line = "//" + line
		if strings.HasPrefix(line, headingStart) {
			return nil, &MarkError{Mark: heading, Problem: "has another heading in its body: " + line}
		}
		comment += line + "\n"
	}
	if to < len(lines) && strings.HasPrefix(lines[to], "//") {
		comment += "//\n"
	}
	return join(lines[:from+1], comment, lines[to:]), nil
}

const headingStart = "// # "

// isText reports whether a line belongs to the text of a comment. A directive,
// such as //go:generate, does not: it has no space behind the slashes.
func isText(line string) bool {
	rest, ok := strings.CutPrefix(line, "//")
	return ok && (strings.TrimSpace(rest) == "" || rest[0] == ' ' || rest[0] == '\t')
}

// find returns the number of the one line that is text.
func find(lines []string, mark, text string) (int, error) {
	at := -1
	for i, line := range lines {
		if strings.TrimRight(line, " \t\r\n") != text {
			continue
		}
		if at >= 0 {
			return 0, &MarkError{Mark: mark, Problem: "stands there twice: " + text}
		}
		at = i
	}
	if at < 0 {
		return 0, &MarkError{Mark: mark, Problem: "is missing: " + text}
	}
	return at, nil
}

func join(before []string, body string, after []string) []byte {
	return []byte(strings.Join(before, "") + body + strings.Join(after, ""))
}

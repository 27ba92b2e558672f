package script

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const rule = "----"

// file is a parsed transcript. The text of its blocks and its tail, one after
// the other, is the file byte for byte.
type file struct {
	path   string
	blocks []block
	tail   string // what follows the last block
	tags   []Arg
}

// block is a row of commands and their expected output.
type block struct {
	head     string // comments, blank lines and command lines as written
	commands []Command
	ruled    string // the rules and the output as written
	line     int    // of the rule
	want     string // the output
	wantLine int    // where it begins
}

// parser takes a transcript apart, line by line.
type parser struct {
	file
	lines []string // with their ends
	n     int      // the number of lines that were taken
}

func parse(path, src string) (*file, error) {
	p := &parser{file: file{path: path}, lines: strings.SplitAfter(src, "\n")}
	if end := len(p.lines) - 1; p.lines[end] == "" {
		p.lines = p.lines[:end]
	}
	if before, _, found := strings.Cut(src, "\r"); found {
		p.n = 1 + strings.Count(before, "\n")
		return nil, p.fail("a carriage return")
	}
	var b block
	for p.n < len(p.lines) {
		line := p.lines[p.n]
		p.n++
		if strings.TrimSpace(line) == rule {
			if err := p.output(&b); err != nil {
				return nil, err
			}
			p.blocks = append(p.blocks, b)
			b = block{}
			continue
		}
		if err := p.headLine(&b, line); err != nil {
			return nil, err
		}
		b.head += line
	}
	if b.commands != nil {
		return nil, p.fail("a command without a rule " + rule)
	}
	p.tail = b.head
	return &p.file, nil
}

// headLine takes a line that is neither a rule nor output.
func (p *parser) headLine(b *block, line string) error {
	text := strings.TrimSpace(line)
	switch {
	case strings.HasPrefix(line, "#"):
		return p.comment(text)
	case text != "":
		return p.command(b, text)
	case b.commands != nil:
		return p.fail("a blank line between a command and its rule " + rule)
	}
	return nil
}

func (p *parser) fail(problem string) error {
	return &SyntaxError{File: p.path, Line: p.n, Problem: problem}
}

// output takes the output of b, whose rule was the last line.
func (p *parser) output(b *block) error {
	if b.commands == nil {
		return p.fail("a rule without commands")
	}
	b.line = p.n
	b.ruled = p.lines[p.n-1]
	double := p.at(0, rule)
	if double {
		b.ruled += p.lines[p.n]
		p.n++
	}
	b.wantLine = p.n + 1
	for ; p.n < len(p.lines); p.n++ {
		line := p.lines[p.n]
		if double && p.at(0, rule) && p.at(1, rule) {
			b.ruled += line + p.lines[p.n+1]
			p.n += 2
			return nil
		}
		if !double && blank(line) {
			break
		}
		b.ruled += line
		b.want += line
	}
	if double {
		return p.fail("output without its closing double rule")
	}
	if b.want != "" && !strings.HasSuffix(b.want, "\n") { // the file ends without an end of line
		b.want += "\n"
	}
	return nil
}

// at reports whether the line i lines ahead is text.
func (p *parser) at(i int, text string) bool {
	return p.n+i < len(p.lines) && strings.TrimSpace(p.lines[p.n+i]) == text
}

func blank(line string) bool { return strings.TrimSpace(line) == "" }

// comment takes the tags of a comment.
func (p *parser) comment(text string) error {
	list, ok := strings.CutPrefix(strings.TrimSpace(text[1:]), "covers:")
	if !ok {
		return nil
	}
	tags, problem := arguments(list)
	if problem == "" && len(tags) == 0 {
		problem = "no tags"
	}
	for _, a := range tags {
		if a.Bare {
			problem = "the tag " + a.Key + " has no value"
		}
	}
	if problem != "" {
		return p.fail(problem)
	}
	p.tags = append(p.tags, tags...)
	return nil
}

var commandName = regexp.MustCompile(`^[A-Za-z][\w.-]*$`)

// command takes a command line.
func (p *parser) command(b *block, text string) error {
	name, rest := text, ""
	if i := strings.IndexAny(text, " \t"); i >= 0 {
		name, rest = text[:i], text[i:]
	}
	if !commandName.MatchString(name) {
		return p.fail("not the name of a command: " + name)
	}
	args, problem := arguments(rest)
	if problem != "" {
		return p.fail(problem)
	}
	for i, a := range args {
		twice := func(other Arg) bool { return other.Key == a.Key }
		if !strings.HasSuffix(a.Key, "[]") && slices.ContainsFunc(args[:i], twice) {
			return p.fail("the argument " + a.Key + " comes twice")
		}
	}
	b.commands = append(b.commands, Command{Name: name, Args: args, File: p.path, Line: p.n})
	return nil
}

// arguments splits a list of arguments, or says what is wrong with it.
func arguments(s string) (args []Arg, problem string) {
	const space = " \t"
	for s = strings.TrimLeft(s, space); s != ""; s = strings.TrimLeft(s, space) {
		end := strings.IndexAny(s, space+"=")
		if end < 0 {
			end = len(s)
		}
		a := Arg{Key: s[:end], Bare: true}
		s = s[end:]
		if a.Key == "" || strings.Contains(a.Key, `"`) {
			return nil, "not a key: " + a.Key + s
		}
		if rest, ok := strings.CutPrefix(s, "="); ok {
			a.Bare = false
			if a.Value, s, ok = value(rest); !ok {
				return nil, "not a value of " + a.Key + ": " + rest
			}
		}
		args = append(args, a)
	}
	return args, ""
}

// value takes a value off the front of s.
func value(s string) (v, rest string, ok bool) {
	if strings.HasPrefix(s, `"`) {
		quoted, err := strconv.QuotedPrefix(s)
		if err != nil {
			return "", s, false
		}
		if v, err = strconv.Unquote(quoted); err != nil {
			return "", s, false
		}
		rest = s[len(quoted):]
		return v, rest, rest == "" || rest[0] == ' ' || rest[0] == '\t'
	}
	end := strings.IndexAny(s, " \t")
	if end < 0 {
		end = len(s)
	}
	return s[:end], s[end:], !strings.Contains(s[:end], `"`)
}

// render returns the file with the outputs of its blocks replaced. An output
// that stays keeps its rules too.
func (f *file) render(outputs []string) (string, error) {
	var out strings.Builder
	for i, b := range f.blocks {
		out.WriteString(b.head)
		if outputs[i] == b.want {
			out.WriteString(b.ruled)
			continue
		}
		next := f.tail
		if i+1 < len(f.blocks) {
			next = f.blocks[i+1].head
		}
		ruled, problem := enclose(outputs[i], next)
		if problem != "" {
			return "", &SyntaxError{File: f.path, Line: b.line, Problem: problem}
		}
		out.WriteString(ruled)
	}
	out.WriteString(f.tail)
	return out.String(), nil
}

// enclose returns output between the rules that it needs in front of next, or
// says why no rules can hold it.
func enclose(output, next string) (ruled, problem string) {
	if strings.Contains(output, "\r") {
		return "", "the output has a carriage return"
	}
	l := strings.Split(strings.TrimSuffix(output, "\n"), "\n")
	isRule := func(line string) bool { return strings.TrimSpace(line) == rule }
	if output == "" || !slices.ContainsFunc(l, blank) && !isRule(l[0]) {
		if line, _, _ := strings.Cut(next, "\n"); next != "" && !blank(line) {
			output += "\n"
		}
		return rule + "\n" + output, ""
	}
	for i, line := range l {
		if isRule(line) && (i+1 == len(l) || isRule(l[i+1])) {
			return "", "the output has blank lines and a double rule, or a rule at its end"
		}
	}
	return rule + "\n" + rule + "\n" + output + rule + "\n" + rule + "\n", ""
}

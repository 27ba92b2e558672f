package page_test

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// tag is an element's beginning or end.
type tag struct {
	name  string
	attr  map[string]string
	end   bool
	self  bool   // it has no content: <path/>
	inner string // what stands before the next tag
}

func (t tag) has(name string) bool { _, ok := t.attr[name]; return ok }

// document is a page as a browser without scripts and styles has it.
type document struct {
	tags []tag
	text string // what can be read, without tags
}

// parse reads a page. It takes no more of HTML than the pages are written in: quoted
// attributes and no tag left out, so that what slips through an escape is seen.
func parse(t *testing.T, page string) document {
	t.Helper()
	require.True(t, strings.HasPrefix(page, "<!doctype html>\n<html lang=\"en\">"), page[:min(80, len(page))])
	var d document
	var text strings.Builder
	rest := strings.TrimPrefix(page, "<!doctype html>")
	for rest != "" {
		before, after, found := strings.Cut(rest, "<")
		if n := len(d.tags); n > 0 {
			d.tags[n-1].inner = before
		}
		text.WriteString(html.UnescapeString(before))
		if !found {
			break
		}
		one, tail := element(t, after)
		d.tags = append(d.tags, one)
		if !one.end && (one.name == "script" || one.name == "style") {
			body, _, ok := strings.Cut(tail, "</"+one.name+">")
			require.True(t, ok)
			d.tags[len(d.tags)-1].inner = body
			tail = tail[len(body):]
		} else if !one.end {
			text.WriteString(" ")
		}
		rest = tail
	}
	d.text = strings.Join(strings.Fields(text.String()), " ")
	return d
}

// element reads a tag, behind its <.
func element(t *testing.T, s string) (one tag, rest string) {
	t.Helper()
	one.attr = map[string]string{}
	s, one.end = strings.CutPrefix(s, "/")
	end := strings.IndexFunc(s, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	require.Positive(t, end, "a < that is not escaped: %.60q", s)
	one.name, s = s[:end], s[end:]
	for {
		s = strings.TrimLeft(s, " \n")
		if tail, ok := strings.CutPrefix(s, "/>"); ok {
			one.self = true
			return one, tail
		}
		if s[0] == '>' {
			return one, s[1:]
		}
		end := strings.IndexAny(s, "= >\n/")
		name := s[:end]
		require.Regexp(t, `^[a-zA-Z:-]+[0-9]?$`, name, "in %s", one.name)
		require.NotContains(t, one.attr, name, "twice in %s", one.name)
		if s[end] != '=' {
			one.attr[name], s = "", s[end:]
			continue
		}
		require.Equal(t, byte('"'), s[end+1], "an attribute without quotes: %.60q", s)
		value, tail, ok := strings.Cut(s[end+2:], `"`)
		require.True(t, ok)
		require.NotContains(t, value, "<", "in %s", name)
		one.attr[name], s = html.UnescapeString(value), tail
	}
}

var void = []string{"meta", "link", "input", "br"}

// check holds a page to what every page has to be.
func (d document) check(t *testing.T, csp string) {
	t.Helper()
	var open []string
	count, ids := map[string]int{}, map[string]bool{}
	for _, x := range d.tags {
		switch {
		case x.end:
			require.NotEmpty(t, open)
			require.Equal(t, open[len(open)-1], x.name, "tags are not nested")
			open = open[:len(open)-1]
			continue
		case !slices.Contains(void, x.name) && !x.self:
			open = append(open, x.name)
		}
		count[x.name]++
		if id := x.attr["id"]; id != "" {
			require.False(t, ids[id], "the id %q twice", id)
			ids[id] = true
		}
	}
	require.Empty(t, open)
	require.Equal(t, 1, count["h1"], "one heading")
	require.Equal(t, 1, count["main"])
	require.Equal(t, 1, count["title"])
	focus := 0
	for _, x := range d.tags {
		for name, value := range x.attr {
			require.False(t, strings.HasPrefix(name, "on") || name == "style", "%s in %s", name, x.name)
			require.NotContains(t, value, "ZgotmplZ")
			if name == "href" || name == "action" || name == "formaction" || name == "src" {
				require.NotRegexp(t, `(?i)^\s*(javascript|data:text|vbscript)`, value)
			}
		}
		for _, name := range []string{"for", "aria-describedby", "aria-labelledby", "list", "form"} {
			for id := range strings.FieldsSeq(x.attr[name]) {
				require.True(t, ids[id], "%s=%q of %s leads nowhere", name, id, x.name)
			}
		}
		if h := x.attr["href"]; strings.HasPrefix(h, "#") {
			require.True(t, ids[h[1:]], "the link %s leads nowhere", h)
		}
		switch x.name {
		case "script", "style":
			if !x.end {
				require.NotEmpty(t, x.attr["nonce"])
				require.Contains(t, csp, "'nonce-"+x.attr["nonce"]+"'")
			}
		case "iframe", "object", "embed", "base":
			t.Errorf("a page has no %s", x.name)
		case "input", "select":
			d.named(t, x)
		}
		if x.has("autofocus") {
			focus++
		}
	}
	require.LessOrEqual(t, focus, 1)
}

// named: each field has a label.
func (d document) named(t *testing.T, x tag) {
	t.Helper()
	if x.end || x.attr["type"] == "hidden" {
		return
	}
	for i, y := range d.tags {
		if y.name == "label" && !y.end && (y.attr["for"] == x.attr["id"] && x.has("id") || i+1 < len(d.tags) && d.tags[i+1].attr["name"] == x.attr["name"]) {
			return
		}
	}
	t.Errorf("the field %q has no label", x.attr["name"])
}

// find returns the elements of a name with an attribute of a value.
func (d document) find(name, attr, value string) []tag {
	var all []tag
	for _, x := range d.tags {
		if !x.end && x.name == name && x.has(attr) && (value == "" || x.attr[attr] == value) {
			all = append(all, x)
		}
	}
	return all
}

// browser is a browser without scripts, with one tab.
type browser struct {
	t       *testing.T
	handler http.Handler
	at      string // the path of the page
	left    string // the address of another site that it was sent to
	status  int
	header  http.Header
	body    string
	document
}

func open(t *testing.T, h http.Handler, path string) *browser {
	t.Helper()
	b := &browser{t: t, handler: h}
	return b.get(path)
}

func (b *browser) get(path string) *browser {
	b.t.Helper()
	return b.do(httptest.NewRequestWithContext(b.t.Context(), http.MethodGet, path, nil))
}

// do sends a request, and goes where it is sent as long as that is on this site.
func (b *browser) do(r *http.Request) *browser {
	b.t.Helper()
	for range 5 {
		w := httptest.NewRecorder()
		b.handler.ServeHTTP(w, r)
		b.at, b.status, b.header, b.body = r.URL.RequestURI(), w.Code, w.Header(), w.Body.String()
		if w.Code != http.StatusSeeOther {
			b.document = parse(b.t, b.body)
			b.check(b.t, b.header.Get("Content-Security-Policy"))
			return b
		}
		to := w.Header().Get("Location")
		require.NotEmpty(b.t, to)
		if !strings.HasPrefix(to, "/") {
			b.left = to
			return b
		}
		r = httptest.NewRequestWithContext(b.t.Context(), http.MethodGet, to, nil)
	}
	b.t.Fatal("it goes round in circles")
	return b
}

// fields returns what the form with an action would send.
func (b *browser) fields(action string) url.Values {
	values := url.Values{}
	inside, name, text := false, "", ""
	for i, x := range b.tags {
		switch {
		case x.name == "form":
			inside = !x.end && x.attr["action"] == action
		case !inside || x.end:
		case x.name == "input" && (x.attr["type"] == "radio" || x.attr["type"] == "checkbox"):
			if x.has("checked") {
				values.Set(x.attr["name"], x.attr["value"])
			}
		case x.name == "input":
			values.Set(x.attr["name"], x.attr["value"])
		case x.name == "select":
			name, text = x.attr["name"], b.tags[i+1].attr["value"]
			values.Set(name, text)
		case x.name == "option" && x.has("selected"):
			values.Set(name, x.attr["value"])
		}
	}
	return values
}

// press fills in fields, given as names and values, and presses a button: by its text,
// or as name=value.
func (b *browser) press(button string, fields ...string) *browser {
	b.t.Helper()
	inside := ""
	for i, x := range b.tags {
		if x.name == "form" {
			inside = x.attr["action"]
		}
		if x.name != "button" || x.end || x.has("disabled") {
			continue
		}
		var label string
		for _, y := range b.tags[i:] {
			if y.end && y.name == "button" {
				break
			}
			label += y.inner
		}
		if html.UnescapeString(strings.TrimSpace(label)) != button && x.attr["name"]+"="+x.attr["value"] != button {
			continue
		}
		if id := x.attr["form"]; id != "" {
			forms := b.find("form", "id", id)
			require.Len(b.t, forms, 1)
			inside = forms[0].attr["action"]
		}
		values := b.fields(inside)
		for i := 0; i+1 < len(fields); i += 2 {
			values.Set(fields[i], fields[i+1])
		}
		if name := x.attr["name"]; name != "" {
			values.Set(name, x.attr["value"])
		}
		return b.post(inside, values)
	}
	b.t.Fatalf("no button %q on %s: %s", button, b.at, b.text)
	return b
}

func (b *browser) post(action string, values url.Values) *browser {
	b.t.Helper()
	r := httptest.NewRequestWithContext(b.t.Context(), http.MethodPost, action, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(r)
}

// follow clicks on a link by its text.
func (b *browser) follow(text string) *browser {
	b.t.Helper()
	for i, x := range b.tags {
		if x.name != "a" || x.end || !strings.Contains(html.UnescapeString(b.tags[i].inner+b.tags[i+1].inner), text) && b.tags[i].inner != text {
			continue
		}
		to := x.attr["href"]
		if strings.HasPrefix(to, "/") {
			return b.get(to)
		}
		b.left = to
		return b
	}
	b.t.Fatalf("no link %q on %s: %s", text, b.at, b.text)
	return b
}

// shows requires a status and texts.
func (b *browser) shows(status int, texts ...string) *browser {
	b.t.Helper()
	require.Equal(b.t, status, b.status, b.text)
	for _, text := range texts {
		require.Contains(b.t, b.text, text)
	}
	return b
}

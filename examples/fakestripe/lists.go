package fakestripe

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/payintent/intents"
	"github.com/payintent/intents/examples/internal/form"
	"github.com/payintent/intents/internal/jsonenc"
	"github.com/payintent/intents/webhook"
)

// window is what a list request asks for: a limit, a cursor, when things were created.
type window struct {
	limit                 int
	after, before         string
	since, until          intents.Time // created, both included
	sinceGiven, untilGive bool
}

const (
	defaultLimit = 10
	maxLimit     = 100
)

// readPage takes the parameters that all lists have. A limit out of range is clamped
// without a word (REC-P5).
func readPage(r *form.Reader) window {
	p := window{limit: defaultLimit, after: r.Text("starting_after"), before: r.Text("ending_before")}
	if n := r.Integer("limit"); n.Given {
		p.limit = int(min(max(n.Value, 1), maxLimit))
	}
	for _, bound := range []struct {
		key          string
		since, until intents.Time
		isSince      bool
		isUntil      bool
	}{
		{"created", 0, 0, true, true},
		{"created[gt]", 1, 0, true, false},
		{"created[gte]", 0, 0, true, false},
		{"created[lt]", 0, -1, false, true},
		{"created[lte]", 0, 0, false, true},
	} {
		n := r.Integer(bound.key)
		if !n.Given {
			continue
		}
		if at := intents.Time(n.Value) + bound.since; bound.isSince && (!p.sinceGiven || at > p.since) {
			p.since, p.sinceGiven = at, true
		}
		if at := intents.Time(n.Value) + bound.until; bound.isUntil && (!p.untilGive || at < p.until) {
			p.until, p.untilGive = at, true
		}
	}
	return p
}

func (p *window) covers(created intents.Time) bool {
	return (!p.sinceGiven || created >= p.since) && (!p.untilGive || created <= p.until)
}

// listing is a list that is asked for: of what table, under what name, and which rows.
type listing[T any] struct {
	table Table
	noun  string // in "No such …"
	url   string
	// keep says whether a row is in the list; nil keeps all.
	keep func(v T) bool
	// created says when the row's object was made.
	created func(v T) intents.Time
	// render renders it; nil leaves it out.
	render func(x *tx, v T) webhook.Object
}

// list answers a request for a list: newest first, at most limit, behind or before a
// cursor, which may be any row of the table.
func list[T any](x *tx, r *request, p window, l listing[T]) (reply, error) {
	for _, cursor := range [...]struct{ key, id string }{{"starting_after", p.after}, {"ending_before", p.before}} {
		if cursor.id == "" {
			continue
		}
		if _, ok := get[T](x, l.table, cursor.id); !ok {
			return reply{}, absent(l.noun, cursor.id, cursor.key)
		}
	}
	if p.after != "" && p.before != "" {
		return reply{}, invalidRequest(http.StatusBadRequest, "Received both starting_after and ending_before parameters. Please pass in only one.")
	}
	from, newestFirst := p.after, true
	if p.before != "" {
		from, newestFirst = p.before, false
	}
	var found []T
	more := false
	for row, err := range x.s.store.Scan(l.table, from, newestFirst) {
		if err != nil {
			return reply{}, err
		}
		v, ok := row.Value.(T)
		if !ok || l.keep != nil && !l.keep(v) || !p.covers(l.created(v)) {
			continue
		}
		if len(found) == p.limit {
			more = true
			break
		}
		found = append(found, v)
	}
	if !newestFirst {
		slices.Reverse(found)
	}
	objects := make([]webhook.Object, 0, len(found))
	for _, v := range found {
		objects = append(objects, l.render(x, v))
	}
	return reply{status: http.StatusOK, body: listBody(objects, more, l.url, r.version)}, nil
}

// listBody writes Stripe's list object.
func listBody(objects []webhook.Object, more bool, url string, v intents.Version) []byte {
	b := []byte(`{"object":"list","data":[`)
	for i, o := range objects {
		if i > 0 {
			b = append(b, ',')
		}
		b = o.AppendJSON(b, v)
	}
	b = append(b, `],"has_more":`...)
	b = strconv.AppendBool(b, more)
	b = append(b, `,"url":`...)
	return append(jsonenc.AppendJSONString(b, url), '}')
}

// pageOf answers with a page of objects that are at hand, with their ids.
func pageOf(r *request, p window, ids []string, objects []webhook.Object, noun string) (reply, error) {
	start, end := 0, len(ids)
	for _, cursor := range [...]struct{ key, id string }{{"starting_after", p.after}, {"ending_before", p.before}} {
		if cursor.id != "" && !slices.Contains(ids, cursor.id) {
			return reply{}, absent(noun, cursor.id, cursor.key)
		}
	}
	switch {
	case p.after != "" && p.before != "":
		return reply{}, invalidRequest(http.StatusBadRequest, "Received both starting_after and ending_before parameters. Please pass in only one.")
	case p.after != "":
		start = slices.Index(ids, p.after) + 1
	case p.before != "":
		end = slices.Index(ids, p.before)
	}
	more := end-start > p.limit
	if more && p.before != "" {
		start = end - p.limit
	}
	end = min(end, start+p.limit)
	return reply{status: http.StatusOK, body: listBody(objects[start:end], more, r.path, r.version)}, nil
}

// usual is how many bytes most objects have: room for them at once saves making it bit by bit.
const usual = 3 << 10

// ok answers with an object.
func (x *tx) ok(o webhook.Object) (reply, error) {
	return reply{status: http.StatusOK, body: o.AppendJSON(make([]byte, 0, usual), x.r.version)}, nil
}

// takeExpand takes expand[] out of a form.
func takeExpand(r *request, f form.Form) (form.Form, error) {
	if !f.Has("expand") {
		return f, nil
	}
	reader := form.NewReader(f.Only("expand"))
	r.expand = reader.List("expand")
	if err := reader.Done(); err != nil {
		return nil, form.Invalid("expand", "", "Invalid array")
	}
	const deepest = 4
	for _, path := range r.expand {
		depth := strings.Count(strings.TrimPrefix(path, "data."), ".") + 1
		if depth > deepest {
			return nil, form.Invalid("expand", "", "You cannot expand more than 4 levels of a property. Property: "+path)
		}
	}
	return f.Without("expand"), nil
}

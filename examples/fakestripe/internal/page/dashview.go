package page

import (
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// frame is what all pages of the dashboard have in common.
type frame struct {
	head
	Section, Token, Back, Host string
	Now                        intents.Time
	Virtual                    bool
	Next                       string // when the next work is due, or empty
	Count                      uint64
}

func (d *desk) frame(r *http.Request, title, section string, work []intents.Deferred) frame {
	f := frame{
		head: newHead(d.shell, title+" · fakestripe", d.css, d.script), Section: section, Token: d.token(subject),
		Back: r.URL.RequestURI(), Host: r.Host, Now: intents.TimeOf(d.b.Now()), Virtual: d.b.Virtual(), Count: d.count(r.Context()),
	}
	if len(work) > 0 {
		f.Next = within(work[0].NotBefore.Time().Sub(d.b.Now()))
	}
	return f
}

// Sizes of the lists.
const (
	few     = 8
	many    = 25
	maxSeen = 20_000 // how far a filter looks back
)

// item is an object in a list.
type item struct {
	Kind, ID, For, Status, Tone string
	Path                        []string
	Created                     intents.Time
}

// tone says how a status is coloured.
func tone(status string) string {
	switch status {
	case "succeeded", "complete", "paid":
		return "good"
	case "canceled", "expired", "failed", "abandoned":
		return "bad"
	case "requires_action", "requires_capture", "processing", "confirming", "attempting", "resending", "pending":
		return "warn"
	}
	return "plain"
}

// way returns the statuses of a path, each once in a row.
func way(path []Mark) []string {
	var statuses []string
	for _, m := range path {
		if n := len(statuses); n == 0 || statuses[n-1] != m.Status {
			statuses = append(statuses, m.Status)
		}
	}
	return statuses
}

func (d *desk) payment(s paymentintent.Intent) item {
	return item{"payment_intent", s.ID, money(s.Amount, s.Currency), string(s.Status), tone(string(s.Status)), way(d.b.Path(s.ID)), s.Created}
}

func (d *desk) setup(s setupintent.Intent) item {
	return item{"setup_intent", s.ID, string(s.Usage), string(s.Status), tone(string(s.Status)), way(d.b.Path(s.ID)), s.Created}
}

func (d *desk) session(s checkout.Session) item {
	what := string(s.Mode)
	if s.Mode != checkout.Setup {
		what += ", " + money(s.AmountTotal(), s.Currency)
	}
	return item{"checkout.session", s.ID, what, string(s.Status), tone(string(s.Status)), way(d.b.Path(s.ID)), s.Created}
}

// take returns up to n of what a sequence yields behind the one with an id, and the
// id to go on behind if there is more. It reads the sequence to its end before
// anything else is asked of the server.
func take[T any](all iter.Seq2[T, error], after string, n int, id func(T) string, fits func(T) bool) (list []T, next string, err error) {
	skipping, seen := after != "", 0
	for v, err := range all {
		if err != nil {
			return nil, "", err
		}
		if seen++; seen > maxSeen {
			break
		}
		switch {
		case skipping:
			skipping = id(v) != after
		case !fits(v):
		case len(list) == n:
			return list, id(list[n-1]), nil
		default:
			list = append(list, v)
		}
	}
	return list, "", nil
}

// overview is the first page.
type overview struct {
	frame
	Empty      bool
	Intents    []item
	Sessions   []item
	Work       []work
	MoreWork   int
	Events     []event
	Deliveries []shipment
}

// work is a piece of deferred work.
type work struct {
	Kind, Subject, In string
	Due               intents.Time
}

func (d *desk) works(owed []intents.Deferred) []work {
	now := d.b.Now()
	list := make([]work, 0, len(owed))
	for _, o := range owed {
		list = append(list, work{string(o.Kind), o.Subject, within(o.NotBefore.Time().Sub(now)), o.NotBefore})
	}
	return list
}

func anything[T any](T) bool { return true }

func (d *desk) overview(w http.ResponseWriter, r *http.Request) {
	owed, err := d.b.Pending(r.Context())
	if err != nil {
		d.fail(w, err)
		return
	}
	v := overview{frame: d.frame(r, "Overview", "overview", owed)}
	if v.Intents, _, err = d.intents("", few, anything); err != nil {
		d.fail(w, err)
		return
	}
	sessions, _, err := take(d.b.Checkouts(), "", few, func(s checkout.Session) string { return s.ID }, anything)
	for _, s := range sessions {
		v.Sessions = append(v.Sessions, d.session(s))
	}
	if err == nil {
		v.Events, _, err = d.eventList("", few, anything)
	}
	if err == nil {
		v.Deliveries, _, err = d.shipments("", few, anything)
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	v.Work = d.works(owed[:min(len(owed), few)])
	v.MoreWork = len(owed) - len(v.Work)
	v.Empty = v.Intents == nil && v.Sessions == nil && v.Events == nil
	d.write(w, http.StatusOK, "overview", v.Nonce, v)
}

// intents returns PaymentIntents and SetupIntents together, newest first.
func (d *desk) intents(after string, n int, fits func(item) bool) ([]item, string, error) {
	// A list behind an id is that of its own kind and, of the other, what is not newer.
	payments, _, err := take(d.b.Payments(), "", maxSeen, func(s paymentintent.Intent) string { return s.ID }, anything)
	if err != nil {
		return nil, "", err
	}
	setups, _, err := take(d.b.Setups(), "", maxSeen, func(s setupintent.Intent) string { return s.ID }, anything)
	if err != nil {
		return nil, "", err
	}
	merged := func(yield func(item, error) bool) {
		p, s := payments, setups
		for len(p) > 0 || len(s) > 0 {
			var next item
			if len(s) == 0 || len(p) > 0 && p[0].Created >= s[0].Created {
				next, p = d.payment(p[0]), p[1:]
			} else {
				next, s = d.setup(s[0]), s[1:]
			}
			if !yield(next, nil) {
				return
			}
		}
	}
	return take(merged, after, n, func(i item) string { return i.ID }, fits)
}

// list is a page of a list with its filter.
type list struct {
	frame
	Kind, Status, Type, Object string
	Items                      []item
	Events                     []event
	Deliveries                 []shipment
	Statuses                   []string
	Types                      []string
	Older                      string // the address of the next page, or empty
	Newest                     bool
}

func (d *desk) list(w http.ResponseWriter, r *http.Request, title, section string) (list, bool) {
	owed, err := d.b.Pending(r.Context())
	if err != nil {
		d.fail(w, err)
		return list{}, false
	}
	q := r.URL.Query()
	return list{
		frame: d.frame(r, title, section, owed), Kind: q.Get("kind"), Status: strings.TrimSpace(q.Get("status")),
		Type: strings.TrimSpace(q.Get("type")), Object: strings.TrimSpace(q.Get("object")), Newest: q.Get("after") == "",
	}, true
}

// older returns the address of the page behind an id.
func older(r *http.Request, id string) string {
	if id == "" {
		return ""
	}
	q := url.Values{}
	for _, name := range []string{"kind", "status", "type", "object"} {
		if value := r.URL.Query().Get(name); value != "" {
			q.Set(name, value)
		}
	}
	q.Set("after", id)
	return r.URL.Path + "?" + q.Encode()
}

// objects lists intents or sessions.
func (d *desk) objects(w http.ResponseWriter, r *http.Request) {
	v, ok := d.list(w, r, "Intents", "objects")
	if !ok {
		return
	}
	after := r.URL.Query().Get("after")
	fits := func(i item) bool {
		return (v.Status == "" || i.Status == v.Status) && (v.Kind == "" || i.Kind == v.Kind) && (v.Object == "" || strings.Contains(i.ID, v.Object))
	}
	var next string
	var err error
	if v.Kind == "checkout.session" {
		all := func(yield func(item, error) bool) {
			sessions, _, err := take(d.b.Checkouts(), "", maxSeen, func(s checkout.Session) string { return s.ID }, anything)
			for _, s := range sessions {
				if !yield(d.session(s), nil) {
					return
				}
			}
			if err != nil {
				yield(item{}, err)
			}
		}
		v.Items, next, err = take(all, after, many, func(i item) string { return i.ID }, fits)
	} else {
		v.Items, next, err = d.intents(after, many, fits)
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	for _, m := range machines() {
		for _, s := range m.Statuses {
			if s != "" && !slices.Contains(v.Statuses, s) {
				v.Statuses = append(v.Statuses, s)
			}
		}
	}
	v.Older = older(r, next)
	d.write(w, http.StatusOK, "objects", v.Nonce, v)
}

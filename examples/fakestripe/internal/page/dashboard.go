package page

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// Dashboard returns the handler of what a developer sees: all objects and events, the
// work that is owed, the clock, and for each object the picture of its machine. Its
// pages are at / and below /objects, /events and /deliveries; /live tells a script of
// theirs when there is something new.
func Dashboard(b Desk) http.Handler {
	return newDashboard(b, newShell("layout.html", "dashboard.html", "message.html"))
}

func newDashboard(b Desk, s *shell) http.Handler {
	d := &desk{shell: s, b: b, css: asset("base.css") + asset("dashboard.css"), script: asset("dashboard.js"), plain: asset("base.css") + asset("checkout.css")}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", d.overview)
	mux.HandleFunc("GET /objects", d.objects)
	mux.HandleFunc("GET /objects/{id}", d.object)
	mux.HandleFunc("POST /objects/{id}/act", d.act)
	mux.HandleFunc("GET /events", d.events)
	mux.HandleFunc("GET /deliveries", d.deliveries)
	mux.HandleFunc("POST /deliveries/{id}/resend", d.resend)
	mux.HandleFunc("POST /clock", d.advance)
	mux.HandleFunc("GET /live", d.live)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		d.say(w, http.StatusNotFound, "There is nothing here", "The dashboard is at /, the API below /v1.")
	})
	return mux
}

// desk is the dashboard.
type desk struct {
	*shell
	b                  Desk
	css, script, plain string
}

// subject of the tokens of the dashboard's forms.
const subject = "desk"

func (d *desk) say(w http.ResponseWriter, status int, title, text string) {
	m := message{Title: title, Text: text, Kind: "over", Link: "/", Label: "To the dashboard"}
	m.head = newHead(d.shell, title, d.plain, "")
	d.write(w, status, "message", m.Nonce, m)
}

// fail answers where the server could not do what was asked: its refusal is the text.
func (d *desk) fail(w http.ResponseWriter, err error) {
	var state *intents.StateError
	var bad *intents.InvalidError
	switch {
	case errors.Is(err, errNothing):
		d.say(w, http.StatusConflict, "That can’t be done any more", "The intent waits for nobody: it was done, in another tab or by time.")
	case errors.As(err, &state):
		d.say(w, http.StatusConflict, "That can’t be done now", state.Error())
	case errors.As(err, &bad) && bad.Code == "resource_missing":
		d.say(w, http.StatusNotFound, "There is no such thing", bad.Message)
	case errors.As(err, &bad) && bad.Code != intents.CodeCorruptState:
		d.say(w, http.StatusUnprocessableEntity, "That was refused", bad.Message)
	default:
		d.say(w, http.StatusInternalServerError, "Something went wrong", "The server could not do that. Its log says why.")
	}
}

// posted reads the form of a button, or answers the request.
func (d *desk) posted(w http.ResponseWriter, r *http.Request) (url.Values, bool) {
	values, err := d.form(w, r, subject)
	if err != nil {
		status, title, text := refused(err)
		d.say(w, status, title, text)
		return nil, false
	}
	return values, true
}

// back sends the browser to the page that the button was on, which the form names.
func back(w http.ResponseWriter, values url.Values) {
	to := values.Get("back")
	if u, err := url.Parse(to); err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.Contains(to, `\`) {
		to = "/"
	}
	leave(w, to)
}

// advance moves the clock.
func (d *desk) advance(w http.ResponseWriter, r *http.Request) {
	values, ok := d.posted(w, r)
	if !ok {
		return
	}
	var err error
	if by := values.Get("by"); by == "next" {
		err = d.b.AdvanceToNext(r.Context())
	} else {
		seconds, bad := strconv.ParseInt(by, 10, 64)
		if bad != nil || seconds < 0 || seconds > maxAdvance {
			d.say(w, http.StatusUnprocessableEntity, "That was refused", "The clock moves forward, by a number of seconds and at most a year.")
			return
		}
		err = d.b.Advance(r.Context(), time.Duration(seconds)*time.Second)
	}
	if err != nil {
		d.fail(w, err)
		return
	}
	back(w, values)
}

// maxAdvance is a year, in seconds.
const maxAdvance = 366 * 24 * 3600

// resend sends a delivery again.
func (d *desk) resend(w http.ResponseWriter, r *http.Request) {
	values, ok := d.posted(w, r)
	if !ok {
		return
	}
	if err := d.b.Resend(r.Context(), r.PathValue("id")); err != nil {
		d.fail(w, err)
		return
	}
	back(w, values)
}

// act plays the customer of an intent, whoever made it.
func (d *desk) act(w http.ResponseWriter, r *http.Request) {
	values, ok := d.posted(w, r)
	if !ok {
		return
	}
	if err := d.play(r.Context(), r.PathValue("id"), acting{does: values.Get("do"), code: values.Get("code")}); err != nil {
		d.fail(w, err)
		return
	}
	back(w, values)
}

func (d *desk) play(ctx context.Context, id string, a acting) error {
	missing := &intents.InvalidError{Param: "intent", Code: "resource_missing", Message: "No such intent: '" + id + "'"}
	switch {
	case strings.HasPrefix(id, "pi_"):
		s, ok, err := d.b.Payment(ctx, id)
		switch {
		case err != nil:
			return err
		case !ok:
			return missing
		}
		var c paymentintent.Command
		if c, ok = a.payment(s); !ok {
			return errNothing
		}
		return d.b.ActPayment(ctx, id, c)
	case strings.HasPrefix(id, "seti_"):
		s, ok, err := d.b.Setup(ctx, id)
		switch {
		case err != nil:
			return err
		case !ok:
			return missing
		}
		var c setupintent.Command
		if c, ok = a.setup(s); !ok {
			return errNothing
		}
		return d.b.ActSetup(ctx, id, c)
	}
	return missing
}

// heartbeat is how long a live connection is silent at most, so that neither side
// takes the other for gone.
const heartbeat = 20 * time.Second

// live tells a script when something has changed, for as long as it listens.
func (d *desk) live(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	control := http.NewResponseController(w)
	since, err := strconv.ParseUint(r.URL.Query().Get("since"), 10, 64)
	if err != nil {
		since = d.count(r.Context())
	}
	_, _ = w.Write([]byte("retry: 1000\n\n"))
	for {
		if control.Flush() != nil || r.Context().Err() != nil {
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), heartbeat)
		now := d.b.Wait(ctx, since)
		cancel()
		text := ": still here\n\n"
		if now != since {
			text = "data: " + strconv.FormatUint(now, 10) + "\n\n"
		}
		since = now
		if _, err := w.Write([]byte(text)); err != nil {
			return
		}
	}
}

// count returns the number of changes so far, without waiting for one.
func (d *desk) count(ctx context.Context) uint64 {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	return d.b.Wait(ctx, 0)
}

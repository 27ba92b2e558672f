package page

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
)

// Checkout returns the handler of the hosted pages: /c/pay/{session}, where a customer
// pays or saves a card, /c/pay/{session}/challenge, where they do what an issuer or a
// bank asks, and /r/{session}, which recovers an expired session.
func Checkout(b Sessions) http.Handler {
	return newCheckout(b, newShell("layout.html", "checkout.html", "challenge.html", "message.html"))
}

func newCheckout(b Sessions, s *shell) http.Handler {
	p := &pages{shell: s, b: b, css: asset("base.css") + asset("checkout.css"), script: asset("checkout.js")}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /c/pay/{session}", p.show)
	mux.HandleFunc("POST /c/pay/{session}", p.pay)
	mux.HandleFunc("GET /c/pay/{session}/challenge", p.challenge)
	mux.HandleFunc("POST /c/pay/{session}/challenge", p.act)
	mux.HandleFunc("GET /r/{session}", p.recoverSession)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		p.message(w, http.StatusNotFound, message{Title: "There is nothing here", Text: "Check the address: a Checkout Session’s page is at /c/pay/ and its id."})
	})
	return mux
}

// pages are the hosted pages.
type pages struct {
	*shell
	b           Sessions
	css, script string
}

// message is a page that only says something.
type message struct {
	head
	Kind        string // done, over, wait, or empty
	Title, Text string
	Link, Label string // where to go on, or empty
	Merchant    string
	Small       string
}

func (p *pages) message(w http.ResponseWriter, status int, m message, accent ...string) {
	m.head = p.head(m.Title, "", accent...)
	if m.Kind == "wait" {
		m.Refresh = 2
	}
	p.write(w, status, "message", m.Nonce, m)
}

// head returns the head of a page, with the merchant's colours where it has some.
func (p *pages) head(title, script string, accent ...string) head {
	h := newHead(p.shell, title, p.css, script)
	if len(accent) > 0 {
		h.Accent = accentCSS(accent[0])
	}
	return h
}

// load returns the flow that a request is about, or answers the request.
func (p *pages) load(w http.ResponseWriter, r *http.Request) (f checkout.Flow, ok bool) {
	f, ok, err := p.b.Flow(r.Context(), r.PathValue("session"))
	switch {
	case err != nil:
		p.fault(w)
		return f, false
	case !ok:
		p.message(w, http.StatusNotFound, message{
			Title: "This page does not exist", Kind: "over",
			Text: "No such Checkout Session. The server forgets its sessions when it is reset or started again.",
		})
		return f, false
	case f.Session.UIMode != checkout.HostedPage:
		p.message(w, http.StatusNotFound, message{
			Title: "This session has no page of its own", Kind: "over",
			Text: "Its ui_mode is " + string(f.Session.UIMode) + ": the merchant shows the form as a part of its own site.",
		})
		return f, false
	}
	return f, true
}

func (p *pages) fault(w http.ResponseWriter) {
	p.message(w, http.StatusInternalServerError, message{Title: "Something went wrong", Kind: "over", Text: "This is the server’s fault, not yours. Nothing was done. Try again in a moment."})
}

// path returns the address of a session's page.
func path(session string) string { return "/c/pay/" + session }

// show is the page as it is opened.
func (p *pages) show(w http.ResponseWriter, r *http.Request) {
	f, ok := p.load(w, r)
	if !ok {
		return
	}
	switch s := &f.Session; s.View(p.b.Now()) {
	case checkout.ViewForm:
		in := newFilled(nil)
		p.prefill(r, &f, in)
		p.form(w, r, http.StatusOK, &f, in, "")
	case checkout.ViewWaiting:
		p.message(w, http.StatusOK, message{Kind: "wait", Title: "Processing …", Text: "Your payment is under way. This page goes on by itself.", Merchant: merchant(s)}, accent(s))
	case checkout.ViewFinished:
		p.message(w, http.StatusOK, finished(&f), accent(s))
	case checkout.ViewExpired, checkout.ViewNone:
		p.message(w, http.StatusGone, expired(s), accent(s))
	}
}

// prefill fills in what is known of the customer already.
func (p *pages) prefill(r *http.Request, f *checkout.Flow, in *filled) {
	s := &f.Session
	set := func(name, value string) {
		if value != "" {
			in.values.Set(name, value)
		}
	}
	if c, ok, err := p.b.Payer(r.Context(), s.ID); ok && err == nil {
		email, _ := c.Details.Get("email")
		name, _ := c.Details.Get("name")
		phone, _ := c.Details.Get("phone")
		set("email", email)
		set("name", name)
		set("phone", phone)
	}
	set("email", s.Detail("customer_email"))
	for key, value := range s.Buyer.All() { // entered before an attempt that failed
		if key == "terms_of_service" {
			continue // it is asked again
		}
		set(place("customer_details["+key+"]"), value)
	}
}

// pay is the button of the form, and those beside it that only fill something in.
func (p *pages) pay(w http.ResponseWriter, r *http.Request) {
	f, ok := p.load(w, r)
	if !ok {
		return
	}
	values, err := p.shell.form(w, r, "pay/"+f.Session.ID)
	if err != nil {
		p.refuse(w, err)
		return
	}
	now := p.b.Now()
	if f.Session.View(now) != checkout.ViewForm {
		leave(w, path(f.Session.ID)) // a second tab, or a second press: the page says how it stands
		return
	}
	if email := p.known(r, f.Session.ID); email != "" {
		values.Set("email", email) // it can't be changed on the page
	}
	e := &entry{filled: newFilled(values), session: &f.Session, now: now}
	switch {
	case values.Get("fill") != "":
		e.fill(values.Get("fill"))
		p.form(w, r, http.StatusOK, &f, e.filled, "")
		return
	case values.Get("do") == "promo", values.Get("do") == "enter" && values.Get("promo") != "":
		// The return key presses the first button of a form. Without one for it, that
		// would be the button of the promotion code, in whatever field the customer is.
		e.promotion()
		p.form(w, r, http.StatusUnprocessableEntity, &f, e.filled, "")
		return
	}
	c := e.submit(p.b.NewID("pm_"))
	if len(e.errors) > 0 {
		_, err := f.Apply(c, now) // what the machine would refuse too, the customer wants to hear at once
		var bad *intents.InvalidError
		if errors.As(err, &bad) && bad.Param != "payment_method" {
			if name := place(bad.Param); name != "" && p.has(r, &f, e.filled, name) {
				e.refuse(name, friendly(bad))
			}
		}
		p.form(w, r, http.StatusUnprocessableEntity, &f, e.filled, "")
		return
	}
	after, err := p.b.Visit(r.Context(), f.Session.ID, func(f checkout.Flow, now time.Time) (checkout.Step, error) { return f.Apply(c, now) })
	if err != nil {
		p.notTaken(w, r, &f, e, err)
		return
	}
	if declined(&after) {
		why := failure(&after)
		e.refuse(why.field, why.short)
		p.form(w, r, http.StatusPaymentRequired, &after, e.filled, why.text)
		return
	}
	leave(w, next(&f, &after))
}

// known returns the email of the customer that a session was given, or "".
func (p *pages) known(r *http.Request, session string) string {
	c, ok, err := p.b.Payer(r.Context(), session)
	if !ok || err != nil {
		return ""
	}
	email, _ := c.Details.Get("email")
	return email
}

// promotion is what becomes of a promotion code: there are none here, so none is valid.
func (e *entry) promotion() {
	if e.get("promo") == "" {
		e.refuse("promo", "Enter a code.")
		return
	}
	e.refuse("promo", "This code is invalid.")
}

// notTaken answers a form that the machine refused.
func (p *pages) notTaken(w http.ResponseWriter, r *http.Request, f *checkout.Flow, e *entry, err error) {
	var state *intents.StateError
	var bad *intents.InvalidError
	switch {
	case errors.As(err, &state):
		leave(w, path(f.Session.ID)) // somebody was faster
	case errors.As(err, &bad) && bad.Param == "expires_at":
		leave(w, path(f.Session.ID))
	case errors.As(err, &bad) && bad.Code != intents.CodeCorruptState:
		name, text := place(bad.Param), friendly(bad)
		if name != "" && p.has(r, f, e.filled, name) {
			e.refuse(name, text)
			text = ""
		}
		p.form(w, r, http.StatusUnprocessableEntity, f, e.filled, text)
	default:
		p.fault(w)
	}
}

// has reports whether the form has a field of that name, which a refusal can stand at.
func (p *pages) has(r *http.Request, f *checkout.Flow, in *filled, name string) bool {
	_, known := p.view(r, f, in).labels()[name]
	return known
}

// friendly says a refusal to a customer.
func friendly(e *intents.InvalidError) string {
	switch {
	case e.Param == "consent[terms_of_service]":
		return "Accept the terms of service to go on."
	case strings.HasSuffix(e.Param, "country]]") || strings.HasSuffix(e.Param, "country]"):
		if e.Code == "parameter_missing" {
			return "Choose a country."
		}
	case e.Param == "customer_details[phone]" && e.Code == "parameter_missing":
		return "Enter a phone number."
	case e.Param == "expected_amount":
		return "The amount has changed since you opened this page. Look at the new total, and pay again."
	}
	return e.Message
}

// refuse answers a form that nobody read.
func (p *pages) refuse(w http.ResponseWriter, err error) {
	status, title, text := refused(err)
	p.message(w, status, message{Title: title, Text: text, Kind: "over"})
}

// declined reports whether an attempt came to nothing: the session is open again, and
// nobody is asked to do anything.
func declined(f *checkout.Flow) bool { return f.Session.Status == checkout.StatusOpen && !asked(f) }

// asked reports whether the customer is asked to act.
func asked(f *checkout.Flow) bool { return f.NextAction() != "" }

// next returns where a customer goes whose attempt was not declined.
func next(before, after *checkout.Flow) string {
	s := &after.Session
	switch {
	case asked(after) && before.Session.Status != checkout.StatusComplete:
		return path(s.ID) + "/challenge"
	case s.Status == checkout.StatusComplete && before.Session.Status != checkout.StatusComplete:
		if u := webURL(s.SuccessURL()); u != "" {
			return u
		}
	}
	return path(s.ID)
}

// why is a failed attempt, as a customer is told it.
type why struct{ field, short, text string }

// failure returns what the last attempt of a flow failed of.
func failure(f *checkout.Flow) why {
	last := f.LastError()
	field := "number"
	if t := last.PaymentMethod().Type; t != intents.Card {
		field = "method"
		if inputs := accountOf(t); inputs != nil {
			field = accountField(t, inputs[len(inputs)-1])
		}
	}
	again := " Try again, or use a different payment method."
	switch code := last.Code(); {
	case last == "":
		return why{"method", "This payment method was declined.", "Your payment was declined." + again}
	case strings.HasSuffix(code, "_authentication_failure"):
		return why{field, "Not authenticated.", "We are unable to authenticate your payment method. Please choose a different payment method and try again."}
	case strings.HasSuffix(code, "_payment_attempt_expired"):
		return why{field, "Not confirmed in time.", "You did not confirm the payment in time." + again}
	case code == "expired_card":
		return why{"expiry", "This card has expired.", last.Message() + " Use a different card."}
	case code == "incorrect_cvc":
		return why{"cvc", "Check the security code.", last.Message() + " Check it, and try again."}
	}
	return why{field, last.Message(), last.Message() + again}
}

// recoverSession opens a new session in the place of one that expired.
func (p *pages) recoverSession(w http.ResponseWriter, r *http.Request) {
	f, ok := p.load(w, r)
	if !ok {
		return
	}
	// Whoever only looks at the link, as a browser that loads ahead does, opens nothing.
	if r.Method == http.MethodHead || strings.HasPrefix(r.Header.Get("Sec-Purpose"), "prefetch") {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	id, err := p.b.Recover(r.Context(), f.Session.ID)
	var state *intents.StateError
	var bad *intents.InvalidError
	switch {
	case err == nil:
		leave(w, path(id))
	case errors.As(err, &state) && f.Session.Status != checkout.StatusExpired:
		leave(w, path(f.Session.ID)) // it is not over
	case errors.As(err, &bad) && bad.Code != intents.CodeCorruptState:
		p.message(w, http.StatusGone, message{Kind: "over", Title: "This link can’t be used any more", Text: bad.Message, Merchant: merchant(&f.Session)}, accent(&f.Session))
	default:
		p.fault(w)
	}
}

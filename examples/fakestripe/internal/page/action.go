package page

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/payintent/intents"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// Actions returns the handler of the pages to which the next_action of an intent leads
// that the API confirmed: /redirect/authenticate/{intent} and /microdeposit/{intent}.
// They go back to the intent's return_url, with the parameters that Stripe puts there.
// An intent of a Checkout Session is sent to its session's page.
func Actions(b Desk) http.Handler {
	return newActions(b, newShell("layout.html", "challenge.html", "message.html"))
}

func newActions(b Desk, s *shell) http.Handler {
	a := &actions{desk{shell: s, b: b, plain: asset("base.css") + asset("checkout.css")}}
	mux := http.NewServeMux()
	for _, pattern := range []string{"/redirect/authenticate/{intent}", "/microdeposit/{intent}"} {
		mux.HandleFunc("GET "+pattern, a.show)
		mux.HandleFunc("POST "+pattern, a.act)
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		a.say(w, http.StatusNotFound, "There is nothing here", "The page of an action has the id of an intent at its end.")
	})
	return mux
}

// actions are the pages of next_actions.
type actions struct{ desk }

// waiting is an intent that a page is about.
type waiting struct {
	id, owner  string
	next       intents.NextAction
	method     intents.PaymentMethod
	amount     string // empty for a SetupIntent
	livemode   bool
	asked      bool
	succeeded  bool
	secretName string
	secret     string
	returnURL  string
}

// find returns the intent that a request is about, or answers the request.
func (a *actions) find(w http.ResponseWriter, r *http.Request) (waiting, bool) {
	id := r.PathValue("intent")
	x := waiting{id: id}
	s, isPayment, err := a.b.Payment(r.Context(), id)
	if isPayment && err == nil {
		x.owner, x.next, x.method, x.amount = s.Owner, s.NextAction, s.PaymentMethod, money(s.Amount, s.Currency)
		x.livemode, x.asked, x.secretName = s.Flags.Has(paymentintent.Livemode), s.Status == paymentintent.StatusRequiresAction, "payment_intent"
		x.succeeded = s.Status != paymentintent.StatusRequiresPaymentMethod && s.Status != paymentintent.StatusCanceled
		x.secret, _ = s.Details.Get("client_secret")
		x.returnURL, _ = s.Details.Get(paymentintent.KeyReturnURL)
		return x, true
	}
	t, isSetup, err2 := a.b.Setup(r.Context(), id)
	switch {
	case err != nil || err2 != nil:
		a.fail(w, errors.Join(err, err2))
		return x, false
	case !isSetup:
		a.say(w, http.StatusNotFound, "This page does not exist", "No such intent. The server forgets its intents when it is reset or started again.")
		return x, false
	}
	x.owner, x.next, x.method = t.Owner, t.NextAction, t.PaymentMethod
	x.livemode, x.asked, x.secretName = t.Flags.Has(setupintent.Livemode), t.Status == setupintent.StatusRequiresAction, "setup_intent"
	x.succeeded = t.Status != setupintent.StatusRequiresPaymentMethod && t.Status != setupintent.StatusCanceled
	x.secret, _ = t.Details.Get("client_secret")
	x.returnURL, _ = t.Details.Get(setupintent.KeyReturnURL)
	return x, true
}

// home returns where the customer goes afterwards: the return_url, with how it went
// (Stripe's redirect_status), or "" where there is none.
func (x *waiting) home() string {
	to := webURL(x.returnURL)
	u, err := url.Parse(to)
	if to == "" || err != nil {
		return ""
	}
	q := u.Query()
	q.Set(x.secretName, x.id)
	if x.secret != "" {
		q.Set(x.secretName+"_client_secret", x.secret)
	}
	q.Set("redirect_status", map[bool]string{true: "succeeded", false: "failed"}[x.succeeded])
	u.RawQuery = q.Encode()
	return u.String()
}

func (a *actions) show(w http.ResponseWriter, r *http.Request) {
	if x, ok := a.find(w, r); ok {
		a.page(w, r, http.StatusOK, &x, "")
	}
}

func (a *actions) page(w http.ResponseWriter, r *http.Request, status int, x *waiting, alert string) {
	switch {
	case strings.HasPrefix(x.owner, "cs_"):
		leave(w, path(x.owner)+"/challenge")
		return
	case !x.asked:
		m := message{Kind: "done", Title: "There is nothing to do", Text: "This was done already, in another tab or by time.", Link: x.home(), Label: "Go back to the merchant"}
		m.head = newHead(a.shell, m.Title, a.plain, "")
		a.write(w, http.StatusOK, "message", m.Nonce, m)
		return
	}
	v := challenge{Action: r.URL.Path, Token: a.token("act/" + x.id), Alert: alert, Asks: ask(x.next, x.method), With: with(x.method)}
	v.Merchant, v.Livemode, v.Amount = "the merchant", x.livemode, x.amount
	if u, err := url.Parse(x.returnURL); err == nil && u.Hostname() != "" {
		v.Merchant = strings.TrimPrefix(u.Hostname(), "www.")
	}
	v.Initial = initial(v.Merchant)
	v.Paying = "Save for " + v.Merchant
	if x.amount != "" {
		v.Paying = x.amount + " to " + v.Merchant
	}
	v.head = newHead(a.shell, v.Asks.Title, a.plain, "")
	a.write(w, status, "challenge", v.Nonce, v, targets(x.returnURL)...)
}

func (a *actions) act(w http.ResponseWriter, r *http.Request) {
	x, ok := a.find(w, r)
	if !ok {
		return
	}
	values, err := a.form(w, r, "act/"+x.id)
	if err != nil {
		status, title, text := refused(err)
		a.say(w, status, title, text)
		return
	}
	does := acting{does: values.Get("do"), code: strings.ToUpper(strings.TrimSpace(values.Get("code")))}
	for i, name := range []string{"amount1", "amount2"} {
		does.amounts[i], _ = strconv.ParseInt(strings.TrimSpace(values.Get(name)), 10, 64)
	}
	err = a.play(r.Context(), x.id, does)
	var state *intents.StateError
	var bad *intents.InvalidError
	switch {
	case errors.As(err, &state), errors.Is(err, errNothing):
		leave(w, r.URL.Path) // somebody was faster
		return
	case errors.As(err, &bad) && bad.Code != intents.CodeCorruptState:
		a.page(w, r, http.StatusUnprocessableEntity, &x, bad.Message)
		return
	case err != nil:
		a.fail(w, err)
		return
	}
	after, ok := a.find(w, r)
	switch home := after.home(); {
	case !ok:
	case after.asked && does.does == verifies:
		a.page(w, r, http.StatusUnprocessableEntity, &after, mismatch)
	case home != "":
		leave(w, home)
	default:
		leave(w, r.URL.Path)
	}
}

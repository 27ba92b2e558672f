package page_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/examples/fakestripe/internal/page"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/webhook"
	"github.com/payintent/intents/webhook/delivery"
)

func TestEmptyDashboard(t *testing.T) {
	w := newWorld(t)
	b := open(t, page.NewDashboard(w), "/").shows(200, "Nothing has happened yet", "curl http://example.com/v1/payment_intents -u sk_test_123:", "curl http://example.com/v1/checkout/sessions", "No work is due")
	require.NotEmpty(t, b.find("button", "disabled", ""), "there is no next")
	b.get("/objects").shows(200, "Nothing here fits.")
	b.get("/events").shows(200, "No event fits.")
	b.get("/deliveries").shows(200, "No delivery fits.")
	b.get("/objects/pi_none").shows(404, "There is no such object")
	b.get("/objects/seti_none").shows(404)
	b.get("/nowhere").shows(404, "There is nothing here")
}

// story fills a world: payments that end in each way, and a session.
func story(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.listen()
	w.pay(4200, "pm_card_visa")
	w.pay(990, "pm_card_visa_chargeDeclined")
	w.pay(7300, "pm_usBankAccount_success")
	w.open(shirt(t))
	w.open(checkout.Create{ID: "cs_test_save", Mode: checkout.Setup, Currency: "eur"})
	require.NoError(t, w.Advance(t.Context(), time.Minute))
	w.down = true
	w.pay(1250, "pm_card_threeDSecure2Required")
	require.NoError(t, w.Advance(t.Context(), time.Minute))
	return w
}

func TestOverview(t *testing.T) {
	w := story(t)
	b := open(t, page.NewDashboard(w), "/").shows(200, "Virtual time 1 Sep 2026, 12:02:00 UTC", "$42.00", "requires payment method → confirming → succeeded",
		"payment_intent.requires_action", "session.lapse", "500 Internal Server Error", "payment.collect", "in 23 h 58 min", "cs_test_shirt open payment, €10.99")
	for _, status := range []string{"pill good", "pill warn", "pill plain"} {
		require.NotEmpty(t, b.find("span", "class", status), status)
	}
	for _, x := range b.find("a", "href", "") {
		if h := x.attr["href"]; strings.HasPrefix(h, "/") {
			tab := *b
			tab.get(h)
			require.Equal(t, 200, tab.status, "the link %s", h)
		}
	}
}

// TestEventLog: an event shows its payload and what it had before.
func TestEventLog(t *testing.T) {
	w := story(t)
	b := open(t, page.NewDashboard(w), "/events?type=charge.updated").shows(200, "charge.updated", "previous_attributes", `"balance_transaction": null`, "succeeded")
	require.Equal(t, 1, strings.Count(b.body, "<summary>"))
	payments := 0
	for p := range w.Payments() {
		payments++
		b.get("/events?object="+p.ID).shows(200, "payment_intent.created")
		require.NotContains(t, b.text, "No event fits.")
		for _, x := range b.find("details", "id", "") {
			require.Regexp(t, "^evt_", x.attr["id"])
		}
		if p.Status == paymentintent.StatusSucceeded {
			require.Contains(t, b.text, "charge.succeeded", "the events of its charge too")
		}
	}
	require.Equal(t, 4, payments)
	b.get("/events?type=payment_intent.*").shows(200)
	require.NotContains(t, b.text, "charge.succeeded ch_")
	b.get("/events?type=nothing").shows(200, "No event fits.")
	b.get("/deliveries?status=pending").shows(200, "payment_intent.requires_action", "500 Internal Server Error", "in 9 min")
	b.get("/deliveries?type=charge").shows(200, "charge.failed")
	b.get("/deliveries?object=we_2").shows(200, "No delivery fits.")
	b.get("/objects?status=succeeded").shows(200, "$42.00")
	require.NotContains(t, b.text, "$9.90")
	b.get("/objects?kind=setup_intent").shows(200, "seti_")
	require.NotContains(t, b.text, "$42.00")
	b.get("/objects?kind=checkout.session&status=open").shows(200, "cs_test_shirt", "cs_test_save")
}

// TestPages: page by page, each object is shown once, newest first, and nothing is left out.
func TestPages(t *testing.T) {
	w := newWorld(t)
	w.listen()
	for range 30 {
		w.pay(1000, "pm_card_visa")
	}
	for i := range 30 {
		c := shirt(t)
		c.ID = fmt.Sprintf("cs_test_%02d", i)
		w.open(c)
		c.ID, c.Mode, c.LineItems = fmt.Sprintf("cs_test_s%02d", i), checkout.Setup, ""
		w.open(c)
	}
	for path, want := range map[string]int{"/objects": 60, "/objects?kind=checkout.session": 60, "/objects?kind=payment_intent&status=succeeded": 30, "/events": len(w.events), "/events?type=charge": 30, "/deliveries": len(w.deliveries)} {
		b := open(t, page.NewDashboard(w), path)
		seen, order := map[string]bool{}, 0
		id := regexp.MustCompile(`<tr><td><a class="id" href="/objects/([^"]+)"|<details id="(evt_[^"]+)"|action="/deliveries/([^"]+)/resend"`)
		for n := 0; ; n++ {
			require.Less(t, n, 20)
			found := id.FindAllStringSubmatch(b.body, -1)
			for _, m := range found {
				one := m[1] + m[2] + m[3]
				if path != "/deliveries" && strings.HasPrefix(one, "dlv_") {
					continue
				}
				require.False(t, seen[one], "%s twice on %s", one, path)
				seen[one] = true
				order++
			}
			if len(b.find("a", "rel", "next")) == 0 {
				break
			}
			b.follow("Older").shows(200, "Newest")
		}
		require.Equal(t, want, order, path)
	}
	open(t, page.NewDashboard(w), "/events?after=evt_none").shows(200, "No event fits.")
}

// TestObject: an object with its way, what it takes, and the customer's part.
func TestObject(t *testing.T) {
	w := story(t)
	var id string
	for p := range w.Payments() {
		if p.Status == paymentintent.StatusRequiresAction {
			id = p.ID
		}
	}
	b := open(t, page.NewDashboard(w), "/objects/"+id).shows(200, "It waits for the customer", "payment_intent.action_required", "authenticate", "the attempt goes on", "Visa •••• 3220", `"object": "payment_intent"`)
	require.Len(t, b.find("svg", "role", "img"), 1)
	require.NotEmpty(t, b.find("g", "class", "node s-requires_action now"))
	require.NotEmpty(t, b.find("g", "class", "edge s-confirming--s-requires_action on"))
	stale := *b
	b.press("Complete authentication").shows(200, "succeeded", "payment_intent.approved")
	require.Equal(t, "/objects/"+id, b.at)
	require.NotEmpty(t, b.find("g", "class", "node final s-succeeded now"))
	require.NotEmpty(t, b.find("g", "class", "edge s-requires_action--s-confirming on"))
	stale.press("Fail authentication").shows(409, "That can’t be done any more")

	tab := open(t, page.NewCheckout(w), "/c/pay/cs_test_save")
	tab.press(secureCard).press("Save payment method")
	f := w.flow("cs_test_save")
	b.get("/objects/"+f.Setup.ID).shows(200, "Session cs_test_save").press("Fail authentication").shows(200, "requires payment method", "setup_intent.attempt_failed")
	require.Equal(t, setupintent.StatusRequiresPaymentMethod, w.flow("cs_test_save").Setup.Status)
	b.get("/objects/cs_test_save").shows(200, "Open the page", "Intent "+f.Setup.ID, "checkout_session.reopened")
	b.get("/objects/cs_test_shirt").shows(200, "session.lapse", "submit")
	for _, bad := range []string{"/objects/pi_none/act", "/objects/seti_none/act", "/objects/cs_test_shirt/act"} {
		b.post(bad, url.Values{"token": {b.find("input", "name", "token")[0].attr["value"]}, "do": {"complete"}}).shows(404, "No such intent")
		b.get("/objects/cs_test_shirt")
	}
	require.NoError(t, w.Advance(t.Context(), 5*24*time.Hour))
	b.get("/").shows(200, "requires payment method → confirming → processing → succeeded")
}

// TestClock: the buttons move time, and what is due is done.
func TestClock(t *testing.T) {
	w := story(t)
	b := open(t, page.NewDashboard(w), "/events?type=payment").press("To the next")
	require.Equal(t, "/events?type=payment", b.at, "one stays where one was")
	require.Equal(t, begun.Add(11*time.Minute), w.Now())
	b.press("+ 1 hour")
	require.Equal(t, begun.Add(71*time.Minute), w.Now())
	b.press("+ 7 days").shows(200)
	require.Equal(t, checkout.StatusExpired, w.flow("cs_test_shirt").Session.Status)
	now := w.Now()
	token := b.find("input", "name", "token")[0].attr["value"]
	for _, by := range []string{"", "-1", "x", "99999999999999999999", "31622401"} {
		b.post("/clock", url.Values{"token": {token}, "by": {by}}).shows(422, "The clock moves forward")
	}
	b.post("/clock", url.Values{"token": {"x"}, "by": {"60"}}).shows(403)
	b.post("/clock", url.Values{"token": {token}, "by": {"60"}, "junk": {strings.Repeat("x", 1<<20)}}).shows(413)
	require.Equal(t, now, w.Now())
	for _, to := range []string{"https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "", "x"} {
		b.left = ""
		b.post("/clock", url.Values{"token": {token}, "by": {"0"}, "back": {to}}).shows(200, "Overview")
		require.Empty(t, b.left, to)
	}
}

func TestRealTime(t *testing.T) {
	b := open(t, page.NewDashboard(realTime{story(t)}), "/").shows(200, "Real time")
	require.Empty(t, b.find("button", "name", "by"))
}

type realTime struct{ *world }

func (realTime) Virtual() bool { return false }

func TestResend(t *testing.T) {
	w := story(t)
	b := open(t, page.NewDashboard(w), "/deliveries?status=pending")
	w.down = false
	b.press("Resend").shows(200)
	require.Equal(t, "/deliveries?status=pending", b.at)
	require.NoError(t, w.Advance(t.Context(), 0))
	resent := 0
	for _, d := range w.deliveries {
		require.NoError(t, delivery.Check(d))
		resent += d.Resends
	}
	require.Equal(t, 1, resent)
	b.get("/deliveries?status=pending").shows(200, "1 + 1 by hand", "200 OK")
	b.post("/deliveries/dlv_none/resend", url.Values{"token": {b.find("input", "name", "token")[0].attr["value"]}}).shows(404, "No such delivery")
	b.get("/deliveries").post("/deliveries/dlv_none/resend", url.Values{"token": {"x"}}).shows(403)
	require.NoError(t, w.Advance(t.Context(), 31*24*time.Hour))
	b.get("/deliveries").press("Resend").shows(422, "That was refused")
}

// TestLive: a listener hears of each change, also of one that came before it listened.
func TestLive(t *testing.T) {
	w := newWorld(t)
	server := httptest.NewServer(page.NewDashboard(w))
	defer server.Close()
	main := open(t, page.NewDashboard(w), "/").find("main", "data-count", "")[0]
	require.Equal(t, "0", main.attr["data-count"])
	listen := func(query string) (*bufio.Scanner, func()) {
		ctx, cancel := context.WithCancel(t.Context())
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/live"+query, nil)
		require.NoError(t, err)
		resp, err := server.Client().Do(r)
		require.NoError(t, err)
		require.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
		return bufio.NewScanner(resp.Body), func() { cancel(); _ = resp.Body.Close() }
	}
	next := func(s *bufio.Scanner) int {
		for s.Scan() {
			if n, ok := strings.CutPrefix(s.Text(), "data: "); ok {
				count, err := strconv.Atoi(n)
				require.NoError(t, err)
				return count
			}
		}
		t.Fatal(s.Err())
		return 0
	}
	early, stop := listen("?since=0")
	defer stop()
	w.pay(1000, "pm_card_visa")
	require.Equal(t, 1, next(early))
	late, stop2 := listen("?since=0")
	defer stop2()
	require.Equal(t, 1, next(late))
	fresh, stop3 := listen("?since=x")
	defer stop3()
	require.True(t, fresh.Scan(), "it is there")
	w.pay(1000, "pm_card_visa")
	for _, s := range []*bufio.Scanner{early, late, fresh} {
		require.Equal(t, 2, next(s))
	}
}

// TestHeartbeat: a connection on which nothing happens is kept up, and one that is
// closed is let go.
func TestHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Second)
		defer cancel()
		rec := httptest.NewRecorder()
		page.NewDashboard(w).ServeHTTP(rec, httptest.NewRequestWithContext(ctx, http.MethodGet, "/live", nil))
		require.Equal(t, 2, strings.Count(rec.Body.String(), ": still here\n\n")-1)
	})
}

func TestWithin(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"overdue": -time.Second, "now": 0, "in 2 s": 2 * time.Second, "in 9 min": 9 * time.Minute, "in 1 min 5 s": 65 * time.Second,
		"in 23 h 58 min": 23*time.Hour + 58*time.Minute + 3*time.Second, "in 7 d": 7 * 24 * time.Hour, "in 1 d": 24*time.Hour + time.Minute,
	} {
		require.Equal(t, want, page.Within(d))
	}
}

// TestActions: an intent that the API confirmed is acted on at its own page, which
// goes back to the return_url.
func TestActions(t *testing.T) {
	w := newWorld(t)
	id := w.pay(1250, "pm_card_threeDSecure2Required")
	at := "/redirect/authenticate/" + id
	b := open(t, page.NewActions(w), at).shows(200, "Confirm it’s you", "$12.50 to shop.example.com", "Visa •••• 3220")
	stale := *b
	tab := *b
	tab.post(at, url.Values{"token": {"x"}, "do": {"complete"}}).shows(403)
	b.press("Complete authentication")
	require.Equal(t, "https://shop.example.com/back?payment_intent="+id+"&redirect_status=succeeded", b.left)
	stale.press("Fail authentication").shows(200, "There is nothing to do").follow("Go back to the merchant")
	require.Contains(t, stale.left, "redirect_status=succeeded")

	id = w.pay(1250, "pm_card_threeDSecure2Required")
	b = open(t, page.NewActions(w), "/redirect/authenticate/"+id).press("Fail authentication")
	require.Contains(t, b.left, "redirect_status=failed")
	id = w.pay(1250, "pm_usBankAccount_failMicrodeposits")
	b = open(t, page.NewActions(w), "/microdeposit/"+id).shows(200, "Verify your bank account").press("Verify", "code", "SM99ZZ").shows(422, "That is not what was sent")
	b.press("Verify", "code", "sm11aa")
	require.Contains(t, b.left, "redirect_status=succeeded")
	b.get("/redirect/authenticate/pi_none").shows(404)
	b.get("/redirect").shows(404)

	session := w.open(shirt(t))
	open(t, page.NewCheckout(w), "/c/pay/"+session).press(secureCard).press("Pay €10.99")
	rec := httptest.NewRecorder()
	page.NewActions(w).ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/redirect/authenticate/"+w.flow(session).Payment.ID, nil))
	require.Equal(t, "/c/pay/"+session+"/challenge", rec.Header().Get("Location"))
}

// TestContrast: every text can be read, in light and in dark (WCAG 2.2, 1.4.3), and the
// edge of a field can be seen (1.4.11).
func TestContrast(t *testing.T) {
	css := page.Asset("base.css")
	light, dark, ok := strings.Cut(css, "@media(prefers-color-scheme:dark)")
	require.True(t, ok)
	dark, _, _ = strings.Cut(dark, "}}")
	colour := regexp.MustCompile(`--([a-z-]+):(#[0-9a-f]{3}(?:[0-9a-f]{3})?)\b`)
	for name, text := range map[string]string{"light": light, "dark": dark} {
		colours := map[string]string{}
		for _, m := range colour.FindAllStringSubmatch(text, -1) {
			colours[m[1]] = m[2]
		}
		require.Greater(t, len(colours), 15, name)
		for _, c := range []struct {
			front string
			backs string
			least float64
		}{
			{"ink", "bg side soft field", 7},
			{"muted", "bg side soft field", 4.5},
			{"link", "bg side soft", 4.5},
			{"on-brand", "brand", 4.5},
			{"bad", "bg side bad-bg field", 4.5},
			{"good", "bg good-bg", 4.5},
			{"warn", "bg side warn-bg", 4.5},
			{"edge", "bg field side", 3},
			{"brand", "bg field side", 3},
		} {
			for back := range strings.FieldsSeq(c.backs) {
				require.GreaterOrEqual(t, contrast(t, colours[c.front], colours[back]), c.least, "%s on %s, %s", c.front, back, name)
			}
		}
	}
}

// TestGoldens: the pages as they are, to the byte.
func TestGoldens(t *testing.T) {
	golden := func(name string, b *browser) {
		script.Golden(t, "testdata/"+name+".html", []byte(withoutAssets(b.body)))
	}
	_, b := visit(t, shirt(t))
	golden("pay", b)
	golden("declined", b.press(poorCard).press("Pay €10.99"))
	golden("challenge", b.press(secureCard).press("Pay €10.99"))
	golden("failed", b.press("Fail authentication"))
	b.press(goodCard).press("Pay €10.99")
	golden("paid", b.get("/c/pay/cs_test_shirt"))
	_, b = visit(t, checkout.Create{ID: "cs_test_save", Mode: checkout.Setup, PaymentMethodTypes: shirt(t).PaymentMethodTypes})
	golden("save", b)
	_, b = visit(t, asking(t))
	golden("asks", b.press("Book for $72.05"))
	w, b := visit(t, shirt(t))
	require.NoError(t, w.Advance(t.Context(), 25*time.Hour))
	golden("expired", b.get("/c/pay/cs_test_shirt"))
	w = story(t)
	golden("overview", open(t, page.NewDashboard(w), "/"))
	golden("events", open(t, page.NewDashboard(w), "/events?type=charge.updated"))
	for p := range w.Payments() {
		golden("intent", open(t, page.NewDashboard(w), "/objects/"+p.ID))
		break
	}
	golden("empty", open(t, page.NewDashboard(newWorld(t)), "/"))
}

// withoutAssets leaves out the style, the script and the picture, which have tests of their own.
func withoutAssets(body string) string {
	for _, name := range []string{"style", "script", "svg"} {
		body = regexp.MustCompile(`(?s)(<`+name+`[ >]).*?</`+name+`>`).ReplaceAllString(body, "<"+name+">…</"+name+">")
	}
	return body
}

// brokenDesk is a server whose store fails.
type brokenDesk struct {
	*world
	what string
}

func failing[T any](b brokenDesk, what string, all iter.Seq2[T, error]) iter.Seq2[T, error] {
	if b.what != what {
		return all
	}
	return func(yield func(T, error) bool) {
		var zero T
		yield(zero, errors.New("the disk at /var/secret is full"))
	}
}

func (b brokenDesk) Payments() iter.Seq2[paymentintent.Intent, error] {
	return failing(b, "payments", b.world.Payments())
}

func (b brokenDesk) Setups() iter.Seq2[setupintent.Intent, error] {
	return failing(b, "setups", b.world.Setups())
}

func (b brokenDesk) Checkouts() iter.Seq2[checkout.Session, error] {
	return failing(b, "sessions", b.world.Checkouts())
}

func (b brokenDesk) Events() iter.Seq2[webhook.Event, error] {
	return failing(b, "events", b.world.Events())
}

func (b brokenDesk) Deliveries() iter.Seq2[delivery.Delivery, error] {
	return failing(b, "deliveries", b.world.Deliveries())
}

func (b brokenDesk) Pending(ctx context.Context) ([]intents.Deferred, error) {
	if b.what == "pending" {
		return nil, errors.New("the disk at /var/secret is full")
	}
	return b.world.Pending(ctx)
}

// TestBrokenStore: a page that can't be had is an error, and not an empty page.
func TestBrokenStore(t *testing.T) {
	w := story(t)
	for what, paths := range map[string][]string{
		"payments": {"/", "/objects"}, "setups": {"/", "/objects"}, "sessions": {"/", "/objects?kind=checkout.session"}, "events": {"/", "/events", "/objects/cs_test_shirt"},
		"deliveries": {"/", "/deliveries", "/events"}, "pending": {"/", "/objects", "/events", "/deliveries", "/objects/cs_test_shirt"},
	} {
		for _, path := range paths {
			b := open(t, page.NewDashboard(brokenDesk{w, what}), path).shows(500, "The server could not do that.")
			require.NotContains(t, b.body, "secret")
		}
	}
}

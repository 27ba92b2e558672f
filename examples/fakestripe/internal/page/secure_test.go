package page_test

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/examples/fakestripe/internal/page"
)

// attacks are texts that would be more than text on a page that forgets to escape them.
var attacks = []string{
	`"><xss onerror=alert(1)>`, `</style><xss>`, `</script><xss>`, `</title><xss>`, `</textarea><xss>`, `' onfocus='alert(1)`,
	`javascript:alert(1)`, `{{.Token}}`, `<!--`, `]]>`, `\"><xss>`, `&#34;><xss>`, "\u2028<xss>", `#ff0000;}</style><xss>`,
}

// inert requires that a page has nothing of an attack but as text. That the page is
// well formed, has no other script and no handler, the browser has seen.
func (b *browser) inert(t *testing.T) {
	t.Helper()
	for _, x := range b.tags {
		require.NotEqual(t, "xss", x.name, b.at)
		require.NotContains(t, x.attr, "onerror")
		require.NotContains(t, x.attr, "onfocus")
	}
	require.LessOrEqual(t, len(b.find("script", "nonce", "")), 1)
	for _, name := range []string{"script", "style"} {
		for _, x := range b.find(name, "nonce", "") {
			require.NotContains(t, x.inner, "xss")
			require.NotContains(t, x.inner, "alert(1)")
		}
	}
}

// TestEscapesForm: whatever stands in a field comes back as text.
func TestEscapesForm(t *testing.T) {
	_, b := visit(t, asking(t))
	var names []string
	for _, x := range b.tags {
		if name := x.attr["name"]; !x.end && (x.name == "input" || x.name == "select") && name != "token" {
			names = append(names, name)
		}
	}
	require.Greater(t, len(names), 15)
	for _, attack := range attacks {
		for _, button := range []string{"Book for $72.05", "do=promo", goodCard} {
			tab := *b
			var fields []string
			for _, name := range names {
				fields = append(fields, name, attack)
			}
			tab.press(button, fields...)
			tab.inert(t)
			if button != goodCard {
				tab.shows(http.StatusUnprocessableEntity)
				require.Equal(t, attack, tab.fields("/c/pay/cs_test_shirt").Get("phone"), "it is kept as it was")
			}
		}
		for _, fill := range []string{attack, "card:" + attack} {
			tab := *b
			values := tab.fields("/c/pay/cs_test_shirt")
			values.Set("fill", fill)
			tab.post("/c/pay/cs_test_shirt", values).inert(t)
		}
	}
}

// TestEscapesSession: whatever the merchant put into a session is text on its pages.
func TestEscapesSession(t *testing.T) {
	for _, attack := range attacks {
		c := asking(t)
		c.LineItems = items(t, checkout.LineItem{Name: attack, Description: attack, UnitAmount: 7205, Quantity: 1, Currency: "usd"})
		c.Shipping = 0
		for name := range c.Details.All() {
			if strings.Contains(name, "label]") || strings.Contains(name, "display_name]") || strings.Contains(name, "button_color]") || strings.Contains(name, "[message]") || strings.Contains(name, "dropdown][options]") {
				c.Details, _ = c.Details.With(name, attack)
			}
		}
		c.Details, _ = c.Details.With("cancel_url", attack)
		c.Details, _ = c.Details.With("success_url", attack)
		c.Details, _ = c.Details.With("after_expiration[recovery][enabled]", "true")
		w, b := visit(t, c)
		b.shows(200, "Book for $72.05").inert(t)
		b.press(secureCard).inert(t)
		b.press("Book for $72.05", "custom_size", attack, "custom_badge", "1", "terms", "accepted").shows(200, "Confirm it’s you").inert(t)
		b.press("Fail authentication").shows(200).inert(t)
		tab := *b
		tab.press(goodCard)
		tab.press("Book for $72.05", "custom_size", attack, "custom_badge", "1", "terms", "accepted")
		tab.inert(t)
		require.NotContains(t, tab.left, "javascript")
		require.Equal(t, checkout.StatusComplete, w.flow("cs_test_shirt").Session.Status)
		tab.get("/c/pay/cs_test_shirt").shows(200, "Payment received").inert(t)
		open(t, page.NewDashboard(w), "/").shows(200).inert(t)
		open(t, page.NewDashboard(w), "/objects/cs_test_shirt").shows(200).inert(t)
		open(t, page.NewDashboard(w), "/events").shows(200).inert(t)
	}
}

// TestToken: a form that was not shown for this session, or that another site sent, does nothing.
func TestToken(t *testing.T) {
	w, b := visit(t, shirt(t))
	other := shirt(t)
	other.ID = "cs_test_other"
	w.open(other)
	b.press(goodCard)
	foreign := open(t, b.handler, "/c/pay/cs_test_other").fields("/c/pay/cs_test_other").Get("token")
	challenge := url.Values{"do": {"complete"}}
	commits := w.commits
	for name, token := range map[string]string{"none": "", "wrong": "AAAA", "another session's": foreign} {
		values := b.fields("/c/pay/cs_test_shirt")
		values.Set("token", token)
		tab := *b
		tab.post("/c/pay/cs_test_shirt", values).shows(403, "Please try again")
		challenge.Set("token", token)
		tab.post("/c/pay/cs_test_shirt/challenge", challenge).shows(403)
		tab.post("/c/pay/cs_test_shirt", values).shows(403)
		require.Empty(t, tab.left, name)
	}
	challenge.Set("token", b.fields("/c/pay/cs_test_shirt").Get("token"))
	tab := *b
	tab.post("/c/pay/cs_test_shirt/challenge", challenge).shows(403) // a token is for one form
	for header, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/c/pay/cs_test_shirt", strings.NewReader(b.fields("/c/pay/cs_test_shirt").Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set(header, value)
		tab := *b
		tab.do(r).shows(403, "sent by another site")
	}
	require.Equal(t, commits, w.commits, "nothing was done")
	tab = browser{t: t, handler: page.Checkout(w)}
	tab.post("/c/pay/cs_test_shirt", b.fields("/c/pay/cs_test_shirt")).shows(403) // another process has another key
}

// TestBadBody: a form that is none, or too much, is refused before it is read.
func TestBadBody(t *testing.T) {
	w, b := visit(t, shirt(t))
	commits := w.commits
	token := b.fields("/c/pay/cs_test_shirt").Get("token")
	var multi bytes.Buffer
	parts := multipart.NewWriter(&multi)
	require.NoError(t, parts.WriteField("token", token))
	require.NoError(t, parts.Close())
	for name, c := range map[string]struct {
		kind, body string
		status     int
	}{
		"10 MB":           {"application/x-www-form-urlencoded", "token=" + token + "&name=" + strings.Repeat("x", 10<<20), 413},
		"many fields":     {"application/x-www-form-urlencoded", "token=" + token + strings.Repeat("&a=b", 100_000), 413},
		"broken encoding": {"application/x-www-form-urlencoded", "token=" + token + "&name=%zz", 400},
		"no UTF-8":        {"application/x-www-form-urlencoded", "token=" + token + "&name=%ff%fe", 400},
		"no UTF-8 key":    {"application/x-www-form-urlencoded", "token=" + token + "&%ff=1", 400},
		"multipart":       {parts.FormDataContentType(), multi.String(), 403},
		"JSON":            {"application/json", `{"token":"` + token + `"}`, 403},
		"nothing":         {"", "", 403},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/c/pay/cs_test_shirt", strings.NewReader(c.body))
		if c.kind != "" {
			r.Header.Set("Content-Type", c.kind)
		}
		tab := *b
		tab.do(r)
		require.Equal(t, c.status, tab.status, name)
	}
	endless := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/c/pay/cs_test_shirt", io.LimitReader(zeros{}, 1<<40))
	endless.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	tab := *b
	tab.do(endless).shows(413)
	require.Equal(t, commits, w.commits)

	values := b.press(goodCard).fields("/c/pay/cs_test_shirt")
	values.Set("name", "Jo\x00\r\nRosen")
	b.post("/c/pay/cs_test_shirt", values)
	name, _ := w.flow("cs_test_shirt").Session.Buyer.Get("name")
	require.Equal(t, "JoRosen", name, "no field has control characters")
}

// zeros is a body without end.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	return len(b), nil
}

// TestHeaders: each page keeps to itself.
func TestHeaders(t *testing.T) {
	w, _ := visit(t, shirt(t))
	dash, hosted := page.Dashboard(w), page.Checkout(w)
	nonces := map[string]bool{}
	for _, path := range []string{"/c/pay/cs_test_shirt", "/c/pay/none", "/r/none", "/x", "/", "/events", "/objects", "/objects/none", "/deliveries"} {
		h := dash
		if strings.HasPrefix(path, "/c/") || strings.HasPrefix(path, "/r/") {
			h = hosted
		}
		b := open(t, h, path)
		csp := b.header.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"} {
			require.Contains(t, csp, part, path)
		}
		require.NotContains(t, csp, "unsafe")
		require.NotContains(t, csp, "*")
		require.Equal(t, "nosniff", b.header.Get("X-Content-Type-Options"))
		require.Equal(t, "no-store", b.header.Get("Cache-Control"))
		require.Equal(t, "text/html; charset=utf-8", b.header.Get("Content-Type"))
		nonce := b.find("style", "nonce", "")[0].attr["nonce"]
		require.GreaterOrEqual(t, len(nonce), 20)
		require.False(t, nonces[nonce], "a nonce is used once")
		nonces[nonce] = true
	}
	c := shirt(t)
	c.Details = details(t, "success_url", "myshop+beta://done?id={CHECKOUT_SESSION_ID}")
	_, b := visit(t, c)
	require.Contains(t, b.header.Get("Content-Security-Policy"), "form-action 'self' http: https: myshop+beta:;", "else the browser would not follow the redirect")
	b.press(goodCard).press("Pay €10.99")
	require.Equal(t, "myshop+beta://done?id=cs_test_shirt", b.left)
}

// TestFaults: where the server can't go on, the page says so and no more.
func TestFaults(t *testing.T) {
	w, b := visit(t, shirt(t))
	b.press(goodCard)
	w.broken = errors.New("the disk at /var/secret is full")
	b.press("Pay €10.99").shows(500, "This is the server’s fault")
	require.NotContains(t, b.body, "secret")
	b.get("/c/pay/cs_test_shirt").shows(500)

	w, b = visit(t, shirt(t))
	b.press(goodCard)
	f := w.flows["cs_test_shirt"]
	f.Session.LineItems = "not canonical &&&"
	f.Session.Shipping = -1
	w.flows["cs_test_shirt"] = f // a corrupt row
	b.press("Pay €10.99", "amount", "").shows(500, "This is the server’s fault")
}

func TestWebURL(t *testing.T) {
	for in, want := range map[string]string{
		"https://a.example/b?c=d#e": "https://a.example/b?c=d#e", "http://localhost:4242/ok": "http://localhost:4242/ok", "myapp://done": "myapp://done",
		"javascript:alert(1)": "", "JaVaScRiPt:alert(1)": "", "data:text/html,x": "", "vbscript:x": "", "//evil.example": "", "/relative": "", "": "", "file:///etc/passwd": "",
		"blob:https://x": "", "java\nscript:alert(1)": "", "mailto:a@b.c": "", "http://[bad": "",
	} {
		require.Equal(t, want, page.WebURL(in), in)
	}
}

func TestAccent(t *testing.T) {
	for in, want := range map[string]string{
		"#0F766E": ":root{--brand:#0f766e;--on-brand:#ffffff}", "#ffee00": ":root{--brand:#ffee00;--on-brand:#11151d}",
		"": "", "#fff": "", "#12345g": "", "red": "", "#123456;}": "", "#0F766E\n": "",
	} {
		require.Equal(t, want, string(page.Accents(in)), in)
	}
}

func TestPlace(t *testing.T) {
	for in, want := range map[string]string{
		"customer_details[phone]": "phone", "customer_details[address[country]]": "billing_country", "customer_details[shipping[address][country]]": "shipping_country",
		"customer_details[shipping][address][country]": "shipping_country", "customer_details[shipping[name]]": "shipping_name", "customer_details[custom_fields[size]]": "custom_size",
		"consent[terms_of_service]": "terms", "payment_method": "method", "expected_amount": "", "": "",
	} {
		require.Equal(t, want, page.Place(in), in)
	}
}

func TestMoney(t *testing.T) {
	for want, m := range map[string]intents.Money{
		"€10.99": {Amount: 1099, Currency: "eur"}, "$1,234,567.80": {Amount: 123456780, Currency: "usd"}, "¥500": {Amount: 500, Currency: "jpy"}, "$0.05": {Amount: 5, Currency: "usd"},
		"CHF\u00a012.00": {Amount: 1200, Currency: "chf"}, "KWD\u00a01.230": {Amount: 1230, Currency: "kwd"}, "−£4.00": {Amount: -400, Currency: "gbp"}, "₩1,000": {Amount: 1000, Currency: "krw"},
	} {
		require.Equal(t, want, page.Money(m.Amount, m.Currency))
	}
}

package fakestripe_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// words splits a command line as a shell does: quotes, and backslashes before
// anything, among them the ends of lines.
func words(line string) []string {
	var list []string
	var word strings.Builder
	quote, inWord := rune(0), false
	escaped := false
	for _, r := range line {
		switch {
		case escaped:
			escaped = false
			if r != '\n' {
				word.WriteRune(r)
				inWord = true
			}
		case r == '\\' && quote != '\'':
			escaped = true
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			quote, inWord = r, true
		case quote == 0 && strings.ContainsRune(" \t\n", r):
			if inWord {
				list = append(list, word.String())
			}
			word.Reset()
			inWord = false
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	if inWord {
		list = append(list, word.String())
	}
	return list
}

func TestWords(t *testing.T) {
	require.Equal(t, []string{"curl", "-u", "k:", "-d", "a[b]=c d", "-d", "e=", "", "x y"}, words("curl \\\n  -u k: -d \"a[b]\"='c d' \\\n-d e= \"\" x\\ y"))
}

// script returns the commands of a script: lines that begin with curl, and what they
// are continued by.
func script(t *testing.T, name string) [][]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	var commands [][]string
	for _, block := range regexp.MustCompile(`(?m)^curl `).Split(string(text), -1)[1:] {
		commands = append(commands, append([]string{"curl"}, words(block)...))
	}
	return commands
}

// curl makes the request of a command, with some words replaced.
func (c *client) curl(command []string, replace ...string) answer {
	c.Helper()
	r := strings.NewReplacer(append([]string{"https://api.stripe.com", c.url}, replace...)...)
	var target, user string
	var data []string
	for i := 1; i < len(command); i++ {
		arg := r.Replace(command[i])
		next := func() string { i++; return r.Replace(command[i]) }
		switch arg {
		case "-u":
			user = next()
		case "-d":
			data = append(data, next())
		case "--data-urlencode":
			name, value, _ := strings.Cut(next(), "=")
			data = append(data, name+"="+url.QueryEscape(value))
		default:
			require.NotEmpty(c, arg)
			require.NotEqual(c, "-", arg[:1], "an option that this curl does not have")
			target = arg
		}
	}
	method := http.MethodGet
	if len(data) > 0 {
		method = http.MethodPost
	}
	req, err := http.NewRequest(method, target, strings.NewReader(strings.Join(data, "&"))) //nolint:noctx // a test's own server
	require.NoError(c, err)
	name, password, _ := strings.Cut(user, ":")
	req.SetBasicAuth(name, password)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.send(req)
}

// TestScripts holds the scripts against the pages that they are from, where those are
// at hand.
func TestScripts(t *testing.T) {
	folder := filepath.Join("..", "..", "..", "shared", "seeds")
	if _, err := os.Stat(folder); err != nil {
		t.Skip("the pages are not here")
	}
	for _, name := range []string{"async-capture", "checkout-setup-mode"} {
		page, err := os.ReadFile(filepath.Join(folder, name+".txt"))
		require.NoError(t, err)
		// The pages were copied as text: line breaks stand where they should not.
		bare := func(s string) string { return regexp.MustCompile(`[\s\\"]`).ReplaceAllString(s, "") }
		commands := script(t, name+".sh")
		require.Len(t, commands, strings.Count(string(page), "curl https://"))
		rest := bare(string(page))
		for _, command := range commands {
			_, after, found := strings.Cut(rest, bare(strings.Join(command, "")))
			require.True(t, found, "%q is not in the page", command)
			rest = after
		}
	}
}

// TestSeedAsyncCapture runs the command of the page, and then lets the hour pass that
// the page promises.
func TestSeedAsyncCapture(t *testing.T) {
	c := newClient(t, options())
	command := script(t, "async-capture.sh")[0]
	pi := c.curl(command).ok().is("status", "succeeded", "capture_method", "automatic_async", "amount_received", 2000)
	charge := c.get("/v1/charges/"+pi.text("latest_charge")).ok().is("captured", true, "balance_transaction", nil, "amount_captured", 2000)
	c.get("/v1/events", "type", "charge.succeeded").ok().is("data.0.data.object.balance_transaction", nil)
	c.advance(3600e9)
	after := c.get("/v1/charges/" + charge.id()).ok()
	require.NotNil(t, after.at("balance_transaction"))
	c.get("/v1/events", "type", "charge.updated").ok().
		is("data.0.data.previous_attributes.balance_transaction", nil, "data.0.data.object.balance_transaction", after.at("balance_transaction"), "data.0.request.id", nil)
	require.Equal(t, []string{"payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "charge.updated"}, c.events())
}

// TestSeedSetupMode runs the commands of the page as its story goes.
func TestSeedSetupMode(t *testing.T) {
	c := newClient(t, options())
	commands := script(t, "checkout-setup-mode.sh")
	require.Len(t, commands, 5)
	customer := c.customer()
	session := c.curl(commands[0], "{{CUSTOMER_ID}}", customer).ok().
		is("mode", "setup", "status", "open", "payment_status", "no_payment_required", "success_url", "https://example.com/success?session_id={CHECKOUT_SESSION_ID}")
	require.NotEmpty(t, session.text("url"))
	c.post("/v1/payment_pages/"+session.id()+"/confirm", "payment_method", "pm_card_visa").ok()

	page := "cs_test_MlZAaTXUMHjWZ7DcXjusJnDU4MxPalbtL5eYrmS2GKxqscDtpJq8QM0k"
	done := c.curl(commands[1], page, session.id()).ok().is("status", "complete", "url", nil)
	setup := c.curl(commands[2], "seti_1EzVO3HssDVaQm2PJjXHmLlM", done.text("setup_intent")).ok().is("status", "succeeded", "customer", customer)
	c.get("/v1/checkout/sessions/"+session.id(), "expand[]", "setup_intent.payment_method").ok().is("setup_intent.payment_method.customer", customer)
	require.Equal(t, []string{"customer.created", "setup_intent.created", "payment_method.attached", "setup_intent.succeeded", "checkout.session.completed"}, c.events())

	later := []string{"{{CUSTOMER_ID}}", customer, "{{PAYMENT_METHOD_ID}}", setup.text("payment_method")}
	c.curl(commands[3], later...).ok().is("status", "succeeded", "amount_received", 1099)

	// A card that wants to be asked, and nobody is there.
	strict := c.saved("pm_card_authenticationRequired", customer)
	failed := c.curl(commands[3], "{{CUSTOMER_ID}}", customer, "{{PAYMENT_METHOD_ID}}", strict).fails(402, "authentication_required", "").
		is("error.type", "card_error", "error.decline_code", "authentication_required", "error.payment_intent.status", "requires_payment_method",
			"error.payment_intent.payment_method", nil, "error.payment_intent.latest_charge", nil, "error.payment_method.id", strict)
	c.get("/v1/payment_intents/"+failed.text("error.payment_intent.id")).ok().is("status", "requires_payment_method", "last_payment_error.code", "authentication_required")

	// So the customer is asked to come back.
	again := c.curl(commands[4], later...).ok().is("mode", "payment", "amount_total", 1099, "payment_intent", nil, "payment_status", "unpaid")
	c.post("/v1/payment_pages/"+again.id()+"/confirm", "payment_method", "pm_card_visa", "expected_amount", "1099").ok().
		is("status", "complete", "payment_status", "paid")
	require.True(t, slices.Contains(c.events(), "payment_intent.payment_failed"))
}

package fakestripe_test

import (
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/examples/fakestripe"
)

// updating reports whether golden files are to be rewritten: the flag -update is package script's.
func updating() bool {
	f := flag.Lookup("update")
	return f != nil && f.Value.String() == "true"
}

const key = "sk_test_BQokikJOvBiI2HlWgH4olfQ2"

// client talks to a server of its own, in virtual time.
type client struct {
	testing.TB
	server  *fakestripe.Server
	url     string
	version string
	key     string
}

func newClient(tb testing.TB, o fakestripe.Options) *client {
	tb.Helper()
	if o.Seed == 0 {
		o.Seed = 1
	}
	s, err := fakestripe.Open(o)
	require.NoError(tb, err)
	h := httptest.NewServer(s)
	tb.Cleanup(func() { h.Close(); s.Close() })
	return &client{TB: tb, server: s, url: h.URL, key: key}
}

// answer is a reply.
type answer struct {
	testing.TB
	status int
	header http.Header
	body   string
	json   map[string]any
}

// as returns a client with another key.
func (c *client) as(key string) *client {
	d := *c
	d.key = key
	return &d
}

// at returns a client of another API version.
func (c *client) at(version string) *client {
	d := *c
	d.version = version
	return &d
}

// do makes a request. Parameters come as key, value, key, value.
func (c *client) do(method, path string, params ...string) answer {
	c.Helper()
	return c.with(nil, method, path, params...)
}

func (c *client) with(header map[string]string, method, path string, params ...string) answer {
	c.Helper()
	parts := make([]string, 0, len(params)/2)
	for i := 0; i+1 < len(params); i += 2 {
		parts = append(parts, url.QueryEscape(params[i])+"="+url.QueryEscape(params[i+1]))
	}
	var body io.Reader
	if query := strings.Join(parts, "&"); method == http.MethodPost {
		body = strings.NewReader(query)
	} else if query != "" {
		path += "?" + query
	}
	req, err := http.NewRequest(method, c.url+path, body) //nolint:noctx // a test's own server
	require.NoError(c, err)
	if c.key != "" {
		req.SetBasicAuth(c.key, "")
	}
	if len(params) > 0 && method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if c.version != "" {
		req.Header.Set("Stripe-Version", c.version)
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	return c.send(req)
}

func (c *client) send(req *http.Request) answer {
	c.Helper()
	resp, err := http.DefaultClient.Do(req)
	require.NoError(c, err)
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	require.NoError(c, err)
	a := answer{TB: c, status: resp.StatusCode, header: resp.Header, body: string(text)}
	require.NoError(c, json.Unmarshal(text, &a.json), "%s %s answers %q", req.Method, req.URL.Path, text)
	return a
}

func (c *client) post(path string, params ...string) answer {
	c.Helper()
	return c.do(http.MethodPost, path, params...)
}

func (c *client) get(path string, params ...string) answer {
	c.Helper()
	return c.do(http.MethodGet, path, params...)
}

// ok holds that the answer is a success.
func (a answer) ok() answer {
	a.Helper()
	require.Equal(a, http.StatusOK, a.status, "%s", a.body)
	return a
}

// at returns what a path leads to, as in at("data.0.id"); nil where it leads nowhere.
func (a answer) at(path string) any {
	var v any = a.json
	for name := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

func (a answer) text(path string) string {
	s, _ := a.at(path).(string)
	return s
}

func (a answer) id() string { return a.text("id") }

// is holds that paths lead to values: path, value, path, value.
func (a answer) is(want ...any) answer {
	a.Helper()
	for i := 0; i+1 < len(want); i += 2 {
		path, _ := want[i].(string)
		value := want[i+1]
		if n, ok := value.(int); ok {
			value = float64(n)
		}
		require.Equal(a, value, a.at(path), "%s of %s", path, a.body)
	}
	return a
}

// fails holds that the answer is Stripe's error.
func (a answer) fails(status int, code, param string) answer {
	a.Helper()
	require.Equal(a, status, a.status, "%s", a.body)
	require.Equal(a, code, a.text("error.code"), "%s", a.body)
	require.Equal(a, param, a.text("error.param"), "%s", a.body)
	require.NotEmpty(a, a.text("error.message"), "%s", a.body)
	require.NotEmpty(a, a.text("error.type"), "%s", a.body)
	require.Contains(a, a.text("error.request_log_url"), a.header.Get("Request-Id"))
	return a
}

// advance moves time.
func (c *client) advance(d time.Duration) answer {
	c.Helper()
	return c.post("/__clock/advance", "seconds", strconv.Itoa(int(d/time.Second))).ok()
}

// idle waits until what is due at once is done.
func (c *client) idle() { c.Helper(); c.post("/__clock/idle").ok() }

// events returns the types of the newest events, oldest first.
func (c *client) events() []string {
	c.Helper()
	var types []string
	for _, e := range c.all("/v1/events") {
		types = append([]string{e["type"].(string)}, types...)
	}
	return types
}

// all returns everything of a list, page after page.
func (c *client) all(path string, params ...string) []map[string]any {
	c.Helper()
	var found []map[string]any
	for after := ""; ; {
		with := append([]string{"limit", "100"}, params...)
		if after != "" {
			with = append(with, "starting_after", after)
		}
		a := c.get(path, with...).ok()
		data, _ := a.at("data").([]any)
		for _, one := range data {
			found = append(found, one.(map[string]any))
		}
		if a.at("has_more") != true {
			return found
		}
		after = found[len(found)-1]["id"].(string)
	}
}

// customer makes a customer.
func (c *client) customer() string { c.Helper(); return c.post("/v1/customers").ok().id() }

// saved makes a payment method that is a customer's.
func (c *client) saved(method, customer string) string {
	c.Helper()
	return c.post("/v1/payment_methods/"+method+"/attach", "customer", customer).ok().id()
}

const nosuch = "resource_missing"

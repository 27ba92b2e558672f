package fakestripe_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/examples/fakestripe"
)

func TestKeys(t *testing.T) {
	c := newClient(t, options())
	for _, bad := range []string{"", "sk_live_1", "sk_test_", "nonsense", "sk_test_a b", "pi_test_1"} {
		a := c.as(bad).get("/v1/customers").fails(401, "", "")
		require.NotContains(t, a.body, "nonsense", "a key is not repeated")
	}
	bearer := map[string]string{"Authorization": "Bearer sk_test_abc"}
	none := c.as("")
	none.with(bearer, http.MethodGet, "/v1/customers").ok()
	none.with(map[string]string{"Authorization": "bearer rk_test_abc"}, http.MethodGet, "/v1/customers").ok()
	none.with(map[string]string{"Authorization": "Digest x"}, http.MethodGet, "/v1/customers").fails(401, "", "")
	a := c.get("/v1/customers").ok()
	require.Regexp(t, "^req_[0-9A-Za-z]{14}$", a.header.Get("Request-Id"))
	require.Equal(t, string(fakestripe.DefaultVersion), a.header.Get("Stripe-Version"))
	require.Equal(t, "application/json", a.header.Get("Content-Type"))
}

func TestRoutes(t *testing.T) {
	c := newClient(t, options())
	for _, path := range []string{"/v1/nope", "/v1", "/v1/", "/v1/payment_intents/pi_1/nope", "/v1/payment_intents/pi_1/confirm/x", "/v1//payment_intents", "/v2/core/events", "/v1/payment_intents/"} {
		c.post(path).fails(404, "", "")
	}
	c.do("DELETE", "/v1/payment_intents/pi_1").fails(404, "", "")
	c.do("PATCH", "/v1/customers").fails(404, "", "")
	require.True(t, strings.HasPrefix(c.get("/v1/foo").text("error.message"), "Unrecognized request URL (GET: /v1/foo)."))
	for _, r := range fakestripe.Routes() {
		path := strings.NewReplacer("{", "no_", "}", "").Replace(r[1])
		a := c.do(r[0], path)
		require.Less(t, a.status, 500, "%s %s: %s", r[0], path, a.body)
		if strings.Contains(r[1], "{") {
			require.Equal(t, 404, a.status, "%s %s: %s", r[0], path, a.body)
			require.Equal(t, nosuch, a.text("error.code"), "%s %s: %s", r[0], path, a.body)
		}
	}
}

// TestBadInput is the list of issue 6, and more of the kind.
func TestBadInput(t *testing.T) {
	c := newClient(t, options())
	create := func(body string) answer {
		req, err := http.NewRequest(http.MethodPost, c.url+intentsPath, strings.NewReader(body)) //nolint:noctx // a test's own server
		require.NoError(t, err)
		req.SetBasicAuth(key, "")
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
		return c.send(req)
	}
	for body, want := range map[string]struct {
		status      int
		code, param string
	}{
		"currency=usd":                                                                                {400, "parameter_missing", "amount"},
		"amount=abc&currency=usd":                                                                     {400, "parameter_invalid_integer", "amount"},
		"amount=1e3&currency=usd":                                                                     {400, "parameter_invalid_integer", "amount"},
		"amount=9223372036854775808&currency=usd":                                                     {400, "parameter_invalid_integer", "amount"},
		"amount=&currency=usd":                                                                        {400, "parameter_invalid_empty", "amount"},
		"amount=0&currency=usd":                                                                       {400, "parameter_invalid_integer", "amount"},
		"amount=-5&currency=usd":                                                                      {400, "parameter_invalid_integer", "amount"},
		"amount=49&currency=usd":                                                                      {400, "amount_too_small", "amount"},
		"amount=100000000&currency=usd":                                                               {400, "amount_too_large", "amount"},
		"amount=2000&currency=xyz":                                                                    {400, "", "currency"},
		"amount=2000&currency=usd&wat=1":                                                              {400, "parameter_unknown", "wat"},
		"amount=2000&currency=usd&wat=1&wot=2":                                                        {400, "parameter_unknown", "wat"},
		"amount[x]=2000&currency=usd":                                                                 {400, "parameter_missing", "amount"},
		"amount=2000&currency=usd&metadata=x":                                                         {400, "", "metadata"},
		"amount=2000&currency=usd&metadata[a][b]=x":                                                   {400, "parameter_unknown", "metadata[a]"},
		"amount=2000&currency=usd&confirm=maybe":                                                      {400, "", "confirm"},
		"amount=2000&currency=usd&client_secret=x":                                                    {400, "parameter_unknown", "client_secret"},
		"amount=2000&currency=usd&payment_method=pm_x":                                                {400, "resource_missing", "payment_method"},
		"amount=2000&currency=usd&customer=cus_x":                                                     {400, "resource_missing", "customer"},
		"amount=2000&currency=usd&capture_method=later":                                               {400, "", "capture_method"},
		"amount=2000&currency=usd&payment_method_types[]":                                             {400, "", "payment_method_types"},
		"amount=2000&currency=usd&off_session=true":                                                   {400, "", "off_session"},
		"amount=2000&currency=usd&expand[]=nope":                                                      {400, "", ""},
		"amount=2000&currency=usd&expand[]=amount":                                                    {400, "", ""},
		"amount=2000&currency=usd&expand[]=a.b.c.d.e":                                                 {400, "", "expand"},
		"amount=2000&currency=usd&expand=x":                                                           {400, "", "expand"},
		"amount=2000&currency=usd&description=%zz":                                                    {400, "", "description"},
		"amount=2000&currency=usd&description=%ff":                                                    {400, "", "description"},
		"amount=2000&currency=usd&a[b=1":                                                              {400, "", "a[b"},
		"amount=2000&currency=usd&[a]=1":                                                              {400, "", "[a]"},
		"amount=2000&currency=usd&a" + strings.Repeat("[b]", 50) + "=1":                               {400, "", "a" + strings.Repeat("[b]", 33)},
		"amount=2000&currency=usd&metadata[k]=" + strings.Repeat("v", 501):                            {400, "", "metadata[k]"},
		"amount=2000&currency=usd&metadata[" + strings.Repeat("k", 41) + "]=v":                        {400, "", "metadata[" + strings.Repeat("k", 41) + "]"},
		"amount=2000&currency=usd&statement_descriptor=" + strings.Repeat("x", 23):                    {400, "", "statement_descriptor"},
		"amount=2000&currency=usd&payment_method=pm_card_visa&payment_method_data[type]=card":         {400, "parameters_exclusive", "payment_method_data"},
		"amount=2000&currency=usd&payment_method_data[type]=card&payment_method_data[card][number]=1": {402, "incorrect_number", "number"},
		"amount=2000&currency=usd" + strings.Repeat("&a[]=1", 6000):                                   {400, "", ""},
	} {
		t.Run(body[:min(len(body), 60)], func(t *testing.T) {
			a := create(body)
			a.TB = t
			require.Equal(t, want.status, a.status, a.body)
			require.Equal(t, want.code, a.text("error.code"), a.body)
			require.True(t, strings.HasPrefix(a.text("error.param"), want.param), a.body)
		})
	}
	require.Empty(t, c.all(intentsPath), "nothing was made")
	require.Empty(t, c.all("/v1/events"), "nothing was told")
	require.Equal(t, 413, create("amount=2000&description="+strings.Repeat("x", 10<<20)).status)
	long := httptest.NewRequest(http.MethodGet, "/v1/customers?email="+strings.Repeat("x", 2<<20), nil) // net/http itself lets less pass
	long.SetBasicAuth(key, "")
	recorder := httptest.NewRecorder()
	c.server.ServeHTTP(recorder, long)
	require.Equal(t, 414, recorder.Code)

	for kind, status := range map[string]int{"application/json": 400, "multipart/form-data": 400, "": 200, "APPLICATION/x-www-form-urlencoded": 200} {
		req, err := http.NewRequest(http.MethodPost, c.url+"/v1/customers", bytes.NewReader([]byte("name=x"))) //nolint:noctx // a test's own server
		require.NoError(t, err)
		req.SetBasicAuth(key, "")
		req.Header["Content-Type"] = nil
		if kind != "" {
			req.Header.Set("Content-Type", kind)
		}
		require.Equal(t, status, c.send(req).status, kind)
	}
	req, err := http.NewRequest(http.MethodPost, c.url+"/v1/customers", nil) //nolint:noctx // a test's own server
	require.NoError(t, err)
	req.SetBasicAuth(key, "")
	c.send(req).ok()
}

// TestChunked sends a body without a length.
func TestChunked(t *testing.T) {
	c := newClient(t, options())
	req, err := http.NewRequest(http.MethodPost, c.url+"/v1/customers", struct{ *strings.Reader }{strings.NewReader("name=Jenny&metadata%5Ba%5D=b")}) //nolint:noctx // a test's own server
	require.NoError(t, err)
	req.ContentLength = -1
	req.SetBasicAuth(key, "")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	c.send(req).ok().is("name", "Jenny", "metadata.a", "b")
}

func TestExpand(t *testing.T) {
	c := newClient(t, options())
	customer := c.customer()
	pm := c.saved("pm_card_visa", customer)
	pi := c.post(intentsPath, "amount", "900", "currency", "usd", "customer", customer, "payment_method", pm, "confirm", "true", "capture_method", "automatic",
		"expand[]", "customer", "expand[1]", "payment_method.customer", "expand[]", "latest_charge.balance_transaction.source").ok().
		is("customer.id", customer, "payment_method.customer.id", customer, "latest_charge.balance_transaction.source.object", "charge")
	path := intentsPath + "/" + pi.id()
	c.get(path, "expand[]", "review").ok().is("review", nil)
	c.get(path, "expand[]", "review.charge").ok().is("review", nil)
	c.get(path, "expand[]", "amount").fails(400, "", "").is("error.message", "This property cannot be expanded (amount).")
	c.get(path, "expand[]", "nope.x").fails(400, "", "").is("error.message", "This property cannot be expanded because it doesn't exist: nope.x.")
	c.get(path, "expand[]", "description").fails(400, "", "")
	c.get(intentsPath, "expand[]", "customer").fails(400, "", "").
		is("error.message", "This property cannot be expanded (customer). You may want to try expanding 'data.customer' instead.")
	c.get(intentsPath, "expand[]", "data.customer", "expand[]", "data.latest_charge.payment_intent").ok().
		is("data.0.customer.id", customer, "data.0.latest_charge.payment_intent.id", pi.id())
	fresh := c.post(intentsPath, "amount", "900", "currency", "usd", "expand[]", "latest_charge.balance_transaction").ok()
	fresh.is("latest_charge", nil)
	c.get("/v1/customers/"+customer, "expand[]", "sources", "expand[]", "subscriptions").ok().is("sources.object", "list")
}

// TestLists pages through a list in all page sizes, both ways.
func TestLists(t *testing.T) {
	c := newClient(t, options())
	var want []string
	const n = 23
	for i := range n {
		want = append([]string{c.post("/v1/customers", "name", fmt.Sprint(i)).ok().id()}, want...)
	}
	ids := func(a answer) (list []string) {
		data, _ := a.at("data").([]any)
		for _, d := range data {
			list = append(list, d.(map[string]any)["id"].(string))
		}
		return list
	}
	for _, size := range []int{1, 2, 3, 7, 10, 22, 23, 24, 100} {
		limit := fmt.Sprint(size)
		var down []string
		for after := ""; ; {
			params := []string{"limit", limit}
			if after != "" {
				params = append(params, "starting_after", after)
			}
			a := c.get("/v1/customers", params...).ok()
			down = append(down, ids(a)...)
			require.Equal(t, len(down) < n, a.at("has_more"))
			if len(down) >= n {
				break
			}
			after = down[len(down)-1]
		}
		require.Equal(t, want, down)
		up := []string{want[n-1]}
		for {
			a := c.get("/v1/customers", "limit", limit, "ending_before", up[0]).ok()
			up = append(ids(a), up...)
			require.Equal(t, len(up) < n, a.at("has_more"))
			if len(up) >= n {
				break
			}
		}
		require.Equal(t, want, up)
	}
	require.Len(t, ids(c.get("/v1/customers").ok()), 10, "the default")
	require.Len(t, ids(c.get("/v1/customers", "limit", "0").ok()), 1, "clamped")
	require.Len(t, ids(c.get("/v1/customers", "limit", "1000").ok()), n, "clamped")
	c.get("/v1/customers", "limit", "abc").fails(400, "parameter_invalid_integer", "limit").is("error.message", "Invalid integer: abc")
	c.get("/v1/customers", "starting_after", "cus_aaa").fails(400, nosuch, "starting_after").is("error.message", "No such customer: 'cus_aaa'")
	c.get("/v1/customers", "starting_after", want[0], "ending_before", want[1]).fails(400, "", "").
		is("error.message", "Received both starting_after and ending_before parameters. Please pass in only one.")
	c.get("/v1/customers", "wat", "x").fails(400, "parameter_unknown", "wat")
	now := fmt.Sprint(c.server.Now().Unix())
	require.Len(t, ids(c.get("/v1/customers", "created", now, "limit", "100").ok()), n)
	require.Empty(t, ids(c.get("/v1/customers", "created[gt]", now).ok()))
	require.Empty(t, ids(c.get("/v1/customers", "created[lt]", now).ok()))
	require.Len(t, ids(c.get("/v1/customers", "created[gte]", now, "created[lte]", now, "limit", "100").ok()), n)
}

package conformance

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/payintent/intents/examples/fakestripe"
	"github.com/stripe/stripe-go/v85"
	"github.com/stripe/stripe-mock/embedded"
)

// rawMark is the header of a request that is not made by a method of stripe-go.
const rawMark = "X-Raw"

// replies looks at every reply of a server before the client does.
type replies struct {
	t     *testing.T
	spec  *spec
	paths map[string]answer // of the OpenAPI, by method and path

	mu         sync.Mutex
	typed, raw map[string]int  // successes by route
	asked      map[string]bool // shapes
	reported   map[string]bool

	total, refused, tripped int
}

func newReplies(t *testing.T) *replies {
	t.Helper()
	paths, err := loadPaths()
	if err != nil {
		t.Fatal(err)
	}
	return &replies{
		t: t, spec: theSpec(t), paths: paths, typed: map[string]int{}, raw: map[string]int{}, asked: map[string]bool{}, reported: map[string]bool{},
	}
}

// answer is what the OpenAPI says of the success of a route: one of some schemas, or a
// list of one.
type answer struct {
	schemas []string
	list    bool
}

// loadPaths reads the successes of all routes.
var loadPaths = sync.OnceValues(func() (map[string]answer, error) {
	type node struct {
		Ref   string `json:"$ref"`
		AnyOf []struct {
			Ref string `json:"$ref"`
		} `json:"anyOf"`
		Properties struct {
			Data struct {
				Items struct {
					Ref string `json:"$ref"`
				} `json:"items"`
			} `json:"data"`
		} `json:"properties"`
	}
	var doc struct {
		Paths map[string]map[string]struct {
			Responses map[string]struct {
				Content map[string]struct {
					Schema node `json:"schema"`
				} `json:"content"`
			} `json:"responses"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(embedded.OpenAPISpec, &doc); err != nil {
		return nil, err
	}
	last := func(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }
	paths := map[string]answer{}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			schema := op.Responses["200"].Content["application/json"].Schema
			var a answer
			switch {
			case schema.Ref != "":
				a.schemas = []string{last(schema.Ref)}
			case len(schema.AnyOf) > 0:
				for _, one := range schema.AnyOf {
					a.schemas = append(a.schemas, last(one.Ref))
				}
			default:
				a = answer{[]string{last(schema.Properties.Data.Items.Ref)}, true}
			}
			paths[strings.ToUpper(method)+" "+anonymous(path)] = a
		}
	}
	return paths, nil
})

// private are the schemas of routes that the OpenAPI does not have.
var private = map[string]string{
	"/v1/payment_pages/{session}": "checkout.session", "/v1/payment_pages/{session}/confirm": "checkout.session", "/v1/confirmation_tokens": "confirmation_token",
	"/v1/test_helpers/charges/{charge}/expire": "charge",
}

// anonymous leaves out the names of a path's variables.
func anonymous(path string) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if strings.HasPrefix(s, "{") {
			segments[i] = "{}"
		}
	}
	return strings.Join(segments, "/")
}

// routeOf returns the route of a request, as the server's table has it.
func routeOf(method, path string) (string, bool) {
	got := strings.Split(path, "/")
	for _, rt := range fakestripe.Routes() {
		want := strings.Split(rt[1], "/")
		if rt[0] == method && len(want) == len(got) && fits(want, got) {
			return rt[1], true
		}
	}
	return "", false
}

func fits(want, got []string) bool {
	for i, w := range want {
		if !strings.HasPrefix(w, "{") && w != got[i] {
			return false
		}
	}
	return true
}

// through returns a server whose replies are looked at.
func (r *replies) through(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if !strings.HasPrefix(req.URL.Path, "/v1/") {
			next.ServeHTTP(w, req)
			return
		}
		buffer := httptest.NewRecorder()
		next.ServeHTTP(buffer, req)
		r.look(req, buffer)
		maps.Copy(w.Header(), buffer.Header())
		w.WriteHeader(buffer.Code)
		_, _ = w.Write(buffer.Body.Bytes())
	})
}

// look judges a reply.
func (r *replies) look(req *http.Request, reply *httptest.ResponseRecorder) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.total++
	body := reply.Body.Bytes()
	name := req.Method + " " + req.URL.Path
	problem := func(problems ...string) {
		for _, p := range problems {
			if p = name + ": " + p; !r.reported[p] {
				r.reported[p] = true
				r.t.Errorf("%s\n%s", p, body)
			}
		}
	}
	route, ok := routeOf(req.Method, req.URL.Path)
	if ok {
		name = req.Method + " " + route
	}
	version := req.Header.Get("Stripe-Version")
	h := reply.Header()
	if h.Get("Content-Type") != "application/json" || !strings.HasPrefix(h.Get("Request-Id"), "req_") || h.Get("Stripe-Version") != version && reply.Code != http.StatusUnauthorized {
		problem(fmt.Sprintf("headers %v", h))
	}
	if req.Method == http.MethodPost && h.Get("Idempotency-Key") != req.Header.Get("Idempotency-Key") {
		problem("the idempotency key is not echoed")
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		problem(err.Error())
		return
	}
	if reply.Code != http.StatusOK {
		r.refused++
		problem(r.problems("error", value, body, version)...)
		return
	}
	if count := r.typed; req.Header.Get(rawMark) == "" {
		count[name]++
	} else {
		r.raw[name]++
	}
	a, ok := r.paths[req.Method+" "+anonymous(route)]
	if !ok {
		a.schemas = []string{private[route]}
	}
	for _, one := range elements(a, value, req.URL.Path, problem) {
		problem(r.best(a.schemas, one, version)...)
		if version == string(sdkVersion) {
			problem(r.trip(one)...)
		}
	}
}

// elements returns the objects of a reply: those of a list, or the one there is.
func elements(a answer, value any, path string, problem func(...string)) []any {
	if !a.list {
		return []any{value}
	}
	list, _ := value.(map[string]any)
	data, isArray := list["data"].([]any)
	_, isBool := list["has_more"].(bool)
	keys := 4
	want := "list"
	if strings.HasSuffix(path, "/search") {
		keys, want = 5, "search_result" // next_page
	}
	if !isArray || !isBool || len(list) != keys || list["object"] != want || list["url"] != path {
		problem("no list")
	}
	return data
}

// best returns the problems with the schema that fits best.
func (r *replies) best(schemas []string, value any, version string) []string {
	var best []string
	for i, schema := range schemas {
		body, err := json.Marshal(value)
		if err != nil {
			return []string{err.Error()}
		}
		got := r.problems(schema, value, body, version)
		if i == 0 || len(got) < len(best) {
			best = got
		}
	}
	return best
}

// unsaid is what the OpenAPI of Stripe's own SDKs declares and requires, and the other does not.
var unsaid = []string{"product does not declare type", "recurring does not declare trial_period_days"}

// later is what stripe-go's version has not yet (webhook.Changes).
var later = []string{
	"always has allowed_payment_method_types", "always has managed_payments", "payment_method_details_card always has transaction_link_id",
	"refund always has customer", "refund always has customer_account", "refund always has payment_method",
	"dispute_payment_method_details_card always has network", `/payment_method_details/card/network": property "network" is missing`,
}

// problems returns what the spec has against a value, the first time that its shape is seen.
func (r *replies) problems(schema string, value any, body []byte, version string) []string {
	key := version + schema + string(shape(nil, body))
	if r.asked[key] {
		return nil
	}
	r.asked[key] = true
	v := r.spec.judge(schema, value)
	problems := slices.DeleteFunc(v.problems(), func(p string) bool {
		return slices.ContainsFunc(unsaid, func(key string) bool { return strings.HasSuffix(p, key) })
	})
	if version == string(sdkVersion) { // what is younger is rightly not there
		problems = slices.DeleteFunc(problems, func(p string) bool {
			return slices.ContainsFunc(later, func(key string) bool { return strings.HasSuffix(p, key) })
		})
	}
	if e, ok := value.(map[string]any); ok && e["object"] == "event" {
		problems = append(problems, r.carried(e, version)...)
	}
	return problems
}

// carried returns the problems of what an event carries.
func (r *replies) carried(event map[string]any, version string) []string {
	data, _ := event["data"].(map[string]any)
	object, _ := data["object"].(map[string]any)
	schema, _ := object["object"].(string)
	if event["api_version"] != string(specVersion) { // it shows the version in which it was made
		return nil
	}
	body, err := json.Marshal(object)
	if err != nil {
		return []string{err.Error()}
	}
	if !r.spec.events[fmt.Sprint(event["type"])] {
		return []string{fmt.Sprint("no endpoint can ask for ", event["type"])}
	}
	return r.problems(schema, object, body, string(specVersion)+version)
}

// only are the objects that only the server renders.
var only = []kind{
	{name: "product", sdk: func() any { return new(stripe.Product) }},
	{name: "price", sdk: func() any { return new(stripe.Price) }},
	{name: "token", sdk: func() any { return new(stripe.Token) }},
	{name: "confirmation_token", sdk: func() any { return new(stripe.ConfirmationToken) }},
	{name: "cash_balance", sdk: func() any { return new(stripe.CashBalance) }},
	{name: "customer_cash_balance_transaction", sdk: func() any { return new(stripe.CustomerCashBalanceTransaction) }},
	{name: "webhook_endpoint", sdk: func() any { return new(stripe.WebhookEndpoint) }},
}

// trip returns what stripe-go loses of an object.
func (r *replies) trip(value any) []string {
	object, _ := value.(map[string]any)
	name, _ := object["object"].(string)
	if name == "event" { // it has no value for what it carries but its text
		return nil
	}
	k, ok := kindOf(name)
	i := slices.IndexFunc(only, func(k kind) bool { return k.name == name })
	switch {
	case i >= 0:
		k = only[i]
	case !ok:
		return []string{"an object of no kind: " + name}
	}
	body, err := json.Marshal(object)
	if err != nil {
		return []string{err.Error()}
	}
	r.tripped++
	lost, unknown, err := trip(k, body)
	if err != nil {
		lost = append(lost, err.Error())
	}
	if i >= 0 {
		for key := range unknown {
			lost = append(lost, "stripe-go has no "+key)
		}
	}
	return lost
}

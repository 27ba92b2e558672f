package conformance

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/webhook"
	"github.com/stripe/stripe-go/v85"
	stripewebhook "github.com/stripe/stripe-go/v85/webhook"
)

var update = flag.Bool("update", false, "rewrite testdata/unknown.txt")

const secret = "whsec_of_the_conformance_tests"

// sdkVersion is the version of stripe-go's types.
const sdkVersion = intents.Version(stripe.APIVersion)

// counts are what was asked about a kind.
type counts struct {
	objects, events, shapes, sdkShapes int
	invalid, undeclared, missing, lost int
	present                            map[string]*presence
}

// judge asks the artefacts about renderings, about each shape once, and counts.
type judge struct {
	t      *testing.T
	spec   *spec
	counts map[string]*counts
	// asked has the shapes that the spec was asked about, tripped those that stripe-go was.
	asked, tripped map[string]bool
	unknown        map[string]bool
	told           map[string]int // events by type
	body, shape    []byte
	reported       map[string]bool
}

func newJudge(t *testing.T) *judge {
	t.Helper()
	return &judge{
		t: t, spec: theSpec(t), counts: map[string]*counts{}, asked: map[string]bool{}, tripped: map[string]bool{},
		unknown: map[string]bool{}, told: map[string]int{}, reported: map[string]bool{},
	}
}

func (j *judge) of(name string) *counts {
	c := j.counts[name]
	if c == nil {
		c = &counts{present: map[string]*presence{}}
		j.counts[name] = c
	}
	return c
}

// report fails the test with each problem once, and the first body that has it.
func (j *judge) report(what string, problems []string, body []byte) {
	for _, p := range problems {
		if p = what + ": " + p; !j.reported[p] {
			j.reported[p] = true
			j.t.Errorf("%s\n%s", p, body)
		}
	}
}

// object judges the rendering of an object.
func (j *judge) object(k kind, o webhook.Object) {
	c := j.of(k.name)
	c.objects++
	j.body = o.AppendJSON(j.body[:0], specVersion)
	j.valid(c, k.name, j.body)
	j.body = o.AppendJSON(j.body[:0], sdkVersion)
	j.survives(c, k, j.body)
}

// valid asks the spec about a body.
func (j *judge) valid(c *counts, schema string, body []byte) {
	if !j.first(j.asked, schema, body) {
		return
	}
	c.shapes++
	v := j.spec.judge(schema, decoded(j.t, body))
	c.invalid += len(v.invalid)
	c.undeclared += len(v.undeclared)
	c.missing += len(v.missing)
	merge(c.present, v.present, 1)
	j.report(schema, v.problems(), body)
}

// first reports whether a body is the first of its shape.
func (j *judge) first(seen map[string]bool, name string, body []byte) bool {
	j.shape = append(append(j.shape[:0], name...), ' ')
	j.shape = shape(j.shape, body)
	if seen[string(j.shape)] {
		return false
	}
	seen[string(j.shape)] = true
	return true
}

// survives asks stripe-go about a body.
func (j *judge) survives(c *counts, k kind, body []byte) {
	if !j.first(j.tripped, k.name, body) {
		return
	}
	c.sdkShapes++
	lost, unknown, err := trip(k, body)
	if err != nil {
		lost = append(lost, err.Error())
	}
	c.lost += len(lost)
	j.report(k.name, lost, body)
	maps.Copy(j.unknown, unknown)
}

// event judges an event: its envelope, what it carries and what it says changed.
func (j *judge) event(e webhook.Event) {
	if !e.SentTo(specVersion) {
		return
	}
	c := j.of("event")
	c.events++
	if j.told[e.Type]++; j.told[e.Type] == 1 && !j.spec.events[e.Type] {
		j.report(e.Type, []string{"no endpoint can ask for it"}, nil)
	}
	j.body = e.AppendJSON(j.body[:0], specVersion)
	j.of(carries(j.body)).events++
	if j.first(j.asked, "event", j.body) {
		c.shapes++
		j.envelope(c, e, j.body)
	}
	j.body = e.AppendJSON(j.body[:0], sdkVersion)
	if j.first(j.tripped, "event", j.body) {
		c.sdkShapes++
		j.constructs(e, j.body)
	}
}

// carries returns the type of the object that the body of an event carries.
func carries(body []byte) string {
	const object = `"object":"`
	_, data, _ := bytes.Cut(body, []byte(`"data":{`))
	_, name, _ := bytes.Cut(data, []byte(object))
	name, _, _ = bytes.Cut(name, []byte(`"`))
	return string(name)
}

// envelope asks the spec about an event, what it carries and what changed.
func (j *judge) envelope(c *counts, e webhook.Event, body []byte) {
	v := j.spec.judge("event", decoded(j.t, body))
	c.invalid += len(v.invalid)
	c.undeclared += len(v.undeclared)
	c.missing += len(v.missing)
	merge(c.present, v.present, 1)
	j.report("event", v.problems(), body)
	object := e.Object.AppendJSON(nil, specVersion)
	fields, _ := decoded(j.t, object).(map[string]any)
	name, _ := fields["object"].(string)
	k, ok := kindOf(name)
	if !ok {
		j.report(e.Type, []string{"what it carries is of no kind: " + name}, object)
		return
	}
	j.valid(j.of(k.name), k.name, object)
	if e.Previous == "" {
		return
	}
	previous, _ := decoded(j.t, []byte(e.Previous)).(map[string]any)
	j.report(e.Type, j.spec.changed(k.name, previous, fields), object)
}

// constructs asks stripe-go's verification about a delivery, and its types about what it carries.
func (j *judge) constructs(e webhook.Event, body []byte) {
	header := webhook.Sign(body, intents.TimeOf(time.Now()), secret)
	got, err := stripewebhook.ConstructEvent(body, header, secret)
	switch {
	case err != nil:
		j.report(e.Type, []string{err.Error()}, body)
		return
	case got.ID != e.ID, string(got.Type) != e.Type, got.APIVersion != string(sdkVersion), got.Created != int64(e.Created),
		got.Livemode != e.Livemode, got.PendingWebhooks != int64(e.PendingWebhooks), got.Account != e.Account,
		got.Request == nil, got.Request.ID != e.Request.ID, got.Request.IdempotencyKey != e.Request.IdempotencyKey,
		(len(got.Data.PreviousAttributes) > 0) != (e.Previous != ""):
		j.report(e.Type, []string{"stripe-go reads another event"}, body)
	}
	object := e.Object.AppendJSON(nil, sdkVersion)
	if !bytes.Equal(object, got.Data.Raw) {
		j.report(e.Type, []string{"stripe-go reads another object: " + string(got.Data.Raw)}, object)
	}
	name, _ := got.Data.Object["object"].(string)
	if k, ok := kindOf(name); ok {
		j.survives(j.of(k.name), k, object)
	}
	if _, err := stripewebhook.ConstructEvent(append(body, ' '), header, secret); err == nil {
		j.report(e.Type, []string{"stripe-go accepts another body"}, body)
	}
}

func decoded(t *testing.T, body []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	return v
}

// TestConformance asks about every state that the model checkers visit, every
// event on the way, and each payment method there is.
func TestConformance(t *testing.T) {
	j := newJudge(t)
	started := time.Now()
	for _, k := range kinds {
		k.objects(func(o webhook.Object) { j.object(k, o) })
		if k.events != nil {
			k.events(j.event)
		}
		t.Logf("%s: %.1f s", k.name, time.Since(started).Seconds())
	}
	j.table()
	for name, c := range j.counts {
		if c.shapes == 0 || c.sdkShapes == 0 {
			t.Errorf("%s was not asked about", name)
		}
	}
	for e := range j.spec.events {
		family := e[:max(strings.LastIndexByte(e, '.'), 0)] // "*" is of none
		if slices.Contains(whole, family) && !slices.Contains(others, e) && j.told[e] == 0 {
			t.Errorf("nothing tells of %s", e)
		}
	}
	j.unknowns()
}

// whole are the families of which every event is told, and others those in them that
// are not: of what belongs to an account, and is not modelled.
var (
	whole  = []string{"checkout.session", "customer", "payment_intent", "payment_method", "setup_intent"}
	others = []string{"payment_method.automatically_updated"}
)

// table prints the counts.
func (j *judge) table() {
	var out strings.Builder
	fmt.Fprintf(&out, "\n%-20s %8s %8s %7s %7s %8s %11s %8s %5s  %s\n", "type", "objects", "events", "shapes", "invalid", "undecl.", "not there", "lost", "sdk", "fields present of declared, and always")
	for _, name := range slices.Sorted(maps.Keys(j.counts)) {
		c := j.counts[name]
		declared := j.spec.schemas[name].Value.Properties
		ever, always := 0, 0
		if p := c.present[name]; p != nil {
			for key := range declared {
				if p.keys[key] > 0 {
					ever++
				}
				if p.keys[key] == p.n {
					always++
				}
			}
		}
		fmt.Fprintf(&out, "%-20s %8d %8d %7d %7d %8d %11d %8d %5d  %d of %d, %d\n", name, c.objects, c.events, c.shapes, c.invalid, c.undeclared, c.missing, c.lost, c.sdkShapes, ever, len(declared), always)
	}
	objects, shapes := 0, 0
	for name, c := range j.counts {
		if name != "event" {
			objects += c.objects
		}
		shapes += c.shapes
	}
	fmt.Fprintf(&out, "%d objects, %d events of %d types, %d distinct shapes\n", objects, j.of("event").events, len(j.told), shapes)
	j.t.Log(out.String())
}

// unknowns holds the keys that stripe-go v85 drops against a golden file: it has
// types for what is declared at its version, and Stripe sends more.
func (j *judge) unknowns() {
	const file = "testdata/unknown.txt"
	var out strings.Builder
	out.WriteString("# Keys of " + string(sdkVersion) + " that stripe-go v85 has no field for, as the tests found them.\n")
	for _, key := range slices.Sorted(maps.Keys(j.unknown)) {
		fmt.Fprintln(&out, key)
	}
	if *update {
		if err := os.WriteFile(file, []byte(out.String()), 0o600); err != nil {
			j.t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		j.t.Fatal(err)
	}
	if string(want) != out.String() {
		j.t.Errorf("%s differs; -update writes it anew:\n%s", file, out.String())
	}
}

package conformance

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/payintent/intents"
	"github.com/stripe/stripe-mock/embedded"
)

// specVersion is the release that the OpenAPI describes.
const specVersion intents.Version = "2026-08-26.dahlia"

// spec is Stripe's OpenAPI, and what it leaves unsaid.
type spec struct {
	schemas openapi3.Schemas
	// always has the keys that are always sent, by schema: those of testdata/always.txt,
	// and those that the OpenAPI of Stripe's own SDKs requires.
	always map[string][]string
	// listed is what testdata/always.txt alone says, required what that OpenAPI alone says.
	listed, required map[string][]string
	// beyond has the keys of testdata/beyond.txt, by schema.
	beyond map[string][]string
	// events are the types of events that an endpoint can ask for.
	events map[string]bool
}

// loadSpec reads the specs, which takes two seconds, once.
var loadSpec = sync.OnceValues(func() (*spec, error) {
	doc, err := openapi3.NewLoader().LoadFromData(embedded.OpenAPISpec)
	if err != nil {
		return nil, err
	}
	if v := intents.Version(doc.Info.Version); v != specVersion {
		return nil, fmt.Errorf("the OpenAPI is of %s", v)
	}
	s := &spec{schemas: doc.Components.Schemas, always: map[string][]string{}, required: map[string][]string{}, events: map[string]bool{}}
	var sdk struct {
		Components struct {
			Schemas map[string]struct {
				Required []string `json:"required"`
			} `json:"schemas"`
		} `json:"components"`
	}
	if err := json.Unmarshal(embedded.BetaOpenAPISpec, &sdk); err != nil {
		return nil, err
	}
	for name, schema := range sdk.Components.Schemas {
		if ref := s.schemas[name]; ref != nil {
			for _, key := range schema.Required {
				if ref.Value.Properties[key] != nil { // what is only in a preview is not sent
					s.required[name] = append(s.required[name], key)
				}
			}
		}
	}
	if s.listed, err = readLists("testdata/always.txt"); err != nil {
		return nil, err
	}
	if s.beyond, err = readLists("testdata/beyond.txt"); err != nil {
		return nil, err
	}
	for _, lists := range []map[string][]string{s.listed, s.required} {
		for name, keys := range lists {
			all := append(s.always[name], keys...)
			slices.Sort(all)
			s.always[name] = slices.Compact(all)
		}
	}
	form := doc.Paths.Value("/v1/webhook_endpoints").Post.RequestBody.Value.Content.Get("application/x-www-form-urlencoded")
	for _, name := range form.Schema.Value.Properties["enabled_events"].Value.Items.Value.Enum {
		s.events[fmt.Sprint(name)] = true
	}
	return s, nil
})

func theSpec(tb testing.TB) *spec {
	tb.Helper()
	s, err := loadSpec()
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// readLists reads lines of the form "schema: key key" or "schema key".
func readLists(file string) (map[string][]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	lists := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "#")
		if words := strings.Fields(line); len(words) > 1 {
			name := strings.TrimSuffix(words[0], ":")
			lists[name] = append(lists[name], words[1:]...)
		}
	}
	return lists, nil
}

// verdict is what the spec says of one value.
type verdict struct {
	invalid, undeclared, missing []string
	// present counts, by schema, how often it and each of its keys were there.
	present map[string]*presence
}

type presence struct {
	n    int
	keys map[string]int
}

func (v *verdict) problems() []string { return slices.Concat(v.invalid, v.undeclared, v.missing) }

// judge holds a value against a schema.
func (s *spec) judge(schema string, value any) verdict {
	v := verdict{present: map[string]*presence{}}
	ref := s.schemas[schema]
	if ref == nil {
		v.invalid = []string{"there is no schema " + schema}
		return v
	}
	if err := ref.Value.VisitJSON(value, openapi3.MultiErrors()); err != nil {
		v.invalid = append(v.invalid, explain(err))
	}
	s.walk(&v, ref, schema, schema, value)
	return v
}

// explain shortens what kin-openapi says, which quotes schema and value.
func explain(err error) string {
	var short []string
	for line := range strings.Lines(err.Error()) {
		if strings.HasPrefix(line, "Error at") {
			short = append(short, strings.TrimSpace(line))
		}
	}
	return cmp.Or(strings.Join(short, "; "), err.Error())
}

// walk looks for keys that no schema declares and for those that are missing. A
// reference names the schema; within an object without a name, the path does.
func (s *spec) walk(v *verdict, ref *openapi3.SchemaRef, name, path string, value any) {
	if i := strings.LastIndexByte(ref.Ref, '/'); i >= 0 {
		name = ref.Ref[i+1:]
	}
	if len(ref.Value.AnyOf) > 0 {
		s.branch(v, ref.Value.AnyOf, name, path, value)
		return
	}
	switch value := value.(type) {
	case []any:
		if items := ref.Value.Items; items != nil {
			for _, element := range value {
				s.walk(v, items, path+"[]", path+"[]", element)
			}
		}
	case map[string]any:
		p := v.present[name]
		if p == nil {
			p = &presence{keys: map[string]int{}}
			v.present[name] = p
		}
		p.n++
		for _, key := range slices.Sorted(maps.Keys(value)) {
			p.keys[key]++
			s.key(v, ref.Value, name, path, key, value[key])
		}
		for _, key := range s.always[name] {
			if _, ok := value[key]; !ok {
				v.missing = append(v.missing, fmt.Sprintf("%s: %s always has %s", path, name, key))
			}
		}
	}
}

func (s *spec) key(v *verdict, schema *openapi3.Schema, name, path, key string, value any) {
	below := path + "." + key
	more := schema.AdditionalProperties
	switch property := schema.Properties[key]; {
	case property != nil:
		s.walk(v, property, cmp.Or(property.Value.Title, below), below, value) // lists have titles
	case more.Schema != nil:
		s.walk(v, more.Schema, below, below, value)
	case more.Has != nil && *more.Has: // anything may be there
	case slices.Contains(s.beyond[name], key):
	default:
		v.undeclared = append(v.undeclared, fmt.Sprintf("%s: %s does not declare %s", path, name, key))
	}
}

// changed says what is wrong with what an event says changed: a key that the object has
// not, but where it may be absent; and one, at any depth, that no schema declares. Of an
// object within only the parts that changed are told.
func (s *spec) changed(name string, previous, object map[string]any) []string {
	var problems []string
	for _, key := range slices.Sorted(maps.Keys(previous)) {
		if _, ok := object[key]; !ok && slices.Contains(s.always[name], key) {
			problems = append(problems, "what changed is "+key+", which it does not have")
		}
	}
	v := verdict{present: map[string]*presence{}}
	s.walk(&v, s.schemas[name], name, "previous_attributes", previous)
	return append(problems, v.undeclared...)
}

// branch walks the one of several schemas that fits best.
func (s *spec) branch(v *verdict, anyOf openapi3.SchemaRefs, name, path string, value any) {
	if value == nil {
		return
	}
	var best *verdict
	for _, ref := range anyOf {
		if ref.Value.VisitJSON(value) != nil {
			continue
		}
		try := verdict{present: map[string]*presence{}}
		s.walk(&try, ref, name, path, value)
		if best == nil || len(try.problems()) < len(best.problems()) {
			best = &try
		}
	}
	if best == nil { // VisitJSON has said so at the top; here it says why
		for _, ref := range anyOf {
			if value, ok := value.(map[string]any); ok && ref.Value.Type.Is("object") {
				v.invalid = append(v.invalid, explain(ref.Value.VisitJSON(value, openapi3.MultiErrors())))
				s.walk(v, ref, name, path, value)
			}
		}
		return
	}
	v.undeclared = append(v.undeclared, best.undeclared...)
	v.missing = append(v.missing, best.missing...)
	merge(v.present, best.present, 1)
}

// merge adds what is present in b, times n, to a.
func merge(a, b map[string]*presence, n int) {
	for name, from := range b {
		to := a[name]
		if to == nil {
			to = &presence{keys: map[string]int{}}
			a[name] = to
		}
		to.n += n * from.n
		for key, times := range from.keys {
			to.keys[key] += n * times
		}
	}
}

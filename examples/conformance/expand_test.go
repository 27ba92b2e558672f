package conformance

import (
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/payintent/intents/webhook"
)

// expandings returns what can be expanded of an object: nothing, each path by itself,
// and all of them. Which paths there are, down to the third object, the OpenAPI says,
// and which of these this library knows, [webhook.ParseExpand].
func expandings(name string) []webhook.Expand {
	if all, ok := expandingsKnown[name]; ok {
		return all
	}
	s, err := loadSpec()
	if err != nil {
		return nil // which every test says
	}
	found, whole := []webhook.Expand{0}, webhook.Expand(0)
	for _, path := range s.expandable(name, "", 3) {
		if e, err := webhook.ParseExpand(name, path); err == nil {
			whole |= e
			if !slices.Contains(found, e) {
				found = append(found, e)
			}
		}
	}
	if !slices.Contains(found, whole) {
		found = append(found, whole)
	}
	expandingsKnown[name] = found
	return found
}

// expandingsKnown are the answers of [expandings], by name.
var expandingsKnown = map[string][]webhook.Expand{}

// expandable returns the paths that x-expandableFields names, in a schema and in those
// that are below it.
func (s *spec) expandable(schema, prefix string, depth int) []string {
	ref := s.schemas[schema]
	if ref == nil || depth == 0 {
		return nil
	}
	fields, _ := ref.Value.Extensions["x-expandableFields"].([]any)
	var paths []string
	for _, field := range fields {
		name, _ := field.(string)
		paths = append(paths, prefix+name)
		if property := ref.Value.Properties[name]; property != nil {
			for _, below := range named(property) {
				paths = append(paths, s.expandable(below, prefix+name+".", depth-1)...)
			}
		}
	}
	return paths
}

// named returns the names of the schemas that a property can be of.
func named(ref *openapi3.SchemaRef) []string {
	if i := strings.LastIndexByte(ref.Ref, '/'); i >= 0 {
		return []string{ref.Ref[i+1:]}
	}
	var names []string
	for _, one := range ref.Value.AnyOf {
		names = append(names, named(one)...)
	}
	return names
}

// TestExpandings says of each type what can be expanded in it, and that this is shown
// somewhere: that the object is another than with any less.
func TestExpandings(t *testing.T) {
	for _, k := range kinds {
		all, shown := expandings(k.name), map[webhook.Expand]bool{0: true}
		var group []webhook.Object
		flush := func() {
			if !slices.ContainsFunc(group, func(o webhook.Object) bool { return !shown[expandOf(o)] }) {
				group = group[:0]
				return
			}
			bodies := make([]string, len(group))
			for i, o := range group {
				bodies[i] = string(o.AppendJSON(nil, specVersion))
			}
			for i, o := range group {
				more := !shown[expandOf(o)]
				for n, less := range group {
					if e := expandOf(less); more && n != i && expandOf(o).Has(e) && bodies[n] == bodies[i] {
						more = false
					}
				}
				if more {
					shown[expandOf(o)] = true
				}
			}
			group = group[:0]
		}
		if k.name == "charge" { // whose are asked of its PaymentIntent
			continue
		}
		k.objects(func(o webhook.Object) {
			if len(shown) >= len(all) {
				return
			}
			if expandOf(o) == 0 {
				flush()
			}
			group = append(group, o)
		})
		flush()
		for _, e := range all {
			if !shown[e] {
				t.Errorf("%s: %b is shown nowhere", k.name, e)
			}
		}
		t.Logf("%s: %d to expand", k.name, len(all)-1)
	}
}

// expandOf returns what is expanded in an object.
func expandOf(o webhook.Object) webhook.Expand {
	switch o := o.(type) {
	case webhook.PaymentIntent:
		return o.Expand
	case webhook.SetupIntent:
		return o.Expand
	case webhook.SetupAttempt:
		return o.Expand
	case webhook.Mandate:
		return o.Expand
	case webhook.CheckoutSession:
		return o.Expand
	case webhook.Customer:
		return o.Expand
	case webhook.PaymentMethod:
		return o.Expand
	}
	return 0
}

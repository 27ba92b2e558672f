package conformance

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// trip decodes a body into stripe-go's type and encodes it again. It returns what
// was lost, and the keys with a value that stripe-go has no field for, by type.
func trip(k kind, body []byte) (lost []string, unknown map[string]bool, err error) {
	typed := k.sdk()
	if err := json.Unmarshal(body, typed); err != nil {
		return nil, nil, err
	}
	again, err := json.Marshal(typed)
	if err != nil {
		return nil, nil, err
	}
	var ours, theirs any
	if err := json.Unmarshal(body, &ours); err != nil {
		return nil, nil, err
	}
	if err := json.Unmarshal(again, &theirs); err != nil {
		return nil, nil, err
	}
	c := comparison{unknown: map[string]bool{}}
	c.compare(k.name, ours, theirs)
	return c.lost, c.unknown, nil
}

// comparison is what a value lost on its way.
type comparison struct {
	lost    []string
	unknown map[string]bool
}

// compare holds what was encoded again against what it was decoded from. What was
// null may be any zero value, and what was an id an object with this id: so are
// stripe-go's types.
func (c *comparison) compare(path string, ours, theirs any) {
	var ok bool
	switch ours := ours.(type) {
	case nil:
		ok = empty(theirs)
	case map[string]any:
		theirs, isMap := theirs.(map[string]any)
		if ok = isMap || len(ours) == 0; !isMap {
			break
		}
		if name, named := ours["object"].(string); named {
			path = name
		}
		for _, key := range slices.Sorted(maps.Keys(ours)) {
			if value, known := theirs[key]; known {
				c.compare(path+"."+key, ours[key], value)
			} else if !empty(ours[key]) { // stripe-go leaves out some fields when they are empty
				c.unknown[path+"."+key] = true
			}
		}
	case []any:
		theirs, isArray := theirs.([]any)
		if ok = isArray && len(ours) == len(theirs) || len(ours) == 0; ok {
			for i := range ours {
				c.compare(path+"[]", ours[i], theirs[i])
			}
		}
	case string:
		if object, expanded := theirs.(map[string]any); expanded {
			ok = object["id"] == ours
		} else {
			ok = theirs == any(ours)
		}
	default:
		ok = ours == theirs
	}
	if !ok {
		c.lost = append(c.lost, fmt.Sprintf("%s: %v became %v", path, ours, theirs))
	}
}

// empty reports whether a value holds nothing.
func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case float64:
		return v == 0
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		for _, value := range v {
			if !empty(value) {
				return false
			}
		}
		return true
	}
	return false
}

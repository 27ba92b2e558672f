package page

import (
	"net/url"
	"strings"

	"github.com/payintent/intents/checkout"
)

// field is an input of a form, with what is wrong with it.
type field struct {
	Name, Label, Value, Error, Hint    string
	Type, Autocomplete, Mode, Example  string
	Options                            []option
	Optional, Half, Readonly, Checkbox bool
	Max                                int
}

// option is a choice of a select.
type option struct {
	Value, Label string
	Selected     bool
}

// Describedby names the elements that say more of the field.
func (f field) Describedby() string {
	var ids []string
	if f.Error != "" {
		ids = append(ids, f.Name+"-error")
	}
	if f.Hint != "" {
		ids = append(ids, f.Name+"-hint")
	}
	return strings.Join(ids, " ")
}

// filled is a form as it was filled in: what stands in its fields, and what is wrong
// with it by the name of the field.
type filled struct {
	values url.Values
	errors map[string]string
	order  []string // the names in errors, as they were found
}

func newFilled(values url.Values) *filled {
	if values == nil {
		values = url.Values{}
	}
	return &filled{values: values, errors: map[string]string{}}
}

func (f *filled) get(name string) string { return strings.TrimSpace(f.values.Get(name)) }

// refuse marks a field. The first word on a field is the one that stands.
func (f *filled) refuse(name, why string) {
	if _, marked := f.errors[name]; !marked {
		f.errors[name] = why
		f.order = append(f.order, name)
	}
}

// put completes a field with what stands in it.
func (f *filled) put(x field) field {
	x.Value, x.Error = f.values.Get(x.Name), f.errors[x.Name]
	if x.Type == "" {
		x.Type = "text"
	}
	if x.Max == 0 {
		x.Max = 200
	}
	for i := range x.Options {
		x.Options[i].Selected = x.Options[i].Value == x.Value
	}
	return x
}

// address returns the fields of a postal address. Prefix is that of their names, and
// section the section of the autocomplete attribute. Where only the country is wanted
// the postal code comes with it and nothing else.
func (f *filled) address(prefix, section string, countries []option, whole bool) []field {
	country := field{Name: prefix + "country", Label: "Country", Autocomplete: section + " country", Options: countries, Half: !whole, Optional: !whole}
	postal := field{Name: prefix + "postal_code", Label: "Postal code", Autocomplete: section + " postal-code", Half: true, Optional: !whole}
	if !whole {
		return []field{f.put(country), f.put(postal)}
	}
	return []field{
		f.put(country),
		f.put(field{Name: prefix + "line1", Label: "Address", Autocomplete: section + " address-line1"}),
		f.put(field{Name: prefix + "line2", Label: "Apartment, suite, unit", Autocomplete: section + " address-line2", Optional: true}),
		f.put(postal),
		f.put(field{Name: prefix + "city", Label: "City", Autocomplete: section + " address-level2", Half: true}),
		f.put(field{Name: prefix + "state", Label: "State or province", Autocomplete: section + " address-level1", Optional: true}),
	}
}

// addressParts are the parts of an address, as Stripe names them.
//
//nolint:gochecknoglobals // read-only data
var addressParts = []string{"country", "line1", "line2", "postal_code", "city", "state"}

// names are the countries of the page, which are those of Stripe's customers and more.
const names = "AE United Arab Emirates,AR Argentina,AT Austria,AU Australia,BE Belgium,BG Bulgaria,BR Brazil,CA Canada,CH Switzerland,CL Chile,CN China," +
	"CO Colombia,CY Cyprus,CZ Czechia,DE Germany,DK Denmark,EE Estonia,ES Spain,FI Finland,FR France,GB United Kingdom,GR Greece,HK Hong Kong," +
	"HR Croatia,HU Hungary,ID Indonesia,IE Ireland,IL Israel,IN India,IS Iceland,IT Italy,JP Japan,KE Kenya,KR South Korea,LI Liechtenstein," +
	"LT Lithuania,LU Luxembourg,LV Latvia,MA Morocco,MT Malta,MX Mexico,MY Malaysia,NG Nigeria,NL Netherlands,NO Norway,NZ New Zealand,PE Peru," +
	"PH Philippines,PL Poland,PT Portugal,RO Romania,SA Saudi Arabia,SE Sweden,SG Singapore,SI Slovenia,SK Slovakia,TH Thailand,TR Türkiye," +
	"TW Taiwan,UA Ukraine,US United States,VN Vietnam,ZA South Africa"

// countries returns the choice of countries: those of the page, or those of a list,
// by their code where the page has no name for them.
func countries(only []string) []option {
	byCode := map[string]string{}
	all := []option{{Label: "Choose …"}}
	for entry := range strings.SplitSeq(names, ",") {
		code, name, _ := strings.Cut(entry, " ")
		byCode[code] = name
		if only == nil {
			all = append(all, option{Value: code, Label: name})
		}
	}
	for _, code := range only {
		name := byCode[code]
		if name == "" {
			name = code
		}
		all = append(all, option{Value: code, Label: name})
	}
	return all
}

// shipsTo returns the countries that a session delivers to, or nil where it does not ask.
func shipsTo(s *checkout.Session) []string {
	var codes []string
	for name, value := range s.Details.All() {
		if strings.HasPrefix(name, "shipping_address_collection[allowed_countries]") {
			codes = append(codes, value)
		}
	}
	return codes
}

// custom is a field that the merchant adds.
type custom struct {
	key, kind, label string
	optional         bool
	options          []option
}

// customFields returns the fields that the merchant adds, in their order: there are three at most.
func customFields(s *checkout.Session) []custom {
	var fields []custom
	for i := range 3 {
		at := "custom_fields[" + intText(int64(i)) + "]"
		key := s.Detail(at + "[key]")
		if key == "" {
			continue
		}
		c := custom{key: key, kind: s.Detail(at + "[type]"), label: s.Detail(at + "[label][custom]"), optional: s.Detail(at+"[optional]") == "true"}
		if c.kind == "dropdown" {
			c.options = append(c.options, option{Label: "Choose …"})
			for n := range 200 {
				o := at + "[dropdown][options][" + intText(int64(n)) + "]"
				value := s.Detail(o + "[value]")
				if value == "" {
					break
				}
				c.options = append(c.options, option{Value: value, Label: s.Detail(o + "[label]")})
			}
		}
		fields = append(fields, c)
	}
	return fields
}

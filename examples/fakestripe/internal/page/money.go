package page

import (
	"html/template"
	"net/url"
	"strings"
	"time"

	"github.com/payintent/intents"
)

// symbols are how people write currencies, in English. Others are written with their code.
//
//nolint:gochecknoglobals // read-only data
var symbols = map[intents.Currency]string{
	"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥", "inr": "₹", "krw": "₩", "vnd": "₫", "ils": "₪", "php": "₱", "brl": "R$",
	"aud": "A$", "cad": "CA$", "nzd": "NZ$", "hkd": "HK$", "mxn": "MX$", "twd": "NT$", "cny": "CN¥",
}

// money writes an amount as people do: €1,234.50, ¥500, CHF 12.00.
func money(amount int64, c intents.Currency) string {
	number, _, _ := strings.Cut(intents.Money{Amount: amount, Currency: c}.String(), " ")
	number, negative := strings.CutPrefix(number, "-")
	whole, part, hasPart := strings.Cut(number, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if hasPart {
		whole += "." + part
	}
	symbol, ok := symbols[c]
	if !ok {
		symbol = strings.ToUpper(string(c)) + "\u00a0"
	}
	if negative {
		return "−" + symbol + whole
	}
	return symbol + whole
}

// clock writes a time for people, in UTC.
func clock(t intents.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.Time().Format("2 Jan 2006, 15:04:05") + " UTC"
}

// short writes the time of a list.
func short(t intents.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.Time().Format("2 Jan 15:04:05")
}

// within writes how long it is until something, in the two greatest units.
func within(d time.Duration) string {
	if d < 0 {
		return "overdue"
	}
	left := int64(d / time.Second)
	var parts []string
	for _, u := range []struct {
		name    string
		seconds int64
	}{{"d", 24 * 3600}, {"h", 3600}, {"min", 60}, {"s", 1}} {
		n := left / u.seconds
		left %= u.seconds
		if n == 0 && parts == nil {
			continue
		}
		if n > 0 {
			parts = append(parts, intText(n)+" "+u.name)
		}
		if n == 0 || len(parts) == 2 {
			break
		}
	}
	if parts == nil {
		return "now"
	}
	return "in " + strings.Join(parts, " ")
}

//nolint:gochecknoglobals // read-only data
var functions = template.FuncMap{
	"clock": clock, "short": short, "words": words, "href": href, "dict": dict, "where": where, "brief": brief,
}

// words writes a name of the machine for people: requires_action is requires action.
func words(s any) string {
	text, _ := s.(string)
	return strings.ReplaceAll(text, "_", " ")
}

// href makes a link of an address. Those that would run a script are none.
func href(s string) template.URL {
	if s != "" && s[0] == '/' && !strings.HasPrefix(s, "//") {
		return template.URL(s) //nolint:gosec // a path of this server
	}
	return template.URL(webURL(s)) //nolint:gosec // webURL lets no script through
}

// dict makes the data of a template of names and values.
func dict(kv ...any) map[string]any {
	m := make(map[string]any, len(kv)/2)
	for i := 0; i+1 < len(kv); i += 2 {
		if name, ok := kv[i].(string); ok {
			m[name] = kv[i+1]
		}
	}
	return m
}

// where returns the page of the dashboard that shows an object by its id.
func where(id string) string {
	switch prefix, _, _ := strings.Cut(id, "_"); prefix {
	case "pi", "seti", "cs":
		return "/objects/" + url.PathEscape(id)
	case "dlv":
		return "/deliveries?object=" + url.QueryEscape(id)
	}
	return "/events?object=" + url.QueryEscape(id)
}

// brief shortens an id that is too long for a list, such as a session's: its ends tell it from others.
func brief(id string) string {
	const most, ends = 40, 14
	if len(id) <= most {
		return id
	}
	return id[:ends] + "…" + id[len(id)-ends:]
}

package fakestripe

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/payintent/intents/examples/internal/form"
	"github.com/payintent/intents/internal/jsonenc"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/webhook"
)

// searchPayments answers the search of PaymentIntents: clauses of one field each, with
// AND or OR between all of them.
func searchPayments(x *tx, r *request) (reply, error) {
	in := form.NewReader(r.form)
	query, limit, start := in.Needed("query"), in.Integer("limit"), in.Text("page")
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	q, err := parseQuery(query)
	if err != nil {
		return reply{}, err
	}
	most := int(min(max(limit.Or(defaultLimit), 1), maxLimit))
	skip, err := strconv.Atoi(start)
	if start != "" && (err != nil || skip < 0) {
		return reply{}, form.Invalid("page", "", "Invalid page: "+start)
	}
	var objects []webhook.Object
	more := false
	found := 0
	for _, s := range each[paymentintent.Intent](x, tableIntents) {
		if !q.fits(&s) {
			continue
		}
		if found++; found <= skip {
			continue
		}
		if more = len(objects) == most; more {
			break
		}
		objects = append(objects, x.payment(s))
	}
	b := []byte(`{"object":"search_result","data":[`)
	for i, o := range objects {
		if i > 0 {
			b = append(b, ',')
		}
		b = o.AppendJSON(b, r.version)
	}
	b = append(b, `],"has_more":`...)
	b = strconv.AppendBool(b, more)
	b = append(b, `,"next_page":`...)
	if more {
		b = jsonenc.AppendJSONString(b, strconv.Itoa(skip+most))
	} else {
		b = append(b, "null"...)
	}
	b = append(b, `,"url":"/v1/payment_intents/search"}`...)
	return reply{status: http.StatusOK, body: b}, nil
}

// clause is field, operator and value, as in amount>1000 or -status:"canceled".
type clause struct {
	not              bool
	field, op, value string
}

type query struct {
	clauses []clause
	any     bool // OR
}

func parseQuery(text string) (query, error) {
	var q query
	bad := form.Invalid("query", "", "We were unable to parse your search query. Try using the format `metadata[\"key\"]:\"value\"` to query for metadata or key:\"value\" to query for other fields.")
	joined := ""
	for rest := strings.TrimSpace(text); ; {
		var c clause
		var ok bool
		if c, rest, ok = readClause(rest); !ok {
			return q, bad
		}
		q.clauses = append(q.clauses, c)
		if rest = strings.TrimSpace(rest); rest == "" {
			break
		}
		word, after, _ := strings.Cut(rest, " ")
		switch word = strings.ToUpper(word); {
		case word != "AND" && word != "OR":
			word, after = "AND", rest // a space joins as AND does
			fallthrough
		case joined == "" || joined == word:
			joined, rest = word, strings.TrimSpace(after)
		default:
			return q, form.Invalid("query", "", "You can't combine AND and OR in one search query.")
		}
	}
	q.any = joined == "OR"
	return q, nil
}

// readClause takes a clause from the beginning of a text.
func readClause(text string) (c clause, rest string, ok bool) {
	text, c.not = strings.CutPrefix(text, "-")
	end := strings.IndexAny(text, ":~<>")
	if open := strings.Index(text, `["`); open >= 0 && open < end || open >= 0 && end < 0 {
		closing := strings.Index(text, `"]`)
		if closing < 0 {
			return c, "", false
		}
		end = closing + len(`"]`)
		c.field = text[:open] + "." + text[open+len(`["`):closing]
	} else if end > 0 {
		c.field = text[:end]
	}
	if c.field == "" || end >= len(text) {
		return c, "", false
	}
	rest = text[end:]
	for _, op := range []string{">=", "<=", ":", "~", ">", "<"} {
		if after, found := strings.CutPrefix(rest, op); found {
			c.op, rest = op, after
			break
		}
	}
	if c.op == "" {
		return c, "", false
	}
	quote := ""
	for _, q := range []string{`"`, `'`} {
		if strings.HasPrefix(rest, q) {
			quote = q
		}
	}
	if quote != "" {
		c.value, rest, ok = strings.Cut(rest[1:], quote)
		return c, rest, ok
	}
	c.value, rest, _ = strings.Cut(rest, " ")
	return c, rest, c.value != ""
}

func (q query) fits(s *paymentintent.Intent) bool {
	for _, c := range q.clauses {
		if c.fits(s) != c.not == q.any {
			return q.any
		}
	}
	return !q.any
}

func (c clause) fits(s *paymentintent.Intent) bool {
	number := func(n int64) bool {
		want, err := strconv.ParseInt(c.value, 10, 64)
		if err != nil {
			return false
		}
		switch c.op {
		case ":":
			return n == want
		case ">":
			return n > want
		case "<":
			return n < want
		case ">=":
			return n >= want
		case "<=":
			return n <= want
		}
		return false
	}
	text := func(v string) bool {
		if c.op == "~" {
			return strings.Contains(strings.ToLower(v), strings.ToLower(c.value))
		}
		return c.op == ":" && strings.EqualFold(v, c.value)
	}
	switch c.field {
	case "amount":
		return number(s.Amount)
	case "created":
		return number(int64(s.Created))
	case "currency":
		return text(string(s.Currency))
	case "customer":
		return text(s.Customer())
	case "status":
		return text(string(s.Status.Stripe()))
	}
	key, ok := strings.CutPrefix(c.field, "metadata.")
	v, has := s.Metadata.Get(key)
	return ok && has && text(v)
}

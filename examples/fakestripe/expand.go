package fakestripe

import (
	"net/http"
	"slices"
	"strings"

	"github.com/payintent/intents/examples/fakestripe/internal/splice"
)

// expanded puts objects in the place of their ids, as expand[] asks. It works on what
// was rendered, so that it is the same for all objects, at any depth and version.
func (x *tx) expanded(body []byte, paths []string) ([]byte, error) {
	for _, path := range paths {
		var err error
		if body, err = x.expand(body, strings.Split(path, "."), path); err != nil {
			return nil, err
		}
	}
	return body, nil
}

func (x *tx) expand(body []byte, names []string, path string) ([]byte, error) {
	name := names[0]
	object := ""
	if v, ok := splice.Find(body, "object"); ok {
		object, _ = splice.Text(body[v.Start:v.End])
	}
	at, found := splice.Find(body, name)
	if !found {
		added, ok := x.addition(body, object, name)
		if !ok {
			return nil, notThere(object, path)
		}
		body = added
		at, _ = splice.Find(body, name)
	}
	value := body[at.Start:at.End]
	inner, err := x.inner(value, object, name, path)
	if err != nil {
		return nil, err
	}
	if len(names) > 1 {
		if inner, err = x.below(inner, names[1:], path); err != nil {
			return nil, err
		}
	}
	return splice.Replace(body, at, inner), nil
}

// inner returns what a member's value is expanded to.
func (x *tx) inner(value []byte, object, name, path string) ([]byte, error) {
	switch value[0] {
	case '{', '[': // an object is expanded already
		return value, nil
	case 'n':
		if expandable(object, name) {
			return value, nil
		}
		return nil, cannot(path)
	}
	id, ok := splice.Text(value)
	if !ok || !expandable(object, name) {
		return nil, cannot(path)
	}
	if o, ok := x.find(id); ok {
		return o.AppendJSON(nil, x.r.version), nil
	}
	return value, nil // an account, or what else is known by its id alone
}

// below goes on in what was expanded: an object, the elements of an array, or nothing.
func (x *tx) below(inner []byte, names []string, path string) ([]byte, error) {
	switch inner[0] {
	case '{':
		return x.expand(inner, names, path)
	case '[':
		elements := splice.Elements(inner)
		for _, e := range slices.Backward(elements) { // so that the places before stay
			with, err := x.below(inner[e.Start:e.End], names, path)
			if err != nil {
				return nil, err
			}
			inner = splice.Replace(inner, e, with)
		}
	}
	return inner, nil
}

// notThere refuses a path that leads nowhere, in Stripe's words.
func notThere(object, path string) error {
	if object == "list" {
		return invalidRequest(http.StatusBadRequest, "This property cannot be expanded ("+path+"). You may want to try expanding 'data."+path+"' instead.")
	}
	return invalidRequest(http.StatusBadRequest, "This property cannot be expanded because it doesn't exist: "+path+".")
}

func cannot(path string) error {
	return invalidRequest(http.StatusBadRequest, "This property cannot be expanded ("+path+").")
}

// expandables are the members that hold ids of objects, by type of object.
//
//nolint:gochecknoglobals // read-only data
var expandables = map[string]string{
	"payment_intent":      "application customer latest_charge on_behalf_of payment_method review",
	"setup_intent":        "application customer latest_attempt mandate on_behalf_of payment_method single_use_mandate",
	"setup_attempt":       "application customer on_behalf_of payment_method setup_intent",
	"charge":              "application application_fee balance_transaction customer dispute failure_balance_transaction on_behalf_of payment_intent payment_method review source_transfer transfer",
	"refund":              "balance_transaction charge failure_balance_transaction payment_intent source_transfer_reversal transfer_reversal",
	"dispute":             "charge payment_intent",
	"balance_transaction": "source",
	"transfer":            "balance_transaction destination destination_payment source_transaction",
	"application_fee":     "account application balance_transaction charge originating_transaction",
	"checkout.session":    "customer invoice payment_intent payment_link setup_intent subscription",
	"customer":            "default_source test_clock",
	"":                    "customer default_payment_method destination payment_method product",
	"payment_method":      "customer",
	"mandate":             "payment_method",
	"product":             "default_price tax_code",
	"price":               "product",
}

func expandable(object, name string) bool {
	for one := range strings.FieldsSeq(expandables[object]) {
		if one == name {
			return true
		}
	}
	return false
}

// addition adds a member that is there only when it is expanded.
func (x *tx) addition(body []byte, object, name string) ([]byte, bool) {
	id := ""
	if v, ok := splice.Find(body, "id"); ok {
		id, _ = splice.Text(body[v.Start:v.End])
	}
	var value []byte
	switch object + "." + name {
	case "charge.refunds":
		value = x.refundsOf(id)
	case "checkout.session.line_items":
		value = x.linesOf(id)
	case "charge.transfer":
		return body, false
	case "customer.sources", "customer.subscriptions", "customer.tax_ids":
		value = listBody(nil, false, "/v1/customers/"+id+"/"+name, x.r.version)
	case "customer.cash_balance":
		value = x.cashBalance(id)
	default:
		return body, false
	}
	return splice.Set(body, name, value), value != nil
}

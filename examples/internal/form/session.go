package form

import (
	"slices"
	"strconv"
	"strings"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
)

// Prices finds a price by its id, as a line with that price and a quantity of one.
type Prices func(id string) (checkout.LineItem, bool)

// CreateSession reads the body of POST /v1/checkout/sessions. The session's id and
// client_secret are the caller's to give. Prices may be nil where all lines have price_data.
func CreateSession(f Form, v intents.Version, prices Prices) (checkout.Create, error) {
	r := &reader{rest: f}
	c := checkout.Create{
		APIVersion: v, Mode: checkout.Mode(r.text("mode")),
		CustomerCreation: checkout.CustomerCreation(r.text("customer_creation")),
		ExpiresAt:        intents.Time(r.integer("expires_at").Value),
		LineItems:        r.lines(prices),
		Shipping:         r.integer("shipping_options[0][shipping_rate_data][fixed_amount][amount]").Value,
	}
	if name := r.text("ui_mode"); name != "" {
		mode, err := checkout.ParseUIMode(name)
		if err != nil {
			r.fail(err)
		}
		c.UIMode = mode
	}
	if name := r.text("currency"); name != "" {
		currency, err := intents.ParseCurrency(name)
		if err != nil {
			r.fail(err)
		}
		c.Currency = currency
	}
	c.PaymentMethodTypes = r.types()
	metadata, err := intents.Metadata("").Merge(r.pairs("metadata"))
	if err != nil {
		r.fail(err)
	}
	c.Metadata = metadata
	c.Details = r.carried(checkout.DetailKeys())
	r.list("expand")
	if err := r.done(); err != nil {
		return checkout.Create{}, err
	}
	return c, nil
}

// carried takes the parameters of a list.
func (r *reader) carried(keys intents.DetailKeys) intents.Pairs {
	m := map[string]string{}
	r.rest = slices.DeleteFunc(slices.Clone(r.rest), func(p Param) bool {
		_, ok := keys.Find(p.Key)
		if ok {
			m[p.Key] = p.Value
		}
		return ok
	})
	p, err := intents.NewPairs(m)
	if err != nil {
		r.fail(err)
	}
	return p
}

// lines takes line_items[0][…], line_items[1][…], …
func (r *reader) lines(prices Prices) checkout.LineItems {
	var order []string
	for _, p := range r.rest {
		rest, ok := strings.CutPrefix(p.Key, "line_items[")
		if index, _, _ := strings.Cut(rest, "]"); ok && !slices.Contains(order, index) {
			order = append(order, index)
		}
	}
	slices.SortStableFunc(order, func(a, b string) int {
		m, _ := strconv.Atoi(a)
		n, _ := strconv.Atoi(b)
		return m - n
	})
	var lines []checkout.LineItem
	for _, index := range order {
		lines = append(lines, r.line("line_items["+index+"]", prices))
	}
	items, err := checkout.NewLineItems(lines...)
	if err != nil {
		r.fail(err)
	}
	return items
}

func (r *reader) line(at string, prices Prices) checkout.LineItem {
	var line checkout.LineItem
	if id := r.text(at + "[price]"); id != "" {
		found := false
		if prices != nil {
			line, found = prices(id)
		}
		if !found {
			r.fail(invalid(at+"[price]", "resource_missing", "No such price: '"+id+"'"))
		}
		line.Price = id
	} else {
		data := at + "[price_data]"
		currency, err := intents.ParseCurrency(r.text(data + "[currency]"))
		if err != nil {
			r.fail(invalid(data+"[currency]", "", "Invalid currency"))
		}
		line = checkout.LineItem{
			Currency: currency, Product: r.text(data + "[product]"), Name: r.text(data + "[product_data][name]"),
			UnitAmount: r.required(data + "[unit_amount]"), Interval: r.text(data + "[recurring][interval]"),
		}
	}
	line.Quantity = 1
	if n := r.integer(at + "[quantity]"); n.Given {
		line.Quantity = n.Value
	}
	line.Description = r.text(at + "[description]")
	return line
}

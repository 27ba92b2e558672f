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

// keyShipping is the amount of the delivery, where there is one choice of it.
const keyShipping = "shipping_options[0][shipping_rate_data][fixed_amount][amount]"

// CreateSession reads the body of POST /v1/checkout/sessions. The session's id and
// client_secret are the caller's to give. Prices may be nil where all lines have price_data.
func CreateSession(f Form, v intents.Version, prices Prices) (checkout.Create, error) {
	r := NewReader(f)
	c := checkout.Create{
		APIVersion: v, Mode: checkout.Mode(r.Text("mode")),
		CustomerCreation: checkout.CustomerCreation(r.Text("customer_creation")),
		ExpiresAt:        intents.Time(r.Integer("expires_at").Value),
		LineItems:        r.lines(prices),
		Shipping:         r.Integer(keyShipping).Value,
		Currency:         r.Currency(false),
	}
	if f.Has("expires_at") && c.ExpiresAt == 0 {
		c.ExpiresAt = 1 // a time that was given and is too early, for 0 is none
	}
	if name := r.Text("ui_mode"); name != "" {
		mode, err := checkout.ParseUIMode(name)
		if err != nil {
			r.Fail(err)
		}
		c.UIMode = mode
	}
	c.PaymentMethodTypes = r.Types("payment_method_types")
	c.Metadata = r.NewMetadata()
	c.Details = r.Carried(checkout.DetailKeys(), "")
	r.Drop("expand")
	if err := r.Done(); err != nil {
		return checkout.Create{}, err
	}
	return c, nil
}

// UpdateSession reads the body of POST /v1/checkout/sessions/{session}.
func UpdateSession(f Form, have checkout.Session, prices Prices) (checkout.Update, error) {
	r := NewReader(f)
	u := checkout.Update{Shipping: r.Integer(keyShipping), Metadata: r.Metadata(have.Metadata)}
	if f.Has("line_items") {
		r.lineOf = func(id string) (checkout.LineItem, bool) {
			for n, line := range have.LineItems.All() {
				if checkout.LineItemID(have.ID, n) == id {
					return line, true
				}
			}
			return checkout.LineItem{}, false
		}
		u.LineItems = intents.Some(r.lines(prices))
	}
	u.Details = r.Carried(checkout.DetailKeys(), have.Details)
	r.Drop("expand")
	return u, r.Done()
}

// lines takes line_items[0][…], line_items[1][…], …
func (r *Reader) lines(prices Prices) checkout.LineItems {
	var order []string
	for _, p := range r.form {
		rest, ok := strings.CutPrefix(p.Key, "line_items[")
		if index, _, _ := strings.Cut(rest, "]"); ok && !slices.Contains(order, index) {
			order = append(order, index)
		}
	}
	r.asked = append(r.asked, "line_items[")
	slices.SortStableFunc(order, func(a, b string) int {
		m, _ := strconv.Atoi(a)
		n, _ := strconv.Atoi(b)
		return m - n
	})
	lines := make([]checkout.LineItem, 0, len(order))
	for _, index := range order {
		lines = append(lines, r.line("line_items["+index+"]", prices))
	}
	if r.err != nil {
		return ""
	}
	items, err := checkout.NewLineItems(lines...)
	if err != nil {
		r.Fail(err)
	}
	return items
}

func (r *Reader) line(at string, prices Prices) checkout.LineItem {
	var line checkout.LineItem
	if id := r.Text(at + "[id]"); id != "" && r.lineOf != nil {
		found := false
		if line, found = r.lineOf(id); !found {
			r.Fail(Invalid(at+"[id]", "resource_missing", "No such line item: '"+id+"'"))
		}
	} else if id := r.Text(at + "[price]"); id != "" {
		found := false
		if prices != nil {
			line, found = prices(id)
		}
		if !found {
			r.Fail(Invalid(at+"[price]", "resource_missing", "No such price: '"+id+"'"))
		}
		line.Price, line.Quantity = id, 1
	} else {
		line = r.priceData(at + "[price_data]")
		line.Quantity = 1
	}
	if n := r.Integer(at + "[quantity]"); n.Given {
		line.Quantity = n.Value
	}
	if d := r.Text(at + "[description]"); d != "" {
		line.Description = d
	}
	r.Drop(at+"[adjustable_quantity]", at+"[tax_rates]", at+"[dynamic_tax_rates]", at+"[metadata]")
	return line
}

func (r *Reader) priceData(data string) checkout.LineItem {
	currency, err := intents.ParseCurrency(r.Text(data + "[currency]"))
	if err != nil {
		r.Fail(Invalid(data+"[currency]", "", "Invalid currency"))
	}
	line := checkout.LineItem{
		Currency: currency, Product: r.Text(data + "[product]"), Name: r.Text(data + "[product_data][name]"),
		Interval: r.Text(data + "[recurring][interval]"),
	}
	if d, ok := r.Take(data + "[unit_amount_decimal]"); ok {
		whole, _, _ := strings.Cut(d, ".")
		if line.UnitAmount, err = strconv.ParseInt(whole, 10, 64); err != nil {
			r.Fail(Invalid(data+"[unit_amount_decimal]", "parameter_invalid_integer", "Invalid decimal: "+d))
		}
	} else {
		line.UnitAmount = r.Required(data + "[unit_amount]")
	}
	if n := r.Integer(data + "[recurring][interval_count]"); n.Given && n.Value != 1 {
		r.Fail(Invalid(data+"[recurring][interval_count]", "", "Only an interval_count of 1 is modelled."))
	}
	r.Drop(data+"[tax_behavior]", data+"[product_data][description]", data+"[product_data][images]", data+"[product_data][metadata]", data+"[product_data][tax_code]")
	return line
}

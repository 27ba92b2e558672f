package checkout

import (
	"encoding/json"
	"iter"
	"math"
	"strconv"
	"strings"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/ids"
)

// LineItem is one line of an order. Amounts are in minor units.
type LineItem struct {
	// Price is the id of a price, or empty: then the line has price_data, and the
	// price's id is derived.
	Price string `json:"price,omitzero"`
	// Product is the id of a product, or empty: then it is one that is named Name.
	Product string `json:"product,omitzero"`
	// Name is the product's name.
	Name string `json:"name,omitzero"`
	// Description, where empty, is the product's name.
	Description string           `json:"description,omitzero"`
	Currency    intents.Currency `json:"currency,omitzero"`
	// UnitAmount is the price of one, before discounts and taxes.
	UnitAmount int64 `json:"unit_amount,omitzero"`
	Quantity   int64 `json:"quantity,omitzero"`
	// Interval is day, week, month or year for a recurring price, else empty.
	Interval string `json:"interval,omitzero"`
	// Discount and Tax are those of the whole line, as the caller's rules have them.
	// An inclusive tax is a part of the price, and not told here.
	Discount int64 `json:"discount,omitzero"`
	Tax      int64 `json:"tax,omitzero"`
}

// Subtotal returns the line's unit amount times its quantity, in minor units.
func (i LineItem) Subtotal() int64 { return i.UnitAmount * i.Quantity }

// Amount returns what the line costs, in minor units.
func (i LineItem) Amount() int64 { return i.Subtotal() - i.Discount + i.Tax }

// LineItemID returns the id of the n-th line of a session, counted from zero.
func LineItemID(session string, n int) string {
	return ids.Derive("li_", session, uint64(n)) //nolint:gosec // any number gives an id, and the same one each time
}

// maxAmount is the greatest total of a session: the greatest charge of any
// currency (DOC-currencies).
const maxAmount = 999_999_999_999

// check refuses a line that can't be one. N counts from zero and names the parameter.
func (i LineItem) check(n int) error {
	at := "line_items[" + strconv.Itoa(n) + "]"
	for _, s := range []string{i.Price, i.Product, i.Name, i.Description} {
		if strings.ToValidUTF8(s, "") != s {
			return invalid(at, "", notText)
		}
	}
	if err := i.Currency.Check(); err != nil {
		return invalid(at+"[price_data][currency]", "", "Invalid currency: "+string(i.Currency))
	}
	switch {
	case i.Price == "" && i.Product == "" && i.Name == "":
		return invalid(at, "parameter_missing", "You must specify either `price` or `price_data` when creating a line item.")
	case i.UnitAmount < 0 || i.UnitAmount > maxAmount:
		return invalid(at+"[price_data][unit_amount]", "parameter_invalid_integer", "Invalid unit_amount: must be at least 0 and at most "+strconv.Itoa(maxAmount))
	case i.Quantity < 1 || i.Quantity > maxQuantity:
		return invalid(at+"[quantity]", "parameter_invalid_integer", "Invalid quantity: must be at least 1 and at most "+strconv.Itoa(maxQuantity))
	case i.UnitAmount > maxAmount/i.Quantity:
		return invalid(at, "amount_too_large", "The amount of the line is too large.")
	case i.Discount < 0 || i.Discount > i.Subtotal():
		return invalid(at+"[discount]", "", "A discount is at least 0 and at most the line's amount.")
	case i.Tax < 0 || i.Tax > maxAmount:
		return invalid(at+"[tax]", "", "A tax is at least 0 and at most "+strconv.Itoa(maxAmount))
	}
	switch i.Interval {
	case "", "day", "week", "month", "year":
		return nil
	}
	return invalid(at+"[price_data][recurring][interval]", "", "Invalid interval: must be one of day, month, week, or year")
}

// maxQuantity is the greatest quantity of a line: Stripe's, as its dashboard has it (UNVERIFIED).
const maxQuantity = 999_999

// LineItems is the list of a session's lines: an immutable value held as one
// canonical string, so that a Session stays comparable. The empty LineItems has
// no lines.
type LineItems string

// separator stands between lines. Pairs escape it, so it is in none.
const separator = "\n"

// NewLineItems returns the list of the lines, or the *intents.InvalidError of the
// first that can't be one.
func NewLineItems(lines ...LineItem) (LineItems, error) {
	packed := make([]string, 0, len(lines))
	for n, line := range lines {
		if err := line.check(n); err != nil {
			return "", err
		}
		packed = append(packed, string(line.pack()))
	}
	return LineItems(strings.Join(packed, separator)), nil
}

func (i LineItem) pack() intents.Pairs {
	var kv []string
	text := func(key, value string) {
		if value != "" {
			kv = append(kv, key, value)
		}
	}
	number := func(key string, n int64) {
		if n != 0 {
			kv = append(kv, key, strconv.FormatInt(n, 10))
		}
	}
	text("currency", string(i.Currency))
	text("description", i.Description)
	number("discount", i.Discount)
	text("interval", i.Interval)
	text("name", i.Name)
	text("price", i.Price)
	text("product", i.Product)
	number("quantity", i.Quantity)
	number("tax", i.Tax)
	number("unit_amount", i.UnitAmount)
	p, _ := intents.PairsOf(kv...) // check has refused what is no text
	return p
}

func unpackLine(p intents.Pairs) LineItem {
	number := func(key string) int64 {
		n, _ := strconv.ParseInt(detail(p, key), 10, 64)
		return n
	}
	return LineItem{
		Price: detail(p, "price"), Product: detail(p, "product"), Name: detail(p, "name"), Description: detail(p, "description"),
		Currency: intents.Currency(detail(p, "currency")), UnitAmount: number("unit_amount"), Quantity: number("quantity"),
		Interval: detail(p, "interval"), Discount: number("discount"), Tax: number("tax"),
	}
}

// All yields the lines with their numbers, counted from zero.
func (l LineItems) All() iter.Seq2[int, LineItem] {
	return func(yield func(int, LineItem) bool) {
		if l == "" {
			return
		}
		n := 0
		for line := range strings.SplitSeq(string(l), separator) {
			if !yield(n, unpackLine(intents.Pairs(line))) {
				return
			}
			n++
		}
	}
}

// Len returns the number of lines.
func (l LineItems) Len() int {
	if l == "" {
		return 0
	}
	return strings.Count(string(l), separator) + 1
}

// Check returns an *intents.InvalidError when the string is not canonical or a
// line can't be one.
func (l LineItems) Check() error {
	if l == "" {
		return nil
	}
	for line := range strings.SplitSeq(string(l), separator) {
		if err := intents.Pairs(line).Check(); err != nil {
			return invalid("line_items", "", "it is not canonical")
		}
	}
	lines := make([]LineItem, 0, l.Len())
	for _, line := range l.All() {
		lines = append(lines, line)
	}
	again, err := NewLineItems(lines...)
	if err == nil && again != l {
		err = invalid("line_items", "", "it is not canonical")
	}
	return err
}

// MarshalJSON implements json.Marshaler: the lines as a JSON array.
func (l LineItems) MarshalJSON() ([]byte, error) {
	if err := l.Check(); err != nil {
		return nil, err
	}
	lines := make([]LineItem, 0, l.Len())
	for _, line := range l.All() {
		lines = append(lines, line)
	}
	return json.Marshal(lines)
}

// UnmarshalJSON implements json.Unmarshaler.
func (l *LineItems) UnmarshalJSON(b []byte) error {
	var lines []LineItem
	if err := json.Unmarshal(b, &lines); err != nil {
		return invalid("line_items", "", err.Error())
	}
	read, err := NewLineItems(lines...)
	if err == nil {
		*l = read
	}
	return err
}

// recurring counts the lines with a recurring price.
func (l LineItems) recurring() int {
	n := 0
	for _, line := range l.All() {
		if line.Interval != "" {
			n++
		}
	}
	return n
}

// Total is what the lines of a session come to, in minor units: Amount = Subtotal
// - Discount + Shipping + Tax (facts 2.10).
type Total struct {
	Subtotal, Discount, Shipping, Tax, Amount int64
}

// total returns the sums of the lines and the shipping. What would overflow is
// refused.
func total(lines LineItems, shipping int64) (Total, error) {
	t := Total{Shipping: shipping}
	for _, line := range lines.All() {
		for _, add := range []struct {
			sum *int64
			n   int64
		}{{&t.Subtotal, line.Subtotal()}, {&t.Discount, line.Discount}, {&t.Tax, line.Tax}} {
			if *add.sum > math.MaxInt64/4-add.n {
				return Total{}, invalid("line_items", "amount_too_large", "The total amount of the Checkout Session is too large.")
			}
			*add.sum += add.n
		}
	}
	t.Amount = t.Subtotal - t.Discount + t.Shipping + t.Tax
	return t, nil
}

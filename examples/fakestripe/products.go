package fakestripe

import (
	"slices"
	"strconv"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/examples/internal/form"
	"github.com/payintent/intents/internal/jsonenc"
	"github.com/payintent/intents/webhook"
)

// Products and prices are here as far as Checkout needs them.

// productRow is a product: Stripe's object product.
type productRow struct {
	ID, Name, Description, URL, DefaultPrice, TaxCode string
	Active                                            bool
	Created, Updated                                  intents.Time
	Metadata                                          intents.Metadata
}

// AppendJSON implements webhook.Object.
func (p productRow) AppendJSON(b []byte, _ intents.Version) []byte {
	w := writer{b}
	w.text(`{"id":`, p.ID)
	w.bool(`,"object":"product","active":`, p.Active)
	w.int(`,"created":`, int64(p.Created))
	w.textOrNull(`,"default_price":`, p.DefaultPrice)
	w.textOrNull(`,"description":`, p.Description)
	w.raw(`,"images":[],"livemode":false,"marketing_features":[],"metadata":`)
	w.b = p.Metadata.AppendJSON(w.b)
	w.text(`,"name":`, p.Name)
	w.textOrNull(`,"package_dimensions":null,"shippable":null,"statement_descriptor":null,"tax_code":`, p.TaxCode)
	w.int(`,"type":"service","unit_label":null,"updated":`, int64(p.Updated))
	w.textOrNull(`,"url":`, p.URL)
	w.raw("}")
	return w.b
}

// priceRow is a price: Stripe's object price.
type priceRow struct {
	ID, Product, Nickname, LookupKey, Interval, TaxBehavior string
	Currency                                                intents.Currency
	UnitAmount                                              int64
	Active                                                  bool
	Created                                                 intents.Time
	Metadata                                                intents.Metadata
}

// AppendJSON implements webhook.Object.
func (p priceRow) AppendJSON(b []byte, _ intents.Version) []byte {
	w := writer{b}
	w.text(`{"id":`, p.ID)
	w.bool(`,"object":"price","active":`, p.Active)
	w.int(`,"billing_scheme":"per_unit","created":`, int64(p.Created))
	w.text(`,"currency":`, string(p.Currency))
	w.textOrNull(`,"custom_unit_amount":null,"livemode":false,"lookup_key":`, p.LookupKey)
	w.raw(`,"metadata":`)
	w.b = p.Metadata.AppendJSON(w.b)
	w.textOrNull(`,"nickname":`, p.Nickname)
	w.text(`,"product":`, p.Product)
	kind := "one_time"
	if p.Interval == "" {
		w.raw(`,"recurring":null`)
	} else {
		kind = "recurring"
		w.text(`,"recurring":{"interval":`, p.Interval)
		w.raw(`,"interval_count":1,"meter":null,"trial_period_days":null,"usage_type":"licensed"}`)
	}
	w.text(`,"tax_behavior":`, p.TaxBehavior)
	w.text(`,"tiers_mode":null,"transform_quantity":null,"type":`, kind)
	w.int(`,"unit_amount":`, p.UnitAmount)
	w.text(`,"unit_amount_decimal":`, strconv.FormatInt(p.UnitAmount, 10))
	w.raw("}")
	return w.b
}

// writer writes JSON; keys are given with their comma and colon.
type writer struct{ b []byte }

func (w *writer) raw(s string) { w.b = append(w.b, s...) }

func (w *writer) text(key, s string) { w.b = jsonenc.AppendJSONString(append(w.b, key...), s) }

func (w *writer) textOrNull(key, s string) {
	if s == "" {
		w.raw(key + "null")
		return
	}
	w.text(key, s)
}

func (w *writer) int(key string, n int64) { w.b = strconv.AppendInt(append(w.b, key...), n, 10) }

func (w *writer) bool(key string, v bool) { w.b = strconv.AppendBool(append(w.b, key...), v) }

// productRest and priceRest are parameters that are taken and not modelled.
//
//nolint:gochecknoglobals // read-only data
var (
	productRest = []string{"images", "marketing_features", "package_dimensions", "shippable", "statement_descriptor", "unit_label", "type"}
	priceRest   = []string{"billing_scheme", "currency_options", "custom_unit_amount", "tiers", "tiers_mode", "transform_quantity", "transfer_lookup_key"}
)

func createProduct(x *tx, r *request) (reply, error) {
	in := form.NewReader(r.form)
	row := productRow{
		ID: in.Text("id"), Name: in.Needed("name"), Description: in.Text("description"), URL: in.Text("url"), TaxCode: in.Text("tax_code"),
		Active: in.Boolean("active").Or(true), Created: x.at(), Updated: x.at(), Metadata: in.NewMetadata(),
	}
	in.Drop(productRest...)
	below := r.form.Below("default_price_data")
	in.Drop("default_price_data")
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	if row.ID == "" {
		row.ID = "prod_" + x.s.ids.text(14)
	} else if _, taken := get[productRow](x, tableProducts, row.ID); taken {
		return reply{}, form.Invalid("id", "resource_already_exists", "Product already exists.")
	}
	if len(below) > 0 {
		price, err := x.newPrice(form.NewReader(below), row.ID)
		if err != nil {
			return reply{}, err
		}
		row.DefaultPrice = price.ID
	}
	x.put(tableProducts, row.ID, row)
	return x.ok(row)
}

func (x *tx) product(r *request) (productRow, error) {
	row, ok := get[productRow](x, tableProducts, r.vars[0])
	if !ok {
		return row, missing("product", r.vars[0], "id")
	}
	return row, nil
}

func retrieveProduct(x *tx, r *request) (reply, error) {
	row, err := x.product(r)
	if err == nil {
		err = form.NewReader(r.form).Done()
	}
	if err != nil {
		return reply{}, err
	}
	return x.ok(row)
}

func updateProduct(x *tx, r *request) (reply, error) {
	row, err := x.product(r)
	if err != nil {
		return reply{}, err
	}
	in := form.NewReader(r.form)
	for key, field := range map[string]*string{"name": &row.Name, "description": &row.Description, "url": &row.URL, "tax_code": &row.TaxCode, "default_price": &row.DefaultPrice} {
		*field = in.Optional(key).Or(*field)
	}
	row.Active, row.Updated = in.Boolean("active").Or(row.Active), x.at()
	if row.Metadata, err = row.Metadata.Merge(in.Metadata(row.Metadata)); err != nil {
		in.Fail(err)
	}
	in.Drop(productRest...)
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	if price, ok := get[priceRow](x, tablePrices, row.DefaultPrice); row.DefaultPrice != "" && (!ok || price.Product != row.ID) {
		return reply{}, absent("price", row.DefaultPrice, "default_price")
	}
	if row.Name == "" {
		return reply{}, form.Invalid("name", "parameter_invalid_empty", "You passed an empty string for 'name'.")
	}
	x.put(tableProducts, row.ID, row)
	return x.ok(row)
}

func deleteProduct(x *tx, r *request) (reply, error) {
	row, err := x.product(r)
	if err != nil {
		return reply{}, err
	}
	for _, price := range each[priceRow](x, tablePrices) {
		if price.Product == row.ID {
			return reply{}, form.Invalid("id", "", "This product cannot be deleted because it has one or more user-created prices.")
		}
	}
	x.put(tableProducts, row.ID, nil)
	return x.ok(deleted{"product", row.ID})
}

func listProducts(x *tx, r *request) (reply, error) {
	in := form.NewReader(r.form)
	p := readPage(in)
	active, ids := in.Boolean("active"), in.List("ids")
	in.Drop("shippable", "url")
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	return list(x, r, p, listing[productRow]{
		table: tableProducts, noun: "product", url: r.path,
		created: func(row productRow) intents.Time { return row.Created },
		keep: func(row productRow) bool {
			return (!active.Given || row.Active == active.Value) && (len(ids) == 0 || slices.Contains(ids, row.ID))
		},
		render: func(_ *tx, row productRow) webhook.Object { return row },
	})
}

func createPrice(x *tx, r *request) (reply, error) {
	in := form.NewReader(r.form)
	product := in.Text("product")
	below := r.form.Below("product_data")
	in.Drop("product_data")
	switch {
	case product == "" && len(below) == 0:
		return reply{}, form.Missing("product")
	case product == "":
		made := form.NewReader(below)
		row := productRow{ID: "prod_" + x.s.ids.text(14), Name: made.Needed("name"), Active: made.Boolean("active").Or(true), Created: x.at(), Updated: x.at(), Metadata: made.NewMetadata(), TaxCode: made.Text("tax_code")}
		made.Drop("statement_descriptor", "unit_label", "id")
		if err := made.Done(); err != nil {
			return reply{}, err
		}
		product = row.ID
		x.put(tableProducts, row.ID, row)
	default:
		if _, ok := get[productRow](x, tableProducts, product); !ok {
			return reply{}, absent("product", product, "product")
		}
	}
	row, err := x.newPrice(in, product)
	if err != nil {
		return reply{}, err
	}
	return x.ok(row)
}

// newPrice makes a price of a product.
func (x *tx) newPrice(in *form.Reader, product string) (priceRow, error) {
	row := priceRow{
		ID: x.s.ids.object("price_", x.at()), Product: product, Nickname: in.Text("nickname"), LookupKey: in.Text("lookup_key"), Interval: in.Text("recurring[interval]"),
		TaxBehavior: in.Text("tax_behavior"), Active: in.Boolean("active").Or(true), Created: x.at(), Metadata: in.NewMetadata(),
	}
	if row.TaxBehavior == "" {
		row.TaxBehavior = "unspecified"
	}
	row.Currency = in.Currency(true)
	if d, ok := in.Take("unit_amount_decimal"); ok {
		var err error
		if row.UnitAmount, err = strconv.ParseInt(d, 10, 64); err != nil {
			in.Fail(form.Invalid("unit_amount_decimal", "parameter_invalid_integer", "Invalid decimal: "+d+"; only whole minor units are modelled."))
		}
	} else {
		row.UnitAmount = in.Required("unit_amount")
	}
	if n := in.Integer("recurring[interval_count]"); n.Given && n.Value != 1 {
		in.Fail(form.Invalid("recurring[interval_count]", "", "Only an interval_count of 1 is modelled."))
	}
	in.Drop("recurring[usage_type]", "recurring[trial_period_days]", "recurring[meter]")
	in.Drop(priceRest...)
	if err := in.Done(); err != nil {
		return row, err
	}
	// What a line item of it may be is Checkout's to say.
	if _, err := checkout.NewLineItems(row.line("x")); err != nil {
		return row, asPrice(err)
	}
	x.put(tablePrices, row.ID, row)
	return row, nil
}

// line returns one of the price, as Checkout sells it.
func (p priceRow) line(name string) checkout.LineItem {
	return checkout.LineItem{Price: p.ID, Product: p.Product, Name: name, Currency: p.Currency, UnitAmount: p.UnitAmount, Quantity: 1, Interval: p.Interval}
}

// price finds a price as a line item.
func (x *tx) price(id string) (checkout.LineItem, bool) {
	row, ok := get[priceRow](x, tablePrices, id)
	if !ok || !row.Active {
		return checkout.LineItem{}, false
	}
	product, _ := get[productRow](x, tableProducts, row.Product)
	return row.line(product.Name), true
}

func (x *tx) priceRow(r *request) (priceRow, error) {
	row, ok := get[priceRow](x, tablePrices, r.vars[0])
	if !ok {
		return row, missing("price", r.vars[0], "price")
	}
	return row, nil
}

func retrievePrice(x *tx, r *request) (reply, error) {
	row, err := x.priceRow(r)
	if err == nil {
		err = form.NewReader(r.form).Done()
	}
	if err != nil {
		return reply{}, err
	}
	return x.ok(row)
}

func updatePrice(x *tx, r *request) (reply, error) {
	row, err := x.priceRow(r)
	if err != nil {
		return reply{}, err
	}
	in := form.NewReader(r.form)
	row.Nickname, row.LookupKey = in.Optional("nickname").Or(row.Nickname), in.Optional("lookup_key").Or(row.LookupKey)
	row.TaxBehavior, row.Active = in.Optional("tax_behavior").Or(row.TaxBehavior), in.Boolean("active").Or(row.Active)
	if row.Metadata, err = row.Metadata.Merge(in.Metadata(row.Metadata)); err != nil {
		in.Fail(err)
	}
	in.Drop("currency_options", "transfer_lookup_key")
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	x.put(tablePrices, row.ID, row)
	return x.ok(row)
}

func listPrices(x *tx, r *request) (reply, error) {
	in := form.NewReader(r.form)
	p := readPage(in)
	product, currency, kind, active, keys := in.Text("product"), in.Text("currency"), in.Text("type"), in.Boolean("active"), in.List("lookup_keys")
	in.Drop("recurring")
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	return list(x, r, p, listing[priceRow]{
		table: tablePrices, noun: "price", url: r.path,
		created: func(row priceRow) intents.Time { return row.Created },
		keep: func(row priceRow) bool {
			return (product == "" || row.Product == product) && (currency == "" || string(row.Currency) == currency) && (!active.Given || row.Active == active.Value) &&
				(kind == "" || (kind == "recurring") == (row.Interval != "")) && (len(keys) == 0 || slices.Contains(keys, row.LookupKey))
		},
		render: func(_ *tx, row priceRow) webhook.Object { return row },
	})
}

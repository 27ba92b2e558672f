package fakestripe

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/payintent/intents"
	"github.com/payintent/intents/examples/fakestripe/internal/splice"
	"github.com/payintent/intents/examples/internal/form"
	"github.com/payintent/intents/internal/jsonenc"
	"github.com/payintent/intents/webhook"
)

// customerRow is a customer, with the payment method that the legacy source has made.
type customerRow struct {
	intents.Customer
	Source string
}

// AppendJSON implements webhook.Object.
func (c customerRow) AppendJSON(b []byte, v intents.Version) []byte {
	start := len(b)
	b = webhook.Customer{Customer: c.Customer}.AppendJSON(b, v)
	if c.Source == "" || c.Deleted {
		return b
	}
	text := splice.Set(b[start:], "default_source", jsonenc.AppendJSONString(nil, c.Source))
	return append(b[:start:start], text...)
}

// customerIs refuses a customer in a body or a query that is not there; none is fine.
func (x *tx) customerIs(id string) error {
	if id == "" {
		return nil
	}
	if c, ok := get[customerRow](x, tableCustomers, id); !ok || c.Deleted {
		return absent("customer", id, "customer")
	}
	return nil
}

// defaultMethod returns what a customer pays with where nothing else is said.
func (x *tx) defaultMethod(customer string) intents.PaymentMethod {
	c, ok := get[customerRow](x, tableCustomers, customer)
	if customer == "" || !ok {
		return intents.PaymentMethod{}
	}
	for _, id := range []string{c.DefaultPaymentMethod, c.Source} {
		if m, ok := get[methodRow](x, tableMethods, id); ok && m.Customer == customer {
			return m.PaymentMethod
		}
	}
	return intents.PaymentMethod{}
}

func (x *tx) customer(r *request) (customerRow, error) {
	c, ok := get[customerRow](x, tableCustomers, r.vars[0])
	if !ok {
		return c, missing("customer", r.vars[0], "id")
	}
	return c, nil
}

// living returns the customer that the path names, unless it was deleted.
func (x *tx) living(r *request) (customerRow, error) {
	c, err := x.customer(r)
	if err == nil && c.Deleted {
		err = missing("customer", r.vars[0], "id")
	}
	return c, err
}

// customerRest are parameters of customers that are taken and not modelled.
//
//nolint:gochecknoglobals // read-only data
var customerRest = []string{
	"balance", "cash_balance", "invoice_prefix", "next_invoice_sequence", "tax", "tax_id_data", "coupon", "promotion_code", "test_clock",
	"invoice_settings[custom_fields]", "invoice_settings[footer]", "invoice_settings[rendering_options]",
}

func createCustomer(x *tx, r *request) (reply, error) {
	in := form.NewReader(r.form)
	details, metadata := in.Carried(intents.CustomerKeys(), ""), in.NewMetadata()
	pm, source, preset := in.Text("payment_method"), in.Text("source"), in.Text("invoice_settings[default_payment_method]")
	in.Drop(customerRest...)
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	c, err := intents.NewCustomer("cus_"+x.s.ids.text(14), filled(details), metadata, x.now)
	if err != nil {
		return reply{}, err
	}
	row := customerRow{Customer: c}
	x.put(tableCustomers, c.ID, row)
	x.publish(webhook.FromCustomer(intents.Customer{}, c, x.now, x.options()...)...)
	if row, err = x.equip(row, pm, source, preset, preset != ""); err != nil {
		return reply{}, err
	}
	x.put(tableCustomers, row.ID, row)
	return x.ok(row)
}

// equip gives a customer payment methods, as the parameters of that name say.
func (x *tx) equip(row customerRow, pm, source, preset string, setDefault bool) (customerRow, error) {
	if pm != "" {
		if err := x.attachTo(row.ID, pm, "payment_method"); err != nil {
			return row, err
		}
	}
	if source != "" {
		token, err := x.token(source, "source")
		if err != nil {
			return row, err
		}
		made := methodRow{PaymentMethod: token.PaymentMethod, Created: x.at()}
		made.ID = x.s.ids.object("pm_", x.at())
		x.put(tableMethods, made.ID, made)
		if err := x.attachTo(row.ID, made.ID, "source"); err != nil {
			return row, err
		}
		row.Source = made.ID
	}
	if !setDefault {
		return row, nil
	}
	var chosen intents.PaymentMethod
	if preset != "" {
		m, ok := x.method(preset)
		if !ok {
			return row, absent("PaymentMethod", preset, "invoice_settings[default_payment_method]")
		}
		chosen = m
	}
	c, err := row.SetDefault(chosen)
	if err == nil {
		row.Customer = c
	}
	return row, err
}

// attachTo attaches a payment method to a customer.
func (x *tx) attachTo(customer, id, param string) error {
	pm, ok := x.method(id)
	if !ok {
		return absent("PaymentMethod", id, param)
	}
	after, err := pm.Attach(customer)
	if err != nil {
		return err
	}
	if err := declinedAttach(pm); pm.Customer == "" && err != nil {
		return err
	}
	x.keepMethod(after)
	row, _ := get[methodRow](x, tableMethods, id)
	x.publish(webhook.FromPaymentMethod(row.told(pm), row.told(after), x.now, x.options()...)...)
	return nil
}

func retrieveCustomer(x *tx, r *request) (reply, error) {
	c, err := x.customer(r)
	if err == nil {
		err = form.NewReader(r.form).Done()
	}
	if err != nil {
		return reply{}, err
	}
	return x.ok(c)
}

func updateCustomer(x *tx, r *request) (reply, error) {
	row, err := x.living(r)
	if err != nil {
		return reply{}, err
	}
	in := form.NewReader(r.form)
	details, metadata := in.Carried(intents.CustomerKeys(), row.Details), in.Metadata(row.Metadata)
	source, preset := in.Text("source"), in.Optional("invoice_settings[default_payment_method]")
	in.Drop(customerRest...)
	in.Drop("default_source")
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	before := row.Customer
	if row.Customer, err = before.Update(details, metadata); err != nil {
		return reply{}, err
	}
	if row, err = x.equip(row, "", source, preset.Value, preset.Given); err != nil {
		return reply{}, err
	}
	x.put(tableCustomers, row.ID, row)
	x.publish(webhook.FromCustomer(before, row.Customer, x.now, x.options()...)...)
	return x.ok(row)
}

func deleteCustomer(x *tx, r *request) (reply, error) {
	row, err := x.living(r)
	if err == nil {
		err = form.NewReader(r.form).Done()
	}
	if err != nil {
		return reply{}, err
	}
	var owned []methodRow
	for _, m := range each[methodRow](x, tableMethods) {
		if m.Customer == row.ID {
			owned = append(owned, m)
		}
	}
	for _, m := range owned {
		if _, err := x.detach(m); err != nil {
			return reply{}, err
		}
	}
	before := row.Customer
	if row.Customer, err = before.Delete(); err != nil {
		return reply{}, err
	}
	x.put(tableCustomers, row.ID, row)
	x.publish(webhook.FromCustomer(before, row.Customer, x.now, x.options()...)...)
	return x.ok(deleted{"customer", row.ID})
}

func listCustomers(x *tx, r *request) (reply, error) {
	in := form.NewReader(r.form)
	p := readPage(in)
	email := in.Text("email")
	in.Drop("test_clock")
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	return list(x, r, p, listing[customerRow]{
		table: tableCustomers, noun: "customer", url: r.path,
		created: func(c customerRow) intents.Time { return c.Created },
		keep: func(c customerRow) bool {
			own, _ := c.Details.Get("email")
			return !c.Deleted && (email == "" || strings.EqualFold(own, email))
		},
		render: func(_ *tx, c customerRow) webhook.Object { return c },
	})
}

func listCustomerMethods(x *tx, r *request) (reply, error) {
	c, err := x.living(r)
	if err != nil {
		return reply{}, err
	}
	in := form.NewReader(r.form)
	p, keep := methodFilter(in)
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	return x.listMethods(r, p, c.ID, keep)
}

func retrieveCustomerMethod(x *tx, r *request) (reply, error) {
	c, err := x.living(r)
	if err != nil {
		return reply{}, err
	}
	m, ok := get[methodRow](x, tableMethods, r.vars[1])
	switch {
	case !ok:
		return reply{}, missing("PaymentMethod", r.vars[1], "payment_method")
	case m.Customer != c.ID: // REC-06
		return reply{}, &apiError{status: http.StatusNotFound, kind: typeInvalid, message: "Invalid request", param: "customer"}
	}
	if err := form.NewReader(r.form).Done(); err != nil {
		return reply{}, err
	}
	return x.ok(m)
}

// Cash balances.

func cashKey(customer string, c intents.Currency) string { return customer + "/" + string(c) }

// cash returns what a customer has in a currency.
func (x *tx) cash(customer string, c intents.Currency) int64 {
	n, _ := get[int64](x, tableCash, cashKey(customer, c))
	return n
}

func (x *tx) addCash(customer string, c intents.Currency, amount int64) {
	x.put(tableCash, cashKey(customer, c), max(0, x.cash(customer, c)+amount))
}

func retrieveCash(x *tx, r *request) (reply, error) {
	c, err := x.living(r)
	if err == nil {
		err = form.NewReader(r.form).Done()
	}
	if err != nil {
		return reply{}, err
	}
	return reply{status: http.StatusOK, body: x.cashBalance(c.ID)}, nil
}

// cashBalance renders a customer's cash balance.
func (x *tx) cashBalance(customer string) []byte {
	b := []byte(`{"object":"cash_balance","available":`)
	sep := byte('{')
	for key, n := range each[int64](x, tableCash) {
		if owner, currency, _ := strings.Cut(key, "/"); owner == customer {
			b = append(b, sep)
			b = append(jsonenc.AppendJSONString(b, currency), ':')
			b = strconv.AppendInt(b, n, 10)
			sep = ','
		}
	}
	if sep == ',' {
		b = append(b, '}')
	} else {
		b = append(b, "null"...)
	}
	b = append(b, `,"customer":`...)
	b = jsonenc.AppendJSONString(b, customer)
	return append(b, `,"customer_account":null,"livemode":false,"settings":{"reconciliation_mode":"automatic","using_merchant_default":true}}`...)
}

package webhook

import (
	"github.com/payintent/intents"
)

// Customer is Stripe's object customer. It is a comparable value. One that is deleted
// renders as what Stripe shows of it: its id, and that it is deleted.
type Customer struct {
	intents.Customer
	// Expand says which ids are rendered as objects.
	Expand Expand
	// DefaultMethod is the customer's default payment method, for [ExpandPaymentMethod].
	DefaultMethod intents.PaymentMethod
}

// AppendJSON implements Object. The zero Customer renders as null.
func (c Customer) AppendJSON(dst []byte, v intents.Version) []byte {
	o := out{b: dst, undo: undoing(v)}
	o.customer(&c.Customer, &c.DefaultMethod, c.Expand)
	return o.b
}

// MarshalJSON implements json.Marshaler, in the newest shape.
func (c Customer) MarshalJSON() ([]byte, error) { return c.AppendJSON(nil, ""), nil }

// customer writes a customer. What belongs to accounts, such as a balance, a discount
// and sources, is that of a fresh one (facts 3.1).
func (o *out) customer(c *intents.Customer, method *intents.PaymentMethod, expand Expand) {
	if c.ID == "" {
		o.raw("null")
		return
	}
	o.str(`{"id":`, c.ID)
	if c.Deleted {
		o.raw(`,"object":"customer","deleted":true}`)
		return
	}
	o.raw(`,"object":"customer"`)
	o.addressOrNull(`,"address":`, groupOf(c.Details, inAddress), inAddress)
	o.raw(`,"balance":0`)
	if v := find(c.Details, "business_name"); v != "" {
		o.param(`,"business_name":`, v)
	}
	o.int(`,"created":`, int64(c.Created))
	o.raw(`,"currency":null`)
	if !o.undo.has(undoCustomerAccount) {
		o.raw(`,"customer_account":null`)
	}
	o.param(`,"default_source":null,"delinquent":false,"description":`, find(c.Details, "description"))
	o.param(`,"discount":null,"email":`, find(c.Details, "email"))
	if v := find(c.Details, "individual_name"); v != "" {
		o.param(`,"individual_name":`, v)
	}
	o.invoicePrefix(c.ID)
	o.raw(`,"invoice_settings":{"custom_fields":null,"default_payment_method":`)
	if expand.Has(ExpandPaymentMethod) && method != nil && method.ID != "" && method.ID == c.DefaultPaymentMethod {
		o.paymentMethod(method, c.Created, c.Livemode)
	} else {
		o.strOrNull("", c.DefaultPaymentMethod)
	}
	o.raw(`,"footer":null`)
	if !o.undo.has(undoCustomerRendering) {
		o.raw(`,"rendering_options":null`)
	}
	o.bool(`},"livemode":`, c.Livemode)
	o.metadata(c.Metadata)
	o.param(`,"name":`, find(c.Details, "name"))
	o.param(`,"next_invoice_sequence":1,"phone":`, find(c.Details, "phone"))
	o.raw(`,"preferred_locales":`)
	o.strings(groupOf(c.Details, inLocales), inLocales)
	o.customerShipping(groupOf(c.Details, inShipping))
	o.raw(`,"tax_exempt":`)
	o.paramOr(find(c.Details, "tax_exempt"), `"none"`)
	if !o.undo.has(undoTestClock) {
		o.raw(`,"test_clock":null`)
	}
	o.raw("}")
}

const (
	inAddress = "address["
	inLocales = "preferred_locales["
)

// addressOrNull writes an address whose parts have keys that begin with prefix, or null.
func (o *out) addressOrNull(key string, g group, prefix string) {
	if g == "" {
		o.null(key)
		return
	}
	o.raw(key)
	o.address(g, prefix)
}

func (o *out) address(g group, prefix string) {
	o.param(`{"city":`, g.get(prefix+"city]"))
	o.param(`,"country":`, g.get(prefix+"country]"))
	o.param(`,"line1":`, g.get(prefix+"line1]"))
	o.param(`,"line2":`, g.get(prefix+"line2]"))
	o.param(`,"postal_code":`, g.get(prefix+"postal_code]"))
	o.param(`,"state":`, g.get(prefix+"state]"))
	o.raw("}")
}

// inShippingAddress are the parts of the address within shipping.
const inShippingAddress = "shipping[address]["

// customerShipping writes where things for a customer go, or null.
func (o *out) customerShipping(g group) {
	if g == "" {
		o.raw(`,"shipping":null`)
		return
	}
	o.raw(`,"shipping":{"address":`)
	o.address(g, inShippingAddress)
	o.raw(`,"name":`)
	o.paramOr(g.get("shipping[name]"), `""`)
	o.param(`,"phone":`, g.get("shipping[phone]"))
	o.raw("}")
}

// invoicePrefix writes the eight letters and digits that the numbers of a customer's
// invoices begin with. Stripe draws them; here they are derived.
func (o *out) invoicePrefix(id string) {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	o.raw(`,"invoice_prefix":"`)
	x := digest(id)
	for range 8 {
		o.b = append(o.b, alphabet[x%uint64(len(alphabet))])
		x = x/uint64(len(alphabet)) ^ x<<5
	}
	o.raw(`"`)
}

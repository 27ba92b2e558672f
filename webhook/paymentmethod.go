package webhook

import (
	"strings"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// PaymentMethod is Stripe's object payment_method. It is a comparable value. What
// the payment method's details do not say is null, or unknown, as with Stripe.
type PaymentMethod struct {
	intents.PaymentMethod
	// Created is when it was made, in UTC. Machines do not keep that; an intent that
	// shows its payment method whole shows its own time. A number under [KeyCreated] in
	// its details goes before both.
	Created intents.Time
	// Expand says which ids are rendered as objects.
	Expand Expand
	// Payer is the customer that it is attached to, for [ExpandCustomer].
	Payer intents.Customer
	// Livemode: it pays with real money.
	Livemode bool
}

// AppendJSON implements Object. The zero PaymentMethod renders as null.
func (m PaymentMethod) AppendJSON(dst []byte, v intents.Version) []byte {
	o := out{b: dst, undo: undoing(v), payer: m.Payer, methods: m.Expand.Has(ExpandCustomer)}
	o.paymentMethod(&m.PaymentMethod, m.Created, m.Livemode)
	return o.b
}

// Keys of a payment method's details that no machine reads, and a rendering shows: its
// metadata come under metadata[name].
const (
	// KeyCreated is when the payment method was made, in seconds.
	KeyCreated = "created"
	// KeyAllowRedisplay is always, limited or, where it is not set, unspecified.
	KeyAllowRedisplay = "allow_redisplay"

	inMetadata = "metadata["
)

// MarshalJSON implements json.Marshaler, in the newest shape.
func (m PaymentMethod) MarshalJSON() ([]byte, error) { return m.AppendJSON(nil, ""), nil }

func (o *out) paymentMethod(pm *intents.PaymentMethod, created intents.Time, livemode bool) {
	if pm.ID == "" {
		o.raw("null")
		return
	}
	name := pm.Type.String()
	member := func() {
		o.str(",", name)
		o.raw(":")
		o.methodMember(pm)
	}
	// The member has the name of the type, and its place in the alphabet.
	places := [...]string{"allow_redisplay", "billing_details", "created", "customer", "livemode", "metadata", "type"}
	o.str(`{"id":`, pm.ID)
	o.raw(`,"object":"payment_method"`)
	done := name == ""
	for _, key := range places {
		if !done && name < key {
			done = true
			member()
		}
		o.methodKey(pm, key, created, livemode)
	}
	if !done {
		member()
	}
	o.raw("}")
}

func (o *out) methodKey(pm *intents.PaymentMethod, key string, created intents.Time, livemode bool) {
	switch key {
	case "allow_redisplay":
		if !o.undo.has(undoRedisplay) {
			o.raw(`,"allow_redisplay":`)
			o.paramOr(find(pm.Details, KeyAllowRedisplay), `"unspecified"`)
		}
	case "billing_details":
		o.billingDetails(pm, !o.undo.has(undoMethodTaxID))
	case "created":
		if at := find(pm.Details, KeyCreated); at.isInt() {
			o.paramInt(`,"created":`, at)
			return
		}
		o.int(`,"created":`, int64(created))
	case "customer":
		o.methodCustomer(pm)
		if !o.undo.has(undoMethodAccount) {
			o.raw(`,"customer_account":null`)
		}
	case "livemode":
		o.bool(`,"livemode":`, livemode)
	case "metadata":
		o.methodMetadata(groupOf(pm.Details, inMetadata))
	case "type":
		o.str(`,"type":`, pm.Type.String())
	}
}

// methodCustomer writes the customer that the payment method is attached to.
func (o *out) methodCustomer(pm *intents.PaymentMethod) {
	if !o.methods || pm.Customer == "" || o.payer.ID != pm.Customer {
		o.strOrNull(`,"customer":`, pm.Customer)
		return
	}
	o.raw(`,"customer":`)
	c := o.payer
	o.customer(&c, nil, 0)
}

// methodMetadata writes the metadata that the details carry.
func (o *out) methodMetadata(g group) {
	o.raw(`,"metadata":{`)
	for child := range g.children(inMetadata) {
		o.optionKey(string(child.name(inMetadata)))
		o.b = child.value().appendJSON(o.b)
	}
	o.raw("}")
}

// billingDetails writes what is known of the customer, which for most payment
// methods is nothing.
func (o *out) billingDetails(pm *intents.PaymentMethod, taxID bool) {
	var g group
	if strings.Contains(string(pm.Details), "billing_details[") {
		g = group(pm.Details).below("billing_details[")
	}
	if g == "" {
		o.raw(`,"billing_details":{"address":{"city":null,"country":null,"line1":null,"line2":null,"postal_code":null,"state":null},"email":null,"name":null,"phone":null`)
	} else {
		o.param(`,"billing_details":{"address":{"city":`, g.get("billing_details[address][city]"))
		o.param(`,"country":`, g.get("billing_details[address][country]"))
		o.param(`,"line1":`, g.get("billing_details[address][line1]"))
		o.param(`,"line2":`, g.get("billing_details[address][line2]"))
		o.param(`,"postal_code":`, g.get("billing_details[address][postal_code]"))
		o.param(`,"state":`, g.get("billing_details[address][state]"))
		o.param(`},"email":`, g.get("billing_details[email]"))
		o.param(`,"name":`, g.get("billing_details[name]"))
		o.param(`,"phone":`, g.get("billing_details[phone]"))
	}
	if taxID {
		o.param(`,"tax_id":`, g.get("billing_details[tax_id]"))
	}
	o.raw("}")
}

// instrument is what a card's details say of it, picked out in one pass.
type instrument struct {
	brand, country, cvcCheck, expMonth, expYear, fingerprint, funding, last4, network escaped
}

func readCard(p intents.Pairs) (c instrument) {
	for rest := string(p); rest != ""; {
		var pair string
		pair, rest, _ = strings.Cut(rest, "&")
		key, value, _ := strings.Cut(pair, "=")
		v := escaped(value)
		switch key {
		case "brand":
			c.brand = v
		case "country":
			c.country = v
		case "cvc_check":
			c.cvcCheck = v
		case "exp_month":
			c.expMonth = v
		case "exp_year":
			c.expYear = v
		case "fingerprint":
			c.fingerprint = v
		case "funding":
			c.funding = v
		case "last4":
			c.last4 = v
		case "network":
			c.network = v
		}
	}
	return c
}

// unknown is Stripe's word for what it can't tell of a card.
const unknown escaped = "unknown"

// expiry writes the month and year in which a card expires. Stripe requires
// numbers; a card whose details say nothing shows 0.
func (o *out) expiry(c *instrument) {
	o.number(`,"exp_month":`, c.expMonth)
	o.number(`,"exp_year":`, c.expYear)
}

// number writes the value of a pair as a number, or 0 where it is none.
func (o *out) number(key string, v escaped) {
	if v = escaped(strings.TrimLeft(string(v), "0")); !v.isInt() {
		v = "0"
	}
	o.paramInt(key, v)
}

// fingerprint writes what tells one account from another, which for the same
// account is the same: the details' own, or one that is derived from them.
func (o *out) fingerprint(pm *intents.PaymentMethod, own escaped) {
	if own != "" {
		o.param(`"fingerprint":`, own)
		return
	}
	test, ok := pm.Details.Get(capture.KeyTest)
	if !ok {
		test = pm.ID
	}
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	o.raw(`"fingerprint":"`)
	x := digest(test)
	for range 16 {
		o.b = append(o.b, alphabet[x%uint64(len(alphabet))])
		x = x/uint64(len(alphabet)) ^ x<<5
	}
	o.raw(`"`)
}

// methodMember writes what a payment method says of itself by its type.
func (o *out) methodMember(pm *intents.PaymentMethod) {
	if pm.Type == intents.Card {
		o.cardMethod(pm)
		return
	}
	for i := range accounts {
		if accounts[i].method == pm.Type {
			o.account(pm, accounts[i].saved, "", nil)
			return
		}
	}
	o.raw("{}")
}

func (o *out) cardMethod(pm *intents.PaymentMethod) {
	c := readCard(pm.Details)
	if c.brand == "" {
		c.brand = unknown
	}
	if c.funding == "" {
		c.funding = unknown
	}
	network := c.network
	if network == "" {
		network = c.brand
	}
	o.param(`{"brand":`, c.brand)
	o.raw(`,"checks":{"address_line1_check":null,"address_postal_code_check":null`)
	if c.cvcCheck == "" { // to attach a card or to pay with it checks the code (REC-10)
		c.cvcCheck = "unchecked"
		if pm.Customer != "" || pm.Spent {
			c.cvcCheck = "pass"
		}
	}
	o.param(`,"cvc_check":`, c.cvcCheck)
	o.param(`},"country":`, c.country)
	if !o.undo.has(undoDisplayBrand) {
		o.param(`,"display_brand":`, c.brand)
	}
	o.expiry(&c)
	o.raw(",")
	o.fingerprint(pm, c.fingerprint)
	o.param(`,"funding":`, c.funding)
	o.raw(`,"generated_from":null,"last4":`)
	o.b = c.last4.appendJSON(o.b)
	o.param(`,"networks":{"available":[`, network)
	o.raw(`],"preferred":null}`)
	if !o.undo.has(undoMethodRegulated) {
		o.raw(`,"regulated_status":"unregulated"`)
	}
	o.raw(`,"three_d_secure_usage":{"supported":true},"wallet":null}`)
}

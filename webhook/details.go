package webhook

import (
	"strings"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// carried are the parameters that an intent or a charge carries for its caller,
// picked out of its details in one pass, as the canonical form writes them.
type carried struct {
	application, applicationFee, clientSecret, customer, customerAccount escaped
	description, mandate, onBehalfOf, receiptEmail, setupFutureUsage     escaped
	descriptor, descriptorSuffix                                         escaped
	transferAmount, destination, transferGroup                           escaped

	amountDetails, paymentDetails, options, radarOptions, shipping group
}

// Prefixes of the parameters that come in groups.
const (
	inAmountDetails  = "amount_details["
	inPaymentDetails = "payment_details["
	inOptions        = "payment_method_options["
	inRadarOptions   = "radar_options["
	inShipping       = "shipping["
)

func readDetails(p intents.Pairs) (c carried) {
	for rest := string(p); rest != ""; {
		key, _, _ := strings.Cut(rest, "=")
		name, _, nested := strings.Cut(key, "[")
		if nested {
			var g group
			g, rest = cutGroup(rest, key[:len(name)+1])
			c.setGroup(key[:len(name)+1], g)
			continue
		}
		var pair string
		pair, rest, _ = strings.Cut(rest, "&")
		if len(pair) > len(key) {
			c.set(key, escaped(pair[len(key)+1:]))
		}
	}
	return c
}

// captured takes over what a capture may give anew (facts 1.11 and 5.1): the charge
// has it, and the intent shows it too.
func (c *carried) captured(p intents.Pairs) {
	if p == "" {
		return
	}
	d := readDetails(p)
	c.applicationFee, c.transferAmount = d.applicationFee, d.transferAmount
	c.descriptor, c.descriptorSuffix = d.descriptor, d.descriptorSuffix
}

func (c *carried) set(key string, v escaped) {
	switch key {
	case capture.KeyApplication:
		c.application = v
	case capture.KeyFeeAmount:
		c.applicationFee = v
	case "client_secret":
		c.clientSecret = v
	case "customer":
		c.customer = v
	case "customer_account":
		c.customerAccount = v
	case capture.KeyDescription:
		c.description = v
	case "mandate":
		c.mandate = v
	case capture.KeyOnBehalfOf:
		c.onBehalfOf = v
	case "receipt_email":
		c.receiptEmail = v
	case "setup_future_usage":
		c.setupFutureUsage = v
	case "statement_descriptor":
		c.descriptor = v
	case "statement_descriptor_suffix":
		c.descriptorSuffix = v
	case capture.KeyTransferGroup:
		c.transferGroup = v
	}
}

func (c *carried) setGroup(prefix string, g group) {
	switch prefix {
	case inAmountDetails:
		c.amountDetails = g
	case inPaymentDetails:
		c.paymentDetails = g
	case inOptions:
		c.options = g
	case inRadarOptions:
		c.radarOptions = g
	case inShipping:
		c.shipping = g
	case "transfer_data[":
		c.transferAmount, c.destination = g.get(capture.KeyTransferAmount), g.get(capture.KeyDestination)
	}
}

// shippingJSON writes Stripe's shipping, or null.
func (o *out) shippingJSON(g group) {
	if g == "" {
		o.raw(`,"shipping":null`)
		return
	}
	o.param(`,"shipping":{"address":{"city":`, g.get("shipping[address][city]"))
	o.param(`,"country":`, g.get("shipping[address][country]"))
	o.param(`,"line1":`, g.get("shipping[address][line1]"))
	o.param(`,"line2":`, g.get("shipping[address][line2]"))
	o.param(`,"postal_code":`, g.get("shipping[address][postal_code]"))
	o.param(`,"state":`, g.get("shipping[address][state]"))
	o.param(`},"carrier":`, g.get("shipping[carrier]"))
	o.param(`,"name":`, g.get("shipping[name]"))
	o.param(`,"phone":`, g.get("shipping[phone]"))
	o.param(`,"tracking_number":`, g.get("shipping[tracking_number]"))
	o.raw("}")
}

// amountDetailsJSON writes what makes up the amount. Stripe always shows the tip.
func (o *out) amountDetailsJSON(g group) {
	if g == "" {
		o.raw(`,"amount_details":{"tip":{}}`)
		return
	}
	o.raw(`,"amount_details":{`)
	if !o.undo.has(undoPaymentDetails) {
		if v := g.get("amount_details[discount_amount]"); v.isInt() {
			o.paramInt(`"discount_amount":`, v)
			o.raw(",")
		}
		if ship := g.below("amount_details[shipping]["); ship != "" {
			o.paramInt(`"shipping":{"amount":`, ship.get("amount_details[shipping][amount]"))
			o.param(`,"from_postal_code":`, ship.get("amount_details[shipping][from_postal_code]"))
			o.param(`,"to_postal_code":`, ship.get("amount_details[shipping][to_postal_code]"))
			o.raw("},")
		}
		if v := g.get("amount_details[tax][total_tax_amount]"); v.isInt() {
			o.paramInt(`"tax":{"total_tax_amount":`, v)
			o.raw("},")
		}
	}
	o.raw(`"tip":{`)
	if v := g.get("amount_details[tip][amount]"); v.isInt() {
		o.paramInt(`"amount":`, v)
	}
	o.raw("}}")
}

// below returns the pairs of a group whose keys begin with a longer prefix.
func (g group) below(prefix string) group {
	for rest := string(g); rest != ""; {
		if strings.HasPrefix(rest, prefix) {
			found, _ := cutGroup(rest, prefix)
			return found
		}
		_, rest, _ = strings.Cut(rest, "&")
	}
	return ""
}

// transferDataJSON writes where the money of a destination charge goes, or null.
func (o *out) transferDataJSON(c *carried, ofCharge bool) {
	if c.destination == "" {
		o.raw(`,"transfer_data":null`)
		return
	}
	o.raw(`,"transfer_data":{`)
	if ofCharge || c.transferAmount.isInt() { // a charge shows the amount even where there is none
		o.paramInt(`"amount":`, c.transferAmount)
		o.raw(",")
	}
	o.param(`"destination":`, c.destination)
	o.raw("}")
}

// transferGroupJSON writes the group that the caller gave. To a destination charge
// without one Stripe gives one that is named after the intent (recorded).
func (o *out) transferGroupJSON(c *carried, owner string) {
	if c.transferGroup == "" && c.destination != "" && owner != "" {
		o.raw(`,"transfer_group":"group_`)
		o.inner(owner)
		o.raw(`"`)
		return
	}
	o.param(`,"transfer_group":`, c.transferGroup)
}

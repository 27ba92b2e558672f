package fakestripe

import (
	"strings"

	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/webhook"
)

// find returns the object of an id, for expand[]: the prefix says what it is.
func (x *tx) find(id string) (webhook.Object, bool) {
	prefix, _, _ := strings.Cut(id, "_")
	switch prefix {
	case "pi":
		s, ok := get[paymentintent.Intent](x, tableIntents, id)
		return x.payment(s), ok
	case "seti":
		s, ok := get[setupintent.Intent](x, tableSetups, id)
		return webhook.SetupIntent{Intent: s}, ok
	case "setatt":
		a, ok := get[attemptRow](x, tableAttempts, id)
		return a.object(), ok
	case "mandate":
		of, ok := get[string](x, tableMandates, id)
		s, _ := get[setupintent.Intent](x, tableSetups, of)
		return webhook.Mandate{Of: s}, ok
	case "cs":
		s, ok := get[checkout.Session](x, tableSessions, id)
		return x.session(s), ok
	case "ch", "py":
		c, ok := get[chargeRow](x, tableCharges, id)
		return c.shown(x), ok
	case "re", "pyr":
		row, ok := get[refundRow](x, tableRefunds, id)
		return x.refund(row), ok
	case "txn":
		row, ok := get[ledgerRow](x, tableLedger, id)
		if !ok {
			return nil, false
		}
		return x.entry(id, row), true
	case "dp", "du":
		row, ok := get[disputeRow](x, tableDisputes, id)
		return x.dispute(row), ok
	case "tr":
		of, ok := get[string](x, tableTransfers, id)
		c, _ := get[chargeRow](x, tableCharges, of)
		return webhook.Transfer{Of: c.shown(x)}, ok
	case "fee":
		of, ok := get[string](x, tableFees, id)
		c, _ := get[chargeRow](x, tableCharges, of)
		return webhook.ApplicationFee{Of: c.shown(x)}, ok
	case "cus":
		c, ok := get[customerRow](x, tableCustomers, id)
		return c, ok
	case "pm", "card":
		m, ok := get[methodRow](x, tableMethods, id)
		return m, ok
	case "prod":
		p, ok := get[productRow](x, tableProducts, id)
		return p, ok
	case "price":
		p, ok := get[priceRow](x, tablePrices, id)
		return p, ok
	}
	return nil, false
}

package webhook

import (
	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// methodDetails writes payment_method_details: what the charge knows of its payment
// method, under the name of its type.
func (o *out) methodDetails(c *Charge, d *carried, said *outcome) {
	name := c.PaymentMethod.Type.String()
	if name == "" {
		o.raw("null")
		return
	}
	o.raw("{")
	if name > "type" {
		o.str(`"type":`, name)
		o.raw(",")
	}
	o.str("", name)
	o.raw(":")
	if c.PaymentMethod.Type == intents.Card {
		o.cardDetails(c, d, said)
	} else {
		o.accountDetails(c, d)
	}
	if name <= "type" {
		o.str(`,"type":`, name)
	}
	o.raw("}")
}

func (o *out) accountDetails(c *Charge, d *carried) {
	for i := range accounts {
		if accounts[i].method == c.PaymentMethod.Type {
			o.account(&c.PaymentMethod, accounts[i].charged, d.mandate, c)
			return
		}
	}
	o.raw("{}")
}

// cardDetails writes payment_method_details.card, the keys from amount_authorized
// to last4.
func (o *out) cardDetails(c *Charge, d *carried, said *outcome) {
	card := readCard(c.PaymentMethod.Details)
	approved := c.AmountAuthorized > 0
	random := digest(c.ID)
	o.raw("{")
	if !o.undo.has(undoCardFeatures) {
		o.authorized(`"amount_authorized":`, c)
		o.raw(",")
	}
	if !o.undo.has(undoAuthorizationCode) {
		if approved {
			o.digits(`"authorization_code":`, random, 6)
		} else {
			o.raw(`"authorization_code":null`)
		}
		o.raw(",")
	}
	o.param(`"brand":`, card.brand)
	if c.Status == capture.StatusAuthorized && !o.undo.has(undoCaptureBefore) {
		o.int(`,"capture_before":`, int64(c.CaptureBefore))
	}
	o.raw(`,"checks":{"address_line1_check":null,"address_postal_code_check":null`)
	o.param(`,"cvc_check":`, cvcCheck(&card, said))
	o.param(`},"country":`, card.country)
	o.expiry(&card)
	if !o.undo.has(undoCardFeatures) {
		o.choose(`,"extended_authorization":{"status":`, c.Features.Has(capture.Extended), `"enabled"}`, `"disabled"}`)
	}
	o.raw(",")
	o.fingerprint(&c.PaymentMethod, card.fingerprint)
	o.param(`,"funding":`, card.funding)
	if !o.undo.has(undoCardFeatures) {
		o.choose(`,"incremental_authorization":{"status":`, c.Features.Has(capture.Incremental), `"available"}`, `"unavailable"}`)
	}
	o.param(`,"installments":null,"last4":`, card.last4)
	o.cardNetwork(c, d, &card, random)
}

// authorized writes what was authorized of a charge, or null.
func (o *out) authorized(key string, c *Charge) {
	if c.AmountAuthorized == 0 {
		o.null(key)
		return
	}
	o.int(key, c.AmountAuthorized)
}

// cardNetwork writes the keys from mandate on.
func (o *out) cardNetwork(c *Charge, d *carried, card *instrument, random uint64) {
	if !o.undo.has(undoChargeKeys) {
		o.param(`,"mandate":`, d.mandate)
	}
	if !o.undo.has(undoCardFeatures) {
		o.choose(`,"multicapture":{"status":`, c.Features.Has(capture.Multicapture), `"available"}`, `"unavailable"}`)
	}
	network := card.network
	if network == "" {
		network = card.brand
	}
	o.param(`,"network":`, network)
	if !o.undo.has(undoNetworkToken) {
		o.raw(`,"network_token":{"used":false}`)
	}
	if !o.undo.has(undoNetworkIDs) {
		if c.AmountAuthorized > 0 {
			o.digits(`,"network_transaction_id":`, random>>7, 15)
		} else {
			o.raw(`,"network_transaction_id":null`)
		}
	}
	if !o.undo.has(undoCardFeatures) {
		most := max(c.Maximum, c.Amount)
		o.int(`,"overcapture":{"maximum_amount_capturable":`, most)
		o.choose(`,"status":`, c.AmountAuthorized > 0 && most > c.AmountAuthorized, `"available"}`, `"unavailable"}`)
	}
	if !o.undo.has(undoNetworkIDs) {
		o.raw(`,"regulated_status":"unregulated"`)
	}
	o.threeDSecure(c, card)
	if !o.undo.has(undoTransactionLink) {
		o.raw(`,"transaction_link_id":null`)
	}
	o.raw(`,"wallet":null}`)
}

// threeDSecure writes how the customer authenticated, or null. Who is asked in this
// library goes through a challenge.
func (o *out) threeDSecure(c *Charge, card *instrument) {
	if !c.Authenticated {
		o.raw(`,"three_d_secure":null`)
		return
	}
	o.choose(`,"three_d_secure":{"authentication_flow":"challenge","electronic_commerce_indicator":`, card.brand == "mastercard", `"02"`, `"05"`)
	o.raw(`,"exemption_indicator":null,"result":"authenticated","result_reason":null,"transaction_id":null,"version":"2.2.0"}`)
}

// cvcCheck returns how the check of the security code went.
func cvcCheck(card *instrument, said *outcome) escaped {
	switch {
	case card.cvcCheck != "":
		return card.cvcCheck
	case said.failureCode == "incorrect_cvc":
		return "fail"
	}
	return "pass"
}

package webhook

import (
	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
)

// CheckoutSession is Stripe's object checkout.session: the state of the machine and
// what a rendering needs beside it. It is a comparable value.
type CheckoutSession struct {
	// Flow is the session with its intent. The intent is needed only where it is expanded.
	checkout.Flow
	// Expand says which ids are rendered as objects.
	Expand Expand
	// Payer is the session's customer where that is known: [ExpandCustomer] shows it,
	// and customer_details its email, until the page is told another.
	Payer intents.Customer
	// Now is the time of the rendering; see [PaymentIntent].
	Now intents.Time
}

// AppendJSON implements Object. The zero CheckoutSession renders as null.
func (p CheckoutSession) AppendJSON(dst []byte, v intents.Version) []byte {
	o := out{b: dst, undo: undoing(v), payer: p.Payer}
	o.session(&p)
	return o.b
}

// MarshalJSON implements json.Marshaler, in the newest shape.
func (p CheckoutSession) MarshalJSON() ([]byte, error) { return p.AppendJSON(nil, ""), nil }

func (o *out) session(p *CheckoutSession) {
	s := &p.Session
	if s.Status == checkout.StatusNone {
		o.raw("null")
		return
	}
	t := s.Total()
	o.sessionMoney(s, &t)
	o.sessionPage(s)
	o.sessionTexts(s)
	o.sessionCustomer(p)
	o.sessionInvoice(p)
	o.sessionIntent(p)
	o.sessionMethods(s)
	o.sessionSetup(p)
	o.sessionShipping(s)
	o.sessionEnd(s, &t)
}

// sessionMoney writes the keys from id to automatic_tax.
func (o *out) sessionMoney(s *checkout.Session, t *checkout.Total) {
	o.str(`{"id":`, s.ID)
	o.raw(`,"object":"checkout.session"`)
	setup := s.Mode == checkout.Setup
	if !o.undo.has(undoAdaptivePricing) {
		o.raw(`,"adaptive_pricing":{"enabled":`)
		o.flag(find(s.Details, "adaptive_pricing[enabled]"), !setup)
		o.raw("}")
	}
	if !o.undo.has(undoSessionKeys) {
		o.afterExpiration(s)
	}
	if !o.undo.has(undoDisplayItems) {
		o.raw(`,"allow_promotion_codes":`)
		o.flagOrNull(find(s.Details, "allow_promotion_codes"))
	}
	if !o.undo.has(undoSessionAllowedTypes) {
		o.raw(`,"allowed_payment_method_types":null`)
	}
	switch {
	case o.undo.has(undoDisplayItems):
	case setup: // recorded; a body of 2025 shows 0 (OBS-SETUP-COMPLETE)
		o.raw(`,"amount_subtotal":null,"amount_total":null`)
	default:
		o.int(`,"amount_subtotal":`, t.Subtotal)
		o.int(`,"amount_total":`, t.Amount)
	}
	if !o.undo.has(undoSessionKeys) {
		o.automaticTax(s)
	}
}

// flag writes a boolean that the caller may have given.
func (o *out) flag(v escaped, otherwise bool) {
	if v == "true" || v == "false" {
		o.raw(string(v))
		return
	}
	o.bool("", otherwise)
}

func (o *out) flagOrNull(v escaped) {
	if v == "true" || v == "false" {
		o.raw(string(v))
		return
	}
	o.raw("null")
}

// afterExpiration writes how an expired session can be recovered, or null.
func (o *out) afterExpiration(s *checkout.Session) {
	const in = "after_expiration["
	g := groupOf(s.Details, in)
	if g == "" {
		o.raw(`,"after_expiration":null`)
		return
	}
	o.raw(`,"after_expiration":{"recovery":{"allow_promotion_codes":`)
	o.flag(g.get(in+"recovery][allow_promotion_codes]"), false)
	o.bool(`,"enabled":`, s.Flags.Has(checkout.Recoverable))
	o.timeOrNull(`,"expires_at":`, s.RecoveryExpiresAt())
	o.strOrNull(`,"url":`, s.RecoveryURL())
	o.raw("}}")
}

// automaticTax writes whether taxes are worked out. Where they are, the status follows
// from the session's, and the account is liable unless the caller says who is (INFERRED).
func (o *out) automaticTax(s *checkout.Session) {
	const in = "automatic_tax["
	g := groupOf(s.Details, in)
	on := g.get(in+"enabled]") == "true"
	o.bool(`,"automatic_tax":{"enabled":`, on)
	if !o.undo.has(undoLiability) {
		liable := g.below(in + "liability][")
		switch {
		case !on:
			o.raw(`,"liability":null`)
		case liable == "":
			o.raw(`,"liability":{"type":"self"}`)
		default:
			o.raw(`,"liability":`)
			o.tree(liable, in+"liability][")
		}
	}
	if !o.undo.has(undoWalletOptions) {
		o.choose(`,"provider":`, on, `"stripe"`, "null")
	}
	switch {
	case !on:
		o.raw(`,"status":null}`)
	case s.Status == checkout.StatusComplete:
		o.raw(`,"status":"complete"}`)
	default:
		o.raw(`,"status":"requires_location_inputs"}`)
	}
}

// sessionPage writes the keys from billing_address_collection to collected_information.
func (o *out) sessionPage(s *checkout.Session) {
	o.param(`,"billing_address_collection":`, find(s.Details, "billing_address_collection"))
	if !o.undo.has(undoBranding) {
		o.branding(groupOf(s.Details, inBranding))
	}
	if v := find(s.Details, checkout.KeyCancelURL); v != "" || !o.undo.has(undoSessionNulls) {
		o.param(`,"cancel_url":`, v)
	}
	o.param(`,"client_reference_id":`, find(s.Details, "client_reference_id"))
	if !o.undo.has(undoEmbedded) {
		secret := find(s.Details, "client_secret")
		if s.UIMode == checkout.HostedPage {
			secret = ""
		}
		o.param(`,"client_secret":`, secret)
	}
	if !o.undo.has(undoCollected) {
		o.collected(s)
	}
}

const inBranding = "branding_settings["

// branding writes how the page looks: as recorded for an account without settings,
// with what the caller gave.
func (o *out) branding(g group) {
	o.raw(`,"branding_settings":{"background_color":`)
	o.paramOr(g.get(inBranding+"background_color]"), `"#ffffff"`)
	o.raw(`,"border_style":`)
	o.paramOr(g.get(inBranding+"border_style]"), `"rounded"`)
	o.raw(`,"button_color":`)
	o.paramOr(g.get(inBranding+"button_color]"), `"#0074d4"`)
	o.raw(`,"display_name":`)
	o.paramOr(g.get(inBranding+"display_name]"), `""`)
	o.raw(`,"font_family":`)
	o.paramOr(g.get(inBranding+"font_family]"), `"default"`)
	o.treeOrNull(`,"icon":`, g, inBranding+"icon][")
	o.treeOrNull(`,"logo":`, g, inBranding+"logo][")
	o.raw("}")
}

// treeOrNull writes what a group has below a prefix as an object, or null.
func (o *out) treeOrNull(key string, g group, prefix string) {
	o.raw(key)
	if below := g.below(prefix); below != "" {
		o.tree(below, prefix)
		return
	}
	o.raw("null")
}

// collected writes what the page collected beside the payment.
func (o *out) collected(s *checkout.Session) {
	o.raw(`,"collected_information":{`)
	if !o.undo.has(undoBranding) {
		o.param(`"business_name":`, find(s.Buyer, "business_name"))
		o.param(`,"individual_name":`, find(s.Buyer, "individual_name"))
		o.raw(",")
	}
	o.raw(`"shipping_details":`)
	o.shippingDetails(s)
	o.raw("}")
}

// shippingDetails writes where the customer wants it delivered, or null.
func (o *out) shippingDetails(s *checkout.Session) {
	g := groupOf(s.Buyer, inShipping)
	if g == "" {
		o.raw("null")
		return
	}
	o.raw(`{"address":`)
	o.address(g, inShippingAddress)
	old := o.undo.has(undoShippingDetails)
	if old {
		o.raw(`,"carrier":null`)
	}
	o.raw(`,"name":`)
	o.paramOr(g.get("shipping[name]"), `""`)
	if old {
		o.param(`,"phone":`, g.get("shipping[phone]"))
		o.raw(`,"tracking_number":null`)
	}
	o.raw("}")
}

// sessionCustomer writes the keys from customer to expires_at.
func (o *out) sessionCustomer(p *CheckoutSession) {
	s := &p.Session
	id := s.Customer()
	switch {
	case id == "" && o.undo.has(undoSessionNulls):
		o.raw(`,"customer":""`)
	case id != "" && p.Expand.Has(ExpandCustomer) && id == o.payer.ID:
		o.raw(`,"customer":`)
		o.customer(&p.Payer, nil, 0)
	default:
		o.strOrNull(`,"customer":`, id)
	}
	if !o.undo.has(undoSessionAccount) {
		o.param(`,"customer_account":`, find(s.Details, "customer_account"))
	}
	if !o.undo.has(undoSessionKeys) {
		o.strOrNull(`,"customer_creation":`, string(s.CustomerCreation))
		o.customerDetails(p)
	}
	o.param(`,"customer_email":`, find(s.Details, "customer_email"))
	if !o.undo.has(undoDiscounts) {
		o.discounts(s)
	}
	if o.undo.has(undoDisplayItems) {
		o.displayItems(s.LineItems)
	}
	if g := groupOf(s.Details, inExcluded); g != "" && !o.undo.has(undoBranding) {
		o.list(`,"excluded_payment_method_types":`, g, inExcluded)
	}
	if !o.undo.has(undoSessionKeys) {
		o.int(`,"expires_at":`, int64(s.ExpiresAt))
	}
}

const inExcluded = "excluded_payment_method_types["

// customerDetails writes what is known of the customer: what was entered on the page,
// what the caller gave, or the email of the customer that the session is for. Where
// nothing can be known yet it is null.
func (o *out) customerDetails(p *CheckoutSession) {
	s := &p.Session
	email := find(s.Buyer, "email")
	if email == "" {
		email = find(s.Details, "customer_email")
	}
	given := find(s.Details, checkout.KeyCustomer)
	if email == "" && given != "" && given.text() == o.payer.ID {
		email = find(p.Payer.Details, "email")
	}
	if email == "" && given == "" && s.Buyer == "" {
		o.raw(`,"customer_details":null`)
		return
	}
	o.raw(`,"customer_details":{"address":`)
	g := groupOf(s.Buyer, inAddress)
	if s.Mode == checkout.Setup { // facts 2.4
		g = ""
	}
	o.addressOrNull("", g, inAddress)
	if !o.undo.has(undoBranding) {
		o.param(`,"business_name":`, find(s.Buyer, "business_name"))
	}
	o.param(`,"email":`, email)
	if !o.undo.has(undoBranding) {
		o.param(`,"individual_name":`, find(s.Buyer, "individual_name"))
	}
	o.param(`,"name":`, find(s.Buyer, "name"))
	o.param(`,"phone":`, find(s.Buyer, "phone"))
	o.choose(`,"tax_exempt":`, s.Mode == checkout.Setup, "null", `"none"`)
	o.taxIDs(s)
	o.raw("}")
}

const inTaxIDs = "tax_ids["

// taxIDs writes the customer's tax ids: null before the page is submitted.
func (o *out) taxIDs(s *checkout.Session) {
	g := groupOf(s.Buyer, inTaxIDs)
	switch {
	case g != "":
		o.raw(`,"tax_ids":[`)
		comma := ""
		for child := range g.children(inTaxIDs) {
			in := inTaxIDs + string(child.name(inTaxIDs)) + "]["
			o.raw(comma)
			o.raw(`{"type":`)
			o.paramOr(child.get(in+"type]"), `"unknown"`)
			o.param(`,"value":`, child.get(in+"value]"))
			o.raw("}")
			comma = ","
		}
		o.raw("]")
	case s.Status == checkout.StatusComplete:
		o.raw(`,"tax_ids":[]`)
	default:
		o.raw(`,"tax_ids":null`)
	}
}

const inDiscounts = "discounts["

func (o *out) discounts(s *checkout.Session) {
	if s.Mode == checkout.Setup {
		o.raw(`,"discounts":null`)
		return
	}
	o.raw(`,"discounts":[`)
	comma := ""
	for child := range groupOf(s.Details, inDiscounts).children(inDiscounts) {
		in := inDiscounts + string(child.name(inDiscounts)) + "]["
		o.raw(comma)
		o.param(`{"coupon":`, child.get(in+"coupon]"))
		o.param(`,"promotion_code":`, child.get(in+"promotion_code]"))
		o.raw("}")
		comma = ","
	}
	o.raw("]")
}

// sessionInvoice writes the keys from integration_identifier to origin_context.
func (o *out) sessionInvoice(p *CheckoutSession) {
	s := &p.Session
	if !o.undo.has(undoIntegration) {
		o.param(`,"integration_identifier":`, find(s.Details, "integration_identifier"))
	}
	if !o.undo.has(undoCustomFields) {
		o.strOrNull(`,"invoice":`, s.Invoice)
		o.invoiceCreation(s)
	}
	if p.Expand.Has(ExpandLineItems) && !o.undo.has(undoDisplayItems) {
		o.lineItems(s)
	}
	if !o.undo.has(undoSessionNulls) {
		o.bool(`,"livemode":`, s.Flags.Has(checkout.Livemode))
		o.param(`,"locale":`, find(s.Details, "locale"))
	}
	if !o.undo.has(undoSessionManaged) {
		v := find(s.Details, "managed_payments[enabled]")
		if v == "" {
			o.raw(`,"managed_payments":null`)
		} else {
			o.choose(`,"managed_payments":{"enabled":`, v == "true", "true}", "false}")
		}
	}
	if !o.undo.has(undoSessionMetadata) {
		o.metadata(s.Metadata)
	}
	o.str(`,"mode":`, string(s.Mode))
	if g := groupOf(s.Details, inNames); g != "" && !o.undo.has(undoBranding) {
		o.nameCollection(g)
	}
	if g := groupOf(s.Details, inOptionalItems); g != "" && !o.undo.has(undoPermissions) {
		o.optionalItems(g)
	}
	if !o.undo.has(undoOriginContext) {
		o.param(`,"origin_context":`, find(s.Details, "origin_context"))
	}
}

const inInvoice = "invoice_creation["

func (o *out) invoiceCreation(s *checkout.Session) {
	if s.Mode != checkout.Payment {
		o.raw(`,"invoice_creation":null`)
		return
	}
	const in = inInvoice + "invoice_data]["
	g := groupOf(s.Details, inInvoice)
	o.raw(`,"invoice_creation":{"enabled":`)
	o.flag(g.get(inInvoice+"enabled]"), false)
	o.raw(`,"invoice_data":{"account_tax_ids":`)
	if ids := g.below(in + "account_tax_ids]["); ids != "" {
		o.strings(ids, in+"account_tax_ids][")
	} else {
		o.raw("null")
	}
	o.treeOrNull(`,"custom_fields":`, g, in+"custom_fields][")
	o.param(`,"description":`, g.get(in+"description]"))
	o.param(`,"footer":`, g.get(in+"footer]"))
	if !o.undo.has(undoLiability) {
		o.treeOrNull(`,"issuer":`, g, in+"issuer][")
	}
	o.raw(`,"metadata":{`)
	for child := range g.below(in + "metadata][").children(in + "metadata][") {
		o.optionKey(string(child.name(in + "metadata][")))
		o.b = child.value().appendJSON(o.b)
	}
	o.raw(`},"rendering_options":`)
	o.renderingOptions(g.below(in+"rendering_options]["), in+"rendering_options][")
	o.raw("}}")
}

// renderingOptions writes how an invoice is to look, both keys of it (SPEC), or null.
func (o *out) renderingOptions(g group, in string) {
	if g == "" {
		o.raw("null")
		return
	}
	o.param(`{"amount_tax_display":`, g.get(in+"amount_tax_display]"))
	o.param(`,"template":`, g.get(in+"template]"))
	o.raw("}")
}

const (
	inNames         = "name_collection["
	inOptionalItems = "optional_items["
)

// nameCollection writes which names the page asks for.
func (o *out) nameCollection(g group) {
	o.raw(`,"name_collection":{`)
	for child := range g.children(inNames) {
		in := inNames + string(child.name(inNames)) + "]["
		o.optionKey(string(child.name(inNames)))
		o.raw(`{"enabled":`)
		o.flag(child.get(in+"enabled]"), false)
		o.raw(`,"optional":`)
		o.flag(child.get(in+"optional]"), false)
		o.raw("}")
	}
	o.raw("}")
}

// optionalItems writes what the customer may add on the page.
func (o *out) optionalItems(g group) {
	o.raw(`,"optional_items":[`)
	comma := ""
	for child := range g.children(inOptionalItems) {
		in := inOptionalItems + string(child.name(inOptionalItems)) + "]["
		o.raw(comma)
		adjustable := child.below(in + "adjustable_quantity][")
		if adjustable == "" {
			o.raw(`{"adjustable_quantity":null`)
		} else {
			o.raw(`{"adjustable_quantity":{"enabled":`)
			o.flag(adjustable.get(in+"adjustable_quantity][enabled]"), false)
			o.paramInt(`,"maximum":`, adjustable.get(in+"adjustable_quantity][maximum]"))
			o.paramInt(`,"minimum":`, adjustable.get(in+"adjustable_quantity][minimum]"))
			o.raw("}")
		}
		o.raw(`,"price":`)
		o.paramOr(child.get(in+"price]"), `""`)
		o.number(`,"quantity":`, child.get(in+"quantity]"))
		o.raw("}")
		comma = ","
	}
	o.raw("]")
}

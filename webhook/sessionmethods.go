package webhook

import (
	"strconv"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/internal/ids"
)

// sessionTexts writes the keys from consent to custom_text.
func (o *out) sessionTexts(s *checkout.Session) {
	if !o.undo.has(undoSessionKeys) {
		o.consent(s)
	}
	if !o.undo.has(undoSessionCreated) {
		o.int(`,"created":`, int64(s.Created))
	}
	if !o.undo.has(undoDisplayItems) {
		o.strOrNull(`,"currency":`, string(s.Currency))
	}
	if o.undo.has(undoCustomFields) {
		return
	}
	o.raw(`,"currency_conversion":null,"custom_fields":[`)
	comma := ""
	for child := range groupOf(s.Details, inCustomFields).children(inCustomFields) {
		o.raw(comma)
		o.customField(child, s)
		comma = ","
	}
	o.raw("]")
	g := groupOf(s.Details, inCustomText)
	o.raw(`,"custom_text":{`)
	if !o.undo.has(undoLiability) {
		o.customText(`"after_submit":`, g, inCustomText+"after_submit][message]")
		o.raw(",")
	}
	o.customText(`"shipping_address":`, g, inCustomText+"shipping_address][message]")
	o.customText(`,"submit":`, g, inCustomText+"submit][message]")
	if !o.undo.has(undoEmbedded) {
		o.customText(`,"terms_of_service_acceptance":`, g, inCustomText+"terms_of_service_acceptance][message]")
	}
	o.raw("}")
}

const (
	inConsent      = "consent_collection["
	inCustomFields = "custom_fields["
	inCustomText   = "custom_text["
)

// consent writes what the customer agreed to, and what the page asks for.
func (o *out) consent(s *checkout.Session) {
	g := groupOf(s.Details, inConsent)
	if g == "" {
		o.raw(`,"consent":null,"consent_collection":null`)
		return
	}
	o.param(`,"consent":{"promotions":null,"terms_of_service":`, find(s.Buyer, "terms_of_service"))
	o.treeOrNull(`},"consent_collection":{"payment_method_reuse_agreement":`, g, inConsent+"payment_method_reuse_agreement][")
	o.param(`,"promotions":`, g.get(inConsent+"promotions]"))
	o.param(`,"terms_of_service":`, g.get(inConsent+"terms_of_service]"))
	o.raw("}")
}

func (o *out) customText(key string, g group, path string) {
	o.raw(key)
	text := g.get(path)
	if text == "" {
		o.raw("null")
		return
	}
	o.param(`{"message":`, text)
	o.raw("}")
}

// customField writes a field that the merchant adds to the page, with what the
// customer entered.
func (o *out) customField(g group, s *checkout.Session) {
	in := inCustomFields + string(g.name(inCustomFields)) + "]["
	key := g.get(in + "key]")
	var value escaped
	if entered := groupOf(s.Buyer, inCustomFields); entered != "" {
		value = entered.get(inCustomFields + string(key) + "]")
	}
	kind := g.get(in + "type]")
	if kind == "dropdown" {
		o.dropdown(g, in+"dropdown][", value)
		o.raw(",")
	} else {
		o.raw("{")
	}
	o.raw(`"key":`)
	o.paramOr(key, `""`)
	o.param(`,"label":{"custom":`, g.get(in+"label][custom]"))
	o.raw(`,"type":"custom"}`)
	if kind == "numeric" {
		o.textField(`,"numeric":`, g, in+"numeric][", value)
	}
	o.raw(`,"optional":`)
	o.flag(g.get(in+"optional]"), false)
	if kind == "text" {
		o.textField(`,"text":`, g, in+"text][", value)
	}
	o.raw(`,"type":`)
	o.paramOr(kind, `"text"`)
	o.raw("}")
}

func (o *out) dropdown(g group, in string, value escaped) {
	o.param(`{"dropdown":{"default_value":`, g.get(in+"default_value]"))
	o.raw(`,"options":[`)
	comma := ""
	for child := range g.below(in + "options][").children(in + "options][") {
		each := in + "options][" + string(child.name(in+"options][")) + "]["
		o.raw(comma)
		o.raw(`{"label":`)
		o.paramOr(child.get(each+"label]"), `""`)
		o.raw(`,"value":`)
		o.paramOr(child.get(each+"value]"), `""`)
		o.raw("}")
		comma = ","
	}
	o.param(`],"value":`, value)
	o.raw("}")
}

func (o *out) textField(name string, g group, in string, value escaped) {
	o.raw(name)
	o.param(`{"default_value":`, g.get(in+"default_value]"))
	o.paramInt(`,"maximum_length":`, g.get(in+"maximum_length]"))
	o.paramInt(`,"minimum_length":`, g.get(in+"minimum_length]"))
	o.param(`,"value":`, value)
	o.raw("}")
}

// sessionIntent writes the keys from payment_intent to payment_method_configuration_details.
func (o *out) sessionIntent(p *CheckoutSession) {
	s := &p.Session
	switch id := s.PaymentIntent(); {
	case id == "" && o.undo.has(undoSessionNulls):
	case id != "" && p.Expand.Has(ExpandPaymentIntent) && id == p.Payment.ID:
		o.raw(`,"payment_intent":`)
		o.paymentIntent(&PaymentIntent{Intent: p.Payment, Now: p.Now, Expand: p.Expand.below()})
	default:
		o.strOrNull(`,"payment_intent":`, id)
	}
	if !o.undo.has(undoSessionKeys) {
		o.raw(`,"payment_link":null`)
	}
	if !o.undo.has(undoSessionCreated) {
		otherwise := `"always"`
		if s.Mode == checkout.Payment && !s.Flags.Has(checkout.EarlyIntent) { // since 2023-08-16 (DOC-NOCOST)
			otherwise = `"if_required"`
		}
		o.raw(`,"payment_method_collection":`)
		o.paramOr(find(s.Details, "payment_method_collection"), otherwise)
	}
	if !o.undo.has(undoEmbedded) {
		o.configuration(find(s.Details, "payment_method_configuration"))
	}
}

// sessionMethods writes the keys from payment_method_options to saved_payment_method_options.
func (o *out) sessionMethods(s *checkout.Session) {
	if !o.undo.has(undoSessionKeys) {
		o.raw(`,"payment_method_options":`)
		o.inSession = true
		o.typeOptions(s.PaymentMethodTypes, groupOf(s.Details, inOptions), sessionOptions)
		o.inSession = false
	}
	if !o.undo.has(undoSessionNulls) {
		o.methodTypes(`,"payment_method_types":[`, s.PaymentMethodTypes)
	}
	if !o.undo.has(undoDisplayItems) {
		o.str(`,"payment_status":`, string(s.PaymentStatus))
	}
	if !o.undo.has(undoPermissions) {
		o.treeOrNull(`,"permissions":`, groupOf(s.Details, "permissions["), "permissions[")
	}
	if !o.undo.has(undoSessionKeys) {
		o.raw(`,"phone_number_collection":{"enabled":`)
		o.flag(find(s.Details, "phone_number_collection[enabled]"), false)
		o.strOrNull(`},"recovered_from":`, s.RecoveredFrom)
	}
	if s.UIMode != checkout.HostedPage && !o.undo.has(undoEmbedded) {
		if s.UIMode == checkout.EmbeddedPage {
			o.raw(`,"redirect_on_completion":`)
			o.paramOr(find(s.Details, "redirect_on_completion"), `"always"`)
		}
		if v := find(s.Details, checkout.KeyReturnURL); v != "" {
			o.param(`,"return_url":`, v)
		}
	}
	if !o.undo.has(undoSavedMethods) {
		o.savedMethods(s)
	}
}

const inSaved = "saved_payment_method_options["

func (o *out) savedMethods(s *checkout.Session) {
	if s.Mode == checkout.Setup {
		o.raw(`,"saved_payment_method_options":null`)
		return
	}
	g := groupOf(s.Details, inSaved)
	o.raw(`,"saved_payment_method_options":{"allow_redisplay_filters":`)
	if filters := g.below(inSaved + "allow_redisplay_filters]["); filters != "" {
		o.strings(filters, inSaved+"allow_redisplay_filters][")
	} else {
		o.raw(`["always"]`)
	}
	o.raw(`,"payment_method_remove":`)
	o.paramOr(g.get(inSaved+"payment_method_remove]"), `"disabled"`)
	o.param(`,"payment_method_save":`, g.get(inSaved+"payment_method_save]"))
	o.raw("}")
}

// sessionSetup writes the id of the session's SetupIntent, the SetupIntent, or null.
func (o *out) sessionSetup(p *CheckoutSession) {
	s := &p.Session
	if id := s.SetupIntent(); id != "" && p.Expand.Has(ExpandSetupIntent) && id == p.Setup.ID {
		o.raw(`,"setup_intent":`)
		o.setupIntent(&p.Setup, p.Expand.below())
	} else {
		o.strOrNull(`,"setup_intent":`, id)
	}
}

const (
	inCountries       = "shipping_address_collection[allowed_countries]["
	inShippingOptions = "shipping_options["
)

// sessionShipping writes the keys from shipping to shipping_options.
func (o *out) sessionShipping(s *checkout.Session) {
	if o.undo.has(undoDisplayItems) {
		return
	}
	old := o.undo.has(undoSessionKeys)
	if old {
		o.raw(`,"shipping":`)
		o.shippingDetails(s)
	}
	if g := groupOf(s.Details, inCountries); g != "" {
		o.list(`,"shipping_address_collection":{"allowed_countries":`, g, inCountries)
		o.raw("}")
	} else {
		o.raw(`,"shipping_address_collection":null`)
	}
	if old {
		return
	}
	options := groupOf(s.Details, inShippingOptions)
	if options == "" && s.Shipping == 0 {
		o.raw(`,"shipping_cost":null`)
	} else {
		o.int(`,"shipping_cost":{"amount_subtotal":`, s.Shipping)
		o.int(`,"amount_tax":0,"amount_total":`, s.Shipping)
		o.raw(`,"shipping_rate":`)
		if options == "" {
			o.raw("null")
		} else {
			o.shippingRate(s, 0, options.get(inShippingOptions+"0][shipping_rate]"))
		}
		o.raw("}")
	}
	if o.undo.has(undoShippingDetails) {
		o.raw(`,"shipping_details":`)
		o.shippingDetails(s)
	}
	o.raw(`,"shipping_options":[`)
	n := 0
	for child := range options.children(inShippingOptions) {
		in := inShippingOptions + string(child.name(inShippingOptions)) + "]["
		if n > 0 {
			o.raw(",")
		}
		amount := child.get(in + "shipping_rate_data][fixed_amount][amount]")
		if amount.isInt() {
			o.paramInt(`{"shipping_amount":`, amount)
		} else {
			o.int(`{"shipping_amount":`, s.Shipping)
		}
		o.raw(`,"shipping_rate":`)
		o.shippingRate(s, n, child.get(in+"shipping_rate]"))
		o.raw("}")
		n++
	}
	o.raw("]")
}

// shippingRate writes the id of a rate that the caller named, or made with the session.
func (o *out) shippingRate(s *checkout.Session, n int, given escaped) {
	if given == "" {
		o.str("", ids.Derive("shr_", s.ID, uint64(n))) //nolint:gosec // counted from 0
		return
	}
	o.b = given.appendJSON(o.b)
}

// sessionEnd writes the keys from status on.
func (o *out) sessionEnd(s *checkout.Session, t *checkout.Total) {
	if !o.undo.has(undoSessionKeys) {
		o.str(`,"status":`, string(s.Status.Stripe()))
	}
	o.param(`,"submit_type":`, find(s.Details, "submit_type"))
	o.strOrNull(`,"subscription":`, s.Subscription)
	o.param(`,"success_url":`, find(s.Details, checkout.KeySuccessURL))
	if g := groupOf(s.Details, "tax_id_collection["); g != "" && !o.undo.has(undoSessionKeys) {
		o.raw(`,"tax_id_collection":{"enabled":`)
		o.flag(g.get("tax_id_collection[enabled]"), false)
		o.raw(`,"required":`)
		o.paramOr(g.get("tax_id_collection[required]"), `"never"`)
		o.raw("}")
	}
	switch {
	case o.undo.has(undoDisplayItems):
	case s.Mode == checkout.Setup:
		o.raw(`,"total_details":null`)
	default:
		o.int(`,"total_details":{"amount_discount":`, t.Discount)
		o.int(`,"amount_shipping":`, t.Shipping)
		o.int(`,"amount_tax":`, t.Tax)
		o.raw("}")
	}
	if !o.undo.has(undoEmbedded) {
		o.str(`,"ui_mode":`, o.uiMode(s.UIMode))
	}
	if !o.undo.has(undoSessionKeys) {
		o.strOrNull(`,"url":`, s.URL())
	}
	if !o.undo.has(undoWalletOptions) {
		o.treeOrNull(`,"wallet_options":`, groupOf(s.Details, "wallet_options["), "wallet_options[")
	}
	o.raw("}")
}

// uiMode returns the name of a page, which was another before 2026-03-25.dahlia.
func (o *out) uiMode(m checkout.UIMode) string {
	if o.undo.has(undoUIModes) {
		switch m {
		case checkout.HostedPage:
			return "hosted"
		case checkout.EmbeddedPage:
			return "embedded"
		case checkout.Elements:
			return "custom"
		}
	}
	return string(m)
}

// LineItem is Stripe's object item: a line of a Checkout Session. It is a comparable
// value.
type LineItem struct {
	checkout.LineItem
	// Session is the id of its session, and N its number, counted from zero.
	Session string
	N       int
	// Created is when the session was made, and with it a price that has no id of its own.
	Created intents.Time
	// Livemode: the money is real.
	Livemode bool
}

// LineItemsOf returns the lines of a session.
func LineItemsOf(s checkout.Session) []LineItem {
	items := make([]LineItem, 0, s.LineItems.Len())
	for n, line := range s.LineItems.All() {
		items = append(items, LineItem{LineItem: line, Session: s.ID, N: n, Created: s.Created, Livemode: s.Flags.Has(checkout.Livemode)})
	}
	return items
}

// AppendJSON implements Object.
func (i LineItem) AppendJSON(dst []byte, v intents.Version) []byte {
	o := out{b: dst, undo: undoing(v)}
	o.lineItem(&i)
	return o.b
}

// MarshalJSON implements json.Marshaler, in the newest shape.
func (i LineItem) MarshalJSON() ([]byte, error) { return i.AppendJSON(nil, ""), nil }

// firstItems is how many lines an expanded list shows: the first page.
const firstItems = 10

func (o *out) lineItems(s *checkout.Session) {
	o.raw(`,"line_items":{"object":"list","data":[`)
	for n, line := range s.LineItems.All() {
		if n == firstItems {
			break
		}
		if n > 0 {
			o.raw(",")
		}
		o.lineItem(&LineItem{LineItem: line, Session: s.ID, N: n, Created: s.Created, Livemode: s.Flags.Has(checkout.Livemode)})
	}
	o.bool(`],"has_more":`, s.LineItems.Len() > firstItems)
	o.raw(`,"url":"/v1/checkout/sessions/`)
	o.inner(s.ID)
	o.raw(`/line_items"}`)
}

func (o *out) lineItem(i *LineItem) {
	o.str(`{"id":`, checkout.LineItemID(i.Session, i.N))
	o.raw(`,"object":"item"`)
	if !o.undo.has(undoAdjustable) {
		o.raw(`,"adjustable_quantity":null`)
	}
	if !o.undo.has(undoItemKeys) {
		o.int(`,"amount_discount":`, i.Discount)
	}
	o.int(`,"amount_subtotal":`, i.Subtotal())
	if !o.undo.has(undoItemKeys) {
		o.int(`,"amount_tax":`, i.Tax)
	}
	o.int(`,"amount_total":`, i.Amount())
	o.str(`,"currency":`, string(i.Currency))
	text := i.Description
	if text == "" {
		text = i.Name
	}
	o.strOrNull(`,"description":`, text)
	if !o.undo.has(undoItemMetadata) {
		o.raw(`,"metadata":{}`)
	}
	o.price(i)
	o.int(`,"quantity":`, i.Quantity)
	o.raw("}")
}

// price writes the whole price of a line, also of one that was given with the line.
func (o *out) price(i *LineItem) {
	n := uint64(i.N) //nolint:gosec // counted from 0
	id, product := i.Price, i.Product
	if id == "" {
		id = ids.Derive("price_", i.Session, n)
	}
	if product == "" {
		product = ids.Derive("prod_", i.Session, n)[:len("prod_")+14]
	}
	o.str(`,"price":{"id":`, id)
	o.raw(`,"object":"price","active":true,"billing_scheme":"per_unit"`)
	o.int(`,"created":`, int64(i.Created))
	o.str(`,"currency":`, string(i.Currency))
	if !o.undo.has(undoItemKeys) {
		o.raw(`,"custom_unit_amount":null`)
	}
	o.bool(`,"livemode":`, i.Livemode)
	o.str(`,"lookup_key":null,"metadata":{},"nickname":null,"product":`, product)
	if i.Interval == "" {
		o.raw(`,"recurring":null`)
	} else {
		o.str(`,"recurring":{"interval":`, i.Interval)
		o.raw(`,"interval_count":1,"meter":null,"usage_type":"licensed"}`)
	}
	if !o.undo.has(undoItemKeys) {
		o.raw(`,"tax_behavior":"unspecified"`)
	}
	o.choose(`,"tiers_mode":null,"transform_quantity":null,"type":`, i.Interval == "", `"one_time"`, `"recurring"`)
	o.int(`,"unit_amount":`, i.UnitAmount)
	o.raw(`,"unit_amount_decimal":"`)
	o.b = strconv.AppendInt(o.b, i.UnitAmount, 10)
	o.raw(`"}`)
}

// displayItems writes the list that line_items replaced. What it showed of a line is
// from memory (UNVERIFIED); that of a session in setup mode is empty (SEED-3).
func (o *out) displayItems(lines checkout.LineItems) {
	o.raw(`,"display_items":[`)
	for n, line := range lines.All() {
		if n > 0 {
			o.raw(",")
		}
		text := line.Description
		o.int(`{"amount":`, line.UnitAmount)
		o.str(`,"currency":`, string(line.Currency))
		o.strOrNull(`,"custom":{"description":`, text)
		o.strOrNull(`,"images":null,"name":`, line.Name)
		o.int(`},"quantity":`, line.Quantity)
		o.raw(`,"type":"custom"}`)
	}
	o.raw("]")
}

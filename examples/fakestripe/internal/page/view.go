package page

import (
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
)

func newHead(s *shell, title, css, script string) head {
	return head{Title: title, Nonce: s.nonce(), CSS: template.CSS(css), Script: template.JS(script)} //nolint:gosec // the program's own files
}

// merchant returns the name of who sells: that of its branding, or the host to which
// the customer returns.
func merchant(s *checkout.Session) string {
	if name := s.Detail("branding_settings[display_name]"); name != "" {
		return name
	}
	if u, err := url.Parse(s.SuccessURL()); err == nil && u.Hostname() != "" {
		return strings.TrimPrefix(u.Hostname(), "www.")
	}
	return "the merchant"
}

// accent returns the colour of the merchant's buttons, or "".
func accent(s *checkout.Session) string { return s.Detail("branding_settings[button_color]") }

// accentCSS returns the style of a colour of the form #rrggbb, with a text on it that can be read.
func accentCSS(color string) template.CSS {
	if len(color) != 7 || color[0] != '#' || !isHex(color[1:]) {
		return ""
	}
	part := func(i int) int { return hexDigit(color[i])*16 + hexDigit(color[i+1]) }
	text := "#ffffff"
	if part(1)*299+part(3)*587+part(5)*114 > 140_000 { // as bright as that, black can be read better
		text = "#11151d"
	}
	return template.CSS(":root{--brand:" + strings.ToLower(color) + ";--on-brand:" + text + "}") //nolint:gosec // hexadecimal digits
}

func isHex(s string) bool {
	for i := range len(s) {
		if hexDigit(s[i]) < 0 {
			return false
		}
	}
	return true
}

func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// order is what is bought, as a page shows it.
type order struct {
	Merchant, Initial, Heading, Amount, Per string
	Lines                                   []line
	Totals                                  []total
	Back                                    string
	Livemode                                bool
}

type line struct{ Name, Note, Amount string }

type total struct {
	Label, Amount string
	Last          bool
}

// form is the hosted page.
type form struct {
	head
	order
	Action, Token, Expected       string
	Alert                         string
	Marked                        []marked
	Pending                       string // where an action waits, or empty
	Contact, Shipping, Billing    []field
	Custom                        []field
	Methods                       []method
	Promo                         *field
	Terms                         *field
	TermsText, Note, Text, Button string
	Tests                         []tests
}

// marked is a field that something is wrong with.
type marked struct{ Name, Label, Error string }

// method is a way to pay.
type method struct {
	Type, Label, Note string
	Fields            []field
	Chosen            bool
}

// fields yields all fields of the form in their order on the page.
func (v *form) fields() []field {
	all := append([]field{{Name: "method", Label: "Payment method"}}, v.Contact...)
	all = append(all, v.Shipping...)
	for _, m := range v.Methods {
		all = append(all, m.Fields...)
	}
	all = append(append(all, v.Billing...), v.Custom...)
	for _, f := range []*field{v.Promo, v.Terms} {
		if f != nil {
			all = append(all, *f)
		}
	}
	return all
}

// labels returns the label of each field by its name.
func (v *form) labels() map[string]string {
	m := map[string]string{}
	for _, f := range v.fields() {
		m[f.Name] = f.Label
	}
	return m
}

// form answers with the form, as it was filled in. Alert says what is wrong with all of it.
func (p *pages) form(w http.ResponseWriter, r *http.Request, status int, f *checkout.Flow, in *filled, alert string) {
	v := p.view(r, f, in)
	switch n := len(v.Marked); {
	case alert != "":
		v.Alert, v.Marked = alert, nil // the field says it again
	case n == 1:
		v.Alert = "Check this field, and try again."
	case n > 1:
		v.Alert = "Check these fields, and try again."
	case r.Method == http.MethodGet && f.Session.Attempts > 0 && !asked(f) && f.LastError() != "":
		v.Alert = failure(f).text
	}
	p.write(w, status, "checkout", v.Nonce, v, targets(f.Session.SuccessURL())...)
}

// view makes the page of a flow and a form.
func (p *pages) view(r *http.Request, f *checkout.Flow, in *filled) *form {
	s := &f.Session
	v := &form{order: orderOf(s), Action: path(s.ID), Token: p.token("pay/" + s.ID), Expected: intText(s.AmountTotal())}
	title := v.Heading + " · " + v.Merchant
	if v.Amount != "" {
		title = v.Heading + " · " + v.Amount
	}
	v.head = p.head(title, p.script, accent(s))
	if asked(f) {
		v.Pending = path(s.ID) + "/challenge"
	}
	p.contact(r, v, s, in)
	if pays(s) {
		v.Methods = methods(s, in)
		v.Tests = testsFor(s.PaymentMethodTypes)
		v.Billing = append(v.Billing, in.put(field{Name: "name", Label: "Full name", Autocomplete: "billing name", Optional: true}))
		v.Billing = append(v.Billing, in.address("billing_", "billing", countries(nil), s.Detail("billing_address_collection") == "required")...)
	}
	for _, c := range customFields(s) {
		x := field{Name: "custom_" + c.key, Label: c.label, Optional: c.optional, Options: c.options}
		if c.kind == "numeric" {
			x.Mode = "numeric"
		}
		v.Custom = append(v.Custom, in.put(x))
	}
	if s.Detail("allow_promotion_codes") == "true" {
		x := in.put(field{Name: "promo", Label: "Promotion code", Optional: true, Autocomplete: "off"})
		v.Promo = &x
	}
	if s.Detail("consent_collection[terms_of_service]") == "required" {
		x := in.put(field{Name: "terms", Label: "Terms of service"})
		v.Terms = &x
		if v.TermsText = s.Detail("custom_text[terms_of_service_acceptance][message]"); v.TermsText == "" {
			v.TermsText = "I agree to " + v.Merchant + "’s terms of service and privacy policy."
		}
	}
	v.Button, v.Note, v.Text = button(s), small(s, v.Merchant), s.Detail("custom_text[submit][message]")
	known := v.labels()
	for _, name := range in.order {
		label := known[name]
		if section, _, ok := strings.Cut(name, "_"); ok && (section == "shipping" || section == "billing") {
			label += ", " + section
		}
		v.Marked = append(v.Marked, marked{name, label, in.errors[name]})
	}
	return v
}

// contact puts in what the page asks of the customer beside the payment.
func (p *pages) contact(r *http.Request, v *form, s *checkout.Session, in *filled) {
	email := field{Name: "email", Label: "Email", Type: "email", Autocomplete: "email", Mode: "email"}
	if known := p.known(r, s.ID); known != "" {
		in.values.Set("email", known)
		email.Readonly = true
	}
	v.Contact = append(v.Contact, in.put(email))
	if s.Detail("phone_number_collection[enabled]") == "true" {
		v.Contact = append(v.Contact, in.put(field{Name: "phone", Label: "Phone number", Type: "tel", Autocomplete: "tel", Mode: "tel", Max: 20}))
	}
	if to := shipsTo(s); to != nil {
		v.Shipping = append(v.Shipping, in.put(field{Name: "shipping_name", Label: "Full name", Autocomplete: "shipping name"}))
		v.Shipping = append(v.Shipping, in.address("shipping_", "shipping", countries(to), true)...)
	}
}

// methods returns the ways to pay of a session, one of them chosen.
func methods(s *checkout.Session, in *filled) []method {
	chosen := in.get("method")
	var all []method
	for t := range s.PaymentMethodTypes.All() {
		m := method{Type: t.String(), Label: label(t), Note: note(t), Chosen: t.String() == chosen}
		if t == intents.Card {
			m.Fields = []field{
				in.put(field{Name: "number", Label: "Card number", Autocomplete: "cc-number", Mode: "numeric", Example: "1234 1234 1234 1234", Max: 30}),
				in.put(field{Name: "expiry", Label: "Expiration", Autocomplete: "cc-exp", Mode: "numeric", Example: "MM / YY", Max: 12, Half: true}),
				in.put(field{Name: "cvc", Label: "Security code", Autocomplete: "cc-csc", Mode: "numeric", Example: "CVC", Max: 4, Half: true}),
			}
		}
		for _, i := range accountOf(t) {
			mode := "numeric"
			if i.name == "iban" {
				mode = "text"
			}
			m.Fields = append(m.Fields, in.put(field{Name: accountField(t, i), Label: i.label, Autocomplete: "off", Mode: mode, Example: i.example, Max: 40}))
		}
		all = append(all, m)
	}
	for i := range all {
		if all[i].Chosen {
			return all
		}
	}
	if len(all) > 0 {
		all[0].Chosen = true
	}
	return all
}

// button returns the word on the button.
func button(s *checkout.Session) string {
	amount := money(s.AmountTotal(), s.Currency)
	switch kind := s.Detail("submit_type"); {
	case s.Mode == checkout.Setup && s.PaymentMethodTypes == intents.TypesOf(intents.Card):
		return "Save card"
	case s.Mode == checkout.Setup:
		return "Save payment method"
	case kind == "subscribe" || s.Mode == checkout.Subscription && (kind == "" || kind == "auto"):
		return "Subscribe"
	case s.AmountTotal() == 0:
		return "Complete order"
	case kind == "book":
		return "Book for " + amount
	case kind == "donate":
		return "Donate " + amount
	}
	return "Pay " + amount
}

// small is the small print under the button.
func small(s *checkout.Session, merchant string) string {
	saves := s.Detail("payment_intent_data[setup_future_usage]") == "off_session"
	switch {
	case s.Mode == checkout.Setup:
		return "By saving your payment method, you allow " + merchant + " to charge it for future payments in accordance with their terms."
	case s.Mode == checkout.Subscription:
		return "By subscribing, you allow " + merchant + " to charge you in accordance with their terms until you cancel."
	case saves:
		return "By paying, you also allow " + merchant + " to charge this payment method for future payments."
	}
	return ""
}

// orderOf returns what a session is about, for the side of the page.
func orderOf(s *checkout.Session) order {
	o := order{Merchant: merchant(s), Back: webURL(s.CancelURL()), Livemode: s.Flags.Has(checkout.Livemode)}
	o.Initial = initial(o.Merchant)
	t := s.Total()
	switch s.Mode {
	case checkout.Setup:
		o.Heading = "Save your card"
		if s.PaymentMethodTypes != intents.TypesOf(intents.Card) {
			o.Heading = "Save a payment method"
		}
		return o
	case checkout.Subscription:
		o.Heading = "Subscribe to " + o.Merchant
	case checkout.Payment:
		o.Heading = "Pay " + o.Merchant
	}
	o.Amount = money(t.Amount, s.Currency)
	interval := ""
	for _, l := range s.LineItems.All() {
		x := line{Name: lineName(l), Amount: money(l.Subtotal(), s.Currency)}
		if l.Quantity > 1 {
			x.Note = "Qty " + intText(l.Quantity) + " · " + money(l.UnitAmount, s.Currency) + " each"
		}
		if l.Interval != "" {
			x.Amount += " / " + l.Interval
			interval = l.Interval
		}
		o.Lines = append(o.Lines, x)
	}
	if interval != "" {
		o.Per = "per " + interval
	}
	o.Totals = append(o.Totals, total{Label: "Subtotal", Amount: money(t.Subtotal, s.Currency)})
	if t.Discount > 0 {
		o.Totals = append(o.Totals, total{Label: "Discount", Amount: money(-t.Discount, s.Currency)})
	}
	if name := s.Detail("shipping_options[0][shipping_rate_data][display_name]"); t.Shipping > 0 || name != "" {
		if name == "" {
			name = "Shipping"
		}
		o.Totals = append(o.Totals, total{Label: name, Amount: money(t.Shipping, s.Currency)})
	}
	if t.Tax > 0 {
		o.Totals = append(o.Totals, total{Label: "Tax", Amount: money(t.Tax, s.Currency)})
	}
	o.Totals = append(o.Totals, total{Label: "Total due", Amount: o.Amount, Last: true})
	return o
}

// initial returns the first letter of a name.
func initial(name string) string {
	for _, r := range name {
		return strings.ToUpper(string(r))
	}
	return ""
}

func lineName(l checkout.LineItem) string {
	for _, name := range []string{l.Name, l.Description, l.Product, l.Price} {
		if name != "" {
			return name
		}
	}
	return "Item"
}

// finished is the page of a session that is done.
func finished(f *checkout.Flow) message {
	s := &f.Session
	m := message{
		Kind: "done", Merchant: merchant(s), Link: webURL(s.SuccessURL()), Label: "Return to " + merchant(s),
		Small: "You can close this page. It takes no second payment.",
	}
	switch {
	case s.Mode == checkout.Setup:
		m.Title, m.Text, m.Small = "Your payment method is saved", merchant(s)+" can use it for future payments.", ""
		if s.PaymentMethodTypes == intents.TypesOf(intents.Card) {
			m.Title = "Your card is saved"
		}
	case asked(f):
		m.Title, m.Text = "One thing is left to do", "Your order is placed. It is paid as soon as you have done what your payment method asks."
		m.Link, m.Label, m.Small = path(s.ID)+"/challenge", "Show what to do", ""
	case s.PaymentStatus == checkout.Paid:
		m.Title, m.Text = "Payment received", "You have paid "+money(s.AmountTotal(), s.Currency)+" to "+merchant(s)+"."
	case s.PaymentStatus == checkout.NoPaymentRequired:
		m.Title, m.Text = "Your order is complete", "Nothing had to be paid."
	case s.Flags.Has(checkout.PaymentFailed):
		m.Kind, m.Title, m.Text = "over", "The payment did not arrive", "Your bank did not make the payment. "+merchant(s)+" has been told, and will be in touch."
	default:
		m.Title, m.Text = "Your order is placed", "Your payment is on its way. "+merchant(s)+" will be told when it arrives."
	}
	if s.Mode == checkout.Setup && asked(f) {
		m.Title, m.Text = "One thing is left to do", "Your bank account can be used as soon as you have verified it."
		m.Link, m.Label, m.Small = path(s.ID)+"/challenge", "Show what to do", ""
	}
	return m
}

// expired is the page of a session that is over.
func expired(s *checkout.Session) message {
	m := message{
		Kind: "over", Merchant: merchant(s), Title: "This page has expired",
		Text: "You were not charged. Go back to " + merchant(s) + " to start again.", Link: webURL(s.CancelURL()), Label: "Back to " + merchant(s),
	}
	if s.RecoveryURL() != "" {
		m.Text, m.Link, m.Label = "You were not charged. You can open a new page with the same order.", "/r/"+s.ID, "Start again"
	}
	return m
}

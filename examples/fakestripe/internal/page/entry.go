package page

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/checkout"
)

// entry reads what a customer filled in. What the page itself can see to be wrong it
// marks; all else is the machine's to refuse.
type entry struct {
	*filled
	session *checkout.Session
	now     time.Time
}

// method returns the type that the customer chose: the first where there is no choice.
func (e *entry) method() intents.PaymentMethodType {
	for t := range e.session.PaymentMethodTypes.All() {
		if chosen := e.get("method"); chosen == "" || chosen == t.String() {
			return t
		}
	}
	e.refuse("method", "Choose a way to pay.")
	return intents.NoPaymentMethodType
}

// pays reports whether a payment method is asked for: not where nothing is paid.
func pays(s *checkout.Session) bool {
	return s.Mode != checkout.Payment || s.AmountTotal() > 0
}

// submit returns the command of the button. ID is that of the payment method, if one
// is made. Nothing is to be done with it where a field is marked.
func (e *entry) submit(id string) checkout.Submit {
	c := checkout.Submit{Buyer: e.buyer(), Accepted: e.get("terms") != ""}
	if amount, err := strconv.ParseInt(e.get("amount"), 10, 64); err == nil && e.session.Mode == checkout.Payment {
		c.ExpectedAmount = intents.Some(amount)
	}
	if pays(e.session) {
		c.PaymentMethod = e.paymentMethod(id)
	}
	return c
}

// buyer returns what the customer said of themselves, in the names of customer_details.
func (e *entry) buyer() intents.Pairs {
	var buyer intents.Pairs
	put := func(key, value string) {
		if value != "" {
			buyer, _ = buyer.With(key, value) // the form has nothing but text
		}
	}
	email := e.get("email")
	switch at := strings.IndexByte(email, '@'); {
	case email == "" && e.session.Detail("customer") == "":
		e.refuse("email", "Enter your email address.")
	case email != "" && (at < 1 || at == len(email)-1 || strings.ContainsAny(email, " <>")):
		e.refuse("email", "Enter an email address such as name@example.com.")
	}
	put("email", email)
	put("name", e.get("name"))
	put("phone", e.get("phone"))
	for _, part := range addressParts {
		put("address["+part+"]", e.get("billing_"+part))
	}
	if shipsTo(e.session) != nil {
		put("shipping[name]", e.get("shipping_name"))
		for _, part := range addressParts {
			put("shipping[address]["+part+"]", e.get("shipping_"+part))
		}
		e.required("shipping_name", "Enter the name of the recipient.")
		e.required("shipping_line1", "Enter an address.")
	}
	if e.session.Detail("billing_address_collection") == "required" {
		e.required("billing_line1", "Enter an address.")
	}
	for _, c := range customFields(e.session) {
		value := e.get("custom_" + c.key)
		switch {
		case value == "" && !c.optional:
			e.refuse("custom_"+c.key, "This field is required.")
		case value != "" && c.kind == "numeric" && !allDigits(value):
			e.refuse("custom_"+c.key, "Enter digits only.")
		case value != "" && c.kind == "dropdown" && !slices.ContainsFunc(c.options, func(o option) bool { return strings.TrimSpace(o.Value) == value }):
			e.refuse("custom_"+c.key, "Choose one of the list.")
		}
		put("custom_fields["+c.key+"]", value)
	}
	return buyer
}

func (e *entry) required(name, why string) {
	if e.get(name) == "" {
		e.refuse(name, why)
	}
}

// paymentMethod makes what the customer chose and entered.
func (e *entry) paymentMethod(id string) intents.PaymentMethod {
	t := e.method()
	var pm intents.PaymentMethod
	switch inputs := accountOf(t); {
	case t == intents.NoPaymentMethodType:
		return pm
	case t == intents.Card:
		pm = e.card(id)
	case inputs != nil:
		pm = e.account(id, t, inputs)
	default:
		pm = intents.PaymentMethod{ID: id, Type: t}
		if t == intents.Link {
			pm.Details, _ = pm.Details.With("email", e.get("email"))
		}
	}
	put := func(key, value string) {
		if value != "" {
			pm.Details, _ = pm.Details.With(key, value)
		}
	}
	put("billing_details[email]", e.get("email"))
	put("billing_details[name]", e.get("name"))
	put("billing_details[phone]", e.get("phone"))
	for _, part := range addressParts {
		put("billing_details[address]["+part+"]", e.get("billing_"+part))
	}
	return pm
}

// notTest is what Stripe says to a card that is real, or could be.
const notTest = "Your card was declined. Your request was in test mode, but used a non test card. For a list of valid test cards, visit: https://stripe.com/docs/testing."

// card makes a payment method of a card, or marks what is wrong with it.
func (e *entry) card(id string) intents.PaymentMethod {
	number := compact(e.get("number"))
	m, known := capture.FindTestMethod(number)
	switch {
	case number == "":
		e.refuse("number", "Enter your card number.")
	case !allDigits(number) || len(number) > 19:
		e.refuse("number", "Your card number is invalid.")
	case len(number) < 13:
		e.refuse("number", "Your card number is incomplete.")
	case !luhn(number):
		e.refuse("number", "Your card number is invalid.")
	case !known || m.Type != intents.Card || m.Number != number:
		e.refuse("number", notTest)
	}
	month, year, ok := expiry(e.get("expiry"))
	switch {
	case !ok:
		e.refuse("expiry", "Your card’s expiration date is incomplete.")
	case past(month, year, e.now):
		e.refuse("expiry", "Your card’s expiration date is in the past.")
	case year > e.now.Year()+50:
		e.refuse("expiry", "Your card’s expiration year is invalid.")
	}
	length := 3
	if m.Brand == "amex" {
		length = 4
	}
	if cvc := e.get("cvc"); !allDigits(cvc) || len(cvc) != length {
		e.refuse("cvc", "Your card’s security code is incomplete.")
	}
	if len(e.errors) > 0 || !known {
		return intents.PaymentMethod{}
	}
	pm := m.PaymentMethod(id)
	pm.Details, _ = pm.Details.With("exp_month", strconv.Itoa(month))
	pm.Details, _ = pm.Details.With("exp_year", strconv.Itoa(year))
	return pm
}

// account makes a payment method of an account number, or marks what is wrong with it.
func (e *entry) account(id string, t intents.PaymentMethodType, inputs []input) intents.PaymentMethod {
	pm := intents.PaymentMethod{ID: id, Type: t}
	for _, in := range inputs {
		name := accountField(t, in)
		value := strings.ToUpper(compact(e.get(name)))
		switch {
		case value == "":
			e.refuse(name, "Enter the "+lowerFirst(in.label)+".")
			continue
		case in.digits > 0 && (!allDigits(value) || len(value) != in.digits):
			e.refuse(name, "The "+lowerFirst(in.label)+" has "+strconv.Itoa(in.digits)+" digits.")
			continue
		case !in.secret:
			pm.Details, _ = pm.Details.With(in.name, value)
			continue
		}
		if m, ok := capture.FindTestMethod(value); ok && m.Type == t && m.Number == value {
			if m.Unusable != "" {
				e.refuse(name, "This account can’t be used: "+words(m.Unusable)+".")
				continue
			}
			pm.Details = m.PaymentMethod(id).Details.Merge(pm.Details)
			continue
		}
		if hasTests(t) {
			e.refuse(name, "In test mode, use one of the test account numbers.")
			continue
		}
		pm.Details, _ = pm.Details.With("last4", value[max(0, len(value)-4):])
	}
	return pm
}

// hasTests reports whether there are test numbers of a type: then no other number is taken.
func hasTests(t intents.PaymentMethodType) bool {
	return slices.ContainsFunc(capture.TestMethods(), func(m capture.TestMethod) bool { return m.Type == t && m.Number != "" })
}

// accountField returns the name of a field of an account: two types may both have an account number.
func accountField(t intents.PaymentMethodType, in input) string { return t.String() + "_" + in.name }

// fill fills in the form with a test number, as type:number.
func (e *entry) fill(what string) {
	name, number, _ := strings.Cut(what, ":")
	t, err := intents.ParsePaymentMethodType(name)
	if err != nil || !e.session.PaymentMethodTypes.Has(t) {
		return
	}
	set := func(name, value string) {
		e.values.Set(name, value)
	}
	missing := func(name, value string) {
		if e.get(name) == "" {
			set(name, value)
		}
	}
	set("method", name)
	missing("email", "jenny@example.com")
	missing("name", "Jenny Rosen")
	if t == intents.Card {
		cvc := "123"
		if m, _ := capture.FindTestMethod(number); m.Brand == "amex" {
			cvc = "1234"
		}
		set("number", spaced(number))
		set("expiry", "12 / "+strconv.Itoa(e.now.Year()+8))
		set("cvc", cvc)
	}
	for _, in := range accountOf(t) {
		value := in.example
		if in.secret {
			value = number
		}
		set(accountField(t, in), value)
	}
	if e.session.Detail("phone_number_collection[enabled]") == "true" {
		missing("phone", "+1 800 555 0175")
	}
	to := shipsTo(e.session)
	if to != nil {
		missing("shipping_name", "Jenny Rosen")
		missing("shipping_country", to[0])
		e.fillAddress("shipping_")
	}
	if e.session.Detail("billing_address_collection") == "required" {
		missing("billing_country", "US")
		e.fillAddress("billing_")
	}
}

func (e *entry) fillAddress(prefix string) {
	for _, kv := range [][2]string{{"line1", "510 Townsend St"}, {"postal_code", "94103"}, {"city", "San Francisco"}, {"state", "CA"}} {
		if e.get(prefix+kv[0]) == "" {
			e.values.Set(prefix+kv[0], kv[1])
		}
	}
}

// lowerFirst writes a label inside a sentence. Abbreviations stay as they are.
func lowerFirst(s string) string {
	if len(s) > 1 && s[1] >= 'A' && s[1] <= 'Z' {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// place finds the field that a parameter of the machine is about, or "" for the page as a whole.
func place(param string) string {
	switch param {
	case "consent[terms_of_service]":
		return "terms"
	case "payment_method":
		return "method"
	}
	key, ok := strings.CutPrefix(param, "customer_details[")
	if !ok {
		return ""
	}
	key = strings.ReplaceAll(strings.ReplaceAll(key, "][", "["), "]", "")
	for _, p := range [][2]string{{"shipping[address[", "shipping_"}, {"shipping[", "shipping_"}, {"address[", "billing_"}, {"custom_fields[", "custom_"}} {
		if rest, ok := strings.CutPrefix(key, p[0]); ok {
			return p[1] + rest
		}
	}
	return key
}

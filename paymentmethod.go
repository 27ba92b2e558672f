package intents

import "strings"

// PaymentMethod is what a payment is made with: an immutable value. The zero
// PaymentMethod means "none".
type PaymentMethod struct {
	// ID is Stripe's id, such as pm_1NxPZ2 or the test id pm_card_visa.
	ID string
	// Type says what sort of method it is, and so what it can do.
	Type PaymentMethodType
	// Spent: it paid once without being attached to a customer, so it can't pay again.
	Spent bool
	// Customer is the id of the customer that it is attached to, or empty.
	Customer string
	// Details describe the card or account in Stripe's own field names (brand,
	// last4, exp_month, …). No machine reads them.
	Details Pairs
}

// IsZero reports whether p is no payment method at all.
func (p PaymentMethod) IsZero() bool { return p == PaymentMethod{} }

// PaymentMethodType is one of Stripe's payment method types. The zero value is
// no type. What each type supports is in the table behind [PaymentMethodType.Traits].
type PaymentMethodType uint8

// The payment method types that are modelled, in the order of the traits table.
const (
	NoPaymentMethodType PaymentMethodType = iota
	Card
	CardPresent
	Link
	Cashapp
	AmazonPay
	Paypal
	RevolutPay
	Mobilepay
	Klarna
	Affirm
	AfterpayClearpay
	Alipay
	Ideal
	Bancontact
	Eps
	P24
	WechatPay
	Pix
	Paynow
	Promptpay
	Swish
	Blik
	Upi
	Oxxo
	Boleto
	Konbini
	Multibanco
	USBankAccount
	SepaDebit
	BacsDebit
	AuBecsDebit
	AcssDebit
	NzBankAccount
	CustomerBalance
	Crypto
	paymentMethodTypes // the number of types; at most 64, see PaymentMethodTypes
)

// Traits say what a payment method type supports. They are Stripe's, from the
// facts on capture methods (sections 1.6, 1.8 and 1.10) and next actions (5.6).
type Traits struct {
	// Name is the type as Stripe writes it.
	Name string
	// ManualCapture: it can be authorized now and captured later.
	ManualCapture bool
	// Delayed: its outcome comes later than its confirmation, through processing.
	Delayed bool
	// Redirect: the customer may be sent away, so a return_url is needed.
	Redirect bool
	// Action is the next_action that it always asks of the customer, or empty.
	Action string
	// Microdeposits: an account that is not yet verified needs verify_with_microdeposits.
	Microdeposits bool
	// CancelProcessing: it may be canceled while processing, inside a window that varies.
	CancelProcessing bool
	// Funded: it is paid from the customer's cash balance, perhaps in parts.
	Funded bool
	// Reusable: it can be saved to a customer and charged again.
	Reusable bool
	// CustomerPresent: it can't be used off-session at all.
	CustomerPresent bool
	// Currencies are those that it takes, as "eur usd"; empty means any. They are
	// from Stripe's page on each method, as remembered: UNVERIFIED.
	Currencies string
	// WindowDays is how long an authorization lasts, in days, unless the acquirer says otherwise.
	WindowDays int
}

// traits is the one table of what payment method types support.
//
//nolint:gochecknoglobals // read-only data
var traits = [paymentMethodTypes]Traits{
	Card:             {Name: "card", ManualCapture: true, Reusable: true, WindowDays: 7},
	CardPresent:      {Name: "card_present", ManualCapture: true, CustomerPresent: true, WindowDays: 2},
	Link:             {Name: "link", ManualCapture: true, Reusable: true, WindowDays: 7},
	Cashapp:          {Name: "cashapp", Currencies: "usd", ManualCapture: true, Redirect: true, Action: "cashapp_handle_redirect_or_display_qr_code", Reusable: true, WindowDays: 7},
	AmazonPay:        {Name: "amazon_pay", Currencies: "aud chf dkk eur gbp hkd jpy nok nzd sek usd zar", ManualCapture: true, Redirect: true, Action: "redirect_to_url", Reusable: true, WindowDays: 7},
	Paypal:           {Name: "paypal", Currencies: "aud cad chf czk dkk eur gbp hkd nok nzd pln sek sgd usd", ManualCapture: true, Redirect: true, Action: "redirect_to_url", Reusable: true, WindowDays: 10},
	RevolutPay:       {Name: "revolut_pay", Currencies: "chf dkk eur gbp huf nok pln ron sek", ManualCapture: true, Redirect: true, Action: "redirect_to_url", Reusable: true, WindowDays: 7},
	Mobilepay:        {Name: "mobilepay", Currencies: "dkk eur nok sek", ManualCapture: true, Redirect: true, Action: "redirect_to_url", CustomerPresent: true, WindowDays: 7},
	Klarna:           {Name: "klarna", Currencies: "aud cad chf czk dkk eur gbp nok nzd pln ron sek usd", ManualCapture: true, Redirect: true, Action: "redirect_to_url", Reusable: true, WindowDays: 28},
	Affirm:           {Name: "affirm", Currencies: "cad usd", ManualCapture: true, Redirect: true, Action: "redirect_to_url", CustomerPresent: true, WindowDays: 30},
	AfterpayClearpay: {Name: "afterpay_clearpay", Currencies: "aud cad eur gbp nzd usd", ManualCapture: true, Redirect: true, Action: "redirect_to_url", CustomerPresent: true, WindowDays: 13},
	Alipay:           {Name: "alipay", Currencies: "aud cad cny eur gbp hkd jpy myr nzd sgd usd", Redirect: true, Action: "alipay_handle_redirect", CustomerPresent: true},
	Ideal:            {Name: "ideal", Currencies: "eur", Redirect: true, Action: "redirect_to_url", CustomerPresent: true},
	Bancontact:       {Name: "bancontact", Currencies: "eur", Redirect: true, Action: "redirect_to_url", CustomerPresent: true},
	Eps:              {Name: "eps", Currencies: "eur", Redirect: true, Action: "redirect_to_url", CustomerPresent: true},
	P24:              {Name: "p24", Currencies: "eur pln", Redirect: true, Action: "redirect_to_url", CustomerPresent: true},
	WechatPay:        {Name: "wechat_pay", Currencies: "aud cad chf cny dkk eur gbp hkd jpy nok sek sgd usd", Action: "wechat_pay_display_qr_code", CustomerPresent: true},
	Pix:              {Name: "pix", Currencies: "brl usd", Action: "pix_display_qr_code", CustomerPresent: true},
	Paynow:           {Name: "paynow", Currencies: "sgd", Action: "paynow_display_qr_code", CustomerPresent: true},
	Promptpay:        {Name: "promptpay", Currencies: "thb", Action: "promptpay_display_qr_code", CustomerPresent: true},
	Swish:            {Name: "swish", Currencies: "sek", Redirect: true, Action: "swish_handle_redirect_or_display_qr_code", CustomerPresent: true},
	Blik:             {Name: "blik", Currencies: "pln", Action: "blik_authorize", CustomerPresent: true},
	Upi:              {Name: "upi", Currencies: "inr", Redirect: true, Action: "upi_handle_redirect_or_display_qr_code", CustomerPresent: true},
	Oxxo:             {Name: "oxxo", Currencies: "mxn", Action: "oxxo_display_details", CustomerPresent: true},
	Boleto:           {Name: "boleto", Currencies: "brl", Action: "boleto_display_details", CustomerPresent: true},
	Konbini:          {Name: "konbini", Currencies: "jpy", Action: "konbini_display_details", CustomerPresent: true},
	Multibanco:       {Name: "multibanco", Currencies: "eur", Action: "multibanco_display_details", CustomerPresent: true},
	USBankAccount:    {Name: "us_bank_account", Currencies: "usd", Delayed: true, Microdeposits: true, CancelProcessing: true, Reusable: true},
	SepaDebit:        {Name: "sepa_debit", Currencies: "eur", Delayed: true, Reusable: true},
	BacsDebit:        {Name: "bacs_debit", Currencies: "gbp", Delayed: true, Reusable: true},
	AuBecsDebit:      {Name: "au_becs_debit", Currencies: "aud", Delayed: true, Reusable: true},
	AcssDebit:        {Name: "acss_debit", Currencies: "cad usd", Delayed: true, Microdeposits: true, Reusable: true},
	NzBankAccount:    {Name: "nz_bank_account", Currencies: "nzd", Delayed: true, Reusable: true},
	CustomerBalance:  {Name: "customer_balance", Currencies: "eur gbp jpy mxn usd", Action: "display_bank_transfer_instructions", Funded: true},
	Crypto:           {Name: "crypto", Currencies: "usd", Redirect: true, Action: "redirect_to_url", Delayed: true, CustomerPresent: true},
}

// Traits returns what t supports. An unknown type supports nothing.
func (t PaymentMethodType) Traits() Traits {
	if t >= paymentMethodTypes {
		return Traits{}
	}
	return traits[t]
}

// Supports reports whether a currency is one of Currencies. Where no currency is
// given there is nothing against it.
func (t Traits) Supports(c Currency) bool {
	if t.Currencies == "" || c == "" {
		return true
	}
	for one := range strings.FieldsSeq(t.Currencies) {
		if one == string(c) {
			return true
		}
	}
	return false
}

// String returns t as Stripe writes it, such as us_bank_account.
func (t PaymentMethodType) String() string { return t.Traits().Name }

// Valid reports whether t is a modelled type.
func (t PaymentMethodType) Valid() bool { return t > NoPaymentMethodType && t < paymentMethodTypes }

// MarshalText implements encoding.TextMarshaler.
func (t PaymentMethodType) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler. It refuses types that are
// not modelled with an *InvalidError.
func (t *PaymentMethodType) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*t = NoPaymentMethodType
		return nil
	}
	p, err := ParsePaymentMethodType(string(b))
	if err == nil {
		*t = p
	}
	return err
}

// ParsePaymentMethodType returns the type that Stripe writes as s. An unknown
// one is refused with an *InvalidError of Stripe's shape.
func ParsePaymentMethodType(s string) (PaymentMethodType, error) {
	for t := Card; t < paymentMethodTypes; t++ {
		if traits[t].Name == s {
			return t, nil
		}
	}
	return 0, &InvalidError{Param: "payment_method_types", Message: "The payment method type provided: " + s + " is invalid."}
}

// PaymentMethodTypes is a set of payment method types, as payment_method_types
// lists them. The zero value is the empty set.
type PaymentMethodTypes uint64

// TypesOf returns the set of the given types.
func TypesOf(ts ...PaymentMethodType) PaymentMethodTypes {
	var s PaymentMethodTypes
	for _, t := range ts {
		if t.Valid() {
			s |= 1 << t
		}
	}
	return s
}

// Has reports whether t is in the set.
func (s PaymentMethodTypes) Has(t PaymentMethodType) bool { return t.Valid() && s&(1<<t) != 0 }

// All yields the types of the set in the order of the constants.
func (s PaymentMethodTypes) All() func(yield func(PaymentMethodType) bool) {
	return func(yield func(PaymentMethodType) bool) {
		for t := Card; t < paymentMethodTypes; t++ {
			if s.Has(t) && !yield(t) {
				return
			}
		}
	}
}

// Redirects reports whether a type of the set may send the customer away.
func (s PaymentMethodTypes) Redirects() bool {
	for t := Card; t < paymentMethodTypes; t++ {
		if s.Has(t) && traits[t].Redirect {
			return true
		}
	}
	return false
}

// Check returns an *InvalidError when the set holds a type that is not modelled.
func (s PaymentMethodTypes) Check() error {
	if s>>paymentMethodTypes != 0 || s&1 != 0 {
		return &InvalidError{Param: "payment_method_types", Code: CodeCorruptState, Message: "unknown payment method type in the set"}
	}
	return nil
}

// Pack returns p as one canonical string, for states that carry it and do not read it.
func (p PaymentMethod) Pack() Pairs {
	if p.IsZero() {
		return ""
	}
	kv := []string{"id", p.ID, "type", p.Type.String()}
	if p.Customer != "" {
		kv = append(kv, "customer", p.Customer)
	}
	if p.Details != "" {
		kv = append(kv, "details", string(p.Details))
	}
	if p.Spent {
		kv = append(kv, "spent", "true")
	}
	s, _ := PairsOf(kv...) // an id that is no text is refused before it gets here
	return s
}

// UnpackPaymentMethod returns what [PaymentMethod.Pack] packed.
func UnpackPaymentMethod(s Pairs) PaymentMethod {
	var p PaymentMethod
	p.ID, _ = s.Get("id")
	p.Customer, _ = s.Get("customer")
	name, _ := s.Get("type")
	p.Type, _ = ParsePaymentMethodType(name)
	details, _ := s.Get("details")
	p.Details = Pairs(details)
	_, p.Spent = s.Get("spent")
	return p
}

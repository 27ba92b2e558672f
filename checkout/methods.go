package checkout

import (
	"strings"

	"github.com/payintent/intents"
)

// Wallets is a set of the wallets that a page offers beside its payment method
// types. A wallet pays with a card.
type Wallets uint8

const (
	// ApplePay is Apple Pay.
	ApplePay Wallets = 1 << iota
	// GooglePay is Google Pay.
	GooglePay
	// NoWallets says in Settings that none is turned on.
	NoWallets

	wallets = ApplePay | GooglePay
)

// Has reports whether w holds all of v.
func (w Wallets) Has(v Wallets) bool { return w&v == v }

// Settings are the account's: which payment methods are turned on in its dashboard.
type Settings struct {
	// Types, where empty, are those that a new account has on (SEED-3: cards and
	// other common methods; which are common is this library's choice).
	Types intents.PaymentMethodTypes `json:"types,omitzero"`
	// Wallets, where empty, is Apple Pay: Google Pay is off until it is turned on (SEED-3).
	Wallets Wallets `json:"wallets,omitzero"`
}

// common are the types that a new account has on.
//
//nolint:gochecknoglobals // read-only data
var common = intents.TypesOf(intents.Card, intents.Link, intents.Cashapp, intents.AmazonPay, intents.Klarna, intents.Bancontact, intents.Eps, intents.Ideal)

// wanted is what a session asks of its payment methods.
type wanted struct {
	mode     Mode
	currency intents.Currency
	details  intents.Pairs
}

// saves reports whether the payment method has to be one that can be charged again.
func (w wanted) saves() bool {
	return w.mode != Payment || detail(w.details, keyPaymentData+"setup_future_usage]") != ""
}

// refuses says why a type can't be offered, or nothing.
func (w wanted) refuses(t intents.PaymentMethodType) string {
	traits := t.Traits()
	switch {
	case !traits.Supports(w.currency):
		return "it does not support the currency " + string(w.currency)
	case t == intents.CardPresent:
		return "it needs a reader"
	case w.saves() && !traits.Reusable:
		return "it can't be saved for later"
	case traits.Redirect && neverRedirects(w.details):
		return "it redirects, and redirect_on_completion is never"
	case traits.Funded && detail(w.details, KeyCustomer) == "":
		return "it needs a customer"
	case !traits.ManualCapture && detail(w.details, keyPaymentData+"capture_method]") == "manual":
		return "it does not support manual capture"
	}
	return ""
}

// choose returns what the page offers: of the methods that are turned on, those
// that suit the currency and the session. Types that the caller excludes are left out.
func (s Settings) choose(w wanted) (intents.PaymentMethodTypes, Wallets) {
	on := s.Types
	if on == 0 {
		on = common
	}
	var types intents.PaymentMethodTypes
	for t := range on.All() {
		if w.refuses(t) == "" && !w.excludes(t) {
			types |= intents.TypesOf(t)
		}
	}
	if !types.Has(intents.Card) { // a wallet is a card
		return types, 0
	}
	return types, s.wallets(w)
}

// excludes reports whether the caller wants a type left out.
func (w wanted) excludes(t intents.PaymentMethodType) bool {
	for name, value := range w.details.All() {
		if strings.HasPrefix(name, keyExcluded) && value == t.String() {
			return true
		}
	}
	return false
}

// wallets returns the wallets that the page offers. Without a delivery address a
// tax can't be worked out from what Google Pay tells, so it is left out (SEED-3).
func (s Settings) wallets(w wanted) Wallets {
	on := s.Wallets
	if on == 0 {
		on = ApplePay
	}
	on &= wallets
	if detail(w.details, "automatic_tax[enabled]") == "true" && !has(w.details, keyAllowedCountries) {
		on &^= GooglePay
	}
	return on
}

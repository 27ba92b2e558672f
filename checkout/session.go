package checkout

import (
	"strings"
	"unicode/utf8"

	"github.com/payintent/intents"
)

// Status is where a Session is in its life, as Stripe writes it.
type Status string

const (
	// StatusNone is the status of the zero Session: not yet created.
	StatusNone Status = ""
	// StatusOpen waits for the customer on its page.
	StatusOpen Status = "open"
	// StatusConfirming has an attempt under way whose answer is not in yet. It is
	// this library's own: see the theory of operation in table.go and [Status.Stripe].
	StatusConfirming Status = "confirming"
	// StatusComplete is done with its customer; money may still be on its way. It is final.
	StatusComplete Status = "complete"
	// StatusExpired takes no more customers. It is final.
	StatusExpired Status = "expired"
)

// Stripe returns the status as Stripe shows it: one of three. An attempt whose
// answer is not in shows as open.
func (s Status) Stripe() Status {
	if s == StatusConfirming {
		return StatusOpen
	}
	return s
}

// PaymentStatus says whether the money of a session has arrived, as Stripe writes it.
type PaymentStatus string

const (
	// Paid means: the funds are available.
	Paid PaymentStatus = "paid"
	// Unpaid means: the funds are not yet available.
	Unpaid PaymentStatus = "unpaid"
	// NoPaymentRequired means: nothing is to be paid now, as in setup mode.
	NoPaymentRequired PaymentStatus = "no_payment_required"
)

// Mode is what a session is for, as Stripe writes it.
type Mode string

const (
	// Payment takes a payment: the session owns a PaymentIntent.
	Payment Mode = "payment"
	// Setup saves a payment method: the session owns a SetupIntent.
	Setup Mode = "setup"
	// Subscription starts a subscription, which the caller brings.
	Subscription Mode = "subscription"
)

// UIMode is where the customer sees the session, in the names since 2026-03-25.dahlia.
type UIMode string

const (
	// HostedPage is Stripe's own page: the session has a URL.
	HostedPage UIMode = "hosted_page"
	// EmbeddedPage is a part of the merchant's page.
	EmbeddedPage UIMode = "embedded_page"
	// Elements are the merchant's own form.
	Elements UIMode = "elements"
)

// ParseUIMode returns the mode of its name, as it is or as it was before
// 2026-03-25.dahlia: hosted, embedded and custom. Any other is refused with an
// *intents.InvalidError.
func ParseUIMode(s string) (UIMode, error) {
	switch s {
	case string(HostedPage), "hosted", "":
		return HostedPage, nil
	case string(EmbeddedPage), "embedded":
		return EmbeddedPage, nil
	case string(Elements), "custom":
		return Elements, nil
	}
	return "", invalid("ui_mode", "", "Invalid ui_mode: must be one of elements, embedded_page, or hosted_page")
}

// CustomerCreation says when a session makes a Customer, as Stripe writes it.
type CustomerCreation string

const (
	// Always makes one whenever none was given.
	Always CustomerCreation = "always"
	// IfRequired makes one only where it can't be done without.
	IfRequired CustomerCreation = "if_required"
)

// Flags are the yes-or-no facts about a session.
type Flags uint16

const (
	// Livemode means: real money.
	Livemode Flags = 1 << iota
	// Dynamic means: the payment methods were not given, but chosen by currency and settings.
	Dynamic
	// EarlyIntent means: the PaymentIntent was made with the session, as before 2022-08-01.
	EarlyIntent
	// Recoverable means: after its expiry the session can be recovered.
	Recoverable
	// PaymentFailed means: the session is complete, and its delayed payment came to nothing.
	PaymentFailed
)

// Has reports whether f holds all of g.
func (f Flags) Has(g Flags) bool { return f&g == g }

func (f Flags) with(g Flags, on bool) Flags {
	if on {
		return f | g
	}
	return f &^ g
}

// Session is a Checkout Session: one visit of a customer to a payment page. It is
// a comparable value; the zero Session is not yet created. Amounts are in minor
// units of Currency.
type Session struct {
	ID            string        `json:"id,omitzero"`
	Status        Status        `json:"status,omitzero"`
	PaymentStatus PaymentStatus `json:"payment_status,omitzero"`
	// Version counts the events that made this state.
	Version  uint64           `json:"version,omitzero"`
	Created  intents.Time     `json:"created,omitzero"`
	Mode     Mode             `json:"mode,omitzero"`
	UIMode   UIMode           `json:"ui_mode,omitzero"`
	Currency intents.Currency `json:"currency,omitzero"`
	// ExpiresAt is when an open session expires.
	ExpiresAt intents.Time `json:"expires_at,omitzero"`
	// EndedAt is when the session was completed or expired.
	EndedAt   intents.Time `json:"ended_at,omitzero"`
	LineItems LineItems    `json:"line_items,omitzero"`
	// Shipping is what the delivery costs, in minor units.
	Shipping           int64                      `json:"shipping,omitzero"`
	PaymentMethodTypes intents.PaymentMethodTypes `json:"payment_method_types,omitzero"`
	Wallets            Wallets                    `json:"wallets,omitzero"`
	CustomerCreation   CustomerCreation           `json:"customer_creation,omitzero"`
	// Intent is the id of the PaymentIntent or SetupIntent that the session owns, or empty.
	Intent string `json:"intent,omitzero"`
	// Subscription and Invoice are those that the caller brought, or empty.
	Subscription string `json:"subscription,omitzero"`
	Invoice      string `json:"invoice,omitzero"`
	// SubmittedAt is when the attempt that is under way began, or 0.
	SubmittedAt intents.Time `json:"submitted_at,omitzero"`
	// PaymentMethod is what the customer chose for the subscription, at the newest
	// attempt. In the other modes the intent has it.
	PaymentMethod intents.PaymentMethod `json:"payment_method,omitzero"`
	// Attempts counts the times that the customer submitted the page.
	Attempts uint32 `json:"attempts,omitzero"`
	// Buyer is what the customer entered, in the names of customer_details:
	// email, name, phone, address[city], …
	Buyer intents.Pairs `json:"buyer,omitzero"`
	// Details are what the caller set and no status depends on, in Stripe's
	// parameter names: customer, success_url, client_reference_id, …
	Details  intents.Pairs    `json:"details,omitzero"`
	Metadata intents.Metadata `json:"metadata,omitzero"`
	// RecoveredFrom is the id of the expired session that this one copies, or empty.
	RecoveredFrom string `json:"recovered_from,omitzero"`
	Flags         Flags  `json:"flags,omitzero"`
}

// Detail returns a parameter that the caller set, or "".
func (s *Session) Detail(name string) string { return detail(s.Details, name) }

func detail(details intents.Pairs, key string) string {
	if details == "" {
		return ""
	}
	v, _ := details.Get(key)
	return v
}

// AmountSubtotal returns the sum of the line items before discounts and taxes, in minor units.
func (s *Session) AmountSubtotal() int64 { return s.Total().Subtotal }

// AmountTotal returns what the customer pays, in minor units.
func (s *Session) AmountTotal() int64 { return s.Total().Amount }

// Total returns the sums of the session. They were checked when the line items
// were set, and so do not overflow.
func (s *Session) Total() Total {
	t, _ := total(s.LineItems, s.Shipping)
	return t
}

// Customer returns the id of the session's customer: the one that was given, or
// else, once the session is complete, the one that it made; or "".
func (s *Session) Customer() string {
	if c := s.Detail(KeyCustomer); c != "" || s.Status != StatusComplete {
		return c
	}
	return s.newCustomer()
}

// payer returns the id of the customer that the session's intent is for: the one
// that was given, or else the one that will be made when the session completes.
func (s *Session) payer() string {
	if c := s.Detail(KeyCustomer); c != "" {
		return c
	}
	return s.newCustomer()
}

// makesCustomer reports whether the completion of the session makes a customer
// (facts 2.4): always where that was asked for, in subscription mode, with an
// invoice, and, because something has to hold the order, where nothing is paid.
func (s *Session) makesCustomer() bool {
	if s.Detail(KeyCustomer) != "" {
		return false
	}
	return s.CustomerCreation == Always || s.Mode == Subscription ||
		s.Mode == Payment && (s.Detail("invoice_creation[enabled]") == "true" || s.AmountTotal() == 0)
}

// PaymentIntent returns the id of the session's PaymentIntent, or "".
func (s *Session) PaymentIntent() string {
	if s.Mode != Payment {
		return ""
	}
	return s.Intent
}

// SetupIntent returns the id of the session's SetupIntent, or "".
func (s *Session) SetupIntent() string {
	if s.Mode != Setup {
		return ""
	}
	return s.Intent
}

// SuccessURL returns where the customer is sent after completion, with
// {CHECKOUT_SESSION_ID} replaced by the session's id: the stored parameter keeps
// it as it is (DOC-SUCCESS). In the embedded modes it is the return_url (INFERRED).
func (s *Session) SuccessURL() string {
	u := s.Detail(KeySuccessURL)
	if u == "" {
		u = s.Detail(KeyReturnURL)
	}
	return strings.ReplaceAll(u, "{CHECKOUT_SESSION_ID}", s.ID)
}

// URL returns the address of the hosted page, or "" where there is none: the
// session is not open, or not hosted.
func (s *Session) URL() string {
	if s.Status.Stripe() != StatusOpen || s.UIMode != HostedPage {
		return ""
	}
	return s.page("/c/pay/" + s.ID)
}

// page returns an address below that of the pages, which is Stripe's unless the
// caller has pages of its own.
func (s *Session) page(path string) string {
	base := s.Detail(KeyPageURL)
	if base == "" {
		base = "https://checkout.stripe.com"
	}
	return base + path
}

// RecoveryURL returns the address that recovers an expired session, or "" where it
// can't be recovered.
func (s *Session) RecoveryURL() string {
	if s.Status != StatusExpired || !s.Flags.Has(Recoverable) {
		return ""
	}
	return s.page("/r/" + s.ID)
}

// RecoveryExpiresAt returns until when an expired session can be recovered, or 0.
func (s *Session) RecoveryExpiresAt() intents.Time {
	if s.Status != StatusExpired || !s.Flags.Has(Recoverable) {
		return 0
	}
	return s.EndedAt.Add(recoveryWindow)
}

// Check returns an *intents.InvalidError with code corrupt_state that names the
// field when s breaks an invariant, in full: it also reads the carried strings.
func Check(s Session) error {
	if err := check(&s); err != nil {
		return err
	}
	if s.Status == StatusNone {
		if s != (Session{}) {
			return corrupt("status", "a session that was never created has contents")
		}
		return nil
	}
	if field, why := s.carried(); field != "" {
		return corrupt(field, why)
	}
	return nil
}

// carried says which of the fields that no decision reads is not what it has to
// be, and why; or nothing.
func (s *Session) carried() (field, why string) {
	const notCanonical = "it is not canonical"
	switch {
	case !utf8.ValidString(s.ID), !utf8.ValidString(s.Intent), !utf8.ValidString(s.Subscription), !utf8.ValidString(s.Invoice), !utf8.ValidString(s.RecoveredFrom):
		return "id", notText
	case s.Currency != "" && s.Currency.Check() != nil:
		return "currency", "it is unknown: " + string(s.Currency)
	case s.Currency == "" && s.Mode != Setup:
		return "currency", "it is not set"
	case s.PaymentMethodTypes == 0 || s.PaymentMethodTypes.Check() != nil:
		return "payment_method_types", "one is needed, and all are known"
	case s.LineItems.Check() != nil:
		return "line_items", notCanonical
	case (s.LineItems == "") != (s.Mode == Setup), s.Mode == Setup && s.Shipping != 0:
		return "line_items", "there are none, and no delivery, exactly in setup mode"
	case s.Buyer.Check() != nil:
		return "customer_details", notCanonical
	case s.Details.Check() != nil:
		return "details", notCanonical
	case s.Metadata.Check() != nil:
		return "metadata", notCanonical
	case s.CustomerCreation != "" && s.CustomerCreation != Always && s.CustomerCreation != IfRequired:
		return "customer_creation", "it is unknown: " + string(s.CustomerCreation)
	case s.Wallets&^wallets != 0 || s.Flags&^(PaymentFailed<<1-1) != 0:
		return "flags", "some are unknown"
	case !utf8.ValidString(s.PaymentMethod.ID) || !utf8.ValidString(s.PaymentMethod.Customer) || s.PaymentMethod.Details.Check() != nil:
		return "payment_method", notText
	}
	t, err := total(s.LineItems, s.Shipping)
	switch {
	case err != nil || t.Amount > maxAmount:
		return "amount_total", "it is out of range"
	case s.Mode == Payment && s.Status == StatusComplete && (s.PaymentStatus == NoPaymentRequired) != (t.Amount == 0):
		return "payment_status", "no payment is required exactly where the total is 0"
	}
	return "", ""
}

// check holds the invariants that Apply asks of every state: those that need no
// reading of carried strings.
func check(s *Session) error {
	if s.Status == StatusNone {
		if s.ID != "" || s.Version != 0 || s.Intent != "" || s.Created != 0 {
			return corrupt("status", "a session that was never created has contents")
		}
		return nil
	}
	if index(s.Status) < 0 {
		return corrupt("status", "it is unknown: "+string(s.Status))
	}
	life := s.ExpiresAt.Sub(s.Created)
	ended := s.Status == StatusComplete || s.Status == StatusExpired
	switch {
	case s.ID == "":
		return corrupt("id", "it is empty")
	case s.Mode != Payment && s.Mode != Setup && s.Mode != Subscription:
		return corrupt("mode", "it is unknown: "+string(s.Mode))
	case s.UIMode != HostedPage && s.UIMode != EmbeddedPage && s.UIMode != Elements:
		return corrupt("ui_mode", "it is unknown: "+string(s.UIMode))
	case s.Created <= 0:
		return corrupt("created", "it is not set")
	case life < shortestLife || life > longestLife:
		return corrupt("expires_at", "it is out of range")
	case (s.EndedAt != 0) != ended:
		return corrupt("ended_at", "it is set exactly in complete and expired")
	case (s.SubmittedAt != 0) != (s.Status == StatusConfirming):
		return corrupt("submitted_at", "it is set exactly while an attempt is under way")
	case s.Shipping < 0 || s.Shipping > maxAmount:
		return corrupt("shipping", "it is out of range")
	case (s.Subscription != "") != (s.Mode == Subscription && s.Status == StatusComplete), s.Invoice != "" && s.Subscription == "":
		return corrupt("subscription", "it is set exactly in complete, in subscription mode")
	case s.PaymentMethod.ID != "" && (s.Mode != Subscription || s.Attempts == 0):
		return corrupt("payment_method", "it is set only by an attempt, in subscription mode")
	case s.RecoveredFrom == s.ID:
		return corrupt("recovered_from", "it is the session itself")
	}
	return checkPayment(s)
}

// checkPayment holds the invariants between the status, the payment status and the intent.
func checkPayment(s *Session) error {
	ok := false
	switch s.PaymentStatus {
	case NoPaymentRequired:
		ok = s.Mode == Setup || s.Status == StatusComplete
	case Unpaid:
		ok = s.Mode != Setup
	case Paid:
		ok = s.Mode != Setup && s.Status == StatusComplete
	}
	switch {
	case !ok:
		return corrupt("payment_status", "it is "+string(s.PaymentStatus)+" in "+string(s.Mode)+" mode and status "+string(s.Status))
	case s.Flags.Has(PaymentFailed) && (s.PaymentStatus != Unpaid || s.Status != StatusComplete):
		return corrupt("flags", "only a complete session whose payment is outstanding can see it fail")
	case s.Mode == Setup && s.Intent == "":
		return corrupt("setup_intent", "it is made with the session")
	case s.Mode == Subscription && s.Intent != "":
		return corrupt("intent", "a subscription has none on its session")
	case s.Mode == Payment && s.Intent == "" && (s.Status == StatusConfirming || s.Flags.Has(EarlyIntent) || s.Status == StatusComplete && s.PaymentStatus != NoPaymentRequired):
		return corrupt("payment_intent", "an attempt has one, and before 2022-08-01 each session")
	}
	return nil
}

const notText = "it is not valid UTF-8"

func corrupt(field, why string) error {
	return &intents.InvalidError{Param: field, Code: intents.CodeCorruptState, Message: why}
}

func invalid(param, code, message string) error {
	return &intents.InvalidError{Param: param, Code: code, Message: message}
}

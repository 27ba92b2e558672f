package checkout

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/payintent/intents"
)

// Decide returns the events that a command makes of a session at a time: none
// where the command is harmless and has nothing to do. The time has to be set.
// Then it asks the table first, and the command's contents second. A refusal is
// an *intents.StateError or an *intents.InvalidError.
func Decide(s Session, c Command, now time.Time) ([]Event, error) {
	e, err := decide(&s, c, intents.TimeOf(now))
	if e == nil || err != nil {
		return nil, err
	}
	return []Event{e}, nil
}

// lastTime is the last second of the year 9999.
const lastTime intents.Time = 253402300799

const nilOrPointer = "the command is nil or a pointer"

// decide returns the one event of a command, or nil: no command makes more. It
// asks the table here, once for all commands.
func decide(s *Session, c Command, now intents.Time) (Event, error) {
	if now <= 0 || now > lastTime {
		return nil, invalid("now", "", "the time is not set, or after the year 9999")
	}
	o, ok := opOf(c)
	if !ok {
		return nil, invalid("command", "", nilOrPointer)
	}
	if err := legal(s, o); err != nil {
		return nil, err
	}
	switch c := c.(type) {
	case Create:
		return create(&c, now)
	case Update:
		return update(s, &c)
	case Expire:
		return Expired{At: now}, nil
	case Submit:
		return submit(s, &c, now)
	case Recover:
		return nil, recoverable(s, now)
	case Proceed:
		if err := s.goesOn(now); err != nil {
			return nil, err
		}
		return Proceeded{At: now}, nil
	case Reopen:
		return Reopened{}, nil
	case Complete:
		return complete(s, c, now)
	case ReportPaid:
		if !s.outstanding() {
			return nil, nil //nolint:nilnil // a harmless command makes no event
		}
		return PaymentArrived{At: now, Captured: c.Captured}, nil
	case ReportFailed:
		if !s.outstanding() {
			return nil, nil //nolint:nilnil // a harmless command makes no event
		}
		return PaymentLost{At: now}, nil
	case Lapse:
		return lapse(s, now)
	}
	return nil, invalid("command", "", nilOrPointer)
}

// opOf returns the op of a command that is one of this package's values.
func opOf(c Command) (op, bool) {
	switch c := c.(type) {
	case Create, Update, Expire, Submit, Recover, Proceed, Reopen, Complete, ReportPaid, ReportFailed, Lapse:
		return c.command(), true
	default:
		return 0, false
	}
}

// outstanding reports whether a payment is still on its way.
func (s *Session) outstanding() bool {
	return s.Status == done && s.PaymentStatus == Unpaid && !s.Flags.Has(PaymentFailed)
}

// inTime refuses what comes to an open session after its time, whether or not the
// timer has run. An attempt that is under way may take as long as it takes.
func (s *Session) inTime(now intents.Time) error {
	if s.Status == open && now >= s.ExpiresAt {
		return invalid("expires_at", "", "The Checkout Session has timed out.")
	}
	return nil
}

// goesOn refuses a report of an attempt that nobody can have made: the page was never
// submitted, and there is no intent that something else could have been made of.
func (s *Session) goesOn(now intents.Time) error {
	if s.Attempts == 0 && s.Intent == "" {
		return invalid("command", "", "no attempt was made: the page was not submitted")
	}
	return s.inTime(now)
}

func lapse(s *Session, now intents.Time) (Event, error) {
	switch {
	case s.Status != open:
		return nil, nil //nolint:nilnil // a harmless command makes no event
	case now < s.ExpiresAt:
		return nil, invalid("expires_at", "", "the session has not expired yet")
	}
	return Expired{At: now}, nil
}

// recoveryWindow is how long after its expiry a session can be recovered (U6: 30 days, remembered).
const recoveryWindow = 30 * 24 * time.Hour

func recoverable(s *Session, now intents.Time) error {
	switch {
	case !s.Flags.Has(Recoverable):
		return invalid("after_expiration[recovery][enabled]", "", "The Checkout Session can't be recovered: recovery is not enabled.")
	case now >= s.RecoveryExpiresAt():
		return invalid("recovery", "", "The Checkout Session can't be recovered any more.")
	}
	return nil
}

// Recovered returns the command that makes a copy of an expired session, with
// another id (DOC-ABANDON). A client_secret is not copied: it is the new session's
// own, and the caller's to give. It is refused where the session has not expired, or
// can't be recovered, or not any more.
func Recovered(s Session, id string, now time.Time) (Create, error) {
	if _, err := Apply(s, Recover{}, now); err != nil {
		return Create{}, err
	}
	c := Create{
		ID: id, Mode: s.Mode, UIMode: s.UIMode, Currency: s.Currency, LineItems: s.LineItems, Shipping: s.Shipping,
		CustomerCreation: s.CustomerCreation, Details: s.Details.Without(keyClientSecret), Metadata: s.Metadata,
		RecoveredFrom: s.ID, Livemode: s.Flags.Has(Livemode),
		Settings: Settings{Types: s.PaymentMethodTypes, Wallets: s.Wallets | NoWallets},
	}
	if !s.Flags.Has(Dynamic) {
		c.PaymentMethodTypes = s.PaymentMethodTypes
		c.APIVersion = intents.VersionDahlia // the last train that takes payment_method_types
	}
	if s.Detail("after_expiration[recovery][allow_promotion_codes]") == "true" && !has(s.Details, "discounts[") {
		c.Details = c.Details.Merge("allow_promotion_codes=true")
	}
	return c, nil
}

func update(s *Session, c *Update) (Event, error) {
	e := Updated{LineItems: c.LineItems.Or(s.LineItems), Shipping: c.Shipping.Or(s.Shipping)}
	if c.LineItems.Given || c.Shipping.Given {
		switch {
		case s.Status != open:
			e := law.Refusal(index(s.Status), s.Status, uint8(opUpdate))
			e.Param, e.Allowed = "line_items", []string{string(open)}
			return nil, e
		case s.UIMode == HostedPage:
			return nil, invalid("line_items", "", "The line items of a Checkout Session on the hosted page can't be changed.")
		}
		if err := checkTotal(s.Mode, s.Currency, e.LineItems, e.Shipping); err != nil {
			return nil, err
		}
	}
	if err := s.checkUpdate(c.Details); err != nil {
		return nil, err
	}
	stage := intents.AtUpdate
	if s.Status != open {
		stage = intents.Late
	}
	var err error
	if e.Details, err = detailKeys.Merge("Checkout Session", s.Details, c.Details, stage); err != nil {
		return nil, err
	}
	if e.Metadata, err = s.Metadata.Merge(c.Metadata); err != nil {
		return nil, err
	}
	if s.Status != open || s.Mode != Payment || c.Details == "" && !c.LineItems.Given && !c.Shipping.Given {
		return e, nil
	}
	after := *s
	after.updated(&e)
	return e, checkIntent(&after)
}

// checkUpdate refuses parameters that the mode or the page does not take, and, on
// any page but the merchant's own, those of the intent (facts 0.2, endive).
func (s *Session) checkUpdate(details intents.Pairs) error {
	if err := checkModes(details, s.Mode, s.UIMode); err != nil {
		return err
	}
	if has(details, keyPaymentData) && s.UIMode != Elements {
		return invalid("payment_intent_data", "", "`payment_intent_data` can only be updated when `ui_mode` is `elements`.")
	}
	return nil
}

// submit decides what the customer's pressing of the button means.
func submit(s *Session, c *Submit, now intents.Time) (Event, error) {
	if err := s.inTime(now); err != nil {
		return nil, err
	}
	total := s.AmountTotal()
	if c.ExpectedAmount.Given && c.ExpectedAmount.Value != total {
		return nil, invalid("expected_amount", "", "The amount of the Checkout Session is not the one that the page showed.")
	}
	buyer, err := s.entered(c)
	if err != nil {
		return nil, err
	}
	if s.Mode == Payment && total == 0 {
		return Completed{At: now, PaymentStatus: NoPaymentRequired, Buyer: buyer, Free: true}, nil
	}
	if err := s.checkMethod(c.PaymentMethod); err != nil {
		return nil, err
	}
	e := Submitted{At: now, Intent: s.Intent, Buyer: buyer}
	switch {
	case s.Mode == Subscription:
		e.PaymentMethod = c.PaymentMethod
	case e.Intent == "":
		e.Intent = s.intentID()
	}
	return e, nil
}

// checkMethod refuses a payment method that the page does not offer.
func (s *Session) checkMethod(pm intents.PaymentMethod) error {
	switch {
	case s.Mode == Subscription && pm.IsZero() && s.Detail("payment_method_collection") == string(IfRequired):
		return nil // nothing due now, and no method wanted: whether that is so, the caller knows
	case pm.ID == "" || !pm.Type.Valid():
		return invalid("payment_method", "parameter_missing", "a payment method has an id and a type")
	case !s.PaymentMethodTypes.Has(pm.Type):
		return invalid("payment_method", "", "The PaymentMethod provided ("+pm.Type.String()+") is not one of the payment methods of this Checkout Session.")
	case !utf8.ValidString(pm.ID) || !utf8.ValidString(pm.Customer) || pm.Details.Check() != nil:
		return invalid("payment_method", "", notText)
	case pm.Spent:
		return invalid("payment_method", "", "This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, and may not be used again.")
	case pm.Customer != "" && pm.Customer != s.Detail(KeyCustomer):
		return invalid("payment_method", "", "The PaymentMethod "+pm.ID+" does not belong to the Customer of this Checkout Session.")
	}
	return nil
}

// entered returns what the session knows of its customer after a submit, and
// refuses where the page asks for more (facts 2.3).
func (s *Session) entered(c *Submit) (intents.Pairs, error) {
	for name, value := range c.Buyer.All() {
		if _, ok := buyerKeys.Find(name); !ok {
			return "", invalid("customer_details["+name+"]", "parameter_unknown", "Received unknown parameter: customer_details["+name+"]")
		}
		if !utf8.ValidString(value) {
			return "", invalid("customer_details["+name+"]", "", notText)
		}
	}
	if c.Buyer.Check() != nil {
		return "", invalid("customer_details", "", "it is not canonical")
	}
	buyer := s.Buyer.Merge(c.Buyer)
	if email := s.Detail("customer_email"); email != "" && detail(buyer, "email") == "" {
		buyer, _ = buyer.With("email", email)
	}
	missing := func(name string) error {
		return invalid("customer_details["+name+"]", "parameter_missing", "The page asks the customer for "+name+".")
	}
	country := detail(buyer, "shipping[address][country]")
	switch {
	case s.Detail("consent_collection[terms_of_service]") == "required" && !c.Accepted:
		return "", invalid("consent[terms_of_service]", "parameter_missing", "The customer has to accept the terms of service.")
	case s.Detail("phone_number_collection[enabled]") == "true" && detail(buyer, "phone") == "":
		return "", missing("phone")
	case s.Detail("billing_address_collection") == "required" && detail(buyer, "address[country]") == "":
		return "", missing("address[country]")
	case s.collectsShipping() && country == "":
		return "", missing("shipping[address][country]")
	case s.collectsShipping() && !slices.Contains(s.shipsTo(), country):
		return "", invalid("customer_details[shipping][address][country]", "", "The merchant does not ship to "+country+".")
	}
	if c.Accepted {
		buyer, _ = buyer.With("terms_of_service", "accepted")
	}
	return buyer, nil
}

func (s *Session) collectsShipping() bool {
	return has(s.Details, keyAllowedCountries)
}

// shipsTo returns the countries that shipping_address_collection allows.
func (s *Session) shipsTo() []string {
	var countries []string
	for name, value := range s.Details.All() {
		if strings.HasPrefix(name, keyAllowedCountries) {
			countries = append(countries, value)
		}
	}
	return countries
}

func complete(s *Session, c Complete, now intents.Time) (Event, error) {
	if err := s.goesOn(now); err != nil {
		return nil, err
	}
	switch {
	case c.PaymentStatus != Paid && c.PaymentStatus != Unpaid && c.PaymentStatus != NoPaymentRequired:
		return nil, invalid("payment_status", "", "Invalid payment_status: must be one of no_payment_required, paid, or unpaid")
	case s.Mode == Setup && c.PaymentStatus != NoPaymentRequired:
		return nil, invalid("payment_status", "", "In setup mode no payment is required.")
	case s.Mode == Payment && c.PaymentStatus == NoPaymentRequired:
		return nil, invalid("payment_status", "", "A payment is required.")
	case s.Mode != Subscription && (c.Subscription != "" || c.Invoice != ""):
		return nil, invalid("subscription", "", "Only subscription mode has a subscription.")
	case s.Mode == Subscription && c.Subscription == "":
		return nil, invalid("subscription", "parameter_missing", "A subscription is made before the session is complete.")
	case !utf8.ValidString(c.Subscription) || !utf8.ValidString(c.Invoice):
		return nil, invalid("subscription", "", notText)
	}
	return Completed{At: now, PaymentStatus: c.PaymentStatus, Buyer: s.Buyer, Subscription: c.Subscription, Invoice: c.Invoice}, nil
}

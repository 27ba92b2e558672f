package checkout

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/internal/ids"
)

// The life of a session (SPEC expires_at): from half an hour to a day, both
// included (INFERRED), and a day where nothing was given.
const (
	shortestLife = 30 * time.Minute
	longestLife  = 24 * time.Hour
)

// intentID returns the id of the intent that the session makes.
func (s *Session) intentID() string { return intentID(s.Mode, s.ID) }

func intentID(m Mode, session string) string {
	switch m {
	case Payment:
		return ids.Derive("pi_", session, 1)
	case Setup:
		return ids.Derive("seti_", session, 1)
	case Subscription:
	}
	return ""
}

// newCustomer returns the id of the customer that the session makes, or "".
func (s *Session) newCustomer() string {
	if !s.makesCustomer() {
		return ""
	}
	return ids.Derive("cus_", s.ID, 1)[:len("cus_")+14]
}

func create(c *Create, now intents.Time) (Event, error) {
	e := Created{
		ID: c.ID, At: now, Mode: c.Mode, UIMode: c.UIMode, Currency: c.Currency, ExpiresAt: c.ExpiresAt, LineItems: c.LineItems, Shipping: c.Shipping,
		PaymentMethodTypes: c.PaymentMethodTypes, CustomerCreation: c.CustomerCreation, Metadata: c.Metadata, RecoveredFrom: c.RecoveredFrom,
	}
	if e.UIMode == "" {
		e.UIMode = HostedPage
	}
	if e.ExpiresAt == 0 {
		e.ExpiresAt = now.Add(longestLife)
	}
	if err := checkCreate(c, &e); err != nil {
		return nil, err
	}
	var err error
	if e.Details, err = detailKeys.Merge("Checkout Session", "", c.Details, intents.AtCreate); err != nil {
		return nil, err
	}
	if err := checkDetails(&e); err != nil {
		return nil, err
	}
	if err := e.contents(c); err != nil {
		return nil, err
	}
	if err := e.methods(c); err != nil {
		return nil, err
	}
	e.defaults(c)
	if e.UIMode != HostedPage && e.PaymentMethodTypes.Redirects() && detail(e.Details, KeyReturnURL) == "" {
		return nil, invalid(KeyReturnURL, "parameter_missing", "Missing required param: return_url. A payment method of the Checkout Session redirects.")
	}
	var s Session
	s.created(&e)
	if err := checkIntent(&s); err != nil {
		return nil, err
	}
	return e, nil
}

// checkCreate refuses what is wrong by itself.
func checkCreate(c *Create, e *Created) error {
	switch {
	case c.ID == "":
		return invalid("id", "parameter_missing", "a session needs an id")
	case !utf8.ValidString(c.ID) || !strings.HasPrefix(c.ID, "cs_"):
		return invalid("id", "", "a session's id is text and begins with cs_")
	case !utf8.ValidString(c.RecoveredFrom):
		return invalid("recovered_from", "", notText)
	case c.RecoveredFrom == c.ID:
		return invalid("recovered_from", "", "a session can't be made from itself")
	}
	if err := c.APIVersion.Check(); err != nil {
		return err
	}
	switch e.Mode {
	case Payment, Setup, Subscription:
	case "":
		return invalid("mode", "parameter_missing", "Missing required param: mode.")
	default:
		return invalid("mode", "", "Invalid mode: must be one of payment, setup, or subscription")
	}
	if e.UIMode != HostedPage && e.UIMode != EmbeddedPage && e.UIMode != Elements {
		return invalid("ui_mode", "", "Invalid ui_mode: must be one of elements, embedded_page, or hosted_page")
	}
	switch { // OBS-EXPIRES-MSG
	case e.ExpiresAt < e.At.Add(shortestLife):
		return invalid("expires_at", "", "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.")
	case e.ExpiresAt > e.At.Add(longestLife):
		return invalid("expires_at", "", "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.")
	}
	switch {
	case c.CustomerCreation != "" && c.CustomerCreation != Always && c.CustomerCreation != IfRequired:
		return invalid("customer_creation", "", "Invalid customer_creation: must be one of always or if_required")
	case c.CustomerCreation != "" && c.Mode == Subscription:
		return invalid("customer_creation", "", "`customer_creation` can only be used in `payment` and `setup` mode.")
	}
	if bad, ok := c.Metadata.Check().(*intents.InvalidError); ok { //nolint:errorlint // Check wraps nothing
		return invalid("metadata", "", bad.Message)
	}
	return nil
}

// contents holds the rules on what is sold (facts 2.3), and takes the currency from
// the line items where it was not given.
func (e *Created) contents(c *Create) error {
	if e.Mode == Setup {
		switch {
		case e.LineItems != "":
			return invalid("line_items", "", "`line_items` can't be passed in `setup` mode.")
		case e.Shipping != 0:
			return invalid("shipping_options", "", "`shipping_options` can't be passed in `setup` mode.")
		case e.Currency == "" && e.PaymentMethodTypes == 0:
			return invalid("currency", "parameter_missing", "Missing required param: currency. In `setup` mode with dynamic payment methods they depend on it.")
		case e.Currency != "":
			return e.Currency.Check()
		}
		return nil
	}
	if e.LineItems == "" {
		return invalid("line_items", "parameter_missing", "Missing required param: line_items.")
	}
	if err := e.LineItems.Check(); err != nil {
		return err
	}
	for _, line := range e.LineItems.All() {
		if e.Currency == "" {
			e.Currency = line.Currency
		}
		break
	}
	if err := e.Currency.Check(); err != nil {
		return err
	}
	if err := checkTotal(e.Mode, e.Currency, e.LineItems, e.Shipping); err != nil {
		return err
	}
	if t, _ := total(e.LineItems, e.Shipping); e.Mode == Payment && t.Amount == 0 && c.APIVersion.Before(intents.Version20230816) {
		return invalid("", "amount_too_small", "The Checkout Session's total amount can't be 0.") // DOC-NOCOST
	}
	return nil
}

// checkTotal holds the rules between a mode and its line items.
func checkTotal(m Mode, currency intents.Currency, lines LineItems, shipping int64) error {
	if err := lines.Check(); err != nil {
		return err
	}
	for n, line := range lines.All() {
		if line.Currency != currency {
			return invalid("line_items["+strconv.Itoa(n)+"][price_data][currency]", "", "All line items of a Checkout Session have its currency, "+string(currency)+".")
		}
		if line.Interval != "" && m != Subscription {
			return invalid("line_items["+strconv.Itoa(n)+"][price]", "", "You must use `subscription` mode with recurring prices.")
		}
	}
	recurring := lines.recurring()
	switch {
	case lines == "" && m != Setup:
		return invalid("line_items", "parameter_missing", "Missing required param: line_items.")
	case lines != "" && m == Setup:
		return invalid("line_items", "", "`line_items` can't be passed in `setup` mode.")
	case shipping != 0 && m == Setup:
		return invalid("shipping_options", "", "`shipping_options` can't be passed in `setup` mode.")
	case m == Payment && lines.Len() > 100:
		return invalid("line_items", "", "A Checkout Session in `payment` mode has at most 100 line items.")
	case m == Subscription && recurring == 0:
		return invalid("line_items", "", "You must provide at least one recurring price in `subscription` mode.")
	case m == Subscription && (recurring > 20 || lines.Len()-recurring > 20):
		return invalid("line_items", "", "A Checkout Session in `subscription` mode has at most 20 recurring and 20 one-time line items.")
	case shipping < 0 || shipping > maxAmount:
		return invalid("shipping_options[0][shipping_rate_data][fixed_amount][amount]", "parameter_invalid_integer", "Invalid integer: a delivery costs at least 0 and at most "+strconv.Itoa(maxAmount))
	}
	t, err := total(lines, shipping)
	if err != nil {
		return err
	}
	if m != Payment || t.Amount == 0 {
		if t.Amount > maxAmount {
			return invalid("line_items", "amount_too_large", "The total amount of the Checkout Session is too large.")
		}
		return nil
	}
	return checkCharge(currency, t.Amount)
}

// checkCharge refuses a total that can't be charged. Stripe names no parameter (OBS-AMOUNT-MSG).
func checkCharge(c intents.Currency, amount int64) error {
	err := c.CheckCharge(amount, "")
	if bad, ok := err.(*intents.InvalidError); ok && bad.Code == "amount_too_small" { //nolint:errorlint // CheckCharge wraps nothing
		bad.Message = "The Checkout Session's total amount must be at least " + intents.Money{Amount: c.Minimum(), Currency: c}.String() + "."
	}
	return err
}

// methods chooses the payment methods where they were not given, and refuses those
// that can't be had.
func (e *Created) methods(c *Create) error {
	asked := wanted{mode: e.Mode, currency: e.Currency, details: e.Details}
	if c.PaymentMethodTypes == 0 {
		e.Flags |= Dynamic
		e.PaymentMethodTypes, e.Wallets = c.Settings.choose(asked)
		if e.PaymentMethodTypes == 0 {
			return invalid("payment_method_types", "", "No valid payment method types for this Checkout Session. Please ensure that you have activated payment methods compatible with your chosen currency.")
		}
		return nil
	}
	if c.APIVersion != "" && !c.APIVersion.Before(intents.VersionEndive) {
		return invalid("payment_method_types", "payment_method_types_no_longer_supported", "The parameter payment_method_types is no longer supported.")
	}
	if err := c.PaymentMethodTypes.Check(); err != nil {
		return invalid("payment_method_types", "", "the types are not known")
	}
	for t := range c.PaymentMethodTypes.All() {
		if why := asked.refuses(t); why != "" {
			return invalid("payment_method_types", "", "The payment method type provided: "+t.String()+" is invalid: "+why+".")
		}
	}
	if e.PaymentMethodTypes.Has(intents.Card) {
		e.Wallets = c.Settings.wallets(asked)
	}
	return nil
}

// defaults fills in what depends on the version of the request (facts 0.2).
func (e *Created) defaults(c *Create) {
	early := e.Mode == Payment && c.APIVersion != "" && c.APIVersion.Before(intents.Version20220801)
	e.Flags = e.Flags.with(Livemode, c.Livemode).
		with(EarlyIntent, early).
		with(Recoverable, detail(e.Details, "after_expiration[recovery][enabled]") == "true")
	if e.Mode == Setup || early {
		e.Intent = intentID(e.Mode, e.ID)
	}
	if e.Mode == Payment && detail(e.Details, keyPaymentData+"capture_method]") == "" {
		// The version of the request is known now, and the intent is made later.
		e.Details, _ = e.Details.With(keyPaymentData+"capture_method]", string(capture.DefaultMethod(c.APIVersion)))
	}
	if e.CustomerCreation == "" && e.Mode == Payment && detail(e.Details, KeyCustomer) == "" {
		e.CustomerCreation = IfRequired
		if early {
			e.CustomerCreation = Always
		}
	}
}

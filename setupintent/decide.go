package setupintent

import (
	"time"
	"unicode/utf8"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/ids"
)

// Decide returns the events that a command makes of an intent at a time. The time
// has to be set. Then it asks the table first, and the command's contents second. A
// refusal is an *intents.StateError or an *intents.InvalidError.
func Decide(s Intent, c Command, now time.Time) ([]Event, error) {
	e, err := decide(&s, c, intents.TimeOf(now))
	if e == nil || err != nil {
		return nil, err
	}
	return []Event{e}, nil
}

// lastTime is the last second of the year 9999, after which RFC 3339 has no times
// and sums of times would overflow in the end.
const lastTime intents.Time = 253402300799

// decide returns the one event of a command: no command makes more. It asks the
// table here, once for all commands.
func decide(s *Intent, c Command, now intents.Time) (Event, error) {
	if now <= 0 || now > lastTime {
		return nil, invalid("now", "", "the time is not set, or after the year 9999")
	}
	o, ok := opOf(c)
	if !ok {
		return nil, &intents.InvalidError{Param: "command", Message: "the command is nil or a pointer"}
	}
	if err := legal(s, o); err != nil {
		return nil, sooner(s, c, err)
	}
	switch c := c.(type) {
	case Create:
		return create(&c, now)
	case Update:
		return update(s, &c)
	case Confirm:
		return confirm(s, &c, now)
	case Cancel:
		return cancel(s, c, now)
	case VerifyMicrodeposits:
		return verify(s, c, now)
	case Approve:
		return approve(s, now)
	case Challenge:
		return challenge(s, c, now)
	case Decline:
		return decline(c, now)
	case Submit:
		return submit(s, c, now)
	case Authenticate:
		return authenticate(s, now)
	case FailAction:
		return failAction(s, c, now)
	case Collect:
		return collect(s, now)
	case Postpone:
		return postpone(c, now)
	case ExpireAction:
		return expireAction(s, now)
	case Void:
		return void(s, c, now)
	}
	return nil, &intents.InvalidError{Param: "command", Message: "the command is nil or a pointer"}
}

// opOf returns the op of a command that is one of this package's values. Asking a
// nil pointer for its op would panic, so the kind of value is looked at first.
func opOf(c Command) (op, bool) {
	switch c := c.(type) {
	case Create, Update, Confirm, Cancel, VerifyMicrodeposits, Approve, Challenge, Decline, Submit, Authenticate, FailAction,
		Collect, Postpone, ExpireAction, Void:
		return c.command(), true
	default:
		return 0, false
	}
}

func event[E Event](e E, err error) (Event, error) {
	if err != nil {
		return nil, err
	}
	return e, nil
}

// sooner returns the refusal that Stripe gives before that of the status: of a
// confirmation without a payment method, or with another customer's (facts, 1.5).
func sooner(s *Intent, c Command, status error) error {
	if c, ok := c.(Confirm); ok && s.Status != none {
		if _, err := resolve(s, &c); err != nil {
			return err
		}
	}
	return status
}

func create(c *Create, now intents.Time) (Event, error) {
	e := Created{
		ID: c.ID, At: now, Usage: c.Usage, PaymentMethodTypes: c.PaymentMethodTypes, PaymentMethod: c.PaymentMethod,
		Metadata: c.Metadata, Owner: c.Owner, ConfirmLimit: c.ConfirmLimit,
	}
	if e.Usage == "" {
		e.Usage = OffSession
	}
	if e.PaymentMethodTypes == 0 {
		e.PaymentMethodTypes = settableOf(c.Offered)
	}
	if e.PaymentMethodTypes == 0 {
		e.PaymentMethodTypes = intents.TypesOf(intents.Card)
	}
	e.Flags = e.Flags.with(Livemode, c.Livemode).
		with(AutomaticPaymentMethods, c.AutomaticPaymentMethods).
		with(NoRedirects, c.NoRedirects)
	if err := checkCreate(c, &e); err != nil {
		return nil, err
	}
	var err error
	if e.Details, err = mergeDetails("", c.Details, intents.AtCreate); err != nil {
		return nil, err
	}
	if err := checkDetails(e.ID, e.Details); err != nil {
		return nil, err
	}
	return event(e, checkOwnership(&e.PaymentMethod, e.Details))
}

func checkCreate(c *Create, e *Created) error {
	switch {
	case c.ID == "":
		return invalid("id", "parameter_missing", "an intent needs an id")
	case !utf8.ValidString(c.ID):
		return invalid("id", "", notText)
	case !utf8.ValidString(c.Owner):
		return invalid("owner", "", notText)
	}
	if err := c.APIVersion.Check(); err != nil {
		return err
	}
	switch {
	case !e.Usage.Valid():
		return invalid("usage", "", "Invalid usage: must be one of off_session or on_session")
	case c.PaymentMethodTypes != 0 && c.APIVersion != "" && !c.APIVersion.Before(intents.VersionEndive):
		return invalid("payment_method_types", "parameter_unknown", "Received unknown parameter: payment_method_types")
	case c.PaymentMethodTypes != 0 && c.AutomaticPaymentMethods:
		return invalid("payment_method_types", "parameters_exclusive", "You may only specify one of these parameters: automatic_payment_methods, payment_method_types.")
	}
	if err := e.PaymentMethodTypes.Check(); err != nil {
		return invalid("payment_method_types", "", err.Error())
	}
	if c.Metadata != "" {
		if bad, ok := c.Metadata.Check().(*intents.InvalidError); ok { //nolint:errorlint // Check wraps nothing
			return invalid("metadata", "", bad.Message)
		}
	}
	if e.PaymentMethod.IsZero() {
		return nil
	}
	return checkMethod(&e.PaymentMethod, e.PaymentMethodTypes)
}

const notText = "it is not valid UTF-8"

// checkMethod refuses a payment method that can't be an intent's at all. What is
// only carried is checked too, for what is stored has to come back.
func checkMethod(pm *intents.PaymentMethod, types intents.PaymentMethodTypes) error {
	switch {
	case pm.ID == "" || !pm.Type.Valid():
		return invalid("payment_method", "parameter_missing", "a payment method has an id and a type")
	case !types.Has(pm.Type):
		return invalid("payment_method", codeInvalidParameter, "The PaymentMethod provided ("+pm.Type.String()+") is not allowed for this SetupIntent.")
	case !kindOf(pm.Type).has(settable):
		return invalid("payment_method", codeInvalidParameter, "The payment method type "+pm.Type.String()+" cannot be used with SetupIntents.")
	case !utf8.ValidString(pm.ID) || !utf8.ValidString(pm.Customer):
		return invalid("payment_method", "", notText)
	case pm.Details.Check() != nil:
		return invalid("payment_method", "", "its details are not canonical")
	}
	return nil
}

// checkOwnership refuses a payment method that is another customer's than the
// intent's, in the words that were recorded (REC-10).
func checkOwnership(pm *intents.PaymentMethod, details intents.Pairs) error {
	if pm.Customer == "" {
		return nil
	}
	switch customer := detail(details, KeyCustomer); customer {
	case pm.Customer:
		return nil
	case "":
		return invalid("payment_method", "", "The payment method supplied ("+pm.ID+") belongs to the Customer "+pm.Customer+". Please include the Customer in the `customer` parameter on the SetupIntent.")
	default:
		return invalid("payment_method", "", "The PaymentMethod "+pm.ID+" does not belong to the Customer you supplied "+customer+". Please use this PaymentMethod with the Customer that it belongs to instead.")
	}
}

// update decides what may be changed when. Before an attempt succeeds or is under
// way, all that is in the command; after that, only what is late (facts, 1.4).
func update(s *Intent, c *Update) (Event, error) {
	early := s.Status == rpm || s.Status == rc || s.Status == ra
	e := Updated{
		Status: s.Status, PaymentMethodTypes: c.PaymentMethodTypes.Or(s.PaymentMethodTypes), PaymentMethod: c.PaymentMethod.Or(s.PaymentMethod),
	}
	if !early {
		if err := refuseLate(s, c); err != nil {
			return nil, err
		}
	} else if err := checkUpdate(&e); err != nil {
		return nil, err
	}
	var err error
	if e.Details, err = mergeDetails(s.Details, c.Details, intents.AtUpdate); err != nil {
		return nil, err
	}
	if e.Metadata, err = s.Metadata.Merge(c.Metadata); err != nil {
		return nil, err
	}
	if c.Details != "" {
		if err := checkDetails(s.ID, e.Details); err != nil {
			return nil, err
		}
	}
	if early {
		e.Status = s.statusAfter(&e)
	}
	return event(e, checkOwnership(&e.PaymentMethod, e.Details))
}

// statusAfter returns where an early update leads: to requires_payment_method
// without a payment method, else to requires_confirmation, except that a waiting
// action survives what does not concern its payment method (INFERRED).
func (s *Intent) statusAfter(e *Updated) Status {
	switch {
	case e.PaymentMethod.IsZero():
		return rpm
	case s.Status == ra && e.PaymentMethod == s.PaymentMethod:
		return ra
	}
	return rc
}

func checkUpdate(e *Updated) error {
	if err := e.PaymentMethodTypes.Check(); err != nil || e.PaymentMethodTypes == 0 {
		return invalid("payment_method_types", "", "the types are not known")
	}
	if e.PaymentMethod.IsZero() {
		return nil
	}
	return checkMethod(&e.PaymentMethod, e.PaymentMethodTypes)
}

// refuseLate refuses an update of what can't be changed any more: the error names
// the parameter and the statuses in which it could be.
func refuseLate(s *Intent, c *Update) error {
	var param string
	switch {
	case c.PaymentMethod.Given:
		param = "payment_method"
	case c.PaymentMethodTypes.Given:
		param = "payment_method_types"
	default:
		for name := range c.Details.All() {
			if k, ok := detailKeys.Find(name); ok && k.Stages&intents.Late == 0 && k.Stages&intents.AtUpdate != 0 {
				param = name
				break
			}
		}
		if param == "" {
			return nil
		}
	}
	e := law.Refusal(index(s.Status), s.Status, uint8(opUpdate))
	e.Code, e.Message = codeUnexpectedState, refusalText(s.Status.Stripe(), opUpdate)
	e.Param, e.Allowed = param, []string{string(rpm), string(rc), string(ra)}
	return e
}

// resolve returns what a confirmation asks for: its parameters, its payment method
// and whose that is, in this order (facts, 1.5, steps 2 to 5).
func resolve(s *Intent, c *Confirm) (Confirmed, error) {
	e := Confirmed{PaymentMethod: c.PaymentMethod, Details: s.Details}
	if c.Details != "" {
		var err error
		if e.Details, err = mergeDetails(s.Details, c.Details, intents.AtConfirm); err != nil {
			return e, err
		}
	}
	if e.PaymentMethod.IsZero() {
		e.PaymentMethod = s.PaymentMethod
	}
	if e.PaymentMethod.IsZero() {
		return e, invalid("payment_method", codeUnexpectedState, "You cannot confirm this SetupIntent because it's missing a payment method. You can either update the SetupIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.")
	}
	return e, checkOwnership(&e.PaymentMethod, e.Details)
}

// confirm starts an attempt. The confirmation after the last that is allowed
// cancels, where nothing else speaks against it: a refused one does not count.
func confirm(s *Intent, c *Confirm, now intents.Time) (Event, error) {
	e, err := resolve(s, c)
	if err != nil {
		return nil, err
	}
	if err := checkConfirm(s, c, &e); err != nil {
		return nil, err
	}
	if s.ConfirmLimit > 0 && s.Confirms >= s.ConfirmLimit {
		return Canceled{At: now}, nil
	}
	e.At, e.AttemptID, e.Customer = now, ids.Derive("setatt_", s.ID, uint64(s.Attempts)+1), detail(e.Details, KeyCustomer)
	return e, nil
}

func checkConfirm(s *Intent, c *Confirm, e *Confirmed) error {
	pm := &e.PaymentMethod
	secret := s.detail(KeyClientSecret)
	switch {
	case c.Owner != s.Owner && c.Owner == "":
		return invalid("intent", codeUnexpectedState, "You cannot confirm this SetupIntent because it belongs to a Checkout Session. The customer confirms it on the session's page.")
	case c.Owner != s.Owner:
		return invalid("owner", codeUnexpectedState, "The SetupIntent does not belong to the Checkout Session "+c.Owner+".")
	case c.Publishable && (secret == "" || c.ClientSecret == ""), c.ClientSecret != "" && c.ClientSecret != secret:
		return invalid(KeyClientSecret, codeInvalidParameter, "The client_secret provided does not match the client_secret associated with this SetupIntent.")
	}
	if *pm != s.PaymentMethod { // the intent's own was checked when it was set
		if err := checkMethod(pm, s.PaymentMethodTypes); err != nil {
			return err
		}
	}
	if pm.Spent {
		return invalid("payment_method", "", "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.")
	}
	traits := pm.Type.Traits()
	switch _, single := e.Details.Get(KeySingleUseAmount); {
	case single && !kindOf(pm.Type).has(once):
		return invalid("single_use", codeInvalidParameter, "The payment method type "+traits.Name+" has no single-use mandates.")
	case (traits.Redirect || s.Flags.Has(AutomaticPaymentMethods) && s.PaymentMethodTypes.Redirects()) && !s.Flags.Has(NoRedirects) && detail(e.Details, KeyReturnURL) == "":
		return invalid("return_url", "", "This SetupIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.")
	}
	return nil
}

// void decides what an owner may do, and when.
func void(s *Intent, c Void, now intents.Time) (Event, error) {
	switch {
	case s.Owner == "":
		return nil, invalid("owner", "", "no Checkout Session owns the intent")
	case c.Owner != "" && c.Owner != s.Owner:
		return nil, invalid("owner", "", "The SetupIntent does not belong to the Checkout Session "+c.Owner+".")
	case !c.Reason.Callers():
		return nil, invalid("cancellation_reason", "", unknownReason)
	}
	return Canceled{At: now, Reason: c.Reason}, nil
}

const unknownReason = "Invalid cancellation_reason: must be one of abandoned, duplicate, or requested_by_customer"

func cancel(s *Intent, c Cancel, now intents.Time) (Event, error) {
	switch {
	case !c.Reason.Callers():
		return nil, invalid("cancellation_reason", "", unknownReason)
	case s.Owner != "":
		return nil, invalid("intent", codeUnexpectedState, "You cannot cancel this SetupIntent because it belongs to a Checkout Session. Expire the session instead.")
	}
	return Canceled{At: now, Reason: c.Reason}, nil
}

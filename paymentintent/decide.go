package paymentintent

import (
	"math"
	"time"
	"unicode/utf8"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/internal/ids"
)

// Decide returns the events that a command makes of an intent at a time: none
// where the command is harmless and has nothing to do. The time has to be set. Then
// it asks the table first, and the command's contents second. A refusal is an
// *intents.StateError or an *intents.InvalidError.
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

// decide returns the one event of a command, or nil: no command makes more. It
// asks the table here, once for all commands.
func decide(s *Intent, c Command, now intents.Time) (Event, error) {
	if now <= 0 || now > lastTime {
		return nil, invalid("now", "", "the time is not set, or after the year 9999")
	}
	o, ok := opOf(c)
	if !ok {
		return nil, &intents.InvalidError{Param: "command", Message: "the command is nil or a pointer"}
	}
	if err := legal(s, o); err != nil {
		return nil, err
	}
	switch c := c.(type) {
	case Create:
		return create(&c, now)
	case Update:
		return update(s, &c)
	case Confirm:
		return confirm(s, &c, now)
	case Capture:
		return captureHold(s, &c, now)
	case Cancel:
		return cancel(s, c, now)
	case IncrementAuthorization:
		return increment(s, c, now)
	case ApplyCustomerBalance:
		return applyBalance(s, c, now)
	case VerifyMicrodeposits:
		return verify(s, c, now)
	case Refund:
		return refund(s, c, now)
	case Approve:
		return approve(s, &c, now)
	case Challenge:
		return challenge(s, c, now)
	case Decline:
		return decline(s, c, now)
	case Submit:
		return submit(s, c, now)
	case Notify:
		return notify(s, c, now)
	case Authenticate:
		return authenticate(s, now)
	case FailAction:
		return failAction(c, now)
	case Fund:
		return fund(s, c.Amount, c.Terms, intents.PaymentMethod{}, now)
	case Collect:
		return collect(s, c, now)
	case Settle:
		return settle(s, c, now)
	case Postpone:
		return postpone(s, c, now)
	case CloseWindow:
		return WindowClosed{}, nil
	case ReportRefund:
		e, err := capture.ReportRefund{Number: c.Number, Status: c.Status}.Decide(&s.Charge, now)
		return event(RefundUpdated{e}, err)
	case Dispute:
		e, err := capture.Dispute{Reason: c.Reason}.Decide(&s.Charge, now)
		return event(DisputeOpened{e}, err)
	case ReverseAuthorization:
		return nil, nil //nolint:nilnil // a harmless command makes no event
	case ExpireAuthorization:
		_, err := capture.Expire{}.Decide(&s.Charge, now)
		return event(AuthorizationExpired{At: now}, err)
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
	case Create, Update, Confirm, Capture, Cancel, IncrementAuthorization, ApplyCustomerBalance, VerifyMicrodeposits, Refund,
		Approve, Challenge, Decline, Submit, Notify, Authenticate, FailAction, Fund, Collect, Settle, Postpone, CloseWindow, ReportRefund,
		Dispute, ReverseAuthorization, ExpireAuthorization, ExpireAction, Void:
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

func create(c *Create, now intents.Time) (Event, error) {
	e := Created{
		ID: c.ID, At: now, Amount: c.Amount, Currency: c.Currency,
		CaptureMethod: c.CaptureMethod, ConfirmationMethod: c.ConfirmationMethod,
		PaymentMethodTypes: c.PaymentMethodTypes, PaymentMethod: c.PaymentMethod,
		Metadata: c.Metadata, Owner: c.Owner, ConfirmLimit: c.ConfirmLimit,
	}
	if e.CaptureMethod == "" {
		e.CaptureMethod = capture.DefaultMethod(c.APIVersion)
	}
	if e.ConfirmationMethod == "" {
		e.ConfirmationMethod = ConfirmAutomatic
	}
	if e.PaymentMethodTypes == 0 {
		e.PaymentMethodTypes = c.Offered
	}
	if e.PaymentMethodTypes == 0 {
		e.PaymentMethodTypes = intents.TypesOf(intents.Card)
	}
	e.Flags = e.Flags.with(Livemode, c.Livemode).
		with(AutomaticPaymentMethods, c.AutomaticPaymentMethods).
		with(NoRedirects, c.NoRedirects).
		with(CryptoAtOnce, c.APIVersion.Before(intents.VersionClover))
	if err := checkCreate(c, &e); err != nil {
		return nil, err
	}
	var err error
	if e.Details, err = mergeDetails("", c.Details, intents.AtCreate); err != nil {
		return nil, err
	}
	if err := checkConnect(e.Details, e.Amount); err != nil {
		return nil, err
	}
	return e, nil
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
	if err := e.Currency.CheckCharge(e.Amount, "amount"); err != nil {
		return err
	}
	switch {
	case !e.CaptureMethod.Valid():
		return invalid("capture_method", "", "Invalid capture_method: must be one of automatic, automatic_async, or manual")
	case e.ConfirmationMethod != ConfirmAutomatic && e.ConfirmationMethod != ConfirmManual:
		return invalid("confirmation_method", "", "Invalid confirmation_method: must be one of automatic or manual")
	case c.PaymentMethodTypes != 0 && c.APIVersion != "" && !c.APIVersion.Before(intents.VersionEndive):
		return invalid("payment_method_types", "payment_method_types_no_longer_supported", "The parameter payment_method_types is no longer supported.")
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
		return invalid("payment_method", "payment_intent_incompatible_payment_method", "The PaymentMethod provided ("+pm.Type.String()+") is not allowed for this PaymentIntent.")
	case !utf8.ValidString(pm.ID) || !utf8.ValidString(pm.Customer):
		return invalid("payment_method", "", notText)
	case pm.Details.Check() != nil:
		return invalid("payment_method", "", "its details are not canonical")
	}
	return nil
}

// update decides what may be changed when. Before an attempt succeeds or is under
// way, all that is in the command; after that, only what is late (facts, 1.11).
func update(s *Intent, c *Update) (Event, error) {
	early := s.Status == rpm || s.Status == rc || s.Status == ra
	e := Updated{
		Status: s.Status, Amount: c.Amount.Or(s.Amount), Currency: c.Currency.Or(s.Currency), CaptureMethod: c.CaptureMethod.Or(s.CaptureMethod),
		PaymentMethodTypes: c.PaymentMethodTypes.Or(s.PaymentMethodTypes), PaymentMethod: c.PaymentMethod.Or(s.PaymentMethod),
	}
	if !early {
		if err := refuseLate(s, c); err != nil {
			return nil, err
		}
	} else if err := checkUpdate(c, &e); err != nil {
		return nil, err
	}
	var err error
	if e.Details, err = mergeDetails(s.Details, c.Details, intents.AtUpdate); err != nil {
		return nil, err
	}
	if e.Metadata, err = s.Metadata.Merge(c.Metadata); err != nil {
		return nil, err
	}
	if err := checkConnect(e.Details, e.Amount); err != nil {
		return nil, err
	}
	if early {
		e.Status = s.statusAfter(&e)
	}
	return e, nil
}

// statusAfter returns where an early update leads: to requires_payment_method
// without a payment method, else to requires_confirmation, except that a waiting
// action survives what does not concern it (INFERRED).
func (s *Intent) statusAfter(e *Updated) Status {
	switch {
	case e.PaymentMethod.IsZero():
		return rpm
	case s.Status == ra && e.Amount == s.Amount && e.Currency == s.Currency && e.CaptureMethod == s.CaptureMethod &&
		e.PaymentMethod == s.PaymentMethod && e.PaymentMethodTypes == s.PaymentMethodTypes:
		return ra
	}
	return rc
}

func checkUpdate(c *Update, e *Updated) error {
	if c.Amount.Given || c.Currency.Given {
		if err := e.Currency.CheckCharge(e.Amount, "amount"); err != nil {
			return err
		}
	}
	if !e.CaptureMethod.Valid() {
		return invalid("capture_method", "", "Invalid capture_method: must be one of automatic, automatic_async, or manual")
	}
	if err := e.PaymentMethodTypes.Check(); err != nil || e.PaymentMethodTypes == 0 {
		return invalid("payment_method_types", "", "the types are not known")
	}
	if e.PaymentMethod.IsZero() {
		return nil
	}
	return checkMethod(&e.PaymentMethod, e.PaymentMethodTypes)
}

// refuseLate refuses an update of what can't be changed any more, in Stripe's
// words: the error names the parameter and the statuses in which it could be.
func refuseLate(s *Intent, c *Update) error {
	var param string
	switch {
	case c.Amount.Given:
		param = "amount"
	case c.Currency.Given:
		param = "currency"
	case c.PaymentMethod.Given:
		param = "payment_method"
	case c.CaptureMethod.Given:
		param = "capture_method"
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
	e.Code, e.Param, e.Allowed = codeUnexpectedState, param, []string{string(rpm), string(rc), string(ra)}
	return e
}

func confirm(s *Intent, c *Confirm, now intents.Time) (Event, error) {
	if s.ConfirmLimit > 0 && s.Confirms >= s.ConfirmLimit {
		return Canceled{At: now, Reason: Automatic}, nil
	}
	e := Confirmed{At: now, PaymentMethod: c.PaymentMethod, CaptureMethod: s.CaptureMethod, Details: s.Details}
	if e.PaymentMethod.IsZero() {
		e.PaymentMethod = s.PaymentMethod
	}
	if e.PaymentMethod.IsZero() {
		e.PaymentMethod = c.CustomerDefault
	}
	if c.CaptureMethod != "" {
		e.CaptureMethod = c.CaptureMethod
	}
	if c.Details != "" {
		var err error
		if e.Details, err = mergeDetails(s.Details, c.Details, intents.AtConfirm); err != nil {
			return nil, err
		}
	}
	// An authentication counts for the attempt it was made for: the same method again.
	e.Flags = Flags(0).with(OffSession, c.OffSession).with(ErrorOnRequiresAction, c.ErrorOnRequiresAction).
		with(Authenticated, s.Flags.Has(Authenticated) && e.PaymentMethod == s.PaymentMethod)
	if err := checkConfirm(s, c, &e); err != nil {
		return nil, err
	}
	return e, nil
}

func checkConfirm(s *Intent, c *Confirm, e *Confirmed) error {
	pm := &e.PaymentMethod
	switch {
	case s.sessionOwned() && c.Owner != s.Owner, c.Owner != "" && c.Owner != s.Owner: // SPEC checkout.session.payment_intent
		return invalid("intent", codeUnexpectedState, "You cannot confirm this PaymentIntent because it belongs to a Checkout Session.")
	case c.Publishable && s.ConfirmationMethod == ConfirmManual:
		return invalid("confirmation_method", "secret_key_required", "This PaymentIntent cannot be confirmed using your publishable key because its `confirmation_method` is set to `manual`.")
	case pm.IsZero():
		return invalid("payment_method", codeUnexpectedState, "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.")
	case !e.CaptureMethod.Valid():
		return invalid("capture_method", "", "Invalid capture_method: must be one of automatic, automatic_async, or manual")
	}
	if *pm != s.PaymentMethod { // the intent's own was checked when it was set
		if err := checkMethod(pm, s.PaymentMethodTypes); err != nil {
			return err
		}
	}
	if pm.Spent {
		return invalid("payment_method", "", "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.")
	}
	if pm.Customer != "" {
		customer, _ := e.Details.Get(KeyCustomer)
		switch {
		case customer == "":
			return invalid("source", "parameter_missing", "The `payment_method` parameter supplied "+pm.ID+" belongs to the Customer "+pm.Customer+". Please include the Customer in the `customer` parameter on the PaymentIntent.")
		case customer != pm.Customer:
			return invalid("payment_method", "", "The PaymentMethod "+pm.ID+" does not belong to the Customer you supplied "+customer+". Please use this PaymentMethod with the Customer that it belongs to instead.")
		}
	}
	traits := pm.Type.Traits()
	switch {
	case !traits.ManualCapture && effectiveMethod(e.CaptureMethod, pm.Type, e.Details) == capture.Manual:
		return invalid("capture_method", "payment_intent_invalid_parameter", "The payment method type "+traits.Name+" does not support manual capture.")
	case c.OffSession && traits.CustomerPresent:
		return invalid("off_session", "payment_intent_invalid_parameter", "The payment method type "+traits.Name+" needs the customer to be present.")
	case !c.OffSession && (traits.Redirect || s.Flags.Has(AutomaticPaymentMethods) && s.PaymentMethodTypes.Redirects()) && !s.Flags.Has(NoRedirects) && detail(e.Details, KeyReturnURL) == "":
		return invalid("return_url", "", "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.")
	}
	return nil // a confirmation takes no parameters of Connect
}

// void decides what an owner may do, and when.
func void(s *Intent, c Void, now intents.Time) (Event, error) {
	early := s.Status == rpm || s.Status == rc || s.Status == ra
	switch c.Reason {
	case Automatic:
		if !s.sessionOwned() {
			return nil, invalid("cancellation_reason", "", "no Checkout Session owns the intent")
		}
	case VoidInvoice, FailedInvoice:
		if s.Owner == "" || s.sessionOwned() {
			return nil, invalid("cancellation_reason", "", "no invoice owns the intent")
		}
	case "", Duplicate, Fraudulent, RequestedByCustomer, Abandoned, Expired:
		fallthrough
	default:
		return nil, invalid("cancellation_reason", "", "an owner gives automatic, void_invoice or failed_invoice")
	}
	if !early && c.Reason != VoidInvoice {
		return nil, invalid("cancellation_reason", codeUnexpectedState, "only a voided invoice ends a payment that is on its way")
	}
	return Canceled{At: now, Reason: c.Reason}, nil
}

func cancel(s *Intent, c Cancel, now intents.Time) (Event, error) {
	switch {
	case !c.Reason.Callers():
		return nil, invalid("cancellation_reason", "", "Invalid cancellation_reason: must be one of duplicate, fraudulent, requested_by_customer, or abandoned")
	case s.sessionOwned() && s.Status != rcap:
		return nil, invalid("intent", codeUnexpectedState, "You cannot cancel this PaymentIntent because it belongs to a Checkout Session. Expire the session instead.")
	case s.Status == proc && (c.Refused || !s.Flags.Has(CancelWindow) || !s.PaymentMethod.Type.Traits().CancelProcessing):
		return nil, invalid("intent", codeUnexpectedState, "You cannot cancel this PaymentIntent because its payment is processing and can't be called back.")
	}
	return Canceled{At: now, Reason: c.Reason}, nil
}

// maxAmount bounds what a sum of amounts may reach.
const maxAmount = math.MaxInt64 / 4

// chargeID returns the id that the next charge will have.
func (s *Intent) chargeID() string { return ids.Derive("ch_", s.ID, uint64(s.Charges)+1) }

// attempt returns what the next charge is made from.
func (s *Intent) attempt(id string) capture.Attempt {
	return capture.Attempt{ID: id, Amount: s.Amount, Currency: s.Currency, PaymentMethod: s.PaymentMethod, Details: s.Details, Metadata: s.Metadata}
}

package form

import (
	"strconv"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/paymentintent"
)

// Methods finds a payment method by its id, as a store does.
type Methods func(id string) (intents.PaymentMethod, bool)

// CreatePaymentIntent reads the body of POST /v1/payment_intents. The commands are
// a Create and, with confirm=true, a Confirm. The intent's id and client_secret are
// the caller's to give.
func CreatePaymentIntent(f Form, v intents.Version, methods Methods) (create paymentintent.Create, confirm []paymentintent.Command, err error) {
	r := NewReader(f)
	create = paymentintent.Create{
		APIVersion:         v,
		Amount:             r.Required("amount"),
		Currency:           r.Currency(true),
		CaptureMethod:      capture.Method(r.Text("capture_method")),
		ConfirmationMethod: paymentintent.ConfirmationMethod(r.Text("confirmation_method")),
	}
	create.PaymentMethodTypes = r.Types("payment_method_types")
	create.PaymentMethod = r.method(methods).Value
	create.AutomaticPaymentMethods, create.NoRedirects = r.automatic()
	create.Metadata = r.NewMetadata()

	confirmed := r.Boolean("confirm").Value
	request := r.confirm(confirmed)
	create.Details, request.Details = r.details(confirmed)
	r.Drop("expand", "payment_method_configuration", "hooks")
	if err := r.Done(); err != nil {
		return paymentintent.Create{}, nil, err
	}
	if confirmed {
		return create, []paymentintent.Command{request}, nil
	}
	return create, nil, nil
}

// UpdatePaymentIntent reads the body of POST /v1/payment_intents/{intent}.
func UpdatePaymentIntent(f Form, have paymentintent.Intent, methods Methods) (paymentintent.Update, error) {
	r := NewReader(f)
	u := paymentintent.Update{Amount: r.Integer("amount"), PaymentMethod: r.method(methods), Metadata: r.Metadata(have.Metadata)}
	if c := r.Currency(false); c != "" {
		u.Currency = intents.Some(c)
	}
	if m, ok := r.Take("capture_method"); ok {
		u.CaptureMethod = intents.Some(capture.Method(m))
	}
	if types := r.Types("payment_method_types"); types != 0 {
		u.PaymentMethodTypes = intents.Some(types)
	}
	u.Details = r.Carried(intentKeys, have.Details)
	r.Drop("expand", "payment_method_configuration", "hooks")
	return u, r.Done()
}

// ConfirmPaymentIntent reads the body of POST /v1/payment_intents/{intent}/confirm. The
// commands are the Confirm and, where the types are changed with it, an Update before.
func ConfirmPaymentIntent(f Form, have paymentintent.Intent, methods Methods) ([]paymentintent.Command, error) {
	r := NewReader(f)
	c := r.confirm(true)
	c.PaymentMethod = r.method(methods).Value
	c.CaptureMethod = capture.Method(r.Text("capture_method"))
	var cs []paymentintent.Command
	if types := r.Types("payment_method_types"); types != 0 {
		cs = append(cs, paymentintent.Update{PaymentMethodTypes: intents.Some(types)})
	}
	if n := r.Integer("amount_to_confirm"); n.Given && n.Value != have.Amount {
		r.Fail(Invalid("amount_to_confirm", "", "The amount to confirm is not the amount of the PaymentIntent, "+strconv.FormatInt(have.Amount, 10)+"."))
	}
	c.Details = r.Carried(intentKeys, have.Details)
	r.Drop("expand", "hooks", "client_secret")
	return append(cs, c), r.Done()
}

// CapturePaymentIntent reads the body of POST /v1/payment_intents/{intent}/capture.
func CapturePaymentIntent(f Form, have paymentintent.Intent) (paymentintent.Capture, error) {
	r := NewReader(f)
	c := paymentintent.Capture{AmountToCapture: r.Integer("amount_to_capture"), FinalCapture: r.Boolean("final_capture"), Metadata: r.Metadata(have.Metadata)}
	c.Details = r.Carried(intentKeys, have.Details)
	r.Drop("expand", "hooks")
	return c, r.Done()
}

// CancelPaymentIntent reads the body of POST /v1/payment_intents/{intent}/cancel.
func CancelPaymentIntent(f Form) (paymentintent.Cancel, error) {
	r := NewReader(f)
	c := paymentintent.Cancel{Reason: paymentintent.CancellationReason(r.Text("cancellation_reason"))}
	r.Drop("expand")
	return c, r.Done()
}

// IncrementPaymentIntent reads the body of POST /v1/payment_intents/{intent}/increment_authorization.
func IncrementPaymentIntent(f Form, have paymentintent.Intent) (paymentintent.IncrementAuthorization, error) {
	r := NewReader(f)
	c := paymentintent.IncrementAuthorization{Amount: r.Required("amount"), Metadata: r.Metadata(have.Metadata)}
	c.Details = r.Carried(intentKeys, have.Details)
	r.Drop("expand", "hooks")
	return c, r.Done()
}

// ApplyCustomerBalance reads the body of POST /v1/payment_intents/{intent}/apply_customer_balance.
func ApplyCustomerBalance(f Form, have paymentintent.Intent) (paymentintent.ApplyCustomerBalance, error) {
	r := NewReader(f)
	c := paymentintent.ApplyCustomerBalance{Amount: r.Integer("amount")}
	if cur := r.Currency(false); cur != "" && cur != have.Currency {
		r.Fail(Invalid("currency", "", "The currency of the PaymentIntent is "+string(have.Currency)+"."))
	}
	r.Drop("expand")
	return c, r.Done()
}

// Microdeposits reads the body of POST …/verify_microdeposits of either intent.
func Microdeposits(f Form) (amounts [2]int64, code string, err error) {
	r := NewReader(f)
	code = r.Text("descriptor_code")
	list := r.List("amounts")
	if r.form.Has("amounts") && len(list) != len(amounts) {
		r.Fail(Invalid("amounts", "payment_method_microdeposit_verification_amounts_invalid", "You must provide exactly two amounts."))
	}
	for i, v := range list {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil {
			r.Fail(Invalid("amounts["+strconv.Itoa(i)+"]", "parameter_invalid_integer", "Invalid integer: "+v))
		}
		if i < len(amounts) {
			amounts[i] = n
		}
	}
	r.Drop("expand", "client_secret")
	return amounts, code, r.Done()
}

// confirm takes the parameters that only a confirmation has. Without one they are
// refused (SPEC-D).
func (r *Reader) confirm(confirmed bool) paymentintent.Confirm {
	var c paymentintent.Confirm
	for _, key := range []string{"off_session", "error_on_requires_action"} {
		if _, given := r.form.Get(key); given && !confirmed {
			r.Fail(Invalid(key, "", "The parameter `"+key+"` cannot be passed when creating a PaymentIntent unless `confirm` is set to true."))
		}
	}
	if v, _ := r.form.Get("off_session"); v == "one_off" || v == "recurring" {
		r.Text("off_session")
		c.OffSession = true
	} else {
		c.OffSession = r.Boolean("off_session").Value
	}
	c.ErrorOnRequiresAction = r.Boolean("error_on_requires_action").Value
	return c
}

// automatic takes automatic_payment_methods.
func (r *Reader) automatic() (enabled, noRedirects bool) {
	enabled = r.Boolean("automatic_payment_methods[enabled]").Value
	switch v := r.Text("automatic_payment_methods[allow_redirects]"); v {
	case "", "always":
	case "never":
		noRedirects = true
	default:
		r.Fail(Invalid("automatic_payment_methods[allow_redirects]", "", "Invalid automatic_payment_methods[allow_redirects]: must be one of always or never"))
	}
	return enabled, noRedirects
}

// method takes a payment method by its id. An empty one is given, and none.
func (r *Reader) method(methods Methods) intents.Optional[intents.PaymentMethod] {
	id, ok := r.Take("payment_method")
	switch {
	case !ok:
		return intents.Optional[intents.PaymentMethod]{}
	case id == "":
		return intents.Some(intents.PaymentMethod{})
	}
	pm, ok := methods(id)
	if !ok {
		r.Fail(Invalid("payment_method", "resource_missing", "No such PaymentMethod: '"+id+"'"))
	}
	return intents.Some(pm)
}

// intentKeys are read for each request, and so are not copied for each.
//
//nolint:gochecknoglobals // read-only data
var intentKeys = paymentintent.DetailKeys()

// details takes the parameters that an intent carries, and tells those that only
// a confirmation takes apart where there is one.
func (r *Reader) details(confirmed bool) (create, confirm intents.Pairs) {
	here := r.carried(intentKeys, "", func(k *intents.DetailKey) bool { return !confirmed || k.OnCreate() })
	there := r.carried(intentKeys, "", func(*intents.DetailKey) bool { return true })
	create, err := intents.NewPairs(here)
	if err != nil {
		r.Fail(err)
	}
	if confirm, err = intents.NewPairs(there); err != nil {
		r.Fail(err)
	}
	return create, confirm
}

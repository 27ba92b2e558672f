package form

import (
	"slices"

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
	r := &reader{rest: f}
	create = paymentintent.Create{
		APIVersion:         v,
		Amount:             r.required("amount"),
		CaptureMethod:      capture.Method(r.text("capture_method")),
		ConfirmationMethod: paymentintent.ConfirmationMethod(r.text("confirmation_method")),
	}
	currency, ok := r.take("currency")
	if !ok {
		r.fail(missing("currency"))
	}
	if create.Currency, err = intents.ParseCurrency(currency); err != nil {
		r.fail(err)
	}
	create.PaymentMethodTypes = r.types()
	create.PaymentMethod = r.method(methods)
	create.AutomaticPaymentMethods = r.boolean("automatic_payment_methods[enabled]").Value
	create.NoRedirects = r.text("automatic_payment_methods[allow_redirects]") == "never"
	metadata, err := intents.Metadata("").Merge(r.pairs("metadata"))
	if err != nil {
		r.fail(err)
	}
	create.Metadata = metadata

	request, confirmed := r.confirm(r.boolean("confirm").Value)
	create.Details, request.Details = r.details(confirmed)
	r.list("expand")
	if err := r.done(); err != nil {
		return paymentintent.Create{}, nil, err
	}
	if confirmed {
		return create, []paymentintent.Command{request}, nil
	}
	return create, nil, nil
}

// confirm takes the parameters that only a confirmation has. Without one they are
// refused (SPEC-D).
func (r *reader) confirm(confirmed bool) (paymentintent.Confirm, bool) {
	var c paymentintent.Confirm
	for _, key := range []string{"off_session", "error_on_requires_action"} {
		if _, given := r.rest.Get(key); given && !confirmed {
			r.fail(invalid(key, "", "The parameter `"+key+"` cannot be passed when creating a PaymentIntent unless `confirm` is set to true."))
		}
	}
	if v, _ := r.rest.Get("off_session"); v == "one_off" || v == "recurring" {
		r.take("off_session")
		c.OffSession = true
	} else {
		c.OffSession = r.boolean("off_session").Value
	}
	c.ErrorOnRequiresAction = r.boolean("error_on_requires_action").Value
	return c, confirmed
}

func (r *reader) types() intents.PaymentMethodTypes {
	var types []intents.PaymentMethodType
	for _, name := range r.list("payment_method_types") {
		t, err := intents.ParsePaymentMethodType(name)
		if err != nil {
			r.fail(err)
		}
		types = append(types, t)
	}
	return intents.TypesOf(types...)
}

func (r *reader) method(methods Methods) intents.PaymentMethod {
	id := r.text("payment_method")
	if id == "" {
		return intents.PaymentMethod{}
	}
	pm, ok := methods(id)
	if !ok {
		r.fail(invalid("payment_method", "resource_missing", "No such PaymentMethod: '"+id+"'"))
	}
	return pm
}

// details takes the parameters that an intent carries, and tells those that only
// a confirmation takes apart where there is one.
func (r *reader) details(confirmed bool) (create, confirm intents.Pairs) {
	here, there := map[string]string{}, map[string]string{}
	keys := paymentintent.DetailKeys()
	r.rest = slices.DeleteFunc(slices.Clone(r.rest), func(p Param) bool {
		key, ok := keys.Find(p.Key)
		if !ok {
			return false
		}
		if confirmed && !key.OnCreate() {
			there[p.Key] = p.Value
		} else {
			here[p.Key] = p.Value
		}
		return true
	})
	create, err := intents.NewPairs(here)
	if err != nil {
		r.fail(err)
	}
	if confirm, err = intents.NewPairs(there); err != nil {
		r.fail(err)
	}
	return create, confirm
}

package form

import (
	"github.com/payintent/intents"
	"github.com/payintent/intents/setupintent"
)

// CreateSetupIntent reads the body of POST /v1/setup_intents. The commands are a
// Create and, with confirm=true, a Confirm. The intent's id and client_secret are
// the caller's to give.
func CreateSetupIntent(f Form, v intents.Version, methods Methods) (create setupintent.Create, confirm []setupintent.Command, err error) {
	r := NewReader(f)
	create = setupintent.Create{
		APIVersion: v, Usage: setupintent.Usage(r.Text("usage")), PaymentMethodTypes: r.Types("payment_method_types"),
		PaymentMethod: r.method(methods).Value, Metadata: r.NewMetadata(),
	}
	create.AutomaticPaymentMethods, create.NoRedirects = r.automatic()
	confirmed := r.Boolean("confirm").Value
	keys := setupintent.DetailKeys()
	here := r.carried(keys, "", func(k *intents.DetailKey) bool { return !confirmed || k.OnCreate() })
	there := r.carried(keys, "", func(*intents.DetailKey) bool { return true })
	if create.Details, err = intents.NewPairs(here); err != nil {
		r.Fail(err)
	}
	request := setupintent.Confirm{}
	if request.Details, err = intents.NewPairs(there); err != nil {
		r.Fail(err)
	}
	r.Drop("expand")
	if err := r.Done(); err != nil {
		return setupintent.Create{}, nil, err
	}
	if confirmed {
		return create, []setupintent.Command{request}, nil
	}
	return create, nil, nil
}

// UpdateSetupIntent reads the body of POST /v1/setup_intents/{intent}.
func UpdateSetupIntent(f Form, have setupintent.Intent, methods Methods) (setupintent.Update, error) {
	r := NewReader(f)
	u := setupintent.Update{PaymentMethod: r.method(methods), Metadata: r.Metadata(have.Metadata)}
	if types := r.Types("payment_method_types"); types != 0 {
		u.PaymentMethodTypes = intents.Some(types)
	}
	u.Details = r.Carried(setupintent.DetailKeys(), have.Details)
	r.Drop("expand")
	return u, r.Done()
}

// ConfirmSetupIntent reads the body of POST /v1/setup_intents/{intent}/confirm.
func ConfirmSetupIntent(f Form, have setupintent.Intent, methods Methods) (setupintent.Confirm, error) {
	r := NewReader(f)
	c := setupintent.Confirm{PaymentMethod: r.method(methods).Value, ClientSecret: r.Text("client_secret")}
	c.Details = r.Carried(setupintent.DetailKeys(), have.Details)
	r.Drop("expand")
	return c, r.Done()
}

// CancelSetupIntent reads the body of POST /v1/setup_intents/{intent}/cancel.
func CancelSetupIntent(f Form) (setupintent.Cancel, error) {
	r := NewReader(f)
	c := setupintent.Cancel{Reason: setupintent.CancellationReason(r.Text("cancellation_reason"))}
	r.Drop("expand")
	return c, r.Done()
}

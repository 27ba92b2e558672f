package intents

import (
	"time"
	"unicode/utf8"
)

// Customer is who pays, again and again: a comparable value. The zero Customer is
// not yet created. Which payment methods it has is said by the payment methods.
type Customer struct {
	// ID is Stripe's id, such as cus_NffrFeUfNV2Hib.
	ID      string `json:"id,omitzero"`
	Created Time   `json:"created,omitzero"`
	// DefaultPaymentMethod is the id that invoices are paid with, Stripe's
	// invoice_settings[default_payment_method]. Neither attaching nor setting up sets it.
	DefaultPaymentMethod string `json:"default_payment_method,omitzero"`
	// Details are what the caller set, in Stripe's parameter names; see [CustomerKeys].
	Details  Pairs    `json:"details,omitzero"`
	Metadata Metadata `json:"metadata,omitzero"`
	Livemode bool     `json:"livemode,omitzero"`
	Deleted  bool     `json:"deleted,omitzero"`
}

// customerKeys lists what a customer carries (SPEC, the parameters of customers).
//
//nolint:gochecknoglobals // read-only data
var customerKeys = DetailKeys{
	{Name: "address[", Stages: AtCreate | AtUpdate},
	{Name: "business_name", Max: 150, Stages: AtCreate | AtUpdate},
	{Name: "description", Stages: AtCreate | AtUpdate},
	{Name: "email", Max: 512, Stages: AtCreate | AtUpdate},
	{Name: "individual_name", Max: 150, Stages: AtCreate | AtUpdate},
	{Name: "name", Max: 256, Stages: AtCreate | AtUpdate},
	{Name: "phone", Max: 20, Stages: AtCreate | AtUpdate},
	{Name: "preferred_locales[", Stages: AtCreate | AtUpdate},
	{Name: "shipping[", Stages: AtCreate | AtUpdate},
	{Name: "tax_exempt", Values: []string{"none", "exempt", "reverse"}, Stages: AtCreate | AtUpdate},
}

// CustomerKeys returns the parameters that a customer carries.
func CustomerKeys() DetailKeys { return append(DetailKeys(nil), customerKeys...) }

// NewCustomer returns a customer. An id that is empty or no text, a parameter that
// customers do not have, a value that is too long and a time that is not set are
// refused with an *InvalidError.
func NewCustomer(id string, details Pairs, metadata Metadata, now time.Time) (Customer, error) {
	c := Customer{ID: id, Created: TimeOf(now), Metadata: metadata}
	switch {
	case id == "" || !utf8.ValidString(id):
		return Customer{}, &InvalidError{Param: "id", Message: "a customer needs an id that is text"}
	case c.Created <= 0:
		return Customer{}, &InvalidError{Param: "now", Message: "the time is not set"}
	}
	var err error
	if c.Details, err = customerKeys.Merge("Customer", "", details, AtCreate); err != nil {
		return Customer{}, err
	}
	if bad, ok := metadata.Check().(*InvalidError); ok { //nolint:errorlint // Check wraps nothing
		return Customer{}, &InvalidError{Param: "metadata", Message: bad.Message}
	}
	return c, nil
}

// Update returns the customer with other details and metadata: both are merged,
// and an empty value unsets its key. A deleted customer is refused.
func (c Customer) Update(details, metadata Pairs) (Customer, error) {
	if err := c.alive(); err != nil {
		return Customer{}, err
	}
	var err error
	if c.Details, err = customerKeys.Merge("Customer", c.Details, details, AtUpdate); err != nil {
		return Customer{}, err
	}
	if c.Metadata, err = c.Metadata.Merge(metadata); err != nil {
		return Customer{}, err
	}
	return c, nil
}

// SetDefault returns the customer with a default payment method, or with none for
// the zero PaymentMethod. It has to be attached to this customer.
func (c Customer) SetDefault(pm PaymentMethod) (Customer, error) {
	if err := c.alive(); err != nil {
		return Customer{}, err
	}
	if !pm.IsZero() && (pm.Customer != c.ID || pm.ID == "" || !utf8.ValidString(pm.ID)) {
		return Customer{}, &InvalidError{
			Param: "invoice_settings[default_payment_method]", Code: "resource_missing",
			Message: "The customer does not have a payment method with the ID " + pm.ID + ". The payment method must be attached to the customer.",
		}
	}
	c.DefaultPaymentMethod = pm.ID
	return c, nil
}

// Delete returns the customer as deleted, for good. Its payment methods are for
// the caller to detach, with [PaymentMethod.Detach].
func (c Customer) Delete() (Customer, error) {
	if err := c.alive(); err != nil {
		return Customer{}, err
	}
	c.Deleted = true
	return c, nil
}

func (c Customer) alive() error {
	if c.ID == "" || c.Deleted {
		return &InvalidError{Param: "id", Code: "resource_missing", Message: "No such customer: '" + c.ID + "'"}
	}
	return nil
}

// Attach returns the payment method as the customer's own. Attaching it again to
// the same customer changes nothing (REC-P6). One that is another customer's, was
// detached, has paid without a customer, or is of a type that can't be used again
// is refused with an *InvalidError.
func (p PaymentMethod) Attach(customer string) (PaymentMethod, error) {
	switch {
	case p.ID == "" || !p.Type.Valid() || !utf8.ValidString(p.ID):
		return PaymentMethod{}, &InvalidError{Param: "payment_method", Code: "resource_missing", Message: "No such PaymentMethod: '" + p.ID + "'"}
	case customer == "":
		return PaymentMethod{}, &InvalidError{Code: "parameter_missing", Message: "Must provide customer or customer_account."}
	case !utf8.ValidString(customer):
		return PaymentMethod{}, &InvalidError{Param: "customer", Message: "it is not valid UTF-8"}
	case p.Customer == customer:
		return p, nil
	case p.Customer != "":
		return PaymentMethod{}, &InvalidError{Param: "payment_method", Message: "The payment method you provided has already been attached to a customer."}
	case p.Spent:
		return PaymentMethod{}, &InvalidError{Param: "payment_method", Message: "This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, and may not be used again."}
	case !p.Type.Traits().Reusable:
		return PaymentMethod{}, &InvalidError{Param: "payment_method", Message: "The payment method type " + p.Type.String() + " can't be saved to a customer."}
	}
	p.Customer = customer
	return p, nil
}

// Detach returns the payment method without its customer. It is dead: it can
// neither pay nor be attached again. One that has no customer is refused.
func (p PaymentMethod) Detach() (PaymentMethod, error) {
	if p.Customer == "" {
		return PaymentMethod{}, &InvalidError{Param: "payment_method", Message: "The payment method you provided is not attached to a customer so detachment is impossible."}
	}
	p.Customer, p.Spent = "", true
	return p, nil
}

package checkout

import (
	"slices"
	"strconv"
	"strings"

	"github.com/payintent/intents"
)

// Keys of the details that this package reads.
const (
	// KeyCustomer is the parameter customer.
	KeyCustomer = "customer"
	// KeySuccessURL is the parameter success_url.
	KeySuccessURL = "success_url"
	// KeyCancelURL is the parameter cancel_url.
	KeyCancelURL = "cancel_url"
	// KeyReturnURL is the parameter return_url.
	KeyReturnURL = "return_url"
	// KeyPageURL is where the hosted pages are, without a path. It is this library's
	// own; where it is not set, they are Stripe's.
	KeyPageURL = "page_url"

	keyClientSecret     = "client_secret"
	keyCustomerEmail    = "customer_email"
	keyClientReference  = "client_reference_id"
	keyAllowedCountries = "shipping_address_collection[allowed_countries]"
	keyPaymentData      = "payment_intent_data["
	keySetupData        = "setup_intent_data["
	keySubscriptionData = "subscription_data["
	keyExcluded         = "excluded_payment_method_types["
)

//nolint:gochecknoglobals // read-only data
var boolean = []string{"true", "false"}

// detailKeys lists the carried parameters (SPEC create; facts 2.3). A metadata update
// of a session that is over is allowed (U12), other parameters are not. What a decision
// reads of a group stands before the group, with the values that it can have.
//
//nolint:gochecknoglobals // read-only data
var detailKeys = intents.DetailKeys{
	{Name: "adaptive_pricing[", Stages: intents.AtCreate},
	{Name: "after_expiration[recovery][allow_promotion_codes]", Values: boolean, Stages: intents.AtCreate},
	{Name: "after_expiration[recovery][enabled]", Values: boolean, Stages: intents.AtCreate},
	{Name: "after_expiration[", Stages: intents.AtCreate},
	{Name: "allow_promotion_codes", Values: boolean, Stages: intents.AtCreate},
	{Name: "automatic_tax[enabled]", Values: boolean, Stages: intents.AtCreate | intents.AtUpdate},
	{Name: "automatic_tax[", Stages: intents.AtCreate | intents.AtUpdate},
	{Name: "billing_address_collection", Values: []string{"auto", "required"}, Stages: intents.AtCreate},
	{Name: "branding_settings[", Stages: intents.AtCreate},
	{Name: KeyCancelURL, Max: 5000, Stages: intents.AtCreate},
	{Name: keyClientSecret, Stages: intents.AtCreate},
	{Name: keyClientReference, Max: 200, Stages: intents.AtCreate},
	{Name: "collected_information[", Stages: intents.AtUpdate},
	{Name: "consent_collection[terms_of_service]", Values: []string{"none", "required"}, Stages: intents.AtCreate},
	{Name: "consent_collection[", Stages: intents.AtCreate},
	{Name: "custom_fields[", Stages: intents.AtCreate},
	{Name: "custom_text[", Stages: intents.AtCreate},
	{Name: KeyCustomer, Stages: intents.AtCreate},
	{Name: "customer_account", Stages: intents.AtCreate},
	{Name: keyCustomerEmail, Max: 800, Stages: intents.AtCreate},
	{Name: "customer_update[", Stages: intents.AtCreate},
	{Name: "discounts[", Stages: intents.AtCreate},
	{Name: keyExcluded, Stages: intents.AtCreate},
	{Name: "integration_identifier", Max: 200, Stages: intents.AtCreate},
	{Name: "invoice_creation[enabled]", Values: boolean, Stages: intents.AtCreate | intents.AtUpdate},
	{Name: "invoice_creation[", Stages: intents.AtCreate | intents.AtUpdate},
	{Name: "locale", Stages: intents.AtCreate},
	{Name: "managed_payments[", Stages: intents.AtCreate},
	{Name: "name_collection[", Stages: intents.AtCreate},
	{Name: "optional_items[", Stages: intents.AtCreate},
	{Name: "origin_context", Values: []string{"mobile_app", "web"}, Stages: intents.AtCreate},
	{Name: KeyPageURL, Stages: intents.AtCreate},
	{Name: keyPaymentData, Stages: intents.AtCreate | intents.AtUpdate},
	{Name: "payment_method_collection", Values: []string{"always", "if_required"}, Stages: intents.AtCreate},
	{Name: "payment_method_configuration", Max: 100, Stages: intents.AtCreate},
	{Name: "payment_method_data[", Stages: intents.AtCreate},
	{Name: "payment_method_options[", Stages: intents.AtCreate},
	{Name: "permissions[", Stages: intents.AtCreate},
	{Name: "phone_number_collection[enabled]", Values: boolean, Stages: intents.AtCreate},
	{Name: "phone_number_collection[", Stages: intents.AtCreate},
	{Name: "redirect_on_completion", Values: []string{"always", "if_required", "never"}, Stages: intents.AtCreate},
	{Name: KeyReturnURL, Max: 5000, Stages: intents.AtCreate},
	{Name: "saved_payment_method_options[", Stages: intents.AtCreate},
	{Name: keySetupData, Stages: intents.AtCreate},
	{Name: "shipping_address_collection[", Stages: intents.AtCreate},
	{Name: "shipping_options[", Stages: intents.AtCreate | intents.AtUpdate},
	{Name: "submit_type", Values: []string{"auto", "book", "donate", "pay", "subscribe"}, Stages: intents.AtCreate},
	{Name: keySubscriptionData, Stages: intents.AtCreate},
	{Name: KeySuccessURL, Max: 5000, Stages: intents.AtCreate},
	{Name: "tax_id_collection[", Stages: intents.AtCreate},
	{Name: "wallet_options[", Stages: intents.AtCreate},
}

// DetailKeys returns the parameters that a session carries for its caller.
func DetailKeys() intents.DetailKeys { return append(intents.DetailKeys(nil), detailKeys...) }

// buyerKeys lists what a customer can enter on the page.
//
//nolint:gochecknoglobals // read-only data
var buyerKeys = intents.DetailKeys{
	{Name: "address["},
	{Name: "business_name"},
	{Name: "custom_fields["},
	{Name: "email"},
	{Name: "individual_name"},
	{Name: "name"},
	{Name: "phone"},
	{Name: "shipping["},
	{Name: "tax_ids["},
}

// modes says in which modes and on which pages a parameter can be used (facts 2.3).
// What it does not list can be used in all of them.
//
//nolint:gochecknoglobals // read-only data
var modes = [...]struct {
	prefix string
	modes  []Mode
	pages  []UIMode
}{
	{prefix: keyPaymentData, modes: []Mode{Payment}},
	{prefix: keySetupData, modes: []Mode{Setup}},
	{prefix: keySubscriptionData, modes: []Mode{Subscription}},
	{prefix: "invoice_creation[", modes: []Mode{Payment}},
	{prefix: "submit_type", modes: []Mode{Payment, Subscription}},
	{prefix: "payment_method_collection", modes: []Mode{Subscription}},
	{prefix: "saved_payment_method_options[", modes: []Mode{Payment, Subscription}},
	{prefix: "shipping_options[", modes: []Mode{Payment, Subscription}},
	{prefix: "discounts[", modes: []Mode{Payment, Subscription}},
	{prefix: "optional_items[", modes: []Mode{Payment, Subscription}},
	{prefix: KeySuccessURL, pages: []UIMode{HostedPage}},
	{prefix: KeyCancelURL, pages: []UIMode{HostedPage}},
	{prefix: KeyReturnURL, pages: []UIMode{EmbeddedPage, Elements}},
	{prefix: "redirect_on_completion", pages: []UIMode{EmbeddedPage}},
	{prefix: "after_expiration[", pages: []UIMode{HostedPage, EmbeddedPage}},
}

// nested says what the parameters about the intent may hold (facts 2.3); all else is
// the session's own to say, such as the customer.
//
//nolint:gochecknoglobals // read-only data
var nested = [...]struct {
	prefix string
	keys   []string
}{
	{keyPaymentData, []string{
		"application_fee_amount", "capture_method", "description", "metadata", "on_behalf_of", "receipt_email", "setup_future_usage", "shipping",
		"statement_descriptor", "statement_descriptor_suffix", "transfer_data", "transfer_group",
	}},
	{keySetupData, []string{"description", "metadata", "on_behalf_of"}},
}

// checkNested refuses what a parameter about the intent may not hold.
func checkNested(name string) error {
	for _, n := range nested {
		rest, ok := strings.CutPrefix(name, n.prefix)
		if !ok {
			continue
		}
		if head, _, closed := strings.Cut(rest, "]"); !closed || !slices.Contains(n.keys, head) {
			return invalid(name, "parameter_unknown", "Received unknown parameter: "+name)
		}
	}
	return nil
}

// checkModes refuses parameters that the mode or the page does not take.
func checkModes(details intents.Pairs, mode Mode, page UIMode) error {
	for name := range details.All() {
		if err := checkNested(name); err != nil {
			return err
		}
		for _, m := range modes {
			if !strings.HasPrefix(name, m.prefix) {
				continue
			}
			if m.modes != nil && !slices.Contains(m.modes, mode) {
				return invalid(name, "", "You can't pass `"+name+"` in `"+string(mode)+"` mode.")
			}
			if m.pages != nil && !slices.Contains(m.pages, page) {
				return invalid(name, "", "You can't pass `"+name+"` when `ui_mode` is `"+string(page)+"`.")
			}
		}
	}
	return nil
}

// checkDetails holds the rules between the parameters.
func checkDetails(e *Created) error {
	if err := checkModes(e.Details, e.Mode, e.UIMode); err != nil {
		return err
	}
	given := func(key string) bool { return detail(e.Details, key) != "" }
	switch {
	case e.UIMode == HostedPage && !given(KeySuccessURL):
		return invalid(KeySuccessURL, "parameter_missing", "Missing required param: success_url.")
	case given(KeyCustomer) && given(keyCustomerEmail):
		return invalid(keyCustomerEmail, "parameters_exclusive", "You may only specify one of these parameters: customer, customer_email.")
	case given(KeyCustomer) && e.CustomerCreation != "":
		return invalid("customer_creation", "parameters_exclusive", "You may only specify one of these parameters: customer, customer_creation.")
	case has(e.Details, "customer_update[") && !given(KeyCustomer):
		return invalid("customer_update", "", "`customer_update` can only be used with `customer`.")
	case given("allow_promotion_codes") && has(e.Details, "discounts["):
		return invalid("discounts", "parameters_exclusive", "You may only specify one of these parameters: allow_promotion_codes, discounts.")
	case neverRedirects(e.Details) && given(KeyReturnURL):
		return invalid(KeyReturnURL, "", "`return_url` can't be used when `redirect_on_completion` is `never`.")
	}
	return checkLists(e.Details)
}

// limits says how many of a list of parameters there may be (facts 2.3).
//
//nolint:gochecknoglobals // read-only data
var limits = [...]struct {
	prefix string
	most   int
}{
	{"custom_fields[", 3}, {"discounts[", 1}, {"optional_items[", 10}, {"shipping_options[", 5},
}

func checkLists(details intents.Pairs) error {
	for _, l := range limits {
		seen := map[string]bool{}
		for name := range details.All() {
			if rest, ok := strings.CutPrefix(name, l.prefix); ok {
				index, _, _ := strings.Cut(rest, "]")
				seen[index] = true
			}
		}
		if len(seen) > l.most {
			key := strings.TrimSuffix(l.prefix, "[")
			return invalid(key, "", "Invalid array: "+key+" has at most "+strconv.Itoa(l.most)+" entries.")
		}
	}
	return nil
}

// neverRedirects reports whether the page keeps its customer: then it offers no
// payment method that would send them away (SPEC redirect_on_completion).
func neverRedirects(details intents.Pairs) bool {
	return detail(details, "redirect_on_completion") == "never"
}

// has reports whether there is a parameter with a prefix.
func has(details intents.Pairs, prefix string) bool {
	for name := range details.All() {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// below returns the details of an intent that come from those under a prefix, as
// payment_intent_data[description] gives description, and the metadata among them.
func below(details intents.Pairs, prefix string) (own, metadata intents.Pairs) {
	for name, value := range details.All() {
		key, ok := strings.CutPrefix(name, prefix)
		if !ok {
			continue
		}
		head, tail, _ := strings.Cut(key, "]")
		if m, ok := strings.CutPrefix(key, "metadata]["); ok {
			metadata, _ = metadata.With(strings.TrimSuffix(m, "]"), value)
			continue
		}
		own, _ = own.With(head+tail, value)
	}
	return own, metadata
}

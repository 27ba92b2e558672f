package setupintent

import (
	"strings"

	"github.com/payintent/intents"
)

// Keys of the details that this package reads.
const (
	// KeyAttachToSelf is the parameter attach_to_self.
	KeyAttachToSelf = "attach_to_self"
	// KeyClientSecret is the client_secret that the caller has drawn.
	KeyClientSecret = "client_secret"
	// KeyCustomer is the parameter customer.
	KeyCustomer = "customer"
	// KeyReturnURL is the parameter return_url.
	KeyReturnURL = "return_url"
	// KeySingleUseAmount and KeySingleUseCurrency are the parameter single_use.
	KeySingleUseAmount   = "single_use[amount]"
	KeySingleUseCurrency = "single_use[currency]"
)

// detailKeys lists the carried parameters (facts, 1.14). What is late was recorded
// for customer, description and metadata (REC-P10).
//
//nolint:gochecknoglobals // read-only data
var detailKeys = intents.DetailKeys{
	{Name: "application", Stages: intents.AtCreate},
	{Name: KeyAttachToSelf, Values: []string{"true", "false"}, Stages: intents.AtCreate | intents.AtUpdate},
	{Name: KeyClientSecret, Stages: intents.AtCreate},
	{Name: KeyCustomer, Stages: intents.AtCreate | intents.AtUpdate | intents.Late},
	{Name: "customer_account", Stages: intents.AtCreate | intents.AtUpdate},
	{Name: "description", Max: 1000, Stages: intents.AtCreate | intents.AtUpdate | intents.Late},
	{Name: "flow_directions[", Values: []string{"inbound", "outbound"}, Stages: intents.AtCreate | intents.AtUpdate},
	{Name: "mandate_data[", Stages: intents.AtConfirm},
	{Name: "on_behalf_of", Stages: intents.AtCreate},
	{Name: "payment_method_configuration", Max: 100, Stages: intents.AtCreate | intents.AtUpdate},
	{Name: "payment_method_options[", Stages: intents.AtCreate | intents.AtUpdate | intents.AtConfirm},
	{Name: KeyReturnURL, Stages: intents.AtConfirm},
	{Name: KeySingleUseAmount, Integer: true, Stages: intents.AtCreate},
	{Name: KeySingleUseCurrency, Stages: intents.AtCreate},
	{Name: "use_stripe_sdk", Values: []string{"true", "false"}, Stages: intents.AtCreate | intents.AtConfirm},
}

// DetailKeys returns the parameters that an intent carries for its caller.
func DetailKeys() intents.DetailKeys { return append(intents.DetailKeys(nil), detailKeys...) }

// mergeDetails returns the details after a request at a stage has set some.
func mergeDetails(have, update intents.Pairs, at intents.Stage) (intents.Pairs, error) {
	return detailKeys.Merge("SetupIntent", have, update, at)
}

// checkDetails holds the rules between the carried parameters of an intent that
// is created or updated.
func checkDetails(id string, details intents.Pairs) error {
	if details == "" {
		return nil
	}
	if detail(details, KeyAttachToSelf) == "true" && (detail(details, KeyCustomer) != "" || detail(details, "customer_account") != "") {
		return invalid(KeyAttachToSelf, "parameters_exclusive", "You may only specify one of these parameters: attach_to_self, customer.")
	}
	if secret, given := details.Get(KeyClientSecret); given && !strings.HasPrefix(secret, id+"_secret_") {
		return invalid(KeyClientSecret, "", "a client_secret begins with the intent's id and _secret_")
	}
	return checkSingleUse(details)
}

// checkSingleUse holds that single_use has an amount of money (SPEC: both are required).
func checkSingleUse(details intents.Pairs) error {
	amount, hasAmount := details.Get(KeySingleUseAmount)
	currency, hasCurrency := details.Get(KeySingleUseCurrency)
	switch {
	case !hasAmount && !hasCurrency:
		return nil
	case !hasAmount:
		return invalid(KeySingleUseAmount, "parameter_missing", "Missing required param: single_use[amount].")
	case !hasCurrency:
		return invalid(KeySingleUseCurrency, "parameter_missing", "Missing required param: single_use[currency].")
	case amount == "0":
		return invalid(KeySingleUseAmount, "parameter_invalid_integer", "This value must be greater than or equal to 1.")
	}
	if intents.Currency(currency).Check() != nil {
		return invalid(KeySingleUseCurrency, "", "Invalid currency: "+currency)
	}
	return nil
}

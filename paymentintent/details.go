package paymentintent

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// Keys of the details that this package reads.
const (
	// KeyCustomer is the parameter customer.
	KeyCustomer = "customer"
	// KeyReturnURL is the parameter return_url.
	KeyReturnURL = "return_url"
)

// stage says which requests take a parameter (SPEC-D, the table in section 1.11 of the facts).
type stage uint8

const (
	atCreate stage = 1 << iota
	atUpdate
	atConfirm
	atCapture
	atIncrement
	// late: an update may also change it when there is no going back: in
	// processing, requires_capture and succeeded.
	late
)

// DetailKey is one of the parameters that an intent carries for its caller and
// that no status depends on.
type DetailKey struct {
	// Name is Stripe's. Where it ends in "[", it stands for all keys that begin so.
	Name string
	// Max is the greatest length in characters; 0 means any.
	Max int
	// Integer: the value is a whole number that is not negative; it is at most the amount.
	Integer bool
	// Values, where not empty, are those allowed.
	Values []string

	stages stage
}

// detailKeys lists the carried parameters. Receipt_email and shipping are late by
// choice: the facts leave it open.
//
//nolint:gochecknoglobals // read-only data
var detailKeys = [...]DetailKey{
	{Name: "amount_details[", stages: atCreate | atUpdate | atConfirm | atCapture | atIncrement},
	{Name: capture.KeyApplication, stages: atCreate},
	{Name: capture.KeyFeeAmount, Integer: true, stages: atCreate | atUpdate | atCapture | atIncrement},
	{Name: "client_secret", stages: atCreate},
	{Name: KeyCustomer, stages: atCreate | atUpdate},
	{Name: "customer_account", stages: atCreate | atUpdate},
	{Name: capture.KeyDescription, Max: 40000, stages: atCreate | atUpdate | atIncrement | late},
	{Name: "mandate", stages: atConfirm},
	{Name: "mandate_data[", stages: atConfirm},
	{Name: capture.KeyOnBehalfOf, stages: atCreate},
	{Name: "payment_details[", stages: atCreate | atUpdate | atConfirm | atCapture | atIncrement},
	{Name: "payment_method_options[", stages: atCreate | atUpdate | atConfirm},
	{Name: "radar_options[", stages: atCreate | atConfirm},
	{Name: "receipt_email", stages: atCreate | atUpdate | atConfirm | late},
	{Name: KeyReturnURL, stages: atConfirm},
	{Name: "setup_future_usage", Values: []string{"on_session", "off_session"}, stages: atCreate | atUpdate | atConfirm},
	{Name: "shipping[", stages: atCreate | atUpdate | atConfirm | late},
	{Name: "statement_descriptor", Max: 22, stages: atCreate | atUpdate | atCapture | atIncrement},
	{Name: "statement_descriptor_suffix", Max: 22, stages: atCreate | atUpdate | atCapture},
	{Name: capture.KeyTransferAmount, Integer: true, stages: atCreate | atUpdate | atCapture | atIncrement},
	{Name: capture.KeyDestination, stages: atCreate},
	{Name: capture.KeyTransferGroup, stages: atCreate | atUpdate},
	{Name: "use_stripe_sdk", Values: []string{"true", "false"}, stages: atConfirm},
}

// DetailKeys returns the parameters that an intent carries for its caller.
func DetailKeys() []DetailKey { return append([]DetailKey(nil), detailKeys[:]...) }

// OnCreate reports whether a request that creates takes the parameter even when
// it does not confirm.
func (k DetailKey) OnCreate() bool { return k.stages&atCreate != 0 }

func detailKey(name string) (*DetailKey, bool) {
	for i := range detailKeys {
		k := &detailKeys[i]
		if name == "" || k.Name[0] != name[0] {
			continue
		}
		if k.Name == name || strings.HasSuffix(k.Name, "[") && strings.HasPrefix(name, k.Name) {
			return k, true
		}
	}
	return nil, false
}

// mergeDetails returns the details after a request at a stage has set some. An
// empty value unsets its key.
func mergeDetails(have, update intents.Pairs, at stage) (intents.Pairs, error) {
	if update == "" {
		return have, nil
	}
	if err := update.Check(); err != nil {
		return "", invalid("details", "", "the details are not in canonical form: "+string(update))
	}
	for name, value := range update.All() {
		if err := checkDetail(have, name, value, at); err != nil {
			return "", err
		}
		if value != "" {
			continue
		}
		have, update = have.Without(name), update.Without(name)
	}
	if have == "" {
		return update, nil
	}
	return have.Merge(update), nil
}

func checkDetail(have intents.Pairs, name, value string, at stage) error {
	k, ok := detailKey(name)
	switch {
	case !ok:
		return invalid(name, "parameter_unknown", "Received unknown parameter: "+name)
	case k.stages&at == 0 && at == atCreate && k.stages&atConfirm != 0:
		return invalid(name, "", "The parameter `"+name+"` cannot be passed when creating a PaymentIntent unless `confirm` is set to true.")
	case k.stages&at == 0:
		return invalid(name, "parameter_unknown", "Received unknown parameter: "+name)
	case value == "":
		return nil
	case k.Max > 0 && utf8.RuneCountInString(value) > k.Max:
		return invalid(name, "", "Invalid string: must be at most "+strconv.Itoa(k.Max)+" characters")
	}
	if k.Integer {
		if n, err := strconv.ParseInt(value, 10, 64); err != nil || n < 0 || strconv.FormatInt(n, 10) != value {
			return invalid(name, "parameter_invalid_integer", "Invalid integer: "+value)
		}
	}
	if len(k.Values) > 0 && !slices.Contains(k.Values, value) {
		return invalid(name, "", "Invalid "+name+": must be one of "+strings.Join(k.Values, ", "))
	}
	if name != capture.KeyTransferGroup {
		return nil
	}
	if was, set := have.Get(name); set && was != value {
		return invalid(name, "", "The transfer_group can't be changed once it is set.")
	}
	return nil
}

// checkConnect holds the rules between the amount and the Connect parameters.
func checkConnect(details intents.Pairs, amount int64) error {
	if details == "" || !strings.Contains(string(details), "transfer_data") && !strings.Contains(string(details), capture.KeyFeeAmount) {
		return nil
	}
	k := capture.ConnectOf(details)
	switch {
	case k.HasFee && k.FeeAmount > amount:
		return invalid(capture.KeyFeeAmount, "amount_too_large", "The application fee can't be greater than the amount.")
	case k.TransferAmount > amount:
		return invalid(capture.KeyTransferAmount, "amount_too_large", "The transfer can't be greater than the amount.")
	case k.TransferAmount > 0 && k.HasFee:
		return invalid(capture.KeyTransferAmount, "parameters_exclusive", "transfer_data[amount] and application_fee_amount can't be given together.")
	case k.Destination == "" && k.TransferAmount > 0:
		return invalid(capture.KeyDestination, "parameter_missing", "transfer_data[amount] needs transfer_data[destination].")
	}
	return nil
}

func invalid(param, code, message string) error {
	return &intents.InvalidError{Param: param, Code: code, Message: message}
}

package paymentintent

import (
	"strings"

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

// detailKeys lists the carried parameters. Receipt_email and shipping are late by
// choice: the facts leave it open.
//
//nolint:gochecknoglobals // read-only data
var detailKeys = intents.DetailKeys{
	{Name: "amount_details[", Stages: intents.AtCreate | intents.AtUpdate | intents.AtConfirm | intents.AtCapture | intents.AtIncrement},
	{Name: capture.KeyApplication, Stages: intents.AtCreate},
	{Name: capture.KeyFeeAmount, Integer: true, Stages: intents.AtCreate | intents.AtUpdate | intents.AtCapture | intents.AtIncrement},
	{Name: "client_secret", Stages: intents.AtCreate},
	{Name: KeyCustomer, Stages: intents.AtCreate | intents.AtUpdate},
	{Name: "customer_account", Stages: intents.AtCreate | intents.AtUpdate},
	{Name: capture.KeyDescription, Max: 40000, Stages: intents.AtCreate | intents.AtUpdate | intents.AtIncrement | intents.Late},
	{Name: "mandate", Stages: intents.AtConfirm},
	{Name: "mandate_data[", Stages: intents.AtConfirm},
	{Name: capture.KeyOnBehalfOf, Stages: intents.AtCreate},
	{Name: "payment_details[", Stages: intents.AtCreate | intents.AtUpdate | intents.AtConfirm | intents.AtCapture | intents.AtIncrement},
	{Name: "payment_method_options[", Stages: intents.AtCreate | intents.AtUpdate | intents.AtConfirm},
	{Name: "radar_options[", Stages: intents.AtCreate | intents.AtConfirm},
	{Name: "receipt_email", Stages: intents.AtCreate | intents.AtUpdate | intents.AtConfirm | intents.Late},
	{Name: KeyReturnURL, Stages: intents.AtConfirm},
	{Name: "setup_future_usage", Values: []string{"on_session", "off_session"}, Stages: intents.AtCreate | intents.AtUpdate | intents.AtConfirm},
	{Name: "shipping[", Stages: intents.AtCreate | intents.AtUpdate | intents.AtConfirm | intents.Late},
	{Name: "statement_descriptor", Max: 22, Stages: intents.AtCreate | intents.AtUpdate | intents.AtCapture | intents.AtIncrement},
	{Name: "statement_descriptor_suffix", Max: 22, Stages: intents.AtCreate | intents.AtUpdate | intents.AtCapture},
	{Name: capture.KeyTransferAmount, Integer: true, Stages: intents.AtCreate | intents.AtUpdate | intents.AtCapture | intents.AtIncrement},
	{Name: capture.KeyDestination, Stages: intents.AtCreate},
	{Name: capture.KeyTransferGroup, Fixed: true, Stages: intents.AtCreate | intents.AtUpdate},
	{Name: "use_stripe_sdk", Values: []string{"true", "false"}, Stages: intents.AtConfirm},
}

// DetailKeys returns the parameters that an intent carries for its caller.
func DetailKeys() intents.DetailKeys { return append(intents.DetailKeys(nil), detailKeys...) }

// mergeDetails returns the details after a request at a stage has set some.
func mergeDetails(have, update intents.Pairs, at intents.Stage) (intents.Pairs, error) {
	return detailKeys.Merge("PaymentIntent", have, update, at)
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

package form

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/paymentintent"
)

func parse(t *testing.T, parts ...string) Form {
	t.Helper()
	f, err := Parse(parts...)
	require.NoError(t, err)
	return f
}

func TestParseDecodesAsAServerDoes(t *testing.T) {
	require.Equal(t, Form{{"metadata[a b]", "c&d=e"}, {"x", ""}, {"x", "2"}}, parse(t, "metadata[a+b]=c%26d%3De&x", "x=2"))
	_, err := Parse("a=%zz")
	require.ErrorAs(t, err, new(*intents.InvalidError))
	_, err = Parse("=1")
	require.ErrorAs(t, err, new(*intents.InvalidError))
}

func TestFormIsAValue(t *testing.T) {
	f := parse(t, "a=1&b[]=2&b[]=3")
	g := f.Set("a", "9").Set("c", "4")
	require.Equal(t, parse(t, "a=1&b[]=2&b[]=3"), f)
	require.Equal(t, parse(t, "a=9&b[]=2&b[]=3&c=4"), g)
	require.Equal(t, parse(t, "a=1"), f.Without("b"))
	require.Equal(t, parse(t, "b[]=2&b[]=3"), f.Only("b"))
	v, ok := f.Get("b[]")
	require.True(t, ok)
	require.Equal(t, "3", v)
}

func TestCreateReadsEveryParameter(t *testing.T) {
	f := parse(t, "amount=2000&currency=USD&payment_method=pm_card_visa&payment_method_types[]=card&payment_method_types[1]=link&capture_method=manual"+
		"&confirmation_method=manual&metadata[order]=6735&description=T-shirt&customer=cus_1&shipping[name]=Jo&receipt_email=a@b.c"+
		"&application_fee_amount=100&transfer_data[destination]=acct_1&confirm=true&return_url=https://e.com&off_session=one_off&error_on_requires_action=true&expand[]=latest_charge")
	create, confirm, err := CreatePaymentIntent(f, "2026-03-25.dahlia", capture.TestPaymentMethod)
	require.NoError(t, err)
	visa, _ := capture.TestPaymentMethod("pm_card_visa")
	require.Equal(t, paymentintent.Create{
		APIVersion: "2026-03-25.dahlia", Amount: 2000, Currency: "usd", PaymentMethod: visa,
		PaymentMethodTypes: intents.TypesOf(intents.Card, intents.Link), CaptureMethod: capture.Manual, ConfirmationMethod: paymentintent.ConfirmManual,
		Metadata: "order=6735",
		Details:  "application_fee_amount=100&customer=cus_1&description=T-shirt&receipt_email=a@b.c&shipping[name]=Jo&transfer_data[destination]=acct_1",
	}, create)
	require.Equal(t, []paymentintent.Command{paymentintent.Confirm{Details: "return_url=https://e.com", OffSession: true, ErrorOnRequiresAction: true}}, confirm)
}

func TestCreateRefuses(t *testing.T) {
	for body, want := range map[string]intents.InvalidError{
		"currency=usd":                                         {Param: "amount", Code: "parameter_missing"},
		"amount=1":                                             {Param: "currency", Code: "parameter_missing"},
		"amount=1.5&currency=usd":                              {Param: "amount", Code: "parameter_invalid_integer"},
		"amount=1&currency=usd&confirm=1":                      {Param: "confirm"},
		"amount=1&currency=usd&nope[a]=1":                      {Param: "nope", Code: "parameter_unknown"},
		"amount=1&currency=usd&metadata[a][b]":                 {Param: "metadata[a]", Code: "parameter_unknown"},
		"amount=1&currency=usd&payment_method_types[x]=card":   {Param: "payment_method_types[x]", Code: "parameter_unknown"},
		"amount=1&currency=usd&payment_method_types[]=gold":    {Param: "payment_method_types"},
		"amount=1&currency=usd&payment_method=pm_x":            {Param: "payment_method", Code: "resource_missing"},
		"amount=1&currency=usd&off_session=true":               {Param: "off_session"},
		"amount=1&currency=usd&error_on_requires_action=false": {Param: "error_on_requires_action"},
	} {
		_, _, err := CreatePaymentIntent(parse(t, body), "", capture.TestPaymentMethod)
		var invalid *intents.InvalidError
		require.ErrorAs(t, err, &invalid, body)
		require.Equal(t, want, intents.InvalidError{Param: invalid.Param, Code: invalid.Code}, body)
	}
}

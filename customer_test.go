package intents_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
)

func customerNow() time.Time { return time.Date(2026, 9, 20, 12, 0, 0, 0, time.UTC) }

// refused holds an error against the parameter, the code and a part of the text
// that it has to have.
func refused(t *testing.T, err error, param, code, text string) {
	t.Helper()
	var invalid *intents.InvalidError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, param, invalid.Param)
	require.Equal(t, code, invalid.Code)
	require.Contains(t, invalid.Message, text)
}

func TestCustomer(t *testing.T) {
	c, err := intents.NewCustomer("cus_1", "email=jenny@example.com&name=Jenny Rosen", "tier=gold", customerNow())
	require.NoError(t, err)
	require.Equal(t, intents.Customer{
		ID: "cus_1", Created: intents.TimeOf(customerNow()), Details: "email=jenny@example.com&name=Jenny Rosen", Metadata: "tier=gold",
	}, c)

	c, err = c.Update("email=&phone=555", "since=2020&tier=")
	require.NoError(t, err)
	require.Equal(t, intents.Pairs("name=Jenny Rosen&phone=555"), c.Details)
	require.Equal(t, intents.Metadata("since=2020"), c.Metadata)

	own := intents.PaymentMethod{ID: "pm_1", Type: intents.Card, Customer: "cus_1"}
	c, err = c.SetDefault(own)
	require.NoError(t, err)
	require.Equal(t, "pm_1", c.DefaultPaymentMethod)
	other := own
	other.Customer = "cus_2"
	_, err = c.SetDefault(other)
	refused(t, err, "invoice_settings[default_payment_method]", "resource_missing", "pm_1")
	for _, nameless := range []string{"", "\xff"} {
		other = own
		other.ID = nameless
		_, err = c.SetDefault(other)
		refused(t, err, "invoice_settings[default_payment_method]", "resource_missing", "must be attached")
		_, err = other.Attach("cus_1")
		refused(t, err, "payment_method", "resource_missing", "No such PaymentMethod")
	}
	c, err = intents.Customer{ID: "cus_1", Created: c.Created, DefaultPaymentMethod: "pm_1"}.SetDefault(intents.PaymentMethod{})
	require.NoError(t, err)
	require.Empty(t, c.DefaultPaymentMethod)

	c, err = c.Delete()
	require.NoError(t, err)
	require.True(t, c.Deleted)
	_, err = c.Delete()
	refused(t, err, "id", "resource_missing", "No such customer: 'cus_1'")
	_, err = c.Update("", "")
	refused(t, err, "id", "resource_missing", "cus_1")
	_, err = c.SetDefault(own)
	refused(t, err, "id", "resource_missing", "cus_1")
}

func TestCustomerRefusals(t *testing.T) {
	for _, c := range []struct {
		name, id          string
		details           intents.Pairs
		metadata          intents.Metadata
		now               time.Time
		param, code, text string
	}{
		{"no id", "", "", "", customerNow(), "id", "", "needs an id"},
		{"no text", "\xff", "", "", customerNow(), "id", "", "needs an id"},
		{"no time", "cus_1", "", "", time.Time{}, "now", "", "not set"},
		{"unknown", "cus_1", "nope=1", "", customerNow(), "nope", "parameter_unknown", "Received unknown parameter: nope"},
		{"too long", "cus_1", intents.Pairs("email=" + strings.Repeat("a", 513)), "", customerNow(), "email", "", "at most 512"},
		{"not one of", "cus_1", "tax_exempt=maybe", "", customerNow(), "tax_exempt", "", "none, exempt, reverse"},
		{"metadata", "cus_1", "", "no pairs", customerNow(), "metadata", "", "a key without ="},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := intents.NewCustomer(c.id, c.details, c.metadata, c.now)
			require.Zero(t, got)
			refused(t, err, c.param, c.code, c.text)
		})
	}
	var none intents.Customer
	_, err := none.Update("", "")
	refused(t, err, "id", "resource_missing", "No such customer: ''")
	c, err := intents.NewCustomer("cus_1", "", "", customerNow())
	require.NoError(t, err)
	_, err = c.Update("nope=1", "")
	refused(t, err, "nope", "parameter_unknown", "nope")
	_, err = c.Update("", "a")
	require.Error(t, err)
	_, err = intents.NewCustomer("cus_1", "", "a=", customerNow())
	require.EqualError(t, err, "metadata: an empty value")
}

func TestCustomerKeys(t *testing.T) {
	keys := intents.CustomerKeys()
	require.NotEmpty(t, keys)
	keys[0].Name = "changed"
	_, ok := intents.CustomerKeys().Find("address[city]")
	require.True(t, ok, "the list is a copy")
}

func TestAttachAndDetach(t *testing.T) {
	card := intents.PaymentMethod{ID: "pm_1", Type: intents.Card, Details: "last4=4242"}
	attached, err := card.Attach("cus_1")
	require.NoError(t, err)
	require.Equal(t, intents.PaymentMethod{ID: "pm_1", Type: intents.Card, Customer: "cus_1", Details: "last4=4242"}, attached)
	again, err := attached.Attach("cus_1")
	require.NoError(t, err)
	require.Equal(t, attached, again)
	dead, err := attached.Detach()
	require.NoError(t, err)
	require.Equal(t, intents.PaymentMethod{ID: "pm_1", Type: intents.Card, Spent: true, Details: "last4=4242"}, dead)

	for _, c := range []struct {
		name              string
		pm                intents.PaymentMethod
		customer          string
		param, code, text string
	}{
		{"none", intents.PaymentMethod{}, "cus_1", "payment_method", "resource_missing", "No such PaymentMethod: ''"},
		{"no type", intents.PaymentMethod{ID: "pm_1"}, "cus_1", "payment_method", "resource_missing", "pm_1"},
		{"no customer", card, "", "", "parameter_missing", "Must provide customer or customer_account."},
		{"no text", card, "\xff", "customer", "", "UTF-8"},
		{"second customer", attached, "cus_2", "payment_method", "", "already been attached"},
		{"detached", dead, "cus_1", "payment_method", "", "may not be used again"},
		{"not reusable", intents.PaymentMethod{ID: "pm_2", Type: intents.Oxxo}, "cus_1", "payment_method", "", "oxxo can't be saved"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.pm.Attach(c.customer)
			require.Zero(t, got)
			refused(t, err, c.param, c.code, c.text)
		})
	}
	_, err = card.Detach()
	refused(t, err, "payment_method", "", "detachment is impossible")
}

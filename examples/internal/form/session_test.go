package form_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/examples/internal/form"
)

// TestCreateSession reads the two commands of Stripe's page on setup mode.
func TestCreateSession(t *testing.T) {
	const back = "success_url=https%3A%2F%2Fexample.com%2Fsuccess%3Fsession_id%3D%7BCHECKOUT_SESSION_ID%7D"
	f, err := form.Parse("mode=setup", "currency=usd", "customer=cus_1", back)
	require.NoError(t, err)
	c, err := form.CreateSession(f, intents.VersionDahlia, nil)
	require.NoError(t, err)
	require.Equal(t, checkout.Create{
		APIVersion: intents.VersionDahlia, Mode: checkout.Setup, Currency: "usd",
		Details: "customer=cus_1&success_url=https://example.com/success?session_id%3D{CHECKOUT_SESSION_ID}",
	}, c)

	f, err = form.Parse("customer=cus_1", "line_items[0][price_data][currency]=usd", "line_items[0][price_data][product_data][name]=T-shirt",
		"line_items[0][price_data][unit_amount]=1099", "line_items[0][quantity]=1", "line_items[1][price]=price_1", "mode=payment", back, "metadata[order]=6735")
	require.NoError(t, err)
	prices := func(id string) (checkout.LineItem, bool) {
		return checkout.LineItem{Name: "Mug", Currency: "usd", UnitAmount: 500}, id == "price_1"
	}
	c, err = form.CreateSession(f, "", prices)
	require.NoError(t, err)
	want, err := checkout.NewLineItems(
		checkout.LineItem{Name: "T-shirt", Currency: "usd", UnitAmount: 1099, Quantity: 1},
		checkout.LineItem{Price: "price_1", Name: "Mug", Currency: "usd", UnitAmount: 500, Quantity: 1},
	)
	require.NoError(t, err)
	require.Equal(t, want, c.LineItems)
	require.Zero(t, c.ExpiresAt)
	require.Equal(t, intents.Metadata("order=6735"), c.Metadata)
}

func TestCreateSessionRefuses(t *testing.T) {
	for name, c := range map[string]struct{ body, param, code string }{
		"unknown":           {"mode=setup&nope=1", "nope", "parameter_unknown"},
		"ui_mode":           {"mode=setup&ui_mode=paper", "ui_mode", ""},
		"currency":          {"mode=setup&currency=xxx", "currency", ""},
		"expires_at":        {"mode=setup&expires_at=soon", "expires_at", "parameter_invalid_integer"},
		"price":             {"mode=payment&line_items[0][price]=price_1", "line_items[0][price]", "resource_missing"},
		"no amount":         {"mode=payment&line_items[0][price_data][currency]=usd&line_items[0][price_data][product_data][name]=x", "line_items[0][price_data][unit_amount]", "parameter_missing"},
		"line of no sort":   {"mode=payment&line_items[0][quantity]=1", "line_items[0][price_data][currency]", ""},
		"unknown of a line": {"mode=payment&line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=5&line_items[0][price_data][product]=prod_1&line_items[0][nope]=1", "line_items[0][nope]", "parameter_unknown"},
		"payment method":    {"mode=setup&payment_method_types[]=gold", "payment_method_types", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := form.Parse(c.body)
			require.NoError(t, err)
			got, err := form.CreateSession(f, "", nil)
			require.Zero(t, got)
			var invalid *intents.InvalidError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, c.param, invalid.Param)
			require.Equal(t, c.code, invalid.Code)
		})
	}
}

// TestExpiresAtZero: the beginning of 1970 is a time, and too early.
func TestExpiresAtZero(t *testing.T) {
	f, err := form.Parse("mode=setup", "currency=usd", "success_url=https://example.com", "expires_at=0")
	require.NoError(t, err)
	c, err := form.CreateSession(f, "", nil)
	require.NoError(t, err)
	c.ID = "cs_test_1"
	_, err = checkout.Open(c, time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC))
	require.ErrorContains(t, err, "at least 30 minutes")
}

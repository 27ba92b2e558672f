package main

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/internal/script"
)

func tell(t *testing.T, args ...string) (code int, out string) {
	t.Helper()
	var b, errs bytes.Buffer
	code, err := run(t.Context(), args, &b, &errs)
	if code == 0 {
		require.NoError(t, err)
	}
	return code, b.String()
}

// TestStories compares whole stories: silence counts too.
func TestStories(t *testing.T) {
	for name, args := range map[string][]string{
		"page":        nil,
		"connect":     {"-connect"},
		"manual":      {"-d", "capture_method=manual"},
		"partial":     {"-d", "capture_method=manual", "-d", "payment_method=pm_card_mastercard", "-api-version", "2022-08-01"},
		"3ds":         {"-d", "payment_method=pm_card_threeDSecure2Required"},
		"3ds-offline": {"-d", "payment_method=pm_card_threeDSecure2Required", "-d", "off_session=true"},
		"declined":    {"-d", "payment_method=pm_card_visa_chargeDeclined"},
		"bank":        {"-d", "payment_method=pm_usBankAccount_success"},
		"bank-closed": {"-d", "payment_method=pm_usBankAccount_accountClosed"},
		"faults":      {"-connect", "-faults", "-seed", "7"},
		"unconfirmed": {"-d", "confirm="},
		"lines":       {"-json"},
		"lines-2022":  {"-json", "-connect", "-api-version", "2022-08-01"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out := tell(t, args...)
			require.Equal(t, 0, code)
			script.Golden(t, "testdata/"+name+".golden", []byte(out))
		})
	}
}

// TestAsyncCapture holds what the page promises, whatever the seed: one
// charge.updated, within the hour, with the nulls that it fills.
func TestAsyncCapture(t *testing.T) {
	for seed := range 300 {
		_, out := tell(t, "-json", "-connect", "-faults", "-seed", strconv.Itoa(seed))
		created, ids := map[string]int64{}, map[string]string{}
		for line := range strings.Lines(out) {
			var e struct {
				ID, Type string
				Created  int64
				Data     struct {
					Object   map[string]any
					Previous map[string]any `json:"previous_attributes"`
				}
			}
			require.NoError(t, json.Unmarshal([]byte(line), &e))
			if id, again := ids[e.Type]; again {
				require.Equal(t, id, e.ID, "seed %d: %s twice, and not the same event", seed, e.Type)
			}
			ids[e.Type], created[e.Type] = e.ID, e.Created
			switch e.Type {
			case "charge.succeeded":
				require.Equal(t, true, e.Data.Object["captured"])
				require.Nil(t, e.Data.Object["balance_transaction"])
			case "charge.updated":
				require.NotNil(t, e.Data.Object["balance_transaction"])
				require.Equal(t, map[string]any{"balance_transaction": nil, "application_fee": nil, "transfer": nil}, e.Data.Previous)
			}
		}
		require.Len(t, ids, 6, "seed %d", seed)
		require.LessOrEqual(t, created["charge.updated"]-created["payment_intent.succeeded"], int64(3600+600), "seed %d: the hour, and the fault", seed)
	}
}

func TestWrongParameters(t *testing.T) {
	for _, tt := range []struct {
		args, code, param string
		exit              int
	}{
		{"-d amount=0", "parameter_invalid_integer", "amount", 1},
		{"-d amount=-5", "parameter_invalid_integer", "amount", 1},
		{"-d amount=49", "amount_too_small", "amount", 1},
		{"-d amount=100000000", "amount_too_large", "amount", 1},
		{"-d amount=abc", "parameter_invalid_integer", "amount", 1},
		{"-d amount=", "parameter_missing", "amount", 1},
		{"-d currency=xyz", "", "currency", 1},
		{"-d capture_method=never", "", "capture_method", 1},
		{"-d payment_method=pm_nope", "resource_missing", "payment_method", 1},
		{"-d payment_method=", "payment_intent_unexpected_state", "", 1},
		{"-d wrong=1", "parameter_unknown", "wrong", 1},
		{"-d confirm=maybe", "", "confirm", 1},
		{"-d confirm= -d off_session=true", "", "off_session", 1},
		{"-d statement_descriptor=12345678901234567890123", "", "statement_descriptor", 1},
		{"-d amount=%zz", "", "amount", 1},
		{"-d payment_method_types[]=gold", "", "payment_method_types", 1},
		{"-connect -d application_fee_amount=2001", "amount_too_large", "application_fee_amount", 1},
		{"-api-version 2026-10-28.endive -d payment_method_types[]=card", "payment_method_types_no_longer_supported", "payment_method_types", 1},
		{"-api-version yesterday", "", "Stripe-Version", 1},
		{"amount=5", "parameter_unknown", "amount=5", 1},
	} {
		t.Run(tt.args, func(t *testing.T) {
			code, out := tell(t, strings.Fields(tt.args)...)
			require.Equal(t, tt.exit, code)
			var e struct {
				Error struct{ Type, Code, Param, Message string }
			}
			require.NoError(t, json.Unmarshal([]byte(out), &e), out)
			require.Equal(t, "invalid_request_error", e.Error.Type)
			require.Equal(t, tt.code, e.Error.Code)
			require.Equal(t, tt.param, e.Error.Param)
			require.NotEmpty(t, e.Error.Message)
		})
	}
}

func TestWrongFlags(t *testing.T) {
	code, out := tell(t, "-nonsense")
	require.Equal(t, 2, code)
	require.Empty(t, out)
}

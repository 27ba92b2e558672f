package intents_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
)

func detailKeys() intents.DetailKeys {
	return intents.DetailKeys{
		{Name: "customer", Stages: intents.AtCreate | intents.AtUpdate},
		{Name: "note", Max: 3, Stages: intents.AtCreate | intents.Late},
		{Name: "number", Integer: true, Stages: intents.AtCreate},
		{Name: "once", Fixed: true, Stages: intents.AtCreate | intents.AtUpdate},
		{Name: "one_of", Values: []string{"a", "b"}, Stages: intents.AtCreate},
		{Name: "return_url", Stages: intents.AtConfirm},
		{Name: "shipping[", Stages: intents.AtCreate},
	}
}

func TestDetailKeysFind(t *testing.T) {
	keys := detailKeys()
	for name, want := range map[string]string{"customer": "customer", "shipping[name]": "shipping[", "shipping[address][city]": "shipping["} {
		k, ok := keys.Find(name)
		require.True(t, ok, name)
		require.Equal(t, want, k.Name)
	}
	for _, name := range []string{"", "customers", "cust", "shipping", "Customer", "x"} {
		_, ok := keys.Find(name)
		require.False(t, ok, name)
	}
	require.True(t, keys[0].OnCreate())
	require.False(t, keys[5].OnCreate())
}

func TestDetailKeysMerge(t *testing.T) {
	for _, c := range []struct {
		name               string
		have, update, want intents.Pairs
		at                 intents.Stage
	}{
		{"nothing", "a=1", "", "a=1", intents.AtUpdate},
		{"first", "", "customer=cus_1", "customer=cus_1", intents.AtCreate},
		{"added", "customer=cus_1", "note=abc", "customer=cus_1&note=abc", intents.AtCreate},
		{"replaced", "customer=cus_1", "customer=cus_2", "customer=cus_2", intents.AtUpdate},
		{"unset", "customer=cus_1&note=abc", "customer=", "note=abc", intents.AtUpdate},
		{"unset what is not set", "", "customer=", "", intents.AtUpdate},
		{"characters, not bytes", "", "note=äöü", "note=äöü", intents.AtCreate},
		{"late", "", "note=abc", "note=abc", intents.Late},
		{"the same again", "once=x", "once=x", "once=x", intents.AtUpdate},
		{"nested", "", "shipping[name]=Jenny", "shipping[name]=Jenny", intents.AtCreate},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := detailKeys().Merge("Thing", c.have, c.update, c.at)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestDetailKeysRefuse(t *testing.T) {
	for _, c := range []struct {
		name, param, code, text string
		have, update            intents.Pairs
		at                      intents.Stage
	}{
		{"unknown", "nope", "parameter_unknown", "Received unknown parameter: nope", "", "nope=1", intents.AtCreate},
		{"not at this stage", "note", "parameter_unknown", "Received unknown parameter: note", "", "note=abc", intents.AtUpdate},
		{"only with a confirmation", "return_url", "", "when creating a Thing unless `confirm`", "", "return_url=https://example.com", intents.AtCreate},
		{"too long", "note", "", "at most 3 characters", "", "note=abcd", intents.AtCreate},
		{"no number", "number", "parameter_invalid_integer", "Invalid integer: 1.5", "", "number=1.5", intents.AtCreate},
		{"negative", "number", "parameter_invalid_integer", "Invalid integer: -1", "", "number=-1", intents.AtCreate},
		{"another form", "number", "parameter_invalid_integer", "Invalid integer: 007", "", "number=007", intents.AtCreate},
		{"overflow", "number", "parameter_invalid_integer", "Invalid integer: 9223372036854775808", "", "number=9223372036854775808", intents.AtCreate},
		{"not one of", "one_of", "", "must be one of a, b", "", "one_of=c", intents.AtCreate},
		{"fixed", "once", "", "can't be changed once it is set", "once=x", "once=y", intents.AtUpdate},
		{"not canonical", "details", "", "not in canonical form", "", "customer", intents.AtCreate},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := detailKeys().Merge("Thing", c.have, c.update, c.at)
			require.Empty(t, got)
			refused(t, err, c.param, c.code, c.text)
		})
	}
}

func TestSupports(t *testing.T) {
	require.True(t, intents.Card.Traits().Supports("jpy"), "a card takes any currency")
	require.True(t, intents.SepaDebit.Traits().Supports("eur"))
	require.False(t, intents.SepaDebit.Traits().Supports("usd"))
	require.False(t, intents.SepaDebit.Traits().Supports("eu"), "a part is not the whole")
	require.True(t, intents.AcssDebit.Traits().Supports("usd"), "the second of two")
	require.True(t, intents.SepaDebit.Traits().Supports(""), "where no currency is given there is nothing against it")
	for typ := range (^intents.PaymentMethodTypes(0)).All() {
		for c := range currenciesOf(typ) {
			require.NoError(t, c.Check(), "%s: %s", typ, c)
		}
	}
}

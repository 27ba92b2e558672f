package intents_test

import (
	"encoding/json"
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents"
)

func TestMoneyString(t *testing.T) {
	tests := []struct {
		money intents.Money
		want  string
	}{
		{intents.Money{Amount: 2000, Currency: "usd"}, "20.00 USD"},
		{intents.Money{Amount: 5, Currency: "usd"}, "0.05 USD"},
		{intents.Money{Amount: 50, Currency: "usd"}, "0.50 USD"},
		{intents.Money{Amount: 0, Currency: "usd"}, "0.00 USD"},
		{intents.Money{Amount: -5, Currency: "usd"}, "-0.05 USD"},
		{intents.Money{Amount: -12345, Currency: "eur"}, "-123.45 EUR"},
		{intents.Money{Amount: 500, Currency: "jpy"}, "500 JPY"},
		{intents.Money{Amount: 0, Currency: "jpy"}, "0 JPY"},
		{intents.Money{Amount: -1, Currency: "krw"}, "-1 KRW"},
		{intents.Money{Amount: 1230, Currency: "kwd"}, "1.230 KWD"},
		{intents.Money{Amount: 10, Currency: "bhd"}, "0.010 BHD"},
		{intents.Money{Amount: 500, Currency: "isk"}, "5.00 ISK"},
		{intents.Money{Amount: math.MaxInt64, Currency: "usd"}, "92233720368547758.07 USD"},
		{intents.Money{Amount: math.MinInt64, Currency: "jpy"}, "-9223372036854775808 JPY"},
		{intents.Money{}, "0.00 XXX"},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, tt.money.String())
	}
}

func TestMoneyJSON(t *testing.T) {
	m := intents.Money{Amount: 2000, Currency: "usd"}
	data, err := json.Marshal(m)
	require.NoError(t, err)
	want := `{"amount":2000,"currency":"usd"}`
	require.Equal(t, want, string(data))
	var back intents.Money
	require.NoError(t, json.Unmarshal(data, &back))
	require.Equal(t, m, back)
}

func TestMoneyRefuses(t *testing.T) {
	const most, least = math.MaxInt64, math.MinInt64
	usd := func(amount int64) intents.Money { return intents.Money{Amount: amount, Currency: "usd"} }
	tests := []struct {
		name  string
		do    func() (intents.Money, error)
		param string
		says  string
	}{
		{"add two currencies", func() (intents.Money, error) { return usd(1).Add(intents.Money{Amount: 2, Currency: "jpy"}) }, "currency", "0.01 USD and 2 JPY"},
		{"add to none", func() (intents.Money, error) { return intents.Money{}.Add(usd(1)) }, "currency", "0.00 XXX and 0.01 USD"},
		{"subtract two currencies", func() (intents.Money, error) { return usd(1).Sub(intents.Money{Amount: 2, Currency: "jpy"}) }, "currency", "0.01 USD and 2 JPY"},
		{"add above", func() (intents.Money, error) { return usd(most).Add(usd(1)) }, "amount", "92233720368547758.07 USD + 0.01 USD"},
		{"add below", func() (intents.Money, error) { return usd(least).Add(usd(-1)) }, "amount", "USD + -0.01 USD"},
		{"subtract below", func() (intents.Money, error) { return usd(least).Sub(usd(1)) }, "amount", "USD - 0.01 USD"},
		{"subtract the least", func() (intents.Money, error) { return usd(0).Sub(usd(least)) }, "amount", "0.00 USD - -"},
		{"share above", func() (intents.Money, error) { return usd(most).BasisPoints(10_001) }, "amount", "USD * 10001 basis points"},
		{"share of the least", func() (intents.Money, error) { return usd(least).BasisPoints(-10_000) }, "amount", "basis points"},
		{"share of just 64 bits", func() (intents.Money, error) { return usd(least).BasisPoints(20_000) }, "amount", "the amount does not fit 64 bits: -92233720368547758.08 USD *"},
		{"share far above", func() (intents.Money, error) { return usd(most).BasisPoints(most) }, "amount", "basis points"},
		{"share far below", func() (intents.Money, error) { return usd(most).BasisPoints(least) }, "amount", "basis points"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.do()
			require.Zero(t, got)
			requireInvalid(t, err, tt.param, "")
			require.ErrorContains(t, err, tt.says)
		})
	}
}

func TestBasisPoints(t *testing.T) {
	tests := []struct{ amount, bp, want int64 }{
		{2000, 290, 58},
		{0, 290, 0},
		{2000, 0, 0},
		{1, 5000, 1},       // half a minor unit
		{1, 4999, 0},       // just less
		{3, 5000, 2},       // one and a half
		{-1, 5000, -1},     // a half away from zero
		{1, -5000, -1},     // either way
		{-1, -5000, 1},     // twice
		{12345, 1, 1},      // 1.2345
		{15000, 1, 2},      // 1.5
		{999, 10_000, 999}, // all of it
		{999, 20_000, 1998},
		{math.MaxInt64, 10_000, math.MaxInt64},
		{math.MinInt64, 10_000, math.MinInt64},
		{math.MaxInt64, -10_000, -math.MaxInt64},
		{math.MinInt64, 5_000, math.MinInt64 / 2},
	}
	for _, tt := range tests {
		got, err := intents.Money{Amount: tt.amount, Currency: "usd"}.BasisPoints(tt.bp)
		require.NoError(t, err)
		require.Equal(t, intents.Money{Amount: tt.want, Currency: "usd"}, got, "%d * %d", tt.amount, tt.bp)
	}
}

// amounts mixes the edges in, which a uniform draw hardly ever hits.
func amounts() *rapid.Generator[int64] {
	return rapid.OneOf(
		rapid.Int64(), rapid.Int64Range(-20_000, 20_000),
		rapid.Int64Range(math.MaxInt64-3, math.MaxInt64), rapid.Int64Range(math.MinInt64, math.MinInt64+3),
	)
}

// TestMoneyProperties compares all arithmetic with math/big, which has no edges.
func TestMoneyProperties(t *testing.T) {
	agree := func(t *rapid.T, want *big.Int, got intents.Money, err error) {
		if want.IsInt64() {
			require.NoError(t, err)
			require.Equal(t, intents.Money{Amount: want.Int64(), Currency: "eur"}, got)
			return
		}
		requireInvalid(t, err, "amount", "")
		require.Zero(t, got)
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := amounts().Draw(t, "a"), amounts().Draw(t, "b")
		x, y := intents.Money{Amount: a, Currency: "eur"}, intents.Money{Amount: b, Currency: "eur"}
		bigA, bigB := big.NewInt(a), big.NewInt(b)

		sum, err := x.Add(y)
		agree(t, new(big.Int).Add(bigA, bigB), sum, err)
		diff, err := x.Sub(y)
		agree(t, new(big.Int).Sub(bigA, bigB), diff, err)

		// round(|ab|/10000), a half up, with the sign of ab
		product := new(big.Int).Mul(bigA, bigB)
		share := new(big.Int).Add(new(big.Int).Abs(product), big.NewInt(5_000))
		share.Quo(share, big.NewInt(10_000))
		if product.Sign() < 0 {
			share.Neg(share)
		}
		got, err := x.BasisPoints(b)
		agree(t, share, got, err)
	})
}

// TestMoneyStringProperty reads the text back as a decimal number.
func TestMoneyStringProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := intents.Money{Amount: amounts().Draw(t, "amount"), Currency: rapid.SampledFrom(supported()).Draw(t, "currency")}
		text := m.String()
		number, code := text[:len(text)-4], text[len(text)-3:]
		parsed, err := intents.ParseCurrency(code)
		require.NoError(t, err)
		require.Equal(t, m.Currency, parsed)
		value, ok := new(big.Rat).SetString(number)
		require.True(t, ok, text)
		unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(m.Currency.Decimals())), nil)
		value.Mul(value, new(big.Rat).SetInt(unit))
		require.True(t, value.IsInt() && value.Num().IsInt64() && value.Num().Int64() == m.Amount, text)
	})
}

func TestMoneyAllocs(t *testing.T) {
	m := intents.Money{Amount: 2000, Currency: "usd"}
	require.Zero(t, testing.AllocsPerRun(100, func() {
		sum, err := m.Add(m)
		if err != nil {
			t.Fatal(err)
		}
		if sum, err = sum.Sub(m); err != nil {
			t.Fatal(err)
		}
		if sum, err = sum.BasisPoints(290); err != nil || sum.Amount != 58 {
			t.Fatal(sum, err)
		}
	}))
}

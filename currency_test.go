package intents_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents"
)

// stripesList is what Stripe prints when it refuses a currency, in its own order, as
// seen in several published error bodies of 2024 to 2026.
const stripesList = "usd, aed, afn, all, amd, ang, aoa, ars, aud, awg, azn, bam, bbd, bdt, bgn, bhd, bif, bmd, bnd, bob, brl, " +
	"bsd, bwp, byn, bzd, cad, cdf, chf, clp, cny, cop, crc, cve, czk, djf, dkk, dop, dzd, egp, etb, eur, fjd, fkp, gbp, gel, gip, " +
	"gmd, gnf, gtq, gyd, hkd, hnl, hrk, htg, huf, idr, ils, inr, isk, jmd, jod, jpy, kes, kgs, khr, kmf, krw, kwd, kyd, kzt, lak, " +
	"lbp, lkr, lrd, lsl, mad, mdl, mga, mkd, mmk, mnt, mop, mur, mvr, mwk, mxn, myr, mzn, nad, ngn, nio, nok, npr, nzd, omr, pab, " +
	"pen, pgk, php, pkr, pln, pyg, qar, ron, rsd, rub, rwf, sar, sbd, scr, sek, sgd, shp, sle, sos, srd, std, szl, thb, tjs, tnd, " +
	"top, try, ttd, twd, tzs, uah, ugx, uyu, uzs, vnd, vuv, wst, xaf, xcd, xcg, xof, xpf, yer, zar, zmw, usdc, btn, ghs, eek, lvl, " +
	"svc, vef, ltl, sll, mro"

// supported returns Stripe's list without the one entry that is no ISO code.
func supported() []intents.Currency {
	var list []intents.Currency
	for code := range strings.SplitSeq(stripesList, ", ") {
		if code != "usdc" {
			list = append(list, intents.Currency(code))
		}
	}
	return list
}

// TestCurrencyCheck tries each word of three letters there is.
func TestCurrencyCheck(t *testing.T) {
	want := map[intents.Currency]bool{}
	for _, c := range supported() {
		want[c] = true
	}
	require.Len(t, want, 150)
	const letters = "abcdefghijklmnopqrstuvwxyz"
	for _, a := range letters {
		for _, b := range letters {
			for _, c := range letters {
				code := intents.Currency([]rune{a, b, c})
				if got := code.Check() == nil; got != want[code] {
					t.Errorf("%s: accepted %v, want %v", code, got, want[code])
				}
			}
		}
	}
}

func TestCurrencyCheckRefuses(t *testing.T) {
	for _, c := range []intents.Currency{"", "u", "us", "usdc", "USD", "Usd", "usd ", "zzz", "aaa", "\x00\x00\x00", "\xff\xff\xff", "afnall"} {
		err := c.Check()
		var invalid *intents.InvalidError
		require.ErrorAs(t, err, &invalid, "%q", c)
		require.Equal(t, "currency", invalid.Param)
		require.Empty(t, invalid.Code, "Stripe sends no code")
		require.Contains(t, invalid.Message, "Invalid currency: "+string(c)+".")
	}
}

func TestParseCurrency(t *testing.T) {
	for _, want := range supported() {
		for _, s := range []string{string(want), strings.ToUpper(string(want)), strings.ToUpper(string(want[:1])) + string(want[1:])} {
			got, err := intents.ParseCurrency(s)
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
	}
	// The Kelvin sign is a K to strings.ToLower, and the dotless i is none to anybody.
	for _, s := range []string{"", "US", "ZZZ", "euro", "\u212arw", "\u0131nr", "US\x24", "@SD", "[SD"} {
		got, err := intents.ParseCurrency(s)
		require.Equal(t, &intents.InvalidError{
			Param: "currency", Code: "",
			Message: "Invalid currency: " + s + ". Use a lower-case code from https://docs.stripe.com/currencies",
		}, err)
		require.Empty(t, got)
	}
}

// TestCurrencyTable holds the whole table of DOC-currencies: what is not named has two decimals,
// a minimum of 1, a maximum of eight digits and takes any amount between.
func TestCurrencyTable(t *testing.T) {
	decimals := map[intents.Currency]int{
		"bif": 0, "clp": 0, "djf": 0, "gnf": 0, "jpy": 0, "kmf": 0, "krw": 0, "mga": 0, "pyg": 0, "rwf": 0, "vnd": 0, "vuv": 0,
		"xaf": 0, "xof": 0, "xpf": 0, "bhd": 3, "jod": 3, "kwd": 3, "omr": 3, "tnd": 3,
	}
	minimum := map[intents.Currency]int64{
		"usd": 50, "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50, "gbp": 30,
		"hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50, "pln": 200, "ron": 200,
		"sek": 300, "sgd": 50, "thb": 1000,
	}
	maximum := map[intents.Currency]int64{"inr": 999999999, "idr": 999999999999}
	step := map[intents.Currency]int64{"bhd": 10, "jod": 10, "kwd": 10, "omr": 10, "tnd": 10, "isk": 100, "ugx": 100}
	or := func(m map[intents.Currency]int64, c intents.Currency, other int64) int64 {
		if v, ok := m[c]; ok {
			return v
		}
		return other
	}
	for _, c := range supported() {
		want, ok := decimals[c]
		if !ok {
			want = 2
		}
		require.Equal(t, want, c.Decimals(), c)
		low, high, each := or(minimum, c, 1), or(maximum, c, 99999999), or(step, c, 1)
		require.Equal(t, low, c.Minimum(), c)
		require.Equal(t, high, c.Maximum(), c)

		// The bounds themselves, cut to what the currency can express.
		first, last := (low+each-1)/each*each, high/each*each
		for _, amount := range []int64{first, first + each, last - each, last} {
			require.NoError(t, c.CheckCharge(amount, "amount"), "%d %s", amount, c)
		}
		if each > 1 {
			for _, amount := range []int64{first + 1, first + each - 1, last - 1} {
				requireInvalid(t, c.CheckCharge(amount, "amount"), "amount", "parameter_invalid_integer")
			}
		}
		if low > 1 {
			requireInvalid(t, c.CheckCharge(low-1, "amount"), "amount", "amount_too_small")
		}
		requireInvalid(t, c.CheckCharge(high+1, "amount"), "amount", "amount_too_large")
	}
	// What Check refuses gets the common answers.
	require.Equal(t, 2, intents.Currency("zzz").Decimals())
	require.EqualValues(t, 1, intents.Currency("zzz").Minimum())
	require.EqualValues(t, 99999999, intents.Currency("zzz").Maximum())
}

// requireInvalid wants an *intents.InvalidError of this parameter and code.
func requireInvalid(t require.TestingT, err error, param, code string) {
	var invalid *intents.InvalidError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, param, invalid.Param)
	require.Equal(t, code, invalid.Code)
	require.NotEmpty(t, invalid.Message)
}

const notPositive = "The amount must be greater than or equal to the minimum charge amount allowed for your account and the currency set " +
	"(https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).  If you want to save a Payment Method for future use " +
	"without an immediate payment, use a Setup Intent instead: https://docs.stripe.com/payments/setup-intents"

func TestCheckCharge(t *testing.T) {
	const lowest = -1 << 63
	tests := []struct {
		amount         int64
		currency       intents.Currency
		param          string
		wantParam      string
		code, contains string
	}{
		{0, "usd", "amount", "amount", "parameter_invalid_integer", notPositive},
		{-1, "jpy", "amount", "amount", "parameter_invalid_integer", notPositive},
		{lowest, "idr", "amount", "amount", "parameter_invalid_integer", notPositive},
		{-100, "isk", "amount", "amount", "parameter_invalid_integer", notPositive},
		{49, "usd", "amount", "amount", "amount_too_small", "Amount must be at least 0.50 USD"},
		{49, "jpy", "amount", "amount", "amount_too_small", "Amount must be at least 50 JPY"},
		{1, "huf", "amount", "amount", "amount_too_small", "Amount must be at least 175.00 HUF"},
		{100_000_000, "usd", "amount", "amount", "amount_too_large", "Amount must be no more than 999999.99 USD"},
		{1_000_000_000, "inr", "amount", "amount", "amount_too_large", "Amount must be no more than 9999999.99 INR"},
		{1_000_000_000_000, "idr", "amount", "amount", "amount_too_large", "Amount must be no more than 9999999999.99 IDR"},
		{1<<63 - 1, "kwd", "amount", "amount", "amount_too_large", "Amount must be no more than 99999.999 KWD"},
		{5125, "kwd", "amount", "amount", "parameter_invalid_integer", "an amount in kwd must be a multiple of 10"},
		{550, "isk", "amount", "amount", "parameter_invalid_integer", "an amount in isk must be a multiple of 100"},
		{1, "ugx", "amount", "amount", "parameter_invalid_integer", "an amount in ugx must be a multiple of 100"},
		{0, "usd", "amount_to_capture", "amount_to_capture", "parameter_invalid_integer", notPositive},
		{49, "eur", "line_items[0][amount]", "line_items[0][amount]", "amount_too_small", "0.50 EUR"},
		// A bad currency comes first, as its limits are not known.
		{0, "zzz", "amount", "currency", "", "Invalid currency: zzz"},
		{2000, "USD", "amount", "currency", "", "Invalid currency: USD"},
		{2000, "", "amount", "currency", "", "Invalid currency: "},
	}
	for _, tt := range tests {
		err := tt.currency.CheckCharge(tt.amount, tt.param)
		requireInvalid(t, err, tt.wantParam, tt.code)
		require.ErrorContains(t, err, tt.contains)
	}
}

// TestCheckChargeIsTheTable holds CheckCharge to the exported limits for any amount.
func TestCheckChargeIsTheTable(t *testing.T) {
	list := supported()
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(list).Draw(t, "currency")
		amount := rapid.OneOf(
			rapid.Int64(), rapid.Int64Range(-2, 200), rapid.Int64Range(c.Minimum()-2, c.Minimum()+2), rapid.Int64Range(c.Maximum()-200, c.Maximum()+2),
		).Draw(t, "amount")
		err := c.CheckCharge(amount, "amount")
		switch {
		case amount < 1:
			requireInvalid(t, err, "amount", "parameter_invalid_integer")
		case amount < c.Minimum():
			requireInvalid(t, err, "amount", "amount_too_small")
		case amount > c.Maximum():
			requireInvalid(t, err, "amount", "amount_too_large")
		case c.Decimals() == 3 && amount%10 != 0, (c == "isk" || c == "ugx") && amount%100 != 0:
			requireInvalid(t, err, "amount", "parameter_invalid_integer")
		default:
			require.NoError(t, err)
		}
	})
}

func TestCurrencyAllocs(t *testing.T) {
	for _, c := range []intents.Currency{"aed", "usd", "jpy", "kwd", "isk", "zmw"} {
		require.Zero(t, testing.AllocsPerRun(100, func() {
			if err := c.CheckCharge(20_000, "amount"); err != nil {
				t.Fatal(err)
			}
		}), c)
		require.Zero(t, testing.AllocsPerRun(100, func() {
			if err := c.Check(); err != nil {
				t.Fatal(err)
			}
		}), c)
	}
}

// recordings holds replies of Stripe's sandbox. They are no part of the module, so the
// tests that compare with them skip where they are not at hand.
const recordings = "../shared/recordings/stripe-sandbox.json"

type exchange struct {
	Method   string      `json:"method"`
	Path     string      `json:"path"`
	Form     [][2]string `json:"form"`
	Version  string      `json:"stripe_version"`
	Status   int         `json:"status"`
	Response struct {
		Error struct{ Code, Message, Param string } `json:"error"`
	} `json:"response"`
	raw any
}

func recorded(t *testing.T) []exchange {
	t.Helper()
	data, err := os.ReadFile(recordings)
	if os.IsNotExist(err) {
		t.Skip("no recordings at hand")
	}
	require.NoError(t, err)
	var list []exchange
	var raw []struct {
		Response any `json:"response"`
	}
	require.NoError(t, json.Unmarshal(data, &list))
	require.NoError(t, json.Unmarshal(data, &raw))
	for i := range list {
		list[i].raw = raw[i].Response
	}
	return list
}

// TestRecordedAmountZero compares with Stripe's own refusals, at the versions that have today's text.
func TestRecordedAmountZero(t *testing.T) {
	compared := 0
	for _, e := range recorded(t) {
		if e.Response.Error.Param != "amount" || e.Version < "2025" {
			continue
		}
		compared++
		require.Equal(t, &intents.InvalidError{
			Param: e.Response.Error.Param, Code: e.Response.Error.Code, Message: e.Response.Error.Message,
		}, intents.Currency("usd").CheckCharge(0, "amount"))
	}
	require.NotZero(t, compared)
}

// TestRecordedValues puts every currency and all metadata that Stripe sent through Check.
func TestRecordedValues(t *testing.T) {
	currencies, metadata := 0, 0
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			if c, ok := v["currency"].(string); ok {
				currencies++
				require.NoError(t, intents.Currency(c).Check())
			}
			if m, ok := v["metadata"].(map[string]any); ok {
				metadata++
				wire, err := json.Marshal(m)
				require.NoError(t, err)
				var got intents.Metadata
				require.NoError(t, json.Unmarshal(wire, &got))
				require.NoError(t, got.Check())
				require.JSONEq(t, string(wire), string(got.AppendJSON(nil)))
			}
			for _, e := range v {
				walk(e)
			}
		}
	}
	for _, e := range recorded(t) {
		walk(e.raw)
	}
	require.NotZero(t, currencies)
	require.NotZero(t, metadata)
}

func BenchmarkCheckCharge(b *testing.B) {
	for b.Loop() {
		if err := intents.Currency("usd").CheckCharge(2000, "amount"); err != nil {
			b.Fatal(err)
		}
	}
}

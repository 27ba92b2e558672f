package intents

import "strconv"

// Currency is a three-letter ISO 4217 code in lower case, as Stripe writes it,
// such as "usd". Any string can be converted to it; Check says whether it is one.
type Currency string

// currencies holds the codes that Stripe takes, sorted, three bytes each: a constant
// that is searched by halves needs no table in memory. It is the list that Stripe prints
// when it refuses a currency (OBS, published error bodies of 2024 to 2026). The list has
// retired codes such as hrk and eek too, so old objects stay valid. Left out is usdc:
// it is no ISO code and its decimals are not documented.
const currencies = "aedafnallamdangaoaarsaudawgazn" +
	"bambbdbdtbgnbhdbifbmdbndbobbrlbsdbtnbwpbynbzd" +
	"cadcdfchfclpcnycopcrccveczk" +
	"djfdkkdopdzd" +
	"eekegpetbeur" +
	"fjdfkp" +
	"gbpgelghsgipgmdgnfgtqgyd" +
	"hkdhnlhrkhtghuf" +
	"idrilsinrisk" +
	"jmdjodjpy" +
	"keskgskhrkmfkrwkwdkydkzt" +
	"laklbplkrlrdlslltllvl" +
	"madmdlmgamkdmmkmntmopmromurmvrmwkmxnmyrmzn" +
	"nadngnnionoknprnzd" +
	"omr" +
	"pabpenpgkphppkrplnpyg" +
	"qar" +
	"ronrsdrubrwf" +
	"sarsbdscrseksgdshpslesllsossrdstdsvcszl" +
	"thbtjstndtoptryttdtwdtzs" +
	"uahugxusduyuuzs" +
	"vefvndvuv" +
	"wst" +
	"xafxcdxcgxofxpf" +
	"yer" +
	"zarzmw"

// codeLen is the length of a currency code.
const codeLen = 3

// ParseCurrency returns the currency that s names in upper or lower case, as
// Stripe reads the parameter. Its error is that of Check.
func ParseCurrency(s string) (Currency, error) {
	if len(s) != codeLen {
		return "", Currency(s).Check()
	}
	var lower [codeLen]byte
	for i := range codeLen {
		// Not strings.ToLower: some letters beyond ASCII become ASCII letters there.
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	c := Currency(lower[:])
	if !c.known() {
		return "", Currency(s).Check()
	}
	return c, nil
}

// Check returns an *InvalidError about the parameter currency unless c is one of
// the codes that Stripe takes, in lower case. The error has no code, as Stripe
// sends none.
func (c Currency) Check() error {
	if c.known() {
		return nil
	}
	return &InvalidError{
		Param:   "currency",
		Code:    "",
		Message: "Invalid currency: " + string(c) + ". Use a lower-case code from https://docs.stripe.com/currencies",
	}
}

// known searches the list of currencies by halves.
func (c Currency) known() bool {
	if len(c) != codeLen {
		return false
	}
	lo, hi := 0, len(currencies)/codeLen
	for lo < hi {
		mid := int(uint(lo+hi) / 2)
		switch code := currencies[mid*codeLen : (mid+1)*codeLen]; {
		case code == string(c):
			return true
		case code < string(c):
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return false
}

// Decimals returns how many digits of an amount in c, as it is sent, stand behind the
// point: 0, 2 or 3 (DOC-currencies). ISK and UGX have no minor unit in daily life, but
// are sent with two decimals. HUF and TWD have two in charges, though none in
// payouts. A code that Check refuses has 2.
func (c Currency) Decimals() int {
	switch c {
	case "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf":
		return 0
	case "bhd", "jod", "kwd", "omr", "tnd":
		return 3
	default:
		return 2
	}
}

// Minimum returns the least amount of a charge, in minor units (DOC-currencies).
// Stripe lists it by settlement currency and applies it after conversion; here it is
// taken for charges in the currency itself, and the minimum of another settlement
// currency is the caller's business. A currency that is not in Stripe's table has 1,
// which is this library's choice.
func (c Currency) Minimum() int64 {
	switch c {
	case "aud", "brl", "cad", "chf", "eur", "inr", "jpy", "nzd", "sgd", "usd":
		return 50
	case "gbp":
		return 30
	case "bgn":
		return 100
	case "aed", "myr", "pln", "ron":
		return 200
	case "dkk":
		return 250
	case "nok", "sek":
		return 300
	case "hkd":
		return 400
	case "mxn", "thb":
		return 1000
	case "czk":
		return 1500
	case "huf":
		return 17500
	default:
		return 1
	}
}

// Maximum returns the greatest amount of a charge, in minor units (DOC-currencies):
// eight digits, nine for INR and twelve for IDR. Stripe's page speaks of more digits for
// some cards in COP, HUF, JPY and LBP, but contradicts itself there (UNVERIFIED), so
// they have eight here. A card brand or an issuer may allow less.
func (c Currency) Maximum() int64 {
	switch c {
	case "idr":
		return 999_999_999_999
	case "inr":
		return 999_999_999
	default:
		return 99_999_999
	}
}

// step returns the number that an amount in c must be a multiple of, in minor units.
func (c Currency) step() int64 {
	switch c {
	case "bhd", "jod", "kwd", "omr", "tnd":
		return 10
	case "isk", "ugx":
		return 100
	default:
		return 1
	}
}

// The codes of CheckCharge, and Stripe's message about an amount of zero as recorded at
// API 2025-10-29 and 2026-03-25. The other messages are this library's.
const (
	codeInvalidInteger = "parameter_invalid_integer"
	codeTooSmall       = "amount_too_small"
	codeTooLarge       = "amount_too_large"

	messageNotPositive = "The amount must be greater than or equal to the minimum charge amount allowed for your account and the currency set " +
		"(https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).  " +
		"If you want to save a Payment Method for future use without an immediate payment, use a Setup Intent instead: " +
		"https://docs.stripe.com/payments/setup-intents"
)

// CheckCharge returns an *InvalidError unless amount, in minor units of c, can be
// charged. The error is about param, the parameter that holds the amount; about a
// currency that Check refuses it is the error of Check. It looks, in this order, for
//
//   - a bad currency: no code;
//   - an amount of zero (recorded) or less (INFERRED): parameter_invalid_integer;
//   - an amount below Minimum: amount_too_small (DOC-error-codes);
//   - an amount above Maximum: amount_too_large (DOC-error-codes);
//   - in BHD, JOD, KWD, OMR and TND no multiple of 10, in ISK and UGX no multiple of 100
//     (DOC-currencies): parameter_invalid_integer, a code of this library's choice.
func (c Currency) CheckCharge(amount int64, param string) error {
	if !c.known() {
		return c.Check()
	}
	switch {
	case amount <= 0:
		return &InvalidError{Param: param, Code: codeInvalidInteger, Message: messageNotPositive}
	case amount < c.Minimum():
		return &InvalidError{
			Param: param, Code: codeTooSmall,
			Message: "Amount must be at least " + Money{c.Minimum(), c}.String(),
		}
	case amount > c.Maximum():
		return &InvalidError{
			Param: param, Code: codeTooLarge,
			Message: "Amount must be no more than " + Money{c.Maximum(), c}.String(),
		}
	case amount%c.step() != 0:
		return &InvalidError{
			Param: param, Code: codeInvalidInteger,
			Message: "Invalid integer: an amount in " + string(c) + " must be a multiple of " + strconv.FormatInt(c.step(), 10),
		}
	}
	return nil
}

package page

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// account is a payment method type whose account number is entered on the page.
type account struct {
	method intents.PaymentMethodType
	inputs []input
}

// input is a part of an account number.
type input struct {
	// name is the field's, and, where it is kept, the key in the payment method's details.
	name, label string
	// example is Stripe's test value, where the test methods have none of their own.
	example string
	// digits is how many there are; 0 stands for an IBAN or an account number of any length.
	digits int
	// secret: only the last four characters are kept.
	secret bool
}

// accounts are the types with an account number, each with what people call its parts.
//
//nolint:gochecknoglobals // read-only data
var accounts = [...]account{
	{intents.USBankAccount, []input{{"routing_number", "Routing number", "110000000", 9, false}, {"account_number", "Account number", "000123456789", 0, true}}},
	{intents.SepaDebit, []input{{"iban", "IBAN", "AT611904300234573201", 0, true}}},
	{intents.BacsDebit, []input{{"sort_code", "Sort code", "108800", 6, false}, {"account_number", "Account number", "00012345", 8, true}}},
	{intents.AuBecsDebit, []input{{"bsb_number", "BSB", "000000", 6, false}, {"account_number", "Account number", "000123456", 0, true}}},
	{intents.AcssDebit, []input{{"institution_number", "Institution number", "000", 3, false}, {"transit_number", "Transit number", "11000", 5, false}, {"account_number", "Account number", "000123456789", 0, true}}},
	{intents.NzBankAccount, []input{{"bank_code", "Bank code", "11", 2, false}, {"branch_code", "Branch code", "0000", 4, false}, {"account_number", "Account number", "0000000", 7, true}, {"suffix", "Suffix", "010", 3, false}}},
}

// accountOf returns how the account of a type is entered, or nothing.
func accountOf(t intents.PaymentMethodType) []input {
	for _, a := range accounts {
		if a.method == t {
			return a.inputs
		}
	}
	return nil
}

// labels are the names of types for people, where they are not the type's own with a capital.
//
//nolint:gochecknoglobals,exhaustive // read-only data; the other types are named as they are
var labels = map[intents.PaymentMethodType]string{
	intents.Cashapp: "Cash App Pay", intents.Paypal: "PayPal", intents.Mobilepay: "MobilePay", intents.AfterpayClearpay: "Afterpay / Clearpay",
	intents.Ideal: "iDEAL", intents.Eps: "EPS", intents.P24: "Przelewy24", intents.WechatPay: "WeChat Pay", intents.Paynow: "PayNow",
	intents.Promptpay: "PromptPay", intents.Blik: "BLIK", intents.Upi: "UPI", intents.Oxxo: "OXXO", intents.USBankAccount: "US bank account",
	intents.SepaDebit: "SEPA Direct Debit", intents.BacsDebit: "Bacs Direct Debit", intents.AuBecsDebit: "BECS Direct Debit",
	intents.AcssDebit: "Canadian pre-authorized debit", intents.NzBankAccount: "New Zealand bank account", intents.CustomerBalance: "Bank transfer",
	intents.AmazonPay: "Amazon Pay", intents.RevolutPay: "Revolut Pay",
}

// label returns the name of a type for people.
func label(t intents.PaymentMethodType) string {
	if l, ok := labels[t]; ok {
		return l
	}
	name := t.String()
	if name == "" {
		return ""
	}
	return strings.ToUpper(name[:1]) + strings.ReplaceAll(name[1:], "_", " ")
}

// note says what a customer is in for who chooses a type, as its traits have it.
func note(t intents.PaymentMethodType) string {
	traits := t.Traits()
	switch {
	case t == intents.Card:
		return ""
	case t == intents.Link:
		return "Pays with what you saved with Link."
	case traits.Funded:
		return "You will be told where to send the money."
	case traits.Delayed && accountOf(t) != nil:
		return "The money is taken from your account in a few days."
	case traits.Redirect:
		return "You will be sent to " + label(t) + " to go on."
	case strings.Contains(traits.Action, "qr_code"):
		return "You will be shown a code to scan."
	case strings.HasSuffix(traits.Action, "_display_details"):
		return "You will be given a voucher to pay."
	case traits.Action == "blik_authorize":
		return "You will be asked to confirm in your bank's app."
	}
	return ""
}

// test is a number that fills in the form.
type test struct {
	Fill, Number, Label string
}

// tests are the test numbers of a type.
type tests struct {
	Label       string
	First, More []test
}

// favourites are the cards that a tester reaches for first.
//
//nolint:gochecknoglobals // read-only data
var favourites = []string{"4242424242424242", "4000000000003220", "4000000000000002", "4000000000009995", "4000008260003178", "4000002500003155"}

// fewest is how many numbers are shown where none are favourites.
const fewest = 3

// testsFor returns the test numbers of the types of a session.
func testsFor(types intents.PaymentMethodTypes) []tests {
	var all []tests
	for t := range types.All() {
		group := tests{Label: label(t)}
		for _, m := range capture.TestMethods() {
			if m.Type != t || m.Number == "" {
				continue
			}
			one := test{Fill: t.String() + ":" + m.Number, Number: spaced(m.Number), Label: behaves(m)}
			if t == intents.Card && slices.Contains(favourites, m.Number) || t != intents.Card && len(group.First) < fewest {
				group.First = append(group.First, one)
			} else {
				group.More = append(group.More, one)
			}
		}
		if t == intents.Card {
			slices.SortFunc(group.First, func(a, b test) int {
				at := func(x test) int { return slices.Index(favourites, strings.TrimPrefix(x.Fill, "card:")) }
				return at(a) - at(b)
			})
		}
		if inputs := accountOf(t); group.First == nil && inputs != nil {
			last := inputs[len(inputs)-1]
			for _, in := range inputs {
				if in.secret {
					last = in
				}
			}
			group.First = []test{{Fill: t.String() + ":" + last.example, Number: last.example, Label: "Succeeds"}}
		}
		if group.First != nil {
			all = append(all, group)
		}
	}
	return all
}

// behaves says in a few words what becomes of a payment with a test method, as its
// behaviour has it.
func behaves(m capture.TestMethod) string {
	var said []string
	b := m.Behaviour
	say := func(s string) { said = append(said, s) }
	switch b.Challenge {
	case capture.ChallengeAlways, capture.ChallengeOnSession:
		say("3D Secure")
	case capture.ChallengeUnlessSetUp:
		say("3D Secure until saved")
	case capture.ChallengeNever:
	}
	if b.Unverified {
		say("microdeposits")
	}
	switch reason := b.DeclineCode; {
	case b.Unusable != "":
		say("refused: " + words(b.Unusable))
	case b.Blocked:
		say("blocked as fraud")
	case b.Code == "card_declined" && (reason == "" || reason == "generic_decline"):
		say("declined")
	case b.Code == "card_declined":
		say("declined: " + words(reason))
	case b.Code != "":
		say("declined: " + words(strings.TrimPrefix(b.Code, "payment_method_")))
	case b.Never:
		say("stays in processing")
	case b.Dispute != "":
		say("disputed: " + words(b.Dispute))
	}
	if b.ChargeOnly {
		said[len(said)-1] = strings.Replace(said[len(said)-1], "declined", "declined when charged", 1)
	}
	if b.Slow {
		say("after some minutes")
	}
	switch {
	case said != nil:
	case m.Brand != "" && m.Number != favourites[0]:
		return brandName(m.Brand) + ", succeeds"
	default:
		return "Succeeds"
	}
	text := strings.Join(said, ", ")
	return strings.ToUpper(text[:1]) + text[1:]
}

func brandName(brand string) string {
	switch brand {
	case "amex":
		return "American Express"
	case "jcb":
		return "JCB"
	case "unionpay":
		return "UnionPay"
	case "diners":
		return "Diners Club"
	case "":
		return "Card"
	}
	return strings.ToUpper(brand[:1]) + brand[1:]
}

// spaced writes a number in groups of four.
func spaced(number string) string {
	var b strings.Builder
	for i, r := range number {
		if i > 0 && i%4 == 0 && len(number) >= 13 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// compact is what was typed without spaces and dashes.
func compact(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\u00a0' {
			return -1
		}
		return r
	}, s)
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// luhn reports whether the last digit of a card number is the one that its others call for.
func luhn(number string) bool {
	sum := 0
	for i := range len(number) {
		d := int(number[len(number)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// expiry reads the end of a card's life: 12/34, 12 / 2034, 1234.
func expiry(s string) (month, year int, ok bool) {
	left, right, cut := strings.Cut(compact(s), "/")
	if !cut && len(left) == 4 {
		left, right = left[:2], left[2:]
	}
	if !allDigits(left) || !allDigits(right) || len(left) > 2 || len(right) != 2 && len(right) != 4 {
		return 0, 0, false
	}
	month, _ = strconv.Atoi(left)
	year, _ = strconv.Atoi(right)
	if year < 100 {
		year += 2000
	}
	return month, year, month >= 1 && month <= 12
}

// past reports whether a card is good no more.
func past(month, year int, now time.Time) bool {
	return year < now.Year() || year == now.Year() && month < int(now.Month())
}

func intText(n int64) string { return strconv.FormatInt(n, 10) }

package webhook_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/paymentintent/paymentintenttest"
	"github.com/payintent/intents/webhook"
)

// anyVersions are versions of all sorts: each that changed something, the day
// before it, none, one before all and one after.
func anyVersions() []intents.Version {
	all := []intents.Version{"", "2015-01-01", "2099-12-31.zenith", "not a version"}
	for _, c := range webhook.Changes() {
		all = append(all, c.Version, dayBefore(c.Version))
	}
	return all
}

// dayBefore returns a version just before another.
func dayBefore(v intents.Version) intents.Version {
	date := []byte(v[:len("2006-01-02")])
	for i := len(date) - 1; i >= 0; i-- {
		switch {
		case date[i] == '-':
		case date[i] > '0':
			date[i]--
			return intents.Version(date)
		default:
			date[i] = '9'
		}
	}
	return intents.Version(date)
}

var someDetails = []intents.Pairs{
	"",
	"amount_details[discount_amount]=5&amount_details[shipping][amount]=10&amount_details[shipping][to_postal_code]=94107&amount_details[tax][total_tax_amount]=3&amount_details[tip][amount]=7",
	"application=ca_1&application_fee_amount=100&on_behalf_of=acct_2&transfer_data[destination]=acct_1",
	"transfer_data[amount]=50&transfer_data[destination]=acct_1",
	"client_secret=pi_1_secret_x&customer=cus_1&customer_account=acct_3&description=a \"quoted\" %26 ü \\ %0A text",
	"payment_details[customer_reference]=c&payment_details[order_reference]=o",
	"payment_method_options[card][capture_method]=manual&payment_method_options[card][installments][enabled]=true&payment_method_options[card][mandate_options][amount]=5&payment_method_options[card][network]=visa&payment_method_options[card][request_multicapture]=if_available",
	"payment_method_options[us_bank_account][financial_connections][permissions][0]=balances&payment_method_options[us_bank_account][financial_connections][permissions][1]=payment_method",
	"radar_options[session]=rse_1&receipt_email=a@example.com&setup_future_usage=off_session&statement_descriptor=SHOP&statement_descriptor_suffix=X&transfer_group=g",
	"shipping[address][city]=Zürich&shipping[name]=N&shipping[phone]=%2B41",
}

// TestShapes renders whatever can come to be, at any version, and looks at what
// comes out: JSON in Stripe's order of keys, about the same object, the same each
// time, and the same from a snapshot as from the object that it is of.
func TestShapes(t *testing.T) {
	versions := anyVersions()
	rapid.Check(t, func(t *rapid.T) {
		var s paymentintent.Intent
		details := rapid.SampledFrom(someDetails).Draw(t, "details")
		for _, step := range paymentintenttest.Runs().Draw(t, "run") {
			if c, ok := step.Command.(paymentintent.Create); ok && c.Details == "" {
				c.Details = details
				step.Command = c
			}
			tr, err := paymentintent.Apply(s, step.Command, step.At)
			if err != nil {
				v := rapid.SampledFrom(versions).Draw(t, "version")
				status, body := webhook.ErrorBody(err, webhook.ErrorContext{PaymentIntent: webhook.PaymentIntent{Intent: s}, Version: v, RequestID: "req_1"})
				require.NotEqual(t, 500, status, "%v", err)
				leaves(t, body)
				continue
			}
			s = tr.After
			v := rapid.SampledFrom(versions).Draw(t, "version")
			for _, e := range webhook.FromPaymentIntent(tr) {
				checkEvent(t, e, v)
			}
			expand := webhook.Expand(rapid.Uint8().Draw(t, "expand"))
			checkObject(t, webhook.PaymentIntent{Intent: s, Expand: expand}, v, s.ID)
			if s.Charge.ID != "" {
				c := webhook.ChargeOf(s)
				c.Expand = expand
				checkObject(t, c, v, s.Charge.ID)
			}
			if status, body, ok := webhook.Declined(tr, webhook.ErrorContext{Version: v}); ok {
				require.Contains(t, []int{400, 402}, status)
				leaves(t, body)
			}
		}
	})
}

func checkEvent(t *rapid.T, e webhook.Event, v intents.Version) {
	body := e.Render(v)
	require.Contains(t, leaves(t, body), `id = "`+e.ID+`"`)
	require.Equal(t, string(body), string(e.Render(v)))
	if e.Previous != "" {
		require.True(t, json.Valid([]byte(e.Previous)))
	}
	s, ok := e.Object.(webhook.Snapshot)
	require.True(t, ok)
	require.Equal(t, string(s.Object().AppendJSON(nil, v)), string(s.AppendJSON(nil, v)))
	again := e
	again.Object = s.Object()
	require.True(t, e.Equal(again))
}

func checkObject(t *rapid.T, o webhook.Object, v intents.Version, id string) {
	body := o.AppendJSON(nil, v)
	require.Contains(t, leaves(t, body), `id = "`+id+`"`)
	require.Equal(t, string(body), string(o.AppendJSON(nil, v)))
	again := o.AppendJSON([]byte("x"), v)
	require.Equal(t, "x"+string(body), string(again), "it appends")
}

// TestMethods renders every type of payment method in all its places.
func TestMethods(t *testing.T) {
	for _, pm := range everyMethod() {
		for _, v := range wireVersions {
			lines := leaves(t, webhook.PaymentMethod{PaymentMethod: pm, Created: 5}.AppendJSON(nil, v))
			require.Contains(t, lines, `type = "`+pm.Type.String()+`"`)
			for _, l := range []life{
				{"charge", []step{ask(start(of(pm.Type)), confirmWith(pm), paymentintent.Approve{})}},
				{"debit", []step{ask(start(of(pm.Type)), confirmWith(pm), paymentintent.Submit{Cancelable: true})}},
			} {
				if traits := pm.Type.Traits(); traits.Delayed != (l.name == "debit") {
					continue
				}
				all := l.play(t)
				body := webhook.PaymentIntent{Intent: all[0].After, Expand: webhook.ExpandLatestCharge | webhook.ExpandPaymentMethod}.AppendJSON(nil, v)
				charge := "latest_charge"
				if v.Before(intents.Version20221115) {
					charge = "charges.data[0]"
				}
				require.Contains(t, leaves(t, body), charge+`.payment_method_details.type = "`+pm.Type.String()+`"`)
			}
		}
	}
}

// TestParts shows what is always there beside what the caller gave of an option.
func TestParts(t *testing.T) {
	const options = "payment_method_options."
	for _, tc := range []struct {
		given intents.Pairs
		want  []string
	}{
		{"payment_method_options[us_bank_account][financial_connections][permissions][0]=balances", []string{
			options + `us_bank_account.financial_connections.permissions[0] = "balances"`, options + "us_bank_account.financial_connections.prefetch = []",
		}},
		{"payment_method_options[us_bank_account][financial_connections][prefetch][0]=balances", []string{
			options + `us_bank_account.financial_connections.prefetch[0] = "balances"`,
		}},
		{"payment_method_options[card][installments][enabled]=true", []string{
			options + "card.installments.available_plans = null", options + "card.installments.enabled = true", options + "card.installments.plan = null",
		}},
		{"payment_method_options[card][mandate_options][amount]=5", []string{
			options + "card.mandate_options.amount = 5", options + "card.mandate_options.description = null", options + "card.mandate_options.supported_types = null",
		}},
		{"payment_method_options[card][network]=visa", []string{options + `card.network = "visa"`, options + "card.installments = null"}},
	} {
		s := life{"options", []step{ask(start(of(intents.Card, intents.USBankAccount), carrying(tc.given)))}}.play(t)[0].After
		require.Subset(t, leaves(t, webhook.PaymentIntent{Intent: s}.AppendJSON(nil, "")), tc.want)
	}
}

// TestPresent is a card that was present: what its charge says of the hold.
func TestPresent(t *testing.T) {
	pm := intents.PaymentMethod{ID: "pm_1", Type: intents.CardPresent}
	const card = "latest_charge.payment_method_details.card_present."
	show := func(s paymentintent.Intent) []string {
		return leaves(t, webhook.PaymentIntent{Intent: s, Expand: webhook.ExpandLatestCharge}.AppendJSON(nil, ""))
	}
	all := life{"present", []step{
		ask(start(manually, of(intents.CardPresent)), confirmWith(pm), paymentintent.Approve{}),
		ask(paymentintent.Capture{}).later(time.Hour),
	}}.play(t)
	held, captured := show(all[0].After), show(all[1].After)
	require.Subset(t, held, []string{card + "amount_authorized = 2000", card + "capture_before = " + strconv.FormatInt(int64(all[0].After.Charge.CaptureBefore), 10)})
	require.Contains(t, captured, card+"amount_authorized = 2000")
	require.NotContains(t, strings.Join(captured, "\n"), card+"capture_before")
	declined := life{"declined", []step{ask(start(of(intents.CardPresent)), confirmWith(pm), paymentintent.Decline{Failure: intents.Failure{Code: "card_declined"}})}}.play(t)
	require.Contains(t, show(declined[0].After), card+"amount_authorized = null")
}

func confirmWith(pm intents.PaymentMethod) paymentintent.Confirm {
	return paymentintent.Confirm{PaymentMethod: pm, Details: "return_url=https://example.com"}
}

// everyMethod returns a payment method of each type, with and without details.
func everyMethod() []intents.PaymentMethod {
	all := []intents.PaymentMethod{method("pm_card_mastercard"), method("pm_usBankAccount_success"), method("pm_sepaDebit_success_at")}
	for name := range intents.PaymentMethodTypes(1<<36 - 2).All() {
		all = append(all, intents.PaymentMethod{ID: "pm_1", Type: name},
			intents.PaymentMethod{ID: "pm_2", Type: name, Details: "bank=b&billing_details[address][city]=Oslo&billing_details[email]=a@example.com&exp_month=08&exp_year=2031&fingerprint=f&last4=1234&mandate=mandate_1&tax_id=9"})
	}
	return all
}

// TestActions renders every type of next_action, with what the simulator says of it
// and with fields of its own.
func TestActions(t *testing.T) {
	kinds := []string{"use_stripe_sdk", "verify_with_microdeposits", "a_type_of_tomorrow", "zzz"}
	for name := range intents.PaymentMethodTypes(1<<36 - 2).All() {
		if a := name.Traits().Action; a != "" && !slices.Contains(kinds, a) {
			kinds = append(kinds, a)
		}
	}
	waiting := lifeOf(t, "3D Secure")[0].After
	for _, kind := range kinds {
		for _, fields := range [][]string{
			nil,
			{"url", "https://example.com/?a=1&b=2"},
			{"data", "d", "expires_at", "7", "number", "n", "qr_code[data]", "q", "source", "src_1", "stripe_js", "https://js", "arrival_date", "2025-11-12"},
			{"arrival_date", "1762905600", "microdeposit_type", "amounts"},
		} {
			a, err := intents.NewNextAction(kind, fields...)
			require.NoError(t, err)
			s := waiting
			s.NextAction = a
			for _, v := range wireVersions {
				key, shown := "next_action", kind
				if v == "2018-11-08" {
					key = "next_source_action"
					if kind == "redirect_to_url" {
						shown = "authorize_with_url"
					}
				}
				lines := leaves(t, webhook.PaymentIntent{Intent: s}.AppendJSON(nil, v))
				require.Contains(t, lines, key+`.type = "`+shown+`"`)
			}
		}
	}
}

// FuzzObject renders an intent whose carried strings are anything at all. What comes
// out is JSON all the same, and it ends.
func FuzzObject(f *testing.F) {
	for _, d := range someDetails {
		f.Add(string(d), string(d), "brand=visa&exp_month=12", "type=redirect_to_url&url=x", "2022-08-01")
	}
	f.Add("payment_method_options[card][x]y=1&payment_method_options[card][=2&payment_method_options[card][a][b][", "%&=&&[", "%zz", "type=&=", "")
	f.Add("\xff[\xfe]=\x00", "a", "last4=\xff", "\xff", "2018")
	f.Fuzz(func(t *testing.T, details, outcome, method, action, version string) {
		s := life{"hold", []step{pay(start(manually), confirm("pm_card_visa"))}}.play(t)[0].After
		s.Details, s.Charge.Details = intents.Pairs(details), intents.Pairs(details)
		s.Charge.Outcome, s.PaymentMethod.Details, s.Charge.PaymentMethod.Details = intents.Pairs(outcome), intents.Pairs(method), intents.Pairs(method)
		s.NextAction, s.LastPaymentError = intents.NextAction(action), intents.LastError(outcome)
		v := intents.Version(version)
		for _, o := range []webhook.Object{
			webhook.PaymentIntent{Intent: s, Expand: 0xff},
			webhook.ChargeOf(s),
			webhook.BalanceTransaction{Of: webhook.ChargeOf(s)},
			webhook.Transfer{Of: webhook.ChargeOf(s)},
			webhook.ApplicationFee{Of: webhook.ChargeOf(s)},
			webhook.Refund{Of: webhook.ChargeOf(s)},
			webhook.Dispute{Of: webhook.ChargeOf(s), Reason: outcome},
		} {
			if body := o.AppendJSON(nil, v); !json.Valid(body) {
				t.Fatalf("%T: %s", o, body)
			}
		}
	})
}

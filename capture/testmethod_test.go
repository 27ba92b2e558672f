package capture_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// TestTestMethods is section 8 of the facts, row by row: each id and each number
// that it names is found, and behaves as it says. A row without an id here is found by its number.
func TestTestMethods(t *testing.T) {
	const always, unlessSetUp, onSession = capture.ChallengeAlways, capture.ChallengeUnlessSetUp, capture.ChallengeOnSession
	multi := capture.Multicapture | capture.Incremental
	type row struct {
		id, number string
		want       capture.Behaviour
	}
	declined := func(code string) capture.Behaviour { return capture.Behaviour{Code: code} }
	card := func(decline string) capture.Behaviour {
		return capture.Behaviour{Code: "card_declined", DeclineCode: decline}
	}
	// What fails only when it is charged can be set up for later.
	charged := func(b capture.Behaviour) capture.Behaviour {
		b.ChargeOnly = true
		return b
	}
	tested := map[string]bool{"": true}
	blocked := capture.Behaviour{Code: "card_declined", DeclineCode: "fraudulent", Blocked: true}
	for section, rows := range map[string]struct {
		typ  intents.PaymentMethodType
		rows []row
	}{
		"8.1 and 8.2": {intents.Card, []row{
			{"pm_card_visa", "4242424242424242", capture.Behaviour{Features: multi}},
			{"pm_card_visa_debit", "4000056655665556", capture.Behaviour{Features: multi}},
			{"pm_card_mastercard", "5555555555554444", capture.Behaviour{Features: multi}},
			{"pm_card_amex", "378282246310005", capture.Behaviour{Features: multi}},
			{"pm_card_discover", "6011111111111117", capture.Behaviour{Features: multi}},
			{"pm_card_diners", "3056930009020004", capture.Behaviour{Features: multi}},
			{"pm_card_jcb", "3566002020360505", capture.Behaviour{Features: multi}},
			{"pm_card_unionpay", "6200000000000005", capture.Behaviour{Features: multi}},
			{"pm_card_visa_chargeDeclined", "4000000000000002", card("generic_decline")},
			{"pm_card_chargeDeclined", "", card("generic_decline")},
			{"pm_card_visa_chargeDeclinedInsufficientFunds", "4000000000009995", card("insufficient_funds")},
			{"pm_card_chargeDeclinedInsufficientFunds", "", card("insufficient_funds")},
			{"pm_card_visa_chargeDeclinedLostCard", "4000000000009987", card("lost_card")},
			{"pm_card_visa_chargeDeclinedStolenCard", "4000000000009979", card("stolen_card")},
			{"pm_card_visa_chargeDeclinedVelocityLimitExceeded", "4000000000006975", card("card_velocity_exceeded")},
			{"pm_card_chargeDeclinedExpiredCard", "4000000000000069", declined("expired_card")},
			{"pm_card_chargeDeclinedIncorrectCvc", "4000000000000127", declined("incorrect_cvc")},
			{"pm_card_chargeDeclinedProcessingError", "4000000000000119", declined("processing_error")},
			{"pm_card_chargeDeclinedFraudulent", "4100000000000019", blocked},
			{"pm_card_chargeCustomerFail", "4000000000000341", charged(card("generic_decline"))},
			{"pm_card_riskLevelHighest", "", blocked},
			{"pm_card_riskLevelElevated", "", capture.Behaviour{Features: multi}},
			{"pm_card_bypassPending", "", capture.Behaviour{Features: multi}},
			{"pm_card_visa_cartesBancaires", "4000002500001001", capture.Behaviour{Features: multi}},
			{"pm_card_credit_disableEnterpriseCardFeatures", "4000008400000076", capture.Behaviour{}},
			{"pm_card_createDispute", "4000000000000259", capture.Behaviour{Dispute: "fraudulent"}},
			{"pm_card_createDisputeProductNotReceived", "4000000000002685", capture.Behaviour{Dispute: "product_not_received"}},
			{"pm_card_createDisputeInquiry", "4000000000001976", capture.Behaviour{Dispute: "fraudulent"}},
			{"pm_card_pendingRefund", "", capture.Behaviour{RefundPending: true}},
			{"pm_card_refundFail", "", capture.Behaviour{RefundFails: true}},
			{"pm_card_authenticationRequired", "4000002760003184", capture.Behaviour{Challenge: always}},
			{"pm_card_authenticationRequiredOnSetup", "4000002500003155", capture.Behaviour{Challenge: unlessSetUp}},
			{"pm_card_authenticationRequiredSetupForOffSession", "4000003800000446", capture.Behaviour{Challenge: onSession}},
			{"pm_card_authenticationRequiredChargeDeclinedInsufficientFunds", "4000008260003178", charged(capture.Behaviour{Challenge: always, Code: "card_declined", DeclineCode: "insufficient_funds"})},
			{"pm_card_threeDSecure2Required", "4000000000003220", capture.Behaviour{Challenge: always}},
			{"pm_card_threeDSecureRequired", "4000008400000027", capture.Behaviour{Challenge: always}},
			{"pm_card_threeDSecureRequiredChargeDeclined", "4000008400001629", charged(capture.Behaviour{Challenge: always, Code: "card_declined", DeclineCode: "generic_decline"})},
			{"pm_card_threeDSecureRequiredProcessingError", "4000008400001280", card("generic_decline")},
			{"pm_card_threeDSecureOptional", "4000000000003055", capture.Behaviour{}},
			{"pm_card_threeDSecureOptionalProcessingError", "4000000000003097", capture.Behaviour{}},
			{"pm_card_amex_threeDSecureNotSupported", "", capture.Behaviour{}}, // its number is pm_card_amex's
			{"", "4000000032200000", capture.Behaviour{}},
		}},
		"8.3": {intents.USBankAccount, []row{
			{"pm_usBankAccount_success", "000123456789", capture.Behaviour{}},
			{"pm_usBankAccount_accountClosed", "000111111113", declined("account_closed")},
			{"pm_usBankAccount_noAccount", "000111111116", declined("no_account")},
			{"pm_usBankAccount_insufficientFunds", "000222222227", charged(declined("insufficient_funds"))},
			{"pm_usBankAccount_debitNotAuthorized", "000333333335", charged(declined("debit_not_authorized"))},
			{"pm_usBankAccount_invalidCurrency", "000444444440", declined("payment_method_currency_mismatch")},
			{"pm_usBankAccount_failMicrodeposits", "000666666661", capture.Behaviour{Unverified: true, Code: "payment_method_microdeposit_failed"}},
			{"pm_usBankAccount_dispute", "000555555559", capture.Behaviour{Dispute: "debit_not_authorized"}},
			{"pm_usBankAccount_processing", "000000000009", capture.Behaviour{Never: true}},
			{"pm_usBankAccount_weeklyLimitExceeded", "000777777771", charged(declined("charge_exceeds_weekly_limit"))},
			{"", "000888888885", declined("tokenized_account_number_deactivated")},
		}},
		"8.4": {intents.SepaDebit, []row{
			{"pm_sepaDebit_success_at", "AT611904300234573201", capture.Behaviour{}},
			{"pm_sepaDebit_successDelayed_at", "AT321904300235473204", capture.Behaviour{Slow: true}},
			{"pm_sepaDebit_failed_at", "AT861904300235473202", declined("generic_decline")},
			{"pm_sepaDebit_failedDelayed_at", "AT051904300235473205", capture.Behaviour{Slow: true, Code: "generic_decline"}},
			{"pm_sepaDebit_disputed_at", "AT591904300235473203", capture.Behaviour{Dispute: "debit_not_authorized"}},
			{"pm_sepaDebit_exceedsWeeklyVolumeLimit_at", "AT981904300000343434", charged(declined("charge_exceeds_source_limit"))},
			{"pm_sepaDebit_exceedsWeeklyTransactionLimit_at", "AT601904300000121212", charged(declined("charge_exceeds_weekly_limit"))},
			{"pm_sepaDebit_insufficientFunds_at", "AT981904300002222227", charged(declined("insufficient_funds"))},
			{"", "IT60X0542811101000000123456", declined("generic_decline")}, // of the CLI's fixtures
			{"", "AT271904300000055555", capture.Behaviour{Unusable: "sepa_debit_bank_not_supported"}},
			{"", "AT511904300000066666", capture.Behaviour{Unusable: "sepa_debit_debits_not_supported"}},
		}},
	} {
		for _, r := range rows.rows {
			for _, key := range []string{r.id, r.number} {
				if key == "" {
					continue
				}
				tested[key] = true
				t.Run(section+"/"+key, func(t *testing.T) {
					m, ok := capture.FindTestMethod(key)
					require.True(t, ok)
					require.Equal(t, rows.typ, m.Type)
					require.Equal(t, r.want, m.Behaviour)
					checkTestPaymentMethod(t, key, m)
				})
			}
		}
	}
	for _, m := range capture.TestMethods() {
		require.True(t, tested[m.ID], m.ID)
		require.True(t, tested[m.Number], m.Number)
	}
}

// checkTestPaymentMethod: the payment method that is made of a test method behaves
// like it, under its own id and under any other.
func checkTestPaymentMethod(t *testing.T, key string, m capture.TestMethod) {
	t.Helper()
	pm, ok := capture.TestPaymentMethod(key)
	if m.Unusable != "" {
		require.False(t, ok)
		require.Zero(t, pm)
		return
	}
	require.True(t, ok)
	require.NotEmpty(t, pm.ID)
	if m.ID != "" {
		require.Equal(t, m.ID, pm.ID)
	}
	require.Equal(t, m.Type, pm.Type)
	require.NoError(t, pm.Details.Check())
	require.Equal(t, m.Behaviour, capture.BehaviourOf(pm))
	require.Equal(t, m.Behaviour, capture.BehaviourOf(m.PaymentMethod("pm_1")))
	last4, ok := pm.Details.Get("last4")
	require.True(t, ok)
	require.Len(t, last4, 4)
	if m.Number != "" {
		require.True(t, strings.HasSuffix(m.Number, last4))
	}
	if m.Type == intents.Card {
		brand, _ := pm.Details.Get("brand")
		require.Equal(t, m.Brand, brand)
	}
}

// TestTestMethodBrands: the first digits of a card's number tell the brand. A card without
// a number is a Visa, but for one that says what it is. Accounts have no brand.
func TestTestMethodBrands(t *testing.T) {
	for _, m := range capture.TestMethods() {
		want := ""
		switch number := m.Number; {
		case m.Type != intents.Card:
		case m.ID == "pm_card_amex_threeDSecureNotSupported", strings.HasPrefix(number, "37"):
			want = "amex"
		case number == "", strings.HasPrefix(number, "4"):
			want = "visa"
		case strings.HasPrefix(number, "5"):
			want = "mastercard"
		case strings.HasPrefix(number, "6011"):
			want = "discover"
		case strings.HasPrefix(number, "30"):
			want = "diners"
		case strings.HasPrefix(number, "35"):
			want = "jcb"
		case strings.HasPrefix(number, "62"):
			want = "unionpay"
		}
		require.Equal(t, want, m.Brand, "%s %s", m.ID, m.Number)
	}
}

func TestTestMethodsAreDistinct(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range capture.TestMethods() {
		require.False(t, m.ID == "" && m.Number == "")
		for _, key := range []string{m.ID, m.Number} {
			require.False(t, key != "" && seen[key], key)
			seen[key] = true
		}
		require.Zero(t, m.Features&^(capture.Multicapture|capture.Incremental))
	}
	capture.TestMethods()[0].ID = "changed"
	require.Equal(t, "pm_card_visa", capture.TestMethods()[0].ID)
}

func TestFindTestMethod(t *testing.T) {
	m, ok := capture.FindTestMethod("4242 4242 4242 4242")
	require.True(t, ok)
	require.Equal(t, "pm_card_visa", m.ID)
	for _, key := range []string{"", " ", "pm_1", "4242", "pm_card_visa ", "424242424242424"} {
		_, ok := capture.FindTestMethod(key)
		require.False(t, ok, key)
		_, ok = capture.TestPaymentMethod(key)
		require.False(t, ok, key)
	}
	// What is no test method is approved, and challenged by nobody.
	b := capture.BehaviourOf(intents.PaymentMethod{ID: "pm_1NxPZ2", Type: intents.Card})
	require.Equal(t, capture.Behaviour{Features: capture.Multicapture | capture.Incremental}, b)
	require.False(t, b.Challenged(intents.PaymentMethod{}, false))
	// An id alone is enough, but the details have the last word.
	pm := intents.PaymentMethod{ID: "pm_card_refundFail", Type: intents.Card}
	require.Equal(t, capture.Behaviour{RefundFails: true}, capture.BehaviourOf(pm))
	pm.Details = "test_method=pm_card_pendingRefund"
	require.Equal(t, capture.Behaviour{RefundPending: true}, capture.BehaviourOf(pm))
}

func TestTestPaymentMethodDetails(t *testing.T) {
	for key, want := range map[string]intents.Pairs{
		"pm_card_visa_debit":       "brand=visa&country=US&exp_month=12&exp_year=2034&funding=debit&last4=5556&test_method=pm_card_visa_debit",
		"pm_card_chargeDeclined":   "brand=visa&country=US&exp_month=12&exp_year=2034&funding=credit&last4=4242&test_method=pm_card_chargeDeclined",
		"4000000032200000":         "brand=visa&country=US&exp_month=12&exp_year=2034&funding=credit&last4=0000&test_method=4000000032200000",
		"pm_usBankAccount_success": "account_holder_type=individual&account_type=checking&bank_name=STRIPE TEST BANK&last4=6789&routing_number=110000000&test_method=pm_usBankAccount_success",
		"pm_sepaDebit_success_at":  "bank_code=19043&country=AT&last4=3201&test_method=pm_sepaDebit_success_at",
	} {
		pm, ok := capture.TestPaymentMethod(key)
		require.True(t, ok)
		require.Equal(t, want, pm.Details)
	}
	pm, ok := capture.TestPaymentMethod("4000 0000 3220 0000")
	require.True(t, ok)
	require.Equal(t, "pm_AKMwtyyYRzhMZAVPtI8kW93y", pm.ID, "derived from the number, and the same each time")
}

// TestChallenged is section 8.2: who is asked to authenticate, on-session and off,
// before a card was set up and after.
func TestChallenged(t *testing.T) {
	type asked struct{ on, off, onSetUp, offSetUp bool }
	for key, want := range map[string]asked{
		"pm_card_visa":                                     {},
		"pm_card_threeDSecureOptional":                     {},
		"pm_card_authenticationRequired":                   {true, true, true, true},
		"pm_card_authenticationRequiredOnSetup":            {true, true, true, false},
		"pm_card_authenticationRequiredSetupForOffSession": {true, false, true, false},
	} {
		pm, ok := capture.TestPaymentMethod(key)
		require.True(t, ok)
		setUp, onSession := pm, pm
		var err error
		setUp.Details, err = pm.Details.With(capture.KeySetUp, "off_session")
		require.NoError(t, err)
		onSession.Details, err = pm.Details.With(capture.KeySetUp, "on_session")
		require.NoError(t, err)
		b := capture.BehaviourOf(pm)
		require.Equal(t, want, asked{b.Challenged(pm, false), b.Challenged(pm, true), b.Challenged(setUp, false), b.Challenged(setUp, true)}, key)
		require.Equal(t, want.off, b.Challenged(onSession, true), "%s: set up for on-session only", key)
	}
}

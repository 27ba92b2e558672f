package capture

import (
	"strings"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/ids"
)

// TestMethod is one of Stripe's test payment methods: an id such as pm_card_visa,
// the number that makes the same, and how the outside world treats it (facts,
// section 8).
type TestMethod struct {
	// ID is the id that can be used as a payment method in test mode, or empty where
	// there is only a number.
	ID string
	// Number is the card or account number, or empty where it is not known.
	Number string
	Type   intents.PaymentMethodType
	// Brand is the card's, or empty.
	Brand string
	Behaviour
}

// Behaviour is how issuers, rails and customers treat a test payment method.
type Behaviour struct {
	// Challenge says when the customer is asked to authenticate.
	Challenge Challenge
	// Code and DeclineCode are Stripe's, where the payment fails in the end.
	Code, DeclineCode string
	// ChargeOnly: what fails is a charge; setting the method up for later succeeds.
	ChargeOnly bool
	// Unusable is the code with which Stripe refuses to make a payment method of the
	// number, or empty.
	Unusable string
	// Blocked: Radar stops the payment.
	Blocked bool
	// Never: a delayed payment never comes to an end.
	Never bool
	// Slow: a delayed payment takes at least three minutes.
	Slow bool
	// Unverified: the account asks for microdeposits.
	Unverified bool
	// Dispute is the reason of the dispute that follows a success, or empty.
	Dispute string
	// RefundPending and RefundFails: a refund takes its time, or comes back.
	RefundPending, RefundFails bool
	// Features are granted with an approval.
	Features Features
}

// Challenge says when an issuer wants the customer to authenticate.
type Challenge uint8

const (
	// ChallengeNever asks nothing.
	ChallengeNever Challenge = iota
	// ChallengeAlways asks for every payment.
	ChallengeAlways
	// ChallengeUnlessSetUp asks, but for off-session payments after the card was set up.
	ChallengeUnlessSetUp
	// ChallengeOnSession asks on-session; the card counts as set up for off-session.
	ChallengeOnSession
)

// KeyTest is the key in a payment method's details that names the test method
// which it was made from, for ids that are not test ids themselves.
const KeyTest = "test_method"

// KeySetUp is the key in a payment method's details that says what it was set up
// for: off_session or on_session.
const KeySetUp = "set_up_for"

// ordinary are the features that most cards give to those who ask for them.
const ordinary = Multicapture | Incremental

// testMethods is the table of Stripe's test payment methods.
//
//nolint:gochecknoglobals // read-only data
var testMethods = [...]TestMethod{
	card("pm_card_visa", "4242424242424242", "visa", Behaviour{Features: ordinary}),
	card("pm_card_visa_debit", "4000056655665556", "visa", Behaviour{Features: ordinary}),
	card("pm_card_mastercard", "5555555555554444", "mastercard", Behaviour{Features: ordinary}),
	card("pm_card_amex", "378282246310005", "amex", Behaviour{Features: ordinary}),
	card("pm_card_discover", "6011111111111117", "discover", Behaviour{Features: ordinary}),
	card("pm_card_diners", "3056930009020004", "diners", Behaviour{Features: ordinary}),
	card("pm_card_jcb", "3566002020360505", "jcb", Behaviour{Features: ordinary}),
	card("pm_card_unionpay", "6200000000000005", "unionpay", Behaviour{Features: ordinary}),
	card("pm_card_visa_cartesBancaires", "4000002500001001", "visa", Behaviour{Features: ordinary}),
	card("pm_card_credit_disableEnterpriseCardFeatures", "4000008400000076", "visa", Behaviour{}),

	card("pm_card_visa_chargeDeclined", "4000000000000002", "visa", declined("card_declined", "generic_decline")),
	card("pm_card_chargeDeclined", "", "visa", declined("card_declined", "generic_decline")),
	card("pm_card_visa_chargeDeclinedInsufficientFunds", "4000000000009995", "visa", declined("card_declined", "insufficient_funds")),
	card("pm_card_chargeDeclinedInsufficientFunds", "", "visa", declined("card_declined", "insufficient_funds")),
	card("pm_card_visa_chargeDeclinedLostCard", "4000000000009987", "visa", declined("card_declined", "lost_card")),
	card("pm_card_visa_chargeDeclinedStolenCard", "4000000000009979", "visa", declined("card_declined", "stolen_card")),
	card("pm_card_visa_chargeDeclinedVelocityLimitExceeded", "4000000000006975", "visa", declined("card_declined", "card_velocity_exceeded")),
	card("pm_card_chargeDeclinedExpiredCard", "4000000000000069", "visa", declined("expired_card", "")),
	card("pm_card_chargeDeclinedIncorrectCvc", "4000000000000127", "visa", declined("incorrect_cvc", "")),
	card("pm_card_chargeDeclinedProcessingError", "4000000000000119", "visa", declined("processing_error", "")),
	card("pm_card_chargeDeclinedFraudulent", "4100000000000019", "visa", Behaviour{Code: "card_declined", DeclineCode: "fraudulent", Blocked: true}),
	card("pm_card_riskLevelHighest", "", "visa", Behaviour{Code: "card_declined", DeclineCode: "fraudulent", Blocked: true}),
	card("pm_card_riskLevelElevated", "", "visa", Behaviour{Features: ordinary}),
	card("pm_card_bypassPending", "", "visa", Behaviour{Features: ordinary}),
	card("pm_card_chargeCustomerFail", "4000000000000341", "visa", charged("card_declined", "generic_decline")),

	card("pm_card_createDispute", "4000000000000259", "visa", Behaviour{Dispute: "fraudulent"}),
	card("pm_card_createDisputeProductNotReceived", "4000000000002685", "visa", Behaviour{Dispute: "product_not_received"}),
	card("pm_card_createDisputeInquiry", "4000000000001976", "visa", Behaviour{Dispute: "fraudulent"}),
	card("pm_card_pendingRefund", "", "visa", Behaviour{RefundPending: true}),
	card("pm_card_refundFail", "", "visa", Behaviour{RefundFails: true}),

	card("pm_card_authenticationRequired", "4000002760003184", "visa", Behaviour{Challenge: ChallengeAlways}),
	card("pm_card_authenticationRequiredOnSetup", "4000002500003155", "visa", Behaviour{Challenge: ChallengeUnlessSetUp}),
	card("pm_card_authenticationRequiredSetupForOffSession", "4000003800000446", "visa", Behaviour{Challenge: ChallengeOnSession}),
	card("pm_card_authenticationRequiredChargeDeclinedInsufficientFunds", "4000008260003178", "visa", Behaviour{Challenge: ChallengeAlways, Code: "card_declined", DeclineCode: "insufficient_funds", ChargeOnly: true}),
	card("pm_card_threeDSecure2Required", "4000000000003220", "visa", Behaviour{Challenge: ChallengeAlways}),
	card("pm_card_threeDSecureRequired", "4000008400000027", "visa", Behaviour{Challenge: ChallengeAlways}),
	card("pm_card_threeDSecureRequiredChargeDeclined", "4000008400001629", "visa", Behaviour{Challenge: ChallengeAlways, Code: "card_declined", DeclineCode: "generic_decline", ChargeOnly: true}),
	card("pm_card_threeDSecureRequiredProcessingError", "4000008400001280", "visa", declined("card_declined", "generic_decline")),
	card("pm_card_threeDSecureOptional", "4000000000003055", "visa", Behaviour{}),
	card("pm_card_threeDSecureOptionalProcessingError", "4000000000003097", "visa", Behaviour{}),
	card("pm_card_amex_threeDSecureNotSupported", "", "amex", Behaviour{}),
	card("", "4000000032200000", "visa", Behaviour{}), // authenticated without a question

	bank("pm_usBankAccount_success", "000123456789", Behaviour{}),
	bank("pm_usBankAccount_accountClosed", "000111111113", declined("account_closed", "")),
	bank("pm_usBankAccount_noAccount", "000111111116", declined("no_account", "")),
	bank("pm_usBankAccount_insufficientFunds", "000222222227", charged("insufficient_funds", "")),
	bank("pm_usBankAccount_debitNotAuthorized", "000333333335", charged("debit_not_authorized", "")),
	bank("pm_usBankAccount_invalidCurrency", "000444444440", declined("payment_method_currency_mismatch", "")),
	bank("pm_usBankAccount_failMicrodeposits", "000666666661", Behaviour{Unverified: true, Code: "payment_method_microdeposit_failed"}),
	bank("pm_usBankAccount_dispute", "000555555559", Behaviour{Dispute: "debit_not_authorized"}),
	bank("pm_usBankAccount_processing", "000000000009", Behaviour{Never: true}),
	bank("pm_usBankAccount_weeklyLimitExceeded", "000777777771", charged("charge_exceeds_weekly_limit", "")),
	bank("", "000888888885", declined("tokenized_account_number_deactivated", "")), // INFERRED: the reason of that name

	sepa("pm_sepaDebit_success_at", "AT611904300234573201", Behaviour{}),
	sepa("pm_sepaDebit_successDelayed_at", "AT321904300235473204", Behaviour{Slow: true}),
	sepa("pm_sepaDebit_failed_at", "AT861904300235473202", declined("generic_decline", "")),
	sepa("pm_sepaDebit_failedDelayed_at", "AT051904300235473205", Behaviour{Slow: true, Code: "generic_decline"}),
	sepa("pm_sepaDebit_disputed_at", "AT591904300235473203", Behaviour{Dispute: "debit_not_authorized"}),
	sepa("pm_sepaDebit_exceedsWeeklyVolumeLimit_at", "AT981904300000343434", charged("charge_exceeds_source_limit", "")),
	sepa("pm_sepaDebit_exceedsWeeklyTransactionLimit_at", "AT601904300000121212", charged("charge_exceeds_weekly_limit", "")),
	sepa("pm_sepaDebit_insufficientFunds_at", "AT981904300002222227", charged("insufficient_funds", "")),
	sepa("", "IT60X0542811101000000123456", declined("generic_decline", "")), // of the CLI's fixtures
	sepa("", "AT271904300000055555", Behaviour{Unusable: "sepa_debit_bank_not_supported"}),
	sepa("", "AT511904300000066666", Behaviour{Unusable: "sepa_debit_debits_not_supported"}),
}

func card(id, number, brand string, b Behaviour) TestMethod {
	return TestMethod{ID: id, Number: number, Type: intents.Card, Brand: brand, Behaviour: b}
}

func bank(id, number string, b Behaviour) TestMethod {
	return TestMethod{ID: id, Number: number, Type: intents.USBankAccount, Behaviour: b}
}

func sepa(id, number string, b Behaviour) TestMethod {
	return TestMethod{ID: id, Number: number, Type: intents.SepaDebit, Behaviour: b}
}

func declined(code, decline string) Behaviour { return Behaviour{Code: code, DeclineCode: decline} }

// charged is a failure of charges alone.
func charged(code, decline string) Behaviour {
	return Behaviour{Code: code, DeclineCode: decline, ChargeOnly: true}
}

// TestMethods returns Stripe's test payment methods.
func TestMethods() []TestMethod { return append([]TestMethod(nil), testMethods[:]...) }

// FindTestMethod returns the test payment method of an id or a number; spaces in
// a number do not count.
func FindTestMethod(idOrNumber string) (TestMethod, bool) {
	number := strings.ReplaceAll(idOrNumber, " ", "")
	for i := range testMethods {
		if m := &testMethods[i]; m.ID != "" && m.ID == idOrNumber || m.Number != "" && m.Number == number {
			return *m, true
		}
	}
	return TestMethod{}, false
}

// TestPaymentMethod returns the payment method of a test id or number, with the
// id itself as its id, or one that is derived where there is only a number. It finds
// none for a number that is [Behaviour.Unusable].
func TestPaymentMethod(idOrNumber string) (intents.PaymentMethod, bool) {
	m, ok := FindTestMethod(idOrNumber)
	switch {
	case !ok || m.Unusable != "":
		return intents.PaymentMethod{}, false
	case m.ID == "":
		return m.PaymentMethod(ids.Derive("pm_", m.Number, 0)), true
	}
	return m.PaymentMethod(m.ID), true
}

// PaymentMethod returns the payment method with another id, as Stripe does when a
// number or a test id is attached.
func (m TestMethod) PaymentMethod(id string) intents.PaymentMethod {
	name := m.ID
	if name == "" {
		name = m.Number
	}
	kv := []string{KeyTest, name}
	last4 := m.Number
	if len(last4) > 4 {
		last4 = last4[len(last4)-4:]
	}
	if last4 == "" {
		last4 = "4242"
	}
	switch { //nolint:staticcheck // a tagged switch would have to name every type
	case m.Type == intents.Card:
		kv = append(kv, "brand", m.Brand, "country", "US", "exp_month", "12", "exp_year", "2034", "funding", m.funding(), "last4", last4)
	case m.Type == intents.USBankAccount:
		kv = append(kv, "account_holder_type", "individual", "account_type", "checking", "bank_name", "STRIPE TEST BANK", "last4", last4, "routing_number", "110000000")
	case m.Type == intents.SepaDebit:
		country, bank := "AT", "19043"
		if strings.HasPrefix(m.Number, "IT") {
			country, bank = "IT", "05428"
		}
		kv = append(kv, "bank_code", bank, "country", country, "last4", last4)
	}
	details, _ := intents.PairsOf(kv...)
	return intents.PaymentMethod{ID: id, Type: m.Type, Details: details}
}

func (m TestMethod) funding() string {
	if strings.Contains(m.ID, "debit") {
		return "debit"
	}
	return "credit"
}

// BehaviourOf returns how the outside world treats a payment method: by the test
// method that its details or its id names. Any other is approved.
func BehaviourOf(pm intents.PaymentMethod) Behaviour {
	name, ok := pm.Details.Get(KeyTest)
	if !ok {
		name = pm.ID
	}
	m, ok := FindTestMethod(name)
	if !ok {
		return Behaviour{Features: ordinary}
	}
	return m.Behaviour
}

// Challenged reports whether an issuer wants the customer to authenticate.
func (b Behaviour) Challenged(pm intents.PaymentMethod, offSession bool) bool {
	setUp, _ := pm.Details.Get(KeySetUp)
	switch b.Challenge {
	case ChallengeAlways:
		return true
	case ChallengeUnlessSetUp:
		return !offSession || setUp != "off_session"
	case ChallengeOnSession:
		return !offSession
	case ChallengeNever:
	}
	return false
}

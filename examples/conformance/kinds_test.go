package conformance

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/internal/model"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/webhook"
	"github.com/stripe/stripe-go/v85"
)

// A kind is a type of object: to have another one asked about, add it to the list.
type kind struct {
	// name is Stripe's, and its schema's.
	name string
	// sdk returns a new value of stripe-go's type.
	sdk func() any
	// objects yields all renderings there are, and events all events that are told of
	// first by this kind; nil where there are none. What an event carries is of the
	// kind that its object says.
	objects func(yield func(webhook.Object))
	events  func(yield func(webhook.Event))
}

// kinds are all types of objects that this library renders.
var kinds = []kind{
	{"payment_intent", func() any { return new(stripe.PaymentIntent) }, intentObjects, intentEvents},
	{"charge", func() any { return new(stripe.Charge) }, chargeObjects, chargeEvents},
	{"balance_transaction", func() any { return new(stripe.BalanceTransaction) }, partObjects(balanceTransactions), nil},
	{"transfer", func() any { return new(stripe.Transfer) }, partObjects(transfers), nil},
	{"application_fee", func() any { return new(stripe.ApplicationFee) }, partObjects(applicationFees), nil},
	{"refund", func() any { return new(stripe.Refund) }, partObjects(refunds), nil},
	{"dispute", func() any { return new(stripe.Dispute) }, partObjects(disputes), nil},
	{"payment_method", func() any { return new(stripe.PaymentMethod) }, paymentMethods, methodEvents},
	{"setup_intent", func() any { return new(stripe.SetupIntent) }, setupObjects, setupEvents},
	{"setup_attempt", func() any { return new(stripe.SetupAttempt) }, attempts, nil},
	{"mandate", func() any { return new(stripe.Mandate) }, mandates, nil},
	{"checkout.session", func() any { return new(stripe.CheckoutSession) }, sessionObjects, sessionEvents},
	{"item", func() any { return new(stripe.LineItem) }, lineItems, nil},
	{"customer", func() any { return new(stripe.Customer) }, customers, customerEvents},
	{"deleted_customer", func() any { return new(stripe.Customer) }, deletedCustomers, nil},
}

func kindOf(name string) (kind, bool) {
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.name == name })
	if i < 0 {
		return kind{}, false
	}
	return kinds[i], true
}

// transitions yields all that can happen to an intent: in the small world of its
// model checker, and with each payment method and parameter there is.
func transitions(yield func(paymentintent.Transition)) {
	model.Intents(yield)
	for _, t := range catalogue() {
		yield(t)
	}
}

// intentsOnce are the intents that these lead to, each once.
var intentsOnce = sync.OnceValue(func() []paymentintent.Intent {
	var all []paymentintent.Intent
	seen := map[paymentintent.Intent]bool{}
	transitions(func(t paymentintent.Transition) {
		if !seen[t.After] {
			seen[t.After] = true
			all = append(all, t.After)
		}
	})
	return all
})

// chargesOnce are the charges of these intents, and those of the world of charges.
var chargesOnce = sync.OnceValue(func() []webhook.Charge {
	var all []webhook.Charge
	seen := map[webhook.Charge]bool{}
	add := func(c webhook.Charge) {
		if c.Status != capture.StatusNone && !seen[c] {
			seen[c] = true
			all = append(all, c)
		}
	}
	for _, s := range intentsOnce() {
		add(webhook.ChargeOf(s))
	}
	model.Large().All(func(t capture.Transition) { add(webhook.Charge{Charge: t.After}) })
	return all
})

// everything expands all that can be expanded.
const everything = webhook.ExpandLatestCharge | webhook.ExpandPaymentMethod | webhook.ExpandBalanceTransaction | webhook.ExpandRefunds |
	webhook.ExpandPaymentIntent | webhook.ExpandTransfer | webhook.ExpandApplicationFee

func intentObjects(yield func(webhook.Object)) {
	for _, s := range intentsOnce() {
		for _, e := range []webhook.Expand{0, webhook.ExpandLatestCharge, webhook.ExpandPaymentMethod, everything} {
			yield(webhook.PaymentIntent{Intent: s, Expand: e})
		}
		if id := s.Customer(); id != "" {
			for _, e := range expandings("payment_intent") {
				yield(webhook.PaymentIntent{Intent: s, Expand: e, Payer: payerOf(id)})
			}
		}
	}
}

func intentEvents(yield func(webhook.Event)) {
	transitions(func(t paymentintent.Transition) {
		for _, e := range webhook.FromPaymentIntent(t, webhook.WithRequest(webhook.Request{ID: "req_4xKzLn2fWbTQvC", IdempotencyKey: "k"})) {
			yield(e)
		}
	})
}

func chargeObjects(yield func(webhook.Object)) {
	for _, c := range chargesOnce() {
		yield(c)
		c.Expand = everything
		yield(c)
	}
}

func chargeEvents(yield func(webhook.Event)) {
	model.Large().All(func(t capture.Transition) {
		for _, e := range webhook.FromCharge(t, webhook.WithAccount("acct_1ISuLNQK2ZHS99Rk")) {
			yield(e)
		}
	})
}

// partObjects yields what there is beside each charge.
func partObjects(parts func(c webhook.Charge, yield func(webhook.Object))) func(yield func(webhook.Object)) {
	return func(yield func(webhook.Object)) {
		for _, c := range chargesOnce() {
			parts(c, yield)
		}
	}
}

func balanceTransactions(c webhook.Charge, yield func(webhook.Object)) {
	if _, ok := c.BalanceTransaction(); ok {
		yield(webhook.BalanceTransaction{Of: c})
		c.Now = c.Ledger.AvailableOn
		yield(webhook.BalanceTransaction{Of: c})
	}
}

func transfers(c webhook.Charge, yield func(webhook.Object)) {
	if _, ok := c.Transfer(); ok {
		yield(webhook.Transfer{Of: c})
	}
}

func applicationFees(c webhook.Charge, yield func(webhook.Object)) {
	if _, ok := c.ApplicationFee(); ok {
		yield(webhook.ApplicationFee{Of: c})
	}
}

func refunds(c webhook.Charge, yield func(webhook.Object)) {
	for n := range c.Refunds.Len() {
		yield(webhook.Refund{Of: c, Number: n})
	}
}

func disputes(c webhook.Charge, yield func(webhook.Object)) {
	if c.Features.Has(capture.Disputed) {
		yield(webhook.Dispute{Of: c, At: c.Created})
		yield(webhook.Dispute{Of: c, At: c.Created, Reason: "fraudulent"})
	}
}

// methods are Stripe's test payment methods, and two of each type: one of which
// nothing is known, and one of which much is.
func methods() []intents.PaymentMethod {
	var all []intents.PaymentMethod
	for _, m := range capture.TestMethods() {
		for _, name := range []string{m.ID, m.Number} {
			if pm, ok := capture.TestPaymentMethod(name); ok && name != "" {
				all = append(all, pm)
				break
			}
		}
	}
	for t := intents.Card; t.String() != ""; t++ {
		details, _ := known.With("bank", bankOf(t)) // neither is too long
		all = append(all,
			intents.PaymentMethod{ID: "pm_1", Type: t},
			intents.PaymentMethod{ID: "pm_2", Type: t, Details: details},
		)
	}
	return all
}

const known intents.Pairs = "account_holder_type=individual&billing_details[address][city]=Oslo&billing_details[email]=a@example.com&country=AT" +
	"&exp_month=08&exp_year=2031&fingerprint=f&last4=1234&mandate=mandate_1&tax_id=9"

// bankOf returns a bank that customers of a type of payment method can have.
func bankOf(t intents.PaymentMethodType) string {
	switch t {
	case intents.Ideal:
		return "ing"
	case intents.P24:
		return "mbank_mtransfer"
	}
	return "bank_austria"
}

// catalogue is what the small world leaves out: each payment method's life with
// the simulated processor, each next_action, each parameter that is carried.
var catalogue = sync.OnceValue(func() []paymentintent.Transition {
	var all []paymentintent.Transition
	for _, pm := range methods() {
		for _, c := range []paymentintent.Create{
			{CaptureMethod: capture.Automatic},
			{CaptureMethod: capture.AutomaticAsync, Details: "application_fee_amount=123&customer=cus_TOnONcVE3hop1l&transfer_data[destination]=acct_1ISuLNQK2ZHS99Rk"},
			{CaptureMethod: capture.Manual, AutomaticPaymentMethods: true},
			{CaptureMethod: capture.Automatic, AutomaticPaymentMethods: true, NoRedirects: true},
		} {
			c.PaymentMethodTypes = intents.TypesOf(pm.Type)
			all = append(all, live(c, pm)...)
		}
	}
	visa, _ := capture.TestPaymentMethod("pm_card_visa")
	for _, d := range carried {
		all = append(all, live(paymentintent.Create{Details: d, Metadata: "order_id=6735", PaymentMethodTypes: intents.TypesOf(intents.Card, intents.Link, intents.USBankAccount)}, visa)...)
	}
	every := intents.PaymentMethodTypes(0)
	for t := intents.Card; t.String() != ""; t++ {
		every |= intents.TypesOf(t)
	}
	return append(all, live(paymentintent.Create{PaymentMethodTypes: every}, visa)...)
})

// carried are the parameters that an intent only carries.
var carried = []intents.Pairs{
	"amount_details[discount_amount]=5&amount_details[shipping][amount]=10&amount_details[shipping][to_postal_code]=94107&amount_details[tax][total_tax_amount]=3&amount_details[tip][amount]=7",
	"application=ca_1&application_fee_amount=100&on_behalf_of=acct_2&transfer_data[destination]=acct_1",
	"transfer_data[amount]=50&transfer_data[destination]=acct_1",
	"client_secret=pi_1_secret_x&customer=cus_1&description=a \"quoted\" %26 ü \\ %0A text",
	"payment_details[customer_reference]=c&payment_details[order_reference]=o",
	"payment_method_options[card][capture_method]=manual&payment_method_options[card][network]=visa&payment_method_options[card][request_multicapture]=if_available",
	"payment_method_options[card][installments][enabled]=true",
	"payment_method_options[card][installments][enabled]=true&payment_method_options[card][installments][plan][count]=3&payment_method_options[card][installments][plan][interval]=month&payment_method_options[card][installments][plan][type]=fixed_count",
	"payment_method_options[card][mandate_options][amount]=5&payment_method_options[card][mandate_options][amount_type]=maximum&payment_method_options[card][mandate_options][interval]=month" +
		"&payment_method_options[card][mandate_options][reference]=r&payment_method_options[card][mandate_options][start_date]=1762799182&payment_method_options[card][mandate_options][supported_types][0]=india",
	"payment_method_options[card][require_cvc_recollection]=true&payment_method_options[card][request_three_d_secure]=any&payment_method_options[card][setup_future_usage]=off_session",
	"payment_method_options[us_bank_account][financial_connections][permissions][0]=balances&payment_method_options[us_bank_account][financial_connections][permissions][1]=payment_method",
	"radar_options[session]=rse_1&receipt_email=a@example.com&setup_future_usage=off_session&statement_descriptor_suffix=X&transfer_group=g",
	"shipping[address][city]=Zürich&shipping[address][country]=CH&shipping[name]=N&shipping[phone]=%2B41",
}

// live plays the life of an intent with a payment method: confirmed, acted on by the
// customer and answered by the simulated processor until nothing is owed, then refunded
// in parts and disputed. What the machine refuses does not happen.
func live(c paymentintent.Create, pm intents.PaymentMethod) []paymentintent.Transition {
	ctx, now, sim := context.Background(), model.Start(), paymentintent.Simulator{}
	var all []paymentintent.Transition
	var s paymentintent.Intent
	add := func(t paymentintent.Transition, err error) bool {
		if err != nil || len(t.Events) == 0 {
			return false
		}
		all, s, now = append(all, t), t.After, now.Add(time.Minute)
		return true
	}
	try := func(c paymentintent.Command) bool {
		t, err := paymentintent.Apply(s, c, now)
		return add(t, err)
	}
	c.ID, c.Amount, c.Currency = "pi_3SRznGKXBGcbgpbZ1qL1s6n5", 2000, currencyOf(pm.Type)
	try(c)
	try(paymentintent.Confirm{PaymentMethod: pm, Details: "return_url=https://example.com/?a%3D1%26b%3D2"})
	for range 20 {
		if a, ok := sim.Act(s); ok && try(a) {
			continue
		}
		done := true
		for _, d := range paymentintent.Pending(s) {
			if now.Before(d.NotBefore.Time()) {
				now = d.NotBefore.Time()
			}
			if s.Status == paymentintent.StatusRequiresCapture && try(paymentintent.Capture{AmountToCapture: intents.Some[int64](1500)}) {
				done = false
				break
			}
			done = !add(paymentintent.Work(ctx, sim, s, d, now))
		}
		if done {
			break
		}
	}
	try(paymentintent.Refund{Amount: 500, Flags: capture.RefundApplicationFee | capture.ReverseTransfer, Reason: capture.RequestedByCustomer})
	try(paymentintent.Refund{Amount: 100, Pending: true, Reason: capture.Duplicate})
	try(paymentintent.ReportRefund{Number: 1, Status: capture.RefundFailed})
	try(paymentintent.Dispute{Reason: "fraudulent"})
	return all
}

// currencyOf returns a currency in which a type of payment method pays.
func currencyOf(t intents.PaymentMethodType) intents.Currency {
	switch t {
	case intents.SepaDebit, intents.Ideal, intents.Bancontact, intents.Eps, intents.Multibanco, intents.P24:
		return "eur"
	case intents.Oxxo:
		return "mxn"
	case intents.Boleto, intents.Pix:
		return "brl"
	case intents.Konbini:
		return "jpy"
	}
	return "usd"
}

// TestCatalogue says that the lives of the catalogue are lived: that each type of
// payment method comes to an end in some, and each next_action is asked for.
func TestCatalogue(t *testing.T) {
	succeeded, asked := map[intents.PaymentMethodType]bool{}, map[string]bool{}
	for _, tr := range catalogue() {
		if tr.After.Status == paymentintent.StatusSucceeded {
			succeeded[tr.After.PaymentMethod.Type] = true
		}
		if tr.After.NextAction != "" {
			asked[tr.After.NextAction.Type()] = true
		}
	}
	for name := intents.Card; name.String() != ""; name++ {
		if !succeeded[name] {
			t.Errorf("no life with %s succeeds", name)
		}
		if a := name.Traits().Action; a != "" && !asked[a] {
			t.Errorf("nobody is asked for %s", a)
		}
	}
}

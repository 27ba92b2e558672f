package webhook_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/webhook"
)

// A life is what happens to one payment, in steps: each is one transition.
type life struct {
	name  string
	steps []step
}

// A step is a request, or what the world does. Its commands become one transition,
// and with answer the simulated processor answers the attempt in it.
type step struct {
	after    time.Duration
	commands []paymentintent.Command
	// answer asks the processor, work does the work that is owed, act lets the
	// customer do what is asked.
	answer, work, act bool
}

func ask(commands ...paymentintent.Command) step { return step{commands: commands} }
func pay(commands ...paymentintent.Command) step { return step{commands: commands, answer: true} }
func (s step) later(d time.Duration) step        { s.after = d; return s }
func customer() step                             { return step{act: true} }
func owed(after time.Duration) step              { return step{work: true, after: after} }
func method(id string) intents.PaymentMethod     { pm, _ := capture.TestPaymentMethod(id); return pm }

func confirm(pm string) paymentintent.Confirm {
	return paymentintent.Confirm{PaymentMethod: method(pm)}
}
func typed(t intents.PaymentMethodType) confirmed { return confirmed{t} }

type confirmed struct{ t intents.PaymentMethodType }

// with confirms with a payment method of the type that has no details.
func (c confirmed) with(details intents.Pairs) paymentintent.Confirm {
	return paymentintent.Confirm{PaymentMethod: intents.PaymentMethod{ID: "pm_1", Type: c.t}, Details: details}
}

const intentID = "pi_3SRznGKXBGcbgpbZ1qL1s6n5"

// start creates a payment of 20.00 usd, with changes.
func start(change ...func(*paymentintent.Create)) paymentintent.Create {
	c := paymentintent.Create{ID: intentID, Amount: 2000, Currency: "usd"}
	for _, f := range change {
		f(&c)
	}
	return c
}

func manually(c *paymentintent.Create) { c.CaptureMethod = capture.Manual }
func atOnce(c *paymentintent.Create)   { c.CaptureMethod = capture.Automatic }
func connected(c *paymentintent.Create) {
	c.Details = "application_fee_amount=123&customer=cus_TOnONcVE3hop1l&transfer_data[destination]=acct_1ISuLNQK2ZHS99Rk"
}

func of(t ...intents.PaymentMethodType) func(*paymentintent.Create) {
	return func(c *paymentintent.Create) { c.PaymentMethodTypes = intents.TypesOf(t...) }
}

func carrying(details intents.Pairs) func(*paymentintent.Create) {
	return func(c *paymentintent.Create) { c.Details = details }
}

const day = 24 * time.Hour

// What a card grants to those who ask.
const (
	severally     = "payment_method_options[card][request_multicapture]=if_available"
	incrementally = "payment_method_options[card][request_incremental_authorization]=if_available"
)

// lives tell of all that Stripe sends. The golden files take the first event of
// each type from them.
var lives = []life{
	{"asynchronous capture", []step{pay(start(), confirm("pm_card_visa")), owed(3 * time.Second)}},
	{"asynchronous capture on Connect", []step{
		pay(start(connected), confirm("pm_card_visa")), owed(3 * time.Second),
		ask(paymentintent.Refund{Amount: 500, Flags: capture.RefundApplicationFee | capture.ReverseTransfer, Reason: capture.RequestedByCustomer}).later(time.Hour),
		ask(paymentintent.Refund{Flags: capture.ReverseTransfer}).later(day),
	}},
	{"automatic capture", []step{pay(start(atOnce), confirm("pm_card_visa"))}},
	{"automatic capture on Connect", []step{pay(start(atOnce, connected), confirm("pm_card_visa"))}},
	{"manual capture", []step{pay(start(manually), confirm("pm_card_visa")), ask(paymentintent.Capture{}).later(time.Hour)}},
	{"capture of a part", []step{
		pay(start(manually), confirm("pm_card_visa")),
		ask(paymentintent.Capture{AmountToCapture: intents.Some[int64](1500)}).later(time.Hour),
	}},
	{"several captures", []step{
		pay(start(manually, connected, with(severally)), confirm("pm_card_visa")),
		ask(paymentintent.Capture{AmountToCapture: intents.Some[int64](500), FinalCapture: intents.Some(false)}).later(time.Hour),
		ask(paymentintent.Capture{AmountToCapture: intents.Some[int64](700), FinalCapture: intents.Some(false)}).later(time.Hour),
		ask(paymentintent.Refund{Amount: 100}).later(time.Hour),
		ask(paymentintent.Capture{AmountToCapture: intents.Some[int64](300)}).later(time.Hour),
	}},
	{"several captures, the rest released", []step{
		pay(start(manually, with(severally)), confirm("pm_card_visa")),
		ask(paymentintent.Capture{AmountToCapture: intents.Some[int64](500), FinalCapture: intents.Some(false)}).later(time.Hour),
		ask(paymentintent.Capture{AmountToCapture: intents.Some[int64](0)}).later(time.Hour),
	}},
	{"several captures, the rest expires", []step{
		pay(start(manually, with(severally)), confirm("pm_card_visa")),
		ask(paymentintent.Capture{AmountToCapture: intents.Some[int64](500), FinalCapture: intents.Some(false)}).later(time.Hour),
		owed(7 * day),
	}},
	{"several captures, the rest canceled", []step{
		pay(start(manually, with(severally)), confirm("pm_card_visa")),
		ask(paymentintent.Capture{AmountToCapture: intents.Some[int64](500), FinalCapture: intents.Some(false)}).later(time.Hour),
		ask(paymentintent.Cancel{}).later(time.Hour),
	}},
	{"overcapture", []step{
		ask(start(manually), confirm("pm_card_visa"), paymentintent.Approve{Terms: capture.Terms{Maximum: 2300}}),
		ask(paymentintent.Capture{AmountToCapture: intents.Some[int64](2300)}).later(time.Hour),
	}},
	{"increments", []step{
		pay(start(manually, with(incrementally)), confirm("pm_card_visa")),
		ask(paymentintent.IncrementAuthorization{Amount: 2500}).later(time.Hour),
		ask(paymentintent.IncrementAuthorization{Amount: 3000, Declined: true}).later(time.Hour),
	}},
	{"canceled before", []step{ask(start()), ask(paymentintent.Cancel{Reason: paymentintent.Abandoned}).later(time.Hour)}},
	{"canceled with a hold", []step{pay(start(manually), confirm("pm_card_visa")), ask(paymentintent.Cancel{Reason: paymentintent.RequestedByCustomer}).later(time.Hour)}},
	{"a hold that runs out", []step{pay(start(manually), confirm("pm_card_visa")), owed(7 * day)}},
	{"declined, then paid", []step{
		pay(start(), confirm("pm_card_visa_chargeDeclinedInsufficientFunds")), pay(confirm("pm_card_visa")).later(time.Minute), owed(3 * time.Second),
	}},
	{"blocked", []step{pay(start(), confirm("pm_card_chargeDeclinedFraudulent"))}},
	{"wrong security code", []step{pay(start(), confirm("pm_card_chargeDeclinedIncorrectCvc"))}},
	{"3D Secure", []step{pay(start(manually), confirm("pm_card_threeDSecure2Required")), {act: true, answer: true, after: time.Minute}}},
	{"3D Secure by redirect", []step{pay(start(), paymentintent.Confirm{PaymentMethod: method("pm_card_threeDSecure2Required"), Details: "return_url=https://example.com/?a%3D1%26b%3D2"})}},
	{"3D Secure failed", []step{pay(start(), confirm("pm_card_threeDSecure2Required")), ask(paymentintent.FailAction{}).later(time.Minute)}},
	{"authentication required off-session", []step{pay(start(), paymentintent.Confirm{PaymentMethod: method("pm_card_authenticationRequired"), OffSession: true})}},
	{"bank debit", []step{pay(start(of(intents.USBankAccount)), confirm("pm_usBankAccount_success")), owed(4 * day), owed(time.Hour)}},
	{"bank debit failed", []step{pay(start(of(intents.USBankAccount)), confirm("pm_usBankAccount_insufficientFunds")), owed(4 * day)}},
	{"bank debit canceled", []step{pay(start(of(intents.USBankAccount)), confirm("pm_usBankAccount_processing")), ask(paymentintent.Cancel{}).later(time.Hour)}},
	{"disputed", []step{pay(start(), confirm("pm_card_createDispute")), owed(3 * time.Second), ask(paymentintent.Dispute{Reason: "fraudulent"}).later(time.Second)}},
	{"bank debit, later disputed", []step{
		pay(start(of(intents.SepaDebit), func(c *paymentintent.Create) { c.Currency = "eur" }), confirm("pm_sepaDebit_disputed_at")), owed(4 * day), owed(time.Hour),
		ask(paymentintent.Dispute{Reason: "debit_not_authorized"}).later(day),
	}},
	{"microdeposits", []step{
		pay(start(of(intents.USBankAccount)), confirm("pm_usBankAccount_failMicrodeposits")),
		ask(paymentintent.VerifyMicrodeposits{DescriptorCode: "SM22BB", Outcome: intents.Mismatched}).later(day), customer().later(day),
	}},
	{"cash balance", []step{
		pay(start(of(intents.CustomerBalance), carrying("customer=cus_1")), typed(intents.CustomerBalance).with("")),
		ask(paymentintent.Fund{Amount: 700}).later(day), ask(paymentintent.Fund{Amount: 1300}).later(day), owed(time.Hour),
	}},
	{"Indian card", []step{
		ask(start(func(c *paymentintent.Create) { c.Currency, c.Amount = "inr", 2000000 }), confirm("pm_card_visa"), paymentintent.Notify{CompletesIn: 26 * time.Hour}),
		owed(27 * time.Hour), owed(time.Hour),
	}},
	{"voucher that runs out", []step{pay(start(of(intents.Oxxo), func(c *paymentintent.Create) { c.Currency = "mxn" }), typed(intents.Oxxo).with("")), owed(4 * day)}},
	{"refund that takes its time", []step{
		pay(start(), confirm("pm_card_visa")), owed(3 * time.Second), ask(paymentintent.Refund{Pending: true}).later(day),
		ask(paymentintent.ReportRefund{Status: capture.RefundSucceeded}).later(day),
	}},
	{"refund ahead of the ledger, that fails", []step{
		pay(start(), confirm("pm_card_visa")), ask(paymentintent.Refund{Amount: 500, Pending: true}).later(time.Second),
		ask(paymentintent.ReportRefund{Status: capture.RefundFailed}).later(day),
	}},
	{"a capture that takes its time", []step{
		ask(start(manually, of(intents.Card)), confirm("pm_card_visa"), paymentintent.Approve{Terms: capture.Terms{Features: capture.AsyncCapture}}),
		ask(paymentintent.Capture{}).later(time.Hour), owed(time.Hour),
	}},
	{"a capture that comes to nothing", []step{
		ask(start(manually, of(intents.Card)), confirm("pm_card_visa"), paymentintent.Approve{Terms: capture.Terms{Features: capture.AsyncCapture}}),
		ask(paymentintent.Capture{}).later(time.Hour),
		ask(paymentintent.Decline{Failure: intents.Failure{Code: "processing_error"}}).later(time.Hour),
	}},
	{"too many confirmations", []step{
		pay(start(func(c *paymentintent.Create) { c.ConfirmLimit = 1 }), confirm("pm_card_visa_chargeDeclined")), ask(confirm("pm_card_visa")).later(time.Hour),
	}},
	{"nothing to tell", []step{
		ask(start()), ask(paymentintent.Update{Metadata: "order=1"}).later(time.Second), ask(confirm("pm_card_visa")).later(time.Second),
		ask(paymentintent.Postpone{AskIn: time.Hour}).later(time.Second),
	}},
}

var epoch = time.Unix(1762799182, 0)

// play returns the transitions of a life.
func (l life) play(tb testing.TB) []paymentintent.Transition {
	tb.Helper()
	ctx, now := context.Background(), epoch
	sim := paymentintent.Simulator{}
	var all []paymentintent.Transition
	var s paymentintent.Intent
	for i, p := range l.steps {
		now = now.Add(p.after)
		commands := p.commands
		if p.act {
			c, ok := sim.Act(s)
			require.True(tb, ok, "%s, step %d: nobody is asked", l.name, i)
			commands = []paymentintent.Command{c}
		}
		t, err := paymentintent.Chain(s, now, commands...)
		require.NoError(tb, err, "%s, step %d", l.name, i)
		if p.answer {
			t, err = paymentintent.Answer(ctx, sim, t, now)
			require.NoError(tb, err, "%s, step %d", l.name, i)
		}
		if p.work {
			for _, d := range paymentintent.Pending(s) {
				t, err = paymentintent.Work(ctx, sim, s, d, now)
				require.NoError(tb, err, "%s, step %d", l.name, i)
			}
			require.NotEmpty(tb, t.Events, "%s, step %d: nothing was owed", l.name, i)
		}
		require.NoError(tb, paymentintent.Check(t.After), "%s, step %d", l.name, i)
		all = append(all, t)
		s = t.After
	}
	return all
}

// lifeOf returns the transitions of the life of that name.
func lifeOf(tb testing.TB, name string) []paymentintent.Transition {
	tb.Helper()
	for _, l := range lives {
		if l.name == name {
			return l.play(tb)
		}
	}
	tb.Fatalf("no life is called %s", name)
	return nil
}

// told returns the events of all transitions.
func told(all []paymentintent.Transition, options ...webhook.Option) []webhook.Event {
	var events []webhook.Event
	for _, t := range all {
		events = append(events, webhook.FromPaymentIntent(t, options...)...)
	}
	return events
}

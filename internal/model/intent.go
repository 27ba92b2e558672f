package model

import (
	"slices"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/paymentintent"
)

// IntentID is the id of every intent of the small world.
const IntentID = "pi_3SRzp4KXBGcbgpbZ1utYtuTe"

// Start returns the instant at which all commands of the world of intents are given.
func Start() time.Time { return time.Date(2025, time.November, 10, 18, 24, 43, 0, time.UTC) }

// now and hour are the instants of that world: a deadline is over, or in an hour.
func now() intents.Time  { return intents.TimeOf(Start()) }
func hour() intents.Time { return now().Add(time.Hour) }

func some(n int64) intents.Optional[int64] { return intents.Some(n) }

// methodOf returns the payment method of a test id, or one of the type that it is called after.
func methodOf(id string, t intents.PaymentMethodType) intents.PaymentMethod {
	if pm, ok := capture.TestPaymentMethod(id); ok {
		return pm
	}
	return intents.PaymentMethod{ID: id, Type: t}
}

// Creates are the ways in which an intent begins: for two cents, with cards, a bank
// debit and a cash balance, on Connect, owned by others, with a limit.
func Creates() []paymentintent.Command {
	types := intents.TypesOf(intents.Card, intents.USBankAccount, intents.CustomerBalance)
	connect := intents.Pairs("application_fee_amount=1&transfer_data[destination]=acct_1")
	all := []paymentintent.Create{
		{CaptureMethod: capture.Automatic, Details: connect},
		{CaptureMethod: capture.AutomaticAsync, PaymentMethod: methodOf("pm_card_visa", intents.Card)},
		{CaptureMethod: capture.Manual},
		{CaptureMethod: capture.Manual, ConfirmationMethod: paymentintent.ConfirmManual},
		{CaptureMethod: capture.AutomaticAsync, Owner: "cs_1"},
		{CaptureMethod: capture.Manual, Owner: "in_1"},
		{CaptureMethod: capture.Automatic, ConfirmLimit: 1, Livemode: true},
	}
	creates := make([]paymentintent.Command, 0, len(all))
	for _, c := range all {
		c.ID, c.Amount, c.Currency, c.PaymentMethodTypes = IntentID, 2, "ars", types
		creates = append(creates, c)
	}
	return creates
}

// Requests are what a caller may ask for, in the forms that lead to different ends.
func Requests() []paymentintent.Command {
	visa, debit := methodOf("pm_card_visa", intents.Card), methodOf("pm_usBankAccount_success", intents.USBankAccount)
	cash := methodOf("pm_customer_balance", intents.CustomerBalance)
	return []paymentintent.Command{
		paymentintent.Update{},
		paymentintent.Update{Amount: some(1)},
		paymentintent.Update{Amount: some(2)},
		paymentintent.Update{CaptureMethod: intents.Some(capture.Manual)},
		paymentintent.Update{PaymentMethod: intents.Some(visa)},
		paymentintent.Update{PaymentMethod: intents.Some(intents.PaymentMethod{})},
		paymentintent.Confirm{},
		paymentintent.Confirm{PaymentMethod: visa},
		paymentintent.Confirm{PaymentMethod: visa, Owner: "cs_1"},
		paymentintent.Confirm{PaymentMethod: debit, Owner: "cs_1"},
		paymentintent.Confirm{PaymentMethod: methodOf("pm_card_mastercard", intents.Card)},
		paymentintent.Confirm{PaymentMethod: debit},
		paymentintent.Confirm{PaymentMethod: cash},
		paymentintent.Confirm{PaymentMethod: visa, OffSession: true},
		paymentintent.Confirm{PaymentMethod: visa, ErrorOnRequiresAction: true},
		paymentintent.Capture{},
		paymentintent.Capture{AmountToCapture: some(1)},
		paymentintent.Capture{AmountToCapture: some(3)},
		paymentintent.Capture{AmountToCapture: some(0)},
		paymentintent.Capture{AmountToCapture: some(1), FinalCapture: intents.Some(false)},
		paymentintent.Capture{FinalCapture: intents.Some(false)},
		paymentintent.Cancel{},
		paymentintent.Cancel{Refused: true},
		paymentintent.Cancel{Reason: paymentintent.Expired},
		paymentintent.IncrementAuthorization{Amount: 3},
		paymentintent.IncrementAuthorization{Amount: 3, Declined: true},
		paymentintent.ApplyCustomerBalance{},
		paymentintent.ApplyCustomerBalance{Amount: some(1)},
		paymentintent.VerifyMicrodeposits{DescriptorCode: "SM11AA", AskIn: time.Hour, Cancelable: true},
		paymentintent.VerifyMicrodeposits{DescriptorCode: "SM99ZZ", Outcome: intents.Mismatched},
		paymentintent.Refund{},
		paymentintent.Refund{Amount: 1, Pending: true},
		paymentintent.Refund{Amount: 1, Flags: capture.RefundApplicationFee | capture.ReverseTransfer},
	}
}

// Reports are what the outside world may answer.
func Reports() []paymentintent.Command {
	terms := capture.Terms{Hold: time.Hour, SettleIn: time.Hour, Pricing: capture.Pricing{BasisPoints: 5000}}
	multi, slow := terms, terms
	multi.Features, multi.Maximum = capture.Multicapture|capture.Incremental, 3
	slow.Features, slow.Maximum = capture.AsyncCapture, 3
	return []paymentintent.Command{
		paymentintent.Approve{Terms: terms},
		paymentintent.Approve{Terms: multi},
		paymentintent.Approve{Terms: slow},
		challenge("use_stripe_sdk", 0), challenge("redirect_to_url", time.Hour), challenge("verify_with_microdeposits", time.Hour),
		paymentintent.Decline{Failure: intents.Failure{Code: "card_declined"}},
		paymentintent.Decline{Failure: intents.Failure{Code: "expired_card"}, NoCharge: true},
		paymentintent.Submit{AskIn: time.Hour, Cancelable: true},
		paymentintent.Notify{CompletesIn: time.Hour},
		paymentintent.Postpone{AskIn: time.Hour},
		paymentintent.Authenticate{},
		paymentintent.FailAction{},
		paymentintent.Fund{Amount: 1, Terms: terms},
		paymentintent.Fund{Amount: 3, Terms: terms},
		paymentintent.Collect{Terms: terms},
		paymentintent.Settle{},
		paymentintent.Settle{Fee: 1, AvailableOn: hour()},
		paymentintent.CloseWindow{},
		paymentintent.ReportRefund{Status: capture.RefundSucceeded},
		paymentintent.ReportRefund{Status: capture.RefundFailed},
		paymentintent.ReportRefund{Number: 1, Status: capture.RefundCanceled},
		paymentintent.Dispute{Reason: "fraudulent"},
		paymentintent.ReverseAuthorization{},
	}
}

func challenge(kind string, in time.Duration) paymentintent.Command {
	a, _ := intents.NewNextAction(kind) // the kinds above are names
	return paymentintent.Challenge{NextAction: a, ExpiresIn: in}
}

// Late are what time does, and those who own an intent.
func Late() []paymentintent.Command {
	return []paymentintent.Command{
		paymentintent.ExpireAuthorization{},
		paymentintent.ExpireAction{},
		paymentintent.Void{Reason: paymentintent.Automatic},
		paymentintent.Void{Reason: paymentintent.VoidInvoice},
		paymentintent.Void{Reason: paymentintent.FailedInvoice},
	}
}

// Commands are all that is tried: a list for the intent that is not yet there, one
// for those whose refunds are enough, which bounds the world, since a refund that
// fails can be made again for ever, and one for the rest. Nil is the hour that
// passes, see [Pass].
type Commands struct{ none, rest, refunded []paymentintent.Command }

// NewCommands returns the lists.
func NewCommands() Commands {
	all := append(slices.Concat(Requests(), Reports(), Late()), nil)
	return Commands{
		none: append(Creates(), all...),
		rest: all,
		refunded: slices.DeleteFunc(slices.Clone(all), func(c paymentintent.Command) bool {
			_, refund := c.(paymentintent.Refund)
			return refund
		}),
	}
}

// For returns what is tried in a state.
func (c Commands) For(s paymentintent.Intent) []paymentintent.Command {
	switch {
	case s.Status == paymentintent.StatusNone:
		return c.none
	case s.Charge.Refunds.Len() >= 2:
		return c.refunded
	}
	return c.rest
}

// Pass returns the intent an hour later: what was due in an hour is due now.
func Pass(s paymentintent.Intent) paymentintent.Intent {
	now, hour := now(), hour()
	for _, deadline := range [...]*intents.Time{&s.Due, &s.Charge.CaptureBefore, &s.Charge.SettleAfter} {
		if *deadline == hour {
			*deadline = now
		}
	}
	return s
}

// View forgets of a state what no decision reads, or reads only as more or less:
// so there are finitely many. Deadlines are over, or in an hour.
func View(s paymentintent.Intent) paymentintent.Intent {
	now, hour := now(), hour()
	s.Version = 1
	for _, deadline := range [...]*intents.Time{&s.Due, &s.Charge.CaptureBefore, &s.Charge.SettleAfter} {
		if *deadline > now {
			*deadline = hour
		}
	}
	if s.ConfirmLimit == 0 {
		s.Confirms = 0
	}
	if s.LastPaymentError != "" {
		s.LastPaymentError = "code=card_declined"
	}
	s = skip(s)
	// Of a charge that came to nothing only that matters, and that its id is not the next one's.
	if c := &s.Charge; c.Status == capture.StatusFailed || c.Status == capture.StatusReleased || c.Status == capture.StatusExpired {
		*c = capture.Charge{ID: c.ID, Status: c.Status, Currency: c.Currency, Created: now, Amount: 2}
		if c.Status != capture.StatusFailed {
			c.AmountAuthorized, c.AmountReleased, c.Maximum = 2, 2, 2
		}
	}
	if s.Charges > 0 {
		s.Charges = 1
		s.Charge.ID = "ch_1"
	}
	viewApproved(&s)
	return s
}

// skip counts tries up to ten: none, some, all but one, all. Those between differ in
// nothing else.
func skip(s paymentintent.Intent) paymentintent.Intent {
	if n := &s.Verifications; *n > 0 && *n < 9 {
		*n = 9
	}
	if n := &s.Charge.Increments; *n > 0 && *n < 9 {
		*n = 9
	}
	return s
}

// viewApproved forgets what no decision reads once an attempt has succeeded.
func viewApproved(s *paymentintent.Intent) {
	final := s.Status == paymentintent.StatusSucceeded || s.Status == paymentintent.StatusCanceled
	if !final && s.Status != paymentintent.StatusRequiresCapture {
		return
	}
	s.ConfirmationMethod, s.Flags, s.ConfirmLimit, s.Confirms, s.Funded = paymentintent.ConfirmAutomatic, 0, 0, 0, 0
	if s.PaymentMethod.ID != "" {
		s.PaymentMethod = intents.PaymentMethod{ID: "pm_1", Type: intents.Card}
	}
	if s.Charges > 0 {
		s.Charge.PaymentMethod = intents.PaymentMethod{}
	}
	if !final {
		return
	}
	s.Owner, s.CaptureMethod, s.LastPaymentError = "", capture.Automatic, ""
	if c := &s.Charge; c.AmountCaptured > 0 {
		c.Captures, c.Increments, c.Maximum, c.Ledger.AvailableOn = 1, 0, c.Amount, c.Ledger.At
		c.Features &= capture.Disputed | capture.Multicapture
	}
}

// Intents walks through the world of intents, breadth first. It visits the first
// intent of each [View] that it meets, as the machine made it, and yields every
// transition from there that changes something; an hour that passes is one without
// events. It returns how many views there are.
func Intents(yield func(paymentintent.Transition)) (views int) {
	commands, start := NewCommands(), Start()
	seen := map[paymentintent.Intent]bool{{}: true}
	queue := []paymentintent.Intent{{}}
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		for _, c := range commands.For(s) {
			t := paymentintent.Transition{Before: s, After: Pass(s)}
			if c != nil {
				var err error
				if t, err = paymentintent.Apply(s, c, start); err != nil {
					continue
				}
			}
			if t.After == s {
				continue
			}
			yield(t)
			if v := View(t.After); !seen[v] {
				seen[v] = true
				queue = append(queue, skip(t.After))
			}
		}
	}
	return len(seen)
}

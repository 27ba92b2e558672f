package model

import (
	"slices"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// SessionID is the id of every session of the small world.
const SessionID = "cs_test_1"

// FlowCommand is a command to one of the machines of a flow: one of them is set, or
// none, which is the hour that passes.
type FlowCommand struct {
	// Session goes to the session, and from there to its intent.
	Session checkout.Command
	// Payment goes to the PaymentIntent, and from there to its session.
	Payment paymentintent.Command
	// Setup goes to the SetupIntent, and from there to its session.
	Setup setupintent.Command
}

// Name returns the name of the command, after that of the intent it goes to.
func (c FlowCommand) Name() string {
	switch {
	case c.Session != nil:
		return string(c.Session.Name())
	case c.Payment != nil:
		return "payment " + string(c.Payment.Name())
	case c.Setup != nil:
		return "setup " + string(c.Setup.Name())
	}
	return "wait"
}

// String returns the command in words.
func (c FlowCommand) String() string {
	switch {
	case c.Session != nil:
		return c.Session.String()
	case c.Payment != nil:
		return "payment " + c.Payment.String()
	case c.Setup != nil:
		return "setup " + c.Setup.String()
	}
	return "wait"
}

// Apply gives the command to a flow, at [Start].
func (c FlowCommand) Apply(f checkout.Flow) (checkout.Step, error) {
	switch {
	case c.Session != nil:
		return f.Apply(c.Session, Start())
	case c.Payment != nil:
		return f.ApplyPayment(c.Payment, Start())
	case c.Setup != nil:
		return f.ApplySetup(c.Setup, Start())
	}
	return checkout.Step{Before: f, After: PassFlow(f)}, nil
}

// order returns line items that come to an amount, in minor units of usd.
func order(amount int64, interval string) checkout.LineItems {
	items, _ := checkout.NewLineItems(checkout.LineItem{Name: "A", Currency: "usd", UnitAmount: amount, Quantity: 1, Interval: interval})
	return items
}

// FlowCreates are the ways in which a flow begins: in each mode, with and without a
// customer, on each page, held and free, with an intent from the beginning.
func FlowCreates() []FlowCommand {
	const url, back = "success_url=https://example.com/{CHECKOUT_SESSION_ID}", "return_url=https://example.com"
	types := intents.TypesOf(intents.Card, intents.USBankAccount, intents.CustomerBalance)
	all := []checkout.Create{
		{Mode: checkout.Payment, LineItems: order(50, ""), Details: "customer=cus_1&" + url},
		{Mode: checkout.Payment, LineItems: order(50, ""), Details: "payment_intent_data[capture_method]=manual&" + back, UIMode: checkout.Elements, CustomerCreation: checkout.Always},
		{Mode: checkout.Payment, LineItems: order(50, ""), Details: url, APIVersion: "2020-08-27"},
		{Mode: checkout.Payment, LineItems: order(0, ""), Details: "after_expiration[recovery][enabled]=true&" + back, UIMode: checkout.EmbeddedPage},
		{Mode: checkout.Setup, Currency: "usd", Details: "customer=cus_1&" + url},
		{Mode: checkout.Setup, Currency: "usd", Details: url, CustomerCreation: checkout.Always},
		{Mode: checkout.Subscription, LineItems: order(50, "month"), Details: url},
	}
	creates := make([]FlowCommand, 0, len(all))
	for _, c := range all {
		c.ID, c.Settings, c.ExpiresAt = SessionID, checkout.Settings{Types: types}, hour()
		creates = append(creates, FlowCommand{Session: c})
	}
	return creates
}

// sessionCommands are what callers, customers and time tell the session, in the forms that
// lead to different ends.
func sessionCommands() []checkout.Command {
	visa, debit := methodOf("pm_card_visa", intents.Card), methodOf("pm_usBankAccount_success", intents.USBankAccount)
	return []checkout.Command{
		checkout.Update{},
		checkout.Update{LineItems: intents.Some(order(50, ""))},
		checkout.Update{LineItems: intents.Some(order(60, ""))},
		checkout.Update{LineItems: intents.Some(order(0, ""))},
		checkout.Expire{},
		checkout.Submit{},
		checkout.Submit{PaymentMethod: visa},
		checkout.Submit{PaymentMethod: debit},
		checkout.Submit{PaymentMethod: methodOf("pm_customer_balance", intents.CustomerBalance)},
		checkout.Recover{},
		checkout.Proceed{},
		checkout.Reopen{},
		checkout.Complete{PaymentStatus: checkout.Paid, Subscription: "sub_1"},
		checkout.Complete{PaymentStatus: checkout.Unpaid, Subscription: "sub_1"},
		checkout.Complete{PaymentStatus: checkout.NoPaymentRequired, Subscription: "sub_1"},
		checkout.ReportPaid{},
		checkout.ReportFailed{},
		checkout.Lapse{},
	}
}

// paymentCommands are what callers and the outside world tell the PaymentIntent. What
// is particular to it, and concerns no session, is not among them: it has a world of
// its own, see [Intents].
func paymentCommands() []paymentintent.Command {
	terms := capture.Terms{Hold: time.Hour, SettleIn: time.Hour}
	part := paymentintent.Capture{AmountToCapture: some(20), FinalCapture: intents.Some(false)}
	visa := methodOf("pm_card_visa", intents.Card)
	multi, slow := terms, terms
	multi.Features, slow.Features = capture.Multicapture, capture.AsyncCapture
	return []paymentintent.Command{
		paymentintent.Confirm{PaymentMethod: visa},
		paymentintent.Confirm{PaymentMethod: visa, Owner: SessionID},
		paymentintent.Update{Amount: some(60)},
		paymentintent.Update{Details: "customer=cus_2"},
		paymentintent.Update{Metadata: "a="},
		paymentintent.Approve{Terms: multi},
		paymentintent.Approve{Terms: slow},
		challenge("use_stripe_sdk", 0), challenge("redirect_to_url", time.Hour), challenge("verify_with_microdeposits", time.Hour),
		challenge("display_bank_transfer_instructions", 0),
		paymentintent.Decline{Failure: intents.Failure{Code: "card_declined"}},
		paymentintent.Submit{AskIn: time.Hour},
		paymentintent.Notify{CompletesIn: time.Hour},
		paymentintent.Authenticate{},
		paymentintent.FailAction{},
		paymentintent.VerifyMicrodeposits{DescriptorCode: "SM11AA", AskIn: time.Hour},
		paymentintent.VerifyMicrodeposits{DescriptorCode: "SM99ZZ", Outcome: intents.Mismatched},
		paymentintent.Fund{Amount: 20, Terms: terms},
		paymentintent.Fund{Amount: 60, Terms: terms},
		paymentintent.ApplyCustomerBalance{},
		paymentintent.Collect{Terms: terms},
		paymentintent.Settle{},
		paymentintent.Capture{},
		part,
		paymentintent.Cancel{},
		paymentintent.ExpireAuthorization{},
		paymentintent.ExpireAction{},
		paymentintent.Void{Reason: paymentintent.Automatic},
	}
}

// setupCommands are what callers and the outside world tell the SetupIntent.
func setupCommands() []setupintent.Command {
	return slices.Concat([]setupintent.Command{
		setupintent.Confirm{PaymentMethod: methodOf("pm_card_visa", intents.Card)},
		setupintent.Confirm{PaymentMethod: methodOf("pm_card_visa", intents.Card), Owner: SessionID},
		setupintent.Update{Details: "customer=cus_2"},
		setupintent.Update{Metadata: "a="},
		setupintent.Cancel{},
		setupintent.VerifyMicrodeposits{DescriptorCode: "SM11AA"},
		setupintent.VerifyMicrodeposits{DescriptorCode: "SM99ZZ", Outcome: intents.Mismatched},
	}, SetupReports(), SetupLate())
}

// FlowCommands are all that is tried in a state of a flow: the hour that passes is
// one of them.
type FlowCommands struct{ creates, session, payment, setup []FlowCommand }

// NewFlowCommands returns the commands.
func NewFlowCommands() FlowCommands {
	cs := FlowCommands{creates: FlowCreates(), session: []FlowCommand{{}}}
	for _, c := range sessionCommands() {
		cs.session = append(cs.session, FlowCommand{Session: c})
	}
	for _, c := range paymentCommands() {
		cs.payment = append(cs.payment, FlowCommand{Payment: c})
	}
	for _, c := range setupCommands() {
		cs.setup = append(cs.setup, FlowCommand{Setup: c})
	}
	return cs
}

// For returns what is tried in a state.
func (cs FlowCommands) For(f checkout.Flow) []FlowCommand {
	all := cs.session
	if f.Session.Status == checkout.StatusNone {
		all = slices.Concat(cs.creates, all)
	}
	if f.Payment.ID != "" {
		all = slices.Concat(all, cs.payment)
	}
	if f.Setup.ID != "" {
		all = slices.Concat(all, cs.setup)
	}
	return all
}

// PassFlow returns the flow an hour later: what was due in an hour is due now. The
// session was created an hour earlier then, for its life has a least length.
func PassFlow(f checkout.Flow) checkout.Flow {
	if s := &f.Session; s.ExpiresAt == hour() {
		s.ExpiresAt, s.Created = now(), s.Created.Add(-time.Hour)
	}
	f.Payment, f.Setup = Pass(f.Payment), PassSetup(f.Setup)
	return f
}

// ViewFlow forgets of a flow what no decision reads, or reads only as more or less,
// as [View] and [ViewSetup] do of its intent.
func ViewFlow(f checkout.Flow) checkout.Flow {
	s := &f.Session
	if s.Status == checkout.StatusNone {
		return f
	}
	s.Version, s.Attempts = 1, min(s.Attempts, 1)
	if s.Status == checkout.StatusComplete || s.Status == checkout.StatusExpired {
		s.Created, s.ExpiresAt = now().Add(-time.Hour), now() // what is over does not run out
		s.PaymentMethod = intents.PaymentMethod{}
	}
	if f.Payment.ID != "" {
		owner := f.Payment.Owner
		f.Payment = View(f.Payment)
		f.Payment.Owner = owner
	}
	if f.Setup.ID != "" {
		f.Setup = ViewSetup(f.Setup)
	}
	return f
}

// skipFlow counts tries as [View] and [ViewSetup] do.
func skipFlow(f checkout.Flow) checkout.Flow {
	f.Payment, f.Setup = skip(f.Payment), skipSetup(f.Setup)
	return f
}

// Flows walks through the world of flows, breadth first. It visits the first flow of
// each [ViewFlow] that it meets, as the machines made it, and yields every step from
// there that changes something; an hour that passes is one without events. It
// returns how many views there are.
func Flows(yield func(checkout.Step)) (views int) {
	commands := NewFlowCommands()
	seen := map[checkout.Flow]bool{{}: true}
	queue := []checkout.Flow{{}}
	for len(queue) > 0 {
		f := queue[0]
		queue = queue[1:]
		for _, c := range commands.For(f) {
			t, err := c.Apply(f)
			if err != nil || t.After == f {
				continue
			}
			yield(t)
			if v := ViewFlow(t.After); !seen[v] {
				seen[v] = true
				queue = append(queue, skipFlow(t.After))
			}
		}
	}
	return len(seen)
}

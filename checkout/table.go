package checkout

import (
	"github.com/payintent/intents"
	laws "github.com/payintent/intents/internal/law"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// Theory of operation.
//
// A session is one visit of a customer to a payment page, with as many attempts
// as the customer makes. It owns an intent, which does the work: a SetupIntent
// that is made with the session, or a PaymentIntent that is made by the first
// attempt. In subscription mode there is none; the caller brings the
// subscription, and reports what became of it. Whom a status waits for:
//
//	open        the customer: submit; or an action on the way; time ends the wait: lapse
//	confirming  the outside world, through the intent: proceed, reopen, complete
//	complete    nobody; where the payment is outstanding, the rail: report_paid, report_failed
//	expired     nobody
//
// Two axes say how a session is: its status, and its payment status. A delayed
// payment completes the session unpaid; money comes later, or does not.
//
// Confirming is this library's own, as it is in the intents: an attempt is under
// way and its answer is not in. Stripe shows open. While it lasts the session can
// not expire, be submitted twice or be changed, or a payment could arrive for a
// session that is no more. An expiry that comes due meanwhile is due when the
// attempt came to nothing. An open session whose time is over takes nothing more,
// whether or not the timer has run: no page, and no attempt that goes on.
//
// A session does not watch its intent. [React] turns what happened to the intent
// into what the session is told, and package-level functions on a [Flow], which
// is the two together, keep them in step: they are stored as one.
//
// A failed attempt leaves the session open as it was, with its intent. Complete
// and expired are final: a customer who comes again finds that out.

// Arc is one row of the table: a command that is legal in a status, the statuses
// it may lead to, the events it may make, and why.
type Arc struct {
	Command CommandName
	From    Status
	To      []Status
	Events  []string
	Doc     string
}

type row struct {
	from Status
	arcs []Arc
}

const (
	none  = StatusNone
	open  = StatusOpen
	conf  = StatusConfirming
	done  = StatusComplete
	over  = StatusExpired
	evPre = "checkout_session."
)

func to(s ...Status) []Status { return s }

func on(events ...string) []string {
	for i, e := range events {
		events[i] = evPre + e
	}
	return events
}

// table is the law. A command that it does not list is refused.
//
//nolint:gochecknoglobals // read-only data
var table = [...]row{
	{none, []Arc{
		{Command: "create", To: to(open), Events: on("created"), Doc: "the page is there; a SetupIntent is made with it"},
	}},
	{open, []Arc{
		{Command: "update", To: to(open), Events: on("updated"), Doc: "metadata; line items where the page is the merchant's"},
		{Command: "submit", To: to(conf, done), Events: on("submitted", "completed"), Doc: "starts an attempt; where nothing is paid, completes"},
		{Command: "proceed", To: to(conf), Events: on("proceeded"), Doc: "the attempt goes on after the customer's action"},
		{Command: "complete", To: to(done), Events: on("completed"), Doc: "the intent succeeded without another attempt"},
		{Command: "expire", To: to(over), Events: on("expired"), Doc: "the caller ends it"},
		{Command: "lapse", To: to(over), Events: on("expired"), Doc: "time ends it"},
	}},
	{conf, []Arc{
		{Command: "reopen", To: to(open), Events: on("reopened"), Doc: "the attempt failed, or the customer has to act"},
		{Command: "complete", To: to(done), Events: on("completed"), Doc: "the payment is made, on its way, or not needed"},
	}},
	{done, []Arc{
		{Command: "update", To: to(done), Events: on("updated"), Doc: "metadata"},
		{Command: "report_paid", To: to(done), Events: on("payment_arrived"), Doc: "an outstanding payment arrives; twice is harmless"},
		{Command: "report_failed", To: to(done), Events: on("payment_lost"), Doc: "an outstanding payment comes to nothing; twice is harmless"},
		{Command: "lapse", To: to(done), Doc: "its time does not matter any more: nothing happens"},
	}},
	{over, []Arc{
		{Command: "update", To: to(over), Events: on("updated"), Doc: "metadata"},
		{Command: "recover", To: to(over), Doc: "a new session may copy it: nothing happens to this one"},
		{Command: "report_paid", To: to(over), Doc: "nothing is outstanding: nothing happens"},
		{Command: "report_failed", To: to(over), Doc: "nothing is outstanding: nothing happens"},
		{Command: "lapse", To: to(over), Doc: "it is over already: nothing happens"},
	}},
}

// reported lists the commands to a session that come from its intent alone, by
// [React]; in subscription mode they are the caller's, who makes the subscription.
//
//nolint:gochecknoglobals // read-only data
var reported = [...]CommandName{"proceed", "reopen", "complete", "report_paid", "report_failed"}

// kept refuses commands to an intent that are its session's alone to give, so that
// the two stay in step: an attempt begins with a submitted page, the amount is the
// session's total, and the intent ends with its session. A confirmation in another's
// name is the intent's own to refuse.
func (f *Flow) kept(c any) error {
	const customer = paymentintent.KeyCustomer // and setupintent's
	alone, changes := false, false
	switch c := c.(type) {
	case paymentintent.Void, setupintent.Void:
		alone = true
	case paymentintent.Confirm:
		alone = c.Owner == f.Session.ID
	case setupintent.Confirm:
		alone = c.Owner == f.Session.ID
	case paymentintent.ApplyCustomerBalance: // it would pay what was told to be lost, or what is free
		alone = f.Session.Flags.Has(PaymentFailed) || f.Session.AmountTotal() == 0
	case paymentintent.Update:
		changes = c.Amount.Given || c.Currency.Given || c.CaptureMethod.Given || c.PaymentMethod.Given || c.PaymentMethodTypes.Given || has(c.Details, customer)
	case setupintent.Update:
		changes = c.PaymentMethod.Given || c.PaymentMethodTypes.Given || has(c.Details, customer)
	}
	switch {
	case alone:
		return invalid("command", "", "what an intent is told in its Checkout Session's name is told to the session")
	case changes && f.waits():
		return invalid("intent", "", "You cannot update this intent because it belongs to a Checkout Session that is open. Update the session instead.")
	case changes && f.instructs():
		return invalid("intent", "", "You cannot update this intent because it belongs to a Checkout Session whose customer has been told how to pay.")
	}
	return nil
}

// law is the table in the form that Decide asks.
//
//nolint:gochecknoglobals // derived from the table
var law = compile()

func compile() *laws.Law[Status, CommandName] {
	rows := make([]laws.Row[Status, CommandName], 0, len(table))
	for _, r := range table {
		row := laws.Row[Status, CommandName]{From: r.from}
		for _, a := range r.arcs {
			row.Commands = append(row.Commands, a.Command)
		}
		rows = append(rows, row)
	}
	return laws.Compile("checkout.session", names[:], rows)
}

// index returns the row of a status in the table, or -1.
func index(s Status) int {
	switch s {
	case none:
		return 0
	case open:
		return 1
	case conf:
		return 2
	case done:
		return 3
	case over:
		return 4
	}
	return -1
}

// legal asks the law. It allocates only to refuse.
func legal(s *Session, o op) error {
	i := index(s.Status)
	if law.Allows(i, uint8(o)) {
		return nil
	}
	return refusal(law.Refusal(i, s.Status, uint8(o)), o)
}

// refusal gives a refusal Stripe's words, where they are known. A session with an
// attempt under way is locked: to everybody else it is open, so its status is not told.
func refusal(e *intents.StateError, o op) error {
	switch {
	case e.Status == string(conf):
		e.Code = "lock_timeout"
		e.Message = "This Checkout Session can't be changed right now: an attempt to pay is under way. Try again later."
	case o == opExpire && e.Status != "": // OBS-EXPIRE-MSG
		e.Message = "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of `" + e.Status + "`."
	case o == opSubmit && e.Status != "":
		e.Message = "This Checkout Session is not open any more: it has a status of `" + e.Status + "`."
	}
	return e
}

// Legal returns the commands that are legal in a status, in the table's order.
func Legal(s Status) []CommandName { return law.Legal(index(s)) }

// Table returns the rows of the table, in its order.
func Table() []Arc {
	var arcs []Arc
	for _, r := range table {
		for _, a := range r.arcs {
			a.From = r.from
			arcs = append(arcs, a)
		}
	}
	return arcs
}

// Statuses returns every status, in the table's order; the first is the zero Session's.
func Statuses() []Status { return law.Statuses() }

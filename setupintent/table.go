package setupintent

import (
	laws "github.com/payintent/intents/internal/law"
)

// Theory of operation.
//
// A SetupIntent makes one payment method ready to be charged later, through any
// number of attempts. Each confirmation that is executed makes a SetupAttempt; the
// intent keeps the newest. Whom a status waits for:
//
//	requires_payment_method   the caller: a payment method, with or without confirmation
//	requires_confirmation     the caller: confirm
//	confirming                the outside world: approve, challenge, decline, submit
//	requires_action           the customer: authenticate, fail_action, verify_microdeposits
//	processing                the rail: collect, decline
//	succeeded                 nobody
//	canceled                  nobody
//
// Confirming is the hub, as in package paymentintent: a confirmation leads there, and
// the answer leads on. So a service can save that it is about to ask before it
// asks. While an attempt is under way nothing else may happen to the intent: no
// update, no cancel, no second attempt. A caller that wants Stripe's one step joins
// the two transitions with [Transition.Then] and stores them at once.
//
// The machine never decides whether a card is good. It does decide what an answer
// means: an approval attaches the payment method to the intent's customer, marks it
// with what it was set up for, and brings a mandate where its type has one.
//
// Intent and attempt are coupled, status by status: confirming has an attempt that
// requires_confirmation; requires_action, processing and succeeded have one of that
// name; and every other status none, a failed or an abandoned one. Check holds both
// sides to it.
//
// A failed attempt goes back to requires_payment_method, without its payment
// method, and can be tried again. An attempt that waits for its customer is
// abandoned when something else is asked for: another confirmation, another payment
// method, the end. Succeeded and canceled are final.
//
// The order of refusals is Stripe's (facts, 1.5): a confirmation is told that it has
// no payment method, or another customer's, before it is told that the status is
// wrong. The law is asked first all the same; only its word comes later.
//
// Time may do one thing: end the customer's chance to act. It is refused while
// early, and the deadline is checked by the commands that would miss it, so that a
// timer which never ran lets nothing through.

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
	rpm   = StatusRequiresPaymentMethod
	rc    = StatusRequiresConfirmation
	conf  = StatusConfirming
	ra    = StatusRequiresAction
	proc  = StatusProcessing
	succ  = StatusSucceeded
	canc  = StatusCanceled
	evPre = "setup_intent."
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
		{Command: "create", To: to(rpm, rc), Events: on("created"), Doc: "with a payment method it waits for its confirmation"},
	}},
	{rpm, []Arc{
		{Command: "update", To: to(rpm, rc), Events: on("updated"), Doc: "a payment method leads on"},
		{Command: "confirm", To: to(conf, canc), Events: on("confirmed", "canceled"), Doc: "with a payment method; too many confirmations cancel"},
		{Command: "cancel", To: to(canc), Events: on("canceled"), Doc: "unless a Checkout Session owns it"},
		{Command: "void", To: to(canc), Events: on("canceled"), Doc: "its session is over"},
	}},
	{rc, []Arc{
		{Command: "update", To: to(rc, rpm), Events: on("updated"), Doc: "without a payment method it goes back"},
		{Command: "confirm", To: to(conf, canc), Events: on("confirmed", "canceled"), Doc: "starts an attempt; too many confirmations cancel"},
		{Command: "cancel", To: to(canc), Events: on("canceled"), Doc: "unless a Checkout Session owns it"},
		{Command: "void", To: to(canc), Events: on("canceled"), Doc: "its session is over"},
	}},
	{conf, []Arc{
		{Command: "approve", To: to(succ), Events: on("approved"), Doc: "the payment method is set up"},
		{Command: "challenge", To: to(ra), Events: on("action_required"), Doc: "the customer has to act"},
		{Command: "decline", To: to(rpm), Events: on("attempt_failed"), Doc: "the issuer, the rail or Radar refuses"},
		{Command: "submit", To: to(proc), Events: on("submitted"), Doc: "the rail of a delayed method has it"},
		{Command: "postpone", To: to(conf), Events: on("postponed"), Doc: "there is no answer yet"},
	}},
	{ra, []Arc{
		{Command: "update", To: to(ra, rc, rpm), Events: on("updated"), Doc: "another payment method abandons the attempt"},
		{Command: "confirm", To: to(conf, canc), Events: on("confirmed", "canceled"), Doc: "starts over; the attempt is abandoned"},
		{Command: "authenticate", To: to(conf), Events: on("action_completed"), Doc: "the attempt goes on"},
		{Command: "fail_action", To: to(rpm), Events: on("attempt_failed"), Doc: "the customer failed or refused, or no microdeposits could be made"},
		{Command: "expire_action", To: to(rpm), Events: on("attempt_failed"), Doc: "the customer did not act in time"},
		{Command: "verify_microdeposits", To: to(succ, ra, rpm), Events: on("approved", "verification_failed", "attempt_failed"), Doc: "the deposits match, or the customer may try again, or no more"},
		{Command: "cancel", To: to(canc), Events: on("canceled"), Doc: "unless a Checkout Session owns it"},
		{Command: "void", To: to(canc), Events: on("canceled"), Doc: "its session is over"},
	}},
	{proc, []Arc{
		{Command: "update", To: to(proc), Events: on("updated"), Doc: "what no rail has seen: metadata, description, customer"},
		{Command: "collect", To: to(succ), Events: on("collected"), Doc: "the payment method is set up"},
		{Command: "decline", To: to(rpm), Events: on("attempt_failed"), Doc: "the rail refuses"},
		{Command: "postpone", To: to(proc), Events: on("postponed"), Doc: "there is no answer yet"},
	}},
	{succ, []Arc{
		{Command: "update", To: to(succ), Events: on("updated"), Doc: "metadata, description, customer"},
	}},
	{canc, nil},
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
	return laws.Compile("setup_intent", names[:], rows)
}

// index returns the row of a status in the table, or -1.
func index(s Status) int {
	switch s {
	case none:
		return 0
	case rpm:
		return 1
	case rc:
		return 2
	case conf:
		return 3
	case ra:
		return 4
	case proc:
		return 5
	case succ:
		return 6
	case canc:
		return 7
	}
	return -1
}

// legal asks the law. It allocates only to refuse.
func legal(s *Intent, o op) error {
	i := index(s.Status)
	if law.Allows(i, uint8(o)) {
		return nil
	}
	e := law.Refusal(i, s.Status, uint8(o))
	e.Code, e.Message = codeUnexpectedState, refusalText(s.Status.Stripe(), o)
	if o == opVerify {
		e.Code = codeInvalidState // REC-P10
	}
	return e
}

// refusalText returns what Stripe says to a command in a status that it shows: the
// texts that were recorded (facts, 1.5), and for processing their like; else "".
func refusalText(s Status, o op) string {
	asks := o == opUpdate || o == opConfirm || o == opCancel || o == opVerify
	if s == none || !asks {
		return ""
	}
	has := " this SetupIntent because it has a status of " + string(s)
	switch {
	case o == opCancel && s == canc:
		return "You cannot cancel this SetupIntent because it is already canceled."
	case o == opCancel:
		return "You cannot cancel" + has + ". Only a SetupIntent with one of the following statuses may be canceled: `requires_payment_method`, `requires_confirmation`, or `requires_action`."
	case o == opVerify:
		return "This SetupIntent cannot be actioned on because it has a status of " + string(s) +
			`. Only a SetupIntent with one of the following statuses may be actioned on: ["requires_action"].`
	case s == succ:
		return "You cannot " + string(o.name()) + " this SetupIntent because it has already succeeded."
	case s == canc:
		return "You cannot " + string(o.name()) + " this SetupIntent because it has been canceled."
	}
	return "You cannot " + string(o.name()) + has + "."
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

// Statuses returns every status, in the table's order; the first is the zero Intent's.
func Statuses() []Status { return law.Statuses() }

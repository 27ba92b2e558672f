package paymentintent

import (
	"strings"

	laws "github.com/payintent/intents/internal/law"
)

// Theory of operation.
//
// A PaymentIntent is one payment through any number of attempts. Each attempt may
// make a charge; the intent keeps the newest. Whom a status waits for:
//
//	requires_payment_method   the caller: a payment method, with or without confirmation
//	requires_confirmation     the caller: confirm
//	confirming                the outside world: approve, challenge, decline, submit, notify
//	requires_action           the customer: authenticate, fail_action, fund, verify_microdeposits
//	processing                the rail: collect, decline
//	requires_capture          the caller: capture, cancel; time ends the wait: expire_authorization
//	succeeded                 nobody: settle, refund and dispute move the charge, not the intent
//	canceled                  nobody
//
// Confirming is the hub. Stripe answers a confirmation in one step, and shows no
// status between question and answer. A service that calls an acquirer has one
// all the same: it must be able to save that it is about to ask before it asks,
// or a crash between the acquirer's yes and its own store would lose a hold. So a
// confirmation leads to confirming, and the answer leads on. While an attempt is
// under way nothing else may happen to the intent: no update, no cancel, no second
// attempt; Stripe's word for that is lock_timeout. A caller that wants Stripe's
// one step joins the two transitions with [Transition.Then] and stores them at
// once; the state and the wire events are the same.
//
// The machine never decides whether a card is good. It does decide what an answer
// means: a challenge to an attempt that is made off-session, or with
// error_on_requires_action, is a failure; an approval is a hold or a capture as
// the capture method says.
//
// Intent and charge are coupled: requires_capture has an authorized charge,
// succeeded a captured or settled one, processing a pending one (but for an Indian
// card, which has none yet, and a capture under way, whose charge is still held),
// and every status before that none or a failed one. Check holds both sides to it.
//
// A failed attempt goes back to requires_payment_method, without its payment
// method, and can be tried again. Succeeded and canceled are final.
//
// Time may do two things: end a hold, and end the customer's chance to act. Both
// are refused while early, and both deadlines are checked by the commands that
// would miss them, so that a timer which never ran lets nothing through.

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
	rcap  = StatusRequiresCapture
	succ  = StatusSucceeded
	canc  = StatusCanceled
	evPre = "payment_intent."
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
		{Command: "apply_customer_balance", To: to(succ), Events: on("balance_applied"), Doc: "pays the whole amount from the cash balance"},
		{Command: "cancel", To: to(canc), Events: on("canceled"), Doc: "unless a Checkout Session owns it"},
		{Command: "void", To: to(canc), Events: on("canceled"), Doc: "its session or invoice is over"},
	}},
	{rc, []Arc{
		{Command: "update", To: to(rc, rpm), Events: on("updated"), Doc: "without a payment method it goes back"},
		{Command: "confirm", To: to(conf, canc), Events: on("confirmed", "canceled"), Doc: "starts an attempt; too many confirmations cancel"},
		{Command: "apply_customer_balance", To: to(succ), Events: on("balance_applied"), Doc: "pays the whole amount from the cash balance"},
		{Command: "cancel", To: to(canc), Events: on("canceled"), Doc: "unless a Checkout Session owns it"},
		{Command: "void", To: to(canc), Events: on("canceled"), Doc: "its session or invoice is over"},
	}},
	{conf, []Arc{
		{Command: "approve", To: to(rcap, succ), Events: on("approved"), Doc: "manual holds the money, the other capture methods take it"},
		{Command: "challenge", To: to(ra, rpm), Events: on("action_required", "attempt_failed"), Doc: "the customer has to act; off-session that is a failure"},
		{Command: "decline", To: to(rpm), Events: on("attempt_failed"), Doc: "the issuer, the rail or Radar refuses"},
		{Command: "submit", To: to(proc), Events: on("submitted"), Doc: "the rail of a delayed method has it"},
		{Command: "postpone", To: to(conf), Events: on("postponed"), Doc: "there is no answer yet"},
		{Command: "notify", To: to(proc), Events: on("customer_notified"), Doc: "an Indian card waits for its pre-debit notification"},
	}},
	{ra, []Arc{
		{Command: "update", To: to(ra, rc, rpm), Events: on("updated"), Doc: "a new amount or payment method voids the authentication"},
		{Command: "confirm", To: to(conf, canc), Events: on("confirmed", "canceled"), Doc: "starts over"},
		{Command: "authenticate", To: to(conf, rc), Events: on("action_completed"), Doc: "the attempt goes on; manual confirmation wants another confirm"},
		{Command: "fail_action", To: to(rpm), Events: on("attempt_failed"), Doc: "the customer failed or refused"},
		{Command: "expire_action", To: to(rpm), Events: on("attempt_failed"), Doc: "the customer did not act in time"},
		{Command: "verify_microdeposits", To: to(proc, ra), Events: on("submitted", "verification_failed"), Doc: "the deposits match, or the customer may try again"},
		{Command: "fund", To: to(ra, succ), Events: on("partially_funded", "balance_applied"), Doc: "a bank transfer arrives, in whole or in part"},
		{Command: "apply_customer_balance", To: to(ra, succ), Events: on("partially_funded", "balance_applied"), Doc: "pays from the cash balance, in whole or in part"},
		{Command: "cancel", To: to(canc), Events: on("canceled"), Doc: "unless a Checkout Session owns it"},
		{Command: "void", To: to(canc), Events: on("canceled"), Doc: "its session or invoice is over"},
	}},
	{proc, []Arc{
		{Command: "update", To: to(proc), Events: on("updated"), Doc: "what no rail has seen: metadata, description"},
		{Command: "collect", To: to(succ, rcap), Events: on("collected", "approved", "captured"), Doc: "the money arrives; after a notification manual holds it"},
		{Command: "decline", To: to(rpm), Events: on("attempt_failed"), Doc: "the payment comes back"},
		{Command: "postpone", To: to(proc), Events: on("postponed"), Doc: "there is no answer yet"},
		{Command: "close_window", To: to(proc), Events: on("window_closed"), Doc: "it can't be called back any more"},
		{Command: "cancel", To: to(canc), Events: on("canceled"), Doc: "us_bank_account inside its window"},
		{Command: "void", To: to(canc), Events: on("canceled"), Doc: "its invoice was voided"},
	}},
	{rcap, []Arc{
		{Command: "update", To: to(rcap), Events: on("updated"), Doc: "what no network has seen: metadata, description"},
		{Command: "capture", To: to(succ, rcap, proc), Events: on("captured", "capture_submitted"), Doc: "takes all or a part; multicapture may come back; some methods settle it later"},
		{Command: "increment_authorization", To: to(rcap), Events: on("authorization_incremented", "increment_declined"), Doc: "raises the hold"},
		{Command: "cancel", To: to(canc), Events: on("canceled"), Doc: "releases the hold"},
		{Command: "void", To: to(canc), Events: on("canceled"), Doc: "its invoice was voided"},
		{Command: "expire_authorization", To: to(canc, succ), Events: on("authorization_expired"), Doc: "time releases the hold; a part that was captured stays"},
		{Command: "refund", To: to(rcap), Events: on("refunded"), Doc: "gives back what multicapture has captured"},
		{Command: "report_refund", To: to(rcap), Events: on("refund_updated"), Doc: "a refund goes on or comes back"},
	}},
	{succ, []Arc{
		{Command: "update", To: to(succ), Events: on("updated"), Doc: "metadata, description"},
		{Command: "settle", To: to(succ), Events: on("settled"), Doc: "the ledger entry of an asynchronous capture; twice is harmless"},
		{Command: "refund", To: to(succ), Events: on("refunded"), Doc: "in whole or in part; the status stays"},
		{Command: "report_refund", To: to(succ), Events: on("refund_updated"), Doc: "a refund goes on or comes back"},
		{Command: "dispute", To: to(succ), Events: on("dispute_opened"), Doc: "the status stays"},
	}},
	{canc, []Arc{
		{Command: "reverse_authorization", To: to(canc), Doc: "the bank lets a hold go that was given up: nothing happens"},
	}},
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
	return laws.Compile("payment_intent", names[:], rows)
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
	case rcap:
		return 6
	case succ:
		return 7
	case canc:
		return 8
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
	e.Code = codeUnexpectedState
	if o == opVerify {
		e.Code = "intent_invalid_state" // REC-SI for its twin; INFERRED for PaymentIntents
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

// Statuses returns every status, in the table's order; the first is the zero Intent's.
func Statuses() []Status { return law.Statuses() }

// sessionOwned reports whether a Checkout Session owns the intent.
func (s *Intent) sessionOwned() bool { return strings.HasPrefix(s.Owner, "cs_") }

package capture

import laws "github.com/payintent/intents/internal/law"

// Theory of operation.
//
// A charge is one attempt. It comes into being with the first word of the
// outside world about it: the issuer approved (authorize), the rail took it
// (submit) or somebody refused (decline). Nothing is known before that, so there
// is no status for a charge that has been asked for and not answered: that
// belongs to the intent, which may have asked several times.
//
// Who is waited for, in each status:
//
//	pending     the rail: collect or decline. A bank debit takes days.
//	authorized  the merchant: capture or release. Time ends the wait: expire.
//	captured    the ledger: settle, within the hour. The money is taken already.
//	settled     nobody. Refunds and disputes may come; the status stays.
//	failed, released, expired   nobody, for ever.
//
// Where a charge goes when it is approved is the capture method's choice, and the
// only choice that it makes: manual leads to authorized, automatic_async to
// captured, automatic to settled. Stripe shows captured and settled alike, but for
// balance_transaction, which is null in the first: that is all there is to an
// asynchronous capture.
//
// A hold that allows multicapture stays authorized while parts are taken. From
// the first part on it has a ledger entry, and its end, by whatever command, is
// settled: what was not captured is released. A hold of which nothing was
// captured ends as released or expired.
//
// Time may do one thing to a charge: expire a hold, from capture_before on.
// Settlement is not time's but the outside world's, which reports it; a report
// that comes twice finds a settled charge and changes nothing.

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

// table is the law. A command that it does not list is refused.
//
//nolint:gochecknoglobals // read-only data
var table = [...]row{
	{StatusNone, []Arc{
		{Command: "authorize", To: []Status{StatusAuthorized, StatusCaptured, StatusSettled}, Events: []string{"charge.authorized"}, Doc: "the issuer approves; manual holds, automatic_async captures, automatic settles"},
		{Command: "submit", To: []Status{StatusPending}, Events: []string{"charge.submitted"}, Doc: "the rail of a delayed method takes the attempt"},
		{Command: "decline", To: []Status{StatusFailed}, Events: []string{"charge.declined"}, Doc: "the issuer or the rail refuses"},
	}},
	{StatusPending, []Arc{
		{Command: "decline", To: []Status{StatusFailed}, Events: []string{"charge.failed"}, Doc: "the debit comes back, or is called back"},
		{Command: "collect", To: []Status{StatusAuthorized, StatusCaptured, StatusSettled}, Events: []string{"charge.collected"}, Doc: "the money arrives"},
	}},
	{StatusFailed, nil},
	{StatusAuthorized, []Arc{
		{Command: "capture", To: []Status{StatusAuthorized, StatusSettled}, Events: []string{"charge.captured"}, Doc: "takes all or a part; only multicapture comes back for more"},
		{Command: "increment", To: []Status{StatusAuthorized}, Events: []string{"charge.incremented", "charge.increment_declined"}, Doc: "raises the hold, before the first capture, at most ten tries"},
		{Command: "release", To: []Status{StatusReleased, StatusSettled}, Events: []string{"charge.released"}, Doc: "gives the rest of the hold back"},
		{Command: "expire", To: []Status{StatusExpired, StatusSettled}, Events: []string{"charge.expired"}, Doc: "time gives the rest of the hold back"},
		{Command: "refund", To: []Status{StatusAuthorized}, Events: []string{"charge.refunded"}, Doc: "gives back what multicapture has captured"},
		{Command: "report_refund", To: []Status{StatusAuthorized}, Events: []string{"charge.refund_updated"}, Doc: "a refund goes on or comes back"},
	}},
	{StatusCaptured, []Arc{
		{Command: "settle", To: []Status{StatusSettled}, Events: []string{"charge.settled"}, Doc: "the ledger entry is written"},
		{Command: "refund", To: []Status{StatusCaptured}, Events: []string{"charge.refunded"}, Doc: "gives captured money back, ahead of the ledger"},
		{Command: "report_refund", To: []Status{StatusCaptured}, Events: []string{"charge.refund_updated"}, Doc: "a refund goes on or comes back"},
		{Command: "dispute", To: []Status{StatusCaptured}, Events: []string{"charge.dispute_opened"}, Doc: "the customer or the bank disputes"},
	}},
	{StatusSettled, []Arc{
		{Command: "settle", To: []Status{StatusSettled}, Doc: "twice is harmless: nothing happens"},
		{Command: "refund", To: []Status{StatusSettled}, Events: []string{"charge.refunded"}, Doc: "gives captured money back"},
		{Command: "report_refund", To: []Status{StatusSettled}, Events: []string{"charge.refund_updated"}, Doc: "a refund goes on or comes back"},
		{Command: "dispute", To: []Status{StatusSettled}, Events: []string{"charge.dispute_opened"}, Doc: "the customer or the bank disputes"},
	}},
	{StatusReleased, nil},
	{StatusExpired, nil},
}

// names are the commands in the order of their ops.
//
//nolint:gochecknoglobals // read-only data
var names = [ops]CommandName{"authorize", "submit", "decline", "collect", "capture", "settle", "increment", "release", "expire", "refund", "report_refund", "dispute"}

func (o op) name() CommandName { return names[o] }

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
	return laws.Compile("charge", names[:], rows)
}

// index returns the row of a status in the table, or -1.
func index(s Status) int {
	switch s {
	case StatusNone:
		return 0
	case StatusPending:
		return 1
	case StatusFailed:
		return 2
	case StatusAuthorized:
		return 3
	case StatusCaptured:
		return 4
	case StatusSettled:
		return 5
	case StatusReleased:
		return 6
	case StatusExpired:
		return 7
	}
	return -1
}

// legal asks the law. It allocates only to refuse.
func legal(c *Charge, o op) error {
	i := index(c.Status)
	if law.Allows(i, uint8(o)) {
		return nil
	}
	return law.Refusal(i, c.Status, uint8(o))
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

// Statuses returns every status, in the table's order; the first is the zero Charge's.
func Statuses() []Status { return law.Statuses() }

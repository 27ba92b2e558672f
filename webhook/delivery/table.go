package delivery

import laws "github.com/payintent/intents/internal/law"

// Theory of operation.
//
// A delivery takes one event to one endpoint. Attempts are made until one is answered
// with 2xx, and time decides when. An attempt under way is a status of its own, so
// that a service saves that it is about to post before it posts; after a crash it
// posts again, which a receiver has to bear with anyway (DOC-WH: at least once).
//
// Who is waited for, in each status:
//
//	pending     time: attempt, from next on
//	attempting  the endpoint: respond, miss, or abandon where it is no more
//	resending   the same, for an attempt that somebody asked for by hand
//	succeeded, failed, abandoned   nobody. Only a manual attempt may come.
//
// There are two strands. The automatic one runs from pending to succeeded, failed or
// abandoned. A manual attempt stands beside it: it begins in any status that has no
// attempt under way and returns to that very status, whatever its outcome, so a 2xx
// to it does not stop the automatic attempts (DOC-WH). It only notes that the endpoint
// has answered, which is what pending_webhooks counts. An automatic attempt that
// falls due meanwhile is late, and late is normal.
//
// The endpoint is looked up when an attempt is due and at no other time. One that is
// disabled or deleted then ends the delivery for good; one that was disabled and is
// enabled again before then makes no difference (DOC-WH).

// Arc is one row of the table: a command that is legal in a status, the statuses it
// may lead to, the events it may make, and why.
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
		{Command: "create", To: []Status{StatusPending}, Events: []string{"delivery.created"}, Doc: "an event is to go to an endpoint; the first attempt is due at once"},
	}},
	{StatusPending, []Arc{
		{Command: "attempt", To: []Status{StatusAttempting}, Events: []string{"delivery.attempted"}, Doc: "the next automatic attempt is due"},
		{Command: "resend", To: []Status{StatusResending}, Events: []string{"delivery.resent"}, Doc: "somebody asks for an attempt ahead of time"},
	}},
	{StatusAttempting, []Arc{
		{Command: "respond", To: []Status{StatusSucceeded, StatusPending, StatusFailed}, Events: []string{"delivery.succeeded", "delivery.failed"}, Doc: "2xx is a success; anything else is tried again, until no retry is left"},
		{Command: "miss", To: []Status{StatusPending, StatusFailed}, Events: []string{"delivery.failed"}, Doc: "no answer came"},
		{Command: "abandon", To: []Status{StatusAbandoned}, Events: []string{"delivery.abandoned"}, Doc: "the endpoint is disabled or deleted, which ends the delivery for good"},
	}},
	{StatusResending, []Arc{
		{Command: "respond", To: []Status{StatusPending, StatusSucceeded, StatusFailed, StatusAbandoned}, Events: []string{"delivery.succeeded", "delivery.failed"}, Doc: "back to where it was, whatever the answer"},
		{Command: "miss", To: []Status{StatusPending, StatusSucceeded, StatusFailed, StatusAbandoned}, Events: []string{"delivery.failed"}, Doc: "back to where it was"},
		{Command: "abandon", To: []Status{StatusPending, StatusSucceeded, StatusFailed, StatusAbandoned}, Events: []string{"delivery.abandoned"}, Doc: "back to where it was: only an attempt that is due ends a delivery"},
	}},
	{StatusSucceeded, []Arc{
		{Command: "resend", To: []Status{StatusResending}, Events: []string{"delivery.resent"}, Doc: "somebody asks for it once more"},
	}},
	{StatusFailed, []Arc{
		{Command: "resend", To: []Status{StatusResending}, Events: []string{"delivery.resent"}, Doc: "somebody asks for it after all"},
	}},
	{StatusAbandoned, []Arc{
		{Command: "resend", To: []Status{StatusResending}, Events: []string{"delivery.resent"}, Doc: "somebody asks for it; the endpoint may be there again"},
	}},
}

// names are the commands in the order of their ops.
//
//nolint:gochecknoglobals // read-only data
var names = [ops]CommandName{"create", "attempt", "respond", "miss", "abandon", "resend"}

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
	return laws.Compile("delivery", names[:], rows)
}

// index returns the row of a status in the table, or -1.
func index(s Status) int {
	switch s {
	case StatusNone:
		return 0
	case StatusPending:
		return 1
	case StatusAttempting:
		return 2
	case StatusResending:
		return 3
	case StatusSucceeded:
		return 4
	case StatusFailed:
		return 5
	case StatusAbandoned:
		return 6
	}
	return -1
}

// legal asks the law. It allocates only to refuse.
func legal(d *Delivery, o op) error {
	i := index(d.Status)
	if law.Allows(i, uint8(o)) {
		return nil
	}
	return law.Refusal(i, d.Status, uint8(o))
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

// Statuses returns every status, in the table's order; the first is the zero Delivery's.
func Statuses() []Status { return law.Statuses() }

package idempotency

import laws "github.com/payintent/intents/internal/law"

// Theory of operation.
//
// A key names one execution. The first request with it is executed; while that runs
// any other is turned away, and afterwards each that asks for the same gets the same
// answer, whatever it was: a decline and a failure are answers too (DOC-IDEM).
//
// Who is waited for, in each status:
//
//	executing  the service: finish, or reject where nothing was executed
//	completed  time: prune, a day after the first request came
//	released   nobody. The key is new again.
//
// Time prunes a key that is executing as well: a process that died has left it so, and
// nobody else will ever finish it. A completed key whose time has come is new again
// for the next request even if the timer never ran.
//
// Whether a request was executed is the caller's knowledge: validation, authentication
// and conflicts come before, and are rejected; what comes after is stored.

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
		{Command: "begin", To: []Status{StatusExecuting}, Events: []string{"idempotency.begun"}, Doc: "the first request with the key is to be executed"},
	}},
	{StatusExecuting, []Arc{
		{Command: "finish", To: []Status{StatusCompleted}, Events: []string{"idempotency.finished"}, Doc: "the answer is stored, whatever its status"},
		{Command: "reject", To: []Status{StatusReleased}, Events: []string{"idempotency.rejected"}, Doc: "nothing was executed, so nothing is stored"},
		{Command: "prune", To: []Status{StatusReleased}, Events: []string{"idempotency.pruned"}, Doc: "nobody has finished it in a day"},
	}},
	{StatusCompleted, []Arc{
		{Command: "begin", To: []Status{StatusCompleted, StatusExecuting}, Events: []string{"idempotency.begun"}, Doc: "the answer is replayed, and nothing happens; after a day the key is new"},
		{Command: "prune", To: []Status{StatusReleased}, Events: []string{"idempotency.pruned"}, Doc: "it was kept for a day"},
	}},
	{StatusReleased, []Arc{
		{Command: "begin", To: []Status{StatusExecuting}, Events: []string{"idempotency.begun"}, Doc: "the key is new again"},
	}},
}

// names are the commands in the order of their ops.
//
//nolint:gochecknoglobals // read-only data
var names = [ops]CommandName{"begin", "finish", "reject", "prune"}

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
	return laws.Compile("idempotency_key", names[:], rows)
}

// index returns the row of a status in the table, or -1.
func index(s Status) int {
	switch s {
	case StatusNone:
		return 0
	case StatusExecuting:
		return 1
	case StatusCompleted:
		return 2
	case StatusReleased:
		return 3
	}
	return -1
}

// legal asks the law. It allocates only to refuse. A request that comes while another is
// running is refused in Stripe's words (OBS-IDEM-MSG).
func legal(r *Record, o op) error {
	i := index(r.Status)
	if law.Allows(i, uint8(o)) {
		return nil
	}
	e := law.Refusal(i, r.Status, uint8(o))
	if o == opBegin && r.Status == StatusExecuting {
		e.Code = CodeInUse
		e.Message = "There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, " +
			"and the other request is still going through): " + r.Key + ". Please try again later."
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

// Statuses returns every status, in the table's order; the first is the zero Record's.
func Statuses() []Status { return law.Statuses() }

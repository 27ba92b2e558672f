// Package law compiles the table of a machine into the form that its decisions
// ask: one bit for each command. The table itself is the machine's own, in its
// table.go; there is no legality in here.
package law

import "github.com/payintent/intents"

// Row is a status and the commands that are legal in it, in the table's order.
type Row[S, C ~string] struct {
	From     S
	Commands []C
}

// Law is a compiled table. Rows and commands go by their numbers.
type Law[S, C ~string] struct {
	object   string
	rows     []Row[S, C]
	names    []C
	legal    []uint64
	commands [][]string // by row, for errors
	statuses [][]string // by command: where it is legal, for errors
}

// Compile returns the law of the rows about commands, of which there are at most
// 64, in the order of their numbers. Object is Stripe's name for the kind of object.
func Compile[S, C ~string](object string, commands []C, rows []Row[S, C]) *Law[S, C] {
	l := &Law[S, C]{
		object: object, rows: rows, names: commands, legal: make([]uint64, len(rows)),
		commands: make([][]string, len(rows)), statuses: make([][]string, len(commands)),
	}
	for i, row := range rows {
		for _, legal := range row.Commands {
			for c, name := range commands {
				if name == legal {
					l.legal[i] |= 1 << c
					l.commands[i] = append(l.commands[i], string(name))
					l.statuses[c] = append(l.statuses[c], string(row.From))
				}
			}
		}
	}
	return l
}

// Allows reports whether a command is legal in a row. It allocates nothing. There
// is nothing legal in row -1.
func (l *Law[S, C]) Allows(row int, command uint8) bool {
	return row >= 0 && l.legal[row]&(1<<command) != 0
}

// Refusal returns the error for a command that is not legal in a status, whose
// row is -1 where it is unknown.
func (l *Law[S, C]) Refusal(row int, status S, command uint8) *intents.StateError {
	e := &intents.StateError{Object: l.object, Command: string(l.names[command]), Status: string(status), Allowed: l.statuses[command]}
	if row >= 0 {
		e.Legal = l.commands[row]
	}
	return e
}

// Legal returns the commands that are legal in a row, in the table's order.
func (l *Law[S, C]) Legal(row int) []C {
	if row < 0 {
		return nil
	}
	return append([]C(nil), l.rows[row].Commands...)
}

// Statuses returns the status of every row.
func (l *Law[S, C]) Statuses() []S {
	s := make([]S, 0, len(l.rows))
	for _, r := range l.rows {
		s = append(s, r.From)
	}
	return s
}

// Flip makes a command legal in a row where it is not, or the reverse, behind the
// table's back. It is there for the tests that ask whether anybody would notice.
func (l *Law[S, C]) Flip(row int, command C) {
	for c, name := range l.names {
		if name == command {
			l.legal[row] ^= 1 << c
		}
	}
}

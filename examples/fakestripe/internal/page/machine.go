package page

import (
	"bytes"
	"html/template"
	"slices"
	"strings"

	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// arc is a row of a machine's table with one of the statuses that it leads to.
type arc struct{ Command, From, To, Doc string }

// machine is a machine as its table has it, for a picture.
type machine struct {
	// Object is Stripe's name, and File that of the picture.
	Object, File string
	// Statuses are in the order of the table; the empty one is before creation.
	Statuses []string
	Arcs     []arc
	// Final are the statuses that nothing leaves.
	Final []string
}

// machines returns the three machines that the dashboard draws.
func machines() []machine {
	var payment, setup, session machine
	for _, a := range paymentintent.Table() {
		for _, to := range a.To {
			payment.Arcs = append(payment.Arcs, arc{string(a.Command), string(a.From), string(to), a.Doc})
		}
	}
	for _, s := range paymentintent.Statuses() {
		payment.Statuses = append(payment.Statuses, string(s))
	}
	for _, a := range setupintent.Table() {
		for _, to := range a.To {
			setup.Arcs = append(setup.Arcs, arc{string(a.Command), string(a.From), string(to), a.Doc})
		}
	}
	for _, s := range setupintent.Statuses() {
		setup.Statuses = append(setup.Statuses, string(s))
	}
	for _, a := range checkout.Table() {
		for _, to := range a.To {
			session.Arcs = append(session.Arcs, arc{string(a.Command), string(a.From), string(to), a.Doc})
		}
	}
	for _, s := range checkout.Statuses() {
		session.Statuses = append(session.Statuses, string(s))
	}
	payment.Object, payment.File = "payment_intent", "payment_intent.svg"
	setup.Object, setup.File = "setup_intent", "setup_intent.svg"
	session.Object, session.File = "checkout.session", "checkout_session.svg"
	all := []machine{payment, setup, session}
	for i := range all {
		for _, s := range all[i].Statuses {
			if !slices.ContainsFunc(all[i].Arcs, func(a arc) bool { return a.From == s && a.To != s }) {
				all[i].Final = append(all[i].Final, s)
			}
		}
	}
	return all
}

// machineOf returns the machine of an object by its id.
func machineOf(id string) machine {
	all := machines()
	switch {
	case strings.HasPrefix(id, "seti_"):
		return all[1]
	case strings.HasPrefix(id, "cs_"):
		return all[2]
	}
	return all[0]
}

// From returns the commands that are legal in a status, each once, with what it is for.
func (m machine) From(status string) []arc {
	var arcs []arc
	for _, a := range m.Arcs {
		if a.From == status && !slices.ContainsFunc(arcs, func(b arc) bool { return a.Command == b.Command }) {
			arcs = append(arcs, a)
		}
	}
	return arcs
}

// edge is a line of the picture: all arcs between two statuses.
type edge struct {
	from, to string
	commands []string
}

// edges returns the lines of the picture. Arcs that stay where they are have none:
// what they are is listed beside it.
func (m machine) edges() []edge {
	var edges []edge
	for _, a := range m.Arcs {
		if a.From == a.To {
			continue
		}
		i := slices.IndexFunc(edges, func(e edge) bool { return e.from == a.From && e.to == a.To })
		if i < 0 {
			i, edges = len(edges), append(edges, edge{from: a.From, to: a.To})
		}
		if !slices.Contains(edges[i].commands, a.Command) {
			edges[i].commands = append(edges[i].commands, a.Command)
		}
	}
	return edges
}

// nodeClass and edgeClass are how the picture calls its parts.
func nodeClass(status string) string {
	if status == "" {
		status = "none"
	}
	return "s-" + status
}

func edgeClass(from, to string) string { return nodeClass(from) + "--" + nodeClass(to) }

// picture returns the picture of a machine with the way of an object marked: where it
// was, where it is, and the lines that it took. A step from one status to another that
// has no line was more than one step, and is not drawn.
func (m machine) picture(path []Mark) template.HTML {
	svg := []byte(asset(m.File))
	mark := func(class, with string) {
		svg = bytes.ReplaceAll(svg, []byte(` `+class+`"`), []byte(` `+class+` `+with+`"`))
	}
	from := ""
	for _, step := range path {
		if step.Status == from {
			continue
		}
		mark(edgeClass(from, step.Status), "on")
		from = step.Status
	}
	seen := []string{}
	for _, step := range path {
		if !slices.Contains(seen, step.Status) && step.Status != from {
			mark(nodeClass(step.Status), "on")
			seen = append(seen, step.Status)
		}
	}
	if len(path) > 0 {
		mark(nodeClass(""), "on")
		mark(nodeClass(from), "now")
	}
	return template.HTML(svg) //nolint:gosec // the program's own picture
}

package page

import "net/http"

// NewCheckout returns the hosted pages with a key and nonces that are the same each
// time, for goldens.
func NewCheckout(b Sessions) http.Handler {
	s := newShell("layout.html", "checkout.html", "challenge.html", "message.html")
	s.fix()
	return newCheckout(b, s)
}

// NewDashboard is the same of the dashboard.
func NewDashboard(b Desk) http.Handler {
	s := newShell("layout.html", "dashboard.html", "message.html")
	s.fix()
	return newDashboard(b, s)
}

// NewActions is the same of the pages of actions.
func NewActions(b Desk) http.Handler {
	s := newShell("layout.html", "challenge.html", "message.html")
	s.fix()
	return newActions(b, s)
}

func (s *shell) fix() {
	s.key, s.nonce = []byte("key"), func() string { return "NONCE" }
}

// Names of what the tests look into.
var (
	Money    = money
	Within   = within
	WebURL   = webURL
	Luhn     = luhn
	Place    = place
	Behaves  = behaves
	Accents  = accentCSS
	TestsFor = testsFor
	Asset    = asset
)

// Machine is a machine as the pictures show it.
type Machine = machine

// Edge is a line of a picture.
type Edge struct {
	From, To string
	Commands []string
}

// The pictures.
var (
	Machines  = machines
	NodeClass = nodeClass
	EdgeClass = edgeClass
)

// Edges returns the lines of a machine's picture.
func Edges(m Machine) []Edge {
	var edges []Edge
	for _, e := range m.edges() {
		edges = append(edges, Edge{e.from, e.to, e.commands})
	}
	return edges
}

// Picture returns a machine's picture with a way marked.
func Picture(m Machine, path []Mark) []byte { return []byte(m.picture(path)) }

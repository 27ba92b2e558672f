package page

import (
	"context"
	"sync"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// Mark is a step on an object's way: a domain event, and the status after it.
type Mark struct {
	// Event is the stored name of the domain event, such as payment_intent.confirmed.
	Event string
	// Status is the machine's own, which knows more than the wire: also confirming.
	Status string
	// At is when it happened, in UTC.
	At intents.Time
}

// The size of a Trail.
const (
	maxMarks   = 100
	maxObjects = 10_000
)

// Trail remembers the ways of objects: their last 100 steps each, for the 10,000
// objects that were made last. The zero Trail is empty and ready. It may be used from
// many goroutines at once.
type Trail struct {
	mu    sync.Mutex
	marks map[string][]Mark
	order []string // the ids, the oldest first
}

// Payment remembers what a transition did to a PaymentIntent.
func (t *Trail) Payment(tr paymentintent.Transition, at intents.Time) {
	s := tr.Before
	marks := make([]Mark, 0, len(tr.Events))
	for _, e := range tr.Events {
		s = paymentintent.Evolve(s, e)
		marks = append(marks, Mark{Event: e.Name(), Status: string(s.Status), At: at})
	}
	t.add(tr.After.ID, marks)
}

// Setup remembers what a transition did to a SetupIntent.
func (t *Trail) Setup(tr setupintent.Transition, at intents.Time) {
	s := tr.Before
	marks := make([]Mark, 0, len(tr.Events))
	for _, e := range tr.Events {
		s = setupintent.Evolve(s, e)
		marks = append(marks, Mark{Event: e.Name(), Status: string(s.Status), At: at})
	}
	t.add(tr.After.ID, marks)
}

// Session remembers what a transition did to a Checkout Session.
func (t *Trail) Session(tr checkout.Transition, at intents.Time) {
	s := tr.Before
	marks := make([]Mark, 0, len(tr.Events))
	for _, e := range tr.Events {
		s = checkout.Evolve(s, e)
		marks = append(marks, Mark{Event: e.Name(), Status: string(s.Status), At: at})
	}
	t.add(tr.After.ID, marks)
}

// Step remembers what a step did to a session and its intent.
func (t *Trail) Step(s checkout.Step, at intents.Time) {
	t.Session(s.Session, at)
	t.Payment(s.Payment, at)
	t.Setup(s.Setup, at)
}

func (t *Trail) add(id string, marks []Mark) {
	if id == "" || len(marks) == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.marks == nil {
		t.marks = map[string][]Mark{}
	}
	have, known := t.marks[id]
	if !known {
		t.order = append(t.order, id)
	}
	if len(t.order) > maxObjects {
		delete(t.marks, t.order[0])
		t.order = t.order[1:]
	}
	have = append(have, marks...)
	t.marks[id] = have[max(0, len(have)-maxMarks):]
}

// Path returns the steps of an object, oldest first.
func (t *Trail) Path(id string) []Mark {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]Mark(nil), t.marks[id]...)
}

// Reset forgets everything.
func (t *Trail) Reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.marks, t.order = nil, nil
}

// Pulse counts changes, and wakes who waits for one. The zero Pulse is ready. It may
// be used from many goroutines at once.
type Pulse struct {
	mu    sync.Mutex
	count uint64
	next  chan struct{} // closed by the next beat
}

// Beat says that something has changed.
func (p *Pulse) Beat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count++
	if p.next != nil {
		close(p.next)
		p.next = nil
	}
}

// Wait returns the number of beats as soon as it is not since, or when ctx is done.
func (p *Pulse) Wait(ctx context.Context, since uint64) uint64 {
	for {
		p.mu.Lock()
		count := p.count
		if p.next == nil {
			p.next = make(chan struct{})
		}
		next := p.next
		p.mu.Unlock()
		if count != since {
			return count
		}
		select {
		case <-next:
		case <-ctx.Done():
			return count
		}
	}
}

package delivery

import (
	"context"
	"sync"
)

// Seen remembers which events were handled. A database table of event ids can be one,
// and [Memory] is one.
type Seen interface {
	// Once calls handle for an event id unless a call for that id has succeeded before;
	// then it returns again. It remembers the id exactly if handle returns nil, so that
	// an event that was not handled is handled when it is delivered again: after an
	// error or a panic of handle the id is as before. Of several calls for one id at
	// once at most one runs handle at a time; the others wait for its end, or return
	// an error that wraps ErrBusy. It returns handle's error as it is, and ctx.Err()
	// when ctx is done before handle has begun.
	//
	// A database does this best in one transaction: insert the id, which locks it,
	// call handle with the transaction in its context, commit.
	Once(ctx context.Context, id string, handle func(ctx context.Context) error) (again bool, err error)
}

// busyError is the type of ErrBusy.
type busyError struct{}

// Error implements error.
func (busyError) Error() string { return "the event is being handled just now" }

// ErrBusy means that another delivery of the event is being handled just now.
var ErrBusy error = busyError{}

// DefaultMemory is how many ids a Memory holds where it is not told.
const DefaultMemory = 10000

// Memory is a [Seen] that holds the ids of the events that were handled last, in this
// process alone. An event that comes again after so many others is handled again. The
// zero Memory is ready to use and holds DefaultMemory ids. It must not be copied after
// first use.
type Memory struct {
	mu    sync.Mutex
	limit int
	done  map[string]bool
	order []string                 // a ring of the ids in done, oldest at next
	next  int                      // where the next id goes, once the ring is full
	busy  map[string]chan struct{} // closed when the call for that id has ended
}

// NewMemory returns a Memory that holds so many ids. It returns an *intents.InvalidError
// that names limit if that is below 1.
func NewMemory(limit int) (*Memory, error) {
	if limit < 1 {
		return nil, invalid("limit", "", "must be at least 1")
	}
	return &Memory{limit: limit}, nil
}

// Once implements [Seen]. Calls for an id that is being handled wait for the end of that.
func (m *Memory) Once(ctx context.Context, id string, handle func(ctx context.Context) error) (again bool, err error) {
	for {
		again, wait := m.begin(id)
		if again {
			return true, nil
		}
		if wait == nil {
			break
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
	handled := false
	defer func() { m.end(id, handled) }() // also where handle panics
	if err := ctx.Err(); err != nil {
		return false, err
	}
	err = handle(ctx)
	handled = err == nil
	return false, err
}

// begin says whether the id was handled, or what to wait for. With neither, the id is the caller's.
func (m *Memory) begin(id string) (again bool, wait <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.done[id] {
		return true, nil
	}
	if wait, ok := m.busy[id]; ok {
		return false, wait
	}
	if m.busy == nil {
		m.busy, m.done = map[string]chan struct{}{}, map[string]bool{}
	}
	m.busy[id] = make(chan struct{})
	return false, nil
}

func (m *Memory) end(id string, handled bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	close(m.busy[id])
	delete(m.busy, id)
	if !handled {
		return
	}
	if m.limit == 0 {
		m.limit = DefaultMemory
	}
	m.done[id] = true
	if len(m.order) < m.limit {
		m.order = append(m.order, id)
		return
	}
	delete(m.done, m.order[m.next])
	m.order[m.next] = id
	m.next = (m.next + 1) % m.limit
}

// Len returns how many ids are held.
func (m *Memory) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.done)
}

package capturetest_test

import (
	"context"
	"encoding/json"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/capture/capturetest"
)

// table is how a durable queue works: rows of JSON, a poller, a clock of its
// own that jumps, one row for each key that waits, retries with a growing
// delay. With a flaw it has a bug that such queues have in life.
type table struct {
	flaw    string
	deliver capturetest.Deliver

	mu    sync.Mutex
	now   time.Time
	rows  []row
	waits map[string]bool // the keys of rows
	keys  map[string]bool // and those that some flaws remember
	count int
}

type row struct {
	key    string
	before intents.Time // a column with an index
	data   []byte
	ctx    context.Context
	alias  *intents.Deferred
	tries  int
	notTil time.Time
}

func newTable(flaw string, deliver capturetest.Deliver) *table {
	s := &table{flaw: flaw, deliver: deliver, now: start, waits: map[string]bool{}, keys: map[string]bool{}}
	if flaw == "leftover" {
		_ = deliver(context.Background(), intents.Deferred{Kind: "left.over", Subject: "from the last test", NotBefore: 0})
	}
	return s
}

func (s *table) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *table) forward(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.flaw != "stopped clock" {
		s.now = s.now.Add(d)
	}
}

func (s *table) Schedule(ctx context.Context, work ...intents.Deferred) error {
	if err := s.refuse(ctx, work); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	rows := s.rows
	if s.flaw == "lost update" {
		rows = slices.Clone(rows)
		s.mu.Unlock()
		runtime.Gosched()
		s.mu.Lock()
	}
	for i := range work {
		if s.flaw == "half" && capture.CheckDeferred(work[i]) != nil {
			s.rows = rows
			return capture.CheckDeferred(work...)
		}
		if s.merged(work[i]) {
			if s.flaw == "refuses equal" {
				return errors.New("duplicate key")
			}
			continue
		}
		if s.count++; s.flaw == "loses" && s.count%100 == 0 {
			continue
		}
		rows = append(rows, s.row(ctx, &work[i]))
	}
	s.rows = rows
	if s.flaw == "canceled after" {
		return ctx.Err()
	}
	return nil
}

func (s *table) refuse(ctx context.Context, work []intents.Deferred) error {
	if err := ctx.Err(); err != nil {
		switch s.flaw {
		case "no context", "canceled after":
		case "swallows":
			return nil
		case "other context error":
			return errors.New("gone")
		default:
			return err
		}
	}
	if s.flaw == "refuses none" && len(work) == 0 {
		return errors.New("nothing to insert")
	}
	err := capture.CheckDeferred(work...)
	switch {
	case s.flaw == "half", s.flaw == "accepts bad", err == nil:
		return nil
	case s.flaw == "other error":
		return errors.New("violates not-null constraint")
	case s.flaw == "other param":
		return &intents.InvalidError{Param: "payload", Code: "", Message: "is bad"}
	}
	return err
}

// merged says whether an equal item is waiting already.
func (s *table) merged(d intents.Deferred) bool {
	key := d.Key()
	switch s.flaw {
	case "key of subject":
		key = d.Subject
	case "key of kind":
		key = d.Subject + string(d.Kind)
	case "key forever", "key while doing":
		if s.keys[key] {
			return true
		}
		s.keys[key] = true
	}
	if s.waits[key] {
		return true
	}
	s.waits[key] = true
	return false
}

func (s *table) row(ctx context.Context, d *intents.Deferred) row {
	r := row{key: d.Key(), ctx: context.WithoutCancel(ctx), alias: d}
	stored := *d
	switch s.flaw {
	case "key of subject":
		r.key = d.Subject
	case "key of kind":
		r.key = d.Subject + string(d.Kind)
	case "request context":
		r.ctx = ctx
	case "trims":
		stored.Subject = strings.TrimSpace(d.Subject)
	case "varchar":
		stored.Subject = d.Subject[:min(len(d.Subject), 64)]
	case "minute column":
		stored.NotBefore -= stored.NotBefore % 60
	}
	data, err := json.Marshal(stored)
	if err != nil {
		panic(err)
	}
	r.data, r.before = data, stored.NotBefore
	return r
}

func (s *table) due(t intents.Time) bool {
	now := intents.TimeOf(s.now)
	switch s.flaw {
	case "early":
		return t <= now+5
	case "rounds":
		return t/60 <= now/60
	case "milliseconds":
		return t/1000 <= now
	case "overflow":
		return int64(t-now)*int64(time.Second) <= 0
	case "int32":
		return int32(t) <= int32(now)
	case "unset":
		return t != 0 && t <= now
	}
	return t <= now
}

// take removes the rows that are due.
func (s *table) take() (due []row) {
	s.mu.Lock()
	defer s.mu.Unlock()
	waiting := s.rows[:0]
	for _, r := range s.rows {
		if s.due(r.before) && !s.now.Before(r.notTil) {
			due = append(due, r)
			delete(s.waits, r.key)
		} else {
			waiting = append(waiting, r)
		}
	}
	s.rows = waiting
	return due
}

func (s *table) poll(ctx context.Context) error {
	if s.flaw == "invents" {
		_ = s.deliver(ctx, intents.Deferred{Kind: "heart.beat", Subject: "queue", NotBefore: 0})
	}
	if s.flaw == "broken poll" {
		return errors.New("connection refused")
	}
	for due := s.take(); len(due) > 0; due = s.take() {
		for _, r := range due {
			if err := s.handOut(r); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *table) handOut(r row) error {
	var d intents.Deferred
	if err := json.Unmarshal(r.data, &d); err != nil {
		return err
	}
	switch s.flaw {
	case "keeps the slice":
		d = *r.alias
	case "nil context":
		r.ctx = nil
	}
	before := s.snapshot()
	err := s.deliver(r.ctx, d)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.flaw {
	case "overwrites":
		s.rows = before
	case "key while doing":
		delete(s.keys, d.Key())
	}
	if err != nil && s.flaw != "no retry" {
		r.tries++
		r.notTil = s.now.Add(time.Duration(r.tries*r.tries) * 15 * time.Minute)
		s.rows = append(s.rows, r)
		s.waits[r.key] = true
	}
	return nil
}

func (s *table) snapshot() []row {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.flaw != "overwrites" {
		return nil
	}
	return slices.Clone(s.rows)
}

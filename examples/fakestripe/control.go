package fakestripe

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/examples/internal/form"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// serveControl answers what is this server's own: time, faults, what customers do.
func (s *Server) serveControl(w http.ResponseWriter, req *http.Request) {
	r := &request{ctx: req.Context(), id: "req_" + s.ids.text(14), method: req.Method, path: req.URL.Path, version: s.o.APIVersion}
	rep := s.safely(r, func() reply {
		if err := s.readForm(w, r, req); err != nil {
			return s.refusal(r, err)
		}
		rep, err := s.control(r)
		if err != nil {
			return s.refusal(r, err)
		}
		return rep
	})
	w.Header().Set("Request-Id", r.id)
	writeJSON(w, rep.status, rep.body)
}

func (s *Server) control(r *request) (reply, error) {
	in := form.NewReader(r.form)
	var err error
	switch r.method + " " + r.path {
	case "GET /__clock":
		if err = in.Done(); err == nil {
			return s.clock(0), nil
		}
	case "POST /__clock/advance":
		return s.advance(r, in)
	case "POST /__clock/idle":
		if err = in.Done(); err == nil {
			if err = s.queue.idle(r.ctx); err == nil {
				return s.clock(0), nil
			}
		}
	case "POST /__reset":
		if err = in.Done(); err == nil {
			if err = s.Reset(); err == nil {
				return s.clock(0), nil
			}
		}
	case "POST /__faults":
		return s.controlFaults(in)
	case "POST /__act":
		return s.controlAct(r, in)
	default:
		err = invalidRequest(http.StatusNotFound, "Unrecognized request URL ("+r.method+": "+r.path+").")
	}
	return reply{}, err
}

// clock answers with the time, what is pending, and how much was done.
func (s *Server) clock(done int) reply {
	w := writer{[]byte(`{"object":"clock","clock":`)}
	w.text("", string(s.o.Clock))
	w.int(`,"done":`, int64(done))
	if at, ok := s.queue.nextAt(); ok {
		w.int(`,"next":`, at.Unix())
	} else {
		w.raw(`,"next":null`)
	}
	w.int(`,"now":`, s.Now().Unix())
	w.int(`,"pending":`, int64(s.queue.work.Len()+s.queue.wire.Len()))
	w.raw("}")
	return reply{status: http.StatusOK, body: w.b}
}

func (s *Server) advance(r *request, in *form.Reader) (reply, error) {
	seconds, next := in.Integer("seconds"), in.Boolean("next")
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	var done int
	var err error
	const century = 100 * 366 * 24 * 60 * 60
	switch {
	case seconds.Given == next.Value:
		err = form.Invalid("seconds", "parameters_exclusive", "Either seconds or next=true is needed.")
	case next.Value:
		done, err = s.AdvanceToNext(r.ctx)
	case seconds.Value < 0 || seconds.Value > century:
		err = form.Invalid("seconds", "parameter_invalid_integer", "Time goes forward, by a hundred years at most.")
	default:
		done, err = s.Advance(r.ctx, time.Duration(seconds.Value)*time.Second)
	}
	if err != nil {
		return reply{}, err
	}
	return s.clock(done), nil
}

func (s *Server) controlFaults(in *form.Reader) (reply, error) {
	number := func(key string) int { return int(min(in.Integer(key).Value, 1<<30)) }
	f := Faults{
		Seed: uint64(max(0, in.Integer("seed").Value)),
		Late: time.Duration(min(in.Integer("late").Value, 1<<30)) * time.Second, Reorder: number("reorder"), Duplicate: number("duplicate"), Drop: number("drop"),
		RateLimit: number("rate_limit"), Broken: number("broken"), Lost: number("lost"),
	}
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	if err := s.SetFaults(f); err != nil {
		return reply{}, err
	}
	return s.clock(0), nil
}

func (s *Server) controlAct(r *request, in *form.Reader) (reply, error) {
	id, outcome := in.Needed("intent"), in.Text("outcome")
	if outcome != "" && outcome != "complete" && outcome != "fail" {
		in.Fail(form.Invalid("outcome", "", "Invalid outcome: must be one of complete or fail"))
	}
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	if err := s.Act(r.ctx, id, outcome != "fail"); err != nil {
		return reply{}, err
	}
	return s.clock(0), nil
}

// Act plays the customer of an intent that waits for one: they do what next_action
// asks, or fail to.
func (s *Server) Act(ctx context.Context, intent string, complete bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.tx(&request{ctx: ctx, version: s.o.APIVersion})
	x.pages = true
	if err := x.act(intent, complete); err != nil {
		return err
	}
	if err := x.commit(); err != nil {
		return err
	}
	s.changed(x)
	return nil
}

var errNothingToDo = errors.New("the intent waits for no customer")

func (x *tx) act(id string, complete bool) error {
	if p, ok := get[paymentintent.Intent](x, tableIntents, id); ok {
		c, waits := paymentintent.Simulator{Chooser: x.s.world}.Act(p)
		if !waits {
			return invalidRequest(http.StatusBadRequest, errNothingToDo.Error())
		}
		if !complete {
			c = paymentintent.FailAction{}
		}
		_, err := x.applyPayment(p, c)
		return aboutPayment(p, err)
	}
	p, ok := get[setupintent.Intent](x, tableSetups, id)
	if !ok {
		return missing("intent", id, "intent")
	}
	c, waits := setupintent.Simulator{Chooser: x.s.world}.Act(p)
	if !waits {
		return invalidRequest(http.StatusBadRequest, errNothingToDo.Error())
	}
	if !complete {
		c = setupintent.FailAction{}
	}
	_, err := x.applySetup(p, c)
	return aboutSetup(p, err)
}

// Reset empties the store, and begins virtual time anew.
func (s *Server) Reset() error {
	s.queue.running.Lock()
	defer s.queue.running.Unlock()
	s.keys.Lock()
	defer s.keys.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.store.Reset(); err != nil {
		return err
	}
	s.queue.mu.Lock()
	start := s.o.Start
	if s.o.Clock == Real {
		start = time.Now().UTC()
	}
	s.queue.work, s.queue.wire = capture.NewVirtual(start), capture.NewVirtual(start)
	s.queue.mu.Unlock()
	s.endpoints = nil
	s.trail.Reset()
	s.pulse.Beat()
	s.faults.mu.Lock()
	f := s.faults.f
	s.faults.mu.Unlock()
	if err := s.SetFaults(f); err != nil {
		return err
	}
	return s.forward()
}

package fakestripe

import (
	"net/url"

	"github.com/payintent/intents"
	"github.com/payintent/intents/webhook/idempotency"
)

const maxKey = idempotency.MaxKey

// once executes a request under its idempotency key. Keys have a lock of their own,
// so that a second request can see that the first is under way.
func (s *Server) once(r *request, rt *route) reply {
	begun, rep, execute := s.beginKey(r)
	if !execute {
		return rep
	}
	rep, _ = s.run(r, rt, func(x *tx, rep reply, err error) {
		var c idempotency.Command = idempotency.Finish{Answer: idempotency.Answer{Code: rep.status, Body: string(rep.body)}}
		if err != nil && !executed(err) {
			c = idempotency.Reject{}
		}
		t, failed := idempotency.Apply(begun, c, x.now)
		if failed != nil {
			x.fail(failed)
			return
		}
		x.putKey(t)
	})
	return rep
}

// beginKey looks a key up, and takes it where it is free.
func (s *Server) beginKey(r *request) (begun idempotency.Record, rep reply, execute bool) {
	s.keys.Lock()
	defer s.keys.Unlock()
	x := s.tx(r)
	params := url.Values{}
	for _, p := range r.form {
		params.Add(p.Key, p.Value)
	}
	for _, path := range r.expand {
		params.Add("expand[]", path)
	}
	had, _ := get[idempotency.Record](x, tableKeys, idempotency.ID(scope, r.key))
	t, err := idempotency.Apply(had, idempotency.Begin{Scope: scope, Key: r.key, Request: idempotency.NewRequest(r.method, r.path, params)}, x.now)
	if err != nil {
		return had, s.refusal(r, err), false
	}
	if a, again := t.Replay(); again {
		return had, reply{status: a.Code, body: []byte(a.Body), header: [][2]string{{idempotency.HeaderReplayed, "true"}}}, false
	}
	x.putKey(t)
	if err := x.commit(); err != nil {
		return had, s.refusal(r, err), false
	}
	return t.After, reply{}, true
}

func (x *tx) putKey(t idempotency.Transition) {
	id := idempotency.ID(t.After.Scope, t.After.Key)
	if t.After.Status == idempotency.StatusReleased {
		x.put(tableKeys, id, nil)
		return
	}
	x.put(tableKeys, id, t.After)
	x.owe(t.Deferred...)
}

// pruneKey forgets a key whose time is over.
func (x *tx) pruneKey(d intents.Deferred) error {
	had, ok := get[idempotency.Record](x, tableKeys, d.Subject)
	if !ok {
		return nil
	}
	c, current := idempotency.Resume(had, d)
	if !current {
		return nil
	}
	t, err := idempotency.Apply(had, c, x.now)
	if err == nil {
		x.putKey(t)
	}
	return err
}

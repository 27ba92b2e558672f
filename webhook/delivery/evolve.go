package delivery

import "iter"

// Evolve returns the delivery after an event. It never fails and allocates nothing.
func Evolve(d Delivery, e Event) Delivery {
	fold(&d, e)
	return d
}

// Replay folds events into a delivery, from the zero Delivery.
func Replay(events iter.Seq[Event]) Delivery {
	var d Delivery
	for e := range events {
		fold(&d, e)
	}
	return d
}

func fold(d *Delivery, e Event) {
	switch e := e.(type) {
	case Created:
		*d = Delivery{
			ID: e.ID, Status: StatusPending, Endpoint: e.Endpoint, Event: e.Event, Type: e.Type, EventCreated: e.EventCreated,
			Livemode: e.Livemode, Body: e.Body, Created: e.At, Next: e.At,
		}
	case Attempted:
		d.Status, d.Began, d.Next = StatusAttempting, e.At, 0
	case Resent:
		d.Back, d.Status, d.Began = d.Status, StatusResending, e.At
	case Succeeded:
		if d.Answered == 0 {
			d.Answered = e.At
		}
		d.end(StatusSucceeded, Outcome{At: e.At, Code: e.Code})
	case Failed:
		next := StatusFailed
		if e.Retry != 0 {
			next = StatusPending
		}
		if d.Status == StatusAttempting {
			d.Next = e.Retry
		}
		d.end(next, Outcome{At: e.At, Code: e.Code, Reason: e.Reason})
	case Abandoned:
		d.end(StatusAbandoned, Outcome{At: e.At, Reason: e.Reason})
	}
}

// end ends the attempt under way. A manual one leads back to where it began.
func (d *Delivery) end(next Status, o Outcome) {
	d.Last, d.Began = o, 0
	if d.Status == StatusResending {
		d.Status, d.Back = d.Back, ""
		d.Resends++
		return
	}
	d.Status = next
	d.Attempts++
}

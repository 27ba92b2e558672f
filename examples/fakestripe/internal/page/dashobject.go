package page

import (
	"html/template"
	"net/http"
	"slices"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/webhook"
)

// thing is the page of an object.
type thing struct {
	frame
	item
	Rows    []row
	Links   []row // to other objects
	Open    string
	Asks    *asks
	Picture template.HTML
	Marks   []Mark
	Legal   []arc
	Work    []work
	Events  []event
	Body    string
}

// object shows an object.
func (d *desk) object(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	owed, err := d.b.Pending(r.Context())
	if err != nil {
		d.fail(w, err)
		return
	}
	v := thing{frame: d.frame(r, id, "objects", owed)}
	found, err := d.describe(r, id, &v)
	switch {
	case err != nil:
		d.fail(w, err)
		return
	case !found:
		d.say(w, http.StatusNotFound, "There is no such object", "No intent and no session has the id "+id+". The server forgets them when it is reset or started again.")
		return
	}
	v.Marks = d.b.Path(id)
	m := machineOf(id)
	v.Picture = m.picture(v.Marks)
	v.Legal = m.From(v.item.Status)
	v.Work = d.works(slices.DeleteFunc(owed, func(o intents.Deferred) bool { return o.Subject != id }))
	if v.Events, _, err = d.eventList("", many, about(id)); err != nil {
		d.fail(w, err)
		return
	}
	d.write(w, http.StatusOK, "thing", v.Nonce, v)
}

// describe puts in what there is to say of an object of some kind.
func (d *desk) describe(r *http.Request, id string, v *thing) (found bool, err error) {
	add := func(label, value string) {
		if value != "" {
			v.Rows = append(v.Rows, row{label, value})
		}
	}
	link := func(label, id string) {
		if id != "" {
			v.Links = append(v.Links, row{label, id})
		}
	}
	if s, ok, err := d.b.Payment(r.Context(), id); ok || err != nil {
		v.item, v.Body = d.payment(s), pretty(webhook.PaymentIntent{Intent: s}.AppendJSON(nil, ""))
		link("Session", s.Owner)
		add("Payment method", methodRow(s.PaymentMethod))
		add("Customer", s.Customer())
		add("Charge", s.Charge.ID)
		add("Last error", s.LastPaymentError.Message())
		if s.Status == paymentintent.StatusRequiresAction {
			a := ask(s.NextAction, s.PaymentMethod)
			v.Asks = &a
		}
		return ok, err
	}
	if s, ok, err := d.b.Setup(r.Context(), id); ok || err != nil {
		v.item, v.Body = d.setup(s), pretty(webhook.SetupIntent{Intent: s}.AppendJSON(nil, ""))
		link("Session", s.Owner)
		add("Payment method", methodRow(s.PaymentMethod))
		add("Customer", s.Customer())
		add("Last error", s.LastSetupError.Message())
		if s.Status == setupintent.StatusRequiresAction {
			a := ask(s.NextAction, s.PaymentMethod)
			v.Asks = &a
		}
		return ok, err
	}
	s, ok, err := d.b.Checkout(r.Context(), id)
	if !ok || err != nil {
		return false, err
	}
	v.item, v.Body = d.session(s), pretty(webhook.CheckoutSession{Flow: checkout.Flow{Session: s}}.AppendJSON(nil, ""))
	link("Intent", s.Intent)
	add("Payment status", string(s.PaymentStatus))
	add("Customer", s.Customer())
	add("Expires", clock(s.ExpiresAt))
	link("Recovered from", s.RecoveredFrom)
	if s.URL() != "" {
		v.Open = path(s.ID)
	}
	return true, nil
}

func methodRow(pm intents.PaymentMethod) string {
	if pm.ID == "" {
		return ""
	}
	return with(pm) + " (" + pm.ID + ")"
}

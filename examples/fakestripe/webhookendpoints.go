package fakestripe

import (
	"context"
	"slices"
	"strconv"

	"github.com/payintent/intents"
	"github.com/payintent/intents/examples/internal/form"
	"github.com/payintent/intents/internal/jsonenc"
	"github.com/payintent/intents/webhook"
	"github.com/payintent/intents/webhook/delivery"
)

// endpointRow is an endpoint. One that names no version has the account's, and shows null.
type endpointRow struct {
	delivery.Endpoint
	Unpinned bool
	// Secretive is false in the reply that creates it alone.
	Secretive bool
}

// AppendJSON implements webhook.Object (facts 4.5).
func (e endpointRow) AppendJSON(b []byte, _ intents.Version) []byte {
	text := func(key, value string) {
		b = append(b, key...)
		b = jsonenc.AppendJSONString(b, value)
	}
	text(`{"id":`, e.ID)
	if b = append(b, `,"object":"webhook_endpoint"`...); e.Unpinned {
		b = append(b, `,"api_version":null`...)
	} else {
		text(`,"api_version":`, string(e.APIVersion))
	}
	b = append(b, `,"application":null,"created":`...)
	b = strconv.AppendInt(b, int64(e.Created), 10)
	if e.Description == "" {
		b = append(b, `,"description":null`...)
	} else {
		text(`,"description":`, e.Description)
	}
	b = append(b, `,"enabled_events":[`...)
	for name := range e.Events.All() {
		if b[len(b)-1] != '[' {
			b = append(b, ',')
		}
		b = jsonenc.AppendJSONString(b, name)
	}
	b = append(b, `],"livemode":`...)
	b = strconv.AppendBool(b, e.Livemode)
	b = append(b, `,"metadata":`...)
	b = e.Metadata.AppendJSON(b)
	if !e.Secretive {
		text(`,"secret":`, string(e.Secret))
	}
	text(`,"status":`, string(e.Status))
	text(`,"url":`, e.URL)
	return append(b, '}')
}

// forwarding is the id of the endpoint that Options.ForwardURL makes.
const forwarding = "we_forward"

// forward makes the endpoint of Options.ForwardURL.
func (s *Server) forward() error {
	if s.o.ForwardURL == "" {
		return nil
	}
	e, err := delivery.NewEndpoint(delivery.EndpointParams{
		ID: forwarding, Secret: delivery.Secret(s.o.ForwardSecret), URL: s.o.ForwardURL, EnabledEvents: []string{"*"}, APIVersion: s.o.APIVersion,
	}, s.Now())
	if err != nil {
		return err
	}
	row := endpointRow{Endpoint: e, Unpinned: true, Secretive: true}
	if err := s.store.Commit(Change{tableEndpoints, Row{e.ID, row}}); err != nil {
		return err
	}
	s.loadEndpoints(s.tx(nil))
	return nil
}

// loadEndpoints reads the endpoints, which every event asks for.
func (s *Server) loadEndpoints(x *tx) {
	s.endpoints = nil
	for _, e := range each[endpointRow](x, tableEndpoints) {
		s.endpoints = append(s.endpoints, e)
	}
	slices.Reverse(s.endpoints)
}

// changed is told what a commit has written.
func (s *Server) changed(x *tx) {
	for _, remember := range x.marks {
		remember(&s.trail)
	}
	s.pulse.Beat()
	if slices.ContainsFunc(x.changes, func(c Change) bool { return c.Table == tableEndpoints }) {
		s.loadEndpoints(s.tx(nil))
	}
}

func createEndpoint(x *tx, r *request) (reply, error) {
	in := form.NewReader(r.form)
	p := delivery.EndpointParams{
		ID: x.s.ids.object("we_", x.at()), Secret: delivery.Secret("whsec_" + x.s.ids.text(32)), URL: in.Needed("url"),
		EnabledEvents: in.List("enabled_events"), APIVersion: intents.Version(in.Text("api_version")), Description: in.Text("description"),
		Metadata: in.NewMetadata(), Connect: in.Boolean("connect").Value,
	}
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	row := endpointRow{Unpinned: p.APIVersion == ""}
	if row.Unpinned {
		p.APIVersion = x.s.o.APIVersion
	}
	var err error
	if row.Endpoint, err = delivery.NewEndpoint(p, x.now); err != nil {
		return reply{}, err
	}
	stored := row
	stored.Secretive = true
	x.put(tableEndpoints, row.ID, stored)
	return x.ok(row)
}

func (x *tx) endpoint(r *request) (endpointRow, error) {
	e, ok := get[endpointRow](x, tableEndpoints, r.vars[0])
	if !ok {
		return e, missing("webhook endpoint", r.vars[0], "webhook_endpoint")
	}
	return e, nil
}

func retrieveEndpoint(x *tx, r *request) (reply, error) {
	e, err := x.endpoint(r)
	if err == nil {
		err = form.NewReader(r.form).Done()
	}
	if err != nil {
		return reply{}, err
	}
	return x.ok(e)
}

func updateEndpoint(x *tx, r *request) (reply, error) {
	e, err := x.endpoint(r)
	if err != nil {
		return reply{}, err
	}
	in := form.NewReader(r.form)
	u := delivery.EndpointUpdate{
		URL: in.Optional("url"), EnabledEvents: in.List("enabled_events"), Disabled: in.Boolean("disabled"), Description: in.Optional("description"),
		Metadata: in.Metadata(e.Metadata),
	}
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	if e.Endpoint, err = e.Update(u); err != nil {
		return reply{}, err
	}
	x.put(tableEndpoints, e.ID, e)
	return x.ok(e)
}

func deleteEndpoint(x *tx, r *request) (reply, error) {
	e, err := x.endpoint(r)
	if err != nil {
		return reply{}, err
	}
	x.put(tableEndpoints, e.ID, nil)
	return x.ok(deleted{"webhook_endpoint", e.ID})
}

// deleted is what is shown of an object that was deleted.
type deleted struct{ object, id string }

// AppendJSON implements webhook.Object.
func (d deleted) AppendJSON(b []byte, _ intents.Version) []byte {
	b = append(b, `{"id":`...)
	b = jsonenc.AppendJSONString(b, d.id)
	b = append(b, `,"object":`...)
	b = jsonenc.AppendJSONString(b, d.object)
	return append(b, `,"deleted":true}`...)
}

func listEndpoints(x *tx, r *request) (reply, error) {
	in := form.NewReader(r.form)
	p := readPage(in)
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	return list(x, r, p, listing[endpointRow]{
		table: tableEndpoints, noun: "webhook endpoint", url: r.path,
		created: func(e endpointRow) intents.Time { return e.Created },
		render:  func(_ *tx, e endpointRow) webhook.Object { return e },
	})
}

// Deliveries.

// endpointStore finds endpoints for the sender.
type endpointStore struct{ s *Server }

// Endpoint implements delivery.Endpoints.
func (e endpointStore) Endpoint(_ context.Context, id string) (delivery.Endpoint, error) {
	e.s.mu.RLock()
	defer e.s.mu.RUnlock()
	x := e.s.tx(nil)
	row, _ := get[endpointRow](x, tableEndpoints, id)
	return row.Endpoint, x.err
}

// attemptDelivery begins an attempt whose time has come.
func (x *tx) attemptDelivery(d intents.Deferred) error {
	had, ok := get[delivery.Delivery](x, tableDeliveries, d.Subject)
	if !ok {
		return nil
	}
	c, current := delivery.Resume(had, d)
	if !current || c == nil {
		return nil
	}
	return x.deliver(had, c)
}

func (x *tx) deliver(had delivery.Delivery, c delivery.Command) error {
	t, err := delivery.Apply(had, c, x.now)
	if err == nil {
		x.put(tableDeliveries, t.After.ID, t.After)
		x.owe(t.Deferred...)
	}
	return err
}

// sendWebhook makes an attempt. The post is made without the lock, for who gets it may
// well ask the server something before it answers.
func (s *Server) sendWebhook(ctx context.Context, d intents.Deferred) error {
	had, ok, err := s.delivery(d.Subject)
	if err != nil || !ok {
		return err
	}
	if _, current := delivery.Resume(had, d); !current {
		return nil
	}
	c, err := s.send.Report(ctx, had, d, s.Now())
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.tx(nil)
	now, ok := get[delivery.Delivery](x, tableDeliveries, d.Subject)
	if _, current := delivery.Resume(now, d); !ok || !current {
		return x.err
	}
	if err := x.deliver(now, c); err != nil {
		return err
	}
	if err := x.commit(); err != nil {
		return err
	}
	s.changed(x)
	return nil
}

func (s *Server) delivery(id string) (delivery.Delivery, bool, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	x := s.tx(nil)
	d, ok := get[delivery.Delivery](x, tableDeliveries, id)
	return d, ok, x.err
}

// Resend makes a manual attempt of a delivery.
func (s *Server) Resend(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.tx(nil)
	had, ok := get[delivery.Delivery](x, tableDeliveries, id)
	if !ok {
		return missing("delivery", id, "id")
	}
	if err := x.deliver(had, delivery.Resend{}); err != nil {
		return err
	}
	if err := x.commit(); err != nil {
		return err
	}
	s.changed(x)
	return nil
}

// Events.

// object renders an event as it was first: whatever version is asked for, it shows the account's.
func (x *tx) event(e eventRow) webhook.Object {
	deliveries := make([]delivery.Delivery, 0, len(e.Deliveries))
	for _, id := range e.Deliveries {
		if d, ok := get[delivery.Delivery](x, tableDeliveries, id); ok {
			deliveries = append(deliveries, d)
		}
	}
	e.PendingWebhooks = delivery.PendingWebhooks(deliveries...)
	return firstRendering{e.Event}
}

type firstRendering struct{ webhook.Event }

// AppendJSON implements webhook.Object.
func (f firstRendering) AppendJSON(b []byte, _ intents.Version) []byte {
	return f.Event.AppendJSON(b, f.APIVersion)
}

func retrieveEvent(x *tx, r *request) (reply, error) {
	e, ok := get[eventRow](x, tableEvents, r.vars[0])
	if !ok {
		return reply{}, missing("event", r.vars[0], "id")
	}
	if err := form.NewReader(r.form).Done(); err != nil {
		return reply{}, err
	}
	return x.ok(x.event(e))
}

func listEvents(x *tx, r *request) (reply, error) {
	in := form.NewReader(r.form)
	p := readPage(in)
	kind, kinds, success := in.Text("type"), in.List("types"), in.Boolean("delivery_success")
	if kind != "" && len(kinds) > 0 {
		in.Fail(form.Invalid("type", "", "You may only specify one of these parameters: type, types."))
	}
	const most = 20
	if len(kinds) > most {
		in.Fail(form.Invalid("types", "", "Invalid array: types has at most 20 entries."))
	}
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	if kind != "" {
		kinds = []string{kind}
	}
	return list(x, r, p, listing[eventRow]{
		table: tableEvents, noun: "event", url: r.path,
		created: func(e eventRow) intents.Time { return e.Created },
		keep: func(e eventRow) bool {
			fits := len(kinds) == 0 || slices.ContainsFunc(kinds, func(k string) bool { return delivery.EnabledEvents(k).Fits(e.Type) })
			return fits && (!success.Given || success.Value == x.delivered(e))
		},
		render: func(x *tx, e eventRow) webhook.Object { return x.event(e) },
	})
}

// delivered reports whether an event has failed at no endpoint (DOC-UNDELIV).
func (x *tx) delivered(e eventRow) bool {
	for _, id := range e.Deliveries {
		if d, ok := get[delivery.Delivery](x, tableDeliveries, id); ok && d.Answered == 0 && d.Attempts > 0 {
			return false
		}
	}
	return true
}

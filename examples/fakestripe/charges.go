package fakestripe

import (
	"errors"
	"net/http"
	"strings"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/examples/internal/form"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/webhook"
)

// chargeRow is a charge as its machine leaves it, and what a caller has noted on it since.
type chargeRow struct {
	webhook.Charge
	// Noted are details, and Metadata is metadata, that updates of the charge itself have
	// set: the machines know no such update.
	Noted         intents.Pairs
	NotedMetadata intents.Pairs
}

// shown returns the charge with what was noted on it.
func (c chargeRow) shown(x *tx) webhook.Charge {
	o := c.Charge
	o.Now = x.at()
	for key, value := range c.Noted.All() {
		if value == "" {
			o.Details = o.Details.Without(key)
			continue
		}
		o.Details, _ = o.Details.With(key, value)
	}
	if m, err := o.Metadata.Merge(c.NotedMetadata); err == nil {
		o.Metadata = m
	}
	return o
}

// keepCharge writes a charge, and what hangs on it: ledger entries, a transfer, a fee,
// refunds, a dispute.
func (x *tx) keepCharge(c webhook.Charge) {
	row, _ := get[chargeRow](x, tableCharges, c.ID)
	was := row.Charge
	row.Charge = c
	x.put(tableCharges, c.ID, row)
	if _, had := was.BalanceTransaction(); !had {
		if b, ok := c.BalanceTransaction(); ok {
			x.put(tableLedger, b.ID, ledgerRow{Charge: c.ID, Refund: -1, Created: b.Created})
		}
	}
	if _, had := was.Transfer(); !had {
		if t, ok := c.Transfer(); ok {
			x.put(tableTransfers, t.ID, c.ID)
		}
	}
	if _, had := was.ApplicationFee(); !had {
		if f, ok := c.ApplicationFee(); ok {
			x.put(tableFees, f.ID, c.ID)
		}
	}
	for n, refund := range c.Refunds.All() {
		x.keepRefund(row, n, refund)
	}
	if c.Features.Has(capture.Disputed) && !was.Features.Has(capture.Disputed) {
		d := webhook.Dispute{Of: c, At: x.at(), Reason: capture.BehaviourOf(c.PaymentMethod).Dispute}
		if id := idOf(d); id != "" {
			x.put(tableDisputes, id, disputeRow{Charge: c.ID, At: d.At, Reason: d.Reason})
		}
	}
}

func (x *tx) charge(id string) (chargeRow, error) {
	c, ok := get[chargeRow](x, tableCharges, id)
	if !ok {
		return c, missing("charge", id, "id")
	}
	return c, nil
}

func retrieveCharge(x *tx, r *request) (reply, error) {
	c, err := x.charge(r.vars[0])
	if err == nil {
		err = form.NewReader(r.form).Done()
	}
	if err != nil {
		return reply{}, err
	}
	return x.ok(c.shown(x))
}

func listCharges(x *tx, r *request) (reply, error) {
	in := form.NewReader(r.form)
	p := readPage(in)
	customer, payment, group := in.Text("customer"), in.Text("payment_intent"), in.Text("transfer_group")
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	if err := x.customerIs(customer); err != nil {
		return reply{}, err
	}
	if _, ok := get[paymentintent.Intent](x, tableIntents, payment); payment != "" && !ok {
		return reply{}, absent("payment_intent", payment, "payment_intent")
	}
	return list(x, r, p, listing[chargeRow]{
		table: tableCharges, noun: "charge", url: r.path,
		created: func(c chargeRow) intents.Time { return c.Created },
		keep: func(c chargeRow) bool {
			owner, _ := c.Details.Get("customer")
			of, _ := c.Details.Get("transfer_group")
			return (customer == "" || owner == customer) && (payment == "" || c.PaymentIntent == payment) && (group == "" || of == group)
		},
		render: func(x *tx, c chargeRow) webhook.Object { return c.shown(x) },
	})
}

// noteKeys are what an update of a charge may set.
//
//nolint:gochecknoglobals // read-only data
var noteKeys = intents.DetailKeys{{Name: "customer"}, {Name: "description"}, {Name: "receipt_email"}, {Name: "shipping["}, {Name: "transfer_group"}}

func updateCharge(x *tx, r *request) (reply, error) {
	c, err := x.charge(r.vars[0])
	if err != nil {
		return reply{}, err
	}
	before := c.shown(x)
	in := form.NewReader(r.form)
	noted, metadata := in.Carried(noteKeys, c.Details), in.Metadata(before.Metadata)
	in.Drop("fraud_details")
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	if _, err := before.Metadata.Merge(metadata); err != nil {
		return reply{}, err
	}
	c.Noted, c.NotedMetadata = c.Noted.Merge(noted), c.NotedMetadata.Merge(metadata)
	x.put(tableCharges, c.ID, c)
	after := c.shown(x)
	x.publish(x.updated("charge.updated", before, after)...)
	return x.ok(after)
}

// updated returns an *.updated event about an object that no machine tells of: with the
// old values of what has changed.
func (x *tx) updated(kind string, before, after webhook.Object) []webhook.Event {
	previous := difference(before.AppendJSON(nil, x.s.o.APIVersion), after.AppendJSON(nil, x.s.o.APIVersion))
	if previous == "" {
		return nil
	}
	e := webhook.Event{ID: x.s.ids.object("evt_", x.at()), Type: kind, Created: x.at(), Object: after, Previous: previous}
	for _, o := range x.options() {
		o(&e)
	}
	return []webhook.Event{e}
}

// Charges without an intent.

// chargeKeys are what such a charge carries.
//
//nolint:gochecknoglobals // read-only data
var chargeKeys = intents.DetailKeys{
	{Name: capture.KeyFeeAmount},
	{Name: "customer"},
	{Name: capture.KeyDescription},
	{Name: "metadata["},
	{Name: capture.KeyOnBehalfOf},
	{Name: "receipt_email"},
	{Name: "shipping["},
	{Name: "statement_descriptor"},
	{Name: "statement_descriptor_suffix"},
	{Name: capture.KeyTransferAmount},
	{Name: capture.KeyDestination},
	{Name: capture.KeyTransferGroup},
}

func createCharge(x *tx, r *request) (reply, error) {
	in := form.NewReader(r.form)
	a := capture.Attempt{ID: x.s.ids.object("ch_", x.at()), Amount: in.Required("amount"), Metadata: in.NewMetadata()}
	a.Currency = in.Currency(true)
	a.Details = filled(in.Carried(chargeKeys, ""))
	if to := in.Text("destination[account]"); to != "" {
		a.Details, _ = a.Details.With(capture.KeyDestination, to)
	}
	taken := in.Boolean("capture")
	source := in.Text("source")
	in.Drop("radar_options")
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	customer, _ := a.Details.Get("customer")
	if err := x.customerIs(customer); err != nil {
		return reply{}, err
	}
	if err := a.Currency.CheckCharge(a.Amount, "amount"); err != nil {
		return reply{}, err
	}
	switch {
	case strings.HasPrefix(source, "tok_"):
		token, err := x.token(source, "source")
		if err != nil {
			return reply{}, err
		}
		a.PaymentMethod = token.PaymentMethod
		a.PaymentMethod.ID = x.s.ids.object("card_", x.at())
	case source != "":
		pm, ok := x.method(source)
		if !ok {
			return reply{}, absent("source", source, "source")
		}
		a.PaymentMethod = pm
	default:
		if a.PaymentMethod = x.defaultMethod(customer); a.PaymentMethod.IsZero() {
			return reply{}, form.Invalid("", "parameter_missing", "Must provide source or customer.")
		}
	}
	method := capture.Automatic
	if taken.Given && !taken.Value {
		method = capture.Manual
	}
	return x.attemptCharge(a, method)
}

// attemptCharge asks the world about a charge, and answers with it or its decline.
func (x *tx) attemptCharge(a capture.Attempt, method capture.Method) (reply, error) {
	b := capture.BehaviourOf(a.PaymentMethod)
	f := intents.Failure{Code: b.Code, DeclineCode: b.DeclineCode, Blocked: b.Blocked}
	if b.Challenged(a.PaymentMethod, true) { // nobody can be asked
		f = intents.Failure{Code: "card_declined", DeclineCode: "authentication_required"}
	}
	if f.Code != "" {
		outcome, _ := intents.PairsOf("failure_code", f.Code, "failure_message", f.Text(), "network_status", "declined_by_network", "reason", f.DeclineCode, "type", "issuer_declined")
		if _, err := x.commandCharge(capture.Charge{}, capture.Decline{Attempt: a, Outcome: outcome}); err != nil {
			return reply{}, err
		}
		e := cardError(f.Code, f.DeclineCode, f.Text(), "")
		return reply{status: e.status, body: withCharge(e.body(x.r.id), a.ID)}, nil
	}
	c, err := x.commandCharge(capture.Charge{}, capture.Authorize{Attempt: a, Method: method, Terms: capture.Terms{Features: b.Features, Pricing: capture.TestPricing()}})
	if err != nil {
		return reply{}, err
	}
	if b.Dispute != "" && method != capture.Manual {
		if c, err = x.commandCharge(c, capture.Dispute{Reason: b.Dispute}); err != nil {
			return reply{}, err
		}
	}
	row, err := x.charge(c.ID)
	if err != nil {
		return reply{}, err
	}
	return x.ok(row.shown(x))
}

// commandCharge gives a charge without an intent a command.
func (x *tx) commandCharge(c capture.Charge, cmd capture.Command) (capture.Charge, error) {
	t, err := capture.Apply(c, cmd, x.now)
	if err != nil {
		return c, err
	}
	x.keepCharge(webhook.Charge{Charge: t.After})
	x.owe(t.Deferred...)
	x.publish(webhook.FromCharge(t, append(x.options(), webhook.WithTime(x.at()))...)...)
	return t.After, nil
}

// workCharge does a piece of work that a charge without an intent owes.
func (x *tx) workCharge(d intents.Deferred) error {
	row, ok := get[chargeRow](x, tableCharges, d.Subject)
	if !ok || row.PaymentIntent != "" {
		return nil
	}
	cmd, current := capture.Resume(row.Charge.Charge, d)
	if !current {
		return nil
	}
	if cmd == nil {
		cmd = capture.Settle{}
	}
	_, err := x.commandCharge(row.Charge.Charge, cmd)
	return err
}

func captureCharge(x *tx, r *request) (reply, error) {
	row, err := x.charge(r.vars[0])
	if err != nil {
		return reply{}, err
	}
	in := form.NewReader(r.form)
	amount := in.Integer("amount")
	in.Drop("application_fee_amount", "receipt_email", "statement_descriptor", "statement_descriptor_suffix", "transfer_data", "transfer_group")
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	if row.PaymentIntent != "" {
		s, ok := get[paymentintent.Intent](x, tableIntents, row.PaymentIntent)
		if !ok || s.Charge.ID != row.ID {
			return reply{}, captured()
		}
		if _, err := x.applyPayment(s, paymentintent.Capture{AmountToCapture: amount}); err != nil {
			return reply{}, err
		}
	} else if _, err := x.commandCharge(row.Charge.Charge, capture.Capture{Amount: amount.Or(row.Capturable()), Final: true}); err != nil {
		if _, ok := errors.AsType[*intents.StateError](err); ok {
			return reply{}, captured()
		}
		return reply{}, err
	}
	if row, err = x.charge(row.ID); err != nil {
		return reply{}, err
	}
	return x.ok(row.shown(x))
}

// captured refuses a second capture (DOC-error-codes).
func captured() error {
	return &apiError{
		status: http.StatusBadRequest, kind: typeInvalid, code: "charge_already_captured",
		message: "The charge you're attempting to capture has already been captured, or can't be captured.",
	}
}

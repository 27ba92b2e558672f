package fakestripe

import (
	"errors"
	"slices"
	"strconv"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/examples/fakestripe/internal/splice"
	"github.com/payintent/intents/examples/internal/form"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/webhook"
)

// refundRow says where a refund is: in the list of its charge.
type refundRow struct {
	ID, Charge string
	Number     int
	Created    intents.Time
	Metadata   intents.Metadata
}

// keepRefund writes the row of a refund that is new, and that of its ledger entry.
func (x *tx) keepRefund(c chargeRow, n int, refund capture.Refund) {
	id := capture.RefundID(c.ID, n)
	if _, had := get[refundRow](x, tableRefunds, id); !had {
		x.put(tableRefunds, id, refundRow{ID: id, Charge: c.ID, Number: n, Created: refund.Created})
	}
	text := webhook.Refund{Of: c.Charge, Number: n}.AppendJSON(nil, "")
	for _, key := range []string{"balance_transaction", "failure_balance_transaction"} {
		if at, ok := splice.Find(text, key); ok {
			if txn, ok := splice.Text(text[at.Start:at.End]); ok {
				if _, had := get[ledgerRow](x, tableLedger, txn); !had {
					x.put(tableLedger, txn, ledgerRow{Charge: c.ID, Refund: n, Failed: key != "balance_transaction", Created: x.at()})
				}
			}
		}
	}
}

// refund renders a refund.
func (x *tx) refund(row refundRow) webhook.Object {
	c, _ := get[chargeRow](x, tableCharges, row.Charge)
	return withMetadata{webhook.Refund{Of: c.shown(x), Number: row.Number}, row.Metadata}
}

// withMetadata is an object with metadata that its machine does not keep.
type withMetadata struct {
	webhook.Object
	metadata intents.Metadata
}

// AppendJSON implements webhook.Object.
func (o withMetadata) AppendJSON(b []byte, v intents.Version) []byte {
	start := len(b)
	b = o.Object.AppendJSON(b, v)
	if o.metadata == "" {
		return b
	}
	return append(b[:start:start], splice.Set(b[start:], "metadata", o.metadata.AppendJSON(nil))...)
}

func createRefund(x *tx, r *request) (reply, error) {
	in := form.NewReader(r.form)
	id, payment := in.Text("charge"), in.Text("payment_intent")
	cmd, metadata := refundOf(in)
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	switch {
	case id == "" && payment == "":
		return reply{}, form.Invalid("", "parameter_missing", "One of the following params should be provided for this request: payment_intent or charge.")
	case id == "":
		s, ok := get[paymentintent.Intent](x, tableIntents, payment)
		if !ok {
			return reply{}, absent("payment_intent", payment, "payment_intent")
		}
		return x.refundPayment(s, cmd, metadata)
	}
	row, ok := get[chargeRow](x, tableCharges, id)
	switch {
	case !ok:
		return reply{}, absent("charge", id, "charge")
	case payment != "" && row.PaymentIntent != payment:
		return reply{}, form.Invalid("charge", "", "The charge "+id+" does not belong to the PaymentIntent "+payment+".")
	}
	return x.refundCharge(row, cmd, metadata)
}

// refundCharge is the older POST /v1/charges/{charge}/refunds.
func refundCharge(x *tx, r *request) (reply, error) {
	row, err := x.charge(r.vars[0])
	if err != nil {
		return reply{}, err
	}
	in := form.NewReader(r.form)
	cmd, metadata := refundOf(in)
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	return x.refundCharge(row, cmd, metadata)
}

// refundOf reads the parameters of a refund.
func refundOf(in *form.Reader) (paymentintent.Refund, intents.Metadata) {
	c := paymentintent.Refund{Reason: capture.RefundReason(in.Text("reason"))}
	if n := in.Integer("amount"); n.Given {
		if c.Amount = n.Value; n.Value < 1 {
			in.Fail(form.Invalid("amount", "parameter_invalid_integer", "This value must be greater than or equal to 1."))
		}
	}
	if in.Boolean("reverse_transfer").Value {
		c.Flags |= capture.ReverseTransfer
	}
	if in.Boolean("refund_application_fee").Value {
		c.Flags |= capture.RefundApplicationFee
	}
	if reasons := []capture.RefundReason{"", "duplicate", "fraudulent", "requested_by_customer"}; !slices.Contains(reasons, c.Reason) {
		in.Fail(form.Invalid("reason", "", "Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer"))
	}
	in.Drop("instructions_email", "origin", "customer", "currency")
	return c, in.NewMetadata()
}

func (x *tx) refundCharge(row chargeRow, cmd paymentintent.Refund, metadata intents.Metadata) (reply, error) {
	if row.PaymentIntent != "" {
		s, _ := get[paymentintent.Intent](x, tableIntents, row.PaymentIntent)
		if s.Charge.ID != row.ID { // an earlier attempt, which failed
			return reply{}, unrefundable(row.Charge.Charge, nil)
		}
		return x.refundPayment(s, cmd, metadata)
	}
	n := row.Refunds.Len()
	c, err := x.commandCharge(row.Charge.Charge, capture.RefundCharge{Amount: cmd.Amount, Reason: cmd.Reason, Flags: cmd.Flags})
	if err != nil {
		return reply{}, unrefundable(row.Charge.Charge, err)
	}
	return x.refunded(c.ID, n, metadata)
}

func (x *tx) refundPayment(s paymentintent.Intent, cmd paymentintent.Refund, metadata intents.Metadata) (reply, error) {
	cmd.Pending = capture.BehaviourOf(s.Charge.PaymentMethod).RefundPending
	n := s.Charge.Refunds.Len()
	t, err := x.applyPayment(s, cmd)
	if err != nil {
		return reply{}, unrefundable(s.Charge, err)
	}
	return x.refunded(t.After.Charge.ID, n, metadata)
}

// refunded answers with a refund that was made just now.
func (x *tx) refunded(charge string, n int, metadata intents.Metadata) (reply, error) {
	row, _ := get[refundRow](x, tableRefunds, capture.RefundID(charge, n))
	row.Metadata = metadata
	x.put(tableRefunds, row.ID, row)
	return x.ok(x.refund(row))
}

// unrefundable gives a refusal of a refund the words that Stripe has for it (OBS-AM,
// DOC-error-codes). It carries no intent.
func unrefundable(c capture.Charge, err error) error {
	const already = "charge_already_refunded"
	invalid, isInvalid := errors.AsType[*intents.InvalidError](err)
	_, isState := errors.AsType[*intents.StateError](err)
	switch {
	case isInvalid && invalid.Code == already:
		return form.Invalid("", already, "Charge "+c.ID+" has already been refunded.")
	case err == nil, isState && c.ID != "":
		return form.Invalid("", "charge_not_refundable", "Charge "+c.ID+" can't be refunded: it was not captured.")
	}
	return err
}

func (x *tx) refundRow(r *request) (refundRow, error) {
	row, ok := get[refundRow](x, tableRefunds, r.vars[0])
	if !ok {
		return row, missing("refund", r.vars[0], "id")
	}
	return row, nil
}

func retrieveRefund(x *tx, r *request) (reply, error) {
	row, err := x.refundRow(r)
	if err == nil {
		err = form.NewReader(r.form).Done()
	}
	if err != nil {
		return reply{}, err
	}
	return x.ok(x.refund(row))
}

func updateRefund(x *tx, r *request) (reply, error) {
	row, err := x.refundRow(r)
	if err != nil {
		return reply{}, err
	}
	before := x.refund(row)
	in := form.NewReader(r.form)
	metadata, err := row.Metadata.Merge(in.Metadata(row.Metadata))
	if err != nil {
		in.Fail(err)
	}
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	row.Metadata = metadata
	x.put(tableRefunds, row.ID, row)
	x.publish(x.updated("refund.updated", before, x.refund(row))...)
	x.publish(x.updated("charge.refund.updated", before, x.refund(row))...)
	return x.ok(x.refund(row))
}

// cancelRefund ends a refund that is still under way.
func cancelRefund(x *tx, r *request) (reply, error) {
	return reportRefund(x, r, capture.RefundCanceled, "canceled")
}

// expireRefund is the test helper for refunds that wait for their customer.
func expireRefund(x *tx, r *request) (reply, error) {
	return reportRefund(x, r, capture.RefundFailed, "expired")
}

// reportRefund ends a refund that is under way. Whether it is, the machine says: only
// then would it let the refund be canceled.
func reportRefund(x *tx, r *request, status capture.RefundStatus, what string) (reply, error) {
	row, err := x.refundRow(r)
	if err == nil {
		err = form.NewReader(r.form).Done()
	}
	if err != nil {
		return reply{}, err
	}
	c, _ := get[chargeRow](x, tableCharges, row.Charge)
	if _, err := (capture.ReportRefund{Number: row.Number, Status: capture.RefundCanceled}).Decide(&c.Charge.Charge, x.at()); err != nil {
		return reply{}, form.Invalid("", "", "This refund can't be "+what+": "+err.Error())
	}
	if c.PaymentIntent != "" {
		s, _ := get[paymentintent.Intent](x, tableIntents, c.PaymentIntent)
		_, err = x.applyPayment(s, paymentintent.ReportRefund{Number: row.Number, Status: status})
	} else {
		_, err = x.commandCharge(c.Charge.Charge, capture.ReportRefund{Number: row.Number, Status: status})
	}
	if err != nil {
		return reply{}, err
	}
	return x.ok(x.refund(row))
}

func listRefunds(x *tx, r *request) (reply, error) {
	in := form.NewReader(r.form)
	p := readPage(in)
	charge, payment := in.Text("charge"), in.Text("payment_intent")
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	if _, ok := get[chargeRow](x, tableCharges, charge); charge != "" && !ok {
		return reply{}, absent("charge", charge, "charge")
	}
	if _, ok := get[paymentintent.Intent](x, tableIntents, payment); payment != "" && !ok {
		return reply{}, absent("payment_intent", payment, "payment_intent")
	}
	return x.listRefunds(r, p, func(row refundRow) bool {
		if charge != "" && row.Charge != charge {
			return false
		}
		if payment == "" {
			return true
		}
		c, _ := get[chargeRow](x, tableCharges, row.Charge)
		return c.PaymentIntent == payment
	})
}

func (x *tx) listRefunds(r *request, p window, keep func(refundRow) bool) (reply, error) {
	return list(x, r, p, listing[refundRow]{
		table: tableRefunds, noun: "refund", url: r.path,
		created: func(row refundRow) intents.Time { return row.Created },
		keep:    keep,
		render:  func(x *tx, row refundRow) webhook.Object { return x.refund(row) },
	})
}

func listChargeRefunds(x *tx, r *request) (reply, error) {
	c, err := x.charge(r.vars[0])
	if err != nil {
		return reply{}, err
	}
	in := form.NewReader(r.form)
	p := readPage(in)
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	return x.listRefunds(r, p, func(row refundRow) bool { return row.Charge == c.ID })
}

// refundsOf renders the list of a charge's refunds, newest first, for expand[]=refunds.
func (x *tx) refundsOf(charge string) []byte {
	c, ok := get[chargeRow](x, tableCharges, charge)
	if !ok {
		return nil
	}
	var objects []webhook.Object
	for n := range c.Refunds.All() {
		if row, ok := get[refundRow](x, tableRefunds, capture.RefundID(charge, n)); ok {
			objects = append(objects, x.refund(row))
		}
	}
	slices.Reverse(objects)
	list := listBody(objects, false, "/v1/charges/"+charge+"/refunds", x.r.version)
	return splice.Set(list, "total_count", strconv.AppendInt(nil, int64(len(objects)), 10))
}

// Disputes.

// disputeRow is a dispute of a charge.
type disputeRow struct {
	Charge string
	At     intents.Time
	Reason string
}

func (x *tx) dispute(row disputeRow) webhook.Object {
	c, _ := get[chargeRow](x, tableCharges, row.Charge)
	return webhook.Dispute{Of: c.shown(x), At: row.At, Reason: row.Reason}
}

func retrieveDispute(x *tx, r *request) (reply, error) {
	row, ok := get[disputeRow](x, tableDisputes, r.vars[0])
	if !ok {
		return reply{}, missing("dispute", r.vars[0], "dispute")
	}
	if err := form.NewReader(r.form).Done(); err != nil {
		return reply{}, err
	}
	return x.ok(x.dispute(row))
}

func listDisputes(x *tx, r *request) (reply, error) {
	in := form.NewReader(r.form)
	p := readPage(in)
	charge, payment := in.Text("charge"), in.Text("payment_intent")
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	return list(x, r, p, listing[disputeRow]{
		table: tableDisputes, noun: "dispute", url: r.path,
		created: func(row disputeRow) intents.Time { return row.At },
		keep: func(row disputeRow) bool {
			c, _ := get[chargeRow](x, tableCharges, row.Charge)
			return (charge == "" || row.Charge == charge) && (payment == "" || c.PaymentIntent == payment)
		},
		render: func(x *tx, row disputeRow) webhook.Object { return x.dispute(row) },
	})
}

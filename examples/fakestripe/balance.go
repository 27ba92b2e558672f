package fakestripe

import (
	"strconv"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/examples/internal/form"
	"github.com/payintent/intents/internal/jsonenc"
	"github.com/payintent/intents/webhook"
)

// ledgerRow says what a balance transaction is about: a charge, or, with Refund not
// negative, that refund of it, or the failure of that.
type ledgerRow struct {
	Charge  string
	Refund  int
	Failed  bool
	Created intents.Time
}

// entry renders a balance transaction.
func (x *tx) entry(id string, row ledgerRow) webhook.Object {
	c, _ := get[chargeRow](x, tableCharges, row.Charge)
	if row.Refund < 0 {
		return webhook.BalanceTransaction{Of: c.shown(x)}
	}
	refund, _ := c.Refunds.Get(row.Refund)
	return refundEntry{id: id, row: row, refund: refund, charge: c.Charge}
}

// refundEntry is the balance transaction of a refund, or of one that came back.
type refundEntry struct {
	id     string
	row    ledgerRow
	refund capture.Refund
	charge webhook.Charge
}

// AppendJSON implements webhook.Object (facts 5.3).
func (e refundEntry) AppendJSON(b []byte, v intents.Version) []byte {
	text := func(key, value string) {
		b = append(b, key...)
		b = jsonenc.AppendJSONString(b, value)
	}
	number := func(key string, n int64) {
		b = append(b, key...)
		b = strconv.AppendInt(b, n, 10)
	}
	amount, kind := -e.refund.Amount, "refund"
	if e.row.Failed {
		amount, kind = e.refund.Amount, "refund_failure"
	}
	text(`{"id":`, e.id)
	number(`,"object":"balance_transaction","amount":`, amount)
	number(`,"available_on":`, int64(e.row.Created))
	if !v.Before("2026-01-28.clover") {
		b = append(b, `,"balance_type":"payments"`...)
	}
	number(`,"created":`, int64(e.row.Created))
	text(`,"currency":`, string(e.charge.Currency))
	description, _ := e.charge.Details.Get("description")
	if description == "" {
		b = append(b, `,"description":null`...)
	} else {
		text(`,"description":`, "REFUND FOR CHARGE ("+description+")")
	}
	number(`,"exchange_rate":null,"fee":0,"fee_details":[],"net":`, amount)
	text(`,"reporting_category":`, kind)
	text(`,"source":`, capture.RefundID(e.row.Charge, e.row.Refund))
	text(`,"status":"available","type":`, kind)
	return append(b, '}')
}

func retrieveLedger(x *tx, r *request) (reply, error) {
	row, ok := get[ledgerRow](x, tableLedger, r.vars[0])
	if !ok {
		return reply{}, missing("balance transaction", r.vars[0], "id")
	}
	if err := form.NewReader(r.form).Done(); err != nil {
		return reply{}, err
	}
	return x.ok(x.entry(r.vars[0], row))
}

func listLedger(x *tx, r *request) (reply, error) {
	in := form.NewReader(r.form)
	p := readPage(in)
	source, kind, currency := in.Text("source"), in.Text("type"), in.Text("currency")
	in.Drop("payout")
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	return list(x, r, p, listing[ledgerRow]{
		table: tableLedger, noun: "balance transaction", url: r.path,
		created: func(row ledgerRow) intents.Time { return row.Created },
		keep: func(row ledgerRow) bool {
			c, _ := get[chargeRow](x, tableCharges, row.Charge)
			of, sort := row.Charge, "charge"
			if row.Refund >= 0 {
				of, sort = capture.RefundID(row.Charge, row.Refund), "refund"
			}
			return (source == "" || source == of) && (kind == "" || kind == sort) && (currency == "" || currency == string(c.Currency))
		},
		render: func(x *tx, row ledgerRow) webhook.Object { return x.entry(x.entryID(row), row) },
	})
}

// entryID returns the id of a balance transaction.
func (x *tx) entryID(row ledgerRow) string {
	c, _ := get[chargeRow](x, tableCharges, row.Charge)
	if row.Refund < 0 {
		b, _ := c.BalanceTransaction()
		return b.ID
	}
	key := "balance_transaction"
	if row.Failed {
		key = "failure_balance_transaction"
	}
	return memberOf(webhook.Refund{Of: c.Charge, Number: row.Refund}, key)
}

// chargeIDs lists transfers or fees, which are known by their charges.
func listByCharge(x *tx, r *request, t Table, noun, filter string, render func(c webhook.Charge) webhook.Object) (reply, error) {
	in := form.NewReader(r.form)
	p := readPage(in)
	want, group := in.Text(filter), ""
	if t == tableTransfers {
		group = in.Text("transfer_group")
	}
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	of := func(charge string) webhook.Charge {
		c, _ := get[chargeRow](x, tableCharges, charge)
		return c.shown(x)
	}
	return list(x, r, p, listing[string]{
		table: t, noun: noun, url: r.path,
		created: func(charge string) intents.Time { return of(charge).Ledger.At },
		keep: func(charge string) bool {
			if group != "" && group != memberOf(render(of(charge)), "transfer_group") {
				return false
			}
			return want == "" || want == charge || filter == "destination" && want == capture.ConnectOf(of(charge).Details).Destination
		},
		render: func(_ *tx, charge string) webhook.Object { return render(of(charge)) },
	})
}

func listTransfers(x *tx, r *request) (reply, error) {
	return listByCharge(x, r, tableTransfers, "transfer", "destination", func(c webhook.Charge) webhook.Object { return webhook.Transfer{Of: c} })
}

func listFees(x *tx, r *request) (reply, error) {
	return listByCharge(x, r, tableFees, "application_fee", "charge", func(c webhook.Charge) webhook.Object { return webhook.ApplicationFee{Of: c} })
}

func retrieveTransfer(x *tx, r *request) (reply, error) {
	return x.retrieve(r, tableTransfers, "transfer")
}

func retrieveFee(x *tx, r *request) (reply, error) {
	return x.retrieve(r, tableFees, "application fee")
}

// retrieve answers with the object that the path names, of a table of charges' ids.
func (x *tx) retrieve(r *request, t Table, noun string) (reply, error) {
	o, ok := x.find(r.vars[0])
	if _, has := get[string](x, t, r.vars[0]); !ok || !has {
		return reply{}, missing(noun, r.vars[0], "id")
	}
	if err := form.NewReader(r.form).Done(); err != nil {
		return reply{}, err
	}
	return x.ok(o)
}

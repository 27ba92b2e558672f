package fakestripe

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/examples/internal/form"
	"github.com/payintent/intents/internal/jsonenc"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/webhook"
)

// fundCash is the test helper that sends money to a customer's cash balance. What waits
// for money takes it, the oldest first, as with Stripe's automatic reconciliation.
func fundCash(x *tx, r *request) (reply, error) {
	c, err := x.living(r)
	if err != nil {
		return reply{}, err
	}
	in := form.NewReader(r.form)
	amount, reference := in.Required("amount"), in.Text("reference")
	currency := in.Currency(true)
	if amount < 1 {
		in.Fail(form.Invalid("amount", "parameter_invalid_integer", "This value must be greater than or equal to 1."))
	}
	if err := in.Done(); err != nil {
		return reply{}, err
	}
	if before := x.cash(c.ID, currency); amount > maxCash-before {
		return reply{}, form.Invalid("amount", "amount_too_large", "The cash balance would be too large.")
	}
	x.addCash(c.ID, currency, amount)
	funded := rendered(x.cashTransaction(c.ID, currency, amount, reference))
	x.tell("customer_cash_balance_transaction.created", funded)
	if err := x.reconcile(c.ID, currency); err != nil {
		return reply{}, err
	}
	if x.cash(c.ID, currency) > 0 {
		x.tell("cash_balance.funds_available", rendered(x.cashBalance(c.ID)))
	}
	return reply{status: http.StatusOK, body: []byte(funded)}, nil
}

// expireCharge is the test helper of the CLI's trigger charge.expired: the hold of a charge
// ends now, and time has its word.
func expireCharge(x *tx, r *request) (reply, error) {
	row, err := x.charge(r.vars[0])
	if err == nil {
		err = form.NewReader(r.form).Done()
	}
	if err != nil {
		return reply{}, err
	}
	s, owned := get[paymentintent.Intent](x, tableIntents, row.PaymentIntent)
	switch {
	case owned && s.Charge.ID == row.ID:
		s.Charge.CaptureBefore = min(s.Charge.CaptureBefore, x.at())
		_, err = x.applyPayment(s, paymentintent.ExpireAuthorization{})
	case owned: // an earlier attempt, which failed
		err = unexpirable()
	default:
		c := row.Charge.Charge
		c.CaptureBefore = min(c.CaptureBefore, x.at())
		_, err = x.commandCharge(c, capture.Expire{})
	}
	if _, refused := errors.AsType[*intents.StateError](err); refused {
		err = unexpirable()
	}
	if err != nil {
		return reply{}, err
	}
	if row, err = x.charge(row.ID); err != nil {
		return reply{}, err
	}
	return x.ok(row.shown(x))
}

func unexpirable() error {
	return invalidRequest(http.StatusBadRequest, "This charge can't be expired: it is not an authorization that waits for its capture.")
}

// maxCash bounds a cash balance, so that sums do not overflow.
const maxCash = 1 << 50

// reconcile pays from the cash balance what waits for it.
func (x *tx) reconcile(customer string, c intents.Currency) error {
	var waiting []paymentintent.Intent
	for _, s := range each[paymentintent.Intent](x, tableIntents) {
		if s.Customer() == customer && s.Currency == c && s.NextAction.Type() == "display_bank_transfer_instructions" {
			waiting = append(waiting, s)
		}
	}
	slices.Reverse(waiting)
	for _, s := range waiting {
		has := x.cash(customer, c)
		if has == 0 {
			return nil
		}
		act, ok := paymentintent.Simulator{Chooser: x.s.world}.Act(s)
		fund, isFund := act.(paymentintent.Fund)
		if !ok || !isFund {
			continue
		}
		fund.Amount = min(fund.Amount, has)
		if _, err := x.applyPayment(s, fund); err != nil {
			return err
		}
	}
	return nil
}

// tell publishes an event that no machine tells of.
func (x *tx) tell(kind string, o webhook.Object) {
	e := webhook.Event{ID: x.s.ids.object("evt_", x.at()), Type: kind, Created: x.at(), Object: o}
	for _, option := range x.options() {
		option(&e)
	}
	x.publish(e)
}

// cashTransaction renders a customer_cash_balance_transaction.
func (x *tx) cashTransaction(customer string, c intents.Currency, amount int64, reference string) []byte {
	b := []byte(`{"id":`)
	b = jsonenc.AppendJSONString(b, x.s.ids.object("ccsbtxn_", x.at()))
	b = append(b, `,"object":"customer_cash_balance_transaction","created":`...)
	b = strconv.AppendInt(b, int64(x.at()), 10)
	b = append(b, `,"currency":`...)
	b = jsonenc.AppendJSONString(b, string(c))
	b = append(b, `,"customer":`...)
	b = jsonenc.AppendJSONString(b, customer)
	b = append(b, `,"customer_account":null,"ending_balance":`...)
	b = strconv.AppendInt(b, x.cash(customer, c), 10)
	b = append(b, `,"funded":{"bank_transfer":{"reference":`...)
	if reference == "" {
		b = append(b, "null"...)
	} else {
		b = jsonenc.AppendJSONString(b, reference)
	}
	b = append(b, `,"type":"us_bank_transfer"}},"livemode":false,"net_amount":`...)
	b = strconv.AppendInt(b, amount, 10)
	return append(b, `,"type":"funded"}`...)
}

package checkout_test

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// line reads the arguments of a command line.
type line struct{ script.Line }

// sub returns the line of the command that is its first argument, as in
// "payment capture amount_to_capture=500".
func (l line) sub() line {
	l.TB.Helper()
	if len(l.Args) == 0 || !l.Args[0].Bare {
		l.Fatalf("whom is told what?")
	}
	name := l.Args[0].Key
	l.Flag(name)
	l.Name, l.Args = name, l.Args[1:]
	return l
}

// session reads a command to the session.
func (l line) session() (checkout.Command, bool) {
	l.TB.Helper()
	switch checkout.CommandName(l.Name) {
	case "create":
		return l.create(), true
	case "update":
		return l.update(), true
	case "expire":
		return checkout.Expire{}, true
	case "submit":
		return l.submit(), true
	case "recover":
		return checkout.Recover{}, true
	case "proceed":
		return checkout.Proceed{}, true
	case "reopen":
		return checkout.Reopen{}, true
	case "complete":
		return l.complete(), true
	case "report_paid":
		return checkout.ReportPaid{Captured: l.Flag("captured")}, true
	case "report_failed":
		return checkout.ReportFailed{}, true
	case "lapse":
		return checkout.Lapse{}, true
	}
	return nil, false
}

func (l line) create() checkout.Create {
	l.TB.Helper()
	ui, err := checkout.ParseUIMode(l.Str("ui_mode"))
	if err != nil {
		ui = checkout.UIMode(l.Str("ui_mode"))
	}
	c := checkout.Create{
		ID: csID, Mode: checkout.Mode(l.Str("mode")), UIMode: ui, APIVersion: intents.Version(l.Str("api_version")),
		Currency: intents.Currency(l.Str("currency")), LineItems: l.items(), Shipping: l.Num("shipping"), PaymentMethodTypes: l.Types(),
		CustomerCreation: checkout.CustomerCreation(l.Str("customer_creation")), Metadata: l.Metadata(), Livemode: l.Flag("livemode"),
		Settings: checkout.Settings{Types: intents.TypesOf(intents.Card, intents.Link, intents.USBankAccount)},
	}
	if id, ok := l.String("id"); ok {
		c.ID = id
	}
	if life, ok := l.Duration("expires_in"); ok {
		c.ExpiresAt = intents.TimeOf(start.Add(life))
	}
	if l.Flag("google_pay") {
		c.Settings.Wallets = checkout.ApplePay | checkout.GooglePay
	}
	if l.Flag("all_types") {
		c.Settings.Types = all()
	}
	c.Details = l.Rest(named)
	return c
}

// all are all payment method types.
func all() (types intents.PaymentMethodTypes) {
	for t := intents.Card; t.Valid(); t++ {
		types |= intents.TypesOf(t)
	}
	return types
}

// items reads line_items[], each a form such as name=Cap&unit_amount=500, with usd and a
// quantity of 1 where nothing else is said.
func (l line) items() checkout.LineItems {
	l.TB.Helper()
	var lines []checkout.LineItem
	for _, text := range l.Strings("line_items[]") {
		p := l.form(text)
		text := func(key string) string {
			v, _ := p.Get(key)
			return v
		}
		number := func(key string, without int64) int64 {
			n, err := strconv.ParseInt(text(key), 10, 64)
			if err != nil {
				return without
			}
			return n
		}
		item := checkout.LineItem{
			Price: text("price"), Product: text("product"), Name: text("name"), Description: text("description"), Interval: text("interval"),
			Currency: intents.Currency(cmp.Or(text("currency"), "usd")), UnitAmount: number("unit_amount", 0), Quantity: number("quantity", 1),
			Discount: number("discount", 0), Tax: number("tax", 0),
		}
		lines = append(lines, item)
	}
	return items(l.TB, lines...)
}

func (l line) update() checkout.Update {
	l.TB.Helper()
	c := checkout.Update{Metadata: l.Pairs("metadata"), Shipping: script.Optional(l.Int("shipping"))}
	if lines := l.items(); lines != "" {
		c.LineItems = intents.Some(lines)
	}
	c.Details = l.Rest(named)
	return c
}

func (l line) submit() checkout.Submit {
	l.TB.Helper()
	return checkout.Submit{
		PaymentMethod: l.Method("payment_method", method), Buyer: l.form(l.Str("customer_details")), Accepted: l.Flag("accepted"), ExpectedAmount: script.Optional(l.Int("expected_amount")),
	}
}

// form reads pairs that need not be sorted: a=b&c=d.
func (l line) form(text string) intents.Pairs {
	l.TB.Helper()
	m := map[string]string{}
	for pair := range strings.SplitSeq(text, "&") {
		if key, value, ok := strings.Cut(pair, "="); ok {
			m[key] = value
		}
	}
	p, err := intents.NewPairs(m)
	require.NoError(l.TB, err, l.Pos())
	return p
}

func (l line) complete() checkout.Complete {
	l.TB.Helper()
	return checkout.Complete{PaymentStatus: checkout.PaymentStatus(l.Str("payment_status")), Subscription: l.Str("subscription"), Invoice: l.Str("invoice")}
}

// payment reads a command to the PaymentIntent: the part of its language that a
// session has to do with.
func (l line) payment() paymentintent.Command {
	l.TB.Helper()
	switch l.Name {
	case "update":
		return paymentintent.Update{Amount: script.Optional(l.Int("amount")), Metadata: l.Pairs("metadata"), Details: l.Rest(named)}
	case "confirm":
		return paymentintent.Confirm{PaymentMethod: l.Method("payment_method", method), Owner: l.Str("owner")}
	case "capture":
		return paymentintent.Capture{AmountToCapture: script.Optional(l.Int("amount_to_capture"))}
	case "cancel":
		return paymentintent.Cancel{}
	case "apply_customer_balance":
		return paymentintent.ApplyCustomerBalance{Amount: script.Optional(l.Int("amount"))}
	case "verify_microdeposits":
		return paymentintent.Simulator{}.Verify(l.Amounts(), l.Str("descriptor_code"))
	case "refund":
		return paymentintent.Refund{Amount: l.Num("amount")}
	case "challenge":
		return paymentintent.Challenge{NextAction: l.NextAction(), ExpiresIn: l.Dur("expires_in")}
	case "authenticate":
		return paymentintent.Authenticate{}
	case "fail_action":
		return paymentintent.FailAction{Failure: l.Failure()}
	case "fund":
		return paymentintent.Fund{Amount: l.Num("amount"), Terms: capture.Terms{Pricing: capture.TestPricing()}}
	case "collect":
		return paymentintent.Collect{}
	case "decline":
		return paymentintent.Decline{Failure: l.Failure()}
	case "dispute":
		return paymentintent.Dispute{Reason: l.Str("reason")}
	case "notify":
		return paymentintent.Notify{CompletesIn: l.Dur("completes_in")}
	case "expire_authorization":
		return paymentintent.ExpireAuthorization{}
	case "void":
		return paymentintent.Void{Reason: paymentintent.Automatic}
	}
	l.Fatalf("unknown command to a PaymentIntent")
	return nil
}

// setup reads a command to the SetupIntent.
func (l line) setup() setupintent.Command {
	l.TB.Helper()
	switch l.Name {
	case "update":
		return setupintent.Update{Metadata: l.Pairs("metadata"), Details: l.Rest(named)}
	case "confirm":
		return setupintent.Confirm{PaymentMethod: l.Method("payment_method", method), Owner: l.Str("owner")}
	case "cancel":
		return setupintent.Cancel{}
	case "verify_microdeposits":
		return setupintent.Simulator{}.Verify(l.Amounts(), l.Str("descriptor_code"))
	case "authenticate":
		return setupintent.Authenticate{}
	case "fail_action":
		return setupintent.FailAction{Failure: l.Failure()}
	case "collect":
		return setupintent.Collect{}
	case "decline":
		return setupintent.Decline{Failure: l.Failure()}
	case "void":
		return setupintent.Void{}
	}
	l.Fatalf("unknown command to a SetupIntent")
	return nil
}

// named are the parameters that are no details.
var named = map[string]bool{
	"id": true, "mode": true, "ui_mode": true, "api_version": true, "currency": true, "line_items[]": true, "shipping": true, "payment_method_types": true,
	"customer_creation": true, "livemode": true, "expires_in": true, "google_pay": true, "all_types": true, "amount": true, "payment_method": true,
}

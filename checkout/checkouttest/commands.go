package checkouttest

import (
	"time"

	"pgregory.net/rapid"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/paymentintent/paymentintenttest"
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/setupintent/setupintenttest"
)

// Command is a command to one of the machines of a flow: exactly one is set.
type Command struct {
	// Session goes to the session, and from there to its intent.
	Session checkout.Command
	// Payment goes to the PaymentIntent, and from there to its session.
	Payment paymentintent.Command
	// Setup goes to the SetupIntent, and from there to its session.
	Setup setupintent.Command
}

// Apply gives the command to a flow. Its errors are those of checkout.Flow's methods.
func (c Command) Apply(f checkout.Flow, now time.Time) (checkout.Step, error) {
	switch {
	case c.Payment != nil:
		return f.ApplyPayment(c.Payment, now)
	case c.Setup != nil:
		return f.ApplySetup(c.Setup, now)
	}
	return f.Apply(c.Session, now)
}

// String implements fmt.Stringer.
func (c Command) String() string {
	switch {
	case c.Payment != nil:
		return "payment " + c.Payment.String()
	case c.Setup != nil:
		return "setup " + c.Setup.String()
	case c.Session != nil:
		return c.Session.String()
	}
	return "nothing"
}

// Commands returns a generator of commands for a flow. While an attempt is under way
// or the customer has to act it is mostly one to the intent; else mostly one to the
// session, three times in four one that is legal in its status. What is in it may be
// refused all the same.
func Commands(f checkout.Flow) *rapid.Generator[Command] {
	return rapid.Custom(func(t *rapid.T) Command {
		d := drawer{t: t, f: &f, s: &f.Session}
		if toIntent := d.f.Session.Status == checkout.StatusConfirming || d.acting(); d.chance("another machine", 2) != toIntent {
			switch {
			case f.Payment.ID != "":
				return Command{Payment: paymentintenttest.Commands(f.Payment).Draw(t, "payment")}
			case f.Setup.ID != "":
				return Command{Setup: setupintenttest.Commands(f.Setup).Draw(t, "setup")}
			}
		}
		names := d.fitting()
		if len(names) == 0 || d.chance("arbitrary", 2) {
			names = allNames()
		}
		return Command{Session: d.command(names[d.uniform("command", len(names))])}
	})
}

// acting reports whether the intent waits for its customer, or for money.
func (d drawer) acting() bool {
	p, s := d.f.Payment.Status, d.f.Setup.Status
	return p == paymentintent.StatusRequiresAction || p == paymentintent.StatusProcessing || p == paymentintent.StatusRequiresCapture ||
		s == setupintent.StatusRequiresAction || s == setupintent.StatusProcessing
}

// fitting returns what is legal: mostly what leads on, and not what ends a history
// too early to tell of it, or is the intent's to say.
func (d drawer) fitting() []checkout.CommandName {
	legal := checkout.Legal(d.s.Status)
	if d.chance("unfitting", 3) {
		return legal
	}
	var names []checkout.CommandName
	for _, name := range legal {
		weight := 1
		switch name {
		case "submit":
			weight = 6
		case "complete", "reopen", "proceed", "report_paid", "report_failed":
			if d.s.Mode != checkout.Subscription {
				weight = 0
			}
		case "expire", "lapse":
			weight = 0
		}
		for range weight {
			names = append(names, name)
		}
	}
	return names
}

// allNames returns the sorts of commands, in the order of the table.
func allNames() []checkout.CommandName {
	var names []checkout.CommandName
	seen := map[checkout.CommandName]bool{}
	for _, a := range checkout.Table() {
		if !seen[a.Command] {
			seen[a.Command] = true
			names = append(names, a.Command)
		}
	}
	return names
}

// drawer draws the contents of commands for a flow.
type drawer struct {
	t *rapid.T
	f *checkout.Flow
	s *checkout.Session
}

func (d drawer) command(name checkout.CommandName) checkout.Command {
	switch name {
	case "create":
		return d.create()
	case "update":
		return d.update()
	case "expire":
		return checkout.Expire{}
	case "submit":
		return d.submit()
	case "recover":
		return checkout.Recover{}
	case "proceed":
		return checkout.Proceed{}
	case "reopen":
		return checkout.Reopen{}
	case "complete":
		c := checkout.Complete{PaymentStatus: odd(d, "payment_status", sample(d, "of", checkout.Paid, checkout.Unpaid, checkout.NoPaymentRequired), "maybe")}
		if odd(d, "subscription", d.s.Mode == checkout.Subscription, d.s.Mode != checkout.Subscription) {
			c.Subscription, c.Invoice = "sub_1", sample(d, "invoice", "in_1", "")
		}
		return c
	case "report_paid":
		return checkout.ReportPaid{Captured: d.rarely("captured")}
	case "report_failed":
		return checkout.ReportFailed{}
	default:
		return checkout.Lapse{}
	}
}

func (d drawer) create() checkout.Create {
	const success, back = "success_url=https://example.com/{CHECKOUT_SESSION_ID}", "return_url=https://example.com"
	c := checkout.Create{
		ID:               odd(d, "id", sample(d, "of", "cs_test_1", "cs_test_2"), sample(d, "bad", "", "pi_1", "cs_\xff")),
		Mode:             odd(d, "mode", sample(d, "of", checkout.Payment, checkout.Payment, checkout.Setup, checkout.Subscription), "gift"),
		UIMode:           odd(d, "ui_mode", sample(d, "of", "", "", checkout.EmbeddedPage, checkout.Elements, checkout.Elements), "popup"),
		APIVersion:       odd(d, "version", sample(d, "of", "", "", intents.Version("2020-08-27"), intents.Version20220801, intents.VersionDahlia), "x"),
		Settings:         checkout.Settings{Types: types(), Wallets: sample(d, "wallets", 0, checkout.ApplePay|checkout.GooglePay, checkout.NoWallets)},
		CustomerCreation: odd(d, "customer_creation", "", sample(d, "of", checkout.Always, checkout.IfRequired, "x")),
		RecoveredFrom:    odd(d, "recovered_from", "", "cs_test_0"), Livemode: d.rarely("livemode"),
	}
	c.Details = success
	if c.UIMode == checkout.EmbeddedPage || c.UIMode == checkout.Elements {
		c.Details = back
	}
	if c.UIMode != checkout.Elements && d.rarely("recovery") {
		c.Details = c.Details.Merge("after_expiration[recovery][enabled]=true")
	}
	c.Details = odd(d, "details", c.Details.Merge(d.details(c.Mode)), sample[intents.Pairs](d, "bad", "", "b=1&a=2", "colour=red"))
	switch c.Mode {
	case checkout.Setup:
		c.Currency = odd[intents.Currency](d, "currency", "usd", "")
	case checkout.Payment:
		c.LineItems = d.items("")
	case checkout.Subscription:
		c.LineItems = d.items("month")
		c.CustomerCreation = ""
	}
	if c.Mode != checkout.Setup {
		c.Shipping = odd(d, "shipping", sample(d, "of", int64(0), 0, 500), sample(d, "bad", int64(-1), 1<<62))
	}
	m, _ := intents.NewMetadata(map[string]string{"order": "6735"})
	c.Metadata = sample(d, "metadata", "", m)
	return c
}

// details draws parameters that change what happens.
func (d drawer) details(mode checkout.Mode) intents.Pairs {
	var details intents.Pairs
	for _, part := range []struct {
		name  string
		mode  checkout.Mode
		pairs intents.Pairs
	}{
		{"customer", "", "customer=cus_1"},
		{"manual", checkout.Payment, "payment_intent_data[capture_method]=manual"},
		{"invoice", checkout.Payment, "invoice_creation[enabled]=true"},
		{"later", checkout.Payment, "payment_intent_data[setup_future_usage]=off_session"},
		{"phone", "", "phone_number_collection[enabled]=true"},
	} {
		if (part.mode == "" || part.mode == mode) && d.rarely(part.name) {
			details = details.Merge(part.pairs)
		}
	}
	return details
}

// items draws line items, at the limits of what they may come to.
func (d drawer) items(interval string) checkout.LineItems {
	unit := odd(d, "unit_amount", sample(d, "of", int64(2000), 50, 1, 0, 99_999_999), sample(d, "bad", int64(49), 100_000_000))
	line := checkout.LineItem{Name: "T-shirt", Currency: odd[intents.Currency](d, "currency", "usd", "eur"), UnitAmount: unit, Quantity: sample(d, "quantity", int64(1), 1, 50)}
	if d.rarely("discount") {
		line.Discount = sample(d, "discount", line.Subtotal(), line.Subtotal()/2)
	}
	line.Interval = interval
	lines := []checkout.LineItem{line}
	if d.rarely("two lines") {
		lines = append(lines, checkout.LineItem{Price: "price_1", Currency: "usd", UnitAmount: 100, Quantity: 2, Tax: 7, Interval: odd(d, "interval", "", "year")})
	}
	l, _ := checkout.NewLineItems(lines...) // none, where one can't be one: that is refused
	return l
}

func (d drawer) update() checkout.Update {
	c := checkout.Update{Metadata: sample[intents.Pairs](d, "metadata", "", "order=6736", "order=")}
	if d.s.UIMode == checkout.Elements && d.s.Mode == checkout.Payment && d.often("line_items") {
		c.LineItems = intents.Some(d.items(""))
	}
	if d.rarely("shipping") {
		c.Shipping = intents.Some(sample(d, "of", int64(0), 700, -1))
	}
	if d.rarely("details") {
		c.Details = sample[intents.Pairs](d, "of", "payment_intent_data[description]=A", "invoice_creation[enabled]=true", "success_url=x", "payment_intent_data[capture_method]=manual")
	}
	return c
}

func (d drawer) submit() checkout.Submit {
	c := checkout.Submit{Accepted: d.often("accepted"), Buyer: sample[intents.Pairs](d, "buyer", "", "email=jenny@example.com&phone=555", "phone=555", "name=J%26&phone=5", "phone=555")}
	if odd(d, "payment_method given", true, false) {
		c.PaymentMethod = d.paymentMethod()
	}
	if d.rarely("expected_amount") {
		c.ExpectedAmount = intents.Some(odd(d, "of", d.s.AmountTotal(), -1))
	}
	return c
}

// types are the payment method types with a life of their own.
func types() intents.PaymentMethodTypes {
	return intents.TypesOf(intents.Card, intents.USBankAccount, intents.Link, intents.CustomerBalance, intents.WechatPay)
}

func (d drawer) paymentMethod() intents.PaymentMethod {
	ids := []string{
		"pm_card_visa", "pm_card_visa", "pm_card_threeDSecure2Required", "pm_card_chargeDeclined", "pm_usBankAccount_success", "pm_usBankAccount_failMicrodeposits",
		"pm_usBankAccount_insufficientFunds", "link", "customer_balance", "wechat_pay", "oxxo",
	}
	var pm intents.PaymentMethod
	for range 4 {
		id := ids[d.uniform("payment_method", len(ids))]
		found, ok := capture.TestPaymentMethod(id)
		if !ok {
			t, _ := intents.ParsePaymentMethodType(id)
			found = intents.PaymentMethod{ID: "pm_" + id, Type: t}
		}
		if pm = found; d.s.PaymentMethodTypes.Has(pm.Type) {
			break
		}
	}
	pm.Spent = odd(d, "spent", false, true)
	pm.Customer = odd(d, "customer", "", sample(d, "of", "cus_1", "cus_2"))
	pm.Details = odd(d, "details", pm.Details, "not canonical")
	return pm
}

func (d drawer) often(what string) bool  { return rapid.Bool().Draw(d.t, what) }
func (d drawer) rarely(what string) bool { return d.chance(what, 3) }

// chance is true once in two to the power of n times.
func (d drawer) chance(what string, n int) bool {
	for range n {
		if !rapid.Bool().Draw(d.t, what) {
			return false
		}
	}
	return true
}

// uniform draws one of n, at most 64, each about as often as the others.
func (d drawer) uniform(what string, n int) int {
	i := 0
	for range 8 {
		i <<= 1
		if rapid.Bool().Draw(d.t, what) {
			i |= 1
		}
	}
	return i % n
}

// odd returns what is good, but for once in 32 times.
func odd[T any](d drawer, what string, good, bad T) T {
	if d.chance(what, 5) {
		return bad
	}
	return good
}

func sample[T any](d drawer, what string, values ...T) T {
	return values[d.uniform(what, len(values))]
}

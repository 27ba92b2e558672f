package webhook_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/webhook"
)

// objects returns all that the lives tell of, by type, and what else versions differ
// in: options, an entry, a payment method.
func objects(t *testing.T) map[string][]webhook.Object {
	t.Helper()
	all := map[string][]webhook.Object{}
	for _, l := range lives {
		for _, tr := range l.play(t) {
			for _, e := range webhook.FromPaymentIntent(tr) {
				name := objectName(e.Value())
				all[name] = append(all[name], e.Object)
			}
			all["balance_transaction"] = append(all["balance_transaction"], webhook.BalanceTransaction{Of: webhook.ChargeOf(tr.After)})
			all["payment_method"] = append(all["payment_method"], webhook.PaymentMethod{PaymentMethod: tr.After.PaymentMethod})
		}
	}
	s := life{"options", []step{ask(start(of(intents.Card, intents.USBankAccount), carrying("payment_details[order_reference]=o")))}}.play(t)[0].After
	s.Flags |= paymentintent.AutomaticPaymentMethods
	all["payment_intent"] = append(all["payment_intent"], webhook.PaymentIntent{Intent: s})
	addParties(t, all)
	return all
}

func objectName(o webhook.Object) string {
	switch o.(type) {
	case webhook.PaymentIntent:
		return "payment_intent"
	case webhook.Charge:
		return "charge"
	case webhook.ApplicationFee:
		return "application_fee"
	case webhook.Transfer:
		return "transfer"
	case webhook.Refund:
		return "refund"
	case webhook.Dispute:
		return "dispute"
	}
	return ""
}

// inOthers are the paths of objects that stand in another.
var inOthers = []string{
	"charges.data[", "last_payment_error.payment_method.", "refunds.data[", "balance_transactions[", "last_setup_error.payment_method.", "setup_error.payment_method.",
}

// show returns what all the objects show at a version. What stands in another object
// is not looked at, for its changes are the other's.
func show(t *testing.T, objects map[string][]webhook.Object, v intents.Version) map[string][]string {
	t.Helper()
	shown := map[string][]string{}
	for name, all := range objects {
		for _, o := range all {
			for _, line := range leaves(t, o.AppendJSON(nil, v)) {
				if !slices.ContainsFunc(inOthers, func(prefix string) bool { return strings.HasPrefix(line, prefix) }) {
					shown[name] = append(shown[name], line)
				}
			}
		}
	}
	return shown
}

// TestChanges says that the list of changes is in order, and that each of its shapes
// is undone the day before it, in the objects that it is about and in no other.
func TestChanges(t *testing.T) {
	all := webhook.Changes()
	require.True(t, slices.IsSortedFunc(all, func(a, b webhook.Change) int {
		switch {
		case b.Version.Before(a.Version):
			return -1
		case a.Version.Before(b.Version):
			return 1
		}
		return 0
	}), "newest first")
	names := map[string]bool{}
	about := map[intents.Version]map[string]bool{}
	for _, c := range all {
		require.NoError(t, c.Version.Check())
		require.NotEmpty(t, c.Name)
		require.True(t, strings.HasSuffix(c.Doc, "."), "%s: a sentence", c.Name)
		require.False(t, names[c.Name+" "+c.Object], "%s comes twice", c.Name)
		names[c.Name+" "+c.Object] = true
		if c.Level == webhook.LevelShape {
			if about[c.Version] == nil {
				about[c.Version] = map[string]bool{}
			}
			about[c.Version][c.Object] = true
		}
	}
	every := objects(t)
	for v, changed := range about {
		now, before := show(t, every, v), show(t, every, dayBefore(v))
		for name := range now {
			require.Equal(t, changed[name], !slices.Equal(now[name], before[name]), "%s at %s", name, v)
		}
	}
	latest, oldest := show(t, every, ""), all[len(all)-1].Version
	require.Equal(t, latest, show(t, every, intents.VersionLatest))
	require.Equal(t, latest, show(t, every, "2031-01-01.zenith"))
	require.Equal(t, latest, show(t, every, all[0].Version))
	require.Equal(t, show(t, every, dayBefore(oldest)), show(t, every, "2011-01-01"))
}

// TestUntil says that what only old versions are sent follows from the list too.
func TestUntil(t *testing.T) {
	listed := map[intents.Version]bool{}
	for _, c := range webhook.Changes() {
		if c.Level == webhook.LevelEvent {
			listed[c.Version] = true
		}
	}
	used := map[intents.Version]bool{}
	for _, l := range lives {
		for _, e := range told(l.play(t)) {
			require.True(t, e.SentTo("2011-01-01"))
			if e.Until != "" {
				used[e.Until] = true
				require.False(t, e.SentTo(""))
				require.False(t, e.SentTo(e.Until))
				require.True(t, e.SentTo(dayBefore(e.Until)))
			}
		}
	}
	require.Equal(t, listed, used)
}

func TestForVersion(t *testing.T) {
	events := told(lifeOf(t, "a hold that runs out"))
	require.Equal(t, events, webhook.ForVersion(events, "2024-06-20"), "all of them")
	kept := webhook.ForVersion(events, "")
	require.Len(t, kept, len(events)-1)
	for _, e := range kept {
		require.Empty(t, e.Until)
	}
	require.Equal(t, "charge.refunded", events[len(events)-2].Type, "the slice that was given stays")
	require.Nil(t, webhook.ForVersion(nil, ""))
	require.Zero(t, testing.AllocsPerRun(10, func() { webhook.ForVersion(events, "2024-06-20") }))
}

// TestOldShapes are the differences that an integration meets, one by one.
func TestOldShapes(t *testing.T) {
	canceled := lifeOf(t, "canceled with a hold")[1].After
	expired := lifeOf(t, "a hold that runs out")[1].After
	part := lifeOf(t, "capture of a part")[1].After
	asked := lifeOf(t, "3D Secure by redirect")[0].After
	render := func(s paymentintent.Intent, v intents.Version, expand webhook.Expand) []string {
		return leaves(t, webhook.PaymentIntent{Intent: s, Expand: expand}.AppendJSON(nil, v))
	}
	const all = webhook.ExpandLatestCharge | webhook.ExpandRefunds | webhook.ExpandBalanceTransaction
	for _, tc := range []struct {
		name string
		s    paymentintent.Intent
		v    intents.Version
		want []string
	}{
		{"canceled", canceled, "", []string{"latest_charge.amount_refunded = 0", "latest_charge.refunded = false", "latest_charge.refunds.total_count = 0", "latest_charge.captured = false", "latest_charge.paid = true"}},
		{"canceled before basil", canceled, "2025-02-24.acacia", []string{"latest_charge.amount_refunded = 2000", "latest_charge.refunded = true", "latest_charge.refunds.data[0].amount = 2000", "latest_charge.refunds.data[0].reason = null", "latest_charge.captured = false", "latest_charge.amount_captured = 0"}},
		{"expired", expired, "", []string{`cancellation_reason = "expired"`}},
		{"expired before basil", expired, "2022-11-15", []string{`cancellation_reason = "automatic"`, `latest_charge.refunds.data[0].reason = "expired_uncaptured_charge"`, "latest_charge.refunds.data[0].created = 1763403982"}},
		{"part", part, "", []string{"amount = 2000", "amount_received = 1500", "latest_charge.amount_refunded = 0", "latest_charge.balance_transaction.amount = 1500"}},
		{"part before basil", part, "2022-11-15", []string{"latest_charge.amount_refunded = 500", "latest_charge.refunded = false", "latest_charge.balance_transaction.amount = 2000", "latest_charge.refunds.data[0].amount = 500", "latest_charge.amount_captured = 1500"}},
		{"the list of charges", part, "2022-08-01", []string{"charges.total_count = 1", "charges.data[0].amount_refunded = 500", `charges.data[0].refunds.data[0].status = "succeeded"`, `charges.url = "/v1/charges?payment_intent=` + intentID + `"`}},
		{"names", asked, "2018-11-08", []string{`status = "requires_source_action"`, `next_source_action.type = "authorize_with_url"`, `next_source_action.authorize_with_url.return_url = "https://example.com/?a=1&b=2"`, `allowed_source_types[0] = "card"`}},
		{"names now", asked, "2019-02-11", []string{`status = "requires_action"`, `next_action.type = "redirect_to_url"`, `payment_method_types[0] = "card"`}},
	} {
		t.Run(tc.name, func(t *testing.T) { require.Subset(t, render(tc.s, tc.v, all), tc.want) })
	}
	for _, line := range render(part, "2022-08-01", all) {
		require.False(t, strings.HasPrefix(line, "latest_charge"), line)
	}
	for _, line := range render(part, "2022-11-15", all) {
		require.False(t, strings.HasPrefix(line, "charges."), line)
	}
}

func TestExpand(t *testing.T) {
	all := lifeOf(t, "asynchronous capture on Connect")
	refunded := all[len(all)-1].After
	for _, tc := range []struct {
		object, path, want string
	}{
		{"payment_intent", "latest_charge", `latest_charge.object = "charge"`},
		{"payment_intent", "latest_charge.balance_transaction", `latest_charge.balance_transaction.object = "balance_transaction"`},
		{"payment_intent", "latest_charge.payment_intent", `latest_charge.payment_intent.latest_charge = "` + refunded.Charge.ID + `"`},
		{"payment_intent", "latest_charge.refunds", "latest_charge.refunds.total_count = 2"},
		{"payment_intent", "latest_charge.transfer", "latest_charge.transfer.reversed = true"},
		{"payment_intent", "payment_method", `payment_method.type = "card"`},
		{"charge", "application_fee", "application_fee.amount_refunded = 30"},
		{"charge", "balance_transaction", "balance_transaction.net = 1912"},
		{"charge", "transfer", "transfer.reversals.data[0].amount = 1500"},
	} {
		e, err := webhook.ParseExpand(tc.object, tc.path)
		require.NoError(t, err)
		var o webhook.Object = webhook.PaymentIntent{Intent: refunded, Expand: e}
		if tc.object == "charge" {
			c := webhook.ChargeOf(refunded)
			c.Expand = e
			o = c
		}
		require.Contains(t, leaves(t, o.AppendJSON(nil, "")), tc.want, tc.path)
	}
	e, err := webhook.ParseExpand("payment_intent", "payment_method", "latest_charge.refunds")
	require.NoError(t, err)
	require.Equal(t, webhook.ExpandPaymentMethod|webhook.ExpandLatestCharge|webhook.ExpandRefunds, e)
	require.True(t, e.Has(webhook.ExpandRefunds))
	for _, bad := range [][2]string{{"payment_intent", "invoice"}, {"charge", "latest_charge"}, {"charge", "latest_charge.refunds"}, {"payment_intent", "latest_charge.latest_charge"}, {"x", "refunds"}} {
		_, err := webhook.ParseExpand(bad[0], bad[1])
		require.Equal(t, "expand", paramOf(t, err))
		require.ErrorContains(t, err, "This property cannot be expanded ("+bad[1]+").")
	}
}

// TestCaptureGives shows a fee that came with the capture on the intent too.
func TestCaptureGives(t *testing.T) {
	all := life{"fee at capture", []step{
		pay(start(manually, with("application_fee_amount=100&statement_descriptor=SHOP&transfer_data[destination]=acct_1")), confirm("pm_card_visa")),
		ask(paymentintent.Capture{Details: "application_fee_amount=50"}).later(day),
	}}.play(t)
	require.Contains(t, leaves(t, webhook.PaymentIntent{Intent: all[0].After}.AppendJSON(nil, "")), "application_fee_amount = 100")
	after := leaves(t, webhook.PaymentIntent{Intent: all[1].After, Expand: webhook.ExpandLatestCharge | webhook.ExpandApplicationFee}.AppendJSON(nil, ""))
	require.Subset(t, after, []string{
		"application_fee_amount = 50", "latest_charge.application_fee_amount = 50", "latest_charge.application_fee.amount = 50",
		`statement_descriptor = "SHOP"`, `transfer_data.destination = "acct_1"`,
	})
}

// TestAvailable is the status of a balance transaction as time goes by.
func TestAvailable(t *testing.T) {
	all := lifeOf(t, "asynchronous capture")
	c := webhook.ChargeOf(all[len(all)-1].After)
	status := func(now intents.Time) string {
		c.Now = now
		lines := leaves(t, webhook.BalanceTransaction{Of: c}.AppendJSON(nil, ""))
		return lines[slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "status") })]
	}
	require.Equal(t, `status = "pending"`, status(0))
	require.Equal(t, `status = "pending"`, status(c.Ledger.AvailableOn-1))
	require.Equal(t, `status = "available"`, status(c.Ledger.AvailableOn))
}

// TestNothingYet renders what does not exist.
func TestNothingYet(t *testing.T) {
	held := webhook.ChargeOf(lifeOf(t, "manual capture")[0].After)
	for _, o := range []webhook.Object{
		webhook.PaymentIntent{},
		webhook.Charge{},
		webhook.ChargeOf(lifeOf(t, "canceled before")[0].After),
		webhook.PaymentMethod{},
		webhook.Dispute{},
		webhook.BalanceTransaction{Of: held},
		webhook.Transfer{Of: held},
		webhook.ApplicationFee{Of: held},
		webhook.Refund{Of: held},
		webhook.Refund{Of: held, Number: -1},
	} {
		require.Equal(t, "xnull", string(o.AppendJSON([]byte("x"), "")), "%T", o)
	}
}

package webhook_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/paymentintent/paymentintenttest"
	"github.com/payintent/intents/webhook"
)

// TestStories holds the events of all lives, in their order and with their times,
// against one golden file.
func TestStories(t *testing.T) {
	var out strings.Builder
	for _, l := range lives {
		fmt.Fprintf(&out, "%s\n", l.name)
		for _, tr := range l.play(t) {
			fmt.Fprintf(&out, "  %s -> %s\n", tr.Before.Status, tr.After.Status)
			for _, e := range webhook.FromPaymentIntent(tr, webhook.WithRequest(webhook.Request{ID: "req_1"})) {
				fmt.Fprintf(&out, "    %s %s +%s", e.ID, e.Type, e.Created.Sub(intents.TimeOf(epoch)))
				if e.Request == (webhook.Request{}) {
					out.WriteString(", in the background")
				}
				if e.Previous != "" {
					fmt.Fprintf(&out, ", was %s", e.Previous)
				}
				if e.Until != "" {
					fmt.Fprintf(&out, ", before %s", e.Until)
				}
				out.WriteString("\n")
			}
		}
	}
	script.Golden(t, filepath.Join("testdata", "stories.txt"), []byte(out.String()))
}

func types(events []webhook.Event) []string {
	var all []string
	for _, e := range events {
		all = append(all, e.Type)
	}
	return all
}

// TestOrder is what the facts say of the order of events (1.4 and 4.2), at the newest
// version and before 2025-03-31.basil.
func TestOrder(t *testing.T) {
	for _, tc := range []struct {
		life, want, before string
	}{
		{"automatic capture", "payment_intent.created charge.succeeded payment_intent.succeeded", ""},
		{"asynchronous capture", "payment_intent.created charge.succeeded payment_intent.succeeded | charge.updated", ""},
		{"manual capture", "payment_intent.created charge.succeeded payment_intent.amount_capturable_updated | charge.captured payment_intent.succeeded", ""},
		{"authentication required off-session", "payment_intent.created payment_intent.payment_failed", ""},
		{"3D Secure failed", "payment_intent.created payment_intent.requires_action | payment_intent.payment_failed", ""},
		{"blocked", "payment_intent.created charge.failed payment_intent.payment_failed", ""},
		{"bank debit failed", "payment_intent.created payment_intent.processing charge.pending | charge.failed payment_intent.payment_failed", ""},
		{"bank debit canceled", "payment_intent.created payment_intent.processing charge.pending | payment_intent.canceled", ""},
		{"canceled before", "payment_intent.created | payment_intent.canceled", ""},
		{
			"canceled with a hold",
			"payment_intent.created charge.succeeded payment_intent.amount_capturable_updated | payment_intent.canceled",
			"payment_intent.created charge.succeeded payment_intent.amount_capturable_updated | charge.refunded payment_intent.canceled",
		},
		{
			"a hold that runs out",
			"payment_intent.created charge.succeeded payment_intent.amount_capturable_updated | charge.expired payment_intent.canceled",
			"payment_intent.created charge.succeeded payment_intent.amount_capturable_updated | charge.expired charge.refunded payment_intent.canceled",
		},
		{
			"several captures, the rest expires",
			"payment_intent.created charge.succeeded payment_intent.amount_capturable_updated | charge.updated payment_intent.amount_capturable_updated | charge.captured payment_intent.succeeded",
			"payment_intent.created charge.succeeded payment_intent.amount_capturable_updated | charge.updated payment_intent.amount_capturable_updated | charge.captured charge.refunded payment_intent.succeeded",
		},
		{"nothing to tell", "payment_intent.created |  |  | ", ""},
	} {
		t.Run(tc.life, func(t *testing.T) {
			if tc.before == "" {
				tc.before = tc.want
			}
			var now, before []string
			for _, tr := range lifeOf(t, tc.life) {
				events := webhook.FromPaymentIntent(tr)
				now = append(now, strings.Join(types(webhook.ForVersion(events, "")), " "))
				before = append(before, strings.Join(types(webhook.ForVersion(events, "2024-06-20")), " "))
			}
			require.Equal(t, tc.want, strings.Join(now, " | "))
			require.Equal(t, tc.before, strings.Join(before, " | "))
		})
	}
}

// TestSnapshots are the objects of an asynchronous capture: each as it then was.
func TestSnapshots(t *testing.T) {
	all := lifeOf(t, "asynchronous capture on Connect")[:2]
	events := told(all)
	require.Len(t, events, 6)
	created := events[0].Value().(webhook.PaymentIntent)
	require.Equal(t, paymentintent.StatusRequiresPaymentMethod, created.Status)
	require.Zero(t, created.Charge, "no charge, and no payment method yet")
	require.Zero(t, created.PaymentMethod)
	succeeded := events[1].Value().(webhook.Charge)
	require.Equal(t, capture.StatusCaptured, succeeded.Status)
	require.Zero(t, succeeded.Ledger, "the ledger comes later")
	require.Equal(t, webhook.PaymentIntent{Intent: all[0].After, Now: events[2].Created}, events[2].Value())
	updated := events[3].Value().(webhook.Charge)
	require.Equal(t, capture.StatusSettled, updated.Status)
	require.Equal(t, intentID, updated.PaymentIntent)
	require.Equal(t, webhook.ApplicationFee{Of: updated}, events[4].Value())
	require.Equal(t, webhook.Transfer{Of: updated}, events[5].Value())
	require.Nil(t, webhook.Snapshot{}.Object())
	require.Equal(t, "null", string(webhook.Snapshot{}.AppendJSON(nil, "")))
}

// TestEnvelopes are what the options say, and what background events leave out.
func TestEnvelopes(t *testing.T) {
	request := webhook.Request{ID: "req_1", IdempotencyKey: "key"}
	options := []webhook.Option{
		webhook.WithRequest(request), webhook.WithAccount("acct_1"), webhook.WithAPIVersion(intents.VersionBasil), webhook.WithPendingWebhooks(2),
	}
	background := map[string]bool{"charge.updated": true, "application_fee.created": true, "transfer.created": true}
	events := told(lifeOf(t, "asynchronous capture on Connect")[:2], options...)
	for _, e := range events {
		require.Equal(t, "acct_1", e.Account)
		require.Equal(t, intents.VersionBasil, e.APIVersion)
		require.Equal(t, 2, e.PendingWebhooks)
		if background[e.Type] {
			require.Zero(t, e.Request, e.Type)
			require.Equal(t, intents.TimeOf(epoch.Add(3*time.Second)), e.Created)
		} else {
			require.Equal(t, request, e.Request, e.Type)
			require.Equal(t, intents.TimeOf(epoch), e.Created)
		}
	}
	for _, name := range []string{"a hold that runs out", "bank debit", "bank debit failed", "disputed"} {
		all := lifeOf(t, name)
		for _, e := range webhook.FromPaymentIntent(all[len(all)-1], options...) {
			require.Zero(t, e.Request, "%s: %s", name, e.Type)
		}
	}
	live := life{"live", []step{ask(start(func(c *paymentintent.Create) { c.Livemode = true }))}}.play(t)
	require.True(t, told(live)[0].Livemode)
	require.Contains(t, string(told(live)[0].Render("")), `"livemode":true,"managed_payments"`)
}

// TestRetold says that ids and events are a function of what happened: the same
// again, no id twice, and joined transitions tell what the single ones tell.
func TestRetold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s paymentintent.Intent
		var joined paymentintent.Transition
		var single []webhook.Event
		seen := map[string]bool{}
		for _, step := range paymentintenttest.Runs().Draw(t, "run") {
			tr, err := paymentintent.Apply(s, step.Command, step.At)
			if err != nil {
				continue
			}
			if s.Status == paymentintent.StatusNone {
				joined = tr
			} else {
				joined = joined.Then(tr)
			}
			s = tr.After
			events := webhook.FromPaymentIntent(tr)
			require.Empty(t, cmp.Diff(events, webhook.FromPaymentIntent(tr)))
			for _, e := range events {
				require.Regexp(t, `^evt_[0-9A-Za-z]{24}$`, e.ID)
				require.False(t, seen[e.ID], "%s has the id of another event", e.Type)
				seen[e.ID] = true
				require.NotZero(t, e.Created)
			}
			single = append(single, events...)
		}
		require.Empty(t, cmp.Diff(single, webhook.FromPaymentIntent(joined)))
	})
}

// TestInPlace goes on in place, as simulations do: the events of the step before
// still say what they said.
func TestInPlace(t *testing.T) {
	tr, err := paymentintent.Chain(paymentintent.Intent{}, epoch, start(manually), confirm("pm_card_visa"), paymentintent.Approve{})
	require.NoError(t, err)
	events := webhook.FromPaymentIntent(tr)
	bodies := func() (all []string) {
		for _, e := range events {
			all = append(all, string(e.Render("")))
		}
		return all
	}
	before := bodies()
	require.NoError(t, tr.Next(paymentintent.Capture{}, epoch))
	require.Len(t, webhook.FromPaymentIntent(tr), 2)
	require.NoError(t, tr.Next(paymentintent.Refund{}, epoch))
	require.Equal(t, before, bodies())
}

// TestEventEqual tells events apart by what they say.
func TestEventEqual(t *testing.T) {
	all := told(lifeOf(t, "asynchronous capture"))
	for i, a := range all {
		for j, b := range all {
			require.Equal(t, i == j, a.Equal(b))
		}
		again := a
		again.Object = a.Value()
		require.True(t, a.Equal(again), "a snapshot and its object say the same")
		again.Type = "x"
		require.False(t, a.Equal(again))
	}
}

// chargeLives are those of charges that belong to no intent.
func chargeLives() []struct {
	name     string
	commands []capture.Command
	want     string
} {
	attempt := capture.Attempt{ID: "ch_3SRznGKXBGcbgpbZwGiMZPd3", Amount: 2000, Currency: "usd", PaymentMethod: method("pm_card_visa"), Details: "application_fee_amount=100&transfer_data[destination]=acct_1"}
	terms := capture.Terms{Features: capture.Multicapture | capture.Incremental, Pricing: capture.TestPricing()}
	return []struct {
		name     string
		commands []capture.Command
		want     string
	}{
		{"automatic", []capture.Command{capture.Authorize{Attempt: attempt, Method: capture.Automatic}}, "charge.succeeded application_fee.created transfer.created"},
		{"async", []capture.Command{capture.Authorize{Attempt: attempt, Method: capture.AutomaticAsync}, capture.Settle{}, capture.Settle{}}, "charge.succeeded | charge.updated application_fee.created transfer.created | "},
		{"manual", []capture.Command{capture.Authorize{Attempt: attempt, Method: capture.Manual}, capture.Capture{Amount: 2000, Final: true}}, "charge.succeeded | charge.captured application_fee.created transfer.created"},
		{
			"several",
			[]capture.Command{
				capture.Authorize{Attempt: attempt, Method: capture.Manual, Terms: terms},
				capture.Increment{Amount: 2100},
				capture.Increment{Amount: 2200, Declined: true},
				capture.Capture{Amount: 500},
				capture.Capture{Amount: 100},
				capture.Capture{Amount: 100, Final: true},
			},
			"charge.succeeded |  |  | charge.updated application_fee.created transfer.created | charge.updated | charge.updated charge.captured charge.refunded",
		},
		{"release", []capture.Command{capture.Authorize{Attempt: attempt, Method: capture.Manual}, capture.Release{}}, "charge.succeeded | charge.refunded"},
		{"expire", []capture.Command{capture.Authorize{Attempt: attempt, Method: capture.Manual, Terms: capture.Terms{Hold: 30 * time.Second}}, capture.Expire{}}, "charge.succeeded | charge.expired charge.refunded"},
		{"decline", []capture.Command{capture.Decline{Attempt: attempt}}, "charge.failed"},
		{"debit", []capture.Command{capture.Submit{Attempt: attempt}, capture.Collect{Method: capture.Automatic}}, "charge.pending | charge.succeeded application_fee.created transfer.created"},
		{"debit fails", []capture.Command{capture.Submit{Attempt: attempt}, capture.Decline{}}, "charge.pending | charge.failed"},
		{
			"refund",
			[]capture.Command{
				capture.Authorize{Attempt: attempt, Method: capture.Automatic},
				capture.RefundCharge{Amount: 50, Pending: true},
				capture.RefundCharge{Amount: 60, Pending: true},
				capture.ReportRefund{Status: capture.RefundSucceeded},
				capture.ReportRefund{Status: capture.RefundFailed},
				capture.ReportRefund{Number: 1, Status: capture.RefundFailed},
				capture.RefundCharge{Flags: capture.RefundApplicationFee | capture.ReverseTransfer},
				capture.Dispute{Reason: "duplicate"},
			},
			"charge.succeeded application_fee.created transfer.created | refund.created charge.refunded | refund.created charge.refunded | refund.updated charge.refund.updated | " +
				"refund.failed charge.refund.updated | refund.failed charge.refund.updated | " +
				"refund.created charge.refunded application_fee.refunded transfer.reversed | charge.dispute.created charge.dispute.funds_withdrawn",
		},
	}
}

// TestFromCharge tells of charges that belong to no intent, and holds all that the
// events say, but for what is null, against a golden file.
func TestFromCharge(t *testing.T) {
	var out strings.Builder
	for _, tc := range chargeLives() {
		var c capture.Charge
		var got []string
		seen := map[string]bool{}
		for i, command := range tc.commands {
			tr, err := capture.Apply(c, command, epoch.Add(time.Duration(i)*time.Minute))
			require.NoError(t, err)
			c = tr.After
			events := webhook.FromCharge(tr, webhook.WithRequest(webhook.Request{ID: "req_1"}))
			got = append(got, strings.Join(types(events), " "))
			for _, e := range events {
				require.False(t, seen[e.ID], e.Type)
				seen[e.ID] = true
				require.NotContains(t, string(e.Render("")), `"livemode":true`, e.Type)
				require.Equal(t, e.Object, e.Value(), "no snapshot")
				fmt.Fprintf(&out, "%s: %v\n", tc.name, command)
				if e.Until != "" {
					fmt.Fprintf(&out, "  until %s\n", e.Until)
				}
				for _, line := range leaves(t, e.Render("2021-01-01")) {
					if !strings.HasSuffix(line, " = null") && !strings.Contains(line, "payment_method_details") {
						fmt.Fprintf(&out, "  %s\n", line)
					}
				}
			}
		}
		require.Equal(t, tc.want, strings.Join(got, " | "), tc.name)
	}
	script.Golden(t, filepath.Join("testdata", "charges.txt"), []byte(out.String()))
}

// TestChargeOptions are those that only a charge needs, for it knows less than an intent.
func TestChargeOptions(t *testing.T) {
	later := intents.TimeOf(epoch.Add(time.Hour))
	for _, tc := range chargeLives() {
		var c capture.Charge
		for i, command := range tc.commands {
			tr, err := capture.Apply(c, command, epoch.Add(time.Duration(i)*time.Minute))
			require.NoError(t, err)
			c = tr.After
			plain := webhook.FromCharge(tr)
			for k, e := range webhook.FromCharge(tr, webhook.WithLivemode(), webhook.WithTime(later)) {
				require.True(t, e.Livemode)
				require.NotContains(t, string(e.Render("")), `"livemode":false`, e.Type)
				if tc.name == "release" && e.Type == "charge.refunded" {
					require.Equal(t, later, e.Created, "a release has no time of its own")
					require.Equal(t, c.Created, plain[k].Created)
				} else {
					require.Equal(t, plain[k].Created, e.Created)
				}
			}
		}
	}
}

// TestSeveralCaptures are the amounts of the events of a hold that is captured in
// parts, with a refund in between.
func TestSeveralCaptures(t *testing.T) {
	events := told(lifeOf(t, "several captures"))
	previous := func(kind string) (all []string) {
		for _, e := range events {
			if e.Type == kind {
				all = append(all, e.Previous)
			}
		}
		return all
	}
	require.Equal(t, []string{
		`{"amount_captured":0,"application_fee":null,"balance_transaction":null,"transfer":null}`, `{"amount_captured":500}`, `{"amount_captured":1200}`,
	}, previous("charge.updated"))
	require.Equal(t, []string{"", `{"amount_capturable":2000}`, `{"amount_capturable":1500}`, `{"amount_capturable":800}`}, previous("payment_intent.amount_capturable_updated"))
	require.Equal(t, []string{`{"captured":false}`}, previous("charge.captured"))
	require.Equal(t, []string{`{"amount_refunded":0}`, ""}, previous("charge.refunded"))
	last := slices.IndexFunc(events, func(e webhook.Event) bool { return e.Type == "payment_intent.succeeded" })
	lines := leaves(t, events[last].Render(""))
	require.Contains(t, lines, "data.object.amount = 2000")
	require.Contains(t, lines, "data.object.amount_capturable = 0")
	require.Contains(t, lines, "data.object.amount_received = 1500")
}

package webhook_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/setupintent/setupintenttest"
	"github.com/payintent/intents/webhook"
)

var someRequest = webhook.WithRequest(webhook.Request{ID: "req_1"})

// TestPartyStories holds the events of all setups and visits, in their order and with
// their times, against one golden file.
func TestPartyStories(t *testing.T) {
	var out strings.Builder
	note := func(events []webhook.Event) {
		for _, e := range events {
			fmt.Fprintf(&out, "    %s %s +%s", e.ID, e.Type, e.Created.Sub(intents.TimeOf(epoch)))
			if e.Request == (webhook.Request{}) {
				out.WriteString(", without a request")
			}
			if e.Previous != "" {
				fmt.Fprintf(&out, ", was %s", e.Previous)
			}
			out.WriteString("\n")
		}
	}
	for _, l := range setups {
		fmt.Fprintf(&out, "%s\n", l.name)
		for _, tr := range l.play(t) {
			fmt.Fprintf(&out, "  %s -> %s\n", tr.Before.Status, tr.After.Status)
			note(webhook.FromSetupIntent(tr, someRequest))
		}
	}
	for _, l := range visits {
		fmt.Fprintf(&out, "%s\n", l.name)
		for _, s := range l.play(t) {
			fmt.Fprintf(&out, "  %s -> %s %s\n", s.Before.Session.Status, s.After.Session.Status, s.After.Session.PaymentStatus)
			note(webhook.FromCheckout(s, someRequest))
		}
	}
	out.WriteString("customers and payment methods\n")
	note(partyEvents(t, someRequest))
	script.Golden(t, filepath.Join("testdata", "parties", "stories.txt"), []byte(out.String()))
}

// TestPartyOrder is what the facts say of the order of events (1.4, 1.13, 2.5 and 2.9).
func TestPartyOrder(t *testing.T) {
	for name, want := range map[string]string{
		"saved at once":                 "setup_intent.created payment_method.attached setup_intent.succeeded",
		"saved without a customer":      "setup_intent.created setup_intent.succeeded",
		"saved with 3D Secure":          "setup_intent.created setup_intent.requires_action | payment_method.attached setup_intent.succeeded",
		"3D Secure by redirect, failed": "setup_intent.created setup_intent.requires_action | setup_intent.setup_failed",
		"declined, then saved":          "setup_intent.created setup_intent.setup_failed | payment_method.attached setup_intent.succeeded",
		"abandoned":                     "setup_intent.created | setup_intent.canceled",
		"bank account":                  "setup_intent.created | payment_method.attached setup_intent.succeeded",
		"bank account that is closed":   "setup_intent.created | setup_intent.setup_failed",
		"microdeposits":                 "setup_intent.created setup_intent.requires_action |  | payment_method.attached setup_intent.succeeded",
		"microdeposits too late":        "setup_intent.created setup_intent.requires_action | setup_intent.setup_failed",
		"too many confirmations":        "setup_intent.created setup_intent.setup_failed | setup_intent.canceled",
		"nothing to tell":               "setup_intent.created |  |  | ",
	} {
		var got []string
		for _, tr := range setupOf(t, name) {
			got = append(got, strings.Join(types(webhook.FromSetupIntent(tr)), " "))
		}
		require.Equal(t, want, strings.Join(got, " | "), name)
	}
	const paid = "payment_intent.created charge.succeeded payment_intent.succeeded"
	for name, want := range map[string]string{
		"saved by the customer": "setup_intent.created | customer.created payment_method.attached setup_intent.succeeded checkout.session.completed",
		"saved for a customer":  "setup_intent.created | payment_method.attached setup_intent.succeeded checkout.session.completed",
		"declined, then saved": "setup_intent.created | setup_intent.setup_failed | setup_intent.requires_action | " +
			"payment_method.attached setup_intent.succeeded checkout.session.completed",
		"bank account":               "setup_intent.created | checkout.session.completed | payment_method.attached setup_intent.succeeded",
		"nobody comes to save":       "setup_intent.created | setup_intent.canceled checkout.session.expired",
		"paid":                       " | " + paid + " checkout.session.completed",
		"paid, and saved for later":  " | customer.created payment_intent.created charge.succeeded payment_method.attached payment_intent.succeeded checkout.session.completed",
		"declined, then paid":        " | payment_intent.created charge.failed payment_intent.payment_failed | payment_intent.requires_action | charge.succeeded payment_intent.succeeded checkout.session.completed",
		"bank debit":                 " | payment_intent.created payment_intent.processing charge.pending checkout.session.completed | charge.succeeded payment_intent.succeeded checkout.session.async_payment_succeeded",
		"bank debit that comes back": " | payment_intent.created payment_intent.processing charge.pending checkout.session.completed | charge.failed payment_intent.payment_failed checkout.session.async_payment_failed",
		"a hold, captured by the merchant": " | payment_intent.created charge.succeeded payment_intent.amount_capturable_updated checkout.session.completed | " +
			"charge.captured payment_intent.succeeded",
		"expired by the merchant":      " | payment_intent.created charge.failed payment_intent.payment_failed | payment_intent.canceled checkout.session.expired",
		"free":                         " | customer.created checkout.session.completed",
		"intent made with the session": "payment_intent.created | customer.created charge.succeeded payment_intent.succeeded checkout.session.completed",
		"subscribed":                   " | customer.created checkout.session.completed",
		"own form":                     " | ",
	} {
		var got []string
		for _, s := range visitOf(t, name) {
			got = append(got, strings.Join(types(webhook.FromCheckout(s)), " "))
		}
		require.Equal(t, want, strings.Join(got, " | "), name)
	}
	require.Equal(t, []string{
		"customer.created", "payment_method.attached", "payment_method.updated", "customer.updated", "payment_method.detached", "customer.deleted",
	}, types(partyEvents(t)))
}

// TestPartyRequests says which events show the request: what a browser or time
// caused shows none (SEED-3; facts 2.9).
func TestPartyRequests(t *testing.T) {
	shown := func(events []webhook.Event) string {
		var all []string
		for _, e := range events {
			if e.Request.ID != "" {
				all = append(all, e.Type)
			}
		}
		return strings.Join(all, " ")
	}
	setups := func(name string, step int) string {
		return shown(webhook.FromSetupIntent(setupOf(t, name)[step], someRequest))
	}
	require.Equal(t, "setup_intent.created payment_method.attached setup_intent.succeeded", setups("saved at once", 0))
	require.Equal(t, "setup_intent.canceled", setups("abandoned", 1))
	require.Equal(t, "setup_intent.setup_failed", setups("microdeposits in vain", 1))
	for _, name := range []string{"bank account", "bank account that is closed", "microdeposits too late"} {
		require.Empty(t, setups(name, 1), name)
	}
	visits := func(name string, step int) string {
		return shown(webhook.FromCheckout(visitOf(t, name)[step], someRequest))
	}
	require.Equal(t, "setup_intent.created", visits("saved for a customer", 0))
	require.Equal(t, "payment_intent.created", visits("intent made with the session", 0))
	require.Equal(t, "payment_intent.canceled checkout.session.expired", visits("expired by the merchant", 2))
	require.Equal(t, "charge.captured payment_intent.succeeded", visits("a hold, captured by the merchant", 2))
	for name, step := range map[string]int{
		"saved by the customer": 1, "declined, then saved": 1, "nobody comes to save": 1, "paid, and saved for later": 1, "bank debit": 2, "bank debit that comes back": 2, "free": 1,
	} {
		require.Empty(t, visits(name, step), name)
	}
	asked, err := visitOf(t, "intent made with the session")[0].After.Apply(checkout.Submit{PaymentMethod: method("pm_card_threeDSecure2Required")}, epoch)
	require.NoError(t, err)
	asked, err = checkout.Answer(t.Context(), checkout.Processor{Payment: paymentintent.Simulator{}}, asked, epoch)
	require.NoError(t, err)
	failed, err := asked.After.ApplyPayment(paymentintent.FailAction{}, epoch)
	require.NoError(t, err)
	require.Len(t, webhook.FromCheckout(failed, someRequest), 1)
	require.Empty(t, shown(webhook.FromCheckout(failed, someRequest)), "3D Secure failed on the page")
	all := visitOf(t, "intent made with the session")
	require.Equal(t, "payment_intent.created", shown(webhook.FromCheckout(all[0].Then(all[1]), someRequest)), "joined steps")
}

// TestPartyEnvelopes are what the options say.
func TestPartyEnvelopes(t *testing.T) {
	options := []webhook.Option{webhook.WithAccount("acct_1"), webhook.WithAPIVersion(intents.VersionBasil), webhook.WithPendingWebhooks(2), webhook.WithLivemode()}
	events := partyEvents(t, options...)
	for _, s := range visitOf(t, "saved by the customer") {
		events = append(events, webhook.FromCheckout(s, options...)...)
	}
	require.Len(t, events, 11)
	for _, e := range events {
		require.Equal(t, "acct_1", e.Account)
		require.Equal(t, intents.VersionBasil, e.APIVersion)
		require.Equal(t, 2, e.PendingWebhooks)
		require.True(t, e.Livemode)
		require.Regexp(t, `^evt_[0-9A-Za-z]{24}$`, e.ID)
	}
	for _, e := range partyEvents(t, webhook.WithLivemode()) {
		if strings.HasPrefix(e.Type, "payment_method.") {
			require.Contains(t, string(e.Render("")), `"livemode":true,"metadata"`)
		}
	}
	live := visitOf(t, "everything asked")[1]
	for _, e := range webhook.FromCheckout(live) {
		require.True(t, e.Livemode, e.Type)
		require.NotContains(t, string(e.Render("")), `"livemode":false`, e.Type)
	}
}

// TestPartySnapshots are the objects of a customer's visit: each as it then was.
func TestPartySnapshots(t *testing.T) {
	all := visitOf(t, "saved by the customer")
	events := webhook.FromCheckout(all[0].Then(all[1]))
	require.Equal(t, "setup_intent.created", events[1].Type)
	c := events[0].Value().(webhook.Customer)
	require.Equal(t, all[1].After.Session.Customer(), c.ID)
	require.Equal(t, "jenny@example.com", text(t, c, "email"))
	require.Equal(t, "US", text(t, c, "address", "country"))
	created := events[1].Value().(webhook.SetupIntent)
	require.Equal(t, setupintent.StatusRequiresPaymentMethod, created.Status)
	require.Zero(t, created.Attempt)
	pm := events[2].Value().(webhook.PaymentMethod)
	require.Equal(t, c.ID, pm.Customer)
	require.Equal(t, "pass", text(t, pm, "card", "checks", "cvc_check"), "to attach it checked the code")
	require.Equal(t, webhook.SetupIntent{Intent: all[1].After.Setup}, events[3].Value())
	done := events[4].Value().(webhook.CheckoutSession)
	require.Equal(t, checkout.Flow{Session: all[1].After.Session}, done.Flow)
	for _, e := range events[1:] {
		again := e
		again.Object = e.Value()
		require.True(t, e.Equal(again))
		require.Equal(t, string(e.Value().AppendJSON(nil, "")), string(e.Object.AppendJSON(nil, "")))
	}
	paid := webhook.FromCheckout(visitOf(t, "paid, and saved for later")[1])
	saved := paid[3].Value().(webhook.PaymentMethod)
	require.Equal(t, paid[0].Value().(webhook.Customer).ID, saved.Customer)
	require.Equal(t, string(saved.AppendJSON(nil, "")), string(paid[3].Object.AppendJSON(nil, "")))
}

// text returns the string at a path of a rendering.
func text(t *testing.T, o webhook.Object, path ...string) string {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal(o.AppendJSON(nil, ""), &v))
	for _, key := range path {
		v = v.(map[string]any)[key]
	}
	s, _ := v.(string)
	return s
}

// TestPayer shows in the events of a session the email of the customer it was given.
func TestPayer(t *testing.T) {
	step := visitOf(t, "paid")[1]
	plain, known := webhook.FromCheckout(step), webhook.FromCheckout(step, webhook.WithPayer(payer()))
	last := len(plain) - 1
	require.Contains(t, leaves(t, plain[last].Render("")), "data.object.customer_details.email = null")
	require.Contains(t, leaves(t, known[last].Render("")), `data.object.customer_details.email = "jenny@example.com"`)
	require.Equal(t, plain[:last], known[:last][:last], "of an intent it says nothing")
	stranger := payer()
	stranger.ID = "cus_2"
	require.Equal(t, string(plain[last].Render("")), string(webhook.FromCheckout(step, webhook.WithPayer(stranger))[last].Render("")))
	entered := visitOf(t, "saved by the customer")[1]
	require.Contains(t, leaves(t, webhook.FromCheckout(entered, webhook.WithPayer(payer()))[3].Render("")), `data.object.customer_details.email = "jenny@example.com"`)
}

// TestPrevious are the previous attributes that Stripe would send: of what changed only.
func TestPrevious(t *testing.T) {
	previous := map[string]string{}
	for _, e := range partyEvents(t) {
		previous[e.Type] = e.Previous
	}
	require.Equal(t, map[string]string{
		"customer.created": "", "customer.deleted": "", "payment_method.attached": "",
		"customer.updated":        `{"invoice_settings":{"default_payment_method":null},"metadata":{"plan":"gold","tier":null},"name":"Jenny Rosen","phone":null,"preferred_locales":[]}`,
		"payment_method.updated":  `{"billing_details":{"address":{"city":null}},"metadata":{"colour":null}}`,
		"payment_method.detached": `{"customer":"` + payerID + `"}`,
	}, previous)
	for _, e := range partyEvents(t) {
		if e.Type == "customer.deleted" {
			require.NotContains(t, string(e.Render("")), `"deleted"`)
		}
	}
	c, pm := payer(), method("pm_card_visa")
	marked := pm
	marked.Details, _ = pm.Details.With("set_up_for", "off_session")
	other := c
	other.ID = "cus_2"
	gone, err := c.Delete()
	require.NoError(t, err)
	require.Nil(t, webhook.FromCustomer(c, c, epoch))
	require.Nil(t, webhook.FromCustomer(c, other, epoch), "another customer")
	require.Nil(t, webhook.FromCustomer(gone, gone, epoch))
	require.Nil(t, webhook.FromCustomer(intents.Customer{}, intents.Customer{}, epoch))
	require.Nil(t, webhook.FromPaymentMethod(pm, marked, epoch), "nobody is shown that")
	require.Nil(t, webhook.FromPaymentMethod(intents.PaymentMethod{}, pm, epoch), "there is no payment_method.created")
	require.Nil(t, webhook.FromPaymentMethod(pm, intents.PaymentMethod{}, epoch))
}

// TestPartyIDs says that ids are a function of what happened, and no two are the same.
func TestPartyIDs(t *testing.T) {
	seen := map[string]string{}
	note := func(what string, events, again []webhook.Event) {
		require.Empty(t, cmp.Diff(events, again))
		for _, e := range events {
			at := fmt.Sprint(what, " ", e.Type, " ", e.Created)
			require.Empty(t, seen[e.ID], at)
			seen[e.ID] = at
		}
	}
	note("", partyEvents(t), partyEvents(t))
	rename := func(c intents.Customer, name string) intents.Customer {
		c, err := c.Update(intents.Pairs("name="+name), "")
		require.NoError(t, err)
		return c
	}
	a := payer()
	b := rename(a, "A")
	note("there", webhook.FromCustomer(a, b, epoch), webhook.FromCustomer(a, b, epoch))
	note("back", webhook.FromCustomer(b, a, epoch), webhook.FromCustomer(b, a, epoch))
	later := epoch.Add(time.Second)
	note("again", webhook.FromCustomer(a, b, later), webhook.FromCustomer(a, b, later))
	for _, l := range visits[:1] {
		for i, s := range l.play(t) {
			note(fmt.Sprint(l.name, i), webhook.FromCheckout(s), webhook.FromCheckout(s))
		}
	}
}

// TestSetupRetold says that joined transitions tell what the single ones tell, and
// looks at all that comes out at any version: JSON in Stripe's order of keys, about the
// same object, the same from a snapshot as from the object that it is of.
func TestSetupRetold(t *testing.T) {
	versions := anyVersions()
	rapid.Check(t, func(t *rapid.T) {
		var s setupintent.Intent
		var joined setupintent.Transition
		var single []webhook.Event
		seen := map[string]bool{}
		for _, step := range setupintenttest.Runs().Draw(t, "run") {
			v := rapid.SampledFrom(versions).Draw(t, "version")
			tr, err := setupintent.Apply(s, step.Command, step.At)
			if err != nil {
				status, body := webhook.ErrorBody(err, webhook.ErrorContext{SetupIntent: webhook.SetupIntent{Intent: s}, Version: v, RequestID: "req_1"})
				require.NotEqual(t, 500, status, "%v", err)
				leaves(t, body)
				continue
			}
			if s.Status == setupintent.StatusNone {
				joined = tr
			} else {
				joined = joined.Then(tr)
			}
			s = tr.After
			events := webhook.FromSetupIntent(tr)
			require.Empty(t, cmp.Diff(events, webhook.FromSetupIntent(tr)))
			for _, e := range events {
				require.False(t, seen[e.ID], "%s has the id of another event", e.Type)
				seen[e.ID] = true
				require.NotZero(t, e.Created)
				checkEvent(t, e, v)
			}
			single = append(single, events...)
			expand := webhook.Expand(rapid.Uint64().Draw(t, "expand"))
			checkObject(t, webhook.SetupIntent{Intent: s, Expand: expand, Payer: payer()}, v, s.ID)
			if s.Attempts > 0 {
				a := webhook.SetupAttemptOf(s)
				a.Expand, a.Payer = expand, payer()
				checkObject(t, a, v, s.Attempt.ID)
			}
			if s.Mandate != "" {
				checkObject(t, webhook.Mandate{Of: s, Expand: expand}, v, s.Mandate)
			}
			if status, body, ok := webhook.DeclinedSetup(tr, webhook.ErrorContext{Version: v}); ok {
				require.Contains(t, []int{400, 402}, status)
				leaves(t, body)
			}
		}
		require.Empty(t, cmp.Diff(single, webhook.FromSetupIntent(joined)))
	})
}

// TestVisitShapes renders each session of the visits at every version, with all that can
// be expanded and without, and looks at what comes out.
func TestVisitShapes(t *testing.T) {
	for _, l := range visits {
		for _, s := range l.play(t) {
			for _, v := range anyVersions() {
				for _, e := range []webhook.Expand{0, ^webhook.Expand(0)} {
					body := webhook.CheckoutSession{Flow: s.After, Expand: e, Payer: payer()}.AppendJSON(nil, v)
					require.Contains(t, leaves(t, body), `id = "`+s.After.Session.ID+`"`)
					require.False(t, bytes.Contains(body, []byte("null_")))
				}
				for _, item := range webhook.LineItemsOf(s.After.Session) {
					leaves(t, item.AppendJSON(nil, v))
				}
				for _, e := range webhook.FromCheckout(s) {
					require.Contains(t, leaves(t, e.Render(v)), `id = "`+e.ID+`"`)
				}
			}
		}
	}
}

// TestPartyWire holds the first event of each type against
// testdata/parties/<type>.golden, as TestWire does.
func TestPartyWire(t *testing.T) {
	seen := map[string]bool{}
	note := func(story string, events []webhook.Event) {
		for _, e := range events {
			switch kind, _, _ := strings.Cut(e.Type, "."); kind {
			case "payment_intent", "charge":
				continue
			}
			if !seen[e.Type] {
				seen[e.Type] = true
				script.Golden(t, filepath.Join("testdata", "parties", e.Type+".golden"), []byte(wire(t, story, e)))
			}
		}
	}
	for _, l := range setups {
		for _, tr := range l.play(t) {
			note(l.name, webhook.FromSetupIntent(tr))
		}
	}
	for _, l := range visits {
		for _, s := range l.play(t) {
			note(l.name, webhook.FromCheckout(s))
		}
	}
	note("customers and payment methods", partyEvents(t))
	files, err := filepath.Glob(filepath.Join("testdata", "parties", "*.golden"))
	require.NoError(t, err)
	for _, f := range files {
		require.True(t, seen[strings.TrimSuffix(filepath.Base(f), ".golden")], "%s: no life tells of it any more", f)
	}
	// All that this package can say.
	for _, name := range []string{"translatesetup.go", "translateparties.go"} {
		source, err := os.ReadFile(name)
		require.NoError(t, err)
		for quoted := range strings.SplitSeq(string(source), `"`) {
			switch kind, _, ok := strings.Cut(quoted, "."); kind {
			case "setup_intent", "checkout", "customer", "payment_method":
				if ok && !strings.ContainsAny(quoted, " \n\t(") {
					require.True(t, seen[quoted], "no life tells of %s", quoted)
				}
			}
		}
	}
	require.Len(t, seen, 15)
}

// TestReplies holds whole replies at the newest version against golden files: what can
// be expanded, expanded.
func TestReplies(t *testing.T) {
	saved, paid := setupOf(t, "saved at once")[0].After, visitOf(t, "everything asked")
	consented := setupOf(t, "bank account")[1].After
	declined := setupOf(t, "declined, then saved")[0].After
	everything := ^webhook.Expand(0)
	for name, o := range map[string]webhook.Object{
		"setup_intent":            webhook.SetupIntent{Intent: saved, Expand: everything, Payer: payer()},
		"setup_intent.declined":   webhook.SetupIntent{Intent: declined},
		"setup_attempt":           webhook.SetupAttemptOf(saved),
		"setup_attempt.failed":    webhook.SetupAttemptOf(declined),
		"mandate":                 webhook.Mandate{Of: consented},
		"mandate.single_use":      webhook.Mandate{Of: setupOf(t, "single use")[1].After},
		"checkout.session":        webhook.CheckoutSession{Flow: paid[0].After},
		"checkout.session.setup":  webhook.CheckoutSession{Flow: visitOf(t, "saved for a customer")[1].After, Expand: webhook.ExpandSetupIntent | webhook.ExpandPaymentMethod.Below() | webhook.ExpandCustomer, Payer: payer()},
		"checkout.session.paid":   webhook.CheckoutSession{Flow: paid[1].After, Expand: webhook.ExpandLineItems | webhook.ExpandPaymentIntent},
		"checkout.session.over":   webhook.CheckoutSession{Flow: visitOf(t, "expired by the merchant")[2].After},
		"checkout.session.inside": webhook.CheckoutSession{Flow: visitOf(t, "embedded")[0].After},
		"customer":                webhook.Customer{Customer: payer()},
	} {
		var pretty bytes.Buffer
		body := o.AppendJSON(nil, "")
		leaves(t, body)
		require.NoError(t, json.Indent(&pretty, body, "", "  "))
		script.Golden(t, filepath.Join("testdata", "parties", name+".json"), append(pretty.Bytes(), '\n'))
	}
}

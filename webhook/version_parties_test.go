package webhook_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/internal/model"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/webhook"
)

// everyVersion renders objects at every version, each as long as it differs from those
// before, and says that the same comes out each time, whatever was rendered between.
type everyVersion struct {
	versions []intents.Version
	bodies   [][]byte
	seen     map[string]bool
	n        int
}

func newEveryVersion() *everyVersion {
	versions := everyShape()
	return &everyVersion{versions: versions, bodies: make([][]byte, len(versions)), seen: map[string]bool{}}
}

// check holds each rendering of o against the members that want has at that version.
func (e *everyVersion) check(t *testing.T, o webhook.Object, want func(v intents.Version) map[string]string) {
	t.Helper()
	key := string(o.AppendJSON(nil, ""))
	if key += string(o.AppendJSON(nil, "2011-01-01")); e.seen[key] {
		return // it differs from another in what nobody is shown
	}
	e.seen[key] = true
	e.n++
	for i, v := range e.versions {
		e.bodies[i] = o.AppendJSON(e.bodies[i][:0], v)
		if i > 1 && bytes.Equal(e.bodies[i], e.bodies[i-1]) {
			continue
		}
		same(t, v, e.bodies[i], want(v))
	}
	again := e.n % len(e.versions) // each version has its turn
	if !bytes.Equal(o.AppendJSON(nil, e.versions[again]), e.bodies[again]) {
		t.Fatalf("%s: another rendering of %#v", e.versions[again], o)
	}
}

// same says that a body has these members with these values.
func same(t *testing.T, v intents.Version, body []byte, want map[string]string) {
	t.Helper()
	found := 0
	for name, value := range topLevel(body) {
		if w, ok := want[name]; ok {
			if found++; w != string(value) {
				t.Fatalf("%s: %s is %s, want %s, in %s", v, name, value, w, body)
			}
		}
	}
	if found != len(want) {
		t.Fatalf("%s: not all of %v is in %s", v, want, body)
	}
}

// orNull is an id as it is rendered.
func orNull(id string) string {
	if id == "" {
		return "null"
	}
	return quoted(id)
}

// setupAt is what a SetupIntent keeps through all versions.
func setupAt(s *setupintent.Intent) func(intents.Version) map[string]string {
	return func(v intents.Version) map[string]string {
		return map[string]string{
			"id": quoted(s.ID), "object": `"setup_intent"`, "status": quoted(statusAt(paymentintent.Status(s.Status.Stripe()), v)),
			"created": strconv.FormatInt(int64(s.Created), 10), "usage": quoted(string(s.Usage)), "payment_method": orNull(s.PaymentMethod.ID),
		}
	}
}

// TestEverySetupAtEveryVersion says of SetupIntents, their attempts and their mandates
// what [TestEveryVersion] says of PaymentIntents.
func TestEverySetupAtEveryVersion(t *testing.T) {
	views, all := map[setupintent.Intent]bool{}, newEveryVersion()
	each := func(tr setupintent.Transition) {
		s := tr.After
		v := model.ViewSetup(s)
		if s.ID == "" || views[v] {
			return
		}
		views[v] = true
		all.check(t, webhook.SetupIntent{Intent: s}, setupAt(&s))
		if a := webhook.SetupAttemptOf(s); a.ID != "" {
			all.check(t, a, func(intents.Version) map[string]string {
				return map[string]string{
					"id": quoted(a.ID), "object": `"setup_attempt"`, "status": quoted(string(a.Status)), "setup_intent": quoted(s.ID), "payment_method": quoted(a.PaymentMethod.ID),
				}
			})
			whole := webhook.SetupIntent{Intent: s, Expand: webhook.ExpandLatestAttempt}
			for name, value := range topLevel(whole.AppendJSON(nil, "")) {
				if name == "latest_attempt" {
					same(t, "", value, map[string]string{"id": quoted(a.ID), "status": quoted(string(a.Status)), "setup_intent": quoted(s.ID)})
				}
			}
		}
		if s.Mandate != "" {
			all.check(t, webhook.Mandate{Of: s}, func(intents.Version) map[string]string {
				return map[string]string{"id": quoted(s.Mandate), "object": `"mandate"`, "status": `"active"`, "payment_method": quoted(s.PaymentMethod.ID)}
			})
		}
		require.Equal(t, tr.After, s, "rendering changes nothing")
	}
	model.SetupIntents(each)
	for _, l := range setups {
		for _, tr := range l.play(t) {
			each(tr)
		}
	}
	t.Logf("%d objects at %d versions", all.n, len(all.versions))
	require.Greater(t, all.n, 300)
}

// TestEverySessionAtEveryVersion says the same of Checkout Sessions, of which some show
// their intent, and what is missing before the version that added it.
func TestEverySessionAtEveryVersion(t *testing.T) {
	views, all := map[checkout.Flow]bool{}, newEveryVersion()
	each := func(step checkout.Step) {
		f := step.After
		v := model.ViewFlow(f)
		s := f.Session
		if s.ID == "" || views[v] {
			return
		}
		views[v] = true
		all.check(t, webhook.CheckoutSession{Flow: f}, func(v intents.Version) map[string]string {
			want := map[string]string{"id": quoted(s.ID), "object": `"checkout.session"`, "mode": quoted(string(s.Mode)), "setup_intent": orNull(s.SetupIntent()), "subscription": orNull(s.Subscription)}
			if !v.Before("2019-05-16") || s.PaymentIntent() != "" {
				want["payment_intent"] = orNull(s.PaymentIntent())
			}
			if !v.Before("2020-08-27") {
				want["payment_status"] = quoted(string(s.PaymentStatus))
				want["amount_total"] = strconv.FormatInt(s.AmountTotal(), 10)
				if s.Mode == checkout.Setup {
					want["amount_total"] = "null"
				}
			}
			if !v.Before(intents.Version20220801) {
				want["status"] = quoted(string(s.Status.Stripe()))
				want["expires_at"] = strconv.FormatInt(int64(s.ExpiresAt), 10)
			}
			return want
		})
		whole := webhook.CheckoutSession{Flow: f, Expand: webhook.ExpandPaymentIntent | webhook.ExpandSetupIntent}
		for _, v := range []intents.Version{"2019-05-16", ""} {
			for name, value := range topLevel(whole.AppendJSON(nil, v)) {
				switch {
				case name == "setup_intent" && f.Setup.ID != "":
					same(t, v, value, setupAt(&f.Setup)(v))
				case name == "payment_intent" && f.Payment.ID != "":
					same(t, v, value, map[string]string{"id": quoted(f.Payment.ID), "status": quoted(string(f.Payment.Status.Stripe())), "amount": strconv.FormatInt(f.Payment.Amount, 10)})
				}
			}
		}
	}
	model.Flows(each)
	for _, l := range visits {
		for _, step := range l.play(t) {
			each(step)
		}
	}
	t.Logf("%d sessions at %d versions", all.n, len(all.versions))
	require.Greater(t, all.n, 100)
}

// TestEveryPartyAtEveryVersion says the same of customers and payment methods.
func TestEveryPartyAtEveryVersion(t *testing.T) {
	all := newEveryVersion()
	for _, e := range partyEvents(t) {
		switch o := e.Value().(type) {
		case webhook.Customer:
			for _, deleted := range []bool{false, true} {
				o.Deleted = deleted
				all.check(t, o, func(intents.Version) map[string]string {
					want := map[string]string{"id": quoted(o.ID), "object": `"customer"`}
					if deleted {
						want["deleted"] = "true"
					} else {
						want["created"] = strconv.FormatInt(int64(o.Created), 10)
					}
					return want
				})
			}
		case webhook.PaymentMethod:
			all.check(t, o, func(intents.Version) map[string]string {
				return map[string]string{"id": quoted(o.ID), "object": `"payment_method"`, "type": quoted(o.Type.String()), "customer": orNull(o.PaymentMethod.Customer)}
			})
		default:
			t.Fatalf("%s carries a %T", e.Type, o)
		}
	}
	require.GreaterOrEqual(t, all.n, 6)
}

// partyVersions are five versions at which the story below is told in five ways.
var partyVersions = []intents.Version{"2018-11-08", "2019-03-14", "2022-08-01", "2025-03-31.basil", "2026-10-28.endive"}

// TestPartyStory holds all that is sent of one visit against
// testdata/story/setup/<version>.golden, at five versions: of a customer who saves a card,
// after one that was declined and a challenge.
func TestPartyStory(t *testing.T) {
	var told []webhook.Event
	for _, step := range visitOf(t, "declined, then saved") {
		told = append(told, webhook.FromCheckout(step, someRequest, webhook.WithPayer(payer()))...)
	}
	seen := map[string]bool{}
	for _, v := range partyVersions {
		var out strings.Builder
		events := webhook.ForVersion(told, v)
		fmt.Fprintf(&out, "A card that is saved at last, as version %s tells it: %d events.\n", v, len(events))
		for _, e := range events {
			var pretty bytes.Buffer
			require.NoError(t, json.Indent(&pretty, e.Render(v), "", " "))
			fmt.Fprintf(&out, "\n%s\n%s\n", e.Type, pretty.Bytes())
		}
		_, body, _ := strings.Cut(out.String(), "\n")
		body = strings.ReplaceAll(body, string(v), "")
		require.False(t, seen[body], "%s tells what another tells", v)
		seen[body] = true
		script.Golden(t, filepath.Join("testdata", "story", "setup", string(v)+".golden"), []byte(out.String()))
	}
}

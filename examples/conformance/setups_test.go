package conformance

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/internal/model"
	"github.com/payintent/intents/setupintent"
	"github.com/payintent/intents/webhook"
)

// setupTransitions yields all that can happen to a SetupIntent: in the small world of
// its model checker, and with each payment method and parameter there is.
func setupTransitions(yield func(setupintent.Transition)) {
	model.SetupIntents(yield)
	for _, t := range preparations() {
		yield(t)
	}
}

// setup is a SetupIntent, and whether it is the first of its view.
type setup struct {
	setupintent.Intent
	first bool
}

// setupsOnce are the SetupIntents that these lead to, and those of sessions, each once.
var setupsOnce = sync.OnceValue(func() []setup {
	var all []setup
	seen, views := map[setupintent.Intent]bool{}, map[setupintent.Intent]bool{}
	add := func(s setupintent.Intent) {
		if s.ID != "" && !seen[s] {
			v := model.ViewSetup(s)
			all = append(all, setup{s, !views[v]})
			seen[s], views[v] = true, true
		}
	}
	setupTransitions(func(t setupintent.Transition) { add(t.After) })
	steps(func(t checkout.Step) { add(t.After.Setup) })
	return all
})

// setupObjects are the SetupIntents with nothing expanded and with all that can be, and
// the first of each view with each path that can be expanded.
func setupObjects(yield func(webhook.Object)) {
	expand := expandings("setup_intent")
	for _, s := range setupsOnce() {
		for i, e := range expand {
			if s.first || i == 0 || i == len(expand)-1 {
				yield(webhook.SetupIntent{Intent: s.Intent, Expand: e, Payer: payerOf(s.Customer())})
			}
		}
	}
}

func setupEvents(yield func(webhook.Event)) {
	setupTransitions(func(t setupintent.Transition) {
		for _, e := range webhook.FromSetupIntent(t, someRequest) {
			yield(e)
		}
	})
}

// someRequest is what caused most of what is told.
var someRequest = webhook.WithRequest(webhook.Request{ID: "req_4xKzLn2fWbTQvC", IdempotencyKey: "k"})

// attempts are those of the SetupIntents, each time they changed: a list of attempts has them all.
func attempts(yield func(webhook.Object)) {
	expand := expandings("setup_attempt")
	seen := map[webhook.SetupAttempt]bool{}
	for _, s := range setupsOnce() {
		a := webhook.SetupAttemptOf(s.Intent)
		if a.ID == "" || seen[a] {
			continue
		}
		seen[a] = true
		a.Payer = payerOf(a.Customer)
		for _, e := range expand {
			a.Expand = e
			yield(a)
		}
	}
}

func mandates(yield func(webhook.Object)) {
	expand := expandings("mandate")
	for _, s := range setupsOnce() {
		if s.Mandate == "" {
			continue
		}
		for _, e := range expand {
			yield(webhook.Mandate{Of: s.Intent, Expand: e})
		}
	}
}

// payerOf returns the customer of an id, of whom much is known, or none.
func payerOf(id string) intents.Customer {
	if id == "" {
		return intents.Customer{}
	}
	c, _ := intents.NewCustomer(id, rich, "plan=gold", model.Start()) // it is well known
	return c
}

const consent = "&mandate_data[customer_acceptance][accepted_at]=1762799182&mandate_data[customer_acceptance][online][ip_address]=203.0.113.7" +
	"&mandate_data[customer_acceptance][online][user_agent]=Mozilla%2F5.0&mandate_data[customer_acceptance][type]=online"

// preparations are what the small world leaves out: each payment method set up with the
// simulated world, for many charges and for one, each next_action, each parameter that
// is carried.
var preparations = sync.OnceValue(func() []setupintent.Transition {
	const client = "client_secret=seti_1SOMcRKXBGcbgpbZ4ZeBAzTL_secret_TL2h"
	const back = "return_url=https://example.com/?a%3D1"
	var all []setupintent.Transition
	for _, pm := range methods() {
		for _, c := range []setupintent.Create{
			{Details: client},
			{Details: client + "&customer=cus_TOnONcVE3hop1l", Usage: setupintent.OnSession, AutomaticPaymentMethods: true, Livemode: true},
			{Details: client + "&on_behalf_of=acct_1&single_use[amount]=500&single_use[currency]=eur"},
			{Details: client, AutomaticPaymentMethods: true, NoRedirects: true},
		} {
			c.PaymentMethodTypes = intents.TypesOf(pm.Type)
			all = append(all, prepare(c, "", pm)...)
			all = append(all, prepare(c, intents.Pairs(back).Merge(sorted(consent)), pm)...)
		}
	}
	types := intents.TypesOf(intents.AcssDebit, intents.Card, intents.Klarna, intents.Link, intents.Paypal, intents.SepaDebit, intents.USBankAccount)
	for _, d := range setupCarried {
		for _, pm := range methods() {
			if types.Has(pm.Type) && pm.ID == "pm_2" {
				all = append(all, prepare(setupintent.Create{Details: sorted(d), Metadata: "order_id=6735", PaymentMethodTypes: types}, "", pm)...)
			}
		}
	}
	return all
})

// sorted returns pairs in the order that they have to have. Their keys and values are escaped already.
func sorted(text string) intents.Pairs {
	var all intents.Pairs
	for name, value := range intents.Pairs(text).All() {
		if name != "" {
			all, _ = all.With(name, value)
		}
	}
	return all
}

// setupCarried are the parameters that a SetupIntent only carries.
var setupCarried = []string{
	"application=ca_1&description=a \"quoted\" %26 ü \\ %0A text&on_behalf_of=acct_2",
	"attach_to_self=true&flow_directions[0]=inbound&flow_directions[1]=outbound",
	"attach_to_self=false&flow_directions[0]=outbound&payment_method_configuration=pmc_1",
	"customer=cus_1&customer_account=acct_3",
	"payment_method_options[card][mandate_options][amount]=5&payment_method_options[card][mandate_options][amount_type]=maximum&payment_method_options[card][mandate_options][currency]=inr" +
		"&payment_method_options[card][mandate_options][interval]=month&payment_method_options[card][mandate_options][reference]=r" +
		"&payment_method_options[card][mandate_options][start_date]=1762799182&payment_method_options[card][mandate_options][supported_types][0]=india",
	"payment_method_options[card][network]=visa&payment_method_options[card][request_three_d_secure]=challenge",
	"payment_method_options[acss_debit][currency]=cad&payment_method_options[acss_debit][mandate_options][interval_description]=monthly" +
		"&payment_method_options[acss_debit][mandate_options][payment_schedule]=interval&payment_method_options[acss_debit][mandate_options][transaction_type]=business" +
		"&payment_method_options[acss_debit][verification_method]=microdeposits",
	"payment_method_options[us_bank_account][financial_connections][permissions][0]=balances&payment_method_options[us_bank_account][verification_method]=microdeposits",
	"payment_method_options[klarna][currency]=eur&payment_method_options[klarna][preferred_locale]=de-AT&payment_method_options[paypal][billing_agreement_id]=B-1" +
		"&payment_method_options[sepa_debit][mandate_options][reference_prefix]=SHOP",
}

// prepare plays the life of a SetupIntent with a payment method: confirmed, acted on
// by the customer and answered by the simulated world until nothing is owed, then updated.
// What the machine refuses does not happen.
func prepare(c setupintent.Create, confirm intents.Pairs, pm intents.PaymentMethod) []setupintent.Transition {
	ctx, now, sim := context.Background(), model.Start(), setupintent.Simulator{}
	var all []setupintent.Transition
	var s setupintent.Intent
	add := func(t setupintent.Transition, err error) bool {
		if err != nil || len(t.Events) == 0 {
			return false
		}
		all, s, now = append(all, t), t.After, now.Add(time.Minute)
		return true
	}
	try := func(c setupintent.Command) bool {
		t, err := setupintent.Apply(s, c, now)
		return add(t, err)
	}
	c.ID = "seti_1SOMcRKXBGcbgpbZ4ZeBAzTL"
	try(c)
	try(setupintent.Confirm{PaymentMethod: pm, Details: confirm})
	for range 20 {
		if a, ok := sim.Act(s); ok && try(a) {
			continue
		}
		done := true
		for _, d := range setupintent.Pending(s) {
			if now.Before(d.NotBefore.Time()) {
				now = d.NotBefore.Time()
			}
			done = !add(setupintent.Work(ctx, sim, s, d, now))
		}
		if done {
			break
		}
	}
	try(setupintent.Update{Details: "customer=cus_TOnONcVE3hop1l&description=d", Metadata: "a=1"})
	try(setupintent.Cancel{Reason: setupintent.Abandoned})
	return all
}

// TestPreparations says that the lives of [preparations] are lived: that exactly the types
// of payment method that Stripe's attempts know can be set up, that each comes to a success
// in some life, and that each next_action is asked for that one of them asks.
func TestPreparations(t *testing.T) {
	tried, succeeded, asked := map[string]bool{}, map[string]bool{}, map[string]bool{}
	mandates := map[bool]int{}
	for _, tr := range preparations() {
		name := tr.After.PaymentMethod.Type.String()
		switch tr.After.Status {
		case setupintent.StatusConfirming:
			tried[name] = true
		case setupintent.StatusSucceeded:
			succeeded[name] = true
			if tr.After.Mandate != "" {
				mandates[tr.After.MandateSingleUse]++
			}
		}
		if tr.After.NextAction != "" {
			asked[tr.After.NextAction.Type()] = true
		}
	}
	s := theSpec(t)
	known := s.schemas["setup_attempt_payment_method_details"].Value.Properties
	for pm := intents.Card; pm.String() != ""; pm++ {
		name := pm.String()
		if tried[name] != (known[name] != nil) && !slices.Contains(beyondAttempts, name) {
			t.Errorf("%s is set up: %t, and Stripe's attempts know it: %t", name, tried[name], known[name] != nil)
		}
		if tried[name] && !succeeded[name] {
			t.Errorf("no life with %s succeeds", name)
		}
	}
	if mandates[false] == 0 || mandates[true] == 0 {
		t.Errorf("mandates, by whether they are for one charge: %v", mandates)
	}
	actions := s.schemas["setup_intent_next_action"].Value.Properties
	for name := range asked {
		if actions[name] == nil {
			t.Errorf("a SetupIntent asks for %s, which none does", name)
		}
	}
	for name := range actions {
		if name != "type" && asked[name] == (name == "blik_authorize") { // of blik no attempt tells
			t.Errorf("%s is asked for: %t", name, asked[name])
		}
	}
}

// beyondAttempts are types that can be set up, by the parameter single_use, and that
// no attempt tells of.
var beyondAttempts = []string{"alipay"}

package conformance

import (
	"sync"
	"testing"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/internal/model"
	"github.com/payintent/intents/webhook"
)

// rich is what can be known of a customer.
const rich intents.Pairs = "address[city]=Wien&address[country]=AT&address[line1]=Ring 1&address[postal_code]=1010&business_name=Shop&description=d" +
	"&email=jenny@example.com&individual_name=Jenny&name=Jenny Rosen&phone=555&preferred_locales[0]=de&preferred_locales[1]=en&shipping[address][city]=Linz" +
	"&shipping[name]=Jenny&shipping[phone]=556&tax_exempt=reverse"

// party is a customer and a payment method, which may be the customer's own.
type party struct {
	customer intents.Customer
	method   intents.PaymentMethod
}

// partyStep is one thing that happened to them.
type partyStep struct {
	before, after party
	at            time.Time
}

// partyRequests are what can be asked of them. What is refused does not happen.
var partyRequests = []func(p party) (party, error){
	func(p party) (party, error) { return newCustomer(p, "", "") },
	func(p party) (party, error) { return newCustomer(p, rich, "plan=gold") },
	updated("", ""),
	updated(rich, "plan=gold&tier=1"),
	updated("address[city]=Graz&address[country]=&phone=557&preferred_locales[1]=fr&shipping[name]=J&tax_exempt=exempt", "plan=silver&tier="),
	updated("address[city]=&address[country]=&address[line1]=&address[postal_code]=&business_name=&description=&email=&individual_name=&name=&phone=&preferred_locales[0]=&preferred_locales[1]="+
		"&shipping[address][city]=&shipping[name]=&shipping[phone]=&tax_exempt=", "plan=&tier="),
	func(p party) (party, error) { return withCustomer(p)(p.customer.SetDefault(p.method)) },
	func(p party) (party, error) { return withCustomer(p)(p.customer.SetDefault(intents.PaymentMethod{})) },
	func(p party) (party, error) { return withCustomer(p)(p.customer.Delete()) },
	func(p party) (party, error) { return withMethod(p)(p.method.Attach(p.customer.ID)) },
	func(p party) (party, error) { return withMethod(p)(p.method.Detach()) },
	told("allow_redisplay", "always"),
	told("billing_details[address][city]", "Oslo"),
	told("billing_details[email]", "b@example.com"),
	told("created", "1762799000"),
	told("exp_year", "2042"),
	told("metadata[colour]", "red"),
}

func newCustomer(p party, details intents.Pairs, metadata intents.Metadata) (party, error) {
	if p.customer.ID != "" {
		return p, nil
	}
	return withCustomer(p)(intents.NewCustomer("cus_TOnONcVE3hop1l", details, metadata, model.Start()))
}

func withCustomer(p party) func(intents.Customer, error) (party, error) {
	return func(c intents.Customer, err error) (party, error) {
		p.customer = c
		return p, err
	}
}

func withMethod(p party) func(intents.PaymentMethod, error) (party, error) {
	return func(pm intents.PaymentMethod, err error) (party, error) {
		p.method = pm
		return p, err
	}
}

func updated(details, metadata intents.Pairs) func(p party) (party, error) {
	return func(p party) (party, error) {
		return withCustomer(p)(p.customer.Update(details, metadata))
	}
}

func told(key, value string) func(p party) (party, error) {
	return func(p party) (party, error) {
		details, err := p.method.Details.With(key, value)
		p.method.Details = details
		return p, err
	}
}

// parties walks, breadth first, through all that these requests make of a customer and a
// card, and of a customer of whom little is known and each other payment method.
var parties = sync.OnceValue(func() []partyStep {
	visa, _ := testMethod("pm_card_visa")
	all := walk(party{method: visa})
	c, _ := intents.NewCustomer("cus_1", "", "", model.Start()) // it is well known
	for _, pm := range methods() {
		if pm != visa {
			p := party{c, pm}
			for _, request := range partyRequests[9:] {
				next, err := request(p)
				if err == nil && next != p {
					all = append(all, partyStep{p, next, model.Start()})
					p = next
				}
			}
			if detached, err := p.method.Detach(); err == nil {
				all = append(all, partyStep{p, party{c, detached}, model.Start()})
			}
		}
	}
	c.Livemode = true
	return append(all, partyStep{party{}, party{customer: c}, model.Start()})
})

func walk(first party) []partyStep {
	var all []partyStep
	seen, queue := map[party]bool{first: true}, []party{first}
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		for _, request := range partyRequests {
			next, err := request(p)
			if err != nil || next == p {
				continue
			}
			all = append(all, partyStep{p, next, model.Start().Add(time.Duration(len(all)) * time.Second)})
			if !seen[next] {
				seen[next] = true
				queue = append(queue, next)
			}
		}
	}
	return all
}

// customers yields those that are there, and deletedCustomers those that were.
func customers(yield func(webhook.Object)) { eachCustomer(false, yield) }

func deletedCustomers(yield func(webhook.Object)) { eachCustomer(true, yield) }

func eachCustomer(deleted bool, yield func(webhook.Object)) {
	seen := map[webhook.Customer]bool{}
	for _, step := range parties() {
		c := webhook.Customer{Customer: step.after.customer, DefaultMethod: step.after.method}
		if c.ID == "" || c.Deleted != deleted || seen[c] {
			continue
		}
		seen[c] = true
		for _, e := range expandings("customer") {
			c.Expand = e
			yield(c)
		}
	}
}

func customerEvents(yield func(webhook.Event)) {
	for _, step := range parties() {
		for _, e := range webhook.FromCustomer(step.before.customer, step.after.customer, step.at, someRequest) {
			yield(e)
		}
	}
}

// paymentMethods are Stripe's, by themselves and as a customer's own, and what requests
// make of them.
func paymentMethods(yield func(webhook.Object)) {
	seen := map[intents.PaymentMethod]bool{}
	each := func(pm intents.PaymentMethod, livemode bool) {
		if pm.ID == "" || seen[pm] {
			return
		}
		seen[pm] = true
		for _, e := range expandings("payment_method") {
			yield(webhook.PaymentMethod{PaymentMethod: pm, Created: 1762799182, Livemode: livemode, Expand: e, Payer: payerOf(pm.Customer)})
		}
	}
	for _, pm := range methods() {
		each(pm, false)
		pm.Customer = "cus_TOnONcVE3hop1l"
		each(pm, true)
	}
	for _, step := range parties() {
		each(step.after.method, false)
	}
}

func methodEvents(yield func(webhook.Event)) {
	for _, step := range parties() {
		for _, e := range webhook.FromPaymentMethod(step.before.method, step.after.method, step.at, webhook.WithAccount("acct_1ISuLNQK2ZHS99Rk")) {
			yield(e)
		}
	}
}

func testMethod(id string) (intents.PaymentMethod, bool) { return capture.TestPaymentMethod(id) }

// TestParties says that there are customers and payment methods of each sort.
func TestParties(t *testing.T) {
	found := map[string]int{}
	for _, step := range parties() {
		c, pm := step.after.customer, step.after.method
		for what, is := range map[string]bool{
			"a customer": c.ID != "" && !c.Deleted, "a deleted one": c.Deleted, "one with a default": c.DefaultPaymentMethod != "",
			"one of whom nothing is known": c.ID != "" && c.Details == "" && c.Metadata == "", "an attached method": pm.Customer != "", "a detached one": pm.Spent,
		} {
			if is {
				found[what]++
			}
		}
	}
	t.Logf("%d steps: %v", len(parties()), found)
	if len(found) != 6 {
		t.Errorf("only %v", found)
	}
}

package setupintenttest

import (
	"time"

	"pgregory.net/rapid"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/setupintent"
)

// Commands returns a generator of commands for an intent: three times in four one
// whose sort is legal in the intent's status, else one of any sort. What is in
// it may be refused all the same.
func Commands(s setupintent.Intent) *rapid.Generator[setupintent.Command] {
	return rapid.Custom(func(t *rapid.T) setupintent.Command {
		d := drawer{t: t, s: &s}
		names := d.fitting()
		if len(names) == 0 || d.chance("arbitrary", 2) {
			names = allNames()
		}
		return d.command(names[d.uniform("command", len(names))])
	})
}

// fitting returns what is legal: mostly what leads on, and without what ends a
// history too early to tell of it, or can't be an answer to the payment method.
func (d drawer) fitting() []setupintent.CommandName {
	legal := setupintent.Legal(d.s.Status)
	if d.chance("unfitting", 3) {
		return legal
	}
	traits := d.s.PaymentMethod.Type.Traits()
	deposits := d.s.NextAction.Type() == actionMicrodeposits
	var names []setupintent.CommandName
	for _, name := range legal {
		weight := 1
		switch name {
		case "confirm":
			weight = 3
		case "challenge":
			if traits.Action != "" || traits.Microdeposits {
				weight = 6
			}
		case "approve":
			weight = 2
		case "submit":
			weight = 3
			if !traits.Delayed {
				weight = 0
			}
		case "verify_microdeposits":
			weight = 12
			if !deposits {
				weight = 0
			}
		case "authenticate":
			if deposits {
				weight = 0
			}
		case "cancel", "void":
			weight = 0
		}
		for range weight {
			names = append(names, name)
		}
	}
	return names
}

// allNames returns the sorts of commands, in the order of the table.
func allNames() []setupintent.CommandName {
	var names []setupintent.CommandName
	seen := map[setupintent.CommandName]bool{}
	for _, a := range setupintent.Table() {
		if !seen[a.Command] {
			seen[a.Command] = true
			names = append(names, a.Command)
		}
	}
	return names
}

// drawer draws the contents of commands for an intent.
type drawer struct {
	t *rapid.T
	s *setupintent.Intent
}

func (d drawer) command(name setupintent.CommandName) setupintent.Command {
	if c := d.request(name); c != nil {
		return c
	}
	if c := d.report(name); c != nil {
		return c
	}
	switch name {
	case "expire_action":
		return setupintent.ExpireAction{}
	default:
		return setupintent.Void{Owner: sample(d, "owner", "", d.s.Owner, "cs_2"), Reason: odd(d, "reason", sample(d, "void", "", setupintent.Abandoned), "bored")}
	}
}

// request draws a request of the caller, or returns nil.
func (d drawer) request(name setupintent.CommandName) setupintent.Command {
	switch name {
	case "create":
		return d.create()
	case "update":
		return d.update()
	case "confirm":
		return d.confirm()
	case "cancel":
		return setupintent.Cancel{Reason: odd(d, "reason", sample(d, "of", "", setupintent.Duplicate, setupintent.Abandoned, setupintent.RequestedByCustomer), "fraudulent")}
	case "verify_microdeposits":
		c := setupintent.VerifyMicrodeposits{
			Outcome: odd(d, "outcome", sample(d, "of", intents.Mismatched, intents.Mismatched, intents.Mismatched, intents.Verified), sample(d, "bad", intents.Exhausted, intents.TimedOut, 9)),
		}
		if odd(d, "by code", d.often("code"), true) {
			c.DescriptorCode = odd(d, "descriptor_code", "SM11AA", "")
		} else {
			c.Amounts = odd(d, "amounts", [2]int64{32, 45}, [2]int64{0, 1})
		}
		return c
	default:
		return nil
	}
}

func (d drawer) confirm() setupintent.Confirm {
	secret, _ := d.s.Details.Get(setupintent.KeyClientSecret)
	c := setupintent.Confirm{
		Details: d.details(), Owner: odd(d, "owner", d.s.Owner, sample(d, "bad", "", "cs_2")),
		ClientSecret: odd(d, "client_secret", sample(d, "of", "", secret), "seti_2_secret_3"), Publishable: d.rarely("publishable") && secret != "",
	}
	pm := &d.s.PaymentMethod
	if pm.IsZero() || d.rarely("another payment method") {
		c.PaymentMethod = d.paymentMethod()
		pm = &c.PaymentMethod
	}
	if pm.Type.Traits().Redirect && c.Details == "" {
		c.Details = odd(d, "return_url", intents.Pairs("return_url=https://example.com/done"), "")
	}
	if c.Publishable && odd(d, "secret given", true, false) {
		c.ClientSecret = secret
	}
	return c
}

const actionMicrodeposits = "verify_with_microdeposits"

// report draws a report of the outside world, or returns nil.
func (d drawer) report(name setupintent.CommandName) setupintent.Command {
	switch name {
	case "approve":
		return setupintent.Approve{}
	case "challenge":
		kinds := []string{"use_stripe_sdk", "redirect_to_url", actionMicrodeposits}
		if d.s.PaymentMethod.Type.Traits().Microdeposits {
			kinds = kinds[2:]
		}
		a, _ := intents.NewNextAction(sample(d, "action", kinds...), "url", "https://example.com/a?b=c&d=é", "microdeposit_type", sample(d, "by", "", "amounts", "descriptor_code"))
		return setupintent.Challenge{NextAction: odd(d, "next_action", a, ""), ExpiresIn: d.duration("expires_in")}
	case "decline":
		return setupintent.Decline{Failure: d.failure()}
	case "submit":
		return setupintent.Submit{AskIn: d.duration("ask_in")}
	case "authenticate":
		return setupintent.Authenticate{}
	case "fail_action":
		return setupintent.FailAction{Failure: sample(d, "failure", intents.Failure{}, d.failure())}
	case "collect":
		return setupintent.Collect{}
	case "postpone":
		return setupintent.Postpone{AskIn: d.duration("ask_in")}
	default:
		return nil
	}
}

func (d drawer) create() setupintent.Create {
	const id = "seti_1SRzp4KXBGcbgpbZ1utYtuTe"
	c := setupintent.Create{
		ID: odd(d, "id", id, ""), APIVersion: odd(d, "version", sample(d, "of", "", intents.Version20220801, intents.VersionBasil), intents.VersionEndive),
		Usage: odd(d, "usage", sample(d, "of", "", "", setupintent.OffSession, setupintent.OnSession), "never"),
		Owner: odd(d, "owner", sample(d, "of", "", "", "", "cs_1"), "\xff"), ConfirmLimit: sample(d, "confirm_limit", 0, 0, 0, uint16(1), 2),
		AutomaticPaymentMethods: odd(d, "automatic_payment_methods", false, true), NoRedirects: d.often("no_redirects"), Livemode: d.rarely("livemode"),
	}
	c.Details = sample[intents.Pairs](d, "begins with", "", "", "customer=cus_1", "customer=cus_1", "client_secret="+id+"_secret_x", "client_secret=x",
		"attach_to_self=true", "single_use[amount]=100&single_use[currency]=usd", "single_use[amount]=100", "colour=red")
	if !d.rarely("no types") {
		c.PaymentMethodTypes = types()
	}
	if d.often("payment method given") {
		c.PaymentMethod = d.paymentMethod()
	}
	c.Metadata = sample[intents.Metadata](d, "metadata", "", "order=6735")
	return c
}

func (d drawer) update() setupintent.Update {
	c := setupintent.Update{Metadata: d.metadata(), Details: d.details()}
	s := d.s.Status
	late := s == setupintent.StatusProcessing || s == setupintent.StatusSucceeded
	if late && !d.chance("too late", 3) {
		return c
	}
	if d.rarely("payment_method") {
		c.PaymentMethod = intents.Some(sample(d, "to", intents.PaymentMethod{}, d.paymentMethod()))
	}
	if d.rarely("payment_method_types") {
		c.PaymentMethodTypes = intents.Some(sample(d, "to", types(), intents.TypesOf(intents.Card), 0, 1))
	}
	return c
}

// types are the payment method types with a life of their own, one that can't be set up among them.
func types() intents.PaymentMethodTypes {
	return intents.TypesOf(intents.Card, intents.USBankAccount, intents.SepaDebit, intents.Ideal, intents.Oxxo, intents.Cashapp, intents.AcssDebit)
}

func (d drawer) paymentMethod() intents.PaymentMethod {
	pm := d.anyMethod()
	for range 4 {
		if d.s.PaymentMethodTypes == 0 || d.s.PaymentMethodTypes.Has(pm.Type) {
			break
		}
		pm = d.anyMethod()
	}
	pm.Spent = odd(d, "spent", false, true)
	if customer := d.s.Customer(); customer != "" && d.rarely("attached") {
		pm.Customer = customer
	}
	pm.Customer = odd(d, "customer", pm.Customer, "cus_2")
	pm.Details = odd(d, "details", pm.Details, "not canonical")
	return pm
}

func (d drawer) anyMethod() intents.PaymentMethod {
	ids := []string{
		"pm_card_visa", "pm_card_visa", "pm_card_threeDSecure2Required", "pm_card_chargeDeclined", "pm_usBankAccount_success", "pm_usBankAccount_success",
		"pm_usBankAccount_failMicrodeposits", "pm_sepaDebit_success_at", "acss_debit", "ideal", "oxxo", "cashapp", "link",
	}
	id := ids[d.uniform("payment_method", len(ids))]
	pm, ok := capture.TestPaymentMethod(id)
	if !ok {
		t, _ := intents.ParsePaymentMethodType(id)
		pm = intents.PaymentMethod{ID: "pm_" + id, Type: t}
	}
	return pm
}

func (d drawer) details() intents.Pairs {
	if !d.chance("details", 3) {
		return ""
	}
	key := sample(d, "key", "description", "customer", "return_url", "attach_to_self", "on_behalf_of", "mandate_data[customer_acceptance][type]",
		"payment_method_options[us_bank_account][verification_method]", "unheard_of")
	value := sample(d, "value", "T-shirt & more", "cus_1", "true", "microdeposits", "")
	p, _ := intents.PairsOf(key, value)
	return sample(d, "pairs", p, p, p, "b=1&a=2")
}

func (d drawer) metadata() intents.Pairs {
	if !d.chance("metadata", 3) {
		return ""
	}
	return sample[intents.Pairs](d, "pairs", "order=1", "order=", "note=a%26b", "a", "=x")
}

func (d drawer) failure() intents.Failure {
	return intents.Failure{
		Code: sample(d, "code", "card_declined", "expired_card", "account_closed", ""), DeclineCode: sample(d, "decline_code", "", "insufficient_funds", "\xff"),
		Message: sample(d, "message", "", "No & never."), Blocked: d.rarely("blocked"),
	}
}

func (d drawer) duration(what string) time.Duration {
	return odd(d, what, sample(d, "of", time.Hour, 0, time.Second, 1, 7*24*time.Hour), -time.Second)
}

func (d drawer) often(what string) bool { return rapid.Bool().Draw(d.t, what) }

func (d drawer) rarely(what string) bool { return d.chance(what, 2) }

// chance is true once in 2^n times. It draws coins, for rapid draws the limits of a
// range of integers more often than what lies between.
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

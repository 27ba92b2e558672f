package conformance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stripe/stripe-go/v85"
)

// triggers are the calls that "stripe trigger …" of Stripe's CLI makes for a type of
// event (facts 0.1, CLI): a name for the reply, method, path and parameters; ${name:path}
// is a value of an earlier reply, and ! says that the call is meant to be refused.
var triggers = map[string][]string{
	"checkout.session.completed":               cart("usd", "card", "", "type=card&card[token]=tok_visa"),
	"checkout.session.async_payment_succeeded": cart("eur", "sepa_debit", "off_session", "type=sepa_debit&sepa_debit[iban]=AT611904300234573201"),
	"checkout.session.async_payment_failed":    cart("eur", "sepa_debit", "off_session", "type=sepa_debit&sepa_debit[iban]=IT60X0542811101000000123456"),
	"checkout.session.expired": append(goods("usd"),
		"session POST /v1/checkout/sessions?mode=payment&success_url=https://httpbin.org/post&cancel_url=https://httpbin.org/post&line_items[0][price]=${price:id}&line_items[0][quantity]=2",
		"expired POST /v1/checkout/sessions/${session:id}/expire"),

	"payment_intent.created":   {"pi POST /v1/payment_intents?amount=2000&currency=usd&payment_method_types[]=card&" + byCLI},
	"payment_intent.succeeded": {"pi POST /v1/payment_intents?amount=2000&currency=usd&payment_method_types[]=card&payment_method=pm_card_visa&confirm=true&" + byCLI + "&" + shipped},
	"payment_intent.payment_failed": {
		"pi !POST /v1/payment_intents?amount=2000&currency=usd&payment_method_types[]=card&payment_method=pm_card_chargeDeclined&confirm=true&" + byCLI,
	},
	"payment_intent.canceled": {
		"pi POST /v1/payment_intents?amount=2000&currency=usd&payment_method_types[]=card&" + byCLI,
		"canceled POST /v1/payment_intents/${pi:id}/cancel?cancellation_reason=requested_by_customer",
	},
	"payment_intent.amount_capturable_updated": {
		"pi POST /v1/payment_intents?amount=2000&currency=usd&capture_method=manual&confirmation_method=manual&payment_method=pm_card_visa&confirm=true&return_url=https://stripe.com&" + byCLI,
	},
	"payment_intent.requires_action": transfer,
	"payment_intent.partially_funded": append(slices.Clone(transfer),
		"fund POST /v1/test_helpers/customers/${customer:id}/fund_cash_balance?amount=10000&currency=jpy"),
	"payment_intent.processing": {
		"pm POST /v1/payment_methods?type=sepa_debit&sepa_debit[iban]=AT321904300235473204&billing_details[name]=Bob&billing_details[email]=bob@example.com",
		"pi POST /v1/payment_intents?payment_method=${pm:id}&payment_method_types[]=sepa_debit&amount=1000&currency=eur&confirm=true&" +
			"mandate_data[customer_acceptance][accepted_at]=1590590577&mandate_data[customer_acceptance][type]=offline",
	},

	"charge.succeeded": {"pi POST /v1/payment_intents?amount=100&currency=usd&payment_method_types[]=card&payment_method=pm_card_visa&confirm=true&" + byCLI},
	"charge.failed":    {"pi !POST /v1/payment_intents?amount=100&currency=usd&payment_method_types[]=card&payment_method=pm_card_visa_chargeDeclined&confirm=true&" + byCLI},
	"charge.captured": {
		"charge POST /v1/charges?source=tok_visa&amount=100&currency=usd&capture=false&" + byCLI,
		"capture POST /v1/charges/${charge:id}/capture",
	},
	"charge.refunded": {
		"pi POST /v1/payment_intents?amount=100&currency=usd&payment_method_types[]=card&payment_method=pm_card_visa&confirm=true&" + byCLI,
		"refund POST /v1/refunds?payment_intent=${pi:id}",
	},
	"charge.refund.updated": {
		"charge POST /v1/charges?source=tok_visa&amount=100&currency=usd&" + byCLI,
		"refund POST /v1/refunds?charge=${charge:id}",
		"updated POST /v1/refunds/${refund:id}?metadata[order_id]=6735",
	},
	"charge.updated": {
		"pi POST /v1/payment_intents?amount=100&currency=usd&payment_method_types[]=card&payment_method=pm_card_visa&confirm=true&" + byCLI,
		"updated POST /v1/charges/${pi:latest_charge}?metadata[updated_by]=stripe_cli",
	},
	"charge.pending": {
		"customer POST /v1/customers?" + byCLI,
		"pm POST /v1/payment_methods?type=us_bank_account&us_bank_account[account_holder_type]=individual&us_bank_account[routing_number]=110000000&us_bank_account[account_number]=000123456789",
		"attached POST /v1/payment_methods/${pm:id}/attach?customer=${customer:id}",
		"pi POST /v1/payment_intents?amount=2000&currency=usd&customer=${customer:id}&payment_method=${pm:id}&payment_method_types[]=us_bank_account&confirm=true&" + byCLI,
	},
	"charge.expired": {
		"pi POST /v1/payment_intents?amount=2000&currency=usd&payment_method_types[]=card&payment_method=pm_card_visa&capture_method=manual&confirm=true&" + byCLI,
		"list GET /v1/charges?payment_intent=${pi:id}",
		"expired POST /v1/test_helpers/charges/${list:data.0.id}/expire",
	},
	"charge.dispute.created": {"pi POST /v1/payment_intents?amount=100&currency=usd&payment_method=pm_card_createDisputeInquiry&payment_method_types[]=card&confirm=true&" + byCLI},

	"setup_intent.created":         {"si POST /v1/setup_intents?payment_method_types[]=card&" + byCLI},
	"setup_intent.succeeded":       {"si POST /v1/setup_intents?confirm=true&payment_method=pm_card_visa&payment_method_types[]=card&" + byCLI},
	"setup_intent.setup_failed":    {"si !POST /v1/setup_intents?confirm=true&payment_method=pm_card_chargeDeclined&payment_method_types[]=card&" + byCLI},
	"setup_intent.requires_action": {"si POST /v1/setup_intents?confirm=true&payment_method=pm_card_authenticationRequired&payment_method_types[]=card&" + byCLI},
	"setup_intent.canceled": {
		"si POST /v1/setup_intents?payment_method_types[]=card&" + byCLI,
		"canceled POST /v1/setup_intents/${si:id}/cancel?cancellation_reason=requested_by_customer",
	},

	"customer.created": {"customer POST /v1/customers?" + byCLI},
	"customer.updated": {"customer POST /v1/customers?" + byCLI, "updated POST /v1/customers/${customer:id}?metadata[foo]=bar"},
	"customer.deleted": {"customer POST /v1/customers?" + byCLI, "deleted DELETE /v1/customers/${customer:id}"},
	"payment_method.attached": {
		"customer POST /v1/customers?" + byCLI,
		"pm POST /v1/payment_methods/pm_card_visa/attach?customer=${customer:id}",
	},
	"payment_method.detached": {
		"customer POST /v1/customers?" + byCLI,
		"pm POST /v1/payment_methods/pm_card_visa/attach?customer=${customer:id}",
		"detached POST /v1/payment_methods/${pm:id}/detach",
	},
	"payment_method.updated": {
		"customer POST /v1/customers?" + byCLI,
		"si POST /v1/setup_intents?customer=${customer:id}&payment_method=pm_card_visa&confirm=true&" + byCLI,
		"updated POST /v1/payment_methods/${si:payment_method}?metadata[foo]=bar",
	},
	"cash_balance.funds_available":              {"customer POST /v1/customers?" + byCLI, "fund POST /v1/test_helpers/customers/${customer:id}/fund_cash_balance?amount=1000&currency=usd"},
	"customer_cash_balance_transaction.created": {"customer POST /v1/customers?" + byCLI, "fund POST /v1/test_helpers/customers/${customer:id}/fund_cash_balance?amount=1000&currency=usd"},
}

const (
	byCLI   = "description=(created+by+Stripe+CLI)"
	shipped = "shipping[name]=Jenny+Rosen&shipping[address][line1]=510+Townsend+St&shipping[address][postal_code]=94103&shipping[address][city]=San+Francisco&shipping[address][state]=CA&shipping[address][country]=US"
)

// transfer asks a customer for a bank transfer. The CLI's jp_bank_account is no type of
// the OpenAPI, which has jp_bank_transfer.
var transfer = []string{
	"customer POST /v1/customers?" + byCLI,
	"pi POST /v1/payment_intents?amount=20000&currency=jpy&customer=${customer:id}&payment_method_types[]=customer_balance&payment_method_data[type]=customer_balance" +
		"&payment_method_options[customer_balance][funding_type]=bank_transfer&payment_method_options[customer_balance][bank_transfer][type]=jp_bank_transfer&confirm=true&" + byCLI,
}

// goods are a product and its price.
func goods(currency string) []string {
	return []string{
		"product POST /v1/products?name=myproduct&" + byCLI,
		"price POST /v1/prices?product=${product:id}&unit_amount=1500&currency=" + currency,
	}
}

// cart sells them on a page, to a customer with a payment method.
func cart(currency, method, later, pm string) []string {
	session := "session POST /v1/checkout/sessions?mode=payment&success_url=https://httpbin.org/post&cancel_url=https://httpbin.org/post&payment_method_types[]=" + method +
		"&line_items[0][price]=${price:id}&line_items[0][quantity]=2&payment_intent_data[shipping][name]=Jenny+Rosen&payment_intent_data[shipping][address][line1]=510+Townsend+St&payment_intent_data[shipping][address][country]=US"
	if later != "" {
		session += "&payment_intent_data[setup_future_usage]=" + later
	}
	return append(goods(currency), session,
		"page GET /v1/payment_pages/${session:id}",
		"pm POST /v1/payment_methods?"+pm+"&billing_details[email]=stripe@example.com&billing_details[name]=Jenny+Rosen",
		"confirm POST /v1/payment_pages/${session:id}/confirm?payment_method=${pm:id}&expected_amount=3000")
}

// TestTriggers makes the calls of each trigger, and holds that the event appears.
func TestTriggers(t *testing.T) {
	for event, calls := range triggers {
		t.Run(event, func(t *testing.T) {
			r := newReplies(t)
			open(t, r, specVersion).play(func(s *shop) {
				replies := map[string]any{}
				for _, call := range calls {
					s.trigger(replies, call)
				}
				s.advance(month / 2) // debits take some days
				events := must(collect(s.api.V1Events.List(ctx, &stripe.EventListParams{Type: new(event)})))
				if len(events) == 0 {
					for _, e := range must(collect(s.api.V1Events.List(ctx, nil))) {
						t.Log(e.Type)
					}
					t.Fatal("the event does not appear")
				}
				is(t, "type", string(events[0].Type), event)
			})
		})
	}
	t.Logf("%d triggers", len(triggers))
}

var reference = regexp.MustCompile(`\$\{(\w+):([\w.]+)\}`)

// trigger makes one call.
func (s *shop) trigger(replies map[string]any, call string) {
	s.Helper()
	name, call, _ := strings.Cut(call, " ")
	method, target, _ := strings.Cut(call, " ")
	method, refused := strings.CutPrefix(method, "!")
	target = reference.ReplaceAllStringFunc(target, func(ref string) string {
		m := reference.FindStringSubmatch(ref)
		return fmt.Sprint(dig(replies[m[1]], m[2]))
	})
	path, params, _ := strings.Cut(target, "?")
	if method == http.MethodGet && params != "" {
		path, params = path+"?"+params, ""
	}
	status, body := s.send(method, path, params)
	if (status != http.StatusOK) != refused {
		s.Fatalf("%s: %d\n%s", call, status, body)
	}
	var reply any
	if err := json.Unmarshal(body, &reply); err != nil {
		s.Fatal(err)
	}
	replies[name] = reply
}

// dig returns what a path leads to.
func dig(v any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(x) {
				return nil
			}
			v = x[i]
		}
	}
	return v
}

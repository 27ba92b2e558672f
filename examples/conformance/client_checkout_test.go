package conformance

import (
	"net/url"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v85"
)

// visit has a customer pay on the hosted page of a session, as Stripe's page asks for it.
func (s *shop) visit(session, method string) {
	s.Helper()
	s.untyped("GET", "/v1/payment_pages/"+session, "")
	s.untyped("POST", "/v1/payment_pages/"+session+"/confirm", url.Values{"payment_method": {method}, "customer_details[email]": {"jenny@example.com"}}.Encode())
}

func buy(s *shop) {
	api := s.api.V1CheckoutSessions
	item := func(name string, amount, quantity int64) *stripe.CheckoutSessionCreateLineItemParams {
		return &stripe.CheckoutSessionCreateLineItemParams{
			Quantity: new(quantity),
			PriceData: &stripe.CheckoutSessionCreateLineItemPriceDataParams{
				Currency: usd, UnitAmount: new(amount), ProductData: &stripe.CheckoutSessionCreateLineItemPriceDataProductDataParams{Name: new(name)},
			},
		}
	}
	create := &stripe.CheckoutSessionCreateParams{
		Mode: new("payment"), SuccessURL: new("https://example.com/done?session={CHECKOUT_SESSION_ID}"), CancelURL: new("https://example.com/back"), ClientReferenceID: new("order_6735"),
		LineItems:         []*stripe.CheckoutSessionCreateLineItemParams{item("A book", 1500, 2), item("A pen", 200, 3), item("A bag", 10, 1)},
		PaymentIntentData: &stripe.CheckoutSessionCreatePaymentIntentDataParams{Description: new("from the session")},
		CustomerCreation:  new("always"),
	}
	create.AddMetadata("a", "b")
	cs := must(api.Create(ctx, create))
	is(s, "status", cs.Status, stripe.CheckoutSessionStatusOpen)
	is(s, "total", cs.AmountTotal, 3610)
	is(s, "url", strings.Contains(cs.URL, cs.ID), true)
	update := &stripe.CheckoutSessionUpdateParams{}
	update.AddMetadata("a", "c")
	is(s, "metadata", must(api.Update(ctx, cs.ID, update)).Metadata["a"], "c")
	lines := &stripe.CheckoutSessionListLineItemsParams{Session: new(cs.ID)}
	lines.Limit = new(int64(1))
	all := must(collect(api.ListLineItems(ctx, lines)))
	is(s, "line items", len(all), 3)
	is(s, "quantity", all[0].Quantity*all[0].Price.UnitAmount, 3000)

	s.visit(cs.ID, "pm_card_visa")
	retrieve := &stripe.CheckoutSessionRetrieveParams{}
	retrieve.AddExpand("payment_intent.latest_charge")
	retrieve.AddExpand("line_items")
	retrieve.AddExpand("customer")
	cs = must(api.Retrieve(ctx, cs.ID, retrieve))
	is(s, "status", cs.Status, stripe.CheckoutSessionStatusComplete)
	is(s, "payment status", cs.PaymentStatus, stripe.CheckoutSessionPaymentStatusPaid)
	is(s, "charge", cs.PaymentIntent.LatestCharge.Amount, 3610)
	is(s, "description", cs.PaymentIntent.Description, "from the session")
	is(s, "lines", len(cs.LineItems.Data), 3)
	is(s, "customer", cs.Customer.Email, "jenny@example.com")
	is(s, "of the intent", len(must(collect(api.List(ctx, &stripe.CheckoutSessionListParams{PaymentIntent: new(cs.PaymentIntent.ID)})))), 1)
	_, err := api.Retrieve(ctx, "cs_test_nope", nil)
	s.fails(err, 404, stripe.ErrorCodeResourceMissing)
	create.Mode = new("sideways")
	_, err = api.Create(ctx, create)
	s.fails(err, 400, none)
}

func saveAtCheckout(s *shop) {
	api := s.api.V1CheckoutSessions
	c := must(s.api.V1Customers.Create(ctx, nil))
	cs := must(api.Create(ctx, &stripe.CheckoutSessionCreateParams{
		Mode: new("setup"), Customer: new(c.ID), Currency: usd, SuccessURL: new("https://example.com/"),
		SetupIntentData: &stripe.CheckoutSessionCreateSetupIntentDataParams{Metadata: map[string]string{"subscription_id": "sub_8epEF0PuRhmltU"}},
	}))
	is(s, "payment status", cs.PaymentStatus, stripe.CheckoutSessionPaymentStatusNoPaymentRequired)
	s.visit(cs.ID, "pm_card_visa")
	retrieve := &stripe.CheckoutSessionRetrieveParams{}
	retrieve.AddExpand("setup_intent.payment_method")
	cs = must(api.Retrieve(ctx, cs.ID, retrieve))
	is(s, "status", cs.Status, stripe.CheckoutSessionStatusComplete)
	is(s, "metadata", cs.SetupIntent.Metadata["subscription_id"], "sub_8epEF0PuRhmltU")
	pm := cs.SetupIntent.PaymentMethod
	is(s, "owner", pm.Customer.ID, c.ID)
	pi := must(s.api.V1PaymentIntents.Create(ctx, &stripe.PaymentIntentCreateParams{
		Amount: new(int64(1099)), Currency: usd, Customer: new(c.ID), PaymentMethod: new(pm.ID), OffSession: yes, Confirm: yes,
	}))
	is(s, "status", pi.Status, stripe.PaymentIntentStatusSucceeded)
}

func leaveCheckout(s *shop) {
	api := s.api.V1CheckoutSessions
	create := func() *stripe.CheckoutSession {
		return must(api.Create(ctx, &stripe.CheckoutSessionCreateParams{Mode: new("setup"), Currency: usd, SuccessURL: new("https://example.com/")}))
	}
	cs := create()
	cs = must(api.Expire(ctx, cs.ID, nil))
	is(s, "status", cs.Status, stripe.CheckoutSessionStatusExpired)
	is(s, "url", cs.URL, "")
	_, err := api.Expire(ctx, cs.ID, nil)
	s.fails(err, 400, none)
	cs = create()
	s.advance(25 * time.Hour)
	is(s, "status", must(api.Retrieve(ctx, cs.ID, nil)).Status, stripe.CheckoutSessionStatusExpired)
	list := &stripe.CheckoutSessionListParams{Status: new("expired")}
	list.Limit = new(int64(1))
	is(s, "expired", len(must(collect(api.List(ctx, list)))), 2)
}

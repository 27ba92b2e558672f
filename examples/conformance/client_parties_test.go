package conformance

import (
	"encoding/json"

	"github.com/stripe/stripe-go/v85"
)

func keepCustomer(s *shop) {
	api := s.api.V1Customers
	create := &stripe.CustomerCreateParams{
		Name: new("Jenny Rosen"), Email: new("jenny@example.com"), Phone: new("+15551234567"), Description: new("d"), PreferredLocales: []*string{new("de"), new("en")},
		Address:  &stripe.AddressParams{Line1: new("1 Main St"), Country: new("US")},
		Shipping: &stripe.CustomerCreateShippingParams{Name: new("Jenny"), Address: &stripe.AddressParams{Line1: new("1 Main St")}},
	}
	create.AddMetadata("a", "b")
	c := must(api.Create(ctx, create))
	is(s, "locale", c.PreferredLocales[1], "en")
	pm := must(s.api.V1PaymentMethods.Attach(ctx, "pm_card_visa", &stripe.PaymentMethodAttachParams{Customer: new(c.ID)}))
	update := &stripe.CustomerUpdateParams{Description: new("e"), InvoiceSettings: &stripe.CustomerUpdateInvoiceSettingsParams{DefaultPaymentMethod: new(pm.ID)}}
	update.AddExpand("invoice_settings.default_payment_method")
	c = must(api.Update(ctx, c.ID, update))
	is(s, "default", c.InvoiceSettings.DefaultPaymentMethod.Card.Last4, "4242")
	retrieve := &stripe.CustomerRetrieveParams{}
	retrieve.AddExpand("cash_balance")
	retrieve.AddExpand("tax_ids")
	c = must(api.Retrieve(ctx, c.ID, retrieve))
	is(s, "description", c.Description, "e")
	must(s.api.V1PaymentMethods.Attach(ctx, "pm_card_mastercard", &stripe.PaymentMethodAttachParams{Customer: new(c.ID)}))
	list := &stripe.CustomerListPaymentMethodsParams{Customer: new(c.ID), Type: new("card")}
	list.Limit = new(int64(1))
	is(s, "methods", len(must(collect(api.ListPaymentMethods(ctx, list)))), 2)
	is(s, "method", must(api.RetrievePaymentMethod(ctx, pm.ID, &stripe.CustomerRetrievePaymentMethodParams{Customer: new(c.ID)})).ID, pm.ID)
	is(s, "by email", len(must(collect(api.List(ctx, &stripe.CustomerListParams{Email: new("jenny@example.com")})))), 1)

	gone := must(api.Delete(ctx, c.ID, nil))
	is(s, "deleted", gone.Deleted, true)
	is(s, "deleted", must(api.Retrieve(ctx, c.ID, nil)).Deleted, true)
	_, err := api.Update(ctx, c.ID, nil)
	e := s.fails(err, 404, stripe.ErrorCodeResourceMissing)
	is(s, "param", e.Param, "id")
	is(s, "customers", len(must(collect(api.List(ctx, nil)))), 0)
}

func keepMethods(s *shop) {
	api := s.api.V1PaymentMethods
	c := must(s.api.V1Customers.Create(ctx, nil))
	create := &stripe.PaymentMethodCreateParams{
		Type: new("card"), Card: &stripe.PaymentMethodCreateCardParams{Number: new("4242424242424242"), ExpMonth: new(int64(12)), ExpYear: new(int64(2034)), CVC: new("314")},
		BillingDetails: &stripe.PaymentMethodCreateBillingDetailsParams{Name: new("Jenny Rosen"), Address: &stripe.AddressParams{PostalCode: new("94103")}},
	}
	create.AddMetadata("a", "b")
	pm := must(api.Create(ctx, create))
	is(s, "last4", pm.Card.Last4, "4242")
	is(s, "expires", pm.Card.ExpYear, 2034)
	update := &stripe.PaymentMethodUpdateParams{BillingDetails: &stripe.PaymentMethodUpdateBillingDetailsParams{Email: new("jenny@example.com")}}
	update.AddMetadata("a", "")
	_, err := api.Update(ctx, pm.ID, update)
	s.fails(err, 400, none) // it is nobody's yet
	pm = must(api.Attach(ctx, pm.ID, &stripe.PaymentMethodAttachParams{Customer: new(c.ID)}))
	pm = must(api.Update(ctx, pm.ID, update))
	is(s, "email", pm.BillingDetails.Email, "jenny@example.com")
	is(s, "metadata", len(pm.Metadata), 0)
	retrieve := &stripe.PaymentMethodRetrieveParams{}
	retrieve.AddExpand("customer")
	is(s, "owner", must(api.Retrieve(ctx, pm.ID, retrieve)).Customer.ID, c.ID)
	is(s, "listed", len(must(collect(api.List(ctx, &stripe.PaymentMethodListParams{Customer: new(c.ID), Type: new("card")})))), 1)
	other := must(s.api.V1Customers.Create(ctx, nil))
	_, err = api.Attach(ctx, pm.ID, &stripe.PaymentMethodAttachParams{Customer: new(other.ID)})
	s.fails(err, 400, none)
	pm = must(api.Detach(ctx, pm.ID, nil))
	is(s, "nobody's", pm.Customer == nil, true)
	_, err = api.Attach(ctx, "pm_card_chargeDeclined", &stripe.PaymentMethodAttachParams{Customer: new(c.ID)})
	s.fails(err, 402, stripe.ErrorCodeCardDeclined)
	create.Card.Number = new("4242424242424241")
	_, err = api.Create(ctx, create)
	e := s.fails(err, 402, stripe.ErrorCodeIncorrectNumber)
	is(s, "param", e.Param, "number")
	sepa := must(api.Create(ctx, &stripe.PaymentMethodCreateParams{
		Type: new("sepa_debit"), SEPADebit: &stripe.PaymentMethodCreateSEPADebitParams{IBAN: new("AT611904300234573201")},
		BillingDetails: &stripe.PaymentMethodCreateBillingDetailsParams{Name: new("Jenny Rosen"), Email: new("jenny@example.com")},
	}))
	is(s, "last4", sepa.SEPADebit.Last4, "3201")
}

func useTokens(s *shop) {
	api := s.api.V1Tokens
	t := must(api.Create(ctx, &stripe.TokenCreateParams{Card: &stripe.CardParams{Number: new("5555555555554444"), ExpMonth: new("5"), ExpYear: new("2034"), CVC: new("314")}}))
	is(s, "brand", t.Card.Brand, stripe.CardBrandMasterCard)
	pm := must(s.api.V1PaymentMethods.Create(ctx, &stripe.PaymentMethodCreateParams{Type: new("card"), Card: &stripe.PaymentMethodCreateCardParams{Token: new(t.ID)}}))
	is(s, "last4", pm.Card.Last4, "4444")
	t = must(api.Retrieve(ctx, t.ID, nil))
	is(s, "used", t.Used, true)
	_, err := s.api.V1PaymentMethods.Create(ctx, &stripe.PaymentMethodCreateParams{Type: new("card"), Card: &stripe.PaymentMethodCreateCardParams{Token: new(t.ID)}})
	s.fails(err, 400, stripe.ErrorCodeTokenAlreadyUsed)

	ct := must(s.api.V1TestHelpersConfirmationTokens.Create(ctx, &stripe.TestHelpersConfirmationTokenCreateParams{PaymentMethod: new("pm_card_visa"), ReturnURL: new("https://example.com/")}))
	is(s, "preview", ct.PaymentMethodPreview.Card.Last4, "4242")
	ct = must(s.api.V1ConfirmationTokens.Retrieve(ctx, ct.ID, nil))
	is(s, "return", ct.ReturnURL, "https://example.com/")
	pi := must(s.api.V1PaymentIntents.Create(ctx, &stripe.PaymentIntentCreateParams{Amount: new(int64(1000)), Currency: usd, Confirm: yes, ConfirmationToken: new(ct.ID)}))
	is(s, "status", pi.Status, stripe.PaymentIntentStatusSucceeded)
}

func oldCalls(s *shop) {
	var token stripe.ConfirmationToken
	body := s.untyped("POST", "/v1/confirmation_tokens", "payment_method_data[type]=card&payment_method_data[card][number]=4242424242424242&payment_method_data[card][exp_month]=12&payment_method_data[card][exp_year]=2034")
	if err := json.Unmarshal(body, &token); err != nil {
		s.Fatal(err)
	}
	is(s, "preview", token.PaymentMethodPreview.Card.Last4, "4242")
	pi := s.pay("pm_card_visa", 700)
	path := "/v1/charges/" + pi.LatestCharge.ID + "/refunds"
	var refund stripe.Refund
	if err := json.Unmarshal(s.untyped("POST", path, "amount=300&reason=duplicate"), &refund); err != nil {
		s.Fatal(err)
	}
	var list stripe.RefundList
	if err := json.Unmarshal(s.untyped("GET", path, ""), &list); err != nil {
		s.Fatal(err)
	}
	is(s, "refund", list.Data[0].ID, refund.ID)
	held := must(s.api.V1PaymentIntents.Create(ctx, &stripe.PaymentIntentCreateParams{
		Amount: new(int64(700)), Currency: usd, CaptureMethod: new("manual"), Confirm: yes, PaymentMethod: new("pm_card_visa"), PaymentMethodTypes: []*string{new("card")},
	}))
	s.untyped("POST", "/v1/test_helpers/charges/"+held.LatestCharge.ID+"/expire", "")
	is(s, "status", must(s.api.V1PaymentIntents.Retrieve(ctx, held.ID, nil)).Status, stripe.PaymentIntentStatusCanceled)
	cs := must(s.api.V1CheckoutSessions.Create(ctx, &stripe.CheckoutSessionCreateParams{Mode: new("setup"), Currency: usd, SuccessURL: new("https://example.com/")}))
	s.visit(cs.ID, "pm_card_visa")
}

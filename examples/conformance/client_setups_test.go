package conformance

import (
	"github.com/stripe/stripe-go/v85"
)

func setUp(s *shop) {
	api := s.api.V1SetupIntents
	c := must(s.api.V1Customers.Create(ctx, nil))
	create := &stripe.SetupIntentCreateParams{Customer: new(c.ID), Usage: new("off_session"), PaymentMethodTypes: []*string{new("card")}}
	create.AddMetadata("a", "b")
	si := must(api.Create(ctx, create))
	is(s, "status", si.Status, stripe.SetupIntentStatusRequiresPaymentMethod)
	si = must(api.Update(ctx, si.ID, &stripe.SetupIntentUpdateParams{Description: new("for later")}))
	is(s, "description", si.Description, "for later")
	_, err := api.Confirm(ctx, si.ID, &stripe.SetupIntentConfirmParams{PaymentMethod: new("pm_card_visa_chargeDeclined")})
	e := s.fails(err, 402, stripe.ErrorCodeCardDeclined)
	is(s, "intent inside", e.SetupIntent.ID, si.ID)
	is(s, "decline code", e.DeclineCode, stripe.DeclineCodeGenericDecline)
	si = must(api.Confirm(ctx, si.ID, &stripe.SetupIntentConfirmParams{PaymentMethod: new("pm_card_authenticationRequired"), ReturnURL: new("https://example.com")}))
	is(s, "status", si.Status, stripe.SetupIntentStatusRequiresAction)
	s.act(si.ID, true)
	retrieve := &stripe.SetupIntentRetrieveParams{}
	retrieve.AddExpand("latest_attempt")
	retrieve.AddExpand("payment_method.customer")
	si = must(api.Retrieve(ctx, si.ID, retrieve))
	is(s, "status", si.Status, stripe.SetupIntentStatusSucceeded)
	is(s, "attempt", si.LatestAttempt.Status, stripe.SetupAttemptStatusSucceeded)
	is(s, "owner", si.PaymentMethod.Customer.ID, c.ID)
	attempts := &stripe.SetupAttemptListParams{SetupIntent: new(si.ID)}
	attempts.Limit = new(int64(1))
	attempts.AddExpand("data.setup_intent")
	all := must(collect(s.api.V1SetupAttempts.List(ctx, attempts)))
	is(s, "attempts", len(all), 2)
	is(s, "the first", all[1].SetupError.Code, stripe.ErrorCodeCardDeclined)

	_, err = api.Cancel(ctx, si.ID, nil)
	s.fails(err, 400, stripe.ErrorCodeSetupIntentUnexpectedState)
	other := must(api.Create(ctx, nil))
	other = must(api.Cancel(ctx, other.ID, &stripe.SetupIntentCancelParams{CancellationReason: new("requested_by_customer")}))
	is(s, "status", other.Status, stripe.SetupIntentStatusCanceled)
	list := &stripe.SetupIntentListParams{}
	list.Limit = new(int64(1))
	is(s, "listed", len(must(collect(api.List(ctx, list)))), 2)
	is(s, "of the customer", len(must(collect(api.List(ctx, &stripe.SetupIntentListParams{Customer: new(c.ID)})))), 1)

	// The card was set up for payments without the customer, and yet asks.
	_, err = s.api.V1PaymentIntents.Create(ctx, &stripe.PaymentIntentCreateParams{
		Amount: new(int64(1000)), Currency: usd, Customer: new(c.ID), PaymentMethod: new(si.PaymentMethod.ID), OffSession: yes, Confirm: yes,
	})
	e = s.fails(err, 402, stripe.ErrorCodeAuthenticationRequired)
	is(s, "intent inside", e.PaymentIntent.Status, stripe.PaymentIntentStatusRequiresPaymentMethod)
	is(s, "method inside", e.PaymentMethod.ID, si.PaymentMethod.ID)
}

func setUpBank(s *shop) {
	api := s.api.V1SetupIntents
	c := must(s.api.V1Customers.Create(ctx, nil))
	pm := must(s.api.V1PaymentMethods.Create(ctx, &stripe.PaymentMethodCreateParams{
		Type: new("us_bank_account"), USBankAccount: &stripe.PaymentMethodCreateUSBankAccountParams{AccountHolderType: new("individual"), AccountNumber: new("000123456789"), RoutingNumber: new("110000000")},
		BillingDetails: &stripe.PaymentMethodCreateBillingDetailsParams{Name: new("Jenny Rosen")},
	}))
	si := must(api.Create(ctx, &stripe.SetupIntentCreateParams{
		Customer: new(c.ID), PaymentMethod: new(pm.ID), PaymentMethodTypes: []*string{new("us_bank_account")}, Confirm: yes,
		PaymentMethodOptions: &stripe.SetupIntentCreatePaymentMethodOptionsParams{USBankAccount: &stripe.SetupIntentCreatePaymentMethodOptionsUSBankAccountParams{VerificationMethod: new("microdeposits")}},
		MandateData: &stripe.SetupIntentCreateMandateDataParams{CustomerAcceptance: &stripe.SetupIntentCreateMandateDataCustomerAcceptanceParams{
			Type: new("online"), Online: &stripe.SetupIntentCreateMandateDataCustomerAcceptanceOnlineParams{IPAddress: new("127.0.0.1"), UserAgent: new("go")},
		}},
	}))
	is(s, "action", si.NextAction.Type, "verify_with_microdeposits")
	_, err := api.VerifyMicrodeposits(ctx, si.ID, &stripe.SetupIntentVerifyMicrodepositsParams{Amounts: []*int64{new(int64(32)), new(int64(45))}})
	s.fails(err, 400, "intent_verification_method_missing") // it is verified by a code
	must(api.VerifyMicrodeposits(ctx, si.ID, &stripe.SetupIntentVerifyMicrodepositsParams{DescriptorCode: new("SM11AA")}))
	s.advance(month)
	si = must(api.Retrieve(ctx, si.ID, nil))
	is(s, "status", si.Status, stripe.SetupIntentStatusSucceeded)
	retrieve := &stripe.MandateRetrieveParams{}
	retrieve.AddExpand("payment_method")
	m := must(s.api.V1Mandates.Retrieve(ctx, si.Mandate.ID, retrieve))
	is(s, "mandate", m.Status, stripe.MandateStatusActive)
	is(s, "method", m.PaymentMethod.ID, pm.ID)
	_, err = s.api.V1Mandates.Retrieve(ctx, "mandate_x", nil)
	s.fails(err, 404, stripe.ErrorCodeResourceMissing)
}

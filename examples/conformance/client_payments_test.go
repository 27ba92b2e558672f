package conformance

import (
	"time"

	"github.com/stripe/stripe-go/v85"
)

// Values of parameters.
var (
	yes, usd = new(true), new("usd")
	// none is the code of an error without one.
	none stripe.ErrorCode
)

const month = 31 * 24 * time.Hour

// pay makes a payment that succeeds.
func (s *shop) pay(method string, amount int64) *stripe.PaymentIntent {
	s.Helper()
	pi := must(s.api.V1PaymentIntents.Create(ctx, &stripe.PaymentIntentCreateParams{
		Amount: new(amount), Currency: usd, Confirm: yes, PaymentMethod: new(method), PaymentMethodTypes: []*string{new("card")},
	}))
	is(s, "status", pi.Status, stripe.PaymentIntentStatusSucceeded)
	return pi
}

func payCard(s *shop) {
	api := s.api.V1PaymentIntents
	create := &stripe.PaymentIntentCreateParams{
		Amount: new(int64(2000)), Currency: usd, Description: new("a & b=c + d%"), ReceiptEmail: new("jenny@example.com"), StatementDescriptorSuffix: new("ORDER 7"),
		AutomaticPaymentMethods: &stripe.PaymentIntentCreateAutomaticPaymentMethodsParams{Enabled: yes, AllowRedirects: new("never")},
		Shipping: &stripe.ShippingDetailsParams{
			Name:    new("Jenny Rosen"),
			Address: &stripe.AddressParams{Line1: new("510 Townsend St"), PostalCode: new("94103"), City: new("San Francisco"), State: new("CA"), Country: new("US")},
		},
	}
	create.AddMetadata("order_id", "6735")
	create.AddMetadata("später", "ü & [x]")
	pi := must(api.Create(ctx, create))
	is(s, "status", pi.Status, stripe.PaymentIntentStatusRequiresPaymentMethod)
	is(s, "description", pi.Description, "a & b=c + d%")
	is(s, "metadata", pi.Metadata["später"], "ü & [x]")
	is(s, "city", pi.Shipping.Address.City, "San Francisco")

	update := &stripe.PaymentIntentUpdateParams{Amount: new(int64(2500))}
	update.AddMetadata("order_id", "")
	update.AddMetadata("basket", "3")
	pi = must(api.Update(ctx, pi.ID, update))
	is(s, "amount", pi.Amount, 2500)
	is(s, "metadata", len(pi.Metadata), 2)

	_, err := api.Confirm(ctx, pi.ID, nil)
	e := s.fails(err, 400, stripe.ErrorCodePaymentIntentUnexpectedState)
	is(s, "intent inside", e.PaymentIntent.ID, pi.ID)
	_, err = api.Confirm(ctx, pi.ID, &stripe.PaymentIntentConfirmParams{PaymentMethod: new("pm_card_visa_chargeDeclinedInsufficientFunds")})
	e = s.fails(err, 402, stripe.ErrorCodeCardDeclined)
	is(s, "decline code", e.DeclineCode, stripe.DeclineCodeInsufficientFunds)
	is(s, "type", e.Type, stripe.ErrorTypeCard)
	is(s, "intent inside", e.PaymentIntent.Status, stripe.PaymentIntentStatusRequiresPaymentMethod)
	is(s, "charge", e.ChargeID, e.PaymentIntent.LatestCharge.ID)
	is(s, "method inside", e.PaymentMethod.Card.Last4, "9995")

	confirm := &stripe.PaymentIntentConfirmParams{PaymentMethod: new("pm_card_visa")}
	confirm.AddExpand("latest_charge.balance_transaction")
	confirm.AddExpand("payment_method")
	pi = must(api.Confirm(ctx, pi.ID, confirm))
	is(s, "status", pi.Status, stripe.PaymentIntentStatusSucceeded)
	is(s, "charge", pi.LatestCharge.Amount, 2500)
	is(s, "card", pi.PaymentMethod.Card.Last4, "4242")

	s.advance(month)
	retrieve := &stripe.PaymentIntentRetrieveParams{}
	retrieve.AddExpand("latest_charge.balance_transaction")
	pi = must(api.Retrieve(ctx, pi.ID, retrieve))
	is(s, "net", pi.LatestCharge.BalanceTransaction.Net+pi.LatestCharge.BalanceTransaction.Fee, 2500)

	s.challenged()
	s.found()
}

// challenged pays with a card that asks for authentication.
func (s *shop) challenged() {
	s.Helper()
	api := s.api.V1PaymentIntents
	params := &stripe.PaymentIntentCreateParams{
		Amount: new(int64(4000)), Currency: usd, Confirm: yes, PaymentMethod: new("pm_card_threeDSecure2Required"), ReturnURL: new("https://example.com/done?a=1&b=2"),
		PaymentMethodTypes: []*string{new("card")},
	}
	pi := must(api.Create(ctx, params))
	is(s, "status", pi.Status, stripe.PaymentIntentStatusRequiresAction)
	is(s, "action", pi.NextAction.Type, "redirect_to_url")
	is(s, "return", pi.NextAction.RedirectToURL.ReturnURL, "https://example.com/done?a=1&b=2")
	s.act(pi.ID, false)
	pi = must(api.Retrieve(ctx, pi.ID, nil))
	is(s, "error", pi.LastPaymentError.Code, stripe.ErrorCodePaymentIntentAuthenticationFailure)
	pi = must(api.Confirm(ctx, pi.ID, &stripe.PaymentIntentConfirmParams{PaymentMethod: new("pm_card_threeDSecure2Required")}))
	s.act(pi.ID, true)
	is(s, "status", must(api.Retrieve(ctx, pi.ID, nil)).Status, stripe.PaymentIntentStatusSucceeded)
}

// found lists and searches what was made.
func (s *shop) found() {
	s.Helper()
	for i := range int64(7) {
		s.pay("pm_card_visa", 1000+i)
	}
	api := s.api.V1PaymentIntents
	list := &stripe.PaymentIntentListParams{}
	list.Limit = new(int64(2))
	list.AddExpand("data.payment_method")
	all := must(collect(api.List(ctx, list)))
	is(s, "listed", len(all), 9)
	is(s, "newest first", all[0].Amount, 1006)
	is(s, "expanded", all[0].PaymentMethod.Card.Last4, "4242")
	seen := map[string]bool{}
	for _, pi := range all {
		seen[pi.ID] = true
	}
	is(s, "different", len(seen), 9)

	back := &stripe.PaymentIntentListParams{}
	back.EndingBefore = new(all[4].ID)
	back.Limit = new(int64(3))
	before := api.List(ctx, back)
	is(s, "page", len(before.Data()), 3)
	is(s, "the nearest", before.Data()[0].ID+before.Data()[2].ID, all[3].ID+all[1].ID)
	is(s, "more", before.Meta().HasMore, true)

	search := &stripe.PaymentIntentSearchParams{}
	search.Query = "amount>1003 AND status:'succeeded'"
	search.Limit = new(int64(2))
	n := 0
	for pi, err := range api.Search(ctx, search).All(ctx) {
		if must(pi, err); pi.Amount <= 1003 {
			s.Errorf("%d was not searched for", pi.Amount)
		}
		n++
	}
	is(s, "searched", n, 5)
}

func holdCard(s *shop) {
	api := s.api.V1PaymentIntents
	hold := func() *stripe.PaymentIntent {
		pi := must(api.Create(ctx, &stripe.PaymentIntentCreateParams{
			Amount: new(int64(1000)), Currency: usd, Confirm: yes, PaymentMethod: new("pm_card_visa"), CaptureMethod: new("manual"), PaymentMethodTypes: []*string{new("card")},
			PaymentMethodOptions: &stripe.PaymentIntentCreatePaymentMethodOptionsParams{Card: &stripe.PaymentIntentCreatePaymentMethodOptionsCardParams{RequestIncrementalAuthorization: new("if_available")}},
		}))
		is(s, "status", pi.Status, stripe.PaymentIntentStatusRequiresCapture)
		is(s, "capturable", pi.AmountCapturable, 1000)
		return pi
	}
	pi := hold()
	pi = must(api.IncrementAuthorization(ctx, pi.ID, &stripe.PaymentIntentIncrementAuthorizationParams{Amount: new(int64(1500))}))
	is(s, "capturable", pi.AmountCapturable, 1500)
	_, err := api.Capture(ctx, pi.ID, &stripe.PaymentIntentCaptureParams{AmountToCapture: new(int64(9000))})
	s.fails(err, 400, stripe.ErrorCodeAmountTooLarge)
	capture := &stripe.PaymentIntentCaptureParams{AmountToCapture: new(int64(1200))}
	capture.AddExpand("latest_charge.refunds")
	pi = must(api.Capture(ctx, pi.ID, capture))
	is(s, "received", pi.AmountReceived, 1200)
	is(s, "captured", pi.LatestCharge.AmountCaptured, 1200)

	pi = hold()
	pi = must(api.Cancel(ctx, pi.ID, &stripe.PaymentIntentCancelParams{CancellationReason: new("abandoned")}))
	is(s, "status", pi.Status, stripe.PaymentIntentStatusCanceled)
	is(s, "reason", pi.CancellationReason, stripe.PaymentIntentCancellationReasonAbandoned)
	_, err = api.Cancel(ctx, pi.ID, nil)
	s.fails(err, 400, stripe.ErrorCodePaymentIntentUnexpectedState)

	pi = hold()
	s.advance(month)
	is(s, "the hold is over", must(api.Retrieve(ctx, pi.ID, nil)).Status, stripe.PaymentIntentStatusCanceled)
}

// account are the parameters of a bank account.
func account() *stripe.PaymentMethodUSBankAccountParams {
	return &stripe.PaymentMethodUSBankAccountParams{AccountHolderType: new("individual"), AccountNumber: new("000123456789"), RoutingNumber: new("110000000")}
}

func payBank(s *shop) {
	api := s.api.V1PaymentIntents
	pi := must(api.Create(ctx, &stripe.PaymentIntentCreateParams{
		Amount: new(int64(5000)), Currency: usd, Confirm: yes, PaymentMethodTypes: []*string{new("us_bank_account")},
		PaymentMethodData: &stripe.PaymentIntentCreatePaymentMethodDataParams{
			Type: new("us_bank_account"), USBankAccount: account(),
			BillingDetails: &stripe.PaymentIntentCreatePaymentMethodDataBillingDetailsParams{Name: new("Jenny Rosen"), Email: new("jenny@example.com")},
		},
		PaymentMethodOptions: &stripe.PaymentIntentCreatePaymentMethodOptionsParams{
			USBankAccount: &stripe.PaymentIntentCreatePaymentMethodOptionsUSBankAccountParams{VerificationMethod: new("microdeposits")},
		},
		MandateData: &stripe.PaymentIntentCreateMandateDataParams{CustomerAcceptance: &stripe.PaymentIntentCreateMandateDataCustomerAcceptanceParams{
			Type: new("online"), Online: &stripe.PaymentIntentCreateMandateDataCustomerAcceptanceOnlineParams{IPAddress: new("127.0.0.1"), UserAgent: new("go")},
		}},
	}))
	is(s, "status", pi.Status, stripe.PaymentIntentStatusRequiresAction)
	is(s, "action", pi.NextAction.Type, "verify_with_microdeposits")
	_, err := api.VerifyMicrodeposits(ctx, pi.ID, &stripe.PaymentIntentVerifyMicrodepositsParams{DescriptorCode: new("SM00XX")})
	s.fails(err, 400, stripe.ErrorCodePaymentMethodMicrodepositVerificationDescriptorCodeMismatch)
	pi = must(api.VerifyMicrodeposits(ctx, pi.ID, &stripe.PaymentIntentVerifyMicrodepositsParams{DescriptorCode: new("SM11AA")}))
	is(s, "status", pi.Status, stripe.PaymentIntentStatusProcessing)
	s.advance(month)
	retrieve := &stripe.PaymentIntentRetrieveParams{}
	retrieve.AddExpand("latest_charge")
	pi = must(api.Retrieve(ctx, pi.ID, retrieve))
	is(s, "status", pi.Status, stripe.PaymentIntentStatusSucceeded)
	is(s, "bank", pi.LatestCharge.PaymentMethodDetails.USBankAccount.Last4, "6789")
}

func payCash(s *shop) {
	c := must(s.api.V1Customers.Create(ctx, nil))
	api := s.api.V1PaymentIntents
	create := func(amount int64) *stripe.PaymentIntent {
		return must(api.Create(ctx, &stripe.PaymentIntentCreateParams{
			Amount: new(amount), Currency: usd, Confirm: yes, Customer: new(c.ID), PaymentMethodTypes: []*string{new("customer_balance")},
			PaymentMethodData: &stripe.PaymentIntentCreatePaymentMethodDataParams{Type: new("customer_balance")},
			PaymentMethodOptions: &stripe.PaymentIntentCreatePaymentMethodOptionsParams{CustomerBalance: &stripe.PaymentIntentCreatePaymentMethodOptionsCustomerBalanceParams{
				FundingType:  new("bank_transfer"),
				BankTransfer: &stripe.PaymentIntentCreatePaymentMethodOptionsCustomerBalanceBankTransferParams{Type: new("us_bank_transfer")},
			}},
		}))
	}
	fund := func(amount int64) *stripe.CustomerCashBalanceTransaction {
		return must(s.api.V1TestHelpersCustomers.FundCashBalance(ctx, c.ID, &stripe.TestHelpersCustomerFundCashBalanceParams{Amount: new(amount), Currency: usd, Reference: new("ref")}))
	}
	balance := func() int64 {
		b := must(s.api.V1CashBalances.Retrieve(ctx, &stripe.CashBalanceRetrieveParams{Customer: new(c.ID)}))
		return b.Available["usd"]
	}
	is(s, "balance", balance(), 0)
	pi := create(2000)
	is(s, "action", pi.NextAction.Type, "display_bank_transfer_instructions")
	is(s, "remaining", pi.NextAction.DisplayBankTransferInstructions.AmountRemaining, 2000)
	is(s, "funded", fund(1500).NetAmount, 1500)
	pi = must(api.Retrieve(ctx, pi.ID, nil))
	is(s, "remaining", pi.NextAction.DisplayBankTransferInstructions.AmountRemaining, 500)
	fund(700)
	is(s, "status", must(api.Retrieve(ctx, pi.ID, nil)).Status, stripe.PaymentIntentStatusSucceeded)
	is(s, "what is left", balance(), 200)

	_, err := api.ApplyCustomerBalance(ctx, pi.ID, nil)
	s.fails(err, 400, stripe.ErrorCodePaymentIntentUnexpectedState)
	open := must(api.Create(ctx, &stripe.PaymentIntentCreateParams{
		Amount: new(int64(150)), Currency: usd, Customer: new(c.ID), PaymentMethodTypes: []*string{new("customer_balance")},
		PaymentMethodOptions: &stripe.PaymentIntentCreatePaymentMethodOptionsParams{CustomerBalance: &stripe.PaymentIntentCreatePaymentMethodOptionsCustomerBalanceParams{
			FundingType:  new("bank_transfer"),
			BankTransfer: &stripe.PaymentIntentCreatePaymentMethodOptionsCustomerBalanceBankTransferParams{Type: new("us_bank_transfer")},
		}},
	}))
	open = must(api.ApplyCustomerBalance(ctx, open.ID, &stripe.PaymentIntentApplyCustomerBalanceParams{Amount: new(int64(150)), Currency: usd}))
	is(s, "status", open.Status, stripe.PaymentIntentStatusSucceeded)
	is(s, "what is left", balance(), 50)
}

package conformance

import (
	"time"

	"github.com/stripe/stripe-go/v85"
)

func chargeSource(s *shop) {
	api := s.api.V1Charges
	create := &stripe.ChargeCreateParams{Amount: new(int64(1800)), Currency: usd, Capture: new(false), Description: new("d"), TransferGroup: new("g"), Source: &stripe.PaymentSourceSourceParams{Token: new("tok_visa")}}
	create.AddMetadata("a", "b")
	ch := must(api.Create(ctx, create))
	is(s, "captured", ch.Captured, false)
	update := &stripe.ChargeUpdateParams{Description: new("e"), ReceiptEmail: new("jenny@example.com")}
	update.AddMetadata("c", "d")
	ch = must(api.Update(ctx, ch.ID, update))
	is(s, "metadata", ch.Metadata["a"]+ch.Metadata["c"], "bd")
	ch = must(api.Capture(ctx, ch.ID, &stripe.ChargeCaptureParams{Amount: new(int64(1000))}))
	is(s, "captured", ch.AmountCaptured, 1000)
	_, err := api.Capture(ctx, ch.ID, nil)
	s.fails(err, 400, stripe.ErrorCodeChargeAlreadyCaptured)
	s.advance(month)
	retrieve := &stripe.ChargeRetrieveParams{}
	retrieve.AddExpand("balance_transaction")
	retrieve.AddExpand("refunds")
	ch = must(api.Retrieve(ctx, ch.ID, retrieve))
	is(s, "description", ch.Description, "e")
	is(s, "entry", ch.BalanceTransaction.Amount, 1000)

	_, err = api.Create(ctx, &stripe.ChargeCreateParams{Amount: new(int64(1800)), Currency: usd, Source: &stripe.PaymentSourceSourceParams{Token: new("tok_chargeDeclined")}})
	e := s.fails(err, 402, stripe.ErrorCodeCardDeclined)
	is(s, "decline code", e.DeclineCode, stripe.DeclineCodeGenericDecline)
	is(s, "the charge that failed", must(api.Retrieve(ctx, e.ChargeID, nil)).Status, stripe.ChargeStatusFailed)
	list := &stripe.ChargeListParams{}
	list.Limit = new(int64(1))
	is(s, "charges", len(must(collect(api.List(ctx, list)))), 2)
	is(s, "of the group", len(must(collect(api.List(ctx, &stripe.ChargeListParams{TransferGroup: new("g")})))), 1)
}

func refundPayment(s *shop) {
	api := s.api.V1Refunds
	pi := s.pay("pm_card_visa", 5000)
	s.advance(time.Hour)
	create := &stripe.RefundCreateParams{PaymentIntent: new(pi.ID), Amount: new(int64(1500)), Reason: new("requested_by_customer")}
	create.AddMetadata("a", "b")
	create.AddExpand("charge")
	create.AddExpand("balance_transaction")
	re := must(api.Create(ctx, create))
	is(s, "status", re.Status, stripe.RefundStatusSucceeded)
	is(s, "refunded", re.Charge.AmountRefunded, 1500)
	update := &stripe.RefundUpdateParams{}
	update.AddMetadata("c", "d")
	re = must(api.Update(ctx, re.ID, update))
	is(s, "metadata", re.Metadata["a"]+re.Metadata["c"], "bd")
	must(api.Create(ctx, &stripe.RefundCreateParams{Charge: new(pi.LatestCharge.ID)}))
	_, err := api.Create(ctx, &stripe.RefundCreateParams{Charge: new(pi.LatestCharge.ID)})
	s.fails(err, 400, stripe.ErrorCodeChargeAlreadyRefunded)
	list := &stripe.RefundListParams{PaymentIntent: new(pi.ID)}
	list.Limit = new(int64(1))
	is(s, "refunds", len(must(collect(api.List(ctx, list)))), 2)
	re = must(api.Retrieve(ctx, re.ID, nil))
	_, err = api.Cancel(ctx, re.ID, nil)
	s.fails(err, 400, none)

	for _, end := range []func(id string) *stripe.Refund{
		func(id string) *stripe.Refund { return must(api.Cancel(ctx, id, nil)) },
		func(id string) *stripe.Refund { return must(s.api.V1TestHelpersRefunds.Expire(ctx, id, nil)) },
	} {
		pi := s.pay("pm_card_pendingRefund", 900)
		re := must(api.Create(ctx, &stripe.RefundCreateParams{PaymentIntent: new(pi.ID)}))
		is(s, "status", re.Status, stripe.RefundStatusPending)
		if status := end(re.ID).Status; status != stripe.RefundStatusCanceled && status != stripe.RefundStatusFailed {
			s.Errorf("the refund is %s", status)
		}
	}

	entries := &stripe.BalanceTransactionListParams{}
	entries.Limit = new(int64(2))
	all := must(collect(s.api.V1BalanceTransactions.List(ctx, entries)))
	var sum int64
	for _, b := range all {
		sum += b.Amount
	}
	if len(all) < 3 {
		s.Errorf("%d entries", len(all))
	}
	retrieve := &stripe.BalanceTransactionRetrieveParams{}
	retrieve.AddExpand("source")
	b := must(s.api.V1BalanceTransactions.Retrieve(ctx, all[len(all)-1].ID, retrieve))
	is(s, "source", b.Source.Charge.ID, pi.LatestCharge.ID)
	_, err = s.api.V1BalanceTransactions.Retrieve(ctx, "txn_x", nil)
	s.fails(err, 404, stripe.ErrorCodeResourceMissing)
}

func splitPayment(s *shop) {
	pi := must(s.api.V1PaymentIntents.Create(ctx, &stripe.PaymentIntentCreateParams{
		Amount: new(int64(10000)), Currency: usd, Confirm: yes, PaymentMethod: new("pm_card_visa"), PaymentMethodTypes: []*string{new("card")},
		ApplicationFeeAmount: new(int64(1200)), TransferData: &stripe.PaymentIntentCreateTransferDataParams{Destination: new("acct_1ISuLNQK2ZHS99Rk")}, TransferGroup: new("g"),
	}))
	s.advance(month)
	fees := must(collect(s.api.V1ApplicationFees.List(ctx, &stripe.ApplicationFeeListParams{Charge: new(pi.LatestCharge.ID)})))
	is(s, "fees", len(fees), 1)
	retrieveFee := &stripe.ApplicationFeeRetrieveParams{}
	retrieveFee.AddExpand("originating_transaction")
	fee := must(s.api.V1ApplicationFees.Retrieve(ctx, fees[0].ID, retrieveFee))
	is(s, "fee", fee.Amount, 1200)
	is(s, "of", fee.OriginatingTransaction.Amount, 10000)
	transfers := must(collect(s.api.V1Transfers.List(ctx, &stripe.TransferListParams{Destination: new("acct_1ISuLNQK2ZHS99Rk")})))
	is(s, "transfers", len(transfers), 1)
	retrieve := &stripe.TransferRetrieveParams{}
	retrieve.AddExpand("source_transaction")
	tr := must(s.api.V1Transfers.Retrieve(ctx, transfers[0].ID, retrieve))
	is(s, "transfer", tr.Amount, 10000)
	is(s, "source", tr.SourceTransaction.ID, pi.LatestCharge.ID)
	re := must(s.api.V1Refunds.Create(ctx, &stripe.RefundCreateParams{PaymentIntent: new(pi.ID), ReverseTransfer: yes, RefundApplicationFee: yes}))
	is(s, "status", re.Status, stripe.RefundStatusSucceeded)
	tr = must(s.api.V1Transfers.Retrieve(ctx, tr.ID, nil))
	is(s, "reversed", tr.AmountReversed, 10000)
	is(s, "refunded", must(s.api.V1ApplicationFees.Retrieve(ctx, fee.ID, nil)).AmountRefunded, 1200)
}

func disputePayment(s *shop) {
	pi := s.pay("pm_card_createDispute", 2600)
	list := must(collect(s.api.V1Disputes.List(ctx, &stripe.DisputeListParams{PaymentIntent: new(pi.ID)})))
	is(s, "disputes", len(list), 1)
	retrieve := &stripe.DisputeRetrieveParams{}
	retrieve.AddExpand("charge")
	d := must(s.api.V1Disputes.Retrieve(ctx, list[0].ID, retrieve))
	is(s, "reason", d.Reason, stripe.DisputeReasonFraudulent)
	is(s, "charge", d.Charge.Disputed, true)
	_, err := s.api.V1Disputes.Retrieve(ctx, "dp_x", nil)
	s.fails(err, 404, stripe.ErrorCodeResourceMissing)
}

func sell(s *shop) {
	products, prices := s.api.V1Products, s.api.V1Prices
	create := &stripe.ProductCreateParams{Name: new("A book"), Description: new("thick"), URL: new("https://example.com/book"), DefaultPriceData: &stripe.ProductCreateDefaultPriceDataParams{Currency: usd, UnitAmount: new(int64(1500))}}
	create.AddMetadata("a", "b")
	create.AddExpand("default_price")
	p := must(products.Create(ctx, create))
	is(s, "price", p.DefaultPrice.UnitAmount, 1500)
	update := &stripe.ProductUpdateParams{Name: new("A thick book"), Active: new(false)}
	update.AddMetadata("a", "")
	p = must(products.Update(ctx, p.ID, update))
	is(s, "name", p.Name, "A thick book")
	is(s, "active", must(products.Retrieve(ctx, p.ID, nil)).Active, false)
	_, err := products.Delete(ctx, p.ID, nil)
	s.fails(err, 400, none)
	other := must(products.Create(ctx, &stripe.ProductCreateParams{Name: new("A pen"), ID: new("pen")}))
	is(s, "id", other.ID, "pen")
	list := &stripe.ProductListParams{}
	list.Limit = new(int64(1))
	is(s, "products", len(must(collect(products.List(ctx, list)))), 2)
	is(s, "deleted", must(products.Delete(ctx, "pen", nil)).Deleted, true)

	monthly := must(prices.Create(ctx, &stripe.PriceCreateParams{
		Currency: usd, UnitAmount: new(int64(900)), Recurring: &stripe.PriceCreateRecurringParams{Interval: new("month")}, LookupKey: new("monthly"), TaxBehavior: new("exclusive"),
		ProductData: &stripe.PriceCreateProductDataParams{Name: new("A plan")},
	}))
	is(s, "interval", monthly.Recurring.Interval, stripe.PriceRecurringIntervalMonth)
	monthly = must(prices.Update(ctx, monthly.ID, &stripe.PriceUpdateParams{Nickname: new("n")}))
	retrieve := &stripe.PriceRetrieveParams{}
	retrieve.AddExpand("product")
	monthly = must(prices.Retrieve(ctx, monthly.ID, retrieve))
	is(s, "nickname", monthly.Nickname, "n")
	is(s, "product", monthly.Product.Name, "A plan")
	all := &stripe.PriceListParams{}
	all.Limit = new(int64(1))
	is(s, "prices", len(must(collect(prices.List(ctx, all)))), 2)
	is(s, "by key", len(must(collect(prices.List(ctx, &stripe.PriceListParams{LookupKeys: []*string{new("monthly")}})))), 1)

	cs := must(s.api.V1CheckoutSessions.Create(ctx, &stripe.CheckoutSessionCreateParams{
		Mode: new("subscription"), SuccessURL: new("https://example.com/"), LineItems: []*stripe.CheckoutSessionCreateLineItemParams{{Price: new(monthly.ID), Quantity: new(int64(1))}},
	}))
	s.visit(cs.ID, "pm_card_visa")
	cs = must(s.api.V1CheckoutSessions.Retrieve(ctx, cs.ID, nil))
	is(s, "status", cs.Status, stripe.CheckoutSessionStatusComplete)
}

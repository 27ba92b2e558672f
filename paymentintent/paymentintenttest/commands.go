package paymentintenttest

import (
	"strconv"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/paymentintent"
)

// Commands returns a generator of commands for an intent: three times in four one
// whose sort is legal in the intent's status, else one of any sort. What is in
// it may be refused all the same: amounts are drawn at and beyond their limits.
func Commands(s paymentintent.Intent) *rapid.Generator[paymentintent.Command] {
	return rapid.Custom(func(t *rapid.T) paymentintent.Command {
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
func (d drawer) fitting() []paymentintent.CommandName {
	legal := paymentintent.Legal(d.s.Status)
	if d.chance("unfitting", 3) {
		return legal
	}
	traits := d.s.PaymentMethod.Type.Traits()
	var names []paymentintent.CommandName
	for _, name := range legal {
		weight := 1
		switch name {
		case "confirm", "capture":
			weight = 3
		case "challenge":
			if traits.Action != "" || traits.Microdeposits {
				weight = 6
			}
		case "approve":
			weight = 4
			if traits.Delayed {
				weight = 0
			}
		case "submit":
			if !traits.Delayed {
				weight = 0
			}
		case "notify":
			if d.s.PaymentMethod.Type != intents.Card {
				weight = 0
			}
		case "fund", "apply_customer_balance":
			weight = 4
			if !traits.Funded {
				weight = 0
			}
		case "verify_microdeposits":
			weight = 8
			if d.s.NextAction.Type() != "verify_with_microdeposits" {
				weight = 0
			}
		case "report_refund":
			if d.s.Charge.Refunds == "" {
				weight = 0
			}
		case "cancel", "void", "dispute":
			weight = 0
		}
		for range weight {
			names = append(names, name)
		}
	}
	return names
}

// allNames returns the sorts of commands, in the order of the table.
func allNames() []paymentintent.CommandName {
	var names []paymentintent.CommandName
	seen := map[paymentintent.CommandName]bool{}
	for _, a := range paymentintent.Table() {
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
	s *paymentintent.Intent
}

func (d drawer) command(name paymentintent.CommandName) paymentintent.Command {
	if c := d.request(name); c != nil {
		return c
	}
	if c := d.report(name); c != nil {
		return c
	}
	switch name {
	case "authenticate":
		return paymentintent.Authenticate{}
	case "close_window":
		return paymentintent.CloseWindow{}
	case "reverse_authorization":
		return paymentintent.ReverseAuthorization{}
	case "expire_authorization":
		return paymentintent.ExpireAuthorization{}
	case "expire_action":
		return paymentintent.ExpireAction{}
	default:
		return paymentintent.Void{Reason: sample(d, "void", paymentintent.Automatic, paymentintent.VoidInvoice, paymentintent.FailedInvoice, paymentintent.Expired)}
	}
}

// request draws a request of the caller, or returns nil.
func (d drawer) request(name paymentintent.CommandName) paymentintent.Command {
	switch name {
	case "create":
		return d.create()
	case "update":
		return d.update()
	case "confirm":
		c := paymentintent.Confirm{
			CaptureMethod: odd(d, "capture_method", sample(d, "of", "", "", "", capture.Manual, capture.AutomaticAsync, capture.Automatic), "never"),
			Details:       d.details(), OffSession: d.rarely("off_session"), ErrorOnRequiresAction: d.rarely("error_on_requires_action"),
			Publishable: odd(d, "publishable", false, true),
		}
		if strings.HasPrefix(d.s.Owner, "cs_") {
			c.Owner = odd(d, "owner", d.s.Owner, "")
		}
		pm := &d.s.PaymentMethod
		if pm.IsZero() || d.rarely("another payment method") {
			c.PaymentMethod = d.paymentMethod()
			pm = &c.PaymentMethod
		}
		if traits := pm.Type.Traits(); traits.Redirect && c.Details == "" {
			c.Details = odd(d, "return_url", intents.Pairs("return_url=https://example.com/done"), "")
		}
		c.OffSession = c.OffSession && odd(d, "not present", !pm.Type.Traits().CustomerPresent, true)
		return c
	case "capture":
		c := paymentintent.Capture{Details: d.details(), Metadata: d.metadata()}
		if d.often("amount_to_capture") {
			c.AmountToCapture = intents.Some(d.amount(d.s.AmountCapturable()))
		}
		if d.often("final_capture given") {
			c.FinalCapture = intents.Some(d.often("final_capture"))
		}
		return c
	case "cancel":
		return paymentintent.Cancel{Reason: sample(d, "reason", "", paymentintent.Duplicate, paymentintent.Abandoned, paymentintent.Expired), Refused: d.rarely("refused")}
	case "increment_authorization":
		return paymentintent.IncrementAuthorization{Amount: d.amount(d.s.Amount), Details: d.details(), Metadata: d.metadata(), Declined: d.rarely("declined")}
	case "apply_customer_balance":
		c := paymentintent.ApplyCustomerBalance{Terms: d.terms()}
		if d.often("amount given") {
			c.Amount = intents.Some(d.amount(d.s.Amount - d.s.Funded))
		}
		return c
	case "verify_microdeposits":
		c := paymentintent.VerifyMicrodeposits{
			Outcome: sample(d, "outcome", intents.Verified, intents.Mismatched, intents.Mismatched, intents.Exhausted, intents.TimedOut, 9),
			AskIn:   d.duration("ask_in"), Cancelable: d.often("cancelable"),
		}
		if odd(d, "by code", d.often("code"), true) {
			c.DescriptorCode = odd(d, "descriptor_code", "SM11AA", "")
		} else {
			c.Amounts = odd(d, "amounts", [2]int64{32, 45}, [2]int64{0, 1})
		}
		return c
	case "refund":
		return paymentintent.Refund{
			Amount: odd(d, "all", d.amount(d.s.Charge.Refundable()), 0), Reason: odd(d, "reason", sample(d, "of", "", capture.Duplicate), "why"),
			Flags: odd(d, "flags", d.refundFlags(), sample(d, "bad", capture.RefundApplicationFee, capture.ReverseTransfer, 99)), Pending: d.often("pending"),
		}
	default:
		return nil
	}
}

// refundFlags draws what the charge has to give back.
func (d drawer) refundFlags() (flags capture.RefundFlags) {
	k := capture.ConnectOf(d.s.Charge.Details)
	if k.HasFee && d.often("refund_application_fee") {
		flags |= capture.RefundApplicationFee
	}
	if k.Destination != "" && d.often("reverse_transfer") {
		flags |= capture.ReverseTransfer
	}
	return flags
}

// report draws a report of the outside world, or returns nil.
func (d drawer) report(name paymentintent.CommandName) paymentintent.Command {
	switch name {
	case "approve":
		return paymentintent.Approve{Terms: d.terms()}
	case "challenge":
		kinds := []string{"use_stripe_sdk", "redirect_to_url", "verify_with_microdeposits"}
		if d.s.PaymentMethod.Type.Traits().Microdeposits {
			kinds = kinds[2:]
		}
		a, _ := intents.NewNextAction(sample(d, "action", kinds...), "url", "https://example.com/a?b=c&d=é")
		return paymentintent.Challenge{NextAction: odd(d, "next_action", a, ""), ExpiresIn: d.duration("expires_in")}
	case "decline":
		return paymentintent.Decline{Failure: d.failure(), NoCharge: d.rarely("no_charge")}
	case "submit":
		return paymentintent.Submit{AskIn: d.duration("ask_in"), Cancelable: d.often("cancelable")}
	case "notify":
		return paymentintent.Notify{CompletesIn: d.duration("completes_in")}
	case "fail_action":
		return paymentintent.FailAction{Failure: sample(d, "failure", intents.Failure{}, d.failure())}
	case "fund":
		return paymentintent.Fund{Amount: d.amount(d.s.Amount - d.s.Funded), Terms: d.terms()}
	case "collect":
		return paymentintent.Collect{Terms: d.terms()}
	case "settle":
		return paymentintent.Settle{Fee: d.amount(d.s.AmountReceived()), AvailableOn: sample(d, "available_on", 0, d.s.Created+86400)}
	case "postpone":
		return paymentintent.Postpone{AskIn: d.duration("ask_in")}
	case "report_refund":
		return paymentintent.ReportRefund{
			Number: odd(d, "number", d.uniform("of", max(1, d.s.Charge.Refunds.Len())), sample(d, "none", -1, d.s.Charge.Refunds.Len())),
			Status: odd(d, "status", sample(d, "to", capture.RefundSucceeded, capture.RefundFailed, capture.RefundCanceled), sample(d, "bad", capture.RefundPending, "lost")),
		}
	case "dispute":
		return paymentintent.Dispute{Reason: sample(d, "reason", "fraudulent", "", "\xff")}
	default:
		return nil
	}
}

func (d drawer) create() paymentintent.Create {
	c := paymentintent.Create{
		ID: odd(d, "id", "pi_3SRzp4KXBGcbgpbZ1utYtuTe", ""), Amount: odd(d, "amount", sample(d, "of", int64(2000), 50, 99999990), d.amount(50)),
		Currency:           odd(d, "currency", sample[intents.Currency](d, "of", "usd", "usd", "jpy", "kwd"), "xxx"),
		APIVersion:         odd(d, "version", sample(d, "of", "", intents.Version20220801, intents.VersionBasil), intents.VersionEndive),
		CaptureMethod:      odd(d, "capture_method", sample(d, "of", "", capture.Manual, capture.Manual, capture.Automatic, capture.AutomaticAsync), "never"),
		ConfirmationMethod: odd(d, "confirmation_method", sample(d, "of", "", "", paymentintent.ConfirmManual), "never"),
		Details:            d.details(), Owner: odd(d, "owner", sample(d, "of", "", "", "", "cs_1", "in_1"), "\xff"),
		ConfirmLimit:            sample(d, "confirm_limit", 0, 0, 0, uint16(1), 2),
		AutomaticPaymentMethods: odd(d, "automatic_payment_methods", false, true), NoRedirects: d.often("no_redirects"), Livemode: d.rarely("livemode"),
	}
	if !d.rarely("no types") {
		c.PaymentMethodTypes = types()
	}
	if d.often("payment method given") {
		c.PaymentMethod = d.paymentMethod()
	}
	m, _ := intents.NewMetadata(map[string]string{"order": "6735"})
	c.Metadata = sample(d, "metadata", "", m)
	return c
}

func (d drawer) update() paymentintent.Update {
	c := paymentintent.Update{Metadata: d.metadata(), Details: d.details()}
	s := d.s.Status
	late := s == paymentintent.StatusProcessing || s == paymentintent.StatusRequiresCapture || s == paymentintent.StatusSucceeded
	if late && !d.chance("too late", 3) {
		return c
	}
	if d.rarely("amount") {
		c.Amount = intents.Some(d.amount(d.s.Amount))
	}
	if d.rarely("currency") {
		c.Currency = intents.Some(sample[intents.Currency](d, "to", "usd", "eur", "jpy", ""))
	}
	if d.rarely("capture_method") {
		c.CaptureMethod = intents.Some(sample(d, "to", capture.Manual, capture.Automatic, capture.AutomaticAsync, "never"))
	}
	if d.rarely("payment_method") {
		c.PaymentMethod = intents.Some(sample(d, "to", intents.PaymentMethod{}, d.paymentMethod()))
	}
	if d.rarely("payment_method_types") {
		c.PaymentMethodTypes = intents.Some(sample(d, "to", types(), intents.TypesOf(intents.Card), 0, 1))
	}
	return c
}

// types are the payment method types with a life of their own.
func types() intents.PaymentMethodTypes {
	return intents.TypesOf(intents.Card, intents.USBankAccount, intents.SepaDebit, intents.Ideal, intents.Oxxo, intents.CustomerBalance, intents.Crypto, intents.Cashapp)
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
	pm.Customer = odd(d, "customer", "", "cus_1")
	pm.Details = odd(d, "details", pm.Details, "not canonical")
	return pm
}

func (d drawer) anyMethod() intents.PaymentMethod {
	ids := []string{
		"pm_card_visa", "pm_card_visa", "pm_card_threeDSecure2Required", "pm_card_chargeDeclined", "pm_usBankAccount_success", "pm_usBankAccount_failMicrodeposits",
		"pm_sepaDebit_success_at", "ideal", "oxxo", "customer_balance", "customer_balance", "crypto", "cashapp", "link",
	}
	id := ids[d.uniform("payment_method", len(ids))]
	pm, ok := capture.TestPaymentMethod(id)
	if !ok {
		t, _ := intents.ParsePaymentMethodType(id)
		pm = intents.PaymentMethod{ID: "pm_" + id, Type: t}
	}
	return pm
}

// amount draws an amount about a limit: mostly one that is possible.
func (d drawer) amount(limit int64) int64 {
	return sample(d, "amount", limit, limit, limit, limit-1, limit/2, limit+1, 1, 0, -1)
}

func (d drawer) details() intents.Pairs {
	if !d.chance("details", 3) {
		return ""
	}
	key := sample(d, "key", "description", "customer", capture.KeyFeeAmount, capture.KeyDestination, capture.KeyTransferAmount, "return_url",
		"payment_method_options[card][capture_method]", "setup_future_usage", "statement_descriptor", "unheard_of")
	value := sample(d, "value", "T-shirt & more", "cus_1", "100", strconv.FormatInt(d.s.Amount+1, 10), "manual", "off_session", "")
	p, _ := intents.PairsOf(key, value)
	return sample(d, "pairs", p, p, p, "b=1&a=2")
}

func (d drawer) metadata() intents.Pairs {
	if !d.chance("metadata", 3) {
		return ""
	}
	return sample[intents.Pairs](d, "pairs", "order=1", "order=", "note=a%26b", "a", "=x")
}

func (d drawer) terms() capture.Terms {
	return capture.Terms{
		Hold: d.duration("hold"), SettleIn: odd(d, "settle_in", sample(d, "of", 0, time.Second, capture.SLA), capture.SLA+1),
		Maximum: odd(d, "maximum", sample(d, "of", 0, 0, d.s.Amount, d.s.Amount+500), d.s.Amount-1),
		Features: odd(d, "features", sample(d, "of", capture.Multicapture|capture.Incremental, capture.AsyncCapture, 0, capture.Multicapture,
			capture.Multicapture|capture.AsyncCapture), capture.Disputed),
		Pricing: odd(d, "pricing", sample(d, "of", capture.TestPricing(), capture.Pricing{}, capture.Pricing{BasisPoints: 10000, Fixed: 1}), capture.Pricing{BasisPoints: -1}),
		Outcome: odd(d, "outcome", sample[intents.Pairs](d, "of", "", "risk_level=normal"), "not canonical"),
	}
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

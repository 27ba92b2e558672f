package paymentintent_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/paymentintent"
)

// parseCommand returns the commands of a line of a transcript: one, or a Create
// and a Confirm for a create with confirm=true.
func parseCommand(tb testing.TB, c script.Command) []paymentintent.Command {
	tb.Helper()
	l := line{script.Line{Command: c, TB: tb}}
	switch paymentintent.CommandName(c.Name) {
	case "create":
		return l.create()
	case "update":
		return one(l.update())
	case "confirm":
		return one(l.confirm())
	case "capture":
		return one(l.capture())
	case "cancel":
		return one(paymentintent.Cancel{Reason: paymentintent.CancellationReason(l.Str("cancellation_reason")), Refused: l.Flag("refused")})
	case "increment_authorization":
		inc := paymentintent.IncrementAuthorization{Amount: l.Num("amount"), Declined: l.Flag("declined"), Metadata: l.Pairs("metadata")}
		inc.Details = l.rest()
		return one(inc)
	case "apply_customer_balance":
		return one(paymentintent.ApplyCustomerBalance{Amount: script.Optional(c.Int("amount")), Terms: l.terms()})
	case "verify_microdeposits":
		return one(l.verify())
	case "refund":
		return one(l.refund())
	case "challenge":
		return one(paymentintent.Challenge{NextAction: l.NextAction(), ExpiresIn: l.Dur("expires_in")})
	default:
		return one(l.report())
	}
}

func one(c paymentintent.Command) []paymentintent.Command { return []paymentintent.Command{c} }

// line reads the arguments of a command line.
type line struct{ script.Line }

// report reads a report of the outside world, or the word of time or of an owner.
func (l line) report() paymentintent.Command {
	l.TB.Helper()
	switch paymentintent.CommandName(l.Name) {
	case "approve":
		return paymentintent.Approve{Terms: l.terms()}
	case "decline":
		return paymentintent.Decline{Failure: l.Failure(), NoCharge: l.Flag("no_charge")}
	case "submit":
		return paymentintent.Submit{AskIn: l.Dur("ask_in"), Cancelable: l.Flag("cancelable")}
	case "notify":
		return paymentintent.Notify{CompletesIn: l.Dur("completes_in")}
	case "authenticate":
		return paymentintent.Authenticate{}
	case "fail_action":
		return paymentintent.FailAction{Failure: l.Failure()}
	case "fund":
		return paymentintent.Fund{Amount: l.Num("amount"), Terms: l.terms()}
	case "collect":
		return paymentintent.Collect{Terms: l.terms()}
	case "settle":
		s := paymentintent.Settle{Fee: l.Num("fee")}
		if d, ok := l.Duration("available_in"); ok {
			s.AvailableOn = intents.TimeOf(start.Add(d))
		}
		return s
	case "postpone":
		return paymentintent.Postpone{AskIn: l.Dur("ask_in")}
	case "close_window":
		return paymentintent.CloseWindow{}
	case "report_refund":
		return paymentintent.ReportRefund{Number: int(l.Num("number")), Status: capture.RefundStatus(l.Str("status"))}
	case "dispute":
		return paymentintent.Dispute{Reason: l.Str("reason")}
	case "reverse_authorization":
		return paymentintent.ReverseAuthorization{}
	case "expire_authorization":
		return paymentintent.ExpireAuthorization{}
	case "expire_action":
		return paymentintent.ExpireAction{}
	case "void":
		return paymentintent.Void{Reason: paymentintent.CancellationReason(l.Str("reason"))}
	}
	l.Fatalf("unknown command")
	return nil
}

func (l line) create() []paymentintent.Command {
	l.TB.Helper()
	c := paymentintent.Create{
		ID: piID, Amount: l.Num("amount"), Currency: "usd", APIVersion: intents.Version(l.Str("api_version")),
		CaptureMethod: capture.Method(l.Str("capture_method")), ConfirmationMethod: paymentintent.ConfirmationMethod(l.Str("confirmation_method")),
		PaymentMethodTypes: l.Types(), PaymentMethod: l.method("payment_method"), Owner: l.Str("owner"), ConfirmLimit: uint16(l.Num("confirm_limit")),
		AutomaticPaymentMethods: l.Flag("automatic_payment_methods[enabled]"), NoRedirects: l.Str("automatic_payment_methods[allow_redirects]") == "never",
		Livemode: l.Flag("livemode"),
	}
	if id, ok := l.String("id"); ok {
		c.ID = id
	}
	if currency, ok := l.String("currency"); ok {
		c.Currency = intents.Currency(currency)
	}
	c.Metadata = l.Metadata()
	confirm, _ := l.Bool("confirm")
	if !confirm {
		c.Details = l.rest()
		return one(c)
	}
	next := l.confirming()
	// What only a confirmation takes goes there, as it does in Stripe's request.
	for key, value := range l.rest().All() {
		into := &next.Details
		if takesCreate(key) {
			into = &c.Details
		}
		p, err := into.With(key, value)
		require.NoError(l.TB, err)
		*into = p
	}
	return []paymentintent.Command{c, next}
}

func takesCreate(key string) bool {
	for _, k := range paymentintent.DetailKeys() {
		if k.Name == key || strings.HasSuffix(k.Name, "[") && strings.HasPrefix(key, k.Name) {
			return k.OnCreate()
		}
	}
	return true
}

func (l line) confirming() paymentintent.Confirm {
	l.TB.Helper()
	return paymentintent.Confirm{
		CustomerDefault: l.method("customer_default"), OffSession: l.Flag("off_session"),
		ErrorOnRequiresAction: l.Flag("error_on_requires_action"), Publishable: l.Flag("publishable"), Owner: l.Str("owner"),
	}
}

func (l line) confirm() paymentintent.Confirm {
	l.TB.Helper()
	c := l.confirming()
	c.PaymentMethod, c.CaptureMethod = l.method("payment_method"), capture.Method(l.Str("capture_method"))
	c.Details = l.rest()
	return c
}

func (l line) update() paymentintent.Update {
	l.TB.Helper()
	c := paymentintent.Update{Amount: script.Optional(l.Int("amount")), Metadata: l.Pairs("metadata")}
	if v, ok := l.String("currency"); ok {
		c.Currency = intents.Some(intents.Currency(v))
	}
	if v, ok := l.String("capture_method"); ok {
		c.CaptureMethod = intents.Some(capture.Method(v))
	}
	if _, ok := l.String("payment_method"); ok {
		c.PaymentMethod = intents.Some(l.method("payment_method"))
	}
	if _, ok := l.String("payment_method_types"); ok {
		c.PaymentMethodTypes = intents.Some(l.Types())
	}
	c.Details = l.rest()
	return c
}

func (l line) capture() paymentintent.Capture {
	l.TB.Helper()
	c := paymentintent.Capture{
		AmountToCapture: script.Optional(l.Int("amount_to_capture")), FinalCapture: script.Optional(l.Bool("final_capture")), Metadata: l.Pairs("metadata"),
	}
	c.Details = l.rest()
	return c
}

// verify takes the outcome from the line, or else that of Stripe's test values.
func (l line) verify() paymentintent.VerifyMicrodeposits {
	l.TB.Helper()
	c := paymentintent.Simulator{}.Verify(l.Amounts(), l.Str("descriptor_code"))
	switch l.Str("outcome") {
	case "verified":
		c.Outcome = intents.Verified
	case "mismatched":
		c.Outcome = intents.Mismatched
	}
	return c
}

func (l line) refund() paymentintent.Refund {
	l.TB.Helper()
	c := paymentintent.Refund{Amount: l.Num("amount"), Reason: capture.RefundReason(l.Str("reason")), Pending: l.Flag("pending")}
	if l.Flag("refund_application_fee") {
		c.Flags |= capture.RefundApplicationFee
	}
	if l.Flag("reverse_transfer") {
		c.Flags |= capture.ReverseTransfer
	}
	return c
}

// terms reads what an acquirer grants. Pricing is that of Stripe's sandbox.
func (l line) terms() capture.Terms {
	l.TB.Helper()
	t := capture.Terms{
		Hold: l.Dur("hold"), SettleIn: l.Dur("settle_in"), Maximum: l.Num("maximum"), Pricing: capture.TestPricing(),
		Outcome: intents.Pairs(l.Str("outcome")),
	}
	for feature := range strings.SplitSeq(l.Str("features"), ",") {
		switch feature {
		case "":
		case "multicapture":
			t.Features |= capture.Multicapture
		case "incremental":
			t.Features |= capture.Incremental
		case "extended":
			t.Features |= capture.Extended
		case "async_capture":
			t.Features |= capture.AsyncCapture
		default:
			l.Fatalf("unknown feature %s", feature)
		}
	}
	return t
}

func (l line) method(key string) intents.PaymentMethod {
	l.TB.Helper()
	return l.Method(key, method)
}

func (l line) rest() intents.Pairs {
	l.TB.Helper()
	return l.Rest(named)
}

// named are the parameters that are no details.
var named = map[string]bool{
	"id": true, "amount": true, "currency": true, "api_version": true, "capture_method": true, "confirmation_method": true, "payment_method_types": true,
	"payment_method": true, "owner": true, "confirm_limit": true, "automatic_payment_methods[enabled]": true, "automatic_payment_methods[allow_redirects]": true,
	"livemode": true, "confirm": true, "customer_default": true, "off_session": true, "error_on_requires_action": true, "publishable": true,
	"amount_to_capture": true, "final_capture": true, "declined": true,
}

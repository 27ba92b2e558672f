package paymentintent_test

import (
	"strings"
	"testing"
	"time"

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
	l := line{c, tb}
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
		return one(paymentintent.Cancel{Reason: paymentintent.CancellationReason(l.str("cancellation_reason")), Refused: l.flag("refused")})
	case "increment_authorization":
		inc := paymentintent.IncrementAuthorization{Amount: l.num("amount"), Declined: l.flag("declined"), Metadata: l.pairs("metadata")}
		inc.Details = l.rest()
		return one(inc)
	case "apply_customer_balance":
		return one(paymentintent.ApplyCustomerBalance{Amount: optional(c.Int("amount")), Terms: l.terms()})
	case "verify_microdeposits":
		return one(l.verify())
	case "refund":
		return one(l.refund())
	case "challenge":
		a, err := intents.NewNextAction(l.str("type"), flatten(c.Map("field"))...)
		if l.str("type") != "" {
			require.NoError(tb, err, c.Pos())
		}
		return one(paymentintent.Challenge{NextAction: a, ExpiresIn: l.dur("expires_in")})
	default:
		return one(l.report())
	}
}

func one(c paymentintent.Command) []paymentintent.Command { return []paymentintent.Command{c} }

// line reads the arguments of a command line.
type line struct {
	script.Command
	tb testing.TB
}

// report reads a report of the outside world, or the word of time or of an owner.
func (l line) report() paymentintent.Command {
	l.tb.Helper()
	switch paymentintent.CommandName(l.Name) {
	case "approve":
		return paymentintent.Approve{Terms: l.terms()}
	case "decline":
		return paymentintent.Decline{Failure: l.failure(), NoCharge: l.flag("no_charge")}
	case "submit":
		return paymentintent.Submit{AskIn: l.dur("ask_in"), Cancelable: l.flag("cancelable")}
	case "notify":
		return paymentintent.Notify{CompletesIn: l.dur("completes_in")}
	case "authenticate":
		return paymentintent.Authenticate{}
	case "fail_action":
		return paymentintent.FailAction{Failure: l.failure()}
	case "fund":
		return paymentintent.Fund{Amount: l.num("amount"), Terms: l.terms()}
	case "collect":
		return paymentintent.Collect{Terms: l.terms()}
	case "settle":
		s := paymentintent.Settle{Fee: l.num("fee")}
		if d, ok := l.Duration("available_in"); ok {
			s.AvailableOn = intents.TimeOf(start.Add(d))
		}
		return s
	case "postpone":
		return paymentintent.Postpone{AskIn: l.dur("ask_in")}
	case "close_window":
		return paymentintent.CloseWindow{}
	case "report_refund":
		return paymentintent.ReportRefund{Number: int(l.num("number")), Status: capture.RefundStatus(l.str("status"))}
	case "dispute":
		return paymentintent.Dispute{Reason: l.str("reason")}
	case "reverse_authorization":
		return paymentintent.ReverseAuthorization{}
	case "expire_authorization":
		return paymentintent.ExpireAuthorization{}
	case "expire_action":
		return paymentintent.ExpireAction{}
	case "void":
		return paymentintent.Void{Reason: paymentintent.CancellationReason(l.str("reason"))}
	}
	l.Fatalf("unknown command")
	return nil
}

func (l line) create() []paymentintent.Command {
	l.tb.Helper()
	c := paymentintent.Create{
		ID: piID, Amount: l.num("amount"), Currency: "usd", APIVersion: intents.Version(l.str("api_version")),
		CaptureMethod: capture.Method(l.str("capture_method")), ConfirmationMethod: paymentintent.ConfirmationMethod(l.str("confirmation_method")),
		PaymentMethodTypes: l.types(), PaymentMethod: l.method("payment_method"), Owner: l.str("owner"), ConfirmLimit: uint16(l.num("confirm_limit")),
		AutomaticPaymentMethods: l.flag("automatic_payment_methods[enabled]"), NoRedirects: l.str("automatic_payment_methods[allow_redirects]") == "never",
		Livemode: l.flag("livemode"),
	}
	if id, ok := l.String("id"); ok {
		c.ID = id
	}
	if currency, ok := l.String("currency"); ok {
		c.Currency = intents.Currency(currency)
	}
	m, err := intents.NewMetadata(l.Map("metadata"))
	require.NoError(l.tb, err, l.Pos())
	c.Metadata = m
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
		require.NoError(l.tb, err)
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
	l.tb.Helper()
	return paymentintent.Confirm{
		CustomerDefault: l.method("customer_default"), OffSession: l.flag("off_session"),
		ErrorOnRequiresAction: l.flag("error_on_requires_action"), Publishable: l.flag("publishable"), Owner: l.str("owner"),
	}
}

func (l line) confirm() paymentintent.Confirm {
	l.tb.Helper()
	c := l.confirming()
	c.PaymentMethod, c.CaptureMethod = l.method("payment_method"), capture.Method(l.str("capture_method"))
	c.Details = l.rest()
	return c
}

func (l line) update() paymentintent.Update {
	l.tb.Helper()
	c := paymentintent.Update{Amount: optional(l.Int("amount")), Metadata: l.pairs("metadata")}
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
		c.PaymentMethodTypes = intents.Some(l.types())
	}
	c.Details = l.rest()
	return c
}

func (l line) capture() paymentintent.Capture {
	l.tb.Helper()
	c := paymentintent.Capture{
		AmountToCapture: optional(l.Int("amount_to_capture")), FinalCapture: optional(l.Bool("final_capture")), Metadata: l.pairs("metadata"),
	}
	c.Details = l.rest()
	return c
}

// verify takes the outcome from the line, or else that of Stripe's test values.
func (l line) verify() paymentintent.VerifyMicrodeposits {
	l.tb.Helper()
	var amounts [2]int64
	for i, s := range strings.Split(l.str("amounts"), ",") {
		for _, digit := range s {
			amounts[i] = amounts[i]*10 + int64(digit-'0')
		}
	}
	c := paymentintent.Simulator{}.Verify(amounts, l.str("descriptor_code"))
	switch l.str("outcome") {
	case "verified":
		c.Outcome = intents.Verified
	case "mismatched":
		c.Outcome = intents.Mismatched
	}
	return c
}

func (l line) refund() paymentintent.Refund {
	l.tb.Helper()
	c := paymentintent.Refund{Amount: l.num("amount"), Reason: capture.RefundReason(l.str("reason")), Pending: l.flag("pending")}
	if l.flag("refund_application_fee") {
		c.Flags |= capture.RefundApplicationFee
	}
	if l.flag("reverse_transfer") {
		c.Flags |= capture.ReverseTransfer
	}
	return c
}

func (l line) failure() intents.Failure {
	l.tb.Helper()
	return intents.Failure{
		Type: l.str("type"), Code: l.str("code"), DeclineCode: l.str("decline_code"), Message: l.str("message"), Blocked: l.flag("blocked"),
	}
}

// terms reads what an acquirer grants. Pricing is that of Stripe's sandbox.
func (l line) terms() capture.Terms {
	l.tb.Helper()
	t := capture.Terms{
		Hold: l.dur("hold"), SettleIn: l.dur("settle_in"), Maximum: l.num("maximum"), Pricing: capture.TestPricing(),
		Outcome: intents.Pairs(l.str("outcome")),
	}
	for feature := range strings.SplitSeq(l.str("features"), ",") {
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

// method reads a payment method: a test id or the name of a type, then perhaps
// @ and its customer, or !spent.
func (l line) method(key string) intents.PaymentMethod {
	l.tb.Helper()
	v := l.str(key)
	if v == "" {
		return intents.PaymentMethod{}
	}
	id, spent := strings.CutSuffix(v, "!spent")
	id, customer, _ := strings.Cut(id, "@")
	pm := method(l.tb, id)
	pm.Spent, pm.Customer = spent, customer
	return pm
}

func (l line) types() intents.PaymentMethodTypes {
	l.tb.Helper()
	var ts []intents.PaymentMethodType
	for name := range strings.SplitSeq(l.str("payment_method_types"), ",") {
		if name != "" {
			t, err := intents.ParsePaymentMethodType(name)
			require.NoError(l.tb, err, l.Pos())
			ts = append(ts, t)
		}
	}
	return intents.TypesOf(ts...)
}

// rest takes all parameters that nothing has read as details.
func (l line) rest() intents.Pairs {
	l.tb.Helper()
	var kv []string
	for _, a := range l.Args {
		if named[a.Key] || strings.HasPrefix(a.Key, "metadata[") {
			continue
		}
		v, _ := l.String(a.Key)
		kv = append(kv, a.Key, v)
	}
	p, err := intents.PairsOf(kv...)
	require.NoError(l.tb, err, l.Pos())
	return p
}

// named are the parameters that are no details.
var named = map[string]bool{
	"id": true, "amount": true, "currency": true, "api_version": true, "capture_method": true, "confirmation_method": true, "payment_method_types": true,
	"payment_method": true, "owner": true, "confirm_limit": true, "automatic_payment_methods[enabled]": true, "automatic_payment_methods[allow_redirects]": true,
	"livemode": true, "confirm": true, "customer_default": true, "off_session": true, "error_on_requires_action": true, "publishable": true,
	"amount_to_capture": true, "final_capture": true, "declined": true,
}

func (l line) str(key string) string {
	v, _ := l.String(key)
	return v
}

func (l line) num(key string) int64 {
	v, _ := l.Int(key)
	return v
}

func (l line) dur(key string) time.Duration {
	v, _ := l.Duration(key)
	return v
}

func (l line) pairs(key string) intents.Pairs {
	l.tb.Helper()
	p, err := intents.NewPairs(l.Map(key))
	require.NoError(l.tb, err, l.Pos())
	return p
}

func flatten(m map[string]string) []string {
	var kv []string
	for k, v := range m {
		kv = append(kv, k, v)
	}
	return kv
}

func optional[T comparable](v T, given bool) intents.Optional[T] {
	if !given {
		return intents.Optional[T]{}
	}
	return intents.Some(v)
}

func (l line) flag(key string) bool {
	v, _ := l.Bool(key)
	return v
}

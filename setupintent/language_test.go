package setupintent_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/setupintent"
)

// parseCommand returns the commands of a line of a transcript: one, or a Create
// and a Confirm for a create with confirm=true.
func parseCommand(tb testing.TB, c script.Command) []setupintent.Command {
	tb.Helper()
	l := line{script.Line{Command: c, TB: tb}}
	switch setupintent.CommandName(c.Name) {
	case "create":
		return l.create()
	case "update":
		return one(l.update())
	case "confirm":
		return one(l.confirm())
	case "cancel":
		return one(setupintent.Cancel{Reason: setupintent.CancellationReason(l.Str("cancellation_reason"))})
	case "verify_microdeposits":
		return one(l.verify())
	case "challenge":
		return one(setupintent.Challenge{NextAction: l.NextAction(), ExpiresIn: l.Dur("expires_in")})
	default:
		return one(l.report())
	}
}

func one(c setupintent.Command) []setupintent.Command { return []setupintent.Command{c} }

// line reads the arguments of a command line.
type line struct{ script.Line }

// report reads a report of the outside world, or the word of time or of an owner.
func (l line) report() setupintent.Command {
	l.TB.Helper()
	switch setupintent.CommandName(l.Name) {
	case "approve":
		return setupintent.Approve{}
	case "decline":
		return setupintent.Decline{Failure: l.Failure()}
	case "submit":
		return setupintent.Submit{AskIn: l.Dur("ask_in")}
	case "authenticate":
		return setupintent.Authenticate{}
	case "fail_action":
		return setupintent.FailAction{Failure: l.Failure()}
	case "collect":
		return setupintent.Collect{}
	case "postpone":
		return setupintent.Postpone{AskIn: l.Dur("ask_in")}
	case "expire_action":
		return setupintent.ExpireAction{}
	case "void":
		return setupintent.Void{Owner: l.Str("owner"), Reason: setupintent.CancellationReason(l.Str("reason"))}
	}
	l.Fatalf("unknown command")
	return nil
}

func (l line) create() []setupintent.Command {
	l.TB.Helper()
	c := setupintent.Create{
		ID: setiID, APIVersion: intents.Version(l.Str("api_version")), Usage: setupintent.Usage(l.Str("usage")),
		PaymentMethodTypes: l.Types(), PaymentMethod: l.method("payment_method"), Owner: l.Str("owner"), ConfirmLimit: uint16(l.Num("confirm_limit")),
		AutomaticPaymentMethods: l.Flag("automatic_payment_methods[enabled]"), NoRedirects: l.Str("automatic_payment_methods[allow_redirects]") == "never",
		Livemode: l.Flag("livemode"),
	}
	if id, ok := l.String("id"); ok {
		c.ID = id
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
	return []setupintent.Command{c, next}
}

func takesCreate(key string) bool {
	for _, k := range setupintent.DetailKeys() {
		if k.Name == key || strings.HasSuffix(k.Name, "[") && strings.HasPrefix(key, k.Name) {
			return k.OnCreate()
		}
	}
	return true
}

func (l line) confirming() setupintent.Confirm {
	l.TB.Helper()
	return setupintent.Confirm{Owner: l.Str("owner"), ClientSecret: l.Str("with_secret"), Publishable: l.Flag("publishable")}
}

func (l line) confirm() setupintent.Confirm {
	l.TB.Helper()
	c := l.confirming()
	c.PaymentMethod, c.Details = l.method("payment_method"), l.rest()
	return c
}

func (l line) update() setupintent.Update {
	l.TB.Helper()
	c := setupintent.Update{Metadata: l.Pairs("metadata")}
	if _, ok := l.String("payment_method"); ok {
		c.PaymentMethod = intents.Some(l.method("payment_method"))
	}
	if _, ok := l.String("payment_method_types"); ok {
		c.PaymentMethodTypes = intents.Some(l.Types())
	}
	c.Details = l.rest()
	return c
}

// verify takes the outcome from the line, or else that of Stripe's test values.
func (l line) verify() setupintent.VerifyMicrodeposits {
	l.TB.Helper()
	c := setupintent.Simulator{}.Verify(l.Amounts(), l.Str("descriptor_code"))
	switch l.Str("outcome") {
	case "verified":
		c.Outcome = intents.Verified
	case "mismatched":
		c.Outcome = intents.Mismatched
	}
	return c
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
	"id": true, "api_version": true, "usage": true, "payment_method_types": true, "payment_method": true, "owner": true, "confirm_limit": true,
	"automatic_payment_methods[enabled]": true, "automatic_payment_methods[allow_redirects]": true, "livemode": true, "confirm": true,
	"with_secret": true, "publishable": true,
}

package checkout

import (
	"slices"
	"strings"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// paymentCreate makes the session's PaymentIntent (facts 2.4 and 2.6).
func (s *Session) paymentCreate() paymentintent.Create {
	own, metadata := below(s.Details, keyPaymentData)
	method := capture.Method(detail(own, "capture_method"))
	own = own.Without("capture_method")
	if c := s.payer(); c != "" {
		own, _ = own.With(paymentintent.KeyCustomer, c)
	}
	return paymentintent.Create{
		ID: s.intentID(), Amount: s.AmountTotal(), Currency: s.Currency, CaptureMethod: method, PaymentMethodTypes: s.PaymentMethodTypes,
		Details: own.Merge(s.methodOptions()), Metadata: intents.Metadata(metadata), Owner: s.ID, Livemode: s.Flags.Has(Livemode),
	}
}

// setupCreate makes the session's SetupIntent.
func (s *Session) setupCreate() setupintent.Create {
	own, metadata := below(s.Details, keySetupData)
	if c := s.Detail(KeyCustomer); c != "" {
		own, _ = own.With(setupintent.KeyCustomer, c)
	}
	return setupintent.Create{
		ID: s.intentID(), PaymentMethodTypes: s.PaymentMethodTypes, Details: own.Merge(s.methodOptions()), Metadata: intents.Metadata(metadata),
		Owner: s.ID, Livemode: s.Flags.Has(Livemode),
	}
}

// methodOptions returns those of the parameters payment_method_options that the intent
// has from its session.
func (s *Session) methodOptions() intents.Pairs {
	var options intents.Pairs
	for name, value := range s.Details.All() {
		if below, ok := strings.CutPrefix(name, keyMethodOptions); ok && s.intentTakes(below) {
			options, _ = options.With(name, value)
		}
	}
	return options
}

const keyMethodOptions = "payment_method_options["

// intentTakes reports whether the intent has an option, named below payment_method_options,
// too: some are the page's own (SPEC, the parameters of the three).
func (s *Session) intentTakes(option string) bool {
	has := func(prefix string) bool { return strings.HasPrefix(option, prefix) }
	if s.Mode == Setup {
		return slices.ContainsFunc(setupTakes[:], has)
	}
	return !slices.ContainsFunc(pageKeeps[:], has)
}

//nolint:gochecknoglobals // read-only data
var (
	// setupTakes are the options that a SetupIntent has as well, and pageKeeps those that a
	// PaymentIntent has not.
	setupTakes = [...]string{
		"acss_debit][currency]", "acss_debit][mandate_options]", "acss_debit][verification_method]", "card][request_three_d_secure]",
		"sepa_debit][mandate_options]", "us_bank_account][financial_connections]", "us_bank_account][verification_method]",
	}
	pageKeeps = [...]string{"acss_debit][currency]", "card][restrictions]"}
)

// payUpdate is what an update of the session with these details tells its
// PaymentIntent, and whether that is anything.
func (s *Session) payUpdate(p *paymentintent.Intent, details intents.Pairs) (u paymentintent.Update, needed bool) {
	if p.ID == "" || s.Status != open {
		return u, false
	}
	own, metadata := below(details, keyPaymentData)
	if method, given := own.Get("capture_method"); given {
		u.CaptureMethod = intents.Some(capture.Method(method))
		own = own.Without("capture_method")
	}
	switch total := s.AmountTotal(); {
	case total == 0 && !p.PaymentMethod.IsZero(): // an intent has no such amount: what waits for the customer is given up
		u.PaymentMethod = intents.Some(intents.PaymentMethod{})
	case total > 0 && total != p.Amount:
		u.Amount = intents.Some(total)
	}
	u.Details, u.Metadata = own, metadata
	return u, u != paymentintent.Update{}
}

// payAttempt is what a submitted page tells the PaymentIntent.
func (s *Session) payAttempt(p *paymentintent.Intent, pm intents.PaymentMethod) []paymentintent.Command {
	var cs []paymentintent.Command
	if p.ID == "" {
		cs = append(cs, s.paymentCreate())
	} else if c := s.payer(); c != p.Customer() {
		details, _ := intents.PairsOf(paymentintent.KeyCustomer, c)
		cs = append(cs, paymentintent.Update{Details: details})
	}
	back, _ := intents.PairsOf(paymentintent.KeyReturnURL, s.page("/c/pay/"+s.ID))
	return append(cs, paymentintent.Confirm{PaymentMethod: pm, Details: back, Owner: s.ID})
}

// setupAttempt is what a submitted page tells the SetupIntent.
func (s *Session) setupAttempt(p *setupintent.Intent, pm intents.PaymentMethod) []setupintent.Command {
	var cs []setupintent.Command
	if c := s.payer(); c != p.Customer() {
		details, _ := intents.PairsOf(setupintent.KeyCustomer, c)
		cs = append(cs, setupintent.Update{Details: details})
	}
	back, _ := intents.PairsOf(setupintent.KeyReturnURL, s.page("/c/pay/"+s.ID))
	return append(cs, setupintent.Confirm{PaymentMethod: pm, Details: back, Owner: s.ID})
}

// checkIntent asks the machine of the intent whether it would take what the session
// would make it from, so that a parameter that is wrong is refused when it is
// given and not when the customer pays.
func checkIntent(s *Session) error {
	now := s.Created.Time()
	var prefix string
	var err error
	switch s.Mode {
	case Payment:
		if s.AmountTotal() == 0 {
			return nil
		}
		prefix = keyPaymentData
		_, err = paymentintent.Apply(paymentintent.Intent{}, s.paymentCreate(), now)
	case Setup:
		prefix = keySetupData
		_, err = setupintent.Apply(setupintent.Intent{}, s.setupCreate(), now)
	case Subscription:
	}
	return nestedError(prefix, err)
}

// nestedError gives a refusal of the intent the name that its parameter has on the session.
func nestedError(prefix string, err error) error {
	if bad, ok := err.(*intents.InvalidError); ok { //nolint:errorlint // the machines wrap nothing
		bad.Param = nestedParam(prefix, bad.Param)
		return bad
	}
	return err
}

// nestedParam returns the name that a parameter of the intent has on the session, as
// payment_intent_data[transfer_data][amount] for transfer_data[amount].
func nestedParam(prefix, param string) string {
	head, tail, deeper := strings.Cut(param, "[")
	name := prefix + head + "]"
	if checkNested(name) != nil {
		return param
	}
	if deeper {
		name += "[" + tail
	}
	return name
}

package paymentintent

import (
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// approval turns an approval's terms into what they mean for the next charge.
func approval(s *Intent, terms *capture.Terms, now intents.Time) (capture.Approval, error) {
	if err := checkOutcome(terms); err != nil {
		return capture.Approval{}, err
	}
	return terms.Approve(s.EffectiveCaptureMethod(), s.Amount, s.PaymentMethod.Type, now)
}

// checkOutcome looks at what a charge only carries: what is stored has to come back.
func checkOutcome(terms *capture.Terms) error {
	if terms.Outcome.Check() != nil {
		return invalid("outcome", "", "it is not canonical")
	}
	return nil
}

func approve(s *Intent, c *Approve, now intents.Time) (Event, error) {
	if t := s.PaymentMethod.Type; s.delayed() {
		return nil, invalid("payment_method", "payment_intent_incompatible_payment_method", "a payment by "+t.String()+" is submitted, and its money collected later")
	}
	a, err := approval(s, &c.Terms, now)
	if err != nil {
		return nil, err
	}
	return Approved{ChargeID: s.chargeID(), Approval: a}, nil
}

// delayed reports whether the attempt's outcome comes later: a trait of the type,
// but for crypto under API versions before 2025-09-30.clover (DOC-clover-crypto).
func (s *Intent) delayed() bool {
	t := s.PaymentMethod.Type
	return t.Traits().Delayed && (t != intents.Crypto || !s.Flags.Has(CryptoAtOnce))
}

// challenge decides what a wish to ask the customer means: an action, or, where
// nobody can be asked, a failure without a charge (REC-T, OBS-AM).
func challenge(s *Intent, c Challenge, now intents.Time) (Event, error) {
	kind := c.NextAction.Type()
	switch {
	case s.Flags.Has(OffSession):
		return AttemptFailed{At: now, Failure: intents.Failure{Code: codeAuthenticationRequired, DeclineCode: codeAuthenticationRequired}}, nil
	case s.Flags.Has(ErrorOnRequiresAction):
		return AttemptFailed{At: now, Failure: intents.Failure{Code: codeAuthenticationRequired, DeclineCode: "authentication_not_handled"}}, nil
	case kind == "":
		return nil, invalid("next_action", "parameter_missing", "a challenge says what the customer has to do")
	case kind == actionMicrodeposits && !s.PaymentMethod.Type.Traits().Microdeposits:
		return nil, invalid("next_action", "payment_intent_incompatible_payment_method", "a payment by "+s.PaymentMethod.Type.String()+" has no microdeposits to verify")
	case c.ExpiresIn < 0:
		return nil, invalid("expires_in", "", "it can't be negative")
	}
	if err := intents.Pairs(c.NextAction).Check(); err != nil {
		return nil, invalid("next_action", "", err.Error())
	}
	e := ActionRequired{At: now, NextAction: c.NextAction}
	if c.ExpiresIn > 0 {
		e.Due = now.Add(c.ExpiresIn)
	}
	return e, nil
}

func decline(s *Intent, c Decline, now intents.Time) (Event, error) {
	if err := c.Failure.Check("failure"); err != nil {
		return nil, err
	}
	e := AttemptFailed{At: now, Failure: c.Failure}
	switch {
	case s.Status == proc && (s.Charge.Status == capture.StatusPending || s.Charge.Status == capture.StatusAuthorized):
		e.ChargeID = s.Charge.ID
	case !c.NoCharge:
		e.ChargeID = s.chargeID()
	}
	return e, nil
}

func submit(s *Intent, c Submit, now intents.Time) (Event, error) {
	if !s.delayed() {
		return nil, invalid("payment_method", "payment_intent_incompatible_payment_method", "a payment by "+s.PaymentMethod.Type.String()+" has its outcome at once")
	}
	return submitted(s, c.AskIn, c.Cancelable, now)
}

func submitted(s *Intent, askIn time.Duration, cancelable bool, now intents.Time) (Event, error) {
	e, err := capture.Submit{Attempt: s.attempt("ch_next"), AskIn: askIn}.Decide(&capture.Charge{}, now)
	if err != nil {
		return nil, err
	}
	return Submitted{ChargeID: s.chargeID(), At: now, Due: e.SettleAfter, Cancelable: cancelable && s.PaymentMethod.Type.Traits().CancelProcessing}, nil
}

func notify(s *Intent, c Notify, now intents.Time) (Event, error) {
	switch {
	case s.PaymentMethod.Type != intents.Card:
		return nil, invalid("payment_method", "payment_intent_incompatible_payment_method", "only a card payment waits for a customer notification")
	case c.CompletesIn <= 0:
		return nil, invalid("completes_in", "", "a notification takes its time")
	}
	return CustomerNotified{At: now, Due: now.Add(c.CompletesIn)}, nil
}

func postpone(s *Intent, c Postpone, now intents.Time) (Event, error) {
	if c.AskIn <= 0 {
		return nil, invalid("ask_in", "", "ask again later than now")
	}
	due := now.Add(c.AskIn)
	if s.Flags.Has(Notified) {
		due = max(due, s.Due) // the notification period is not cut short
	}
	return Postponed{Due: due}, nil
}

// authenticate refuses what comes after the deadline, so that a timer that never
// ran lets nothing through.
func authenticate(s *Intent, now intents.Time) (Event, error) {
	switch {
	case s.lapsed(now):
		return nil, invalid("next_action", codeAttemptExpired, "the action has expired")
	case s.NextAction.Type() == actionMicrodeposits:
		return nil, invalid("next_action", "", "microdeposits are verified by what was seen on the account")
	}
	return ActionCompleted{At: now}, nil
}

// lapsed reports whether the customer's chance to act is over.
func (s *Intent) lapsed(now intents.Time) bool { return s.Status == ra && s.Due != 0 && now >= s.Due }

func failAction(c FailAction, now intents.Time) (Event, error) {
	f := c.Failure
	if f == (intents.Failure{}) {
		f = intents.Failure{Type: intents.TypeInvalidRequest, Code: codeAuthenticationFailure}
	}
	if err := f.Check("failure"); err != nil {
		return nil, err
	}
	return AttemptFailed{At: now, Failure: f}, nil
}

func expireAction(s *Intent, now intents.Time) (Event, error) {
	switch {
	case s.Due == 0:
		return nil, invalid("next_action", "", "the action does not expire")
	case now < s.Due:
		return nil, invalid("next_action", "", "the action has not expired yet")
	}
	return AttemptFailed{At: now, Failure: intents.Failure{Type: intents.TypeInvalidRequest, Code: codeAttemptExpired}}, nil
}

// actionMicrodeposits is the next_action that waits for microdeposits.
const actionMicrodeposits = "verify_with_microdeposits"

// maxVerifications is how often microdeposits may be told wrong before nothing
// more is asked. Stripe's guides speak of ten; UNVERIFIED.
const maxVerifications = 10

func verify(s *Intent, c VerifyMicrodeposits, now intents.Time) (Event, error) {
	amounts := c.Amounts != [2]int64{}
	kind, _ := s.NextAction.Get("microdeposit_type")
	switch {
	case s.NextAction.Type() != actionMicrodeposits:
		return nil, invalid("next_action", "intent_invalid_state", "the intent is not waiting for microdeposits")
	case amounts == (c.DescriptorCode != ""):
		return nil, invalid("amounts", "parameters_exclusive", "either amounts or descriptor_code is given")
	case amounts && (c.Amounts[0] <= 0 || c.Amounts[1] <= 0):
		return nil, invalid("amounts", "payment_method_microdeposit_verification_amounts_invalid", "two positive amounts are expected")
	case kind == "amounts" && !amounts, kind == "descriptor_code" && amounts:
		return nil, invalid("amounts", "intent_verification_method_missing", "the microdeposits are verified by "+kind)
	case s.Verifications >= maxVerifications, c.Outcome == intents.Exhausted:
		return nil, invalid("amounts", "payment_method_microdeposit_verification_attempts_exceeded", "You have exceeded the number of allowed verification attempts.")
	case c.Outcome == intents.TimedOut, s.lapsed(now):
		return nil, invalid("amounts", "payment_method_microdeposit_verification_timeout", "The microdeposits were not verified in time.")
	case c.Outcome == intents.Mismatched:
		return VerificationFailed{}, nil
	case c.Outcome != intents.Verified:
		return nil, invalid("outcome", "", "unknown outcome of a verification")
	}
	return submitted(s, c.AskIn, c.Cancelable, now)
}

// fund adds to what the customer's cash balance has paid. What would be too much
// stays in the balance.
func fund(s *Intent, amount int64, terms capture.Terms, pm intents.PaymentMethod, now intents.Time) (Event, error) {
	if pm.IsZero() {
		pm = s.PaymentMethod
	}
	switch {
	case !pm.Type.Traits().Funded:
		return nil, invalid("payment_method", "payment_intent_incompatible_payment_method", "only customer_balance is paid from a cash balance")
	case amount <= 0:
		return nil, invalid("amount", "parameter_invalid_integer", "This value must be greater than or equal to 1.")
	case s.lapsed(now):
		return nil, invalid("next_action", codeAttemptExpired, "the action has expired")
	case effectiveMethod(s.CaptureMethod, pm.Type, s.Details) == capture.Manual:
		return nil, invalid("capture_method", "payment_intent_invalid_parameter", "The payment method type "+pm.Type.String()+" does not support manual capture.")
	case amount < s.Amount-s.Funded:
		return PartiallyFunded{At: now, Funded: s.Funded + amount}, nil
	}
	a, err := approval(s, &terms, now)
	if err != nil {
		return nil, err
	}
	return BalanceApplied{ChargeID: s.chargeID(), PaymentMethod: pm, Approval: a}, nil
}

package setupintent

import (
	"unicode/utf8"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/ids"
)

func approve(s *Intent, now intents.Time) (Event, error) {
	up, err := s.succeed(now)
	return event(Approved{up}, err)
}

func collect(s *Intent, now intents.Time) (Event, error) {
	up, err := s.succeed(now)
	return event(Collected{up}, err)
}

// succeed returns what success brings. A mandate is for a single use where the
// intent was created so.
func (s *Intent) succeed(now intents.Time) (SetUp, error) {
	pm, err := s.setUp()
	if err != nil {
		return SetUp{}, err
	}
	up := SetUp{At: now, PaymentMethod: pm}
	_, single := s.Details.Get(KeySingleUseAmount)
	if kindOf(pm.Type).has(consents) || single {
		up.Mandate, up.MandateSingleUse = ids.Derive("mandate_", s.ID, uint64(s.Attempts)), single
	}
	return up, nil
}

func challenge(s *Intent, c Challenge, now intents.Time) (Event, error) {
	kind := c.NextAction.Type()
	switch {
	case kind == "":
		return nil, invalid("next_action", "parameter_missing", "a challenge says what the customer has to do")
	case kind == actionMicrodeposits && !s.PaymentMethod.Type.Traits().Microdeposits:
		return nil, invalid("next_action", codeInvalidParameter, "an account by "+s.PaymentMethod.Type.String()+" has no microdeposits to verify")
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

func decline(c Decline, now intents.Time) (Event, error) {
	if err := c.Failure.Check("failure"); err != nil {
		return nil, err
	}
	return AttemptFailed{At: now, Failure: declinedBy(c.Failure)}, nil
}

func submit(s *Intent, c Submit, now intents.Time) (Event, error) {
	switch {
	case !s.PaymentMethod.Type.Traits().Delayed:
		return nil, invalid("payment_method", codeInvalidParameter, "a setup by "+s.PaymentMethod.Type.String()+" has its outcome at once")
	case c.AskIn < 0:
		return nil, invalid("ask_in", "", "it can't be negative")
	}
	return Submitted{At: now, Due: now.Add(c.AskIn)}, nil
}

func postpone(c Postpone, now intents.Time) (Event, error) {
	if c.AskIn <= 0 {
		return nil, invalid("ask_in", "", "ask again later than now")
	}
	return Postponed{Due: now.Add(c.AskIn)}, nil
}

// authenticate refuses what comes after the deadline, so that a timer that never
// ran lets nothing through, and what would set up an account that is not verified.
func authenticate(s *Intent, now intents.Time) (Event, error) {
	switch {
	case s.NextAction.Type() == actionMicrodeposits:
		return nil, invalid("next_action", codeInvalidState, "the intent is waiting for microdeposits to be verified")
	case s.lapsed(now):
		return nil, invalid("next_action", codeAttemptExpired, "the action has expired")
	}
	return ActionCompleted{At: now}, nil
}

// lapsed reports whether the customer's chance to act is over.
func (s *Intent) lapsed(now intents.Time) bool { return s.Status == ra && s.Due != 0 && now >= s.Due }

func failAction(s *Intent, c FailAction, now intents.Time) (Event, error) {
	f := c.Failure
	if f == (intents.Failure{}) {
		f = failed(codeAuthenticationFailure)
		if s.NextAction.Type() == actionMicrodeposits {
			f = failed(codeMicrodepositFailed)
		}
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
	case s.NextAction.Type() == actionMicrodeposits:
		return AttemptFailed{At: now, Failure: failed(codeVerificationTimeout)}, nil
	}
	return AttemptFailed{At: now, Failure: failed(codeAttemptExpired)}, nil
}

// actionMicrodeposits is the next_action that waits for microdeposits.
const actionMicrodeposits = "verify_with_microdeposits"

// How often microdeposits may be told wrong (DOC-ACH, DOC-SUPPORT). That the last of
// these tries ends the attempt, and not the one after it, is a choice (facts, U10).
const (
	maxDescriptorTries = 10
	maxAmountTries     = 3
)

func verify(s *Intent, c VerifyMicrodeposits, now intents.Time) (Event, error) {
	amounts := c.Amounts != [2]int64{}
	kind, _ := s.NextAction.Get("microdeposit_type")
	switch {
	case s.NextAction.Type() != actionMicrodeposits:
		return nil, invalid("next_action", codeInvalidState, "the intent is not waiting for microdeposits")
	case amounts == (c.DescriptorCode != ""):
		return nil, invalid("amounts", "parameters_exclusive", "either amounts or descriptor_code is given")
	case amounts && (c.Amounts[0] <= 0 || c.Amounts[1] <= 0):
		return nil, invalid("amounts", codeAmountsInvalid, "two positive amounts are expected")
	case !utf8.ValidString(c.DescriptorCode):
		return nil, invalid("descriptor_code", "", notText)
	case kind == "amounts" && !amounts, kind == "descriptor_code" && amounts:
		return nil, invalid("amounts", "intent_verification_method_missing", "the microdeposits are verified by "+kind)
	case s.lapsed(now):
		return nil, invalid("amounts", codeVerificationTimeout, "The microdeposits were not verified in time.")
	}
	switch c.Outcome {
	case intents.Verified:
		return approve(s, now)
	case intents.Mismatched:
		return s.mismatched(amounts, now), nil
	case intents.Exhausted:
		return AttemptFailed{At: now, Failure: failed(codeVerifications)}, nil
	case intents.TimedOut:
		return AttemptFailed{At: now, Failure: failed(codeVerificationTimeout)}, nil
	}
	return nil, invalid("outcome", "", "unknown outcome of a verification")
}

// mismatched counts a try to verify that was wrong; the last ends the attempt.
func (s *Intent) mismatched(amounts bool, now intents.Time) Event {
	e, most := VerificationFailed{Code: codeDescriptorMismatch}, uint8(maxDescriptorTries)
	if amounts {
		e.Code, most = codeAmountsMismatch, maxAmountTries
	}
	if s.Verifications+1 >= most {
		return AttemptFailed{At: now, Failure: failed(codeVerifications)}
	}
	e.Left = most - s.Verifications - 1
	return e
}

package setupintent

import (
	"strconv"
	"unicode/utf8"

	"github.com/payintent/intents"
)

// Status is where a SetupIntent is in its life, as Stripe writes it.
type Status string

const (
	// StatusNone is the status of the zero Intent: not yet created.
	StatusNone Status = ""
	// StatusRequiresPaymentMethod has no usable payment method: the first status, and the one after every failed attempt.
	StatusRequiresPaymentMethod Status = "requires_payment_method"
	// StatusRequiresConfirmation has a payment method and waits for its confirmation.
	StatusRequiresConfirmation Status = "requires_confirmation"
	// StatusConfirming has an attempt under way whose answer is not in yet. It is
	// this library's own: see the theory of operation in table.go and [Status.Stripe].
	StatusConfirming Status = "confirming"
	// StatusRequiresAction waits for the customer.
	StatusRequiresAction Status = "requires_action"
	// StatusProcessing waits for the rail of a delayed method.
	StatusProcessing Status = "processing"
	// StatusSucceeded has a payment method that can be charged later. It is final.
	StatusSucceeded Status = "succeeded"
	// StatusCanceled makes no more attempts. It is final.
	StatusCanceled Status = "canceled"
)

// Stripe returns the status as Stripe shows it: one of six. An attempt whose
// answer is not in shows as processing, which is what Stripe calls an attempt in
// flight; Stripe itself answers in one step and shows no status in between.
func (s Status) Stripe() Status {
	if s == StatusConfirming {
		return StatusProcessing
	}
	return s
}

// Usage says what the payment method is set up for: Stripe's usage.
type Usage string

const (
	// OffSession is for charges without the customer. It is the default.
	OffSession Usage = "off_session"
	// OnSession is for charges with the customer present.
	OnSession Usage = "on_session"
)

// Valid reports whether u is one of the two.
func (u Usage) Valid() bool { return u == OffSession || u == OnSession }

// CancellationReason is why an intent was canceled, as Stripe writes it: one of
// three, or none.
type CancellationReason string

const (
	// Abandoned may be given by a caller.
	Abandoned CancellationReason = "abandoned"
	// Duplicate may be given by a caller.
	Duplicate CancellationReason = "duplicate"
	// RequestedByCustomer may be given by a caller.
	RequestedByCustomer CancellationReason = "requested_by_customer"
)

// Callers reports whether a caller may give the reason: Stripe has none that only
// the system gives (SPEC, the enum of cancellation_reason).
func (r CancellationReason) Callers() bool {
	return r == "" || r == Abandoned || r == Duplicate || r == RequestedByCustomer
}

// Flags are the yes-or-no facts about an intent.
type Flags uint16

const (
	// Livemode means: real money.
	Livemode Flags = 1 << iota
	// AutomaticPaymentMethods means: automatic_payment_methods[enabled] was given.
	AutomaticPaymentMethods
	// NoRedirects means: automatic_payment_methods[allow_redirects]=never was given.
	NoRedirects
	// Authenticated means: the customer did what the attempt asked, so it need not ask again.
	Authenticated
)

// Has reports whether f holds all of g.
func (f Flags) Has(g Flags) bool { return f&g == g }

func (f Flags) with(g Flags, on bool) Flags {
	if on {
		return f | g
	}
	return f &^ g
}

// AttemptStatus is where a SetupAttempt is, as Stripe writes it.
type AttemptStatus string

const (
	// AttemptStatusNone is the status of the zero Attempt: there is none.
	AttemptStatusNone AttemptStatus = ""
	// AttemptStatusRequiresConfirmation has no answer yet.
	AttemptStatusRequiresConfirmation AttemptStatus = "requires_confirmation"
	// AttemptStatusRequiresAction waits for the customer.
	AttemptStatusRequiresAction AttemptStatus = "requires_action"
	// AttemptStatusProcessing waits for the rail.
	AttemptStatusProcessing AttemptStatus = "processing"
	// AttemptStatusSucceeded is over: the payment method is set up.
	AttemptStatusSucceeded AttemptStatus = "succeeded"
	// AttemptStatusFailed is over; Error says why.
	AttemptStatusFailed AttemptStatus = "failed"
	// AttemptStatusAbandoned is over: something else was asked for before it came to an end.
	AttemptStatusAbandoned AttemptStatus = "abandoned"
)

// Over reports whether nothing more comes of an attempt.
func (a AttemptStatus) Over() bool {
	return a == AttemptStatusSucceeded || a == AttemptStatusFailed || a == AttemptStatusAbandoned
}

// Attempt is a SetupAttempt: what one executed confirmation came to (facts, 1.10).
// It is a comparable value; the zero Attempt is none.
type Attempt struct {
	// ID is derived from the intent's and the attempt's number: setatt_….
	ID      string        `json:"id,omitzero"`
	Created intents.Time  `json:"created,omitzero"`
	Status  AttemptStatus `json:"status,omitzero"`
	// PaymentMethod is the one that was tried, as it was then.
	PaymentMethod intents.PaymentMethod `json:"payment_method,omitzero"`
	// Customer, Usage and Details are the intent's at the confirmation.
	Customer string        `json:"customer,omitzero"`
	Usage    Usage         `json:"usage,omitzero"`
	Details  intents.Pairs `json:"details,omitzero"`
	// Error is Stripe's setup_error: set exactly where the attempt failed.
	Error intents.LastError `json:"error,omitzero"`
}

// Intent is a SetupIntent: the way of one payment method, through any number of
// attempts, to where it can be charged later. It is a comparable value; the zero
// Intent is not yet created.
type Intent struct {
	ID     string `json:"id,omitzero"`
	Status Status `json:"status,omitzero"`
	// Version counts the events that made this state.
	Version            uint64                     `json:"version,omitzero"`
	Created            intents.Time               `json:"created,omitzero"`
	Usage              Usage                      `json:"usage,omitzero"`
	PaymentMethodTypes intents.PaymentMethodTypes `json:"payment_method_types,omitzero"`
	PaymentMethod      intents.PaymentMethod      `json:"payment_method,omitzero"`
	NextAction         intents.NextAction         `json:"next_action,omitzero"`
	// LastSetupError stays until the next attempt.
	LastSetupError     intents.LastError  `json:"last_setup_error,omitzero"`
	CancellationReason CancellationReason `json:"cancellation_reason,omitzero"`
	// Due is when what the status waits for is worth asking about, or, for an
	// action that runs out, when it does.
	Due intents.Time `json:"due,omitzero"`
	// Details are what the caller set and no status depends on, in Stripe's
	// parameter names: customer, description, single_use[amount], …
	Details  intents.Pairs    `json:"details,omitzero"`
	Metadata intents.Metadata `json:"metadata,omitzero"`
	// Owner is the id of the Checkout Session that the intent belongs to, or empty.
	Owner string `json:"owner,omitzero"`
	// Attempt is the newest attempt, Stripe's latest_attempt; zero if none was made.
	Attempt Attempt `json:"attempt,omitzero"`
	// Attempts counts the attempts that were made, and so names the next one.
	Attempts uint32 `json:"attempts,omitzero"`
	// Mandate is the id of the customer's consent to be charged, where the type of
	// the payment method has one: Stripe's mandate, or with MandateSingleUse its
	// single_use_mandate.
	Mandate          string `json:"mandate,omitzero"`
	MandateSingleUse bool   `json:"mandate_single_use,omitzero"`
	// Confirms counts the confirmations; ConfirmLimit, where not 0, is how many there may be.
	Confirms     uint16 `json:"confirms,omitzero"`
	ConfirmLimit uint16 `json:"confirm_limit,omitzero"`
	Flags        Flags  `json:"flags,omitzero"`
	// Verifications counts the failed tries to verify microdeposits.
	Verifications uint8 `json:"verifications,omitzero"`
}

// LatestAttempt returns the id of the newest attempt, or "" if none was made.
func (s *Intent) LatestAttempt() string { return s.Attempt.ID }

// AttemptKey names the question that an attempt under way puts to the outside world:
// it is the same each time it is put, after a crash or a [Postpone], and another for
// the next attempt, and for the same attempt after the customer's action. An acquirer
// takes it as the idempotency key. The key of the deferred work would not do, for two
// attempts can begin within one second.
func (s *Intent) AttemptKey() string {
	key := s.ID + "/" + strconv.FormatUint(uint64(s.Confirms), 10)
	if s.Flags.Has(Authenticated) {
		key += "/authenticated"
	}
	return key
}

// Customer returns the id of the customer, or "".
func (s *Intent) Customer() string { return s.detail(KeyCustomer) }

func (s *Intent) detail(key string) string { return detail(s.Details, key) }

func detail(details intents.Pairs, key string) string {
	if details == "" {
		return ""
	}
	v, _ := details.Get(key)
	return v
}

// Check returns an *intents.InvalidError with code corrupt_state that names the
// field when s breaks an invariant, in full: it also reads the carried strings.
func Check(s Intent) error {
	if err := check(&s); err != nil {
		return err
	}
	if s.Status == StatusNone {
		if s != (Intent{}) {
			return corrupt("status", "an intent that was never created has contents")
		}
		return nil
	}
	if field, why := s.carried(); field != "" {
		return corrupt(field, why)
	}
	return s.Attempt.check()
}

const notCanonical = "it is not canonical"

// carried says which of the fields that no decision reads is not what it has to
// be, and why; or nothing.
func (s *Intent) carried() (field, why string) {
	switch {
	case !utf8.ValidString(s.ID):
		return "id", notText
	case s.Created <= 0:
		return "created", "it is not set"
	case s.PaymentMethodTypes == 0 || s.PaymentMethodTypes.Check() != nil:
		return "payment_method_types", "one is needed, and all are known"
	case s.Details.Check() != nil:
		return "details", notCanonical
	case s.Metadata.Check() != nil:
		return "metadata", notCanonical
	case intents.Pairs(s.NextAction).Check() != nil:
		return "next_action", notCanonical
	case intents.Pairs(s.LastSetupError).Check() != nil:
		return "last_setup_error", notCanonical
	case s.LastSetupError != "" && s.Status != rpm && s.Status != rc && s.Status != canc:
		return "last_setup_error", "it is set only after a failed attempt"
	case !utf8.ValidString(s.Owner):
		return "owner", notText
	case !utf8.ValidString(s.Mandate):
		return "mandate", notText
	case s.Due <= 0 && (s.Status == conf || s.Status == proc):
		return "due", "it is not set"
	case s.Status == succ && !s.attached():
		return "payment_method", "it is another customer's"
	}
	if why := carriedMethod(&s.PaymentMethod); why != "" {
		return "payment_method", why
	}
	return "", ""
}

// carriedMethod says what is wrong with a payment method that is carried, or nothing.
func carriedMethod(pm *intents.PaymentMethod) (why string) {
	switch {
	case (pm.ID != "") != pm.Type.Valid():
		return "it has an id and a type that is known, or neither"
	case !utf8.ValidString(pm.ID) || !utf8.ValidString(pm.Customer):
		return notText
	case pm.Details.Check() != nil:
		return notCanonical
	}
	return ""
}

// attached reports whether the payment method is no other customer's than the intent's.
func (s *Intent) attached() bool {
	customer := s.Customer()
	return customer == "" || s.PaymentMethod.Customer == "" || s.PaymentMethod.Customer == customer
}

// check holds the parts of an attempt that no decision reads.
func (a *Attempt) check() error {
	const field = "latest_attempt"
	switch {
	case a.Status == AttemptStatusNone:
		if *a != (Attempt{}) {
			return corrupt(field, "an attempt that was never made has contents")
		}
		return nil
	case a.ID == "" || !utf8.ValidString(a.ID) || !utf8.ValidString(a.Customer):
		return corrupt(field, "it has an id, and its ids are text")
	case a.Created <= 0:
		return corrupt(field, "its time is not set")
	case !a.Usage.Valid():
		return corrupt(field, "its usage is unknown: "+string(a.Usage))
	case a.Details.Check() != nil || intents.Pairs(a.Error).Check() != nil:
		return corrupt(field, notCanonical)
	case (a.Error != "") != (a.Status == AttemptStatusFailed):
		return corrupt(field, "its error is set exactly where it failed")
	case a.PaymentMethod.ID == "":
		return corrupt(field, "it has a payment method")
	}
	if why := carriedMethod(&a.PaymentMethod); why != "" {
		return corrupt(field, why)
	}
	return nil
}

// check holds the invariants that Apply asks of every state: those that need no
// reading of carried strings, and so cost nanoseconds.
func check(s *Intent) error {
	if s.Status == StatusNone {
		if s.ID != "" || s.Version != 0 || s.Attempts != 0 || s.Attempt.Status != AttemptStatusNone {
			return corrupt("status", "an intent that was never created has contents")
		}
		return nil
	}
	switch {
	case s.ID == "":
		return corrupt("id", "it is empty")
	case !s.Usage.Valid():
		return corrupt("usage", "it is unknown: "+string(s.Usage))
	case s.CancellationReason != "" && s.Status != StatusCanceled:
		return corrupt("cancellation_reason", "it is set only in canceled")
	case !s.CancellationReason.Callers():
		return corrupt("cancellation_reason", "it is unknown: "+string(s.CancellationReason))
	case (s.NextAction != "") != (s.Status == StatusRequiresAction):
		return corrupt("next_action", "it is set exactly in requires_action")
	case (s.Attempts > 0) != (s.Attempt.Status != AttemptStatusNone):
		return corrupt("latest_attempt", "it is the newest of the attempts")
	case uint32(s.Confirms) != s.Attempts%(1<<16): // it wraps first
		return corrupt("confirms", "each confirmation makes an attempt")
	case s.Mandate != "" && s.Status != StatusSucceeded, s.MandateSingleUse && s.Mandate == "":
		return corrupt("mandate", "it comes with success")
	case s.Verifications > 0 && s.Status != StatusRequiresAction:
		return corrupt("verifications", "they are counted while the customer has to verify")
	}
	return checkStatus(s)
}

// checkStatus holds the invariants that couple the status to the payment method
// and to the newest attempt.
func checkStatus(s *Intent) error {
	attempt := s.Attempt.Status
	var ok bool
	switch s.Status {
	case StatusRequiresPaymentMethod:
		if s.PaymentMethod != (intents.PaymentMethod{}) {
			return corrupt("payment_method", "it is set, yet one is required")
		}
		ok = attempt == AttemptStatusNone || attempt == AttemptStatusFailed || attempt == AttemptStatusAbandoned
	case StatusRequiresConfirmation, StatusCanceled:
		ok = attempt == AttemptStatusNone || attempt == AttemptStatusFailed || attempt == AttemptStatusAbandoned
	case StatusConfirming:
		ok = attempt == AttemptStatusRequiresConfirmation
	case StatusRequiresAction:
		ok = attempt == AttemptStatusRequiresAction
	case StatusProcessing:
		ok = attempt == AttemptStatusProcessing
	case StatusSucceeded:
		ok = attempt == AttemptStatusSucceeded
	case StatusNone:
		return corrupt("status", "it is empty")
	default:
		return corrupt("status", "it is unknown: "+string(s.Status))
	}
	if !ok {
		return corrupt("latest_attempt", "its status "+string(attempt)+" does not go with "+string(s.Status))
	}
	if s.PaymentMethod.ID == "" && s.Status != StatusRequiresPaymentMethod && s.Status != StatusCanceled {
		return corrupt("payment_method", "none is set")
	}
	return nil
}

func corrupt(field, why string) error {
	return &intents.InvalidError{Param: field, Code: intents.CodeCorruptState, Message: why}
}

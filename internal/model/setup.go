package model

import (
	"slices"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/setupintent"
)

// SetupID is the id of every SetupIntent of the small world.
const SetupID = "seti_1SRzp4KXBGcbgpbZ1utYtuTe"

// SetupCreates are the ways in which a SetupIntent begins: with and without a payment
// method and a customer, for charges on and off session, for a single charge, owned
// by a session, with a limit.
func SetupCreates() []setupintent.Command {
	all := []setupintent.Create{
		{Details: "client_secret=" + SetupID + "_secret_1"},
		{PaymentMethod: methodOf("pm_card_visa", intents.Card)},
		{Details: "customer=cus_1", Usage: setupintent.OnSession},
		{Details: "customer=cus_1&single_use[amount]=1&single_use[currency]=usd"},
		{Owner: "cs_1", Details: "customer=cus_1"},
		{ConfirmLimit: 1, Livemode: true},
	}
	creates := make([]setupintent.Command, 0, len(all))
	for _, c := range all {
		c.ID, c.PaymentMethodTypes = SetupID, intents.TypesOf(intents.Card, intents.USBankAccount)
		creates = append(creates, c)
	}
	return creates
}

// SetupRequests are what a caller may ask for, in the forms that lead to different ends.
func SetupRequests() []setupintent.Command {
	visa, debit := methodOf("pm_card_visa", intents.Card), methodOf("pm_usBankAccount_success", intents.USBankAccount)
	owned := visa
	owned.Customer = "cus_1"
	return []setupintent.Command{
		setupintent.Update{},
		setupintent.Update{Details: "customer=cus_1"},
		setupintent.Update{Details: "customer="},
		setupintent.Update{PaymentMethod: intents.Some(visa)},
		setupintent.Update{PaymentMethod: intents.Some(owned)},
		setupintent.Update{PaymentMethod: intents.Some(intents.PaymentMethod{})},
		setupintent.Confirm{},
		setupintent.Confirm{PaymentMethod: visa},
		setupintent.Confirm{PaymentMethod: owned},
		setupintent.Confirm{PaymentMethod: debit},
		setupintent.Confirm{PaymentMethod: visa, Owner: "cs_1"},
		setupintent.Confirm{PaymentMethod: visa, Owner: "cs_2"},
		setupintent.Confirm{PaymentMethod: debit, Owner: "cs_1"},
		setupintent.Cancel{},
		setupintent.Cancel{Reason: setupintent.Abandoned},
		setupintent.Cancel{Reason: "bored"},
		setupintent.VerifyMicrodeposits{DescriptorCode: "SM11AA"},
		setupintent.VerifyMicrodeposits{DescriptorCode: "SM99ZZ", Outcome: intents.Mismatched},
		setupintent.VerifyMicrodeposits{Amounts: [2]int64{1, 1}, Outcome: intents.Mismatched},
		setupintent.VerifyMicrodeposits{DescriptorCode: "SM33CC", Outcome: intents.Exhausted},
	}
}

// SetupReports are what the outside world may answer.
func SetupReports() []setupintent.Command {
	return []setupintent.Command{
		setupintent.Approve{},
		setupChallenge("use_stripe_sdk", 0), setupChallenge("redirect_to_url", time.Hour), setupChallenge("verify_with_microdeposits", time.Hour),
		setupintent.Decline{Failure: intents.Failure{Code: "card_declined"}},
		setupintent.Submit{AskIn: time.Hour},
		setupintent.Postpone{AskIn: time.Hour},
		setupintent.Authenticate{},
		setupintent.FailAction{},
		setupintent.Collect{},
	}
}

func setupChallenge(kind string, in time.Duration) setupintent.Command {
	a, _ := intents.NewNextAction(kind) // the kinds above are names
	return setupintent.Challenge{NextAction: a, ExpiresIn: in}
}

// SetupLate are what time does, and the session that owns an intent.
func SetupLate() []setupintent.Command {
	return []setupintent.Command{
		setupintent.ExpireAction{},
		setupintent.Void{},
		setupintent.Void{Owner: "cs_1"},
		setupintent.Void{Owner: "cs_2"},
	}
}

// SetupCommands are all that is tried: a list for the intent that is not yet there,
// and one for the rest. Nil is the hour that passes, see [PassSetup].
type SetupCommands struct{ none, rest []setupintent.Command }

// NewSetupCommands returns the lists.
func NewSetupCommands() SetupCommands {
	all := append(slices.Concat(SetupRequests(), SetupReports(), SetupLate()), nil)
	return SetupCommands{none: append(SetupCreates(), all...), rest: all}
}

// For returns what is tried in a state.
func (c SetupCommands) For(s setupintent.Intent) []setupintent.Command {
	if s.Status == setupintent.StatusNone {
		return c.none
	}
	return c.rest
}

// PassSetup returns the intent an hour later: what was due in an hour is due now.
func PassSetup(s setupintent.Intent) setupintent.Intent {
	if s.Due == hour() {
		s.Due = now()
	}
	return s
}

// ViewSetup forgets of a state what no decision reads, or reads only as more or
// less: so there are finitely many. Deadlines are over, or in an hour.
func ViewSetup(s setupintent.Intent) setupintent.Intent {
	if s.Status == setupintent.StatusNone {
		return s
	}
	s = skipSetup(s)
	s.Version = 1
	if s.Due > now() {
		s.Due = hour()
	}
	if s.LastSetupError != "" {
		s.LastSetupError = "code=card_declined"
	}
	// Of an attempt that is over only that matters, and that its id is not the next one's.
	if a := &s.Attempt; s.Attempts > 0 {
		s.Attempts, s.Confirms, a.ID = 1, 1, "setatt_1"
		if a.Error != "" {
			a.Error = "code=card_declined"
		}
		if a.Status.Over() {
			*a = setupintent.Attempt{
				ID: a.ID, Created: a.Created, Status: a.Status, PaymentMethod: intents.PaymentMethod{ID: "pm_1", Type: intents.Card, Customer: a.PaymentMethod.Customer},
				Usage: setupintent.OffSession, Error: a.Error,
			}
		}
	}
	return s
}

// skipSetup counts tries up to three and ten: none, one, two, all but two, all but
// one. Those between differ in nothing else.
func skipSetup(s setupintent.Intent) setupintent.Intent {
	if n := &s.Verifications; *n > 2 && *n < 8 {
		*n = 8
	}
	return s
}

// SetupIntents walks through the world of SetupIntents, breadth first. It visits the
// first intent of each [ViewSetup] that it meets, as the machine made it, and yields
// every transition from there that changes something; an hour that passes is one
// without events. It returns how many views there are.
func SetupIntents(yield func(setupintent.Transition)) (views int) {
	commands, start := NewSetupCommands(), Start()
	seen := map[setupintent.Intent]bool{{}: true}
	queue := []setupintent.Intent{{}}
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		for _, c := range commands.For(s) {
			t := setupintent.Transition{Before: s, After: PassSetup(s)}
			if c != nil {
				var err error
				if t, err = setupintent.Apply(s, c, start); err != nil {
					continue
				}
			}
			if t.After == s {
				continue
			}
			yield(t)
			if v := ViewSetup(t.After); !seen[v] {
				seen[v] = true
				queue = append(queue, skipSetup(t.After))
			}
		}
	}
	return len(seen)
}

package checkout_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// Start implements checkout.Subscriber.
func (merchant) Start(_ context.Context, s checkout.Session, d intents.Deferred) (checkout.Command, error) {
	switch {
	case d.Kind != checkout.StartSubscription || s.Status != conf:
		return nil, errors.New("it is asked at the wrong time")
	case capture.BehaviourOf(s.PaymentMethod).Code != "":
		return checkout.Reopen{}, nil
	case s.PaymentMethod.Type.Traits().Delayed:
		return checkout.Complete{PaymentStatus: checkout.Unpaid, Subscription: "sub_1", Invoice: "in_1"}, nil
	}
	return checkout.Complete{PaymentStatus: checkout.Paid, Subscription: "sub_1", Invoice: "in_1"}, nil
}

// told gives commands to a flow at the start and returns where they lead.
func toldFlow(tb testing.TB, c checkout.Create, commands ...checkout.Command) checkout.Flow {
	tb.Helper()
	step, err := checkout.Open(c, start)
	require.NoError(tb, err)
	for _, c := range commands {
		step, err = step.After.Apply(c, start)
		require.NoError(tb, err)
		step, err = checkout.Answer(tb.Context(), outside(), step, start)
		require.NoError(tb, err)
	}
	require.NoError(tb, checkout.CheckFlow(step.After))
	return step.After
}

// TestDerived: ids are functions of the session's id, so that a create that is made
// twice makes the same (C9), and sessions that differ have intents that differ (C11).
func TestDerived(t *testing.T) {
	first, err := checkout.Open(createSetup(t), start)
	require.NoError(t, err)
	again, err := checkout.Open(createSetup(t), start)
	require.NoError(t, err)
	require.Equal(t, first, again)
	other, err := checkout.Open(createSetup(t, func(c *checkout.Create) { c.ID = "cs_test_2" }), start)
	require.NoError(t, err)
	require.NotEqual(t, first.After.Setup.ID, other.After.Setup.ID)
	require.Regexp(t, `^seti_[0-9A-Za-z]{24}$`, first.After.Setup.ID)
	f := toldFlow(t, create(t, with("invoice_creation[enabled]=true")), pay(t, "pm_card_visa"))
	require.Regexp(t, `^pi_[0-9A-Za-z]{24}$`, f.Payment.ID)
	require.Regexp(t, `^cus_[0-9A-Za-z]{14}$`, f.Session.Customer())
	require.Regexp(t, `^li_[0-9A-Za-z]{24}$`, checkout.LineItemID(csID, 0))
	require.NotEqual(t, checkout.LineItemID(csID, 0), checkout.LineItemID(csID, 1))
	require.NotEqual(t, checkout.LineItemID(csID, 0), checkout.LineItemID("cs_test_2", 0))
	require.NotPanics(t, func() { checkout.LineItemID(csID, -1) })
}

// TestProcessor: nobody to ask is an error with a name, and what an asker says that
// fails changes nothing.
func TestProcessor(t *testing.T) {
	broken := errors.New("the line is dead")
	for name, c := range map[string]checkout.Create{"payments": create(t), "setups": createSetup(t), "subscriptions": createSubscription(t)} {
		step, err := checkout.Open(c, start)
		require.NoError(t, err)
		step, err = step.After.Apply(pay(t, "pm_card_visa"), start)
		require.NoError(t, err)
		_, err = checkout.Answer(t.Context(), checkout.Processor{}, step, start)
		class, param, _ := refusal(err)
		require.Equal(t, [2]string{"contents", "processor"}, [2]string{class, param}, name)
		require.ErrorContains(t, err, name)
		for said, want := range map[checkout.Command]string{nil: "command", checkout.Submit{}: "", checkout.Lapse{}: ""} {
			if c.Mode != checkout.Subscription {
				break
			}
			_, err := checkout.Answer(t.Context(), checkout.Processor{Subscription: says{said, nil}}, step, start)
			_, param, _ := refusal(err)
			require.Error(t, err)
			require.Equal(t, want, param, "%v", said)
		}
		got, err := checkout.Answer(t.Context(), checkout.Processor{Payment: fails{broken}, Setup: failsSetup{broken}, Subscription: says{nil, broken}}, step, start)
		require.ErrorIs(t, err, broken)
		require.Equal(t, checkout.Step{}, got)
		same, err := checkout.Answer(t.Context(), outside(), step, start.Add(-time.Second))
		require.NoError(t, err)
		require.Equal(t, step, same, "it is not due yet")
	}
}

// says is a Subscriber that says the same each time.
type says struct {
	command checkout.Command
	err     error
}

// Start implements checkout.Subscriber.
func (s says) Start(context.Context, checkout.Session, intents.Deferred) (checkout.Command, error) {
	return s.command, s.err
}

type fails struct{ err error }

// Report implements paymentintent.Processor.
func (f fails) Report(context.Context, paymentintent.Intent, intents.Deferred) (paymentintent.Command, error) {
	return nil, f.err
}

type failsSetup struct{ err error }

// Report implements setupintent.Processor.
func (f failsSetup) Report(context.Context, setupintent.Intent, intents.Deferred) (setupintent.Command, error) {
	return nil, f.err
}

// TestSubscriberSurvivesCrashes: the job is asked again until its answer is stored,
// each time about the same attempt, with the customer's payment method at hand; and the
// next attempt is told apart from it, even in the same second.
func TestSubscriberSurvivesCrashes(t *testing.T) {
	book := &bookkeeper{}
	p := checkout.Processor{Subscription: book}
	f := toldFlow(t, createSubscription(t))
	submitted, err := f.Apply(pay(t, "pm_card_chargeDeclined"), start)
	require.NoError(t, err)
	f = submitted.After // stored
	for range 3 {       // the service dies before it has stored the answer
		lost, err := checkout.Work(t.Context(), p, f, submitted.Deferred[0], start)
		require.NoError(t, err)
		require.Equal(t, open, lost.After.Session.Status)
	}
	require.Len(t, book.made, 1, "asked thrice, decided once")
	answered, err := checkout.Work(t.Context(), p, f, submitted.Deferred[0], start)
	require.NoError(t, err)
	again, err := answered.After.Apply(pay(t, "pm_card_visa"), start) // in the same second
	require.NoError(t, err)
	require.Equal(t, submitted.Deferred[0].Key(), again.Deferred[0].Key(), "the key of the job does not tell them apart")
	done, err := checkout.Work(t.Context(), p, again.After, again.Deferred[0], start)
	require.NoError(t, err)
	require.Equal(t, checkout.StatusComplete, done.After.Session.Status)
	require.Equal(t, checkout.Paid, done.After.Session.PaymentStatus)
	require.Len(t, book.made, 2)
	stale, err := checkout.Work(t.Context(), p, done.After, again.Deferred[0], start)
	require.NoError(t, err)
	require.Empty(t, stale.Session.Events)
	require.Len(t, book.made, 2)
}

// bookkeeper is a merchant that decides once for each session and version.
type bookkeeper struct{ made map[[2]any]checkout.Command }

// Start implements checkout.Subscriber.
func (b *bookkeeper) Start(ctx context.Context, s checkout.Session, d intents.Deferred) (checkout.Command, error) {
	key := [2]any{s.ID, s.Version}
	if c, ok := b.made[key]; ok {
		return c, nil
	}
	c, err := merchant{}.Start(ctx, s, d)
	if b.made == nil {
		b.made = map[[2]any]checkout.Command{}
	}
	b.made[key] = c
	return c, err
}

// TestStrangers: an intent of another session is refused by every way in.
func TestStrangers(t *testing.T) {
	decline := pay(t, "pm_card_chargeDeclined")
	mine, other := toldFlow(t, create(t), decline), toldFlow(t, create(t, func(c *checkout.Create) { c.ID = "cs_test_2" }), decline)
	setup, otherSetup := toldFlow(t, createSetup(t)), toldFlow(t, createSetup(t, func(c *checkout.Create) { c.ID = "cs_test_2" }))
	renamed, reowned := mine.Payment, mine.Payment
	renamed.ID, reowned.Owner = "pi_2", "cs_test_2"
	for name, c := range map[string]struct {
		f     checkout.Flow
		param string
	}{
		"another's PaymentIntent":  {checkout.Flow{Session: mine.Session, Payment: other.Payment}, "payment_intent"},
		"none":                     {checkout.Flow{Session: mine.Session}, "payment_intent"},
		"one of another name":      {checkout.Flow{Session: mine.Session, Payment: renamed}, "payment_intent"},
		"one of another owner":     {checkout.Flow{Session: mine.Session, Payment: reowned}, "payment_intent"},
		"one too early":            {checkout.Flow{Session: toldFlow(t, create(t)).Session, Payment: mine.Payment}, "payment_intent"},
		"a SetupIntent":            {checkout.Flow{Session: mine.Session, Payment: mine.Payment, Setup: setup.Setup}, "setup_intent"},
		"another's SetupIntent":    {checkout.Flow{Session: setup.Session, Setup: otherSetup.Setup}, "setup_intent"},
		"no SetupIntent":           {checkout.Flow{Session: setup.Session}, "setup_intent"},
		"a PaymentIntent in setup": {checkout.Flow{Session: setup.Session, Setup: setup.Setup, Payment: mine.Payment}, "payment_intent"},
		"one without a session":    {checkout.Flow{Payment: mine.Payment}, "payment_intent"},
	} {
		_, err := c.f.Apply(checkout.Expire{}, start)
		_, errPayment := c.f.ApplyPayment(paymentintent.Authenticate{}, start)
		_, errSetup := c.f.ApplySetup(setupintent.Authenticate{}, start)
		for _, err := range []error{err, errPayment, errSetup} {
			class, param, code := refusal(err)
			require.Equal(t, [3]string{"contents", c.param, ""}, [3]string{class, param, code}, name)
		}
		_, _, code := refusal(checkout.CheckFlow(c.f))
		require.Equal(t, intents.CodeCorruptState, code, name)
	}
	_, err := checkout.React(mine.Session, setupintent.Transition{After: setup.Setup})
	_, param, _ := refusal(err)
	require.Equal(t, "setup_intent", param)
	c, err := checkout.React(checkout.Session{}, paymentintent.Transition{})
	require.NoError(t, err)
	require.Nil(t, c)
}

// TestCheckFlow: a session and an intent that are sound, and do not go together.
func TestCheckFlow(t *testing.T) {
	visa, decline := pay(t, "pm_card_visa"), pay(t, "pm_card_chargeDeclined")
	paid, failed := toldFlow(t, create(t), visa), toldFlow(t, create(t), decline)
	saved := toldFlow(t, createSetup(t), visa)
	for name, c := range map[string]struct {
		f      checkout.Flow
		change func(f *checkout.Flow)
		field  string
	}{
		"paid, and the intent is not":     {paid, func(f *checkout.Flow) { f.Payment = failed.Payment }, "status"},
		"open, and the intent is":         {failed, func(f *checkout.Flow) { f.Payment = paid.Payment }, "status"},
		"the intent is for another money": {failed, func(f *checkout.Flow) { f.Payment.Amount++ }, "amount"},
		"expired, and the intent is not":  {failed, func(f *checkout.Flow) { f.Session.Status, f.Session.EndedAt = over, 1 }, "status"},
		"under way, and the intent not": {failed, func(f *checkout.Flow) {
			f.Session.Status, f.Session.SubmittedAt = conf, f.Session.Created
		}, "status"},
		"open, and the setup succeeded": {saved, func(f *checkout.Flow) { f.Session.Status, f.Session.EndedAt = open, 0 }, "status"},
		"a corrupt session":             {paid, func(f *checkout.Flow) { f.Session.ID = "" }, "payment_intent"},
		"a corrupt PaymentIntent":       {paid, func(f *checkout.Flow) { f.Payment.Currency = "x" }, "currency"},
		"a corrupt SetupIntent":         {saved, func(f *checkout.Flow) { f.Setup.Usage = "x" }, "usage"},
	} {
		require.NoError(t, checkout.CheckFlow(c.f), name)
		f := c.f
		c.change(&f)
		class, field, code := refusal(checkout.CheckFlow(f))
		if name == "a corrupt session" {
			c.field = "id"
		}
		require.Equal(t, [3]string{"contents", c.field, intents.CodeCorruptState}, [3]string{class, field, code}, name)
	}
	require.NoError(t, checkout.CheckFlow(checkout.Flow{}))
	require.NoError(t, checkout.CheckFlow(toldFlow(t, createSubscription(t), visa)))
}

// TestCustomerOfAStep: the customer that a step makes has what the page took, as far
// as a customer has room for it.
func TestCustomerOfAStep(t *testing.T) {
	step, err := checkout.Open(create(t, free, func(c *checkout.Create) { c.Livemode = true }), start)
	require.NoError(t, err)
	_, made := step.Customer()
	require.False(t, made)
	at := start.Add(time.Hour)
	step, err = step.After.Apply(checkout.Submit{Buyer: "address[city]=Oslo&custom_fields[0]=x&email=jenny@example.com&phone=123456789012345678901", Accepted: true}, at)
	require.NoError(t, err)
	c, made := step.Customer()
	require.True(t, made)
	require.Equal(t, intents.Customer{
		ID: step.After.Session.Customer(), Created: intents.TimeOf(at), Details: "address[city]=Oslo&email=jenny@example.com", Livemode: true,
	}, c)
	later, err := step.After.Apply(checkout.Update{Metadata: "a=b"}, at)
	require.NoError(t, err)
	_, made = later.Customer()
	require.False(t, made, "once")
	_, made = step.Then(later).Customer()
	require.True(t, made)
	accepted, _ := step.After.Session.Buyer.Get("terms_of_service")
	require.Equal(t, "accepted", accepted)
}

// TestPages: where the pages are, and where they lead.
func TestPages(t *testing.T) {
	s := must(t, checkout.Session{}, create(t, recoverable, with("cancel_url=https://example.com/{CHECKOUT_SESSION_ID}&page_url=http://127.0.0.1:12111")))
	require.Equal(t, "http://127.0.0.1:12111/c/pay/"+csID, s.URL())
	require.Equal(t, "https://example.com/success?session_id="+csID, s.SuccessURL())
	require.Equal(t, "https://example.com/{CHECKOUT_SESSION_ID}", s.CancelURL(), "not replaced")
	require.Empty(t, s.RecoveryURL())
	require.Zero(t, s.RecoveryExpiresAt())
	require.Equal(t, checkout.ViewForm, s.View(start.Add(24*time.Hour-time.Second)))
	require.Equal(t, checkout.ViewExpired, s.View(start.Add(24*time.Hour)))
	s = must(t, s, checkout.Expire{})
	require.Empty(t, s.URL())
	require.Equal(t, "http://127.0.0.1:12111/r/"+csID, s.RecoveryURL())
	require.Equal(t, intents.TimeOf(start.Add(30*24*time.Hour)), s.RecoveryExpiresAt())
	require.Equal(t, checkout.ViewExpired, s.View(start))
	zero := checkout.Session{}
	require.Equal(t, checkout.ViewNone, zero.View(start))
	require.Empty(t, zero.URL())
	for name, want := range map[string]checkout.UIMode{
		"": checkout.HostedPage, "hosted": checkout.HostedPage, "hosted_page": checkout.HostedPage, "embedded": checkout.EmbeddedPage,
		"embedded_page": checkout.EmbeddedPage, "custom": checkout.Elements, "elements": checkout.Elements,
	} {
		got, err := checkout.ParseUIMode(name)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err := checkout.ParseUIMode("popup")
	_, param, _ := refusal(err)
	require.Equal(t, "ui_mode", param)
}

// TestOptionsOfTheIntent: of payment_method_options an intent has those that are its own
// too; the others are the page's (SPEC, the parameters of the three).
func TestOptionsOfTheIntent(t *testing.T) {
	const in = "payment_method_options["
	given, err := intents.PairsOf(in+"acss_debit][currency]", "usd", in+"acss_debit][verification_method]", "instant",
		in+"card][request_three_d_secure]", "any", in+"card][restrictions][brands_blocked][0]", "visa", in+"card][setup_future_usage]", "on_session")
	require.NoError(t, err)
	options := with(given)
	of := func(details intents.Pairs) (names []string) {
		for name := range details.All() {
			if rest, ok := strings.CutPrefix(name, in); ok {
				names = append(names, rest)
			}
		}
		return names
	}
	bought := toldFlow(t, create(t, options), pay(t, "pm_card_visa"))
	require.Equal(t, []string{"acss_debit][verification_method]", "card][request_three_d_secure]", "card][setup_future_usage]"}, of(bought.Payment.Details))
	saved := toldFlow(t, createSetup(t, options))
	require.Equal(t, []string{"acss_debit][currency]", "acss_debit][verification_method]", "card][request_three_d_secure]"}, of(saved.Setup.Details))
	require.Len(t, of(saved.Session.Details), 5, "the session shows all of them")
}

// TestInstructed: a customer who left the page with instructions pays what they say, so
// neither the amount nor the payment method of the intent changes any more.
func TestInstructed(t *testing.T) {
	voucher := toldFlow(t, create(t, func(c *checkout.Create) {
		c.LineItems, c.PaymentMethodTypes = items(t, checkout.LineItem{Name: "Mug", Currency: "brl", UnitAmount: 1099, Quantity: 1}), intents.TypesOf(intents.Boleto)
	}), checkout.Submit{PaymentMethod: intents.PaymentMethod{ID: "pm_1", Type: intents.Boleto}})
	require.Equal(t, done, voucher.Session.Status)
	for _, c := range []paymentintent.Command{
		paymentintent.Update{Amount: intents.Some[int64](100)},
		paymentintent.Update{PaymentMethod: intents.Some(intents.PaymentMethod{})},
		paymentintent.Update{Details: "customer=cus_2"},
	} {
		_, err := voucher.ApplyPayment(c, start)
		class, param, _ := refusal(err)
		require.Equal(t, [2]string{"contents", "intent"}, [2]string{class, param}, c)
	}
	step, err := voucher.ApplyPayment(paymentintent.Update{Metadata: "order=6735"}, start)
	require.NoError(t, err)
	require.Equal(t, voucher.Session, step.After.Session)

	bank := toldFlow(t, createSetup(t, func(c *checkout.Create) {
		c.PaymentMethodTypes = intents.TypesOf(intents.USBankAccount)
		c.Details = c.Details.Merge("payment_method_options[us_bank_account][verification_method]=microdeposits")
	}), pay(t, "pm_usBankAccount_success"))
	require.Equal(t, done, bank.Session.Status)
	_, err = bank.ApplySetup(setupintent.Update{PaymentMethod: intents.Some(intents.PaymentMethod{})}, start)
	_, param, _ := refusal(err)
	require.Equal(t, "intent", param)
	step, err = bank.ApplySetup(setupintent.VerifyMicrodeposits{DescriptorCode: "SM11AA"}, start)
	require.NoError(t, err)
	step, err = step.After.ApplySetup(setupintent.Update{Details: "customer=cus_1"}, start) // REC-P10
	require.NoError(t, err)
	require.Equal(t, "cus_1", step.After.Setup.Customer())
}

// TestNestedUpdate: what the intent refuses of an update has the name that the caller gave it.
func TestNestedUpdate(t *testing.T) {
	f := toldFlow(t, create(t, onElements), pay(t, "pm_card_chargeDeclined"))
	for details, want := range map[intents.Pairs]string{
		"payment_intent_data[on_behalf_of]=acct_1": "payment_intent_data[on_behalf_of]",
		"payment_intent_data[capture_method]=":     "payment_intent_data[capture_method]",
	} {
		_, err := f.Apply(checkout.Update{Details: details}, start)
		_, param, _ := refusal(err)
		require.Equal(t, want, param)
	}
}

// TestRecoveredSecret: a copy has no client_secret of another session.
func TestRecoveredSecret(t *testing.T) {
	f := toldFlow(t, create(t, func(c *checkout.Create) {
		c.UIMode, c.Details = checkout.EmbeddedPage, "after_expiration[recovery][enabled]=true&client_secret=cs_test_1_secret_1&return_url=https://example.com"
	}), checkout.Expire{})
	c, err := checkout.Recovered(f.Session, "cs_test_2", start)
	require.NoError(t, err)
	_, given := c.Details.Get("client_secret")
	require.False(t, given)
}

// TestWhatTheFlowAsks: what the customer has to do and why the last attempt failed is
// the intent's to say, in both modes.
func TestWhatTheFlowAsks(t *testing.T) {
	items, err := checkout.NewLineItems(checkout.LineItem{Name: "T-shirt", Currency: "usd", UnitAmount: 1099, Quantity: 1})
	require.NoError(t, err)
	world := checkout.Processor{Payment: paymentintent.Simulator{}, Setup: setupintent.Simulator{}}
	for _, c := range []checkout.Create{
		{ID: "cs_test_1", Mode: checkout.Payment, LineItems: items, Details: "success_url=https://example.com"},
		{ID: "cs_test_2", Mode: checkout.Setup, Currency: "usd", Details: "success_url=https://example.com"},
	} {
		t.Run(string(c.Mode), func(t *testing.T) {
			step, err := checkout.Open(c, start)
			require.NoError(t, err)
			submit := func(id string) checkout.Flow {
				pm, ok := capture.TestPaymentMethod(id)
				require.True(t, ok)
				after, err := step.After.Apply(checkout.Submit{PaymentMethod: pm}, start)
				require.NoError(t, err)
				after, err = checkout.Answer(t.Context(), world, after, start)
				require.NoError(t, err)
				return after.After
			}
			require.Empty(t, step.After.NextAction())
			require.Empty(t, step.After.LastError())
			declined, asked := submit("pm_card_chargeDeclined"), submit("pm_card_threeDSecure2Required")
			require.Empty(t, declined.NextAction())
			require.Equal(t, "card_declined", declined.LastError().Code())
			require.NotEmpty(t, asked.NextAction().Type())
			require.Empty(t, asked.LastError())
		})
	}
}

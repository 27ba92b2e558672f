package setupintent_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/setupintent"
)

// A card is saved for later: created, confirmed, succeeded. The payment method is
// the customer's own from then on.
func Example() {
	ctx, now := context.Background(), time.Date(2025, time.November, 10, 18, 24, 43, 0, time.UTC)
	visa, _ := capture.TestPaymentMethod("pm_card_visa")

	t, err := setupintent.Chain(setupintent.Intent{}, now,
		setupintent.Create{ID: "seti_1", Details: "customer=cus_1"},
		setupintent.Confirm{PaymentMethod: visa},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	t, err = setupintent.Answer(ctx, setupintent.Simulator{}, t, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	pm, changed := t.PaymentMethod() // store it, and t.After, and publish t.Events
	fmt.Println(t.After.Status, pm.ID, pm.Customer, changed)
	// Output:
	// succeeded pm_card_visa cus_1 true
}

// The issuer wants the customer to authenticate (3D Secure). Later, the card is
// known off-session.
func ExampleSimulator() {
	ctx, now := context.Background(), time.Date(2025, time.November, 10, 18, 24, 43, 0, time.UTC)
	world := setupintent.Simulator{}
	card, _ := capture.TestPaymentMethod("pm_card_authenticationRequiredOnSetup")

	t, err := setupintent.Chain(setupintent.Intent{}, now,
		setupintent.Create{ID: "seti_1", Details: "customer=cus_1", PaymentMethod: card},
		setupintent.Confirm{Details: "return_url=https://example.com/done"},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	t, err = setupintent.Answer(ctx, world, t, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(t.After.Status, t.After.NextAction.Type(), "for ever:", len(t.Deferred) == 0)

	done, _ := world.Act(t.After) // the customer comes back
	t, err = setupintent.Apply(t.After, done, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	t, err = setupintent.Answer(ctx, world, t, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	pm, _ := t.PaymentMethod()
	const offSession = true
	fmt.Println(t.After.Status, "challenged off-session:", capture.BehaviourOf(card).Challenged(card, offSession), "then", capture.BehaviourOf(pm).Challenged(pm, offSession))
	// Output:
	// requires_action redirect_to_url for ever: true
	// succeeded challenged off-session: true then false
}

// A decline is no error: it is a transition, the failure is in the state, and the
// intent can be tried again.
func ExampleAnswer() {
	ctx, now := context.Background(), time.Date(2025, time.November, 10, 18, 24, 43, 0, time.UTC)
	t, err := setupintent.Apply(setupintent.Intent{}, setupintent.Create{ID: "seti_1"}, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, id := range []string{"pm_card_chargeDeclinedExpiredCard", "pm_card_visa"} {
		pm, _ := capture.TestPaymentMethod(id)
		t, err = setupintent.Apply(t.After, setupintent.Confirm{PaymentMethod: pm}, now)
		if err != nil {
			fmt.Println(err)
			return
		}
		t, err = setupintent.Answer(ctx, setupintent.Simulator{}, t, now)
		if err != nil {
			fmt.Println(err)
			return
		}
		attempt := t.Attempts()[0]
		fmt.Printf("%s %q: attempt %d %s\n", t.After.Status, t.After.LastSetupError.DeclineCode(), t.After.Attempts, attempt.Status)
	}
	// Output:
	// requires_payment_method "expired_card": attempt 1 failed
	// succeeded "": attempt 2 succeeded
}

// A bank account is verified by microdeposits. Wrong tries are counted, and the
// customer has ten days, which are deferred work.
func ExampleSimulator_Verify() {
	ctx, now := context.Background(), time.Date(2025, time.November, 10, 18, 24, 43, 0, time.UTC)
	world := setupintent.Simulator{}
	account, _ := capture.TestPaymentMethod("pm_usBankAccount_success")

	t, err := setupintent.Chain(setupintent.Intent{}, now,
		setupintent.Create{ID: "seti_1", PaymentMethod: account, PaymentMethodTypes: intents.TypesOf(intents.USBankAccount)},
		setupintent.Confirm{Details: "payment_method_options[us_bank_account][verification_method]=microdeposits"},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	t, err = setupintent.Answer(ctx, world, t, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(t.After.Status, t.Deferred[0].Kind, t.Deferred[0].NotBefore.Sub(t.After.Created))
	for _, code := range []string{"SM99ZZ", "SM11AA"} {
		t, err = setupintent.Apply(t.After, world.Verify([2]int64{}, code), now)
		if err != nil {
			fmt.Println(err)
			return
		}
		if e, ok := t.Events[0].(setupintent.VerificationFailed); ok {
			fmt.Println(e.Code, "left:", e.Left)
		}
	}
	fmt.Println(t.After.Status, t.After.Mandate != "")
	// Output:
	// requires_action action.lapse 240h0m0s
	// payment_method_microdeposit_verification_descriptor_code_mismatch left: 9
	// succeeded true
}

// A command leads on, or is refused with a typed error that says why.
func ExampleApply() {
	now := time.Date(2025, time.November, 10, 18, 24, 43, 0, time.UTC)
	t, err := setupintent.Apply(setupintent.Intent{}, setupintent.Create{ID: "seti_1", Owner: "cs_1"}, now)
	fmt.Println(t.After.Status, t.Events[0].Name(), err)

	_, err = setupintent.Apply(t.After, setupintent.VerifyMicrodeposits{DescriptorCode: "SM11AA"}, now)
	if refused, ok := errors.AsType[*intents.StateError](err); ok {
		fmt.Println(refused.Code, "allowed in", refused.Allowed)
	}
	_, err = setupintent.Apply(t.After, setupintent.Cancel{}, now)
	if invalid, ok := errors.AsType[*intents.InvalidError](err); ok {
		fmt.Println(invalid.Code, invalid.Param)
	}
	// Output:
	// requires_payment_method setup_intent.created <nil>
	// intent_invalid_state allowed in [requires_action]
	// setup_intent_unexpected_state intent
}

// Several attempts are joined into one transition, which tells of each.
func ExampleTransition_Attempts() {
	now := time.Date(2025, time.November, 10, 18, 24, 43, 0, time.UTC)
	visa, _ := capture.TestPaymentMethod("pm_card_visa")
	action, _ := intents.NewNextAction("use_stripe_sdk")
	t, err := setupintent.Chain(setupintent.Intent{}, now,
		setupintent.Create{ID: "seti_1"}, setupintent.Confirm{PaymentMethod: visa}, setupintent.Challenge{NextAction: action},
		setupintent.Confirm{}, setupintent.Approve{},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range t.Attempts() {
		fmt.Println(a.Status)
	}
	// Output:
	// abandoned
	// succeeded
}

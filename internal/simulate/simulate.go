// Package simulate is what the simulators of the machines have in common: how long
// things take, what customers are asked, and what Stripe's test values for
// microdeposits mean. What a test payment method does is in package capture.
package simulate

import (
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
)

// Draw returns a number from 0 to n-1; a nil Chooser draws 0.
func Draw(c capture.Chooser, n int) int {
	if c == nil {
		return 0
	}
	return c.IntN(n)
}

// Between draws a delay of whole seconds.
func Between(c capture.Chooser, least, most time.Duration) time.Duration {
	return least + time.Duration(Draw(c, int((most-least)/time.Second)+1))*time.Second
}

// DebitDelay is how long a bank debit takes: days, or in the test methods that
// are named so at least three minutes.
func DebitDelay(c capture.Chooser, b capture.Behaviour) time.Duration {
	if b.Slow {
		return Between(c, 3*time.Minute, 10*time.Minute)
	}
	return Between(c, 24*time.Hour, 4*24*time.Hour)
}

// Details that say how a customer is asked.
const (
	keyReturnURL    = "return_url"
	keyUseStripeSDK = "use_stripe_sdk"
)

// ThreeDSecure is the action of a card: a redirect where a return_url is given
// and the client is not said to use Stripe's SDK (OBS-AM, REC-T, REC-P10).
func ThreeDSecure(id string, details intents.Pairs) intents.NextAction {
	url, _ := details.Get(keyReturnURL)
	if sdk, _ := details.Get(keyUseStripeSDK); url != "" && sdk != "true" {
		return Action(id, details, "redirect_to_url")
	}
	a, _ := intents.NewNextAction("use_stripe_sdk", "source", "payatt_"+id)
	return a
}

// Action is an action of any other type.
func Action(id string, details intents.Pairs, kind string) intents.NextAction {
	kv := []string{"url", "https://hooks.stripe.com/redirect/authenticate/" + id}
	if u, _ := details.Get(keyReturnURL); u != "" {
		kv = append(kv, "return_url", u)
	}
	a, _ := intents.NewNextAction(kind, kv...)
	return a
}

// MicrodepositWindow is how long a customer has to verify microdeposits (DOC-ACH).
const MicrodepositWindow = 10 * 24 * time.Hour

// Microdeposits is the action of an account that is not verified, from a time on.
// Kind is amounts or descriptor_code.
func Microdeposits(id string, from intents.Time, kind string) intents.NextAction {
	arrival := from.Add(2 * 24 * time.Hour)
	a, _ := intents.NewNextAction("verify_with_microdeposits", "arrival_date", arrival.Time().Format("2006-01-02"),
		"hosted_verification_url", "https://payments.stripe.com/microdeposit/"+id, "microdeposit_type", kind)
	return a
}

// ActionWindow is how long a customer has: vouchers days, redirects and codes a
// day or an hour, all of them the simulation's own choice; a bank transfer and a 3DS
// challenge do not run out by themselves.
func ActionWindow(kind string) time.Duration {
	switch kind {
	case "oxxo_display_details", "boleto_display_details", "konbini_display_details":
		return 3 * 24 * time.Hour
	case "multibanco_display_details":
		return 7 * 24 * time.Hour
	case "redirect_to_url":
		return 24 * time.Hour
	}
	return time.Hour
}

// Verification returns the outcome that Stripe's test values of microdeposits have:
// 32 and 45 or SM11AA match, 10 and 11 or SM33CC were tried too often, 40 and 41 or
// SM44DD are too late, all others do not match.
func Verification(amounts [2]int64, code string) intents.Verification {
	if amounts[0] > amounts[1] {
		amounts[0], amounts[1] = amounts[1], amounts[0]
	}
	switch {
	case code == "SM11AA", amounts == [2]int64{32, 45}:
		return intents.Verified
	case code == "SM33CC", amounts == [2]int64{10, 11}:
		return intents.Exhausted
	case code == "SM44DD", amounts == [2]int64{40, 41}:
		return intents.TimedOut
	}
	return intents.Mismatched
}

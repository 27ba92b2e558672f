// Package conformance asks Stripe's own artefacts whether they accept what package
// webhook renders: the OpenAPI that Stripe publishes, in the release that stripe-mock
// carries, and the types and the verification of stripe-go.
//
// It asks them about every state that the machines can reach in the small worlds of
// their model checkers, every event on the way, and every payment method there is.
// It holds only tests; the README says what they count.
package conformance

// Package fakestripe is a Stripe in one process: this library's machines behind
// Stripe's own HTTP shape. Official clients, curl commands of Stripe's pages and
// test suites use it offline, in virtual or real time. It is stateful: what one
// request makes, another finds, and the webhooks tell.
//
//	server := httptest.NewServer(fakestripe.New(fakestripe.Options{}))
//
// # A thin shell
//
// Parsing, ids, rows, routes and rendering are here. Every rule about statuses and
// money is a machine's, in packages paymentintent, setupintent, checkout and capture;
// what is rendered comes from package webhook, deliveries from webhook/delivery and
// idempotency keys from webhook/idempotency.
//
// A request is a transaction. Its handler reads rows, gives a machine commands and
// writes rows, events and owed work; all of it is committed in one step of the
// [Store], or, when anything is refused, none of it. Requests that write wait for each
// other, so no machine sees a state that another request is changing.
//
// # Time
//
// Virtual time stands still until [Server.Advance] moves it, by way of
// POST /__clock/advance too, and does on the way what is due: ledger entries,
// expiries, debits that come through, webhooks that are tried again. What is due at
// once, such as the first attempt of a webhook, is done at once, in the background.
// In real time a timer does all that.
//
// # The outside world
//
// Issuers, rails and customers are the simulators of the machines, which treat
// Stripe's test payment methods as Stripe documents. [Server.Act], by way of
// POST /__act too, plays a customer that an intent waits for. [Faults] make the wire
// unreliable.
//
// # Accounts and keys
//
// There is one account, in test mode. Any key of the form sk_test_… or rk_test_… is
// its own, and pk_test_… is a client's, which sees an intent only with its
// client_secret.
package fakestripe

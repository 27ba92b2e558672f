// Package page is what a person sees of fakestripe: the hosted Checkout page, where a
// customer pays or saves a card, and the dashboard, where a developer sees what came
// of it.
//
// A page is a function of a state and a time, as a machine is: nothing is kept here,
// and opening or leaving a page changes nothing. What a button does is a command to a
// machine, which the server's [Backend] carries out and stores as one; what the machine
// refuses is shown at the field that it names. So there is no rule about statuses or
// money here, but for what a form must look like before it can be sent.
//
// All pages work without JavaScript. Scripts only save a reload: they carry a nonce,
// and the Content-Security-Policy of each answer lets nothing else run or load. A form
// carries a token that is bound to what it is about, and a request that another site
// began is refused.
package page

package fakestripe

import (
	"net/http"
	"strconv"
	"strings"
)

// handler answers a request in a transaction. With an error nothing is written.
type handler func(x *tx, r *request) (reply, error)

// route is one line of the table of what the API has.
type route struct {
	method, pattern string
	handle          handler
	// client: it takes a publishable key too.
	client bool
}

// routes is the table of the API.
//
//nolint:gochecknoglobals // read-only data
var routes = []route{
	{"POST", "/v1/payment_intents", createPayment, false},
	{"GET", "/v1/payment_intents", listPayments, false},
	{"GET", "/v1/payment_intents/search", searchPayments, false},
	{"GET", "/v1/payment_intents/{intent}", retrievePayment, true},
	{"POST", "/v1/payment_intents/{intent}", updatePayment, false},
	{"POST", "/v1/payment_intents/{intent}/confirm", confirmPayment, true},
	{"POST", "/v1/payment_intents/{intent}/capture", capturePayment, false},
	{"POST", "/v1/payment_intents/{intent}/cancel", cancelPayment, false},
	{"POST", "/v1/payment_intents/{intent}/increment_authorization", incrementPayment, false},
	{"POST", "/v1/payment_intents/{intent}/verify_microdeposits", verifyPayment, true},
	{"POST", "/v1/payment_intents/{intent}/apply_customer_balance", applyBalance, false},

	{"POST", "/v1/setup_intents", createSetup, false},
	{"GET", "/v1/setup_intents", listSetups, false},
	{"GET", "/v1/setup_intents/{intent}", retrieveSetup, true},
	{"POST", "/v1/setup_intents/{intent}", updateSetup, false},
	{"POST", "/v1/setup_intents/{intent}/confirm", confirmSetup, true},
	{"POST", "/v1/setup_intents/{intent}/cancel", cancelSetup, false},
	{"POST", "/v1/setup_intents/{intent}/verify_microdeposits", verifySetup, true},
	{"GET", "/v1/setup_attempts", listAttempts, false},
	{"GET", "/v1/mandates/{mandate}", retrieveMandate, false},

	{"POST", "/v1/checkout/sessions", createSession, false},
	{"GET", "/v1/checkout/sessions", listSessions, false},
	{"GET", "/v1/checkout/sessions/{session}", retrieveSession, false},
	{"POST", "/v1/checkout/sessions/{session}", updateSession, false},
	{"POST", "/v1/checkout/sessions/{session}/expire", expireSession, false},
	{"GET", "/v1/checkout/sessions/{session}/line_items", listLineItems, false},
	{"GET", "/v1/payment_pages/{session}", retrievePage, true},
	{"POST", "/v1/payment_pages/{session}/confirm", confirmPage, true},

	{"POST", "/v1/payment_methods", createMethod, true},
	{"GET", "/v1/payment_methods", listMethods, false},
	{"GET", "/v1/payment_methods/{payment_method}", retrieveMethod, false},
	{"POST", "/v1/payment_methods/{payment_method}", updateMethod, false},
	{"POST", "/v1/payment_methods/{payment_method}/attach", attachMethod, false},
	{"POST", "/v1/payment_methods/{payment_method}/detach", detachMethod, false},
	{"POST", "/v1/tokens", createToken, true},
	{"GET", "/v1/tokens/{token}", retrieveToken, false},
	{"POST", "/v1/confirmation_tokens", createConfirmationToken, true},
	{"POST", "/v1/test_helpers/confirmation_tokens", createConfirmationToken, false},
	{"GET", "/v1/confirmation_tokens/{confirmation_token}", retrieveConfirmationToken, true},

	{"POST", "/v1/customers", createCustomer, false},
	{"GET", "/v1/customers", listCustomers, false},
	{"GET", "/v1/customers/{customer}", retrieveCustomer, false},
	{"POST", "/v1/customers/{customer}", updateCustomer, false},
	{"DELETE", "/v1/customers/{customer}", deleteCustomer, false},
	{"GET", "/v1/customers/{customer}/payment_methods", listCustomerMethods, false},
	{"GET", "/v1/customers/{customer}/payment_methods/{payment_method}", retrieveCustomerMethod, false},
	{"GET", "/v1/customers/{customer}/cash_balance", retrieveCash, false},

	{"POST", "/v1/charges", createCharge, false},
	{"GET", "/v1/charges", listCharges, false},
	{"GET", "/v1/charges/{charge}", retrieveCharge, false},
	{"POST", "/v1/charges/{charge}", updateCharge, false},
	{"POST", "/v1/charges/{charge}/capture", captureCharge, false},
	{"GET", "/v1/charges/{charge}/refunds", listChargeRefunds, false},
	{"POST", "/v1/charges/{charge}/refunds", refundCharge, false},
	{"POST", "/v1/refunds", createRefund, false},
	{"GET", "/v1/refunds", listRefunds, false},
	{"GET", "/v1/refunds/{refund}", retrieveRefund, false},
	{"POST", "/v1/refunds/{refund}", updateRefund, false},
	{"POST", "/v1/refunds/{refund}/cancel", cancelRefund, false},
	{"GET", "/v1/disputes", listDisputes, false},
	{"GET", "/v1/disputes/{dispute}", retrieveDispute, false},
	{"GET", "/v1/balance_transactions", listLedger, false},
	{"GET", "/v1/balance_transactions/{transaction}", retrieveLedger, false},
	{"GET", "/v1/transfers", listTransfers, false},
	{"GET", "/v1/transfers/{transfer}", retrieveTransfer, false},
	{"GET", "/v1/application_fees", listFees, false},
	{"GET", "/v1/application_fees/{fee}", retrieveFee, false},

	{"POST", "/v1/products", createProduct, false},
	{"GET", "/v1/products", listProducts, false},
	{"GET", "/v1/products/{product}", retrieveProduct, false},
	{"POST", "/v1/products/{product}", updateProduct, false},
	{"DELETE", "/v1/products/{product}", deleteProduct, false},
	{"POST", "/v1/prices", createPrice, false},
	{"GET", "/v1/prices", listPrices, false},
	{"GET", "/v1/prices/{price}", retrievePrice, false},
	{"POST", "/v1/prices/{price}", updatePrice, false},

	{"GET", "/v1/events", listEvents, false},
	{"GET", "/v1/events/{event}", retrieveEvent, false},
	{"POST", "/v1/webhook_endpoints", createEndpoint, false},
	{"GET", "/v1/webhook_endpoints", listEndpoints, false},
	{"GET", "/v1/webhook_endpoints/{webhook_endpoint}", retrieveEndpoint, false},
	{"POST", "/v1/webhook_endpoints/{webhook_endpoint}", updateEndpoint, false},
	{"DELETE", "/v1/webhook_endpoints/{webhook_endpoint}", deleteEndpoint, false},

	{"POST", "/v1/test_helpers/customers/{customer}/fund_cash_balance", fundCash, false},
	{"POST", "/v1/test_helpers/refunds/{refund}/expire", expireRefund, false},
	{"POST", "/v1/test_helpers/charges/{charge}/expire", expireCharge, false},
}

// Routes returns the method and the pattern of every route of the API, in the
// table's order.
func Routes() [][2]string {
	list := make([][2]string, 0, len(routes))
	for _, rt := range routes {
		list = append(list, [2]string{rt.method, rt.pattern})
	}
	return list
}

// byLength are the routes by method and the number of their segments. Within
// one, a route with a name goes before one with a variable in its place.
//
//nolint:gochecknoglobals // read-only data
var byLength = func() map[string][]*route {
	m := map[string][]*route{}
	for i := range routes {
		rt := &routes[i]
		key := routeKey(rt.method, rt.pattern)
		m[key] = append(m[key], rt)
	}
	return m
}()

func routeKey(method, path string) string {
	return method + " " + strconv.Itoa(strings.Count(path, "/"))
}

// route finds the route of a request.
func (s *Server) route(r *request) (*route, error) {
	for _, rt := range byLength[routeKey(r.method, r.path)] {
		vars, ok := match(rt.pattern, r.path)
		if !ok {
			continue
		}
		r.vars = vars
		if r.publishable && !rt.client {
			return nil, &apiError{
				status: http.StatusUnauthorized, kind: typeInvalid, code: "secret_key_required",
				message: "This API call cannot be made with a publishable API key. Please use a secret API key. You can find a list of your API keys at https://dashboard.stripe.com/account/apikeys.",
			}
		}
		return rt, nil
	}
	return nil, invalidRequest(http.StatusNotFound, "Unrecognized request URL ("+strings.ToValidUTF8(r.method+": "+r.path, "\uFFFD")+
		"). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.")
}

// match returns what a path has in the place of a pattern's variables.
func match(pattern, path string) (vars []string, ok bool) {
	for pattern != "" {
		want, moreWanted, _ := strings.Cut(pattern[1:], "/")
		got, more, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
		switch {
		case strings.HasPrefix(want, "{"):
			if got == "" {
				return nil, false
			}
			vars = append(vars, strings.ToValidUTF8(got, "\uFFFD"))
		case want != got:
			return nil, false
		}
		if pattern, path = moreWanted, more; pattern != "" {
			pattern = "/" + pattern
		}
	}
	return vars, true
}

// run executes a request. What it changes is committed with it, and so is the state of
// its idempotency key, which finish adds; with a refusal that state alone.
func (s *Server) run(r *request, rt *route, finish func(x *tx, rep reply, err error)) (reply, error) {
	if r.method == http.MethodGet {
		s.mu.RLock()
		defer s.mu.RUnlock()
	} else {
		s.lock()
		defer s.mu.Unlock()
	}
	x := s.tx(r)
	var rep reply
	var err error
	rep = s.safely(r, func() reply {
		var rep reply
		if rep, err = rt.handle(x, r); x.err != nil {
			err = x.err // what was not found may be there
		}
		if err == nil && rep.status == http.StatusOK {
			rep.body, err = x.expanded(rep.body, r.expand)
		}
		if err != nil {
			rep = s.refusal(r, err)
		}
		return rep
	})
	if rep.status >= http.StatusInternalServerError && err == nil {
		err = errPanic
	}
	if err != nil {
		x = s.tx(r) // nothing of what was done is kept
	}
	if finish != nil {
		finish(x, rep, err)
	}
	if len(x.changes) == 0 {
		return rep, err
	}
	if failed := x.commit(); failed != nil {
		if finish != nil {
			again := s.tx(r)
			finish(again, s.refusal(r, failed), failed)
			_ = again.commit() // the store has failed once; the key may stay in use
		}
		return s.refusal(r, failed), failed
	}
	s.changed(x)
	return rep, err
}

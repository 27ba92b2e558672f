package page

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/setupintent"
)

// challenge is the page on which a customer does what next_action asks. Where that is
// done elsewhere, at a bank or in a shop, a button plays the customer who does it.
type challenge struct {
	head
	order
	Action, Token, Alert string
	Asks                 asks
	Paying               string // what is paid or saved, in words
	With                 string // the payment method, in words
	Return, Home         string // where the customer may go meanwhile, or empty
}

// asks is a next_action in words.
type asks struct {
	Kind, Title, Text string
	Rows              []row
	Code              string // a code to scan or to show, or empty
	Complete, Fail    string // the buttons
	Microdeposits     string // amounts, descriptor_code, or empty
}

type row struct{ Label, Value string }

// actionOf returns what the customer of a flow is asked.
func actionOf(f *checkout.Flow) (a intents.NextAction, pm intents.PaymentMethod) {
	if f.Session.Mode == checkout.Setup {
		return f.Setup.NextAction, f.Setup.PaymentMethod
	}
	return f.Payment.NextAction, f.Payment.PaymentMethod
}

// ask puts a next_action into words.
func ask(a intents.NextAction, pm intents.PaymentMethod) asks {
	x := asks{Kind: a.Type(), Complete: "Complete", Fail: "Fail"}
	switch kind := a.Type(); {
	case (kind == "redirect_to_url" || kind == "use_stripe_sdk") && pm.Type == intents.Card:
		x.Title = "Confirm it’s you"
		x.Text = "Your bank wants to make sure that this is you. In test mode, you say what becomes of the challenge."
		x.Complete, x.Fail = "Complete authentication", "Fail authentication"
	case kind == "verify_with_microdeposits":
		x.Title = "Verify your bank account"
		x.Text = "A small deposit is on its way to your account. Come back when it has arrived, and say what your statement shows."
		x.Microdeposits, _ = a.Get("microdeposit_type")
		x.Complete, x.Fail = "Verify", ""
	case kind == "display_bank_transfer_instructions":
		x.Title, x.Text = "Send a bank transfer", "Your order is paid as soon as the money arrives."
		x.Complete, x.Fail = "Send the money", ""
	case strings.HasSuffix(kind, "_display_details"):
		x.Title, x.Text = "Pay with your "+label(pm.Type)+" voucher", "Take this to a shop or a bank. Your order is paid when the money arrives."
		x.Complete, x.Fail = "Pay the voucher", "Let it lapse"
	case strings.Contains(kind, "qr_code"):
		x.Title, x.Text = "Scan to pay with "+label(pm.Type), "Scan the code with your app. In test mode, the code is the text below, and you say what becomes of it."
		x.Complete, x.Fail = "Approve in the app", "Decline in the app"
	case kind == "blik_authorize":
		x.Title, x.Text = "Confirm in your bank’s app", "Your bank has sent a request to your phone."
		x.Complete, x.Fail = "Confirm in the app", "Refuse in the app"
	default:
		x.Title, x.Text = "Continue with "+label(pm.Type), "This is where "+label(pm.Type)+" asks you to approve. In test mode, you say what becomes of it."
		x.Complete, x.Fail = "Authorize test payment", "Fail test payment"
	}
	x.rows(a)
	return x
}

// rows shows the fields of an action as they are.
func (x *asks) rows(a intents.NextAction) {
	for key, value := range intents.Pairs(a).All() {
		switch {
		case key == "type" || key == "return_url" || key == "microdeposit_type" || key == "source":
		case key == "url" && strings.Contains(x.Kind, "qr_code"):
			x.Code = value
		case key == "url" && (x.Kind == "redirect_to_url" || strings.HasSuffix(x.Kind, "_redirect")):
		case key == "hosted_verification_url":
		default:
			x.Rows = append(x.Rows, row{strings.ToUpper(key[:1]) + words(key[1:]), value})
		}
	}
}

// with names a payment method: Visa •••• 4242.
func with(pm intents.PaymentMethod) string {
	name := label(pm.Type)
	if brand, _ := pm.Details.Get("brand"); brand != "" {
		name = brandName(brand)
	}
	if last4, _ := pm.Details.Get("last4"); last4 != "" {
		name += " •••• " + last4
	}
	return name
}

// challenge shows the page.
func (p *pages) challenge(w http.ResponseWriter, r *http.Request) {
	if f, ok := p.load(w, r); ok {
		p.asks(w, http.StatusOK, &f, "")
	}
}

func (p *pages) asks(w http.ResponseWriter, status int, f *checkout.Flow, alert string) {
	s := &f.Session
	if view := s.View(p.b.Now()); !asked(f) || view != checkout.ViewForm && view != checkout.ViewFinished {
		leave(w, path(s.ID)) // it was done, in another tab or by time
		return
	}
	a, pm := actionOf(f)
	v := challenge{order: orderOf(s), Action: path(s.ID) + "/challenge", Token: p.token("act/" + s.ID), Alert: alert, Asks: ask(a, pm), With: with(pm)}
	v.Paying = "Save for " + v.Merchant
	if s.Mode == checkout.Payment {
		v.Paying = v.Amount + " to " + v.Merchant
	}
	v.Home = path(s.ID)
	if s.Status == checkout.StatusComplete {
		v.Return, v.Home = webURL(s.SuccessURL()), ""
	}
	v.head = p.head(v.Asks.Title+" · "+v.Merchant, "", accent(s))
	p.write(w, status, "challenge", v.Nonce, v, targets(s.SuccessURL())...)
}

// act is a button of the page.
func (p *pages) act(w http.ResponseWriter, r *http.Request) {
	f, ok := p.load(w, r)
	if !ok {
		return
	}
	values, err := p.shell.form(w, r, "act/"+f.Session.ID)
	if err != nil {
		p.refuse(w, err)
		return
	}
	does := acting{does: values.Get("do"), code: strings.ToUpper(strings.TrimSpace(values.Get("code")))}
	for i, name := range []string{"amount1", "amount2"} {
		does.amounts[i], _ = strconv.ParseInt(strings.TrimSpace(values.Get(name)), 10, 64)
	}
	after, err := p.b.Visit(r.Context(), f.Session.ID, does.step)
	var state *intents.StateError
	var bad *intents.InvalidError
	switch {
	case errors.As(err, &state), errors.Is(err, errNothing):
		leave(w, path(f.Session.ID)) // somebody was faster
	case errors.As(err, &bad) && bad.Code != intents.CodeCorruptState:
		if bad.Param == "expires_at" {
			leave(w, path(f.Session.ID))
			return
		}
		p.asks(w, http.StatusUnprocessableEntity, &f, bad.Message)
	case err != nil:
		p.fault(w)
	case does.does == verifies && asked(&after):
		p.asks(w, http.StatusUnprocessableEntity, &after, mismatch)
	default:
		leave(w, next(&f, &after))
	}
}

// mismatch is what the customer reads whose microdeposits do not match.
const mismatch = "That is not what was sent to your account. Look again: you have only a few tries."

// The values of the buttons.
const (
	completes = "complete"
	fails     = "fail"
	verifies  = "verify"
)

// acting is what a customer does about a next_action.
type acting struct {
	does, code string
	amounts    [2]int64
}

// errNothing says that a button has no meaning for the action.
var errNothing = errors.New("there is nothing to do")

// step turns it into a step of the flow.
func (a acting) step(f checkout.Flow, now time.Time) (checkout.Step, error) {
	if f.Session.Mode == checkout.Setup {
		c, ok := a.setup(f.Setup)
		if !ok {
			return checkout.Step{}, errNothing
		}
		return f.ApplySetup(c, now)
	}
	c, ok := a.payment(f.Payment)
	if !ok {
		return checkout.Step{}, errNothing
	}
	return f.ApplyPayment(c, now)
}

func (a acting) payment(s paymentintent.Intent) (paymentintent.Command, bool) {
	var m paymentintent.Simulator
	switch {
	case s.Status != paymentintent.StatusRequiresAction:
		return nil, false
	case a.does == fails:
		return paymentintent.FailAction{}, true
	case a.does == verifies:
		return m.Verify(a.amounts, a.code), true
	}
	return m.Act(s)
}

func (a acting) setup(s setupintent.Intent) (setupintent.Command, bool) {
	var m setupintent.Simulator
	switch {
	case s.Status != setupintent.StatusRequiresAction:
		return nil, false
	case a.does == fails:
		return setupintent.FailAction{}, true
	case a.does == verifies:
		return m.Verify(a.amounts, a.code), true
	}
	return m.Act(s)
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/examples/internal/form"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/webhook"
)

// The sides of the story.
const (
	merchant = "merchant"
	customer = "customer"
	api      = "stripe"
	endpoint = "webhook"
)

const (
	takesAWhile = 20 * time.Second
	month       = 30 * 24 * time.Hour
	successURL  = "https://example.com/success?session_id={CHECKOUT_SESSION_ID}"
	secret      = "whsec_savecard" //nolint:gosec // a secret of a story is none
)

// story is the merchant's side, and who tells all of it.
type story struct {
	*stripe
	options
	out   io.Writer
	begun time.Time
	mux   webhook.Mux
	// saved is the merchant's own table: the payment method of each session that
	// its customer completed.
	saved map[string]string
	seen  map[string]bool // events that the endpoint has handled
}

// tell tells the story.
func tell(ctx context.Context, o options, out io.Writer) error {
	begun := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	s := &story{stripe: newStripe(begun, o.version), options: o, out: out, begun: begun, saved: map[string]string{}, seen: map[string]bool{}}
	if err := s.mux.HandleFunc("checkout.session.completed", s.completed); err != nil {
		return err
	}
	if err := s.mux.HandleFunc("checkout.session.expired", s.expired); err != nil {
		return err
	}
	fmt.Fprintf(out, "%-12s %-9s %s\n", "time", "who", "what")

	s.chapter("A card is saved")
	jenny := ""
	if o.known {
		c, err := s.newCustomer()
		if err != nil {
			return err
		}
		jenny = c
	}
	saved, err := s.save(ctx, jenny, visits[o.customer])
	if err != nil || saved == "" {
		return err
	}
	if jenny == "" {
		s.chapter("It becomes the customer's")
		if jenny, err = s.newCustomer(); err != nil {
			return err
		}
		if err := s.attachTo(ctx, saved, jenny); err != nil {
			return err
		}
	}
	s.chapter("A month later: a charge without the customer")
	if err := s.later(ctx, month); err != nil {
		return err
	}
	if _, err := s.charge(ctx, jenny, saved); err != nil {
		return err
	}
	return s.wanted(ctx, jenny)
}

// wanted is the second half: a card whose bank wants its customer back.
func (s *story) wanted(ctx context.Context, jenny string) error {
	s.chapter("Another card, whose bank always asks")
	second, err := s.save(ctx, jenny, visit{cards: []string{alwaysAsks}})
	if err != nil {
		return err
	}
	s.chapter("A month later: the bank wants its customer back")
	if err := s.later(ctx, month); err != nil {
		return err
	}
	failed, err := s.charge(ctx, jenny, second)
	if err != nil {
		return err
	}
	s.chapter("Recovery: a session in payment mode")
	return s.recover(ctx, jenny, failed)
}

// save opens a session in setup mode and lets a customer come. It returns the id of
// the payment method that the merchant has come to know, or "".
func (s *story) save(ctx context.Context, jenny string, v visit) (string, error) {
	params := []string{"mode=setup", "currency=usd"}
	if jenny != "" {
		params = append(params, "customer="+jenny)
	}
	session, err := s.open(ctx, append(params, "success_url="+successURL)...)
	if err != nil {
		return "", err
	}
	redirect, err := s.browse(ctx, session, v)
	if err != nil {
		return "", err
	}
	// The page waits for the endpoint's answer before it redirects (DOC-FULFILL).
	if err := s.later(ctx, 0); err != nil {
		return "", err
	}
	switch {
	case redirect != "":
		s.say(customer, "is sent to %s", redirect)
		if err := s.again(ctx, session); err != nil {
			return "", err
		}
		s.say(merchant, "GET /v1/checkout/sessions/%s -d \"expand[]=setup_intent\"", session)
		s.object(s.sessionObject(session, true))
		return s.flows[session].Setup.PaymentMethod.ID, nil
	case s.saved[session] != "":
		s.say(merchant, "never saw the success page, and knows all the same: the webhook has saved the day")
		return s.saved[session], nil
	}
	s.say(merchant, "hears nothing; the session stays open until %s", s.flows[session].Session.ExpiresAt.Time().Format(time.DateTime))
	if err := s.later(ctx, 24*time.Hour); err != nil {
		return "", err
	}
	s.object(s.sessionObject(session, true))
	return "", nil
}

// charge is the off-session payment of the page.
func (s *story) charge(ctx context.Context, jenny, pm string) (paymentintent.Transition, error) {
	f := s.request("/v1/payment_intents", "amount=1099", "currency=usd", "customer="+jenny, "payment_method="+pm, "off_session=true", "confirm=true")
	t, err := s.createPayment(ctx, f)
	if err != nil {
		return paymentintent.Transition{}, err
	}
	if code, body, failed := webhook.Declined(t, webhook.ErrorContext{Version: s.options.version}); failed {
		s.say(api, "HTTP %d", code)
		s.object(body)
	} else {
		s.say(api, "HTTP 200")
		s.object(webhook.PaymentIntent{Intent: t.After}.AppendJSON(nil, s.options.version))
	}
	return t, s.later(ctx, 0)
}

// recover brings the customer back on the page, with a session of its own.
func (s *story) recover(ctx context.Context, jenny string, failed paymentintent.Transition) error {
	s.say(merchant, "writes to the customer: please come back and pay")
	session, err := s.open(ctx, "customer="+jenny, "line_items[0][price_data][currency]=usd", "line_items[0][price_data][product_data][name]=T-shirt",
		"line_items[0][price_data][unit_amount]=1099", "line_items[0][quantity]=1", "mode=payment", "success_url="+successURL)
	if err != nil {
		return err
	}
	redirect, err := s.browse(ctx, session, visit{cards: []string{alwaysAsks}})
	if err != nil {
		return err
	}
	if err := s.later(ctx, 0); err != nil {
		return err
	}
	s.say(customer, "is sent to %s", redirect)
	s.say(merchant, "GET /v1/checkout/sessions/%s", session)
	s.object(s.sessionObject(session, false))

	// The payment that failed would wait for ever.
	s.say(merchant, "POST /v1/payment_intents/%s/cancel -d cancellation_reason=abandoned", failed.After.ID)
	pi, err := s.cancelPayment(failed.After.ID)
	if err != nil {
		return err
	}
	s.object(webhook.PaymentIntent{Intent: pi}.AppendJSON(nil, s.options.version))
	if err := s.later(ctx, 0); err != nil {
		return err
	}
	s.chapter("The end")
	f := s.flows[session]
	s.say(merchant, "session %s: %s, %s; payment %s: %s; the one that failed: %s", f.Session.ID, f.Session.Status, f.Session.PaymentStatus, f.Payment.ID, f.Payment.Status, pi.Status)
	return nil
}

func (s *story) newCustomer() (string, error) {
	s.request("/v1/customers", "email=jenny@example.com", "name=Jenny Rosen")
	c, err := s.createCustomer("email=jenny@example.com&name=Jenny Rosen")
	if err != nil {
		return "", err
	}
	s.say(api, "HTTP 200 %s", c.ID)
	return c.ID, nil
}

func (s *story) attachTo(ctx context.Context, pm, jenny string) error {
	s.request("/v1/payment_methods/"+pm+"/attach", "customer="+jenny)
	got, err := s.attach(pm, jenny)
	if err != nil {
		return err
	}
	s.say(api, "HTTP 200 %s is %s's", got.ID, got.Customer)
	return s.later(ctx, 0)
}

// open is a request for a session, and its reply.
func (s *story) open(ctx context.Context, params ...string) (string, error) {
	session, err := s.openSession(s.request("/v1/checkout/sessions", params...))
	if err != nil {
		return "", err
	}
	s.say(api, "HTTP 200")
	s.object(s.sessionObject(session.ID, false))
	return session.ID, s.later(ctx, 0)
}

// sessionObject returns a session as the API replies it.
func (s *story) sessionObject(id string, expand bool) []byte {
	f := s.flows[id]
	o := webhook.CheckoutSession{Flow: f}
	if expand {
		o.Expand = webhook.ExpandSetupIntent
	}
	return o.AppendJSON(nil, s.options.version)
}

// request prints a request as curl would send it.
func (s *story) request(path string, params ...string) form.Form {
	var f form.Form
	s.say(merchant, "POST %s", path)
	for _, p := range params {
		s.more("-d %s", p)
		key, value, _ := strings.Cut(p, "=")
		f = append(f, form.Param{Key: key, Value: value})
	}
	return f
}

// later lets time pass, and does what is due meanwhile.
func (s *story) later(ctx context.Context, d time.Duration) error {
	return s.world.Run(ctx, s.world.Now().Add(d), s.do)
}

// do does one piece of work of the world: an event arrives, or stripe works.
func (s *story) do(ctx context.Context, d intents.Deferred) error {
	if d.Kind != eventDelivered {
		return s.work(ctx, d)
	}
	e := s.events[d.Subject]
	now := s.world.Now()
	body := e.Render(s.options.version)
	return s.receive(ctx, body, webhook.Sign(body, intents.TimeOf(now), secret), now)
}

// receive is the merchant's endpoint.
func (s *story) receive(ctx context.Context, body []byte, header string, now time.Time) error {
	e, err := webhook.Open(body, header, now, webhook.DefaultTolerance, secret)
	if err != nil {
		return err
	}
	s.say(endpoint, "%s %s", e.Type, summary(body))
	if s.seen[e.ID] { // at least once, so perhaps twice
		return nil
	}
	if err := s.mux.HandleEvent(ctx, e); err != nil {
		return err
	}
	s.seen[e.ID] = true
	return nil
}

// sessionJSON is what the merchant reads of a session.
type sessionJSON struct {
	ID          string `json:"id"`
	Mode        string `json:"mode"`
	SetupIntent string `json:"setup_intent"`
}

// completed is the merchant's handler of checkout.session.completed: it notes the
// payment method of the session's SetupIntent.
func (s *story) completed(_ context.Context, e webhook.Event) error {
	var session sessionJSON
	if err := json.Unmarshal(e.Object.AppendJSON(nil, s.options.version), &session); err != nil {
		return err
	}
	if session.Mode != string(checkout.Setup) {
		return nil
	}
	s.say(merchant, "GET /v1/setup_intents/%s", session.SetupIntent)
	si := s.flows[session.ID].Setup
	s.object(webhook.SetupIntent{Intent: si}.AppendJSON(nil, s.options.version))
	s.saved[session.ID] = si.PaymentMethod.ID
	return nil
}

// expired is the merchant's handler of checkout.session.expired.
func (s *story) expired(_ context.Context, e webhook.Event) error {
	var session sessionJSON
	if err := json.Unmarshal(e.Object.AppendJSON(nil, s.options.version), &session); err != nil {
		return err
	}
	s.say(merchant, "notes that nobody came to %s", session.ID)
	return nil
}

func (s *story) chapter(title string) { fmt.Fprintf(s.out, "\n%s\n", title) }

func (s *story) say(who, format string, args ...any) {
	fmt.Fprintf(s.out, "%-12s %-9s %s\n", s.since(), who, fmt.Sprintf(format, args...))
}

func (s *story) more(format string, args ...any) {
	fmt.Fprintf(s.out, "%-24s%s\n", "", fmt.Sprintf(format, args...))
}

// since is the time of the story: days, hours, minutes and seconds.
func (s *story) since() string {
	now := s.world.Now().Sub(s.begun)
	return fmt.Sprintf("%2dd %s", now/(24*time.Hour), s.begun.Truncate(24*time.Hour).Add(now%(24*time.Hour)).Format(time.TimeOnly))
}

// interesting are the keys that a reader of the page looks for, in their order.
//
//nolint:gochecknoglobals // read-only data
var interesting = []string{
	"error", "id", "object", "code", "decline_code", "message", "mode", "status", "payment_status", "amount", "amount_total", "currency", "customer", "url",
	"success_url", "display_items", "usage", "latest_attempt", "payment_method", "setup_intent", "payment_intent", "cancellation_reason",
	"last_setup_error", "last_payment_error",
}

// object prints an object, without the keys that are not interesting.
func (s *story) object(body []byte) {
	var v map[string]any
	if err := json.Unmarshal(body, &v); err != nil {
		s.more("%s", body)
		return
	}
	s.fields("", v)
}

func (s *story) fields(indent string, v map[string]any) {
	for _, key := range interesting {
		switch value := v[key].(type) {
		case nil:
		case map[string]any:
			if key == "payment_method" {
				s.more("%s%s: %s", indent, key, value["id"])
				continue
			}
			s.more("%s%s:", indent, key)
			s.fields(indent+"  ", value)
		case string:
			s.more("%s%s: %s", indent, key, value)
		default:
			text, _ := json.Marshal(value)
			s.more("%s%s: %s", indent, key, text)
		}
	}
}

// summary is what an event's object says in one line.
func summary(body []byte) string {
	var e struct {
		Data struct {
			Object struct {
				ID            string `json:"id"`
				Status        string `json:"status"`
				PaymentStatus string `json:"payment_status"`
			} `json:"object"`
		} `json:"data"`
	}
	_ = json.Unmarshal(body, &e)
	o := e.Data.Object
	return strings.Join(strings.Fields(o.ID+" "+o.Status+" "+o.PaymentStatus), " ")
}

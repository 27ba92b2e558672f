package webhook_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/webhook"
)

// recording is a reply of Stripe's sandbox.
type recording struct {
	Path     string          `json:"path"`
	Version  intents.Version `json:"stripe_version"`
	Status   int             `json:"status"`
	Response map[string]any  `json:"response"`
}

// recordings reads the recorded replies, which are not a part of this module.
func recordings(t *testing.T) []recording {
	t.Helper()
	path := filepath.Join("..", "..", "shared", "recordings", "stripe-sandbox.json")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Skipf("the recorded replies are not here: %v", err)
	}
	var all []recording
	require.NoError(t, json.Unmarshal(b, &all))
	return all
}

// differences are the places where a rendering differs from a recording, and why. A
// path stands for all that end in it.
var differences = []struct{ path, why string }{
	{"calculated_statement_descriptor", "the account's descriptor is not known"},
	{"next_action.use_stripe_sdk", "its contents are Stripe's business"},
	{"payment_method_configuration_details", "the account's settings are not known"},
	{"ch_1IfSGrKXBGcbgpbZrWfZOQOO.customer", "it was expanded; see TestRecordedCustomer"},
	{"pi_3JKb9OKXBGcbgpbZ1myTJBzw.charges.data[].payment_method_details.card.checks.cvc_check", "the code was not checked"},
	{"ch_1IfSGrKXBGcbgpbZrWfZOQOO.payment_method_details.card.checks.cvc_check", "the code was not checked"},
}

// shapes compares JSON values in their keys and types.
type shapes struct {
	diffs []string
	used  map[string]bool // the differences that were met
	made  float64         // when the recorded object was made
}

func (s *shapes) differ(path, what string) {
	for _, d := range differences {
		if path == d.path || strings.HasSuffix(path, "."+d.path) {
			s.used[d.path] = true
			return
		}
	}
	s.diffs = append(s.diffs, path+": "+what)
}

// known reports whether what is below a path is not to be looked at.
func (s *shapes) known(path string) bool {
	return strings.HasSuffix(path, ".next_action.use_stripe_sdk")
}

// drawn are the keys whose values Stripe draws, or knows from elsewhere, and the
// message of an error, which is no contract (facts 0.1). Of these only the type is compared.
var drawn = []string{
	"authorization_code", "client_secret", "exp_month", "exp_year", "fingerprint", "invoice_prefix", "message", "network_transaction_id", "receipt_url", "request_log_url",
	"risk_score", "source", "stripe_js", "url",
}

// same reports whether a value is the one that was recorded. Of an id only what it is
// the id of counts, and of a time how long it is after the object was made, or how
// many days where it is a midnight.
func (s *shapes) same(path string, want, got any) bool {
	if want == got || slices.Contains(drawn, path[strings.LastIndexByte(path, '.')+1:]) {
		return true
	}
	switch want := want.(type) {
	case string:
		prefix, _, isID := strings.Cut(want, "_")
		return isID && strings.HasPrefix(got.(string), prefix+"_") && strings.IndexFunc(want, unicode.IsDigit) > 0
	case float64:
		const slack, day = 5, 86400 // seconds between a request and what it makes, and of a day
		wanted, rendered := int64(want), int64(got.(float64))
		made, begun := int64(s.made), epoch.Unix()
		if wanted%day == 0 && rendered%day == 0 {
			made, begun = made/day*day, begun/day*day
		}
		between := (wanted - made) - (rendered - begun)
		return wanted > 1e9 && -slack <= between && between <= slack
	}
	return false
}

func (s *shapes) compare(path string, want, got any) {
	switch want := want.(type) {
	case map[string]any:
		got, ok := got.(map[string]any)
		if !ok {
			s.differ(path, "recorded as an object")
			return
		}
		if maps.EqualFunc(want, got, func(any, any) bool { return true }) {
			for _, key := range slices.Sorted(maps.Keys(want)) {
				s.compare(path+"."+key, want[key], got[key])
			}
			return
		}
		if s.known(path) {
			s.differ(path, "other keys")
			return
		}
		for _, key := range slices.Sorted(maps.Keys(want)) {
			if v, ok := got[key]; ok {
				s.compare(path+"."+key, want[key], v)
			} else {
				s.differ(path+"."+key, "recorded, and not rendered")
			}
		}
		for _, key := range slices.Sorted(maps.Keys(got)) {
			if _, ok := want[key]; !ok {
				s.differ(path+"."+key, "rendered, and not recorded")
			}
		}
	case []any:
		got, ok := got.([]any)
		switch {
		case !ok:
			s.differ(path, "recorded as an array")
		case strings.HasSuffix(path, ".payment_method_types"): // in an order that the account has chosen
			slices.SortFunc(want, byText)
			slices.SortFunc(got, byText)
			if !slices.Equal(want, got) {
				s.differ(path, fmt.Sprintf("recorded as %v, rendered as %v", want, got))
			}
		case len(want) > 0 && len(got) > 0:
			s.compare(path+"[]", want[0], got[0])
		case len(want) != len(got):
			s.differ(path, fmt.Sprintf("recorded with %d elements, rendered with %d", len(want), len(got)))
		}
	default:
		switch a, b := fmt.Sprintf("%T", want), fmt.Sprintf("%T", got); {
		case a != b:
			s.differ(path, "recorded as "+a+", rendered as "+b)
		case !s.same(path, want, got):
			s.differ(path, fmt.Sprintf("recorded as %v, rendered as %v", want, got))
		}
	}
}

func byText(a, b any) int { return strings.Compare(a.(string), b.(string)) }

// unscrubbed gives a recording the keys back that a scrubber took for secrets.
func unscrubbed(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := map[string]any{}
		for key, value := range v {
			if strings.HasPrefix(key, "client_<") {
				key = "client_secret"
			}
			m[key] = unscrubbed(value)
		}
		return m
	case []any:
		for i := range v {
			v[i] = unscrubbed(v[i])
		}
	}
	return v
}

// likeInvoices is an intent as invoices make them, in the newer recordings.
func likeInvoices(c *paymentintent.Create) {
	c.CaptureMethod = capture.Automatic
	c.PaymentMethodTypes = intents.TypesOf(intents.AcssDebit, intents.Card, intents.Cashapp, intents.Link, intents.USBankAccount)
	c.Details = "client_secret=x&customer=cus_1&description=Subscription creation&payment_details[order_reference]=in_1&setup_future_usage=off_session"
}

// likePages is an intent as an integration makes them that leaves the choice of the
// payment method to Stripe. Which types that means an account's settings say, which the
// machine has none of: so the test names them, and says afterwards that it did not.
func likePages(c *paymentintent.Create) {
	c.PaymentMethodTypes = intents.TypesOf(intents.Card, intents.AcssDebit, intents.AfterpayClearpay, intents.Alipay, intents.Klarna, intents.Link, intents.USBankAccount, intents.WechatPay)
	c.Details = "client_secret=x&customer=cus_1"
}

func onlyManual(c *paymentintent.Create) {
	c.CaptureMethod = capture.Manual
	c.PaymentMethodTypes = intents.TypesOf(intents.Card, intents.AfterpayClearpay, intents.Klarna, intents.Link)
}

func with(details intents.Pairs) func(*paymentintent.Create) {
	return func(c *paymentintent.Create) { c.Details = c.Details.Merge(details) }
}

// askedFor returns steps that create what was asked for: the amount and the currency
// of the recorded object.
func askedFor(steps []step, recorded map[string]any) []step {
	if recorded["object"] == "refund" {
		return steps
	}
	first := slices.Clone(steps[0].commands)
	create := first[0].(paymentintent.Create)
	create.Amount, create.Currency = int64(recorded["amount"].(float64)), intents.Currency(recorded["currency"].(string))
	first[0] = create
	steps = slices.Clone(steps)
	steps[0].commands = first
	return steps
}

// TestRecordings renders what Stripe's sandbox was asked for, at the version in
// which it was asked, and holds the keys and the types against its replies.
func TestRecordings(t *testing.T) {
	all := recordings(t)
	s, compared := shapes{used: map[string]bool{}}, map[string]bool{}
	const everything = webhook.ExpandLatestCharge | webhook.ExpandBalanceTransaction | webhook.ExpandRefunds | webhook.ExpandPaymentIntent
	confirmAt := func(pm string) paymentintent.Confirm {
		return paymentintent.Confirm{PaymentMethod: method(pm), Details: "return_url=http://localhost:3000/"}
	}
	const challenged = "pm_card_threeDSecure2Required"
	old := []func(*paymentintent.Create){atOnce, with("client_secret=x&customer=cus_1")}
	shipped := with("shipping[address][city]=Cupertino&shipping[address][line1]=One Infinite Loop&shipping[address][state]=CA&shipping[name]=Recipient")
	for _, tc := range []struct {
		id     string
		steps  []step
		expand webhook.Expand
		pick   string // the part of the rendering that was recorded
	}{
		{"pi_3JKb9OKXBGcbgpbZ1myTJBzw", []step{pay(start(old...), confirm("pm_card_visa"))}, 0, ""},
		{"ch_1IfSGrKXBGcbgpbZrWfZOQOO", []step{pay(start(atOnce, with("customer=cus_1"), shipped), confirm("pm_card_visa"))}, 0, "charges.data"},
		{"pi_3SRzp4KXBGcbgpbZ1utYtuTe", []step{pay(start(likeInvoices), confirm("pm_card_visa"))}, 0, ""},
		{"ch_3SRzp4KXBGcbgpbZ1EpWO6qC", []step{pay(start(likeInvoices), confirm("pm_card_visa"))}, everything, "latest_charge"},
		{"pi_3SRznGKXBGcbgpbZ1qL1s6n5", []step{pay(start(likePages, with("application_fee_amount=123&transfer_data[destination]=acct_1")), confirmAt("pm_card_visa"))}, everything, ""},
		{"pi_3SRzlfQK2ZHS99Rk0RRf9QmU", []step{pay(start(likePages, of(intents.Card), with("application=ca_1")), confirmAt("pm_card_visa"))}, everything, ""},
		{"pi_3TGnEsQK2ZHS99Rk1DIz66Nj", []step{pay(start(likeInvoices, of(intents.Card, intents.Link), with("application=ca_1")), confirm("pm_card_visa"))}, 0, ""},
		{"ch_3TGnEsQK2ZHS99Rk1GtpXcp5", []step{pay(start(likeInvoices, of(intents.Card, intents.Link), with("application=ca_1")), confirm("pm_card_visa"))}, everything, "latest_charge"},
		{"pi_3JKbANKXBGcbgpbZ0YTMK9ds", []step{pay(start(old...), confirm(challenged))}, 0, ""},
		{"pi_3SRzpsKXBGcbgpbZ1Ke9ZFyn", []step{pay(start(likePages, onlyManual), confirmAt("pm_card_visa"))}, everything, ""},
		{"pi_3SRzoiKXBGcbgpbZ1huggp99", []step{pay(start(likePages, onlyManual), confirmAt("pm_card_visa")), ask(paymentintent.Capture{}).later(time.Second)}, 0, ""},
		{"pi_3RExbRKXBGcbgpbZ1B6qa3Vl", []step{pay(start(likeInvoices), confirm(challenged))}, 0, ""},
		{"pi_3SOMcAKXBGcbgpbZ0Z16rhBm", []step{pay(start(likeInvoices), confirm(challenged))}, 0, ""},
		{"pi_3TGnF4KXBGcbgpbZ0JnTWfNF", []step{pay(start(likeInvoices), confirm(challenged))}, 0, ""},
		{"pi_3TGnFMKXBGcbgpbZ1QIugONj", []step{pay(start(likePages), confirmAt(challenged))}, everything, ""},
		{"re_3SRzqkKXBGcbgpbZ1Ri48Fy5", []step{pay(start(atOnce), confirm("pm_card_visa")), ask(paymentintent.Refund{Amount: 1000}).later(time.Second)}, everything, "latest_charge.refunds.data"},
	} {
		compared[tc.id] = true
		t.Run(tc.id, func(t *testing.T) {
			i := slices.IndexFunc(all, func(r recording) bool { return r.Response["id"] == tc.id })
			require.GreaterOrEqual(t, i, 0, "it is recorded")
			want := all[i]
			states := life{name: tc.id, steps: askedFor(tc.steps, want.Response)}.play(t)
			last := states[len(states)-1].After
			if unscrubbed(any(want.Response)).(map[string]any)["automatic_payment_methods"] != nil {
				last.Flags |= paymentintent.AutomaticPaymentMethods
			}
			body := webhook.PaymentIntent{Intent: last, Expand: tc.expand}.AppendJSON(nil, want.Version)
			var got any
			require.NoError(t, json.Unmarshal(body, &got))
			for key := range strings.SplitSeq(tc.pick, ".") {
				if key != "" {
					got = got.(map[string]any)[key]
				}
			}
			if list, ok := got.([]any); ok {
				got = list[0]
			}
			s.diffs = nil
			s.made, _ = want.Response["created"].(float64)
			s.compare(tc.id, unscrubbed(any(want.Response)), got)
			for _, d := range s.diffs {
				t.Error(d)
			}
		})
	}
	for _, r := range all {
		kind, _ := r.Response["object"].(string)
		id, _ := r.Response["id"].(string)
		if kind == "setup_intent" || kind == "checkout.session" || r.Response == nil || r.Status != 200 {
			continue // of other machines, of none, or for TestRecordedErrors
		}
		require.True(t, compared[id], "%s %s is not compared", kind, id)
	}
	for _, d := range differences {
		require.True(t, s.used[d.path], "%s does not differ any more", d.path)
	}
}

// TestRecordedCustomer renders the customer that was recorded within a charge, with a
// default payment method, at its version. No other customer was recorded, and no payment
// method by itself.
func TestRecordedCustomer(t *testing.T) {
	met := 0
	for _, r := range recordings(t) {
		want, ok := r.Response["customer"].(map[string]any)
		if !ok {
			continue
		}
		met++
		c, err := intents.NewCustomer("cus_TOnONcVE3hop1l", "email=johnny@appleseed.com", "", epoch)
		require.NoError(t, err)
		mine, err := method("pm_card_visa").Attach(c.ID)
		require.NoError(t, err)
		mine.ID = "pm_1SRzp4KXBGcbgpbZ1utYtuTe"
		c, err = c.SetDefault(mine)
		require.NoError(t, err)
		var got any
		require.NoError(t, json.Unmarshal(webhook.Customer{Customer: c}.AppendJSON(nil, r.Version), &got))
		s := shapes{used: map[string]bool{}}
		s.made, _ = want["created"].(float64)
		s.compare("customer", any(want), got)
		require.Empty(t, s.diffs)
	}
	require.Equal(t, 1, met)
}

// TestRecordedErrors holds the error of an amount of zero against Stripe's.
func TestRecordedErrors(t *testing.T) {
	checked := 0
	for _, r := range recordings(t) {
		if r.Status == 200 {
			continue
		}
		checked++
		_, err := paymentintent.Apply(paymentintent.Intent{}, paymentintent.Create{ID: intentID, Currency: "usd"}, epoch)
		c := webhook.ErrorContext{Version: r.Version}
		want := r.Response["error"].(map[string]any)
		if _, ok := want["request_log_url"]; ok {
			c.RequestID = "req_1"
		}
		status, body := webhook.ErrorBody(err, c)
		require.Equal(t, r.Status, status)
		var got map[string]map[string]any
		require.NoError(t, json.Unmarshal(body, &got))
		s := shapes{used: map[string]bool{}}
		s.compare("error", want, any(got["error"]))
		require.Empty(t, s.diffs)
		for _, key := range []string{"type", "code", "param", "doc_url"} {
			require.Equal(t, want[key], got["error"][key], key)
		}
	}
	require.NotZero(t, checked)
}

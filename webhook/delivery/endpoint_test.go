package delivery_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/webhook"
	"github.com/payintent/intents/webhook/delivery"
)

func TestNewEndpointRefuses(t *testing.T) {
	for _, c := range []struct {
		name, param, code string
		change            func(p *delivery.EndpointParams)
	}{
		{"no id", "id", "parameter_missing", func(p *delivery.EndpointParams) { p.ID = "" }},
		{"an id that is no text", "id", "parameter_missing", func(p *delivery.EndpointParams) { p.ID = "\xff" }},
		{"no secret", "secret", "", func(p *delivery.EndpointParams) { p.Secret = "" }},
		{"a bare prefix", "secret", "", func(p *delivery.EndpointParams) { p.Secret = "whsec_" }},
		{"another prefix", "secret", "", func(p *delivery.EndpointParams) { p.Secret = "sk_test_1" }},
		{"a secret with a line end", "secret", "", func(p *delivery.EndpointParams) { p.Secret = "whsec_1\n" }},
		{"no url", "url", "parameter_missing", func(p *delivery.EndpointParams) { p.URL = "" }},
		{"no scheme", "url", "url_invalid", func(p *delivery.EndpointParams) { p.URL = "example.com/hook" }},
		{"another scheme", "url", "url_invalid", func(p *delivery.EndpointParams) { p.URL = "ftp://example.com" }},
		{"no host", "url", "url_invalid", func(p *delivery.EndpointParams) { p.URL = "https:///hook" }},
		{"only a port", "url", "url_invalid", func(p *delivery.EndpointParams) { p.URL = "https://:443/" }},
		{"no url at all", "url", "url_invalid", func(p *delivery.EndpointParams) { p.URL = "https://[::1" }},
		{"a url that is no text", "url", "url_invalid", func(p *delivery.EndpointParams) { p.URL = "https://example.com/\xff" }},
		{"http in live mode", "url", "url_invalid", func(p *delivery.EndpointParams) { p.URL, p.Livemode = "http://example.com", true }},
		{"no events", "enabled_events", "parameter_missing", func(p *delivery.EndpointParams) { p.EnabledEvents = nil }},
		{"* and a name", "enabled_events", "", func(p *delivery.EndpointParams) { p.EnabledEvents = []string{"charge.failed", "*"} }},
		{"an empty name", "enabled_events[1]", "", func(p *delivery.EndpointParams) { p.EnabledEvents = []string{"charge.failed", ""} }},
		{"no type", "enabled_events[0]", "", func(p *delivery.EndpointParams) { p.EnabledEvents = []string{"charge"} }},
		{"capitals", "enabled_events[0]", "", func(p *delivery.EndpointParams) { p.EnabledEvents = []string{"Charge.failed"} }},
		{"a comma", "enabled_events[0]", "", func(p *delivery.EndpointParams) { p.EnabledEvents = []string{"charge.failed,*"} }},
		{"a star within", "enabled_events[0]", "", func(p *delivery.EndpointParams) { p.EnabledEvents = []string{"charge.*.x"} }},
		{"half a segment", "enabled_events[0]", "", func(p *delivery.EndpointParams) { p.EnabledEvents = []string{"charge.fa*"} }},
		{"nothing before the star", "enabled_events[0]", "", func(p *delivery.EndpointParams) { p.EnabledEvents = []string{".*"} }},
		{"an odd version", "api_version", "", func(p *delivery.EndpointParams) { p.APIVersion = "latest" }},
		{"a description that is no text", "description", "", func(p *delivery.EndpointParams) { p.Description = "\xff" }},
		{"metadata out of form", "metadata", "", func(p *delivery.EndpointParams) { p.Metadata = "x" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := params()
			c.change(&p)
			e, err := delivery.NewEndpoint(p, start())
			var invalid *intents.InvalidError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, intents.InvalidError{Param: c.param, Code: c.code, Message: invalid.Message}, *invalid)
			require.NotEmpty(t, invalid.Message)
			require.Zero(t, e)
		})
	}
	_, err := delivery.NewEndpoint(params(), time.Time{})
	require.EqualError(t, err, "now: the time is not set, or after the year 9999")
}

func TestEndpointLife(t *testing.T) {
	e := endpoint(t, func(p *delivery.EndpointParams) {
		p.EnabledEvents = []string{"payment_intent.succeeded", "charge.*", "charge.*"}
		p.Metadata = "order=6735"
		p.URL = "http://127.0.0.1:4242/hook" // a sandbox may
	})
	require.Equal(t, delivery.EndpointEnabled, e.Status)
	require.Equal(t, delivery.EnabledEvents("charge.*,payment_intent.succeeded"), e.Events)
	require.Equal(t, 1, map[delivery.Endpoint]int{e: 1}[e], "a comparable value")

	same, err := e.Update(delivery.EndpointUpdate{})
	require.NoError(t, err)
	require.Equal(t, e, same, "what is not given stays")
	after, err := e.Update(delivery.EndpointUpdate{
		URL: intents.Some("https://example.com/2"), EnabledEvents: []string{"*"}, Disabled: intents.Some(true), Description: intents.Some("two"), Metadata: "a=b&order=",
	})
	require.NoError(t, err)
	want := e
	want.URL, want.Events, want.Status, want.Description, want.Metadata = "https://example.com/2", "*", delivery.EndpointDisabled, "two", "a=b"
	require.Equal(t, want, after)
	require.NoError(t, after.Check())
	after, err = after.Update(delivery.EndpointUpdate{Disabled: intents.Some(false)})
	require.NoError(t, err)
	require.Equal(t, delivery.EndpointEnabled, after.Status)
	for param, u := range map[string]delivery.EndpointUpdate{
		"url":               {URL: intents.Some("")},
		"enabled_events[0]": {EnabledEvents: []string{"x"}},
		"metadata":          {Metadata: "x"},
		"description":       {Description: intents.Some("\xff")},
	} {
		again, err := e.Update(u)
		var invalid *intents.InvalidError
		require.ErrorAs(t, err, &invalid, param)
		require.Equal(t, param, invalid.Param)
		require.Equal(t, e, again, "a refusal changes nothing")
	}
}

// TestRoll: both secrets sign until the old one's time is over, the new one first.
func TestRoll(t *testing.T) {
	e := endpoint(t, func(p *delivery.EndpointParams) { p.Secret = oldSecret })
	e, err := e.Roll(secret, delivery.RollWindow, start())
	require.NoError(t, err)
	require.NoError(t, e.Check())
	body := []byte("{}")
	signed := func(now time.Time) (both, newer, older bool) {
		header := e.Sign(body, now)
		fits := func(s delivery.Secret) bool { return webhook.Verify(body, header, now, 0, string(s)) == nil }
		return strings.Count(header, ",v1=") == 2, fits(secret), fits(oldSecret)
	}
	for _, c := range []struct {
		at      time.Duration
		rolling bool
	}{{0, true}, {24*time.Hour - time.Second, true}, {24 * time.Hour, false}} {
		both, newer, older := signed(after(c.at))
		require.Equal(t, []bool{c.rolling, true, c.rolling}, []bool{both, newer, older}, c.at)
	}
	third, err := e.Roll("whsec_3", time.Hour, start())
	require.NoError(t, err)
	require.Equal(t, secret, third.OldSecret, "the oldest is dropped")
	at, err := e.Roll("whsec_3", 0, start())
	require.NoError(t, err)
	require.Zero(t, at.OldSecret, "at once")
	require.NoError(t, at.Check())

	for _, c := range []struct {
		param  string
		secret delivery.Secret
		keep   time.Duration
		now    time.Time
	}{
		{"keep", "whsec_3", -1, start()},
		{"keep", "whsec_3", 24*time.Hour + 1, start()},
		{"secret", "x", 0, start()},
		{"secret", secret, 0, start()},
		{"now", "whsec_3", 0, time.Time{}},
		{"now", "whsec_3", 0, time.Unix(253402300799, 0)},
	} {
		again, err := e.Roll(c.secret, c.keep, c.now)
		var invalid *intents.InvalidError
		require.ErrorAs(t, err, &invalid)
		require.Equal(t, c.param, invalid.Param)
		require.Equal(t, e, again)
	}
}

func TestWants(t *testing.T) {
	with := func(change func(p *delivery.EndpointParams)) delivery.Endpoint { return endpoint(t, change) }
	list := func(names ...string) delivery.Endpoint {
		return with(func(p *delivery.EndpointParams) { p.EnabledEvents = names })
	}
	disabled, err := list("*").Update(delivery.EndpointUpdate{Disabled: intents.Some(true)})
	require.NoError(t, err)
	e := event(false)
	connected, live, dispute, odd, ended := e, e, e, e, e
	connected.Account, live.Livemode, dispute.Type, odd.Type, ended.Until = "acct_1", true, "charge.dispute.closed", "charger.x", intents.Version20221115
	old := with(func(p *delivery.EndpointParams) { p.APIVersion = intents.Version20220801 })
	connect := with(func(p *delivery.EndpointParams) { p.Connect = true })
	for _, c := range []struct {
		name     string
		endpoint delivery.Endpoint
		event    webhook.Event
		want     bool
	}{
		{"every type", list("*"), e, true},
		{"its name", list("charge.failed", "charge.updated"), e, true},
		{"another name", list("charge.failed", "charge.updates"), e, false},
		{"its family", list("charge.*"), e, true},
		{"a family within", list("charge.*"), dispute, true},
		{"a smaller family", list("charge.dispute.*"), e, false},
		{"a family's name is whole", list("charge.*"), odd, false},
		{"disabled", disabled, e, false},
		{"another mode", list("*"), live, false},
		{"of a connected account", list("*"), connected, false},
		{"connect, of a connected account", connect, connected, true},
		{"connect, of one's own", connect, e, false},
		{"sent to old versions only", list("*"), ended, false},
		{"sent to this old version", old, ended, true},
		{"deleted", delivery.Endpoint{}, e, false},
	} {
		require.Equal(t, c.want, c.endpoint.Wants(c.event), c.name)
	}
	require.False(t, delivery.EnabledEvents("").Fits(""))
	require.Empty(t, slices.Collect(delivery.EnabledEvents("").All()))
}

// TestFan: one delivery for each endpoint that wants the event, in its version.
func TestFan(t *testing.T) {
	other := func(id string, v intents.Version, events ...string) delivery.Endpoint {
		return endpoint(t, func(p *delivery.EndpointParams) { p.ID, p.APIVersion, p.EnabledEvents = id, v, events })
	}
	e := event(false)
	e.APIVersion, e.Object = "", shape{}
	creates := delivery.Fan(e, other("we_1", intents.VersionDahlia, "*"), other("we_2", "", "charge.failed"), other("we_3", intents.Version20220801, "charge.*"))
	require.Len(t, creates, 2)
	for i, v := range []intents.Version{intents.VersionDahlia, intents.Version20220801} {
		d := told(t, delivery.Delivery{}, delivery.Create{ID: creates[i].ID, Endpoint: creates[i].Endpoint, Body: creates[i].Body})
		require.NoError(t, delivery.Check(d))
		got, err := webhook.Decode([]byte(d.Body))
		require.NoError(t, err)
		require.Equal(t, v, got.APIVersion)
		require.Equal(t, webhook.Raw(`{"v":"`+string(v)+`"}`), got.Object)
		require.Equal(t, 2, got.PendingWebhooks)
	}
	require.Equal(t, delivery.ID("evt_1", "we_1"), creates[0].ID)
	require.NotEqual(t, creates[0].ID, creates[1].ID)
	require.Regexp(t, `^dlv_[0-9A-Za-z]{24}$`, creates[0].ID)
	require.Nil(t, delivery.Fan(e))

	one := told(t, delivery.Delivery{}, create(false))
	two := told(t, one, delivery.Resend{}, ok200)
	require.Equal(t, 2, delivery.PendingWebhooks(one, delivery.Delivery{}, two, one))
}

// shape is an Object that says at which version it was rendered.
type shape struct{}

func (shape) AppendJSON(dst []byte, v intents.Version) []byte {
	return append(dst, `{"v":"`+string(v)+`"}`...)
}

// TestEndpointCheck breaks a stored endpoint.
func TestEndpointCheck(t *testing.T) {
	require.NoError(t, delivery.Endpoint{}.Check())
	for param, change := range map[string]func(e *delivery.Endpoint){
		"id":             func(e *delivery.Endpoint) { e.ID = "" },
		"status":         func(e *delivery.Endpoint) { e.Status = "lost" },
		"enabled_events": func(e *delivery.Endpoint) { e.Events = "b.b,a.a" },
		"url":            func(e *delivery.Endpoint) { e.URL = "x" },
		"created":        func(e *delivery.Endpoint) { e.Created = -1 },
		"old_until":      func(e *delivery.Endpoint) { e.OldUntil = 1 },
		"secret":         func(e *delivery.Endpoint) { e.OldSecret = "x" },
	} {
		e := endpoint(t, nil)
		change(&e)
		var invalid *intents.InvalidError
		require.ErrorAs(t, e.Check(), &invalid, param)
		require.Equal(t, param, invalid.Param)
		require.Equal(t, intents.CodeCorruptState, invalid.Code)
	}
	e := endpoint(t, nil)
	b, err := json.Marshal(e)
	require.NoError(t, err)
	var again delivery.Endpoint
	require.NoError(t, json.Unmarshal(b, &again))
	require.Equal(t, e, again, "storage keeps the secret")
}

// TestSecretsHide prints an endpoint and its secrets in every way that fmt and slog know.
func TestSecretsHide(t *testing.T) {
	e := endpoint(t, func(p *delivery.EndpointParams) { p.URL = "https://user:pa55@example.com/hook" })
	e, err := e.Roll(oldSecret, time.Hour, start())
	require.NoError(t, err)
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T", "%t", "%e", "%U"} {
		fmt.Fprintf(&out, verb, e)
		fmt.Fprintf(&out, verb, &e)
		fmt.Fprintf(&out, verb, secret)
		fmt.Fprintf(&out, verb, []delivery.Secret{secret, oldSecret})
	}
	text, object := slog.New(slog.NewTextHandler(&out, nil)), slog.New(slog.NewJSONHandler(&out, nil))
	for _, l := range []*slog.Logger{text, object} {
		l.Info("endpoint", "e", e, "pointer", &e, "secret", secret, "group", slog.GroupValue(slog.Any("secret", secret)))
	}
	require.Contains(t, out.String(), "whsec_***")
	for _, hidden := range []string{"4242", "1881", fmt.Sprintf("%x", "4242"), fmt.Sprintf("%x", "1881")} {
		require.NotContains(t, out.String(), hidden)
	}
	for _, u := range []string{"http://user:pa55@example.com", "https://user:pa55@[::1"} {
		_, err := delivery.NewEndpoint(delivery.EndpointParams{ID: "we_1", Secret: secret, URL: u, EnabledEvents: []string{"*"}, Livemode: true}, start())
		require.Error(t, err)
		require.NotContains(t, err.Error(), "pa55")
	}
	require.NotContains(t, errors.Join(delivery.Endpoint{ID: "we_1", Secret: "4242"}.Check()).Error(), "4242")
}

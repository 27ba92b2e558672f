package capture_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/internal/script"
)

// TestStoredNames holds the stored form of each event and each command against a
// golden file: it never changes, for what is stored has to be read for ever.
func TestStoredNames(t *testing.T) {
	var out strings.Builder
	seen := map[string]bool{}
	hold := capture.Authorize{
		Attempt: attempt(2000), Method: capture.Manual,
		Terms: capture.Terms{Hold: 1e9, SettleIn: 2e9, Maximum: 2300, Features: 15, Pricing: capture.TestPricing(), Outcome: "network_status=approved_by_network"},
	}
	hold.Metadata = "order=6735"
	for _, path := range [][]capture.Command{
		{hold, capture.Increment{Amount: 2001, Declined: true}, capture.Increment{Amount: 2100}, capture.Capture{Amount: 1500, Details: "description=a"}, capture.Capture{Amount: 1, Final: true}},
		{hold, capture.Release{}},
		{hold, capture.Expire{}},
		{capture.Submit{Attempt: attempt(2000), AskIn: 3e9}, capture.Decline{Outcome: "failure_code=account_closed"}},
		{
			capture.Submit{Attempt: attempt(2000), AskIn: 3e9},
			capture.Collect{Method: capture.AutomaticAsync, Terms: hold.Terms},
			capture.Settle{Fee: 7, AvailableOn: 1768000000},
			capture.RefundCharge{Amount: 3, Reason: capture.Duplicate, Flags: capture.ReverseTransfer, Pending: true},
			capture.ReportRefund{Status: capture.RefundFailed},
			capture.RefundCharge{},
			capture.ReportRefund{Number: 1, Status: capture.RefundFailed},
			capture.Dispute{Reason: "fraudulent"},
		},
		{capture.Decline{Attempt: attempt(2000), Outcome: "failure_code=card_declined"}},
	} {
		var c capture.Charge
		for _, cmd := range path {
			now := day(0)
			if cmd == (capture.Expire{}) {
				now = day(30)
			}
			tr, err := capture.Apply(c, cmd, now)
			require.NoError(t, err)
			b, err := capture.MarshalCommand(cmd)
			require.NoError(t, err)
			again, err := capture.UnmarshalCommand(b)
			require.NoError(t, err)
			require.Equal(t, cmd, again)
			fmt.Fprintf(&out, "%s\n", b)
			seen["command "+string(cmd.Name())] = true
			for _, e := range tr.Events {
				b, err := capture.MarshalEvent(e)
				require.NoError(t, err)
				again, err := capture.UnmarshalEvent(b)
				require.NoError(t, err)
				require.Equal(t, e, again)
				fmt.Fprintf(&out, "\t%s\n", b)
				seen["event "+e.Name()] = true
			}
			c = tr.After
		}
	}
	script.Golden(t, "testdata/stored.golden", []byte(out.String()))
	for _, a := range capture.Table() {
		require.True(t, seen["command "+string(a.Command)], a.Command)
		for _, e := range a.Events {
			require.True(t, seen["event "+e], e)
		}
	}
}

func TestUnmarshalRefusals(t *testing.T) {
	event := func(b []byte) error {
		_, err := capture.UnmarshalEvent(b)
		return err
	}
	command := func(b []byte) error {
		_, err := capture.UnmarshalCommand(b)
		return err
	}
	for _, tc := range []struct{ name, data, param string }{
		{"nothing", "", "?"},
		{"no JSON", "{", "?"},
		{"null", "null", "?"},
		{"another sort", "[]", "?"},
		{"no type", `{"data":{}}`, "type"},
		{"an unknown type", `{"type":"charge.danced","data":{}}`, "type"},
		{"a type that is no text", `{"type":1,"data":{}}`, "?"},
		{"something behind", `{"type":"%","data":{}}{}`, "?"},
		{"no data", `{"type":"%"}`, "?"},
		{"null data", `{"type":"%","data":null}`, "?"},
		{"data of another sort", `{"type":"%","data":[]}`, "?"},
		{"a field of another sort", `{"type":"%","data":{"amount":"1"}}`, "?"},
		{"bytes that are no text", "{\"type\":\"%\",\"data\":{\"details\":{\"a\":\"\xff\"}}}", "?"},
		{"pairs that are none", `{"type":"%","data":{"details":{"a":1}}}`, "?"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for param, name := range map[string]string{"event": "charge.captured", "command": "capture"} {
				unmarshal := map[string]func([]byte) error{"event": event, "command": command}[param]
				err := unmarshal([]byte(strings.ReplaceAll(tc.data, "%", name)))
				var invalid *intents.InvalidError
				require.ErrorAs(t, err, &invalid)
				require.Equal(t, strings.ReplaceAll(tc.param, "?", param), invalid.Param)
				require.NotEmpty(t, invalid.Message)
			}
		})
	}
	// White space is no trouble, and nothing is returned with an error.
	e, err := capture.UnmarshalEvent([]byte(" \n{ \"type\" : \"charge.released\" , \"data\" : { } }\t\r\n"))
	require.NoError(t, err)
	require.Equal(t, capture.Released{}, e)
	e, err = capture.UnmarshalEvent([]byte(`{"type":"charge.captured","data":{"amount":5,"total":"6"}}`))
	require.Error(t, err)
	require.Nil(t, e)
	c, err := capture.UnmarshalCommand([]byte(`{"type":"capture","data":{"amount":5,"final":"6"}}`))
	require.Error(t, err)
	require.Nil(t, c)
}

// TestUnmarshalEach: every event and every command can be read by its name, leaves out what
// it does not know, and refuses data that is no object.
func TestUnmarshalEach(t *testing.T) {
	names := map[string]bool{}
	noObject := func(err error, param, name string) {
		t.Helper()
		var invalid *intents.InvalidError
		require.ErrorAs(t, err, &invalid, name)
		require.Equal(t, param, invalid.Param, name)
		require.Equal(t, "it is not the stored form: it is no object", invalid.Message, name)
	}
	for _, a := range capture.Table() {
		for _, name := range a.Events {
			names[name] = true
			e, err := capture.UnmarshalEvent([]byte(`{"type":"` + name + `","data":{"more":1},"more":2}`))
			require.NoError(t, err)
			require.Equal(t, name, e.Name())
			_, err = capture.UnmarshalEvent([]byte(`{"type":"` + name + `","data":[]}`))
			noObject(err, "event", name)
		}
		c, err := capture.UnmarshalCommand([]byte(`{"type":"` + string(a.Command) + `","data":{"more":1},"more":2}`))
		require.NoError(t, err)
		require.Equal(t, a.Command, c.Name())
		_, err = capture.UnmarshalCommand([]byte(`{"type":"` + string(a.Command) + `","data":[]}`))
		noObject(err, "command", string(a.Command))
	}
	require.Len(t, names, 14)
}

// TestUnmarshalMessages: what is no stored form is told why.
func TestUnmarshalMessages(t *testing.T) {
	for data, want := range map[string]string{
		"{\"type\":\"\xff\"}":             "%: it is not valid UTF-8",
		`[]`:                              "%: it is not the stored form: it is no object",
		`{`:                               "%: it is not the stored form: unexpected end of JSON input",
		`{"type":"a \"name\"","data":{}}`: `type: no % has the name "a \"name\""`,
		"\r\n\t {\"type\":\"charge.released\",\"data\":\r\n\t {}}": "",
	} {
		_, err := capture.UnmarshalEvent([]byte(data))
		_, err2 := capture.UnmarshalCommand([]byte(strings.ReplaceAll(data, "charge.released", "release")))
		if want == "" {
			require.NoError(t, errors.Join(err, err2))
			continue
		}
		require.EqualError(t, err, strings.ReplaceAll(want, "%", "event"))
		require.EqualError(t, err2, strings.ReplaceAll(want, "%", "command"))
	}
}

func TestMarshalRefusals(t *testing.T) {
	for _, e := range []capture.Event{nil, &capture.Released{}, (*capture.Settled)(nil), capture.Captured{Details: "x"}} {
		b, err := capture.MarshalEvent(e)
		var invalid *intents.InvalidError
		require.ErrorAs(t, err, &invalid, "%T", e)
		require.Equal(t, "event", invalid.Param)
		if _, isValue := e.(capture.Captured); isValue {
			require.ErrorContains(t, err, "canonical")
		} else {
			require.EqualError(t, err, "event: the event is nil or a pointer")
		}
		require.Nil(t, b)
	}
	for _, c := range []capture.Command{nil, &capture.Release{}, (*capture.Settle)(nil), disguise{}, capture.Capture{Details: "x"}} {
		b, err := capture.MarshalCommand(c)
		var invalid *intents.InvalidError
		require.ErrorAs(t, err, &invalid, "%T", c)
		require.Equal(t, "command", invalid.Param)
		if _, isValue := c.(capture.Capture); isValue {
			require.ErrorContains(t, err, "canonical")
		} else {
			require.EqualError(t, err, "command: the command is nil or a pointer")
		}
		require.Nil(t, b)
	}
}

// TestZeroJSON: what is not set is not written.
func TestZeroJSON(t *testing.T) {
	b, err := json.Marshal(capture.Charge{})
	require.NoError(t, err)
	require.Equal(t, "{}", string(b))
}

// TestCommandStrings: a log line of each command.
func TestCommandStrings(t *testing.T) {
	want := []string{
		"authorize ch_1 amount=3 usd manual", "submit ch_1 amount=3 usd", "decline ch_1", "collect automatic", "capture amount=2 final=true",
		"settle fee=0", "increment amount=4 declined=false", "release", "expire", "refund amount=0 pending=false", "report_refund number=0 status=failed", "dispute reason=fraudulent",
	}
	for i, c := range commands() {
		require.Equal(t, want[i], strings.TrimSpace(c.String()))
	}
}

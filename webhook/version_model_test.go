package webhook_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/model"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/paymentintent"
	"github.com/payintent/intents/webhook"
)

// TestVersions says that the list by version is the list of changes.
func TestVersions(t *testing.T) {
	var flat []webhook.Change
	for i, d := range webhook.Versions() {
		require.NotEmpty(t, d.Changes)
		require.True(t, i == 0 || d.Version.Before(webhook.Versions()[i-1].Version), "%s: newest first, and once", d.Version)
		for _, c := range d.Changes {
			require.Equal(t, d.Version, c.Version)
			require.NotEmpty(t, c.Doc)
		}
		flat = append(flat, d.Changes...)
	}
	require.Equal(t, webhook.Changes(), flat)
	webhook.Versions()[0].Changes[0].Name = "another"
	require.NotEqual(t, "another", webhook.Changes()[0].Name, "the list is a copy")
}

// everyShape are the versions that differ: each that changed something, and one before all.
func everyShape() []intents.Version {
	all := []intents.Version{"2011-01-01"}
	for _, d := range webhook.Versions() {
		all = append(all, d.Version)
	}
	return all
}

// TestEveryVersion renders every state that the model checker visits at every
// version, with its charge: what comes out is the same object, of the same amount and
// in the same status, by the name that the status then had. Rendering is a function:
// the same again, whatever was rendered between, and it leaves the state as it is.
func TestEveryVersion(t *testing.T) {
	versions := everyShape()
	bodies := make([][]byte, len(versions))
	views, rendered := map[paymentintent.Intent]bool{}, map[string]bool{}
	states, buf := 0, []byte(nil)
	model.Intents(func(tr paymentintent.Transition) {
		s := tr.After
		if v := model.View(s); views[v] {
			return
		} else {
			views[v] = true
		}
		whole := webhook.PaymentIntent{Intent: s, Expand: webhook.ExpandLatestCharge | webhook.ExpandRefunds}
		key := string(whole.AppendJSON(nil, ""))
		if key += string(whole.AppendJSON(nil, "2011-01-01")); rendered[key] {
			return // it differs from another in what nobody is shown
		}
		rendered[key] = true
		states++
		for i, v := range versions {
			bodies[i] = whole.AppendJSON(bodies[i][:0], v)
			if i == 0 || i == 1 || !bytes.Equal(bodies[i], bodies[i-1]) {
				sameIntent(t, &s, v, bodies[i])
			}
		}
		again := states % len(versions) // each version has its turn
		if buf = whole.AppendJSON(buf[:0], versions[again]); !bytes.Equal(bodies[again], buf) {
			t.Fatalf("%s: another rendering of %#v", versions[again], s)
		}
		if s != tr.After {
			t.Fatalf("rendering changed %#v", tr.After)
		}
	})
	t.Logf("%d states at %d versions", states, len(versions))
	require.Greater(t, states, 1000)
}

// sameIntent says that a rendering at a version is of the intent, and its charge of its charge.
func sameIntent(t *testing.T, s *paymentintent.Intent, v intents.Version, body []byte) {
	t.Helper()
	want := map[string]string{
		"id": quoted(s.ID), "object": `"payment_intent"`, "amount": strconv.FormatInt(s.Amount, 10), "currency": quoted(string(s.Currency)),
		"amount_received": strconv.FormatInt(s.AmountReceived(), 10), "amount_capturable": strconv.FormatInt(s.AmountCapturable(), 10),
		"status": quoted(statusAt(s.Status.Stripe(), v)), "created": strconv.FormatInt(int64(s.Created), 10),
	}
	charge := "null"
	for name, value := range topLevel(body) {
		if w, ok := want[name]; ok {
			if w != string(value) {
				t.Fatalf("%s: %s is %s, want %s, in %#v", v, name, value, w, *s)
			}
			delete(want, name)
		}
		switch name {
		case "latest_charge":
			charge = string(value)
		case "charges":
			for key, list := range topLevel(value) {
				if key == "data" && len(list) > len("[]") {
					charge = string(list[1 : len(list)-1])
				}
			}
		}
	}
	if len(want) > 0 {
		t.Fatalf("%s: without %v: %#v", v, want, *s)
	}
	if s.Charges == 0 {
		require.Equal(t, "null", charge)
		return
	}
	status, paid, captured := s.Charge.Status.Stripe()
	of := map[string]string{
		"id": quoted(s.Charge.ID), "object": `"charge"`, "amount": strconv.FormatInt(s.Charge.Amount, 10), "status": quoted(status),
		"paid": strconv.FormatBool(paid), "captured": strconv.FormatBool(captured), "payment_intent": quoted(s.ID),
		"amount_captured": strconv.FormatInt(s.Charge.AmountCaptured, 10),
	}
	for name, value := range topLevel([]byte(charge)) {
		if w, ok := of[name]; ok {
			if w != string(value) {
				t.Fatalf("%s: the charge's %s is %s, want %s, in %#v", v, name, value, w, *s)
			}
			delete(of, name)
		}
	}
	if len(of) > 0 {
		t.Fatalf("%s: a charge without %v: %#v", v, of, *s)
	}
}

func quoted(s string) string { return `"` + s + `"` }

// statusAt returns the name that a status has at a version: the names changed once.
func statusAt(s paymentintent.Status, v intents.Version) string {
	if v.Before("2019-02-11") {
		switch s {
		case "requires_payment_method":
			return "requires_source"
		case "requires_action":
			return "requires_source_action"
		}
	}
	return string(s)
}

// topLevel yields the members of an object, as they stand there. It is quicker than
// encoding/json, for it is asked about hundreds of thousands of bodies.
func topLevel(body []byte) func(yield func(string, []byte) bool) {
	return func(yield func(string, []byte) bool) {
		depth, start, key, inString := 0, 0, "", false
		for i, c := range body {
			switch {
			case inString:
				inString = c != '"' || body[i-1] == '\\'
				if !inString && depth == 1 && key == "" {
					key = string(body[start+1 : i])
				}
				continue
			case c == '"':
				if inString = true; depth == 1 && key == "" {
					start = i
				}
				continue
			case c == ':' && depth == 1:
				start = i + 1
			case c == ',' && depth == 1, c == '}' && depth == 1:
				if key != "" && !yield(key, body[start:i]) {
					return
				}
				key = ""
			}
			switch c {
			case '{', '[':
				depth++
			case '}', ']':
				depth--
			}
		}
	}
}

func TestTopLevel(t *testing.T) {
	var got []string
	for name, value := range topLevel([]byte(`{"a":1,"b":{"a":2,"c":[3,{"d":"}"}]},"c":"x,\"y","d":[],"e":null}`)) {
		got = append(got, name+" "+string(value))
	}
	require.Equal(t, []string{"a 1", `b {"a":2,"c":[3,{"d":"}"}]}`, `c "x,\"y"`, "d []", "e null"}, got)
}

// TestStory holds all that is sent of one story against testdata/story/<version>.golden,
// at five versions: of a hold that runs out, since no other changed as much.
func TestStory(t *testing.T) {
	told := told(lifeOf(t, "a hold that runs out"))
	seen := map[string]bool{}
	for _, v := range wireVersions {
		var out strings.Builder
		events := webhook.ForVersion(told, v)
		fmt.Fprintf(&out, "A hold that runs out, as version %s tells it: %d events.\n", v, len(events))
		for _, e := range events {
			var pretty bytes.Buffer
			require.NoError(t, json.Indent(&pretty, e.Render(v), "", " "))
			fmt.Fprintf(&out, "\n%s\n%s\n", e.Type, pretty.Bytes())
		}
		require.False(t, seen[out.String()], "%s tells what another tells", v)
		seen[out.String()] = true
		script.Golden(t, filepath.Join("testdata", "story", string(v)+".golden"), []byte(out.String()))
	}
	require.True(t, slices.IsSortedFunc(wireVersions, func(a, b intents.Version) int {
		if b.Before(a) {
			return -1
		}
		return 1
	}))
}

package fakestripe

import (
	"bytes"

	"github.com/payintent/intents/examples/fakestripe/internal/splice"
	"github.com/payintent/intents/internal/jsonenc"
	"github.com/payintent/intents/webhook"
)

// rendered is an object that was rendered here: JSON as it is at every version.
type rendered = webhook.Raw

// idOf returns the id that an object shows.
func idOf(o webhook.Object) string { return memberOf(o, "id") }

// withCharge adds the id of the charge to an error body.
func withCharge(body []byte, id string) []byte {
	at, ok := splice.Find(body, "error")
	if !ok {
		return body
	}
	return splice.Replace(body, at, splice.Set(body[at.Start:at.End], "charge", jsonenc.AppendJSONString(nil, id)))
}

// difference returns the members of before that are others in after, as a JSON object,
// or "" where there are none. Links that are signed anew each time do not count.
func difference(before, after []byte) string {
	changed := splice.Only(before, func(key string) bool {
		was, _ := splice.Find(before, key)
		is, ok := splice.Find(after, key)
		return !ok || !bytes.Equal(before[was.Start:was.End], after[is.Start:is.End])
	})
	if len(changed) <= len("{}") {
		return ""
	}
	return string(changed)
}

// memberOf returns the text of a member that an object shows.
func memberOf(o webhook.Object, key string) string {
	text := o.AppendJSON(nil, "")
	if at, ok := splice.Find(text, key); ok {
		value, _ := splice.Text(text[at.Start:at.End])
		return value
	}
	return ""
}

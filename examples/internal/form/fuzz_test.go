package form

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/paymentintent"
)

// FuzzForm decodes any body. What is decoded agrees with net/url, can be encoded and
// decoded again, and becomes a command that the machine takes or refuses with a typed error.
func FuzzForm(f *testing.F) {
	for _, body := range []string{
		"", "&&=", "a=%zz", "a%=1", "a=1&a=2&b[]=3&b[0]=4", "metadata[a][b]=c&metadata[]=&metadata[x=1", "amount=2000&currency=usd&payment_method=pm_card_visa&confirm=true",
		"amount=-1&currency=xyz&payment_method_types[]=card&payment_method_types[9999999999]=gold", "amount=1&currency=usd&capture_method=later&shipping[address][line1]=%00&metadata[%ff]=1",
		"amount=9223372036854775808&off_session=maybe&expand[]=latest_charge&+=+",
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		form, err := Parse(body)
		if err != nil {
			typed(t, err)
			if form != nil {
				t.Fatalf("a refusal with %v", form)
			}
			return
		}
		agrees(t, body, form)
		parts := make([]string, 0, len(form))
		for _, p := range form {
			parts = append(parts, url.QueryEscape(p.Key)+"="+url.QueryEscape(p.Value))
			if last, ok := form.Get(p.Key); !ok || p == form[len(form)-1] && last != p.Value {
				t.Fatalf("%q is %q", p.Key, last)
			}
			if len(form.Only(p.Key))+len(form.Without(p.Key)) != len(form) {
				t.Fatalf("%q is neither only nor without", p.Key)
			}
		}
		if again, err := Parse(parts...); err != nil || !slices.Equal(again, form) {
			t.Fatalf("%v became %v: %v", form, again, err)
		}
		create, confirm, err := CreatePaymentIntent(form, intents.VersionDahlia, capture.TestPaymentMethod)
		if err != nil {
			typed(t, err)
			return
		}
		create.ID = "pi_1"
		var s paymentintent.Intent
		for _, c := range append([]paymentintent.Command{create}, confirm...) {
			tr, err := paymentintent.Apply(s, c, time.Unix(1767225600, 0))
			if err != nil {
				typed(t, err)
				return
			}
			s = tr.After
			if err := paymentintent.Check(s); err != nil {
				t.Fatalf("%q made a corrupt intent: %v", body, err)
			}
		}
	})
}

func typed(t *testing.T, err error) {
	t.Helper()
	var state *intents.StateError
	var invalid *intents.InvalidError
	if !errors.As(err, &state) && !errors.As(err, &invalid) {
		t.Fatalf("%T: %v", err, err)
	}
}

// agrees holds the form against net/url, which reads the same but for semicolons and
// for keys that are empty.
func agrees(t *testing.T, body string, form Form) {
	t.Helper()
	if strings.Contains(body, ";") {
		return
	}
	want, err := url.ParseQuery(body)
	if err != nil {
		t.Fatalf("net/url refuses %q: %v", body, err)
	}
	got := url.Values{}
	for _, p := range form {
		got[p.Key] = append(got[p.Key], p.Value)
	}
	if got.Encode() != want.Encode() {
		t.Fatalf("%q is %v, not %v", body, got, want)
	}
}

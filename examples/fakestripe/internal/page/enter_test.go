package page_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEnter: the return key presses the first button of the form. It pays, also where
// the button of a promotion code stands before the one that pays; a code that stands
// there is not passed over.
func TestEnter(t *testing.T) {
	const action = "/c/pay/cs_test_shirt"
	first := func(b *browser) string {
		for _, x := range b.tags {
			if x.name == "button" && !x.end {
				return x.attr["name"] + "=" + x.attr["value"]
			}
		}
		return ""
	}
	_, b := visit(t, shirt(t))
	require.Equal(t, "=", first(b), "the button that pays")

	c := shirt(t)
	c.Details = details(t, "allow_promotion_codes", "true")
	w, b := visit(t, c)
	require.Equal(t, "do=enter", first(b))
	b.press(goodCard)
	form := b.fields(action)
	form.Set("do", "enter")
	form.Set("promo", "SUMMER")
	b.post(action, form).shows(422, "This code is invalid.")
	require.Zero(t, w.count("payment_intent.created"), "the full price was not paid")
	form = b.fields(action)
	form.Set("do", "enter")
	form.Set("promo", "")
	b.post(action, form)
	require.Equal(t, thanks, b.left)
}

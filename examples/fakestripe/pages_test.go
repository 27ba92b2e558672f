package fakestripe_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/examples/fakestripe"
)

// TestPages opens what is for people: that it is there, and about the right thing. What
// it looks like is tested with package page.
func TestPages(t *testing.T) {
	c := newClient(t, fakestripe.Options{PublicURL: "http://127.0.0.1:1"})
	pi := c.post(intentsPath, "amount", "900", "currency", "usd", "payment_method", "pm_card_threeDSecure2Required", "return_url", success, "confirm", "true").ok()
	s := c.post(sessionsPath, shirt()...).ok()
	for path, want := range map[string]string{
		"/": "pi_", "/c/pay/" + s.id(): "T-shirt", "/redirect/authenticate/" + pi.id(): "html", "/objects/" + pi.id(): pi.id(), "/events": "payment_intent.created",
	} {
		resp, err := http.Get(c.url + path) //nolint:noctx // a test's own server
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, http.StatusOK, resp.StatusCode, "%s: %s", path, body)
		require.Contains(t, string(body), want, path)
	}
}

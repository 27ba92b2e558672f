package fakestripe_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/examples/fakestripe"
)

// TestUnusableOptions: Open says what is wrong with the options, and New's server
// says it to everybody.
func TestUnusableOptions(t *testing.T) {
	for name, o := range map[string]fakestripe.Options{
		"Stripe-Version": {APIVersion: "yesterday"},
		"clock":          {Clock: "sundial"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := fakestripe.Open(o)
			require.ErrorContains(t, err, name)
			s := fakestripe.New(o)
			t.Cleanup(s.Close)
			for _, path := range []string{"/v1/customers", "/", "/__clock"} {
				w := httptest.NewRecorder()
				s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, http.NoBody))
				require.Equal(t, http.StatusInternalServerError, w.Code)
				require.Contains(t, w.Body.String(), `"type":"api_error"`)
				require.Contains(t, w.Body.String(), name)
			}
		})
	}
}

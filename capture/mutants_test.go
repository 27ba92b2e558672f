package capture_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/capture"
)

// TestMutants flips every cell of the compiled law, one at a time. The matrix and the model
// each have to notice. It is not parallel, for the law is one.
func TestMutants(t *testing.T) {
	cs := charges(t)
	want := matrix(t, cs)
	_, err := small().check()
	require.NoError(t, err, "the small model holds while nothing is flipped")
	cells := 0
	for _, s := range capture.Statuses() {
		for _, cmd := range commands() {
			cells++
			t.Run(fmt.Sprintf("%s/%s", s, cmd.Name()), func(t *testing.T) {
				restore := capture.FlipLaw(s, cmd.Name())
				defer restore()
				_, err := small().check()
				require.Error(t, err, "the model does not notice")
				require.NotEqual(t, want, matrix(t, cs), "the matrix does not notice")
			})
		}
	}
	require.Equal(t, 8*12, cells)
	require.Equal(t, want, matrix(t, cs), "all is as before")
}

package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/paymentintent"
)

// TestService: a dead line loses nothing, and work that comes late and twice charges once.
func TestService(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(&out))
	script.Golden(t, "testdata/service.golden", out.Bytes())
}

func TestStoreRefusesALostUpdate(t *testing.T) {
	s := &store{payments: map[string]paymentintent.Intent{}}
	require.NoError(t, s.save(paymentintent.Intent{ID: "pi_1", Version: 1}, 0))
	require.ErrorIs(t, s.save(paymentintent.Intent{ID: "pi_1", Version: 1}, 0), errConflict)
	require.NoError(t, s.save(paymentintent.Intent{ID: "pi_1", Version: 2}, 1))
}

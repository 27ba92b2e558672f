package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCheck(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-check", "-seed", "7", "-clock", "virtual"}, &out, io.Discard))
	require.Contains(t, out.String(), "virtual time")
	require.Contains(t, out.String(), `"status":"succeeded"`)
}

func TestRoutes(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"-routes"}, &out, io.Discard))
	require.Contains(t, out.String(), "POST   /v1/payment_intents/{intent}/confirm\n")
}

func TestFlags(t *testing.T) {
	for _, args := range [][]string{{"-nope"}, {"extra"}} {
		require.ErrorIs(t, run(t.Context(), args, io.Discard, io.Discard), errUsage)
	}
	for _, args := range [][]string{{"-clock", "sundial"}, {"-api-version", "yesterday"}, {"-forward", "nonsense"}} {
		require.Error(t, run(t.Context(), append(args, "-check"), io.Discard, io.Discard), "%v", args)
	}
}

// TestServe serves until it is told to stop, and then stops.
func TestServe(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"-addr", "127.0.0.1:0"}, w, io.Discard) }()
	line := make([]byte, 100)
	n, err := r.Read(line)
	require.NoError(t, err)
	base := strings.TrimSuffix(strings.Fields(string(line[:n]))[1], ",")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/v1/customers", nil)
	require.NoError(t, err)
	req.SetBasicAuth("sk_test_1", "")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusOK, resp.StatusCode)
	cancel()
	select {
	case err := <-ended:
		require.NoError(t, err)
	case <-time.After(20 * time.Second):
		t.Fatal("it did not stop")
	}
}

package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents/webhook/delivery"
)

func TestMemoryForgetsTheOldest(t *testing.T) {
	_, err := delivery.NewMemory(0)
	require.EqualError(t, err, "limit: must be at least 1")
	m, err := delivery.NewMemory(2)
	require.NoError(t, err)
	handled := 0
	once := func(id string) bool {
		again, err := m.Once(t.Context(), id, func(context.Context) error { handled++; return nil })
		require.NoError(t, err)
		return again
	}
	require.Equal(t, []bool{false, true, false, true, true}, []bool{once("1"), once("1"), once("2"), once("1"), once("2")})
	require.Equal(t, []bool{false, true, true, false, true}, []bool{once("3"), once("2"), once("3"), once("1"), once("3")})
	require.Equal(t, 4, handled)
	require.Equal(t, 2, m.Len())

	var zero delivery.Memory
	for i := range delivery.DefaultMemory + 5 {
		_, err := zero.Once(t.Context(), fmt.Sprint(i), func(context.Context) error { return nil })
		require.NoError(t, err)
	}
	require.Equal(t, delivery.DefaultMemory, zero.Len())
}

// TestMemoryRemembersOnlySuccess: an error, a panic and the end of the goroutine leave
// the id as it was.
func TestMemoryRemembersOnlySuccess(t *testing.T) {
	m := &delivery.Memory{}
	failure := errors.New("no")
	again, err := m.Once(t.Context(), "1", func(context.Context) error { return failure })
	require.False(t, again)
	require.ErrorIs(t, err, failure)
	require.Panics(t, func() {
		_, _ = m.Once(t.Context(), "1", func(context.Context) error { panic("no") })
	})
	var wg sync.WaitGroup
	wg.Go(func() {
		_, _ = m.Once(t.Context(), "1", func(context.Context) error { runtime.Goexit(); return nil })
	})
	wg.Wait()
	require.Zero(t, m.Len())
	done, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = m.Once(done, "1", func(context.Context) error { t.Error("called"); return nil })
	require.ErrorIs(t, err, context.Canceled)
	again, err = m.Once(t.Context(), "1", func(context.Context) error { return nil })
	require.False(t, again, "nobody has succeeded so far")
	require.NoError(t, err)
}

// TestMemoryWaits: while one call handles an id, others for it wait, each in turn tries
// where those before have failed, and other ids do not wait.
func TestMemoryWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &delivery.Memory{}
		var running, most, effects atomic.Int32
		release := make(chan error)
		handle := func(context.Context) error {
			most.Store(max(most.Load(), running.Add(1)))
			defer running.Add(-1)
			err := <-release
			if err == nil {
				effects.Add(1)
			}
			return err
		}
		var wg sync.WaitGroup
		var seen, failed atomic.Int32
		for range 5 {
			wg.Go(func() {
				again, err := m.Once(t.Context(), "1", handle)
				if again {
					seen.Add(1)
				}
				if err != nil {
					failed.Add(1)
				}
			})
		}
		synctest.Wait()
		impatient, cancel := context.WithCancel(t.Context())
		wg.Go(func() {
			_, err := m.Once(impatient, "1", handle)
			if !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
		synctest.Wait()
		cancel()
		_, err := m.Once(t.Context(), "2", func(context.Context) error { return nil })
		require.NoError(t, err)
		release <- errors.New("no")
		release <- errors.New("no")
		release <- nil
		wg.Wait()
		require.Equal(t, []int32{1, 1, 2, 2}, []int32{most.Load(), effects.Load(), seen.Load(), failed.Load()})
	})
}

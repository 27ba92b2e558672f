package fakestripe

import (
	crand "crypto/rand"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"sync"

	"github.com/payintent/intents"
)

const (
	account  = "acct_1FakeStripe0Local"
	scope    = account + "/test"
	alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// source draws ids and secrets: at random, or, for tests, by a seed.
type source struct {
	mu sync.Mutex
	r  io.Reader
}

func newSource(seed uint64) *source {
	if seed == 0 {
		return &source{r: crand.Reader}
	}
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	return &source{r: rand.NewChaCha8(key)}
}

// text draws n letters and digits, each equally likely.
func (s *source) text(n int) string {
	const fair = 256 / len(alphabet) * len(alphabet)
	s.mu.Lock()
	defer s.mu.Unlock()
	b := make([]byte, 0, n)
	var buf [64]byte
	for len(b) < n {
		_, _ = io.ReadFull(s.r, buf[:]) // neither source fails
		for _, x := range buf {
			if int(x) < fair && len(b) < n {
				b = append(b, alphabet[int(x)%len(alphabet)])
			}
		}
	}
	return string(b)
}

// object draws an id in Stripe's form: a digit, five for the time, ten for the
// account and eight at random. A payment's begins with 3, any other's with 1.
func (s *source) object(prefix string, now intents.Time) string {
	b := append(make([]byte, 0, 32), prefix...)
	if prefix == "pi_" || prefix == "ch_" {
		b = append(b, '3')
	} else {
		b = append(b, '1')
	}
	const places = 5
	var t [places]byte
	for i, x := places-1, uint64(now); i >= 0; i-- { //nolint:gosec // a time is not negative
		t[i], x = alphabet[x%uint64(len(alphabet))], x/uint64(len(alphabet))
	}
	b = append(b, t[:]...)
	return string(append(b, "FakeStripe"...)) + s.text(8)
}

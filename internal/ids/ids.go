// Package ids derives the ids of objects from the ids of those that they belong
// to. Ids are derived and not drawn, so that a transition that is tried again
// makes the same ids and its consumers can tell a duplicate.
package ids

import (
	"math/bits"
	"strings"
)

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// Derive returns an id in Stripe's form, such as ch_3SRzp4KXBGcbgpbZ1EpWO6qC. It
// is a function of prefix, subject and n alone. Where the subject's own id has
// Stripe's length, the new one shares its core of 16 characters, as Stripe's ids
// of one payment do; the rest, or the whole, is a digest.
//
// The digest spreads well and is no secret: never derive a client_secret from it.
func Derive(prefix, subject string, n uint64) string {
	const core, tail = 16, 8
	hi, lo := digest(prefix, subject, n)
	var buf [64]byte
	b := append(buf[:0], prefix...)
	i := strings.IndexByte(subject, '_') + 1
	if rest := subject[i:]; i > 0 && len(rest) == core+tail {
		b = append(b, rest[:core]...)
		return string(encode(b, lo, tail))
	}
	b = encode(b, hi, core-4)
	return string(encode(b, lo, tail+4))
}

func encode(b []byte, x uint64, n int) []byte {
	for range n {
		hi, lo := bits.Mul64(x, uint64(len(alphabet)))
		b = append(b, alphabet[hi])
		x = lo
	}
	return b
}

// digest mixes its input by multiplication to 128 bits, in the manner of wyhash.
func digest(prefix, subject string, n uint64) (hi, lo uint64) {
	const k0, k1 = 0xa0761d6478bd642f, 0xe7037ed1a0b428db
	h := mix(n^k0, uint64(len(prefix))<<32|uint64(len(subject)))
	h = absorb(absorb(h, prefix), subject)
	return mix(h^k1, k0), mix(h^k0, k1)
}

func absorb(h uint64, s string) uint64 {
	const k = 0x8ebc6af09c88c6e3
	for len(s) >= 8 {
		w := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		h = mix(h^w, k)
		s = s[8:]
	}
	var w uint64
	for i := range len(s) {
		w |= uint64(s[i]) << (8 * i)
	}
	return mix(h^w, k^uint64(len(s)))
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0x589965cc75374cc3, b^0x1d8e4e27c47d124f)
	return hi ^ lo
}

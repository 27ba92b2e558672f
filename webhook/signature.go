package webhook

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/payintent/intents"
)

// SignatureHeader is the name of the HTTP header that carries the signature.
const SignatureHeader = "Stripe-Signature"

// DefaultTolerance is how old a signature may be unless a caller says otherwise,
// as in Stripe's own libraries (DOC-WH, GO-85).
const DefaultTolerance = 300 * time.Second

// AnyAge is a tolerance that no signature exceeds, for payloads from an archive.
// For live traffic it would let whoever recorded a request send it again.
const AnyAge time.Duration = math.MaxInt64

// Reason says why Verify refused a signature. Reasons are stable: log them, count them.
type Reason string

// The reasons of a SignatureError, in the order in which Verify looks. A header
// without any v1 has no valid signature, however old it is.
const (
	// ReasonNotSigned means that the header is missing or empty.
	ReasonNotSigned Reason = "not_signed"
	// ReasonMalformed means that the header is not of the form key=value,key=value
	// or has not exactly one integer t.
	ReasonMalformed Reason = "malformed"
	// ReasonTooOld means that t is longer ago than the tolerance. It does not say
	// whether the signature is genuine.
	ReasonTooOld Reason = "too_old"
	// ReasonNoValidSignature means that no v1 in the header fits the payload under
	// any of the secrets.
	ReasonNoValidSignature Reason = "no_valid_signature"
)

// SignatureError refuses a payload because of its Stripe-Signature header. It
// never holds a secret, a signature or a part of the payload, so it can be logged.
//
// It matches, by errors.Is, a SignatureError with the same Reason, whatever the
// Signed of that is, and one whose Reason is empty.
type SignatureError struct {
	// Reason says what is wrong.
	Reason Reason
	// Signed is the t of the header for ReasonTooOld, else zero. Anyone may have written it.
	Signed intents.Time
}

// Error implements error.
func (e *SignatureError) Error() string {
	const prefix = SignatureHeader + ": "
	switch e.Reason {
	case ReasonNotSigned:
		return prefix + "the header is missing"
	case ReasonMalformed:
		return prefix + "the header is malformed"
	case ReasonTooOld:
		return prefix + "the timestamp " + strconv.FormatInt(int64(e.Signed), 10) + " is too old"
	case ReasonNoValidSignature:
		return prefix + "no signature fits the payload"
	}
	return prefix + string(e.Reason)
}

// Is reports whether target is a *SignatureError with the same Reason, or with none.
func (e *SignatureError) Is(target error) bool {
	t, ok := target.(*SignatureError)
	return ok && (t.Reason == e.Reason || t.Reason == "")
}

// Sign returns the Stripe-Signature header for a payload that is sent at an
// instant: t=<unix seconds>, then one v1 for each secret in order. While a secret is
// rolled over there are two, the new one and the old one (DOC-WH).
//
// Each delivery, also of the same event, is signed anew with its own instant. The
// key is the whole text of the secret with its whsec_ (GO-85). An empty secret
// signs nothing, so without any other the header has no v1 and never verifies.
func Sign(payload []byte, at intents.Time, secrets ...string) string {
	var buf [256]byte // holds three signatures
	return string(AppendSignature(buf[:0], payload, at, secrets...))
}

// AppendSignature appends what Sign returns to dst and returns the longer slice. It
// allocates nothing when dst has the capacity: 24 bytes and 68 for each secret are enough.
func AppendSignature(dst, payload []byte, at intents.Time, secrets ...string) []byte {
	dst = append(dst, "t="...)
	dst = strconv.AppendInt(dst, int64(at), 10)
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		sum := mac(secret, int64(at), payload)
		dst = append(dst, ",v1="...)
		dst = hex.AppendEncode(dst, sum[:])
	}
	return dst
}

// Verify returns nil when header, the value of Stripe-Signature, shows that payload
// was signed with one of the secrets no longer ago than the tolerance, measured at now.
// Payload is the body as it came, to the byte. A tolerance of 0 means DefaultTolerance.
//
// It returns a *SignatureError for a bad header, and an *intents.InvalidError that
// names secret or now when the caller has no secret, an empty one or no time; that
// is looked at first, so that a service with a missing setting never seems to work.
//
// The rules are those of stripe-go v85, webhook.ConstructEventWithTolerance (facts
// 4.4, GO-85): the header has to be a list of key=value, the age is checked before
// the signature, one v1 that fits is enough, what is not 32 bytes in hex is passed over,
// and unknown keys and v0, which Stripe puts on test events, never count. A timestamp
// in the future is accepted: nobody without the secret can make one. Verify is
// stricter in three points: stripe-go takes the last of several t, reads a missing
// one as very old, and accepts the empty secret.
//
// Signatures are compared in constant time. Verify allocates nothing unless it fails.
func Verify(payload []byte, header string, now time.Time, tolerance time.Duration, secrets ...string) error {
	if err := checkVerifier(now, secrets); err != nil {
		return err
	}
	if header == "" {
		return &SignatureError{Reason: ReasonNotSigned, Signed: 0}
	}
	t, ok := parseHeader(header)
	if !ok {
		return &SignatureError{Reason: ReasonMalformed, Signed: 0}
	}
	if _, _, some := candidate(header); !some {
		return &SignatureError{Reason: ReasonNoValidSignature, Signed: 0}
	}
	if tolerance == 0 {
		tolerance = DefaultTolerance
	}
	// Not intents.Time.Time, for which 0 is no instant.
	if now.Sub(time.Unix(t, 0)) > tolerance {
		return &SignatureError{Reason: ReasonTooOld, Signed: intents.Time(t)}
	}
	for _, secret := range secrets {
		if anyFits(header, mac(secret, t, payload)) {
			return nil
		}
	}
	return &SignatureError{Reason: ReasonNoValidSignature, Signed: 0}
}

// Open is Verify, then Decode: it turns a webhook request that nobody tampered with
// into its Event. It returns the errors of both. An *intents.InvalidError that names
// secret or now is the receiver's own fault, any other one the sender's.
func Open(
	payload []byte, header string, now time.Time, tolerance time.Duration, secrets ...string,
) (Event, error) {
	if err := Verify(payload, header, now, tolerance, secrets...); err != nil {
		return Event{}, err
	}
	return Decode(payload)
}

func checkVerifier(now time.Time, secrets []string) error {
	if len(secrets) == 0 {
		return invalid("secret", "there is none")
	}
	if slices.Contains(secrets, "") {
		return invalid("secret", "is empty")
	}
	if now.IsZero() {
		// It would make every signature one of the future, which is accepted.
		return invalid("now", "is the zero time")
	}
	return nil
}

// parseHeader returns the only t of header, and false if header is malformed.
func parseHeader(header string) (t int64, ok bool) {
	for rest, more := header, true; more; {
		var element string
		element, rest, more = strings.Cut(rest, ",")
		key, value, found := strings.Cut(element, "=")
		if !found || strings.Contains(value, "=") {
			return 0, false
		}
		if key != "t" {
			continue
		}
		var err error
		if t, err = strconv.ParseInt(value, 10, 64); err != nil || ok {
			return 0, false
		}
		ok = true
	}
	return t, ok
}

// candidate returns the first v1 of header that is 32 bytes in hex, and what is behind it.
func candidate(header string) (sig [sha256.Size]byte, rest string, ok bool) {
	for rest = header; rest != ""; {
		var element string
		element, rest, _ = strings.Cut(rest, ",")
		value, isV1 := strings.CutPrefix(element, "v1=")
		var text [2 * sha256.Size]byte
		if !isV1 || len(value) != len(text) {
			continue
		}
		copy(text[:], value)
		if _, err := hex.Decode(sig[:], text[:]); err == nil {
			return sig, rest, true
		}
	}
	return sig, "", false
}

// anyFits reports whether a v1 of header is sum.
func anyFits(header string, sum [sha256.Size]byte) bool {
	for sig, rest, ok := candidate(header); ok; sig, rest, ok = candidate(rest) {
		if subtle.ConstantTimeCompare(sig[:], sum[:]) == 1 {
			return true
		}
	}
	return false
}

// The bytes that HMAC mixes into the key for its two hashes (RFC 2104).
const (
	innerPad = 0x36
	outerPad = 0x5c
)

// mac returns HMAC-SHA256 of "t.payload" under secret. It is crypto/hmac written
// out for one hash function, since that allocates seven times for each signature and
// this does not. The tests hold the two against each other.
func mac(secret string, t int64, payload []byte) (sum [sha256.Size]byte) {
	h := sha256.New()
	var key [sha256.BlockSize]byte
	// A hash never returns an error.
	if len(secret) > len(key) {
		for rest := secret; rest != ""; {
			n := copy(key[:], rest)
			_, _ = h.Write(key[:n])
			rest = rest[n:]
		}
		clear(key[:])
		h.Sum(key[:0])
		h.Reset()
	} else {
		copy(key[:], secret)
	}
	for i := range key {
		key[i] ^= innerPad
	}
	var stamp [24]byte // the longest int64 has 20 bytes
	_, _ = h.Write(key[:])
	_, _ = h.Write(append(strconv.AppendInt(stamp[:0], t, 10), '.'))
	_, _ = h.Write(payload)
	h.Sum(sum[:0])
	for i := range key {
		key[i] ^= innerPad ^ outerPad
	}
	h.Reset()
	_, _ = h.Write(key[:])
	_, _ = h.Write(sum[:])
	h.Sum(sum[:0])
	return sum
}

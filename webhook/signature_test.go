package webhook_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/payintent/intents"
	"github.com/payintent/intents/webhook"
)

const (
	testSecret  = "whsec_test_secret"
	testPayload = `{"id":"evt_test","object":"event"}`
	testSigned  = intents.Time(1492774577)
	testHex     = "691252e266ce41cb94d709c84e9580d4172b117a510bbc81723f657d2cd5d215"
)

// hmacHex is the judge: the signature by the standard library's HMAC.
func hmacHex(secret string, at int64, payload []byte) string {
	h := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(h, "%d.", at)
	h.Write(payload)
	return hex.EncodeToString(h.Sum(nil))
}

func TestSignVectors(t *testing.T) {
	for _, tc := range []struct {
		name, payload string
		at            intents.Time
		secrets       []string
		want          string
	}{
		{"one secret", testPayload, testSigned, []string{testSecret}, "t=1492774577,v1=" + testHex},
		{"time 0, empty body", "", 0, []string{testSecret}, "t=0,v1=e359a4b07054a77815d22548b11f4936e8b16e4160347fcbc7fbeac890d07c42"},
		{
			"rolled", "{}", 1561420781,
			[]string{"whsec_a", "whsec_b"},
			"t=1561420781,v1=4f0c48b6699ea86443003b8adbe5b055212f4878bda2948a99f224329c27fe82" +
				",v1=97165355c2c9a48e1eeaa07666935d8c6072212d6d593ce10fff3f3534429a3f",
		},
		{"empty secret", testPayload, testSigned, []string{"", testSecret, ""}, "t=1492774577,v1=" + testHex},
		{"no secret", testPayload, testSigned, nil, "t=1492774577"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.Equal(t, tc.want, webhook.Sign([]byte(tc.payload), tc.at, tc.secrets...))
			for i, secret := range strings.Split(strings.Join(tc.secrets, " "), " ") {
				if secret != "" && tc.name != "empty secret" {
					require.Equal(t, strings.Split(tc.want, ",v1=")[i+1], hmacHex(secret, int64(tc.at), []byte(tc.payload)), "the vector itself")
				}
			}
		})
	}
}

func TestVerify(t *testing.T) {
	const (
		other = "v1=0000000000000000000000000000000000000000000000000000000000000000"
		good  = "v1=" + testHex
	)
	at := testSigned.Time()
	for _, tc := range []struct {
		name, header string
		now          time.Time
		tolerance    time.Duration
		secrets      []string
		want         webhook.Reason // empty: accepted
	}{
		{name: "good", header: "t=1492774577," + good},
		{name: "signature before time", header: good + ",t=1492774577"},
		{name: "upper-case hex", header: "t=1492774577,v1=" + strings.ToUpper(testHex)},
		{name: "several v1, the last fits", header: "t=1492774577," + other + "," + good},
		{name: "several v1, the first fits", header: "t=1492774577," + good + "," + other},
		{name: "non-hex v1 next to a good one", header: "t=1492774577,v1=zz,v1=" + strings.Repeat("z", 64) + "," + good},
		{name: "unknown keys", header: "t=1492774577,v2=1,=,x=," + good},
		{name: "signed time", header: "t=+1492774577," + good},
		{name: "leading zeros", header: "t=0001492774577," + good},
		{name: "second of two secrets", header: "t=1492774577," + good, secrets: []string{"whsec_new", testSecret}},
		{name: "first of two secrets", header: "t=1492774577," + good, secrets: []string{testSecret, "whsec_old"}},
		{name: "299 s old", header: "t=1492774577," + good, now: at.Add(299 * time.Second)},
		{name: "exactly as old as allowed", header: "t=1492774577," + good, now: at.Add(300 * time.Second)},
		{name: "ten years in the future", header: "t=1492774577," + good, now: at.AddDate(-10, 0, 0)},
		{name: "any age", header: "t=1492774577," + good, now: at.AddDate(200, 0, 0), tolerance: webhook.AnyAge},
		{name: "old within a wide tolerance", header: "t=1492774577," + good, now: at.Add(time.Hour), tolerance: time.Hour},

		{name: "no header", header: "", want: webhook.ReasonNotSigned},
		{name: "space", header: " ", want: webhook.ReasonMalformed},
		{name: "no equals sign", header: "t=1492774577,foo," + good, want: webhook.ReasonMalformed},
		{name: "two equals signs", header: "t=1492774577,v0=a=b," + good, want: webhook.ReasonMalformed},
		{name: "trailing comma", header: "t=1492774577," + good + ",", want: webhook.ReasonMalformed},
		{name: "leading comma", header: ",t=1492774577," + good, want: webhook.ReasonMalformed},
		{name: "v1 alone", header: "t=1492774577,v1", want: webhook.ReasonMalformed},
		{name: "no time", header: good, want: webhook.ReasonMalformed},
		{name: "empty time", header: "t=," + good, want: webhook.ReasonMalformed},
		{name: "text as time", header: "t=now," + good, want: webhook.ReasonMalformed},
		{name: "fraction as time", header: "t=1492774577.0," + good, want: webhook.ReasonMalformed},
		{name: "time out of range", header: "t=9223372036854775808," + good, want: webhook.ReasonMalformed},
		{name: "two times, the last fits", header: "t=1," + good + ",t=1492774577", want: webhook.ReasonMalformed},
		{name: "the same time twice", header: "t=1492774577,t=1492774577," + good, want: webhook.ReasonMalformed},
		{name: "malformed beats old", header: "t=1,foo", want: webhook.ReasonMalformed},
		{name: "too old", header: "t=1492774577," + good, now: at.Add(300*time.Second + 1), want: webhook.ReasonTooOld},
		{name: "old beats wrong", header: "t=1," + other, want: webhook.ReasonTooOld},
		{name: "no signature beats old", header: "t=1,v0=" + testHex, want: webhook.ReasonNoValidSignature},
		{name: "before 1970", header: "t=-5," + good, want: webhook.ReasonTooOld},
		{name: "negative tolerance", header: "t=1492774577," + good, tolerance: -1, want: webhook.ReasonTooOld},
		{name: "narrow tolerance", header: "t=1492774577," + good, now: at.Add(2), tolerance: 1, want: webhook.ReasonTooOld},
		{name: "no signature", header: "t=1492774577", want: webhook.ReasonNoValidSignature},
		{name: "v0 alone", header: "t=1492774577,v0=" + testHex, want: webhook.ReasonNoValidSignature},
		{name: "v1 behind a space", header: "t=1492774577, " + good, want: webhook.ReasonNoValidSignature},
		{name: "capital V1", header: "t=1492774577,V1=" + testHex, want: webhook.ReasonNoValidSignature},
		{name: "non-hex v1", header: "t=1492774577,v1=zz", want: webhook.ReasonNoValidSignature},
		{name: "empty v1", header: "t=1492774577,v1=", want: webhook.ReasonNoValidSignature},
		{name: "short v1", header: "t=1492774577," + good[:len(good)-2], want: webhook.ReasonNoValidSignature},
		{name: "long v1", header: "t=1492774577," + good + "00", want: webhook.ReasonNoValidSignature},
		{name: "wrong v1", header: "t=1492774577," + other, want: webhook.ReasonNoValidSignature},
		{name: "another time", header: "t=1492774578," + good, want: webhook.ReasonNoValidSignature},
		{name: "wrong secret", header: "t=1492774577," + good, secrets: []string{"whsec_x"}, want: webhook.ReasonNoValidSignature},
		{name: "secret without its prefix", header: "t=1492774577," + good, secrets: []string{"test_secret"}, want: webhook.ReasonNoValidSignature},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.now.IsZero() {
				tc.now = at
			}
			if tc.secrets == nil {
				tc.secrets = []string{testSecret}
			}
			err := webhook.Verify([]byte(testPayload), tc.header, tc.now, tc.tolerance, tc.secrets...)
			if tc.want == "" {
				require.NoError(t, err)
				return
			}
			var refused *webhook.SignatureError
			require.ErrorAs(t, err, &refused)
			require.Equal(t, tc.want, refused.Reason)
			require.Equal(t, tc.want == webhook.ReasonTooOld, !refused.Signed.IsZero())
			for _, secret := range tc.secrets {
				require.NotContains(t, err.Error(), secret)
			}
		})
	}
}

func TestVerifyPayload(t *testing.T) {
	header := webhook.Sign([]byte(testPayload), testSigned, testSecret)
	for name, payload := range map[string]string{
		"tampered":           strings.Replace(testPayload, "evt_test", "evt_tesu", 1),
		"cut off":            testPayload[:len(testPayload)-1],
		"line feed appended": testPayload + "\n",
		"reformatted":        strings.ReplaceAll(testPayload, ":", ": "),
		"empty":              "",
	} {
		t.Run(name, func(t *testing.T) {
			err := webhook.Verify([]byte(payload), header, testSigned.Time(), 0, testSecret)
			require.ErrorIs(t, err, &webhook.SignatureError{Reason: webhook.ReasonNoValidSignature})
		})
	}
}

func TestVerifyRefusesItsCaller(t *testing.T) {
	header := webhook.Sign([]byte(testPayload), testSigned, testSecret)
	now := testSigned.Time()
	for _, tc := range []struct {
		name    string
		now     time.Time
		secrets []string
		param   string
	}{
		{"no secret", now, nil, "secret"},
		{"empty secret", now, []string{""}, "secret"},
		{"empty secret behind a good one", now, []string{testSecret, ""}, "secret"},
		{"no time", time.Time{}, []string{testSecret}, "now"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			err := webhook.Verify([]byte(testPayload), header, tc.now, 0, tc.secrets...)
			require.Equal(t, tc.param, paramOf(t, err))
			require.NotContains(t, err.Error(), testSecret)
			require.Equal(t, tc.param, paramOf(t, webhook.Verify(nil, "", tc.now, 0, tc.secrets...)), "before the header")
		})
	}
	t.Run("signed with the empty secret", func(t *testing.T) {
		forged := "t=1492774577,v1=" + hmacHex("", int64(testSigned), []byte(testPayload))
		require.Error(t, webhook.Verify([]byte(testPayload), forged, now, 0))
		require.Error(t, webhook.Verify([]byte(testPayload), forged, now, 0, ""))
		require.Error(t, webhook.Verify([]byte(testPayload), forged, now, 0, testSecret))
	})
}

func TestSignatureError(t *testing.T) {
	seen := map[string]bool{}
	reasons := []webhook.Reason{
		webhook.ReasonNotSigned, webhook.ReasonMalformed, webhook.ReasonTooOld, webhook.ReasonNoValidSignature, "another",
	}
	for _, reason := range reasons {
		err := fmt.Errorf("receive: %w", &webhook.SignatureError{Reason: reason, Signed: 5})
		require.False(t, seen[err.Error()], "each reason has its own text")
		seen[err.Error()] = true
		for _, target := range reasons {
			require.Equal(t, reason == target, errors.Is(err, &webhook.SignatureError{Reason: target}))
		}
		require.ErrorIs(t, err, &webhook.SignatureError{})
		require.NotErrorIs(t, err, &intents.InvalidError{})
	}
	require.Contains(t, (&webhook.SignatureError{Reason: webhook.ReasonTooOld, Signed: 5}).Error(), "timestamp 5 ")
}

func TestOpen(t *testing.T) {
	want := settledEvent()
	payload := want.Render("")
	header := webhook.Sign(payload, testSigned, testSecret)
	now := testSigned.Time()

	e, err := webhook.Open(payload, header, now, 0, testSecret)
	require.NoError(t, err)
	require.Equal(t, want, e)

	e, err = webhook.Open(payload, header, now, 0, "whsec_x")
	require.ErrorIs(t, err, &webhook.SignatureError{Reason: webhook.ReasonNoValidSignature})
	require.Equal(t, webhook.Event{}, e)

	_, err = webhook.Open([]byte("{"), header, now, 0, testSecret)
	require.ErrorIs(t, err, &webhook.SignatureError{}, "nothing is decoded before it is verified")

	_, err = webhook.Open([]byte("{"), webhook.Sign([]byte("{"), testSigned, testSecret), now, 0, testSecret)
	require.Equal(t, "payload", paramOf(t, err))
}

func TestSignatureProperties(t *testing.T) {
	// Keys at and around the block length of SHA-256, where HMAC treats them otherwise.
	secrets := rapid.OneOf(
		rapid.StringN(1, -1, -1),
		rapid.Map(rapid.IntRange(62, 67), func(n int) string { return strings.Repeat("k", n) }),
	)
	rapid.Check(t, func(t *rapid.T) {
		payload := rapid.SliceOf(rapid.Byte()).Draw(t, "payload")
		keys := rapid.SliceOfN(secrets, 1, 4).Draw(t, "secrets")
		// Within what a time.Duration can hold.
		at := rapid.OneOf(rapid.Int64Range(0, 1<<33), rapid.SampledFrom([]int64{0, 1, 1 << 32})).Draw(t, "at")
		age := time.Duration(rapid.Int64Range(-int64(time.Hour), int64(300*time.Second)).Draw(t, "age"))
		now := time.Unix(at, 0).Add(age)
		key := rapid.SampledFrom(keys).Draw(t, "key")

		header := webhook.Sign(payload, intents.Time(at), keys...)
		want := "t=" + strconv.FormatInt(at, 10)
		for _, k := range keys {
			want += ",v1=" + hmacHex(k, at, payload)
		}
		require.Equal(t, want, header, "crypto/hmac agrees")
		require.NoError(t, webhook.Verify(payload, header, now, 0, key), "what was signed verifies")
		require.NoError(t, webhook.Verify(payload, webhook.Sign(payload, intents.Time(at), key), now, 0, keys...))

		// Any flipped bit of what is signed is noticed: of payload, signature and time.
		signed := append([]byte(strings.TrimPrefix(webhook.Sign(payload, intents.Time(at), key), "t=")), payload...)
		header = webhook.Sign(payload, intents.Time(at), key)
		bit := rapid.IntRange(0, 8*len(signed)-1).Draw(t, "bit")
		signed[bit/8] ^= 1 << (bit % 8)
		flippedHeader, flippedPayload := "t="+string(signed[:len(header)-2]), signed[len(header)-2:]
		if strings.EqualFold(flippedHeader, header) && string(flippedPayload) == string(payload) {
			return // a hex digit in the other case is the same digit
		}
		require.Error(t, webhook.Verify(flippedPayload, flippedHeader, now, webhook.AnyAge, key))
	})
}

func TestVerifyExtremeTimes(t *testing.T) {
	for _, at := range []int64{math.MinInt64, math.MinInt64 + 1, -1, 0, math.MaxInt64 - 1, math.MaxInt64} {
		header := webhook.Sign(nil, intents.Time(at), testSecret)
		require.Equal(t, fmt.Sprintf("t=%d,v1=%s", at, hmacHex(testSecret, at, nil)), header)
		require.NoError(t, webhook.Verify(nil, header, testSigned.Time(), webhook.AnyAge, testSecret), at)
		require.Error(t, webhook.Verify(nil, header, testSigned.Time(), webhook.AnyAge, "whsec_x"), at)
	}
}

func TestSignatureAllocs(t *testing.T) {
	payload := []byte(strings.Repeat("x", 2500))
	long := strings.Repeat("k", 100)
	now := testSigned.Time()
	header := webhook.Sign(payload, testSigned, testSecret, long)
	buf := make([]byte, 0, 24+2*68)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		buf = webhook.AppendSignature(buf[:0], payload, testSigned, testSecret, long)
	}))
	require.Equal(t, header, string(buf))
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() { header = webhook.Sign(payload, testSigned, testSecret, long) }), 1.0)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if err := webhook.Verify(payload, header, now, 0, "whsec_x", long); err != nil {
			t.Error(err)
		}
	}))
}

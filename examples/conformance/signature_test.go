package conformance

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/webhook"
	stripewebhook "github.com/stripe/stripe-go/v85/webhook"
)

// payload is the least that both sides take for an event of the release train.
const payload = `{"id":"evt_1","object":"event","api_version":"` + string(sdkVersion) + `","created":1762799182,"data":{"object":{}},` +
	`"livemode":false,"pending_webhooks":0,"request":null,"type":"charge.updated"}`

// theirs returns stripe-go's verdict, in the words of ours. It reads the clock itself.
func theirs(body, header, secret string, tolerance time.Duration) webhook.Reason {
	_, err := stripewebhook.ConstructEventWithTolerance([]byte(body), header, secret, tolerance)
	switch {
	case err == nil:
		return ""
	case errors.Is(err, stripewebhook.ErrNotSigned):
		return webhook.ReasonNotSigned
	case errors.Is(err, stripewebhook.ErrInvalidHeader):
		return webhook.ReasonMalformed
	case errors.Is(err, stripewebhook.ErrTooOld):
		return webhook.ReasonTooOld
	case errors.Is(err, stripewebhook.ErrNoValidSignature):
		return webhook.ReasonNoValidSignature
	}
	return webhook.Reason(err.Error())
}

// ours returns this library's verdict.
func ours(body, header, secret string, now time.Time, tolerance time.Duration) webhook.Reason {
	err := webhook.Verify([]byte(body), header, now, tolerance, secret)
	var refused *webhook.SignatureError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &refused):
		return refused.Reason
	}
	return webhook.Reason(err.Error())
}

// A case in which both are asked.
type posted struct {
	body, header, secret string
	tolerance            time.Duration
}

// agree asks both. They have to say the same, and for the same reason but for
// what a header that is refused anyway is called: see otherReasons.
func agree(t *testing.T, d posted) webhook.Reason {
	t.Helper()
	a, b := ours(d.body, d.header, d.secret, time.Now(), d.tolerance), theirs(d.body, d.header, d.secret, d.tolerance)
	switch {
	case (a == "") == (b == "") && (a == b || slices.Contains(otherReasons, [2]webhook.Reason{a, b}) && odd(d.header)):
	case a != "" && b == "" && times(d.header) > 1: // TestStricterSeveralTimes
	default:
		t.Errorf("%q: we say %q, stripe-go %q", d.header, a, b)
	}
	return a
}

// otherReasons are ours and theirs for one header that both refuse. A header without
// t is malformed to us, and very old to them; several t are malformed to us, the last
// counts for them; and they take a v1 that is hex, but not 32 bytes, for a signature,
// so that its age is looked at first.
var otherReasons = [][2]webhook.Reason{
	{webhook.ReasonMalformed, webhook.ReasonTooOld},
	{webhook.ReasonMalformed, webhook.ReasonNoValidSignature},
	{webhook.ReasonNoValidSignature, webhook.ReasonTooOld},
}

// odd reports whether a header is one of those that otherReasons tells of.
func odd(header string) bool {
	for element := range strings.SplitSeq(header, ",") {
		value, isV1 := strings.CutPrefix(element, "v1=")
		if sig, err := hex.DecodeString(value); isV1 && err == nil && len(sig) != 32 {
			return true
		}
	}
	return times(header) != 1
}

// times counts the t of a header.
func times(header string) (n int) {
	for element := range strings.SplitSeq(header, ",") {
		if strings.HasPrefix(element, "t=") {
			n++
		}
	}
	return n
}

// signed returns a v1 for the payload at a time.
func signed(at time.Time, secret string) string {
	return hex.EncodeToString(stripewebhook.ComputeSignature(at, []byte(payload), secret))
}

func TestSignatureParity(t *testing.T) {
	now := time.Now()
	good := func(at time.Time) string { return fmt.Sprintf("t=%d,v1=%s", at.Unix(), signed(at, secret)) }
	stamp, sig := strconv.FormatInt(now.Unix(), 10), signed(now, secret)
	old := now.Add(-400 * time.Second)
	for _, tc := range []struct {
		name string
		d    posted
		want webhook.Reason
	}{
		{"good", posted{payload, good(now), secret, 0}, ""},
		{"ours", posted{payload, webhook.Sign([]byte(payload), intents.TimeOf(now), secret), secret, 0}, ""},
		{"two secrets", posted{payload, webhook.Sign([]byte(payload), intents.TimeOf(now), "whsec_other", secret), secret, 0}, ""},
		{"empty", posted{payload, "", secret, 0}, webhook.ReasonNotSigned},
		{"another body", posted{payload + " ", good(now), secret, 0}, webhook.ReasonNoValidSignature},
		{"another secret", posted{payload, good(now), secret + "x", 0}, webhook.ReasonNoValidSignature},
		{"too old", posted{payload, good(old), secret, 0}, webhook.ReasonTooOld},
		{"too old and wrong", posted{payload, "t=" + strconv.FormatInt(old.Unix(), 10) + ",v1=" + sig, secret, 0}, webhook.ReasonTooOld},
		{"old, within a tolerance", posted{payload, good(old), secret, time.Hour}, ""},
		{"zero tolerance is the default", posted{payload, good(now.Add(-200 * time.Second)), secret, 0}, ""},
		{"a short tolerance", posted{payload, good(now.Add(-10 * time.Second)), secret, 5 * time.Second}, webhook.ReasonTooOld},
		{"a negative tolerance", posted{payload, good(now), secret, -time.Hour}, webhook.ReasonTooOld},
		{"the future", posted{payload, good(now.AddDate(10, 0, 0)), secret, 0}, ""},
		{"before 1970", posted{payload, good(time.Unix(-5, 0)), secret, webhook.AnyAge}, ""},
		{"the end of time, where clocks overflow", posted{payload, "t=9223372036854775807,v1=" + sig, secret, 0}, webhook.ReasonTooOld},
		{"v1 before t", posted{payload, "v1=" + sig + ",t=" + stamp, secret, 0}, ""},
		{"upper case", posted{payload, "t=" + stamp + ",v1=" + strings.ToUpper(sig), secret, 0}, ""},
		{"bad hex beside a good one", posted{payload, "t=" + stamp + ",v1=zz,v1=" + sig, secret, 0}, ""},
		{"bad hex", posted{payload, "t=" + stamp + ",v1=zz", secret, 0}, webhook.ReasonNoValidSignature},
		{"short hex", posted{payload, "t=" + stamp + ",v1=abcd", secret, 0}, webhook.ReasonNoValidSignature},
		{"a longer one", posted{payload, "t=" + stamp + ",v1=" + sig + "00", secret, 0}, webhook.ReasonNoValidSignature},
		{"three v1", posted{payload, "t=" + stamp + ",v1=" + strings.Repeat("0", 64) + ",v1=" + sig + ",v1=" + strings.Repeat("f", 64), secret, 0}, ""},
		{"unknown keys", posted{payload, "x=1,t=" + stamp + ",v0=" + sig + ",v1=" + sig + ",=", secret, 0}, ""},
		{"v0 alone", posted{payload, "t=" + stamp + ",v0=" + sig, secret, 0}, webhook.ReasonNoValidSignature},
		{"a trailing comma", posted{payload, good(now) + ",", secret, 0}, webhook.ReasonMalformed},
		{"a leading comma", posted{payload, "," + good(now), secret, 0}, webhook.ReasonMalformed},
		{"a space behind the comma", posted{payload, "t=" + stamp + ", v1=" + sig, secret, 0}, webhook.ReasonNoValidSignature},
		{"a space behind the value", posted{payload, "t=" + stamp + ",v1=" + sig + " ", secret, 0}, webhook.ReasonNoValidSignature},
		{"a space in the time", posted{payload, "t= " + stamp + ",v1=" + sig, secret, 0}, webhook.ReasonMalformed},
		{"three parts", posted{payload, good(now) + "=", secret, 0}, webhook.ReasonMalformed},
		{"no key", posted{payload, good(now) + ",foo", secret, 0}, webhook.ReasonMalformed},
		{"no time", posted{payload, "t=,v1=" + sig, secret, 0}, webhook.ReasonMalformed},
		{"a fraction", posted{payload, "t=" + stamp + ".5,v1=" + sig, secret, 0}, webhook.ReasonMalformed},
		{"out of range", posted{payload, "t=9223372036854775808,v1=" + sig, secret, 0}, webhook.ReasonMalformed},
		{"a plus and zeros", posted{payload, "t=+00" + stamp + ",v1=" + sig, secret, 0}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := agree(t, tc.d); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}

// TestSignatureParityDrawn puts headers together from pieces that are right, wrong
// and strange, many times.
func TestSignatureParityDrawn(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 2))
	accepted, refused := 0, map[webhook.Reason]int{}
	for range 20000 {
		if r := agree(t, drawn(draw, time.Now())); r == "" {
			accepted++
		} else {
			refused[r]++
		}
	}
	t.Logf("%d accepted, refused %v", accepted, refused)
	if accepted < 500 || len(refused) != 4 {
		t.Error("not all verdicts came up")
	}
}

// drawn returns a delivery of pieces.
func drawn(draw *rand.Rand, now time.Time) posted {
	pick := func(of ...string) string { return of[draw.IntN(len(of))] }
	at := now.Add([]time.Duration{0, 0, 0, -290 * time.Second, -310 * time.Second, -time.Hour, time.Hour, 87600 * time.Hour, -time.Duration(now.UnixNano())}[draw.IntN(9)])
	stamp, sig := strconv.FormatInt(at.Unix(), 10), signed(at, secret)
	d := posted{body: payload, secret: secret, tolerance: []time.Duration{0, 0, 300 * time.Second, time.Minute, 24 * time.Hour, webhook.AnyAge}[draw.IntN(6)]}
	var elements []string
	if draw.IntN(20) > 0 {
		elements = append(elements, "t="+stamp)
	}
	for range draw.IntN(4) {
		elements = append(elements, pick("v1=", "v1=", "v1=", "v0=", "v2=", " v1=", "V1=", "v1")+
			pick(sig, sig, sig, strings.ToUpper(sig), sig[1:], sig+"0", sig+" ", strings.Repeat("0", 64), "", "zz", "ab", signed(at, "whsec_other"), sig+"="))
	}
	if draw.IntN(4) == 0 {
		elements = append(elements, pick("", " ", "=", "t", "t="+stamp, "t=", "t=x", "t=1.0", "T="+stamp, "foo=bar", "a=b=c", "t=-1"))
	}
	draw.Shuffle(len(elements), func(i, k int) { elements[i], elements[k] = elements[k], elements[i] })
	d.header = strings.Join(elements, pick(",", ",", ",", ",", ", ", ";", ",,"))
	if draw.IntN(20) == 0 {
		d.body = payload[:len(payload)-1]
	}
	return d
}

// FuzzSignature asks both about any header, with a good signature where it says so.
func FuzzSignature(f *testing.F) {
	for _, header := range []string{"", "t=NOW,v1=SIG", "t=NOW,v1=SIG,", "v1=SIG,t=NOW", "t=NOW, v1=SIG", "t=NOW,t=NOW,v1=SIG", "t=5,v1=SIG", "t=NOW,v1=zz,v1=SIG", "t=+NOW,v1=SIG", "t==,v1=SIG", "t=NOW\n,v1=SIG\x00"} {
		f.Add(header, false)
	}
	f.Add("t=NOW,v1=SIG", true)
	f.Fuzz(func(t *testing.T, header string, wide bool) {
		now := time.Now()
		d := posted{body: payload, secret: secret}
		if wide {
			d.tolerance = webhook.AnyAge
		}
		d.header = strings.ReplaceAll(strings.ReplaceAll(header, "NOW", strconv.FormatInt(now.Unix(), 10)), "SIG", signed(now, secret))
		agree(t, d)
	})
}

// TestStricterSeveralTimes: stripe-go takes the last of several t. We refuse them: no
// signer writes two, and readers that choose differently could be played off.
func TestStricterSeveralTimes(t *testing.T) {
	now := time.Now()
	header := fmt.Sprintf("t=5,t=%d,v1=%s", now.Unix(), signed(now, secret))
	if r := theirs(payload, header, secret, 0); r != "" {
		t.Errorf("stripe-go refuses it: %s", r)
	}
	if r := ours(payload, header, secret, now, 0); r != webhook.ReasonMalformed {
		t.Errorf("we say %q", r)
	}
}

// TestStricterMissingTime: stripe-go reads a missing t as the year 1, which is too old
// unless every age will do; then it accepts who signed that instant. We never do.
func TestStricterMissingTime(t *testing.T) {
	header := "v1=" + signed(time.Time{}, secret)
	if _, err := stripewebhook.ConstructEventIgnoringTolerance([]byte(payload), header, secret); err != nil {
		t.Errorf("stripe-go refuses it: %v", err)
	}
	for _, tolerance := range []time.Duration{0, webhook.AnyAge} {
		if r := ours(payload, header, secret, time.Now(), tolerance); r != webhook.ReasonMalformed {
			t.Errorf("we say %q", r)
		}
	}
}

// TestStricterEmptySecret: stripe-go accepts what is signed with the empty secret,
// which anyone can do. We refuse to work without a secret.
func TestStricterEmptySecret(t *testing.T) {
	now := time.Now()
	header := fmt.Sprintf("t=%d,v1=%s", now.Unix(), signed(now, ""))
	if r := theirs(payload, header, "", 0); r != "" {
		t.Errorf("stripe-go refuses it: %s", r)
	}
	var missing *intents.InvalidError
	if err := webhook.Verify([]byte(payload), header, now, 0, ""); !errors.As(err, &missing) || missing.Param != "secret" {
		t.Errorf("we say %v", err)
	}
}

package webhook_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/script"
	"github.com/payintent/intents/webhook"
)

// wireVersions are those of the golden files, the newest first.
var wireVersions = []intents.Version{intents.VersionLatest, intents.VersionBasil, intents.Version20240410, intents.Version20220801, "2018-11-08"}

// TestWire holds the first event of each type that the lives tell of against
// testdata/<type>.golden: the whole body at the newest version, and for each older
// one what differs from the one before.
func TestWire(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range lives {
		for _, e := range told(l.play(t)) {
			if name := wireName(e); !seen[name] {
				seen[name] = true
				script.Golden(t, filepath.Join("testdata", name+".golden"), []byte(wire(t, l.name, e)))
			}
		}
	}
	files, err := filepath.Glob(filepath.Join("testdata", "*.golden"))
	require.NoError(t, err)
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".golden")
		require.True(t, seen[name], "%s: no life tells of it any more", f)
	}
}

// wireName names the golden file of an event: its type, and what only old
// versions are sent apart from the rest.
func wireName(e webhook.Event) string {
	if e.Until != "" {
		return e.Type + ".until." + string(e.Until)
	}
	return e.Type
}

// wire describes an event at all versions.
func wire(t *testing.T, story string, e webhook.Event) string {
	t.Helper()
	var out strings.Builder
	fmt.Fprintf(&out, "%s, from the story: %s\n", e.Type, story)
	var newer []string
	for _, v := range wireVersions {
		body := e.Render(v)
		lines := leaves(t, body)
		fmt.Fprintf(&out, "\n%s", v)
		switch {
		case !e.SentTo(v):
			out.WriteString(": not sent\n")
			continue
		case newer == nil:
			var pretty bytes.Buffer
			require.NoError(t, json.Indent(&pretty, body, "", "  "))
			fmt.Fprintf(&out, "\n%s\n", pretty.Bytes())
		default:
			out.WriteString("\n")
			for _, line := range newer {
				if !slices.Contains(lines, line) {
					fmt.Fprintf(&out, "- %s\n", line)
				}
			}
			for _, line := range lines {
				if !slices.Contains(newer, line) {
					fmt.Fprintf(&out, "+ %s\n", line)
				}
			}
		}
		newer = lines
	}
	return out.String()
}

// leaves returns the scalars of a JSON text with their paths, in its order. It fails
// unless the text is valid and no object has a key twice or out of Stripe's order:
// id, object, and the others by alphabet.
func leaves(t require.TestingT, body []byte) []string {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var lines []string
	walk(t, d, "", &lines)
	_, err := d.Token()
	require.ErrorIs(t, err, io.EOF, "one value, and nothing behind it")
	return lines
}

func walk(t require.TestingT, d *json.Decoder, path string, lines *[]string) {
	token, err := d.Token()
	require.NoError(t, err, path)
	switch token {
	case json.Delim('{'):
		last := ""
		for d.More() {
			key, err := d.Token()
			require.NoError(t, err)
			name, _ := key.(string)
			if rank(last) >= rank(name) {
				require.Fail(t, "a key out of order", "%s: %s before %s", path, last, name)
			}
			last = name
			walk(t, d, path+"."+name, lines)
		}
		if last == "" {
			*lines = append(*lines, strings.TrimPrefix(path, ".")+" = {}")
		}
		_, err = d.Token()
		require.NoError(t, err)
	case json.Delim('['):
		n := 0
		for ; d.More(); n++ {
			walk(t, d, path+"["+strconv.Itoa(n)+"]", lines)
		}
		if n == 0 {
			*lines = append(*lines, strings.TrimPrefix(path, ".")+" = []")
		}
		_, err = d.Token()
		require.NoError(t, err)
	default:
		text := "null"
		switch token := token.(type) {
		case string:
			text = `"` + token + `"`
		case json.Number:
			text = token.String()
		case bool:
			text = strconv.FormatBool(token)
		}
		*lines = append(*lines, strings.TrimPrefix(path, ".")+" = "+text)
	}
}

// rank sorts keys as Stripe writes them.
func rank(key string) string {
	switch key {
	case "":
		return ""
	case "id":
		return "\x01"
	case "object":
		return "\x02"
	}
	return "\x03" + key
}

// TestTypes says what the lives tell of: all that this package can say.
func TestTypes(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range lives {
		for _, e := range told(l.play(t)) {
			seen[e.Type] = true
		}
	}
	source, err := os.ReadFile("translate.go")
	require.NoError(t, err)
	more, err := os.ReadFile("translatecharge.go")
	require.NoError(t, err)
	for quoted := range strings.SplitSeq(string(source)+string(more), `"`) {
		kind, _, ok := strings.Cut(quoted, ".")
		switch kind {
		case "payment_intent", "charge", "refund", "transfer", "application_fee":
			if ok && !strings.ContainsAny(quoted, " \n\t(") {
				require.True(t, seen[quoted], "no life tells of %s", quoted)
			}
		}
	}
	require.Len(t, seen, 25)
}

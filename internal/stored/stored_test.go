package stored_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/internal/stored"
)

type point struct {
	X *int `json:"x,omitempty"`
	Y int  `json:"y,omitzero"`
}

func readers() []stored.Reader[point] {
	return []stored.Reader[point]{
		{Name: "other", Read: func([]byte) (point, error) { return point{}, errors.New("the wrong reader") }},
		{Name: "point", Read: func(data []byte) (p point, err error) { return p, json.Unmarshal(data, &p) }},
	}
}

func TestRoundTrip(t *testing.T) {
	p := point{X: stored.Optional(intents.Some(0)), Y: 2}
	raw, err := stored.Write("point", "point", p)
	require.NoError(t, err)
	require.JSONEq(t, `{"type":"point","data":{"x":0,"y":2}}`, string(raw))
	got, err := stored.Read("point", raw, readers())
	require.NoError(t, err)
	require.Equal(t, p, got)
	require.Equal(t, intents.Some(0), stored.Given(got.X), "zero was given")
	require.Equal(t, intents.Optional[int]{}, stored.Given(stored.Optional(intents.Optional[int]{Value: 3})), "what is not given has no value")
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct{ name, raw, param, message string }{
		{"not UTF-8", "{\"type\":\"point\",\"data\":{\"x\xff\":1}}", "point", "it is not valid UTF-8"},
		{"not JSON", "{", "point", "unexpected end of JSON input"},
		{"unknown name", `{"type":"line","data":{}}`, "type", "unknown point: line"},
		{"no data", `{"type":"point"}`, "point", "data is not an object"},
		{"null", `{"type":"point","data":null}`, "point", "data is not an object"},
		{"wrong contents", `{"type":"point","data":{"y":"1"}}`, "point", "cannot unmarshal"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := stored.Read("point", []byte(c.raw), readers())
			require.Zero(t, got)
			var invalid *intents.InvalidError
			require.ErrorAs(t, err, &invalid)
			require.Equal(t, c.param, invalid.Param)
			require.Contains(t, invalid.Message, c.message)
		})
	}
	_, err := stored.Write("point", "point", intents.Pairs("not canonical"))
	var invalid *intents.InvalidError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "point", invalid.Param)
}

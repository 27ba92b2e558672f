package delivery_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/payintent/intents"
	"github.com/payintent/intents/webhook"
	"github.com/payintent/intents/webhook/delivery"
)

const (
	secret    delivery.Secret = "whsec_new_4242"
	oldSecret delivery.Secret = "whsec_old_1881"
)

// start is 2026-01-01T00:00:00Z.
func start() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }

func after(d time.Duration) time.Time { return start().Add(d) }

// event is an event of the second before start.
func event(livemode bool) webhook.Event {
	return webhook.Event{
		ID: "evt_1", Type: "charge.updated", APIVersion: intents.VersionDahlia, Created: intents.TimeOf(start()) - 1, Livemode: livemode,
		Object: webhook.Raw(`{"id":"ch_1"}`),
	}
}

func params() delivery.EndpointParams {
	return delivery.EndpointParams{ID: "we_1", Secret: secret, URL: "https://example.com/hook", EnabledEvents: []string{"*"}, APIVersion: intents.VersionDahlia}
}

func endpoint(tb testing.TB, change func(p *delivery.EndpointParams)) delivery.Endpoint {
	tb.Helper()
	p := params()
	if change != nil {
		change(&p)
	}
	e, err := delivery.NewEndpoint(p, start())
	require.NoError(tb, err)
	require.NoError(tb, e.Check())
	return e
}

// create is the command that begins the delivery of the event to we_1.
func create(livemode bool) delivery.Create {
	return delivery.Create{ID: "dlv_1", Endpoint: "we_1", Body: string(event(livemode).Render(""))}
}

// told gives a delivery commands, each at the time that its own work is due, or at
// the time of the last.
func told(tb testing.TB, d delivery.Delivery, cmds ...delivery.Command) delivery.Delivery {
	tb.Helper()
	now := start()
	for _, c := range cmds {
		for _, w := range delivery.Pending(d) {
			if at := w.NotBefore.Time(); at.After(now) && (c == delivery.Attempt{}) {
				now = at
			}
		}
		t, err := delivery.Apply(d, c, now)
		require.NoError(tb, err, c.String())
		d = t.After
	}
	return d
}

// next is the time of a delivery's next work, or start.
func next(d delivery.Delivery) time.Time {
	for _, w := range delivery.Pending(d) {
		return w.NotBefore.Time()
	}
	return start()
}

var (
	ok200   = delivery.Respond{Code: 200}
	err500  = delivery.Respond{Code: 500}
	timeout = delivery.Miss{Reason: delivery.ReasonTimeout}
	gone    = delivery.Abandon{Reason: delivery.ReasonDisabled}
)

module github.com/payintent/intents/examples/compare

go 1.26

replace github.com/payintent/intents => ../..

require (
	github.com/coder/quartz v0.3.1
	github.com/jonboulle/clockwork v0.5.0
	github.com/looplab/fsm v1.0.3
	github.com/payintent/intents v0.0.0-00010101000000-000000000000
	github.com/qmuntal/stateless v1.7.2
	github.com/stripe/stripe-go/v85 v85.0.0
)

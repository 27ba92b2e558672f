package fakestripe_test

import "github.com/payintent/intents/examples/fakestripe"

func options() fakestripe.Options { return fakestripe.Options{} }

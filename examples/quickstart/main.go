// Command quickstart is the payment of Stripe's page on asynchronous capture, told
// in virtual time: what the API replies, then each event as it becomes due, then
// the balance. It takes the parameters of the page's curl command.
//
//	go run ./examples/quickstart
//	go run ./examples/quickstart -d capture_method=manual
//	go run ./examples/quickstart -d payment_method=pm_card_threeDSecure2Required
//	go run ./examples/quickstart -connect -faults -seed 7
//	go run ./examples/quickstart -json -api-version 2022-08-01
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/examples/internal/form"
)

func main() {
	code, err := run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
	}
	os.Exit(code)
}

// options are the flags.
type options struct {
	form    form.Form
	version intents.Version
	json    bool
	seed    uint64
	faults  bool
	connect bool
}

// page is the command of the page, but for what goes without saying of a card.
const page = "amount=2000&currency=usd&payment_method_types[]=card&payment_method=pm_card_visa&capture_method=automatic_async&confirm=true"

// run tells the story and returns the exit status: 1 for a request that is
// refused, 2 for flags that are wrong.
func run(ctx context.Context, args []string, out, errs io.Writer) (int, error) {
	o, err := parse(args, errs)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0, nil
	case err != nil:
		return refused(out, o.version, err)
	}
	s, err := begin(o, out)
	if err != nil {
		return refused(out, o.version, err)
	}
	if err := s.tell(ctx); err != nil {
		return 1, err
	}
	return 0, nil
}

func parse(args []string, errs io.Writer) (options, error) {
	var o options
	var data []string
	version := string(intents.VersionDahlia)
	fs := flag.NewFlagSet("quickstart", flag.ContinueOnError)
	fs.SetOutput(errs)
	add := func(s string) error { data = append(data, s); return nil }
	fs.Func("d", "a `parameter` of POST /v1/payment_intents as curl takes it, such as capture_method=manual; an empty value takes one of the page's away", add)
	fs.Func("data-urlencode", "the same as -d", add)
	fs.StringVar(&version, "api-version", version, "the API `version` of request and events")
	fs.BoolVar(&o.json, "json", false, "print one event a line, as it is delivered, and nothing else")
	fs.Uint64Var(&o.seed, "seed", 1, "the `seed` of every choice that the world makes")
	fs.BoolVar(&o.faults, "faults", false, "deliver events and work late, twice and out of order")
	fs.BoolVar(&o.connect, "connect", false, "make it a destination charge with an application fee")
	if err := fs.Parse(args); err != nil {
		return o, err
	}
	if fs.NArg() > 0 {
		return o, &intents.InvalidError{Param: fs.Arg(0), Code: "parameter_unknown", Message: "Received unknown parameter: " + fs.Arg(0)}
	}
	o.version = intents.Version(version)
	if err := o.version.Check(); err != nil {
		return o, err
	}
	given, err := form.Parse(data...)
	if err != nil {
		return o, err
	}
	o.form = overlay(given, o)
	return o, nil
}

// overlay lays the given parameters over those of the page. Where another payment
// method is given without payment_method_types, its type is the one.
func overlay(given form.Form, o options) form.Form {
	f, _ := form.Parse(page)
	if o.connect {
		f = f.Set("transfer_data[destination]", "acct_1SNw0AQCmQuvM3Po").Set("application_fee_amount", "200")
	}
	if !o.version.Before(intents.VersionEndive) {
		f = f.Without("payment_method_types") // the parameter is gone since then
	}
	for _, p := range given {
		name, _, _ := strings.Cut(p.Key, "[")
		if name == "payment_method_types" || p.Value == "" && name != "metadata" {
			f = f.Without(name)
		}
	}
	for _, p := range given {
		if p.Key == "payment_method" {
			if m, ok := capture.FindTestMethod(p.Value); ok {
				f = f.Without("payment_method_types").Set("payment_method_types[]", m.Type.String())
			}
		}
	}
	for _, p := range given {
		switch name, _, _ := strings.Cut(p.Key, "["); {
		case name == "payment_method_types" || name == "expand":
			f = append(f.Without(name), given.Only(name)...)
		case p.Value != "" || name == "metadata":
			f = f.Set(p.Key, p.Value)
		}
	}
	return f
}

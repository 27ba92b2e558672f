// Command savecard is Stripe's page on saving a card with Checkout in setup mode, as
// one story in virtual time: the session, its customer, the webhook, the charge
// without the customer, and what to do when the bank wants them back. It prints
// what each side sees.
//
//	go run ./examples/savecard
//	go run ./examples/savecard -customer declined
//	go run ./examples/savecard -customer 3ds
//	go run ./examples/savecard -customer fails-3ds
//	go run ./examples/savecard -customer abandons
//	go run ./examples/savecard -customer closes-tab
//	go run ./examples/savecard -known -api-version 2019-03-14
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/payintent/intents"
)

func main() {
	code, err := run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "savecard:", err)
	}
	os.Exit(code)
}

// options are the flags.
type options struct {
	customer string
	known    bool
	version  intents.Version
}

// run tells the story and returns the exit status: 1 for a story that went wrong,
// 2 for flags that are wrong.
func run(ctx context.Context, args []string, out, errs io.Writer) (int, error) {
	o := options{version: intents.VersionDahlia}
	fs := flag.NewFlagSet("savecard", flag.ContinueOnError)
	fs.SetOutput(errs)
	fs.StringVar(&o.customer, "customer", "pays", "which `customer` comes: "+strings.Join(customers(), ", "))
	fs.BoolVar(&o.known, "known", false, "the merchant knows the customer, and gives their id when the session is made")
	fs.Func("api-version", "the API `version` of requests and events", func(v string) error {
		o.version = intents.Version(v)
		return o.version.Check()
	})
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0, nil
	case err != nil:
		return 2, nil //nolint:nilerr // the flag package has said why
	case fs.NArg() > 0:
		return 2, fmt.Errorf("unexpected argument %q", fs.Arg(0))
	case !slices.Contains(customers(), o.customer):
		return 2, fmt.Errorf("unknown customer %q: there are %s", o.customer, strings.Join(customers(), ", "))
	}
	if err := tell(ctx, o, out); err != nil {
		return 1, err
	}
	return 0, nil
}

// Command fakestripe serves a Stripe in one process: see package fakestripe.
//
//	go run ./examples/fakestripe/cmd/fakestripe
//	go run ./examples/fakestripe/cmd/fakestripe -clock virtual -seed 7
//	go run ./examples/fakestripe/cmd/fakestripe -forward http://localhost:4242/webhook -secret whsec_test
//
// Then, for example:
//
//	curl http://127.0.0.1:12111/v1/payment_intents -u sk_test_123: -d amount=2000 -d currency=usd
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/examples/fakestripe"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "fakestripe:", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("usage")

// options are the flags.
type options struct {
	fakestripe.Options
	addr    string
	check   bool
	routes  bool
	verbose bool
}

func parse(args []string, errs io.Writer) (options, error) {
	var o options
	fs := flag.NewFlagSet("fakestripe", flag.ContinueOnError)
	fs.SetOutput(errs)
	clock := fs.String("clock", string(fakestripe.Real), "what drives time: real, or virtual, which POST /__clock/advance moves")
	version := fs.String("api-version", string(fakestripe.DefaultVersion), "the account's API `version`")
	fs.StringVar(&o.addr, "addr", "127.0.0.1:12111", "the `address` to listen on")
	fs.StringVar(&o.ForwardURL, "forward", "", "the `URL` that is sent all events")
	fs.StringVar(&o.ForwardSecret, "secret", "whsec_fakestripe", "the `secret` that signs them")
	fs.Uint64Var(&o.Seed, "seed", 0, "the `seed` of ids and choices; 0 draws ids at random")
	fs.StringVar(&o.PublicURL, "public", "", "the `URL` at which browsers reach the server; empty for that of -addr")
	fs.BoolVar(&o.check, "check", false, "start, serve one payment to itself, and exit")
	fs.BoolVar(&o.routes, "routes", false, "print the routes of the API, and exit")
	fs.BoolVar(&o.verbose, "v", false, "log requests and deliveries")
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return o, err
	case err != nil:
		return o, errUsage
	}
	if fs.NArg() > 0 {
		fmt.Fprintln(errs, "fakestripe: unexpected argument", fs.Arg(0))
		return o, errUsage
	}
	o.Clock, o.APIVersion = fakestripe.Clock(*clock), intents.Version(*version)
	level := slog.LevelWarn
	if o.verbose {
		level = slog.LevelInfo
	}
	o.Logger = slog.New(slog.NewTextHandler(errs, &slog.HandlerOptions{Level: level}))
	return o, nil
}

// run serves until the context is done.
func run(ctx context.Context, args []string, out, errs io.Writer) error {
	o, err := parse(args, errs)
	if err != nil {
		return err
	}
	if o.routes {
		for _, r := range fakestripe.Routes() {
			fmt.Fprintf(out, "%-6s %s\n", r[0], r[1])
		}
		return nil
	}
	if o.check {
		o.addr = "127.0.0.1:0"
	}
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", o.addr)
	if err != nil {
		return err
	}
	base := "http://" + ln.Addr().String()
	if o.PublicURL = strings.TrimSuffix(o.PublicURL, "/"); o.PublicURL == "" {
		o.PublicURL = base
	}
	s, err := fakestripe.Open(o.Options)
	if err != nil {
		_ = ln.Close()
		return err
	}
	defer s.Close()
	const patience = 10 * time.Second
	server := &http.Server{Handler: s, ReadHeaderTimeout: patience, BaseContext: func(net.Listener) context.Context { return ctx }}
	served := make(chan error, 1)
	go func() { served <- server.Serve(ln) }()
	fmt.Fprintf(out, "fakestripe: %s, %s time, API version %s\n", base, o.Clock, o.APIVersion)
	if o.check {
		err = check(ctx, base, out)
	} else {
		select {
		case err = <-served:
			return err
		case <-ctx.Done():
		}
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	return errors.Join(err, server.Shutdown(ending))
}

// check makes one payment.
func check(ctx context.Context, base string, out io.Writer) error {
	const body = "amount=2000&currency=usd&payment_method=pm_card_visa&confirm=true"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/v1/payment_intents", strings.NewReader(body))
	if err != nil {
		return err
	}
	req.SetBasicAuth("sk_test_check", "")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // it was only read
	reply, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s\n%s\n", resp.Status, reply)
	if resp.StatusCode != http.StatusOK || !strings.Contains(string(reply), `"status":"succeeded"`) {
		return errors.New("the payment did not succeed")
	}
	return nil
}

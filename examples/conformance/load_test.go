package conformance

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/payintent/intents/examples/fakestripe"
	"github.com/stripe/stripe-mock/embedded"
	"github.com/stripe/stripe-mock/server"
)

var (
	load       = flag.Bool("load", false, "run TestLoad: measure examples/fakestripe and stripe-mock, and print the table")
	loadStrict = flag.Bool("strict", false, "let TestLoad fail where an aim is missed")
	loadRounds = flag.Int("rounds", 5, "how often TestLoad runs each job on each server")
	loadTime   = flag.Duration("loadtime", time.Second, "how long a job runs in a round")
)

const (
	connections = 8
	loadAim     = 2.0 // times stripe-mock's requests per second
)

// side is a server under load.
type side struct {
	name, addr string
	ids        []string // of PaymentIntents that can be retrieved
}

// job is what each connection does again and again.
type job struct {
	name string
	// requests returns the requests of a turn, the next after the reply to the one before.
	requests func(s *side, turn int) []string
	// aim: it has to be so many times as fast as stripe-mock.
	aim float64
}

const createBody = "amount=2000&currency=usd&payment_method_types[]=card&payment_method=pm_card_visa&confirm=true&metadata[order_id]=6735"

var jobs = []job{
	{"create and confirm", func(*side, int) []string { return []string{request("POST", "/v1/payment_intents", createBody)} }, loadAim},
	{"retrieve", func(s *side, turn int) []string {
		return []string{request("GET", "/v1/payment_intents/"+s.ids[turn%len(s.ids)], "")}
	}, loadAim},
}

// request writes a request of HTTP/1.1.
func request(method, path, body string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: api.stripe.com\r\nAuthorization: Bearer %s\r\n", method, path, secretKey)
	if method == http.MethodPost {
		fmt.Fprintf(&b, "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n", len(body))
	}
	return b.String() + "\r\n" + body
}

// run is what a job in a round gave.
type run struct {
	perSecond float64
	p50, p99  time.Duration
	cpu       time.Duration // of the process, client and all, for a request
}

// TestLoad has eight connections at once, which are kept alive, make requests over
// loopback of examples/fakestripe, in real time, and of stripe-mock. Both and the client
// are in this process. In each round every job runs on each, in turn the other way round.
func TestLoad(t *testing.T) {
	if !*load {
		t.Skip("takes half a minute: run it with -load")
	}
	out := os.Stdout
	silent, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	os.Stdout = silent // where stripe-mock tells of each request
	defer func() { os.Stdout = out; _ = silent.Close() }()
	sides := []*side{serveFake(t), serveMock(t)}
	for _, s := range sides {
		s.ids = created(t, s, 200)
		for _, j := range jobs {
			drive(t, s, j, *loadTime/4) // it gets warm
		}
	}
	runs := make([][2][]run, len(jobs))
	for round := range *loadRounds {
		for i, j := range jobs {
			for n := range sides {
				if round%2 == 1 {
					n = len(sides) - 1 - n
				}
				runtime.GC()
				runs[i][n] = append(runs[i][n], drive(t, sides[n], j, *loadTime))
			}
		}
	}
	fmt.Fprintf(out, "%d connections, median of %d rounds of %s; %s, %s/%s, GOMAXPROCS=%d; stripe-mock v0.203.0\n\n",
		connections, *loadRounds, *loadTime, runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.GOMAXPROCS(0))
	fmt.Fprintln(out, "| job | server | requests/s | p50 | p99 | CPU/request | times stripe-mock's | aim |")
	fmt.Fprintln(out, "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
	for i, j := range jobs {
		var ratios []float64
		for round, r := range runs[i][0] {
			ratios = append(ratios, r.perSecond/runs[i][1][round].perSecond)
		}
		ratio := median(ratios)
		for n, s := range sides {
			name, times, aim := j.name, fmt.Sprintf("%.1f", ratio), fmt.Sprintf("≥ %g", j.aim)
			if n > 0 {
				name, times, aim = "", "", ""
			}
			fmt.Fprintf(out, "| %s | %s | %.0f | %.2f ms | %.2f ms | %.0f µs | %s | %s |\n", name, s.name,
				median(each(runs[i][n], func(r run) float64 { return r.perSecond })),
				median(each(runs[i][n], func(r run) float64 { return r.p50.Seconds() * 1e3 })),
				median(each(runs[i][n], func(r run) float64 { return r.p99.Seconds() * 1e3 })),
				median(each(runs[i][n], func(r run) float64 { return r.cpu.Seconds() * 1e6 })), times, aim)
		}
		if ratio < j.aim {
			t.Logf("missed: %s is %.2f times as fast as stripe-mock, the aim is %g", j.name, ratio, j.aim)
			if *loadStrict {
				t.Fail()
			}
		}
	}
}

func each(runs []run, f func(run) float64) []float64 {
	var all []float64
	for _, r := range runs {
		all = append(all, f(r))
	}
	return all
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[(len(sorted)-1)/2]
}

// serve serves a handler over loopback until the test ends.
func serve(t *testing.T, name string, h http.Handler) *side {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	done := make(chan struct{})
	go func() { _ = s.Serve(l); close(done) }()
	t.Cleanup(func() { _ = s.Close(); <-done })
	return &side{name: name, addr: l.Addr().String()}
}

func serveFake(t *testing.T) *side {
	t.Helper()
	s, err := fakestripe.Open(fakestripe.Options{Clock: fakestripe.Real, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return serve(t, "**fakestripe**", s)
}

// serveMock serves stripe-mock as its own command does.
func serveMock(t *testing.T) *side {
	t.Helper()
	spec, err := server.LoadSpec(embedded.OpenAPISpec, "")
	if err != nil {
		t.Fatal(err)
	}
	fixtures, err := server.LoadFixtures(embedded.OpenAPIFixtures, "")
	if err != nil {
		t.Fatal(err)
	}
	stub, err := server.NewStubServer(fixtures, spec, false, false)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", stub.HandleRequest)
	return serve(t, "stripe-mock", &server.DoubleSlashFixHandler{Mux: mux})
}

// created returns the ids of some PaymentIntents.
func created(t *testing.T, s *side, n int) []string {
	t.Helper()
	c := dial(t, s)
	var ids []string
	for range n {
		body, err := c.do(request("POST", "/v1/payment_intents", createBody))
		if err != nil {
			t.Fatal(err)
		}
		object, _ := decoded(t, body).(map[string]any)
		id, _ := object["id"].(string)
		if !strings.HasPrefix(id, "pi_") {
			t.Fatalf("%s", body)
		}
		ids = append(ids, id)
	}
	return ids
}

// conn is a connection that is kept alive. It costs less than net/http's client, so
// that it is the servers that are measured.
type conn struct {
	net.Conn
	r    *bufio.Reader
	body bytes.Buffer
}

func dial(t *testing.T, s *side) *conn {
	t.Helper()
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return &conn{Conn: c, r: bufio.NewReaderSize(c, 16<<10)}
}

// do makes a request, and returns the body of its reply, until the next.
func (c *conn) do(request string) ([]byte, error) {
	if _, err := io.WriteString(c, request); err != nil {
		return nil, err
	}
	resp, err := http.ReadResponse(c.r, nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	c.body.Reset()
	_, err = c.body.ReadFrom(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, c.body.Bytes())
	}
	return c.body.Bytes(), err
}

// drive runs a job on all connections for a time.
func drive(t *testing.T, s *side, j job, d time.Duration) run {
	t.Helper()
	took := make([][]time.Duration, connections)
	errs := make([]error, connections)
	conns := make([]*conn, connections)
	for i := range conns {
		conns[i] = dial(t, s)
	}
	var wg sync.WaitGroup
	start, cpu := time.Now(), cpuTime()
	for i, c := range conns {
		wg.Go(func() {
			for turn := i; time.Since(start) < d; turn += connections {
				for _, r := range j.requests(s, turn) {
					begun := time.Now()
					if _, err := c.do(r); err != nil {
						errs[i] = err
						return
					}
					took[i] = append(took[i], time.Since(begun))
				}
			}
		})
	}
	wg.Wait()
	elapsed, used := time.Since(start), cpuTime()-cpu
	for i, c := range conns {
		_ = c.Close()
		if errs[i] != nil {
			t.Fatalf("%s: %s: %v", s.name, j.name, errs[i])
		}
	}
	all := slices.Sorted(slices.Values(slices.Concat(took...)))
	n := len(all)
	if n == 0 {
		t.Fatalf("%s: %s: no reply", s.name, j.name)
	}
	return run{perSecond: float64(n) / elapsed.Seconds(), p50: all[n/2], p99: all[n*99/100], cpu: used / time.Duration(n)}
}

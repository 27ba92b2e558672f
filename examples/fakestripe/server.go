package fakestripe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/payintent/intents"
	"github.com/payintent/intents/capture"
	"github.com/payintent/intents/checkout"
	"github.com/payintent/intents/examples/fakestripe/internal/page"
	"github.com/payintent/intents/examples/internal/form"
	"github.com/payintent/intents/webhook"
	"github.com/payintent/intents/webhook/delivery"
)

// Clock says what drives a server's time.
type Clock string

const (
	// Virtual time stands still until POST /__clock/advance moves it.
	Virtual Clock = "virtual"
	// Real time is the wall clock's.
	Real Clock = "real"
)

// DefaultVersion is the API version of requests that name none.
const DefaultVersion intents.Version = "2026-08-26.dahlia"

// Options are what a server can be told. The zero Options are the defaults.
type Options struct {
	// Clock, where empty, is Virtual.
	Clock Clock
	// Start is where virtual time begins; zero stands for 2026-09-01T00:00:00Z.
	Start time.Time
	// Store, where nil, is in memory.
	Store Store
	// APIVersion is the account's default; empty stands for DefaultVersion.
	APIVersion intents.Version
	// Settings say which payment methods are turned on; where Types is empty they are
	// card and link, as in a new sandbox.
	Settings checkout.Settings
	// ForwardURL is sent all events, signed with ForwardSecret, as by "stripe listen".
	ForwardURL, ForwardSecret string
	// Client posts webhooks; nil stands for one of the server's own.
	Client *http.Client
	// Seed makes ids, secrets and the world's choices repeatable; 0 draws them at random.
	Seed uint64
	// Faults are what goes wrong from the beginning.
	Faults Faults
	// Logger is told of requests and deliveries; nil stands for nobody.
	Logger *slog.Logger
	// PublicURL is where the server is reached, without a slash at its end: the hosted
	// pages and the customer's actions are below it. Where empty they are at Stripe.
	PublicURL string
}

// Server is a Stripe in one process. It is an http.Handler.
type Server struct {
	o     Options
	log   *slog.Logger
	store Store
	ids   *source
	world capture.Chooser
	send  *delivery.Sender
	pages http.Handler

	// mu is held for writing by the one request that changes something, and for
	// reading by those that do not. Webhooks are posted without it.
	mu        sync.RWMutex
	endpoints []endpointRow // of the store, oldest first

	keys   sync.Mutex // held while an idempotency key is looked up and begun
	queue  *queue
	faults faulty

	unusable error // what is wrong with the options, where New took them all the same

	trail page.Trail // where objects have been, for the dashboard
	pulse page.Pulse // of changes
}

// New returns a server. Where the options are no options, a store that fails or a
// version that is none, it answers every request with what [Open] says of them.
func New(o Options) *Server {
	s, err := Open(o)
	if err != nil {
		s, _ = Open(Options{Logger: o.Logger}) // the defaults are options
		s.unusable = err
	}
	return s
}

// Open returns a server, or an error where its store can't be read or an option is wrong.
func Open(o Options) (*Server, error) {
	if o.Clock == "" {
		o.Clock = Virtual
	}
	if o.Start.IsZero() {
		o.Start = time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	}
	if o.Clock == Real {
		o.Start = time.Now().UTC()
	}
	if o.APIVersion == "" {
		o.APIVersion = DefaultVersion
	}
	if o.Settings.Types == 0 {
		o.Settings.Types = intents.TypesOf(intents.Card, intents.Link)
	}
	s := &Server{o: o, log: o.Logger, store: o.Store, ids: newSource(o.Seed)}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.store == nil {
		s.store = NewMemory()
	}
	seed := o.Seed
	if seed == 0 {
		seed = 1 // what the world does is repeatable in any case
	}
	s.world = capture.Seeded(seed)
	if err := o.APIVersion.Check(); err != nil {
		return nil, err
	}
	if o.Clock != Virtual && o.Clock != Real {
		return nil, form.Invalid("clock", "", "unknown clock: "+string(o.Clock))
	}
	s.queue = newQueue(s, o.Start)
	if err := s.SetFaults(o.Faults); err != nil {
		return nil, err
	}
	client := http.Client{}
	if o.Client != nil {
		client = *o.Client
	}
	client.Transport = &wire{s: s, next: client.Transport}
	var err error
	if s.send, err = delivery.NewSender(endpointStore{s}, delivery.SenderOptions{Client: &client, Logger: s.log}); err != nil {
		return nil, err
	}
	s.pages = s.mount()
	return s, s.begin()
}

// Close stops what the server does by itself. Requests are answered all the same.
func (s *Server) Close() { s.queue.close() }

// Now returns the server's time, in UTC.
func (s *Server) Now() time.Time {
	if s.o.Clock == Real {
		return time.Now().UTC()
	}
	return s.queue.now()
}

// request is a request as the handlers see it.
type request struct {
	//nolint:containedctx // it lives as long as the request
	ctx          context.Context
	id           string // req_…
	method, path string
	vars         []string // what the path has in the place of {…}
	form         form.Form
	expand       []string
	version      intents.Version
	publishable  bool
	key          string // Idempotency-Key
}

func (r *request) errorContext() webhook.ErrorContext {
	return webhook.ErrorContext{Version: r.version, RequestID: r.id}
}

// reply is an answer.
type reply struct {
	status int
	body   []byte
	header [][2]string
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	switch {
	case s.unusable != nil:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = w.Write((&apiError{kind: "api_error", message: "fakestripe: " + s.unusable.Error()}).body(""))
	case strings.HasPrefix(req.URL.Path, "/__"):
		s.serveControl(w, req)
	case s.pages != nil && !strings.HasPrefix(req.URL.Path, "/v1/") && req.URL.Path != "/v1":
		s.pages.ServeHTTP(w, req)
	default:
		s.serveAPI(w, req)
	}
}

func (s *Server) serveAPI(w http.ResponseWriter, req *http.Request) {
	r := &request{
		ctx: req.Context(), id: "req_" + s.ids.text(14), method: req.Method, path: req.URL.Path, version: s.o.APIVersion,
		key: strings.TrimSpace(req.Header.Get("Idempotency-Key")),
	}
	fault := s.faults.draw()
	rep := s.safely(r, func() reply { return s.answer(w, r, req, fault) })
	if fault == loseAnswer && rep.status != 0 {
		panic(http.ErrAbortHandler) // it was executed, and nobody hears of it
	}
	h := w.Header()
	h.Set("Request-Id", r.id)
	h.Set("Stripe-Version", string(r.version))
	if r.key != "" && req.Method == http.MethodPost && len(r.key) <= maxKey {
		h.Set("Idempotency-Key", r.key)
	}
	for _, kv := range rep.header {
		h.Set(kv[0], kv[1])
	}
	writeJSON(w, rep.status, rep.body)
	s.log.Info("request", "id", r.id, "method", r.method, "path", r.path, "status", rep.status)
}

// writeJSON writes an answer. Nobody is left to tell where that fails.
func writeJSON(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// lock takes mu for writing. What is done under it takes some thirty microseconds, and to
// be parked and woken more than that: so it yields a few times before it waits.
func (s *Server) lock() {
	const patience = 20
	for range patience {
		if s.mu.TryLock() {
			return
		}
		runtime.Gosched()
	}
	s.mu.Lock()
}

// safely makes Stripe's 500 of a panic.
func (s *Server) safely(r *request, f func() reply) (rep reply) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("panic", "request", r.id, "method", r.method, "path", r.path, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			rep = s.refusal(r, errPanic)
		}
	}()
	return f()
}

var errPanic = errors.New("panic")

// answer is everything between a request and its reply.
func (s *Server) answer(w http.ResponseWriter, r *request, req *http.Request, fault fault) reply {
	for _, check := range []func(*request, *http.Request) error{s.authenticate, s.readVersion} {
		if err := check(r, req); err != nil {
			return s.refusal(r, err)
		}
	}
	if err := fault.refusal(); err != nil {
		return s.refusal(r, err)
	}
	rt, err := s.route(r)
	if err != nil {
		return s.refusal(r, err)
	}
	if err := s.readForm(w, r, req); err != nil {
		return s.refusal(r, err)
	}
	s.queue.catchUp()
	if r.method != http.MethodPost || r.key == "" {
		rep, _ := s.run(r, rt, nil)
		return rep
	}
	return s.once(r, rt)
}

// authenticate reads the key of a request: sk_test_… or rk_test_…, as a Bearer token
// or as the user of Basic, or pk_test_… where the route takes one.
func (s *Server) authenticate(r *request, req *http.Request) error {
	key, _, basic := req.BasicAuth()
	if !basic {
		scheme, token, _ := strings.Cut(req.Header.Get("Authorization"), " ")
		if strings.EqualFold(scheme, "Bearer") {
			key = strings.TrimSpace(token)
		}
	}
	if key == "" {
		if v, ok := publicKey(req); ok {
			key = v
		}
	}
	kind, rest, _ := strings.Cut(key, "_test_")
	switch {
	case key == "":
		return invalidRequest(http.StatusUnauthorized, "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.")
	case rest == "" || kind != "sk" && kind != "rk" && kind != "pk" || strings.Trim(rest, alphabet+"_") != "":
		return invalidRequest(http.StatusUnauthorized, "Invalid API Key provided: "+hide(key))
	}
	r.publishable = kind == "pk"
	return nil
}

// publicKey returns the publishable key of a request that has it as the parameter key,
// as Stripe.js sends it.
func publicKey(req *http.Request) (string, bool) {
	v := req.URL.Query().Get("key")
	return v, strings.HasPrefix(v, "pk_test_")
}

// hide returns a key as Stripe's message shows it: its beginning and its end.
func hide(key string) string {
	const head, tail = 8, 4
	key = strings.ToValidUTF8(key, "\uFFFD")
	if len(key) <= head+tail {
		return strings.Repeat("*", len(key))
	}
	return key[:head] + strings.Repeat("*", min(len(key)-head-tail, 32)) + key[len(key)-tail:]
}

func (s *Server) readVersion(r *request, req *http.Request) error {
	v := intents.Version(req.Header.Get("Stripe-Version"))
	if v == "" {
		return nil
	}
	if v.Check() != nil {
		return invalidRequest(http.StatusBadRequest, "Invalid Stripe API version: "+strings.ToValidUTF8(string(v), "\uFFFD"))
	}
	r.version = v
	return nil
}

// maxBody is how many bytes a body may have.
const maxBody = 1 << 20

// readForm reads the parameters: those of the query, and of a POST those of the body.
func (s *Server) readForm(w http.ResponseWriter, r *request, req *http.Request) error {
	if len(req.URL.RawQuery) > maxBody {
		return invalidRequest(http.StatusRequestURITooLong, "Request URI too long.")
	}
	parts := []string{req.URL.RawQuery}
	if req.Method == http.MethodPost && req.Body != nil {
		body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxBody))
		switch _, large := errors.AsType[*http.MaxBytesError](err); {
		case large:
			return invalidRequest(http.StatusRequestEntityTooLarge, "Request body too large.")
		case err != nil:
			return invalidRequest(http.StatusBadRequest, "The request body could not be read.")
		}
		if kind, _, _ := strings.Cut(req.Header.Get("Content-Type"), ";"); len(body) > 0 && kind != "" && !strings.EqualFold(strings.TrimSpace(kind), "application/x-www-form-urlencoded") {
			return invalidRequest(http.StatusBadRequest, "Invalid request (check that your POST content type is application/x-www-form-urlencoded). If you have any questions, we can help at https://support.stripe.com/.")
		}
		parts = append(parts, string(body))
	}
	f, err := form.Parse(parts...)
	if err != nil {
		return err
	}
	f, err = takeExpand(r, f)
	if err == nil {
		r.form = f
	}
	if req.URL.Query().Has("key") {
		r.form = r.form.Without("key")
	}
	return err
}

package page

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

//go:embed asset
var assets embed.FS

// shell is what all pages have in common: how they are written, and what protects them.
type shell struct {
	templates *template.Template
	key       []byte // of the form tokens
	nonce     func() string
	origin    http.CrossOriginProtection
}

func newShell(files ...string) *shell {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // it never fails
	s := &shell{key: key, nonce: rand.Text}
	paths := make([]string, len(files))
	for i, f := range files {
		paths[i] = "asset/" + f
	}
	// The files are the program's own, and the tests render all of them.
	s.templates = template.Must(template.New("page").Funcs(functions).ParseFS(assets, paths...))
	return s
}

// asset returns a file of the program's own.
func asset(name string) string {
	b, _ := assets.ReadFile("asset/" + name) // a test reads all of them
	return string(b)
}

// token returns what a form about a subject has to carry: nobody can make it without
// having been shown the form.
func (s *shell) token(subject string) string {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(subject))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// maxBody is how long a form can be. The greatest honest one has some dozen fields.
const maxBody = 64 << 10

// Reasons to refuse a form before anybody reads it.
var (
	errTooLarge = errors.New("the form is too large")
	errForm     = errors.New("the form can't be read")
	errToken    = errors.New("the form is not one of ours, or too old")
	errOrigin   = errors.New("the form was sent by another site")
)

// form reads a posted form about a subject, once it is sure where it comes from.
func (s *shell) form(w http.ResponseWriter, r *http.Request, subject string) (url.Values, error) {
	if s.origin.Check(r) != nil {
		return nil, errOrigin
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return nil, errTooLarge
		}
		return nil, errForm
	}
	if !hmac.Equal([]byte(r.PostForm.Get("token")), []byte(s.token(subject))) {
		return nil, errToken
	}
	for key, values := range r.PostForm {
		for i, v := range values {
			if !utf8.ValidString(key) || !utf8.ValidString(v) {
				return nil, errForm
			}
			values[i] = strings.Map(printable, v)
		}
	}
	return r.PostForm, nil
}

// printable leaves out control characters, which no field takes.
func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return -1
	}
	return r
}

// refused returns the HTTP status of a form that was not read, and what to say.
func refused(err error) (status int, title, text string) {
	switch {
	case errors.Is(err, errTooLarge):
		return http.StatusRequestEntityTooLarge, "That was too much", "The form is larger than any form of this page can be. Nothing was done."
	case errors.Is(err, errToken):
		return http.StatusForbidden, "Please try again", "This form is out of date: the server was started again, or the form belongs to another page. Nothing was done. Go back, reload the page and try again."
	case errors.Is(err, errOrigin):
		return http.StatusForbidden, "That came from somewhere else", "The form was sent by another site. Nothing was done."
	}
	return http.StatusBadRequest, "That could not be read", "The form is not in a form that browsers send. Nothing was done."
}

// head is what the head of every page needs.
type head struct {
	Title   string
	Nonce   string
	CSS     template.CSS
	Accent  template.CSS // the merchant's colours, or nothing
	Script  template.JS
	Refresh int // seconds after which the page asks again, or 0
}

// write answers with a page. Targets are the schemes that a form may lead to, beside
// this server's own pages.
func (s *shell) write(w http.ResponseWriter, status int, name, nonce string, data any, targets ...string) {
	var body bytes.Buffer
	if err := s.templates.ExecuteTemplate(&body, name, data); err != nil {
		http.Error(w, "The page could not be written.", http.StatusInternalServerError)
		return
	}
	protect(w.Header(), nonce, targets)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes()) // nobody is left to tell
}

// protect sets the headers that keep a page to itself.
func protect(h http.Header, nonce string, targets []string) {
	action := strings.TrimSpace("'self' " + strings.Join(targets, " "))
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'nonce-"+nonce+"'; script-src 'nonce-"+nonce+"'; img-src 'self' data:; "+
		"connect-src 'self'; form-action "+action+"; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}

// leave sends the browser on. It is the one way to answer a form that was carried out.
func leave(w http.ResponseWriter, to string) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}

// webURL returns an address that a link or a redirect may lead to, or "". An address
// without a scheme, and one that would run a script here, are none.
func webURL(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" || u.Opaque != "" {
		return ""
	}
	switch strings.ToLower(u.Scheme) {
	case "javascript", "data", "vbscript", "file", "blob":
		return ""
	}
	return u.String()
}

// targets are the schemes to which a form that succeeds may send the browser:
// browsers hold the redirect after a form to form-action too, and all that follow it.
func targets(success string) []string {
	schemes := []string{"http:", "https:"}
	if u, err := url.Parse(webURL(success)); err == nil && u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" {
		schemes = append(schemes, u.Scheme+":")
	}
	return schemes
}

package county

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"fieldkit/internal/enrolment"
	"fieldkit/internal/rpc"
)

// visit is who makes a request and how to answer beyond the result: the
// services find it in their context.
type visit struct {
	w       http.ResponseWriter
	r       *http.Request
	account *account // nil for a stranger
	address string
}

type visitKey struct{}

func visitOf(ctx context.Context) *visit {
	v, _ := ctx.Value(visitKey{}).(*visit)
	return v
}

// maxRPC bounds a call of the dashboard: it sends forms, no files.
const maxRPC = 256 << 10

// Handler answers every request of the county's server. Without a session only
// the sign-in page, its assets, County.Login, /enrol and /sync/ answer; /sync/
// asks for a device's signature itself.
func (c *County) Handler() http.Handler {
	calls := rpc.Handler(map[string]any{"County": &Service{c}})
	pages := newPages(c.options.Frontend)
	guard := http.NewCrossOriginProtection()

	mux := http.NewServeMux()
	mux.Handle(enrolment.Path, enrolment.Handler(c.admit))
	mux.Handle("/sync/", c.sync)
	mux.Handle("POST /rpc/", guard.Handler(ownRequest(calls)))
	mux.Handle("GET /events", c.events)
	mux.HandleFunc("GET /export/{file}", c.export)
	mux.Handle("/api/", c.api())
	mux.Handle("POST /import/file", guard.Handler(http.HandlerFunc(c.importFile)))
	mux.HandleFunc("GET /export/report/{id}", c.reportFile)
	mux.HandleFunc("GET /export/template/{kind}", c.templateFile)
	mux.HandleFunc("GET /export/made/{job}", c.madeFile)
	mux.Handle("/", pages)
	return c.recovered(c.protect(mux))
}

// recovered keeps one request's panic from being silent: it is logged and
// answered; the server goes on.
func (c *County) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if p := recover(); p != nil && p != http.ErrAbortHandler {
				c.log.Error("request failed", "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
				http.Error(w, "server error", http.StatusInternalServerError)
			} else if p != nil {
				panic(p)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

// protect sets the headers, finds the session and turns strangers away.
func (c *County) protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "+
			"font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		h.Set("Cache-Control", "no-store")
		if r.TLS == nil && !loopbackHost(r.Host) {
			// Plain HTTP is for this machine's browser: another name in Host
			// is a page elsewhere that had its name pointed here.
			http.Error(w, "forbidden", http.StatusForbidden)
			return
		}
		if strings.HasPrefix(r.URL.Path, "/sync/") {
			next.ServeHTTP(w, r) // signed by the device, read at the device's pace
			return
		}
		if r.Method == http.MethodPost {
			// A body that dribbles is cut off. Not for GET: the deadline would
			// end a live event stream or a long export.
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(30 * time.Second)) // a writer that cannot has the header's timeout
		}
		if r.URL.Path == enrolment.Path {
			next.ServeHTTP(w, r)
			return
		}
		v := &visit{w: w, r: r, address: remoteHost(r)}
		account, err := c.store.session(r.Context(), sessionToken(r), r.URL.Path != "/events")
		if err != nil {
			c.log.Error("look up a session", "err", err)
			http.Error(w, "server error", http.StatusInternalServerError)
			return
		}
		if account == nil && strings.HasPrefix(r.URL.Path, "/api/") {
			if account, err = c.store.bearer(r.Context(), r); err != nil {
				c.log.Error("look up a token", "err", err)
				http.Error(w, "server error", http.StatusInternalServerError)
				return
			}
		}
		v.account = account
		if account == nil && !open(r) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, errNoSession) // its text is its JSON
			return
		}
		if account != nil && !may(account, r) {
			refuse(w, r)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitKey{}, v)))
	})
}

// open tells the few requests that a stranger may make. Pages decide for
// themselves which of their files belong to the sign-in page.
func open(r *http.Request) bool {
	switch {
	case r.URL.Path == "/rpc/County/Login", r.URL.Path == "/rpc/County/LoginWithCode":
		return true
	case strings.HasPrefix(r.URL.Path, "/rpc/"), strings.HasPrefix(r.URL.Path, "/export/"), strings.HasPrefix(r.URL.Path, "/api/"), r.URL.Path == "/events":
		return false
	}
	return r.Method == http.MethodGet || r.Method == http.MethodHead
}

// ownRequest admits calls that carry the header of our own pages. Another
// site's form or script cannot set it without asking the browser, which asks
// us, and we do not agree.
func ownRequest(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Fieldkit") != "1" || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
			http.Error(w, "not from our own page", http.StatusForbidden)
			return
		}
		limit := int64(maxRPC)
		if r.URL.Path == "/rpc/County/SaveTemplate" { // the one form that carries a file
			limit = maxTemplateForm
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		next.ServeHTTP(w, r)
	})
}

func loopbackHost(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// remoteHost is the address that guesses are counted by.
func remoteHost(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		return host
	}
	return r.RemoteAddr
}

package county

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"fieldkit/internal/model"
	"fieldkit/internal/rpc"
)

const password = "青岚县的一句话口令"

// clock is a wall clock that the test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(time.Millisecond)
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// built is a frontend as Vite leaves it: the entry, what it imports at once,
// and what it imports later.
func built() fstest.MapFS {
	return fstest.MapFS{
		"county.html":         {Data: []byte("<!doctype html><title>county</title>")},
		"index.html":          {Data: []byte("the kit's page")},
		"favicon.svg":         {Data: []byte("<svg/>")},
		"assets/county-1.js":  {Data: []byte("entry")},
		"assets/county-1.css": {Data: []byte("css")},
		"assets/vue-1.js":     {Data: []byte("shared")},
		"assets/Shell-1.js":   {Data: []byte("dashboard")},
		"assets/kit-1.js":     {Data: []byte("kit")},
		".vite/manifest.json": {Data: []byte(`{
			"county.html": {"file": "assets/county-1.js", "css": ["assets/county-1.css"], "imports": ["_vue.js"], "dynamicImports": ["src/county/Shell.vue"]},
			"_vue.js": {"file": "assets/vue-1.js"},
			"src/county/Shell.vue": {"file": "assets/Shell-1.js", "imports": ["_vue.js"]}}`)},
	}
}

// office is a county that serves on loopback, and a browser.
type office struct {
	*County
	clock   *clock
	secure  string // base URL over TLS
	plain   string // base URL of the loopback listener
	browser *http.Client
}

// openOffice makes a county, serves it and returns a browser without a session.
func openOffice(t *testing.T) *office {
	t.Helper()
	dir, at := t.TempDir(), &clock{at: time.Date(2025, 12, 31, 9, 0, 0, 0, model.Location)}
	if err := Init(t.Context(), dir, InitOptions{Name: "青岚县", Password: password, Wall: at.now}); err != nil {
		t.Fatal(err)
	}
	c, err := Open(t.Context(), dir, Options{Frontend: built(), Wall: at.now, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	listeners := make([]net.Listener, 2)
	for i := range listeners {
		if listeners[i], err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- c.Serve(ctx, listeners[0], listeners[1]) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	// The address must be noted before a code names it.
	for waited := 0; waited < 12000; waited++ {
		if listen, err := c.store.meta(ctx, metaListen); err == nil && string(listen) == listeners[0].Addr().String() {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	o := &office{County: c, clock: at, secure: "https://" + listeners[0].Addr().String(), plain: "http://" + listeners[1].Addr().String()}
	o.browser = o.newBrowser(t)
	return o
}

func (o *office) newBrowser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Jar: jar, Transport: transport, Timeout: 2 * time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// call makes a call as the dashboard does and decodes the result into out.
func (o *office) call(t *testing.T, method string, out any, args ...any) *rpc.UserError {
	t.Helper()
	if args == nil {
		args = []any{}
	}
	body, err := json.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodPost, o.secure+"/rpc/County/"+method, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Fieldkit", "1")
	response, err := o.browser.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	switch response.StatusCode {
	case http.StatusOK:
		if out != nil {
			if err := json.Unmarshal(answer, out); err != nil {
				t.Fatalf("%s: %v in %s", method, err, answer)
			}
		}
		return nil
	case http.StatusUnprocessableEntity:
		var user rpc.UserError
		if err := json.Unmarshal(answer, &user); err != nil {
			t.Fatalf("%s: %v in %s", method, err, answer)
		}
		return &user
	}
	t.Fatalf("%s: %s %s", method, response.Status, answer)
	return nil
}

func (o *office) login(t *testing.T) {
	t.Helper()
	if err := o.call(t, "Login", nil, "admin", password); err != nil {
		t.Fatal(err)
	}
}

func (o *office) get(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	response, err := o.browser.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

func TestNothingIsServedToStrangers(t *testing.T) {
	o := openOffice(t)
	for path, want := range map[string]int{
		"/": http.StatusSeeOther, "/login": 200, "/assets/county-1.js": 200, "/assets/county-1.css": 200, "/assets/vue-1.js": 200, "/favicon.svg": 200,
		"/assets/Shell-1.js": 401, "/assets/kit-1.js": 401, "/index.html": 401, "/county.html": 401, "/.vite/manifest.json": 401, "/events": 401,
		"/export/activities.csv?from=2025-01-01&to=2025-12-31": 401, "/rpc/County/Me": 401, "/replica.db": 401, "/../county.db": http.StatusTemporaryRedirect, "/anything/else": 401,
	} {
		for _, base := range []string{o.secure, o.plain} {
			response, body := o.get(t, base+path)
			if response.StatusCode != want {
				t.Errorf("GET %s: %d, want %d", path, response.StatusCode, want)
			}
			if strings.Contains(body, "青岚") || path == "/" && response.Header.Get("Location") != "/login" {
				t.Errorf("GET %s tells %q", path, body)
			}
		}
	}
	for _, method := range []string{"Me", "Logout", "Overview", "Records", "RecordOf", "Devices", "IssueCode", "Codes", "WithdrawCode", "SetDeviceState",
		"Units", "AddUnit", "Settings", "SetAddresses", "Audit", "Nonsense"} {
		response := o.post(t, "/rpc/County/"+method, `[]`, nil)
		if response.StatusCode != http.StatusUnauthorized {
			t.Errorf("POST %s: %d", method, response.StatusCode)
		}
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions} {
		request, _ := http.NewRequest(method, o.secure+"/", strings.NewReader("x"))
		response, err := o.browser.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s /: %d", method, response.StatusCode)
		}
	}
}

// post sends a body with our own page's headers, changed as told.
func (o *office) post(t *testing.T, path, body string, headers map[string]string) *http.Response {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, o.secure+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Fieldkit", "1")
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := o.browser.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, response.Body)
	response.Body.Close()
	return response
}

func TestPagesAfterSignIn(t *testing.T) {
	o := openOffice(t)
	o.login(t)
	for path, want := range map[string]int{
		"/": 200, "/login": http.StatusSeeOther, "/assets/Shell-1.js": 200, "/index.html": 404, "/.vite/manifest.json": 404, "/nothing": 404,
	} {
		if response, _ := o.get(t, o.secure+path); response.StatusCode != want {
			t.Errorf("GET %s: %d, want %d", path, response.StatusCode, want)
		}
	}
	response, _ := o.get(t, o.secure+"/")
	for name, part := range map[string]string{"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
		"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"} {
		if !strings.Contains(response.Header.Get(name), part) {
			t.Errorf("%s: %q", name, response.Header.Get(name))
		}
	}
}

func TestInitRefusesWhatItCannotUse(t *testing.T) {
	dir := t.TempDir()
	for name, options := range map[string]InitOptions{
		"no name":        {Password: password},
		"short password": {Name: "青岚县", Password: "1234567"},
		"common one":     {Name: "青岚县", Password: "Password1"},
		"one character":  {Name: "青岚县", Password: "呵呵呵呵呵呵呵呵"},
		"the account":    {Name: "青岚县", Admin: "zhangzhuren", Password: "ZhangZhuRen"},
	} {
		if err := Init(t.Context(), dir, options); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for _, empty := range []string{t.TempDir(), filepath.Join(t.TempDir(), "missing")} {
		if _, err := Open(t.Context(), empty, Options{}); !errors.Is(err, ErrNotInitialised) {
			t.Errorf("opened a directory without a county: %v", err)
		}
		if left, err := os.ReadDir(empty); err == nil && len(left) > 0 {
			t.Errorf("Open left %v in a directory without a county", left)
		}
	}
	if err := Init(t.Context(), dir, InitOptions{Name: "青岚县", Password: password}); err != nil {
		t.Fatal(err)
	}
	before, err := loadCertificate(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := Init(t.Context(), dir, InitOptions{Name: "别的县", Password: password}); err == nil {
		t.Error("made a second county over the first")
	}
	after, err := loadCertificate(dir)
	if err != nil || !bytes.Equal(before.Certificate[0], after.Certificate[0]) {
		t.Error("the second init touched the key")
	}
}

package shell

import (
	"bufio"
	"cmp"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"fieldkit/internal/rpc"
)

// send makes one request without following redirects or keeping cookies.
func send(t *testing.T, method, address, body string, change func(*http.Request)) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(req)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(page)
}

// Somebody else on this machine, who knows the port but not the token, sees
// neither screens nor data and gets no cookie.
func TestStrangersSeeNothing(t *testing.T) {
	base, token, _ := strings.Cut(serve(t), "?token=")
	port := base[strings.LastIndex(base, ":")+1 : len(base)-1]
	for name, tc := range map[string]struct {
		method, path string
		change       func(*http.Request)
	}{
		"the page":                    {"GET", "", nil},
		"the page by name":            {"GET", "index.html", nil},
		"a script":                    {"GET", "assets/index.js", nil},
		"the events":                  {"GET", "events", nil},
		"a call":                      {"POST", "rpc/Echo/Say", nil},
		"a wrong token":               {"GET", "?token=" + strings.Repeat("0", len(token)), nil},
		"an empty token":              {"GET", "?token=", nil},
		"part of the token":           {"GET", "?token=" + token[:len(token)-1], nil},
		"the token for a call":        {"POST", "rpc/Echo/Say?token=" + token, nil},
		"the token by POST":           {"POST", "?token=" + token, nil},
		"an invented cookie":          {"GET", "", func(r *http.Request) { r.AddCookie(&http.Cookie{Name: cookieName + port, Value: "1"}) }},
		"an empty cookie":             {"GET", "", func(r *http.Request) { r.AddCookie(&http.Cookie{Name: cookieName + port}) }},
		"another program's cookie":    {"GET", "", func(r *http.Request) { r.AddCookie(&http.Cookie{Name: cookieName, Value: token}) }},
		"the token at another's name": {"GET", "?token=" + token, func(r *http.Request) { r.Host = "evil.example:" + port }},
		"the token at another port":   {"GET", "?token=" + token, func(r *http.Request) { r.Host = "127.0.0.1:1" }},
		"the token from another page": {"GET", "?token=" + token, func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") }},
		"the token from a sandbox":    {"GET", "?token=" + token, func(r *http.Request) { r.Header.Set("Origin", "null") }},
		"another scheme's origin":     {"GET", "?token=" + token, func(r *http.Request) { r.Header.Set("Origin", "https://"+r.URL.Host) }},
	} {
		res, page := send(t, tc.method, base+tc.path, `["hi"]`, tc.change)
		if res.StatusCode != http.StatusForbidden || strings.Contains(page, "<title>") || strings.Contains(page, `"hi"`) {
			t.Errorf("%s: status %d, %q", name, res.StatusCode, page)
		}
		if res.Header.Get("Set-Cookie") != "" || strings.Contains(page, token) {
			t.Errorf("%s: the token was handed out", name)
		}
		for header, want := range map[string]string{"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"} {
			if got := res.Header.Get(header); got != want {
				t.Errorf("%s: %s is %q", name, header, got)
			}
		}
	}
}

// The first address turns into a cookie that scripts cannot read and other
// sites cannot send; the token leaves the address bar.
func TestTokenBecomesAGuardedCookie(t *testing.T) {
	first := serve(t)
	base, token, _ := strings.Cut(first, "?token=")
	if len(token) != 64 {
		t.Fatalf("a token of %d digits", len(token))
	}
	res, _ := send(t, "GET", first, "", nil)
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/" {
		t.Fatalf("status %d to %q", res.StatusCode, res.Header.Get("Location"))
	}
	cookies := res.Cookies()
	if len(cookies) != 1 {
		t.Fatalf("%d cookies", len(cookies))
	}
	c := cookies[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || !c.Expires.IsZero() || c.MaxAge != 0 {
		t.Errorf("cookie %q", res.Header.Get("Set-Cookie"))
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(base, "http://"), ":")
	for name, host := range map[string]string{"by address": "", "by name": "localhost:" + strings.TrimSuffix(port, "/")} {
		res, page := send(t, "POST", base+"rpc/Echo/Say", `["hi"]`, func(r *http.Request) {
			r.AddCookie(c)
			if host != "" {
				r.Host = host
			}
			r.Header.Set("Origin", "http://"+cmp.Or(host, r.URL.Host))
		})
		if res.StatusCode != http.StatusOK || strings.TrimSpace(page) != `"hi"` {
			t.Errorf("%s: status %d, %s", name, res.StatusCode, page)
		}
	}
	for _, path := range []string{"secret.txt", "county.html", "assets/../secret.txt"} {
		res, page := send(t, "GET", base+path, "", func(r *http.Request) { r.AddCookie(c) })
		if res.StatusCode == http.StatusOK || page == "x" {
			t.Errorf("%s: status %d, %q", path, res.StatusCode, page)
		}
	}
}

// Two kits on one machine do not share a token.
func TestEveryStartHasItsOwnToken(t *testing.T) {
	one, two := serve(t), serve(t)
	_, a, _ := strings.Cut(one, "?token=")
	_, b, _ := strings.Cut(two, "?token=")
	if a == b {
		t.Fatal("the same token twice")
	}
	u, err := url.Parse(one)
	if err != nil {
		t.Fatal(err)
	}
	u.RawQuery = "token=" + b
	if res, _ := send(t, "GET", u.String(), "", nil); res.StatusCode != http.StatusForbidden {
		t.Fatalf("status %d with the other kit's token", res.StatusCode)
	}
}

// A screen hears events, and an open stream does not keep the kit from ending.
func TestEventsReachTheScreenAndEndWithTheKit(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r, w := io.Pipe()
	k := Kit{Events: rpc.NewEvents(), Frontend: fstest.MapFS{"index.html": {}}}
	done := make(chan error, 1)
	go func() { done <- Browser(ctx, k, "127.0.0.1:0", false, w) }()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	base, token, _ := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "fieldkit kit: ")), "?token=")
	req, err := http.NewRequest("GET", base+"events", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	heard := make(chan string, 1)
	go func() {
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			heard <- err.Error()
			return
		}
		defer res.Body.Close()
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				heard <- data
				break
			}
		}
		io.Copy(io.Discard, res.Body) // until the kit ends the stream
		close(heard)
	}()
	for told := false; !told; { // the listener may not be there at the first
		k.Events.Publish("changed", map[string]bool{"remote": true})
		select {
		case data := <-heard:
			if data != `{"remote":true}` {
				t.Fatalf("heard %s", data)
			}
			told = true
		case <-time.After(20 * time.Millisecond):
		}
	}
	cancel()
	select {
	case err := <-done:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(60 * time.Second):
		t.Fatal("the open stream keeps the kit running")
	}
	<-heard
}

// Without built screens the page says what to do instead of being blank.
func TestMissingScreensAreTold(t *testing.T) {
	h := handler(Kit{Events: rpc.NewEvents(), Frontend: fstest.MapFS{}})
	k := guard(h, "token", "127.0.0.1:1")
	rec := httptest.NewRecorder()
	req, err := http.NewRequest("GET", "http://127.0.0.1:1/", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer token")
	k.ServeHTTP(rec, req)
	if rec.Code != http.StatusServiceUnavailable || !strings.Contains(rec.Body.String(), "npm run build") {
		t.Fatalf("status %d, %q", rec.Code, rec.Body)
	}
}

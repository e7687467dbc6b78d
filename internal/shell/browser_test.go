package shell

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
	"testing/fstest"

	"fieldkit/internal/rpc"
)

type echo struct{}

func (echo) Say(s string) (string, error) { return s, nil }

func (echo) Refuse() error {
	return &rpc.UserError{Code: "invalid", Field: "x", Message: "不行", MessageEN: "no"}
}

// serve starts the browser shell and returns its first address.
func serve(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, w := io.Pipe()
	k := Kit{Services: map[string]any{"Echo": echo{}}, Events: rpc.NewEvents(), Frontend: fstest.MapFS{"index.html": {Data: []byte("<title>kit</title>")}, "secret.txt": {Data: []byte("x")}}}
	done := make(chan error, 1)
	go func() { done <- Browser(ctx, k, "127.0.0.1:0", false, w) }()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return strings.TrimSpace(strings.TrimPrefix(line, "fieldkit kit: "))
}

func TestOnlyTheFirstBrowserGetsIn(t *testing.T) {
	first := serve(t)
	base, token, _ := strings.Cut(first, "?token=")
	ask := func(change func(*http.Request)) *http.Response {
		t.Helper()
		req, err := http.NewRequest(http.MethodPost, base+"rpc/Echo/Say", strings.NewReader(`["hi"]`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		change(req)
		res, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res
	}
	for name, tc := range map[string]struct {
		change func(*http.Request)
		want   int
	}{
		"with the token":   {func(*http.Request) {}, 200},
		"without it":       {func(r *http.Request) { r.Header.Del("Authorization") }, 403},
		"a guessed one":    {func(r *http.Request) { r.Header.Set("Authorization", "Bearer 00") }, 403},
		"an empty one":     {func(r *http.Request) { r.Header.Set("Authorization", "Bearer ") }, 403},
		"another host":     {func(r *http.Request) { r.Host = "evil.example" }, 403},
		"another origin":   {func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") }, 403},
		"a stranger's URL": {func(r *http.Request) { r.URL.Path = "/secret.txt"; r.Method = "GET" }, 404},
	} {
		res := ask(tc.change)
		if res.StatusCode != tc.want {
			t.Errorf("%s: status %d, want %d", name, res.StatusCode, tc.want)
		}
		if csp := res.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "script-src 'self'") || strings.Contains(csp, "script-src 'self' 'unsafe") {
			t.Errorf("%s: policy %q", name, csp)
		}
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	for range 2 { // the address with the token, then the cookie alone
		res, err := client.Get(first)
		if err != nil {
			t.Fatal(err)
		}
		page, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || !strings.Contains(string(page), "kit") || res.Request.URL.RawQuery != "" {
			t.Fatalf("page %q at %s, %v", page, res.Request.URL, err)
		}
		first = base
	}
	client.CloseIdleConnections()
}

func TestKitStaysOnLoopback(t *testing.T) {
	if err := Browser(context.Background(), Kit{Events: rpc.NewEvents()}, "0.0.0.0:0", false, io.Discard); err == nil {
		t.Fatal("served to the network")
	}
}

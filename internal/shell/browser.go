package shell

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"fieldkit/internal/rpc"
)

// Kit is what a shell shows.
type Kit struct {
	Services map[string]any
	Events   *rpc.Events
	Frontend fs.FS // the built screens
	Dir      string
	Log      *slog.Logger // nil: nothing is noted
}

// Title is what the kit is called, on its window and in what it tells.
const Title = "反诈宣传外勤工具箱"

// ErrNoWindow means that this computer has nothing to show a window with; the browser
// still does.
var ErrNoWindow = errors.New("no window could be opened")

func (k Kit) warn(what string, err error) {
	if k.Log != nil {
		k.Log.Warn(what, "error", err)
	}
}

const cookieName = "fieldkit"

// policy lets pages load nothing but what this program serves. Element Plus
// positions its pop-ups with style attributes.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Browser serves the kit on a loopback address until ctx ends. Only a browser
// that was given the first address, with its random token, gets in. The address
// is written to out as one line; open starts the default browser with it.
func Browser(ctx context.Context, k Kit, listen string, open bool, out io.Writer) error {
	if err := CheckLoopback(listen); err != nil {
		return err
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", listen, err)
	}
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return err
	}
	token := hex.EncodeToString(secret)
	address := "http://" + l.Addr().String() + "/?token=" + token
	if k.Dir != "" {
		shut, err := openDoor(k.Dir, func() {
			if err := OpenBrowser(address); err != nil {
				k.warn("show the page again", err)
			}
		})
		if err != nil {
			k.warn("a second start cannot find this one", err)
		} else {
			defer shut()
		}
	}
	server := &http.Server{Handler: guard(handler(k), token, l.Addr().String()), ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	fmt.Fprintln(out, "fieldkit kit: "+address)
	if open {
		if err := OpenBrowser(address); err != nil {
			fmt.Fprintln(out, "请在浏览器中打开上面的地址。Open the address above in a browser.")
		}
	}
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	k.Events.Close()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	err = server.Shutdown(stop)
	if served := <-served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// CheckLoopback refuses an address that others on the network could reach.
func CheckLoopback(listen string) error {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", listen, err)
	}
	if host != "localhost" && !net.ParseIP(host).IsLoopback() {
		return fmt.Errorf("listen on %s: a kit is served on a loopback address only", listen)
	}
	return nil
}

// handler serves calls, events and the screens.
func handler(k Kit) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/rpc/", rpc.Handler(k.Services))
	mux.Handle("/events", k.Events)
	files := http.FileServerFS(k.Frontend)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" && !strings.HasPrefix(r.URL.Path, "/assets/") && r.URL.Path != "/favicon.svg" && r.URL.Path != "/index.html" {
			http.NotFound(w, r)
			return
		}
		if r.URL.Path == "/" {
			if _, err := fs.Stat(k.Frontend, "index.html"); err != nil {
				http.Error(w, "The screens are not built: run npm run build in frontend, then build this program again.", http.StatusServiceUnavailable)
				return
			}
		}
		files.ServeHTTP(w, r)
	})
	return mux
}

// guard lets in who brings the token once, and then their cookie. It answers to
// its own name only, so that no other name can be pointed at it (DNS rebinding).
func guard(next http.Handler, token, host string) http.Handler {
	is := func(s string) bool { return subtle.ConstantTimeCompare([]byte(s), []byte(token)) == 1 }
	_, port, _ := net.SplitHostPort(host)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		if r.Host != host && r.Host != "localhost:"+port {
			http.Error(w, "unknown host", http.StatusForbidden)
			return
		}
		if origin := r.Header.Get("Origin"); origin != "" && origin != "http://"+r.Host {
			http.Error(w, "unknown origin", http.StatusForbidden)
			return
		}
		if r.Method == http.MethodGet && r.URL.Path == "/" && is(r.URL.Query().Get("token")) {
			http.SetCookie(w, &http.Cookie{Name: cookieName + port, Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
			http.Redirect(w, r, "/", http.StatusSeeOther)
			return
		}
		cookie, err := r.Cookie(cookieName + port)
		if (err != nil || !is(cookie.Value)) && !is(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")) {
			http.Error(w, "请从工具箱打开此页。Open this page from the kit.", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// OpenBrowser shows an address in the default browser, where there is one.
func OpenBrowser(address string) error {
	switch runtime.GOOS {
	case "windows":
		return exec.Command("rundll32", "url.dll,FileProtocolHandler", address).Start()
	case "darwin":
		return exec.Command("open", address).Start()
	}
	return exec.Command("xdg-open", address).Start()
}

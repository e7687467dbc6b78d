package enrolment

import (
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"fieldkit/sync/schema"
	"fieldkit/sync/transport"
)

// kit makes a request of a new device.
func kit(t *testing.T) Request {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return Request{
		DeviceID: schema.NewID(1), PublicKey: public, Label: "D1", Version: "test",
		Sign: func(m []byte) []byte { return ed25519.Sign(private, m) },
	}
}

// county serves h over TLS and returns a code for it.
func county(t *testing.T, h http.Handler) (Code, *httptest.Server) {
	t.Helper()
	server := httptest.NewUnstartedServer(h)
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	server.StartTLS()
	t.Cleanup(server.Close)
	code := sample()
	code.Addresses = []string{server.URL}
	code.Pin = transport.Pin(server.Certificate())
	return code, server
}

func admitAll(ctx context.Context, r *http.Request, a Application) (Grant, error) {
	return Grant{Realm: a.Realm, Device: a.Device, Label: a.Label, County: "青岚县", Unit: Unit{Code: "CGPCS"}}, nil
}

func reason(err error) Reason {
	var e *Error
	if errors.As(err, &e) {
		return e.Reason
	}
	return ""
}

func TestJoinOverPinnedConnection(t *testing.T) {
	code, _ := county(t, Handler(admitAll))
	code.Addresses = append([]string{"https://127.0.0.1:1"}, code.Addresses...) // a dead address first
	grant, err := Join(t.Context(), code, kit(t))
	if err != nil {
		t.Fatal(err)
	}
	if grant.County != "青岚县" || grant.Unit.Code != "CGPCS" || grant.Address != code.Addresses[1] || len(grant.Pin) != 32 {
		t.Fatalf("%+v", grant)
	}
}

func TestJoinRefusesAnotherServer(t *testing.T) {
	var asked atomic.Int32
	code, _ := county(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	code.Pin = sample().Pin
	if _, err := Join(t.Context(), code, kit(t)); reason(err) != WrongServer {
		t.Fatal(err)
	}
	if asked.Load() != 0 {
		t.Fatal("the secret left for a server with another key")
	}
}

func TestJoinRefusesOldTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(Handler(admitAll))
	server.TLS = &tls.Config{MaxVersion: tls.VersionTLS12}
	server.StartTLS()
	defer server.Close()
	code := sample()
	code.Addresses, code.Pin = []string{server.URL}, transport.Pin(server.Certificate())
	if _, err := Join(t.Context(), code, kit(t)); reason(err) != Unreachable {
		t.Fatal(err)
	}
}

func TestPinIsCheckedOnResumedSessionsToo(t *testing.T) {
	code, server := county(t, Handler(admitAll))
	config := transport.PinnedTLS(code.Pin)
	dial := func() error {
		conn, err := tls.Dial("tcp", server.Listener.Addr().String(), config)
		if err != nil {
			return err
		}
		defer conn.Close()
		// The session ticket comes after the handshake: read past it.
		_, err = conn.Write([]byte("GET /enrol HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
		_, _ = conn.Read(make([]byte, 512))
		return err
	}
	if err := dial(); err != nil {
		t.Fatal(err)
	}
	cache := config.ClientSessionCache
	config = transport.PinnedTLS(sample().Pin) // the key that we now expect is another one
	config.ClientSessionCache = cache
	if err := dial(); !errors.Is(err, transport.ErrPin) {
		t.Fatalf("resumed session: %v", err)
	}
}

func TestJoinTellsOddAnswersApart(t *testing.T) {
	html := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<html>请登录</html>"))
	}
	var followed atomic.Bool
	away := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Store(true) }))
	defer away.Close()
	refuse := func(r Reason) http.HandlerFunc {
		return Handler(func(context.Context, *http.Request, Application) (Grant, error) {
			return Grant{}, &Error{Reason: r, RetryAfter: 7}
		}).ServeHTTP
	}
	cases := map[string]struct {
		handler http.HandlerFunc
		want    Reason
	}{
		"network login page": {html, Portal},
		"redirect":           {http.RedirectHandler(away.URL, http.StatusTemporaryRedirect).ServeHTTP, Portal},
		"empty answer":       {func(http.ResponseWriter, *http.Request) {}, Portal},
		"other json": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(502)
		}, Portal},
		"endless": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(strings.Repeat(" ", MaxBody+1) + "{}"))
		}, Portal},
		"expired":  {refuse(Expired), Expired},
		"used":     {refuse(Used), Used},
		"too fast": {refuse(TooOften), TooOften},
		"failing": {Handler(func(context.Context, *http.Request, Application) (Grant, error) {
			return Grant{}, errors.New("disk full")
		}).ServeHTTP, ServerError},
		"another county": {Handler(func(_ context.Context, _ *http.Request, a Application) (Grant, error) {
			return Grant{Realm: schema.NewID(2), Device: a.Device}, nil
		}).ServeHTTP, OtherCounty},
	}
	for name, c := range cases {
		code, _ := county(t, c.handler)
		_, err := Join(t.Context(), code, kit(t))
		if reason(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if followed.Load() {
		t.Error("a redirect was followed")
	}
	if _, err := Join(t.Context(), Code{}, kit(t)); reason(err) != Incomplete {
		t.Error(err)
	}
}

func TestProofOfPossession(t *testing.T) {
	called := false
	handler := Handler(func(ctx context.Context, r *http.Request, a Application) (Grant, error) {
		called = true
		return admitAll(ctx, r, a)
	})
	good := func() wireRequest {
		r := kit(t)
		w := wireRequest{Realm: sample().Realm, Secret: sample().Secret, Device: r.DeviceID, PublicKey: r.PublicKey, Label: "D1", Version: "1"}
		w.Signature = r.Sign(w.signed())
		return w
	}
	for name, change := range map[string]func(*wireRequest){
		"other device":  func(w *wireRequest) { w.Device = schema.NewID(9) },
		"other label":   func(w *wireRequest) { w.Label = "D2" },
		"shifted field": func(w *wireRequest) { w.Label, w.Version = "D", "11" },
		"other secret":  func(w *wireRequest) { w.Secret = []byte("9876543210") },
		"other key":     func(w *wireRequest) { w.PublicKey = kit(t).PublicKey },
		"no signature":  func(w *wireRequest) { w.Signature = nil },
		"long label":    func(w *wireRequest) { w.Label = strings.Repeat("长", 13) },
		"no device":     func(w *wireRequest) { w.Device = schema.Nil },
	} {
		w := good()
		change(&w)
		body, _ := json.Marshal(w)
		request := httptest.NewRequest(http.MethodPost, Path, strings.NewReader(string(body)))
		request.Header.Set("Content-Type", "application/json")
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		if recorder.Code != http.StatusBadRequest || called {
			t.Errorf("%s: %d, admitted %v", name, recorder.Code, called)
		}
	}
	for name, request := range map[string]*http.Request{
		"GET":      httptest.NewRequest(http.MethodGet, Path, nil),
		"form":     httptest.NewRequest(http.MethodPost, Path, strings.NewReader("a=b")),
		"too long": httptest.NewRequest(http.MethodPost, Path, strings.NewReader(strings.Repeat("x", MaxBody+1))),
	} {
		if name == "too long" {
			request.Header.Set("Content-Type", "application/json")
		}
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		if recorder.Code != http.StatusBadRequest || called {
			t.Errorf("%s: %d", name, recorder.Code)
		}
	}
}

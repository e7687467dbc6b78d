package transport

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"fieldkit/sync/changeset"
	"fieldkit/sync/replica"
	"fieldkit/sync/schema"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var realm = schema.MustParseID("0193a000-0000-7000-8000-000000000001")

func testSchema() *schema.Schema {
	return schema.MustNew(&schema.Table{Number: 1, Name: "note", Columns: []schema.Column{
		schema.TextCol(1, "title").Open("test"), schema.TextCol(2, "secret"), schema.CounterCol(3, "taps"),
	}})
}

func open(t testing.TB, dir string, more ...func(*replica.Options)) *replica.Replica {
	t.Helper()
	o := replica.Options{Dir: dir, Schema: testSchema(), Realm: realm,
		Audience: func(tx *replica.Tx, tb *schema.Table, id schema.ID) (string, error) {
			row, err := tx.Get("note", id)
			if err != nil || row == nil {
				return "everyone", err
			}
			if row.Text("title") == "office" {
				return "office", nil
			}
			return "everyone", nil
		}}
	for _, fn := range more {
		fn(&o)
	}
	r, err := replica.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// authority is a register of devices; the real one is the county's.
type authority struct {
	mu      sync.Mutex
	devices map[schema.ID]*Device
	reports []Report
}

func (a *authority) Device(_ context.Context, id schema.ID) (*Device, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.devices[id], nil
}

func (a *authority) Seen(_ context.Context, _ schema.ID, r Report) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.reports = append(a.reports, r)
}

func (a *authority) enrol(r *replica.Replica) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.devices[r.ID()] = &Device{ID: r.ID(), PublicKey: r.PublicKey(), Active: true, Entitled: func(au string) bool { return au == "everyone" }}
}

// set changes a device as the office would: what was handed out before stays as it was.
func (a *authority) set(id schema.ID, fn func(*Device)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	d := *a.devices[id]
	fn(&d)
	a.devices[id] = &d
}

type middle func(http.ResponseWriter, *http.Request, http.Handler)

type county struct {
	t       testing.TB
	dir     string
	r       *replica.Replica
	auth    *authority
	http    *httptest.Server
	suspect atomic.Pointer[string] // the reason for which what kits write is held back
	// middle sees every request before the server does.
	between atomic.Pointer[middle]
}

func newCounty(t testing.TB) *county {
	c := &county{t: t, dir: filepath.Join(t.TempDir(), "county"), auth: &authority{devices: map[schema.ID]*Device{}}}
	c.start()
	return c
}

func (c *county) start() {
	c.r = open(c.t, c.dir, func(o *replica.Options) {
		o.Quarantine = func(*replica.Tx, schema.ID) (string, error) {
			if reason := c.suspect.Load(); reason != nil {
				return *reason, nil
			}
			return "", nil
		}
	})
	if err := c.r.BecomeRoot(context.Background()); err != nil {
		c.t.Fatal(err)
	}
	s := NewServer(c.r, c.auth, nil)
	c.http = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if m := c.between.Load(); m != nil {
			(*m)(w, r, s)
			return
		}
		s.ServeHTTP(w, r)
	}))
	c.t.Cleanup(c.http.Close)
}

// through puts something between kits and the server; nil takes it away.
func (c *county) through(m middle) {
	if m == nil {
		c.between.Store(nil)
		return
	}
	c.between.Store(&m)
}

func (c *county) client(r *replica.Replica, o ClientOptions) *Client {
	cl := NewClient(r, Peer{URL: c.http.URL, Pin: Pin(c.http.Certificate())}, o)
	c.t.Cleanup(cl.Close)
	return cl
}

func (c *county) kit() *replica.Replica {
	r := open(c.t, filepath.Join(c.t.TempDir(), "kit"))
	c.auth.enrol(r)
	return r
}

func write(t testing.TB, r *replica.Replica, n int) {
	t.Helper()
	for i := range n {
		if err := r.Update(context.Background(), func(tx *replica.Tx) error {
			return tx.Put("note", tx.NewID(), schema.Values{"title": fmt.Sprint("t", i), "secret": fmt.Sprint(rand.Uint64(), rand.Uint64())})
		}); err != nil {
			t.Fatal(err)
		}
	}
}

func count(t testing.TB, r *replica.Replica) int {
	t.Helper()
	rows, err := r.Select(context.Background(), "note", "")
	if err != nil {
		t.Fatal(err)
	}
	return len(rows)
}

func syncNow(t testing.TB, c *Client) Result {
	t.Helper()
	res, err := c.Sync(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestSyncBothWays(t *testing.T) {
	c := newCounty(t)
	a, b := c.kit(), c.kit()
	write(t, a, 30)
	write(t, b, 20)
	write(t, c.r, 5)
	if err := c.r.Update(context.Background(), func(tx *replica.Tx) error {
		return tx.Put("note", tx.NewID(), schema.Values{"title": "office"})
	}); err != nil {
		t.Fatal(err)
	}
	ca, cb := c.client(a, ClientOptions{Version: "test"}), c.client(b, ClientOptions{})
	if res := syncNow(t, ca); res.Requests != 1 || res.Sent != 1 || res.Received != 1 {
		t.Fatalf("one booth day takes one request each way: %+v", res)
	}
	syncNow(t, cb)
	syncNow(t, ca)
	if count(t, a) != 55 || count(t, b) != 55 || count(t, c.r) != 56 {
		t.Fatalf("rows: kits %d and %d, county %d", count(t, a), count(t, b), count(t, c.r))
	}
	res := syncNow(t, ca)
	if res.Requests != 1 || res.SentBytes+res.ReceivedBytes > 512 {
		t.Fatalf("nothing new took %d requests and %d bytes", res.Requests, res.SentBytes+res.ReceivedBytes)
	}
	s, err := a.Status(context.Background())
	if err != nil || s.Waiting != 0 || s.LastAcknowledged.IsZero() {
		t.Fatalf("status %+v, %v", s, err)
	}
	if r := c.auth.reports[0]; r.Waiting != 30 || r.Version != "test" || r.Received != 1 {
		t.Fatalf("report %+v", r)
	}
}

// cutting is a dialer whose connections die after a random number of bytes.
type cutting struct {
	mu   sync.Mutex
	rng  *rand.Rand
	mean int
	cuts int
	sent int64
}

func (c *cutting) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return &cutConn{Conn: conn, c: c, left: 2500 + c.rng.IntN(2*c.mean)}, nil
}

type cutConn struct {
	net.Conn
	c    *cutting
	left int
}

func (c *cutConn) spend(n int) (int, bool) {
	c.c.mu.Lock()
	defer c.c.mu.Unlock()
	n = min(n, c.left)
	c.left -= n
	c.c.sent += int64(n)
	if c.left == 0 {
		c.c.cuts++
	}
	return n, c.left > 0
}

func (c *cutConn) Write(p []byte) (int, error) {
	n, alive := c.spend(len(p))
	n, err := c.Conn.Write(p[:n])
	if !alive {
		c.Close()
		return n, errors.New("the line was cut")
	}
	return n, err
}

func (c *cutConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if _, alive := c.spend(n); !alive {
		c.Close()
	}
	return n, err
}

// P1, P2: a line that is cut every few kilobytes gets everything across, and what
// has arrived is not sent again.
func TestP1CutLineResumesAtTheByte(t *testing.T) {
	c := newCounty(t)
	kit, other := c.kit(), c.kit()
	write(t, kit, 1500)
	write(t, other, 800)
	syncNow(t, c.client(other, ClientOptions{}))
	line := &cutting{rng: rand.New(rand.NewPCG(1, 2)), mean: 12 << 10}
	cl := c.client(kit, ClientOptions{Dial: line.dial, Retries: 12})
	res := syncNow(t, cl)
	if count(t, c.r) != 2300 || count(t, kit) != 2300 {
		t.Fatalf("rows: county %d, kit %d", count(t, c.r), count(t, kit))
	}
	if line.cuts < 5 {
		t.Fatalf("only %d cuts", line.cuts)
	}
	var payload int64
	refs, err := c.r.Missing(context.Background(), nil, func(st changeset.Stream) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	for _, ref := range refs {
		payload += int64(ref.Size)
	}
	t.Logf("%d cuts, %d requests answered, %d bytes on the line for %d bytes of changesets", line.cuts, res.Requests, line.sent, payload)
	if float64(line.sent) > 2.5*float64(payload) {
		t.Fatalf("%d bytes on the line for %d bytes of changesets", line.sent, payload)
	}
}

// P3: the answer is lost after the county has stored everything.
func TestP3LostAcknowledgement(t *testing.T) {
	c := newCounty(t)
	kit := c.kit()
	write(t, kit, 10)
	lose := true
	c.through(func(w http.ResponseWriter, r *http.Request, s http.Handler) {
		if r.URL.Path == pathExchange && lose {
			lose = false
			s.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		s.ServeHTTP(w, r)
	})
	syncNow(t, c.client(kit, ClientOptions{}))
	if lose || count(t, c.r) != 10 {
		t.Fatalf("%d rows after a lost acknowledgement", count(t, c.r))
	}
}

// P4: nothing counts as received until the county says that it is on its disk.
func TestP4SentIsNotReceived(t *testing.T) {
	c := newCounty(t)
	kit := c.kit()
	write(t, kit, 3)
	c.through(func(w http.ResponseWriter, r *http.Request, s http.Handler) {
		if r.URL.Path == pathExchange {
			s.ServeHTTP(httptest.NewRecorder(), r) // stored, and the answer never comes
			panic(http.ErrAbortHandler)
		}
		s.ServeHTTP(w, r)
	})
	if _, err := c.client(kit, ClientOptions{Retries: 1}).Sync(context.Background(), nil); !errors.Is(err, ErrUnreachable) {
		t.Fatalf("error %v", err)
	}
	if s, _ := kit.Status(context.Background()); s.Waiting != 3 || !s.LastAcknowledged.IsZero() {
		t.Fatalf("the kit believes it was received: %+v", s)
	}
	c.through(nil)
	syncNow(t, c.client(kit, ClientOptions{}))
	if s, _ := kit.Status(context.Background()); s.Waiting != 0 {
		t.Fatalf("still waiting: %+v", s)
	}
}

// P5: the county is restored from last night's backup; kits give back what it lost.
func TestP5RestoredCountyGetsEverythingBack(t *testing.T) {
	ctx := context.Background()
	c := newCounty(t)
	kit := c.kit()
	write(t, kit, 5)
	syncNow(t, c.client(kit, ClientOptions{}))
	c.http.Close()
	if err := c.r.Close(); err != nil {
		t.Fatal(err)
	}
	backup := filepath.Join(t.TempDir(), "backup")
	if err := os.CopyFS(backup, os.DirFS(c.dir)); err != nil {
		t.Fatal(err)
	}
	c.start()
	write(t, kit, 7)
	syncNow(t, c.client(kit, ClientOptions{}))
	want, err := c.r.StateHash(ctx)
	if err != nil || count(t, c.r) != 12 {
		t.Fatalf("%d rows, %v", count(t, c.r), err)
	}
	c.http.Close()
	c.r.Close()
	c.dir = backup
	c.start()
	if count(t, c.r) != 5 {
		t.Fatalf("the backup holds %d rows", count(t, c.r))
	}
	syncNow(t, c.client(kit, ClientOptions{}))
	if got, _ := c.r.StateHash(ctx); got != want || count(t, kit) != 12 {
		t.Fatalf("after the restore: county %d rows, kit %d rows", count(t, c.r), count(t, kit))
	}
}

func TestWhatGoesWrongIsToldApart(t *testing.T) {
	c := newCounty(t)
	kit := c.kit()
	write(t, kit, 2)
	fast := ClientOptions{Retries: 1, Stall: 300 * time.Millisecond}
	check := func(name string, want error, client *Client) {
		t.Helper()
		if _, err := client.Sync(context.Background(), nil); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
		if s, _ := kit.Status(context.Background()); s.Waiting != 2 {
			t.Errorf("%s: %d waiting", name, s.Waiting)
		}
	}
	page := func(code int, kind string) middle {
		return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.Header().Set("Content-Type", kind)
			w.Header().Set("Location", "http://login.example/")
			w.WriteHeader(code)
			fmt.Fprint(w, "<html>login</html>")
		}
	}
	c.through(page(200, "text/html"))
	check("portal with a page", ErrPortal, c.client(kit, fast))
	c.through(page(302, "text/html"))
	check("portal with a redirect", ErrPortal, c.client(kit, fast))
	c.through(page(200, "text/plain"))
	check("something else", ErrProtocol, c.client(kit, fast))
	release := make(chan struct{})
	c.through(func(http.ResponseWriter, *http.Request, http.Handler) { <-release })
	check("black hole", ErrUnreachable, c.client(kit, fast))
	close(release)
	c.through(nil)
	wrong := NewClient(kit, Peer{URL: c.http.URL, Pin: bytes.Repeat([]byte{1}, 32)}, fast)
	check("another key", ErrPin, wrong)
	stranger := open(t, filepath.Join(t.TempDir(), "stranger"))
	write(t, stranger, 1)
	if _, err := c.client(stranger, fast).Sync(context.Background(), nil); !errors.Is(err, ErrUnauthorized) {
		t.Errorf("unknown device: %v", err)
	}
	c.auth.set(kit.ID(), func(d *Device) { d.Active, d.Reason = false, "lost" })
	var refusedErr *RefusedError
	if _, err := c.client(kit, fast).Sync(context.Background(), nil); !errors.As(err, &refusedErr) || refusedErr.Reason != "lost" {
		t.Errorf("revoked device: %v", err)
	}
	_, other, _ := ed25519.GenerateKey(nil)
	c.auth.set(kit.ID(), func(d *Device) { d.Active, d.PublicKey = true, other.Public().(ed25519.PublicKey) })
	check("another device's key", ErrUnauthorized, c.client(kit, fast))
	gone := NewClient(kit, Peer{URL: "https://127.0.0.1:1", Pin: bytes.Repeat([]byte{1}, 32)}, fast)
	check("nobody there", ErrUnreachable, gone)
	if count(t, c.r) != 0 {
		t.Error("something was merged")
	}
}

// A server that restarts forgets its sessions; the kit opens a new one by itself.
func TestServerRestartWithinASession(t *testing.T) {
	c := newCounty(t)
	kit := c.kit()
	cl := c.client(kit, ClientOptions{})
	write(t, kit, 1)
	syncNow(t, cl)
	s := NewServer(c.r, c.auth, nil)
	c.through(func(w http.ResponseWriter, r *http.Request, _ http.Handler) { s.ServeHTTP(w, r) })
	write(t, kit, 1)
	syncNow(t, cl)
	if count(t, c.r) != 2 {
		t.Fatal("not everything arrived")
	}
}

// A recorded request is refused when it is played again.
func TestReplayedRequestIsRefused(t *testing.T) {
	c := newCounty(t)
	kit := c.kit()
	write(t, kit, 1)
	var recorded []byte
	c.through(func(w http.ResponseWriter, r *http.Request, s http.Handler) {
		if r.URL.Path == pathExchange {
			var b bytes.Buffer
			b.ReadFrom(r.Body)
			recorded = b.Bytes()
			r.Body = http.NoBody
			r2 := httptest.NewRequest(http.MethodPost, pathExchange, bytes.NewReader(recorded))
			s.ServeHTTP(w, r2)
			return
		}
		s.ServeHTTP(w, r)
	})
	syncNow(t, c.client(kit, ClientOptions{}))
	c.through(nil)
	res, err := c.http.Client().Post(c.http.URL+pathExchange, contentType, bytes.NewReader(recorded))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var b bytes.Buffer
	b.ReadFrom(res.Body)
	head := b.Bytes()[len(magicAnswer)+1:]
	if status(head[0]) != statusSession {
		t.Fatalf("status %d", head[0])
	}
	c.http.Client().CloseIdleConnections()
}

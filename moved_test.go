package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fieldkit/app"
	"fieldkit/internal/county"
	"fieldkit/internal/rpc"
	"fieldkit/sync/schema"
)

// movable is a county whose server can be taken to another address.
type movable struct {
	t    *testing.T
	dir  string
	o    *county.County
	at   string // base URL for kits
	desk string // base URL of the dashboard
	stop func()
}

func newMovable(t *testing.T, name string) *movable {
	t.Helper()
	c := &movable{t: t, dir: filepath.Join(t.TempDir(), "county"), stop: func() {}}
	if err := county.Init(t.Context(), c.dir, county.InitOptions{Name: name, Admin: "admin", Password: "correct-horse-9"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.stop() })
	c.move("127.0.0.1:0")
	return c
}

// free is a loopback address where nobody listens.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// move ends the server and starts it at another address, with what it tells kits.
func (c *movable) move(listen string, tells ...string) {
	c.t.Helper()
	c.stop()
	var err error
	if c.o, err = county.Open(c.t.Context(), c.dir, county.Options{Addresses: tells}); err != nil {
		c.t.Fatal(err)
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		c.t.Fatal(err)
	}
	local, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		c.t.Fatal(err)
	}
	c.at, c.desk = "https://"+l.Addr().String(), "http://"+local.Addr().String()
	life, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- c.o.Serve(life, l, local) }()
	c.stop = func() {
		cancel()
		if err := <-served; err != nil {
			c.t.Error(err)
		}
		c.o.Close()
		c.stop = func() {}
	}
	res, err := http.Get(c.desk) // it answers once it has told where it is
	if err != nil {
		c.t.Fatal(err)
	}
	res.Body.Close()
}

func (c *movable) code(unit string) string {
	c.t.Helper()
	code, err := c.o.IssueCode(c.t.Context(), "console", county.CodeForm{Label: "D1", Unit: county.UnitForm{Code: unit, Name: "派出所" + unit, Department: "D02"}}, c.at)
	if err != nil {
		c.t.Fatal(err)
	}
	return code.Text
}

// mark sets a computer's state on the dashboard.
func (c *movable) mark(device schema.ID, state string) {
	c.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		c.t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	defer browser.CloseIdleConnections()
	for _, call := range [][]any{{"Login", "admin", "correct-horse-9"}, {"SetDeviceState", device.String(), state}} {
		body, err := json.Marshal(call[1:])
		if err != nil {
			c.t.Fatal(err)
		}
		req, err := http.NewRequest(http.MethodPost, c.desk+"/rpc/County/"+call[0].(string), bytes.NewReader(body))
		if err != nil {
			c.t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Fieldkit", "1")
		res, err := browser.Do(req)
		if err != nil {
			c.t.Fatal(err)
		}
		said, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK {
			c.t.Fatalf("%s: %s %s %v", call[0], res.Status, said, err)
		}
	}
}

// movedKit is an open kit with what these tests call of it.
type movedKit struct {
	t     *testing.T
	dir   string
	log   *app.LogFile
	a     *app.App
	kit   *app.Kit
	sync  *app.Sync
	booth *app.Booth
}

func newMovedKit(t *testing.T, code string) *movedKit {
	t.Helper()
	k := &movedKit{t: t, dir: filepath.Join(t.TempDir(), "D1")}
	k.log = app.NewLog(k.dir)
	k.open()
	t.Cleanup(func() {
		k.a.Close()
		k.log.Close()
		notes, err := os.ReadFile(app.LogPath(k.dir)) // all was well where there is none
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Error(err)
		}
		for _, personal := range []string{"李静", "041207", "城关广场", "汽车站", "FK1-"} {
			if strings.Contains(string(notes), personal) {
				t.Errorf("the log tells %s:\n%s", personal, notes)
			}
		}
	})
	if _, err := k.kit.Enrol(code, "一号机"); err != nil {
		t.Fatal(err)
	}
	if _, err := k.kit.AddOfficer("041207", "李静", "police"); err != nil {
		t.Fatal(err)
	}
	k.received()
	return k
}

func (k *movedKit) open() {
	k.t.Helper()
	var err error
	if k.a, err = app.Open(context.Background(), app.Options{Dir: k.dir, Log: slog.New(slog.NewTextHandler(k.log, &slog.HandlerOptions{Level: slog.LevelDebug}))}); err != nil {
		k.t.Fatal(err)
	}
	s := k.a.Services()
	k.kit, k.sync, k.booth = s["Kit"].(*app.Kit), s["Sync"].(*app.Sync), s["Booth"].(*app.Booth)
}

// restart closes the kit and opens it again.
func (k *movedKit) restart() {
	k.t.Helper()
	if err := k.a.Close(); err != nil {
		k.t.Fatal(err)
	}
	k.open()
}

// record opens a booth: something that the county lacks.
func (k *movedKit) record(place string) {
	k.t.Helper()
	if _, err := k.booth.Open(app.OpenBooth{Place: place}); err != nil {
		k.t.Fatal(err)
	}
	if st := k.now(); st.OK && st.Sent == 0 {
		k.t.Fatal("nothing was sent")
	}
}

func (k *movedKit) now() app.SyncLogEntry {
	k.t.Helper()
	st, err := k.sync.Now()
	if err != nil || st.Last == nil {
		k.t.Fatalf("%+v, %v", st, err)
	}
	return *st.Last
}

// received syncs until the county has all, two rounds at most.
func (k *movedKit) received() {
	k.t.Helper()
	for range 2 {
		if last := k.now(); !last.OK {
			k.t.Fatalf("%+v", last)
		}
	}
	if st, err := k.sync.Status(); err != nil || st.Waiting > 0 {
		k.t.Fatalf("%+v, %v", st, err)
	}
}

func (k *movedKit) urls() []string {
	k.t.Helper()
	list, err := k.sync.Addresses()
	if err != nil {
		k.t.Fatal(err)
	}
	var out []string
	for i, a := range list {
		out = append(out, a.URL)
		if a.Current != (i == 0) {
			k.t.Errorf("%+v is not in its place", list)
		}
	}
	return out
}

// refusal is the code of a sentence for the officer.
func refusal(t *testing.T, err error) string {
	t.Helper()
	var u *rpc.UserError
	if !errors.As(err, &u) || u.Message == "" || u.MessageEN == "" {
		t.Fatalf("no sentence: %v", err)
	}
	return u.Code
}

// The county says where it will be; kits that have synced since find it there.
func TestKitsFollowTheServerThatToldThem(t *testing.T) {
	c := newMovable(t, "青岚县")
	old, next := c.at, free(t)
	k := newMovedKit(t, c.code("CGPCS"))
	c.move(strings.TrimPrefix(old, "https://"), old, "https://"+next)
	k.received()
	if got := k.urls(); !slices.Equal(got, []string{old, "https://" + next}) {
		t.Fatalf("the kit knows %v", got)
	}
	c.move(next, "https://"+next)
	k.restart()
	k.record("城关广场")
	k.received()
	if got := k.urls(); !slices.Equal(got, []string{"https://" + next, old}) {
		t.Fatalf("the kit knows %v", got)
	}
	st, err := k.sync.Status()
	if err != nil || st.Address != c.at {
		t.Fatalf("%+v, %v", st, err)
	}
}

// The server moves and nobody told the kits: the clerk says the new address on the
// telephone. Another server at an address is refused and not kept.
func TestAnAddressToldOnTheTelephone(t *testing.T) {
	c, stranger := newMovable(t, "青岚县"), newMovable(t, "邻县")
	old, next, nobody := c.at, free(t), free(t)
	k := newMovedKit(t, c.code("CGPCS"))
	c.move(next)
	k.record("城关广场")
	if last := k.now(); last.OK || last.Code != "offline" {
		t.Fatalf("%+v", last)
	}
	for text, want := range map[string]string{stranger.at: "wrong_server", nobody: "offline", "城关广场": "invalid", "http://10.0.0.5": "invalid"} {
		if _, err := k.sync.UseAddress(text, false); refusal(t, err) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := k.sync.UseAddress(stranger.at, true); refusal(t, err) != "wrong_server" {
		t.Error(err)
	}
	if got := k.urls(); !slices.Equal(got, []string{old}) {
		t.Fatalf("after refusals the kit knows %v", got)
	}
	if _, err := k.sync.UseAddress(nobody, true); err != nil {
		t.Fatal(err)
	}
	if got := k.urls(); !slices.Equal(got, []string{old, "https://" + nobody}) {
		t.Fatalf("the kit knows %v", got)
	}
	st, err := k.sync.UseAddress(strings.ReplaceAll(next, ":", "："), false)
	if err != nil || st.Last == nil || !st.Last.OK || st.Last.Sent == 0 || st.Address != c.at {
		t.Fatalf("%+v, %v", st, err)
	}
	if _, err := k.sync.DropAddress(old); err != nil {
		t.Fatal(err)
	}
	if list, err := k.sync.DropAddress("https://" + nobody); err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	if _, err := k.sync.DropAddress(c.at); refusal(t, err) == "" {
		t.Error("the last address went")
	}
	k.restart()
	k.received()
}

// Another server stands where the county was: nothing is sent to it, and the county is
// found at the address that it told.
func TestAnotherServerAtTheOldAddress(t *testing.T) {
	c, stranger := newMovable(t, "青岚县"), newMovable(t, "邻县")
	old, next := c.at, free(t)
	k := newMovedKit(t, c.code("CGPCS"))
	c.move(strings.TrimPrefix(old, "https://"), "https://"+next)
	k.received()
	c.move(next, "https://"+next)
	stranger.move(strings.TrimPrefix(old, "https://"))
	k.record("城关广场")
	k.received()
	c.stop()
	if last := k.now(); last.OK || last.Code != "wrong_server" {
		t.Fatalf("%+v", last)
	}
}

// A computer that was marked lost comes back with a new code of its county, and loses
// nothing; a code of another county is refused.
func TestACodeForAComputerThatIsEnrolled(t *testing.T) {
	c, other := newMovable(t, "青岚县"), newMovable(t, "邻县")
	k := newMovedKit(t, c.code("CGPCS"))
	before, err := k.kit.State()
	if err != nil {
		t.Fatal(err)
	}
	device := k.a.Replica().ID()
	for _, state := range []string{"lost", "retired"} {
		c.mark(device, state)
		k.record("摊位" + state)
		if last := k.now(); last.Code != "refused" || !strings.Contains(last.Message, "重新登记") {
			t.Fatalf("%s: %+v", state, last)
		}
		if _, err := k.kit.Enrol(other.code("CGPCS"), ""); refusal(t, err) != "other_county" {
			t.Errorf("%v", err)
		}
		if _, err := k.kit.Enrol(c.code("LKPCS"), ""); refusal(t, err) != "other_unit" {
			t.Errorf("%v", err)
		}
		if last := k.now(); last.Code != "refused" {
			t.Fatalf("after refusals: %+v", last)
		}
		c.move(free(t)) // and the server is elsewhere
		after, err := k.kit.Enrol(c.code("CGPCS"), "")
		if err != nil {
			t.Fatal(err)
		}
		if after.Label != before.Label || after.Unit != before.Unit || after.Officer == nil || after.Officer.ID != before.Officer.ID || k.a.Replica().ID() != device {
			t.Fatalf("%s: %+v; before it was %+v", state, after, before)
		}
		k.received()
		if got := k.urls(); got[0] != c.at {
			t.Errorf("the kit knows %v", got)
		}
	}
	rows, err := c.o.Replica().Select(t.Context(), "activity", "")
	if err != nil || len(rows) != 2 {
		t.Fatalf("the county has %d booths of 2, %v", len(rows), err)
	}
}

// kit.json is damaged: the kit opens, says so, and a new code of its county puts it
// right with all records; one of another county is refused and puts nothing aside.
func TestADamagedMembership(t *testing.T) {
	c, other := newMovable(t, "青岚县"), newMovable(t, "邻县")
	k := newMovedKit(t, c.code("CGPCS"))
	c.stop()
	k.record("城关广场")
	device := k.a.Replica().ID()
	if err := k.a.Close(); err != nil {
		t.Fatal(err)
	}
	for _, damaged := range []string{"", "{\"realm\":", "{}", "\x00\x00\x00"} {
		if err := os.WriteFile(filepath.Join(k.dir, "kit.json"), []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		k.open()
		if st, err := k.kit.State(); err != nil || st.Enrolled || !st.Unreadable {
			t.Fatalf("%q: %+v, %v", damaged, st, err)
		}
		if _, err := k.kit.Enrol(other.code("CGPCS"), ""); refusal(t, err) != "other_county" {
			t.Fatalf("%q: %v", damaged, err)
		}
		if err := k.a.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if notes, err := os.ReadFile(app.LogPath(k.dir)); err != nil || !strings.Contains(string(notes), "kit.json cannot be read") {
		t.Errorf("the log: %q, %v", notes, err)
	}
	c.move("127.0.0.1:0")
	k.open()
	st, err := k.kit.Enrol(c.code("CGPCS"), "另一个名字")
	if err != nil || st.Unreadable || st.Label != "一号机" || k.a.Replica().ID() != device {
		t.Fatalf("%+v, %v", st, err)
	}
	k.received()
	k.restart()
	if st, err := k.kit.State(); err != nil || !st.Enrolled || st.Unreadable {
		t.Fatalf("%+v, %v", st, err)
	}
	if rows, err := c.o.Replica().Select(t.Context(), "activity", ""); err != nil || len(rows) != 1 {
		t.Fatalf("the county has %d booths of 1, %v", len(rows), err)
	}
}

// The county goes back to a backup from before a computer enrolled: it knows it no more.
// A new code makes it known again, and all that it recorded arrives.
func TestACountyThatForgotAComputer(t *testing.T) {
	c := newMovable(t, "青岚县")
	first := newMovedKit(t, c.code("CGPCS"))
	c.stop()
	backup := filepath.Join(t.TempDir(), "backup")
	if err := os.CopyFS(backup, os.DirFS(c.dir)); err != nil {
		t.Fatal(err)
	}
	c.move("127.0.0.1:0")
	k := newMovedKit(t, c.code("CGPCS"))
	k.record("城关广场")
	k.received()
	c.stop()
	c.dir = backup
	c.move("127.0.0.1:0")
	k.record("汽车站")
	if _, err := k.sync.UseAddress(c.at, false); err != nil {
		t.Fatal(err)
	}
	if last := k.now(); last.Code != "refused" || !strings.Contains(last.Message, "重新登记") {
		t.Fatalf("%+v", last)
	}
	if _, err := k.kit.Enrol(c.code("CGPCS"), ""); err != nil {
		t.Fatal(err)
	}
	k.received()
	if rows, err := c.o.Replica().Select(t.Context(), "activity", ""); err != nil || len(rows) != 2 {
		t.Fatalf("the county has %d booths of 2, %v", len(rows), err)
	}
	if _, err := first.sync.UseAddress(c.at, false); err != nil {
		t.Fatal(err)
	}
	first.received()
	if rows, err := first.a.Replica().Select(t.Context(), "activity", ""); err != nil || len(rows) != 2 {
		t.Fatalf("the other kit has %d booths of 2, %v", len(rows), err)
	}
}

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var kills = flag.Int("kills", 5, "how often TestKillAfterTap kills the kit, and TestKillDuringSync a kit or the county")

// child starts the program and waits for a line that matches.
func child(t *testing.T, bin, pattern string, args ...string) (*exec.Cmd, string) {
	t.Helper()
	c := exec.Command(bin, args...)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if m := regexp.MustCompile(pattern).FindStringSubmatch(lines.Text()); m != nil {
			go io.Copy(io.Discard, out)
			return c, m[1]
		}
	}
	t.Fatalf("%v printed no %q", args, pattern)
	return nil, ""
}

// kitCall calls a kit's service as its screens do.
func kitCall(url, method string, out any, args ...any) error {
	base, token, _ := strings.Cut(url, "/?token=")
	body, err := json.Marshal(args)
	if err != nil {
		return err
	}
	req, err := http.NewRequest(http.MethodPost, base+"/rpc/"+method, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", method, raw)
	}
	return json.Unmarshal(raw, out)
}

// killable is a county and a program to run its processes, in a directory of its own.
type killable struct {
	t         *testing.T
	dir, bin  string
	countyDir string
	listen    string // where the county listens, the same after each start
	address   string
	county    *exec.Cmd
}

func newKillable(t *testing.T) *killable {
	t.Helper()
	k := &killable{t: t, dir: t.TempDir(), listen: "127.0.0.1:0"}
	k.bin, k.countyDir = filepath.Join(k.dir, "fieldkit.exe"), filepath.Join(k.dir, "county") // the name does for every system
	if out, err := exec.Command("go", "build", "-o", k.bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	password := filepath.Join(k.dir, "password")
	if err := os.WriteFile(password, []byte("correct-horse-9"), 0o600); err != nil {
		t.Fatal(err)
	}
	k.run("county", "init", "--dir", k.countyDir, "--name", "青岚县", "--password-file", password)
	k.startCounty()
	return k
}

func (k *killable) run(args ...string) string {
	k.t.Helper()
	out, err := exec.Command(k.bin, args...).CombinedOutput()
	if err != nil {
		k.t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (k *killable) startCounty() {
	k.t.Helper()
	k.county, k.address = child(k.t, k.bin, `kits: (\S+)`, "county", "serve", "--dir", k.countyDir, "--listen", k.listen, "--local", "")
	k.listen = strings.TrimPrefix(k.address, "https://")
}

// killableKit is an enrolled kit with an open booth.
type killableKit struct {
	k         *killable
	label     string
	process   *exec.Cmd
	url       string
	booth     string
	material  string
	confirmed int // taps that the screen showed
}

// boothState is what these tests read of a booth.
type boothState struct {
	Activity    struct{ ID string }
	Mine, Total int
}

func (k *killable) kit(label string) *killableKit {
	k.t.Helper()
	n := &killableKit{k: k, label: label}
	code := k.run("county", "enrol", "--dir", k.countyDir, "--unit", "CGPCS", "--unit-name", "城关派出所", "--department", "D02", "--label", label, "--address", k.address)
	n.start()
	var ignored any
	n.must("Kit/Enrol", &ignored, code, label)
	var state boothState
	n.must("Booth/Open", &state, map[string]any{"place": "城关广场"})
	n.booth = state.Activity.ID
	var materials []struct{ ID string }
	n.must("Catalogue/Materials", &materials)
	n.material = materials[0].ID
	return n
}

func (n *killableKit) start() {
	n.k.t.Helper()
	n.process, n.url = child(n.k.t, n.k.bin, `kit: (\S+)`, "kit", "--dir", filepath.Join(n.k.dir, n.label), "--no-open", "--manual")
}

func (n *killableKit) must(method string, out any, args ...any) {
	n.k.t.Helper()
	if err := kitCall(n.url, method, out, args...); err != nil {
		n.k.t.Fatal(err)
	}
}

// tap taps until the kit does not answer any more, or told to stop.
func (n *killableKit) tap(stop func() bool) {
	var state boothState
	for !stop() && kitCall(n.url, "Booth/Tap", &state, n.booth, n.material, 1) == nil {
		n.confirmed = state.Mine
	}
}

// restart starts a killed kit: what it confirmed is there, and at most one tap more.
func (n *killableKit) restart() {
	n.k.t.Helper()
	n.start()
	var state boothState
	n.must("Booth/Get", &state, n.booth)
	if state.Mine < n.confirmed || state.Mine > n.confirmed+1 {
		n.k.t.Fatalf("%s: %d taps were confirmed, %d are there", n.label, n.confirmed, state.Mine)
	}
	n.confirmed = state.Mine
}

// A kit is killed at random moments while an officer taps: every tap that the
// screen confirmed is there afterwards, and at most the one under way besides.
func TestKillAfterTap(t *testing.T) {
	n := newKillable(t).kit("D1")
	for range *kills {
		timer := time.AfterFunc(time.Duration(rand.IntN(250))*time.Millisecond, func() { n.process.Process.Kill() })
		n.tap(func() bool { return false })
		timer.Stop()
		n.process.Process.Kill()
		n.process.Wait()
		n.restart()
	}
	t.Logf("%d kills, %d confirmed taps, none lost", *kills, n.confirmed)
}

// Two kits tap and sync without a pause while now one of them, now the county is
// killed: in the middle of sealing, sending, merging and confirming. In the end all
// have the same count, and it is the count that the screens confirmed.
func TestKillDuringSync(t *testing.T) {
	k := newKillable(t)
	kits := []*killableKit{k.kit("D1"), k.kit("D2")}
	if kits[0].booth != kits[1].booth {
		t.Fatal("the kits do not stand at one booth")
	}
	killed := map[string]int{}
	for range *kills {
		victim := rand.IntN(3)
		process, name := k.county, "county"
		if victim < 2 {
			process, name = kits[victim].process, kits[victim].label
		}
		killed[name]++
		var over atomic.Bool
		var work sync.WaitGroup
		for _, n := range kits {
			work.Go(func() { n.tap(over.Load) })
			work.Go(func() {
				var ignored any
				for !over.Load() && kitCall(n.url, "Sync/Now", &ignored) == nil {
				}
			})
		}
		time.Sleep(time.Duration(20+rand.IntN(300)) * time.Millisecond)
		process.Process.Kill()
		process.Wait()
		over.Store(true)
		if victim == 2 {
			k.startCounty() // before the kits give up
		}
		work.Wait()
		if victim < 2 {
			kits[victim].restart()
		}
	}
	var status struct {
		Waiting, Held int
		Last          struct {
			OK      bool
			Message string `json:"message_en"`
		}
	}
	for round, left := 0, 2; left > 0; round++ { // each tells its own, then both hear of the other; what is being saved takes one more
		left--
		for _, n := range kits {
			n.must("Sync/Now", &status)
			if done := status.Last.OK && status.Waiting == 0 && status.Held == 0; !done && round == 10 {
				t.Fatalf("%s: %+v", n.label, status)
			} else if !done {
				left = 2
			}
		}
	}
	want := kits[0].confirmed + kits[1].confirmed
	for _, n := range kits {
		var state boothState
		n.must("Booth/Get", &state, n.booth)
		if state.Mine != n.confirmed || state.Total != want {
			t.Errorf("%s: %d taps of its own and %d in all; %d and %d were confirmed", n.label, state.Mine, state.Total, n.confirmed, want)
		}
	}
	t.Logf("killed %v, %d confirmed taps, each counted once", killed, want)
}

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
	"testing"
	"time"
)

var kills = flag.Int("kills", 5, "how often TestKillAfterTap kills the kit")

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

// A kit is killed at random moments while an officer taps: every tap that the
// screen confirmed is there afterwards, and at most the one under way besides.
func TestKillAfterTap(t *testing.T) {
	dir := t.TempDir()
	bin := filepath.Join(dir, "fieldkit.exe") // the name does for every system
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	run := func(args ...string) string {
		t.Helper()
		out, err := exec.Command(bin, args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	password := filepath.Join(dir, "password")
	if err := os.WriteFile(password, []byte("correct-horse-9"), 0o600); err != nil {
		t.Fatal(err)
	}
	countyDir := filepath.Join(dir, "county")
	run("county", "init", "--dir", countyDir, "--name", "青岚县", "--password-file", password)
	_, address := child(t, bin, `kits: (\S+)`, "county", "serve", "--dir", countyDir, "--listen", "127.0.0.1:0", "--local", "")
	code := run("county", "enrol", "--dir", countyDir, "--unit", "CGPCS", "--unit-name", "城关派出所", "--department", "D02", "--label", "D1", "--address", address)
	kit := func() (*exec.Cmd, string) {
		return child(t, bin, `kit: (\S+)`, "kit", "--dir", filepath.Join(dir, "kit"), "--no-open", "--manual")
	}
	process, url := kit()
	var ignored any
	if err := kitCall(url, "Kit/Enrol", &ignored, code, "D1"); err != nil {
		t.Fatal(err)
	}
	var state struct {
		Activity struct{ ID string }
		Mine     int
	}
	if err := kitCall(url, "Booth/Open", &state, map[string]any{"place": "城关广场"}); err != nil {
		t.Fatal(err)
	}
	var materials []struct{ ID string }
	if err := kitCall(url, "Catalogue/Materials", &materials); err != nil {
		t.Fatal(err)
	}
	id, confirmed := state.Activity.ID, 0
	for n := range *kills {
		wait := time.Duration(rand.IntN(250)) * time.Millisecond
		timer := time.AfterFunc(wait, func() { process.Process.Kill() })
		for kitCall(url, "Booth/Tap", &state, id, materials[0].ID, 1) == nil {
			confirmed = state.Mine
		}
		timer.Stop()
		process.Process.Kill()
		process.Wait()
		process, url = kit()
		if err := kitCall(url, "Booth/Get", &state, id); err != nil {
			t.Fatal(err)
		}
		if state.Mine < confirmed || state.Mine > confirmed+1 {
			t.Fatalf("kill %d: %d taps were confirmed, %d are there", n+1, confirmed, state.Mine)
		}
		confirmed = state.Mine
	}
	t.Logf("%d kills, %d confirmed taps, none lost", *kills, confirmed)
}

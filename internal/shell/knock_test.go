package shell

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"fieldkit/internal/rpc"
)

// A second start has the open kit show its page again, with an address that gets in; the
// file by which it finds the kit holds no such address.
func TestASecondStartShowsThePageAgain(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("the page is shown by a program of the system's own")
	}
	dir, bin := t.TempDir(), t.TempDir()
	shown := filepath.Join(bin, "shown")
	if err := os.WriteFile(filepath.Join(bin, "xdg-open"), []byte("#!/bin/sh\nprintf %s \"$1\" >"+shown+".new && mv "+shown+".new "+shown+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r, w := io.Pipe()
	k := Kit{Events: rpc.NewEvents(), Dir: dir, Frontend: fstest.MapFS{"index.html": {Data: []byte("<title>kit</title>")}}}
	done := make(chan error, 1)
	go func() { done <- Browser(ctx, k, "127.0.0.1:0", false, w) }()
	if _, err := r.Read(make([]byte, 200)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, doorFile)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	if err := Knock(ctx, dir); err != nil {
		t.Fatal(err)
	}
	var address []byte
	for end := time.Now().Add(20 * time.Second); len(address) == 0; time.Sleep(10 * time.Millisecond) {
		if address, _ = os.ReadFile(shown); time.Now().After(end) {
			t.Fatal("no page was shown")
		}
	}
	if res, _ := send(t, http.MethodGet, string(address), "", nil); res.StatusCode != http.StatusSeeOther {
		t.Errorf("the page that was shown does not get in: status %d", res.StatusCode)
	}
	raw, err := os.ReadFile(path)
	_, token, _ := strings.Cut(string(address), "token=")
	if err != nil || strings.Contains(string(raw), token) {
		t.Errorf("the file gives the page's token away: %v", err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the file is left behind: %v", err)
	}
}

func TestTheDoorOpensToItsOwnerAlone(t *testing.T) {
	dir := t.TempDir()
	shows := 0
	shut, err := openDoor(dir, func() { shows++ })
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, doorFile))
	if err != nil {
		t.Fatal(err)
	}
	var d door
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*http.Request){
		"no token":      func(r *http.Request) { r.Header.Del("Authorization") },
		"another token": func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+strings.Repeat("0", len(d.Token))) },
		"an empty one":  func(r *http.Request) { r.Header.Set("Authorization", "Bearer ") },
		"a page's GET":  func(r *http.Request) { r.Method = http.MethodGet },
	} {
		res, _ := send(t, http.MethodPost, "http://"+d.Address+"/", "", func(r *http.Request) {
			r.Header.Set("Authorization", "Bearer "+d.Token)
			change(r)
		})
		if res.StatusCode != http.StatusForbidden || shows != 0 {
			t.Errorf("%s: status %d, shown %d times", name, res.StatusCode, shows)
		}
	}
	if err := Knock(t.Context(), dir); err != nil || shows != 1 {
		t.Fatalf("shown %d times, %v", shows, err)
	}
	shut()
	if err := Knock(t.Context(), dir); err == nil {
		t.Error("a kit that has ended answered")
	}
	// A kit that was killed leaves the file behind.
	for name, left := range map[string]string{"of a dead kit": string(raw), "damaged": "{", "of another machine": `{"address":"192.0.2.1:80","token":"x"}`, "empty": ""} {
		if err := os.WriteFile(filepath.Join(dir, doorFile), []byte(left), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := Knock(t.Context(), dir); err == nil {
			t.Errorf("a file %s led somewhere", name)
		}
	}
	if shows != 1 {
		t.Errorf("shown %d times", shows)
	}
	shut, err = openDoor(dir, func() { shows++ })
	if err != nil {
		t.Fatal(err)
	}
	defer shut()
	if err := Knock(t.Context(), dir); err != nil || shows != 2 {
		t.Errorf("after a kit that was killed: shown %d times, %v", shows, err)
	}
}

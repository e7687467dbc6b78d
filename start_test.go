package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"fieldkit/app"
)

// What keeps the kit from opening is told in both languages with what to do, and its
// cause stands in the log beside the data.
func TestTheKitTellsWhyItDoesNotOpen(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "工具箱")
	if err := os.MkdirAll(filepath.Join(dir, "kit.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	code, out, says := attempt(t, "kit", "--dir", dir, "--no-open")
	if code != 1 || out != "" {
		t.Errorf("exit %d, printed %q", code, out)
	}
	for _, want := range []string{"没能打开，记录没有动", "could not open; the records are untouched", app.LogPath(dir)} {
		if !strings.Contains(says, want) {
			t.Errorf("it says %q, without %q", says, want)
		}
	}
	log, err := os.ReadFile(app.LogPath(dir))
	if err != nil || !strings.Contains(string(log), "did not open") || !strings.Contains(string(log), "kit.json") {
		t.Errorf("the log: %q, %v", log, err)
	}
	// A file stands where the folder should be: there is no place for a log either.
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, says := attempt(t, "kit", "--dir", file, "--no-open"); code != 1 || !strings.Contains(says, "没能打开") {
		t.Errorf("exit %d, it says %q", code, says)
	}
}

// Started again, the kit shows the one that is open instead.
func TestTheKitStartedTwice(t *testing.T) {
	showNothing(t)
	dir := filepath.Join(t.TempDir(), "kit")
	first, url := child(t, "fieldkit", `kit: (\S+)`, "kit", "--dir", dir, "--no-open", "--manual")
	if code, out, says := attempt(t, "kit", "--dir", dir, "--manual", "--browser"); code != 0 || !strings.Contains(out, "已转到它的") || strings.Contains(out+says, "token") {
		t.Errorf("exit %d, printed %q, said %q", code, out, says)
	}
	var state any
	if err := kitCall(url, "Kit/State", &state); err != nil {
		t.Errorf("the first kit after the second: %v", err)
	}
	if _, err := os.Stat(app.LogPath(dir)); !os.IsNotExist(err) {
		t.Errorf("a second start is noted as a fault: %v", err)
	}
	first.Process.Kill()
	first.Wait()
	child(t, "fieldkit", `kit: (\S+)`, "kit", "--dir", dir, "--no-open", "--manual") // what the killed one left does not hinder
}

// Pressed twice while the first is still opening or closing, the second waits; when the
// first is gone it opens by itself, and when the first stays silent it says so.
func TestTheKitStartedWhileAnotherIsBusy(t *testing.T) {
	showNothing(t)
	dir := filepath.Join(t.TempDir(), "kit")
	busy, err := app.Open(t.Context(), app.Options{Dir: dir}) // it holds the data and hears no knock
	if err != nil {
		t.Fatal(err)
	}
	if code, _, says := attempt(t, "kit", "--dir", dir, "--manual", "--browser"); code != 1 || !strings.Contains(says, "已经打开") {
		t.Errorf("exit %d, it says %q", code, says)
	}
	time.AfterFunc(time.Second, func() { busy.Close() })
	_, url := child(t, "fieldkit", `kit: (\S+)`, "kit", "--dir", dir, "--manual", "--browser")
	var state any
	if err := kitCall(url, "Kit/State", &state); err != nil {
		t.Error(err)
	}
}

// showNothing stands in for the program that shows a page.
func showNothing(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("the page is shown by a program of the system's own")
	}
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "xdg-open"), []byte("#!/bin/sh\nexit 0\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
}

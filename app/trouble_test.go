package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"fieldkit/internal/model"
	"fieldkit/sync/replica"
)

// spoiltKit is the directory of a kit that was in use, closed.
func spoiltKit(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "kit")
	a, err := Open(t.Context(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	m := &membership{Realm: realm, Label: "D1", UnitID: model.UnitID(realm, "CGPCS")}
	if err := errors.Join(a.attach(t.Context(), m), a.Close()); err != nil {
		t.Fatal(err)
	}
	if a, err = Open(t.Context(), Options{Dir: dir}); err != nil {
		t.Fatalf("the kit does not open before anything is spoilt: %v", err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func files(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		fmt.Fprintf(&all, "%s %x\n", path, b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// What keeps a kit from opening has a sentence of its own, and what is there stays as it is.
func TestTroubleOfStarting(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(t *testing.T, dir string)
		code  string
	}{
		"a database that is none": {func(t *testing.T, dir string) {
			write(t, filepath.Join(dir, "data", "replica.db"), strings.Repeat("这不是数据库", 1000))
		}, "damaged"},
		"a key cut short":    {func(t *testing.T, dir string) { write(t, filepath.Join(dir, "data", "data.key"), "short") }, "damaged"},
		"no device key left": {func(t *testing.T, dir string) { write(t, filepath.Join(dir, "data", "device.key"), "") }, "damaged"},
		"a newer version's data": {func(t *testing.T, dir string) {
			path := filepath.Join(dir, "kit.json")
			raw, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var m map[string]any
			if err := json.Unmarshal(raw, &m); err != nil {
				t.Fatal(err)
			}
			if m["columns"] != float64(columns()) {
				t.Fatalf("kit.json tells %v columns of %d", m["columns"], columns())
			}
			m["columns"] = columns() + 1
			if raw, err = json.Marshal(m); err != nil {
				t.Fatal(err)
			}
			write(t, path, string(raw))
		}, "newer"},
		"a folder in the place of a file": {func(t *testing.T, dir string) {
			if err := errors.Join(os.Remove(filepath.Join(dir, "kit.json")), os.Mkdir(filepath.Join(dir, "kit.json"), 0o700)); err != nil {
				t.Fatal(err)
			}
		}, "start"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := spoiltKit(t)
			c.spoil(t, dir)
			before := files(t, dir)
			a, err := Open(context.Background(), Options{Dir: dir})
			if err == nil {
				a.Close()
				t.Fatal("it opened")
			}
			told := Trouble(err, dir)
			if told.Code != c.code || told.Message == "" || told.MessageEN == "" {
				t.Errorf("%v is told as %+v", err, told)
			}
			if files(t, dir) != before {
				t.Error("files changed")
			}
			if a, err = Open(context.Background(), Options{Dir: dir}); errors.Is(err, ErrInUse) {
				t.Error("the directory stays locked")
			} else if err == nil {
				a.Close()
			}
		})
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// What the system says of a disk, as the calls of Open wrap it.
func TestTroubleOfTheDisk(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the system's codes are others")
	}
	for code, err := range map[string]error{"read_only": syscall.EROFS, "disk_full": syscall.ENOSPC} {
		wrapped := fmt.Errorf("open kit: %w", &fs.PathError{Op: "open", Path: "lock", Err: err})
		if told := Trouble(wrapped, "D"); told.Code != code {
			t.Errorf("%v is told as %+v", err, told)
		}
	}
	if replica.Corrupt(syscall.EROFS) || replica.Corrupt(nil) {
		t.Error("a read-only disk is taken for damage")
	}
}

// A second Open is told apart from all else.
func TestTroubleOfASecondStart(t *testing.T) {
	dir := t.TempDir()
	a, err := Open(t.Context(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if _, err := Open(t.Context(), Options{Dir: dir}); Trouble(err, dir).Code != "in_use" {
		t.Error(err)
	}
}

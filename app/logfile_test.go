package app

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The two files together never hold more than twice the bound, and the newest lines are
// there whole and in order, over restarts too.
func TestLogIsBounded(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "还没有")
	const size, lines = 1000, 500
	for start := 0; start < lines; start += 50 {
		l := &LogFile{dir: dir, size: size}
		for n := start; n < start+50; n++ {
			if _, err := fmt.Fprintf(l, "line %d %s\n", n, strings.Repeat("x", n%40)); err != nil {
				t.Fatal(err)
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	var all []byte
	for _, path := range []string{filepath.Join(dir, "kit.old.log"), LogPath(dir)} {
		b, err := os.ReadFile(path)
		if err != nil || len(b) > size {
			t.Fatalf("%s: %d bytes, %v", path, len(b), err)
		}
		all = append(all, b...)
	}
	got := bytes.Split(bytes.TrimSpace(all), []byte("\n"))
	for i, line := range got {
		if want := fmt.Sprintf("line %d ", lines-len(got)+i); !bytes.HasPrefix(line, []byte(want)) {
			t.Fatalf("%q where %q should be", line, want)
		}
	}
	if len(got) < size/60 {
		t.Fatalf("only %d lines are left", len(got))
	}
}

// Where nothing can be written, the kit does not notice.
func TestLogThatCannotBeWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	l := NewLog(dir)
	if n, err := l.Write([]byte("x\n")); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

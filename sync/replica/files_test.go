package replica

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"fieldkit/sync/internal/faultdisk"
)

// Whatever moment the power goes while a file is written anew, it holds the old
// content or the new one, whole; once the writing returned, the new one.
func TestFilesAreWrittenWholeOrNotAtAll(t *testing.T) {
	before, after := bytes.Repeat([]byte("b"), 1500), bytes.Repeat([]byte("a"), 1700)
	met := map[string]int{}
	for seed := range uint64(400) {
		d := faultdisk.New(seed)
		path := d.Path("dir", "key")
		if err := writeDurably(d, path, before); err != nil {
			t.Fatal(err)
		}
		d.CutIn(1 + int(seed%7))
		err := writeDurably(d, path, after)
		d.Reboot()
		b, readErr := d.ReadFile(path)
		switch {
		case readErr != nil:
			t.Fatalf("seed %d: the file is gone: %v", seed, readErr)
		case bytes.Equal(b, after):
			met["after"]++
		case err != nil && bytes.Equal(b, before):
			met["before"]++
		default:
			t.Fatalf("seed %d: %d bytes, %v", seed, len(b), err)
		}
		if err == nil {
			met["done"]++
		}
		d.Close()
	}
	if met["before"] < 20 || met["after"] < 20 || met["done"] < 20 || met["done"] == met["after"] {
		t.Errorf("met %v", met)
	}
}

// On the system's own disk: directories are made as needed, files are private, and
// nothing is left beside them.
func TestWriteDurably(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	if err := (osFiles{}).MkdirAll(dir); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "key")
	for _, content := range []string{"one", "", "two and more"} {
		if err := WriteDurably(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != content {
			t.Fatalf("%q, %v", b, err)
		}
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 1 {
		t.Fatalf("%v, %v", list, err)
	}
	if err := WriteDurably(filepath.Join(dir, "missing", "key"), nil); err == nil {
		t.Fatal("written into a directory that is not there")
	}
}

package replica

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// storage is where a replica's files lie: keys and anchor by these calls, the
// database by the SQLite VFS of that name. Tests put a disk there that fails and
// loses its power.
type storage interface {
	VFS() string // "" for SQLite's own
	ReadFile(path string) ([]byte, error)
	// MkdirAll makes a directory with its parents, private to its user.
	MkdirAll(path string) error
	// Create makes a file or empties the one that is there.
	Create(path string) (interface {
		io.WriteCloser
		Sync() error
	}, error)
	Rename(from, to string) error
	// SyncDir makes a directory's entries durable, where the system can.
	SyncDir(path string) error
}

// osFiles is the system's own storage.
type osFiles struct{}

func (osFiles) VFS() string { return "" }

func (osFiles) ReadFile(path string) ([]byte, error) { return os.ReadFile(path) }

func (f osFiles) MkdirAll(path string) error {
	var made []string
	for dir := filepath.Clean(path); ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			break
		}
		made = append(made, dir)
	}
	err := os.MkdirAll(path, 0o700)
	for _, dir := range made { // a directory is an entry too
		err = errors.Join(err, f.SyncDir(filepath.Dir(dir)))
	}
	return err
}

func (osFiles) Create(path string) (interface {
	io.WriteCloser
	Sync() error
}, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
}

func (osFiles) Rename(from, to string) error { return os.Rename(from, to) }

func (osFiles) SyncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return nil // a system that cannot open one keeps its entries by itself
	}
	_ = dir.Sync()
	return dir.Close()
}

// WriteDurably writes a file beside a replica, private to its user: it appears whole
// or not at all, and once this returns it survives a power cut.
func WriteDurably(path string, content []byte) error { return writeDurably(osFiles{}, path, content) }

// writeDurably writes a file that appears whole or not at all.
func writeDurably(files storage, path string, content []byte) error {
	tmp, err := files.Create(path + ".new")
	if err != nil {
		return err
	}
	_, err = tmp.Write(content)
	if err == nil {
		err = tmp.Sync()
	}
	if err := errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	if err := files.Rename(path+".new", path); err != nil {
		return err
	}
	return files.SyncDir(filepath.Dir(path))
}

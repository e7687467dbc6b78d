package faultdisk

import (
	"io"
	"io/fs"
	"path"
	"slices"
	"syscall"
)

// The calls by which Go code uses the disk.

// VFS names the SQLite VFS whose databases lie on disks of this package.
func (d *Disk) VFS() string { return vfsName }

func failure(op, name string, err error) error {
	return &fs.PathError{Op: op, Path: name, Err: err}
}

// ReadFile reads a whole file.
func (d *Disk) ReadFile(name string) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fails() {
		return nil, failure("read", name, syscall.EIO)
	}
	f := d.names[name]
	if f == nil {
		return nil, failure("open", name, fs.ErrNotExist)
	}
	return slices.Clone(f.data), nil
}

// MkdirAll does nothing: every directory is there.
func (d *Disk) MkdirAll(string) error { return nil }

// Create makes a file or empties the one that is there.
func (d *Disk) Create(name string) (interface {
	io.WriteCloser
	Sync() error
}, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fails() {
		return nil, failure("create", name, syscall.EIO)
	}
	f := d.names[name]
	if f == nil {
		f = d.create(name)
	} else {
		f.write(change{at: 0})
	}
	if d.cut() {
		return nil, failure("create", name, syscall.EIO)
	}
	return &file{d: d, f: f, name: name, boot: d.boot}, nil
}

func (d *Disk) create(name string) *inode {
	f := &inode{handles: map[*handle]bool{}}
	d.rename(move{to: name, node: f})
	return f
}

// Rename gives a file another name; a file that had it is gone.
func (d *Disk) Rename(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.names[from]
	switch {
	case d.fails():
		return failure("rename", from, syscall.EIO)
	case f == nil:
		return failure("rename", from, fs.ErrNotExist)
	}
	d.rename(move{from: from, to: to, node: f})
	if d.cut() {
		return failure("rename", from, syscall.EIO)
	}
	return nil
}

// SyncDir makes the names in a directory sure.
func (d *Disk) SyncDir(dir string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fails() || d.cut() {
		return failure("sync", dir, syscall.EIO)
	}
	d.syncDir(path.Clean(dir))
	return nil
}

// file is a file that Go code writes.
type file struct {
	d    *Disk
	f    *inode
	name string
	boot int
	at   int
}

func (w *file) Write(b []byte) (int, error) {
	w.d.mu.Lock()
	defer w.d.mu.Unlock()
	if w.boot != w.d.boot || w.d.fails() {
		return 0, failure("write", w.name, syscall.EIO)
	}
	if !w.d.fits(w.f, w.at+len(b)) {
		return 0, failure("write", w.name, syscall.ENOSPC)
	}
	w.f.write(change{w.at, append([]byte{}, b...)})
	w.at += len(b)
	if w.d.cut() {
		return 0, failure("write", w.name, syscall.EIO)
	}
	return len(b), nil
}

func (w *file) Sync() error {
	w.d.mu.Lock()
	defer w.d.mu.Unlock()
	if w.boot != w.d.boot {
		return failure("sync", w.name, syscall.EIO)
	}
	if !w.d.syncFile(w.f) {
		return failure("sync", w.name, syscall.EIO)
	}
	return nil
}

// syncFile makes a file's content sure, if it can.
func (d *Disk) syncFile(f *inode) bool {
	if d.fails() {
		if !d.off && d.fault.Forgets {
			f.pending = nil
		}
		return false
	}
	if d.cut() {
		return false
	}
	f.sync()
	return true
}

func (w *file) Close() error { return nil }

func sorted(names map[string]*inode) []string {
	out := make([]string, 0, len(names))
	for name := range names {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

package app

import (
	"os"
	"path/filepath"
	"sync"
)

// logSize bounds each of the two files of a log, in bytes.
const logSize = 1 << 20

// LogPath is the file in which a kit over dir notes what goes wrong; when it has 1 MiB,
// it becomes kit.old.log. Neither holds a value of a record.
func LogPath(dir string) string { return filepath.Join(dir, "kit.log") }

// LogFile is the log beside a kit's data. It opens with the first line and bothers
// nobody: what cannot be written, on a full or read-only disk, is dropped.
type LogFile struct {
	dir  string
	size int64

	mu   sync.Mutex
	f    *os.File
	held int64 // bytes in it
}

// NewLog is the log of a kit over dir.
func NewLog(dir string) *LogFile { return &LogFile{dir: dir, size: logSize} }

// Write appends whole lines. It never fails.
func (l *LogFile) Write(lines []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.f != nil && l.held+int64(len(lines)) > l.size {
		l.f.Close()
		l.f = nil
	}
	if l.f == nil && !l.open(int64(len(lines))) {
		return len(lines), nil
	}
	n, _ := l.f.Write(lines)
	l.held += int64(n)
	return len(lines), nil
}

// open opens the file, which has room for more bytes afterwards.
func (l *LogFile) open(more int64) bool {
	path := LogPath(l.dir)
	if os.MkdirAll(l.dir, 0o700) != nil {
		return false
	}
	if info, err := os.Stat(path); err == nil && info.Size()+more > l.size {
		if os.Rename(path, filepath.Join(l.dir, "kit.old.log")) != nil && os.Truncate(path, 0) != nil {
			return false
		}
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return false
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return false
	}
	l.f, l.held = f, info.Size()
	return true
}

// Close closes the file.
func (l *LogFile) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.f == nil {
		return nil
	}
	f := l.f
	l.f = nil
	return f.Close()
}

package app

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/windows"
)

// dirLock keeps a second process out of a data directory. The system drops it
// when the process ends, however it ends.
type dirLock struct{ f *os.File }

func lockDir(dir string) (*dirLock, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &windows.Overlapped{}); err != nil {
		f.Close()
		return nil, ErrInUse
	}
	return &dirLock{f}, nil
}

func (l *dirLock) release() { l.f.Close() }

package replica

import (
	"errors"
	"runtime"
	"syscall"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// DiskFull tells whether an error means that there is no room to write: a full
// disk speaks with several of SQLite's codes, depending on what was being written,
// and with the system's own where a key or the anchor was.
func DiskFull(err error) bool {
	var e *sqlite.Error
	if errors.As(err, &e) {
		switch e.Code() {
		case lib.SQLITE_FULL, lib.SQLITE_IOERR_WRITE, lib.SQLITE_IOERR_SHMSIZE, lib.SQLITE_IOERR_TRUNCATE:
			return true
		}
		return false
	}
	var code syscall.Errno
	if !errors.As(err, &code) {
		return false
	}
	if runtime.GOOS == "windows" {
		const handleDiskFull, diskFull = 39, 112
		return code == handleDiskFull || code == diskFull
	}
	return code == syscall.ENOSPC || code == syscall.EDQUOT
}

// ReadOnly tells whether an error means that files may be read and not written: a
// medium or a directory that is protected, or a stick that failed so.
func ReadOnly(err error) bool {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()&0xff == lib.SQLITE_READONLY
	}
	var code syscall.Errno
	if !errors.As(err, &code) {
		return false
	}
	if runtime.GOOS == "windows" {
		const accessDenied, writeProtect = 5, 19
		return code == accessDenied || code == writeProtect
	}
	return code == syscall.EROFS || code == syscall.EACCES || code == syscall.EPERM
}

// Corrupt tells whether an error means that the database or a key beside it is damaged,
// so that the replica cannot be opened.
func Corrupt(err error) bool {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code()&0xff == lib.SQLITE_CORRUPT || e.Code()&0xff == lib.SQLITE_NOTADB
	}
	return errors.Is(err, errIdentity) || errors.Is(err, errKey) || errors.Is(err, ErrDamaged)
}

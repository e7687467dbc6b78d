package faultdisk

import (
	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Locks and shared memory hold between the connections of this process: it is the
// only one that sees the disk.

func xLock(_ *libc.TLS, file uintptr, level int32) int32 {
	h := handleOf(file)
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if h.level >= level {
		return sqlite3.SQLITE_OK
	}
	if h.fails() {
		return h.d.code(sqlite3.SQLITE_IOERR_LOCK)
	}
	highest := int32(sqlite3.SQLITE_LOCK_NONE)
	for other := range h.f.handles {
		if other != h {
			highest = max(highest, other.level)
		}
	}
	switch level {
	case sqlite3.SQLITE_LOCK_SHARED:
		if highest >= sqlite3.SQLITE_LOCK_PENDING {
			return sqlite3.SQLITE_BUSY
		}
	case sqlite3.SQLITE_LOCK_RESERVED:
		if highest >= sqlite3.SQLITE_LOCK_RESERVED {
			return sqlite3.SQLITE_BUSY
		}
	default:
		if highest >= sqlite3.SQLITE_LOCK_RESERVED {
			return sqlite3.SQLITE_BUSY
		}
		if highest >= sqlite3.SQLITE_LOCK_SHARED { // new readers wait until the old ones are gone
			h.level = sqlite3.SQLITE_LOCK_PENDING
			return sqlite3.SQLITE_BUSY
		}
	}
	h.level = level
	return sqlite3.SQLITE_OK
}

func xUnlock(_ *libc.TLS, file uintptr, level int32) int32 {
	h := handleOf(file)
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	h.level = min(h.level, level)
	return sqlite3.SQLITE_OK
}

func xCheckReservedLock(_ *libc.TLS, file, out uintptr) int32 {
	h := handleOf(file)
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if h.fails() {
		return h.d.code(sqlite3.SQLITE_IOERR_CHECKRESERVEDLOCK)
	}
	*(*int32)(pointer(out)) = 0
	for other := range h.f.handles {
		if other.level >= sqlite3.SQLITE_LOCK_RESERVED {
			*(*int32)(pointer(out)) = 1
		}
	}
	return sqlite3.SQLITE_OK
}

// sharedMemory is the index of a write-ahead log. A power cut leaves nothing of it.
type sharedMemory struct {
	regions []uintptr
	users   int
}

func xShmMap(tls *libc.TLS, file uintptr, region, size, extend int32, out uintptr) int32 {
	h := handleOf(file)
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if h.fails() {
		return h.d.code(sqlite3.SQLITE_IOERR_SHMMAP)
	}
	m := &h.f.shared
	if !h.mapped {
		h.mapped = true
		m.users++
	}
	*(*uintptr)(pointer(out)) = 0
	for len(m.regions) <= int(region) {
		if extend == 0 {
			return sqlite3.SQLITE_OK
		}
		if h.d.space != 0 && h.d.used()+int(size) >= h.d.space {
			return sqlite3.SQLITE_IOERR_SHMSIZE
		}
		p := sqlite3.Xsqlite3_malloc64(tls, sqlite3.Tsqlite3_uint64(size))
		if p == 0 {
			return sqlite3.SQLITE_NOMEM
		}
		clear(bytesAt(p, size))
		m.regions = append(m.regions, p)
	}
	*(*uintptr)(pointer(out)) = m.regions[region]
	return sqlite3.SQLITE_OK
}

func xShmLock(_ *libc.TLS, file uintptr, first, n, flags int32) int32 {
	h := handleOf(file)
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	mask := uint8(1<<(first+n) - 1<<first)
	if flags&sqlite3.SQLITE_SHM_UNLOCK != 0 {
		h.shares &^= mask
		h.excludes &^= mask
		return sqlite3.SQLITE_OK
	}
	if h.fails() {
		return h.d.code(sqlite3.SQLITE_IOERR_SHMLOCK)
	}
	var shares, excludes uint8
	for other := range h.f.handles {
		if other != h {
			shares |= other.shares
			excludes |= other.excludes
		}
	}
	switch {
	case excludes&mask != 0, flags&sqlite3.SQLITE_SHM_EXCLUSIVE != 0 && shares&mask != 0:
		return sqlite3.SQLITE_BUSY
	case flags&sqlite3.SQLITE_SHM_EXCLUSIVE != 0:
		h.excludes |= mask
	default:
		h.shares |= mask
	}
	return sqlite3.SQLITE_OK
}

func xShmBarrier(_ *libc.TLS, file uintptr) {
	h := handleOf(file)
	h.d.mu.Lock()
	h.d.mu.Unlock() //nolint:staticcheck // passing the lock orders memory
}

func xShmUnmap(tls *libc.TLS, file uintptr, _ int32) int32 {
	h := handleOf(file)
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	h.unmap(tls)
	return sqlite3.SQLITE_OK
}

func (h *handle) unmap(tls *libc.TLS) {
	if !h.mapped {
		return
	}
	h.mapped, h.shares, h.excludes = false, 0, 0
	m := &h.f.shared
	if m.users--; m.users == 0 {
		for _, p := range m.regions {
			sqlite3.Xsqlite3_free(tls, p)
		}
		m.regions = nil
	}
}

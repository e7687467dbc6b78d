package faultdisk

import (
	"path"
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// The VFS implements SQLite's interface to files; see https://sqlite.org/c3ref/vfs.html
// and https://sqlite.org/c3ref/io_methods.html. Functions are handed to SQLite as
// modernc.org/sqlite represents them: a C function pointer is a Go func value.

const vfsName = "faultdisk"

// handle is an open file.
type handle struct {
	d     *Disk
	f     *inode
	name  string
	boot  int
	level int32 // of the lock it holds
	// syncsDir: the first sync makes the directory sure too, as SQLite's own VFS does
	// for journals.
	syncsDir    bool
	deleteAtEnd bool
	shares      uint8 // slots of the shared memory's locks, as bits
	excludes    uint8
	mapped      bool
}

// cFile is what SQLite sees of a handle.
type cFile struct {
	methods uintptr
	id      uintptr
}

var (
	methods sqlite3.Tsqlite3_io_methods
	vfs     sqlite3.Tsqlite3_vfs
	once    sync.Once

	handles = struct {
		sync.Mutex
		open map[uintptr]*handle
		next uintptr
	}{open: map[uintptr]*handle{}}
)

// pointer is the memory at an address that SQLite gave.
func pointer(p uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

func bytesAt(p uintptr, n int32) []byte { return unsafe.Slice((*byte)(pointer(p)), n) }

func handleOf(file uintptr) *handle {
	id := (*cFile)(pointer(file)).id
	handles.Lock()
	defer handles.Unlock()
	return handles.open[id]
}

// register makes the VFS known to SQLite, once.
func register() {
	once.Do(func() {
		tls := libc.NewTLS()
		defer tls.Close()
		system := (*sqlite3.Tsqlite3_vfs)(pointer(sqlite3.Xsqlite3_vfs_find(tls, 0)))
		vfs = *system // time, sleep and random numbers are the system's
		vfs.FiVersion = 2
		vfs.FpNext = 0
		vfs.FszOsFile = int32(unsafe.Sizeof(cFile{}))
		name, err := libc.CString(vfsName)
		if err != nil {
			panic("faultdisk: no memory for the VFS's name")
		}
		vfs.FzName = name // kept for good, as the VFS is
		set(&vfs.FxOpen, xOpen)
		set(&vfs.FxDelete, xDelete)
		set(&vfs.FxAccess, xAccess)
		set(&vfs.FxFullPathname, xFullPathname)
		methods.FiVersion = 2
		set(&methods.FxClose, xClose)
		set(&methods.FxRead, xRead)
		set(&methods.FxWrite, xWrite)
		set(&methods.FxTruncate, xTruncate)
		set(&methods.FxSync, xSync)
		set(&methods.FxFileSize, xFileSize)
		set(&methods.FxLock, xLock)
		set(&methods.FxUnlock, xUnlock)
		set(&methods.FxCheckReservedLock, xCheckReservedLock)
		set(&methods.FxFileControl, xFileControl)
		set(&methods.FxSectorSize, xSectorSize)
		set(&methods.FxDeviceCharacteristics, xDeviceCharacteristics)
		set(&methods.FxShmMap, xShmMap)
		set(&methods.FxShmLock, xShmLock)
		set(&methods.FxShmBarrier, xShmBarrier)
		set(&methods.FxShmUnmap, xShmUnmap)
		if rc := sqlite3.Xsqlite3_vfs_register(tls, uintptr(unsafe.Pointer(&vfs)), 0); rc != sqlite3.SQLITE_OK {
			panic("faultdisk: SQLite does not take the VFS")
		}
	})
}

// set puts a function, which must be no closure, where C has a function pointer.
func set[F any](slot *uintptr, fn F) { *(*F)(unsafe.Pointer(slot)) = fn }

func xOpen(_ *libc.TLS, _, zName, file uintptr, flags int32, outFlags uintptr) int32 {
	out := (*cFile)(pointer(file))
	*out = cFile{}
	h := &handle{deleteAtEnd: flags&sqlite3.SQLITE_OPEN_DELETEONCLOSE != 0}
	if zName == 0 { // a temporary file: it is on no disk
		h.d = &Disk{names: map[string]*inode{}}
		h.f = &inode{handles: map[*handle]bool{h: true}}
	} else {
		h.name = libc.GoString(zName)
		if h.d = diskOf(h.name); h.d == nil {
			return sqlite3.SQLITE_CANTOPEN
		}
		if rc := h.d.open(h, flags); rc != sqlite3.SQLITE_OK {
			return rc
		}
	}
	if outFlags != 0 {
		*(*int32)(pointer(outFlags)) = flags
	}
	handles.Lock()
	handles.next++
	out.id = handles.next
	handles.open[out.id] = h
	handles.Unlock()
	out.methods = uintptr(unsafe.Pointer(&methods))
	return sqlite3.SQLITE_OK
}

// open finds or makes the file of a handle.
func (d *Disk) open(h *handle, flags int32) int32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fails() {
		return d.code(sqlite3.SQLITE_CANTOPEN)
	}
	create := flags&sqlite3.SQLITE_OPEN_CREATE != 0
	h.boot, h.f = d.boot, d.names[h.name]
	switch {
	case h.f == nil && !create, h.f != nil && create && flags&sqlite3.SQLITE_OPEN_EXCLUSIVE != 0:
		return sqlite3.SQLITE_CANTOPEN
	case h.f == nil:
		h.f = d.create(h.name)
		if d.cut() {
			return sqlite3.SQLITE_CANTOPEN
		}
	}
	h.f.handles[h] = true
	h.syncsDir = create && flags&(sqlite3.SQLITE_OPEN_MAIN_JOURNAL|sqlite3.SQLITE_OPEN_SUPER_JOURNAL|sqlite3.SQLITE_OPEN_WAL) != 0
	return sqlite3.SQLITE_OK
}

func xDelete(_ *libc.TLS, _, zName uintptr, syncDir int32) int32 {
	name := libc.GoString(zName)
	d := diskOf(name)
	if d == nil {
		return sqlite3.SQLITE_IOERR_DELETE
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	f := d.names[name]
	switch {
	case d.fails():
		return d.code(sqlite3.SQLITE_IOERR_DELETE)
	case f == nil:
		return sqlite3.SQLITE_IOERR_DELETE_NOENT
	}
	d.rename(move{from: name, node: f})
	if d.cut() {
		return sqlite3.SQLITE_IOERR_DELETE
	}
	if syncDir != 0 {
		if d.cut() {
			return sqlite3.SQLITE_IOERR_DIR_FSYNC
		}
		d.syncDir(path.Dir(name))
	}
	return sqlite3.SQLITE_OK
}

func xAccess(_ *libc.TLS, _, zName uintptr, _ int32, out uintptr) int32 {
	name := libc.GoString(zName)
	d := diskOf(name)
	if d == nil {
		return sqlite3.SQLITE_IOERR_ACCESS
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fails() {
		return d.code(sqlite3.SQLITE_IOERR_ACCESS)
	}
	*(*int32)(pointer(out)) = 0
	if d.names[name] != nil {
		*(*int32)(pointer(out)) = 1
	}
	return sqlite3.SQLITE_OK
}

func xFullPathname(_ *libc.TLS, _, zName uintptr, n int32, out uintptr) int32 {
	name := libc.GoString(zName)
	if len(name) >= int(n) {
		return sqlite3.SQLITE_CANTOPEN
	}
	copy(bytesAt(out, n), name+"\x00")
	return sqlite3.SQLITE_OK
}

func xClose(tls *libc.TLS, file uintptr) int32 {
	out := (*cFile)(pointer(file))
	handles.Lock()
	h := handles.open[out.id]
	delete(handles.open, out.id)
	handles.Unlock()
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	h.unmap(tls)
	delete(h.f.handles, h)
	if h.deleteAtEnd && h.name != "" && h.boot == h.d.boot && !h.d.off {
		h.d.rename(move{from: h.name, node: h.f})
	}
	return sqlite3.SQLITE_OK
}

// code is what SQLite is told of a call that fails.
func (d *Disk) code(usual int32) int32 {
	if !d.off && d.fault.Code != 0 {
		return d.fault.Code
	}
	return usual
}

// fails tells whether a call through a handle fails.
func (h *handle) fails() bool { return h.boot != h.d.boot || h.d.fails() }

func xRead(_ *libc.TLS, file, buf uintptr, n int32, at sqlite3.Tsqlite3_int64) int32 {
	h, b := handleOf(file), bytesAt(buf, n)
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if h.fails() {
		return h.d.code(sqlite3.SQLITE_IOERR_READ)
	}
	got := 0
	if at < int64(len(h.f.data)) {
		got = copy(b, h.f.data[at:])
	}
	if got < len(b) {
		clear(b[got:])
		return sqlite3.SQLITE_IOERR_SHORT_READ
	}
	return sqlite3.SQLITE_OK
}

func xWrite(_ *libc.TLS, file, buf uintptr, n int32, at sqlite3.Tsqlite3_int64) int32 {
	h := handleOf(file)
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if h.fails() {
		return h.d.code(sqlite3.SQLITE_IOERR_WRITE)
	}
	if !h.d.fits(h.f, int(at)+int(n)) {
		return sqlite3.SQLITE_FULL
	}
	h.f.write(change{int(at), append([]byte{}, bytesAt(buf, n)...)})
	if h.d.cut() {
		return sqlite3.SQLITE_IOERR_WRITE
	}
	return sqlite3.SQLITE_OK
}

func xTruncate(_ *libc.TLS, file uintptr, size sqlite3.Tsqlite3_int64) int32 {
	h := handleOf(file)
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if h.fails() {
		return h.d.code(sqlite3.SQLITE_IOERR_TRUNCATE)
	}
	h.f.write(change{at: int(size)})
	if h.d.cut() {
		return sqlite3.SQLITE_IOERR_TRUNCATE
	}
	return sqlite3.SQLITE_OK
}

func xSync(_ *libc.TLS, file uintptr, _ int32) int32 {
	h := handleOf(file)
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if h.boot != h.d.boot || !h.d.syncFile(h.f) {
		return h.d.code(sqlite3.SQLITE_IOERR_FSYNC)
	}
	if h.syncsDir {
		if h.d.cut() {
			return sqlite3.SQLITE_IOERR_DIR_FSYNC
		}
		h.d.syncDir(path.Dir(h.name))
		h.syncsDir = false
	}
	return sqlite3.SQLITE_OK
}

func xFileSize(_ *libc.TLS, file, out uintptr) int32 {
	h := handleOf(file)
	h.d.mu.Lock()
	defer h.d.mu.Unlock()
	if h.fails() {
		return h.d.code(sqlite3.SQLITE_IOERR_FSTAT)
	}
	*(*sqlite3.Tsqlite3_int64)(pointer(out)) = sqlite3.Tsqlite3_int64(len(h.f.data))
	return sqlite3.SQLITE_OK
}

func xFileControl(*libc.TLS, uintptr, int32, uintptr) int32 { return sqlite3.SQLITE_NOTFOUND }

func xSectorSize(*libc.TLS, uintptr) int32 { return 4096 } // what SQLite's own says on Linux

func xDeviceCharacteristics(*libc.TLS, uintptr) int32 {
	return sqlite3.SQLITE_IOCAP_POWERSAFE_OVERWRITE // what SQLite's own says
}

package replica

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"syscall"
	"testing"

	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"fieldkit/sync/internal/faultdisk"
)

// Every pooled connection promises the same, in what SQLite itself says of it.
func TestEveryConnectionIsOpenedAlike(t *testing.T) {
	f := newFleet(t, 1)
	want := map[string]string{
		"journal_mode": "wal", "synchronous": "2", "secure_delete": "1", "temp_store": "2", "trusted_schema": "0", "cell_size_check": "1",
		"foreign_keys": "1", "busy_timeout": "5000", "wal_autocheckpoint": "1000", "journal_size_limit": "4194304",
	}
	conns := map[string]*sql.Conn{"write": f.root.conn}
	for i := range 6 { // held open, so that each is another one
		c, err := f.root.read.Conn(f.ctx)
		f.must(err)
		defer c.Close()
		conns[fmt.Sprint("read ", i)] = c
	}
	for name, c := range conns {
		for pragma, value := range want {
			var got string
			f.must(c.QueryRowContext(f.ctx, "PRAGMA "+pragma).Scan(&got))
			if got != value {
				t.Errorf("%s: %s is %s, not %s", name, pragma, got, value)
			}
		}
		var readOnly int
		f.must(c.QueryRowContext(f.ctx, "PRAGMA query_only").Scan(&readOnly))
		if (readOnly == 1) != (name != "write") {
			t.Errorf("%s: query_only is %d", name, readOnly)
		}
		for _, refused := range []string{`SELECT "no such column" FROM note`, `UPDATE sqlite_schema SET sql = ''`} {
			if _, err := c.ExecContext(f.ctx, refused); err == nil {
				t.Errorf("%s: %s goes through", name, refused)
			}
		}
		if _, err := c.ExecContext(f.ctx, "PRAGMA writable_schema(ON)"); err == nil {
			if _, err := c.ExecContext(f.ctx, `UPDATE sqlite_schema SET sql = sql WHERE 0`); err == nil {
				t.Errorf("%s: the schema can be written by SQL", name)
			}
		}
	}
}

// sqliteError makes a real error of the driver with a code, by a disk that fails so.
func sqliteError(t *testing.T, prepare func(*faultdisk.Disk), statement string) error {
	t.Helper()
	d := faultdisk.New(1)
	defer d.Close()
	db, err := sql.Open("sqlite", dsn(d.Path("x.db"), d.VFS(), false))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.Exec(`CREATE TABLE t (b BLOB)`); err != nil {
		t.Fatal(err)
	}
	prepare(d)
	_, err = db.Exec(statement)
	return err
}

// A full disk is told by one function, whatever code it speaks with; a broken one
// is not taken for it.
func TestDiskFull(t *testing.T) {
	full := sqliteError(t, func(d *faultdisk.Disk) { d.Fill(1000) }, `INSERT INTO t VALUES (zeroblob(100000))`)
	d := faultdisk.New(1)
	defer d.Close()
	d.Fill(100)
	f, err := d.Create(d.Path("key"))
	if err != nil {
		t.Fatal(err)
	}
	_, noRoomForKey := f.Write(make([]byte, 200))
	type want struct {
		err  error
		full bool
	}
	cases := map[string]want{
		"SQLITE_FULL by a full disk": {full, true},
		"no room for a key":          {noRoomForKey, true},
		"quota":                      {&fs.PathError{Op: "write", Path: "x", Err: syscall.EDQUOT}, true},
		"EIO":                        {&fs.PathError{Op: "write", Path: "x", Err: syscall.EIO}, false},
		"write-protected":            {&fs.PathError{Op: "write", Path: "x", Err: syscall.EROFS}, false},
		"missing":                    {fs.ErrNotExist, false},
		"nil":                        {nil, false},
		"other":                      {errors.New("full"), false},
	}
	for code, full := range map[int32]bool{
		lib.SQLITE_FULL: true, lib.SQLITE_IOERR_WRITE: true, lib.SQLITE_IOERR_SHMSIZE: true, lib.SQLITE_IOERR_TRUNCATE: true,
		lib.SQLITE_IOERR_READ: false, lib.SQLITE_IOERR_FSYNC: false, lib.SQLITE_IOERR_LOCK: false, lib.SQLITE_IOERR_SHMMAP: false,
		lib.SQLITE_IOERR_SHMLOCK: false, lib.SQLITE_IOERR_FSTAT: false, lib.SQLITE_READONLY: false, lib.SQLITE_CANTOPEN: false, lib.SQLITE_CORRUPT: false,
	} {
		err := sqliteError(t, func(d *faultdisk.Disk) { d.Fail(faultdisk.Fault{At: 1, Stays: true, Code: code}) }, `INSERT INTO t VALUES (1)`)
		var e *sqlite.Error
		if !errors.As(err, &e) || int32(e.Code()) != code {
			t.Errorf("the disk says %d, the driver %v", code, err)
		}
		cases[fmt.Sprint("code ", code)] = want{err, full}
	}
	for name, c := range cases {
		if got := DiskFull(fmt.Errorf("save: %w", c.err)); got != c.full {
			t.Errorf("%s: %v", name, got)
		}
		if got := ReadOnly(fmt.Errorf("save: %w", c.err)); got != slices.Contains([]string{fmt.Sprint("code ", lib.SQLITE_READONLY), "write-protected"}, name) {
			t.Errorf("%s is write-protected: %v", name, got)
		}
	}
}

// A disk fills up between two writes of an officer: the write is refused with a
// clean error, what was there stays, and with room again the next one goes through.
func TestFullDiskRefusesAndRecovers(t *testing.T) {
	for _, room := range []int{0, 1, 512, 4096, 5000, 20_000, 40_000} {
		s := newStory(uint64(room), "")
		p := s.replica("kit", 7)
		if err := s.start(p); err != nil {
			t.Fatal(err)
		}
		defer p.disk.Close()
		defer p.r.Close()
		s.county, s.kit = p, p
		p.disk.Fill(room)
		refused := 0
		for range 60 {
			if err := s.write(p); err != nil {
				if !DiskFull(err) {
					t.Fatalf("room for %d bytes: %v", room, err)
				}
				refused++
			}
		}
		if err := p.r.Seal(context.Background()); err != nil && !DiskFull(err) {
			t.Fatalf("room for %d bytes, seal: %v", room, err)
		}
		if refused == 0 {
			t.Fatalf("room for %d bytes: sixty writes fit", room)
		}
		p.open = nil // refused: not there
		if err := s.kept(p); err != nil {
			t.Fatalf("room for %d bytes: %v", room, err)
		}
		p.disk.Fill(-1)
		for range 3 {
			if err := s.write(p); err != nil {
				t.Fatalf("with room again: %v", err)
			}
		}
		if err := errors.Join(s.seal(p), s.kept(p), s.restart(p), s.kept(p)); err != nil {
			t.Fatalf("with room again: %v", err)
		}
	}
}

// On a disk that is full from the start a replica does not open, and leaves nothing
// that keeps it from opening later.
func TestFullDiskAtTheFirstStart(t *testing.T) {
	for room := 0; room < 120_000; room += 3_000 {
		s := newStory(1, "")
		p := s.replica("kit", 7)
		p.disk.Fill(room)
		err := s.open(p)
		if err != nil && !DiskFull(err) {
			t.Fatalf("room for %d bytes: %v", room, err)
		}
		if err == nil {
			p.r.Close()
		}
		p.disk.Fill(-1)
		p.opened = false // an anchor that found no room is made anew
		if err := errors.Join(s.open(p), s.write(p), s.seal(p), s.kept(p)); err != nil {
			t.Fatalf("room for %d bytes, then more: %v", room, err)
		}
		p.r.Close()
		p.disk.Close()
	}
}

package faultdisk

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"syscall"
	"testing"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newDisk(t *testing.T, seed uint64) *Disk {
	d := New(seed)
	t.Cleanup(d.Close)
	return d
}

func (d *Disk) put(t *testing.T, name string, content []byte, sync bool) {
	t.Helper()
	f, err := d.Create(d.Path(name))
	must(t, err)
	_, err = f.Write(content)
	must(t, err)
	if sync {
		must(t, f.Sync())
		must(t, d.SyncDir(d.Path()))
	}
}

// What was synced stays; what was not is kept, lost or torn, each at times.
func TestWhatACutLeaves(t *testing.T) {
	old, young := bytes.Repeat([]byte("o"), 3000), bytes.Repeat([]byte("y"), 3000)
	met := map[string]int{}
	for seed := range uint64(300) {
		d := newDisk(t, seed)
		d.put(t, "sure", old, true)
		d.put(t, "renamed.new", young, true)
		must(t, d.Rename(d.Path("renamed.new"), d.Path("renamed")))
		d.put(t, "never", young, false)
		f, err := d.Create(d.Path("sure"))
		must(t, err)
		_, err = f.Write(young)
		must(t, err)
		d.Reboot()
		if _, err := f.Write(young); err == nil {
			t.Fatal("a file outlived the cut")
		}
		b, err := d.ReadFile(d.Path("sure"))
		must(t, err)
		switch {
		case bytes.Equal(b, old):
			met["old"]++
		case bytes.Equal(b, young):
			met["young"]++
		case len(b) == 0:
			met["empty"]++
		default:
			left := "torn"
			for i := 0; i < len(b); i += sector {
				s := b[i:min(len(b), i+sector)]
				if bytes.Count(s, s[:1]) != len(s) {
					left = "garbled"
					if bytes.Count(s, []byte("o")) > len(s)/2 || bytes.Count(s, []byte("y")) > len(s)/2 {
						t.Fatalf("seed %d: a sector is half written", seed)
					}
				}
			}
			met[left]++
		}
		for _, name := range []string{"renamed", "renamed.new", "never"} {
			b, err := d.ReadFile(d.Path(name))
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
			met[fmt.Sprint(name, " there ", err == nil)]++
			if name != "never" && err == nil && !bytes.Equal(b, young) {
				t.Fatalf("seed %d: a synced file lost its content by its renaming", seed)
			}
		}
	}
	for _, want := range []string{"old", "young", "empty", "torn", "garbled", "renamed there true", "renamed there false", "renamed.new there true", "renamed.new there false", "never there true", "never there false"} {
		if met[want] < 3 {
			t.Errorf("%q was met %d times: %v", want, met[want], met)
		}
	}
}

func TestCutFaultAndRoom(t *testing.T) {
	d := newDisk(t, 1)
	d.put(t, "a", []byte("1"), true)
	d.Fail(Fault{At: 2})
	if _, err := d.ReadFile(d.Path("a")); err != nil {
		t.Fatal(err)
	}
	if _, err := d.ReadFile(d.Path("a")); !errors.Is(err, syscall.EIO) {
		t.Fatalf("the second call: %v", err)
	}
	if _, err := d.ReadFile(d.Path("a")); err != nil {
		t.Fatal(err)
	}
	d.Fail(Fault{At: 1, Stays: true})
	for range 3 {
		if _, err := d.Create(d.Path("b")); !errors.Is(err, syscall.EIO) {
			t.Fatal(err)
		}
	}
	d.Fail(Fault{})
	d.Fill(10)
	f, err := d.Create(d.Path("b"))
	must(t, err)
	if _, err := f.Write(make([]byte, 11)); !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	if _, err := f.Write(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	d.Fill(-1)
	d.CutIn(2)
	if _, err := f.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := f.Sync(); err == nil || !d.Off() {
		t.Fatal("the power is not cut")
	}
	if _, err := d.ReadFile(d.Path("a")); err == nil {
		t.Fatal("a disk without power answers")
	}
	d.Reboot()
	if b, err := d.ReadFile(d.Path("a")); err != nil || string(b) != "1" {
		t.Fatalf("%q, %v", b, err)
	}
}

// SQLite runs on the disk as on its own VFS: write-ahead log, several connections
// at once, rollback journals, room that runs out.
func TestSQLite(t *testing.T) {
	for _, mode := range []string{"WAL", "DELETE"} {
		t.Run(mode, func(t *testing.T) {
			d := newDisk(t, 1)
			open := func() *sql.DB {
				db, err := sql.Open("sqlite", "file:"+d.Path("x.db")+"?vfs="+d.VFS()+"&_pragma=busy_timeout(20000)&_pragma=synchronous(FULL)&_pragma=wal_autocheckpoint(20)&_pragma=journal_mode("+mode+")&_txlock=immediate")
				must(t, err)
				t.Cleanup(func() { db.Close() })
				return db
			}
			db := open()
			_, err := db.Exec(`CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT)`)
			must(t, err)
			var all sync.WaitGroup
			for w := range 4 {
				other := open()
				all.Go(func() {
					for i := range 50 {
						if _, err := other.Exec(`INSERT INTO t (text) VALUES (?)`, fmt.Sprint(w, i)); err != nil {
							t.Error(err)
						}
						var n int
						if err := other.QueryRow(`SELECT count(*) FROM t`).Scan(&n); err != nil || n == 0 {
							t.Error(n, err)
						}
					}
				})
			}
			all.Wait()
			check := func(want int) {
				t.Helper()
				var n int
				var ok string
				must(t, db.QueryRow(`SELECT count(*) FROM t`).Scan(&n))
				must(t, db.QueryRow(`PRAGMA integrity_check`).Scan(&ok))
				if n != want || ok != "ok" {
					t.Fatalf("%d rows, %s", n, ok)
				}
			}
			check(200)
			d.Fill(50_000)
			var full *sqlite.Error
			if _, err := db.Exec(`INSERT INTO t (text) VALUES (hex(zeroblob(2000000)))`); !errors.As(err, &full) || full.Code() != sqlite3.SQLITE_FULL {
				t.Fatalf("a full disk gives %v", err)
			}
			d.Fill(-1)
			_, err = db.Exec(`INSERT INTO t (text) VALUES (hex(zeroblob(2000000)))`)
			must(t, err)
			check(201)
			must(t, db.Close())
			image := d.Save()
			db = open()
			_, err = db.Exec(`DELETE FROM t`)
			must(t, err)
			must(t, db.Close())
			d.Load(image)
			db = open()
			check(201)
		})
	}
}

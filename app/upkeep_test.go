package app

import (
	"context"
	"database/sql"
	"io"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"fieldkit/internal/rpc"
)

// Once a day every record is read and compared with its checksum: one that the disk
// changed is told, one that was checked a while ago is not read again.
func TestDamageOnDiskIsTold(t *testing.T) {
	l := newLaptop(t, "A")
	l.start("城关广场")
	a := &App{opts: Options{Wall: func() time.Time { return l.now }, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}, Events: rpc.NewEvents()}
	s := newSync(context.Background(), a)
	damaged := func() int {
		t.Helper()
		f, err := lastCheck(t.Context(), l.r)
		l.must(err)
		return f.Damaged
	}
	l.must(s.upkeep(s.life, l.r, false))
	if n := damaged(); n != 0 {
		t.Fatalf("%d damaged before anything was", n)
	}
	l.must(l.r.Close())
	db, err := sql.Open("sqlite", filepath.Join(l.dir, "replica.db"))
	l.must(err)
	res, err := db.Exec(`UPDATE activity SET place_text = 'x'`)
	l.must(err)
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		t.Fatal(n, err)
	}
	l.must(db.Close())
	l.open()
	l.now = l.now.Add(time.Hour)
	l.must(s.upkeep(s.life, l.r, false))
	if damaged() != 0 {
		t.Fatal("checked twice within a day")
	}
	l.now = l.now.Add(checkEvery)
	l.must(s.upkeep(s.life, l.r, false))
	if n := damaged(); n != 1 {
		t.Fatalf("%d damaged, one was", n)
	}
	if l.crash(); damaged() != 1 {
		t.Fatal("forgotten with the next start")
	}
}

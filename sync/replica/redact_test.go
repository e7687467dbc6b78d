package replica

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fieldkit/sync/changeset"
	"fieldkit/sync/schema"
)

// X13: a redaction beats every edit of a personal value, made before, after or at
// the same time, and leaves nothing of it behind; counts stay.
func TestX13RedactionBeatsEverything(t *testing.T) {
	f := newFleet(t, 3)
	a, b, id := f.all[1], f.all[2], schema.NewID(7)
	f.write(a, func(tx *Tx) error {
		if err := tx.Add("note", id, "taps", 3); err != nil {
			return err
		}
		return tx.Put("note", id, schema.Values{"title": "t", "phone": "13800001111", "story": "经过一。"})
	})
	f.settle()
	f.write(f.root, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"redacted_at": 99}) })
	f.write(b, func(tx *Tx) error {
		return tx.Put("note", id, schema.Values{"phone": "13900002222", "story": "经过一。经过二。", "title": "later"})
	})
	f.settle()
	for _, r := range f.all {
		row := f.get(r, id)
		if row.Text("phone") != "" || row.Text("story") != "" || row.Text("title") != "later" || row.Int("taps") != 3 {
			t.Fatalf("%q %q %q %d", row.Text("phone"), row.Text("story"), row.Text("title"), row.Int("taps"))
		}
		var left int
		f.must(r.read.QueryRow(`SELECT (SELECT count(*) FROM _text) + (SELECT count(*) FROM _loser)`).Scan(&left))
		if left != 0 {
			t.Fatal("a losing version or a text's state is left")
		}
	}
	if err := a.Update(f.ctx, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"phone": "1"}) }); !errors.Is(err, ErrRedacted) {
		t.Fatalf("a personal value was written again: %v", err)
	}
	f.write(a, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"phone": nil, "amount": 5}) })
	f.settle()
}

// What is due earlier than the rest of a row is redacted by a mark of its own: out of the
// row, its losers, its history and the archives; the rest follows when its time comes.
func TestAColumnIsRedactedByItself(t *testing.T) {
	f := newFleet(t, 3)
	a, b, id := f.all[1], f.all[2], schema.NewID(7)
	f.write(a, func(tx *Tx) error {
		return tx.Put("note", id, schema.Values{"title": "t", "phone": "13800001111", "story": "经过一。"})
	})
	f.settle()
	f.write(f.root, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"phone_redacted_at": 99}) })
	f.write(b, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"phone": "13900002222"}) })
	f.settle()
	told := func(r *Replica) (out []string) {
		list, err := r.History(f.ctx, "note", id)
		f.must(err)
		for _, w := range list {
			out = append(out, w.Column)
		}
		return out
	}
	putAway := func() {
		f.now = f.now.Add(time.Hour)
		f.must(f.root.Snapshot(f.ctx))
		_, err := f.root.Compact(f.ctx, Retention{Before: f.now.Add(time.Hour), Unbacked: true})
		f.must(err)
	}
	archived := func() string {
		var list []string
		f.must(f.root.update(f.ctx, false, func(tx *Tx) error {
			type kept struct {
				stream
				sealed []byte
			}
			var all []kept
			rows, err := tx.conn.QueryContext(f.ctx, `SELECT origin, audience, sealed FROM _archive`)
			for err == nil && rows.Next() {
				var k kept
				err = rows.Scan(&k.origin, &k.audience, &k.sealed)
				all = append(all, k)
			}
			f.must(errors.Join(err, rows.Close()))
			for _, k := range all {
				archive, err := f.root.openArchive(k.sealed)
				f.must(err)
				for _, away := range archive {
					m := &merger{tx: tx, origin: k.origin, audience: k.audience, seen: map[int]head{}}
					f.must(away.Rewrite(m, func(body *changeset.Body) bool {
						list = append(list, fmt.Sprintf("%+v", body.Tables))
						return false
					}))
				}
			}
			return nil
		}))
		return strings.Join(list, "\n")
	}
	putAway()
	for _, r := range f.all {
		row := f.get(r, id)
		if row.Text("phone") != "" || row.Text("story") != "经过一。" || !row.Redacted("phone") || row.Redacted("story") || !row.Marked() {
			t.Fatalf("phone %q, story %q", row.Text("phone"), row.Text("story"))
		}
		if list := told(r); slices.Contains(list, "phone") || !slices.Contains(list, "story") {
			t.Fatalf("the history tells %v", list)
		}
	}
	if all := archived(); strings.Contains(all, "13800001111") || strings.Contains(all, "13900002222") || !strings.Contains(all, "经过一") {
		t.Fatalf("the archive holds %s", all)
	}
	f.write(f.root, func(tx *Tx) error { return tx.Put("note", id, schema.Values{"redacted_at": 100}) })
	f.settle()
	putAway()
	if row := f.get(a, id); row.Text("story") != "" || slices.Contains(told(f.root), "story") {
		t.Fatalf("story %q", row.Text("story"))
	}
	if all := archived(); strings.Contains(all, "经过一") {
		t.Fatalf("the archive holds %s", all)
	}
}

// A database from before columns had marks of their own opens, and scrubs again.
func TestRedactionsOfAnOlderDatabase(t *testing.T) {
	f := newFleet(t, 1)
	dir := f.root.opts.Dir
	f.must(f.root.Close())
	db, err := sql.Open("sqlite", filepath.Join(dir, "replica.db"))
	f.must(err)
	_, err = db.Exec(`DROP TABLE _scrubbed; CREATE TABLE _scrubbed (tbl INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (tbl, n)) STRICT, WITHOUT ROWID`)
	f.must(err)
	f.must(db.Close())
	f.root = f.open(dir, testSchema())
	f.write(f.root, func(tx *Tx) error {
		return tx.Put("note", schema.NewID(7), schema.Values{"title": "t", "redacted_at": 99})
	})
	_, err = f.root.Compact(f.ctx, Retention{Before: f.now})
	f.must(err)
}

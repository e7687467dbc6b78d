package replica

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"fieldkit/sync/schema"
)

// Tables of the engine itself; their names begin with an underscore.
const engineDDL = `
CREATE TABLE IF NOT EXISTS _meta (key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _origin (idx INTEGER PRIMARY KEY, replica BLOB NOT NULL, incarnation INTEGER NOT NULL, UNIQUE (replica, incarnation)) STRICT;
CREATE TABLE IF NOT EXISTS _audience (idx INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE IF NOT EXISTS _certificate (replica BLOB PRIMARY KEY, key BLOB NOT NULL, signature BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _journal (tbl INTEGER NOT NULL, id BLOB NOT NULL, audience INTEGER NOT NULL, since INTEGER NOT NULL, prevs BLOB, PRIMARY KEY (tbl, id)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _stream (origin INTEGER NOT NULL, audience INTEGER NOT NULL, number INTEGER NOT NULL, hash BLOB NOT NULL, complete INTEGER NOT NULL, rows INTEGER NOT NULL, received INTEGER NOT NULL DEFAULT 0, received_at INTEGER NOT NULL DEFAULT 0, backed INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (origin, audience)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _changeset (origin INTEGER NOT NULL, audience INTEGER NOT NULL, number INTEGER NOT NULL, hash BLOB NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, received_at INTEGER NOT NULL, size INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (origin, audience, number)) STRICT;
CREATE TABLE IF NOT EXISTS _named (origin INTEGER NOT NULL, audience INTEGER NOT NULL, seq INTEGER NOT NULL, count INTEGER NOT NULL, tbl INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (origin, audience, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _unsent (origin INTEGER NOT NULL, audience INTEGER NOT NULL, number INTEGER NOT NULL, tbl INTEGER NOT NULL, id BLOB NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (origin, audience, number, tbl, id)) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS _unsent_row ON _unsent (tbl, id);
CREATE TABLE IF NOT EXISTS _ack (origin INTEGER NOT NULL, audience INTEGER NOT NULL, number INTEGER NOT NULL, last INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (origin, audience, number)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _loser (tbl INTEGER NOT NULL, id BLOB NOT NULL, col INTEGER NOT NULL, at INTEGER NOT NULL, origin INTEGER NOT NULL, pending INTEGER NOT NULL, value ANY, sealed BLOB, PRIMARY KEY (tbl, id, col, at, origin)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _passed (tbl INTEGER NOT NULL, id BLOB NOT NULL, col INTEGER NOT NULL, at INTEGER NOT NULL, origin INTEGER NOT NULL, PRIMARY KEY (tbl, id, col, at, origin)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _text (tbl INTEGER NOT NULL, id BLOB NOT NULL, col INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (tbl, id, col)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _blended (tbl INTEGER NOT NULL, id BLOB NOT NULL, col INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (tbl, id, col)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _held (n INTEGER PRIMARY KEY, origin INTEGER NOT NULL, audience INTEGER NOT NULL, number INTEGER NOT NULL, tbl INTEGER, id BLOB, named INTEGER, seq INTEGER, col INTEGER, author INTEGER, stamp INTEGER, fork INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS _unknown (origin INTEGER NOT NULL, audience INTEGER NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (origin, audience, number)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _partial (replica BLOB NOT NULL, incarnation INTEGER NOT NULL, audience TEXT NOT NULL, number INTEGER NOT NULL, total INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (replica, incarnation, audience)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _snapshot (audience INTEGER PRIMARY KEY, first INTEGER NOT NULL, number INTEGER NOT NULL, hash BLOB NOT NULL, whole INTEGER NOT NULL, bytes INTEGER NOT NULL, at INTEGER NOT NULL, heads BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS _part (audience INTEGER NOT NULL, number INTEGER NOT NULL, hash BLOB NOT NULL, size INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (audience, number)) STRICT;
CREATE TABLE IF NOT EXISTS _moved (tbl INTEGER NOT NULL, id BLOB NOT NULL, audience INTEGER NOT NULL, whole INTEGER NOT NULL DEFAULT 0, told INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (tbl, id, audience)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _archive (origin INTEGER NOT NULL, audience INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, since INTEGER NOT NULL, till INTEGER NOT NULL, at INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY (origin, audience, first)) STRICT;
CREATE TABLE IF NOT EXISTS _scrubbed (tbl INTEGER NOT NULL, n INTEGER NOT NULL, mark INTEGER NOT NULL, PRIMARY KEY (tbl, n, mark)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _unseen (origin INTEGER NOT NULL, audience INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (origin, audience, first, last)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _opening (at INTEGER PRIMARY KEY, token INTEGER NOT NULL, origin INTEGER NOT NULL, floor INTEGER NOT NULL, shift INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS _base (at INTEGER NOT NULL, tbl INTEGER NOT NULL, id BLOB NOT NULL, clock BLOB NOT NULL, PRIMARY KEY (tbl, id, at)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _told (replica BLOB NOT NULL, token INTEGER NOT NULL, incarnation INTEGER NOT NULL, shift INTEGER NOT NULL, PRIMARY KEY (replica, token)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _local (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
`

func quote(name string) string { return `"` + name + `"` }

func sqlType(c *schema.Column) string {
	switch c.Type {
	case schema.Int, schema.Bool:
		return "INTEGER"
	case schema.Bytes, schema.Ref:
		return "BLOB"
	default:
		return "TEXT"
	}
}

// migrate makes the database fit the schema: tables, columns and indexes that
// are missing are added, in one transaction. Adding a column rewrites no row.
func migrate(ctx context.Context, tx *sql.Tx, s *schema.Schema, further map[string][][]string) error {
	// Of a database from before there were several marks: what was scrubbed is scrubbed again.
	if have, err := columnsOf(ctx, tx, "_scrubbed"); err != nil {
		return err
	} else if len(have) > 0 && !have["mark"] {
		if _, err := tx.ExecContext(ctx, "DROP TABLE _scrubbed"); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, engineDDL); err != nil {
		return err
	}
	for _, t := range s.Tables {
		have, err := columnsOf(ctx, tx, t.Name)
		if err != nil {
			return err
		}
		if len(have) == 0 {
			defs := []string{"_n INTEGER PRIMARY KEY", "id BLOB NOT NULL UNIQUE"}
			for i := range t.Columns {
				if c := &t.Columns[i]; !c.Sealed() {
					defs = append(defs, columnDef(c))
				}
			}
			defs = append(defs, "_clock BLOB NOT NULL", "_sealed BLOB")
			if _, err := tx.ExecContext(ctx, "CREATE TABLE "+quote(t.Name)+" ("+strings.Join(defs, ", ")+") STRICT"); err != nil {
				return fmt.Errorf("create table %s: %w", t.Name, err)
			}
		} else {
			for i := range t.Columns {
				if c := &t.Columns[i]; !c.Sealed() && !have[c.Name] {
					if _, err := tx.ExecContext(ctx, "ALTER TABLE "+quote(t.Name)+" ADD COLUMN "+columnDef(c)); err != nil {
						return fmt.Errorf("add column %s.%s: %w", t.Name, c.Name, err)
					}
				}
			}
		}
		for _, columns := range slices.Concat(t.Indexes, further[t.Name]) {
			name := quote(t.Name + "_" + strings.Join(columns, "_"))
			if _, err := tx.ExecContext(ctx, "CREATE INDEX IF NOT EXISTS "+name+" ON "+quote(t.Name)+" ("+strings.Join(columns, ", ")+")"); err != nil {
				return fmt.Errorf("index %s: %w", name, err)
			}
		}
	}
	return nil
}

func columnDef(c *schema.Column) string {
	def := quote(c.Name) + " " + sqlType(c)
	if c.Kind == schema.Counter {
		def += " NOT NULL DEFAULT 0"
	}
	return def
}

func columnsOf(ctx context.Context, tx *sql.Tx, table string) (map[string]bool, error) {
	rows, err := tx.QueryContext(ctx, "SELECT name FROM pragma_table_info(?)", table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	have := map[string]bool{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		have[name] = true
	}
	return have, rows.Err()
}

// statements are the SQL texts of one table.
type statements struct {
	columns string // the open columns, then _clock, _sealed, _n and id
	open    []int  // positions of the open columns
	load    string // by id
	loadByN string
	insert  string
}

func newStatements(t *schema.Table) statements {
	var s statements
	names := []string{}
	for i := range t.Columns {
		if c := &t.Columns[i]; !c.Sealed() {
			s.open = append(s.open, i)
			names = append(names, quote(c.Name))
		}
	}
	names = append(names, "_clock", "_sealed")
	s.columns = strings.Join(names, ", ") + ", _n, id"
	s.load = "SELECT " + s.columns + " FROM " + quote(t.Name) + " WHERE id = ?"
	s.loadByN = "SELECT " + s.columns + " FROM " + quote(t.Name) + " WHERE _n = ?"
	s.insert = "INSERT INTO " + quote(t.Name) + " (" + strings.Join(names, ", ") + ", id) VALUES (" + strings.Repeat("?, ", len(names)) + "?)"
	return s
}

// update is the SQL that writes the open columns in the set, the clock and the sealed fields.
func (s *statements) update(t *schema.Table, changed uint64) string {
	var b strings.Builder
	b.WriteString("UPDATE " + quote(t.Name) + " SET ")
	for _, i := range s.open {
		if changed&(1<<i) != 0 {
			b.WriteString(quote(t.Columns[i].Name) + " = ?, ")
		}
	}
	b.WriteString("_clock = ?, _sealed = ? WHERE _n = ?")
	return b.String()
}

package county

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the database/sql driver "sqlite"
)

// store is county.db: what belongs to this server alone and is never replicated.
type store struct {
	db   *sql.DB
	wall func() time.Time
}

// The dialect is the one that SQLite and PostgreSQL share, but for STRICT, the
// pragmas and the triggers' bodies. Times are Unix milliseconds.
var migrations = []string{`
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
CREATE TABLE account (
	id BLOB PRIMARY KEY, name TEXT NOT NULL UNIQUE, display TEXT NOT NULL, role TEXT NOT NULL,
	password TEXT NOT NULL, disabled INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL, password_at INTEGER NOT NULL
) STRICT;
CREATE TABLE session (
	token_hash BLOB PRIMARY KEY, account_id BLOB NOT NULL REFERENCES account (id), created_at INTEGER NOT NULL,
	used_at INTEGER NOT NULL, address TEXT NOT NULL
) STRICT;
CREATE TABLE throttle (key TEXT PRIMARY KEY, failures INTEGER NOT NULL, until INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE code (
	id BLOB PRIMARY KEY, secret_hash BLOB NOT NULL UNIQUE, label TEXT NOT NULL,
	unit_id BLOB NOT NULL, unit_code TEXT NOT NULL, unit_name TEXT NOT NULL, unit_short TEXT NOT NULL, unit_department TEXT NOT NULL,
	issued_by TEXT NOT NULL, issued_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
	used_at INTEGER, device_id BLOB, withdrawn_at INTEGER
) STRICT;
CREATE TABLE device (
	id BLOB PRIMARY KEY, public_key BLOB NOT NULL, unit_id BLOB NOT NULL, label TEXT NOT NULL, state TEXT NOT NULL,
	enrolled_at INTEGER NOT NULL, last_seen INTEGER, waiting INTEGER, clock_offset INTEGER, version TEXT NOT NULL DEFAULT '',
	received INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE audit (
	seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL,
	address TEXT NOT NULL, detail TEXT NOT NULL, hash BLOB NOT NULL
) STRICT;
CREATE TRIGGER audit_stands BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
`, `
CREATE TABLE apart (tbl TEXT NOT NULL, pair BLOB NOT NULL, at INTEGER NOT NULL, by TEXT NOT NULL, PRIMARY KEY (tbl, pair)) STRICT;
CREATE TABLE looked (key TEXT PRIMARY KEY, at INTEGER NOT NULL, by TEXT NOT NULL) STRICT;
CREATE TABLE clock_window (
	id INTEGER PRIMARY KEY, device BLOB NOT NULL, from_at INTEGER NOT NULL, to_at INTEGER NOT NULL, offset_ms INTEGER NOT NULL,
	settled_at INTEGER, settled_by TEXT
) STRICT;
`, `
CREATE TABLE token (
	id BLOB PRIMARY KEY, name TEXT NOT NULL, hash BLOB NOT NULL UNIQUE, created_by TEXT NOT NULL, created_at INTEGER NOT NULL,
	used_at INTEGER, revoked_at INTEGER
) STRICT;
CREATE TABLE change (seq INTEGER PRIMARY KEY, tbl TEXT NOT NULL, id BLOB NOT NULL, UNIQUE (tbl, id)) STRICT;
CREATE TABLE import_batch (
	id BLOB PRIMARY KEY, kind TEXT NOT NULL, file TEXT NOT NULL, at INTEGER NOT NULL, by TEXT NOT NULL, rows INTEGER NOT NULL, undone_at INTEGER
) STRICT;
CREATE TABLE import_row (batch BLOB NOT NULL REFERENCES import_batch (id), tbl TEXT NOT NULL, id BLOB NOT NULL, PRIMARY KEY (batch, tbl, id)) STRICT;
`, `
ALTER TABLE device ADD COLUMN free INTEGER;
`, `
ALTER TABLE device ADD COLUMN astray_at INTEGER;
ALTER TABLE account ADD COLUMN unit_id BLOB;
`, `
ALTER TABLE account ADD COLUMN factor BLOB;
ALTER TABLE account ADD COLUMN factor_step INTEGER NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN factor INTEGER NOT NULL DEFAULT 0;
`}

// openStore opens or creates county.db and brings it to the newest version. A
// database of a later version is refused.
func openStore(ctx context.Context, dir string, wall func() time.Time) (*store, error) {
	if wall == nil {
		wall = time.Now
	}
	query := url.Values{"_txlock": {"immediate"}, "_defensive": {"1"}, "_dqs": {"0"}, "_pragma": {
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)", "secure_delete(ON)",
		"temp_store(MEMORY)", "trusted_schema(OFF)", "cell_size_check(ON)", "journal_size_limit(4194304)",
	}}
	dsn := url.URL{Scheme: "file", Path: slashed(filepath.Join(dir, "county.db")), RawQuery: query.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, fmt.Errorf("open county.db: %w", err)
	}
	db.SetMaxOpenConns(4)
	s := &store{db: db, wall: wall}
	if err := s.migrate(ctx); err != nil {
		db.Close()
		return nil, fmt.Errorf("open county.db: %w", err)
	}
	return s, nil
}

// slashed is an absolute path in the form of file: addresses: /C:/… on Windows.
func slashed(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		path = full
	}
	if path = filepath.ToSlash(path); path[0] != '/' {
		path = "/" + path
	}
	return path
}

func (s *store) migrate(ctx context.Context) error {
	return s.update(ctx, func(tx *sql.Tx) error {
		var version int
		if err := tx.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil {
			return err
		}
		if version > len(migrations) {
			return fmt.Errorf("it was written by a newer version of this program (%d)", version)
		}
		for _, statements := range migrations[version:] {
			if _, err := tx.ExecContext(ctx, statements); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, fmt.Sprintf(`PRAGMA user_version = %d`, len(migrations)))
		return err
	})
}

func (s *store) Close() error { return s.db.Close() }

// now is the server's clock in Unix milliseconds.
func (s *store) now() int64 { return s.wall().UnixMilli() }

// update runs one durable transaction.
func (s *store) update(ctx context.Context, fn func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after Commit
	if err := fn(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// meta reads one value; nil when it was never written.
func (s *store) meta(ctx context.Context, key string) ([]byte, error) {
	var value []byte
	err := s.db.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = ?`, key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return value, err
}

func putMeta(ctx context.Context, tx *sql.Tx, key string, value []byte) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES (?, ?)
		ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
	return err
}

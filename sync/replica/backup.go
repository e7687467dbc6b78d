package replica

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"fieldkit/sync/changeset"
)

// An acknowledgement is not a backup: a root that is restored from last night's lacks
// what it confirmed since. So every stream has two watermarks on the replicas that
// sync with the root: what it has received, and what is in a backup that was verified.

const (
	metaBackup     = "backup"      // ms: the root's last verified backup holds what came before
	metaSeenBackup = "seen_backup" // what the root told of it
)

// Backup copies the database and its keys to a directory of its own while writing goes on,
// opens the copy and checks every page and every row's checksum. When it returns nil
// the copy is whole and on the disk; on the root, what is in it counts as backed up.
func (r *Replica) Backup(ctx context.Context, dir string) error {
	at := r.opts.Wall()
	if err := r.copyTo(ctx, dir); err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	if !r.isRoot() {
		return nil
	}
	return r.Update(ctx, func(tx *Tx) error { return setMeta(tx.ctx, tx.conn, metaBackup, at.UnixMilli()) })
}

func (r *Replica) copyTo(ctx context.Context, dir string) error {
	files := r.opts.files
	if err := files.MkdirAll(dir); err != nil {
		return err
	}
	path := filepath.Join(dir, "replica.db")
	db, err := sql.Open("sqlite", dsn(filepath.Join(r.opts.Dir, "replica.db"), files.VFS(), false))
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, `VACUUM INTO ?`, path); err != nil {
		return err
	}
	for _, name := range []string{"data.key", "device.key"} {
		b, err := files.ReadFile(filepath.Join(r.opts.Dir, name))
		if err != nil {
			return err
		}
		if err := writeDurably(files, filepath.Join(dir, name), b); err != nil {
			return err
		}
	}
	if err := r.verifyCopy(ctx, path); err != nil || files.VFS() != "" {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// verifyCopy checks a copy without taking it into use.
func (r *Replica) verifyCopy(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", dsn(path, r.opts.files.VFS(), true))
	if err != nil {
		return err
	}
	defer db.Close()
	var verdict string
	if err := db.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return fmt.Errorf("%w: the copy: %s", ErrDamaged, verdict)
	}
	copied := &Replica{opts: r.opts, id: r.id, vault: r.vault, root: r.root, origins: r.origins, audiences: r.audiences, sql: r.sql, read: db}
	damaged, err := copied.Check(ctx)
	if err != nil {
		return err
	}
	if len(damaged) > 0 {
		return fmt.Errorf("%w: %d rows of the copy", ErrDamaged, len(damaged))
	}
	return nil
}

// LastBackup is when the root's last verified backup began, as far as it is known
// here; zero when there is none.
func (r *Replica) LastBackup(ctx context.Context) (time.Time, error) {
	key := metaSeenBackup
	if r.isRoot() {
		key = metaBackup
	}
	ms, err := meta[int64](ctx, r.read, key)
	if err != nil || ms == 0 {
		return time.Time{}, err
	}
	return time.UnixMilli(ms), nil
}

// Confirm notes that the root holds streams up to these numbers at its time at, and
// that its last verified backup began at backup.
func (r *Replica) Confirm(ctx context.Context, held changeset.Vector, at, backup time.Time) error {
	return r.update(ctx, false, func(tx *Tx) error {
		seen, err := meta[int64](tx.ctx, tx.conn, metaSeenBackup)
		if err != nil {
			return err
		}
		if !backup.IsZero() && backup.UnixMilli() != seen {
			if err := setMeta(tx.ctx, tx.conn, metaSeenBackup, backup.UnixMilli()); err != nil {
				return err
			}
			if err := tx.exec(`UPDATE _stream SET backed = received WHERE received > backed AND received_at < ?`, backup.UnixMilli()); err != nil {
				return err
			}
		}
		for s, n := range held {
			origin, known := tx.r.origins.lookup(s.Origin)
			audience, named := tx.r.audiences.byName[s.Audience]
			if !known || !named {
				continue
			}
			if err := tx.exec(`UPDATE _stream SET received = min(number, ?1), received_at = ?2 WHERE origin = ?3 AND audience = ?4 AND received < min(number, ?1)`,
				int64(n), at.UnixMilli(), origin, audience); err != nil {
				return err
			}
		}
		return nil
	})
}

package county

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"sync/atomic"

	"fieldkit/sync/replica"
)

// changeLog keeps, once a token exists, which rows changed in which order, so that
// other systems fetch what is new by a cursor. It is written after the commit that
// it tells about: when the server was not closed in order, some may be missing, and
// the log begins a new generation. Cursors of an older one start over.
type changeLog struct {
	store *store
	log   *slog.Logger
	used  atomic.Bool
}

const metaGeneration, metaClosed = "api_generation", "api_closed"

// open begins a new generation unless the last one was closed in order.
func (l *changeLog) open(ctx context.Context) error {
	var tokens int
	if err := l.store.db.QueryRowContext(ctx, `SELECT count(*) FROM token`).Scan(&tokens); err != nil {
		return fmt.Errorf("open the change log: %w", err)
	}
	l.used.Store(tokens > 0)
	closed, err := l.store.meta(ctx, metaClosed)
	if err != nil {
		return err
	}
	return l.store.update(ctx, func(tx *sql.Tx) error {
		if string(closed) != "1" {
			if _, err := tx.ExecContext(ctx, `DELETE FROM change`); err != nil {
				return err
			}
			if err := putMeta(ctx, tx, metaGeneration, fmt.Appendf(nil, "%d", l.store.now())); err != nil {
				return err
			}
		}
		return putMeta(ctx, tx, metaClosed, []byte("0"))
	})
}

func (l *changeLog) use() { l.used.Store(true) }

func (l *changeLog) close() {
	ctx := context.Background()
	if err := l.store.update(ctx, func(tx *sql.Tx) error { return putMeta(ctx, tx, metaClosed, []byte("1")) }); err != nil {
		l.log.Error("close the change log", "err", err)
	}
}

// changed notes what a commit wrote. It is called with every commit.
func (l *changeLog) changed(change replica.Change) {
	if !l.used.Load() {
		return
	}
	ctx := context.Background()
	err := l.store.update(ctx, func(tx *sql.Tx) error {
		stmt, err := tx.PrepareContext(ctx, `INSERT INTO change (tbl, id) VALUES (?, ?) ON CONFLICT (tbl, id) DO UPDATE SET seq = (SELECT max(seq) + 1 FROM change)`)
		if err != nil {
			return err
		}
		defer stmt.Close()
		for table, ids := range change.Rows {
			if apiTables[table] == nil {
				continue
			}
			for _, id := range ids {
				if _, err := stmt.ExecContext(ctx, table, id); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil { // the log has a gap: nobody may go on from before it
		l.log.Error("note changes", "err", err)
		if err := l.store.update(ctx, func(tx *sql.Tx) error {
			return putMeta(ctx, tx, metaGeneration, fmt.Appendf(nil, "%d", l.store.now()))
		}); err != nil {
			l.log.Error("begin a new generation of changes", "err", err)
		}
	}
}

// position is where the log stands: its generation and its last number.
func (l *changeLog) position(ctx context.Context) (generation string, seq int64, err error) {
	raw, err := l.store.meta(ctx, metaGeneration)
	if err != nil {
		return "", 0, err
	}
	err = l.store.db.QueryRowContext(ctx, `SELECT coalesce(max(seq), 0) FROM change`).Scan(&seq)
	return string(raw), seq, err
}

package replica

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// A database that was restored from an older copy, or copied to a second place,
// would give out numbers and stamps a second time. It is recognised when it is
// opened, before it can write: the anchor, a file kept elsewhere, counts the seals
// in this place, and on the root what it took from others. A database behind its
// anchor was restored; one that has no anchor here was copied.

// anchor is the content of the file.
type anchor struct {
	Incarnation uint32 `json:"incarnation"`
	Generation  int64  `json:"generation"` // seals
}

func (r *Replica) anchorPath() string {
	host, _ := os.Hostname() // without a name, the path alone tells places apart
	dir, err := filepath.Abs(r.opts.Dir)
	if err != nil {
		dir = r.opts.Dir
	}
	place := sha256.Sum256([]byte(host + "\x00" + dir))
	return filepath.Join(r.opts.AnchorDir, r.id.String()+"-"+hex.EncodeToString(place[:8])+".anchor")
}

// incarnation is the one to go on as: the database's, or a new one when the
// database was restored or copied.
func (r *Replica) incarnation(ctx context.Context, tx *sql.Tx, created bool) (uint32, error) {
	have, err := meta[int64](ctx, tx, "incarnation")
	if err != nil {
		return 0, err
	}
	if r.generation, err = meta[int64](ctx, tx, "generation"); err != nil || r.opts.AnchorDir == "" {
		return uint32(have), err
	}
	var a anchor
	b, err := r.opts.files.ReadFile(r.anchorPath())
	switch {
	case errors.Is(err, os.ErrNotExist):
		if created {
			return uint32(have), nil
		}
	case err != nil:
		return 0, fmt.Errorf("read anchor: %w", err)
	case json.Unmarshal(b, &a) == nil && a.Incarnation == uint32(have) && a.Generation <= r.generation:
		return uint32(have), nil
	}
	next, err := newIncarnation(ctx, tx, r.id[:], r.opts.Random)
	if err != nil {
		return 0, err
	}
	r.opts.Log.Warn("the database was restored or copied: going on as a new incarnation", "replica", r.id, "before", have, "now", next, "seals", r.generation, "seals anchored", a.Generation)
	r.renewed = true
	last, err := meta[int64](ctx, tx, "clock")
	if err == nil {
		err = setMeta(ctx, tx, "inherited", last)
	}
	if err != nil {
		return 0, err
	}
	return next, setMeta(ctx, tx, "incarnation", int64(next))
}

// newIncarnation draws a number that no incarnation of the replica has; two copies
// that do not know of each other draw different ones.
func newIncarnation(ctx context.Context, q querier, id []byte, random io.Reader) (uint32, error) {
	for {
		var b [4]byte
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return 0, err
		}
		next := binary.BigEndian.Uint32(b[:])
		var taken bool
		if err := q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM _origin WHERE replica = ? AND incarnation = ?)`, id, next).Scan(&taken); err != nil {
			return 0, err
		}
		if next != 0 && !taken {
			return next, nil
		}
	}
}

// writeAnchor keeps the anchor up with the database. It is on disk before a
// changeset that was just sealed can be sent.
func (r *Replica) writeAnchor() error {
	if r.opts.AnchorDir == "" {
		return nil
	}
	b, err := json.Marshal(anchor{Incarnation: r.origins.name(r.own).Incarnation, Generation: r.generation})
	if err == nil {
		err = r.opts.files.MkdirAll(r.opts.AnchorDir)
	}
	if err == nil {
		err = writeDurably(r.opts.files, r.anchorPath(), b)
	}
	if err != nil {
		return fmt.Errorf("write anchor: %w", err)
	}
	return nil
}

// Renewed tells whether this opening found the database restored or copied.
func (r *Replica) Renewed() bool { return r.renewed }

func passedOrigins(ctx context.Context, q querier) (map[int]bool, error) {
	rows, err := q.QueryContext(ctx, `SELECT DISTINCT origin FROM _passed`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[int]bool{}
	for rows.Next() {
		var origin int
		if err := rows.Scan(&origin); err != nil {
			return nil, err
		}
		out[origin] = true
	}
	return out, rows.Err()
}

package replica

import (
	"context"
	"fmt"
	"io"

	"fieldkit/sync/changeset"
	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// The epoch names one unbroken life of the root's database. A root that was
// restored from a backup begins a new one: what it had confirmed since that backup
// is confirmed no more.

const (
	metaEpoch     = "epoch"
	metaSeenEpoch = "seen_epoch"
)

// Epoch is the root's epoch, zero on every other replica.
func (r *Replica) Epoch() schema.ID { return r.epoch }

// beginEpoch gives the root its epoch, a new one after a restore.
func (r *Replica) beginEpoch(ctx context.Context) error {
	return r.Update(ctx, func(tx *Tx) error {
		have, err := meta[[]byte](tx.ctx, tx.conn, metaEpoch)
		if err != nil {
			return err
		}
		if len(have) == len(r.epoch) && !r.renewed {
			r.epoch = schema.ID(have)
			return nil
		}
		var next schema.ID
		if _, err := io.ReadFull(r.opts.Random, next[:]); err != nil {
			return err
		}
		if err := setMeta(tx.ctx, tx.conn, metaEpoch, next[:]); err != nil {
			return err
		}
		r.epoch = next
		return nil
	})
}

// SeeEpoch notes the root's epoch as it tells it. When it is another than before,
// every acknowledgement is forgotten, so that all is offered again, and what is kept of
// this replica's own counts as waiting until the root has told anew; changed tells.
func (r *Replica) SeeEpoch(ctx context.Context, epoch schema.ID) (changed bool, err error) {
	before, err := meta[[]byte](ctx, r.read, metaSeenEpoch)
	if err != nil || len(before) == len(epoch) && schema.ID(before) == epoch {
		return false, err
	}
	var own []unconfirmed
	if before != nil {
		if own, err = r.ownChangesets(ctx); err != nil {
			return false, err
		}
	}
	err = r.Update(ctx, func(tx *Tx) error {
		before, err := meta[[]byte](tx.ctx, tx.conn, metaSeenEpoch)
		if err != nil || len(before) == len(epoch) && schema.ID(before) == epoch {
			return err
		}
		if err := setMeta(tx.ctx, tx.conn, metaSeenEpoch, epoch[:]); err != nil || before == nil {
			return err
		}
		changed = true
		if err := tx.exec(`UPDATE _stream SET received = 0, received_at = 0`); err != nil {
			return err
		}
		for _, u := range own {
			for _, w := range u.rows {
				if err := tx.exec(`INSERT INTO _unsent (origin, audience, number, tbl, id, at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
					u.origin, u.audience, int64(u.number), r.opts.Schema.Table(w.Table).Number, w.ID[:], int64(hlc.At(w.At.UnixMilli()))); err != nil {
					return err
				}
			}
		}
		return tx.exec(`DELETE FROM _ack`)
	})
	return changed, err
}

// unconfirmed is a changeset of this replica that the root may lack, and what it writes.
type unconfirmed struct {
	place
	rows []Pending
}

// ownChangesets are those that are kept here of this replica's streams.
func (r *Replica) ownChangesets(ctx context.Context) ([]unconfirmed, error) {
	rows, err := r.read.QueryContext(ctx, `SELECT c.origin, c.audience, c.number, o.incarnation, a.name FROM _changeset c
		JOIN _origin o ON o.idx = c.origin JOIN _audience a ON a.idx = c.audience WHERE o.replica = ?`, r.id[:])
	if err != nil {
		return nil, fmt.Errorf("list own changesets: %w", err)
	}
	defer rows.Close()
	var out []unconfirmed
	for rows.Next() {
		var u unconfirmed
		s := changeset.Stream{Origin: changeset.Origin{Replica: r.id}}
		if err := rows.Scan(&u.origin, &u.audience, &u.number, &s.Origin.Incarnation, &s.Audience); err != nil {
			return nil, fmt.Errorf("list own changesets: %w", err)
		}
		if u.rows, err = r.Written(ctx, s, u.number); err != nil {
			return nil, err
		}
		out = append(out, u)
	}
	return out, rows.Err()
}

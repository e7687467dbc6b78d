package replica

import (
	"context"
	"io"

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
// every acknowledgement is forgotten, so that all is offered again; changed tells.
func (r *Replica) SeeEpoch(ctx context.Context, epoch schema.ID) (changed bool, err error) {
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
		return tx.exec(`DELETE FROM _ack`)
	})
	return changed, err
}

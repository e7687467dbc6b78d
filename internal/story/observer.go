package story

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"

	"fieldkit/internal/model"
	"fieldkit/sync/changeset"
	"fieldkit/sync/replica"
)

// Observe makes a copy that gets everything that was ever sealed, in an order left to
// chance: stream against stream, some of it before what it builds on, some twice. It
// is looked at with the others from then on.
func (w *World) Observe(ctx context.Context, seed uint64) error {
	from, rng := w.County.Replica(), rand.New(rand.NewPCG(seed, 0x0b5e))
	name := fmt.Sprintf("order %d", seed)
	to, err := replica.Open(ctx, replica.Options{Dir: filepath.Join(w.dir, "observer", fmt.Sprint(seed)), Schema: model.Schema, Realm: w.realm, Wall: w.clock.read})
	if err != nil {
		return err
	}
	w.observers[name] = to
	if err := to.TrustRoot(ctx, from.PublicKey()); err != nil {
		return err
	}
	if err := from.Seal(ctx); err != nil {
		return err
	}
	for _, r := range w.replicas() {
		c, found, err := from.Certificate(ctx, r.ID())
		if err != nil {
			return err
		}
		if found {
			if err := to.Accept(ctx, c); err != nil {
				return err
			}
		}
	}
	refs, err := from.Missing(ctx, changeset.Vector{}, func(changeset.Stream) bool { return true })
	if err != nil {
		return err
	}
	queues := map[changeset.Stream][][]byte{}
	var streams []changeset.Stream
	for _, ref := range refs {
		raw, err := from.Changeset(ctx, ref.Stream, ref.Number)
		if err != nil {
			return err
		}
		if queues[ref.Stream] == nil {
			streams = append(streams, ref.Stream)
		}
		queues[ref.Stream] = append(queues[ref.Stream], raw)
	}
	for tries := 0; len(streams) > 0; tries++ {
		if tries > 100*len(refs) {
			return fmt.Errorf("%s: %d streams wait for each other", name, len(streams))
		}
		i := rng.IntN(len(streams))
		queue := queues[streams[i]]
		batch := queue[:min(len(queue), 1+rng.IntN(12))]
		out, err := to.Apply(ctx, batch...)
		if err != nil {
			return err
		}
		taken := 0
		for _, a := range out {
			if a.Err != nil && !errors.Is(a.Err, replica.ErrGap) {
				return fmt.Errorf("%s: %w", name, a.Err)
			}
			if a.Err == nil {
				taken++
			}
		}
		again := 0
		if taken > 0 && rng.IntN(3) == 0 {
			again = 1 // the last one comes once more
		}
		if queues[streams[i]] = queue[max(0, taken-again):]; taken == len(queue) {
			streams = append(streams[:i], streams[i+1:]...)
		}
	}
	a, err := from.StateHash(ctx)
	if err != nil {
		return err
	}
	b, err := to.StateHash(ctx)
	if err == nil && a != b {
		err = fmt.Errorf("%s: the copy differs from the county's", name)
	}
	return err
}

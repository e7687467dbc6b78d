package transport

import (
	"context"
	"errors"
	"fmt"

	"fieldkit/sync/changeset"
	"fieldkit/sync/replica"
)

// intake puts arriving chunks together and hands whole changesets to the
// replica. Both halves use it.
type intake struct {
	r       *replica.Replica
	partial map[changeset.Stream]*replica.Partial
	stored  map[changeset.Stream]bool // a beginning is on disk
	whole   [][]byte
	of      []changeset.Stream // of each whole
	size    int
	applied []replica.Applied
	kept    map[changeset.Stream]begun
}

// begun is how far the beginning of a changeset has come.
type begun struct {
	number uint64
	bytes  int
}

// applyAt is how many bytes of whole changesets are merged in one transaction.
const applyAt = 256 << 10

func newIntake(ctx context.Context, r *replica.Replica) (*intake, error) {
	kept, err := r.Partials(ctx)
	if err != nil {
		return nil, err
	}
	in := &intake{r: r, partial: map[changeset.Stream]*replica.Partial{}, stored: map[changeset.Stream]bool{}, kept: map[changeset.Stream]begun{}}
	for i := range kept {
		in.partial[kept[i].Stream], in.stored[kept[i].Stream] = &kept[i], true
	}
	return in, nil
}

// take accepts a chunk, whole or cut short.
func (in *intake) take(ctx context.Context, c *chunk) error {
	p := in.partial[c.stream]
	if p != nil && (p.Number != c.number || p.Total != c.total) {
		p = nil // an older beginning: superseded
	}
	have := 0
	if p != nil {
		have = len(p.Bytes)
	}
	if c.offset > have {
		return nil // a piece is missing before this one; the sender learns it from the answer
	}
	if c.offset+len(c.data) <= have {
		return nil
	}
	if p == nil {
		p = &replica.Partial{Stream: c.stream, Number: c.number, Total: c.total}
		in.partial[c.stream] = p
	}
	p.Bytes = append(p.Bytes[:have:have], c.data[have-c.offset:]...)
	if len(p.Bytes) < p.Total {
		in.stored[c.stream] = true
		in.kept[c.stream] = begun{p.Number, len(p.Bytes)}
		return in.r.KeepPartial(ctx, *p)
	}
	in.whole, in.of = append(in.whole, p.Bytes), append(in.of, c.stream)
	in.size += len(p.Bytes)
	delete(in.partial, c.stream)
	if in.size >= applyAt {
		return in.apply(ctx)
	}
	return nil
}

// apply merges what is whole; when it returns, that is durable.
func (in *intake) apply(ctx context.Context) error {
	if len(in.whole) == 0 {
		return nil
	}
	out, err := in.r.Apply(ctx, in.whole...)
	if err != nil {
		return err
	}
	in.applied = append(in.applied, out...)
	for _, stream := range in.of { // also of what turned out to be no changeset
		if in.stored[stream] && in.partial[stream] == nil {
			if err := in.r.DropPartial(ctx, stream); err != nil {
				return err
			}
			delete(in.stored, stream)
		}
	}
	in.whole, in.of, in.size = nil, nil, 0
	return nil
}

// refused are the changesets that were not taken for good: a gap is not one,
// since what is missing is asked for anew.
func refused(list []replica.Applied) []replica.Applied {
	var out []replica.Applied
	for _, a := range list {
		if a.Err != nil && !errors.Is(a.Err, replica.ErrGap) {
			out = append(out, a)
		}
	}
	return out
}

// fill takes chunks of the listed changesets, up to budget bytes. offsets tells
// how much the other side already holds of a stream's next changeset.
func fill(ctx context.Context, r *replica.Replica, refs []replica.Ref, offsets map[changeset.Stream]holding, budget int) (chunks []byte, sent []replica.Ref, err error) {
	for _, ref := range refs {
		if len(chunks) >= budget {
			break
		}
		raw, err := r.Changeset(ctx, ref.Stream, ref.Number)
		if err != nil {
			return nil, nil, fmt.Errorf("read what to send: %w", err)
		}
		offset := 0
		if h := offsets[ref.Stream]; h.number+1 == ref.Number && h.partial < len(raw) {
			offset = h.partial
		}
		end := min(len(raw), offset+budget-len(chunks))
		chunks = appendChunk(chunks, &chunk{stream: ref.Stream, number: ref.Number, total: len(raw), offset: offset, data: raw[offset:end]})
		if end == len(raw) {
			sent = append(sent, ref)
		}
	}
	return chunks, sent, nil
}

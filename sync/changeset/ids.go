package changeset

import (
	"encoding/binary"
	"slices"

	"fieldkit/sync/schema"
)

// Blocks of ids: version 7 ids as times and tails, any others whole.
const (
	idsPlain = 0
	idsTimed = 1
)

func appendIDs(b []byte, ids []schema.ID) []byte {
	if len(ids) == 0 {
		return b
	}
	if slices.ContainsFunc(ids, func(id schema.ID) bool { _, timed := id.UnixMilli(); return !timed }) {
		b = append(b, idsPlain)
		for _, id := range ids {
			b = append(b, id[:]...)
		}
		return b
	}
	b = appendInts(append(b, idsTimed), idTimes(ids))
	for _, id := range ids {
		b = append(b, id[6:]...)
	}
	return b
}

func (r *reader) ids(n int) []schema.ID {
	if n == 0 || r.err != nil {
		return nil
	}
	switch mode := r.byte(); mode {
	case idsPlain:
		raw := r.bytes(16 * n)
		if r.err != nil {
			return nil
		}
		out := make([]schema.ID, n)
		for i := range out {
			copy(out[i][:], raw[16*i:])
		}
		return out
	case idsTimed:
		times := r.ints(n)
		raw := r.bytes(10 * n)
		if r.err != nil {
			return nil
		}
		out := make([]schema.ID, n)
		for i := range out {
			if times[i] < 0 || times[i] >= 1<<48 || raw[10*i]>>4 != 7 {
				r.fail(ErrValue, "an id with an impossible time")
				return nil
			}
			var ms [8]byte
			binary.BigEndian.PutUint64(ms[:], uint64(times[i]))
			copy(out[i][:6], ms[2:])
			copy(out[i][6:], raw[10*i:10*i+10])
		}
		return out
	default:
		r.fail(ErrForm, "id form %d", mode)
		return nil
	}
}

// idTime is the time a version 7 id carries, 0 for others.
func idTime(id schema.ID) int64 {
	ms, _ := id.UnixMilli()
	return ms
}

func idTimes(ids []schema.ID) []int64 {
	out := make([]int64, len(ids))
	for i, id := range ids {
		out[i] = idTime(id)
	}
	return out
}

package replica

import (
	"encoding/binary"

	"github.com/cespare/xxhash/v2"

	"fieldkit/sync/hlc"
	"fieldkit/sync/schema"
)

// A row's checksum is the sum, modulo 2^64, of one hash for each field version,
// counter share and set tag in it. So the change of one field updates it without
// reading the others, and the sum over all rows is a hash of the whole state
// that does not depend on order. Origins enter by their global identity, not by
// their local numbers. A sealed field enters by its stamp alone: the stamp names
// the value, and a hash of a telephone number could be guessed.

type hasher struct {
	buf     []byte
	origins *origins
}

// part tells the kinds of state apart.
type part byte

const (
	partField   part = 1
	partShard   part = 2
	partAdded   part = 3
	partRemoved part = 4
	partLoser   part = 5
	partInsert  part = 7
	partDelete  part = 8
)

func (h *hasher) start(p part, table uint16, id schema.ID, column uint16, at hlc.Stamp, origin int) {
	h.buf = append(h.buf[:0], byte(p))
	h.buf = binary.BigEndian.AppendUint16(h.buf, table)
	h.buf = append(h.buf, id[:]...)
	h.buf = binary.BigEndian.AppendUint16(h.buf, column)
	h.buf = binary.BigEndian.AppendUint64(h.buf, uint64(at))
	h.buf = binary.BigEndian.AppendUint64(h.buf, h.origins.hash(origin))
}

func (h *hasher) end() uint64 { return xxhash.Sum64(h.buf) }

// field hashes one version of a register; a never-written one counts nothing.
func (h *hasher) field(t *schema.Table, id schema.ID, c *schema.Column, s stamp, value any) uint64 {
	return h.version(partField, t, id, c, s, value)
}

func (h *hasher) version(p part, t *schema.Table, id schema.ID, c *schema.Column, s stamp, value any) uint64 {
	if s.zero() {
		return 0
	}
	h.start(p, t.Number, id, c.Number, s.at, s.origin)
	if !c.Sealed() {
		switch v := value.(type) {
		case nil:
			h.buf = append(h.buf, 0)
		case int64:
			h.buf = binary.BigEndian.AppendUint64(append(h.buf, 1), uint64(v))
		case string:
			h.buf = append(append(h.buf, 2), v...)
		case []byte:
			h.buf = append(append(h.buf, 3), v...)
		case schema.ID:
			h.buf = append(append(h.buf, 4), v[:]...)
		}
	}
	return h.end()
}

func (h *hasher) shard(t *schema.Table, id schema.ID, s *shard) uint64 {
	if s.at == 0 {
		return 0
	}
	h.start(partShard, t.Number, id, s.column, s.at, s.origin)
	h.buf = binary.BigEndian.AppendUint64(h.buf, s.plus)
	h.buf = binary.BigEndian.AppendUint64(h.buf, s.minus)
	return h.end()
}

func (h *hasher) element(t *schema.Table, id schema.ID, e *element) uint64 {
	var sum uint64
	for p, tags := range map[part][]tag{partAdded: e.added, partRemoved: e.removed} {
		for _, tag := range tags {
			h.start(p, t.Number, id, e.column, tag.at, tag.origin)
			h.buf = append(h.buf, e.value...)
			sum += h.end()
		}
	}
	return sum
}

// text hashes the state of a long text, which its value does not tell.
func (h *hasher) text(t *schema.Table, id schema.ID, c *schema.Column, state *longText) uint64 {
	var sum uint64
	char := func(c char) {
		h.buf = binary.BigEndian.AppendUint64(h.buf, h.origins.hash(c.origin))
		h.buf = binary.BigEndian.AppendUint64(h.buf, c.seq)
	}
	for _, n := range state.insertions {
		h.start(partInsert, t.Number, id, c.Number, n.at, n.first.origin)
		char(n.first)
		char(n.after)
		h.buf = binary.BigEndian.AppendUint64(h.buf, uint64(len(n.runes)))
		if !c.Sealed() {
			h.buf = append(h.buf, string(n.runes)...)
		}
		sum += h.end()
	}
	for _, d := range state.deletions {
		h.start(partDelete, t.Number, id, c.Number, d.by.at, d.by.origin)
		char(d.first)
		h.buf = binary.BigEndian.AppendUint64(h.buf, d.count)
		sum += h.end()
	}
	return sum
}

// row hashes a whole row afresh: what its check must be.
func (h *hasher) row(r *row) uint64 { return h.rowBut(r, func(uint16) bool { return false }) }

// rowBut hashes a row without some columns.
func (h *hasher) rowBut(r *row, left func(column uint16) bool) uint64 {
	var sum uint64
	for i := range r.table.Columns {
		c := &r.table.Columns[i]
		if c.Kind != schema.Counter && c.Kind != schema.Set && !left(c.Number) {
			sum += h.field(r.table, r.id, c, r.stampOf(i), r.values[i])
		}
	}
	for i := range r.clock.shards {
		if !left(r.clock.shards[i].column) {
			sum += h.shard(r.table, r.id, &r.clock.shards[i])
		}
	}
	for i := range r.clock.elements {
		if !left(r.clock.elements[i].column) {
			sum += h.element(r.table, r.id, &r.clock.elements[i])
		}
	}
	return sum
}

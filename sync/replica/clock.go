package replica

import (
	"encoding/binary"
	"errors"
	"slices"

	"fieldkit/sync/hlc"
)

// stamp is the version of one field: when it was written and by which origin
// (the local number of the origin in _origin). The zero stamp means "never written".
type stamp struct {
	at     hlc.Stamp
	origin int
}

func (s stamp) zero() bool { return s.at == 0 }

// fieldClock is a field whose stamp differs from the row's base stamp.
type fieldClock struct {
	column uint16
	stamp  stamp
}

// shard is one origin's contribution to a counter: totals that only grow, so
// that the newer of two copies is the right one and a duplicate counts once.
type shard struct {
	column      uint16
	origin      int
	at          hlc.Stamp
	plus, minus uint64
}

// tag is the newest add of a set element by one origin, or the newest add of
// that origin which some remover had seen.
type tag struct {
	origin int
	at     hlc.Stamp
}

// element is one value of an add-wins set with everything known of it. It is in
// the set while some origin's add is newer than what any remover saw of that origin.
//
// Source: the optimised OR-set of A. Bieniusa et al., "An optimized conflict-free
// replicated set", INRIA RR-8083, 2012, with per-origin newest adds as its context.
type element struct {
	column  uint16
	value   string
	added   []tag // by origin
	removed []tag // by origin
}

func (e *element) present() bool {
	for _, a := range e.added {
		if i := slices.IndexFunc(e.removed, func(r tag) bool { return r.origin == a.origin }); i < 0 || e.removed[i].at < a.at {
			return true
		}
	}
	return false
}

// raise sets the tag of an origin to at unless it is already newer, and tells
// whether it changed.
func raise(tags []tag, origin int, at hlc.Stamp) ([]tag, bool) {
	i, ok := slices.BinarySearchFunc(tags, origin, func(t tag, o int) int { return t.origin - o })
	switch {
	case !ok:
		return slices.Insert(tags, i, tag{origin, at}), true
	case tags[i].at < at:
		tags[i].at = at
		return tags, true
	}
	return tags, false
}

// rowClock is the packed clock of a row.
//
// A field that is not in fields has the base stamp when it holds a value and
// has never been written when it is NULL. The base is only a way to pack: which
// of a row's stamps serves as base makes no difference to the row's state.
type rowClock struct {
	check    uint64 // sum of the hashes of everything below with the open values
	audience int    // local number of the audience, 0 unknown
	base     stamp
	fields   []fieldClock // by column
	shards   []shard      // by column, origin
	elements []element    // by column, value
}

// field is the stamp of a column whose current value is NULL or not.
func (c *rowClock) field(column uint16, null bool) stamp {
	if i, ok := slices.BinarySearchFunc(c.fields, column, byColumn); ok {
		return c.fields[i].stamp
	}
	if null {
		return stamp{}
	}
	return c.base
}

func byColumn(f fieldClock, column uint16) int { return int(f.column) - int(column) }

// setField records a column's stamp. null tells whether the value now stored is NULL.
func (c *rowClock) setField(column uint16, s stamp, null bool) {
	if c.base.zero() && !null {
		c.base = s
	}
	i, ok := slices.BinarySearchFunc(c.fields, column, byColumn)
	if s == c.base && !null {
		if ok {
			c.fields = slices.Delete(c.fields, i, i+1)
		}
		return
	}
	if ok {
		c.fields[i].stamp = s
		return
	}
	c.fields = slices.Insert(c.fields, i, fieldClock{column, s})
}

// clearField forgets a column's stamp. Its value must be NULL.
func (c *rowClock) clearField(column uint16) {
	if i, ok := slices.BinarySearchFunc(c.fields, column, byColumn); ok {
		c.fields = slices.Delete(c.fields, i, i+1)
	}
}

// shard finds an origin's share of a counter; add makes it when missing.
func (c *rowClock) shard(column uint16, origin int, add bool) *shard {
	i, ok := slices.BinarySearchFunc(c.shards, shard{column: column, origin: origin}, func(a, b shard) int {
		if a.column != b.column {
			return int(a.column) - int(b.column)
		}
		return a.origin - b.origin
	})
	if !ok {
		if !add {
			return nil
		}
		c.shards = slices.Insert(c.shards, i, shard{column: column, origin: origin})
	}
	return &c.shards[i]
}

// sum is the value of a counter.
func (c *rowClock) sum(column uint16) int64 {
	var n int64
	for _, s := range c.shards {
		if s.column == column {
			n += int64(s.plus) - int64(s.minus)
		}
	}
	return n
}

// element finds a value of a set; add makes it when missing.
func (c *rowClock) element(column uint16, value string, add bool) *element {
	i, ok := slices.BinarySearchFunc(c.elements, element{column: column, value: value}, func(a, b element) int {
		if a.column != b.column {
			return int(a.column) - int(b.column)
		}
		switch {
		case a.value < b.value:
			return -1
		case a.value > b.value:
			return 1
		}
		return 0
	})
	if !ok {
		if !add {
			return nil
		}
		c.elements = slices.Insert(c.elements, i, element{column: column, value: value})
	}
	return &c.elements[i]
}

// members are the values of a set, sorted.
func (c *rowClock) members(column uint16) []string {
	var out []string
	for i := range c.elements {
		if e := &c.elements[i]; e.column == column && e.present() {
			out = append(out, e.value)
		}
	}
	return out
}

// newest is the newest stamp in the row, and the newest by one origin.
func (c *rowClock) newest(origin int) (all, own hlc.Stamp) {
	see := func(at hlc.Stamp, o int) {
		all = max(all, at)
		if o == origin {
			own = max(own, at)
		}
	}
	see(c.base.at, c.base.origin)
	for _, f := range c.fields {
		see(f.stamp.at, f.stamp.origin)
	}
	for _, s := range c.shards {
		see(s.at, s.origin)
	}
	for _, e := range c.elements {
		for _, t := range e.added {
			see(t.at, t.origin)
		}
	}
	return all, own
}

// The packed form: check (8 bytes, big-endian), base stamp, audience, then the
// three lists, each preceded by its length. Empty lists at the end are left out.
// Stamps after the base are signed differences of milliseconds with a flag for a
// counter that differs from zero.

func (c *rowClock) pack() []byte {
	b := make([]byte, 0, 24+8*len(c.fields)+16*len(c.shards))
	b = binary.BigEndian.AppendUint64(b, c.check)
	b = binary.AppendUvarint(b, uint64(c.base.at.UnixMilli()))
	b = binary.AppendUvarint(b, uint64(c.base.at.Counter()))
	b = binary.AppendUvarint(b, uint64(c.base.origin))
	b = binary.AppendUvarint(b, uint64(c.audience))
	if len(c.fields)+len(c.shards)+len(c.elements) == 0 {
		return b
	}
	b = binary.AppendUvarint(b, uint64(len(c.fields)))
	for _, f := range c.fields {
		b = binary.AppendUvarint(b, uint64(f.column))
		b = c.appendAt(b, f.stamp.at)
		b = binary.AppendUvarint(b, uint64(f.stamp.origin))
	}
	if len(c.shards)+len(c.elements) == 0 {
		return b
	}
	b = binary.AppendUvarint(b, uint64(len(c.shards)))
	for _, s := range c.shards {
		b = binary.AppendUvarint(b, uint64(s.column))
		b = binary.AppendUvarint(b, uint64(s.origin))
		b = c.appendAt(b, s.at)
		b = binary.AppendUvarint(b, s.plus)
		b = binary.AppendUvarint(b, s.minus)
	}
	if len(c.elements) == 0 {
		return b
	}
	b = binary.AppendUvarint(b, uint64(len(c.elements)))
	for _, e := range c.elements {
		b = binary.AppendUvarint(b, uint64(e.column))
		b = binary.AppendUvarint(b, uint64(len(e.value)))
		b = append(b, e.value...)
		for _, tags := range [][]tag{e.added, e.removed} {
			b = binary.AppendUvarint(b, uint64(len(tags)))
			for _, t := range tags {
				b = binary.AppendUvarint(b, uint64(t.origin))
				b = c.appendAt(b, t.at)
			}
		}
	}
	return b
}

func (c *rowClock) appendAt(b []byte, at hlc.Stamp) []byte {
	d := at.UnixMilli() - c.base.at.UnixMilli()
	if at.Counter() == 0 {
		return binary.AppendVarint(b, d<<1)
	}
	return binary.AppendUvarint(binary.AppendVarint(b, d<<1|1), uint64(at.Counter()))
}

var errClock = errors.New("damaged row clock")

// unpackCheck reads the checksum and the audience from the beginning of the packed form.
func unpackCheck(b []byte) (check uint64, audience int, err error) {
	if len(b) < 8 {
		return 0, 0, errClock
	}
	r := clockReader{b: b[8:]}
	r.uint()
	r.uint()
	r.uint()
	audience = int(r.uint())
	if r.bad {
		return 0, 0, errClock
	}
	return binary.BigEndian.Uint64(b), audience, nil
}

// unpackClock reads the packed form.
func unpackClock(b []byte) (rowClock, error) {
	var c rowClock
	if len(b) < 8 {
		return c, errClock
	}
	c.check = binary.BigEndian.Uint64(b)
	r := clockReader{b: b[8:]}
	ms, counter := r.uint(), r.uint()
	c.base.at = hlc.At(int64(ms)) + hlc.Stamp(counter)
	r.base = int64(ms)
	c.base.origin = int(r.uint())
	c.audience = int(r.uint())
	if len(r.b) > 0 {
		c.fields = make([]fieldClock, r.count())
		for i := range c.fields {
			c.fields[i] = fieldClock{uint16(r.uint()), stamp{r.at(), int(r.uint())}}
		}
	}
	if len(r.b) > 0 {
		c.shards = make([]shard, r.count())
		for i := range c.shards {
			c.shards[i] = shard{uint16(r.uint()), int(r.uint()), r.at(), r.uint(), r.uint()}
		}
	}
	if len(r.b) > 0 {
		c.elements = make([]element, r.count())
		for i := range c.elements {
			e := &c.elements[i]
			e.column, e.value = uint16(r.uint()), r.text()
			e.added, e.removed = r.tags(), r.tags()
		}
	}
	if r.bad || len(r.b) > 0 {
		return rowClock{}, errClock
	}
	return c, nil
}

type clockReader struct {
	b    []byte
	base int64
	bad  bool
}

func (r *clockReader) uint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

// count reads the length of a list, which cannot exceed the bytes that are left.
func (r *clockReader) count() int {
	n := r.uint()
	if n > uint64(len(r.b)) {
		r.bad, r.b = true, nil
		return 0
	}
	return int(n)
}

func (r *clockReader) at() hlc.Stamp {
	d, n := binary.Varint(r.b)
	if n <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	at := hlc.At(r.base + d>>1)
	if d&1 != 0 {
		at += hlc.Stamp(r.uint())
	}
	return at
}

func (r *clockReader) text() string {
	n := r.count()
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}

func (r *clockReader) tags() []tag {
	out := make([]tag, r.count())
	for i := range out {
		out[i] = tag{int(r.uint()), r.at()}
	}
	return out
}
